/* The classes besides the bulletin of one unit: several bodies, the summary of
 * a round, the audit report, the table-like notice, the anonymised template
 * (formats.md, 1). */
#include "tools/corpus/labelled.h"
#include "tools/corpus/layout.h"

#include <stdio.h>

/* Facts of the inspection that this class does not have or tells otherwise. */
static void skip_inspection(zg_gold *g) {
  const char *unsaid = "?";
  g->skip_inferred = true;
  snprintf(g->unit_level, sizeof g->unit_level, "%s", unsaid);
  snprintf(g->region, sizeof g->region, "%s", unsaid);
  snprintf(g->inspecting_body, sizeof g->inspecting_body, "%s", unsaid);
  g->kind = ZG_SLOT_UNSAID;
  g->n_units = 0;
}

/* ---- several inspected bodies, one author ---- */

static void write_multi(zg_draft *d) {
  static const char *const firms[][2] = {{"国投公司", "城投公司"},
                                         {"水务集团", "交运集团"},
                                         {"文旅公司", "农投公司"}};
  zg_random *r = &d->r;
  zg_world *w = &d->w;
  zg_gold *g = &d->g;
  const char *const *firm = firms[zg_random_below(r, 3)];
  const char *place = w->place.county + strlen(w->place.county) - 3;
  skip_inspection(g);
  g->title = zg_slot_open(d);
  g->author = zg_slot_open(d);
  zg_putf(d, "中共%s人民政府党组", w->place.county);
  zg_slot_close(d, g->author);
  zg_put(d, "关于");
  for (int i = 0; i < 2; i++) {
    g->units[i] = zg_slot_open(d);
    zg_putf(d, "%s%s", place, firm[i]);
    zg_slot_close(d, g->units[i]);
    zg_put(d, i == 0 ? "、" : "");
  }
  g->n_units = 2;
  zg_put(d, "巡察反馈问题整改情况的通报");
  zg_slot_close(d, g->title);
  zg_put(d, "\n");
  zg_page_under_title(d);
  zg_putf(d, "根据%s巡察工作统一部署，", w->body);
  zg_putf(d, "%d年%d月%d日至%d年%d月%d日，", w->start.y, w->start.m, w->start.d,
          w->end.y, w->end.m, w->end.d);
  g->team = zg_slot_put(d, w->team);
  g->round = ZG_SLOT_UNSAID;
  zg_putf(d,
          "对%s%s、%s开展了巡察，并于%d年%d月%d日反馈了巡察意见。现将整改情况"
          "予以公布。\n",
          place, firm[0], firm[1], w->feedback.y, w->feedback.m, w->feedback.d);
  snprintf(g->inspect_start, 12, "%04u-%02u-%02u", (unsigned)w->start.y % 10000,
           (unsigned)w->start.m % 100, (unsigned)w->start.d % 100);
  snprintf(g->inspect_end, 12, "%04u-%02u-%02u", (unsigned)w->end.y % 10000,
           (unsigned)w->end.m % 100, (unsigned)w->end.d % 100);
  snprintf(g->feedback_date, 12, "%04u-%02u-%02u",
           (unsigned)w->feedback.y % 10000, (unsigned)w->feedback.m % 100,
           (unsigned)w->feedback.d % 100);
  d->body = zg_slot_put(d, "");
  int each[2] = {(int)zg_random_range(r, 3, 7), (int)zg_random_range(r, 3, 7)};
  d->n_planned = each[0] + each[1];
  if (g->declared.problems > 0)
    g->declared.problems = d->n_planned;
  zg_write_work(d);
  for (int i = 0; i < 2; i++) {
    char title[80];
    snprintf(title, sizeof title, "%s%s整改落实情况", place, firm[i]);
    zg_place_of_finding at = {.problem = ZG_SLOT_NONE};
    at.section = zg_section(d, title);
    for (int k = each[i]; k > 0; k--)
      zg_write_one(d, ZG_LAYOUT_F5, &at, &zg_phrases_frames[0][k % 3], false);
  }
  d->layout = ZG_LAYOUT_F5;
  zg_write_end(d);
}

/* ---- totals of a round ---- */

