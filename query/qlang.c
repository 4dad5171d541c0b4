#include "query/qlang.h"

#include <stdarg.h>
#include <stdio.h>

typedef enum token_kind {
  TOKEN_END,
  TOKEN_WORD,
  TOKEN_PHRASE,
  TOKEN_OR,
  TOKEN_AND,
  TOKEN_MINUS,
  TOKEN_FIELD,
  TOKEN_OPEN,
  TOKEN_CLOSE
} token_kind;

typedef struct token {
  token_kind kind;
  zg_str text; /* WORD, PHRASE: raw, without quotes and star */
  size_t at;
  bool star;
  int field; /* FIELD */
} token;

typedef struct parser {
  zg_arena *arena;
  zg_analyser *analyser;
  zg_str src;
  bool widen;
  size_t pos; /* behind `now` */
  token now;
  unsigned depth, leaves;
  int field; /* of the enclosing field: prefix */
  zg_error *err;
} parser;

static unsigned column_of(zg_str src, size_t at) {
  unsigned col = 1;
  for (size_t i = 0; i < at && i < src.n; i++)
    col += ((unsigned char)src.p[i] & 0xC0) != 0x80;
  return col;
}

zg_status zg_query_fail(zg_error *err, zg_str q, size_t offset,
                        const char *code, const char *fmt, ...) {
  char what[300];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(what, sizeof what, fmt, ap);
  va_end(ap);
  return zg_fail_at(err, ZG_INVALID, (int64_t)offset, code, "q",
                    "q, column %u: %s", column_of(q, offset), what);
}

#define FAIL_AT(p, where, ...)                                                 \
  zg_query_fail((p)->err, (p)->src, (where), "invalid_query", __VA_ARGS__)

/* ---- words ---- */

static size_t sign_at(zg_str s, size_t i, const char *const *signs, size_t n) {
  for (size_t k = 0; k < n; k++) {
    size_t len = strlen(signs[k]);
    if (i + len <= s.n && memcmp(s.p + i, signs[k], len) == 0)
      return len;
  }
  return 0;
}
#define SIGN(name, ...)                                                        \
  static size_t name(zg_str s, size_t i) {                                     \
    static const char *const signs[] = {__VA_ARGS__};                          \
    return sign_at(s, i, signs, sizeof signs / sizeof *signs);                 \
  }
SIGN(blank_at, " ", "\t", "\n", "\r", "\v", "\f", "\xC2\xA0", "\xE3\x80\x80")
SIGN(straight_at, "\"", "\xEF\xBC\x82")
SIGN(curly_at, "“")
SIGN(curly_end_at, "”")
SIGN(star_at, "*", "\xEF\xBC\x8A")
SIGN(minus_at, "-", "\xEF\xBC\x8D")
SIGN(colon_at, ":", "\xEF\xBC\x9A")

static bool ends_word(zg_str s, size_t i) {
  return i >= s.n || blank_at(s, i) || s.p[i] == '(' || s.p[i] == ')' ||
         straight_at(s, i) || curly_at(s, i);
}

/* A star may follow a word or a phrase, and then that has to be its end. */
static zg_status lex_star(parser *p) {
  size_t n = star_at(p->src, p->pos);
  if (!n)
    return ZG_OK;
  size_t at = p->pos;
  p->pos += n;
  p->now.star = true;
  if (!ends_word(p->src, p->pos) || straight_at(p->src, p->pos) ||
      curly_at(p->src, p->pos))
    return FAIL_AT(p, at, "'*' stands only at the end of a word");
  return ZG_OK;
}

static zg_status lex_phrase(parser *p, size_t open, bool curly) {
  size_t at = p->pos, end = at + open, n = 0;
  while (end < p->src.n) {
    n = curly ? curly_end_at(p->src, end) : straight_at(p->src, end);
    if (n)
      break;
    end++;
  }
  if (!n)
    return FAIL_AT(p, at, "the quote that opens here is not closed");
  p->now.kind = TOKEN_PHRASE;
  p->now.text = (zg_str){p->src.p + at + open, end - at - open};
  p->pos = end + n;
  return lex_star(p);
}

