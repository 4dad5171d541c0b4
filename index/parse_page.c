/* Page chrome: what stands before the title and after the text. */
#include "index/parse_ctx.h"

static const char *const DATE_LABELS[] = {
    "成文日期", "发布日期", "发布时间", "公开日期", "生成日期", "公布日期",
    "公布时间", "更新时间", "时间:",    "日期:",    NULL};
static const char *const SOURCE_LABELS[] = {"信息来源", "来源",     "发布机构",
                                            "发布单位", "公开单位", NULL};
static const char *const LABELS[] = {
    "作者", "编辑", "责编", "浏览", "阅读", "点击", "发布", "字体", "字号",
    "打印", "时间", "日期", "分享", "更新", "访问", "次数", "公开", "【",
    "[",    "|",    "成文", "索引", "文号", "来源", "主题", "稿源", NULL};
/* The page after the text starts with one of these. */
static const char *const CUTS[] = {
    "原文链接", "扫一扫",   "上一篇",   "上一条",   "下一篇",   "下一条",
    "相关阅读", "相关链接", "相关稿件", "主办单位", "版权所有", "责任编辑",
    "附件",     "打印本页", "关闭窗口", "分享到",   "一审",     "初审:",
    "编辑:",    "【打印",   "网站地图", "免责声明", NULL};
static const char *const CONTACT[] = {
    "联系电话", "监督电话", "电子邮箱", "电子邮件", "邮政信箱", "通信地址",
    "通讯地址", "邮寄地址", "联系方式", "举报电话", "邮政编码", NULL};

static bool is_heading(const zg_para *p) {
  return p->tok.shape == ZG_SHAPE_HAN || p->tok.shape == ZG_SHAPE_HAN_BR ||
         p->tok.shape == ZG_SHAPE_DIGIT;
}

/* The opening sentence, as opposed to a line of page chrome. */
static bool opens(zg_str t) {
  static const char *const cues[] = {"根据", "按照",   "现将",
                                     "受市", "巡察组", "巡视组",
                                     "反馈", "为深入", NULL};
  if (t.n < 90 || zg_sx_has(t, ">"))
    return false;
  return zg_sx_has(t, "。") || zg_sx_ends(t, ":") ? zg_sx_has_any(t, cues)
                                                  : false;
}

static void take_date(zg_ctx *c, zg_date d) {
  if (c->b->publish_date.p || !d.len || !d.y || !d.m || !d.d)
    return;
  c->b->publish_date = zg_px_iso(c, d);
  c->publish_year = d.y;
  c->page_date = true;
}

/* Value after a label: in the same paragraph or at the start of the next. */
static zg_str value_after(const zg_ctx *c, int i, size_t at) {
  zg_str v =
      zg_sx_trim_of(zg_sx_sub(c->paras[i].t, at, c->paras[i].t.n), ":】]|");
  if (!v.n && i + 1 < c->n_paras)
    v = c->paras[i + 1].t;
  return v;
}

static void labelled_dates(zg_ctx *c, int from, int to) {
  for (int k = 0; DATE_LABELS[k]; k++)
    for (int i = from; i < to; i++) {
      size_t at = zg_sx_find(c->paras[i].t, 0, DATE_LABELS[k]);
      if (at == ZG_NPOS)
        continue;
      zg_str v = value_after(c, i, at + strlen(DATE_LABELS[k]));
      take_date(c, zg_px_date(v, 0));
    }
}

static void labelled_source(zg_ctx *c, int from, int to) {
  for (int k = 0; SOURCE_LABELS[k]; k++)
    for (int i = from; i < to && !c->b->source.p; i++) {
      zg_str t = c->paras[i].t;
      size_t at = zg_sx_find(t, 0, SOURCE_LABELS[k]);
      if (at == ZG_NPOS)
        continue;
      at += strlen(SOURCE_LABELS[k]);
      if (at >= t.n || !zg_sx_in(t, at, ": |】"))
        continue;
      zg_str v = zg_sx_trim_of(zg_sx_sub(t, at, t.n), ":】|");
      size_t end = zg_sx_find_any(v, 0, LABELS, NULL);
      v = zg_sx_trim_of(zg_sx_sub(v, 0, end == ZG_NPOS ? v.n : end), "|()");
      if (v.n && v.n < 120)
        c->b->source = zg_px_dup(c, v);
    }
}

