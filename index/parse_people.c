/* People and 人次 of one finding, typed by what was done to them. */
#include "index/parse_ctx.h"

static const char *const HANDLED[] = {
    "党内严重警告", "党内警告", "严重警告", "政务警告", "政务记过", "记大过",
    "记过",         "政务处分", "党纪处分", "纪律处分", "处分",     "组织处理",
    "处理",         "诫勉谈话", "诫勉",     "问责",     "追责",     "批评教育",
    "约谈",         "提醒谈话", "谈话提醒", "提醒",     "通报批评", "警示谈话",
    "责令检查",     "书面检查", "书面检讨", "降级",     "降职",     "免职",
    "撤职",         "撤换",     "开除",     "辞退",     "解聘",     "降低岗位",
    "降低薪级",     "重新认定", "立案审查", "立案",     "留党察看", "移送司法",
    "移送",         "留用察看", "调离",     "停职",     "取消资格", "警告",
    "批评",         "降薪",     "训诫",     "谈话函询", "函询",     "组织调整",
    "责令辞职",     "引咎辞职", "追究责任", "留置",     "通报",     "撤销",
    "责令作出检查", "作出检查", "检讨",     "缓聘",     "诫勉约谈", "降低级别",
    "政务撤职",     "政务降级", "党内撤职", "职务调整", "查处",     "调整岗位",
    "调整职务",     "纪律审查", NULL};
static const char *const STAFFING[] = {
    "配备", "配齐", "配强",     "选派", "招聘", "补聘", "聘请", "引进", "选聘",
    "返聘", "招录", "定向培养", "补充", "增配", "充实", "聘用", "增设", "设置",
    "聘任", "补招", "招考",     "选配", "下沉", "选调", "遴选", "补齐", "补录",
    "派驻", "招募", "落实",     "指定", "新增", "选拔", "转岗", NULL};
/* They staff a post only with its name. */
static const char *const POSTS[] = {"落实", "指定", "新增", NULL};
static const char *const TRAINED[] = {"培训",     "参训", "轮训", "跟班学习",
                                      "跟岗学习", "集训", "受训", NULL};
/* Deeds that are none to these people: 提醒短信, 通报表扬. */
static const char *const NOT_DEEDS[] = {
    "提醒短信", "提醒函",   "提醒单",   "通报表扬", "通报会",
    "处理信访", "处理投诉", "查处案件", "撤销合同", "批评意见",
    "约谈会",   "培训机构", NULL};
/* 3人 is a count of people, 3人民 … is not. */
static const char *const NOT_AFTER[] = {"人民", "人大", "人才", "人事", "人均",
                                        "人社", "人口", "人员", "人家", "人头",
                                        "名称", "名义", "名额", "名单", "名录",
                                        "位置", "位数", "位于", NULL};
static const char *const PERSONS[] = {"干部",   "人员",   "党员", "职工",
                                      "责任人", "负责人", "领导", "教师",
                                      "科级",   "处级",   "股级", NULL};
static const char *const STOPS = ",;。:\n";
/* 1人1档, 3人以上 are no counts. */
static const char *const RULE_AFTER[] = {"以上", "以下", "以内", "一档",
                                         "1档",  "一策", "1策",  "一表",
                                         "一岗", "一案", NULL};
static const char *const OF_WHICH[] = {"其中", NULL};
/* 给予3人处分; 责任人5人被问责. */
static const char *const GIVEN_BEFORE[] = {"对", "将", "给予", "予以",
                                           "把", "让", NULL};
static const char *const GIVEN_AFTER[] = {"被", "受到", "受", "已", NULL};
/* 约谈相关责任人,共12人: the clause before has the verb. */
static const char *const SUMS[] = {"共计", "共",   "合计", "累计",
                                   "总计", "涉及", NULL};

typedef struct count {
  int64_t n;
  size_t at, end;
  bool times, approx, han;
} count;

static size_t nearest(zg_str w, const char *const *list, const char **word) {
  size_t best = ZG_NPOS;
  for (; *list; list++) {
    size_t k = zg_sx_rfind(w, *list);
    /* of two that end at one place the longer counts: 党内警告, 警告 */
    if (k == ZG_NPOS)
      continue;
    size_t end = k + strlen(*list);
    size_t old = best == ZG_NPOS ? 0 : best + strlen(*word);
    if (best == ZG_NPOS || end > old ||
        (end == old && strlen(*list) > strlen(*word))) {
      best = k;
      *word = *list;
    }
  }
  return best;
}

