/* Longer texts that are no bulletins: they have sections, numbers, measures and
 * figures, some even the title of one, but nobody tells what was done about the
 * problems that inspectors raised with his body. */
#include "tools/corpus/labelled.h"
#include "tools/corpus/phrases.h"

static const char *of(zg_draft *d, const zg_phrases *p) {
  return p->items[zg_random_below(&d->r, (uint32_t)p->n)];
}

static void put(zg_draft *d, const char *phrase) {
  zg_gold_finding none = {0};
  zg_expand(d, phrase, &none);
}

static const zg_phrases_category *any(zg_draft *d) {
  return &zg_phrases_of[zg_random_below(&d->r, ZG_PHRASES_CATEGORIES)];
}

static void put_head(zg_draft *d) {
  put(d, any(d)->heads[zg_random_below(&d->r, ZG_PHRASES_HEADS)]);
}

/* A plan with measures under each problem: all of it is yet to come. */
static void plan_measures(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_random *r = &d->r;
  char han[16];
  int n = 0;
  zg_putf(d, "%s关于巡察反馈意见的整改方案\n", w->unit);
  zg_putf(
      d,
      "根据%s反馈意见，为确保整改任务落地见效，结合实际，制定如下整改方案。"
      "\n一、总体要求\n坚持问题导向、目标导向，做到见人见事见责任。\n二、整改"
      "任务及措施\n",
      w->team);
  for (int g = 1; g <= 3; g++) {
    zg_putf(d, "（%s）关于%s的问题\n", zg_han(g, han), any(d)->problem);
    for (uint32_t k = zg_random_range(r, 2, 4); k > 0; k--) {
      zg_putf(d, "%d.", ++n);
      put_head(d);
      zg_put(d, "。\n整改措施：一是");
      put(d, of(d, &zg_phrases_plain));
      zg_put(d, "；二是");
      put(d, of(d, &zg_phrases_plain));
      zg_putf(d,
              "。\n责任领导：分管副职\n责任单位：%s\n完成时限：%d年%d月底前\n",
              of(d, &zg_phrases_offices), w->publish.y, w->publish.m);
    }
  }
  zg_put(d,
         "三、组织保障\n（一）加强领导。成立整改工作领导小组。\n（二）严格考核"
         "。对整改不力的单位和个人严肃问责。\n");
}

/* The meeting that pushes the work on, with figures of it. */
static void promotion_meeting(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_random *r = &d->r;
  zg_putf(d, "%s召开巡察整改工作推进会\n", w->bare);
  zg_putf(
      d,
      "%d月%d日，%s召开巡察整改工作推进会，听取各科室整改进展情况汇报，研究部"
      "署下一阶段工作。主要负责人主持会议并讲话。\n",
      w->publish.m, w->publish.d, w->bare);
  zg_putf(d,
          "会议指出，自%s反馈意见以来，各科室认真落实整改责任，%u个问题已完成整"
          "改%u个，整改工作取得阶段性成效，但仍存在%s等不足。\n",
          w->team, zg_random_range(r, 25, 40), zg_random_range(r, 10, 24),
          any(d)->problem);
  zg_put(d,
         "会议强调，一是要提高政治站位，把整改作为重大政治任务；二是要压实整改"
         "责任，逐项对账销号；三是要强化督促检查，确保按期完成整改任务。\n");
  zg_put(d,
         "会上，办公室、人事科、计划财务科作交流发言。班子成员、各科室负责人参"
         "加会议。\n");
}

/* What a body did in a year; rectification is one of its points. */
static void work_summary(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_random *r = &d->r;
  static const char *const parts[] = {"加强政治建设", "夯实基层基础",
                                      "深化作风建设", "抓好队伍建设"};
  char han[16];
  zg_putf(d, "%s%d年度党建工作总结\n", w->bare, w->publish.y);
  zg_putf(d,
          "%d年以来，%s坚持以高质量党建引领各项事业发展，现将工作情况总结如下。"
          "\n",
          w->publish.y, w->unit);
  for (int i = 0; i < 4; i++) {
    zg_putf(d, "%s、%s\n", zg_han(i + 1, han), parts[i]);
    for (int k = 1; k <= 2; k++) {
      zg_putf(d, "（%s）", zg_han(k, han));
      put(d, of(d, &zg_phrases_plain));
      zg_put(d, "。一是");
      put(d, of(d, &zg_phrases_deeds));
      zg_put(d, "；二是");
      put(d, of(d, &zg_phrases_plain));
      zg_put(d, "。\n");
    }
  }
  zg_putf(d,
          "五、存在问题及下一步打算\n工作中还存在%s等不足。%d年，将重点抓好以下"
          "工作：一是强化理论武装；二是抓实巡察整改；三是加强干部培训%u期。\n",
          any(d)->problem, w->publish.y + 1, zg_random_range(r, 2, 6));
}

/* How to write one. */
static void handbook(zg_draft *d) {
  zg_putf(d, "%s巡察整改工作手册\n", d->w.place.county);
  zg_put(
      d,
      "为规范巡察整改工作，提高整改质量，编印本手册，供被巡察党组织参考。\n第一"
      "章 "
      "整改工作流程\n1.接收反馈意见。自反馈之日起，党组织主要负责人应当及时召"
      "开会议研究。\n2.制定整改方案。逐条列明问题、措施、责任人和时限。\n3.报送"
      "整改情况报告。集中整改期满后，按要求报送。\n4.公开整改情况。通过党务公开"
      "、新闻媒体等方式向社会公布。\n第二章 通报的基本格式\n标题一般为“中共某某"
      "委员会关于巡察整改进展情况的通报”。正文包括：一、整改工作组织情况；二、"
      "反馈问题整改情况；三、下一步打算；四、联系方式。\n第三章 常见问题\n");
  for (int i = 1; i <= 4; i++) {
    zg_putf(d, "%d.", i);
    put(d, of(d, &zg_phrases_plain));
    zg_put(d, "的情况写得过于笼统，应当列出具体数据。\n");
  }
}

