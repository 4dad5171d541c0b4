#include "query/rank.h"
#include "query/score.h"

#include <stdlib.h>

#define CHARACTER_WEIGHT 0.4

typedef struct collector {
  zg_arena *arena;
  bool widen;
  zg_scored_term *a; /* malloc'd */
  size_t n, cap;
  zg_error *err;
} collector;

static zg_status put(collector *c, const zg_str *terms, size_t n,
                     double factor) {
  if (c->n + n > c->cap) {
    size_t cap = (c->n + n) * 2;
    zg_scored_term *a = realloc(c->a, cap * sizeof *a);
    if (!a)
      return zg_fail_nomem(c->err);
    c->a = a;
    c->cap = cap;
  }
  for (size_t i = 0; i < n; i++)
    c->a[c->n++] = (zg_scored_term){terms[i], factor};
  return ZG_OK;
}

static zg_status collect(zg_query *run, void *arg) {
  collector *c = arg;
  const zg_query_terms *t = &run->terms;
  zg_status st;
  if (run->n_expanded && (st = put(c, run->expanded, run->n_expanded, 1.0)))
    return st;
  if (c->widen && !run->quoted) {
    if ((st = put(c, t->bigrams, t->n_bigrams, 1.0)) ||
        (st = put(c, t->words, t->n_words, 1.0)))
      return st;
    return put(c, t->chars, t->n_chars, CHARACTER_WEIGHT);
  }
  zg_str *terms;
  size_t n;
  if ((st = zg_run_terms(run, c->arena, &terms, &n, c->err)))
    return st;
  return put(c, terms, n, 1.0);
}

static int by_term(const void *x, const void *y) {
  const zg_str a = ((const zg_scored_term *)x)->term,
               b = ((const zg_scored_term *)y)->term;
  int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
  return c ? c : (a.n > b.n) - (a.n < b.n);
}

zg_status zg_scores_of(zg_scores *out, zg_query *q, bool operator_or,
                       zg_arena *arena, zg_error *err) {
  collector c = {.arena = arena, .widen = operator_or, .err = err};
  *out = (zg_scores){NULL, 0};
  zg_status st = zg_query_each(q, collect, &c);
  if (st || c.n == 0)
    goto out;
  qsort(c.a, c.n, sizeof *c.a, by_term);
  zg_scored_term *kept = zg_arena_alloc(arena, c.n * sizeof *kept);
  if (!kept) {
    st = zg_fail_nomem(err);
    goto out;
  }
  size_t n = 0;
  for (size_t i = 0, same; i < c.n; i = same) {
    for (same = i; same < c.n && by_term(&c.a[i], &c.a[same]) == 0; same++)
      ;
    double wqf = (double)(same - i);
    kept[n] = c.a[i];
    if (same - i > 1) /* BM25's (k3 + 1) wqf / (k3 + wqf) with k3 = 1 */
      kept[n].factor *= 2.0 * wqf / (1.0 + wqf);
    n++;
  }
  *out = (zg_scores){kept, n};
out:
  free(c.a);
  return st;
}

static zg_status by_docid(zg_ranked **out, size_t *n,
                          const roaring_bitmap_t *match, uint32_t offset,
                          uint32_t limit, zg_error *err) {
  uint64_t total = roaring_bitmap_get_cardinality(match);
  uint64_t left = total > offset ? total - offset : 0;
  uint32_t want = left < limit ? (uint32_t)left : limit;
  if (want == 0)
    return ZG_OK;
  uint32_t *ids = malloc(want * sizeof *ids);
  zg_ranked *a = malloc(want * sizeof *a);
  if (!ids || !a ||
      !roaring_bitmap_range_uint32_array(match, offset, want, ids)) {
    free(ids);
    free(a);
    return zg_fail_nomem(err);
  }
  for (uint32_t i = 0; i < want; i++)
    a[i] = (zg_ranked){ids[i], 0.0};
  free(ids);
  *out = a;
  *n = want;
  return ZG_OK;
}

zg_status zg_rank_by_score(zg_ranked **out, size_t *n, const zg_context *ctx,
                           const zg_scores *scores,
                           const roaring_bitmap_t *match, uint32_t offset,
                           uint32_t limit, zg_error *err) {
  *out = NULL;
  *n = 0;
  if (limit == 0)
    return ZG_OK;
  if (scores->n == 0)
    return by_docid(out, n, match, offset, limit, err);
  return zg_score_top(out, n, ctx, scores, match, offset, limit, err);
}
