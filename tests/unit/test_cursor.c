/* query/cursor.h, and paging by cursor through query/search.h: the pages put
 * together are the whole list, also while the index changes between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixture.h"
#include "query/cursor.h"
#include "query/search.h"
#include "query_fixture.h"

#define N 400
#define IDS 900

static query_fixture fx;
static char ids[IDS][12], heads[IDS][160];

static const char *const words[] = {"审计", "离任",   "工程", "党费", "采购",
                                    "制度", "不健全", "租金", "收缴", "整改"};
static const char *const units[] = {"甲县", "乙县", "丙市", "丁局", "丙"};

static zg_finding finding(fx_random *r, unsigned i) {
  char *h = heads[i];
  size_t n = 0;
  snprintf(ids[i], sizeof ids[i], "f%u", i);
  for (unsigned k = 2 + fx_below(r, 8); k > 0; k--)
    n += (size_t)snprintf(h + n, sizeof heads[i] - n, "%s",
                          words[fx_below(r, 10)]);
  zg_finding f = query_fixture_finding(ids[i], h);
  if (fx_below(r, 5))
    f.year = 2015 + (int)fx_below(r, 8);
  if (fx_below(r, 6))
    f.unit = zg_str_of(units[fx_below(r, 5)]);
  return f;
}

static int setup(void **state) {
  (void)state;
  static zg_finding f[N];
  fx_random r = {20261125};
  query_fixture_open(&fx);
  for (unsigned i = 0; i < N; i++)
    f[i] = finding(&r, i);
  query_fixture_put(&fx, f, N);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  query_fixture_close(&fx);
  return 0;
}

/* ---- the text of a cursor ---- */

static zg_cursor sample(zg_cursor_term *terms) {
  zg_cursor c = {.request = 0x1122334455667788ull,
                 .docid = 4000000000u,
                 .n_keys = 3,
                 .docs = 1000000,
                 .average = 412.5,
                 .terms = terms,
                 .n_terms = 2};
  c.keys[0] = (zg_cursor_key){.is = ZG_CURSOR_TEXT, .text = ZG_STR("甲县")};
  c.keys[1] = (zg_cursor_key){.is = ZG_CURSOR_NUMBER, .number = -77};
  terms[0] = (zg_cursor_term){1, 300};
  terms[1] = (zg_cursor_term){0xFFFFFFFFu, 1};
  return c;
}

static void there_and_back(void **state) {
  (void)state;
  zg_cursor_term terms[2];
  zg_arena *a = zg_arena_new(1024);
  zg_cursor c = sample(terms), back;
  zg_str text;
  assert_int_equal(zg_cursor_write(&text, &c, a, NULL), ZG_OK);
  for (size_t i = 0; i < text.n; i++)
    assert_non_null(
        strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
               "0123456789-_",
               text.p[i]));
  assert_int_equal(zg_cursor_read(&back, text, c.request, a, NULL), ZG_OK);
  assert_int_equal(back.docid, c.docid);
  assert_int_equal(back.n_keys, 3);
  assert_true(zg_str_is(back.keys[0].text, "甲县"));
  assert_int_equal(back.keys[1].number, -77);
  assert_int_equal(back.keys[2].is, ZG_CURSOR_NOTHING);
  assert_int_equal(back.docs, 1000000);
  assert_true(back.average == 412.5);
  assert_int_equal(back.n_terms, 2);
  assert_int_equal(back.terms[1].hash, 0xFFFFFFFFu);
  assert_int_equal(back.terms[0].freq, 300);
  zg_arena_free(a);
}

static void refused(zg_str text, uint64_t request, const char *says,
                    zg_arena *a) {
  zg_error err = ZG_ERROR_INIT;
  zg_cursor c;
  assert_int_equal(zg_cursor_read(&c, text, request, a, &err), ZG_INVALID);
  assert_string_equal(err.code, "invalid_cursor");
  if (!strstr(err.message, says))
    fail_msg("%s, not %s", err.message, says);
}

static void altered(void **state) {
  (void)state;
  zg_cursor_term terms[2];
  zg_arena *a = zg_arena_new(1024);
  zg_cursor c = sample(terms), back;
  zg_str text;
  assert_int_equal(zg_cursor_write(&text, &c, a, NULL), ZG_OK);
  refused(text, c.request + 1, "another request", a);
  refused(ZG_STR(""), 0, "given out", a);
  refused(ZG_STR("AAAA"), 0, "given out", a);
  refused(ZG_STR("第二页"), 0, "given out", a);
  refused((zg_str){text.p, text.n - 4}, c.request, "cursor: ", a);
  char copy[256];
  assert_true(text.n < sizeof copy);
  for (size_t i = 0; i < text.n; i++) {
    zg_error err = ZG_ERROR_INIT;
    memcpy(copy, text.p, text.n);
    copy[i] = copy[i] == 'A' ? 'B' : 'A';
    assert_int_equal(
        zg_cursor_read(&back, (zg_str){copy, text.n}, c.request, a, &err),
        ZG_INVALID);
    assert_string_equal(err.code, "invalid_cursor");
  }
  zg_arena_free(a);
}

