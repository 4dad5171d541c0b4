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

/* Peaks pay when the list has some postings for each. */
static uint32_t peaks_for(size_t n, uint32_t last) {
  uint32_t blocks = (last >> ZG_PEAK_BITS) + 1;
  return n / 8 >= blocks ? blocks : 0;
}

/* A list with room for n, its docids, peaks, then its counts, in one block. */
static zg_list *list_alloc(size_t n, bool wide, uint32_t n_peaks,
                           uint32_t **docids, uint8_t **counts,
                           uint32_t **wides, float **peaks) {
  size_t bytes = sizeof(zg_list) + n * sizeof(uint32_t) +
                 n_peaks * sizeof(float) +
                 n * (wide ? sizeof(uint32_t) : sizeof(uint8_t));
  zg_list *l = malloc(bytes);
  if (!l)
    return NULL;
  head_init(&l->head, bytes, plain_free);
  *docids = (uint32_t *)(void *)(l + 1);
  float *tops = (float *)(void *)(*docids + n);
  *peaks = n_peaks ? tops : NULL;
  *counts = wide ? NULL : (uint8_t *)(tops + n_peaks);
  *wides = wide ? (uint32_t *)(void *)(tops + n_peaks) : NULL;
  l->docids = *docids;
  l->counts = *counts;
  l->wide = *wides;
  l->peaks = *peaks;
  l->n_peaks = n_peaks;
  return l;
}

static float not_less(double x) {
  float f = (float)x;
  return (double)f < x ? nextafterf(f, 2.0F) : f;
}

/* Raises the peaks by the postings of one chunk.  A part is divided out only
 * where it may be higher. */
static void raise_peaks(zg_list *l, float *peaks, const zg_xposting *a,
                        size_t n, const zg_column lengths) {
  const double sure = 1 - 1e-12;
  for (size_t i = 0; i < n; i++) {
    double norm = zg_bm25_norm(ZG_BM25_SEARCH, l->len_factor,
                               zg_column_at(lengths, a[i].docid));
    float *peak = l->n_peaks ? &peaks[a[i].docid >> ZG_PEAK_BITS] : NULL;
    double known = peak ? (double)*peak : l->peak;
    if ((double)a[i].n < known * sure * (norm + (double)a[i].n))
      continue;
    double part = zg_bm25_part(norm, a[i].n);
    if (peak && part > known)
      *peak = not_less(part);
    if (part > l->peak)
      l->peak = part;
  }
}

static void set_peaks(zg_list *l, float *peaks, const zg_list *base,
                      const zg_xposting *a, size_t n, const zg_table *t) {
  l->peak = base ? zg_list_peak(base, l->len_factor) : 0.0;
  for (uint32_t b = 0; b < l->n_peaks; b++)
    peaks[b] =
        base ? not_less(zg_list_peak_at(base, l->len_factor, b << ZG_PEAK_BITS))
             : 0.0F;
  for (size_t from = 0, end; from < n; from = end) {
    uint32_t chunk = a[from].docid >> ZG_CHUNK_BITS;
    for (end = from; end < n && a[end].docid >> ZG_CHUNK_BITS == chunk; end++)
      ;
    raise_peaks(l, peaks, a + from, end - from, zg_table_lengths(t, chunk));
  }
  for (uint32_t b = 0; b < l->n_peaks; b++) /* which were rounded up */
    if ((double)peaks[b] > l->peak)
      l->peak = (double)peaks[b];
}

zg_list *zg_list_new(const zg_list *base, bool removed, const zg_xposting *tail,
                     size_t n_tail, const zg_table *t, const zg_collection *c) {
  bool wide = any_wide(base, tail, n_tail);
  uint32_t *docids, *wides, n = 0;
  uint8_t *counts;
  float *peaks;
  size_t most = (base ? base->n : 0) + n_tail;
  uint32_t last = n_tail            ? tail[n_tail - 1].docid
                  : base && base->n ? base->docids[base->n - 1]
                                    : 0;
  zg_list *l = list_alloc(most, wide, peaks_for(most, last), &docids, &counts,
                          &wides, &peaks);
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
  set_peaks(l, peaks, base, tail, n_tail, t);
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
static double stretched(const zg_list *l, double peak, double len_factor) {
  if (len_factor >= l->len_factor)
    return peak;
  peak *= l->len_factor / len_factor * (1 + 1e-12);
  return peak < 1.0 ? peak : 1.0;
}

double zg_list_peak(const zg_list *l, double len_factor) {
  return stretched(l, l->peak, len_factor);
}

double zg_list_peak_at(const zg_list *l, double len_factor, uint32_t docid) {
  uint32_t b = docid >> ZG_PEAK_BITS;
  if (!l->peaks)
    return zg_list_peak(l, len_factor);
  return b < l->n_peaks ? stretched(l, (double)l->peaks[b], len_factor) : 0.0;
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
