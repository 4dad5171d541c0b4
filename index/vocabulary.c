#include "index/vocabulary.h"

#include <stdlib.h>

#include "index/store_private.h"

#define STEP 4096 /* terms between two looks at `cancel` */

typedef struct head {
  uint32_t cp, from; /* its followers: from .. the next head's */
} head;

/* Lists of characters, one after another, with where each begins. */
typedef struct lists {
  uint32_t *cps;
  uint32_t *from; /* n + 1 */
} lists;

struct zg_vocabulary {
  _Atomic unsigned refs;
  uint64_t generation;
  uint32_t findings;
  const zg_pinyin *pinyin; /* the keeper's, which outlives us */
  head *heads;             /* one more than n_heads, to end the last */
  size_t n_heads, cap_heads;
  zg_follower *pairs;
  size_t n_pairs, cap_pairs;
  zg_follower *chars; /* while it is made: characters by frequency */
  size_t n_chars, cap_chars;
  lists by_syllable, by_letter;
};

struct zg_vocabularies {
  pthread_mutex_t lock; /* held while one is made: the others wait for it */
  zg_pinyin *pinyin;
  zg_vocabulary *now;
};

void zg_vocabulary_unref(zg_vocabulary *v) {
  if (!v || atomic_fetch_sub_explicit(&v->refs, 1, memory_order_acq_rel) != 1)
    return;
  free(v->heads);
  free(v->pairs);
  free(v->chars);
  free(v->by_syllable.cps);
  free(v->by_syllable.from);
  free(v->by_letter.cps);
  free(v->by_letter.from);
  free(v);
}

/* ---- from the index's terms ---- */

static bool grow(void **items, size_t n, size_t *cap, size_t size) {
  if (n < *cap)
    return true;
  size_t want = *cap ? *cap * 2 : 1024;
  void *p = realloc(*items, want * size);
  if (!p)
    return false;
  *items = p;
  *cap = want;
  return true;
}

/* Two (or one) characters of three bytes each. */
static bool han(zg_str text, unsigned n, uint32_t *cps) {
  for (unsigned i = 0; i < n; i++) {
    int len = zg_utf8_next(text.p, text.n, &cps[i]);
    if (len != 3 || cps[i] < 0x3400 || cps[i] > 0x9FFF)
      return false;
    text = (zg_str){text.p + 3, text.n - 3};
  }
  return text.n == 0;
}

/* Drops the rarest pairs; the heads are made afterwards. */
static void thin_out(zg_vocabulary *v, uint32_t *floor, uint32_t *firsts) {
  size_t n = 0;
  ++*floor;
  for (size_t i = 0; i < v->n_pairs; i++)
    if (v->pairs[i].freq > *floor) {
      firsts[n] = firsts[i];
      v->pairs[n++] = v->pairs[i];
    }
  v->n_pairs = n;
}

typedef struct reading {
  zg_snapshot *snap;
  unsigned worker;
  const _Atomic int *cancel;
  zg_error *err;
} reading;

typedef zg_status (*take_fn)(zg_vocabulary *v, zg_str text, uint32_t freq,
                             void *arg, zg_error *err);

/* Every term of a family, in pieces. */
static zg_status walk(const reading *r, const char *family, take_fn take,
                      zg_vocabulary *v, void *arg) {
  char last[ZG_TERM_MAX + 1];
  zg_str after = ZG_STR_NULL;
  for (;;) {
    zg_xterm *terms = NULL;
    size_t n = 0;
    zg_status st = r->cancel && *r->cancel
                       ? zg_fail(r->err, ZG_BUSY, "cancelled", "",
                                 "the request was cancelled")
                       : ZG_OK;
    if (!st)
      st = zg_snapshot_terms(r->snap, r->worker, zg_str_of(family), after, STEP,
                             &terms, &n, r->err);
    for (size_t i = 0; i < n && !st; i++)
      st = take(v, (zg_str){terms[i].term.p + 1, terms[i].term.n - 1},
                terms[i].freq, arg, r->err);
    if (n) {
      after = (zg_str){last, terms[n - 1].term.n};
      memcpy(last, terms[n - 1].term.p, after.n);
    }
    free(terms);
    if (st || n < STEP)
      return st;
  }
}

typedef struct pairing {
  uint32_t *firsts;
  size_t cap;
  uint32_t floor;
} pairing;

