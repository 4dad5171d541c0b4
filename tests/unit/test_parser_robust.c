/* The parser on the sample bulletins in other dress, broken ones and hostile
 * ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glob.h>

#include "index/parse_ctx.h"
#include "tests/unit/parser_fixture.h"

static char *slurp(const char *path, size_t *n) {
  zg_buf b = ZG_BUF_INIT;
  char chunk[65536];
  size_t k;
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  while ((k = fread(chunk, 1, sizeof chunk, f)) > 0)
    zg_buf_add(&b, chunk, k);
  fclose(f);
  *n = b.n;
  return b.p;
}

/* Every value must lie inside the text; refusal is as good as a parse. */
static void try_bytes(zg_arena *a, const char *p, size_t n) {
  zg_parse_hints h = ZG_PARSE_HINTS_INIT;
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *b = NULL;
  h.force = true;
  zg_arena_reset(a);
  zg_status st =
      zg_parse_bulletin(&b, a, pf_parser(), (zg_str){p, n}, &h, &err);
  if (zg_utf8_check(p, n) >= 0) {
    assert_int_equal(st, ZG_INVALID);
    return;
  }
  assert_int_equal(st, ZG_OK);
  for (size_t i = 0; i < b->n_findings; i++) {
    const zg_finding *f = &b->findings[i];
    assert_true(f->head_span.start >= 0);
    assert_true(f->head_span.start + f->head_span.len <= (int64_t)n);
    for (size_t k = 0; k < f->n_measures; k++)
      assert_true(f->measures[k].span.start + f->measures[k].span.len <=
                  (int64_t)n);
    for (size_t k = 0; k < f->n_money; k++)
      assert_true(f->money[k].fen >= 0);
  }
}

/* What must not depend on how a page was copied. */
typedef struct gist {
  size_t findings;
  zg_parsed_counts parsed;
  zg_declared declared;
  int64_t recovered, allocated, handled, states;
  zg_str title, publish_date;
} gist;

static gist gist_of(zg_str text) {
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *b = NULL;
  if (zg_parse_bulletin(&b, pf_arena(), pf_parser(), text, NULL, &err))
    fail_msg("%s", err.message);
  gist g = {.findings = b->n_findings,
            .parsed = b->parsed,
            .declared = b->declared,
            .title = b->title,
            .publish_date = b->publish_date};
  g.declared.span = ZG_SPAN_NONE;
  g.declared.series = NULL; /* counts and their number are compared */
  for (size_t i = 0; i < b->n_findings; i++) {
    g.recovered += zg_finding_money(&b->findings[i], ZG_MONEY_RECOVERED);
    g.allocated += zg_finding_money(&b->findings[i], ZG_MONEY_ALLOCATED);
    g.handled += zg_finding_people_handled(&b->findings[i]);
    g.states = g.states * 7 + (int64_t)b->findings[i].status;
  }
  return g;
}

static zg_str replaced(zg_str s, const char *from, const char *to) {
  zg_buf b = ZG_BUF_INIT;
  for (size_t i = 0; i < s.n;)
    if (zg_sx_at(s, i, from)) {
      zg_buf_adds(&b, to);
      i += strlen(from);
    } else {
      zg_buf_addc(&b, s.p[i++]);
    }
  zg_str out = zg_arena_dup(pf_arena(), (zg_str){b.p, b.n});
  zg_buf_free(&b);
  return out;
}

static void the_same_facts_in_other_dress(void **state) {
  (void)state;
  static const char *const dress[][2] = {
      {"\n", "\r\n"},     {"\n", " "},
      {"\n", "\n\n　　"}, {"，", ","},
      {"：", ":"},        {"；", ";"},
      {"（", "("},        {"）", ")"},
      {"。", "。\u00a0"}, {"整改", "整\u200b改"},
      {"万元", " 万元"}};
  const char *dir = getenv("ZG_SAMPLES");
  char pattern[1024];
  glob_t g;
  snprintf(pattern, sizeof pattern, "%s/*.txt", dir ? dir : "tests/samples");
  assert_int_equal(glob(pattern, 0, NULL, &g), 0);
  for (size_t i = 0; i < g.gl_pathc; i++) {
    size_t n = 0;
    char *p = slurp(g.gl_pathv[i], &n);
    gist plain = gist_of((zg_str){p, n});
    for (size_t k = 0; k < sizeof dress / sizeof *dress; k++) {
      gist other = gist_of(replaced((zg_str){p, n}, dress[k][0], dress[k][1]));
      print_message("%s %zu\n", g.gl_pathv[i], k);
      assert_int_equal(other.findings, plain.findings);
      assert_memory_equal(&other.parsed, &plain.parsed, sizeof plain.parsed);
      assert_memory_equal(&other.declared, &plain.declared,
                          sizeof plain.declared);
      assert_int_equal(other.states, plain.states);
      assert_int_equal(other.recovered, plain.recovered);
      assert_int_equal(other.allocated, plain.allocated);
      assert_int_equal(other.handled, plain.handled);
      IS(other.publish_date, plain.publish_date.p);
      if (!strstr(dress[k][0], "整改") && !strstr(dress[k][0], "（"))
        IS(other.title, plain.title.p);
    }
    free(p);
  }
  globfree(&g);
}

