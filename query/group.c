#include "query/group.h"
#include "query/set.h"

#include <stdlib.h>
#include <uthash.h>

#define DENSE_MAX (1u << 20)           /* slots of the table of rows */
#define DISTINCT_BITS_MAX (1ull << 26) /* 8 MiB of bits per metric */

typedef __int128 wide; /* a million sums of 9e18 do not overflow it */

typedef struct place {
  uint32_t key[ZG_DIMENSIONS_MAX];
  uint32_t id; /* row + 1 */
  UT_hash_handle hh;
} place;

/* Rows by value combination: a dense table while the product of the value
 * counts is small, else a hash. */
typedef struct grouper {
  const zg_group_job *job;
  zg_error *err;
  zg_arena *arena; /* hash nodes */
  uint32_t *dense; /* row + 1 by mixed-radix key */
  uint64_t product;
  uint32_t radix[ZG_DIMENSIONS_MAX];
  place *hash;
  zg_row *rows;
  wide *sums; /* n_metrics per row */
  size_t n, cap;
  struct {
    uint64_t *bits;  /* seen (dense key, ordinal) */
    uint64_t *pairs; /* row << 32 | ordinal, when bits would be too many */
    size_t n, cap;
    uint32_t ordinals;
  } distinct[ZG_METRICS_MAX];
} grouper;

/* ---- rows ---- */

static zg_status grow(grouper *g) {
  size_t cap = g->cap ? g->cap * 2 : 64;
  zg_row *rows = realloc(g->rows, cap * sizeof *rows);
  if (!rows)
    return zg_fail_nomem(g->err);
  g->rows = rows;
  wide *sums = realloc(g->sums, (cap * g->job->n_metrics + 1) * sizeof *sums);
  if (!sums)
    return zg_fail_nomem(g->err);
  g->sums = sums;
  g->cap = cap;
  return ZG_OK;
}

static zg_status add_row(grouper *g, const uint32_t *key, uint32_t *id) {
  if (g->n == g->cap) {
    zg_status st = grow(g);
    if (st)
      return st;
  }
  zg_row *r = &g->rows[g->n];
  memset(r, 0, sizeof *r);
  memcpy(r->key, key, sizeof r->key);
  for (size_t m = 0; m < g->job->n_metrics; m++)
    g->sums[g->n * g->job->n_metrics + m] = 0;
  *id = (uint32_t)++g->n;
  return ZG_OK;
}

static zg_status row_of(grouper *g, const uint32_t *key, uint64_t slot,
                        uint32_t *row) {
  uint32_t id = 0;
  zg_status st = ZG_OK;
  if (g->dense) {
    if (!g->dense[slot])
      st = add_row(g, key, &g->dense[slot]);
    id = g->dense[slot];
  } else {
    place *p = NULL;
    HASH_FIND(hh, g->hash, key, sizeof p->key, p);
    if (!p) {
      p = zg_arena_alloc(g->arena, sizeof *p);
      if (!p)
        return zg_fail_nomem(g->err);
      memcpy(p->key, key, sizeof p->key);
      if ((st = add_row(g, key, &p->id)))
        return st;
      HASH_ADD(hh, g->hash, key, sizeof p->key, p);
    }
    id = p->id;
  }
  *row = id - 1;
  return st;
}

/* ---- metrics ---- */

static zg_status saw(grouper *g, size_t m, uint32_t row, uint64_t slot,
                     uint32_t ordinal) {
  if (!ordinal)
    return ZG_OK;
  if (g->distinct[m].bits) {
    uint64_t bit = slot * g->distinct[m].ordinals + ordinal;
    uint64_t *word = &g->distinct[m].bits[bit >> 6], mask = 1ull << (bit & 63);
    g->sums[row * g->job->n_metrics + m] += !(*word & mask);
    *word |= mask;
    return ZG_OK;
  }
  if (g->distinct[m].n == g->distinct[m].cap) {
    size_t cap = g->distinct[m].cap ? g->distinct[m].cap * 2 : 4096;
    uint64_t *pairs = realloc(g->distinct[m].pairs, cap * sizeof *pairs);
    if (!pairs)
      return zg_fail_nomem(g->err);
    g->distinct[m].pairs = pairs;
    g->distinct[m].cap = cap;
  }
  g->distinct[m].pairs[g->distinct[m].n++] = (uint64_t)row << 32 | ordinal;
  return ZG_OK;
}

