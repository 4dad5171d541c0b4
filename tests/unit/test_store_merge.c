/* Merging, the image of the tables and a naive model of what is stored. */
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

#include "index/store_private.h"
#include "tests/unit/store_fixture.h"

/* Merging is done by hand here, so that nothing depends on when it happens. */
static void open_quiet(fx_store *f) {
  zg_store_options opt = {.dir = f->dir, .workers = 2, .no_merger = true};
  fx_store_close(f);
  if (zg_store_open(&f->s, f->nz, &opt, &f->err) != ZG_OK)
    fail_msg("%s", f->err.message);
}

static int begin(void **state) {
  if (fx_begin(state))
    return -1;
  open_quiet(*state);
  return 0;
}

static size_t segments(fx_store *f) {
  zg_store_stats st;
  zg_store_stats_get(f->s, &st);
  return st.segments;
}

static zg_status merge(fx_store *f, size_t from, size_t to, bool anew) {
  zg_snapshot *snap = zg_store_pin(f->s);
  const zg_segments *l = snap->segments;
  zg_segment *merged = NULL;
  pthread_mutex_lock(&f->s->apply);
  zg_status st = zg_merge_run(f->s, l, from, to, anew, snap->forward, f->a,
                              &merged, &f->err);
  if (!st)
    st = zg_merge_install(f->s, l->at[from], to - from, merged,
                          anew ? l->dead : NULL, &f->err);
  pthread_mutex_unlock(&f->s->apply);
  zg_segment_unref(merged);
  zg_snapshot_release(snap);
  return st;
}

/* As the merger would. */
static void merge_all(fx_store *f, bool idle) {
  for (bool found = true; found;) {
    size_t from, to;
    zg_snapshot *snap = zg_store_pin(f->s);
    found = zg_merge_choose(snap->segments, idle, &from, &to);
    bool anew = found && to == from + 1;
    zg_snapshot_release(snap);
    if (found)
      assert_int_equal(merge(f, from, to, anew), ZG_OK);
  }
}

static void delete (fx_store *f, const char *id, bool there) {
  zg_batch *b = fx_batch(f);
  assert_int_equal(zg_batch_delete_bulletin(b, zg_str_of(id), &f->err), ZG_OK);
  fx_apply(f, b);
  assert_int_equal(zg_batch_result(b, 0)->status, there ? ZG_OK : ZG_NOT_FOUND);
  zg_batch_free(b);
}

/* ---- beside a model ---- */

#define IDS 15
#define HELD 4

typedef struct pinned {
  zg_snapshot *snap;
  int findings[IDS]; /* -1: not there */
} pinned;

static void id_of(char out[16], int id) { snprintf(out, 16, "b%d", id); }

static void look(zg_snapshot *snap, const int findings[IDS], zg_error *err) {
  uint32_t bulletins = 0, all = 0;
  for (int i = 0; i < IDS; i++) {
    char id[16];
    uint32_t docid;
    id_of(id, i);
    zg_status st =
        zg_snapshot_bulletin_docid(snap, 0, zg_str_of(id), &docid, err);
    assert_int_equal(st, findings[i] < 0 ? ZG_NOT_FOUND : ZG_OK);
    if (st)
      continue;
    zg_arena *arena = zg_arena_new(0);
    zg_bulletin *b;
    char *block, term[20];
    zg_match *m;
    assert_int_equal(
        zg_snapshot_bulletin(snap, 0, docid, arena, &b, &block, err), ZG_OK);
    snprintf(term, sizeof term, "XB%s", id);
    assert_int_equal(zg_snapshot_posting(snap, 0, zg_str_of(term), &m, err),
                     ZG_OK);
    assert_int_equal(roaring_bitmap_get_cardinality(m->bitmap), findings[i]);
    zg_match_unref(m);
    free(block);
    zg_arena_free(arena);
    bulletins++;
    all += (uint32_t)findings[i];
  }
  assert_int_equal(zg_table_count(zg_snapshot_bulletins(snap)), bulletins);
  assert_int_equal(zg_table_count(zg_snapshot_findings(snap)), all);
}

