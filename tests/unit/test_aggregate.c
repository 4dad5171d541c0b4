/* query/aggregate.h and query/group.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/group.h"
#include "query_fixture.h"

static query_fixture fx;
static zg_money money[] = {
    {.kind = ZG_MONEY_RECOVERED, .fen = 10050, .span = {-1, 0}},
    {.kind = ZG_MONEY_RECOVERED, .fen = 20000, .span = {-1, 0}},
    {.kind = ZG_MONEY_ALLOCATED, .fen = 700, .span = {-1, 0}},
};

/*  id unit year category       status       recovered rules
 *  a  甲   2020 c01 c02        done         100.50    2
 *  b  甲   2021 c01            in_progress  200       0
 *  c  乙   2020 c02            done         -         4
 *  d  -    -    -              unknown      -         0   */
static int setup(void **state) {
  (void)state;
  query_fixture_open(&fx);
  zg_finding f[4];
  f[0] = query_fixture_finding("a", "未开展离任审计");
  f[1] = query_fixture_finding("b", "工程审计不到位");
  f[2] = query_fixture_finding("c", "工程招标不规范");
  f[3] = query_fixture_finding("d", "档案管理混乱");
  f[0].unit = f[1].unit = ZG_STR("甲");
  f[2].unit = ZG_STR("乙");
  f[0].year = f[2].year = 2020;
  f[1].year = 2021;
  f[0].category[0] = f[1].category[0] = ZG_STR("c01");
  f[0].category[1] = f[2].category[0] = ZG_STR("c02");
  f[0].status = f[2].status = ZG_STATE_DONE;
  f[1].status = ZG_STATE_IN_PROGRESS;
  f[0].money = &money[0];
  f[1].money = &money[1]; /* and 7 allocated */
  f[0].n_money = 1;
  f[1].n_money = 2;
  f[0].rules_made = 2;
  f[2].rules_made = 4;
  query_fixture_put(&fx, f, 4);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  query_fixture_close(&fx);
  return 0;
}

static void add_metric(zg_aggregate_request *r, const char *name) {
  assert_int_equal(
      zg_metric_parse(zg_str_of(name), &r->metrics[r->n_metrics++], NULL),
      ZG_OK);
}

static zg_aggregate_result *run(const zg_aggregate_request *r) {
  zg_error err = ZG_ERROR_INIT;
  zg_aggregate_result *res = NULL;
  if (zg_aggregate(&res, &fx.ctx, r, &err))
    fail_msg("%s", err.message);
  return res;
}

static void refused(const zg_aggregate_request *r, const char *code) {
  zg_error err = ZG_ERROR_INIT;
  zg_aggregate_result *res = NULL;
  assert_int_equal(zg_aggregate(&res, &fx.ctx, r, &err), ZG_INVALID);
  assert_null(res);
  assert_string_equal(err.code, code);
}

static const zg_group *group_of(const zg_aggregate_result *r, const char *key) {
  for (size_t i = 0; i < r->n_groups; i++)
    if (key ? zg_str_is(r->groups[i].key[0], key) : !r->groups[i].key[0].p)
      return &r->groups[i];
  fail_msg("no group %s", key ? key : "null");
  return NULL;
}

static void is_int(const zg_number *n, int64_t v) {
  assert_int_equal(n->type, ZG_NUMBER_INT);
  assert_int_equal(n->i, v);
}

static void is_real(const zg_number *n, double v) {
  assert_int_equal(n->type, ZG_NUMBER_REAL);
  assert_true(n->d > v - 1e-9 && n->d < v + 1e-9);
}

