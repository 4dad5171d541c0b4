/* Is this a bulletin, and of which class?
 *
 * Look-alikes share nearly all of the vocabulary and are several times as
 * common.  So no single word decides: signs for a bulletin are what it must be
 * known by (a title, an opening that makes public, headings, findings that
 * carry an answer), and each kind of look-alike has signs of its own. */
#include "index/parse_ctx.h"
#include "index/parser.h"

#include <stdio.h>

enum {
  HEAD_BYTES = 4500,    /* where a kind of text shows itself */
  SCAN_BYTES = 60000,   /* enough of a long text */
  ANSWER_BYTES = 24000, /* and of its answers */
  FIRST_PARAS = 6
};

typedef struct signs {
  int title;    /* 0 none, 2 of a rectification, 3 of an inspection's too */
  bool opening; /* 现将…整改…公布 */
  bool inspected;
  bool heading; /* 整改…落实情况 as a numbered heading */
  bool counted; /* 已完成整改N个 */
  bool contact;
  int heads; /* explicit heads and answer markers */
  int findings;
  bool answers; /* what was done, not what is wrong or planned */
} signs;

static int count_of(zg_str s, const char *lit) {
  int n = 0;
  for (size_t at = 0; n < 1000 && (at = zg_sx_find(s, at, lit)) != ZG_NPOS; n++)
    at += strlen(lit);
  return n;
}

static int count_any(zg_str s, const char *const *list) {
  int n = 0;
  for (; *list; list++)
    n += count_of(s, *list);
  return n;
}

static int kinds_of(zg_str s, const char *const *list) {
  int n = 0;
  for (; *list; list++)
    n += zg_sx_has(s, *list);
  return n;
}

/* ---- signs for ---- */

static int title_sign(zg_str t) {
  static const char *const ends[] = {"通报", "公告", "公示", "报告",
                                     "公布", "通告", "函",   NULL};
  static const char *const by[] = {"巡视",   "巡察", "审计", "督察",
                                   "督查",   "检查", "反馈", "回头看",
                                   "转头看", "巡查", NULL};
  /* 整改方案, 整改清单 … are other papers than 整改情况 */
  static const char *const other[] = {
      "征求", "方案的",   "方案公",   "清单",   "计划", "办法",
      "规定", "会议",     "典型",     "动员",   "座谈", "细则",
      "手册", "讲话",     "督办",     "抽查",   "抽检", "样表",
      "模板", "任务分解", "销号管理", "不合格", "处罚", "专题民主生活会",
      "制度", NULL};
  static const char *const tells[] = {"情况", "进展", "落实", "结果", NULL};
  if (!zg_sx_has(t, "整改") || !zg_sx_has_any(t, tells) ||
      zg_sx_has_any(t, other))
    return 0;
  if (zg_sx_ends(t, "方案") || zg_sx_ends(t, "通知"))
    return 0;
  return zg_sx_ends_any(t, ends) && zg_sx_has_any(t, by) ? 3 : 2;
}

/* 现将(…)整改(…)情况 … 公布|通报|报告如下 in one sentence. */
static bool makes_public(zg_str t) {
  static const char *const leads[] = {"现将", "现就", "现对", "报告",
                                      "汇报", "现按", "特将", NULL};
  static const char *const shows[] = {"公布", "通报", "公示", "报告",
                                      "公告", "如下", "公开", "汇报",
                                      "发布", "函告", "函复", NULL};
  static const char *const others[] = {
      "整改方案", "整改清单", "整改计划", "核查处置", "典型问题", "表态", NULL};
  for (size_t at = 0; at < t.n;) {
    const char *lead = NULL;
    size_t k = zg_sx_find_any(t, at, leads, &lead);
    if (k == ZG_NPOS)
      return false;
    at = k + strlen(lead);
    zg_str s = zg_sx_sub(t, at, zg_sx_fwd_to(t, at, "。;\n"));
    s = zg_sx_sub(s, 0, 400);
    size_t what = zg_sx_find(s, 0, "整改");
    if (what == ZG_NPOS || zg_sx_has_any(s, others))
      continue;
    if (zg_sx_has_any(zg_sx_sub(s, what, s.n), shows))
      return true;
  }
  return false;
}

