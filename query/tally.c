#include "query/tally_private.h"

#include <stdlib.h>
#include <time.h>

const char *zg_way_name(zg_way w) {
  static const char *const names[] = {
#define X(sym, name) name,
      ZG_WAY_TABLE(X)
#undef X
  };
  return names[w];
}

/* ---- the table of groups ---- */

void zg_tally_free(zg_tally *t) {
  free(t->counts);
  for (size_t m = 0; m < ZG_TALLY_SUMS; m++) {
    free(t->sums[m]);
    free(t->spilled[m]);
  }
  free(t->keys);
  free(t->places);
  free(t->ids);
  memset(t, 0, sizeof *t);
}

/* What a group without findings starts from. */
static int64_t start_of(const zg_tally_job *job, size_t m) {
  return job->sums[m].op == ZG_TALLY_MIN   ? INT64_MAX
         : job->sums[m].op == ZG_TALLY_MAX ? INT64_MIN
                                           : 0;
}

static bool needs_start(const zg_tally_job *job, size_t m) {
  return job->sums[m].op != ZG_TALLY_SUM;
}

static zg_status open_dense(zg_tally *t, const zg_tally_work *w,
                            zg_error *err) {
  const zg_tally_job *job = w->job;
  t->dense = true;
  t->size = t->cap = (uint32_t)w->product;
  t->counts = calloc(t->size, sizeof *t->counts);
  if (!t->counts)
    return zg_fail_nomem(err);
  for (size_t m = 0; m < job->n_sums; m++) {
    t->sums[m] = calloc(t->size, sizeof *t->sums[m]);
    if (!t->sums[m])
      return zg_fail_nomem(err);
    for (uint32_t i = 0; needs_start(job, m) && i < t->size; i++)
      t->sums[m][i] = start_of(job, m);
  }
  return ZG_OK;
}

static zg_status rehash(zg_tally *t, uint32_t n, zg_error *err);

zg_status zg_tally_grow(zg_tally *t, const zg_tally_job *job, uint32_t n,
                        zg_error *err) {
  uint32_t cap = t->cap ? t->cap : 256;
  if (n <= t->cap)
    return ZG_OK;
  while (cap < n)
    cap *= 2;
  uint32_t *counts = realloc(t->counts, cap * sizeof *counts);
  if (!counts)
    return zg_fail_nomem(err);
  t->counts = counts;
  memset(counts + t->cap, 0, (cap - t->cap) * sizeof *counts);
  for (size_t m = 0; m < job->n_sums; m++) {
    int64_t *sums = realloc(t->sums[m], cap * sizeof *sums);
    if (!sums)
      return zg_fail_nomem(err);
    t->sums[m] = sums;
    if (t->spilled[m]) {
      zg_wide *spilled = realloc(t->spilled[m], cap * sizeof *spilled);
      if (!spilled)
        return zg_fail_nomem(err);
      t->spilled[m] = spilled;
      memset(spilled + t->cap, 0, (cap - t->cap) * sizeof *spilled);
    }
    for (uint32_t i = t->cap; i < cap; i++)
      sums[i] = start_of(job, m);
  }
  void *keys = realloc(t->keys, cap * sizeof *t->keys);
  if (!keys)
    return zg_fail_nomem(err);
  t->keys = keys;
  t->cap = cap;
  return rehash(t, cap * 2, err);
}

zg_status zg_tally_spill(zg_tally *t, size_t m, zg_error *err) {
  if (!t->spilled[m])
    t->spilled[m] = calloc(t->cap, sizeof *t->spilled[m]);
  if (!t->spilled[m])
    return zg_fail_nomem(err);
  for (uint32_t i = 0; i < t->size; i++) {
    t->spilled[m][i] += t->sums[m][i];
    t->sums[m][i] = 0;
  }
  return ZG_OK;
}

static uint32_t hash_of(const zg_tally *t, const uint32_t *key) {
  uint64_t h = 0;
  for (size_t d = 0; d < t->n_fields; d++) {
    h = (h ^ key[d]) * 0x9e3779b97f4a7c15u;
    h ^= h >> 32;
  }
  return (uint32_t)h & (t->n_places - 1);
}