static int field_of(zg_str name) {
  static const char *const names[ZG_TEXT_FIELD_COUNT] = {
      [ZG_TEXT_SECTION] = "section",
      [ZG_TEXT_PROBLEM] = "problem",
      [ZG_TEXT_HEAD] = "head",
      [ZG_TEXT_MEASURES] = "measures"};
  for (int i = 0; i < ZG_TEXT_FIELD_COUNT; i++)
    if (zg_str_is(name, names[i]))
      return i;
  return -1;
}

/* "head:" at p->pos; sets the token and the position behind the colon. */
static bool lex_field(parser *p) {
  size_t i = p->pos, n;
  while (i < p->src.n && p->src.p[i] >= 'a' && p->src.p[i] <= 'z')
    i++;
  if (i >= p->src.n || !(n = colon_at(p->src, i)))
    return false;
  int field = field_of((zg_str){p->src.p + p->pos, i - p->pos});
  if (field < 0)
    return false;
  p->now.kind = TOKEN_FIELD;
  p->now.field = field;
  p->now.text = (zg_str){p->src.p + p->pos, i + n - p->pos};
  p->pos = i + n;
  return true;
}

/* Something to exclude starts at byte i. */
static bool excludes(zg_str s, size_t i) {
  return i < s.n && !blank_at(s, i) && s.p[i] != ')';
}

static zg_status lex(parser *p) {
  size_t n;
  while (p->pos < p->src.n && (n = blank_at(p->src, p->pos)) > 0)
    p->pos += n;
  size_t at = p->pos;
  p->now = (token){.kind = TOKEN_END, .at = at};
  if (at >= p->src.n)
    return ZG_OK;
  if (p->src.p[at] == '(' || p->src.p[at] == ')') {
    p->now.kind = p->src.p[p->pos++] == '(' ? TOKEN_OPEN : TOKEN_CLOSE;
    return ZG_OK;
  }
  if ((n = straight_at(p->src, at)) || (n = curly_at(p->src, at)))
    return lex_phrase(p, n, curly_at(p->src, at) > 0);
  if ((n = star_at(p->src, at)))
    return FAIL_AT(p, at, "'*' cannot stand at the start of a word");
  if ((n = minus_at(p->src, at)) && excludes(p->src, at + n)) {
    p->now.kind = TOKEN_MINUS;
    p->pos += n;
    return ZG_OK;
  }
  if (lex_field(p))
    return ZG_OK;
  while (!ends_word(p->src, p->pos) && !star_at(p->src, p->pos))
    p->pos++;
  p->now.text = (zg_str){p->src.p + at, p->pos - at};
  p->now.kind = zg_str_is(p->now.text, "OR")    ? TOKEN_OR
                : zg_str_is(p->now.text, "AND") ? TOKEN_AND
                                                : TOKEN_WORD;
  return lex_star(p);
}

/* ---- tree ---- */

static zg_query *node_new(parser *p, zg_query_kind kind) {
  zg_query *q = zg_arena_alloc(p->arena, sizeof *q);
  if (q) {
    q->kind = kind;
    q->field = -1;
  }
  return q;
}

/* Adds `kid` (NULL: nothing was asked) to *io: first alone, then in a list of
 * `kind`.  *cap is 0 until *io is such a list of our own. */
static zg_status join(parser *p, zg_query **io, zg_query_kind kind,
                      zg_query *kid, size_t *cap) {
  if (!kid)
    return ZG_OK;
  if (!*io) {
    *io = kid;
    return ZG_OK;
  }
  if (*cap == 0 || (*io)->n_kids == *cap) {
    size_t n = *cap ? (*io)->n_kids : 1, grown = *cap ? *cap * 2 : 4;
    zg_query **kids = zg_arena_alloc(p->arena, grown * sizeof *kids);
    zg_query *list = *cap ? *io : node_new(p, kind);
    if (!kids || !list)
      return zg_fail_nomem(p->err);
    if (*cap)
      memcpy(kids, list->kids, n * sizeof *kids);
    else
      kids[0] = *io;
    list->kids = kids;
    list->n_kids = n;
    *io = list;
    *cap = grown;
  }
  (*io)->kids[(*io)->n_kids++] = kid;
  return ZG_OK;
}

