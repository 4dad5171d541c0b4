/* The shapes of ranking: parameters, what is scored, what comes out. */
#ifndef ZG_BM25_H
#define ZG_BM25_H

#include "index/text.h"

typedef struct zg_bm25 {
  double k1, k2, k3, b, min_normlen;
} zg_bm25;
#define ZG_BM25_SEARCH ((zg_bm25){1.0, 0.0, 1.0, 0.8, 0.2})
#define ZG_BM25_SIMILAR ((zg_bm25){0.5, 0.0, 1.0, 0.5, 0.2})

/* A scored term: weight = factor * BM25. */
typedef struct zg_scored_term {
  zg_str term;
  double factor;
} zg_scored_term;

typedef struct zg_ranked {
  uint32_t docid;
  double score;
} zg_ranked;

#endif
