/* The taxonomy: its file, its matching, and how often it is right on a labelled
 * list (tests/taxonomy/heads.tsv).
 *
 * The list was written before the cues.  Every third line is held out: the cues
 * are tuned on the others alone, and both parts must be right.  A further list
 * in free words, which nothing was tuned on either, asks less for the category
 * than for honesty: what is said must mostly be right, the rest unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "index/classify.h"
#include "parser_fixture.h"

#define HEADS "tests/taxonomy/heads.tsv"

/* ---- the score ---- */

enum { TUNE, HELD, FREE, SETS };
static const char *const sets[SETS] = {"tune", "held", "free"};

typedef struct tally {
  int n, right, unknown, two, both;
} tally;

static zg_str field(zg_str *line) {
  const char *tab = memchr(line->p, '\t', line->n);
  zg_str out = {line->p, tab ? (size_t)(tab - line->p) : line->n};
  size_t skip = out.n + (tab != NULL);
  *line = (zg_str){line->p + skip, line->n - skip};
  return out;
}

static bool among(zg_str id, zg_str labels) {
  if (!id.p)
    return zg_str_is(labels, "-");
  return memmem(labels.p, labels.n, id.p, id.n) != NULL;
}

static void score_line(zg_str line, tally of[SETS]) {
  zg_str set = field(&line), labels = field(&line), head = line;
  int s = 0;
  zg_finding f = {.head = head, .head_span = ZG_SPAN_NONE};
  zg_norm norm = ZG_NORM_INIT;
  zg_error err = ZG_ERROR_INIT;
  while (s < SETS && !zg_str_is(set, sets[s]))
    s++;
  assert_true(s < SETS);
  f.problem_span = f.section_span = ZG_SPAN_NONE;
  assert_int_equal(zg_classify(&f, pf_arena(), pf_parser(), &norm, &err),
                   ZG_OK);
  zg_norm_free(&norm);
  tally *t = &of[s];
  bool right = among(f.category[0], labels);
  t->n++;
  t->right += right;
  t->unknown += !f.category[0].p;
  if (memchr(labels.p, ',', labels.n)) {
    t->two++;
    t->both += right && f.category[1].p && among(f.category[1], labels);
  }
  if (right || s != TUNE) /* other misses are not for the eye */
    return;
  print_message("  %.*s -> %s %s: %.*s\n", (int)labels.n, labels.p,
                f.category[0].p ? f.category[0].p : "-",
                f.category[1].p ? f.category[1].p : "", (int)head.n, head.p);
}

static void heads_get_their_category(void **state) {
  (void)state;
  FILE *file = fopen(HEADS, "re");
  char *line = NULL;
  size_t cap = 0;
  ssize_t n;
  tally of[SETS] = {{0}};
  assert_non_null(file);
  while ((n = getline(&line, &cap, file)) > 0) {
    if (line[n - 1] == '\n')
      n--;
    if (n && line[0] != '#')
      score_line((zg_str){line, (size_t)n}, of);
  }
  free(line);
  fclose(file);
  for (int s = 0; s < SETS; s++)
    print_message("%s: %d of %d right (%.1f %%), %d unknown; both of two: %d "
                  "of %d\n",
                  sets[s], of[s].right, of[s].n, 100.0 * of[s].right / of[s].n,
                  of[s].unknown, of[s].both, of[s].two);
  assert_true(of[TUNE].n + of[HELD].n >= 250);
  assert_true(of[HELD].n >= 100 && of[FREE].n >= 80);
  assert_true(of[TUNE].right * 100 >= of[TUNE].n * 85);
  assert_true(of[HELD].right * 100 >= of[HELD].n * 85);
  int said = of[FREE].n - of[FREE].unknown;
  assert_true(said * 2 >= of[FREE].n);
  assert_true(of[FREE].right * 100 >= said * 65);
}

/* ---- the file ---- */

static zg_taxonomy *read_text(const char *text, zg_error *err) {
  zg_taxonomy *t = NULL;
  zg_status st =
      zg_taxonomy_read(&t, pf_parser()->nz, zg_str_of(text), "t.ini", err);
  assert_true((st == ZG_OK) == (t != NULL));
  return t;
}

#define TOP "version = 1\n"
#define C1 "[c1]\nzh = 甲\nen = a\n"

