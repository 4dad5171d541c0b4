/* A snapshot's side of the cache: what is not there is read, what an earlier
 * generation left is brought up to date. */
#include "index/store_private.h"

#include <stdlib.h>

/* Keys of one term, by what is kept of it. */
#define KEY_LIST '#'
#define KEY_SET '~'

static zg_str key_of(char out[ZG_TERM_MAX + 1], char kind, zg_str term) {
  out[0] = kind;
  if (term.n)
    memcpy(out + 1, term.p, term.n);
  return (zg_str){out, term.n + 1};
}

/* Were findings removed since `made`? */
static bool removed_since(const zg_snapshot *s, const zg_epoch *made) {
  return roaring_bitmap_rank(zg_table_all(s->findings), made->last) !=
         made->count;
}

static bool same_findings(const zg_snapshot *s, const zg_epoch *made) {
  return s->epoch.last == made->last && !removed_since(s, made);
}

static zg_shared *get(zg_snapshot *s, zg_str key, zg_epoch *made) {
  return zg_cache_get(s->store->cache, key, s->generation, made);
}

static zg_shared *put(zg_snapshot *s, zg_str key, zg_shared *take) {
  return zg_cache_put(s->store->cache, key, &s->epoch, take);
}

/* What the cache has of this generation; or *before, of an earlier one. */
static zg_shared *get_whole(zg_snapshot *s, zg_str key, zg_shared **before,
                            zg_epoch *made) {
  zg_shared *found = get(s, key, made);
  *before = NULL;
  if (!found || made->generation == s->generation)
    return found;
  if (same_findings(s, made))
    return put(s, key, found);
  *before = found;
  return NULL;
}

/* ---- sets ---- */

/* `m`, taken, without what was removed since. */
static zg_match *still_live(const zg_snapshot *s, zg_match *m,
                            const zg_epoch *made) {
  if (!removed_since(s, made))
    return m;
  roaring_bitmap_t *left =
      roaring_bitmap_and(m->bitmap, zg_table_all(s->findings));
  zg_match_unref(m);
  return left ? zg_match_new(left) : NULL;
}

zg_match *zg_snapshot_cached(zg_snapshot *s, zg_str key, uint32_t *from) {
  zg_epoch made;
  zg_shared *before, *whole = get_whole(s, key, &before, &made);
  *from = 0;
  if (whole || !before)
    return (zg_match *)whole;
  zg_match *m = still_live(s, (zg_match *)before, &made);
  if (!m)
    return NULL;
  if (s->epoch.last <= made.last) /* nothing is new */
    return (zg_match *)put(s, key, &m->head);
  *from = made.last + 1;
  return m;
}

zg_match *zg_snapshot_cache_put(zg_snapshot *s, zg_str key,
                                roaring_bitmap_t *bitmap_take) {
  zg_match *m = zg_match_new(bitmap_take);
  return m ? (zg_match *)put(s, key, &m->head) : NULL;
}

/* ---- lists ---- */

/* Reads what the index has from docid `from` on. */
static zg_status read_list(zg_snapshot *s, unsigned worker, zg_str term,
                           const zg_list *base, const zg_epoch *made,
                           zg_list **out, zg_error *err) {
  zg_xposting *tail = NULL;
  size_t n = 0;
  uint32_t from = base ? made->last + 1 : 0;
  zg_status st = ZG_OK;
  if (!base || made->last < s->epoch.last)
    st = zg_segments_counts(s->segments, worker, term, from, &tail, &n, err);
  if (!st) {
    *out = zg_list_new(base, base && removed_since(s, made), tail, n,
                       s->findings, &s->collection);
    if (!*out)
      st = zg_fail_nomem(err);
  }
  free(tail);
  return st;
}

zg_status zg_snapshot_list(zg_snapshot *s, unsigned worker, zg_str term,
                           uint32_t most, uint32_t *freq, zg_list **out,
                           zg_error *err) {
  char buf[ZG_TERM_MAX + 1];
  zg_epoch made;
  zg_shared *before;
  zg_status st = ZG_OK;
  *out = NULL;
  *freq = 0;
  if (term.n > ZG_TERM_MAX) /* no document has it */
    term = ZG_STR_NULL;
  zg_str key = key_of(buf, KEY_LIST, term);
  *out = (zg_list *)get_whole(s, key, &before, &made);
  if (*out) {
    *freq = (*out)->n;
    return ZG_OK;
  }
  if (!before && most < UINT32_MAX) {
    st = zg_segments_freq(s->segments, worker, term, freq, err);
    if (st || *freq > most)
      return st;
  }
  st = read_list(s, worker, term, (zg_list *)before, &made, out, err);
  zg_shared_unref(before);
  if (st)
    return st;
  *out = (zg_list *)put(s, key, &(*out)->head);
  *freq = (*out)->n;
  return ZG_OK;
}

