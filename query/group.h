/* The engine under the aggregates: one pass over the columns of a match set,
 * one row per combination of values, every metric worked out exactly.
 *
 * A finding with several values of a field counts in each of their rows, once.
 * Pure over a table: any thread.
 */
#ifndef ZG_GROUP_H
#define ZG_GROUP_H
#include "query/aggregate.h"

typedef struct zg_group_job {
  const zg_table *table;
  const roaring_bitmap_t *match;
  uint64_t total; /* what `share` is a share of */
  zg_field fields[ZG_DIMENSIONS_MAX];
  size_t n_fields; /* 0: one row for everything */
  const zg_metric *metrics;
  size_t n_metrics;
  const roaring_bitmap_t *const *rates; /* per metric: RATE's findings */
  const _Atomic int *cancel;
} zg_group_job;

typedef struct zg_row {
  uint32_t key[ZG_DIMENSIONS_MAX]; /* ordinals; 0: no value */
  uint64_t count;
  zg_number metrics[ZG_METRICS_MAX];
} zg_row;

typedef struct zg_rows {
  zg_row *rows; /* malloc'd */
  size_t n;
} zg_rows;

/* Rows in no particular order, only those with findings (without fields:
 * always one). */
zg_status zg_group_rows(zg_rows *out, const zg_group_job *job, zg_error *err);
/* The metrics of a row without findings. */
void zg_group_nothing(zg_row *out, const zg_group_job *job);
#endif
