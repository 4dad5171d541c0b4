/* The inside of the tally: tally.c (table, choice), ways.c (the ways that read
 * no columns), pass.c (those that do), cost.c. */
#ifndef ZG_TALLY_PRIVATE_H
#define ZG_TALLY_PRIVATE_H
#include "query/tally.h"

#define ZG_DENSE_MAX (1u << 20) /* groups in a table of counters */

/* Conditions of `where` on single fields, as a cube needs them. */
typedef struct zg_slice {
  zg_field field;
  bool *allowed; /* by ordinal */
  uint32_t n;    /* allowed ones */
} zg_slice;
typedef struct zg_slices {
  zg_slice at[ZG_CUBE_DIMS];
  unsigned n;
} zg_slices;

/* A job with what every way wants to know of it. */
typedef struct zg_tally_work {
  const zg_tally_job *job;
  const roaring_bitmap_t *asked; /* the job's, without `also` */
  const roaring_bitmap_t *match; /* NULL: only matches is known yet */
  roaring_bitmap_t *own;         /* match, when it had to be made */
  uint64_t matches;
  bool everything;  /* the match is all findings */
  uint64_t groups;  /* product of the ordinals, and */
  uint64_t product; /* size of a dense table; both saturate beyond
                       ZG_DENSE_MAX */
  zg_slices slices;
  bool sliced;          /* `where` is a conjunction of slices */
  const zg_cube *cube;  /* the best one; NULL: none */
  uint64_t cube_cells;  /* that it would read */
  double cost[ZG_WAYS]; /* ns; < 0: no way */
  uint64_t rows;
} zg_tally_work;

/* cost.c */
void zg_tally_costs(zg_tally_work *w);
/* Of the best cube, which it notes; needs no match. */
double zg_tally_cost_cube(zg_tally_work *w);
/* slices.c */
zg_status zg_slices_of(zg_tally_work *w, zg_error *err);
void zg_slices_free(zg_slices *s);
const zg_slice *zg_slice_on(const zg_slices *s, zg_field f);

/* tally.c */
/* Room for `n` ids. */
zg_status zg_tally_grow(zg_tally *t, const zg_tally_job *job, uint32_t n,
                        zg_error *err);
/* The id of a key, given if it is new. There must be room for one more. */
uint32_t zg_tally_id(zg_tally *t, const uint32_t *key);
/* Puts the sums aside, so that they start from 0 again. */
zg_status zg_tally_spill(zg_tally *t, size_t m, zg_error *err);
zg_status zg_tally_match(zg_tally_work *w, zg_error *err);

/* ways.c: into a dense table */
void zg_tally_cached(zg_tally *t, zg_tally_work *w);
zg_status zg_tally_cube(zg_tally *t, zg_tally_work *w, zg_error *err);
zg_status zg_tally_bitmaps(zg_tally *t, zg_tally_work *w, zg_error *err);
/* pass.c: into a dense table, or a hash */
zg_status zg_tally_pass(zg_tally *t, zg_tally_work *w, zg_error *err);
#endif
