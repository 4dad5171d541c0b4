#include "query/lattice.h"

#include <stdlib.h>

#include "query/context.h"

/* `next` is a heap of the strongest chains so far, the weakest of them first.
 */
struct zg_lattice {
  const zg_vocabulary *v;
  zg_chain *now, *next; /* ZG_BEAM each */
  size_t n_now, n_next;
};

void zg_choice_clear(zg_choice *c) { memset(c, 0, sizeof *c); }

void zg_choice_add(zg_choice *c, uint32_t cp) {
  uint32_t i = cp - ZG_PLACE_FIRST;
  if (cp >= ZG_PLACE_FIRST && i < ZG_PLACE_CHARS)
    c->bits[i / 64] |= UINT64_C(1) << (i % 64);
}

void zg_choice_add_all(zg_choice *c, const uint32_t *cps, size_t n) {
  for (size_t i = 0; i < n; i++)
    zg_choice_add(c, cps[i]);
}

static bool has(const zg_choice *c, uint32_t cp) {
  uint32_t i = cp - ZG_PLACE_FIRST;
  return cp >= ZG_PLACE_FIRST && i < ZG_PLACE_CHARS &&
         (c->bits[i / 64] >> (i % 64) & 1);
}

zg_lattice *zg_lattice_new(const zg_vocabulary *v) {
  zg_lattice *l = calloc(1, sizeof *l);
  if (!l)
    return NULL;
  l->v = v;
  l->now = malloc(ZG_BEAM * sizeof *l->now);
  l->next = malloc(ZG_BEAM * sizeof *l->next);
  if (!l->now || !l->next) {
    zg_lattice_free(l);
    return NULL;
  }
  return l;
}

void zg_lattice_free(zg_lattice *l) {
  if (!l)
    return;
  free(l->now);
  free(l->next);
  free(l);
}

static int strong_first(const void *x, const void *y) {
  const zg_chain *a = x, *b = y;
  if (a->weakest != b->weakest)
    return a->weakest > b->weakest ? -1 : 1;
  return memcmp(a->cps, b->cps, a->n * sizeof *a->cps);
}

/* Lets the chain at `i` sink to where all below it are stronger. */
static void sink(zg_chain *heap, size_t n, size_t i) {
  for (size_t kid; (kid = 2 * i + 1) < n; i = kid) {
    if (kid + 1 < n && strong_first(&heap[kid + 1], &heap[kid]) > 0)
      kid++;
    if (strong_first(&heap[i], &heap[kid]) > 0)
      return;
    zg_chain held = heap[i];
    heap[i] = heap[kid];
    heap[kid] = held;
  }
}

static void offer(zg_lattice *l, const zg_chain *c) {
  if (l->n_next == ZG_BEAM) {
    if (strong_first(c, &l->next[0]) > 0)
      return;
    l->next[0] = *c;
    sink(l->next, ZG_BEAM, 0);
    return;
  }
  l->next[l->n_next++] = *c;
  if (l->n_next == ZG_BEAM)
    for (size_t i = ZG_BEAM / 2; i-- > 0;)
      sink(l->next, ZG_BEAM, i);
}

static void follow(zg_lattice *l, const zg_chain *c, const zg_choice *place) {
  const zg_follower *f = NULL;
  size_t n = zg_vocabulary_after(l->v, c->cps[c->n - 1], &f);
  for (size_t i = 0; i < n; i++) {
    uint32_t weakest = f[i].freq < c->weakest ? f[i].freq : c->weakest;
    if ((l->n_next == ZG_BEAM && weakest < l->next[0].weakest) ||
        !has(place, f[i].cp))
      continue;
    zg_chain made = *c;
    made.cps[made.n++] = f[i].cp;
    made.weakest = weakest;
    offer(l, &made);
  }
}

/* From each choice of the first place, a chain of one. */
static void begin(zg_lattice *l, const zg_choice *first,
                  const zg_choice *second) {
  for (uint32_t w = 0; w < ZG_PLACE_CHARS / 64; w++)
    for (uint64_t bits = first->bits[w]; bits; bits &= bits - 1) {
      uint32_t cp = ZG_PLACE_FIRST + w * 64 + (uint32_t)__builtin_ctzll(bits);
      zg_chain one = {{cp}, 1, UINT32_MAX};
      follow(l, &one, second);
    }
}

zg_status zg_lattice_walk(zg_lattice *l, const zg_choice *places, unsigned n,
                          const _Atomic int *cancel, const zg_chain **out,
                          size_t *n_out, zg_error *err) {
  *n_out = 0;
  if (n < 2 || n > ZG_CHAIN_MAX)
    return ZG_OK;
  for (unsigned at = 1; at < n; at++) {
    zg_status st = zg_cancelled(cancel, err);
    if (st)
      return st;
    l->n_next = 0;
    if (at == 1)
      begin(l, &places[0], &places[1]);
    for (size_t i = 0; at > 1 && i < l->n_now; i++)
      follow(l, &l->now[i], &places[at]);
    zg_chain *spare = l->now;
    l->now = l->next;
    l->n_now = l->n_next;
    l->next = spare;
  }
  if (l->n_now)
    qsort(l->now, l->n_now, sizeof *l->now, strong_first);
  *out = l->now;
  *n_out = l->n_now;
  return ZG_OK;
}

