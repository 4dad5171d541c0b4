/* Counts in one sentence that the bulletin says of itself.  Private to
 * index/parse_*.c. */
#ifndef ZG_PARSE_COUNT_H
#define ZG_PARSE_COUNT_H

#include "index/parse_ctx.h"

/* What a number is counted of.  The first ZG_TOPIC_SERIES have a series. */
typedef enum zg_topic {
  ZG_TOPIC_EARLIER,
  ZG_TOPIC_LETTERS,
  ZG_TOPIC_CLUES,
  ZG_TOPIC_IMMEDIATE,
  ZG_TOPIC_KEY,
  ZG_TOPIC_SUGGESTIONS,
  ZG_TOPIC_SPECIAL,
  ZG_TOPIC_SERIES,
  ZG_TOPIC_MAIN = ZG_TOPIC_SERIES, /* the problems of this inspection */
  ZG_TOPIC_WORK,                   /* tasks and measures */
  ZG_TOPIC_OTHER                   /* hazards found, comments received … */
} zg_topic;

const char *zg_topic_name(zg_topic t); /* of a series, as in the model */

typedef struct zg_tally {
  int64_t total, done; /* -1: not said */
  double rate;         /* percent, -1: not said, or only in round words */
  zg_str unit;         /* classifier of the total: 个, 件 */
  zg_str at;           /* clause of the total */
} zg_tally;

typedef struct zg_counts {
  zg_declared d;  /* without series */
  int frame;      /* how surely `problems` counts this inspection: 0 to 3 */
  int states;     /* how many states are counted */
  zg_str done_at; /* clause that counts what is done */
  zg_tally series[ZG_TOPIC_SERIES];
} zg_counts;

/* Whether a paragraph is about problems, so that its sentences may count them
 * without the word. */
bool zg_px_about_problems(zg_str para);
zg_counts zg_px_counts(const zg_ctx *c, zg_str sentence, bool about);

#endif
