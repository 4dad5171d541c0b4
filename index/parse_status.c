/* Status on two axes (how far; sustained or not).
 *
 * A clause gives a status only when all of it is a status: a subject word, a
 * core and a tail.  So filler (巩固已整改完成的工作成果) and the state of a
 * number inside an answer (4所学校已完成换届) give none. */
#include "index/parse_ctx.h"

enum { NEAR = 600 }; /* bytes looked at after a status, or of a heading */

typedef struct core {
  const char *word;
  zg_state state;
} core;

/* The longer of two that share a start stands first. */
static const core CORES[] = {
    {"阶段性完成整改", ZG_STATE_PHASED},
    {"阶段性整改完成", ZG_STATE_PHASED},
    {"阶段性整改到位", ZG_STATE_PHASED},
    {"阶段性完成", ZG_STATE_PHASED},
    {"完成阶段性整改", ZG_STATE_PHASED},
    {"完成阶段性", ZG_STATE_PHASED},
    {"取得阶段性整改成效", ZG_STATE_PHASED},
    {"取得阶段性成效", ZG_STATE_PHASED},
    {"取得阶段性成果", ZG_STATE_PHASED},
    {"取得阶段性进展", ZG_STATE_PHASED},
    {"取得了阶段性成效", ZG_STATE_PHASED},
    {"取得了阶段性成果", ZG_STATE_PHASED},
    {"部分完成整改", ZG_STATE_PHASED},
    {"部分整改完成", ZG_STATE_PHASED},
    {"部分整改到位", ZG_STATE_PHASED},
    {"部分已完成", ZG_STATE_PHASED},
    {"部分完成", ZG_STATE_PHASED},
    {"部分整改", ZG_STATE_PHASED},
    {"完成或基本完成", ZG_STATE_BASICALLY_DONE},
    {"基本完成整改", ZG_STATE_BASICALLY_DONE},
    {"基本整改到位", ZG_STATE_BASICALLY_DONE},
    {"基本整改完成", ZG_STATE_BASICALLY_DONE},
    {"基本完成", ZG_STATE_BASICALLY_DONE},
    {"基本解决", ZG_STATE_BASICALLY_DONE},
    {"尚未完成整改", ZG_STATE_NOT_DONE},
    {"尚未整改完成", ZG_STATE_NOT_DONE},
    {"尚未整改到位", ZG_STATE_NOT_DONE},
    {"尚未完成", ZG_STATE_NOT_DONE},
    {"尚未解决", ZG_STATE_NOT_DONE},
    {"尚未销号", ZG_STATE_NOT_DONE},
    {"暂未完成", ZG_STATE_NOT_DONE},
    {"未完成整改", ZG_STATE_NOT_DONE},
    {"未整改完成", ZG_STATE_NOT_DONE},
    {"未整改到位", ZG_STATE_NOT_DONE},
    {"未按期完成", ZG_STATE_NOT_DONE},
    {"未完成", ZG_STATE_NOT_DONE},
    {"未销号", ZG_STATE_NOT_DONE},
    {"未办结", ZG_STATE_NOT_DONE},
    {"尚未办结", ZG_STATE_NOT_DONE},
    {"未解决", ZG_STATE_NOT_DONE},
    {"尚未整改", ZG_STATE_NOT_DONE},
    {"未整改", ZG_STATE_NOT_DONE},
    {"整改不到位", ZG_STATE_NOT_DONE},
    {"申请延期", ZG_STATE_DEFERRED},
    {"延期整改", ZG_STATE_DEFERRED},
    {"延期完成", ZG_STATE_DEFERRED},
    {"延期办理", ZG_STATE_DEFERRED},
    {"延期", ZG_STATE_DEFERRED},
    {"延长整改期限", ZG_STATE_DEFERRED},
    {"延长整改时限", ZG_STATE_DEFERRED},
    {"调整整改时限", ZG_STATE_DEFERRED},
    {"调整完成时限", ZG_STATE_DEFERRED},
    {"调整时限", ZG_STATE_DEFERRED},
    {"已延期", ZG_STATE_DEFERRED},
    {"立案审查中", ZG_STATE_TRANSFERRED},
    {"立案调查中", ZG_STATE_TRANSFERRED},
    {"正在立案审查", ZG_STATE_TRANSFERRED},
    {"正在核查", ZG_STATE_TRANSFERRED},
    {"正在调查核实", ZG_STATE_TRANSFERRED},
    {"核查中", ZG_STATE_TRANSFERRED},
    {"正在有序推进", ZG_STATE_IN_PROGRESS},
    {"正在持续推进", ZG_STATE_IN_PROGRESS},
    {"正在持续整改", ZG_STATE_IN_PROGRESS},
    {"正在抓紧推进", ZG_STATE_IN_PROGRESS},
    {"正在抓紧整改", ZG_STATE_IN_PROGRESS},
    {"正在加快推进", ZG_STATE_IN_PROGRESS},
    {"正在稳步推进", ZG_STATE_IN_PROGRESS},
    {"正在积极推进", ZG_STATE_IN_PROGRESS},
    {"正在积极整改", ZG_STATE_IN_PROGRESS},
    {"正在按计划推进", ZG_STATE_IN_PROGRESS},
    {"正在按序时推进", ZG_STATE_IN_PROGRESS},
    {"正在按时序推进", ZG_STATE_IN_PROGRESS},
    {"正在整改", ZG_STATE_IN_PROGRESS},
    {"正在推进", ZG_STATE_IN_PROGRESS},
    {"正在进行", ZG_STATE_IN_PROGRESS},
    {"正在落实", ZG_STATE_IN_PROGRESS},
    {"仍在推进", ZG_STATE_IN_PROGRESS},
    {"仍在整改", ZG_STATE_IN_PROGRESS},
    {"持续推进", ZG_STATE_IN_PROGRESS},
    {"按序时进度推进", ZG_STATE_IN_PROGRESS},
    {"按照序时进度推进", ZG_STATE_IN_PROGRESS},
    {"按照时序推进", ZG_STATE_IN_PROGRESS},
    {"按序时推进", ZG_STATE_IN_PROGRESS},
    {"按时序推进", ZG_STATE_IN_PROGRESS},
    {"按计划推进", ZG_STATE_IN_PROGRESS},
    {"有序推进", ZG_STATE_IN_PROGRESS},
    {"稳步推进", ZG_STATE_IN_PROGRESS},
    {"达到序时进度", ZG_STATE_IN_PROGRESS},
    {"达到时序进度", ZG_STATE_IN_PROGRESS},
    {"推进中", ZG_STATE_IN_PROGRESS},
    {"整改中", ZG_STATE_IN_PROGRESS},
    {"进行中", ZG_STATE_IN_PROGRESS},
    {"需持续推进", ZG_STATE_LONG_TERM},
    {"需长期推进", ZG_STATE_LONG_TERM},
    {"需要长期推进", ZG_STATE_LONG_TERM},
    {"需要持续推进", ZG_STATE_LONG_TERM},
    {"需持续整改", ZG_STATE_LONG_TERM},
    {"需要持续整改", ZG_STATE_LONG_TERM},
    {"需要长期整改", ZG_STATE_LONG_TERM},
    {"需长期坚持", ZG_STATE_LONG_TERM},
    {"需长期整改", ZG_STATE_LONG_TERM},
    {"需要长期坚持", ZG_STATE_LONG_TERM},
    {"长期坚持", ZG_STATE_LONG_TERM},
    {"长期整改", ZG_STATE_LONG_TERM},
    {"长期推进", ZG_STATE_LONG_TERM},
    {"常态化推进", ZG_STATE_LONG_TERM},
    {"持续整改", ZG_STATE_LONG_TERM},
    {"已整改完成", ZG_STATE_DONE},
    {"已整改完毕", ZG_STATE_DONE},
    {"已整改到位", ZG_STATE_DONE},
    {"已整改销号", ZG_STATE_DONE},
    {"整改落实到位", ZG_STATE_DONE},
    {"整改完成", ZG_STATE_DONE},
    {"整改完毕", ZG_STATE_DONE},
    {"完成整改", ZG_STATE_DONE},
    {"整改到位", ZG_STATE_DONE},
    {"整改销号", ZG_STATE_DONE},
    {"验收销号", ZG_STATE_DONE},
    {"完成销号", ZG_STATE_DONE},
    {"已整改", ZG_STATE_DONE},
    {"已销号", ZG_STATE_DONE},
    {"已办结", ZG_STATE_DONE},
    {"已解决", ZG_STATE_DONE},
    {"见底清零", ZG_STATE_DONE},
    {"已完成", ZG_STATE_DONE},
    {"完成", ZG_STATE_DONE},
    {"办结", ZG_STATE_DONE},
    {"销号", ZG_STATE_DONE},
};
static const char *const BEFORE[] = {
    "截至目前",   "截止目前", "目前",     "该问题",   "此问题",
    "该项问题",   "此项问题", "上述问题", "以上问题", "本问题",
    "相关问题",   "该项整改", "该整改",   "该事项",   "该条",
    "本条",       "整改工作", "整改任务", "整改事项", "该项工作",
    "此项工作",   "本项工作", "该项任务", "各项",     "问题",
    "现已",       "已经",     "均已",     "已全部",   "全部",
    "全面",       "按期",     "按时",     "按程序",   "按照时限要求",
    "按时限要求", "按要求",   "此项整改", "依法",     "依规",
    "如期",       "提前",     "均",       "都",       "已",
    "整改",       "进展",     "情况",     "状态",     "今后",
    "后续",       "将",       "现",       "仍",       "正",
    "并",         "继续",     "整体",     "予以",     "列入",
    "纳入",       "转入",     "属于",     ":",        "至此",
    "任务",       "事项",     " ",        NULL};
