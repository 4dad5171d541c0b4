/* index/normalise.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "index/normalise.h"

static zg_normaliser *nz;

typedef zg_status normalise_fn(const zg_normaliser *, zg_str, zg_norm *,
                               zg_error *);

static int setup(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  return zg_normaliser_new(&nz, &err) ? -1 : 0;
}

static int teardown(void **state) {
  (void)state;
  zg_normaliser_free(nz);
  zg_normaliser_free(NULL);
  return 0;
}

static void expect(normalise_fn *fn, const char *in, const char *want) {
  zg_norm n = ZG_NORM_INIT;
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(fn(nz, zg_str_of(in), &n, &err), ZG_OK);
  assert_string_equal(n.p, want);
  assert_int_equal(n.n, strlen(want));
  zg_norm_free(&n);
}

#define LAYOUT(in, want) expect(zg_normalise_layout, in, want)
#define SEARCH(in, want) expect(zg_normalise_search, in, want)

static void layout_keeps_the_layout(void **state) {
  (void)state;
  LAYOUT("", "");
  LAYOUT("一、整改情况。\n(一)“压实”责任;\n",
         "一、整改情况。\n(一)“压实”责任;\n");
  LAYOUT("（一）压实责任：建账，销号；", "(一)压实责任:建账,销号;");
  LAYOUT("①甲②乙㉑丙……", "①甲②乙㉑丙……");
  LAYOUT("⑴甲 ⒈乙 ㈠丙", "(1)甲 1.乙 (一)丙");
  LAYOUT("甲\r\n乙\r丙\xE2\x80\xA8丁", "甲\n乙\n丙\n丁");
  LAYOUT("甲\xE3\x80\x80乙\xC2\xA0丙", "甲 乙 丙");
  LAYOUT("甲\xE2\x80\x8B乙\xEF\xBB\xBF", "甲乙");
  LAYOUT("名\t数", "名\t数");
  LAYOUT("ＡＢｃ１２％", "ABc12%");
  LAYOUT("㎡ ﾊﾞ e\xCC\x81", "m2 バ é");
  LAYOUT("a\x01\x7F", "a  ");
}

static void blanks_leave_numbers_and_dates_only(void **state) {
  (void)state;
  LAYOUT("2024 年 3月 5 日", "2024年3月5日");
  LAYOUT("〔201 2〕 9 号", "〔2012〕 9号");
  LAYOUT("2 0 2 4 年 1 2 月 3 1 日", "2024年12月31日");
  LAYOUT("〔2024〕1 2 号", "〔2024〕12号");
  LAYOUT("第 3 轮", "第3轮");
  LAYOUT("3 5人", "3 5人");          /* a table's columns */
  LAYOUT("2024 12 月", "2024 12月"); /* not one month */
  LAYOUT("发布 2024-11-08 来源", "发布 2024-11-08 来源");
  LAYOUT("12.5 6月", "12.5 6月");
  SEARCH("2024 年 3月", "2024年3月");
  SEARCH("共 3 类 6 个", "共3类6个");
  SEARCH("〔201 2〕 9 号", "2012 9号");
  SEARCH("3 5人", "3 5人");
  SEARCH("3\n个", "3 个"); /* a line end is no blank inside a number */
}

static void gaps(void **state) {
  (void)state;
  SEARCH("", "");
  SEARCH("  。、", "");
  SEARCH("议事，规则", "议事 规则");
  SEARCH("，议事——（规则）。", "议事 规则");
  SEARCH("议事\n\n  规则", "议事 规则");
  SEARCH("“三重一大”决策", "三重一大 决策");
  SEARCH("12.5万元", "12 5万元");
  SEARCH("第3、第4", "第3 第4");
  SEARCH("a\xE2\x80\x8B"
         "b",
         "ab");
  SEARCH("a+b=c", "a b c");
}

static void folds_for_search(void **state) {
  (void)state;
  SEARCH("ＡＢｃ WORD", "abc word");
  SEARCH("①②", "12");
  SEARCH("Straße CAFÉ e\xCC\x81", "strasse cafe e");
  SEARCH("٣٤", "34");
  SEARCH("Ⅲ级", "iii级");
  SEARCH("ｶﾞが", "ガが");
}

