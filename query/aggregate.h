/* Aggregates: counts, sums and distincts by group, crosstabs, set verbs.
 *
 * A finding with two categories counts in both groups; `total`, row, column and
 * grand totals count it once.  Findings without a value of a group-by field
 * stand in a group whose key is null.
 */
#ifndef ZG_AGGREGATE_H
#define ZG_AGGREGATE_H
#include "query/context.h"
#include "query/explain.h"

#define ZG_DIMENSIONS_MAX 4
#define ZG_METRICS_MAX 8
#define ZG_BUCKETS_MAX 10000

typedef enum zg_metric_op {
  ZG_METRIC_COUNT,
  ZG_METRIC_SUM,
  ZG_METRIC_AVG,
  ZG_METRIC_MIN,
  ZG_METRIC_MAX,
  ZG_METRIC_DISTINCT, /* of a facet field */
  ZG_METRIC_SHARE,    /* count / total, 0..1 */
  ZG_METRIC_RATE      /* share of the group that meets a filter, 0..1 */
} zg_metric_op;

typedef struct zg_metric {
  zg_metric_op op;
  zg_measure_field measure; /* SUM AVG MIN MAX */
  zg_field field;           /* DISTINCT */
  zg_str filter;            /* RATE */
  zg_str name;              /* as written: the member's name in the answer */
} zg_metric;
/* "count", "sum:money_recovered", "distinct:unit", "share", "rate:status=done"
 */
zg_status zg_metric_parse(zg_str text, zg_metric *out, zg_error *err);

typedef struct zg_aggregate_request {
  zg_str q, filter;
  bool operator_or;
  zg_field group_by[ZG_DIMENSIONS_MAX];
  size_t n_group_by;
  zg_metric metrics[ZG_METRICS_MAX];
  size_t n_metrics; /* none: count */
  int order;        /* index of a metric to order by; -1: by key */
  bool ascending;
  uint32_t limit; /* default 100, <= ZG_BUCKETS_MAX */
  bool zeroes; /* groups without findings too (one dimension: all values; more:
                  all combinations of values of the table) */
  /* crosstab: n_group_by == 2 (rows, cols), n_metrics == 1.  `limit` does not
   * apply: all rows are listed while the table has <= ZG_BUCKETS_MAX cells;
   * beyond, those that come first by `order` (total_groups, other_count tell
   * of the rest). */
  bool crosstab;
  /* set verb over filters, instead of `filter` (both: intersected) */
  enum {
    ZG_SET_NONE,
    ZG_SET_UNION,
    ZG_SET_INTERSECT,
    ZG_SET_DIFFERENCE,
    ZG_SET_XOR
  } set;
  zg_str set_filters[16];
  size_t n_set_filters;
  bool explain; /* tell how each part was worked out */
  zg_way way;   /* of a test: this way wherever it is one */
} zg_aggregate_request;
#define ZG_AGGREGATE_REQUEST_INIT                                              \
  { .order = 0, .limit = 100 }

/* One number: integers stay exact; `null` when undefined (avg of nothing). */
typedef struct zg_number {
  enum { ZG_NUMBER_NULL, ZG_NUMBER_INT, ZG_NUMBER_REAL } type;
  int64_t i; /* already in API units when scale is 1 */
  double d;
} zg_number;

typedef struct zg_group {
  zg_str key[ZG_DIMENSIONS_MAX]; /* NULL: null */
  uint64_t count;
  zg_number metrics[ZG_METRICS_MAX];
} zg_group;

typedef struct zg_aggregate_result {
  uint64_t total; /* findings of the match set, exact */
  zg_group *groups;
  size_t n_groups;
  uint64_t total_groups; /* crosstab: rows before any were cut */
  uint64_t other_count;  /* sum of the counts of the groups not listed */
  zg_number totals[ZG_METRICS_MAX]; /* each metric over the whole match set */
  /* crosstab */
  zg_str *rows, *cols;
  size_t n_rows, n_cols; /* NULL text: null key, last */
  zg_number *cells;      /* n_rows * n_cols, row by row */
  zg_number *row_totals, *col_totals, grand_total;
  uint64_t generation;
  const zg_part *explain; /* NULL: not asked for */
} zg_aggregate_result;

zg_status zg_aggregate(zg_aggregate_result **out, const zg_context *ctx,
                       const zg_aggregate_request *req, zg_error *err);
void zg_aggregate_result_free(zg_aggregate_result *r);
#endif
