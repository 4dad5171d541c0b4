/* libFuzzer: any bytes as a page: charset, article, bulletin. */
#include "index/charset.h"
#include "index/html.h"
#include "tests/fuzz/fuzz.h"

const char *const zg_fuzz_words[] = {
    "<p>",
    "</p>",
    "<br>",
    "<div class=\"TRS_Editor\">",
    "<div id=\"zoom\">",
    "</div>",
    "<table><tr><th>序号</th><th>问题</th><th>责任单位</th></tr>",
    "<tr><td rowspan=\"3\">",
    "<td colspan=\"999999\">",
    "</table>",
    "<ol><li>",
    "<script>",
    "</script>",
    "<style>",
    "<!--",
    "-->",
    "<meta charset=\"gbk\">",
    "<meta name=\"PubDate\" content=\"2024-05-06 10:00\">",
    "<meta name=\"ArticleTitle\" content=\"",
    "<title>",
    "<h1>",
    "<span style=\"display:none\">",
    "<a href=\"/x\">",
    "&nbsp;",
    "&#x5173;",
    "&#0;",
    "&lt;",
    "<![CDATA[",
    "当前位置：首页 > 通知公告",
    "上一篇：",
    "一、整改落实情况",
    "1.往来款长期挂账的问题。",
    "整改情况：已完成。",
    "\x81\x30\x81\x30",
    NULL,
};

static void check_text(zg_str t, const char *what) {
  zg_fuzz_need(!t.p || zg_utf8_check(t.p, t.n) < 0, what);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  zg_str bytes = {(const char *)data, size};
  zg_arena *arena = zg_fuzz_arena();
  zg_decoded d;
  zg_error err = ZG_ERROR_INIT;
  zg_page page;
  zg_str plain;
  if (zg_charset_decode(&d, bytes, ZG_STR_NULL, true, &err))
    return 0;
  zg_str html = {d.text.p ? d.text.p : "", d.text.n};
  check_text(html, "decoded to ill-formed UTF-8");
  if (zg_html_page(&page, arena, html, &err) == ZG_OK) {
    check_text(page.text, "the article is ill-formed UTF-8");
    check_text(page.publish_date, "a date is ill-formed UTF-8");
    check_text(page.source, "a source is ill-formed UTF-8");
    zg_fuzz_need(page.text.p != NULL, "an article that is NULL");
    zg_fuzz_parse(page.text, arena);
  }
  if (zg_html_plain(&plain, arena, html, &err) == ZG_OK)
    check_text(plain, "the plain text is ill-formed UTF-8");
  zg_buf_free(&d.text);
  return 0;
}
