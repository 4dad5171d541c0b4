/* The figures of a run: percentiles, the tables of the terminal, JSON. */
#include "tools/bench/run.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Nearest rank. */
zg_figures zg_figures_from(double *us, size_t n) {
  zg_figures f = {0, 0, 0, n};
  if (n) {
    qsort(us, n, sizeof *us, by_value);
    f.median = us[(n - 1) / 2];
    f.p95 = us[(n * 95 + 99) / 100 - 1];
    f.p99 = us[(n * 99 + 99) / 100 - 1];
  }
  return f;
}

zg_figures zg_figures_of(const zg_run *r, int e, int cls, int band) {
  double *us = calloc((size_t)r->o.queries, sizeof *us);
  size_t n = 0;
  for (uint64_t k = 0; us && k < r->asked[e][cls]; k++)
    if (band < 0 || zg_query_at(r, cls, true, k)->band == band)
      us[n++] = zg_answer_at(r, e, cls, k)->us;
  zg_figures f = zg_figures_from(us, n);
  free(us);
  return f;
}

size_t zg_times_counted(const zg_run *r, int e, int cls, double *us) {
  size_t n = 0;
  for (uint64_t k = 0; k < r->asked[e][cls]; k++)
    if (zg_kept_at(r, cls, k) == 0)
      us[n++] = zg_answer_at(r, e, cls, k)->us;
  return n;
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
  if (!zg_is_asked(r, e))
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
    if (zg_is_asked(r, e))
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
    snprintf(text, sizeof text, v < 100 ? "%.1f%s%s" : "%.0f%s%s", v,
             *unit ? " " : "", unit);
  printf(" %10s", text);
}

static void print_cost(const zg_run *r, int e) {
  const zg_load *l = &r->loads[e];
  double n = (double)l->findings;
  printf("%-18s", r->engines[e]->name);
  print_number(n / l->seconds, "/s");
  print_number(l->cpu_s, "s");
  print_number(l->peak_mb, "MB");
  print_number(l->disk_mb * 1000 / n, "kB");
  print_number(l->compact_mb < 0 ? -1 : l->compact_mb * 1000 / n, "kB");
  print_number(l->compact_s, "s");
  print_number(l->cold_ms, "ms");
  print_number(l->start_ms, "ms");
  print_number(l->rss_start_mb, "MB");
  print_number(l->rss_mb, "MB");
  print_number(r->rates[e] > 0 ? r->rates[e] : -1, "/s");
  if (l->earlier)
    printf("  loaded on %s by an earlier run", l->date);
  if (r->engines[e]->columns_only)
    printf("  facet columns only");
  if (l->findings < r->o.findings)
    printf("  the first %.0f findings only", n);
  putchar('\n');
}

static void print_costs(const zg_run *r) {
  static const char *const heads[] = {
      "load",  "load cpu", "load peak", "disk",      "compacted", "compacting",
      "start", "start",    "memory",    "after all", "requests"};
  static const char *const below[] = {"",          "", "",     "a finding",
                                      "a finding", "", "cold", "warm",
                                      "at start",  "", ""};
  printf("\n%-18s", "");
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
    printf(" %10s", heads[i]);
  printf("\n%-18s", "");
  for (size_t i = 0; i < sizeof below / sizeof below[0]; i++)
    printf(" %10s", below[i]);
  putchar('\n');
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (r->engines[e] && r->engines[e]->load)
      print_cost(r, e);
}

/* What is behind the stars. */
static void print_fewer(const zg_run *r) {
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
    for (int e = 0; e < ZG_BENCH_ENGINES; e++)
      if (zg_answers(r, e, cls) && r->asked[e][cls] < r->o.queries)
        printf("  %s: %s, %llu of %llu queries\n", zg_class_names[cls],
               r->engines[e]->name, (unsigned long long)r->asked[e][cls],
               (unsigned long long)r->o.queries);
}

static void print_event(double v) {
  char text[32] = "-";
  if (v >= 0)
    snprintf(text, sizeof text, v < 10 ? "%.2f" : "%.0f", v);
  printf(" %10s", text);
}

static void print_events(const zg_run *r) {
  printf("\nper query: thousand instructions, cache misses, microseconds of "
         "processor (-: the machine does not count them)\n%-10s",
         "");
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (zg_is_asked(r, e))
      printf(" %32s", r->engines[e]->name);
  putchar('\n');
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++) {
    printf("%-10s", zg_class_names[cls]);
    for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
      const zg_events *v = &r->events[e][cls];
      double n = (double)r->asked[e][cls];
      if (!zg_is_asked(r, e))
        continue;
      if (!zg_answers(r, e, cls) || n < 1) {
        printf(" %32s", "-");
        continue;
      }
      print_event(v->instructions < 0 ? -1 : v->instructions / 1000);
      print_event(v->cache_misses);
      print_event(v->cpu_us);
    }
    putchar('\n');
  }
}

