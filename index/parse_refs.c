/* What a finding points to: document numbers and titles. */
#include "index/parse_ctx.h"

enum { DOCNO_PREFIX = 36 }; /* twelve characters */

static const char *const OPENING = "〔[【(〈<「";
static const char *const CLOSING = "〕]】)〉>」";

/* Words of the sentence that a greedy prefix would swallow. */
static zg_str cut_prefix(zg_str p) {
  static const char *const words[] = {
      "印发", "根据", "按照", "依据", "下发", "制定", "出台", "参见",
      "转发", "关于", "通知", "意见", "以及", "文件", "详见", "贯彻",
      "落实", "执行", "参照", "遵照", "对照", "依照", "修订", "发布",
      "公布", "报送", "规定", "方案", "文号", "办法", "号",   "的",
      "等",   "了",   "与",   "及",   "以",   "见",   "为",   NULL};
  for (int k = 0; words[k]; k++) {
    size_t at = zg_sx_rfind(p, words[k]);
    if (at != ZG_NPOS && at + strlen(words[k]) < p.n)
      p = zg_sx_sub(p, at + strlen(words[k]), p.n);
  }
  /* 省纪委云纪发: the body, then its sign of three characters at least */
  static const char *const bodies[] = {"纪委",   "监委",   "政府",   "委办",
                                       "委员会", "办公室", "巡察办", "党组",
                                       "局",     "厅",     NULL};
  for (int k = 0; bodies[k]; k++) {
    size_t body = zg_sx_rfind(p, bodies[k]);
    if (body == ZG_NPOS)
      continue;
    zg_str sign = zg_sx_sub(p, body + strlen(bodies[k]), p.n);
    if (zg_sx_chars(sign) >= 3)
      p = sign;
  }
  while (zg_sx_starts(p, "按") || zg_sx_starts(p, "据"))
    p = zg_sx_sub(p, strlen("按"), p.n);
  /* 和 joins two numbers, or it is the place (和顺县): the start tells */
  size_t at = zg_sx_rfind(p, "和");
  if (at != ZG_NPOS && at > 0 && at + strlen("和") < p.n)
    p = zg_sx_sub(p, at + strlen("和"), p.n);
  return p;
}

static size_t back_blanks(zg_str s, size_t i) {
  while (i > 0 && s.p[i - 1] == ' ')
    i--;
  return i;
}

/* Reads 机关〔年〕 backwards from `end`, the place before the number. */
static bool year_before(zg_str s, size_t end, size_t *open, int *year) {
  size_t i = back_blanks(s, end);
  if (i == 0 || !zg_sx_in(s, zg_sx_prev(s, i), CLOSING))
    return false;
  i = back_blanks(s, zg_sx_prev(s, i));
  if (zg_sx_ends(zg_sx_sub(s, 0, i), "年")) /* (2024年) */
    i -= strlen("年");
  int y = 0, scale = 1, digits = 0;
  while (i > 0 && digits < 4) {
    char ch = s.p[i - 1];
    if (ch >= '0' && ch <= '9') {
      y += (ch - '0') * scale;
      scale *= 10;
      digits++;
    } else if (ch != ' ') {
      return false;
    }
    i--;
  }
  i = back_blanks(s, i);
  if (digits != 4 || y < 1900 || y > 2099 || i == 0)
    return false;
  i = zg_sx_prev(s, i);
  *open = i;
  *year = y;
  return zg_sx_in(s, i, OPENING);
}

/* The Han characters before `stop`, blanks between them passed over. */
static zg_str prefix_before(zg_str s, size_t stop) {
  size_t lo = stop;
  while (lo > 0 && stop - lo < DOCNO_PREFIX &&
         zg_sx_is_han(zg_sx_cp(s, zg_sx_prev(s, lo))))
    lo = zg_sx_prev(s, lo);
  zg_str p = cut_prefix(zg_sx_sub(s, lo, stop));
  /* 《…》和青水党〔2024〕9号: what stands before is the first of two */
  bool second = lo > 0 && zg_sx_in(s, zg_sx_prev(s, lo), "》)】");
  if (second && p.p == s.p + lo && zg_sx_starts(p, "和"))
    p = zg_sx_sub(p, strlen("和"), p.n);
  return p;
}

