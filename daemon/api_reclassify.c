/* POST /v1/reclassify: every stored finding whose category came from cues (or
 * that has none) is classified anew with the taxonomy that is loaded.
 *
 * Which findings: those of the snapshot at the start that meet the filter.  A
 * worker takes some hundreds of them, each time from the newest snapshot, and
 * puts those that change into a batch; the writer applies it in ordinary
 * transactions, and only then does the next step begin.  So searches and
 * imports go on between the steps, a kill leaves every finding whole, old or
 * new, and running it again finishes the work.  A finding that somebody else
 * changed meanwhile is left as that made it (skipped).
 */
#include <stddef.h>
#include <stdlib.h>

#include "daemon/api.h"
#include "daemon/reclass_moves.h"
#include "index/classify.h"
#include "query/search.h"

#define STEP_FINDINGS 500
#define STEP_BYTES ((size_t)4 << 20)

static const zg_spec specs[] = {
    {"filter", 's'}, {"dry_run", 'b'}, {"progress", 'b'}};

typedef struct counts {
  uint64_t total, done; /* findings to look at; looked at */
  uint64_t examined, changed, rewritten, kept_given, skipped;
} counts;

typedef struct reclass {
  zg_exchange *x;
  zg_job job;
  zg_waiter waiter;
  bool dry_run, progress;
  bool started, streaming, interrupted;
  roaring_bitmap_t *chosen;
  counts n;
  zg_moves *moves;
  zg_norm norm;
  zg_batch *batch;                  /* of the step at hand */
  zg_move *row[STEP_FINDINGS];      /* by item; NULL: other evidence only */
  void (*again)(struct reclass *r); /* after waiting */
  zg_error err;
} reclass;

static void reclass_free(void *state) {
  reclass *r = state;
  zg_app_forget(r->x->app, &r->waiter);
  if (r->chosen)
    roaring_bitmap_free(r->chosen);
  zg_moves_free(r->moves);
  zg_norm_free(&r->norm);
  zg_batch_free(r->batch);
  free(r);
}

/* ---- on a worker ---- */

typedef struct search {
  reclass *r;
  zg_str filter;
} search;

static zg_status find(void *arg, const zg_context *ctx, zg_error *err) {
  search *s = arg;
  if (s->r->chosen)
    roaring_bitmap_free(s->r->chosen);
  s->r->chosen = NULL;
  return zg_match_set(&s->r->chosen, ctx, ZG_STR_NULL, s->filter, false, err);
}

static zg_status begin(reclass *r, zg_worker *w, zg_error *err) {
  cJSON *req = NULL;
  search s = {r, ZG_STR_NULL};
  zg_status st = ZG_OK;
  if (r->x->body.n || r->x->head.query.n)
    st = zg_api_request(r->x, w, specs, sizeof specs / sizeof specs[0], &req,
                        err);
  if (st == ZG_OK)
    st = zg_in_str(req, "filter", &s.filter, err);
  if (st == ZG_OK)
    st = zg_in_bool(req, "dry_run", &r->dry_run, err);
  if (st == ZG_OK)
    st = zg_in_bool(req, "progress", &r->progress, err);
  if (st == ZG_OK && !r->dry_run && r->x->app->options.read_only)
    st = zg_fail(err, ZG_READ_ONLY, "read_only", "",
                 "the daemon was started with --read-only");
  if (st == ZG_OK)
    st = zg_api_pinned(r->x, w, find, &s, err);
  cJSON_Delete(req);
  if (st == ZG_OK)
    r->n.total = roaring_bitmap_get_cardinality(r->chosen);
  return st;
}

static zg_status change(reclass *r, zg_worker *w, uint32_t docid,
                        const zg_finding *was, const zg_finding *now,
                        bool moved, zg_error *err) {
  zg_move *row = moved ? zg_moves_row(r->moves, was, now) : NULL;
  if (moved && !row)
    return zg_fail_nomem(err);
  if (r->dry_run) {
    r->n.rewritten++;
    if (row) {
      r->n.changed++;
      zg_move_count(row);
    }
    return ZG_OK;
  }
  size_t item = zg_batch_items(r->batch);
  zg_status st =
      zg_batch_rewrite_finding(r->batch, w->analyser, now, docid, err);
  r->row[item] = row;
  return st;
}

