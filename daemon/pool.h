/* Workers: fixed threads that may use the store's readers, and the way back to
 * the loop.
 *
 * Three queues, each bounded: a full one is ZG_BUSY, which becomes 503.
 * Queries go first; a kind that could run and was passed over sixteen times has
 * its turn.  Of two threads or more, heavy jobs (parse, bulk) never hold all,
 * so that searches keep moving; a single thread takes what comes.  A finished
 * job comes back through one uv_async; whoever finishes it (a worker, the
 * store's writer) calls zg_pool_finish, and `done` runs on the loop.
 */
#ifndef ZG_POOL_H
#define ZG_POOL_H

#include <uv.h>

#include "index/analyse.h"
#include "index/store.h"

typedef struct zg_pool zg_pool;
typedef struct zg_job zg_job;

/* What a worker owns; one per thread, handed to each job. */
typedef struct zg_worker {
  unsigned id;
  zg_analyser *analyser;
  const zg_normaliser *normaliser;
  zg_store *store;
  zg_arena *arena; /* reset before each job */
} zg_worker;

typedef enum zg_job_kind {
  ZG_JOB_QUERY, /* first */
  ZG_JOB_PARSE, /* one bulletin: heavy, but somebody waits for it */
  ZG_JOB_BULK   /* a piece of an import or export: last */
} zg_job_kind;
#define ZG_JOB_KINDS 3

struct zg_job {
  zg_job *next;
  zg_job_kind kind;
  /* On a worker.  False: not finished yet, somebody else will call
   * zg_pool_finish. */
  bool (*work)(zg_job *job, zg_worker *w);
  void (*done)(zg_job *job); /* on the loop, exactly once */
};

zg_status zg_pool_new(zg_pool **out, uv_loop_t *loop, unsigned threads,
                      unsigned queue, const zg_normaliser *nz, zg_store *store,
                      zg_error *err);
/* Loop thread.  ZG_BUSY when the queue of its kind is full: the job stays the
 * caller's. */
zg_status zg_pool_submit(zg_pool *p, zg_job *job, zg_error *err);
/* Any thread, once per job. */
void zg_pool_finish(zg_pool *p, zg_job *job);
size_t zg_pool_waiting(zg_pool *p);
/* Loop thread: runs what is queued, joins the threads. */
void zg_pool_stop(zg_pool *p);
/* Loop thread: calls `done` of what has come back; also after zg_pool_stop. */
void zg_pool_drain(zg_pool *p);
/* After zg_pool_stop, and after every other thread that finishes jobs has been
 * joined: closes the async handle, frees in its close callback. */
void zg_pool_close(zg_pool *p);
#endif
