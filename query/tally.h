/* The engine under facets and aggregates: how many findings of a match set fall
 * into each combination of values, and the sum, least or greatest of measures
 * over them.  There are several ways with equal answers (query/explain.h); the
 * cheapest by estimate is taken.
 *
 * A finding with several values of a field counts in each of their groups,
 * once.  A finding without a value counts under ordinal 0.
 *
 * Pure over a table: any thread.
 */
#ifndef ZG_TALLY_H
#define ZG_TALLY_H
#include "query/explain.h"
#include "query/filter.h"

#define ZG_TALLY_DIMS 5
#define ZG_TALLY_SUMS 8

typedef __int128 zg_wide; /* a million sums of 9e18 do not overflow it */

typedef struct zg_tally_job {
  const zg_table *table;
  /* The findings: those of `match` that are in `also` too (NULL: all are). */
  const roaring_bitmap_t *match, *also;
  /* Only with `whole`, in place of `match`: makes it once it is needed, for a
   * cube can do without. */
  zg_status (*match_of)(const roaring_bitmap_t **out, void *arg);
  void *match_arg;
  /* `whole`: `match` is exactly what meets `where` (NULL: all findings), and
   * `also` what meets `also_where`; then a cube may know the answer. */
  bool whole;
  const zg_filter *where, *also_where;
  zg_field fields[ZG_TALLY_DIMS];
  size_t n_fields; /* 0: one group */
  struct {
    enum { ZG_TALLY_SUM, ZG_TALLY_MIN, ZG_TALLY_MAX } op;
    zg_measure_field measure;
  } sums[ZG_TALLY_SUMS];
  size_t n_sums;
  zg_way way; /* of a test; the engine falls back where it is no way */
  const _Atomic int *cancel;
  zg_explain *explain; /* NULL: nobody asked */
  const char *name;    /* of the part; needed where there is an explain */
  zg_str detail;       /* the same, may be empty */
} zg_tally_job;

typedef struct zg_tally {
  size_t n_fields, n_sums;
  uint32_t ordinals[ZG_TALLY_DIMS]; /* of each field */
  unsigned shift[ZG_TALLY_DIMS];    /* of each in a dense id */
  /* A group's id: its place in a table of all combinations (dense), or its
   * number in order of appearance. */
  bool dense;
  uint32_t size;                   /* ids given, or the size of the table */
  uint32_t cap;                    /* room in counts and sums */
  uint32_t *counts;                /* by id */
  int64_t *sums[ZG_TALLY_SUMS];    /* by id, and what did not fit them: */
  zg_wide *spilled[ZG_TALLY_SUMS]; /* NULL: nothing */
  uint32_t (*keys)[ZG_TALLY_DIMS]; /* by id, when not dense */
  uint32_t *places;                /* id + 1 by hash, when not dense */
  uint32_t n_places;               /* a power of two */
  uint32_t *ids;                   /* of the groups with findings */
  size_t n;
} zg_tally;

/* Without fields there is always one group.  Free it also after a failure. */
zg_status zg_tally_make(zg_tally *out, const zg_tally_job *job, zg_error *err);
void zg_tally_free(zg_tally *t);

void zg_tally_key(const zg_tally *t, uint32_t id, uint32_t *key);
#define ZG_TALLY_NONE UINT32_MAX
/* The sum, the least or the greatest; nothing sensible without findings. */
static inline zg_wide zg_tally_value(const zg_tally *t, uint32_t id, size_t m) {
  return t->sums[m][id] + (t->spilled[m] ? t->spilled[m][id] : 0);
}
/* The id of a key that may have no findings: ZG_TALLY_NONE, or an id whose
 * count may be 0. */
uint32_t zg_tally_find(const zg_tally *t, const uint32_t *key);
#endif
