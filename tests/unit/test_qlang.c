/* query/qlang.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/qlang.h"

static zg_normaliser *nz;
static zg_analyser *an;
static zg_arena *arena;

static int setup(void **state) {
  (void)state;
  arena = zg_arena_new(4096);
  return zg_normaliser_new(&nz, NULL) || zg_analyser_new(&an, nz, NULL);
}

static int teardown(void **state) {
  (void)state;
  zg_analyser_free(an);
  zg_normaliser_free(nz);
  zg_arena_free(arena);
  return 0;
}

/* A tree as text: (& a b) (| a b) (- a), head:run, run*, “run”. */
static void show(const zg_query *q, zg_buf *b) {
  static const char *const fields[] = {"section", "problem", "head",
                                       "measures"};
  if (!q) {
    zg_buf_adds(b, "all");
  } else if (q->kind == ZG_QUERY_RUN) {
    if (q->field >= 0)
      zg_buf_printf(b, "%s:", fields[q->field]);
    zg_buf_printf(b, "%s%.*s%s%s", q->quoted ? "“" : "", (int)q->terms.run.n,
                  q->terms.run.p, q->quoted ? "”" : "", q->prefix ? "*" : "");
  } else {
    zg_buf_printf(b, "(%s",
                  q->kind == ZG_QUERY_AND  ? "&"
                  : q->kind == ZG_QUERY_OR ? "|"
                                           : "-");
    for (size_t i = 0; i < q->n_kids; i++) {
      zg_buf_adds(b, " ");
      show(q->kids[i], b);
    }
    zg_buf_adds(b, ")");
  }
}

static void reads_as(const char *text, bool widen, const char *want) {
  zg_error err = ZG_ERROR_INIT;
  zg_query *q = NULL;
  zg_buf b = ZG_BUF_INIT;
  if (zg_query_parse(&q, arena, an, zg_str_of(text), widen, &err))
    fail_msg("%s: %s", text, err.message);
  show(q, &b);
  zg_buf_addc(&b, '\0');
  if (strcmp(b.p, want) != 0)
    fail_msg("%s: %s, not %s", text, b.p, want);
  zg_buf_free(&b);
}

static void trees(void **state) {
  (void)state;
  reads_as("", false, "all");
  reads_as(" 　", false, "all");
  reads_as("离任审计", false, "离任审计");
  reads_as("離任審計", false, "离任审计");
  reads_as("审计 离任", false, "(& 审计 离任)");
  reads_as("审计　离任", false, "(& 审计 离任)");
  reads_as("审计 AND 离任", false, "(& 审计 离任)");
  reads_as("a b OR c d", false, "(| (& a b) (& c d))");
  reads_as("a (b OR c)", false, "(& a (| b c))");
  reads_as("a or b", false, "(& a or b)");
  reads_as("ORa", false, "ora");
  reads_as("\"离任 审计\"", false, "“离任 审计”");
  reads_as("“议事，规则”", false, "“议事 规则”");
  reads_as("＂议事＂", false, "“议事”");
  reads_as("议事，规则", false, "(& 议事 规则)");
  reads_as("离任\"审计\"", false, "(& 离任 “审计”)");
  reads_as("head:审计", false, "head:审计");
  reads_as("head：审计", false, "head:审计");
  reads_as("measures:(a OR \"b c\")", false, "(| measures:a measures:“b c”)");
  reads_as("section:a problem:b", false, "(& section:a problem:b)");
  reads_as("colour:审计", false, "(& colour 审计)");
  reads_as("PP*", false, "pp*");
  reads_as("PP＊", false, "pp*");
  reads_as("“议事”*", false, "“议事”*");
  reads_as("2021 年", false, "(& 2021 年)");
  reads_as("“2021 年”", false, "“2021年”");
}

