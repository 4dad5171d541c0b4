/* How far a finding is and whether it is to be kept up: where the text says
 * so, and where it only seems to.  Every sentence is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "index/parse_ctx.h"
#include "tests/unit/parser_fixture.h"
#include <cmocka.h>

#define NONE ZG_STATE_UNKNOWN
#define DONE ZG_STATE_DONE
#define BASIC ZG_STATE_BASICALLY_DONE
#define PHASED ZG_STATE_PHASED
#define ONGOING ZG_STATE_IN_PROGRESS
#define LONG ZG_STATE_LONG_TERM
#define DEFERRED ZG_STATE_DEFERRED
#define UNDONE ZG_STATE_NOT_DONE
#define HANDED ZG_STATE_TRANSFERRED

static void words(void **state) {
  (void)state;
  static const struct {
    const char *clause;
    zg_state state;
    bool sustain;
  } cases[] = {
      {"完成整改", DONE, false},
      {"整改到位", DONE, false},
      {"已整改", DONE, false},
      {"已销号", DONE, false},
      {"已办结", DONE, false},
      {"已解决", DONE, false},
      {"见底清零", DONE, false},
      {"整改工作已全部完成", DONE, false},
      {"该问题已于2024年3月完成整改", DONE, false},
      {"已于2024年3月底前完成整改", DONE, false},
      {"完成并长期坚持", DONE, true},
      {"整改完成,并将长期坚持", DONE, true},
      {"已整改并持续巩固", DONE, true},
      {"完成或基本完成", BASIC, false},
      {"已基本完成整改任务", BASIC, false},
      {"已取得阶段性成效", PHASED, false},
      {"取得阶段性成果", PHASED, false},
      {"部分完成", PHASED, false},
      {"部分整改", PHASED, false},
      {"阶段性完成,长期坚持", PHASED, true},
      {"正在整改中", ONGOING, false},
      {"持续推进中", ONGOING, false},
      {"推进中", ONGOING, false},
      {"正在按计划推进", ONGOING, false},
      {"有序推进", ONGOING, false},
      {"正按计划推进", ONGOING, false},
      {"常态化推进", LONG, false},
      {"持续整改", LONG, false},
      {"今后将长期坚持", LONG, false},
      {"延期整改", DEFERRED, false},
      {"调整时限", DEFERRED, false},
      {"申请延期至2025年6月底", DEFERRED, false},
      {"未完成", UNDONE, false},
      {"尚未完成整改", UNDONE, false},
      {"未整改", UNDONE, false},
      {"移交", HANDED, false},
      {"已移交县纪委监委处理", HANDED, false},
      {"立案审查中", HANDED, false},
      {"已移送县公安局立案侦查", HANDED, false},
      /* no state at all */
      {"2024年6月底前完成", NONE, false},
      {"将于年底前完成整改", NONE, false},
      {"将完成整改", NONE, false},
      {"完成整改方案制定", NONE, false},
      {"整改完成率100%", NONE, false},
      {"已完成3个", NONE, false},
      {"完成道路硬化", NONE, false},
      {"移交问题线索3件", NONE, false},
      {"正在推进项目建设", NONE, false},
      {"推动整改到位", NONE, false},
      {"已整改问题清单", NONE, false},
      {"长期坚持以学促干", NONE, false},
      {"成效明显", NONE, false},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_verdict v = zg_px_status_clause(zg_str_of(cases[k].clause));
    if (v.state != cases[k].state || v.sustain != cases[k].sustain)
      fail_msg("%s: %s %d", cases[k].clause, zg_state_name(v.state), v.sustain);
  }
}