/* ---- listings ---- */

typedef struct listing {
  char ids[IDS][12];
  double scores[IDS];
  size_t n;
} listing;

static zg_search_result *ask(const zg_search_request *r) {
  zg_error err = ZG_ERROR_INIT;
  zg_search_result *res = NULL;
  if (zg_search(&res, &fx.ctx, r, &err))
    fail_msg("%s", err.message);
  return res;
}

static void take(listing *l, const zg_search_result *res) {
  for (size_t i = 0; i < res->n_hits; i++) {
    assert_true(l->n < IDS);
    snprintf(l->ids[l->n], sizeof l->ids[0], "%s", res->hits[i].finding->id.p);
    l->scores[l->n++] = res->hits[i].score;
  }
}

/* All pages of `limit`; `between` (NULL: nothing) is called after each. */
static void by_cursor(listing *l, zg_search_request r, uint32_t limit,
                      void (*between)(void)) {
  zg_buf at = ZG_BUF_INIT;
  l->n = 0;
  zg_buf_addc(&at, '*');
  r.limit = limit;
  for (bool more = true; more;) {
    r.cursor = (zg_str){at.p, at.n};
    zg_search_result *res = ask(&r);
    take(l, res);
    more = res->next_cursor.p != NULL;
    if (more)
      assert_int_equal(res->n_hits, limit);
    zg_buf_clear(&at);
    zg_buf_add(&at, res->next_cursor.p, res->next_cursor.n);
    zg_search_result_free(res);
    if (between)
      between();
  }
  zg_buf_free(&at);
}

static const struct {
  const char *q, *filter, *sort[3];
  bool any;
} asked[] = {
    {"审计", NULL, {NULL}, false},
    {"审计 工程 党费", NULL, {NULL}, false},
    {"离任审计整改", NULL, {NULL}, true},
    {"审计 OR 租金收缴", "year >= 2017", {NULL}, false},
    {NULL, NULL, {NULL}, false},
    {NULL, NULL, {"unit"}, false},
    {"审计", NULL, {"unit:desc", "-year"}, false},
    {"工程 制度", NULL, {"year", "score"}, false},
    {"工程", NULL, {"score:asc"}, false},
    {NULL, NULL, {"year:desc", "unit", "measures"}, false},
    {"没有这样的词", NULL, {NULL}, false},
};
#define ASKED (sizeof asked / sizeof *asked)

static zg_search_request request(size_t i) {
  zg_search_request r = ZG_SEARCH_REQUEST_INIT;
  r.q = zg_str_of(asked[i].q);
  r.filter = zg_str_of(asked[i].filter);
  r.operator_or = asked[i].any;
  r.highlight = false;
  r.crop = 0;
  for (size_t k = 0; k < 3 && asked[i].sort[k]; k++)
    assert_int_equal(
        zg_sort_parse(zg_str_of(asked[i].sort[k]), &r.sort[r.n_sort++], NULL),
        ZG_OK);
  return r;
}

/* Pages are the list that offset gives; where scores are added up in another
 * order there, findings of equal score may stand otherwise. */
static void pages_are_the_list(void **state) {
  (void)state;
  static const uint32_t limits[] = {1, 7, 50, 399, 400, 1000};
  static listing whole, paged;
  for (size_t i = 0; i < ASKED; i++) {
    zg_search_request r = request(i);
    r.limit = 1000;
    zg_search_result *res = ask(&r);
    whole.n = 0;
    take(&whole, res);
    assert_int_equal(whole.n, res->total);
    zg_search_result_free(res);
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
      by_cursor(&paged, request(i), limits[k], NULL);
      assert_int_equal(paged.n, whole.n);
      for (size_t h = 0; h < whole.n; h++) {
        double d = paged.scores[h] - whole.scores[h];
        assert_true(d < 1e-9 && d > -1e-9);
        if (r.n_sort && r.sort[0].by != ZG_SORT_SCORE)
          assert_string_equal(paged.ids[h], whole.ids[h]);
      }
      qsort(paged.ids, paged.n, sizeof *paged.ids,
            (int (*)(const void *, const void *))strcmp);
      for (size_t h = 1; h < paged.n; h++)
        assert_true(strcmp(paged.ids[h - 1], paged.ids[h]) != 0);
    }
  }
}

/* ---- commits in between ---- */

static fx_random change = {7};
static unsigned next_id = N;
static bool touched[IDS];

