/* Sorting by columns and scores: the best of a page in a heap, one pass over
 * the match set.  What lies before the page's cursor never enters the heap. */
#include "query/score.h"

#include <stdio.h>
#include <stdlib.h>

#define KEYS_MAX ZG_CURSOR_KEYS
#define NOTHING INT64_MAX /* sorts behind every value, in both directions */

zg_status zg_sort_parse(zg_str text, zg_sort_key *out, zg_error *err) {
  memset(out, 0, sizeof *out);
  zg_str name = text;
  bool minus = name.n && name.p[0] == '-', stated = minus, down = minus;
  if (minus)
    name = (zg_str){name.p + 1, name.n - 1};
  const char *colon = name.n ? memchr(name.p, ':', name.n) : NULL;
  if (colon) {
    zg_str way = {colon + 1, (size_t)(name.p + name.n - colon - 1)};
    name.n = (size_t)(colon - name.p);
    if (minus || (!zg_str_is(way, "asc") && !zg_str_is(way, "desc")))
      return zg_fail(err, ZG_INVALID, "invalid_sort", "sort",
                     "sort: '%.*s' is neither 'field', '-field', 'field:asc' "
                     "nor 'field:desc'",
                     (int)(text.n < 60 ? text.n : zg_utf8_floor(text.p, 60)),
                     text.p);
    stated = true;
    down = zg_str_is(way, "desc");
  }
  int field = zg_field_of(name), measure = zg_measure_of(name);
  if (zg_str_is(name, "score")) {
    out->by = ZG_SORT_SCORE;
    down = stated ? down : true;
  } else if (field >= 0) {
    out->by = ZG_SORT_FIELD;
    out->field = (zg_field)field;
  } else if (measure >= 0) {
    out->by = ZG_SORT_MEASURE;
    out->measure = (zg_measure_field)measure;
  } else {
    char names[320] = "score";
    size_t n = strlen(names);
    for (int i = 0; i < ZG_FIELD_COUNT; i++)
      n += (size_t)snprintf(names + n, sizeof names - n, ", %s",
                            zg_field_name((zg_field)i));
    for (int i = 0; i < ZG_MEASURE_COUNT; i++)
      n += (size_t)snprintf(names + n, sizeof names - n, ", %s",
                            zg_measure_name((zg_measure_field)i));
    return zg_fail(err, ZG_INVALID, "invalid_sort", "sort",
                   "sort: cannot sort by '%.*s'; known: %s",
                   (int)(name.n < 40 ? name.n : zg_utf8_floor(name.p, 40)),
                   name.p ? name.p : "", names);
  }
  out->descending = down;
  return ZG_OK;
}

typedef struct entry {
  int64_t keys[KEYS_MAX]; /* smaller is better: turned round for descending */
  uint32_t docid;
} entry;

typedef struct sorter {
  const zg_table *t;
  const zg_sort_key *keys;
  size_t n_keys;
  uint32_t *places[KEYS_MAX]; /* ordinal -> place among the values, even */
  /* When a key is the score, of the match set in order: */
  uint32_t *docids;
  double *scores;
  uint32_t n_docs;       /* of the statistics: the cursor's first page's */
  double average;        /* their mean length */
  const uint32_t *freqs; /* of the terms */
  const zg_cursor *after;
  entry last;  /* of `after`, as an entry */
  entry *heap; /* the worst on top */
  size_t n_heap, want;
} sorter;

static int compare(const sorter *s, const entry *a, const entry *b) {
  for (size_t i = 0; i < s->n_keys; i++)
    if (a->keys[i] != b->keys[i])
      return a->keys[i] < b->keys[i] ? -1 : 1;
  return a->docid < b->docid ? -1 : a->docid > b->docid;
}

static int compare_r(const void *a, const void *b, void *arg) {
  return compare(arg, a, b);
}

