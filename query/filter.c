#include "query/filter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "query/filter_lex.h"

/* ---- tree ---- */

static zg_filter *node_new(zg_filter_parser *p, zg_filter_kind kind) {
  zg_filter *f = zg_arena_alloc(p->arena, sizeof *f);
  if (f)
    f->kind = kind;
  return f;
}

static zg_status not_of(zg_filter_parser *p, zg_filter **io) {
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
static zg_status join(zg_filter_parser *p, zg_filter **io, zg_filter_kind kind,
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

static zg_status read_number(zg_filter_parser *p, const zg_filter *f,
                             const char *after, decimal *out) {
  char buf[64];
  bool value = (p->now.kind == ZG_TOKEN_WORD && !zg_token_reserved(&p->now)) ||
               p->now.kind == ZG_TOKEN_QUOTED;
  if (!value)
    return ZG_FILTER_FAIL(p, p->now.at, "expected a number after %s, not %s",
                          after, zg_token_shown(&p->now, buf));
  if (!decimal_read(p->now.text, scale_of(f), out))
    return ZG_FILTER_FAIL(p, p->now.at, "%s is not a number",
                          zg_token_shown(&p->now, buf));
  return zg_filter_lex(p);
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

static zg_status unknown_field(zg_filter_parser *p, const zg_token *t) {
  char names[320] = "", buf[64];
  size_t n = 0;
  for (int i = 0; i < ZG_FIELD_COUNT; i++)
    n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "",
                          zg_field_name((zg_field)i));
  for (int i = 0; i < ZG_MEASURE_COUNT; i++)
    n += (size_t)snprintf(names + n, sizeof names - n, ", %s",
                          zg_measure_name((zg_measure_field)i));
  return ZG_FILTER_FAIL(p, t->at, "unknown field %s; known: %s",
                        zg_token_shown(t, buf), names);
}

static zg_status read_field(zg_filter_parser *p, zg_filter *f, int *presence) {
  char buf[64];
  *presence = -1;
  if (p->now.kind != ZG_TOKEN_WORD || zg_token_reserved(&p->now))
    return ZG_FILTER_FAIL(p, p->now.at, "expected a field, not %s",
                          zg_token_shown(&p->now, buf));
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
  return zg_filter_lex(p);
}

/* One value of = or IN.  Numeric fields keep the spelling of the column. */
static zg_status read_value(zg_filter_parser *p, const zg_filter *f,
                            const char *after, zg_str *out) {
  char buf[64];
  if (!(p->now.kind == ZG_TOKEN_WORD && !zg_token_reserved(&p->now)) &&
      p->now.kind != ZG_TOKEN_QUOTED) {
    if (p->now.kind == ZG_TOKEN_END)
      return ZG_FILTER_FAIL(p, p->now.at, "expected a value after %s", after);
    return ZG_FILTER_FAIL(
        p, p->now.at, "expected a value after %s, not %s%s", after,
        zg_token_shown(&p->now, buf),
        zg_token_reserved(&p->now) ? " (quote it if it is one)" : "");
  }
  *out = p->now.text;
  if (!f->is_measure && zg_field_numeric(f->field)) {
    decimal d;
    if (!decimal_read(p->now.text, 1, &d) || !d.exact)
      return ZG_FILTER_FAIL(
          p, p->now.at, "%s is not a whole number, as '%s' needs",
          zg_token_shown(&p->now, buf), zg_field_name(f->field));
    *out = zg_arena_printf(p->arena, "%" PRId64, d.floor);
    if (!out->p)
      return zg_fail_nomem(p->err);
  }
  return zg_filter_lex(p);
}

static zg_status need_order(zg_filter_parser *p, const zg_filter *f,
                            const zg_token *sign) {
  char buf[64];
  if (f->is_measure || zg_field_numeric(f->field))
    return ZG_OK;
  return ZG_FILTER_FAIL(
      p, sign->at, "%s needs a number, but '%s' is text; use = != IN EXISTS",
      zg_token_shown(sign, buf), zg_field_name(f->field));
}

static zg_status read_order(zg_filter_parser *p, zg_filter *f) {
  zg_token sign = p->now;
  char after[64];
  decimal d;
  zg_status st = need_order(p, f, &sign);
  if (st || (st = zg_filter_lex(p)) ||
      (st = read_number(p, f, zg_token_shown(&sign, after), &d)))
    return st;
  f->kind = ZG_FILTER_RANGE;
  f->low = INT64_MIN;
  f->high = INT64_MAX;
  switch (sign.kind) {
  case ZG_TOKEN_GT:
    f->low = d.floor + 1;
    break;
  case ZG_TOKEN_GE:
    f->low = d.exact ? d.floor : d.floor + 1;
    break;
  case ZG_TOKEN_LT:
    f->high = d.exact ? d.floor - 1 : d.floor;
    break;
  default:
    f->high = d.floor;
    break;
  }
  return ZG_OK;
}

/* now: the first number; `low` was read already when TO was found behind it. */
static zg_status read_to(zg_filter_parser *p, zg_filter *f,
                         const zg_token *first) {
  decimal low, high;
  zg_token to = p->now;
  zg_status st = need_order(p, f, &to);
  if (st)
    return st;
  if (!decimal_read(first->text, scale_of(f), &low)) {
    char buf[64];
    return ZG_FILTER_FAIL(p, first->at, "%s is not a number",
                          zg_token_shown(first, buf));
  }
  if ((st = zg_filter_lex(p)) || (st = read_number(p, f, "TO", &high)))
    return st;
  f->kind = ZG_FILTER_RANGE;
  f->low = low.exact ? low.floor : low.floor + 1;
  f->high = high.floor;
  return ZG_OK;
}

/* now: behind "=" or "!=".  A measure becomes a range of one number. */
static zg_status read_equal(zg_filter_parser *p, zg_filter *f,
                            const zg_token *sign) {
  char after[64];
  zg_token first = p->now;
  zg_str value;
  zg_token_shown(sign, after);
  if (f->is_measure) {
    decimal d;
    if (first.kind == ZG_TOKEN_END)
      return ZG_FILTER_FAIL(p, first.at, "expected a value after %s", after);
    zg_status st = read_number(p, f, after, &d);
    if (st || (zg_token_is(&p->now, "TO") && sign->kind == ZG_TOKEN_EQ))
      return st ? st : read_to(p, f, &first);
    range_equal(f, d);
    return ZG_OK;
  }
  zg_status st = read_value(p, f, after, &value);
  if (st)
    return st;
  if (zg_token_is(&p->now, "TO") && sign->kind == ZG_TOKEN_EQ)
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
static zg_status grow(zg_filter_parser *p, void **array, size_t n, size_t *cap,
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
static zg_status list_add(zg_filter_parser *p, zg_filter *f, size_t *cap) {
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

static zg_status read_list(zg_filter_parser *p, zg_filter *f) {
  size_t cap = 0;
  char buf[64];
  zg_status st = zg_filter_lex(p); /* IN */
  if (st)
    return st;
  if (p->now.kind != ZG_TOKEN_LIST_OPEN)
    return ZG_FILTER_FAIL(p, p->now.at, "expected '[' after IN, not %s",
                          zg_token_shown(&p->now, buf));
  f->kind = f->is_measure ? ZG_FILTER_NUMBERS : ZG_FILTER_VALUES;
  do {
    if ((st = zg_filter_lex(p)) || (st = list_add(p, f, &cap)))
      return st;
  } while (p->now.kind == ZG_TOKEN_COMMA);
  if (p->now.kind != ZG_TOKEN_LIST_CLOSE)
    return ZG_FILTER_FAIL(p, p->now.at,
                          "expected ',' or ']' in the list, not %s",
                          zg_token_shown(&p->now, buf));
  sort_numbers(f);
  return zg_filter_lex(p);
}

static zg_status presence_as_signal(zg_filter_parser *p, zg_filter *f) {
  f->kind = ZG_FILTER_VALUES;
  f->values = zg_arena_alloc(p->arena, sizeof *f->values);
  if (!f->values)
    return zg_fail_nomem(p->err);
  f->values[0] = ZG_STR("true");
  f->n_values = 1;
  return ZG_OK;
}

/* now: behind the field. */
static zg_status read_test(zg_filter_parser *p, zg_filter **io, int presence,
                           const zg_token *name) {
  zg_filter *f = *io;
  char buf[64];
  bool negated = zg_token_is(&p->now, "NOT");
  zg_status st = negated ? zg_filter_lex(p) : ZG_OK;
  if (st)
    return st;
  if (zg_token_is(&p->now, "EXISTS")) {
    f->kind = ZG_FILTER_EXISTS;
    if ((st = zg_filter_lex(p)) ||
        (presence >= 0 && (st = presence_as_signal(p, f))))
      return st;
  } else if (presence >= 0) {
    return ZG_FILTER_FAIL(p, name->at, "%s can only be asked for with EXISTS",
                          zg_token_shown(name, buf));
  } else if (zg_token_is(&p->now, "IN")) {
    if ((st = read_list(p, f)))
      return st;
  } else if (negated) {
    return ZG_FILTER_FAIL(
        p, p->now.at,
        "expected IN or EXISTS after NOT; elsewhere NOT stands "
        "before the condition");
  } else if (p->now.kind == ZG_TOKEN_EQ || p->now.kind == ZG_TOKEN_NE) {
    zg_token sign = p->now;
    if ((st = zg_filter_lex(p)) || (st = read_equal(p, f, &sign)))
      return st;
    negated = sign.kind == ZG_TOKEN_NE;
  } else if (p->now.kind >= ZG_TOKEN_GT && p->now.kind <= ZG_TOKEN_LE) {
    return read_order(p, f);
  } else {
    zg_token first = p->now;
    bool value = (first.kind == ZG_TOKEN_WORD && !zg_token_reserved(&first)) ||
                 first.kind == ZG_TOKEN_QUOTED;
    if (value && (st = zg_filter_lex(p)))
      return st;
    if (value && zg_token_is(&p->now, "TO"))
      return read_to(p, f, &first);
    return ZG_FILTER_FAIL(
        p, first.at,
        "expected an operator (= != > >= < <= IN EXISTS, or a TO b) "
        "after %s, not %s",
        zg_token_shown(name, buf), zg_token_shown(&first, (char[64]){0}));
  }
  return negated ? not_of(p, io) : ZG_OK;
}

static zg_status condition(zg_filter_parser *p, zg_filter **out) {
  zg_token name = p->now;
  int presence;
  zg_filter *f = node_new(p, ZG_FILTER_EXISTS);
  if (!f)
    return zg_fail_nomem(p->err);
  if (++p->leaves > ZG_FILTER_LEAVES_MAX)
    return zg_filter_fail(p, name.at, "filter_too_complex",
                          "more than %d conditions", ZG_FILTER_LEAVES_MAX);
  zg_status st = read_field(p, f, &presence);
  if (st == ZG_OK)
    st = read_test(p, &f, presence, &name);
  if (st == ZG_OK)
    *out = f;
  return st;
}

static zg_status any_of(zg_filter_parser *p, zg_filter **out);

static zg_status deeper(zg_filter_parser *p) {
  if (++p->depth <= ZG_FILTER_DEPTH_MAX)
    return ZG_OK;
  return zg_filter_fail(p, p->now.at, "filter_too_complex",
                        "more than %d brackets and NOTs inside one another",
                        ZG_FILTER_DEPTH_MAX);
}

static zg_status unary(zg_filter_parser *p, zg_filter **out) {
  zg_status st;
  char buf[64];
  if (zg_token_is(&p->now, "NOT")) {
    if ((st = deeper(p)) || (st = zg_filter_lex(p)) || (st = unary(p, out)))
      return st;
    p->depth--;
    return not_of(p, out);
  }
  if (p->now.kind != ZG_TOKEN_OPEN)
    return condition(p, out);
  if ((st = deeper(p)) || (st = zg_filter_lex(p)) || (st = any_of(p, out)))
    return st;
  p->depth--;
  if (p->now.kind != ZG_TOKEN_CLOSE)
    return ZG_FILTER_FAIL(p, p->now.at, "expected AND, OR or ')', not %s",
                          zg_token_shown(&p->now, buf));
  return zg_filter_lex(p);
}

static zg_status all_of(zg_filter_parser *p, zg_filter **out) {
  size_t cap = 0;
  zg_status st = unary(p, out);
  while (st == ZG_OK && zg_token_is(&p->now, "AND")) {
    zg_filter *kid = NULL;
    if ((st = zg_filter_lex(p)) == ZG_OK && (st = unary(p, &kid)) == ZG_OK)
      st = join(p, out, ZG_FILTER_AND, kid, &cap);
  }
  return st;
}

static zg_status any_of(zg_filter_parser *p, zg_filter **out) {
  size_t cap = 0;
  zg_status st = all_of(p, out);
  while (st == ZG_OK && zg_token_is(&p->now, "OR")) {
    zg_filter *kid = NULL;
    if ((st = zg_filter_lex(p)) == ZG_OK && (st = all_of(p, &kid)) == ZG_OK)
      st = join(p, out, ZG_FILTER_OR, kid, &cap);
  }
  return st;
}

zg_status zg_filter_parse(zg_filter **out, zg_arena *arena, zg_str text,
                          const char *param, zg_error *err) {
  *out = NULL;
  zg_filter_parser p = {
      .arena = arena, .src = text, .param = param, .err = err};
  if (text.n > ZG_FILTER_MAX)
    return zg_fail_at(err, ZG_INVALID, ZG_FILTER_MAX, "filter_too_long", param,
                      "%s: %zu bytes; at most %d are allowed", param, text.n,
                      ZG_FILTER_MAX);
  int64_t bad = text.n ? zg_utf8_check(text.p, text.n) : -1;
  if (bad >= 0)
    return ZG_FILTER_FAIL(&p, (size_t)bad, "not well-formed UTF-8");
  zg_status st = zg_filter_lex(&p);
  if (st || p.now.kind == ZG_TOKEN_END)
    return st;
  zg_filter *f = NULL;
  char buf[64];
  if ((st = any_of(&p, &f)))
    return st;
  if (p.now.kind != ZG_TOKEN_END)
    return ZG_FILTER_FAIL(&p, p.now.at, "expected AND, OR or the end, not %s",
                          zg_token_shown(&p.now, buf));
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
