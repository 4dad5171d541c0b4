/* What the bulletin says it did as a whole: the block of results in front of
 * the findings or behind them.  Never added to those of the findings. */
#include "index/parse_ctx.h"

enum { MAX_FIGURES = 60 };

typedef struct caps {
  size_t money, people;
  zg_str rules_at, cases_at; /* paragraphs of the counts */
} caps;

/* The block is often told twice, in front and at the end. */
static bool told_money(const zg_figures *g, const zg_money *m) {
  for (size_t i = 0; i < g->n_money; i++)
    if (g->money[i].fen == m->fen && g->money[i].kind == m->kind &&
        g->money[i].part == m->part)
      return true;
  return false;
}

static bool told_people(const zg_figures *g, const zg_people *p) {
  for (size_t i = 0; i < g->n_people; i++)
    if (g->people[i].n == p->n && g->people[i].times == p->times &&
        g->people[i].part == p->part && zg_str_eq(g->people[i].verb, p->verb))
      return true;
  return false;
}

/* Sums with a deed, and people to whom something was done: 专班12人 is none. */
static void take(zg_ctx *c, const zg_finding *f, caps *cap) {
  zg_figures *g = &c->b->figures;
  for (size_t i = 0; i < f->n_money; i++) {
    const zg_money *m = &f->money[i];
    void *items = g->money;
    if ((!m->verb.p && !m->part) || told_money(g, m) ||
        g->n_money >= MAX_FIGURES ||
        !zg_px_grow(c, &items, g->n_money, &cap->money, sizeof *g->money))
      continue;
    g->money = items;
    g->money[g->n_money++] = *m;
  }
  for (size_t i = 0; i < f->n_people; i++) {
    const zg_people *p = &f->people[i];
    void *items = g->people;
    if (p->kind != ZG_PEOPLE_HANDLED || told_people(g, p) ||
        g->n_people >= MAX_FIGURES ||
        !zg_px_grow(c, &items, g->n_people, &cap->people, sizeof *g->people))
      continue;
    g->people = items;
    g->people[g->n_people++] = *p;
  }
}

void zg_px_figures(zg_ctx *c) {
  caps cap = {0, 0, ZG_STR_NULL, ZG_STR_NULL};
  zg_figures *g = &c->b->figures;
  /* the paragraph with the most rules is the block; others tell parts of it */
  for (int i = c->body; i <= c->tail; i++) {
    zg_str t = zg_px_told(c, i);
    if (t.n == 0)
      continue;
    zg_finding f = {.n = 0};
    zg_px_money(c, &f, t, false);
    zg_px_people(c, &f, t, false);
    take(c, &f, &cap);
    int64_t rules = zg_px_rules(t), cases = zg_px_cases(t);
    if (rules > g->rules_made) {
      g->rules_made = rules;
      cap.rules_at = t;
    }
    if (cases > g->cases) {
      g->cases = cases;
      cap.cases_at = t;
    }
  }
  if (g->rules_made)
    zg_px_mark(c, "figures.rules_made", cap.rules_at);
  if (g->cases)
    zg_px_mark(c, "figures.cases", cap.cases_at);
}
