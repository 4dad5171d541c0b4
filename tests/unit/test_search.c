/* query/search.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/aggregate.h"
#include "query/search.h"
#include "query_fixture.h"
#include "tests/unit/oracle.h"

static query_fixture fx;

static int setup(void **state) {
  (void)state;
  query_fixture_open(&fx);
  static zg_finding f[8];
  static zg_measure m[2];
  f[0] = query_fixture_finding("s1", "未按规定开展离任审计");
  f[1] = query_fixture_finding("s2", "在建工程待处理");
  f[2] = query_fixture_finding("s3", "议事，规则不健全");
  f[3] = query_fixture_finding("s4", "议事规则多年未修订");
  f[4] = query_fixture_finding("s5", "PPP項目管理混乱");
  f[5] = query_fixture_finding("s6", "审计发现离任未交接");
  f[6] = query_fixture_finding("s7", "收缴党费不及时");
  f[7] = query_fixture_finding("s8", "租金收缴不及时");
  f[0].year = f[1].year = 2020;
  f[2].year = 2021;
  f[5].year = 2019;
  f[0].unit = ZG_STR("甲");
  f[5].unit = ZG_STR("乙");
  m[0] = (zg_measure){.n = 1, .text = ZG_STR("一是开展审计"), .span = {-1, 0}};
  m[1] = (zg_measure){.n = 2, .text = ZG_STR("二是审计审计"), .span = {-1, 0}};
  f[6].measures = m;
  f[6].n_measures = 2;
  query_fixture_put(&fx, f, 8);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  query_fixture_close(&fx);
  return 0;
}

static zg_search_result *run(const zg_search_request *r) {
  zg_error err = ZG_ERROR_INIT;
  zg_search_result *res = NULL;
  if (zg_search(&res, &fx.ctx, r, &err))
    fail_msg("%s", err.message);
  return res;
}

/* Ids of the hits in order of id, "s1 s6". */
static void finds_with(zg_search_request r, const char *want) {
  char got[128] = "";
  zg_search_result *res = run(&r);
  assert_int_equal(res->total, res->n_hits);
  for (int i = 1; i <= 8; i++) {
    char id[16];
    snprintf(id, sizeof id, "s%d", i);
    for (size_t k = 0; k < res->n_hits; k++)
      if (zg_str_is(res->hits[k].finding->id, id))
        strcat(strcat(got, *got ? " " : ""), id);
  }
  if (strcmp(got, want) != 0)
    fail_msg("%.*s: %s, not %s", (int)r.q.n, r.q.p, got, want);
  zg_search_result_free(res);
}

static void finds(const char *q, const char *want) {
  zg_search_request r = ZG_SEARCH_REQUEST_INIT;
  r.q = zg_str_of(q);
  finds_with(r, want);
}

static void exact(void **state) {
  (void)state;
  finds("", "s1 s2 s3 s4 s5 s6 s7 s8");
  finds("离任审计", "s1");
  finds("審計", "s1 s6 s7");
  finds("审计 离任", "s1 s6");
  finds("处理", "s2");
  finds("工程", "s2");
  finds("费", "s7");
  finds("议事规则", "s4");
  finds("议事，规则", "s3 s4");
  finds("“议事，规则”", "s3");
  finds("ppp", "s5");
  finds("pp", "");
  finds("pp*", "s5");
  finds("项目", "s5");
  finds("收缴 -党费", "s8");
  finds("-审计", "s2 s3 s4 s5 s8");
  finds("(党费 OR 租金) 收缴", "s7 s8");
  finds("head:审计", "s1 s6");
  finds("measures:审计", "s7");
  finds("开展审计", "s7");
  finds("一是开展审计二是审计", ""); /* no run goes over two measures */
  finds("高速公路", "");
}

