/* Page chrome: what stands before the title and after the text. */
#include "index/parse_ctx.h"

/* Best first. */
static const char *const DATE_LABELS[] = {
    "成文日期", "发文日期", "印发日期", "发布日期", "发布时间", "发表时间",
    "公开日期", "公开时间", "生成日期", "公布日期", "公布时间", "更新时间",
    "更新日期", "信息时间", "添加时间", "时间:",    "日期:",    NULL};
static const char *const SOURCE_LABELS[] = {"信息来源", "文章来源", "稿件来源",
                                            "来源",     "稿源",     NULL};
static const char *const PUBLISHERS[] = {"发布机构", "发布单位", "公开单位",
                                         "发文机关", "发文单位", NULL};
static const char *const LABELS[] = {
    "作者",     "编辑", "责编", "浏览", "阅读", "点击", "发布", "字体", "字号",
    "打印",     "时间", "日期", "分享", "更新", "访问", "次数", "公开", "【",
    "[",        "|",    "成文", "索引", "文号", "来源", "主题", "稿源", "朗读",
    "收藏",     "审核", "撰稿", "供稿", "组配", "有效", "关闭", "文件", "名称",
    "点击次数", "人气", "小字", "无障", "生成", "语音", "记者", NULL};
/* The page after the text starts with one of these. */
static const char *const CUTS[] = {
    "原文链接", "原文地址", "扫一扫",   "上一篇",   "上一条",   "下一篇",
    "下一条",   "相关阅读", "相关链接", "相关稿件", "相关文章", "相关新闻",
    "主办单位", "主办:",    "版权所有", "责任编辑", "打印本页", "关闭窗口",
    "关闭本页", "分享到",   "一审",     "初审:",    "编辑:",    "责编:",
    "审核:",    "【打印",   "[打印",    "【关闭",   "网站地图", "免责声明",
    "微信扫",   "打印 关",  "分享:",    "友情链接", "本文档由", "声明:",
    NULL};
static const char *const CONTACT[] = {
    "联系电话", "监督电话", "电子邮箱", "电子邮件", "邮政信箱", "通信地址",
    "通讯地址", "邮寄地址", "联系方式", "举报电话", "邮政编码", "受理电话",
    "来信地址", "联系地址", "邮箱",     NULL};

static bool is_heading(const zg_para *p) {
  return p->tok.shape == ZG_SHAPE_HAN || p->tok.shape == ZG_SHAPE_HAN_BR ||
         p->tok.shape == ZG_SHAPE_DIGIT;
}

/* The opening sentence, as opposed to a line of page chrome. */
static bool opens(zg_str t) {
  static const char *const cues[] = {
      "根据", "按照",   "现将",   "受市", "受县", "受区",
      "受省", "巡察组", "巡视组", "反馈", "整改", "为深入",
      "巡察", "巡视",   "审计",   "督察", NULL};
  static const char *const leads[] = {"根据", "按照", "依据", "依照",
                                      "受",   "20",   NULL};
  if (zg_sx_has(t, "现将") && zg_sx_has(t, "整改"))
    return true;
  if (t.n < 60 || zg_sx_has(t, ">") || zg_sx_has(t, "|"))
    return false;
  /* its first line, where a copy kept the line ends of a page */
  if (zg_sx_at_any(t, 0, leads) && zg_sx_has_any(t, cues))
    return true;
  if (t.n < 90)
    return false;
  return (zg_sx_has(t, "。") || zg_sx_ends(t, ":") || zg_sx_ends(t, ".")) &&
         zg_sx_has_any(t, cues);
}

static void take_date(zg_ctx *c, zg_date d, zg_str at) {
  if (c->b->publish_date.p || !d.len || !d.y || !d.m)
    return;
  c->b->publish_date = zg_px_iso(c, d);
  c->publish_year = d.y;
  zg_str place = zg_sx_sub(at, 0, d.len);
  zg_date lost;
  zg_px_mark(c, "publish_date", place);
  if (zg_px_date_lost(place, 0, false, &lost) == 1)
    zg_px_doubt(c, "publish_date");
}

/* A label stands at the start of a line or after a blank or a mark. */
static size_t find_label(zg_str t, size_t from, const char *label) {
  size_t at = from;
  while ((at = zg_sx_find(t, at, label)) != ZG_NPOS) {
    if (at == 0 || zg_sx_in(t, zg_sx_prev(t, at), " \t|([【]】);,·/") ||
        zg_sx_is_digit(t, at - 1))
      return at;
    at += strlen(label);
  }
  return ZG_NPOS;
}

/* Value after a label: in the same paragraph, or the next one unless that
 * begins with a label of its own. */
