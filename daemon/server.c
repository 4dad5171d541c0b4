#include "daemon/server.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/conn.h"
#include "daemon/listen.h"
#include "daemon/reload.h"
#include "index/vocabulary.h"

#define SHUTDOWN_MS                                                            \
  7000 /* requests in flight; then the writer has what is left */
#define EXIT_SECONDS 9 /* see server.h */
#define TICK_MS 500
/* What the writer still has to do when we are told to end: a few seconds. */
#define WRITE_QUEUE_MAX ((size_t)48 << 20)

typedef struct server {
  zg_app app;
  zg_conns conns;
  uv_loop_t loop;
  bool loop_open;
  uv_tcp_t tcp;
  uv_pipe_t pipe;
  bool tcp_open, pipe_open;
  int port;
  uv_timer_t tick;
  uv_signal_t sigterm, sigint, sighup;
  uint64_t stop_since; /* ms of the loop's clock */
} server;

static void close_handle(uv_handle_t *h, void *arg) {
  (void)arg;
  if (!uv_is_closing(h))
    uv_close(h, NULL);
}

/* ---- the end ---- */

static void stop_listening(server *s) {
  if (s->tcp_open)
    uv_close((uv_handle_t *)&s->tcp, NULL);
  if (s->pipe_open) {
    uv_close((uv_handle_t *)&s->pipe, NULL);
    unlink(s->app.options.socket);
  }
  s->tcp_open = s->pipe_open = false;
}

static void on_signal(uv_signal_t *signal, int number) {
  server *s = signal->data;
  if (s->app.stopping)
    return;
  zg_log_write(&s->app.log, ZG_LOG_INFO, "stopping", "signal %d", number);
  s->app.stopping = true;
  s->stop_since = uv_now(&s->loop);
  alarm(EXIT_SECONDS);
  stop_listening(s);
  zg_conns_stop(&s->conns);
  uv_timer_start(&s->tick, s->tick.timer_cb, 10, 10);
}

static void on_hangup(uv_signal_t *signal, int number) {
  server *s = signal->data;
  (void)number;
  if (!s->app.stopping)
    zg_reload_start(s->app.reload, NULL);
}

static void end_if_idle(server *s) {
  bool late = uv_now(&s->loop) - s->stop_since > SHUTDOWN_MS;
  if (s->conns.first && !late)
    return;
  if (late)
    zg_log_write(&s->app.log, ZG_LOG_WARN, "stopping",
                 "requests were cut off after %d s", SHUTDOWN_MS / 1000);
  zg_conns_close_all(&s->conns);
  uv_stop(&s->loop);
}

static void on_tick(uv_timer_t *timer) {
  server *s = timer->data;
  zg_store_stats stats;
  zg_conns_tick(&s->conns);
  if (s->app.stopping) {
    end_if_idle(s);
    return;
  }
  zg_store_stats_get(s->app.store, &stats);
  if (stats.failed && !s->app.store_failed)
    zg_log_write(&s->app.log, ZG_LOG_ERROR, "store_failed",
                 "writing failed; the daemon is read-only until restarted");
  s->app.store_failed = stats.failed;
}

/* ---- the beginning ---- */

static void on_connection(uv_stream_t *listener, int status) {
  server *s = listener->data;
  if (status < 0)
    zg_log_write(&s->app.log, ZG_LOG_WARN, "accept", "%s", uv_strerror(status));
  else
    zg_conn_accept(&s->conns, listener, listener->type == UV_NAMED_PIPE);
}

static zg_status uv_fault(zg_error *err, const char *what, int r) {
  return zg_fail(err, ZG_IO, "internal", "", "%s: %s", what, uv_strerror(r));
}

static zg_status listen_tcp(server *s, zg_error *err) {
  int fd, r;
  s->port = s->app.options.port;
  if (s->port < 0)
    return ZG_OK;
  zg_status st = zg_listen_tcp(s->app.options.host, &s->port, &fd, err);
  if (st)
    return st;
  uv_tcp_init(&s->loop, &s->tcp);
  s->tcp.data = s;
  s->tcp_open = true;
  if ((r = uv_tcp_open(&s->tcp, fd)) < 0 ||
      (r = uv_listen((uv_stream_t *)&s->tcp, 1024, on_connection)) < 0)
    return uv_fault(err, "listen", r);
  return ZG_OK;
}