static zg_status take_pair(zg_vocabulary *v, zg_str text, uint32_t freq,
                           void *arg, zg_error *err) {
  pairing *p = arg;
  uint32_t cp[2];
  if (!han(text, 2, cp) || freq <= p->floor)
    return ZG_OK;
  while (v->n_pairs == ZG_VOCABULARY_PAIRS_MAX)
    thin_out(v, &p->floor, p->firsts);
  if (freq <= p->floor)
    return ZG_OK;
  if (!grow((void **)&v->pairs, v->n_pairs, &v->cap_pairs, sizeof *v->pairs) ||
      !grow((void **)&p->firsts, v->n_pairs, &p->cap, sizeof *p->firsts))
    return zg_fail_nomem(err);
  p->firsts[v->n_pairs] = cp[0];
  v->pairs[v->n_pairs++] = (zg_follower){cp[1], freq};
  return ZG_OK;
}

static zg_status take_char(zg_vocabulary *v, zg_str text, uint32_t freq,
                           void *arg, zg_error *err) {
  uint32_t cp;
  (void)arg;
  if (!han(text, 1, &cp))
    return ZG_OK;
  if (!grow((void **)&v->chars, v->n_chars, &v->cap_chars, sizeof *v->chars))
    return zg_fail_nomem(err);
  v->chars[v->n_chars++] = (zg_follower){cp, freq};
  return ZG_OK;
}

static zg_status make_heads(zg_vocabulary *v, const uint32_t *firsts,
                            zg_error *err) {
  for (size_t i = 0; i <= v->n_pairs; i++) {
    bool end = i == v->n_pairs;
    if (!end && i && firsts[i] == firsts[i - 1])
      continue;
    if (!grow((void **)&v->heads, v->n_heads, &v->cap_heads, sizeof *v->heads))
      return zg_fail_nomem(err);
    v->heads[v->n_heads] = (head){end ? UINT32_MAX : firsts[i], (uint32_t)i};
    v->n_heads += !end;
  }
  return ZG_OK;
}

static int frequent_first(const void *x, const void *y) {
  const zg_follower *a = x, *b = y;
  if (a->freq != b->freq)
    return a->freq > b->freq ? -1 : 1;
  return a->cp < b->cp ? -1 : a->cp > b->cp;
}

/* Into which lists a character goes: its syllables, or their first letters. */
static unsigned places_of(const zg_vocabulary *v, uint32_t cp, bool letters,
                          uint16_t out[ZG_READINGS_MAX]) {
  unsigned n = zg_pinyin_readings(v->pinyin, cp, out), kept = 0;
  for (unsigned i = 0; letters && i < n; i++) {
    uint16_t letter =
        (uint16_t)(zg_pinyin_syllable(v->pinyin, out[i])[0] - 'a');
    unsigned k = 0;
    while (k < kept && out[k] != letter)
      k++;
    if (k == kept)
      out[kept++] = letter;
  }
  return letters ? kept : n;
}

static zg_status make_lists(zg_vocabulary *v, lists *l, unsigned n,
                            bool letters, zg_error *err) {
  uint16_t at[ZG_READINGS_MAX];
  l->from = calloc(n + 2, sizeof *l->from);
  l->cps = calloc(v->n_chars * ZG_READINGS_MAX + 1, sizeof *l->cps);
  if (!l->from || !l->cps)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < v->n_chars; i++)
    for (unsigned k = places_of(v, v->chars[i].cp, letters, at); k-- > 0;)
      l->from[at[k] + 2]++;
  for (unsigned i = 0; i < n; i++)
    l->from[i + 2] += l->from[i + 1];
  for (size_t i = 0; i < v->n_chars; i++)
    for (unsigned k = places_of(v, v->chars[i].cp, letters, at); k-- > 0;)
      l->cps[l->from[at[k] + 1]++] = v->chars[i].cp;
  return ZG_OK;
}

static zg_status make(zg_vocabulary **out, const zg_pinyin *pinyin,
                      const reading *r) {
  pairing p = {0};
  zg_vocabulary *v = calloc(1, sizeof *v);
  if (!v)
    return zg_fail_nomem(r->err);
  atomic_init(&v->refs, 1);
  v->pinyin = pinyin;
  zg_status st = walk(r, "B", take_pair, v, &p);
  if (!st)
    st = walk(r, "C", take_char, v, NULL);
  if (!st)
    st = make_heads(v, p.firsts, r->err);
  if (!st && v->n_chars)
    qsort(v->chars, v->n_chars, sizeof *v->chars, frequent_first);
  if (!st)
    st = make_lists(v, &v->by_syllable, zg_pinyin_count(pinyin), false, r->err);
  if (!st)
    st = make_lists(v, &v->by_letter, 26, true, r->err);
  free(p.firsts);
  free(v->chars);
  v->chars = NULL;
  if (st)
    zg_vocabulary_unref(v);
  else
    *out = v;
  return st;
}

