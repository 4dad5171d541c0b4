#include "daemon/exchange.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

zg_exchange *zg_exchange_new(zg_app *app, const zg_wire *wire, void *conn) {
  zg_exchange *x = calloc(1, sizeof *x);
  if (!x)
    return NULL;
  x->app = app;
  x->wire = wire;
  x->conn = conn;
  x->refs = 1;
  x->taxonomy = zg_taxonomy_ref(app->taxonomy);
  x->started_ns = zg_clock_ns();
  return x;
}

zg_parser zg_exchange_parser(const zg_exchange *x, const zg_worker *w) {
  return (zg_parser){w->normaliser, x->taxonomy};
}

void zg_exchange_hold(zg_exchange *x) { x->refs++; }

void zg_exchange_release(zg_exchange *x) {
  if (--x->refs)
    return;
  if (x->free_state)
    x->free_state(x->state);
  x->app->body_bytes -= x->body_counted;
  zg_buf_free(&x->body);
  zg_buf_free(&x->answer);
  zg_taxonomy_unref(x->taxonomy);
  free(x->raw);
  free(x);
}

void zg_exchange_orphan(zg_exchange *x) {
  x->conn = NULL;
  x->cancel = 1;
  if (x->on_gone)
    x->on_gone(x);
  zg_exchange_release(x);
}

void zg_exchange_header(zg_exchange *x, const char *fmt, ...) {
  size_t have = strlen(x->extra), room = sizeof x->extra - have;
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(x->extra + have, room, fmt, ap);
  va_end(ap);
  if (n < 0 || (size_t)n + 2 >= room)
    x->extra[have] = '\0';
  else
    memcpy(x->extra + have + n, "\r\n", 3);
}

void zg_exchange_set(zg_exchange *x, int status, const char *content_type,
                     zg_buf *body_take) {
  zg_buf_free(&x->answer);
  x->answer = *body_take;
  *body_take = (zg_buf)ZG_BUF_INIT;
  if (x->answer.failed) {
    zg_error err = ZG_ERROR_INIT;
    zg_buf_free(&x->answer);
    zg_fail_nomem(&err);
    x->status = zg_status_http(err.status);
    x->content_type = ZG_TYPE_JSON;
    zg_buf_adds(&x->answer, "{\"error\":{\"code\":\"no_memory\",\"message\":"
                            "\"out of memory\",\"type\":\"unavailable\"}}\n");
    return;
  }
  x->status = status;
  x->content_type = content_type;
}

static void set_error_status(zg_exchange *x, const zg_error *err, int status) {
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  zg_json_open(&j, '{');
  zg_json_key(&j, "error");
  zg_json_error(&j, err, x->request_id);
  zg_json_close(&j, '}');
  zg_buf_addc(&b, '\n');
  if (status == 503)
    zg_exchange_header(x, "Retry-After: 1");
  zg_exchange_set(x, status, ZG_TYPE_JSON, &b);
}

void zg_exchange_set_error(zg_exchange *x, const zg_error *err) {
  set_error_status(x, err, zg_status_http(err->status));
}

void zg_exchange_set_fault(zg_exchange *x, const zg_http_fault *fault) {
  zg_error err = ZG_ERROR_INIT;
  zg_status st = fault->status == 413 || fault->status == 414 ||
                         fault->status == 431 || fault->status == 408
                     ? ZG_TOO_LARGE
                 : fault->status == 503                         ? ZG_BUSY
                 : fault->status >= 500 && fault->status != 501 ? ZG_INTERNAL
                                                                : ZG_INVALID;
  zg_fail(&err, st, fault->code, "", "%s", fault->message);
  set_error_status(x, &err, fault->status);
}

void zg_exchange_send(zg_exchange *x) {
  x->ready = true;
  if (x->status >= 500)
    x->app->errors_5xx++;
  if (x->conn)
    x->wire->ready(x->conn);
}

void zg_exchange_fail(zg_exchange *x, const zg_error *err) {
  zg_exchange_set_error(x, err);
  zg_exchange_send(x);
}

static zg_exchange *of_job(zg_job *job) {
  return (zg_exchange *)((char *)job - offsetof(zg_exchange, job));
}

static bool job_work(zg_job *job, zg_worker *w) {
  zg_exchange *x = of_job(job);
  return x->cancel || x->work(x, w);
}

static void job_done(zg_job *job) {
  zg_exchange *x = of_job(job);
  if (x->conn)
    zg_exchange_send(x);
  zg_exchange_release(x);
}

void zg_exchange_run(zg_exchange *x, zg_job_kind kind,
                     bool (*work)(zg_exchange *x, zg_worker *w)) {
  zg_error err = ZG_ERROR_INIT;
  x->work = work;
  x->job = (zg_job){.kind = kind, .work = job_work, .done = job_done};
  zg_exchange_hold(x);
  if (zg_pool_submit(x->app->pool, &x->job, &err) == ZG_OK)
    return;
  zg_exchange_fail(x, &err);
  zg_exchange_release(x);
}

void zg_exchange_stream(zg_exchange *x, int status, const char *content_type) {
  x->status = status;
  x->content_type = content_type;
  x->streamed = true;
  zg_exchange_send(x);
}

void zg_exchange_write(zg_exchange *x, const char *p, size_t n) {
  if (!x->conn || !n)
    return;
  if (!zg_buf_add(&x->answer, p, n)) {
    zg_exchange_break(x);
    return;
  }
  x->wire->ready(x->conn);
}

void zg_exchange_end(zg_exchange *x) {
  x->ended = true;
  if (x->conn)
    x->wire->ready(x->conn);
}

void zg_exchange_break(zg_exchange *x) {
  x->answer.failed = true; /* the connection closes without a last chunk */
  if (x->conn)
    x->wire->ready(x->conn);
}
