#include "query/score_private.h"

#include <stdlib.h>

/* A seek in the index costs as much as reading so many postings. */
#define SEEK_COST 50
#define SEEKS_MAX 2048
/* Lists of the greatest length that are held at once: the cache is four. */
#define LISTS_HELD 4

static int best_first(const void *x, const void *y) {
  const zg_ranked *a = x, *b = y;
  return worse(b, a) ? -1 : worse(a, b);
}

static int by_docid(const void *x, const void *y) {
  uint32_t a = ((const zg_ranked *)x)->docid, b = ((const zg_ranked *)y)->docid;
  return a < b ? -1 : a > b;
}

/* ---- the terms ---- */

static zg_status need_docids(scorer *s) {
  if (s->docids)
    return ZG_OK;
  s->own_docids = malloc(s->n_match * sizeof *s->own_docids + 1);
  if (!s->own_docids)
    return zg_fail_nomem(s->err);
  roaring_bitmap_to_uint32_array(s->match, s->own_docids);
  s->docids = s->own_docids;
  return ZG_OK;
}

/* The counts of a long list that is not in memory in few matches. */
static zg_status seek_counts(scorer *s, source *t, zg_str term) {
  zg_status st = need_docids(s);
  if (st)
    return st;
  t->counts = malloc(s->n_match * sizeof *t->counts + 1);
  if (!t->counts)
    return zg_fail_nomem(s->err);
  return zg_snapshot_counts_in(s->ctx->snap, s->ctx->worker, term, s->docids,
                               (size_t)s->n_match, t->counts, s->err);
}

/* Finds the list of a term that *freq findings have, or its counts in the match
 * set; neither when the list is not in memory and longer than `most`. */
static zg_status open_source(scorer *s, source *t, zg_str term, uint32_t most,
                             uint32_t *freq) {
  bool few = (s->match || s->docids) && s->n_match <= SEEKS_MAX;
  if (few && s->n_match * SEEK_COST < most)
    most = (uint32_t)s->n_match * SEEK_COST;
  *t = (source){.at = 0};
  zg_status st = zg_snapshot_list(s->ctx->snap, s->ctx->worker, term, most,
                                  freq, &t->list, s->err);
  if (!st && !t->list && few)
    st = seek_counts(s, t, term);
  return st;
}

static void close_source(source *t) {
  zg_list_unref(t->list);
  free(t->counts);
}

static void weigh(scorer *s, source *t, uint32_t freq, double factor) {
  t->weight = zg_bm25_weight(
      ZG_BM25_SEARCH, zg_snapshot_collection(s->ctx->snap), freq, factor);
  t->bound = bound_of(t, t->list ? zg_list_peak(t->list, s->len_factor) : 1.0);
}

/* Is there room for all lists?  Asked before any is read. */
static zg_status count_postings(scorer *s, const zg_scored_term *terms,
                                size_t n, uint64_t room, bool *fits) {
  uint64_t sum = 0;
  zg_status st = ZG_OK;
  for (size_t i = 0; i < n && !st; i++) {
    uint32_t freq = 0;
    if (terms[i].term.n && terms[i].factor > 0)
      st = zg_snapshot_freq(s->ctx->snap, s->ctx->worker, terms[i].term, &freq,
                            s->err);
    sum += freq;
  }
  *fits = sum <= room;
  return st;
}

/* All lists at once; *fits is false when they are more than the cache has room
 * for. */
static zg_status open_sources(scorer *s, const zg_scored_term *terms, size_t n,
                              bool *fits) {
  uint32_t most = zg_snapshot_list_max(s->ctx->snap), freq;
  uint64_t room = (uint64_t)most * LISTS_HELD;
  zg_status st = cancelled(s);
  *fits = true;
  s->sources = calloc(n, sizeof *s->sources);
  if (!s->sources)
    return zg_fail_nomem(s->err);
  if (!st && n > PACKED) /* so that none is read twice */
    st = count_postings(s, terms, n, room, fits);
  for (size_t i = 0; i < n && !st && *fits; i++) {
    source *t = &s->sources[s->n];
    if (!terms[i].term.n || terms[i].factor <= 0)
      continue;
    s->n++;
    if ((st = open_source(s, t, terms[i].term, most, &freq)))
      break;
    if (freq == 0) {
      close_source(&s->sources[--s->n]);
      continue;
    }
    *fits = t->counts || (t->list && t->list->n <= room);
    if (t->list && *fits)
      room -= t->list->n;
    weigh(s, t, freq, terms[i].factor);
    st = cancelled(s);
  }
  return st;
}

