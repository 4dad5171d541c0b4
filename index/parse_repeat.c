/* Words that say that a problem was there before.  A strong cue stands in the
 * statement and says so of the finding itself; a weak one is a promise, a rule
 * or a habit of speech. */
#include "index/parse_ctx.h"

/* Earlier inspections. */
static const char *const PRIOR[] = {"上轮",   "上一轮", "上届",   "上一届",
                                    "前次",   "前轮",   "前一轮", "上次巡",
                                    "上次审", "以往巡", "历次巡", NULL};
static const char *const KINDS[] = {"巡视", "巡察", "回头看", "审计",
                                    "督察", "督查", NULL};
static const char *const SAYS[] = {"指出", "反馈", "发现", "移交",
                                   "认定", "通报", NULL};
/* Another body's inspection without its year: only with a word that it goes
 * on. */
static const char *const UNDATED[] = {"审计指出", "审计反馈", "审计发现",
                                      "督察指出", "督察反馈", NULL};
/* It goes on. */
static const char *const STILL[] = {
    "仍",   "依然",   "至今",   "尚未",   "尚有",   "尚存",   "再次",
    "反弹", "未整改", "未完成", "不彻底", "不到位", "不扎实", "不力",
    "拖延", "实际",   "又",     "继续",   "反复",   NULL};
static const char *const GOES_ON[] = {"仍",   "依然", "至今",   "拖了", "久拖",
                                      "迟迟", "再次", "没动静", NULL};
/* It had gone and came back. */
static const char *const BACK_AGAIN[] = {
    "反弹",     "抬头",   "回潮",   "复发",     "死灰复燃", "再次出现",
    "再次发生", "又出现", "又发生", "卷土重来", NULL};
/* It had been called done. */
static const char *const CLAIMED[] = {
    "认为已完成整改", "报告已",       "上报称",     "称已",
    "报告已整改",     "报告整改完成", "报告已完成", "整改完毕",
    "已完成整改",     "报称",         "已整改完成", "已销号",
    "反馈已整改",     "上报已",       "整改后又",   "整改后再次",
    "整改后仍",       "整改完成后",   "已整改到位", "完成整改后",
    "上报完成",       "上报整改完成", "报告完成",   "已办结",
    "销号后",         "已报整改",     NULL};
static const char *const DENIED[] = {"未完成整改", "尚未", "未整改到位",
                                     "没有改到位", NULL};
/* Not done, in any words, of an earlier round. */
static const char *const NOT_DONE[] = {"未", "没有", "没", "不", "只", NULL};
/* These alone say it. */
static const char *const ALWAYS[] = {"屡改屡犯",   "边改边犯",     "屡禁不止",
                                     "反复出现",   "再次出现",     "反弹回潮",
                                     "未整改到位", "新官不理旧账", "老问题",
                                     "改而复发",   "前改后犯",     NULL};
/* 巡察整改不到位: of rectification only. */
static const char *const HALF[] = {
    "整改不到位",     "整改不彻底",   "整改不扎实",   "整改落实不到位",
    "整改落实不彻底", "整改不够到位", "整改不够彻底", NULL};
static const char *const OF_INSPECTION[] = {"巡视", "巡察", "审计",     "督察",
                                            "反馈", "移交", "检查发现", NULL};
static const char *const LEGACY[] = {"历史遗留", NULL};
static const char *const PROMISE[] = {"防止", "严防", "避免",   "杜绝",
                                      "遏制", "防范", "坚决不", NULL};
static const char *const RELAPSE[] = {
    "反弹回潮", "反弹", "再次发生", "再次出现", "回潮", "死灰复燃", NULL};
static const char *const HABIT[] = {"“回头看”", "\"回头看\"", "举一反三",
                                    "长期存在", NULL};
static const char *const STOPS = ",;。:\n";

enum { REACH = 240, MAX_CUES = 12 };