static void counts_and_nulls(void **state) {
  (void)state;
  zg_aggregate_request r = ZG_AGGREGATE_REQUEST_INIT;
  r.group_by[r.n_group_by++] = ZG_FIELD_CATEGORY;
  zg_aggregate_result *res = run(&r);
  assert_int_equal(res->total, 4);
  assert_int_equal(res->n_groups, 3);
  assert_int_equal(res->total_groups, 3);
  /* 2, 2, 1: ties by key, the null key last */
  assert_true(zg_str_is(res->groups[0].key[0], "c01"));
  assert_true(zg_str_is(res->groups[1].key[0], "c02"));
  assert_null(res->groups[2].key[0].p);
  is_int(&res->groups[1].metrics[0], 2);
  is_int(&res->totals[0], 4); /* each finding once */
  assert_int_equal(res->other_count, 0);
  zg_aggregate_result_free(res);
  r.limit = 1;
  res = run(&r);
  assert_int_equal(res->n_groups, 1);
  assert_int_equal(res->total_groups, 3);
  assert_int_equal(res->other_count, 3);
  zg_aggregate_result_free(res);
}

static void every_metric(void **state) {
  (void)state;
  zg_aggregate_request r = ZG_AGGREGATE_REQUEST_INIT;
  r.group_by[r.n_group_by++] = ZG_FIELD_UNIT;
  add_metric(&r, "sum:money_recovered");
  add_metric(&r, "avg:rules_made");
  add_metric(&r, "min:money_recovered");
  add_metric(&r, "max:money_recovered");
  add_metric(&r, "distinct:category");
  add_metric(&r, "share");
  add_metric(&r, "rate:status=done");
  add_metric(&r, "count");
  zg_aggregate_result *res = run(&r);
  const zg_group *a = group_of(res, "甲");
  is_real(&a->metrics[0], 300.50);
  is_real(&a->metrics[1], 1.0);
  is_real(&a->metrics[2], 100.50);
  is_int(&a->metrics[3], 200);
  is_int(&a->metrics[4], 2);
  is_real(&a->metrics[5], 0.5);
  is_real(&a->metrics[6], 0.5);
  is_int(&a->metrics[7], 2);
  const zg_group *none = group_of(res, NULL);
  is_int(&none->metrics[0], 0);
  is_int(&none->metrics[4], 0);
  is_real(&none->metrics[6], 0.0);
  is_int(&res->totals[7], 4);
  is_real(&res->totals[6], 0.5);
  zg_aggregate_result_free(res);
}

static void nothing_matches(void **state) {
  (void)state;
  zg_aggregate_request r = ZG_AGGREGATE_REQUEST_INIT;
  r.filter = ZG_STR("year = 1999");
  add_metric(&r, "avg:rules_made");
  add_metric(&r, "sum:rules_made");
  add_metric(&r, "share");
  zg_aggregate_result *res = run(&r);
  assert_int_equal(res->total, 0);
  assert_int_equal(res->n_groups, 1);
  assert_int_equal(res->totals[0].type, ZG_NUMBER_NULL);
  is_int(&res->totals[1], 0);
  assert_int_equal(res->totals[2].type, ZG_NUMBER_NULL);
  zg_aggregate_result_free(res);
  r.group_by[r.n_group_by++] = ZG_FIELD_UNIT;
  res = run(&r);
  assert_int_equal(res->n_groups, 0);
  zg_aggregate_result_free(res);
}

static void with_zeroes(void **state) {
  (void)state;
  zg_aggregate_request r = ZG_AGGREGATE_REQUEST_INIT;
  r.q = ZG_STR("离任审计");
  r.zeroes = true;
  r.group_by[r.n_group_by++] = ZG_FIELD_UNIT;
  add_metric(&r, "count");
  add_metric(&r, "avg:rules_made");
  zg_aggregate_result *res = run(&r);
  assert_int_equal(res->n_groups, 2); /* null has no finding here */
  is_int(&group_of(res, "甲")->metrics[0], 1);
  is_int(&group_of(res, "乙")->metrics[0], 0);
  assert_int_equal(group_of(res, "乙")->metrics[1].type, ZG_NUMBER_NULL);
  zg_aggregate_result_free(res);
  r.group_by[r.n_group_by++] = ZG_FIELD_YEAR;
  r.order = -1;
  r.ascending = true;
  res = run(&r);
  assert_int_equal(res->n_groups, 4); /* 2 units x 2 years */
  assert_true(zg_str_is(res->groups[0].key[0], "乙"));
  assert_true(zg_str_is(res->groups[0].key[1], "2020"));
  assert_int_equal(res->groups[2].count, 1);
  zg_aggregate_result_free(res);
}

