/* The figures to reach, each computed from the run. */
#include "tools/bench/run.h"

#include <stdlib.h>

enum { AT_100K, AT_1M };

typedef struct goal {
  char what[64], goal[48], measured[96];
  int met; /* -1: not measured in this run, or nothing to be measured */
} goal;

enum { MAX_GOALS = 24 };

typedef struct goals {
  const zg_run *r;
  int at;
  size_t n;
  goal all[MAX_GOALS];
} goals;

static goal *add(goals *g, const char *what) {
  goal *x = &g->all[g->n++];
  *x = (goal){.met = -1};
  snprintf(x->what, sizeof x->what, "%s", what);
  snprintf(x->measured, sizeof x->measured, "-");
  return x;
}

static double pick(zg_figures f, bool p95) { return p95 ? f.p95 : f.median; }

/* A class against a peer's; where Groonga answers it, that ratio too. */
static void compared(goals *g, const char *what, int cls, bool p95, int peer,
                     const double most[2]) {
  const zg_run *r = g->r;
  goal *x = add(g, what);
  zg_figures ours = zg_figures_of(r, ZG_OURS, cls, -1);
  zg_figures other = zg_figures_of(r, peer, cls, -1);
  zg_figures groonga = zg_figures_of(r, ZG_GROONGA, cls, -1);
  const char *name = peer == ZG_DUCKDB ? "DuckDB" : "bare Xapian";
  snprintf(x->goal, sizeof x->goal, "<= %.3g x %s", most[g->at], name);
  if (!ours.n || !other.n)
    return;
  double a = pick(ours, p95), b = pick(other, p95);
  int n = snprintf(x->measured, sizeof x->measured, "%.2f x (%.0f / %.0f us",
                   a / b, a, b);
  if (groonga.n)
    n += snprintf(x->measured + n, sizeof x->measured - (size_t)n,
                  "; %.2f x Groonga", a / pick(groonga, p95));
  snprintf(x->measured + n, sizeof x->measured - (size_t)n, ")");
  x->met = a / b <= most[g->at];
}

static void at_most(goals *g, const char *what, double v, const double most[2],
                    const char *unit) {
  goal *x = add(g, what);
  snprintf(x->goal, sizeof x->goal, "<= %.0f %s", most[g->at], unit);
  if (v < 0)
    return;
  snprintf(x->measured, sizeof x->measured, v < 100 ? "%.2f %s" : "%.0f %s", v,
           unit);
  x->met = v <= most[g->at];
}

static double milliseconds(const zg_run *r, int cls, bool p95) {
  zg_figures f = zg_figures_of(r, ZG_OURS, cls, -1);
  return f.n ? pick(f, p95) / 1000 : -1;
}

/* All aggregates without a word that had to be counted, beside the same in the
 * pass over columns. */
static void counted(goals *g) {
  const zg_run *r = g->r;
  goal *x = add(g, "aggregate that no cube serves, median");
  double *us = calloc((size_t)r->o.queries * 4, sizeof *us);
  snprintf(x->goal, sizeof x->goal, "<= 2 x C columns");
  if (!us || !zg_is_asked(r, ZG_COLUMNS)) {
    free(us);
    return;
  }
  size_t n = zg_times_counted(r, ZG_OURS, ZG_CORPUS_ONE, us);
  n += zg_times_counted(r, ZG_OURS, ZG_CORPUS_TWO, us + n);
  double *theirs = us + n;
  size_t m = zg_times_counted(r, ZG_COLUMNS, ZG_CORPUS_ONE, theirs);
  m += zg_times_counted(r, ZG_COLUMNS, ZG_CORPUS_TWO, theirs + m);
  if (n && m) {
    zg_figures a = zg_figures_from(us, n), b = zg_figures_from(theirs, m);
    x->met = a.median <= 2 * b.median;
    snprintf(x->measured, sizeof x->measured,
             "%.2f x (%.0f / %.0f us, %zu "
             "queries)",
             a.median / b.median, a.median, b.median, n);
  } else {
    snprintf(x->measured, sizeof x->measured,
             "none: all were answered from kept counts");
  }
  free(us);
}

static void throughput(goals *g) {
  const zg_run *r = g->r;
  static const double least[] = {0.8, 2};
  goal *x = add(g, "throughput, single words, 8 connections");
  snprintf(x->goal, sizeof x->goal, ">= %.3g x bare Xapian, a core each",
           least[g->at]);
  double a = r->rates[ZG_OURS], b = r->rates[ZG_XAPIAN];
  if (!zg_is_asked(r, ZG_XAPIAN) || a <= 0 || b <= 0)
    return;
  int n = snprintf(x->measured, sizeof x->measured, "%.2f x (%.0f / %.0f a s",
                   a / b, a, b);
  if (r->rates[ZG_GROONGA] > 0)
    n += snprintf(x->measured + n, sizeof x->measured - (size_t)n,
                  "; %.2f x Groonga", a / r->rates[ZG_GROONGA]);
  snprintf(x->measured + n, sizeof x->measured - (size_t)n, ")");
  x->met = a / b >= least[g->at];
}

