#include "query/search.h"
#include "query/facet.h"
#include "query/highlight.h"
#include "query/plan.h"
#include "query/rank.h"
#include "query/score.h"
#include "query/suggest.h"
#include "query/synonyms.h"

#include <stdlib.h>
#include <xxhash.h>

/* The result and what it owns.  `r` stands first: the caller's pointer is the
 * whole. */
typedef struct owned {
  zg_search_result r;
  zg_arena *arena;
  char **blocks; /* stored records that the hits point into */
  size_t n_blocks;
} owned;

typedef struct search {
  const zg_context *ctx;
  const zg_search_request *req;
  zg_arena *work; /* ends with the request */
  owned *out;
  zg_plan plan;
  zg_scores scores;
  zg_set match;     /* not held on the fast path */
  uint64_t request; /* with a cursor: hash of what is asked */
  zg_cursor last;   /* when it goes on */
  bool goes_on;
  zg_ranked *ranked;
  size_t n_ranked;
  zg_error *err;
} search;

void zg_search_result_free(zg_search_result *r) {
  owned *o = (owned *)r;
  if (!o)
    return;
  for (size_t i = 0; i < o->n_blocks; i++)
    free(o->blocks[i]);
  free(o->blocks);
  zg_arena_free(o->arena);
  free(o);
}

static zg_status check(const zg_search_request *req, zg_error *err) {
  if (req->limit > ZG_LIMIT_MAX)
    return zg_fail(err, ZG_INVALID, "invalid_limit", "limit",
                   "limit: %u; at most %d hits at a time", req->limit,
                   ZG_LIMIT_MAX);
  if (req->offset > ZG_OFFSET_MAX)
    return zg_fail(err, ZG_INVALID, "invalid_offset", "offset",
                   "offset: %u; at most %d (narrow the filter, or export)",
                   req->offset, ZG_OFFSET_MAX);
  if (req->cursor.p && (req->offset || !req->limit))
    return zg_fail(err, ZG_INVALID, "invalid_cursor", "cursor",
                   "cursor: goes with a limit of 1 or more and no offset");
  if (req->n_facets > ZG_FACETS_MAX)
    return zg_fail(err, ZG_INVALID, "invalid_facets", "facets",
                   "facets: %zu; at most %d", req->n_facets, ZG_FACETS_MAX);
  if (req->n_sort > sizeof req->sort / sizeof *req->sort)
    return zg_fail(err, ZG_INVALID, "invalid_sort", "sort",
                   "sort: %zu keys; at most %zu", req->n_sort,
                   sizeof req->sort / sizeof *req->sort);
  return ZG_OK;
}

/* score:desc alone is the default order. */
static bool by_score(const zg_search_request *req) {
  return req->n_sort == 0 || (req->sort[0].by == ZG_SORT_SCORE &&
                              req->sort[0].descending && req->n_sort == 1);
}

/* Hash of what has to stay the same from page to page. */
static uint64_t request_hash(const search *s) {
  const zg_search_request *r = s->req;
  const zg_str texts[] = {zg_snapshot_uuid(s->ctx->snap), r->q, r->filter};
  bool synonyms = r->synonyms && r->taxonomy;
  uint64_t h =
      synonyms ? zg_synonyms_hash(zg_taxonomy_synonyms(r->taxonomy)) : 0;
  h = h * 4 + (synonyms ? 2 : 0) + (r->operator_or ? 1 : 0);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    h = texts[i].n ? XXH3_64bits_withSeed(texts[i].p, texts[i].n, h) : h + 1;
  for (size_t i = 0; i < r->n_sort; i++) {
    const zg_sort_key *k = &r->sort[i];
    int64_t key[] = {(int64_t)k->by,
                     k->by == ZG_SORT_FIELD     ? (int64_t)k->field
                     : k->by == ZG_SORT_MEASURE ? (int64_t)k->measure
                                                : 0,
                     k->descending};
    h = XXH3_64bits_withSeed(key, sizeof key, h);
  }
  return h;
}

