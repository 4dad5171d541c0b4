#include "query/filter.h"

#include <stdlib.h>

typedef struct evaluator {
  const zg_table *t;
  const roaring_bitmap_t *all; /* what is looked at: t's findings, or some */
  const _Atomic int *cancel;
  zg_error *err;
} evaluator;

static zg_status eval(evaluator *e, const zg_filter *f, zg_set *out);

static zg_status empty(evaluator *e, zg_set *out) {
  roaring_bitmap_t *b = roaring_bitmap_create();
  if (!b)
    return zg_fail_nomem(e->err);
  *out = zg_set_take(b);
  return ZG_OK;
}

/* A bitmap of the table, as far as it is looked at. */
static zg_status within(evaluator *e, const roaring_bitmap_t *b, zg_set *out) {
  *out = zg_set_borrow(b);
  if (e->all == zg_table_all(e->t))
    return ZG_OK;
  const zg_set all = zg_set_borrow(e->all);
  return zg_set_and(out, &all, e->err);
}

static zg_status complement(evaluator *e, zg_set *io) {
  zg_set all = zg_set_borrow(e->all);
  zg_status st = zg_set_andnot(&all, io, e->err);
  zg_set_drop(io);
  *io = all;
  return st;
}

static zg_status union_of(evaluator *e, const roaring_bitmap_t **sets, size_t n,
                          zg_set *out) {
  if (n == 0)
    return empty(e, out);
  if (n == 1)
    return within(e, sets[0], out);
  if (e->all != zg_table_all(e->t)) { /* few: no union of the whole table */
    zg_status st = within(e, sets[0], out);
    for (size_t i = 1; i < n && !st; i++) {
      zg_set one = ZG_SET_INIT;
      if (!(st = within(e, sets[i], &one)))
        st = zg_set_or(out, &one, e->err);
      zg_set_drop(&one);
    }
    return st;
  }
  roaring_bitmap_t *b = roaring_bitmap_or_many(n, sets);
  if (!b)
    return zg_fail_nomem(e->err);
  *out = zg_set_take(b);
  return ZG_OK;
}

