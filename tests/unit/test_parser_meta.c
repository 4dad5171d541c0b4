/* What a bulletin says of itself: title, bodies, ranks, teams, rounds, dates,
 * page data.  Tables of made-up openings in the five shapes of the genre. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "index/parse_ctx.h"
#include "tests/unit/parser_fixture.h"
#include <cmocka.h>

static const char *const BODY =
    "\n一、整改落实情况\n1.关于“库存检查走过场”问题的整改。一是重新查库并登记"
    "造册。二是建立台账并按月核对。\n2.关于“合同管理不严”问题的整改。一是清理"
    "合同31份。二是修订合同管理办法。\n";

static zg_bulletin *page(const char *head, const char *opening,
                         const char *tail) {
  zg_str s = zg_arena_printf(pf_arena(), "%s\n%s现将整改情况予以公布。%s%s",
                             head, opening, BODY, tail);
  return pf_parse(s.p, NULL);
}

static bool holds(const zg_str *list, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (zg_str_is(list[i], name))
      return true;
  return false;
}

/* "start end" of the members in a list are all there and no other. */
static void members(const zg_str *list, size_t n, const char *want, int line) {
  size_t k = 0;
  for (const char *p = want; *p; k++) {
    size_t len = strcspn(p, " ");
    char name[40];
    snprintf(name, sizeof name, "%.*s", (int)len, p);
    if (!holds(list, n, name))
      fail_msg("line %d: %s is missing", line, name);
    p += len;
    p += *p == ' ';
  }
  if (k != n)
    fail_msg("line %d: %zu members, want %zu", line, n, k);
}

/* ---- openings ------------------------------------------------------------ */

typedef struct opening {
  int line;
  const char *text, *start, *end, *feedback, *team, *kind, *round;
  const char *inferred, *doubtful;
} opening;

