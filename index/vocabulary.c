#include "index/vocabulary.h"

#include <stdlib.h>

#include "index/store_private.h"
#include "index/vocabulary_file.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* <linux/ioprio.h>: glibc has no wrapper. */
#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_IDLE (3 << 13)
#define FILE_NAME "vocabulary"
#define STEP 64 /* texts between two looks at `cancel` */

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
  roaring_bitmap_t *seen;  /* the findings that were counted */
  zg_counts counts;        /* to go on from; its pairs are kept as `pairs` */
  const zg_pinyin *pinyin; /* the keeper's, which outlives us */
  head *heads;             /* one more than n_heads, to end the last */
  size_t n_heads;
  zg_follower *pairs;
  size_t n_chars;
  zg_follower *chars; /* while it is made: characters by frequency */
  lists by_syllable, by_letter;
};

/* What was counted before; all zero: nothing. */
typedef struct origin {
  zg_counts counts;
  roaring_bitmap_t *seen;
} origin;

/* What is to be counted: independent of the snapshot it was taken from. */
typedef struct task {
  uint64_t generation;
  roaring_bitmap_t *all;
  zg_forward_view *texts;
  const zg_store *store; /* its folder and id; outlives the thread */
} task;

struct zg_vocabularies {
  pthread_mutex_t lock; /* guards what follows; held while a small one is made,
                           the others wait for it */
  zg_pinyin *pinyin;
  zg_vocabulary *now;
  bool started, running; /* the thread: to be joined; still at work */
  task task;             /* the thread's while it runs */
  pthread_t thread;
  _Atomic int stop;
};

void zg_vocabulary_unref(zg_vocabulary *v) {
  if (!v || atomic_fetch_sub_explicit(&v->refs, 1, memory_order_acq_rel) != 1)
    return;
  if (v->seen)
    roaring_bitmap_free(v->seen);
  zg_counts_free(&v->counts);
  free(v->heads);
  free(v->pairs);
  free(v->chars);
  free(v->by_syllable.cps);
  free(v->by_syllable.from);
  free(v->by_letter.cps);
  free(v->by_letter.from);
  free(v);
}

/* ---- from the counts ---- */

static zg_status make_pairs(zg_vocabulary *v, zg_error *err) {
  const zg_counts *c = &v->counts;
  size_t heads = 0;
  for (size_t i = 0; i < c->n; i++)
    heads += i == 0 || ZG_PAIR_FIRST(c->pairs[i].key) !=
                           ZG_PAIR_FIRST(c->pairs[i - 1].key);
  v->pairs = malloc((c->n + 1) * sizeof *v->pairs);
  v->heads = malloc((heads + 1) * sizeof *v->heads);
  if (!v->pairs || !v->heads)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < c->n; i++) {
    uint32_t first = ZG_PAIR_FIRST(c->pairs[i].key);
    if (!v->n_heads || v->heads[v->n_heads - 1].cp != first)
      v->heads[v->n_heads++] = (head){first, (uint32_t)i};
    v->pairs[i] =
        (zg_follower){ZG_PAIR_SECOND(c->pairs[i].key), c->pairs[i].freq};
  }
  v->heads[v->n_heads] = (head){UINT32_MAX, (uint32_t)c->n};
  return ZG_OK;
}

