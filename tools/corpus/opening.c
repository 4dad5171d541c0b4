/* Title and opening paragraph in the five shapes (formats.md, 4 and 5). */
#include "tools/corpus/draft.h"

#include <stdio.h>

static const char *verb_of(const zg_draft *d) {
  return d->w.tour ? "巡视" : "巡察";
}

/* ---- title ---- */

static void put_round(zg_draft *d) {
  zg_slot_id id = zg_slot_put(d, d->w.round);
  if (d->g.round == ZG_SLOT_NONE)
    d->g.round = id;
}

static void put_subject(zg_draft *d) {
  zg_random *r = &d->r;
  const zg_world *w = &d->w;
  uint32_t shape = zg_random_below(r, 100);
  bool again = strcmp(w->kind, "回头看") == 0;
  if (shape < 15 && w->round[0]) {
    put_round(d);
    zg_putf(d, "%s反馈意见整改%s情况", verb_of(d),
            zg_random_chance(r, 50) ? "落实" : "");
  } else if (shape < 30) {
    zg_putf(d, "落实%s%s反馈意见整改情况", w->body, verb_of(d));
  } else if (shape < 45) {
    zg_putf(d, "%s%s整改进展情况", w->body, verb_of(d));
  } else {
    static const char *const tails[] = {"整改情况", "整改进展情况",
                                        "整改落实情况", "集中整改进展情况",
                                        "反馈意见整改情况"};
    zg_putf(d, "%s%s%s", verb_of(d), again ? "“回头看”" : "",
            tails[zg_random_below(r, 5)]);
  }
}

void zg_write_title(zg_draft *d) {
  static const char *const kinds[] = {"通报", "通报", "通报",
                                      "公告", "公示", "报告"};
  static const char *const columns[] = {"【整改情况通报】", "【巡察整改】"};
  zg_random *r = &d->r;
  bool two = zg_draft_noisy(d, ZG_NOISE_TWO_LINE_TITLE);
  if (zg_draft_noisy(d, ZG_NOISE_NO_TITLE)) {
    zg_draft_mark(d, ZG_NOISE_NO_TITLE);
    return;
  }
  if (zg_random_chance(r, 4))
    zg_put(d, columns[zg_random_below(r, 2)]);
  zg_slot_id id = zg_slot_open(d);
  size_t from = d->text.n;
  if (two || zg_random_chance(r, 96)) {
    d->g.units[0] = zg_slot_put(d, d->w.unit);
    d->g.n_units = 1;
  }
  if (two && zg_random_chance(r, 50)) {
    zg_put(d, "\n关于");
  } else {
    zg_put(d, zg_random_chance(r, 5) ? " 关于" : "关于");
    zg_put(d, two ? "\n" : "");
  }
  put_subject(d);
  zg_putf(d, "的%s", kinds[zg_random_below(r, 6)]);
  zg_slot_close(d, id);
  d->g.title = id;
  size_t n = d->text.n - from;
  if (two)
    zg_draft_mark(d, ZG_NOISE_TWO_LINE_TITLE);
  zg_put(d, "\n");
  if (zg_draft_noisy(d, ZG_NOISE_DOUBLE_TITLE)) {
    char again[1024];
    snprintf(again, sizeof again, "%.*s", (int)n, d->text.p + from);
    zg_putf(d, "%s\n", again);
    zg_draft_mark(d, ZG_NOISE_DOUBLE_TITLE);
  }
}

/* ---- dates ---- */

typedef enum precision { DAY, MONTH, THIRD } precision;

static void iso(const zg_date *at, precision p, char out[12]) {
  unsigned y = (unsigned)at->y % 10000, m = (unsigned)at->m % 100;
  if (p == DAY)
    snprintf(out, 12, "%04u-%02u-%02u", y, m, (unsigned)at->d % 100);
  else
    snprintf(out, 12, "%04u-%02u", y, m);
}

