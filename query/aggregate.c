#include "query/aggregate.h"
#include "query/group.h"
#include "query/plan.h"
#include "query/top.h"

#include <stdlib.h>

/* Of `zeroes` over several dimensions: a row takes over 200 bytes, and at most
 * ZG_BUCKETS_MAX are answered. */
#define COMBINATIONS_MAX 100000u

/* The result and what it owns; `r` stands first. */
typedef struct owned {
  zg_aggregate_result r;
  zg_arena *arena;
} owned;

typedef struct aggregate {
  const zg_context *ctx;
  const zg_aggregate_request *req;
  const zg_table *table;
  zg_arena *work;
  owned *out;
  zg_plan plan;
  zg_set match; /* not held where cubes do without it */
  zg_metric metrics[ZG_METRICS_MAX];
  size_t n_metrics;
  size_t leaves; /* conditions of the filters so far */
  bool whole;    /* the match is what meets the filter */
  zg_filter *rate_filters[ZG_METRICS_MAX];
  zg_set rates[ZG_METRICS_MAX];
  const roaring_bitmap_t *rate_bitmaps[ZG_METRICS_MAX];
  zg_explain explain;
  zg_error *err;
} aggregate;

void zg_aggregate_result_free(zg_aggregate_result *r) {
  owned *o = (owned *)r;
  if (!o)
    return;
  zg_arena_free(o->arena);
  free(o);
}

/* ---- request ---- */

static zg_status check(const zg_aggregate_request *req, zg_error *err) {
  if (req->n_group_by > ZG_DIMENSIONS_MAX)
    return zg_fail(err, ZG_INVALID, "invalid_group_by", "group_by",
                   "group_by: %zu fields; at most %d", req->n_group_by,
                   ZG_DIMENSIONS_MAX);
  for (size_t i = 0; i < req->n_group_by; i++)
    for (size_t k = 0; k < i; k++)
      if (req->group_by[i] == req->group_by[k])
        return zg_fail(err, ZG_INVALID, "invalid_group_by",
                       req->crosstab ? "crosstab" : "group_by",
                       "%s: '%s' stands there twice",
                       req->crosstab ? "crosstab" : "group_by",
                       zg_field_name(req->group_by[i]));
  if (req->n_metrics > ZG_METRICS_MAX)
    return zg_fail(err, ZG_INVALID, "invalid_metric", "metrics",
                   "metrics: %zu; at most %d", req->n_metrics, ZG_METRICS_MAX);
  size_t n = req->n_metrics ? req->n_metrics : 1;
  if (req->order < -1 || (req->order >= 0 && (size_t)req->order >= n))
    return zg_fail(err, ZG_INVALID, "invalid_order", "order",
                   "order: names no metric of the request");
  if (req->limit > ZG_BUCKETS_MAX)
    return zg_fail(err, ZG_INVALID, "too_many_buckets", "limit",
                   "limit: %u; at most %d groups", req->limit, ZG_BUCKETS_MAX);
  if (req->crosstab && (req->n_group_by != 2 || n != 1))
    return zg_fail(err, ZG_INVALID, "invalid_crosstab", "crosstab",
                   "crosstab: takes one field for rows, one for cols and one "
                   "metric");
  if (req->n_set_filters > sizeof req->set_filters / sizeof *req->set_filters ||
      (req->set != ZG_SET_NONE && req->n_set_filters == 0))
    return zg_fail(err, ZG_INVALID, "invalid_set", "set",
                   "set: takes 1 to %zu filters",
                   sizeof req->set_filters / sizeof *req->set_filters);
  return ZG_OK;
}

/* The work of a request is bounded by the conditions of all its filters. */
static zg_status count_leaves(aggregate *a, const zg_filter *f,
                              const char *param) {
  a->leaves += zg_filter_leaves(f);
  if (a->leaves <= ZG_FILTER_LEAVES_MAX)
    return ZG_OK;
  return zg_fail(a->err, ZG_INVALID, "filter_too_complex", param,
                 "%s: more than %d conditions in all filters of the request",
                 param, ZG_FILTER_LEAVES_MAX);
}

static zg_status eval_filter(aggregate *a, zg_str text, const char *param,
                             zg_filter **f, zg_set *out) {
  zg_status st = zg_filter_parse(f, a->work, text, param, a->err);
  if (st == ZG_OK)
    st = count_leaves(a, *f, param);
  return st ? st : zg_filter_match(out, a->ctx, *f, a->work, a->err);
}