static zg_status make_chars(zg_vocabulary *v, zg_error *err) {
  v->chars = malloc(ZG_HAN_COUNT * sizeof *v->chars);
  if (!v->chars)
    return zg_fail_nomem(err);
  for (uint32_t i = 0; i < ZG_HAN_COUNT; i++)
    if (v->counts.chars[i])
      v->chars[v->n_chars++] =
          (zg_follower){ZG_HAN_FIRST + i, v->counts.chars[i]};
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

static zg_status arrange(zg_vocabulary *v, zg_error *err) {
  zg_status st = make_pairs(v, err);
  if (!st)
    st = make_chars(v, err);
  if (!st && v->n_chars)
    qsort(v->chars, v->n_chars, sizeof *v->chars, frequent_first);
  if (!st)
    st = make_lists(v, &v->by_syllable, zg_pinyin_count(v->pinyin), false, err);
  if (!st)
    st = make_lists(v, &v->by_letter, 26, true, err);
  free(v->chars);
  v->chars = NULL;
  free(v->counts.pairs);
  v->counts.pairs = NULL;
  return st;
}

static void origin_drop(origin *o) {
  zg_counts_free(&o->counts);
  if (o->seen)
    roaring_bitmap_free(o->seen);
  *o = (origin){0};
}

/* What a vocabulary was made from; false, and nothing, without memory. */
static bool origin_of(const zg_vocabulary *v, origin *o) {
  size_t bytes = ZG_HAN_COUNT * sizeof *v->counts.chars;
  o->counts = (zg_counts){malloc((v->counts.n + 1) * sizeof(zg_counted)),
                          v->counts.n, malloc(bytes)};
  o->seen = roaring_bitmap_copy(v->seen);
  if (!o->counts.pairs || !o->counts.chars || !o->seen) {
    origin_drop(o);
    return false;
  }
  memcpy(o->counts.chars, v->counts.chars, bytes);
  for (size_t h = 0; h < v->n_heads; h++)
    for (uint32_t i = v->heads[h].from; i < v->heads[h + 1].from; i++)
      o->counts.pairs[i] = (zg_counted){
          ZG_PAIR_KEY(v->heads[h].cp, v->pairs[i].cp), v->pairs[i].freq};
  return true;
}

static zg_status count_texts(zg_counter *c, const task *t,
                             const roaring_bitmap_t *docids,
                             const _Atomic int *cancel, zg_error *err) {
  zg_buf room = ZG_BUF_INIT;
  zg_status st = ZG_OK;
  roaring_uint32_iterator_t it;
  roaring_init_iterator(docids, &it);
  for (uint32_t k = 0; it.has_value && !st; k++) {
    if (k % STEP == 0 && cancel && *cancel)
      st = zg_fail(err, ZG_BUSY, "cancelled", "", "the request was cancelled");
    else if (!zg_counter_add(
                 c, zg_forward_view_read(t->texts, it.current_value, &room)))
      st = zg_fail_nomem(err);
    roaring_advance_uint32_iterator(&it);
  }
  zg_buf_free(&room);
  return st;
}

/* Counts the findings that `from` has not seen yet.  Those that are gone stay
 * counted while they are few. */
static zg_status make(zg_vocabulary **out, const origin *from,
                      const zg_pinyin *pinyin, const task *t,
                      const _Atomic int *cancel, zg_error *err) {
  zg_vocabulary *v = calloc(1, sizeof *v);
  zg_counter *c = zg_counter_new();
  roaring_bitmap_t *fresh = roaring_bitmap_copy(t->all);
  zg_status st = v && c && fresh ? ZG_OK : zg_fail_nomem(err);
  if (v) {
    atomic_init(&v->refs, 1);
    v->pinyin = pinyin;
    v->generation = t->generation;
    v->seen = roaring_bitmap_copy(t->all);
    if (!v->seen)
      st = zg_fail_nomem(err);
  }
  if (!st && from->seen) {
    roaring_bitmap_andnot_inplace(fresh, from->seen);
    roaring_bitmap_or_inplace(v->seen, from->seen);
  }
  if (!st)
    st = count_texts(c, t, fresh, cancel, err);
  if (!st && !zg_counter_finish(c, &from->counts, &v->counts))
    st = zg_fail_nomem(err);
  if (!st)
    st = arrange(v, err);
  if (fresh)
    roaring_bitmap_free(fresh);
  zg_counter_free(c);
  if (st)
    zg_vocabulary_unref(v);
  *out = st ? NULL : v;
  return st;
}

/* ---- kept by the store ---- */

static void task_drop(task *t) {
  if (t->all)
    roaring_bitmap_free(t->all);
  if (t->texts)
    zg_forward_view_unref(t->texts);
  *t = (task){0};
}

static zg_status task_take(task *t, const zg_snapshot *s, zg_error *err) {
  *t = (task){s->generation, roaring_bitmap_copy(zg_table_all(s->findings)),
              zg_forward_view_ref(s->forward), s->store};
  if (t->all)
    return ZG_OK;
  task_drop(t);
  return zg_fail_nomem(err);
}

zg_vocabularies *zg_vocabularies_new(void) {
  zg_vocabularies *k = calloc(1, sizeof *k);
  if (k)
    pthread_mutex_init(&k->lock, NULL);
  return k;
}

void zg_vocabularies_free(zg_vocabularies *k) {
  if (!k)
    return;
  atomic_store(&k->stop, 1);
  if (k->started)
    pthread_join(k->thread, NULL);
  zg_vocabulary_unref(k->now);
  zg_pinyin_free(k->pinyin);
  pthread_mutex_destroy(&k->lock);
  free(k);
}

/* How much of the vocabulary is of findings that are gone, and how many it has
 * not seen. */
typedef struct lag {
  uint64_t gone, fresh, seen;
} lag;

static lag lag_of(const roaring_bitmap_t *seen, const roaring_bitmap_t *all) {
  lag l = {.seen = roaring_bitmap_get_cardinality(seen)};
  uint64_t both = roaring_bitmap_and_cardinality(seen, all);
  l.gone = l.seen - both;
  l.fresh = roaring_bitmap_get_cardinality(all) - both;
  return l;
}

static bool small(const zg_snapshot *s) {
  return zg_table_count(s->findings) <= ZG_VOCABULARY_SMALL;
}

static bool good_enough(const zg_vocabulary *v, const zg_snapshot *s) {
  if (!v || v->generation == s->generation || small(s))
    return v && v->generation == s->generation;
  lag l = lag_of(v->seen, zg_table_all(s->findings));
  return l.gone + l.fresh <= l.seen / 32;
}

static void keep(zg_vocabularies *k, zg_vocabulary *fresh) {
  zg_vocabulary_unref(k->now);
  k->now = fresh;
}

/* From the vocabulary at hand, else from the file; from nothing when too much
 * of it is gone. */
static void find_origin(origin *o, const zg_vocabulary *base, const char *path,
                        const task *t) {
  bool is = base ? origin_of(base, o)
                 : zg_vocabulary_file_read(path, t->store->uuid, &o->counts,
                                           &o->seen);
  if (!is)
    return;
  lag l = lag_of(o->seen, t->all);
  if (l.gone > l.seen / 32)
    origin_drop(o);
}

/* Saves it when that spares the next start some work. */
static void save(const zg_vocabulary *v, const origin *from, const char *path,
                 const task *t) {
  origin o;
  uint64_t seen = roaring_bitmap_get_cardinality(v->seen);
  uint64_t before = from->seen ? roaring_bitmap_get_cardinality(from->seen) : 0;
  if (t->store->read_only || seen - before <= seen / 64 || !origin_of(v, &o))
    return;
  zg_vocabulary_file_write(path, t->store->uuid, &o.counts, o.seen);
  origin_drop(&o);
}

static void *make_beside(void *arg) {
  zg_vocabularies *k = arg;
  const task *t = &k->task;
  zg_vocabulary *fresh = NULL, *base;
  origin from = {0};
  char path[4096];
  /* Of this thread alone: searches go first, on the disk too. */
  setpriority(PRIO_PROCESS, 0, 10);
  syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_IDLE);
  snprintf(path, sizeof path, "%s/" FILE_NAME, t->store->dir);
  pthread_mutex_lock(&k->lock);
  base = k->now;
  if (base)
    atomic_fetch_add_explicit(&base->refs, 1, memory_order_relaxed);
  pthread_mutex_unlock(&k->lock);
  find_origin(&from, base, path, t);
  zg_vocabulary_unref(base);
  if (!make(&fresh, &from, k->pinyin, t, &k->stop, NULL)) {
    pthread_mutex_lock(&k->lock);
    keep(k, fresh);
    atomic_fetch_add_explicit(&fresh->refs, 1, memory_order_relaxed);
    pthread_mutex_unlock(&k->lock);
    save(fresh, &from, path, t);
    zg_vocabulary_unref(fresh);
  }
  origin_drop(&from);
  pthread_mutex_lock(&k->lock);
  task_drop(&k->task);
  k->running = false;
  pthread_mutex_unlock(&k->lock);
  return NULL;
}

