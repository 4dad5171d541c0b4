/* GET|POST /v1/aggregate */
#include "daemon/api.h"
#include "query/aggregate.h"

static const zg_spec specs[] = {
    {"q", 's'},        {"filter", 's'}, {"operator", 's'}, {"group_by", 'l'},
    {"metrics", 'l'},  {"order", 's'},  {"limit", 'i'},    {"zeroes", 'b'},
    {"crosstab", 'l'}, {"set", 'j'},    {"explain", 'b'},
};

typedef struct aggregate {
  zg_aggregate_request req;
  zg_aggregate_result *result;
} aggregate;

static zg_status read_metrics(const cJSON *j, const char *name,
                              zg_aggregate_request *r, size_t cap,
                              zg_error *err) {
  zg_str text[ZG_METRICS_MAX];
  size_t n;
  zg_status st = zg_in_strings(j, name, text, cap, &n, err);
  for (size_t i = 0; st == ZG_OK && i < n; i++) {
    st = zg_metric_parse(text[i], &r->metrics[i], err);
    for (size_t k = 0; st == ZG_OK && k < i; k++)
      if (zg_str_eq(text[i], text[k]))
        st = zg_fail(err, ZG_INVALID, "duplicate_metric", name,
                     "%s: \"%.60s\" stands twice", name, text[i].p);
  }
  r->n_metrics = n;
  return st;
}

/* "count", "-count", "count:asc", "sum:money_recovered:desc", "key". */
static zg_status read_order(const cJSON *j, zg_aggregate_request *r,
                            zg_error *err) {
  zg_str o = ZG_STR_NULL;
  bool descending = true, said = false;
  zg_status st = zg_in_str(j, "order", &o, err);
  if (st || !o.p)
    return st;
  if (o.n && o.p[0] == '-') {
    o = (zg_str){o.p + 1, o.n - 1};
    said = true;
  } else if (o.n > 5 && memcmp(o.p + o.n - 5, ":desc", 5) == 0) {
    o.n -= 5;
    said = true;
  } else if (o.n > 4 && memcmp(o.p + o.n - 4, ":asc", 4) == 0) {
    o.n -= 4;
    descending = false;
    said = true;
  }
  r->order = -2;
  if (zg_str_is(o, "key"))
    r->order = -1;
  for (size_t i = 0; i < r->n_metrics; i++)
    if (zg_str_eq(o, r->metrics[i].name))
      r->order = (int)i;
  if (r->order == -2)
    return zg_fail(err, ZG_INVALID, "invalid_order", "order",
                   "order: expected key or one of the metrics, with :asc or "
                   ":desc");
  r->ascending = said ? !descending : r->order == -1;
  return ZG_OK;
}

/* {"rows":f,"cols":g,"metric":m}, or the two fields. */
static zg_status read_crosstab(const cJSON *j, zg_aggregate_request *r,
                               zg_error *err) {
  static const char *const names[] = {"rows", "cols", "metric"};
  const cJSON *c = cJSON_GetObjectItemCaseSensitive(j, "crosstab");
  if (!c || cJSON_IsNull(c))
    return ZG_OK;
  if (r->n_group_by)
    return zg_fail(err, ZG_INVALID, "conflicting_members", "crosstab",
                   "crosstab and group_by cannot be asked for together");
  r->crosstab = true;
  zg_status st;
  if (cJSON_IsArray(c)) {
    st = zg_api_fields(j, "crosstab", r->group_by, 2, &r->n_group_by, err);
  } else if (cJSON_IsObject(c)) {
    size_t rows = 0, cols = 0;
    if ((st = zg_in_only(c, names, 3, err)) ||
        (st = zg_api_fields(c, "rows", r->group_by, 1, &rows, err)) ||
        (st = zg_api_fields(c, "cols", r->group_by + 1, 1, &cols, err)))
      return st;
    r->n_group_by = rows && cols ? 2 : 0;
    if (zg_in_given(c, "metric"))
      st = read_metrics(c, "metric", r, 1, err);
  } else {
    return zg_fail(err, ZG_INVALID, "invalid_type", "crosstab",
                   "crosstab: expected an object {rows, cols, metric}");
  }
  if (st == ZG_OK && r->n_group_by != 2)
    return zg_fail(err, ZG_INVALID, "missing_member", "crosstab",
                   "crosstab: rows and cols are needed");
  if (st == ZG_OK && r->n_metrics > 1)
    return zg_fail(err, ZG_INVALID, "out_of_range", "metrics",
                   "crosstab: one metric only");
  return st;
}

