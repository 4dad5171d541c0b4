/* The pass over the columns: blocks of a few thousand findings, small enough
 * for the first cache, go through short loops without branches, so that the
 * compiler can use vectors. */
#include "query/tally_private.h"

#include <stdlib.h>

#define BLOCK 2048u
#define COUNTERS 4u       /* copies of a small table: neighbouring findings */
#define SMALL_TABLE 2048u /* often share a group, and a counter that was just
                             written is slow to read back */

/* Findings of a block and the group of each. */
typedef struct lane {
  uint32_t n;
  const uint32_t *slots;
  const uint16_t *at; /* places in the chunk; NULL: from, from + 1 … */
  uint32_t from;
} lane;

typedef struct pass {
  zg_tally *t;
  const zg_tally_job *job;
  zg_tally_work *w;
  zg_error *err;
  uint32_t *counters; /* COUNTERS tables; NULL: straight into the tally */
  uint32_t chunk;
  zg_column fields[ZG_TALLY_DIMS][ZG_FIELD_MAX_PLANES];
  const int64_t *measures[ZG_TALLY_SUMS];
  /* of the block */
  lane base;
  uint16_t at[BLOCK];
  uint32_t docids[BLOCK];
  uint32_t slots[BLOCK];
  uint32_t first[ZG_TALLY_DIMS][BLOCK];
  uint32_t second[ZG_TALLY_DIMS][BLOCK]; /* another value; 0: none */
  /* of those with several values */
  uint16_t pick[BLOCK], pick_at[BLOCK];
  uint32_t pick_slots[BLOCK];
} pass;

/* ---- reading ---- */

#define LOAD(type)                                                             \
  {                                                                            \
    const type *p = column.at;                                                 \
    if (b->at)                                                                 \
      for (uint32_t i = 0; i < b->n; i++)                                      \
        out[i] = p[b->at[i]];                                                  \
    else                                                                       \
      for (uint32_t i = 0; i < b->n; i++)                                      \
        out[i] = p[b->from + i];                                               \
  }

static void load(uint32_t *restrict out, zg_column column, const lane *b) {
  if (!column.at)
    memset(out, 0, b->n * sizeof *out);
  else if (column.width == 1)
    LOAD(uint8_t)
  else if (column.width == 2)
    LOAD(uint16_t)
  else
    LOAD(uint32_t)
}

/* a: the value, or the only one of two planes; b: another value, or 0. */
static void tell_apart(uint32_t *restrict a, uint32_t *restrict b, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t x = a[i], y = b[i];
    a[i] = x ? x : y;
    b[i] = x == 0 || x == y ? 0 : y;
  }
}

static void read_fields(pass *p) {
  const zg_tally_job *job = p->job;
  for (size_t d = 0; d < job->n_fields; d++) {
    load(p->first[d], p->fields[d][0], &p->base);
    if (zg_field_planes(job->fields[d]) < 2)
      continue;
    load(p->second[d], p->fields[d][1], &p->base);
    tell_apart(p->first[d], p->second[d], p->base.n);
  }
}

/* ---- groups ---- */

static void make_slots(uint32_t *restrict slots, const uint32_t *restrict first,
                       uint32_t radix, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    slots[i] = slots[i] * radix + first[i];
}

/* Ids of a lane's keys; the dimensions in `mask` give their second value. */
static zg_status find_ids(pass *p, uint32_t *ids, const uint16_t *pick,
                          uint32_t n, unsigned mask) {
  const zg_tally_job *job = p->job;
  zg_status st = zg_tally_grow(p->t, job, p->t->size + n, p->err);
  for (uint32_t k = 0; k < n && st == ZG_OK; k++) {
    uint32_t key[ZG_TALLY_DIMS] = {0}, i = pick ? pick[k] : k;
    for (size_t d = 0; d < job->n_fields; d++)
      key[d] = mask >> d & 1 ? p->second[d][i] : p->first[d][i];
    ids[k] = zg_tally_id(p->t, key);
  }
  return st;
}

/* ---- counting ---- */