static bool is_rect_heading(zg_str t) {
  static const char *const tells[] = {"情况", "落实", "进展", "成效", "完成",
                                      "问题", "到位", "落地", "见效", NULL};
  static const char *const other[] = {"要求", "方案", "时限", "怎么", "如何",
                                      "管理", "部署", "考核", "任务", NULL};
  return t.n < 180 && zg_sx_has(t, "整改") && zg_sx_has_any(t, tells) &&
         !zg_sx_has_any(t, other);
}

/* Deeds that an answer tells, with those that are only wished or missing left
 * out: 未制定, 应当召开, 将修订, 要完善. */
static int deeds(zg_str s) {
  static const char *const words[] = {
      "已",       "完成",     "召开",     "制定", "修订", "印发", "出台",
      "清退",     "追缴",     "收回",     "约谈", "建立", "开展", "退还",
      "补充",     "核对",     "办理",     "处理", "清理", "培训", "整理",
      "规范",     "健全",     "完善",     "重新", "协调", "调整", "谈话",
      "纠正",     "拆除",     "新增",     "上缴", "归还", "补签", "补办",
      "整改情况", "整改到位", "整改成效", "排查", "核查", "督促", "新建",
      "邀请",     "配备",     "聘请",     "编制", "组建", "安装", NULL};
  static const char *const no[] = {"未", "没有", "不",   "没", "应", "应当",
                                   "将", "要",   "拟",   "须", "尚", "缺乏",
                                   "需", "未能", "未按", "无", NULL};
  int n = 0;
  for (int k = 0; words[k]; k++)
    for (size_t at = 0; (at = zg_sx_find(s, at, words[k])) != ZG_NPOS;
         at += strlen(words[k]))
      n += !zg_sx_ends_any(zg_sx_sub(s, 0, at), no);
  return n;
}

/* What is wrong: a list of findings is full of it and tells few deeds. */
static int faults(zg_str s) {
  static const char *const words[] = {
      "未",   "没有",   "不力", "不到位", "不规范", "不彻底", "不及时",
      "不实", "不严",   "不够", "违规",   "缺失",   "缺位",   "薄弱",
      "滞后", "造假",   "流于", "至今",   "仍",     "不清",   "悬空",
      "混乱", "打折扣", "不符", "空白",   "虚报",   "超标",   "挪用",
      "不足", "不高",   "不强", "不深",   NULL};
  return count_any(s, words);
}

/* 要…, 必须…, 2024年6月底前完成: what is ordered or promised. */
static int wishes(zg_str s) {
  static const char *const words[] = {
      "责令",     "应当",     "必须",   "要求",   "拟",   "力争",   "前完成",
      "我们将",   "将对",     "将于",   "保证在", "限期", "务必",   "不得",
      "整改时限", "完成时限", "确保在", "一要",   "二要", "要认真", NULL};
  return count_any(s, words);
}

/* What is over and done: 已整改, 召开了, 共清退. */
static int results(zg_str s) {
  static const char *const words[] = {
      "已",   "完成整改", "整改完成", "了",       "共计",
      "累计", "先后",     "截至",     "目前",     "人次",
      "万元", "全部",     "整改到位", "长期坚持", NULL};
  return count_any(s, words);
}

/* The paragraphs of the findings answer them: deeds and results outweigh what
 * is only planned. */
static bool answers(const zg_ctx *c) {
  static const char *const plan_marks[] = {"整改时限", "完成时限", "整改目标",
                                           "时间节点", NULL};
  int done = 0, wished = 0, over = 0, planned = 0, wrong = 0;
  size_t bytes = 0;
  for (int i = c->body; i < c->tail && bytes < ANSWER_BYTES; i++) {
    if (!c->in_finding[i])
      continue;
    zg_str t = c->paras[i].t;
    bytes += t.n;
    done += deeds(t);
    wished += wishes(t);
    over += results(t);
    wrong += faults(t);
    planned += count_any(t, plan_marks);
  }
  int n = (int)c->b->n_findings;
  if (done < n || done < wrong)
    return false;
  if (planned >= n && over < n)
    return false;
  return wished * 2 <= done + over;
}