static void sift_down(sorter *s, size_t i) {
  for (;;) {
    size_t worst = i, l = 2 * i + 1, r = l + 1;
    if (l < s->n_heap && compare(s, &s->heap[l], &s->heap[worst]) > 0)
      worst = l;
    if (r < s->n_heap && compare(s, &s->heap[r], &s->heap[worst]) > 0)
      worst = r;
    if (worst == i)
      return;
    entry e = s->heap[i];
    s->heap[i] = s->heap[worst];
    s->heap[worst] = e;
    i = worst;
  }
}

static void sift_up(sorter *s, size_t i) {
  while (i > 0 && compare(s, &s->heap[i], &s->heap[(i - 1) / 2]) > 0) {
    entry e = s->heap[i];
    s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[(i - 1) / 2] = e;
    i = (i - 1) / 2;
  }
}

static void offer(sorter *s, const entry *e) {
  if (s->n_heap < s->want) {
    s->heap[s->n_heap] = *e;
    sift_up(s, s->n_heap++);
  } else if (compare(s, e, &s->heap[0]) < 0) {
    s->heap[0] = *e;
    sift_down(s, 0);
  }
}

/* ---- places of text values ---- */

typedef struct spelling {
  zg_str text;
  uint32_t ordinal;
} spelling;

static int by_bytes(const void *x, const void *y) {
  const zg_str a = ((const spelling *)x)->text, b = ((const spelling *)y)->text;
  int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
  return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* Place of a value: its own, or the odd one between its neighbours. */
static int64_t place_of(const spelling *a, size_t n, zg_str text) {
  const spelling want = {text, 0};
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (by_bytes(&a[mid], &want) < 0)
      lo = mid + 1;
    else
      hi = mid;
  }
  bool there = lo < n && by_bytes(&a[lo], &want) == 0;
  return 2 * (int64_t)lo + (there ? 2 : 1);
}

/* Only the ordinals that occur in the match are put in order. */
static zg_status place_values(sorter *s, size_t key,
                              const roaring_bitmap_t *match, zg_error *err) {
  zg_field f = s->keys[key].field;
  uint32_t n_ordinals = zg_table_ordinals(s->t, f);
  uint32_t *places = calloc(n_ordinals + 1, sizeof *places);
  spelling *a = NULL;
  size_t n = 0, cap = 0;
  zg_block *block = malloc(sizeof *block);
  zg_status st = places && block ? ZG_OK : zg_fail_nomem(err);
  if (st)
    goto out;
  zg_block_begin(block, match);
  while (zg_block_next(block)) {
    zg_column column = zg_table_column(s->t, f, 0, block->chunk);
    for (uint32_t i = 0; i < block->n; i++) {
      uint32_t o = zg_column_at(column, block->docids[i]);
      if (!o || places[o])
        continue;
      if (n == cap) {
        cap = cap ? cap * 2 : 256;
        spelling *grown = realloc(a, cap * sizeof *a);
        if (!grown) {
          st = zg_fail_nomem(err);
          goto out;
        }
        a = grown;
      }
      a[n++] = (spelling){zg_table_value(s->t, f, o), o};
      places[o] = 1;
    }
  }
  if (n)
    qsort(a, n, sizeof *a, by_bytes);
  for (size_t i = 0; i < n; i++)
    places[a[i].ordinal] = 2 * ((uint32_t)i + 1);
  if (s->after && s->after->keys[key].is == ZG_CURSOR_TEXT)
    s->last.keys[key] = place_of(a, n, s->after->keys[key].text);
  s->places[key] = places;
  places = NULL;
out:
  free(places);
  free(a);
  free(block);
  return st;
}

/* ---- keys ---- */

/* A score as an integer in the same order: scores are never negative, and the
 * bits of non-negative doubles are ordered as the numbers are. */
static int64_t score_bits(double score) {
  int64_t bits;
  double v = score > 0 ? score : 0.0;
  memcpy(&bits, &v, sizeof bits);
  return bits;
}

