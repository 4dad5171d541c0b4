#include "query/score.h"

#include <stdlib.h>

/* A seek in the index costs as much as reading so many postings. */
#define SEEK_COST 50
#define SEEKS_MAX 2048
/* Lists of the greatest length that are held at once: the cache is four. */
#define LISTS_HELD 4
#define WINDOW 4096u
/* Counts of a document that are packed, a byte each. */
#define PACKED 8
#define CUTS 1024
/* From so many postings a match on, seeking beats reading them all. */
#define SEEK_POSTINGS 8
/* Added and taken away it rounds to multiples of 2^-38: sums of these are exact
 * (below 32,768), whatever the order. */
#define ROUNDER 24576.0

/* A scored term: a list, or its counts in the match set alone. */
typedef struct source {
  double weight, bound; /* what it multiplies; most that it can add */
  zg_list *list;
  uint32_t *counts; /* of the match set's documents in order */
  uint32_t at;      /* in the list or the counts */
  uint32_t window;  /* in the list: first posting after the window */
} source;

typedef struct scorer {
  const zg_context *ctx;
  const zg_table *t;
  double len_factor;
  const roaring_bitmap_t *match;
  uint64_t n_match;
  const uint32_t *docids; /* of the match set; NULL until they are needed */
  uint32_t *own_docids;
  source *sources; /* in the order of the terms */
  size_t n;
  zg_ranked *heap; /* the worst on top */
  size_t n_heap, want;
  zg_error *err;
} scorer;

/* ---- the best so far ---- */

static bool worse(const zg_ranked *a, const zg_ranked *b) {
  return a->score != b->score ? a->score < b->score : a->docid > b->docid;
}

static void sift_down(scorer *s, zg_ranked e) {
  size_t i = 0;
  for (;;) {
    size_t kid = 2 * i + 1;
    if (kid >= s->n_heap)
      break;
    if (kid + 1 < s->n_heap && worse(&s->heap[kid + 1], &s->heap[kid]))
      kid++;
    if (!worse(&s->heap[kid], &e))
      break;
    s->heap[i] = s->heap[kid];
    i = kid;
  }
  s->heap[i] = e;
}

