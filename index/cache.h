/* Match bitmaps of one generation, bounded by bytes; the least recently used
 * goes first.  Any thread. */
#ifndef ZG_CACHE_H
#define ZG_CACHE_H

#include <stdatomic.h>

#include "index/store.h"

typedef struct zg_cache zg_cache;

/* Outlive the caches: they add up over generations. */
typedef struct zg_cache_counters {
  _Atomic uint64_t hits, misses;
} zg_cache_counters;

zg_cache *zg_cache_new(size_t limit, zg_cache_counters *counters);
void zg_cache_free(zg_cache *c);
/* A reference for the caller, or NULL. */
zg_match *zg_cache_get(zg_cache *c, zg_str key);
/* Takes the bitmap and returns it shared: one reference for the caller.  When
 * the key is there already the older bitmap is kept and returned.  NULL: no
 * memory (the bitmap is freed). */
zg_match *zg_cache_put(zg_cache *c, zg_str key, roaring_bitmap_t *bitmap_take);
size_t zg_cache_bytes(zg_cache *c);

#endif
