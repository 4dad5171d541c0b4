/* Bytes become exchanges. */
#include "daemon/conn_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "daemon/routes.h"

#define TURNED_AWAY_MAX 32

static zg_conn *of_parser(llhttp_t *p) { return p->data; }

/* ---- the exchange's way to its connection ---- */

static void wire_ready(void *conn) { zg_conn_flush(conn); }

static void wire_pause(void *conn, bool paused) {
  zg_conn *c = conn;
  c->paused = paused;
  if (!paused)
    c->body_since = uv_now(c->h.stream.loop);
  if (!c->pumping && !c->dead)
    zg_conn_go_on(c);
}

static const zg_wire wire = {wire_ready, wire_pause};

/* ---- requests ---- */

static void make_request_id(zg_conn *c, zg_exchange *x) {
  zg_str given = x->head.request_id;
  bool fine = given.n > 0 && given.n < sizeof x->request_id;
  for (size_t i = 0; fine && i < given.n; i++)
    fine = given.p[i] > 0x20 && given.p[i] < 0x7f && given.p[i] != '"';
  if (fine)
    memcpy(x->request_id, given.p, given.n); /* calloc has set the NUL */
  else
    snprintf(x->request_id, sizeof x->request_id, "%08x-%llx",
             (unsigned)c->set->id_seed, (unsigned long long)c->set->next_id++);
}

static zg_exchange *enqueue(zg_conn *c) {
  zg_exchange *x = zg_exchange_new(c->set->app, &wire, c);
  if (!x)
    return NULL;
  if (c->last)
    c->last->next = x;
  else
    c->first = x;
  c->last = x;
  c->outstanding++;
  c->set->app->requests++;
  return x;
}

/* Answers and reads no further request from this connection. */
static void refuse(zg_conn *c, zg_exchange *x, zg_http_fault fault) {
  x->close = true;
  c->phase = PHASE_DISCARD;
  if (c->receiving == x)
    c->receiving = NULL;
  if (x->ready)
    return;
  if (!x->request_id[0])
    make_request_id(c, x);
  zg_exchange_set_fault(x, &fault);
  zg_exchange_send(x);
}

/* A fault before there was a whole head. */
static void refuse_bytes(zg_conn *c, zg_http_fault fault) {
  zg_exchange *x = enqueue(c);
  if (!x) {
    zg_conn_close(c);
    return;
  }
  x->head.minor = 1;
  x->head.method_name = x->head.path = ZG_STR("-");
  refuse(c, x, fault);
}

/* The body broke off or stalled. */
static void break_body(zg_conn *c, zg_http_fault fault) {
  zg_exchange *x = c->receiving;
  if (x->on_gone)
    x->on_gone(x);
  x->on_body = NULL;
  refuse(c, x, fault);
}

static bool access_fault(const zg_conn *c, const zg_exchange *x,
                         zg_http_fault *f) {
  const char *names = c->set->app->options.allowed_hosts;
  zg_str host = x->head.host;
  if (!c->unix_socket && host.p && !zg_http_host_is_loopback(host) &&
      !zg_http_host_in(host, names)) {
    *f = (zg_http_fault){421, "misdirected_request",
                         "this host name is not served here; see "
                         "--allowed-hosts"};
    return true;
  }
  if (x->head.origin.p && x->head.method != ZG_GET &&
      x->head.method != ZG_HEAD) {
    zg_str from = zg_http_origin_host(x->head.origin);
    if (!from.p ||
        (!zg_http_host_is_loopback(from) && !zg_http_host_in(from, names))) {
      *f = (zg_http_fault){403, "foreign_origin",
                           "requests from pages of another origin are refused; "
                           "see --allowed-hosts"};
      return true;
    }
  }
  return false;
}

static zg_http_fault too_large(const zg_exchange *x) {
  return (zg_http_fault){413, "body_too_large",
                         x->route->streamed ? "the body exceeds 64 GiB"
                         : x->route->body_max == ZG_QUERY_BODY_MAX
                             ? "the body exceeds 1 MiB"
                             : "the body exceeds 64 MiB"};
}

static bool limit_fault(const zg_conn *c, const zg_exchange *x,
                        zg_http_fault *f) {
  if (!x->head.has_length)
    return false;
  if (x->head.content_length > x->route->body_max) {
    *f = too_large(x);
    return true;
  }
  if (!x->route->streamed &&
      c->set->app->body_bytes + (size_t)x->head.content_length >
          ZG_BODIES_MAX) {
    *f = (zg_http_fault){503, "bodies_too_large",
                         "too many large requests at once; try again"};
    return true;
  }
  return false;
}

