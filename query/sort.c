/* Sorting by columns: the best offset + limit in a heap, one pass over the
 * match set. */
#include "query/rank.h"

#include <stdio.h>
#include <stdlib.h>

#define KEYS_MAX 4
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
  uint32_t *places[KEYS_MAX]; /* ordinal -> place among the values */
  zg_ranked *scored;          /* by docid, when a key is the score */
  size_t n_scored;
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
    places[a[i].ordinal] = (uint32_t)i + 1;
  s->places[key] = places;
  places = NULL;
out:
  free(places);
  free(a);
  free(block);
  return st;
}

/* ---- keys ---- */

static int by_docid(const void *a, const void *b) {
  uint32_t x = ((const zg_ranked *)a)->docid, y = ((const zg_ranked *)b)->docid;
  return x < y ? -1 : x > y;
}

static double score_of(const sorter *s, uint32_t docid) {
  zg_ranked want = {docid, 0.0};
  const zg_ranked *found = s->n_scored ? bsearch(&want, s->scored, s->n_scored,
                                                 sizeof want, by_docid)
                                       : NULL;
  return found ? found->score : 0.0;
}

/* A score as an integer in the same order: scores are never negative, and the
 * bits of non-negative doubles are ordered as the numbers are. */
static int64_t score_bits(double score) {
  int64_t bits;
  double v = score > 0 ? score : 0.0;
  memcpy(&bits, &v, sizeof bits);
  return bits;
}

static int64_t key_of(const sorter *s, size_t k, uint32_t chunk,
                      uint32_t docid) {
  const zg_sort_key *key = &s->keys[k];
  int64_t v;
  if (key->by == ZG_SORT_SCORE) {
    v = score_bits(score_of(s, docid));
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

static zg_status prepare(sorter *s, const zg_context *ctx,
                         const zg_scores *scores, const roaring_bitmap_t *match,
                         zg_error *err) {
  for (size_t i = 0; i < s->n_keys; i++) {
    zg_status st = ZG_OK;
    if (s->keys[i].by == ZG_SORT_FIELD && !zg_field_numeric(s->keys[i].field)) {
      st = place_values(s, i, match, err);
    } else if (s->keys[i].by == ZG_SORT_SCORE && scores->n && !s->scored) {
      uint64_t all = roaring_bitmap_get_cardinality(match);
      st = zg_rank_by_score(&s->scored, &s->n_scored, ctx, scores, match, 0,
                            (uint32_t)all, err);
      if (st == ZG_OK && s->n_scored)
        qsort(s->scored, s->n_scored, sizeof *s->scored, by_docid);
    }
    if (st)
      return st;
  }
  return ZG_OK;
}

static zg_status pass(sorter *s, const zg_context *ctx,
                      const roaring_bitmap_t *match, zg_error *err) {
  zg_block *block = malloc(sizeof *block);
  zg_status st = block ? ZG_OK : zg_fail_nomem(err);
  if (block)
    zg_block_begin(block, match);
  while (st == ZG_OK && zg_block_next(block)) {
    for (uint32_t i = 0; i < block->n; i++) {
      entry e = {.docid = block->docids[i]};
      for (size_t k = 0; k < s->n_keys; k++)
        e.keys[k] = key_of(s, k, block->chunk, e.docid);
      offer(s, &e);
    }
    st = zg_cancelled(ctx->cancel, err);
  }
  free(block);
  return st;
}

/* Scores of the hits shown, when no key asked for scores before. */
static zg_status score_hits(zg_ranked *hits, size_t n, const zg_context *ctx,
                            const zg_scores *scores, zg_error *err) {
  zg_ranked *scored = NULL;
  size_t n_scored = 0;
  roaring_bitmap_t *set = roaring_bitmap_create();
  if (!set)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < n; i++)
    roaring_bitmap_add(set, hits[i].docid);
  zg_status st = zg_rank_by_score(&scored, &n_scored, ctx, scores, set, 0,
                                  (uint32_t)n, err);
  if (st == ZG_OK && n_scored)
    qsort(scored, n_scored, sizeof *scored, by_docid);
  for (size_t i = 0; st == ZG_OK && n_scored && i < n; i++) {
    const zg_ranked *found =
        bsearch(&hits[i], scored, n_scored, sizeof *scored, by_docid);
    hits[i].score = found ? found->score : 0.0;
  }
  roaring_bitmap_free(set);
  free(scored);
  return st;
}

zg_status zg_rank_by_keys(zg_ranked **out, size_t *n, const zg_context *ctx,
                          const zg_scores *scores,
                          const roaring_bitmap_t *match,
                          const zg_sort_key *keys, size_t n_keys,
                          uint32_t offset, uint32_t limit, zg_error *err) {
  *out = NULL;
  *n = 0;
  uint64_t all = roaring_bitmap_get_cardinality(match);
  uint64_t want = (uint64_t)offset + limit < all ? offset + limit : all;
  if (limit == 0 || offset >= want)
    return ZG_OK;
  sorter s = {.t = zg_snapshot_findings(ctx->snap),
              .keys = keys,
              .n_keys = n_keys < KEYS_MAX ? n_keys : KEYS_MAX,
              .want = (size_t)want};
  zg_ranked *hits = malloc((want - offset) * sizeof *hits);
  s.heap = malloc(want * sizeof *s.heap);
  zg_status st = hits && s.heap ? ZG_OK : zg_fail_nomem(err);
  if (st || (st = prepare(&s, ctx, scores, match, err)) ||
      (st = pass(&s, ctx, match, err)))
    goto out;
  qsort_r(s.heap, s.n_heap, sizeof *s.heap, compare_r, &s);
  size_t count = 0;
  for (size_t i = offset; i < s.n_heap; i++)
    hits[count++] = (zg_ranked){s.heap[i].docid, score_of(&s, s.heap[i].docid)};
  if (!s.scored && scores->n &&
      (st = score_hits(hits, count, ctx, scores, err)))
    goto out;
  *out = hits;
  *n = count;
  hits = NULL;
out:
  free(hits);
  free(s.heap);
  free(s.scored);
  for (size_t i = 0; i < KEYS_MAX; i++)
    free(s.places[i]);
  return st;
}
