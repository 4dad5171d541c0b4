/* POST /v1/import: NDJSON in, NDJSON out, bounded memory.
 *
 * The body is cut into lines as it comes; full chunks are prepared by workers,
 * at most three at a time, and submitted in line order so that of two lines
 * with one id the later wins.  While chunks wait, the socket is not read.
 */
#include <stddef.h>
#include <stdlib.h>

#include "daemon/api.h"
#include "daemon/import_chunk.h"
#include "daemon/spill.h"

#define IN_FLIGHT_MAX 3

typedef struct import {
  zg_exchange *x;
  zg_waiter waiter;
  zg_import_chunk *first, *last; /* sealed and not yet answered, in order */
  zg_import_chunk *filling;
  unsigned in_flight, waiting;
  uint64_t line_number, lines, ok, findings, unchanged;
  zg_error first_error;
  bool dry_run;     /* nothing is stored */
  bool skipping;    /* inside of an over-long line */
  bool ended;       /* no more lines will come */
  bool interrupted; /* by SIGTERM */
  bool gone;
  bool finished;
  zg_spill answer;
} import;

static void advance(import *im);

static void import_free(void *state) {
  import *im = state;
  zg_app_forget(im->x->app, &im->waiter);
  while (im->first) {
    zg_import_chunk *next = im->first->next;
    zg_import_chunk_free(im->first);
    im->first = next;
  }
  zg_import_chunk_free(im->filling);
  zg_spill_free(&im->answer);
  free(im);
}

/* ---- lines ---- */

static void seal(import *im) {
  zg_import_chunk *c = im->filling;
  if (!c)
    return;
  im->filling = NULL;
  if (c->n_lines == 0) {
    zg_import_chunk_free(c);
    return;
  }
  if (im->last && im->first)
    im->last->next = c;
  else
    im->first = c;
  im->last = c;
  im->waiting++;
}

static void fail_import(import *im, const zg_error *err) {
  im->gone = true;
  im->ended = true;
  if (im->x->conn && !im->x->ready)
    zg_exchange_fail(im->x, err);
}

static void fail_no_memory(import *im) {
  zg_error err = ZG_ERROR_INIT;
  zg_fail_nomem(&err);
  fail_import(im, &err);
}

static zg_import_chunk *filling(import *im) {
  if (!im->filling)
    im->filling = zg_import_chunk_new(im->x);
  if (!im->filling) {
    fail_no_memory(im); /* which may end the exchange, and free this */
    return NULL;
  }
  return im->filling;
}

static bool is_blank(const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r')
      return false;
  return true;
}

static void end_line(import *im, zg_import_chunk *c, bool too_long) {
  size_t off = c->line_start, n = c->text.n - off;
  im->line_number++;
  if (im->line_number == 1 && n >= 3 &&
      memcmp(c->text.p + off, "\xEF\xBB\xBF", 3) == 0) {
    off += 3; /* the byte order mark of a Windows file */
    n -= 3;
  }
  if (!too_long && (n == 0 || is_blank(c->text.p + off, n))) {
    c->text.n = c->line_start;
    return;
  }
  c->lines[c->n_lines++] = (zg_import_line){.off = off,
                                            .n = n,
                                            .number = im->line_number,
                                            .too_long = too_long,
                                            .item = -1};
  c->line_start = c->text.n;
  if (c->n_lines == ZG_IMPORT_LINES || c->text.n >= c->limit)
    seal(im);
}

/* Bytes of the current line, without its newline. */
static bool take(import *im, zg_import_chunk *c, const char *p, size_t n) {
  if (im->skipping)
    return true;
  if (c->text.n - c->line_start + n > ZG_IMPORT_LINE_MAX) {
    c->text.n = c->line_start;
    im->skipping = true;
    return true;
  }
  if (n && !zg_buf_add(&c->text, p, n)) {
    fail_no_memory(im);
    return false;
  }
  return true;
}

static void on_body(zg_exchange *x, const char *p, size_t n) {
  import *im = x->state;
  while (n && !im->ended) {
    const char *lf = memchr(p, '\n', n);
    size_t k = lf ? (size_t)(lf - p) : n;
    zg_import_chunk *c = filling(im);
    if (!c || !take(im, c, p, k))
      return;
    if (lf) {
      end_line(im, c, im->skipping);
      im->skipping = false;
      k++;
    }
    p += k;
    n -= k;
  }
  if (!im->ended)
    advance(im);
}

static void on_body_end(zg_exchange *x) {
  import *im = x->state;
  zg_import_chunk *c = im->filling;
  /* The last line may come without its newline. */
  if (c && (c->text.n > c->line_start || im->skipping))
    end_line(im, c, im->skipping);
  seal(im);
  im->ended = true;
  advance(im);
}

/* ---- chunks ---- */

static zg_import_chunk *of_job(zg_job *job) {
  return (zg_import_chunk *)((char *)job - offsetof(zg_import_chunk, job));
}

static bool prepare_work(zg_job *job, zg_worker *w) {
  zg_import_chunk_prepare(of_job(job), w);
  return true;
}

