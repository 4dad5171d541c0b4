#include "query/score_private.h"

#include <stdlib.h>

#define WINDOW 4096u
#define CUTS 1024
/* From so many postings a match on, seeking beats reading them all. */
#define SEEK_POSTINGS 8

/* ---- one list ---- */

/* With the same counts a longer document never scores higher, so what was too
 * long for the best once stays too long: cut[count] is such a length. */
static void scan_chunk(scorer *s, uint32_t chunk, uint32_t cut[UINT8_MAX + 1]) {
  const source *one = &s->sources[0];
  const zg_list *l = one->list;
  const zg_column lengths = zg_table_lengths(s->t, chunk);
  for (uint32_t i = l->starts[chunk]; i < l->starts[chunk + 1]; i++) {
    uint32_t count = zg_list_count(l, i);
    uint32_t length = zg_column_at(lengths, l->places[i]);
    uint32_t *known = count < UINT8_MAX ? &cut[count] : NULL;
    if (known && length >= *known)
      continue;
    double norm = zg_bm25_norm(ZG_BM25_SEARCH, s->len_factor, length);
    double score = share(one, norm, count);
    if (score > threshold(s))
      offer(s, chunk << ZG_CHUNK_BITS | l->places[i], score);
    else if (known)
      *known = length;
  }
}

zg_status zg_score_scan(scorer *s) {
  const zg_list *l = s->sources[0].list;
  uint32_t cut[UINT8_MAX + 1];
  zg_status st = ZG_OK;
  memset(cut, 0xff, sizeof cut);
  for (uint32_t chunk = 0; chunk < l->n_chunks && !st; chunk++) {
    scan_chunk(s, chunk, cut);
    st = cancelled(s);
  }
  return st;
}

/* ---- every match ---- */

void zg_score_block_begin(const scorer *s, block *b) {
  for (uint32_t i = 0; i < b->n; i++) {
    b->norms[i] = norm_of(s, b->docids[i]);
    b->scores[i] = 0.0;
  }
}

void zg_score_block_add(source *t, block *b) {
  for (uint32_t i = 0; i < b->n; i++) {
    uint32_t count;
    if (t->counts) {
      count = t->counts[t->at++];
    } else {
      t->at = zg_list_seek(t->list, t->at, b->docids[i]);
      if (t->at == t->list->n)
        return;
      if (!zg_list_is(t->list, t->at, b->docids[i]))
        continue;
      count = zg_list_count(t->list, t->at);
    }
    if (count)
      b->scores[i] += share(t, b->norms[i], count);
  }
}

void zg_score_block_offer(scorer *s, const block *b) {
  for (uint32_t i = 0; i < b->n; i++)
    if (b->scores[i] > threshold(s))
      offer(s, b->docids[i], b->scores[i]);
}

typedef struct window {
  uint32_t docids[WINDOW];
  double norms[WINDOW], scores[WINDOW];
} window;

static zg_status score_blocks(scorer *s) {
  window *w = malloc(sizeof *w);
  zg_status st = w ? ZG_OK : zg_fail_nomem(s->err);
  roaring_uint32_iterator_t it;
  roaring_init_iterator(s->match, &it);
  while (!st) {
    uint32_t n = roaring_read_uint32_iterator(&it, w->docids, WINDOW);
    if (n == 0)
      break;
    block b = {w->docids, w->norms, w->scores, n};
    zg_score_block_begin(s, &b);
    for (size_t k = 0; k < s->n; k++)
      zg_score_block_add(&s->sources[k], &b);
    zg_score_block_offer(s, &b);
    st = cancelled(s);
  }
  free(w);
  return st;
}

/* ---- every match, of few terms ---- */

/* The counts of a document's terms; 255: that or more. */
typedef union counts {
  uint8_t of[PACKED];
  uint64_t all;
} counts;

/* With these counts documents of this length, and longer ones, are too bad. */
typedef struct cut {
  counts counts;
  uint32_t length;
} cut;

