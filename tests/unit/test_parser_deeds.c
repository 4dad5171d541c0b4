/* What was done about a finding: money, people, rules, cases, documents, by
 * when; and what is said of earlier inspections.  Every sentence is made up,
 * half of them to be left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "index/parse_ctx.h"
#include "tests/unit/parser_fixture.h"
#include <cmocka.h>

/* "recovered 96000, other 5~, (recovered 3)": ~ approximate, () a part. */
static zg_str money_of(const zg_finding *f) {
  zg_str out = ZG_STR("");
  for (size_t i = 0; i < f->n_money; i++) {
    const zg_money *m = &f->money[i];
    out = zg_arena_printf(
        pf_arena(), "%.*s%s%s%s %lld%s%s", (int)out.n, out.p, i ? ", " : "",
        m->part ? "(" : "", zg_money_kind_name(m->kind),
        (long long)(m->fen / 100), m->approx ? "~" : "", m->part ? ")" : "");
  }
  return out;
}

static void money(void **state) {
  (void)state;
  static const struct {
    const char *answer, *want;
  } cases[] = {
      {"追缴违规补贴3,400元。", "recovered 3400"},
      {"挽回经济损失1.2亿元。", "recovered 120000000"},
      {"清收欠款80余万元。", "recovered 800000~"},
      {"收回资金约5万元,近6万元上缴财政。",
       "recovered 50000~, recovered 60000~"},
      {"退缴油费6,320.55元。", "recovered 6320"},
      {"收缴违纪款三万元。", "recovered 30000"},
      {"罚款0元。", "other 0"},
      {"追缴3至5万元不等的违规补贴。", "recovered 30000~"},
      {"安排专项资金共4亿元。", "allocated 400000000"},
      {"追缴1亿千亿元、九九九九九九九九九九九九万亿元,收回2万元。",
       "recovered 20000"},
      {"拨付第一批资金1,350万元、第二批650万元。",
       "allocated 13500000, allocated 6500000"},
      {"争取资金45万元、拨付到位30万元。",
       "allocated 450000, allocated 300000"},
      {"滞留的救助资金47.5万元全部拨付到位。", "allocated 475000"},
      {"盘活闲置资产2亿元。", "other 200000000"},
      {"核减工程款30万元、追回12万元。", "other 300000, recovered 120000"},
      {"追缴租金3万元、盘活资产200万元。", "recovered 30000, other 2000000"},
      {"清退甲站3万元、乙站2万元。", "recovered 30000, recovered 20000"},
      {"清退补贴12万元(其中甲站7万元、乙站5万元)。",
       "recovered 120000, (recovered 70000), (recovered 50000)"},
      {"“小金库”资金71万元全部收缴(变卖款52万元、结余19万元)。",
       "recovered 710000, (recovered 520000), (recovered 190000)"},
      {"追缴12万元,其中甲站7万元,乙站5万元。",
       "recovered 120000, (recovered 70000), (recovered 50000)"},
      {"承包费23.8万元(含滞纳金1.1万元)已全部收回。",
       "recovered 238000, (recovered 11000)"},
      {"清退违规津补贴,共3.2万元。", "recovered 32000"},
      {"欠缴租金4.5万元,已全部追缴到位。", "recovered 45000"},
      {"将列支的6.37万元归还原资金渠道。", "recovered 63700"},
      {"应上缴国库的56.19万元已全部上缴。", "recovered 561900"},
      {"追收所属企业应上缴利润876万元。", "recovered 8760000"},
      {"追回超标准支付的接待费4万元。", "recovered 40000"},
      /* not recovered, not spent, no money */
      {"尚有2.6万元未追回。", "other 26000"},
      {"应追缴12万元,已追缴10万元。", "other 120000, recovered 100000"},
      {"预计年内收回租金30万元。", "other 300000"},
      {"查出多计工程款67万元,已核减并收回20万元。",
       "other 670000, recovered 200000"},
      {"单笔安排5万元以上支出须上会。", "other 50000"},
      {"退还多收费用3.1万元。", "other 31000"},
      {"收回土地后投入120万元复垦。", "allocated 1200000"},
      {"坚持一元化领导,培育多元主体。", ""},
      {"单价百万元以上设备和几十万元的合同逐一复核。", ""},
      {"追缴200000亿元。", ""}, /* a misprint */
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str got = money_of(pf_finding(cases[k].answer));
    if (!zg_str_is(got, cases[k].want))
      fail_msg("%s: %.*s", cases[k].answer, (int)got.n, got.p);
  }
  zg_bulletin *b = pf_body("一、整改落实情况\n1.关于“违规发放补贴追缴不力,涉及"
                           "8.6万元”问题的整改。一是甲。二是追缴8.6万元。\n");
  IS(money_of(&b->findings[0]), "other 86000, recovered 86000");
}

