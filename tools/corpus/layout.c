/* The body: sections, groups, problems and findings in the layouts F1–F10 and
 * mixtures of them (formats.md, 6). */
#include "tools/corpus/layout.h"
#include "tools/corpus/phrases.h"

#include <stdio.h>

static const char *of(zg_draft *d, const zg_phrases *p) {
  return p->items[zg_random_below(&d->r, (uint32_t)p->n)];
}

/* ---- sections ---- */

zg_slot_id zg_section(zg_draft *d, const char *title) {
  char han[16];
  zg_putf(d, "%s、", zg_han(++d->g.sections, han));
  zg_slot_id id = zg_slot_put(d, title);
  zg_put(d, "\n");
  return id;
}

static void put_points(zg_draft *d, const zg_phrases *from, bool counts) {
  zg_random *r = &d->r;
  zg_gold_finding none = {0}; /* their figures belong to no finding */
  int n = (int)zg_random_range(r, 2, 4);
  uint32_t first = zg_random_below(r, (uint32_t)from->n);
  int counted = counts ? (int)zg_random_range(r, 1, (uint32_t)n) : 0;
  for (int i = 1; i <= n; i++) {
    char han[16];
    zg_putf(d, "（%s）", zg_han(i, han));
    zg_expand(d, from->items[(first + (uint32_t)i) % from->n], &none);
    if (i == counted) {
      zg_put(d, zg_random_chance(r, 50) ? "对" : "针对");
      zg_write_counts(d);
      zg_put(d, "。");
    }
    if (i == n && from == &zg_phrases_work)
      zg_write_series(d);
    zg_put(d, "\n");
  }
}

/* （一）…  1.…  2.…: looks like a group with findings. */
static void put_numbered_points(zg_draft *d) {
  static const char *const groups[] = {"带头研究部署", "带头推进落实",
                                       "加强跟踪督办"};
  zg_random *r = &d->r;
  zg_gold_finding none = {0};
  char han[16];
  int n = 0;
  for (int i = 0; i < 2; i++) {
    zg_putf(d, "（%s）%s\n", zg_han(i + 1, han), groups[i]);
    for (uint32_t k = zg_random_range(r, 1, 2); k > 0; k--) {
      zg_putf(d, "%d.", ++n);
      zg_expand(d, of(d, &zg_phrases_plain), &none);
      zg_put(d, "。\n");
    }
  }
}

void zg_write_work(zg_draft *d) {
  static const char *const titles[] = {
      "整改工作组织情况",           "整改组织情况",
      "强化政治担当，扛牢整改责任", "提高政治站位，切实抓好整改",
      "巡察整改工作开展情况",       "履行主体责任情况",
  };
  zg_section(d, titles[zg_random_below(&d->r, d->w.tour ? 4 : 6)]);
  put_points(d, &zg_phrases_work, d->counts_at == 2);
  if (zg_random_chance(&d->r, 10)) {
    zg_section(d, "主要负责人履行第一责任人责任情况");
    put_numbered_points(d);
  }
  if (d->counts_at == 2)
    d->counts_written = true;
}

void zg_write_outlook(zg_draft *d) {
  static const char *const titles[] = {"下一步工作打算", "下一步工作安排",
                                       "持续巩固深化整改成果",
                                       "坚持常态长效，巩固整改成果"};
  zg_section(d, titles[zg_random_below(&d->r, 4)]);
  put_points(d, &zg_phrases_outlook, false);
}

/* ---- the parts of a finding ---- */

static bool noisy(zg_draft *d, zg_noise n, uint32_t percent) {
  if (!zg_draft_noisy(d, n) || !zg_random_chance(&d->r, percent))
    return false;
  zg_draft_mark(d, n);
  return true;
}

/* The token of finding `n`; a lost one is null. */
static void put_number(zg_draft *d, zg_gold_finding *f, const char *before,
                       int n, const char *after, bool may_miss) {
  if (may_miss && noisy(d, ZG_NOISE_MISSING_NUMBER, 15))
    return;
  if (n > 1 && noisy(d, ZG_NOISE_REPEATED_NUMBER, 12))
    n--;
  f->number = zg_slot_open(d);
  zg_putf(d, "%s%d%s", before, n, after);
  zg_slot_close(d, f->number);
}

