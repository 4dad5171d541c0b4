/* The inside of a store, shared by store.c (opening, closing), rebuild.c
 * (facets and forward texts from the index), snapshot.c, kept.c, batch.c,
 * writer.c and check.c. */
#ifndef ZG_STORE_PRIVATE_H
#define ZG_STORE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "index/cache.h"
#include "index/forward.h"
#include "index/prepare.h"
#include "index/store.h"

/* ---- batches ---- */
typedef enum item_kind {
  ITEM_PUT_BULLETIN,
  ITEM_PUT_FINDING,
  ITEM_REWRITE_FINDING, /* put, if `docid` is still its document */
  ITEM_DELETE_BULLETIN,
  ITEM_DELETE_FINDING
} item_kind;

typedef struct item {
  item_kind kind;
  zg_str id;
  uint32_t docid;    /* of a rewrite */
  zg_prepared *docs; /* a bulletin's own document first */
  size_t n_docs, bytes;
  size_t stored; /* bytes of records and texts: what a transaction counts */
  bool decided;
  zg_item_result result;
} item;

struct zg_batch {
  zg_arena *arena;
  item *items;
  size_t n, cap, bytes;
  /* while queued */
  zg_batch *next;
  zg_batch_done done;
  void *arg;
};

/* ---- snapshots ---- */
struct zg_snapshot {
  _Atomic uint32_t refs;
  zg_store *store;
  bool superseded; /* under the store's lock */
  uint64_t generation;
  zg_table *findings, *bulletins;
  zg_forward_view *forward;
  zg_xreader **readers;
  unsigned n_readers;
  zg_epoch epoch;
  zg_collection collection;
};

/* Opens the readers; takes a reference of each part.  ZG_MODIFIED when the
 * index is not at `generation`. */
zg_status zg_snapshot_new(zg_snapshot **out, zg_store *s, uint64_t generation,
                          zg_table *findings, zg_table *bulletins,
                          zg_forward_view *forward, zg_error *err);

/* The status of a read through one of the snapshot's readers. */
zg_status zg_snapshot_believe(const zg_snapshot *s, zg_status st,
                              zg_error *err);

/* ---- faults on purpose, for the tests (-DZG_FAULTS) ---- */
#ifdef ZG_FAULTS
typedef struct faults {
  char crash[32], fail[32], item[ZG_TERM_MAX];
  long crash_left, fail_left, fail_many;
} faults;
#endif

/* ---- the store ---- */
struct zg_store {
  char *dir, *index_path;
  const zg_normaliser *nz;
  unsigned workers;
  bool read_only;
  size_t queue_limit;
  int lock_fd;
  int index_fd; /* the directory, to fsync it */
  char uuid[40];
  zg_table_dicts *dicts;
  zg_cache *cache;
  struct zg_vocabularies *vocabularies; /* vocabulary.h */

  /* The writer thread's own (the opener's before it starts). */
  zg_xwriter *w; /* NULL after a failure that also kept it from reopening */
  zg_forward *forward;
  uint64_t revision, base; /* their sum is the generation (schema.h) */
  zg_table *findings, *bulletins; /* of `revision`, published or not */
#ifdef ZG_FAULTS
  faults faults;
#endif
  /* Snapshots of older generations are overtaken.  A transaction on top of
   * revision C writes over blocks that only revisions before C use. */
  _Atomic uint64_t trusted_from;
  /* Held while the index changes: a check holds it to see it stand still. */
  pthread_mutex_t apply;

  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake, released;
  unsigned waiting_for; /* superseded snapshots that are still trusted */
  zg_batch *first, **last;
  uint64_t queue_items, queue_bytes, commits, forward_bytes;
  bool stop, failed;
  zg_snapshot *current;

  pthread_t thread;
  bool started;
};

/* Where compaction puts the new index, and then the old. */
#define ZG_COMPACT_DIR "index.compact"
/* Removes a flat directory, if there is one. */
void zg_store_remove_flat(const char *path);

#define ZG_TXN_DOCS 1000
#define ZG_TXN_BYTES ((size_t)8 << 20)

void *zg_writer_main(void *store);
/* Puts the writer's tables and forward file out as the current snapshot. */
zg_status zg_writer_publish(zg_store *s, zg_error *err);

/* rebuild.c */
zg_status zg_rebuild_tables(zg_xreader *r, zg_table_dicts *dicts,
                            zg_table **findings, zg_table **bulletins,
                            zg_error *err);
/* The record of a finding, from the view if it is the one whose head stands in
 * the index, or from the index if that has the whole (schema 1).  ZG_CORRUPT
 * when neither is so.  *block is malloc'd. */
zg_status zg_rebuild_record(zg_xreader *r, const zg_forward_view *view,
                            uint32_t docid, char **block, size_t *n,
                            zg_error *err);
/* What the forward store must hold of a finding, made from its record.
 * `block` is the caller's to free, also on failure; `finding` lives in it and
 * in the arena, `text` is borrowed from the analyser. */
typedef struct zg_rebuilt {
  char *block;
  size_t n;
  zg_finding *finding;
  zg_str text;
} zg_rebuilt;
zg_status zg_rebuild_finding(zg_rebuilt *out, zg_xreader *r,
                             const zg_forward_view *view, zg_analyser *a,
                             zg_arena *arena, uint32_t docid, zg_error *err);
zg_status zg_rebuild_forward(zg_store *s, zg_xreader *r, zg_forward *f,
                             const roaring_bitmap_t *live, zg_error *err);

#ifdef ZG_FAULTS
void zg_faults_read(zg_store *s);
void zg_crash_point(zg_store *s, const char *name);
bool zg_fail_point(zg_store *s, const char *name);
#else
#define zg_faults_read(s) ((void)(s))
#define zg_crash_point(s, name) ((void)(s))
#define zg_fail_point(s, name) ((void)(s), false)
#endif

#endif
