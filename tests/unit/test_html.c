/* index/html.h: the pages of tests/pages, pieces of pages, hostile pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glob.h>

#include "index/charset.h"
#include "index/html.h"

static zg_arena *arena;

static zg_buf read_file(const char *path) {
  zg_buf b = ZG_BUF_INIT;
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  for (int c; (c = getc(f)) != EOF;)
    zg_buf_addc(&b, (char)c);
  fclose(f);
  return b;
}

static zg_page page_of(zg_str html) {
  zg_page p;
  zg_error err = ZG_ERROR_INIT;
  zg_status st = zg_html_page(&p, arena, html, &err);
  if (st)
    print_error("%s\n", err.message);
  assert_int_equal(st, ZG_OK);
  return p;
}

static void article(const char *html, const char *text) {
  zg_page p = page_of(zg_str_of(html));
  assert_string_equal(p.text.p, text);
}

static void plain(const char *html, const char *text) {
  zg_str s;
  assert_int_equal(zg_html_plain(&s, arena, zg_str_of(html), NULL), ZG_OK);
  assert_string_equal(s.p, text);
}

/* NAME.html -> NAME.txt, byte for byte. */
static void pages_give_their_articles(void **state) {
  (void)state;
  glob_t g;
  assert_int_equal(glob("tests/pages/*.html", 0, NULL, &g), 0);
  assert_true(g.gl_pathc >= 10);
  for (size_t i = 0; i < g.gl_pathc; i++) {
    char path[300];
    const char *name = g.gl_pathv[i];
    snprintf(path, sizeof path, "%.*s.txt", (int)strlen(name) - 5, name);
    zg_buf page = read_file(name), want = read_file(path);
    zg_decoded d;
    assert_int_equal(zg_charset_decode(&d, (zg_str){page.p, page.n},
                                       ZG_STR_NULL, true, NULL),
                     ZG_OK);
    zg_page p = page_of((zg_str){d.text.p, d.text.n});
    zg_buf_addc(&want, '\0');
    if (strcmp(p.text.p, want.p) != 0)
      print_error("%s\n", name);
    assert_string_equal(p.text.p, want.p);
    zg_buf_free(&page);
    zg_buf_free(&want);
    zg_buf_free(&d.text);
  }
  globfree(&g);
}

static void metas_are_hints(void **state) {
  (void)state;
  zg_page p = page_of(ZG_STR(
      "<meta name=PubDate content='2024年3月05日 10:00'><meta "
      "name=contentsource content=' 某局 '><meta name=Url "
      "content='http://a.example/1'><meta name=SiteName content=某网><p>x"));
  assert_string_equal(p.publish_date.p, "2024-03-05");
  assert_string_equal(p.source.p, "某局");
  assert_string_equal(p.url.p, "http://a.example/1");
  assert_string_equal(p.site.p, "某网");
  p = page_of(ZG_STR("<meta name=PubDate content='昨天'><p>x"));
  assert_null(p.publish_date.p);
  assert_null(p.source.p);
}

static void white_space_and_entities(void **state) {
  (void)state;
  plain("<p>整改\n  情况</p>", "整改情况\n");
  plain("<p>a\nb  c</p>", "a b c\n");
  plain("<p>整改 情况</p>", "整改 情况\n");
  plain("<p>&nbsp;&emsp;　一、&quot;甲&quot;&#19968;&lt;b&gt;</p>",
        "一、\"甲\"一<b>\n");
  plain("甲<br>乙<br/><br>丙", "甲\n乙\n丙\n");
  plain("<p>2<b>0</b><span>24</span>年</p>", "2024年\n");
  plain("<div>甲<div>乙</div>丙</div>", "甲\n乙\n丙\n");
  plain("<p>面积5m<sup>2</sup>，注<sup>[1]</sup></p>", "面积5m²，注[1]\n");
  plain("a < b 且 c<d", "a < b 且 c\n");
  plain("<p>甲\xE2\x80\x8B乙\xEF\xBB\xBF</p>", "甲乙\n");
  plain("<pre>甲\n乙</pre>", "甲\n乙\n");
}