static void answers(void **state) {
  (void)state;
  static const struct {
    const char *answer;
    zg_state state;
    bool sustain;
  } cases[] = {
      {"【已完成】一是甲;二是乙。", DONE, false},
      {"基本完成。一是甲;二是乙。", BASIC, false},
      {"一是甲;二是乙。完成。", DONE, false},
      {"一是甲;二是乙。完成,持续深化。", DONE, true},
      {"一是甲;二是乙。(已完成)", DONE, false},
      {"一是甲;二是乙。目前,该问题已按期整改到位,后续长期坚持。", DONE, true},
      {"一是甲。二是乙。整改成效:已完成。用水户投诉同比下降三成。", DONE,
       false},
      {"一是甲;二是乙。目前正在推进。计划2030年6月底前完成。", ONGOING, false},
      {"一是甲。正在推进后续验收工作,预计2030年6月底前完成。", ONGOING, false},
      {"账目已核清,审计部门已销号。", DONE, false},
      {"一是甲;二是乙。因承建方破产,申请延期至2030年3月。", DEFERRED, false},
      {"该问题已移交县纪委监委核查。", HANDED, false},
      {"2名站长已移交县纪委监委核查,待结论作出后处理。", HANDED, false},
      {"已完成整改。下一步,将举一反三。", DONE, false},
      {"一是甲。二是乙。按照时限要求已完成整改。", DONE, false},
      {"一是甲;二是乙。此项整改长期坚持。", LONG, false},
      {"1.已完成。重排值守表。\n2.补装监测设备。", DONE, false},
      /* plans, demands, parts and filler */
      {"一是甲;二是督促该问题尽快整改到位。", NONE, false},
      {"一是甲。确保该问题按期完成整改。", NONE, false},
      {"一是甲。该问题计划年底前完成整改。", NONE, false},
      {"一是甲。该问题未能按期完成整改方案。", NONE, false},
      {"一是甲;二是对7个遗留项目逐一验收,均已完成。", NONE, false},
      {"开展自查,发现隐患36处,上述问题均已整改到位。", NONE, false},
      {"排查点位12处,问题均已整改。", NONE, false},
      {"督促3家企业补缴费用,已完成2家。", NONE, false},
      {"一是甲;二是健全长效机制,持续推进。", NONE, false},
      {"制定方案,确保问题整改到位、见底清零。", NONE, false},
      {"明确责任,确保程序规范,整改到位。", NONE, false},
      {"一是甲。二是乙。下一步,持续推进整改,长期坚持。", NONE, false},
      {"一是甲。对排查出的问题,已整改到位。", NONE, false},
      {"一是甲。发现疑点,正在核查。", NONE, false},
      {"查出1名经办人,已移交县监委立案审查;机构重新比选。", NONE, false},
      {"一是甲。2名站长已移交县纪委监委核查。", NONE, false},
      {"一是甲。各项工作有序推进。", NONE, false},
      {"一是甲;二是整改完成情况纳入考核。", NONE, false},
      {"一是移交问题线索2件;二是乙。", NONE, false},
      {"整改工作推进缓慢的单位被约谈。", NONE, false},
      {"对已完成整改的问题开展“回头看”。", NONE, false},
      {"建立台账,完成一项、销号一项。", NONE, false},
      {"长期坚持问题导向,抓好落实。", NONE, false},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_finding *f = pf_finding(cases[k].answer);
    if (f->status != cases[k].state || f->sustain != cases[k].sustain)
      fail_msg("%s: %s %d", cases[k].answer, zg_state_name(f->status),
               f->sustain);
    assert_int_equal(f->status_span.start < 0, f->status == NONE);
  }
}

static void heads_with_a_bracket(void **state) {
  (void)state;
  zg_bulletin *b = pf_body("一、整改落实情况\n"
                           "1.站房年久失修。(已完成,长期坚持)\n"
                           "整改情况:一是甲处翻修。二是乙处重建。\n"
                           "2.巡查整改至今未完成。(整改进展:正在推进)\n"
                           "整改情况:一是甲处补查。二是乙处补记。\n"
                           "3.整改工作推进缓慢。\n"
                           "整改情况:一是甲处提速。二是乙处督办。\n");
  assert_int_equal(b->n_findings, 3);
  assert_int_equal(b->findings[0].status, DONE);
  assert_true(b->findings[0].sustain);
  assert_int_equal(b->findings[1].status, ONGOING);
  assert_int_equal(b->findings[1].status_source, ZG_STATE_SOURCE_FINDING);
  assert_int_equal(b->findings[2].status, NONE);
}

static void field_values(void **state) {
  (void)state;
  static const struct {
    const char *value;
    zg_state state;
    bool sustain;
  } cases[] = {
      {"已完成(2024年5月)", DONE, false},
      {"完成并长期坚持", DONE, true},
      {"已完成整改,持续巩固", DONE, true},
      {"100%", DONE, false},
      {"80%", ONGOING, false},
      {"正在推进,预计2030年底完成", ONGOING, false},
      {"需长期整改", LONG, false},
      {"移交县纪委监委办理", HANDED, false},
      {"立行立改", NONE, false},
      {"详见附件", NONE, false},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_verdict v =
        zg_px_status_field(zg_str_of("台账不清"), zg_str_of(cases[k].value));
    if (v.state != cases[k].state || v.sustain != cases[k].sustain)
      fail_msg("%s: %s %d", cases[k].value, zg_state_name(v.state), v.sustain);
  }
  const char *labels[] = {"整改状态", "完成情况", "整改进度", "完成状态"};
  for (size_t k = 0; k < sizeof labels / sizeof *labels; k++) {
    zg_str s = zg_arena_printf(pf_arena(),
                               "一、整改落实情况\n1.林场台账登记不规范\n"
                               "%s:已完成\n整改措施:一是重登。二是抽查。\n",
                               labels[k]);
    zg_bulletin *b = pf_body(s.p);
    assert_int_equal(b->n_findings, 1);
    assert_int_equal(b->findings[0].status, DONE);
    if (b->findings[0].status_source != ZG_STATE_SOURCE_FIELD)
      fail_msg("%s: %s", labels[k],
               zg_state_source_name(b->findings[0].status_source));
  }
}

