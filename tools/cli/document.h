/* A file of any kind becomes text or a page.
 *
 * What a file is, its bytes say; its name only parts JSON from text.  Files of
 * other programs are turned into text here: DOCX by libzip and libxml2, PDF by
 * pdftotext, what LibreOffice reads (doc, wps, rtf, odt) by soffice.  One
 * thread.
 */
#ifndef ZG_CLI_DOCUMENT_H
#define ZG_CLI_DOCUMENT_H

#include "index/content.h"
#include "tools/cli/cli.h"

/* Why a file or a line did not go in; the order of the report.
 * X(symbol, code, Chinese, English) */
#define ZG_REASON_TABLE(X)                                                     \
  X(NOT_BULLETIN, "not_a_bulletin", "不是整改通报", "no bulletins")            \
  X(SCANNED, "scanned", "扫描件，需要先做文字识别（OCR）",                     \
    "scanned, need OCR first")                                                 \
  X(IMAGE, "image", "图片", "images")                                          \
  X(ENCRYPTED, "encrypted", "有密码", "protected by a password")               \
  X(CHARSET, "charset", "编码无法识别", "charset not recognised")              \
  X(DAMAGED, "damaged", "文件损坏", "damaged")                                 \
  X(EMPTY, "empty", "没有内容", "empty")                                       \
  X(ARCHIVE, "archive", "压缩包，请先解压", "archives: unpack them first")     \
  X(TOOL, "tool_missing", "缺少转换程序", "a program is missing")              \
  X(KIND, "unknown_kind", "不能读取的类型", "kinds that are not read")         \
  X(DUPLICATE, "duplicate_id", "编号重复", "the same id twice")                \
  X(UNREADABLE, "unreadable", "无法打开", "could not be opened")               \
  X(JSON, "invalid_json", "JSON 有误", "faulty JSON")                          \
  X(OTHER, "other", "其他", "other reasons")

typedef enum zg_reason {
#define X(sym, code, zh, en) ZG_REASON_##sym,
  ZG_REASON_TABLE(X)
#undef X
      ZG_REASON_COUNT
} zg_reason;
const char *zg_reason_code(zg_reason r);
const char *zg_reason_label(const zg_cli *cli, zg_reason r);

typedef struct zg_document {
  zg_content content;
  bool html;   /* text is a page, for the daemon to take apart */
  zg_buf text; /* UTF-8 */
  char charset[32];
  bool charset_doubtful;
  size_t replaced; /* characters that did not decode */
  /* Of a file that is not read. */
  zg_reason reason;
  char message[400];
} zg_document;

/* True: text is there.  False: reason and message, in the language of `cli`,
 * without the path.  JSON comes as text (content JSON). */
bool zg_document_read(const zg_cli *cli, const char *path, zg_document *out);
void zg_document_free(zg_document *d);
/* Reading it starts another program, which takes seconds. */
bool zg_document_is_slow(zg_content c);

/* For the converters: sets the fault and returns false. */
bool zg_document_fail(zg_document *d, zg_reason r, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* docx.c, pdf.c, office.c, mhtml.c: `bytes` or the file at `path` to
 * d->text. */
bool zg_docx_read(const zg_cli *cli, zg_str bytes, zg_document *d);
bool zg_pdf_read(const zg_cli *cli, const char *path, zg_document *d);
bool zg_office_read(const zg_cli *cli, const char *path, zg_document *d);
bool zg_mhtml_read(const zg_cli *cli, zg_str bytes, zg_document *d);
/* HTML of a converter to plain text. */
bool zg_document_flatten(const zg_cli *cli, zg_buf *html, zg_document *d);

#endif
