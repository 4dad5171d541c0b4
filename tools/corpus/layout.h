/* The writer of findings, for single bulletins and for the other classes. */
#ifndef ZG_CORPUS_LAYOUT_H
#define ZG_CORPUS_LAYOUT_H

#include "tools/corpus/draft.h"
#include "tools/corpus/phrases.h"

/* Where the next finding goes. */
typedef struct zg_place_of_finding {
  zg_slot_id section, problem;
  int n, problems;  /* the last numbers given */
  bool one_section; /* groups have no heading of their own */
  int category;     /* of the problem above; 0: none */
  uint32_t turn;    /* among the categories of the group */
} zg_place_of_finding;

/* "二、" + title + newline; the slot of the title. */
zg_slot_id zg_section(zg_draft *d, const char *title);
void zg_write_work(zg_draft *d);    /* the organisation section */
void zg_write_outlook(zg_draft *d); /* the follow-up section */
void zg_write_one(zg_draft *d, zg_layout l, zg_place_of_finding *at,
                  const zg_phrases_group *g, bool repeat);
void zg_write_groups(zg_draft *d, zg_layout l);
void zg_write_end(zg_draft *d); /* counts and results at the end */

#endif
