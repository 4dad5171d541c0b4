/* store.h: what stands in the data directory: locks, damage, older schemas,
 * compaction, creation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/prepare.h"
#include "tests/unit/store_fixture.h"

static void locked_directory(void **state) {
  fx_store *f = *state;
  zg_store *second;
  zg_store_options opt = {.dir = f->dir, .workers = 1};
  assert_int_equal(zg_store_open(&second, f->nz, &opt, &f->err), ZG_CONFLICT);
  assert_non_null(strstr(f->err.message, f->dir));
  assert_null(second);
  opt.read_only = true;
  assert_int_equal(zg_store_open(&second, f->nz, &opt, &f->err), ZG_CONFLICT);
}

static void reading_only(void **state) {
  fx_store *f = *state;
  fx_random r = {16};
  fx_put(f, &r, "甲", 6);
  fx_store_close(f);
  assert_int_equal(fx_store_open(f, true), ZG_OK);
  assert_int_equal(fx_count(f, false), 6);
  fx_check(f);
  zg_batch *b = fx_batch(f);
  assert_int_equal(zg_store_submit(f->s, b, NULL, NULL, &f->err), ZG_READ_ONLY);
  zg_batch_free(b);
  fx_store_close(f);
  char *path;
  assert_true(asprintf(&path, "%s/forward.idx", f->dir) > 0);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(fx_store_open(f, true), ZG_OK);
  fx_check(f);
  assert_int_equal(access(path, F_OK), -1);
  free(path);
  char *dir = f->dir;
  f->dir = strdup("/nonexistent/zg");
  fx_store_close(f);
  assert_int_not_equal(fx_store_open(f, true), ZG_OK);
  assert_null(f->s);
  free(f->dir);
  f->dir = dir;
}

static void damage_forward(fx_store *f, const char *name, off_t size) {
  char *path;
  assert_true(asprintf(&path, "%s/%s", f->dir, name) > 0);
  assert_int_equal(size < 0 ? unlink(path) : truncate(path, size), 0);
  free(path);
}

static void index_of_forward_is_mended(void **state) {
  fx_store *f = *state;
  fx_random r = {17};
  fx_put(f, &r, "甲", 12);
  fx_put(f, &r, "乙", 12);
  const off_t size[] = {-1, 0, 40, 200, 300};
  for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
    fx_store_close(f);
    damage_forward(f, "forward.idx", size[k]);
    assert_int_equal(fx_store_open(f, false), ZG_OK);
    fx_check(f);
    fx_put(f, &r, "甲", 12);
    fx_store_reopen(f);
    fx_check(f);
  }
}

/* The records are there and nowhere else: without them nothing is opened, and
 * nothing is made anew in their place. */
static void lost_records(void **state) {
  fx_store *f = *state;
  fx_random r = {17};
  fx_put(f, &r, "甲", 12);
  fx_put(f, &r, "乙", 12);
  fx_store_close(f);
  char *path, *keep;
  assert_true(asprintf(&path, "%s/forward.dat", f->dir) > 0);
  assert_true(asprintf(&keep, "%s/keep", f->dir) > 0);
  assert_int_equal(rename(path, keep), 0);
  for (int k = 0; k < 2; k++) {
    assert_int_equal(fx_store_open(f, k == 1), ZG_CORRUPT);
    assert_non_null(strstr(f->err.message, "forward.dat"));
    assert_int_equal(access(path, F_OK), -1);
  }
  assert_int_equal(rename(keep, path), 0);
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  fx_check(f);
  fx_store_close(f);
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  damage_forward(f, "forward.dat", st.st_size - 1);
  assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
  assert_non_null(strstr(f->err.message, "forward.dat"));
  free(path);
  free(keep);
}

/* The index of `f` then says that the forward files of `g` are its own. */
static void take_forward_id(fx_store *f, fx_store *g) {
  char *path, id[40];
  zg_xreader *r;
  zg_xwriter *w;
  assert_true(asprintf(&path, "%s/index", g->dir) > 0);
  assert_int_equal(zg_xreader_open(&r, path, &f->err), ZG_OK);
  assert_int_equal(zg_xreader_uuid(r, id, &f->err), ZG_OK);
  zg_xreader_close(r);
  free(path);
  assert_true(asprintf(&path, "%s/index", f->dir) > 0);
  assert_int_equal(zg_xwriter_open(&w, path, false, &f->err), ZG_OK);
  assert_int_equal(zg_xwriter_begin(w, &f->err), ZG_OK);
  assert_int_equal(
      zg_xwriter_set_metadata(w, "forward", zg_str_of(id), &f->err), ZG_OK);
  assert_int_equal(zg_xwriter_commit(w, &f->err), ZG_OK);
  zg_xwriter_close(w);
  free(path);
}

