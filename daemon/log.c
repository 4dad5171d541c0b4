#include "daemon/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/json_out.h"

static const char *level_name(zg_log_level level) {
  static const char *const names[] = {"error", "warn", "info", "debug"};
  return names[level];
}

int zg_log_level_of(const char *name) {
  for (int i = ZG_LOG_ERROR; i <= ZG_LOG_DEBUG; i++)
    if (strcmp(name, level_name((zg_log_level)i)) == 0)
      return i;
  return -1;
}

bool zg_log_wants(const zg_log *log, zg_log_level level) {
  return level <= log->level;
}

static void timestamp(char out[32]) {
  struct timespec now;
  struct tm tm;
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &tm);
  size_t n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm);
  snprintf(out + n, 32 - n, ".%03ldZ", now.tv_nsec / 1000000);
}

void zg_log_write(const zg_log *log, zg_log_level level, const char *event,
                  const char *fmt, ...) {
  if (!zg_log_wants(log, level))
    return;
  char message[1024], when[32];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  message[zg_utf8_floor(message, strlen(message))] = '\0';
  timestamp(when);

  zg_buf line = ZG_BUF_INIT;
  if (log->json) {
    zg_json j = zg_json_to(&line);
    zg_json_open(&j, '{');
    zg_json_key(&j, "time");
    zg_json_cstr(&j, when);
    zg_json_key(&j, "level");
    zg_json_cstr(&j, level_name(level));
    zg_json_key(&j, "event");
    zg_json_cstr(&j, event);
    zg_json_key(&j, "message");
    zg_json_text_lossy(&j, zg_str_of(message));
    zg_json_close(&j, '}');
  } else {
    for (char *c = message; *c; c++) /* a line stays a line */
      if ((unsigned char)*c < 0x20)
        *c = ' ';
    zg_buf_printf(&line, "%s %-5s %s: %s", when, level_name(level), event,
                  message);
  }
  zg_buf_addc(&line, '\n');
  if (!line.failed) {
    ssize_t done = write(log->fd, line.p, line.n);
    (void)done; /* a log that cannot be written has nowhere to complain */
  }
  zg_buf_free(&line);
}
