/* Texts with the words of a bulletin that are none (formats.md, 1). */
#include "tools/corpus/labelled.h"
#include "tools/corpus/phrases.h"

static const char *of(zg_draft *d, const zg_phrases *p) {
  return p->items[zg_random_below(&d->r, (uint32_t)p->n)];
}

static const char *problem(zg_draft *d) {
  uint32_t k = zg_random_below(&d->r, ZG_PHRASES_CATEGORIES);
  return zg_phrases_of[k].problem;
}

static void put_day(zg_draft *d, zg_date at) {
  zg_putf(d, "%d月%d日", at.m, at.d);
}

/* News of the meeting at which the inspectors told their findings. */
static void feedback_meeting(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_random *r = &d->r;
  zg_putf(d, "%s向%s反馈巡察情况\n", w->team, w->bare);
  put_day(d, w->feedback);
  zg_putf(d,
          "，%s召开巡察情况反馈会，向%s反馈巡察意见。%s主要负责人出席会议并讲话"
          "，%s主要负责人主持会议并作表态发言。\n",
          w->team, w->unit, w->team, w->bare);
  zg_putf(d,
          "会议指出，巡察发现的主要问题是：%s；%s；%s。同时，巡察组还收到反映一"
          "些领导干部的问题线索，已按规定转有关部门处理。\n",
          problem(d), problem(d), problem(d));
  zg_putf(d,
          "会议要求，要提高政治站位，压实整改责任。一是主要负责人要履行第一责任"
          "人责任；二是要在%u个工作日内上报整改方案；三是要建立问题清单、任务清"
          "单、责任清单，确保整改落实到位。\n",
          zg_random_range(r, 10, 30));
  zg_putf(d, "%s表示，对反馈的问题诚恳接受、照单全收，坚决抓好整改落实。\n",
          w->bare);
}

static void entry_notice(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_random *r = &d->r;
  zg_putf(d, "%s巡察%s的公告\n", w->team, w->bare);
  zg_putf(d, "根据%s统一部署，%s于%d年", w->body, w->team, w->start.y);
  put_day(d, w->start);
  zg_put(d, "至");
  put_day(d, w->end);
  zg_putf(d,
          "对%s开展%s。巡察期间，主要受理反映%s领导班子及其成员的来信来电来访，"
          "重点是违反政治纪律、组织纪律、廉洁纪律、群众纪律、工作纪律和生活纪律"
          "等方面的问题。\n",
          w->unit, w->kind, w->bare);
  zg_putf(d, "值班电话：%u（工作日9:00至17:30）\n邮政信箱：%s第%u号信箱\n",
          zg_random_range(r, 6100000, 6999999), w->place.county,
          zg_random_range(r, 1, 90));
  zg_put(d, "受理信访时间截止");
  put_day(d, w->end);
  zg_put(d, "。对不属于受理范围的信访问题，将按规定由有关部门认真处理。\n");
}

/* What was found, without a word of what was done. */
static void findings_only(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_random *r = &d->r;
  zg_gold_finding none = {0};
  char han[16];
  int n = (int)zg_random_range(r, 3, 5), at = 0;
  zg_putf(d, "%s关于对%s巡察发现问题的反馈意见\n", w->team, w->bare);
  zg_putf(d,
          "根据%s统一部署，%s对%s开展了%s。现将巡察发现的主要问题反馈如下："
          "\n",
          w->body, w->team, w->unit, w->kind);
  for (int i = 1; i <= n; i++) {
    zg_putf(d, "%s、%s\n", zg_han(i, han), problem(d));
    for (uint32_t k = 0; k < zg_random_range(r, 2, 4); k++) {
      const zg_phrases_category *c =
          &zg_phrases_of[zg_random_below(r, ZG_PHRASES_CATEGORIES)];
      zg_putf(d, "%d.", ++at);
      zg_expand(d, c->heads[zg_random_below(r, ZG_PHRASES_HEADS)], &none);
      zg_put(d, "。\n");
    }
  }
  zg_put(d, "请高度重视巡察反馈意见，认真研究制定整改方案，抓好整改落实，并在两"
            "个月内报送整改情况报告。\n");
}

static void speech(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_gold_finding none = {0};
  static const char *const parts[] = {"提高认识，切实增强整改的政治自觉",
                                      "突出重点，逐条逐项抓好整改落实",
                                      "压实责任，确保整改取得实效"};
  zg_putf(d, "在%s巡察整改工作推进会上的讲话\n", w->bare);
  zg_putf(d,
          "同志们：\n今天召开这次会议，主要任务是贯彻落实%s部署要求，对巡察"
          "整改工作进行再动员、再部署。刚才，几个科室作了发言，讲得都很好。下"
          "面，我讲三点意见。\n",
          w->body);
  for (int i = 0; i < 3; i++) {
    char han[16];
    zg_putf(d, "%s、%s\n", zg_han(i + 1, han), parts[i]);
    for (int k = 1; k <= 3; k++) {
      zg_putf(d, "（%s）", zg_han(k, han));
      zg_put(d, "要");
      zg_expand(d, of(d, &zg_phrases_plain), &none);
      zg_putf(d, "。针对%s的问题，大家要认真反思、对号入座。\n", problem(d));
    }
  }
  zg_put(d, "同志们，整改工作使命光荣、责任重大，让我们真抓实干，交出合格答卷！"
            "谢谢大家。\n");
}

