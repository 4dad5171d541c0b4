/* The only door to Xapian: a pure C header over Xapian 1.4.  A database is
 * built once and then only read (segment.h).
 *
 * Every exception is caught; results are copied out as one flat block that one
 * free() releases; no callback is called from inside; a handle belongs to one
 * thread at a time (Xapian's reference counts are not atomic) but may move
 * between threads with a happens-before edge.
 *
 * Errors: a missing or unopenable database ZG_IO, damaged ZG_CORRUPT, locked
 * by another process ZG_CONFLICT, disk full ZG_NO_SPACE, no memory
 * ZG_NO_MEMORY, a refused term or document ZG_INVALID, anything else
 * ZG_INTERNAL; the message carries Xapian's text.
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

/* ---- building a segment: one thread ---- */
typedef struct zg_xbuilder zg_xbuilder;

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

/* Postings that a builder holds in memory before it moves them into blocks. */
#ifdef ZG_FAULTS /* so that the small segments of the tests get there */
#define ZG_XBUILDER_POSTINGS 2000
#else
#define ZG_XBUILDER_POSTINGS 180000
#endif

/* Pure check of what Xapian would refuse (term length, NUL, sizes): no handle.
 */
zg_status zg_xdoc_check(const zg_xdoc *doc, zg_error *err) ZG_NOEXCEPT;

/* Makes a new database in the directory `path`, which must not be there.  It
 * has no termlist: documents can be added and never be changed. */
zg_status zg_xbuilder_new(zg_xbuilder **out, const char *path,
                          zg_error *err) ZG_NOEXCEPT;
/* Docids ascend. */
zg_status zg_xbuilder_add(zg_xbuilder *b, uint32_t docid, const zg_xdoc *doc,
                          zg_error *err) ZG_NOEXCEPT;
/* Writes all and frees the builder, also on failure.  Nothing is synced. */
zg_status zg_xbuilder_finish(zg_xbuilder *b_take, zg_error *err) ZG_NOEXCEPT;
void zg_xbuilder_drop(zg_xbuilder *b) ZG_NOEXCEPT; /* NULL is legal */

/* Writes the documents of several databases, whose docids ascend from one to
 * the next, into the new file `to` (one file, without gaps); documents keep
 * their numbers. */
zg_status zg_xindex_merge(const char *const *from, size_t n, const char *to,
                          zg_error *err) ZG_NOEXCEPT;

/* ---- reading ---- */
typedef struct zg_xreader zg_xreader;
zg_status zg_xreader_open(zg_xreader **out, const char *path,
                          zg_error *err) ZG_NOEXCEPT;
void zg_xreader_close(zg_xreader *r) ZG_NOEXCEPT;
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
/* A whole value stream as one block: entries ascending by docid, text in the
 * same block (freed with free(*out)). */
typedef struct zg_xslot_entry {
  uint32_t docid;
  uint32_t n;
  const char *p;
} zg_xslot_entry;
zg_status zg_xreader_slot(zg_xreader *r, uint32_t slot, zg_xslot_entry **out,
                          size_t *n, zg_error *err) ZG_NOEXCEPT;

/* ---- the vocabulary ---- */

/* Terms of several databases together that start with `prefix` and come after
 * `after` (NULL: all), at most `cap`, in byte order, with the documents that
 * have each.  One block: strings behind the array. */
typedef struct zg_xterm {
  zg_str term;
  uint32_t freq;
} zg_xterm;
zg_status zg_xreaders_terms(zg_xreader *const *readers, size_t n_readers,
                            zg_str prefix, zg_str after, size_t cap,
                            zg_xterm **out, size_t *n,
                            zg_error *err) ZG_NOEXCEPT;

const char *zg_xapian_version(void) ZG_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