/* 17人次, 600余人, 2名: a number and its unit at i. */
static bool count_at(zg_str s, size_t i, count *out) {
  zg_num n = zg_sx_digits(s, i);
  bool han = false;
  if (!n.len) {
    n = zg_sx_han_number(s, i);
    han = true;
  }
  if (!n.len)
    return false;
  size_t at = i + n.len, k = 0;
  bool approx = false;
  if (zg_sx_at(s, at, "余") || zg_sx_at(s, at, "多")) {
    approx = true;
    at += strlen("余");
  }
  int64_t v = n.v;
  if (zg_sx_at(s, at, "万")) {
    v = n.v10k;
    at += strlen("万");
    if (zg_sx_at(s, at, "余") || zg_sx_at(s, at, "多")) {
      approx = true;
      at += strlen("余");
    }
  } else if (n.v10k % 10000 != 0)
    return false;
  bool times = zg_sx_at(s, at, "人次") || zg_sx_at(s, at, "名次");
  if (times)
    k = strlen("人次");
  else if ((k = zg_sx_at_any(
                s, at, (const char *const[]){"人", "名", "位", NULL})) == 0 ||
           zg_sx_at_any(s, at, NOT_AFTER))
    return false;
  if (zg_sx_at_any(s, at + k, RULE_AFTER))
    return false;
  zg_str before = zg_sx_sub(s, 0, i);
  approx = approx || zg_sx_ends(before, "约") || zg_sx_ends(before, "近");
  *out = (count){v, i, at + k, times, approx, han};
  return true;
}

static bool any_count(zg_str s) {
  count k;
  for (size_t i = 0; i < s.n; i += zg_sx_len(s, i))
    if (zg_sx_is_digit(s, i) && count_at(s, i, &k))
      return true;
  return false;
}

/* The verb before the count.  Across a 、 it carries over only to a noun for
 * persons (给予处分科级干部3人、一般干部2人). */
static const char *verb_before(zg_str s, size_t lo, size_t at,
                               zg_people_kind *kind, size_t *from) {
  const char *w[3] = {NULL, NULL, NULL};
  zg_str run = zg_sx_sub(s, lo, at);
  size_t v[3] = {nearest(run, HANDLED, &w[0]), nearest(run, STAFFING, &w[1]),
                 nearest(run, TRAINED, &w[2])};
  int best = -1;
  for (int k = 0; k < 3; k++)
    if (v[k] != ZG_NPOS && (best < 0 || v[k] > v[best]))
      best = k;
  if (best < 0)
    return NULL;
  size_t end = v[best] + strlen(w[best]);
  zg_str gap = zg_sx_sub(run, end, run.n);
  /* 招聘的482名员工, 违规招聘人员13人, 培训机构9人 name them, no more */
  if (zg_sx_ends(gap, "的") || zg_sx_at_any(run, v[best], NOT_DEEDS) ||
      zg_sx_ends(zg_sx_sub(run, 0, v[best]), "违规"))
    return NULL;
  /* 落实护林员7名, but 落实资金的2人 */
  if (zg_sx_at_any(run, v[best], POSTS) && !zg_sx_ends(gap, "员"))
    return NULL;
  if (any_count(gap)) {
    size_t item = zg_sx_rfind(gap, "、");
    zg_str noun =
        item == ZG_NPOS ? gap : zg_sx_sub(gap, item + strlen("、"), gap.n);
    if (noun.n && !zg_sx_has_any(noun, PERSONS))
      return NULL;
  }
  *kind = best == 0   ? ZG_PEOPLE_HANDLED
          : best == 1 ? ZG_PEOPLE_STAFFING
                      : ZG_PEOPLE_TRAINED;
  *from = lo + v[best];
  return w[best];
}

/* 对9名镇村河长进行约谈: the verb after, if no other count takes it. */
static const char *verb_after(zg_str s, size_t lo, const count *k,
                              size_t *end) {
  zg_str before = zg_sx_sub(s, lo, k->at);
  size_t stop = zg_sx_fwd_to(zg_sx_sub(s, 0, k->end + 120), k->end, STOPS);
  zg_str after = zg_sx_sub(s, k->end, stop);
  bool taken = before.n == 0 || zg_sx_has_any(before, GIVEN_BEFORE) ||
               zg_sx_has_any(before, OF_WHICH) ||
               zg_sx_has_any(zg_sx_sub(after, 0, 48), GIVEN_AFTER);
  if (!taken)
    return NULL;
  const char *word = NULL;
  /* 给予1人警告处分、2人记过处分: each count has its own */
  zg_str item = zg_sx_sub(after, 0, zg_sx_fwd_to(after, 0, "、"));
  if (zg_sx_has_any(item, HANDLED))
    after = item;
  size_t v = zg_sx_find_any(after, 0, HANDLED, &word);
  if (v == ZG_NPOS || zg_sx_at_any(after, v, NOT_DEEDS) ||
      any_count(zg_sx_sub(after, v, after.n)))
    return NULL;
  *end = k->end + v + strlen(word);
  return word;
}