/* Words that make a settled state a plan. */
static const char *const FUTURE[] = {"今后", "将", "继续", NULL};
static const char *const LONG[] = {
    "长期坚持",     "长期推进", "长期巩固",   "长期抓好",
    "持续推进",     "持续巩固", "持续坚持",   "持续抓好",
    "持续整改",     "持续用力", "常态化推进", "常态化坚持",
    "常态化抓",     "巩固提升", "巩固成果",   "巩固整改成果",
    "巩固整改成效", "常抓不懈", "持续深化",   "常态长效",
    "转入常态化",   NULL};
static const char *const LINK[] = {"并",   "且",   "但",   "将", "需",
                                   "需要", "要",   "继续", ",",  " ",
                                   "、",   "转入", "后续", NULL};
static const char *const SUBJECTS[] = {
    "该问题",     "此问题",   "该项问题",   "此项问题",
    "该条问题",   "该事项",   "该整改事项", "该项整改任务",
    "该整改任务", "上述问题", "以上问题",   NULL};
/* Words that make a plan, a wish or a demand of what follows. */
static const char *const PURPOSE[] = {
    "确保", "推动", "督促", "促进", "促使", "力争", "争取", "保证", "计划",
    "预计", "拟",   "待",   "直至", "尽快", "早日", "限期", "要求", "承诺",
    "务必", "未",   "没有", "无法", "难以", "不能", "不予", "才能", "方可",
    "是否", "有望", "将于", "防止", "严防", "避免", "如果", "对照", NULL};
