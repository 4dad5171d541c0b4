/* Nodes become lines: blocks break them, white space is one blank or, where a
 * source line ends between two Han characters, nothing. */
#include "index/html_private.h"

#include <stdio.h>

static bool is_wide(uint32_t cp) {
  return cp >= 0x2E80 && cp != 0xFEFF && cp < 0x1F000;
}

static bool is_blank(uint32_t cp) {
  return cp <= ' ' || cp == 0xA0 || cp == 0x3000 || cp == 0x2002 ||
         cp == 0x2003 || cp == 0x2009 || cp == 0x85 || cp == 0x2028;
}

static bool is_nothing(uint32_t cp) {
  return (cp >= 0x200B && cp <= 0x200F) || cp == 0xFEFF || cp == 0x2060 ||
         cp == 0xAD || cp == 0x7F || (cp < ' ' && !is_blank(cp));
}

void zg_lines_break(zg_lines *w) {
  if (w->stuck)
    return;
  if (w->joined) {
    w->hard = true;
  } else if (w->started) {
    zg_buf_addc(&w->out, '\n');
    w->started = w->blank = w->newline = false;
  }
}

static void separate(zg_lines *w, uint32_t next) {
  bool nothing = !w->hard && w->newline && is_wide(w->last) && is_wide(next);
  if ((w->blank || w->hard) && w->started && !w->stuck && !nothing)
    zg_buf_addc(&w->out, ' ');
  w->blank = w->newline = w->hard = w->stuck = false;
}

void zg_lines_text(zg_lines *w, const char *p, size_t n, bool keep_lines) {
  for (size_t i = 0; i < n;) {
    uint32_t cp;
    int k = zg_utf8_next(p + i, n - i, &cp);
    if (k == 0)
      return; /* the input was checked */
    if (is_blank(cp)) {
      w->blank = true;
      w->newline = w->newline || cp == '\n' || cp == '\r';
      if (keep_lines && cp == '\n')
        zg_lines_break(w);
    } else if (!is_nothing(cp)) {
      separate(w, cp);
      w->started = true;
      w->last = cp;
      zg_buf_add(&w->out, p + i, (size_t)k);
    }
    i += (size_t)k;
  }
}

/* m<sup>2</sup> -> m²: "m2" would read as a number behind a letter, and 5² as
 * 52. */
static void superscript(zg_lines *w, zg_str s) {
  static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴",
                                       "⁵", "⁶", "⁷", "⁸", "⁹"};
  bool plain = s.n > 0 && s.n <= 2;
  for (size_t i = 0; i < s.n; i++)
    plain = plain && s.p[i] >= '0' && s.p[i] <= '9';
  if (!plain) {
    zg_lines_text(w, s.p, s.n, false);
    return;
  }
  for (size_t i = 0; i < s.n; i++) {
    const char *d = digits[s.p[i] - '0'];
    zg_lines_text(w, d, strlen(d), false);
  }
}

/* ---- numbers of lists ---- */

static void han(unsigned n, zg_buf *out) {
  static const char *const digits[] = {"",   "一", "二", "三", "四",
                                       "五", "六", "七", "八", "九"};
  if (n >= 100) {
    zg_buf_printf(out, "%u", n);
    return;
  }
  if (n >= 20)
    zg_buf_adds(out, digits[n / 10]);
  if (n >= 10)
    zg_buf_adds(out, "十");
  zg_buf_adds(out, digits[n % 10]);
}

static void roman(unsigned n, zg_buf *out) {
  static const struct {
    unsigned n;
    const char *text;
  } parts[] = {{50, "l"}, {40, "xl"}, {10, "x"}, {9, "ix"},
               {5, "v"},  {4, "iv"},  {1, "i"}};
  if (n > 89)
    zg_buf_printf(out, "%u", n);
  for (size_t i = 0; n <= 89 && i < sizeof parts / sizeof *parts; i++)
    for (; n >= parts[i].n; n -= parts[i].n)
      zg_buf_adds(out, parts[i].text);
}

