/* The title: one to three lines, in the frames that pages put around it. */
#include "index/parse_ctx.h"

static const char *const TITLE_ENDS[] = {"通报", "公告", "公示", "报告", "函",
                                         "情况", "公布", "通告", NULL};
/* 的通报 ends a title whatever a page appends. */
static const char *const FIRM_ENDS[] = {
    "情况的通报", "情况的公告", "情况的公示", "情况的报告", "情况通报",
    "情况公告",   "情况公示",   "情况报告",   "情况的通告", NULL};

enum { JOINED_MAX = 900, TITLE_MAX = 420, MAX_LINES = 3 };

/* The text before the last 关于 that 整改 follows within 40 characters. */
size_t zg_px_title_unit_end(zg_str t) {
  size_t hit = ZG_NPOS;
  for (size_t at = 0; (at = zg_sx_find(t, at, "关于")) != ZG_NPOS; at++) {
    zg_str window = zg_sx_sub(t, at, at + 126);
    if (zg_sx_has(window, "整改"))
      hit = at;
  }
  return hit;
}

/* 首页 > 正文 and 首页 / 党建之窗 before a title on the same line. */
static zg_str strip_crumbs(zg_str t) {
  size_t gt = zg_sx_rfind(t, ">"), slash = zg_sx_rfind(t, " / ");
  if (gt == ZG_NPOS && slash == ZG_NPOS)
    return t;
  size_t at = gt != ZG_NPOS ? gt + 1 : slash + strlen(" / ");
  t = zg_sx_trim(zg_sx_sub(t, at, t.n));
  /* the last crumb is a short word that is no unit */
  size_t blank = zg_sx_find(t, 0, " ");
  zg_str word = zg_sx_sub(t, 0, blank == ZG_NPOS ? 0 : blank);
  if (word.n && word.n <= 24 && !zg_px_looks_like_unit(word))
    t = zg_sx_trim(zg_sx_sub(t, blank, t.n));
  return t;
}

/* 文件名称 | …的通报 | 发布机构 | …, 标题:…的通报 */
static zg_str strip_label(zg_str t) {
  static const char *const labels[] = {"文件名称", "信息名称", "标题", "名称",
                                       NULL};
  const char *label = NULL;
  size_t at = zg_sx_find_any(t, 0, labels, &label);
  if (at == ZG_NPOS)
    return t;
  zg_str v = zg_sx_sub(t, at + strlen(label), t.n);
  if (!v.n || !zg_sx_in(v, 0, ": |\t"))
    return t;
  v = zg_sx_trim_of(v, ":|");
  return zg_sx_trim(zg_sx_sub(v, 0, zg_sx_fwd_to(v, 0, "|\t")));
}

/* …| 有效性 | 有效 中共…的通报, 有效性:有效 中共…: page data on the same line.
 */
static zg_str strip_table(zg_str t) {
  size_t bar = zg_sx_rfind(t, "|"), unit = zg_px_title_unit_end(t);
  size_t colon = zg_sx_rfind(zg_sx_sub(t, 0, unit), ":");
  if (colon != ZG_NPOS && (bar == ZG_NPOS || bar < colon))
    bar = colon;
  zg_str rest = zg_sx_trim(zg_sx_sub(t, bar == ZG_NPOS ? 0 : bar + 1, t.n));
  if (bar == ZG_NPOS || !zg_sx_has(rest, "整改"))
    return t;
  size_t blank = zg_sx_find(rest, 0, " ");
  zg_str value = zg_sx_sub(rest, 0, blank == ZG_NPOS ? 0 : blank);
  if (value.n && value.n <= 24 && !zg_px_looks_like_unit(value))
    rest = zg_sx_trim(zg_sx_sub(rest, blank, rest.n));
  return rest;
}

static zg_str strip_column(zg_str t) {
  static const char *const columns[] = {"公示",     "公告",     "通知公告",
                                        "巡察整改", "巡视整改", NULL};
  while (zg_sx_starts(t, "【") || zg_sx_starts(t, "[")) {
    const char *close = t.p[0] == '[' ? "]" : "】";
    size_t end = zg_sx_find(t, 0, close);
    if (end == ZG_NPOS || end + strlen(close) == t.n)
      break;
    t = zg_sx_trim(zg_sx_sub(t, end + strlen(close), t.n));
  }
  size_t k = zg_sx_at_any(t, 0, columns);
  if (k && zg_sx_in(t, k, ": |丨┃·"))
    t = zg_sx_trim_of(zg_sx_sub(t, k, t.n), ":|丨┃·");
  return t;
}

