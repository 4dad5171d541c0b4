/* What each way to a tally is expected to cost, in nanoseconds.  The constants
 * are from `zhenggai-bench --tally` on a million findings; only their ratios
 * matter. */
#include "query/tally_private.h"

#define NS_ORDINAL 6.0       /* a kept cardinality */
#define NS_CELL 0.8          /* a cell of a cube */
#define NS_CELL_SUM 2.5      /* and its sum of a measure */
#define NS_SLOT 0.8          /* a counter: cleared, looked at */
#define NS_DECODE 1.2        /* a docid out of a bitmap, values out of order */
#define NS_VALUE 0.2         /* a value out of a column */
#define NS_SECOND 1.5        /* a second value told apart */
#define NS_COUNT 0.4         /* a counter goes up */
#define NS_SUM 0.7           /* a measure is added */
#define NS_HASH 6.0          /* a group is found in the hash */
#define NS_HASH_FAR 30.0     /* the same, far from the caches */
#define HASH_NEAR 8192       /* groups that stay in them */
#define NS_PAIR 60.0         /* two containers are brought together */
#define NS_CONTAINERS 200.0  /* two dense ones meet */
#define NS_MEMBER 2.0        /* a member of a sparse one meets another */
#define DENSE_CONTAINER 4096 /* members from which Roaring keeps bits */
#define BITMAPS_MAX 4096     /* intersections that are thought about */

static double cost_cached(const zg_tally_work *w) {
  const zg_tally_job *job = w->job;
  if (job->n_sums)
    return -1;
  if (job->n_fields == 0)
    return NS_ORDINAL;
  if (job->n_fields > 1 || !w->everything)
    return -1;
  return NS_ORDINAL * zg_table_ordinals(job->table, job->fields[0]);
}

/* Cells of `c` that answer the job; 0: it does not. */
static uint64_t cells_of(const zg_tally_work *w, const zg_cube *c) {
  const zg_tally_job *job = w->job;
  uint64_t cells = 1;
  size_t asked = 0, sliced = 0;
  for (unsigned d = 0; d < c->n; d++) {
    zg_field f = c->fields[d];
    const zg_slice *s = zg_slice_on(&w->slices, f);
    bool grouped = false;
    for (size_t i = 0; i < job->n_fields; i++)
      grouped = grouped || job->fields[i] == f;
    asked += grouped;
    sliced += s != NULL;
    /* Several values: either all of them are told apart, or one is wanted. */
    if (zg_field_planes(f) > 1 && (grouped ? s != NULL : !s || s->n > 1))
      return 0;
    cells *= s ? s->n : zg_table_ordinals(job->table, f);
  }
  return asked == job->n_fields && sliced == w->slices.n ? cells + 1 : 0;
}

double zg_tally_cost_cube(zg_tally_work *w) {
  const zg_tally_job *job = w->job;
  double best = -1;
  bool sums = true; /* those that a cube keeps */
  for (size_t i = 0; i < job->n_sums; i++)
    sums = sums && job->sums[i].op == ZG_TALLY_SUM;
  if (!w->sliced || !sums || w->product > ZG_DENSE_MAX)
    return -1;
  for (unsigned i = 0; i < ZG_CUBES; i++) {
    const zg_cube *c = zg_table_cube(job->table, i);
    uint64_t cells = c && (c->sums || !job->n_sums) ? cells_of(w, c) : 0;
    double cost =
        (double)cells * (NS_CELL + NS_CELL_SUM * (double)job->n_sums) +
        (double)w->product * NS_SLOT;
    if (!cells || (best >= 0 && cost >= best))
      continue;
    best = cost;
    w->cube = c;
    w->cube_cells = cells;
  }
  return best;
}

/* Two sets of a and b members in `chunks` containers each. */
static double cost_and(double a, double b, double chunks) {
  double low = (a < b ? a : b) / chunks, high = (a < b ? b : a) / chunks;
  double each = low > DENSE_CONTAINER ? NS_CONTAINERS
                : high > DENSE_CONTAINER || high > 64 * low
                    ? low * NS_MEMBER
                    : (low + high) * NS_MEMBER;
  return chunks * (NS_PAIR + each);
}

static double cost_bitmaps(const zg_tally_work *w) {
  const zg_tally_job *job = w->job;
  if (job->n_sums || job->n_fields == 0 || w->product > ZG_DENSE_MAX ||
      w->groups > BITMAPS_MAX)
    return -1;
  double chunks = zg_table_chunks(job->table), cost = 0, sets = 1;
  double matches = (double)w->matches;
  if (chunks < 1)
    chunks = 1;
  for (size_t d = 0; d < job->n_fields; d++) {
    uint32_t n = zg_table_ordinals(job->table, job->fields[d]);
    for (uint32_t o = 0; o < n; o++)
      cost +=
          sets * cost_and(matches / sets,
                          zg_table_cardinality(job->table, job->fields[d], o),
                          chunks);
    sets *= n;
  }
  return cost + (double)w->product * NS_SLOT;
}

static double per_finding(const zg_tally_work *w) {
  const zg_tally_job *job = w->job;
  double each = NS_COUNT + (double)job->n_sums * NS_SUM;
  for (size_t d = 0; d < job->n_fields; d++)
    each += NS_VALUE + (zg_field_planes(job->fields[d]) - 1) * NS_SECOND;
  return each + (w->everything ? 0 : NS_DECODE);
}

void zg_tally_costs(zg_tally_work *w) {
  double chunks = zg_table_chunks(w->job->table) * 200.0;
  double docs = (double)w->matches, each = per_finding(w);
  w->cost[ZG_WAY_AUTO] = -1;
  w->cost[ZG_WAY_CACHED] = cost_cached(w);
  w->cost[ZG_WAY_CUBE] = zg_tally_cost_cube(w);
  w->cost[ZG_WAY_BITMAPS] = cost_bitmaps(w);
  w->cost[ZG_WAY_COLUMNS] =
      w->product > ZG_DENSE_MAX
          ? -1
          : chunks + (double)w->product * NS_SLOT + docs * each;
  double hash =
      w->groups > HASH_NEAR && w->matches > HASH_NEAR ? NS_HASH_FAR : NS_HASH;
  w->cost[ZG_WAY_HASHED] = chunks + 500 + docs * (each + hash);
}
