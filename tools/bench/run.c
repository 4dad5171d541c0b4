/* Generates, loads, asks, compares. */
#include "tools/bench/run.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const zg_class_names[ZG_CORPUS_CLASSES] = {
#define X(sym, name) name,
    ZG_CORPUS_QUERY_TABLE(X)
#undef X
};
const char *const zg_band_names[3] = {"high", "mid", "low"};

/* An engine that has spent so long on a class is asked no more of it: what it
 * has answered is enough to see. */
#define BUDGET_S 60.0

/* ---- corpus and queries ---- */

static bool write_corpus(const zg_run *r) {
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

static void copy_text(char *to, size_t size, const cJSON *j, const char *name) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(j, name));
  snprintf(to, size, "%s", text ? text : "");
}

static int copy_number(const cJSON *j, const char *name) {
  const cJSON *v = cJSON_GetObjectItem(j, name);
  return cJSON_IsNumber(v) ? v->valueint : 0;
}

static bool read_query(zg_query *q, zg_corpus_class cls, const zg_buf *line) {
  char band[8];
  cJSON *j = cJSON_ParseWithLength(line->p, line->n);
  const cJSON *f;
  q->cls = cls;
  q->line = strndup(line->p, line->n - 1);
  copy_text(band, sizeof band, j, "band");
  for (int b = 0; b < 3; b++)
    if (strcmp(band, zg_band_names[b]) == 0)
      q->band = b;
  copy_text(q->q, sizeof q->q, j, "q");
  copy_text(q->category, sizeof q->category, j, "category");
  copy_text(q->status, sizeof q->status, j, "status");
  q->from = copy_number(j, "from");
  q->to = copy_number(j, "to");
  q->top = (unsigned)copy_number(j, "top");
  q->offset = (unsigned)copy_number(j, "offset");
  cJSON_ArrayForEach(f, cJSON_GetObjectItem(j, "by")) {
    if (q->n_by < 2)
      snprintf(q->by[q->n_by++], sizeof q->by[0], "%s", f->valuestring);
  }
  bool ok = j && q->line;
  cJSON_Delete(j);
  return ok;
}

static size_t query_index(const zg_run *r, int cls, bool timed, uint64_t k) {
  return (size_t)(((uint64_t)cls * 2 + timed) * r->o.queries + k);
}

const zg_query *zg_query_at(const zg_run *r, int cls, bool timed, uint64_t k) {
  return &r->queries[query_index(r, cls, timed, k)];
}

static bool make_queries(zg_run *r) {
  zg_corpus *c = zg_corpus_new(r->o.seed);
  size_t all = (size_t)(ZG_CORPUS_CLASSES * 2 * r->o.queries);
  r->queries = calloc(all, sizeof *r->queries);
  bool ok = c && r->queries;
  zg_buf line = ZG_BUF_INIT;
  for (int cls = 0; ok && cls < ZG_CORPUS_CLASSES; cls++)
    for (uint64_t k = 0; ok && k < 2 * r->o.queries; k++) {
      size_t at = query_index(r, cls, k >= r->o.queries, k % r->o.queries);
      zg_buf_clear(&line);
      zg_corpus_query(c, (zg_corpus_class)cls, k, r->o.findings, &line);
      ok = read_query(&r->queries[at], (zg_corpus_class)cls, &line);
    }
  for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
    r->answers[e] = calloc(all / 2, sizeof *r->answers[e]);
    ok = ok && r->answers[e];
  }
  r->bench.queries = r->queries;
  r->bench.n_queries = all;
  zg_buf_free(&line);
  zg_corpus_free(c);
  return ok;
}

const zg_answer *zg_answer_at(const zg_run *r, int e, int cls, uint64_t k) {
  return &r->answers[e][(uint64_t)cls * r->o.queries + k];
}

bool zg_answers(const zg_run *r, int e, int cls) {
  return r->engines[e] && (r->engines[e]->answers >> cls & 1);
}

/* ---- loading: dir/KEY.loaded says that dir/KEY is whole ---- */

static void marker(const zg_run *r, int e, char *path, size_t size) {
  snprintf(path, size, "%s/%s.loaded", r->bench.dir, r->engines[e]->key);
}

static bool is_loaded(const zg_run *r, int e, zg_load *out) {
  char path[600];
  marker(r, e, path, sizeof path);
  FILE *f = fopen(path, "r");
  bool ok = f && fscanf(f, "%lf %lf %lf %lf", &out->seconds, &out->cpu_s,
                        &out->disk_mb, &out->compact_mb) == 4;
  if (f)
    fclose(f);
  return ok;
}

