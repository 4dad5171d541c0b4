#include "index/normalise_tables.h"

#include <stdlib.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utrans.h>

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

/* The parser tells layouts apart by these, so they stay in the layout form:
 * circled numbers, and the ellipsis (else it would read as full stops). */
static bool layout_keeps(UChar32 c) {
  return (c >= 0x2460 && c <= 0x2473) || c == 0x24EA ||
         (c >= 0x3251 && c <= 0x325F) || (c >= 0x3280 && c <= 0x3289) ||
         (c >= 0x32B1 && c <= 0x32BF) || c == 0x2025 || c == 0x2026;
}

/* The plain letter under Latin diacritics, or c itself. */
static UChar32 latin_base(const UNormalizer2 *nfkc, UChar32 c) {
  if (!((c >= 0xC0 && c < 0x250) || (c >= 0x1E00 && c < 0x1F00)))
    return c;
  UChar32 b = c;
  for (int depth = 0; depth < 4; depth++) {
    UErrorCode e = U_ZERO_ERROR;
    UChar d[8];
    int32_t n = unorm2_getRawDecomposition(nfkc, b, d, 8, &e);
    if (U_FAILURE(e) || n < 2 || !zg_char_mark(d[n - 1]))
      break;
    int32_t i = 0;
    U16_NEXT(d, i, n, b);
  }
  return b >= 'a' && b <= 'z' ? b : c;
}

UChar32 zg_char_finish(const zg_normaliser *nz, zg_form form, UChar32 c) {
  if (c < (UChar32)ZG_BMP)
    c = nz->simple[c];
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
    bool line_end = (c >= 0x0A && c <= 0x0D) || c == 0x85;
    return c == '\t' ? c : line_end ? '\n' : ' ';
  }
  if (c < 0x7F)
    return c;
  if (zg_char_ignorable(c))
    return ZG_FOLD_DROP;
  if (c == 0x2028 || c == 0x2029)
    return '\n';
  if (u_charType(c) == U_SPACE_SEPARATOR)
    return ' ';
  if (form == ZG_FORM_LAYOUT)
    return c;
  if (zg_char_mark(c))
    return ZG_FOLD_DROP;
  if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) {
    int32_t v = u_charDigitValue(c);
    return v >= 0 ? '0' + v : c;
  }
  return latin_base(nz->nfkc[ZG_FORM_LAYOUT], c);
}

uint8_t zg_char_kind(UChar32 c) {
  if (c >= '0' && c <= '9')
    return ZG_CHAR_DIGIT;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
    return ZG_CHAR_LATIN;
  if (c == ' ' || c == '\t')
    return ZG_CHAR_BLANK;
  if (c == '\n')
    return ZG_CHAR_NEWLINE;
  if (u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC))
    return ZG_CHAR_HAN;
  uint32_t gc = U_GET_GC_MASK(c);
  if (gc & U_GC_ME_MASK)
    return ZG_CHAR_GAP;
  return gc & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK) ? ZG_CHAR_UNIT
                                                        : ZG_CHAR_GAP;
}

uint32_t zg_char_in_context(uint32_t c, uint32_t before, uint32_t after) {
  for (size_t k = 0; k < sizeof CONTEXT / sizeof *CONTEXT; k++) {
    const struct context *x = &CONTEXT[k];
    if (x->c == c)
      return zg_char_in(x->after, before) || zg_char_in(x->before, after)
                 ? c
                 : x->otherwise;
  }
  return c;
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
  for (uint32_t c = 0; c < ZG_BMP; c++)
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
  for (uint32_t c = 0x80; c < ZG_BMP; c++)
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

static uint16_t fold_entry(const zg_normaliser *nz, zg_form form, UChar32 c) {
  const UNormalizer2 *nfkc = nz->nfkc[form];
  if (U16_IS_SURROGATE(c) || c == 0xFFFF)
    return ZG_FOLD_SLOW;
  UChar32 r = c;
  if (c >= 0x80 || (form == ZG_FORM_SEARCH && c >= 'A' && c <= 'Z')) {
    if (zg_char_ignorable(c))
      return ZG_FOLD_DROP;
    if (!unorm2_hasBoundaryBefore(nfkc, c))
      return ZG_FOLD_SLOW;
    bool keep = form == ZG_FORM_LAYOUT && layout_keeps(c);
    if (!keep && !(c >= 0xAC00 && c <= 0xD7A3) && !unorm2_isInert(nfkc, c)) {
      UErrorCode e = U_ZERO_ERROR;
      UChar one = (UChar)c, d[32];
      int32_t n = unorm2_normalize(nfkc, &one, 1, d, 32, &e), i = 0;
      if (U_FAILURE(e) || n == 0)
        return ZG_FOLD_SLOW;
      U16_NEXT(d, i, n, r);
      if (i != n || r >= (UChar32)ZG_BMP)
        return ZG_FOLD_SLOW;
    }
  }
  r = zg_char_finish(nz, form, r);
  return r >= (UChar32)ZG_FOLD_SLOW ? ZG_FOLD_SLOW : (uint16_t)r;
}

zg_status zg_normaliser_new(zg_normaliser **out, zg_error *err) {
  *out = NULL;
  zg_normaliser *nz = malloc(sizeof *nz);
  if (!nz)
    return zg_fail_nomem(err);
  UErrorCode e = U_ZERO_ERROR;
  nz->nfkc[ZG_FORM_LAYOUT] = unorm2_getNFKCInstance(&e);
  nz->nfkc[ZG_FORM_SEARCH] = unorm2_getNFKCCasefoldInstance(&e);
  if (U_FAILURE(e) || !build_simple(nz)) {
    free(nz);
    return zg_fail(err, ZG_INTERNAL, "icu_data", "",
                   "ICU data for NFKC or Hant-Hans is not usable: %s",
                   u_errorName(e));
  }
  for (uint32_t c = 0; c < ZG_BMP; c++) {
    nz->fold[ZG_FORM_LAYOUT][c] = fold_entry(nz, ZG_FORM_LAYOUT, (UChar32)c);
    nz->fold[ZG_FORM_SEARCH][c] = fold_entry(nz, ZG_FORM_SEARCH, (UChar32)c);
    nz->kind[c] = zg_char_kind((UChar32)c);
  }
  for (size_t i = 0; i < sizeof CONTEXT / sizeof *CONTEXT; i++)
    nz->kind[CONTEXT[i].c] = ZG_CHAR_CONTEXT;
  *out = nz;
  return ZG_OK;
}

void zg_normaliser_free(zg_normaliser *n) { free(n); }

bool zg_norm_stands(const zg_normaliser *nz, zg_str run) {
  for (size_t i = 0; i < run.n;) {
    uint32_t cp;
    int len = zg_utf8_next(run.p + i, run.n - i, &cp);
    if (len != 3 || nz->kind[cp] != ZG_CHAR_HAN ||
        nz->fold[ZG_FORM_SEARCH][cp] != cp)
      return false;
    i += (size_t)len;
  }
  return run.n > 0;
}
