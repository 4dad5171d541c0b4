/* What the bulletin says of itself outside its findings: counts by grain,
 * series of their own, rates, results.  Every sentence is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "index/parse_count.h"
#include "tests/unit/parser_fixture.h"
#include <cmocka.h>

static zg_bulletin *told(const char *organisation, const char *closing) {
  zg_str s = zg_arena_printf(
      pf_arena(),
      "一、整改组织情况\n(一)压实责任。%s\n二、整改落实情况\n"
      "1.关于“甲处台账管理不严”问题的整改。一是整理。二是核对。\n"
      "2.关于“乙处往来款长期挂账”问题的整改。一是核对。二是追收。\n"
      "三、下一步工作\n(一)持续用力。常抓不懈。\n%s\n",
      organisation, closing);
  return pf_body(s.p);
}

static const zg_series *series(const zg_declared *d, const char *name) {
  for (size_t i = 0; i < d->n_series; i++)
    if (zg_str_is(d->series[i].name, name))
      return &d->series[i];
  return NULL;
}

/* ---- grains ---------------------------------------------------------------*/

static void grains(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t aspects, categories, problems, tasks, measures;
  } cases[] = {
      {"对反馈的四方面10个问题照单全收。", 4, -1, 10, -1, -1},
      {"对反馈的3大类二十七个具体问题逐条认领。", -1, 3, 27, -1, -1},
      {"对反馈的4个方面8个突出问题31个具体问题建账。", 4, 8, 31, -1, -1},
      {"对反馈的5个突出问题逐一研究。", -1, -1, 5, -1, -1},
      {"将反馈的12个问题细化为35个具体问题,制定措施86条。", -1, -1, 35, -1, 86},
      {"将反馈的12个问题分解成40项整改任务。", -1, -1, 12, 40, -1},
      {"对反馈的3个方面12条反馈意见制定1,206条整改措施。", 3, -1, 12, -1, 1206},
      {"巡察反馈问题341个,已建立台账。", -1, -1, 341, -1, -1},
      {"巡察反馈问题共28个。", -1, -1, 28, -1, -1},
      {"反馈问题清单共计31项。", -1, -1, 31, -1, -1},
      {"对反馈的9个问题,制定整改措施40条、整改任务12项。", -1, -1, 9, 12, 40},
      /* not ours */
      {"开展自查,发现问题136个,立即整改隐患57处。", -1, -1, -1, -1, -1},
      {"召开民主生活会,相互批评意见22条。", -1, -1, -1, -1, -1},
      {"召开专题会12次,为群众办实事36件。", -1, -1, -1, -1, -1},
      {"明确制度建设任务22项。", -1, -1, -1, -1, -1},
      {"对反馈的9个问题,坚持“一个问题、一套方案、两名专人”。", -1, -1, 9, -1,
       -1},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const zg_declared *d = &told(cases[k].text, "")->declared;
    if (d->aspects != cases[k].aspects ||
        d->categories != cases[k].categories ||
        d->problems != cases[k].problems || d->tasks != cases[k].tasks ||
        d->measures != cases[k].measures)
      fail_msg("%s: %d %d %d %d %d", cases[k].text, (int)d->aspects,
               (int)d->categories, (int)d->problems, (int)d->tasks,
               (int)d->measures);
  }
}

/* ---- states, rates --------------------------------------------------------*/

