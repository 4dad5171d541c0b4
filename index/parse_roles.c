/* Which sections of the text and which of their nodes are findings. */
#include "index/parse_ctx.h"

enum {
  MAX_PATH = 8,
  MIN_ANSWER = 12,  /* bytes */
  BARE_ANSWER = 45, /* after a statement without frame and marker */
  HEAD_WINDOW = 900,
  MAX_SHORTCOMINGS = 60,
  MAX_STATEMENT = 400,
  MAX_HEAD = 200,
  MAX_DEPTH = ZG_SHAPE_COUNT
};

/* ---- words --------------------------------------------------------------- */

/* The end of a statement that finds fault. */
static const char *const FAULTS[] = {
    "不够",     "不到位", "不实", "不严",   "不力",   "不高",     "不强",
    "不足",     "不深",   "不细", "不规范", "不及时", "不完善",   "不健全",
    "不彻底",   "不扎实", "不清", "不全",   "不符",   "不准",     "不当",
    "不牢",     "不畅",   "不佳", "不大",   "不明",   "不紧",     "不多",
    "薄弱",     "缺位",   "缺失", "缓慢",   "滞后",   "欠缺",     "差距",
    "短板",     "弱化",   "虚化", "淡化",   "违规",   "挂账",     "空档",
    "混乱",     "随意",   "偏差", "松懈",   "走过场", "脱节",     "有待",
    "单一",     "闲置",   "乏力", "不符合", "漏洞",   "形同虚设", "再次出现",
    "时有发生", "仍有",   "依然", "屡",     NULL};
/* The same, unless the sentence is a promise (开展突出问题排查). */
static const char *const HINTS[] = {
    "问题突出", "问题较",   "问题仍", "问题时有", "问题依", "问题比较",
    "问题严重", "问题普遍", "问题多", "形式",     "未",     "没有",
    "存在",     "违反",     "超标",   NULL};
static const char *const PROMISES[] = {
    "加强", "强化", "建立", "完善", "健全", "开展", "组织", "制定", "严格",
    "规范", "压实", "落实", "推进", "推动", "提升", "提高", "加大", "狠抓",
    "抓好", "扎实", "认真", "立即", "及时", "召开", "修订", "出台", "印发",
    "明确", "优化", "加快", "督促", "成立", "梳理", "清理", "排查", "举一",
    "进一", "切实", "着力", "积极", "深入", "牢固", "统筹", "突出", "做好",
    "对",   "就",   "针对", "聚焦", "坚持", "持续", "全面", "深化", "研究",
    "逐",   "补",   "追",   "通过", "已",   "将",   "邀请", "重新", NULL};

/* Headings of organisation sections; the first list is sure. */
static const char *const ORGANISED[] = {
    "组织情况",     "组织领导情况", "组织推进情况",
    "组织开展情况", "组织实施情况", "总体情况",
    "基本情况",     "整体情况",     "工作开展情况",
    "主要做法",     "第一责任人",   "组织落实情况",
    "组织部署情况", "工作部署情况", NULL};
static const char *const ORGANISING[] = {
    "组织领导", "组织推进", "组织实施", "组织保障", "政治站位", "政治责任",
    "政治担当", "政治自觉", "思想认识", "提高认识", "统一思想", "思想自觉",
    "责任担当", "压实责任", "整改责任", "高位推动", "高位推进", "高度重视",
    "精心组织", "精心部署", "周密部署", "安排部署", "研究部署", "动员部署",
    "迅速行动", "主体责任", "统筹推进", "统筹谋划", "强化督查", "督促检查",
    "建章立制", "加强领导", "机制保障", "细化措施", "细化任务", NULL};
static const char *const FOLLOWING[] = {
    "下一步",   "下步",     "今后",       "努力方向", "工作打算",
    "后续整改", "后续工作", "巩固成果",   "常态长效", "长效机制",
    "困难和",   "主要困难", "存在的不足", NULL};
