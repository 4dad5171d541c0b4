/* Findings in tables and field lines, of several bodies, of audits; numbers
 * that jump, repeat or are missing; what copies put into the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parser_fixture.h"
#include "tests/unit/marked.h"

/* The raw bytes that a span marks. */
static zg_str marked_by(const zg_bulletin *b, zg_span s) {
  assert_true(s.start >= 0 && s.len > 0);
  return (zg_str){b->text.p + s.start, (size_t)s.len};
}

static void blocks_of_label_lines(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("序号：1\n问题：林区垃圾清运不及时。\n"
              "责任单位：县林业局、柳沟镇\n整改目标：垃圾日产日清\n"
              "整改时限：2024年6月底\n"
              "整改措施：一是增设垃圾桶80个；二是签订清运合同。\n"
              "完成情况：已完成\n"
              "序号：2\n问题：矿山修复进度滞后，3座废弃矿山未复绿\n"
              "责任单位：县自然资源局\n整改时限：2025年12月\n"
              "整改措施：制定“一矿一策”。\n完成回填12万立方米。\n"
              "完成情况：正在推进\n");
  assert_int_equal(b->n_findings, 2);
  const zg_finding *f = b->findings;
  IS(f[0].number, "1");
  IS(f[0].head, "林区垃圾清运不及时");
  IS(f[0].responsible, "县林业局、柳沟镇");
  IS(f[0].deadline, "2024-06");
  assert_int_equal(f[0].n_measures, 2);
  assert_true(f[0].measures[1].listed);
  assert_int_equal(f[0].status, ZG_STATE_DONE);
  assert_int_equal(f[0].status_source, ZG_STATE_SOURCE_FIELD);
  IS(marked_by(b, f[0].responsible_span), "县林业局、柳沟镇");
  IS(f[1].number, "2");
  IS(f[1].head, "矿山修复进度滞后，3座废弃矿山未复绿");
  IS(f[1].measures[0].text, "制定“一矿一策”。\n完成回填12万立方米。");
  assert_int_equal(f[1].status, ZG_STATE_IN_PROGRESS);

  /* the label that opens the first block opens all */
  b = pf_body("一、整改落实情况\n"
              "责任单位：办公室\n反馈问题：档案借阅未登记。\n整改情况：补登记"
              "借阅记录31条。\n"
              "责任单位：财务科\n反馈问题：差旅费超标准。\n整改情况：退回超支"
              "费用820元。\n"
              "二、下一步打算\n继续抓好整改。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].responsible, "办公室");
  IS(b->findings[1].responsible, "财务科");
  IS(b->findings[1].head, "差旅费超标准");
  IS(b->findings[1].section, "整改落实情况");
  IS(b->findings[1].number, NULL);
}

static void rows_of_cells(void **state) {
  (void)state;
  static const char *const tables[] = {
      "序号\t存在问题\t责任单位\t整改时限\t整改措施\t完成情况\n"
      "1\t湿地保护巡查不到位\t湿地中心\t2024年3月底前\t一是配备巡护员；二是安装"
      "监控。\t已完成\n"
      "2\t林木种苗抽检流于形式\t种苗站\t2024年9月\t重新抽检苗木14批次。\t"
      "未完成\n",
      "| 序号 | 存在问题 | 责任单位 | 整改时限 | 整改措施 | 完成情况 |\n"
      "|---|---|---|---|---|---|\n"
      "| 1 | 湿地保护巡查不到位 | 湿地中心 | 2024年3月底前 | 一是配备巡护员；"
      "二是安装监控。 | 已完成 |\n"
      "| 2 | 林木种苗抽检流于形式 | 种苗站 | 2024年9月 | 重新抽检苗木14批次。 "
      "| "
      "未完成 |\n"};
  for (int k = 0; k < 2; k++) {
    zg_bulletin *b = pf_body(tables[k]);
    assert_int_equal(b->n_findings, 2);
    const zg_finding *f = b->findings;
    IS(f[0].number, "1");
    IS(f[0].head, "湿地保护巡查不到位");
    IS(f[0].responsible, "湿地中心");
    IS(f[0].deadline, "2024-03");
    assert_int_equal(f[0].n_measures, 2);
    assert_int_equal(f[0].status, ZG_STATE_DONE);
    IS(f[1].head, "林木种苗抽检流于形式");
    IS(f[1].measures[0].text, "重新抽检苗木14批次。");
    assert_int_equal(f[1].status, ZG_STATE_NOT_DONE);
  }
}

static void field_lines_and_joined_fields(void **state) {
  (void)state;
  zg_bulletin *b = pf_body(
      "一、整改落实情况\n(一)内部管理\n"
      "1.值班制度执行不严。\n责任领导：副局长陈某\n责任单位：办公室\n"
      "整改时限：2024年4月30日前\n整改措施：一是排班公示；二是夜间抽查。\n"
      "整改状态：已完成\n"
      "2.印章管理粗放。（责任领导：副局长李某；责任人：王某；完成时限：2024年"
      "5月；整改进度：正在整改）整改情况：一是修订办法；二是专人保管。\n"
      "3.物资采购未比价。整改类型：立行立改；责任单位：后勤科；整改目标：2024年"
      "7月底前建立比价制度；整改措施：补做比价记录12份。\n");
  assert_int_equal(b->n_findings, 3);
  const zg_finding *f = b->findings;
  IS(f[0].responsible, "办公室");
  IS(f[0].deadline, "2024-04-30");
  IS(marked_by(b, f[0].deadline_span), "2024年4月30日");
  assert_int_equal(f[0].status_source, ZG_STATE_SOURCE_FIELD);
  assert_int_equal(f[0].n_measures, 2);
  IS(f[0].measures[1].text, "二是夜间抽查。");
  IS(f[1].head, "印章管理粗放");
  IS(f[1].responsible, "王某");
  IS(f[1].deadline, "2024-05");
  assert_int_equal(f[1].status, ZG_STATE_IN_PROGRESS);
  assert_int_equal(f[1].n_measures, 2);
  IS(f[2].head, "物资采购未比价");
  IS(f[2].responsible, "后勤科");
  IS(f[2].deadline, "2024-07");
  IS(f[2].measures[0].text, "补做比价记录12份。");
}

static void a_section_for_each_body(void **state) {
  (void)state;
  static const char opening[] =
      "中共松岭县国资委党委关于林投公司、城投公司巡察整改情况的通报\n"
      "根据县委统一部署，2023年3月1日至4月20日，县委第一巡察组对林投公司、"
      "城投公司党支部开展了巡察。7月5日反馈了巡察意见。现将整改情况予以公布。"
      "\n";
  zg_str s = zg_arena_printf(
      pf_arena(),
      "%s一、林投公司整改情况\n（一）党建引领弱化\n"
      "1.关于“支委会代替股东会”问题的整改。一是修订章程；二是分开记录。\n"
      "（二）资产管理松散\n2.关于“苗木资产未入账”问题的整改。盘点入账。\n"
      "二、城投公司整改情况\n（一）风险防控乏力\n"
      "1.关于“应收账款长期挂账”问题的整改。收回欠款86万元。\n",
      opening);
  zg_bulletin *b = pf_parse(s.p, NULL);
  assert_int_equal(b->n_units, 2);
  assert_int_equal(b->n_findings, 3);
  IS(b->findings[0].unit, "林投公司");
  IS(b->findings[1].unit, "林投公司");
  IS(b->findings[2].unit, "城投公司");
  IS(b->findings[2].section, "风险防控乏力");
  /* bodies as headings without a number */
  s = zg_arena_printf(
      pf_arena(),
      "%s林投公司\n（一）关于“支委会代替股东会”问题的整改\n一是修订章程；二是"
      "分开记录。\n城投公司\n（一）关于“应收账款长期挂账”问题的整改\n收回欠款"
      "86万元。\n（二）关于“印章外借”问题的整改\n收回印章2枚，批评教育3人。\n",
      opening);
  b = pf_parse(s.p, NULL);
  assert_int_equal(b->n_findings, 3);
  IS(b->findings[0].unit, "林投公司");
  IS(b->findings[1].unit, "城投公司");
  IS(b->findings[2].unit, "城投公司");
}

static void audit_reports(void **state) {
  (void)state;
  zg_bulletin *b = pf_parse(
      "松岭县人民政府关于2023年度审计查出问题整改情况的报告\n"
      "主任、各位副主任、各位委员：\n"
      "受县政府委托，现将2023年度本级预算执行审计查出问题整改情况报告如下。\n"
      "一、整改工作部署推进情况\n"
      "（一）加强组织领导。县政府常务会议专题研究审计查出的问题。\n"
      "（二）压实整改责任。对整改不到位的单位进行约谈。\n"
      "二、审计查出问题的整改情况\n"
      "（一）县级预算执行审计方面\n"
      "1.预算编制不细化。整改情况：县财政局将代编预算压减1,240万元。\n"
      "2.非税收入征缴不及时。整改情况：已补缴入库86.5万元。\n"
      "（二）关于部门决算草案编制不规范的问题。已整改，5个部门已调整账务。\n"
      "三、下一步工作措施\n"
      "（一）持续跟踪督促。对未整改到位的问题实行销号管理。\n",
      NULL);
  IS(b->doc_class, "audit_report");
  assert_int_equal(b->n_findings, 3);
  IS(b->findings[0].head, "预算编制不细化");
  IS(b->findings[0].section, "县级预算执行审计方面");
  IS(b->findings[2].head, "部门决算草案编制不规范的问题");
  IS(b->findings[2].number, "（二）");
}

static void numbers_jump_and_repeat(void **state) {
  (void)state;
  zg_bulletin *b = pf_marked(
      "numbers",
      "一、⟪整改落实情况⟫\n（一）⟪政治建设方面⟫\n"
      "1.⟦1.|0|学习计划未落实⟧。\n整改情况：补学12次。\n"
      "3.⟦3.|2|研讨不深入⟧。\n整改情况：一是重新研讨；二是交流心得。\n"
      "3.⟦3.|0|调研不扎实⟧。\n整改情况：重新调研，形成报告4篇。\n"
      "⟦-|0|督查检查流于形式⟧。\n整改情况：合并检查事项6项。\n"
      "5.⟦5.|0|文件管理混乱⟧。\n整改情况：清退涉密文件31份。\n",
      DRESS_PLAIN);
  assert_true(pf_warned(b, "numbering_gap"));
  assert_true(pf_warned(b, "numbering_repeat"));
  for (size_t i = 0; i < b->n_warnings; i++)
    if (zg_str_is(b->warnings[i].code, "numbering_repeat"))
      IS(marked_by(b, b->warnings[i].span), "3.");
}

static void framed_statements_without_numbers(void **state) {
  (void)state;
  zg_bulletin *b = pf_marked(
      "no numbers",
      "一、⟪整改落实情况⟫\n"
      "关于“⟦-|2|党员教育形式单一⟧”问题的整改情况\n一是开设课堂；二是组织"
      "参观。\n"
      "关于“⟦-|0|发展党员不积极⟧”问题的整改情况\n确定入党积极分子7名。\n"
      "二、下一步工作\n持续抓好整改。\n",
      DRESS_PLAIN);
  assert_int_equal(b->parsed.findings, 2);
}

static void chunk_numbers_are_taken_out(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、整改落实情况\n"
              "1.关于“造林合2、同管理不严”问题的整改情况。一是清理"
              "合同38份，对其中条款不全的逐一补签补充协议，并报县司法"
              "局备案审查；二是建立合3、同台账。\n");
  assert_int_equal(b->n_findings, 1);
  const zg_finding *f = &b->findings[0];
  IS(f->head, "造林合同管理不严");
  IS(marked_by(b, f->head_span), "造林合2、同管理不严");
  assert_int_equal(f->n_measures, 2);
  IS(f->measures[1].text, "二是建立合同台账。");
  assert_true(pf_warned(b, "chunk_number"));
  /* lists of numbers are none */
  b = pf_body("一、整改落实情况\n1.关于“林道破损”问题的整改情况。修复第2、"
              "第3号林道，涉及1、2、3号护林站。\n");
  assert_false(pf_warned(b, "chunk_number"));
}

