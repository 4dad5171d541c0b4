/* Answers become bytes: in order, without copying bodies, with a bound on what
 * a client that does not read can make us hold. */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/conn_state.h"
#include "daemon/version.h"

typedef struct write_req {
  uv_write_t req;
  zg_conn *conn;
  zg_buf body;
  size_t head_n;
  char head[];
} write_req;

static void on_written(uv_write_t *req, int status) {
  write_req *w = req->data;
  zg_conn *c = w->conn;
  zg_buf_free(&w->body);
  free(w);
  if (status < 0)
    zg_conn_close(c);
  else if (!c->dead)
    zg_conn_flush(c);
}

/* What the socket did not take at once waits in libuv's queue. */
static void write_rest(zg_conn *c, const char *head, size_t head_n,
                       zg_buf *body, size_t done) {
  size_t head_done = done < head_n ? done : head_n;
  size_t rest = head_n - head_done;
  write_req *w = malloc(sizeof *w + rest);
  if (!w) {
    zg_buf_free(body);
    zg_conn_close(c);
    return;
  }
  w->conn = c;
  w->req.data = w;
  w->head_n = rest;
  if (rest)
    memcpy(w->head, head + head_done, rest);
  w->body = *body;
  *body = (zg_buf)ZG_BUF_INIT;
  size_t body_done = done - head_done;
  uv_buf_t bufs[2];
  unsigned n = 0;
  if (rest)
    bufs[n++] = uv_buf_init(w->head, (unsigned)rest);
  if (w->body.n > body_done)
    bufs[n++] =
        uv_buf_init(w->body.p + body_done, (unsigned)(w->body.n - body_done));
  int r = uv_write(&w->req, &c->h.stream, bufs, n, on_written);
  if (r < 0) {
    zg_buf_free(&w->body);
    free(w);
    zg_conn_close(c);
  }
}

/* `body` is taken (NULL: none). */
static void write_out(zg_conn *c, const char *head, size_t head_n,
                      zg_buf *body) {
  zg_buf none = ZG_BUF_INIT;
  if (!body)
    body = &none;
  size_t total = head_n + body->n, done = 0;
  if (c->dead || total == 0) {
    zg_buf_free(body);
    return;
  }
  if (uv_stream_get_write_queue_size(&c->h.stream) == 0) {
    uv_buf_t bufs[2] = {uv_buf_init((char *)head, (unsigned)head_n),
                        uv_buf_init(body->p, (unsigned)body->n)};
    unsigned skip = head_n == 0;
    int r = uv_try_write(&c->h.stream, bufs + skip, (body->n ? 2u : 1u) - skip);
    if (r < 0 && r != UV_EAGAIN) {
      zg_buf_free(body);
      zg_conn_close(c);
      return;
    }
    done = r > 0 ? (size_t)r : 0;
    c->progress_at = uv_now(c->h.stream.loop);
  }
  if (done < total)
    write_rest(c, head, head_n, body, done);
  zg_buf_free(body);
}

void zg_conn_write_raw(zg_conn *c, const char *p, size_t n) {
  write_out(c, p, n, NULL);
}

static int head_text(const zg_conn *c, const zg_exchange *x, bool closes,
                     char *out, size_t cap) {
  char framing[64] = "";
  if (!x->streamed)
    snprintf(framing, sizeof framing, "Content-Length: %zu\r\n", x->answer.n);
  else if (x->head.minor == 1)
    snprintf(framing, sizeof framing, "Transfer-Encoding: chunked\r\n");
  const char *keep = closes               ? "Connection: close\r\n"
                     : x->head.minor == 0 ? "Connection: keep-alive\r\n"
                                          : "";
  return snprintf(out, cap,
                  "HTTP/1.1 %d %s\r\nServer: " ZG_SERVER_NAME "\r\n"
                  "Date: %s\r\nContent-Type: %s\r\n%sX-Request-Id: %s\r\n"
                  "X-Content-Type-Options: nosniff\r\n%s%s\r\n",
                  x->status, zg_http_reason(x->status), c->set->date,
                  x->content_type, framing, x->request_id, x->extra, keep);
}

/* Whether the connection ends after this answer. */
static bool closes_after(const zg_conn *c, const zg_exchange *x) {
  bool unframed = x->streamed && x->head.minor == 0;
  return x->close || unframed || !x->head.keep_alive ||
         (c->set->app->stopping && !x->next) ||
         x == c->receiving; /* answered before its body was read */
}

/* Requests that stand behind a closing answer are never answered. */
static void drop_queue(zg_conn *c) {
  zg_exchange *x = c->first;
  c->first = c->last = c->receiving = NULL;
  c->outstanding = 0;
  while (x) {
    zg_exchange *next = x->next;
    zg_exchange_orphan(x);
    x = next;
  }
}

static void pop(zg_conn *c, bool closes) {
  zg_exchange *x = c->first;
  c->first = x->next;
  if (!c->first)
    c->last = NULL;
  c->outstanding--;
  if (x == c->receiving)
    c->receiving = NULL;
  if (closes)
    c->phase = PHASE_DISCARD;
  bool early = x->streamed && !x->ended; /* HEAD of a streamed answer */
  if (early) {
    zg_exchange_orphan(x);
  } else {
    x->conn = NULL;
    zg_exchange_release(x);
  }
  c->idle_since = uv_now(c->h.stream.loop);
  if (closes)
    drop_queue(c);
}