static const char *const CLAUSE = ",。;:、([【\n";

static const core *core_at(zg_str s, size_t i) {
  for (size_t k = 0; k < sizeof CORES / sizeof *CORES; k++)
    if (zg_sx_at(s, i, CORES[k].word))
      return &CORES[k];
  return NULL;
}

static bool settles(zg_state s) {
  return s == ZG_STATE_DONE || s == ZG_STATE_BASICALLY_DONE ||
         s == ZG_STATE_PHASED;
}

/* 于2024年6月底, 截至目前: bytes of a date in front of a state; *due when it
 * is one that things are to be done by (…前). */
static size_t date_at(zg_str s, size_t i, bool *due) {
  static const char *const leads[] = {"截至", "截止", "于", NULL};
  static const char *const ends[] = {"底",   "末", "初", "中旬", "下旬",
                                     "上旬", "之", "份", "日",   NULL};
  size_t at = i + zg_sx_at_any(s, i, leads), k;
  zg_date d = zg_px_date(s, at);
  if (!d.len)
    return 0;
  at += d.len;
  while ((k = zg_sx_at_any(s, at, ends)) != 0)
    at += k;
  if (zg_sx_at(s, at, "前")) {
    *due = true;
    at += strlen("前");
  }
  return at - i;
}

/* 移交县纪委监委处理: the whole of s from i on. */
static bool handed_over(zg_str s, size_t i) {
  static const char *const verbs[] = {"移交", "移送", "转交", NULL};
  static const char *const ends[] = {
      "处理",   "办理",   "调查", "核查", "处置", "查处", "侦查", "审查",
      "公安局", "检察院", "纪委", "监委", "机关", "部门", "组",   NULL};
  size_t k = zg_sx_at_any(s, i, verbs);
  zg_str rest = zg_sx_sub(s, i + k, s.n);
  if (!k || rest.n > 60)
    return false;
  for (size_t j = 0; j < rest.n; j++)
    if (zg_sx_is_digit(rest, j))
      return false;
  return rest.n == 0 || zg_sx_ends_any(rest, ends);
}

