/* Amounts of money, typed by the verb of their clause. */
#include "index/parse_ctx.h"

static const char *const RECOVERED[] = {
    "追缴", "追收", "追回", "清退",           "退缴", "收缴",     "上缴",
    "清收", "挽回", "收回", "归还原资金渠道", "补收", "退回",     "退赔",
    "退赃", "催缴", "扣回", "扣缴",           "追还", "追偿到位", "催收",
    "清欠", "清缴", "缴回", "上交",           "挽损", "没收",     NULL};
static const char *const ALLOCATED[] = {
    "下达", "拨付", "投入", "安排",     "落实", "筹措", "争取",
    "下拨", "划拨", "筹集", "整合资金", "追加", NULL};
static const char *const OTHER_MONEY[] = {
    "盘活", "节约", "核减", "核销", "补缴", "支付", "移交",
    "压减", "罚款", "审减", "减少", "降低", "压缩", "偿还",
    "补发", "兑付", "退还", "发放", NULL};
static const char *const APPROX_BEFORE[] = {"约", "近", "逾", NULL};
static const char *const APPROX[] = {"余", "多", NULL};
/* Not yet, or only to be. */
static const char *const NOT_YET[] = {
    "未",   "应",   "拟",   "待",   "可",   "需",   "将",   "能",
    "无法", "难以", "未能", "预计", "计划", "尚未", "申请", NULL};
static const char *const PLANS[] = {"预计", "计划", "拟",   "力争", "尚未",
                                    "尚有", "仍有", "无法", NULL};
/* What may stand between a verb's clause and its sum: 共, 金额. */
static const char *const SUMS[] = {"共计", "共",   "合计", "累计", "总计",
                                   "金额", "涉及", "资金", "款项", "总额",
                                   "约",   "近",   "达",   "为",   "折价",
                                   "合",   "计",   "折合", NULL};
static const char *const STOPS = ",;。:\n";

static const char *const STOP_AT = ",;。:、(\n";

enum { CLAUSE = 240, SENTENCE = 600, AHEAD = 45 };

/* Reading one text. */
typedef struct reader {
  zg_ctx *c;
  zg_finding *f;
  zg_str s;
  bool head;
  size_t cap;
  size_t prev_end; /* end of the amount before, 0: none */
} reader;

typedef struct amount {
  zg_num n;
  size_t at, end;
  int64_t scale;
  bool approx;
} amount;

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

/* 余, 万, 亿 after a number; bytes. */
static size_t scale_at(zg_str s, size_t i, int64_t *scale, bool *approx) {
  static const struct {
    const char *word;
    int64_t scale;
  } words[] = {{"万", 10000}, {"亿", 100000000}, {"千", 1000}, {"百", 100}};
  const int64_t MAX_SCALE = INT64_C(1000000000000); /* 万亿 */
  size_t from = i;
  *scale = 1;
  for (bool more = true; more;) {
    size_t k = zg_sx_at_any(s, i, APPROX);
    more = k > 0;
    *approx = *approx || more;
    for (size_t w = 0; w < sizeof words / sizeof *words && !more; w++)
      if (zg_sx_at(s, i, words[w].word) &&
          *scale <= MAX_SCALE / words[w].scale) {
        *scale *= words[w].scale;
        k = strlen(words[w].word);
        more = true;
      }
    i += k;
  }
  return i - from;
}

/* 3万元, 80余万元, 三万元, 3至5万元 at i. */
static bool amount_at(zg_str s, size_t i, amount *out) {
  static const char *const to[] = {"至", "到", "-", "—", "~", NULL};
  zg_num n = zg_sx_digits(s, i);
  bool han = !n.len;
  if (han)
    n = zg_sx_han_number(s, i);
  if (!n.len)
    return false;
  *out = (amount){.n = n, .at = i, .scale = 1};
  size_t at = i + n.len;
  at += scale_at(s, at, &out->scale, &out->approx);
  size_t yuan = zg_sx_at(s, at, "元") ? strlen("元") : 0;
  size_t k = zg_sx_at_any(s, at + yuan, to);
  zg_num upper = k ? zg_sx_digits(s, at + yuan + k) : (zg_num){0, 0, 0};
  if (upper.len) { /* a range counts from its lower end */
    int64_t scale = 1;
    bool approx = false;
    size_t end = at + yuan + k + upper.len;
    end += scale_at(s, end, &scale, &approx);
    if (zg_sx_at(s, end, "元")) {
      if (!yuan && out->scale == 1)
        out->scale = scale;
      out->approx = true;
      out->end = end + strlen("元");
      return !han;
    }
  }
  out->end = at + yuan;
  /* 一元化, 百万元以上, 几十万元 are words */
  bool several = i > 0 && zg_sx_in(s, zg_sx_prev(s, i), "几数");
  bool small = n.v < 100 && out->scale * n.v < 100;
  bool word = han && (several || small || zg_sx_in(s, i, "百千") ||
                      zg_sx_at(s, out->end, "化"));
  return yuan && !word;
}

