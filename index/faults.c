/* Faults on purpose, only with -DZG_FAULTS:
 *   ZG_CRASH_AT=point[:n]  SIGKILL at the n-th time a point is reached
 *   ZG_FAIL_AT=point[:n[:m]]  the n-th and later operations at the point
 *                          fail, or only m of them
 *   ZG_FAIL_ITEM=id        the index refuses the documents of items whose ids
 *                          begin so
 * Crash points, in the order of a transaction: before_forward, after_forward,
 * before_commit, after_commit, before_fsync, before_publish, before_ack; of a
 * merge: merged, before_exchange, after_exchange, before_merge_fsync; of a
 * start: creating (the index, once in its life), upgrading, upgraded.
 * Fail points: forward, commit (no space), fsync (I/O error), publish; of a
 * merge: merge, merge_fsync. */
#include "index/store_private.h"

#ifdef ZG_FAULTS
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static void read_point(const char *variable, char name[32], long *left,
                       long *many) {
  const char *text = getenv(variable);
  char *end = NULL;
  name[0] = '\0';
  *left = 1;
  *many = LONG_MAX;
  if (!text)
    return;
  size_t n = strcspn(text, ":");
  if (n > 31)
    n = 31;
  memcpy(name, text, n);
  name[n] = '\0';
  if (text[n] == ':')
    *left = strtol(text + n + 1, &end, 10);
  if (end && *end == ':')
    *many = strtol(end + 1, NULL, 10);
}

void zg_faults_read(zg_store *s) {
  long once;
  read_point("ZG_CRASH_AT", s->faults.crash, &s->faults.crash_left, &once);
  read_point("ZG_FAIL_AT", s->faults.fail, &s->faults.fail_left,
             &s->faults.fail_many);
  const char *id = getenv("ZG_FAIL_ITEM");
  snprintf(s->faults.item, sizeof s->faults.item, "%s", id ? id : "");
}

void zg_crash_point(zg_store *s, const char *name) {
  if (strcmp(name, s->faults.crash) == 0 && --s->faults.crash_left <= 0)
    raise(SIGKILL);
}

bool zg_fail_point(zg_store *s, const char *name) {
  return strcmp(name, s->faults.fail) == 0 && --s->faults.fail_left <= 0 &&
         s->faults.fail_many-- > 0;
}
#else
typedef int zg_faults_are_off; /* a source file may not be empty */
#endif
