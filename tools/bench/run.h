/* A run of the bench: what was asked for, what is measured, what was found. */
#ifndef ZG_BENCH_RUN_H
#define ZG_BENCH_RUN_H

#include "tools/bench/bench.h"

enum { ZG_BENCH_ENGINES = 7 };

typedef struct zg_bench_options {
  const char *parse; /* time the parser on this file */
  uint64_t findings, queries, seed;
  double seconds;                  /* of the throughput run */
  bool check, perf;                /* equality only; events of the processor */
  unsigned skip;                   /* bit set of engines */
  const char *keep, *json, *plots; /* NULL: not wanted */
} zg_bench_options;

typedef struct zg_run {
  zg_bench_options o;
  zg_bench bench;
  zg_engine *engines[ZG_BENCH_ENGINES]; /* ours first; NULL: left out */
  zg_load loads[ZG_BENCH_ENGINES];
  double rates[ZG_BENCH_ENGINES]; /* throughput, <= 0: none */
  zg_query *queries; /* class by class, twice o.queries each: warm-up, timed */
  zg_answer *answers[ZG_BENCH_ENGINES];                /* of the timed ones */
  uint64_t asked[ZG_BENCH_ENGINES][ZG_CORPUS_CLASSES]; /* how many of them */
  zg_events events[ZG_BENCH_ENGINES][ZG_CORPUS_CLASSES];
} zg_run;

extern const char *const zg_class_names[ZG_CORPUS_CLASSES];
extern const char *const zg_band_names[3];

const zg_query *zg_query_at(const zg_run *r, int cls, bool timed, uint64_t k);
const zg_answer *zg_answer_at(const zg_run *r, int e, int cls, uint64_t k);
bool zg_answers(const zg_run *r, int e, int cls);

/* run.c: all of it; false when something failed or an answer differs. */
bool zg_run_measure(zg_run *r);

/* ---- figures (figures.c) ---- */

typedef struct zg_figures {
  double median, p95, p99; /* microseconds */
  size_t n;                /* 0: not asked */
} zg_figures;

/* band -1: all */
zg_figures zg_figures_of(const zg_run *r, int e, int cls, int band);
double zg_average_total(const zg_run *r, int cls, int band);

void zg_print_table(const zg_run *r);
bool zg_write_json(const zg_run *r, const char *path);
/* plot.c: latency.svg and costs.svg in a folder that is made. */
bool zg_write_plots(const zg_run *r, const char *dir);

#endif
