/* zhenggai-bench: generates, loads, asks, compares, and only then prints. */
#include "tools/bench/bench.h"

#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENGINES 3

typedef struct options {
  const char *parse; /* time the parser on this file */
  uint64_t findings, queries, seed;
  double seconds; /* of the throughput run */
  bool json, skip_bare, skip_groonga;
  const char *keep;
} options;

typedef struct run {
  options o;
  zg_bench bench;
  zg_engine *engines[ENGINES]; /* ours first; NULL: left out */
  zg_load loads[ENGINES];
  double rates[ENGINES]; /* throughput, <= 0: none */
  zg_query *queries; /* class by class, twice o.queries each: warm-up, timed */
  zg_answer *answers[ENGINES]; /* of the timed ones */
} run;

static const char *const class_names[] = {
#define X(sym, name) name,
    ZG_CORPUS_QUERY_TABLE(X)
#undef X
};
static const char *const band_names[] = {"high", "mid", "low"};

/* ---- corpus ---- */

static bool write_corpus(run *r) {
  zg_corpus *c = zg_corpus_new(r->o.seed);
  FILE *f = c ? fopen(r->bench.corpus, "wb") : NULL;
  zg_buf out = ZG_BUF_INIT;
  bool ok = f != NULL;
  for (uint64_t i = 0; ok && i < r->o.findings; i++) {
    zg_buf_clear(&out);
    zg_corpus_finding(c, i, &out);
    ok = !out.failed && fwrite(out.p, 1, out.n, f) == out.n;
  }
  if (f)
    ok = fclose(f) == 0 && ok;
  zg_buf_free(&out);
  zg_corpus_free(c);
  return ok;
}

static bool read_query(zg_query *q, zg_corpus_class cls, const zg_buf *line) {
  cJSON *j = cJSON_ParseWithLength(line->p, line->n);
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(j, "q"));
  const char *band = cJSON_GetStringValue(cJSON_GetObjectItem(j, "band"));
  const char *cat = cJSON_GetStringValue(cJSON_GetObjectItem(j, "category"));
  q->cls = cls;
  q->line = strndup(line->p, line->n - 1);
  for (int b = 0; band && b < 3; b++)
    if (strcmp(band, band_names[b]) == 0)
      q->band = b;
  snprintf(q->q, sizeof q->q, "%s", text ? text : "");
  snprintf(q->category, sizeof q->category, "%s", cat ? cat : "");
  if (cat) {
    q->from = (int)cJSON_GetNumberValue(cJSON_GetObjectItem(j, "from"));
    q->to = (int)cJSON_GetNumberValue(cJSON_GetObjectItem(j, "to"));
  }
  cJSON_Delete(j);
  return text && q->line;
}

static zg_query *query_at(const run *r, int cls, bool timed, uint64_t k) {
  return &r->queries[((uint64_t)cls * 2 + timed) * r->o.queries + k];
}

static bool make_queries(run *r) {
  zg_corpus *c = zg_corpus_new(r->o.seed);
  size_t all = (size_t)(ZG_CORPUS_CLASSES * 2 * r->o.queries);
  r->queries = calloc(all, sizeof *r->queries);
  bool ok = c && r->queries;
  zg_buf line = ZG_BUF_INIT;
  for (int cls = 0; ok && cls < ZG_CORPUS_CLASSES; cls++)
    for (uint64_t k = 0; ok && k < 2 * r->o.queries; k++) {
      zg_buf_clear(&line);
      zg_corpus_query(c, (zg_corpus_class)cls, k, r->o.findings, &line);
      ok = read_query(query_at(r, cls, k >= r->o.queries, k % r->o.queries),
                      (zg_corpus_class)cls, &line);
    }
  for (int e = 0; e < ENGINES; e++) {
    r->answers[e] = calloc(all / 2, sizeof *r->answers[e]);
    ok = ok && r->answers[e];
  }
  zg_buf_free(&line);
  zg_corpus_free(c);
  return ok;
}