static int by_ordinal(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* Each value once, however often it is asked for. */
static zg_status eval_values(evaluator *e, const zg_filter *f, zg_set *out) {
  const roaring_bitmap_t **sets = malloc(f->n_values * sizeof *sets);
  uint32_t *ordinals = malloc(f->n_values * sizeof *ordinals);
  size_t n = 0;
  zg_status st = ZG_OK;
  if (!sets || !ordinals) {
    st = zg_fail_nomem(e->err);
    goto out;
  }
  for (size_t i = 0; i < f->n_values; i++)
    ordinals[i] = zg_table_ordinal(e->t, f->field, f->values[i]);
  qsort(ordinals, f->n_values, sizeof *ordinals, by_ordinal);
  for (size_t i = 0; i < f->n_values; i++)
    if (ordinals[i] && (i == 0 || ordinals[i] != ordinals[i - 1]))
      sets[n++] = zg_table_bitmap(e->t, f->field, ordinals[i]);
  st = union_of(e, sets, n, out);
out:
  free(ordinals);
  free(sets);
  return st;
}

static zg_status eval_field_range(evaluator *e, const zg_filter *f,
                                  zg_set *out) {
  uint32_t n_ordinals = zg_table_ordinals(e->t, f->field);
  const roaring_bitmap_t **sets = malloc((n_ordinals + 1) * sizeof *sets);
  size_t n = 0;
  if (!sets)
    return zg_fail_nomem(e->err);
  for (uint32_t o = 1; o < n_ordinals; o++) {
    int64_t v = zg_table_number(e->t, f->field, o);
    if (v >= f->low && v <= f->high)
      sets[n++] = zg_table_bitmap(e->t, f->field, o);
  }
  zg_status st = union_of(e, sets, n, out);
  free(sets);
  return st;
}

static bool holds(const zg_filter *f, int64_t v) {
  if (f->kind == ZG_FILTER_RANGE)
    return v >= f->low && v <= f->high;
  size_t lo = 0, hi = f->n_numbers;
  if (hi == 0 || v < f->numbers[0] || v > f->numbers[hi - 1])
    return false;
  while (hi - lo > 1) {
    size_t mid = lo + (hi - lo) / 2;
    if (f->numbers[mid] <= v)
      lo = mid;
    else
      hi = mid;
  }
  return f->numbers[lo] == v;
}

/* Documents [begin, end) of one chunk whose measure is held by the condition
 * (or is not). */
static void scan_chunk(const int64_t *column, uint32_t chunk, uint32_t begin,
                       uint32_t end, const zg_filter *f, bool inside,
                       uint32_t *hits, roaring_bitmap_t *into) {
  size_t n = 0;
  for (uint32_t i = begin; i < end; i++) {
    hits[n] = (chunk << ZG_CHUNK_BITS) | i;
    n += holds(f, column[i]) == inside;
  }
  roaring_bitmap_add_many(into, n, hits);
}

/* How much of a chunk there is to scan: up to the last document, nothing when
 * none of it lives. */
static uint32_t chunk_end(const roaring_bitmap_t *all, uint32_t last,
                          uint32_t chunk) {
  uint64_t from = (uint64_t)chunk << ZG_CHUNK_BITS;
  if (from > last ||
      roaring_bitmap_range_cardinality(all, from, from + ZG_CHUNK_DOCS) == 0)
    return 0;
  return last - from < ZG_CHUNK_DOCS ? (uint32_t)(last - from) + 1
                                     : ZG_CHUNK_DOCS;
}

/* Column scan.  Dead documents read 0 and absent chunks are all 0, so what
 * holds 0 is worked out as the complement of the rest. */
static zg_status eval_measure(evaluator *e, const zg_filter *f, zg_set *out) {
  const roaring_bitmap_t *all = e->all;
  uint32_t first = roaring_bitmap_minimum(all);
  uint32_t last = roaring_bitmap_maximum(all), at = first >> ZG_CHUNK_BITS;
  bool zero_in = holds(f, 0);
  zg_status st = ZG_OK;
  uint32_t *hits = malloc((ZG_CHUNK_DOCS + 1) * sizeof *hits);
  roaring_bitmap_t *b = roaring_bitmap_create();
  if (!hits || !b) {
    st = zg_fail_nomem(e->err);
    goto out;
  }
  for (uint32_t c = at; c < zg_table_chunks(e->t); c++) {
    const int64_t *column = zg_table_measure(e->t, f->measure, c);
    if ((st = zg_cancelled(e->cancel, e->err)))
      goto out;
    if (column)
      scan_chunk(column, c, c == at ? first & (ZG_CHUNK_DOCS - 1) : 0,
                 chunk_end(all, last, c), f, !zero_in, hits, b);
  }
  *out = zg_set_take(b);
  b = NULL;
  if (zero_in)
    st = complement(e, out);
out:
  free(hits);
  if (b)
    roaring_bitmap_free(b);
  return st;
}

static zg_status eval_exists(evaluator *e, const zg_filter *f, zg_set *out) {
  zg_filter zero = *f;
  zg_status st;
  if (f->is_measure) {
    zero.kind = ZG_FILTER_RANGE;
    zero.low = zero.high = 0;
    st = eval_measure(e, &zero, out);
  } else {
    st = within(e, zg_table_bitmap(e->t, f->field, 0), out);
  }
  return st ? st : complement(e, out);
}

/* Positive members first, so that a NOT takes away from what is left instead
 * of building its complement. */
static zg_status eval_and(evaluator *e, const zg_filter *f, zg_set *out) {
  zg_set acc = zg_set_borrow(e->all);
  zg_status st = ZG_OK;
  bool first = true;
  for (int pass = 0; pass < 2 && st == ZG_OK; pass++)
    for (size_t i = 0; i < f->n_kids && st == ZG_OK; i++) {
      const zg_filter *kid = f->kids[i];
      bool negative = kid->kind == ZG_FILTER_NOT;
      if (negative != (pass == 1))
        continue;
      zg_set one = ZG_SET_INIT;
      if ((st = eval(e, negative ? kid->kids[0] : kid, &one)) == ZG_OK) {
        if (negative) {
          st = zg_set_andnot(&acc, &one, e->err);
        } else if (first) {
          acc = one;
          one = (zg_set)ZG_SET_INIT;
        } else {
          st = zg_set_and(&acc, &one, e->err);
        }
        first = false;
      }
      zg_set_drop(&one);
    }
  if (st) {
    zg_set_drop(&acc);
    return st;
  }
  *out = acc;
  return ZG_OK;
}

static zg_status eval_or(evaluator *e, const zg_filter *f, zg_set *out) {
  zg_set acc = ZG_SET_INIT;
  zg_status st = eval(e, f->kids[0], &acc);
  for (size_t i = 1; i < f->n_kids && st == ZG_OK; i++) {
    zg_set one = ZG_SET_INIT;
    if ((st = eval(e, f->kids[i], &one)) == ZG_OK)
      st = zg_set_or(&acc, &one, e->err);
    zg_set_drop(&one);
  }
  if (st) {
    zg_set_drop(&acc);
    return st;
  }
  *out = acc;
  return ZG_OK;
}

static zg_status eval(evaluator *e, const zg_filter *f, zg_set *out) {
  zg_status st = zg_cancelled(e->cancel, e->err);
  if (st)
    return st;
  switch (f->kind) {
  case ZG_FILTER_AND:
    return eval_and(e, f, out);
  case ZG_FILTER_OR:
    return eval_or(e, f, out);
  case ZG_FILTER_NOT:
    st = eval(e, f->kids[0], out);
    return st ? st : complement(e, out);
  case ZG_FILTER_VALUES:
    return eval_values(e, f, out);
  case ZG_FILTER_RANGE:
    return f->is_measure ? eval_measure(e, f, out)
                         : eval_field_range(e, f, out);
  case ZG_FILTER_NUMBERS:
    return eval_measure(e, f, out);
  case ZG_FILTER_EXISTS:
    return eval_exists(e, f, out);
  }
  return zg_fail(e->err, ZG_INTERNAL, "internal", "", "unknown filter node");
}

zg_status zg_filter_eval(zg_set *out, const zg_table *t, const zg_filter *f,
                         const _Atomic int *cancel, zg_error *err) {
  return zg_filter_eval_of(out, t, zg_table_all(t), f, cancel, err);
}

zg_status zg_filter_eval_of(zg_set *out, const zg_table *t,
                            const roaring_bitmap_t *some, const zg_filter *f,
                            const _Atomic int *cancel, zg_error *err) {
  evaluator e = {t, some, cancel, err};
  *out = (zg_set)ZG_SET_INIT;
  if (!f) {
    *out = zg_set_borrow(some);
    return ZG_OK;
  }
  zg_status st = eval(&e, f, out);
  if (st)
    zg_set_drop(out);
  return st;
}

/* ---- facets without their own constraint ---- */

static bool speaks_only_of(const zg_filter *f, zg_field field) {
  switch (f->kind) {
  case ZG_FILTER_AND:
  case ZG_FILTER_OR:
  case ZG_FILTER_NOT:
    for (size_t i = 0; i < f->n_kids; i++)
      if (!speaks_only_of(f->kids[i], field))
        return false;
    return true;
  default:
    return !f->is_measure && f->field == field;
  }
}

bool zg_filter_droppable(const zg_filter *f, zg_field field) {
  if (!f)
    return false;
  if (speaks_only_of(f, field))
    return true;
  for (size_t i = 0; f->kind == ZG_FILTER_AND && i < f->n_kids; i++)
    if (zg_filter_droppable(f->kids[i], field))
      return true;
  return false;
}

zg_status zg_filter_eval_without(zg_set *out, const zg_table *t,
                                 const zg_filter *f, zg_field field,
                                 const _Atomic int *cancel, zg_error *err) {
  evaluator e = {t, zg_table_all(t), cancel, err};
  if (!f || speaks_only_of(f, field))
    return zg_filter_eval(out, t, NULL, cancel, err);
  *out = (zg_set)ZG_SET_INIT;
  if (f->kind != ZG_FILTER_AND)
    return eval(&e, f, out);
  zg_set acc = zg_set_borrow(zg_table_all(t));
  zg_status st = ZG_OK;
  for (size_t i = 0; i < f->n_kids && st == ZG_OK; i++) {
    zg_set one = ZG_SET_INIT;
    st = zg_filter_eval_without(&one, t, f->kids[i], field, cancel, err);
    if (st == ZG_OK && one.bitmap != zg_table_all(t))
      st = zg_set_and(&acc, &one, err);
    zg_set_drop(&one);
  }
  if (st)
    zg_set_drop(&acc);
  else
    *out = acc;
  return st;
}

bool zg_filter_selects(const zg_filter *f, zg_field field, zg_str value) {
  if (!f || f->kind == ZG_FILTER_NOT)
    return false;
  for (size_t i = 0; i < f->n_kids; i++)
    if (zg_filter_selects(f->kids[i], field, value))
      return true;
  if (f->kind != ZG_FILTER_VALUES || f->is_measure || f->field != field)
    return false;
  for (size_t i = 0; i < f->n_values; i++)
    if (zg_str_eq(f->values[i], value))
      return true;
  return false;
}
