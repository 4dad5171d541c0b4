#include "tools/corpus/language.h"

#include <stdlib.h>
#include <unicode/ucnv.h>

/* The vocabulary is one fixed language: only the texts depend on the seed. */
#define LANGUAGE_SEED 20240601u

/* The 3,755 characters of GB 2312's first level, the common ones. */
#define LEVEL1 3755u
#define LEVEL1_ROWS 40 /* B0..D7; the last row ends at F9 */

static bool level1_characters(char (*out)[4]) {
  UErrorCode status = U_ZERO_ERROR;
  UConverter *cnv = ucnv_open("GB2312", &status);
  if (U_FAILURE(status))
    return false;
  uint32_t n = 0;
  for (int row = 0; row < LEVEL1_ROWS && n < LEVEL1; row++)
    for (int cell = 0xA1; cell <= 0xFE && n < LEVEL1; cell++) {
      char in[2] = {(char)(0xB0 + row), (char)cell};
      UChar u[4];
      UErrorCode one = U_ZERO_ERROR;
      int32_t len = ucnv_toUChars(cnv, u, 4, in, 2, &one);
      if (U_FAILURE(one) || len != 1 || u[0] < 0x4E00 || u[0] > 0x9FA5)
        continue;
      int bytes = zg_utf8_put(out[n], u[0]);
      out[n++][bytes] = '\0';
    }
  ucnv_close(cnv);
  return n == LEVEL1;
}

static void shuffle(char (*chars)[4], uint32_t n, zg_random *r) {
  for (uint32_t i = n - 1; i > 0; i--) {
    uint32_t j = zg_random_below(r, i + 1);
    char swap[4];
    memcpy(swap, chars[i], 4);
    memcpy(chars[i], chars[j], 4);
    memcpy(chars[j], swap, 4);
  }
}

static bool make_tail(zg_corpus *c) {
  char(*chars)[4] = malloc(LEVEL1 * sizeof *chars);
  zg_zipf *ranks = zg_zipf_new(LEVEL1, 12);
  bool ok = chars && ranks && level1_characters(chars);
  if (ok) {
    zg_random r = zg_random_stream(LANGUAGE_SEED, 0);
    shuffle(chars, LEVEL1, &r);
    for (uint32_t i = 0; i < ZG_CORPUS_TAIL; i++) {
      zg_corpus_word *w = &c->tail[i];
      unsigned n = zg_random_chance(&r, 80) ? 2 : 3;
      for (unsigned k = 0; k < n; k++)
        memcpy(w->text + 3 * k, chars[zg_zipf_draw(ranks, &r)], 3);
      w->n = (uint8_t)(3 * n);
      w->text[w->n] = '\0';
    }
  }
  zg_zipf_free(ranks);
  free(chars);
  return ok;
}

zg_corpus *zg_corpus_new(uint64_t seed) {
  zg_corpus *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  c->seed = seed;
  c->tail = malloc(ZG_CORPUS_TAIL * sizeof *c->tail);
  c->tail_ranks = zg_zipf_new(ZG_CORPUS_TAIL, 8);
  c->general_ranks = zg_zipf_new((uint32_t)zg_words_general.n, 3);
  c->fault_ranks = zg_zipf_new((uint32_t)zg_words_faults.n, 4);
  c->verb_ranks = zg_zipf_new((uint32_t)zg_words_verbs.n, 4);
  c->object_ranks = zg_zipf_new(ZG_WORDS_OBJECTS, 2);
  c->category_ranks = zg_zipf_new(ZG_WORDS_CATEGORIES, 3);
  c->unit_ranks = zg_zipf_new(ZG_CORPUS_UNITS, 10);
  if (!c->tail || !c->tail_ranks || !c->general_ranks || !c->fault_ranks ||
      !c->verb_ranks || !c->object_ranks || !c->category_ranks ||
      !c->unit_ranks || !make_tail(c)) {
    zg_corpus_free(c);
    return NULL;
  }
  return c;
}

void zg_corpus_free(zg_corpus *c) {
  if (!c)
    return;
  free(c->tail);
  zg_zipf_free(c->tail_ranks);
  zg_zipf_free(c->general_ranks);
  zg_zipf_free(c->fault_ranks);
  zg_zipf_free(c->verb_ranks);
  zg_zipf_free(c->object_ranks);
  zg_zipf_free(c->category_ranks);
  zg_zipf_free(c->unit_ranks);
  free(c);
}

const char *zg_corpus_pick(const zg_zipf *z, const zg_words_list *l,
                           zg_random *r) {
  return l->items[zg_zipf_draw(z, r)];
}

zg_corpus_unit zg_corpus_draw_unit(const zg_corpus *c, zg_random *r) {
  uint32_t rank = zg_zipf_draw(c->unit_ranks, r);
  /* 1171 is prime to 3,000: frequent units are spread over places and organs */
  uint32_t i = rank * 1171u % ZG_CORPUS_UNITS;
  uint32_t place = i / ZG_WORDS_ORGANS;
  const zg_words_organ *o = &zg_words_organs[i % ZG_WORDS_ORGANS];
  return (zg_corpus_unit){
      .index = i,
      .place = zg_words_places.items[place % zg_words_places.n],
      .ending = zg_words_endings.items[place / zg_words_places.n],
      .organ = o->name,
      .level = o->level,
      .region = zg_words_regions[place % ZG_WORDS_REGIONS],
  };
}