static const char *const ANSWERING[] = {
    "反馈意见", "反馈问题",   "反馈的",   "反馈指出", "问题整改", "整改落实",
    "整改情况", "整改任务",   "任务落实", "进展情况", "整改进展", "整改成效",
    "立行立改", "移交",       "选人用人", "意识形态", "专项检查", "问题线索",
    "信访",     "事项",       "整改完成", "落实情况", "查出问题", "查出的问题",
    "发现问题", "发现的问题", NULL};

static zg_str first_sentence(zg_str s) {
  return zg_sx_sub(s, 0, zg_sx_fwd_to(zg_sx_sub(s, 0, HEAD_WINDOW), 0, "。\n"));
}

/* `sure`: by a word that finds fault, not by one that may. */
static bool faulty(zg_str s, bool sure) {
  size_t from = s.n > 36 ? s.n - 36 : 0;
  while (from < s.n && ((unsigned char)s.p[from] & 0xC0) == 0x80)
    from++;
  zg_str end = zg_sx_sub(s, from, s.n);
  bool promise = zg_sx_at_any(s, 0, PROMISES) > 0;
  return zg_sx_has_any(end, FAULTS) || (!promise && zg_sx_ends(s, "问题")) ||
         (!sure && !promise && zg_sx_has_any(end, HINTS));
}

static zg_str statement(zg_str body) {
  zg_str window = zg_sx_sub(body, 0, HEAD_WINDOW);
  zg_str s = zg_sx_sub(body, 0, zg_sx_fwd_to(window, 0, "。:\n"));
  return s.n <= MAX_STATEMENT ? s : ZG_STR_NULL;
}

bool zg_px_negative(zg_str body) { return faulty(statement(body), false); }

zg_role zg_px_role(zg_str title) {
  zg_str s = first_sentence(title);
  static const char *const group[] = {"方面", "问题", "方面的整改情况",
                                      "方面整改情况", NULL};
  if (!s.n || s.n > 300)
    return ZG_ROLE_NEUTRAL;
  if (zg_sx_starts(s, "存在") && s.n < MAX_SHORTCOMINGS) /* 存在的不足 */
    return ZG_ROLE_FOLLOW_UP;
  if (zg_sx_ends_any(s, ORGANISED))
    return ZG_ROLE_ORGANISATION;
  size_t answer = zg_sx_find_any(s, 0, ANSWERING, NULL);
  size_t next = zg_sx_find_any(s, 0, FOLLOWING, NULL);
  bool keeps = (zg_sx_has(s, "巩固") && zg_sx_has(s, "成果")) ||
               zg_sx_starts(s, "持续") || zg_sx_starts(s, "常态化");
  bool framed = zg_sx_starts(s, "关于") || zg_sx_starts(s, "聚焦") ||
                zg_sx_ends_any(s, group);
  if (framed || zg_sx_has_any(s, FAULTS))
    return answer != ZG_NPOS && !framed ? ZG_ROLE_FINDINGS : ZG_ROLE_NEUTRAL;
  if (next != ZG_NPOS || keeps)
    return ZG_ROLE_FOLLOW_UP;
  size_t organised = zg_sx_find_any(s, 0, ORGANISING, NULL);
  if (organised != ZG_NPOS && organised < answer)
    return ZG_ROLE_ORGANISATION;
  return answer != ZG_NPOS ? ZG_ROLE_FINDINGS : ZG_ROLE_NEUTRAL;
}

/* ---- statements in a frame ------------------------------------------------
 */