/* A chunk comes back to the loop. */
static void came_back(zg_import_chunk *c, zg_chunk_state state) {
  zg_exchange *x = c->x;
  c->state = state;
  advance(x->state);
  zg_exchange_release(x);
}

static void prepared(zg_job *job) { came_back(of_job(job), ZG_CHUNK_PREPARED); }

static void decided(zg_job *job) {
  zg_import_chunk *c = of_job(job);
  zg_import_chunk_decided(c);
  came_back(c, ZG_CHUNK_DONE);
}

/* On the writer thread. */
static void stored(zg_batch *batch, void *arg) {
  zg_import_chunk *c = arg;
  (void)batch; /* c->batch */
  zg_pool_finish(c->x->app->pool, &c->job);
}

/* All imports share the budget; one chunk of each may be at work whatever the
 * others hold, so that none waits for ever. */
static bool reserve(import *im, zg_import_chunk *c) {
  zg_app *app = im->x->app;
  size_t need = c->text.n * ZG_IMPORT_GROWTH;
  size_t budget = (size_t)app->options.import_memory_mb * 1024 * 1024;
  if (im->in_flight && app->import_bytes + need > budget)
    return false;
  c->reserved = need;
  app->import_bytes += need;
  return true;
}

static void start_waiting(import *im) {
  for (zg_import_chunk *c = im->first; c; c = c->next) {
    zg_error err = ZG_ERROR_INIT;
    if (c->state != ZG_CHUNK_WAITING || im->gone)
      continue;
    /* One that is at work comes back here when it is done. */
    if (im->in_flight == IN_FLIGHT_MAX || (!c->reserved && !reserve(im, c)))
      return;
    c->job =
        (zg_job){.kind = ZG_JOB_BULK, .work = prepare_work, .done = prepared};
    if (zg_pool_submit(im->x->app->pool, &c->job, &err)) {
      zg_app_wait(im->x->app, &im->waiter);
      return;
    }
    zg_exchange_hold(im->x);
    c->state = ZG_CHUNK_PREPARING;
    im->in_flight++;
    im->waiting--;
  }
}

/* False: wait, the next may not overtake it. */
static bool submit_one(import *im, zg_import_chunk *c) {
  zg_error err = ZG_ERROR_INIT;
  if (c->state == ZG_CHUNK_SUBMITTED || c->state == ZG_CHUNK_DONE)
    return true;
  if (c->state != ZG_CHUNK_PREPARED)
    return false;
  if (im->gone || im->dry_run || !c->batch || zg_batch_items(c->batch) == 0) {
    c->state = ZG_CHUNK_DONE;
    return true;
  }
  c->job = (zg_job){.done = decided};
  c->state = ZG_CHUNK_SUBMITTED;
  zg_exchange_hold(im->x);
  zg_status st = zg_store_submit(im->x->app->store, c->batch, stored, c, &err);
  if (st == ZG_OK)
    return true;
  zg_exchange_release(im->x); /* the hold of above; `advance` has its own */
  if (st == ZG_BUSY) {
    c->state = ZG_CHUNK_PREPARED;
    zg_app_wait(im->x->app, &im->waiter);
    return false;
  }
  zg_import_chunk_refused(c, &err);
  c->state = ZG_CHUNK_DONE;
  return true;
}

static void answer_chunk(import *im, const zg_import_chunk *c) {
  zg_buf out = ZG_BUF_INIT;
  zg_error err = ZG_ERROR_INIT;
  for (size_t i = 0; i < c->n_lines; i++) {
    const zg_import_line *l = &c->lines[i];
    im->lines++;
    if (!l->error) {
      im->ok++;
      im->findings += l->findings;
      im->unchanged += l->unchanged;
    } else if (!im->first_error.status ||
               zg_status_http(l->error->status) >
                   zg_status_http(im->first_error.status)) {
      im->first_error = *l->error; /* the gravest */
    }
    zg_import_line_render(l, &out);
  }
  if (im->gone)
    ;
  else if (out.failed)
    fail_no_memory(im);
  else if (zg_spill_add(&im->answer, out.p, out.n, &err))
    fail_import(im, &err);
  zg_buf_free(&out);
}

static void answer_done(import *im) {
  while (im->first && im->first->state == ZG_CHUNK_DONE) {
    zg_import_chunk *c = im->first;
    im->first = c->next;
    if (!im->first)
      im->last = NULL;
    im->in_flight--;
    answer_chunk(im, c);
    zg_import_chunk_free(c);
  }
}

/* ---- the answer ---- */

