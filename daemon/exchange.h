/* One request and its answer.
 *
 * Handlers see only this: they read the request, run a job, and answer.  They
 * know nothing of sockets; the connection is reached through a few function
 * pointers (zg_wire).  Loop thread, but for the job's `work`, which owns the
 * exchange while it runs.
 *
 * Life: counted references.  The connection holds one until the answer is
 * written or the client is gone (then `conn` is NULL and `cancel` is set), and
 * every job or batch under way holds one.
 */
#ifndef ZG_EXCHANGE_H
#define ZG_EXCHANGE_H

#include "daemon/app.h"
#include "daemon/clock.h"
#include "daemon/http.h"
#include "daemon/json_out.h"
#include "index/parser.h"

#define ZG_BODY_MAX (64 * 1024 * 1024)
#define ZG_QUERY_BODY_MAX                                                      \
  (1024 * 1024) /* the body of a search or an aggregate */
/* A body that is taken as it comes needs no bound for memory's sake; this one
 * is against a Content-Length that cannot be meant. */
#define ZG_STREAM_MAX (INT64_C(64) * 1024 * 1024 * 1024)
#define ZG_PATH_SEGMENTS 8
#define ZG_TYPE_JSON "application/json; charset=utf-8"
#define ZG_TYPE_NDJSON "application/x-ndjson; charset=utf-8"

typedef struct zg_exchange zg_exchange;
typedef struct zg_route zg_route;

/* How an exchange reaches its connection. */
typedef struct zg_wire {
  void (*ready)(void *conn);              /* there is something to write */
  void (*pause)(void *conn, bool paused); /* stop / go on reading the body */
} zg_wire;

struct zg_exchange {
  zg_app *app;
  const zg_wire *wire;
  void *conn;
  zg_exchange *next; /* order of the connection's answers */
  unsigned refs;
  _Atomic int cancel;
  uint64_t started_ns;
  zg_taxonomy *taxonomy; /* one for all of the request */

  /* request */
  const zg_route *route;
  zg_http_head head;
  char *raw;           /* owns the head and the decoded path */
  char *room;          /* in raw: for the decoded path */
  size_t body_counted; /* share of app->body_bytes */
  int64_t received;    /* bytes of the body so far */
  zg_str segments[ZG_PATH_SEGMENTS];
  size_t n_segments;
  zg_str arg; /* what stood for {id} */
  zg_buf body;
  char request_id[72];
  bool want_continue;

  /* a route that takes its body as it comes */
  void *state;
  void (*on_body)(zg_exchange *x, const char *p, size_t n);
  void (*on_body_end)(zg_exchange *x);
  void (*on_gone)(zg_exchange *x);     /* client gone, or its body broke off */
  void (*on_shutdown)(zg_exchange *x); /* SIGTERM while the body is coming */
  void (*on_drain)(zg_exchange *x);    /* a streamed answer may go on */
  void (*free_state)(void *state);

  /* job */
  zg_job job;
  bool (*work)(zg_exchange *x, zg_worker *w);

  /* answer */
  int status; /* 0: not answered yet */
  const char *content_type;
  zg_buf answer;   /* the body; of a streamed answer the part not yet taken */
  char extra[200]; /* further header lines, each with CRLF */
  bool ready; /* set on the loop: the answer may be written.  Until then the
                 answer's members may be in a worker's hands */
  bool streamed, ended, head_written, close;
};

/* What a worker parses this request with. */
zg_parser zg_exchange_parser(const zg_exchange *x, const zg_worker *w);
zg_exchange *zg_exchange_new(zg_app *app, const zg_wire *wire, void *conn);
void zg_exchange_hold(zg_exchange *x);
void zg_exchange_release(zg_exchange *x);
/* The client is gone: cancel what runs; the connection drops its reference. */
void zg_exchange_orphan(zg_exchange *x);

/* Adds a header line to the answer; too long ones are left out. */
void zg_exchange_header(zg_exchange *x, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Sets the answer; on the worker or the loop.  The buffer is taken. */
void zg_exchange_set(zg_exchange *x, int status, const char *content_type,
                     zg_buf *body_take);
void zg_exchange_set_error(zg_exchange *x, const zg_error *err);
void zg_exchange_set_fault(zg_exchange *x, const zg_http_fault *fault);
/* Loop: what was set goes out. */
void zg_exchange_send(zg_exchange *x);
void zg_exchange_fail(zg_exchange *x, const zg_error *err); /* set + send */

/* Loop: runs `work` on a worker; it sets the answer, which is then sent.  When
 * it returns false the answer is not there yet: whoever sets it calls
 * zg_pool_finish(&x->job).  A full queue answers 503. */
void zg_exchange_run(zg_exchange *x, zg_job_kind kind,
                     bool (*work)(zg_exchange *x, zg_worker *w));

/* Streamed answers.  Loop. */
void zg_exchange_stream(zg_exchange *x, int status, const char *content_type);
void zg_exchange_write(zg_exchange *x, const char *p, size_t n);
void zg_exchange_end(zg_exchange *x);
/* Breaks the answer off in a way that the client can see. */
void zg_exchange_break(zg_exchange *x);
#endif