typedef struct packed {
  zg_block block;
  counts counts[ZG_BLOCK];
  uint32_t at[PACKED]; /* in a list: first posting of the block */
  cut cuts[CUTS];
  uint8_t spread[ZG_CHUNK_DOCS]; /* a list's counts by document; else 0 */
} packed;

static inline uint8_t pack(uint32_t count) {
  return count < UINT8_MAX ? (uint8_t)count : UINT8_MAX;
}

/* Puts the counts of the list where their documents are and takes those of the
 * matches: no branch depends on what is where. */
static void spread_counts(const zg_list *l, uint32_t from, uint32_t end,
                          packed *p, size_t k) {
  const zg_block *b = &p->block;
  if (l->counts)
    for (uint32_t at = from; at < end; at++)
      p->spread[l->places[at]] = l->counts[at];
  else
    for (uint32_t at = from; at < end; at++)
      p->spread[l->places[at]] = pack(l->wide[at]);
  for (uint32_t i = 0; i < b->n; i++)
    p->counts[i].of[k] = p->spread[(uint16_t)b->docids[i]];
  memset(p->spread + (uint16_t)b->docids[0], 0,
         b->docids[b->n - 1] - b->docids[0] + 1);
}

static void seek_each(const zg_list *l, uint32_t at, const zg_block *b,
                      counts *out, size_t k) {
  for (uint32_t i = 0; i < b->n; i++) {
    at = zg_list_seek(l, at, b->docids[i]);
    out[i].of[k] =
        zg_list_is(l, at, b->docids[i]) ? pack(zg_list_count(l, at)) : 0;
  }
}

static void gather_counts(source *t, packed *p, size_t k) {
  const zg_block *b = &p->block;
  const zg_list *l = t->list;
  if (!l) {
    p->at[k] = t->at;
    for (uint32_t i = 0; i < b->n; i++)
      p->counts[i].of[k] = pack(t->counts[t->at++]);
    return;
  }
  uint32_t from = zg_list_seek(l, t->at, b->docids[0]);
  uint32_t end = zg_list_seek(l, from, b->docids[b->n - 1]);
  end += zg_list_is(l, end, b->docids[b->n - 1]);
  p->at[k] = from;
  t->at = end;
  if ((end - from) / SEEK_POSTINGS <= b->n)
    spread_counts(l, from, end, p, k);
  else
    seek_each(l, from, b, p->counts, k);
}

/* A count that a byte does not hold. */
static uint32_t long_count(const source *t, const packed *p, size_t k,
                           uint32_t i) {
  if (!t->list)
    return t->counts[p->at[k] + i];
  return zg_list_count(t->list,
                       zg_list_seek(t->list, p->at[k], p->block.docids[i]));
}

static double score_packed(const scorer *s, const packed *p, uint32_t i,
                           double norm, bool *whole) {
  double score = 0.0;
  *whole = true;
  for (size_t k = 0; k < s->n; k++) {
    uint32_t count = p->counts[i].of[k];
    if (count == UINT8_MAX) {
      count = long_count(&s->sources[k], p, k, i);
      *whole = false;
    }
    if (count)
      score += share(&s->sources[k], norm, count);
  }
  return score;
}

static void offer_packed(scorer *s, packed *p) {
  const zg_column lengths = zg_table_lengths(s->t, p->block.chunk);
  for (uint32_t i = 0; i < p->block.n; i++) {
    uint32_t docid = p->block.docids[i];
    uint32_t length = zg_column_at(lengths, docid);
    counts c = p->counts[i];
    cut *known = &p->cuts[c.all * 0x9e3779b97f4a7c15u >> 54];
    bool whole;
    if (known->counts.all == c.all && length >= known->length)
      continue;
    double norm = zg_bm25_norm(ZG_BM25_SEARCH, s->len_factor, length);
    double score = score_packed(s, p, i, norm, &whole);
    if (score > threshold(s))
      offer(s, docid, score);
    else if (whole)
      *known = (cut){c, length};
  }
}

