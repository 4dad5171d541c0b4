/* index/content.h and index/charset.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <unicode/ucnv.h>

#include "index/charset.h"
#include "index/content.h"

static const char SIMPLE[] =
    "中共青禾县水务局党组关于巡察整改进展情况的通报\n"
    "根据县委统一部署，2023年11月6日至2024年1月12日，县委第二巡察组对县水务局"
    "党组开展了巡察。\n一、关于“水库安全巡查留有空档”问题的整改\n"
    "整改情况：已完成。一是重排值守表；二是补装监测设备11套。\n";
static const char COMPLEX[] =
    "關於巡察整改進展情況的通報\n根據縣委統一部署，現將整改情況予以公布。\n"
    "一、學習教育抓得不緊的問題。已完成整改。建立制度四項，批評教育三人次。\n";

/* UTF-8 -> charset */
static zg_buf encoded(const char *text, const char *charset, const char *mark,
                      size_t mark_n) {
  zg_buf b = ZG_BUF_INIT;
  UErrorCode ec = U_ZERO_ERROR;
  zg_buf_reserve(&b, strlen(text) * 4 + 64);
  zg_buf_add(&b, mark, mark_n);
  b.n += (size_t)ucnv_convert(charset, "UTF-8", b.p + b.n,
                              (int32_t)(strlen(text) * 4 + 32), text,
                              (int32_t)strlen(text), &ec);
  assert_true(U_SUCCESS(ec));
  return b;
}

static void expect(zg_str bytes, zg_str label, const char *charset,
                   const char *text) {
  zg_decoded d;
  zg_error err = ZG_ERROR_INIT;
  zg_status st = zg_charset_decode(&d, bytes, label, true, &err);
  if (st)
    print_error("%s: %s\n", charset, err.message);
  assert_int_equal(st, ZG_OK);
  assert_string_equal(d.charset, charset);
  assert_int_equal(d.text.n, strlen(text));
  assert_memory_equal(d.text.p, text, d.text.n);
  assert_int_equal(d.replaced, 0);
  zg_buf_free(&d.text);
}

static void expect_in(const char *text, const char *charset, const char *mark,
                      size_t mark_n, const char *name) {
  zg_buf b = encoded(text, charset, mark, mark_n);
  expect((zg_str){b.p, b.n}, ZG_STR_NULL, name, text);
  zg_buf_free(&b);
}

static void every_charset_is_recognised(void **state) {
  (void)state;
  expect_in(SIMPLE, "UTF-8", "", 0, "UTF-8");
  expect_in(SIMPLE, "UTF-8", "\xEF\xBB\xBF", 3, "UTF-8");
  expect_in(SIMPLE, "GBK", "", 0, "GB18030");
  expect_in(SIMPLE, "GB18030", "", 0, "GB18030");
  expect_in(SIMPLE, "UTF-16LE", "\xFF\xFE", 2, "UTF-16LE");
  expect_in(SIMPLE, "UTF-16BE", "\xFE\xFF", 2, "UTF-16BE");
  expect_in(SIMPLE, "UTF-16LE", "", 0, "UTF-16LE");
  expect_in(SIMPLE, "UTF-16BE", "", 0, "UTF-16BE");
  expect_in(COMPLEX, "Big5", "", 0, "Big5");
  expect_in(COMPLEX, "UTF-16LE", "", 0, "UTF-16LE");
  expect_in(COMPLEX, "UTF-8", "", 0, "UTF-8");
  expect_in("plain ASCII, 2024\n", "UTF-8", "", 0, "UTF-8");
}

static void a_few_characters_are_enough(void **state) {
  (void)state;
  static const char *const simple[] = {
      "整改",         "整改情况：已完成。", "学习流于形式。", "问题",
      "关于财务管理", "县委第二巡察组",     "一、二、三"};
  static const char *const complex[] = {"整改情況：已完成。", "學習流於形式。",
                                        "關於財務管理", "縣委第二巡察組"};
  for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
    expect_in(simple[i], "GBK", "", 0, "GB18030");
  for (size_t i = 0; i < sizeof complex / sizeof *complex; i++)
    expect_in(complex[i], "Big5", "", 0, "Big5");
}

static void a_long_text_is_certain_and_a_short_one_is_not(void **state) {
  (void)state;
  const char *texts[] = {SIMPLE, "整改"};
  for (int i = 0; i < 2; i++) {
    zg_buf b = encoded(texts[i], "GBK", "", 0);
    zg_decoded d;
    assert_int_equal(
        zg_charset_decode(&d, (zg_str){b.p, b.n}, ZG_STR_NULL, false, NULL),
        ZG_OK);
    assert_int_equal(d.certain, i == 0);
    zg_buf_free(&d.text);
    zg_buf_free(&b);
  }
}

