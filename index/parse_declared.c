/* What the bulletin declares: counts by grain, done and not, and the status
 * that such a sentence gives to all findings at once. */
#include "index/parse_ctx.h"
#include "index/reconcile.h"

static const char *const EARLIER[] = {"上轮",   "上届", "前轮",
                                      "上一轮", "上次", NULL};
/* Series with counts of their own, and subsets. */
static const char *const SUBSET[] = {"立行立改", "信访", "线索", "重点难点",
                                     "移交",     "建议", "批评", "选人用人",
                                     "退回",     "隐患", NULL};
static const char *const UNITS[] = {"个", "项", "条", NULL};
static const char *const STOPS = ",;。:()、\n";

typedef struct sentence {
  zg_declared d;
  int states;
  zg_span done_at; /* the clause that counts what is done */
} sentence;

static bool earlier_round(zg_str clause) {
  if (zg_sx_has_any(clause, EARLIER))
    return true;
  size_t at = zg_sx_find(clause, 0, "年巡");
  return at != ZG_NPOS && at >= 4 && zg_sx_is_digit(clause, at - 1);
}

static int64_t *state_slot(zg_declared *d, zg_str words) {
  static const char *const undone[] = {"未完成", "未整改", "尚未", NULL};
  static const char *const going[] = {"正在",     "推进中", "持续推进",
                                      "有序推进", "整改中", NULL};
  static const char *const done[] = {"完成", "整改到位", "已整改", "销号",
                                     "办结", "见底清零", NULL};
  if (zg_sx_has(words, "阶段性"))
    return &d->phased;
  if (zg_sx_has(words, "部分完成"))
    return &d->phased;
  if (zg_sx_has(words, "基本完成") || zg_sx_has(words, "基本整改"))
    return &d->basically_done;
  if (zg_sx_has_any(words, undone))
    return &d->not_done;
  if (zg_sx_has(words, "延期"))
    return &d->deferred;
  if (zg_sx_has(words, "长期"))
    return &d->long_term;
  if (zg_sx_has_any(words, going))
    return &d->in_progress;
  if (zg_sx_has_any(words, done))
    return &d->done;
  return NULL;
}

static size_t skip_adjectives(zg_str s, size_t i) {
  static const char *const words[] = {"方面的", "具体", "突出", "反馈", "主要",
                                      "重点",   "整改", "巡察", "巡视", "审计",
                                      "的",     "共性", "落实", NULL};
  size_t k;
  while ((k = zg_sx_at_any(s, i, words)) != 0)
    i += k;
  return i;
}

static void set_max(int64_t *slot, int64_t v) {
  if (v > *slot)
    *slot = v;
}

/* A number, its classifier and what stands around it in its clause. */
typedef struct counted {
  zg_num n;
  zg_str clause, sent;
  zg_str before;  /* from the clause's start (or the number before) */
  zg_str noun;    /* after classifier and adjectives */
  zg_str between; /* the adjectives */
  bool unit;      /* 个, 项 or 条 */
} counted;

static counted look_around(zg_str clause, size_t from, size_t at, zg_num n,
                           zg_str sent) {
  size_t i = at + n.len, unit = zg_sx_at_any(clause, i, UNITS);
  i += unit;
  if (zg_sx_at(clause, i, "大"))
    i += strlen("大");
  size_t noun = skip_adjectives(clause, i);
  /* 方面的 is an adjective, 方面 alone a noun */
  if (zg_sx_at(clause, i, "方面"))
    noun = i;
  return (counted){.n = n,
                   .clause = clause,
                   .sent = sent,
                   .before = zg_sx_sub(clause, from, at),
                   .noun = zg_sx_sub(clause, noun, clause.n),
                   .between = zg_sx_sub(clause, i, noun),
                   .unit = unit > 0};
}

/* Aspects, classes, tasks and measures; true when the number is one of them
 * (or none of ours at all). */
