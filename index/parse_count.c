/* One sentence of counts: grains, states, rates, series of their own. */
#include "index/parse_count.h"

static const char *const EARLIER[] = {"上轮",   "上届",   "前轮", "上一轮",
                                      "上次",   "前一轮", "前次", "上一届",
                                      "以往巡", NULL};
static const char *const LETTERS[] = {"信访",   "来信", "来访",
                                      "举报件", "信件", NULL};
static const char *const CLUES[] = {"线索", NULL};
static const char *const IMMEDIATE[] = {"立行立改", "立查立改", "即知即改",
                                        "立知立改", "边巡边改", "立整立改",
                                        NULL};
static const char *const KEY[] = {"重点难点", "重难点", "难点问题", "难点堵点",
                                  NULL};
static const char *const SUGGESTIONS[] = {"意见建议", "整改建议", "工作建议",
                                          "建议", NULL};
static const char *const SPECIAL[] = {"选人用人", "意识形态", "专项检查",
                                      "巡察工作检查", NULL};
static const char *const *const SERIES_WORDS[ZG_TOPIC_SERIES] = {
    EARLIER, LETTERS, CLUES, IMMEDIATE, KEY, SUGGESTIONS, SPECIAL};
/* Counted, but none of ours. */
static const char *const FOREIGN[] = {"隐患", "批评", "退回", "自查",
                                      "排查", "查摆", "查找", "自改",
                                      "提案", "诉求", NULL};
static const char *const COLLECTED[] = {"收集", "征求", "征集", "听取",
                                        "走访", "采纳", NULL};
static const char *const UNITS[] = {"个", "项", "条", NULL};
static const char *const SERIES_UNITS[] = {"个", "项", "条", "件", "起",
                                           "批", "封", "宗", NULL};
static const char *const STOPS = ",;。:()、\n";
static const char *const ALL[] = {"全部", "均", "都", NULL};

const char *zg_topic_name(zg_topic t) {
  static const char *const names[ZG_TOPIC_SERIES] = {
      "earlier", "letters",     "clues",  "immediate",
      "key",     "suggestions", "special"};
  return t < ZG_TOPIC_SERIES ? names[t] : NULL;
}

/* A number, its classifier and what stands around it in its clause. */
typedef struct counted {
  zg_num n;
  zg_str clause;
  zg_str before;  /* from the clause's start (or the number before) */
  zg_str between; /* adjectives after the classifier */
  zg_str noun;    /* what follows them */
  zg_str unit;    /* 个, 项, 件 …; n == 0: none */
} counted;

enum { MAX_COUNTS = 100 }; /* no sentence says so many */

/* Reading a sentence. */
typedef struct reader {
  const char *list; /* where the clauses began that 、 joins */
  const zg_ctx *c;
  zg_str sent;
  bool about; /* the paragraph is about problems */
  int counts;
  zg_topic topic;         /* of the clause at hand */
  zg_topic outer;         /* of the text around a bracket */
  bool in_bracket, parts; /* parts: the bracket holds parts of a state */
  bool state_last;        /* the last number counted a state */
  zg_str main_unit;       /* classifier of the problems */
  zg_str work_unit;       /* classifier of tasks or measures */
  bool after_grain;       /* the last number was a coarser grain */
  const char *earlier;    /* where the clause names an earlier round, or NULL */
  int64_t coarse;         /* N个突出问题 */
  int64_t unframed;       /* N个问题, of which it is not said whose */
  zg_counts out;
} reader;

/* 2019年县委巡察 – of an inspection before this one: where, ZG_NPOS if not. */
static size_t earlier_year(const zg_ctx *c, zg_str s) {
  zg_date now = {0, 0, 0, 0};
  zg_str from =
      c->b->inspect_start.p ? c->b->inspect_start : c->b->feedback_date;
  bool known = from.p && zg_px_parse_iso(from, &now);
  for (size_t at = 0; (at = zg_sx_find(s, at, "年")) != ZG_NPOS;) {
    at += strlen("年");
    zg_num y = at >= 7 ? zg_sx_digits(s, at - 7) : (zg_num){0, 0, 0};
    zg_str run = zg_sx_sub(s, at, at + 24);
    if (y.len != 4 || y.v < 1990 || (known && y.v >= now.y))
      continue;
    if (zg_sx_has(run, "巡视") || zg_sx_has(run, "巡察"))
      return at - 7;
  }
  return ZG_NPOS;
}

