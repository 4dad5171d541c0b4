#include "index/normalise.h"

#include <stdlib.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "index/normalise_tables.h"

/* How it works.  Pass 1 ("fold") turns the source into items, one code point
 * and its source offset each, through a table of the whole BMP: 0 drops the
 * character, ZG_FOLD_SLOW sends it and its neighbours to ICU, all else is the
 * result. Pass 2 applies the rules that need neighbours (blanks, gaps, a few
 * characters whose simplified form depends on the word) and writes UTF-8 and
 * the map. */

void zg_norm_free(zg_norm *n) {
  if (!n)
    return;
  free(n->p);
  free(n->map);
  *n = (zg_norm)ZG_NORM_INIT;
}

/* A code point that is composed into the character before it: marks, the
 * vowels and finals of Hangul, and what NFKC turns into such (half-width voiced
 * marks, compatibility and half-width jamo). */
bool zg_norm_composes(uint32_t cp) {
  return (U_GET_GC_MASK((UChar32)cp) & U_GC_M_MASK) != 0 ||
         (cp >= 0x1160 && cp <= 0x11FF) || (cp >= 0xFF9E && cp <= 0xFF9F) ||
         (cp >= 0x314F && cp <= 0x3163) || (cp >= 0xFFC2 && cp <= 0xFFDC);
}

zg_span zg_norm_span(const zg_norm *n, zg_str src, size_t i, size_t k) {
  if (k == 0 || i >= n->n || k > n->n - i)
    return ZG_SPAN_NONE;
  size_t start = n->map[i], last = n->map[i + k - 1];
  size_t next = i + k;
  while (next < n->n && n->map[next] == last)
    next++;
  size_t limit = n->map[next];
  uint32_t cp;
  int len = zg_utf8_next(src.p + last, src.n - last, &cp);
  size_t end = last + (size_t)(len ? len : 1);
  /* What was composed into the last character belongs to it; what was dropped
   * after it (punctuation at the end, pinyin) does not. */
  while (end < limit) {
    len = zg_utf8_next(src.p + end, src.n - end, &cp);
    if (len == 0 || !zg_norm_composes(cp))
      break;
    end += (size_t)len;
  }
  return (zg_span){(int64_t)start, (int64_t)(end - start)};
}

/* ---- pass 1 ---- */

typedef struct item {
  uint32_t cp, off;
} item;

typedef struct items {
  item *a;
  size_t n, cap;
  size_t bytes; /* upper bound of what pass 2 writes */
} items;

static bool items_reserve(items *it, size_t extra) {
  if (it->cap - it->n >= extra)
    return true;
  size_t cap = it->cap * 2 > it->n + extra ? it->cap * 2 : it->n + extra;
  item *a = realloc(it->a, cap * sizeof *a);
  if (!a)
    return false;
  it->a = a;
  it->cap = cap;
  return true;
}

static bool is_pinyin_letter(uint32_t c, bool *tone) {
  if (c >= 'a' && c <= 'z')
    return true;
  static const UChar TONES[] = u"āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ";
  for (size_t i = 0; TONES[i]; i++)
    if (c == TONES[i]) {
      *tone = true;
      return true;
    }
  /* The same marks not composed: macron, acute, caron, grave. */
  if (c == 0x304 || c == 0x301 || c == 0x30C || c == 0x300) {
    *tone = true;
    return true;
  }
  return c == 0xFC || c == 0x308 || c == 0x251 || c == 0x261 ||
         (c >= 0xFB00 && c <= 0xFB06); /* ligatures of PDF text: ff, fi ... */
}

/* Length of "(tǒng)" at p, the bracket already read; 0 when it is not that.
 * Read through the layout table: full-width letters and ignorables inside make
 * no difference. */
static size_t pinyin_len(const zg_normaliser *nz, const char *p, size_t n) {
  enum { MAX_LETTERS = 40 };
  bool tone = false;
  size_t i = 0;
  for (int k = 0; k <= MAX_LETTERS; k++) {
    uint32_t c;
    int len = zg_utf8_next(p + i, n - i, &c);
    if (len == 0)
      return 0;
    i += (size_t)len;
    uint32_t r = c < ZG_BMP ? nz->fold[ZG_FORM_LAYOUT][c] : ZG_FOLD_SLOW;
    if (r == ')')
      return tone ? i : 0;
    if (r != ZG_FOLD_DROP &&
        !is_pinyin_letter(r == ZG_FOLD_SLOW ? c : r, &tone))
      return 0;
  }
  return 0;
}