static void best(void **state) {
  (void)state;
  zg_search_request r = ZG_SEARCH_REQUEST_INIT;
  r.operator_or = true;
  r.q = ZG_STR("党费 租金");
  finds_with(r, "s7 s8");
  r.q = ZG_STR("党费 租金 -租金");
  finds_with(r, "s7");
  r.q = ZG_STR("没有做离任审计");
  finds_with(r, "s1 s6 s7");
  zg_search_result *res = run(&r);
  assert_true(zg_str_is(res->hits[0].finding->id, "s1")); /* all of it */
  zg_search_result_free(res);
}

static void ranking(void **state) {
  (void)state;
  zg_search_request r = ZG_SEARCH_REQUEST_INIT;
  r.q = ZG_STR("审计");
  zg_search_result *res = run(&r);
  assert_int_equal(res->n_hits, 3);
  assert_true(zg_str_is(res->hits[0].finding->id, "s7")); /* three times */
  assert_true(res->hits[0].score > res->hits[1].score);
  double first = res->hits[0].score;
  zg_search_result_free(res);
  /* The same scores by another way: sorted, and filtered. */
  r.n_sort = 1;
  assert_int_equal(zg_sort_parse(ZG_STR("score:asc"), &r.sort[0], NULL), ZG_OK);
  res = run(&r);
  assert_true(zg_str_is(res->hits[2].finding->id, "s7"));
  assert_true(res->hits[2].score == first);
  zg_search_result_free(res);
  assert_int_equal(zg_sort_parse(ZG_STR("-measures"), &r.sort[0], NULL), ZG_OK);
  res = run(&r);
  assert_true(zg_str_is(res->hits[0].finding->id, "s7"));
  assert_true(res->hits[0].score == first);
  zg_search_result_free(res);
}

/* Score of the finding `docid` for one index term alone. */
static double term_score(const char *term, uint32_t docid) {
  zg_scored_term t = {zg_str_of(term), 1.0};
  zg_ranked *a = NULL;
  size_t n = 0;
  double score = 0.0;
  oracle *o = oracle_new(fx.ctx.snap, fx.an);
  oracle_rank(o, &t, 1, ZG_BM25_SEARCH, NULL, 0, 100, &a, &n);
  oracle_free(o);
  for (size_t i = 0; i < n; i++)
    if (a[i].docid == docid)
      score = a[i].score;
  free(a);
  return score;
}

static void score_is(const zg_hit *h, double want) {
  double diff = h->score > want ? h->score - want : want - h->score;
  if (diff > 1e-9)
    fail_msg("score %.9f, not %.9f", h->score, want);
}

static void weights(void **state) {
  (void)state;
  zg_search_request r = ZG_SEARCH_REQUEST_INIT;
  r.q = ZG_STR("离任审计");
  zg_search_result *res = run(&r);
  assert_int_equal(res->n_hits, 1);
  uint32_t d = res->hits[0].docid;
  double bigrams =
      term_score("B离任", d) + term_score("B任审", d) + term_score("B审计", d);
  assert_true(bigrams > 0.0);
  score_is(&res->hits[0], bigrams);
  zg_search_result_free(res);
  r.q = ZG_STR("离任审计 审计 离任"); /* asked for twice: 4/3 */
  res = run(&r);
  score_is(&res->hits[0],
           term_score("B任审", d) +
               (term_score("B审计", d) + term_score("B离任", d)) * 4.0 / 3.0);
  zg_search_result_free(res);
  r.q = ZG_STR("审计");
  r.operator_or = true;
  res = run(&r);
  assert_int_equal(res->n_hits, 3);
  for (size_t i = 0; i < 3; i++) {
    d = res->hits[i].docid;
    score_is(&res->hits[i],
             term_score("B审计", d) + term_score("W审计", d) +
                 0.4 * (term_score("C审", d) + term_score("C计", d)));
  }
  zg_search_result_free(res);
}

