/* index/analyse.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "index/analyse.h"

static zg_normaliser *nz;
static zg_analyser *an;

static int setup(void **state) {
  (void)state;
  return zg_normaliser_new(&nz, NULL) || zg_analyser_new(&an, nz, NULL) ? -1
                                                                        : 0;
}

static int teardown(void **state) {
  (void)state;
  zg_analyser_free(an);
  zg_analyser_free(NULL);
  zg_normaliser_free(nz);
  return 0;
}

static uint32_t wdf_of(const zg_analysis *r, const char *term) {
  for (size_t i = 0; i < r->n_terms; i++)
    if (r->terms[i].n == strlen(term) &&
        memcmp(r->terms[i].p, term, r->terms[i].n) == 0)
      return r->terms[i].wdf;
  return 0;
}

static zg_analysis analyse_one(const char *text) {
  zg_analysis r;
  zg_analyse_begin(an);
  assert_int_equal(zg_analyse_add(an, ZG_TEXT_HEAD, zg_str_of(text), NULL),
                   ZG_OK);
  assert_int_equal(zg_analyse_end(an, &r, NULL), ZG_OK);
  return r;
}

static void three_families(void **state) {
  (void)state;
  zg_analysis r = analyse_one("水库水位，Word2 2024年");
  assert_int_equal(wdf_of(&r, "C水"), 2);
  assert_int_equal(wdf_of(&r, "C库"), 1);
  assert_int_equal(wdf_of(&r, "Cword2"), 1);
  assert_int_equal(wdf_of(&r, "C2024"), 1);
  assert_int_equal(wdf_of(&r, "B水库"), 1);
  assert_int_equal(wdf_of(&r, "B库水"), 1);
  assert_int_equal(wdf_of(&r, "B2024年"), 1);
  assert_int_equal(wdf_of(&r, "B位word2"), 0); /* a gap between */
  assert_int_equal(wdf_of(&r, "Bword22024"), 0);
  assert_int_equal(wdf_of(&r, "W水库"), 1);
  assert_int_equal(wdf_of(&r, "W水位"), 1);
  assert_int_equal(wdf_of(&r, "Wword2"), 1);
  assert_int_equal(wdf_of(&r, "W2024"), 1);
  assert_int_equal(wdf_of(&r, "W年"), 0); /* words have two characters */
  assert_int_equal(wdf_of(&r, "W水"), 0);
  for (size_t i = 1; i < r.n_terms; i++) {
    zg_str a = {r.terms[i - 1].p, r.terms[i - 1].n};
    zg_str b = {r.terms[i].p, r.terms[i].n};
    size_t n = a.n < b.n ? a.n : b.n;
    int c = memcmp(a.p, b.p, n);
    assert_true(c < 0 || (c == 0 && a.n < b.n)); /* sorted, each once */
  }
}

static void problem_titles_count_twice(void **state) {
  (void)state;
  zg_analysis r;
  zg_analyse_begin(an);
  zg_analyse_add(an, ZG_TEXT_SECTION, zg_str_of("审计监督"), NULL);
  zg_analyse_add(an, ZG_TEXT_PROBLEM, zg_str_of("审计缺位"), NULL);
  zg_analyse_add(an, ZG_TEXT_HEAD, zg_str_of("未做审计"), NULL);
  assert_int_equal(zg_analyse_end(an, &r, NULL), ZG_OK);
  assert_int_equal(wdf_of(&r, "B审计"), 4);
  assert_int_equal(wdf_of(&r, "B缺位"), 2);
  assert_int_equal(wdf_of(&r, "B监督"), 1);
  assert_int_equal(wdf_of(&r, "B未做"), 1); /* the weight does not stick */
}