static void lists_keep_their_numbers(void **state) {
  (void)state;
  plain("<ol><li>甲<li>乙</ol>", "1.甲\n2.乙\n");
  plain("<ol start=3><li>甲<li value=7>乙<li>丙</ol>", "3.甲\n7.乙\n8.丙\n");
  plain("<ol type=a><li>甲<li>乙</ol>", "a.甲\nb.乙\n");
  plain("<ol type=I><li>甲<li>乙<li>丙<li>丁</ol>",
        "i.甲\nii.乙\niii.丙\niv.丁\n");
  plain("<ol style='list-style-type:simp-chinese-informal' start=9><li>甲<li>"
        "乙<li>丙</ol>",
        "九、甲\n十、乙\n十一、丙\n");
  plain("<ol style='list-style: none'><li>甲</ol><ul><li>乙</ul>", "甲\n乙\n");
  plain("<ol><li>1.甲<li>（二）乙<li><p>丙</p></ol>", "1.甲\n（二）乙\n3.丙\n");
}

static void tables_of_findings_become_blocks(void **state) {
  (void)state;
  plain("<table><tr><th>序号<th>问题<th>责任 单位<th>整改措施<th>完成情况"
        "<tr><td>1<td>甲。<td>水利局<td>补课。<td>已完成"
        "<tr><td>2<td>乙。<td><td>清退。<td></table>",
        "序号:1\n问题:甲。\n责任单位:水利局\n整改措施:补课。\n完成情况:已完成\n"
        "\n序号:2\n问题:乙。\n整改措施:清退。\n");
  plain("<table><tr><th>问题<th>整改情况<tr><td>甲。<td>已完成。</table>",
        "问题:甲。\n整改情况:已完成。\n");
  /* cells that are missing, cells too many */
  plain("<table><tr><th>序号<th>问题<th>整改情况<tr><td>1<td>甲。"
        "<tr><td>2<td>乙。<td>已完成<td>备考</table>",
        "序号:1\n问题:甲。\n\n序号:2\n问题:乙。\n整改情况:已完成\n备考\n");
}

static void other_tables(void **state) {
  (void)state;
  plain("<table><tr><td>甲<td>乙<tr><td>1<td>2</table>", "甲 | 乙\n1 | 2\n");
  plain("<table><tr><td>甲<td><td>乙<tr><td>1<td>2<td></table>",
        "甲 |  | 乙\n1 | 2\n");
  plain("<table><caption>表一</caption><tr><td>甲<td>乙<tr><td>1<td>2</table>",
        "表一\n甲 | 乙\n1 | 2\n");
  plain("<table><tr><td><p>甲</p><p>乙</p></table>", "甲\n乙\n");
  plain("<table><tr><td>甲<table><tr><td>1<td>2<tr><td>3<td>4</table></table>",
        "甲\n1 | 2\n3 | 4\n");
  plain("<table><tr><td>索 引 号：<td>A-1<td>发布机构<td>水利局<tr><td>文号<td>"
        "<td>成文日期<td>2024年1月2日</table>",
        "索引号:A-1\n发布机构:水利局\n成文日期:2024年1月2日\n");
}

static void titles(void **state) {
  (void)state;
  const char *body =
      "<div class=x><p>一、整改情况。已完成整改的问题三个。</p>"
      "<p>二、下一步工作。继续抓好后续整改落实各项任务。</p></div>";
  char page[2000];
  snprintf(page, sizeof page,
           "<title>甲局关于整改情况的通报_某县政府网</title>%s", body);
  article(page, "甲局关于整改情况的通报\n一、整改情况。已完成整改的问题三个。\n"
                "二、下一步工作。继续抓好后续整改落实各项任务。\n");
  snprintf(page, sizeof page, "<title>某县人民政府门户网站</title>%s", body);
  article(page, "一、整改情况。已完成整改的问题三个。\n"
                "二、下一步工作。继续抓好后续整改落实各项任务。\n");
}