static void put_date(zg_draft *d, const zg_date *at, bool year, precision p) {
  static const char *const thirds[] = {"上旬", "中旬", "下旬"};
  if (year)
    zg_putf(d, "%d年", at->y);
  zg_putf(d, "%d月", at->m);
  if (p == DAY)
    zg_putf(d, "%d日", at->d);
  else if (p == THIRD)
    zg_put(d, thirds[at->d <= 10 ? 0 : at->d <= 20 ? 1 : 2]);
}

/* 202311 6 → true when another split of the digits is a date as well. */
static bool ambiguous(const zg_date *at) {
  char digits[8];
  int n = snprintf(digits, sizeof digits, "%d%d", at->m % 100, at->d % 100);
  int valid = 0;
  for (int k = 1; k <= 2 && k < n; k++) {
    int m = 0, day = 0;
    for (int i = 0; i < n; i++)
      *(i < k ? &m : &day) = *(i < k ? &m : &day) * 10 + digits[i] - '0';
    valid += m >= 1 && m <= 12 && day >= 1 && day <= 31 && digits[0] != '0' &&
             digits[k] != '0';
  }
  return valid > 1;
}

/* Where 年 and 月 will be lost: null if two readings are possible, and what
 * hangs on it is not scored. */
static void loses(zg_draft *d, const zg_date *at, precision p, char out[12]) {
  zg_gold *g = &d->g;
  if (!zg_draft_noisy(d, ZG_NOISE_LOST_DATE))
    return;
  zg_draft_mark(d, ZG_NOISE_LOST_DATE);
  if (p != DAY)
    snprintf(out, 12, "?");
  else if (ambiguous(at))
    out[0] = '\0';
  g->skip_inferred = true;
  g->year = ZG_SKIP;
}

/* A year left out is known only from the date before it; and 25日 may be the
 * 25th as well as 2-5. */
static void hangs_on(zg_draft *d, const char *before, const zg_date *at,
                     char out[12]) {
  bool day = at->m < 10 && at->d < 10 && 10 * at->m + at->d <= 31;
  if (zg_draft_noisy(d, ZG_NOISE_LOST_DATE) && (strlen(before) < 10 || day))
    snprintf(out, 12, "?");
}

static void put_period(zg_draft *d, precision p) {
  static const char *const to[] = {"至", "至", "至", "到", "—", "－"};
  zg_random *r = &d->r;
  const zg_world *w = &d->w;
  zg_gold *g = &d->g;
  bool year = zg_random_chance(r, 22);
  put_date(d, &w->start, true, p);
  iso(&w->start, p, g->inspect_start);
  loses(d, &w->start, p, g->inspect_start);
  zg_put(d, to[zg_random_below(r, 6)]);
  put_date(d, &w->end, year, p);
  zg_put(d, zg_random_chance(r, 6) ? "期间" : "");
  iso(&w->end, p, g->inspect_end);
  loses(d, &w->end, p, g->inspect_end);
  if (!year) {
    g->end_inferred = true;
    hangs_on(d, g->inspect_start, &w->end, g->inspect_end);
  }
}

static void put_feedback_date(zg_draft *d) {
  zg_random *r = &d->r;
  const zg_world *w = &d->w;
  zg_gold *g = &d->g;
  bool month = w->feedback.m != w->end.m && zg_random_chance(r, 5);
  bool year = !zg_random_chance(r, 24) || g->inspect_end[0] == '\0';
  precision p = month ? MONTH : DAY;
  put_date(d, &w->feedback, year, p);
  iso(&w->feedback, p, g->feedback_date);
  loses(d, &w->feedback, p, g->feedback_date);
  if (!year) {
    g->feedback_inferred = true;
    hangs_on(d, g->inspect_end, &w->feedback, g->feedback_date);
  }
}

/* ---- who ---- */

/* Only the written-out name tells the place of the committee, unless the unit
 * is of that place itself. */
static void set_body(zg_draft *d, bool named) {
  const zg_world *w = &d->w;
  const char *place = w->committee == 0   ? w->place.county
                      : w->committee == 1 ? w->place.city
                                          : w->place.province;
  bool own = strcmp(w->region, place) == 0;
  snprintf(d->g.inspecting_body, sizeof d->g.inspecting_body, "%s",
           named || own ? w->body_full : w->body);
}

