#include "daemon/json_out.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

zg_json zg_json_to(zg_buf *b) { return (zg_json){b, false}; }

/* Room for `n` bytes, of which the caller says by j->b->n how many it wrote.
 * NULL: no memory, and the buffer knows. */
static char *room(zg_json *j, size_t n) {
  zg_buf *b = j->b;
  if (n > b->cap - b->n && !zg_buf_reserve(b, n))
    return NULL;
  return b->failed ? NULL : b->p + b->n;
}

/* Room for a value of at most `n` bytes, behind the comma that it may need. */
static char *value_room(zg_json *j, size_t n) {
  char *to = room(j, n + 1);
  if (to && j->comma) {
    *to++ = ',';
    j->b->n++;
  }
  j->comma = true;
  return to;
}

void zg_json_raw(zg_json *j, const char *p, size_t n) {
  char *to = value_room(j, n);
  if (!to)
    return;
  memcpy(to, p, n);
  j->b->n += n;
}

void zg_json_open(zg_json *j, char bracket) {
  zg_json_raw(j, &bracket, 1);
  j->comma = false;
}

void zg_json_close(zg_json *j, char bracket) {
  char *to = room(j, 1);
  if (to) {
    *to = bracket;
    j->b->n++;
  }
  j->comma = true;
}

/* ---- texts ---- */

enum { BLOCK = 16 };
typedef uint8_t lanes __attribute__((vector_size(BLOCK)));

static bool needs_escape(unsigned char c) {
  return c < 0x20 || c == '"' || c == '\\';
}

static bool block_needs_escape(const char *p) {
  lanes v;
  uint64_t half[2];
  memcpy(&v, p, sizeof v);
  v = (lanes)((v < 0x20) | (v == '"') | (v == '\\'));
  memcpy(half, &v, sizeof half);
  return (half[0] | half[1]) != 0;
}

/* Bytes from p on that stand for themselves. */
static size_t plain_bytes(const char *p, size_t n) {
  size_t i = 0;
  while (i + BLOCK <= n && !block_needs_escape(p + i))
    i += BLOCK;
  if (i < n && i + BLOCK > n && n >= BLOCK &&
      !block_needs_escape(p + n - BLOCK))
    return n;
  while (i < n && !needs_escape((unsigned char)p[i]))
    i++;
  return i;
}

static size_t escape(char out[6], unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  memcpy(out, "\\u00", 4);
  out[4] = hex[c >> 4];
  out[5] = hex[c & 15];
  if (c != '"' && c != '\\' && c != '\n' && c != '\r' && c != '\t')
    return 6;
  out[1] = c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : (char)c;
  return 2;
}

/* The text between quotes, and `after` behind it (0: nothing). */
static void add_quoted(zg_json *j, zg_str s, char after) {
  char *to = value_room(j, s.n + 3);
  if (!to)
    return;
  *to++ = '"';
  j->b->n++;
  for (size_t i = 0; i < s.n;) {
    size_t k = plain_bytes(s.p + i, s.n - i);
    memcpy(to, s.p + i, k);
    j->b->n += k;
    i += k;
    if (i < s.n) {
      /* One escape and all that is to come. */
      if (!(to = room(j, 6 + (s.n - i) + 2)))
        return;
      j->b->n += escape(to, (unsigned char)s.p[i++]);
    }
    to = j->b->p + j->b->n;
  }
  *to++ = '"';
  if (after)
    *to = after;
  j->b->n += after ? 2 : 1;
}

void zg_json_key_str(zg_json *j, zg_str key) {
  add_quoted(j, key, ':');
  j->comma = false;
}

void zg_json_key_n(zg_json *j, const char *key, size_t n) {
  char *to = value_room(j, n + 3);
  j->comma = false;
  if (!to)
    return;
  to[0] = '"';
  memcpy(to + 1, key, n);
  memcpy(to + 1 + n, "\":", 2);
  j->b->n += n + 3;
}

void zg_json_str(zg_json *j, zg_str s) {
  if (s.p)
    add_quoted(j, s, 0);
  else
    zg_json_null(j);
}

void zg_json_cstr(zg_json *j, const char *s) { zg_json_str(j, zg_str_of(s)); }

