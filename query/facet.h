/* Facet counts of a match set: a tally (query/tally.h) by one field, the values
 * that count most first.
 *
 * Pure over a table: any thread.
 */
#ifndef ZG_FACET_H
#define ZG_FACET_H
#include "query/search.h"
#include "query/tally.h"

typedef struct zg_facet_job {
  const zg_table *table;
  zg_field field;
  const roaring_bitmap_t *match;
  uint32_t limit;          /* values listed */
  const zg_filter *filter; /* for `selected`; NULL legal */
  bool whole;              /* as of zg_tally_job */
  const zg_filter *where;
  zg_way way; /* of a test */
  const _Atomic int *cancel;
  zg_explain *explain; /* NULL: nobody asked */
} zg_facet_job;

/* Fills *out; values and their text live in `arena`. */
zg_status zg_facet_count(zg_facet_result *out, zg_arena *arena,
                         const zg_facet_job *job, zg_error *err);
#endif
