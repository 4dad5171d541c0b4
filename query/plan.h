/* A request's q and filter, parsed once and ready to be asked for their match
 * set.  Lives in the job's arena; the worker's thread. */
#ifndef ZG_PLAN_H
#define ZG_PLAN_H
#include "query/filter.h"
#include "query/match.h"

typedef struct zg_plan {
  zg_query *query;   /* NULL: everything */
  zg_filter *filter; /* NULL: none */
  bool widen;        /* best match */
} zg_plan;

zg_status zg_plan_make(zg_plan *out, const zg_context *ctx, zg_arena *arena,
                       zg_str q, zg_str filter, bool operator_or,
                       zg_error *err);
/* Findings that meet q and filter. */
zg_status zg_plan_match(zg_set *out, const zg_plan *plan, const zg_context *ctx,
                        zg_arena *arena, zg_error *err);

/* What the plan asks for, as text behind `front`: plans with the same text have
 * the same matches and scores in one generation. */
zg_status zg_plan_key(zg_str *out, const zg_plan *plan, const char *front,
                      zg_arena *arena, zg_error *err);
#endif