/* Documents come in ascending order, so an equal score is too late. */
static inline void offer(scorer *s, uint32_t docid, double score) {
  zg_ranked e = {docid, score};
  if (s->n_heap == s->want) {
    if (score > s->heap[0].score)
      sift_down(s, e);
    return;
  }
  size_t i = s->n_heap++;
  while (i > 0 && worse(&e, &s->heap[(i - 1) / 2])) {
    s->heap[i] = s->heap[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  s->heap[i] = e;
}

/* What a score has to be above; below 0 while there is room. */
static inline double threshold(const scorer *s) {
  return s->n_heap == s->want ? s->heap[0].score : -1.0;
}

static int best_first(const void *x, const void *y) {
  const zg_ranked *a = x, *b = y;
  return worse(b, a) ? -1 : worse(a, b);
}

static int by_docid(const void *x, const void *y) {
  uint32_t a = ((const zg_ranked *)x)->docid, b = ((const zg_ranked *)y)->docid;
  return a < b ? -1 : a > b;
}

/* ---- documents ---- */

static inline double norm_of(const scorer *s, uint32_t docid) {
  uint32_t length =
      zg_column_at(zg_table_lengths(s->t, docid >> ZG_CHUNK_BITS), docid);
  return zg_bm25_norm(ZG_BM25_SEARCH, s->len_factor, length);
}

static zg_status cancelled(const scorer *s) {
  return zg_cancelled(s->ctx->cancel, s->err);
}

/* What a term adds to the score of a document that has it. */
static inline double share(const source *t, double norm, uint32_t count) {
  double x = t->weight * zg_bm25_part(norm, count);
  return (x + ROUNDER) - ROUNDER;
}

static inline double bound_of(const source *t, double peak) {
  return (t->weight * peak + ROUNDER) - ROUNDER;
}

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

static zg_status scan(scorer *s) {
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

/* Documents in ascending order and what they have so far. */
typedef struct block {
  const uint32_t *docids;
  double *norms, *scores;
  uint32_t n;
} block;

static void block_begin(const scorer *s, block *b) {
  for (uint32_t i = 0; i < b->n; i++) {
    b->norms[i] = norm_of(s, b->docids[i]);
    b->scores[i] = 0.0;
  }
}

static void add_source(source *t, block *b) {
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

static void offer_block(scorer *s, const block *b) {
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
    block_begin(s, &b);
    for (size_t k = 0; k < s->n; k++)
      add_source(&s->sources[k], &b);
    offer_block(s, &b);
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

static zg_status score_matches(scorer *s) {
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

static zg_status score_windows(scorer *s) {
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

/* ---- the terms ---- */

static zg_status need_docids(scorer *s) {
  if (s->docids)
    return ZG_OK;
  s->own_docids = malloc(s->n_match * sizeof *s->own_docids + 1);
  if (!s->own_docids)
    return zg_fail_nomem(s->err);
  roaring_bitmap_to_uint32_array(s->match, s->own_docids);
  s->docids = s->own_docids;
  return ZG_OK;
}

/* The counts of a long list that is not in memory in few matches. */
static zg_status seek_counts(scorer *s, source *t, zg_str term) {
  zg_status st = need_docids(s);
  if (st)
    return st;
  t->counts = malloc(s->n_match * sizeof *t->counts + 1);
  if (!t->counts)
    return zg_fail_nomem(s->err);
  return zg_snapshot_counts_in(s->ctx->snap, s->ctx->worker, term, s->docids,
                               (size_t)s->n_match, t->counts, s->err);
}

/* Finds the list of a term that *freq findings have, or its counts in the match
 * set; neither when the list is not in memory and longer than `most`. */
static zg_status open_source(scorer *s, source *t, zg_str term, uint32_t most,
                             uint32_t *freq) {
  bool few = (s->match || s->docids) && s->n_match <= SEEKS_MAX;
  if (few && s->n_match * SEEK_COST < most)
    most = (uint32_t)s->n_match * SEEK_COST;
  *t = (source){.at = 0};
  zg_status st = zg_snapshot_list(s->ctx->snap, s->ctx->worker, term, most,
                                  freq, &t->list, s->err);
  if (!st && !t->list && few)
    st = seek_counts(s, t, term);
  return st;
}

static void close_source(source *t) {
  zg_list_unref(t->list);
  free(t->counts);
}

static void weigh(scorer *s, source *t, uint32_t freq, double factor) {
  t->weight = zg_bm25_weight(
      ZG_BM25_SEARCH, zg_snapshot_collection(s->ctx->snap), freq, factor);
  t->bound = bound_of(t, t->list ? zg_list_peak(t->list, s->len_factor) : 1.0);
}

/* Is there room for all lists?  Asked before any is read. */
static zg_status count_postings(scorer *s, const zg_scored_term *terms,
                                size_t n, uint64_t room, bool *fits) {
  uint64_t sum = 0;
  zg_status st = ZG_OK;
  for (size_t i = 0; i < n && !st; i++) {
    uint32_t freq = 0;
    if (terms[i].term.n && terms[i].factor > 0)
      st = zg_snapshot_freq(s->ctx->snap, s->ctx->worker, terms[i].term, &freq,
                            s->err);
    sum += freq;
  }
  *fits = sum <= room;
  return st;
}

/* All lists at once; *fits is false when they are more than the cache has room
 * for. */
static zg_status open_sources(scorer *s, const zg_scored_term *terms, size_t n,
                              bool *fits) {
  uint32_t most = zg_snapshot_list_max(s->ctx->snap), freq;
  uint64_t room = (uint64_t)most * LISTS_HELD;
  zg_status st = cancelled(s);
  *fits = true;
  s->sources = calloc(n, sizeof *s->sources);
  if (!s->sources)
    return zg_fail_nomem(s->err);
  if (!st && n > PACKED) /* so that none is read twice */
    st = count_postings(s, terms, n, room, fits);
  for (size_t i = 0; i < n && !st && *fits; i++) {
    source *t = &s->sources[s->n];
    if (!terms[i].term.n || terms[i].factor <= 0)
      continue;
    s->n++;
    if ((st = open_source(s, t, terms[i].term, most, &freq)))
      break;
    if (freq == 0) {
      close_source(&s->sources[--s->n]);
      continue;
    }
    *fits = t->counts || (t->list && t->list->n <= room);
    if (t->list && *fits)
      room -= t->list->n;
    weigh(s, t, freq, terms[i].factor);
    st = cancelled(s);
  }
  return st;
}

/* The single list of a word, however long. */
static zg_status open_single(scorer *s, const zg_scored_term *term) {
  uint32_t freq;
  s->sources = calloc(1, sizeof *s->sources);
  if (!s->sources)
    return zg_fail_nomem(s->err);
  zg_status st = open_source(s, s->sources, term->term, UINT32_MAX, &freq);
  if (st)
    return st;
  s->n = freq > 0;
  s->sources->weight = zg_bm25_weight(
      ZG_BM25_SEARCH, zg_snapshot_collection(s->ctx->snap), freq, term->factor);
  if (!freq)
    close_source(s->sources);
  return ZG_OK;
}

static void scorer_init(scorer *s, const zg_context *ctx,
                        const roaring_bitmap_t *match, zg_error *err) {
  *s = (scorer){.ctx = ctx,
                .t = zg_snapshot_findings(ctx->snap),
                .len_factor = zg_snapshot_collection(ctx->snap)->len_factor,
                .match = match,
                .n_match = match ? roaring_bitmap_get_cardinality(match) : 0,
                .err = err};
}

static void scorer_drop(scorer *s) {
  for (size_t k = 0; k < s->n; k++)
    close_source(&s->sources[k]);
  free(s->sources);
  free(s->own_docids);
  free(s->heap);
}

/* ---- term by term ---- */

static zg_status add_term(scorer *s, const zg_scored_term *term,
                          const zg_score_basis *basis, const uint32_t *then,
                          block *b) {
  source t;
  uint32_t freq;
  zg_status st = open_source(s, &t, term->term, UINT32_MAX, &freq);
  if (!st && freq) {
    t.weight = zg_bm25_weight(ZG_BM25_SEARCH, &basis->collection,
                              then ? *then : freq, term->factor);
    add_source(&t, b);
  }
  close_source(&t);
  return st ? st : cancelled(s);
}

zg_status zg_score_docs(double *scores, const uint32_t *docids, uint32_t n,
                        const zg_context *ctx, const zg_scores *terms,
                        const zg_score_basis *basis, zg_error *err) {
  scorer s = {.ctx = ctx,
              .t = zg_snapshot_findings(ctx->snap),
              .len_factor = basis->collection.len_factor,
              .n_match = n,
              .docids = docids,
              .err = err};
  block b = {docids, malloc(n * sizeof *b.norms + 1), scores, n};
  zg_status st = b.norms ? cancelled(&s) : zg_fail_nomem(err);
  if (!st)
    block_begin(&s, &b);
  for (size_t i = 0; i < terms->n && !st; i++)
    if (terms->terms[i].term.n && terms->terms[i].factor > 0)
      st = add_term(&s, &terms->terms[i], basis,
                    basis->freqs ? &basis->freqs[i] : NULL, &b);
  free(b.norms);
  return st;
}

/* ---- the best ---- */

/* Few matches among the postings are scored one by one. */
static bool one_by_one(const scorer *s) {
  uint64_t postings = 0, shortest = UINT64_MAX;
  for (size_t k = 0; k < s->n; k++) {
    if (s->sources[k].counts)
      return true;
    uint32_t n = s->sources[k].list->n;
    postings += n;
    shortest = n < shortest ? n : shortest;
  }
  return s->match && (s->n == 0 || s->n_match <= 2 * shortest ||
                      s->n_match * s->n * 4 <= postings);
}

/* Matches that have none of the terms, by docid, while there is room. */
static void append_unscored(scorer *s) {
  size_t scored = s->n_heap;
  qsort(s->heap, scored, sizeof *s->heap, by_docid);
  roaring_uint32_iterator_t it;
  for (roaring_init_iterator(s->match, &it);
       it.has_value && s->n_heap < s->want;
       roaring_advance_uint32_iterator(&it)) {
    zg_ranked e = {it.current_value, 0.0};
    if (!scored || !bsearch(&e, s->heap, scored, sizeof e, by_docid))
      s->heap[s->n_heap++] = e;
  }
}

static zg_status heap_begin(scorer *s, uint64_t want) {
  uint64_t all = s->match ? s->n_match : zg_table_count(s->t);
  s->want = (size_t)(want < all ? want : all);
  s->heap = malloc(s->want * sizeof *s->heap + 1);
  return s->heap ? ZG_OK : zg_fail_nomem(s->err);
}

static void heap_end(scorer *s) {
  if (s->match && s->n_heap < s->want)
    append_unscored(s);
  if (s->n_heap)
    qsort(s->heap, s->n_heap, sizeof *s->heap, best_first);
}

/* Fills the heap with the best `want` and puts them in order. */
static zg_status find_best(scorer *s, uint64_t want) {
  zg_status st = heap_begin(s, want);
  if (st || s->want == 0)
    return st;
  if (one_by_one(s))
    st = score_matches(s);
  else if (s->n == 1 && !s->match)
    st = scan(s);
  else if (s->n)
    st = score_windows(s);
  heap_end(s);
  return st;
}

/* The same, of lists that are too long to hold them all. */
static zg_status find_term_by_term(scorer *s, const zg_scores *scores,
                                   uint64_t want) {
  const zg_score_basis now = {*zg_snapshot_collection(s->ctx->snap), NULL};
  double *a = malloc(s->n_match * sizeof *a + 1);
  zg_status st = a ? need_docids(s) : zg_fail_nomem(s->err);
  if (!st)
    st = heap_begin(s, want);
  if (!st)
    st = zg_score_docs(a, s->docids, (uint32_t)s->n_match, s->ctx, scores, &now,
                       s->err);
  if (!st && s->want) {
    offer_block(s, &(block){s->docids, NULL, a, (uint32_t)s->n_match});
    heap_end(s);
  }
  free(a);
  return st;
}

/* The hits from `offset` on, malloc'd. */
static zg_status page(zg_ranked **out, size_t *n, const zg_ranked *hits,
                      size_t n_hits, uint32_t offset, uint32_t limit,
                      zg_error *err) {
  if (n_hits <= offset || limit == 0)
    return ZG_OK;
  size_t left = n_hits - offset, want = left < limit ? left : limit;
  zg_ranked *a = malloc(want * sizeof *a);
  if (!a)
    return zg_fail_nomem(err);
  memcpy(a, hits + offset, want * sizeof *a);
  *out = a;
  *n = want;
  return ZG_OK;
}

zg_status zg_score_top(zg_ranked **out, size_t *n, const zg_context *ctx,
                       const zg_scores *scores, const roaring_bitmap_t *match,
                       uint32_t offset, uint32_t limit, zg_error *err) {
  scorer s;
  bool fits;
  uint64_t want = (uint64_t)offset + limit;
  *out = NULL;
  *n = 0;
  scorer_init(&s, ctx, match, err);
  zg_status st = open_sources(&s, scores->terms, scores->n, &fits);
  if (!st && fits) {
    st = find_best(&s, want);
  } else if (!st) {
    scorer_drop(&s);
    scorer_init(&s, ctx, match, err);
    st = find_term_by_term(&s, scores, want);
  }
  if (!st)
    st = page(out, n, s.heap, s.n_heap, offset, limit, err);
  scorer_drop(&s);
  return st;
}

/* ---- one word ---- */

zg_status zg_score_single(zg_ranked **out, size_t *n, uint64_t *total,
                          const zg_context *ctx, const zg_scored_term *term,
                          uint32_t offset, uint32_t limit, zg_error *err) {
  scorer s;
  *out = NULL;
  *n = 0;
  scorer_init(&s, ctx, NULL, err);
  zg_status st = open_single(&s, term);
  *total = !st && s.n ? s.sources[0].list->n : 0;
  if (*total && limit)
    st = find_best(&s, (uint64_t)offset + limit);
  if (!st)
    st = page(out, n, s.heap, s.n_heap, offset, limit, err);
  scorer_drop(&s);
  return st;
}
