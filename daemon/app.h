/* What the handlers share: no globals, so it travels with every request. */
#ifndef ZG_APP_H
#define ZG_APP_H

#include "daemon/log.h"
#include "daemon/options.h"
#include "daemon/pool.h"
#include "index/store.h"

/* Loop thread only, except `store` and `normaliser`. */
typedef struct zg_app {
  zg_options options;
  zg_log log;
  zg_normaliser *normaliser;
  zg_store *store;
  zg_pool *pool;
  uv_loop_t *loop;
  uint64_t started_ns;
  uint64_t requests, errors_5xx;
  unsigned connections;
  size_t body_bytes; /* request bodies held in memory */
  bool store_failed; /* a failed fsync: looked up twice a second */
  bool stopping;     /* SIGTERM was received */
} zg_app;
#endif
