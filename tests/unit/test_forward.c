/* forward.h: texts come back over restarts, torn and foreign files are seen,
 * old views stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/forward.h"
#include "tests/unit/fixture.h"

#define UUID "01234567-89ab-cdef-0123-456789abcdef"

static zg_error err;

static int begin(void **state) {
  *state = fx_directory();
  err = (zg_error)ZG_ERROR_INIT;
  return 0;
}

static int end(void **state) {
  fx_remove_tree(*state);
  return 0;
}

static zg_str text_of(char out[256], uint32_t docid, unsigned version) {
  int n = snprintf(out, 64, "文%u-%u", docid, version);
  unsigned pad = docid % 150; /* lengths differ */
  memset(out + n, 'x', pad);
  return (zg_str){out, (size_t)n + pad};
}

/* Any bytes; of some documents none. */
static zg_str record_of(char out[256], uint32_t docid, unsigned version) {
  size_t n = docid % 7 ? docid % 90 + 1 : 0;
  memset(out, (int)(0x80 + version), n);
  return (zg_str){out, n};
}

static void append(zg_forward *f, uint32_t docid, unsigned version) {
  char text[256], record[256];
  assert_int_equal(zg_forward_append(f, docid, text_of(text, docid, version),
                                     record_of(record, docid, version), &err),
                   ZG_OK);
}

static void write_out(zg_forward *f) {
  bool sync_failed;
  assert_int_equal(zg_forward_write(f, &sync_failed, &err), ZG_OK);
  assert_false(sync_failed);
}

static zg_forward_view *view_of(zg_forward *f) {
  zg_forward_view *v;
  assert_int_equal(zg_forward_publish(f, &v, &err), ZG_OK);
  return v;
}

static void commit(zg_forward *f) {
  write_out(f);
  assert_int_equal(zg_forward_commit(f, &err), ZG_OK);
}

static void expect(const zg_forward_view *v, uint32_t docid, unsigned version) {
  char text[256], record[256];
  zg_str want = text_of(text, docid, version);
  assert_true(zg_str_eq(zg_forward_view_text(v, docid, NULL), want));
  want = record_of(record, docid, version);
  char *block;
  size_t n;
  assert_int_equal(zg_forward_view_record(v, docid, &block, &n, &err), ZG_OK);
  assert_true(zg_str_eq((zg_str){block, n}, want));
  free(block);
  assert_true(zg_forward_view_intact(v, docid));
}

static zg_forward *open_as(const char *dir, const char *uuid, bool writable,
                           const roaring_bitmap_t *live, bool want_complete) {
  zg_forward *f;
  bool complete;
  assert_int_equal(
      zg_forward_open(&f, dir, uuid, writable, live, &complete, &err), ZG_OK);
  assert_int_equal(complete, want_complete);
  return f;
}

static roaring_bitmap_t *range(uint32_t from, uint32_t to) {
  roaring_bitmap_t *b = roaring_bitmap_create();
  roaring_bitmap_add_range(b, from, (uint64_t)to + 1); /* none: 1, 0 */
  return b;
}

static char *path_in(const char *dir, const char *name) {
  char *p;
  assert_true(asprintf(&p, "%s/%s", dir, name) > 0);
  return p;
}

/* New files holding documents 1..n in version 0. */
static void make(const char *dir, uint32_t n) {
  char *dat = path_in(dir, "forward.dat"), *idx = path_in(dir, "forward.idx");
  unlink(dat);
  unlink(idx);
  free(dat);
  free(idx);
  roaring_bitmap_t *live = range(1, n);
  zg_forward *f = open_as(dir, UUID, true, live, false);
  assert_int_equal(zg_forward_rebuild_begin(f, &err), ZG_OK);
  for (uint32_t d = 1; d <= n; d++)
    append(f, d, 0);
  assert_int_equal(zg_forward_rebuild_end(f, &err), ZG_OK);
  zg_forward_free(f);
  roaring_bitmap_free(live);
}

static off_t size_of(const char *dir, const char *name) {
  char *p = path_in(dir, name);
  struct stat st;
  assert_int_equal(stat(p, &st), 0);
  free(p);
  return st.st_size;
}

static void resize(const char *dir, const char *name, off_t delta) {
  char *p = path_in(dir, name);
  assert_int_equal(truncate(p, size_of(dir, name) + delta), 0);
  free(p);
}

