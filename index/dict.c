#include "index/dict.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <xxhash.h>

/* Entries lie in blocks of 256, 256, 512, 1024 ...: the block table has a fixed
 * size, so nothing ever moves under a reader that holds no lock. */
#define FIRST_BITS 8
#define BLOCKS (32 - FIRST_BITS + 1)

typedef struct entry {
  const char *p;
  uint32_t n;
  uint32_t hash;
  int64_t number;
} entry;

struct zg_dict {
  pthread_rwlock_t lock; /* guards slots, n_slots and text, not entries */
  _Atomic uint32_t count;
  _Atomic(entry *) blocks[BLOCKS];
  uint32_t *slots;  /* open addressing: ordinals, 0 empty */
  uint32_t n_slots; /* a power of two */
  zg_arena *text;
};

static unsigned block_of(uint32_t ordinal, uint32_t *at) {
  uint32_t first = 1u << FIRST_BITS;
  if (ordinal < first) {
    *at = ordinal;
    return 0;
  }
  unsigned top = 31u - (unsigned)__builtin_clz(ordinal);
  *at = ordinal - (1u << top);
  return top - FIRST_BITS + 1;
}

static size_t block_size(unsigned k) {
  return k == 0 ? 1u << FIRST_BITS : (size_t)1 << (FIRST_BITS + k - 1);
}

static const entry *entry_at(const zg_dict *d, uint32_t ordinal) {
  uint32_t at;
  unsigned k = block_of(ordinal, &at);
  return atomic_load_explicit(&d->blocks[k], memory_order_acquire) + at;
}

zg_dict *zg_dict_new(void) {
  zg_dict *d = calloc(1, sizeof *d);
  if (!d)
    return NULL;
  d->n_slots = 512;
  d->slots = calloc(d->n_slots, sizeof *d->slots);
  d->text = zg_arena_new(4096);
  if (!d->slots || !d->text || pthread_rwlock_init(&d->lock, NULL) != 0) {
    zg_arena_free(d->text);
    free(d->slots);
    free(d);
    return NULL;
  }
  atomic_init(&d->count, 1);
  return d;
}

void zg_dict_free(zg_dict *d) {
  if (!d)
    return;
  pthread_rwlock_destroy(&d->lock);
  for (unsigned k = 0; k < BLOCKS; k++)
    free(atomic_load_explicit(&d->blocks[k], memory_order_relaxed));
  zg_arena_free(d->text);
  free(d->slots);
  free(d);
}

static uint32_t hash_of(zg_str v) { return (uint32_t)XXH3_64bits(v.p, v.n); }

/* Slot that holds `v`, or the empty one where it belongs. */
static uint32_t probe(const zg_dict *d, zg_str v, uint32_t hash) {
  uint32_t mask = d->n_slots - 1;
  for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
    uint32_t ordinal = d->slots[i];
    if (!ordinal)
      return i;
    const entry *e = entry_at(d, ordinal);
    if (e->hash == hash && e->n == v.n && memcmp(e->p, v.p, v.n) == 0)
      return i;
  }
}

uint32_t zg_dict_find(zg_dict *d, zg_str value) {
  if (!value.p)
    return 0;
  uint32_t hash = hash_of(value);
  pthread_rwlock_rdlock(&d->lock);
  uint32_t ordinal = d->slots[probe(d, value, hash)];
  pthread_rwlock_unlock(&d->lock);
  return ordinal;
}

static bool grow(zg_dict *d) {
  uint32_t n = d->n_slots * 2;
  uint32_t *slots = calloc(n, sizeof *slots);
  if (!slots)
    return false;
  uint32_t count = atomic_load_explicit(&d->count, memory_order_relaxed);
  for (uint32_t o = 1; o < count; o++) {
    uint32_t i = entry_at(d, o)->hash & (n - 1);
    while (slots[i])
      i = (i + 1) & (n - 1);
    slots[i] = o;
  }
  free(d->slots);
  d->slots = slots;
  d->n_slots = n;
  return true;
}

static int64_t number_of(zg_str v) {
  bool minus = v.n && v.p[0] == '-';
  size_t i = minus;
  uint64_t n = 0;
  if (i == v.n || v.n - i > 18)
    return 0;
  for (; i < v.n; i++) {
    if (v.p[i] < '0' || v.p[i] > '9')
      return 0;
    n = n * 10 + (uint64_t)(v.p[i] - '0');
  }
  return minus ? -(int64_t)n : (int64_t)n;
}

/* Under the write lock. */
static uint32_t append(zg_dict *d, zg_str value, uint32_t hash) {
  uint32_t ordinal = atomic_load_explicit(&d->count, memory_order_relaxed);
  if (ordinal == UINT32_MAX || value.n > UINT32_MAX)
    return 0;
  if (ordinal >= d->n_slots / 2 && !grow(d))
    return 0;
  uint32_t at;
  unsigned k = block_of(ordinal, &at);
  entry *block = atomic_load_explicit(&d->blocks[k], memory_order_relaxed);
  if (!block) {
    block = calloc(block_size(k), sizeof *block);
    if (!block)
      return 0;
    atomic_store_explicit(&d->blocks[k], block, memory_order_release);
  }
  zg_str text = zg_arena_dup(d->text, value);
  if (!text.p)
    return 0;
  block[at] = (entry){text.p, (uint32_t)text.n, hash, number_of(text)};
  d->slots[probe(d, value, hash)] = ordinal;
  atomic_store_explicit(&d->count, ordinal + 1, memory_order_release);
  return ordinal;
}

uint32_t zg_dict_intern(zg_dict *d, zg_str value) {
  if (!value.p)
    return 0;
  uint32_t ordinal = zg_dict_find(d, value);
  if (ordinal)
    return ordinal;
  uint32_t hash = hash_of(value);
  pthread_rwlock_wrlock(&d->lock);
  ordinal = d->slots[probe(d, value, hash)];
  if (!ordinal)
    ordinal = append(d, value, hash);
  pthread_rwlock_unlock(&d->lock);
  return ordinal;
}

uint32_t zg_dict_count(const zg_dict *d) {
  return atomic_load_explicit(&d->count, memory_order_acquire);
}

zg_str zg_dict_text(const zg_dict *d, uint32_t ordinal) {
  if (ordinal == 0)
    return ZG_STR_NULL;
  const entry *e = entry_at(d, ordinal);
  return (zg_str){e->p, e->n};
}

int64_t zg_dict_number(const zg_dict *d, uint32_t ordinal) {
  return ordinal ? entry_at(d, ordinal)->number : 0;
}
