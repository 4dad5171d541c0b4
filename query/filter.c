#include "query/filter.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* ---- words of the language ---- */

typedef enum token_kind {
  TOKEN_END,
  TOKEN_WORD,   /* bare */
  TOKEN_QUOTED, /* text is unescaped */
  TOKEN_EQ,
  TOKEN_NE,
  TOKEN_GT,
  TOKEN_GE,
  TOKEN_LT,
  TOKEN_LE,
  TOKEN_OPEN,
  TOKEN_CLOSE,
  TOKEN_LIST_OPEN,
  TOKEN_LIST_CLOSE,
  TOKEN_COMMA
} token_kind;

typedef struct token {
  token_kind kind;
  zg_str text;
  size_t at; /* byte offset of its first byte */
} token;

typedef struct parser {
  zg_arena *arena;
  zg_str src;
  const char *param;
  size_t pos; /* behind `now` */
  token now;
  unsigned depth, leaves;
  zg_error *err;
} parser;

static unsigned column_of(zg_str src, size_t at) {
  unsigned col = 1;
  for (size_t i = 0; i < at && i < src.n; i++)
    col += ((unsigned char)src.p[i] & 0xC0) != 0x80;
  return col;
}

#define FAIL_AT(p, where, ...)                                                 \
  fail_at((p), (where), "invalid_filter", __VA_ARGS__)