static void add_money(reader *r, zg_money m) {
  zg_finding *f = r->f;
  void *items = f->money;
  if (!zg_px_grow(r->c, &items, f->n_money, &r->cap, sizeof *f->money))
    return;
  f->money = items;
  f->money[f->n_money++] = m;
}

/* Inside a bracket that follows an amount: its parts. */
static bool in_bracket(const reader *r, size_t at) {
  size_t lo = zg_sx_back_to(r->s, at, ";。\n", SENTENCE);
  zg_str w = zg_sx_sub(r->s, lo, at);
  size_t open = zg_sx_rfind(w, "("), close = zg_sx_rfind(w, ")");
  if (open == ZG_NPOS || (close != ZG_NPOS && close > open))
    return false;
  /* the parent stands in the clause that the bracket ends */
  size_t clause = zg_sx_back_to_clause(r->s, lo + open, STOPS, CLAUSE);
  return zg_sx_ends(zg_sx_sub(w, 0, open), "元") || r->prev_end > clause;
}

/* What the verb is when it stands before the amount; verb NULL: none. */
typedef struct deed {
  const char *verb;
  size_t at;
  zg_money_kind kind;
  bool off; /* not done, or not yet */
} deed;

static deed deed_in(zg_str s, size_t lo, size_t at) {
  static const char *const breaks[] = {"后", "并", "用于", NULL};
  const char *w[3] = {NULL, NULL, NULL};
  size_t v[3] = {nearest(s, lo, at, RECOVERED, &w[0]),
                 nearest(s, lo, at, ALLOCATED, &w[1]),
                 nearest(s, lo, at, OTHER_MONEY, &w[2])};
  int best = -1;
  for (int k = 0; k < 3; k++)
    if (v[k] != ZG_NPOS && (best < 0 || v[k] > v[best]))
      best = k;
  if (best < 0)
    return (deed){NULL, 0, ZG_MONEY_OTHER, false};
  /* 追回超标准支付的资金: recovery is the deed, the nearer verb names the sum;
   * 收回土地后投入: two deeds */
  if (v[0] != ZG_NPOS &&
      !zg_sx_has_any(zg_sx_sub(s, v[0] + strlen(w[0]), v[best]), breaks))
    best = 0;
  zg_money_kind kind = best == 0   ? ZG_MONEY_RECOVERED
                       : best == 1 ? ZG_MONEY_ALLOCATED
                                   : ZG_MONEY_OTHER;
  zg_str run = zg_sx_sub(s, lo, v[best]);
  if (zg_sx_ends_any(run, NOT_YET) || zg_sx_has_any(run, PLANS)) {
    /* 追收应上缴的利润: the verb before it is the deed */
    size_t back = nearest(s, lo, v[best], RECOVERED, &w[0]);
    if (back != ZG_NPOS && !zg_sx_ends_any(zg_sx_sub(s, lo, back), NOT_YET))
      return (deed){w[0], back, ZG_MONEY_RECOVERED, false};
    return (deed){w[best], v[best], ZG_MONEY_OTHER, true};
  }
  return (deed){w[best], v[best], kind, false};
}

/* 清退违规补贴,共3.2万元: the clause before has the verb. */
static deed deed_of_clause_before(const reader *r, size_t lo, size_t at) {
  deed none = {NULL, 0, ZG_MONEY_OTHER, false};
  size_t i = lo, k;
  while (i < at && (k = zg_sx_at_any(r->s, i, SUMS)) != 0)
    i += k;
  if (lo == 0 || i != at || !zg_sx_in(r->s, zg_sx_prev(r->s, lo), ","))
    return none;
  size_t end = zg_sx_prev(r->s, lo);
  size_t from = zg_sx_back_to_clause(r->s, end, STOPS, CLAUSE);
  return r->prev_end > from ? none : deed_in(r->s, from, end);
}

