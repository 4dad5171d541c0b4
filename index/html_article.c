/* What of a page is chrome, what its headline, what its article. */
#include "index/html_private.h"

/* ---- chrome ---- */

/* Words of ids and classes ('-' and '_' gone) of what stands around articles:
 * English ones and the pinyin that Chinese sites use. */
static const char *const CHROME[] = {"nav",         "navbar",
                                     "navi",        "navigation",
                                     "mainnav",     "topnav",
                                     "menu",        "submenu",
                                     "leftmenu",    "breadcrumb",
                                     "breadcrumbs", "crumb",
                                     "crumbs",      "bread",
                                     "location",    "position",
                                     "curpos",      "currentposition",
                                     "dqwz",        "weizhi",
                                     "mbx",         "mianbaoxie",
                                     "share",       "sharebox",
                                     "sharebar",    "bshare",
                                     "bdshare",     "bdsharebuttonbox",
                                     "jiathis",     "jiathisstyle",
                                     "socialshare", "fenxiang",
                                     "fx",          "related",
                                     "relatednews", "relate",
                                     "xgwz",        "xgxx",
                                     "xgyd",        "xglj",
                                     "xiangguan",   "recommend",
                                     "hotnews",     "prevnext",
                                     "pagenext",    "prenext",
                                     "shangxia",    "sxp",
                                     "sxy",         "syxy",
                                     "pagination",  "pager",
                                     "footer",      "foot",
                                     "footbox",     "bottom",
                                     "copyright",   "dibu",
                                     "header",      "head",
                                     "topbar",      "banner",
                                     "top",         "sidebar",
                                     "side",        "leftbar",
                                     "rightbar",    "toolbar",
                                     "tools",       "login",
                                     "search",      "searchbox",
                                     "sousuo",      "qrcode",
                                     "ewm",         "erweima",
                                     "print",       "dayin",
                                     "fontsize",    "zihao",
                                     "ziti",        "comment",
                                     "comments",    "pinglun",
                                     "advert",      "ad",
                                     "guanggao",    "friendlink",
                                     "yqlj",        "links",
                                     "statement",   "mianze",
                                     "close",       "gbck",
                                     "hide",        "hidden",
                                     "none",        "displaynone",
                                     "srOnly",      "wza",
                                     "skiplink",    "popup",
                                     "modal",       "dialog",
                                     "tipbox"};

/* ---- containers that content systems write ---- */

static const char *const CONTAINERS[] = {
    /* TRS, UCAP, and the sites that took their names over */
    "trseditor", "trsueditor", "viewtrsueditor", "ucapcontent", "ucapcont",
    "zoom", "zoomcon", "zoomcontent", "fontzoom", "articlecontent",
    "articlecon", "articletext", "articlebody", "articlecontentwrap",
    "articletxt", "xxgkcontent", "zwgkcontent", "gkcontent", "govcontent",
    "contxt", "contenttxt", "contenttext", "concon", "contentcon",
    /* Boda, Webplus, Easysite, Epoint, Founder */
    "vnewscontent", "vsbcontent", "wparticlecontent", "easysitenewstext",
    "ewbarticlecontent", "ewbinfocontent", "ewbarticleinfo", "infocontent",
    "newscontent", "newscon", "newstext", "newsbody", "detailcontent",
    "detailcon", "detailtext", "pagecontent", "pagescontent", "arccontent",
    "artcontent", "artcon", "arttext", "wzcontent", "wznr", "xlcontent",
    "xlmain", "nrcontent", "neirong", "zhengwen", "zwcontent", "btcontent",
    "maintext", "textcontent", "textcon", "txtcontent", "docarea",
    "printcontent", "entrycontent", "postcontent", "richtext", "j3content",
    "view"};

static const char *const HEADINGS[] = {
    "title",         "bt",           "biaoti",      "articletitle",
    "newstitle",     "arttitle",     "arctitle",    "ucaptitle",
    "ewbarticletit", "contenttitle", "detailtitle", "xxgktitle",
    "maintitle",     "tit",          "wztitle",     "pagetitle"};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool is_any(const zg_tree *t, uint32_t i, const char *const *words,
                   size_t n) {
  for (size_t k = 0; k < n; k++)
    if (zg_node_is(t, i, words[k]))
      return true;
  return false;
}

