#include "index/charset.h"
#include "index/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucsdet.h>
#include <unicode/utf16.h>

#define LABEL_LOOK 4096
#define SAMPLE 65536       /* bytes that the scores are counted in */
#define REPLACED_MAX 0.001 /* share of characters that may be replaced */

/* ---- decoding ---- */

typedef struct tally {
  const char *start;
  size_t bad;
  int64_t first_bad;
} tally;

static void U_CALLCONV on_bad(const void *context, UConverterToUnicodeArgs *a,
                              const char *units, int32_t n,
                              UConverterCallbackReason reason, UErrorCode *ec) {
  tally *t = (tally *)context;
  static const UChar mark[] = {0xFFFD};
  (void)units;
  if (reason > UCNV_IRREGULAR)
    return; /* reset, close, clone */
  if (t->bad++ == 0)
    t->first_bad = a->source - t->start - n;
  *ec = U_ZERO_ERROR;
  ucnv_cbToUWriteUChars(a, mark, 1, 0, ec);
}

static bool add_utf8(zg_buf *out, const UChar *u, int32_t n, UChar *high,
                     size_t *characters) {
  char piece[4];
  for (int32_t i = 0; i < n; i++) {
    uint32_t cp = u[i];
    if (U16_IS_LEAD(u[i])) {
      *high = u[i]; /* ICU gives whole pairs, but a piece may end in one */
      continue;
    }
    if (U16_IS_TRAIL(u[i]))
      cp = U16_GET_SUPPLEMENTARY(*high, u[i]);
    ++*characters;
    if (!zg_buf_add(out, piece, (size_t)zg_utf8_put(piece, cp)))
      return false;
  }
  return true;
}

static zg_status decode_by(zg_buf *out, zg_str in, const char *charset,
                           tally *t, size_t *characters, zg_error *err) {
  UErrorCode ec = U_ZERO_ERROR;
  UConverter *c = ucnv_open(charset, &ec);
  UChar piece[4096], high = 0;
  if (U_SUCCESS(ec))
    ucnv_setToUCallBack(c, on_bad, t, NULL, NULL, &ec);
  if (U_FAILURE(ec)) {
    ucnv_close(c);
    return zg_fail(err, ZG_INTERNAL, "charset", "",
                   "ICU has no converter for %s", charset);
  }
  const char *p = in.p, *end = in.p + in.n;
  bool ok = true;
  do {
    UChar *to = piece;
    ec = U_ZERO_ERROR;
    ucnv_toUnicode(c, &to, piece + sizeof piece / sizeof *piece, &p, end, NULL,
                   true, &ec);
    ok = add_utf8(out, piece, (int32_t)(to - piece), &high, characters);
  } while (ok && ec == U_BUFFER_OVERFLOW_ERROR);
  ucnv_close(c);
  return ok ? ZG_OK : zg_fail_nomem(err);
}

typedef struct guess {
  const char *name;
  bool certain;
  size_t mark; /* bytes of the byte order mark, passed over */
} guess;

/* Big5 as it is written has the characters of Hong Kong in it. */
static const char *converter_of(const char *name) {
  return strcmp(name, "Big5") == 0 ? "Big5-HKSCS" : name;
}

static zg_status finish(zg_decoded *d, zg_str in, guess g, zg_error *err) {
  tally t = {in.p, 0, -1};
  size_t characters = 0;
  zg_str rest = {in.p + g.mark, in.n - g.mark};
  zg_buf_clear(&d->text);
  snprintf(d->charset, sizeof d->charset, "%s", g.name);
  d->certain = g.certain;
  zg_status st =
      decode_by(&d->text, rest, converter_of(g.name), &t, &characters, err);
  if (st)
    return st;
  d->replaced = t.bad;
  d->first_bad = t.first_bad;
  if ((double)t.bad <= REPLACED_MAX * (double)characters)
    return ZG_OK;
  zg_buf_clear(&d->text);
  return zg_fail_at(err, ZG_INVALID, t.first_bad, "undecodable", "",
                    "byte %lld does not decode as %s, the likeliest charset "
                    "(%zu such places)",
                    (long long)t.first_bad + 1, g.name, t.bad);
}

/* ---- scores: how much a text looks like one in that charset ---- */

typedef struct score {
  size_t pairs, everyday, errors;
  size_t frequent; /* of the commonest characters of the genre */
} score;