static void equal_to_a_model(void **state) {
  fx_store *f = *state;
  fx_random r = {4711};
  int now[IDS];
  pinned held[HELD] = {0};
  for (int i = 0; i < IDS; i++)
    now[i] = -1;
  for (int step = 0; step < 160; step++) {
    int i = (int)fx_below(&r, IDS);
    char id[16];
    id_of(id, i);
    if (fx_below(&r, 4) == 0) {
      delete (f, id, now[i] >= 0);
      now[i] = -1;
    } else {
      now[i] = (int)fx_below(&r, 6);
      fx_put(f, &r, id, (unsigned)now[i]);
    }
    size_t n = segments(f);
    if (n && fx_below(&r, 5) == 0) { /* any run will do, dead or not */
      size_t from = fx_below(&r, (uint32_t)n);
      size_t to = from + 1 + fx_below(&r, (uint32_t)(n - from));
      assert_int_equal(merge(f, from, to, fx_below(&r, 2)), ZG_OK);
      look(f->s->current, now, &f->err);
    }
    pinned *h = &held[step % HELD];
    if (step % 9 == 0) {
      if (h->snap)
        look(h->snap, h->findings, &f->err);
      zg_snapshot_release(h->snap);
      h->snap = zg_store_pin(f->s);
      memcpy(h->findings, now, sizeof now);
    }
    if (step % 40 == 39) {
      for (int k = 0; k < HELD; k++) {
        if (held[k].snap)
          look(held[k].snap, held[k].findings, &f->err);
        zg_snapshot_release(held[k].snap);
        held[k].snap = NULL;
      }
      fx_check(f);
      open_quiet(f);
      look(f->s->current, now, &f->err);
      fx_check(f);
    }
  }
  for (int k = 0; k < HELD; k++)
    zg_snapshot_release(held[k].snap);
}

/* ---- bounds ---- */

/* The same bulletins again and again: what is dead goes. */
static void replaced_often(void **state) {
  fx_store *f = *state;
  fx_random r = {5};
  char id[16];
  for (int round = 0; round < 25; round++) {
    for (int i = 0; i < 10; i++) {
      id_of(id, i);
      fx_put(f, &r, id, 3);
      merge_all(f, false);
      assert_true(segments(f) < ZG_SEGMENTS_MAX);
    }
  }
  merge_all(f, true);
  uint64_t documents = 0;
  for (size_t i = 0; i < f->s->segments->n; i++)
    documents += f->s->segments->at[i]->documents;
  assert_true(documents <= 2 * 40);
  assert_int_equal(documents - 40,
                   roaring_bitmap_get_cardinality(f->s->segments->dead));
  fx_check(f);
  for (int i = 0; i < 10; i++) {
    id_of(id, i);
    delete (f, id, true);
  }
  merge_all(f, true);
  assert_int_equal(segments(f), 0);
  assert_true(roaring_bitmap_is_empty(f->s->segments->dead));
  open_quiet(f);
  assert_int_equal(fx_count(f, false), 0);
  fx_put(f, &r, "b", 2);
  fx_check(f);
}

/* More segments than there should be are no reason to wait when nobody merges
 * them: this would take minutes. */
static void nobody_to_wait_for(void **state) {
  fx_store *f = *state;
  fx_random r = {6};
  char id[16];
  for (int i = 0; i < 3 * ZG_SEGMENTS_MAX; i++) {
    id_of(id, i);
    fx_put(f, &r, id, 1);
  }
  assert_int_equal(segments(f), 3 * ZG_SEGMENTS_MAX);
  merge_all(f, false);
  assert_true(segments(f) < ZG_SEGMENTS_MAX);
  fx_check(f);
}

