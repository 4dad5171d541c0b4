/* The parser on sentences and bulletins made up for the purpose: each fact
 * extractor, each numbering layout, the traps, and robustness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>
#include <glob.h>

#include "index/category.h"
#include "index/parse_ctx.h"
#include "index/parser.h"

static zg_normaliser *NZ;
static zg_arena *A;

static int set_up(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  A = zg_arena_new(1 << 16);
  return A == NULL || zg_normaliser_new(&NZ, &err) != ZG_OK;
}

static int tear_down(void **state) {
  (void)state;
  zg_normaliser_free(NZ);
  zg_arena_free(A);
  return 0;
}

#define IS(got, want)                                                          \
  do {                                                                         \
    zg_str is_got = (got);                                                     \
    const char *is_want = (want);                                              \
    if (is_want ? !is_got.p || !zg_str_is(is_got, is_want) : !!is_got.p)       \
      fail_msg("line %d: want %s, got %.*s", __LINE__,                         \
               is_want ? is_want : "null", is_got.p ? (int)is_got.n : 4,       \
               is_got.p ? is_got.p : "null");                                  \
  } while (0)

static const char *const OPENING =
    "中共松岭县林业局党组关于巡察整改进展情况的通报\n"
    "发布时间:2024-11-08 来源:松岭县林业局 浏览次数:\n"
    "根据县委统一部署,2023年11月6日至2024年1月12日,县委第二巡察组对县林业局党组"
    "开展了常规巡察。3月5日,"
    "县委巡察组向县林业局党组反馈了巡察意见。按照有关要求,"
    "现将巡察整改进展情况予以公布。\n";

static zg_bulletin *parse_with(const char *text, const zg_parse_hints *h) {
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *b = NULL;
  if (zg_parse_bulletin(&b, A, NZ, zg_str_of(text), h, &err))
    fail_msg("%s", err.message);
  return b;
}

/* A bulletin with the usual opening and the body given. */
static zg_bulletin *body(const char *text) {
  zg_str s = zg_arena_printf(A, "%s%s", OPENING, text);
  return parse_with(s.p, NULL);
}

/* One finding by its answer. */
static zg_finding *finding(const char *answer) {
  zg_str s = zg_arena_printf(A,
                             "一、整改落实情况\n(一)管理不严\n"
                             "1.林场台账登记不规范。\n整改情况:%s\n",
                             answer);
  zg_bulletin *b = body(s.p);
  assert_int_equal(b->n_findings, 1);
  return &b->findings[0];
}

static bool warned(const zg_bulletin *b, const char *code) {
  for (size_t i = 0; i < b->n_warnings; i++)
    if (zg_str_is(b->warnings[i].code, code))
      return true;
  return false;
}

/* ---- opening --------------------------------------------------------------*/

static void the_opening_is_read(void **state) {
  (void)state;
  zg_bulletin *b =
      body("一、整改情况\n1.关于“护林巡查留有空白”问题的整改。一是重排"
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
  IS(b->findings[0].id, zg_arena_printf(A, "%s#1", b->id.p).p);
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
        A,
        "中共江屏市粮食局党组关于巡察整改情况的通报\n%s现将整改情况予以公布。\n"
        "一、整改落实情况\n1.关于“库存检查走过场”问题的整改。一是重新查库。二是"
        "建立台账并按月核对。\n",
        cases[k].text);
    zg_bulletin *b = parse_with(s.p, NULL);
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
        A,
        "%s\n根据部署,2023年3月1日至5月20日,"
        "巡察组开展了巡察。现将整改情况予以公布。\n"
        "一、整改落实情况\n1.关于“库存检查走过场”问题的整改。一是重新查库。二是"
        "建立台账并按月核对。\n",
        cases[k].text);
    zg_bulletin *b = parse_with(s.p, NULL);
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
    zg_bulletin *b = parse_with(t.p, NULL);
    IS(b->n_units ? b->units[0] : ZG_STR_NULL, cases[k].unit);
    IS(b->unit_level, cases[k].unit ? "school" : NULL);
    zg_buf_free(&t);
  }
}

static void odd_dates_are_kept_and_flagged(void **state) {
  (void)state;
  zg_bulletin *b = parse_with("中共江屏市粮食局党组关于巡察整改情况的通报\n根据"
                              "市委部署,2020年3月1日至3月5日,"
                              "市委第三巡察组对市粮食局党组开展了巡察。2024年8"
                              "月3日,市委巡察组反馈了意见。"
                              "现将整改情况予以公布。\n一、整改落实情况\n1."
                              "关于“库存检查走过场”问题的整改。"
                              "一是重新查库。二是建立台账并按月核对。\n",
                              NULL);
  IS(b->feedback_date, "2024-08-03");
  assert_true(warned(b, "date_implausible"));
}

/* ---- layouts --------------------------------------------------------------*/