static double share(const score *s) {
  return s->pairs ? (double)s->everyday / (double)s->pairs : 0;
}

/* The commonest characters of such texts, simplified, with the traditional
 * form behind where it differs. */
static bool is_frequent(unsigned a, unsigned b, bool big5) {
  static const char gb[] =
      "\xB5\xC4\xD2\xBB\xCA\xC7\xB2\xBB\xD4\xDA\xC1\xCB\xD3\xD0\xBA\xCD"
      "\xD5\xFB\xB8\xC4\xCE\xCA\xCC\xE2\xC7\xE9\xBF\xF6\xB9\xA4\xD7\xF7"
      "\xD6\xC6\xB6\xC8\xB5\xB3\xCE\xAF\xB9\xAB\xD6\xD0\xC8\xCB\xB6\xD4"
      "\xBC\xB0\xD1\xB2\xB2\xEC\xB7\xA2\xD5\xB9\xB4\xF3\xC9\xCF\xD2\xB5";
  static const char big[] =
      "\xAA\xBA\xA4\x40\xAC\x4F\xA4\xA3\xA6\x62\xA4\x46\xA6\xB3\xA9\x4D"
      "\xBE\xE3\xA7\xEF\xB0\xDD\xC3\x44\xB1\xA1\xAA\x70\xA4\x75\xA7\x40"
      "\xA8\xEE\xAB\xD7\xC4\xD2\xA9\x65\xA4\xBD\xA4\xA4\xA4\x48\xB9\xEF"
      "\xA4\xCE\xA8\xB5\xB9\xEE\xB5\x6F\xAE\x69\xA4\x6A\xA4\x57\xB7\x7E";
  const char *list = big5 ? big : gb;
  for (size_t i = 0; i + 1 < sizeof gb; i += 2)
    if ((unsigned char)list[i] == a && (unsigned char)list[i + 1] == b)
      return true;
  return false;
}

/* Everyday: the first level of the charset (3,755 and 5,401 characters, which
 * are 99 % of any text) and the rows of punctuation and full-width forms. */
static bool gb_everyday(unsigned a, unsigned b) {
  return b >= 0xA1 && ((a >= 0xB0 && a <= 0xD7) || (a >= 0xA1 && a <= 0xA3));
}
static bool big5_everyday(unsigned a, unsigned b) {
  return a >= 0xA1 && (a < 0xC6 || (a == 0xC6 && b <= 0x7E));
}

static score look_at(zg_str in, bool big5) {
  score s = {0, 0, 0, 0};
  const unsigned char *p = (const unsigned char *)in.p;
  size_t n = in.n < SAMPLE ? in.n : SAMPLE;
  for (size_t i = 0; i < n;) {
    unsigned a = p[i], b = i + 1 < in.n ? p[i + 1] : 0;
    if (a < 0x80) {
      i++;
      continue;
    }
    if (!big5 && b >= 0x30 && b <= 0x39 && i + 3 < in.n && p[i + 2] >= 0x81 &&
        p[i + 3] >= 0x30 && p[i + 3] <= 0x39) {
      s.pairs++; /* four bytes: legal and rare */
      i += 4;
      continue;
    }
    bool trail =
        (b >= 0x40 && b <= 0x7E) || (b >= (big5 ? 0xA1u : 0x80u) && b <= 0xFE);
    if (a < 0x81 || a == 0xFF || !trail) {
      s.errors++;
      i++;
      continue;
    }
    s.pairs++;
    s.everyday += big5 ? big5_everyday(a, b) : gb_everyday(a, b);
    s.frequent += is_frequent(a, b, big5);
    i += 2;
  }
  return s;
}

/* Of a text that has nothing but ASCII and pairs. */
static bool prefer_big5(const score *gb, const score *big5, bool *certain) {
  double g = share(gb), b = share(big5);
  double n = (double)(gb->pairs + gb->errors + 1);
  g -= 2.0 * (double)gb->errors / n;
  b -= 2.0 * (double)big5->errors / n;
  g += (double)gb->frequent / n;
  b += (double)big5->frequent / n;
  double apart = g > b ? g - b : b - g;
  *certain = apart >= 0.15 && gb->pairs >= 8 && (g > b ? g : b) >= 0.8;
  return b > g;
}

/* ---- UTF-16 ---- */