/* With dead documents a compaction writes anew what it then copies. */
static void compacted_without_gaps(void **state) {
  fx_store *f = *state;
  fx_random r = {7};
  for (int i = 0; i < 4; i++)
    fx_put(f, &r, "甲", 20);
  fx_store_close(f);
  zg_compacted done;
  const zg_store_options opt = {.dir = f->dir, .workers = 1};
  assert_int_equal(zg_store_compact(f->nz, &opt, &done, &f->err), ZG_OK);
  open_quiet(f);
  assert_int_equal(segments(f), 1);
  assert_int_equal(f->s->segments->at[0]->documents, 21);
  struct stat st;
  assert_int_equal(stat(f->s->segments->at[0]->path, &st), 0);
  assert_true(S_ISREG(st.st_mode));
  fx_check(f);
}

/* ---- the image of the tables ---- */

static char *in_dir(fx_store *f, const char *name) {
  char *path;
  assert_true(asprintf(&path, "%s/%s", f->dir, name) > 0);
  return path;
}

static void copy(const char *from, const char *to) {
  char *command;
  assert_true(asprintf(&command, "cp '%s' '%s'", from, to) > 0);
  assert_int_equal(system(command), 0);
  free(command);
}

/* Closes, puts an earlier image back, opens: was it used? */
static bool opens_with(fx_store *f, const char *image) {
  char *path = in_dir(f, "tables");
  fx_store_close(f);
  copy(image, path);
  free(path);
  open_quiet(f);
  fx_check(f);
  return f->s->imaged.generation != 0;
}

static void old_image(void **state) {
  fx_store *f = *state;
  fx_random r = {8};
  char *path = in_dir(f, "tables"), *keep = in_dir(f, "keep");
  fx_put(f, &r, "甲", 5);
  fx_put(f, &r, "乙", 6);
  fx_put(f, &r, "丙", 7);
  fx_store_close(f);
  copy(path, keep);
  open_quiet(f);
  assert_int_not_equal(f->s->imaged.generation, 0);
  fx_put(f, &r, "乙", 3); /* one replaced, one gone, one new */
  delete (f, "丙", true);
  fx_put(f, &r, "丁", 4);
  assert_true(opens_with(f, keep));
  assert_int_equal(fx_count(f, false), 12);
  assert_int_equal(merge(f, 0, segments(f), false), ZG_OK);
  assert_true(opens_with(f, keep)); /* copied, with the dead */
  assert_int_equal(merge(f, 0, 1, true), ZG_OK);
  assert_false(opens_with(f, keep)); /* what is dead is no longer known */
  assert_int_equal(fx_count(f, false), 12);
  assert_int_equal(access(path, F_OK), -1); /* and will not be tried again */
  free(path);
  free(keep);
}

/* Of a copy of the directory that went on by itself: once this one has as many
 * generations nothing would tell. */
static void image_of_another_way(void **state) {
  fx_store *f = *state;
  fx_random r = {9};
  char *path = in_dir(f, "tables"), *keep = in_dir(f, "keep");
  char *index = in_dir(f, "index/MANIFEST"), *manifest = in_dir(f, "manifest");
  fx_put(f, &r, "甲", 5);
  copy(index, manifest);
  fx_put(f, &r, "乙", 6);
  fx_store_close(f);
  copy(path, keep);
  copy(manifest, index);
  open_quiet(f); /* the image is of a later generation */
  assert_int_equal(f->s->imaged.generation, 0);
  assert_int_equal(access(path, F_OK), -1);
  assert_int_equal(fx_count(f, false), 5);
  fx_check(f);
  free(path);
  free(keep);
  free(index);
  free(manifest);
}

static void useless_images(void **state) {
  fx_store *f = *state, *g = fx_store_new();
  fx_random r = {10};
  char *path = in_dir(f, "tables"), *foreign = in_dir(g, "tables");
  char *keep = in_dir(f, "keep");
  fx_put(f, &r, "甲", 5);
  open_quiet(g);
  fx_put(g, &r, "甲", 5);
  fx_store_close(g);
  assert_false(opens_with(f, foreign));
  fx_store_close(f);
  copy(path, keep);
  struct stat st;
  assert_int_equal(stat(keep, &st), 0);
  const off_t size[] = {0, 40, st.st_size / 2, st.st_size - 1};
  for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
    assert_int_equal(truncate(keep, size[i] < st.st_size ? size[i] : 0), 0);
    assert_false(opens_with(f, keep));
    fx_store_close(f);
    copy(path, keep);
  }
  free(path);
  free(foreign);
  free(keep);
  fx_store_free(g);
}

