/* Match sets, posting lists and the like, bounded by bytes; the least recently
 * used goes first.  One cache for all generations: what an earlier generation
 * left is found by a later one, which adds what changed and puts the result in
 * its place, so that a trickle of commits does not empty it.  Any thread. */
#ifndef ZG_CACHE_H
#define ZG_CACHE_H

#include "index/postings.h"

typedef struct zg_cache zg_cache;

/* The findings of a generation.  Docids only grow and a document never changes:
 * a later generation has some of these and some after `last`. */
typedef struct zg_epoch {
  uint64_t generation;
  uint32_t last;  /* docid; 0: there is none */
  uint32_t count; /* of findings */
} zg_epoch;

typedef struct zg_cache_counters {
  uint64_t hits, carried, misses; /* carried: found, of an earlier generation */
  size_t bytes, limit;
} zg_cache_counters;

zg_cache *zg_cache_new(size_t limit);
void zg_cache_free(zg_cache *c);
/* A reference for the caller, or NULL.  *made: whose it is, never of a later
 * generation than `now`. */
zg_shared *zg_cache_get(zg_cache *c, zg_str key, uint64_t now, zg_epoch *made);
/* Takes a reference and returns one: to this or, when the key has one of the
 * same generation already, to that.  What is of a later generation stays. */
zg_shared *zg_cache_put(zg_cache *c, zg_str key, const zg_epoch *now,
                        zg_shared *take);
/* Moves the bound; a lower one drops the oldest at once. */
void zg_cache_bound(zg_cache *c, size_t limit);
/* One bigger than this is never kept. */
size_t zg_cache_largest(zg_cache *c);
void zg_cache_count(zg_cache *c, zg_cache_counters *out);

#endif
