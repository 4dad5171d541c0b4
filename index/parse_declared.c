/* What the bulletin declares of itself, put together from its sentences; what
 * differs from the findings is told, never corrected. */
#include "index/parse_count.h"
#include "index/reconcile.h"

enum { MAX_SERIES = 12 };

static void set_max(int64_t *slot, int64_t v) {
  if (v > *slot)
    *slot = v;
}

/* How sure the number of problems is, from the sentences read so far. */
typedef struct sum {
  int frame, states;
  size_t cap_series;
} sum;

static void merge(zg_declared *to, const zg_counts *from, sum *s) {
  set_max(&to->aspects, from->d.aspects);
  set_max(&to->categories, from->d.categories);
  set_max(&to->tasks, from->d.tasks);
  if (to->measures < 0)
    to->measures = from->d.measures;
  if (to->rate < 0)
    to->rate = from->d.rate;
  if (from->d.problems < 0 || from->frame < s->frame ||
      (from->frame == s->frame && from->d.problems <= to->problems))
    return;
  s->frame = from->frame;
  to->problems = from->d.problems;
  to->span = from->d.span;
}

static void take_states(zg_declared *to, const zg_declared *from) {
  to->done = from->done;
  to->basically_done = from->basically_done;
  to->phased = from->phased;
  to->in_progress = from->in_progress;
  to->long_term = from->long_term;
  to->deferred = from->deferred;
  to->not_done = from->not_done;
  to->transferred = from->transferred;
}

/* Series in the order of the text: the first after `last`, -1 for none. */
static int next_series(const zg_counts *from, const char *last) {
  int best = -1;
  for (int k = 0; k < ZG_TOPIC_SERIES; k++) {
    const zg_tally *t = &from->series[k];
    if (t->total < 0 || (last && t->at.p <= last))
      continue;
    if (best < 0 || t->at.p < from->series[best].at.p)
      best = k;
  }
  return best;
}

/* The same series told twice (in front and at the end) is one. */
static void add_series(zg_ctx *c, const zg_counts *from, sum *s) {
  zg_declared *d = &c->b->declared;
  for (const char *last = NULL;;) {
    int k = next_series(from, last);
    if (k < 0)
      return;
    const zg_tally *t = &from->series[k];
    last = t->at.p;
    const char *name = zg_topic_name((zg_topic)k);
    zg_series *same = NULL;
    for (size_t i = 0; i < d->n_series; i++)
      if (zg_str_is(d->series[i].name, name) && d->series[i].total == t->total)
        same = &d->series[i];
    void *items = d->series;
    if (!same && d->n_series < MAX_SERIES &&
        zg_px_grow(c, &items, d->n_series, &s->cap_series, sizeof *d->series)) {
      d->series = items;
      same = &d->series[d->n_series++];
      *same = (zg_series){zg_px_dup(c, zg_str_of(name)), t->total, -1, -1.0,
                          zg_px_span(c, t->at)};
    }
    if (!same)
      continue;
    if (same->done < 0)
      same->done = t->done;
    if (same->rate < 0)
      same->rate = t->rate;
  }
}

zg_str zg_px_told(const zg_ctx *c, int i) {
  static const char *const contact[] = {"联系电话", "联系方式", "监督电话",
                                        "欢迎",     "电话:",    NULL};
  if (i >= c->n_paras || i > c->tail || c->in_finding[i])
    return (zg_str){"", 0};
  zg_str t = c->paras[i].body;
  size_t end = i < c->tail ? t.n : zg_sx_find_any(t, 0, contact, NULL);
  return end == ZG_NPOS ? (zg_str){t.p, 0} : zg_sx_sub(t, 0, end);
}

void zg_px_declared(zg_ctx *c) {
  zg_declared *d = &c->b->declared;
  sum s = {0, 0, 0};
  for (int i = c->body; i <= c->tail; i++) {
    zg_str t = zg_px_told(c, i);
    bool about = zg_px_about_problems(t);
    for (size_t at = 0; at < t.n;) {
      size_t end = zg_sx_fwd_to(t, at, "。\n");
      zg_counts found = zg_px_counts(c, zg_sx_sub(t, at, end), about);
      merge(d, &found, &s);
      add_series(c, &found, &s);
      if (found.states > s.states) {
        s.states = found.states;
        take_states(d, &found.d);
        c->done_at = zg_px_span(c, found.done_at);
      }
      at = end < t.n ? end + zg_sx_len(t, end) : end;
    }
  }
}

/* What differs becomes a warning; nothing is corrected. */
void zg_px_reconcile(zg_ctx *c) {
  const zg_bulletin *b = c->b;
  int64_t states[ZG_STATE_COUNT] = {0};
  zg_check checks[ZG_CHECKS_MAX];
  for (size_t i = 0; i < b->n_findings; i++)
    if (b->findings[i].status_source != ZG_STATE_SOURCE_SUMMARY)
      states[b->findings[i].status]++;
  size_t n = zg_reconcile(&b->declared, &b->parsed, states, checks);
  for (size_t i = 0; i < n; i++) {
    const zg_check *k = &checks[i];
    const char *code = zg_check_code(k->kind);
    if (k->ok || !code)
      continue;
    switch (k->kind) {
    case ZG_CHECK_PROBLEMS:
      zg_px_warn(c, k->span, code,
                 "the text declares %.0f problems, %.0f findings are numbered",
                 k->declared, k->found);
      break;
    case ZG_CHECK_SUM:
      zg_px_warn(c, k->span, code,
                 "the states sum to %.0f of %.0f declared problems", k->found,
                 k->declared);
      break;
    case ZG_CHECK_STATES:
      zg_px_warn(c, k->span, code,
                 "the text declares %.0f %.*s, %.0f findings say it of "
                 "themselves",
                 k->declared, (int)k->of.n, k->of.p, k->found);
      break;
    default:
      zg_px_warn(c, k->span, code,
                 "the text says %.2f %%, its own counts give %.2f %%",
                 k->declared, k->found);
    }
  }
}