static bool same_key(const zg_tally *t, uint32_t id, const uint32_t *key) {
  for (size_t d = 0; d < t->n_fields; d++)
    if (t->keys[id][d] != key[d])
      return false;
  return true;
}

/* Where the key is, or where it would go. */
static uint32_t *place_of(const zg_tally *t, const uint32_t *key) {
  uint32_t at = hash_of(t, key);
  while (t->places[at] && !same_key(t, t->places[at] - 1, key))
    at = (at + 1) & (t->n_places - 1);
  return &t->places[at];
}

static zg_status rehash(zg_tally *t, uint32_t n, zg_error *err) {
  uint32_t *places = calloc(n, sizeof *places);
  if (!places)
    return zg_fail_nomem(err);
  free(t->places);
  t->places = places;
  t->n_places = n;
  for (uint32_t id = 0; id < t->size; id++)
    *place_of(t, t->keys[id]) = id + 1;
  return ZG_OK;
}

uint32_t zg_tally_id(zg_tally *t, const uint32_t *key) {
  uint32_t *place = place_of(t, key);
  if (!*place) {
    memcpy(t->keys[t->size], key, t->n_fields * sizeof *key);
    *place = ++t->size;
  }
  return *place - 1;
}

void zg_tally_key(const zg_tally *t, uint32_t id, uint32_t *key) {
  if (!t->dense) {
    memcpy(key, t->keys[id], t->n_fields * sizeof *key);
    return;
  }
  for (size_t d = 0; d < t->n_fields; d++) {
    key[d] = id >> t->shift[d];
    id &= (1u << t->shift[d]) - 1;
  }
}

uint32_t zg_tally_find(const zg_tally *t, const uint32_t *key) {
  uint32_t id = 0;
  if (!t->dense && t->n_fields)
    return t->n_places ? *place_of(t, key) - 1 : ZG_TALLY_NONE;
  for (size_t d = 0; d < t->n_fields; d++)
    id |= key[d] << t->shift[d];
  return id;
}

static zg_status list_ids(zg_tally *t, zg_error *err) {
  size_t n = 0;
  for (uint32_t i = 0; i < t->size; i++)
    n += t->counts[i] > 0;
  t->ids = malloc((n + 1) * sizeof *t->ids);
  if (!t->ids)
    return zg_fail_nomem(err);
  for (uint32_t i = 0; i < t->size; i++) {
    t->ids[t->n] = i;
    t->n += t->counts[i] > 0;
  }
  if (t->n_fields == 0 && t->n == 0)
    t->ids[t->n++] = 0;
  return ZG_OK;
}

/* ---- choosing ---- */

zg_status zg_tally_match(zg_tally_work *w, zg_error *err) {
  if (w->match)
    return ZG_OK;
  w->match = w->own = roaring_bitmap_and(w->asked, w->job->also);
  return w->match ? ZG_OK : zg_fail_nomem(err);
}

/* Every field but the first has room for a power of two. */
static void set_shifts(zg_tally_work *w, zg_tally *t) {
  unsigned shift = 0;
  w->groups = w->product = 1;
  for (size_t d = w->job->n_fields; d-- > 0;) {
    uint32_t n = zg_table_ordinals(w->job->table, w->job->fields[d]);
    unsigned bits = 0;
    t->ordinals[d] = n;
    t->shift[d] = shift;
    while (1u << bits < n && bits < 31)
      bits++;
    if (w->product > ZG_DENSE_MAX)
      continue; /* no dense table: the shifts are not used */
    w->groups *= n;
    w->product = d ? w->product << bits : w->product * n;
    shift += bits;
  }
}

static zg_way choose(const zg_tally_work *w) {
  zg_way best = ZG_WAY_HASHED; /* goes always */
  if (w->job->way != ZG_WAY_AUTO && w->cost[w->job->way] >= 0)
    return w->job->way;
  for (int i = ZG_WAY_CACHED; i < ZG_WAYS; i++)
    if (w->cost[i] >= 0 && w->cost[i] < w->cost[best])
      best = (zg_way)i;
  return best;
}