static zg_str value_after(const zg_ctx *c, int i, size_t at) {
  zg_str t = c->paras[i].t;
  zg_str v = zg_sx_trim_of(zg_sx_sub(t, at, t.n), ":】]|");
  if (!v.n && i + 1 < c->n_paras && i + 1 != c->body &&
      c->paras[i + 1].tok.shape == ZG_SHAPE_NONE) {
    v = zg_sx_trim_of(c->paras[i + 1].t, "|");
    if (zg_sx_at_any(v, 0, LABELS) || zg_sx_ends(v, ":"))
      v = ZG_STR_NULL;
  }
  return v;
}

static void labelled_dates(zg_ctx *c, int from, int to) {
  for (int k = 0; DATE_LABELS[k]; k++)
    for (int i = from; i < to && !c->b->publish_date.p; i++) {
      size_t at = find_label(c->paras[i].t, 0, DATE_LABELS[k]);
      if (at == ZG_NPOS)
        continue;
      zg_str v = value_after(c, i, at + strlen(DATE_LABELS[k]));
      zg_date d = zg_px_date(v, 0);
      if (d.d)
        take_date(c, d, v);
    }
}

/* Where a label ends the value before it: after a blank or a mark, or with a
 * colon soon behind. */
static size_t next_label(zg_str v) {
  for (size_t at = 0; at < v.n; at += zg_sx_len(v, at)) {
    /* 第A02版 of a newspaper */
    if (zg_sx_at(v, at, "第") && zg_sx_has(v, "版") &&
        !zg_sx_is_han(zg_sx_cp(v, at + strlen("第"))))
      return at;
    size_t k = zg_sx_at_any(v, at, LABELS);
    if (!k)
      continue;
    size_t colon = zg_sx_find(zg_sx_sub(v, at + k, at + k + 14), 0, ":");
    if (at == 0 || zg_sx_in(v, zg_sx_prev(v, at), " \t)") || k <= 3 ||
        colon != ZG_NPOS)
      return at;
  }
  return v.n;
}

static zg_str label_value(const zg_ctx *c, int i, const char *label) {
  zg_str t = c->paras[i].t;
  size_t at = find_label(t, 0, label);
  if (at == ZG_NPOS)
    return ZG_STR_NULL;
  at += strlen(label);
  if (at >= t.n || !zg_sx_in(t, at, ": |】"))
    return ZG_STR_NULL;
  enum { MAX_VALUE = 120, LOOK = 600 };
  zg_str v = zg_sx_sub(value_after(c, i, at), 0, LOOK);
  v = zg_sx_sub(v, 0, next_label(v));
  for (size_t k = 1; k < v.n; k++) /* 青禾县水务局 2024-11-08 */
    if (v.p[k - 1] == ' ' && zg_px_date(v, k).d) {
      v = zg_sx_sub(v, 0, k);
      break;
    }
  v = zg_sx_trim_of(v, "|()");
  /* half of a label that the page's line end cut: 分 / 享到 */
  size_t last = v.n ? zg_sx_prev(v, v.n) : 0;
  if (last > 0 && v.p[last - 1] == ' ' && zg_sx_is_han(zg_sx_cp(v, last)))
    v = zg_sx_trim(zg_sx_sub(v, 0, last));
  if (zg_sx_has(v, "各位") || zg_sx_has(v, "。"))
    return ZG_STR_NULL;
  return v.n && v.n < MAX_VALUE ? v : ZG_STR_NULL;
}

static void labelled_source(zg_ctx *c, int from, int to) {
  for (int k = 0; SOURCE_LABELS[k]; k++)
    for (int i = from; i < to && !c->b->source.p; i++) {
      zg_str v = label_value(c, i, SOURCE_LABELS[k]);
      if (!v.n || zg_px_date(v, 0).d)
        continue;
      c->b->source = zg_px_dup(c, v);
      zg_px_mark(c, "source", v);
    }
  for (int k = 0; PUBLISHERS[k]; k++)
    for (int i = from; i < to && !c->site.p; i++) {
      zg_str v = label_value(c, i, PUBLISHERS[k]);
      if (zg_px_looks_like_unit(v))
        c->site = v;
    }
}

