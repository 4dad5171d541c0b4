#include "index/table_private.h"

#include <stdio.h>
#include <stdlib.h>

zg_status zg_table_dicts_new(zg_table_dicts **out, zg_error *err) {
  *out = NULL;
  zg_table_dicts *d = calloc(1, sizeof *d);
  if (!d)
    return zg_fail_nomem(err);
  for (int f = 0; f < ZG_FIELD_COUNT; f++) {
    d->field[f] = zg_dict_new();
    if (!d->field[f]) {
      zg_table_dicts_free(d);
      return zg_fail_nomem(err);
    }
  }
  *out = d;
  return ZG_OK;
}

void zg_table_dicts_free(zg_table_dicts *d) {
  if (!d)
    return;
  for (int f = 0; f < ZG_FIELD_COUNT; f++)
    zg_dict_free(d->field[f]);
  free(d);
}

const roaring_bitmap_t *zg_table_all(const zg_table *t) { return t->all->r; }
uint32_t zg_table_count(const zg_table *t) { return t->all->cardinality; }
uint32_t zg_table_chunks(const zg_table *t) { return t->n_chunks; }

uint32_t zg_table_ordinals(const zg_table *t, zg_field f) {
  return t->n_ordinals[f];
}

zg_str zg_table_value(const zg_table *t, zg_field f, uint32_t ordinal) {
  if (ordinal >= t->n_ordinals[f])
    return ZG_STR_NULL;
  return zg_dict_text(t->dicts->field[f], ordinal);
}

uint32_t zg_table_ordinal(const zg_table *t, zg_field f, zg_str value) {
  uint32_t ordinal = zg_dict_find(t->dicts->field[f], value);
  return ordinal < t->n_ordinals[f] ? ordinal : 0;
}

int64_t zg_table_number(const zg_table *t, zg_field f, uint32_t ordinal) {
  if (ordinal >= t->n_ordinals[f])
    return 0;
  return zg_dict_number(t->dicts->field[f], ordinal);
}

const roaring_bitmap_t *zg_table_bitmap(const zg_table *t, zg_field f,
                                        uint32_t ordinal) {
  return bitmap_at(t, f, ordinal)->r;
}

uint32_t zg_table_cardinality(const zg_table *t, zg_field f, uint32_t ordinal) {
  return bitmap_at(t, f, ordinal)->cardinality;
}

zg_column zg_table_column(const zg_table *t, zg_field f, unsigned plane,
                          uint32_t at) {
  unsigned column = COLUMN_OF(f, plane);
  if (at >= t->n_chunks || !t->columns[column] || !t->columns[column][at])
    return (zg_column){NULL, 1};
  const chunk *c = t->columns[column][at];
  return (zg_column){c->values, c->width};
}

const zg_cube *zg_table_cube(const zg_table *t, unsigned i) {
  return t->cubes[i];
}

const int64_t *zg_table_measure(const zg_table *t, zg_measure_field m,
                                uint32_t at) {
  unsigned column = MEASURE_COLUMN(m);
  if (at >= t->n_chunks || !t->columns[column][at])
    return NULL;
  return chunk_i64(t->columns[column][at]);
}

int64_t zg_table_measure_bound(const zg_table *t, zg_measure_field m,
                               uint32_t at) {
  if (!zg_table_measure(t, m, at))
    return 0;
  uint64_t bits = (uint64_t)t->columns[MEASURE_COLUMN(m)][at]->bits;
  while (bits & (bits + 1))
    bits |= bits >> 1;
  return (int64_t)bits;
}

zg_column zg_table_lengths(const zg_table *t, uint32_t at) {
  if (at >= t->n_chunks || !t->columns[LENGTH_COLUMN][at])
    return (zg_column){NULL, 0};
  const chunk *c = t->columns[LENGTH_COLUMN][at];
  return (zg_column){c->values, c->width};
}

uint64_t zg_table_total_length(const zg_table *t) { return t->total_length; }

zg_table *zg_table_ref(zg_table *t) {
  atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
  return t;
}

void zg_chunk_unref(chunk *c) {
  if (c && atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) == 1)
    free(c);
}