static zg_status score_packed_blocks(scorer *s) {
  packed *p = calloc(1, sizeof *p);
  zg_status st = p ? ZG_OK : zg_fail_nomem(s->err);
  if (st)
    return st;
  for (size_t i = 0; i < CUTS; i++)
    p->cuts[i].length = UINT32_MAX;
  zg_block_begin(&p->block, s->match);
  while (!st && zg_block_next(&p->block)) {
    for (size_t k = 0; k < s->n; k++)
      gather_counts(&s->sources[k], p, k);
    offer_packed(s, p);
    st = cancelled(s);
  }
  free(p);
  return st;
}

zg_status zg_score_matches(scorer *s) {
  return s->n <= PACKED ? score_packed_blocks(s) : score_blocks(s);
}

/* ---- window by window ---- */

typedef struct windows {
  scorer *s;
  source **order; /* highest bound first */
  double *rest;   /* rest[i]: most that order[i..] can add */
  double *here;   /* ... in the window in hand */
  size_t needed;  /* order[needed..] cannot make a best document alone */
  uint32_t base;  /* of the window in hand */
  size_t n;       /* its documents that may be among the best */
  uint16_t kept[WINDOW];
  uint64_t seen[WINDOW / 64]; /* they have a sum and a norm */
  double sums[WINDOW], norms[WINDOW];
} windows;

static int by_bound(const void *x, const void *y) {
  double a = (*(source *const *)x)->bound, b = (*(source *const *)y)->bound;
  return a > b ? -1 : a < b;
}

/* How many of the lists can lift a document above the threshold. */
static size_t needed_of(const windows *w, const double *rest, size_t n) {
  double above = threshold(w->s);
  while (n > 0 && rest[n - 1] <= above)
    n--;
  return n;
}

/* The first document from there on that a needed list has; false: none. */
static bool next_window(windows *w) {
  uint32_t first = UINT32_MAX;
  for (size_t i = 0; i < w->needed; i++) {
    const source *t = w->order[i];
    uint32_t docid =
        t->window < t->list->n ? zg_list_docid(t->list, t->window) : UINT32_MAX;
    first = docid < first ? docid : first;
  }
  w->base = first & ~(WINDOW - 1);
  return first < UINT32_MAX;
}

static void bound_window(windows *w) {
  double sum = 0.0;
  for (size_t k = w->s->n; k-- > 0;) {
    const source *t = w->order[k];
    sum += bound_of(t, zg_list_peak_at(t->list, w->s->len_factor, w->base));
    w->here[k] = sum;
  }
}

/* The first posting behind the window. */
static uint32_t window_end(const zg_list *l, uint32_t at, uint32_t base) {
  return base > UINT32_MAX - WINDOW ? l->n : zg_list_seek(l, at, base + WINDOW);
}

static void gather(windows *w, source *t) {
  const zg_list *l = t->list;
  const zg_column lengths = zg_table_lengths(w->s->t, w->base >> ZG_CHUNK_BITS);
  uint32_t from = zg_list_seek(l, t->window, w->base);
  uint32_t end = window_end(l, from, w->base);
  for (uint32_t i = from; i < end; i++) {
    uint32_t at = l->places[i] & (WINDOW - 1);
    double norm = zg_bm25_norm(ZG_BM25_SEARCH, w->s->len_factor,
                               zg_column_at(lengths, l->places[i]));
    w->norms[at] = norm;
    w->sums[at] += share(t, norm, zg_list_count(l, i));
    w->seen[at / 64] |= 1ull << (at % 64);
  }
}

static void forget(windows *w, uint32_t at) {
  w->sums[at] = 0.0;
  w->seen[at / 64] &= ~(1ull << (at % 64));
}