/* An organ has its own favourites: rank 0 is another category for each, and
 * the sector categories go with their sector. */
uint32_t zg_corpus_draw_category(const zg_corpus *c, const zg_corpus_unit *u,
                                 zg_random *r) {
  uint32_t rank = zg_zipf_draw(c->category_ranks, r);
  uint32_t organ = u->index % ZG_WORDS_ORGANS;
  return (rank * 5u + organ * 3u) % ZG_WORDS_CATEGORIES;
}

/* Half of the words are drawn with the category's own order of ranks, so that
 * a word that is frequent in one category is rare in the others. */
const zg_corpus_word *zg_corpus_draw_tail(const zg_corpus *c, uint32_t category,
                                          zg_random *r) {
  uint32_t rank = zg_zipf_draw(c->tail_ranks, r);
  if (zg_random_chance(r, 50))
    rank = (rank + category * 1291u) % ZG_CORPUS_TAIL;
  return &c->tail[rank];
}

static void add_general(const zg_corpus *c, zg_random *r, zg_buf *out) {
  zg_buf_adds(out, zg_corpus_pick(c->general_ranks, &zg_words_general, r));
}

static void add_tail(const zg_corpus *c, uint32_t category, zg_random *r,
                     zg_buf *out) {
  const zg_corpus_word *w = zg_corpus_draw_tail(c, category, r);
  zg_buf_add(out, w->text, w->n);
}

static void add_object(const zg_corpus *c, uint32_t category, zg_random *r,
                       zg_buf *out) {
  zg_buf_adds(
      out,
      zg_words_categories[category].objects[zg_zipf_draw(c->object_ranks, r)]);
}

void zg_corpus_head(const zg_corpus *c, uint32_t category, uint32_t chars,
                    zg_random *r, zg_buf *out) {
  size_t start = out->n;
  add_object(c, category, r, out);
  zg_buf_adds(out, zg_corpus_pick(c->fault_ranks, &zg_words_faults, r));
  while ((out->n - start) / 3 + 12 < chars) {
    zg_buf_adds(out, "，");
    add_tail(c, category, r, out);
    add_general(c, r, out);
    zg_buf_adds(out, zg_random_chance(r, 50) ? "中" : "的");
    add_tail(c, category, r, out);
    zg_buf_adds(out, zg_corpus_pick(c->fault_ranks, &zg_words_faults, r));
  }
  zg_buf_adds(out, "的问题");
}

/* One clause of a measure: 10 to 25 characters. */
static void add_clause(const zg_corpus *c, uint32_t category, zg_random *r,
                       zg_buf *out) {
  static const char *const joints[] = {"和", "与", "的", "对", "在", "等"};
  zg_buf_adds(out, zg_corpus_pick(c->verb_ranks, &zg_words_verbs, r));
  if (zg_random_chance(r, 40))
    add_object(c, category, r, out);
  unsigned words = zg_random_range(r, 3, 7);
  for (unsigned i = 0; i < words; i++) {
    if (zg_random_chance(r, 30))
      add_general(c, r, out);
    else
      add_tail(c, category, r, out);
    if (zg_random_chance(r, 20))
      zg_buf_adds(out, joints[zg_random_below(r, 6)]);
  }
}

static void add_figure(const zg_corpus *c, uint32_t category,
                       const zg_corpus_unit *u, int year, zg_random *r,
                       zg_corpus_figures *f, zg_buf *out) {
  switch (zg_random_below(r, 5)) {
  case 0:
    if (f->yuan == 0) {
      uint32_t tens = zg_random_range(r, 1, 900); /* x.y 万元 */
      f->yuan = (int64_t)tens * 1000;
      zg_buf_printf(out, "，追缴资金%u.%u万元", tens / 10, tens % 10);
    }
    break;
  case 1:
    if (f->people == 0) {
      f->people = zg_random_range(r, 1, 30);
      zg_buf_printf(out, "，批评教育%d人次", (int)f->people);
    }
    break;
  case 2:
    if (f->rules == 0) {
      f->rules = zg_random_range(r, 1, 9);
      zg_buf_printf(out, "，修订制度%d项", (int)f->rules);
    }
    break;
  case 3:
    zg_buf_adds(out, "，印发《");
    add_tail(c, category, r, out);
    add_object(c, category, r, out);
    zg_buf_printf(out, "管理办法》（%s发〔%d〕%u号）", u->place, year + 1,
                  zg_random_range(r, 1, 60));
    break;
  default:
    zg_buf_printf(out, "，召开专题会议%u次", zg_random_range(r, 2, 12));
    break;
  }
}

void zg_corpus_answer(const zg_corpus *c, uint32_t category,
                      const zg_corpus_unit *u, int year, uint32_t chars,
                      zg_random *r, zg_corpus_figures *figures, zg_buf *out) {
  size_t start = out->n;
  add_clause(c, category, r, out);
  while ((out->n - start) / 3 + 12 < chars) {
    zg_buf_adds(out, "，");
    add_clause(c, category, r, out);
  }
  if (zg_random_chance(r, 50))
    add_figure(c, category, u, year, r, figures, out);
}

const char *zg_corpus_ordinal(unsigned n) {
  static const char *const digits[] = {"零", "一", "二", "三", "四", "五",
                                       "六", "七", "八", "九", "十"};
  return digits[n <= 10 ? n : 10];
}
