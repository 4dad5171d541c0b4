/* The only door to Xapian: a pure C header over Xapian 1.4.
 *
 * Every exception is caught; results are copied out as one flat block that one
 * free() releases; no callback is called from inside; a handle belongs to one
 * thread at a time (Xapian's reference counts are not atomic) but may move
 * between threads with a happens-before edge.
 *
 * Errors: a missing or unopenable database ZG_IO, damaged ZG_CORRUPT, locked
 * by another process ZG_CONFLICT, overtaken by two commits ZG_MODIFIED, disk
 * full ZG_NO_SPACE, no memory ZG_NO_MEMORY, a refused term or document
 * ZG_INVALID, anything else ZG_INTERNAL; the message carries Xapian's text.
 */
#ifndef ZG_XAPIAN_SHIM_H
#define ZG_XAPIAN_SHIM_H

#include "index/analyse.h"
#include "index/status.h"
#include "index/text.h"
#include <roaring/roaring.h>

#ifdef __cplusplus
#define ZG_NOEXCEPT noexcept
extern "C" {
#else
#define ZG_NOEXCEPT
#endif

/* ---- writing: the writer thread only ---- */
typedef struct zg_xwriter zg_xwriter;

typedef struct zg_xvalue {
  uint32_t slot;
  zg_str value; /* bytes; empty values are not stored */
} zg_xvalue;

typedef struct zg_xdoc {
  const zg_term *terms;
  size_t n_terms; /* with wdf */
  const zg_str *booleans;
  size_t n_booleans; /* filter terms, wdf 0 */
  const zg_xvalue *values;
  size_t n_values;
  zg_str data;
} zg_xdoc;

/* Postings that a transaction holds in memory before it writes them into its
 * blocks (to the page cache; durable and visible with its commit). */
#ifdef ZG_FAULTS /* so that the small transactions of the tests get there */
#define ZG_XWRITER_POSTINGS 2000
#else
#define ZG_XWRITER_POSTINGS 200000
#endif

/* Opens for writing; `create` makes a new glass database when there is none
 * (never over existing tables: then ZG_CORRUPT naming the missing file). */
zg_status zg_xwriter_open(zg_xwriter **out, const char *path, bool create,
                          zg_error *err) ZG_NOEXCEPT;
void zg_xwriter_close(zg_xwriter *w)
    ZG_NOEXCEPT; /* cancels an open transaction */
zg_status zg_xwriter_begin(zg_xwriter *w, zg_error *err)
    ZG_NOEXCEPT; /* begin_transaction(true) */
zg_status zg_xwriter_commit(zg_xwriter *w, zg_error *err)
    ZG_NOEXCEPT; /* then the caller fsyncs the directory */
zg_status zg_xwriter_cancel(zg_xwriter *w, zg_error *err) ZG_NOEXCEPT;
/* Pure check of what Xapian would refuse (term length, NUL, sizes): no handle.
 */
zg_status zg_xdoc_check(const zg_xdoc *doc, zg_error *err) ZG_NOEXCEPT;
zg_status zg_xwriter_add(zg_xwriter *w, const zg_xdoc *doc, uint32_t *docid,
                         zg_error *err) ZG_NOEXCEPT;
/* *same: there is one document under `term`, and adding `doc` would give an
 * equal one: data, values, terms with their frequencies. */
zg_status zg_xwriter_holds(zg_xwriter *w, zg_str term, const zg_xdoc *doc,
                           bool *same, zg_error *err) ZG_NOEXCEPT;
zg_status zg_xwriter_termfreq(zg_xwriter *w, zg_str term, uint32_t *out,
                              zg_error *err) ZG_NOEXCEPT;
/* Deletes every document under `term`; *docids is a malloc'd block (NULL if
 * none) of *n ids in ascending order. */
zg_status zg_xwriter_delete(zg_xwriter *w, zg_str term, uint32_t **docids,
                            size_t *n, zg_error *err) ZG_NOEXCEPT;
zg_status zg_xwriter_revision(zg_xwriter *w, uint64_t *out,
                              zg_error *err) ZG_NOEXCEPT;
zg_status zg_xwriter_set_metadata(zg_xwriter *w, const char *key, zg_str value,
                                  zg_error *err) ZG_NOEXCEPT;
zg_status zg_xwriter_get_metadata(zg_xwriter *w, const char *key, char **out,
                                  size_t *n, zg_error *err) ZG_NOEXCEPT;

/* Writes a compacted copy of the database at `from` to the new directory `to`;
 * documents keep their numbers. */
zg_status zg_xindex_compact(const char *from, const char *to,
                            zg_error *err) ZG_NOEXCEPT;

/* ---- reading ---- */
typedef struct zg_xreader zg_xreader;
zg_status zg_xreader_open(zg_xreader **out, const char *path,
                          zg_error *err) ZG_NOEXCEPT;
void zg_xreader_close(zg_xreader *r) ZG_NOEXCEPT;
zg_status zg_xreader_reopen(zg_xreader *r, zg_error *err) ZG_NOEXCEPT;
zg_status zg_xreader_revision(zg_xreader *r, uint64_t *out,
                              zg_error *err) ZG_NOEXCEPT;
zg_status zg_xreader_uuid(zg_xreader *r, char out[40],
                          zg_error *err) ZG_NOEXCEPT;
zg_status zg_xreader_doccount(zg_xreader *r, uint32_t *count,
                              uint32_t *last_docid, zg_error *err) ZG_NOEXCEPT;
zg_status zg_xreader_get_metadata(zg_xreader *r, const char *key, char **out,
                                  size_t *n, zg_error *err) ZG_NOEXCEPT;
/* Document data, malloc'd; ZG_NOT_FOUND when there is no such document. */
zg_status zg_xreader_data(zg_xreader *r, uint32_t docid, char **out, size_t *n,
                          zg_error *err) ZG_NOEXCEPT;
/* All documents under a term as one malloc'd ascending block. */
zg_status zg_xreader_postings(zg_xreader *r, zg_str term, uint32_t **docids,
                              size_t *n, zg_error *err) ZG_NOEXCEPT;
/* The same with the term's count in each document, from docid `from` on. */
typedef struct zg_xposting {
  uint32_t docid, n;
} zg_xposting;
zg_status zg_xreader_counts(zg_xreader *r, zg_str term, uint32_t from,
                            zg_xposting **out, size_t *n,
                            zg_error *err) ZG_NOEXCEPT;
/* counts[i] = count of the term in docids[i] (ascending; 0: it has it not),
 * by seeking: for few documents of a long list. */
zg_status zg_xreader_counts_in(zg_xreader *r, zg_str term,
                               const uint32_t *docids, size_t n,
                               uint32_t *counts, zg_error *err) ZG_NOEXCEPT;
/* Length in terms of every document, as one malloc'd ascending block. */
zg_status zg_xreader_lengths(zg_xreader *r, zg_xposting **out, size_t *n,
                             zg_error *err) ZG_NOEXCEPT;
zg_status zg_xreader_termfreq(zg_xreader *r, zg_str term, uint32_t *out,
                              zg_error *err) ZG_NOEXCEPT;
/* Index terms that start with `prefix`, at most `cap`, in byte order; *more is
 * set when there were others.  One block: strings behind the array. */
zg_status zg_xreader_expand(zg_xreader *r, zg_str prefix, size_t cap,
                            zg_str **out, size_t *n, bool *more,
                            zg_error *err) ZG_NOEXCEPT;
/* A whole value stream as one block: entries ascending by docid, text in the
 * same block (freed with free(*out)). */
typedef struct zg_xslot_entry {
  uint32_t docid;
  uint32_t n;
  const char *p;
} zg_xslot_entry;
zg_status zg_xreader_slot(zg_xreader *r, uint32_t slot, zg_xslot_entry **out,
                          size_t *n, zg_error *err) ZG_NOEXCEPT;

/* ---- ranking ---- */
typedef struct zg_bm25 {
  double k1, k2, k3, b, min_normlen;
} zg_bm25;
#define ZG_BM25_SEARCH ((zg_bm25){1.0, 0.0, 1.0, 0.8, 0.2})
#define ZG_BM25_SIMILAR ((zg_bm25){0.5, 0.0, 1.0, 0.5, 0.2})

/* A scored term: weight = factor * BM25 (factor 1 adds no scaling node). */
typedef struct zg_scored_term {
  zg_str term;
  double factor;
} zg_scored_term;

typedef struct zg_ranked {
  uint32_t docid;
  double score;
} zg_ranked;

/* Top `limit` after `offset` of the documents of `match` (NULL: of every
 * document that has any of the terms), by the sum of the scored terms, ties by
 * ascending docid.  With `match`, a document that has none of the terms ranks
 * last with score 0.  Uses Xapian's own pruning; `match` goes in as a
 * weightless PostingSource over a Roaring iterator.  *out is malloc'd.
 * estimated/exact counting is NOT done here: totals come from bitmaps. */
zg_status zg_xreader_rank(zg_xreader *r, const zg_scored_term *terms,
                          size_t n_terms, zg_bm25 bm25,
                          const roaring_bitmap_t *match, uint32_t offset,
                          uint32_t limit, zg_ranked **out, size_t *n,
                          zg_error *err) ZG_NOEXCEPT;

/* ---- the vocabulary ---- */

/* Index terms that start with `prefix` and come after `after` (NULL: all), at
 * most `cap`, in byte order, with the documents that have each.  One block:
 * strings behind the array. */
typedef struct zg_xterm {
  zg_str term;
  uint32_t freq;
} zg_xterm;
zg_status zg_xreader_terms(zg_xreader *r, zg_str prefix, zg_str after,
                           size_t cap, zg_xterm **out, size_t *n,
                           zg_error *err) ZG_NOEXCEPT;

const char *zg_xapian_version(void) ZG_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