static zg_status one(reclass *r, zg_worker *w, zg_snapshot *snap,
                     uint32_t docid, size_t *bytes, zg_error *err) {
  zg_parser parser = zg_exchange_parser(r->x, w);
  zg_finding *f = NULL, now;
  zg_reclass verdict;
  char *block = NULL;
  zg_arena_reset(w->arena);
  zg_status st =
      zg_snapshot_finding(snap, w->id, docid, w->arena, &f, &block, err);
  if (st == ZG_NOT_FOUND) {
    r->n.skipped++;
    return ZG_OK;
  }
  if (st == ZG_OK)
    st = zg_reclassify(&now, &verdict, f, w->arena, &parser, &r->norm, err);
  if (st == ZG_OK) {
    *bytes += zg_arena_used(w->arena);
    r->n.kept_given += verdict == ZG_RECLASS_GIVEN;
    r->n.examined += verdict != ZG_RECLASS_GIVEN;
    if (verdict == ZG_RECLASS_CHANGED || verdict == ZG_RECLASS_EVIDENCE)
      st = change(r, w, docid, f, &now, verdict == ZG_RECLASS_CHANGED, err);
  }
  free(block);
  return st;
}

/* Some hundreds of findings; what was looked at leaves `chosen`. */
static zg_status step(reclass *r, zg_worker *w, zg_error *err) {
  size_t bytes = 0;
  zg_status st = zg_batch_new(&r->batch, err);
  zg_snapshot *snap = zg_store_pin(w->store);
  for (int i = 0; st == ZG_OK && i < STEP_FINDINGS && bytes < STEP_BYTES &&
                  !roaring_bitmap_is_empty(r->chosen) && !r->x->cancel;) {
    uint32_t docid = roaring_bitmap_minimum(r->chosen);
    st = one(r, w, snap, docid, &bytes, err);
    roaring_bitmap_remove(r->chosen, docid);
    r->n.done++;
    i++;
  }
  zg_snapshot_release(snap);
  return st;
}

static reclass *of_job(zg_job *job) {
  return (reclass *)((char *)job - offsetof(reclass, job));
}

static bool work(zg_job *job, zg_worker *w) {
  reclass *r = of_job(job);
  zg_status st = ZG_OK;
  if (!r->started)
    st = begin(r, w, &r->err);
  r->started = true;
  if (st == ZG_OK)
    st = step(r, w, &r->err);
  r->err.status = st;
  return true;
}

/* ---- the answer; loop ---- */

static void put(zg_json *j, const char *key, uint64_t v) {
  zg_json_key(j, key);
  zg_json_uint(j, v);
}

static void render_summary(reclass *r, zg_json *j) {
  zg_snapshot *snap = zg_store_pin(r->x->app->store);
  zg_json_open(j, '{');
  zg_json_key(j, "dry_run");
  zg_json_bool(j, r->dry_run);
  zg_json_key(j, "taxonomy");
  zg_json_str(j, zg_taxonomy_version(r->x->taxonomy));
  put(j, "total", r->n.total);
  put(j, "examined", r->n.examined);
  put(j, "changed", r->n.changed);
  put(j, "rewritten", r->n.rewritten);
  put(j, "kept_given", r->n.kept_given);
  put(j, "skipped", r->n.skipped);
  zg_json_key(j, "moves");
  zg_moves_render(j, r->moves);
  if (r->err.status) {
    zg_json_key(j, "error");
    zg_json_error(j, &r->err, r->x->request_id);
  }
  zg_api_took(j, r->x->started_ns, zg_snapshot_generation(snap));
  zg_json_close(j, '}');
  zg_snapshot_release(snap);
}

static void render_progress(const reclass *r, zg_json *j) {
  zg_json_open(j, '{');
  zg_json_key(j, "progress");
  zg_json_open(j, '{');
  put(j, "done", r->n.done);
  put(j, "total", r->n.total);
  put(j, "changed", r->n.changed);
  zg_json_close(j, '}');
  zg_json_close(j, '}');
}

static void write_line(reclass *r, zg_buf *line) {
  zg_exchange *x = r->x;
  zg_buf_addc(line, '\n');
  if (line->failed)
    zg_exchange_break(x);
  else if (!r->streaming)
    zg_exchange_stream(x, 200, ZG_TYPE_NDJSON);
  r->streaming = true;
  if (!line->failed)
    zg_exchange_write(x, line->p, line->n);
}

/* What went wrong before anything was answered is an error like any other; in
 * a stream it stands in the summary, with what was done until then. */
