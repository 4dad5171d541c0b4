#include "daemon/http.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

static bool fault_set(zg_http_fault *f, int status, const char *code,
                      const char *message) {
  *f = (zg_http_fault){status, code, message};
  return false;
}

static long end_fault(zg_http_fault *f, int status, const char *code,
                      const char *message) {
  fault_set(f, status, code, message);
  return -1;
}

long zg_http_head_end(const char *p, size_t n, size_t *scanned,
                      zg_http_fault *fault) {
  if (n && !(p[0] >= 'A' && p[0] <= 'Z'))
    return end_fault(fault, 400, "bad_request",
                     "not an HTTP/1.1 request (TLS is not spoken here)");
  size_t i = *scanned;
  for (; i < n && i < ZG_HEAD_MAX; i++) {
    if (p[i] == '\0')
      return end_fault(fault, 400, "bad_request", "NUL in the request head");
    if (p[i] != '\n')
      continue;
    if (i == 0 || p[i - 1] != '\r')
      return end_fault(fault, 400, "bad_request",
                       "a line of the request head ends without CR");
    if (i >= 3 && p[i - 2] == '\n')
      return (long)i + 1;
  }
  *scanned = i;
  size_t room = ZG_TARGET_MAX + 32; /* method and version beside the target */
  if (i > room && !memchr(p, '\n', room))
    return end_fault(fault, 414, "uri_too_long", "the URL exceeds 8 KiB");
  if (i >= ZG_HEAD_MAX)
    return end_fault(fault, 431, "headers_too_large",
                     "the header block exceeds 16 KiB");
  return 0;
}

static bool is_token(zg_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (!isalnum((unsigned char)s.p[i]) &&
        (!s.p[i] || !strchr("!#$%&'*+-.^_`|~", s.p[i])))
      return false;
  return s.n > 0;
}

static bool same(zg_str s, const char *name) {
  return s.n == strlen(name) && strncasecmp(s.p, name, s.n) == 0;
}

static zg_str trim(zg_str s) {
  while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
    s.p++;
    s.n--;
  }
  while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
    s.n--;
  return s;
}

/* The next item of a comma separated list. */
static bool next_item(zg_str *rest, zg_str *item) {
  if (!rest->p)
    return false;
  const char *comma = memchr(rest->p, ',', rest->n);
  size_t n = comma ? (size_t)(comma - rest->p) : rest->n;
  *item = trim((zg_str){rest->p, n});
  *rest = comma ? (zg_str){comma + 1, rest->n - n - 1} : ZG_STR_NULL;
  return true;
}

static zg_method method_of(zg_str m) {
  if (zg_str_is(m, "GET"))
    return ZG_GET;
  if (zg_str_is(m, "POST"))
    return ZG_POST;
  if (zg_str_is(m, "HEAD"))
    return ZG_HEAD;
  if (zg_str_is(m, "DELETE"))
    return ZG_DELETE;
  return ZG_METHOD_OTHER;
}

/* http://host/path is the same as /path (RFC 9112, 3.2.2). */
static zg_str origin_form(zg_str target) {
  if (target.n < 7 || strncasecmp(target.p, "http://", 7) != 0)
    return target;
  const char *slash = memchr(target.p + 7, '/', target.n - 7);
  if (!slash)
    return ZG_STR("/");
  return (zg_str){slash, target.n - (size_t)(slash - target.p)};
}