static void hostile_pages_end_in_text_or_an_error(void **state) {
  (void)state;
  static const char *const pieces[] = {"<div>",
                                       "<b>x",
                                       "</p>",
                                       "<i><table>",
                                       "<table><tr><td>a",
                                       "<!--",
                                       "<",
                                       "<script>",
                                       "<a b=\"",
                                       "<a b='>x",
                                       "<a b=\">\"",
                                       "&a",
                                       "<ol><li>",
                                       "<h1 class=title>甲",
                                       "<div class='nav view title'>",
                                       "<td colspan=1000 rowspan=1000>a",
                                       "</b>",
                                       "<select>",
                                       "<svg>",
                                       "<title>",
                                       "<p hidden>",
                                       "<pre>\n",
                                       "&#x110000;",
                                       "<\xE6\x95\xB4>",
                                       "<body><html><head>"};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    zg_buf b = ZG_BUF_INIT;
    for (int k = 0; k < 20000; k++)
      zg_buf_adds(&b, pieces[i]);
    zg_page p;
    zg_error err = ZG_ERROR_INIT;
    zg_status st = zg_html_page(&p, arena, (zg_str){b.p, b.n}, &err);
    if (st)
      assert_string_equal(err.code, "html_too_broken");
    else
      assert_int_equal(p.text.n ? zg_utf8_check(p.text.p, p.text.n) : -1, -1);
    zg_arena_reset(arena);
    zg_buf_free(&b);
  }
}

static void random_markup_never_hurts(void **state) {
  (void)state;
  static const char *const parts[] = {"<p>",
                                      "</p>",
                                      "<div class=\"content\">",
                                      "</div>",
                                      "<table>",
                                      "<tr>",
                                      "<td colspan=3 rowspan=2>",
                                      "</td>",
                                      "</table>",
                                      "<li>",
                                      "<ol start=2>",
                                      "</ol>",
                                      "问题",
                                      "整改措施",
                                      "序号",
                                      "<!--",
                                      "-->",
                                      "<a href=\"",
                                      "\">",
                                      "<b>",
                                      "</i>",
                                      "&#x",
                                      "<h1>",
                                      "</h1>",
                                      "<title>",
                                      "</title>",
                                      "</svg>",
                                      "<pre>",
                                      "<meta name=Source content=x>",
                                      "发布日期",
                                      "\n",
                                      " ",
                                      "\"",
                                      "<"};
  unsigned seed = 7;
  for (int round = 0; round < 2000; round++) {
    zg_buf b = ZG_BUF_INIT;
    for (int k = rand_r(&seed) % 200; k > 0; k--)
      zg_buf_adds(
          &b, parts[(size_t)rand_r(&seed) % (sizeof parts / sizeof *parts)]);
    zg_page p = page_of((zg_str){b.p ? b.p : "", b.n});
    assert_int_equal(p.text.n ? zg_utf8_check(p.text.p, p.text.n) : -1, -1);
    zg_arena_reset(arena);
    zg_buf_free(&b);
  }
}

static void bytes_that_are_no_utf8(void **state) {
  (void)state;
  zg_page p;
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(zg_html_page(&p, arena, ZG_STR("<p>\xD5\xFB"), &err),
                   ZG_INVALID);
  assert_string_equal(err.code, "invalid_utf8");
  assert_int_equal(err.offset, 3);
}

static int setup(void **state) {
  (void)state;
  arena = zg_arena_new(65536);
  return arena ? 0 : -1;
}
static int teardown(void **state) {
  (void)state;
  zg_arena_free(arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pages_give_their_articles),
      cmocka_unit_test(metas_are_hints),
      cmocka_unit_test(white_space_and_entities),
      cmocka_unit_test(lists_keep_their_numbers),
      cmocka_unit_test(tables_of_findings_become_blocks),
      cmocka_unit_test(other_tables),
      cmocka_unit_test(titles),
      cmocka_unit_test(hostile_pages_end_in_text_or_an_error),
      cmocka_unit_test(random_markup_never_hurts),
      cmocka_unit_test(bytes_that_are_no_utf8),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