/* (第二批) belongs to a title, (2024年3月5日) does not. */
static bool is_page_note(zg_str bracket) {
  static const char *const notes[] = {"时间", "日期", "来源",   "作者", "浏览",
                                      "字体", "阅读", "公示稿", NULL};
  zg_str s = zg_sx_trim_of(bracket, "()");
  return zg_px_date(s, 0).len > 0 || zg_sx_has_any(s, notes);
}

/* What a page appends: a date, a bracket, the site's name. */
static zg_str strip_end(zg_str t) {
  for (int k = 0; FIRM_ENDS[k]; k++) {
    size_t at = zg_sx_rfind(t, FIRM_ENDS[k]);
    size_t end = at == ZG_NPOS ? 0 : at + strlen(FIRM_ENDS[k]);
    if (end && end < t.n && zg_sx_in(t, end, "_-|—[ \t"))
      return zg_sx_sub(t, 0, end);
  }
  for (;;) {
    if (zg_sx_ends(t, ")")) {
      size_t open = zg_sx_rfind(t, "(");
      if (open == ZG_NPOS || open == 0 ||
          !is_page_note(zg_sx_sub(t, open, t.n)))
        return t;
      t = zg_sx_trim(zg_sx_sub(t, 0, open));
      continue;
    }
    size_t sp = zg_sx_rfind(t, " ");
    if (sp == ZG_NPOS || zg_px_date(t, sp + 1).len != t.n - sp - 1)
      return t;
    t = zg_sx_trim(zg_sx_sub(t, 0, sp));
  }
}

/* Column, breadcrumb and label before a title; date or bracket after it. */
static zg_str strip_frame(zg_str t) {
  return strip_end(strip_column(strip_table(strip_label(strip_crumbs(t)))));
}

static bool is_title(zg_str t, bool loose) {
  /* 县委巡察反馈意见整改情况公示: no unit, no 关于 */
  static const char *const firm[] = {"通报", "公告", "公示", "报告", NULL};
  static const char *const tells[] = {"情况", "进展", "结果",
                                      "销号", "完成", NULL};
  static const char *const by[] = {"巡",   "审计", "督察", "督查",
                                   "反馈", "检查", "问题", NULL};
  if (t.n > TITLE_MAX || zg_sx_has(t, "。") || zg_sx_has(t, "!") ||
      zg_sx_has(t, ";"))
    return false;
  size_t open = zg_sx_ends(t, ")") ? zg_sx_rfind(t, "(") : ZG_NPOS;
  if (open != ZG_NPOS)
    t = zg_sx_trim(zg_sx_sub(t, 0, open));
  if (loose)
    return t.n < 180 && zg_sx_has(t, "整改") && zg_sx_has_any(t, by) &&
           zg_sx_has_any(t, tells) && zg_sx_ends_any(t, firm);
  return zg_px_title_unit_end(t) != ZG_NPOS && zg_sx_ends_any(t, TITLE_ENDS);
}

/* Normalised text of the paragraphs [i, end), one after the other, in buf. */
static zg_str joined(const zg_ctx *c, int i, int end, char buf[JOINED_MAX]) {
  size_t n = 0;
  for (int j = i; j < end; j++) {
    zg_str t = c->paras[j].t;
    if (n + t.n >= JOINED_MAX)
      return ZG_STR_NULL;
    memcpy(buf + n, t.p, t.n);
    n += t.n;
  }
  return (zg_str){buf, n};
}

/* A line that can be the first part of a title: short, no chrome. */
static bool is_part(const zg_para *p) {
  static const char *const chrome[] = {">",    ":",    "|",  "。",
                                       "网站", "首页", "版", NULL};
  return p->tok.shape == ZG_SHAPE_NONE && p->t.n >= 6 && p->t.n < 240 &&
         !zg_sx_has_any(p->t, chrome) && !zg_px_date(p->t, 0).len;
}

/* The unit's name began on the line before: a bare 党组关于…, or 关于… under a
 * line that is a unit. */