/* "*" is no hit to go on behind. */
static zg_status read_cursor(search *s) {
  if (!s->req->cursor.p)
    return ZG_OK;
  s->request = request_hash(s);
  if (zg_str_is(s->req->cursor, "*"))
    return ZG_OK;
  s->goes_on = true;
  return zg_cursor_read(&s->last, s->req->cursor, s->request, s->work, s->err);
}

/* A page by cursor, always by keys: its scores are added up in one order only,
 * whatever the page. */
static zg_status rank_page(search *s) {
  static const zg_sort_key score = {.by = ZG_SORT_SCORE, .descending = true};
  const zg_search_request *req = s->req;
  zg_cursor next = {.request = s->request};
  zg_page page = {.keys = req->n_sort ? req->sort : &score,
                  .n_keys = req->n_sort ? req->n_sort : 1,
                  .limit = req->limit,
                  .after = s->goes_on ? &s->last : NULL,
                  .next = &next};
  zg_status st = zg_rank_by_keys(&s->ranked, &s->n_ranked, s->ctx, &s->scores,
                                 s->match.bitmap, &page, s->work, s->err);
  if (!st && page.more)
    st = zg_cursor_write(&s->out->r.next_cursor, &next, s->out->arena, s->err);
  return st;
}

/* ---- the best, kept ---- */

/* What is kept: a first page, which is found the fastest, or more for who goes
 * further. */
#define BEST_FEW 20u
#define BEST_MANY 200u

static zg_status page_of(search *s, const zg_best *best) {
  const zg_search_request *req = s->req;
  s->out->r.total = best->total;
  size_t left = best->n > req->offset ? best->n - req->offset : 0;
  size_t n = left < req->limit ? left : req->limit;
  if (n == 0)
    return ZG_OK;
  s->ranked = malloc(n * sizeof *s->ranked);
  if (!s->ranked)
    return zg_fail_nomem(s->err);
  memcpy(s->ranked, best->hits + req->offset, n * sizeof *s->ranked);
  s->n_ranked = n;
  return ZG_OK;
}

static zg_status find_best(search *s, bool single, uint32_t want,
                           zg_best **out) {
  zg_ranked *hits = NULL;
  size_t n = 0;
  uint64_t total = 0;
  zg_status st;
  if (single) {
    st = zg_score_single(&hits, &n, &total, s->ctx, s->scores.terms, 0, want,
                         s->err);
  } else {
    total = roaring_bitmap_get_cardinality(s->match.bitmap);
    st = zg_rank_by_score(&hits, &n, s->ctx, &s->scores, s->match.bitmap, 0,
                          total ? want : 0, s->err);
  }
  if (!st && !(*out = zg_best_new(hits, n, total)))
    st = zg_fail_nomem(s->err);
  free(hits);
  return st;
}

/* By score from the start: what was found once serves until the next commit,
 * and without facets it spares the match set too. */
static zg_status rank_kept(search *s, bool single) {
  const zg_search_request *req = s->req;
  bool few = req->offset + req->limit <= BEST_FEW;
  zg_str key;
  zg_status st =
      zg_plan_key(&key, &s->plan, few ? "^f" : "^m", s->work, s->err);
  if (st)
    return st;
  zg_best *best = zg_snapshot_best(s->ctx->snap, key);
  if ((!best && !single) || req->n_facets)
    st = zg_plan_match(&s->match, &s->plan, s->ctx, s->work, s->err);
  if (!best && !st && !(st = zg_cancelled(s->ctx->cancel, s->err)) &&
      !(st = find_best(s, single, few ? BEST_FEW : BEST_MANY, &best)))
    best = zg_snapshot_best_put(s->ctx->snap, key, best);
  if (!st)
    st = page_of(s, best);
  zg_best_unref(best);
  return st;
}