/* A paragraph that is only a date: (2024年9月30日) or a signature's. */
static zg_date lone_date(zg_str t) {
  /* ——2024年12月25日在县人大常委会上 */
  if (zg_sx_starts(t, "——"))
    return zg_px_date(t, strlen("——"));
  t = zg_sx_trim_of(t, "()");
  zg_date d = zg_px_date(t, 0);
  if (d.len != t.n)
    d.len = 0;
  return d;
}

static bool cut_here(zg_str t) {
  if (zg_sx_at_any(t, 0, CUTS))
    return true;
  return t.n < 240 && (zg_sx_has(t, "ICP备") || zg_sx_has(t, "版权所有") ||
                       zg_sx_has(t, "扫一扫"));
}

static bool closes(zg_str t) {
  static const char *const starts[] = {
      "欢迎", "联系电话", "联系方式", "联系人", "监督电话", "特此", NULL};
  if (zg_sx_at_any(t, 0, starts))
    return true;
  size_t n = 0;
  for (int k = 0; CONTACT[k]; k++)
    n += zg_sx_has(t, CONTACT[k]);
  return n >= 2 || (n == 1 && t.n < 240);
}

static void find_tail(zg_ctx *c) {
  int i = c->body, cut = c->n_paras;
  bool seen = false;
  for (; i < c->n_paras; i++) {
    seen = seen || is_heading(&c->paras[i]);
    if (seen && cut_here(c->paras[i].t)) {
      cut = i;
      break;
    }
  }
  c->tail = cut;
  /* closing lines and the signature stand right before the cut */
  for (i = cut - 1; i > c->body && i > cut - 8; i--) {
    zg_str t = c->paras[i].t;
    if (c->paras[i].tok.shape != ZG_SHAPE_NONE && !closes(t))
      break;
    bool unit = c->b->n_units && c->b->units[0].p &&
                zg_sx_has(t, c->b->units[0].p) && t.n < c->b->units[0].n + 12;
    if (closes(t) || lone_date(t).len || unit)
      c->tail = i;
    else if (t.n > 150)
      break;
  }
  for (i = c->n_paras - 1; i >= c->tail; i--)
    take_date(c, lone_date(c->paras[i].t));
}

static void origin_url(zg_ctx *c) {
  for (int i = c->tail; i < c->n_paras; i++) {
    zg_str t = c->paras[i].t;
    size_t at = zg_sx_find(t, 0, "原文链接");
    size_t url = at == ZG_NPOS ? at : zg_sx_find(t, at, "http");
    if (url == ZG_NPOS)
      continue;
    size_t end = url;
    while (end < t.n && t.p[end] > ' ' && t.p[end] < 127)
      end++;
    c->b->url = zg_px_raw(c, zg_sx_sub(t, url, end));
    return;
  }
}

void zg_px_page(zg_ctx *c) {
  int first = 0;
  while (first < c->n_paras &&
         !(is_heading(&c->paras[first]) && c->paras[first].t.n > 9))
    first++;
  if (first == c->n_paras && first > 40)
    first = 40;
  c->title_first = c->title_end = -1;
  c->tail = c->n_paras;
  bool titled = zg_px_find_title(c, first);
  int i = titled ? c->title_end : 0;
  while (i < first && !opens(c->paras[i].t))
    i++;
  c->body = i;
  zg_px_units(c);
  labelled_dates(c, 0, c->body);
  labelled_source(c, 0, c->body);
  for (i = titled ? c->title_end : 0; i < c->body; i++)
    take_date(c, lone_date(c->paras[i].t));
  if (!c->b->n_units) /* a source may have been found meanwhile */
    zg_px_units(c);
  find_tail(c);
  if (!c->b->n_units && c->tail > c->body && c->tail < c->n_paras &&
      lone_date(c->paras[c->tail].t).len) {
    c->signature = c->paras[c->tail - 1].t;
    zg_px_units(c);
    c->tail -= c->b->n_units > 0;
  }
  if (!c->b->publish_date.p)
    labelled_dates(c, c->tail, c->n_paras);
  origin_url(c);
}