/* A chunk with its frame in one buffer; ends the body where it ends. */
static void write_chunk(zg_conn *c, zg_exchange *x) {
  bool chunked = x->head.minor == 1;
  char size[32] = "";
  int n = 0;
  if (x->answer.n && chunked)
    n = snprintf(size, sizeof size, "%zx\r\n", x->answer.n);
  if (x->answer.n && chunked)
    zg_buf_add(&x->answer, "\r\n", 2);
  if (x->ended && chunked)
    zg_buf_add(&x->answer, "0\r\n\r\n", 5);
  if (x->answer.failed) {
    zg_conn_close(c);
    return;
  }
  write_out(c, size, (size_t)n, &x->answer);
}

/* False: nothing more can be written now. */
static bool flush_streamed(zg_conn *c, zg_exchange *x, bool closes) {
  if (x->head.method == ZG_HEAD) {
    pop(c, closes);
    return true;
  }
  if (x->answer.n || x->ended)
    write_chunk(c, x);
  if (c->dead)
    return false;
  if (x->ended) {
    pop(c, closes);
    return true;
  }
  if (x->on_drain &&
      uv_stream_get_write_queue_size(&c->h.stream) < ZG_WRITE_QUEUE_MAX / 4)
    x->on_drain(x);
  return false;
}

static bool flush_one(zg_conn *c) {
  zg_exchange *x = c->first;
  if (x->want_continue && !x->ready && x == c->receiving) {
    x->want_continue = false;
    zg_conn_write_raw(c, "HTTP/1.1 100 Continue\r\n\r\n", 25);
  }
  if (c->dead || !x->ready ||
      uv_stream_get_write_queue_size(&c->h.stream) > ZG_WRITE_QUEUE_MAX)
    return false;
  if (x->streamed && x->answer.failed) {
    zg_conn_close(c);
    return false;
  }
  bool closes = closes_after(c, x);
  if (!x->head_written) {
    char head[1024];
    int n = head_text(c, x, closes, head, sizeof head);
    if (closes)
      c->phase = PHASE_DISCARD;
    x->head_written = true;
    bool body = !x->streamed && x->head.method != ZG_HEAD;
    write_out(c, head, (size_t)n, body ? &x->answer : NULL);
    if (zg_log_wants(&c->set->app->log, ZG_LOG_DEBUG))
      zg_log_write(&c->set->app->log, ZG_LOG_DEBUG, "request",
                   "%.*s %.*s %d %.2f ms", (int)x->head.method_name.n,
                   x->head.method_name.p, (int)x->head.path.n, x->head.path.p,
                   x->status, zg_clock_ms_since(x->started_ns));
    if (c->dead)
      return false;
  }
  if (x->streamed)
    return flush_streamed(c, x, closes);
  pop(c, closes);
  return true;
}

void zg_conn_flush(zg_conn *c) {
  if (c->dead)
    return;
  if (c->flushing) {
    c->again = true;
    return;
  }
  c->flushing = true;
  do {
    c->again = false;
    while (c->first && !c->dead && flush_one(c))
      ;
  } while (c->again && !c->dead);
  c->flushing = false;
  if (!c->dead && !c->pumping)
    zg_conn_go_on(c);
}

static void on_closed(uv_handle_t *h) {
  zg_conn *c = h->data;
  zg_buf_free(&c->in);
  free(c);
}

void zg_conn_close(zg_conn *c) {
  if (c->dead)
    return;
  c->dead = true;
  if (c->prev)
    c->prev->next = c->next;
  else
    c->set->first = c->next;
  if (c->next)
    c->next->prev = c->prev;
  if (c->turned_away)
    c->set->turned_away--;
  else
    c->set->app->connections--;
  drop_queue(c);
  uv_close(&c->h.handle, on_closed);
}

static void on_shutdown(uv_shutdown_t *req, int status) {
  zg_conn *c = req->data;
  if (c->dead)
    return;
  if (status < 0 || c->eof)
    zg_conn_close(c);
  else
    c->linger_until = uv_now(c->h.stream.loop) + 2000;
}

/* Half-closes and goes on reading for a moment: closing with unread bytes
 * would reset the connection and take the answer from the client. */
void zg_conn_finish(zg_conn *c) {
  if (c->dead || c->shutting)
    return;
  c->shutting = true;
  c->phase = PHASE_DISCARD;
  c->shutdown.data = c;
  if (uv_shutdown(&c->shutdown, &c->h.stream, on_shutdown) < 0)
    zg_conn_close(c);
}

bool zg_conn_write_stalled(zg_conn *c, uint64_t now) {
  size_t queue = uv_stream_get_write_queue_size(&c->h.stream);
  if (queue == 0 || queue != c->queue_seen) {
    c->queue_seen = queue;
    c->progress_at = now;
    return false;
  }
  return now - c->progress_at > ZG_WRITE_STALL_SECONDS * 1000u;
}