static void poke(const char *dir, const char *name, off_t at) {
  char *p = path_in(dir, name);
  int fd = open(p, O_RDWR);
  char c;
  assert_int_equal(pread(fd, &c, 1, at), 1);
  c = (char)~c;
  assert_int_equal(pwrite(fd, &c, 1, at), 1);
  close(fd);
  free(p);
}

/* ---- tests ---- */

static void reopened(void **state) {
  make(*state, 10);
  roaring_bitmap_t *live = range(1, 10);
  zg_forward *f = open_as(*state, UUID, true, live, true);
  append(f, 11, 0);
  append(f, 3, 1); /* the last entry of a document counts */
  append(f, 9000, 0);
  commit(f);
  zg_forward_free(f);
  roaring_bitmap_add(live, 11);
  roaring_bitmap_add(live, 9000);
  f = open_as(*state, UUID, true, live, true);
  zg_forward_view *v = view_of(f);
  zg_forward_free(f); /* a view stands on its own */
  expect(v, 1, 0);
  expect(v, 3, 1);
  expect(v, 11, 0);
  expect(v, 9000, 0);
  assert_int_equal(zg_forward_view_text(v, 12, NULL).n, 0);
  assert_int_equal(zg_forward_view_text(v, 4000000, NULL).n, 0);
  assert_false(zg_forward_view_intact(v, 12));
  char *block;
  size_t n;
  assert_int_equal(zg_forward_view_record(v, 12, &block, &n, &err), ZG_CORRUPT);
  assert_null(block);
  zg_forward_view_unref(v);
  /* a live document without an entry */
  roaring_bitmap_add(live, 12);
  zg_forward_free(open_as(*state, UUID, true, live, false));
  roaring_bitmap_free(live);
}

static void empty(void **state) {
  make(*state, 0);
  roaring_bitmap_t *live = range(1, 2);
  roaring_bitmap_t *none = range(1, 0);
  zg_forward *f = open_as(*state, UUID, true, none, true);
  append(f, 1, 0);
  commit(f);
  append(f, 2, 0);
  commit(f);
  zg_forward_free(f);
  f = open_as(*state, UUID, true, live, true);
  zg_forward_view *v = view_of(f);
  expect(v, 1, 0);
  expect(v, 2, 0);
  zg_forward_view_unref(v);
  zg_forward_free(f);
  roaring_bitmap_free(live);
  roaring_bitmap_free(none);
}

static void cancelled(void **state) {
  make(*state, 5);
  roaring_bitmap_t *live = range(1, 5);
  zg_forward *f = open_as(*state, UUID, true, live, true);
  off_t dat = size_of(*state, "forward.dat");
  for (uint32_t d = 6; d <= 60; d++)
    append(f, d, 7);
  write_out(f);
  zg_forward_cancel(f);
  assert_int_equal(size_of(*state, "forward.dat"), dat);
  append(f, 6, 1); /* the number is given again */
  commit(f);
  zg_forward_view *v = view_of(f);
  expect(v, 6, 1);
  assert_int_equal(zg_forward_view_text(v, 7, NULL).n, 0);
  zg_forward_view_unref(v);
  zg_forward_free(f);
  roaring_bitmap_add_range(live, 6, 61);
  zg_forward_free(open_as(*state, UUID, true, live, false));
  roaring_bitmap_free(live);
}

/* Written, synced, and then the process died before the commit. */
static void died_before_commit(void **state) {
  make(*state, 5);
  roaring_bitmap_t *live = range(1, 5);
  zg_forward *f = open_as(*state, UUID, true, live, true);
  append(f, 6, 7);
  append(f, 7, 7);
  write_out(f);
  zg_forward_free(f);
  f = open_as(*state, UUID, true, live, true);
  zg_forward_view *v = view_of(f);
  assert_int_equal(zg_forward_view_text(v, 6, NULL).n, 0);
  zg_forward_view_unref(v);
  append(f, 6, 1);
  commit(f);
  zg_forward_free(f);
  roaring_bitmap_add(live, 6);
  f = open_as(*state, UUID, true, live, true);
  v = view_of(f);
  expect(v, 6, 1);
  zg_forward_view_unref(v);
  zg_forward_free(f);
  roaring_bitmap_free(live);
}

