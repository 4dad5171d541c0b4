/* The log: one line per event to a file descriptor, text or JSON.
 *
 * A line is composed aside and leaves in one write(2), so that any thread may
 * log without a lock and lines never mix.
 */
#ifndef ZG_LOG_H
#define ZG_LOG_H
#include <stdbool.h>

typedef enum zg_log_level {
  ZG_LOG_ERROR,
  ZG_LOG_WARN,
  ZG_LOG_INFO,
  ZG_LOG_DEBUG
} zg_log_level;

typedef struct zg_log {
  int fd;
  zg_log_level level; /* the most talkative level that is written */
  bool json;
} zg_log;

/* -1 when the name is none of error, warn, info, debug. */
int zg_log_level_of(const char *name);
bool zg_log_wants(const zg_log *log, zg_log_level level);
/* `event` is a short stable word for machines; the message is for people. */
void zg_log_write(const zg_log *log, zg_log_level level, const char *event,
                  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
#endif