/* Share of 16-bit units that stand in a text of ours. */
static double utf16_share(zg_str in, bool little) {
  const unsigned char *p = (const unsigned char *)in.p;
  size_t n = (in.n < SAMPLE ? in.n : SAMPLE) & ~(size_t)1, good = 0;
  for (size_t i = 0; i < n; i += 2) {
    unsigned u = little ? p[i] | (unsigned)p[i + 1] << 8
                        : p[i + 1] | (unsigned)p[i] << 8;
    good += (u >= 0x4E00 && u <= 0x9FFF) || (u >= 0x20 && u < 0x7F) ||
            u == '\n' || u == '\r' || u == '\t' || u == 0xA0 || u == 0xB7 ||
            (u >= 0x2010 && u <= 0x2030) || (u >= 0x3000 && u <= 0x303F) ||
            (u >= 0x2460 && u <= 0x24FF) || (u >= 0xFF00 && u <= 0xFFEF);
  }
  return n ? 2.0 * (double)good / (double)n : 0;
}

static bool is_utf16(zg_str in, bool *little) {
  if (in.n < 4 || in.n % 2)
    return false;
  double le = utf16_share(in, true), be = utf16_share(in, false);
  *little = le > be;
  return (le > be ? le : be) >= 0.95 && (le < 0.7 || be < 0.7);
}

static const char *utf16_name(bool little) {
  return little ? "UTF-16LE" : "UTF-16BE";
}

/* ---- labels ---- */

static bool word_char(char c) {
  return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
         c == '-' || c == '_' || c == ':';
}

static zg_str label_after(const char *p, const char *end, const char *key) {
  size_t n = strlen(key);
  for (; p + n < end; p++) {
    if (strncasecmp(p, key, n) != 0)
      continue;
    const char *q = p + n;
    while (q < end && strchr(" \t=\"'", *q) && *q)
      q++;
    const char *from = q;
    while (q < end && word_char(*q))
      q++;
    if (q > from && q - from < 32)
      return (zg_str){from, (size_t)(q - from)};
  }
  return ZG_STR_NULL;
}

zg_str zg_charset_declared(zg_str b) {
  const char *p = b.p, *end = b.p + (b.n < LABEL_LOOK ? b.n : LABEL_LOOK);
  if (b.n > 5 && memcmp(p, "<?xml", 5) == 0) {
    const char *close = memchr(p, '>', (size_t)(end - p));
    zg_str found = label_after(p, close ? close : end, "encoding");
    if (found.p)
      return found;
  }
  while ((p = p < end ? memchr(p, '<', (size_t)(end - p)) : NULL)) {
    if (end - p > 5 && strncasecmp(p, "<meta", 5) == 0) {
      const char *close = memchr(p, '>', (size_t)(end - p));
      zg_str found = label_after(p, close ? close : end, "charset");
      if (found.p)
        return found;
    }
    p++;
  }
  return ZG_STR_NULL;
}

typedef enum family { OTHER, UTF8, GB, BIG5, UTF16LE, UTF16BE } family;

static family family_of(zg_str label) {
  static const struct {
    const char *name;
    family family;
  } names[] = {
      {"utf-8", UTF8},      {"utf8", UTF8},        {"unicode-1-1-utf-8", UTF8},
      {"gb2312", GB},       {"gbk", GB},           {"gb18030", GB},
      {"gb_2312-80", GB},   {"x-gbk", GB},         {"cp936", GB},
      {"windows-936", GB},  {"hz-gb-2312", OTHER}, {"big5", BIG5},
      {"big5-hkscs", BIG5}, {"x-x-big5", BIG5},    {"cp950", BIG5},
      {"utf-16", UTF16LE},  {"utf-16le", UTF16LE}, {"utf-16be", UTF16BE},
      {"unicode", UTF16LE}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i].name) == label.n &&
        strncasecmp(names[i].name, label.p, label.n) == 0)
      return names[i].family;
  return OTHER;
}

/* ---- deciding ---- */

static zg_status by_detector(zg_decoded *d, zg_str in, zg_error *err) {
  UErrorCode ec = U_ZERO_ERROR;
  UCharsetDetector *det = ucsdet_open(&ec);
  char name[32] = "";
  ucsdet_setText(det, in.p, (int32_t)(in.n < SAMPLE ? in.n : SAMPLE), &ec);
  const UCharsetMatch *m = ucsdet_detect(det, &ec);
  if (U_SUCCESS(ec) && m)
    snprintf(name, sizeof name, "%s", ucsdet_getName(m, &ec));
  ucsdet_close(det);
  if (U_FAILURE(ec) || !name[0])
    return ZG_INVALID;
  return finish(d, in, (guess){name, false, 0}, err);
}