static bool begins_before(const zg_ctx *c, int i, zg_str t) {
  if (i == 0 || !is_part(&c->paras[i - 1]))
    return false;
  zg_str prev = strip_column(c->paras[i - 1].t);
  size_t end = zg_px_title_unit_end(t);
  if (zg_sx_starts(t, "关于") || (end == ZG_NPOS && !zg_px_title_names_unit(t)))
    return zg_px_looks_like_unit(prev);
  bool whole = zg_sx_starts(t, "中共") || end == ZG_NPOS || end > 30;
  return !whole && zg_sx_starts(prev, "中共") && !zg_sx_has(prev, "关于");
}

/* 关于巡察整改情况 / 的通报: the title ends on the next line. */
static bool goes_on(const zg_ctx *c, int end, zg_str t) {
  if (!zg_sx_ends(t, "情况") || end >= c->n_paras)
    return false;
  zg_str next = c->paras[end].t;
  return next.n <= 30 && zg_sx_starts(next, "的") &&
         zg_sx_ends_any(next, TITLE_ENDS);
}

zg_str zg_px_title_slice(const zg_ctx *c, zg_str part) {
  if (!part.n || !c->n_title_lines || part.p < c->title.p ||
      part.p + part.n > c->title.p + c->title.n)
    return ZG_STR_NULL;
  size_t from = c->title_off + (size_t)(part.p - c->title.p);
  size_t to = from + part.n;
  zg_str out = ZG_STR_NULL;
  for (int k = 0; k < c->n_title_lines; k++) {
    zg_str line = c->title_lines[k];
    if (from < line.n && !out.p)
      out.p = line.p + from;
    if (to <= line.n) {
      out.n = out.p ? (size_t)(line.p + to - out.p) : 0;
      return out;
    }
    from -= from < line.n ? from : line.n;
    to -= line.n;
  }
  return ZG_STR_NULL;
}

/* Raw bytes of the title: as printed, line ends dropped. */
static zg_str raw_title(zg_ctx *c) {
  zg_str out = ZG_STR("");
  size_t at = 0;
  for (int k = 0; k < c->n_title_lines; k++) {
    zg_str line = c->title_lines[k];
    size_t from = c->title_off > at ? c->title_off - at : 0;
    size_t to = c->title_off + c->title.n - at;
    at += line.n;
    zg_str piece = zg_sx_sub(line, from, to);
    if (!piece.n)
      continue;
    piece = zg_px_raw(c, piece);
    out = zg_arena_printf(c->a, "%.*s%.*s", (int)out.n, out.p, (int)piece.n,
                          piece.p ? piece.p : "");
    if (!out.p) {
      c->oom = true;
      return ZG_STR_NULL;
    }
  }
  return out;
}

static void take_title(zg_ctx *c, int first, int end) {
  char buf[JOINED_MAX];
  zg_str t = joined(c, first, end, buf);
  if (!t.p)
    return;
  t = strip_frame(t);
  c->title_first = first;
  c->title_end = end;
  c->title_off = (size_t)(t.p - buf);
  c->n_title_lines = 0;
  for (int i = first; i < end; i++)
    c->title_lines[c->n_title_lines++] = c->paras[i].t;
  c->title = zg_px_dup(c, t);
  c->b->title = raw_title(c);
  zg_px_mark(c, "title", zg_px_title_slice(c, c->title));
}

/* The title in k paragraphs from i, if it is one. */
static bool title_at(zg_ctx *c, int i, int k, bool loose) {
  char buf[JOINED_MAX];
  for (int j = i; j < i + k; j++)
    if (c->paras[j].tok.shape != ZG_SHAPE_NONE ||
        (k > 1 &&
         (zg_sx_has(c->paras[j].t, ">") || zg_sx_has(c->paras[j].t, "|"))))
      return false;
  zg_str t = joined(c, i, i + k, buf);
  if (!t.p)
    return false;
  t = strip_frame(t);
  if (!is_title(t, loose))
    return false;
  int first = i, end = i + k;
  if (k <= MAX_LINES && begins_before(c, i, t))
    first--;
  if (end - first <= MAX_LINES && goes_on(c, end, t))
    end++;
  take_title(c, first, end);
  return c->title.n > 0;
}

/* A title on one line is looked for before one on two or three. */
bool zg_px_find_title(zg_ctx *c, int last) {
  for (int k = 1; k <= MAX_LINES; k++)
    for (int i = 0; i + k <= last; i++)
      if (title_at(c, i, k, false))
        return !c->oom;
  for (int i = 0; i < last; i++)
    if (title_at(c, i, 1, true))
      return !c->oom;
  c->title = c->given_title;
  return false;
}
