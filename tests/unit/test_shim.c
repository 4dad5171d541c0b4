/* index/xapian_shim.h, on real databases in a directory of its own */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "index/xapian_shim.h"

static char root[64];
static char dir[128];
static int serial;

static int group_setup(void **state) {
  (void)state;
  strcpy(root, "/tmp/zg-shim-XXXXXX");
  return mkdtemp(root) ? 0 : -1;
}

static int group_teardown(void **state) {
  (void)state;
  char cmd[128];
  snprintf(cmd, sizeof cmd, "rm -rf %s", root);
  return system(cmd);
}

static int fresh(void **state) {
  (void)state;
  snprintf(dir, sizeof dir, "%s/%d", root, serial++);
  return 0;
}

static void path_in(char out[200], const char *name) {
  snprintf(out, 200, "%s/%s", dir, name);
}

/* One document: the words of `text` (parted by blanks) as terms, `id` as a
 * boolean term, `value` in slot 6, `text` as its data. */
static void add(zg_xbuilder *b, uint32_t docid, const char *id,
                const char *text, const char *value) {
  zg_term terms[64];
  size_t n = 0;
  for (const char *p = text; *p;) {
    size_t len = strcspn(p, " ");
    size_t k = 0;
    while (k < n && !(terms[k].n == len && memcmp(terms[k].p, p, len) == 0))
      k++;
    if (k == n)
      terms[n++] = (zg_term){p, (uint32_t)len, 0};
    terms[k].wdf++;
    p += len;
    p += *p == ' ';
  }
  zg_str boolean = zg_str_of(id);
  zg_xvalue v[2] = {{6, zg_str_of(value)}, {7, ZG_STR("")}};
  zg_xdoc doc = {terms, n, &boolean, 1, v, 2, zg_str_of(text)};
  zg_error err = ZG_ERROR_INIT;
  if (zg_xbuilder_add(b, docid, &doc, &err) != ZG_OK)
    fail_msg("%s", err.message);
}

static zg_xbuilder *builder(void) {
  zg_xbuilder *b = NULL;
  zg_error err = ZG_ERROR_INIT;
  if (zg_xbuilder_new(&b, dir, &err) != ZG_OK)
    fail_msg("%s", err.message);
  return b;
}

static zg_xreader *open_reader(void) {
  zg_xreader *r = NULL;
  assert_int_equal(zg_xreader_open(&r, dir, NULL), ZG_OK);
  return r;
}