zg_verdict zg_px_status_clause(zg_str s) {
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL}, v = none;
  static const char *const after[] = {
      "整改目标", "整改任务", "整改", "任务", "目标", "清理",
      "到位",     "状态",     "阶段", "工作", "处理", "办理",
      "销号",     "通过验收", "中",   "。",   NULL};
  s = zg_sx_trim_of(s, "。;,()【】[]");
  size_t at = 0, k;
  bool future = false, already = false, due = false;
  if (s.n == 0 || s.n > 120)
    return none;
  const core *found = core_at(s, at);
  while (!found) {
    if (handed_over(s, at))
      return (zg_verdict){ZG_STATE_TRANSFERRED, false, s};
    k = zg_sx_at_any(s, at, BEFORE);
    zg_str word = zg_sx_sub(s, at, at + k);
    future = future || zg_sx_has_any(word, FUTURE);
    already = already || zg_sx_has(word, "已");
    if (!k)
      k = date_at(s, at, &due);
    if (!k)
      return none;
    at += k;
    found = core_at(s, at);
  }
  already = already || zg_sx_starts(zg_str_of(found->word), "已");
  if (settles(found->state) && !already && (future || due))
    return none;
  v.state = found->state;
  at += strlen(found->word);
  if (v.state == ZG_STATE_DEFERRED && zg_sx_at(s, at, "至")) /* … a date */
    at = s.n;
  while (at < s.n) {
    if ((k = zg_sx_at_any(s, at, LONG)) != 0)
      v.sustain = true;
    else if ((k = zg_sx_at_any(s, at, after)) == 0)
      k = zg_sx_at_any(s, at, LINK);
    if (!k)
      return none;
    at += k;
  }
  v.at = s;
  return v;
}

/* 后续常态化推进清理 in the rest of the sentence is the second axis. */
static bool sustained(zg_str s) {
  static const char *const words[] = {
      "长期坚持",   "常态化推进", "常态化抓",   "常态化坚持", "常态化开展",
      "常态化落实", "常态化保持", "持续推进",   "持续巩固",   "持续抓好",
      "持续坚持",   "持续整改",   "长期巩固",   "长期抓好",   "长期推进",
      "长期抓",     "转入常态化", "纳入常态化", "持续深化",   "持续用力",
      "常抓不懈",   NULL};
  return zg_sx_has_any(s, words);
}

static zg_verdict first_clause(zg_str a, bool marked) {
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  zg_token token = zg_px_token(zg_sx_sub(a, 0, 200)); /* 1.已完成。 */
  a = zg_sx_sub(a, token.shape == ZG_SHAPE_NONE ? 0 : token.len, a.n);
  if (zg_sx_in(a, 0, "([【")) { /* 【已完成】一是… */
    size_t from = zg_sx_len(a, 0);
    size_t close = zg_sx_fwd_to(zg_sx_sub(a, 0, 90), from, ")]】");
    return zg_px_status_clause(zg_sx_sub(a, from, close));
  }
  size_t stop = zg_sx_fwd_to(a, 0, "。;\n"), end = zg_sx_fwd_to(a, 0, CLAUSE);
  zg_str clause = zg_sx_sub(a, 0, end);
  zg_verdict v = zg_px_status_clause(clause);
  if (!v.at.p)
    return none;
  /* without 整改情况: a bare 完成 opens an ordinary sentence */
  if (!marked && end != stop)
    return none;
  if (settles(v.state) && sustained(zg_sx_sub(a, end, stop)))
    v.sustain = true;
  return v;
}