static bool mark_loaded(const zg_run *r, int e) {
  char path[600];
  const zg_load *l = &r->loads[e];
  marker(r, e, path, sizeof path);
  FILE *f = fopen(path, "w");
  if (!f)
    return false;
  fprintf(f, "%.3f %.3f %.3f %.3f\n", l->seconds, l->cpu_s, l->disk_mb,
          l->compact_mb);
  return fclose(f) == 0;
}

/* Rough: the asking is SQLite's for the most part, half a microsecond a finding
 * and query on the average over the classes. */
static double asking_seconds(const zg_run *r) {
  double rounds = ZG_CORPUS_CLASSES * 2.0;
  double one = (double)r->o.queries * (double)r->o.findings * 0.5e-6;
  return rounds * (one < BUDGET_S ? one : BUDGET_S);
}

static void forecast(const zg_run *r) {
  double all = 0;
  zg_load l;
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (r->engines[e] && r->engines[e]->load && !is_loaded(r, e, &l))
      all += (double)r->o.findings / r->engines[e]->typical;
  if (all < 60)
    return;
  fprintf(stderr,
          "loading will take about %.0f minutes on two idle cores:", all / 60);
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (r->engines[e] && r->engines[e]->load && !is_loaded(r, e, &l))
      fprintf(stderr, " %s %.0f", r->engines[e]->name,
              (double)r->o.findings / r->engines[e]->typical / 60);
  fprintf(stderr,
          "; asking about %.0f.  With --keep DIR (make: KEEP=DIR) the next run "
          "only asks.\n",
          asking_seconds(r) / 60);
}

static bool load_one(zg_run *r, int e) {
  zg_engine *x = r->engines[e];
  zg_load *l = &r->loads[e];
  char data[600];
  if (!x->load || is_loaded(r, e, l))
    return true;
  fprintf(stderr, "loading %s", x->name);
  fflush(stderr);
  snprintf(data, sizeof data, "%s/%s", r->bench.dir, x->key);
  zg_remove_tree(data); /* half of a load that was broken off */
  double from = zg_now(), cpu = zg_children_cpu();
  if (!x->load(x, &r->bench))
    return false;
  l->seconds = zg_now() - from;
  l->cpu_s = zg_children_cpu() - cpu;
  l->disk_mb = zg_disk_mb(data);
  fprintf(stderr, ": %.0f s\n", l->seconds);
  return mark_loaded(r, e);
}

static bool open_all(zg_run *r) {
  for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
    zg_engine *x = r->engines[e];
    zg_load *l = &r->loads[e];
    if (!x)
      continue;
    *l = (zg_load){-1, -1, -1, -1, -1, -1, -1};
    if (!load_one(r, e) || !x->open(x, &r->bench, &l->start_ms)) {
      fprintf(stderr, "\n%s failed, logs in %s\n", x->name, r->bench.dir);
      return false;
    }
    if (x->load)
      l->rss_start_mb = zg_rss_mb(x->pid(x));
  }
  return true;
}

/* ---- asking ---- */

/* Each query goes to every engine in turn, so that a noisy moment of the
 * machine hits all alike. */
static bool ask_round(zg_run *r, int cls, bool timed) {
  double spent[ZG_BENCH_ENGINES] = {0};
  for (uint64_t k = 0; k < r->o.queries; k++)
    for (int i = 0; i < ZG_BENCH_ENGINES; i++) {
      int e = (int)((k + (uint64_t)i) % ZG_BENCH_ENGINES);
      zg_answer a = {0, 0, 0, 0};
      if (!zg_answers(r, e, cls) || spent[e] > BUDGET_S)
        continue;
      double from = zg_now();
      if (!r->engines[e]->ask(r->engines[e], zg_query_at(r, cls, timed, k), &a))
        return false;
      spent[e] += zg_now() - from;
      if (!timed)
        continue;
      r->answers[e][(uint64_t)cls * r->o.queries + k] = a;
      r->asked[e][cls] = k + 1;
    }
  return true;
}

/* Other queries of the class first, to warm up. */
static bool ask_class(zg_run *r, int cls) {
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (zg_answers(r, e, cls) && r->engines[e]->connect &&
        !r->engines[e]->connect(r->engines[e]))
      return false;
  return ask_round(r, cls, false) && ask_round(r, cls, true);
}

static bool same(const zg_answer *a, const zg_answer *b) {
  return a->total == b->total &&
         (a->hits < 0 || b->hits < 0 || a->hits == b->hits);
}