static void writes_and_reads_back(void **state) {
  (void)state;
  zg_xbuilder *b = builder();
  add(b, 1, "QF1", "甲 乙 乙", "done");
  add(b, 2, "QF2", "乙 丙", "");
  add(b, 3, "QF3", "丙", "phased");
  assert_int_equal(zg_xbuilder_finish(b, NULL), ZG_OK);

  zg_xreader *r = open_reader();
  uint32_t count = 0, last = 0, tf = 9;
  assert_int_equal(zg_xreader_doccount(r, &count, &last, NULL), ZG_OK);
  assert_int_equal(count, 3);
  assert_int_equal(last, 3);
  char *text = NULL;
  size_t n = 0;
  assert_int_equal(zg_xreader_data(r, 1, &text, &n, NULL), ZG_OK);
  assert_string_equal(text, "甲 乙 乙");
  free(text);
  assert_int_equal(zg_xreader_data(r, 4, &text, &n, NULL), ZG_NOT_FOUND);
  assert_null(text);
  assert_int_equal(zg_xreader_data(r, 0, &text, &n, NULL), ZG_NOT_FOUND);

  uint32_t *ids = NULL;
  assert_int_equal(zg_xreader_postings(r, ZG_STR("乙"), &ids, &n, NULL), ZG_OK);
  assert_int_equal(n, 2);
  assert_int_equal(ids[0], 1);
  assert_int_equal(ids[1], 2);
  free(ids);
  assert_int_equal(zg_xreader_postings(r, ZG_STR("无"), &ids, &n, NULL), ZG_OK);
  assert_null(ids);
  assert_int_equal(zg_xreader_postings(r, ZG_STR(""), &ids, &n, NULL), ZG_OK);
  assert_int_equal(n, 0);
  assert_int_equal(zg_xreader_termfreq(r, ZG_STR("丙"), &tf, NULL), ZG_OK);
  assert_int_equal(tf, 2);
  assert_int_equal(zg_xreader_termfreq(r, ZG_STR(""), &tf, NULL), ZG_OK);
  assert_int_equal(tf, 0);
  zg_xposting *a = NULL;
  assert_int_equal(zg_xreader_counts(r, ZG_STR("丙"), 0, &a, &n, NULL), ZG_OK);
  assert_int_equal(n, 2);
  uint32_t first = a[0].docid, second = a[1].docid, times = a[1].n;
  assert_int_equal(second, 3);
  free(a);
  assert_int_equal(zg_xreader_counts(r, ZG_STR("丙"), first + 1, &a, &n, NULL),
                   ZG_OK);
  assert_int_equal(n, 1);
  assert_int_equal(a[0].docid, 3);
  assert_int_equal(a[0].n, times);
  free(a);
  assert_int_equal(zg_xreader_counts(r, ZG_STR("丙"), 4, &a, &n, NULL), ZG_OK);
  assert_null(a);
  assert_int_equal(zg_xreader_counts(r, ZG_STR("无"), 2, &a, &n, NULL), ZG_OK);
  assert_null(a);
  assert_int_equal(zg_xreader_counts(r, ZG_STR(""), 0, &a, &n, NULL), ZG_OK);
  assert_int_equal(n, 0);
  const uint32_t asked[] = {1, 2, 3, 900};
  uint32_t counts[4], want[4] = {0, 0, times, 0};
  want[first - 1] = times;
  assert_int_equal(
      zg_xreader_counts_in(r, ZG_STR("丙"), asked, 4, counts, NULL), ZG_OK);
  assert_memory_equal(counts, want, sizeof want);
  assert_int_equal(
      zg_xreader_counts_in(r, ZG_STR("无"), asked, 4, counts, NULL), ZG_OK);
  assert_int_equal(counts[0] + counts[1] + counts[2] + counts[3], 0);

  zg_xslot_entry *e = NULL;
  assert_int_equal(zg_xreader_slot(r, 6, &e, &n, NULL), ZG_OK);
  assert_int_equal(n, 2);
  assert_int_equal(e[0].docid, 1);
  assert_true(zg_str_is((zg_str){e[0].p, e[0].n}, "done"));
  assert_int_equal(e[1].docid, 3);
  assert_true(zg_str_is((zg_str){e[1].p, e[1].n}, "phased"));
  free(e);
  assert_int_equal(zg_xreader_slot(r, 7, &e, &n, NULL), ZG_OK);
  assert_null(e);
  zg_xreader_close(r);
  zg_xreader_close(NULL);
  zg_xbuilder_drop(NULL);
}

/* `n` documents of 40 terms, most of them shared; docids from `from`. */
static void add_many(zg_xbuilder *b, unsigned from, unsigned n) {
  for (unsigned i = from; i < from + n; i++) {
    char text[400] = "", id[32];
    for (unsigned k = 0; k < 40; k++)
      snprintf(text + strlen(text), sizeof text - strlen(text), "%st%u",
               k ? " " : "", (i * 7 + k * k) % 997);
    snprintf(id, sizeof id, "QF%u", i);
    add(b, i, id, text, "v");
  }
}

/* Every list and every document against what add_many puts there. */
static void expect_many(unsigned n) {
  zg_xreader *r = open_reader();
  uint32_t count = 0, last = 0, want[997] = {0};
  zg_xreader_doccount(r, &count, &last, NULL);
  assert_int_equal(count, n);
  for (unsigned i = 1; i <= n; i++) {
    bool have[997] = {false};
    for (unsigned k = 0; k < 40; k++)
      have[(i * 7 + k * k) % 997] = true;
    for (unsigned t = 0; t < 997; t++)
      want[t] += have[t];
  }
  for (unsigned t = 0; t < 997; t++) {
    char term[16];
    uint32_t *ids = NULL, tf = 0;
    size_t k = 0;
    snprintf(term, sizeof term, "t%u", t);
    zg_xreader_termfreq(r, zg_str_of(term), &tf, NULL);
    assert_int_equal(tf, want[t]);
    assert_int_equal(zg_xreader_postings(r, zg_str_of(term), &ids, &k, NULL),
                     ZG_OK);
    assert_int_equal(k, want[t]);
    free(ids);
  }
  zg_xreader_close(r);
}

/* More postings than a builder keeps in memory. */
static void long_builds(void **state) {
  (void)state;
  const unsigned n = ZG_XBUILDER_POSTINGS / 20; /* two buffers full */
  zg_xbuilder *b = builder();
  add_many(b, 1, n);
  assert_int_equal(zg_xbuilder_finish(b, NULL), ZG_OK);
  expect_many(n);
}

