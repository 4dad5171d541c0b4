/* GET /v1/bulletins, GET /v1/bulletins/{id} */
#include <stdlib.h>

#include "daemon/bulletin_select.h"

typedef struct read_bulletin {
  zg_exchange *x;
  zg_worker *w;
  zg_buf body;
} read_bulletin;

static int by_n(const void *a, const void *b) {
  const zg_finding *x = a, *y = b;
  return (x->n > y->n) - (x->n < y->n);
}

/* The findings are documents of their own; *blocks keeps their records. */
static zg_status load_findings(const zg_context *ctx, zg_arena *arena,
                               zg_bulletin *b, char ***blocks, size_t *n_blocks,
                               zg_error *err) {
  const zg_table *t = zg_snapshot_findings(ctx->snap);
  uint32_t ordinal = zg_table_ordinal(t, ZG_FIELD_BULLETIN, b->id);
  *n_blocks = 0;
  if (!ordinal)
    return ZG_OK;
  const roaring_bitmap_t *set = zg_table_bitmap(t, ZG_FIELD_BULLETIN, ordinal);
  size_t n = (size_t)roaring_bitmap_get_cardinality(set);
  uint32_t *ids = zg_arena_alloc(arena, (n + 1) * sizeof *ids);
  *blocks = zg_arena_alloc(arena, (n + 1) * sizeof **blocks);
  b->findings = zg_arena_alloc(arena, (n + 1) * sizeof *b->findings);
  if (!ids || !*blocks || !b->findings)
    return zg_fail_nomem(err);
  roaring_bitmap_to_uint32_array(set, ids);
  for (size_t i = 0; i < n; i++) {
    zg_finding *f = NULL;
    zg_status st = zg_snapshot_finding(ctx->snap, ctx->worker, ids[i], arena,
                                       &f, &(*blocks)[i], err);
    if (st)
      return st;
    b->findings[i] = *f;
    (*n_blocks)++;
  }
  b->n_findings = n;
  qsort(b->findings, n, sizeof *b->findings, by_n);
  return ZG_OK;
}

static zg_status run_get(void *arg, const zg_context *ctx, zg_error *err) {
  read_bulletin *r = arg;
  zg_bulletin *b = NULL;
  char *block = NULL, **blocks = NULL;
  size_t n_blocks = 0;
  uint32_t docid;
  zg_status st = zg_snapshot_bulletin_docid(ctx->snap, ctx->worker, r->x->arg,
                                            &docid, err);
  if (st == ZG_OK)
    st = zg_snapshot_bulletin(ctx->snap, ctx->worker, docid, r->w->arena, &b,
                              &block, err);
  if (st == ZG_OK)
    st = load_findings(ctx, r->w->arena, b, &blocks, &n_blocks, err);
  if (st == ZG_OK) {
    zg_json j = zg_json_to(&r->body);
    zg_json_open(&j, '{');
    zg_json_key(&j, "bulletin");
    zg_json_bulletin(&j, b, true, true);
    zg_json_close(&j, '}');
  }
  for (size_t i = 0; i < n_blocks; i++)
    free(blocks[i]);
  free(block);
  return st;
}

static bool get_work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  read_bulletin r = {x, w, ZG_BUF_INIT};
  zg_status st = zg_api_pinned(x, w, run_get, &r, &err);
  if (st == ZG_NOT_FOUND)
    zg_fail(&err, st, "bulletin_not_found", "id",
            "there is no bulletin with the id \"%.200s\"", x->arg.p);
  zg_api_answer(x, st, &r.body, &err);
  return true;
}

void zg_api_bulletin_get(zg_exchange *x) {
  zg_exchange_run(x, ZG_JOB_QUERY, get_work);
}

/* ---- the list ---- */

static const zg_spec list_specs[] = {ZG_SELECT_SPECS};

typedef struct list {
  read_bulletin r;
  zg_select select;
} list;

static zg_status render_page(list *l, const zg_context *ctx,
                             const zg_selected *e, size_t n, uint64_t started,
                             zg_error *err) {
  zg_json j = zg_json_to(&l->r.body);
  size_t from = (size_t)l->select.offset;
  zg_buf_clear(&l->r.body);
  zg_json_open(&j, '{');
  zg_json_key(&j, "bulletins");
  zg_json_open(&j, '[');
  for (size_t i = from; i < n && i < from + (size_t)l->select.limit; i++) {
    zg_bulletin *b = NULL;
    char *block = NULL;
    zg_status st = zg_snapshot_bulletin(ctx->snap, ctx->worker, e[i].docid,
                                        l->r.w->arena, &b, &block, err);
    if (st == ZG_OK)
      zg_json_bulletin(&j, b, false, false);
    free(block);
    if (st)
      return st;
  }
  zg_json_close(&j, ']');
  zg_json_key(&j, "total");
  zg_json_uint(&j, n);
  zg_json_key(&j, "limit");
  zg_json_int(&j, l->select.limit);
  zg_json_key(&j, "offset");
  zg_json_int(&j, l->select.offset);
  zg_api_took(&j, started, zg_snapshot_generation(ctx->snap));
  zg_json_close(&j, '}');
  return ZG_OK;
}

static zg_status run_list(void *arg, const zg_context *ctx, zg_error *err) {
  list *l = arg;
  uint64_t started = zg_clock_ns();
  zg_selected *e = NULL;
  size_t n = 0;
  zg_status st = zg_select_run(&l->select, ctx, l->r.w->arena, &e, &n, err);
  return st ? st : render_page(l, ctx, e, n, started, err);
}

static bool list_work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  cJSON *req = NULL;
  list l = {.r = {x, w, ZG_BUF_INIT}};
  zg_status st = zg_api_params(
      x, w, list_specs, sizeof list_specs / sizeof list_specs[0], &req, &err);
  if (st == ZG_OK)
    st = zg_select_read(req, 20, &l.select, &err);
  if (st == ZG_OK)
    st = zg_api_pinned(x, w, run_list, &l, &err);
  cJSON_Delete(req);
  zg_api_answer(x, st, &l.r.body, &err);
  return true;
}

void zg_api_bulletins_list(zg_exchange *x) {
  zg_exchange_run(x, ZG_JOB_QUERY, list_work);
}
