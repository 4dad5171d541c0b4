/* store.h: a full queue, full disks, failing syncs, a commit that cannot be
 * shown. */
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

/* The queue is bounded; one batch always gets in. */
static void on_done_count(zg_batch *b, void *arg) {
  zg_batch_free(b);
  ++*(_Atomic int *)arg;
}

static void queue_is_bounded(void **state) {
  fx_store *f = *state;
  fx_store_close(f);
  zg_store_options opt = {.dir = f->dir, .workers = 1, .queue_bytes = 1};
  assert_int_equal(zg_store_open(&f->s, f->nz, &opt, &f->err), ZG_OK);
  _Atomic int done = 0;
  int taken = 0, busy = 0;
  for (int i = 0; i < 50 || !busy; i++) {
    zg_batch *b = fx_batch(f);
    char id[32];
    snprintf(id, sizeof id, "f%d", i);
    fx_add_ready(f, b, id, "公车管理不严");
    zg_status st = zg_store_submit(f->s, b, on_done_count, &done, &f->err);
    if (st == ZG_OK) {
      taken++;
    } else {
      assert_int_equal(st, ZG_BUSY);
      assert_string_equal(f->err.code, "queue_full");
      zg_batch_free(b);
      busy++;
    }
  }
  fx_store_close(f); /* applies what was taken */
  assert_int_equal(done, taken);
  if (fx_store_open(f, false) != ZG_OK)
    fail_msg("%s", f->err.message);
  assert_int_equal(fx_count(f, false), taken);
}

#ifdef ZG_FAULTS
static uint32_t matches(fx_store *f, const char *term) {
  zg_snapshot *snap = zg_store_pin(f->s);
  zg_match *m;
  assert_int_equal(zg_snapshot_posting(snap, 0, zg_str_of(term), &m, &f->err),
                   ZG_OK);
  uint32_t n = (uint32_t)roaring_bitmap_get_cardinality(m->bitmap);
  zg_match_unref(m);
  zg_snapshot_release(snap);
  return n;
}

static void reopen_with(fx_store *f, const char *name, const char *value) {
  setenv(name, value, 1);
  fx_store_reopen(f);
  unsetenv(name);
}

static void poison_among_many(void **state) {
  fx_store *f = *state;
  reopen_with(f, "ZG_FAIL_ITEM", "f313");
  zg_batch *b = fx_batch(f);
  char id[32];
  for (int i = 0; i < 1000; i++) {
    snprintf(id, sizeof id, "f%d", i);
    fx_add_ready(f, b, id, "食堂采购未招标");
  }
  for (int k = 0; k < 6; k++) { /* more than the whole-batch replays */
    snprintf(id, sizeof id, "f313%d", k);
    fx_add_ready(f, b, id, "食堂采购未招标");
  }
  fx_apply(f, b);
  for (size_t i = 0; i < zg_batch_items(b); i++)
    assert_int_equal(zg_batch_result(b, i)->status,
                     i == 313 || i >= 1000 ? ZG_INVALID : ZG_OK);
  assert_string_equal(zg_batch_result(b, 313)->error.code, "refused");
  assert_int_equal(zg_batch_result(b, 313)->findings, 0);
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 999);
  fx_check(f);
  fx_store_reopen(f);
  assert_int_equal(fx_count(f, false), 999);
  fx_check(f);
}

static zg_status try_put(fx_store *f, const char *id) {
  zg_batch *b = fx_batch(f);
  fx_add_ready(f, b, id, "档案审核不严");
  fx_apply(f, b);
  zg_status st = zg_batch_result(b, 0)->status;
  f->err = zg_batch_result(b, 0)->error;
  zg_batch_free(b);
  return st;
}

/* Nothing of a transaction that met a full disk stays, and the next works. */
static void disk_full(void **state) {
  fx_store *f = *state;
  const char *const point[] = {"forward:2", "commit:2"};
  for (int i = 0; i < 2; i++) {
    reopen_with(f, "ZG_FAIL_AT", point[i]);
    assert_int_equal(try_put(f, "好"), ZG_OK);
    assert_int_equal(try_put(f, "坏"), ZG_NO_SPACE);
    assert_int_equal(try_put(f, "坏"), ZG_NO_SPACE);
    zg_store_stats st;
    zg_store_stats_get(f->s, &st);
    assert_false(st.failed);
    assert_int_equal(fx_count(f, false), 1);
    fx_check(f);
    fx_store_reopen(f);
    assert_int_equal(fx_count(f, false), 1);
    fx_check(f);
    assert_int_equal(try_put(f, "后"), ZG_OK);
    fx_check(f);
    zg_batch *b = fx_batch(f); /* an equal item would not reach the point */
    assert_int_equal(zg_batch_delete_finding(b, ZG_STR("好"), &f->err), ZG_OK);
    assert_int_equal(zg_batch_delete_finding(b, ZG_STR("后"), &f->err), ZG_OK);
    fx_apply(f, b);
    zg_batch_free(b);
  }
}