/* The single list of a word, however long. */
static zg_status open_single(scorer *s, const zg_scored_term *term) {
  uint32_t freq;
  s->sources = calloc(1, sizeof *s->sources);
  if (!s->sources)
    return zg_fail_nomem(s->err);
  zg_status st = open_source(s, s->sources, term->term, UINT32_MAX, &freq);
  if (st)
    return st;
  s->n = freq > 0;
  s->sources->weight = zg_bm25_weight(
      ZG_BM25_SEARCH, zg_snapshot_collection(s->ctx->snap), freq, term->factor);
  if (!freq)
    close_source(s->sources);
  return ZG_OK;
}

static void scorer_init(scorer *s, const zg_context *ctx,
                        const roaring_bitmap_t *match, zg_error *err) {
  *s = (scorer){.ctx = ctx,
                .t = zg_snapshot_findings(ctx->snap),
                .len_factor = zg_snapshot_collection(ctx->snap)->len_factor,
                .match = match,
                .n_match = match ? roaring_bitmap_get_cardinality(match) : 0,
                .err = err};
}

static void scorer_drop(scorer *s) {
  for (size_t k = 0; k < s->n; k++)
    close_source(&s->sources[k]);
  free(s->sources);
  free(s->own_docids);
  free(s->heap);
}

/* ---- term by term ---- */

static zg_status add_term(scorer *s, const zg_scored_term *term,
                          const zg_score_basis *basis, const uint32_t *then,
                          block *b) {
  source t;
  uint32_t freq;
  zg_status st = open_source(s, &t, term->term, UINT32_MAX, &freq);
  if (!st && freq) {
    t.weight = zg_bm25_weight(ZG_BM25_SEARCH, &basis->collection,
                              then ? *then : freq, term->factor);
    zg_score_block_add(&t, b);
  }
  close_source(&t);
  return st ? st : cancelled(s);
}

zg_status zg_score_docs(double *scores, const uint32_t *docids, uint32_t n,
                        const zg_context *ctx, const zg_scores *terms,
                        const zg_score_basis *basis, zg_error *err) {
  scorer s = {.ctx = ctx,
              .t = zg_snapshot_findings(ctx->snap),
              .len_factor = basis->collection.len_factor,
              .n_match = n,
              .docids = docids,
              .err = err};
  block b = {docids, malloc(n * sizeof *b.norms + 1), scores, n};
  zg_status st = b.norms ? cancelled(&s) : zg_fail_nomem(err);
  if (!st)
    zg_score_block_begin(&s, &b);
  for (size_t i = 0; i < terms->n && !st; i++)
    if (terms->terms[i].term.n && terms->terms[i].factor > 0)
      st = add_term(&s, &terms->terms[i], basis,
                    basis->freqs ? &basis->freqs[i] : NULL, &b);
  free(b.norms);
  return st;
}

/* ---- the best ---- */

/* Few matches among the postings are scored one by one. */
static bool one_by_one(const scorer *s) {
  uint64_t postings = 0, shortest = UINT64_MAX;
  for (size_t k = 0; k < s->n; k++) {
    if (s->sources[k].counts)
      return true;
    uint32_t n = s->sources[k].list->n;
    postings += n;
    shortest = n < shortest ? n : shortest;
  }
  return s->match && (s->n == 0 || s->n_match <= 2 * shortest ||
                      s->n_match * s->n * 4 <= postings);
}

/* Matches that have none of the terms, by docid, while there is room. */
static void append_unscored(scorer *s) {
  size_t scored = s->n_heap;
  qsort(s->heap, scored, sizeof *s->heap, by_docid);
  roaring_uint32_iterator_t it;
  for (roaring_init_iterator(s->match, &it);
       it.has_value && s->n_heap < s->want;
       roaring_advance_uint32_iterator(&it)) {
    zg_ranked e = {it.current_value, 0.0};
    if (!scored || !bsearch(&e, s->heap, scored, sizeof e, by_docid))
      s->heap[s->n_heap++] = e;
  }
}

