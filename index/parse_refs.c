/* What a finding points to: document numbers and titles. */
#include "index/parse_ctx.h"

enum { DOCNO_PREFIX = 27 }; /* nine characters */

/* Words of the sentence that a greedy prefix would swallow. */
static zg_str cut_prefix(zg_str p) {
  static const char *const words[] = {
      "印发", "根据", "按照", "依据", "下发", "制定", "出台",
      "参见", "转发", "关于", "通知", "意见", "以及", "文件",
      "详见", "号",   "和",   "及",   "以",   "见",   NULL};
  for (int k = 0; words[k]; k++) {
    size_t at = zg_sx_rfind(p, words[k]);
    if (at != ZG_NPOS && at + strlen(words[k]) < p.n)
      p = zg_sx_sub(p, at + strlen(words[k]), p.n);
  }
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
  if (i == 0 || !zg_sx_in(s, zg_sx_prev(s, i), "〕]】)〉"))
    return false;
  i = back_blanks(s, zg_sx_prev(s, i));
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
  return zg_sx_in(s, i, "〔[【(〈");
}

bool zg_px_docno(zg_ctx *c, zg_str s, size_t *at, zg_str *place, zg_str *text) {
  size_t hao;
  while ((hao = zg_sx_find(s, *at, "号")) != ZG_NPOS) {
    *at = hao + strlen("号");
    size_t i = back_blanks(s, hao), end = i, open = 0;
    while (i > 0 && s.p[i - 1] >= '0' && s.p[i - 1] <= '9')
      i--;
    int year = 0;
    if (i == end || end - i > 5 || !year_before(s, i, &open, &year))
      continue;
    size_t lo = open, stop = back_blanks(s, open);
    lo = stop;
    while (lo > 0 && stop - lo < DOCNO_PREFIX &&
           zg_sx_is_han(zg_sx_cp(s, zg_sx_prev(s, lo))))
      lo = zg_sx_prev(s, lo);
    zg_str prefix = cut_prefix(zg_sx_sub(s, lo, stop));
    if (prefix.n < 3)
      continue;
    *place = (zg_str){prefix.p, (size_t)(s.p + *at - prefix.p)};
    *text = zg_arena_printf(c->a, "%.*s〔%d〕%.*s号", (int)prefix.n, prefix.p,
                            year, (int)(end - i), s.p + i);
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