/* 该问题已向县委巡察办申请延期整改: words between subject and status, but no
 * number and nothing that makes a plan of it. */
static zg_verdict subject_clause(zg_str s) {
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  zg_verdict v = zg_px_status_clause(s);
  bool due = false;
  for (size_t i = 0; i < s.n && i <= 90 && !v.at.p;) {
    size_t date = date_at(s, i, &due);
    if (!date && zg_sx_is_digit(s, i))
      return none;
    if (!date && core_at(s, i)) {
      zg_str between = zg_sx_sub(s, 0, i);
      if (zg_sx_has_any(between, PURPOSE))
        return none;
      v = zg_px_status_clause(zg_sx_sub(s, i, s.n));
      if (v.at.p && due && settles(v.state) && !zg_sx_has(between, "已"))
        return none;
    }
    i += date ? date : zg_sx_len(s, i);
  }
  if (!v.at.p && zg_sx_has(s, "线索") &&
      (zg_sx_has(s, "移交") || zg_sx_has(s, "移送")) &&
      !zg_sx_has_any(s, PURPOSE))
    v = (zg_verdict){ZG_STATE_TRANSFERRED, false, s};
  return v;
}

/* 发现问题36个,均已整改到位: said of the number in the clause before. */
static bool of_a_count(zg_str s, size_t at) {
  static const char *const all[] = {"均",       "全部",     "已全部",
                                    "都",       "上述问题", "以上问题",
                                    "相关问题", "问题",     NULL};
  static const char *const found[] = {"排查出", "查出的", "发现的", "自查",
                                      NULL};
  static const char *const things[] = {"个", "项", "条", "处",
                                       "起", "件", NULL};
  if (at == 0)
    return false;
  bool of_all = zg_sx_at_any(s, at, all) > 0;
  size_t comma = zg_sx_prev(s, at);
  size_t from = zg_sx_back_to(s, comma, ",。;\n", 120);
  if (zg_sx_has_any(zg_sx_sub(s, from, comma), found))
    return true;
  for (size_t i = from; i < comma;) {
    zg_num n = zg_sx_digits(s, i);
    if (n.len && (of_all || zg_sx_at_any(s, i + n.len, things)))
      return true;
    i += n.len ? n.len : zg_sx_len(s, i);
  }
  return false;
}

/* 该问题… wherever it stands; the last one counts. */
static zg_verdict by_subject(zg_str a) {
  zg_verdict v = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  for (int k = 0; SUBJECTS[k]; k++)
    for (size_t at = 0; (at = zg_sx_find(a, at, SUBJECTS[k])) != ZG_NPOS;) {
      size_t end = zg_sx_fwd_to(a, at, CLAUSE);
      size_t from = zg_sx_back_to(a, at, CLAUSE, 90);
      zg_verdict w = subject_clause(zg_sx_sub(a, at, end));
      if (w.at.p && !zg_sx_has_any(zg_sx_sub(a, from, at), PURPOSE) &&
          !(zg_sx_has(zg_str_of(SUBJECTS[k]), "上") && of_a_count(a, from)) &&
          (!v.at.p || w.at.p > v.at.p)) {
        v = w;
        size_t stop = zg_sx_fwd_to(zg_sx_sub(a, 0, end + NEAR), end, "。\n");
        if (settles(v.state) && sustained(zg_sx_sub(a, end, stop)))
          v.sustain = true;
      }
      at = end;
    }
  return v;
}

