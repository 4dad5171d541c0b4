/* MHTML, as browsers and office programs save pages: the first part of
 * text/html, its transfer encoding undone, its charset found out. */
#include "index/charset.h"
#include "tools/cli/document.h"

#include <ctype.h>
#include <strings.h>

/* Line feed of the line at p, or the end. */
static const char *line_end(const char *p, const char *end) {
  const char *feed = memchr(p, '\n', (size_t)(end - p));
  return feed ? feed : end;
}

/* Value of `key=` in a header, quotes removed. */
static zg_str parameter(zg_str head, const char *key) {
  size_t n = strlen(key);
  for (size_t i = 0; i + n < head.n; i++) {
    if (strncasecmp(head.p + i, key, n) != 0)
      continue;
    const char *p = head.p + i + n, *end = head.p + head.n;
    bool quoted = p < end && *p == '"';
    p += quoted;
    const char *q = p;
    while (q < end && (quoted ? *q != '"' : !strchr("; \t\r\n", *q)))
      q++;
    return (zg_str){p, (size_t)(q - p)};
  }
  return ZG_STR_NULL;
}

static bool says(zg_str head, const char *word) {
  size_t n = strlen(word);
  for (size_t i = 0; i + n <= head.n; i++)
    if (strncasecmp(head.p + i, word, n) == 0)
      return true;
  return false;
}

static int hex(char c) {
  return isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10;
}

static void quoted_printable(zg_str in, zg_buf *out) {
  for (size_t i = 0; i < in.n; i++) {
    if (in.p[i] != '=') {
      zg_buf_addc(out, in.p[i]);
    } else if (i + 2 < in.n && isxdigit((unsigned char)in.p[i + 1]) &&
               isxdigit((unsigned char)in.p[i + 2])) {
      zg_buf_addc(out, (char)(hex(in.p[i + 1]) * 16 + hex(in.p[i + 2])));
      i += 2;
    } else { /* a soft line break */
      while (i + 1 < in.n && in.p[i] != '\n')
        i++;
    }
  }
}

static void base64(zg_str in, zg_buf *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                               "uvwxyz0123456789+/";
  unsigned bits = 0, n = 0;
  for (size_t i = 0; i < in.n && in.p[i] != '='; i++) {
    const char *d = in.p[i] ? strchr(digits, in.p[i]) : NULL;
    if (!d)
      continue;
    bits = bits << 6 | (unsigned)(d - digits);
    n += 6;
    if (n >= 8) {
      n -= 8;
      zg_buf_addc(out, (char)(bits >> n & 0xFF));
    }
  }
}

/* The next part: its head and its body; false at the end. */
static bool next_part(zg_str all, const zg_str *mark, size_t *at, zg_str *head,
                      zg_str *body) {
  const char *end = all.p + all.n, *p = all.p + *at;
  const char *found = memmem(p, (size_t)(end - p), mark->p, mark->n);
  if (!found)
    return false;
  const char *from = line_end(found, end), *q = from;
  const char *stop = memmem(from, (size_t)(end - from), mark->p, mark->n);
  if (!stop)
    stop = end;
  while (q < stop) { /* to the empty line */
    const char *next = line_end(q + 1 < stop ? q + 1 : stop, stop);
    if (next - q <= 1 || (next - q == 2 && q[1] == '\r')) {
      q = next;
      break;
    }
    q = next;
  }
  *head = (zg_str){from, (size_t)(q - from)};
  *body = (zg_str){q, (size_t)(stop - q)};
  *at = (size_t)(stop - all.p);
  return stop > from;
}

bool zg_mhtml_read(const zg_cli *cli, zg_str bytes, zg_document *d) {
  zg_str mark = parameter(bytes, "boundary="), head, body;
  zg_buf line = ZG_BUF_INIT, page = ZG_BUF_INIT;
  size_t at = 0;
  bool found = false;
  if (mark.n && mark.n < 200) {
    zg_buf_adds(&line, "--");
    zg_buf_add(&line, mark.p, mark.n);
    zg_str whole = {line.p, line.n};
    while (!found && line.p && next_part(bytes, &whole, &at, &head, &body))
      found = says(head, "content-type: text/html");
  }
  if (found && says(head, "quoted-printable"))
    quoted_printable(body, &page);
  else if (found && says(head, "base64"))
    base64(body, &page);
  else if (found)
    zg_buf_add(&page, body.p, body.n);
  zg_decoded t = {.first_bad = -1};
  found = page.n &&
          zg_charset_decode(&t, (zg_str){page.p, page.n},
                            parameter(head, "charset="), true, NULL) == ZG_OK;
  if (found) {
    d->text = t.text;
    d->html = true;
    d->replaced = t.replaced;
    d->charset_doubtful = !t.certain;
    memcpy(d->charset, t.charset, sizeof d->charset);
  } else {
    zg_document_fail(d, ZG_REASON_DAMAGED, "%s",
                     zg_say(cli, "单个文件网页中没有可读的页面",
                            "the web archive holds no page that can be read"));
  }
  zg_buf_free(&line);
  zg_buf_free(&page);
  return found;
}