/* Adds some, deletes some, puts some again (another document then). */
static void commit_something(void) {
  zg_finding f[8];
  const char *gone[2];
  size_t n = 0, n_gone = 0;
  for (unsigned i = 0; i < 3 && next_id < IDS; i++)
    f[n++] = finding(&change, next_id++);
  for (unsigned i = 0; i < 2; i++) {
    unsigned id = fx_below(&change, N);
    if (touched[id])
      continue;
    touched[id] = true;
    if (i == 0)
      f[n++] = finding(&change, id);
    else
      gone[n_gone++] = ids[id];
  }
  query_fixture_put(&fx, f, n);
  if (n_gone)
    query_fixture_delete(&fx, gone, n_gone);
}

static size_t untouched(const listing *l, char (*out)[12]) {
  size_t n = 0;
  for (size_t i = 0; i < l->n; i++) {
    unsigned id = (unsigned)strtoul(l->ids[i] + 1, NULL, 10);
    if (id < N && !touched[id])
      memcpy(out[n++], l->ids[i], sizeof *out);
  }
  return n;
}

static void commits_in_between(void **state) {
  (void)state;
  static listing before, paged;
  static char want[IDS][12], got[IDS][12];
  for (size_t i = 0; i < ASKED; i++) {
    teardown(NULL);
    setup(NULL);
    memset(touched, 0, sizeof touched);
    next_id = N;
    by_cursor(&before, request(i), 1000, NULL);
    by_cursor(&paged, request(i), 29, commit_something);
    size_t n = untouched(&before, want);
    assert_int_equal(untouched(&paged, got), n);
    for (size_t k = 0; k < n; k++)
      assert_string_equal(got[k], want[k]);
    /* Nothing at all comes twice under one docid; a finding that was put again
     * may come again, as the new one that it is. */
    if (i == 0)
      assert_true(next_id > N);
  }
}

/* The value that the cursor stands on may be gone from the index. */
static void value_vanished(void **state) {
  (void)state;
  query_fixture q;
  zg_finding f[3];
  query_fixture_open(&q);
  for (int i = 0; i < 3; i++) {
    static const char *const id[] = {"a", "b", "c"}, *const unit[] = {
                                                         "甲", "乙", "丙"};
    f[i] = query_fixture_finding(id[i], "审计");
    f[i].unit = zg_str_of(unit[i]);
  }
  query_fixture_put(&q, f, 3);
  for (int down = 0; down < 2; down++) {
    zg_search_request r = ZG_SEARCH_REQUEST_INIT;
    zg_search_result *one = NULL, *two = NULL;
    r.limit = 2;
    r.n_sort = 1;
    r.sort[0] = (zg_sort_key){
        .by = ZG_SORT_FIELD, .field = ZG_FIELD_UNIT, .descending = down};
    r.cursor = ZG_STR("*");
    assert_int_equal(zg_search(&one, &q.ctx, &r, NULL), ZG_OK);
    const char *second = one->hits[1].finding->id.p;
    query_fixture_delete(&q, &second, 1);
    r.cursor = one->next_cursor;
    assert_int_equal(zg_search(&two, &q.ctx, &r, NULL), ZG_OK);
    assert_int_equal(two->n_hits, 1);
    assert_null(two->next_cursor.p);
    /* By bytes: 丙 < 乙 < 甲. */
    assert_true(zg_str_is(two->hits[0].finding->unit, down ? "丙" : "甲"));
    zg_search_result_free(one);
    zg_search_result_free(two);
    query_fixture_put(&q, f, 3);
  }
  query_fixture_close(&q);
}

static void bad_requests(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  zg_search_request r = request(0);
  zg_search_result *one = NULL, *res = NULL;
  r.cursor = ZG_STR("*");
  r.limit = 3;
  assert_int_equal(zg_search(&one, &fx.ctx, &r, &err), ZG_OK);
  r.cursor = one->next_cursor;
  zg_search_request other[6];
  for (size_t i = 0; i < 6; i++)
    other[i] = r;
  other[0].q = ZG_STR("工程");
  other[1].filter = ZG_STR("year > 2000");
  other[2].operator_or = true;
  other[3].n_sort = 1;
  other[4].offset = 1;
  other[5].limit = 0;
  assert_int_equal(zg_sort_parse(ZG_STR("year"), &other[3].sort[0], NULL),
                   ZG_OK);
  for (size_t i = 0; i < 6; i++) {
    assert_int_equal(zg_search(&res, &fx.ctx, &other[i], &err), ZG_INVALID);
    assert_string_equal(err.code, "invalid_cursor");
    assert_null(res);
  }
  r.limit = 5; /* the size of a page may change */
  assert_int_equal(zg_search(&res, &fx.ctx, &r, &err), ZG_OK);
  assert_int_equal(res->n_hits, 5);
  zg_search_result_free(res);
  zg_search_result_free(one);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(there_and_back),
                                     cmocka_unit_test(altered),
                                     cmocka_unit_test(pages_are_the_list),
                                     cmocka_unit_test(bad_requests),
                                     cmocka_unit_test(value_vanished),
                                     cmocka_unit_test(commits_in_between)};
  return cmocka_run_group_tests_name("cursor", tests, setup, teardown);
}
