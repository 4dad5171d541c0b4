/* Columns of a terminal: widths, cuts, breaks, and tables that line up. */
#include "tools/cli/prose.h"
#include "tools/cli/table.h"
#include "tools/cli/width.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int width(const char *s) { return zg_width(zg_str_of(s), 1); }

static void widths(void **state) {
  (void)state;
  assert_int_equal(width(""), 0);
  assert_int_equal(width("abc"), 3);
  assert_int_equal(width("离任审计"), 8);
  assert_int_equal(width("，。《》（）"), 12); /* full-width marks */
  assert_int_equal(width("ｱ"), 1);             /* half-width katakana */
  assert_int_equal(width("Ａ１"), 4);          /* full-width Latin */
  assert_int_equal(width("e\xCC\x81"), 1);     /* combining acute */
  assert_int_equal(width("a\xE2\x80\x8B"
                         "b"),
                   2);                /* zero-width space */
  assert_int_equal(width("𠀀"), 2);   /* beyond the first plane */
  assert_int_equal(width("\xFF"), 1); /* a stray byte */
  assert_int_equal(width("“离任”"), 6);
  assert_int_equal(zg_width(zg_str_of("“离任”"), 2), 8);
  assert_int_equal(zg_width(zg_str_of("…"), 2), 2);
}

static void prefixes(void **state) {
  (void)state;
  zg_str s = ZG_STR("a离任");
  assert_int_equal(zg_width_prefix(s, 0, 1), 0);
  assert_int_equal(zg_width_prefix(s, 1, 1), 1);
  assert_int_equal(zg_width_prefix(s, 2, 1), 1); /* half a character is none */
  assert_int_equal(zg_width_prefix(s, 3, 1), 4);
  assert_int_equal(zg_width_prefix(s, 99, 1), 7);
  zg_str accent = ZG_STR("e\xCC\x81x");
  assert_int_equal(zg_width_prefix(accent, 1, 1), 3); /* stays together */
}

static void cuts(void **state) {
  (void)state;
  zg_buf b = ZG_BUF_INIT;
  zg_width_cut(ZG_STR("离任审计"), 8, 1, &b);
  assert_int_equal(b.n, 12); /* fits: as it is */
  zg_buf_clear(&b);
  zg_width_cut(ZG_STR("离任审计"), 7, 1, &b);
  assert_memory_equal(b.p, "离任审…", b.n);
  zg_buf_clear(&b);
  zg_width_cut(ZG_STR("离任审计"), 6, 1, &b);
  assert_memory_equal(b.p, "离任…", b.n);
  zg_buf_clear(&b);
  zg_width_cut(ZG_STR("a\nb"), 5, 1, &b);
  assert_memory_equal(b.p, "a b", 3);
  zg_buf_free(&b);
}

static void breaks(void **state) {
  (void)state;
  zg_str word = ZG_STR("第 2024年");
  assert_int_equal(zg_width_break(word, 5, 1), 4); /* 2024 moves on whole */
  zg_str mark = ZG_STR("离任，审计");
  assert_int_equal(zg_width_break(mark, 4, 1), 3); /* no line starts with ， */
  zg_str lone = ZG_STR("abcdefgh");
  assert_int_equal(zg_width_break(lone, 4, 1), 4);
  assert_int_equal(zg_width_break(ZG_STR("离任"), 80, 1), 6);
}

static void numbers(void **state) {
  (void)state;
  char s[48];
  assert_string_equal(zg_number_text(0, s, sizeof s), "0");
  assert_string_equal(zg_number_text(999, s, sizeof s), "999");
  assert_string_equal(zg_number_text(1000, s, sizeof s), "1,000");
  assert_string_equal(zg_number_text(-1234567, s, sizeof s), "-1,234,567");
  assert_string_equal(zg_number_text(1234.5, s, sizeof s), "1,234.5");
  assert_string_equal(zg_number_text(0.25, s, sizeof s), "0.25");
  assert_string_equal(zg_number_text(99.999, s, sizeof s), "100");
}

