/* A run of the bench: what was asked for, what is measured, what was found. */
#ifndef ZG_BENCH_RUN_H
#define ZG_BENCH_RUN_H

#include "tools/bench/bench.h"
#include "tools/bench/progress.h"

/* Places in zg_run. */
enum {
  ZG_OURS,
  ZG_XAPIAN,
  ZG_GROONGA,
  ZG_SQLITE,
  ZG_DUCKDB,
  ZG_COLUMNS,
  ZG_ROARING,
  ZG_XAPIAN_ALL,
  ZG_XAPIAN_POSITIONS,
  ZG_BENCH_ENGINES
};

typedef struct zg_bench_options {
  const char *parse; /* time the parser on this file */
  uint64_t findings, queries, seed;
  double seconds;                  /* of the throughput run */
  bool check, perf;                /* equality only; events of the processor */
  unsigned skip, reload;           /* bit sets of engines */
  const char *keep, *json, *plots; /* NULL: not wanted */
} zg_bench_options;

typedef struct zg_run {
  zg_bench_options o;
  zg_bench bench;
  zg_progress progress;
  double busy;       /* load average of the machine before the run */
  double characters; /* of the text of a finding, on the average */
  zg_engine *engines[ZG_BENCH_ENGINES]; /* ours first; NULL: left out */
  zg_load loads[ZG_BENCH_ENGINES];
  double rates[ZG_BENCH_ENGINES]; /* throughput, <= 0: none */
  zg_query *queries; /* class by class, twice o.queries each: warm-up, timed */
  zg_answer *answers[ZG_BENCH_ENGINES];                /* of the timed ones */
  uint64_t asked[ZG_BENCH_ENGINES][ZG_CORPUS_CLASSES]; /* how many of them */
  int8_t *kept; /* ours, of the timed ones: zg_engine.keeps */
  zg_events events[ZG_BENCH_ENGINES][ZG_CORPUS_CLASSES];
} zg_run;

extern const char *const zg_class_names[ZG_CORPUS_CLASSES];
extern const char *const zg_band_names[3];

const zg_query *zg_query_at(const zg_run *r, int cls, bool timed, uint64_t k);
const zg_answer *zg_answer_at(const zg_run *r, int e, int cls, uint64_t k);
bool zg_answers(const zg_run *r, int e, int cls);
/* It is there and asked, not only loaded. */
bool zg_is_asked(const zg_run *r, int e);
/* Of the aggregate k of a class: answered from kept counts; -1: not known. */
int zg_kept_at(const zg_run *r, int cls, uint64_t k);

/* An engine that has spent so long on a class is asked no more of it, warming
 * up and timed: what it has answered is enough to see. */
#define ZG_BENCH_WARM_S 6.0
#define ZG_BENCH_TIMED_S 20.0

/* loads.c: every engine that has no load on record is loaded, and its cost put
 * on record in dir/KEY.loaded; false after a message. */
bool zg_loads_make(zg_run *r);
/* Opens the engines, each twice: with a cold page cache and with a warm one. */
bool zg_loads_open(zg_run *r);

/* run.c: all of it; false when something failed or an answer differs. */
bool zg_run_measure(zg_run *r);

/* ---- figures (figures.c) ---- */

typedef struct zg_figures {
  double median, p95, p99; /* microseconds */
  size_t n;                /* 0: not asked */
} zg_figures;

/* band -1: all */
zg_figures zg_figures_of(const zg_run *r, int e, int cls, int band);
/* Of those queries of the class that ours counts, instead of having kept their
 * answer; added to the values of `us`, which has room for them. */
size_t zg_times_counted(const zg_run *r, int e, int cls, double *us);
zg_figures zg_figures_from(double *us, size_t n); /* sorts them */
double zg_average_total(const zg_run *r, int cls, int band);

void zg_print_table(const zg_run *r);
/* goals.c: the figures to reach, with what was measured; and as JSON. */
void zg_print_goals(const zg_run *r);
void zg_add_goals(cJSON *to, const zg_run *r);
bool zg_write_json(const zg_run *r, const char *path);
/* plot.c: latency.svg and costs.svg in a folder that is made. */
bool zg_write_plots(const zg_run *r, const char *dir);

#endif