static bool other_grain(const counted *k, zg_declared *d) {
  static const char *const frames[] = {"反馈", "指出", "梳理", "归纳", NULL};
  static const char *const makes[] = {"制定", "细化", "分解", "整改措施",
                                      "形成", "拆解", NULL};
  if (zg_sx_starts(k->noun, "类")) {
    if (zg_sx_has(k->sent, "问题") && zg_sx_has_any(k->sent, frames))
      set_max(&d->categories, k->n.v);
    return true;
  }
  if (zg_sx_starts(k->noun, "方面")) {
    set_max(&d->aspects, k->n.v);
    return true;
  }
  if (!k->unit)
    return true;
  bool made = zg_sx_has_any(k->sent, makes);
  if (zg_sx_starts(k->noun, "措施") || zg_sx_ends(k->before, "措施")) {
    bool named =
        zg_sx_has(k->between, "整改") || zg_sx_ends(k->before, "整改措施");
    if ((named || made) && d->measures < 0)
      d->measures = k->n.v;
    return true;
  }
  if (zg_sx_starts(k->noun, "任务") || zg_sx_ends(k->before, "任务")) {
    if (made || zg_sx_has(k->clause, "整改任务"))
      set_max(&d->tasks, k->n.v);
    return true;
  }
  return zg_sx_has_any(k->clause, SUBSET) || earlier_round(k->clause);
}

static bool has_digit(zg_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (zg_sx_is_digit(s, i))
      return true;
  return false;
}

static bool is_problem(zg_str noun) {
  static const char *const nouns[] = {"问题", "意见", "小项", "事项", NULL};
  return zg_sx_at_any(noun, 0, nouns) > 0;
}

/* N problems, or how many of them stand how. */
static void one_count(const zg_ctx *c, const counted *k, sentence *out) {
  static const char *const frames[] = {"反馈", "指出", "涉及", "具体", "截至",
                                       "方面", "巡察", "巡视", "审计", NULL};
  static const char *const nouns[] = {"反馈问题", "反馈意见", "具体问题", NULL};
  zg_declared *d = &out->d;
  if (other_grain(k, d))
    return;
  bool problem = is_problem(k->noun);
  zg_str after = zg_sx_sub(k->noun, problem ? strlen("问题") : 0, k->noun.n);
  int64_t *slot = state_slot(d, k->before);
  if (!slot && !has_digit(after) && problem)
    slot = state_slot(d, after);
  if (slot && zg_sx_has(k->sent, "问题")) {
    out->states += *slot < 0;
    if (*slot < 0)
      *slot = k->n.v;
    if (slot == &d->done)
      out->done_at = zg_px_span(c, k->clause);
    bool all = zg_sx_has(after, "全部") || zg_sx_has(after, "均已");
    if (slot == &d->done && all && problem) {
      set_max(&d->problems, k->n.v);
      d->span = out->done_at;
    }
    return;
  }
  if ((problem || zg_sx_ends_any(k->before, nouns)) &&
      zg_sx_has_any(k->sent, frames) && k->n.v > d->problems) {
    d->problems = k->n.v;
    d->span = zg_px_span(c, k->clause);
  }
}

/* 完成率85.7%. */
static void rate_of(zg_str sent, zg_declared *d) {
  static const char *const words[] = {"完成率", "整改率", NULL};
  static const char *const link[] = {"达到", "达", "为", "约", ":", NULL};
  const char *w = NULL;
  size_t at = zg_sx_find_any(sent, 0, words, &w);
  if (at == ZG_NPOS || d->rate >= 0)
    return;
  at += strlen(w);
  size_t k;
  while ((k = zg_sx_at_any(sent, at, link)) != 0)
    at += k;
  zg_num n = zg_sx_digits(sent, at);
  if (n.len && zg_sx_at(sent, at + n.len, "%"))
    d->rate = (double)n.v10k / 10000.0;
}

