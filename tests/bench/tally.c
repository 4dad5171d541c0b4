/* Times the ways of counting groups beside a plain loop over the same columns:
 * `make bench-tally`.  Not a test: it prints, it judges nothing but that all
 * ways agree.  Lives here because tools/ may not know query/.
 *
 *   bench-tally [rows]
 */
#include "query/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 15

typedef struct rows { /* the same values as plain arrays */
  uint32_t n;
  uint8_t *level, *category, *second, *status, *year;
  uint16_t *unit;
  int64_t *money;
} rows;

static double now_us(void) {
  struct timespec t; /* of this thread: the machine may be busy otherwise */
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static uint64_t chance = 20261124;
static uint32_t below(uint32_t n) {
  chance = chance * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(((chance >> 32) * n) >> 32);
}
/* Low numbers more often. */
static uint32_t skewed(uint32_t n) { return below(1 + below(n)); }

static void *need(void *p) {
  if (!p) {
    fprintf(stderr, "bench-tally: out of memory\n");
    exit(1);
  }
  return p;
}

static void put(zg_table_builder *b, uint32_t docid, zg_field f, unsigned plane,
                uint32_t value) {
  char text[24];
  snprintf(text, sizeof text, "%u", value);
  if (value &&
      zg_table_builder_value(b, docid, f, plane, zg_str_of(text), NULL))
    need(NULL);
}

/* Values 1..n are met in order first, so that they are the ordinals. */
static zg_table *make_table(rows *r, zg_table_dicts *dicts) {
  zg_table_builder *b = NULL;
  zg_table *t = NULL;
  if (zg_table_builder_new(&b, dicts, NULL, NULL))
    need(NULL);
  for (uint32_t i = 0; i < r->n; i++) {
    bool first = i < 3000;
    r->unit[i] = (uint16_t)(1 + (first ? i : skewed(3000)));
    r->level[i] = (uint8_t)(1 + (first ? i % 13 : skewed(13)));
    r->category[i] = (uint8_t)(1 + (first ? i % 28 : skewed(28)));
    r->status[i] = (uint8_t)(1 + (first ? i % 9 : skewed(9)));
    r->year[i] = (uint8_t)(1 + (first ? i % 12 : below(12)));
    r->second[i] = !first && below(4) == 0 ? (uint8_t)(1 + skewed(28)) : 0;
    if (r->second[i] == r->category[i])
      r->second[i] = 0;
    r->money[i] = below(8) ? 0 : (int64_t)below(1u << 30);
    if (zg_table_builder_add(b, i + 1, NULL) ||
        zg_table_builder_measure(b, i + 1, ZG_MEASURE_MONEY_RECOVERED,
                                 r->money[i], NULL))
      need(NULL);
    put(b, i + 1, ZG_FIELD_UNIT, 0, r->unit[i]);
    put(b, i + 1, ZG_FIELD_UNIT_LEVEL, 0, r->level[i]);
    put(b, i + 1, ZG_FIELD_CATEGORY, 0, r->category[i]);
    put(b, i + 1, ZG_FIELD_CATEGORY, 1, r->second[i]);
    put(b, i + 1, ZG_FIELD_STATUS, 0, r->status[i]);
    put(b, i + 1, ZG_FIELD_YEAR, 0, r->year[i]);
  }
  if (zg_table_builder_finish(&t, b, NULL))
    need(NULL);
  return t;
}

/* ---- plain loops ---- */

typedef struct plain {
  uint64_t counts[3001 * 32];
  int64_t sums[3001 * 32];
} plain;

static void plain_level_status(plain *p, const rows *r) {
  for (uint32_t i = 0; i < r->n; i++)
    p->counts[r->level[i] * 32u + r->status[i]]++;
}
static void plain_unit_category(plain *p, const rows *r) {
  for (uint32_t i = 0; i < r->n; i++) {
    p->counts[r->unit[i] * 32u + r->category[i]]++;
    if (r->second[i])
      p->counts[r->unit[i] * 32u + r->second[i]]++;
  }
}
static void plain_level_sum(plain *p, const rows *r) {
  for (uint32_t i = 0; i < r->n; i++) {
    p->counts[r->level[i]]++;
    p->sums[r->level[i]] += r->money[i];
  }
}
static void plain_unit(plain *p, const rows *r) {
  for (uint32_t i = 0; i < r->n; i++)
    p->counts[r->unit[i]]++;
}
static void plain_status_max(plain *p, const rows *r) {
  for (uint32_t i = 0; i < r->n; i++) {
    int64_t *m = &p->sums[r->status[i]];
    p->counts[r->status[i]]++;
    if (r->money[i] > *m)
      *m = r->money[i];
  }
}

typedef struct work {
  const char *name;
  zg_field fields[2];
  size_t n_fields;
  const char *metric;
  void (*loop)(plain *p, const rows *r);
} work;

static const work WORKS[] = {
    {"level x status",
     {ZG_FIELD_UNIT_LEVEL, ZG_FIELD_STATUS},
     2,
     "count",
     plain_level_status},
    {"unit x category",
     {ZG_FIELD_UNIT, ZG_FIELD_CATEGORY},
     2,
     "count",
     plain_unit_category},
    {"unit", {ZG_FIELD_UNIT}, 1, "count", plain_unit},
    {"level, sum of money",
     {ZG_FIELD_UNIT_LEVEL},
     1,
     "sum:money_recovered",
     plain_level_sum},
    {"status, most money",
     {ZG_FIELD_STATUS},
     1,
     "max:money_recovered",
     plain_status_max},
};

/* ---- timing ---- */

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *us) {
  qsort(us, ROUNDS, sizeof *us, by_value);
  return us[ROUNDS / 2];
}

