/* Inside the generator: vocabulary and sentences. */
#ifndef ZG_CORPUS_LANGUAGE_H
#define ZG_CORPUS_LANGUAGE_H

#include "tools/corpus/corpus.h"
#include "tools/corpus/words.h"

#define ZG_CORPUS_UNITS 3000u
#define ZG_CORPUS_TAIL 30000u /* synthetic words behind the domain's own */
#define ZG_CORPUS_YEAR_FIRST 2012
#define ZG_CORPUS_YEAR_LAST 2025

typedef struct zg_corpus_word {
  char text[10]; /* two or three Han characters */
  uint8_t n;
} zg_corpus_word;

struct zg_corpus {
  uint64_t seed;
  zg_corpus_word *tail; /* ZG_CORPUS_TAIL, by rank */
  zg_zipf *tail_ranks, *general_ranks, *fault_ranks, *verb_ranks;
  zg_zipf *object_ranks, *category_ranks, *unit_ranks;
};

typedef struct zg_corpus_unit {
  uint32_t index; /* 0..ZG_CORPUS_UNITS-1 */
  const char *place, *ending, *organ, *level, *region;
} zg_corpus_unit;

/* What a text says in figures, so that the members can say the same. */
typedef struct zg_corpus_figures {
  int64_t yuan;   /* recovered, 0: none */
  int64_t people; /* 人次, 0: none */
  int64_t rules;  /* 0: none */
} zg_corpus_figures;

zg_corpus_unit zg_corpus_draw_unit(const zg_corpus *c, zg_random *r);
uint32_t zg_corpus_draw_category(const zg_corpus *c, const zg_corpus_unit *u,
                                 zg_random *r);
const zg_corpus_word *zg_corpus_draw_tail(const zg_corpus *c, uint32_t category,
                                          zg_random *r);
const char *zg_corpus_pick(const zg_zipf *z, const zg_words_list *l,
                           zg_random *r);
/* "…的问题", about `chars` characters. */
void zg_corpus_head(const zg_corpus *c, uint32_t category, uint32_t chars,
                    zg_random *r, zg_buf *out);
/* Clauses up to about `chars` characters, with figures now and then; ends
 * without a full stop. */
void zg_corpus_answer(const zg_corpus *c, uint32_t category,
                      const zg_corpus_unit *u, int year, uint32_t chars,
                      zg_random *r, zg_corpus_figures *figures, zg_buf *out);
const char *zg_corpus_ordinal(unsigned n); /* 1.. -> 一 … 九 */

#endif