static sentence read_sentence(const zg_ctx *c, zg_str sent) {
  sentence out = {ZG_DECLARED_INIT, 0, ZG_SPAN_NONE};
  bool earlier = false;
  for (size_t at = 0; at < sent.n;) {
    size_t end = zg_sx_fwd_to(sent, at, STOPS);
    zg_str clause = zg_sx_sub(sent, at, end);
    /* an earlier round rules its clause and what hangs on it by 、 */
    earlier = earlier_round(clause) ||
              (earlier && at && zg_sx_in(sent, zg_sx_prev(sent, at), "、"));
    size_t from = 0;
    for (size_t i = 0; !earlier && i < clause.n;) {
      zg_num n = zg_sx_number(clause, i);
      if (!n.len) {
        i += zg_sx_len(clause, i);
        continue;
      }
      /* 每一项, 一个问题 are words, not counts */
      bool word = n.v <= 1 && !zg_sx_is_digit(clause, i);
      if (n.v10k % 10000 == 0 && n.v < 100000 && !word) {
        counted k = look_around(clause, from, i, n, sent);
        one_count(c, &k, &out);
      }
      i += n.len;
      from = i;
    }
    at = end < sent.n ? end + zg_sx_len(sent, end) : end;
  }
  rate_of(sent, &out.d);
  return out;
}

static void merge(zg_declared *to, const zg_declared *from) {
  set_max(&to->aspects, from->aspects);
  set_max(&to->categories, from->categories);
  set_max(&to->tasks, from->tasks);
  if (to->measures < 0)
    to->measures = from->measures;
  if (from->problems > to->problems) {
    to->problems = from->problems;
    to->span = from->span;
  }
  if (to->rate < 0)
    to->rate = from->rate;
}

static void take_states(zg_declared *to, const zg_declared *from) {
  to->done = from->done;
  to->basically_done = from->basically_done;
  to->phased = from->phased;
  to->in_progress = from->in_progress;
  to->long_term = from->long_term;
  to->deferred = from->deferred;
  to->not_done = from->not_done;
}

void zg_px_declared(zg_ctx *c) {
  zg_declared *d = &c->b->declared;
  int best = 0;
  for (int i = c->body; i < c->tail; i++) {
    if (c->in_finding[i])
      continue;
    zg_str t = c->paras[i].body;
    for (size_t at = 0; at < t.n;) {
      size_t end = zg_sx_fwd_to(t, at, "。\n");
      sentence s = read_sentence(c, zg_sx_sub(t, at, end));
      merge(d, &s.d);
      if (s.states > best) {
        best = s.states;
        take_states(d, &s.d);
        c->done_at = s.done_at;
      }
      at = end < t.n ? end + zg_sx_len(t, end) : end;
    }
  }
}

/* What differs becomes a warning; nothing is corrected. */
void zg_px_reconcile(zg_ctx *c) {
  const zg_bulletin *b = c->b;
  int64_t states[ZG_STATE_COUNT] = {0};
  zg_check checks[ZG_CHECKS_MAX];
  for (size_t i = 0; i < b->n_findings; i++)
    if (b->findings[i].status_source != ZG_STATE_SOURCE_SUMMARY)
      states[b->findings[i].status]++;
  size_t n = zg_reconcile(&b->declared, &b->parsed, states, checks);
  for (size_t i = 0; i < n; i++) {
    const zg_check *k = &checks[i];
    const char *code = zg_check_code(k->kind);
    if (k->ok || !code)
      continue;
    switch (k->kind) {
    case ZG_CHECK_PROBLEMS:
      zg_px_warn(c, k->span, code,
                 "the text declares %.0f problems, %.0f findings are numbered",
                 k->declared, k->found);
      break;
    case ZG_CHECK_SUM:
      zg_px_warn(c, k->span, code,
                 "the states sum to %.0f of %.0f declared problems", k->found,
                 k->declared);
      break;
    case ZG_CHECK_STATES:
      zg_px_warn(c, k->span, code,
                 "the text declares %.0f %.*s, %.0f findings say it of "
                 "themselves",
                 k->declared, (int)k->of.n, k->of.p, k->found);
      break;
    default:
      zg_px_warn(c, k->span, code,
                 "the text says %.2f %%, its own counts give %.2f %%",
                 k->declared, k->found);
    }
  }
}