static void faults_name_line_and_entry(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } t[] = {
      {"", "line 1: the file has no `version = …`"},
      {TOP, "line 1: the file has no category"},
      {"version = \n", "line 1: version is empty"},
      {TOP "version = 2\n", "line 2: version stands twice"},
      {TOP "colour = red\n", "line 2: unknown key \"colour\""},
      {TOP "一行字\n", "line 2: `key = value` or [section] is expected"},
      {TOP "[c1\n", "line 2: the closing ] is missing"},
      {TOP "[]\n", "line 2: []: an id is"},
      {TOP "[C1]\n", "line 2: [C1]: an id is"},
      {TOP "[类别]\n", "line 2: [类别]: an id is"},
      {TOP "[c1]\nen = a\ncues = 甲乙\n", "line 2: [c1]: its Chinese name"},
      {TOP "[c1]\nzh = a\ncues = 甲乙\n", "line 2: [c1]: its English name"},
      {TOP C1, "line 2: [c1]: its cues is missing"},
      {TOP C1 "cues = 甲乙\n[c1]\n", "line 6: [c1] stands twice"},
      {TOP C1 "zh = 乙\n", "line 5: zh stands twice"},
      {TOP C1 "cues = 甲\n", "line 5: \"甲\" has 1 characters"},
      {TOP C1 "cues = 甲乙 甲乙\n", "line 5: the cue \"甲乙\" stands twice"},
      {TOP C1 "cues = 甲乙*0\n", "line 5: weight: a number from 1 to 100"},
      {TOP C1 "cues = 甲乙*\n", "line 5: weight: a number from 1 to 100"},
      {TOP C1 "cues = *3\n", "line 5: \"*3\": the cue is missing"},
      {TOP C1 "cues = 甲乙+丙丁+戊己+庚辛\n",
       "line 5: \"甲乙+丙丁+戊己+庚辛\""},
      {TOP C1 "kind = big\n", "line 5: kind: theme, sector or frame"},
      {TOP C1 "answer = 是\n", "line 5: answer: yes or no"},
      {TOP C1 "cue = 甲乙\n", "line 5: unknown key \"cue\"; expected zh, en"},
      {TOP "[weights]\nhead = 多\n", "line 3: head: a number from 0 to 10000"},
      {TOP "[weights]\ntitle = 3\n", "line 3: unknown key \"title\""},
      {TOP "[limits]\nhead = 0\n", "line 3: head: a number from 1 to 100"},
      {TOP "[thresholds]\nmost = 3\n", "line 3: unknown key \"most\""},
      {TOP "[ignore]\nword = 甲乙\n", "line 3: unknown key \"word\""},
      {TOP "[concepts]\n甲乙 = 丙\n", "line 3: \"丙\" has 1 characters"},
      {TOP C1 "cues = 甲乙\nnot = 甲乙\n", "\"甲乙\" is a cue and excluded"},
      {TOP C1 "cues = 甲乙\n[ignore]\nwords = 甲乙\n", "is a cue and excluded"},
      {TOP "x一二三四五六七八九十一二三四五六七八九十一二三四五\n",
       "not \"x一二三四五六七八九十一二三四五六七八九\""},
      {TOP "# 好\n\xFF\n", "line 3: not UTF-8"},
  };
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    zg_error err = ZG_ERROR_INIT;
    zg_taxonomy *made = read_text(t[i].text, &err);
    if (made || !strstr(err.message, t[i].message))
      fail_msg("%zu: \"%s\", not \"%s\"", i, err.message, t[i].message);
    assert_string_equal(err.code, "invalid_taxonomy");
    assert_true(zg_utf8_check(err.message, strlen(err.message)) < 0);
    assert_ptr_equal(strstr(err.message, "t.ini"), err.message);
  }
}

static void files_that_cannot_be_read(void **state) {
  (void)state;
  static const char *const paths[] = {"/nonexistent/t.ini", "/", "/dev/null"};
  for (size_t i = 0; i < 3; i++) {
    zg_error err = ZG_ERROR_INIT;
    zg_taxonomy *t = NULL;
    assert_int_equal(zg_taxonomy_open(&t, pf_parser()->nz, paths[i], &err),
                     ZG_INVALID);
    assert_null(t);
    assert_non_null(strstr(err.message, paths[i]));
  }
}