static void wrapped_lines_are_joined(void **state) {
  (void)state;
  zg_bulletin *b = pf_body("一、整改落实情况\n"
                           "1.关于“国有林场改革后续任务推进缓慢，职工安\n"
                           "置遗留问题久拖不决”问题的整改情况。一是成立工\n"
                           "作专班，对全县四个国有林场逐场核查；二是筹措资\n"
                           "金三百一十二万元，解决职工社保欠费问题；三是建\n"
                           "立林场职工诉求台账，每月集中会商一次，目前已经\n"
                           "办结三十六件。\n"
                           "2.关于“森林防火视频监控系统建成后长期闲置，管\n"
                           "护责任没有落实到人”问题的整改情况。修复监控点\n"
                           "位二十三处，明确专人值守。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].head,
     "国有林场改革后续任务推进缓慢，职工安置遗留问题久拖不决");
  IS(marked_by(b, b->findings[0].head_span),
     "国有林场改革后续任务推进缓慢，职工安\n置遗留问题久拖不决");
  assert_int_equal(b->findings[0].n_measures, 3);
  IS(b->findings[0].measures[0].text,
     "一是成立工作专班，对全县四个国有林场逐场核查；");
  IS(b->findings[1].head,
     "森林防火视频监控系统建成后长期闲置，管护责任没有落实到人");
}

