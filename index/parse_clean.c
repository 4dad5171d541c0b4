/* What copies put into the middle of sentences: line ends of a fixed width,
 * page numbers, chunk numbers.  They are taken out of the normalised text (its
 * map is shortened with it, so spans still point at the raw bytes) and the raw
 * ranges are kept, so that a raw slice can be given without them. */
#include "index/parse_ctx.h"

#include <stdlib.h>

enum {
  MIN_WIDTH = 30,   /* columns of a wrapped line; a Han character is two */
  MAX_WIDTH = 160,  /* wider lines are paragraphs */
  MIN_WRAPPED = 4,  /* fewer lines show no pattern */
  CHUNK_APART = 90, /* bytes: chunks of copies are longer than a list's item */
  MAX_LOST = 2,     /* chunk numbers that may have been lost */
  LIST_REACH = 1500 /* bytes: where the 1、 of a real list would stand */
};

typedef struct line {
  size_t from, to; /* trimmed, in the normalised text */
  uint32_t width;
  bool indent, gap; /* blanks before it, an empty line before it */
} line;

typedef struct page {
  line *a;
  size_t n, cap;
  uint32_t width; /* of a full line; 0: not wrapped */
  bool indents, gaps;
} page;

static uint32_t width_of(const zg_ctx *c, size_t from, size_t to) {
  uint32_t w = 0;
  for (size_t i = from; i < to;) {
    size_t k = zg_sx_len(c->t, i);
    /* a full-width comma was made half-width: its source was wide */
    w += k > 2 || c->map[i + k] - c->map[i] > 2 ? 2 : 1;
    i += k;
  }
  return w;
}

static bool cut_lines(zg_ctx *c, page *p) {
  bool gap = false;
  for (size_t at = 0; at < c->t.n;) {
    const char *nl = memchr(c->t.p + at, '\n', c->t.n - at);
    size_t end = nl ? (size_t)(nl - c->t.p) : c->t.n;
    zg_str s = zg_sx_trim(zg_sx_sub(c->t, at, end));
    if (s.n) {
      void *items = p->a;
      if (!zg_px_grow(c, &items, p->n, &p->cap, sizeof *p->a))
        return false;
      p->a = items;
      size_t from = (size_t)(s.p - c->t.p);
      p->a[p->n++] = (line){from, from + s.n, width_of(c, from, from + s.n),
                            from > at, gap};
      gap = false;
    } else {
      gap = true;
    }
    at = end + 1;
  }
  return true;
}

static bool ends_sentence(zg_str s) {
  return s.n == 0 || zg_sx_in(s, zg_sx_prev(s, s.n), "。!?;:…");
}

/* 来源:, 责任单位: – or a title before it. */
static bool stands_alone(zg_str s, zg_str next) {
  static const char *const ends[] = {"通报", "公示", "公告", "报告", NULL};
  static const char *const labels[] = {"发布", "来源", "信息来源", "作者",
                                       "日期", "时间", "编辑",     "浏览",
                                       "索引", "字体", "字号",     NULL};
  size_t value = 0;
  return zg_px_field_at(next, 0, &value) != ZG_CELL_NONE ||
         zg_sx_at_any(next, 0, labels) ||
         (zg_sx_has(s, "整改") && zg_sx_ends_any(s, ends));
}

static zg_str text_of(const zg_ctx *c, const line *l) {
  return zg_sx_sub(c->t, l->from, l->to);
}

