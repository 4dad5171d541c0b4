#include "query/facet.h"

#include <stdlib.h>

/* Where bitmaps win over the column pass (design: architecture). */
#define BITMAP_VALUES_MAX 64
#define BITMAP_MATCH_PERCENT 30
#define SORT_FACTOR 8 /* values per match from which sorting wins */

typedef struct counted {
  uint32_t ordinal;
  uint64_t count;
} counted;

typedef struct tally {
  counted *a; /* count > 0, one per ordinal */
  size_t n;
} tally;

/* ---- counting ---- */

static zg_status tally_from(tally *out, const uint32_t *counts, uint32_t n,
                            zg_error *err) {
  size_t seen = 0;
  for (uint32_t o = 1; o < n; o++)
    seen += counts[o] > 0;
  out->a = malloc((seen + 1) * sizeof *out->a);
  if (!out->a)
    return zg_fail_nomem(err);
  for (uint32_t o = 1; o < n; o++)
    if (counts[o])
      out->a[out->n++] = (counted){o, counts[o]};
  return ZG_OK;
}

static zg_status by_cardinality(tally *out, const zg_facet_job *job, uint32_t n,
                                zg_error *err) {
  uint32_t *counts = calloc(n + 1, sizeof *counts);
  if (!counts)
    return zg_fail_nomem(err);
  for (uint32_t o = 1; o < n; o++)
    counts[o] = zg_table_cardinality(job->table, job->field, o);
  zg_status st = tally_from(out, counts, n, err);
  free(counts);
  return st;
}

static zg_status by_bitmaps(tally *out, const zg_facet_job *job, uint32_t n,
                            zg_error *err) {
  uint32_t *counts = calloc(n + 1, sizeof *counts);
  if (!counts)
    return zg_fail_nomem(err);
  zg_status st = ZG_OK;
  for (uint32_t o = 1; o < n && st == ZG_OK; o++) {
    counts[o] = (uint32_t)roaring_bitmap_and_cardinality(
        job->match, zg_table_bitmap(job->table, job->field, o));
    st = zg_cancelled(job->cancel, err);
  }
  if (st == ZG_OK)
    st = tally_from(out, counts, n, err);
  free(counts);
  return st;
}

/* A finding's values of the field, each once; calls for every block. */
typedef void (*take_block)(void *arg, const uint32_t *ordinals, uint32_t n);

static zg_status each_block(const zg_facet_job *job, take_block take, void *arg,
                            zg_error *err) {
  unsigned planes = zg_field_planes(job->field);
  zg_block *block = malloc(sizeof *block);
  uint32_t *ordinals = malloc(ZG_BLOCK * sizeof *ordinals);
  zg_status st = block && ordinals ? ZG_OK : zg_fail_nomem(err);
  if (st)
    goto out;
  zg_block_begin(block, job->match);
  while (st == ZG_OK && zg_block_next(block)) {
    const uint32_t *first =
        zg_table_column(job->table, job->field, 0, block->chunk);
    for (unsigned plane = 0; first && plane < planes; plane++) {
      const uint32_t *column =
          plane ? zg_table_column(job->table, job->field, plane, block->chunk)
                : first;
      if (!column)
        continue;
      for (uint32_t i = 0; i < block->n; i++) {
        uint32_t at = block->docids[i] & (ZG_CHUNK_DOCS - 1);
        ordinals[i] = plane && column[at] == first[at] ? 0 : column[at];
      }
      take(arg, ordinals, block->n);
    }
    st = zg_cancelled(job->cancel, err);
  }
out:
  free(block);
  free(ordinals);
  return st;
}

static void add_counts(void *arg, const uint32_t *ordinals, uint32_t n) {
  uint32_t *counts = arg;
  for (uint32_t i = 0; i < n; i++)
    counts[ordinals[i]]++;
}

static zg_status by_columns(tally *out, const zg_facet_job *job, uint32_t n,
                            zg_error *err) {
  uint32_t *counts = calloc(n + 1, sizeof *counts);
  if (!counts)
    return zg_fail_nomem(err);
  zg_status st = each_block(job, add_counts, counts, err);
  if (st == ZG_OK)
    st = tally_from(out, counts, n, err);
  free(counts);
  return st;
}

typedef struct ordinal_list {
  uint32_t *a;
  size_t n;
} ordinal_list;

static void add_ordinals(void *arg, const uint32_t *ordinals, uint32_t n) {
  ordinal_list *l = arg;
  for (uint32_t i = 0; i < n; i++)
    if (ordinals[i])
      l->a[l->n++] = ordinals[i];
}

