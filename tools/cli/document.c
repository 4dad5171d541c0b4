#include "tools/cli/document.h"
#include "index/charset.h"
#include "index/html.h"

#include <errno.h>
#include <stdarg.h>
#include <strings.h>
#include <sys/stat.h>

#define FILE_MAX (64u * 1024 * 1024)

static const struct {
  const char *code, *zh, *en;
} reasons[] = {
#define X(sym, code, zh, en) {code, zh, en},
    ZG_REASON_TABLE(X)
#undef X
};

const char *zg_reason_code(zg_reason r) { return reasons[r].code; }
const char *zg_reason_label(const zg_cli *cli, zg_reason r) {
  return zg_say(cli, reasons[r].zh, reasons[r].en);
}

bool zg_document_fail(zg_document *d, zg_reason r, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(d->message, sizeof d->message, fmt, ap);
  va_end(ap);
  d->message[zg_utf8_floor(d->message, strlen(d->message))] = '\0';
  d->reason = r;
  return false;
}

void zg_document_free(zg_document *d) { zg_buf_free(&d->text); }

bool zg_document_is_slow(zg_content c) {
  return c == ZG_CONTENT_PDF || c == ZG_CONTENT_DOC || c == ZG_CONTENT_RTF ||
         c == ZG_CONTENT_ODT;
}

static bool load(const zg_cli *cli, const char *path, zg_buf *out,
                 zg_document *d) {
  bool standard = strcmp(path, "-") == 0;
  FILE *from = standard ? stdin : fopen(path, "rb");
  struct stat st;
  if (!from || (!standard && fstat(fileno(from), &st) != 0)) {
    int why = errno;
    if (from)
      fclose(from);
    return zg_document_fail(d, ZG_REASON_UNREADABLE, "%s",
                            zg_fault_text(cli, why));
  }
  bool ok = true, fits = true;
  for (size_t got = 1; ok && fits && got > 0;) {
    ok = zg_buf_reserve(out, 65536);
    got = ok ? fread(out->p + out->n, 1, 65536, from) : 0;
    out->n += got;
    fits = out->n <= FILE_MAX;
  }
  int why = errno;
  bool bad = ferror(from) != 0;
  if (!standard)
    fclose(from);
  if (!fits)
    return zg_document_fail(d, ZG_REASON_OTHER, "%s",
                            zg_say(cli, "超过 64 MiB", "larger than 64 MiB"));
  if (bad || !ok)
    return zg_document_fail(d, ZG_REASON_UNREADABLE, "%s",
                            zg_fault_text(cli, bad ? why : ENOMEM));
  return true;
}

static bool decode(const zg_cli *cli, zg_str bytes, zg_document *d) {
  zg_decoded t;
  zg_error err = ZG_ERROR_INIT;
  bool html = d->content == ZG_CONTENT_HTML;
  if (zg_charset_decode(&t, bytes, ZG_STR_NULL, html, &err) == ZG_OK) {
    d->text = t.text;
    d->html = html;
    d->replaced = t.replaced;
    d->charset_doubtful = !t.certain;
    memcpy(d->charset, t.charset, sizeof d->charset);
    return true;
  }
  long long at = (long long)err.offset + 1;
  if (strcmp(err.code, "not_text") == 0)
    return zg_document_fail(d, ZG_REASON_KIND,
                            zg_say(cli,
                                   "二进制数据，不是文本（第 %lld 字节是 NUL）",
                                   "binary data, no text (byte %lld is NUL)"),
                            at);
  if (strcmp(err.code, "undecodable") == 0)
    return zg_document_fail(
        d, ZG_REASON_CHARSET,
        zg_say(cli,
               "编码无法识别（第 %lld 字节起；试过 UTF-8、GB18030、Big5、"
               "UTF-16）",
               "its charset is not recognised (from byte %lld; UTF-8, GB18030, "
               "Big5 and UTF-16 were tried)"),
        at);
  return zg_document_fail(d, ZG_REASON_OTHER, "%s", err.message);
}