/* The forward files of another store, whose documents have the same numbers. */
static void foreign_records(void **state) {
  fx_store *f = *state, *g = fx_store_new();
  fx_random r = {29};
  fx_put(f, &r, "甲", 5);
  assert_int_equal(fx_store_open(g, false), ZG_OK);
  fx_put(g, &r, "甲", 5);
  fx_store_close(f);
  fx_store_close(g);
  char *from, *to;
  assert_true(asprintf(&from, "%s/forward.dat", g->dir) > 0);
  assert_true(asprintf(&to, "%s/forward.dat", f->dir) > 0);
  assert_int_equal(rename(from, to), 0);
  assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
  assert_non_null(strstr(f->err.message, "not its record"));
  free(from);
  free(to);
  /* Also when they are taken for its own, as after a new numbering. */
  assert_true(asprintf(&from, "%s/forward.idx", g->dir) > 0);
  assert_true(asprintf(&to, "%s/forward.idx", f->dir) > 0);
  assert_int_equal(rename(from, to), 0);
  take_forward_id(f, g);
  assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
  assert_non_null(strstr(f->err.message, "not its record"));
  free(from);
  free(to);
  fx_store_free(g);
}

/* ---- schema 1: the index has the records ---- */

/* An index as version 1 wrote it, with `n` findings and no forward files. */
static void make_schema_1(fx_store *f, unsigned n) {
  char *path;
  zg_xwriter *w;
  zg_arena *arena = zg_arena_new(1 << 14);
  fx_random r = {31};
  assert_int_equal(mkdir(f->dir, 0700) == 0 || errno == EEXIST, 1);
  assert_true(asprintf(&path, "%s/index", f->dir) > 0);
  assert_int_equal(zg_xwriter_open(&w, path, true, &f->err), ZG_OK);
  assert_int_equal(zg_xwriter_begin(w, &f->err), ZG_OK);
  assert_int_equal(zg_xwriter_set_metadata(w, "schema", ZG_STR("1"), &f->err),
                   ZG_OK);
  for (unsigned i = 0; i < n; i++) {
    zg_prepared p;
    uint32_t docid;
    zg_finding one =
        fx_finding(arena, &r, zg_arena_printf(arena, "旧%u", i), ZG_STR_NULL);
    assert_int_equal(zg_prepare_finding(&p, arena, f->a, &one, &f->err), ZG_OK);
    p.doc.data = p.record;
    assert_int_equal(zg_xwriter_add(w, &p.doc, &docid, &f->err), ZG_OK);
  }
  assert_int_equal(zg_xwriter_commit(w, &f->err), ZG_OK);
  zg_xwriter_close(w);
  zg_arena_free(arena);
  free(path);
}

static void expect_schema(fx_store *f, const char *want) {
  zg_snapshot *snap = zg_store_pin(f->s);
  char *text;
  size_t n;
  assert_int_equal(zg_xreader_get_metadata(zg_snapshot_reader(snap, 0),
                                           "schema", &text, &n, &f->err),
                   ZG_OK);
  assert_string_equal(text, want);
  free(text);
  zg_snapshot_release(snap);
}

static void schema_1_goes_on(void **state) {
  fx_store *f = fx_store_new();
  fx_random r = {37};
  (void)state;
  make_schema_1(f, 30);
  assert_int_equal(fx_store_open(f, true), ZG_OK);
  expect_schema(f, "1");
  assert_int_equal(fx_count(f, false), 30);
  fx_check(f);
  fx_store_close(f);
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  expect_schema(f, "2");
  assert_int_equal(fx_count(f, false), 30);
  fx_check(f);
  fx_store_close(f);
  damage_forward(f, "forward.dat", -1); /* it can still be made */
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  fx_check(f);
  fx_put(f, &r, "新", 7);
  zg_batch *b = fx_batch(f);
  fx_add_ready(f, b, "旧3", "另一个问题");
  fx_apply(f, b);
  zg_batch_free(b);
  fx_store_reopen(f);
  assert_int_equal(fx_count(f, false), 37);
  fx_check(f);
  fx_store_close(f);
  damage_forward(f, "forward.dat", -1); /* what is new is lost */
  assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
  fx_store_free(f);
}

/* ---- compaction ---- */