void zg_html_roles(zg_tree *t) {
  for (uint32_t i = 0; i < t->n; i++) {
    zg_node *n = &t->nodes[i];
    if (n->tag == ZG_TAG_ASIDE)
      n->roles |= ZG_ROLE_CHROME;
    if (n->tag == ZG_TAG_ARTICLE)
      n->roles |= ZG_ROLE_CONTAINER;
    if (n->tag == ZG_TAG_H1 || n->tag == ZG_TAG_H2 || n->tag == ZG_TAG_H3)
      n->roles |= ZG_ROLE_HEADING;
    if (n->n_words < 4)
      continue;
    n->roles |= is_any(t, i, CHROME, COUNT(CHROME)) ? ZG_ROLE_CHROME : 0;
    n->roles |=
        is_any(t, i, CONTAINERS, COUNT(CONTAINERS)) ? ZG_ROLE_CONTAINER : 0;
    n->roles |= is_any(t, i, HEADINGS, COUNT(HEADINGS)) ? ZG_ROLE_HEADING : 0;
  }
}

/* A short line that tells date or source is one, whatever bar it stands in. */
static bool tells_origin(const zg_tree *t, uint32_t i) {
  static const char *const words[] = {"来源：", "来源:", "发布时间", "发布日期",
                                      "成文日期"};
  const zg_node *n = &t->nodes[i];
  if (zg_tree_all(t, i) > 150 || n->end - i > 300)
    return false;
  for (uint32_t k = i; k < n->end; k++)
    for (size_t w = 0; t->nodes[k].tag == ZG_TAG_TEXT && w < COUNT(words); w++)
      if (memmem(t->text.p + t->nodes[k].at, t->nodes[k].n, words[w],
                 strlen(words[w])))
        return true;
  return false;
}

/* A word alone does not make chrome of the greater part of the page, nor of
 * what holds a known container. */
void zg_html_mark_chrome(zg_tree *t) {
  uint32_t whole = zg_tree_good(t, 0);
  for (uint32_t i = 0; i < t->n; i++) {
    zg_node *n = &t->nodes[i];
    if (n->tag == ZG_TAG_HTML || n->tag == ZG_TAG_BODY || i == 0)
      continue;
    bool drop = n->hidden || (zg_tag_kind_of(n->tag) == ZG_TAG_DROP &&
                              n->tag != ZG_TAG_ASIDE);
    if (n->roles & ZG_ROLE_CHROME)
      drop = drop ||
             (zg_tree_good(t, i) * 2 < whole &&
              t->containers[n->end] == t->containers[i] && !tells_origin(t, i));
    if (n->tag == ZG_TAG_HEADER) /* of links; one of an article has its title */
      drop = drop || zg_tree_good(t, i) * 10 < zg_tree_all(t, i) * 3;
    n->skip = drop;
    if (drop)
      i = n->end - 1;
  }
}

/* ---- the headline ---- */

/* Without blanks, for comparing. */
static void squeeze(const char *p, size_t n, zg_buf *out) {
  zg_buf_clear(out);
  for (size_t i = 0; i < n;) {
    uint32_t cp;
    int k = zg_utf8_next(p + i, n - i, &cp);
    if (k == 0)
      break;
    if (cp > ' ' && cp != 0xA0 && cp != 0x3000 && cp != 0x200B)
      zg_buf_add(out, p + i, (size_t)k);
    i += (size_t)k;
  }
}

static bool contains(const zg_buf *a, const zg_buf *b) {
  return a->n && b->n && memmem(a->p, a->n, b->p, b->n);
}

/* The longest piece between the separators of "标题_栏目_网站". */
static zg_str longest_piece(zg_str s) {
  static const char *const parts[] = {"_", "|", "-", "——", "–", "—", ">>", "»"};
  zg_str best = {s.p, 0};
  size_t from = 0, best_n = 0;
  for (size_t i = 0; i <= s.n;) {
    size_t cut = i == s.n ? 1 : 0;
    for (size_t k = 0; !cut && k < sizeof parts / sizeof *parts; k++) {
      size_t n = strlen(parts[k]);
      if (s.n - i >= n && memcmp(s.p + i, parts[k], n) == 0)
        cut = n;
    }
    if (cut) {
      if (i - from > best_n) {
        best_n = i - from;
        best = (zg_str){s.p + from, best_n};
      }
      from = i + cut;
    }
    i += cut ? cut : 1;
  }
  return best;
}