static int by_number(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static zg_status by_sorting(tally *out, const zg_facet_job *job,
                            zg_error *err) {
  uint64_t matches = roaring_bitmap_get_cardinality(job->match);
  ordinal_list l = {NULL, 0};
  l.a = malloc((matches * zg_field_planes(job->field) + 1) * sizeof *l.a);
  if (!l.a)
    return zg_fail_nomem(err);
  zg_status st = each_block(job, add_ordinals, &l, err);
  if (st)
    goto out;
  qsort(l.a, l.n, sizeof *l.a, by_number);
  out->a = malloc((l.n + 1) * sizeof *out->a);
  if (!out->a) {
    st = zg_fail_nomem(err);
    goto out;
  }
  for (size_t i = 0; i < l.n; i++) {
    if (i == 0 || l.a[i] != l.a[i - 1])
      out->a[out->n++] = (counted){l.a[i], 0};
    out->a[out->n - 1].count++;
  }
out:
  free(l.a);
  return st;
}

static zg_facet_way plan(const zg_facet_job *job, uint32_t n_ordinals) {
  uint64_t matches = roaring_bitmap_get_cardinality(job->match);
  uint64_t all = zg_table_count(job->table);
  if (matches == all)
    return ZG_FACET_CACHED;
  if (n_ordinals <= BITMAP_VALUES_MAX + 1 &&
      matches * 100 > all * BITMAP_MATCH_PERCENT)
    return ZG_FACET_BITMAPS;
  return n_ordinals > matches * SORT_FACTOR ? ZG_FACET_SORTED
                                            : ZG_FACET_COLUMNS;
}

/* ---- order ---- */

typedef struct order {
  const zg_table *t;
  zg_field f;
} order;

static int compare(const counted *a, const counted *b, const order *o) {
  if (a->count != b->count)
    return a->count > b->count ? -1 : 1;
  zg_str x = zg_table_value(o->t, o->f, a->ordinal),
         y = zg_table_value(o->t, o->f, b->ordinal);
  int c = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
  return c ? c : (x.n > y.n) - (x.n < y.n);
}

static int compare_r(const void *a, const void *b, void *arg) {
  return compare(a, b, arg);
}

static void sift_down(counted *heap, size_t n, size_t i, const order *o) {
  for (;;) {
    size_t worst = i, l = 2 * i + 1, r = l + 1;
    if (l < n && compare(&heap[l], &heap[worst], o) > 0)
      worst = l;
    if (r < n && compare(&heap[r], &heap[worst], o) > 0)
      worst = r;
    if (worst == i)
      return;
    counted c = heap[i];
    heap[i] = heap[worst];
    heap[worst] = c;
    i = worst;
  }
}

/* Brings the best `limit` to the front, in order. */
static size_t best(tally *t, size_t limit, order *o) {
  size_t n = limit < t->n ? limit : t->n;
  if (n == 0)
    return 0;
  if (n < t->n) {
    for (size_t i = n / 2; i-- > 0;)
      sift_down(t->a, n, i, o);
    for (size_t i = n; i < t->n; i++) {
      if (compare(&t->a[i], &t->a[0], o) >= 0)
        continue;
      t->a[0] = t->a[i];
      sift_down(t->a, n, 0, o);
    }
  }
  qsort_r(t->a, n, sizeof *t->a, compare_r, o);
  return n;
}

static void set_range(zg_facet_result *out, const zg_facet_job *job,
                      const tally *t) {
  if (!zg_field_numeric(job->field) || t->n == 0)
    return;
  out->has_range = true;
  for (size_t i = 0; i < t->n; i++) {
    int64_t v = zg_table_number(job->table, job->field, t->a[i].ordinal);
    if (i == 0 || v < out->min)
      out->min = v;
    if (i == 0 || v > out->max)
      out->max = v;
  }
}

static zg_status list_values(zg_facet_result *out, zg_arena *arena,
                             const zg_facet_job *job, const tally *t, size_t n,
                             zg_error *err) {
  out->values = zg_arena_alloc(arena, (n + 1) * sizeof *out->values);
  if (!out->values)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < n; i++) {
    uint32_t o = t->a[i].ordinal;
    zg_facet_value *v = &out->values[out->n_values++];
    v->ordinal = o;
    v->count = t->a[i].count;
    v->value = zg_arena_dup(arena, zg_table_value(job->table, job->field, o));
    if (!v->value.p)
      return zg_fail_nomem(err);
    v->selected = zg_filter_selects(job->filter, job->field, v->value);
    out->other_count -= v->count;
  }
  return ZG_OK;
}

zg_status zg_facet_count(zg_facet_result *out, zg_arena *arena,
                         const zg_facet_job *job, zg_error *err) {
  memset(out, 0, sizeof *out);
  out->field = job->field;
  uint32_t n = zg_table_ordinals(job->table, job->field);
  tally t = {NULL, 0};
  zg_status st;
  switch (job->way ? job->way : plan(job, n)) {
  case ZG_FACET_CACHED:
    st = by_cardinality(&t, job, n, err);
    break;
  case ZG_FACET_BITMAPS:
    st = by_bitmaps(&t, job, n, err);
    break;
  case ZG_FACET_SORTED:
    st = by_sorting(&t, job, err);
    break;
  default:
    st = by_columns(&t, job, n, err);
    break;
  }
  if (st)
    goto out;
  out->total_values = t.n;
  for (size_t i = 0; i < t.n; i++)
    out->other_count += t.a[i].count;
  set_range(out, job, &t);
  /* `best` loses values from behind the limit, but they were counted above. */
  order o = {job->table, job->field};
  st = list_values(out, arena, job, &t, best(&t, job->limit, &o), err);
out:
  free(t.a);
  return st;
}