static void add(zg_ctx *c, zg_finding *f, zg_str at, bool strong, size_t *cap) {
  zg_str raw = zg_px_raw(c, at);
  void *items = f->repeat_cues;
  /* 反弹 in 反弹回潮: the longer one is there already */
  for (size_t k = 0; k < f->n_repeat_cues; k++)
    if (f->repeat_cues[k].text.p == raw.p)
      return;
  if (f->n_repeat_cues >= MAX_CUES ||
      !zg_px_grow(c, &items, f->n_repeat_cues, cap, sizeof *f->repeat_cues))
    return;
  f->repeat_cues = items;
  f->repeat_cues[f->n_repeat_cues++] =
      (zg_repeat_cue){raw, strong, zg_px_span(c, at)};
}

/* Where an inspection of an earlier year is named and what it said (20XX年
 * 县委巡察指出); ZG_NPOS if nowhere.  *end: after its last word. */
static size_t dated(zg_str h, size_t from, size_t *end) {
  for (size_t at = from; (at = zg_sx_find(h, at, "年")) != ZG_NPOS;) {
    at += strlen("年");
    if (at < 7 || !zg_sx_is_digit(h, at - 4) || !zg_sx_is_digit(h, at - 7))
      continue;
    const char *word = NULL;
    zg_str run = zg_sx_sub(h, at, at + 60);
    size_t kind = zg_sx_find_any(run, 0, KINDS, NULL);
    size_t says =
        kind == ZG_NPOS ? ZG_NPOS : zg_sx_find_any(run, kind, SAYS, &word);
    if (says == ZG_NPOS)
      continue;
    *end = at + says + strlen(word);
    return at - 7;
  }
  return ZG_NPOS;
}

static size_t prior(zg_str h, size_t *end) {
  const char *word = NULL;
  size_t year_end = 0, year = dated(h, 0, &year_end);
  size_t at = zg_sx_find_any(h, 0, PRIOR, &word);
  if (at == ZG_NPOS || year < at) {
    *end = year_end;
    return year;
  }
  *end = at + strlen(word);
  return at;
}

/* 审计指出…,拖了三年: from the one to the other. */
static size_t undated(zg_str h, size_t *end) {
  const char *word = NULL;
  size_t at = zg_sx_find_any(h, 0, UNDATED, NULL);
  zg_str rest = zg_sx_sub(h, at == ZG_NPOS ? h.n : at, h.n);
  size_t still = zg_sx_find_any(rest, 0, GOES_ON, &word);
  if (still == ZG_NPOS)
    return ZG_NPOS;
  *end = at + still + strlen(word);
  return at;
}

/* A promise stands in front of the word in its clause. */
static bool promised(zg_str s, size_t at) {
  size_t lo = zg_sx_back_to(s, at, STOPS, 120);
  return zg_sx_has_any(zg_sx_sub(s, lo, at), PROMISE);
}

static size_t unpromised(zg_str s, const char *const *list, const char **word) {
  for (; *list; list++)
    for (size_t at = 0; (at = zg_sx_find(s, at, *list)) != ZG_NPOS;
         at += strlen(*list))
      if (!promised(s, at)) {
        *word = *list;
        return at;
      }
  return ZG_NPOS;
}

/* 审计反馈问题整改不彻底. */
static size_t half_done(zg_str h, const char **word) {
  size_t at = zg_sx_find_any(h, 0, HALF, word);
  if (at == ZG_NPOS)
    return ZG_NPOS;
  size_t lo = zg_sx_back_to(h, at, STOPS, 120);
  return zg_sx_has_any(zg_sx_sub(h, lo, at), OF_INSPECTION) ? at : ZG_NPOS;
}

/* Strong cues in the statement only: 防止反弹 in an answer is a promise.
 * What an earlier inspection pointed out (上轮巡察指出的…问题) and this one
 * names again has not been put right; it has been and came back where the text
 * says so (又抬头), or had been reported as done. */
