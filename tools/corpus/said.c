/* What a finding says of its own state, and its field lines (formats.md, 7
 * and 8). */
#include "tools/corpus/draft.h"
#include "tools/corpus/phrases.h"

#include <stdio.h>

typedef struct state {
  int weight;
  const char *name;
  bool sustain;
  const char *clause[4];   /* 整改情况：X。 */
  const char *sentence[3]; /* at the end of the answer */
} state;

static const state states[] = {
    {50,
     "done",
     false,
     {"已完成", "已完成整改", "整改到位", "已销号"},
     {"该问题已完成整改。", "目前已整改到位。", "该问题已整改销号。"}},
    {14,
     "done",
     true,
     {"已完成并长期坚持", "已完成整改并长期坚持", "整改完成并将长期坚持",
      "已整改并持续推进"},
     {"该问题已完成整改并长期坚持。", "该问题已整改并持续推进。",
      "整改完成并将长期坚持。"}},
    {7,
     "basically_done",
     false,
     {"基本完成", "基本整改到位", "基本完成整改", "基本完成"},
     {"该问题基本完成整改。", "目前基本整改到位。", "该问题已基本完成。"}},
    {8,
     "phased",
     false,
     {"阶段性完成", "取得阶段性成效", "阶段性完成", "取得阶段性成果"},
     {"该问题阶段性完成。", "该问题取得阶段性成效。", "目前阶段性完成整改。"}},
    {10,
     "in_progress",
     false,
     {"正在整改", "正在推进", "持续推进", "正在整改"},
     {"该问题正在整改。", "目前正在推进。", "该问题正按序时推进。"}},
    {6,
     "long_term",
     false,
     {"长期坚持", "需长期坚持", "长期坚持", "需长期整改"},
     {"该问题需长期坚持。", "该问题长期坚持。", "该问题需长期整改。"}},
    {2,
     "deferred",
     false,
     {"申请延期", "申请延期整改", "已申请延期", "延期整改"},
     {"该问题已申请延期整改。", "该问题申请延期。", "该问题已申请延期。"}},
    {2,
     "not_done",
     false,
     {"未完成", "尚未完成", "未完成整改", "尚未完成整改"},
     {"该问题尚未完成整改。", "该问题未完成整改。", "该问题尚未完成。"}},
    {1,
     "transferred",
     false,
     {"已移交纪检监察机关", "移交办理", "已移交", "已移交纪检监察机关"},
     {"该问题已移交纪检监察机关。", "该问题线索已移交纪检监察机关。",
      "该问题已移交纪检监察机关。"}},
};

void zg_state_draw(zg_draft *d, zg_finding_plan *p) {
  p->state = -1;
  if (!zg_random_chance(&d->r, (uint32_t)d->say_states))
    return;
  int n = d->all_done ? 2 : (int)(sizeof states / sizeof *states);
  uint32_t sum = 0;
  for (int i = 0; i < n; i++)
    sum += (uint32_t)states[i].weight;
  uint32_t at = zg_random_below(&d->r, sum);
  int i = 0;
  while (at >= (uint32_t)states[i].weight)
    at -= (uint32_t)states[i++].weight;
  p->state = i;
}

static void tell(zg_finding_plan *p, zg_gold_finding *f, const char *source) {
  f->status = states[p->state].name;
  f->sustain = states[p->state].sustain;
  f->status_source = source;
}

/* 计划2025年6月底前完成 */
static void put_plan(zg_draft *d, zg_gold_finding *f) {
  zg_date at = zg_date_add(d->w.publish, (int)zg_random_range(&d->r, 40, 400));
  zg_putf(d, "计划%d年%d月底前完成。", at.y, at.m);
  snprintf(f->deadline, sizeof f->deadline, "%04u-%02u", (unsigned)at.y % 10000,
           (unsigned)at.m % 100);
}

void zg_write_state(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f,
                    zg_said where) {
  zg_random *r = &d->r;
  if (p->state < 0 || d->say_where != where)
    return;
  const state *s = &states[p->state];
  switch (where) {
  case ZG_SAID_FIRST:
    zg_putf(d, "%s。", s->clause[zg_random_below(r, 4)]);
    break;
  case ZG_SAID_BRACKET:
    zg_putf(d, "（%s）", s->clause[zg_random_below(r, 4)]);
    zg_draft_mark(d, ZG_NOISE_STATUS_BRACKET);
    break;
  case ZG_SAID_LAST:
    zg_put(d, s->sentence[zg_random_below(r, 3)]);
    if (!p->plain && strcmp(s->name, "in_progress") == 0 &&
        zg_random_chance(r, 50))
      put_plan(d, f);
    break;
  default:
    return;
  }
  tell(p, f, "finding");
}

static void put_offices(zg_draft *d, zg_gold_finding *f) {
  zg_random *r = &d->r;
  uint32_t n = (uint32_t)zg_phrases_offices.n, a = zg_random_below(r, n);
  zg_slot_id id = zg_slot_open(d);
  zg_put(d, zg_phrases_offices.items[a]);
  if (zg_random_chance(r, 25))
    zg_putf(d, "、%s", zg_phrases_offices.items[(a + 1) % n]);
  zg_slot_close(d, id);
  f->responsible = id;
}

static void put_deadline(zg_draft *d, zg_gold_finding *f) {
  zg_random *r = &d->r;
  zg_date at = zg_date_add(d->w.feedback, (int)zg_random_range(r, 30, 400));
  if (zg_random_chance(r, 10)) {
    zg_put(d, "长期坚持");
  } else if (zg_random_chance(r, 50)) {
    zg_putf(d, "%d年%d月%d日前", at.y, at.m, at.d);
    snprintf(f->deadline, sizeof f->deadline, "%04u-%02u-%02u",
             (unsigned)at.y % 10000, (unsigned)at.m % 100,
             (unsigned)at.d % 100);
  } else {
    zg_putf(d, "%d年%d月底前", at.y, at.m);
    snprintf(f->deadline, sizeof f->deadline, "%04u-%02u",
             (unsigned)at.y % 10000, (unsigned)at.m % 100);
  }
}

/* State, office, deadline; one a line or joined by semicolons. */
void zg_write_fields(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f) {
  static const char *const labels[] = {"整改状态", "完成情况", "整改进度"};
  static const char *const owners[] = {"责任单位", "牵头单位"};
  zg_random *r = &d->r;
  const char *next = zg_random_chance(r, 30) ? "；" : "\n";
  if (p->state >= 0) {
    zg_putf(d, "%s：%s%s", labels[zg_random_below(r, 3)],
            states[p->state].clause[zg_random_below(r, 4)], next);
    tell(p, f, "field");
  }
  zg_putf(d, "%s：", owners[zg_random_below(r, 2)]);
  put_offices(d, f);
  zg_putf(d, "%s%s：", next, zg_random_chance(r, 50) ? "完成时限" : "整改时限");
  put_deadline(d, f);
  zg_put(d, "\n");
  zg_draft_mark(d, ZG_NOISE_FIELD_LINES);
}
