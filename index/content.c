#include "index/content.h"

#include <strings.h>

#define LOOK 4096 /* how far the sign of a text format may stand */

static const struct {
  const char *name, *zh, *en;
} table[] = {
#define X(sym, name, zh, en) {name, zh, en},
    ZG_CONTENT_TABLE(X)
#undef X
};

const char *zg_content_name(zg_content c) { return table[c].name; }
const char *zg_content_zh(zg_content c) { return table[c].zh; }
const char *zg_content_en(zg_content c) { return table[c].en; }

bool zg_content_is_text(zg_content c) {
  return c == ZG_CONTENT_TEXT || c == ZG_CONTENT_HTML ||
         c == ZG_CONTENT_MHTML || c == ZG_CONTENT_JSON;
}

bool zg_content_is_image(zg_content c) {
  return c >= ZG_CONTENT_PNG && c <= ZG_CONTENT_WEBP;
}

static const struct {
  unsigned short at, n;
  const char *bytes;
  zg_content content;
} magics[] = {
    {0, 4, "%PDF", ZG_CONTENT_PDF},
    {0, 8, "\x89PNG\r\n\x1a\n", ZG_CONTENT_PNG},
    {0, 3, "\xFF\xD8\xFF", ZG_CONTENT_JPEG},
    {0, 6, "GIF87a", ZG_CONTENT_GIF},
    {0, 6, "GIF89a", ZG_CONTENT_GIF},
    {0, 4, "II*\0", ZG_CONTENT_TIFF},
    {0, 4, "MM\0*", ZG_CONTENT_TIFF},
    {0, 6, "Rar!\x1a\x07", ZG_CONTENT_RAR},
    {0, 6, "7z\xBC\xAF\x27\x1C", ZG_CONTENT_SEVENZIP},
    {0, 3, "\x1F\x8B\x08", ZG_CONTENT_GZIP},
    {0, 4, "\x7F\x45LF", ZG_CONTENT_PROGRAM},
    {0, 5, "{\\rtf", ZG_CONTENT_RTF},
    {0, 4, "ID3\x03", ZG_CONTENT_MEDIA},
    {0, 4, "ID3\x04", ZG_CONTENT_MEDIA},
    {4, 4, "ftyp", ZG_CONTENT_MEDIA},
    {0, 4, "\x1A\x45\xDF\xA3", ZG_CONTENT_MEDIA},
    {0, 16, "SQLite format 3\0", ZG_CONTENT_SQLITE},
};

static bool holds(zg_str b, const char *bytes, size_t n) {
  return memmem(b.p, b.n, bytes, n) != NULL;
}
#define HOLDS(b, literal) holds(b, literal, sizeof(literal) - 1)

static uint32_t little(const char *p, int bytes) {
  uint32_t v = 0;
  for (int i = bytes - 1; i >= 0; i--)
    v = v << 8 | (unsigned char)p[i];
  return v;
}

/* The directory at the end of a zip; empty when it is cut off. */
static zg_str zip_directory(zg_str b) {
  size_t look = b.n < 65557 ? b.n : 65557; /* the longest comment */
  for (size_t i = 22; i <= look; i++) {
    const char *p = b.p + b.n - i;
    if (memcmp(p, "PK\5\6", 4) != 0)
      continue;
    size_t n = little(p + 12, 4), at = little(p + 16, 4);
    bool whole = at <= b.n && n <= b.n - at;
    return whole ? (zg_str){b.p + at, n} : ZG_STR_NULL;
  }
  return ZG_STR_NULL;
}

/* A member of that name, or (with a '.' at its end) of such a beginning. */
static bool zip_holds(zg_str directory, const char *name) {
  size_t at = 0, n = strlen(name);
  while (at + 46 <= directory.n && !memcmp(directory.p + at, "PK\1\2", 4)) {
    const char *p = directory.p + at;
    size_t own = little(p + 28, 2);
    size_t more = own + little(p + 30, 2) + little(p + 32, 2);
    if (more > directory.n - at - 46)
      return false;
    if (own >= n && memcmp(p + 46, name, n) == 0 &&
        (own == n || name[n - 1] == '.'))
      return true;
    at += 46 + more;
  }
  return false;
}

