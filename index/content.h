/* What a piece of data is, told by its first bytes and never by its name.
 *
 * Pure, any thread.  A text is whatever is none of the others and has no NUL
 * bytes (index/charset.h knows the UTF-16 that has them).
 */
#ifndef ZG_CONTENT_H
#define ZG_CONTENT_H

#include "index/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(symbol, API name, Chinese, English) */
#define ZG_CONTENT_TABLE(X)                                                    \
  X(EMPTY, "empty", "空文件", "an empty file")                                 \
  X(TEXT, "text", "文本", "text")                                              \
  X(HTML, "html", "网页", "an HTML page")                                      \
  X(MHTML, "mhtml", "单个文件网页", "a saved web archive (MHTML)")             \
  X(JSON, "json", "JSON", "JSON")                                              \
  X(PDF, "pdf", "PDF 文档", "a PDF document")                                  \
  X(DOCX, "docx", "Word 文档（docx）", "a Word document (docx)")               \
  X(XLSX, "xlsx", "电子表格（xlsx）", "a spreadsheet (xlsx)")                  \
  X(PPTX, "pptx", "演示文稿（pptx）", "a presentation (pptx)")                 \
  X(ODT, "odt", "OpenDocument 文档", "an OpenDocument text")                   \
  X(OFD, "ofd", "OFD 版式文件", "an OFD document")                             \
  X(ZIP, "zip", "ZIP 压缩包", "a ZIP archive")                                 \
  X(DOC, "doc", "旧版 Word/WPS 文档", "an old Word or WPS document")           \
  X(OLE, "ole", "旧版 Office 文件", "an old Office file")                      \
  X(RTF, "rtf", "RTF 文档", "an RTF document")                                 \
  X(RAR, "rar", "RAR 压缩包", "a RAR archive")                                 \
  X(SEVENZIP, "7z", "7z 压缩包", "a 7z archive")                               \
  X(GZIP, "gzip", "gzip 压缩文件", "a gzip file")                              \
  X(PNG, "png", "PNG 图片", "a PNG image")                                     \
  X(JPEG, "jpeg", "JPEG 图片", "a JPEG image")                                 \
  X(GIF, "gif", "GIF 图片", "a GIF image")                                     \
  X(BMP, "bmp", "BMP 图片", "a BMP image")                                     \
  X(TIFF, "tiff", "TIFF 图片", "a TIFF image")                                 \
  X(WEBP, "webp", "WebP 图片", "a WebP image")                                 \
  X(MEDIA, "media", "音频或视频", "audio or video")                            \
  X(PROGRAM, "program", "可执行程序", "an executable")                         \
  X(SQLITE, "sqlite", "SQLite 数据库", "an SQLite database")                   \
  X(BINARY, "binary", "二进制数据", "binary data")

typedef enum zg_content {
#define X(sym, name, zh, en) ZG_CONTENT_##sym,
  ZG_CONTENT_TABLE(X)
#undef X
      ZG_CONTENT_COUNT
} zg_content;

/* The whole data: zip files are told apart by the names in them. */
zg_content zg_content_of(zg_str bytes);
/* Text in some charset (TEXT, HTML, MHTML, JSON) rather than bytes. */
bool zg_content_is_text(zg_content c);
bool zg_content_is_image(zg_content c);
const char *zg_content_name(zg_content c);
const char *zg_content_zh(zg_content c);
const char *zg_content_en(zg_content c);

#ifdef __cplusplus
}
#endif
#endif