static void count(pass *p, const uint32_t *slots, uint32_t n) {
  uint32_t size = p->t->size, i = 0;
  uint32_t *c = p->counters ? p->counters : p->t->counts;
  if (p->counters) {
    uint32_t *c1 = c + size, *c2 = c1 + size, *c3 = c2 + size;
    for (; i + COUNTERS <= n; i += COUNTERS) {
      c[slots[i]]++;
      c1[slots[i + 1]]++;
      c2[slots[i + 2]]++;
      c3[slots[i + 3]]++;
    }
  }
  for (; i < n; i++)
    c[slots[i]]++;
}

static void add_up(zg_wide *restrict sums, const int64_t *restrict v,
                   const lane *l) {
  if (l->at)
    for (uint32_t i = 0; i < l->n; i++)
      sums[l->slots[i]] += v[l->at[i]];
  else
    for (uint32_t i = 0; i < l->n; i++)
      sums[l->slots[i]] += v[l->from + i];
}

/* Least or greatest; a measure that no document of the chunk has is 0. */
static void extremes(zg_wide *restrict sums, const int64_t *restrict v,
                     const lane *l, bool least) {
  for (uint32_t i = 0; i < l->n; i++) {
    uint32_t at = l->at ? l->at[i] : l->from + i;
    int64_t x = v ? v[at] : 0;
    zg_wide *s = &sums[l->slots[i]];
    if (least ? x < *s : x > *s)
      *s = x;
  }
}

static void take(pass *p, const lane *l) {
  count(p, l->slots, l->n);
  for (size_t m = 0; m < p->job->n_sums; m++) {
    if (p->job->sums[m].op != ZG_TALLY_SUM)
      extremes(p->t->sums[m], p->measures[m], l,
               p->job->sums[m].op == ZG_TALLY_MIN);
    else if (p->measures[m])
      add_up(p->t->sums[m], p->measures[m], l);
  }
}

/* Findings with a second value in every dimension of `mask`. */
static uint32_t pick_out(pass *p, unsigned mask) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < p->base.n; i++) {
    bool all = true;
    for (size_t d = 0; d < p->job->n_fields; d++)
      all = all && (!(mask >> d & 1) || p->second[d][i]);
    p->pick[n] = (uint16_t)i;
    n += all;
  }
  return n;
}

static zg_status take_seconds(pass *p, unsigned mask) {
  lane l = {.n = pick_out(p, mask), .slots = p->pick_slots, .at = p->pick_at};
  for (uint32_t k = 0; k < l.n; k++)
    p->pick_at[k] = p->base.at ? p->base.at[p->pick[k]]
                               : (uint16_t)(p->base.from + p->pick[k]);
  if (!p->t->dense) {
    zg_status st = find_ids(p, p->pick_slots, p->pick, l.n, mask);
    if (st)
      return st;
  }
  for (uint32_t k = 0; p->t->dense && k < l.n; k++) {
    uint32_t slot = p->slots[p->pick[k]], stride = 1;
    for (size_t d = p->job->n_fields; d-- > 0; stride *= p->t->radix[d])
      if (mask >> d & 1)
        slot += (p->second[d][p->pick[k]] - p->first[d][p->pick[k]]) * stride;
    p->pick_slots[k] = slot;
  }
  if (l.n)
    take(p, &l);
  return ZG_OK;
}

static zg_status take_block(pass *p) {
  const zg_tally_job *job = p->job;
  unsigned several = 0;
  zg_status st = ZG_OK;
  p->base.slots = p->slots;
  read_fields(p);
  if (p->t->dense) {
    memset(p->slots, 0, p->base.n * sizeof *p->slots);
    for (size_t d = 0; d < job->n_fields; d++)
      make_slots(p->slots, p->first[d], p->t->radix[d], p->base.n);
  } else if ((st = find_ids(p, p->slots, NULL, p->base.n, 0))) {
    return st;
  }
  take(p, &p->base);
  for (size_t d = 0; d < job->n_fields; d++)
    several |= zg_field_planes(job->fields[d]) > 1 ? 1u << d : 0;
  for (unsigned mask = several; mask && st == ZG_OK;
       mask = (mask - 1) & several)
    st = take_seconds(p, mask);
  return st ? st : zg_cancelled(job->cancel, p->err);
}

/* ---- chunks ---- */