static zg_status eval_set(aggregate *a, zg_set *io) {
  const zg_aggregate_request *req = a->req;
  zg_set acc = ZG_SET_INIT;
  zg_filter *f = NULL;
  zg_status st = eval_filter(a, req->set_filters[0], "set", &f, &acc);
  for (size_t i = 1; i < req->n_set_filters && st == ZG_OK; i++) {
    zg_set one = ZG_SET_INIT;
    if ((st = eval_filter(a, req->set_filters[i], "set", &f, &one)))
      break;
    st = req->set == ZG_SET_UNION       ? zg_set_or(&acc, &one, a->err)
         : req->set == ZG_SET_INTERSECT ? zg_set_and(&acc, &one, a->err)
         : req->set == ZG_SET_XOR       ? zg_set_xor(&acc, &one, a->err)
                                        : zg_set_andnot(&acc, &one, a->err);
    zg_set_drop(&one);
  }
  if (st == ZG_OK)
    st = zg_set_and(io, &acc, a->err);
  zg_set_drop(&acc);
  return st;
}

static zg_status match_of(const roaring_bitmap_t **out, void *arg) {
  aggregate *a = arg;
  zg_status st = ZG_OK;
  if (!a->match.bitmap)
    st = zg_plan_match(&a->match, &a->plan, a->ctx, a->work, a->err);
  *out = a->match.bitmap;
  return st;
}

/* A filter alone may not even have to be evaluated; to explain what that saves,
 * or to take a certain way, it is. */
static zg_status count_match(aggregate *a) {
  zg_tally t = {.size = 0};
  zg_tally_job job = {.table = a->table,
                      .whole = true,
                      .where = a->plan.filter,
                      .match_of = match_of,
                      .match_arg = a,
                      .cancel = a->ctx->cancel};
  const roaring_bitmap_t *match;
  if (!a->whole || !a->plan.filter || a->req->explain || a->req->way)
    return match_of(&match, a);
  zg_status st = zg_tally_make(&t, &job, a->err);
  if (st == ZG_OK)
    a->out->r.total = t.counts[t.ids[0]];
  zg_tally_free(&t);
  return st;
}

static zg_status plan(aggregate *a) {
  const zg_aggregate_request *req = a->req;
  zg_status st = zg_plan_make(&a->plan, a->ctx, a->work, req->q, req->filter,
                              req->operator_or, a->err);
  if (st == ZG_OK)
    st = count_leaves(a, a->plan.filter, "filter");
  a->n_metrics = req->n_metrics;
  memcpy(a->metrics, req->metrics, req->n_metrics * sizeof *a->metrics);
  if (a->n_metrics == 0)
    a->metrics[a->n_metrics++] =
        (zg_metric){.op = ZG_METRIC_COUNT, .name = ZG_STR("count")};
  for (size_t m = 0; m < a->n_metrics && st == ZG_OK; m++) {
    if (a->metrics[m].op != ZG_METRIC_RATE)
      continue;
    st = eval_filter(a, a->metrics[m].filter, "metrics", &a->rate_filters[m],
                     &a->rates[m]);
    a->rate_bitmaps[m] = a->rates[m].bitmap;
  }
  a->whole = !a->plan.query && req->set == ZG_SET_NONE;
  if (st == ZG_OK)
    st = count_match(a);
  if (st == ZG_OK && req->set != ZG_SET_NONE)
    st = eval_set(a, &a->match);
  if (st == ZG_OK && a->match.bitmap)
    a->out->r.total = roaring_bitmap_get_cardinality(a->match.bitmap);
  return st;
}

static zg_group_job job_of(aggregate *a, const char *name,
                           const zg_field *fields, size_t n) {
  zg_group_job job = {.table = a->table,
                      .match = a->match.bitmap,
                      .match_of = match_of,
                      .match_arg = a,
                      .total = a->out->r.total,
                      .n_fields = n,
                      .metrics = a->metrics,
                      .n_metrics = a->n_metrics,
                      .rates = a->rate_bitmaps,
                      .rate_filters = (const zg_filter *const *)a->rate_filters,
                      .whole = a->whole,
                      .where = a->plan.filter,
                      .way = a->req->way,
                      .cancel = a->ctx->cancel,
                      .explain = a->req->explain ? &a->explain : NULL,
                      .name = name};
  if (n)
    memcpy(job.fields, fields, n * sizeof *fields);
  return job;
}

/* ---- order ---- */

