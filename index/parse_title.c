/* The title (one to three lines) and the unit that it names. */
#include "index/parse_ctx.h"

static const char *const TITLE_ENDS[] = {"通报", "公告", "公示", "报告", "函",
                                         "情况", "公布", "通告", NULL};
static const char *const UNIT_ENDS[] = {
    "党组", "党委",   "委员会",   "党工委", "党总支", "党支部",
    "支部", "校委会", "教育工委", "工委",   "政府",   "局",
    "院",   "校",     "公司",     "集团",   "中心",   "厅",
    "委",   "办公室", "中学",     "小学",   "大学",   NULL};

enum { TITLE_MAX = 900 };

/* The text before the last 关于 that 整改 follows within 40 characters. */
static size_t unit_end(zg_str t) {
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
  if (word.n && word.n <= 24 && !zg_sx_ends_any(word, UNIT_ENDS))
    t = zg_sx_trim(zg_sx_sub(t, blank, t.n));
  return t;
}

/* Column, breadcrumb and label before a title; date or bracket after it. */
static zg_str strip_frame(zg_str t) {
  static const char *const labels[] = {"文件名称", "信息名称", "标题", "名称",
                                       NULL};
  t = strip_crumbs(t);
  if (zg_sx_starts(t, "【")) {
    size_t end = zg_sx_find(t, 0, "】");
    if (end != ZG_NPOS)
      t = zg_sx_trim(zg_sx_sub(t, end + strlen("】"), t.n));
  }
  size_t k = zg_sx_at_any(t, 0, labels);
  if (k)
    t = zg_sx_trim_of(zg_sx_sub(t, k, t.n), ":|");
  if ((zg_sx_starts(t, "公示") || zg_sx_starts(t, "公告")) &&
      (zg_sx_at(t, 6, ":") || zg_sx_at(t, 6, " ")))
    t = zg_sx_trim_of(zg_sx_sub(t, 6, t.n), ":");
  for (;;) {
    if (zg_sx_ends(t, ")")) {
      size_t open = zg_sx_rfind(t, "(");
      if (open == ZG_NPOS || open == 0)
        break;
      t = zg_sx_trim(zg_sx_sub(t, 0, open));
      continue;
    }
    size_t sp = zg_sx_rfind(t, " ");
    if (sp != ZG_NPOS && zg_px_date(t, sp + 1).len == t.n - sp - 1)
      t = zg_sx_trim(zg_sx_sub(t, 0, sp));
    else
      break;
  }
  return t;
}

static bool is_title(zg_str t, bool loose) {
  /* 县委巡察反馈意见整改情况公示: no unit, no 关于 */
  static const char *const firm[] = {"通报", "公告", "公示", "报告", NULL};
  if (loose)
    return t.n < 180 && zg_sx_has(t, "整改") && zg_sx_has(t, "情况") &&
           zg_sx_ends_any(t, firm) && !zg_sx_has(t, "。");
  if (zg_sx_has(t, "。") || zg_sx_has(t, "!") || zg_sx_has(t, ";"))
    return false;
  return unit_end(t) != ZG_NPOS && zg_sx_ends_any(t, TITLE_ENDS);
}

/* Normalised text of `k` paragraphs from i, frames stripped, in buf. */
static zg_str joined(const zg_ctx *c, int i, int k, char buf[TITLE_MAX]) {
  size_t n = 0;
  for (int j = i; j < i + k; j++) {
    zg_str t = c->paras[j].t;
    if (n + t.n >= TITLE_MAX)
      return ZG_STR_NULL;
    memcpy(buf + n, t.p, t.n);
    n += t.n;
  }
  return (zg_str){buf, n};
}

static bool looks_like_unit(zg_str t) {
  return t.n >= 9 && t.n < 150 && zg_sx_ends_any(t, UNIT_ENDS) &&
         !zg_sx_has(t, ":") && !zg_sx_has(t, ">");
}

/* Raw bytes of the title: as printed, line ends dropped. */
static zg_str raw_title(zg_ctx *c, int first, int end) {
  zg_str out = ZG_STR("");
  for (int i = first; i < end; i++) {
    zg_str t = c->paras[i].t;
    if (end - first == 1 || i == first || i == end - 1)
      t = end - first == 1 ? strip_frame(t) : t;
    zg_str piece = zg_px_raw(c, t);
    out = zg_arena_printf(c->a, "%.*s%.*s", (int)out.n, out.p, (int)piece.n,
                          piece.p ? piece.p : "");
    if (!out.p) {
      c->oom = true;
      return ZG_STR_NULL;
    }
  }
  return out;
}

/* The title in k paragraphs from i, if it is one. */
static bool title_at(zg_ctx *c, int i, int k, bool loose) {
  char buf[TITLE_MAX];
  for (int j = i; j < i + k; j++)
    if (c->paras[j].tok.shape != ZG_SHAPE_NONE ||
        (k > 1 && zg_sx_has(c->paras[j].t, ">")))
      return false;
  zg_str t = joined(c, i, k, buf);
  if (!t.p)
    return false;
  t = strip_frame(t);
  if (!is_title(t, loose))
    return false;
  c->title_first = i;
  c->title_end = i + k;
  if (zg_sx_starts(t, "关于") && i > 0 && looks_like_unit(c->paras[i - 1].t)) {
    c->title_first = i - 1;
    t = strip_frame(joined(c, i - 1, k + 1, buf));
  }
  c->title = zg_px_dup(c, t);
  c->b->title = raw_title(c, c->title_first, c->title_end);
  return true;
}

