#include "daemon/pool.h"

#include <pthread.h>
#include <stdlib.h>

#define PATIENCE 16 /* jobs that may go before one of a later kind */

typedef struct queue {
  zg_job *first, *last;
  size_t n;
} queue;

typedef struct thread {
  pthread_t id;
  bool started;
  zg_worker worker;
  zg_pool *pool;
} thread;

struct zg_pool {
  pthread_mutex_t lock;
  pthread_cond_t wake;
  queue waiting[ZG_JOB_KINDS];
  unsigned heavy_running, heavy_max;
  unsigned passed_over[ZG_JOB_KINDS]; /* jobs taken before one that could run */
  unsigned cap;                       /* of each queue */
  bool stopping;
  thread *threads;
  unsigned n_threads;
  pthread_mutex_t back_lock;
  queue back;
  uv_async_t async;
  bool async_open;
};

static void push(queue *q, zg_job *job) {
  job->next = NULL;
  if (q->last)
    q->last->next = job;
  else
    q->first = job;
  q->last = job;
  q->n++;
}

static zg_job *pop(queue *q) {
  zg_job *job = q->first;
  if (job) {
    q->first = job->next;
    if (!q->first)
      q->last = NULL;
    q->n--;
  }
  return job;
}

static bool may_run(const zg_pool *p, int kind) {
  return p->waiting[kind].first &&
         (kind == ZG_JOB_QUERY || p->heavy_running < p->heavy_max);
}

/* The first kind that may run, unless another has been passed over so often
 * that it is its turn.  -1: none may. */
static int next_kind(zg_pool *p) {
  int pick = -1;
  for (int kind = 0; kind < ZG_JOB_KINDS; kind++)
    if (may_run(p, kind) && (pick < 0 || p->passed_over[kind] >= PATIENCE))
      pick = kind;
  for (int kind = 0; kind < ZG_JOB_KINDS; kind++)
    if (kind > pick && pick >= 0 && may_run(p, kind))
      p->passed_over[kind]++;
  if (pick >= 0)
    p->passed_over[pick] = 0;
  return pick;
}

/* The lock is held.  NULL: stopping and nothing left. */
static zg_job *next_job(zg_pool *p) {
  for (;;) {
    int kind = next_kind(p);
    if (kind >= 0) {
      p->heavy_running += kind != ZG_JOB_QUERY;
      return pop(&p->waiting[kind]);
    }
    bool left = false;
    for (kind = 0; kind < ZG_JOB_KINDS; kind++)
      left |= p->waiting[kind].first != NULL;
    if (p->stopping && !left)
      return NULL;
    pthread_cond_wait(&p->wake, &p->lock);
  }
}