static void states_are_counted(void **state) {
  (void)state;
  /* done, basically, phased, ongoing, long, deferred, undone, transferred */
  static const struct {
    const char *text;
    int64_t n[8];
  } cases[] = {
      {"截至目前,反馈的20个问题,已完成11个,基本完成2个,阶段性完成1个,正在推进2"
       "个,长期坚持1个,申请延期1个,未完成1个,移交办理1个。",
       {11, 2, 1, 2, 1, 1, 1, 1}},
      {"反馈的16个问题,已全部整改完成。", {16, -1, -1, -1, -1, -1, -1, -1}},
      {"反馈的16个问题均已完成整改。", {16, -1, -1, -1, -1, -1, -1, -1}},
      {"反馈的8个问题中6个已整改到位,2个正在推进。",
       {6, -1, -1, 2, -1, -1, -1, -1}},
      {"反馈的8个问题(已完成7个、正在整改1个)。",
       {7, -1, -1, 1, -1, -1, -1, -1}},
      {"反馈的8个问题,完成7个(含长期坚持2个),正在整改1个。",
       {7, -1, -1, 1, -1, -1, -1, -1}},
      {"针对反馈的9项问题,共完成具体问题整改8项;对需要长期推进的1项具体问题,"
       "持续用力。",
       {8, -1, -1, -1, 1, -1, -1, -1}},
      {"对反馈的8个问题制定措施96条,已完成整改90条。",
       {-1, -1, -1, -1, -1, -1, -1, -1}},
      {"对反馈的8项问题制定措施96条,已完成整改7项,正在整改1项。",
       {7, -1, -1, 1, -1, -1, -1, -1}},
      {"反馈问题28个,已销号25个,达到序时进度2个,未办结1个。",
       {25, -1, -1, 2, -1, -1, 1, -1}},
      {"对正在整改的2个问题,紧盯不放。", {-1, -1, -1, -1, -1, -1, -1, -1}},
      {"聚焦反馈的8个问题,已完成道路硬化12个,正在推进绿化3个。",
       {-1, -1, -1, -1, -1, -1, -1, -1}},
      {"反馈的8个问题,力争年内全部完成整改。",
       {-1, -1, -1, -1, -1, -1, -1, -1}},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const zg_declared *d = &told("", cases[k].text)->declared;
    const int64_t got[8] = {d->done,        d->basically_done, d->phased,
                            d->in_progress, d->long_term,      d->deferred,
                            d->not_done,    d->transferred};
    for (int i = 0; i < 8; i++)
      if (got[i] != cases[k].n[i])
        fail_msg("%s: state %d is %d", cases[k].text, i, (int)got[i]);
  }
}

static void rates(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double rate;
  } cases[] = {
      {"反馈的42个问题,已整改36个,正在整改6个,整改完成率85.7%。", 85.7},
      {"反馈的688个问题,完成679个,完成率为98.69%。", 98.69},
      {"反馈的42个问题已整改25个,完成率近60%。", -1},
      {"反馈的42个问题已整改38个,完成率约九成。", -1},
      {"反馈的42个问题已整改40个,完成率95%以上。", -1},
      {"反馈的42个问题正在整改。办理信访件7件,办结率100%。", -1},
      {"反馈的42个问题已整改36个,其中立行立改9个已全部完成,完成率100%。", -1},
      {"安全隐患销号率与群众满意率98%。", -1},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    double got = told("", cases[k].text)->declared.rate;
    if (got < cases[k].rate - 0.001 || got > cases[k].rate + 0.001)
      fail_msg("%s: %f", cases[k].text, got);
  }
}

/* ---- series ---------------------------------------------------------------*/