/* 财政部令第87号: at the 号 after the digits [i, end). */
static bool decree(zg_ctx *c, zg_str s, size_t i, size_t end, zg_str *place,
                   zg_str *text) {
  size_t order = back_blanks(s, i);
  if (!zg_sx_ends(zg_sx_sub(s, 0, order), "令第"))
    return false;
  zg_str p = prefix_before(s, order - strlen("令第"));
  if (zg_sx_chars(p) < 2)
    return false;
  *place = (zg_str){p.p, (size_t)(s.p + end + strlen("号") - p.p)};
  *text = zg_arena_printf(c->a, "%.*s令第%.*s号", (int)p.n, p.p, (int)(end - i),
                          s.p + i);
  return true;
}

/* A number ends in 号; the minutes of a meeting in 期. */
static size_t next_end(zg_str s, size_t from, bool *minutes) {
  for (size_t i = from; i < s.n; i += zg_sx_len(s, i)) {
    *minutes = zg_sx_at(s, i, "期");
    if (*minutes || zg_sx_at(s, i, "号"))
      return i;
  }
  return ZG_NPOS;
}

bool zg_px_docno(zg_ctx *c, zg_str s, size_t *at, zg_str *place, zg_str *text) {
  size_t hao;
  bool minutes;
  while ((hao = next_end(s, *at, &minutes)) != ZG_NPOS) {
    *at = hao + strlen("号");
    size_t i = back_blanks(s, hao), end = i, open = 0;
    while (i > 0 && s.p[i - 1] >= '0' && s.p[i - 1] <= '9')
      i--;
    int year = 0;
    if (i == end || end - i > 5)
      continue;
    bool done = !minutes && decree(c, s, i, end, place, text);
    size_t before = i;
    if (zg_sx_ends(zg_sx_sub(s, 0, back_blanks(s, i)), "第"))
      before = back_blanks(s, i) - strlen("第");
    if (!done && year_before(s, before, &open, &year)) {
      zg_str prefix = prefix_before(s, back_blanks(s, open));
      if (prefix.n < 3 || (minutes && !zg_sx_ends(prefix, "纪要")))
        continue;
      *place = (zg_str){prefix.p, (size_t)(s.p + *at - prefix.p)};
      *text =
          zg_arena_printf(c->a, "%.*s〔%d〕%.*s%s", (int)prefix.n, prefix.p,
                          year, (int)(end - i), s.p + i, minutes ? "期" : "号");
      done = true;
    }
    if (!done)
      continue;
    if (!text->p)
      c->oom = true;
    return text->p != NULL;
  }
  return false;
}

static void add_doc(zg_ctx *c, zg_finding *f, zg_docref d, size_t *cap) {
  for (size_t k = 0; k < f->n_documents; k++)
    if (f->documents[k].number == d.number &&
        zg_str_eq(f->documents[k].text, d.text))
      return;
  void *items = f->documents;
  if (!zg_px_grow(c, &items, f->n_documents, cap, sizeof *f->documents))
    return;
  f->documents = items;
  f->documents[f->n_documents++] = d;
}

/* The 》 of the 《 at i; titles nest. */
static size_t title_end(zg_str s, size_t i) {
  int depth = 0;
  size_t limit = i + 600 < s.n ? i + 600 : s.n;
  for (size_t at = i; at < limit; at += zg_sx_len(s, at)) {
    if (zg_sx_at(s, at, "《"))
      depth++;
    else if (zg_sx_at(s, at, "》") && --depth == 0)
      return at;
  }
  return ZG_NPOS;
}

void zg_px_documents(zg_ctx *c, zg_finding *f, zg_str s) {
  enum { MAX_DOCS = 400 };
  size_t cap = 0, at = 0;
  zg_str place, text;
  while (f->n_documents < MAX_DOCS && zg_px_docno(c, s, &at, &place, &text))
    add_doc(c, f, (zg_docref){text, true, zg_px_span(c, place)}, &cap);
  for (at = 0; f->n_documents < MAX_DOCS &&
               (at = zg_sx_find(s, at, "《")) != ZG_NPOS;) {
    size_t end = title_end(s, at);
    if (end == ZG_NPOS) {
      at += strlen("《");
      continue;
    }
    zg_str t = zg_sx_sub(s, at + strlen("《"), end);
    zg_str whole = zg_sx_sub(s, at, end + strlen("》"));
    if (t.n)
      add_doc(c, f, (zg_docref){zg_px_raw(c, t), false, zg_px_span(c, whole)},
              &cap);
    at = end + strlen("》");
  }
}