/* 将2万元上缴国库, 3万元已全部清退, 4.5万元,均已追回. */
static deed deed_after(const reader *r, size_t end) {
  static const char *const back[] = {"上缴", "追缴",   "退缴", "追回", "收回",
                                     "清退", "收缴",   "缴入", "上交", "退回",
                                     "扣回", "归还原", NULL};
  static const char *const out[] = {"拨付", "下达", "下拨", NULL};
  static const char *const leads[] = {"已", "均", "全部", "现", "并", NULL};
  deed none = {NULL, 0, ZG_MONEY_OTHER, false};
  zg_str s = r->s;
  if (zg_sx_at(s, end, "(")) { /* 23.8万元(含滞纳金1.1万元)已全部收回 */
    size_t close = zg_sx_find(zg_sx_sub(s, 0, end + 120), end, ")");
    end = close == ZG_NPOS ? end : close + 1;
  }
  size_t stop = zg_sx_fwd_to(zg_sx_sub(s, 0, end + AHEAD), end, STOP_AT);
  for (int clause = 0; clause < 2; clause++) {
    zg_str after = zg_sx_sub(s, end, stop);
    const char *word = NULL;
    size_t a = zg_sx_find_any(after, 0, back, &word);
    zg_money_kind kind = ZG_MONEY_RECOVERED;
    if (a == ZG_NPOS) {
      a = zg_sx_find_any(after, 0, out, &word);
      kind = ZG_MONEY_ALLOCATED;
    }
    if (a != ZG_NPOS) {
      zg_str run = zg_sx_sub(after, 0, a);
      bool off = zg_sx_ends_any(run, NOT_YET) || zg_sx_has_any(run, PLANS) ||
                 zg_sx_has(run, "未") ||
                 zg_sx_at(after, a + strlen(word), "的");
      return off ? none : (deed){word, end + a, kind, false};
    }
    if (!zg_sx_at(s, stop, ","))
      return none;
    end = stop + 1;
    if (!zg_sx_at_any(s, end, leads))
      return none;
    stop = zg_sx_fwd_to(zg_sx_sub(s, 0, end + AHEAD), end, STOP_AT);
    for (size_t i = end; i < stop; i++)
      if (zg_sx_is_digit(s, i)) /* a sum of its own */
        return none;
  }
  return none;
}

/* 单笔5万元以上: a limit, not a sum. */
static bool is_limit(zg_str s, size_t end) {
  static const char *const words[] = {"以上", "以下", "以内", "及以上",
                                      "(含)", "起点", NULL};
  return zg_sx_at_any(s, end, words) > 0;
}

static deed deed_of(const reader *r, const amount *a, bool part) {
  size_t lo = zg_sx_back_to_clause(r->s, a->at, STOPS, CLAUSE);
  size_t item = r->prev_end > lo ? r->prev_end : lo;
  deed none = {NULL, 0, ZG_MONEY_OTHER, false}, d = none;
  if (r->head || is_limit(r->s, a->end))
    return none;
  d = deed_in(r->s, item, a->at);
  if (!d.verb && item > lo) /* 清退甲站3万元、乙站2万元 */
    d = deed_in(r->s, lo, a->at);
  deed later = none;
  /* 应上缴的56万元已全部上缴, 违规发放的8万元全部清退 */
  bool named = d.verb && d.kind != ZG_MONEY_RECOVERED &&
               zg_sx_has(zg_sx_sub(r->s, d.at, a->at), "的");
  if (!part && (!d.verb || d.off || named))
    later = deed_after(r, a->end);
  if (later.verb && (!named || later.kind == ZG_MONEY_RECOVERED))
    d = later;
  if (!d.verb && !part)
    d = deed_of_clause_before(r, lo, a->at);
  return d;
}

static void one_amount(reader *r, const amount *a) {
  zg_finding *f = r->f;
  size_t lo = zg_sx_back_to_clause(r->s, a->at, STOPS, CLAUSE);
  const zg_money *before = f->n_money ? &f->money[f->n_money - 1] : NULL;
  bool of_which = zg_sx_has(zg_sx_sub(r->s, lo, a->at), "其中");
  bool bracket = in_bracket(r, a->at);
  deed d = deed_of(r, a, bracket || of_which);
  zg_money m = {.kind = d.kind, .approx = a->approx, .span = ZG_SPAN_NONE};
  m.part = bracket || (of_which && before);
  /* 核减3万元,其中追回1万元: another deed, not a part of the first */
  if (of_which && before && d.verb && before->kind != m.kind)
    m.part = bracket;
  /* 其中甲站7万元,乙站5万元 */
  if (!d.verb && before && before->part && r->prev_end < a->at &&
      zg_sx_fwd_to(zg_sx_sub(r->s, 0, a->at), r->prev_end, ";。\n") == a->at)
    m.part = true;
  if (m.part && !d.verb && before)
    m.kind = before->kind;
  size_t from = d.verb && d.at < a->at ? d.at : a->at;
  if (d.verb)
    m.verb = zg_px_dup(r->c, zg_str_of(d.verb));
  /* fen: the number is value*10000, 1 yuan = 100 fen */
  if (a->n.v10k > INT64_MAX / a->scale)
    return;
  m.fen = a->n.v10k * a->scale / 100;
  if (m.fen > ZG_YUAN_MAX * 100)
    return;
  m.span = zg_px_span(r->c, zg_sx_sub(r->s, from, a->end));
  add_money(r, m);
}

void zg_px_money(zg_ctx *c, zg_finding *f, zg_str s, bool head) {
  reader r = {.c = c, .f = f, .s = s, .head = head, .cap = 0};
  for (size_t i = 0; i < s.n;) {
    amount a;
    if (amount_at(s, i, &a)) {
      a.approx = a.approx || zg_sx_ends_any(zg_sx_sub(s, 0, i), APPROX_BEFORE);
      one_amount(&r, &a);
      r.prev_end = i = a.end;
      continue;
    }
    zg_num n = zg_sx_number(s, i);
    i += n.len ? n.len : zg_sx_len(s, i);
  }
}
