/* The figures of a run: percentiles, the tables of the terminal, JSON. */
#include "tools/bench/run.h"

#include <errno.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Nearest rank. */
zg_figures zg_figures_of(const zg_run *r, int e, int cls, int band) {
  zg_figures f = {0, 0, 0, 0};
  double *us = calloc((size_t)r->o.queries, sizeof *us);
  for (uint64_t k = 0; us && k < r->asked[e][cls]; k++)
    if (band < 0 || zg_query_at(r, cls, true, k)->band == band)
      us[f.n++] = zg_answer_at(r, e, cls, k)->us;
  if (f.n) {
    qsort(us, f.n, sizeof *us, by_value);
    f.median = us[(f.n - 1) / 2];
    f.p95 = us[(f.n * 95 + 99) / 100 - 1];
    f.p99 = us[(f.n * 99 + 99) / 100 - 1];
  }
  free(us);
  return f;
}

double zg_average_total(const zg_run *r, int cls, int band) {
  double sum = 0;
  size_t n = 0;
  for (uint64_t k = 0; k < r->asked[0][cls]; k++)
    if (band < 0 || zg_query_at(r, cls, true, k)->band == band) {
      sum += (double)zg_answer_at(r, 0, cls, k)->total;
      n++;
    }
  return n ? sum / (double)n : 0;
}

/* ---- the terminal ---- */

static double pick(zg_figures f, int which) {
  return which == 0 ? f.median : which == 1 ? f.p95 : f.p99;
}

static void format_us(char *to, size_t size, double us) {
  snprintf(to, size, us < 1 ? "%.2f" : us < 10 ? "%.1f" : "%.0f", us);
}

/* Microseconds and, for a peer, ours divided by them; ~: the peer's answer is
 * not the same by definition; *: not all queries were asked. */
static void print_cell(const zg_run *r, int e, int cls, int band, int which) {
  char us[24], ratio[24] = "", cell[64];
  if (!r->engines[e])
    return;
  zg_figures f = zg_figures_of(r, e, cls, band);
  if (!zg_answers(r, e, cls) || f.n == 0) {
    printf(" %17s", "-");
    return;
  }
  double mine = pick(zg_figures_of(r, 0, cls, band), which);
  double v = pick(f, which);
  format_us(us, sizeof us, v);
  if (e > 0)
    snprintf(ratio, sizeof ratio, mine / v < 100 ? " (%.2f)" : " (%.0f)",
             mine / v);
  snprintf(cell, sizeof cell, "%s%s%s%s",
           r->engines[e]->comparable >> cls & 1 ? "" : "~", us,
           r->asked[e][cls] < r->o.queries ? "*" : "", ratio);
  printf(" %17s", cell);
}

static void print_times(const zg_run *r, int which) {
  static const char *const titles[] = {"median", "95 %", "99 %"};
  printf("\n%-10s %8s", titles[which], "matches");
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (r->engines[e])
      printf(" %17s", r->engines[e]->name);
  putchar('\n');
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
    for (int band = -1; band < (cls <= ZG_CORPUS_PHRASE && which == 0 ? 3 : 0);
         band++) {
      char name[32];
      snprintf(name, sizeof name, "%s%s", band < 0 ? "" : "  ",
               band < 0 ? zg_class_names[cls] : zg_band_names[band]);
      printf("%-10s %8.0f", name, zg_average_total(r, cls, band));
      for (int e = 0; e < ZG_BENCH_ENGINES; e++)
        print_cell(r, e, cls, band, which);
      putchar('\n');
    }
}

static void print_number(double v, const char *unit) {
  char text[40] = "-";
  if (v >= 0)
    snprintf(text, sizeof text, v < 100 ? "%.1f %s" : "%.0f %s", v, unit);
  printf(" %13s", text);
}

static void print_costs(const zg_run *r) {
  static const char *const heads[] = {"load",      "load cpu",  "disk",
                                      "compacted", "a finding", "start",
                                      "memory",    "after all", "requests"};
  double n = (double)r->o.findings;
  printf("\n%-12s", "");
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
    printf(" %13s", heads[i]);
  putchar('\n');
  for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
    const zg_load *l = &r->loads[e];
    if (!r->engines[e] || !r->engines[e]->load)
      continue;
    double least = l->compact_mb >= 0 ? l->compact_mb : l->disk_mb;
    printf("%-12s", r->engines[e]->name);
    print_number(n / l->seconds, "/s");
    print_number(l->cpu_s, "s");
    print_number(l->disk_mb, "MB");
    print_number(l->compact_mb, "MB");
    print_number(least * 1024 / n, "kB");
    print_number(l->start_ms, "ms");
    print_number(l->rss_start_mb, "MB");
    print_number(l->rss_mb, "MB");
    print_number(r->rates[e] > 0 ? r->rates[e] : -1, "/s");
    putchar('\n');
  }
}

static void print_event(double v, double n) {
  char text[32] = "-";
  if (v >= 0)
    snprintf(text, sizeof text, v / n < 10 ? "%.2f" : "%.0f", v / n);
  printf(" %10s", text);
}

