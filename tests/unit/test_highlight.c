/* query/highlight.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/highlight.h"
#include "query/match.h"
#include "query_fixture.h"

static query_fixture fx;
static zg_arena *arena;

static int setup(void **state) {
  (void)state;
  arena = zg_arena_new(4096);
  query_fixture_open(&fx);
  /* What a prefix may expand to. */
  zg_finding f = query_fixture_finding("x", "PPP项目 ppx 2021 20210");
  query_fixture_put(&fx, &f, 1);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  query_fixture_close(&fx);
  zg_arena_free(arena);
  return 0;
}

static void same_spans(const zg_span *a, size_t n_a, const zg_span *b,
                       size_t n_b) {
  assert_int_equal(n_a, n_b);
  if (n_a)
    assert_memory_equal(a, b, n_a * sizeof *a);
}

/* From the canonical text that the index keeps comes what comes without it. */
static void same_hit(const zg_hit *a, const zg_hit *b) {
  assert_int_equal(a->n_highlights, b->n_highlights);
  for (size_t i = 0; i < a->n_highlights; i++) {
    const zg_highlight *x = &a->highlights[i], *y = &b->highlights[i];
    assert_int_equal(x->field, y->field);
    assert_int_equal(x->item, y->item);
    same_spans(x->spans, x->n_spans, y->spans, y->n_spans);
  }
  assert_true(zg_str_eq(a->snippet, b->snippet));
  same_spans(a->snippet_spans, a->n_snippet_spans, b->snippet_spans,
             b->n_snippet_spans);
}

/* As the index reads it. */
static zg_str forward_of(const zg_finding *f) {
  zg_analysis a;
  zg_analyse_begin(fx.an);
  assert_int_equal(zg_analyse_add(fx.an, ZG_TEXT_SECTION, f->section, NULL), 0);
  assert_int_equal(zg_analyse_add(fx.an, ZG_TEXT_PROBLEM, f->problem, NULL), 0);
  assert_int_equal(zg_analyse_add(fx.an, ZG_TEXT_HEAD, f->head, NULL), 0);
  for (size_t i = 0; i < f->n_measures; i++)
    assert_int_equal(
        zg_analyse_add(fx.an, ZG_TEXT_MEASURES, f->measures[i].text, NULL), 0);
  if (!f->n_measures)
    assert_int_equal(zg_analyse_add(fx.an, ZG_TEXT_MEASURES, f->text, NULL), 0);
  assert_int_equal(zg_analyse_end(fx.an, &a, NULL), 0);
  return zg_arena_dup(arena, a.forward);
}

static void light(zg_hit *hit, const zg_finding *f, const char *q, bool widen,
                  uint32_t crop) {
  zg_error err = ZG_ERROR_INIT;
  zg_query *tree = NULL;
  zg_highlighter *h = NULL;
  zg_hit known = {.finding = f};
  memset(hit, 0, sizeof *hit);
  hit->finding = f;
  if (zg_query_parse(&tree, arena, fx.an, zg_str_of(q), widen, &err) ||
      zg_query_prepare(tree, &fx.ctx, arena, zg_str_of(q), &err) ||
      zg_highlighter_new(&h, tree, widen, fx.nz, &err) ||
      zg_highlight_hit(h, arena, ZG_STR_NULL, true, crop, hit, &err) ||
      zg_highlight_hit(h, arena, forward_of(f), true, crop, &known, &err))
    fail_msg("%s: %s", q, err.message);
  same_hit(hit, &known);
  zg_highlighter_free(h);
}

/* The text with its spans in [ ]. */
static void marked(zg_str s, const zg_span *spans, size_t n, const char *want) {
  zg_buf b = ZG_BUF_INIT;
  size_t at = 0;
  for (size_t i = 0; i < n; i++) {
    size_t start = (size_t)spans[i].start, len = (size_t)spans[i].len;
    assert_true(start >= at && start + len <= s.n);
    zg_buf_add(&b, s.p + at, start - at);
    zg_buf_adds(&b, "[");
    zg_buf_add(&b, s.p + start, len);
    zg_buf_adds(&b, "]");
    at = start + len;
  }
  zg_buf_add(&b, s.p + at, s.n - at);
  zg_buf_addc(&b, '\0');
  if (strcmp(b.p, want) != 0)
    fail_msg("%s, not %s", b.p, want);
  zg_buf_free(&b);
}