/* 针对巡察反馈的具体问题: names no problem. */
static bool names_nothing(zg_str head) {
  static const char *const words[] = {
      "巡察", "巡视", "反馈", "指出", "发现", "存在", "具体", "突出",
      "上述", "以上", "各类", "整改", "问题", "意见", "方面", "组",
      "的",   "个",   "项",   "条",   "省委", "市委", "县委", "区委",
      "中央", "本次", "此次", "这些", "查出", "提出", "所",   "审计",
      "类",   "督察", "共性", "重点", "县",   "市",   NULL};
  for (size_t i = 0; i < head.n;) {
    size_t k = zg_sx_at_any(head, i, words);
    if (!k)
      k = zg_sx_number(head, i).len;
    if (!k)
      return false;
    i += k;
  }
  return true;
}

bool zg_px_explicit(zg_str s) {
  s.n = zg_utf8_floor(s.p, s.n < HEAD_WINDOW ? s.n : HEAD_WINDOW);
  if (zg_px_lead_label(s))
    return true;
  bool aimed = zg_sx_starts(s, "针对"), about = zg_sx_starts(s, "关于");
  bool quote =
      zg_sx_starts(s, "“") || zg_sx_starts(s, "在“") || zg_sx_starts(s, "在\"");
  bool focus = zg_sx_starts(s, "聚焦") || zg_sx_starts(s, "在");
  if (!aimed && !about && !quote && !focus)
    return false;
  zg_head h = zg_px_head(s);
  if (!h.head.n || names_nothing(h.head))
    return false;
  zg_str frame = zg_sx_sub(s, 0, h.end);
  if (aimed)
    return zg_sx_ends(h.head, "问题") || zg_sx_ends(h.head, "问题”");
  if (about || quote) {
    /* 关于“…”。 is a statement even without the word 问题 */
    bool bare =
        zg_sx_starts(s, "关于") &&
        h.head.p == s.p + strlen("关于") + zg_sx_len(s, strlen("关于")) &&
        !zg_sx_is_han(zg_sx_cp(s, strlen("关于")));
    return bare || zg_sx_has(frame, "问题") || zg_sx_has(frame, "方面");
  }
  static const char *const ends[] = {"方面", "问题", "方面存在的问题", NULL};
  return zg_sx_ends_any(h.head, ends);
}

/* ---- features --------------------------------------------------------------
 */

static bool own_answer(const zg_ctx *c, const zg_node *n, size_t least) {
  zg_str own = zg_px_own_text(c, n);
  return own.n > zg_px_head(own).end + least;
}

/* The last sentence under the node says how it stands: 完成整改。  On a line of
 * its own below a list it is said of what stands above the list. */
static bool ends_in_status(const zg_ctx *c, const zg_node *n) {
  zg_str s = zg_px_slice(c, c->paras[n->para].body.p, n->end);
  s = zg_sx_trim_of(zg_sx_sub(s, s.n > 120 ? s.n - 120 : 0, s.n), "。;");
  size_t from = zg_sx_rfind(s, "。");
  size_t line = zg_sx_rfind(s, "\n");
  if (line != ZG_NPOS && (from == ZG_NPOS || line > from))
    from = line;
  if (from == ZG_NPOS || (from == line && n->first_child < 0))
    return false;
  from += zg_sx_len(s, from);
  return zg_px_status_clause(zg_sx_trim(zg_sx_sub(s, from, s.n))).at.p != NULL;
}

static void sum_up(zg_ctx *c, zg_node *n) {
  bool strong = n->explicit_head || n->marker;
  for (int k = n->first_child; k >= 0; k = c->nodes[k].next) {
    n->units += c->nodes[k].units;
    n->strong += c->nodes[k].strong;
    n->alike += c->nodes[k].alike;
  }
  if (strong && n->strong == 0) { /* its children are measures */
    n->units = n->strong = n->alike = 1;
  } else if (n->like && n->strong == 0 && n->alike * 2 <= n->units) {
    n->units = n->alike = 1;
  } else if (n->first_child < 0) {
    n->units = 1;
    n->alike = n->like;
  }
}