static void labels_are_honoured_unless_they_are_wrong(void **state) {
  (void)state;
  zg_buf gbk = encoded(SIMPLE, "GBK", "", 0);
  zg_buf big5 = encoded(COMPLEX, "Big5", "", 0);
  zg_str g = {gbk.p, gbk.n}, b = {big5.p, big5.n};
  expect(g, ZG_STR("gb2312"), "GB18030", SIMPLE);
  expect(g, ZG_STR("utf-8"), "GB18030", SIMPLE);
  expect(g, ZG_STR("iso-8859-1"), "GB18030", SIMPLE);
  expect(g, ZG_STR("Big5"), "GB18030", SIMPLE);
  expect(b, ZG_STR("BIG5"), "Big5", COMPLEX);
  expect(b, ZG_STR("gbk"), "Big5", COMPLEX);
  expect(zg_str_of(SIMPLE), ZG_STR("gbk"), "UTF-8", SIMPLE);
  zg_buf_free(&gbk);
  zg_buf_free(&big5);
}

static void pages_name_their_charset(void **state) {
  (void)state;
  static const struct {
    const char *page, *charset;
  } pages[] = {{"<html><head><meta charset=gbk><title>x", "gbk"},
               {"<html><META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; "
                "charset=gb2312\">",
                "gb2312"},
               {"<?xml version=\"1.0\" encoding='Big5'?><html>", "Big5"},
               {"<meta name=a content=b><meta charset = \"utf-8\" >", "utf-8"},
               {"<p>charset=gbk</p>", NULL},
               {"<meta charset=", NULL}};
  for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
    zg_str found = zg_charset_declared(zg_str_of(pages[i].page));
    if (pages[i].charset)
      assert_true(zg_str_is(found, pages[i].charset));
    else
      assert_null(found.p);
  }
}

static void a_rare_bad_byte_is_replaced_and_counted(void **state) {
  (void)state;
  zg_buf text = ZG_BUF_INIT;
  for (int i = 0; i < 30; i++)
    zg_buf_adds(&text, SIMPLE);
  zg_buf_addc(&text, '\0');
  static const char *const charsets[] = {"GBK", "UTF-8"};
  for (int i = 0; i < 2; i++) {
    zg_buf b = encoded(text.p, charsets[i], "", 0);
    size_t at = b.n / 2;
    while (b.p[at] != '2') /* between characters */
      at++;
    b.p[at] = '\xFF';
    zg_decoded d;
    zg_error err = ZG_ERROR_INIT;
    assert_int_equal(
        zg_charset_decode(&d, (zg_str){b.p, b.n}, ZG_STR_NULL, false, &err),
        ZG_OK);
    assert_int_equal(d.replaced, 1);
    assert_int_equal(d.first_bad, at);
    assert_int_equal(zg_utf8_check(d.text.p, d.text.n), -1);
    assert_non_null(memmem(d.text.p, d.text.n, "\xEF\xBF\xBD", 3));
    zg_buf_free(&d.text);
    zg_buf_free(&b);
  }
  zg_buf_free(&text);
}

static void many_bad_bytes_are_an_error_that_says_where(void **state) {
  (void)state;
  zg_buf b = encoded(SIMPLE, "GBK", "", 0);
  size_t at = 0;
  for (size_t i = 0; i < b.n; i++)
    if (b.p[i] == '\n' || (b.p[i] >= '0' && b.p[i] <= '9')) {
      at = at ? at : i;
      b.p[i] = '\xFF';
    }
  zg_decoded d;
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(
      zg_charset_decode(&d, (zg_str){b.p, b.n}, ZG_STR_NULL, false, &err),
      ZG_INVALID);
  assert_string_equal(err.code, "undecodable");
  assert_int_equal(err.offset, at);
  assert_non_null(strstr(err.message, "GB18030"));
  assert_null(d.text.p);
  zg_buf_free(&b);
}