static zg_status listen_unix(server *s, zg_error *err) {
  const zg_options *o = &s->app.options;
  int fd, r;
  if (strcmp(o->socket, "none") == 0)
    return ZG_OK;
  zg_status st = zg_listen_unix(o->socket, &fd, err);
  if (st == ZG_CONFLICT && !o->socket_given && s->tcp_open) {
    /* The default path belongs to another daemon; nobody asked for it. */
    zg_log_write(&s->app.log, ZG_LOG_WARN, "socket", "%s; going on without",
                 err->message);
    return ZG_OK;
  }
  if (st)
    return st;
  uv_pipe_init(&s->loop, &s->pipe, 0);
  s->pipe.data = s;
  s->pipe_open = true;
  if ((r = uv_pipe_open(&s->pipe, fd)) < 0 ||
      (r = uv_listen((uv_stream_t *)&s->pipe, 1024, on_connection)) < 0)
    return uv_fault(err, "listen", r);
  return ZG_OK;
}

/* Descriptors that are not for connections: sockets, pipes, logs, the writer,
 * connections that are being turned away (conn.c), temporary files. */
#define OWN_FILES 64
#define FEWEST_CONNECTIONS 16

/* As many connections as the descriptors allow that the store does not need. */
static zg_status raise_limits(server *s, zg_error *err) {
  unsigned threads = s->app.options.threads;
  rlim_t own = OWN_FILES + (rlim_t)ZG_STORE_FILES(threads);
  struct rlimit r;
  if (getrlimit(RLIMIT_NOFILE, &r) < 0)
    return ZG_OK;
  rlim_t want = r.rlim_max < 65536 ? r.rlim_max : 65536;
  if (r.rlim_cur < want) {
    r.rlim_cur = want;
    setrlimit(RLIMIT_NOFILE, &r);
    getrlimit(RLIMIT_NOFILE, &r);
  }
  if (r.rlim_cur < own + FEWEST_CONNECTIONS)
    return zg_fail(err, ZG_IO, "too_few_files", "threads",
                   "the limit of %llu open files is too low for %u search "
                   "threads, which need %llu: raise it (ulimit -n) or start "
                   "with fewer --threads",
                   (unsigned long long)r.rlim_cur, threads,
                   (unsigned long long)own + FEWEST_CONNECTIONS);
  rlim_t most = r.rlim_cur - own;
  s->conns.max = most < UINT_MAX ? (unsigned)most : UINT_MAX;
  return ZG_OK;
}

/* Of what is prepared, so much may have been handed to the writer: the rest is
 * what the workers make meanwhile. */
static size_t write_queue(const zg_options *o) {
  size_t bytes = (size_t)o->import_memory_mb * 1024 * 1024 * 3 / 8;
  return bytes < WRITE_QUEUE_MAX ? bytes : WRITE_QUEUE_MAX;
}

static zg_status open_store(server *s, zg_error *err) {
  const zg_options *o = &s->app.options;
  zg_status st = zg_normaliser_new(&s->app.normaliser, err);
  if (st == ZG_OK)
    st =
        zg_taxonomy_open(&s->app.taxonomy, s->app.normaliser, o->taxonomy, err);
  if (st == ZG_OK)
    st = zg_reload_new(&s->app.reload, &s->app, err);
  if (st)
    return st;
  zg_store_options so = {.dir = o->data,
                         .cache_bytes = (size_t)o->cache_mb << 20,
                         .workers = o->threads,
                         .read_only = o->read_only,
                         .queue_bytes = write_queue(o)};
  uint64_t started = zg_clock_ns();
  zg_error inner = ZG_ERROR_INIT;
  st = zg_store_open(&s->app.store, s->app.normaliser, &so, &inner);
  if (st && !strstr(inner.message, o->data))
    zg_fail(err, st, inner.code, "data", "%s: %s", o->data, inner.message);
  else if (st)
    *err = inner;
  if (st == ZG_OK) {
    zg_log_write(&s->app.log, ZG_LOG_INFO, "opened", "%s in %.0f ms", o->data,
                 zg_clock_ms_since(started));
    zg_snapshot *snap = zg_store_pin(s->app.store);
    zg_snapshot_vocabulary_prepare(snap);
    zg_snapshot_release(snap);
  }
  return st;
}