/* 整改责任人:…;完成情况:… under a statement answers it as a marker does. */
static bool has_fields(const zg_ctx *c, const zg_node *n) {
  for (int i = n->para + 1; i < n->own_end; i++)
    if (zg_px_is_field(c->paras[i].t, 0))
      return true;
  return false;
}

static void features(zg_ctx *c) {
  for (int i = c->n_nodes - 1; i >= 0; i--) {
    zg_node *n = &c->nodes[i];
    const zg_para *p = &c->paras[n->para];
    zg_str own = zg_px_own_text(c, n);
    size_t end = 0, mark = zg_px_marker(own, 0, &end);
    bool record = n->shape == ZG_SHAPE_RECORD;
    /* a status in a bracket after the statement is as sure as a frame */
    n->explicit_head =
        record || n->shape == ZG_SHAPE_NAMED ||
        (n->shape != ZG_SHAPE_TITLE &&
         (zg_px_explicit(p->body) ||
          zg_px_head(zg_sx_sub(p->body, 0, HEAD_WINDOW)).bracket));
    n->marker = n->marker || (mark != ZG_NPOS && mark > 0) || has_fields(c, n);
    /* 1.整改措施:… 2.整改成效:… answer what stands above them */
    if (mark == 0 && own.p[end - 1] == ':' && n->parent >= 0 && !n->units)
      c->nodes[n->parent].marker = true;
    n->negative = zg_px_negative(p->body);
    n->faulty = faulty(statement(p->body), true);
    n->like = n->explicit_head || n->marker ||
              (own_answer(c, n, BARE_ANSWER) &&
               (n->negative || ends_in_status(c, n)));
    sum_up(c, n);
  }
}

static zg_role role_of(const zg_ctx *c, const zg_node *n) {
  return n->explicit_head ? ZG_ROLE_NEUTRAL
                          : zg_px_role(c->paras[n->para].body);
}

static bool mostly(int part, int all) { return part > 0 && part * 2 >= all; }

/* ---- the decision -----------------------------------------------------------
 */

/* How often the nodes of a shape at a depth have head or marker. */
typedef struct classes {
  int strong[MAX_DEPTH][ZG_SHAPE_COUNT], all[MAX_DEPTH][ZG_SHAPE_COUNT];
} classes;

static void count_classes(const zg_ctx *c, classes *k) {
  memset(k, 0, sizeof *k);
  for (int i = 0; i < c->n_nodes; i++) {
    const zg_node *n = &c->nodes[i];
    int depth = n->depth < MAX_DEPTH ? n->depth : MAX_DEPTH - 1;
    k->all[depth][n->shape]++;
    k->strong[depth][n->shape] += n->strong > 0;
  }
}

typedef struct chooser {
  zg_ctx *c;
  classes k;
  int path[MAX_PATH];
} chooser;

/* Nodes of that shape at that depth are findings often enough, or hold them.
 */
static bool of_findings(const chooser *s, const zg_node *n) {
  int depth = n->depth < MAX_DEPTH ? n->depth : MAX_DEPTH - 1;
  int all = s->k.all[depth][n->shape], strong = s->k.strong[depth][n->shape];
  return all >= 3 && strong * 3 >= all;
}

/* Children that promise something are measures. */
static bool promising(const zg_ctx *c, const zg_node *n) {
  int kids = 0, promises = 0;
  for (int k = n->first_child; k >= 0; k = c->nodes[k].next) {
    kids++;
    promises += !c->nodes[k].negative &&
                zg_sx_at_any(c->paras[c->nodes[k].para].body, 0, PROMISES);
  }
  return promises * 2 > kids;
}