/* ---- kept by the store ---- */

zg_vocabularies *zg_vocabularies_new(void) {
  zg_vocabularies *k = calloc(1, sizeof *k);
  if (k)
    pthread_mutex_init(&k->lock, NULL);
  return k;
}

void zg_vocabularies_free(zg_vocabularies *k) {
  if (!k)
    return;
  zg_vocabulary_unref(k->now);
  zg_pinyin_free(k->pinyin);
  pthread_mutex_destroy(&k->lock);
  free(k);
}

static bool good_enough(const zg_vocabulary *v, const zg_snapshot *s) {
  if (!v)
    return false;
  if (v->generation == s->generation)
    return true;
  uint32_t now = zg_table_count(s->findings), then = v->findings;
  uint32_t apart = now > then ? now - then : then - now;
  return v->n_pairs > ZG_VOCABULARY_SMALL && apart <= then / 32;
}

static zg_status renew(zg_vocabularies *k, zg_snapshot *s, const reading *r) {
  zg_vocabulary *fresh = NULL;
  zg_status st = k->pinyin ? ZG_OK : zg_pinyin_new(&k->pinyin, r->err);
  if (!st)
    st = make(&fresh, k->pinyin, r);
  if (zg_snapshot_overtaken(s)) {
    zg_vocabulary_unref(fresh);
    return zg_fail(r->err, ZG_MODIFIED, "index_modified", "",
                   "overtaken by newer commits");
  }
  if (st)
    return st;
  fresh->generation = s->generation;
  fresh->findings = zg_table_count(s->findings);
  zg_vocabulary_unref(k->now);
  k->now = fresh;
  return ZG_OK;
}

zg_status zg_snapshot_vocabulary(zg_snapshot *s, unsigned worker,
                                 const _Atomic int *cancel, zg_vocabulary **out,
                                 zg_error *err) {
  zg_vocabularies *k = s->store->vocabularies;
  reading r = {s, worker, cancel, err};
  *out = NULL;
  pthread_mutex_lock(&k->lock);
  zg_status st = good_enough(k->now, s) ? ZG_OK : renew(k, s, &r);
  if (!st) {
    *out = k->now;
    atomic_fetch_add_explicit(&k->now->refs, 1, memory_order_relaxed);
  }
  pthread_mutex_unlock(&k->lock);
  return st;
}

/* ---- questions ---- */

const zg_pinyin *zg_vocabulary_pinyin(const zg_vocabulary *v) {
  return v->pinyin;
}

size_t zg_vocabulary_after(const zg_vocabulary *v, uint32_t cp,
                           const zg_follower **out) {
  size_t lo = 0, hi = v->n_heads;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (v->heads[mid].cp < cp)
      lo = mid + 1;
    else
      hi = mid;
  }
  if (lo == v->n_heads || v->heads[lo].cp != cp)
    return 0;
  *out = v->pairs + v->heads[lo].from;
  return v->heads[lo + 1].from - v->heads[lo].from;
}

uint32_t zg_vocabulary_pair(const zg_vocabulary *v, uint32_t a, uint32_t b) {
  const zg_follower *f = NULL;
  size_t lo = 0, n = zg_vocabulary_after(v, a, &f), hi = n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (f[mid].cp < b)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo < n && f[lo].cp == b ? f[lo].freq : 0;
}

size_t zg_vocabulary_before(const zg_vocabulary *v, uint32_t b,
                            zg_follower *out, size_t cap) {
  size_t n = 0;
  for (size_t i = 0; i < v->n_heads && n < cap; i++)
    for (uint32_t k = v->heads[i].from; k < v->heads[i + 1].from; k++)
      if (v->pairs[k].cp == b) {
        out[n++] = (zg_follower){v->heads[i].cp, v->pairs[k].freq};
        break;
      }
  return n;
}

static size_t list(const lists *l, unsigned i, const uint32_t **out) {
  *out = l->cps + l->from[i];
  return l->from[i + 1] - l->from[i];
}

size_t zg_vocabulary_read(const zg_vocabulary *v, unsigned syllable,
                          const uint32_t **out) {
  return list(&v->by_syllable, syllable, out);
}

size_t zg_vocabulary_initial(const zg_vocabulary *v, char letter,
                             const uint32_t **out) {
  if (letter < 'a' || letter > 'z')
    return 0;
  return list(&v->by_letter, (unsigned)(letter - 'a'), out);
}