static void what_is_no_text_is_named(void **state) {
  (void)state;
  static const struct {
    zg_str bytes;
    zg_content content;
  } data[] = {
      {ZG_STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), ZG_CONTENT_PNG},
      {ZG_STR("\xFF\xD8\xFF\xE0\0\x10JFIF"), ZG_CONTENT_JPEG},
      {ZG_STR("%PDF-1.7\n"), ZG_CONTENT_PDF},
      {ZG_STR("PK\3\4....word/document.xml"), ZG_CONTENT_DOCX},
      {ZG_STR("PK\3\4....xl/workbook.xml"), ZG_CONTENT_XLSX},
      {ZG_STR("PK\3\4....a.txt"), ZG_CONTENT_ZIP},
      {ZG_STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1...W\0o\0r\0d\0D\0o\0c\0u\0m"
              "\0e\0n\0t\0"),
       ZG_CONTENT_DOC},
      {ZG_STR("{\\rtf1\\ansi"), ZG_CONTENT_RTF},
      {ZG_STR("Rar!\x1a\x07\0"), ZG_CONTENT_RAR},
      {ZG_STR("\x7F"
              "ELF\2\1\1\0"),
       ZG_CONTENT_PROGRAM}};
  zg_decoded d;
  zg_error err;
  for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
    assert_int_equal(zg_content_of(data[i].bytes), data[i].content);
    assert_int_equal(
        zg_charset_decode(&d, data[i].bytes, ZG_STR_NULL, false, &err),
        ZG_INVALID);
    assert_string_equal(err.code, "not_text");
    assert_non_null(strstr(err.message, zg_content_en(data[i].content)));
  }
  assert_int_equal(zg_charset_decode(&d, ZG_STR("ab\0\1\2\3\4\5\6\7\x80"),
                                     ZG_STR_NULL, false, &err),
                   ZG_INVALID);
  assert_string_equal(err.code, "not_text");
  assert_int_equal(err.offset, 2);
}

static void texts_are_told_apart(void **state) {
  (void)state;
  static const struct {
    zg_str bytes;
    zg_content content;
  } data[] = {{ZG_STR(""), ZG_CONTENT_EMPTY},
              {ZG_STR(" \r\n\t"), ZG_CONTENT_EMPTY},
              {ZG_STR("整改情况"), ZG_CONTENT_TEXT},
              {ZG_STR("用 <p> 标记分段"), ZG_CONTENT_TEXT},
              {ZG_STR("\xEF\xBB\xBF\n<!DOCTYPE HTML>"), ZG_CONTENT_HTML},
              {ZG_STR("<div>整改</div>"), ZG_CONTENT_HTML},
              {ZG_STR("<?xml version=\"1.0\"?>\n<html>"), ZG_CONTENT_HTML},
              {ZG_STR("\xFF\xFE<\0h\0t\0m\0l\0>\0"), ZG_CONTENT_HTML},
              {ZG_STR("{\"text\":1}"), ZG_CONTENT_JSON},
              {ZG_STR("MIME-Version: 1.0\nContent-Type: multipart/related;"),
               ZG_CONTENT_MHTML}};
  for (size_t i = 0; i < sizeof data / sizeof *data; i++)
    assert_int_equal(zg_content_of(data[i].bytes), data[i].content);
}

/* Whatever the bytes: an error, or well-formed UTF-8. */
static void random_bytes_never_hurt(void **state) {
  (void)state;
  char b[257];
  unsigned seed = 1;
  for (int round = 0; round < 3000; round++) {
    size_t n = (size_t)(rand_r(&seed) % 256);
    int low = rand_r(&seed) % 3 == 0 ? 0 : 128;
    for (size_t i = 0; i < n; i++)
      b[i] = (char)(low + rand_r(&seed) % (256 - low));
    zg_decoded d;
    zg_error err = ZG_ERROR_INIT;
    if (zg_charset_decode(&d, (zg_str){b, n}, ZG_STR_NULL, round % 2, &err))
      assert_true(err.status != ZG_OK && err.message[0]);
    else
      assert_int_equal(d.text.n ? zg_utf8_check(d.text.p, d.text.n) : -1, -1);
    zg_buf_free(&d.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_charset_is_recognised),
      cmocka_unit_test(a_few_characters_are_enough),
      cmocka_unit_test(a_long_text_is_certain_and_a_short_one_is_not),
      cmocka_unit_test(labels_are_honoured_unless_they_are_wrong),
      cmocka_unit_test(pages_name_their_charset),
      cmocka_unit_test(a_rare_bad_byte_is_replaced_and_counted),
      cmocka_unit_test(many_bad_bytes_are_an_error_that_says_where),
      cmocka_unit_test(what_is_no_text_is_named),
      cmocka_unit_test(texts_are_told_apart),
      cmocka_unit_test(random_bytes_never_hurt),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
