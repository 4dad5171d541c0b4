/* GET /, /health, /v1/version, /v1/stats */
#include <roaring/roaring.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicode/uvernum.h>
#include <unistd.h>

#include <llhttp.h>

#include "daemon/api.h"
#include "daemon/routes.h"
#include "daemon/version.h"
#include "index/schema.h"
#include "index/xapian_shim.h"

static void answer(zg_exchange *x, int status, zg_buf *body) {
  zg_buf_addc(body, '\n');
  zg_exchange_set(x, status, ZG_TYPE_JSON, body);
  zg_exchange_send(x);
}

static const char *health_word(const zg_app *app) {
  if (app->store_failed)
    return "failed";
  return app->options.read_only ? "read_only" : "ok";
}

void zg_api_health(zg_exchange *x) {
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  zg_json_open(&j, '{');
  zg_json_key(&j, "status");
  zg_json_cstr(&j, health_word(x->app));
  zg_json_close(&j, '}');
  answer(x, x->app->store_failed ? 503 : 200, &b);
}

void zg_api_index(zg_exchange *x) {
  static const struct {
    unsigned bit;
    const char *name;
  } methods[] = {{ZG_GET, "GET"}, {ZG_POST, "POST"}, {ZG_DELETE, "DELETE"}};
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  zg_json_open(&j, '{');
  zg_json_key(&j, "name");
  zg_json_cstr(&j, "zhenggaid");
  zg_json_key(&j, "version");
  zg_json_cstr(&j, ZG_VERSION);
  zg_json_key(&j, "endpoints");
  zg_json_open(&j, '[');
  for (const zg_route *r = zg_routes_all(); r->pattern; r++) {
    zg_json_open(&j, '{');
    zg_json_key(&j, "methods");
    zg_json_open(&j, '[');
    for (size_t i = 0; i < 3; i++)
      if (r->methods & methods[i].bit)
        zg_json_cstr(&j, methods[i].name);
    zg_json_close(&j, ']');
    zg_json_key(&j, "path");
    zg_json_cstr(&j, r->pattern);
    zg_json_key(&j, "about");
    zg_json_cstr(&j, r->about);
    zg_json_close(&j, '}');
  }
  zg_json_close(&j, ']');
  zg_json_close(&j, '}');
  answer(x, 200, &b);
}

void zg_api_version(zg_exchange *x) {
  char llhttp[24], roaring[24];
  snprintf(roaring, sizeof roaring, "%d.%d.%d", ROARING_VERSION_MAJOR,
           ROARING_VERSION_MINOR, ROARING_VERSION_REVISION);
  snprintf(llhttp, sizeof llhttp, "%d.%d.%d", LLHTTP_VERSION_MAJOR,
           LLHTTP_VERSION_MINOR, LLHTTP_VERSION_PATCH);
  const struct {
    const char *key, *value;
  } parts[] = {
      {"name", "zhenggaid"},           {"version", ZG_VERSION},
      {"xapian", zg_xapian_version()}, {"libuv", uv_version_string()},
      {"cjson", cJSON_Version()},      {"croaring", roaring},
      {"icu", U_ICU_VERSION},          {"llhttp", llhttp},
  };
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  zg_json_open(&j, '{');
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    zg_json_key(&j, parts[i].key);
    zg_json_cstr(&j, parts[i].value);
  }
  zg_json_key(&j, "taxonomy");
  zg_json_str(&j, zg_taxonomy_version(x->taxonomy));
  zg_json_key(&j, "schema");
  zg_json_int(&j, ZG_SCHEMA_VERSION);
  zg_json_close(&j, '}');
  answer(x, 200, &b);
}

static uint64_t resident_bytes(void) {
  unsigned long size = 0, resident = 0;
  FILE *f = fopen("/proc/self/statm", "re");
  if (f) {
    if (fscanf(f, "%lu %lu", &size, &resident) != 2)
      resident = 0;
    fclose(f);
  }
  return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* What only the loop may read is taken before the job starts. */
typedef struct stats {
  uint64_t requests, errors_5xx, started_ns;
  unsigned connections, workers;
  size_t waiting;
} stats;

static void put(zg_json *j, const char *key, uint64_t v) {
  zg_json_key(j, key);
  zg_json_uint(j, v);
}

static void render_stats(zg_json *j, const stats *s, const zg_store_stats *st,
                         const zg_snapshot *snap) {
  zg_json_open(j, '{');
  put(j, "bulletins", zg_table_count(zg_snapshot_bulletins(snap)));
  put(j, "findings", zg_table_count(zg_snapshot_findings(snap)));
  put(j, "generation", zg_snapshot_generation(snap));
  put(j, "commits", st->commits);
  put(j, "index_bytes", st->index_bytes);
  put(j, "forward_bytes", st->forward_bytes);
  zg_json_key(j, "write_queue");
  zg_json_open(j, '{');
  put(j, "items", st->queue_items);
  put(j, "bytes", st->queue_bytes);
  zg_json_close(j, '}');
  zg_json_key(j, "cache");
  zg_json_open(j, '{');
  put(j, "bytes", st->cache_bytes);
  put(j, "limit", st->cache_limit);
  put(j, "hits", st->cache_hits);
  put(j, "carried", st->cache_carried);
  put(j, "misses", st->cache_misses);
  zg_json_close(j, '}');
  put(j, "workers", s->workers);
  put(j, "jobs_waiting", s->waiting);
  put(j, "connections", s->connections);
  put(j, "requests", s->requests);
  put(j, "errors_5xx", s->errors_5xx);
  put(j, "resident_bytes", resident_bytes());
  zg_json_key(j, "uptime_s");
  zg_json_fixed(j, zg_clock_ms_since(s->started_ns) / 1000, 1);
  zg_json_key(j, "failed");
  zg_json_bool(j, st->failed);
  zg_json_close(j, '}');
}

static bool stats_work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  zg_buf b = ZG_BUF_INIT;
  zg_store_stats st;
  zg_json j = zg_json_to(&b);
  zg_store_stats_get(w->store, &st);
  zg_snapshot *snap = zg_store_pin(w->store);
  render_stats(&j, x->state, &st, snap);
  zg_snapshot_release(snap);
  zg_api_answer(x, ZG_OK, &b, &err);
  return true;
}

void zg_api_stats(zg_exchange *x) {
  zg_error err = ZG_ERROR_INIT;
  stats *s = malloc(sizeof *s);
  if (!s) {
    zg_fail_nomem(&err);
    zg_exchange_fail(x, &err);
    return;
  }
  *s = (stats){.requests = x->app->requests,
               .errors_5xx = x->app->errors_5xx,
               .started_ns = x->app->started_ns,
               .connections = x->app->connections,
               .workers = x->app->options.threads,
               .waiting = zg_pool_waiting(x->app->pool)};
  x->state = s;
  x->free_state = free;
  zg_exchange_run(x, ZG_JOB_QUERY, stats_work);
}