static void open_chunk(pass *p, uint32_t chunk) {
  const zg_tally_job *job = p->job;
  p->chunk = chunk;
  for (size_t d = 0; d < job->n_fields; d++)
    for (unsigned plane = 0; plane < zg_field_planes(job->fields[d]); plane++)
      p->fields[d][plane] =
          zg_table_column(job->table, job->fields[d], plane, chunk);
  for (size_t m = 0; m < job->n_sums; m++)
    p->measures[m] = zg_table_measure(job->table, job->sums[m].measure, chunk);
}

/* All `end` documents of the chunk, `dead` of which are not there: these count
 * as documents without values and measures, so they are taken out again. */
static zg_status whole_chunk(pass *p, uint32_t end, uint32_t dead) {
  zg_status st = ZG_OK;
  for (uint32_t from = 0; from < end && st == ZG_OK; from += BLOCK) {
    uint32_t n = end - from < BLOCK ? end - from : BLOCK;
    p->base = (lane){.n = n, .from = from};
    st = take_block(p);
  }
  (p->counters ? p->counters : p->t->counts)[0] -= dead;
  return st;
}

static zg_status part_of_chunk(pass *p, roaring_uint32_iterator_t *it,
                               uint32_t n) {
  zg_status st = ZG_OK;
  for (uint32_t left = n; left && st == ZG_OK; left -= p->base.n) {
    uint32_t want = left < BLOCK ? left : BLOCK;
    uint32_t got = roaring_read_uint32_iterator(it, p->docids, want);
    for (uint32_t i = 0; i < got; i++)
      p->at[i] = (uint16_t)p->docids[i];
    p->base = (lane){.n = got, .at = p->at};
    if (p->docids[got - 1] - p->docids[0] == got - 1)
      p->base = (lane){.n = got, .from = p->at[0]};
    st = take_block(p);
  }
  return st;
}

/* Dead documents can be counted along and taken out again: not among the least
 * and greatest, and only where the group without values has a known place. */
static bool may_take_dead(const pass *p) {
  for (size_t m = 0; m < p->job->n_sums; m++)
    if (p->job->sums[m].op != ZG_TALLY_SUM)
      return false;
  return p->t->dense;
}

static zg_status chunks(pass *p) {
  const roaring_bitmap_t *match = p->w->match, *all = zg_table_all(p->job->table);
  uint32_t n_chunks = zg_table_chunks(p->job->table);
  bool take_dead = may_take_dead(p);
  uint64_t last = roaring_bitmap_maximum(all);
  roaring_uint32_iterator_t it;
  zg_status st = ZG_OK;
  roaring_init_iterator(match, &it);
  for (uint32_t c = 0; c < n_chunks && it.has_value && st == ZG_OK; c++) {
    uint64_t from = (uint64_t)c << ZG_CHUNK_BITS, to = from + ZG_CHUNK_DOCS;
    if (it.current_value >= to)
      continue;
    uint32_t n = (uint32_t)roaring_bitmap_range_cardinality(match, from, to);
    uint32_t live = (uint32_t)roaring_bitmap_range_cardinality(all, from, to);
    uint32_t end = last < to ? (uint32_t)(last - from) + 1 : ZG_CHUNK_DOCS;
    open_chunk(p, c);
    if (n == live && (n == end || (take_dead && end < 2 * n))) {
      st = whole_chunk(p, end, end - n);
      roaring_move_uint32_iterator_equalorlarger(&it, (uint32_t)to);
      p->w->rows += end;
      if (to > UINT32_MAX)
        break;
    } else {
      st = part_of_chunk(p, &it, n);
      p->w->rows += n;
    }
  }
  return st;
}

zg_status zg_tally_pass(zg_tally *t, zg_tally_work *w, zg_error *err) {
  pass *p = calloc(1, sizeof *p);
  zg_status st = p ? ZG_OK : zg_fail_nomem(err);
  if (st)
    return st;
  *p = (pass){.t = t, .job = w->job, .w = w, .err = err};
  if (!t->dense && (st = zg_tally_grow(t, w->job, 1, err)))
    goto out;
  if (t->dense && t->size <= SMALL_TABLE && w->matches > SMALL_TABLE &&
      !(p->counters = calloc(COUNTERS * t->size, sizeof *p->counters))) {
    st = zg_fail_nomem(err);
    goto out;
  }
  st = chunks(p);
  for (uint32_t i = 0; p->counters && i < COUNTERS * t->size; i++)
    t->counts[i % t->size] += p->counters[i];
out:
  free(p->counters);
  free(p);
  return st;
}