static zg_status open_loop(server *s, zg_error *err) {
  int r = uv_loop_init(&s->loop);
  if (r < 0)
    return uv_fault(err, "loop", r);
  s->loop_open = true;
  s->app.loop = &s->loop;
  uv_timer_init(&s->loop, &s->tick);
  uv_timer_init(&s->loop, &s->app.retry_timer);
  uv_signal_init(&s->loop, &s->sigterm);
  uv_signal_init(&s->loop, &s->sigint);
  uv_signal_init(&s->loop, &s->sighup);
  s->tick.data = s->sigterm.data = s->sigint.data = s->sighup.data = s;
  s->app.retry_timer.data = &s->app;
  uv_timer_start(&s->tick, on_tick, TICK_MS, TICK_MS);
  if ((r = uv_signal_start(&s->sigterm, on_signal, SIGTERM)) < 0 ||
      (r = uv_signal_start(&s->sigint, on_signal, SIGINT)) < 0 ||
      (r = uv_signal_start(&s->sighup, on_hangup, SIGHUP)) < 0)
    return uv_fault(err, "signals", r);
  return ZG_OK;
}

static void say_ready(const server *s) {
  const zg_options *o = &s->app.options;
  bool v6 = strchr(o->host, ':') != NULL;
  printf("zhenggaid listening on ");
  if (s->tcp_open)
    printf("http://%s%s%s:%d", v6 ? "[" : "", o->host, v6 ? "]" : "", s->port);
  if (s->tcp_open && s->pipe_open)
    printf(" and ");
  if (s->pipe_open)
    printf("unix:%s", o->socket);
  printf("\n");
  fflush(stdout);
  zg_notify_ready(getenv("NOTIFY_SOCKET"));
}

/* Workers, then the writer, then what they have left for the loop. */
static void server_close(server *s) {
  if (s->loop_open) {
    stop_listening(s);
    if (s->conns.read_buf)
      zg_conns_close_all(&s->conns);
  }
  if (s->app.pool)
    zg_pool_stop(s->app.pool);
  if (s->app.pool)
    zg_pool_drain(s->app.pool); /* may submit nothing: all are cancelled */
  zg_store_close(s->app.store);
  if (s->app.pool) {
    zg_pool_drain(s->app.pool);
    zg_pool_close(s->app.pool);
  }
  if (s->loop_open) {
    uv_walk(&s->loop, close_handle, NULL);
    while (uv_run(&s->loop, UV_RUN_DEFAULT))
      ;
    if (uv_loop_close(&s->loop) != 0)
      zg_log_write(&s->app.log, ZG_LOG_ERROR, "stopping",
                   "the loop did not close clean");
  }
  zg_conns_free(&s->conns);
  zg_reload_free(s->app.reload);
  zg_taxonomy_unref(s->app.taxonomy);
  zg_normaliser_free(s->app.normaliser);
}

zg_status zg_server_run(const zg_options *options, zg_error *err) {
  server *s = calloc(1, sizeof *s);
  if (!s)
    return zg_fail_nomem(err);
  s->app.options = *options;
  s->app.log = (zg_log){2, options->log_level, options->log_json};
  s->app.started_ns = zg_clock_ns();
  zg_status st = open_loop(s, err);
  if (st == ZG_OK)
    st = zg_conns_init(&s->conns, &s->app, err);
  if (st == ZG_OK)
    st = raise_limits(s, err); /* before the store opens its files */
  if (st == ZG_OK)
    st = open_store(s, err);
  if (st == ZG_OK)
    st = zg_pool_new(&s->app.pool, &s->loop, options->threads, options->queue,
                     s->app.normaliser, s->app.store, err);
  if (st == ZG_OK)
    st = listen_tcp(s, err);
  if (st == ZG_OK)
    st = listen_unix(s, err);
  if (st == ZG_OK) {
    say_ready(s);
    uv_run(&s->loop, UV_RUN_DEFAULT);
  }
  server_close(s);
  alarm(0);
  if (st == ZG_OK)
    zg_log_write(&s->app.log, ZG_LOG_INFO, "stopped", "clean");
  free(s);
  return st;
}
