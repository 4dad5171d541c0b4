#include "index/normalise.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utrans.h>

/* How it works.  Pass 1 ("fold") turns the source into items, one code point
 * and its source offset each, through a table of the whole BMP: 0 drops the
 * character, SLOW sends it and its neighbours to ICU, all else is the result.
 * Pass 2 applies the rules that need neighbours (blanks, gaps, a few
 * characters whose simplified form depends on the word) and writes UTF-8 and
 * the map. */

#define BMP 0x10000u
#define DROP 0u
#define SLOW 0xFFFFu

/* What pass 2 must know of an output character. */
enum { K_GAP, K_BLANK, K_NEWLINE, K_DIGIT, K_LATIN, K_UNIT, K_HAN, K_CONTEXT };

enum form { LAYOUT, SEARCH };

struct zg_normaliser {
  uint16_t fold[2][BMP];
  uint16_t simple[BMP]; /* traditional to simplified; identity elsewhere */
  uint8_t kind[BMP];
  const UNormalizer2 *nfkc[2];
};

/* Pairs "from, to" that replace ICU's Hant-Hans: first what it gets wrong for
 * simplified text (俱 is not 具, a wrestler's 跤 is not 交), then variants that
 * real traditional pages use and it does not know. */
static const UChar EXCEPTIONS[] =
    u"俱俱跤跤姊姊苎苎阪阪著著乾乾瞭瞭藉藉"
    u"砲炮吿告擡抬硃朱諮咨谘咨峯峰嶽岳衹只祇只甦苏麪面鶏鸡敍叙脇胁逕径飜翻舘馆"
    u"滙汇傚效効效勣绩坵丘堦阶妬妒姸妍寃冤尙尚幇帮彊强徧遍戱戏戯戏擕携攷考旣既"
    u"朞期査查槪概樷丛譭毁涖莅淸清煖暖甎砖畧略疎疏皐皋砦寨窓窗窻窗竝并糉粽縂总"
    u"脗吻蘂蕊裠裙覩睹謌歌讌宴䜩宴賍赃踫碰躭耽輭软鄕乡鍼针鎔熔镕熔鎻锁閙闹陜陕"
    u"隂阴靑青鞵鞋頼赖飃飘騐验鬪斗鼔鼓衞卫妳你鎭镇値值囬回囘回擧举畵画觧解兎兔"
    u"幷并竒奇獘弊牠它秊年穨颓緐繁緖绪聫联聨联聴听肎肯膓肠鉅巨钜巨"
    /* CJK radicals that PDF text carries instead of the characters; Unicode
     * gives them no decomposition. */
    u"⺠民⻁虎⻄西⻅见⻆角⻉贝⻋车⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼"
    u"⻥鱼⻦鸟⻧卤⻨麦⻩黄⻬齐⻮齿⻰龙⻳龟";

/* Characters that simplified text keeps in some words only. */
static const struct context {
  UChar c, otherwise;
  const UChar *after, *before; /* keep c after / before one of these */
} CONTEXT[] = {
    {u'著', u'着', u"显名卓土论专译原编巨遗拙昭较合执新",
     u"作名书述录称者有译文"},
    {u'乾', u'干', u"", u"坤隆县陵宁卦元清"},
    {u'瞭', u'了', u"", u"望"},
    {u'藉', u'借', u"慰狼蕴枕", u""},
};

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

/* ---- tables ---- */

static bool is_ignorable(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

/* The parser tells layouts apart by these, so they stay in the layout form:
 * circled numbers, and the ellipsis (else it would read as full stops). */
static bool layout_keeps(UChar32 c) {
  return (c >= 0x2460 && c <= 0x2473) || c == 0x24EA ||
         (c >= 0x3251 && c <= 0x325F) || (c >= 0x3280 && c <= 0x3289) ||
         (c >= 0x32B1 && c <= 0x32BF) || c == 0x2025 || c == 0x2026;
}

static bool is_mark(UChar32 c) { return c >= 0x0300 && c <= 0x036F; }

/* The plain letter under Latin diacritics, or c itself. */
static UChar32 latin_base(const UNormalizer2 *nfkc, UChar32 c) {
  if (!((c >= 0xC0 && c < 0x250) || (c >= 0x1E00 && c < 0x1F00)))
    return c;
  UChar32 b = c;
  for (int depth = 0; depth < 4; depth++) {
    UErrorCode e = U_ZERO_ERROR;
    UChar d[8];
    int32_t n = unorm2_getRawDecomposition(nfkc, b, d, 8, &e);
    if (U_FAILURE(e) || n < 2 || !is_mark(d[n - 1]))
      break;
    int32_t i = 0;
    U16_NEXT(d, i, n, b);
  }
  return b >= 'a' && b <= 'z' ? b : c;
}

/* One character after NFKC, as it stands in the given form; 0 drops it. */
static UChar32 finish(const zg_normaliser *nz, enum form form, UChar32 c) {
  if (c < (UChar32)BMP)
    c = nz->simple[c];
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
    bool line_end = (c >= 0x0A && c <= 0x0D) || c == 0x85;
    return c == '\t' ? c : line_end ? '\n' : ' ';
  }
  if (c < 0x7F)
    return c;
  if (is_ignorable(c))
    return DROP;
  if (c == 0x2028 || c == 0x2029)
    return '\n';
  if (u_charType(c) == U_SPACE_SEPARATOR)
    return ' ';
  if (form == LAYOUT)
    return c;
  if (is_mark(c))
    return DROP;
  if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) {
    int32_t v = u_charDigitValue(c);
    return v >= 0 ? '0' + v : c;
  }
  return latin_base(nz->nfkc[LAYOUT], c);
}