static int by_number(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static void count_pairs(grouper *g, size_t m) {
  uint64_t *a = g->distinct[m].pairs;
  size_t n = g->distinct[m].n;
  if (!a)
    return;
  qsort(a, n, sizeof *a, by_number);
  for (size_t i = 0; i < n; i++)
    if (i == 0 || a[i] != a[i - 1])
      g->sums[(a[i] >> 32) * g->job->n_metrics + m]++;
}

/* The columns that a block of findings reads, looked up once for the block. */
typedef struct columns {
  const uint32_t *fields[ZG_DIMENSIONS_MAX][ZG_FIELD_MAX_PLANES];
  const int64_t *measures[ZG_METRICS_MAX];
  const uint32_t *distinct[ZG_METRICS_MAX][ZG_FIELD_MAX_PLANES];
  unsigned planes[ZG_DIMENSIONS_MAX];
} columns;

static void field_columns(const zg_table *t, zg_field f, uint32_t chunk,
                          const uint32_t *out[ZG_FIELD_MAX_PLANES]) {
  for (unsigned p = 0; p < ZG_FIELD_MAX_PLANES; p++)
    out[p] = p < zg_field_planes(f) ? zg_table_column(t, f, p, chunk) : NULL;
}

static void open_columns(const zg_group_job *job, uint32_t chunk, columns *c) {
  for (size_t d = 0; d < job->n_fields; d++) {
    field_columns(job->table, job->fields[d], chunk, c->fields[d]);
    c->planes[d] = zg_field_planes(job->fields[d]);
  }
  for (size_t m = 0; m < job->n_metrics; m++) {
    const zg_metric *metric = &job->metrics[m];
    if (metric->op == ZG_METRIC_DISTINCT)
      field_columns(job->table, metric->field, chunk, c->distinct[m]);
    else if (metric->op >= ZG_METRIC_SUM && metric->op <= ZG_METRIC_MAX)
      c->measures[m] = zg_table_measure(job->table, metric->measure, chunk);
  }
}

/* What a finding gives to the metrics; read once, then added to its rows. */
typedef struct reading {
  int64_t
      value[ZG_METRICS_MAX]; /* measure, or 1 when it meets a rate's filter */
  uint32_t ordinals[ZG_METRICS_MAX][ZG_FIELD_MAX_PLANES];
} reading;

static void read_metrics(const zg_group_job *job, const columns *c,
                         uint32_t docid, reading *r) {
  for (size_t m = 0; m < job->n_metrics; m++) {
    switch (job->metrics[m].op) {
    case ZG_METRIC_SUM:
    case ZG_METRIC_AVG:
    case ZG_METRIC_MIN:
    case ZG_METRIC_MAX:
      r->value[m] =
          c->measures[m] ? c->measures[m][docid & (ZG_CHUNK_DOCS - 1)] : 0;
      break;
    case ZG_METRIC_DISTINCT:
      for (unsigned p = 0; p < ZG_FIELD_MAX_PLANES; p++)
        r->ordinals[m][p] = zg_column_at(c->distinct[m][p], docid);
      break;
    case ZG_METRIC_RATE:
      r->value[m] = roaring_bitmap_contains(job->rates[m], docid);
      break;
    case ZG_METRIC_COUNT:
    case ZG_METRIC_SHARE:
      break;
    }
  }
}

static zg_status add_reading(grouper *g, const reading *r, uint32_t row,
                             uint64_t slot) {
  const zg_group_job *job = g->job;
  wide *sums = g->sums + (size_t)row * job->n_metrics;
  bool first = g->rows[row].count++ == 0;
  for (size_t m = 0; m < job->n_metrics; m++) {
    switch (job->metrics[m].op) {
    case ZG_METRIC_SUM:
    case ZG_METRIC_AVG:
    case ZG_METRIC_RATE:
      sums[m] += r->value[m];
      break;
    case ZG_METRIC_MIN:
      if (first || r->value[m] < sums[m])
        sums[m] = r->value[m];
      break;
    case ZG_METRIC_MAX:
      if (first || r->value[m] > sums[m])
        sums[m] = r->value[m];
      break;
    case ZG_METRIC_DISTINCT:
      for (unsigned p = 0; p < ZG_FIELD_MAX_PLANES; p++) {
        zg_status st = saw(g, m, row, slot, r->ordinals[m][p]);
        if (st)
          return st;
      }
      break;
    case ZG_METRIC_COUNT:
    case ZG_METRIC_SHARE:
      break;
    }
  }
  return ZG_OK;
}

static zg_number real(double d) {
  return (zg_number){.type = ZG_NUMBER_REAL, .d = d};
}

static zg_number whole(wide v) {
  if (v > INT64_MAX || v < INT64_MIN)
    return real((double)v);
  return (zg_number){.type = ZG_NUMBER_INT, .i = (int64_t)v, .d = (double)v};
}

static zg_number scaled(wide v, int scale) {
  return v % scale == 0 ? whole(v / scale) : real((double)v / scale);
}

static zg_number finish(const zg_group_job *job, const zg_metric *metric,
                        uint64_t count, wide sum) {
  static const zg_number nothing = {.type = ZG_NUMBER_NULL};
  switch (metric->op) {
  case ZG_METRIC_COUNT:
    return whole(count);
  case ZG_METRIC_SUM:
    return scaled(sum, zg_measure_scale(metric->measure));
  case ZG_METRIC_AVG:
    return count ? real((double)sum / (double)count /
                        zg_measure_scale(metric->measure))
                 : nothing;
  case ZG_METRIC_MIN:
  case ZG_METRIC_MAX:
    return count ? scaled(sum, zg_measure_scale(metric->measure)) : nothing;
  case ZG_METRIC_DISTINCT:
    return whole(sum);
  case ZG_METRIC_SHARE:
    return job->total ? real((double)count / (double)job->total) : nothing;
  case ZG_METRIC_RATE:
    return count ? real((double)sum / (double)count) : nothing;
  }
  return nothing;
}

void zg_group_nothing(zg_row *out, const zg_group_job *job) {
  memset(out, 0, sizeof *out);
  for (size_t m = 0; m < job->n_metrics; m++)
    out->metrics[m] = finish(job, &job->metrics[m], 0, 0);
}

/* ---- the pass ---- */

/* Values of one finding, dimension by dimension; at least one each (0: none).
 */
typedef struct values {
  uint32_t at[ZG_DIMENSIONS_MAX][ZG_FIELD_MAX_PLANES];
  unsigned n[ZG_DIMENSIONS_MAX];
} values;

static void read_values(const columns *c, size_t n_fields, uint32_t docid,
                        values *v) {
  for (size_t d = 0; d < n_fields; d++) {
    v->n[d] = 1;
    v->at[d][0] = zg_column_at(c->fields[d][0], docid);
    for (unsigned p = 1; p < c->planes[d]; p++) {
      uint32_t o = zg_column_at(c->fields[d][p], docid);
      if (!o || o == v->at[d][0])
        continue;
      if (v->at[d][0])
        v->at[d][v->n[d]++] = o;
      else
        v->at[d][0] = o;
    }
  }
}

static zg_status add_finding(grouper *g, const values *v, const reading *r) {
  unsigned pick[ZG_DIMENSIONS_MAX] = {0};
  size_t n = g->job->n_fields;
  for (;;) {
    uint32_t key[ZG_DIMENSIONS_MAX] = {0}, row = 0;
    uint64_t slot = 0;
    for (size_t d = 0; d < n; d++) {
      key[d] = v->at[d][pick[d]];
      slot = slot * g->radix[d] + key[d];
    }
    zg_status st = row_of(g, key, slot, &row);
    if (st || (st = add_reading(g, r, row, slot)))
      return st;
    size_t d = n;
    while (d > 0 && ++pick[d - 1] == v->n[d - 1])
      pick[--d] = 0;
    if (d == 0)
      return ZG_OK;
  }
}

static zg_status pass(grouper *g) {
  const zg_group_job *job = g->job;
  zg_block *block = malloc(sizeof *block);
  zg_status st = block ? ZG_OK : zg_fail_nomem(g->err);
  if (block)
    zg_block_begin(block, job->match);
  reading r;
  values v;
  columns c;
  memset(&v, 0, sizeof v);
  memset(&c, 0, sizeof c);
  while (st == ZG_OK && zg_block_next(block)) {
    open_columns(job, block->chunk, &c);
    for (uint32_t i = 0; i < block->n && st == ZG_OK; i++) {
      read_metrics(job, &c, block->docids[i], &r);
      read_values(&c, job->n_fields, block->docids[i], &v);
      st = add_finding(g, &v, &r);
    }
    if (st == ZG_OK)
      st = zg_cancelled(job->cancel, g->err);
  }
  free(block);
  return st;
}

static zg_status open_tables(grouper *g) {
  const zg_group_job *job = g->job;
  g->product = 1;
  for (size_t d = 0; d < job->n_fields; d++) {
    g->radix[d] = zg_table_ordinals(job->table, job->fields[d]);
    if (g->radix[d] == 0)
      g->radix[d] = 1;
    /* Saturates: beyond DENSE_MAX the size only says "hash". */
    g->product = g->product > DENSE_MAX ? g->product : g->product * g->radix[d];
  }
  if (g->product <= DENSE_MAX) {
    g->dense = calloc(g->product, sizeof *g->dense);
    if (!g->dense)
      return zg_fail_nomem(g->err);
  } else if (!(g->arena = zg_arena_new(65536))) {
    return zg_fail_nomem(g->err);
  }
  for (size_t m = 0; m < job->n_metrics; m++) {
    if (job->metrics[m].op != ZG_METRIC_DISTINCT)
      continue;
    uint32_t n = zg_table_ordinals(job->table, job->metrics[m].field);
    g->distinct[m].ordinals = n ? n : 1;
    uint64_t bits = g->product * g->distinct[m].ordinals;
    if (!g->dense || bits > DISTINCT_BITS_MAX)
      continue;
    g->distinct[m].bits = calloc((bits >> 6) + 1, sizeof(uint64_t));
    if (!g->distinct[m].bits)
      return zg_fail_nomem(g->err);
  }
  return ZG_OK;
}

/* Everything in one row, and no metric that has to read a column. */
static bool needs_no_pass(const zg_group_job *job) {
  for (size_t m = 0; m < job->n_metrics; m++)
    if (job->metrics[m].op != ZG_METRIC_COUNT &&
        job->metrics[m].op != ZG_METRIC_SHARE &&
        job->metrics[m].op != ZG_METRIC_RATE)
      return false;
  return job->n_fields == 0;
}

static zg_status count_only(grouper *g) {
  const zg_group_job *job = g->job;
  uint32_t id;
  zg_status st = add_row(g, (uint32_t[ZG_DIMENSIONS_MAX]){0}, &id);
  if (st)
    return st;
  g->rows[0].count = roaring_bitmap_get_cardinality(job->match);
  for (size_t m = 0; m < job->n_metrics; m++)
    if (job->metrics[m].op == ZG_METRIC_RATE)
      g->sums[m] = roaring_bitmap_and_cardinality(job->match, job->rates[m]);
  return ZG_OK;
}

zg_status zg_group_rows(zg_rows *out, const zg_group_job *job, zg_error *err) {
  grouper g = {.job = job, .err = err};
  *out = (zg_rows){NULL, 0};
  zg_status st = needs_no_pass(job) ? count_only(&g) : open_tables(&g);
  if (st == ZG_OK && !needs_no_pass(job))
    st = pass(&g);
  if (st == ZG_OK && job->n_fields == 0 && g.n == 0) {
    uint32_t id;
    st = add_row(&g, (uint32_t[ZG_DIMENSIONS_MAX]){0}, &id);
  }
  if (st)
    goto out;
  for (size_t m = 0; m < job->n_metrics; m++)
    count_pairs(&g, m);
  for (size_t i = 0; i < g.n; i++)
    for (size_t m = 0; m < job->n_metrics; m++)
      g.rows[i].metrics[m] = finish(job, &job->metrics[m], g.rows[i].count,
                                    g.sums[i * job->n_metrics + m]);
  *out = (zg_rows){g.rows, g.n};
  g.rows = NULL;
out:
  HASH_CLEAR(hh, g.hash);
  zg_arena_free(g.arena);
  free(g.dense);
  free(g.rows);
  free(g.sums);
  for (size_t m = 0; m < ZG_METRICS_MAX; m++) {
    free(g.distinct[m].bits);
    free(g.distinct[m].pairs);
  }
  return st;
}