static void the_default_is_whole(void **state) {
  (void)state;
  const zg_taxonomy *t = pf_parser()->taxonomy;
  assert_int_equal(zg_taxonomy_categories(t), 28);
  for (size_t i = 0; i < 28; i++) {
    char id[8];
    const zg_category *c = zg_taxonomy_category(t, i);
    snprintf(id, sizeof id, "c%02zu", i + 1);
    assert_true(zg_str_is(c->id, id));
    assert_true(c->zh.n && c->en.n && c->n_cues >= 20);
    assert_null(memchr(c->zh.p, '*', c->zh.n)); /* a name is no cue */
  }
  assert_null(zg_taxonomy_find(t, ZG_STR("c29")));
  assert_true(zg_taxonomy_cues(t) > 1000);
}

/* ---- matching ---- */

static const char small[] =
    "\xEF\xBB\xBF# 注释\r\n"
    "version = 7   # 其后是注释\r\n"
    "[weights]\nhead = 100\nproblem = 30\nsection = 10\nanswer = 1\n"
    "[thresholds]\nanswer_least = 4\nsecond_percent = 60\n"
    "sector_percent = 80\nframe_least = 900\n"
    "[concepts]\n一言堂 = 个人说了算、家长作风\n"
    "[ignore]\nwords = 工程師\n"
    "[c1]\nzh = 补贴\nen = subsidies\ncues = 补贴*4，奖金\nnot = 补贴资金账户\n"
    "[c2]\nzh = 惠农\nen = farmers\ncues = 惠农补贴*6 學習+不深入*5\n"
    "[c3]\nzh = 工程\nen = works\ncues = 工程*4 招标*4\n"
    "[c4]\nzh = 决策\nen = decisions\ncues = 一言堂*5\n"
    "[s1]\nzh = 学校\nen = schools\nkind = sector\ncues = 食堂*4 学校*1\n"
    "[f1]\nzh = 旧账\nen = old\nkind = frame\nanswer = no\ncues = "
    "上轮指出*10\n";

static void categories_of(const zg_taxonomy *t, const char *head,
                          const char *problem, const char *answer,
                          zg_finding *f) {
  zg_parser parser = {pf_parser()->nz, t};
  zg_norm norm = ZG_NORM_INIT;
  zg_error err = ZG_ERROR_INIT;
  *f = (zg_finding){.head = zg_str_of(head),
                    .problem = zg_str_of(problem),
                    .text = zg_str_of(answer),
                    .head_span = ZG_SPAN_NONE,
                    .problem_span = ZG_SPAN_NONE,
                    .section_span = ZG_SPAN_NONE};
  assert_int_equal(zg_classify(f, pf_arena(), &parser, &norm, &err), ZG_OK);
  zg_norm_free(&norm);
  assert_int_equal(f->category_source, f->category[0].p
                                           ? ZG_CATEGORY_SOURCE_CUES
                                           : ZG_CATEGORY_SOURCE_NONE);
}

