/* Another program run for its output: no shell, no standard input, a time
 * limit, a bound on what is read, and nothing of it left behind. */
#ifndef ZG_CLI_PROCESS_H
#define ZG_CLI_PROCESS_H

#include <signal.h>

#include "index/text.h"

typedef struct zg_process {
  zg_buf out, err; /* what it wrote; err is cut at 4 KB.  Caller: free */
  int status;      /* exit status; 128 + n: ended by signal n */
  bool timed_out, too_long;
} zg_process;

/* The signals that end this program wait until they are let in again, so that
 * what was made for another program can be removed first.  While one waits,
 * zg_process_run ends what it runs. */
void zg_process_hold(sigset_t *was);
void zg_process_let(const sigset_t *was);

/* The program is found in $PATH. */
bool zg_process_found(const char *program);
/* `home`: $HOME of the program; NULL: as ours.  False: it could not be started
 * (errno).  At most `most` bytes of output are taken. */
bool zg_process_run(zg_process *p, const char *const *argv, const char *home,
                    unsigned seconds, size_t most);
void zg_process_free(zg_process *p);

#endif