static void layout_f1(void **state) {
  (void)state;
  zg_bulletin *b = body(
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
  zg_bulletin *b = body("一、整改组织情况\n(一)压实责任。党组书记牵头,"
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
  assert_true(warned(b, "declared_differs"));
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
      body("一、整改落实情况\n"
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
      body("一、重点问题整改情况\n(一)护林员管理松散的问题\n"
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
      body("一、落实部署不到位\n1.林区防火宣传不深入。\n整改情况:一是进村"
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
      body("一、关于“帮扶项目监管不严”问题的整改情况\n(一)"
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
      body("(一)在“落实主体责任”方面\n1.关于“责任传导层层递减”问题的整改\n"
           "(1)关于“班子成员谈话提醒不够”。一是补谈。二是建立台账。\n"
           "(2)关于“巡护站无人监督”。一是派员。二是抽查。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].section, "落实主体责任");
  IS(b->findings[0].problem, "责任传导层层递减");
  IS(b->findings[0].head, "班子成员谈话提醒不够");
  assert_int_equal(b->parsed.categories, 1);

  b = body("(一)关于落实部署方面\n反馈问题一:防火责任不落实\n"
           "1.防火值守不到位。整改情况:一是重排班次。二是逐日点名。\n"
           "反馈问题二:造林任务缓慢\n"
           "1.苗木采购滞后。整改情况:一是提前采购。二是倒排工期。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].problem, "防火责任不落实");
  IS(b->findings[1].problem, "造林任务缓慢");
  IS(b->findings[1].head, "苗木采购滞后");

  b = body(
      "(一)反馈问题:履职担当不足\n1.业务监管乏力\n"
      "(1)木材检查站形同虚设。整改情况:一是重新核定职责。二是整合人员。\n");
  assert_int_equal(b->n_findings, 1);
  IS(b->findings[0].section, "履职担当不足");
  IS(b->findings[0].problem, "业务监管乏力");
}

static void layout_f10_all_in_one_paragraph(void **state) {
  (void)state;
  zg_bulletin *b =
      body("一、在落实决策部署方面\n"
           "(一)关于学习贯彻不及时的问题。一是专题学习。二是督促落实。\n"
           "(二)关于项目管理不严的问题。一是清理项目。二是追责问责。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].head, "学习贯彻不及时的问题");
  assert_int_equal(b->findings[0].n_measures, 2);
}

static void a_page_on_one_line_is_cut(void **state) {
  (void)state;
  zg_buf t = ZG_BUF_INIT;
  zg_buf_adds(&t, OPENING);
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
  zg_bulletin *b = parse_with(t.p, NULL);
  assert_int_equal(b->n_findings, 12);
  assert_int_equal(b->parsed.measures, 24);
  zg_buf_free(&t);
}

static void numbering_faults_are_warnings(void **state) {
  (void)state;
  zg_bulletin *b =
      body("一、整改落实情况\n"
           "1.关于“甲处管理不严”问题的整改。一是整理。二是核对。\n"
           "3.关于“乙处管理不严”问题的整改。一是整理。二是核对。\n"
           "3.关于“丙处管理不严”问题的整改。一是整理。二是核对。\n");
  assert_int_equal(b->n_findings, 3);
  assert_true(warned(b, "numbering_gap"));
  assert_true(warned(b, "numbering_repeat"));
  b = body(
      "一、整改落实情况\n(一)甲\n1.关于“甲处管理不严”问题的整改。一是整理。二是"
      "核对。\n(二)乙\n1.关于“乙处管理不严”问题的整改。一是整理。二是核对。\n");
  assert_false(warned(b, "numbering_gap"));
  assert_false(warned(b, "numbering_repeat"));
}

static void an_item_may_begin_with_a_year(void **state) {
  (void)state;
  zg_bulletin *b = body("一、整改落实情况\n"
                        "1.2019年采购未招标。\n整改情况:一是整理。二是核对。\n"
                        "2.3个林场无台账。\n整改情况:一是整理。二是核对。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].head, "2019年采购未招标");
  IS(b->findings[1].head, "3个林场无台账");
}

/* ---- heads, measures ------------------------------------------------------*/

static void heads_lose_their_frame_only(void **state) {
  (void)state;
  static const struct {
    const char *text, *head;
  } cases[] = {
      {"针对甲的问题重视不够的问题。一是整改。", "甲的问题重视不够的问题"},
      {"针对“甲乙丙”的问题:一是整改。", "“甲乙丙”的问题"},
      {"关于“甲‘乙’不严”的问题整改", "甲‘乙’不严"},
      {"关于“落实“一岗双责”不到位”问题的整改情况。一是整改。",
       "落实“一岗双责”不到位"},
      {"关于“甲不严”等问题的整改落实情况", "甲不严"},
      {"关于\"甲不严\"问题的整改。", "甲不严"},
      {"关于甲不严问题的整改情况:一是整改。", "甲不严问题"},
      {"在“甲乙”方面", "甲乙"},
      {"学习流于形式(已完成)。整改情况:一是学习。", "学习流于形式"},
      {"学习流于形式。整改情况:一是学习。", "学习流于形式"},
      {"存在问题:台账不清。整改措施:补齐。", "台账不清"},
      {"关于“甲不严的问题。一是整改。", "“甲不严的问题"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    IS(zg_px_head(zg_str_of(cases[k].text)).head, cases[k].head);
}

static void measures_are_cut_at_their_markers(void **state) {
  (void)state;
  static const struct {
    const char *answer;
    int listed;
  } cases[] = {
      {"一是甲。二是乙;三是丙,四是丁。", 4},
      {"一是甲,确保不一是一、二是二地走过场。二是乙。", 2},
      {"一是落实“一是一、二是二”的要求。二是乙。", 2},
      {"第一,甲。第二,乙。", 2},
      {"①甲;②乙;③丙。", 3},
      {"一方面,甲;另一方面,乙。", 2},
      {"首先,甲。其次,乙。最后,丙。", 3},
      {"甲乙丙丁,全部落实。", 0},
      {"首次开展甲工作,问题一是一地解决。", 0},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_finding *f = finding(cases[k].answer);
    int listed = 0;
    for (size_t i = 0; i < f->n_measures; i++)
      listed += f->measures[i].listed;
    if (listed != cases[k].listed)
      fail_msg("%s: %d measures, want %d", cases[k].answer, listed,
               cases[k].listed);
    assert_true(f->n_measures >= 1);
  }
}

/* ---- status ---------------------------------------------------------------*/

static void status_words(void **state) {
  (void)state;
  static const struct {
    const char *clause;
    zg_state state;
    bool sustain;
  } cases[] = {
      {"已完成", ZG_STATE_DONE, false},
      {"已完成整改", ZG_STATE_DONE, false},
      {"该问题已整改到位", ZG_STATE_DONE, false},
      {"已完成并长期坚持", ZG_STATE_DONE, true},
      {"整改完成并将长期坚持", ZG_STATE_DONE, true},
      {"已整改并持续推进", ZG_STATE_DONE, true},
      {"基本完成", ZG_STATE_BASICALLY_DONE, false},
      {"基本整改到位", ZG_STATE_BASICALLY_DONE, false},
      {"阶段性完成并长期坚持", ZG_STATE_PHASED, true},
      {"取得阶段性成效", ZG_STATE_PHASED, false},
      {"目前正在整改", ZG_STATE_IN_PROGRESS, false},
      {"按序时推进", ZG_STATE_IN_PROGRESS, false},
      {"需长期整改", ZG_STATE_LONG_TERM, false},
      {"长期坚持", ZG_STATE_LONG_TERM, false},
      {"申请延期", ZG_STATE_DEFERRED, false},
      {"尚未完成", ZG_STATE_NOT_DONE, false},
      {"整改不到位", ZG_STATE_NOT_DONE, false},
      {"正在核查", ZG_STATE_TRANSFERRED, false},
      {"巩固已整改完成的工作成果", ZG_STATE_UNKNOWN, false},
      {"4所学校已完成换届", ZG_STATE_UNKNOWN, false},
      {"有关整改工作正在有序推进中国式", ZG_STATE_UNKNOWN, false},
      {"未雨绸缪", ZG_STATE_UNKNOWN, false},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_verdict v = zg_px_status_clause(zg_str_of(cases[k].clause));
    if (v.state != cases[k].state || v.sustain != cases[k].sustain)
      fail_msg("%s: %s %d", cases[k].clause, zg_state_name(v.state), v.sustain);
  }
}

static void status_of_a_finding(void **state) {
  (void)state;
  static const struct {
    const char *answer;
    zg_state state;
    bool sustain;
  } cases[] = {
      {"已完成。一是甲;二是乙。", ZG_STATE_DONE, false},
      {"一是甲;二是乙。该问题已完成整改并长期坚持。", ZG_STATE_DONE, true},
      {"一是甲;二是乙。整改完成,后续常态化抓好。", ZG_STATE_DONE, true},
      {"一是甲;二是乙。此项工作需长期坚持。", ZG_STATE_LONG_TERM, false},
      {"一是甲;二是对7个遗留项目全部完成验收。", ZG_STATE_UNKNOWN, false},
      {"一是甲,有关工作正在有序推进。二是乙。", ZG_STATE_UNKNOWN, false},
      {"一是甲;二是巩固已整改完成的成果。", ZG_STATE_UNKNOWN, false},
      {"开展检查2次,发现问题36个,均已整改到位。", ZG_STATE_UNKNOWN, false},
      {"一是甲。目前,10座林站均已立项,其中4座已完成改造,其余6座正在推进。",
       ZG_STATE_PHASED, false},
      {"一是甲;二是乙,计划2030年6月底前完成。目前正在推进。",
       ZG_STATE_IN_PROGRESS, false},
      {"经研究,该问题已向县委巡察办申请延期整改。", ZG_STATE_DEFERRED, false},
      {"该问题线索已移交县纪委监委。", ZG_STATE_TRANSFERRED, false},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_finding *f = finding(cases[k].answer);
    if (f->status != cases[k].state || f->sustain != cases[k].sustain)
      fail_msg("%s: %s %d", cases[k].answer, zg_state_name(f->status),
               f->sustain);
    assert_int_equal(f->status_source, f->status == ZG_STATE_UNKNOWN
                                           ? ZG_STATE_SOURCE_NONE
                                           : ZG_STATE_SOURCE_FINDING);
  }
}

static void field_lines_are_read(void **state) {
  (void)state;
  zg_bulletin *b = body(
      "一、整改落实情况\n1.林场台账登记不规范\n"
      "整改状态:已完成;责任单位:资源股、办公室;完成时限:2024年6月底前\n"
      "整改措施:一是重新登记。二是按月抽查。\n"
      "2.护林员底数不清\n责任领导:副局长\n整改时限:长期\n整改状态:正在推进\n"
      "整改措施:一是逐村核对。二是建立名册。\n");
  assert_int_equal(b->n_findings, 2);
  const zg_finding *f = b->findings;
  IS(f[0].head, "林场台账登记不规范");
  assert_int_equal(f[0].status, ZG_STATE_DONE);
  assert_int_equal(f[0].status_source, ZG_STATE_SOURCE_FIELD);
  IS(f[0].responsible, "资源股、办公室");
  IS(f[0].deadline, "2024-06");
  assert_int_equal(f[0].n_measures, 2);
  assert_true(f[0].has_deadline && f[0].has_owner);
  IS(f[1].responsible, "副局长");
  IS(f[1].deadline, NULL);
  assert_int_equal(f[1].status, ZG_STATE_IN_PROGRESS);
}

static void a_heading_may_speak_for_its_findings(void **state) {
  (void)state;
  zg_bulletin *b = body(
      "一、整改落实情况\n(一)已完成的整改事项\n"
      "1.针对“林权登记积压”的问题\n整改落实情况:一是集中办理。二是限时办结。\n"
      "(二)需长期坚持的整改事项\n"
      "2.针对“防火宣传不够”的问题\n整改落实情况:一是进村。二是入户。\n"
      "(三)移交问题线索查办情况\n县纪委监委移交问题线索3件,已办结2件,"
      "处分1人。\n");
  assert_int_equal(b->n_findings, 2);
  assert_int_equal(b->findings[0].status, ZG_STATE_DONE);
  assert_int_equal(b->findings[1].status, ZG_STATE_LONG_TERM);
  assert_int_equal(b->findings[1].status_source, ZG_STATE_SOURCE_SUMMARY);
  assert_int_equal(b->declared.done, -1);
}

static void a_notice_in_field_lines(void **state) {
  (void)state;
  zg_bulletin *b = parse_with(
      "松岭县生态环境保护督察反馈问题整改情况公示\n根据督察整改工作要求,"
      "现将有关问题整改"
      "完成情况公示如下。\n"
      "一、反馈问题:部分乡镇污水直排。\n整改目标:实现污水收集全覆盖。\n"
      "整改措施:一是新建污水站5座。二是铺设管网32公里。\n责任单位:县住建局\n"
      "整改时限:2023年12月底\n完成情况:已完成。投入资金1.2亿元。\n"
      "二、反馈问题:砂场扬尘严重。\n整改措施:开展专项整治。\n责任单位:"
      "县水利局\n"
      "完成情况:正在整改。立案查处7起。\n",
      NULL);
  IS(b->doc_class, "table_notice");
  IS(b->region, "松岭县");
  assert_int_equal(b->n_findings, 2);
  const zg_finding *f = b->findings;
  IS(f[0].head, "部分乡镇污水直排");
  IS(f[0].responsible, "县住建局");
  IS(f[0].deadline, "2023-12");
  assert_int_equal(f[0].status, ZG_STATE_DONE);
  assert_int_equal(f[0].status_source, ZG_STATE_SOURCE_FIELD);
  assert_int_equal(zg_finding_money(&f[0], ZG_MONEY_ALLOCATED), 12000000000);
  assert_int_equal(f[1].status, ZG_STATE_IN_PROGRESS);
  assert_int_equal(f[1].cases, 7);
}

static void a_summary_may_speak_for_all(void **state) {
  (void)state;
  const char *text =
      "一、整改落实情况\n1.关于“甲处管理不严”问题的整改。一是整理。二是核对。\n"
      "2.关于“乙处管理不严”问题的整改。一是整理。二是核对。\n"
      "目前,县委巡察反馈的2个问题已全部完成整改。\n";
  zg_bulletin *b = body(text);
  assert_int_equal(b->n_findings, 2);
  assert_int_equal(b->declared.done, 2);
  assert_int_equal(b->findings[1].status, ZG_STATE_DONE);
  assert_int_equal(b->findings[1].status_source, ZG_STATE_SOURCE_SUMMARY);
  assert_true(b->findings[1].status_span.start > 0);
}

/* ---- counts ---------------------------------------------------------------*/

static void declared_counts_by_grain(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t aspects, categories, problems, tasks, measures, done, going;
    double rate;
  } cases[] = {
      {"对反馈的3个方面11类27个具体问题,逐项制定96条措施。", 3, 11, 27, -1, 96,
       -1, -1, -1},
      {"巡察反馈指出二十七个问题,分解为48项整改任务,细化60条整改措施。", -1, -1,
       27, 48, 60, -1, -1, -1},
      {"巡察反馈意见涉及42项问题,已整改36项,正在整改6项,整改完成率85.7%。", -1,
       -1, 42, -1, -1, 36, 6, 85.7},
      {"上轮巡察反馈的19个问题已完成18个。本轮巡察反馈具体问题7个。", -1, -1, 7,
       -1, -1, -1, -1, -1},
      {"巡察反馈的9个问题中,立行立改问题3个已完成;信访件5件全部办结。", -1, -1,
       9, -1, -1, -1, -1, -1},
      {"坚持“一个问题、一名领导、一抓到底”。", -1, -1, -1, -1, -1, -1, -1, -1},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str s = zg_arena_printf(
        A,
        "一、整改组织情况\n(一)压实责任。%s\n二、整改落实情况\n"
        "1.关于“甲处管理不严”问题的整改。一是整理。二是核对。\n",
        cases[k].text);
    const zg_declared *d = &body(s.p)->declared;
    print_message("declared %zu\n", k);
    assert_int_equal(d->aspects, cases[k].aspects);
    assert_int_equal(d->categories, cases[k].categories);
    assert_int_equal(d->problems, cases[k].problems);
    assert_int_equal(d->tasks, cases[k].tasks);
    assert_int_equal(d->measures, cases[k].measures);
    assert_int_equal(d->done, cases[k].done);
    assert_int_equal(d->in_progress, cases[k].going);
    assert_true(d->rate > cases[k].rate - 0.01 &&
                d->rate < cases[k].rate + 0.01);
  }
}

/* ---- money, people, rules, cases ------------------------------------------*/

static void money_is_typed_by_its_verb(void **state) {
  (void)state;
  static const struct {
    const char *answer;
    int64_t recovered, allocated, n;
  } cases[] = {
      {"追缴违规发放补贴9.6万元。", 9600000, 0, 1},
      {"下达专项资金共4亿元,收回结余8,863.05万元。", 8863050000, 40000000000,
       2},
      {"清退补贴12万元(其中甲站7万元、乙站5万元)。", 12000000, 0, 3},
      {"追缴租金3万元、上缴财政2万元。", 5000000, 0, 2},
      {"核减工程款30万元,其中追回12万元。", 12000000, 0, 2},
      {"追回30万元,其中甲公司12万元。", 30000000, 0, 2},
      {"盘活资产2亿元,节约经费80余万元。", 0, 0, 2},
      {"单笔5万元以上支出上会研究。", 0, 0, 1},
      {"覆盖群众3万人,开展活动12次。", 0, 0, 0},
      {"退缴1234.5678万元。", 1234567800, 0, 1},
      {"将欠缴的3万元上缴国库。", 3000000, 0, 1},
      {"追回超标准支付资金4.5万元。", 4500000, 0, 1},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_finding *f = finding(cases[k].answer);
    int64_t r = zg_finding_money(f, ZG_MONEY_RECOVERED),
            a = zg_finding_money(f, ZG_MONEY_ALLOCATED);
    if (r != cases[k].recovered || a != cases[k].allocated ||
        f->n_money != (size_t)cases[k].n)
      fail_msg("%s: %lld %lld (%zu)", cases[k].answer, (long long)r,
               (long long)a, f->n_money);
  }
  zg_finding *f = finding("收回结余资金80余万元。");
  assert_true(f->money[0].approx);
  IS(f->money[0].verb, "收回");
}

static void people_are_typed_by_what_was_done(void **state) {
  (void)state;
  static const struct {
    const char *answer;
    int64_t handled;
    size_t n;
  } cases[] = {
      {"给予党纪处分3人、诫勉谈话2人,批评教育5人次。", 10, 3},
      {"问责12人(其中党纪处分3人、诫勉9人)。", 12, 3},
      {"对3名责任人进行约谈。", 3, 1},
      {"对涉及的4名干部分别给予警告1人、批评教育3人。", 4, 3},
      {"配备专职人员1140人,培训护林员63人次。", 0, 2},
      {"惠及群众600余人。", 0, 1},
      {"对两名站长予以免职。", 2, 1},
      {"强化一名领导、一抓到底。", 0, 0},
      {"涉及6人民团体,补助3人口大县。", 0, 0},
      {"约谈3人,走访群众20人。", 3, 2},
      {"移送司法机关0人。", 0, 1},
      {"整改问题17件,约谈监理单位2家。", 0, 0},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_finding *f = finding(cases[k].answer);
    if (zg_finding_people_handled(f) != cases[k].handled ||
        f->n_people != cases[k].n)
      fail_msg("%s: %lld (%zu)", cases[k].answer,
               (long long)zg_finding_people_handled(f), f->n_people);
  }
  zg_finding *f = finding("参训1.2万余人次。");
  assert_int_equal(f->people[0].n, 12000);
  assert_true(f->people[0].approx && f->people[0].times);
  assert_int_equal(f->people[0].kind, ZG_PEOPLE_TRAINED);
}

static void rules_and_cases(void **state) {
  (void)state;
  static const struct {
    const char *s;
    int64_t rules, cases;
  } t[] = {
      {"形成制度机制31项。", 31, 0},
      {"新建69项、完善35项制度。", 104, 0},
      {"出台3项制度,审核把关18份。", 3, 0},
      {"针对风险点制定措施35项。", 0, 0},
      {"共查处14起林木盗伐问题,曝光9起。", 0, 14},
      {"立案2件2人。", 0, 2},
      {"立案查处12起,查处甲3起、立案2件。", 0, 17},
      {"完善设施12项。", 0, 0},
      {"健全完善管理办法40余个。", 40, 0},
  };
  for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
    if (zg_px_rules(zg_str_of(t[k].s)) != t[k].rules ||
        zg_px_cases(zg_str_of(t[k].s)) != t[k].cases)
      fail_msg("%s: %lld %lld", t[k].s,
               (long long)zg_px_rules(zg_str_of(t[k].s)),
               (long long)zg_px_cases(zg_str_of(t[k].s)));
  }
}

static void document_numbers_are_canonical(void **state) {
  (void)state;
  static const struct {
    const char *answer, *number;
  } cases[] = {
      {"印发《细则》(松林发〔2024〕9号)。", "松林发〔2024〕9号"},
      {"印发《细则》（松林发［2024］ 9 号）。", "松林发〔2024〕9号"},
      {"根据松政办发〔201 2〕33号要求落实。", "松政办发〔2012〕33号"},
      {"印发松林发【2024】9号文件。", "松林发〔2024〕9号"},
      {"按照第3号令和2024年第9号公告执行。", NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_finding *f = finding(cases[k].answer);
    zg_str got = ZG_STR_NULL;
    for (size_t i = 0; i < f->n_documents; i++)
      if (f->documents[i].number)
        got = f->documents[i].text;
    IS(got, cases[k].number);
  }
  zg_finding *f = finding("贯彻《关于印发<办法>的通知》和《甲〈乙〉丙》。");
  assert_int_equal(f->n_documents, 2);
  assert_false(f->documents[0].number);
  IS(f->documents[0].text, "关于印发<办法>的通知");
}

static void repeats_need_a_fact(void **state) {
  (void)state;
  static const struct {
    const char *head;
    zg_repeat r;
  } t[] = {
      {"上轮巡察指出的甲问题,至今未改", ZG_REPEAT_CARRIED_OVER_UNFIXED},
      {"2019年审计反馈的甲问题整改不到位", ZG_REPEAT_CARRIED_OVER_UNFIXED},
      {"上轮巡视指出、局党组认为已完成整改的甲问题仍然存在",
       ZG_REPEAT_CLAIMED_DONE_FOUND_AGAIN},
      {"违规占地屡禁不止", ZG_REPEAT_CARRIED_OVER_UNFIXED},
      {"防止问题反弹回潮的措施不多", ZG_REPEAT_NONE},
      {"开展“回头看”不认真", ZG_REPEAT_NONE},
      {"2019年以来台账仍不完整", ZG_REPEAT_NONE},
      {"问题长期存在", ZG_REPEAT_NONE},
  };
  for (size_t k = 0; k < sizeof t / sizeof *t; k++)
    if (zg_px_repeat(zg_str_of(t[k].head)) != t[k].r)
      fail_msg("%s: %s", t[k].head,
               zg_repeat_name(zg_px_repeat(zg_str_of(t[k].head))));
  zg_finding *f = finding("一是整改。二是开展“回头看”,严防上轮巡察问题反弹。");
  assert_int_equal(f->repeat, ZG_REPEAT_NONE);
}

static void categories_by_cue(void **state) {
  (void)state;
  static const struct {
    const char *head, *first;
  } t[] = {
      {"离任审计长期缺位", "c22"},       {"“三重一大”决策不规范", "c16"},
      {"公务接待超标准", "c08"},         {"公务用车维修无审批", "c09"},
      {"在职教师有偿补课", "c25"},       {"党费收缴不及时", "c20"},
      {"意识形态阵地失守", "c03"},       {"医保基金使用不合规", "c26"},
      {"上轮巡察指出的党费问题", "c21"}, {"春天来了", NULL},
  };
  for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
    zg_str out[2];
    zg_category_of(out, zg_str_of(t[k].head), ZG_STR_NULL, ZG_STR_NULL,
                   ZG_STR_NULL);
    IS(out[0], t[k].first);
  }
  assert_non_null(zg_category_label(ZG_STR("c28")));
  assert_null(zg_category_label(ZG_STR("c29")));
}

/* ---- what is a bulletin
 * ----------------------------------------------------*/

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
    zg_status st =
        zg_parse_bulletin(&b, A, NZ, zg_str_of(texts[k]), NULL, &err);
    if (st != ZG_NOT_BULLETIN)
      fail_msg("text %zu was taken for a bulletin", k);
    assert_null(b);
    assert_string_equal(err.code, "not_a_bulletin");
    assert_non_null(strstr(err.message, "no "));
    zg_parse_hints h = ZG_PARSE_HINTS_INIT;
    h.force = true;
    assert_int_equal(
        zg_parse_bulletin(&b, A, NZ, zg_str_of(texts[k]), &h, &err), ZG_OK);
  }
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *b = NULL;
  assert_int_equal(
      zg_parse_bulletin(&b, A, NZ, (zg_str){"ab\xE4\xBD", 4}, NULL, &err),
      ZG_INVALID);
  assert_string_equal(err.code, "invalid_utf8");
  assert_int_equal(err.offset, 2);
}

static void classes_are_told_apart(void **state) {
  (void)state;
  zg_bulletin *b = parse_with("松岭区委第三轮巡察整改情况通报\n区委组建4个巡察"
                              "组,对40家单位开展巡察,反馈问题"
                              "812个,截至目前整改情况良好,已完成整改790个。\n",
                              NULL);
  IS(b->doc_class, "round_summary");
  assert_int_equal(b->declared.problems, 812);
  assert_int_equal(b->declared.done, 790);

  b = parse_with(
      "中共XX县XX局党组关于巡察整改情况的通报\n根据县委部署,XX年X月X日至X月"
      "X日,县委第X巡察组对XX局开展了巡察。现将整改情况予以公布。\n一、整改"
      "落实情况\n1.关于“学习不深入”问题的整改。一是学习XX。二是研讨XX。\n",
      NULL);
  IS(b->doc_class, "template");
  IS(b->inspect_start, NULL);

  b = parse_with(
      "松岭县国资局党组关于林投公司、城投公司整改情况的通报\n根据县委部署,"
      "现将整改情况予以公布。\n一、整改落实情况\n1.关于“合同管理不严”问题的"
      "整改。一是清理。二是规范。\n",
      NULL);
  IS(b->doc_class, "multi_unit");
  assert_int_equal(b->n_units, 2);
  IS(b->units[1], "城投公司");

  b = parse_with(
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
      zg_arena_printf(A,
                      "%s一、整改情况\n1.关于“甲不严”问题的整改。一是整理"
                      "台账。二是核对账目。\n",
                      OPENING);
  zg_bulletin *b = parse_with(s.p, &h);
  IS(b->id, "b-7");
  IS(b->findings[0].id, "b-7#1");
  IS(b->findings[0].unit, "松岭县林业局");
  IS(b->findings[0].publish_date, "2020-02-02");
  IS(b->url, "http://example.org/7");
  zg_bulletin *x = parse_with(s.p, NULL), *y = parse_with(s.p, NULL);
  assert_int_equal(x->id.n, 16);
  assert_true(zg_str_eq(x->id, y->id));
}

/* ---- spans ----------------------------------------------------------------*/

static void spans_point_into_the_raw_bytes(void **state) {
  (void)state;
  const char *text =
      "中共松嶺縣林業局黨組關於巡察整改情況的通報\r\n"
      "根據縣委統(tǒng)"
      "一部署，２０２３年３月６日至５月１２日，縣委第二巡察組對縣林業"
      "局黨組開展了巡察。現將整改情況予以公布。\r\n"
      "一、整改落實情況\r\n"
      "（一）管理不嚴\r\n"
      "１．林場臺賬登記不規範。\r\n"
      "整改情況：已完成。一是追繳違規資金９．６萬元；二是批評教育５人次；三是印"
      "發《細則》"
      "（松林發〔２０２４〕９號）。\r\n";
  zg_bulletin *b = parse_with(text, NULL);
  assert_int_equal(b->n_findings, 1);
  const zg_finding *f = &b->findings[0];
  IS(f->head, "林場臺賬登記不規範");
  assert_memory_equal(text + f->head_span.start, f->head.p, f->head.n);
  IS(b->inspect_start, "2023-03-06");
  assert_int_equal(f->status, ZG_STATE_DONE);
  assert_memory_equal(text + f->status_span.start, "已完成", 9);
  assert_int_equal(f->n_measures, 3);
  assert_memory_equal(text + f->measures[1].span.start, "二是批評教育", 18);
  assert_int_equal(zg_finding_money(f, ZG_MONEY_RECOVERED), 9600000);
  assert_memory_equal(text + f->money[0].span.start, "追繳違規資金９．６萬元",
                      strlen("追繳違規資金９．６萬元"));
  assert_int_equal(f->money[0].span.len, strlen("追繳違規資金９．６萬元"));
  assert_memory_equal(text + f->documents[0].span.start,
                      "松林發〔２０２４〕９號",
                      (size_t)f->documents[0].span.len);
  IS(f->documents[0].text, "松林发〔2024〕9号");
}

/* ---- ready findings
 * ---------------------------------------------------------*/

static void ready_findings_get_their_facts(void **state) {
  (void)state;
  zg_measure m[2] = {{1, ZG_STR("一是追缴租金３万元；"), ZG_SPAN_NONE, true},
                     {2, ZG_STR("二是约谈责任人2人，2025年6月底前完成整改。"),
                      ZG_SPAN_NONE, true}};
  zg_finding f = {.head =
                      ZG_STR("闲置资产出租不规范的问题，以及租金未入账的问题"),
                  .measures = m,
                  .n_measures = 2,
                  .year = -1};
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(zg_parse_facts(&f, A, NZ, &err), ZG_OK);
  assert_int_equal(zg_finding_money(&f, ZG_MONEY_RECOVERED), 3000000);
  assert_int_equal(f.money[0].span.start, -1);
  assert_int_equal(zg_finding_people_handled(&f), 2);
  IS(f.deadline, "2025-06");
  IS(f.category[0], "c15");
  assert_int_equal(f.n_statements, 2);
  IS(f.statements[1], "租金未入账的问题");
  assert_true(f.has_number && f.has_deadline && !f.has_document);

  zg_finding given = {.head = ZG_STR("甲"),
                      .text = ZG_STR("印发《办法》"),
                      .category = {ZG_STR("c05"), ZG_STR_NULL},
                      .year = -1};
  assert_int_equal(zg_parse_facts(&given, A, NZ, &err), ZG_OK);
  IS(given.category[0], "c05");
  assert_true(given.has_document);
  zg_finding empty = {.year = -1};
  assert_int_equal(zg_parse_facts(&empty, A, NZ, &err), ZG_OK);
  assert_int_equal(empty.n_money, 0);
}

/* ---- robustness
 * -------------------------------------------------------------*/

static char *slurp(const char *path, size_t *n) {
  zg_buf b = ZG_BUF_INIT;
  char chunk[65536];
  size_t k;
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  while ((k = fread(chunk, 1, sizeof chunk, f)) > 0)
    zg_buf_add(&b, chunk, k);
  fclose(f);
  *n = b.n;
  return b.p;
}

/* Every value must lie inside the text; refusal is as good as a parse. */
static void try_bytes(zg_arena *a, const char *p, size_t n) {
  zg_parse_hints h = ZG_PARSE_HINTS_INIT;
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *b = NULL;
  h.force = true;
  zg_arena_reset(a);
  zg_status st = zg_parse_bulletin(&b, a, NZ, (zg_str){p, n}, &h, &err);
  if (zg_utf8_check(p, n) >= 0) {
    assert_int_equal(st, ZG_INVALID);
    return;
  }
  assert_int_equal(st, ZG_OK);
  for (size_t i = 0; i < b->n_findings; i++) {
    const zg_finding *f = &b->findings[i];
    assert_true(f->head_span.start >= 0);
    assert_true(f->head_span.start + f->head_span.len <= (int64_t)n);
    for (size_t k = 0; k < f->n_measures; k++)
      assert_true(f->measures[k].span.start + f->measures[k].span.len <=
                  (int64_t)n);
    for (size_t k = 0; k < f->n_money; k++)
      assert_true(f->money[k].fen >= 0);
  }
}

/* What must not depend on how a page was copied. */
typedef struct gist {
  size_t findings;
  zg_parsed_counts parsed;
  zg_declared declared;
  int64_t recovered, allocated, handled, states;
  zg_str title, publish_date;
} gist;

static gist gist_of(zg_str text) {
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *b = NULL;
  if (zg_parse_bulletin(&b, A, NZ, text, NULL, &err))
    fail_msg("%s", err.message);
  gist g = {.findings = b->n_findings,
            .parsed = b->parsed,
            .declared = b->declared,
            .title = b->title,
            .publish_date = b->publish_date};
  g.declared.span = ZG_SPAN_NONE;
  for (size_t i = 0; i < b->n_findings; i++) {
    g.recovered += zg_finding_money(&b->findings[i], ZG_MONEY_RECOVERED);
    g.allocated += zg_finding_money(&b->findings[i], ZG_MONEY_ALLOCATED);
    g.handled += zg_finding_people_handled(&b->findings[i]);
    g.states = g.states * 7 + (int64_t)b->findings[i].status;
  }
  return g;
}

static zg_str replaced(zg_str s, const char *from, const char *to) {
  zg_buf b = ZG_BUF_INIT;
  for (size_t i = 0; i < s.n;)
    if (zg_sx_at(s, i, from)) {
      zg_buf_adds(&b, to);
      i += strlen(from);
    } else {
      zg_buf_addc(&b, s.p[i++]);
    }
  zg_str out = zg_arena_dup(A, (zg_str){b.p, b.n});
  zg_buf_free(&b);
  return out;
}

static void the_same_facts_in_other_dress(void **state) {
  (void)state;
  static const char *const dress[][2] = {
      {"\n", "\r\n"},     {"\n", " "},
      {"\n", "\n\n　　"}, {"，", ","},
      {"：", ":"},        {"；", ";"},
      {"（", "("},        {"）", ")"},
      {"。", "。\u00a0"}, {"整改", "整\u200b改"},
      {"万元", " 万元"}};
  const char *dir = getenv("ZG_SAMPLES");
  char pattern[1024];
  glob_t g;
  snprintf(pattern, sizeof pattern, "%s/*.txt", dir ? dir : "tests/samples");
  assert_int_equal(glob(pattern, 0, NULL, &g), 0);
  for (size_t i = 0; i < g.gl_pathc; i++) {
    size_t n = 0;
    char *p = slurp(g.gl_pathv[i], &n);
    gist plain = gist_of((zg_str){p, n});
    for (size_t k = 0; k < sizeof dress / sizeof *dress; k++) {
      gist other = gist_of(replaced((zg_str){p, n}, dress[k][0], dress[k][1]));
      print_message("%s %zu\n", g.gl_pathv[i], k);
      assert_int_equal(other.findings, plain.findings);
      assert_memory_equal(&other.parsed, &plain.parsed, sizeof plain.parsed);
      assert_memory_equal(&other.declared, &plain.declared,
                          sizeof plain.declared);
      assert_int_equal(other.states, plain.states);
      assert_int_equal(other.recovered, plain.recovered);
      assert_int_equal(other.allocated, plain.allocated);
      assert_int_equal(other.handled, plain.handled);
      IS(other.publish_date, plain.publish_date.p);
      if (!strstr(dress[k][0], "整改") && !strstr(dress[k][0], "（"))
        IS(other.title, plain.title.p);
    }
    free(p);
  }
  globfree(&g);
}

static uint32_t next_random(uint32_t *s) {
  *s ^= *s << 13;
  *s ^= *s >> 17;
  *s ^= *s << 5;
  return *s;
}

static void broken_texts_do_not_break_it(void **state) {
  (void)state;
  const char *dir = getenv("ZG_SAMPLES");
  char pattern[1024];
  glob_t g;
  uint32_t seed = 20240229;
  zg_arena *a = zg_arena_new(1 << 18);
  snprintf(pattern, sizeof pattern, "%s/*.txt", dir ? dir : "tests/samples");
  assert_int_equal(glob(pattern, 0, NULL, &g), 0);
  for (size_t i = 0; i < g.gl_pathc; i++) {
    size_t n = 0;
    char *p = slurp(g.gl_pathv[i], &n);
    for (size_t cut = 0; cut < n; cut += 97)
      try_bytes(a, p, zg_utf8_floor(p, cut));
    for (int round = 0; round < 60; round++) {
      char *q = malloc(n);
      size_t m = 0;
      assert_non_null(q);
      /* drop runs of characters here and there */
      for (size_t k = 0; k < n;) {
        size_t len = zg_sx_len((zg_str){p, n}, k);
        if (next_random(&seed) % 40 != 0) {
          memcpy(q + m, p + k, len);
          m += len;
        }
        k += len;
      }
      try_bytes(a, q, m);
      /* and single bytes: mostly no UTF-8 any more */
      size_t drop = next_random(&seed) % n;
      memmove(q + drop % m, q + drop % m + 1, m - drop % m - 1);
      try_bytes(a, q, m - 1);
      free(q);
    }
    free(p);
  }
  globfree(&g);
  zg_arena_free(a);
}

static void hostile_texts_stay_cheap(void **state) {
  (void)state;
  static const char *const units[] = {
      "(",      "“",
      "1.",     "(1)\n",
      "一、\n", ":",
      "一是",   "《",
      "号",     "9",
      "万元",   "人",
      "的问题", "整改情况:",
      "前",     "轮",
      "组",     "1人",
      "其中",   "(一)针对甲的问题。\n",
      "关于",   "\n",
      " ",      "2024年",
      "上轮",   "1.关于“甲”问题的整改。一是甲。\n整改情况:"};
  zg_arena *a = zg_arena_new(1 << 18);
  for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
    zg_buf b = ZG_BUF_INIT;
    zg_buf_adds(&b, OPENING);
    zg_buf_adds(&b, "一、整改落实情况\n1.关于“甲”问题的整改。一是");
    while (b.n < 200000)
      zg_buf_adds(&b, units[k]);
    struct timespec t0, t1;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t0);
    try_bytes(a, b.p, b.n);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t1);
    double s = (double)(t1.tv_sec - t0.tv_sec) +
               (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
    if (s > 0.05)
      print_message("%s: %.3f s\n", units[k], s);
    /* 200 kB at the slowest: quadratic work would take minutes */
    assert_true(s < 4.0);
    zg_buf_free(&b);
  }
  zg_arena_free(a);
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
      cmocka_unit_test(heads_lose_their_frame_only),
      cmocka_unit_test(measures_are_cut_at_their_markers),
      cmocka_unit_test(status_words),
      cmocka_unit_test(status_of_a_finding),
      cmocka_unit_test(field_lines_are_read),
      cmocka_unit_test(a_heading_may_speak_for_its_findings),
      cmocka_unit_test(a_notice_in_field_lines),
      cmocka_unit_test(a_summary_may_speak_for_all),
      cmocka_unit_test(declared_counts_by_grain),
      cmocka_unit_test(money_is_typed_by_its_verb),
      cmocka_unit_test(people_are_typed_by_what_was_done),
      cmocka_unit_test(rules_and_cases),
      cmocka_unit_test(document_numbers_are_canonical),
      cmocka_unit_test(repeats_need_a_fact),
      cmocka_unit_test(categories_by_cue),
      cmocka_unit_test(look_alikes_are_refused),
      cmocka_unit_test(classes_are_told_apart),
      cmocka_unit_test(given_facts_win),
      cmocka_unit_test(spans_point_into_the_raw_bytes),
      cmocka_unit_test(ready_findings_get_their_facts),
      cmocka_unit_test(the_same_facts_in_other_dress),
      cmocka_unit_test(broken_texts_do_not_break_it),
      cmocka_unit_test(hostile_texts_stay_cheap),
  };
  return cmocka_run_group_tests_name("parser", tests, set_up, tear_down);
}
