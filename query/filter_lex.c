#include "query/filter_lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

static unsigned column_of(zg_str src, size_t at) {
  unsigned col = 1;
  for (size_t i = 0; i < at && i < src.n; i++)
    col += ((unsigned char)src.p[i] & 0xC0) != 0x80;
  return col;
}

zg_status zg_filter_fail(zg_filter_parser *p, size_t at, const char *code,
                         const char *fmt, ...) {
  char what[400];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(what, sizeof what, fmt, ap);
  va_end(ap);
  return zg_fail_at(p->err, ZG_INVALID, (int64_t)at, code, p->param,
                    "%s, column %u: %s", p->param, column_of(p->src, at), what);
}

/* Length of the blank at p[i], 0 when there is none: ASCII, NBSP, U+3000. */
static size_t blank_at(zg_str s, size_t i) {
  unsigned char c = (unsigned char)s.p[i];
  if (c == ' ' || (c >= '\t' && c <= '\r'))
    return 1;
  if (i + 1 < s.n && memcmp(s.p + i, "\xC2\xA0", 2) == 0)
    return 2;
  if (i + 2 < s.n && memcmp(s.p + i, "\xE3\x80\x80", 3) == 0)
    return 3;
  return 0;
}

static bool starts(zg_str s, size_t i, const char *what) {
  size_t n = strlen(what);
  return i + n <= s.n && memcmp(s.p + i, what, n) == 0;
}

/* p->pos stands behind the opening quote; `close` ends the value. */
static zg_status lex_quoted(zg_filter_parser *p, size_t at, const char *close) {
  zg_buf b = ZG_BUF_INIT;
  zg_status st = ZG_OK;
  while (p->pos < p->src.n && !starts(p->src, p->pos, close)) {
    if (p->src.p[p->pos] == '\\' && p->pos + 1 < p->src.n)
      p->pos++;
    zg_buf_addc(&b, p->src.p[p->pos++]);
  }
  if (p->pos >= p->src.n) {
    st = ZG_FILTER_FAIL(
        p, at, "the quote that opens here is not closed with %s", close);
    goto out;
  }
  p->pos += strlen(close);
  p->now.kind = ZG_TOKEN_QUOTED;
  p->now.text = zg_arena_dup(p->arena, (zg_str){b.p ? b.p : "", b.n});
  if (b.failed || !p->now.text.p)
    st = zg_fail_nomem(p->err);
out:
  zg_buf_free(&b);
  return st;
}

static zg_token_kind lex_sign(zg_filter_parser *p) {
  bool eq = p->pos + 1 < p->src.n && p->src.p[p->pos + 1] == '=';
  switch (p->src.p[p->pos]) {
  case '=':
    p->pos++;
    return ZG_TOKEN_EQ;
  case '(':
    p->pos++;
    return ZG_TOKEN_OPEN;
  case ')':
    p->pos++;
    return ZG_TOKEN_CLOSE;
  case '[':
    p->pos++;
    return ZG_TOKEN_LIST_OPEN;
  case ']':
    p->pos++;
    return ZG_TOKEN_LIST_CLOSE;
  case ',':
    p->pos++;
    return ZG_TOKEN_COMMA;
  case '>':
    p->pos += eq ? 2 : 1;
    return eq ? ZG_TOKEN_GE : ZG_TOKEN_GT;
  case '<':
    p->pos += eq ? 2 : 1;
    return eq ? ZG_TOKEN_LE : ZG_TOKEN_LT;
  case '!':
    if (!eq)
      return ZG_TOKEN_END;
    p->pos += 2;
    return ZG_TOKEN_NE;
  default:
    return ZG_TOKEN_END;
  }
}

zg_status zg_filter_lex(zg_filter_parser *p) {
  size_t blank;
  while (p->pos < p->src.n && (blank = blank_at(p->src, p->pos)) > 0)
    p->pos += blank;
  p->now = (zg_token){.kind = ZG_TOKEN_END, .at = p->pos};
  if (p->pos >= p->src.n)
    return ZG_OK;
  size_t at = p->pos;
  if (p->src.p[at] == '"') {
    p->pos++;
    return lex_quoted(p, at, "\"");
  }
  if (starts(p->src, at, "“")) {
    p->pos += strlen("“");
    return lex_quoted(p, at, "”");
  }
  p->now.kind = lex_sign(p);
  if (p->now.kind != ZG_TOKEN_END) {
    p->now.text = (zg_str){p->src.p + at, p->pos - at};
    return ZG_OK;
  }
  if (p->src.p[at] == '!')
    return ZG_FILTER_FAIL(
        p, at, "'!' stands only before '='; for a complement write NOT");
  while (p->pos < p->src.n && !blank_at(p->src, p->pos) &&
         !memchr("()[],=<>!\"", p->src.p[p->pos], 10))
    p->pos++;
  p->now.kind = ZG_TOKEN_WORD;
  p->now.text = zg_arena_dup(p->arena, (zg_str){p->src.p + at, p->pos - at});
  return p->now.text.p ? ZG_OK : zg_fail_nomem(p->err);
}

bool zg_token_is(const zg_token *t, const char *word) {
  return t->kind == ZG_TOKEN_WORD && t->text.n == strlen(word) &&
         strncasecmp(t->text.p, word, t->text.n) == 0;
}

bool zg_token_reserved(const zg_token *t) {
  static const char *const words[] = {"AND", "OR", "NOT", "IN", "TO", "EXISTS"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (zg_token_is(t, words[i]))
      return true;
  return false;
}

const char *zg_token_shown(const zg_token *t, char buf[64]) {
  if (t->kind == ZG_TOKEN_END)
    return "the end";
  size_t n = t->text.n > 40 ? zg_utf8_floor(t->text.p, 40) : t->text.n;
  snprintf(buf, 64, "'%.*s%s'", (int)n, t->text.p, n < t->text.n ? "…" : "");
  return buf;
}