static void failed_fsync(void **state) {
  fx_store *f = *state;
  reopen_with(f, "ZG_FAIL_AT", "fsync:2");
  assert_int_equal(try_put(f, "好"), ZG_OK);
  assert_int_equal(try_put(f, "坏"), ZG_IO);
  assert_string_equal(f->err.code, "store_failed");
  zg_store_stats st;
  zg_store_stats_get(f->s, &st);
  assert_true(st.failed);
  zg_batch *b = fx_batch(f);
  assert_int_equal(zg_store_submit(f->s, b, NULL, NULL, &f->err), ZG_IO);
  assert_string_equal(f->err.code, "store_failed");
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 1); /* reading goes on */
  fx_store_reopen(f);
  fx_check(f);
  assert_int_equal(try_put(f, "后"), ZG_OK);
}

/* Items that are applied one by one: the first that meets a failing fsync is
 * the last that is written. */
static void failed_fsync_among_many(void **state) {
  fx_store *f = *state;
  setenv("ZG_FAIL_ITEM", "坏", 1);
  reopen_with(f, "ZG_FAIL_AT", "fsync:1:1");
  zg_batch *b = fx_batch(f);
  fx_add_ready(f, b, "坏1", "档案审核不严");
  fx_add_ready(f, b, "坏2", "档案审核不严");
  fx_add_ready(f, b, "坏3", "档案审核不严");
  fx_add_ready(f, b, "坏4", "档案审核不严");
  fx_add_ready(f, b, "一", "档案审核不严");
  fx_add_ready(f, b, "二", "档案审核不严");
  fx_add_ready(f, b, "三", "档案审核不严");
  fx_apply(f, b);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(zg_batch_result(b, i)->status, ZG_INVALID);
  for (size_t i = 4; i < 7; i++) {
    assert_int_equal(zg_batch_result(b, i)->status, ZG_IO);
    assert_string_equal(zg_batch_result(b, i)->error.code, "store_failed");
  }
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 0);
  unsetenv("ZG_FAIL_ITEM");
  fx_store_reopen(f);
  assert_true(fx_count(f, false) <= 1);
  fx_check(f);
}

/* ---- a commit that cannot be shown ---- */

typedef struct outcome {
  _Atomic bool done;
  zg_item_result result;
} outcome;

static void on_outcome(zg_batch *b, void *arg) {
  outcome *o = arg;
  o->result = *zg_batch_result(b, 0);
  zg_batch_free(b);
  atomic_store(&o->done, true);
}

static void start_put(fx_store *f, const char *id, outcome *o) {
  zg_batch *b = fx_batch(f);
  fx_add_ready(f, b, id, "档案审核不严");
  assert_int_equal(zg_store_submit(f->s, b, on_outcome, o, &f->err), ZG_OK);
}

/* While publishing fails, searches go on and nothing is written on top; once
 * it works what was committed is shown and acknowledged. */
static void published_late(void **state) {
  fx_store *f = *state;
  static outcome second, third; /* a failed test is left while they wait */
  reopen_with(f, "ZG_FAIL_AT", "publish:2:10"); /* three seconds */
  assert_int_equal(try_put(f, "一"), ZG_OK);
  start_put(f, "二", &second);
  usleep(300000);
  start_put(f, "三", &third);
  usleep(300000);
  assert_false(atomic_load(&second.done));
  assert_false(atomic_load(&third.done));
  assert_int_equal(fx_count(f, false), 1);
  assert_int_equal(matches(f, "B档案"), 1);
  while (!atomic_load(&second.done) || !atomic_load(&third.done))
    usleep(10000);
  assert_int_equal(second.result.status, ZG_OK);
  assert_int_equal(third.result.status, ZG_OK);
  assert_int_equal(fx_count(f, false), 3);
  assert_int_equal(matches(f, "B档案"), 3);
  fx_check(f);
}

/* Closed before it worked: the message says that the item is there all the
 * same, and of the others that they are not. */
static void never_published(void **state) {
  fx_store *f = *state;
  static outcome second, third; /* a failed test is left while they wait */
  reopen_with(f, "ZG_FAIL_AT", "publish:2");
  assert_int_equal(try_put(f, "一"), ZG_OK);
  start_put(f, "二", &second);
  usleep(300000);
  start_put(f, "三", &third);
  fx_store_close(f);
  assert_true(second.done && third.done);
  assert_int_equal(second.result.status, ZG_IO);
  assert_string_equal(second.result.error.code, "store_failed");
  assert_non_null(strstr(second.result.error.message, "durable"));
  assert_int_equal(third.result.status, ZG_IO);
  /* Both in one transaction, if this machine was that slow. */
  bool both = strstr(third.result.error.message, "durable") != NULL;
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  assert_int_equal(fx_count(f, false), both ? 3 : 2);
  fx_check(f);
}
#endif

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fx_begin, fx_end)
  const struct CMUnitTest tests[] = {
      T(queue_is_bounded),
#ifdef ZG_FAULTS
      T(poison_among_many),       T(disk_full),      T(failed_fsync),
      T(failed_fsync_among_many), T(published_late), T(never_published),
#endif
  };
#undef T
  return cmocka_run_group_tests(tests, NULL, NULL);
}