/* The character at src[*pos] does not stand alone: it composes with what is
 * before or becomes several.  Everything from the last boundary to the next
 * one goes through ICU together and maps to where it starts. */
static zg_status fold_slow(const zg_normaliser *nz, zg_form form, zg_str src,
                           size_t *pos, items *it, zg_error *err) {
  const UNormalizer2 *nfkc = nz->nfkc[form];
  zg_status st = ZG_OK;
  UChar *in = NULL, *res = NULL;
  uint32_t cp;
  int len = zg_utf8_next(src.p + *pos, src.n - *pos, &cp);
  size_t first = it->n, start = *pos, i = *pos;
  if (!unorm2_hasBoundaryBefore(nfkc, (UChar32)cp))
    while (first > 0) {
      first--;
      if (unorm2_hasBoundaryBefore(nfkc, (UChar32)it->a[first].cp))
        break;
    }
  if (first < it->n)
    start = it->a[first].off;
  /* Find the end first: ignorables inside do not end the segment (else each
   * of many would send the whole of it through again). */
  i += (size_t)len;
  size_t chars = it->n - first + 1;
  for (; i < src.n; i += (size_t)len, chars++) {
    len = zg_utf8_next(src.p + i, src.n - i, &cp);
    if (len == 0 || (!zg_char_ignorable((UChar32)cp) &&
                     unorm2_hasBoundaryBefore(nfkc, (UChar32)cp)))
      break;
  }
  in = malloc(chars * 2 * sizeof *in);
  if (!in)
    return zg_fail_nomem(err);
  int32_t n = 0;
  for (size_t k = first; k < it->n; k++)
    U16_APPEND_UNSAFE(in, n, it->a[k].cp);
  for (size_t k = *pos; k < i; k += (size_t)len) {
    len = zg_utf8_next(src.p + k, src.n - k, &cp);
    if (!zg_char_ignorable((UChar32)cp))
      U16_APPEND_UNSAFE(in, n, cp);
  }
  *pos = i;
  UErrorCode e = U_ZERO_ERROR;
  /* The longest expansion of one code point under NFKC is 18 units. */
  size_t cap = (size_t)n * 18 + 1;
  if (cap > INT32_MAX) {
    st = zg_fail_at(err, ZG_TOO_LARGE, (int64_t)start, "text_too_large", "",
                    "a run of combining characters is too long");
    goto out;
  }
  res = malloc(cap * sizeof *res);
  if (!res || !items_reserve(it, cap + (src.n - i) + 1)) {
    st = zg_fail_nomem(err);
    goto out;
  }
  int32_t m = unorm2_normalize(nfkc, in, n, res, (int32_t)cap, &e);
  if (U_FAILURE(e)) {
    st = zg_fail_at(err, ZG_INTERNAL, (int64_t)start, "icu_normalise", "",
                    "ICU could not normalise: %s", u_errorName(e));
    goto out;
  }
  it->n = first;
  for (int32_t k = 0; k < m;) {
    UChar32 c;
    U16_NEXT(res, k, m, c);
    c = zg_char_finish(nz, form, c);
    if (c != ZG_FOLD_DROP)
      it->a[it->n++] = (item){(uint32_t)c, (uint32_t)start};
  }
  it->bytes += 4 * (size_t)m;
out:
  free(in);
  free(res);
  return st;
}

static bool ends_in_han(const zg_normaliser *nz, const items *it) {
  size_t n = it->n;
  while (n > 0 &&
         zg_char_mark((UChar32)it->a[n - 1].cp)) /* dropped by search */
    n--;
  return n > 0 && zg_char_kind_at(nz, it->a[n - 1].cp) >= ZG_CHAR_HAN;
}

