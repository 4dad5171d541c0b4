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
  for (uint32_t o = 0; o < t->radix[0]; o++)
    t->counts[o] = zg_table_cardinality(job->table, job->fields[0], o);
  w->rows = t->radix[0];
}

/* ---- cube ---- */

typedef struct walk {
  zg_tally *t;
  const zg_tally_job *job;
  const zg_cube *cube;
  uint32_t *ordinals[ZG_CUBE_DIMS]; /* those wanted, of each field */
  uint32_t n[ZG_CUBE_DIMS];
  uint32_t stride[ZG_CUBE_DIMS]; /* in the tally; 0: not asked for */
} walk;

static void take_cell(walk *k, uint32_t cell, uint32_t slot) {
  uint32_t count = zg_cube_count(k->cube, cell);
  if (!count)
    return;
  k->t->counts[slot] += count;
  for (size_t m = 0; m < k->job->n_sums; m++)
    k->t->sums[m][slot] += zg_cube_sum(k->cube, cell, k->job->sums[m].measure);
}

static void walk_cube(walk *k, unsigned d, uint32_t cell, uint32_t slot) {
  const uint32_t *o = k->ordinals[d];
  unsigned shift = k->cube->shift[d];
  uint32_t stride = k->stride[d];
  if (d + 1 == k->cube->n)
    for (uint32_t i = 0; i < k->n[d]; i++)
      take_cell(k, cell | o[i] << shift, slot + o[i] * stride);
  else
    for (uint32_t i = 0; i < k->n[d]; i++)
      walk_cube(k, d + 1, cell | o[i] << shift, slot + o[i] * stride);
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
    uint32_t stride = 1;
    for (size_t i = k->job->n_fields; i-- > 0; stride *= k->t->radix[i])
      if (k->job->fields[i] == f)
        k->stride[d] = stride;
  }
  return true;
}

zg_status zg_tally_cube(zg_tally *t, zg_tally_work *w, zg_error *err) {
  walk k = {.t = t, .job = w->job, .cube = w->cube};
  bool ok = open_walk(&k, w);
  if (ok)
    walk_cube(&k, 0, 0, 0);
  for (unsigned d = 0; d < ZG_CUBE_DIMS; d++)
    free(k.ordinals[d]);
  w->rows = w->cube_cells;
  return ok ? ZG_OK : zg_fail_nomem(err);
}

/* ---- bitmaps ---- */

static zg_status intersect(zg_tally *t, zg_tally_work *w, size_t d,
                           const roaring_bitmap_t *set, uint32_t slot,
                           zg_error *err) {
  const zg_tally_job *job = w->job;
  zg_status st = ZG_OK;
  for (uint32_t o = 0; o < t->radix[d] && st == ZG_OK; o++) {
    uint32_t at = slot * t->radix[d] + o;
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