static double load_rate(const zg_load *l) {
  return l->seconds > 0 ? (double)l->findings / l->seconds : -1;
}

/* At a million the peer with all terms has loaded but a part. */
static void load(goals *g) {
  const zg_run *r = g->r;
  double a = load_rate(&r->loads[ZG_OURS]);
  double b = load_rate(&r->loads[ZG_XAPIAN_ALL]);
  goal *x = add(g, "load, all stored durably");
  snprintf(x->goal, sizeof x->goal,
           g->at == AT_1M ? ">= 1500 a second"
                          : ">= 1.6 x bare Xapian, same terms");
  if (a < 0)
    return;
  if (g->at == AT_1M) {
    snprintf(x->measured, sizeof x->measured, "%.0f a second", a);
    x->met = a >= 1500;
  } else if (b > 0) {
    snprintf(x->measured, sizeof x->measured,
             "%.2f x (%.0f / %.0f a s; processor %.0f / %.0f s)", a / b, a, b,
             r->loads[ZG_OURS].cpu_s, r->loads[ZG_XAPIAN_ALL].cpu_s);
    x->met = a / b >= 1.6;
  }
}

static void collect(goals *g, const zg_run *r) {
  static const double word[] = {1.2, 0.5}, words[] = {0.7, 0.3};
  static const double phrase[] = {0.3, 0.1}, filter[] = {1.0, 0.5};
  static const double facets[] = {0.8, 0.5}, facets95[] = {0.5, 0.3};
  static const double pure[] = {1.0 / 3, 1.0 / 8}, text[] = {2, 8};
  static const double phrase_ms[] = {15, 15}, disk[] = {3.0, 3.0};
  static const double memory[] = {200, 800}, start[] = {300, 1500};
  const zg_load *l = &r->loads[ZG_OURS];
  *g = (goals){.r = r, .at = r->o.findings < 300000 ? AT_100K : AT_1M};
  compared(g, "single word, median", ZG_CORPUS_WORD, false, ZG_XAPIAN, word);
  compared(g, "two words, median", ZG_CORPUS_AND, false, ZG_XAPIAN, words);
  compared(g, "three words, median", ZG_CORPUS_THREE, false, ZG_XAPIAN, words);
  compared(g, "phrase, 95 %", ZG_CORPUS_PHRASE, true, ZG_XAPIAN, phrase);
  if (g->at == AT_1M)
    at_most(g, "phrase, 95 %, itself", milliseconds(r, ZG_CORPUS_PHRASE, true),
            phrase_ms, "ms");
  compared(g, "word + three filters, median", ZG_CORPUS_FILTER, false,
           ZG_XAPIAN, filter);
  compared(g, "word + three facets, median", ZG_CORPUS_FACETS, false, ZG_XAPIAN,
           facets);
  compared(g, "word + three facets, 95 %", ZG_CORPUS_FACETS, true, ZG_XAPIAN,
           facets95);
  compared(g, "aggregate, one field, median", ZG_CORPUS_ONE, false, ZG_DUCKDB,
           pure);
  compared(g, "aggregate, two fields, median", ZG_CORPUS_TWO, false, ZG_DUCKDB,
           pure);
  if (g->at == AT_1M)
    counted(g);
  at_most(g, "text of 60 characters, best 20, median",
          milliseconds(r, ZG_CORPUS_TEXT, false), text, "ms");
  throughput(g);
  load(g);
  at_most(g, "disk a finding, compacted",
          l->compact_mb >= 0 ? l->compact_mb * 1000 / (double)l->findings : -1,
          disk, "kB");
  at_most(g, "resident memory after all queries", l->rss_mb, memory, "MB");
  at_most(g, "start on the index, warm", l->start_ms, start, "ms");
}

static const char *verdict(const goal *x) {
  return x->met < 0 ? "-" : x->met ? "met" : "NOT MET";
}

void zg_print_goals(const zg_run *r) {
  goals g;
  collect(&g, r);
  printf("\nfigures to reach at %s findings (this run: %llu)\n",
         g.at == AT_1M ? "1,000,000" : "100,000",
         (unsigned long long)r->o.findings);
  for (size_t i = 0; i < g.n; i++)
    printf("  %-40s %-34s %-48s %s\n", g.all[i].what, g.all[i].goal,
           g.all[i].measured, verdict(&g.all[i]));
}

void zg_add_goals(cJSON *to, const zg_run *r) {
  goals g;
  collect(&g, r);
  cJSON_AddNumberToObject(to, "goals_at", g.at == AT_1M ? 1e6 : 1e5);
  cJSON *rows = cJSON_AddArrayToObject(to, "goals");
  for (size_t i = 0; i < g.n; i++) {
    cJSON *x = cJSON_CreateObject();
    cJSON_AddStringToObject(x, "what", g.all[i].what);
    cJSON_AddStringToObject(x, "goal", g.all[i].goal);
    cJSON_AddStringToObject(x, "measured", g.all[i].measured);
    cJSON_AddStringToObject(x, "verdict", verdict(&g.all[i]));
    cJSON_AddItemToArray(rows, x);
  }
}
