#include "daemon/json_out.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

zg_json zg_json_to(zg_buf *b) { return (zg_json){b, false}; }

static void before_value(zg_json *j) {
  if (j->comma)
    zg_buf_addc(j->b, ',');
  j->comma = true;
}

void zg_json_open(zg_json *j, char bracket) {
  before_value(j);
  zg_buf_addc(j->b, bracket);
  j->comma = false;
}

void zg_json_close(zg_json *j, char bracket) {
  zg_buf_addc(j->b, bracket);
  j->comma = true;
}

static void add_escaped(zg_buf *b, zg_str s) {
  static const char hex[] = "0123456789abcdef";
  if (!zg_buf_reserve(b, s.n + 2))
    return;
  zg_buf_addc(b, '"');
  size_t from = 0;
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (c >= 0x20 && c != '"' && c != '\\')
      continue;
    zg_buf_add(b, s.p + from, i - from);
    from = i + 1;
    char esc[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    size_t n = 2;
    if (c == '"' || c == '\\')
      esc[1] = (char)c;
    else if (c == '\n')
      esc[1] = 'n';
    else if (c == '\r')
      esc[1] = 'r';
    else if (c == '\t')
      esc[1] = 't';
    else
      n = 6;
    zg_buf_add(b, esc, n);
  }
  zg_buf_add(b, s.p + from, s.n - from);
  zg_buf_addc(b, '"');
}

void zg_json_key_str(zg_json *j, zg_str key) {
  before_value(j);
  add_escaped(j->b, key);
  zg_buf_addc(j->b, ':');
  j->comma = false;
}

void zg_json_key(zg_json *j, const char *key) {
  before_value(j);
  zg_buf_addc(j->b, '"');
  zg_buf_adds(j->b, key);
  zg_buf_add(j->b, "\":", 2);
  j->comma = false;
}

void zg_json_str(zg_json *j, zg_str s) {
  if (!s.p) {
    zg_json_null(j);
    return;
  }
  before_value(j);
  add_escaped(j->b, s);
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

void zg_json_int(zg_json *j, int64_t v) {
  char text[24];
  before_value(j);
  int n = snprintf(text, sizeof text, "%" PRId64, v);
  zg_buf_add(j->b, text, (size_t)n);
}

void zg_json_uint(zg_json *j, uint64_t v) {
  char text[24];
  before_value(j);
  int n = snprintf(text, sizeof text, "%" PRIu64, v);
  zg_buf_add(j->b, text, (size_t)n);
}

void zg_json_real(zg_json *j, double v) {
  char text[40];
  if (!isfinite(v)) {
    zg_json_null(j);
    return;
  }
  before_value(j);
  int n = 0, digits = 15;
  do /* 17 always read back (IEEE 754) */
    n = snprintf(text, sizeof text, "%.*g", digits, v);
  while (strtod(text, NULL) != v && digits++ < 17);
  zg_buf_add(j->b, text, (size_t)n);
}

void zg_json_fixed(zg_json *j, double v, int digits) {
  if (!isfinite(v)) {
    zg_json_null(j);
    return;
  }
  before_value(j);
  zg_buf_printf(j->b, "%.*f", digits, v);
}

void zg_json_bool(zg_json *j, bool v) {
  before_value(j);
  zg_buf_adds(j->b, v ? "true" : "false");
}

void zg_json_null(zg_json *j) {
  before_value(j);
  zg_buf_adds(j->b, "null");
}

void zg_json_raw(zg_json *j, const char *p, size_t n) {
  before_value(j);
  zg_buf_add(j->b, p, n);
}

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