static void put_deploy(zg_draft *d) {
  zg_random *r = &d->r;
  const zg_world *w = &d->w;
  uint32_t shape = zg_random_below(r, 100);
  if (shape < 30) {
    zg_putf(d, "根据%s统一部署，", w->body_full);
    set_body(d, true);
    return;
  }
  set_body(d, false);
  if (shape < 60 && w->round[0]) {
    zg_put(d, zg_random_chance(r, 70) ? "根据" : "按照");
    put_round(d);
    zg_putf(d, "%s工作统一部署，", verb_of(d));
  } else if (shape < 85) {
    zg_putf(d, "根据%s%s工作统一部署，", w->body, verb_of(d));
  } else {
    zg_putf(d, "按照%s关于%s工作的安排，", w->body, verb_of(d));
  }
}

static void put_unit(zg_draft *d) {
  zg_random *r = &d->r;
  const zg_world *w = &d->w;
  uint32_t shape = zg_random_below(r, 100);
  bool committee = strstr(w->brief, "党委") != NULL;
  if (d->g.n_units == 0) { /* no title: here alone */
    d->g.units[0] = zg_slot_put(d, w->unit);
    d->g.n_units = 1;
  } else if (shape < 35) {
    zg_put(d, w->unit);
  } else if (shape < 82 || !w->self[0]) {
    zg_put(d, w->brief);
  } else if (shape < 95) {
    zg_putf(d, "%s%s", w->self, committee ? "党委" : "党组");
  } else {
    zg_put(d, w->self);
  }
}

static void put_team(zg_draft *d) {
  d->g.team = zg_slot_open(d);
  if (d->w.round[0] && strstr(d->w.team, d->w.round) == d->w.team) {
    put_round(d);
    zg_put(d, d->w.team + strlen(d->w.round));
  } else {
    zg_put(d, d->w.team);
  }
  zg_slot_close(d, d->g.team);
}

static void put_kind(zg_draft *d) {
  const char *kind = d->w.kind;
  if (strcmp(kind, "回头看") == 0) {
    zg_putf(d, "%s“", verb_of(d));
    d->g.kind = zg_slot_put(d, kind);
    zg_put(d, "”");
  } else {
    d->g.kind = zg_slot_put(d, kind);
  }
}

/* TEAM对UNIT开展了K */
static void put_visit(zg_draft *d) {
  put_team(d);
  zg_put(d, "对");
  put_unit(d);
  zg_put(d, zg_random_chance(&d->r, 60) ? "开展了" : "进行了");
  put_kind(d);
}

/* ---- the sentences ---- */

static void put_feedback(zg_draft *d) {
  zg_put(d, zg_random_chance(&d->r, 6) ? "。\n" : "。");
  put_feedback_date(d);
  uint32_t k = zg_random_below(&d->r, 100);
  if (k < 10)
    zg_putf(d, "，%s组", verb_of(d));
  else if (k < 17 && d->w.round[0]) {
    zg_put(d, "，");
    put_round(d);
    zg_put(d, verb_of(d));
  } else if (k < 22)
    zg_putf(d, "，%s组长张某某代表%s", d->w.feedback_team, d->w.feedback_team);
  else
    zg_putf(d, "，%s", d->w.feedback_team);
  if (k >= 85)
    zg_put(d, "召开反馈会，");
  zg_put(d, "向");
  put_unit(d);
  zg_putf(d, "反馈了%s意见", verb_of(d));
}