uint32_t zg_lattice_weakest(const zg_vocabulary *v, const uint32_t *cps,
                            unsigned n) {
  uint32_t weakest = n > 1 ? UINT32_MAX : 0;
  for (unsigned i = 1; i < n && weakest; i++) {
    uint32_t freq = zg_vocabulary_pair(v, cps[i - 1], cps[i]);
    weakest = freq < weakest ? freq : weakest;
  }
  return weakest;
}

/* ---- one step away ---- */

typedef struct editor {
  const zg_vocabulary *v;
  const uint32_t *run;
  unsigned n;
  zg_chain *out; /* the strongest, a heap's worth kept sorted */
  size_t n_out, cap;
} editor;

/* `weakest` of its pairs, 0: it stands nowhere. */
static void keep(editor *e, const uint32_t *cps, unsigned n, uint32_t weakest) {
  zg_chain c = {.n = n, .weakest = weakest};
  if (!c.weakest || (n == e->n && memcmp(cps, e->run, n * sizeof *cps) == 0))
    return;
  memcpy(c.cps, cps, n * sizeof *cps);
  size_t at = e->n_out;
  for (size_t i = 0; i < e->n_out; i++)
    if (e->out[i].n == n && strong_first(&e->out[i], &c) == 0)
      return;
  while (at > 0 && strong_first(&c, &e->out[at - 1]) < 0)
    at--;
  if (at == e->cap)
    return;
  size_t move = (e->n_out < e->cap ? e->n_out : e->cap - 1) - at;
  memmove(&e->out[at + 1], &e->out[at], move * sizeof *e->out);
  e->out[at] = c;
  e->n_out += e->n_out < e->cap;
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Puts any character at place `at` (of a copy that has room for it there);
 * `rest` is the weakest of the pairs without it. */
static void any_at(editor *e, uint32_t *cps, unsigned n, unsigned at,
                   uint32_t rest) {
  enum { MOST = 4096 };
  const zg_follower *f = NULL;
  zg_follower *before = NULL;
  size_t m;
  if (at > 0) {
    m = zg_vocabulary_after(e->v, cps[at - 1], &f);
  } else {
    before = malloc(MOST * sizeof *before);
    m = before ? zg_vocabulary_before(e->v, cps[1], before, MOST) : 0;
    f = before;
  }
  for (size_t i = 0; i < m; i++) {
    uint32_t weakest = least(rest, f[i].freq);
    if (e->n_out == e->cap && weakest < e->out[e->cap - 1].weakest)
      continue; /* before the other pair is looked up */
    if (at > 0 && at + 1 < n)
      weakest = least(weakest, zg_vocabulary_pair(e->v, f[i].cp, cps[at + 1]));
    cps[at] = f[i].cp;
    keep(e, cps, n, weakest);
  }
  free(before);
}

/* The weakest of the pairs that do not touch place `at`.  0: the rest of the
 * run does not hold together, so one character cannot mend it. */
static uint32_t rest_of(const editor *e, const uint32_t *cps, unsigned n,
                        unsigned at) {
  uint32_t rest = UINT32_MAX;
  for (unsigned i = 1; i < n && rest; i++)
    if (i != at && i != at + 1)
      rest = least(rest, zg_vocabulary_pair(e->v, cps[i - 1], cps[i]));
  return rest;
}

static void keep_found(editor *e, const uint32_t *cps, unsigned n) {
  keep(e, cps, n, zg_lattice_weakest(e->v, cps, n));
}

static void edit_at(editor *e, unsigned at) {
  uint32_t cps[ZG_CHAIN_MAX + 1];
  size_t left = e->n - at;
  uint32_t rest;
  memcpy(cps, e->run, e->n * sizeof *cps);
  if (at < e->n) {
    if ((rest = rest_of(e, cps, e->n, at)) > 0)
      any_at(e, cps, e->n, at, rest);
    memmove(cps + at, e->run + at + 1, (left - 1) * sizeof *cps);
    keep_found(e, cps, e->n - 1);
    memcpy(cps, e->run, e->n * sizeof *cps);
  }
  if (at + 1 < e->n) {
    cps[at] = e->run[at + 1];
    cps[at + 1] = e->run[at];
    keep_found(e, cps, e->n);
    cps[at] = e->run[at];
  }
  if (at > 0 && at < e->n && e->n < ZG_CHAIN_MAX) {
    memcpy(cps + at + 1, e->run + at, left * sizeof *cps);
    if ((rest = rest_of(e, cps, e->n + 1, at)) > 0)
      any_at(e, cps, e->n + 1, at, rest);
  }
}

size_t zg_lattice_edits(const zg_vocabulary *v, const uint32_t *run, unsigned n,
                        zg_chain *out, size_t cap) {
  editor e = {.v = v, .run = run, .n = n, .out = out, .cap = cap};
  if (n < 3 || n > ZG_CHAIN_MAX || !cap)
    return 0;
  for (unsigned at = 0; at < n; at++)
    edit_at(&e, at);
  return e.n_out;
}
