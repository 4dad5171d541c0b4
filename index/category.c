#include "index/category.h"

#include <limits.h>

enum { N_CATEGORIES = 28, CUES_MAX = 40, SLOTS = 512 };

typedef struct category {
  const char *id;
  const char *cues[CUES_MAX]; /* NULL-terminated */
} category;

static const category TABLE[N_CATEGORIES] = {
    {"c01",
     {"理论学习", "中心组", "第一议题", "学思践悟", "传达学习", "学用脱节",
      "学习贯彻", "研讨交流", "学习和研讨", "讲话精神", "集体学习", "领会不深",
      "学用结合", NULL}},
    {"c02",
     {"决策部署", "主责主业", "职能作用", "高质量发展", "重大战略", "改革",
      "推进缓慢", "履职",     "五育",     "劳动教育",   "双一流",   "同质化",
      "高等教育", "进度滞后", "贯彻落实", "巡河",       "河长制",   "跟踪指导",
      "布局",     "试点任务", "供给不足", NULL}},
    {"c03", {"意识形态", "阵地", "舆情", "宗教", "公众号", "三审三校", NULL}},
    {"c04", {"主体责任", "一岗双责", "压力传导", "从严治党", "层层递减", NULL}},
    {"c05",
     {"监督责任", "纪检", "第一种形态", "四种形态", "线索处置", "巡察工作",
      "处分执行", "处分决定", "监督执纪", "案件", "查处", "纪委监督",
      "问题线索", "零处置", NULL}},
    {"c06",
     {"廉政风险", "警示教育", "以案促改", "关键岗位", "靠企吃企", "不正之风",
      "廉政教育", "风险防控", NULL}},
    {"c07",
     {"形式主义", "官僚主义", "文风", "调研", "担当作为", "慢作为", "文山会海",
      "流于形式", "打卡", "雷同", "走过场", "代替到场", "填表报数", "负担重",
      "层层加码", NULL}},
    {"c08",
     {"八项规定", "公务接待", "违规吃喝", "礼品礼金", "超标准", "宴请",
      "接待费", "公款旅游", "履职待遇", NULL}},
    {"c09",
     {"公车", "公务用车", "办公用房", "超编", "维修", "车辆", "用车", "派车",
      NULL}},
    {"c10",
     {"津补贴", "津贴", "补贴", "奖金", "福利", "工会经费", "加班费",
      "加班补助", "补助超标", "晚自习补助", "名目繁多", NULL}},
    {"c11",
     {"报销", "附件", "往来款", "挂账", "小金库", "票据", "现金", "差旅费",
      "会议费", "培训费", "财务", "应收应付", "暂付款", "账龄", "白条",
      "坐收坐支", "公款私存", NULL}},
    {"c12",
     {"预算执行", "预算", "专项资金", "挪用", "滞留", "绩效", "非税", "结转",
      "征收", "欠征", "欠缴", "水资源费", "补偿费", "套取", "补助资金", NULL}},
    {"c13",
     {"政府采购", "采购", "招投标", "招标", "围标", "串标", "拆分", "化整为零",
      "单一来源", "比选", "合同", "倾向性条款", "规避招标", NULL}},
    {"c14",
     {"工程", "变更", "决算", "超概算", "竣工", "质量", "转包", "未批先建",
      "监理", "先施工", "工程款", "签证", NULL}},
    {"c15",
     {"固定资产", "出租", "租金", "资产处置", "账实不符", "闲置", "资产",
      NULL}},
    {"c16",
     {"三重一大", "议事规则", "议事决策", "民主集中制", "集体研究", "一言堂",
      "会议记录", "决策程序", "集体决策", "碰头会", "集体讨论", "代替会议研究",
      "代替党", "临时动议", "圈阅", "负责制落实", "碰头", NULL}},
    {"c17",
     {"民主生活会", "双重组织生活", "相互批评", "整改清单", "对照检查", NULL}},
    {"c18",
     {"选人用人", "任前公示", "试用期", "考察", "纪实", "个人有关事项", "兼职",
      "借调", "干部任用", "选拔任用", "任用程序", "干部提拔", "任免",
      "混编混岗", "借用", "带病提拔", "任职", "取酬", NULL}},
    {"c19",
     {"人事档案", "三龄两历", "轮岗", "年轻干部", "人员编制", "机构编制",
      "事业编制", "教师编制", "编制管理", "职称", "人才", "干部档案",
      "专业技术人员", "青黄不接", "队伍建设", "混岗", "交流轮岗", "人才引进",
      NULL}},
    {"c20",
     {"三会一课", "支部", "换届", "党费", "发展党员", "党务干部", "主题党日",
      "组织员", "基层党组织", "组织生活", "党员教育", "党组织覆盖", "党建工作",
      "党建", NULL}},
    {"c21", {"上轮",       "巡视整改",   "巡察整改",   "审计整改", "回头看",
             "整改责任",   "长效机制",   "巡察指出",   "巡视指出", "审计指出",
             "审计局指出", "整改不彻底", "整改不到位", "移交问题", "整改工作",
             "已完成整改", "移交的问题", "销号不实",   "整改台账", "同类问题",
             NULL}},
    {"c22",
     {"下属单位", "内控", "离任审计", "离任经济责任审计", "经济责任审计",
      "监管缺位", "所办企业", "协会", "下属", "审计结果", "离岗审计",
      "内部审计", "责任审计", NULL}},
    {"c23", {"群众",     "信访", "窗口",     "低保",     "惠农",   "扶贫",
             "乡村振兴", "三资", "村务公开", "养老",     "饮水",   "供水",
             "缺水",     "入园", "农民工",   "村民",     "收费",   "老旧小区",
             "民生项目", "代办", "惠民",     "产业扶持", "水管员", "急难愁盼",
             "脱贫",     NULL}},
    {"c24",
     {"安全生产", "安全管护", "消防",     "环保",     "督察",     "耕地",
      "债务",     "维稳",     "保密",     "隐患",     "水库",     "防汛",
      "灾害",     "值守",     "疫情防控", "网络安全", "信息泄露", "人居环境",
      "污水",     "债务风险", "化解债务", NULL}},
    {"c25", {"师德", "有偿补课", "招生",     "大班额", "大校额", "食堂",
             "教辅", "思政课",   "科研经费", "补课",   "学校",   "教师",
             "学生", "晚托班",   "双减",     "幼儿园", "中小学", "课后服务",
             "校舍", "民办培训", "劳动教育", "近视",   NULL}},
    {"c26",
     {"医德", "红包", "回扣", "耗材", "医保基金", "过度诊疗", "结余药品",
      "诊疗", "药品", "医保", "高值耗材", "患者", "就医", "串换项目", "医患",
      "欠费", NULL}},
    {"c27",
     {"行政执法", "执法办案", "三个规定", "执行案款", "涉案财物", "辅警",
      "公益诉讼", "涉企案件", "破产审判", "诉讼服务", "诉讼", "查封", "涉诉",
      "案款", "法官", "审理周期", NULL}},
    {"c28",
     {"投资", "应收账款", "僵尸企业", "融资", "亏损", "股权", "关联交易",
      "贸易业务", "主业不", "非标融资", "子公司", NULL}},
};

