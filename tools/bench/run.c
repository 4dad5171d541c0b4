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

/* ---- corpus and queries ---- */

static bool write_corpus(zg_run *r) {
  zg_corpus *c = zg_corpus_new(r->o.seed);
  FILE *f = c ? fopen(r->bench.corpus, "wb") : NULL;
  zg_buf out = ZG_BUF_INIT;
  bool ok = f != NULL;
  for (uint64_t i = 0; ok && i < r->o.findings; i++) {
    zg_buf_clear(&out);
    zg_corpus_finding(c, i, &out);
    ok = !out.failed && fwrite(out.p, 1, out.n, f) == out.n;
    if (i % 1000 == 0)
      zg_progress_at(&r->progress, (double)i);
  }
  if (f)
    ok = fclose(f) == 0 && ok;
  zg_buf_free(&out);
  zg_corpus_free(c);
  return ok;
}

static double characters_in(const char *text) {
  double n = 0;
  for (; text && *text; text++)
    n += ((unsigned char)*text & 0xC0) != 0x80;
  return n;
}

/* The searched text of the first findings. */
static bool measure_characters(zg_run *r) {
  static const char *const parts[] = {"section", "problem", "head"};
  zg_corpus *c = zg_corpus_new(r->o.seed);
  zg_buf line = ZG_BUF_INIT;
  uint64_t n = r->o.findings < 1000 ? r->o.findings : 1000;
  bool ok = c != NULL;
  for (uint64_t i = 0; ok && i < n; i++) {
    const cJSON *m;
    zg_buf_clear(&line);
    zg_corpus_finding(c, i, &line);
    cJSON *j = cJSON_ParseWithLength(line.p, line.n);
    for (size_t k = 0; k < 3; k++)
      r->characters +=
          characters_in(cJSON_GetStringValue(cJSON_GetObjectItem(j, parts[k])));
    cJSON_ArrayForEach(m, cJSON_GetObjectItem(j, "measures")) {
      r->characters += characters_in(m->valuestring);
    }
    ok = j != NULL;
    cJSON_Delete(j);
  }
  r->characters /= (double)n;
  zg_buf_free(&line);
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
  r->kept = malloc(all / 2);
  ok = ok && r->kept;
  if (r->kept)
    memset(r->kept, -1, all / 2);
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

bool zg_is_asked(const zg_run *r, int e) {
  return r->engines[e] && r->engines[e]->open;
}

int zg_kept_at(const zg_run *r, int cls, uint64_t k) {
  return r->kept[(uint64_t)cls * r->o.queries + k];
}

/* ---- asking ---- */

/* Each query goes to every engine in turn, so that a noisy moment of the
 * machine hits all alike. */
static bool ask_round(zg_run *r, int cls, bool timed) {
  double spent[ZG_BENCH_ENGINES] = {0};
  double budget = timed ? ZG_BENCH_TIMED_S : ZG_BENCH_WARM_S;
  double before = timed ? (double)r->o.queries : 0;
  for (uint64_t k = 0; k < r->o.queries; k++) {
    zg_progress_at(&r->progress, before + (double)k);
    for (int i = 0; i < ZG_BENCH_ENGINES; i++) {
      int e = (int)((k + (uint64_t)i) % ZG_BENCH_ENGINES);
      zg_answer a = {0, 0, 0, 0};
      if (!zg_answers(r, e, cls) || spent[e] > budget)
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

#define EVENTS_S 3.0 /* of a class and engine */

static bool count_events(zg_run *r, int e, int cls) {
  zg_engine *x = r->engines[e];
  uint64_t n = 0;
  if (x->connect && !x->connect(x))
    return false;
  zg_perf *p = zg_perf_start(&r->bench, x->pid(x));
  bool ok = true;
  double from = zg_now();
  for (; ok && n < r->asked[e][cls] && zg_now() - from < EVENTS_S; n++) {
    zg_answer a;
    ok = x->ask(x, zg_query_at(r, cls, true, n), &a);
  }
  zg_perf_stop(p, (double)n, &r->events[e][cls]);
  return ok;
}

static bool count_all_events(zg_run *r) {
  bool ok = true;
  zg_progress_stage(&r->progress, "counting events", ZG_CORPUS_CLASSES, NULL);
  for (int cls = 0; ok && cls < ZG_CORPUS_CLASSES; cls++) {
    zg_progress_at(&r->progress, cls);
    for (int e = 0; ok && e < ZG_BENCH_ENGINES; e++)
      if (zg_answers(r, e, cls))
        ok = count_events(r, e, cls);
  }
  if (ok)
    zg_progress_end(&r->progress);
  else
    zg_progress_break();
  return ok;
}

static bool measure_rates(zg_run *r) {
  for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
    zg_engine *x = r->engines[e];
    char name[80];
    if (!zg_is_asked(r, e) || !x->throughput)
      continue;
    snprintf(name, sizeof name, "throughput of %s", x->name);
    zg_progress_stage(&r->progress, name, 0, NULL);
    r->rates[e] = x->throughput(x, zg_query_at(r, ZG_CORPUS_WORD, true, 0),
                                (size_t)r->o.queries, r->o.seconds);
    if (r->rates[e] < 0) {
      zg_progress_break();
      fprintf(stderr, "%s failed\n", x->name);
      return false;
    }
    zg_progress_end(&r->progress);
  }
  return true;
}

/* Which aggregates ours answers from kept counts. */
static bool note_kept(zg_run *r) {
  static const int classes[] = {ZG_CORPUS_ONE, ZG_CORPUS_TWO};
  zg_engine *x = r->engines[ZG_OURS];
  if (x->connect && !x->connect(x))
    return false;
  for (size_t i = 0; x->keeps && i < sizeof classes / sizeof classes[0]; i++)
    for (uint64_t k = 0; k < r->asked[ZG_OURS][classes[i]]; k++)
      r->kept[(uint64_t)classes[i] * r->o.queries + k] =
          (int8_t)x->keeps(x, zg_query_at(r, classes[i], true, k));
  return true;
}

static bool prepare(zg_run *r) {
  struct stat st;
  bool ok =
      getloadavg(&r->busy, 1) == 1 && measure_characters(r) && make_queries(r);
  if (ok && stat(r->bench.corpus, &st) != 0) {
    zg_progress_stage(&r->progress, "generating", (double)r->o.findings,
                      "findings");
    ok = write_corpus(r);
    if (ok)
      zg_progress_end(&r->progress);
    else
      unlink(r->bench.corpus);
  }
  if (!ok)
    fprintf(stderr, "\ngenerating failed: %s\n", strerror(errno));
  return ok;
}

static bool ask_all(zg_run *r) {
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++) {
    char name[80];
    snprintf(name, sizeof name, "asking %s", zg_class_names[cls]);
    zg_progress_stage(&r->progress, name, 2 * (double)r->o.queries, NULL);
    if (!ask_class(r, cls)) {
      zg_progress_break();
      return false;
    }
    zg_progress_end(&r->progress);
  }
  return true;
}

bool zg_run_measure(zg_run *r) {
  if (!prepare(r) || !zg_loads_make(r) || !zg_loads_open(r) || !ask_all(r))
    return false;
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (zg_is_asked(r, e) && r->engines[e]->load)
      r->loads[e].rss_mb = zg_rss_mb(r->engines[e]->pid(r->engines[e]));
  if (!compare(r))
    return false;
  if (r->o.check)
    return true;
  return measure_rates(r) && note_kept(r) &&
         (!r->o.perf || count_all_events(r));
}