static void traditional_is_simplified(void **state) {
  (void)state;
  static const char *const PAIRS[][2] = {
      {"審計發現的問題", "审计发现的问题"},
      {"黨組領導班子會議記錄", "党组领导班子会议记录"},
      {"關於「三重一大」決策程序", "关于“三重一大”决策程序"},
      {"隨著水務局後續整改", "随着水务局后续整改"},
      {"成效顯著、專著兩本", "成效显著、专著两本"},
      {"餅乾與乾旱", "饼干与干旱"},
      {"俱樂部設施俱全", "俱乐部设施俱全"},
      {"禮砲", "礼炮"},
      {"瞭望塔，瞭解情況", "瞭望塔，了解情况"},
      {"憑藉與慰藉", "凭借与慰藉"},
      {"覈實峯會諮詢", "核实峰会咨询"},
      {"臺賬、裡程、麵粉、製度", "台账、里程、面粉、制度"},
  };
  zg_norm a = ZG_NORM_INIT, b = ZG_NORM_INIT;
  normalise_fn *const FORMS[] = {zg_normalise_layout, zg_normalise_search};
  for (size_t f = 0; f < 2; f++)
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
      assert_int_equal(FORMS[f](nz, zg_str_of(PAIRS[i][0]), &a, NULL), ZG_OK);
      assert_int_equal(FORMS[f](nz, zg_str_of(PAIRS[i][1]), &b, NULL), ZG_OK);
      assert_string_equal(a.p, b.p);
    }
  zg_norm_free(&a);
  zg_norm_free(&b);
  /* Simplified text stays as it is. */
  LAYOUT("乾县、乾隆、显著、沿着、姊妹、摔跤、俱全、饼干、台账、复核、覆盖",
         "乾县、乾隆、显著、沿着、姊妹、摔跤、俱全、饼干、台账、复核、覆盖");
  LAYOUT("⻓期⺠生", "长期民生"); /* radicals of PDF text */
}

static void full_width_is_half_width(void **state) {
  (void)state;
  char full[95 * 3 + 1], half[95 + 1];
  size_t n = 0;
  for (uint32_t c = 0x21; c < 0x7F; c++) {
    n += (size_t)zg_utf8_put(full + n, c - 0x21 + 0xFF01);
    half[c - 0x21] = (char)c;
  }
  full[n] = half[0x7F - 0x21] = '\0';
  LAYOUT(full, half);
  SEARCH(full,
         "0123456789 abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz");
  SEARCH(half,
         "0123456789 abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz");
}

static void pinyin_is_dropped(void **state) {
  (void)state;
  LAYOUT("統(tǒng)一", "统一");
  LAYOUT("統（tǒng）一（yī）", "统一");
  LAYOUT("綠(lǜ)化(hua\xCC\x80)", "绿化");
  LAYOUT("統(ｔǒng)(yī)", "统");
  SEARCH("統(tǒng)一部署(shǔ)", "统一部署");
  /* What is no pinyin stays. */
  LAYOUT("系统(app)", "系统(app)");
  LAYOUT("统(Tǒng)", "统(Tǒng)");
  LAYOUT("统(tǒng", "统(tǒng");
  LAYOUT("统 (tǒng)", "统 (tǒng)");
  LAYOUT("x(tǒng)", "x(tǒng)");
  LAYOUT("统()", "统()");
}

static void spans_point_at_the_source(void **state) {
  (void)state;
  static const char src[] = "統(tǒng)一部署，２０２１年e\xCC\x81！。";
  zg_str s = zg_str_of(src);
  zg_norm n = ZG_NORM_INIT;
  assert_int_equal(zg_normalise_search(nz, s, &n, NULL), ZG_OK);
  assert_string_equal(n.p, "统一部署 2021年e");
  static const struct {
    const char *part, *source;
  } CASES[] = {
      {"统", "統"},          {"统一", "統(tǒng)一"}, {"部署", "部署"},
      {"2021", "２０２１"},  {"021年", "０２１年"},  {"年e", "年e\xCC\x81"},
      {"署 20", "署，２０"},
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    const char *hit = strstr(n.p, CASES[i].part);
    zg_span span =
        zg_norm_span(&n, s, (size_t)(hit - n.p), strlen(CASES[i].part));
    assert_int_equal(span.len, strlen(CASES[i].source));
    assert_memory_equal(src + span.start, CASES[i].source, span.len);
  }
  assert_int_equal(zg_norm_span(&n, s, 0, 0).start, -1);
  assert_int_equal(zg_norm_span(&n, s, n.n, 1).start, -1);
  assert_int_equal(zg_norm_span(&n, s, 0, n.n + 1).start, -1);
  assert_int_equal(n.map[n.n], s.n);
  zg_norm_free(&n);
}

