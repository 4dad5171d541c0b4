#include "index/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "index/text.h"

static void set_text(char *dst, size_t cap, const char *src) {
  size_t n = src ? strlen(src) : 0;
  if (n >= cap)
    n = zg_utf8_floor(src, cap - 1);
  if (n)
    memcpy(dst, src, n);
  dst[n] = '\0';
}

__attribute__((format(printf, 6, 0))) static zg_status
fail_v(zg_error *err, zg_status status, int64_t offset, const char *code,
       const char *param, const char *fmt, va_list ap) {
  if (!err)
    return status;
  /* Formatted aside first: an argument may point into *err itself, as when a
   * caller wraps a message with more context. */
  char message[sizeof err->message + 4];
  int n = vsnprintf(message, sizeof message, fmt, ap);
  if (n < 0)
    message[0] = '\0';
  char code_copy[sizeof err->code + 4];
  char param_copy[sizeof err->param + 4];
  snprintf(code_copy, sizeof code_copy, "%s", code ? code : "");
  snprintf(param_copy, sizeof param_copy, "%s", param ? param : "");
  err->status = status;
  err->offset = offset;
  set_text(err->code, sizeof err->code, code_copy);
  set_text(err->param, sizeof err->param, param_copy);
  set_text(err->message, sizeof err->message, message);
  return status;
}

zg_status zg_fail(zg_error *err, zg_status status, const char *code,
                  const char *param, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  fail_v(err, status, -1, code, param, fmt, ap);
  va_end(ap);
  return status;
}

zg_status zg_fail_at(zg_error *err, zg_status status, int64_t offset,
                     const char *code, const char *param, const char *fmt,
                     ...) {
  va_list ap;
  va_start(ap, fmt);
  fail_v(err, status, offset, code, param, fmt, ap);
  va_end(ap);
  return status;
}

zg_status zg_fail_nomem(zg_error *err) {
  return zg_fail(err, ZG_NO_MEMORY, "no_memory", "", "out of memory");
}

void zg_error_clear(zg_error *err) {
  if (err)
    *err = (zg_error)ZG_ERROR_INIT;
}

int zg_status_http(zg_status s) {
  switch (s) {
#define X(name, value, http, exit_code, type)                                  \
  case ZG_##name:                                                              \
    return http;
    ZG_STATUS_TABLE(X)
#undef X
  }
  return 500;
}

int zg_status_exit(zg_status s) {
  switch (s) {
#define X(name, value, http, exit_code, type)                                  \
  case ZG_##name:                                                              \
    return exit_code;
    ZG_STATUS_TABLE(X)
#undef X
  }
  return 13;
}

const char *zg_status_type(zg_status s) {
  switch (s) {
#define X(name, value, http, exit_code, type)                                  \
  case ZG_##name:                                                              \
    return type;
    ZG_STATUS_TABLE(X)
#undef X
  }
  return "internal";
}

const char *zg_status_name(zg_status s) {
  switch (s) {
#define X(name, value, http, exit_code, type)                                  \
  case ZG_##name:                                                              \
    return #name;
    ZG_STATUS_TABLE(X)
#undef X
  }
  return "INTERNAL";
}