static zg_status read_set(const cJSON *j, zg_aggregate_request *r,
                          zg_error *err) {
  static const char *const names[] = {"union", "intersect", "difference",
                                      "xor"};
  const cJSON *set;
  zg_status st = zg_in_object(j, "set", &set, err);
  if (st || !set)
    return st;
  if ((st = zg_in_only(set, names, 4, err)))
    return st;
  if (!set->child || set->child->next)
    return zg_fail(err, ZG_INVALID, "invalid_set", "set",
                   "set: exactly one of union, intersect, difference, xor");
  for (int i = 0; i < 4; i++)
    if (strcmp(set->child->string, names[i]) == 0)
      r->set = ZG_SET_UNION + i;
  st = zg_in_strings(set, set->child->string, r->set_filters, 16,
                     &r->n_set_filters, err);
  if (st == ZG_OK && r->n_set_filters < 1)
    st = zg_fail(err, ZG_INVALID, "invalid_set", "set",
                 "set: at least one filter is needed");
  return st;
}

static zg_status read_request(const cJSON *j, zg_aggregate_request *r,
                              zg_error *err) {
  int64_t limit = r->limit;
  zg_status st = zg_in_str(j, "q", &r->q, err);
  if (st || (st = zg_in_str(j, "filter", &r->filter, err)) ||
      (st = zg_api_operator(j, &r->operator_or, err)) ||
      (st = zg_api_fields(j, "group_by", r->group_by, ZG_DIMENSIONS_MAX,
                          &r->n_group_by, err)) ||
      (st = read_metrics(j, "metrics", r, ZG_METRICS_MAX, err)) ||
      (st = zg_in_int(j, "limit", 0, ZG_BUCKETS_MAX, &limit, err)) ||
      (st = zg_in_bool(j, "zeroes", &r->zeroes, err)) ||
      (st = zg_in_bool(j, "explain", &r->explain, err)) ||
      (st = read_crosstab(j, r, err)) || (st = read_set(j, r, err)))
    return st;
  r->limit = (uint32_t)limit;
  if (r->n_metrics == 0) {
    if ((st = zg_metric_parse(ZG_STR("count"), &r->metrics[0], err)))
      return st;
    r->n_metrics = 1;
  }
  return read_order(j, r, err);
}

static void number(zg_json *j, zg_number v) {
  if (v.type == ZG_NUMBER_INT)
    zg_json_int(j, v.i);
  else if (v.type == ZG_NUMBER_REAL)
    zg_json_real(j, v.d);
  else
    zg_json_null(j);
}

static void metrics(zg_json *j, const zg_aggregate_request *r,
                    const zg_number *values, bool skip_count) {
  for (size_t i = 0; i < r->n_metrics; i++) {
    if (skip_count && zg_str_is(r->metrics[i].name, "count"))
      continue;
    zg_json_key_str(j, r->metrics[i].name);
    number(j, values[i]);
  }
}

/* What was left out of the list of groups, or of the rows of a crosstab. */
static void left_out(zg_json *j, const zg_aggregate_result *r) {
  zg_json_key(j, "total_groups");
  zg_json_uint(j, r->total_groups);
  zg_json_key(j, "other_count");
  zg_json_uint(j, r->other_count);
}

