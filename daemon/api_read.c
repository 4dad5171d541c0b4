/* GET /v1/bulletins, GET /v1/bulletins/{id} */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/api.h"

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

static const zg_spec list_specs[] = {
    {"limit", 'i'},      {"offset", 'i'},          {"sort", 's'}, {"unit", 's'},
    {"unit_level", 's'}, {"region", 's'},          {"kind", 's'}, {"year", 's'},
    {"round", 's'},      {"inspecting_body", 's'},
};

/* The fields that a bulletin has and that the list can be narrowed by. */
static const zg_field list_fields[] = {
    ZG_FIELD_UNIT, ZG_FIELD_UNIT_LEVEL, ZG_FIELD_REGION,         ZG_FIELD_KIND,
    ZG_FIELD_YEAR, ZG_FIELD_ROUND,      ZG_FIELD_INSPECTING_BODY};

typedef struct list {
  read_bulletin r;
  const cJSON *req;
  int64_t limit, offset;
  bool by_year, descending;
} list;

typedef struct entry {
  uint32_t docid;
  zg_str id;
  int64_t year; /* -1: none */
} entry;

static int compare_text(zg_str a, zg_str b) {
  int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
  return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int by_id(const void *a, const void *b) {
  return compare_text(((const entry *)a)->id, ((const entry *)b)->id);
}

static int by_year(const void *a, const void *b) {
  int64_t x = ((const entry *)a)->year, y = ((const entry *)b)->year;
  return x != y ? (x > y) - (x < y) : by_id(a, b);
}

/* A number as the column spells it: "02021" is "2021". */
static zg_status plain_number(zg_field f, zg_str *io, char room[24],
                              zg_error *err) {
  char *end;
  errno = 0;
  long long v = strtoll(io->p, &end, 10);
  if (errno || io->n == 0 || end != io->p + io->n ||
      !strchr("-0123456789", io->p[0]))
    return zg_fail(err, ZG_INVALID, "invalid_type", zg_field_name(f),
                   "%s: expected a whole number", zg_field_name(f));
  *io = (zg_str){room, (size_t)snprintf(room, 24, "%lld", v)};
  return ZG_OK;
}

static zg_status narrow(const zg_table *t, const cJSON *req,
                        roaring_bitmap_t *set, zg_error *err) {
  for (size_t i = 0; i < sizeof list_fields / sizeof list_fields[0]; i++) {
    zg_field f = list_fields[i];
    zg_str v = ZG_STR_NULL;
    char room[24];
    zg_status st = zg_in_str(req, zg_field_name(f), &v, err);
    if (st == ZG_OK && v.p && zg_field_numeric(f))
      st = plain_number(f, &v, room, err);
    if (st)
      return st;
    if (!v.p)
      continue;
    uint32_t ordinal = zg_table_ordinal(t, f, v);
    if (ordinal)
      roaring_bitmap_and_inplace(set, zg_table_bitmap(t, f, ordinal));
    else
      roaring_bitmap_clear(set);
  }
  return ZG_OK;
}

static uint32_t ordinal_of(const zg_table *t, zg_field f, uint32_t docid) {
  return zg_column_at(zg_table_column(t, f, 0, docid >> ZG_CHUNK_BITS), docid);
}

static zg_status entries(const list *l, const zg_table *t,
                         const roaring_bitmap_t *set, entry **out, size_t *n,
                         zg_error *err) {
  zg_arena *arena = l->r.w->arena;
  *n = (size_t)roaring_bitmap_get_cardinality(set);
  uint32_t *ids = zg_arena_alloc(arena, (*n + 1) * sizeof *ids);
  *out = zg_arena_alloc(arena, (*n + 1) * sizeof **out);
  if (!ids || !*out)
    return zg_fail_nomem(err);
  roaring_bitmap_to_uint32_array(set, ids);
  for (size_t i = 0; i < *n; i++) {
    uint32_t id = ordinal_of(t, ZG_FIELD_BULLETIN, ids[i]);
    uint32_t year = ordinal_of(t, ZG_FIELD_YEAR, ids[i]);
    (*out)[i].docid = ids[i];
    (*out)[i].id = id ? zg_table_value(t, ZG_FIELD_BULLETIN, id) : ZG_STR("");
    (*out)[i].year = year ? zg_table_number(t, ZG_FIELD_YEAR, year) : -1;
  }
  qsort(*out, *n, sizeof **out, l->by_year ? by_year : by_id);
  for (size_t i = 0; l->descending && i < *n / 2; i++) {
    entry e = (*out)[i];
    (*out)[i] = (*out)[*n - 1 - i];
    (*out)[*n - 1 - i] = e;
  }
  return ZG_OK;
}

static zg_status render_page(list *l, const zg_context *ctx, const entry *e,
                             size_t n, uint64_t started, zg_error *err) {
  zg_json j = zg_json_to(&l->r.body);
  zg_buf_clear(&l->r.body);
  zg_json_open(&j, '{');
  zg_json_key(&j, "bulletins");
  zg_json_open(&j, '[');
  for (size_t i = (size_t)l->offset;
       i < n && i < (size_t)(l->offset + l->limit); i++) {
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
  zg_json_int(&j, l->limit);
  zg_json_key(&j, "offset");
  zg_json_int(&j, l->offset);
  zg_api_took(&j, started, zg_snapshot_generation(ctx->snap));
  zg_json_close(&j, '}');
  return ZG_OK;
}

static zg_status run_list(void *arg, const zg_context *ctx, zg_error *err) {
  list *l = arg;
  uint64_t started = zg_clock_ns();
  entry *e = NULL;
  size_t n = 0;
  const zg_table *t = zg_snapshot_bulletins(ctx->snap);
  roaring_bitmap_t *set = roaring_bitmap_copy(zg_table_all(t));
  if (!set)
    return zg_fail_nomem(err);
  zg_status st = narrow(t, l->req, set, err);
  if (st == ZG_OK)
    st = entries(l, t, set, &e, &n, err);
  if (st == ZG_OK)
    st = render_page(l, ctx, e, n, started, err);
  roaring_bitmap_free(set);
  return st;
}

static zg_status read_list(const cJSON *req, list *l, zg_error *err) {
  zg_str sort = ZG_STR("id");
  l->req = req;
  l->limit = 20;
  zg_status st = zg_in_int(req, "limit", 0, 1000, &l->limit, err);
  if (st || (st = zg_in_int(req, "offset", 0, 1000000, &l->offset, err)) ||
      (st = zg_in_str(req, "sort", &sort, err)))
    return st;
  if (sort.n && sort.p[0] == '-') {
    l->descending = true;
    sort = (zg_str){sort.p + 1, sort.n - 1};
  }
  l->by_year = zg_str_is(sort, "year");
  if (!l->by_year && !zg_str_is(sort, "id"))
    return zg_fail(err, ZG_INVALID, "invalid_sort", "sort",
                   "sort: expected id, -id, year or -year");
  return ZG_OK;
}

static bool list_work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  cJSON *req = NULL;
  list l = {.r = {x, w, ZG_BUF_INIT}};
  zg_status st = zg_api_params(
      x, w, list_specs, sizeof list_specs / sizeof list_specs[0], &req, &err);
  if (st == ZG_OK)
    st = read_list(req, &l, &err);
  if (st == ZG_OK)
    st = zg_api_pinned(x, w, run_list, &l, &err);
  cJSON_Delete(req);
  zg_api_answer(x, st, &l.r.body, &err);
  return true;
}

void zg_api_bulletins_list(zg_exchange *x) {
  zg_exchange_run(x, ZG_JOB_QUERY, list_work);
}