static int compare_values(const zg_table *t, zg_field f, uint32_t a,
                          uint32_t b) {
  if (a == b)
    return 0;
  if (zg_field_numeric(f)) {
    int64_t x = zg_table_number(t, f, a), y = zg_table_number(t, f, b);
    return x < y ? -1 : x > y;
  }
  zg_str x = zg_table_value(t, f, a), y = zg_table_value(t, f, b);
  int c = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
  return c ? c : (x.n > y.n) - (x.n < y.n);
}

typedef struct order {
  const aggregate *a;
  const zg_groups *groups; /* of compare_entries */
  const zg_field *fields;
  size_t n_fields;
  int metric; /* -1: by key */
  bool ascending;
} order;

/* Null keys stand last whichever way. */
static int compare_keys(const order *o, const uint32_t *x, const uint32_t *y,
                        bool ascending) {
  for (size_t d = 0; d < o->n_fields; d++) {
    if (x[d] == y[d])
      continue;
    if (!x[d] || !y[d])
      return x[d] ? -1 : 1;
    int c = compare_values(o->a->table, o->fields[d], x[d], y[d]);
    if (c)
      return ascending ? c : -c;
  }
  return 0;
}

static int compare_numbers(const zg_number *x, const zg_number *y) {
  if (x->type == ZG_NUMBER_INT && y->type == ZG_NUMBER_INT)
    return x->i < y->i ? -1 : x->i > y->i;
  long double a = x->type == ZG_NUMBER_INT ? (long double)x->i : x->d;
  long double b = y->type == ZG_NUMBER_INT ? (long double)y->i : y->d;
  return a < b ? -1 : a > b;
}

/* Undefined numbers stand last whichever way; 0: the keys decide. */
static int compare_metric(const order *o, const zg_number *a,
                          const zg_number *b) {
  bool none = a->type == ZG_NUMBER_NULL, none_b = b->type == ZG_NUMBER_NULL;
  if (none != none_b)
    return none ? 1 : -1;
  int c = none ? 0 : compare_numbers(a, b);
  return o->ascending ? c : -c;
}

static int compare_rows(const void *p, const void *q, void *arg) {
  const order *o = arg;
  const zg_row *x = p, *y = q;
  if (o->metric < 0)
    return compare_keys(o, x->key, y->key, o->ascending);
  int c = compare_metric(o, &x->metrics[o->metric], &y->metrics[o->metric]);
  return c ? c : compare_keys(o, x->key, y->key, true);
}

/* A group while the best are looked for: most are never made into rows. */
typedef struct entry {
  uint32_t id;
  zg_number number; /* that it is ordered by */
} entry;

static int compare_entries(const void *p, const void *q, void *arg) {
  const order *o = arg;
  const entry *x = p, *y = q;
  uint32_t a[ZG_TALLY_DIMS], b[ZG_TALLY_DIMS];
  int c = o->metric < 0 ? 0 : compare_metric(o, &x->number, &y->number);
  if (c)
    return c;
  zg_tally_key(&o->groups->tally, x->id, a);
  zg_tally_key(&o->groups->tally, y->id, b);
  return compare_keys(o, a, b, o->metric < 0 ? o->ascending : true);
}

static size_t sort_rows(const aggregate *a, zg_rows *rows,
                        const zg_field *fields, size_t n, int metric,
                        bool ascending, size_t limit) {
  order o = {a, NULL, fields, n, metric, ascending};
  return zg_top(rows->rows, rows->n, sizeof *rows->rows, limit, compare_rows,
                &o);
}

/* ---- groups without findings ---- */

static int by_ordinals(const void *p, const void *q) {
  const zg_row *x = p, *y = q;
  for (size_t d = 0; d < ZG_DIMENSIONS_MAX; d++)
    if (x->key[d] != y->key[d])
      return x->key[d] < y->key[d] ? -1 : 1;
  return 0;
}

/* Ordinals that some live finding has. */
static zg_status live_values(aggregate *a, zg_field f, uint32_t **out,
                             size_t *n) {
  uint32_t count = zg_table_ordinals(a->table, f);
  *n = 0;
  *out = zg_arena_alloc(a->work, (count + 1) * sizeof **out);
  if (!*out)
    return zg_fail_nomem(a->err);
  for (uint32_t o = 1; o < count; o++)
    if (zg_table_cardinality(a->table, f, o))
      (*out)[(*n)++] = o;
  return ZG_OK;
}

