/* What a bulletin declares of itself: counts by grain, done counts, series
 * that are none of its own problems (formats.md, 9). */
#include "tools/corpus/draft.h"

#include <stdio.h>

void zg_counts_draw(zg_draft *d) {
  zg_random *r = &d->r;
  zg_gold_declared *c = &d->g.declared;
  uint32_t at = zg_random_below(r, 100);
  d->counts_at = at < 15 ? 0 : at < 35 ? 1 : at < 80 ? 2 : 3;
  d->result = zg_random_chance(r, 60) || d->all_done;
  d->rate = zg_random_chance(r, 25);
  d->n_series = zg_random_chance(r, 30) ? (int)zg_random_range(r, 1, 2) : 0;
  if (d->counts_at == 0)
    return;
  c->problems = d->n_planned;
  if (zg_random_chance(r, 15)) {
    int off = (int)zg_random_range(r, 1, 3);
    c->problems += zg_random_chance(r, 50) || c->problems <= off ? off : -off;
  }
  if (zg_random_chance(r, 70))
    c->aspects = d->n_groups;
  if (c->aspects > 0 && c->problems > c->aspects + 4 && zg_random_chance(r, 25))
    c->categories = (int)zg_random_range(
        r, (uint32_t)c->aspects + 1, (uint32_t)(c->problems + c->aspects) / 2);
  if (zg_random_chance(r, 15))
    c->tasks = c->problems + (int)zg_random_range(r, 3, 30);
  if (zg_random_chance(r, 75))
    c->measures = (c->tasks > 0 ? c->tasks : c->problems) *
                      (int)zg_random_range(r, 2, 4) +
                  (int)zg_random_below(r, 9);
}

static void put_number(zg_draft *d, int n, bool han) {
  char out[16];
  if (han && n < 100)
    zg_put(d, zg_han(n, out));
  else
    zg_putf(d, "%d", n);
}

/* 反馈的4个方面11类27个具体问题，分解为42项整改任务，制定整改措施96条 */
void zg_write_counts(zg_draft *d) {
  static const char *const units[] = {"个问题", "个具体问题", "条反馈意见",
                                      "项具体问题", "个小项问题"};
  zg_random *r = &d->r;
  const zg_gold_declared *c = &d->g.declared;
  bool han = zg_random_chance(r, 6);
  const char *unit = units[zg_random_below(r, 5)];
  zg_put(d, zg_random_chance(r, 50) ? "反馈的" : "反馈指出的");
  if (c->aspects > 0) {
    put_number(d, c->aspects, han || zg_random_chance(r, 8));
    zg_put(d, "个方面");
  }
  if (c->categories > 0) {
    put_number(d, c->categories, han);
    zg_put(d, zg_random_chance(r, 60) ? "类" : "个大类");
  }
  put_number(d, c->problems, han);
  zg_put(d, c->categories > 0 ? "个具体问题" : unit);
  if (c->tasks > 0)
    zg_putf(d, "，分解为%d项整改任务", c->tasks);
  if (c->measures > 0)
    zg_putf(d,
            zg_random_chance(r, 50) ? "，制定整改措施%d条"
                                    : "，逐项制定%d条整改措施",
            c->measures);
  if (c->tasks < 0 && c->measures < 0)
    zg_put(d, "，逐项建立台账、明确责任人和完成时限");
}

static void count_states(zg_draft *d, int *done, int n[6]) {
  static const char *const names[] = {"basically_done", "phased",
                                      "in_progress",    "long_term",
                                      "deferred",       "not_done"};
  for (size_t i = 0; i < d->g.n_findings; i++) {
    const char *s = d->g.findings[i].status;
    *done += strcmp(s, "done") == 0;
    for (int k = 0; k < 6; k++)
      n[k] += strcmp(s, names[k]) == 0;
  }
}

static void put_rate(zg_draft *d) {
  zg_gold_declared *c = &d->g.declared;
  c->rate10 = (c->done * 2000 + c->problems) / (2 * c->problems);
  if (c->rate10 % 10)
    zg_putf(d, "，整改完成率%d.%d%%", c->rate10 / 10, c->rate10 % 10);
  else
    zg_putf(d, "，整改完成率%d%%", c->rate10 / 10);
}