static uint8_t kind_of(UChar32 c) {
  if (c >= '0' && c <= '9')
    return K_DIGIT;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
    return K_LATIN;
  if (c == ' ' || c == '\t')
    return K_BLANK;
  if (c == '\n')
    return K_NEWLINE;
  if (u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC))
    return K_HAN;
  uint32_t gc = U_GET_GC_MASK(c);
  if (gc & U_GC_ME_MASK)
    return K_GAP;
  return gc & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK) ? K_UNIT : K_GAP;
}

static uint8_t kind_at(const zg_normaliser *nz, uint32_t cp) {
  return cp < BMP ? nz->kind[cp] : kind_of((UChar32)cp);
}

/* Hant-Hans over its whole source set in one call: a character a line, so that
 * no rule sees two of them together. */
static bool build_simple(zg_normaliser *nz) {
  bool ok = false;
  UErrorCode e = U_ZERO_ERROR;
  USet *set = NULL;
  UChar *in = NULL, *out = NULL;
  UTransliterator *tr =
      utrans_openU(u"Hant-Hans", -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
  if (U_FAILURE(e))
    goto out;
  set = utrans_getSourceSet(tr, false, NULL, &e);
  if (U_FAILURE(e))
    goto out;
  int32_t size = uset_size(set), n = 0, cap = 4 * size + 4;
  in = malloc((size_t)(2 * size + 1) * sizeof *in);
  out = malloc((size_t)cap * sizeof *out);
  if (!in || !out)
    goto out;
  for (int32_t i = 0; i < size; i++) {
    UChar32 c = uset_charAt(set, i);
    if (c < 0x80 || c > 0xFFFF)
      continue;
    in[n++] = (UChar)c;
    in[n++] = '\n';
  }
  int32_t len = n, limit = n;
  memcpy(out, in, (size_t)n * sizeof *in);
  utrans_transUChars(tr, out, &len, cap, 0, &limit, &e);
  if (U_FAILURE(e))
    goto out;
  for (uint32_t c = 0; c < BMP; c++)
    nz->simple[c] = (uint16_t)c;
  for (int32_t i = 0, j = 0; i < n && j < len; i += 2, j++) {
    int32_t start = j;
    while (j < len && out[j] != '\n')
      j++;
    if (j - start == 1 && !U16_IS_SURROGATE(out[start]))
      nz->simple[in[i]] = out[start];
  }
  for (size_t i = 0; EXCEPTIONS[i]; i += 2)
    nz->simple[EXCEPTIONS[i]] = EXCEPTIONS[i + 1];
  /* 『』 are quotes as 「」 are, one level in. */
  nz->simple[u'『'] = 0x2018;
  nz->simple[u'』'] = 0x2019;
  /* Closed under itself, so that normalising twice changes nothing. */
  for (uint32_t c = 0x80; c < BMP; c++)
    for (int hop = 0; hop < 4 && nz->simple[c] != nz->simple[nz->simple[c]];
         hop++)
      nz->simple[c] = nz->simple[nz->simple[c]];
  ok = true;
out:
  if (tr)
    utrans_close(tr);
  if (set)
    uset_close(set);
  free(in);
  free(out);
  return ok;
}

static uint16_t fold_entry(const zg_normaliser *nz, enum form form, UChar32 c) {
  const UNormalizer2 *nfkc = nz->nfkc[form];
  if (U16_IS_SURROGATE(c) || c == 0xFFFF)
    return SLOW;
  UChar32 r = c;
  if (c >= 0x80 || (form == SEARCH && c >= 'A' && c <= 'Z')) {
    if (is_ignorable(c))
      return DROP;
    if (!unorm2_hasBoundaryBefore(nfkc, c))
      return SLOW;
    bool keep = form == LAYOUT && layout_keeps(c);
    if (!keep && !(c >= 0xAC00 && c <= 0xD7A3) && !unorm2_isInert(nfkc, c)) {
      UErrorCode e = U_ZERO_ERROR;
      UChar one = (UChar)c, d[32];
      int32_t n = unorm2_normalize(nfkc, &one, 1, d, 32, &e), i = 0;
      if (U_FAILURE(e) || n == 0)
        return SLOW;
      U16_NEXT(d, i, n, r);
      if (i != n || r >= (UChar32)BMP)
        return SLOW;
    }
  }
  r = finish(nz, form, r);
  return r >= (UChar32)SLOW ? SLOW : (uint16_t)r;
}

zg_status zg_normaliser_new(zg_normaliser **out, zg_error *err) {
  *out = NULL;
  zg_normaliser *nz = malloc(sizeof *nz);
  if (!nz)
    return zg_fail_nomem(err);
  UErrorCode e = U_ZERO_ERROR;
  nz->nfkc[LAYOUT] = unorm2_getNFKCInstance(&e);
  nz->nfkc[SEARCH] = unorm2_getNFKCCasefoldInstance(&e);
  if (U_FAILURE(e) || !build_simple(nz)) {
    free(nz);
    return zg_fail(err, ZG_INTERNAL, "icu_data", "",
                   "ICU data for NFKC or Hant-Hans is not usable: %s",
                   u_errorName(e));
  }
  for (uint32_t c = 0; c < BMP; c++) {
    nz->fold[LAYOUT][c] = fold_entry(nz, LAYOUT, (UChar32)c);
    nz->fold[SEARCH][c] = fold_entry(nz, SEARCH, (UChar32)c);
    nz->kind[c] = kind_of((UChar32)c);
  }
  for (size_t i = 0; i < sizeof CONTEXT / sizeof *CONTEXT; i++)
    nz->kind[CONTEXT[i].c] = K_CONTEXT;
  *out = nz;
  return ZG_OK;
}

void zg_normaliser_free(zg_normaliser *n) { free(n); }

bool zg_norm_stands(const zg_normaliser *nz, zg_str run) {
  for (size_t i = 0; i < run.n;) {
    uint32_t cp;
    int len = zg_utf8_next(run.p + i, run.n - i, &cp);
    if (len != 3 || nz->kind[cp] != K_HAN || nz->fold[SEARCH][cp] != cp)
      return false;
    i += (size_t)len;
  }
  return run.n > 0;
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
    uint32_t r = c < BMP ? nz->fold[LAYOUT][c] : SLOW;
    if (r == ')')
      return tone ? i : 0;
    if (r != DROP && !is_pinyin_letter(r == SLOW ? c : r, &tone))
      return 0;
  }
  return 0;
}

