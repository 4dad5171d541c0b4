/* Status on two axes (how far; sustained or not).
 *
 * A clause gives a status only when all of it is a status: a subject word, a
 * core and a tail.  So filler (巩固已整改完成的工作成果) and the state of a
 * number inside an answer (4所学校已完成换届) give none. */
#include "index/parse_ctx.h"

typedef struct core {
  const char *word;
  zg_state state;
} core;

/* The longer of two that share a start stands first. */
static const core CORES[] = {
    {"阶段性完成整改", ZG_STATE_PHASED},
    {"阶段性整改到位", ZG_STATE_PHASED},
    {"阶段性完成", ZG_STATE_PHASED},
    {"取得阶段性成效", ZG_STATE_PHASED},
    {"取得阶段性成果", ZG_STATE_PHASED},
    {"取得阶段性进展", ZG_STATE_PHASED},
    {"部分完成整改", ZG_STATE_PHASED},
    {"部分完成", ZG_STATE_PHASED},
    {"部分整改", ZG_STATE_PHASED},
    {"完成或基本完成", ZG_STATE_BASICALLY_DONE},
    {"基本完成整改", ZG_STATE_BASICALLY_DONE},
    {"基本整改到位", ZG_STATE_BASICALLY_DONE},
    {"基本整改完成", ZG_STATE_BASICALLY_DONE},
    {"基本完成", ZG_STATE_BASICALLY_DONE},
    {"尚未完成整改", ZG_STATE_NOT_DONE},
    {"尚未整改到位", ZG_STATE_NOT_DONE},
    {"尚未完成", ZG_STATE_NOT_DONE},
    {"未完成整改", ZG_STATE_NOT_DONE},
    {"未整改到位", ZG_STATE_NOT_DONE},
    {"未完成", ZG_STATE_NOT_DONE},
    {"尚未整改", ZG_STATE_NOT_DONE},
    {"未整改", ZG_STATE_NOT_DONE},
    {"整改不到位", ZG_STATE_NOT_DONE},
    {"申请延期", ZG_STATE_DEFERRED},
    {"延期整改", ZG_STATE_DEFERRED},
    {"调整时限", ZG_STATE_DEFERRED},
    {"立案审查中", ZG_STATE_TRANSFERRED},
    {"正在核查", ZG_STATE_TRANSFERRED},
    {"已移交", ZG_STATE_TRANSFERRED},
    {"移交", ZG_STATE_TRANSFERRED},
    {"正在整改", ZG_STATE_IN_PROGRESS},
    {"正在有序推进", ZG_STATE_IN_PROGRESS},
    {"正在持续推进", ZG_STATE_IN_PROGRESS},
    {"正在推进", ZG_STATE_IN_PROGRESS},
    {"正在进行", ZG_STATE_IN_PROGRESS},
    {"持续推进", ZG_STATE_IN_PROGRESS},
    {"按序时推进", ZG_STATE_IN_PROGRESS},
    {"有序推进", ZG_STATE_IN_PROGRESS},
    {"推进中", ZG_STATE_IN_PROGRESS},
    {"整改中", ZG_STATE_IN_PROGRESS},
    {"需长期坚持", ZG_STATE_LONG_TERM},
    {"需长期整改", ZG_STATE_LONG_TERM},
    {"需要长期坚持", ZG_STATE_LONG_TERM},
    {"长期坚持", ZG_STATE_LONG_TERM},
    {"长期整改", ZG_STATE_LONG_TERM},
    {"常态化推进", ZG_STATE_LONG_TERM},
    {"持续整改", ZG_STATE_LONG_TERM},
    {"已整改完成", ZG_STATE_DONE},
    {"已整改完毕", ZG_STATE_DONE},
    {"已整改到位", ZG_STATE_DONE},
    {"已整改销号", ZG_STATE_DONE},
    {"整改完成", ZG_STATE_DONE},
    {"整改完毕", ZG_STATE_DONE},
    {"完成整改", ZG_STATE_DONE},
    {"整改到位", ZG_STATE_DONE},
    {"整改销号", ZG_STATE_DONE},
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
    "截至目前", "目前",     "该问题",   "此问题",   "该项问题", "此项问题",
    "上述问题", "以上问题", "本问题",   "相关问题", "该项整改", "整改工作",
    "整改任务", "该项工作", "此项工作", "本项工作", "问题",     "现已",
    "已经",     "均已",     "已全部",   "全部",     "均",       "已",
    "整改",     "今后",     "后续",     "将",       "现",       "仍",
    "并",       "继续",     "整体",     " ",        NULL};
static const char *const LONG[] = {
    "长期坚持", "长期推进",   "长期巩固",   "持续推进", "持续巩固",
    "持续坚持", "常态化推进", "常态化坚持", "巩固提升", "巩固成果",
    "常抓不懈", "持续深化",   "常态长效",   NULL};
static const char *const LINK[] = {"并", "且",   "但", "将", "需", "需要",
                                   "要", "继续", ",",  " ",  "、", NULL};
static const char *const SUBJECTS[] = {
    "该问题", "此问题", "该项问题", "此项问题", "上述问题", "以上问题", NULL};