/* The last sentence that is no plan: 目前正在推进。计划2018年7月底前完成。 */
static zg_str last_sentence(zg_str a) {
  static const char *const plans[] = {"计划",   "预计", "力争",   "拟于",
                                      "下一步", "下步", "接下来", NULL};
  zg_str s = a;
  for (int k = 0; k < 3; k++) {
    a = zg_sx_trim_of(a, "。;");
    size_t from = zg_sx_back_to(a, a.n, "。\n", a.n);
    s = zg_sx_trim(zg_sx_sub(a, from, a.n));
    if (from == 0 || !zg_sx_at_any(s, 0, plans))
      break;
    a = zg_sx_sub(a, 0, from);
  }
  return zg_sx_at_any(s, 0, plans) ? (zg_str){s.p, 0} : s;
}

static bool starts_measure(zg_str s) {
  uint32_t cp = zg_sx_cp(s, 0);
  if ((cp >= 0x2460 && cp <= 0x2473) || zg_sx_starts(s, "第"))
    return true;
  zg_num n = zg_sx_han_number(s, 0);
  return n.len && zg_sx_at(s, n.len, "是");
}

/* States that are said of any work: 持续推进. */
static bool is_weak(zg_state s) {
  return s == ZG_STATE_IN_PROGRESS || s == ZG_STATE_LONG_TERM;
}

static bool names_the_finding(zg_str clause) {
  static const char *const words[] = {"今后", "将",     "目前", "该",
                                      "此项", "整改",   "正在", "仍",
                                      "需",   "推进中", NULL};
  return zg_sx_has_any(clause, words);
}

/* 审计部门已销号: struck off by the body that keeps the list. */
static bool struck_off(zg_str clause) {
  static const char *const bodies[] = {"部门",   "审计局", "审计厅",
                                       "巡察办", "巡视办", "整改办",
                                       "督察",   "纪委",   NULL};
  return zg_sx_ends(clause, "已销号") && zg_sx_has_any(clause, bodies) &&
         !zg_sx_has_any(clause, PURPOSE);
}

/* 确保问题整改到位、见底清零: what stands before in the sentence makes an aim
 * of it. */
static bool aimed_at(zg_str s, size_t at) {
  static const char *const aims[] = {"确保", "推动", "督促", "促进",
                                     "促使", "力争", "争取", "保证",
                                     "务必", "限期", "要求", NULL};
  size_t lo = zg_sx_back_to(s, at, "。;\n", 150);
  return zg_sx_has_any(zg_sx_sub(s, lo, at), aims);
}

static zg_verdict in_last_sentence(zg_str a) {
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  zg_str s = last_sentence(a);
  if (starts_measure(s))
    return none;
  bool partial = s.n + 6 < a.n || zg_sx_has(s, ";"); /* more is told */
  for (size_t at = 0; at < s.n;) {
    size_t end = zg_sx_fwd_to(s, at, CLAUSE);
    zg_str clause = zg_sx_sub(s, at, end);
    zg_verdict v = zg_px_status_clause(clause);
    if (!v.at.p && struck_off(clause))
      v = (zg_verdict){ZG_STATE_DONE, false, clause};
    bool whole = at == 0 && end == s.n;
    bool counted = !is_weak(v.state) && of_a_count(s, at);
    bool bare = v.at.n <= strlen("完成") && at > 0;
    /* 正在核查 of some clue, where the answer tells more than that */
    bool other = v.state == ZG_STATE_TRANSFERRED && partial;
    if (v.at.p && !bare && !counted && !other && !aimed_at(s, at) &&
        (whole || !is_weak(v.state) || names_the_finding(clause))) {
      if (settles(v.state) && sustained(zg_sx_sub(s, end, s.n)))
        v.sustain = true;
      return v;
    }
    at = end < s.n ? end + zg_sx_len(s, end) : end;
  }
  return none;
}

/* “…”的问题…已整改完成并将长期坚持: the last sentence names the problem itself,
 * with no count before it. */