static double score_of_bits(int64_t bits) {
  double score;
  memcpy(&score, &bits, sizeof score);
  return score;
}

static int64_t key_of(const sorter *s, size_t k, uint32_t chunk, uint32_t docid,
                      double score) {
  const zg_sort_key *key = &s->keys[k];
  int64_t v;
  if (key->by == ZG_SORT_SCORE) {
    v = score_bits(score);
  } else if (key->by == ZG_SORT_MEASURE) {
    const int64_t *column = zg_table_measure(s->t, key->measure, chunk);
    v = column ? column[docid & (ZG_CHUNK_DOCS - 1)] : 0;
  } else {
    uint32_t o =
        zg_column_at(zg_table_column(s->t, key->field, 0, chunk), docid);
    if (!o)
      return NOTHING;
    v = s->places[k] ? (int64_t)s->places[k][o]
                     : zg_table_number(s->t, key->field, o);
  }
  return key->descending ? -v : v;
}

static bool has_score_key(const sorter *s) {
  for (size_t i = 0; i < s->n_keys; i++)
    if (s->keys[i].by == ZG_SORT_SCORE)
      return true;
  return false;
}

/* Documents that had the term when the cursor's first page was made.  A term
 * that was not known then (of a prefix) is in new documents only. */
static uint32_t freq_then(const zg_cursor *c, zg_str term, uint32_t now) {
  uint32_t hash = zg_cursor_term_hash(term);
  for (size_t i = 0; i < c->n_terms; i++)
    if (c->terms[i].hash == hash)
      return c->terms[i].freq;
  return now;
}

/* The statistics of now, or those of the cursor's first page. */
static zg_status read_statistics(sorter *s, const zg_context *ctx,
                                 const zg_scores *scores, zg_arena *arena,
                                 zg_error *err) {
  const zg_collection *c = zg_snapshot_collection(ctx->snap);
  uint32_t *freqs = zg_arena_alloc(arena, scores->n * sizeof *freqs);
  zg_status st = freqs ? ZG_OK : zg_fail_nomem(err);
  s->n_docs = (uint32_t)c->documents;
  s->average = c->documents ? (double)c->length / (double)c->documents : 0;
  if (s->after && s->after->docs) {
    s->n_docs = s->after->docs;
    s->average = s->after->average;
  }
  for (size_t i = 0; i < scores->n && !st; i++) {
    zg_str term = scores->terms[i].term;
    st = zg_snapshot_freq(ctx->snap, ctx->worker, term, &freqs[i], err);
    if (s->after)
      freqs[i] = freq_then(s->after, term, freqs[i]);
    if (freqs[i] > s->n_docs) /* of a term that is only in new documents */
      freqs[i] = s->n_docs;
  }
  s->freqs = freqs;
  return st;
}

static zg_status score_all(sorter *s, const zg_context *ctx,
                           const zg_scores *scores,
                           const roaring_bitmap_t *match, zg_arena *arena,
                           zg_error *err) {
  uint64_t n = roaring_bitmap_get_cardinality(match);
  zg_status st = read_statistics(s, ctx, scores, arena, err);
  if (st)
    return st;
  s->docids = malloc(n * sizeof *s->docids);
  s->scores = malloc(n * sizeof *s->scores);
  if (!s->docids || !s->scores)
    return zg_fail_nomem(err);
  roaring_bitmap_to_uint32_array(match, s->docids);
  const zg_score_basis then = {
      .collection = {.documents = s->n_docs,
                     .len_factor = s->average > 0 ? 1 / s->average : 0},
      .freqs = s->freqs};
  return zg_score_docs(s->scores, s->docids, (uint32_t)n, ctx, scores, &then,
                       err);
}

/* The cursor's hit as an entry; the places of texts are put in later. */
static void take_last(sorter *s) {
  s->last.docid = s->after->docid;
  for (size_t i = 0; i < s->n_keys; i++) {
    const zg_cursor_key *k = &s->after->keys[i];
    s->last.keys[i] = k->is == ZG_CURSOR_NOTHING ? NOTHING : k->number;
  }
}

