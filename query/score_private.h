/* What the two halves of the ranking share: score.c finds the lists and keeps
 * the best, score_pass.c goes through the documents. */
#ifndef ZG_SCORE_PRIVATE_H
#define ZG_SCORE_PRIVATE_H

#include "query/score.h"

/* Added and taken away it rounds to multiples of 2^-38: sums of these are exact
 * (below 32,768), whatever the order. */
#define ROUNDER 24576.0

/* Counts of a document that are packed, a byte each. */
#define PACKED 8

/* A scored term: a list, or its counts in the match set alone. */
typedef struct source {
  double weight, bound; /* what it multiplies; most that it can add */
  zg_list *list;
  uint32_t *counts; /* of the match set's documents in order */
  uint32_t at;      /* in the list or the counts */
  uint32_t window;  /* in the list: first posting after the window */
} source;

typedef struct scorer {
  const zg_context *ctx;
  const zg_table *t;
  double len_factor;
  const roaring_bitmap_t *match;
  uint64_t n_match;
  const uint32_t *docids; /* of the match set; NULL until they are needed */
  uint32_t *own_docids;
  source *sources; /* in the order of the terms */
  size_t n;
  zg_ranked *heap; /* the worst on top */
  size_t n_heap, want;
  zg_error *err;
} scorer;

/* ---- the best so far ---- */

static inline bool worse(const zg_ranked *a, const zg_ranked *b) {
  return a->score != b->score ? a->score < b->score : a->docid > b->docid;
}

static inline void sift_down(scorer *s, zg_ranked e) {
  size_t i = 0;
  for (;;) {
    size_t kid = 2 * i + 1;
    if (kid >= s->n_heap)
      break;
    if (kid + 1 < s->n_heap && worse(&s->heap[kid + 1], &s->heap[kid]))
      kid++;
    if (!worse(&s->heap[kid], &e))
      break;
    s->heap[i] = s->heap[kid];
    i = kid;
  }
  s->heap[i] = e;
}

/* Documents come in ascending order, so an equal score is too late. */
static inline void offer(scorer *s, uint32_t docid, double score) {
  zg_ranked e = {docid, score};
  if (s->n_heap == s->want) {
    if (score > s->heap[0].score)
      sift_down(s, e);
    return;
  }
  size_t i = s->n_heap++;
  while (i > 0 && worse(&e, &s->heap[(i - 1) / 2])) {
    s->heap[i] = s->heap[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  s->heap[i] = e;
}

/* What a score has to be above; below 0 while there is room. */
static inline double threshold(const scorer *s) {
  return s->n_heap == s->want ? s->heap[0].score : -1.0;
}

/* ---- documents ---- */

static inline double norm_of(const scorer *s, uint32_t docid) {
  uint32_t length =
      zg_column_at(zg_table_lengths(s->t, docid >> ZG_CHUNK_BITS), docid);
  return zg_bm25_norm(ZG_BM25_SEARCH, s->len_factor, length);
}

static inline zg_status cancelled(const scorer *s) {
  return zg_cancelled(s->ctx->cancel, s->err);
}

/* What a term adds to the score of a document that has it. */
static inline double share(const source *t, double norm, uint32_t count) {
  double x = t->weight * zg_bm25_part(norm, count);
  return (x + ROUNDER) - ROUNDER;
}

static inline double bound_of(const source *t, double peak) {
  return (t->weight * peak + ROUNDER) - ROUNDER;
}

/* Documents in ascending order and what they have so far. */
typedef struct block {
  const uint32_t *docids;
  double *norms, *scores;
  uint32_t n;
} block;

void zg_score_block_begin(const scorer *s, block *b);
void zg_score_block_add(source *t, block *b);
void zg_score_block_offer(scorer *s, const block *b);

/* score_pass.c.  Each offers what may be among the best: */
/* every document of the only list; */
zg_status zg_score_scan(scorer *s);
/* every match; */
zg_status zg_score_matches(scorer *s);
/* the documents of the lists, window by window, as far as they can matter. */
zg_status zg_score_windows(scorer *s);

#endif