static zg_status add_zeroes(aggregate *a, const zg_group_job *job,
                            zg_rows *rows) {
  uint32_t *values[ZG_DIMENSIONS_MAX] = {NULL};
  size_t n[ZG_DIMENSIONS_MAX] = {0}, pick[ZG_DIMENSIONS_MAX] = {0};
  uint64_t product = 1;
  for (size_t d = 0; d < job->n_fields; d++) {
    zg_status st = live_values(a, job->fields[d], &values[d], &n[d]);
    if (st)
      return st;
    product *= n[d];
    if (product > COMBINATIONS_MAX)
      return zg_fail(a->err, ZG_INVALID, "too_many_buckets", "zeroes",
                     "zeroes: more than %u combinations of values; group by "
                     "fewer fields or leave zeroes out",
                     COMBINATIONS_MAX);
  }
  if (product == 0 || job->n_fields == 0)
    return ZG_OK;
  zg_row *grown = realloc(rows->rows, (rows->n + product) * sizeof *rows->rows);
  if (!grown)
    return zg_fail_nomem(a->err);
  rows->rows = grown;
  size_t had = rows->n;
  qsort(rows->rows, had, sizeof *rows->rows, by_ordinals);
  for (uint64_t i = 0; i < product; i++) {
    zg_row *r = &rows->rows[rows->n];
    zg_group_nothing(r, job);
    for (size_t d = 0; d < job->n_fields; d++)
      r->key[d] = values[d][pick[d]];
    if (!bsearch(r, rows->rows, had, sizeof *r, by_ordinals))
      rows->n++;
    for (size_t d = job->n_fields; d > 0 && ++pick[d - 1] == n[d - 1]; d--)
      pick[d - 1] = 0;
  }
  return ZG_OK;
}

/* ---- answers ---- */

static zg_status key_text(aggregate *a, zg_field f, uint32_t ordinal,
                          zg_str *out) {
  *out = ZG_STR_NULL;
  if (ordinal == 0)
    return ZG_OK;
  *out = zg_arena_dup(a->out->arena, zg_table_value(a->table, f, ordinal));
  return out->p ? ZG_OK : zg_fail_nomem(a->err);
}

/* From the groups where each finding stands in one of them, else counted. */
static zg_status set_totals(aggregate *a, const zg_groups *groups) {
  bool folded;
  zg_rows all;
  zg_status st = zg_groups_fold(&all, &folded, groups, -1, a->err);
  if (st == ZG_OK && !folded) {
    zg_group_job job = job_of(a, "totals", NULL, 0);
    st = zg_group_rows(&all, &job, a->err);
  }
  if (st == ZG_OK)
    memcpy(a->out->r.totals, all.rows[0].metrics, sizeof a->out->r.totals);
  free(all.rows);
  return st;
}

static zg_status open_list(aggregate *a, size_t n) {
  zg_aggregate_result *r = &a->out->r;
  r->groups = zg_arena_alloc(a->out->arena, (n + 1) * sizeof *r->groups);
  return r->groups ? ZG_OK : zg_fail_nomem(a->err);
}

static zg_status list_row(aggregate *a, const zg_row *row) {
  const zg_aggregate_request *req = a->req;
  zg_group *g = &a->out->r.groups[a->out->r.n_groups++];
  zg_status st = ZG_OK;
  g->count = row->count;
  memcpy(g->metrics, row->metrics, sizeof g->metrics);
  for (size_t d = 0; d < req->n_group_by && st == ZG_OK; d++)
    st = key_text(a, req->group_by[d], row->key[d], &g->key[d]);
  return st;
}

/* Most groups of a long list are out by their count alone. */
static bool out_by_count(const zg_heap *h, const aggregate *a, uint32_t count) {
  const zg_aggregate_request *req = a->req;
  const entry *last = h->items;
  return h->n == h->limit && h->n && req->order >= 0 && !req->ascending &&
         a->metrics[req->order].op == ZG_METRIC_COUNT &&
         count < (uint64_t)last->number.i;
}