static void torn_tails(void **state) {
  make(*state, 20);
  roaring_bitmap_t *live = range(1, 19);
  off_t whole = size_of(*state, "forward.idx");
  resize(*state, "forward.idx", -5); /* half an entry: that of document 20 */
  zg_forward *f = open_as(*state, UUID, true, live, true);
  append(f, 20, 2);
  commit(f);
  zg_forward_free(f);
  assert_int_equal(size_of(*state, "forward.idx"), whole);
  roaring_bitmap_add(live, 20);
  f = open_as(*state, UUID, true, live, true);
  zg_forward_view *v = view_of(f);
  expect(v, 19, 0);
  expect(v, 20, 2);
  zg_forward_view_unref(v);
  zg_forward_free(f);
  /* zeros behind, as a file system may leave them */
  resize(*state, "forward.idx", 64);
  resize(*state, "forward.dat", 4096);
  f = open_as(*state, UUID, true, live, true);
  append(f, 21, 3);
  commit(f);
  zg_forward_free(f);
  roaring_bitmap_add(live, 21);
  f = open_as(*state, UUID, true, live, true);
  v = view_of(f);
  for (uint32_t d = 1; d < 20; d++)
    expect(v, d, 0);
  expect(v, 21, 3);
  zg_forward_view_unref(v);
  zg_forward_free(f);
  roaring_bitmap_free(live);
}

/* What is found of documents 1..20 but `lost`. */
static void expect_all_but(zg_forward *f, uint32_t lost) {
  zg_forward_view *v = view_of(f);
  zg_forward_free(f);
  for (uint32_t d = 1; d <= 20; d++)
    if (d != lost)
      expect(v, d, 0);
    else
      assert_false(zg_forward_view_intact(v, d));
  zg_forward_view_unref(v);
}

/* The list of blocks was lost: it is made from the blocks, for good, and goes
 * on from there. */
static void expect_mended(const char *dir) {
  roaring_bitmap_t *live = range(1, 20);
  expect_all_but(open_as(dir, UUID, false, live, true), 0);
  zg_forward *f = open_as(dir, UUID, true, live, true);
  assert_int_equal(size_of(dir, "forward.idx"), 64 + 20 * 32);
  append(f, 21, 5);
  append(f, 4, 6);
  commit(f);
  zg_forward_free(f);
  roaring_bitmap_add(live, 21);
  f = open_as(dir, UUID, true, live, true);
  zg_forward_view *v = view_of(f);
  expect(v, 3, 0);
  expect(v, 4, 6);
  expect(v, 21, 5);
  zg_forward_view_unref(v);
  zg_forward_free(f);
  roaring_bitmap_free(live);
}

static void index_is_mended(void **state) {
  const char *dir = *state;
  make(dir, 20);
  poke(dir, "forward.idx", 64 + 32 * 7 + 9); /* an entry in the middle */
  expect_mended(dir);
  make(dir, 20);
  resize(dir, "forward.idx", -size_of(dir, "forward.idx"));
  expect_mended(dir);
  make(dir, 20);
  resize(dir, "forward.idx", -32 * 11 - 3);
  expect_mended(dir);
  char *idx = path_in(dir, "forward.idx"), *keep = path_in(dir, "keep");
  make(dir, 20);
  assert_int_equal(unlink(idx), 0);
  expect_mended(dir);
  /* the two files of different makings */
  make(dir, 20);
  assert_int_equal(rename(idx, keep), 0);
  make(dir, 20);
  assert_int_equal(rename(keep, idx), 0);
  expect_mended(dir);
  free(idx);
  free(keep);
}

static void damaged_or_foreign(void **state) {
  const char *dir = *state;
  roaring_bitmap_t *live = range(1, 20);
  make(dir, 20);
  zg_forward_free(open_as(dir, UUID, true, live, true));
  expect_all_but(open_as(dir, "another", true, live, false), 0);
  resize(dir, "forward.dat", -1);
  expect_all_but(open_as(dir, UUID, true, live, false), 20);
  make(dir, 20);
  poke(dir, "forward.dat", 20); /* header */
  expect_all_but(open_as(dir, UUID, true, live, false), 0);
  make(dir, 20);
  char *idx = path_in(dir, "forward.idx");
  assert_int_equal(unlink(idx), 0);
  poke(dir, "forward.dat", 64 + 32 + 1); /* the text of document 1 */
  expect_all_but(open_as(dir, UUID, true, live, false), 1);
  free(idx);
  roaring_bitmap_free(live);
}

