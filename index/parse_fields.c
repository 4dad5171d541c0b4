/* 责任单位:…, 整改时限:…, 完成情况:… as lines, joined by ; or as cells. */
#include "index/parse_ctx.h"

typedef struct label {
  const char *word;
  zg_cell kind;
  int rank; /* of an owner: a unit before a person before a leader */
} label;

/* Longer words before those that they begin with. */
static const label LABELS[] = {
    {"序号", ZG_CELL_NUMBER, 0},
    {"编号", ZG_CELL_NUMBER, 0},
    {"问题编号", ZG_CELL_NUMBER, 0},
    {"问题序号", ZG_CELL_NUMBER, 0},
    {"问题类别", ZG_CELL_OTHER, 0},
    {"问题类型", ZG_CELL_OTHER, 0},
    {"问题来源", ZG_CELL_OTHER, 0},
    {"反馈问题", ZG_CELL_PROBLEM, 0},
    {"反馈的问题", ZG_CELL_PROBLEM, 0},
    {"反馈具体问题", ZG_CELL_PROBLEM, 0},
    {"巡察反馈问题", ZG_CELL_PROBLEM, 0},
    {"巡视反馈问题", ZG_CELL_PROBLEM, 0},
    {"督察反馈问题", ZG_CELL_PROBLEM, 0},
    {"审计查出问题", ZG_CELL_PROBLEM, 0},
    {"审计发现问题", ZG_CELL_PROBLEM, 0},
    {"反馈意见", ZG_CELL_PROBLEM, 0},
    {"存在问题", ZG_CELL_PROBLEM, 0},
    {"存在的问题", ZG_CELL_PROBLEM, 0},
    {"问题描述", ZG_CELL_PROBLEM, 0},
    {"问题表现", ZG_CELL_PROBLEM, 0},
    {"问题内容", ZG_CELL_PROBLEM, 0},
    {"问题清单", ZG_CELL_PROBLEM, 0},
    {"问题概述", ZG_CELL_PROBLEM, 0},
    {"具体问题", ZG_CELL_PROBLEM, 0},
    {"主要问题", ZG_CELL_PROBLEM, 0},
    {"突出问题", ZG_CELL_PROBLEM, 0},
    {"整改问题", ZG_CELL_PROBLEM, 0},
    {"整改事项", ZG_CELL_PROBLEM, 0},
    {"问题", ZG_CELL_PROBLEM, 0},
    {"整改状态", ZG_CELL_STATE, 0},
    {"完成情况", ZG_CELL_STATE, 0},
    {"完成状态", ZG_CELL_STATE, 0},
    {"整改进度", ZG_CELL_STATE, 0},
    {"办理状态", ZG_CELL_STATE, 0},
    {"销号情况", ZG_CELL_STATE, 0},
    {"是否完成", ZG_CELL_STATE, 0},
    {"完成进度", ZG_CELL_STATE, 0},
    {"当前状态", ZG_CELL_STATE, 0},
    {"目前状态", ZG_CELL_STATE, 0},
    {"状态", ZG_CELL_STATE, 0},
    {"整改时限", ZG_CELL_DEADLINE, 0},
    {"整改完成时限", ZG_CELL_DEADLINE, 0},
    {"整改完成时间", ZG_CELL_DEADLINE, 0},
    {"整改时间", ZG_CELL_DEADLINE, 0},
    {"完成时限", ZG_CELL_DEADLINE, 0},
    {"完成时间", ZG_CELL_DEADLINE, 0},
    {"整改期限", ZG_CELL_DEADLINE, 0},
    {"完成期限", ZG_CELL_DEADLINE, 0},
    {"办结时限", ZG_CELL_DEADLINE, 0},
    {"时限要求", ZG_CELL_DEADLINE, 0},
    {"时限", ZG_CELL_DEADLINE, 0},
    {"责任单位", ZG_CELL_OWNER, 4},
    {"整改责任单位", ZG_CELL_OWNER, 4},
    {"责任主体", ZG_CELL_OWNER, 4},
    {"责任部门", ZG_CELL_OWNER, 4},
    {"责任股室", ZG_CELL_OWNER, 4},
    {"责任科室", ZG_CELL_OWNER, 4},
    {"责任处室", ZG_CELL_OWNER, 4},
    {"牵头单位", ZG_CELL_OWNER, 4},
    {"牵头部门", ZG_CELL_OWNER, 4},
    {"牵头科室", ZG_CELL_OWNER, 4},
    {"牵头责任单位", ZG_CELL_OWNER, 4},
    {"牵头股室", ZG_CELL_OWNER, 4},
    {"主要责任人", ZG_CELL_OWNER, 3},
    {"责任人", ZG_CELL_OWNER, 3},
    {"整改责任人", ZG_CELL_OWNER, 3},
    {"责任领导", ZG_CELL_OWNER, 2},
    {"牵头领导", ZG_CELL_OWNER, 2},
    {"分管领导", ZG_CELL_OWNER, 2},
    {"配合单位", ZG_CELL_OTHER, 0},
    {"配合部门", ZG_CELL_OTHER, 0},
    {"督办单位", ZG_CELL_OTHER, 0},
    {"验收单位", ZG_CELL_OTHER, 0},
    {"整改类型", ZG_CELL_OTHER, 0},
    {"整改类别", ZG_CELL_OTHER, 0},
    {"整改方式", ZG_CELL_OTHER, 0},
    {"整改目标", ZG_CELL_OTHER, 0},
    {"备注", ZG_CELL_OTHER, 0},
    {"整改措施", ZG_CELL_ANSWER, 0},
    {"整改举措", ZG_CELL_ANSWER, 0},
    {"整改情况", ZG_CELL_ANSWER, 0},
    {"整改落实情况", ZG_CELL_ANSWER, 0},
    {"整改进展情况", ZG_CELL_ANSWER, 0},
    {"整改进展", ZG_CELL_ANSWER, 0},
    {"整改完成情况", ZG_CELL_ANSWER, 0},
    {"整改成效", ZG_CELL_ANSWER, 0},
    {"整改结果", ZG_CELL_ANSWER, 0},
    {"整改措施及成效", ZG_CELL_ANSWER, 0},
    {"进展情况", ZG_CELL_ANSWER, 0},
    {"落实情况", ZG_CELL_ANSWER, 0},
    {"采取措施", ZG_CELL_ANSWER, 0},
    {"具体措施", ZG_CELL_ANSWER, 0},
};