static void index_page(zg_draft *d) {
  zg_random *r = &d->r;
  static const char *const units[] = {"财政局", "民政局", "水务局", "教育局",
                                      "审计局", "统计局", "林业局", "商务局"};
  int n = (int)zg_random_range(r, 8, 18);
  zg_putf(d, "%s集中公布%s届%s第%u轮巡察整改进展情况\n", d->w.place.county,
          "十四", d->w.place.county_committee, zg_random_range(r, 2, 9));
  for (int i = 0; i < n; i++) {
    zg_date at = zg_date_add(d->w.publish, -i);
    zg_putf(d, "中共%s%s党组关于巡察整改进展情况的通报 %d-%02d-%02d\n",
            d->w.place.county, units[zg_random_below(r, 8)], at.y, at.m, at.d);
  }
  zg_putf(d, "共%d条 首页 上一页 1 2 3 下一页 尾页\n", n * 3);
}

static void appointments(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_random *r = &d->r;
  zg_putf(d, "%s干部任前公示公告\n", w->place.county);
  zg_putf(d,
          "根据《党政领导干部选拔任用工作条例》有关规定，现将拟任用干部有关情"
          "况公告如下：\n");
  static const char *const names[] = {"张某", "李某某", "王某", "赵某某"};
  for (uint32_t i = 0; i < 4; i++)
    zg_putf(d, "%s，男，19%u年%u月生，现任%s副主任，拟任乡镇党委委员。\n",
            names[i], zg_random_range(r, 70, 95), zg_random_range(r, 1, 12),
            w->bare);
  zg_putf(d, "公示时间：%d年%d月%d日至%d日。反映问题请拨打电话%u。\n",
          w->publish.y, w->publish.m, w->publish.d, w->publish.d,
          zg_random_range(r, 6100000, 6999999));
}

static void inspection_news(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_putf(d, "%s督查组到%s督查整改工作\n", w->place.county, w->bare);
  put_day(d, w->publish);
  zg_putf(d,
          "，%s督查组一行到%s，就巡察反馈问题整改落实情况开展实地督查。督查组通"
          "过听取汇报、查阅台账、现场走访等方式，详细了解整改进展。\n",
          w->place.county, w->bare);
  zg_putf(d,
          "督查组对%s整改工作给予充分肯定，同时指出，%s等问题还需进一步加大力"
          "度，要求对照清单逐项销号，确保件件有着落、事事有回音。\n",
          w->bare, problem(d));
}

/* What is meant to be done, with nothing done yet. */
static void plan_only(zg_draft *d) {
  const zg_world *w = &d->w;
  zg_random *r = &d->r;
  zg_gold_finding none = {0};
  char han[16];
  zg_putf(d, "%s落实巡察反馈意见整改工作方案\n", w->bare);
  zg_putf(d,
          "为切实抓好%s反馈意见的整改落实，结合实际，制定本方案。\n一、指导思"
          "想\n坚持问题导向，确保整改工作取得实效。\n二、整改任务\n",
          w->team);
  for (int i = 1; i <= (int)zg_random_range(r, 4, 6); i++) {
    const zg_phrases_category *c =
        &zg_phrases_of[zg_random_below(r, ZG_PHRASES_CATEGORIES)];
    zg_putf(d, "（%s）", zg_han(i, han));
    zg_expand(d, c->heads[zg_random_below(r, ZG_PHRASES_HEADS)], &none);
    zg_put(d, "。\n整改目标：");
    zg_expand(d, of(d, &zg_phrases_plain), &none);
    zg_putf(d, "。\n责任单位：%s。整改时限：%d年%d月底前。\n",
            of(d, &zg_phrases_offices), w->publish.y, w->publish.m);
  }
  zg_put(d,
         "三、工作要求\n要加强组织领导，严格时限要求，强化督促检查，对整改不力"
         "的严肃问责。\n");
}

void zg_write_look_alike(zg_draft *d, uint64_t n) {
  static const zg_look_alike kinds[] = {{"feedback_meeting", feedback_meeting},
                                        {"entry_notice", entry_notice},
                                        {"findings_only", findings_only},
                                        {"speech", speech},
                                        {"index_page", index_page},
                                        {"announcement", appointments},
                                        {"inspection_news", inspection_news},
                                        {"plan_only", plan_only}};
  size_t few = sizeof kinds / sizeof *kinds;
  size_t k = n % (few + zg_look_alikes_long_n);
  const zg_look_alike *one =
      k < few ? &kinds[k] : &zg_look_alikes_long[k - few];
  zg_page_before(d);
  d->g.title = zg_slot_put(d, "");
  d->g.kind_of_text = one->kind;
  one->write(d);
  d->tail = zg_slot_put(d, "");
  if (zg_draft_noisy(d, ZG_NOISE_CHROME))
    zg_put(d, "扫一扫在手机打开当前页\n责任编辑：李某\n");
}