/* The best groups; the others only give their count. */
static zg_status list_best(aggregate *a, const zg_groups *groups) {
  const zg_aggregate_request *req = a->req;
  zg_aggregate_result *r = &a->out->r;
  const zg_tally *t = &groups->tally;
  order o = {a,          groups,        req->group_by, req->n_group_by,
             req->order, req->ascending};
  zg_heap best = {.limit = t->n < req->limit ? t->n : req->limit,
                  .size = sizeof(entry),
                  .compare = compare_entries,
                  .arg = &o};
  best.items = malloc((best.limit + 1) * sizeof(entry));
  zg_status st = best.items ? open_list(a, best.limit) : zg_fail_nomem(a->err);
  r->total_groups = t->n;
  for (size_t i = 0; i < t->n && st == ZG_OK; i++) {
    uint32_t id = t->ids[i];
    entry e = {.id = id};
    r->other_count += t->counts[id];
    if (out_by_count(&best, a, t->counts[id]))
      continue;
    if (req->order >= 0)
      e.number = zg_groups_metric(groups, id, (size_t)req->order);
    zg_heap_offer(&best, &e);
  }
  zg_heap_sort(&best);
  for (size_t i = 0; i < best.n && st == ZG_OK; i++) {
    zg_row row;
    zg_groups_row(groups, ((entry *)best.items)[i].id, &row);
    r->other_count -= row.count;
    st = list_row(a, &row);
  }
  free(best.items);
  return st;
}

/* With those that have no findings. */
static zg_status list_all(aggregate *a, const zg_groups *groups) {
  zg_aggregate_result *r = &a->out->r;
  zg_rows rows;
  zg_status st = zg_groups_rows(&rows, groups, a->err);
  if (st || (st = add_zeroes(a, groups->job, &rows)))
    goto out;
  size_t n = sort_rows(a, &rows, a->req->group_by, a->req->n_group_by,
                       a->req->order, a->req->ascending, a->req->limit);
  r->total_groups = rows.n;
  st = open_list(a, n);
  for (size_t i = 0; i < rows.n && st == ZG_OK; i++) {
    if (i < n)
      st = list_row(a, &rows.rows[i]);
    else
      r->other_count += rows.rows[i].count;
  }
out:
  free(rows.rows);
  return st;
}

static zg_status list_groups(aggregate *a) {
  zg_groups groups;
  zg_group_job job = job_of(a, "groups", a->req->group_by, a->req->n_group_by);
  zg_status st = zg_groups_make(&groups, &job, a->err);
  if (st == ZG_OK)
    st = set_totals(a, &groups);
  if (st == ZG_OK)
    st = a->req->zeroes ? list_all(a, &groups) : list_best(a, &groups);
  zg_groups_free(&groups);
  return st;
}

/* ---- crosstab ---- */

/* One edge of the table: values in key order, totals, and where each ordinal
 * stands (position + 1). */
typedef struct edge {
  zg_rows rows;
  uint32_t *position;
} edge;

/* From the cells, or counted. */
static zg_status make_edge(aggregate *a, const zg_groups *cells, int which,
                           edge *e) {
  zg_group_job job =
      job_of(a, which ? "cols" : "rows", &a->req->group_by[which], 1);
  bool folded;
  zg_status st = zg_groups_fold(&e->rows, &folded, cells, which, a->err);
  if (st == ZG_OK && !folded)
    st = zg_group_rows(&e->rows, &job, a->err);
  if (st == ZG_OK && a->req->zeroes)
    st = add_zeroes(a, &job, &e->rows);
  return st;
}

/* Keeps the `keep` rows that come first by the metric; then key order. */
static zg_status trim_edge(aggregate *a, zg_field f, edge *e, size_t keep) {
  if (e->rows.n > keep) {
    sort_rows(a, &e->rows, &f, 1, a->req->order < 0 ? -1 : 0, a->req->ascending,
              keep);
    for (size_t i = keep; i < e->rows.n; i++)
      a->out->r.other_count += e->rows.rows[i].count;
    e->rows.n = keep;
  }
  sort_rows(a, &e->rows, &f, 1, -1, true, e->rows.n);
  e->position = zg_arena_alloc(a->work, (zg_table_ordinals(a->table, f) + 1) *
                                            sizeof *e->position);
  if (!e->position)
    return zg_fail_nomem(a->err);
  for (size_t i = 0; i < e->rows.n; i++)
    e->position[e->rows.rows[i].key[0]] = (uint32_t)i + 1;
  return ZG_OK;
}

static zg_status copy_edge(aggregate *a, zg_field f, const edge *e,
                           zg_str **keys, zg_number **totals, size_t *n) {
  *keys = zg_arena_alloc(a->out->arena, (e->rows.n + 1) * sizeof **keys);
  *totals = zg_arena_alloc(a->out->arena, (e->rows.n + 1) * sizeof **totals);
  if (!*keys || !*totals)
    return zg_fail_nomem(a->err);
  for (size_t i = 0; i < e->rows.n; i++) {
    zg_status st = key_text(a, f, e->rows.rows[i].key[0], &(*keys)[i]);
    if (st)
      return st;
    (*totals)[i] = e->rows.rows[i].metrics[0];
  }
  *n = e->rows.n;
  return ZG_OK;
}