/* Cues by their first character, so that a text is walked once. */
typedef struct index_slot {
  unsigned short next; /* 1-based into entries, 0 none */
} index_slot;

typedef struct cue_index {
  struct {
    const char *word;
    unsigned short next;
    unsigned char len, category;
  } entry[N_CATEGORIES * CUES_MAX];
  index_slot slot[SLOTS];
  unsigned short n;
} cue_index;

static unsigned slot_of(const char *p) {
  const unsigned char *u = (const unsigned char *)p;
  return (unsigned)((u[0] * 31u + u[1]) * 31u + u[2]) % SLOTS;
}

static void build(cue_index *ix) {
  memset(ix->slot, 0, sizeof ix->slot);
  ix->n = 0;
  for (int c = 0; c < N_CATEGORIES; c++)
    for (int k = 0; TABLE[c].cues[k]; k++) {
      const char *w = TABLE[c].cues[k];
      unsigned s = slot_of(w);
      ix->entry[ix->n].word = w;
      ix->entry[ix->n].len = (unsigned char)strlen(w);
      ix->entry[ix->n].category = (unsigned char)c;
      ix->entry[ix->n].next = ix->slot[s].next;
      ix->slot[s].next = ++ix->n;
    }
}

/* A head that names an earlier inspection is about earlier findings. */
static bool names_earlier(zg_str head) {
  static const char *const cues[] = {
      "上轮巡",     "上一轮巡",   "上届巡",      "巡察指出",
      "巡视指出",   "审计指出",   "审计反馈",    "审计局指出",
      "巡察反馈的", "巡视反馈的", "回头看”指出", "回头看’指出"};
  for (size_t k = 0; k < sizeof cues / sizeof *cues; k++)
    if (memmem(head.p ? head.p : "", head.n, cues[k], strlen(cues[k])))
      return true;
  return false;
}