zg_status zg_snapshot_counts_in(zg_snapshot *s, unsigned worker, zg_str term,
                                const uint32_t *docids, size_t n,
                                uint32_t *counts, zg_error *err) {
  return zg_segments_counts_in(s->segments, worker, term, docids, n, counts,
                               err);
}

/* A term whose documents were all removed is still in a segment. */
static zg_status drop_dead(zg_snapshot *s, unsigned worker, zg_xterm *terms,
                           size_t *n, zg_error *err) {
  size_t live = 0;
  zg_status st = ZG_OK;
  if (roaring_bitmap_is_empty(s->segments->dead))
    return ZG_OK;
  for (size_t i = 0; i < *n && !st; i++) {
    uint32_t freq = 0;
    st = zg_segments_freq(s->segments, worker, terms[i].term, &freq, err);
    if (freq)
      terms[live++] = terms[i];
  }
  *n = live;
  return st;
}

zg_status zg_snapshot_expand(zg_snapshot *s, unsigned worker, zg_str prefix,
                             size_t cap, zg_str **out, size_t *n, bool *more,
                             zg_error *err) {
  zg_xterm *terms = NULL;
  *out = NULL;
  *more = false;
  zg_status st = zg_segments_terms(s->segments, worker, prefix, ZG_STR_NULL,
                                   cap + 1, &terms, n, err);
  if (!st && *n <= cap) /* with more, a few of them may be dead: said or not */
    st = drop_dead(s, worker, terms, n, err);
  *more = *n > cap;
  if (*more)
    *n = cap;
  /* The texts stand behind the array: it is narrowed in its place. */
  zg_str *a = (zg_str *)(void *)terms;
  for (size_t i = 0; i < *n && !st; i++)
    a[i] = terms[i].term;
  if (st) {
    free(terms);
    a = NULL;
    *n = 0;
  }
  *out = a;
  return st;
}

zg_status zg_snapshot_freq(zg_snapshot *s, unsigned worker, zg_str term,
                           uint32_t *freq, zg_error *err) {
  zg_list *l = NULL;
  zg_status st = zg_snapshot_list(s, worker, term, 0, freq, &l, err);
  zg_list_unref(l);
  return st;
}

uint32_t zg_snapshot_list_max(const zg_snapshot *s) {
  size_t n = zg_cache_largest(s->store->cache) / ZG_LIST_BYTES(1);
  return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX - 1;
}

/* ---- sets of lists ---- */

static roaring_bitmap_t *set_of(const zg_match *base, const zg_list *l,
                                uint32_t from) {
  roaring_bitmap_t *b = zg_list_bitmap(l, base ? from : 0);
  if (b && base)
    roaring_bitmap_or_inplace(b, base->bitmap);
  else if (b)
    roaring_bitmap_run_optimize(b);
  return b;
}

zg_status zg_snapshot_posting(zg_snapshot *s, unsigned worker, zg_str term,
                              zg_match **out, zg_error *err) {
  char buf[ZG_TERM_MAX + 1];
  zg_list *l = NULL;
  uint32_t from = 0, freq;
  if (term.n > ZG_TERM_MAX)
    term = ZG_STR_NULL;
  zg_str key = key_of(buf, KEY_SET, term);
  zg_match *found = zg_snapshot_cached(s, key, &from);
  *out = NULL;
  if (found && from == 0) {
    *out = found;
    return ZG_OK;
  }
  zg_status st = zg_snapshot_list(s, worker, term, UINT32_MAX, &freq, &l, err);
  if (!st) {
    roaring_bitmap_t *b = set_of(found, l, from);
    *out = b ? zg_snapshot_cache_put(s, key, b) : NULL;
    if (!*out)
      st = zg_fail_nomem(err);
  }
  zg_match_unref(found);
  zg_list_unref(l);
  return st;
}

/* ---- the best ---- */

zg_best *zg_snapshot_best(zg_snapshot *s, zg_str key) {
  zg_epoch made;
  zg_shared *found = get(s, key, &made);
  if (found && made.generation == s->generation)
    return (zg_best *)found;
  zg_shared_unref(found); /* every score has changed since */
  return NULL;
}

zg_best *zg_snapshot_best_put(zg_snapshot *s, zg_str key, zg_best *take) {
  return (zg_best *)put(s, key, &take->head);
}

const zg_collection *zg_snapshot_collection(const zg_snapshot *s) {
  return &s->collection;
}