/* A title on one line is looked for before one on two or three. */
bool zg_px_find_title(zg_ctx *c, int last) {
  for (int k = 1; k <= 3; k++)
    for (int i = 0; i + k <= last; i++)
      if (title_at(c, i, k, false))
        return !c->oom;
  for (int i = 0; i < last; i++)
    if (title_at(c, i, 1, true))
      return !c->oom;
  return false;
}

static void add_unit(zg_ctx *c, zg_str u, size_t *cap) {
  zg_bulletin *b = c->b;
  u = zg_sx_trim_of(u, ":,、");
  if (!u.n)
    return;
  void *items = b->units;
  if (!zg_px_grow(c, &items, b->n_units, cap, sizeof *b->units))
    return;
  b->units = items;
  b->units[b->n_units++] = zg_px_dup(c, u);
}

/* Two units parted by a blank are two when both end like a unit. */
static void split_units(zg_ctx *c, zg_str u, size_t *cap) {
  size_t from = 0;
  for (size_t i = 0; i < u.n; i++) {
    if (u.p[i] != ' ')
      continue;
    zg_str left = zg_sx_trim(zg_sx_sub(u, from, i));
    if (left.n && zg_sx_ends_any(left, UNIT_ENDS)) {
      add_unit(c, left, cap);
      from = i + 1;
    }
  }
  add_unit(c, zg_sx_sub(u, from, u.n), cap);
}

/* 对UNIT进行|开展 in the opening; 受UNIT委托 in a report on an audit. */
static zg_str unit_of_opening(const zg_ctx *c) {
  for (int i = c->body; i < c->tail && i < c->body + 3; i++) {
    zg_str t = c->paras[i].t;
    size_t end = zg_sx_find(t, 0, "委托");
    if (zg_sx_starts(t, "受") && end != ZG_NPOS && end < 90)
      return zg_sx_sub(t, strlen("受"), end);
  }
  static const char *const does[] = {"进行", "开展", "实施", NULL};
  for (int i = c->body; i < c->tail && i < c->body + 4; i++) {
    zg_str t = c->paras[i].t;
    for (size_t at = 0; (at = zg_sx_find(t, at, "对")) != ZG_NPOS;) {
      at += strlen("对");
      size_t stop = zg_sx_fwd_to(t, at, ",。;");
      size_t verb = zg_sx_find_any(zg_sx_sub(t, 0, stop), at, does, NULL);
      if (verb == ZG_NPOS || verb - at > 150 || verb - at < 6)
        continue;
      zg_str u = zg_sx_sub(t, at, verb);
      if (!zg_sx_has(u, "的") && !zg_sx_has(u, "问题"))
        return u;
    }
  }
  return ZG_STR_NULL;
}

/* 县政府党组关于国投公司、城投公司整改情况的通报: the inspected bodies. */
static bool inspected_of_title(zg_ctx *c, size_t end, size_t *cap) {
  size_t from = end + strlen("关于"), to = zg_sx_find(c->title, from, "整改");
  zg_str seg = zg_sx_sub(c->title, from, to == ZG_NPOS ? from : to);
  size_t dot = zg_sx_find(seg, 0, "、");
  if (dot == ZG_NPOS || zg_sx_has(seg, "巡"))
    return false;
  size_t at = 0;
  bool all = true;
  for (int pass = 0; pass < 2 && all; pass++) {
    for (at = 0; at < seg.n;) {
      size_t e = zg_sx_fwd_to(seg, at, "、和");
      zg_str u = zg_sx_trim(zg_sx_sub(seg, at, e));
      if (pass)
        add_unit(c, u, cap);
      else
        all = all && zg_sx_ends_any(u, UNIT_ENDS);
      at = e + strlen("、");
    }
  }
  return all;
}

void zg_px_units(zg_ctx *c) {
  zg_bulletin *b = c->b;
  size_t cap = 0, end = c->title.n ? unit_end(c->title) : ZG_NPOS;
  if (end != ZG_NPOS && inspected_of_title(c, end, &cap)) {
    b->doc_class = ZG_STR("multi_unit");
    return;
  }
  if (end != ZG_NPOS && end > 0)
    split_units(c, zg_sx_trim(zg_sx_sub(c->title, 0, end)), &cap);
  if (b->n_units)
    return;
  zg_str u = unit_of_opening(c);
  if (u.n && !zg_sx_starts(u, "我"))
    split_units(c, u, &cap);
  else if (b->source.n && looks_like_unit(b->source))
    add_unit(c, b->source, &cap);
  else if (c->signature.n && looks_like_unit(c->signature))
    add_unit(c, c->signature, &cap);
}