/* `it` has room for src.n items more than it zg_char_in at any time. */
static zg_status fold(const zg_normaliser *nz, zg_form form, zg_str src,
                      items *it, zg_error *err) {
  const uint16_t *table = nz->fold[form];
  const unsigned char *p = (const unsigned char *)src.p;
  bool after_han = false;
  size_t bytes = 0;
  for (size_t i = 0; i < src.n;) {
    uint32_t cp = p[i];
    size_t len = 1;
    if (cp >= 0x80) {
      if ((cp & 0xF0) == 0xE0 && src.n - i >= 3 && (p[i + 1] & 0xC0) == 0x80 &&
          (p[i + 2] & 0xC0) == 0x80 && (cp > 0xE0 || p[i + 1] >= 0xA0) &&
          (cp != 0xED || p[i + 1] < 0xA0)) {
        cp = (cp & 0x0F) << 12 | (p[i + 1] & 0x3Fu) << 6 | (p[i + 2] & 0x3Fu);
        len = 3;
      } else {
        len = (size_t)zg_utf8_next(src.p + i, src.n - i, &cp);
        if (len == 0)
          return zg_fail_at(err, ZG_INVALID, (int64_t)i, "invalid_utf8", "",
                            "byte %zu is not well-formed UTF-8", i);
      }
    }
    uint32_t r = cp < ZG_BMP ? table[cp] : ZG_FOLD_SLOW;
    if (r == ZG_FOLD_SLOW) {
      zg_status st = fold_slow(nz, form, src, &i, it, err);
      if (st)
        return st;
      after_han = ends_in_han(nz, it);
      continue;
    }
    if (after_han && cp < ZG_BMP && nz->fold[ZG_FORM_LAYOUT][cp] == '(') {
      size_t k = pinyin_len(nz, src.p + i + len, src.n - i - len);
      if (k) {
        i += len + k;
        continue;
      }
    }
    bool cr_lf = cp == '\n' && i > 0 && p[i - 1] == '\r'; /* one line end */
    if (r != ZG_FOLD_DROP && !cr_lf) {
      it->a[it->n++] = (item){r, (uint32_t)i};
      /* a dot may become 。 */
      bytes += r == '.' ? 3 : r < 0x80 ? 1 : r < 0x800 ? 2 : 3;
    }
    if (r != ZG_FOLD_DROP)
      after_han = nz->kind[r] >= ZG_CHAR_HAN;
    i += len;
  }
  it->bytes += bytes;
  return ZG_OK;
}

/* ---- pass 2 ---- */

static uint32_t in_context(const items *it, size_t i) {
  uint32_t c = it->a[i].cp;
  /* Marks are stepped over: the search form drops them, and the two forms
   * must agree. */
  size_t a = i, z = i + 1;
  while (a > 0 && zg_char_mark((UChar32)it->a[a - 1].cp))
    a--;
  while (z < it->n && zg_char_mark((UChar32)it->a[z].cp))
    z++;
  uint32_t before = a > 0 ? it->a[a - 1].cp : 0;
  uint32_t after = z < it->n ? it->a[z].cp : 0;
  return zg_char_in_context(c, before, after);
}

static bool is_digit(uint32_t c) { return c >= '0' && c <= '9'; }

/* Blanks [i, j) stand between two digits: are these one number that an
 * extraction tore apart?  Only where the whole number is certain: a year
 * before 年 or the closing bracket of a 文号, a month before 月, a day before
 * 日, a serial number of a 文号 before 号. */
