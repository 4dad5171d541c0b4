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

/* What is filled in when a list is made. */
typedef struct filling {
  zg_list *l;
  uint32_t *starts, *wides;
  float *peaks;
  uint16_t *places;
  uint8_t *counts;
  uint32_t n;
} filling;

/* A list with room for n postings up to document `last`, in one block. */
static bool list_alloc(filling *f, size_t n, bool wide, uint32_t last) {
  uint32_t n_chunks = (last >> ZG_CHUNK_BITS) + 1;
  uint32_t n_peaks = peaks_for(n, last);
  size_t bytes = sizeof(zg_list) + (n_chunks + 1) * sizeof(uint32_t) +
                 n_peaks * sizeof(float) + n * sizeof(uint16_t) +
                 n * (wide ? sizeof(uint32_t) : sizeof(uint8_t));
  zg_list *l = malloc(bytes);
  if (!l)
    return false;
  head_init(&l->head, bytes, plain_free);
  f->l = l;
  f->n = 0;
  f->starts = (uint32_t *)(void *)(l + 1);
  f->wides = f->starts + n_chunks + 1;
  f->peaks = (float *)(void *)(f->wides + (wide ? n : 0));
  f->places = (uint16_t *)(void *)(f->peaks + n_peaks);
  f->counts = (uint8_t *)(f->places + n);
  l->n_chunks = n_chunks;
  l->starts = f->starts;
  l->wide = wide ? f->wides : NULL;
  l->peaks = n_peaks ? f->peaks : NULL;
  l->n_peaks = n_peaks;
  l->places = f->places;
  l->counts = wide ? NULL : f->counts;
  return true;
}

static void put_posting(filling *f, uint32_t place, uint32_t count) {
  f->places[f->n] = (uint16_t)place;
  if (f->l->wide)
    f->wides[f->n++] = count;
  else
    f->counts[f->n++] = (uint8_t)count;
}

/* The postings of one chunk of the base that are still there. */
static void put_base(filling *f, const zg_list *base, uint32_t chunk,
                     bool removed, const zg_table *t) {
  uint32_t from = base->starts[chunk], end = base->starts[chunk + 1];
  if (!removed && !f->l->wide) { /* the usual case: nothing was deleted */
    memcpy(f->places + f->n, base->places + from,
           (end - from) * sizeof *f->places);
    memcpy(f->counts + f->n, base->counts + from, end - from);
    f->n += end - from;
    return;
  }
  for (uint32_t i = from; i < end; i++)
    if (!removed || is_live(t, chunk << ZG_CHUNK_BITS | base->places[i]))
      put_posting(f, base->places[i], zg_list_count(base, i));
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
  filling f;
  size_t most = (base ? base->n : 0) + n_tail, at = 0;
  uint32_t last = n_tail            ? tail[n_tail - 1].docid
                  : base && base->n ? zg_list_docid(base, base->n - 1)
                                    : 0;
  if (!list_alloc(&f, most, any_wide(base, tail, n_tail), last))
    return NULL;
  for (uint32_t chunk = 0; chunk < f.l->n_chunks; chunk++) {
    f.starts[chunk] = f.n;
    if (base && chunk < base->n_chunks)
      put_base(&f, base, chunk, removed, t);
    for (; at < n_tail && tail[at].docid >> ZG_CHUNK_BITS == chunk; at++)
      put_posting(&f, tail[at].docid, tail[at].n);
  }
  f.starts[f.l->n_chunks] = f.n;
  f.l->n = f.n;
  f.l->len_factor = c->len_factor;
  set_peaks(f.l, f.peaks, base, tail, n_tail, t);
  return f.l;
}

void zg_list_unref(zg_list *l) { zg_shared_unref((zg_shared *)l); }

uint32_t zg_list_seek(const zg_list *l, uint32_t at, uint32_t docid) {
  uint32_t chunk = docid >> ZG_CHUNK_BITS;
  if (chunk >= l->n_chunks)
    return l->n;
  const uint16_t *a = l->places, place = (uint16_t)docid;
  uint32_t low = at > l->starts[chunk] ? at : l->starts[chunk];
  uint32_t end = l->starts[chunk + 1], step = 1, high = low;
  if (low >= end)
    return low;
  while (high < end && a[high] < place) {
    low = high + 1;
    high += step;
    step *= 2;
  }
  if (high > end)
    high = end;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    if (a[mid] < place)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

uint32_t zg_list_docid(const zg_list *l, uint32_t at) {
  uint32_t low = 0, high = l->n_chunks - 1;
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    if (l->starts[mid + 1] <= at)
      low = mid + 1;
    else
      high = mid;
  }
  return low << ZG_CHUNK_BITS | l->places[at];
}

roaring_bitmap_t *zg_list_bitmap(const zg_list *l, uint32_t from) {
  roaring_bitmap_t *b = roaring_bitmap_create();
  uint32_t *docids = malloc(ZG_CHUNK_DOCS * sizeof *docids);
  if (!b || !docids) {
    free(docids);
    if (b)
      roaring_bitmap_free(b);
    return NULL;
  }
  for (uint32_t c = from >> ZG_CHUNK_BITS; c < l->n_chunks; c++) {
    uint32_t at = zg_list_seek(l, l->starts[c], from), n = 0;
    for (; at < l->starts[c + 1]; at++)
      docids[n++] = c << ZG_CHUNK_BITS | l->places[at];
    roaring_bitmap_add_many(b, n, docids);
  }
  free(docids);
  return b;
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
