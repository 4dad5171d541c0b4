/* Rules made and cases of one finding.  Each scan is anchored on its unit word
 * (项, 个 …; 起, 件) and looks back inside the clause. */
#include "index/parse_ctx.h"

static const char *const APPROX[] = {"余", "多", NULL};
static const char *const RULE_VERBS[] = {"制定", "修订",   "完善",     "出台",
                                         "新建", "健全",   "建立",     "形成",
                                         "新增", "新制定", "建章立制", NULL};
static const char *const RULE_NOUNS[] = {"制度", "机制", "办法", "规定",
                                         "细则", "规范", "规程", "规则",
                                         "规章", "文件", "章程", NULL};
static const char *const RULE_TOPICS[] = {"制度",     "机制", "办法",
                                          "建章立制", "规章", NULL};
static const char *const RULE_UNITS[] = {"项", "个", "部", "份", "件", NULL};
static const char *const STOPS = ",;。:\n";

enum { REACH = 300 };

/* Digits, or a Han number of two or more (三项): 一项 is a word. */
static zg_num count_at(zg_str s, size_t i) {
  zg_num n = zg_sx_digits(s, i);
  if (n.len)
    return n.v10k % 10000 ? (zg_num){0, 0, n.len} : n;
  n = zg_sx_han_number(s, i);
  if (n.v < 2)
    n.v = 0;
  return n;
}

/* Inside a bracket after a counted number, or after 其中: parts of it. */
static bool is_part(zg_str s, size_t at, size_t counted) {
  if (counted == ZG_NPOS || at - counted > REACH)
    return false;
  zg_str between = zg_sx_sub(s, counted, at);
  if (zg_sx_has(between, "。") || zg_sx_has(between, ";"))
    return false;
  size_t open = zg_sx_find(between, 0, "(");
  bool inside = open != ZG_NPOS && !zg_sx_has(between, ")");
  return inside || zg_sx_has(between, "其中") || zg_sx_has(between, "包括");
}

/* Whether the number at [at, end) with its classifier counts rules. */
static bool counts_rules(zg_str s, size_t prev, size_t at, size_t end,
                         size_t last_rule) {
  size_t lo = zg_sx_back_to_clause(s, at, STOPS, REACH);
  if (lo < prev)
    lo = prev;
  size_t stop = zg_sx_fwd_to(zg_sx_sub(s, 0, end + 90), end, ",;。:、(\n");
  zg_str before = zg_sx_sub(s, lo, at), after = zg_sx_sub(s, end, stop);
  /* 新修订的54项制度 names them, and made them some other time */
  bool next = last_rule == prev && zg_sx_starts(before, "、") &&
              zg_sx_ends_any(before, RULE_NOUNS);
  if (next) /* 办法8个、细则3个 */
    return true;
  if (zg_sx_ends(before, "的") || !zg_sx_has_any(before, RULE_VERBS))
    return false;
  if (zg_sx_ends_any(before, RULE_NOUNS) ||
      (after.n < 60 && zg_sx_ends_any(after, RULE_NOUNS)))
    return true;
  if (after.n) /* 完善设施12项目录 */
    return false;
  /* 建章立制37项;  新建69项、完善35项制度: the noun may come with another */
  zg_str verb = zg_sx_trim_of(before, "、和");
  bool bare = zg_sx_chars(verb) <= 3 || zg_sx_ends(verb, "建章立制");
  bool chain = last_rule != ZG_NPOS && at - last_rule <= 24;
  bool ahead = zg_sx_at(s, end, "、") &&
               zg_sx_has_any(zg_sx_sub(s, end, end + 60), RULE_NOUNS);
  size_t sentence = zg_sx_back_to(s, at, "。;\n", 240);
  bool topic = zg_sx_has_any(zg_sx_sub(s, sentence, at), RULE_TOPICS);
  return bare && (chain || ahead || topic);
}

/* 形成制度机制31项; 出台3项制度; 新建69项、完善35项. */
int64_t zg_px_rules(zg_str s) {
  int64_t total = 0;
  size_t last_rule = ZG_NPOS; /* end of the last counted */
  size_t prev = 0;            /* end of the number before */
  for (size_t i = 0; i < s.n;) {
    zg_num n = count_at(s, i);
    if (!n.len) {
      i += zg_sx_len(s, i);
      continue;
    }
    size_t at = i, end = i + n.len;
    i = end;
    end += zg_sx_at_any(s, end, APPROX);
    size_t unit = zg_sx_at_any(s, end, RULE_UNITS);
    /* 八项规定 is a name */
    if (!unit || n.v <= 0 || n.v > 2000 || zg_sx_at(s, at, "八项规定"))
      continue;
    end += unit;
    if (!is_part(s, at, last_rule) &&
        counts_rules(s, prev, at, end, last_rule)) {
      total += n.v;
      last_rule = end;
    }
    prev = end;
  }
  return total;
}

/* 查处14起, 立案2件, 立案查处12起: a number counts once. */
int64_t zg_px_cases(zg_str s) {
  static const char *const verbs[] = {"查处", "立案", "查办", "办结案件",
                                      "侦办", "查结", NULL};
  static const char *const units[] = {"起", "件", "宗", NULL};
  static const char *const not_cases[] = {"信访", "线索", "提案", "建议",
                                          "举报", "诉求", NULL};
  enum { MAX_CASES = 100000 };
  int64_t total = 0;
  size_t prev = 0; /* end of the number before: a verb serves one number */
  size_t last = ZG_NPOS;
  for (size_t i = 0; i < s.n;) {
    zg_num n = count_at(s, i);
    if (!n.len) {
      i += zg_sx_len(s, i);
      continue;
    }
    size_t end = i + n.len, unit = zg_sx_at_any(s, end, units);
    bool digits = zg_sx_is_digit(s, i);
    if (unit && n.v > 0 && n.v <= MAX_CASES) {
      size_t lo = zg_sx_back_to_clause(s, i, STOPS, 150);
      zg_str before = zg_sx_sub(s, lo < prev ? prev : lo, i);
      if (zg_sx_has_any(before, verbs) && !zg_sx_has_any(before, not_cases) &&
          !is_part(s, i, last)) {
        total += n.v;
        last = end + unit;
      }
    }
    i = end;
    if (digits) /* 八项规定 is no number */
      prev = end;
  }
  return total;
}