static zg_status heap_begin(scorer *s, uint64_t want) {
  uint64_t all = s->match ? s->n_match : zg_table_count(s->t);
  s->want = (size_t)(want < all ? want : all);
  s->heap = malloc(s->want * sizeof *s->heap + 1);
  return s->heap ? ZG_OK : zg_fail_nomem(s->err);
}

static void heap_end(scorer *s) {
  if (s->match && s->n_heap < s->want)
    append_unscored(s);
  if (s->n_heap)
    qsort(s->heap, s->n_heap, sizeof *s->heap, best_first);
}

/* Fills the heap with the best `want` and puts them in order. */
static zg_status find_best(scorer *s, uint64_t want) {
  zg_status st = heap_begin(s, want);
  if (st || s->want == 0)
    return st;
  if (one_by_one(s))
    st = zg_score_matches(s);
  else if (s->n == 1 && !s->match)
    st = zg_score_scan(s);
  else if (s->n)
    st = zg_score_windows(s);
  heap_end(s);
  return st;
}

/* The same, of lists that are too long to hold them all. */
static zg_status find_term_by_term(scorer *s, const zg_scores *scores,
                                   uint64_t want) {
  const zg_score_basis now = {*zg_snapshot_collection(s->ctx->snap), NULL};
  double *a = malloc(s->n_match * sizeof *a + 1);
  zg_status st = a ? need_docids(s) : zg_fail_nomem(s->err);
  if (!st)
    st = heap_begin(s, want);
  if (!st)
    st = zg_score_docs(a, s->docids, (uint32_t)s->n_match, s->ctx, scores, &now,
                       s->err);
  if (!st && s->want) {
    zg_score_block_offer(s, &(block){s->docids, NULL, a, (uint32_t)s->n_match});
    heap_end(s);
  }
  free(a);
  return st;
}

/* The hits from `offset` on, malloc'd. */
static zg_status page(zg_ranked **out, size_t *n, const zg_ranked *hits,
                      size_t n_hits, uint32_t offset, uint32_t limit,
                      zg_error *err) {
  if (n_hits <= offset || limit == 0)
    return ZG_OK;
  size_t left = n_hits - offset, want = left < limit ? left : limit;
  zg_ranked *a = malloc(want * sizeof *a);
  if (!a)
    return zg_fail_nomem(err);
  memcpy(a, hits + offset, want * sizeof *a);
  *out = a;
  *n = want;
  return ZG_OK;
}

zg_status zg_score_top(zg_ranked **out, size_t *n, const zg_context *ctx,
                       const zg_scores *scores, const roaring_bitmap_t *match,
                       uint32_t offset, uint32_t limit, zg_error *err) {
  scorer s;
  bool fits;
  uint64_t want = (uint64_t)offset + limit;
  *out = NULL;
  *n = 0;
  scorer_init(&s, ctx, match, err);
  zg_status st = open_sources(&s, scores->terms, scores->n, &fits);
  if (!st && fits) {
    st = find_best(&s, want);
  } else if (!st) {
    scorer_drop(&s);
    scorer_init(&s, ctx, match, err);
    st = find_term_by_term(&s, scores, want);
  }
  if (!st)
    st = page(out, n, s.heap, s.n_heap, offset, limit, err);
  scorer_drop(&s);
  return st;
}

/* ---- one word ---- */

zg_status zg_score_single(zg_ranked **out, size_t *n, uint64_t *total,
                          const zg_context *ctx, const zg_scored_term *term,
                          uint32_t offset, uint32_t limit, zg_error *err) {
  scorer s;
  *out = NULL;
  *n = 0;
  scorer_init(&s, ctx, NULL, err);
  zg_status st = open_single(&s, term);
  *total = !st && s.n ? s.sources[0].list->n : 0;
  if (*total && limit)
    st = find_best(&s, (uint64_t)offset + limit);
  if (!st)
    st = page(out, n, s.heap, s.n_heap, offset, limit, err);
  scorer_drop(&s);
  return st;
}