static void cues_decide(void **state) {
  (void)state;
  static const struct {
    const char *head, *problem, *answer, *first, *second;
  } t[] = {
      {"违规发放补贴", NULL, NULL, "c1", NULL},
      {"惠农补贴发放不及时", NULL, NULL, "c2", NULL},     /* not 补贴 */
      {"補貼發放混亂", NULL, NULL, "c1", NULL},           /* traditional */
      {"补贴资金账户未销户", NULL, NULL, NULL, NULL},     /* excluded */
      {"工程师职称评审", NULL, NULL, NULL, NULL},         /* ignored */
      {"学习抓得不深入", NULL, NULL, "c2", NULL},         /* two parts */
      {"学习抓得紧，调研不深入", NULL, NULL, NULL, NULL}, /* two clauses */
      {"家长作风严重", NULL, NULL, "c4", NULL},           /* a phrasing */
      {"食堂工程未招标", NULL, NULL, "c3", NULL}, /* 4 of 8: the theme */
      {"食堂采购未招标", NULL, NULL, "s1", "c3"}, /* as clear: the sector */
      {"学校工程停工", NULL, NULL, "c3", NULL},   /* a mere setting */
      {"上轮指出的奖金问题未改", NULL, NULL, "f1", "c1"},
      {"执行不严", "违规发放补贴", NULL, "c1", NULL},
      {"工程进度慢", "违规发放补贴", NULL, "c3", NULL}, /* the head decides */
      {"执行不严", NULL, "清退补贴，开展工程招标。", "c3", NULL},
      {"执行不严", NULL, "清退奖金。", NULL, NULL}, /* too little */
      {"执行不严", NULL, "上轮指出的已改，上轮指出。", NULL, NULL},
      {"执行不严", NULL, "学习抓得不深入。", NULL, NULL}, /* parts: no */
      {"", NULL, NULL, NULL, NULL},
  };
  zg_error err = ZG_ERROR_INIT;
  zg_taxonomy *made = read_text(small, &err);
  if (!made)
    fail_msg("%s", err.message);
  assert_true(zg_str_is(zg_taxonomy_version(made), "7"));
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    zg_finding f;
    categories_of(made, t[i].head, t[i].problem, t[i].answer, &f);
    const char *want[2] = {t[i].first, t[i].second};
    for (int k = 0; k < 2; k++)
      if (!zg_str_eq(f.category[k], zg_str_of(want[k])))
        fail_msg("%s: category %d is %s, not %s", t[i].head, k,
                 f.category[k].p ? f.category[k].p : "none",
                 want[k] ? want[k] : "none");
  }
  zg_taxonomy_unref(made);
}

static void evidence_is_heaviest_first(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  zg_taxonomy *made = read_text(small, &err);
  zg_finding f;
  categories_of(made, "食堂补贴和工程奖金", "补贴", "补贴、奖金", &f);
  IS(f.category[0], "c1");
  IS(f.category[1], NULL);
  /* head 补贴 400, head 奖金 200, problem 补贴 120, answer 4 and 2; nothing of
   * the categories that were not chosen */
  static const struct {
    const char *cue;
    zg_place place;
    int weight;
  } want[] = {{"补贴", ZG_PLACE_HEAD, 400},
              {"奖金", ZG_PLACE_HEAD, 200},
              {"补贴", ZG_PLACE_PROBLEM, 120},
              {"补贴", ZG_PLACE_ANSWER, 4},
              {"奖金", ZG_PLACE_ANSWER, 2}};
  assert_int_equal(f.n_evidence, 5);
  for (size_t i = 0; i < 5; i++) {
    IS(f.evidence[i].category, "c1");
    IS(f.evidence[i].cue, want[i].cue);
    assert_int_equal(f.evidence[i].place, want[i].place);
    assert_int_equal(f.evidence[i].weight, want[i].weight);
    assert_int_equal(f.evidence[i].span.start, -1);
  }
  /* what was taken from a taxonomy outlives it */
  zg_taxonomy *held = zg_taxonomy_ref(made);
  zg_taxonomy_unref(made);
  zg_taxonomy_unref(held);
  IS(f.evidence[0].cue, "补贴");
}

static void given_categories_stay(void **state) {
  (void)state;
  zg_norm norm = ZG_NORM_INIT;
  zg_finding f = {.head = ZG_STR("公务接待超标准"),
                  .category = {ZG_STR("x9"), ZG_STR_NULL},
                  .category_source = ZG_CATEGORY_SOURCE_GIVEN};
  zg_finding now;
  zg_reclass verdict;
  assert_int_equal(
      zg_reclassify(&now, &verdict, &f, pf_arena(), pf_parser(), &norm, NULL),
      ZG_OK);
  assert_int_equal(verdict, ZG_RECLASS_GIVEN);
  IS(now.category[0], "x9");
  zg_norm_free(&norm);
}

/* ---- spans, and classifying again ---- */

static const char body[] =
    "一、整改落实情况\n"
    "（一）落實全面從嚴治黨責任不力\n"
    "1.公務用車管理不規範，私車公養。\n"
    "整改情况：已完成。一是收回加油卡３张；二是修订公車管理辦法。\n"
    "2.往来款长期挂账。\n"
    "整改情况：清理往来款2.4万元。\n"
    "3.标准有待提高。\n"
    "整改情况：持续推进。\n";