/* The clause before, when this one only gives the number: 共12人. */
static const char *verb_of_clause_before(zg_str s, size_t lo, size_t at,
                                         zg_people_kind *kind) {
  size_t i = lo, k, from = 0;
  while (i < at && (k = zg_sx_at_any(s, i, SUMS)) != 0)
    i += k;
  if (lo == 0 || i == lo || i != at || !zg_sx_at(s, lo - 1, ","))
    return NULL;
  size_t start = zg_sx_back_to_clause(s, lo - 1, STOPS, 240);
  zg_str clause = zg_sx_sub(s, start, lo - 1);
  return any_count(clause) ? NULL : verb_before(s, start, lo - 1, kind, &from);
}

/* After 其中 in the clause of a parent, or in the bracket behind one. */
static bool is_part(zg_str s, size_t lo, size_t at, bool any_before) {
  if (any_before && zg_sx_has_any(zg_sx_sub(s, lo, at), OF_WHICH))
    return true;
  size_t far = zg_sx_back_to(s, at, "。\n", 400);
  zg_str w = zg_sx_sub(s, far, at);
  size_t open = zg_sx_rfind(w, "("), close = zg_sx_rfind(w, ")");
  if (open == ZG_NPOS || (close != ZG_NPOS && close > open))
    return false;
  /* 处分5名干部(警告3人): the parent stands in the clause of the bracket */
  zg_str parent = zg_sx_sub(w, zg_sx_back_to_clause(w, open, STOPS, 120), open);
  return any_count(parent);
}

/* 追责5人,其中警告2人,诫勉3人: counts that follow a part, in clauses of their
 * own, are parts as well when together they make up the parent. */
typedef struct parts {
  int64_t left;    /* of the parent; 0: no list is open */
  size_t first;    /* index of the first doubtful count */
  size_t parent;   /* index + 1 of the last count that is no part; 0: none */
  const char *end; /* end of the last count */
} parts;

static void settle_parts(parts *l, zg_finding *f, zg_str s, const count *k) {
  size_t last = f->n_people - 1;
  zg_people *p = &f->people[last];
  zg_str gap = l->end ? (zg_str){l->end, (size_t)(s.p + k->at - l->end)} : s;
  const zg_people *parent = l->parent ? &f->people[l->parent - 1] : NULL;
  bool near = l->left > 0 && gap.n < 120 && !zg_sx_has(gap, "。") &&
              !zg_sx_has(gap, ";") && !zg_sx_has(gap, ")");
  if (p->part) {
    int64_t before = near ? l->left : parent ? parent->n : 0;
    bool same = parent && parent->times == p->times && before > p->n;
    l->left = same ? before - p->n : 0;
    l->first = last + 1;
  } else if (near && p->kind == ZG_PEOPLE_HANDLED &&
             p->times == f->people[l->first - 1].times && p->n <= l->left) {
    l->left -= p->n;
    for (size_t i = l->first; l->left == 0 && i <= last; i++)
      f->people[i].part = true;
  } else {
    l->left = 0;
  }
  if (!p->part && l->left == 0)
    l->parent = last + 1;
  l->end = s.p + k->end;
}

static void add_count(zg_ctx *c, zg_finding *f, zg_str s, const count *k,
                      bool head, size_t *cap, parts *list) {
  size_t lo = zg_sx_back_to_clause(s, k->at, STOPS, 240), from = k->at,
         end = k->end;
  zg_people p = {.kind = ZG_PEOPLE_OTHER,
                 .n = k->n,
                 .times = k->times,
                 .approx = k->approx,
                 .span = ZG_SPAN_NONE};
  const char *verb = head ? NULL : verb_before(s, lo, k->at, &p.kind, &from);
  if (!verb && !head) {
    verb = verb_after(s, lo, k, &end);
    if (verb)
      p.kind = ZG_PEOPLE_HANDLED;
    else if (zg_sx_fwd_to(zg_sx_sub(s, 0, k->at), lo, "、(") == k->at)
      verb = verb_of_clause_before(s, lo, k->at, &p.kind);
  }
  /* 一名领导, 两位同志: words, unless something was done to them */
  if (k->han && p.kind != ZG_PEOPLE_HANDLED)
    return;
  p.part = is_part(s, lo, k->at, f->n_people > 0);
  if (verb)
    p.verb = zg_px_dup(c, zg_str_of(verb));
  p.span = zg_px_span(c, zg_sx_sub(s, from, end));
  void *items = f->people;
  if (!zg_px_grow(c, &items, f->n_people, cap, sizeof *f->people))
    return;
  f->people = items;
  f->people[f->n_people++] = p;
  settle_parts(list, f, s, k);
}

void zg_px_people(zg_ctx *c, zg_finding *f, zg_str s, bool head) {
  size_t cap = 0;
  parts list = {0, 0, 0, NULL};
  for (size_t i = 0; i < s.n;) {
    count k;
    if (count_at(s, i, &k)) {
      add_count(c, f, s, &k, head, &cap, &list);
      i = k.end;
      continue;
    }
    zg_num n = zg_sx_digits(s, i);
    if (!n.len)
      n = zg_sx_han_number(s, i);
    i += n.len ? n.len : zg_sx_len(s, i);
  }
}
