/* What the handlers share: no globals, so it travels with every request. */
#ifndef ZG_APP_H
#define ZG_APP_H

#include "daemon/log.h"
#include "daemon/options.h"
#include "daemon/pool.h"
#include "index/store.h"
#include "index/taxonomy.h"

/* Somebody who waits for room in a queue: called once, some 20 ms later. */
typedef struct zg_waiter zg_waiter;
struct zg_waiter {
  zg_waiter *next;
  bool waiting;
  void (*retry)(zg_waiter *w);
};

/* Loop thread only, except `store` and `normaliser`. */
typedef struct zg_app {
  zg_options options;
  zg_log log;
  zg_normaliser *normaliser;
  zg_taxonomy *taxonomy; /* the loaded one; a request keeps that of its start */
  struct zg_reload *reload; /* reload.h */
  zg_store *store;
  zg_pool *pool;
  uv_loop_t *loop;
  uint64_t started_ns;
  uint64_t requests, errors_5xx;
  unsigned connections;
  size_t body_bytes;   /* request bodies held in memory */
  size_t import_bytes; /* what the chunks of imports at work may grow to */
  bool store_failed;   /* a failed fsync: looked up twice a second */
  bool stopping;       /* SIGTERM was received */
  zg_waiter *waiters;
  uv_timer_t retry_timer; /* runs while there are waiters */
} zg_app;

/* app.c; loop thread. */
void zg_app_wait(zg_app *app, zg_waiter *w);
void zg_app_forget(zg_app *app, zg_waiter *w);
#endif
