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
static uint32_t add(zg_xwriter *w, const char *id, const char *text,
                    const char *value) {
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
  uint32_t docid = 0;
  zg_error err = ZG_ERROR_INIT;
  zg_status st = zg_xwriter_add(w, &doc, &docid, &err);
  if (st)
    print_error("%s\n", err.message);
  assert_int_equal(st, ZG_OK);
  return docid;
}

static zg_xwriter *open_writer(bool create) {
  zg_xwriter *w = NULL;
  zg_error err = ZG_ERROR_INIT;
  zg_status st = zg_xwriter_open(&w, dir, create, &err);
  if (st)
    print_error("%s\n", err.message);
  assert_int_equal(st, ZG_OK);
  return w;
}

static zg_xreader *open_reader(void) {
  zg_xreader *r = NULL;
  assert_int_equal(zg_xreader_open(&r, dir, NULL), ZG_OK);
  return r;
}

static void commit_one(zg_xwriter *w, const char *id, const char *text) {
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  add(w, id, text, "v");
  assert_int_equal(zg_xwriter_commit(w, NULL), ZG_OK);
}

static void writes_and_reads_back(void **state) {
  (void)state;
  zg_xwriter *w = open_writer(true);
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  assert_int_equal(add(w, "QF1", "甲 乙 乙", "done"), 1);
  assert_int_equal(add(w, "QF2", "乙 丙", ""), 2);
  assert_int_equal(add(w, "QF3", "丙", "phased"), 3);
  assert_int_equal(zg_xwriter_set_metadata(w, "schema", ZG_STR("1"), NULL),
                   ZG_OK);
  uint64_t before = 0, after = 0;
  assert_int_equal(zg_xwriter_revision(w, &before, NULL), ZG_OK);
  assert_int_equal(zg_xwriter_commit(w, NULL), ZG_OK);
  assert_int_equal(zg_xwriter_revision(w, &after, NULL), ZG_OK);
  assert_true(after > before);

  zg_xreader *r = open_reader();
  uint32_t count = 0, last = 0, tf = 9;
  assert_int_equal(zg_xreader_doccount(r, &count, &last, NULL), ZG_OK);
  assert_int_equal(count, 3);
  assert_int_equal(last, 3);
  uint64_t rev = 0;
  assert_int_equal(zg_xreader_revision(r, &rev, NULL), ZG_OK);
  assert_int_equal(rev, after);
  char uuid[40];
  assert_int_equal(zg_xreader_uuid(r, uuid, NULL), ZG_OK);
  assert_int_equal(strlen(uuid), 36);

  char *text = NULL;
  size_t n = 0;
  assert_int_equal(zg_xreader_get_metadata(r, "schema", &text, &n, NULL),
                   ZG_OK);
  assert_string_equal(text, "1");
  free(text);
  assert_int_equal(zg_xreader_get_metadata(r, "none", &text, &n, NULL), ZG_OK);
  assert_int_equal(n, 0);
  free(text);
  assert_int_equal(zg_xwriter_get_metadata(w, "schema", &text, &n, NULL),
                   ZG_OK);
  assert_string_equal(text, "1");
  free(text);
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
  zg_xwriter_close(w);
  zg_xwriter_close(NULL);
}

static void expansion_is_ordered_and_capped(void **state) {
  (void)state;
  zg_xwriter *w = open_writer(true);
  commit_one(w, "QF1", "Cab Cac Cad Cb Wab");
  zg_xreader *r = open_reader();
  zg_str *t = NULL;
  size_t n = 0;
  bool more = true;
  assert_int_equal(zg_xreader_expand(r, ZG_STR("Ca"), 10, &t, &n, &more, NULL),
                   ZG_OK);
  assert_int_equal(n, 3);
  assert_false(more);
  assert_true(zg_str_is(t[0], "Cab") && zg_str_is(t[2], "Cad"));
  assert_int_equal(t[0].p[t[0].n], 0);
  free(t);
  assert_int_equal(zg_xreader_expand(r, ZG_STR("Ca"), 2, &t, &n, &more, NULL),
                   ZG_OK);
  assert_int_equal(n, 2);
  assert_true(more);
  free(t);
  assert_int_equal(zg_xreader_expand(r, ZG_STR("Ca"), 3, &t, &n, &more, NULL),
                   ZG_OK);
  assert_int_equal(n, 3);
  assert_false(more);
  free(t);
  assert_int_equal(zg_xreader_expand(r, ZG_STR("Z"), 3, &t, &n, &more, NULL),
                   ZG_OK);
  assert_null(t);
  zg_xreader_close(r);
  zg_xwriter_close(w);
}

