#include "index/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <xxhash.h>

typedef struct entry entry;
struct entry {
  entry *newer, *older; /* order of use */
  entry *next;          /* same bucket */
  uint64_t hash;
  size_t bytes;
  zg_match *match;
  size_t n_key;
  char key[];
};

#define BUCKETS 1024

struct zg_cache {
  pthread_mutex_t lock;
  size_t limit, bytes;
  zg_cache_counters *counters;
  entry *newest, *oldest;
  entry *buckets[BUCKETS];
};

zg_cache *zg_cache_new(size_t limit, zg_cache_counters *counters) {
  zg_cache *c = calloc(1, sizeof *c);
  if (!c || pthread_mutex_init(&c->lock, NULL) != 0) {
    free(c);
    return NULL;
  }
  c->limit = limit;
  c->counters = counters;
  return c;
}

static zg_match *match_ref(zg_match *m) {
  atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
  return m;
}

void zg_match_unref(zg_match *m) {
  if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
    return;
  roaring_bitmap_free((roaring_bitmap_t *)m->bitmap);
  free(m);
}

static void unlink_use(zg_cache *c, entry *e) {
  *(e->newer ? &e->newer->older : &c->newest) = e->older;
  *(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void link_newest(zg_cache *c, entry *e) {
  e->newer = NULL;
  e->older = c->newest;
  *(c->newest ? &c->newest->newer : &c->oldest) = e;
  c->newest = e;
}

static void drop(zg_cache *c, entry *e) {
  entry **at = &c->buckets[e->hash % BUCKETS];
  while (*at != e)
    at = &(*at)->next;
  *at = e->next;
  unlink_use(c, e);
  c->bytes -= e->bytes;
  zg_match_unref(e->match);
  free(e);
}

void zg_cache_free(zg_cache *c) {
  if (!c)
    return;
  while (c->oldest)
    drop(c, c->oldest);
  pthread_mutex_destroy(&c->lock);
  free(c);
}

static entry *find(zg_cache *c, zg_str key, uint64_t hash) {
  for (entry *e = c->buckets[hash % BUCKETS]; e; e = e->next)
    if (e->hash == hash && e->n_key == key.n &&
        memcmp(e->key, key.p, key.n) == 0)
      return e;
  return NULL;
}

/* Under the lock: the entry's match with a reference, now the newest. */
static zg_match *use(zg_cache *c, entry *e) {
  unlink_use(c, e);
  link_newest(c, e);
  return match_ref(e->match);
}

zg_match *zg_cache_get(zg_cache *c, zg_str key) {
  uint64_t hash = XXH3_64bits(key.p, key.n);
  pthread_mutex_lock(&c->lock);
  entry *e = find(c, key, hash);
  zg_match *m = e ? use(c, e) : NULL;
  pthread_mutex_unlock(&c->lock);
  atomic_fetch_add_explicit(m ? &c->counters->hits : &c->counters->misses, 1,
                            memory_order_relaxed);
  return m;
}

static zg_match *match_new(roaring_bitmap_t *bitmap_take) {
  zg_match *m = malloc(sizeof *m);
  if (!m) {
    roaring_bitmap_free(bitmap_take);
    return NULL;
  }
  m->bitmap = bitmap_take;
  atomic_init(&m->refs, 1);
  return m;
}

static entry *entry_new(zg_str key, uint64_t hash, size_t bytes) {
  entry *e = calloc(1, sizeof *e + key.n);
  if (!e)
    return NULL;
  e->hash = hash;
  e->bytes = bytes;
  e->n_key = key.n;
  memcpy(e->key, key.p, key.n);
  return e;
}

zg_match *zg_cache_put(zg_cache *c, zg_str key, roaring_bitmap_t *bitmap_take) {
  size_t bytes = roaring_bitmap_portable_size_in_bytes(bitmap_take) +
                 sizeof(entry) + sizeof(zg_match) + key.n + 128;
  zg_match *m = match_new(bitmap_take);
  if (!m || bytes > c->limit / 4)
    return m; /* one giant must not push out everything else */
  uint64_t hash = XXH3_64bits(key.p, key.n);
  entry *fresh = entry_new(key, hash, bytes);
  if (!fresh)
    return m;
  pthread_mutex_lock(&c->lock);
  entry *old = find(c, key, hash);
  if (old) {
    zg_match_unref(m);
    m = use(c, old);
  } else {
    while (c->oldest && c->bytes + bytes > c->limit)
      drop(c, c->oldest);
    fresh->match = match_ref(m);
    fresh->next = c->buckets[hash % BUCKETS];
    c->buckets[hash % BUCKETS] = fresh;
    link_newest(c, fresh);
    c->bytes += bytes;
    fresh = NULL;
  }
  pthread_mutex_unlock(&c->lock);
  free(fresh);
  return m;
}

size_t zg_cache_bytes(zg_cache *c) {
  pthread_mutex_lock(&c->lock);
  size_t n = c->bytes;
  pthread_mutex_unlock(&c->lock);
  return n;
}
