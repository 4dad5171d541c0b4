/* The pass over the columns: blocks of a few thousand findings, small enough
 * for the first cache, go through short loops without branches, so that the
 * compiler can use vectors. */
#include "query/tally_private.h"

#include <stdlib.h>

#define BLOCK 2048u
#define COUNTERS 4u /* copies of a small table: neighbouring findings */
#define SMALL_TABLE                                                            \
  2048u /* often share a group, and a counter that was just                    \
           written is slow to read back */

/* Findings of a block and the group of each. */
typedef struct lane {
  uint32_t n;
  const uint32_t *slots;
  const uint32_t *at; /* docids; NULL: the places from, from + 1 … */
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
  int64_t bounds[ZG_TALLY_SUMS]; /* of the measures */
  zg_wide reach[ZG_TALLY_SUMS];
  /* of the block */
  lane base;
  uint32_t slots[BLOCK];
  uint32_t first[ZG_TALLY_DIMS][BLOCK];
  uint32_t second[ZG_TALLY_DIMS][BLOCK]; /* another value; 0: none */
  /* of those with several values */
  uint16_t pick[BLOCK];
  uint32_t pick_at[BLOCK], pick_slots[BLOCK];
  /* of the chunk */
  uint32_t docids[ZG_CHUNK_DOCS];
} pass;

/* Place of a docid in its chunk. */
static inline uint32_t place(uint32_t docid) { return (uint16_t)docid; }
_Static_assert(ZG_CHUNK_BITS == 16, "place");

/* ---- reading ---- */

