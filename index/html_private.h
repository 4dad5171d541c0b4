/* The passes of html.h among themselves: clean -> tree -> article -> text. */
#ifndef ZG_HTML_PRIVATE_H
#define ZG_HTML_PRIVATE_H

#include "index/html.h"

/* X(symbol, name, kind): what an element does to the text around it. */
#define ZG_TAG_TABLE(X)                                                        \
  X(A, "a", INLINE)                                                            \
  X(ARTICLE, "article", BLOCK)                                                 \
  X(ASIDE, "aside", DROP)                                                      \
  X(AUDIO, "audio", DROP)                                                      \
  X(BLOCKQUOTE, "blockquote", BLOCK)                                           \
  X(BODY, "body", BLOCK)                                                       \
  X(BR, "br", BREAK)                                                           \
  X(BUTTON, "button", DROP)                                                    \
  X(CANVAS, "canvas", DROP)                                                    \
  X(CAPTION, "caption", BLOCK)                                                 \
  X(CENTER, "center", BLOCK)                                                   \
  X(DD, "dd", BLOCK)                                                           \
  X(DIV, "div", BLOCK)                                                         \
  X(DL, "dl", BLOCK)                                                           \
  X(DT, "dt", BLOCK)                                                           \
  X(EMBED, "embed", DROP)                                                      \
  X(FIELDSET, "fieldset", BLOCK)                                               \
  X(FOOTER, "footer", DROP)                                                    \
  X(FORM, "form", BLOCK)                                                       \
  X(H1, "h1", BLOCK)                                                           \
  X(H2, "h2", BLOCK)                                                           \
  X(H3, "h3", BLOCK)                                                           \
  X(H4, "h4", BLOCK)                                                           \
  X(H5, "h5", BLOCK)                                                           \
  X(H6, "h6", BLOCK)                                                           \
  X(HEAD, "head", DROP)                                                        \
  X(HEADER, "header", BLOCK)                                                   \
  X(HR, "hr", BREAK)                                                           \
  X(HTML, "html", BLOCK)                                                       \
  X(IFRAME, "iframe", DROP)                                                    \
  X(INPUT, "input", DROP)                                                      \
  X(LI, "li", BLOCK)                                                           \
  X(MAIN, "main", BLOCK)                                                       \
  X(MAP, "map", DROP)                                                          \
  X(NAV, "nav", DROP)                                                          \
  X(NOSCRIPT, "noscript", DROP)                                                \
  X(OBJECT, "object", DROP)                                                    \
  X(OL, "ol", BLOCK)                                                           \
  X(OPTION, "option", DROP)                                                    \
  X(P, "p", BLOCK)                                                             \
  X(PRE, "pre", BLOCK)                                                         \
  X(SCRIPT, "script", DROP)                                                    \
  X(SECTION, "section", BLOCK)                                                 \
  X(SELECT, "select", DROP)                                                    \
  X(STYLE, "style", DROP)                                                      \
  X(SUP, "sup", INLINE)                                                        \
  X(SVG, "svg", DROP)                                                          \
  X(TABLE, "table", BLOCK)                                                     \
  X(TBODY, "tbody", BLOCK)                                                     \
  X(TD, "td", BLOCK)                                                           \
  X(TEMPLATE, "template", DROP)                                                \
  X(TEXTAREA, "textarea", DROP)                                                \
  X(TFOOT, "tfoot", BLOCK)                                                     \
  X(TH, "th", BLOCK)                                                           \
  X(THEAD, "thead", BLOCK)                                                     \
  X(TITLE, "title", DROP)                                                      \
  X(TR, "tr", BLOCK)                                                           \
  X(UL, "ul", BLOCK)                                                           \
  X(VIDEO, "video", DROP)

typedef enum zg_tag {
  ZG_TAG_TEXT, /* a run of characters */
  ZG_TAG_OTHER,
#define X(sym, name, kind) ZG_TAG_##sym,
  ZG_TAG_TABLE(X)
#undef X
} zg_tag;

typedef enum zg_tag_kind {
  ZG_TAG_INLINE,
  ZG_TAG_BLOCK,
  ZG_TAG_BREAK,
  ZG_TAG_DROP
} zg_tag_kind;
zg_tag_kind zg_tag_kind_of(zg_tag t);