static void head_is(const char *head, const char *q, bool widen,
                    const char *want) {
  zg_finding f = query_fixture_finding("f", head);
  zg_hit hit;
  light(&hit, &f, q, widen, 0);
  assert_null(hit.snippet.p);
  if (hit.n_highlights == 0) {
    assert_string_equal(head, want);
    return;
  }
  assert_int_equal(hit.n_highlights, 1);
  assert_int_equal(hit.highlights[0].field, ZG_TEXT_HEAD);
  marked(f.head, hit.highlights[0].spans, hit.highlights[0].n_spans, want);
}

static void exact_runs(void **state) {
  (void)state;
  head_is("未开展离任审计，审计不力", "审计", false,
          "未开展离任[审计]，[审计]不力");
  head_is("未开展离任审计", "离任审计", false, "未开展[离任审计]");
  head_is("审计，离任", "审计离任", false, "审计，离任");
  head_is("审计，离任", "“审计，离任”", false, "[审计，离任]");
  head_is("审计离任审计", "审计 离任", false, "[审计][离任][审计]");
  head_is("审计离任", "审计离 计离任", false, "[审计离任]");
  head_is("啊啊啊", "啊啊", false, "[啊啊啊]");
  head_is("审计离任", "审计 -离任", false, "[审计]离任");
  head_is("审计离任", "", false, "审计离任");
  head_is("审计离任", "measures:审计", false, "审计离任");
}

static void source_characters(void **state) {
  (void)state;
  head_is("２０２１年“離任審計”缺位", "离任审计", false,
          "２０２１年“[離任審計]”缺位");
  head_is("２０２１年離任", "2021", false, "[２０２１]年離任");
  head_is("於2021 年", "2021年", false, "於[2021 年]");
  head_is("於2021 年", "2021", false, "於[2021] 年");
  head_is("2021，21", "21", false, "2021，[21]");
  head_is("统(tǒng)一安排", "统一", false, "[统(tǒng)一]安排");
  head_is("安统(tǒng)", "安统", false, "[安统](tǒng)");
  head_is("ﬁnance", "finance", false, "[ﬁnance]");
  head_is("cafe\xCC\x81座", "caf\xC3\xA9", false, "[cafe\xCC\x81]座");
  /* half-width: the mark of voice is a character of its own */
  head_is("ｶﾞｷﾞ座", "ガギ", false, "[ｶﾞｷﾞ]座");
  head_is("座ﾊﾟ", "パ", false, "座[ﾊﾟ]");
  head_is("ﾡￂ座", "가", false, "[ﾡￂ]座");
  head_is("ㄱㅏ座", "가", false, "[ㄱㅏ]座");
  head_is("𠀀离任𠀁", "离任", false, "𠀀[离任]𠀁");
}

static void prefixes(void **state) {
  (void)state;
  head_is("PPP项目 pp", "pp*", false, "[PPP]项目 [pp]");
  head_is("20210与2021", "2021*", false, "[20210]与[2021]");
  head_is("离任审计", "离任*", false, "[离任]审计");
}

static void best_match(void **state) {
  (void)state;
  head_is("离任时审计不力", "离任审计", true, "[离任]时[审计]不力");
  head_is("党费与租金", "租金 党费", true, "[党费]与[租金]");
  head_is("收取党费", "“党费收取”", true, "收取党费");
  head_is("一费", "费", true, "一[费]");
}

