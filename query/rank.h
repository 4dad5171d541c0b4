/* Order of hits: by score (BM25 over the query's terms, score.h), by docid
 * where nothing is scored, or by columns.
 *
 * Exact search scores the bigrams of its runs (of a run of one unit: that
 * unit); best match bigrams x1, dictionary words x1, characters x0.4, as
 * measured (design: relevance).  A term asked for twice counts as Xapian counts
 * a query frequency of two with k3 = 1.
 *
 * The worker's thread.
 */
#ifndef ZG_RANK_H
#define ZG_RANK_H
#include "query/cursor.h"
#include "query/match.h"

typedef struct zg_scores {
  zg_scored_term *terms; /* in the arena */
  size_t n;
} zg_scores;
zg_status zg_scores_of(zg_scores *out, zg_query *q, bool operator_or,
                       zg_arena *arena, zg_error *err);

/* Hits [offset, offset + limit) of `match` by score, ties by docid; without
 * scored terms by docid with score 0.  *out is malloc'd, NULL when *n is 0. */
zg_status zg_rank_by_score(zg_ranked **out, size_t *n, const zg_context *ctx,
                           const zg_scores *scores,
                           const roaring_bitmap_t *match, uint32_t offset,
                           uint32_t limit, zg_error *err);

/* The same by sort keys: null last in both directions, a finding with several
 * values by the first, ties by docid.  One pass over the columns (and, where a
 * key is the score, over the scored terms' postings), with a heap of no more
 * than the hits asked for. */
typedef struct zg_page {
  const zg_sort_key *keys;
  size_t n_keys;
  uint32_t offset, limit;
  const zg_cursor *after; /* behind this hit; NULL: from the start */
  zg_cursor *next;        /* not NULL: filled in, its text in the arena */
  bool more; /* out, when `next` is given: there are further hits */
} zg_page;
zg_status zg_rank_by_keys(zg_ranked **out, size_t *n, const zg_context *ctx,
                          const zg_scores *scores,
                          const roaring_bitmap_t *match, zg_page *page,
                          zg_arena *arena, zg_error *err);
#endif