#define U "市粮食局党组"
static const opening OPENINGS[] = {
    /* shape A */
    {__LINE__,
     "根据市委统一部署,2023年3月1日至5月20日,市委第四巡察组对" U
     "进行了常规巡察。7月3日,市委巡察组向" U "反馈了巡察意见。",
     "2023-03-01", "2023-05-20", "2023-07-03", "市委第四巡察组", "常规巡察",
     NULL, "inspect_end feedback_date", ""},
    {__LINE__,
     "根据市委统一部署,2023年11月6日到2024年1月12日,市委巡察六组对" U
     "开展了巡察。2024年3月5日,市委第六巡察组反馈了巡察情况。",
     "2023-11-06", "2024-01-12", "2024-03-05", "市委巡察六组", "巡察", NULL, "",
     ""},
    {__LINE__,
     "按照市委部署,2022年11月6日——次年1月12日,八届市委巡察四组对" U
     "开展了巡察。3月5日,巡察组向" U "进行了反馈。",
     "2022-11-06", "2023-01-12", "2023-03-05", "八届市委巡察四组", "巡察", NULL,
     "inspect_end feedback_date", ""},
    {__LINE__,
     "根据市委统一部署,2023年3月至5月下旬,市委第一专项巡察组对" U
     "开展了粮食购销领域专项巡察。8月中旬,市委巡察组向" U "反馈了意见。",
     "2023-03", "2023-05", "2023-08", "市委第一专项巡察组", "专项巡察", NULL,
     "inspect_end feedback_date", ""},
    {__LINE__,
     "根据市委统一部署,2023年12月至2024年2月,市委第七提级交叉巡察组对" U
     "开展了巡察。2024年4月底,市委巡察组向" U "反馈了意见。",
     "2023-12", "2024-02", "2024-04", "市委第七提级交叉巡察组", "提级交叉巡察",
     NULL, "", ""},
    {__LINE__,
     "根据市委统一部署, 2023年3月6日 ~ 5月31日, 市委第三巡察组对" U
     "开展了政治巡察, 并于7月9日反馈了巡察意见. ",
     "2023-03-06", "2023-05-31", "2023-07-09", "市委第三巡察组", "政治巡察",
     NULL, "inspect_end feedback_date", ""},
    {__LINE__,
     "根据六届市委第五轮巡察统一部署,2023年3月6日—5月31日,市委第三巡察组对" U
     "开展了巡察“回头看”。8月3日,六届市委第五轮巡察向" U "反馈了“回头看”情况。",
     "2023-03-06", "2023-05-31", "2023-08-03", "市委第三巡察组", "回头看",
     "六届市委第五轮", "inspect_end feedback_date", ""},
    {__LINE__,
     "根据市委统一部署,自2024年3月18日起,市委第一联动巡察组对" U
     "开展了为期45天的巡察。7月23日,市委巡察组向" U "反馈了巡察意见。",
     "2024-03-18", NULL, "2024-07-23", "市委第一联动巡察组", "联动巡察", NULL,
     "feedback_date", ""},
    {__LINE__,
     "根据市委统一部署,二〇二三年三月六日至五月三十一日,市委第三巡察组对" U
     "开展了巡察。二〇二三年八月三日,市委巡察组反馈了意见。",
     "2023-03-06", "2023-05-31", "2023-08-03", "市委第三巡察组", "巡察", NULL,
     "inspect_end", ""},
    {__LINE__,
     "根据市委统一部署,2023.3.6-2023.5.31,市委第三巡察组对" U
     "开展了巡察。2023/8/3,市委巡察组反馈了意见。",
     "2023-03-06", "2023-05-31", "2023-08-03", "市委第三巡察组", "巡察", NULL,
     "", ""},
    {__LINE__,
     "根据市委统一部署,2023年3月6日至5月31日,市委第三巡察组对" U
     "开展了巡察。8月3日上午,市委巡察情况反馈会召开,市委第三巡察组向" U
     "通报了巡察意见。收到反馈意见后,9月2日局党组召开专题会议研究。",
     "2023-03-06", "2023-05-31", "2023-08-03", "市委第三巡察组", "巡察", NULL,
     "inspect_end feedback_date", ""},
    {__LINE__,
     "根据市委统一部署,2023年3月6日至5月31日,市委第三巡察组对" U
     "开展了巡察。收到反馈意见后,9月2日局党组召开专题会议,9月20日对照反馈意见"
     "制定整改方案。",
     "2023-03-06", "2023-05-31", NULL, "市委第三巡察组", "巡察", NULL,
     "inspect_end", ""},
    {__LINE__,
     "根据市委统一部署,2023年3月6日至5月31日,市委第三巡察组对" U
     "开展了巡察。巡察反馈会于8月3日召开。",
     "2023-03-06", "2023-05-31", "2023-08-03", "市委第三巡察组", "巡察", NULL,
     "inspect_end feedback_date", ""},
    {__LINE__,
     "按照市委巡察工作规划,市委派出第四巡察组,于2023年3月6日至4月10日、5月8日"
     "至6月20日对" U "开展了常规巡察,8月3日反馈。",
     "2023-03-06", "2023-06-20", "2023-08-03", "第四巡察组", "常规巡察", NULL,
     "inspect_end feedback_date", ""},
    /* shape B */
    {__LINE__,
     "根据市委巡察工作统一部署,2022年3月1日至5月20日,七届市委第十二轮巡察一组"
     "对" U "开展了巡察,并于8月3日反馈了巡察意见。",
     "2022-03-01", "2022-05-20", "2022-08-03", "七届市委第十二轮巡察一组",
     "巡察", "七届市委第十二轮", "inspect_end feedback_date", ""},
    {__LINE__,
     "根据市委部署,2021年10月9日至12月18日,市委第二机动式巡察组对" U
     "开展了巡察,并于2022年2月10日向" U "进行了反馈。",
     "2021-10-09", "2021-12-18", "2022-02-10", "市委第二机动式巡察组",
     "机动式巡察", NULL, "inspect_end", ""},
    {__LINE__,
     "根据省委部署,2021年10月9日至16日,省委第二巡视组对" U
     "开展了延伸巡视,并于12月10日进行了反馈。",
     "2021-10-09", "2021-10-16", "2021-12-10", "省委第二巡视组", "延伸巡视",
     NULL, "inspect_end feedback_date", "inspect_end"},
    {__LINE__,
     "根据2023年度第一轮巡察安排,2023年3月6日至5月31日,市委巡察第3组对" U
     "开展了巡察,并于2024年8月3日反馈了意见。",
     "2023-03-06", "2023-05-31", "2024-08-03", "市委巡察第3组", "巡察",
     "2023年度第一轮", "inspect_end", "feedback_date"},
    {__LINE__,
     "根据市委统一部署,2023年3月6日至2023年5月31日,市委第三巡察组对" U
     "进行巡察,并于2023年8月3日反馈意见。",
     "2023-03-06", "2023-05-31", "2023-08-03", "市委第三巡察组", "巡察", NULL,
     "", ""},
    /* shape C */
    {__LINE__,
     "根据市委部署,市委巡察六组于2021年10月9日—12月18日对" U
     "开展了巡察,并于2022年2月10日进行了反馈。",
     "2021-10-09", "2021-12-18", "2022-02-10", "市委巡察六组", "巡察", NULL,
     "inspect_end", ""},
    {__LINE__,
     "根据市委部署,市委第四巡察组自2021年10月9日起至12月18日止对" U
     "开展了巡察,并于翌年2月10日进行了反馈。",
     "2021-10-09", "2021-12-18", "2022-02-10", "市委第四巡察组", "巡察", NULL,
     "inspect_end feedback_date", ""},
    /* shape E */
    {__LINE__,
     "根据中央统一部署,2016年2月26日至4月28日,中央第五巡视组对江屏省进行了巡视"
     "“回头看”。6月3日,中央巡视组向江屏省委反馈了意见。根据《中国共产党党内监督"
     "条例》和《中国共产党巡视工作条例》有关规定,",
     "2016-02-26", "2016-04-28", "2016-06-03", "中央第五巡视组", "回头看", NULL,
     "inspect_end feedback_date", ""},
    /* other dates that are none of the three */
    {__LINE__,
     "2023年2月1日,市委召开巡察动员会。根据市委统一部署,2023年3月6日至5月31日,"
     "市委第三巡察组对" U
     "开展了巡察。整改期间(2023年9月1日至12月1日)。8月3日,市委"
     "第三巡察组反馈了意见。局党组于9月5日召开民主生活会。",
     "2023-03-06", "2023-05-31", "2023-08-03", "市委第三巡察组", "巡察", NULL,
     "inspect_end feedback_date", ""},
    {__LINE__,
     "2023年7月20日,市委书记专题会议听取了巡察情况汇报。2023年3月6日至5月31日,"
     "市委第三巡察组对" U
     "开展了巡察,8月3日,市委巡察组向市农业科学研究所党支部和" U "作了反馈。",
     "2023-03-06", "2023-05-31", "2023-08-03", "市委第三巡察组", "巡察", NULL,
     "inspect_end feedback_date", ""},
    {__LINE__,
     "根据市委统一部署市委第三巡察组于2023年3月6日至5月31日对" U
     "开展了巡察并于2023年8月3日反馈巡察意见。",
     "2023-03-06", "2023-05-31", "2023-08-03", "市委第三巡察组", "巡察", NULL,
     "inspect_end", ""},
    {__LINE__,
     "根据市委统一部署,2023年3月6日至5月31日,市委第三巡察组对" U
     "开展了巡察,局党组根据8月3日反馈的意见研究整改。",
     "2023-03-06", "2023-05-31", NULL, "市委第三巡察组", "巡察", NULL,
     "inspect_end", ""},
    /* lost 年 and 月 */
    {__LINE__,
     "根据市委部署,20233月6日至2023531日,市委第三巡察组对" U
     "进行了巡察。2023年815日,市委第三巡察组反馈了意见。",
     "2023-03-06", "2023-05-31", "2023-08-15", "市委第三巡察组", "巡察", NULL,
     "", "inspect_start inspect_end feedback_date"},
    {__LINE__,
     "根据市委部署,2023年3月6日至531日,市委第三巡察组对" U
     "进行了巡察。815日,市委第三巡察组反馈了意见。",
     "2023-03-06", "2023-05-31", "2023-08-15", "市委第三巡察组", "巡察", NULL,
     "inspect_end feedback_date", "inspect_end feedback_date"},
    {__LINE__,
     "根据市委部署,2023111日至2024年2月6日,市委第三巡察组对" U
     "进行了巡察。2024111日,市委第三巡察组反馈了意见。",
     NULL, "2024-02-06", NULL, "市委第三巡察组", "巡察", NULL, "", ""},
    {__LINE__,
     "根据市委部署,2023316日至58日,市委第三巡察组对" U
     "进行了巡察。98日,市委第三巡察组反馈了意见,15日内报送方案。",
     "2023-03-16", "2023-05-08", "2023-09-08", "市委第三巡察组", "巡察", NULL,
     "inspect_end feedback_date", "inspect_start inspect_end feedback_date"},
    {__LINE__,
     "根据市委部署,20191118日至18日,市委第三巡察组对" U
     "进行了巡察。2020421日,市委第三巡察组反馈了意见。",
     "2019-11-18", "2020-01-08", "2020-04-21", "市委第三巡察组", "巡察", NULL,
     "inspect_end", "inspect_start inspect_end feedback_date"},
    /* silent */
    {__LINE__, "按照巡察工作要求,针对巡察反馈的3个方面问题,局党组认真整改,",
     NULL, NULL, NULL, NULL, "巡察", NULL, "", ""},
    {__LINE__,
     "根据市委部署,3月6日至5月31日,市委第三巡察组对" U
     "进行了巡察。今年8月3日,市委第三巡察组反馈了意见。",
     NULL, NULL, NULL, "市委第三巡察组", "巡察", NULL, "", ""},
    {__LINE__,
     "根据市委部署,市委第三巡察组对" U
     "进行了巡察,发现并反馈了5个问题,局党组收到反馈后全部认领。",
     NULL, NULL, NULL, "市委第三巡察组", "巡察", NULL, "", ""},
};

