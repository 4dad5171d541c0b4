#include "query/plan.h"

zg_status zg_plan_make(zg_plan *out, const zg_context *ctx, zg_arena *arena,
                       zg_str q, zg_str filter, bool operator_or,
                       zg_error *err) {
  *out = (zg_plan){.widen = operator_or};
  zg_status st = zg_filter_parse(&out->filter, arena, filter, "filter", err);
  if (st == ZG_OK)
    st = zg_query_parse(&out->query, arena, ctx->analyser, q, operator_or, err);
  if (st == ZG_OK)
    st = zg_query_prepare(out->query, ctx, arena, q, err);
  return st;
}

/* ---- what was asked ---- */

static void put_text(zg_buf *out, zg_str s) {
  zg_buf_printf(out, "%zu:", s.n);
  zg_buf_add(out, s.p, s.n);
}

static void put_query(zg_buf *out, const zg_query *q) {
  static const char letters[] = "&|!r"; /* by kind */
  zg_buf_addc(out, letters[q->kind]);
  if (q->kind != ZG_QUERY_RUN) {
    for (size_t i = 0; i < q->n_kids; i++)
      put_query(out, q->kids[i]);
    zg_buf_addc(out, ';');
    return;
  }
  zg_buf_printf(out, "%d%d%d%d,", q->field, q->quoted, q->prefix, q->gaps);
  put_text(out, q->terms.run);
  for (size_t i = 0; i < q->terms.n_words; i++)
    put_text(out, q->terms.words[i]);
  zg_buf_addc(out, ';');
}

zg_status zg_plan_key(zg_str *out, const zg_plan *plan, const char *front,
                      zg_arena *arena, zg_error *err) {
  zg_buf buf = ZG_BUF_INIT;
  zg_str filter = ZG_STR_NULL;
  zg_status st =
      plan->filter ? zg_filter_key(&filter, plan->filter, arena, err) : ZG_OK;
  zg_buf_adds(&buf, front);
  zg_buf_addc(&buf, plan->widen ? 'o' : 'a');
  if (plan->query)
    put_query(&buf, plan->query);
  zg_buf_addc(&buf, ' ');
  zg_buf_add(&buf, filter.p, filter.n);
  *out = buf.failed ? ZG_STR_NULL : zg_arena_dup(arena, (zg_str){buf.p, buf.n});
  if (!st && !out->p)
    st = zg_fail_nomem(err);
  zg_buf_free(&buf);
  return st;
}

/* ---- matches ---- */

/* The findings that a word, a filter or all of them have are there already; of
 * several together the set is kept for who asks again, until a commit. */
static bool is_combined(const zg_plan *plan) {
  return plan->query &&
         (plan->filter || plan->query->kind != ZG_QUERY_RUN || plan->widen);
}

static zg_status combine(zg_set *out, const zg_plan *plan,
                         const zg_context *ctx, zg_arena *arena,
                         zg_error *err) {
  zg_set met = ZG_SET_INIT;
  zg_status st = zg_filter_match(out, ctx, plan->filter, arena, err);
  if (st || !plan->query || roaring_bitmap_is_empty(out->bitmap))
    return st;
  st = zg_query_match(&met, ctx, arena, plan->query, plan->widen, err);
  if (st == ZG_OK && plan->filter)
    st = zg_set_and(&met, out, err);
  zg_set_drop(out);
  if (st)
    zg_set_drop(&met);
  else
    *out = met;
  return st;
}

zg_status zg_plan_match(zg_set *out, const zg_plan *plan, const zg_context *ctx,
                        zg_arena *arena, zg_error *err) {
  zg_str key;
  uint32_t from;
  if (!is_combined(plan))
    return combine(out, plan, ctx, arena, err);
  *out = (zg_set)ZG_SET_INIT;
  zg_status st = zg_plan_key(&key, plan, "=", arena, err);
  if (st)
    return st;
  zg_match *kept = zg_snapshot_cached(ctx->snap, key, &from);
  if (kept && from == 0) {
    *out = zg_set_share(kept);
    return ZG_OK;
  }
  zg_match_unref(kept);
  if ((st = combine(out, plan, ctx, arena, err)) || !out->own)
    return st;
  kept = zg_snapshot_cache_put(ctx->snap, key, out->own);
  *out = (zg_set)ZG_SET_INIT;
  if (!kept)
    return zg_fail_nomem(err);
  *out = zg_set_share(kept);
  return ZG_OK;
}