typedef enum zg_numbering {
  ZG_NUMBERING_DECIMAL,
  ZG_NUMBERING_LOWER,
  ZG_NUMBERING_UPPER,
  ZG_NUMBERING_ROMAN,
  ZG_NUMBERING_HAN,
  ZG_NUMBERING_NONE
} zg_numbering;

#define ZG_ROLE_CHROME 1
#define ZG_ROLE_CONTAINER 2
#define ZG_ROLE_HEADING 4

/* In document order: the descendants of a node are those up to `end`. */
typedef struct zg_node {
  zg_tag tag;
  uint32_t parent, end;
  uint32_t at, n;          /* TEXT: its bytes in tree.text */
  uint32_t words, n_words; /* " tag id class class " in tree.words, lower case,
                              '-' and '_' gone; OTHER tags name themselves */
  uint16_t colspan, rowspan;
  int32_t first;          /* OL: start; LI: value; -1: not given */
  zg_numbering numbering; /* OL */
  uint8_t roles;          /* ZG_ROLE_*, by tag and words */
  bool hidden;            /* display:none and the like */
  bool skip;              /* chrome: passed over with all that is in it */
  bool keep_lines;        /* PRE and white-space:pre */
} zg_node;

typedef struct zg_tree {
  zg_node *nodes;
  uint32_t n, cap;
  zg_buf text, words;
  uint32_t *good; /* n + 1: characters before node i that are neither skipped
                     nor in a link */
  uint32_t *all;  /* the same, links included */
  uint32_t *containers, *headings; /* nodes of that role before node i */
  /* of <title> and <meta>; offsets into `words` would move: kept apart */
  zg_buf title, article_title, publish_date, source, url, site;
} zg_tree;

/* html_clean.c: comments, scripts, styles, NUL bytes and tags with hundreds of
 * attributes go, all of them places where libxml2 is slow. */
bool zg_html_clean(zg_buf *out, zg_str html);

/* html_tree.c */
zg_status zg_tree_read(zg_tree *t, zg_str html, zg_error *err);
void zg_tree_free(zg_tree *t);
/* Counts t->good and t->all anew, after nodes were skipped. */
bool zg_tree_count(zg_tree *t);
static inline uint32_t zg_tree_good(const zg_tree *t, uint32_t i) {
  return t->good[t->nodes[i].end] - t->good[i];
}
static inline uint32_t zg_tree_all(const zg_tree *t, uint32_t i) {
  return t->all[t->nodes[i].end] - t->all[i];
}
/* `word` stands among id, classes and (unknown) tag name. */
bool zg_node_is(const zg_tree *t, uint32_t i, const char *word);
/* Next sibling of i, or the end of the parent. */
static inline uint32_t zg_tree_next(const zg_tree *t, uint32_t i) {
  return t->nodes[i].end;
}

/* html_article.c */
void zg_html_roles(zg_tree *t); /* fills in `roles` of every node */
void zg_html_mark_chrome(zg_tree *t);
/* Node that holds the headline (0: none), and the article. */
uint32_t zg_html_headline(const zg_tree *t, zg_buf *title);
uint32_t zg_html_article(const zg_tree *t, uint32_t headline);

/* html_render.c: a writer of lines. */
typedef struct zg_lines {
  zg_buf out;
  bool joined;  /* breaks become blanks: cells, titles */
  bool apart;   /* a blank behind elements that have a class */
  bool started; /* something stands on the line */
  bool stuck;   /* behind the number of an item: no break before its text */
  /* White space that waits for the next character; one with a newline in it
   * is nothing between Han characters, one that a break left never is. */
  bool blank, newline, hard;
  uint32_t last; /* last character */
} zg_lines;
void zg_lines_text(zg_lines *w, const char *p, size_t n, bool keep_lines);
void zg_lines_break(zg_lines *w);
/* One node with all that is in it; `but` is left out (0: nothing). */
void zg_html_render(const zg_tree *t, uint32_t node, uint32_t but, zg_lines *w);

/* html_table.c */
void zg_html_table(const zg_tree *t, uint32_t table, uint32_t but, zg_lines *w);
bool zg_html_is_label(zg_str text); /* 索引号, 发布机构 … without its colon */

#endif