static void ordering(void **state) {
  (void)state;
  zg_aggregate_request r = ZG_AGGREGATE_REQUEST_INIT;
  r.group_by[r.n_group_by++] = ZG_FIELD_YEAR;
  add_metric(&r, "count");
  add_metric(&r, "sum:money_recovered");
  r.order = 1;
  zg_aggregate_result *res = run(&r);
  assert_true(zg_str_is(res->groups[0].key[0], "2021"));
  zg_aggregate_result_free(res);
  r.ascending = true;
  res = run(&r);
  assert_null(res->groups[0].key[0].p); /* 0 yuan */
  zg_aggregate_result_free(res);
  r.order = -1;
  r.ascending = false; /* by key, backwards, null still last */
  res = run(&r);
  assert_true(zg_str_is(res->groups[0].key[0], "2021"));
  assert_true(zg_str_is(res->groups[1].key[0], "2020"));
  assert_null(res->groups[2].key[0].p);
  zg_aggregate_result_free(res);
}

static void crosstab(void **state) {
  (void)state;
  zg_aggregate_request r = ZG_AGGREGATE_REQUEST_INIT;
  r.crosstab = true;
  r.group_by[0] = ZG_FIELD_UNIT;
  r.group_by[1] = ZG_FIELD_CATEGORY;
  r.n_group_by = 2;
  add_metric(&r, "count");
  zg_aggregate_result *res = run(&r);
  assert_int_equal(res->n_rows, 3);
  assert_int_equal(res->n_cols, 3);
  assert_true(zg_str_is(res->rows[0], "乙"));
  assert_true(zg_str_is(res->rows[1], "甲"));
  assert_null(res->rows[2].p);
  static const int cells[3][3] = {{0, 1, 0}, {2, 1, 0}, {0, 0, 1}};
  for (size_t i = 0; i < 3; i++)
    for (size_t k = 0; k < 3; k++)
      is_int(&res->cells[i * 3 + k], cells[i][k]);
  is_int(&res->row_totals[1], 2); /* not 3: finding a counts once */
  is_int(&res->col_totals[1], 2);
  is_int(&res->grand_total, 4);
  zg_aggregate_result_free(res);
}

static void set_verbs(void **state) {
  (void)state;
  static const struct {
    int set;
    uint64_t total;
  } want[] = {{ZG_SET_UNION, 3},
              {ZG_SET_INTERSECT, 1},
              {ZG_SET_DIFFERENCE, 1},
              {ZG_SET_XOR, 2}};
  for (size_t i = 0; i < 4; i++) {
    zg_aggregate_request r = ZG_AGGREGATE_REQUEST_INIT;
    r.set = want[i].set;
    r.set_filters[0] = ZG_STR("unit = 甲");
    r.set_filters[1] = ZG_STR("status = done");
    r.n_set_filters = 2;
    zg_aggregate_result *res = run(&r);
    assert_int_equal(res->total, want[i].total);
    zg_aggregate_result_free(res);
    r.filter = ZG_STR("year = 2020 AND unit = 乙");
    res = run(&r);
    assert_int_equal(res->total,
                     want[i].set == ZG_SET_UNION || want[i].set == ZG_SET_XOR);
    zg_aggregate_result_free(res);
  }
}

