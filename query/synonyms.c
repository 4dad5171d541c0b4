#include "query/synonyms.h"

typedef struct expander {
  const zg_synonyms *words;
  zg_analyser *analyser;
  zg_arena *arena;
  zg_expansion *made;
  size_t n;
  size_t added;
  zg_error *err;
} expander;

static zg_status note(expander *e, zg_str run, const zg_str *with, size_t n) {
  for (size_t i = 0; i < e->n; i++)
    if (zg_str_eq(e->made[i].run, run))
      return ZG_OK;
  zg_expansion *x = &e->made[e->n];
  x->run = zg_arena_dup(e->arena, run);
  x->with = zg_arena_alloc(e->arena, n * sizeof *x->with);
  if (!x->run.p || !x->with)
    return zg_fail_nomem(e->err);
  for (size_t i = 0; i < n; i++) {
    x->with[i] = zg_arena_dup(e->arena, with[i]);
    if (!x->with[i].p)
      return zg_fail_nomem(e->err);
  }
  x->n_with = n;
  e->n++;
  return ZG_OK;
}

static zg_status synonym(expander *e, const zg_query *of, zg_str word,
                         zg_query **out) {
  zg_query *q = zg_arena_alloc(e->arena, sizeof *q);
  if (!q)
    return zg_fail_nomem(e->err);
  q->kind = ZG_QUERY_RUN;
  q->field = of->field;
  q->offset = of->offset;
  q->quoted = true;
  *out = q;
  zg_status st =
      zg_analyse_query(e->analyser, e->arena, word, &q->terms, e->err);
  if (!st)
    q->gaps = memchr(q->terms.run.p, ' ', q->terms.run.n) != NULL;
  return st;
}

static zg_status expand_run(expander *e, zg_query **io) {
  zg_query *run = *io;
  zg_str with[ZG_SYNONYM_GROUP_MAX];
  if (run->quoted || run->prefix)
    return ZG_OK;
  size_t n = zg_synonyms_of(e->words, run->terms.run, with);
  if (!n)
    return ZG_OK;
  if ((e->added += n) > ZG_QUERY_TERMS_MAX)
    return zg_fail(e->err, ZG_INVALID, "too_many_terms", "q",
                   "q: more than %d synonyms", ZG_QUERY_TERMS_MAX);
  zg_status st = note(e, run->terms.run, with, n);
  zg_query *any = zg_arena_alloc(e->arena, sizeof *any);
  zg_query **kids = zg_arena_alloc(e->arena, (n + 1) * sizeof *kids);
  if (!any || !kids)
    return zg_fail_nomem(e->err);
  kids[0] = run;
  for (size_t i = 0; i < n && !st; i++)
    st = synonym(e, run, with[i], &kids[i + 1]);
  *any = (zg_query){
      .kind = ZG_QUERY_OR, .kids = kids, .n_kids = n + 1, .field = -1};
  *io = any;
  return st;
}

static zg_status expand(expander *e, zg_query **io) {
  if ((*io)->kind == ZG_QUERY_RUN)
    return expand_run(e, io);
  zg_status st = ZG_OK;
  for (size_t i = 0; i < (*io)->n_kids && !st; i++)
    st = expand(e, &(*io)->kids[i]);
  return st;
}

zg_status zg_query_synonyms(zg_query **io, zg_expansion **out, size_t *n,
                            const zg_synonyms *words, zg_analyser *analyser,
                            zg_arena *arena, zg_error *err) {
  expander e = {
      .words = words, .analyser = analyser, .arena = arena, .err = err};
  *out = NULL;
  *n = 0;
  if (!*io)
    return ZG_OK;
  e.made = zg_arena_alloc(arena, ZG_QUERY_TERMS_MAX * sizeof *e.made);
  if (!e.made)
    return zg_fail_nomem(err);
  zg_status st = expand(&e, io);
  *out = e.made;
  *n = e.n;
  return st;
}