static void exclusion(void **state) {
  (void)state;
  reads_as("-党费", false, "(- 党费)");
  reads_as("－党费", false, "(- 党费)");
  reads_as("收缴 -党费", false, "(& 收缴 (- 党费))");
  reads_as("-a b -c", false, "(& b (& (- a) (- c)))");
  reads_as("a -(b OR c)", false, "(& a (- (| b c)))");
  reads_as("a -\"b c\"", false, "(& a (- “b c”))");
  reads_as("a -head:b", false, "(& a (- head:b))");
  reads_as("2019-2021", false, "(& 2019 2021)");
  reads_as("a - b", false, "(& a b)");
  reads_as("-", false, "all");
  reads_as("a -，", false, "a");
}

static void nothing_asked(void **state) {
  (void)state;
  reads_as("，。", false, "all");
  reads_as("\"\"", false, "all");
  reads_as("a OR ，", false, "a");
  reads_as("(，) a", false, "a");
}

static void widened(void **state) {
  (void)state;
  reads_as("租金 党费", true, "(| 租金 党费)");
  reads_as("租金 党费 -接待", true, "(& (| 租金 党费) (- 接待))");
  reads_as("议事，规则", true, "议事 规则");
  reads_as("a (b c)", true, "(| a (| b c))");
}

static void faults(void **state) {
  (void)state;
  static const struct {
    const char *text;
    unsigned column;
    const char *part;
  } bad[] = {
      {"\"没有", 1, "not closed"},
      {"审 “没有\"", 3, "not closed"},
      {"(审计", 1, "not closed"},
      {"审计)", 3, "')'"},
      {"()", 2, "')'"},
      {"*", 1, "start of a word"},
      {"审 *计", 3, "start of a word"},
      {"审*计", 2, "end of a word"},
      {"审**", 2, "end of a word"},
      {"OR 审", 1, "expected a word, not OR"},
      {"审 OR", 5, "expected a word, not the end"},
      {"审 OR OR 计", 6, "expected a word, not OR"},
      {"审 AND", 6, "after AND"},
      {"审 AND OR 计", 7, "after AND"},
      {"head:", 6, "after 'head:'"},
      {"head: 审", 6, "after 'head:'"},
      {"--审", 2, "expected a word, not '-'"},
      {"\xff", 1, "UTF-8"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    zg_error err = ZG_ERROR_INIT;
    zg_query *q = NULL;
    char column[32];
    if (zg_query_parse(&q, arena, an, zg_str_of(bad[i].text), false, &err) !=
        ZG_INVALID)
      fail_msg("accepted: %s", bad[i].text);
    assert_null(q);
    assert_string_equal(err.code, "invalid_query");
    assert_string_equal(err.param, "q");
    snprintf(column, sizeof column, "q, column %u: ", bad[i].column);
    if (!strstr(err.message, column) || !strstr(err.message, bad[i].part))
      fail_msg("%s: %s", bad[i].text, err.message);
  }
}

static void limit(const char *text, const char *code) {
  zg_error err = ZG_ERROR_INIT;
  zg_query *q;
  zg_status st = zg_query_parse(&q, arena, an, zg_str_of(text), false, &err);
  assert_int_equal(st, *code ? ZG_INVALID : ZG_OK);
  assert_string_equal(err.code, code);
}

static void limits(void **state) {
  (void)state;
  char text[2000];
  memset(text, 'a', 1025);
  text[1025] = '\0';
  limit(text, "query_too_long");
  text[1024] = '\0';
  limit(text, "");
  text[0] = '\0';
  for (int i = 0; i < 64; i++)
    strcat(text, "审 ");
  limit(text, "");
  strcat(text, "计");
  limit(text, "too_many_terms");
  text[0] = '\0';
  for (int i = 0; i < 65; i++) /* the parts of a word count */
    strcat(text, "审，");
  limit(text, "too_many_terms");
  memset(text, '(', 16);
  strcpy(text + 16, "审))))))))))))))))");
  limit(text, "");
  memset(text, '(', 17);
  strcpy(text + 17, "审)))))))))))))))))");
  limit(text, "query_too_deep");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trees),         cmocka_unit_test(exclusion),
      cmocka_unit_test(nothing_asked), cmocka_unit_test(widened),
      cmocka_unit_test(faults),        cmocka_unit_test(limits)};
  return cmocka_run_group_tests_name("qlang", tests, setup, teardown);
}