static void openings_of_five_shapes(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof OPENINGS / sizeof *OPENINGS; k++) {
    const opening *o = &OPENINGS[k];
    zg_bulletin *b =
        page("中共江屏市粮食局党组关于巡察整改情况的通报", o->text, "");
    print_message("opening of line %d\n", o->line);
    IS(b->inspect_start, o->start);
    IS(b->inspect_end, o->end);
    IS(b->feedback_date, o->feedback);
    IS(b->team, o->team);
    IS(b->kind, o->kind);
    IS(b->round, o->round);
    IS(b->publish_date, NULL);
    members(b->inferred, b->n_inferred, o->inferred, o->line);
    members(b->doubtful, b->n_doubtful, o->doubtful, o->line);
  }
}

/* Shape D: the text begins with its first heading. */
static void no_opening_no_title(void **state) {
  (void)state;
  zg_bulletin *b = pf_parse(BODY + 1, NULL);
  IS(b->title, NULL);
  IS(b->team, NULL);
  IS(b->kind, NULL);
  IS(b->inspect_start, NULL);
  IS(b->feedback_date, NULL);
  IS(b->publish_date, NULL);
  IS(b->unit_level, NULL);
  IS(b->region, NULL);
  IS(b->source, NULL);
  assert_int_equal(b->n_units, 0);
  assert_int_equal(b->year, -1);
}

static void the_year_of_writing(void **state) {
  (void)state;
  zg_bulletin *b =
      page("中共江屏市粮食局党组关于巡察整改情况的通报\n发布时间:2024-11-08",
           "根据市委部署,去年11月6日至今年1月12日,市委第三巡察组对" U
           "进行了巡察。今年3月5日,市委第三巡察组反馈了意见。",
           "");
  IS(b->inspect_start, "2023-11-06");
  IS(b->inspect_end, "2024-01-12");
  IS(b->feedback_date, "2024-03-05");
  members(b->inferred, b->n_inferred, "inspect_start inspect_end feedback_date",
          __LINE__);
}