static void spans_point_at_the_cues(void **state) {
  (void)state;
  const zg_bulletin *b = pf_body(body);
  size_t seen = 0;
  assert_int_equal(b->n_findings, 3);
  IS(b->findings[0].category[0], "c09");
  IS(b->findings[1].category[0], "c11");
  for (size_t i = 0; i < b->n_findings; i++)
    for (size_t k = 0; k < b->findings[i].n_evidence; k++) {
      const zg_evidence *e = &b->findings[i].evidence[k];
      zg_norm norm = ZG_NORM_INIT;
      zg_error err = ZG_ERROR_INIT;
      if (memchr(e->cue.p, '+', e->cue.n))
        continue;
      assert_true(e->span.start >= 0);
      zg_str raw = {b->text.p + e->span.start, (size_t)e->span.len};
      assert_int_equal(zg_normalise_layout(pf_parser()->nz, raw, &norm, &err),
                       ZG_OK);
      if (!zg_str_eq((zg_str){norm.p, norm.n}, e->cue))
        fail_msg("%s at %.*s", e->cue.p, (int)raw.n, raw.p);
      zg_norm_free(&norm);
      seen++;
    }
  assert_true(seen >= 5);
}

/* The parse and the re-classification read the same members. */
static void classifying_again_changes_nothing(void **state) {
  (void)state;
  const zg_bulletin *b = pf_body(body);
  zg_error err = ZG_ERROR_INIT;
  zg_norm norm = ZG_NORM_INIT;
  zg_taxonomy *other = read_text(small, &err);
  zg_parser parser = {pf_parser()->nz, other};
  for (size_t i = 0; i < b->n_findings; i++) {
    zg_finding now;
    zg_reclass verdict;
    assert_int_equal(zg_reclassify(&now, &verdict, &b->findings[i], pf_arena(),
                                   pf_parser(), &norm, &err),
                     ZG_OK);
    assert_int_equal(verdict, ZG_RECLASS_SAME);
    /* the small one has no cue that stands here */
    assert_int_equal(zg_reclassify(&now, &verdict, &b->findings[i], pf_arena(),
                                   &parser, &norm, &err),
                     ZG_OK);
    assert_int_equal(verdict, b->findings[i].category[0].p ? ZG_RECLASS_CHANGED
                                                           : ZG_RECLASS_SAME);
    IS(now.category[0], NULL);
    assert_int_equal(now.n_evidence, 0);
    assert_int_equal(now.category_source, ZG_CATEGORY_SOURCE_NONE);
    IS(now.head, b->findings[i].head.p
                     ? zg_arena_dup(pf_arena(), b->findings[i].head).p
                     : NULL);
  }
  zg_norm_free(&norm);
  zg_taxonomy_unref(other);
}

/* A text that is nothing but cues is walked once, whatever its length. */
static void a_text_full_of_cues(void **state) {
  (void)state;
  zg_buf b = ZG_BUF_INIT;
  zg_finding f;
  for (int i = 0; i < 40000; i++)
    zg_buf_adds(&b, "惠农补贴补贴工程师工程学习不深入");
  zg_buf_addc(&b, '\0');
  zg_error err = ZG_ERROR_INIT;
  zg_taxonomy *made = read_text(small, &err);
  categories_of(made, b.p, NULL, b.p, &f);
  /* each cue once: 惠农补贴 6 and 学习+不深入 5 of c2 */
  IS(f.category[0], "c2");
  assert_int_equal(f.evidence[0].weight, 600);
  assert_int_equal(f.evidence[1].weight, 500);
  zg_taxonomy_unref(made);
  zg_buf_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(heads_get_their_category),
      cmocka_unit_test(faults_name_line_and_entry),
      cmocka_unit_test(files_that_cannot_be_read),
      cmocka_unit_test(the_default_is_whole),
      cmocka_unit_test(cues_decide),
      cmocka_unit_test(evidence_is_heaviest_first),
      cmocka_unit_test(given_categories_stay),
      cmocka_unit_test(spans_point_at_the_cues),
      cmocka_unit_test(classifying_again_changes_nothing),
      cmocka_unit_test(a_text_full_of_cues),
  };
  return cmocka_run_group_tests_name("taxonomy", tests, pf_set_up,
                                     pf_tear_down);
}