/* The longest label that stands at i. */
static const label *label_at(zg_str s, size_t i) {
  const label *best = NULL;
  if (i > s.n || s.n - i < strlen("序号"))
    return NULL;
  for (size_t k = 0; k < sizeof LABELS / sizeof *LABELS; k++)
    if (s.p[i + 2] == LABELS[k].word[2] && zg_sx_at(s, i, LABELS[k].word) &&
        (!best || strlen(LABELS[k].word) > strlen(best->word)))
      best = &LABELS[k];
  return best;
}

zg_cell zg_px_label(zg_str s) {
  s = zg_sx_trim_of(s, ":*|");
  const label *l = label_at(s, 0);
  /* 整改时限(年月), 责任单位及责任人 */
  static const char *const more[] = {"(", "及", "和", "、", "/", NULL};
  if (!l || (s.n != strlen(l->word) && !zg_sx_at_any(s, strlen(l->word), more)))
    return ZG_CELL_NONE;
  return l->kind;
}

static const label *field_label(zg_str s, size_t i, size_t *value) {
  bool bracket = zg_sx_at(s, i, "【");
  if (bracket)
    i += strlen("【");
  /* every label begins with a Han character */
  if (i >= s.n || (unsigned char)s.p[i] < 0xE0)
    return NULL;
  const label *l = label_at(s, i);
  if (!l)
    return NULL;
  size_t at = i + strlen(l->word);
  static const char *const more[] = {"及责任人", "和责任人", "及负责人", NULL};
  at += zg_sx_at_any(s, at, more);
  if (bracket && zg_sx_at(s, at, "】")) {
    at += strlen("】");
    *value = at + (zg_sx_at(s, at, ":") ? 1 : 0);
    return l;
  }
  if (!zg_sx_at(s, at, ":"))
    return NULL;
  *value = at + 1;
  return l;
}

