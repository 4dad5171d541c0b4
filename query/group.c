#include "query/group.h"

#include <stdlib.h>

/* ---- parts ---- */

static bool reads_measure(const zg_metric *m) {
  return m->op >= ZG_METRIC_SUM && m->op <= ZG_METRIC_MAX;
}

static zg_tally_job part_of(const zg_group_job *job) {
  zg_tally_job t = {.table = job->table,
                    .match = job->match,
                    .match_of = job->match_of,
                    .match_arg = job->match_arg,
                    .whole = job->whole,
                    .where = job->where,
                    .n_fields = job->n_fields,
                    .way = job->way,
                    .cancel = job->cancel,
                    .explain = job->explain,
                    .name = job->name};
  memcpy(t.fields, job->fields, job->n_fields * sizeof *t.fields);
  return t;
}

/* Counts, and every measure that is asked for, once. */
static zg_status count_groups(zg_groups *g, zg_error *err) {
  const zg_group_job *job = g->job;
  zg_tally_job t = part_of(job);
  for (size_t m = 0; m < job->n_metrics; m++) {
    const zg_metric *metric = &job->metrics[m];
    size_t i = 0;
    if (!reads_measure(metric))
      continue;
    int op = metric->op == ZG_METRIC_MIN   ? ZG_TALLY_MIN
             : metric->op == ZG_METRIC_MAX ? ZG_TALLY_MAX
                                           : ZG_TALLY_SUM;
    while (i < t.n_sums &&
           ((int)t.sums[i].op != op || t.sums[i].measure != metric->measure))
      i++;
    if (i == t.n_sums) {
      t.sums[i].op = op;
      t.sums[t.n_sums++].measure = metric->measure;
    }
    g->sum_of[m] = (uint8_t)i;
  }
  return zg_tally_make(&g->tally, &t, err);
}

static zg_status open_extra(zg_groups *g, size_t m, zg_error *err) {
  uint32_t n = g->tally.size ? g->tally.size : 1;
  g->extra[m] = calloc(n, sizeof *g->extra[m]);
  return g->extra[m] ? ZG_OK : zg_fail_nomem(err);
}

/* Findings of each group that meet the rate's filter. */
static zg_status count_rate(zg_groups *g, size_t m, zg_error *err) {
  const zg_group_job *job = g->job;
  zg_tally part = {.size = 0};
  zg_tally_job t = part_of(job);
  t.also = job->rates[m];
  t.also_where = job->rate_filters ? job->rate_filters[m] : NULL;
  t.whole = t.whole && job->rate_filters;
  t.detail = job->metrics[m].name;
  zg_status st = zg_tally_make(&part, &t, err);
  if (st == ZG_OK)
    st = open_extra(g, m, err);
  for (size_t i = 0; st == ZG_OK && i < part.n; i++) {
    uint32_t key[ZG_TALLY_DIMS];
    zg_tally_key(&part, part.ids[i], key);
    uint32_t id = zg_tally_find(&g->tally, key);
    if (id != ZG_TALLY_NONE)
      g->extra[m][id] = part.counts[part.ids[i]];
  }
  zg_tally_free(&part);
  return st;
}

/* Groups by one field more; each that occurs is a value of the group. */
static zg_status count_distinct(zg_groups *g, size_t m, zg_error *err) {
  const zg_group_job *job = g->job;
  zg_tally part = {.size = 0};
  zg_tally_job t = part_of(job);
  t.fields[t.n_fields++] = job->metrics[m].field;
  t.detail = job->metrics[m].name;
  zg_status st = zg_tally_make(&part, &t, err);
  if (st == ZG_OK)
    st = open_extra(g, m, err);
  for (size_t i = 0; st == ZG_OK && i < part.n; i++) {
    uint32_t key[ZG_TALLY_DIMS];
    zg_tally_key(&part, part.ids[i], key);
    if (key[job->n_fields] == 0)
      continue;
    uint32_t id = zg_tally_find(&g->tally, key);
    if (id != ZG_TALLY_NONE)
      g->extra[m][id]++;
  }
  zg_tally_free(&part);
  return st;
}

zg_status zg_groups_make(zg_groups *out, const zg_group_job *job,
                         zg_error *err) {
  memset(out, 0, sizeof *out);
  out->job = job;
  zg_status st = count_groups(out, err);
  for (size_t m = 0; m < job->n_metrics && st == ZG_OK; m++) {
    if (job->metrics[m].op == ZG_METRIC_RATE)
      st = count_rate(out, m, err);
    else if (job->metrics[m].op == ZG_METRIC_DISTINCT)
      st = count_distinct(out, m, err);
  }
  return st;
}

void zg_groups_free(zg_groups *g) {
  zg_tally_free(&g->tally);
  for (size_t m = 0; m < ZG_METRICS_MAX; m++)
    free(g->extra[m]);
  memset(g, 0, sizeof *g);
}

/* ---- numbers ---- */

static zg_number real(double d) {
  return (zg_number){.type = ZG_NUMBER_REAL, .d = d};
}

