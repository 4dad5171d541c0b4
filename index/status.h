/* The room's result codes and the one error object.
 *
 * Every fallible function returns a zg_status (0 or a negative code) and
 * writes its message once, where the fault is, into a caller-owned zg_error.
 * No thread-locals, no error kept on a handle.  Any thread.
 */
#ifndef ZG_STATUS_H
#define ZG_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, value, HTTP status, exit code, API "type") */
#define ZG_STATUS_TABLE(X)                                                     \
  X(OK, 0, 200, 0, "none")                                                     \
  X(INVALID, -1, 400, 2, "invalid_request")      /* malformed request */       \
  X(NOT_FOUND, -2, 404, 3, "invalid_request")    /* no such id or route */     \
  X(NOT_BULLETIN, -3, 422, 4, "invalid_request") /* text is no bulletin */     \
  X(CONFLICT, -4, 409, 5, "invalid_request")                                   \
  X(TOO_LARGE, -5, 413, 6, "limit")  /* a documented limit */                  \
  X(BUSY, -6, 503, 7, "unavailable") /* queue full, retry later */             \
  X(NO_MEMORY, -7, 503, 8, "unavailable")                                      \
  X(NO_SPACE, -8, 507, 9, "unavailable")                                       \
  X(IO, -9, 500, 10, "internal")                                               \
  X(CORRUPT, -10, 500, 11, "internal")    /* index or file damaged */          \
  X(MODIFIED, -11, 503, 7, "unavailable") /* changed meanwhile */              \
  X(READ_ONLY, -12, 403, 12, "unavailable")                                    \
  X(INTERNAL, -13, 500, 13, "internal")

typedef enum zg_status {
#define X(name, value, http, exit_code, type) ZG_##name = value,
  ZG_STATUS_TABLE(X)
#undef X
} zg_status;

/* One fault.  `code` is the stable API code ("invalid_filter"), `param` the
 * request member it is about ("" if none); both are NUL-terminated. */
typedef struct zg_error {
  zg_status status;
  char code[40];
  char param[64];
  char message[400];
  int64_t offset; /* byte offset in the input, -1 when not known */
} zg_error;

#define ZG_ERROR_INIT                                                          \
  { ZG_OK, "", "", "", -1 }

/* Fills *err (NULL is legal) and returns `status`, so that a fault is one
 * statement: return zg_fail(err, ZG_INVALID, "invalid_filter", "filter",
 * "column %d: ...", col).  Over-long text is cut at a UTF-8 boundary. */
zg_status zg_fail(zg_error *err, zg_status status, const char *code,
                  const char *param, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* The same with a byte offset in the input. */
zg_status zg_fail_at(zg_error *err, zg_status status, int64_t offset,
                     const char *code, const char *param, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
zg_status zg_fail_nomem(zg_error *err);
void zg_error_clear(zg_error *err);

int zg_status_http(zg_status s);         /* HTTP status code */
int zg_status_exit(zg_status s);         /* exit code of the commands */
const char *zg_status_type(zg_status s); /* "invalid_request", ... */
const char *zg_status_name(zg_status s); /* "INVALID", ... */

#ifdef __cplusplus
}
#endif
#endif
