/* The domain's own words, from which the generator builds its sentences.
 * Hand-written lists, no text of any real bulletin; immutable, any thread.
 */
#ifndef ZG_CORPUS_WORDS_H
#define ZG_CORPUS_WORDS_H

#include <stddef.h>

#define ZG_WORDS_CATEGORIES 28
#define ZG_WORDS_OBJECTS 8
#define ZG_WORDS_ORGANS 12
#define ZG_WORDS_REGIONS 12

typedef struct zg_words_category {
  const char *group; /* heading of its group in a bulletin */
  const char *objects[ZG_WORDS_OBJECTS];
} zg_words_category;

/* c01 .. c28 in order. */
extern const zg_words_category zg_words_categories[ZG_WORDS_CATEGORIES];

typedef struct zg_words_list {
  const char *const *items;
  size_t n;
} zg_words_list;

extern const zg_words_list zg_words_faults;  /* what is wrong with an object */
extern const zg_words_list zg_words_verbs;   /* what a measure does */
extern const zg_words_list zg_words_general; /* two characters each */
extern const zg_words_list zg_words_places;  /* first half of a place name */
extern const zg_words_list zg_words_endings; /* second half */

typedef struct zg_words_organ {
  const char *name;  /* after the place: 水务局 */
  const char *level; /* API name of the unit level */
} zg_words_organ;
extern const zg_words_organ zg_words_organs[ZG_WORDS_ORGANS];
extern const char *const zg_words_regions[ZG_WORDS_REGIONS];

#endif