static void *run(void *arg) {
  thread *t = arg;
  zg_pool *p = t->pool;
  pthread_mutex_lock(&p->lock);
  for (;;) {
    zg_job *job = next_job(p);
    if (!job)
      break;
    pthread_mutex_unlock(&p->lock);
    bool heavy =
        job->kind != ZG_JOB_QUERY; /* the job may be gone once it is finished */
    zg_arena_reset(t->worker.arena);
    if (job->work(job, &t->worker))
      zg_pool_finish(p, job);
    pthread_mutex_lock(&p->lock);
    if (heavy) {
      p->heavy_running--;
      pthread_cond_broadcast(&p->wake);
    }
  }
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

void zg_pool_drain(zg_pool *p) {
  pthread_mutex_lock(&p->back_lock);
  queue taken = p->back;
  p->back = (queue){NULL, NULL, 0};
  pthread_mutex_unlock(&p->back_lock);
  zg_job *job;
  while ((job = pop(&taken)))
    job->done(job);
}

static void on_async(uv_async_t *async) { zg_pool_drain(async->data); }

void zg_pool_finish(zg_pool *p, zg_job *job) {
  pthread_mutex_lock(&p->back_lock);
  bool woken = p->back.first != NULL; /* and not there yet */
  push(&p->back, job);
  pthread_mutex_unlock(&p->back_lock);
  /* Not under the lock: the loop would wake only to wait for it. */
  if (!woken)
    uv_async_send(&p->async);
}

zg_status zg_pool_submit(zg_pool *p, zg_job *job, zg_error *err) {
  zg_status st = ZG_OK;
  pthread_mutex_lock(&p->lock);
  if (p->stopping || p->waiting[job->kind].n >= p->cap) {
    st = zg_fail(err, ZG_BUSY, p->stopping ? "shutting_down" : "queue_full", "",
                 p->stopping ? "the daemon is shutting down"
                             : "too many requests are waiting; try again");
  } else {
    push(&p->waiting[job->kind], job);
  }
  pthread_mutex_unlock(&p->lock);
  if (!st)
    pthread_cond_signal(&p->wake); /* nor is the lock in the worker's way */
  return st;
}

size_t zg_pool_waiting(zg_pool *p) {
  pthread_mutex_lock(&p->lock);
  size_t n = 0;
  for (int kind = 0; kind < ZG_JOB_KINDS; kind++)
    n += p->waiting[kind].n;
  pthread_mutex_unlock(&p->lock);
  return n;
}

static zg_status start_thread(zg_pool *p, unsigned i, const zg_normaliser *nz,
                              zg_store *store, zg_error *err) {
  thread *t = &p->threads[i];
  t->pool = p;
  t->worker = (zg_worker){.id = i, .normaliser = nz, .store = store};
  zg_status st = zg_analyser_new(&t->worker.analyser, nz, err);
  if (st)
    return st;
  t->worker.arena = zg_arena_new(64 * 1024);
  if (!t->worker.arena)
    return zg_fail_nomem(err);
  if (pthread_create(&t->id, NULL, run, t) != 0)
    return zg_fail(err, ZG_INTERNAL, "internal", "", "cannot start a thread");
  t->started = true;
  return ZG_OK;
}

zg_status zg_pool_new(zg_pool **out, uv_loop_t *loop, unsigned threads,
                      unsigned cap, const zg_normaliser *nz, zg_store *store,
                      zg_error *err) {
  *out = NULL;
  zg_pool *p = calloc(1, sizeof *p);
  if (!p)
    return zg_fail_nomem(err);
  pthread_mutex_init(&p->lock, NULL);
  pthread_mutex_init(&p->back_lock, NULL);
  pthread_cond_init(&p->wake, NULL);
  p->cap = cap;
  p->heavy_max = threads > 1 ? threads - 1 : 1;
  p->async.data = p;
  zg_status st = ZG_OK;
  if (uv_async_init(loop, &p->async, on_async) != 0)
    st = zg_fail(err, ZG_INTERNAL, "internal", "", "uv_async_init failed");
  else
    p->async_open = true;
  p->threads = calloc(threads, sizeof *p->threads);
  if (st == ZG_OK && !p->threads)
    st = zg_fail_nomem(err);
  p->n_threads = p->threads ? threads : 0;
  for (unsigned i = 0; st == ZG_OK && i < threads; i++)
    st = start_thread(p, i, nz, store, err);
  if (st) {
    zg_pool_stop(p);
    zg_pool_close(p);
    return st;
  }
  *out = p;
  return ZG_OK;
}

void zg_pool_stop(zg_pool *p) {
  pthread_mutex_lock(&p->lock);
  p->stopping = true;
  pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->lock);
  for (unsigned i = 0; i < p->n_threads; i++) {
    thread *t = &p->threads[i];
    if (t->started)
      pthread_join(t->id, NULL);
    t->started = false;
    zg_analyser_free(t->worker.analyser);
    zg_arena_free(t->worker.arena);
    t->worker.analyser = NULL;
    t->worker.arena = NULL;
  }
}

static void pool_free(zg_pool *p) {
  pthread_mutex_destroy(&p->lock);
  pthread_mutex_destroy(&p->back_lock);
  pthread_cond_destroy(&p->wake);
  free(p->threads);
  free(p);
}

static void on_closed(uv_handle_t *h) { pool_free(h->data); }

void zg_pool_close(zg_pool *p) {
  if (p->async_open)
    uv_close((uv_handle_t *)&p->async, on_closed);
  else
    pool_free(p);
}