/* Under the lock. */
static zg_status start(zg_vocabularies *k, const zg_snapshot *s,
                       zg_error *err) {
  if (k->running)
    return ZG_OK;
  if (k->started)
    pthread_join(k->thread, NULL); /* it is at its end */
  k->started = false;
  zg_status st = task_take(&k->task, s, err);
  if (st)
    return st;
  if (pthread_create(&k->thread, NULL, make_beside, k) != 0) {
    task_drop(&k->task);
    return zg_fail(err, ZG_INTERNAL, "internal", "", "cannot start a thread");
  }
  k->started = k->running = true;
  return ZG_OK;
}

/* Under the lock. */
static zg_status renew(zg_vocabularies *k, const zg_snapshot *s,
                       const _Atomic int *cancel, zg_error *err) {
  static const origin nothing = {{NULL, 0, NULL}, NULL};
  task t;
  zg_vocabulary *fresh;
  zg_status st = k->pinyin ? ZG_OK : zg_pinyin_new(&k->pinyin, err);
  if (st || !small(s))
    return st ? st : start(k, s, err);
  st = task_take(&t, s, err);
  if (st)
    return st;
  st = make(&fresh, &nothing, k->pinyin, &t, cancel, err);
  if (!st)
    keep(k, fresh);
  task_drop(&t);
  return st;
}

zg_status zg_snapshot_vocabulary(zg_snapshot *s, const _Atomic int *cancel,
                                 zg_vocabulary **out, zg_error *err) {
  zg_vocabularies *k = s->store->vocabularies;
  *out = NULL;
  pthread_mutex_lock(&k->lock);
  zg_status st = good_enough(k->now, s) ? ZG_OK : renew(k, s, cancel, err);
  if (!st && k->now) {
    *out = k->now;
    atomic_fetch_add_explicit(&k->now->refs, 1, memory_order_relaxed);
  }
  pthread_mutex_unlock(&k->lock);
  return st;
}

void zg_snapshot_vocabulary_prepare(zg_snapshot *s) {
  zg_vocabularies *k = s->store->vocabularies;
  pthread_mutex_lock(&k->lock);
  if (!small(s) && !good_enough(k->now, s))
    renew(k, s, NULL, NULL); /* or else who asks first begins */
  pthread_mutex_unlock(&k->lock);
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
