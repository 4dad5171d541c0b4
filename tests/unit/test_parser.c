/* The parser on bulletins made up for the purpose: the opening, each numbering
 * layout, and what is a bulletin at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/parser_fixture.h"
#include <cmocka.h>

/* ---- opening --------------------------------------------------------------*/

static void the_opening_is_read(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、整改情况\n1.关于“护林巡查留有空白”问题的整改。一是重排"
              "班次。二是补装监控设备八套并联网。\n");
  IS(b->title, "中共松岭县林业局党组关于巡察整改进展情况的通报");
  IS(b->units[0], "中共松岭县林业局党组");
  IS(b->unit_level, "county");
  IS(b->region, "松岭县");
  IS(b->kind, "常规巡察");
  IS(b->team, "县委第二巡察组");
  IS(b->inspecting_body, "松岭县委");
  IS(b->inspect_start, "2023-11-06");
  IS(b->inspect_end, "2024-01-12");
  IS(b->feedback_date, "2024-03-05");
  IS(b->publish_date, "2024-11-08");
  IS(b->source, "松岭县林业局");
  IS(b->round, NULL);
  IS(b->url, NULL);
  IS(b->doc_class, "single_unit");
  assert_int_equal(b->year, 2024);
  assert_int_equal(b->n_inferred, 1);
  IS(b->inferred[0], "feedback_date");
  IS(b->findings[0].id, zg_arena_printf(pf_arena(), "%s#1", b->id.p).p);
  IS(b->findings[0].unit, "中共松岭县林业局党组");
}