/* What is dropped leaves an empty database. */
static void dropped_builds(void **state) {
  (void)state;
  zg_xbuilder *b = builder();
  add_many(b, 1, 10);
  zg_xbuilder_drop(b);
  uint32_t count = 9, last = 9;
  zg_xreader *r = open_reader();
  zg_xreader_doccount(r, &count, &last, NULL);
  assert_int_equal(count, 0);
  zg_xreader_close(r);
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(zg_xbuilder_new(&b, dir, &err), ZG_IO); /* it is there */
  assert_null(b);
}

/* Neighbours become one file; docids stay, also where some are missing. */
static void merged(void **state) {
  (void)state;
  char path[4][128], to[160];
  const char *from[4];
  const unsigned first[] = {1, 400, 401, 900}, n[] = {399, 1, 499, 101};
  for (int i = 0; i < 4; i++) {
    zg_xbuilder *b;
    snprintf(path[i], sizeof path[i], "%s", dir);
    from[i] = path[i];
    b = builder();
    add_many(b, first[i], n[i]);
    assert_int_equal(zg_xbuilder_finish(b, NULL), ZG_OK);
    fresh(NULL);
  }
  snprintf(to, sizeof to, "%s", dir);
  assert_int_equal(zg_xindex_merge(from, 4, to, NULL), ZG_OK);
  struct stat st;
  assert_int_equal(stat(to, &st), 0);
  assert_true(S_ISREG(st.st_mode));
  expect_many(1000);
  from[0] = to; /* and again, with what was merged */
  fresh(NULL);
  zg_xbuilder *b = builder();
  add_many(b, 1001, 500);
  assert_int_equal(zg_xbuilder_finish(b, NULL), ZG_OK);
  snprintf(path[1], sizeof path[1], "%s", dir);
  fresh(NULL);
  assert_int_equal(zg_xindex_merge(from, 2, dir, NULL), ZG_OK);
  expect_many(1500);
}

static void missing_database_is_io(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  zg_xreader *r = (zg_xreader *)&err;
  assert_int_equal(zg_xreader_open(&r, dir, &err), ZG_IO);
  assert_null(r);
  assert_true(err.message[0] != 0);
  assert_int_equal(mkdir(dir, 0700), 0);
  assert_int_equal(zg_xreader_open(&r, dir, &err), ZG_CORRUPT);
}

static void make_database(void) {
  zg_xbuilder *b = builder();
  for (uint32_t i = 0; i < 3000; i++) {
    char id[16], text[64];
    snprintf(id, sizeof id, "QF%u", i);
    snprintf(text, sizeof text, "甲 t%u u%u w%u", i % 97, i % 7, i);
    add(b, i + 1, id, text, "v");
  }
  assert_int_equal(zg_xbuilder_finish(b, NULL), ZG_OK);
}

static void missing_files_are_corrupt_and_named(void **state) {
  (void)state;
  static const char *const FILES[] = {"iamglass", "postlist.glass",
                                      "docdata.glass"};
  for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
    fresh(NULL);
    make_database();
    char path[200];
    path_in(path, FILES[i]);
    assert_int_equal(unlink(path), 0);
    zg_error err = ZG_ERROR_INIT;
    zg_xreader *r = NULL;
    assert_int_equal(zg_xreader_open(&r, dir, &err), ZG_CORRUPT);
    assert_non_null(strstr(err.message, FILES[i]));
  }
}

static void overwrite(const char *name, long at, const char *bytes, size_t n) {
  char path[200];
  path_in(path, name);
  FILE *f = fopen(path, "r+b");
  assert_non_null(f);
  if (at < 0) /* from the end */
    fseek(f, at, SEEK_END);
  else
    fseek(f, at, SEEK_SET);
  assert_int_equal(fwrite(bytes, 1, n, f), n);
  fclose(f);
}

static void damaged_version_file_is_corrupt(void **state) {
  (void)state;
  make_database();
  overwrite("iamglass", 0, "garbage garbage", 15);
  zg_error err = ZG_ERROR_INIT;
  zg_xreader *r = NULL;
  assert_int_equal(zg_xreader_open(&r, dir, &err), ZG_CORRUPT);
  char path[200];
  path_in(path, "iamglass");
  for (long n = 0; n < 40; n += 13) {
    assert_int_equal(truncate(path, n), 0);
    assert_int_equal(zg_xreader_open(&r, dir, &err), ZG_CORRUPT);
    assert_null(r);
  }
}