/* Who only reads leaves a useless image where it is. */
static void image_read_only(void **state) {
  fx_store *f = *state;
  fx_random r = {11};
  char *path = in_dir(f, "tables");
  fx_put(f, &r, "甲", 5);
  fx_store_close(f);
  assert_int_equal(fx_store_open(f, true), ZG_OK);
  assert_int_not_equal(f->s->imaged.generation, 0);
  fx_check(f);
  fx_store_close(f);
  assert_int_equal(truncate(path, 100), 0);
  assert_int_equal(fx_store_open(f, true), ZG_OK);
  assert_int_equal(f->s->imaged.generation, 0);
  fx_check(f);
  fx_store_close(f);
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_size, 100);
  free(path);
}

#ifdef ZG_FAULTS
static void open_failing(fx_store *f, const char *point) {
  setenv("ZG_FAIL_AT", point, 1);
  open_quiet(f);
  unsetenv("ZG_FAIL_AT");
}

/* A full disk: the old segments stay, and it works the next time. */
static void merge_meets_full_disk(void **state) {
  fx_store *f = *state;
  fx_random r = {12};
  fx_put(f, &r, "甲", 5);
  fx_put(f, &r, "乙", 6);
  open_failing(f, "merge:1:1");
  size_t n = segments(f);
  assert_int_equal(merge(f, 0, n, false), ZG_NO_SPACE);
  assert_int_equal(segments(f), n);
  fx_check(f);
  fx_put(f, &r, "丙", 2);
  assert_int_equal(merge(f, 0, segments(f), false), ZG_OK);
  assert_int_equal(segments(f), 1);
  fx_check(f);
  open_quiet(f);
  assert_int_equal(fx_count(f, false), 13);
}

static void merge_meets_failed_fsync(void **state) {
  fx_store *f = *state;
  fx_random r = {13};
  zg_store_stats st;
  fx_put(f, &r, "甲", 5);
  fx_put(f, &r, "乙", 6);
  open_failing(f, "merge_fsync");
  assert_int_equal(merge(f, 0, segments(f), false), ZG_IO);
  zg_store_stats_get(f->s, &st);
  assert_true(st.failed);
  assert_int_equal(fx_count(f, false), 11); /* reading goes on */
  open_quiet(f);
  assert_int_equal(fx_count(f, false), 11);
  fx_check(f);
}

/* A transaction whose fsync failed was not acknowledged and is not shown: a
 * merge must not do it. */
static void failed_store_is_not_merged(void **state) {
  fx_store *f = *state;
  fx_random r = {14};
  fx_put(f, &r, "甲", 5);
  fx_put(f, &r, "乙", 6);
  open_failing(f, "fsync");
  zg_batch *b = fx_batch(f);
  fx_add_ready(f, b, "坏", "档案审核不严");
  fx_apply(f, b);
  assert_int_equal(zg_batch_result(b, 0)->status, ZG_IO);
  zg_batch_free(b);
  assert_int_equal(merge(f, 0, segments(f), false), ZG_IO);
  assert_string_equal(f->err.code, "store_failed");
  assert_int_equal(fx_count(f, false), 11);
  open_quiet(f);
  fx_check(f);
}
#endif

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, fx_end)
  const struct CMUnitTest tests[] = {
      T(equal_to_a_model),
      T(replaced_often),
      T(nobody_to_wait_for),
      T(compacted_without_gaps),
      T(old_image),
      T(image_of_another_way),
      T(useless_images),
      T(image_read_only),
#ifdef ZG_FAULTS
      T(merge_meets_full_disk),
      T(merge_meets_failed_fsync),
      T(failed_store_is_not_merged),
#endif
  };
#undef T
  return cmocka_run_group_tests(tests, NULL, NULL);
}
