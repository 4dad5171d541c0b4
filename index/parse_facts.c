/* Money, rules made and cases of one finding.  Each scan is anchored on its
 * unit word (元; 项, 个 …; 起, 件) and looks back inside the clause. */
#include "index/parse_ctx.h"

static const char *const RECOVERED[] = {
    "追缴", "追回",           "清退", "退缴", "收缴", "上缴", "清收", "挽回",
    "收回", "归还原资金渠道", "补收", "退回", "退赔", "退赃", "催缴", NULL};
static const char *const ALLOCATED[] = {"下达", "拨付", "投入", "安排", "落实",
                                        "筹措", "争取", "下拨", "划拨", NULL};
static const char *const OTHER_MONEY[] = {"盘活", "节约", "核减", "核销",
                                          "补缴", "支付", "移交", "压减",
                                          "罚款", NULL};
static const char *const APPROX_BEFORE[] = {"约", "近", "逾", NULL};
static const char *const APPROX[] = {"余", "多", NULL};

/* The verb that stands nearest before `at` in s (from `lo`). */
static size_t nearest(zg_str s, size_t lo, size_t at, const char *const *list,
                      const char **word) {
  size_t best = ZG_NPOS;
  zg_str w = zg_sx_sub(s, lo, at);
  for (; *list; list++) {
    size_t k = zg_sx_rfind(w, *list);
    if (k != ZG_NPOS && (best == ZG_NPOS || lo + k > best)) {
      best = lo + k;
      *word = *list;
    }
  }
  return best;
}

/* 余, 万, 亿 and 元 after a number; bytes, 0 when it is no money. */
static size_t money_unit(zg_str s, size_t i, int64_t *scale, bool *approx) {
  size_t from = i, k;
  *scale = 1;
  for (;;) {
    if ((k = zg_sx_at_any(s, i, APPROX)) != 0)
      *approx = true;
    else if (zg_sx_at(s, i, "万") && (k = strlen("万")))
      *scale *= 10000;
    else if (zg_sx_at(s, i, "亿") && (k = strlen("亿")))
      *scale *= 100000000;
    else if (zg_sx_at(s, i, "千") && (k = strlen("千")))
      *scale *= 1000;
    else if (zg_sx_at(s, i, "百") && (k = strlen("百")))
      *scale *= 100;
    else
      break;
    i += k;
  }
  return zg_sx_at(s, i, "元") ? i + strlen("元") - from : 0;
}

/* Inside a bracket that follows an amount: its parts. */
static bool in_bracket(zg_str s, size_t lo, size_t at) {
  zg_str w = zg_sx_sub(s, lo, at);
  size_t open = zg_sx_rfind(w, "("), close = zg_sx_rfind(w, ")");
  return open != ZG_NPOS && (close == ZG_NPOS || close < open) &&
         zg_sx_ends(zg_sx_sub(w, 0, open), "元");
}

static void add_money(zg_ctx *c, zg_finding *f, zg_money m, size_t *cap) {
  void *items = f->money;
  if (!zg_px_grow(c, &items, f->n_money, cap, sizeof *f->money))
    return;
  f->money = items;
  f->money[f->n_money++] = m;
}

/* A deed of recovery soon after the amount, in the same clause. */
static size_t verb_after(zg_str s, size_t end, const char **word) {
  static const char *const verbs[] = {"上缴", "追缴", "退缴", "追回",
                                      "收回", "清退", "收缴", NULL};
  size_t stop = zg_sx_fwd_to(s, end, ",;。:、(\n");
  zg_str after = zg_sx_sub(s, end, stop < end + 30 ? stop : end + 30);
  return zg_sx_find_any(after, 0, verbs, word);
}

static void one_amount(zg_ctx *c, zg_finding *f, zg_str s, size_t at, zg_num n,
                       size_t unit, int64_t scale, bool approx, bool head,
                       size_t *cap) {
  size_t lo = zg_sx_back_to(s, at, ",;。:\n", 240);
  size_t sentence = zg_sx_back_to(s, at, ";。\n", 600);
  const char *w[3] = {NULL, NULL, NULL};
  size_t v[3] = {nearest(s, lo, at, RECOVERED, &w[0]),
                 nearest(s, lo, at, ALLOCATED, &w[1]),
                 nearest(s, lo, at, OTHER_MONEY, &w[2])};
  /* 追回超标准支付的资金: recovery is the deed, the nearer verb names the sum
   */
  int best = v[0] != ZG_NPOS ? 0 : -1;
  for (int k = 1; k < 3 && v[0] == ZG_NPOS; k++)
    if (v[k] != ZG_NPOS && (best < 0 || v[k] > v[best]))
      best = k;
  zg_money m = {.kind = ZG_MONEY_OTHER, .span = ZG_SPAN_NONE};
  m.approx = approx;
  bool of_which = zg_sx_has(zg_sx_sub(s, lo, at), "其中");
  m.part = in_bracket(s, sentence, at) || of_which;
  if (m.part && best < 0 && f->n_money)
    m.kind = f->money[f->n_money - 1].kind;
  size_t from = at, end = at + n.len + unit;
  if (head)
    best = -1;
  else if (best < 0 && !m.part) /* 将2万元上缴国库, 3万元全部清退 */
    v[0] = verb_after(s, end, &w[0]);
  if (best < 0 && !head && w[0] && !m.part) {
    m.kind = ZG_MONEY_RECOVERED;
    m.verb = zg_px_dup(c, zg_str_of(w[0]));
  }
  if (best >= 0) {
    m.kind = best == 0   ? ZG_MONEY_RECOVERED
             : best == 1 ? ZG_MONEY_ALLOCATED
                         : ZG_MONEY_OTHER;
    /* 核减3万元,其中追回1万元: another deed, not a part of the first */
    if (of_which && f->n_money && f->money[f->n_money - 1].kind != m.kind)
      m.part = in_bracket(s, sentence, at);
    m.verb = zg_px_dup(c, zg_str_of(w[best]));
    from = v[best];
  }
  /* fen: the number is value*10000, 1 yuan = 100 fen */
  if (n.v10k > INT64_MAX / scale)
    return;
  m.fen = n.v10k * scale / 100;
  if (m.fen > ZG_YUAN_MAX * 100)
    return;
  m.span = zg_px_span(c, zg_sx_sub(s, from, end));
  add_money(c, f, m, cap);
}