static void headings(void **state) {
  (void)state;
  static const struct {
    const char *heading;
    zg_state state;
  } cases[] = {
      {"需长期坚持的整改事项", LONG}, {"需要长期坚持的整改任务情况", LONG},
      {"已完成的整改事项", DONE},     {"已完成整改的问题(12个)", DONE},
      {"阶段性完成的问题", PHASED},   {"正在推进的问题", ONGOING},
      {"尚未完成整改的问题", UNDONE}, {"上轮巡察问题整改不到位的问题", NONE},
      {"整改不到位的问题", NONE},     {"完成整改任务不力", NONE},
      {"党的建设方面的问题", NONE},   {"长期坚持问题导向", NONE},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_verdict v = zg_px_status_heading(zg_str_of(cases[k].heading));
    if (v.state != cases[k].state)
      fail_msg("%s: %s", cases[k].heading, zg_state_name(v.state));
  }
}

/* What the closing text says of findings by their names. */
static void names(void **state) {
  (void)state;
  static const struct {
    const char *closing;
    zg_state a, b, c;
  } cases[] = {
      {"截至目前,3个问题已完成整改2个,其中“往来款长期挂账”问题正在推进。", NONE,
       ONGOING, NONE},
      {"截至目前,反馈的3个问题中,除“往来款长期挂账”问题正在推进外,"
       "其余问题均已完成整改。",
       DONE, ONGOING, DONE},
      {"截至目前,正在整改的问题2个,分别是“往来款长期挂账”和“合同未经审核”。",
       NONE, ONGOING, ONGOING},
      {"截至目前,反馈的3个问题已全部完成整改。", DONE, DONE, DONE},
      {"截至目前,反馈的3个问题已完成整改2个,正在整改1个。", NONE, NONE, NONE},
      {"截至目前,反馈的3个问题,“一把手”工程正在推进。", NONE, NONE, NONE},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str s = zg_arena_printf(
        pf_arena(),
        "一、整改落实情况\n"
        "1.关于“水库安全巡查留有空档”问题的整改。一是重排。二是补装。\n"
        "2.关于“往来款长期挂账”问题的整改。一是核对。二是起诉。\n"
        "3.关于“合同未经审核”问题的整改。一是补审。二是立规。\n%s\n",
        cases[k].closing);
    zg_bulletin *b = pf_body(s.p);
    assert_int_equal(b->n_findings, 3);
    const zg_state want[3] = {cases[k].a, cases[k].b, cases[k].c};
    for (int i = 0; i < 3; i++) {
      const zg_finding *f = &b->findings[i];
      if (f->status != want[i])
        fail_msg("%s: %d %s", cases[k].closing, i + 1,
                 zg_state_name(f->status));
      if (want[i] != NONE) {
        assert_int_equal(f->status_source, ZG_STATE_SOURCE_SUMMARY);
        assert_true(f->status_span.start > 0);
      }
    }
  }
}

/* A finding's own word stands against the summary. */
static void own_word_first(void **state) {
  (void)state;
  zg_bulletin *b = pf_body(
      "一、整改落实情况\n1.往来款长期挂账。\n整改情况:阶段性完成。核销3笔。\n"
      "2.合同未经审核。\n整改情况:一是补审。二是立规。\n"
      "截至目前,反馈的2个问题已全部完成整改。\n");
  assert_int_equal(b->n_findings, 2);
  assert_int_equal(b->findings[0].status, PHASED);
  assert_int_equal(b->findings[0].status_source, ZG_STATE_SOURCE_FINDING);
  assert_int_equal(b->findings[1].status, DONE);
  assert_int_equal(b->findings[1].status_source, ZG_STATE_SOURCE_SUMMARY);
}

static void special_checks_by_their_summary(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、整改落实情况\n(一)管理方面\n1."
              "关于“台账不清”问题的整改。一是甲。二是乙。\n"
              "二、选人用人专项检查反馈问题整改情况\n"
              "1.关于“任前公示不规范”问题的整改。一是补公示。二是立规。\n"
              "2.关于“试用期考核缺失”问题的整改。一是补考核。二是立规。\n"
              "三、下一步工作\n(一)持续用力。常抓不懈。\n"
              "选人用人专项检查反馈的2个问题全部完成整改。\n");
  assert_int_equal(b->n_findings, 3);
  assert_int_equal(b->findings[0].status, NONE);
  assert_int_equal(b->findings[1].status, DONE);
  assert_int_equal(b->findings[2].status_source, ZG_STATE_SOURCE_SUMMARY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words),
      cmocka_unit_test(answers),
      cmocka_unit_test(heads_with_a_bracket),
      cmocka_unit_test(field_values),
      cmocka_unit_test(headings),
      cmocka_unit_test(names),
      cmocka_unit_test(own_word_first),
      cmocka_unit_test(special_checks_by_their_summary),
  };
  return cmocka_run_group_tests_name("parser_status", tests, pf_set_up,
                                     pf_tear_down);
}