static const char *const CLAUSE = ",。;:、(\n";

static const core *core_at(zg_str s, size_t i) {
  for (size_t k = 0; k < sizeof CORES / sizeof *CORES; k++)
    if (zg_sx_at(s, i, CORES[k].word))
      return &CORES[k];
  return NULL;
}

zg_verdict zg_px_status_clause(zg_str s) {
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL}, v = none;
  static const char *const after[] = {
      "整改任务", "整改", "任务", "清理", "到位", "状态", "阶段", "。", NULL};
  s = zg_sx_trim_of(s, "。;,()【】[]");
  size_t at = 0, k;
  if (s.n == 0 || s.n > 120)
    return none;
  const core *found = core_at(s, at);
  while (!found && (k = zg_sx_at_any(s, at, BEFORE)) != 0) {
    at += k;
    found = core_at(s, at);
  }
  if (!found)
    return none;
  v.state = found->state;
  at += strlen(found->word);
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
  return zg_sx_has(s, "长期坚持") || zg_sx_has(s, "常态化") ||
         zg_sx_has(s, "持续推进") || zg_sx_has(s, "持续巩固") ||
         zg_sx_has(s, "长期巩固");
}

static bool settles(zg_state s) {
  return s == ZG_STATE_DONE || s == ZG_STATE_BASICALLY_DONE ||
         s == ZG_STATE_PHASED;
}

static zg_verdict first_clause(zg_str a, bool marked) {
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
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
 * number. */
static zg_verdict subject_clause(zg_str s) {
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  zg_verdict v = zg_px_status_clause(s);
  for (size_t i = 0; i < s.n && !v.at.p; i += zg_sx_len(s, i)) {
    if (zg_sx_is_digit(s, i) || i > 90)
      return none;
    if (core_at(s, i))
      v = zg_px_status_clause(zg_sx_sub(s, i, s.n));
  }
  if (!v.at.p && zg_sx_has(s, "线索") && zg_sx_has(s, "移交"))
    v = (zg_verdict){ZG_STATE_TRANSFERRED, false, s};
  return v;
}

/* 该问题… wherever it stands; the last one counts. */
static zg_verdict by_subject(zg_str a) {
  zg_verdict v = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  for (int k = 0; SUBJECTS[k]; k++)
    for (size_t at = 0; (at = zg_sx_find(a, at, SUBJECTS[k])) != ZG_NPOS;) {
      size_t end = zg_sx_fwd_to(a, at, CLAUSE);
      zg_verdict w = subject_clause(zg_sx_sub(a, at, end));
      if (w.at.p && (!v.at.p || w.at.p > v.at.p)) {
        v = w;
        size_t stop = zg_sx_fwd_to(a, end, "。\n");
        if (settles(v.state) && sustained(zg_sx_sub(a, end, stop)))
          v.sustain = true;
      }
      at = end;
    }
  return v;
}

static zg_str last_sentence(zg_str a) {
  a = zg_sx_trim_of(a, "。;");
  size_t from = zg_sx_back_to(a, a.n, "。\n", a.n);
  return zg_sx_trim(zg_sx_sub(a, from, a.n));
}

static bool starts_measure(zg_str s) {
  uint32_t cp = zg_sx_cp(s, 0);
  if ((cp >= 0x2460 && cp <= 0x2473) || zg_sx_starts(s, "第"))
    return true;
  zg_num n = zg_sx_han_number(s, 0);
  return n.len && zg_sx_at(s, n.len, "是");
}

/* 发现问题36个,均已整改到位: said of the number before it. */
static bool of_a_count(zg_str s, size_t at) {
  static const char *const all[] = {"均", "全部", "已全部", "都", NULL};
  if (at == 0 || !zg_sx_at_any(s, at, all))
    return false;
  size_t comma = zg_sx_prev(s, at);
  size_t from = zg_sx_back_to(s, comma, ",。;\n", 120);
  for (size_t i = from; i < comma; i++)
    if (zg_sx_is_digit(s, i))
      return true;
  return false;
}

static zg_verdict in_last_sentence(zg_str a) {
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  zg_str s = last_sentence(a);
  if (starts_measure(s))
    return none;
  for (size_t at = 0; at < s.n;) {
    size_t end = zg_sx_fwd_to(s, at, CLAUSE);
    zg_verdict v = zg_px_status_clause(zg_sx_sub(s, at, end));
    if (v.at.p && v.at.n > strlen("完成") && !of_a_count(s, at)) {
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

/* 14个处分决定执行不到位问题全部完成整改: a count whose noun is the finding
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

zg_verdict zg_px_status_answer(zg_str head, zg_str answer, bool marked) {
  answer = zg_sx_trim(answer);
  zg_verdict v = first_clause(answer, marked);
  if (!v.at.p)
    v = by_subject(answer);
  if (!v.at.p)
    v = in_last_sentence(answer);
  if (!v.at.p)
    v = named_in_last(answer);
  if (!v.at.p)
    v = whole_count(head, answer);
  if (!v.at.p)
    v = partition(answer);
  return v;
}
