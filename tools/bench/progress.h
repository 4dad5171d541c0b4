/* How far a long run is, on standard error: on a terminal a bar with the rate
 * and the time left, else one line a stage.
 */
#ifndef ZG_BENCH_PROGRESS_H
#define ZG_BENCH_PROGRESS_H

#include <stdbool.h>

typedef struct zg_progress {
  double began; /* of the run */
  bool terminal;
  /* the stage */
  char name[80];
  const char *unit; /* of what is done; NULL: no rate is worth telling */
  double from, drawn, total, done;
} zg_progress;

void zg_progress_init(zg_progress *p);
/* total 0: not known */
void zg_progress_stage(zg_progress *p, const char *name, double total,
                       const char *unit);
void zg_progress_at(zg_progress *p, double done);
/* The stage is over, the whole of it. */
void zg_progress_end(zg_progress *p);
/* It failed: leaves the line, so that messages stand on their own. */
void zg_progress_break(void);

#endif
