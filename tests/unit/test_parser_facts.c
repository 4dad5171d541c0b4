/* The parser on sentences made up for the purpose: heads, measures, status,
 * counts, money, people, documents, categories, and the spans they stand in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "index/parse_ctx.h"
#include "tests/unit/parser_fixture.h"
#include <cmocka.h>

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
      {"关于“甲不严的问题。一是整改。", "甲不严"},
      {"关于甲不严”的问题。一是整改。", "甲不严"},
      {"关于“甲‘乙’不严\"问题的整改", "甲‘乙’不严"},
      {"关于「甲不严」问题的整改", "甲不严"},
      {"针对甲不严的问题,一是整改。", "甲不严的问题"},
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
    zg_finding *f = pf_finding(cases[k].answer);
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
    zg_finding *f = pf_finding(cases[k].answer);
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
  zg_bulletin *b = pf_body(
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
  zg_bulletin *b = pf_body(
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
  zg_bulletin *b = pf_parse(
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
  zg_bulletin *b = pf_body(text);
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
        pf_arena(),
        "一、整改组织情况\n(一)压实责任。%s\n二、整改落实情况\n"
        "1.关于“甲处管理不严”问题的整改。一是整理。二是核对。\n",
        cases[k].text);
    const zg_declared *d = &pf_body(s.p)->declared;
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
      {"追缴租金99999999亿元,收回2万元。", 2000000, 0, 1}, /* a misprint */
      {"单笔5万元以上支出上会研究。", 0, 0, 1},
      {"覆盖群众3万人,开展活动12次。", 0, 0, 0},
      {"退缴1234.5678万元。", 1234567800, 0, 1},
      {"将欠缴的3万元上缴国库。", 3000000, 0, 1},
      {"追回超标准支付资金4.5万元。", 4500000, 0, 1},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_finding *f = pf_finding(cases[k].answer);
    int64_t r = zg_finding_money(f, ZG_MONEY_RECOVERED),
            a = zg_finding_money(f, ZG_MONEY_ALLOCATED);
    if (r != cases[k].recovered || a != cases[k].allocated ||
        f->n_money != (size_t)cases[k].n)
      fail_msg("%s: %lld %lld (%zu)", cases[k].answer, (long long)r,
               (long long)a, f->n_money);
  }
  zg_finding *f = pf_finding("收回结余资金80余万元。");
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
    zg_finding *f = pf_finding(cases[k].answer);
    if (zg_finding_people_handled(f) != cases[k].handled ||
        f->n_people != cases[k].n)
      fail_msg("%s: %lld (%zu)", cases[k].answer,
               (long long)zg_finding_people_handled(f), f->n_people);
  }
  zg_finding *f = pf_finding("参训1.2万余人次。");
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
    zg_finding *f = pf_finding(cases[k].answer);
    zg_str got = ZG_STR_NULL;
    for (size_t i = 0; i < f->n_documents; i++)
      if (f->documents[i].number)
        got = f->documents[i].text;
    IS(got, cases[k].number);
  }
  zg_finding *f = pf_finding("贯彻《关于印发<办法>的通知》和《甲〈乙〉丙》。");
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
  zg_finding *f =
      pf_finding("一是整改。二是开展“回头看”,严防上轮巡察问题反弹。");
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
    zg_finding f = {.head = zg_str_of(t[k].head), .year = -1};
    assert_int_equal(zg_parse_facts(&f, pf_arena(), pf_parser(), NULL), ZG_OK);
    IS(f.category[0], t[k].first);
  }
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
  zg_bulletin *b = pf_parse(text, NULL);
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

/* ---- ready findings ----------------------------------------------------- */

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
  assert_int_equal(zg_parse_facts(&f, pf_arena(), pf_parser(), &err), ZG_OK);
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
  assert_int_equal(zg_parse_facts(&given, pf_arena(), pf_parser(), &err),
                   ZG_OK);
  IS(given.category[0], "c05");
  assert_true(given.has_document);
  zg_finding empty = {.year = -1};
  assert_int_equal(zg_parse_facts(&empty, pf_arena(), pf_parser(), &err),
                   ZG_OK);
  assert_int_equal(empty.n_money, 0);
}

/* A sum that leaves the range of int64 stays at its end. */
static void sums_saturate(void **state) {
  (void)state;
  const int64_t most = INT64_MAX, least = INT64_MIN;
  const struct {
    int64_t x[3], sum;
  } cases[] = {{{5, -7, 3}, 1},           {{-1, 2, most}, most},
               {{most, 1, 0}, most},      {{most, most, -1}, most - 1},
               {{-2, most, 0}, most - 2}, {{-1, least, 0}, least},
               {{least, 0, 1}, least + 1}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_money money[4] = {0};
    zg_people people[4] = {0};
    for (size_t i = 0; i < 3; i++) {
      money[i].kind = ZG_MONEY_RECOVERED;
      money[i].fen = cases[k].x[i];
      people[i].kind = ZG_PEOPLE_HANDLED;
      people[i].n = cases[k].x[i];
    }
    money[3] = (zg_money){.kind = ZG_MONEY_RECOVERED, .fen = 9, .part = true};
    people[3] = (zg_people){.kind = ZG_PEOPLE_HANDLED, .n = 9, .part = true};
    zg_finding f = {
        .money = money, .n_money = 4, .people = people, .n_people = 4};
    assert_int_equal(zg_finding_money(&f, ZG_MONEY_RECOVERED), cases[k].sum);
    assert_int_equal(zg_finding_people_handled(&f), cases[k].sum);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
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
      cmocka_unit_test(spans_point_into_the_raw_bytes),
      cmocka_unit_test(ready_findings_get_their_facts),
      cmocka_unit_test(sums_saturate),
  };
  return cmocka_run_group_tests_name("parser_facts", tests, pf_set_up,
                                     pf_tear_down);
}