static bool request_line(zg_str line, zg_http_head *h, zg_http_fault *f) {
  const char *a = memchr(line.p, ' ', line.n);
  const char *bad = "malformed request line";
  if (!a)
    return fault_set(f, 400, "bad_request", bad);
  h->method_name = (zg_str){line.p, (size_t)(a - line.p)};
  zg_str rest = {a + 1, line.n - h->method_name.n - 1};
  const char *b = memchr(rest.p, ' ', rest.n);
  if (!b || !is_token(h->method_name))
    return fault_set(f, 400, "bad_request", bad);
  h->target = (zg_str){rest.p, (size_t)(b - rest.p)};
  zg_str version = {b + 1, rest.n - h->target.n - 1};
  if (version.n != 8 || memcmp(version.p, "HTTP/", 5) != 0)
    return fault_set(f, 400, "bad_request", bad);
  if (memcmp(version.p + 5, "1.1", 3) != 0 &&
      memcmp(version.p + 5, "1.0", 3) != 0)
    return fault_set(f, 400, "bad_request", "only HTTP/1.1 is spoken here");
  h->minor = version.p[7] - '0';
  h->method = method_of(h->method_name);
  if (zg_str_is(h->method_name, "CONNECT"))
    return fault_set(f, 501, "not_implemented", "CONNECT is not implemented");
  if (h->target.n > ZG_TARGET_MAX)
    return fault_set(f, 414, "uri_too_long", "the URL exceeds 8 KiB");
  for (size_t i = 0; i < h->target.n; i++)
    if ((unsigned char)h->target.p[i] <= 0x20 || h->target.p[i] == 0x7f)
      return fault_set(f, 400, "bad_request", "control character in the URL");
  zg_str t = origin_form(h->target);
  const char *hash = memchr(t.p, '#', t.n);
  if (hash)
    t.n = (size_t)(hash - t.p);
  const char *q = memchr(t.p, '?', t.n);
  h->path = (zg_str){t.p, q ? (size_t)(q - t.p) : t.n};
  h->query = q ? (zg_str){q + 1, t.n - h->path.n - 1} : ZG_STR_NULL;
  return true;
}

static bool content_length(zg_str v, zg_http_head *h, zg_http_fault *f) {
  int64_t total = 0;
  if (h->has_length)
    return fault_set(f, 400, "bad_request", "Content-Length stands twice");
  if (v.n == 0)
    return fault_set(f, 400, "bad_request", "Content-Length is not a number");
  for (size_t i = 0; i < v.n; i++) {
    if (v.p[i] < '0' || v.p[i] > '9')
      return fault_set(f, 400, "bad_request", "Content-Length is not a number");
    if (total > (INT64_MAX - 9) / 10)
      return fault_set(f, 413, "body_too_large", "Content-Length is too large");
    total = total * 10 + (v.p[i] - '0');
  }
  h->has_length = true;
  h->content_length = total;
  return true;
}

static void connection(zg_str v, zg_http_head *h) {
  zg_str item;
  while (next_item(&v, &item)) {
    if (same(item, "close"))
      h->keep_alive = false;
    else if (same(item, "keep-alive") && h->minor == 0)
      h->keep_alive = true;
  }
}

/* One header; names that are not listed are of no interest here. */
static bool header(zg_str name, zg_str v, zg_http_head *h, zg_http_fault *f) {
  if (same(name, "Host")) {
    if (h->host.p)
      return fault_set(f, 400, "bad_request", "Host stands twice");
    h->host = v;
  } else if (same(name, "Content-Length")) {
    return content_length(v, h, f);
  } else if (same(name, "Transfer-Encoding")) {
    if (h->chunked)
      return fault_set(f, 400, "bad_request", "Transfer-Encoding stands twice");
    if (!same(v, "chunked"))
      return fault_set(f, 501, "not_implemented",
                       "only the chunked transfer coding is implemented");
    h->chunked = true;
  } else if (same(name, "Connection")) {
    connection(v, h);
  } else if (same(name, "Upgrade")) {
    h->upgrade = true;
  } else if (same(name, "Content-Type")) {
    h->content_type = v;
  } else if (same(name, "Content-Encoding")) {
    if (!same(v, "identity"))
      return fault_set(f, 415, "unsupported_media_type",
                       "compressed request bodies are not accepted");
  } else if (same(name, "Origin")) {
    h->origin = v;
  } else if (same(name, "Expect")) {
    h->expect = v;
  } else if (same(name, "X-Request-Id")) {
    h->request_id = v;
  }
  return true;
}

static bool header_line(zg_str line, zg_http_head *h, zg_http_fault *f) {
  if (line.p[0] == ' ' || line.p[0] == '\t')
    return fault_set(f, 400, "bad_request", "folded header line");
  const char *colon = memchr(line.p, ':', line.n);
  if (!colon)
    return fault_set(f, 400, "bad_request", "header line without a colon");
  zg_str name = {line.p, (size_t)(colon - line.p)};
  zg_str value = trim((zg_str){colon + 1, line.n - name.n - 1});
  if (!is_token(name))
    return fault_set(f, 400, "bad_request",
                     "header name with a blank or a forbidden character");
  for (size_t i = 0; i < value.n; i++)
    if (((unsigned char)value.p[i] < 0x20 && value.p[i] != '\t') ||
        value.p[i] == 0x7f)
      return fault_set(f, 400, "bad_request",
                       "control character in a header value");
  return header(name, value, h, f);
}