/* The character at src[*pos] does not stand alone: it composes with what is
 * before or becomes several.  Everything from the last boundary to the next
 * one goes through ICU together and maps to where it starts. */
static zg_status fold_slow(const zg_normaliser *nz, enum form form, zg_str src,
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
    if (len == 0 || (!is_ignorable((UChar32)cp) &&
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
    if (!is_ignorable((UChar32)cp))
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
    c = finish(nz, form, c);
    if (c != DROP)
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
  while (n > 0 && is_mark((UChar32)it->a[n - 1].cp)) /* dropped by search */
    n--;
  return n > 0 && kind_at(nz, it->a[n - 1].cp) >= K_HAN;
}

/* `it` has room for src.n items more than it holds at any time. */
static zg_status fold(const zg_normaliser *nz, enum form form, zg_str src,
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
    uint32_t r = cp < BMP ? table[cp] : SLOW;
    if (r == SLOW) {
      zg_status st = fold_slow(nz, form, src, &i, it, err);
      if (st)
        return st;
      after_han = ends_in_han(nz, it);
      continue;
    }
    if (after_han && cp < BMP && nz->fold[LAYOUT][cp] == '(') {
      size_t k = pinyin_len(nz, src.p + i + len, src.n - i - len);
      if (k) {
        i += len + k;
        continue;
      }
    }
    bool cr_lf = cp == '\n' && i > 0 && p[i - 1] == '\r'; /* one line end */
    if (r != DROP && !cr_lf) {
      it->a[it->n++] = (item){r, (uint32_t)i};
      /* a dot may become 。 */
      bytes += r == '.' ? 3 : r < 0x80 ? 1 : r < 0x800 ? 2 : 3;
    }
    if (r != DROP)
      after_han = nz->kind[r] >= K_HAN;
    i += len;
  }
  it->bytes += bytes;
  return ZG_OK;
}

/* ---- pass 2 ---- */

static bool holds(const UChar *set, uint32_t cp) {
  for (; *set; set++)
    if (*set == cp)
      return true;
  return false;
}

static uint32_t in_context(const items *it, size_t i) {
  uint32_t c = it->a[i].cp;
  /* Marks are stepped over: the search form drops them, and the two forms
   * must agree. */
  size_t a = i, z = i + 1;
  while (a > 0 && is_mark((UChar32)it->a[a - 1].cp))
    a--;
  while (z < it->n && is_mark((UChar32)it->a[z].cp))
    z++;
  uint32_t before = a > 0 ? it->a[a - 1].cp : 0;
  uint32_t after = z < it->n ? it->a[z].cp : 0;
  for (size_t k = 0; k < sizeof CONTEXT / sizeof *CONTEXT; k++) {
    const struct context *x = &CONTEXT[k];
    if (x->c != c)
      continue;
    return holds(x->after, before) || holds(x->before, after) ? c
                                                              : x->otherwise;
  }
  return c;
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
    } else if (kind_at(nz, c) == K_BLANK)
      blanks++;
    else
      break;
  }
  uint32_t left = 0; /* what stands before the number */
  for (size_t a = first; a > 0 && !left; a--)
    if (kind_at(nz, it->a[a - 1].cp) != K_BLANK)
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
    } else if (kind_at(nz, c) == K_BLANK)
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
    return year && left && holds(u"〔【[(", left);
  case 0x6708: /* 月 */
    return n <= 2 && v >= 1 && v <= 12;
  case 0x65E5: /* 日 */
    return n <= 2 && v >= 1 && v <= 31;
  case 0x53F7: /* 号 */
    return n <= 3 && left && holds(u"〕】])第", left);
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
  } else if (cp >= 0x800 && cp < BMP) {
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
    return holds(u"年月日号时分轮个项条件人名次起类届期余多万亿元份家所〕】",
                 after);
  return is_digit(after) && holds(u"年月第〔【", before);
}

