/* GET /v1/stats and GET /metrics: the same numbers, as JSON and as Prometheus
 * reads them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/api.h"
#include "daemon/version.h"

#define ZG_TYPE_PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"

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
  bool prometheus;
} stats;

/* ---- JSON ---- */

static void put(zg_json *j, const char *key, uint64_t v) {
  zg_json_key(j, key);
  zg_json_uint(j, v);
}

static void render_json(zg_buf *b, const stats *s, const zg_store_stats *st,
                        const zg_snapshot *snap) {
  zg_json to = zg_json_to(b), *j = &to;
  zg_json_open(j, '{');
  put(j, "bulletins", zg_table_count(zg_snapshot_bulletins(snap)));
  put(j, "findings", zg_table_count(zg_snapshot_findings(snap)));
  put(j, "generation", zg_snapshot_generation(snap));
  put(j, "commits", st->commits);
  put(j, "segments", st->segments);
  put(j, "merges", st->merges);
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

/* ---- Prometheus ---- */

static void metric(zg_buf *b, const char *name, const char *type,
                   const char *help, uint64_t v) {
  zg_buf_printf(b,
                "# HELP zhenggai_%s %s\n# TYPE zhenggai_%s %s\n"
                "zhenggai_%s %" PRIu64 "\n",
                name, help, name, type, name, v);
}

static void store_metrics(zg_buf *b, const zg_store_stats *st,
                          const zg_snapshot *snap) {
  metric(b, "bulletins", "gauge", "Bulletins in the index.",
         zg_table_count(zg_snapshot_bulletins(snap)));
  metric(b, "findings", "gauge", "Findings in the index.",
         zg_table_count(zg_snapshot_findings(snap)));
  metric(b, "generation", "gauge", "Generation that searches see.",
         zg_snapshot_generation(snap));
  metric(b, "commits_total", "counter", "Transactions since the start.",
         st->commits);
  metric(b, "merges_total", "counter", "Merges of segments since the start.",
         st->merges);
  metric(b, "segments", "gauge", "Segments of the index.", st->segments);
  metric(b, "index_bytes", "gauge", "Bytes of the segments.", st->index_bytes);
  metric(b, "forward_bytes", "gauge", "Bytes of forward.dat.",
         st->forward_bytes);
  metric(b, "write_queue_items", "gauge", "Items waiting to be written.",
         st->queue_items);
  metric(b, "write_queue_bytes", "gauge", "Bytes waiting to be written.",
         st->queue_bytes);
  metric(b, "cache_bytes", "gauge", "Bytes of what is kept in memory.",
         st->cache_bytes);
  metric(b, "cache_limit_bytes", "gauge", "The bound of --cache-mb.",
         st->cache_limit);
  metric(b, "cache_hits_total", "counter", "Found in memory.", st->cache_hits);
  metric(b, "cache_carried_total", "counter",
         "Found, of an earlier generation, and brought up to date.",
         st->cache_carried);
  metric(b, "cache_misses_total", "counter", "Not found in memory.",
         st->cache_misses);
  metric(b, "store_failed", "gauge",
         "1 after a failed sync: read-only until a restart.", st->failed);
}

static void render_prometheus(zg_buf *b, const stats *s,
                              const zg_store_stats *st,
                              const zg_snapshot *snap) {
  zg_buf_printf(b,
                "# HELP zhenggai_build_info Version of the daemon.\n"
                "# TYPE zhenggai_build_info gauge\n"
                "zhenggai_build_info{version=\"%s\"} 1\n",
                ZG_VERSION);
  store_metrics(b, st, snap);
  metric(b, "workers", "gauge", "Search threads.", s->workers);
  metric(b, "jobs_waiting", "gauge", "Jobs that wait for a thread.",
         s->waiting);
  metric(b, "connections", "gauge", "Open connections.", s->connections);
  metric(b, "requests_total", "counter", "Requests since the start.",
         s->requests);
  metric(b, "errors_5xx_total", "counter", "Answers of 500 and above.",
         s->errors_5xx);
  metric(b, "resident_bytes", "gauge", "Resident memory.", resident_bytes());
  metric(b, "uptime_seconds", "gauge", "Seconds since the start.",
         (uint64_t)(zg_clock_ms_since(s->started_ns) / 1000));
}

/* ---- both ---- */

static bool work(zg_exchange *x, zg_worker *w) {
  const stats *s = x->state;
  zg_error err = ZG_ERROR_INIT;
  zg_buf b = ZG_BUF_INIT;
  zg_store_stats st;
  zg_store_stats_get(w->store, &st);
  zg_snapshot *snap = zg_store_pin(w->store);
  if (s->prometheus)
    render_prometheus(&b, s, &st, snap);
  else
    render_json(&b, s, &st, snap);
  zg_snapshot_release(snap);
  if (s->prometheus && !b.failed)
    zg_exchange_set(x, 200, ZG_TYPE_PROMETHEUS, &b);
  else
    zg_api_answer(x, b.failed ? zg_fail_nomem(&err) : ZG_OK, &b, &err);
  return true;
}

static void run(zg_exchange *x, bool prometheus) {
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
               .waiting = zg_pool_waiting(x->app->pool),
               .prometheus = prometheus};
  x->state = s;
  x->free_state = free;
  zg_exchange_run(x, ZG_JOB_QUERY, work);
}

void zg_api_stats(zg_exchange *x) { run(x, false); }
void zg_api_metrics(zg_exchange *x) { run(x, true); }