static zg_content of_zip(zg_str b) {
  static const char odt[] = "mimetypeapplication/vnd.oasis.opendocument.text";
  static const struct {
    const char *name;
    zg_content content;
  } members[] = {{"word/document.xml", ZG_CONTENT_DOCX},
                 {"xl/workbook.", ZG_CONTENT_XLSX},
                 {"ppt/presentation.xml", ZG_CONTENT_PPTX},
                 {"OFD.xml", ZG_CONTENT_OFD}};
  if (b.n > 30 + sizeof odt && memcmp(b.p + 30, odt, sizeof odt - 1) == 0)
    return ZG_CONTENT_ODT;
  zg_str directory = zip_directory(b);
  for (size_t i = 0; i < sizeof members / sizeof *members; i++)
    if (zip_holds(directory, members[i].name) ||
        (!directory.p && holds(b, members[i].name, strlen(members[i].name))))
      return members[i].content;
  return ZG_CONTENT_ZIP;
}

static zg_content of_ole(zg_str b) {
  /* the streams' names are UTF-16LE */
  return HOLDS(b, "W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0") ? ZG_CONTENT_DOC
                                                          : ZG_CONTENT_OLE;
}

static bool starts(zg_str b, const char *word) {
  size_t n = strlen(word);
  return b.n >= n && strncasecmp(b.p, word, n) == 0;
}

static bool finds(zg_str b, const char *word) {
  for (size_t i = 0; i < b.n; i++) {
    const char *p = memchr(b.p + i, word[0], b.n - i);
    if (!p)
      return false;
    i = (size_t)(p - b.p);
    if (starts((zg_str){p, b.n - i}, word))
      return true;
  }
  return false;
}

/* One of these at a line's start opens the head of a mail-like archive. */
static bool is_mhtml(zg_str head) {
  return (starts(head, "MIME-Version:") || starts(head, "From:") ||
          starts(head, "Content-Type: multipart/related")) &&
         finds(head, "multipart/related");
}

/* `b` begins behind blanks and a byte order mark. */
static zg_content of_text(zg_str b) {
  zg_str head = {b.p, b.n < LOOK ? b.n : LOOK};
  static const char *const pages[] = {"<!doctype html", "<html", "<head",
                                      "<body", "<meta"};
  static const char *const parts[] = {"<p>",    "<p ",     "<div", "<table",
                                      "<span",  "<br",     "<h1",  "<center",
                                      "<title", "<article"};
  if (is_mhtml(head))
    return ZG_CONTENT_MHTML;
  if (b.n && (b.p[0] == '{' || b.p[0] == '['))
    return ZG_CONTENT_JSON;
  for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
    if (finds(head, pages[i]))
      return ZG_CONTENT_HTML;
  /* a piece of a page begins with a tag: one inside a text is talked about */
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (starts(head, parts[i]))
      return ZG_CONTENT_HTML;
  return ZG_CONTENT_TEXT;
}

static zg_content of_utf16(zg_str b) {
  /* the first kilobyte as ASCII is enough to see a tag */
  char ascii[1024];
  size_t n = 0, low = b.p[0] == '\xFF' ? 0 : 1;
  for (size_t i = 2 + low; i < b.n && n < sizeof ascii; i += 2)
    ascii[n++] = b.p[i];
  return of_text((zg_str){ascii, n});
}

zg_content zg_content_of(zg_str b) {
  static const char ole[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  if (b.n == 0)
    return ZG_CONTENT_EMPTY;
  for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
    if (b.n >= (size_t)magics[i].at + magics[i].n &&
        memcmp(b.p + magics[i].at, magics[i].bytes, magics[i].n) == 0)
      return magics[i].content;
  if (b.n >= 4 && (memcmp(b.p, "PK\3\4", 4) == 0 || !memcmp(b.p, "PK\5\6", 4)))
    return of_zip(b);
  if (b.n >= 8 && memcmp(b.p, ole, 8) == 0)
    return of_ole(b);
  if (b.n >= 12 && memcmp(b.p, "RIFF", 4) == 0)
    return memcmp(b.p + 8, "WEBP", 4) == 0 ? ZG_CONTENT_WEBP : ZG_CONTENT_MEDIA;
  if (b.n >= 14 && memcmp(b.p, "BM", 2) == 0 && !memcmp(b.p + 6, "\0\0\0\0", 4))
    return ZG_CONTENT_BMP;
  if (b.n >= 64 && memcmp(b.p, "MZ", 2) == 0 && memchr(b.p, '\0', 64))
    return ZG_CONTENT_PROGRAM;
  if (b.n >= 2 &&
      (memcmp(b.p, "\xFF\xFE", 2) == 0 || memcmp(b.p, "\xFE\xFF", 2) == 0))
    return of_utf16(b);
  size_t at = b.n >= 3 && memcmp(b.p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  while (at < b.n && b.p[at] && strchr(" \t\r\n\f", b.p[at]))
    at++;
  if (at == b.n)
    return ZG_CONTENT_EMPTY; /* blanks alone */
  return of_text((zg_str){b.p + at, b.n - at});
}