static void print_events(const zg_run *r) {
  printf("\nper query: thousand instructions, cache misses, microseconds of "
         "processor (-: the machine does not count them)\n%-10s",
         "");
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (r->engines[e])
      printf(" %32s", r->engines[e]->name);
  putchar('\n');
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++) {
    printf("%-10s", zg_class_names[cls]);
    for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
      const zg_events *v = &r->events[e][cls];
      double n = (double)r->asked[e][cls];
      if (!r->engines[e])
        continue;
      if (!zg_answers(r, e, cls) || n < 1) {
        printf(" %32s", "-");
        continue;
      }
      print_event(v->instructions < 0 ? -1 : v->instructions / 1000, n);
      print_event(v->cache_misses, n);
      print_event(v->cpu_ms < 0 ? -1 : v->cpu_ms * 1000, n);
    }
    putchar('\n');
  }
}

void zg_print_table(const zg_run *r) {
  printf("%llu findings, seed %llu, %llu queries a class; microseconds, in "
         "brackets zhenggai / peer (below 1: zhenggai is faster)\n",
         (unsigned long long)r->o.findings, (unsigned long long)r->o.seed,
         (unsigned long long)r->o.queries);
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (r->engines[e])
      printf("  %-12s %s\n", r->engines[e]->name, r->engines[e]->how);
  for (int which = 0; which < 3; which++)
    print_times(r, which);
  puts("\n~ another set of matches by definition (zhenggai: runs, words and "
       "characters; peers: bigrams), not compared\n* time was up before all "
       "queries were asked");
  print_costs(r);
  puts("\nrequests: single words; over HTTP on 8 connections, else in one "
       "process a core.  a finding: of the smaller disk figure.\nload cpu: "
       "processor "
       "time of the load, all its threads and processes (less noisy than the "
       "rate on a busy machine).");
  if (r->o.perf)
    print_events(r);
  puts("\nEvery total, count and number of hits of a peer was equal to "
       "zhenggai's.");
}

/* ---- JSON ---- */

static void add_known(cJSON *to, const char *name, double v) {
  if (v >= 0)
    cJSON_AddNumberToObject(to, name, v);
}

static void add_class(cJSON *to, const zg_run *r, int e, int cls) {
  cJSON *x = cJSON_AddObjectToObject(to, zg_class_names[cls]);
  const zg_events *v = &r->events[e][cls];
  for (int band = -1; band < 3; band++) {
    zg_figures f = zg_figures_of(r, e, cls, band);
    cJSON *at = band < 0 ? x : cJSON_AddObjectToObject(x, zg_band_names[band]);
    cJSON_AddNumberToObject(at, "queries", (double)f.n);
    cJSON_AddNumberToObject(at, "matches", zg_average_total(r, cls, band));
    cJSON_AddNumberToObject(at, "median_us", f.median);
    cJSON_AddNumberToObject(at, "p95_us", f.p95);
    cJSON_AddNumberToObject(at, "p99_us", f.p99);
  }
  cJSON_AddBoolToObject(x, "compared", r->engines[e]->comparable >> cls & 1);
  if (r->o.perf && r->asked[e][cls]) {
    double n = (double)r->asked[e][cls];
    add_known(x, "instructions", v->instructions / n);
    add_known(x, "cache_misses", v->cache_misses / n);
    add_known(x, "cpu_us", v->cpu_ms * 1000 / n);
  }
}

static void add_engine(cJSON *engines, const zg_run *r, int e) {
  const zg_load *l = &r->loads[e];
  cJSON *x = cJSON_AddObjectToObject(engines, r->engines[e]->name);
  cJSON_AddStringToObject(x, "how", r->engines[e]->how);
  add_known(x, "load_per_s",
            l->seconds > 0 ? (double)r->o.findings / l->seconds : -1);
  add_known(x, "load_cpu_s", l->cpu_s);
  add_known(x, "disk_mb", l->disk_mb);
  add_known(x, "compact_mb", l->compact_mb);
  add_known(x, "start_ms", l->start_ms);
  add_known(x, "rss_start_mb", l->rss_start_mb);
  add_known(x, "rss_mb", l->rss_mb);
  add_known(x, "requests_per_s", r->rates[e] > 0 ? r->rates[e] : -1);
  cJSON *classes = cJSON_AddObjectToObject(x, "classes");
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
    if (zg_answers(r, e, cls))
      add_class(classes, r, e, cls);
}

bool zg_write_json(const zg_run *r, const char *path) {
  cJSON *j = cJSON_CreateObject();
  cJSON_AddNumberToObject(j, "findings", (double)r->o.findings);
  cJSON_AddNumberToObject(j, "seed", (double)r->o.seed);
  cJSON_AddNumberToObject(j, "queries", (double)r->o.queries);
  cJSON *engines = cJSON_AddObjectToObject(j, "engines");
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (r->engines[e])
      add_engine(engines, r, e);
  char *text = cJSON_Print(j);
  cJSON_Delete(j);
  FILE *f = text ? fopen(path, "w") : NULL;
  bool ok = f && fputs(text, f) >= 0 && fputc('\n', f) == '\n';
  if (f)
    ok = fclose(f) == 0 && ok;
  if (!ok)
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
  cJSON_free(text);
  return ok;
}