/* Neither a mark, nor NUL bytes, nor UTF-8. */
static zg_status by_guess(zg_decoded *d, zg_str in, family said,
                          zg_error *err) {
  score gb = look_at(in, false), big5 = look_at(in, true);
  bool certain = false, big = prefer_big5(&gb, &big5, &certain), little;
  zg_error first = ZG_ERROR_INIT;
  /* UTF-8 with a few broken places: four of five pairs of its bytes would be
   * rare characters in the others. */
  if ((said == UTF8 || share(&gb) < 0.8) &&
      finish(d, in, (guess){"UTF-8", said == UTF8, 0}, &first) == ZG_OK)
    return ZG_OK;
  if (said == GB && !(big && certain) &&
      finish(d, in, (guess){"GB18030", true, 0}, &first) == ZG_OK)
    return ZG_OK;
  if (said == BIG5 && (big || !certain) &&
      finish(d, in, (guess){"Big5", true, 0}, &first) == ZG_OK)
    return ZG_OK;
  const score *best = big ? &big5 : &gb;
  if (share(best) < 0.5 && is_utf16(in, &little))
    return finish(d, in, (guess){utf16_name(little), false, 0}, err);
  zg_error_clear(&first);
  zg_status st =
      finish(d, in, (guess){big ? "Big5" : "GB18030", certain, 0}, &first);
  if (st == ZG_OK && share(best) >= 0.5)
    return ZG_OK;
  /* no Chinese text: the detector's turn, then the error of the better one */
  zg_decoded other = {.first_bad = -1};
  if (by_detector(&other, in, NULL) == ZG_OK) {
    zg_buf_free(&d->text);
    *d = other;
    return ZG_OK;
  }
  zg_buf_free(&other.text);
  if (st && err)
    *err = first;
  return st;
}

static zg_status with_nul(zg_decoded *d, zg_str in, family said,
                          zg_error *err) {
  bool little = said != UTF16BE;
  if (is_utf16(in, &little))
    return finish(d, in, (guess){utf16_name(little), true, 0}, err);
  const char *nul = memchr(in.p, '\0', in.n);
  return zg_fail_at(err, ZG_INVALID, nul - in.p, "not_text", "",
                    "byte %lld is NUL: this is no text",
                    (long long)(nul - in.p) + 1);
}

static zg_status decode(zg_decoded *d, zg_str in, zg_str label, bool html,
                        zg_error *err) {
  const char *p = in.p;
  if (in.n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
    return finish(d, in, (guess){"UTF-8", true, 3}, err);
  if (in.n >= 2 && (!memcmp(p, "\xFF\xFE", 2) || !memcmp(p, "\xFE\xFF", 2))) {
    return finish(d, in, (guess){utf16_name(p[0] == '\xFF'), true, 2}, err);
  }
  if (!label.p && html)
    label = zg_charset_declared(in);
  family said = label.p ? family_of(label) : OTHER;
  if (memchr(p, '\0', in.n))
    return with_nul(d, in, said, err);
  if (zg_utf8_check(p, in.n) < 0) {
    snprintf(d->charset, sizeof d->charset, "UTF-8");
    d->certain = true;
    return zg_buf_add(&d->text, p, in.n) ? ZG_OK : zg_fail_nomem(err);
  }
  return by_guess(d, in, said, err);
}

zg_status zg_charset_decode(zg_decoded *out, zg_str bytes, zg_str label,
                            bool html, zg_error *err) {
  *out = (zg_decoded){.first_bad = -1};
  zg_content c = zg_content_of(bytes);
  if (c == ZG_CONTENT_EMPTY) {
    snprintf(out->charset, sizeof out->charset, "UTF-8");
    out->certain = true;
    return ZG_OK;
  }
  if (!zg_content_is_text(c))
    return zg_fail(err, ZG_INVALID, "not_text", "", "this is %s, not a text",
                   zg_content_en(c));
  zg_error why = ZG_ERROR_INIT;
  zg_status st = decode(out, bytes, label, html, &why);
  if (st) {
    zg_buf_free(&out->text);
    out->text = (zg_buf)ZG_BUF_INIT;
    if (err)
      *err = why;
  }
  return st;
}