/* The node is a group: findings stand below it. */
static bool children_hold(const chooser *s, const zg_node *n) {
  const zg_ctx *c = s->c;
  int kids = 0, strong = 0, alike = 0, units = 0, answered = 0, same = 0;
  int faults = 0;
  /* 反馈问题一:, (一)反馈问题: */
  bool labelled = zg_px_lead_label(c->paras[n->para].t) ||
                  zg_px_lead_label(c->paras[n->para].body);
  for (int k = n->first_child; k >= 0; k = c->nodes[k].next) {
    const zg_node *kid = &c->nodes[k];
    kids++;
    strong += kid->strong > 0;
    alike += kid->alike;
    units += kid->units;
    faults += kid->faulty;
    answered += kid->first_child >= 0 || own_answer(c, kid, MIN_ANSWER);
    same += of_findings(s, kid);
  }
  if (n->first_child < 0 || (n->marker && strong == 0))
    return false;
  /* one 整改结果: inside a list of measures does not make findings of them */
  if (strong)
    return (!n->explicit_head && !n->marker) || strong * 2 > kids ||
           (same * 2 > kids && !n->marker && labelled);
  if (n->explicit_head ? own_answer(c, n, MIN_ANSWER) : n->marker)
    return false;
  if (alike * 2 > units && !own_answer(c, n, MIN_ANSWER) &&
      (!n->explicit_head || faults * 2 > kids))
    return true;
  if (same * 2 > kids && labelled && !promising(c, n))
    return !own_answer(c, n, MIN_ANSWER);
  if (n->explicit_head || promising(c, n))
    return false;
  return same * 2 > kids ||
         (c->lexical && answered * 2 > kids && !own_answer(c, n, BARE_ANSWER));
}

/* What a node must show to be a finding. */
typedef enum need {
  NEED_LIKE,   /* look like one */
  NEED_ANSWER, /* have an answer: its siblings look like findings */
  NEED_STRONG  /* head or marker: its siblings are groups of findings */
} need;

static need need_of_children(const chooser *s, const zg_node *n) {
  int groups = 0, leaves = 0;
  for (int k = n->first_child; k >= 0; k = s->c->nodes[k].next) {
    bool group = children_hold(s, &s->c->nodes[k]);
    groups += group;
    leaves += !group;
  }
  return groups > 0 && groups >= leaves ? NEED_STRONG : NEED_ANSWER;
}

/* A group of organisation or follow-up inside the findings. */
static bool stands_aside(const chooser *s, const zg_node *n) {
  const zg_ctx *c = s->c;
  if (mostly(n->strong, n->units))
    return false;
  zg_str t = first_sentence(c->paras[n->para].body);
  zg_role role = role_of(c, n);
  return role == ZG_ROLE_FOLLOW_UP ||
         (role == ZG_ROLE_ORGANISATION &&
          ((n->first_child >= 0 && !of_findings(s, n)) ||
           zg_sx_ends_any(t, ORGANISED)));
}

static void visit(chooser *s, int id, int n_path, need needed) {
  zg_ctx *c = s->c;
  const zg_node *n = &c->nodes[id];
  if (n_path > 0 && stands_aside(s, n))
    return;
  if (n_path < MAX_PATH - 1 && children_hold(s, n)) {
    s->path[n_path] = id;
    need below = need_of_children(s, n);
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next)
      visit(s, k, n_path + 1, below);
    return;
  }
  if ((needed == NEED_LIKE && !n->like) ||
      (needed == NEED_STRONG && !n->explicit_head && !n->marker))
    return;
  if (own_answer(c, n, MIN_ANSWER) || n->first_child >= 0 || n->marker ||
      n->shape == ZG_SHAPE_RECORD)
    zg_px_add_finding(c, n, s->path, n_path);
}

/* A special inspection's own list: sentences with answers, whatever they say.
 */
static bool special_list(const zg_ctx *c, const zg_node *r) {
  static const char *const lists[] = {"专项检查", "立行立改", "即知即改",
                                      "选人用人", "意识形态", NULL};
  if (!zg_sx_has_any(first_sentence(c->paras[r->para].body), lists) ||
      promising(c, r))
    return false;
  int kids = 0, headed = 0;
  for (int k = r->first_child; k >= 0; k = c->nodes[k].next) {
    kids++;
    headed += own_answer(c, &c->nodes[k], BARE_ANSWER) &&
              first_sentence(c->paras[c->nodes[k].para].body).n < MAX_HEAD;
  }
  return headed > 0 && headed == kids;
}