static void malformed_text_is_refused_with_its_offset(void **state) {
  (void)state;
  zg_norm n = ZG_NORM_INIT;
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(zg_normalise_search(nz, ZG_STR("水\xFF"), &n, &err),
                   ZG_INVALID);
  assert_int_equal(err.offset, 3);
  assert_string_equal(err.code, "invalid_utf8");
  zg_norm_free(&n);
}

/* Many combining marks, parted by ignorables: must be one pass, not a pass a
 * mark (a megabyte of them would take minutes). */
static void combining_marks_are_linear(void **state) {
  (void)state;
  zg_buf b = ZG_BUF_INIT;
  zg_buf_adds(&b, "e");
  while (b.n < 1000000)
    zg_buf_adds(&b, "\xCC\x81\xE2\x80\x8B");
  zg_norm n = ZG_NORM_INIT;
  assert_int_equal(zg_normalise_search(nz, (zg_str){b.p, b.n}, &n, NULL),
                   ZG_OK);
  assert_string_equal(n.p, "e");
  zg_norm_free(&n);
  zg_buf_free(&b);
}

/* ---- properties over random text ---- */

static uint64_t seed;
static uint32_t rnd(uint32_t n) { /* xorshift64* */
  seed ^= seed >> 12;
  seed ^= seed << 25;
  seed ^= seed >> 27;
  return (uint32_t)((seed * UINT64_C(2685821657736338717)) >> 33) % n;
}

static void random_text(zg_buf *b, bool wild) {
  static const char *const PIECES[] = {
      "水",
      "務",
      "审",
      "著",
      "显",
      "乾",
      "县",
      "年",
      "月",
      "日",
      "号",
      "第",
      "1",
      "2",
      "0",
      "9",
      "12",
      " ",
      "  ",
      "\xE3\x80\x80",
      "\t",
      "\n",
      "\r\n",
      "，",
      "。",
      "(",
      "（",
      ")",
      "）",
      "〔",
      "〕",
      "“",
      "「",
      "』",
      "tǒng",
      "(tǒng)",
      "（yī）",
      "A",
      "ｂ",
      "e",
      "\xCC\x81",
      "\xE3\x82\x99",
      "か",
      "ﾊ",
      "ﾞ",
      "한",
      "\xE1\x84\x80",
      "\xE1\x85\xA1",
      "\xE1\x86\xA8",
      "①",
      "⑴",
      "…",
      "㎡",
      "ﬁ",
      "İ",
      "\xE2\x80\x8B",
      "\xC2\xAD",
      "\xEF\xB8\x8F",
      "\xF0\xA0\x80\x80",
      "\xF0\x9D\x90\x80",
      "\xF0\x9F\x98\x80",
      "²",
      "½",
      ".",
      "-",
      "瞭",
      "望",
      "藉",
      "ß",
      "٣",
      "\xE0\xB8\x81\xE0\xB8\xB3",
  };
  zg_buf_clear(b);
  uint32_t n = rnd(40);
  for (uint32_t i = 0; i < n; i++) {
    if (wild && rnd(4) == 0) {
      uint32_t cp = rnd(3) ? rnd(0x3100) : rnd(0x110000);
      if (cp >= 0xD800 && cp < 0xE000)
        continue;
      char u[4];
      zg_buf_add(b, u, (size_t)zg_utf8_put(u, cp));
    } else
      zg_buf_adds(b, PIECES[rnd(sizeof PIECES / sizeof *PIECES)]);
  }
}

static void check_map(const zg_norm *n, zg_str src) {
  assert_int_equal(zg_utf8_check(n->p, n->n), -1);
  assert_int_equal(n->map[n->n], src.n);
  size_t i = 0;
  while (i < n->n) {
    uint32_t cp;
    int len = zg_utf8_next(n->p + i, n->n - i, &cp);
    assert_true(n->map[i] < src.n);
    assert_int_not_equal((unsigned char)src.p[n->map[i]] & 0xC0, 0x80);
    for (int k = 1; k < len; k++)
      assert_int_equal(n->map[i + (size_t)k], n->map[i]);
    i += (size_t)len;
    assert_true(n->map[i] >= n->map[i - 1]);
    zg_span span = zg_norm_span(n, src, i - (size_t)len, (size_t)len);
    assert_true(span.len > 0 && span.start + span.len <= (int64_t)src.n);
    assert_int_equal(zg_utf8_check(src.p + span.start, (size_t)span.len), -1);
  }
}