static signs look(const zg_ctx *c) {
  static const char *const contact[] = {"电话", "邮箱", "信箱",
                                        "地址", "邮编", NULL};
  const zg_bulletin *b = c->b;
  signs s = {.title = title_sign(c->title), .findings = (int)b->n_findings};
  int last = c->body + FIRST_PARAS * 2;
  for (int i = 0; i < c->tail && i < last; i++)
    s.opening = s.opening || makes_public(c->paras[i].t);
  s.inspected = b->team.p && (b->feedback_date.p || b->inspect_start.p);
  for (int i = 0; i < c->n_nodes; i++) {
    const zg_node *n = &c->nodes[i];
    s.heading = s.heading || is_rect_heading(c->paras[n->para].body);
    s.heads += n->explicit_head || n->marker;
  }
  s.counted = b->declared.done >= 0 || b->declared.rate >= 0;
  for (int i = c->tail > 4 ? c->tail - 4 : 0; i < c->n_paras && !s.contact; i++)
    s.contact = kinds_of(c->paras[i].t, contact) > 0;
  /* who says that it makes its rectification public needs no more proof */
  bool sure = s.opening && (s.title == 3 ||
                            (s.inspected && b->kind.p && b->feedback_date.p));
  /* one answer among many numbered lines is chance */
  bool chance = s.findings == 1 && s.heads <= 1 && c->n_nodes >= 8;
  s.answers = s.findings > 0 && (sure || (!chance && answers(c)));
  return s;
}

static int weight_for(const signs *s) {
  return s->title + 3 * s->opening + s->inspected + 2 * s->heading +
         (s->heads >= 2 ? 2 : s->heads) +
         (s->answers ? (s->findings >= 3 ? 3 : 2) : 0) + s->counted +
         s->contact;
}

/* ---- signs against ---- */

typedef struct look_alike {
  const char *reads_like; /* stable wording, see parser.h; NULL: none */
  int weight;
} look_alike;

static int starts_with(const zg_ctx *c, const char *const *leads, int max) {
  int n = 0;
  for (int i = 0; i < c->n_paras && n < max; i++)
    n += zg_sx_at_any(c->paras[i].t, 0, leads) > 0;
  return n;
}

static int speech(const zg_ctx *c) {
  static const char *const greets[] = {
      "同志们",        "各位同事", "尊敬的",   "各位领导",
      "各位代表:大家", "大家好",   "各位同志", NULL};
  static const char *const said[] = {"讲话",   "发言",  "致辞", "讲话提纲",
                                     "发言稿", "讲话)", NULL};
  for (int i = 0; i < c->n_paras && i < 8; i++) {
    zg_str t = c->paras[i].t;
    if (zg_sx_at_any(t, 0, greets) && t.n < 120)
      return 8;
    if (i < 4 && t.n < 150 && !zg_sx_has(t, "。") && zg_sx_ends_any(t, said))
      return 6;
  }
  return 0;
}

/* 第三条, 第二章 at the start of paragraphs. */
static int regulation(const zg_ctx *c) {
  int n = 0;
  for (int i = 0; i < c->n_paras && n < 4; i++) {
    zg_str t = c->paras[i].t;
    zg_num k = zg_sx_starts(t, "第") ? zg_sx_number(t, 3) : (zg_num){0, 0, 0};
    n +=
        k.len && (zg_sx_at(t, 3 + k.len, "条") ||
                  zg_sx_at(t, 3 + k.len, "章") || zg_sx_at(t, 3 + k.len, "节"));
  }
  return n >= 2 ? 8 : 0;
}

