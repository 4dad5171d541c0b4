#include "index/parse_scan.h"

/* The third byte of a Han character varies most: memchr looks for that of the
 * first one.  memmem would set up its tables for every short text. */
size_t zg_sx_find_n(zg_str s, size_t from, const char *lit, size_t n) {
  if (from > s.n || n == 0 || s.n - from < n)
    return ZG_NPOS;
  size_t key = n > 2 ? 2 : 0;
  const char *p = s.p + from + key, *end = s.p + s.n - (n - key) + 1;
  while (p < end && (p = memchr(p, lit[key], (size_t)(end - p))) != NULL) {
    if (memcmp(p - key, lit, n) == 0)
      return (size_t)(p - key - s.p);
    p++;
  }
  return ZG_NPOS;
}

size_t zg_sx_rfind(zg_str s, const char *lit) {
  size_t n = strlen(lit);
  for (size_t i = s.n; n > 0 && i >= n; i--)
    if (s.p[i - 1] == lit[n - 1] && memcmp(s.p + i - n, lit, n) == 0)
      return i - n;
  return ZG_NPOS;
}

size_t zg_sx_at_any(zg_str s, size_t i, const char *const *list) {
  for (; i < s.n && *list; list++)
    if (**list && zg_sx_at(s, i, *list))
      return strlen(*list);
  return 0;
}

bool zg_sx_has_any(zg_str s, const char *const *list) {
  for (; *list; list++)
    if (zg_sx_has(s, *list))
      return true;
  return false;
}

bool zg_sx_ends_any(zg_str s, const char *const *list) {
  for (; *list; list++)
    if (zg_sx_ends(s, *list))
      return true;
  return false;
}

/* The earliest of the list that begins in [from, end). */
static size_t find_before(zg_str s, size_t from, size_t end,
                          const char *const *list, const char **which) {
  size_t best = ZG_NPOS;
  for (; *list; list++) {
    /* a later word can only win by standing before the best so far */
    zg_str room = s;
    size_t n = strlen(*list), stop = (best == ZG_NPOS ? end : best) + n - 1;
    room.n = stop < s.n ? stop : s.n;
    size_t at = zg_sx_find_n(room, from, *list, n);
    if (at < best) {
      best = at;
      if (which)
        *which = *list;
    }
  }
  return best;
}

/* In windows that double, so that a word that stands nowhere is not looked for
 * to the end of the text each time that another one is found near. */