/* A half-width full stop ends a sentence: a dot after a character or a closing
 * mark and before a blank or nothing.  Not the dot of 1. or of an address. */
static bool is_full_stop(const zg_normaliser *nz, const items *it, size_t i) {
  if (it->a[i].cp != '.' || i == 0)
    return false;
  uint32_t before = it->a[i - 1].cp;
  bool closes = kind_at(nz, before) >= K_HAN || holds(u"”’》)）】〕%", before);
  if (!closes || i + 1 == it->n)
    return closes;
  uint32_t after = it->a[i + 1].cp;
  uint8_t kind = kind_at(nz, after);
  return kind == K_BLANK || kind == K_NEWLINE || holds(u"“”’)", after);
}

static void write_layout(const zg_normaliser *nz, const items *it,
                         zg_norm *out) {
  for (size_t i = 0; i < it->n; i++) {
    uint32_t c = it->a[i].cp;
    uint8_t kind = kind_at(nz, c);
    if (kind == K_BLANK) {
      size_t j = i + 1;
      while (j < it->n && kind_at(nz, it->a[j].cp) == K_BLANK)
        j++;
      if (!layout_drops(nz, it, i, j))
        for (size_t k = i; k < j; k++)
          emit(out, it->a[k].cp, it->a[k].off);
      i = j - 1;
      continue;
    }
    if (kind == K_CONTEXT)
      c = in_context(it, i);
    if (is_full_stop(nz, it, i))
      c = 0x3002; /* 。 */
    emit(out, c, it->a[i].off);
  }
}

static void write_search(const zg_normaliser *nz, const items *it,
                         zg_norm *out) {
  uint8_t last = K_GAP;
  size_t gap = 0; /* items of the run that just ended, from gap to i */
  bool blanks_only = false, in_gap = false;
  for (size_t i = 0; i < it->n; i++) {
    uint32_t c = it->a[i].cp;
    uint8_t kind = kind_at(nz, c);
    if (kind <= K_NEWLINE) {
      if (!in_gap)
        gap = i;
      blanks_only = (in_gap ? blanks_only : true) && kind == K_BLANK;
      in_gap = true;
      continue;
    }
    if (in_gap && out->n > 0) {
      bool joined = false;
      if (blanks_only && (last == K_DIGIT || kind == K_DIGIT))
        joined = (last == K_DIGIT && kind >= K_HAN) ||
                 (last >= K_HAN && kind == K_DIGIT) ||
                 (last == kind && one_number(nz, it, gap, i));
      if (!joined)
        emit(out, ' ', it->a[gap].off);
    }
    in_gap = false;
    emit(out, kind == K_CONTEXT ? in_context(it, i) : c, it->a[i].off);
    last = kind;
  }
}

static zg_status normalise(const zg_normaliser *nz, enum form form, zg_str src,
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
  if (form == LAYOUT)
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
  return normalise(nz, LAYOUT, src, out, err);
}

zg_status zg_normalise_search(const zg_normaliser *nz, zg_str src, zg_norm *out,
                              zg_error *err) {
  return normalise(nz, SEARCH, src, out, err);
}