static void ambiguous_dates_are_warned_of(void **state) {
  (void)state;
  zg_bulletin *b = page("中共江屏市粮食局党组关于巡察整改情况的通报",
                        "根据市委部署,市委第三巡察组对" U
                        "进行了巡察。2024111日,市委第三巡察组反馈了意见。",
                        "");
  IS(b->feedback_date, NULL);
  assert_true(pf_warned(b, "date_ambiguous"));
  for (size_t i = 0; i < b->n_warnings; i++)
    if (zg_str_is(b->warnings[i].code, "date_ambiguous")) {
      zg_span at = b->warnings[i].span;
      IS(zg_sx_sub(b->text, (size_t)at.start, (size_t)(at.start + at.len)),
         "2024111日");
    }
}

static void lags_out_of_range_are_doubtful(void **state) {
  (void)state;
  zg_bulletin *b =
      page("中共江屏市粮食局党组关于巡察整改情况的通报\n发布时间:2023-09-01",
           "根据市委部署,2023年3月6日至5月31日,市委第三巡察组对" U
           "进行了巡察。2023年8月3日,市委第三巡察组反馈了意见。",
           "");
  IS(b->publish_date, "2023-09-01");
  members(b->doubtful, b->n_doubtful, "publish_date", __LINE__);
  assert_true(pf_warned(b, "date_implausible"));
}

/* ---- teams --------------------------------------------------------------- */

static void teams_are_compared_by_body_and_number(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    bool same;
  } cases[] = {
      {"县委巡察三组", "县委第三巡察组", true},
      {"七届市委第十二轮巡察一组", "市委第一巡察组", true},
      {"市委对村巡察第四组", "市委第四巡察组", true},
      {"广州市区委巡察第23组", "区委第二十三巡察组", true},
      {"市委巡察组", "市委第四巡察组", true},
      {"澜川市委第四巡察组", "市委第四巡察组", true},
      {"第二机动巡视组", "省委第二巡视组", true},
      {"市委第四巡察组", "县委第四巡察组", false},
      {"市委第四巡察组", "市委第五巡察组", false},
      {"澜川市委第四巡察组", "望津市委第四巡察组", false},
      {"中央第三巡视组", "省委第三巡视组", false},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str a = zg_str_of(cases[k].a), b = zg_str_of(cases[k].b);
    if (zg_team_same(a, b) != cases[k].same ||
        zg_team_same(b, a) != cases[k].same)
      fail_msg("%s, %s", cases[k].a, cases[k].b);
  }
}