static void put_han_number(zg_draft *d, zg_gold_finding *f, const char *before,
                           int n, const char *after) {
  char han[16];
  f->number = zg_slot_open(d);
  zg_putf(d, "%s%s%s", before, zg_han(n, han), after);
  zg_slot_close(d, f->number);
}

/* Inside quotation marks those of the text become single ones. */
static void single_quotes(zg_draft *d, zg_slot s) {
  for (size_t i = s.start; i + 3 <= s.end; i++) {
    char *p = d->text.p + i;
    if (memcmp(p, "“", 3) == 0)
      memcpy(p, "‘", 3);
    else if (memcmp(p, "”", 3) == 0)
      memcpy(p, "’", 3);
  }
}

static void put_quoted(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f) {
  zg_put(d, "“");
  f->head = zg_slot_open(d);
  zg_write_statement(d, p, f, false);
  zg_slot_close(d, f->head);
  if (!d->text.failed)
    single_quotes(d, d->slots[f->head]);
  if (!noisy(d, ZG_NOISE_UNBALANCED_QUOTES, 30))
    zg_put(d, "”");
}

/* 针对…的问题 or 关于…的问题; 的问题 belongs to the statement. */
static void put_framed(zg_draft *d, const char *lead, zg_finding_plan *p,
                       zg_gold_finding *f) {
  zg_put(d, lead);
  f->head = zg_slot_open(d);
  zg_write_statement(d, p, f, true);
  zg_put(d, "的问题");
  zg_slot_close(d, f->head);
}

static void put_bare(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f) {
  f->head = zg_slot_open(d);
  zg_write_statement(d, p, f, false);
  zg_slot_close(d, f->head);
}

/* 关于“F”问题的整改情况 */
static void put_about(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f) {
  static const char *const tails[] = {"问题的整改", "问题的整改情况",
                                      "问题整改情况", "的问题"};
  zg_put(d, "关于");
  put_quoted(d, p, f);
  zg_put(d, tails[d->about]);
}

static const char *marker(zg_draft *d) {
  static const char *const markers[] = {
      "整改情况：", "整改落实情况：", "整改进展情况：", "整改措施及成效：",
      "整改成效：", "整改结果：",     "整改完成情况：", "整改进展：",
  };
  if (zg_random_chance(&d->r, 90))
    return markers[d->marker];
  return markers[zg_random_below(&d->r, 8)];
}

/* The answer with what it says of its state at its ends. */
static void put_answer(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f) {
  zg_write_state(d, p, f, ZG_SAID_FIRST);
  zg_write_answer(d, p, f);
  zg_write_state(d, p, f, ZG_SAID_LAST);
  zg_put(d, "\n");
}

/* After a head that ended its clause: fields, or marker and answer. */
static void put_marked(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f,
                       bool same_line) {
  if (d->say_where == ZG_SAID_FIELD) {
    zg_put(d, "\n");
    zg_write_fields(d, p, f);
    zg_put(d, "整改措施：");
  } else if (noisy(d, ZG_NOISE_MISSING_MARKER, 25)) {
    zg_put(d, same_line ? "" : "\n");
    if (p->measures == 0) /* without either nothing would tell the answer */
      p->measures = 3;
  } else {
    if (!same_line)
      zg_put(d, "\n");
    zg_put(d, marker(d));
    if (noisy(d, ZG_NOISE_NEXT_PARAGRAPH, 50))
      zg_put(d, "\n");
  }
  put_answer(d, p, f);
}

static void end_head(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f,
                     bool stop) {
  zg_write_state(d, p, f, ZG_SAID_BRACKET);
  if (stop)
    zg_put(d, "。");
}

/* （一）…。 paragraphs as measures (F6), or 1. 2. (F3). */
static void put_numbered(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f,
                         bool han) {
  static const char *const starts[] = {"逐项核查", "完善机制", "强化监管",
                                       "压实责任", "严肃问责", "举一反三"};
  zg_random *r = &d->r;
  int n = (int)zg_random_range(r, 2, 4);
  uint32_t at = zg_random_below(r, 6);
  for (int i = 1; i <= n; i++) {
    char out[16];
    if (han)
      zg_putf(d, "（%s）%s。", zg_han(i, out), starts[(at + (uint32_t)i) % 6]);
    else
      zg_putf(d, "%d.", i);
    zg_write_deed(d, p, f);
    zg_put(d, "，");
    zg_write_deed(d, p, f);
    zg_put(d, "。");
    if (i == n)
      zg_write_state(d, p, f, ZG_SAID_LAST);
    zg_put(d, "\n");
  }
  f->listed = n;
}