static bool whole_head(zg_http_head *h, zg_http_fault *f) {
  if (!h->host.p && h->minor == 1)
    return fault_set(f, 400, "bad_request", "Host is missing");
  if (h->chunked && h->has_length)
    return fault_set(f, 400, "bad_request",
                     "Content-Length together with Transfer-Encoding");
  if (h->chunked && h->minor == 0)
    return fault_set(f, 400, "bad_request",
                     "Transfer-Encoding in an HTTP/1.0 request");
  if (h->upgrade)
    return fault_set(f, 501, "not_implemented", "Upgrade is not implemented");
  if (h->expect.p && !same(h->expect, "100-continue"))
    return fault_set(f, 417, "expectation_failed",
                     "the only expectation understood is 100-continue");
  if (h->minor == 0) /* to be ignored (RFC 9110, 10.1.1) */
    h->expect = ZG_STR_NULL;
  return true;
}

bool zg_http_head_parse(zg_str head, zg_http_head *out, zg_http_fault *fault) {
  *out = (zg_http_head){0};
  const char *p = head.p, *end = head.p + head.n;
  for (size_t line_no = 0; p < end; line_no++) {
    const char *lf = memchr(p, '\n', (size_t)(end - p));
    if (!lf || lf == p || lf[-1] != '\r')
      return fault_set(fault, 400, "bad_request", "malformed request head");
    zg_str line = {p, (size_t)(lf - 1 - p)};
    p = lf + 1;
    if (memchr(line.p, '\r', line.n))
      return fault_set(fault, 400, "bad_request", "bare CR in the head");
    if (line_no == 0) {
      if (!request_line(line, out, fault))
        return false;
      out->keep_alive = out->minor == 1;
    } else if (line.n == 0) {
      break;
    } else if (line_no > ZG_HEADERS_MAX) {
      return fault_set(fault, 431, "headers_too_large",
                       "more than 100 headers");
    } else if (!header_line(line, out, fault)) {
      return false;
    }
  }
  return whole_head(out, fault);
}

/* Without the port; brackets of an IPv6 address stay. */
static zg_str without_port(zg_str host) {
  const char *from = host.p;
  if (host.n && host.p[0] == '[') {
    const char *close = memchr(host.p, ']', host.n);
    if (!close)
      return host;
    from = close;
  }
  const char *colon = memchr(from, ':', host.n - (size_t)(from - host.p));
  if (colon)
    host.n = (size_t)(colon - host.p);
  return host;
}

static bool is_ipv4_loopback(zg_str s) {
  unsigned parts = 1, digits = 0, value = 0;
  if (s.n < 4 || memcmp(s.p, "127.", 4) != 0)
    return false;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '.') {
      if (!digits)
        return false;
      parts++;
      digits = value = 0;
    } else if (isdigit((unsigned char)s.p[i])) {
      value = value * 10 + (unsigned)(s.p[i] - '0');
      if (++digits > 3 || value > 255)
        return false;
    } else {
      return false;
    }
  }
  return parts == 4 && digits;
}

bool zg_http_host_is_loopback(zg_str host) {
  zg_str name = without_port(host);
  return same(name, "localhost") || same(name, "[::1]") ||
         is_ipv4_loopback(name);
}

bool zg_http_host_in(zg_str host, const char *names) {
  zg_str rest = zg_str_of(names), item;
  zg_str name = without_port(host);
  while (next_item(&rest, &item))
    if (item.n && item.n == name.n && strncasecmp(item.p, name.p, item.n) == 0)
      return true;
  return false;
}

zg_str zg_http_origin_host(zg_str origin) {
  for (size_t i = 0; i + 3 <= origin.n; i++)
    if (memcmp(origin.p + i, "://", 3) == 0)
      return (zg_str){origin.p + i + 3, origin.n - i - 3};
  return ZG_STR_NULL;
}

bool zg_http_type_is(zg_str content_type, const char *type) {
  if (!content_type.p)
    return false;
  const char *semi = memchr(content_type.p, ';', content_type.n);
  zg_str media = {content_type.p,
                  semi ? (size_t)(semi - content_type.p) : content_type.n};
  return same(trim(media), type);
}