/* Documents that were gathered and can still get there with `rest` more. */
static void keep_gathered(windows *w, double rest) {
  const scorer *s = w->s;
  double above = threshold(s);
  w->n = 0;
  for (uint32_t i = 0; i < WINDOW / 64; i++)
    for (uint64_t left = w->seen[i]; left; left &= left - 1) {
      uint32_t at = i * 64 + (uint32_t)__builtin_ctzll(left);
      if (w->sums[at] + rest > above &&
          (!s->match || roaring_bitmap_contains(s->match, w->base + at)))
        w->kept[w->n++] = (uint16_t)at;
      else
        forget(w, at);
    }
}

static void keep_kept(windows *w, double rest) {
  double above = threshold(w->s);
  size_t n = 0;
  for (size_t i = 0; i < w->n; i++) {
    uint32_t at = w->kept[i];
    if (w->sums[at] + rest > above)
      w->kept[n++] = (uint16_t)at;
    else
      forget(w, at);
  }
  w->n = n;
}

/* Adds what a list has of the documents that are kept. */
static void look_into(windows *w, source *t) {
  const zg_list *l = t->list;
  uint32_t at = zg_list_seek(l, t->at, w->base + w->kept[0]);
  uint32_t end = window_end(l, at, w->base);
  t->at = at;
  if ((end - at) / SEEK_POSTINGS > w->n) {
    for (size_t i = 0; i < w->n; i++) {
      uint32_t doc = w->kept[i];
      at = zg_list_seek(l, at, w->base + doc);
      if (zg_list_is(l, at, w->base + doc))
        w->sums[doc] += share(t, w->norms[doc], zg_list_count(l, at));
    }
    return;
  }
  for (; at < end; at++) {
    uint32_t doc = l->places[at] & (WINDOW - 1);
    if (w->seen[doc / 64] >> (doc % 64) & 1)
      w->sums[doc] += share(t, w->norms[doc], zg_list_count(l, at));
  }
}

static void score_window(windows *w) {
  scorer *s = w->s;
  bound_window(w);
  size_t needed = needed_of(w, w->here, s->n);
  for (size_t k = 0; k < needed; k++)
    gather(w, w->order[k]);
  if (needed)
    keep_gathered(w, needed < s->n ? w->here[needed] : 0.0);
  for (size_t k = needed; needed && k < s->n && w->n; k++) {
    look_into(w, w->order[k]);
    keep_kept(w, k + 1 < s->n ? w->here[k + 1] : 0.0);
  }
  for (size_t i = 0; needed && i < w->n; i++) {
    double score = w->sums[w->kept[i]];
    if (score > threshold(s))
      offer(s, w->base + w->kept[i], score);
    forget(w, w->kept[i]);
  }
  for (size_t k = 0; k < w->needed; k++)
    w->order[k]->window =
        window_end(w->order[k]->list, w->order[k]->window, w->base);
}

zg_status zg_score_windows(scorer *s) {
  windows *w = calloc(1, sizeof *w);
  source **order = calloc(s->n, sizeof *order);
  double *rest = calloc(2 * s->n, sizeof *rest);
  zg_status st = w && order && rest ? ZG_OK : zg_fail_nomem(s->err);
  if (st)
    goto out;
  w->s = s;
  w->order = order;
  w->rest = rest;
  w->here = rest + s->n;
  w->needed = s->n;
  for (size_t k = 0; k < s->n; k++)
    order[k] = &s->sources[k];
  qsort(order, s->n, sizeof *order, by_bound);
  for (size_t k = s->n; k-- > 0;)
    rest[k] = order[k]->bound + (k + 1 < s->n ? rest[k + 1] : 0.0);
  while (!st && next_window(w)) {
    score_window(w);
    w->needed = needed_of(w, w->rest, w->needed);
    st = cancelled(s);
  }
out:
  free(w);
  free(order);
  free(rest);
  return st;
}