/* ---- a finding in each layout ---- */

static void next_line(zg_draft *d) {
  if (noisy(d, ZG_NOISE_NEXT_PARAGRAPH, 60))
    zg_put(d, "\n");
}

static void write_finding(zg_draft *d, zg_layout l, zg_place_of_finding *at,
                          zg_finding_plan *p, zg_gold_finding *f) {
  switch (l) {
  case ZG_LAYOUT_F1:
    put_number(d, f, "（", at->n, "）", true);
    put_framed(d, d->frame_lead ? "关于" : "针对", p, f);
    end_head(d, p, f, !d->colon);
    zg_put(d, d->colon ? "：" : "");
    next_line(d);
    put_answer(d, p, f);
    break;
  case ZG_LAYOUT_F2:
  case ZG_LAYOUT_F5:
  case ZG_LAYOUT_F8:
    put_number(d, f, "", at->n, ".", d->say_where != ZG_SAID_FIELD);
    if (d->quoted_heads) {
      put_about(d, p, f);
    } else {
      zg_put(d, d->lead_in ? "存在问题：" : "");
      put_bare(d, p, f);
    }
    end_head(d, p, f, !d->no_stop);
    put_marked(d, p, f, l == ZG_LAYOUT_F5 && !d->no_stop);
    break;
  case ZG_LAYOUT_F3:
    put_han_number(d, f, "（", at->n, "）");
    put_about(d, p, f);
    end_head(d, p, f, false);
    zg_put(d, "\n");
    if (d->say_where == ZG_SAID_FIELD) {
      zg_write_fields(d, p, f);
      zg_put(d, "整改措施：");
    }
    if (d->numbered && d->say_where != ZG_SAID_FIELD)
      put_numbered(d, p, f, false);
    else
      put_answer(d, p, f);
    break;
  case ZG_LAYOUT_F4:
    put_number(d, f, "", at->n, ".", false);
    put_about(d, p, f);
    end_head(d, p, f, true);
    next_line(d);
    put_answer(d, p, f);
    break;
  case ZG_LAYOUT_F6:
    put_han_number(d, f, "", ++d->g.sections, "、");
    put_about(d, p, f);
    end_head(d, p, f, false);
    zg_put(d, "\n");
    put_numbered(d, p, f, true);
    break;
  case ZG_LAYOUT_F7:
    put_number(d, f, "（", at->n, "）", false);
    put_about(d, p, f);
    end_head(d, p, f, true);
    next_line(d);
    put_answer(d, p, f);
    break;
  case ZG_LAYOUT_F9:
    put_number(d, f, "（", at->n, "）", false);
    put_bare(d, p, f);
    end_head(d, p, f, true);
    put_marked(d, p, f, false);
    break;
  case ZG_LAYOUT_F10:
    put_han_number(d, f, "（", at->n, "）");
    put_framed(d, "关于", p, f);
    end_head(d, p, f, true);
    next_line(d);
    put_answer(d, p, f);
    break;
  default:
    d->failed = true;
  }
}

static zg_finding_plan draw_finding(zg_draft *d, const zg_place_of_finding *at,
                                    const zg_phrases_group *g, bool repeat) {
  static const int counts[] = {0, 2, 3, 3, 3, 3, 4, 4, 5, 6};
  zg_finding_plan p = {.repeat = repeat, .plain = d->plain};
  size_t n = strlen((const char *)g->categories);
  p.category = g->categories[zg_random_below(&d->r, (uint32_t)n)];
  if (at->category > 0 && zg_random_chance(&d->r, 85))
    p.category = at->category;
  else if (zg_random_chance(&d->r, 12)) /* a trade of its own */
    p.category = 25 + (int)zg_random_below(&d->r, 4);
  if (repeat)
    p.category = 21;
  p.measures = counts[zg_random_below(&d->r, 10)];
  p.style = d->style;
  zg_state_draw(d, &p);
  return p;
}

void zg_write_one(zg_draft *d, zg_layout l, zg_place_of_finding *at,
                  const zg_phrases_group *g, bool repeat) {
  zg_gold_finding *f = zg_gold_add(d);
  if (!f)
    return;
  zg_finding_plan p = draw_finding(d, at, g, repeat);
  at->n++;
  f->section = at->section;
  f->problem = at->problem;
  write_finding(d, l, at, &p, f);
}