static int by_width(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static bool full(const page *p, const line *l) {
  return l->width * 10 >= p->width * 7;
}

/* …问题的整改情况 ends a heading, unless its words go on. */
static bool ends_frame(zg_str s, zg_str next) {
  static const char *const whole[] = {"问题的整改情况",
                                      "问题整改情况",
                                      "问题的整改落实情况",
                                      "问题整改落实情况",
                                      "问题的整改进展情况",
                                      "问题整改进展情况",
                                      NULL};
  static const char *const half[] = {"问题的整改", "问题整改", NULL};
  static const char *const tails[] = {"落实情况", "工作", "情况", "进展情况",
                                      "落实。",   "。",   ":",    NULL};
  static const char *const starts[] = {"的", "整改", "。", ":", "”", NULL};
  if (zg_sx_ends_any(s, whole))
    return !zg_sx_at_any(next, 0, tails + 5);
  if (zg_sx_ends_any(s, half))
    return !zg_sx_at_any(next, 0, tails);
  return zg_sx_ends(s, "问题") && !zg_sx_at_any(next, 0, starts) &&
         zg_px_explicit(zg_sx_sub(s, zg_px_token(s).len, s.n));
}

/* The line may end inside a sentence that b goes on with. */
static bool goes_on(const zg_ctx *c, const line *a, const line *b) {
  zg_str s = text_of(c, a), next = text_of(c, b);
  return !ends_sentence(s) && zg_px_token(next).shape == ZG_SHAPE_NONE &&
         !zg_px_first_mark(next, 0) && !zg_px_marker_at(next, 0) &&
         !stands_alone(s, next) && !ends_frame(s, next);
}

/* Wrapped: hardly a line is wider than W, and most of those that break off
 * inside a sentence are nearly as wide. */
static bool measure(zg_ctx *c, page *p) {
  if (p->n < MIN_WRAPPED)
    return true;
  uint32_t *w = malloc(sizeof *w * p->n);
  if (!w) {
    c->oom = true;
    return false;
  }
  size_t indents = 0, gaps = 0, open = 0, open_full = 0;
  for (size_t i = 0; i < p->n; i++) {
    w[i] = p->a[i].width;
    indents += p->a[i].indent;
    gaps += p->a[i].gap;
  }
  qsort(w, p->n, sizeof *w, by_width);
  p->width = w[(p->n - 1) * 98 / 100];
  free(w);
  for (size_t i = 0; i + 1 < p->n; i++)
    if (goes_on(c, &p->a[i], &p->a[i + 1])) {
      open++;
      open_full += full(p, &p->a[i]);
    }
  p->indents = indents >= 2 && indents * 10 < p->n * 7;
  p->gaps = gaps > 0 && gaps * 10 < p->n * 7;
  if (p->width < MIN_WIDTH || p->width > MAX_WIDTH || open_full < MIN_WRAPPED ||
      open_full * 10 < open * 6 || open_full * 100 < p->n * 12)
    p->width = 0;
  return true;
}

static bool is_page_number(zg_str s) {
  s = zg_sx_trim_of(s, "-—–第页共/");
  zg_num n = zg_sx_digits(s, 0);
  return n.len > 0 && n.len == s.n && n.len <= 3;
}

/* Whether the line after a wrapped one goes on with its sentence. */
static bool joins(const zg_ctx *c, const page *p, const line *a,
                  const line *b) {
  zg_str s = text_of(c, a), next = text_of(c, b);
  if (!p->width || !full(p, a) || (p->gaps && b->gap) ||
      (p->indents && b->indent))
    return false;
  if (ends_sentence(s) && !(p->indents && !b->indent))
    return false;
  size_t mark = zg_px_marker_at(next, 0);
  bool marker = mark && (next.p[mark - 1] == ':' || !zg_sx_ends(s, "问题"));
  return zg_px_token(next).shape == ZG_SHAPE_NONE && !marker &&
         !stands_alone(s, next) && !ends_frame(s, next);
}

/* ---- chunk numbers ------------------------------------------------------- */

typedef struct chunks {
  int64_t next; /* number expected */
  size_t last;  /* end of the chunk number before */
  size_t list;  /* where a 1、 stood last */
  bool dotted;  /* paragraphs are numbered 1. and not 1、 */
  bool off;     /* they are numbered 1、: nothing tells a chunk's number */
  bool seen, list_seen;
} chunks;

/* How the text numbers its paragraphs: with 1. or with 1、, on lines of their
 * own or after a full stop. */
static void read_habit(const zg_ctx *c, chunks *k) {
  size_t dots = 0, commas = 0, lines = 0;
  bool first = false; /* a list with 1、: copies count their chunks from 2 */
  for (size_t i = 0; i < c->t.n; i++) {
    if (!zg_sx_is_digit(c->t, i))
      continue;
    bool starts = i == 0 || c->t.p[i - 1] == '\n' || c->t.p[i - 1] == ' ' ||
                  (i >= 3 && zg_sx_at(c->t, i - 3, "。"));
    size_t end = i;
    while (zg_sx_is_digit(c->t, end))
      end++;
    bool comma = zg_sx_at(c->t, end, "、");
    dots += starts && end - i < 4 && zg_sx_at(c->t, end, ".") &&
            !zg_sx_is_digit(c->t, end + 1);
    commas += starts && end - i < 4 && comma;
    lines += comma && (i == 0 || c->t.p[i - 1] == '\n');
    first = first || (comma && end - i == 1 && c->t.p[i] == '1');
    i = end;
  }
  k->dotted = dots > commas;
  k->off = first && commas > dots && lines * 2 < commas;
}

/* Length of a chunk number at i: 书2、记.  `head`: i is the start of a line
 * whose sentence began on the line before. */
static size_t chunk_at(zg_str s, size_t i, bool head, chunks *k) {
  size_t from = i;
  while (i < s.n && s.p[i] == ' ')
    i++;
  if (!zg_sx_is_digit(s, i) || (i > 0 && zg_sx_is_digit(s, i - 1)))
    return 0;
  zg_num n = zg_sx_digits(s, i);
  size_t end = i + n.len;
  if (n.len > 3 || n.v10k != n.v * 10000 || !zg_sx_at(s, end, "、"))
    return 0;
  end += strlen("、");
  if (n.v == 1 && from > 0 && s.p[from - 1] != '\n') {
    k->list = from;
    k->list_seen = true;
  }
  if (k->off || n.v < k->next || n.v > k->next + MAX_LOST ||
      from < k->last + CHUNK_APART ||
      (k->list_seen && from < k->list + LIST_REACH))
    return 0;
  while (end < s.n && s.p[end] == ' ')
    end++;
  if (!zg_sx_is_han(zg_sx_cp(s, end)))
    return 0;
  if (!head) {
    uint32_t before = from ? zg_sx_cp(s, zg_sx_prev(s, from)) : 0;
    static const char *const counters[] = {"第", "年", "月", "楼", "层",
                                           "栋", "号", "至", NULL};
    bool stop = before == 0x3002 && k->seen && k->dotted; /* 。 */
    bool counted = zg_sx_at_any(s, zg_sx_prev(s, from), counters) > 0;
    if ((!zg_sx_is_han(before) && !stop) || (counted && !k->seen))
      return 0;
  }
  k->next = n.v + 1;
  k->last = end;
  k->seen = true;
  return end - from;
}

/* ---- taking it out ------------------------------------------------------- */

typedef struct writer {
  zg_ctx *c;
  size_t out;
  size_t cap;
} writer;

static bool drop(writer *w, size_t from, size_t to) {
  zg_ctx *c = w->c;
  if (from >= to)
    return true;
  void *items = c->drops;
  if (!zg_px_grow(c, &items, c->n_drops, &w->cap, sizeof *c->drops))
    return false;
  c->drops = items;
  c->drops[c->n_drops++] =
      (zg_span){c->map[from], (int64_t)c->map[to] - c->map[from]};
  return true;
}

static void keep(writer *w, size_t from, size_t to) {
  if (w->out == from) {
    w->out = to;
    return;
  }
  memmove(w->c->edit + w->out, w->c->edit + from, to - from);
  memmove(w->c->edit_map + w->out, w->c->edit_map + from,
          (to - from) * sizeof *w->c->edit_map);
  w->out += to - from;
}

/* Keeps [from, to) but the chunk numbers in it.  They are warned of by their
 * raw place, which is known before the text moves. */
static bool keep_line(writer *w, size_t from, size_t to, bool joined,
                      chunks *k) {
  zg_ctx *c = w->c;
  size_t kept = from;
  for (size_t i = from; i < to;) {
    bool candidate =
        zg_sx_is_digit(c->t, i) && (i == from || !zg_sx_is_digit(c->t, i - 1));
    size_t at = i;
    while (candidate && at > from && c->t.p[at - 1] == ' ')
      at--;
    size_t len =
        candidate ? chunk_at(zg_sx_sub(c->t, 0, to), at, joined && i == from, k)
                  : 0;
    if (!len) {
      i += zg_sx_len(c->t, i);
      continue;
    }
    zg_px_warn(c, (zg_span){c->map[i], (int64_t)c->map[at + len] - c->map[i]},
               "chunk_number", "number %lld of a copy's chunk inside a text",
               (long long)k->next - 1);
    keep(w, kept, at);
    if (!drop(w, at, at + len))
      return false;
    i = kept = at + len;
  }
  keep(w, kept, to);
  return true;
}

/* The line after i that is no page number. */
static size_t next_line(const zg_ctx *c, const page *p, size_t i) {
  size_t k = i + 1;
  while (p->width && k < p->n && is_page_number(text_of(c, &p->a[k])))
    k++;
  return k;
}

/* Start of the line whose text begins at i: an indent is part of it. */
static size_t line_start(const zg_ctx *c, size_t i) {
  while (i > 0 && c->t.p[i - 1] != '\n')
    i--;
  return i;
}

/* A line that begins with the chunk number that comes next. */
static bool chunk_line(const zg_ctx *c, const line *l, const chunks *k) {
  zg_str s = text_of(c, l);
  zg_num n = zg_sx_digits(s, 0);
  return n.len && n.v == k->next && k->dotted && zg_sx_at(s, n.len, "、") &&
         zg_sx_is_han(zg_sx_cp(s, n.len + strlen("、")));
}

bool zg_px_clean(zg_ctx *c) {
  page p = {0};
  if (!cut_lines(c, &p) || !measure(c, &p))
    return false;
  chunks k = {.next = 2};
  read_habit(c, &k);
  writer w = {.c = c};
  bool joined = false;
  size_t from = 0;
  for (size_t i = 0; i < p.n;) {
    const line *l = &p.a[i];
    size_t next = next_line(c, &p, i);
    /* asked before the line moves */
    bool wraps = next < p.n && joins(c, &p, l, &p.a[next]);
    bool open = l->width > MIN_WIDTH && !ends_sentence(text_of(c, l));
    if (!joined)
      keep(&w, from, l->from);
    if (!keep_line(&w, l->from, l->to, joined, &k))
      return false;
    joined = wraps || (open && next < p.n && chunk_line(c, &p.a[next], &k));
    from = l->to;
    if (joined && !drop(&w, l->to, p.a[next].from))
      return false;
    if (!joined && next > i + 1) { /* page numbers between paragraphs */
      from = next < p.n ? line_start(c, p.a[next].from) - 1 : c->t.n;
      if (!drop(&w, l->to, from))
        return false;
    }
    i = next;
  }
  keep(&w, from, c->t.n);
  c->edit[w.out] = '\0';
  c->edit_map[w.out] = c->edit_map[c->t.n];
  c->t.n = w.out;
  return !c->oom;
}