/* Every line of a table is equally wide where its last column is right. */
static void table_lines_up(void **state) {
  (void)state;
  char *text = NULL;
  size_t size = 0;
  FILE *to = open_memstream(&text, &size);
  zg_cli cli = {.out = to, .columns = 30, .ambiguous = 1};
  const zg_grid_column columns[] = {{"单位", false, false}, {"数", true, true}};
  zg_grid *g = zg_grid_new(columns, 2);
  assert_non_null(g);
  zg_grid_cell(g, "青禾县水务局", ZG_PLAIN);
  zg_grid_cell(g, "1,234", ZG_PLAIN);
  zg_grid_cell(g, "一个名字非常非常长的单位的机关服务中心", ZG_PLAIN);
  zg_grid_cell(g, "7", ZG_PLAIN);
  zg_grid_rule(g);
  zg_grid_cell(g, "total", ZG_BOLD);
  zg_grid_cell(g, "1,241", ZG_BOLD);
  zg_grid_print(g, &cli, 0);
  zg_grid_free(g);
  fclose(to);
  int lines = 0;
  for (char *save = NULL, *line = strtok_r(text, "\n", &save); line;
       line = strtok_r(NULL, "\n", &save), lines++)
    assert_int_equal(width(line), 30);
  assert_int_equal(lines, 6); /* title, rule, two rows, rule, total */
  free(text);
}

/* What zg_prose_print writes; the caller frees. */
static char *prose(const char *text, const zg_span *spans, size_t n,
                   bool colour, zg_prose how) {
  char *out = NULL;
  size_t size = 0;
  FILE *to = open_memstream(&out, &size);
  zg_cli cli = {.out = to, .columns = 14, .ambiguous = 1, .colour = colour};
  zg_prose_print(&cli, zg_str_of(text), spans, n, how);
  fclose(to);
  return out;
}

static void prose_wraps(void **state) {
  (void)state;
  char *s = prose("离任审计未开展，整改到位", NULL, 0, false,
                  (zg_prose){.indent = 2, .first = 2});
  /* twelve columns a line; the comma does not start one */
  assert_string_equal(s, "离任审计未开\n  展，整改到位\n");
  free(s);
  s = prose("离任审计未开展整改到位", NULL, 0, false,
            (zg_prose){.indent = 2, .first = 2, .max_lines = 1});
  assert_string_equal(s, "离任审计未…\n");
  free(s);
  s = prose("一\n二", NULL, 0, false, (zg_prose){.indent = 2, .first = 2});
  assert_string_equal(s, "一\n  二\n");
  free(s);
  s = prose("", NULL, 0, false, (zg_prose){.indent = 2, .first = 2});
  assert_string_equal(s, "\n");
  free(s);
}

/* A match that a line break cuts is coloured on both lines. */
static void prose_highlights(void **state) {
  (void)state;
  cJSON *j = cJSON_Parse("[[0,6],[15,12]]");
  size_t n;
  zg_span *spans = zg_prose_spans(j, &n);
  assert_int_equal(n, 2);
  char *s = prose("离任审计未开展整改到位", spans, n, true,
                  (zg_prose){.indent = 2, .first = 2});
  assert_string_equal(s, "\033[1;33m离任\033[0m审计未\033[1;33m开\033[0m\n"
                         "  \033[1;33m展整改\033[0m到位\n");
  free(s);
  s = prose("离任审计未开展整改到位", spans, n, false,
            (zg_prose){.indent = 2, .first = 2});
  assert_null(strchr(s, '\033'));
  free(s);
  free(spans);
  cJSON_Delete(j);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(widths),      cmocka_unit_test(prefixes),
      cmocka_unit_test(cuts),        cmocka_unit_test(breaks),
      cmocka_unit_test(numbers),     cmocka_unit_test(table_lines_up),
      cmocka_unit_test(prose_wraps), cmocka_unit_test(prose_highlights),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