/* A list of bulletins, with the first words of each. */
static void index_snippets(zg_draft *d) {
  static const char *const units[] = {"财政局", "民政局", "统计局", "林业局",
                                      "商务局", "司法局", "档案馆", "审计局"};
  zg_random *r = &d->r;
  const zg_world *w = &d->w;
  const char *place = w->place.county;
  uint32_t first = zg_random_below(r, 8);
  zg_put(d, "党务公开 > 巡察整改 列表\n");
  for (uint32_t i = 0; i < zg_random_range(r, 5, 8); i++) {
    const char *unit = units[(first + i) % 8];
    zg_date at = zg_date_add(w->publish, -(int)(3 * i));
    zg_putf(d, "中共%s%s党组关于巡察整改进展情况的通报\n", place, unit);
    zg_putf(
        d,
        "根据%s统一部署，%d年%d月，%s对%s%s党组开展了巡察。现将巡察整改进展情"
        "况予以公布……[详细]\n%d-%02d-%02d\n",
        w->body, w->start.y, w->start.m, w->team, place, unit, at.y, at.m,
        at.d);
  }
  zg_put(d, "首页 上一页 1 2 3 4 下一页 末页\n");
}

/* Cases of others, told as a warning. */
static void typical_cases(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_random *r = &d->r;
  static const char *const topics[] = {
      "违规收受礼品礼金", "违规操办婚丧喜庆事宜", "公车私用", "违规发放津补贴",
      "违规接受管理服务对象宴请"};
  uint32_t first = zg_random_below(r, 5);
  zg_putf(d, "%s纪委监委通报4起违反中央八项规定精神典型问题\n",
          w->place.county);
  zg_put(d, "日前，纪委监委对近期查处的4起典型问题进行通报。具体如下：\n");
  for (uint32_t i = 0; i < 4; i++)
    zg_putf(
        d,
        "%u.某单位原副主任张某%s问题。%d年至%d年，张某先后%u次%s，涉及金额%u"
        "元。张某受到党内警告处分，违纪款已收缴。\n",
        i + 1, topics[(first + i) % 5], w->start.y - 2, w->start.y - 1,
        zg_random_range(r, 2, 9), topics[(first + i) % 5],
        zg_random_range(r, 1000, 60000));
  zg_put(
      d,
      "通报强调，各级党组织要切实扛起主体责任，举一反三、以案促改，防止问题反"
      "弹。\n");
}

/* The meeting before an inspection. */
static void mobilisation(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_putf(d, "%s进驻%s开展%s动员会召开\n", w->team, w->bare, w->kind);
  zg_putf(
      d,
      "根据%s统一部署，%d月%d日，%s%s工作动员会召开。会上，%s组长就即将开展的"
      "工作作动员讲话，%s主要负责人作表态发言。\n",
      w->body, w->start.m, w->start.d, w->bare, w->kind, w->team, w->bare);
  zg_put(
      d,
      "会议指出，要重点检查贯彻落实党中央决策部署、全面从严治党、基层党组织建"
      "设、上轮巡察整改落实等方面情况。一是要主动接受监督；二是要如实提供情况"
      "；三是要坚持立行立改，以整改成效推动工作。\n会上还对领导班子及成员进行"
      "了民主测评。\n");
}

/* Everything found, told at length, with counts and an address. */
static void findings_long(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_random *r = &d->r;
  char han[16];
  int n = 0;
  zg_putf(d, "关于%s巡察%s情况的反馈\n", w->body, w->bare);
  zg_putf(
      d,
      "%d年%d月%d日至%d月%d日，%s对%s开展了%s。巡察共发现3个方面%u个问题，经"
      "%s同意，现反馈如下。\n",
      w->start.y, w->start.m, w->start.d, w->end.m, w->end.d, w->team, w->unit,
      w->kind, zg_random_range(r, 9, 20), w->body);
  for (int g = 1; g <= 3; g++) {
    zg_putf(d, "（%s）%s\n", zg_han(g, han), any(d)->problem);
    for (uint32_t k = zg_random_range(r, 3, 5); k > 0; k--) {
      zg_putf(d, "%d.", ++n);
      put_head(d);
      zg_put(d, "。一是");
      put_head(d);
      zg_put(d, "；二是");
      put_head(d);
      zg_put(d, "。\n");
    }
  }
  zg_put(
      d,
      "二、意见建议\n（一）加强理论学习，提高政治站位。\n（二）压实主体责任，"
      "严格监督管理。\n（三）请在收到反馈意见之日起2个月内报送整改情况。\n");
}

const zg_look_alike zg_look_alikes_long[] = {
    {"plan_measures", plan_measures},
    {"promotion_meeting", promotion_meeting},
    {"work_summary", work_summary},
    {"handbook", handbook},
    {"index_snippets", index_snippets},
    {"typical_cases", typical_cases},
    {"mobilisation", mobilisation},
    {"findings_long", findings_long},
};
const size_t zg_look_alikes_long_n =
    sizeof zg_look_alikes_long / sizeof *zg_look_alikes_long;
