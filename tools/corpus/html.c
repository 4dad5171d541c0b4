/* The text as a page of a government site. */
#include "tools/corpus/draft.h"

static void put_escaped(zg_buf *out, const char *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (p[i] == '<')
      zg_buf_adds(out, "&lt;");
    else if (p[i] == '>')
      zg_buf_adds(out, "&gt;");
    else if (p[i] == '&')
      zg_buf_adds(out, "&amp;");
    else
      zg_buf_addc(out, p[i]);
  }
}

static void put_line(zg_buf *out, const char *before, const char *p, size_t n,
                     const char *after) {
  zg_buf_adds(out, before);
  put_escaped(out, p, n);
  zg_buf_adds(out, after);
}

/* Line by line: what stands before the title, the title, the rest up to what
 * the page puts after it. */
static void put_lines(const zg_draft *d, zg_buf *out) {
  zg_slot_id id = d->g.title;
  zg_slot title = id >= 0 ? d->slots[id] : (zg_slot){0, 0};
  size_t tail = d->slots[d->tail].start, at = 0;
  bool article = false, foot = false;
  while (at < d->text.n) {
    const char *p = d->text.p + at, *nl = memchr(p, '\n', d->text.n - at);
    size_t n = nl ? (size_t)(nl - p) : d->text.n - at;
    if (at + n >= title.start && !article) {
      zg_buf_adds(out, "<div class=\"article\">\n");
      article = true;
    }
    if (at >= tail && article && !foot) {
      zg_buf_adds(out, "</div>\n<div class=\"footer\">\n");
      foot = true;
    }
    if (!article)
      put_line(out, "<div class=\"position\">", p, n, "</div>\n");
    else if (at < title.end)
      put_line(out, "<h1>", p, n, "</h1>\n");
    else if (foot)
      put_line(out, "<span>", p, n, "</span>\n");
    else
      put_line(out, "<p style=\"text-indent:2em\">", p, n, "</p>\n");
    at += n + 1;
  }
  zg_buf_adds(out, "</div>\n");
}

void zg_page_html(const zg_draft *d, zg_buf *out) {
  zg_buf_adds(
      out, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n"
           "<meta charset=\"utf-8\">\n<title>正文 - 政务网</title>\n"
           "<style>.article p{line-height:2em}</style>\n"
           "<script>var site='整改情况：已完成。';function share(){return 1;}"
           "</script>\n</head>\n<body>\n"
           "<div class=\"nav\"><ul><li><a href=\"/\">首页</a></li>"
           "<li><a href=\"/zw\">政务公开</a></li>"
           "<li><a href=\"/fw\">办事服务</a></li>"
           "<li><a href=\"/hd\">互动交流</a></li></ul></div>\n");
  put_lines(d, out);
  zg_buf_adds(out, "<div class=\"copyright\"><a href=\"/about\">网站地图</a> "
                   "<a href=\"/contact\">联系我们</a></div>\n"
                   "</body>\n</html>\n");
}
