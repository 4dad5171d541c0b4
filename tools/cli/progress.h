/* A progress bar on standard error: only on a terminal, only when the work
 * lasts over two seconds, redrawn at most ten times a second. */
#ifndef ZG_CLI_PROGRESS_H
#define ZG_CLI_PROGRESS_H

#include "tools/cli/cli.h"

typedef struct zg_progress {
  const zg_cli *cli;
  bool on;          /* standard error is a terminal */
  const char *unit; /* of what is counted; zg_progress_start: lines */
  bool shown;
  double started, drawn; /* monotonic seconds */
} zg_progress;

double zg_seconds(void); /* monotonic */
void zg_progress_start(zg_progress *p, const zg_cli *cli);
/* `done` of `all` units (all 0: not known); `items` things finished. */
void zg_progress_draw(zg_progress *p, uint64_t done, uint64_t all,
                      uint64_t items);
/* Files that are converted first: `done` of `all`. */
void zg_progress_convert(zg_progress *p, uint64_t done, uint64_t all);
void zg_progress_clear(zg_progress *p);

#endif