static void altered_text(void **state) {
  make(*state, 20);
  poke(*state, "forward.dat", size_of(*state, "forward.dat") - 2);
  roaring_bitmap_t *live = range(1, 20);
  zg_forward *f = open_as(*state, UUID, true, live, true);
  zg_forward_view *v = view_of(f);
  assert_true(zg_forward_view_intact(v, 19));
  assert_false(zg_forward_view_intact(v, 20));
  zg_forward_view_unref(v);
  assert_int_equal(zg_forward_compact(f, live, &err), ZG_CORRUPT);
  zg_forward_free(f);
  roaring_bitmap_free(live);
}

/* A record is packed with the text before it, however long that is. */
static void packed(void **state) {
  const size_t sizes[] = {0, 1, 400, 70000, 300000};
  enum { N = sizeof sizes / sizeof *sizes };
  roaring_bitmap_t *live = range(1, N);
  fx_random r = {43};
  zg_buf text[N], record[N];
  zg_forward *f = open_as(*state, UUID, true, live, false);
  assert_int_equal(zg_forward_rebuild_begin(f, &err), ZG_OK);
  for (uint32_t i = 0; i < N; i++) {
    text[i] = record[i] = (zg_buf)ZG_BUF_INIT;
    for (size_t k = 0; k < sizes[i]; k++) {
      char c = (char)fx_below(&r, 256);
      zg_buf_addc(&text[i], c);
      zg_buf_addc(&record[i], c);
      if (k % 50 == 49)
        zg_buf_addc(&record[i], ',');
    }
    zg_buf_addc(&record[i], '.');
    assert_int_equal(zg_forward_append(f, i + 1, (zg_str){text[i].p, text[i].n},
                                       (zg_str){record[i].p, record[i].n},
                                       &err),
                     ZG_OK);
  }
  assert_int_equal(zg_forward_rebuild_end(f, &err), ZG_OK);
  zg_forward_free(f);
  /* Random bytes: only the text can have made the records smaller. */
  size_t most = 64 + (size_t)N * 32;
  for (uint32_t i = 0; i < N; i++)
    most += text[i].n + (text[i].n <= 65536 ? record[i].n / 2 : record[i].n) +
            record[i].n / 255 + 16;
  f = open_as(*state, UUID, true, live, true);
  assert_true((uint64_t)size_of(*state, "forward.dat") < most);
  assert_true(zg_forward_bytes(f) == (uint64_t)size_of(*state, "forward.dat"));
  zg_forward_view *v = view_of(f);
  for (uint32_t i = 0; i < N; i++) {
    char *block;
    size_t n;
    assert_int_equal(zg_forward_view_record(v, i + 1, &block, &n, &err), ZG_OK);
    assert_true(
        zg_str_eq((zg_str){block, n}, (zg_str){record[i].p, record[i].n}));
    free(block);
    zg_buf_free(&text[i]);
    zg_buf_free(&record[i]);
  }
  zg_forward_view_unref(v);
  zg_forward_free(f);
  roaring_bitmap_free(live);
}

static void read_only(void **state) {
  roaring_bitmap_t *live = range(1, 9);
  zg_forward *f = open_as(*state, UUID, false, live, false);
  assert_int_equal(zg_forward_rebuild_begin(f, &err), ZG_OK);
  for (uint32_t d = 1; d <= 9; d++)
    append(f, d, 4);
  assert_int_equal(zg_forward_rebuild_end(f, &err), ZG_OK);
  zg_forward_view *v = view_of(f);
  zg_forward_free(f);
  for (uint32_t d = 1; d <= 9; d++)
    expect(v, d, 4);
  zg_forward_view_unref(v);
  char *p = path_in(*state, "forward.dat");
  assert_int_equal(access(p, F_OK), -1);
  free(p);
  roaring_bitmap_free(live);
}