static int interview(const zg_ctx *c) {
  static const char *const asks[] = {
      "问:", "记者:", "主持人:", "网友:", "Q:", NULL};
  static const char *const replies[] = {"答:", "A:", NULL};
  int n = starts_with(c, asks, 3) + starts_with(c, replies, 3);
  return n >= 2 ? 8 : 0;
}

/* 写法一, 评析, 摘要: a text about bulletins. */
static int lesson(zg_str head) {
  static const char *const words[] = {
      "写法",   "评析", "例一", "范文", "讲义", "课后", "怎么写",
      "怎么报", "模板", "填写", "毛病", "教研", NULL};
  return kinds_of(head, words) >= 2 ? 8 : 0;
}

static int article(zg_str head) {
  static const char *const words[] = {"摘要:", "关键词:",  "参考文献", "本文",
                                      "笔者",  "路径探析", NULL};
  return kinds_of(head, words) >= 2 ? 8 : 0;
}

/* 不合格, 挂牌督办, 罚款: an authority about other people's faults. */
static int enforcement(zg_str head) {
  static const char *const words[] = {
      "不合格", "抽检",     "挂牌督办", "罚款", "责令",     "没收",
      "当事人", "隐患单位", "行政处罚", "复查", "违法所得", NULL};
  int n = kinds_of(head, words);
  return n >= 3 ? 6 : 0;
}

/* 现将问题反馈如下, 请高度重视, 报送整改情况: written to the inspected body. */
static int demands(const zg_ctx *c, zg_str head) {
  static const char *const words[] = {
      "反馈如下",     "请高度重视", "报送整改情况", "整改意见和建议",
      "提出如下整改", "你局",       "你单位",       "你院",
      "你镇",         "你校",       "你委",         "责成",
      "限期整改",     NULL};
  int n = kinds_of(head, words);
  for (int i = c->n_paras > 6 ? c->n_paras - 6 : 0; i < c->n_paras; i++)
    n += kinds_of(c->paras[i].t, words);
  return n >= 2 ? 5 : n * 2;
}

/* A list of links: many lines that are titles themselves. */
static int index_page(const zg_ctx *c) {
  static const char *const ends[] = {"通报", "公告", "公示", "报告", NULL};
  int n = 0, prose = 0;
  for (int i = 0; i < c->n_paras && i < 400; i++) {
    zg_str t = c->paras[i].t;
    const char *end = NULL;
    bool titled = t.n < 300 && zg_sx_has(t, "整改") && !zg_sx_has(t, "。") &&
                  zg_sx_find_any(t, 0, ends, &end) != ZG_NPOS;
    n += titled;
    prose += t.n > 150 && zg_sx_has(t, "。");
  }
  /* with a teaser under each link the page has as much prose as links */
  return n >= 4 && (n > prose || c->n_nodes < n) ? 8 : 0;
}

static int meeting(zg_str head) {
  static const char *const words[] = {
      "反馈会",   "出席会议", "并讲话",   "表态发言", "表态讲话", "主持会议",
      "会议指出", "会议强调", "会议要求", "推进会",   "会上",     "作动员讲话",
      "主持反馈", "参加会议", "约谈会",   "会前",     "指出,",    "强调,",
      "到会",     "组长",     NULL};
  int n = kinds_of(head, words);
  return n >= 3 ? 5 : n == 2 ? 3 : n;
}

static int notice(zg_str head) {
  static const char *const words[] = {
      "值班电话", "进驻",     "动员会",     "巡察公告", "主要受理", "来信来访",
      "受理信访", "受理时间", "意见箱",     "巡察内容", "巡察对象", "信访举报",
      "督察公告", "报名",     "应聘",       "招聘",     "响应文件", "采购文件",
      "拟任",     "征求意见", "意见建议的", NULL};
  int n = kinds_of(head, words);
  return n >= 2 ? 5 : n * 2;
}

static int supervision(zg_str head) {
  static const char *const words[] = {"督查组", "督导组", "一行",   "实地查看",
                                      "现场督", "赴",     "走访了", "抽查了",
                                      "率队",   "带队",   "调研",   NULL};
  int n = kinds_of(head, words);
  return n >= 3 ? 4 : n >= 2 ? 2 : 0;
}