static zg_str people_of(const zg_finding *f) {
  zg_str out = ZG_STR("");
  for (size_t i = 0; i < f->n_people; i++) {
    const zg_people *p = &f->people[i];
    out = zg_arena_printf(
        pf_arena(), "%.*s%s%s%s %lld%s%s%s", (int)out.n, out.p, i ? ", " : "",
        p->part ? "(" : "", zg_people_kind_name(p->kind), (long long)p->n,
        p->times ? "人次" : "", p->approx ? "~" : "", p->part ? ")" : "");
  }
  return out;
}

static void people(void **state) {
  (void)state;
  static const struct {
    const char *answer, *want;
  } cases[] = {
      {"给予党内警告2人、政务记过1人。", "handled 2, handled 1"},
      {"给予党纪处分5人(其中党内警告3人、严重警告2人)。",
       "handled 5, (handled 3), (handled 2)"},
      {"处分5名干部(警告3人、记过2人)。",
       "handled 5, (handled 3), (handled 2)"},
      {"处理12人,其中党纪处分3人、诫勉9人。",
       "handled 12, (handled 3), (handled 9)"},
      {"追责5人,其中警告2人,诫勉3人;约谈4人。",
       "handled 5, (handled 2), (handled 3), handled 4"},
      {"追责9人,其中警告2人,约谈3人次,诫勉4人。",
       "handled 9, (handled 2), handled 3人次, handled 4"},
      {"约谈提醒12人次。", "handled 12人次"},
      {"50个责任单位、77名责任人被问责。", "handled 77"},
      {"给予3人党内警告处分。", "handled 3"},
      {"给予1人严重警告处分、2人记过处分。", "handled 1, handled 2"},
      {"新增安全员6人。", "staffing 6"},
      {"对3名责任人进行约谈,2名站长被免职。", "handled 3, handled 2"},
      {"3人受到党纪处分。", "handled 3"},
      {"撤销副处长职务1人,通报2人。", "handled 1, handled 2"},
      {"移送司法机关0人。", "handled 0"},
      {"立案2件3人。", "handled 3"},
      {"问责处理相关责任人员,共12人。", "handled 12"},
      {"批评教育近40人次。", "handled 40人次~"},
      {"引进教师19名,公开招考6名,派驻医师24名。",
       "staffing 19, staffing 6, staffing 24"},
      {"举办培训班3期,参训1,200余人次。", "trained 1200人次~"},
      /* not handled */
      {"谈心谈话36人次。", "other 36人次"},
      {"通报表扬12人。", "other 12"},
      {"约谈监理单位2家。", ""},
      {"惠及群众600余人。", "other 600~"},
      {"建立一人一档、1人1策。", ""},
      {"谈话须2人以上在场。", ""},
      {"走访人大代表,惠及3人口大县。", ""},
      {"发送提醒短信300人次。", "other 300人次"},
      {"对12名干部开展离任审计。", "other 12"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str got = people_of(pf_finding(cases[k].answer));
    if (!zg_str_is(got, cases[k].want))
      fail_msg("%s: %.*s", cases[k].answer, (int)got.n, got.p);
  }
}

static void rules_and_cases(void **state) {
  (void)state;
  static const struct {
    const char *s;
    int64_t rules, cases;
  } t[] = {
      {"修订《甲办法》等制度3项。", 3, 0},
      {"新建69项、完善35项。", 0, 0},
      {"制度建设方面,新建69项、完善35项。", 104, 0},
      {"建章立制37项,其中修订21项,新建16项。", 37, 0},
      {"制定制度12项(新建5项、修订7项)。", 12, 0},
      {"修订党委会、院长办公会议事规则3个。", 3, 0},
      {"出台三项制度。", 3, 0},
      {"出台管理办法8个、实施细则3个。", 11, 0},
      {"废止旧办法2个,新建财务制度3项。", 3, 0},
      {"完善规章制度40余项。", 40, 0},
      {"严格执行新修订的54项制度。", 0, 0},
      {"制定中央八项规定实施细则。", 0, 0},
      {"制定教研经费管理十条规定。", 0, 0},
      {"完善监测点位12个。", 0, 0},
      {"制定措施35项。", 0, 0},
      {"查处案件9起、立案3件。", 0, 12},
      {"立案12件(其中大案2件)。", 0, 12},
      {"查处违反中央八项规定精神问题1,137起。", 0, 1137},
      {"立案两件。", 0, 2},
      {"查办信访件5件,处置问题线索7件。", 0, 0},
      {"调解纠纷12起。", 0, 0},
  };
  for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
    int64_t rules = zg_px_rules(zg_str_of(t[k].s));
    int64_t cases = zg_px_cases(zg_str_of(t[k].s));
    if (rules != t[k].rules || cases != t[k].cases)
      fail_msg("%s: %lld %lld", t[k].s, (long long)rules, (long long)cases);
  }
}