static void write_round(zg_draft *d) {
  zg_random *r = &d->r;
  zg_world *w = &d->w;
  zg_gold *g = &d->g;
  zg_gold_declared *c = &g->declared;
  char han[16];
  skip_inspection(g);
  g->author = ZG_SLOT_UNSAID;
  g->team = ZG_SLOT_UNSAID;
  g->source = ZG_SLOT_UNSAID;
  g->year = ZG_SKIP;
  snprintf(g->inspect_start, 12, "?");
  snprintf(g->inspect_end, 12, "?");
  snprintf(g->feedback_date, 12, "?");
  snprintf(w->round, sizeof w->round, "十%s届%s第%s轮", "四",
           w->place.county_committee,
           zg_han((int)zg_random_range(r, 1, 9), han));
  g->title = zg_slot_open(d);
  g->round = zg_slot_put(d, w->round);
  zg_put(d, "巡察整改进展情况的通报");
  zg_slot_close(d, g->title);
  zg_put(d, "\n");
  zg_page_under_title(d);
  int units = (int)zg_random_range(r, 8, 40);
  c->problems = units * (int)zg_random_range(r, 12, 25);
  c->done = c->problems * (int)zg_random_range(r, 70, 96) / 100;
  c->in_progress = c->problems - c->done;
  zg_putf(d,
          "根据%s统一部署，%d年%d月至%d月，%s组建%u个巡察组，对%d个单位党组织开"
          "展了常规巡察。现将整改进展情况通报如下。\n",
          w->body, w->start.y, w->start.m,
          w->start.m < 10 ? w->start.m + 2 : 12, w->place.county_committee,
          zg_random_range(r, 3, 8), units);
  d->body = zg_slot_put(d, "");
  zg_section(d, "总体进展情况");
  zg_putf(d, "本轮巡察共反馈问题%d个，截至目前，已完成整改%d个，正在整改%d个",
          c->problems, c->done, c->in_progress);
  c->rate10 = (c->done * 2000 + c->problems) / (2 * c->problems);
  zg_putf(d, "，整改完成率%d.%d%%。各被巡察单位建立完善制度%u项。\n",
          c->rate10 / 10, c->rate10 % 10, zg_random_range(r, 40, 200));
  zg_section(d, "主要做法");
  zg_put(
      d,
      "（一）压实整改责任。被巡察党组织主要负责人牵头抓总。\n（二）强化日常监"
      "督。纪检监察机关和组织部门跟踪督办。\n");
  zg_section(d, "下一步工作");
  zg_put(d, "持续跟踪问效，对整改不力的单位严肃问责。\n");
  d->layout = ZG_LAYOUT_COUNT;
  g->problems = ZG_SKIP;
}

/* ---- the report of an audit ---- */

static void write_audit(zg_draft *d) {
  zg_random *r = &d->r;
  zg_world *w = &d->w;
  zg_gold *g = &d->g;
  skip_inspection(g);
  g->author = ZG_SLOT_UNSAID;
  g->round = ZG_SLOT_NONE;
  g->team = ZG_SLOT_NONE;
  g->year = ZG_SKIP;
  snprintf(g->inspect_start, 12, "?");
  snprintf(g->inspect_end, 12, "?");
  snprintf(g->feedback_date, 12, "?");
  const char *place = w->place.county + strlen(w->place.county) - 3;
  g->title = zg_slot_open(d);
  zg_putf(d, "关于%s%d年度%s级预算执行和其他财政收支审计查出问题整改情况的报告",
          w->place.county, w->start.y, place);
  zg_slot_close(d, g->title);
  zg_put(d, "\n");
  zg_page_under_title(d);
  zg_putf(d,
          "主任、各位副主任、各位委员：\n受%s人民政府委托，现将%d年度%s级预算执"
          "行和其他财政收支审计查出问题整改情况报告如下，请予审议。\n",
          place, w->start.y, place);
  d->body = zg_slot_put(d, "");
  zg_section(d, "整改工作部署推进情况");
  zg_expand(
      d,
      "政府常务会议专题研究审计整改工作，印发整改工作通知，明确责任单位和整"
      "改时限。",
      &(zg_gold_finding){0});
  d->frame = ZG_PHRASES_AUDIT;
  d->repeats = false;
  d->n_planned = (int)zg_random_range(r, 6, 16);
  d->n_groups = 3;
  d->counts_at = 3;
  g->declared.problems = d->n_planned;
  g->declared.aspects = g->declared.categories = g->declared.tasks =
      g->declared.measures = -1;
  zg_put(d, "\n");
  d->layout = zg_random_chance(r, 50) ? ZG_LAYOUT_F2 : ZG_LAYOUT_F3;
  zg_write_groups(d, d->layout);
  zg_write_outlook(d);
  zg_write_end(d);
}

/* ---- rows of a table, one cell a line ---- */