static void delete_cancel_and_transactions(void **state) {
  (void)state;
  zg_xwriter *w = open_writer(true);
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  add(w, "XB1", "甲", "v");
  add(w, "XB1", "乙", "v");
  add(w, "XB2", "丙", "v");
  /* what the transaction has not committed is deleted as well */
  uint32_t *ids = NULL;
  size_t n = 0;
  assert_int_equal(zg_xwriter_delete(w, ZG_STR("XB1"), &ids, &n, NULL), ZG_OK);
  assert_int_equal(n, 2);
  assert_int_equal(ids[0], 1);
  assert_int_equal(ids[1], 2);
  free(ids);
  assert_int_equal(zg_xwriter_commit(w, NULL), ZG_OK);

  zg_xreader *r = open_reader();
  uint32_t count = 0, last = 0;
  zg_xreader_doccount(r, &count, &last, NULL);
  assert_int_equal(count, 1);

  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  assert_int_equal(zg_xwriter_delete(w, ZG_STR("XB2"), &ids, &n, NULL), ZG_OK);
  free(ids);
  assert_int_equal(zg_xwriter_delete(w, ZG_STR("none"), &ids, &n, NULL), ZG_OK);
  assert_null(ids);
  assert_int_equal(n, 0);
  add(w, "XB3", "丁", "v");
  assert_int_equal(zg_xwriter_cancel(w, NULL), ZG_OK);
  /* closing cancels what is open */
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  add(w, "XB4", "戊", "v");
  zg_xwriter_close(w);

  assert_int_equal(zg_xreader_reopen(r, NULL), ZG_OK);
  zg_xreader_doccount(r, &count, &last, NULL);
  assert_int_equal(count, 1);
  uint32_t tf = 0;
  zg_xreader_termfreq(r, ZG_STR("XB2"), &tf, NULL);
  assert_int_equal(tf, 1);
  zg_xreader_close(r);

  zg_error err = ZG_ERROR_INIT;
  w = open_writer(false);
  assert_int_equal(zg_xwriter_commit(w, &err), ZG_INTERNAL); /* none begun */
  assert_non_null(strstr(err.message, "InvalidOperationError"));
  zg_xwriter_close(w);
}

/* `n` documents of 40 terms, most of them shared; docids from `from`. */
static void add_many(zg_xwriter *w, unsigned from, unsigned n) {
  for (unsigned i = from; i < from + n; i++) {
    char text[400] = "", id[32];
    for (unsigned k = 0; k < 40; k++)
      snprintf(text + strlen(text), sizeof text - strlen(text), "%st%u",
               k ? " " : "", (i * 7 + k * k) % 997);
    snprintf(id, sizeof id, "QF%u", i);
    assert_int_equal(add(w, id, text, "v"), i);
  }
}