static zg_verdict named_in_last(zg_str a) {
  static const char *const cores[] = {"已整改完成", "已完成整改", "已整改到位",
                                      "已全部整改", "均已整改",   NULL};
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  zg_str s = last_sentence(a);
  size_t at = zg_sx_find_any(s, 0, cores, NULL);
  if (at == ZG_NPOS || starts_measure(s))
    return none;
  zg_str subject = zg_sx_sub(s, 0, at);
  if (!zg_sx_has(subject, "”的问题") && !zg_sx_has(subject, "\"的问题") &&
      !zg_sx_has(subject, "该问题"))
    return none;
  return zg_px_status_clause(zg_sx_sub(s, at, s.n));
}

/* Share of the characters of x that stand in head. */
static bool covered(zg_str x, zg_str head) {
  size_t n = 0, hit = 0;
  for (size_t i = 0; i < x.n; i += zg_sx_len(x, i)) {
    n++;
    hit += memmem(head.p, head.n, x.p + i, zg_sx_len(x, i)) != NULL;
  }
  return n >= 4 && hit * 10 >= n * 9;
}

/* 7个合同未经审核的问题全部完成整改: a count whose noun is the finding
 * itself. */
static zg_verdict whole_count(zg_str head, zg_str a) {
  static const char *const all[] = {"全部完成整改", "全部整改完成",
                                    "全部整改到位", "均已整改到位",
                                    "均已完成整改", NULL};
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  const char *word = NULL;
  size_t at = zg_sx_find_any(a, 0, all, &word);
  if (at == ZG_NPOS)
    return none;
  size_t from = zg_sx_back_to(a, at, ",。;:\n", 150);
  zg_num n = zg_sx_number(a, from);
  zg_str subject = zg_sx_sub(a, from + n.len, at);
  if (!n.len || !zg_sx_starts(subject, "个") ||
      !(zg_sx_ends(subject, "问题") || zg_sx_ends(subject, "问题已")))
    return none;
  subject = zg_sx_sub(subject, strlen("个"), zg_sx_rfind(subject, "问题"));
  if (!covered(subject, head))
    return none;
  return (zg_verdict){ZG_STATE_DONE, false,
                      zg_sx_sub(a, from, at + strlen(word))};
}

/* 10所…其中4所…已完成…,其余6所…正在…: parts that add up to the whole. */
static zg_verdict partition(zg_str a) {
  static const char *const rest[] = {"其它", "其他", "其余", "剩余", NULL};
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  size_t of = zg_sx_find(a, 0, "其中");
  if (of == ZG_NPOS)
    return none;
  size_t from = zg_sx_back_to(a, of, "。;\n", 240);
  zg_str s = zg_sx_sub(a, from, zg_sx_fwd_to(a, of, "。;\n"));
  of -= from;
  size_t r = zg_sx_find_any(s, of, rest, NULL);
  if (r == ZG_NPOS)
    return none;
  zg_num part = zg_sx_digits(s, of + strlen("其中"));
  zg_num other = zg_sx_digits(s, r + strlen("其它"));
  zg_str done = zg_sx_sub(s, of, r), left = zg_sx_sub(s, r, s.n);
  if (!part.len || !other.len || !zg_sx_has(done, "完成") ||
      !(zg_sx_has(left, "正在") || zg_sx_has(left, "推进")))
    return none;
  for (size_t i = 0; i < of; i += zg_sx_len(s, i)) {
    zg_num total = zg_sx_digits(s, i);
    if (total.len && total.v == part.v + other.v)
      return (zg_verdict){ZG_STATE_PHASED, false, s};
  }
  return none;
}

/* …。整改成效:已完成。… after the measures: the last label counts. */
static zg_verdict by_label(zg_str a) {
  static const char *const labels[] = {"整改成效", "整改结果", "整改进展",
                                       "整改情况", "完成情况", "整改状态",
                                       "进展情况", NULL};
  zg_verdict v = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  for (size_t at = 0; (at = zg_sx_find(a, at, ":")) != ZG_NPOS; at++) {
    if (!zg_sx_ends_any(zg_sx_sub(a, 0, at), labels))
      continue;
    zg_str rest = zg_sx_sub(a, at + 1, at + NEAR);
    zg_verdict w = first_clause(zg_sx_trim(rest), true);
    if (w.at.p)
      v = w;
  }
  return v;
}