static zg_status negate(parser *p, zg_query **io) {
  if (!*io)
    return ZG_OK;
  zg_query *q = node_new(p, ZG_QUERY_NOT);
  zg_query **kids = zg_arena_alloc(p->arena, sizeof *kids);
  if (!q || !kids)
    return zg_fail_nomem(p->err);
  kids[0] = *io;
  q->kids = kids;
  q->n_kids = 1;
  *io = q;
  return ZG_OK;
}

static zg_status run_new(parser *p, const token *t, zg_str text,
                         zg_query **out) {
  *out = NULL;
  if (++p->leaves > ZG_QUERY_TERMS_MAX)
    return zg_query_fail(p->err, p->src, t->at, "too_many_terms",
                         "more than %d words and phrases", ZG_QUERY_TERMS_MAX);
  zg_query *q = node_new(p, ZG_QUERY_RUN);
  if (!q)
    return zg_fail_nomem(p->err);
  zg_status st =
      zg_analyse_query(p->analyser, p->arena, text, &q->terms, p->err);
  if (st || q->terms.n_units == 0)
    return st;
  q->field = p->field;
  q->quoted = t->kind == TOKEN_PHRASE;
  q->offset = t->at;
  q->gaps = memchr(q->terms.run.p, ' ', q->terms.run.n) != NULL;
  *out = q;
  return ZG_OK;
}

/* A word with gaps is the AND of its parts; in best match it stays one text. */
static zg_status leaf(parser *p, const token *t, zg_query **out) {
  zg_query *whole = NULL;
  zg_status st = run_new(p, t, t->text, &whole);
  *out = whole;
  if (st || !whole)
    return st;
  whole->prefix = t->star;
  if (!whole->gaps || whole->quoted || p->widen)
    return ZG_OK;
  zg_str run = whole->terms.run;
  size_t cap = 0, at = 0;
  p->leaves--;
  *out = NULL;
  while (at < run.n) {
    const char *gap = memchr(run.p + at, ' ', run.n - at);
    size_t end = gap ? (size_t)(gap - run.p) : run.n;
    zg_query *part = NULL;
    if ((st = run_new(p, t, (zg_str){run.p + at, end - at}, &part)))
      return st;
    if (part)
      part->prefix = t->star && end == run.n;
    if ((st = join(p, out, ZG_QUERY_AND, part, &cap)))
      return st;
    at = end + 1;
  }
  return ZG_OK;
}

static zg_status any_of(parser *p, zg_query **out);

static zg_status deeper(parser *p) {
  if (++p->depth <= ZG_NESTING_MAX)
    return ZG_OK;
  return zg_query_fail(p->err, p->src, p->now.at, "query_too_deep",
                       "more than %d brackets inside one another",
                       ZG_NESTING_MAX);
}

static zg_status primary(parser *p, zg_query **out) {
  token t = p->now;
  zg_status st;
  *out = NULL;
  switch (t.kind) {
  case TOKEN_FIELD: {
    int outer = p->field;
    size_t next = t.at + t.text.n;
    if (!excludes(p->src, next))
      return FAIL_AT(p, next, "expected a word directly after '%.*s'",
                     (int)t.text.n, t.text.p);
    if ((st = deeper(p)) || (st = lex(p)))
      return st;
    p->field = t.field;
    st = primary(p, out);
    p->field = outer;
    p->depth--;
    return st;
  }
  case TOKEN_OPEN:
    if ((st = deeper(p)) || (st = lex(p)) || (st = any_of(p, out)))
      return st;
    p->depth--;
    if (p->now.kind != TOKEN_CLOSE)
      return FAIL_AT(p, t.at, "the bracket that opens here is not closed");
    return lex(p);
  case TOKEN_WORD:
  case TOKEN_PHRASE:
    st = leaf(p, &t, out);
    return st ? st : lex(p);
  default:
    break;
  }
  if (t.kind == TOKEN_CLOSE)
    return FAIL_AT(p, t.at, "')' without a bracket or a word before it");
  return FAIL_AT(p, t.at, "expected a word, not %s",
                 t.kind == TOKEN_END   ? "the end"
                 : t.kind == TOKEN_OR  ? "OR"
                 : t.kind == TOKEN_AND ? "AND"
                                       : "'-'");
}

