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
  zg_epoch epoch;
  zg_shared *kept;
  size_t n_key;
  char key[];
};

#define BUCKETS 8192

struct zg_cache {
  pthread_mutex_t lock;
  zg_cache_counters counters;
  entry *newest, *oldest;
  entry *buckets[BUCKETS];
};

zg_cache *zg_cache_new(size_t limit) {
  zg_cache *c = calloc(1, sizeof *c);
  if (!c || pthread_mutex_init(&c->lock, NULL) != 0) {
    free(c);
    return NULL;
  }
  c->counters.limit = limit;
  return c;
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
  c->counters.bytes -= e->bytes;
  zg_shared_unref(e->kept);
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

/* Under the lock: what the entry holds with a reference, now the newest. */
static zg_shared *use(zg_cache *c, entry *e) {
  unlink_use(c, e);
  link_newest(c, e);
  zg_shared_ref(e->kept);
  return e->kept;
}

zg_shared *zg_cache_get(zg_cache *c, zg_str key, uint64_t now, zg_epoch *made) {
  uint64_t hash = XXH3_64bits(key.p, key.n);
  zg_shared *found = NULL;
  pthread_mutex_lock(&c->lock);
  entry *e = find(c, key, hash);
  if (e && e->epoch.generation <= now) {
    found = use(c, e);
    *made = e->epoch;
  }
  if (!found)
    c->counters.misses++;
  else if (made->generation == now)
    c->counters.hits++;
  else
    c->counters.carried++;
  pthread_mutex_unlock(&c->lock);
  return found;
}

static entry *entry_new(zg_str key, uint64_t hash, const zg_epoch *now,
                        size_t bytes) {
  entry *e = calloc(1, sizeof *e + key.n);
  if (!e)
    return NULL;
  e->hash = hash;
  e->bytes = bytes;
  e->epoch = *now;
  e->n_key = key.n;
  memcpy(e->key, key.p, key.n);
  return e;
}

/* Under the lock: room for so many bytes, at the cost of the oldest. */
static void make_room(zg_cache *c, size_t bytes) {
  while (c->oldest && c->counters.bytes + bytes > c->counters.limit)
    drop(c, c->oldest);
}

static void insert(zg_cache *c, entry *e, zg_shared *kept) {
  make_room(c, e->bytes);
  zg_shared_ref(kept);
  e->kept = kept;
  e->next = c->buckets[e->hash % BUCKETS];
  c->buckets[e->hash % BUCKETS] = e;
  link_newest(c, e);
  c->counters.bytes += e->bytes;
}

zg_shared *zg_cache_put(zg_cache *c, zg_str key, const zg_epoch *now,
                        zg_shared *take) {
  size_t bytes = take->bytes + sizeof(entry) + key.n + 128;
  uint64_t hash = XXH3_64bits(key.p, key.n);
  entry *fresh = bytes <= zg_cache_largest(c)
                     ? entry_new(key, hash, now, bytes)
                     : NULL; /* or no memory: not kept, that is all */
  zg_shared *given = take;
  pthread_mutex_lock(&c->lock);
  entry *old = find(c, key, hash);
  if (old && old->epoch.generation == now->generation) {
    given = use(c, old);
  } else if (fresh && !(old && old->epoch.generation > now->generation)) {
    if (old)
      drop(c, old);
    insert(c, fresh, take);
    fresh = NULL;
  }
  pthread_mutex_unlock(&c->lock);
  if (given != take)
    zg_shared_unref(take);
  free(fresh);
  return given;
}

/* One giant must not push out everything else. */
size_t zg_cache_largest(zg_cache *c) {
  pthread_mutex_lock(&c->lock);
  size_t limit = c->counters.limit;
  pthread_mutex_unlock(&c->lock);
  return limit / 4;
}

void zg_cache_bound(zg_cache *c, size_t limit) {
  pthread_mutex_lock(&c->lock);
  c->counters.limit = limit;
  make_room(c, 0);
  pthread_mutex_unlock(&c->lock);
}

void zg_cache_count(zg_cache *c, zg_cache_counters *out) {
  pthread_mutex_lock(&c->lock);
  *out = c->counters;
  pthread_mutex_unlock(&c->lock);
}