static zg_status fail_at(parser *p, size_t at, const char *code,
                         const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static zg_status fail_at(parser *p, size_t at, const char *code,
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
static zg_status lex_quoted(parser *p, size_t at, const char *close) {
  zg_buf b = ZG_BUF_INIT;
  zg_status st = ZG_OK;
  while (p->pos < p->src.n && !starts(p->src, p->pos, close)) {
    if (p->src.p[p->pos] == '\\' && p->pos + 1 < p->src.n)
      p->pos++;
    zg_buf_addc(&b, p->src.p[p->pos++]);
  }
  if (p->pos >= p->src.n) {
    st = FAIL_AT(p, at, "the quote that opens here is not closed with %s",
                 close);
    goto out;
  }
  p->pos += strlen(close);
  p->now.kind = TOKEN_QUOTED;
  p->now.text = zg_arena_dup(p->arena, (zg_str){b.p ? b.p : "", b.n});
  if (b.failed || !p->now.text.p)
    st = zg_fail_nomem(p->err);
out:
  zg_buf_free(&b);
  return st;
}

static token_kind lex_sign(parser *p) {
  bool eq = p->pos + 1 < p->src.n && p->src.p[p->pos + 1] == '=';
  switch (p->src.p[p->pos]) {
  case '=':
    p->pos++;
    return TOKEN_EQ;
  case '(':
    p->pos++;
    return TOKEN_OPEN;
  case ')':
    p->pos++;
    return TOKEN_CLOSE;
  case '[':
    p->pos++;
    return TOKEN_LIST_OPEN;
  case ']':
    p->pos++;
    return TOKEN_LIST_CLOSE;
  case ',':
    p->pos++;
    return TOKEN_COMMA;
  case '>':
    p->pos += eq ? 2 : 1;
    return eq ? TOKEN_GE : TOKEN_GT;
  case '<':
    p->pos += eq ? 2 : 1;
    return eq ? TOKEN_LE : TOKEN_LT;
  case '!':
    if (!eq)
      return TOKEN_END;
    p->pos += 2;
    return TOKEN_NE;
  default:
    return TOKEN_END;
  }
}

static zg_status lex(parser *p) {
  size_t blank;
  while (p->pos < p->src.n && (blank = blank_at(p->src, p->pos)) > 0)
    p->pos += blank;
  p->now = (token){.kind = TOKEN_END, .at = p->pos};
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
  if (p->now.kind != TOKEN_END) {
    p->now.text = (zg_str){p->src.p + at, p->pos - at};
    return ZG_OK;
  }
  if (p->src.p[at] == '!')
    return FAIL_AT(p, at,
                   "'!' stands only before '='; for a complement write NOT");
  while (p->pos < p->src.n && !blank_at(p->src, p->pos) &&
         !memchr("()[],=<>!\"", p->src.p[p->pos], 10))
    p->pos++;
  p->now.kind = TOKEN_WORD;
  p->now.text = zg_arena_dup(p->arena, (zg_str){p->src.p + at, p->pos - at});
  return p->now.text.p ? ZG_OK : zg_fail_nomem(p->err);
}

static bool is_keyword(const token *t, const char *word) {
  return t->kind == TOKEN_WORD && t->text.n == strlen(word) &&
         strncasecmp(t->text.p, word, t->text.n) == 0;
}

static bool is_reserved(const token *t) {
  static const char *const words[] = {"AND", "OR", "NOT", "IN", "TO", "EXISTS"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (is_keyword(t, words[i]))
      return true;
  return false;
}

/* How a token reads in a message: cut to what a person can take in. */
static const char *shown(const token *t, char buf[64]) {
  if (t->kind == TOKEN_END)
    return "the end";
  size_t n = t->text.n > 40 ? zg_utf8_floor(t->text.p, 40) : t->text.n;
  snprintf(buf, 64, "'%.*s%s'", (int)n, t->text.p, n < t->text.n ? "…" : "");
  return buf;
}

/* ---- tree ---- */

static zg_filter *node_new(parser *p, zg_filter_kind kind) {
  zg_filter *f = zg_arena_alloc(p->arena, sizeof *f);
  if (f)
    f->kind = kind;
  return f;
}

static zg_status not_of(parser *p, zg_filter **io) {
  zg_filter *f = node_new(p, ZG_FILTER_NOT);
  zg_filter **kids = zg_arena_alloc(p->arena, sizeof *kids);
  if (!f || !kids)
    return zg_fail_nomem(p->err);
  kids[0] = *io;
  f->kids = kids;
  f->n_kids = 1;
  *io = f;
  return ZG_OK;
}

/* Adds `kid` to the list node *io, which starts as its only member. */
static zg_status join(parser *p, zg_filter **io, zg_filter_kind kind,
                      zg_filter *kid, size_t *cap) {
  zg_filter *f = *io;
  if (*cap == 0 || f->n_kids == *cap) {
    size_t n = *cap ? f->n_kids : 1, grown = *cap ? *cap * 2 : 4;
    zg_filter **kids = zg_arena_alloc(p->arena, grown * sizeof *kids);
    zg_filter *list = *cap ? f : node_new(p, kind);
    if (!kids || !list)
      return zg_fail_nomem(p->err);
    if (*cap)
      memcpy(kids, f->kids, n * sizeof *kids);
    else
      kids[0] = f;
    list->kids = kids;
    list->n_kids = n;
    *io = f = list;
    *cap = grown;
  }
  f->kids[f->n_kids++] = kid;
  return ZG_OK;
}

/* ---- numbers ---- */

/* A decimal as twice-bounded integer: floor and whether it is exact. */
typedef struct decimal {
  int64_t floor;
  bool exact;
} decimal;

static bool decimal_read(zg_str s, int scale, decimal *out) {
  size_t i = 0;
  bool negative = false;
  if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
    negative = s.p[i++] == '-';
  int64_t v = 0;
  size_t digits = 0;
  bool rest = false, point = false;
  int left = scale; /* 100: two fraction digits to go */
  for (; i < s.n; i++) {
    if (s.p[i] == '.' && !point) {
      point = true;
      continue;
    }
    if (s.p[i] < '0' || s.p[i] > '9')
      return false;
    digits++;
    if (point && left == 1) {
      rest = rest || s.p[i] != '0';
      continue;
    }
    if (point)
      left /= 10;
    if (v > (INT64_MAX / 1000 - 9) / 10)
      return false;
    v = v * 10 + (s.p[i] - '0');
  }
  if (digits == 0)
    return false;
  v *= left;
  out->exact = !rest;
  out->floor = negative ? (rest ? -v - 1 : -v) : v;
  return true;
}

static int scale_of(const zg_filter *f) {
  return f->is_measure ? zg_measure_scale(f->measure) : 1;
}

static zg_status read_number(parser *p, const zg_filter *f, const char *after,
                             decimal *out) {
  char buf[64];
  bool value = (p->now.kind == TOKEN_WORD && !is_reserved(&p->now)) ||
               p->now.kind == TOKEN_QUOTED;
  if (!value)
    return FAIL_AT(p, p->now.at, "expected a number after %s, not %s", after,
                   shown(&p->now, buf));
  if (!decimal_read(p->now.text, scale_of(f), out))
    return FAIL_AT(p, p->now.at, "%s is not a number", shown(&p->now, buf));
  return lex(p);
}

static void range_equal(zg_filter *f, decimal d) {
  f->kind = ZG_FILTER_RANGE;
  f->low = d.exact ? d.floor : 1;
  f->high = d.exact ? d.floor : 0;
}

/* ---- conditions ---- */

/* Names of the API that the columns know under another name. */
static bool alias(zg_str name, zg_filter *f) {
  static const char dotted[] = "signals.";
  if (name.n > sizeof dotted - 1 &&
      memcmp(name.p, dotted, sizeof dotted - 1) == 0) {
    zg_str rest = {name.p + sizeof dotted - 1, name.n - (sizeof dotted - 1)};
    int field = zg_field_of(rest);
    if (field < ZG_FIELD_HAS_DEADLINE || field > ZG_FIELD_HAS_DOCUMENT)
      return false;
    f->field = (zg_field)field;
    return true;
  }
  return false;
}

/* Members of a finding that are no column, but whose presence is a signal. */
static int presence_of(zg_str name) {
  return zg_str_is(name, "deadline")      ? (int)ZG_FIELD_HAS_DEADLINE
         : zg_str_is(name, "responsible") ? (int)ZG_FIELD_HAS_OWNER
         : zg_str_is(name, "documents")   ? (int)ZG_FIELD_HAS_DOCUMENT
                                          : -1;
}

static zg_status unknown_field(parser *p, const token *t) {
  char names[320] = "", buf[64];
  size_t n = 0;
  for (int i = 0; i < ZG_FIELD_COUNT; i++)
    n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "",
                          zg_field_name((zg_field)i));
  for (int i = 0; i < ZG_MEASURE_COUNT; i++)
    n += (size_t)snprintf(names + n, sizeof names - n, ", %s",
                          zg_measure_name((zg_measure_field)i));
  return FAIL_AT(p, t->at, "unknown field %s; known: %s", shown(t, buf), names);
}

static zg_status read_field(parser *p, zg_filter *f, int *presence) {
  char buf[64];
  *presence = -1;
  if (p->now.kind != TOKEN_WORD || is_reserved(&p->now))
    return FAIL_AT(p, p->now.at, "expected a field, not %s",
                   shown(&p->now, buf));
  int field = zg_field_of(p->now.text), measure = zg_measure_of(p->now.text);
  if (field >= 0) {
    f->field = (zg_field)field;
  } else if (measure >= 0) {
    f->is_measure = true;
    f->measure = (zg_measure_field)measure;
  } else if (!alias(p->now.text, f)) {
    *presence = presence_of(p->now.text);
    if (*presence < 0)
      return unknown_field(p, &p->now);
    f->field = (zg_field)*presence;
  }
  return lex(p);
}

/* One value of = or IN.  Numeric fields keep the spelling of the column. */
static zg_status read_value(parser *p, const zg_filter *f, const char *after,
                            zg_str *out) {
  char buf[64];
  if (!(p->now.kind == TOKEN_WORD && !is_reserved(&p->now)) &&
      p->now.kind != TOKEN_QUOTED) {
    if (p->now.kind == TOKEN_END)
      return FAIL_AT(p, p->now.at, "expected a value after %s", after);
    return FAIL_AT(p, p->now.at, "expected a value after %s, not %s%s", after,
                   shown(&p->now, buf),
                   is_reserved(&p->now) ? " (quote it if it is one)" : "");
  }
  *out = p->now.text;
  if (!f->is_measure && zg_field_numeric(f->field)) {
    decimal d;
    if (!decimal_read(p->now.text, 1, &d) || !d.exact)
      return FAIL_AT(p, p->now.at, "%s is not a whole number, as '%s' needs",
                     shown(&p->now, buf), zg_field_name(f->field));
    *out = zg_arena_printf(p->arena, "%" PRId64, d.floor);
    if (!out->p)
      return zg_fail_nomem(p->err);
  }
  return lex(p);
}

static zg_status need_order(parser *p, const zg_filter *f, const token *sign) {
  char buf[64];
  if (f->is_measure || zg_field_numeric(f->field))
    return ZG_OK;
  return FAIL_AT(p, sign->at,
                 "%s needs a number, but '%s' is text; use = != IN EXISTS",
                 shown(sign, buf), zg_field_name(f->field));
}

static zg_status read_order(parser *p, zg_filter *f) {
  token sign = p->now;
  char after[64];
  decimal d;
  zg_status st = need_order(p, f, &sign);
  if (st || (st = lex(p)) || (st = read_number(p, f, shown(&sign, after), &d)))
    return st;
  f->kind = ZG_FILTER_RANGE;
  f->low = INT64_MIN;
  f->high = INT64_MAX;
  switch (sign.kind) {
  case TOKEN_GT:
    f->low = d.floor + 1;
    break;
  case TOKEN_GE:
    f->low = d.exact ? d.floor : d.floor + 1;
    break;
  case TOKEN_LT:
    f->high = d.exact ? d.floor - 1 : d.floor;
    break;
  default:
    f->high = d.floor;
    break;
  }
  return ZG_OK;
}

/* now: the first number; `low` was read already when TO was found behind it. */
static zg_status read_to(parser *p, zg_filter *f, const token *first) {
  decimal low, high;
  token to = p->now;
  zg_status st = need_order(p, f, &to);
  if (st)
    return st;
  if (!decimal_read(first->text, scale_of(f), &low)) {
    char buf[64];
    return FAIL_AT(p, first->at, "%s is not a number", shown(first, buf));
  }
  if ((st = lex(p)) || (st = read_number(p, f, "TO", &high)))
    return st;
  f->kind = ZG_FILTER_RANGE;
  f->low = low.exact ? low.floor : low.floor + 1;
  f->high = high.floor;
  return ZG_OK;
}

/* now: behind "=" or "!=".  A measure becomes a range of one number. */
static zg_status read_equal(parser *p, zg_filter *f, const token *sign) {
  char after[64];
  token first = p->now;
  zg_str value;
  shown(sign, after);
  if (f->is_measure) {
    decimal d;
    if (first.kind == TOKEN_END)
      return FAIL_AT(p, first.at, "expected a value after %s", after);
    zg_status st = read_number(p, f, after, &d);
    if (st || (is_keyword(&p->now, "TO") && sign->kind == TOKEN_EQ))
      return st ? st : read_to(p, f, &first);
    range_equal(f, d);
    return ZG_OK;
  }
  zg_status st = read_value(p, f, after, &value);
  if (st)
    return st;
  if (is_keyword(&p->now, "TO") && sign->kind == TOKEN_EQ)
    return read_to(p, f, &first);
  f->kind = ZG_FILTER_VALUES;
  f->values = zg_arena_alloc(p->arena, sizeof *f->values);
  if (!f->values)
    return zg_fail_nomem(p->err);
  f->values[0] = value;
  f->n_values = 1;
  return ZG_OK;
}

/* Room for one more in an array of n elements. */
static zg_status grow(parser *p, void **array, size_t n, size_t *cap,
                      size_t size) {
  if (n < *cap)
    return ZG_OK;
  size_t grown = *cap ? *cap * 2 : 8;
  void *more = zg_arena_alloc(p->arena, grown * size);
  if (!more)
    return zg_fail_nomem(p->err);
  if (n)
    memcpy(more, *array, n * size);
  *array = more;
  *cap = grown;
  return ZG_OK;
}

/* A member of IN. */
static zg_status list_add(parser *p, zg_filter *f, size_t *cap) {
  void *room = f->is_measure ? (void *)f->numbers : (void *)f->values;
  size_t size = f->is_measure ? sizeof *f->numbers : sizeof *f->values;
  zg_status st =
      grow(p, &room, f->is_measure ? f->n_numbers : f->n_values, cap, size);
  if (st)
    return st;
  if (!f->is_measure) {
    f->values = room;
    st = read_value(p, f, f->n_values ? "','" : "'['", &f->values[f->n_values]);
    f->n_values += st == ZG_OK;
    return st;
  }
  decimal d;
  f->numbers = room;
  if ((st = read_number(p, f, "'['", &d)))
    return st;
  if (d.exact) /* else: no stored integer is this number */
    f->numbers[f->n_numbers++] = d.floor;
  return ZG_OK;
}

static int by_number(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void sort_numbers(zg_filter *f) {
  size_t n = 0;
  if (f->n_numbers)
    qsort(f->numbers, f->n_numbers, sizeof *f->numbers, by_number);
  for (size_t i = 0; i < f->n_numbers; i++)
    if (n == 0 || f->numbers[n - 1] != f->numbers[i])
      f->numbers[n++] = f->numbers[i];
  f->n_numbers = n;
}

static zg_status read_list(parser *p, zg_filter *f) {
  size_t cap = 0;
  char buf[64];
  zg_status st = lex(p); /* IN */
  if (st)
    return st;
  if (p->now.kind != TOKEN_LIST_OPEN)
    return FAIL_AT(p, p->now.at, "expected '[' after IN, not %s",
                   shown(&p->now, buf));
  f->kind = f->is_measure ? ZG_FILTER_NUMBERS : ZG_FILTER_VALUES;
  do {
    if ((st = lex(p)) || (st = list_add(p, f, &cap)))
      return st;
  } while (p->now.kind == TOKEN_COMMA);
  if (p->now.kind != TOKEN_LIST_CLOSE)
    return FAIL_AT(p, p->now.at, "expected ',' or ']' in the list, not %s",
                   shown(&p->now, buf));
  sort_numbers(f);
  return lex(p);
}

static zg_status presence_as_signal(parser *p, zg_filter *f) {
  f->kind = ZG_FILTER_VALUES;
  f->values = zg_arena_alloc(p->arena, sizeof *f->values);
  if (!f->values)
    return zg_fail_nomem(p->err);
  f->values[0] = ZG_STR("true");
  f->n_values = 1;
  return ZG_OK;
}

/* now: behind the field. */
static zg_status read_test(parser *p, zg_filter **io, int presence,
                           const token *name) {
  zg_filter *f = *io;
  char buf[64];
  bool negated = is_keyword(&p->now, "NOT");
  zg_status st = negated ? lex(p) : ZG_OK;
  if (st)
    return st;
  if (is_keyword(&p->now, "EXISTS")) {
    f->kind = ZG_FILTER_EXISTS;
    if ((st = lex(p)) || (presence >= 0 && (st = presence_as_signal(p, f))))
      return st;
  } else if (presence >= 0) {
    return FAIL_AT(p, name->at, "%s can only be asked for with EXISTS",
                   shown(name, buf));
  } else if (is_keyword(&p->now, "IN")) {
    if ((st = read_list(p, f)))
      return st;
  } else if (negated) {
    return FAIL_AT(p, p->now.at,
                   "expected IN or EXISTS after NOT; elsewhere NOT stands "
                   "before the condition");
  } else if (p->now.kind == TOKEN_EQ || p->now.kind == TOKEN_NE) {
    token sign = p->now;
    if ((st = lex(p)) || (st = read_equal(p, f, &sign)))
      return st;
    negated = sign.kind == TOKEN_NE;
  } else if (p->now.kind >= TOKEN_GT && p->now.kind <= TOKEN_LE) {
    return read_order(p, f);
  } else {
    token first = p->now;
    bool value = (first.kind == TOKEN_WORD && !is_reserved(&first)) ||
                 first.kind == TOKEN_QUOTED;
    if (value && (st = lex(p)))
      return st;
    if (value && is_keyword(&p->now, "TO"))
      return read_to(p, f, &first);
    return FAIL_AT(p, first.at,
                   "expected an operator (= != > >= < <= IN EXISTS, or a TO b) "
                   "after %s, not %s",
                   shown(name, buf), shown(&first, (char[64]){0}));
  }
  return negated ? not_of(p, io) : ZG_OK;
}

static zg_status condition(parser *p, zg_filter **out) {
  token name = p->now;
  int presence;
  zg_filter *f = node_new(p, ZG_FILTER_EXISTS);
  if (!f)
    return zg_fail_nomem(p->err);
  if (++p->leaves > ZG_FILTER_LEAVES_MAX)
    return fail_at(p, name.at, "filter_too_complex", "more than %d conditions",
                   ZG_FILTER_LEAVES_MAX);
  zg_status st = read_field(p, f, &presence);
  if (st == ZG_OK)
    st = read_test(p, &f, presence, &name);
  if (st == ZG_OK)
    *out = f;
  return st;
}

static zg_status any_of(parser *p, zg_filter **out);

static zg_status deeper(parser *p) {
  if (++p->depth <= ZG_FILTER_DEPTH_MAX)
    return ZG_OK;
  return fail_at(p, p->now.at, "filter_too_complex",
                 "more than %d brackets and NOTs inside one another",
                 ZG_FILTER_DEPTH_MAX);
}

static zg_status unary(parser *p, zg_filter **out) {
  zg_status st;
  char buf[64];
  if (is_keyword(&p->now, "NOT")) {
    if ((st = deeper(p)) || (st = lex(p)) || (st = unary(p, out)))
      return st;
    p->depth--;
    return not_of(p, out);
  }
  if (p->now.kind != TOKEN_OPEN)
    return condition(p, out);
  if ((st = deeper(p)) || (st = lex(p)) || (st = any_of(p, out)))
    return st;
  p->depth--;
  if (p->now.kind != TOKEN_CLOSE)
    return FAIL_AT(p, p->now.at, "expected AND, OR or ')', not %s",
                   shown(&p->now, buf));
  return lex(p);
}

static zg_status all_of(parser *p, zg_filter **out) {
  size_t cap = 0;
  zg_status st = unary(p, out);
  while (st == ZG_OK && is_keyword(&p->now, "AND")) {
    zg_filter *kid = NULL;
    if ((st = lex(p)) == ZG_OK && (st = unary(p, &kid)) == ZG_OK)
      st = join(p, out, ZG_FILTER_AND, kid, &cap);
  }
  return st;
}

static zg_status any_of(parser *p, zg_filter **out) {
  size_t cap = 0;
  zg_status st = all_of(p, out);
  while (st == ZG_OK && is_keyword(&p->now, "OR")) {
    zg_filter *kid = NULL;
    if ((st = lex(p)) == ZG_OK && (st = all_of(p, &kid)) == ZG_OK)
      st = join(p, out, ZG_FILTER_OR, kid, &cap);
  }
  return st;
}

zg_status zg_filter_parse(zg_filter **out, zg_arena *arena, zg_str text,
                          const char *param, zg_error *err) {
  *out = NULL;
  parser p = {.arena = arena, .src = text, .param = param, .err = err};
  if (text.n > ZG_FILTER_MAX)
    return zg_fail_at(err, ZG_INVALID, ZG_FILTER_MAX, "filter_too_long", param,
                      "%s: %zu bytes; at most %d are allowed", param, text.n,
                      ZG_FILTER_MAX);
  int64_t bad = text.n ? zg_utf8_check(text.p, text.n) : -1;
  if (bad >= 0)
    return FAIL_AT(&p, (size_t)bad, "not well-formed UTF-8");
  zg_status st = lex(&p);
  if (st || p.now.kind == TOKEN_END)
    return st;
  zg_filter *f = NULL;
  char buf[64];
  if ((st = any_of(&p, &f)))
    return st;
  if (p.now.kind != TOKEN_END)
    return FAIL_AT(&p, p.now.at, "expected AND, OR or the end, not %s",
                   shown(&p.now, buf));
  *out = f;
  return ZG_OK;
}

size_t zg_filter_leaves(const zg_filter *f) {
  if (!f)
    return 0;
  size_t n = f->n_kids == 0;
  for (size_t i = 0; i < f->n_kids; i++)
    n += zg_filter_leaves(f->kids[i]);
  return n;
}