/* Members joined by a blank.  Widened, those that are not excluded become
 * alternatives; what is excluded stays excluded from all of them. */
static zg_status all_of(parser *p, zg_query **out) {
  zg_query *asked = NULL, *barred = NULL;
  size_t n_asked = 0, n_barred = 0;
  zg_status st;
  do {
    zg_query *kid = NULL;
    bool minus = p->now.kind == TOKEN_MINUS;
    if ((minus && (st = lex(p))) || (st = primary(p, &kid)))
      return st;
    if (minus && (st = negate(p, &kid)))
      return st;
    st = minus ? join(p, &barred, ZG_QUERY_AND, kid, &n_barred)
               : join(p, &asked, p->widen ? ZG_QUERY_OR : ZG_QUERY_AND, kid,
                      &n_asked);
    if (st)
      return st;
    if (p->now.kind == TOKEN_AND) {
      if ((st = lex(p)))
        return st;
      if (p->now.kind == TOKEN_END || p->now.kind == TOKEN_CLOSE ||
          p->now.kind == TOKEN_OR || p->now.kind == TOKEN_AND)
        return FAIL_AT(p, p->now.at, "expected a word after AND");
    }
  } while (p->now.kind != TOKEN_END && p->now.kind != TOKEN_CLOSE &&
           p->now.kind != TOKEN_OR);
  size_t cap = 0;
  *out = asked;
  return join(p, out, ZG_QUERY_AND, barred, &cap);
}

static zg_status any_of(parser *p, zg_query **out) {
  size_t cap = 0;
  zg_status st = all_of(p, out);
  while (st == ZG_OK && p->now.kind == TOKEN_OR) {
    zg_query *kid = NULL;
    if ((st = lex(p)) == ZG_OK && (st = all_of(p, &kid)) == ZG_OK)
      st = join(p, out, ZG_QUERY_OR, kid, &cap);
  }
  return st;
}

zg_status zg_query_parse(zg_query **out, zg_arena *arena, zg_analyser *a,
                         zg_str q, bool operator_or, zg_error *err) {
  *out = NULL;
  parser p = {.arena = arena,
              .analyser = a,
              .src = q,
              .widen = operator_or,
              .field = -1,
              .err = err};
  if (q.n > ZG_QUERY_MAX)
    return zg_fail_at(err, ZG_INVALID, ZG_QUERY_MAX, "query_too_long", "q",
                      "q: %zu bytes; at most %d are allowed", q.n,
                      ZG_QUERY_MAX);
  int64_t bad = q.n ? zg_utf8_check(q.p, q.n) : -1;
  if (bad >= 0)
    return FAIL_AT(&p, (size_t)bad, "not well-formed UTF-8");
  zg_status st = lex(&p);
  if (st || p.now.kind == TOKEN_END)
    return st;
  zg_query *made = NULL;
  if ((st = any_of(&p, &made)))
    return st;
  if (p.now.kind != TOKEN_END)
    return FAIL_AT(&p, p.now.at, "')' without a bracket before it");
  *out = made;
  return ZG_OK;
}

zg_status zg_query_each(zg_query *q, zg_query_visit visit, void *arg) {
  if (!q || q->kind == ZG_QUERY_NOT)
    return ZG_OK;
  if (q->kind == ZG_QUERY_RUN)
    return visit(q, arg);
  for (size_t i = 0; i < q->n_kids; i++) {
    zg_status st = zg_query_each(q->kids[i], visit, arg);
    if (st)
      return st;
  }
  return ZG_OK;
}