/* For descending keys smaller is better too. */
static void turn_last(sorter *s) {
  for (size_t i = 0; i < s->n_keys; i++)
    if (s->keys[i].descending && s->last.keys[i] != NOTHING)
      s->last.keys[i] = -s->last.keys[i];
}

static zg_status prepare(sorter *s, const zg_context *ctx,
                         const zg_scores *scores, const roaring_bitmap_t *match,
                         zg_arena *arena, zg_error *err) {
  zg_status st = ZG_OK;
  if (s->after)
    take_last(s);
  for (size_t i = 0; i < s->n_keys && !st; i++)
    if (s->keys[i].by == ZG_SORT_FIELD && !zg_field_numeric(s->keys[i].field))
      st = place_values(s, i, match, err);
  if (s->after)
    turn_last(s);
  if (!st && scores->n && has_score_key(s))
    st = score_all(s, ctx, scores, match, arena, err);
  return st;
}

static zg_status pass(sorter *s, const zg_context *ctx,
                      const roaring_bitmap_t *match, zg_error *err) {
  zg_block *block = malloc(sizeof *block);
  zg_status st = block ? ZG_OK : zg_fail_nomem(err);
  const double *scores = s->scores;
  if (block)
    zg_block_begin(block, match);
  while (st == ZG_OK && zg_block_next(block)) {
    for (uint32_t i = 0; i < block->n; i++) {
      entry e = {.docid = block->docids[i]};
      double score = scores ? *scores++ : 0.0;
      for (size_t k = 0; k < s->n_keys; k++)
        e.keys[k] = key_of(s, k, block->chunk, e.docid, score);
      if (!s->after || compare(s, &e, &s->last) > 0)
        offer(s, &e);
    }
    st = zg_cancelled(ctx->cancel, err);
  }
  free(block);
  return st;
}

/* ---- the cursor behind the last hit ---- */

static zg_cursor_key cursor_key(const sorter *s, size_t k, const entry *e) {
  const zg_sort_key *key = &s->keys[k];
  if (e->keys[k] == NOTHING)
    return (zg_cursor_key){.is = ZG_CURSOR_NOTHING};
  if (s->places[k]) {
    uint32_t chunk = e->docid >> ZG_CHUNK_BITS;
    uint32_t o =
        zg_column_at(zg_table_column(s->t, key->field, 0, chunk), e->docid);
    return (zg_cursor_key){.is = ZG_CURSOR_TEXT,
                           .text = zg_table_value(s->t, key->field, o)};
  }
  return (zg_cursor_key){.is = ZG_CURSOR_NUMBER,
                         .number = key->descending ? -e->keys[k] : e->keys[k]};
}

static zg_status fill_cursor(const sorter *s, const entry *e,
                             const zg_scores *scores, zg_arena *arena,
                             zg_cursor *out, zg_error *err) {
  out->docid = e->docid;
  out->n_keys = s->n_keys;
  for (size_t k = 0; k < s->n_keys; k++)
    out->keys[k] = cursor_key(s, k, e);
  if (!s->scores)
    return ZG_OK;
  out->docs = s->n_docs;
  out->average = s->average;
  out->n_terms = scores->n;
  out->terms = zg_arena_alloc(arena, scores->n * sizeof *out->terms);
  if (!out->terms)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < scores->n; i++)
    out->terms[i] = (zg_cursor_term){zg_cursor_term_hash(scores->terms[i].term),
                                     s->freqs[i]};
  return ZG_OK;
}

static int by_docid(const void *a, const void *b) {
  uint32_t x = ((const zg_ranked *)a)->docid, y = ((const zg_ranked *)b)->docid;
  return x < y ? -1 : x > y;
}