static zg_answer *answer_at(const run *r, int e, int cls, uint64_t k) {
  return &r->answers[e][(uint64_t)cls * r->o.queries + k];
}

/* ---- asking ---- */

static bool answers(const run *r, int e, int cls) {
  return r->engines[e] && (r->engines[e]->answers >> cls & 1);
}

/* Other queries of the class first; then each query goes to every engine in
 * turn, so that a noisy moment of the machine hits all alike. */
static bool ask_class(run *r, int cls) {
  for (int e = 0; e < ENGINES; e++)
    if (answers(r, e, cls) && r->engines[e]->connect &&
        !r->engines[e]->connect(r->engines[e]))
      return false;
  for (int timed = 0; timed < 2; timed++)
    for (uint64_t k = 0; k < r->o.queries; k++)
      for (int i = 0; i < ENGINES; i++) {
        int e = (int)((k + (uint64_t)i) % ENGINES);
        zg_answer a = {0, 0, 0};
        if (!answers(r, e, cls))
          continue;
        if (!r->engines[e]->ask(r->engines[e], query_at(r, cls, timed == 1, k),
                                &a))
          return false;
        if (timed)
          *answer_at(r, e, cls, k) = a;
      }
  return true;
}

/* Every engine must have found the same before its time counts. */
static bool compare(const run *r) {
  int shown = 0;
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
    for (int e = 1; e < ENGINES; e++) {
      if (!answers(r, e, cls) || !(r->engines[e]->comparable >> cls & 1))
        continue;
      for (uint64_t k = 0; k < r->o.queries; k++) {
        const zg_answer *a = answer_at(r, 0, cls, k);
        const zg_answer *b = answer_at(r, e, cls, k);
        if (a->total == b->total && a->fingerprint == b->fingerprint)
          continue;
        if (shown++ < 10)
          fprintf(stderr,
                  "DIFFERENT: %s\n  zhenggai %llu (%016llx), %s %llu "
                  "(%016llx)\n",
                  query_at(r, cls, true, k)->line, (unsigned long long)a->total,
                  (unsigned long long)a->fingerprint, r->engines[e]->name,
                  (unsigned long long)b->total,
                  (unsigned long long)b->fingerprint);
      }
    }
  if (shown)
    fprintf(stderr, "%d answers differ: no times are printed\n", shown);
  return shown == 0;
}

/* ---- figures ---- */

typedef struct figures {
  double median, p95, p99;
  size_t n;
} figures;

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Nearest rank.  band -1: all. */
static figures figures_of(const run *r, int e, int cls, int band) {
  figures f = {0, 0, 0, 0};
  double *us = calloc((size_t)r->o.queries, sizeof *us);
  for (uint64_t k = 0; us && k < r->o.queries; k++)
    if (band < 0 || query_at(r, cls, true, k)->band == band)
      us[f.n++] = answer_at(r, e, cls, k)->us;
  if (f.n) {
    qsort(us, f.n, sizeof *us, by_value);
    f.median = us[(f.n - 1) / 2];
    f.p95 = us[(f.n * 95 + 99) / 100 - 1];
    f.p99 = us[(f.n * 99 + 99) / 100 - 1];
  }
  free(us);
  return f;
}

static double average_total(const run *r, int cls, int band) {
  double sum = 0;
  size_t n = 0;
  for (uint64_t k = 0; k < r->o.queries; k++)
    if (band < 0 || query_at(r, cls, true, k)->band == band) {
      sum += (double)answer_at(r, 0, cls, k)->total;
      n++;
    }
  return n ? sum / (double)n : 0;
}

