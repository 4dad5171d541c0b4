/* GET /v1/export: findings (and bulletins) as NDJSON, in pieces.
 *
 * A worker renders some 128 KB, the loop writes it, and only when the client
 * has taken most of it is the next piece rendered.  The lines are those that
 * POST /v1/import takes.  The snapshot is held to the end: all is of one state.
 */
#include <stddef.h>
#include <stdlib.h>

#include "daemon/api.h"
#include "query/search.h"

#define PIECE_BYTES (128 * 1024)

static const zg_spec specs[] = {{"format", 's'},
                                {"q", 's'},
                                {"filter", 's'},
                                {"operator", 's'},
                                {"bulletins", 'b'}};

typedef struct export {
  zg_exchange *x;
  zg_job job;
  zg_waiter waiter;
  cJSON *req; /* holds q and filter */
  zg_str q, filter;
  bool is_or, with_bulletins;
  zg_snapshot *snap;
  roaring_bitmap_t *bulletins, *findings; /* still to be written */
  zg_buf piece;
  zg_error err;
  bool started, streaming, running, finished;
}
export;

static void drop(roaring_bitmap_t **set) {
  if (*set)
    roaring_bitmap_free(*set); /* it does not take NULL */
  *set = NULL;
}

static void export_free(void *state) {
  export *e = state;
  zg_app_forget(e->x->app, &e->waiter);
  if (e->snap)
    zg_snapshot_release(e->snap);
  drop(&e->bulletins);
  drop(&e->findings);
  cJSON_Delete(e->req);
  zg_buf_free(&e->piece);
  free(e);
}

static zg_status read_request(export *e, zg_worker *w, zg_error *err) {
  zg_str format = ZG_STR("ndjson");
  zg_status st = zg_api_params(e->x, w, specs, sizeof specs / sizeof specs[0],
                               &e->req, err);
  if (st || (st = zg_in_str(e->req, "format", &format, err)) ||
      (st = zg_in_str(e->req, "q", &e->q, err)) ||
      (st = zg_in_str(e->req, "filter", &e->filter, err)) ||
      (st = zg_api_operator(e->req, &e->is_or, err)) ||
      (st = zg_in_bool(e->req, "bulletins", &e->with_bulletins, err)))
    return st;
  if (!zg_str_is(format, "ndjson"))
    return zg_fail(err, ZG_INVALID, "out_of_range", "format",
                   "format: expected ndjson");
  if (e->q.n > ZG_QUERY_MAX)
    return zg_fail(err, ZG_INVALID, "query_too_long", "q",
                   "q: at most %d bytes", ZG_QUERY_MAX);
  return ZG_OK;
}

static zg_status pin(export *e, zg_worker *w, zg_error *err) {
  e->snap = zg_store_pin(w->store);
  zg_context ctx = {e->snap, w->id, w->analyser,
                    (const _Atomic int *)&e->x->cancel};
  zg_status st =
      zg_match_set(&e->findings, &ctx, e->q, e->filter, e->is_or, err);
  if (st)
    return st;
  e->bulletins =
      e->with_bulletins
          ? roaring_bitmap_copy(zg_table_all(zg_snapshot_bulletins(e->snap)))
          : roaring_bitmap_create();
  return e->bulletins ? ZG_OK : zg_fail_nomem(err);
}

/* A bulletin as POST /v1/bulletins takes it; `force`, because it was accepted
 * once. */
static void bulletin_line(zg_json *j, const zg_bulletin *b) {
  const struct {
    const char *key;
    zg_str value;
  } members[] = {{"id", b->id},
                 {"title", b->title},
                 {"unit", b->n_units ? b->units[0] : ZG_STR_NULL},
                 {"unit_level", b->unit_level},
                 {"region", b->region},
                 {"publish_date", b->publish_date},
                 {"source", b->source},
                 {"url", b->url},
                 {"text", b->text}};
  zg_json_open(j, '{');
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    zg_json_key(j, members[i].key);
    zg_json_str(j, members[i].value);
  }
  zg_json_key(j, "force");
  zg_json_bool(j, true);
  zg_json_close(j, '}');
}

static zg_status one_bulletin(export *e, zg_worker *w, uint32_t docid,
                              zg_error *err) {
  zg_bulletin *b = NULL;
  char *block = NULL;
  zg_status st =
      zg_snapshot_bulletin(e->snap, w->id, docid, w->arena, &b, &block, err);
  if (st == ZG_OK) {
    zg_json j = zg_json_to(&e->piece);
    bulletin_line(&j, b);
    zg_buf_addc(&e->piece, '\n');
  }
  free(block);
  return st;
}