/* 当前位置:青禾县水务局 > 党务公开: whose site it is. */
static void find_site(zg_ctx *c, int to) {
  static const char *const leads[] = {
      "当前位置:", "您现在的位置:", "当前所在:", "您的位置:", "位置:", NULL};
  static const char *const ends[] = {"门户网站", "官方网站", "官网", "网站",
                                     NULL};
  for (int i = 0; i < to && !c->site.p; i++) {
    zg_str t = c->paras[i].t;
    t = zg_sx_trim(zg_sx_sub(t, zg_sx_at_any(t, 0, leads), t.n));
    size_t end = zg_sx_find(t, 0, ">");
    if (end == ZG_NPOS)
      continue;
    t = zg_sx_trim(zg_sx_sub(t, 0, end));
    for (int k = 0; ends[k]; k++)
      if (zg_sx_ends(t, ends[k]))
        t = zg_sx_sub(t, 0, t.n - strlen(ends[k]));
    if (zg_px_looks_like_unit(t))
      c->site = t;
  }
}

/* A paragraph that is only a date: (2024年9月30日) or a signature's. */
static zg_date lone_date(zg_str t) {
  /* ——2024年12月25日在县人大常委会上 */
  if (zg_sx_starts(t, "——"))
    return zg_px_date(t, strlen("——"));
  t = zg_sx_trim_of(t, "()[]");
  zg_date d = zg_px_date(t, 0);
  size_t end = d.len;
  while (end < t.n && (zg_sx_is_digit(t, end) || zg_sx_in(t, end, ": ")))
    end++;
  if (end != t.n || !d.y)
    d.len = 0;
  return d;
}

static zg_str lone_text(zg_str t) {
  if (zg_sx_starts(t, "——"))
    return zg_sx_sub(t, strlen("——"), t.n);
  return zg_sx_trim_of(t, "()[]");
}

/* 2024-11-08 来源:青禾县水务局 浏览次数:12 – a date without a label. */
static void byline_date(zg_ctx *c, zg_str t) {
  static const char *const other[] = {"今天", "至", "截止", NULL};
  static const char *const paper[] = {"日报", "晚报", "时报", "晨报", NULL};
  bool edition = zg_sx_has_any(t, paper);
  if (t.n > 400 || zg_sx_has_any(t, other) ||
      (!edition && (!zg_sx_has_any(t, LABELS) || zg_sx_has(t, "星期"))))
    return;
  for (size_t i = 0; i < t.n; i++) {
    if (i && !zg_sx_in(t, i - 1, " |"))
      continue;
    zg_date d = zg_px_date(t, i);
    if (d.y && d.d)
      take_date(c, d, zg_sx_sub(t, i, t.n));
  }
}

/* (2024年11月8日) 根据县委… – the line under the title on a page of one line.
 */
static void leading_date(zg_ctx *c, zg_str t) {
  zg_date d = zg_sx_starts(t, "(") ? zg_px_date(t, 1) : (zg_date){0, 0, 0, 0};
  if (d.y && d.d && zg_sx_at(t, 1 + d.len, ")"))
    take_date(c, d, zg_sx_sub(t, 1, t.n));
}

/* 中共青禾县水务局党组 2024年11月8日 on one line. */
static zg_str signed_date(zg_str t, zg_str *unit) {
  size_t from = t.n > 150 ? t.n : 0;
  for (size_t i = from; i < t.n; i += zg_sx_len(t, i)) {
    zg_date d = zg_px_date(t, i);
    if (!d.y || !d.m || i + d.len != t.n)
      continue;
    *unit = zg_sx_trim(zg_sx_sub(t, 0, i));
    return zg_px_looks_like_unit(*unit) ? zg_sx_sub(t, i, t.n) : ZG_STR_NULL;
  }
  return ZG_STR_NULL;
}

static bool cut_here(zg_str t) {
  if (zg_sx_at_any(t, 0, CUTS))
    return true;
  return t.n < 240 && (zg_sx_has(t, "ICP备") || zg_sx_has(t, "版权所有") ||
                       zg_sx_has(t, "扫一扫") || zg_sx_has(t, "网站标识码"));
}

static bool closes(zg_str t) {
  static const char *const starts[] = {"欢迎",     "联系电话", "联系方式",
                                       "联系人",   "监督电话", "特此",
                                       "公示期间", "附件",     NULL};
  if (zg_sx_at_any(t, 0, starts))
    return true;
  size_t n = 0;
  for (int k = 0; CONTACT[k]; k++)
    n += zg_sx_has(t, CONTACT[k]);
  return n >= 2 || (n == 1 && t.n < 240);
}

