/* Text into paragraphs: lines, and what a page on one line had as lines. */
#include "index/parse_ctx.h"

enum { ONE_LINE = 240, SHORT_HEADING = 240 };

static bool push_para(zg_ctx *c, zg_str s, bool token, size_t *cap) {
  s = zg_sx_trim(s);
  if (!s.n)
    return true;
  void *items = c->paras;
  if (!zg_px_grow(c, &items, (size_t)c->n_paras, cap, sizeof *c->paras))
    return false;
  c->paras = items;
  zg_token tok = {ZG_SHAPE_NONE, 0, 0};
  if (token)
    tok = zg_px_token(s);
  c->paras[c->n_paras++] =
      (zg_para){s, tok, zg_sx_trim(zg_sx_sub(s, tok.len, s.n))};
  return true;
}

/* Words that open a paragraph of their own: 整改情况:, 责任单位:, 根据…, a date
 * that ends the page. */
static bool opens_paragraph(zg_str rest) {
  static const char *const openings[] = {"根据", "按照", "受", "欢迎", NULL};
  zg_date d = zg_px_date(rest, 0);
  if (d.y && d.d && (d.len == rest.n || zg_sx_at(rest, d.len, " ")))
    return true;
  size_t at = 0;
  while (at < 24 && zg_sx_is_han(zg_sx_cp(rest, at)))
    at += zg_sx_len(rest, at);
  return (at > 0 && zg_sx_at(rest, at, ":")) ||
         zg_sx_at_any(rest, 0, openings) > 0;
}

static bool ends_title(zg_str s) {
  static const char *const ends[] = {"通报", "公示", "公告", "报告", NULL};
  return s.n < 300 && zg_sx_has(s, "整改") && zg_sx_ends_any(s, ends);
}

/* The numbers seen on a line so far, by shape. */
typedef struct counter {
  int64_t last[ZG_SHAPE_COUNT];
  zg_shape before; /* shape of the number before */
  char stop;       /* '.' or ',' (for 、) after the digits of this text */
} counter;

static char stop_of(zg_str s, const zg_token *tok) {
  if (tok->shape != ZG_SHAPE_DIGIT)
    return 0;
  return zg_sx_digits(s, 0).len && s.p[tok->len - 1] != ' ' &&
                 (unsigned char)s.p[tok->len - 1] >= 0x80
             ? ','
             : '.';
}

/* The token belongs to a sequence.  `sure`: a paragraph begins here anyway, so
 * that a missing or repeated number is one, too. */
static bool fits(const counter *k, zg_str rest, const zg_token *tok,
                 bool sure) {
  if (tok->shape == ZG_SHAPE_NONE)
    return false;
  if (tok->shape == ZG_SHAPE_NAMED)
    return true;
  char stop = stop_of(rest, tok);
  if (stop && k->stop && stop != k->stop)
    return false;
  int64_t last = k->last[tok->shape];
  if (tok->num == last + 1 || tok->num == 1)
    return true;
  if (sure && last)
    return tok->num == last || tok->num == last + 2;
  /* (九), (十) in one section, 11. in the next */
  for (int shape = 0; sure && shape < ZG_SHAPE_COUNT; shape++)
    if (k->last[shape] && tok->num == k->last[shape] + 1)
      return true;
  return false;
}

static void count(counter *k, zg_str rest, const zg_token *tok) {
  k->last[tok->shape] = tok->num;
  k->before = tok->shape;
  char stop = stop_of(rest, tok);
  if (stop && !k->stop)
    k->stop = stop;
}

/* A heading that has no full stop, so far. */
static bool heading(zg_str s) {
  return s.n > 6 && s.n < SHORT_HEADING &&
         zg_px_token(s).shape != ZG_SHAPE_NONE &&
         zg_sx_fwd_to(s, 0, "。;:") == s.n;
}

/* Whether a paragraph begins at i (no blank there) after `done`. */
static bool cut_at(const counter *k, zg_str line, zg_str done, size_t i,
                   bool blank, zg_token *tok) {
  zg_str rest = zg_sx_sub(line, i, line.n);
  *tok = zg_px_token(rest);
  bool stop = zg_sx_ends(done, "。");
  bool good = fits(k, rest, tok, blank && (stop || heading(done)));
  if (blank)
    return good || stop || heading(done) || ends_title(done) ||
           opens_paragraph(rest) ||
           (zg_sx_starts(rest, "中共") && done.n < ONE_LINE &&
            zg_sx_has(done, ":"));
  /* nothing parts them: 。 and a number, or a heading and the first below */
  if (!good || tok->shape == ZG_SHAPE_CIRCLED)
    return false;
  if (tok->shape == ZG_SHAPE_HAN && tok->num <= k->last[ZG_SHAPE_HAN])
    return false; /* a list in an answer, no section */
  if (stop)
    return tok->num != 1 || tok->shape != k->before;
  return tok->shape != k->before && heading(done);
}

/* A walk over the paragraphs of a line. */
typedef struct walk {
  counter k;
  zg_str line;
  size_t from;      /* start of the paragraph at hand */
  size_t end, next; /* set by next_cut: where it ends, where the next starts */
  zg_token tok;     /* of the next */
  bool token, next_token; /* the paragraph's (next one's) number counts */
  bool blank;             /* a blank parts the two */
} walk;

