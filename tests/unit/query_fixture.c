#include "query_fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct waiter {
  pthread_mutex_t lock;
  pthread_cond_t come;
  bool done;
} waiter;

static void ok(zg_status st, const zg_error *err) {
  if (st)
    fail_msg("%s: %s", zg_status_name(st), err->message);
}

void query_fixture_open_with(query_fixture *f, size_t cache_bytes) {
  zg_error err = ZG_ERROR_INIT;
  memset(f, 0, sizeof *f);
  const char *tmp = getenv("TMPDIR");
  snprintf(f->dir, sizeof f->dir, "%.40s/zg-query-XXXXXX", tmp ? tmp : "/tmp");
  assert_non_null(mkdtemp(f->dir));
  ok(zg_normaliser_new(&f->nz, &err), &err);
  ok(zg_analyser_new(&f->an, f->nz, &err), &err);
  zg_store_options opt = {
      .dir = f->dir, .workers = 1, .cache_bytes = cache_bytes};
  ok(zg_store_open(&f->store, f->nz, &opt, &err), &err);
  f->ctx = (zg_context){.snap = zg_store_pin(f->store), .analyser = f->an};
}

void query_fixture_open(query_fixture *f) { query_fixture_open_with(f, 0); }

void query_fixture_close(query_fixture *f) {
  char command[128];
  zg_snapshot_release(f->ctx.snap);
  zg_store_close(f->store);
  zg_analyser_free(f->an);
  zg_normaliser_free(f->nz);
  snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
  assert_int_equal(system(command), 0);
}

static void arrived(zg_batch *batch_take, void *arg) {
  waiter *w = arg;
  (void)batch_take; /* the test reads its results, then frees it */
  pthread_mutex_lock(&w->lock);
  w->done = true;
  pthread_cond_signal(&w->come);
  pthread_mutex_unlock(&w->lock);
}

static void apply(query_fixture *f, zg_batch *b) {
  zg_error err = ZG_ERROR_INIT;
  waiter w = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
  ok(zg_store_submit(f->store, b, arrived, &w, &err), &err);
  pthread_mutex_lock(&w.lock);
  while (!w.done)
    pthread_cond_wait(&w.come, &w.lock);
  pthread_mutex_unlock(&w.lock);
  for (size_t i = 0; i < zg_batch_items(b); i++)
    ok(zg_batch_result(b, i)->status, &zg_batch_result(b, i)->error);
  zg_batch_free(b);
  zg_snapshot_release(f->ctx.snap);
  f->ctx.snap = zg_store_pin(f->store);
}

void query_fixture_put(query_fixture *f, const zg_finding *findings, size_t n) {
  zg_error err = ZG_ERROR_INIT;
  zg_batch *b = NULL;
  ok(zg_batch_new(&b, &err), &err);
  for (size_t i = 0; i < n; i++)
    ok(zg_batch_put_finding(b, f->an, &findings[i], &err), &err);
  apply(f, b);
}

void query_fixture_delete(query_fixture *f, const char *const *ids, size_t n) {
  zg_error err = ZG_ERROR_INIT;
  zg_batch *b = NULL;
  ok(zg_batch_new(&b, &err), &err);
  for (size_t i = 0; i < n; i++)
    ok(zg_batch_delete_finding(b, zg_str_of(ids[i]), &err), &err);
  apply(f, b);
}

zg_finding query_fixture_finding(const char *id, const char *head) {
  return (zg_finding){.id = zg_str_of(id),
                      .n = 1,
                      .head = zg_str_of(head),
                      .section_span = ZG_SPAN_NONE,
                      .problem_span = ZG_SPAN_NONE,
                      .head_span = ZG_SPAN_NONE,
                      .status_span = ZG_SPAN_NONE,
                      .year = -1};
}