static bool one_number(const zg_normaliser *nz, const items *it, size_t i,
                       size_t j) {
  enum { MAX_BLANKS = 3, MAX_DIGITS = 4 };
  char digits[MAX_DIGITS + 1];
  size_t n = 0, blanks = 0;
  if (j - i > MAX_BLANKS)
    return false;
  size_t first = i - 1; /* first digit of the number, so far */
  for (size_t a = i - 1; a > 0 && blanks <= MAX_BLANKS && n <= MAX_DIGITS;) {
    uint32_t c = it->a[--a].cp;
    if (is_digit(c)) {
      first = a;
      n++;
      blanks = 0;
    } else if (zg_char_kind_at(nz, c) == ZG_CHAR_BLANK)
      blanks++;
    else
      break;
  }
  uint32_t left = 0; /* what stands before the number */
  for (size_t a = first; a > 0 && !left; a--)
    if (zg_char_kind_at(nz, it->a[a - 1].cp) != ZG_CHAR_BLANK)
      left = it->a[a - 1].cp;
  uint32_t right = 0; /* and after it */
  n = blanks = 0;
  for (size_t k = first; k < it->n && !right; k++) {
    uint32_t c = it->a[k].cp;
    if (is_digit(c)) {
      if (n == MAX_DIGITS || blanks > MAX_BLANKS)
        return false;
      digits[n++] = (char)c;
      blanks = 0;
    } else if (zg_char_kind_at(nz, c) == ZG_CHAR_BLANK)
      blanks++;
    else
      right = c;
  }
  /* Both forms must decide alike: what only the layout form keeps (circled
   * numbers, the ellipsis) counts as what search makes of it. */
  if (left == '.' || left == '-' || left == 0x2025 || left == 0x2026 ||
      (left && U_GET_GC_MASK((UChar32)left) & (U_GC_ND_MASK | U_GC_NO_MASK)))
    return false;
  digits[n] = '\0';
  long v = strtol(digits, NULL, 10);
  bool year = n == 4 && v >= 1900 && v <= 2099;
  switch (right) {
  case 0x5E74: /* 年 */
    return year;
  case 0x3015: /* 〕 */
  case 0x3011: /* 】 */
  case ']':
  case ')':
    return year && left && zg_char_in(u"〔【[(", left);
  case 0x6708: /* 月 */
    return n <= 2 && v >= 1 && v <= 12;
  case 0x65E5: /* 日 */
    return n <= 2 && v >= 1 && v <= 31;
  case 0x53F7: /* 号 */
    return n <= 3 && left && zg_char_in(u"〕】])第", left);
  default:
    return false;
  }
}

static bool norm_reserve(zg_norm *out, size_t bytes) {
  if (out->cap >= bytes && out->p && out->map)
    return true;
  size_t cap = out->cap * 2 > bytes ? out->cap * 2 : bytes;
  char *p = realloc(out->p, cap + 1);
  if (!p)
    return false;
  out->p = p;
  uint32_t *map = realloc(out->map, (cap + 1) * sizeof *map);
  if (!map)
    return false;
  out->map = map;
  out->cap = cap;
  return true;
}

static inline void emit(zg_norm *out, uint32_t cp, uint32_t off) {
  char *p = out->p + out->n;
  uint32_t *map = out->map + out->n;
  if (cp < 0x80) {
    p[0] = (char)cp;
    map[0] = off;
    out->n += 1;
  } else if (cp >= 0x800 && cp < ZG_BMP) {
    p[0] = (char)(0xE0 | cp >> 12);
    p[1] = (char)(0x80 | (cp >> 6 & 0x3F));
    p[2] = (char)(0x80 | (cp & 0x3F));
    map[0] = map[1] = map[2] = off;
    out->n += 3;
  } else {
    int len = zg_utf8_put(p, cp);
    for (int i = 0; i < len; i++)
      map[i] = off;
    out->n += (size_t)len;
  }
}

/* Blanks [i, j): do they stand inside a number or a date? */
static bool layout_drops(const zg_normaliser *nz, const items *it, size_t i,
                         size_t j) {
  if (i == 0 || j == it->n)
    return false;
  uint32_t before = it->a[i - 1].cp, after = it->a[j].cp;
  if (is_digit(before) && is_digit(after))
    return one_number(nz, it, i, j);
  if (is_digit(before))
    return zg_char_in(
        u"年月日号时分轮个项条件人名次起类届期余多万亿元份家所〕】", after);
  return is_digit(after) && zg_char_in(u"年月第〔【", before);
}

/* A half-width full stop ends a sentence: a dot after a character or a closing
 * mark and before a blank or nothing.  Not the dot of 1. or of an address. */
