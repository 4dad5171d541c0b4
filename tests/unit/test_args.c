/* The command line of zhenggai: options in any place, hints, and the lines
 * that files become. */
#include "tools/cli/args.h"
#include "tools/cli/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct values {
  bool table;
  const char *limit;
  zg_texts facets;
} values;

static const zg_option options[] = {
    {"table", 't', NULL, "", "", ZG_FLAG, offsetof(values, table)},
    {"limit", 'n', "N", "", "", ZG_TEXT_OPTION, offsetof(values, limit)},
    {"facets", 0, "A", "", "", ZG_TEXTS_OPTION, offsetof(values, facets)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

typedef struct outcome {
  values v;
  const char **rest;
  size_t n;
  char message[256];
  bool ok;
} outcome;

static outcome parse(char **argv) {
  outcome o = {.ok = false};
  int argc = 0;
  while (argv[argc])
    argc++;
  zg_option_table tables[] = {{options, &o.v}};
  o.ok = zg_args_parse(tables, 1, argc, argv, true, &o.rest, &o.n, o.message,
                       sizeof o.message);
  return o;
}

static void any_order(void **state) {
  (void)state;
  char *argv[] = {"审计",     "--limit=5", "-t",       "离任",
                  "--facets", "status",    "--facets", "year",
                  "--",       "--limit",   "-",        NULL};
  outcome o = parse(argv);
  assert_true(o.ok);
  assert_true(o.v.table);
  assert_string_equal(o.v.limit, "5");
  assert_int_equal(o.v.facets.n, 2);
  assert_string_equal(o.v.facets.items[1], "year");
  assert_int_equal(o.n, 4);
  assert_string_equal(o.rest[0], "审计");
  assert_string_equal(o.rest[1], "离任");
  assert_string_equal(o.rest[2], "--limit"); /* after -- it is an argument */
  assert_string_equal(o.rest[3], "-");
  free(o.rest);
}

static void letters(void **state) {
  (void)state;
  char *glued[] = {"-n7", NULL}, *apart[] = {"-n", "8", NULL};
  outcome a = parse(glued), b = parse(apart);
  assert_string_equal(a.v.limit, "7");
  assert_string_equal(b.v.limit, "8");
  free(a.rest);
  free(b.rest);
}

static void faults(void **state) {
  (void)state;
  static char *cases[][2] = {{"--facet", NULL},
                             {"--table=1", NULL},
                             {"--limit", NULL},
                             {"-x", NULL},
                             {"-tx", NULL}};
  static const char *const told[] = {"--facets", "no value", "needs a value",
                                     "unknown", "unknown"};
  for (size_t i = 0; i < 5; i++) {
    outcome o = parse(cases[i]);
    assert_false(o.ok);
    assert_non_null(strstr(o.message, told[i]));
    free(o.rest);
  }
  char *far[] = {"--something-else", NULL};
  outcome o = parse(far);
  assert_null(strstr(o.message, "did you mean"));
  free(o.rest);
}

static void numbers(void **state) {
  (void)state;
  long long n = -1;
  assert_true(zg_args_number("12", 0, 100, &n) && n == 12);
  assert_false(zg_args_number("", 0, 100, &n));
  assert_false(zg_args_number("1x", 0, 100, &n));
  assert_false(zg_args_number("101", 0, 100, &n));
  assert_false(zg_args_number("-1", 0, 100, &n));
  assert_false(zg_args_number("99999999999999999999", 0, 100, &n));
}

static void distances(void **state) {
  (void)state;
  assert_int_equal(zg_args_distance("", ""), 0);
  assert_int_equal(zg_args_distance("serch", "search"), 1);
  assert_int_equal(zg_args_distance("import", "export"), 2);
}

/* ---- the feed ---- */

typedef struct faults_seen {
  int n;
  char last[512];
} faults_seen;

static void on_fault(void *user, const char *path, uint32_t line,
                     zg_reason reason, const char *message) {
  faults_seen *f = user;
  f->n++;
  snprintf(f->last, sizeof f->last, "%s:%u: %s: %s", path, line,
           zg_reason_code(reason), message);
}

static void put(const char *dir, const char *name, const char *text) {
  char path[300];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_true(fputs(text, f) >= 0);
  assert_int_equal(fclose(f), 0);
}

static void files_become_lines(void **state) {
  (void)state;
  char dir[] = "/tmp/zhenggai-feed-XXXXXX", sub[64];
  assert_non_null(mkdtemp(dir));
  snprintf(sub, sizeof sub, "%s/sub", dir);
  assert_int_equal(mkdir(sub, 0700), 0);
  put(dir, "a.txt", "\xEF\xBB\xBF一\n\"二\"");
  put(dir, "b.json", "[{\"head\":\"x\"},\n {\"text\":\"y\"}]");
  put(dir, "c.ndjson", "{\"id\":1}\r\n\n  \n{\"id\":2}");
  put(dir, "d.txt", "\xC4\xE3\xBA\xC3"); /* GBK */
  put(dir, "e.bin", "\x89PNG\r\n\x1a\n");
  put(sub, "f.txt", "三");
  zg_cli cli = {.english = true};
  faults_seen seen = {0, ""};
  zg_feed *feed = zg_feed_new(&cli, "报", on_fault, &seen);
  assert_true(zg_feed_add(feed, dir));
  assert_int_equal(zg_feed_files(feed), 6);
  static const struct {
    const char *line;
    uint32_t file, number;
  } expected[] = {
      {"{\"id\":\"a\",\"text\":\"一\\n\\\"二\\\"\",\"source\":\"报\"}\n", 0, 0},
      {"{\"head\":\"x\"}\n", 1, 1},
      {"{\"text\":\"y\"}\n", 1, 2},
      {"{\"id\":1}\n", 2, 1},
      {"{\"id\":2}\n", 2, 4},
      {"{\"id\":\"d\",\"text\":\"你好\",\"source\":\"报\"}\n", 3, 0},
      {"{\"id\":\"sub/f\",\"text\":\"三\",\"source\":\"报\"}\n", 5, 0}};
  zg_buf line = ZG_BUF_INIT;
  zg_origin origin;
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    zg_buf_clear(&line);
    assert_true(zg_feed_next(feed, &line, &origin));
    assert_int_equal(line.n, strlen(expected[i].line));
    assert_memory_equal(line.p, expected[i].line, line.n);
    assert_int_equal(origin.file, expected[i].file);
    assert_int_equal(origin.line, expected[i].number);
  }
  assert_false(zg_feed_next(feed, &line, &origin));
  assert_int_equal(seen.n, 1);
  assert_non_null(strstr(seen.last, "e.bin:0: image: a PNG image"));
  uint64_t done, all;
  zg_feed_progress(feed, &done, &all);
  assert_int_equal(done, all);
  zg_buf_free(&line);
  zg_feed_free(feed);
  char command[80];
  snprintf(command, sizeof command, "rm -r %s", dir);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(any_order), cmocka_unit_test(letters),
      cmocka_unit_test(faults),    cmocka_unit_test(numbers),
      cmocka_unit_test(distances), cmocka_unit_test(files_become_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