static void write_row(zg_draft *d, int n) {
  zg_gold_finding *f = zg_gold_add(d);
  zg_random *r = &d->r;
  if (!f)
    return;
  zg_finding_plan p = {.measures = (int)zg_random_range(r, 2, 4)};
  p.category = 24;
  zg_state_draw(d, &p);
  f->number = ZG_SLOT_UNSAID; /* 问题一 or 一: both can be argued */
  zg_putf(d, "问题%d：", n);
  f->head = zg_slot_open(d);
  zg_write_statement(d, &p, f, false);
  zg_slot_close(d, f->head);
  zg_put(d, "。\n");
  zg_write_fields(d, &p, f);
  zg_put(d, "整改目标：全面消除问题，建立长效机制。\n整改措施：");
  zg_write_answer(d, &p, f);
  zg_put(d, "\n");
  f->section = ZG_SLOT_UNSAID;
}

static void write_table(zg_draft *d) {
  zg_random *r = &d->r;
  zg_gold *g = &d->g;
  const zg_world *w = &d->w;
  skip_inspection(g);
  g->author = ZG_SLOT_UNSAID;
  g->team = ZG_SLOT_UNSAID;
  g->round = ZG_SLOT_NONE;
  g->year = ZG_SKIP;
  g->title = zg_slot_open(d);
  zg_putf(d, "%s贯彻落实省生态环境保护督察反馈问题整改完成情况公示",
          w->place.county);
  zg_slot_close(d, g->title);
  zg_put(d, "\n");
  zg_page_under_title(d);
  zg_putf(d,
          "按照省生态环境保护督察整改工作要求，现将%s督察反馈问题整改完成情况予"
          "以公示。\n",
          w->place.county);
  d->body = zg_slot_put(d, "");
  d->say_where = ZG_SAID_FIELD;
  d->say_states = 100;
  int n = (int)zg_random_range(r, 3, 9);
  for (int i = 1; i <= n; i++)
    write_row(d, i);
  d->layout = ZG_LAYOUT_COUNT;
  g->declared.problems = g->declared.aspects = g->declared.categories =
      g->declared.tasks = g->declared.measures = -1;
}

/* ---- a template: every name and number is a cross ---- */

static void write_template(zg_draft *d) {
  zg_gold *g = &d->g;
  skip_inspection(g);
  g->author = ZG_SLOT_UNSAID;
  g->team = ZG_SLOT_UNSAID;
  g->round = ZG_SLOT_UNSAID;
  g->source = ZG_SLOT_UNSAID;
  d->dated = -1;
  d->plain = true;
  d->counts_at = d->n_series = 0;
  d->result = d->all_done = false;
  g->declared.problems = g->declared.aspects = g->declared.categories =
      g->declared.tasks = g->declared.measures = -1;
  g->title = zg_slot_put(d, "中共XX县XX局党组关于巡察整改进展情况的通报");
  zg_put(d, "\n");
  zg_put(d,
         "根据XX县委统一部署，20XX年X月X日至X月X日，县委第X巡察组对XX局党组开展"
         "了巡察。X月X日，县委巡察组向XX局党组反馈了巡察意见。按照巡察工作有关"
         "要求，现将整改进展情况予以公布。\n");
  d->body = zg_slot_put(d, "");
  zg_section(d, "整改工作组织情况");
  zg_put(d,
         "（一）提高政治站位。XX局党组先后召开会议XX次，研究整改工作。\n（二）"
         "压实整改责任。对反馈的X个方面XX个问题，制定整改措施XX条。\n");
  if (d->layout >= ZG_LAYOUT_F6 && d->layout <= ZG_LAYOUT_F9)
    d->layout = ZG_LAYOUT_F2;
  zg_write_groups(d, d->layout);
  zg_put(d, "截至目前，XX个问题已完成整改XX个。\n联系电话：XXXXXXX\n"
            "中共XX县XX局党组\n20XX年X月X日\n");
}

void zg_write_class(zg_draft *d) {
  switch (d->g.cls) {
  case ZG_CLASS_MULTI:
    write_multi(d);
    break;
  case ZG_CLASS_ROUND:
    write_round(d);
    break;
  case ZG_CLASS_AUDIT:
    write_audit(d);
    break;
  case ZG_CLASS_TABLE:
    write_table(d);
    break;
  case ZG_CLASS_TEMPLATE:
    write_template(d);
    break;
  default:
    zg_write_title(d);
    zg_page_under_title(d);
    zg_write_opening(d);
    d->body = zg_slot_put(d, "");
    zg_write_body(d);
  }
}