/* ---- groups ---- */

static void put_problem(zg_draft *d, zg_layout l, zg_place_of_finding *at,
                        const zg_phrases_group *g) {
  static const char *const tails[] = {"问题的整改", "问题的整改情况",
                                      "的问题整改", "问题"};
  size_t n = strlen((const char *)g->categories);
  if (at->category == 0)
    at->turn = zg_random_below(&d->r, (uint32_t)n);
  at->category = g->categories[at->turn++ % n];
  const char *title = zg_phrases_of[at->category - 1].problem;
  char han[16];
  at->problems++;
  d->g.problems++;
  if (l == ZG_LAYOUT_F8) {
    zg_putf(d, "反馈问题%s：", zg_han(at->problems, han));
    at->problem = zg_slot_put(d, title);
    zg_put(d, "\n");
  } else if (l == ZG_LAYOUT_F9) {
    zg_putf(d, "%d.", at->problems);
    at->problem = zg_slot_put(d, title);
    zg_put(d, "\n");
  } else {
    zg_putf(d, "%d.关于“", at->problems);
    at->problem = zg_slot_put(d, title);
    zg_putf(d, "”%s\n", tails[d->about]);
  }
  if (!d->runs_on)
    at->n = 0;
}

static bool has_problems(zg_layout l) {
  return l == ZG_LAYOUT_F1 || l == ZG_LAYOUT_F7 || l == ZG_LAYOUT_F8 ||
         l == ZG_LAYOUT_F9;
}

/* Writes the heading of group `k` and says what its findings have above. */
static void put_group(zg_draft *d, zg_layout l, zg_place_of_finding *at, int k,
                      const zg_phrases_group *g) {
  char han[16], text[200];
  const char *heading = d->aspects ? g->aspect : g->statement;
  const char *tail = d->aspects ? "方面" : "";
  zg_han(k + 1, han);
  snprintf(text, sizeof text, "%s%s", heading, tail);
  at->problem = ZG_SLOT_NONE;
  at->category = 0;
  switch (l) {
  case ZG_LAYOUT_F1:
  case ZG_LAYOUT_F2:
    zg_putf(d, "（%s）", han);
    at->section = zg_slot_put(d, text);
    zg_put(d, "\n");
    d->g.categories++;
    break;
  case ZG_LAYOUT_F7:
    zg_putf(d, "（%s）", han);
    zg_put(d, "在“");
    at->section = zg_slot_put(d, g->aspect);
    zg_put(d, "”方面\n");
    d->g.categories++;
    break;
  case ZG_LAYOUT_F8:
    zg_putf(d, "（%s）", han);
    zg_put(d, "关于");
    at->section = zg_slot_open(d);
    zg_putf(d, "%s方面", g->aspect);
    zg_slot_close(d, at->section);
    zg_put(d, "\n");
    d->g.categories++;
    break;
  case ZG_LAYOUT_F9:
    zg_putf(d, "（%s）反馈问题：", han);
    at->section = zg_slot_put(d, g->statement);
    zg_put(d, "\n");
    d->g.categories++;
    break;
  case ZG_LAYOUT_F10:
    snprintf(text, sizeof text, "在%s方面", g->aspect);
    at->section = zg_section(d, text);
    break;
  default: /* F3, F4, F5: a section of its own */
    at->section = zg_section(d, text);
  }
  if (!d->runs_on) {
    at->n = 0;
    at->problems = 0;
  }
  if (l == ZG_LAYOUT_F3 || l == ZG_LAYOUT_F10)
    at->n = 0;
}

static void write_group(zg_draft *d, zg_layout l, zg_place_of_finding *at,
                        int k, int findings) {
  const zg_phrases_group *g =
      &zg_phrases_frames[d->frame][k < ZG_PHRASES_GROUPS ? k : k % 3];
  bool repeat = d->repeats && k == d->n_groups - 1;
  if (repeat)
    g = &zg_phrases_frames[d->frame][ZG_PHRASES_GROUPS - 1];
  if (!at->one_section)
    put_group(d, l, at, k, g);
  if (!at->one_section && d->lead_groups)
    zg_putf(d, "针对这一方面的问题，%s主要负责人牵头，逐条研究、逐项落实。\n",
            d->w.self[0] ? d->w.self : "单位");
  while (findings > 0) {
    int here = has_problems(l) ? (int)zg_random_range(&d->r, 1, 3) : findings;
    if (has_problems(l))
      put_problem(d, l, at, g);
    for (; here > 0 && findings > 0; here--, findings--)
      zg_write_one(d, l, at, g, repeat);
  }
}

