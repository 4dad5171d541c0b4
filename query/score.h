/* BM25 over posting lists in memory: the best of a match set, and the scores of
 * given documents.  The one place of the engine that scores.  Scores are those
 * of Xapian to 1e-9; what a term adds is rounded to a multiple of 2^-38, so
 * that every way of finding them, in whatever order it adds, gives the same
 * numbers (below 32,768); ties go by docid.
 *
 * Three ways to the best: one list alone is scanned; few matches are scored one
 * after the other; many (best match) are found window by window (MaxScore).
 *
 * Memory: the lists of one query, when they are together no more than the cache
 * may hold (3 bytes a posting).  Otherwise term by term: one list at a time,
 * which the cache need not keep, and 20 bytes for each match.  A word alone
 * needs its one list.
 *
 * The worker's thread.
 */
#ifndef ZG_SCORE_H
#define ZG_SCORE_H
#include "query/rank.h"

/* As zg_rank_by_score with scored terms. */
zg_status zg_score_top(zg_ranked **out, size_t *n, const zg_context *ctx,
                       const zg_scores *scores, const roaring_bitmap_t *match,
                       uint32_t offset, uint32_t limit, zg_error *err);

/* The same for one term without a match set, of which *total findings are. */
zg_status zg_score_single(zg_ranked **out, size_t *n, uint64_t *total,
                          const zg_context *ctx, const zg_scored_term *term,
                          uint32_t offset, uint32_t limit, zg_error *err);

/* What weights are made from. */
typedef struct zg_score_basis {
  zg_collection collection;
  const uint32_t *freqs; /* by term; NULL: those of the snapshot */
} zg_score_basis;

/* scores[i] of docids[i] (ascending), term by term. */
zg_status zg_score_docs(double *scores, const uint32_t *docids, uint32_t n,
                        const zg_context *ctx, const zg_scores *terms,
                        const zg_score_basis *basis, zg_error *err);
#endif