/* Walks all that a reader can; the first fault, or ZG_OK. */
static zg_status walk(zg_error *err) {
  zg_xreader *r = NULL;
  zg_status st = zg_xreader_open(&r, dir, err);
  zg_xterm *terms = NULL;
  size_t n = 0;
  if (!st)
    st = zg_xreaders_terms(&r, 1, ZG_STR(""), ZG_STR_NULL, 100000, &terms, &n,
                           err);
  for (size_t i = 0; !st && i < n; i++) {
    uint32_t *ids = NULL;
    size_t k;
    st = zg_xreader_postings(r, terms[i].term, &ids, &k, err);
    free(ids);
  }
  for (uint32_t d = 1; !st && d <= 3000; d++) {
    char *text = NULL;
    size_t k;
    st = zg_xreader_data(r, d, &text, &k, err);
    free(text);
  }
  free(terms);
  zg_xreader_close(r);
  return st;
}

static void damaged_tables_are_corrupt(void **state) {
  (void)state;
  make_database();
  assert_int_equal(walk(NULL), ZG_OK);
  char path[200], junk[8192];
  struct stat size;
  static const char *const TABLES[] = {"postlist.glass", "docdata.glass"};
  for (size_t i = 0; i < 2; i++) {
    fresh(NULL);
    make_database();
    memset(junk, 0x5A, sizeof junk);
    path_in(path, TABLES[i]);
    assert_int_equal(stat(path, &size), 0);
    for (long at = 0; at + 8192 <= size.st_size; at += 8192)
      overwrite(TABLES[i], at, junk, sizeof junk);
    zg_error err = ZG_ERROR_INIT;
    assert_int_equal(walk(&err), ZG_CORRUPT);

    fresh(NULL);
    make_database();
    path_in(path, TABLES[i]);
    assert_int_equal(truncate(path, 8192), 0);
    assert_int_equal(walk(&err), ZG_CORRUPT);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(walk(&err), ZG_CORRUPT);
  }
}

static void refused_documents(void **state) {
  (void)state;
  char text[300];
  memset(text, 'x', sizeof text);
  zg_str nothing = ZG_STR("");
  zg_str nul = {"a\0b", 3};
  zg_term t245 = {text, 245, 1}, t246 = {text, 246, 1}, empty = {"", 0, 1};
  zg_term most[2] = {{"a", 1, UINT32_MAX}, {"b", 1, 1}};
  static char big[(1 << 20) + 1];
  zg_xvalue value = {1, {big, sizeof big}}, slot = {UINT32_MAX, {big, 1}};
  const struct {
    zg_xdoc doc;
    const char *code; /* NULL: fine */
  } CASES[] = {
      {{&t245, 1, NULL, 0, NULL, 0, nothing}, NULL},
      {{&t246, 1, NULL, 0, NULL, 0, nothing}, "term_too_long"},
      {{&empty, 1, NULL, 0, NULL, 0, nothing}, "empty_term"},
      {{NULL, 0, &nul, 1, NULL, 0, nothing}, "nul_in_term"},
      {{NULL, 0, &nothing, 1, NULL, 0, nothing}, "empty_term"},
      {{most, 2, NULL, 0, NULL, 0, nothing}, "document_too_long"},
      {{NULL, 0, NULL, 0, &value, 1, nothing}, "value_too_long"},
      {{NULL, 0, NULL, 0, &slot, 1, nothing}, "bad_slot"},
      {{NULL, 0, NULL, 0, NULL, 0, {big, (64u << 20) + 1}},
       "document_too_long"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    zg_error err = ZG_ERROR_INIT;
    zg_status want = CASES[i].code ? ZG_INVALID : ZG_OK;
    assert_int_equal(zg_xdoc_check(&CASES[i].doc, &err), want);
    if (CASES[i].code)
      assert_string_equal(err.code, CASES[i].code);
  }
  /* What passes is taken. */
  zg_xbuilder *b = builder();
  assert_int_equal(zg_xbuilder_add(b, 1, &CASES[0].doc, NULL), ZG_OK);
  assert_int_equal(zg_xbuilder_finish(b, NULL), ZG_OK);
}

static void version_is_told(void **state) {
  (void)state;
  assert_int_equal(strncmp(zg_xapian_version(), "1.4.", 4), 0);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup(f, fresh)
  const struct CMUnitTest tests[] = {
      TEST(writes_and_reads_back),
      TEST(long_builds),
      TEST(dropped_builds),
      TEST(merged),
      TEST(missing_database_is_io),
      TEST(missing_files_are_corrupt_and_named),
      TEST(damaged_version_file_is_corrupt),
      TEST(damaged_tables_are_corrupt),
      TEST(refused_documents),
      TEST(version_is_told),
  };
  return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
