#include "tests/unit/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>

fx_store *fx_store_new(void) {
  fx_store *f = calloc(1, sizeof *f);
  f->err = (zg_error)ZG_ERROR_INIT;
  f->dir = fx_directory();
  assert_int_equal(zg_normaliser_new(&f->nz, &f->err), ZG_OK);
  assert_int_equal(zg_analyser_new(&f->a, f->nz, &f->err), ZG_OK);
  return f;
}

void fx_store_free(fx_store *f) {
  fx_store_close(f);
  zg_analyser_free(f->a);
  zg_normaliser_free(f->nz);
  fx_remove_tree(f->dir);
  free(f);
}

zg_status fx_store_open(fx_store *f, bool read_only) {
  zg_store_options opt = {.dir = f->dir, .workers = 2, .read_only = read_only};
  zg_error_clear(&f->err);
  return zg_store_open(&f->s, f->nz, &opt, &f->err);
}

void fx_store_close(fx_store *f) {
  zg_store_close(f->s);
  f->s = NULL;
}

void fx_store_reopen(fx_store *f) {
  fx_store_close(f);
  if (fx_store_open(f, false) != ZG_OK)
    fail_msg("%s", f->err.message);
}

zg_batch *fx_batch(fx_store *f) {
  zg_batch *b;
  assert_int_equal(zg_batch_new(&b, &f->err), ZG_OK);
  return b;
}

typedef struct waiter {
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool done;
} waiter;

static void on_done(zg_batch *b, void *arg) {
  waiter *w = arg;
  (void)b;
  pthread_mutex_lock(&w->lock);
  w->done = true;
  pthread_cond_signal(&w->wake);
  pthread_mutex_unlock(&w->lock);
}

void fx_apply(fx_store *f, zg_batch *b) {
  waiter w = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
  if (zg_store_submit(f->s, b, on_done, &w, &f->err) != ZG_OK)
    fail_msg("%s", f->err.message);
  pthread_mutex_lock(&w.lock);
  while (!w.done)
    pthread_cond_wait(&w.wake, &w.lock);
  pthread_mutex_unlock(&w.lock);
}

void fx_put(fx_store *f, fx_random *r, const char *id, unsigned findings) {
  zg_arena *arena = zg_arena_new(0);
  zg_batch *b = fx_batch(f);
  zg_bulletin bulletin = fx_bulletin(arena, r, zg_str_of(id), findings);
  if (zg_batch_put_bulletin(b, f->a, &bulletin, &f->err) != ZG_OK)
    fail_msg("%s", f->err.message);
  fx_apply(f, b);
  const zg_item_result *result = zg_batch_result(b, 0);
  if (result->status != ZG_OK)
    fail_msg("%s", result->error.message);
  assert_int_equal(result->findings, findings);
  zg_batch_free(b);
  zg_arena_free(arena);
}

void fx_check(fx_store *f) {
  zg_error_clear(&f->err);
  if (zg_store_check(f->s, f->a, &f->err) != ZG_OK)
    fail_msg("%s", f->err.message);
}

uint32_t fx_count(fx_store *f, bool bulletins) {
  zg_snapshot *snap = zg_store_pin(f->s);
  uint32_t n = zg_table_count(bulletins ? zg_snapshot_bulletins(snap)
                                        : zg_snapshot_findings(snap));
  zg_snapshot_release(snap);
  return n;
}

int fx_begin(void **state) {
  fx_store *f = fx_store_new();
  if (fx_store_open(f, false) != ZG_OK)
    return -1;
  *state = f;
  return 0;
}

int fx_end(void **state) {
  unsetenv("ZG_FAIL_ITEM");
  unsetenv("ZG_FAIL_AT");
  fx_store_free(*state);
  return 0;
}

zg_finding fx_ready(const char *id, const char *head) {
  zg_finding f = {.id = zg_str_of(id), .year = 2024};
  f.head = zg_str_of(head);
  f.section_span = f.problem_span = f.head_span = f.status_span = ZG_SPAN_NONE;
  return f;
}

void fx_add_ready(fx_store *f, zg_batch *b, const char *id, const char *head) {
  zg_finding r = fx_ready(id, head);
  if (zg_batch_put_finding(b, f->a, &r, &f->err) != ZG_OK)
    fail_msg("%s", f->err.message);
}