/* A mixture: groups under (一) as F1 or F2, or sections as F3, F4, F5. */
static zg_layout draw_part(zg_draft *d, zg_layout l, bool under_group) {
  static const zg_layout sections[] = {ZG_LAYOUT_F3, ZG_LAYOUT_F4,
                                       ZG_LAYOUT_F5};
  if (l != ZG_LAYOUT_MIX)
    return l;
  if (under_group)
    return zg_random_chance(&d->r, 50) ? ZG_LAYOUT_F1 : ZG_LAYOUT_F2;
  return sections[zg_random_below(&d->r, 3)];
}

void zg_write_groups(zg_draft *d, zg_layout l) {
  static const char *const titles[] = {
      "反馈问题整改落实情况", "巡察反馈意见整改落实情况",
      "反馈问题整改进展情况", "坚持问题导向，推动整改任务落实"};
  zg_place_of_finding at = {.section = ZG_SLOT_NONE, .problem = ZG_SLOT_NONE};
  bool under = l == ZG_LAYOUT_F1 || l == ZG_LAYOUT_F2 ||
               (l == ZG_LAYOUT_MIX && zg_random_chance(&d->r, 50));
  int left = d->n_planned;
  if (under)
    zg_section(d, titles[zg_random_below(&d->r, 4)]);
  if (l == ZG_LAYOUT_F4 && zg_random_chance(&d->r, 50)) {
    at.section = zg_section(d, titles[zg_random_below(&d->r, 4)]);
    at.one_section = true;
  }
  at.one_section |= l == ZG_LAYOUT_F6;
  for (int k = 0; k < d->n_groups; k++) {
    int n = k + 1 < d->n_groups ? left / (d->n_groups - k) : left;
    write_group(d, draw_part(d, l, under), &at, k, n);
    left -= n;
  }
}

/* ---- the whole body ---- */

static void write_loose_work(zg_draft *d) {
  zg_gold_finding none = {0};
  zg_put(d, "收到反馈意见后，");
  zg_expand(d, of(d, &zg_phrases_plain), &none);
  zg_put(d, "。");
  if (d->counts_at == 2) {
    zg_put(d, "对");
    zg_write_counts(d);
    zg_put(d, "。");
    d->counts_written = true;
  }
  zg_write_series(d);
  zg_put(d, "\n");
}

void zg_write_end(zg_draft *d) {
  if (d->counts_at == 3 && !d->counts_written) {
    zg_put(d, "对");
    zg_write_counts(d);
    zg_put(d, "。");
    if (!d->result)
      zg_put(d, "\n");
  }
  if (d->result) {
    zg_write_result(d);
    zg_put(d, "\n");
  }
}

/* A parallel check with findings of its own. */
static void write_special(zg_draft *d) {
  static const zg_phrases_group cadres = {"选人用人", "选人用人", {18, 0}};
  static const zg_phrases_group thought = {"意识形态", "意识形态", {3, 0}};
  zg_place_of_finding at = {.problem = ZG_SLOT_NONE};
  bool first = zg_random_chance(&d->r, 60);
  at.section =
      zg_section(d, first ? "选人用人专项检查反馈问题整改情况"
                          : "意识形态工作责任制专项检查反馈问题整改情况");
  at.category = first ? 18 : 3;
  for (uint32_t k = zg_random_range(&d->r, 2, 4); k > 0; k--)
    zg_write_one(d, ZG_LAYOUT_F5, &at, first ? &cadres : &thought, false);
  if (d->layout != ZG_LAYOUT_MIX && has_problems(d->layout))
    d->g.problems = ZG_SKIP;
}

void zg_write_body(zg_draft *d) {
  zg_layout l = d->layout;
  bool headed = l < ZG_LAYOUT_F6 || l > ZG_LAYOUT_F9;
  if (headed)
    zg_write_work(d);
  else
    write_loose_work(d);
  zg_write_groups(d, l);
  if (headed && zg_random_chance(&d->r, 8))
    write_special(d);
  if ((headed && zg_random_chance(&d->r, 80)) ||
      (l == ZG_LAYOUT_F6 && zg_random_chance(&d->r, 40)))
    zg_write_outlook(d);
  zg_write_end(d);
}
