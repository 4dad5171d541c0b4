#include "index/vocabulary_count.h"

#include <stdlib.h>

#define SLOTS_FIRST ((size_t)1 << 14)
#define SLOTS_MAX ((size_t)1 << 22)

/* Slots are fetched ahead: nearly every one misses the caches. */
#define BATCH 256
#define AHEAD 16

typedef struct slot {
  uint32_t key;        /* + 1; 0: empty */
  uint32_t freq, last; /* the last text that had it */
} slot;

struct zg_counter {
  slot *slots; /* open addressing */
  size_t n, n_slots;
  uint32_t text; /* number of the present one */
  uint32_t *chars, *last;
  uint32_t keys[BATCH]; /* of the present text, not yet in the slots */
  size_t n_keys;
};

void zg_counts_free(zg_counts *c) {
  free(c->pairs);
  free(c->chars);
  *c = (zg_counts){0};
}

zg_counter *zg_counter_new(void) {
  zg_counter *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  c->n_slots = SLOTS_FIRST;
  c->slots = calloc(c->n_slots, sizeof *c->slots);
  c->chars = calloc(ZG_HAN_COUNT, sizeof *c->chars);
  c->last = calloc(ZG_HAN_COUNT, sizeof *c->last);
  if (c->slots && c->chars && c->last)
    return c;
  zg_counter_free(c);
  return NULL;
}

void zg_counter_free(zg_counter *c) {
  if (!c)
    return;
  free(c->slots);
  free(c->chars);
  free(c->last);
  free(c);
}

static size_t slot_of(uint32_t key, size_t n_slots) {
  return key * 0x9E3779B1u >> 7 & (n_slots - 1);
}

static slot *find(slot *slots, size_t n_slots, uint32_t key) {
  size_t i = slot_of(key, n_slots);
  while (slots[i].key && slots[i].key != key + 1)
    i = (i + 1) & (n_slots - 1);
  return &slots[i];
}

/* More room, or, at the limit, no place for the rarest any more. */
static bool make_room(zg_counter *c) {
  size_t n_slots = c->n_slots < SLOTS_MAX ? c->n_slots * 2 : c->n_slots;
  for (uint32_t floor = c->n_slots < SLOTS_MAX ? 0 : 1;; floor++) {
    slot *slots = calloc(n_slots, sizeof *slots);
    if (!slots)
      return false;
    c->n = 0;
    for (size_t i = 0; i < c->n_slots; i++) {
      slot s = c->slots[i];
      if (!s.key || s.freq <= floor)
        continue;
      *find(slots, n_slots, s.key - 1) = s;
      c->n++;
    }
    free(c->slots);
    c->slots = slots;
    c->n_slots = n_slots;
    if (c->n <= n_slots / 4 || floor == UINT32_MAX)
      return true;
  }
}

static bool add_pair(zg_counter *c, uint32_t key) {
  slot *s = find(c->slots, c->n_slots, key);
  if (!s->key) {
    if (c->n >= c->n_slots / 2) {
      if (!make_room(c))
        return false;
      s = find(c->slots, c->n_slots, key);
    }
    s->key = key + 1;
    c->n++;
  }
  s->freq += s->last != c->text;
  s->last = c->text;
  return true;
}

static bool add_keys(zg_counter *c) {
  for (size_t i = 0; i < c->n_keys; i++) {
    if (i + AHEAD < c->n_keys)
      __builtin_prefetch(&c->slots[slot_of(c->keys[i + AHEAD], c->n_slots)], 1);
    if (!add_pair(c, c->keys[i]))
      return false;
  }
  c->n_keys = 0;
  return true;
}

bool zg_counter_add(zg_counter *c, zg_str text) {
  const unsigned char *p = (const unsigned char *)text.p;
  uint32_t before = UINT32_MAX; /* none, or not Chinese */
  c->text++;
  for (size_t i = 0; i < text.n;) {
    uint32_t at = UINT32_MAX;
    if (p[i] >= 0xE3 && p[i] <= 0xE9 && text.n - i >= 3) {
      at =
          ((p[i] & 0xFu) << 12 | (p[i + 1] & 0x3Fu) << 6 | (p[i + 2] & 0x3Fu)) -
          ZG_HAN_FIRST;
      i += 3;
    } else {
      i++;
    }
    if (at >= ZG_HAN_COUNT) {
      before = UINT32_MAX;
      continue;
    }
    c->chars[at] += c->last[at] != c->text;
    c->last[at] = c->text;
    if (before != UINT32_MAX)
      c->keys[c->n_keys++] = before << ZG_PAIR_BITS | at;
    if (c->n_keys == BATCH && !add_keys(c))
      return false;
    before = at;
  }
  return add_keys(c);
}

/* ---- the result ---- */

static int by_key(const void *x, const void *y) {
  uint32_t a = ((const zg_counted *)x)->key, b = ((const zg_counted *)y)->key;
  return a < b ? -1 : a > b;
}

static zg_counted *collect(const zg_counter *c) {
  zg_counted *all = malloc((c->n + 1) * sizeof *all);
  size_t n = 0;
  if (!all)
    return NULL;
  for (size_t i = 0; i < c->n_slots; i++)
    if (c->slots[i].key)
      all[n++] = (zg_counted){c->slots[i].key - 1, c->slots[i].freq};
  qsort(all, n, sizeof *all, by_key);
  return all;
}

static void merge(zg_counts *out, const zg_counted *a, size_t n,
                  const zg_counted *b, size_t m) {
  size_t i = 0, k = 0;
  while (i < n || k < m) {
    zg_counted next;
    if (k == m || (i < n && a[i].key < b[k].key)) {
      next = a[i++];
    } else if (i == n || b[k].key < a[i].key) {
      next = b[k++];
    } else {
      next = (zg_counted){a[i].key, a[i].freq + b[k].freq};
      i++, k++;
    }
    out->pairs[out->n++] = next;
  }
}

static void thin_out(zg_counts *c) {
  for (uint32_t floor = 1; c->n > ZG_PAIRS_MAX; floor++) {
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
      if (c->pairs[i].freq > floor)
        c->pairs[n++] = c->pairs[i];
    c->n = n;
  }
}

bool zg_counter_finish(zg_counter *c, const zg_counts *base, zg_counts *out) {
  *out = (zg_counts){0};
  zg_counted *fresh = collect(c);
  out->pairs = malloc((c->n + base->n + 1) * sizeof *out->pairs);
  out->chars = malloc(ZG_HAN_COUNT * sizeof *out->chars);
  bool ok = fresh && out->pairs && out->chars;
  if (ok) {
    merge(out, fresh, c->n, base->pairs, base->n);
    thin_out(out);
    for (uint32_t i = 0; i < ZG_HAN_COUNT; i++)
      out->chars[i] = c->chars[i] + (base->chars ? base->chars[i] : 0);
    zg_counted *less = realloc(out->pairs, (out->n + 1) * sizeof *less);
    out->pairs = less ? less : out->pairs;
  } else {
    zg_counts_free(out);
  }
  free(fresh);
  return ok;
}