/* Adds weight * characters of each cue; at most `times` of one category. */
static void scan(const cue_index *ix, zg_str s, int weight, int times,
                 int score[N_CATEGORIES]) {
  int hits[N_CATEGORIES] = {0};
  for (size_t i = 0; i + 6 <= s.n; i++) {
    unsigned char ch = (unsigned char)s.p[i];
    if (ch < 0xE0)
      continue;
    for (unsigned e = ix->slot[slot_of(s.p + i)].next; e;
         e = ix->entry[e - 1].next) {
      size_t n = ix->entry[e - 1].len;
      int c = ix->entry[e - 1].category;
      if (n <= s.n - i && memcmp(s.p + i, ix->entry[e - 1].word, n) == 0 &&
          hits[c] < times) {
        hits[c]++;
        score[c] += weight * (int)(n / 3);
      }
    }
  }
}

static int best_of(const int score[N_CATEGORIES], int except) {
  int best = -1;
  for (int c = 0; c < N_CATEGORIES; c++)
    if (c != except && score[c] > 0 && (best < 0 || score[c] > score[best]))
      best = c;
  return best;
}

void zg_category_of(zg_str *out, zg_str head, zg_str problem, zg_str section,
                    zg_str answer) {
  enum { OLD_FINDINGS = 20 }; /* c21 */
  cue_index ix;
  int in_head[N_CATEGORIES] = {0}, total[N_CATEGORIES] = {0};
  int support[N_CATEGORIES] = {0};
  out[0] = out[1] = ZG_STR_NULL;
  build(&ix);
  scan(&ix, head, 100, 3, in_head);
  if (names_earlier(head))
    in_head[OLD_FINDINGS] += 1000;
  memcpy(total, in_head, sizeof total);
  scan(&ix, problem, 40, 2, total);
  scan(&ix, section, 12, 1, total);
  scan(&ix, answer, 1, 8, support);
  support[OLD_FINDINGS] = 0; /* every answer speaks of rectification */
  for (int c = 0; c < N_CATEGORIES; c++)
    total[c] += support[c];
  int first = best_of(total, -1);
  if (first < 0)
    return;
  /* an answer alone must say it more than once */
  if (total[first] == support[first] && support[first] < 6)
    return;
  out[0] = zg_str_of(TABLE[first].id);
  int second = best_of(in_head, first);
  if (second >= 0 &&
      in_head[second] * 10 >= (first == OLD_FINDINGS ? 1000 : total[first] * 6))
    out[1] = zg_str_of(TABLE[second].id);
}