/* Past the first mapping of 64 MiB, then compacted: old views do not move. */
static void growth_and_compaction(void **state) {
  make(*state, 3);
  roaring_bitmap_t *live = range(1, 3);
  zg_forward *f = open_as(*state, UUID, true, live, true);
  zg_forward_view *first = view_of(f);
  size_t n = 1 << 20;
  char *big = malloc(n);
  for (uint32_t d = 10; d < 100; d++) {
    memset(big, 'a' + (int)(d % 26), n);
    assert_int_equal(
        zg_forward_append(f, d, (zg_str){big, n}, ZG_STR("r"), &err), ZG_OK);
    if (d % 30 == 0)
      commit(f);
  }
  commit(f);
  zg_forward_view *second = view_of(f);
  zg_str t = zg_forward_view_text(second, 99, NULL);
  assert_int_equal(t.n, n);
  assert_int_equal(t.p[n - 1], 'a' + 99 % 26);
  assert_int_equal(zg_forward_view_text(first, 99, NULL).n, 0);
  zg_forward_free(f);

  roaring_bitmap_add(live, 99);
  f = open_as(*state, UUID, true, live, true);
  assert_true(zg_forward_wasteful(f));
  assert_int_equal(zg_forward_compact(f, live, &err), ZG_OK);
  assert_false(zg_forward_wasteful(f));
  assert_true(size_of(*state, "forward.dat") < 2 << 20);
  append(f, 100, 0);
  commit(f);
  zg_forward_free(f);
  roaring_bitmap_add(live, 100);
  f = open_as(*state, UUID, true, live, true);
  zg_forward_view *third = view_of(f);
  expect(third, 100, 0);
  expect(third, 2, 0);
  expect(first, 2, 0);
  assert_true(zg_forward_view_intact(second, 55));
  assert_true(zg_str_eq(zg_forward_view_text(third, 99, NULL),
                        zg_forward_view_text(second, 99, NULL)));
  zg_forward_view_unref(first);
  zg_forward_view_unref(second);
  zg_forward_view_unref(third);
  zg_forward_free(f);
  free(big);
  roaring_bitmap_free(live);
}

/* Resident kilobytes of the mapping of forward.dat. */
static long resident(void) {
  FILE *f = fopen("/proc/self/smaps", "r");
  char line[512];
  bool ours = false;
  long kb = 0, sum = 0;
  assert_non_null(f);
  while (fgets(line, sizeof line, f)) {
    if (strchr(line, '-') && strchr(line, '-') < strchr(line, ' '))
      ours = strstr(line, "/forward.dat") != NULL;
    else if (ours && sscanf(line, "Rss: %ld", &kb) == 1)
      sum += kb;
  }
  fclose(f);
  return sum;
}

/* However much of it is read, and in whatever order, a part stays mapped. */
static void resident_part(void **state) {
  enum { DOCS = 500, BYTES = 250000 };
  char *text = malloc(BYTES);
  zg_buf room = ZG_BUF_INIT;
  fx_random r = {6};
  bool complete;
  zg_forward *f = NULL;
  roaring_bitmap_t *live = roaring_bitmap_create();
  assert_int_equal(
      zg_forward_open(&f, *state, UUID, true, live, &complete, &err), ZG_OK);
  assert_int_equal(zg_forward_rebuild_begin(f, &err), ZG_OK);
  for (uint32_t d = 1; d <= DOCS; d++) {
    memset(text, (int)('a' + d % 26), BYTES);
    assert_int_equal(
        zg_forward_append(f, d, (zg_str){text, BYTES}, ZG_STR("record"), &err),
        ZG_OK);
  }
  assert_int_equal(zg_forward_rebuild_end(f, &err), ZG_OK);
  zg_forward_view *v = view_of(f);
  uint64_t bytes = zg_forward_bytes(f),
           allowed = ((uint64_t)40 << 20) + bytes / 4;
  assert_true(bytes > allowed + ((uint64_t)40 << 20));
  long most = 0;
  for (int k = 0; k < 3 * DOCS; k++) {
    uint32_t d = k < DOCS ? 1 + (uint32_t)k : 1 + fx_below(&r, DOCS);
    zg_str got = zg_forward_view_text(v, d, &room);
    assert_int_equal(got.n, BYTES);
    memset(text, (int)('a' + d % 26), BYTES);
    assert_memory_equal(got.p, text, BYTES);
    if (k % 20 == 0) {
      long now = resident();
      most = now > most ? now : most;
    }
  }
  assert_true(most > 0);
  /* It is asked every 16 windows, and each may have brought a huge page. */
  assert_true((uint64_t)most * 1024 <= allowed + ((uint64_t)32 << 20));
  zg_forward_view_unref(v);
  zg_forward_free(f);
  roaring_bitmap_free(live);
  zg_buf_free(&room);
  free(text);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
  const struct CMUnitTest tests[] = {
      T(empty),
      T(reopened),
      T(cancelled),
      T(died_before_commit),
      T(torn_tails),
      T(index_is_mended),
      T(damaged_or_foreign),
      T(altered_text),
      T(packed),
      T(read_only),
      T(growth_and_compaction),
      T(resident_part),
  };
#undef T
  return cmocka_run_group_tests(tests, NULL, NULL);
}
