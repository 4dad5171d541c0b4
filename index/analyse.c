#include "index/analyse.h"

#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>

#define UNIT_CUT 32 /* normalise.h: longer Latin/digit runs are cut */
/* A problem title is the inspectors' own short name of the problem: where there
 * is one, its terms count twice. */
#define PROBLEM_WDF 2

/* One occurrence of a term; its bytes are pool[off, off+n).  `key` is the
 * first eight bytes big-endian: nearly all terms differ there, so that sorting
 * hardly ever looks at the bytes. */
typedef struct occurrence {
  uint64_t key;
  uint32_t off;
  uint16_t n;
  uint16_t wdf; /* what it adds to the term's frequency */
} occurrence;

typedef struct bag {
  zg_buf pool;
  occurrence *a;
  size_t n, cap;
  uint16_t wdf; /* of what is added next */
} bag;

struct zg_analyser {
  const zg_normaliser *nz;
  UBreakIterator *words;
  zg_norm norm;
  UChar *u16;   /* canonical text for ICU ... */
  uint32_t *at; /* ... and the byte offset of each of its units */
  size_t u16_cap;
  bag doc, query;
  zg_term *terms;
  size_t terms_cap;
  zg_buf forward;
  int field; /* field being filled, -1 before the first */
  bool has_item;
};

zg_status zg_analyser_new(zg_analyser **out, const zg_normaliser *nz,
                          zg_error *err) {
  *out = NULL;
  zg_analyser *a = calloc(1, sizeof *a);
  if (!a)
    return zg_fail_nomem(err);
  UErrorCode e = U_ZERO_ERROR;
  a->nz = nz;
  a->words = ubrk_open(UBRK_WORD, "zh", NULL, 0, &e);
  if (U_FAILURE(e)) {
    free(a);
    return zg_fail(err, ZG_INTERNAL, "icu_data", "",
                   "ICU has no word break rules for Chinese: %s",
                   u_errorName(e));
  }
  zg_analyse_begin(a);
  *out = a;
  return ZG_OK;
}

void zg_analyser_free(zg_analyser *a) {
  if (!a)
    return;
  ubrk_close(a->words);
  zg_norm_free(&a->norm);
  free(a->u16);
  free(a->at);
  zg_buf_free(&a->doc.pool);
  free(a->doc.a);
  zg_buf_free(&a->query.pool);
  free(a->query.a);
  free(a->terms);
  zg_buf_free(&a->forward);
  free(a);
}

const zg_normaliser *zg_analyser_normaliser(const zg_analyser *a) {
  return a->nz;
}

/* ---- terms ---- */

static uint64_t key_of(const char *p, size_t n) {
  unsigned char b[8] = {0};
  memcpy(b, p, n < 8 ? n : 8);
  uint64_t k = 0;
  for (int i = 0; i < 8; i++)
    k = k << 8 | b[i];
  return k;
}

static bool bag_add(bag *b, char family, const char *p, size_t n) {
  if (n + 1 > ZG_TERM_MAX)
    return true; /* no word of the dictionary is as long; be safe */
  if (b->n == b->cap) {
    size_t cap = b->cap ? b->cap * 2 : 1024;
    occurrence *a = realloc(b->a, cap * sizeof *a);
    if (!a)
      return false;
    b->a = a;
    b->cap = cap;
  }
  size_t off = b->pool.n;
  if (off > UINT32_MAX - ZG_TERM_MAX || !zg_buf_reserve(&b->pool, n + 1))
    return false;
  char *q = b->pool.p + off;
  q[0] = family;
  memcpy(q + 1, p, n);
  b->pool.n += n + 1;
  b->a[b->n++] =
      (occurrence){key_of(q, n + 1), (uint32_t)off, (uint16_t)(n + 1), b->wdf};
  return true;
}

static void bag_clear(bag *b) {
  zg_buf_clear(&b->pool);
  b->n = 0;
}

static bool is_han(uint32_t cp) {
  if (cp >= 0x4E00 && cp <= 0x9FFF)
    return true;
  return cp >= 0x3000 && u_hasBinaryProperty((UChar32)cp, UCHAR_IDEOGRAPHIC);
}

/* ---- units ---- */

/* Length of the unit at text.p[i]; `first` is its first code point. */
static size_t unit_len(zg_str text, size_t i, uint32_t *first) {
  if (zg_unit_is_alnum((unsigned char)text.p[i])) {
    size_t k = i;
    while (k < text.n && k - i < UNIT_CUT &&
           zg_unit_is_alnum((unsigned char)text.p[k]))
      k++;
    *first = (unsigned char)text.p[i];
    return k - i;
  }
  int len = zg_utf8_next(text.p + i, text.n - i, first);
  return len ? (size_t)len : 1;
}

