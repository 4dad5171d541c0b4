/* The taxonomy of rectification problems: cue words to categories. */
#ifndef ZG_TAXONOMY_H
#define ZG_TAXONOMY_H

typedef struct zg_taxonomy zg_taxonomy;

#endif