static void check_canonical(const zg_norm *n) {
  for (size_t i = 0; i < n->n; i++) {
    unsigned char c = (unsigned char)n->p[i];
    bool edge = i == 0 || i + 1 == n->n;
    if (c < 0x80)
      assert_true(zg_unit_is_alnum(c) || (c == ' ' && !edge));
    if (c == ' ')
      assert_int_not_equal(n->p[i + 1], ' ');
  }
}

static bool has_digit(const zg_norm *n) {
  for (size_t i = 0; i < n->n; i++)
    if (n->p[i] >= '0' && n->p[i] <= '9')
      return true;
  return false;
}

static void random_text_keeps_the_laws(void **state) {
  (void)state;
  zg_buf b = ZG_BUF_INIT;
  zg_norm l = ZG_NORM_INIT, s = ZG_NORM_INIT, again = ZG_NORM_INIT;
  size_t idempotent = 0;
  seed = 20240815;
  for (int round = 0; round < 60000; round++) {
    random_text(&b, round % 2);
    zg_str src = {b.p, b.n};
    assert_int_equal(zg_normalise_layout(nz, src, &l, NULL), ZG_OK);
    check_map(&l, src);
    assert_int_equal(zg_normalise_search(nz, src, &s, NULL), ZG_OK);
    check_map(&s, src);
    check_canonical(&s);
    if (round % 2 == 0) { /* known characters: twice is once */
      assert_int_equal(
          zg_normalise_layout(nz, (zg_str){l.p, l.n}, &again, NULL), ZG_OK);
      assert_string_equal(again.p, l.p);
      /* what the parser read and what search sees are one */
      assert_int_equal(
          zg_normalise_search(nz, (zg_str){l.p, l.n}, &again, NULL), ZG_OK);
      assert_string_equal(again.p, s.p);
    }
    /* A gap beside a digit reads as a blank inside a number the second time:
     * canonical text is never normalised again where digits matter.  And a
     * dropped mark may let what stood around it compose. */
    if (round % 2 == 0 && !has_digit(&s) &&
        !(src.n && memmem(src.p, src.n, "\xCC\x81", 2))) {
      idempotent++;
      assert_int_equal(
          zg_normalise_search(nz, (zg_str){s.p, s.n}, &again, NULL), ZG_OK);
      assert_string_equal(again.p, s.p);
    }
  }
  assert_true(idempotent > 2000);
  zg_norm_free(&l);
  zg_norm_free(&s);
  zg_norm_free(&again);
  zg_buf_free(&b);
}

static void runs_that_stand_for_themselves(void **state) {
  (void)state;
  assert_true(zg_norm_stands(nz, ZG_STR("离任审计")));
  assert_false(zg_norm_stands(nz, ZG_STR("")));
  assert_false(zg_norm_stands(nz, ZG_STR("離任"))); /* traditional */
  assert_false(zg_norm_stands(nz, ZG_STR("著作"))); /* the word decides */
  assert_false(zg_norm_stands(nz, ZG_STR("离任 审计")));
  assert_false(zg_norm_stands(nz, ZG_STR("21年")));
  assert_false(zg_norm_stands(nz, ZG_STR("が")));
  assert_false(zg_norm_stands(nz, ZG_STR("𠀀")));
  assert_true(zg_norm_composes(0x301));
  assert_true(zg_norm_composes(0xFE00)); /* variation selector */
  assert_false(zg_norm_composes(0x5BA1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(layout_keeps_the_layout),
      cmocka_unit_test(blanks_leave_numbers_and_dates_only),
      cmocka_unit_test(gaps),
      cmocka_unit_test(folds_for_search),
      cmocka_unit_test(traditional_is_simplified),
      cmocka_unit_test(full_width_is_half_width),
      cmocka_unit_test(pinyin_is_dropped),
      cmocka_unit_test(spans_point_at_the_source),
      cmocka_unit_test(malformed_text_is_refused_with_its_offset),
      cmocka_unit_test(combining_marks_are_linear),
      cmocka_unit_test(random_text_keeps_the_laws),
      cmocka_unit_test(runs_that_stand_for_themselves),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