static void put_basis(zg_draft *d, bool early) {
  static const struct {
    const char *before, *after;
    bool law; /* the rules are called 巡视工作条例 for both */
  } bases[] = {{"按照党务公开原则和", "工作有关要求，", false},
               {"按照", "工作有关要求，", false},
               {"根据《中国共产党", "工作条例》有关规定，", true},
               {"按照", "整改公开有关规定，", false}};
  static const char *const verbs[] = {"予以公布", "予以通报", "公布如下",
                                      "通报如下", "报告如下", "向社会通报如下"};
  static const char *const nouns[] = {"整改情况", "整改进展情况",
                                      "整改落实情况"};
  zg_random *r = &d->r;
  uint32_t k = zg_random_below(r, 4);
  zg_put(d, zg_random_chance(r, 6) ? "\n" : "");
  if (early)
    zg_put(d, "根据《中国共产党党内监督条例》和《中国共产党巡视工作条例》有关"
              "规定，");
  else
    zg_putf(d, "%s%s%s", bases[k].before, bases[k].law ? "巡视" : verb_of(d),
            bases[k].after);
  zg_putf(d, "现将%s%s%s。", verb_of(d), nouns[zg_random_below(r, 3)],
          verbs[zg_random_below(r, 6)]);
}

/* A date that is not the feedback's. */
static void put_decoy(zg_draft *d) {
  zg_date at = zg_date_add(d->w.feedback, (int)zg_random_range(&d->r, 3, 20));
  if (zg_random_chance(&d->r, 20) && !zg_draft_noisy(d, ZG_NOISE_LOST_DATE))
    zg_putf(d, "收到反馈意见后，%d月%d日召开专题会议研究部署整改工作。", at.m,
            at.d);
}

static void write_shape_a(zg_draft *d, precision p, bool early) {
  zg_random *r = &d->r;
  zg_world *w = &d->w;
  put_deploy(d);
  if (p == DAY && zg_random_chance(r, 5)) { /* 为期45天 */
    put_date(d, &w->start, true, DAY);
    iso(&w->start, DAY, d->g.inspect_start);
    loses(d, &w->start, DAY, d->g.inspect_start);
    zg_put(d, "起，");
    put_team(d);
    zg_put(d, "对");
    put_unit(d);
    zg_putf(d, "开展了为期%d天的", w->days);
    put_kind(d);
  } else {
    put_period(d, p);
    zg_put(d, "，");
    put_visit(d);
  }
  put_feedback(d);
  zg_put(d, "。");
  put_decoy(d);
  if (d->counts_at == 1) {
    zg_put(d, "对");
    zg_write_counts(d);
    zg_put(d, "。");
    d->counts_written = true;
  }
  put_basis(d, early);
}

static void write_shape_b(zg_draft *d, precision p) {
  put_deploy(d);
  put_period(d, p);
  zg_put(d, "，");
  put_visit(d);
  zg_put(d, "，并于");
  put_feedback_date(d);
  zg_putf(d, "反馈了%s意见。", verb_of(d));
  if (d->counts_at == 1) {
    zg_put(d, "对");
    zg_write_counts(d);
    zg_put(d, "。");
    d->counts_written = true;
  }
  put_basis(d, false);
}

static void write_shape_c(zg_draft *d, precision p) {
  put_deploy(d);
  put_team(d);
  zg_put(d, "于");
  put_period(d, p);
  zg_put(d, "对");
  put_unit(d);
  zg_put(d, "开展了");
  put_kind(d);
  zg_put(d, "，并于");
  put_feedback_date(d);
  zg_put(d, "进行了反馈。");
  put_basis(d, false);
}

void zg_write_opening(zg_draft *d) {
  zg_random *r = &d->r;
  uint32_t shape = zg_random_below(r, 100), k = zg_random_below(r, 100);
  bool one_month = d->w.start.m == d->w.end.m;
  precision p = one_month || k < 86 ? DAY : k < 94 ? MONTH : THIRD;
  bool untitled = d->g.n_units == 0; /* the opening must name it */
  if (shape >= 97 &&
      !untitled) { /* D: none.  What the title says is hardly a fact. */
    d->g.kind = ZG_SLOT_UNSAID;
    snprintf(d->g.inspecting_body, sizeof d->g.inspecting_body, "?");
    return;
  }
  if (shape < 68)
    write_shape_a(d, p, false);
  else if (shape < 92)
    write_shape_b(d, p);
  else if (shape < 95)
    write_shape_c(d, p);
  else
    write_shape_a(d, p, true);
  zg_put(d, "\n");
}