static bool every_state_said(const zg_draft *d) {
  for (size_t i = 0; i < d->g.n_findings; i++)
    if (strcmp(d->g.findings[i].status_source, "none") == 0 ||
        strcmp(d->g.findings[i].status, "transferred") == 0)
      return false;
  return d->g.n_findings > 0;
}

/* The rest of the sum, a state at a time. */
static void draw_states(zg_draft *d, int all, int *done, int n[6]) {
  *done = all * (int)zg_random_range(&d->r, 55, 99) / 100;
  int left = all - *done;
  while (left > 0) {
    static const int weights[] = {1, 2, 2, 2, 3}; /* phased … long_term */
    int part = (int)zg_random_range(&d->r, 1, (uint32_t)left);
    n[weights[zg_random_below(&d->r, 5)]] += part;
    left -= part;
  }
}

/* 截至目前，27个问题已完成整改20个，正在整改7个，整改完成率74.1%。 */
void zg_write_result(zg_draft *d) {
  static const char *const words[] = {"基本完成",   "阶段性完成", "正在整改",
                                      "需长期坚持", "申请延期",   "未完成"};
  zg_random *r = &d->r;
  zg_gold_declared *c = &d->g.declared;
  int *fields[] = {&c->basically_done, &c->phased,   &c->in_progress,
                   &c->long_term,      &c->deferred, &c->not_done};
  int n[6] = {0}, done = 0, all = c->problems;
  if (all < 0)
    all = d->n_planned;
  zg_put(d, zg_random_chance(r, 70) ? "截至目前，" : "截至公布之日，");
  if (d->all_done) {
    c->problems = all;
    c->done = all;
    zg_putf(d, "反馈的%d个问题已全部完成整改。", all);
    return;
  }
  if (every_state_said(d))
    count_states(d, &done, n);
  else
    draw_states(d, all, &done, n);
  if (c->problems > 0)
    zg_putf(d, "反馈的%d个问题", all);
  else
    zg_put(d, "反馈问题");
  c->done = done;
  zg_putf(d, zg_random_chance(r, 60) ? "已完成整改%d个" : "已整改完成%d个",
          done);
  for (int k = 0; k < 6; k++)
    if (n[k] > 0) {
      *fields[k] = n[k];
      zg_putf(d, "，%s%d个", words[k], n[k]);
    }
  if (d->rate && c->problems > 0)
    put_rate(d);
  zg_put(d, "。");
}

void zg_write_series(zg_draft *d) {
  zg_random *r = &d->r;
  zg_gold_declared *c = &d->g.declared;
  uint32_t first = zg_random_below(r, 6);
  for (int i = 0; i < d->n_series; i++) {
    int total = (int)zg_random_range(r, 3, 40);
    int done = total - (int)zg_random_below(r, 3);
    const char *name = NULL, *verb = d->w.tour ? "巡视" : "巡察";
    switch ((first + (uint32_t)i) % 6) {
    case 0:
      name = "earlier";
      zg_putf(d, "上轮%s反馈的%d个问题，已完成整改%d个。", verb, total, done);
      break;
    case 1:
      name = "letters";
      zg_putf(d, "移交的信访件%d件，已办结%d件。", total, done);
      break;
    case 2:
      name = "clues";
      zg_putf(d, "移交的问题线索%d件，已办结%d件。", total, done);
      break;
    case 3:
      name = "key";
      zg_putf(d, "主要负责人领办重点难点问题%d个。", total);
      done = -1;
      break;
    case 4:
      name = "letters";
      zg_putf(d, "移交的信访件%d件，已全部办结，办结率100%%。", total);
      done = total;
      break;
    default:
      name = "immediate";
      zg_putf(d, "立行立改问题%d个，已完成%d个。", total, done);
    }
    c->series[c->n_series].name = name;
    c->series[c->n_series].total = total;
    c->series[c->n_series++].done = done;
  }
}