static void show_difference(const zg_run *r, int e, int cls, uint64_t k) {
  const zg_answer *a = zg_answer_at(r, 0, cls, k);
  const zg_answer *b = zg_answer_at(r, e, cls, k);
  fprintf(stderr,
          "DIFFERENT: %s\n  zhenggai %llu, %d hits (%016llx), %s %llu, %d hits "
          "(%016llx)\n",
          zg_query_at(r, cls, true, k)->line, (unsigned long long)a->total,
          a->hits, (unsigned long long)a->fingerprint, r->engines[e]->name,
          (unsigned long long)b->total, b->hits,
          (unsigned long long)b->fingerprint);
}

/* Every engine must have found the same before its time counts.  An engine
 * that only counts has no years of hits, so no fingerprint of a sort. */
static bool compare(const zg_run *r) {
  uint64_t compared = 0, different = 0;
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
    for (int e = 1; e < ZG_BENCH_ENGINES; e++) {
      if (!zg_answers(r, e, cls) || !(r->engines[e]->comparable >> cls & 1))
        continue;
      uint64_t n = r->asked[e][cls] < r->asked[0][cls] ? r->asked[e][cls]
                                                       : r->asked[0][cls];
      for (uint64_t k = 0; k < n; k++, compared++) {
        const zg_answer *a = zg_answer_at(r, 0, cls, k);
        const zg_answer *b = zg_answer_at(r, e, cls, k);
        if (same(a, b) && a->fingerprint == b->fingerprint)
          continue;
        if (different++ < 10)
          show_difference(r, e, cls, k);
      }
    }
  fprintf(stderr, "%llu answers compared, %llu differ%s\n",
          (unsigned long long)compared, (unsigned long long)different,
          different ? ": no times are printed" : "");
  return different == 0 && compared > 0;
}

/* ---- what is measured beside the times ---- */

static bool count_events(zg_run *r, int e, int cls) {
  zg_engine *x = r->engines[e];
  if (x->connect && !x->connect(x))
    return false;
  zg_perf *p = zg_perf_start(&r->bench, x->pid(x));
  bool ok = true;
  for (uint64_t k = 0; ok && k < r->asked[e][cls]; k++) {
    zg_answer a;
    ok = x->ask(x, zg_query_at(r, cls, true, k), &a);
  }
  zg_perf_stop(p, &r->events[e][cls]);
  return ok;
}

static bool count_all_events(zg_run *r) {
  bool ok = true;
  for (int cls = 0; ok && cls < ZG_CORPUS_CLASSES; cls++)
    for (int e = 0; ok && e < ZG_BENCH_ENGINES; e++)
      if (zg_answers(r, e, cls))
        ok = count_events(r, e, cls);
  return ok;
}

static void measure_rates(zg_run *r) {
  for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
    zg_engine *x = r->engines[e];
    if (!x || !x->throughput)
      continue;
    fprintf(stderr, "throughput: %s\n", x->name);
    r->rates[e] = x->throughput(x, zg_query_at(r, ZG_CORPUS_WORD, true, 0),
                                (size_t)r->o.queries, r->o.seconds);
  }
}

static bool compact_all(zg_run *r) {
  bool ok = true;
  for (int e = 0; ok && e < ZG_BENCH_ENGINES; e++) {
    zg_engine *x = r->engines[e];
    if (!x || !x->compact || r->loads[e].compact_mb >= 0)
      continue;
    fprintf(stderr, "compacting: %s\n", x->name);
    r->loads[e].compact_mb = x->compact(x, &r->bench);
    ok = mark_loaded(r, e);
  }
  return ok;
}

bool zg_run_measure(zg_run *r) {
  struct stat st;
  forecast(r);
  if (stat(r->bench.corpus, &st) != 0)
    fprintf(stderr, "generating %llu findings\n",
            (unsigned long long)r->o.findings);
  if ((stat(r->bench.corpus, &st) != 0 && !write_corpus(r)) ||
      !make_queries(r)) {
    fprintf(stderr, "generating failed: %s\n", strerror(errno));
    return false;
  }
  if (!open_all(r))
    return false;
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++) {
    fprintf(stderr, "asking: %s\n", zg_class_names[cls]);
    if (!ask_class(r, cls))
      return false;
  }
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (r->engines[e] && r->engines[e]->load)
      r->loads[e].rss_mb = zg_rss_mb(r->engines[e]->pid(r->engines[e]));
  if (!compare(r))
    return false;
  if (r->o.check)
    return true;
  measure_rates(r);
  return (!r->o.perf || count_all_events(r)) && compact_all(r);
}