/* Counts of all groups in one number, the same for every way. */
static uint64_t fingerprint(const zg_groups *g) {
  uint64_t sum = 0;
  for (size_t i = 0; i < g->tally.n; i++) {
    uint32_t key[ZG_TALLY_DIMS] = {0}, id = g->tally.ids[i];
    zg_tally_key(&g->tally, id, key);
    zg_number n = zg_groups_metric(g, id, 0);
    sum += (key[0] * 1000003u + key[1] + 1) * zg_groups_count(g, id) +
           (uint64_t)n.i * 31;
  }
  return sum;
}

static uint64_t time_way(const zg_table *t, const roaring_bitmap_t *match,
                         const work *w, zg_way way) {
  double us[ROUNDS], expected = 0;
  uint64_t print = 0;
  zg_metric metric;
  zg_way went = ZG_WAY_AUTO;
  if (zg_metric_parse(zg_str_of(w->metric), &metric, NULL))
    need(NULL);
  for (int k = 0; k < ROUNDS; k++) {
    zg_arena *arena = need(zg_arena_new(4096));
    zg_explain explain = {.arena = arena};
    zg_groups g;
    zg_group_job job = {.table = t,
                        .match = match,
                        .whole = match == zg_table_all(t),
                        .n_fields = w->n_fields,
                        .metrics = &metric,
                        .n_metrics = 1,
                        .way = way,
                        .name = w->name,
                        .explain = &explain};
    memcpy(job.fields, w->fields, sizeof w->fields);
    double from = now_us();
    if (zg_groups_make(&g, &job, NULL))
      need(NULL);
    us[k] = now_us() - from;
    print = fingerprint(&g);
    went = explain.first->way;
    expected = explain.first->cost_ns[went] / 1e3;
    zg_groups_free(&g);
    zg_arena_free(arena);
  }
  if (went == way || way == ZG_WAY_AUTO)
    printf("  %s%-8s %9.1f us (expected %.1f)\n",
           way ? "" : "chosen: ", zg_way_name(went), median(us), expected);
  return print;
}

static void time_work(const rows *r, const zg_table *t, const work *w) {
  plain *p = need(calloc(1, sizeof *p));
  double us[ROUNDS];
  for (int k = 0; k < ROUNDS; k++) {
    memset(p, 0, sizeof *p);
    double from = now_us();
    w->loop(p, r);
    us[k] = now_us() - from;
  }
  printf("%s\n  plain C  %9.1f us\n", w->name, median(us));
  free(p);
  for (int half = 0; half < 2; half++) {
    roaring_bitmap_t *some = need(roaring_bitmap_create());
    for (uint32_t i = 1; i <= r->n; i++)
      if (below(10) == 0)
        roaring_bitmap_add(some, i);
    const roaring_bitmap_t *match = half ? some : zg_table_all(t);
    if (half)
      printf(" of one finding in ten:\n");
    uint64_t print = time_way(t, match, w, ZG_WAY_AUTO);
    for (int way = ZG_WAY_CACHED; way < ZG_WAYS; way++)
      if (time_way(t, match, w, (zg_way)way) != print) {
        fprintf(stderr, "bench-tally: %s counts otherwise\n",
                zg_way_name((zg_way)way));
        exit(1);
      }
    roaring_bitmap_free(some);
  }
}

int main(int argc, char **argv) {
  rows r = {.n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000};
  zg_table_dicts *dicts = NULL;
  if (r.n < 3000) {
    fprintf(stderr, "bench-tally: at least 3000 rows\n");
    return 3;
  }
  r.level = need(malloc(r.n));
  r.category = need(malloc(r.n));
  r.second = need(malloc(r.n));
  r.status = need(malloc(r.n));
  r.year = need(malloc(r.n));
  r.unit = need(malloc(r.n * sizeof *r.unit));
  r.money = need(malloc(r.n * sizeof *r.money));
  if (zg_table_dicts_new(&dicts, NULL))
    need(NULL);
  double from = now_us();
  zg_table *t = make_table(&r, dicts);
  printf("%u rows; table built in %.0f ms\n", r.n, (now_us() - from) / 1e3);
  for (size_t i = 0; i < sizeof WORKS / sizeof *WORKS; i++)
    time_work(&r, t, &WORKS[i]);
  zg_table_unref(t);
  zg_table_dicts_free(dicts);
  free(r.level);
  free(r.category);
  free(r.second);
  free(r.status);
  free(r.year);
  free(r.unit);
  free(r.money);
  return 0;
}