static void print_row(const run *r, int cls, int band) {
  char name[32];
  figures ours = figures_of(r, 0, cls, band);
  if (ours.n == 0)
    return;
  snprintf(name, sizeof name, "%s%s%s", band < 0 ? "" : "  ",
           band < 0 ? class_names[cls] : band_names[band], "");
  printf("%-10s %9.0f %8.0f %8.0f %8.0f", name, average_total(r, cls, band),
         ours.median, ours.p95, ours.p99);
  for (int e = 1; e < ENGINES; e++) {
    if (!r->engines[e])
      continue;
    if (!answers(r, e, cls)) {
      printf(" | %8s %8s %6s %6s", "-", "-", "-", "-");
      continue;
    }
    figures f = figures_of(r, e, cls, band);
    printf(" | %8.0f %8.0f %6.2f %6.2f", f.median, f.p95,
           ours.median / f.median, ours.p95 / f.p95);
  }
  putchar('\n');
}

static void print_number(double v, const char *format, const char *unit) {
  char text[32] = "-";
  if (v >= 0)
    snprintf(text, sizeof text, strcmp(format, "0") == 0 ? "%.0f" : "%.1f", v);
  printf(" %12s %-5s", text, v >= 0 ? unit : "");
}

static void print_loads(const run *r) {
  printf("\n%-12s %18s %18s %18s %18s %18s\n", "engine", "import", "start",
         "resident", "disk", "8 connections");
  for (int e = 0; e < ENGINES; e++) {
    if (!r->engines[e])
      continue;
    const zg_load *l = &r->loads[e];
    printf("%-12s", r->engines[e]->name);
    print_number((double)r->o.findings / l->seconds, "0", "/s");
    print_number(l->start_ms, "0", "ms");
    print_number(l->rss_mb, "0", "MB");
    print_number(l->disk_mb, "0", "MB");
    print_number(r->rates[e] > 0 ? r->rates[e] : -1, "0", "req/s");
    putchar('\n');
  }
}

static void print_table(const run *r) {
  printf("%llu findings, seed %llu, %llu queries a class; times in "
         "microseconds\n"
         "ratio = zhenggai / peer (below 1: zhenggai is faster); zhenggai and "
         "Groonga through HTTP, bare Xapian in process\n\n",
         (unsigned long long)r->o.findings, (unsigned long long)r->o.seed,
         (unsigned long long)r->o.queries);
  printf("%-10s %9s %8s %8s %8s", "", "", "zhenggai", "", "");
  for (int e = 1; e < ENGINES; e++)
    if (r->engines[e])
      printf(" | %-31s", r->engines[e]->name);
  printf("\n%-10s %9s %8s %8s %8s", "class", "matches", "median", "p95", "p99");
  for (int e = 1; e < ENGINES; e++)
    if (r->engines[e])
      printf(" | %8s %8s %6s %6s", "median", "p95", "ratio", "at p95");
  putchar('\n');
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++) {
    print_row(r, cls, -1);
    if (cls <= ZG_CORPUS_PHRASE)
      for (int band = 0; band < 3; band++)
        print_row(r, cls, band);
  }
  print_loads(r);
  printf("\nEvery total, facet count and group of a peer was equal to "
         "zhenggai's.  Not comparable and so without a peer: or (ranking over "
         "three term families), crosstab.\n");
}

static void add_figures(cJSON *to, figures f) {
  cJSON_AddNumberToObject(to, "median_us", f.median);
  cJSON_AddNumberToObject(to, "p95_us", f.p95);
  cJSON_AddNumberToObject(to, "p99_us", f.p99);
}