/* Opening sentence -> start, end, feedback, team, kind, round. */
static void openings_vary(void **state) {
  (void)state;
  static const struct {
    const char *text, *start, *end, *feedback, *team, *kind, *round;
  } cases[] = {
      {"根据市委统一部署,2022年3月1日至5月20日,"
       "七届市委第十二轮巡察一组对市粮食局"
       "党组开展了专项巡察,并于8月3日反馈了巡察意见。",
       "2022-03-01", "2022-05-20", "2022-08-03", "七届市委第十二轮巡察一组",
       "专项巡察", "七届市委第十二轮"},
      {"根据市委部署,"
       "市委巡察六组于2021年10月9日—12月18日对市粮食局党组开展了巡察,"
       "并于2022年2月10日进行了反馈。",
       "2021-10-09", "2021-12-18", "2022-02-10", "市委巡察六组", "巡察", NULL},
      {"根据市委部署,2020年11月20日至1月15日,"
       "市委第一提级巡察组对市粮食局党组开展了"
       "巡察。4月2日,市委巡察组召开会议反馈了巡察意见。收到反馈意见后,"
       "5月9日局党组"
       "召开会议研究。",
       "2020-11-20", "2021-01-15", "2021-04-02", "市委第一提级巡察组",
       "提级巡察", NULL},
      {"根据2023年度第一轮巡察安排,2023年3月至5月,"
       "市委第三巡察组对市粮食局党组开展"
       "了巡察“回头看”。2023年8月中旬,市委第三巡察组反馈了意见。",
       "2023-03", "2023-05", "2023-08", "市委第三巡察组", "回头看",
       "2023年度第一轮"},
      {"根据市委部署,2024 年 3月 4日 ～ 2024年 6月7 "
       "日，市委第三巡察组对市粮食局党组"
       "进行了巡察。2024815日，市委第三巡察组反馈了意见。",
       "2024-03-04", "2024-06-07", "2024-08-15", "市委第三巡察组", "巡察",
       NULL},
      {"根据市委部署,市委第三巡察组对市粮食局党组进行了巡察。2024111日,"
       "市委第三巡察"
       "组反馈了意见。",
       NULL, NULL, NULL, "市委第三巡察组", "巡察", NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str s = zg_arena_printf(
        pf_arena(),
        "中共江屏市粮食局党组关于巡察整改情况的通报\n%s现将整改情况予以公布。\n"
        "一、整改落实情况\n1.关于“库存检查走过场”问题的整改。一是重新查库。二是"
        "建立台账并按月核对。\n",
        cases[k].text);
    zg_bulletin *b = pf_parse(s.p, NULL);
    print_message("opening %zu\n", k);
    IS(b->inspect_start, cases[k].start);
    IS(b->inspect_end, cases[k].end);
    IS(b->feedback_date, cases[k].feedback);
    IS(b->team, cases[k].team);
    IS(b->kind, cases[k].kind);
    IS(b->round, cases[k].round);
    IS(b->inspecting_body, "江屏市委");
    IS(b->publish_date, NULL);
  }
}

static void titles_and_units_vary(void **state) {
  (void)state;
  static const struct {
    const char *text, *title, *unit, *level, *region;
  } cases[] = {
      {"首页 > 通知公告 > "
       "正文\n中共江屏市水利局党组关于五届市委\n第四轮巡察整改情况"
       "的通报",
       "中共江屏市水利局党组关于五届市委第四轮巡察整改情况的通报",
       "中共江屏市水利局党组", "city", "江屏市"},
      {"中共松岭县文旅局(松岭县文物局,含执法大队)党组关于巡察整改情况的公告",
       "中共松岭县文旅局(松岭县文物局,含执法大队)党组关于巡察整改情况的公告",
       "中共松岭县文旅局(松岭县文物局,含执法大队)党组", "county", "松岭县"},
      {"【整改情况通报】江屏大学党委 "
       "关于落实省委巡视反馈意见整改进展情况的通报",
       "江屏大学党委 关于落实省委巡视反馈意见整改进展情况的通报",
       "江屏大学党委", "university", NULL},
      {"中共松岭县石桥镇委员会\n关于县委巡察整改情况的通报",
       "中共松岭县石桥镇委员会关于县委巡察整改情况的通报",
       "中共松岭县石桥镇委员会", "township", "松岭县"},
      {"中共松岭县关于工作委员会党组关于巡察整改情况的通报",
       "中共松岭县关于工作委员会党组关于巡察整改情况的通报",
       "中共松岭县关于工作委员会党组", "county", "松岭县"},
      {"江屏市第三人民医院党委关于巡察整改情况的通报",
       "江屏市第三人民医院党委关于巡察整改情况的通报", "江屏市第三人民医院党委",
       "hospital", "江屏市"},
      {"中共湖北省水利厅党组关于省委巡视整改情况的通报",
       "中共湖北省水利厅党组关于省委巡视整改情况的通报", "中共湖北省水利厅党组",
       "province", "湖北"},
      {"国投集团有限公司党委关于市委巡察整改情况的通报",
       "国投集团有限公司党委关于市委巡察整改情况的通报", "国投集团有限公司党委",
       "enterprise", NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str s = zg_arena_printf(
        pf_arena(),
        "%s\n根据部署,2023年3月1日至5月20日,"
        "巡察组开展了巡察。现将整改情况予以公布。\n"
        "一、整改落实情况\n1.关于“库存检查走过场”问题的整改。一是重新查库。二是"
        "建立台账并按月核对。\n",
        cases[k].text);
    zg_bulletin *b = pf_parse(s.p, NULL);
    IS(b->title, cases[k].title);
    assert_int_equal(b->n_units, 1);
    IS(b->units[0], cases[k].unit);
    IS(b->unit_level, cases[k].level);
    IS(b->region, cases[k].region);
  }
}

static void our_unit_is_resolved_or_left_open(void **state) {
  (void)state;
  const char *text =
      "关于巡察整改情况的通报\n%s根据县委部署,2024年3月20日至6月20日,"
      "县委第三巡察组对"
      "我校党总支开展了巡察。现将整改情况予以公布。\n一、整改落实情况\n"
      "1.关于“食堂管理混乱”问题的整改。一是公开采购。二是晨检留样。\n%s";
  static const struct {
    const char *line, *end, *unit;
  } cases[] = {
      {"来源:松岭县第二中学\n", "", "松岭县第二中学"},
      {"", "松岭县第二中学党总支\n2025年1月10日\n", "松岭县第二中学党总支"},
      {"", "", NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_buf t = ZG_BUF_INIT;
    const char *a = strstr(text, "%s"), *z = strstr(a + 2, "%s");
    zg_buf_add(&t, text, (size_t)(a - text));
    zg_buf_adds(&t, cases[k].line);
    zg_buf_add(&t, a + 2, (size_t)(z - a - 2));
    zg_buf_adds(&t, cases[k].end);
    zg_buf_addc(&t, '\0');
    zg_bulletin *b = pf_parse(t.p, NULL);
    IS(b->n_units ? b->units[0] : ZG_STR_NULL, cases[k].unit);
    IS(b->unit_level, cases[k].unit ? "school" : NULL);
    zg_buf_free(&t);
  }
}

static void odd_dates_are_kept_and_flagged(void **state) {
  (void)state;
  zg_bulletin *b = pf_parse("中共江屏市粮食局党组关于巡察整改情况的通报\n根据"
                            "市委部署,2020年3月1日至3月5日,"
                            "市委第三巡察组对市粮食局党组开展了巡察。2024年8"
                            "月3日,市委巡察组反馈了意见。"
                            "现将整改情况予以公布。\n一、整改落实情况\n1."
                            "关于“库存检查走过场”问题的整改。"
                            "一是重新查库。二是建立台账并按月核对。\n",
                            NULL);
  IS(b->feedback_date, "2024-08-03");
  assert_true(pf_warned(b, "date_implausible"));
}

/* ---- layouts --------------------------------------------------------------*/

static void layout_f1(void **state) {
  (void)state;
  zg_bulletin *b = pf_body(
      "一、加强领导,压实责任\n(一)提高站位。一是开会。二是研究。\n"
      "二、反馈问题整改落实情况\n(一)落实部署不到位\n"
      "1.关于“防火力量薄弱”的问题整改\n"
      "(1)"
      "针对对防火窗口存在的问题重视不够的问题。一是增设哨卡。二是配发装备。\n"
      "(2)针对巡护记录造假的问题,以及值班脱岗的问题。重新排班并抽查记录,"
      "纳入考核。\n"
      "2.关于“造林质量不高”问题的整改。\n"
      "(3)针对“去年验收指出‘三成苗木枯死’,至今未补”的问题。一是补植。二是验收。"
      "三是追责。\n"
      "三、下一步打算\n(一)巩固成果。针对薄弱环节持续发力,防止反弹。\n");
  assert_int_equal(b->n_findings, 3);
  assert_int_equal(b->parsed.sections, 3);
  assert_int_equal(b->parsed.categories, 1);
  assert_int_equal(b->parsed.problems, 2);
  assert_int_equal(b->parsed.atomic_findings, 4);
  assert_int_equal(b->parsed.measures, 5);
  IS(b->findings[0].section, "落实部署不到位");
  IS(b->findings[0].problem, "防火力量薄弱");
  IS(b->findings[0].head, "对防火窗口存在的问题重视不够的问题");
  IS(b->findings[1].head, "巡护记录造假的问题,以及值班脱岗的问题");
  IS(b->findings[1].statements[0], "巡护记录造假的问题");
  IS(b->findings[1].statements[1], "值班脱岗的问题");
  assert_int_equal(b->findings[1].n_measures, 1);
  assert_false(b->findings[1].measures[0].listed);
  IS(b->findings[1].measures[0].text, "重新排班并抽查记录,纳入考核。");
  IS(b->findings[2].problem, "造林质量不高");
  IS(b->findings[2].head, "“去年验收指出‘三成苗木枯死’,至今未补”的问题");
  IS(b->findings[2].measures[1].text, "二是验收。");
}

static void layout_f2_with_and_without_markers(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、整改组织情况\n(一)压实责任。党组书记牵头,"
              "分解4个方面6个具体问题,制定23条"
              "措施。\n二、反馈问题整改情况\n(一)履行监管职责有差距\n"
              "1.林场巡查留有空档。\n整改情况:已完成。一是重排值守表;"
              "二是补装监测设备。\n"
              "2.往来款长期挂账。\n整改情况:阶段性完成。核销3笔,"
              "收回2.4万元,其余2笔已起诉。\n"
              "(二)上轮巡察问题整改不彻底\n"
              "3.上轮巡察指出的“合同未经审核”问题仍有发生。\n"
              "整改情况:一是补审17份合同;二是印发《合同管理细则》("
              "松林党〔2024〕9号)。\n"
              "截至目前,6个问题已完成整改5个,阶段性完成1个;"
              "建立制度4项,批评教育3人次。\n");
  assert_int_equal(b->n_findings, 3);
  assert_int_equal(b->declared.problems, 6);
  assert_int_equal(b->declared.aspects, 4);
  assert_int_equal(b->declared.measures, 23);
  assert_int_equal(b->declared.done, 5);
  assert_int_equal(b->declared.phased, 1);
  assert_true(pf_warned(b, "declared_differs"));
  const zg_finding *f = b->findings;
  IS(f[0].head, "林场巡查留有空档");
  assert_int_equal(f[0].status, ZG_STATE_DONE);
  assert_int_equal(f[1].status, ZG_STATE_PHASED);
  assert_int_equal(zg_finding_money(&f[1], ZG_MONEY_RECOVERED), 2400000);
  assert_int_equal(f[2].status, ZG_STATE_UNKNOWN);
  assert_int_equal(f[2].repeat, ZG_REPEAT_CARRIED_OVER_UNFIXED);
  assert_int_equal(f[2].n_measures, 2);
  IS(f[2].documents[0].text, "松林党〔2024〕9号");
  /* the summary after the last finding is none of its own */
  assert_int_equal(f[2].n_people, 0);
  IS(f[2].section, "上轮巡察问题整改不彻底");
}

static void layout_f3_with_numbered_measures(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、整改落实情况\n"
              "(一)关于“学习贯彻不深入”问题的整改\n"
              "1.加强学习。组织研讨六次。\n2.健全制度。制定学习办法一部。\n"
              "(二)关于选人用人程序不规范问题的整改情况\n"
              "一是重走程序。二是开展培训。三是建立纪实。\n"
              "二、下一步工作\n(一)持续加强管理。\n(二)巩固成果。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].head, "学习贯彻不深入");
  assert_int_equal(b->findings[0].n_measures, 2);
  IS(b->findings[0].measures[1].text, "2.健全制度。制定学习办法一部。");
  IS(b->findings[1].head, "选人用人程序不规范问题");
  assert_int_equal(b->findings[1].n_measures, 3);
  IS(b->findings[0].section, "整改落实情况");
  IS(b->findings[0].problem, NULL);
  assert_int_equal(b->parsed.problems, 2);
}

static void answers_in_numbered_labels(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、重点问题整改情况\n(一)护林员管理松散的问题\n"
              "1.整改措施:重新签订合同。\n2.整改成效:清退不合格护林员3人。\n"
              "(二)防火物资短缺的问题\n1.整改措施:补充物资。\n"
              "2.整改成效:购置装备40套。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].head, "护林员管理松散的问题");
  assert_int_equal(b->findings[0].n_measures, 2);
}

static void layout_f5_groups_at_the_top(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、落实部署不到位\n1.林区防火宣传不深入。\n整改情况:一是进村"
              "宣讲。二是张贴公告。\n二、管党治党不严\n2.公务接待超标准。\n"
              "整改情况:已完成。退缴超标准费用1.2万元。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].section, "落实部署不到位");
  IS(b->findings[1].section, "管党治党不严");
  assert_int_equal(b->findings[1].status, ZG_STATE_DONE);
}

static void layout_f6_level_inversion(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、关于“帮扶项目监管不严”问题的整改情况\n(一)"
              "逐项核查。对9个项目开展核查。\n"
              "(二)完善机制。建立台账。\n二、关于“林权档案混乱”问题的整改情况\n"
              "(一)全面清理。整理档案。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].head, "帮扶项目监管不严");
  assert_int_equal(b->findings[0].n_measures, 2);
  assert_true(b->findings[0].measures[0].listed);
  IS(b->findings[0].section, NULL);
  IS(b->findings[1].head, "林权档案混乱");
}

static void layouts_f7_f8_f9(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("(一)在“落实主体责任”方面\n1.关于“责任传导层层递减”问题的整改\n"
              "(1)关于“班子成员谈话提醒不够”。一是补谈。二是建立台账。\n"
              "(2)关于“巡护站无人监督”。一是派员。二是抽查。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].section, "在“落实主体责任”方面");
  IS(b->findings[0].problem, "责任传导层层递减");
  IS(b->findings[0].head, "班子成员谈话提醒不够");
  assert_int_equal(b->parsed.categories, 1);

  b = pf_body("(一)关于落实部署方面\n反馈问题一:防火责任不落实\n"
              "1.防火值守不到位。整改情况:一是重排班次。二是逐日点名。\n"
              "反馈问题二:造林任务缓慢\n"
              "1.苗木采购滞后。整改情况:一是提前采购。二是倒排工期。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].problem, "防火责任不落实");
  IS(b->findings[1].problem, "造林任务缓慢");
  IS(b->findings[1].head, "苗木采购滞后");

  b = pf_body(
      "(一)反馈问题:履职担当不足\n1.业务监管乏力\n"
      "(1)木材检查站形同虚设。整改情况:一是重新核定职责。二是整合人员。\n");
  assert_int_equal(b->n_findings, 1);
  IS(b->findings[0].section, "履职担当不足");
  IS(b->findings[0].problem, "业务监管乏力");
}

static void layout_f10_all_in_one_paragraph(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、在落实决策部署方面\n"
              "(一)关于学习贯彻不及时的问题。一是专题学习。二是督促落实。\n"
              "(二)关于项目管理不严的问题。一是清理项目。二是追责问责。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].head, "学习贯彻不及时的问题");
  assert_int_equal(b->findings[0].n_measures, 2);
}

static void a_page_on_one_line_is_cut(void **state) {
  (void)state;
  zg_buf t = ZG_BUF_INIT;
  zg_buf_adds(&t, pf_opening);
  zg_buf_adds(&t, "一、整改落实情况 (一)管理不严 ");
  for (int i = 1; i <= 12; i++)
    zg_buf_printf(
        &t,
        "%d.第%d林场台账登记不规范。 整改情况:一是重新登记造册并逐项核对;"
        "二是落实专人管理并按月抽查。 ",
        i, i);
  for (size_t i = 0; i < t.n; i++)
    if (t.p[i] == '\n' && i > 300)
      t.p[i] = ' ';
  zg_buf_addc(&t, '\0');
  zg_bulletin *b = pf_parse(t.p, NULL);
  assert_int_equal(b->n_findings, 12);
  assert_int_equal(b->parsed.measures, 24);
  zg_buf_free(&t);
}

static void numbering_faults_are_warnings(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、整改落实情况\n"
              "1.关于“甲处管理不严”问题的整改。一是整理。二是核对。\n"
              "3.关于“乙处管理不严”问题的整改。一是整理。二是核对。\n"
              "3.关于“丙处管理不严”问题的整改。一是整理。二是核对。\n");
  assert_int_equal(b->n_findings, 3);
  assert_true(pf_warned(b, "numbering_gap"));
  assert_true(pf_warned(b, "numbering_repeat"));
  b = pf_body(
      "一、整改落实情况\n(一)甲\n1.关于“甲处管理不严”问题的整改。一是整理。二是"
      "核对。\n(二)乙\n1.关于“乙处管理不严”问题的整改。一是整理。二是核对。\n");
  assert_false(pf_warned(b, "numbering_gap"));
  assert_false(pf_warned(b, "numbering_repeat"));
}

static void an_item_may_begin_with_a_year(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_body("一、整改落实情况\n"
              "1.2019年采购未招标。\n整改情况:一是整理。二是核对。\n"
              "2.3个林场无台账。\n整改情况:一是整理。二是核对。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].head, "2019年采购未招标");
  IS(b->findings[1].head, "3个林场无台账");
}

/* ---- what is a bulletin ------------------------------------------------- */

static void look_alikes_are_refused(void **state) {
  (void)state;
  static const char *const texts[] = {
      "",
      "您好",
      "县委第二巡察组向县林业局党组反馈巡察情况\n3月5日,"
      "县委第二巡察组召开反馈会,县领导"
      "出席会议并讲话。会议指出,"
      "局党组学习不深入、管理不严格、选人用人不规范。局党组"
      "书记主持会议并作表态发言。\n",
      "关于巡察组进驻的公告\n根据县委统一部署,"
      "县委第二巡察组进驻县林业局开展巡察。\n"
      "一、受理范围\n(一)反映领导班子的问题。\n(二)其他问题。\n值班电话:"
      "0000000\n",
      "在全县整改推进会上的讲话\n同志们:"
      "\n一、提高认识\n整改工作意义重大。\n二、压实责任\n"
      "各单位要抓紧。\n",
      "1.苹果\n2.香蕉\n3.一个未完成的故事,主人公没有名字,也没有家,"
      "只是不停地往前走,"
      "走了很远很远很远。\n",
  };
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
    zg_error err = ZG_ERROR_INIT;
    zg_bulletin *b = NULL;
    zg_status st = zg_parse_bulletin(&b, pf_arena(), pf_parser(),
                                     zg_str_of(texts[k]), NULL, &err);
    if (st != ZG_NOT_BULLETIN)
      fail_msg("text %zu was taken for a bulletin", k);
    assert_null(b);
    assert_string_equal(err.code, "not_a_bulletin");
    assert_non_null(strstr(err.message, "no "));
    zg_parse_hints h = ZG_PARSE_HINTS_INIT;
    h.force = true;
    assert_int_equal(zg_parse_bulletin(&b, pf_arena(), pf_parser(),
                                       zg_str_of(texts[k]), &h, &err),
                     ZG_OK);
  }
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *b = NULL;
  assert_int_equal(zg_parse_bulletin(&b, pf_arena(), pf_parser(),
                                     (zg_str){"ab\xE4\xBD", 4}, NULL, &err),
                   ZG_INVALID);
  assert_string_equal(err.code, "invalid_utf8");
  assert_int_equal(err.offset, 2);
}

static void classes_are_told_apart(void **state) {
  (void)state;
  zg_bulletin *b = pf_parse("松岭区委第三轮巡察整改情况通报\n区委组建4个巡察"
                            "组,对40家单位开展巡察,反馈问题"
                            "812个,截至目前整改情况良好,已完成整改790个。\n",
                            NULL);
  IS(b->doc_class, "round_summary");
  assert_int_equal(b->declared.problems, 812);
  assert_int_equal(b->declared.done, 790);

  b = pf_parse(
      "中共XX县XX局党组关于巡察整改情况的通报\n根据县委部署,XX年X月X日至X月"
      "X日,县委第X巡察组对XX局开展了巡察。现将整改情况予以公布。\n一、整改"
      "落实情况\n1.关于“学习不深入”问题的整改。一是学习XX。二是研讨XX。\n",
      NULL);
  IS(b->doc_class, "template");
  IS(b->inspect_start, NULL);

  b = pf_parse(
      "松岭县国资局党组关于林投公司、城投公司整改情况的通报\n根据县委部署,"
      "现将整改情况予以公布。\n一、整改落实情况\n1.关于“合同管理不严”问题的"
      "整改。一是清理。二是规范。\n",
      NULL);
  IS(b->doc_class, "multi_unit");
  assert_int_equal(b->n_units, 2);
  IS(b->units[1], "城投公司");

  b = pf_parse(
      "松岭县人民政府关于2023年度审计查出问题整改情况的报告\n主任、各位副主任、"
      "各位委员:\n受县政府委托,现将审计整改情况报告如下。\n一、整改落实情况\n"
      "(一)关于“预算编制不细”问题的整改\n一是细化编制。二是严格审核。\n",
      NULL);
  IS(b->doc_class, "audit_report");
}

static void given_facts_win(void **state) {
  (void)state;
  zg_parse_hints h = ZG_PARSE_HINTS_INIT;
  h.id = ZG_STR("b-7");
  h.unit = ZG_STR("松岭县林业局");
  h.publish_date = ZG_STR("2020-02-02");
  h.url = ZG_STR("http://example.org/7");
  zg_str s =
      zg_arena_printf(pf_arena(),
                      "%s一、整改情况\n1.关于“甲不严”问题的整改。一是整理"
                      "台账。二是核对账目。\n",
                      pf_opening);
  zg_bulletin *b = pf_parse(s.p, &h);
  IS(b->id, "b-7");
  IS(b->findings[0].id, "b-7#1");
  IS(b->findings[0].unit, "松岭县林业局");
  IS(b->findings[0].publish_date, "2020-02-02");
  IS(b->url, "http://example.org/7");
  zg_bulletin *x = pf_parse(s.p, NULL), *y = pf_parse(s.p, NULL);
  assert_int_equal(x->id.n, 16);
  assert_true(zg_str_eq(x->id, y->id));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_opening_is_read),
      cmocka_unit_test(openings_vary),
      cmocka_unit_test(titles_and_units_vary),
      cmocka_unit_test(our_unit_is_resolved_or_left_open),
      cmocka_unit_test(odd_dates_are_kept_and_flagged),
      cmocka_unit_test(layout_f1),
      cmocka_unit_test(layout_f2_with_and_without_markers),
      cmocka_unit_test(layout_f3_with_numbered_measures),
      cmocka_unit_test(answers_in_numbered_labels),
      cmocka_unit_test(layout_f5_groups_at_the_top),
      cmocka_unit_test(layout_f6_level_inversion),
      cmocka_unit_test(layouts_f7_f8_f9),
      cmocka_unit_test(layout_f10_all_in_one_paragraph),
      cmocka_unit_test(a_page_on_one_line_is_cut),
      cmocka_unit_test(numbering_faults_are_warnings),
      cmocka_unit_test(an_item_may_begin_with_a_year),
      cmocka_unit_test(look_alikes_are_refused),
      cmocka_unit_test(classes_are_told_apart),
      cmocka_unit_test(given_facts_win),
  };
  return cmocka_run_group_tests_name("parser", tests, pf_set_up, pf_tear_down);
}
