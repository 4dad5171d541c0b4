/* The inside of a taxonomy, shared by taxonomy.c (the object, its index),
 * taxonomy_load.c (the file) and taxonomy_match.c (the walk over a text). */
#ifndef ZG_TAXONOMY_PRIVATE_H
#define ZG_TAXONOMY_PRIVATE_H

#include <stdatomic.h>

#include "index/taxonomy.h"

#define CUES_MAX 8192
#define ATOMS_MAX 8192
#define PARTS_MAX 3
#define NO_ATOM UINT32_MAX

/* What is looked for in a text is a pattern; what a cue is made of is an atom:
 * a word, or a concept with all its phrasings (several patterns). */
typedef enum pattern_kind {
  PATTERN_ATOM,
  PATTERN_NOT,   /* hides the cues of one category inside of it */
  PATTERN_IGNORE /* hides all of them */
} pattern_kind;

typedef struct pattern {
  zg_str text;
  pattern_kind kind;
  uint32_t of; /* atom, or category of a NOT */
} pattern;

typedef struct use {  /* a cue that an atom is part of */
  uint32_t cue, next; /* next: 1-based, 0 none */
} use;

typedef struct atom {
  zg_str word;
  uint32_t uses; /* 1-based into uses, 0 none */
  bool single;   /* alone it is a cue: it hides shorter ones inside of it */
} atom;

typedef struct cue {
  zg_cue pub;
  uint32_t part[PARTS_MAX];
  unsigned n_parts;
} cue;

struct zg_taxonomy {
  _Atomic unsigned refs;
  zg_arena *arena; /* owns all text and arrays once loaded */
  zg_str version, name;
  uint64_t hash;

  zg_synonyms *synonyms;
  zg_category *categories;
  bool *no_answer; /* by category: what an answer says does not count */
  size_t n_categories;
  cue *cues;
  size_t n_cues, cap_cues;
  atom *atoms;
  size_t n_atoms, cap_atoms;
  use *uses;
  size_t n_uses, cap_uses;
  /* Patterns of one slot lie together, longer ones first. */
  pattern *patterns;
  size_t n_patterns, cap_patterns;
  uint32_t *slot;   /* n_slots + 1 indexes into patterns */
  uint32_t n_slots; /* a power of two */

  int weight[ZG_PLACE_COUNT]; /* of a place */
  int limit[ZG_PLACE_COUNT];  /* cues of one category that count in it */
  int least;                  /* score that head and headings must reach, or */
  int answer_least;           /* score that the answer must reach */
  int second_percent;         /* of the first category's score */
  int sector_percent;         /* of a theme's score, to go before it */
  int frame_least; /* score in the head with which a frame goes first */
};

/* Slot of the pattern that would start with these two characters. */
uint32_t zg_taxonomy_slot(const char *p, size_t n, uint32_t n_slots);
/* Sorts the patterns into slots.  After it the object is complete. */
zg_status zg_taxonomy_build(zg_taxonomy *t, zg_error *err);
/* Bytes of the first two characters; 0 when there are fewer. */
size_t zg_taxonomy_two(const char *p, size_t n);

#endif