static int on_body(llhttp_t *parser, const char *p, size_t n) {
  zg_conn *c = of_parser(parser);
  zg_exchange *x = c->receiving;
  c->body_seen = true;
  if (!x || x->ready) /* answered already: the rest is of no interest */
    return 0;
  x->received += (int64_t)n;
  if (x->received > x->route->body_max) {
    break_body(c, too_large(x));
    return 0;
  }
  if (x->on_body) {
    x->on_body(x, p, n);
    return 0;
  }
  if (x->route->streamed)
    return 0;
  if (c->set->app->body_bytes + n > ZG_BODIES_MAX ||
      !zg_buf_add(&x->body, p, n)) {
    refuse(c, x,
           (zg_http_fault){503, "bodies_too_large",
                           "too many large requests at once; try again"});
    return 0;
  }
  x->body_counted += n;
  c->set->app->body_bytes += n;
  return 0;
}

static int on_message_complete(llhttp_t *parser) {
  of_parser(parser)->message_done = true;
  return HPE_PAUSED;
}

static const llhttp_settings_t parser_settings = {
    .on_body = on_body, .on_message_complete = on_message_complete};

/* Feeds llhttp; returns how much of it belongs to this message. */
static size_t execute(zg_conn *c, const char *p, size_t n) {
  c->body_seen = false;
  llhttp_errno_t e = llhttp_execute(&c->parser, p, n);
  size_t used = n;
  if (e == HPE_PAUSED) {
    used = (size_t)(llhttp_get_error_pos(&c->parser) - p);
    llhttp_resume(&c->parser);
  } else if (e != HPE_OK && c->receiving && c->phase != PHASE_DISCARD) {
    break_body(c, (zg_http_fault){400, "bad_request",
                                  "malformed request or chunked body"});
  }
  c->overhead = c->body_seen ? 0 : c->overhead + used;
  return used;
}

static void message_complete(zg_conn *c) {
  zg_exchange *x = c->receiving;
  c->receiving = NULL;
  if (c->phase == PHASE_BODY) /* nothing counts behind `Connection: close` */
    c->phase = x && !x->head.keep_alive ? PHASE_DISCARD : PHASE_HEAD;
  if (!x || x->ready)
    return;
  if (!x->route->streamed)
    x->route->handler(x);
  else if (x->on_body_end)
    x->on_body_end(x);
}

/* The head is checked and has its route: begins the body, or ends. */
static void begin_message(zg_conn *c, zg_exchange *x) {
  llhttp_init(&c->parser, HTTP_REQUEST, &parser_settings);
  c->parser.data = c;
  c->message_done = false;
  c->overhead = 0;
  c->receiving = x;
  c->phase = PHASE_BODY;
  c->paused = false;
  c->body_since = uv_now(c->h.stream.loop);
  size_t head_n = (size_t)(x->room - x->raw);
  size_t used = execute(c, x->raw, head_n);
  if (c->phase != PHASE_BODY)
    return;
  if (used != head_n) {
    break_body(c, (zg_http_fault){400, "bad_request", "malformed request"});
    return;
  }
  bool has_body = !c->message_done;
  if (x->route->streamed)
    x->route->handler(x);
  if (!has_body) {
    message_complete(c);
    return;
  }
  /* A handler that has answered already may have freed x. */
  if (c->receiving == x && x->head.expect.p && !x->ready) {
    x->want_continue = true;
    zg_conn_flush(c);
  }
}

static void start_request(zg_conn *c, const char *p, size_t n) {
  zg_http_fault fault;
  zg_error err = ZG_ERROR_INIT;
  zg_exchange *x = enqueue(c);
  char *raw = x ? malloc(2 * n + 2) : NULL;
  if (!raw) {
    zg_conn_close(c);
    return;
  }
  memcpy(raw, p, n);
  x->raw = raw;
  x->room = raw + n;
  bool fine = zg_http_head_parse((zg_str){raw, n}, &x->head, &fault);
  make_request_id(c, x);
  if (!fine || access_fault(c, x, &fault)) {
    if (!fine)
      x->head.minor = 1;
    refuse(c, x, fault);
    return;
  }
  int status = zg_routes_find(x, &err);
  if (status) {
    fault = (zg_http_fault){status, err.code, err.message};
    bool has_body = x->head.chunked || x->head.content_length > 0;
    if (has_body) {
      refuse(c, x, fault);
    } else {
      zg_exchange_set_fault(x, &fault);
      zg_exchange_send(x);
    }
    return;
  }
  if (limit_fault(c, x, &fault)) {
    refuse(c, x, fault);
    return;
  }
  begin_message(c, x);
}

/* ---- bytes ---- */