void zg_print_table(const zg_run *r) {
  printf("%llu findings of %.0f characters, seed %llu, %llu queries a class; "
         "microseconds, in brackets zhenggai / peer (below 1: zhenggai is "
         "faster)\n",
         (unsigned long long)r->o.findings, r->characters,
         (unsigned long long)r->o.seed, (unsigned long long)r->o.queries);
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (r->engines[e])
      printf("  %-18s %s\n", r->engines[e]->name, r->engines[e]->how);
  printf("  load average of the machine before the run: %.1f\n", r->busy);
  for (int which = 0; which < 3; which++)
    print_times(r, which);
  printf("\n~ another set of matches by definition (zhenggai: runs, words and "
         "characters; peers: bigrams), not compared\n* fewer queries: an "
         "engine that has spent %.0f s on a class is asked no more of it\n",
         ZG_BENCH_TIMED_S);
  print_fewer(r);
  print_costs(r);
  puts("\nMB, kB: a million, a thousand bytes.  load cpu, load peak: of the "
       "engine's processes (the largest of them).\nstart: from exec until the "
       "first query is answered; cold: the index's files were taken out of "
       "the kernel's\npage cache, not out of the disk's own; warm: at once "
       "after that.  memory: resident, mapped files counted.\nrequests: "
       "single words; over HTTP on 8 connections, else in one process a core."
       "\nXapian: one thread, a commit every 1,000 findings, a database every "
       "100,000, which are then compacted into one.\nbare Xapian, which is "
       "asked, has bigrams, filters and values and no positions: a phrase is "
       "the AND of its\nbigrams, verified in the stored text.  all terms: "
       "what zhenggai indexes (characters, bigrams and words);\npositions: "
       "bigrams with positions, as OP_PHRASE would need them.");
  if (r->o.perf)
    print_events(r);
  zg_print_goals(r);
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
    add_known(x, "instructions", v->instructions);
    add_known(x, "cache_misses", v->cache_misses);
    add_known(x, "cpu_us", v->cpu_us);
  }
}

static void add_engine(cJSON *engines, const zg_run *r, int e) {
  const zg_load *l = &r->loads[e];
  cJSON *x = cJSON_AddObjectToObject(engines, r->engines[e]->name);
  cJSON_AddStringToObject(x, "how", r->engines[e]->how);
  if (l->seconds > 0) {
    double n = (double)l->findings;
    cJSON_AddStringToObject(x, "loaded", l->date);
    cJSON_AddBoolToObject(x, "loaded_earlier", l->earlier);
    cJSON_AddNumberToObject(x, "loaded_findings", n);
    add_known(x, "load_s", l->seconds);
    add_known(x, "load_per_s", n / l->seconds);
    add_known(x, "load_cpu_s", l->cpu_s);
    add_known(x, "load_peak_mb", l->peak_mb);
    add_known(x, "disk_kb", l->disk_mb * 1000 / n);
    add_known(x, "compact_kb",
              l->compact_mb < 0 ? -1 : l->compact_mb * 1000 / n);
    add_known(x, "compact_s", l->compact_s);
  }
  add_known(x, "cold_ms", l->cold_ms);
  add_known(x, "start_ms", l->start_ms);
  add_known(x, "rss_start_mb", l->rss_start_mb);
  add_known(x, "rss_mb", l->rss_mb);
  add_known(x, "requests_per_s", r->rates[e] > 0 ? r->rates[e] : -1);
  cJSON *classes = cJSON_AddObjectToObject(x, "classes");
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
    if (zg_answers(r, e, cls))
      add_class(classes, r, e, cls);
}

static void add_machine(cJSON *to, const zg_run *r) {
  char date[16], line[256] = "", *name = NULL;
  time_t now = time(NULL);
  struct tm tm;
  strftime(date, sizeof date, "%Y-%m-%d", localtime_r(&now, &tm));
  FILE *f = fopen("/proc/cpuinfo", "r");
  while (!name && f && fgets(line, sizeof line, f))
    if (strncmp(line, "model name", 10) == 0)
      name = strchr(line, ':');
  if (f)
    fclose(f);
  if (name) {
    name[strcspn(name, "\n")] = '\0';
    cJSON_AddStringToObject(to, "processor", name + 2);
  }
  cJSON_AddNumberToObject(to, "cores", (double)sysconf(_SC_NPROCESSORS_ONLN));
  cJSON_AddNumberToObject(to, "load_average", r->busy);
  cJSON_AddStringToObject(to, "date", date);
}

bool zg_write_json(const zg_run *r, const char *path) {
  cJSON *j = cJSON_CreateObject();
  cJSON_AddNumberToObject(j, "findings", (double)r->o.findings);
  cJSON_AddNumberToObject(j, "seed", (double)r->o.seed);
  cJSON_AddNumberToObject(j, "queries", (double)r->o.queries);
  cJSON_AddNumberToObject(j, "characters", r->characters);
  add_machine(j, r);
  cJSON *engines = cJSON_AddObjectToObject(j, "engines");
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (r->engines[e])
      add_engine(engines, r, e);
  zg_add_goals(j, r);
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