zg_str zg_http_charset(zg_str content_type) {
  const char *p = content_type.p, *end = p + content_type.n;
  while (p && (p = memchr(p, ';', (size_t)(end - p)))) {
    p++;
    const char *semi = memchr(p, ';', (size_t)(end - p));
    zg_str item = trim((zg_str){p, (size_t)((semi ? semi : end) - p)});
    if (item.n > 8 && strncasecmp(item.p, "charset=", 8) == 0) {
      zg_str v = {item.p + 8, item.n - 8};
      if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
        v = (zg_str){v.p + 1, v.n - 2};
      return v;
    }
  }
  return ZG_STR_NULL;
}

static int hex(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

bool zg_http_decode(zg_str in, bool plus, char *out, zg_str *decoded) {
  size_t n = 0;
  for (size_t i = 0; i < in.n; i++) {
    char c = in.p[i];
    if (c == '+' && plus) {
      c = ' ';
    } else if (c == '%') {
      int hi = i + 2 < in.n ? hex(in.p[i + 1]) : -1;
      int lo = i + 2 < in.n ? hex(in.p[i + 2]) : -1;
      if (hi < 0 || lo < 0)
        return false;
      c = (char)(hi * 16 + lo);
      i += 2;
    }
    out[n++] = c;
  }
  out[n] = '\0';
  *decoded = (zg_str){out, n};
  return true;
}

/* `name` is the parameter that the text is the value of. */
static zg_status query_text(zg_str raw, const char *name, zg_arena *arena,
                            zg_str *out, zg_error *err) {
  char *room = zg_arena_alloc(arena, raw.n + 1);
  if (!room)
    return zg_fail_nomem(err);
  if (!zg_http_decode(raw, true, room, out))
    return zg_fail(err, ZG_INVALID, "invalid_query_string", name,
                   "the query string has a bad percent escape");
  if (zg_utf8_check(out->p, out->n) >= 0)
    return zg_fail(err, ZG_INVALID, "invalid_utf8", name,
                   "the query string is not UTF-8 when decoded");
  if (memchr(out->p, '\0', out->n))
    return zg_fail(err, ZG_INVALID, "invalid_query_string", name,
                   "NUL in the query string");
  return ZG_OK;
}

zg_status zg_http_query(zg_str query, zg_arena *arena, zg_params *out,
                        zg_error *err) {
  *out = (zg_params){NULL, 0};
  if (!query.n)
    return ZG_OK;
  out->items = zg_arena_alloc(arena, ZG_PARAMS_MAX * sizeof *out->items);
  if (!out->items)
    return zg_fail_nomem(err);
  const char *p = query.p, *end = p + query.n;
  while (p < end) {
    const char *amp = memchr(p, '&', (size_t)(end - p));
    const char *stop = amp ? amp : end;
    const char *eq = memchr(p, '=', (size_t)(stop - p));
    zg_str name = {p, (size_t)((eq ? eq : stop) - p)};
    zg_str value = eq ? (zg_str){eq + 1, (size_t)(stop - eq - 1)} : ZG_STR("");
    p = stop + 1;
    if (!name.n && !value.n)
      continue;
    if (out->n == ZG_PARAMS_MAX)
      return zg_fail(err, ZG_INVALID, "invalid_query_string", "",
                     "more than %d parameters", ZG_PARAMS_MAX);
    zg_param *slot = &out->items[out->n++];
    zg_status st = query_text(name, "", arena, &slot->name, err);
    if (st || (st = query_text(value, slot->name.p, arena, &slot->value, err)))
      return st;
  }
  return ZG_OK;
}

const char *zg_http_reason(int status) {
  switch (status) {
#define R(code, text)                                                          \
  case code:                                                                   \
    return text
    R(200, "OK");
    R(201, "Created");
    R(207, "Multi-Status");
    R(400, "Bad Request");
    R(401, "Unauthorized");
    R(403, "Forbidden");
    R(404, "Not Found");
    R(405, "Method Not Allowed");
    R(408, "Request Timeout");
    R(409, "Conflict");
    R(413, "Content Too Large");
    R(414, "URI Too Long");
    R(415, "Unsupported Media Type");
    R(417, "Expectation Failed");
    R(421, "Misdirected Request");
    R(422, "Unprocessable Content");
    R(431, "Request Header Fields Too Large");
    R(500, "Internal Server Error");
    R(501, "Not Implemented");
    R(503, "Service Unavailable");
    R(507, "Insufficient Storage");
#undef R
  }
  return "Unknown";
}