static void compacted(void **state) {
  fx_store *f = *state;
  fx_random r = {41};
  const zg_store_options opt = {.dir = f->dir};
  zg_compacted done;
  for (int i = 0; i < 6; i++)
    fx_put(f, &r, i % 2 ? "甲" : "乙", 40);
  const uint32_t findings = fx_count(f, false);
  zg_store_stats stats;
  zg_store_stats_get(f->s, &stats);
  uint64_t generation = stats.generation;
  assert_int_equal(zg_store_compact(f->nz, &opt, &done, &f->err), ZG_CONFLICT);
  fx_store_close(f);
  assert_int_equal(zg_store_compact(f->nz, &opt, &done, &f->err), ZG_OK);
  assert_true(done.after < done.before);
  char *leftover, *file;
  assert_true(asprintf(&leftover, "%s/index.compact", f->dir) > 0);
  assert_true(asprintf(&file, "%s/iamglass", leftover) > 0);
  assert_int_equal(access(leftover, F_OK), -1);
  /* as a kill may leave it */
  assert_int_equal(mkdir(leftover, 0700), 0);
  close(open(file, O_CREAT | O_WRONLY, 0600));
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  assert_int_equal(access(leftover, F_OK), -1);
  assert_int_equal(fx_count(f, false), findings);
  fx_check(f);
  zg_store_stats_get(f->s, &stats);
  assert_true(stats.generation > generation);
  generation = stats.generation;
  fx_put(f, &r, "甲", 9);
  fx_put(f, &r, "丙", 9);
  zg_store_stats_get(f->s, &stats);
  assert_true(stats.generation == generation + 2);
  fx_store_reopen(f);
  fx_check(f);
  fx_store_close(f);
  assert_int_equal(zg_store_compact(f->nz, &opt, &done, &f->err), ZG_OK);
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  fx_check(f);
  free(leftover);
  free(file);
}

static void check_sees_altered_text(void **state) {
  fx_store *f = *state;
  fx_random r = {18};
  fx_put(f, &r, "甲", 3);
  char *path;
  assert_true(asprintf(&path, "%s/forward.dat", f->dir) > 0);
  int fd = open(path, O_WRONLY);
  assert_int_equal(pwrite(fd, "#", 1, 70), 1);
  close(fd);
  free(path);
  assert_int_equal(zg_store_check(f->s, f->a, &f->err), ZG_CORRUPT);
  assert_non_null(strstr(f->err.message, "forward.dat"));
}

/* What comes back is never a record that was altered. */
static void damaged_record(void **state) {
  fx_store *f = *state;
  fx_random r = {23};
  fx_put(f, &r, "甲", 3);
  zg_snapshot *snap = zg_store_pin(f->s);
  const roaring_bitmap_t *all = zg_table_all(zg_snapshot_findings(snap));
  uint32_t docid = roaring_bitmap_minimum(all);
  size_t text = zg_snapshot_forward(snap, docid, NULL).n;
  char *path, *block = NULL;
  assert_true(asprintf(&path, "%s/forward.dat", f->dir) > 0);
  int fd = open(path, O_WRONLY);
  /* Header, the head of the first block, its text, then its record. */
  off_t record = (off_t)(64 + 32 + text);
  assert_int_equal(pwrite(fd, "#####", 5, record + 30), 5);
  close(fd);
  free(path);
  zg_arena *arena = zg_arena_new(4096);
  zg_finding *found;
  assert_int_equal(
      zg_snapshot_finding(snap, 0, docid, arena, &found, &block, &f->err),
      ZG_CORRUPT);
  assert_null(found);
  assert_null(block);
  docid = roaring_bitmap_maximum(all); /* the others are well */
  assert_int_equal(
      zg_snapshot_finding(snap, 0, docid, arena, &found, &block, &f->err),
      ZG_OK);
  assert_int_equal(zg_store_check(f->s, f->a, &f->err), ZG_CORRUPT);
  free(block);
  zg_arena_free(arena);
  zg_snapshot_release(snap);
}

static void not_recreated(void **state) {
  fx_store *f = *state;
  fx_random r = {19};
  fx_put(f, &r, "甲", 3);
  fx_store_close(f);
  char *path;
  assert_true(asprintf(&path, "%s/index/iamglass", f->dir) > 0);
  assert_int_equal(unlink(path), 0);
  free(path);
  assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
  assert_non_null(strstr(f->err.message, "iamglass"));
}

/* A kill while the index is first made leaves nothing that looks like one. */
static void creation_was_killed(void **state) {
  fx_store *f = *state;
  fx_random r = {21};
  char *from, *to, *glass;
  fx_store_close(f);
  /* Xapian's tables without the file that makes a database of them. */
  assert_true(asprintf(&from, "%s/index", f->dir) > 0);
  assert_true(asprintf(&to, "%s/index.new", f->dir) > 0);
  assert_true(asprintf(&glass, "%s/index.new/iamglass", f->dir) > 0);
  assert_int_equal(rename(from, to), 0);
  assert_int_equal(unlink(glass), 0);
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  assert_int_equal(access(to, F_OK), -1);
  fx_put(f, &r, "甲", 3);
  fx_check(f);
  free(from);
  free(to);
  free(glass);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fx_begin, fx_end)
  const struct CMUnitTest tests[] = {
      T(locked_directory),
      T(reading_only),
      T(index_of_forward_is_mended),
      T(lost_records),
      T(foreign_records),
      T(schema_1_goes_on),
      T(compacted),
      T(check_sees_altered_text),
      T(damaged_record),
      T(not_recreated),
      T(creation_was_killed),
  };
#undef T
  return cmocka_run_group_tests(tests, NULL, NULL);
}
