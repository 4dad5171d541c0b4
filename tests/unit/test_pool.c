/* daemon/pool.h */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/pool.h"

#define JOBS 100

typedef struct job {
  zg_job job; /* first */
  char letter;
} job;

/* The one worker is held by the first job until all are submitted. */
static struct {
  pthread_mutex_t lock;
  pthread_cond_t go;
  bool open;
  char order[JOBS + 1]; /* letters as the jobs were run */
  size_t n, done;
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER, .go = PTHREAD_COND_INITIALIZER};

static bool wait_for_all(zg_job *j, zg_worker *w) {
  (void)j;
  (void)w;
  pthread_mutex_lock(&seen.lock);
  while (!seen.open)
    pthread_cond_wait(&seen.go, &seen.lock);
  pthread_mutex_unlock(&seen.lock);
  return true;
}

static bool note(zg_job *j, zg_worker *w) {
  (void)w;
  pthread_mutex_lock(&seen.lock);
  seen.order[seen.n++] = ((job *)j)->letter;
  pthread_mutex_unlock(&seen.lock);
  return true;
}

static void done(zg_job *j) {
  (void)j;
  seen.done++;
}

static zg_job_kind kind_of(char letter) {
  return letter == 'q'   ? ZG_JOB_QUERY
         : letter == 'p' ? ZG_JOB_PARSE
                         : ZG_JOB_BULK;
}

/* Runs the jobs on one worker, all of them waiting at once. */
static void run_in_order(const char *letters, const char *want) {
  static job jobs[JOBS], first;
  zg_error err = ZG_ERROR_INIT;
  zg_normaliser *nz = NULL;
  zg_pool *pool = NULL;
  uv_loop_t loop;
  size_t n = strlen(letters);
  seen.open = false;
  seen.n = seen.done = 0;
  memset(seen.order, 0, sizeof seen.order);
  assert_true(n <= JOBS);
  assert_int_equal(uv_loop_init(&loop), 0);
  assert_int_equal(zg_normaliser_new(&nz, &err), ZG_OK);
  assert_int_equal(zg_pool_new(&pool, &loop, 1, JOBS, nz, NULL, &err), ZG_OK);
  first.job =
      (zg_job){.kind = ZG_JOB_QUERY, .work = wait_for_all, .done = done};
  assert_int_equal(zg_pool_submit(pool, &first.job, &err), ZG_OK);
  while (zg_pool_waiting(pool)) /* until the worker has it */
    sched_yield();
  for (size_t i = 0; i < n; i++) {
    jobs[i] = (job){{.kind = kind_of(letters[i]), .work = note, .done = done},
                    letters[i]};
    assert_int_equal(zg_pool_submit(pool, &jobs[i].job, &err), ZG_OK);
  }
  pthread_mutex_lock(&seen.lock);
  seen.open = true;
  pthread_cond_signal(&seen.go);
  pthread_mutex_unlock(&seen.lock);
  zg_pool_stop(pool);
  zg_pool_drain(pool);
  zg_pool_close(pool);
  uv_run(&loop, UV_RUN_DEFAULT);
  assert_int_equal(uv_loop_close(&loop), 0);
  zg_normaliser_free(nz);
  assert_int_equal(seen.done, n + 1);
  assert_string_equal(seen.order, want);
}

static void queries_go_first(void **state) {
  (void)state;
  run_in_order("bpqqq", "qqqpb");
}

#define Q16 "qqqqqqqqqqqqqqqq"

/* Clients that keep the queue of queries full starve nobody. */
static void nobody_waits_for_ever(void **state) {
  (void)state;
  run_in_order("b" Q16 Q16 "q", Q16 "b" Q16 "q");
  run_in_order("pp" Q16 Q16 "q", Q16 "p" Q16 "pq");
  /* Neither does a flood of one heavy kind. */
  run_in_order("pb" Q16 Q16 "q", Q16 "bp" Q16 "q");
  run_in_order("b"
               "pppppppppppppppp"
               "pp",
               "pppppppppppppppp"
               "bpp");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(queries_go_first),
                                     cmocka_unit_test(nobody_waits_for_ever)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
