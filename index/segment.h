/* Segments: the index is a list of immutable Xapian databases, each with a
 * range of docids that begins behind the range before it.
 *
 * A segment is written once, synced, named by the manifest (manifest.h) and
 * then only read; merging writes a new one and the manifest names that instead.
 * Documents are removed by their docids in the list's set of the dead; their
 * postings go when a segment is written anew.
 *
 * A list is immutable and shared by reference count, any thread.  A segment has
 * a few readers, each behind a lock (xapian_shim.h: one thread at a time), so
 * that what it holds open does not grow with the threads.  Whoever has a
 * reference keeps the files: a segment that is `doomed` removes them with its
 * last one.
 */
#ifndef ZG_SEGMENT_H
#define ZG_SEGMENT_H

#include <pthread.h>
#include <stdatomic.h>

#include "index/xapian_shim.h"

/* Descriptors that one reader of a segment may hold: postlist and docdata, and
 * of an index of schema 2 the termlist. */
#define ZG_SEGMENT_FILES 3
/* Readers of a segment, at most. */
#define ZG_SEGMENT_READERS 4
/* A transaction waits for the merger while there are more segments. */
#define ZG_SEGMENTS_MAX 40

#define ZG_SEGMENT_NAME 24

typedef struct zg_segment {
  _Atomic uint32_t refs;
  _Atomic bool doomed;
  char name[ZG_SEGMENT_NAME]; /* in the index directory: a number */
  char *path;
  uint32_t first, last; /* docids that it may have */
  uint32_t documents;
  uint64_t bytes; /* of its files */
  unsigned n_readers;
  struct {
    pthread_mutex_t lock;
    zg_xreader *reader;
  } readers[ZG_SEGMENT_READERS];
} zg_segment;

/* Opens `readers` readers (or as many as there may be) of dir/name and checks
 * that the database has what is said of it.  *out has one reference. */
zg_status zg_segment_open(zg_segment **out, const char *dir, const char *name,
                          uint32_t first, uint32_t last, uint32_t documents,
                          unsigned readers, zg_error *err);
void zg_segment_unref(zg_segment *s); /* NULL is legal */

/* A worker's reader, locked until it is given back. */
zg_xreader *zg_segment_reader(const zg_segment *s, unsigned worker);
void zg_segment_give_back(const zg_segment *s, unsigned worker);

/* Removes a database, file or flat directory, if it is there. */
void zg_segment_remove(const char *path);
/* Syncs a database's files and their directory.  ZG_IO, ZG_NO_SPACE. */
zg_status zg_segment_sync(const char *path, zg_error *err);

typedef struct zg_segments {
  _Atomic uint32_t refs;
  roaring_bitmap_t *dead; /* removed documents that segments still have */
  size_t n;
  zg_segment *at[];
} zg_segments;

/* A list with the segments [0, from) of `base`, then `n` others, then those
 * from `to` on; takes new references of all, and `dead_take`.  NULL: no memory
 * (then dead_take is freed too).  `base` NULL: empty. */
zg_segments *zg_segments_splice(const zg_segments *base, size_t from, size_t to,
                                zg_segment *const *others, size_t n,
                                roaring_bitmap_t *dead_take);
zg_segments *zg_segments_ref(zg_segments *l);
void zg_segments_unref(zg_segments *l); /* NULL is legal */
/* The segment whose range has the docid, or NULL. */
zg_segment *zg_segments_of(const zg_segments *l, uint32_t docid);
uint64_t zg_segments_bytes(const zg_segments *l);

/* ---- reading, by the worker's own readers; dead documents are left out ----
 */

/* Documents under a term as one malloc'd ascending block. */
zg_status zg_segments_postings(const zg_segments *l, unsigned worker,
                               zg_str term, uint32_t **docids, size_t *n,
                               zg_error *err);
/* The same with counts, from docid `from` on. */
zg_status zg_segments_counts(const zg_segments *l, unsigned worker, zg_str term,
                             uint32_t from, zg_xposting **out, size_t *n,
                             zg_error *err);
/* xapian_shim.h: zg_xreader_counts_in.  The caller asks for live documents. */
zg_status zg_segments_counts_in(const zg_segments *l, unsigned worker,
                                zg_str term, const uint32_t *docids, size_t n,
                                uint32_t *counts, zg_error *err);
/* How many documents have a term. */
zg_status zg_segments_freq(const zg_segments *l, unsigned worker, zg_str term,
                           uint32_t *out, zg_error *err);
/* xapian_shim.h: zg_xreaders_terms; the dead count. */
zg_status zg_segments_terms(const zg_segments *l, unsigned worker,
                            zg_str prefix, zg_str after, size_t cap,
                            zg_xterm **out, size_t *n, zg_error *err);
/* Document data, malloc'd; ZG_NOT_FOUND. */
zg_status zg_segments_data(const zg_segments *l, unsigned worker,
                           uint32_t docid, char **out, size_t *n,
                           zg_error *err);

#endif