/* Scores of the hits shown, when no key asked for scores before. */
static zg_status score_hits(zg_ranked *hits, size_t n, const zg_context *ctx,
                            const zg_scores *scores, zg_error *err) {
  const zg_score_basis now = {*zg_snapshot_collection(ctx->snap), NULL};
  zg_ranked *sorted = malloc(n * sizeof *sorted);
  uint32_t *docids = malloc(n * sizeof *docids);
  double *a = malloc(n * sizeof *a);
  zg_status st = sorted && docids && a ? ZG_OK : zg_fail_nomem(err);
  if (st)
    goto out;
  memcpy(sorted, hits, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, by_docid);
  for (size_t i = 0; i < n; i++)
    docids[i] = sorted[i].docid;
  if ((st = zg_score_docs(a, docids, (uint32_t)n, ctx, scores, &now, err)))
    goto out;
  for (size_t i = 0; i < n; i++)
    sorted[i].score = a[i];
  for (size_t i = 0; i < n; i++) {
    const zg_ranked *found =
        bsearch(&hits[i], sorted, n, sizeof *sorted, by_docid);
    hits[i].score = found->score;
  }
out:
  free(sorted);
  free(docids);
  free(a);
  return st;
}

/* Scores as the hits were ordered by; without such a key, as of now. */
static zg_status give_scores(const sorter *s, zg_ranked *hits, size_t n,
                             const zg_context *ctx, const zg_scores *scores,
                             const entry *from, zg_error *err) {
  size_t k = 0;
  if (!s->scores)
    return scores->n ? score_hits(hits, n, ctx, scores, err) : ZG_OK;
  while (s->keys[k].by != ZG_SORT_SCORE)
    k++;
  for (size_t i = 0; i < n; i++) {
    int64_t bits = from[i].keys[k];
    hits[i].score = score_of_bits(s->keys[k].descending ? -bits : bits);
  }
  return ZG_OK;
}

zg_status zg_rank_by_keys(zg_ranked **out, size_t *n, const zg_context *ctx,
                          const zg_scores *scores,
                          const roaring_bitmap_t *match, zg_page *page,
                          zg_arena *arena, zg_error *err) {
  *out = NULL;
  *n = 0;
  page->more = false;
  uint64_t all = roaring_bitmap_get_cardinality(match);
  uint64_t end = (uint64_t)page->offset + page->limit;
  uint64_t want = end + (page->next != NULL); /* one more: is there more? */
  want = want < all ? want : all;
  if (page->limit == 0 || page->offset >= want)
    return ZG_OK;
  sorter s = {.t = zg_snapshot_findings(ctx->snap),
              .keys = page->keys,
              .n_keys = page->n_keys < KEYS_MAX ? page->n_keys : KEYS_MAX,
              .after = page->after,
              .want = (size_t)want};
  zg_ranked *hits = malloc(page->limit * sizeof *hits);
  s.heap = malloc(want * sizeof *s.heap);
  zg_status st = hits && s.heap ? ZG_OK : zg_fail_nomem(err);
  if (st || (st = prepare(&s, ctx, scores, match, arena, err)) ||
      (st = pass(&s, ctx, match, err)))
    goto out;
  qsort_r(s.heap, s.n_heap, sizeof *s.heap, compare_r, &s);
  size_t count = 0;
  for (size_t i = page->offset; i < s.n_heap && i < end; i++)
    hits[count++] = (zg_ranked){s.heap[i].docid, 0.0};
  if (count == 0)
    goto out;
  if ((st = give_scores(&s, hits, count, ctx, scores, s.heap + page->offset,
                        err)))
    goto out;
  page->more = s.n_heap > end;
  if (page->next && page->more &&
      (st = fill_cursor(&s, &s.heap[end - 1], scores, arena, page->next, err)))
    goto out;
  *out = hits;
  *n = count;
  hits = NULL;
out:
  free(hits);
  free(s.heap);
  free(s.docids);
  free(s.scores);
  for (size_t i = 0; i < KEYS_MAX; i++)
    free(s.places[i]);
  return st;
}
