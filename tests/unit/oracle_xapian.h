/* The part of the oracle that speaks C++ (oracle.h): a Xapian database
 * in a directory of its own. */
#ifndef ORACLE_XAPIAN_H
#define ORACLE_XAPIAN_H

#include "index/bm25.h"
#include "index/xapian_shim.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct oracle oracle;

oracle *oracle_empty(void);
/* NULL: a document without terms. */
void oracle_add(oracle *o, uint32_t docid, const zg_xdoc *doc);
void oracle_seal(oracle *o); /* after the last */
void oracle_free(oracle *o);
/* Top `limit` after `offset` of the documents of `match` (NULL: of every
 * document that has any of the terms) by Xapian's BM25, ties by docid; with
 * `match` a document without any of the terms ranks last with 0.  *out is
 * malloc'd. */
void oracle_rank(oracle *o, const zg_scored_term *terms, size_t n_terms,
                 zg_bm25 bm25, const roaring_bitmap_t *match, uint32_t offset,
                 uint32_t limit, zg_ranked **out, size_t *n);
uint32_t oracle_freq(oracle *o, zg_str term);

#ifdef __cplusplus
}
#endif
#endif
