/* Hand-written scanners over layout-normalised UTF-8, private to the parser.
 *
 * A position is a byte offset into a zg_str.  Nothing here allocates, and
 * every scan is one pass with a bounded look-back, so that the whole parse
 * stays linear.
 */
#ifndef ZG_PARSE_SCAN_H
#define ZG_PARSE_SCAN_H

#include "index/text.h"

#define ZG_NPOS ((size_t)-1)

/* A number as printed: value * 10000, so that 2.4 and 8863.0512 are exact. */
typedef struct zg_num {
  int64_t v;    /* integer part, saturated */
  int64_t v10k; /* value * 10000 */
  size_t len;   /* bytes consumed; 0 = no number here */
} zg_num;

/* Byte by byte: nearly every word differs within its first character, and the
 * lists of words are asked at every character of a text. */
static inline bool zg_sx_at(zg_str s, size_t i, const char *lit) {
  for (size_t k = 0; lit[k]; k++)
    if (i + k >= s.n || s.p[i + k] != lit[k])
      return false;
  return i <= s.n;
}
static inline bool zg_sx_starts(zg_str s, const char *lit) {
  return zg_sx_at(s, 0, lit);
}
/* Inline, so that the length of a literal is no call. */
static inline bool zg_sx_ends(zg_str s, const char *lit) {
  size_t n = strlen(lit);
  return s.n >= n && memcmp(s.p + s.n - n, lit, n) == 0;
}
/* First place of the n bytes at `lit` at or after `from`, ZG_NPOS if none. */
size_t zg_sx_find_n(zg_str s, size_t from, const char *lit, size_t n);
static inline size_t zg_sx_find(zg_str s, size_t from, const char *lit) {
  return zg_sx_find_n(s, from, lit, strlen(lit));
}
static inline bool zg_sx_has(zg_str s, const char *lit) {
  return zg_sx_find(s, 0, lit) != ZG_NPOS;
}
size_t zg_sx_rfind(zg_str s, const char *lit);

/* Lists are NULL-terminated.  The length of the first entry that stands at i
 * (0 if none); whether any entry occurs; the earliest place of any. */
size_t zg_sx_at_any(zg_str s, size_t i, const char *const *list);
bool zg_sx_has_any(zg_str s, const char *const *list);
bool zg_sx_ends_any(zg_str s, const char *const *list);
size_t zg_sx_find_any(zg_str s, size_t from, const char *const *list,
                      const char **which);

static inline zg_str zg_sx_sub(zg_str s, size_t from, size_t to) {
  if (to > s.n)
    to = s.n;
  if (from > to)
    from = to;
  return (zg_str){from ? s.p + from : s.p, to - from}; /* p may be NULL */
}
/* Blanks and newlines off both ends. */
zg_str zg_sx_trim(zg_str s);
/* `chars` (UTF-8, each a character) off both ends, blanks too. */
zg_str zg_sx_trim_of(zg_str s, const char *chars);

/* Length of the character at i (1 for a stray byte, 0 at the end). */
size_t zg_sx_len(zg_str s, size_t i);
/* Start of the character before i; i > 0. */
size_t zg_sx_prev(zg_str s, size_t i);
uint32_t zg_sx_cp(zg_str s, size_t i);
bool zg_sx_is_han(uint32_t cp);
bool zg_sx_is_digit(zg_str s, size_t i);
/* Characters in s. */
size_t zg_sx_chars(zg_str s);
/* Whether the character [i, i+len) is one of those in `set`. */
bool zg_sx_in(zg_str s, size_t i, const char *set);
/* Walks back from i over characters that are not in `stops`; at most `max`
 * bytes. */
size_t zg_sx_back_to(zg_str s, size_t i, const char *stops, size_t max);
/* The same, but the comma of 1,350 stops nothing. */
size_t zg_sx_back_to_clause(zg_str s, size_t i, const char *stops, size_t max);
/* First character of `stops` at or after i, or s.n. */
size_t zg_sx_fwd_to(zg_str s, size_t i, const char *stops);

/* 一, 十二, 二十七, 一百零三, 两; digits one by one (二〇二四) too. */
zg_num zg_sx_han_number(zg_str s, size_t i);
/* 12, 8,863, 2.4 – no sign. */
zg_num zg_sx_digits(zg_str s, size_t i);
/* Either of the two. */
zg_num zg_sx_number(zg_str s, size_t i);

#endif