static void sorting(void **state) {
  (void)state;
  static const struct {
    const char *key, *order;
  } want[] = {{"year", "s6 s1 s2 s3 s4 s5 s7 s8"},
              {"year:desc", "s3 s1 s2 s6 s4 s5 s7 s8"},
              {"-year", "s3 s1 s2 s6 s4 s5 s7 s8"},
              {"unit", "s6 s1 s2 s3 s4 s5 s7 s8"},
              {"measures:desc", "s7 s1 s2 s3 s4 s5 s6 s8"},
              {"score", "s1 s2 s3 s4 s5 s6 s7 s8"}};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    zg_search_request r = ZG_SEARCH_REQUEST_INIT;
    char got[128] = "";
    r.n_sort = 1;
    assert_int_equal(zg_sort_parse(zg_str_of(want[i].key), &r.sort[0], NULL),
                     ZG_OK);
    zg_search_result *res = run(&r);
    for (size_t k = 0; k < res->n_hits; k++)
      strcat(strcat(got, k ? " " : ""), res->hits[k].finding->id.p);
    assert_string_equal(got, want[i].order);
    zg_search_result_free(res);
  }
  static const char *const bad[] = {"",  "colour", "year:up", "-year:asc",
                                    "-", ":",      "year:",   "head"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    zg_error err = ZG_ERROR_INIT;
    zg_sort_key key;
    assert_int_equal(zg_sort_parse(zg_str_of(bad[i]), &key, &err), ZG_INVALID);
    assert_string_equal(err.code, "invalid_sort");
  }
}

static void refused(const zg_search_request *r, zg_status want,
                    const char *code) {
  zg_error err = ZG_ERROR_INIT;
  zg_search_result *res = NULL;
  assert_int_equal(zg_search(&res, &fx.ctx, r, &err), want);
  assert_null(res);
  assert_string_equal(err.code, code);
}

static void bad_requests(void **state) {
  (void)state;
  zg_search_request r = ZG_SEARCH_REQUEST_INIT;
  r.limit = ZG_LIMIT_MAX + 1;
  refused(&r, ZG_INVALID, "invalid_limit");
  r.limit = 1;
  r.offset = ZG_OFFSET_MAX + 1;
  refused(&r, ZG_INVALID, "invalid_offset");
  r.offset = 0;
  r.filter = ZG_STR("year >");
  refused(&r, ZG_INVALID, "invalid_filter");
  r.filter = ZG_STR_NULL;
  r.q = ZG_STR("*审");
  refused(&r, ZG_INVALID, "invalid_query");
  _Atomic int stop = 1;
  fx.ctx.cancel = &stop;
  r.q = ZG_STR("审计 离任");
  refused(&r, ZG_BUSY, "cancelled");
  fx.ctx.cancel = NULL;
}

static void expansions(void **state) {
  (void)state;
  query_fixture one;
  static zg_finding f[101];
  static char text[101][48], ids[101][16];
  query_fixture_open(&one);
  for (int i = 0; i < 101; i++) {
    snprintf(ids[i], sizeof ids[i], "e%d", i);
    snprintf(text[i], sizeof text[i], "编号a%03d。第b%03d", i, i);
    f[i] = query_fixture_finding(ids[i], text[i]);
  }
  query_fixture_put(&one, f, 100);
  zg_search_request r = ZG_SEARCH_REQUEST_INIT;
  zg_search_result *res = NULL;
  zg_error err = ZG_ERROR_INIT;
  static const char *const all[] = {"a*", "第b*", "编号a*", "head:a*",
                                    "“号a”*"};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    r.q = zg_str_of(all[i]);
    assert_int_equal(zg_search(&res, &one.ctx, &r, &err), ZG_OK);
    assert_int_equal(res->total, 100);
    zg_search_result_free(res);
  }
  r.q = ZG_STR("a09*");
  assert_int_equal(zg_search(&res, &one.ctx, &r, &err), ZG_OK);
  assert_int_equal(res->total, 10);
  zg_search_result_free(res);
  /* A prefix and the same run without the star are two sets, whichever is
   * asked for (and cached) first. */
  static const struct {
    const char *q;
    uint64_t total;
  } both[] = {{"head:a09*", 10}, {"head:a09", 0},  {"head:a01", 0},
              {"head:a01*", 10}, {"编号a05*", 10}, {"编号a05", 0}};
  for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
    r.q = zg_str_of(both[i].q);
    assert_int_equal(zg_search(&res, &one.ctx, &r, &err), ZG_OK);
    assert_int_equal(res->total, both[i].total);
    zg_search_result_free(res);
  }
  query_fixture_put(&one, f + 100, 1);
  r.q = ZG_STR("审 a*");
  assert_int_equal(zg_search(&res, &one.ctx, &r, &err), ZG_INVALID);
  assert_string_equal(err.code, "too_many_expansions");
  assert_non_null(strstr(err.message, "column 3"));
  query_fixture_close(&one);
}