static bool is_full_stop(const zg_normaliser *nz, const items *it, size_t i) {
  if (it->a[i].cp != '.' || i == 0)
    return false;
  uint32_t before = it->a[i - 1].cp;
  bool closes = zg_char_kind_at(nz, before) >= ZG_CHAR_HAN ||
                zg_char_in(u"”’》)）】〕%", before);
  if (!closes || i + 1 == it->n)
    return closes;
  uint32_t after = it->a[i + 1].cp;
  uint8_t kind = zg_char_kind_at(nz, after);
  return kind == ZG_CHAR_BLANK || kind == ZG_CHAR_NEWLINE ||
         zg_char_in(u"“”’)", after);
}

static void write_layout(const zg_normaliser *nz, const items *it,
                         zg_norm *out) {
  for (size_t i = 0; i < it->n; i++) {
    uint32_t c = it->a[i].cp;
    uint8_t kind = zg_char_kind_at(nz, c);
    if (kind == ZG_CHAR_BLANK) {
      size_t j = i + 1;
      while (j < it->n && zg_char_kind_at(nz, it->a[j].cp) == ZG_CHAR_BLANK)
        j++;
      if (!layout_drops(nz, it, i, j))
        for (size_t k = i; k < j; k++)
          emit(out, it->a[k].cp, it->a[k].off);
      i = j - 1;
      continue;
    }
    if (kind == ZG_CHAR_CONTEXT)
      c = in_context(it, i);
    if (is_full_stop(nz, it, i))
      c = 0x3002; /* 。 */
    emit(out, c, it->a[i].off);
  }
}

static void write_search(const zg_normaliser *nz, const items *it,
                         zg_norm *out) {
  uint8_t last = ZG_CHAR_GAP;
  size_t gap = 0; /* items of the run that just ended, from gap to i */
  bool blanks_only = false, in_gap = false;
  for (size_t i = 0; i < it->n; i++) {
    uint32_t c = it->a[i].cp;
    uint8_t kind = zg_char_kind_at(nz, c);
    if (kind <= ZG_CHAR_NEWLINE) {
      if (!in_gap)
        gap = i;
      blanks_only = (in_gap ? blanks_only : true) && kind == ZG_CHAR_BLANK;
      in_gap = true;
      continue;
    }
    if (in_gap && out->n > 0) {
      bool joined = false;
      if (blanks_only && (last == ZG_CHAR_DIGIT || kind == ZG_CHAR_DIGIT))
        joined = (last == ZG_CHAR_DIGIT && kind >= ZG_CHAR_HAN) ||
                 (last >= ZG_CHAR_HAN && kind == ZG_CHAR_DIGIT) ||
                 (last == kind && one_number(nz, it, gap, i));
      if (!joined)
        emit(out, ' ', it->a[gap].off);
    }
    in_gap = false;
    emit(out, kind == ZG_CHAR_CONTEXT ? in_context(it, i) : c, it->a[i].off);
    last = kind;
  }
}

static zg_status normalise(const zg_normaliser *nz, zg_form form, zg_str src,
                           zg_norm *out, zg_error *err) {
  enum { SMALL = 1024 };
  out->n = 0;
  if (src.n >= UINT32_MAX)
    return zg_fail(err, ZG_TOO_LARGE, "text_too_large", "",
                   "text of %zu bytes is over 4 GiB", src.n);
  items it = {NULL, 0, 0, 0};
  zg_status st = ZG_OK;
  if (!items_reserve(&it, src.n + 1)) {
    st = zg_fail_nomem(err);
    goto out;
  }
  st = fold(nz, form, src, &it, err);
  if (st)
    goto out;
  if (!norm_reserve(out, it.bytes + SMALL)) {
    st = zg_fail_nomem(err);
    goto out;
  }
  if (form == ZG_FORM_LAYOUT)
    write_layout(nz, &it, out);
  else
    write_search(nz, &it, out);
  out->p[out->n] = '\0';
  out->map[out->n] = (uint32_t)src.n;
out:
  free(it.a);
  return st;
}

zg_status zg_normalise_layout(const zg_normaliser *nz, zg_str src, zg_norm *out,
                              zg_error *err) {
  return normalise(nz, ZG_FORM_LAYOUT, src, out, err);
}

zg_status zg_normalise_search(const zg_normaliser *nz, zg_str src, zg_norm *out,
                              zg_error *err) {
  return normalise(nz, ZG_FORM_SEARCH, src, out, err);
}