void zg_json_text_lossy(zg_json *j, zg_str s) {
  if (!s.p || zg_utf8_check(s.p, s.n) < 0) {
    zg_json_str(j, s);
    return;
  }
  zg_buf clean = ZG_BUF_INIT;
  for (size_t i = 0; i < s.n;) {
    uint32_t cp;
    int k = zg_utf8_next(s.p + i, s.n - i, &cp);
    if (k)
      zg_buf_add(&clean, s.p + i, (size_t)k);
    else
      zg_buf_adds(&clean, "\xEF\xBF\xBD");
    i += k ? (size_t)k : 1;
  }
  zg_json_str(j, (zg_str){clean.p ? clean.p : "", clean.n});
  zg_buf_free(&clean);
}

/* ---- numbers ---- */

/* The digits of v, ending before `end`; returns where they begin. */
static char *put_digits(char *end, uint64_t v) {
  do
    *--end = (char)('0' + v % 10);
  while ((v /= 10) != 0);
  return end;
}

void zg_json_uint(zg_json *j, uint64_t v) {
  char text[20];
  char *end = text + sizeof text, *p = put_digits(end, v);
  zg_json_raw(j, p, (size_t)(end - p));
}

void zg_json_int(zg_json *j, int64_t v) {
  char text[20];
  char *end = text + sizeof text;
  char *p = put_digits(end, v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v);
  if (v < 0)
    *--p = '-';
  zg_json_raw(j, p, (size_t)(end - p));
}

void zg_json_real(zg_json *j, double v) {
  char text[40];
  if (!isfinite(v)) {
    zg_json_null(j);
    return;
  }
  int n = 0, digits = 15;
  do /* 17 always read back (IEEE 754) */
    n = snprintf(text, sizeof text, "%.*g", digits, v);
  while (strtod(text, NULL) != v && digits++ < 17);
  zg_json_raw(j, text, (size_t)n);
}

void zg_json_fixed(zg_json *j, double v, int digits) {
  static const uint32_t tens[] = {1,      10,      100,      1000,     10000,
                                  100000, 1000000, 10000000, 100000000};
  if (!isfinite(v)) {
    zg_json_null(j);
    return;
  }
  double scaled = fabs(v) * tens[digits];
  if (scaled >= 1e15) { /* doubles beyond have no digits to round */
    char text[340];
    int n = snprintf(text, sizeof text, "%.*f", digits, v);
    zg_json_raw(j, text, (size_t)n);
    return;
  }
  char text[32];
  char *end = text + sizeof text, *p = end;
  uint64_t whole = (uint64_t)nearbyint(scaled);
  bool minus = signbit(v) && whole;
  for (int i = 0; i < digits; i++, whole /= 10)
    *--p = (char)('0' + whole % 10);
  if (digits)
    *--p = '.';
  p = put_digits(p, whole);
  if (minus)
    *--p = '-';
  zg_json_raw(j, p, (size_t)(end - p));
}

void zg_json_bool(zg_json *j, bool v) {
  zg_json_raw(j, v ? "true" : "false", v ? 4 : 5);
}

void zg_json_null(zg_json *j) { zg_json_raw(j, "null", 4); }

void zg_json_strs(zg_json *j, const zg_str *s, size_t n) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < n; i++)
    zg_json_str(j, s[i]);
  zg_json_close(j, ']');
}

void zg_json_span(zg_json *j, zg_span s) {
  if (s.start < 0) {
    zg_json_null(j);
    return;
  }
  zg_json_open(j, '[');
  zg_json_int(j, s.start);
  zg_json_int(j, s.len);
  zg_json_close(j, ']');
}

void zg_json_spans(zg_json *j, const zg_span *s, size_t n) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < n; i++)
    zg_json_span(j, s[i]);
  zg_json_close(j, ']');
}

void zg_json_error(zg_json *j, const zg_error *err, const char *request_id) {
  zg_json_open(j, '{');
  zg_json_key(j, "code");
  zg_json_cstr(j, err->code[0] ? err->code : "internal");
  zg_json_key(j, "message");
  zg_json_text_lossy(j, zg_str_of(err->message));
  zg_json_key(j, "type");
  zg_json_cstr(j, zg_status_type(err->status));
  if (err->param[0]) {
    zg_json_key(j, "param");
    zg_json_text_lossy(j, zg_str_of(err->param));
  }
  if (err->offset >= 0) {
    zg_json_key(j, "offset");
    zg_json_int(j, err->offset);
  }
  if (request_id && request_id[0]) {
    zg_json_key(j, "request_id");
    zg_json_text_lossy(j, zg_str_of(request_id));
  }
  zg_json_close(j, '}');
}