static bool set_words_text(zg_analyser *a, zg_str text) {
  if (a->u16_cap < text.n + 1) {
    size_t cap = 2 * a->u16_cap > text.n + 1 ? 2 * a->u16_cap : text.n + 1;
    UChar *u16 = realloc(a->u16, cap * sizeof *u16);
    if (!u16)
      return false;
    a->u16 = u16;
    uint32_t *at = realloc(a->at, cap * sizeof *at);
    if (!at)
      return false;
    a->at = at;
    a->u16_cap = cap;
  }
  size_t n = 0;
  for (size_t i = 0; i < text.n;) {
    uint32_t cp = 0;
    int len = zg_utf8_next(text.p + i, text.n - i, &cp);
    if (len == 0)
      return false;
    a->at[n] = a->at[n + (cp > 0xFFFF)] = (uint32_t)i;
    U16_APPEND_UNSAFE(a->u16, n, cp);
    i += (size_t)len;
  }
  a->at[n] = (uint32_t)text.n;
  UErrorCode e = U_ZERO_ERROR;
  ubrk_setText(a->words, a->u16, (int32_t)n, &e);
  return U_SUCCESS(e);
}

/* Bytes of the dictionary word that starts at byte i, 0 when none does or it
 * is not of two Han characters or more.  *from and *to hold ICU's current
 * segment; i never goes back. */
static size_t word_at(zg_analyser *a, zg_str text, size_t i, size_t *from,
                      size_t *to) {
  while (*to <= i) {
    int32_t b = ubrk_next(a->words);
    if (b == UBRK_DONE)
      return 0;
    *from = *to;
    *to = a->at[b];
  }
  if (*from != i)
    return 0;
  size_t chars = 0;
  for (size_t k = i; k < *to; chars++) {
    uint32_t cp = 0;
    int len = zg_utf8_next(text.p + k, *to - k, &cp);
    if (len == 0 || !is_han(cp))
      return 0;
    k += (size_t)len;
  }
  return chars >= 2 ? *to - i : 0;
}

/* All terms of a canonical text, each family in text order. */
static bool add_terms(zg_analyser *a, zg_str text, bag *b, size_t *n_units) {
  if (text.n == 0)
    return true;
  if (!set_words_text(a, text))
    return false;
  size_t prev = SIZE_MAX; /* start of the unit before, no gap between */
  size_t from = 0, to = 0;
  for (size_t i = 0; i < text.n;) {
    if (text.p[i] == ' ') {
      prev = SIZE_MAX;
      i++;
      continue;
    }
    uint32_t cp = 0;
    size_t len = unit_len(text, i, &cp), word = len;
    if (!bag_add(b, 'C', text.p + i, len))
      return false;
    if (prev != SIZE_MAX && !bag_add(b, 'B', text.p + prev, i + len - prev))
      return false;
    if (cp >= 0x80)
      word = word_at(a, text, i, &from, &to);
    if (word && !bag_add(b, 'W', text.p + i, word))
      return false;
    ++*n_units;
    prev = i;
    i += len;
  }
  return true;
}

/* ---- documents ---- */

void zg_analyse_begin(zg_analyser *a) {
  bag_clear(&a->doc);
  zg_buf_clear(&a->forward);
  a->field = -1;
  a->has_item = false;
}

static bool open_field(zg_analyser *a, int field) {
  bool ok = true;
  while (a->field < field) {
    if (a->field >= 0)
      ok = zg_buf_addc(&a->forward, ZG_FORWARD_FIELD) && ok;
    a->field++;
    a->has_item = false;
  }
  return ok;
}

zg_status zg_analyse_add(zg_analyser *a, zg_text_field field, zg_str item,
                         zg_error *err) {
  if ((int)field < a->field || field >= ZG_TEXT_FIELD_COUNT)
    return zg_fail(err, ZG_INTERNAL, "field_order", "",
                   "text field %d after field %d", (int)field, a->field);
  zg_status st = zg_normalise_search(a->nz, item, &a->norm, err);
  if (st)
    return st;
  bool ok = open_field(a, (int)field);
  if (a->has_item)
    ok = zg_buf_addc(&a->forward, ZG_FORWARD_ITEM) && ok;
  a->has_item = true;
  zg_str text = {a->norm.p, a->norm.n};
  size_t n_units = 0;
  a->doc.wdf = field == ZG_TEXT_PROBLEM ? PROBLEM_WDF : 1;
  if (!ok || !zg_buf_add(&a->forward, text.p, text.n) ||
      !add_terms(a, text, &a->doc, &n_units))
    return zg_fail_nomem(err);
  return ZG_OK;
}

static const char *sort_pool(const void *arg) {
  return ((const zg_buf *)arg)->p;
}

static int compare(const void *x, const void *y, void *arg) {
  const occurrence *a = x, *b = y;
  if (a->key != b->key)
    return a->key < b->key ? -1 : 1;
  /* Terms hold no NUL, so up to eight bytes the key was all of both. */
  if (a->n <= 8 && b->n <= 8)
    return 0;
  const char *pool = sort_pool(arg);
  uint32_t n = a->n < b->n ? a->n : b->n;
  int c = memcmp(pool + a->off, pool + b->off, n);
  return c ? c : (a->n > b->n) - (a->n < b->n);
}