static void bad_requests(void **state) {
  (void)state;
  zg_aggregate_request r = ZG_AGGREGATE_REQUEST_INIT;
  r.limit = ZG_BUCKETS_MAX + 1;
  refused(&r, "too_many_buckets");
  r.limit = 1;
  r.order = 1;
  refused(&r, "invalid_order");
  r.order = 0;
  r.filter = ZG_STR("unit");
  refused(&r, "invalid_filter");
  r.filter = ZG_STR_NULL;
  r.q = ZG_STR("(");
  refused(&r, "invalid_query");
  r.q = ZG_STR_NULL;
  r.crosstab = true;
  refused(&r, "invalid_crosstab");
  r.crosstab = false;
  r.n_group_by = 2;
  r.group_by[0] = r.group_by[1] = ZG_FIELD_UNIT;
  refused(&r, "invalid_group_by");
  r.n_group_by = 0;
  r.set = ZG_SET_UNION;
  refused(&r, "invalid_set");
  r.set = ZG_SET_NONE;
  add_metric(&r, "rate:colour=red");
  refused(&r, "invalid_filter");
  static const char *const bad[] = {
      "",          "colour", "sum",     "sum:unit", "count:unit",
      "distinct:", "rate:",  "share:1", "sum:",     "distinct:x"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    zg_error err = ZG_ERROR_INIT;
    zg_metric m;
    assert_int_equal(zg_metric_parse(zg_str_of(bad[i]), &m, &err), ZG_INVALID);
    assert_string_equal(err.code, "invalid_metric");
    assert_string_equal(err.param, "metrics");
  }
}

/* The conditions of all filters of one request are counted together. */
static void filters_share_one_budget(void **state) {
  (void)state;
  char text[2048] = "year=1";
  for (int i = 1; i < 64; i++)
    strcat(text, " OR year=1");
  zg_aggregate_request r = ZG_AGGREGATE_REQUEST_INIT;
  r.set = ZG_SET_UNION;
  r.filter = r.set_filters[0] = r.set_filters[1] = zg_str_of(text);
  r.n_set_filters = 2;
  r.n_metrics = 1;
  r.metrics[0] = (zg_metric){
      .op = ZG_METRIC_RATE, .filter = zg_str_of(text), .name = ZG_STR("rate")};
  zg_aggregate_result_free(run(&r)); /* 4 * 64 */
  r.set_filters[r.n_set_filters++] = ZG_STR("year=1");
  refused(&r, "filter_too_complex");
}

static void zeroes_are_bounded(void **state) {
  (void)state;
  enum { N = 400 };
  static char id[N][16], unit[N][16], round[N][16];
  query_fixture own;
  zg_finding f[N];
  for (int i = 0; i < N; i++) {
    snprintf(id[i], sizeof id[i], "f%d", i);
    snprintf(unit[i], sizeof unit[i], "u%d", i);
    snprintf(round[i], sizeof round[i], "r%d", i % 300);
    f[i] = query_fixture_finding(id[i], "问题");
    f[i].unit = zg_str_of(unit[i]);
    f[i].round = zg_str_of(round[i]);
  }
  query_fixture_open(&own);
  query_fixture_put(&own, f, N);
  zg_aggregate_request r = ZG_AGGREGATE_REQUEST_INIT;
  r.zeroes = true;
  r.n_group_by = 2;
  r.group_by[0] = ZG_FIELD_UNIT;
  r.group_by[1] = ZG_FIELD_ROUND;
  zg_error err = ZG_ERROR_INIT;
  zg_aggregate_result *res = NULL;
  zg_status st = zg_aggregate(&res, &own.ctx, &r, &err); /* 120,000 */
  query_fixture_close(&own);
  assert_int_equal(st, ZG_INVALID);
  assert_string_equal(err.code, "too_many_buckets");
  assert_string_equal(err.param, "zeroes");
  assert_non_null(strstr(err.message, "100000"));
}

/* ---- the hashed way: more combinations than a dense table holds ---- */

#define DOCS 30000
static uint32_t keys[DOCS][3];

static int by_key(const void *a, const void *b) {
  return memcmp(a, b, sizeof keys[0]);
}