static bool ends(const zg_buf *b, const char *word) {
  size_t n = strlen(word);
  return b->n >= n && memcmp(b->p + b->n - n, word, n) == 0;
}

/* A <title> that names the site and nothing else. */
static bool names_site(const zg_tree *t, const zg_buf *title) {
  static const char *const words[] = {"网",   "网站", "门户", "平台", "首页",
                                      "政府", "正文", "详情", "专栏", "公开"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (ends(title, words[i]))
      return true;
  zg_buf site = ZG_BUF_INIT;
  squeeze(t->site.p, t->site.n, &site);
  bool same = site.n && site.n == title->n && !memcmp(site.p, title->p, site.n);
  zg_buf_free(&site);
  return same;
}

static void text_of(const zg_tree *t, uint32_t i, zg_buf *out) {
  zg_lines w = {.joined = true};
  zg_html_render(t, i, 0, &w);
  zg_buf_clear(out);
  zg_buf_add(out, w.out.p ? w.out.p : "", w.out.n);
  zg_buf_free(&w.out);
}

/* One that <title> or ArticleTitle names, else the first h1 of some length. */
uint32_t zg_html_headline(const zg_tree *t, zg_buf *title) {
  zg_buf page = ZG_BUF_INIT, given = ZG_BUF_INIT, text = ZG_BUF_INIT,
         tight = ZG_BUF_INIT;
  zg_str piece = longest_piece((zg_str){t->title.p, t->title.n});
  squeeze(t->title.p, t->title.n, &page);
  squeeze(t->article_title.n ? t->article_title.p : piece.p,
          t->article_title.n ? t->article_title.n : piece.n, &given);
  uint32_t named = 0, first = 0;
  for (uint32_t i = 1; i < t->n && !named; i++) {
    if (t->nodes[i].skip) {
      i = t->nodes[i].end - 1;
      continue;
    }
    uint32_t n = zg_tree_all(t, i);
    if (!(t->nodes[i].roles & ZG_ROLE_HEADING) || n < 6 || n > 150 ||
        t->nodes[i].end - i > 500)
      continue;
    text_of(t, i, &text);
    squeeze(text.p, text.n, &tight);
    if (contains(&page, &tight) || contains(&given, &tight) ||
        (given.n >= 18 && contains(&tight, &given)))
      named = i;
    else if (!first && t->nodes[i].tag == ZG_TAG_H1 && !names_site(t, &tight))
      first = i;
    if (named || first == i) {
      zg_buf_clear(title);
      zg_buf_add(title, text.p, text.n);
    }
  }
  if (!named && !first) {
    zg_str said = t->article_title.n
                      ? (zg_str){t->article_title.p, t->article_title.n}
                      : piece;
    zg_lines w = {.joined = true};
    if (given.n >= 12 && !names_site(t, &given))
      zg_lines_text(&w, said.p, said.n, false);
    zg_buf_clear(title);
    zg_buf_add(title, w.out.p ? w.out.p : "", w.out.n);
    zg_buf_free(&w.out);
  }
  zg_buf_free(&page);
  zg_buf_free(&given);
  zg_buf_free(&text);
  zg_buf_free(&tight);
  return named ? named : first;
}

/* ---- the article ---- */

static bool holds(const zg_tree *t, uint32_t outer, uint32_t i) {
  return outer <= i && i < t->nodes[outer].end;
}

/* The innermost known container with most of the text; the one that the
 * headline belongs to goes before a longer one. */
static uint32_t by_name(const zg_tree *t, uint32_t headline) {
  uint32_t whole = zg_tree_good(t, 0), best = 0, own = 0;
  for (uint32_t i = 1; i < t->n; i++) {
    if (t->nodes[i].skip) {
      i = t->nodes[i].end - 1;
      continue;
    }
    uint32_t n = zg_tree_good(t, i);
    if (!(t->nodes[i].roles & ZG_ROLE_CONTAINER) || n < 60)
      continue;
    if (!best || n > zg_tree_good(t, best) ||
        (holds(t, best, i) && n * 10 >= zg_tree_good(t, best) * 6))
      best = i;
    bool after = headline && (i > headline || holds(t, i, headline));
    if (after &&
        (!own || (holds(t, own, i) && n * 10 >= zg_tree_good(t, own) * 6)))
      own = i;
  }
  uint32_t found =
      own && zg_tree_good(t, own) * 5 >= zg_tree_good(t, best) ? own : best;
  return found && zg_tree_good(t, found) * 4 >= whole ? found : 0;
}

static bool is_room(zg_tag t) {
  return t == ZG_TAG_DIV || t == ZG_TAG_TD || t == ZG_TAG_SECTION ||
         t == ZG_TAG_ARTICLE || t == ZG_TAG_MAIN || t == ZG_TAG_BODY ||
         t == ZG_TAG_HTML || t == ZG_TAG_FORM || t == ZG_TAG_CENTER ||
         t == ZG_TAG_OTHER || t == ZG_TAG_FIELDSET;
}

static unsigned blocks_in(const zg_tree *t, uint32_t i) {
  unsigned n = 0;
  for (uint32_t k = i + 1; k < t->nodes[i].end && n < 3; k++)
    n += (zg_tag_kind_of(t->nodes[k].tag) == ZG_TAG_BLOCK ||
          t->nodes[k].tag == ZG_TAG_BR) &&
         (t->nodes[k].tag == ZG_TAG_BR || zg_tree_good(t, k) >= 10);
  return n;
}

static bool has_heading(const zg_tree *t, uint32_t i) {
  return t->headings[t->nodes[i].end] > t->headings[i];
}

/* A table that only places things has a cell with most of its text: that cell.
 * Else 0. */
static uint32_t main_cell(const zg_tree *t, uint32_t table) {
  uint32_t best = 0;
  for (uint32_t i = table + 1; i < t->nodes[table].end;) {
    zg_tag tag = t->nodes[i].tag;
    bool cell = tag == ZG_TAG_TD || tag == ZG_TAG_TH;
    if (cell && (!best || zg_tree_good(t, i) > zg_tree_good(t, best)))
      best = i;
    bool into = tag == ZG_TAG_TR || tag == ZG_TAG_TBODY || tag == ZG_TAG_THEAD;
    i = into ? i + 1 : t->nodes[i].end;
  }
  return best && zg_tree_good(t, best) * 10 >= zg_tree_good(t, table) * 6 ? best
                                                                          : 0;
}

/* Down to where the text parts: as long as one child has nearly all of it, or
 * the better part while it is itself a text of several paragraphs.  Of articles
 * side by side, each with a heading, the one with the headline. */
static uint32_t by_density(const zg_tree *t, uint32_t headline) {
  uint32_t at = 0;
  for (;;) {
    uint32_t top = 0, own = 0, headed = 0, here = zg_tree_good(t, at);
    for (uint32_t k = at + 1; k < t->nodes[at].end; k = zg_tree_next(t, k)) {
      uint32_t room = t->nodes[k].tag == ZG_TAG_TABLE ? main_cell(t, k) : k;
      if (t->nodes[k].skip || !room || !is_room(t->nodes[room].tag))
        continue;
      if (!top || zg_tree_good(t, room) > zg_tree_good(t, top))
        top = room;
      if (zg_tree_good(t, room) >= 100 && has_heading(t, room)) {
        headed++;
        if (headline && holds(t, room, headline))
          own = room;
      }
    }
    uint32_t best = top ? zg_tree_good(t, top) : 0;
    if (own && headed > 1)
      at = own;
    else if (best > 0 && best * 10 >= here * 8)
      at = top;
    else if (best > 0 && best * 10 >= here * 6 && blocks_in(t, top) >= 3)
      at = top;
    else
      return at;
  }
}

uint32_t zg_html_article(const zg_tree *t, uint32_t headline) {
  uint32_t named = by_name(t, headline);
  return named ? named : by_density(t, headline);
}