static void print_json(const run *r) {
  cJSON *j = cJSON_CreateObject(), *classes, *engines;
  cJSON_AddNumberToObject(j, "findings", (double)r->o.findings);
  cJSON_AddNumberToObject(j, "seed", (double)r->o.seed);
  cJSON_AddNumberToObject(j, "queries", (double)r->o.queries);
  engines = cJSON_AddObjectToObject(j, "engines");
  for (int e = 0; e < ENGINES; e++) {
    if (!r->engines[e])
      continue;
    const zg_load *l = &r->loads[e];
    cJSON *x = cJSON_AddObjectToObject(engines, r->engines[e]->name);
    cJSON_AddNumberToObject(x, "import_per_s",
                            (double)r->o.findings / l->seconds);
    if (l->start_ms >= 0)
      cJSON_AddNumberToObject(x, "start_ms", l->start_ms);
    if (l->rss_mb >= 0)
      cJSON_AddNumberToObject(x, "rss_mb", l->rss_mb);
    cJSON_AddNumberToObject(x, "disk_mb", l->disk_mb);
    if (r->rates[e] > 0)
      cJSON_AddNumberToObject(x, "requests_per_s", r->rates[e]);
    classes = cJSON_AddObjectToObject(x, "classes");
    for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
      if (answers(r, e, cls))
        add_figures(cJSON_AddObjectToObject(classes, class_names[cls]),
                    figures_of(r, e, cls, -1));
  }
  char *text = cJSON_Print(j);
  puts(text);
  cJSON_free(text);
  cJSON_Delete(j);
}

/* ---- the run ---- */

static bool measure(run *r) {
  fprintf(stderr, "generating %llu findings\n",
          (unsigned long long)r->o.findings);
  if (!write_corpus(r) || !make_queries(r)) {
    fprintf(stderr, "generating failed: %s\n", strerror(errno));
    return false;
  }
  for (int e = 0; e < ENGINES; e++) {
    if (!r->engines[e])
      continue;
    fprintf(stderr, "loading %s\n", r->engines[e]->name);
    if (!r->engines[e]->load(r->engines[e], &r->bench, &r->loads[e])) {
      fprintf(stderr, "%s: loading failed, logs in %s\n", r->engines[e]->name,
              r->bench.dir);
      return false;
    }
  }
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++) {
    fprintf(stderr, "asking: %s\n", class_names[cls]);
    if (!ask_class(r, cls))
      return false;
  }
  for (int e = 0; e < ENGINES; e++)
    if (r->engines[e] && r->engines[e]->throughput) {
      fprintf(stderr, "8 connections: %s\n", r->engines[e]->name);
      r->rates[e] = r->engines[e]->throughput(
          r->engines[e], query_at(r, ZG_CORPUS_WORD, true, 0),
          (size_t)r->o.queries, r->o.seconds);
    }
  return compare(r);
}

static void usage(FILE *to) {
  fputs("usage: zhenggai-bench [--size small|medium|N] [--queries N] [--seed "
        "S]\n"
        "                      [--skip groonga|bare] [--keep DIR] [--seconds "
        "S] [--json]\n"
        "       zhenggai-bench --parse FILE\n"
        "  --size     20,000 (small, default), 100,000 (medium) or N findings\n"
        "  --queries  timed queries of each class, default 200\n"
        "  --skip     leave a peer out; may be given twice\n"
        "  --keep     work in DIR and leave it behind\n"
        "  --seconds  length of the throughput run, default 3\n"
        "  --parse    time the parser alone, on this bulletin\n",
        to);
}

static bool number(const char *text, uint64_t max, uint64_t *out) {
  char *end = NULL;
  errno = 0;
  unsigned long long v = strtoull(text, &end, 10);
  *out = v;
  return !errno && end != text && !*end && text[0] != '-' && v > 0 && v <= max;
}

static bool set_option(options *o, int c, const char *value) {
  uint64_t n;
  switch (c) {
  case 's':
    if (strcmp(value, "small") == 0 || strcmp(value, "medium") == 0) {
      o->findings = value[0] == 's' ? 20000 : 100000;
      return true;
    }
    return number(value, 10000000, &o->findings);
  case 'q':
    return number(value, 100000, &o->queries);
  case 'r':
    return number(value, UINT32_MAX, &o->seed);
  case 't':
    o->seconds = number(value, 600, &n) ? (double)n : -1;
    return o->seconds > 0;
  case 'k':
    o->keep = value;
    return true;
  case 'j':
    o->json = true;
    return true;
  case 'p':
    o->parse = value;
    return true;
  case 'x':
    o->skip_bare = o->skip_bare || strcmp(value, "bare") == 0;
    o->skip_groonga = o->skip_groonga || strcmp(value, "groonga") == 0;
    return strcmp(value, "bare") == 0 || strcmp(value, "groonga") == 0;
  default:
    return false;
  }
}