static void match_sets(void **state) {
  (void)state;
  roaring_bitmap_t *set = NULL;
  assert_int_equal(zg_match_set(&set, &fx.ctx, ZG_STR("审计"),
                                ZG_STR("year < 2021"), false, NULL),
                   ZG_OK);
  assert_int_equal(roaring_bitmap_get_cardinality(set), 2);
  roaring_bitmap_free(set);
  assert_int_equal(
      zg_match_set(&set, &fx.ctx, ZG_STR_NULL, ZG_STR_NULL, false, NULL),
      ZG_OK);
  assert_int_equal(roaring_bitmap_get_cardinality(set), 8);
  roaring_bitmap_free(set);
}

/* Commits after a pinned snapshot change nothing of what it answers. */
static void pinned(void **state) {
  (void)state;
  static const char *const asked[] = {"审计", "缺位", "离任审计缺位", ""};
  query_fixture f;
  query_fixture_open(&f);
  zg_finding one = query_fixture_finding("a", "离任审计缺位");
  query_fixture_put(&f, &one, 1);
  zg_snapshot *old = zg_store_pin(f.store);
  zg_context ctx = f.ctx;
  ctx.snap = old;
  for (int commits = 0; commits < 20; commits++) { /* merges among them */
    char id[16];
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
      zg_search_request r = {.q = zg_str_of(asked[i]), .limit = 5};
      zg_search_result *found = NULL;
      assert_int_equal(zg_search(&found, &ctx, &r, NULL), ZG_OK);
      assert_int_equal(found->total, 1);
      assert_int_equal(found->n_hits, 1);
      assert_true(zg_str_is(found->hits[0].finding->id, "a"));
      zg_search_result_free(found);
    }
    zg_aggregate_request a = ZG_AGGREGATE_REQUEST_INIT;
    zg_aggregate_result *groups = NULL;
    assert_int_equal(zg_aggregate(&groups, &ctx, &a, NULL), ZG_OK);
    assert_int_equal(groups->total, 1);
    zg_aggregate_result_free(groups);
    snprintf(id, sizeof id, "b%d", commits);
    one.id = zg_str_of(id);
    query_fixture_put(&f, &one, 1);
    const char *gone = "a"; /* also when it is deleted */
    if (commits == 3)
      query_fixture_delete(&f, &gone, 1);
  }
  zg_search_request r = {.limit = 5000}; /* a fault of the request stays */
  zg_search_result *found = NULL;
  assert_int_equal(zg_search(&found, &ctx, &r, NULL), ZG_INVALID);
  zg_snapshot_release(old);
  query_fixture_close(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact),      cmocka_unit_test(best),
      cmocka_unit_test(ranking),    cmocka_unit_test(weights),
      cmocka_unit_test(sorting),    cmocka_unit_test(bad_requests),
      cmocka_unit_test(expansions), cmocka_unit_test(match_sets),
      cmocka_unit_test(pinned)};
  return cmocka_run_group_tests_name("search", tests, setup, teardown);
}
