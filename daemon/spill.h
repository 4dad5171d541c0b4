/* A byte string that is written once and read once: in memory while it is
 * small, then in an unnamed file of the data directory.  The answer of an
 * import can be long, and its HTTP status is known only at its end.
 */
#ifndef ZG_SPILL_H
#define ZG_SPILL_H

#include "index/status.h"
#include "index/text.h"

#define ZG_SPILL_MEMORY (4u * 1024 * 1024)

typedef struct zg_spill {
  zg_buf memory;
  int fd; /* -1: still in memory */
  int64_t size, read_at;
  const char *dir; /* borrowed */
} zg_spill;

void zg_spill_init(zg_spill *s, const char *dir);
void zg_spill_free(zg_spill *s);
zg_status zg_spill_add(zg_spill *s, const char *p, size_t n, zg_error *err);
/* Next bytes, at most `cap`; 0 at the end; -1 when the file cannot be read. */
int64_t zg_spill_read(zg_spill *s, char *p, size_t cap);
#endif