static void build(zg_table_builder *b) {
  uint64_t x = 11;
  for (uint32_t i = 0; i < DOCS; i++) {
    static const zg_field fields[] = {ZG_FIELD_UNIT, ZG_FIELD_ROUND,
                                      ZG_FIELD_REGION};
    uint32_t docid = 1 + i * 7; /* over four chunks */
    assert_int_equal(zg_table_builder_add(b, docid, NULL), ZG_OK);
    for (int f = 0; f < 3; f++) {
      char s[16];
      x = x * 6364136223846793005ull + 1442695040888963407ull;
      keys[i][f] = (uint32_t)(x >> 33) % 300 % (1 + (uint32_t)(x >> 50) % 300);
      snprintf(s, sizeof s, "%u", keys[i][f]);
      assert_int_equal(
          zg_table_builder_value(b, docid, fields[f], 0, zg_str_of(s), NULL),
          ZG_OK);
    }
    assert_int_equal(
        zg_table_builder_measure(b, docid, ZG_MEASURE_RULES_MADE, i, NULL),
        ZG_OK);
  }
}

static void more_groups_than_a_dense_table(void **state) {
  (void)state;
  zg_table_dicts *dicts = NULL;
  zg_table_builder *b = NULL;
  zg_table *t = NULL;
  zg_rows rows;
  assert_int_equal(zg_table_dicts_new(&dicts, NULL), ZG_OK);
  assert_int_equal(zg_table_builder_new(&b, dicts, NULL, NULL), ZG_OK);
  build(b);
  assert_int_equal(zg_table_builder_finish(&t, b, NULL), ZG_OK);
  zg_metric metrics[] = {
      {.op = ZG_METRIC_SUM, .measure = ZG_MEASURE_RULES_MADE},
      {.op = ZG_METRIC_DISTINCT, .field = ZG_FIELD_REGION},
      {.op = ZG_METRIC_DISTINCT, .field = ZG_FIELD_UNIT}};
  zg_group_job job = {
      .table = t,
      .match = zg_table_all(t),
      .total = DOCS,
      .fields = {ZG_FIELD_UNIT, ZG_FIELD_ROUND, ZG_FIELD_REGION},
      .n_fields = 3,
      .metrics = metrics,
      .n_metrics = 3};
  for (job.n_fields = 3; job.n_fields > 0; job.n_fields--) {
    assert_int_equal(zg_group_rows(&rows, &job, NULL), ZG_OK);
    uint64_t count = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < rows.n; i++) {
      count += rows.rows[i].count;
      sum += rows.rows[i].metrics[0].i;
      is_int(&rows.rows[i].metrics[2], 1); /* its own unit */
      if (job.n_fields == 3)
        is_int(&rows.rows[i].metrics[1], 1);
    }
    assert_int_equal(count, DOCS);
    assert_int_equal(sum, (int64_t)DOCS * (DOCS - 1) / 2);
    static uint32_t cut[DOCS][3];
    size_t distinct = 0;
    memcpy(cut, keys, sizeof cut);
    for (size_t i = 0; i < DOCS; i++)
      for (size_t d = job.n_fields; d < 3; d++)
        cut[i][d] = 0;
    qsort(cut, DOCS, sizeof cut[0], by_key);
    for (size_t i = 0; i < DOCS; i++)
      distinct += i == 0 || by_key(cut[i], cut[i - 1]) != 0;
    assert_int_equal(rows.n, distinct);
    free(rows.rows);
  }
  zg_table_unref(t);
  zg_table_dicts_free(dicts);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_and_nulls),
      cmocka_unit_test(every_metric),
      cmocka_unit_test(nothing_matches),
      cmocka_unit_test(with_zeroes),
      cmocka_unit_test(ordering),
      cmocka_unit_test(crosstab),
      cmocka_unit_test(set_verbs),
      cmocka_unit_test(bad_requests),
      cmocka_unit_test(filters_share_one_budget),
      cmocka_unit_test(zeroes_are_bounded),
      cmocka_unit_test(more_groups_than_a_dense_table)};
  return cmocka_run_group_tests_name("aggregate", tests, setup, teardown);
}
