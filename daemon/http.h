/* HTTP/1.1 request heads, paths and query strings: pure, no sockets.
 *
 * llhttp does the framing of bodies; what llhttp 8.1 lets pass is refused
 * here: a missing or second Host, a blank before the colon, folded headers,
 * bare LF, NUL, Content-Length with Transfer-Encoding.  Slices point into the
 * head that was given.
 */
#ifndef ZG_HTTP_H
#define ZG_HTTP_H

#include "index/status.h"
#include "index/text.h"

#define ZG_HEAD_MAX (16 * 1024)
#define ZG_TARGET_MAX (8 * 1024)
#define ZG_HEADERS_MAX 100
#define ZG_PARAMS_MAX 64

/* HTTP has statuses that zg_status has not: 408, 414, 421, 431, 501 ... */
typedef struct zg_http_fault {
  int status;
  const char *code;
  const char *message;
} zg_http_fault;

typedef enum zg_method {
  ZG_GET = 1,
  ZG_HEAD = 2,
  ZG_POST = 4,
  ZG_DELETE = 8,
  ZG_METHOD_OTHER = 16
} zg_method;

typedef struct zg_http_head {
  zg_method method;
  zg_str method_name, target, path, query; /* path and query still encoded */
  int minor;                               /* HTTP/1.minor */
  zg_str host, origin, content_type, request_id, expect; /* NULL: absent */
  bool has_length, chunked, upgrade, keep_alive;
  int64_t content_length;
} zg_http_head;

/* Looks for the end of a head.  Returns its length with the blank line, 0 when
 * more is needed, -1 with *fault.  *scanned remembers how far it looked (0 at
 * first).  A foreign protocol (TLS, binary) is refused at its first byte. */
long zg_http_head_end(const char *p, size_t n, size_t *scanned,
                      zg_http_fault *fault);
/* Splits and checks a complete head; false with *fault. */
bool zg_http_head_parse(zg_str head, zg_http_head *out, zg_http_fault *fault);

/* "127.0.0.1:7700", "[::1]", "localhost": a name of this machine's loopback. */
bool zg_http_host_is_loopback(zg_str host);
/* host without port equals one of the comma separated `names`. */
bool zg_http_host_in(zg_str host, const char *names);
/* The authority of an Origin ("http://localhost:3000"); NULL if malformed. */
zg_str zg_http_origin_host(zg_str origin);
/* Media type without parameters equals `type`, case-insensitively. */
bool zg_http_type_is(zg_str content_type, const char *type);
/* The charset parameter; NULL when there is none. */
zg_str zg_http_charset(zg_str content_type);

/* Percent-decodes; `plus`: '+' is a blank.  `out` has room for in.n + 1 bytes
 * and gets a NUL.  False: a bad escape. */
bool zg_http_decode(zg_str in, bool plus, char *out, zg_str *decoded);

typedef struct zg_param {
  zg_str name, value; /* decoded, NUL-terminated, well-formed UTF-8 */
} zg_param;
typedef struct zg_params {
  zg_param *items;
  size_t n;
} zg_params;
/* ZG_INVALID on bad escapes, text that is not UTF-8, %00, too many. */
zg_status zg_http_query(zg_str query, zg_arena *arena, zg_params *out,
                        zg_error *err);

const char *zg_http_reason(int status);
#endif