size_t zg_sx_find_any(zg_str s, size_t from, const char *const *list,
                      const char **which) {
  enum { FIRST_WINDOW = 512 };
  size_t best = ZG_NPOS;
  for (size_t window = FIRST_WINDOW; from < s.n && best == ZG_NPOS;
       window *= 2) {
    size_t end = s.n - from > window ? from + window : s.n;
    best = find_before(s, from, end, list, which);
    from = end;
  }
  return best;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

zg_str zg_sx_trim(zg_str s) {
  while (s.n && is_blank(s.p[0])) {
    s.p++;
    s.n--;
  }
  while (s.n && is_blank(s.p[s.n - 1]))
    s.n--;
  return s;
}

zg_str zg_sx_trim_of(zg_str s, const char *chars) {
  for (;;) {
    s = zg_sx_trim(s);
    if (s.n && zg_sx_in(s, 0, chars)) {
      size_t k = zg_sx_len(s, 0);
      s.p += k;
      s.n -= k;
    } else if (s.n && zg_sx_in(s, zg_sx_prev(s, s.n), chars)) {
      s.n = zg_sx_prev(s, s.n);
    } else {
      return s;
    }
  }
}

size_t zg_sx_len(zg_str s, size_t i) {
  if (i >= s.n)
    return 0;
  unsigned char c = (unsigned char)s.p[i];
  size_t k = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
  return k <= s.n - i ? k : s.n - i;
}

size_t zg_sx_prev(zg_str s, size_t i) {
  if (i == 0)
    return 0;
  i--;
  while (i > 0 && ((unsigned char)s.p[i] & 0xC0) == 0x80)
    i--;
  return i;
}

uint32_t zg_sx_cp(zg_str s, size_t i) {
  uint32_t cp = 0;
  if (i >= s.n || zg_utf8_next(s.p + i, s.n - i, &cp) == 0)
    return 0;
  return cp;
}

bool zg_sx_is_han(uint32_t cp) {
  return (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0x3400 && cp <= 0x4DBF) ||
         cp == 0x3007 || (cp >= 0x20000 && cp <= 0x3FFFF);
}

bool zg_sx_is_digit(zg_str s, size_t i) {
  return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

size_t zg_sx_chars(zg_str s) {
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++)
    n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
  return n;
}

bool zg_sx_in(zg_str s, size_t i, const char *set) {
  size_t k = zg_sx_len(s, i);
  if (k == 0)
    return false;
  /* the first byte of a character stands nowhere inside another */
  for (const char *q = set; *q; q++)
    if (*q == s.p[i] &&
        (k < 2 || (strncmp(s.p + i, q, k) == 0 &&
                   ((unsigned char)q[k] & 0xC0) != 0x80))) /* none cut short */
      return true;
  return false;
}

size_t zg_sx_back_to(zg_str s, size_t i, const char *stops, size_t max) {
  size_t floor = i > max ? i - max : 0;
  while (i > floor) {
    size_t k = zg_sx_prev(s, i);
    if (zg_sx_in(s, k, stops))
      break;
    i = k;
  }
  return i;
}

size_t zg_sx_back_to_clause(zg_str s, size_t i, const char *stops, size_t max) {
  size_t floor = i > max ? i - max : 0;
  i = zg_sx_back_to(s, i, stops, max);
  while (i > floor + 1 && s.p[i - 1] == ',' && zg_sx_is_digit(s, i) &&
         zg_sx_is_digit(s, i - 2))
    i = zg_sx_back_to(s, i - 1, stops, i - 1 - floor);
  return i;
}

size_t zg_sx_fwd_to(zg_str s, size_t i, const char *stops) {
  while (i < s.n && !zg_sx_in(s, i, stops))
    i += zg_sx_len(s, i);
  return i;
}

static int han_digit(uint32_t cp) {
  switch (cp) {
  case 0x96F6: /* 零 */
  case 0x3007: /* 〇 */
    return 0;
  case 0x4E00:
    return 1;
  case 0x4E8C:
  case 0x4E24: /* 两 */
    return 2;
  case 0x4E09:
    return 3;
  case 0x56DB:
    return 4;
  case 0x4E94:
    return 5;
  case 0x516D:
    return 6;
  case 0x4E03:
    return 7;
  case 0x516B:
    return 8;
  case 0x4E5D:
    return 9;
  default:
    return -1;
  }
}

static int han_scale(uint32_t cp) {
  return cp == 0x5341 ? 10 : cp == 0x767E ? 100 : cp == 0x5343 ? 1000 : 0;
}

/* Whether the bytes at i may begin 一 … 十, 百, 千, 两, 零 or 〇: spares most
 * characters the decoding. */
static bool maybe_han_digit(zg_str s, size_t i) {
  if (i + 2 >= s.n)
    return false;
  unsigned char a = (unsigned char)s.p[i], b = (unsigned char)s.p[i + 1];
  switch (a) {
  case 0xE4:
    return b >= 0xB8 && b <= 0xBA;
  case 0xE5:
    return b == 0x85 || b == 0x8D || b == 0x9B;
  case 0xE3:
    return b == 0x80;
  case 0xE7:
    return b == 0x99;
  case 0xE9:
    return b == 0x9B;
  default:
    return false;
  }
}

zg_num zg_sx_han_number(zg_str s, size_t i) {
  zg_num out = {0, 0, 0};
  if (!maybe_han_digit(s, i))
    return out;
  int64_t total = 0, digit = -1;
  size_t at = i, digits = 0, scales = 0;
  while (at < s.n && digits + scales < 12) {
    uint32_t cp = zg_sx_cp(s, at);
    int d = han_digit(cp), k = han_scale(cp);
    /* 二○二四, 二O二四: a circle or a letter for 〇 */
    if (d < 0 && digits > 0 && !scales && (cp == 0x25CB || cp == 'O'))
      d = 0;
    if (d >= 0) {
      /* 二〇二四: digits in a row are places */
      digit = digit > 0 || (digit == 0 && digits == 1) ? digit * 10 + d : d;
      digits++;
    } else if (k) {
      total += (digit < 0 ? 1 : digit) * k;
      digit = -1;
      scales++;
    } else {
      break;
    }
    at += zg_sx_len(s, at);
  }
  if (at == i)
    return out;
  out.v = total + (digit > 0 ? digit : 0);
  out.v10k = out.v * 10000;
  out.len = at - i;
  return out;
}

zg_num zg_sx_digits(zg_str s, size_t i) {
  zg_num out = {0, 0, 0};
  size_t at = i, group = 0;
  int64_t v = 0;
  if (!zg_sx_is_digit(s, at))
    return out;
  while (at < s.n) {
    if (zg_sx_is_digit(s, at)) {
      if (v < INT64_C(10000000000000))
        v = v * 10 + (s.p[at] - '0');
      group++;
      at++;
    } else if (s.p[at] == ',' && group <= 3 && zg_sx_is_digit(s, at + 1) &&
               zg_sx_is_digit(s, at + 2) && zg_sx_is_digit(s, at + 3) &&
               !zg_sx_is_digit(s, at + 4)) {
      /* 8,863 – three digits and no more */
      group = 0;
      at++;
    } else {
      break;
    }
  }
  int64_t frac = 0, unit = 1000;
  if (at + 1 < s.n && s.p[at] == '.' && zg_sx_is_digit(s, at + 1)) {
    at++;
    for (; zg_sx_is_digit(s, at); at++) {
      frac += (s.p[at] - '0') * unit;
      unit /= 10;
    }
  }
  out.v = v;
  out.v10k = v * 10000 + frac;
  out.len = at - i;
  return out;
}

zg_num zg_sx_number(zg_str s, size_t i) {
  zg_num d = zg_sx_digits(s, i);
  return d.len ? d : zg_sx_han_number(s, i);
}