static void finish(reclass *r) {
  zg_exchange *x = r->x;
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  if (!x->conn)
    return;
  if (!r->streaming && r->err.status && !r->n.rewritten) {
    zg_exchange_fail(x, &r->err);
    return;
  }
  if (!r->streaming && !r->progress) {
    render_summary(r, &j);
    zg_buf_addc(&b, '\n');
    zg_exchange_set(x, r->err.status ? zg_status_http(r->err.status) : 200,
                    ZG_TYPE_JSON, &b);
    zg_exchange_send(x);
    return;
  }
  zg_json_open(&j, '{');
  zg_json_key(&j, "summary");
  render_summary(r, &j);
  zg_json_close(&j, '}');
  write_line(r, &b);
  zg_buf_free(&b);
  zg_exchange_end(x);
}

/* ---- steps; loop ---- */

static void next_step(reclass *r);

static void on_retry(zg_waiter *w) {
  reclass *r = (reclass *)((char *)w - offsetof(reclass, waiter));
  r->again(r);
}

static void wait_for(reclass *r, void (*again)(reclass *r)) {
  r->again = again;
  zg_app_wait(r->x->app, &r->waiter);
}

static void after_step(reclass *r) {
  zg_exchange *x = r->x;
  zg_batch_free(r->batch);
  r->batch = NULL;
  if (!r->err.status && x->app->stopping && !roaring_bitmap_is_empty(r->chosen))
    zg_fail(&r->err, ZG_BUSY, "shutting_down", "",
            "the daemon is shutting down; run it again for the rest");
  if (r->err.status || roaring_bitmap_is_empty(r->chosen)) {
    finish(r);
    return;
  }
  if (r->progress && x->conn) {
    zg_buf line = ZG_BUF_INIT;
    zg_json j = zg_json_to(&line);
    render_progress(r, &j);
    write_line(r, &line);
    zg_buf_free(&line);
  }
  next_step(r);
}

/* What the writer decided, item by item. */
static void decided(zg_job *job) {
  reclass *r = of_job(job);
  zg_exchange *x = r->x;
  for (size_t i = 0; i < zg_batch_items(r->batch); i++) {
    const zg_item_result *res = zg_batch_result(r->batch, i);
    if (res->status == ZG_MODIFIED) {
      r->n.skipped++;
      r->n.examined--;
    } else if (res->status) {
      if (!r->err.status)
        r->err = res->error;
    } else {
      r->n.rewritten++;
      if (r->row[i]) {
        r->n.changed++;
        zg_move_count(r->row[i]);
      }
    }
  }
  after_step(r);
  zg_exchange_release(x);
}

/* On the writer thread. */
static void stored(zg_batch *batch, void *arg) {
  reclass *r = arg;
  (void)batch; /* r->batch */
  zg_pool_finish(r->x->app->pool, &r->job);
}

static void submit(reclass *r) {
  zg_exchange *x = r->x;
  r->job = (zg_job){.done = decided};
  zg_exchange_hold(x);
  zg_status st = zg_store_submit(x->app->store, r->batch, stored, r, &r->err);
  if (st == ZG_OK)
    return;
  if (st == ZG_BUSY && !x->app->stopping) {
    zg_error_clear(&r->err);
    wait_for(r, submit);
  } else {
    after_step(r);
  }
  zg_exchange_release(x);
}

static void worked(zg_job *job) {
  reclass *r = of_job(job);
  zg_exchange *x = r->x;
  if (!x->conn)
    ; /* nobody waits for the rest */
  else if (!r->err.status && zg_batch_items(r->batch))
    submit(r);
  else
    after_step(r);
  zg_exchange_release(x);
}

static void next_step(reclass *r) {
  zg_exchange *x = r->x;
  zg_error err = ZG_ERROR_INIT;
  if (!x->conn)
    return;
  r->job = (zg_job){.kind = ZG_JOB_BULK, .work = work, .done = worked};
  r->err = (zg_error)ZG_ERROR_INIT;
  if (zg_pool_submit(x->app->pool, &r->job, &err) == ZG_OK) {
    zg_exchange_hold(x);
  } else if (r->started && !x->app->stopping) {
    wait_for(r, next_step);
  } else {
    r->err = err;
    finish(r);
  }
}

static void on_gone(zg_exchange *x) {
  reclass *r = x->state;
  zg_app_forget(x->app, &r->waiter);
}

void zg_api_reclassify(zg_exchange *x) {
  zg_error err = ZG_ERROR_INIT;
  if (x->body.n && zg_api_media_fault(x))
    return;
  reclass *r = calloc(1, sizeof *r);
  if (r)
    r->moves = zg_moves_new();
  if (!r || !r->moves) {
    free(r);
    zg_fail_nomem(&err);
    zg_exchange_fail(x, &err);
    return;
  }
  r->x = x;
  r->waiter.retry = on_retry;
  x->state = r;
  x->free_state = reclass_free;
  x->on_gone = on_gone;
  next_step(r);
}