static void every_field(void **state) {
  (void)state;
  zg_finding f = query_fixture_finding("f", "审计一");
  zg_measure m[2] = {{.n = 1, .text = ZG_STR("一是整改"), .span = {-1, 0}},
                     {.n = 2, .text = ZG_STR("二是审计"), .span = {-1, 0}}};
  zg_hit hit;
  f.section = ZG_STR("三、审计");
  f.problem = ZG_STR("无关");
  f.measures = m;
  f.n_measures = 2;
  f.text = ZG_STR("审计"); /* not searched when there are measures */
  light(&hit, &f, "审计", false, 0);
  assert_int_equal(hit.n_highlights, 3);
  assert_int_equal(hit.highlights[0].field, ZG_TEXT_SECTION);
  assert_int_equal(hit.highlights[1].field, ZG_TEXT_HEAD);
  assert_int_equal(hit.highlights[2].field, ZG_TEXT_MEASURES);
  assert_int_equal(hit.highlights[2].item, 1);
  f.n_measures = 0;
  light(&hit, &f, "measures:审计", false, 0);
  assert_int_equal(hit.n_highlights, 1);
  assert_int_equal(hit.highlights[0].item, 0);
}

static void snippet_is(const zg_finding *f, const char *q, uint32_t crop,
                       const char *want) {
  zg_hit hit;
  light(&hit, f, q, false, crop);
  assert_non_null(hit.snippet.p);
  marked(hit.snippet, hit.snippet_spans, hit.n_snippet_spans, want);
}

static void snippets(void **state) {
  (void)state;
  zg_finding f = query_fixture_finding(
      "f", "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥");
  snippet_is(&f, "子丑", 100, "甲乙丙丁戊己庚辛壬癸[子丑]寅卯辰巳午未申酉戌亥");
  snippet_is(&f, "子丑", 8, "…壬癸[子丑]寅卯辰巳…");
  snippet_is(&f, "甲", 8, "[甲]乙丙丁戊己庚辛…");
  snippet_is(&f, "亥", 8, "…辰巳午未申酉戌[亥]");
  snippet_is(&f, "", 4, "甲乙丙丁…");
  snippet_is(&f, "没有", 22, "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥");
  f.problem = ZG_STR("子丑");
  snippet_is(&f, "子丑", 8, "…壬癸[子丑]寅卯辰巳…"); /* the head first */
  snippet_is(&f, "problem:子丑", 8, "[子丑]");
  /* The densest place, not the first. */
  f = query_fixture_finding("f", "审一二三四五六七八九十百千审审审审万");
  snippet_is(&f, "审", 6, "…千[审][审][审][审]万");
}

/* Texts that are put together of characters in all spellings: `light` compares
 * both ways.  How many spans were found says that the test tests something. */
static void both_ways(void **state) {
  (void)state;
  static const char *const pieces[] = {
      "审", "计",   "審",          "計",         "离",
      "離", "任",   "审计",        "离任",       "，",
      " ",  "(",    "(shěn)",      "计\xCC\x81", "计\xEF\xB8\x80",
      "著", "着",   "2",           "２",         "1",
      "p",  "PP",   "é",           "e\xCC\x81",  "\n",
      "。", "審計", "\xE3\x82\x99"};
  static const char *const queries[] = {
      "审计", "离任审计", "审",    "离任 审计", "审计 21",
      "著",   "pp*",      "任审*", "e",         "计2"};
  enum { PIECES = sizeof pieces / sizeof *pieces };
  enum { QUERIES = sizeof queries / sizeof *queries };
  uint32_t random = 20261125;
  size_t found = 0;
  for (int i = 0; i < 3000; i++) {
    zg_buf b = ZG_BUF_INIT;
    for (int k = 0; k < 12; k++) {
      random = random * 1664525 + 1013904223;
      zg_buf_adds(&b, pieces[(random >> 16) % PIECES]);
    }
    assert_true(zg_buf_addc(&b, '\0'));
    zg_finding f = query_fixture_finding("f", b.p);
    zg_hit hit;
    light(&hit, &f, queries[i % QUERIES], i / QUERIES % 2, 6);
    found += hit.n_highlights;
    zg_buf_free(&b);
    zg_arena_reset(arena);
  }
  assert_in_range(found, 600, 3000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact_runs),  cmocka_unit_test(source_characters),
      cmocka_unit_test(prefixes),    cmocka_unit_test(best_match),
      cmocka_unit_test(every_field), cmocka_unit_test(snippets),
      cmocka_unit_test(both_ways)};
  return cmocka_run_group_tests_name("highlight", tests, setup, teardown);
}