/* Every list and every document against what add_many puts there. */
static void expect_many(unsigned n, unsigned gone) {
  zg_xreader *r = open_reader();
  uint32_t count = 0, last = 0, want[997] = {0};
  zg_xreader_doccount(r, &count, &last, NULL);
  assert_int_equal(count, n - (gone ? 1 : 0));
  for (unsigned i = 1; i <= n; i++) {
    bool have[997] = {false};
    for (unsigned k = 0; k < 40 && i != gone; k++)
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

/* More postings than a transaction keeps in memory: what it writes before its
 * end is not seen and not kept unless it is committed, and can be deleted. */
static void long_transactions_are_whole(void **state) {
  (void)state;
  const unsigned n = ZG_XWRITER_POSTINGS / 20; /* two buffers full */
  uint32_t *ids = NULL;
  size_t k = 0;
  zg_xwriter *w = open_writer(true);
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  add_many(w, 1, n);
  expect_many(0, 0);
  assert_int_equal(zg_xwriter_cancel(w, NULL), ZG_OK);
  expect_many(0, 0);
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  add_many(w, 1, n);
  assert_int_equal(zg_xwriter_delete(w, ZG_STR("QF5"), &ids, &k, NULL), ZG_OK);
  assert_int_equal(k, 1);
  assert_int_equal(ids[0], 5);
  free(ids);
  expect_many(0, 0);
  assert_int_equal(zg_xwriter_commit(w, NULL), ZG_OK);
  expect_many(n, 5);
  zg_xwriter_close(w);
  expect_many(n, 5);
}

/* zg_xwriter_holds: equal in data, values, and terms with frequencies. */
static void same_documents_are_known(void **state) {
  (void)state;
  zg_term terms[] = {{"C甲", 4, 2}, {"C乙", 4, 1}};
  zg_str ids[] = {ZG_STR("QF1"), ZG_STR("XBb")};
  zg_xvalue values[] = {{6, ZG_STR("done")}, {7, ZG_STR("")}};
  zg_xdoc doc = {terms, 2, ids, 2, values, 2, ZG_STR("data")};
  uint32_t docid, n;
  bool same = true;
  zg_xwriter *w = open_writer(true);
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  assert_int_equal(zg_xwriter_holds(w, ids[0], &doc, &same, NULL), ZG_OK);
  assert_false(same);
  assert_int_equal(zg_xwriter_add(w, &doc, &docid, NULL), ZG_OK);
  for (int committed = 0; committed < 2; committed++) {
    zg_xwriter_holds(w, ids[0], &doc, &same, NULL);
    assert_true(same);
#define DIFFERS(change, back)                                                  \
  do {                                                                         \
    change;                                                                    \
    assert_int_equal(zg_xwriter_holds(w, ids[0], &doc, &same, NULL), ZG_OK);   \
    assert_false(same);                                                        \
    back;                                                                      \
  } while (0)
    DIFFERS(terms[1].wdf = 2, terms[1].wdf = 1);
    DIFFERS(terms[1].p = "C丙", terms[1].p = "C乙");
    DIFFERS(doc.n_terms = 1, doc.n_terms = 2);
    DIFFERS(doc.n_booleans = 1, doc.n_booleans = 2);
    DIFFERS(values[0].value = ZG_STR("dont"), values[0].value = ZG_STR("done"));
    DIFFERS(values[1].value = ZG_STR("x"), values[1].value = ZG_STR(""));
    DIFFERS(doc.n_values = 0, doc.n_values = 2);
    DIFFERS(doc.data = ZG_STR("dat"), doc.data = ZG_STR("data"));
    DIFFERS(doc.data = ZG_STR_NULL, doc.data = ZG_STR("data"));
#undef DIFFERS
    assert_int_equal(zg_xwriter_termfreq(w, ids[1], &n, NULL), ZG_OK);
    assert_int_equal(n, 1);
    if (!committed)
      assert_int_equal(zg_xwriter_commit(w, NULL), ZG_OK);
  }
  zg_xwriter_close(w);
}

/* ---- errors ---- */

static void missing_database_is_io(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  zg_xreader *r = (zg_xreader *)&err;
  zg_xwriter *w = (zg_xwriter *)&err;
  assert_int_equal(zg_xreader_open(&r, dir, &err), ZG_IO);
  assert_null(r);
  assert_true(err.message[0] != 0);
  assert_int_equal(zg_xwriter_open(&w, dir, false, &err), ZG_IO);
  assert_null(w);
  assert_int_equal(mkdir(dir, 0700), 0);
  assert_int_equal(zg_xreader_open(&r, dir, &err), ZG_IO);
  assert_int_equal(zg_xwriter_open(&w, dir, false, &err), ZG_IO);
  w = open_writer(true); /* an empty directory becomes a database */
  zg_xwriter_close(w);
}

static void make_database(void) {
  zg_xwriter *w = open_writer(true);
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  for (int i = 0; i < 3000; i++) {
    char id[16], text[64];
    snprintf(id, sizeof id, "QF%d", i);
    snprintf(text, sizeof text, "甲 t%d u%d w%d", i % 97, i % 7, i);
    add(w, id, text, "v");
  }
  assert_int_equal(zg_xwriter_commit(w, NULL), ZG_OK);
  zg_xwriter_close(w);
}

static void missing_files_are_corrupt_and_named(void **state) {
  (void)state;
  static const char *const FILES[] = {"iamglass", "postlist.glass",
                                      "termlist.glass", "docdata.glass"};
  for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
    fresh(NULL);
    make_database();
    char path[200];
    path_in(path, FILES[i]);
    assert_int_equal(unlink(path), 0);
    zg_error err = ZG_ERROR_INIT;
    zg_xreader *r = NULL;
    zg_xwriter *w = NULL;
    assert_int_equal(zg_xreader_open(&r, dir, &err), ZG_CORRUPT);
    assert_non_null(strstr(err.message, FILES[i]));
    assert_int_equal(zg_xwriter_open(&w, dir, true, &err), ZG_CORRUPT);
    assert_non_null(strstr(err.message, FILES[i]));
    assert_int_equal(access(path, F_OK), -1); /* nothing was recreated */
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
  zg_xwriter *w = NULL;
  assert_int_equal(zg_xreader_open(&r, dir, &err), ZG_CORRUPT);
  assert_int_equal(zg_xwriter_open(&w, dir, true, &err), ZG_CORRUPT);
  char path[200];
  path_in(path, "iamglass");
  for (long n = 0; n < 40; n += 13) {
    assert_int_equal(truncate(path, n), 0);
    assert_int_equal(zg_xreader_open(&r, dir, &err), ZG_CORRUPT);
    assert_null(r);
    assert_int_equal(zg_xwriter_open(&w, dir, true, &err), ZG_CORRUPT);
    assert_null(w);
  }
}

/* Walks all that a reader can; the first fault, or ZG_OK. */
static zg_status walk(zg_error *err) {
  zg_xreader *r = NULL;
  zg_status st = zg_xreader_open(&r, dir, err);
  zg_str *terms = NULL;
  size_t n = 0;
  bool more;
  if (!st)
    st = zg_xreader_expand(r, ZG_STR(""), 100000, &terms, &n, &more, err);
  for (size_t i = 0; !st && i < n; i++) {
    uint32_t *ids = NULL;
    size_t k;
    st = zg_xreader_postings(r, terms[i], &ids, &k, err);
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

static void locked_is_a_conflict(void **state) {
  (void)state;
  zg_xwriter *w = open_writer(true), *second = NULL;
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(zg_xwriter_open(&second, dir, true, &err), ZG_CONFLICT);
  assert_null(second);
  assert_string_equal(err.code, "index_locked");
  pid_t pid = fork();
  if (pid == 0) { /* another process */
    zg_xwriter *other = NULL;
    _exit(zg_xwriter_open(&other, dir, true, NULL) == ZG_CONFLICT ? 0 : 1);
  }
  int status = 1;
  waitpid(pid, &status, 0);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  zg_xwriter_close(w);
  w = open_writer(false);
  zg_xwriter_close(w);
}

static void overtaken_reader_is_modified(void **state) {
  (void)state;
  make_database();
  zg_xwriter *w = open_writer(false);
  zg_xreader *r = open_reader();
  zg_error err = ZG_ERROR_INIT;
  zg_status st = ZG_OK;
  for (int i = 0; i < 20 && !st; i++) {
    char id[16];
    snprintf(id, sizeof id, "QN%d", i);
    commit_one(w, id, "甲 t1 u1");
    for (uint32_t d = 1; d <= 3000 && !st; d += 50) {
      char *text = NULL;
      uint32_t *ids = NULL;
      size_t n;
      st = zg_xreader_data(r, d, &text, &n, &err);
      free(text);
      if (!st)
        st = zg_xreader_postings(r, ZG_STR("甲"), &ids, &n, &err);
      free(ids);
    }
  }
  assert_int_equal(st, ZG_MODIFIED);
  assert_string_equal(err.code, "index_modified");
  assert_int_equal(zg_xreader_reopen(r, NULL), ZG_OK);
  uint32_t *ids = NULL;
  size_t n = 0;
  assert_int_equal(zg_xreader_postings(r, ZG_STR("甲"), &ids, &n, NULL), ZG_OK);
  assert_true(n > 3000);
  free(ids);
  zg_xreader_close(r);
  zg_xwriter_close(w);
}

static void refused_documents_leave_the_batch(void **state) {
  (void)state;
  zg_xwriter *w = open_writer(true);
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  add(w, "QF1", "甲", "v");
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
    uint32_t docid = 9;
    zg_status want = CASES[i].code ? ZG_INVALID : ZG_OK;
    assert_int_equal(zg_xdoc_check(&CASES[i].doc, &err), want);
    assert_int_equal(zg_xwriter_add(w, &CASES[i].doc, &docid, &err), want);
    assert_int_equal(docid != 0, !CASES[i].code);
    if (CASES[i].code)
      assert_string_equal(err.code, CASES[i].code);
  }
  add(w, "QF2", "乙", "v");
  assert_int_equal(zg_xwriter_commit(w, NULL), ZG_OK);
  zg_xreader *r = open_reader();
  uint32_t count = 0, last = 0;
  zg_xreader_doccount(r, &count, &last, NULL);
  assert_int_equal(count, 3);
  zg_xreader_close(r);
  zg_xwriter_close(w);
}

/* ---- ranking ---- */

static void ranks_like_a_full_sort(void **state) {
  (void)state;
  enum { N = 500 };
  zg_xwriter *w = open_writer(true);
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  uint32_t seed = 12345;
  for (int i = 0; i < N; i++) {
    char text[256] = "";
    seed = seed * 1103515245u + 12345u;
    uint32_t bits = seed >> 8;
    for (int k = 0; k < 8; k++, bits >>= 2)
      for (uint32_t c = 0; c < (bits & 3); c++)
        sprintf(text + strlen(text), "%st%d", *text ? " " : "", k);
    if (!*text)
      strcpy(text, "none");
    add(w, "QF", text, "v");
  }
  assert_int_equal(zg_xwriter_commit(w, NULL), ZG_OK);
  zg_xreader *r = open_reader();
  const zg_scored_term terms[] = {{ZG_STR("t1"), 1.0},
                                  {ZG_STR("t5"), 0.4},
                                  {ZG_STR("absent"), 1.0},
                                  {ZG_STR("t7"), 0.0}};
  zg_ranked *all = NULL, *page = NULL;
  size_t n_all = 0, n = 0;
  assert_int_equal(zg_xreader_rank(r, terms, 4, ZG_BM25_SEARCH, NULL, 0, N,
                                   &all, &n_all, NULL),
                   ZG_OK);
  assert_true(n_all > 100 && n_all < N);
  for (size_t i = 1; i < n_all; i++)
    assert_true(
        all[i - 1].score > all[i].score ||
        (all[i - 1].score == all[i].score && all[i - 1].docid < all[i].docid));
  /* pages are slices of the whole */
  for (uint32_t off = 0; off < n_all + 20; off += 37) {
    assert_int_equal(zg_xreader_rank(r, terms, 4, ZG_BM25_SEARCH, NULL, off, 20,
                                     &page, &n, NULL),
                     ZG_OK);
    size_t want = off >= n_all ? 0 : n_all - off < 20 ? n_all - off : 20;
    assert_int_equal(n, want);
    for (size_t i = 0; i < n; i++)
      assert_int_equal(page[i].docid, all[off + i].docid);
    free(page);
  }
  /* a bitmap filters, and its documents without a term follow with 0 */
  roaring_bitmap_t *even = roaring_bitmap_from_range(2, N + 1, 2);
  assert_int_equal(
      zg_xreader_rank(r, terms, 4, ZG_BM25_SEARCH, even, 0, N, &page, &n, NULL),
      ZG_OK);
  assert_int_equal(n, N / 2);
  size_t k = 0;
  for (size_t i = 0; i < n_all; i++)
    if (all[i].docid % 2 == 0) {
      assert_int_equal(page[k].docid, all[i].docid);
      assert_true(page[k].score > 0 && page[k].score == all[i].score);
      k++;
    }
  for (uint32_t before = 0; k < n; k++) {
    assert_true(page[k].score == 0);
    assert_true(page[k].docid > before && page[k].docid % 2 == 0);
    before = page[k].docid;
  }
  free(page);
  /* no term at all: the bitmap in its order */
  assert_int_equal(
      zg_xreader_rank(r, NULL, 0, ZG_BM25_SEARCH, even, 3, 2, &page, &n, NULL),
      ZG_OK);
  assert_int_equal(n, 2);
  assert_int_equal(page[0].docid, 8);
  assert_int_equal(page[1].docid, 10);
  free(page);
  assert_int_equal(
      zg_xreader_rank(r, NULL, 0, ZG_BM25_SEARCH, NULL, 0, 5, &page, &n, NULL),
      ZG_OK);
  assert_int_equal(n, 0);
  assert_int_equal(zg_xreader_rank(r, terms, 4, ZG_BM25_SEARCH, even,
                                   UINT32_MAX, UINT32_MAX, &page, &n, NULL),
                   ZG_OK);
  assert_int_equal(n, 0);
  roaring_bitmap_free(even);
  free(all);
  zg_xreader_close(r);
  zg_xwriter_close(w);
}

static void version_is_told(void **state) {
  (void)state;
  assert_int_equal(strncmp(zg_xapian_version(), "1.4.", 4), 0);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup(f, fresh)
  const struct CMUnitTest tests[] = {
      TEST(writes_and_reads_back),
      TEST(expansion_is_ordered_and_capped),
      TEST(delete_cancel_and_transactions),
      TEST(long_transactions_are_whole),
      TEST(same_documents_are_known),
      TEST(missing_database_is_io),
      TEST(missing_files_are_corrupt_and_named),
      TEST(damaged_version_file_is_corrupt),
      TEST(damaged_tables_are_corrupt),
      TEST(locked_is_a_conflict),
      TEST(overtaken_reader_is_modified),
      TEST(refused_documents_leave_the_batch),
      TEST(ranks_like_a_full_sort),
      TEST(version_is_told),
  };
  return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
