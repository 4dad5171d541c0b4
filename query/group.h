/* Groups with their metrics, worked out exactly from tallies (query/tally.h):
 * one for the counts and measures, one more for every rate and distinct.
 *
 * Pure over a table: any thread.
 */
#ifndef ZG_GROUP_H
#define ZG_GROUP_H
#include "query/aggregate.h"
#include "query/tally.h"

typedef struct zg_group_job {
  const zg_table *table;
  const roaring_bitmap_t *match; /* or match_of, as of zg_tally_job */
  zg_status (*match_of)(const roaring_bitmap_t **out, void *arg);
  void *match_arg;
  uint64_t total; /* what `share` is a share of */
  zg_field fields[ZG_DIMENSIONS_MAX];
  size_t n_fields; /* 0: one group for everything */
  const zg_metric *metrics;
  size_t n_metrics;
  const roaring_bitmap_t *const *rates; /* per metric: RATE's findings */
  const zg_filter *const *rate_filters; /* NULL: not known */
  bool whole;                           /* as of zg_tally_job */
  const zg_filter *where;
  zg_way way; /* of a test */
  const _Atomic int *cancel;
  zg_explain *explain; /* NULL: nobody asked */
  const char *name;    /* of the part */
} zg_group_job;

typedef struct zg_groups {
  const zg_group_job *job; /* borrowed: it must outlive the groups */
  zg_tally tally;
  uint32_t *extra[ZG_METRICS_MAX]; /* RATE, DISTINCT: by id */
  uint8_t sum_of[ZG_METRICS_MAX];  /* which sum of the tally a metric reads */
} zg_groups;

/* Only groups with findings (without fields: always one): those of
 * out->tally.ids.  Free it also after a failure. */
zg_status zg_groups_make(zg_groups *out, const zg_group_job *job,
                         zg_error *err);
void zg_groups_free(zg_groups *g);
uint64_t zg_groups_count(const zg_groups *g, uint32_t id);
zg_number zg_groups_metric(const zg_groups *g, uint32_t id, size_t m);

typedef struct zg_row {
  uint32_t key[ZG_DIMENSIONS_MAX]; /* ordinals; 0: no value */
  uint64_t count;
  zg_number metrics[ZG_METRICS_MAX];
} zg_row;

typedef struct zg_rows {
  zg_row *rows; /* malloc'd */
  size_t n;
} zg_rows;

/* The groups added up along all dimensions but `keep` (-1: along all, one row).
 * Only where that is right: where every finding stands in one place of what is
 * added up, and no metric is a distinct; elsewhere *folded is false. */
zg_status zg_groups_fold(zg_rows *out, bool *folded, const zg_groups *g,
                         int keep, zg_error *err);

void zg_groups_row(const zg_groups *g, uint32_t id, zg_row *out);
/* The metrics of a row without findings. */
void zg_group_nothing(zg_row *out, const zg_group_job *job);

/* All groups as rows, in no particular order. */
zg_status zg_groups_rows(zg_rows *out, const zg_groups *g, zg_error *err);
zg_status zg_group_rows(zg_rows *out, const zg_group_job *job, zg_error *err);
#endif