static void forward_text_holds_the_fields(void **state) {
  (void)state;
  zg_analysis r;
  zg_analyse_begin(an);
  assert_int_equal(
      zg_analyse_add(an, ZG_TEXT_SECTION, ZG_STR("監管不力。"), NULL), ZG_OK);
  assert_int_equal(
      zg_analyse_add(an, ZG_TEXT_MEASURES, ZG_STR("一是建账"), NULL), ZG_OK);
  assert_int_equal(zg_analyse_add(an, ZG_TEXT_MEASURES, ZG_STR("。"), NULL),
                   ZG_OK);
  assert_int_equal(
      zg_analyse_add(an, ZG_TEXT_MEASURES, ZG_STR("二是 3 次巡查"), NULL),
      ZG_OK);
  assert_int_equal(zg_analyse_end(an, &r, NULL), ZG_OK);
  static const char WANT[] =
      "监管不力\x1e\x1e\x1e一是建账\x1f\x1f二是3次巡查\x1e";
  assert_int_equal(r.forward.n, sizeof WANT - 1);
  assert_memory_equal(r.forward.p, WANT, sizeof WANT - 1);
  assert_int_equal(wdf_of(&r, "B账二"), 0); /* never across items */

  zg_error err = ZG_ERROR_INIT;
  zg_analyse_begin(an);
  assert_int_equal(zg_analyse_end(an, &r, &err), ZG_OK);
  assert_int_equal(r.n_terms, 0);
  assert_int_equal(r.forward.n, ZG_TEXT_FIELD_COUNT);
  zg_analyse_begin(an);
  zg_analyse_add(an, ZG_TEXT_HEAD, ZG_STR("甲"), &err);
  assert_int_equal(zg_analyse_add(an, ZG_TEXT_SECTION, ZG_STR("乙"), &err),
                   ZG_INTERNAL);
}

static void long_runs_are_cut(void **state) {
  (void)state;
  char text[101];
  for (int i = 0; i < 100; i++)
    text[i] = (char)('a' + i % 26);
  text[100] = 0;
  zg_analysis r = analyse_one(text);
  size_t singles = 0;
  for (size_t i = 0; i < r.n_terms; i++) {
    assert_true(r.terms[i].n <= ZG_TERM_MAX);
    singles += r.terms[i].p[0] == 'C';
  }
  assert_int_equal(singles, 4); /* 32 + 32 + 32 + 4 */
}

static void query_terms_in_text_order(void **state) {
  (void)state;
  zg_arena *arena = zg_arena_new(0);
  zg_query_terms q;
  assert_int_equal(
      zg_analyse_query(an, arena, ZG_STR("水務局，水库ABC"), &q, NULL), ZG_OK);
  assert_true(zg_str_is(q.run, "水务局 水库abc"));
  assert_int_equal(q.n_units, 6);
  static const char *const C[] = {"C水", "C务", "C局", "C水", "C库", "Cabc"};
  static const char *const B[] = {"B水务", "B务局", "B水库", "B库abc"};
  assert_int_equal(q.n_chars, 6);
  for (size_t i = 0; i < 6; i++)
    assert_true(zg_str_is(q.chars[i], C[i]));
  assert_int_equal(q.n_bigrams, 4);
  for (size_t i = 0; i < 4; i++)
    assert_true(zg_str_is(q.bigrams[i], B[i]));
  assert_true(q.n_words >= 2);
  assert_true(zg_str_is(q.words[q.n_words - 1], "Wabc"));
  assert_true(zg_str_is(q.words[q.n_words - 2], "W水库"));

  assert_int_equal(zg_analyse_query(an, arena, ZG_STR("，。"), &q, NULL),
                   ZG_OK);
  assert_int_equal(q.n_units + q.n_chars + q.n_bigrams + q.n_words, 0);
  assert_int_equal(q.run.n, 0);
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(zg_analyse_query(an, arena, ZG_STR("水\xE6"), &q, &err),
                   ZG_INVALID);
  assert_int_equal(err.offset, 3);
  zg_arena_free(arena);
}

/* A query inside a document's analysis must not disturb it. */
static void query_leaves_the_document_alone(void **state) {
  (void)state;
  zg_arena *arena = zg_arena_new(0);
  zg_query_terms q;
  zg_analysis r = analyse_one("水库巡查");
  assert_int_equal(
      zg_analyse_query(an, arena, ZG_STR("完全不同的一句话"), &q, NULL), ZG_OK);
  assert_int_equal(wdf_of(&r, "B水库"), 1);
  assert_int_equal(wdf_of(&r, "C不"), 0);
  zg_arena_free(arena);
}

