/* What is kept of the index in memory: match sets, posting lists with counts,
 * and the best of a list.  Each is immutable and shared by reference count.
 *
 * Any thread.  Knows nothing of Xapian and of the cache that holds them.
 */
#ifndef ZG_POSTINGS_H
#define ZG_POSTINGS_H

#include <stdatomic.h>

#include "index/bm25.h"
#include "index/table.h"
#include "index/xapian_shim.h"

/* The head of each of them. */
typedef struct zg_shared zg_shared;
struct zg_shared {
  _Atomic int refs;
  size_t bytes; /* of memory, about */
  void (*free)(zg_shared *s);
};
void zg_shared_ref(zg_shared *s);
void zg_shared_unref(zg_shared *s); /* NULL is legal */

/* A set of findings. */
typedef struct zg_match {
  zg_shared head;
  const roaring_bitmap_t *bitmap;
} zg_match;
zg_match *zg_match_new(roaring_bitmap_t *bitmap_take); /* NULL: no memory */
void zg_match_unref(zg_match *m);                      /* NULL is legal */

/* ---- BM25 ---- */

/* What Xapian takes from the whole database. */
typedef struct zg_collection {
  uint64_t documents, length; /* findings and bulletins; sum of the lengths */
  double len_factor;          /* 1 / average length; 0: nothing has a length */
} zg_collection;

/* k1 (b L + 1 - b) of a document, in Xapian's order of operations: the scores
 * are Xapian's. */
static inline double zg_bm25_norm(zg_bm25 p, double len_factor,
                                  uint32_t length) {
  double normlen = (double)length * len_factor;
  if (normlen < p.min_normlen)
    normlen = p.min_normlen;
  return p.k1 * (normlen * p.b + (1 - p.b));
}
static inline double zg_bm25_part(double norm, uint32_t count) {
  double wdf = (double)count;
  return wdf / (norm + wdf);
}
/* What a term that `freq` documents have multiplies its parts with. */
double zg_bm25_weight(zg_bm25 p, const zg_collection *c, uint32_t freq,
                      double factor);

/* ---- lists ---- */

/* Findings that have a term, and how often.  A docid is its chunk (of
 * ZG_CHUNK_DOCS) and its place in that, which fits 16 bits. */
typedef struct zg_list {
  zg_shared head;
  uint32_t n;
  uint32_t n_chunks;
  const uint32_t *starts; /* first posting of each chunk; n_chunks + 1 */
  const uint16_t *places; /* ascending in a chunk */
  const uint8_t *counts;  /* NULL when one is over 255: then `wide` */
  const uint32_t *wide;
  double peak;       /* no zg_bm25_part (of ZG_BM25_SEARCH) is higher ... */
  double len_factor; /* ... while this is the length factor */
  /* The same of each 2^ZG_PEAK_BITS docids from 0 on; NULL: not worth it. */
  const float *peaks;
  uint32_t n_peaks;
} zg_list;
#define ZG_PEAK_BITS 12

/* Bytes of a list of n documents, about. */
#define ZG_LIST_BYTES(n) ((size_t)(n)*3)

/* `base` (NULL: empty), without the documents that are no longer in `t` if some
 * were removed since, and with the `tail` behind it.  NULL: no memory. */
zg_list *zg_list_new(const zg_list *base, bool removed, const zg_xposting *tail,
                     size_t n_tail, const zg_table *t, const zg_collection *c);
void zg_list_unref(zg_list *l); /* NULL is legal */

static inline uint32_t zg_list_count(const zg_list *l, uint32_t i) {
  return l->counts ? l->counts[i] : l->wide[i];
}
/* Its posting `at` (which may be n) is of that document. */
static inline bool zg_list_is(const zg_list *l, uint32_t at, uint32_t docid) {
  uint32_t chunk = docid >> ZG_CHUNK_BITS;
  return chunk < l->n_chunks && at >= l->starts[chunk] &&
         at < l->starts[chunk + 1] && l->places[at] == (uint16_t)docid;
}
uint32_t zg_list_docid(const zg_list *l, uint32_t at); /* at < n */
/* The documents from docid `from` on, ascending; NULL: no memory. */
roaring_bitmap_t *zg_list_bitmap(const zg_list *l, uint32_t from);
/* First index at or after `at` whose docid is at least `docid`; n: none. */
uint32_t zg_list_seek(const zg_list *l, uint32_t at, uint32_t docid);
/* `peak` under another length factor. */
double zg_list_peak(const zg_list *l, double len_factor);
/* The same of the 2^ZG_PEAK_BITS docids around `docid`. */
double zg_list_peak_at(const zg_list *l, double len_factor, uint32_t docid);

/* ---- the best of a query ---- */
typedef struct zg_best {
  zg_shared head;
  uint64_t total; /* findings that match */
  size_t n;
  zg_ranked hits[];
} zg_best;
/* NULL: no memory */
zg_best *zg_best_new(const zg_ranked *hits, size_t n, uint64_t total);
void zg_best_unref(zg_best *t); /* NULL is legal */

#endif