static void groups(zg_json *j, const aggregate *a) {
  const zg_aggregate_result *r = a->result;
  zg_json_key(j, "groups");
  zg_json_open(j, '[');
  for (size_t i = 0; i < r->n_groups; i++) {
    zg_json_open(j, '{');
    zg_json_key(j, "key");
    zg_json_open(j, '{');
    for (size_t k = 0; k < a->req.n_group_by; k++) {
      zg_json_key(j, zg_field_name(a->req.group_by[k]));
      zg_json_str(j, r->groups[i].key[k]);
    }
    zg_json_close(j, '}');
    zg_json_key(j, "count");
    zg_json_uint(j, r->groups[i].count);
    metrics(j, &a->req, r->groups[i].metrics, true);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
  left_out(j, r);
  zg_json_key(j, "totals");
  zg_json_open(j, '{');
  metrics(j, &a->req, r->totals, false);
  zg_json_close(j, '}');
}

static void numbers(zg_json *j, const zg_number *v, size_t n) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < n; i++)
    number(j, v[i]);
  zg_json_close(j, ']');
}

static void crosstab(zg_json *j, const aggregate *a) {
  const zg_aggregate_result *r = a->result;
  zg_json_key(j, "crosstab");
  zg_json_open(j, '{');
  zg_json_key(j, "row_field");
  zg_json_cstr(j, zg_field_name(a->req.group_by[0]));
  zg_json_key(j, "col_field");
  zg_json_cstr(j, zg_field_name(a->req.group_by[1]));
  zg_json_key(j, "metric");
  zg_json_str(j, a->req.metrics[0].name);
  zg_json_key(j, "rows");
  zg_json_strs(j, r->rows, r->n_rows);
  zg_json_key(j, "cols");
  zg_json_strs(j, r->cols, r->n_cols);
  zg_json_key(j, "cells");
  zg_json_open(j, '[');
  for (size_t i = 0; i < r->n_rows; i++)
    numbers(j, r->cells + i * r->n_cols, r->n_cols);
  zg_json_close(j, ']');
  zg_json_key(j, "row_totals");
  numbers(j, r->row_totals, r->n_rows);
  zg_json_key(j, "col_totals");
  numbers(j, r->col_totals, r->n_cols);
  zg_json_key(j, "grand_total");
  number(j, r->grand_total);
  zg_json_close(j, '}');
  left_out(j, r);
}

static void render(zg_buf *b, const aggregate *a, uint64_t started) {
  zg_json j = zg_json_to(b);
  zg_json_open(&j, '{');
  zg_json_key(&j, "total");
  zg_json_uint(&j, a->result->total);
  if (a->req.crosstab)
    crosstab(&j, a);
  else
    groups(&j, a);
  if (a->req.explain)
    zg_api_explain(&j, a->result->explain);
  zg_api_took(&j, started, a->result->generation);
  zg_json_close(&j, '}');
}

static zg_status run(void *arg, const zg_context *ctx, zg_error *err) {
  aggregate *a = arg;
  return zg_aggregate(&a->result, ctx, &a->req, err);
}

static bool work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  uint64_t started = zg_clock_ns();
  cJSON *req = NULL;
  zg_buf body = ZG_BUF_INIT;
  aggregate a = {.req = ZG_AGGREGATE_REQUEST_INIT};
  zg_status st =
      zg_api_request(x, w, specs, sizeof specs / sizeof specs[0], &req, &err);
  if (st == ZG_OK)
    st = read_request(req, &a.req, &err);
  if (st == ZG_OK)
    st = zg_api_pinned(x, w, run, &a, &err);
  if (st == ZG_OK)
    render(&body, &a, started);
  if (a.result)
    zg_aggregate_result_free(a.result);
  cJSON_Delete(req);
  zg_api_answer(x, st, &body, &err);
  return true;
}

void zg_api_aggregate(zg_exchange *x) {
  if (!zg_api_media_fault(x))
    zg_exchange_run(x, ZG_JOB_QUERY, work);
}