static void runs_match_whole_units(void **state) {
  (void)state;
  static const struct {
    const char *text, *run;
    bool prefix;
    int64_t at;
  } CASES[] = {
      {"待处理事项", "处理", false, 3},
      {"在建工程", "工程", false, 6},
      {"议事 规则", "议事规则", false, -1},
      {"议事规则", "议事规则", false, 0},
      {"议事 规则", "议事 规则", false, 0},
      {"2021年", "21", false, -1},
      {"2021年", "20", false, -1},
      {"2021年", "20", true, 0},
      {"2021年", "21年", false, -1},
      {"2021年", "2021年", false, 0},
      {"共2021", "共20", false, -1},
      {"共2021", "共20", true, 0},
      {"共20 2021", "20", false, 3},
      {"12 2", "2", false, 3},
      {"水库", "水", true, 0},
      {"水", "水库", false, -1},
      {"水", "", false, -1},
      {"", "水", false, -1},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    assert_int_equal(zg_run_find(zg_str_of(CASES[i].text),
                                 zg_str_of(CASES[i].run), CASES[i].prefix, 0),
                     CASES[i].at);
  zg_str t = ZG_STR("水库水库水");
  assert_int_equal(zg_run_find(t, ZG_STR("水"), false, 1), 6);
  assert_int_equal(zg_run_find(t, ZG_STR("水"), false, 7), 12);
  assert_int_equal(zg_run_find(t, ZG_STR("水"), false, 13), -1);
  assert_int_equal(zg_run_find(t, ZG_STR("水"), false, 1000), -1);
}

static uint64_t seed = 7;
static uint32_t rnd(uint32_t n) {
  seed ^= seed >> 12;
  seed ^= seed << 25;
  seed ^= seed >> 27;
  return (uint32_t)((seed * UINT64_C(2685821657736338717)) >> 33) % n;
}

static void random_text(char *out, size_t pieces) {
  static const char *const PIECES[] = {"水", "库", "巡", "1",
                                       "2",  "a",  "，", "aaaaaaaaaaaaaaaa"};
  *out = 0;
  for (size_t i = 0; i < pieces; i++)
    strcat(out, PIECES[rnd(sizeof PIECES / sizeof *PIECES)]);
}

/* An exact run found in the text and the index terms say the same: a run of
 * one unit is its C term, a run of two is its B term, and a longer run has all
 * its B terms. */
static void runs_and_terms_agree(void **state) {
  (void)state;
  zg_arena *arena = zg_arena_new(0);
  size_t found[3] = {0, 0, 0};
  for (int round = 0; round < 20000; round++) {
    char text[800], query[200];
    random_text(text, 1 + rnd(36));
    random_text(query, 1 + rnd(3));
    zg_analysis r = analyse_one(text);
    zg_query_terms q;
    zg_arena_reset(arena);
    assert_int_equal(zg_analyse_query(an, arena, zg_str_of(query), &q, NULL),
                     ZG_OK);
    if (q.n_units == 0 || memchr(q.run.p, ' ', q.run.n))
      continue;
    bool there = zg_run_find(r.forward, q.run, false, 0) >= 0;
    bool terms = true;
    for (size_t i = 0; i < q.n_bigrams; i++)
      terms = terms && wdf_of(&r, q.bigrams[i].p) > 0;
    if (q.n_units == 1)
      terms = wdf_of(&r, q.chars[0].p) > 0;
    if (q.n_units <= 2)
      assert_int_equal(there, terms);
    else
      assert_true(!there || terms);
    found[q.n_units > 2 ? 2 : q.n_units - 1] += there;
  }
  assert_true(found[0] > 500 && found[1] > 500 && found[2] > 40);
  zg_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(three_families),
      cmocka_unit_test(problem_titles_count_twice),
      cmocka_unit_test(forward_text_holds_the_fields),
      cmocka_unit_test(long_runs_are_cut),
      cmocka_unit_test(query_terms_in_text_order),
      cmocka_unit_test(query_leaves_the_document_alone),
      cmocka_unit_test(runs_match_whole_units),
      cmocka_unit_test(runs_and_terms_agree),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
