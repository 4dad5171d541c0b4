/* By when a finding is to be done. */
#include "index/parse_ctx.h"

static const char *const VERBS[] = {
    "完成",     "完工", "整改到位", "办结", "竣工", "销号", "到位", "解决",
    "投入使用", "交付", "建成",     "清零", "启用", "实现", "落实", NULL};
static const char *const PLANS[] = {"计划", "预计", "拟",   "力争",
                                    "争取", "确保", "将于", "务必",
                                    "限期", "承诺", NULL};
static const char *const STOPS = ",;。:\n(、";

/* 年底, 月末, 上半年 … after a date. */
static size_t part_of(zg_str s, size_t i) {
  static const char *const words[] = {
      "年底",     "年末",     "底",       "末",       "上半年", "下半年",
      "第一季度", "第二季度", "第三季度", "第四季度", "一季度", "二季度",
      "三季度",   "四季度",   "上旬",     "中旬",     "下旬",   "份",
      "日",       "之",       NULL};
  size_t at = i, k;
  while ((k = zg_sx_at_any(s, at, words)) != 0)
    at += k;
  return at - i;
}

/* A date that is looked forward to: 2025年3月底前完成, 预计2025年3月完成. */
static bool due(zg_str s, size_t lo, size_t at, size_t end, bool done) {
  bool before = zg_sx_at(s, end, "前") || zg_sx_at(s, end, "以前");
  size_t stop = zg_sx_fwd_to(zg_sx_sub(s, 0, end + 100), end, ",;。\n");
  zg_str lead = zg_sx_sub(s, lo, at), after = zg_sx_sub(s, end, stop);
  if (zg_sx_has(lead, "已") || zg_sx_has(after, "已") || after.n > 90)
    return false;
  const char *verb = NULL;
  size_t v = zg_sx_find_any(after, 0, VERBS, &verb);
  /* 2018年前完成的项目 names projects */
  if (v != ZG_NPOS && zg_sx_at(after, v + strlen(verb), "的"))
    return false;
  static const char *const moved[] = {"延期至", "延期到", "延长至", "调整至",
                                      "调整为", "推迟至", "顺延至", NULL};
  if (zg_sx_ends_any(lead, moved))
    return true;
  bool planned = zg_sx_has_any(lead, PLANS);
  /* of a finding that is done, 3月底前完成换届 is what was done */
  if (before && !done)
    return v != ZG_NPOS || planned;
  return v != ZG_NPOS && planned;
}

zg_str zg_px_deadline(zg_ctx *c, zg_str s, bool done, zg_str *place) {
  for (size_t at = 0; (at = zg_sx_find(s, at, "年")) != ZG_NPOS;) {
    size_t digit = at >= 4 ? at - 4 : 0;
    at += strlen("年");
    if (!zg_sx_is_digit(s, digit) ||
        (digit > 0 && zg_sx_is_digit(s, digit - 1)))
      continue;
    zg_date d = zg_px_date(s, digit);
    if (!d.len || !d.y)
      continue;
    size_t end = digit + d.len;
    end += part_of(s, end);
    size_t lo = zg_sx_back_to(s, digit, STOPS, 60);
    if (!due(s, lo, digit, end, done))
      continue;
    *place = zg_sx_sub(s, digit, end + (zg_sx_at(s, end, "前") ? 3 : 0));
    return zg_px_iso(c, d);
  }
  *place = ZG_STR_NULL;
  return ZG_STR_NULL;
}

void zg_px_deadline_field(zg_ctx *c, zg_finding *f, zg_str value) {
  static const char *const to[] = {"至", "到", "—", "-", "~", NULL};
  for (size_t i = 0; i < value.n; i += zg_sx_len(value, i)) {
    zg_date d = zg_px_date(value, i);
    if (!d.len || !d.y)
      continue;
    size_t end = i + d.len, k = zg_sx_at_any(value, end, to);
    zg_date last = k ? zg_px_date(value, end + k) : (zg_date){0, 0, 0, 0};
    if (last.len) { /* 2024年3月至6月: the year said once */
      last.y = last.y ? last.y : d.y;
      i = end + k;
      d = last;
      end = i + d.len;
    }
    f->deadline = zg_px_iso(c, d);
    f->deadline_span = zg_px_span(c, zg_sx_sub(value, i, end));
    return;
  }
}
