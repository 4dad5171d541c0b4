/* Facet counts of a match set.  Three ways with equal answers (a property test
 * holds them to it), chosen by cost:
 *   cached   everything matches: the cardinalities kept with the table
 *   bitmaps  few values and a large match: one AND per value
 *   columns  else: one pass over the field's column (with a table of counts,
 *            or by sorting when there are far more values than matches)
 * Costs measured at a million findings: design, architecture.
 *
 * Pure over a table: any thread.
 */
#ifndef ZG_FACET_H
#define ZG_FACET_H
#include "query/filter.h"
#include "query/search.h"

typedef enum zg_facet_way {
  ZG_FACET_AUTO,
  ZG_FACET_CACHED, /* only right when `match` is everything */
  ZG_FACET_BITMAPS,
  ZG_FACET_COLUMNS,
  ZG_FACET_SORTED
} zg_facet_way;

typedef struct zg_facet_job {
  const zg_table *table;
  zg_field field;
  const roaring_bitmap_t *match;
  uint32_t limit;          /* values listed */
  const zg_filter *filter; /* for `selected`; NULL legal */
  zg_facet_way way;
  const _Atomic int *cancel;
} zg_facet_job;

/* Fills *out; values and their text live in `arena`. */
zg_status zg_facet_count(zg_facet_result *out, zg_arena *arena,
                         const zg_facet_job *job, zg_error *err);
#endif