static zg_status fill_cells(aggregate *a, const zg_groups *cells,
                            const edge *rows, const edge *cols) {
  zg_aggregate_result *r = &a->out->r;
  zg_row nothing;
  zg_group_nothing(&nothing, cells->job);
  r->cells = zg_arena_alloc(a->out->arena,
                            (r->n_rows * r->n_cols + 1) * sizeof *r->cells);
  if (!r->cells)
    return zg_fail_nomem(a->err);
  for (size_t i = 0; i < r->n_rows * r->n_cols; i++)
    r->cells[i] = nothing.metrics[0];
  for (size_t i = 0; i < cells->tally.n; i++) {
    uint32_t key[ZG_TALLY_DIMS], id = cells->tally.ids[i];
    zg_tally_key(&cells->tally, id, key);
    uint32_t row = rows->position[key[0]], col = cols->position[key[1]];
    if (row && col)
      r->cells[(row - 1) * r->n_cols + col - 1] =
          zg_groups_metric(cells, id, 0);
  }
  return set_totals(a, cells);
}

static zg_status crosstab(aggregate *a) {
  zg_aggregate_result *r = &a->out->r;
  const zg_field *f = a->req->group_by;
  edge rows = {{NULL, 0}, NULL}, cols = {{NULL, 0}, NULL};
  zg_groups cells;
  zg_group_job job = job_of(a, "cells", f, 2);
  zg_status st = zg_groups_make(&cells, &job, a->err);
  if (st || (st = make_edge(a, &cells, 0, &rows)) ||
      (st = make_edge(a, &cells, 1, &cols)))
    goto out;
  r->total_groups = rows.rows.n;
  if (cols.rows.n > ZG_BUCKETS_MAX) {
    st = zg_fail(a->err, ZG_INVALID, "too_many_buckets", "crosstab",
                 "crosstab: %zu columns; at most %d (swap rows and cols, or "
                 "narrow the filter)",
                 cols.rows.n, ZG_BUCKETS_MAX);
    goto out;
  }
  size_t keep = cols.rows.n ? ZG_BUCKETS_MAX / cols.rows.n : ZG_BUCKETS_MAX;
  if ((st = trim_edge(a, f[0], &rows, keep)) ||
      (st = trim_edge(a, f[1], &cols, cols.rows.n)) ||
      (st = copy_edge(a, f[0], &rows, &r->rows, &r->row_totals, &r->n_rows)) ||
      (st = copy_edge(a, f[1], &cols, &r->cols, &r->col_totals, &r->n_cols)))
    goto out;
  st = fill_cells(a, &cells, &rows, &cols);
  r->grand_total = r->totals[0];
out:
  zg_groups_free(&cells);
  free(rows.rows.rows);
  free(cols.rows.rows);
  return st;
}

zg_status zg_aggregate(zg_aggregate_result **out, const zg_context *ctx,
                       const zg_aggregate_request *req, zg_error *err) {
  *out = NULL;
  aggregate a = {.ctx = ctx, .req = req, .err = err};
  zg_status st = check(req, err);
  if (st)
    return st;
  a.table = zg_snapshot_findings(ctx->snap);
  a.work = zg_arena_new(4096);
  a.out = calloc(1, sizeof *a.out);
  if (a.out)
    a.out->arena = zg_arena_new(8192);
  if (!a.work || !a.out || !a.out->arena) {
    st = zg_fail_nomem(err);
    goto out;
  }
  a.out->r.generation = zg_snapshot_generation(ctx->snap);
  if (req->explain)
    a.explain.arena = a.out->arena;
  st = plan(&a);
  if (!st)
    st = req->crosstab ? crosstab(&a) : list_groups(&a);
  a.out->r.explain = a.explain.first;
out:
  if (st == ZG_OK)
    *out = &a.out->r;
  else if (a.out)
    zg_aggregate_result_free(&a.out->r);
  zg_set_drop(&a.match);
  for (size_t m = 0; m < ZG_METRICS_MAX; m++)
    zg_set_drop(&a.rates[m]);
  zg_arena_free(a.work);
  return st;
}