/* Whether the section under root r holds findings; `best`: how many strong
 * ones the strongest has. */
static bool holds_findings(const zg_ctx *c, const zg_node *r, int best) {
  switch (role_of(c, r)) {
  case ZG_ROLE_ORGANISATION:
  case ZG_ROLE_FOLLOW_UP:
    return mostly(r->strong, r->units) && r->strong * 8 >= best;
  case ZG_ROLE_FINDINGS:
    return r->strong > 0 || mostly(r->alike, r->units) || special_list(c, r);
  case ZG_ROLE_NEUTRAL:
    if (r->alike > best)
      return mostly(r->alike, r->units);
    return r->strong > 0 &&
           (mostly(r->strong, r->units) || r->strong * 8 >= best);
  }
  return false;
}

/* Distinct values of a member that neighbours share. */
static void count_parsed(zg_ctx *c) {
  zg_bulletin *b = c->b;
  zg_parsed_counts *p = &b->parsed;
  int64_t last_problem = -1;
  p->findings = (int64_t)b->n_findings;
  for (size_t i = 0; i < b->n_findings; i++) {
    zg_finding *f = &b->findings[i];
    p->atomic_findings += (int64_t)f->n_statements;
    /* a finding without a problem above it is its own */
    bool same =
        f->problem_span.start >= 0 && f->problem_span.start == last_problem;
    last_problem = f->problem_span.start;
    p->problems += !same;
  }
  for (int i = 0; i < c->n_nodes; i++) {
    const zg_node *n = &c->nodes[i];
    p->sections +=
        n->shape == ZG_SHAPE_HAN &&
        (n->parent < 0 || c->nodes[n->parent].shape == ZG_SHAPE_TITLE);
  }
}

/* A 下一步 of its own stands in a finding that others follow. */
static bool own_next(const zg_ctx *c) {
  for (int i = 0; i + 1 < c->n_nodes; i++) {
    const zg_node *n = &c->nodes[i];
    if (c->nodes[i + 1].parent < 0)
      continue;
    for (int k = n->para + 1; k < n->own_end; k++)
      if (zg_sx_starts(c->paras[k].t, "下一步") ||
          zg_sx_starts(c->paras[k].t, "下步"))
        return true;
  }
  return false;
}

/* 四、移交问题线索办理情况 with plain text below is no finding. */
static need need_of_root(const zg_ctx *c, const zg_node *r) {
  return r->first_child < 0 && role_of(c, r) == ZG_ROLE_FINDINGS ? NEED_STRONG
                                                                 : NEED_LIKE;
}

void zg_px_findings(zg_ctx *c) {
  chooser s = {.c = c};
  int best = 0;
  features(c);
  count_classes(c, &s.k);
  c->own_next = own_next(c);
  for (int r = 0; r < c->n_roots; r++) {
    const zg_node *n = &c->nodes[c->roots[r]];
    best = n->strong > best ? n->strong : best;
  }
  for (int r = 0; r < c->n_roots; r++) {
    const zg_node *root = &c->nodes[c->roots[r]];
    if (!holds_findings(c, root, best))
      continue;
    c->lexical = root->strong == 0 && special_list(c, root);
    visit(&s, c->roots[r], 0, need_of_root(c, root));
  }
  /* nothing but the headings tells */
  c->lexical = c->b->n_findings == 0;
  for (int r = 0; r < c->n_roots && c->lexical; r++)
    if (role_of(c, &c->nodes[c->roots[r]]) == ZG_ROLE_FINDINGS)
      visit(&s, c->roots[r], 0, NEED_STRONG);
  count_parsed(c);
}