static void summary(const import *im, zg_buf *out) {
  zg_json j = zg_json_to(out);
  zg_json_open(&j, '{');
  zg_json_key(&j, "summary");
  zg_json_open(&j, '{');
  zg_json_key(&j, "lines");
  zg_json_uint(&j, im->lines);
  zg_json_key(&j, "ok");
  zg_json_uint(&j, im->ok);
  zg_json_key(&j, "failed");
  zg_json_uint(&j, im->lines - im->ok);
  zg_json_key(&j, "findings");
  zg_json_uint(&j, im->findings);
  if (im->unchanged) {
    zg_json_key(&j, "unchanged");
    zg_json_uint(&j, im->unchanged);
  }
  if (im->dry_run) {
    zg_json_key(&j, "dry_run");
    zg_json_bool(&j, true);
  }
  zg_json_key(&j, "took_ms");
  zg_json_fixed(&j, zg_clock_ms_since(im->x->started_ns), 3);
  if (im->interrupted) {
    zg_error err = ZG_ERROR_INIT;
    zg_fail(&err, ZG_BUSY, "shutting_down", "",
            "the daemon is shutting down; lines that are not listed were not "
            "read");
    zg_json_key(&j, "error");
    zg_json_error(&j, &err, im->x->request_id);
  }
  zg_json_close(&j, '}');
  zg_json_close(&j, '}');
  zg_buf_addc(out, '\n');
}

static int status_of(const import *im) {
  if (im->interrupted)
    return 503;
  if (im->ok == im->lines)
    return 200;
  if (im->ok)
    return 207;
  int gravest = zg_status_http(im->first_error.status);
  return gravest >= 500 ? gravest : 400;
}

static void on_drain(zg_exchange *x) {
  import *im = x->state;
  char piece[32 * 1024];
  int64_t n = zg_spill_read(&im->answer, piece, sizeof piece);
  if (n < 0)
    zg_exchange_break(x);
  else if (n == 0)
    zg_exchange_end(x);
  else
    zg_exchange_write(x, piece, (size_t)n);
}

static void finish(import *im) {
  zg_exchange *x = im->x;
  zg_buf out = ZG_BUF_INIT;
  zg_error err = ZG_ERROR_INIT;
  im->finished = true;
  summary(im, &out);
  zg_status st = out.failed ? zg_fail_nomem(&err)
                            : zg_spill_add(&im->answer, out.p, out.n, &err);
  zg_buf_free(&out);
  if (st) {
    zg_exchange_fail(x, &err);
  } else if (im->answer.fd < 0) {
    zg_exchange_set(x, status_of(im), ZG_TYPE_NDJSON, &im->answer.memory);
    zg_exchange_send(x);
  } else {
    x->on_drain = on_drain;
    zg_exchange_stream(x, status_of(im), ZG_TYPE_NDJSON);
  }
}

static void advance(import *im) {
  zg_exchange *x = im->x;
  zg_exchange_hold(x); /* an answer may end it all */
  answer_done(im);
  for (zg_import_chunk *c = im->first; c && submit_one(im, c); c = c->next)
    ;
  answer_done(im);
  start_waiting(im);
  if (x->conn && !im->ended)
    x->wire->pause(x->conn, im->waiting > 0);
  if (im->ended && !im->gone && !im->finished && !im->first)
    finish(im);
  zg_exchange_release(x);
}

static void on_retry(zg_waiter *w) {
  advance((import *)((char *)w - offsetof(import, waiter)));
}

/* What the writer has gets done; what it has not is dropped. */
static void on_gone(zg_exchange *x) {
  import *im = x->state;
  im->gone = true;
  im->ended = true;
  x->cancel = 1;
  zg_app_forget(x->app, &im->waiter);
}

static void drop_waiting(import *im) {
  zg_import_chunk **at = &im->first, *last = NULL;
  while (*at) {
    zg_import_chunk *c = *at;
    if (c->state == ZG_CHUNK_WAITING) {
      *at = c->next;
      im->waiting--;
      zg_import_chunk_free(c);
    } else {
      last = c;
      at = &c->next;
    }
  }
  im->last = last;
}

static void on_shutdown(zg_exchange *x) {
  import *im = x->state;
  if (im->ended)
    return;
  im->interrupted = true;
  im->ended = true;
  drop_waiting(im);
  advance(im);
}

void zg_api_import(zg_exchange *x) {
  zg_error err = ZG_ERROR_INIT;
  if (!zg_api_is_json(x) &&
      !zg_http_type_is(x->head.content_type, "text/plain") &&
      !zg_http_type_is(x->head.content_type, "application/octet-stream") &&
      zg_api_unsupported(x, "Content-Type: application/x-ndjson is expected"))
    return;
  import *im = calloc(1, sizeof *im);
  bool dry_run = zg_str_is(x->head.query, "dry_run=true");
  if (x->head.query.n && !dry_run &&
      !zg_str_is(x->head.query, "dry_run=false")) {
    zg_fail(&err, ZG_INVALID, "invalid_query_string", "",
            "an import takes no parameter but dry_run=true");
  } else if (x->app->options.read_only && !dry_run) {
    zg_fail(&err, ZG_READ_ONLY, "read_only", "",
            "the daemon was started with --read-only");
  } else if (!im) {
    zg_fail_nomem(&err);
  }
  if (err.status) {
    free(im);
    zg_exchange_fail(x, &err);
    return;
  }
  im->x = x;
  im->dry_run = dry_run;
  im->waiter.retry = on_retry;
  zg_spill_init(&im->answer, x->app->options.data);
  x->state = im;
  x->free_state = import_free;
  x->on_body = on_body;
  x->on_body_end = on_body_end;
  x->on_gone = on_gone;
  x->on_shutdown = on_shutdown;
}
