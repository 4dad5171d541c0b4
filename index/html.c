#include "index/html_private.h"

#include <ctype.h>

#define LINES_BEFORE 30 /* lines before the article that may tell of it */
#define LINES_AFTER 6
#define LINE_MAX 240 /* bytes; a longer one is no line of facts */

/* ---- lines about the document ---- */

static bool has(zg_str s, const char *word) {
  return memmem(s.p, s.n, word, strlen(word)) != NULL;
}

/* 20YY, a separator, a digit. */
static bool has_date(zg_str s) {
  for (size_t i = 0; i + 6 <= s.n; i++) {
    if (s.p[i] != '2' || s.p[i + 1] != '0' ||
        !isdigit((unsigned char)s.p[i + 2]) ||
        !isdigit((unsigned char)s.p[i + 3]))
      continue;
    if ((strchr("-./", s.p[i + 4]) && isdigit((unsigned char)s.p[i + 5])) ||
        (i + 7 <= s.n && memcmp(s.p + i + 4, "年", 3) == 0))
      return true;
  }
  return false;
}

static bool never(zg_str line) {
  static const char *const words[] = {"今天是", "星期", "天气", "版权",
                                      "备案",   "ICP",  "上一", "下一"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (has(line, words[i]))
      return true;
  return false;
}

static bool tells(zg_str line) {
  static const char *const words[] = {
      "来源",     "发布时间", "发布日期", "发布机构", "发布单位",
      "发文机关", "成文日期", "生成日期", "公开日期", "更新时间",
      "时间:",    "时间：",   "日期:",    "日期："};
  if (line.n == 0 || line.n > LINE_MAX || never(line))
    return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (has(line, words[i]))
      return true;
  const char *colon = memchr(line.p, ':', line.n);
  if (colon && zg_html_is_label((zg_str){line.p, (size_t)(colon - line.p)}))
    return true;
  return false;
}

/* Behind the article a bare date is another article's. */
static bool tells_before(zg_str line) {
  return tells(line) || (has_date(line) && line.n <= 90 && !never(line));
}

static bool ends_in(zg_str s, const char *word) {
  size_t n = strlen(word);
  return s.n >= n && memcmp(s.p + s.n - n, word, n) == 0;
}

/* A line of a page whose headline no tag tells. */
static bool reads_as_title(zg_str line) {
  static const char *const words[] = {"通报", "公告", "公示", "报告", "情况"};
  if (line.n < 30 || line.n > LINE_MAX || has(line, "。"))
    return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (ends_in(line, words[i]))
      return true;
  return false;
}

static bool reads_as_author(zg_str line) {
  static const char *const words[] = {"党组", "党委", "委员会", "支部", "总支"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (line.n <= 150 && ends_in(line, words[i]))
      return true;
  return false;
}

static void add_line(zg_buf *b, zg_str line) {
  zg_buf_add(b, line.p, line.n);
  zg_buf_addc(b, '\n');
}

typedef struct last_lines {
  zg_str lines[LINES_BEFORE];
  size_t n;
} last_lines;

/* Keeps the last, or stops after the first `most`. */
static void cut_lines(zg_str text, size_t most, last_lines *out) {
  for (size_t at = 0; at < text.n && out->n < most;) {
    const char *feed = memchr(text.p + at, '\n', text.n - at);
    size_t end = feed ? (size_t)(feed - text.p) : text.n;
    if (end > at)
      out->lines[out->n++ % LINES_BEFORE] = (zg_str){text.p + at, end - at};
    at = end + 1;
  }
}

/* `title`: where to put the line that is one, if none was found before. */
static void keep_before(zg_str text, zg_buf *title, zg_buf *out) {
  last_lines l = {.n = 0};
  cut_lines(text, SIZE_MAX, &l);
  zg_str before = ZG_STR_NULL;
  for (size_t i = l.n > LINES_BEFORE ? l.n - LINES_BEFORE : 0; i < l.n; i++) {
    zg_str line = l.lines[i % LINES_BEFORE];
    if (title->n == 0 && reads_as_title(line)) {
      if (before.p && reads_as_author(before) && has(line, "关于")) {
        zg_buf_add(title, before.p, before.n);
        zg_buf_addc(title, ' ');
      }
      zg_buf_add(title, line.p, line.n);
    } else if (tells_before(line)) {
      add_line(out, line);
    }
    before = line;
  }
}

static void keep_after(zg_str text, zg_buf *out) {
  last_lines l = {.n = 0};
  cut_lines(text, LINES_AFTER, &l);
  for (size_t i = 0; i < l.n; i++)
    if (tells(l.lines[i]))
      add_line(out, l.lines[i]);
}

/* What is not the article, before and behind it. */
static void around(const zg_tree *t, uint32_t article, uint32_t headline,
                   zg_buf *title, zg_buf *before, zg_buf *after) {
  zg_lines w[2] = {{.apart = true}, {.apart = true}};
  uint32_t path[256], depth = 0;
  for (uint32_t i = article; i && depth < 256; i = t->nodes[i].parent)
    path[depth++] = i;
  for (uint32_t at = 0; depth > 0; at = path[--depth]) {
    if (t->nodes[at].tag == ZG_TAG_TABLE || t->nodes[at].tag == ZG_TAG_TR)
      zg_lines_break(&w[0]);
    uint32_t next = path[depth - 1];
    for (uint32_t k = at + 1; k < t->nodes[at].end; k = t->nodes[k].end)
      if (k != next)
        zg_html_render(t, k, headline, &w[k > next]);
    zg_lines_break(&w[0]);
  }
  zg_lines_break(&w[1]);
  keep_before((zg_str){w[0].out.p, w[0].out.n}, title, before);
  keep_after((zg_str){w[1].out.p, w[1].out.n}, after);
  zg_buf_free(&w[0].out);
  zg_buf_free(&w[1].out);
}

/* ---- the page ---- */

/* The title stands in the article's own first lines. */
static bool starts_with_title(zg_str text, zg_str title) {
  zg_buf squeezed[2] = {ZG_BUF_INIT, ZG_BUF_INIT};
  size_t most = title.n * 2 + 300;
  zg_str in[2] = {{text.p, text.n < most ? text.n : most}, title};
  for (int k = 0; k < 2; k++)
    for (size_t i = 0; i < in[k].n; i++)
      if ((unsigned char)in[k].p[i] > ' ')
        zg_buf_addc(&squeezed[k], in[k].p[i]);
  bool found =
      squeezed[0].n && squeezed[1].n &&
      memmem(squeezed[0].p, squeezed[0].n, squeezed[1].p, squeezed[1].n);
  zg_buf_free(&squeezed[0]);
  zg_buf_free(&squeezed[1]);
  return found;
}

/* Title, what is told about it, article.  A title that the article begins with
 * is printed once where it is a line of its own. */
static void join(zg_str title, zg_str before, zg_str article, zg_str after,
                 zg_buf *out) {
  bool inside = title.n && starts_with_title(article, title);
  if (title.n && (!inside || before.n)) {
    add_line(out, title);
    if (article.n > title.n && article.p[title.n] == '\n' &&
        memcmp(article.p, title.p, title.n) == 0) {
      article.p += title.n + 1;
      article.n -= title.n + 1;
    }
  }
  zg_str rest[] = {before, article, after};
  for (size_t i = 0; i < 3; i++)
    if (rest[i].n)
      zg_buf_add(out, rest[i].p, rest[i].n);
}

static bool compose(const zg_tree *t, zg_buf *out) {
  zg_buf title = ZG_BUF_INIT, before = ZG_BUF_INIT, after = ZG_BUF_INIT;
  zg_lines article = {.joined = false};
  uint32_t headline = zg_html_headline(t, &title);
  uint32_t at = zg_html_article(t, headline);
  zg_html_render(t, at, 0, &article);
  zg_lines_break(&article);
  if (at)
    around(t, at, headline, &title, &before, &after);
  join((zg_str){title.p, title.n}, (zg_str){before.p, before.n},
       (zg_str){article.out.p, article.out.n}, (zg_str){after.p, after.n}, out);
  bool ok = !(out->failed || title.failed || before.failed || after.failed ||
              article.out.failed);
  zg_buf_free(&title);
  zg_buf_free(&before);
  zg_buf_free(&after);
  zg_buf_free(&article.out);
  return ok;
}

/* "2024-05-06 09:12", "2024/5/6", "2024年5月6日" -> 2024-05-06 */
static zg_str iso_date(zg_arena *a, const zg_buf *b) {
  int part[3] = {0, 0, 0}, k = 0;
  size_t i = 0;
  while (i < b->n && isspace((unsigned char)b->p[i]))
    i++;
  for (; k < 3; k++) {
    size_t from = i;
    while (i < b->n && isdigit((unsigned char)b->p[i]) && i - from < 4)
      part[k] = part[k] * 10 + b->p[i++] - '0';
    if (i == from || (k == 0 && i - from != 4))
      return ZG_STR_NULL;
    if (i < b->n && strchr("-/.", b->p[i]))
      i++;
    else
      while (i < b->n && (unsigned char)b->p[i] >= 0x80)
        i++;
  }
  if (part[0] < 1990 || part[0] > 2100 || part[1] < 1 || part[1] > 12 ||
      part[2] < 1 || part[2] > 31)
    return ZG_STR_NULL;
  return zg_arena_printf(a, "%04d-%02d-%02d", part[0], part[1], part[2]);
}

static zg_str kept(zg_arena *a, const zg_buf *b) {
  zg_lines w = {.joined = true};
  zg_lines_text(&w, b->p, b->n, false);
  zg_str s =
      w.out.n ? zg_arena_dup(a, (zg_str){w.out.p, w.out.n}) : ZG_STR_NULL;
  zg_buf_free(&w.out);
  return s;
}

static zg_status read_tree(zg_tree *t, zg_str html, zg_error *err) {
  zg_buf clean = ZG_BUF_INIT;
  int64_t bad = zg_utf8_check(html.p, html.n);
  if (bad >= 0)
    return zg_fail_at(err, ZG_INVALID, bad, "invalid_utf8", "html",
                      "html: byte %lld is not UTF-8", (long long)bad + 1);
  if (html.n > INT32_MAX)
    return zg_fail(err, ZG_TOO_LARGE, "too_large", "html",
                   "html: longer than 2 GiB");
  zg_status st = zg_html_clean(&clean, html)
                     ? zg_tree_read(t, (zg_str){clean.p, clean.n}, err)
                     : zg_fail_nomem(err);
  zg_buf_free(&clean);
  return st;
}

zg_status zg_html_page(zg_page *out, zg_arena *arena, zg_str html,
                       zg_error *err) {
  zg_tree t;
  zg_buf text = ZG_BUF_INIT;
  *out = (zg_page){.text = ZG_STR("")};
  zg_status st = read_tree(&t, html, err);
  if (st)
    return st;
  zg_html_mark_chrome(&t);
  if (!zg_tree_count(&t) || !compose(&t, &text)) {
    st = zg_fail_nomem(err);
    goto out;
  }
  out->text = zg_arena_dup(arena, (zg_str){text.p ? text.p : "", text.n});
  out->publish_date = iso_date(arena, &t.publish_date);
  out->source = kept(arena, &t.source);
  out->url = kept(arena, &t.url);
  out->site = kept(arena, &t.site);
  if (!out->text.p)
    st = zg_fail_nomem(err);
out:
  zg_buf_free(&text);
  zg_tree_free(&t);
  return st;
}

zg_status zg_html_plain(zg_str *out, zg_arena *arena, zg_str html,
                        zg_error *err) {
  zg_tree t;
  zg_lines w = {.joined = false};
  *out = ZG_STR_NULL;
  zg_status st = read_tree(&t, html, err);
  if (st)
    return st;
  for (uint32_t i = 0; i < t.n; i++)
    t.nodes[i].skip =
        t.nodes[i].hidden || zg_tag_kind_of(t.nodes[i].tag) == ZG_TAG_DROP;
  if (zg_tree_count(&t)) {
    zg_html_render(&t, 0, 0, &w);
    zg_lines_break(&w);
    *out = zg_arena_dup(arena, (zg_str){w.out.p ? w.out.p : "", w.out.n});
  }
  if (!out->p || w.out.failed)
    st = zg_fail_nomem(err);
  zg_buf_free(&w.out);
  zg_tree_free(&t);
  return st;
}