static size_t earlier_at(const zg_ctx *c, zg_str s) {
  size_t word = zg_sx_find_any(s, 0, EARLIER, NULL), year = earlier_year(c, s);
  return word < year ? word : year;
}

static zg_topic series_of(const zg_ctx *c, zg_str s) {
  if (earlier_at(c, s) != ZG_NPOS)
    return ZG_TOPIC_EARLIER;
  for (int k = 0; k < ZG_TOPIC_SERIES; k++)
    if (zg_sx_has_any(s, SERIES_WORDS[k]))
      return (zg_topic)k;
  return ZG_TOPIC_OTHER;
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

static counted look_around(zg_str clause, size_t from, size_t at, zg_num n) {
  size_t i = at + n.len, unit = zg_sx_at_any(clause, i, SERIES_UNITS);
  zg_str classifier = zg_sx_sub(clause, i, i + unit);
  i += unit;
  if (zg_sx_at(clause, i, "大"))
    i += strlen("大");
  size_t noun = skip_adjectives(clause, i);
  /* 方面的 is an adjective, 方面 alone a noun */
  if (zg_sx_at(clause, i, "方面"))
    noun = i;
  return (counted){.n = n,
                   .clause = clause,
                   .before = zg_sx_sub(clause, from, at),
                   .noun = zg_sx_sub(clause, noun, clause.n),
                   .between = zg_sx_sub(clause, i, noun),
                   .unit = classifier};
}

static bool unit_of_ours(const counted *k) {
  return zg_sx_at_any(k->unit, 0, UNITS) > 0;
}

static size_t problem_len(zg_str noun) {
  static const char *const nouns[] = {"问题", "小项", "事项",
                                      "意见", "表现", NULL};
  return zg_sx_at_any(noun, 0, nouns);
}

/* Words between a state and its number: 已完成整改的问题25个. */
static zg_str cut_tail(zg_str s) {
  static const char *const words[] = {"的", "问题", "反馈", "具体", "共",
                                      "有", "为",   "了",   "事项", NULL};
  for (bool cut = true; cut;) {
    cut = false;
    for (int k = 0; words[k]; k++)
      if (zg_sx_ends(s, words[k])) {
        s.n -= strlen(words[k]);
        cut = true;
      }
  }
  return s;
}

/* 完成具体问题整改28项. */
static bool done_with(zg_str s) {
  static const char *const words[] = {"具体", "反馈", "巡察", "巡视",
                                      "问题", "整改", "事项", NULL};
  size_t at = zg_sx_rfind(s, "完成"), k;
  if (at == ZG_NPOS || zg_sx_ends(zg_sx_sub(s, 0, at), "未"))
    return false;
  at += strlen("完成");
  while ((k = zg_sx_at_any(s, at, words)) != 0)
    at += k;
  return at == s.n;
}

/* The state that the words before a number end in. */
static zg_state state_before(zg_str before) {
  zg_str s = cut_tail(before);
  size_t from = s.n > 60 ? s.n - 60 : 0;
  while (from < s.n && ((unsigned char)s.p[from] & 0xC0) == 0x80)
    from++;
  for (size_t i = from; i < s.n; i += zg_sx_len(s, i)) {
    zg_verdict v = zg_px_status_clause(zg_sx_sub(s, i, s.n));
    if (v.at.p)
      return v.state;
  }
  return done_with(s) ? ZG_STATE_DONE : ZG_STATE_UNKNOWN;
}

/* … or those after it: 25个问题已完成整改. */
static zg_state state_after(zg_str after) {
  return after.n ? zg_px_status_clause(after).state : ZG_STATE_UNKNOWN;
}

static int64_t *slot_of(zg_declared *d, zg_state s) {
  switch (s) {
  case ZG_STATE_DONE:
    return &d->done;
  case ZG_STATE_BASICALLY_DONE:
    return &d->basically_done;
  case ZG_STATE_PHASED:
    return &d->phased;
  case ZG_STATE_IN_PROGRESS:
    return &d->in_progress;
  case ZG_STATE_LONG_TERM:
    return &d->long_term;
  case ZG_STATE_DEFERRED:
    return &d->deferred;
  case ZG_STATE_NOT_DONE:
    return &d->not_done;
  case ZG_STATE_TRANSFERRED:
    return &d->transferred;
  case ZG_STATE_UNKNOWN:
  case ZG_STATE_COUNT:
    break;
  }
  return NULL;
}

static void set_max(int64_t *slot, int64_t v) {
  if (v > *slot)
    *slot = v;
}

/* Aspects, classes, tasks and measures; true when the number is one. */
static bool other_grain(reader *r, const counted *k) {
  static const char *const frames[] = {"反馈", "指出", "梳理", "归纳", NULL};
  static const char *const makes[] = {"制定", "细化", "分解", "整改措施",
                                      "形成", "拆解", "明确", "列出",
                                      "提出", "拆成", "研究", NULL};
  static const char *const refine[] = {"分解", "细化", "拆解",
                                       "形成", "细分", NULL};
  zg_declared *d = &r->out.d;
  if (zg_sx_starts(k->noun, "类")) {
    if (zg_sx_has(r->sent, "问题") && zg_sx_has_any(r->sent, frames))
      set_max(&d->categories, k->n.v);
    r->after_grain = true;
    return true;
  }
  if (zg_sx_starts(k->noun, "方面")) {
    set_max(&d->aspects, k->n.v);
    r->after_grain = true;
    return true;
  }
  bool made = zg_sx_has_any(r->sent, makes);
  if (zg_sx_starts(k->noun, "措施") || zg_sx_ends(k->before, "措施") ||
      zg_sx_starts(k->noun, "举措")) {
    bool named =
        zg_sx_has(k->between, "整改") || zg_sx_ends(k->before, "整改措施");
    if (unit_of_ours(k) && (named || made) && d->measures < 0)
      d->measures = k->n.v;
    r->work_unit = k->unit;
    r->topic = ZG_TOPIC_WORK;
    return true;
  }
  if (zg_sx_starts(k->noun, "任务") || zg_sx_ends(k->before, "任务")) {
    bool named = zg_sx_has(k->between, "整改") ||
                 zg_sx_ends(k->before, "整改任务") ||
                 zg_sx_has_any(k->clause, refine);
    if (unit_of_ours(k) && made && named)
      set_max(&d->tasks, k->n.v);
    r->work_unit = k->unit;
    r->topic = ZG_TOPIC_WORK;
    return true;
  }
  return false;
}

/* 3: the sentence refines a coarser number; 2: what was fed back; 1: words of
 * inspection near it; 0: none. */
static int frame_of(const reader *r, const counted *k) {
  static const char *const refine[] = {"细化", "分解", "拆解",
                                       "拆分", "细分", NULL};
  static const char *const into[] = {"成", "为", "出", NULL};
  static const char *const strong[] = {"反馈", "指出", NULL};
  static const char *const weak[] = {"涉及", "具体", "截至", "方面", "巡察",
                                     "巡视", "审计", "目前", NULL};
  const char *word = NULL;
  size_t at = zg_sx_find_any(k->before, 0, refine, &word);
  if (at != ZG_NPOS && zg_sx_at_any(k->before, at + strlen(word), into) > 0)
    return 3;
  zg_str so_far = {r->sent.p, (size_t)(k->noun.p + k->noun.n - r->sent.p)};
  if (zg_sx_has_any(so_far, strong))
    return 2;
  return zg_sx_has_any(r->sent, weak) ? 1 : 0;
}

static void count_state(reader *r, const counted *k, zg_state s) {
  int64_t *slot = slot_of(&r->out.d, s);
  r->state_last = true;
  if (r->parts || *slot >= 0)
    return;
  *slot = k->n.v;
  r->out.states++;
  if (s == ZG_STATE_DONE)
    r->out.done_at = k->clause;
}

static void count_total(reader *r, const counted *k, int frame) {
  zg_declared *d = &r->out.d;
  if (zg_sx_has(k->between, "突出") && frame < 3) {
    set_max(&r->coarse, k->n.v);
  } else if (frame >= r->out.frame && k->n.v > d->problems) {
    d->problems = k->n.v;
    r->out.frame = frame;
  } else {
    return;
  }
  r->main_unit = k->unit;
  d->span = zg_px_span(r->c, k->clause);
}

/* 对正在推进的2个问题: names them, and counts them somewhere else. */
static bool refers(const counted *k) {
  return problem_len(k->noun) && zg_sx_ends(k->before, "的") &&
         !zg_sx_has(k->before, "反馈") && !zg_sx_has(k->before, "指出");
}

/* N problems, or how many of them stand how. */
static void main_count(reader *r, const counted *k) {
  static const char *const nouns[] = {"反馈问题", "反馈意见", "具体问题",
                                      "问题",     "问题清单", NULL};
  static const char *const seen[] = {"发现", "发现的", "解决", "答复", NULL};
  size_t problem = problem_len(k->noun);
  zg_str after = zg_sx_sub(k->noun, problem, k->noun.n);
  zg_str named = zg_sx_trim_of(k->before, "共计合为有");
  zg_state s = state_before(k->before);
  if (s == ZG_STATE_UNKNOWN)
    s = state_after(after);
  if (s != ZG_STATE_UNKNOWN && r->about && (problem || !k->noun.n || after.n)) {
    if (refers(k) && !r->out.states)
      return;
    count_state(r, k, s);
    /* 反馈的16个问题已全部完成整改 counts both */
    bool all = s == ZG_STATE_DONE && zg_sx_has_any(after, ALL);
    bool fed_back = after.n && (zg_sx_ends(k->before, "反馈的") ||
                                zg_sx_ends(k->before, "指出的"));
    if (problem && (all || fed_back))
      count_total(r, k, frame_of(r, k) > 0 ? frame_of(r, k) : 1);
    return;
  }
  bool bare = !k->noun.n && r->after_grain;
  int frame = frame_of(r, k);
  bool ours = problem || bare || zg_sx_ends_any(named, nouns);
  if (ours && !frame && r->unframed < 0)
    r->unframed = k->n.v;
  if (ours && frame &&
      !(frame < 3 && zg_sx_ends_any(cut_tail(k->before), seen)))
    count_total(r, k, frame);
}

static void series_count(reader *r, const counted *k, zg_topic topic) {
  zg_tally *t = &r->out.series[topic];
  size_t problem = problem_len(k->noun);
  zg_state s = state_before(k->before);
  zg_str after = zg_sx_sub(k->noun, problem, k->noun.n);
  if (s == ZG_STATE_UNKNOWN)
    s = state_after(after);
  bool finished = s == ZG_STATE_DONE || state_after(after) == ZG_STATE_DONE;
  /* 未整改到位的19个问题再次督办 counts them all */
  bool named = problem && zg_sx_ends(k->before, "的");
  if (t->total < 0 && (s == ZG_STATE_UNKNOWN || finished || named)) {
    t->total = k->n.v;
    t->unit = k->unit;
    t->at = k->clause;
    if (finished && !zg_sx_has_any(k->clause, ALL) && !after.n)
      t->done = k->n.v;
  } else if (finished && t->done < 0 && k->n.v <= t->total) {
    t->done = k->n.v;
  }
  if (t->done < 0 && zg_sx_has_any(after, ALL) && finished)
    t->done = t->total;
}

static zg_topic topic_of(reader *r, const counted *k) {
  zg_str near = zg_sx_sub(k->noun, 0, 48);
  for (size_t i = 0; i < near.n; i += zg_sx_len(near, i))
    if (zg_sx_is_digit(near, i) || zg_sx_in(near, i, "和及与"))
      near.n = i;
  if (r->earlier && k->before.p + k->before.n > r->earlier)
    return ZG_TOPIC_EARLIER;
  zg_topic own = series_of(r->c, near);
  if (own == ZG_TOPIC_OTHER)
    own = series_of(r->c, k->before);
  if (own == ZG_TOPIC_SPECIAL && !zg_sx_has(k->clause, "指出") &&
      !zg_sx_has(k->clause, "反馈"))
    own = ZG_TOPIC_OTHER;
  /* 收集意见建议31条 are not the inspectors' */
  if (own == ZG_TOPIC_SUGGESTIONS &&
      (zg_sx_has_any(k->clause, COLLECTED) || !zg_sx_has(r->sent, "反馈")))
    return ZG_TOPIC_OTHER;
  if (own != ZG_TOPIC_OTHER)
    return own;
  if (zg_sx_has_any(k->before, FOREIGN) || zg_sx_has_any(near, FOREIGN))
    return ZG_TOPIC_OTHER;
  /* an earlier round rules its clause and what hangs on it by 、 */
  zg_str front = {r->sent.p, (size_t)(k->clause.p - r->sent.p)};
  if (r->topic == ZG_TOPIC_EARLIER && zg_sx_ends(front, "、"))
    return ZG_TOPIC_EARLIER;
  if (problem_len(k->noun) || zg_sx_ends(k->before, "问题"))
    return ZG_TOPIC_MAIN;
  if (r->topic < ZG_TOPIC_SERIES) {
    zg_str unit = r->out.series[r->topic].unit;
    bool other = unit.n && k->unit.n && !zg_str_eq(unit, k->unit);
    return other ? ZG_TOPIC_MAIN : r->topic;
  }
  if (r->topic == ZG_TOPIC_WORK && r->main_unit.n &&
      zg_str_eq(k->unit, r->main_unit) && !zg_str_eq(k->unit, r->work_unit))
    return ZG_TOPIC_MAIN;
  return r->topic;
}

static void one_count(reader *r, const counted *k) {
  r->state_last = false;
  zg_topic topic = topic_of(r, k);
  if (topic > ZG_TOPIC_WORK || topic < ZG_TOPIC_SERIES) {
    if (topic < ZG_TOPIC_SERIES && k->unit.n)
      series_count(r, k, topic);
    r->topic = topic < ZG_TOPIC_SERIES ? topic : r->topic;
    r->after_grain = false;
    return;
  }
  if (other_grain(r, k))
    return;
  if (topic == ZG_TOPIC_MAIN && unit_of_ours(k)) {
    r->topic = ZG_TOPIC_MAIN;
    main_count(r, k);
  }
  r->after_grain = false;
}

/* 完成率85.7%; -1 for 近60% and other round words. */
static double rate_in(zg_str s) {
  static const char *const words[] = {"完成率", "整改率", "办结率",
                                      "销号率", "到位率", NULL};
  static const char *const link[] = {"达到", "达", "为", ":", "是", NULL};
  static const char *const round[] = {"以上", "左右", "多", NULL};
  const char *w = NULL;
  size_t at = zg_sx_find_any(s, 0, words, &w), k;
  if (at == ZG_NPOS)
    return -1;
  at += strlen(w);
  while ((k = zg_sx_at_any(s, at, link)) != 0)
    at += k;
  zg_num n = zg_sx_digits(s, at);
  if (!n.len && zg_sx_at(s, at, "百分之百"))
    return 100;
  if (!n.len || !zg_sx_at(s, at + n.len, "%") ||
      zg_sx_at_any(s, at + n.len + 1, round))
    return -1;
  return (double)n.v10k / 10000.0;
}

static bool fits(int64_t done, int64_t total, double rate) {
  if (done < 0 || total <= 0)
    return false;
  double own = 100.0 * (double)done / (double)total;
  return own - rate < 0.1 && rate - own < 0.1;
}

/* A rate belongs to what it is the rate of: 信访件…办结率100% is not the rate
 * of the problems. */
static void take_rate(reader *r, zg_str clause) {
  double rate = rate_in(clause);
  if (rate < 0)
    return;
  zg_topic topic = series_of(r->c, clause);
  if (topic == ZG_TOPIC_OTHER)
    topic = r->topic;
  if (topic < ZG_TOPIC_SERIES && r->out.series[topic].total >= 0) {
    zg_tally *t = &r->out.series[topic];
    bool ours = fits(r->out.d.done, r->out.d.problems, rate) &&
                !fits(t->done, t->total, rate);
    if (!ours || zg_sx_has(clause, "办结率")) {
      if (t->rate < 0)
        t->rate = rate;
      return;
    }
  }
  if (topic != ZG_TOPIC_WORK && r->out.d.rate < 0 &&
      !zg_sx_has(clause, "办结率"))
    r->out.d.rate = rate;
}

/* A clause without a number: 均已办结, 已全部整改到位. */
static void all_done(reader *r, zg_str clause) {
  zg_verdict v = zg_px_status_clause(clause);
  if (v.state != ZG_STATE_DONE || !zg_sx_has_any(clause, ALL))
    return;
  if (r->topic < ZG_TOPIC_SERIES) {
    /* 信访件3件、线索1件,均已办结 */
    for (int k = 0; k < ZG_TOPIC_SERIES; k++)
      if (r->out.series[k].done < 0)
        r->out.series[k].done = r->out.series[k].total;
  } else if (r->topic == ZG_TOPIC_MAIN && r->out.d.problems >= 0 &&
             r->out.states == 0) {
    r->out.d.done = r->out.d.problems;
    r->out.done_at = clause;
    r->out.states = 1;
  }
}

/* 9件信访件、3件立行立改事项均已办结: said of all that the list counts. */
static void all_of_list(reader *r, zg_str clause) {
  const char *word = NULL;
  size_t at = zg_sx_find_any(clause, 0, ALL, &word);
  if (at == ZG_NPOS ||
      zg_px_status_clause(zg_sx_sub(clause, at, clause.n)).state !=
          ZG_STATE_DONE)
    return;
  for (int k = 0; k < ZG_TOPIC_SERIES; k++) {
    zg_tally *t = &r->out.series[k];
    if (t->done < 0 && t->total >= 0 && t->at.p >= r->list &&
        t->at.p < clause.p + at)
      t->done = t->total;
  }
}

static void read_clause(reader *r, zg_str clause) {
  size_t from = 0;
  bool any = false;
  size_t earlier = earlier_at(r->c, clause);
  r->earlier = earlier == ZG_NPOS ? NULL : clause.p + earlier;
  if (r->earlier)
    r->topic = ZG_TOPIC_EARLIER;
  for (size_t i = 0; i < clause.n;) {
    zg_num n = zg_sx_number(clause, i);
    if (!n.len) {
      i += zg_sx_len(clause, i);
      continue;
    }
    /* 每一项, 一个问题 are words, not counts */
    bool word = n.v <= 1 && !zg_sx_is_digit(clause, i);
    bool percent = zg_sx_at(clause, i + n.len, "%");
    if (n.v10k % 10000 == 0 && n.v < 100000 && !word && !percent &&
        r->counts < MAX_COUNTS) {
      r->counts++;
      counted k = look_around(clause, from, i, n);
      one_count(r, &k);
      any = true;
    }
    i += n.len;
    from = i;
  }
  take_rate(r, clause);
  if (any)
    all_of_list(r, clause);
  else
    all_done(r, clause);
}

bool zg_px_about_problems(zg_str para) {
  static const char *const starts[] = {"截至", "截止", "目前", NULL};
  return zg_sx_at_any(para, 0, starts) || zg_sx_has(para, "问题");
}

zg_counts zg_px_counts(const zg_ctx *c, zg_str sent, bool about) {
  reader r = {.c = c, .sent = sent, .about = about, .topic = ZG_TOPIC_MAIN};
  r.list = sent.p;
  r.out.d = (zg_declared)ZG_DECLARED_INIT;
  r.coarse = r.unframed = -1;
  for (int k = 0; k < ZG_TOPIC_SERIES; k++)
    r.out.series[k] = (zg_tally){-1, -1, -1.0, ZG_STR_NULL, ZG_STR_NULL};
  for (size_t at = 0; at < sent.n;) {
    size_t end = zg_sx_fwd_to(sent, at, STOPS);
    /* 1,206 is one number */
    while (zg_sx_at(sent, end, ",") && zg_sx_is_digit(sent, end + 1) && end &&
           zg_sx_is_digit(sent, end - 1))
      end = zg_sx_fwd_to(sent, end + 1, STOPS);
    read_clause(&r, zg_sx_sub(sent, at, end));
    if (!zg_sx_at(sent, end, "、"))
      r.list = sent.p + end;
    if (zg_sx_at(sent, end, "(")) {
      r.outer = r.topic;
      r.in_bracket = true;
      r.parts = r.state_last;
    } else if (zg_sx_at(sent, end, ")") && r.in_bracket) {
      r.topic = r.outer;
      r.in_bracket = r.parts = false;
    } else if (zg_sx_at(sent, end, ";")) {
      r.topic = ZG_TOPIC_MAIN;
    }
    at = end < sent.n ? end + zg_sx_len(sent, end) : end;
  }
  zg_declared *d = &r.out.d;
  /* 29个问题整改完成26个: its states tell whose they are */
  if (r.unframed >= d->done && d->done >= 0 && d->problems < 0 &&
      r.coarse < 0) {
    d->problems = r.unframed;
    d->span = zg_px_span(c, r.out.done_at);
    r.out.frame = 1;
  }
  if (r.coarse >= 0 && d->problems < 0) {
    d->problems = r.coarse;
    r.out.frame = 2;
  } else if (r.coarse >= 0 && d->categories < 0) {
    d->categories = r.coarse;
  }
  return r.out;
}