static uint32_t next_random(uint32_t *s) {
  *s ^= *s << 13;
  *s ^= *s >> 17;
  *s ^= *s << 5;
  return *s;
}

static void broken_texts_do_not_break_it(void **state) {
  (void)state;
  const char *dir = getenv("ZG_SAMPLES");
  char pattern[1024];
  glob_t g;
  uint32_t seed = 20240229;
  zg_arena *a = zg_arena_new(1 << 18);
  snprintf(pattern, sizeof pattern, "%s/*.txt", dir ? dir : "tests/samples");
  assert_int_equal(glob(pattern, 0, NULL, &g), 0);
  for (size_t i = 0; i < g.gl_pathc; i++) {
    size_t n = 0;
    char *p = slurp(g.gl_pathv[i], &n);
    for (size_t cut = 0; cut < n; cut += 97)
      try_bytes(a, p, zg_utf8_floor(p, cut));
    for (int round = 0; round < 60; round++) {
      char *q = malloc(n);
      size_t m = 0;
      assert_non_null(q);
      /* drop runs of characters here and there */
      for (size_t k = 0; k < n;) {
        size_t len = zg_sx_len((zg_str){p, n}, k);
        if (next_random(&seed) % 40 != 0) {
          memcpy(q + m, p + k, len);
          m += len;
        }
        k += len;
      }
      try_bytes(a, q, m);
      /* and single bytes: mostly no UTF-8 any more */
      size_t drop = next_random(&seed) % n;
      memmove(q + drop % m, q + drop % m + 1, m - drop % m - 1);
      try_bytes(a, q, m - 1);
      free(q);
    }
    free(p);
  }
  globfree(&g);
  zg_arena_free(a);
}

/* 200 kB of each: work that grows with a higher power of the length would run
 * into the time limit of tests/run-units. */
static void hostile_texts_stay_cheap(void **state) {
  (void)state;
  static const char *const units[] = {
      "(",
      "“",
      "1.",
      "(1)\n",
      "一、\n",
      ":",
      "一是",
      "《",
      "号",
      "9",
      "万元",
      "人",
      "的问题",
      "整改情况:",
      "前",
      "轮",
      "组",
      "1人",
      "其中",
      "(一)针对甲的问题。\n",
      "关于",
      "\n",
      " ",
      "2024年",
      "上轮",
      "1.关于“甲”问题的整改。一是甲。\n整改情况:",
      "序号:1\n问题:甲\n",
      "责任单位:甲;",
      "。1.",
      "1-1.",
      "党2、组",
      "|",
      "\t",
      "问题1:",
      "1.甲不严。整改情况:乙\n(1)丙。\n",
      "甲不严。\n整改情况:乙\n",
      "下一步\n",
      "关于甲”",
      "的问题,以及",
      "一、(一)1.(1)①",
      "存在“两 ",
      "截至目前,个问题\n",
      "甲乙丙丁戊己庚辛壬癸甲乙丙丁戊己庚辛壬癸\n"};
  zg_arena *a = zg_arena_new(1 << 18);
  for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
    zg_buf b = ZG_BUF_INIT;
    zg_buf_adds(&b, pf_opening);
    zg_buf_adds(&b, "一、整改落实情况\n1.关于“甲”问题的整改。一是");
    while (b.n < 200000)
      zg_buf_adds(&b, units[k]);
    try_bytes(a, b.p, b.n);
    zg_buf_free(&b);
  }
  zg_arena_free(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_facts_in_other_dress),
      cmocka_unit_test(broken_texts_do_not_break_it),
      cmocka_unit_test(hostile_texts_stay_cheap),
  };
  return cmocka_run_group_tests_name("parser_robust", tests, pf_set_up,
                                     pf_tear_down);
}