/* Closing lines and the signature stand right before the cut. */
static void step_over_closing(zg_ctx *c, int cut) {
  enum { MAX_CLOSING = 12 };
  for (int i = cut - 1; i > c->body && i > cut - MAX_CLOSING; i--) {
    zg_str t = c->paras[i].t, unit = ZG_STR_NULL;
    if (c->paras[i].tok.shape != ZG_SHAPE_NONE && !closes(t) &&
        !lone_date(t).len)
      break;
    bool date = lone_date(t).len || signed_date(t, &unit).n;
    if (date && !c->signature.n) {
      if (!unit.n && i - 1 > c->body &&
          c->paras[i - 1].tok.shape == ZG_SHAPE_NONE &&
          zg_px_looks_like_unit(c->paras[i - 1].t))
        unit = c->paras[i - 1].t;
      c->signature = unit;
    }
    bool own = c->signature.n && t.p == c->signature.p;
    zg_str body = c->b->n_units ? c->b->units[0] : ZG_STR_NULL;
    bool known =
        body.n && t.n < body.n + 12 && memmem(t.p, t.n, body.p, body.n) != NULL;
    if (closes(t) || date || own || known)
      c->tail = i;
    else if (t.n > 60 || zg_sx_has(t, "。") || zg_sx_has(t, ";"))
      break;
  }
}

static void find_tail(zg_ctx *c) {
  int i = c->body, cut = c->n_paras, attached = c->n_paras;
  bool seen = false;
  for (; i < c->n_paras && cut == c->n_paras; i++) {
    zg_str t = c->paras[i].t;
    seen = seen || is_heading(&c->paras[i]);
    if (seen && cut_here(t))
      cut = i;
    else if (seen && attached == c->n_paras && zg_sx_starts(t, "附件"))
      attached = i;
  }
  c->tail = cut;
  step_over_closing(c, cut);
  for (i = cut - 1; i >= c->tail; i--) {
    zg_str unit, d = signed_date(c->paras[i].t, &unit);
    take_date(c, lone_date(c->paras[i].t), lone_text(c->paras[i].t));
    if (d.n)
      take_date(c, zg_px_date(d, 0), d);
  }
  if (attached < c->tail) {
    c->tail = attached;
    step_over_closing(c, attached);
  }
}

static void origin_url(zg_ctx *c) {
  static const char *const labels[] = {"原文链接", "原文地址", "来源链接",
                                       "原文网址", "链接地址", NULL};
  for (int i = 0; i < c->n_paras; i++) {
    if (i == c->body && c->tail > c->body)
      i = c->tail;
    if (i >= c->n_paras)
      return;
    zg_str t = c->paras[i].t;
    size_t at = zg_sx_find_any(t, 0, labels, NULL);
    if (at == ZG_NPOS)
      continue;
    size_t url = zg_sx_find(t, at, "http");
    if (url == ZG_NPOS && i + 1 < c->n_paras) {
      t = c->paras[i + 1].t;
      url = zg_sx_starts(t, "http") ? 0 : ZG_NPOS;
    }
    if (url == ZG_NPOS)
      continue;
    size_t end = url;
    while (end < t.n && t.p[end] > ' ' && t.p[end] < 127)
      end++;
    zg_str s = zg_sx_sub(t, url, end);
    c->b->url = zg_px_raw(c, s);
    zg_px_mark(c, "url", s);
    return;
  }
}

/* The address dates a page that prints no date itself. */
static void date_of_address(zg_ctx *c) {
  zg_str url = c->given_url.p ? c->given_url : c->b->url;
  if (c->b->publish_date.p || !url.p)
    return;
  zg_date d = zg_px_date_of_url(url);
  if (!d.y)
    return;
  c->b->publish_date = zg_px_iso(c, d);
  c->publish_year = d.y;
  zg_px_doubt(c, "publish_date");
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
  find_site(c, c->body);
  /* a page on one line: the data may run into the opening */
  int data_end = c->body + (c->body < c->n_paras &&
                            zg_sx_at_any(c->paras[c->body].t, 0, LABELS) > 0);
  labelled_dates(c, 0, data_end);
  labelled_source(c, 0, data_end);
  zg_px_units(c);
  for (i = 0; i < c->body; i++) {
    static const char *const paper[] = {"日报 ", "晚报 ", "时报 ", NULL};
    bool under = !titled || i >= c->title_end;
    if (!under && !zg_sx_has_any(c->paras[i].t, paper))
      continue;
    take_date(c, lone_date(c->paras[i].t), lone_text(c->paras[i].t));
    byline_date(c, c->paras[i].t);
  }
  for (i = titled ? c->title_end : 0; i <= c->body && i < c->n_paras; i++)
    leading_date(c, c->paras[i].t);
  find_tail(c);
  if (!c->b->n_units && c->signature.n)
    zg_px_units(c);
  if (!c->b->publish_date.p)
    labelled_dates(c, c->tail, c->n_paras);
  if (!c->b->source.p)
    labelled_source(c, c->tail, c->n_paras);
  origin_url(c);
  date_of_address(c);
}
