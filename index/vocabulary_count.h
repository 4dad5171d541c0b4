/* In how many texts a Chinese character, and a pair of neighbours, stands. */
#ifndef ZG_VOCABULARY_COUNT_H
#define ZG_VOCABULARY_COUNT_H

#include "index/text.h"

/* The characters that count: of three bytes in UTF-8. */
#define ZG_HAN_FIRST 0x3400u
#define ZG_HAN_COUNT (0x9FFFu - ZG_HAN_FIRST + 1)

/* A pair as one number, ascending by its first character. */
#define ZG_PAIR_BITS 15
#define ZG_PAIR_KEY(a, b)                                                      \
  (((a)-ZG_HAN_FIRST) << ZG_PAIR_BITS | ((b)-ZG_HAN_FIRST))
#define ZG_PAIR_FIRST(key) (((key) >> ZG_PAIR_BITS) + ZG_HAN_FIRST)
#define ZG_PAIR_SECOND(key)                                                    \
  (((key) & ((1u << ZG_PAIR_BITS) - 1)) + ZG_HAN_FIRST)

/* Rarer pairs are left out beyond this. */
#define ZG_PAIRS_MAX ((size_t)1 << 20)

typedef struct zg_counted {
  uint32_t key, freq;
} zg_counted;

typedef struct zg_counts {
  zg_counted *pairs; /* ascending by key */
  size_t n;
  uint32_t *chars; /* ZG_HAN_COUNT */
} zg_counts;
void zg_counts_free(zg_counts *c);

typedef struct zg_counter zg_counter;
zg_counter *zg_counter_new(void); /* NULL: no memory */
void zg_counter_free(zg_counter *c);
/* False: no memory. */
bool zg_counter_add(zg_counter *c, zg_str text);
/* The counts and those of `base` (all zero: none) together. */
bool zg_counter_finish(zg_counter *c, const zg_counts *base, zg_counts *out);

#endif