static zg_status one_finding(export *e, zg_worker *w, uint32_t docid,
                             zg_error *err) {
  zg_finding *f = NULL;
  char *block = NULL;
  zg_status st =
      zg_snapshot_finding(e->snap, w->id, docid, w->arena, &f, &block, err);
  if (st == ZG_OK) {
    zg_json j = zg_json_to(&e->piece);
    zg_json_finding(&j, f);
    zg_buf_addc(&e->piece, '\n');
  }
  free(block);
  return st;
}

/* Renders until the piece is full; what was written leaves its bitmap. */
static zg_status fill(export *e, zg_worker *w, zg_error *err) {
  while (e->piece.n < PIECE_BYTES && !e->x->cancel) {
    bool bulletin = !roaring_bitmap_is_empty(e->bulletins);
    roaring_bitmap_t *set = bulletin ? e->bulletins : e->findings;
    if (roaring_bitmap_is_empty(set)) {
      e->finished = true;
      break;
    }
    uint32_t docid = roaring_bitmap_minimum(set);
    zg_arena_reset(w->arena);
    zg_status st = bulletin ? one_bulletin(e, w, docid, err)
                            : one_finding(e, w, docid, err);
    if (st)
      return st;
    roaring_bitmap_remove(set, docid);
  }
  return e->piece.failed ? zg_fail_nomem(err) : ZG_OK;
}

static export *of_job(zg_job *job) {
  return (export *)((char *)job - offsetof(export, job));
}

static bool work(zg_job *job, zg_worker *w) {
  export *e = of_job(job);
  zg_status st = ZG_OK;
  if (!e->started) {
    st = read_request(e, w, &e->err);
    if (st == ZG_OK)
      st = pin(e, w, &e->err);
    e->started = true;
  }
  if (st == ZG_OK)
    st = fill(e, w, &e->err);
  e->err.status = st;
  return true;
}

static void next_piece(export *e);

static void done(zg_job *job) {
  export *e = of_job(job);
  zg_exchange *x = e->x;
  e->running = false;
  if (!x->conn) {
    ; /* the client is gone */
  } else if (e->err.status && !e->streaming) {
    zg_exchange_fail(x, &e->err);
  } else if (e->err.status) {
    zg_log_write(&x->app->log, ZG_LOG_WARN, "export_broken", "%s: %s",
                 x->request_id, e->err.message);
    zg_exchange_break(x);
  } else {
    zg_buf piece = e->piece;
    e->piece = (zg_buf)ZG_BUF_INIT;
    bool first = !e->streaming;
    e->streaming = true;
    zg_buf_add(&x->answer, piece.p, piece.n);
    zg_buf_free(&piece);
    if (e->finished)
      x->ended = true;
    if (first)
      zg_exchange_stream(x, 200, ZG_TYPE_NDJSON);
    else
      x->wire->ready(x->conn);
  }
  zg_exchange_release(x);
}

static void on_retry(zg_waiter *w) {
  next_piece((export *)((char *)w - offsetof(export, waiter)));
}

static void next_piece(export *e) {
  zg_error err = ZG_ERROR_INIT;
  if (e->running || e->finished || e->waiter.waiting)
    return;
  e->job = (zg_job){.kind = ZG_JOB_BULK, .work = work, .done = done};
  e->err = (zg_error)ZG_ERROR_INIT;
  if (zg_pool_submit(e->x->app->pool, &e->job, &err) == ZG_OK) {
    e->running = true;
    zg_exchange_hold(e->x);
  } else if (e->streaming) {
    zg_app_wait(e->x->app, &e->waiter);
  } else {
    zg_exchange_fail(e->x, &err);
  }
}

static void on_drain(zg_exchange *x) { next_piece(x->state); }

static void on_gone(zg_exchange *x) {
  export *e = x->state;
  zg_app_forget(x->app, &e->waiter);
}

void zg_api_export(zg_exchange *x) {
  export *e = calloc(1, sizeof *e);
  if (!e) {
    zg_error err = ZG_ERROR_INIT;
    zg_fail_nomem(&err);
    zg_exchange_fail(x, &err);
    return;
  }
  e->x = x;
  e->waiter.retry = on_retry;
  x->state = e;
  x->free_state = export_free;
  x->on_drain = on_drain;
  x->on_gone = on_gone;
  next_piece(e);
}