zg_cell zg_px_field_at(zg_str s, size_t i, size_t *value) {
  const label *l = field_label(s, i, value);
  return l ? l->kind : ZG_CELL_NONE;
}

static bool is_field(zg_cell kind) {
  return kind == ZG_CELL_STATE || kind == ZG_CELL_DEADLINE ||
         kind == ZG_CELL_OWNER || kind == ZG_CELL_OTHER;
}

bool zg_px_is_field(zg_str s, size_t i) {
  size_t v = 0;
  return is_field(zg_px_field_at(s, i, &v));
}

static bool has_date(zg_str s) {
  for (size_t i = 0; i < s.n && i < 120; i += zg_sx_len(s, i))
    if (zg_px_date(s, i).y)
      return true;
  return false;
}

void zg_px_take_field(zg_fields *f, zg_cell kind, zg_str word, zg_str v) {
  v = zg_sx_trim_of(v, ";。,|");
  if (!v.n)
    return;
  const label *l = label_at(word, 0);
  if (kind == ZG_CELL_STATE && !f->state.p) {
    f->state = v;
  } else if (kind == ZG_CELL_DEADLINE && !f->deadline.p) {
    f->deadline = v;
  } else if (kind == ZG_CELL_OWNER && l && l->rank > f->owner_rank) {
    f->owner = v;
    f->owner_rank = l->rank;
  } else if (kind == ZG_CELL_OTHER && !f->deadline.p && has_date(v) &&
             zg_sx_starts(word, "整改目标")) {
    f->deadline = v; /* 整改目标:2024年6月底前完成 */
  }
}

/* End of a value that starts at v: ; 。 blank, an outer bracket, or a comma
 * before the next label. */
static size_t value_end(zg_str s, size_t v) {
  int depth = 0;
  size_t skip = 0, i = v;
  for (; i < s.n; i += zg_sx_len(s, i)) {
    if (zg_sx_in(s, i, ";。 \t|】\n"))
      break;
    if (zg_sx_at(s, i, ",") && zg_px_field_at(s, i + 1, &skip))
      break;
    depth += zg_sx_at(s, i, "(");
    if (zg_sx_at(s, i, ")") && depth-- == 0)
      break;
  }
  return i;
}

/* The fields that stand in a row from i on; returns where they end: at text
 * after a full stop, or at the line's end. */
static size_t take_row(zg_fields *f, zg_str line, size_t i) {
  bool sentence = false;
  while (i < line.n) {
    size_t v = i;
    const label *l = field_label(line, i, &v);
    if (l && !is_field(l->kind))
      return i;
    if (!l && sentence)
      return i;
    while (v < line.n && line.p[v] == ' ')
      v++;
    size_t stop = value_end(line, v);
    if (l)
      zg_px_take_field(f, l->kind, zg_sx_sub(line, i, v),
                       zg_sx_sub(line, v, stop));
    sentence = zg_sx_at(line, stop, "。") || zg_sx_at(line, stop, ")");
    while (stop < line.n && zg_sx_in(line, stop, ";。, \t|)】【("))
      stop += zg_sx_len(line, stop);
    i = stop > i ? stop : i + zg_sx_len(line, i);
  }
  return i;
}

zg_str zg_px_read_fields(zg_fields *f, zg_str s) {
  size_t first = 0, last = s.n;
  bool content = false;
  for (size_t at = 0; at < s.n;) {
    size_t end = zg_sx_fwd_to(s, at, "\n"), i = at;
    while (i < end && zg_sx_in(s, i, " (【[") && !zg_px_is_field(s, i))
      i += zg_sx_len(s, i);
    size_t stop = at;
    if (i < end && zg_px_is_field(s, i))
      stop = take_row(f, zg_sx_sub(s, 0, end), i);
    if (stop == at && i < end) { /* text */
      content = true;
      last = s.n;
    } else if (stop > at && stop < end) { /* fields, then text */
      first = content ? first : stop;
      content = true;
      last = s.n;
    } else if (stop > at && !content) {
      first = end < s.n ? end + 1 : end;
    } else if (stop > at && last == s.n) {
      last = at;
    }
    at = end + 1;
  }
  return zg_sx_trim(zg_sx_sub(s, first, last));
}
