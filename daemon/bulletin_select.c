#include "daemon/bulletin_select.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "query/filter.h"

/* The fields that a bulletin has and that a list can be narrowed by. */
static const zg_field own_fields[] = {
    ZG_FIELD_UNIT, ZG_FIELD_UNIT_LEVEL, ZG_FIELD_REGION,         ZG_FIELD_KIND,
    ZG_FIELD_YEAR, ZG_FIELD_ROUND,      ZG_FIELD_INSPECTING_BODY};
#define N_OWN (sizeof own_fields / sizeof own_fields[0])

zg_status zg_select_read(const cJSON *req, int64_t default_limit,
                         zg_select *out, zg_error *err) {
  zg_str sort = ZG_STR("id");
  *out = (zg_select){.req = req, .limit = default_limit};
  zg_status st = zg_in_int(req, "limit", 0, 1000, &out->limit, err);
  if (st || (st = zg_in_int(req, "offset", 0, 1000000, &out->offset, err)) ||
      (st = zg_in_str(req, "sort", &sort, err)))
    return st;
  if (sort.n && sort.p[0] == '-') {
    out->descending = true;
    sort = (zg_str){sort.p + 1, sort.n - 1};
  }
  out->by_year = zg_str_is(sort, "year");
  if (!out->by_year && !zg_str_is(sort, "id"))
    return zg_fail(err, ZG_INVALID, "invalid_sort", "sort",
                   "sort: expected id, -id, year or -year");
  return ZG_OK;
}

/* ---- order ---- */

static int compare_text(zg_str a, zg_str b) {
  int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
  return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int by_id(const void *a, const void *b) {
  return compare_text(((const zg_selected *)a)->id,
                      ((const zg_selected *)b)->id);
}

static int by_year(const void *a, const void *b) {
  int64_t x = ((const zg_selected *)a)->year,
          y = ((const zg_selected *)b)->year;
  return x != y ? (x > y) - (x < y) : by_id(a, b);
}

static uint32_t ordinal_of(const zg_table *t, zg_field f, uint32_t docid) {
  return zg_column_at(zg_table_column(t, f, 0, docid >> ZG_CHUNK_BITS), docid);
}

static zg_status in_order(const zg_select *s, const zg_table *t,
                          const roaring_bitmap_t *set, zg_arena *arena,
                          zg_selected **out, size_t *n, zg_error *err) {
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
  qsort(*out, *n, sizeof **out, s->by_year ? by_year : by_id);
  for (size_t i = 0; s->descending && i < *n / 2; i++) {
    zg_selected e = (*out)[i];
    (*out)[i] = (*out)[*n - 1 - i];
    (*out)[*n - 1 - i] = e;
  }
  return ZG_OK;
}

/* ---- selection ---- */

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
  for (size_t i = 0; i < N_OWN; i++) {
    zg_field f = own_fields[i];
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

/* Does the filter speak of nothing but what a bulletin has of its own? */
static bool of_bulletins(const zg_filter *f) {
  if (f->kind == ZG_FILTER_AND || f->kind == ZG_FILTER_OR ||
      f->kind == ZG_FILTER_NOT) {
    for (size_t i = 0; i < f->n_kids; i++)
      if (!of_bulletins(f->kids[i]))
        return false;
    return true;
  }
  for (size_t i = 0; !f->is_measure && i < N_OWN; i++)
    if (f->field == own_fields[i])
      return true;
  return !f->is_measure && f->field == ZG_FIELD_BULLETIN;
}

/* The bulletins that the findings of `hits` stand in. */
static void owners(const zg_context *ctx, const roaring_bitmap_t *hits,
                   roaring_bitmap_t *out) {
  const zg_table *findings = zg_snapshot_findings(ctx->snap);
  const zg_table *bulletins = zg_snapshot_bulletins(ctx->snap);
  uint32_t n = zg_table_ordinals(findings, ZG_FIELD_BULLETIN);
  for (uint32_t o = 1; o < n; o++) {
    const roaring_bitmap_t *of =
        zg_table_bitmap(findings, ZG_FIELD_BULLETIN, o);
    if (!of || !roaring_bitmap_intersect(of, hits))
      continue;
    uint32_t b =
        zg_table_ordinal(bulletins, ZG_FIELD_BULLETIN,
                         zg_table_value(findings, ZG_FIELD_BULLETIN, o));
    if (b)
      roaring_bitmap_or_inplace(
          out, zg_table_bitmap(bulletins, ZG_FIELD_BULLETIN, b));
  }
}

static zg_status filtered(const zg_select *s, const zg_context *ctx,
                          zg_arena *arena, roaring_bitmap_t *set,
                          zg_error *err) {
  zg_str text = ZG_STR_NULL;
  zg_filter *f = NULL;
  zg_set hits = ZG_SET_INIT;
  zg_status st = zg_in_str(s->req, "filter", &text, err);
  if (st == ZG_OK)
    st = zg_filter_parse(&f, arena, text, "filter", err);
  if (st || !f)
    return st;
  bool direct = of_bulletins(f);
  st = zg_filter_eval(&hits,
                      direct ? zg_snapshot_bulletins(ctx->snap)
                             : zg_snapshot_findings(ctx->snap),
                      f, ctx->cancel, err);
  if (st)
    return st;
  if (direct) {
    roaring_bitmap_and_inplace(set, hits.bitmap);
  } else {
    roaring_bitmap_t *in = roaring_bitmap_create();
    if (in) {
      owners(ctx, hits.bitmap, in);
      roaring_bitmap_and_inplace(set, in);
      roaring_bitmap_free(in);
    } else {
      st = zg_fail_nomem(err);
    }
  }
  zg_set_drop(&hits);
  return st;
}

zg_status zg_select_run(const zg_select *s, const zg_context *ctx,
                        zg_arena *arena, zg_selected **out, size_t *n,
                        zg_error *err) {
  const zg_table *t = zg_snapshot_bulletins(ctx->snap);
  roaring_bitmap_t *set = roaring_bitmap_copy(zg_table_all(t));
  if (!set)
    return zg_fail_nomem(err);
  zg_status st = narrow(t, s->req, set, err);
  if (st == ZG_OK)
    st = filtered(s, ctx, arena, set, err);
  if (st == ZG_OK)
    st = in_order(s, t, set, arena, out, n, err);
  roaring_bitmap_free(set);
  return st;
}