static walk begin(zg_str line) {
  walk w = {.k = {.before = ZG_SHAPE_NONE}, .line = line, .token = true};
  zg_token first = zg_px_token(line);
  if (first.shape != ZG_SHAPE_NONE)
    count(&w.k, line, &first);
  w.next = first.len;
  return w;
}

static bool number_starts(zg_str s, size_t i) {
  return zg_sx_is_digit(s, i) &&
         (i == 0 || (!zg_sx_is_digit(s, i - 1) && s.p[i - 1] != '-' &&
                     s.p[i - 1] != '.'));
}

/* Finds the end of the paragraph at hand.  A token counts only when it fits a
 * sequence: chunk numbers do not. */
static bool next_cut(walk *w) {
  zg_str line = w->line;
  for (size_t i = w->next; i + 1 < line.n;) {
    bool blank = line.p[i] == ' ';
    unsigned char b = (unsigned char)line.p[i];
    if (blank && line.p[i + 1] == ' ') {
      i++;
      continue;
    }
    size_t start = i + blank;
    zg_str done = zg_sx_trim(zg_sx_sub(line, w->from, i));
    /* tokens begin with a digit, a bracket, a circled or a Han number */
    if (i == w->from ||
        (!blank && b != '(' && b < 0xE2 && !number_starts(line, i)) ||
        !cut_at(&w->k, line, done, start, blank, &w->tok)) {
      i += zg_sx_len(line, i);
      continue;
    }
    zg_str rest = zg_sx_sub(line, start, line.n);
    bool good = fits(&w->k, rest, &w->tok, true);
    if (good)
      count(&w->k, rest, &w->tok);
    w->end = i;
    w->blank = blank;
    w->next_token = good;
    w->next = start + (w->tok.len ? w->tok.len : zg_sx_len(line, start));
    return true;
  }
  return false;
}

static void step(walk *w) {
  w->from = w->end + w->blank;
  w->token = w->next_token;
}

/* A page on one line: paragraphs are parted by a blank or by nothing. */
static bool split_line(zg_ctx *c, zg_str line, size_t *cap) {
  line = zg_sx_trim(line);
  walk w = begin(line);
  while (next_cut(&w)) {
    if (!push_para(c, zg_sx_sub(line, w.from, w.end), w.token, cap))
      return false;
    /* later passes see line ends only */
    if (w.blank)
      c->edit[(size_t)(line.p - c->t.p) + w.end] = '\n';
    step(&w);
  }
  return push_para(c, zg_sx_sub(line, w.from, line.n), w.token, cap);
}

/* Numbers of two kinds, one after the other: a line of many paragraphs. */
static bool holds_paragraphs(zg_str line) {
  walk w = begin(zg_sx_trim(line));
  int n = 0, shapes = 0;
  bool seen[ZG_SHAPE_COUNT] = {false};
  while (n < 4 && next_cut(&w)) {
    if (w.next_token && w.tok.shape != ZG_SHAPE_CIRCLED) {
      n++;
      shapes += !seen[w.tok.shape];
      seen[w.tok.shape] = true;
    }
    step(&w);
  }
  return n >= 4 && shapes >= 2;
}

/* (一)关于甲的问题。一是…。(二)关于乙的问题。… in one paragraph: cut where the
 * next number stands before a statement. */
static bool split_heads(zg_ctx *c, zg_str line, size_t *cap) {
  static const char *const leads[] = {"关于", "针对", "反馈问题", NULL};
  line = zg_sx_trim(line);
  zg_token own = zg_px_token(line);
  counter k = {.before = own.shape};
  if (own.shape == ZG_SHAPE_NONE)
    return push_para(c, line, true, cap);
  count(&k, line, &own);
  size_t from = 0;
  for (size_t at = 0; (at = zg_sx_find(line, at, "。")) != ZG_NPOS;) {
    at += strlen("。");
    zg_str rest = zg_sx_trim(zg_sx_sub(line, at, line.n));
    zg_token tok = zg_px_token(rest);
    if (!fits(&k, rest, &tok, false) || !zg_sx_at_any(rest, tok.len, leads) ||
        !zg_px_explicit(zg_sx_sub(rest, tok.len, rest.n)))
      continue;
    count(&k, rest, &tok);
    if (!push_para(c, zg_sx_sub(line, from, at), true, cap))
      return false;
    from = at;
  }
  return push_para(c, zg_sx_sub(line, from, line.n), true, cap);
}

bool zg_px_paragraphs(zg_ctx *c) {
  size_t cap = 0;
  for (size_t at = 0; at < c->t.n;) {
    const char *nl = memchr(c->t.p + at, '\n', c->t.n - at);
    size_t end = nl ? (size_t)(nl - c->t.p) : c->t.n;
    zg_str line = zg_sx_sub(c->t, at, end);
    bool page = line.n > ONE_LINE &&
                (line.n * 10 > c->t.n * 6 || holds_paragraphs(line));
    bool ok = page ? split_line(c, line, &cap) : split_heads(c, line, &cap);
    if (!ok)
      return false;
    at = end + 1;
  }
  c->in_finding = zg_arena_alloc(c->a, (size_t)c->n_paras + 1);
  if (!c->in_finding)
    c->oom = true;
  return !c->oom;
}
