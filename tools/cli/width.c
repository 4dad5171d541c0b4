#include "tools/cli/width.h"

#include <unicode/uchar.h>

int zg_width_char(uint32_t cp, int ambiguous) {
  if (cp < 0x20 || cp == 0x7F)
    return 0;
  if (cp < 0x7F)
    return 1;
  switch (u_charType((UChar32)cp)) {
  case U_NON_SPACING_MARK:
  case U_ENCLOSING_MARK:
  case U_FORMAT_CHAR:
  case U_CONTROL_CHAR:
    return 0;
  default:
    break;
  }
  switch (u_getIntPropertyValue((UChar32)cp, UCHAR_EAST_ASIAN_WIDTH)) {
  case U_EA_FULLWIDTH:
  case U_EA_WIDE:
    return 2;
  case U_EA_AMBIGUOUS:
    return ambiguous;
  default:
    return 1;
  }
}

/* Next character and its width; 1 byte and one column for a stray byte. */
static int next(zg_str s, size_t at, int ambiguous, uint32_t *cp, int *width) {
  int len = zg_utf8_next(s.p + at, s.n - at, cp);
  if (len > 0) {
    *width = zg_width_char(*cp, ambiguous);
    return len;
  }
  *cp = 0xFFFD;
  *width = 1;
  return 1;
}

int zg_width(zg_str s, int ambiguous) {
  int total = 0, width;
  uint32_t cp;
  for (size_t at = 0; at < s.n; total += width)
    at += (size_t)next(s, at, ambiguous, &cp, &width);
  return total;
}

size_t zg_width_prefix(zg_str s, int columns, int ambiguous) {
  int used = 0, width;
  uint32_t cp;
  size_t at = 0;
  while (at < s.n) {
    int len = next(s, at, ambiguous, &cp, &width);
    if (used + width > columns)
      break;
    used += width;
    at += (size_t)len;
  }
  return at;
}

static bool word_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '#' || c == '_';
}

static bool closes(uint32_t cp) {
  switch (u_charType((UChar32)cp)) {
  case U_END_PUNCTUATION:
  case U_FINAL_PUNCTUATION:
    return true;
  default:
    return cp == 0x3002 || cp == 0xFF0C || cp == 0x3001 || cp == 0xFF1B ||
           cp == 0xFF1A || cp == 0xFF01 || cp == 0xFF1F || cp == ',' ||
           cp == ';';
  }
}

size_t zg_width_break(zg_str s, int columns, int ambiguous) {
  size_t end = zg_width_prefix(s, columns, ambiguous);
  if (end >= s.n || end == 0)
    return end;
  size_t cut = end;
  if (word_byte(s.p[cut]))
    while (cut > 0 && word_byte(s.p[cut - 1]))
      cut--;
  if (cut == 0)
    return end; /* one word longer than the line */
  uint32_t cp;
  if (zg_utf8_next(s.p + cut, s.n - cut, &cp) > 0 && closes(cp)) {
    size_t before = zg_utf8_floor(s.p, cut - 1);
    if (before > 0)
      cut = before;
  }
  return cut;
}

void zg_width_cut(zg_str s, int columns, int ambiguous, zg_buf *out) {
  bool whole = zg_width(s, ambiguous) <= columns;
  int dots = zg_width_char(0x2026, ambiguous);
  size_t end = whole ? s.n : zg_width_prefix(s, columns - dots, ambiguous);
  for (size_t i = 0; i < end; i++)
    zg_buf_addc(out, (unsigned char)s.p[i] < 0x20 ? ' ' : s.p[i]);
  if (!whole && columns >= dots)
    zg_buf_adds(out, "…");
}
