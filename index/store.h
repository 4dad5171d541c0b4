/* The store: a data directory with its segments of Xapian's, forward file and
 * lock; the single writer thread, the merger; and the published snapshots.
 *
 * Data directory:  LOCK (flock), index/ (MANIFEST and the segments that it
 * names), forward.dat (canonical texts and records of the findings) and
 * forward.idx (where they lie; made from forward.dat when it is lost).
 *
 * Writing: batches are prepared on any thread (text analysis, encoding,
 * validation), submitted, and applied by the writer thread: transaction of at
 * most 4,000 documents or 32 MB (never splitting one item), its segments built
 * and synced, forward file fdatasync, manifest renamed and synced, next
 * snapshot published, then `done` is called.  An item is whole or absent.  When
 * the index refuses something the transaction is cancelled and its items are
 * replayed without it, so that only the bad one fails.
 *
 * Reading: pin a snapshot, use it, release it.  All that a snapshot shows is
 * immutable; segments have one Xapian reader per worker.
 */
#ifndef ZG_STORE_H
#define ZG_STORE_H

#include "index/analyse.h"
#include "index/postings.h"
#include "index/segment.h"
#include "index/table.h"

typedef struct zg_store zg_store;

/* Descriptors that the segments may take: of their readers, and while some of
 * them are merged. */
#define ZG_STORE_FILES(workers)                                                \
  (((workers) < ZG_SEGMENT_READERS ? (workers) : ZG_SEGMENT_READERS) *         \
       ZG_SEGMENTS_MAX * ZG_SEGMENT_FILES / 2 +                                \
   32)

/* Bytes that are kept in memory of so many findings, unless said: room for the
 * lists of some long texts, which grow with the index. */
#define ZG_STORE_CACHE(findings) (((size_t)64 << 20) + (size_t)250 * (findings))

typedef struct zg_store_options {
  const char *dir;    /* created (0700) when missing, unless read_only */
  unsigned workers;   /* readers per segment: worker ids 0..workers-1 */
  bool read_only;     /* no writer, no merger, no lock taken for writing */
  bool no_merger;     /* segments stay as they are written */
  size_t queue_bytes; /* bound of the submitted, unapplied bytes; 0: 64 MiB */
  size_t cache_bytes; /* match sets and posting lists; 0: ZG_STORE_CACHE */
} zg_store_options;

/* Opens, recovers (rebuilds facets, mends the forward file) and publishes the
 * first snapshot.  ZG_CONFLICT when another process holds the directory;
 * ZG_CORRUPT naming the file; never recreates over existing tables. */
zg_status zg_store_open(zg_store **out, const zg_normaliser *nz,
                        const zg_store_options *opt, zg_error *err);
/* Applies what was submitted, stops the writer, frees.  Every snapshot must
 * have been released. */
void zg_store_close(zg_store *s);

/* ---- batches ---- */
typedef struct zg_batch zg_batch;
typedef struct zg_item_result {
  zg_status status;
  zg_error error;
  size_t findings; /* stored by this item (put) or deleted (delete) */
  bool replaced;   /* an earlier version was there */
  bool unchanged;  /* ... and it is equal in all: nothing was written */
} zg_item_result;

zg_status zg_batch_new(zg_batch **out, zg_error *err);
void zg_batch_free(zg_batch *b);
/* Each adds one item and copies what it needs; on failure nothing is added.
 * Limits are checked here: ids (ZG_ID_MAX, no control characters), terms,
 * record size (ZG_TOO_LARGE).  `a` is the calling thread's analyser. */
zg_status zg_batch_put_bulletin(zg_batch *b, zg_analyser *a,
                                const zg_bulletin *bulletin, zg_error *err);
zg_status zg_batch_put_finding(zg_batch *b, zg_analyser *a,
                               const zg_finding *finding, zg_error *err);
/* Puts a finding in the place of the document that it was read from.  When that
 * is gone by then (deleted, or put again by somebody else, whose version
 * stays) the item's result is ZG_MODIFIED and nothing is written. */
zg_status zg_batch_rewrite_finding(zg_batch *b, zg_analyser *a,
                                   const zg_finding *finding, uint32_t docid,
                                   zg_error *err);
/* Deletes a bulletin and its findings; its result is ZG_NOT_FOUND if absent. */
zg_status zg_batch_delete_bulletin(zg_batch *b, zg_str id, zg_error *err);
zg_status zg_batch_delete_finding(zg_batch *b, zg_str id, zg_error *err);
size_t zg_batch_items(const zg_batch *b);
const zg_item_result *zg_batch_result(const zg_batch *b,
                                      size_t item); /* in `done` and after */

/* Called on the writer thread once every item is decided: acknowledged items
 * are durable and visible in the published snapshot.  The batch is handed
 * back: the callee owns it. */
typedef void (*zg_batch_done)(zg_batch *batch_take, void *arg);

/* Never blocks.  ZG_BUSY when the queue is full, ZG_READ_ONLY, or ZG_IO after a
 * failed fsync; on failure the batch stays the caller's and done is not called.
 */
zg_status zg_store_submit(zg_store *s, zg_batch *b, zg_batch_done done,
                          void *arg, zg_error *err);