/* What the pass and the bitmaps need to know of the match. */
static zg_status open_match(zg_tally_work *w, zg_error *err) {
  const zg_tally_job *job = w->job;
  uint64_t all = zg_table_count(job->table);
  zg_status st = ZG_OK;
  w->asked = job->match;
  if (!w->asked && (st = job->match_of(&w->asked, job->match_arg)))
    return st;
  w->matches = roaring_bitmap_get_cardinality(w->asked);
  if (!job->also) {
    w->match = w->asked;
  } else if (w->matches == all) {
    w->match = job->also;
    w->matches = roaring_bitmap_get_cardinality(job->also);
  } else {
    w->matches = roaring_bitmap_and_cardinality(w->asked, job->also);
  }
  w->everything = w->matches == all;
  return zg_cancelled(job->cancel, err);
}

/* A cube that answers without the match, at a price that hardly any way that
 * needs the match can beat. */
static bool without_match(zg_tally_work *w) {
  if (w->job->match)
    return false;
  double cost = zg_tally_cost_cube(w);
  return cost >= 0 && cost < 2000 + 2.0 * zg_table_count(w->job->table);
}

static zg_status plan(zg_tally_work *w, zg_tally *t, zg_way *way,
                      zg_error *err) {
  t->n_fields = w->job->n_fields;
  t->n_sums = w->job->n_sums;
  set_shifts(w, t);
  zg_status st = zg_slices_of(w, err);
  *way = ZG_WAY_CUBE;
  if (st || without_match(w))
    return st;
  if ((st = open_match(w, err)))
    return st;
  zg_tally_costs(w);
  *way = choose(w);
  return ZG_OK;
}

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static zg_status explain(const zg_tally_work *w, zg_way way, uint64_t started,
                         zg_error *err) {
  zg_explain *e = w->job->explain;
  if (!e || !e->arena)
    return ZG_OK;
  zg_part *p = zg_arena_alloc(e->arena, sizeof *p);
  if (!p)
    return zg_fail_nomem(err);
  p->name = zg_arena_printf(e->arena, "%s%s%.*s", w->job->name,
                            w->job->detail.n ? " " : "", (int)w->job->detail.n,
                            w->job->detail.n ? w->job->detail.p : "");
  p->way = way;
  memcpy(p->cost_ns, w->cost, sizeof p->cost_ns);
  p->rows = w->rows;
  p->took_ns = now_ns() - started;
  if (e->last)
    e->last->next = p;
  else
    e->first = p;
  e->last = p;
  return p->name.p ? ZG_OK : zg_fail_nomem(err);
}

static zg_status run(zg_tally *t, zg_tally_work *w, zg_way way, zg_error *err) {
  zg_status st = ZG_OK;
  if (way != ZG_WAY_HASHED && (st = open_dense(t, w, err)))
    return st;
  switch (way) {
  case ZG_WAY_CACHED:
    zg_tally_cached(t, w);
    return ZG_OK;
  case ZG_WAY_CUBE:
    return zg_tally_cube(t, w, err);
  case ZG_WAY_BITMAPS:
    return zg_tally_bitmaps(t, w, err);
  default:
    st = zg_tally_match(w, err);
    return st ? st : zg_tally_pass(t, w, err);
  }
}

zg_status zg_tally_make(zg_tally *out, const zg_tally_job *job, zg_error *err) {
  zg_tally_work w = {.job = job};
  uint64_t started = job->explain ? now_ns() : 0;
  memset(out, 0, sizeof *out);
  zg_way way;
  zg_status st = plan(&w, out, &way, err);
  if (st == ZG_OK)
    st = run(out, &w, way, err);
  if (st == ZG_OK)
    st = list_ids(out, err);
  if (st == ZG_OK)
    st = explain(&w, way, started, err);
  zg_slices_free(&w.slices);
  if (w.own)
    roaring_bitmap_free(w.own);
  return st;
}