/* The page number between two paragraphs goes, the line end does not, though
 * the next paragraph is indented. */
static void page_numbers_part_indented_paragraphs(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("  一、整改落实情况\n"
              "  1.关于“国有林场改革后续任务推进缓慢，职工安\n"
              "置遗留问题久拖不决”问题的整改情况。一是成立工\n"
              "作专班，对全县四个国有林场逐场核查；二是筹措资\n"
              "金三百一十二万元，解决职工社保欠费问题；三是建\n"
              "立林场职工诉求台账，每月集中会商一次，目前已经\n"
              "办结三十六件。\n"
              "- 3 -\n"
              "  二、下一步工作打算\n"
              "  把林场改革后续任务纳入年度考核，按月调度，按季\n"
              "通报，对进展缓慢的场站由分管领导约谈主要负责人。\n");
  assert_int_equal(b->n_findings, 1);
  assert_int_equal(b->parsed.sections, 2);
  IS(b->findings[0].measures[2].text,
     "三是建立林场职工诉求台账，每月集中会商一次，目前已经办结三十六件。");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_of_label_lines),
      cmocka_unit_test(rows_of_cells),
      cmocka_unit_test(field_lines_and_joined_fields),
      cmocka_unit_test(a_section_for_each_body),
      cmocka_unit_test(audit_reports),
      cmocka_unit_test(numbers_jump_and_repeat),
      cmocka_unit_test(framed_statements_without_numbers),
      cmocka_unit_test(chunk_numbers_are_taken_out),
      cmocka_unit_test(wrapped_lines_are_joined),
      cmocka_unit_test(page_numbers_part_indented_paragraphs),
  };
  return cmocka_run_group_tests_name("parser_table", tests, pf_set_up,
                                     pf_tear_down);
}