static int news(const zg_ctx *c, zg_str head) {
  static const char *const words[] = {
      "本报讯", "本网讯", "记者",   "通讯员", "近日",   "日前", "连日来",
      "说道",   "笔者",   "编者按", "摘要:",  "关键词", NULL};
  int n = kinds_of(head, words);
  bool numbered = c->n_nodes > 2;
  return (n >= 2 ? 4 : n * 2) + !numbered;
}

/* The title of another kind of paper stands first: 工作总结, 整改方案. */
static const char *other_paper(const zg_ctx *c, zg_str head) {
  static const struct {
    const char *end, *like;
  } papers[] = {
      {"方案", "a plan"},
      {"计划", "a plan"},
      {"任务分解表", "a plan"},
      {"整改清单", "a plan"},
      {"整改措施", "a plan"},
      {"承诺书", "a plan"},
      {"总结", "a work summary"},
      {"工作打算", "a work summary"},
      {"要点", "a work summary"},
      {"述职报告", "a work summary"},
      {"手册", "a manual"},
      {"节选)", "a manual"},
      {"指南", "a manual"},
      {"问答", "a manual"},
      {"样表)", "a manual"},
      {"解读", "a manual"},
      {"办法", "a regulation"},
      {"(试行)", "a regulation"},
      {"规定", "a regulation"},
      {"细则", "a regulation"},
      {"条例", "a regulation"},
      {"制度", "a regulation"},
      {"简报", "a work brief"},
      {"纪要", "minutes"},
      {"信息", "a work brief"},
      {"对照检查材料", "a self-examination"},
      {"检视剖析材料", "a self-examination"},
      {"反馈意见", "a list of findings"},
      {"问题清单", "a list of findings"},
      {"主要问题的公告", "a list of findings"},
      {"的通知", "a notice"},
      {"公告", "a notice"},
      {"答复", "a reply"},
      {"回复", "a reply"},
      {"通知书", "a notice"},
      {"判决书", "a judgment"},
      {"裁定书", "a judgment"},
      {"决定书", "a notice"},
      {"综述", "news"},
      {"倡议书", "a notice"},
      {"典型问题", "a circular on cases"},
      {"典型案例", "a circular on cases"},
  };
  for (int i = 0; i < c->n_paras && (i < 5 || i < c->body); i++) {
    zg_str t = c->paras[i].t;
    if (t.n > 240 || zg_sx_has(t, "。") || c->paras[i].tok.shape)
      continue;
    for (size_t k = 0; k < sizeof papers / sizeof *papers; k++)
      if (zg_sx_ends(t, papers[k].end) && title_sign(t) == 0)
        return papers[k].like;
  }
  static const char *const plans[] = {"制定本方案",
                                      "制定如下方案",
                                      "制定以下方案",
                                      "制定如下整改方案",
                                      "承诺如下",
                                      "特制定",
                                      NULL};
  static const char *const duties[] = {"述职如下", "总结如下", NULL};
  if (zg_sx_has_any(head, plans))
    return "a plan";
  return zg_sx_has_any(head, duties) ? "a work summary" : NULL;
}

static void heavier(look_alike *best, int weight, const char *like) {
  if (weight > best->weight)
    *best = (look_alike){like, weight};
}

