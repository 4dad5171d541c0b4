/* The inside of a store, shared by store.c (opening, closing), upgrade.c,
 * rebuild.c (facets and forward texts from the index), snapshot.c, kept.c,
 * batch.c, writer.c, merge.c, compact.c and check.c. */
#ifndef ZG_STORE_PRIVATE_H
#define ZG_STORE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "index/cache.h"
#include "index/forward.h"
#include "index/manifest.h"
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
  uint64_t generation;
  zg_segments *segments;
  zg_table *findings, *bulletins;
  zg_forward_view *forward;
  zg_epoch epoch;
  zg_collection collection;
};

/* Takes a reference of each part. */
zg_status zg_snapshot_new(zg_snapshot **out, zg_store *s, uint64_t generation,
                          zg_segments *segments, zg_table *findings,
                          zg_table *bulletins, zg_forward_view *forward,
                          zg_error *err);

/* ---- faults on purpose, for the tests (-DZG_FAULTS) ---- */
#ifdef ZG_FAULTS
typedef struct faults {
  char crash[32], fail[32], item[ZG_TERM_MAX];
  long crash_left, fail_left, fail_many;
} faults;
#endif

/* ---- the store ---- */
typedef struct zg_keys zg_keys;

/* What the image of the tables has (image.c). */
typedef struct zg_imaged {
  uint64_t generation;
  uint32_t last; /* finding */
} zg_imaged;

struct zg_store {
  char *dir, *index_path;
  const zg_normaliser *nz;
  unsigned workers;
  bool read_only, no_merger;
  size_t queue_limit;
  int lock_fd;
  char uuid[ZG_MANIFEST_UUID];
  zg_table_dicts *dicts;
  zg_cache *cache;
  bool cache_grows; /* its bound follows the findings */
  struct zg_vocabularies *vocabularies; /* vocabulary.h */

  /* Held while the index changes: a transaction, or a merge that takes effect.
   * A check holds it to see it stand still.  It guards what follows. */
  pthread_mutex_t apply;
  zg_segments *segments;
  zg_forward *forward;
  uint64_t generation;
  uint32_t next;                  /* docid of the next document */
  zg_table *findings, *bulletins; /* of `generation`, published or not */
  zg_keys *keys;                  /* of the transaction that is being cut */
#ifdef ZG_FAULTS
  faults faults;
#endif
  _Atomic uint64_t name; /* of the next segment */

  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake, merge, merged;
  zg_batch *first, **last;
  uint64_t queue_items, queue_bytes, commits, merges, forward_bytes;
  bool stop, failed;
  zg_snapshot *current;

  /* The merger's own (of whom opens and closes, while it does not run). */
  zg_imaged imaged;

  pthread_t thread, merger;
  bool started, merger_started;
};

/* As whom the writer, or whoever holds `apply`, reads; the merger has readers
 * of its own. */
#define ZG_WRITER(s) ((s)->workers)
#define ZG_READERS(s) ((s)->workers ? (s)->workers : 1)

/* Which documents a transaction touches (keys.c): a set of hashes that may say
 * yes where it should say no, which cuts the transaction early. */
zg_keys *zg_keys_new(void);
void zg_keys_free(zg_keys *k);
void zg_keys_clear(zg_keys *k);
/* True when the item looks up what an item before it may have added; else its
 * documents are added to the set. */
bool zg_keys_clash(zg_keys *k, const item *it);

/* Makes `segments` (taken) the index, durably, at `generation`: manifest,
 * rename, sync.  *landed: it is the index now, also when the status is not
 * ZG_OK, for then the sync of the directory failed.  `points`: the faults on
 * purpose that are met on the way. */
typedef struct zg_install_points {
  const char *before, *after, *synced, *commit, *fsync;
} zg_install_points;
zg_status zg_store_install(zg_store *s, zg_segments *segments,
                           uint64_t generation, uint32_t next,
                           const zg_install_points *points, bool *landed,
                           zg_error *err);
/* From now on no write is taken: what is durable is not known. */
zg_status zg_store_failed(zg_store *s, zg_error *err);
bool zg_store_is_failed(zg_store *s);

#define ZG_TXN_DOCS 4000
#define ZG_TXN_BYTES ((size_t)32 << 20)

void *zg_writer_main(void *store);
/* Puts the writer's tables and forward file out as the current snapshot. */
zg_status zg_writer_publish(zg_store *s, zg_error *err);

/* merge.c */
void *zg_merger_main(void *store);
/* Waits while there are too many segments and merging them is under way. */
void zg_merger_await(zg_store *s);
/* The run of neighbours that should become one segment: false, none.  `idle`:
 * nothing else is to be done, so any two of a size will do. */
bool zg_merge_choose(const zg_segments *l, bool idle, size_t *from, size_t *to);
/* Writes segments [from, to) of `l` as one new segment, without the dead if
 * `anew`.  `a`: for that.  *out is NULL when nothing is left of them. */
zg_status zg_merge_run(zg_store *s, const zg_segments *l, size_t from,
                       size_t to, bool anew, const zg_forward_view *view,
                       zg_analyser *a, zg_segment **out, zg_error *err);
/* Puts it in their place, under `apply`: a manifest of the same generation.
 * `dead`: what they had of the dead when they were written anew; NULL: they
 * were not.  ZG_IO on a failed store: a manifest would name, and a snapshot
 * show, what was never acknowledged. */
zg_status zg_merge_install(zg_store *s, const zg_segment *first, size_t n,
                           zg_segment *merged, const roaring_bitmap_t *dead,
                           zg_error *err);

/* upgrade.c: an index of schema 2 becomes a segment of an index of ours. */
zg_status zg_store_upgrade(zg_store *s, zg_error *err);

/* image.c: makes dictionaries and tables. */
zg_status zg_image_load_tables(zg_store *s, zg_error *err);
/* Saves the published tables when much is new, or when the store closes.  That
 * it fails only makes the next start slower. */
void zg_image_save_tables(zg_store *s, bool closing);

/* rebuild.c; `reader` of each segment */
/* Adds the documents behind `last` to builders of findings and bulletins. */
zg_status zg_rebuild_behind(const zg_segments *l, unsigned reader,
                            uint32_t last, zg_table_builder *const of[2],
                            zg_error *err);
zg_status zg_rebuild_tables(const zg_segments *l, unsigned reader,
                            zg_table_dicts *dicts, zg_table **findings,
                            zg_table **bulletins, zg_error *err);
/* The record of a finding, from the view if it is the one whose head stands in
 * the index.  ZG_CORRUPT when it is not.  *block is malloc'd. */
zg_status zg_rebuild_record(const zg_segments *l, unsigned reader,
                            const zg_forward_view *view, uint32_t docid,
                            char **block, size_t *n, zg_error *err);
/* What the forward store must hold of a finding, made from its record.
 * `block` is the caller's to free, also on failure; `finding` lives in it and
 * in the arena, `text` is borrowed from the analyser. */
typedef struct zg_rebuilt {
  char *block;
  size_t n;
  zg_finding *finding;
  zg_str text;
} zg_rebuilt;
zg_status zg_rebuild_forward(zg_store *s, zg_forward *f,
                             const roaring_bitmap_t *live, zg_error *err);
zg_status zg_rebuild_finding(zg_rebuilt *out, const zg_segments *l,
                             unsigned reader, const zg_forward_view *view,
                             zg_analyser *a, zg_arena *arena, uint32_t docid,
                             zg_error *err);

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