#define LOAD(type)                                                             \
  {                                                                            \
    const type *p = column.at;                                                 \
    if (b->at)                                                                 \
      for (uint32_t i = 0; i < b->n; i++)                                      \
        out[i] = p[place(b->at[i])];                                           \
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

/* Two planes into first and second. */
static void read_both(pass *p, size_t d) {
  load(p->first[d], p->fields[d][0], &p->base);
  load(p->second[d], p->fields[d][1], &p->base);
  tell_apart(p->first[d], p->second[d], p->base.n);
}

static void read_fields(pass *p) {
  for (size_t d = 0; d < p->job->n_fields; d++)
    if (zg_field_planes(p->job->fields[d]) > 1)
      read_both(p, d);
    else
      load(p->first[d], p->fields[d][0], &p->base);
}

/* ---- groups ---- */

#define FOLD(type)                                                             \
  {                                                                            \
    const type *p = column.at;                                                 \
    if (b->at)                                                                 \
      for (uint32_t i = 0; i < b->n; i++)                                      \
        slots[i] |= (uint32_t)p[place(b->at[i])] << shift;                     \
    else                                                                       \
      for (uint32_t i = 0; i < b->n; i++)                                      \
        slots[i] |= (uint32_t)p[b->from + i] << shift;                         \
  }

/* One field more in the ids. */
static void fold(uint32_t *restrict slots, zg_column column, unsigned shift,
                 const lane *b) {
  if (!column.at)
    return;
  if (column.width == 1)
    FOLD(uint8_t)
  else if (column.width == 2)
    FOLD(uint16_t)
  else
    FOLD(uint32_t)
}

/* Ids in a dense table; with second values told apart on the way. */
static void make_slots(pass *p) {
  size_t d = p->job->n_fields;
  bool begun = false;
  while (d-- > 0) {
    if (zg_field_planes(p->job->fields[d]) > 1) {
      lane whole = {.n = p->base.n};
      read_both(p, d);
      if (!begun)
        memset(p->slots, 0, p->base.n * sizeof *p->slots);
      fold(p->slots, (zg_column){p->first[d], sizeof *p->first[d]},
           p->t->shift[d], &whole);
    } else if (begun) {
      fold(p->slots, p->fields[d][0], p->t->shift[d], &p->base);
    } else {
      load(p->slots, p->fields[d][0], &p->base);
    }
    begun = true;
  }
  if (!begun)
    memset(p->slots, 0, p->base.n * sizeof *p->slots);
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

/* `reach` is how far from 0 any sum may be by now: as long as that fits 64
 * bits, so does every sum. */
static zg_status add_up(pass *p, size_t m, const lane *l) {
  int64_t *restrict sums = p->t->sums[m];
  const int64_t *restrict v = p->measures[m];
  zg_wide more = ((zg_wide)p->bounds[m] + 1) * l->n;
  if (more > INT64_MAX) { /* a block could overflow */
    zg_status st = p->t->spilled[m] ? ZG_OK : zg_tally_spill(p->t, m, p->err);
    for (uint32_t i = 0; i < l->n && st == ZG_OK; i++)
      p->t->spilled[m][l->slots[i]] += v[l->at ? place(l->at[i]) : l->from + i];
    return st;
  }
  if (p->reach[m] + more > INT64_MAX) {
    zg_status st = zg_tally_spill(p->t, m, p->err);
    if (st)
      return st;
    p->reach[m] = 0;
  }
  p->reach[m] += more;
  if (l->at)
    for (uint32_t i = 0; i < l->n; i++)
      sums[l->slots[i]] += v[place(l->at[i])];
  else
    for (uint32_t i = 0; i < l->n; i++)
      sums[l->slots[i]] += v[l->from + i];
  return ZG_OK;
}

#define EXTREME(better)                                                        \
  for (uint32_t i = 0; i < l->n; i++) {                                        \
    int64_t x = v ? v[l->at ? place(l->at[i]) : l->from + i] : 0;              \
    if (x better sums[l->slots[i]]) /* rarely */                               \
      sums[l->slots[i]] = x;                                                   \
  }

/* Least or greatest; a measure that no document of the chunk has is 0. */
static void extremes(int64_t *restrict sums, const int64_t *restrict v,
                     const lane *l, bool least) {
  if (least)
    EXTREME(<)
  else
    EXTREME(>)
}

static zg_status take(pass *p, const lane *l) {
  zg_status st = ZG_OK;
  count(p, l->slots, l->n);
  for (size_t m = 0; m < p->job->n_sums && st == ZG_OK; m++) {
    if (p->job->sums[m].op != ZG_TALLY_SUM)
      extremes(p->t->sums[m], p->measures[m], l,
               p->job->sums[m].op == ZG_TALLY_MIN);
    else if (p->measures[m])
      st = add_up(p, m, l);
  }
  return st;
}

/* Findings with a second value in every dimension of `mask`. */
static uint32_t pick_out(pass *p, unsigned mask) {
  unsigned d = (unsigned)__builtin_ctz(mask);
  uint32_t n = 0;
  for (uint32_t i = 0; i < p->base.n; i++) {
    p->pick[n] = (uint16_t)i;
    n += p->second[d][i] != 0;
  }
  while ((mask &= mask - 1)) {
    uint32_t had = n;
    d = (unsigned)__builtin_ctz(mask);
    n = 0;
    for (uint32_t k = 0; k < had; k++) {
      p->pick[n] = p->pick[k];
      n += p->second[d][p->pick[k]] != 0;
    }
  }
  return n;
}

static zg_status take_seconds(pass *p, unsigned mask) {
  lane l = {.n = pick_out(p, mask), .slots = p->pick_slots, .at = p->pick_at};
  for (uint32_t k = 0; k < l.n; k++)
    p->pick_at[k] =
        p->base.at ? p->base.at[p->pick[k]] : p->base.from + p->pick[k];
  if (!p->t->dense) {
    zg_status st = find_ids(p, p->pick_slots, p->pick, l.n, mask);
    if (st)
      return st;
  }
  for (uint32_t k = 0; p->t->dense && k < l.n; k++)
    p->pick_slots[k] = p->slots[p->pick[k]];
  for (size_t d = 0; p->t->dense && d < p->job->n_fields; d++)
    for (uint32_t k = 0; mask >> d & 1 && k < l.n; k++)
      p->pick_slots[k] += (p->second[d][p->pick[k]] - p->first[d][p->pick[k]])
                          << p->t->shift[d];
  return l.n ? take(p, &l) : ZG_OK;
}

/* Two narrow fields of neighbouring findings, only counted: the ids are not
 * even written down.  False: the block is not of that kind. */
static bool count_direct(pass *p) {
  const zg_tally_job *job = p->job;
  uint32_t n = p->base.n, size = p->t->size;
  if (!p->counters || p->base.at || job->n_sums || job->n_fields != 2 ||
      n % COUNTERS || zg_field_planes(job->fields[0]) > 1 ||
      zg_field_planes(job->fields[1]) > 1 || p->fields[0][0].width > 1 ||
      p->fields[1][0].width > 1 || !p->fields[0][0].at)
    return false;
  unsigned shift = p->t->shift[0];
  uint32_t *restrict c = p->counters, *restrict c1 = c + size,
                     *restrict c2 = c1 + size, *restrict c3 = c2 + size;
  const uint8_t *a = p->fields[0][0].at, *b = p->fields[1][0].at;
  for (uint32_t i = p->base.from; i < p->base.from + n; i += COUNTERS) {
    c[(uint32_t)a[i] << shift | b[i]]++;
    c1[(uint32_t)a[i + 1] << shift | b[i + 1]]++;
    c2[(uint32_t)a[i + 2] << shift | b[i + 2]]++;
    c3[(uint32_t)a[i + 3] << shift | b[i + 3]]++;
  }
  return true;
}

static zg_status take_block(pass *p) {
  const zg_tally_job *job = p->job;
  unsigned several = 0;
  zg_status st = ZG_OK;
  p->base.slots = p->slots;
  if (count_direct(p))
    return zg_cancelled(job->cancel, p->err);
  if (p->t->dense) {
    make_slots(p);
  } else {
    read_fields(p);
    st = find_ids(p, p->slots, NULL, p->base.n, 0);
  }
  if (st == ZG_OK)
    st = take(p, &p->base);
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
  for (size_t m = 0; m < job->n_sums; m++) {
    zg_measure_field f = job->sums[m].measure;
    p->measures[m] = zg_table_measure(job->table, f, chunk);
    p->bounds[m] = zg_table_measure_bound(job->table, f, chunk);
  }
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

static zg_status part_of_chunk(pass *p, uint32_t n) {
  zg_status st = ZG_OK;
  for (uint32_t i = 0; i < n && st == ZG_OK; i += BLOCK) {
    const uint32_t *docids = p->docids + i;
    uint32_t take = n - i < BLOCK ? n - i : BLOCK;
    p->base = (lane){.n = take, .at = docids};
    if (docids[take - 1] - docids[0] == take - 1)
      p->base = (lane){.n = take, .from = place(docids[0])};
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

/* A column chunk is a Roaring container. */
static zg_status take_chunk(pass *p, const roaring_array_t *match, int32_t i) {
  const roaring_bitmap_t *all = zg_table_all(p->job->table);
  uint32_t chunk = match->keys[i], last = roaring_bitmap_maximum(all);
  uint64_t from = (uint64_t)chunk << ZG_CHUNK_BITS;
  uint32_t end =
      last >> ZG_CHUNK_BITS == chunk ? place(last) + 1 : ZG_CHUNK_DOCS;
  uint8_t type = 0, type_all = 0;
  void *members = ra_get_container_at_index(match, (uint16_t)i, &type);
  void *live = ra_get_container_at_index(
      &all->high_low_container,
      (uint16_t)ra_get_index(&all->high_low_container, (uint16_t)chunk),
      &type_all);
  uint32_t n = (uint32_t)container_get_cardinality(members, type);
  uint32_t n_live = (uint32_t)container_get_cardinality(live, type_all);
  open_chunk(p, chunk);
  if (n == n_live && (n == end || (may_take_dead(p) && end < 2 * n))) {
    p->w->rows += end;
    return whole_chunk(p, end, end - n);
  }
  p->w->rows += n;
  container_to_uint32_array(p->docids, members, type, (uint32_t)from);
  return part_of_chunk(p, n);
}

static zg_status chunks(pass *p) {
  const roaring_array_t *match = &p->w->match->high_low_container;
  zg_status st = ZG_OK;
  for (int32_t i = 0; i < match->size && st == ZG_OK; i++)
    st = take_chunk(p, match, i);
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