void zg_px_money(zg_ctx *c, zg_finding *f, zg_str s, bool head) {
  size_t cap = 0;
  for (size_t i = 0; i < s.n;) {
    zg_num n = zg_sx_digits(s, i);
    if (!n.len) {
      i += zg_sx_len(s, i);
      continue;
    }
    int64_t scale = 1;
    bool approx = zg_sx_ends_any(zg_sx_sub(s, 0, i), APPROX_BEFORE);
    size_t unit = money_unit(s, i + n.len, &scale, &approx);
    if (unit)
      one_amount(c, f, s, i, n, unit, scale, approx, head, &cap);
    i += n.len + unit;
  }
}

static const char *const RULE_VERBS[] = {"制定", "修订", "完善", "出台",
                                         "新建", "健全", "建立", "形成",
                                         "新增", "废止", NULL};
static const char *const RULE_NOUNS[] = {"制度", "机制", "办法", "规定",
                                         "细则", "规范", "规程", NULL};
static const char *const RULE_UNITS[] = {"项", "个", "部", "份", "条", NULL};

/* 形成制度机制31项; 出台3项制度; 新建69项、完善35项. */
int64_t zg_px_rules(zg_str s) {
  int64_t total = 0;
  size_t last_rule = ZG_NPOS; /* end of the last counted, for 、 chains */
  for (size_t i = 0; i < s.n;) {
    zg_num n = zg_sx_digits(s, i);
    if (!n.len) {
      i += zg_sx_len(s, i);
      continue;
    }
    size_t at = i, end = i + n.len;
    i = end;
    end += zg_sx_at_any(s, end, APPROX);
    size_t unit = zg_sx_at_any(s, end, RULE_UNITS);
    if (!unit || n.v > 2000)
      continue;
    end += unit;
    size_t lo = zg_sx_back_to(s, at, ",;。:、\n", 90);
    zg_str before = zg_sx_sub(s, lo, at);
    size_t stop = zg_sx_fwd_to(s, end, ",;。:、\n");
    zg_str after = zg_sx_sub(s, end, stop);
    if (!zg_sx_has_any(before, RULE_VERBS))
      continue;
    bool noun = zg_sx_ends_any(before, RULE_NOUNS) ||
                (after.n < 60 && zg_sx_ends_any(after, RULE_NOUNS));
    bool chain = last_rule != ZG_NPOS && lo >= last_rule &&
                 lo - last_rule <= strlen("、") && zg_sx_chars(before) <= 2;
    /* 新建69项、完善35项制度: the noun may come with the second */
    bool ahead = zg_sx_chars(before) <= 2 && zg_sx_at(s, end, "、") &&
                 zg_sx_has_any(zg_sx_sub(s, end, end + 60), RULE_NOUNS);
    if (noun || chain || ahead) {
      total += n.v;
      last_rule = end;
    }
  }
  return total;
}

/* 查处14起, 立案2件, 立案查处12起: a number counts once. */
int64_t zg_px_cases(zg_str s) {
  static const char *const verbs[] = {"查处", "立案", "查办", "办结案件", NULL};
  static const char *const units[] = {"起", "件", "宗", NULL};
  int64_t total = 0;
  size_t prev = 0; /* end of the number before: a verb serves one number */
  for (size_t i = 0; i < s.n;) {
    zg_num n = zg_sx_digits(s, i);
    if (!n.len) {
      i += zg_sx_len(s, i);
      continue;
    }
    if (zg_sx_at_any(s, i + n.len, units)) {
      size_t lo = zg_sx_back_to(s, i, ",;。:\n", 75);
      if (zg_sx_has_any(zg_sx_sub(s, lo < prev ? prev : lo, i), verbs))
        total += n.v;
    }
    i += n.len;
    prev = i;
  }
  return total;
}