static bool may_start(const zg_conn *c) {
  return c->outstanding < ZG_PIPELINE_MAX && !c->set->app->stopping &&
         uv_stream_get_write_queue_size(&c->h.stream) <= ZG_WRITE_QUEUE_MAX;
}

/* Takes one head; 0 when it is not all there or may not start. */
static size_t take_head(zg_conn *c, const char *p, size_t n) {
  zg_http_fault fault;
  size_t skip = 0;
  if (!may_start(c))
    return 0;
  while (c->scanned == 0 && n - skip >= 2 && memcmp(p + skip, "\r\n", 2) == 0)
    skip += 2; /* blank lines before a request (RFC 9112, 2.2) */
  if (skip)
    return skip;
  if (n == 1 && *p == '\r')
    return 0;
  long head = zg_http_head_end(p, n, &c->scanned, &fault);
  if (head < 0) {
    c->scanned = 0;
    refuse_bytes(c, fault);
    return 0;
  }
  if (head == 0)
    return 0;
  c->scanned = 0;
  c->head_since = 0;
  start_request(c, p, (size_t)head);
  return (size_t)head;
}

static size_t take_body(zg_conn *c, const char *p, size_t n) {
  size_t used = execute(c, p, n);
  c->body_since = uv_now(c->h.stream.loop);
  if (c->phase != PHASE_BODY)
    return n;
  if (c->message_done)
    message_complete(c);
  else if (c->overhead > ZG_HEAD_MAX)
    break_body(c, (zg_http_fault){431, "headers_too_large",
                                  "chunk extensions or trailers are too long"});
  return used;
}

static size_t pump(zg_conn *c, const char *p, size_t n) {
  size_t off = 0;
  c->pumping = true;
  while (off < n && !c->dead) {
    size_t used = 0;
    if (c->phase == PHASE_DISCARD)
      used = n - off;
    else if (c->phase == PHASE_HEAD)
      used = take_head(c, p + off, n - off);
    else
      used = take_body(c, p + off, n - off);
    if (used == 0 && c->phase != PHASE_DISCARD)
      break;
    off += used;
  }
  c->pumping = false;
  return off;
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *buf) {
  zg_conn *c = h->data;
  (void)hint;
  *buf = uv_buf_init(c->set->read_buf, 64 * 1024);
}

static void on_eof(zg_conn *c) {
  c->eof = true;
  if (c->phase == PHASE_BODY && c->receiving)
    break_body(
        c, (zg_http_fault){400, "body_incomplete", "the body ended too early"});
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
  zg_conn *c = stream->data;
  if (n == 0)
    return;
  if (n == UV_EOF) {
    on_eof(c);
    if (!c->dead)
      zg_conn_go_on(c);
    return;
  }
  if (n < 0) {
    zg_conn_close(c);
    return;
  }
  c->idle_since = uv_now(stream->loop);
  if (c->in.n) {
    zg_buf_add(&c->in, buf->base, (size_t)n);
  } else {
    size_t used = pump(c, buf->base, (size_t)n);
    if (!c->dead && used < (size_t)n)
      zg_buf_add(&c->in, buf->base + used, (size_t)n - used);
  }
  if (c->in.failed)
    zg_conn_close(c);
  if (!c->dead)
    zg_conn_go_on(c);
}

static void set_reading(zg_conn *c) {
  bool want = !c->eof && !c->dead;
  if (c->phase == PHASE_BODY && c->paused)
    want = false;
  if (c->phase == PHASE_HEAD && !may_start(c) && c->in.n)
    want = false;
  if (want == c->reading)
    return;
  c->reading = want;
  if (!want)
    uv_read_stop(&c->h.stream);
  else if (uv_read_start(&c->h.stream, on_alloc, on_read) < 0)
    zg_conn_close(c);
}

/* After any change: takes what is kept, decides on reading, ends what is
 * over. */
void zg_conn_go_on(zg_conn *c) {
  if (c->in.n && !(c->phase == PHASE_BODY && c->paused)) {
    size_t used = pump(c, c->in.p, c->in.n);
    if (c->dead)
      return;
    if (used && used < c->in.n)
      memmove(c->in.p, c->in.p + used, c->in.n - used);
    c->in.n -= used;
    if (c->in.n == 0)
      zg_buf_free(&c->in); /* an idle connection holds no buffer */
  }
  if (c->in.n && c->phase == PHASE_HEAD && may_start(c)) {
    if (!c->head_since)
      c->head_since = uv_now(c->h.stream.loop);
  } else {
    c->head_since = 0;
  }
  bool over = c->phase == PHASE_DISCARD || c->eof ||
              (c->set->app->stopping && c->phase == PHASE_HEAD);
  if (!c->first && over)
    zg_conn_finish(c);
  if (c->shutting && c->eof && c->linger_until)
    zg_conn_close(c);
  if (!c->dead)
    set_reading(c);
}