/* 正在推进后续收缴,预计2017年6月底前全部完成: the last sentence says what goes
 * on and by when it ends. */
static zg_verdict going_on(zg_str a) {
  static const char *const starts[] = {"正在推进", "正在整改", "正在办理",
                                       "正在实施", NULL};
  static const char *const plans[] = {"预计", "计划", "力争", NULL};
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  zg_str s = last_sentence(a);
  size_t from = zg_sx_starts(s, "目前") ? strlen("目前") : 0;
  if (zg_sx_at(s, from, ","))
    from++;
  if (!zg_sx_at_any(s, from, starts) || !zg_sx_has_any(s, plans) ||
      !zg_sx_has(s, "完成"))
    return none;
  return (zg_verdict){ZG_STATE_IN_PROGRESS, false, s};
}

/* 2名当事人已移交县纪委监委核查: all that the answer says. */
static zg_verdict only_handed_over(zg_str a) {
  static const char *const verbs[] = {"已移交", "已移送", "移交至", NULL};
  static const char *const bodies[] = {"纪委", "监委",     "公安", "检察",
                                       "司法", "审计机关", NULL};
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  zg_str s = last_sentence(a);
  zg_str clause = zg_sx_sub(s, 0, zg_sx_fwd_to(s, 0, CLAUSE));
  if (s.n + 6 < a.n || starts_measure(s) || !zg_sx_has_any(clause, verbs) ||
      !zg_sx_has_any(clause, bodies) || zg_sx_has(s, ";"))
    return none;
  return (zg_verdict){ZG_STATE_TRANSFERRED, false, clause};
}

zg_verdict zg_px_status_answer(zg_str head, zg_str answer, bool marked) {
  answer = zg_sx_trim(answer);
  zg_verdict v = first_clause(answer, marked);
  if (!v.at.p)
    v = by_subject(answer);
  if (!v.at.p)
    v = by_label(answer);
  if (!v.at.p)
    v = in_last_sentence(answer);
  if (!v.at.p)
    v = going_on(answer);
  if (!v.at.p)
    v = only_handed_over(answer);
  if (!v.at.p)
    v = named_in_last(answer);
  if (!v.at.p)
    v = whole_count(head, answer);
  if (!v.at.p)
    v = partition(answer);
  return v;
}

zg_verdict zg_px_status_field(zg_str head, zg_str value) {
  zg_verdict v = zg_px_status_clause(value);
  if (!v.at.p)
    v = zg_px_status_answer(head, value, true);
  if (v.at.p)
    return v;
  zg_num n = zg_sx_digits(value, 0);
  zg_str percent = zg_sx_sub(value, n.len, value.n);
  if (n.len && zg_str_is(percent, "%"))
    v = (zg_verdict){n.v >= 100 ? ZG_STATE_DONE : ZG_STATE_IN_PROGRESS, false,
                     value};
  return v;
}

zg_verdict zg_px_status_heading(zg_str t) {
  static const char *const things[] = {
      "整改事项", "整改任务", "整改问题", "事项", "问题", "任务", NULL};
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  /* asked once for each finding below: a long paragraph is no heading */
  t = zg_sx_sub(t, 0, zg_sx_fwd_to(zg_sx_sub(t, 0, NEAR), 0, "(:。\n"));
  size_t at = zg_sx_find_any(t, 0, things, NULL);
  if (at == ZG_NPOS)
    return none;
  size_t k = zg_sx_at_any(t, at, things);
  zg_str rest = zg_sx_sub(t, at + k, t.n), state = zg_sx_sub(t, 0, at);
  if (rest.n && !zg_str_is(rest, "情况") && !zg_str_is(rest, "清单"))
    return none;
  bool linked = zg_sx_ends(state, "的");
  if (linked)
    state.n -= strlen("的");
  /* (四)整改不到位的问题 is a finding */
  if (zg_sx_has(state, "不到位") || zg_sx_has(state, "未整改"))
    return none;
  zg_verdict v = zg_px_status_clause(state);
  /* 完成整改任务 is an aim */
  if (!linked && settles(v.state) && !zg_sx_starts(state, "已"))
    return none;
  return v;
}
