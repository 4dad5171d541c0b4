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

zg_status zg_plan_match(zg_set *out, const zg_plan *plan, const zg_context *ctx,
                        zg_arena *arena, zg_error *err) {
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