static look_alike weigh_against(const zg_ctx *c, const signs *s) {
  look_alike best = {NULL, 0};
  zg_str head = zg_sx_sub(
      c->t, 0,
      zg_utf8_floor(c->t.p, c->t.n < HEAD_BYTES ? c->t.n : HEAD_BYTES));
  heavier(&best, speech(c), "a speech");
  heavier(&best, regulation(c), "a regulation");
  heavier(&best, interview(c), "an interview");
  heavier(&best, index_page(c), "an index of bulletins");
  heavier(&best, lesson(head), "a manual");
  heavier(&best, article(head), "an article");
  heavier(&best, demands(c, head), "a list of findings");
  if (s->title < 3)
    heavier(&best, enforcement(head), "a notice");
  heavier(&best, notice(head), "a notice");
  heavier(&best, meeting(head), "news of a meeting");
  heavier(&best, supervision(head), "news of a supervision");
  heavier(&best, news(c, head), "news");
  const char *paper = s->title < 3 ? other_paper(c, head) : NULL;
  if (paper)
    heavier(&best, 7, paper);
  if (s->findings && !s->answers)
    heavier(&best, 2, "a list of findings");
  return best;
}

/* ---- class ---- */

/* 组建6个巡察组: more teams than one unit meets. */
static bool several_teams(zg_str t) {
  static const char *const teams[] = {"个巡察组", "个巡视组", NULL};
  const char *word = NULL;
  for (size_t at = 0; at < t.n; at += strlen(word)) {
    at = zg_sx_find_any(t, at, teams, &word);
    if (at == ZG_NPOS)
      return false;
    size_t from = zg_sx_prev(t, at);
    while (from > 0 && zg_sx_number(t, zg_sx_prev(t, from)).len &&
           at - from < 12)
      from = zg_sx_prev(t, from);
    if (zg_sx_number(t, from).v > 1)
      return true;
  }
  return false;
}

static bool is_round_summary(const zg_ctx *c, const signs *s) {
  static const char *const many[] = {
      "个巡察组", "个巡视组", "家单位", "个单位", "个党组织", "个部门",
      "家党组织", "个村",     "家被巡", "个被巡", NULL};
  const zg_declared *d = &c->b->declared;
  zg_str lead = zg_sx_sub(c->t, 0, SCAN_BYTES);
  bool counts = d->problems >= 0 &&
                (d->done >= 0 || d->rate >= 0 || zg_sx_has(lead, "整改"));
  /* several teams and no statement in a frame: what looked like findings is
   * prose about the round */
  bool totals = s->findings == 0 || (s->heads == 0 && several_teams(lead));
  return totals && counts && (s->title || s->opening) &&
         zg_sx_has_any(lead, many);
}

static bool is_anonymised(zg_str s) {
  static const char *const marks[] = {"XX", "××",  "xx",  "**",  "X月", "X年",
                                      "○○", "X日", "X个", "x月", "x年", NULL};
  return count_any(zg_sx_sub(s, 0, SCAN_BYTES), marks) >= 4;
}

static bool is_table(const zg_ctx *c) {
  static const char *const lanes[] = {"责任单位", "整改目标", "整改时限",
                                      "完成时限", "完成情况", "整改措施",
                                      "责任部门", "进展情况", NULL};
  const zg_bulletin *b = c->b;
  size_t owned = 0;
  for (size_t i = 0; i < b->n_findings; i++)
    owned += b->findings[i].responsible.p != NULL;
  zg_str opening = zg_px_opening_text(c);
  bool special = zg_sx_has(opening, "督察") || zg_sx_has(opening, "督查") ||
                 zg_sx_has(c->title, "督") || zg_sx_has(c->title, "环境") ||
                 zg_sx_has(c->title, "专项");
  bool inspection = zg_sx_has(c->title, "巡") || zg_sx_has(opening, "巡");
  return special && !inspection &&
         (b->n_findings == 0 || owned * 2 > b->n_findings) &&
         kinds_of(c->t, lanes) >= 2;
}

/* A summary of a round has totals only. */
static void drop_findings(zg_ctx *c) {
  zg_parsed_counts *p = &c->b->parsed;
  c->b->n_findings = 0;
  p->categories = p->problems = p->findings = p->atomic_findings = 0;
  p->measures = 0;
}