bool zg_document_flatten(const zg_cli *cli, zg_buf *html, zg_document *d) {
  zg_error err = ZG_ERROR_INIT;
  zg_arena *arena = html->failed ? NULL : zg_arena_new(65536);
  zg_str text = ZG_STR_NULL;
  bool ok = arena && zg_html_plain(&text, arena,
                                   (zg_str){html->p ? html->p : "", html->n},
                                   &err) == ZG_OK;
  if (!ok)
    zg_document_fail(d, ZG_REASON_DAMAGED, "%s",
                     err.message[0] ? err.message : "no memory");
  else if (text.n == 0)
    ok = zg_document_fail(d, ZG_REASON_EMPTY, "%s",
                          zg_say(cli, "没有文字", "it has no text"));
  else
    ok = zg_buf_add(&d->text, text.p, text.n);
  zg_arena_free(arena);
  return ok;
}

/* What is not read: a message that names it. */
static bool refuse(const zg_cli *cli, zg_document *d) {
  const char *name =
      zg_say(cli, zg_content_zh(d->content), zg_content_en(d->content));
  switch (d->content) {
  case ZG_CONTENT_EMPTY:
    return zg_document_fail(d, ZG_REASON_EMPTY, "%s", name);
  case ZG_CONTENT_ZIP:
  case ZG_CONTENT_RAR:
  case ZG_CONTENT_SEVENZIP:
  case ZG_CONTENT_GZIP:
    return zg_document_fail(d, ZG_REASON_ARCHIVE,
                            zg_say(cli, "%s，请先解压", "%s: unpack it first"),
                            name);
  default:
    if (zg_content_is_image(d->content))
      return zg_document_fail(
          d, ZG_REASON_IMAGE,
          zg_say(cli, "%s，没有文字可读", "%s: no text to read"), name);
    return zg_document_fail(d, ZG_REASON_KIND,
                            zg_say(cli, "%s，不能读取", "%s: not read"), name);
  }
}

/* Other programs read a file by its name, and a pipe is empty by now. */
static bool can_be_named(const char *path) {
  struct stat st;
  return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* A page whose first tags come late, or a piece of one: its name tells. */
static bool named_as_page(const char *path, zg_str bytes) {
  static const char *const endings[] = {".html", ".htm", ".shtml", ".xhtml"};
  size_t n = strlen(path);
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
    size_t k = strlen(endings[i]);
    if (n > k && strcasecmp(path + n - k, endings[i]) == 0)
      return memmem(bytes.p, bytes.n, "</", 2) != NULL;
  }
  return false;
}

bool zg_document_read(const zg_cli *cli, const char *path, zg_document *d) {
  zg_buf bytes = ZG_BUF_INIT;
  *d = (zg_document){.text = ZG_BUF_INIT};
  bool ok = load(cli, path, &bytes, d);
  zg_str b = {bytes.p ? bytes.p : "", bytes.n};
  if (!ok)
    goto out;
  d->content = zg_content_of(b);
  if (d->content == ZG_CONTENT_TEXT && named_as_page(path, b))
    d->content = ZG_CONTENT_HTML;
  if (d->content == ZG_CONTENT_MHTML)
    ok = zg_mhtml_read(cli, b, d);
  else if (zg_content_is_text(d->content))
    ok = decode(cli, b, d);
  else if (d->content == ZG_CONTENT_DOCX)
    ok = zg_docx_read(cli, b, d);
  else if (zg_document_is_slow(d->content) && !can_be_named(path))
    ok = zg_document_fail(
        d, ZG_REASON_OTHER, "%s",
        zg_say(cli, "这种文件不能从标准输入或管道读取，请给出文件名",
               "not read from standard input or a pipe: name the file"));
  else if (d->content == ZG_CONTENT_PDF)
    ok = zg_pdf_read(cli, path, d);
  else if (zg_document_is_slow(d->content))
    ok = zg_office_read(cli, path, d);
  else
    ok = refuse(cli, d);
  if (ok && memchr(d->text.p, '\0', d->text.n)) /* JSON strings end there */
    ok = zg_document_fail(
        d, ZG_REASON_KIND, "%s",
        zg_say(cli, "含有 NUL 字节，不是文本", "a NUL byte: no text"));
out:
  zg_buf_free(&bytes);
  if (!ok)
    zg_buf_clear(&d->text);
  return ok;
}
