#include "query/facet.h"
#include "query/top.h"

#include <stdlib.h>

typedef struct counted {
  uint32_t ordinal;
  uint64_t count;
} counted;

typedef struct values {
  counted *a; /* count > 0, one per ordinal */
  size_t n;
} values;

static zg_status count_values(values *out, const zg_facet_job *job,
                              zg_error *err) {
  zg_tally t;
  zg_tally_job part = {.table = job->table,
                       .match = job->match,
                       .whole = job->whole,
                       .where = job->where,
                       .fields = {job->field},
                       .n_fields = 1,
                       .way = job->way,
                       .cancel = job->cancel,
                       .explain = job->explain,
                       .name = "facet",
                       .detail = zg_str_of(zg_field_name(job->field))};
  zg_status st = zg_tally_make(&t, &part, err);
  if (st)
    goto out;
  out->a = malloc((t.n + 1) * sizeof *out->a);
  if (!out->a) {
    st = zg_fail_nomem(err);
    goto out;
  }
  for (size_t i = 0; i < t.n; i++) {
    uint32_t ordinal;
    zg_tally_key(&t, t.ids[i], &ordinal);
    if (ordinal)
      out->a[out->n++] = (counted){ordinal, t.counts[t.ids[i]]};
  }
out:
  zg_tally_free(&t);
  return st;
}

/* ---- order ---- */

typedef struct order {
  const zg_table *t;
  zg_field f;
} order;

static int compare(const void *p, const void *q, void *arg) {
  const counted *a = p, *b = q;
  const order *o = arg;
  if (a->count != b->count)
    return a->count > b->count ? -1 : 1;
  zg_str x = zg_table_value(o->t, o->f, a->ordinal),
         y = zg_table_value(o->t, o->f, b->ordinal);
  int c = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
  return c ? c : (x.n > y.n) - (x.n < y.n);
}

static void set_range(zg_facet_result *out, const zg_facet_job *job,
                      const values *t) {
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
                             const zg_facet_job *job, const values *t, size_t n,
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
  values v = {NULL, 0};
  order o = {job->table, job->field};
  zg_status st = count_values(&v, job, err);
  if (st)
    goto out;
  out->total_values = v.n;
  for (size_t i = 0; i < v.n; i++)
    out->other_count += v.a[i].count;
  set_range(out, job, &v);
  size_t n = zg_top(v.a, v.n, sizeof *v.a, job->limit, compare, &o);
  st = list_values(out, arena, job, &v, n, err);
out:
  free(v.a);
  return st;
}