static zg_status rank(search *s) {
  const zg_search_request *req = s->req;
  zg_str term;
  zg_status st =
      zg_scores_of(&s->scores, s->plan.query, s->plan.widen, s->work, s->err);
  if (st)
    return st;
  bool best = !req->cursor.p && by_score(req) && s->scores.n > 0;
  /* One plain word without filter: its posting list is the match set. */
  bool single = best && !s->plan.filter && s->scores.n == 1 &&
                zg_query_single(s->plan.query, &term);
  if (best && req->limit && req->offset + req->limit <= BEST_MANY)
    return rank_kept(s, single);
  if (single && req->n_facets == 0)
    return zg_score_single(&s->ranked, &s->n_ranked, &s->out->r.total, s->ctx,
                           s->scores.terms, req->offset, req->limit, s->err);
  if ((st = zg_plan_match(&s->match, &s->plan, s->ctx, s->work, s->err)))
    return st;
  s->out->r.total = roaring_bitmap_get_cardinality(s->match.bitmap);
  if ((st = zg_cancelled(s->ctx->cancel, s->err)) || s->out->r.total == 0)
    return st;
  if (req->cursor.p)
    return rank_page(s);
  if (by_score(req))
    return zg_rank_by_score(&s->ranked, &s->n_ranked, s->ctx, &s->scores,
                            s->match.bitmap, req->offset, req->limit, s->err);
  zg_page page = {.keys = req->sort,
                  .n_keys = req->n_sort,
                  .offset = req->offset,
                  .limit = req->limit};
  return zg_rank_by_keys(&s->ranked, &s->n_ranked, s->ctx, &s->scores,
                         s->match.bitmap, &page, s->work, s->err);
}

static zg_status fetch_hits(search *s) {
  owned *o = s->out;
  zg_highlighter *h = NULL;
  zg_buf room = ZG_BUF_INIT;
  zg_status st;
  if (s->n_ranked == 0)
    return ZG_OK;
  o->blocks = calloc(s->n_ranked, sizeof *o->blocks);
  o->r.hits = zg_arena_alloc(o->arena, s->n_ranked * sizeof *o->r.hits);
  if (!o->blocks || !o->r.hits)
    return zg_fail_nomem(s->err);
  o->n_blocks = s->n_ranked;
  if ((st = zg_highlighter_new(&h, s->plan.query, s->plan.widen,
                               zg_analyser_normaliser(s->ctx->analyser),
                               s->err)))
    return st;
  for (size_t i = 0; i < s->n_ranked && st == ZG_OK; i++) {
    zg_hit *hit = &o->r.hits[i];
    zg_finding *f = NULL;
    hit->docid = s->ranked[i].docid;
    hit->score = s->ranked[i].score;
    st = zg_snapshot_finding(s->ctx->snap, s->ctx->worker, hit->docid, o->arena,
                             &f, &o->blocks[i], s->err);
    hit->finding = f;
    if (st == ZG_OK && (s->req->highlight || s->req->crop))
      st = zg_highlight_hit(
          h, o->arena, zg_snapshot_forward(s->ctx->snap, hit->docid, &room),
          s->req->highlight, s->req->crop, hit, s->err);
    if (st == ZG_OK)
      st = zg_cancelled(s->ctx->cancel, s->err);
  }
  o->r.n_hits = s->n_ranked;
  zg_buf_free(&room);
  zg_highlighter_free(h);
  return st;
}

/* The match set of one facet in multi mode: without the field's own filter. */
static zg_status without(search *s, zg_field field, zg_set *out) {
  const zg_table *t = zg_snapshot_findings(s->ctx->snap);
  zg_set met = ZG_SET_INIT;
  zg_status st = zg_filter_eval_without(out, t, s->plan.filter, field,
                                        s->ctx->cancel, s->err);
  if (st || !s->plan.query)
    return st;
  st = zg_query_match(&met, s->ctx, s->work, s->plan.query, s->plan.widen,
                      s->err);
  if (st == ZG_OK && out->bitmap != zg_table_all(t))
    st = zg_set_and(&met, out, s->err);
  zg_set_drop(out);
  if (st)
    zg_set_drop(&met);
  else
    *out = met;
  return st;
}