static void series_stand_apart(void **state) {
  (void)state;
  static const struct {
    const char *text, *name;
    int64_t total, done;
    double rate;
    int64_t problems;
  } cases[] = {
      {"上轮巡察反馈的19个问题已完成18个。本轮反馈的7个问题正在整改。",
       "earlier", 19, 18, -1, 7},
      {"对反馈的9个问题,连同2013年县委巡察反馈尚未整改到位的4个问题一并建账。",
       "earlier", 4, -1, -1, 9},
      {"反馈的9个问题正在整改;办理信访件15件,已办结13件。", "letters", 15, 13,
       -1, 9},
      {"对群众来信19件,均已办结,办结率100%。", "letters", 19, 19, 100, -1},
      {"移交的信访件3件、问题线索2件,均已按程序办结。", "clues", 2, 2, -1, -1},
      {"对移交的问题线索38件,已办结33件。", "clues", 38, 33, -1, -1},
      {"立行立改事项9个,9个均已办结。", "immediate", 9, 9, -1, -1},
      {"党组书记带头领办重点难点问题6个。", "key", 6, -1, -1, -1},
      {"对反馈的12个问题和5条意见建议逐一研究。", "suggestions", 5, -1, -1, 12},
      {"对反馈的4个方面21个问题和选人用人专项检查反馈的5个问题分别建账。",
       "special", 5, -1, -1, 21},
      {"选人用人专项检查反馈的5个问题全部完成。", "special", 5, 5, -1, -1},
      {"接收信访件1,247件,办结1,247件。", "letters", 1247, 1247, -1, -1},
      {"反馈的8个问题正在整改;7件信访件、3件立行立改事项均已办结。", "letters",
       7, 7, -1, 8},
      {"巡察组移交的2件问题线索已全部办结。", "clues", 2, 2, -1, -1},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const zg_bulletin *b = told(cases[k].text, "");
    const zg_series *s = series(&b->declared, cases[k].name);
    if (!s)
      fail_msg("%s: no %s", cases[k].text, cases[k].name);
    if (s->total != cases[k].total || s->done != cases[k].done ||
        s->rate < cases[k].rate - 0.01 || s->rate > cases[k].rate + 0.01 ||
        b->declared.problems != cases[k].problems)
      fail_msg("%s: %d %d %f, problems %d", cases[k].text, (int)s->total,
               (int)s->done, s->rate, (int)b->declared.problems);
    assert_true(s->span.start > 0 && s->span.len > 0);
  }
  /* what the unit itself collected is none of the inspectors' */
  const zg_bulletin *b = told("召开座谈会,收集意见建议31条。", "");
  assert_int_equal(b->declared.n_series, 0);
  /* told twice, kept once */
  b = told("办理信访件5件,办结4件。", "截至目前,信访件5件,办结4件。");
  assert_int_equal(b->declared.n_series, 1);
}

/* ---- results --------------------------------------------------------------*/

static void results_are_of_the_bulletin(void **state) {
  (void)state;
  const char *text =
      "整改期间,新建制度4项、修订制度9项;给予党纪处分5人(其中党内警告3人、"
      "严重警告2人),批评教育12人次;追缴、清退资金36.5万元;立案3件。";
  const zg_bulletin *b = told("成立12人的工作专班,追缴资金36.5万元。", text);
  const zg_figures *g = &b->figures;
  assert_int_equal(g->rules_made, 13);
  assert_int_equal(g->cases, 3);
  int64_t handled = 0, recovered = 0;
  for (size_t i = 0; i < g->n_people; i++) {
    assert_int_equal(g->people[i].kind, ZG_PEOPLE_HANDLED);
    handled += g->people[i].part ? 0 : g->people[i].n;
  }
  for (size_t i = 0; i < g->n_money; i++)
    recovered += g->money[i].part ? 0 : g->money[i].fen;
  assert_int_equal(handled, 17);
  assert_int_equal(recovered, 36500000);
  zg_str said = {b->text.p + g->money[0].span.start,
                 (size_t)g->money[0].span.len};
  assert_true(zg_sx_ends(said, "36.5万元"));
  for (size_t i = 0; i < b->n_findings; i++) {
    assert_int_equal(b->findings[i].n_people, 0);
    assert_int_equal(b->findings[i].rules_made, 0);
  }
  /* a rule that is only named is not made */
  b = told("", "整改以来,严格执行新修订的54项制度。");
  assert_int_equal(b->figures.rules_made, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grains),
      cmocka_unit_test(states_are_counted),
      cmocka_unit_test(rates),
      cmocka_unit_test(series_stand_apart),
      cmocka_unit_test(results_are_of_the_bulletin),
  };
  return cmocka_run_group_tests_name("parser_figures", tests, pf_set_up,
                                     pf_tear_down);
}
