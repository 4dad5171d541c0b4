#include "index/postings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void zg_shared_ref(zg_shared *s) {
  atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
}

void zg_shared_unref(zg_shared *s) {
  if (s && atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1)
    s->free(s);
}

static void head_init(zg_shared *s, size_t bytes,
                      void (*release)(zg_shared *)) {
  atomic_init(&s->refs, 1);
  s->bytes = bytes;
  s->free = release;
}

static void plain_free(zg_shared *s) { free(s); }

/* ---- sets ---- */

static void match_free(zg_shared *s) {
  zg_match *m = (zg_match *)s;
  roaring_bitmap_free((roaring_bitmap_t *)m->bitmap);
  free(m);
}

zg_match *zg_match_new(roaring_bitmap_t *bitmap_take) {
  zg_match *m = malloc(sizeof *m);
  if (!m) {
    roaring_bitmap_free(bitmap_take);
    return NULL;
  }
  head_init(&m->head,
            sizeof *m + roaring_bitmap_portable_size_in_bytes(bitmap_take),
            match_free);
  m->bitmap = bitmap_take;
  return m;
}

void zg_match_unref(zg_match *m) { zg_shared_unref((zg_shared *)m); }

/* ---- BM25 ---- */

double zg_bm25_weight(zg_bm25 p, const zg_collection *c, uint32_t freq,
                      double factor) {
  double tf = (double)freq;
  double odds = ((double)c->documents - tf + 0.5) / (tf + 0.5);
  if (odds < 2) /* Xapian: a term that most documents have stays positive */
    odds = odds * 0.5 + 1;
  return log(odds) * factor * (p.k1 + 1);
}

/* ---- lists ---- */

/* Whoever has a term has a length, until it is removed. */
static bool is_live(const zg_table *t, uint32_t docid) {
  return zg_column_at(zg_table_lengths(t, docid >> ZG_CHUNK_BITS), docid) != 0;
}

static bool any_wide(const zg_list *base, const zg_xposting *tail,
                     size_t n_tail) {
  if (base && base->wide)
    return true;
  for (size_t i = 0; i < n_tail; i++)
    if (tail[i].n > UINT8_MAX)
      return true;
  return false;
}

/* A list with room for n, its docids, then its counts, in one block. */
static zg_list *list_alloc(size_t n, bool wide, uint32_t **docids,
                           uint8_t **counts, uint32_t **wides) {
  size_t bytes = sizeof(zg_list) + n * sizeof(uint32_t) +
                 n * (wide ? sizeof(uint32_t) : sizeof(uint8_t));
  zg_list *l = malloc(bytes);
  if (!l)
    return NULL;
  head_init(&l->head, bytes, plain_free);
  *docids = (uint32_t *)(void *)(l + 1);
  *counts = wide ? NULL : (uint8_t *)(*docids + n);
  *wides = wide ? *docids + n : NULL;
  l->docids = *docids;
  l->counts = *counts;
  l->wide = *wides;
  return l;
}

static double peak_of(const zg_xposting *a, size_t n, const zg_table *t,
                      double len_factor) {
  double peak = 0.0;
  for (size_t i = 0; i < n; i++) {
    uint32_t length = zg_column_at(
        zg_table_lengths(t, a[i].docid >> ZG_CHUNK_BITS), a[i].docid);
    double part =
        zg_bm25_part(zg_bm25_norm(ZG_BM25_SEARCH, len_factor, length), a[i].n);
    if (part > peak)
      peak = part;
  }
  return peak;
}

zg_list *zg_list_new(const zg_list *base, bool removed, const zg_xposting *tail,
                     size_t n_tail, const zg_table *t, const zg_collection *c) {
  bool wide = any_wide(base, tail, n_tail);
  uint32_t *docids, *wides, n = 0;
  uint8_t *counts;
  zg_list *l =
      list_alloc((base ? base->n : 0) + n_tail, wide, &docids, &counts, &wides);
  if (!l)
    return NULL;
  if (base && !removed && !wide) { /* the usual case: nothing was deleted */
    memcpy(docids, base->docids, base->n * sizeof *docids);
    memcpy(counts, base->counts, base->n);
    n = base->n;
  }
  for (uint32_t i = n; base && i < base->n; i++) {
    if (removed && !is_live(t, base->docids[i]))
      continue;
    docids[n] = base->docids[i];
    if (wide)
      wides[n++] = zg_list_count(base, i);
    else
      counts[n++] = base->counts[i];
  }
  for (size_t i = 0; i < n_tail; i++) {
    docids[n] = tail[i].docid;
    if (wide)
      wides[n++] = tail[i].n;
    else
      counts[n++] = (uint8_t)tail[i].n;
  }
  l->n = n;
  l->len_factor = c->len_factor;
  l->peak = peak_of(tail, n_tail, t, c->len_factor);
  if (base && zg_list_peak(base, c->len_factor) > l->peak)
    l->peak = zg_list_peak(base, c->len_factor);
  return l;
}

void zg_list_unref(zg_list *l) { zg_shared_unref((zg_shared *)l); }

uint32_t zg_list_seek(const zg_list *l, uint32_t at, uint32_t docid) {
  const uint32_t *a = l->docids;
  uint32_t low = at, step = 1, high = at;
  while (high < l->n && a[high] < docid) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  if (high > l->n)
    high = l->n;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    if (a[mid] < docid)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

/* With a factor r < 1 times the old one, norms are at least r times theirs and
 * parts at most 1/r times. */
double zg_list_peak(const zg_list *l, double len_factor) {
  if (len_factor >= l->len_factor)
    return l->peak;
  double peak = l->peak * (l->len_factor / len_factor) * (1 + 1e-12);
  return peak < 1.0 ? peak : 1.0;
}

/* ---- the best of a query ---- */

zg_best *zg_best_new(const zg_ranked *hits, size_t n, uint64_t total) {
  size_t bytes = sizeof(zg_best) + n * sizeof *hits;
  zg_best *t = malloc(bytes);
  if (!t)
    return NULL;
  head_init(&t->head, bytes, plain_free);
  t->total = total;
  t->n = n;
  if (n)
    memcpy(t->hits, hits, n * sizeof *hits);
  return t;
}

void zg_best_unref(zg_best *t) { zg_shared_unref((zg_shared *)t); }
