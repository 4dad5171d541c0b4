/* The ways to a tally that read no columns. */
#include "query/tally_private.h"

#include <stdlib.h>

void zg_tally_cached(zg_tally *t, zg_tally_work *w) {
  const zg_tally_job *job = w->job;
  if (job->n_fields == 0) {
    t->counts[0] = (uint32_t)w->matches;
    w->rows = 1;
    return;
  }
  for (uint32_t o = 0; o < t->ordinals[0]; o++)
    t->counts[o] = zg_table_cardinality(job->table, job->fields[0], o);
  w->rows = t->ordinals[0];
}

/* ---- cube ---- */

typedef struct walk {
  zg_tally *t;
  const zg_tally_job *job;
  const zg_cube *cube;
  uint32_t *ordinals[ZG_CUBE_DIMS]; /* those wanted, of each field */
  uint32_t n[ZG_CUBE_DIMS];
  uint32_t stride[ZG_CUBE_DIMS]; /* in the tally; 0: not asked for */
  bool rows; /* all of the last field is wanted, and a row is in one page */
  zg_error *err;
} walk;

static zg_status add_sums(walk *k, uint32_t cell, uint32_t slot) {
  for (size_t m = 0; m < k->job->n_sums; m++) {
    int64_t v = zg_cube_sum(k->cube, cell, k->job->sums[m].measure), sum;
    if (__builtin_add_overflow(k->t->sums[m][slot], v, &sum)) {
      zg_status st = zg_tally_spill(k->t, m, k->err);
      if (st)
        return st;
      sum = v;
    }
    k->t->sums[m][slot] = sum;
  }
  return ZG_OK;
}

/* A whole row of the last field, only counted: it lies in one page. */
static void add_row(walk *k, unsigned d, uint32_t cell, uint32_t slot) {
  const zg_cube_page *p = k->cube->pages[cell >> ZG_CUBE_PAGE_BITS];
  uint32_t n = k->n[d], stride = k->stride[d], sum = 0;
  if (!p)
    return;
  const uint32_t *restrict from = &p->counts[cell & (ZG_CUBE_PAGE - 1)];
  uint32_t *restrict to = &k->t->counts[slot];
  if (stride == 0) {
    for (uint32_t i = 0; i < n; i++)
      sum += from[i];
    *to += sum;
  } else if (stride == 1) {
    for (uint32_t i = 0; i < n; i++)
      to[i] += from[i];
  } else {
    for (uint32_t i = 0; i < n; i++)
      to[i * stride] += from[i];
  }
}

static zg_status walk_cube(walk *k, unsigned d, uint32_t cell, uint32_t slot) {
  const uint32_t *o = k->ordinals[d];
  unsigned shift = k->cube->shift[d];
  uint32_t stride = k->stride[d];
  zg_status st = ZG_OK;
  if (d + 1 == k->cube->n && !k->job->n_sums && k->rows) {
    add_row(k, d, cell, slot);
    return ZG_OK;
  }
  for (uint32_t i = 0; i < k->n[d] && st == ZG_OK; i++) {
    uint32_t next = cell | o[i] << shift, to = slot + o[i] * stride, count;
    if (d + 1 < k->cube->n) {
      st = walk_cube(k, d + 1, next, to);
    } else if ((count = zg_cube_count(k->cube, next))) {
      k->t->counts[to] += count;
      st = add_sums(k, next, to);
    }
  }
  return st;
}

static bool open_walk(walk *k, const zg_tally_work *w) {
  for (unsigned d = 0; d < k->cube->n; d++) {
    zg_field f = k->cube->fields[d];
    const zg_slice *s = zg_slice_on(&w->slices, f);
    uint32_t n = zg_table_ordinals(k->job->table, f);
    k->ordinals[d] = malloc((n + 1) * sizeof *k->ordinals[d]);
    if (!k->ordinals[d])
      return false;
    for (uint32_t o = 0; o < n; o++)
      if (!s || s->allowed[o])
        k->ordinals[d][k->n[d]++] = o;
    k->rows = k->n[d] == n && k->cube->room[d] <= ZG_CUBE_PAGE;
    for (size_t i = 0; i < k->job->n_fields; i++)
      if (k->job->fields[i] == f)
        k->stride[d] = 1u << k->t->shift[i];
  }
  return true;
}

zg_status zg_tally_cube(zg_tally *t, zg_tally_work *w, zg_error *err) {
  walk k = {.t = t, .job = w->job, .cube = w->cube, .err = err};
  zg_status st = open_walk(&k, w) ? walk_cube(&k, 0, 0, 0) : zg_fail_nomem(err);
  for (unsigned d = 0; d < ZG_CUBE_DIMS; d++)
    free(k.ordinals[d]);
  w->rows = w->cube_cells;
  return st;
}

/* ---- bitmaps ---- */

static zg_status intersect(zg_tally *t, zg_tally_work *w, size_t d,
                           const roaring_bitmap_t *set, uint32_t slot,
                           zg_error *err) {
  const zg_tally_job *job = w->job;
  zg_status st = ZG_OK;
  for (uint32_t o = 0; o < t->ordinals[d] && st == ZG_OK; o++) {
    uint32_t at = slot | o << t->shift[d];
    const roaring_bitmap_t *values =
        zg_table_bitmap(job->table, job->fields[d], o);
    w->rows += zg_table_cardinality(job->table, job->fields[d], o);
    if (d + 1 == job->n_fields) {
      t->counts[at] = (uint32_t)roaring_bitmap_and_cardinality(set, values);
    } else {
      roaring_bitmap_t *both = roaring_bitmap_and(set, values);
      if (!both)
        return zg_fail_nomem(err);
      if (!roaring_bitmap_is_empty(both))
        st = intersect(t, w, d + 1, both, at, err);
      roaring_bitmap_free(both);
    }
    if (st == ZG_OK)
      st = zg_cancelled(job->cancel, err);
  }
  return st;
}

zg_status zg_tally_bitmaps(zg_tally *t, zg_tally_work *w, zg_error *err) {
  zg_status st = zg_tally_match(w, err);
  return st ? st : intersect(t, w, 0, w->match, 0, err);
}