zg_repeat zg_px_repeat(zg_str h) {
  const char *word = NULL;
  size_t end = 0;
  bool before = prior(h, &end) != ZG_NPOS;
  zg_str rest = before ? zg_sx_sub(h, end, h.n) : h;
  bool again = unpromised(h, STILL, &word) != ZG_NPOS;
  bool told = before && (zg_sx_has_any(zg_sx_sub(h, 0, end), SAYS) ||
                         zg_sx_has_any(zg_sx_sub(rest, 0, 60), SAYS));
  bool back = before && unpromised(rest, BACK_AGAIN, &word) != ZG_NPOS;
  bool claimed =
      before && (again || zg_sx_has(h, "发现")) && zg_sx_has_any(h, CLAIMED);
  if ((back || claimed) && !zg_sx_has_any(h, DENIED))
    return ZG_REPEAT_CLAIMED_DONE_FOUND_AGAIN;
  if (before && (again || told || zg_sx_has_any(rest, NOT_DONE)))
    return ZG_REPEAT_CARRIED_OVER_UNFIXED;
  if (unpromised(h, ALWAYS, &word) != ZG_NPOS || undated(h, &end) != ZG_NPOS ||
      half_done(h, &word) != ZG_NPOS)
    return ZG_REPEAT_CARRIED_OVER_UNFIXED;
  return ZG_REPEAT_NONE;
}

/* The strong cues of a statement: 上轮巡察指出…仍 from the one to the other. */
static void strong_cues(zg_ctx *c, zg_finding *f, zg_str h, size_t *cap) {
  const char *word = NULL;
  size_t end = 0, from = prior(h, &end);
  if (from != ZG_NPOS) {
    zg_str rest = zg_sx_sub(h, end, end + REACH);
    size_t back = unpromised(rest, BACK_AGAIN, &word);
    size_t still = back != ZG_NPOS ? back : unpromised(rest, STILL, &word);
    if (still != ZG_NPOS)
      end += still + strlen(word);
    add(c, f, zg_sx_sub(h, from, end), true, cap);
  } else if ((from = undated(h, &end)) != ZG_NPOS)
    add(c, f, zg_sx_sub(h, from, end), true, cap);
  for (int k = 0; ALWAYS[k]; k++) {
    const char *const one[] = {ALWAYS[k], NULL};
    size_t at = unpromised(h, one, &word);
    if (at != ZG_NPOS)
      add(c, f, zg_sx_sub(h, at, at + strlen(word)), true, cap);
  }
  size_t at = half_done(h, &word);
  if (at != ZG_NPOS)
    add(c, f, zg_sx_sub(h, at, at + strlen(word)), true, cap);
  at = unpromised(h, LEGACY, &word);
  if (at != ZG_NPOS)
    add(c, f, zg_sx_sub(h, at, at + strlen(word)), true, cap);
}

/* 严防反弹, 开展“回头看”: the first of each in a text. */
static void weak_cues(zg_ctx *c, zg_finding *f, zg_str s, size_t *cap) {
  for (int k = 0; RELAPSE[k]; k++)
    for (size_t at = 0; (at = zg_sx_find(s, at, RELAPSE[k])) != ZG_NPOS;) {
      size_t lo = zg_sx_back_to(s, at, STOPS, 120);
      size_t end = at + strlen(RELAPSE[k]);
      size_t from = zg_sx_find_any(zg_sx_sub(s, 0, at), lo, PROMISE, NULL);
      at = end;
      if (from == ZG_NPOS)
        continue;
      add(c, f, zg_sx_sub(s, from, end), false, cap);
      break;
    }
  for (int k = 0; HABIT[k]; k++) {
    size_t at = zg_sx_find(s, 0, HABIT[k]);
    if (at != ZG_NPOS)
      add(c, f, zg_sx_sub(s, at, at + strlen(HABIT[k])), false, cap);
  }
}

void zg_px_repeats(zg_ctx *c, zg_finding *f, zg_str head, zg_str answer) {
  size_t cap = 0;
  f->repeat = zg_px_repeat(head);
  strong_cues(c, f, head, &cap);
  weak_cues(c, f, head, &cap);
  weak_cues(c, f, answer, &cap);
}
