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

#include "index/manifest.h"
#include "index/prepare.h"
#include "tests/unit/old_index.h"
#include "tests/unit/store_fixture.h"

/* A directory with flat directories in it. */
static void remove_tree(const char *path) {
  char *command;
  assert_true(asprintf(&command, "rm -rf '%s'", path) > 0);
  assert_int_equal(system(command), 0);
  free(command);
}

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
  zg_manifest of_f, of_g;
  char *from, *to;
  assert_true(asprintf(&from, "%s/index", g->dir) > 0);
  assert_true(asprintf(&to, "%s/index", f->dir) > 0);
  assert_int_equal(zg_manifest_read(&of_g, from, &f->err), ZG_OK);
  assert_int_equal(zg_manifest_read(&of_f, to, &f->err), ZG_OK);
  memcpy(of_f.uuid, of_g.uuid, sizeof of_f.uuid);
  assert_int_equal(zg_manifest_write(to, &of_f, &f->err), ZG_OK);
  assert_int_equal(zg_manifest_install(to, &f->err), ZG_OK);
  zg_manifest_free(&of_f);
  zg_manifest_free(&of_g);
  free(from);
  free(to);
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

/* ---- schema 2: the index was one database ---- */

/* Turns the index of a closed store into what version 2 would have of it. */
static void make_schema_2(fx_store *f, bool interrupted) {
  char *index, *old, *up, *uuid = NULL;
  assert_true(asprintf(&index, "%s/index", f->dir) > 0);
  assert_true(asprintf(&old, "%s/old", f->dir) > 0);
  assert_true(asprintf(&up, "%s/index.up", f->dir) > 0);
  assert_int_equal(fx_store_open(f, true), ZG_OK);
  zg_snapshot *snap = zg_store_pin(f->s);
  zg_arena *arena = zg_arena_new(1 << 14);
  uuid = strdup(zg_snapshot_uuid(snap).p);
  old_index *o = old_index_new(old, uuid);
  roaring_bitmap_t *all =
      roaring_bitmap_or(zg_table_all(zg_snapshot_findings(snap)),
                        zg_table_all(zg_snapshot_bulletins(snap)));
  roaring_uint32_iterator_t it;
  for (roaring_init_iterator(all, &it); it.has_value;
       roaring_advance_uint32_iterator(&it)) {
    zg_prepared p;
    zg_finding *g;
    zg_bulletin *b;
    char *block = NULL;
    uint32_t d = it.current_value;
    if (zg_snapshot_bulletin(snap, 0, d, arena, &b, &block, &f->err) == ZG_OK)
      assert_int_equal(zg_prepare_bulletin(&p, arena, b, &f->err), ZG_OK);
    else if (zg_snapshot_finding(snap, 0, d, arena, &g, &block, &f->err) ==
             ZG_OK)
      assert_int_equal(zg_prepare_finding(&p, arena, f->a, g, &f->err), ZG_OK);
    old_index_add(o, d, &p.doc);
    free(block);
  }
  old_index_finish(o);
  roaring_bitmap_free(all);
  zg_snapshot_release(snap);
  fx_store_close(f);
  remove_tree(index);
  assert_int_equal(rename(old, index), 0);
  if (interrupted) /* of an upgrade that was killed before anything counted */
    assert_int_equal(mkdir(up, 0700), 0);
  zg_arena_free(arena);
  free(uuid);
  free(index);
  free(old);
  free(up);
}