static zg_status count_facets(search *s) {
  zg_search_result *r = &s->out->r;
  zg_explain explain = {.arena = s->out->arena};
  if (s->req->n_facets == 0)
    return ZG_OK;
  r->facets =
      zg_arena_alloc(s->out->arena, s->req->n_facets * sizeof *r->facets);
  if (!r->facets)
    return zg_fail_nomem(s->err);
  for (size_t i = 0; i < s->req->n_facets; i++) {
    zg_set own = ZG_SET_INIT;
    zg_status st = ZG_OK;
    zg_field field = s->req->facets[i];
    bool wider =
        s->req->facet_multi && zg_filter_droppable(s->plan.filter, field);
    if (wider && (st = without(s, field, &own)))
      return st;
    zg_facet_job job = {.table = zg_snapshot_findings(s->ctx->snap),
                        .field = field,
                        .match = wider ? own.bitmap : s->match.bitmap,
                        .limit = s->req->facet_limit,
                        .filter = s->plan.filter,
                        .whole = !s->plan.query && !wider,
                        .where = s->plan.filter,
                        .way = s->req->facet_way,
                        .cancel = s->ctx->cancel,
                        .explain = s->req->explain ? &explain : NULL};
    st = zg_facet_count(&r->facets[i], s->out->arena, &job, s->err);
    zg_set_drop(&own);
    if (st)
      return st;
    r->n_facets++;
  }
  r->explain = explain.first;
  return ZG_OK;
}

static bool wants_suggestions(const search *s) {
  const zg_search_request *r = s->req;
  if (r->suggest == ZG_SUGGEST_ALWAYS)
    return true;
  return r->suggest == ZG_SUGGEST_EMPTY && s->plan.query && !r->cursor.p &&
         r->offset == 0 && s->out->r.total == 0;
}

zg_status zg_search(zg_search_result **out, const zg_context *ctx,
                    const zg_search_request *req, zg_error *err) {
  *out = NULL;
  search s = {.ctx = ctx, .req = req, .err = err};
  zg_status st = check(req, err);
  if (st)
    return st;
  s.work = zg_arena_new(4096);
  s.out = calloc(1, sizeof *s.out);
  if (s.out)
    s.out->arena = zg_arena_new(16384);
  if (!s.work || !s.out || !s.out->arena) {
    st = zg_fail_nomem(err);
    goto out;
  }
  s.out->r.generation = zg_snapshot_generation(ctx->snap);
  st = zg_plan_make(&s.plan, ctx, s.work, req->q, req->filter, req->operator_or,
                    err);
  if (!st && req->synonyms && req->taxonomy)
    st = zg_query_synonyms(
        &s.plan.query, &s.out->r.expansions, &s.out->r.n_expansions,
        zg_taxonomy_synonyms(req->taxonomy), ctx->analyser, s.out->arena, err);
  if (!st)
    st = read_cursor(&s);
  if (!st)
    st = rank(&s);
  if (!st)
    st = count_facets(&s);
  if (!st)
    st = fetch_hits(&s);
  if (!st && wants_suggestions(&s))
    st = zg_suggest(&s.out->r, ctx, req, s.out->arena, err);
out:
  if (st == ZG_OK)
    *out = &s.out->r;
  else if (s.out)
    zg_search_result_free(&s.out->r);
  zg_set_drop(&s.match);
  free(s.ranked);
  zg_arena_free(s.work);
  return st;
}

zg_status zg_match_set(roaring_bitmap_t **out, const zg_context *ctx, zg_str q,
                       zg_str filter, bool operator_or, zg_error *err) {
  *out = NULL;
  zg_plan plan;
  zg_set set = ZG_SET_INIT;
  zg_arena *work = zg_arena_new(4096);
  zg_status st = work ? ZG_OK : zg_fail_nomem(err);
  if (!st)
    st = zg_plan_make(&plan, ctx, work, q, filter, operator_or, err);
  if (!st)
    st = zg_plan_match(&set, &plan, ctx, work, err);
  if (!st)
    st = zg_set_release(out, &set, err);
  zg_set_drop(&set);
  zg_arena_free(work);
  return st;
}