zg_status zg_analyse_end(zg_analyser *a, zg_analysis *out, zg_error *err) {
  bag *b = &a->doc;
  *out = (zg_analysis){NULL, 0, ZG_STR_NULL};
  if (!open_field(a, ZG_TEXT_FIELD_COUNT))
    return zg_fail_nomem(err);
  if (a->terms_cap < b->n) {
    zg_term *t = realloc(a->terms, b->cap * sizeof *t);
    if (!t)
      return zg_fail_nomem(err);
    a->terms = t;
    a->terms_cap = b->cap;
  }
  if (b->n > 1)
    qsort_r(b->a, b->n, sizeof *b->a, compare, &b->pool);
  size_t n = 0;
  for (size_t i = 0; i < b->n; i++) {
    if (i > 0 && compare(&b->a[i - 1], &b->a[i], &b->pool) == 0) {
      a->terms[n - 1].wdf += b->a[i].wdf;
      continue;
    }
    a->terms[n++] = (zg_term){b->pool.p + b->a[i].off, b->a[i].n, b->a[i].wdf};
  }
  *out = (zg_analysis){a->terms, n, {a->forward.p, a->forward.n}};
  return ZG_OK;
}

/* ---- queries ---- */

/* The occurrences of one family, in text order, as text in the arena. */
static bool take_family(const bag *b, char family, zg_arena *arena,
                        zg_str **out, size_t *n) {
  size_t count = 0;
  for (size_t i = 0; i < b->n; i++)
    count += b->pool.p[b->a[i].off] == family;
  *n = 0;
  *out = NULL;
  if (count == 0)
    return true;
  zg_str *a = zg_arena_alloc(arena, count * sizeof *a);
  if (!a)
    return false;
  for (size_t i = 0; i < b->n; i++) {
    const occurrence *o = &b->a[i];
    if (b->pool.p[o->off] != family)
      continue;
    a[*n] = zg_arena_dup(arena, (zg_str){b->pool.p + o->off, o->n});
    if (!a[*n].p)
      return false;
    ++*n;
  }
  *out = a;
  return true;
}

zg_status zg_analyse_query(zg_analyser *a, zg_arena *arena, zg_str text,
                           zg_query_terms *out, zg_error *err) {
  memset(out, 0, sizeof *out);
  zg_status st = zg_normalise_search(a->nz, text, &a->norm, err);
  if (st)
    return st;
  bag *b = &a->query;
  bag_clear(b);
  b->wdf = 1;
  zg_str run = zg_arena_dup(arena, (zg_str){a->norm.p, a->norm.n});
  if (!run.p || !add_terms(a, run, b, &out->n_units) ||
      !take_family(b, 'C', arena, &out->chars, &out->n_chars) ||
      !take_family(b, 'B', arena, &out->bigrams, &out->n_bigrams) ||
      !take_family(b, 'W', arena, &out->words, &out->n_words)) {
    memset(out, 0, sizeof *out);
    return zg_fail_nomem(err);
  }
  out->run = run;
  return ZG_OK;
}

/* ---- exact runs ---- */

static bool alnum_at(zg_str s, size_t i) {
  return i < s.n && zg_unit_is_alnum((unsigned char)s.p[i]);
}

int64_t zg_run_find(zg_str text, zg_str run, bool prefix, size_t from) {
  if (run.n == 0)
    return -1;
  bool head = alnum_at(run, 0), tail = !prefix && alnum_at(run, run.n - 1);
  /* [start, seen) of `text` is known to be one Latin/digit run: kept so that a
   * text of one long run costs one pass. */
  size_t start = 0, seen = 0;
  while (from <= text.n && run.n <= text.n - from) {
    const char *hit = memmem(text.p + from, text.n - from, run.p, run.n);
    if (!hit)
      return -1;
    size_t i = (size_t)(hit - text.p), end = i + run.n;
    bool ok = true;
    if (head && i > 0 && alnum_at(text, i - 1)) {
      size_t k = i;
      while (k > seen && alnum_at(text, k - 1))
        k--;
      if (k > seen || seen == 0 || !alnum_at(text, k - 1))
        start = k;
      seen = i;
      ok = (i - start) % UNIT_CUT == 0;
    }
    if (ok && tail && alnum_at(text, end)) {
      size_t k = end;
      while (k > i && alnum_at(text, k - 1))
        k--;
      size_t tail_start = k;
      if (k == i) /* the whole run is Latin/digits: it began where i's did */
        tail_start = head && i > 0 && alnum_at(text, i - 1) ? start : i;
      ok = (end - tail_start) % UNIT_CUT == 0;
    }
    if (ok)
      return (int64_t)i;
    from = i + 1;
  }
  return -1;
}