static void schema_2_goes_on(void **state) {
  fx_store *f = *state;
  fx_random r = {37};
  for (int k = 0; k < 2; k++) {
    fx_put(f, &r, "甲", 12);
    fx_put(f, &r, "乙", 5);
    fx_put(f, &r, "甲", 9);
    fx_store_close(f);
    make_schema_2(f, k == 1);
    assert_int_equal(fx_store_open(f, true), ZG_CONFLICT); /* it would write */
    assert_int_equal(fx_store_open(f, false), ZG_OK);
    assert_int_equal(fx_count(f, false), 14);
    assert_int_equal(fx_count(f, true), 2);
    fx_check(f);
    fx_put(f, &r, "丙", 7);
    fx_put(f, &r, "乙", 4);
    fx_store_reopen(f);
    assert_int_equal(fx_count(f, false), 20);
    fx_check(f);
    fx_store_close(f);
    zg_compacted done;
    const zg_store_options opt = {.dir = f->dir, .workers = 1};
    assert_int_equal(zg_store_compact(f->nz, &opt, &done, &f->err), ZG_OK);
    assert_int_equal(fx_store_open(f, false), ZG_OK);
    assert_int_equal(fx_count(f, false), 20);
    fx_check(f);
    zg_batch *b = fx_batch(f);
    zg_batch_delete_bulletin(b, ZG_STR("丙"), &f->err);
    fx_apply(f, b);
    zg_batch_free(b);
  }
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
  if (zg_store_compact(f->nz, &opt, &done, &f->err) != ZG_OK)
    fail_msg("%s", f->err.message);
  assert_true(done.after < done.before);
  char *leftover, *file;
  assert_true(asprintf(&leftover, "%s/index/977", f->dir) > 0);
  assert_true(asprintf(&file, "%s/iamglass", leftover) > 0);
  /* as a kill may leave it */
  assert_int_equal(mkdir(leftover, 0700), 0);
  close(open(file, O_CREAT | O_WRONLY, 0600));
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  assert_int_equal(access(leftover, F_OK), -1);
  zg_store_stats_get(f->s, &stats);
  assert_int_equal(stats.segments, 1);
  assert_int_equal(fx_count(f, false), findings);
  fx_check(f);
  zg_store_stats_get(f->s, &stats);
  assert_true(stats.generation == generation);
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

static void expect_damage(fx_store *f, const char *name) {
  char *path, *keep;
  assert_true(asprintf(&path, "%s/index/%s", f->dir, name) > 0);
  assert_true(asprintf(&keep, "%s/keep", f->dir) > 0);
  assert_int_equal(rename(path, keep), 0);
  for (int k = 0; k < 2; k++) {
    assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
    assert_non_null(strstr(f->err.message, name));
    assert_int_equal(access(path, F_OK), -1);
  }
  assert_int_equal(rename(keep, path), 0);
  free(path);
  free(keep);
}

static void not_recreated(void **state) {
  fx_store *f = *state;
  fx_random r = {19};
  fx_put(f, &r, "甲", 3);
  fx_store_close(f);
  expect_damage(f, "MANIFEST");
  expect_damage(f, "1/iamglass");
  expect_damage(f, "1/docdata.glass");
  expect_damage(f, "1/postlist.glass");
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  fx_check(f);
}

/* A kill while the index is first made leaves nothing that looks like one. */
static void creation_was_killed(void **state) {
  fx_store *f = *state;
  fx_random r = {21};
  char *from, *to, *manifest;
  fx_store_close(f);
  assert_true(asprintf(&from, "%s/index", f->dir) > 0);
  assert_true(asprintf(&to, "%s/index.new", f->dir) > 0);
  assert_true(asprintf(&manifest, "%s/index.new/MANIFEST", f->dir) > 0);
  assert_int_equal(rename(from, to), 0);
  assert_int_equal(unlink(manifest), 0);
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  assert_int_equal(access(to, F_OK), -1);
  fx_put(f, &r, "甲", 3);
  fx_check(f);
  free(from);
  free(to);
  free(manifest);
}

/* Any byte of the manifest that is another, and any end: refused, and named. */
static void damaged_manifest(void **state) {
  fx_store *f = *state;
  fx_random r = {22};
  char *path, text[4096], bad[4096];
  fx_put(f, &r, "甲", 3);
  fx_put(f, &r, "甲", 4); /* some are dead */
  fx_store_close(f);
  assert_true(asprintf(&path, "%s/index", f->dir) > 0);
  char *file;
  assert_true(asprintf(&file, "%s/MANIFEST", path) > 0);
  int fd = open(file, O_RDWR);
  ssize_t n = read(fd, text, sizeof text);
  assert_true(n > 100 && n < (ssize_t)sizeof text);
  for (ssize_t i = 0; i < 2 * n; i++) {
    zg_manifest m;
    ssize_t size = i < n ? n : i - n;
    memcpy(bad, text, (size_t)n);
    if (i < n)
      bad[i] ^= (char)(1 << fx_below(&r, 8));
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(pwrite(fd, bad, (size_t)size, 0), size);
    zg_status st = zg_manifest_read(&m, path, &f->err);
    if (st != ZG_CORRUPT && st != ZG_CONFLICT) /* another version */
      fail_msg("byte %zd: %s", i, zg_status_name(st));
    assert_non_null(strstr(f->err.message, "MANIFEST"));
  }
  assert_int_equal(pwrite(fd, text, (size_t)n, 0), n);
  close(fd);
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  fx_check(f);
  free(path);
  free(file);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fx_begin, fx_end)
  const struct CMUnitTest tests[] = {
      T(locked_directory),
      T(reading_only),
      T(index_of_forward_is_mended),
      T(lost_records),
      T(foreign_records),
      T(schema_2_goes_on),
      T(compacted),
      T(check_sees_altered_text),
      T(damaged_record),
      T(not_recreated),
      T(creation_was_killed),
      T(damaged_manifest),
  };
#undef T
  return cmocka_run_group_tests(tests, NULL, NULL);
}