/* 0: go on; else an exit code + 1. */
static int parse(int argc, char **argv, options *o) {
  static const struct option table[] = {
      {"size", required_argument, NULL, 's'},
      {"queries", required_argument, NULL, 'q'},
      {"seed", required_argument, NULL, 'r'},
      {"seconds", required_argument, NULL, 't'},
      {"keep", required_argument, NULL, 'k'},
      {"skip", required_argument, NULL, 'x'},
      {"json", no_argument, NULL, 'j'},
      {"parse", required_argument, NULL, 'p'},
      {"help", no_argument, NULL, 'h'},
      {NULL, 0, NULL, 0}};
  for (int c; (c = getopt_long(argc, argv, "h", table, NULL)) != -1;) {
    if (c == 'h') {
      usage(stdout);
      return 1;
    }
    if (!set_option(o, c, optarg)) {
      usage(stderr);
      return 3;
    }
  }
  if (optind == argc)
    return 0;
  usage(stderr);
  return 3;
}

/* The programs stand beside this one. */
static bool place(run *r) {
  char self[512];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n <= 0)
    return false;
  self[n] = '\0';
  snprintf(r->bench.build, sizeof r->bench.build, "%s", dirname(self));
  if (r->o.keep) {
    snprintf(r->bench.dir, sizeof r->bench.dir, "%s", r->o.keep);
    if (mkdir(r->bench.dir, 0700) != 0)
      return false; /* never work over what is there */
  } else {
    const char *tmp = getenv("TMPDIR");
    snprintf(r->bench.dir, sizeof r->bench.dir, "%s/zhenggai-bench-XXXXXX",
             tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(r->bench.dir))
      return false;
  }
  snprintf(r->bench.corpus, sizeof r->bench.corpus, "%s/findings.ndjson",
           r->bench.dir);
  r->bench.findings = r->o.findings;
  r->bench.seed = r->o.seed;
  return true;
}

int main(int argc, char **argv) {
  run r = {.o = {.findings = 20000, .queries = 200, .seed = 1, .seconds = 3}};
  int done = parse(argc, argv, &r.o);
  if (done)
    return done - 1;
  if (r.o.parse)
    return zg_bench_parse(r.o.parse) ? 0 : 1;
  if (!place(&r)) {
    fprintf(stderr, "zhenggai-bench: %s: %s\n", r.bench.dir, strerror(errno));
    return 1;
  }
  r.engines[0] = zg_engine_ours();
  r.engines[1] = r.o.skip_bare ? NULL : zg_engine_bare();
  r.engines[2] = r.o.skip_groonga ? NULL : zg_engine_groonga();
  if (!r.o.skip_groonga && !r.engines[2])
    fprintf(stderr, "groonga-httpd is not installed: left out\n");
  bool ok = r.engines[0] && measure(&r);
  if (ok && r.o.json)
    print_json(&r);
  else if (ok)
    print_table(&r);
  for (int e = 0; e < ENGINES; e++) {
    if (r.engines[e])
      r.engines[e]->stop(r.engines[e]);
    free(r.engines[e]);
    free(r.answers[e]);
  }
  for (size_t i = 0;
       r.queries && i < (size_t)(ZG_CORPUS_CLASSES * 2 * r.o.queries); i++)
    free(r.queries[i].line);
  free(r.queries);
  if (ok && !r.o.keep)
    zg_remove_tree(r.bench.dir);
  return ok ? 0 : 1;
}