static void put_number(zg_lines *w, zg_numbering kind, unsigned n) {
  zg_buf b = ZG_BUF_INIT;
  if (kind == ZG_NUMBERING_HAN)
    han(n, &b);
  else if (kind == ZG_NUMBERING_ROMAN)
    roman(n, &b);
  else if (kind != ZG_NUMBERING_DECIMAL && n >= 1 && n <= 26)
    zg_buf_addc(&b, (char)((kind == ZG_NUMBERING_UPPER ? 'A' : 'a') + n - 1));
  else
    zg_buf_printf(&b, "%u", n);
  zg_buf_adds(&b, kind == ZG_NUMBERING_HAN ? "、" : ".");
  if (b.p)
    zg_lines_text(w, b.p, b.n, false);
  w->stuck = true;
  zg_buf_free(&b);
}

/* The item's text brings a number of its own: 1. 一、 (一) ① */
static bool numbers_itself(const zg_tree *t, uint32_t li) {
  for (uint32_t k = li + 1; k < t->nodes[li].end; k++) {
    const zg_node *n = &t->nodes[k];
    if (n->tag != ZG_TAG_TEXT)
      continue;
    for (size_t i = 0; i < n->n;) {
      uint32_t cp;
      const char *p = t->text.p + n->at + i;
      int c = zg_utf8_next(p, n->n - i, &cp);
      if (c && is_blank(cp)) {
        i += (size_t)c;
        continue;
      }
      static const char *const numerals = "一二三四五六七八九十";
      char one[5] = {0};
      memcpy(one, p, (size_t)c);
      return cp == '(' || cp == 0xFF08 || (cp >= '0' && cp <= '9') ||
             (cp >= 0x2460 && cp <= 0x249B) || (c && strstr(numerals, one));
    }
  }
  return false;
}

static void number_item(const zg_tree *t, uint32_t li, uint32_t *counter,
                        zg_lines *w) {
  const zg_node *n = &t->nodes[li], *list = &t->nodes[n->parent];
  if (list->tag != ZG_TAG_OL)
    return;
  if (n->first >= 0)
    *counter = (uint32_t)n->first;
  if (list->numbering != ZG_NUMBERING_NONE && zg_tree_all(t, li) > 0 &&
      !numbers_itself(t, li))
    put_number(w, list->numbering, *counter);
  ++*counter;
}

/* ---- nodes ---- */

typedef struct render {
  const zg_tree *t;
  uint32_t but;
  zg_lines *w;
} render;

/* Depth is that of the tree: 200 at most. */
static void node(const render *r, uint32_t i, bool keep_lines) {
  const zg_tree *t = r->t;
  const zg_node *n = &t->nodes[i];
  zg_tag_kind kind = zg_tag_kind_of(n->tag);
  if (n->skip || (r->but && i == r->but)) {
    zg_lines_break(r->w);
    return;
  }
  if (n->tag == ZG_TAG_TEXT) {
    if (n->n)
      zg_lines_text(r->w, t->text.p + n->at, n->n, keep_lines);
    return;
  }
  if (n->tag == ZG_TAG_TABLE && !r->w->joined) {
    zg_html_table(t, i, r->but, r->w);
    return;
  }
  keep_lines = keep_lines || n->keep_lines || n->tag == ZG_TAG_PRE;
  if (n->tag == ZG_TAG_SUP && n->end == i + 2 &&
      t->nodes[i + 1].tag == ZG_TAG_TEXT) {
    const zg_node *x = &t->nodes[i + 1];
    superscript(r->w, (zg_str){t->text.p + x->at, x->n});
    return;
  }
  if (kind != ZG_TAG_INLINE)
    zg_lines_break(r->w);
  uint32_t counter = n->first >= 0 ? (uint32_t)n->first : 1;
  for (uint32_t k = i + 1; k < n->end; k = t->nodes[k].end) {
    if (t->nodes[k].tag == ZG_TAG_LI && !t->nodes[k].skip && k != r->but) {
      zg_lines_break(r->w);
      number_item(t, k, &counter, r->w);
      for (uint32_t m = k + 1; m < t->nodes[k].end; m = t->nodes[m].end)
        node(r, m, keep_lines);
      zg_lines_break(r->w);
    } else {
      node(r, k, keep_lines);
    }
  }
  if (kind != ZG_TAG_INLINE)
    zg_lines_break(r->w);
  else if (r->w->apart && n->n_words > 1)
    r->w->blank = true;
}

void zg_html_render(const zg_tree *t, uint32_t i, uint32_t but, zg_lines *w) {
  node(&(render){t, but, w}, i, false);
}