static void documents(void **state) {
  (void)state;
  static const struct {
    const char *answer, *number;
  } cases[] = {
      {"印发《细则》(松林发[2024]9号)。", "松林发〔2024〕9号"},
      {"印发松林发(2024)9号文件。", "松林发〔2024〕9号"},
      {"印发松林发<2024>9号文件。", "松林发〔2024〕9号"},
      {"印发松林发〔 2024 〕 9 号文件。", "松林发〔2024〕9号"},
      {"印发松林发〔2024〕第9号文件。", "松林发〔2024〕9号"},
      {"按照松政办发〔2012〕33号要求落实。", "松政办发〔2012〕33号"},
      {"依据县政府松政发〔2012〕3号,逐项核对。", "松政发〔2012〕3号"},
      {"落实《方案》和松林发〔2024〕9号。", "松林发〔2024〕9号"},
      {"对照省纪委云纪发〔2022〕15号整改。", "云纪发〔2022〕15号"},
      {"落实松政办发〔2022〕15号。", "松政办发〔2022〕15号"},
      {"按照和政发〔2024〕9号执行。", "和政发〔2024〕9号"},
      {"贯彻《甲》、松林党〔2021〕2号精神。", "松林党〔2021〕2号"},
      {"按县长办公会议纪要〔2024〕5期办理。", "县长办公会议纪要〔2024〕5期"},
      {"执行财政部令第87号。", "财政部令第87号"},
      {"按照第3号令执行,拨打3号线。", NULL},
      {"编发简报〔2024〕5期。", NULL},
      {"(2024)9号楼漏水。", NULL},
      {"办理2024年9号提案。", NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_finding *f = pf_finding(cases[k].answer);
    zg_str got = ZG_STR_NULL;
    for (size_t i = 0; i < f->n_documents; i++)
      if (f->documents[i].number)
        got = f->documents[i].text;
    if (cases[k].number ? !zg_str_is(got, cases[k].number) : got.p != NULL)
      fail_msg("%s: %.*s", cases[k].answer, got.p ? (int)got.n : 4,
               got.p ? got.p : "null");
  }
}

static void deadlines(void **state) {
  (void)state;
  static const struct {
    const char *answer, *iso, *place;
  } cases[] = {
      {"余款2030年6月底前追缴到位。", "2030-06", "2030年6月底前"},
      {"将于2030年12月31日前完工。", "2030-12-31", "2030年12月31日前"},
      {"预计2030年年底完成。", "2030", "2030年年底"},
      {"经批准延期至2030年3月31日。", "2030-03-31", "2030年3月31日"},
      {"计划2030年上半年前完成改造。", "2030", "2030年上半年前"},
      {"已于2020年6月底前完成整改。", NULL, NULL},
      {"2018年前完成的项目逐一复核。", NULL, NULL},
      {"2019年6月完成换届。", NULL, NULL},
      {"年底前完成。", NULL, NULL},
      {"长期坚持。", NULL, NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str s = zg_arena_printf(pf_arena(),
                               "一、整改落实情况\n1.林场台账登记不规范。\n"
                               "整改情况:%s\n",
                               cases[k].answer);
    zg_bulletin *b = pf_body(s.p);
    const zg_finding *f = &b->findings[0];
    if (cases[k].iso ? !zg_str_is(f->deadline, cases[k].iso) : !!f->deadline.p)
      fail_msg("%s: %.*s", cases[k].answer, (int)f->deadline.n, f->deadline.p);
    assert_int_equal(f->has_deadline, cases[k].iso != NULL);
    if (cases[k].iso)
      assert_memory_equal(b->text.p + f->deadline_span.start, cases[k].place,
                          strlen(cases[k].place));
    else
      assert_int_equal(f->deadline_span.start, -1);
  }
  zg_bulletin *b = pf_body("一、整改落实情况\n1.林场台账登记不规范\n"
                           "整改时限:2030年3月至6月\n责任单位:资源股\n"
                           "整改措施:一是重登。二是抽查。\n"
                           "2.护林员底数不清\n整改时限:长期坚持\n"
                           "整改措施:一是核对。二是建册。\n");
  assert_int_equal(b->n_findings, 2);
  IS(b->findings[0].deadline, "2030-06");
  IS(b->findings[1].deadline, NULL);
  assert_memory_equal(b->text.p + b->findings[0].responsible_span.start,
                      "资源股", 9);
}

#define AGAIN ZG_REPEAT_CLAIMED_DONE_FOUND_AGAIN
#define OVER ZG_REPEAT_CARRIED_OVER_UNFIXED

static void repeats(void **state) {
  (void)state;
  static const struct {
    const char *head;
    zg_repeat r;
    const char *cue; /* the first strong one */
  } t[] = {
      {"上轮巡察指出的“账实不符”问题没有改到位", OVER, NULL},
      {"2016年省委巡视指出的“权属不清”久拖不决", OVER, NULL},
      {"前一轮巡察“立行立改”问题没有真改", OVER, NULL},
      {"审计反馈问题整改不彻底", OVER, "整改不彻底"},
      {"“值班脱岗”屡改屡犯", OVER, "屡改屡犯"},
      {"上届巡察反馈的“合同未审”仍有发生", OVER, NULL},
      {"上次巡察指出的‘规避招标’问题又抬头", AGAIN, NULL},
      {"2021年审计指出后“违规接待”又有反弹", AGAIN, NULL},
      {"上轮巡察指出、报告已整改到位的‘空挂账’再次发生", AGAIN, NULL},
      {"对巡察“回头看”检查发现的台账造假一查了之", ZG_REPEAT_NONE, NULL},
      {"巡察整改成果运用不够", ZG_REPEAT_NONE, NULL},
      {"防止问题反弹回潮的办法不多", ZG_REPEAT_NONE, NULL},
      {"“大班额”长期存在", ZG_REPEAT_NONE, NULL},
      {"2019年以来未开展审计", ZG_REPEAT_NONE, NULL},
      {"安全隐患整改不到位", ZG_REPEAT_NONE, NULL},
  };
  for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
    zg_str s = zg_arena_printf(
        pf_arena(),
        "一、整改落实情况\n1.针对%s的问题。一是整改,严防反弹回潮。"
        "二是开展“回头看”。\n",
        t[k].head);
    zg_bulletin *b = pf_body(s.p);
    const zg_finding *f = &b->findings[0];
    if (f->repeat != t[k].r)
      fail_msg("%s: %s", t[k].head, zg_repeat_name(f->repeat));
    const zg_repeat_cue *strong = NULL;
    int weak = 0;
    for (size_t i = 0; i < f->n_repeat_cues; i++) {
      const zg_repeat_cue *q = &f->repeat_cues[i];
      strong = strong || !q->strong ? strong : q;
      weak += !q->strong;
      assert_memory_equal(b->text.p + q->span.start, q->text.p, q->text.n);
    }
    if ((strong != NULL) != (t[k].r != ZG_REPEAT_NONE))
      fail_msg("%s: strong cue %d", t[k].head, strong != NULL);
    if (t[k].cue)
      IS(strong->text, t[k].cue);
    assert_true(weak >= 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(money),           cmocka_unit_test(people),
      cmocka_unit_test(rules_and_cases), cmocka_unit_test(documents),
      cmocka_unit_test(deadlines),       cmocka_unit_test(repeats),
  };
  return cmocka_run_group_tests_name("parser_deeds", tests, pf_set_up,
                                     pf_tear_down);
}