void zg_table_unref(zg_table *t) {
  if (!t || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
    return;
  for (int f = 0; f < ZG_FIELD_COUNT; f++) {
    bitmap_vec *v = &t->bitmaps[f];
    for (uint32_t i = 0; i < v->n; i++)
      zg_bitmap_page_unref(v->pages[i]);
    free(v->pages);
  }
  for (unsigned c = 0; c < COLUMNS; c++) {
    for (uint32_t i = 0; t->columns[c] && i < t->n_chunks; i++)
      zg_chunk_unref(t->columns[c][i]);
    free(t->columns[c]);
  }
  for (unsigned i = 0; i < ZG_CUBES; i++)
    zg_cube_free(t->cubes[i]);
  zg_bitmap_unref(t->all);
  zg_bitmap_unref(t->empty);
  free(t);
}

/* ---- comparing ---- */

static zg_status differs(zg_error *err, const char *field, zg_str value,
                         const char *what, uint64_t a, uint64_t b) {
  return zg_fail(err, ZG_CORRUPT, "facets_differ", field,
                 "facet %s, value \"%.*s\": %s: %llu and %llu", field,
                 (int)(value.n < 80 ? value.n : 80), value.p ? value.p : "",
                 what, (unsigned long long)a, (unsigned long long)b);
}

static uint32_t first_difference(const roaring_bitmap_t *a,
                                 const roaring_bitmap_t *b) {
  roaring_bitmap_t *x = roaring_bitmap_xor(a, b);
  uint32_t docid = x ? roaring_bitmap_minimum(x) : 0;
  if (x)
    roaring_bitmap_free(x);
  return docid;
}

static zg_status equal_bitmaps(const zg_bitmap *a, const zg_bitmap *b,
                               const char *field, zg_str value, zg_error *err) {
  uint64_t n = roaring_bitmap_get_cardinality(a->r);
  if (a->cardinality != n)
    return differs(err, field, value, "cached cardinality of the first",
                   a->cardinality, n);
  n = roaring_bitmap_get_cardinality(b->r);
  if (b->cardinality != n)
    return differs(err, field, value, "cached cardinality of the second",
                   b->cardinality, n);
  if (!roaring_bitmap_equals(a->r, b->r)) {
    uint32_t docid = first_difference(a->r, b->r);
    char what[64];
    snprintf(what, sizeof what, "membership of document %u", docid);
    return differs(err, field, value, what,
                   roaring_bitmap_contains(a->r, docid),
                   roaring_bitmap_contains(b->r, docid));
  }
  return ZG_OK;
}

/* map[ordinal of a] = ordinal of b; a value that `b` does not know maps to
 * UINT32_MAX and must have no document. */
static zg_status map_ordinals(uint32_t **out, const zg_table *a,
                              const zg_table *b, zg_field f, zg_error *err) {
  uint32_t n = a->n_ordinals[f];
  uint32_t *map = calloc(n ? n : 1, sizeof *map);
  *out = map;
  if (!map)
    return zg_fail_nomem(err);
  for (uint32_t o = 1; o < n; o++) {
    map[o] = zg_table_ordinal(b, f, zg_table_value(a, f, o));
    if (!map[o])
      map[o] = UINT32_MAX;
  }
  return ZG_OK;
}

static zg_status equal_columns(const zg_table *a, const zg_table *b,
                               unsigned column, const uint32_t *map,
                               const char *name, zg_error *err) {
  uint32_t n = a->n_chunks > b->n_chunks ? a->n_chunks : b->n_chunks;
  bool wide = COLUMN_IS_MEASURE(column);
  for (uint32_t c = 0; c < n; c++) {
    chunk *x = c < a->n_chunks ? a->columns[column][c] : NULL;
    chunk *y = c < b->n_chunks ? b->columns[column][c] : NULL;
    for (uint32_t i = 0; (x || y) && i < ZG_CHUNK_DOCS; i++) {
      int64_t v = 0, w = 0;
      if (x)
        v = wide  ? chunk_i64(x)[i]
            : map ? (int64_t)map[chunk_get(x, i)]
                  : (int64_t)chunk_get(x, i);
      if (y)
        w = wide ? chunk_i64(y)[i] : (int64_t)chunk_get(y, i);
      if (v != w) {
        char what[64];
        snprintf(what, sizeof what, "column at document %u",
                 c << ZG_CHUNK_BITS | i);
        return differs(err, name, ZG_STR_NULL, what, (uint64_t)v, (uint64_t)w);
      }
    }
  }
  return ZG_OK;
}

static zg_status equal_field(const zg_table *a, const zg_table *b, zg_field f,
                             zg_error *err) {
  uint32_t *map = NULL;
  const char *name = zg_field_name(f);
  zg_status st = map_ordinals(&map, a, b, f, err);
  if (st)
    goto out;
  for (uint32_t o = 0; o < a->n_ordinals[f] && !st; o++) {
    const zg_bitmap *other =
        map[o] == UINT32_MAX ? b->empty : bitmap_at(b, f, map[o]);
    st = equal_bitmaps(bitmap_at(a, f, o), other, name, zg_table_value(a, f, o),
                       err);
  }
  /* Values that only b knows must be empty there. */
  for (uint32_t o = 1; o < b->n_ordinals[f] && !st; o++) {
    zg_str value = zg_table_value(b, f, o);
    if (!zg_table_ordinal(a, f, value))
      st = equal_bitmaps(a->empty, bitmap_at(b, f, o), name, value, err);
  }
  for (unsigned p = 0; p < zg_field_planes(f) && !st; p++)
    st = equal_columns(a, b, COLUMN_OF(f, p), map, name, err);
out:
  free(map);
  return st;
}

zg_status zg_table_equal(const zg_table *a, const zg_table *b, zg_error *err) {
  zg_status st = equal_bitmaps(a->all, b->all, "all", ZG_STR_NULL, err);
  for (int f = 0; f < ZG_FIELD_COUNT && !st; f++)
    st = equal_field(a, b, (zg_field)f, err);
  for (int m = 0; m < ZG_MEASURE_COUNT && !st; m++)
    st = equal_columns(a, b, MEASURE_COLUMN(m), NULL,
                       zg_measure_name((zg_measure_field)m), err);
  if (!st)
    st = equal_columns(a, b, LENGTH_COLUMN, NULL, "length", err);
  if (!st && a->total_length != b->total_length)
    st = differs(err, "length", ZG_STR_NULL, "sum", a->total_length,
                 b->total_length);
  for (unsigned i = 0; i < ZG_CUBES && !st; i++)
    if (a->cubes[i] && b->cubes[i])
      st = zg_cube_equal(a->cubes[i], a, b->cubes[i], b, err);
  return st;
}