static void title_and_text_that_disagree(void **state) {
  (void)state;
  static const struct {
    const char *title, *text, *code;
  } cases[] = {
      {"中共江屏市粮食局党组关于巡视整改情况的通报",
       "根据市委部署,市委第三巡察组对" U "进行了巡察。", "title_text_differ"},
      {"中共江屏市粮食局党组关于县委巡察整改情况的通报",
       "根据市委部署,市委第三巡察组对" U "进行了巡察。", "title_text_differ"},
      {"中共江屏市粮食局党组关于落实市委第四巡察组反馈意见整改情况的通报",
       "根据市委部署,市委第三巡察组对" U "进行了巡察。", "title_text_differ"},
      {"中共江屏市粮食局党组关于巡察整改情况的通报",
       "根据市委部署,市委巡察三组对" U "进行了巡察。市委第五巡察组反馈了意见。",
       "team_differs"},
      {"中共江屏市粮食局党组关于市委第三巡察组反馈意见整改情况的通报",
       "根据市委部署,市委巡察三组对" U "进行了巡察。市委第三巡察组反馈了意见。",
       NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_bulletin *b = page(cases[k].title, cases[k].text, "");
    bool differs = pf_warned(b, "title_text_differ");
    print_message("case %zu\n", k);
    assert_int_equal(differs,
                     cases[k].code != NULL &&
                         strcmp(cases[k].code, "title_text_differ") == 0);
    assert_int_equal(pf_warned(b, "team_differs"),
                     cases[k].code != NULL &&
                         strcmp(cases[k].code, "team_differs") == 0);
  }
}

/* ---- titles and units ---------------------------------------------------- */

static void titles_in_their_frames(void **state) {
  (void)state;
  static const struct {
    int line;
    const char *head, *title, *unit, *level, *region;
  } cases[] = {
      {__LINE__, "公示|中共江屏市粮食局党组关于巡察整改情况的通报",
       "中共江屏市粮食局党组关于巡察整改情况的通报", "中共江屏市粮食局党组",
       "city", "江屏市"},
      {__LINE__, "公告:中共江屏市粮食局党组关于巡察整改情况的通报 2024-03-05",
       "中共江屏市粮食局党组关于巡察整改情况的通报", "中共江屏市粮食局党组",
       "city", "江屏市"},
      {__LINE__, "【巡察整改】中共江屏市粮食局\n党组关于巡察整改情况的通报",
       "中共江屏市粮食局党组关于巡察整改情况的通报", "中共江屏市粮食局党组",
       "city", "江屏市"},
      {__LINE__, "中共江屏市粮食局党组关于巡察整改进展情况\n的通报",
       "中共江屏市粮食局党组关于巡察整改进展情况的通报", "中共江屏市粮食局党组",
       "city", "江屏市"},
      {__LINE__, "中共江屏市粮食局党组\n关于六届市委\n第五轮巡察整改情况的通报",
       "中共江屏市粮食局党组关于六届市委第五轮巡察整改情况的通报",
       "中共江屏市粮食局党组", "city", "江屏市"},
      {__LINE__,
       "中共江屏市粮食局党组关于巡察整改情况的通报\n中共江屏市粮食局党组关于"
       "巡察整改情况的通报\n发布时间:2024-05-06\n中共江屏市粮食局党组关于巡察"
       "整改情况的通报",
       "中共江屏市粮食局党组关于巡察整改情况的通报", "中共江屏市粮食局党组",
       "city", "江屏市"},
      {__LINE__,
       "文件名称 | 中共江屏市粮食局党组关于巡察整改情况的通报 | 文号 |  |",
       "中共江屏市粮食局党组关于巡察整改情况的通报", "中共江屏市粮食局党组",
       "city", "江屏市"},
      {__LINE__,
       "成文日期 | 2024年1月8日 | 有效性 | 有效 "
       "【整改情况通报】中共江屏市粮食局"
       "党组关于巡察整改情况的通报",
       "中共江屏市粮食局党组关于巡察整改情况的通报", "中共江屏市粮食局党组",
       "city", "江屏市"},
      {__LINE__,
       "索引号:2024-1 有效性:有效 中共江屏市粮食局党组关于巡察整改情况的通报",
       "中共江屏市粮食局党组关于巡察整改情况的通报", "中共江屏市粮食局党组",
       "city", "江屏市"},
      {__LINE__, "中共江屏市粮食局党组关于巡察整改情况的通报_江屏市粮食局网站",
       "中共江屏市粮食局党组关于巡察整改情况的通报", "中共江屏市粮食局党组",
       "city", "江屏市"},
      {__LINE__, "关于中共江屏市粮食局党组巡察整改情况的通报",
       "关于中共江屏市粮食局党组巡察整改情况的通报", "中共江屏市粮食局党组",
       "city", "江屏市"},
      {__LINE__, "中共江屏市粮食局党组书记组织落实巡察整改情况的报告",
       "中共江屏市粮食局党组书记组织落实巡察整改情况的报告",
       "中共江屏市粮食局党组", "city", "江屏市"},
      {__LINE__, "江屏市粮食局党组书记关于巡察整改情况的报告",
       "江屏市粮食局党组书记关于巡察整改情况的报告", "江屏市粮食局党组", "city",
       "江屏市"},
      {__LINE__, "江屏市粮食局党组巡察整改情况通报",
       "江屏市粮食局党组巡察整改情况通报", "江屏市粮食局党组", "city",
       "江屏市"},
      {__LINE__, "江屏市粮食局党组\n2024年市委巡察整改情况通报",
       "江屏市粮食局党组2024年市委巡察整改情况通报", "江屏市粮食局党组", "city",
       "江屏市"},
      {__LINE__, "整改销号公示\n市委巡察反馈意见整改情况公示(第二批)",
       "市委巡察反馈意见整改情况公示(第二批)", U, "city", NULL},
      {__LINE__, "处分9人!江屏一家单位通报巡察整改", NULL, U, "city", NULL},
      {__LINE__, "", NULL, U, "city", NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_bulletin *b = page(cases[k].head,
                          "根据市委部署,2023年3月6日至5月31日,市委第三巡察组"
                          "对" U "进行了巡察。",
                          "");
    print_message("title of line %d\n", cases[k].line);
    IS(b->title, cases[k].title);
    assert_int_equal(b->n_units, 1);
    IS(b->units[0], cases[k].unit);
    IS(b->unit_level, cases[k].level);
    IS(b->region, cases[k].region);
    IS(b->author, NULL);
  }
}

static void ranks_of_units(void **state) {
  (void)state;
  static const struct {
    const char *unit, *level, *region;
  } cases[] = {
      {"中共江屏市委", "city", "江屏市"},
      {"中共义乌市委", "county", "义乌市"},
      {"中共晋江市教育局党组", "county", "晋江市"},
      {"浙江省诸暨市人民法院党组", "county", "诸暨市"},
      {"江屏市石峰市水利局党组", "county", "石峰市"},
      {"中共吉林市水务局党组", "city", "吉林市"},
      {"中共湖南省水利厅党组", "province", "湖南"},
      {"重庆市教育委员会", "province", "重庆"},
      {"重庆市渝江区教育委员会", "county", "渝江区"},
      {"云泽壮族自治州林业局党组", "city", "云泽壮族自治州"},
      {"云泽地区行署办公室党组", "city", "云泽地区"},
      {"青松盟民政局党组", "city", "青松盟"},
      {"青松旗民政局党组", "county", "青松旗"},
      {"青松自治县民政局党组", "county", "青松自治县"},
      {"青松林区民政局党组", "county", "青松林区"},
      {"青松经济技术开发区党工委", "county", "青松经济技术开发区"},
      {"松岭县石桥镇党委", "township", "松岭县"},
      {"松岭县城东街道党工委", "township", "松岭县"},
      {"松岭县石桥镇河东村党支部", "village", "松岭县"},
      {"松岭县城市管理局党组", "county", "松岭县"},
      {"松岭县市场监督管理局党组", "county", "松岭县"},
      {"松岭县委党校", "county", "松岭县"},
      {"松岭县乡村振兴局党组", "county", "松岭县"},
      {"松岭县中小企业服务中心党支部", "county", "松岭县"},
      {"松岭县人民检察院党组", "county", "松岭县"},
      {"江苏省第三中学党委", "school", "江苏"},
      {"江屏学院党委", "university", NULL},
      {"江屏大学附属医院党委", "hospital", NULL},
      {"松岭县妇幼保健院党支部", "hospital", "松岭县"},
      {"云泽省粮油集团有限公司党委", "enterprise", "云泽"},
      {"江屏农村商业银行股份有限公司党委", "enterprise", NULL},
      {"国家税务总局松岭县税务局党委", "county", "松岭县"},
      {"国家粮食和物资储备局党组", "central", NULL},
      {"新疆生产建设兵团教育局党组", "province", "新疆"},
      {"市教育局党组", "city", NULL},
      {"县教育局党组", "county", NULL},
      {"蓝天志愿者协会党支部", NULL, NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str head =
        zg_arena_printf(pf_arena(), "%s关于巡察整改情况的通报", cases[k].unit);
    zg_bulletin *b = page(head.p, "按照有关要求,", "");
    print_message("unit %s\n", cases[k].unit);
    assert_int_equal(b->n_units, 1);
    IS(b->units[0], cases[k].unit);
    IS(b->unit_level, cases[k].level);
    IS(b->region, cases[k].region);
  }
}

/* The inspectors' rank is not the unit's; a city that another city's committee
 * inspects is one of county rank. */
static void rank_in_context(void **state) {
  (void)state;
  zg_bulletin *b =
      page("市教育局党组关于巡察整改情况的通报\n来源:义乌市教育局",
           "根据市委部署,市委第三巡察组对市教育局党组进行了巡察。", "");
  IS(b->unit_level, "county");
  IS(b->region, "义乌市");
  IS(b->inspecting_body, "义乌市委");
  b = page("中共石峰市水利局党组关于澜川市委提级巡察整改情况的通报",
           "根据澜川市委部署,澜川市委第三提级巡察组对石峰市水利局党组进行了"
           "提级巡察。",
           "");
  IS(b->unit_level, "county");
  IS(b->inspecting_body, "澜川市委");
  IS(b->kind, "提级巡察");
  b = page("中共松岭县水利局党组关于市委提级巡察整改情况的通报",
           "根据市委部署,市委第三提级巡察组对松岭县水利局党组进行了巡察。", "");
  IS(b->unit_level, "county");
  IS(b->inspecting_body, "市委");
  IS(b->kind, "提级巡察");
}

static void our_unit_needs_a_name(void **state) {
  (void)state;
  static const struct {
    int line;
    const char *head, *ours, *tail, *unit;
  } cases[] = {
      {__LINE__, "关于巡察整改情况的通报\n来源:江屏市中心医院", "我院党委", "",
       "江屏市中心医院"},
      {__LINE__, "关于巡察整改情况的通报\n来源:江屏市卫生健康委员会",
       "我院党委", "", NULL},
      {__LINE__, "关于巡察整改情况的通报\n来源:江屏日报", "我局党组", "", NULL},
      {__LINE__, "江屏市粮食局网站 > 党务公开 > 正文\n关于巡察整改情况的通报",
       "局党组", "", "江屏市粮食局"},
      {__LINE__, "关于巡察整改情况的通报", "我局党组",
       "\n中共江屏市粮食局党组 2024年3月5日", "中共江屏市粮食局党组"},
      {__LINE__, "关于巡察整改情况的通报\n发布机构:江屏市粮食局", "我单位党组",
       "", "江屏市粮食局"},
      {__LINE__, "关于巡察整改情况的通报", "我中心党支部", "", NULL},
      {__LINE__, "中共江屏市粮食局党组关于巡察整改情况的通报", "我局党组", "",
       "中共江屏市粮食局党组"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str text = zg_arena_printf(
        pf_arena(),
        "根据市委部署,2023年3月6日至5月31日,市委第三巡察组对%s进行了巡察。",
        cases[k].ours);
    zg_bulletin *b = page(cases[k].head, text.p, cases[k].tail);
    print_message("case of line %d\n", cases[k].line);
    IS(b->n_units ? b->units[0] : ZG_STR_NULL, cases[k].unit);
  }
}

static void several_bodies(void **state) {
  (void)state;
  zg_bulletin *b = page(
      "中共松岭县石桥镇委员会关于县委对村巡察整改情况的通报",
      "根据县委部署,2023年3月6日至5月31日,县委对村巡察第四组对石桥镇河东村党"
      "支部、西坪村党总支、杨湾社区党支部等3个村(社区)党组织开展了巡察。",
      "");
  IS(b->author, "中共松岭县石桥镇委员会");
  IS(b->doc_class, "multi_unit");
  assert_int_equal(b->n_units, 3);
  IS(b->units[0], "河东村党支部");
  IS(b->units[2], "杨湾社区党支部");
  IS(b->kind, "对村巡察");
  IS(b->team, "县委对村巡察第四组");

  b = page("松岭县国资局党组关于林投公司、城投公司巡察整改情况的通报",
           "根据县委部署,", "");
  IS(b->author, "松岭县国资局党组");
  assert_int_equal(b->n_units, 2);
  IS(b->units[0], "林投公司");

  b = page("中共松岭县石桥镇委员会关于9个村巡察整改情况的通报",
           "根据县委部署,县委第四巡察组对石桥镇9个村党组织开展了巡察。", "");
  IS(b->author, "中共松岭县石桥镇委员会");
  IS(b->doc_class, "multi_unit");
  assert_int_equal(b->n_units, 0);

  b = page("中共江屏市粮食局党组关于巡察整改情况的通报",
           "根据市委部署,市委第三巡察组对市粮食局党组及所属4家单位进行了巡察。",
           "");
  IS(b->author, NULL);
  IS(b->doc_class, "single_unit");
  IS(b->units[0], "中共江屏市粮食局党组");

  b = page(
      "中共江屏市粮食局党组 中共江屏市储备局党组关于巡察整改情况的通报",
      "根据市委部署,市委第三巡察组对市粮食局党组、市储备局党组进行了巡察。",
      "");
  IS(b->author, NULL);
  IS(b->doc_class, "single_unit");
  assert_int_equal(b->n_units, 2);
  IS(b->units[1], "中共江屏市储备局党组");

  b = page("",
           "根据县委部署,县委第三巡察组对县住房和城乡建设局党组进行了巡察。",
           "");
  assert_int_equal(b->n_units, 1);
  IS(b->units[0], "县住房和城乡建设局党组");
}

/* ---- page data ----------------------------------------------------------- */

static void page_data_in_all_shapes(void **state) {
  (void)state;
  static const char *const TITLE = "中共江屏市粮食局党组关于巡察整改情况的通报";
  static const struct {
    int line;
    const char *before, *under, *tail, *date, *source, *doubtful;
  } cases[] = {
      {__LINE__, "", "发布时间:2024-11-08 10:20 来源:市粮食局 浏览次数:", "",
       "2024-11-08", "市粮食局", ""},
      {__LINE__, "", "发布时间:2024年11月08日 来源: 作者: 【打印】", "",
       "2024-11-08", NULL, ""},
      {__LINE__, "", "来源:\n发布时间:2024-11-08", "", "2024-11-08", NULL, ""},
      {__LINE__, "", "2024-11-08 17:05:33    编辑:校办    来源:江屏 市粮食局",
       "", "2024-11-08", "江屏 市粮食局", ""},
      {__LINE__,
       "索引号:\nJP-2024-1\n成文日期:\n2024年11月8日\n发布日期:\n"
       "2024年11月20日\n公开方式:\n主动公开",
       "", "", "2024-11-08", NULL, ""},
      {__LINE__,
       "索引号 | JP-2024-1 | 组配分类 | 通知公告\n发布机构 | 市粮食局 | "
       "生成日期 | 2024-11-08\n文号 |  | 有效性 | 有效",
       "", "", "2024-11-08", NULL, ""},
      {__LINE__, "索引号 JP-2024-1 发文日期 2024-11-08 文号",
       "【字体:大 中 小】", "", "2024-11-08", NULL, ""},
      {__LINE__, "今天是:2024年12月3日 星期二", "来源:市粮食局",
       "\n中共江屏市粮食局党组\n2024年11月8日\n扫一扫在手机打开当前页",
       "2024-11-08", "市粮食局", ""},
      {__LINE__, "", "",
       "\n联系电话:0000000\n附件:1.清单\n2.台账\n中共江屏市粮食局党组\n"
       "二〇二四年十一月八日\n上一篇:某公告\n2025-01-02",
       "2024-11-08", NULL, ""},
      {__LINE__, "", "",
       "\n原文链接:http://ls.example.gov.cn/zw/202411/t20241108_1.html",
       "2024-11-08", NULL, "publish_date"},
      {__LINE__, "", "信息来源:市粮食局 发布日期:2024-11-08",
       "\n原文链接:http://ls.example.gov.cn/zw/202406/t20240605_1.html",
       "2024-11-08", "市粮食局", ""},
      {__LINE__, "江屏日报 2024年11月8日 星期五\n第B07版:公告", "", "",
       "2024-11-08", NULL, ""},
      {__LINE__, "", "发布时间:2024 - 11 - 08", "", "2024-11-08", NULL, ""},
      {__LINE__, "", "", "\n中共江屏市粮食局党组\n二○二四年十一月八日",
       "2024-11-08", NULL, ""},
      {__LINE__, "", "", "\n中共江屏市粮食局党组\n二Ｏ二四年十一月八日",
       "2024-11-08", NULL, ""},
      {__LINE__, "", "日期:2024年11月", "", NULL, NULL, ""},
      {__LINE__, "", "浏览次数:0 字号:[大 中 小]", "", NULL, NULL, ""},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_str head = zg_arena_printf(pf_arena(), "%s\n%s\n%s", cases[k].before,
                                  TITLE, cases[k].under);
    zg_bulletin *b =
        page(head.p, "根据市委部署,市委第三巡察组对" U "进行了巡察。",
             cases[k].tail);
    print_message("page of line %d\n", cases[k].line);
    IS(b->title, TITLE);
    IS(b->publish_date, cases[k].date);
    IS(b->source, cases[k].source);
    members(b->doubtful, b->n_doubtful, cases[k].doubtful, cases[k].line);
    assert_int_equal(b->n_findings, 2);
  }
}

static void dates_of_addresses(void **state) {
  (void)state;
  static const struct {
    const char *url, *date;
  } cases[] = {
      {"http://a.example/zwxx/202305/t20230517_1180265.html", "2023-05-17"},
      {"http://a.example/art/2021/8/31/art_1_2.html", "2021-08-31"},
      {"http://a.example/2021-08/31/c_1.htm", "2021-08-31"},
      {"http://a.example/2021/0831/c1.html", "2021-08-31"},
      {"http://a.example/20190604/a.html", "2019-06-04"},
      {"http://a.example/col/202211/a.html", "2022-11"},
      {"http://a.example/col/20219931/a.html", NULL},
      {"http://a.example/article/123456.html", NULL},
      {"http://a.example/", NULL},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    zg_parse_hints h = ZG_PARSE_HINTS_INIT;
    h.url = zg_str_of(cases[k].url);
    zg_str s = zg_arena_printf(pf_arena(),
                               "中共江屏市粮食局党组关于巡察整改情况的通报\n"
                               "现将整改情况予以公布。%s",
                               BODY);
    zg_bulletin *b = pf_parse(s.p, &h);
    IS(b->publish_date, cases[k].date);
    assert_int_equal(holds(b->doubtful, b->n_doubtful, "publish_date"),
                     cases[k].date != NULL);
  }
}

/* Each span points at the very bytes. */
static void members_have_their_place(void **state) {
  (void)state;
  zg_bulletin *b = page(
      "中共江屏市粮食局党组关于六届市委\n第五轮巡察整改情况的通报\n"
      "发布时间：２０２４年１１月８日 来源：江屏市粮食局",
      "根据市委部署，2023年3月6日至5月31日，市委第三巡察组对市粮食局党组进行了"
      "常规巡察。8月3日，市委巡察组反馈了意见。",
      "\n原文链接：http://ls.example.gov.cn/1.html");
  static const struct {
    const char *member, *bytes;
  } want[] = {
      {"title", "中共江屏市粮食局党组关于六届市委\n第五轮巡察整改情况的通报"},
      {"units", "中共江屏市粮食局党组"},
      {"team", "市委第三巡察组"},
      {"kind", "常规巡察"},
      {"round", "六届市委\n第五轮"},
      {"inspect_start", "2023年3月6日"},
      {"inspect_end", "5月31日"},
      {"feedback_date", "8月3日"},
      {"publish_date", "２０２４年１１月８日"},
      {"source", "江屏市粮食局"},
      {"url", "http://ls.example.gov.cn/1.html"},
  };
  IS(b->round, "六届市委第五轮");
  for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
    bool found = false;
    for (size_t i = 0; i < b->n_spans; i++) {
      zg_span at = b->spans[i].span;
      if (!zg_str_is(b->spans[i].member, want[k].member))
        continue;
      found = true;
      IS(zg_sx_sub(b->text, (size_t)at.start, (size_t)(at.start + at.len)),
         want[k].bytes);
    }
    if (!found)
      fail_msg("no span of %s", want[k].member);
  }
}

static void a_traditional_copy_reads_the_same(void **state) {
  (void)state;
  zg_bulletin *b =
      pf_parse("中共江屏市糧食局黨組關于巡察整改情況的通報\n"
               "發(fā)布時間:2024-11-08 來(lái)源:市糧食局\n"
               "根據(jù)市委統(tǒng)一部署,2023年3月6日至5月31日,"
               "市委第三巡察組對市糧食局"
               "黨組進行了常規(guī)巡察。8月3日,市委巡察組反饋了意見(jiàn)。現("
               "xiàn)將整改情況予以公布。\n"
               "一、整改落實(shí)情況\n1."
               "關于「庫存檢查走過場」問題的整改。一是重新查庫。二是"
               "建立臺賬并按月核對。\n",
               NULL);
  IS(b->title, "中共江屏市糧食局黨組關于巡察整改情況的通報");
  IS(b->units[0], "中共江屏市粮食局党组");
  IS(b->team, "市委第三巡察组");
  IS(b->kind, "常规巡察");
  IS(b->inspecting_body, "江屏市委");
  IS(b->inspect_end, "2023-05-31");
  IS(b->feedback_date, "2023-08-03");
  IS(b->publish_date, "2024-11-08");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(openings_of_five_shapes),
      cmocka_unit_test(no_opening_no_title),
      cmocka_unit_test(the_year_of_writing),
      cmocka_unit_test(ambiguous_dates_are_warned_of),
      cmocka_unit_test(lags_out_of_range_are_doubtful),
      cmocka_unit_test(teams_are_compared_by_body_and_number),
      cmocka_unit_test(title_and_text_that_disagree),
      cmocka_unit_test(titles_in_their_frames),
      cmocka_unit_test(ranks_of_units),
      cmocka_unit_test(rank_in_context),
      cmocka_unit_test(our_unit_needs_a_name),
      cmocka_unit_test(several_bodies),
      cmocka_unit_test(page_data_in_all_shapes),
      cmocka_unit_test(dates_of_addresses),
      cmocka_unit_test(members_have_their_place),
      cmocka_unit_test(a_traditional_copy_reads_the_same),
  };
  return cmocka_run_group_tests(tests, pf_set_up, pf_tear_down);
}