static zg_number whole(zg_wide v) {
  if (v > INT64_MAX || v < INT64_MIN)
    return real((double)v);
  return (zg_number){.type = ZG_NUMBER_INT, .i = (int64_t)v, .d = (double)v};
}

static zg_number scaled(zg_wide v, int scale) {
  return v % scale == 0 ? whole(v / scale) : real((double)v / scale);
}

static zg_number finish(const zg_group_job *job, const zg_metric *metric,
                        uint64_t count, zg_wide sum) {
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

uint64_t zg_groups_count(const zg_groups *g, uint32_t id) {
  return g->tally.counts[id];
}

zg_number zg_groups_metric(const zg_groups *g, uint32_t id, size_t m) {
  zg_wide sum = g->extra[m] ? g->extra[m][id] : 0;
  if (reads_measure(&g->job->metrics[m]))
    sum = zg_tally_value(&g->tally, id, g->sum_of[m]);
  return finish(g->job, &g->job->metrics[m], g->tally.counts[id], sum);
}

void zg_groups_row(const zg_groups *g, uint32_t id, zg_row *out) {
  uint32_t key[ZG_TALLY_DIMS] = {0};
  memset(out, 0, sizeof *out);
  zg_tally_key(&g->tally, id, key);
  memcpy(out->key, key, sizeof out->key);
  out->count = zg_groups_count(g, id);
  for (size_t m = 0; m < g->job->n_metrics; m++)
    out->metrics[m] = zg_groups_metric(g, id, m);
}

/* Added up, every finding once? */
static bool may_fold(const zg_groups *g, int keep) {
  const zg_group_job *job = g->job;
  for (size_t d = 0; d < job->n_fields; d++)
    if ((int)d != keep && zg_field_planes(job->fields[d]) > 1)
      return false;
  for (size_t m = 0; m < job->n_metrics; m++)
    if (job->metrics[m].op == ZG_METRIC_DISTINCT)
      return false;
  return true;
}

typedef struct folded {
  uint64_t count;
  zg_wide sums[ZG_METRICS_MAX];
} folded;

static void fold_group(folded *to, const zg_groups *g, uint32_t id) {
  const zg_group_job *job = g->job;
  for (size_t m = 0; m < job->n_metrics; m++) {
    zg_metric_op op = job->metrics[m].op;
    zg_wide v = g->extra[m] ? g->extra[m][id] : 0, *sum = &to->sums[m];
    if (reads_measure(&job->metrics[m]))
      v = zg_tally_value(&g->tally, id, g->sum_of[m]);
    if (op != ZG_METRIC_MIN && op != ZG_METRIC_MAX)
      *sum += v;
    else if (to->count == 0 || (op == ZG_METRIC_MIN ? v < *sum : v > *sum))
      *sum = v;
  }
  to->count += g->tally.counts[id];
}

zg_status zg_groups_fold(zg_rows *out, bool *can, const zg_groups *g, int keep,
                         zg_error *err) {
  const zg_group_job *job = g->job;
  uint32_t n = keep < 0 ? 1 : g->tally.ordinals[keep];
  *out = (zg_rows){NULL, 0};
  if (!(*can = may_fold(g, keep)))
    return ZG_OK;
  folded *all = calloc(n, sizeof *all);
  out->rows = malloc(n * sizeof *out->rows);
  if (!all || !out->rows) {
    free(all);
    free(out->rows);
    out->rows = NULL;
    return zg_fail_nomem(err);
  }
  for (size_t i = 0; i < g->tally.n; i++) {
    uint32_t key[ZG_TALLY_DIMS], id = g->tally.ids[i];
    zg_tally_key(&g->tally, id, key);
    if (g->tally.counts[id])
      fold_group(&all[keep < 0 ? 0 : key[keep]], g, id);
  }
  for (uint32_t o = 0; o < n; o++) {
    if (keep >= 0 && !all[o].count)
      continue;
    zg_row *row = &out->rows[out->n++];
    memset(row, 0, sizeof *row);
    row->key[0] = keep < 0 ? 0 : o;
    row->count = all[o].count;
    for (size_t m = 0; m < job->n_metrics; m++)
      row->metrics[m] =
          finish(job, &job->metrics[m], all[o].count, all[o].sums[m]);
  }
  free(all);
  return ZG_OK;
}

zg_status zg_groups_rows(zg_rows *out, const zg_groups *g, zg_error *err) {
  out->n = 0;
  out->rows = malloc((g->tally.n + 1) * sizeof *out->rows);
  if (!out->rows)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < g->tally.n; i++)
    zg_groups_row(g, g->tally.ids[i], &out->rows[out->n++]);
  return ZG_OK;
}

zg_status zg_group_rows(zg_rows *out, const zg_group_job *job, zg_error *err) {
  zg_groups g;
  *out = (zg_rows){NULL, 0};
  zg_status st = zg_groups_make(&g, job, err);
  if (st == ZG_OK)
    st = zg_groups_rows(out, &g, err);
  zg_groups_free(&g);
  return st;
}