/* ---- the set ---- */

static void renew_date(zg_conns *set) {
  time_t now = time(NULL);
  struct tm tm;
  gmtime_r(&now, &tm);
  strftime(set->date, sizeof set->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

zg_status zg_conns_init(zg_conns *set, zg_app *app, zg_error *err) {
  *set = (zg_conns){.app = app, .max = 1024};
  set->read_buf = malloc(64 * 1024);
  if (!set->read_buf)
    return zg_fail_nomem(err);
  uv_random(NULL, NULL, &set->id_seed, sizeof set->id_seed, 0, NULL);
  renew_date(set);
  return ZG_OK;
}

void zg_conns_free(zg_conns *set) { free(set->read_buf); }

/* Over the limit: 503.  A few such connections may linger so that the answer
 * arrives for sure; beyond them the descriptor is needed at once, and reading
 * what has come keeps the close from being a reset. */
static void turn_away(zg_conn *c) {
  char sink[4096];
  uv_os_fd_t fd;
  zg_exchange *x = enqueue(c);
  if (!x) {
    zg_conn_close(c);
    return;
  }
  x->head.minor = 1;
  x->head.method_name = x->head.path = ZG_STR("-");
  refuse(c, x,
         (zg_http_fault){503, "too_many_connections",
                         "too many connections; try again"});
  if (c->dead || c->set->turned_away <= TURNED_AWAY_MAX)
    return;
  if (uv_fileno(&c->h.handle, &fd) == 0)
    while (recv(fd, sink, sizeof sink, MSG_DONTWAIT) > 0)
      ;
  zg_conn_close(c);
}

void zg_conn_accept(zg_conns *set, uv_stream_t *listener, bool unix_socket) {
  zg_conn *c = calloc(1, sizeof *c);
  if (!c)
    return;
  c->set = set;
  c->unix_socket = unix_socket;
  c->h.handle.data = c;
  int r = unix_socket ? uv_pipe_init(listener->loop, &c->h.pipe, 0)
                      : uv_tcp_init(listener->loop, &c->h.tcp);
  if (r < 0) {
    free(c);
    return;
  }
  c->h.handle.data = c;
  c->next = set->first;
  if (set->first)
    set->first->prev = c;
  set->first = c;
  c->turned_away = set->app->connections >= set->max;
  if (c->turned_away)
    set->turned_away++;
  else
    set->app->connections++;
  c->idle_since = c->progress_at = uv_now(listener->loop);
  if (uv_accept(listener, &c->h.stream) < 0) {
    zg_conn_close(c);
    return;
  }
  if (!unix_socket)
    uv_tcp_nodelay(&c->h.tcp, 1);
  if (c->turned_away)
    turn_away(c);
  if (!c->dead)
    zg_conn_go_on(c);
}

static void tick_one(zg_conn *c, uint64_t now) {
  uint64_t idle = (uint64_t)c->set->app->options.idle_timeout * 1000;
  if (zg_conn_write_stalled(c, now)) {
    zg_conn_close(c);
  } else if (c->shutting) {
    if (c->linger_until && now > c->linger_until)
      zg_conn_close(c);
  } else if (c->head_since && now - c->head_since > ZG_HEAD_SECONDS * 1000u) {
    c->head_since = 0;
    refuse_bytes(c, (zg_http_fault){408, "request_timeout",
                                    "the request head took over 10 s"});
  } else if (c->phase == PHASE_BODY && c->receiving && !c->paused &&
             now - c->body_since > ZG_BODY_STALL_SECONDS * 1000u) {
    break_body(c, (zg_http_fault){408, "request_timeout",
                                  "no byte of the body came for 30 s"});
  } else if (!c->first && c->in.n == 0 && now - c->idle_since > idle) {
    zg_conn_finish(c);
  }
}

void zg_conns_tick(zg_conns *set) {
  renew_date(set);
  for (zg_conn *c = set->first, *next; c; c = next) {
    next = c->next;
    tick_one(c, uv_now(c->h.stream.loop));
  }
}

void zg_conns_stop(zg_conns *set) {
  for (zg_conn *c = set->first, *next; c; c = next) {
    next = c->next;
    if (c->receiving && c->receiving->on_shutdown)
      c->receiving->on_shutdown(c->receiving);
    if (!c->dead)
      zg_conn_go_on(c);
  }
}

void zg_conns_close_all(zg_conns *set) {
  while (set->first)
    zg_conn_close(set->first);
}