/* ---- snapshots ---- */
typedef struct zg_snapshot zg_snapshot;
zg_snapshot *zg_store_pin(zg_store *s); /* never NULL, any thread */
void zg_snapshot_release(zg_snapshot *snap);
/* Grows with every commit, also over restarts and compaction. */
uint64_t zg_snapshot_generation(const zg_snapshot *s);
/* Of the index: tells a copy of the data from another directory. */
zg_str zg_snapshot_uuid(const zg_snapshot *s);
const zg_table *zg_snapshot_findings(const zg_snapshot *s);
const zg_table *zg_snapshot_bulletins(const zg_snapshot *s);
/* Forward text of a finding (analyse.h); n == 0 if none.  Borrowed while
 * pinned, or, of what need not stay resident, read into `room` and good until
 * that is used again (NULL is legal: for few texts). */
zg_str zg_snapshot_forward(const zg_snapshot *s, uint32_t docid, zg_buf *room);

/* ---- what is kept in memory (postings.h), bounded and thread-safe ---- */

/* A set of findings under a key that starts with '='.  *from 0: it is whole.
 * Otherwise it comes from an earlier generation: findings with docids below
 * *from are right, those from there on are new and have to be looked at.
 * NULL: not there. */
zg_match *zg_snapshot_cached(zg_snapshot *s, zg_str key, uint32_t *from);
/* Takes the bitmap, returns it shared; the cache may drop it at once. */
zg_match *zg_snapshot_cache_put(zg_snapshot *s, zg_str key,
                                roaring_bitmap_t *bitmap_take);
/* The findings that have a term: from the cache or the index. */
zg_status zg_snapshot_posting(zg_snapshot *s, unsigned worker, zg_str term,
                              zg_match **out, zg_error *err);
/* The same with counts.  *freq: how many they are.  *out stays NULL when the
 * list is not in memory and longer than `most`. */
zg_status zg_snapshot_list(zg_snapshot *s, unsigned worker, zg_str term,
                           uint32_t most, uint32_t *freq, zg_list **out,
                           zg_error *err);
/* counts[i] = count of the term in the finding docids[i] (ascending; 0: it has
 * it not), by seeking: for few findings of a long list. */
zg_status zg_snapshot_counts_in(zg_snapshot *s, unsigned worker, zg_str term,
                                const uint32_t *docids, size_t n,
                                uint32_t *counts, zg_error *err);
/* Terms of the index that start with `prefix`, at most `cap`, in byte order;
 * *more: there were others.  One malloc'd block. */
zg_status zg_snapshot_expand(zg_snapshot *s, unsigned worker, zg_str prefix,
                             size_t cap, zg_str **out, size_t *n, bool *more,
                             zg_error *err);
/* How many findings have a term. */
zg_status zg_snapshot_freq(zg_snapshot *s, unsigned worker, zg_str term,
                           uint32_t *freq, zg_error *err);
/* Documents of the longest list that would be kept. */
uint32_t zg_snapshot_list_max(const zg_snapshot *s);
/* The best findings of a query, of this very generation, under a key that
 * starts with '^'.  When one is there already it stays and is given back. */
zg_best *zg_snapshot_best(zg_snapshot *s, zg_str key);
zg_best *zg_snapshot_best_put(zg_snapshot *s, zg_str key, zg_best *take);
const zg_collection *zg_snapshot_collection(const zg_snapshot *s);

/* Records.  ZG_NOT_FOUND.  *block_out is malloc'd and must outlive the decoded
 * object. */
zg_status zg_snapshot_finding(zg_snapshot *s, unsigned worker, uint32_t docid,
                              zg_arena *arena, zg_finding **out,
                              char **block_out, zg_error *err);
zg_status zg_snapshot_bulletin(zg_snapshot *s, unsigned worker, uint32_t docid,
                               zg_arena *arena, zg_bulletin **out,
                               char **block_out, zg_error *err);
/* docid of an id; ZG_NOT_FOUND */
zg_status zg_snapshot_finding_docid(zg_snapshot *s, unsigned worker, zg_str id,
                                    uint32_t *docid, zg_error *err);
zg_status zg_snapshot_bulletin_docid(zg_snapshot *s, unsigned worker, zg_str id,
                                     uint32_t *docid, zg_error *err);

typedef struct zg_store_stats {
  uint64_t generation, commits, segments, merges;
  uint64_t queue_items, queue_bytes;
  uint64_t index_bytes, forward_bytes;
  uint64_t cache_bytes, cache_limit, cache_hits, cache_carried, cache_misses;
  bool failed; /* a failed fsync: read-only until restart */
} zg_store_stats;
void zg_store_stats_get(zg_store *s, zg_store_stats *out);

/* Writes the segments of a data directory anew as one, without what was
 * removed, and the forward files without gaps.  It opens the store itself:
 * ZG_CONFLICT while a daemon has it.  Needs as much free space as the store has
 * in use; a kill or a full disk leaves the old index. */
typedef struct zg_compacted {
  uint64_t before, after; /* bytes */
} zg_compacted;
zg_status zg_store_compact(const zg_normaliser *nz, const zg_store_options *opt,
                           zg_compacted *out, zg_error *err);

/* Rebuilds the facets from the index's values and compares them with the
 * published tables, and every live finding's forward text with one made anew
 * from its record.  For `check` and the crash tests. */
zg_status zg_store_check(zg_store *s, zg_analyser *a, zg_error *err);
#endif
