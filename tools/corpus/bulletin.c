/* Whole bulletins: plausible dates, layouts F1 and F2 of the parser's grammar,
 * declared counts that mostly agree with what is enumerated. */
#include "tools/corpus/language.h"

/* Days are counted from 1 January 2000 with every month as printed by
 * civil_of: Howard Hinnant's days_from_civil, inverted. */
typedef struct date {
  int y, m, d;
} date;

static date civil_of(int64_t days_from_2000) {
  int64_t z = days_from_2000 + 730425; /* days since 0000-03-01 */
  int64_t era = z / 146097, doe = z % 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int64_t mp = (5 * doy + 2) / 153;
  date out = {(int)(yoe + era * 400), (int)(mp < 10 ? mp + 3 : mp - 9),
              (int)(doy - (153 * mp + 2) / 5 + 1)};
  if (out.m <= 2)
    out.y++;
  return out;
}

static void add_date(date d, bool year, zg_buf *out) {
  if (year)
    zg_buf_printf(out, "%d年", d.y);
  zg_buf_printf(out, "%d月%d日", d.m, d.d);
}

typedef struct plan {
  zg_corpus_unit unit;
  date start, end, feedback, published;
  uint32_t team, round, term;
  uint32_t groups, findings;
  bool f1; /* else F2 */
  uint32_t done;
  zg_corpus_figures figures;
} plan;

static plan draw_plan(const zg_corpus *c, zg_random *r) {
  plan p = {.unit = zg_corpus_draw_unit(c, r)};
  int64_t start = 366 + 16 * 365 + zg_random_below(r, 8 * 365);
  int64_t end = start + zg_random_range(r, 30, 90);
  int64_t feedback = end + zg_random_range(r, 30, 120);
  p.start = civil_of(start);
  p.end = civil_of(end);
  p.feedback = civil_of(feedback);
  p.published = civil_of(feedback + zg_random_range(r, 120, 300));
  p.team = zg_random_range(r, 1, 8);
  p.round = zg_random_range(r, 1, 10);
  p.term = zg_random_range(r, 5, 10);
  p.groups = zg_random_range(r, 3, 4);
  p.findings = zg_random_range(r, 10, 40);
  p.f1 = zg_random_chance(r, 40);
  return p;
}

static const char *body_of(const plan *p) {
  return strcmp(p->unit.level, "county") == 0 ? "县委" : "市委";
}

/* 党组 after a bureau; a party committee is its own party body. */
static const char *party_of(const plan *p) {
  return strstr(p->unit.organ, "党") ? "" : "党组";
}

static void add_opening(const plan *p, zg_random *r, zg_buf *out) {
  const zg_corpus_unit *u = &p->unit;
  const char *body = body_of(p), *team = zg_corpus_ordinal(p->team);
  zg_buf_printf(out, "中共%s%s%s%s关于巡察整改进展情况的通报\\n", u->place,
                u->ending, u->organ, party_of(p));
  zg_buf_printf(out, "发布时间：%04d-%02d-%02d 来源：%s%s%s\\n", p->published.y,
                p->published.m, p->published.d, u->place, u->ending, u->organ);
  zg_buf_printf(out, "根据%s届%s第%s轮巡察工作统一部署，",
                zg_corpus_ordinal(p->term), body, zg_corpus_ordinal(p->round));
  add_date(p->start, true, out);
  zg_buf_adds(out, "至");
  add_date(p->end, p->end.y != p->start.y || zg_random_chance(r, 25), out);
  zg_buf_printf(out, "，%s第%s巡察组对%s%s%s%s开展了巡察。", body, team,
                u->place, u->ending, u->organ, party_of(p));
  add_date(p->feedback, p->feedback.y != p->end.y || zg_random_chance(r, 75),
           out);
  zg_buf_printf(out,
                "，%s巡察组向%s%s%s%s反馈了巡察意见。按照巡察工作有关要求，"
                "现将巡察整改进展情况予以公布。\\n",
                body, u->place, u->ending, u->organ, party_of(p));
}

