/* The best of a match set by BM25, over posting lists in memory.  Scores are
 * those of Xapian (but for the last bits), summed in the order of the terms, so
 * that every way of finding the best gives the same numbers; ties go by docid.
 *
 * Three ways: one list alone is scanned; few matches are scored one after the
 * other; many (best match) are found window by window (MaxScore): a list whose
 * peak, with those below it, cannot lift a document among the best any more is
 * only looked into for documents that others brought up.
 *
 * The worker's thread.
 */
#ifndef ZG_SCORE_H
#define ZG_SCORE_H
#include "query/rank.h"

/* As zg_rank_by_score with scored terms.  *done is false, and nothing came out,
 * when the lists do not fit the cache. */
zg_status zg_score_top(zg_ranked **out, size_t *n, bool *done,
                       const zg_context *ctx, const zg_scores *scores,
                       const roaring_bitmap_t *match, uint32_t offset,
                       uint32_t limit, zg_error *err);

/* The same for one term without a match set, of which *total findings are. */
zg_status zg_score_single(zg_ranked **out, size_t *n, uint64_t *total,
                          bool *done, const zg_context *ctx,
                          const zg_scored_term *term, uint32_t offset,
                          uint32_t limit, zg_error *err);
#endif