static void set_class(zg_ctx *c, const signs *s) {
  zg_bulletin *b = c->b;
  zg_str lead = zg_sx_sub(c->t, 0, 6000);
  bool inspection = zg_sx_has(c->title, "巡");
  if (c->anonymised)
    b->doc_class = ZG_STR("template");
  else if (is_round_summary(c, s)) {
    b->doc_class = ZG_STR("round_summary");
    drop_findings(c);
  } else if (b->doc_class.p) /* multi_unit, from title and opening */
    return;
  else if ((zg_sx_has(c->title, "审计") && !inspection) ||
           zg_sx_has(lead, "各位副主任"))
    b->doc_class = ZG_STR("audit_report");
  else if (is_table(c))
    b->doc_class = ZG_STR("table_notice");
  else
    b->doc_class = ZG_STR("single_unit");
}

/* 回头看 → 转头看, 反馈 → 反响: the words of a re-poster who hides a copy. */
static bool is_spun(zg_str s) {
  static const char *const words[] = {"转头看",     "反响意见", "反响问题",
                                      "巡察反响",   "巡视反响", "党组反响了",
                                      "党委反响了", NULL};
  return zg_sx_has_any(zg_sx_sub(s, 0, SCAN_BYTES), words);
}

void zg_px_mirror(zg_ctx *c) {
  c->anonymised = is_anonymised(c->t);
  c->spun = is_spun(c->t);
}

static zg_status refuse(const signs *s, const look_alike *like, zg_error *err) {
  char text[400] = "";
  size_t n = 0;
  const struct {
    bool here;
    const char *say;
  } missing[] = {
      {s->title > 0, "no title (关于…整改…情况的通报)"},
      {s->opening, "no opening that names team, period and feedback"},
      {s->heading || s->heads, "no heading about what was rectified"},
      {s->findings > 0, "no findings"},
      {s->answers, "no answer to any finding"},
  };
  if (like->reads_like)
    n += (size_t)snprintf(text, sizeof text, "reads like %s; ",
                          like->reads_like);
  for (size_t k = 0; k < sizeof missing / sizeof *missing; k++)
    if (!missing[k].here)
      n += (size_t)snprintf(text + n, sizeof text - n, "%s; ", missing[k].say);
  if (!n)
    n += (size_t)snprintf(text, sizeof text, "no sign that decides; ");
  text[n - 2] = '\0';
  return zg_fail(err, ZG_NOT_BULLETIN, "not_a_bulletin", "text",
                 "not a rectification bulletin: %s", text);
}

/* A title and an opening that both say bulletin, over numbered prose that
 * tells deeds: the findings may be told without heads. */
static bool plain_report(const zg_ctx *c, const signs *s) {
  zg_str body = ZG_STR_NULL;
  if (s->title < 3 || !s->opening || s->findings || c->n_nodes < 3 ||
      c->body >= c->tail)
    return false;
  const char *from = c->paras[c->body].t.p;
  zg_str last = c->paras[c->tail - 1].t;
  body = (zg_str){from, (size_t)(last.p + last.n - from)};
  body = zg_sx_sub(body, 0, SCAN_BYTES);
  return deeds(body) >= c->n_nodes && wishes(body) * 2 < deeds(body);
}

zg_status zg_px_classify(zg_ctx *c, const zg_parse_hints *h, zg_error *err) {
  enum { ENOUGH = 5, AHEAD = 3 };
  signs s = look(c);
  look_alike against = weigh_against(c, &s);
  bool summary = is_round_summary(c, &s);
  int pro = weight_for(&s) + 2 * summary;
  bool told = s.answers || summary || plain_report(c, &s);
  bool ok = told && pro >= ENOUGH && pro - against.weight >= AHEAD;
  if (!ok && !(h && h->force))
    return refuse(&s, &against, err);
  set_class(c, &s);
  if (!c->b->n_findings && !zg_str_is(c->b->doc_class, "round_summary"))
    zg_px_warn(c, ZG_SPAN_NONE, "no_findings",
               "no finding was recognised in the text");
  if (c->spun) {
    zg_px_warn(c, ZG_SPAN_NONE, "spun_copy",
               "words were changed by a re-poster (转头看, 反响)");
    zg_px_doubt(c, "doc_class");
  }
  return ZG_OK;
}