static void add_organisation(const zg_corpus *c, const plan *p, zg_random *r,
                             zg_buf *out) {
  zg_corpus_figures none = {1, 1, 1}; /* no figures here */
  zg_buf_printf(
      out, "一、整改工作组织情况\\n（一）提高政治站位。先后召开党组会%u次，",
      zg_random_range(r, 2, 6));
  zg_corpus_answer(c, 3, &p->unit, p->feedback.y, 80, r, &none, out);
  zg_buf_printf(
      out,
      "。\\n（二）压实整改责任。对反馈的%u个方面%u个问题，制定整改措施"
      "%u条，",
      p->groups, p->findings, p->findings * zg_random_range(r, 2, 4));
  zg_corpus_answer(c, 20, &p->unit, p->feedback.y, 80, r, &none, out);
  zg_buf_adds(out, "。\\n");
}

static void add_finding(const zg_corpus *c, plan *p, uint32_t category,
                        uint32_t n, zg_random *r, zg_buf *out) {
  if (p->f1) {
    zg_buf_printf(out, "（%u）针对", n);
    zg_corpus_head(c, category, zg_random_range(r, 15, 35), r, out);
    zg_buf_adds(out, "。");
  } else {
    zg_buf_printf(out, "%u.", n);
    zg_corpus_head(c, category, zg_random_range(r, 15, 35), r, out);
    zg_buf_adds(out, "。\\n整改情况：");
  }
  if (zg_random_chance(r, 80)) {
    zg_buf_adds(out, "已完成。");
    p->done++;
  } else {
    zg_buf_adds(out, "正在整改。");
  }
  unsigned measures = zg_random_range(r, 2, 4);
  for (unsigned m = 1; m <= measures; m++) {
    zg_buf_printf(out, "%s是", zg_corpus_ordinal(m));
    zg_corpus_figures f = {0, 0, 0};
    zg_corpus_answer(c, category, &p->unit, p->feedback.y,
                     zg_random_range(r, 30, 80), r, &f, out);
    p->figures.people += f.people;
    p->figures.rules += f.rules;
    zg_buf_adds(out, m < measures ? "；" : "。");
  }
  zg_buf_adds(out, "\\n");
}

static void add_findings(const zg_corpus *c, plan *p, zg_random *r,
                         zg_buf *out) {
  uint32_t n = 0, problem = 0;
  zg_buf_adds(out, "二、反馈问题整改落实情况\\n");
  for (uint32_t g = 0; g < p->groups; g++) {
    uint32_t last = p->findings * (g + 1) / p->groups;
    uint32_t category = zg_corpus_draw_category(c, &p->unit, r);
    zg_buf_printf(out, "（%s）%s\\n", zg_corpus_ordinal(g + 1),
                  zg_words_categories[category].group);
    while (n < last) {
      if (p->f1) {
        zg_buf_printf(out, "%u.关于“%s%s”问题的整改\\n", ++problem,
                      zg_words_categories[category]
                          .objects[zg_random_below(r, ZG_WORDS_OBJECTS)],
                      zg_corpus_pick(c->fault_ranks, &zg_words_faults, r));
      }
      uint32_t stop = p->f1 ? n + zg_random_range(r, 1, 3) : last;
      while (n < last && n < stop) {
        uint32_t cat = zg_random_chance(r, 60)
                           ? category
                           : zg_corpus_draw_category(c, &p->unit, r);
        add_finding(c, p, cat, ++n, r, out);
      }
    }
  }
}

void zg_corpus_bulletin(const zg_corpus *c, uint64_t n, zg_buf *out) {
  zg_random stream = zg_random_stream(c->seed ^ 0x42554c4cu, n), *r = &stream;
  plan p = draw_plan(c, r);
  zg_buf_printf(out, "{\"id\":\"b%06llu\",\"text\":\"", (unsigned long long)n);
  add_opening(&p, r, out);
  add_organisation(c, &p, r, out);
  add_findings(c, &p, r, out);
  zg_buf_printf(out,
                "三、下一步工作打算\\n（一）持续加强组织领导。巩固整改成果，"
                "防止问题反弹。\\n截至目前，反馈的%u个问题已完成整改%u个，正在"
                "整改%u个；批评教育%lld人次，建立制度%lld项。\\n"
                "联系电话：%u；邮寄地址：%s%s人民路%u号。\\n\"}\n",
                p.findings, p.done, p.findings - p.done,
                (long long)p.figures.people, (long long)p.figures.rules,
                zg_random_range(r, 6100000, 6999999), p.unit.place,
                p.unit.ending, zg_random_range(r, 1, 200));
}
