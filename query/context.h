/* What a worker brings to a query: its id, its analyser and the
 * pinned snapshot.  One per job, on the worker's stack. */
#ifndef ZG_CONTEXT_H
#define ZG_CONTEXT_H
#include "index/store.h"

typedef struct zg_context {
  zg_snapshot *snap;
  unsigned worker;
  zg_analyser *analyser;
  /* Set by another thread to end the job early (client gone, deadline): the
   * engine looks at it between steps and returns ZG_BUSY "cancelled". NULL ok
   */
  const _Atomic int *cancel;
} zg_context;

/* ZG_BUSY "cancelled" once `cancel` (NULL is legal) is set.  Cheap enough to
 * be asked every few thousand documents. */
static inline zg_status zg_cancelled(const _Atomic int *cancel, zg_error *err) {
  if (!cancel || !*cancel)
    return ZG_OK;
  return zg_fail(err, ZG_BUSY, "cancelled", "", "the request was cancelled");
}

#endif
