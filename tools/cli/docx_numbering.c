#include "tools/cli/docx.h"

#include <stdlib.h>
#include <string.h>

/* A chain of styles that is longer leads nowhere. */
#define CHAIN_MAX 16

typedef struct level {
  int start;
  const char *format; /* w:numFmt, borrowed from the document */
  const char *text;   /* w:lvlText: "%1." */
  bool decimal;       /* w:isLgl: all numbers in it are Arabic */
} level;

typedef struct scheme { /* an abstractNum, with its counters */
  long id;
  level levels[ZG_DOCX_LEVELS];
  int count[ZG_DOCX_LEVELS];
  bool begun[ZG_DOCX_LEVELS];
} scheme;

typedef struct instance { /* a num */
  long id;
  scheme *scheme;
  int restart[ZG_DOCX_LEVELS]; /* -1: goes on */
  bool used;
} instance;

struct zg_numbering {
  scheme *schemes;
  size_t n_schemes;
  instance *instances;
  size_t n_instances;
  xmlNodePtr styles; /* w:styles */
};

bool zg_docx_is(const xmlNode *n, const char *name) {
  return n->type == XML_ELEMENT_NODE &&
         strcmp((const char *)n->name, name) == 0;
}

xmlNodePtr zg_docx_child(const xmlNode *n, const char *name) {
  for (xmlNodePtr k = n ? n->children : NULL; k; k = k->next)
    if (zg_docx_is(k, name))
      return k;
  return NULL;
}

const char *zg_docx_attribute(const xmlNode *n, const char *name) {
  for (const xmlAttr *a = n ? n->properties : NULL; a; a = a->next)
    if (strcmp((const char *)a->name, name) == 0)
      return a->children ? (const char *)a->children->content : "";
  return NULL;
}

static long number(const char *text, long otherwise) {
  return text && *text ? strtol(text, NULL, 10) : otherwise;
}

long zg_docx_value(const xmlNode *n, const char *name, long otherwise) {
  return number(zg_docx_attribute(zg_docx_child(n, name), "val"), otherwise);
}

/* Where a level begins; no count of a hostile file may overflow. */
static int start_value(const xmlNode *n, const char *name, int otherwise) {
  long v = zg_docx_value(n, name, otherwise);
  return v < -1 ? otherwise : v > 1000000 ? 1000000 : (int)v;
}

/* ---- reading numbering.xml ---- */

static void read_level(level *l, const xmlNode *lvl) {
  l->start = start_value(lvl, "start", l->start);
  const char *format = zg_docx_attribute(zg_docx_child(lvl, "numFmt"), "val");
  const char *text = zg_docx_attribute(zg_docx_child(lvl, "lvlText"), "val");
  if (format)
    l->format = format;
  if (text)
    l->text = text;
  if (zg_docx_child(lvl, "isLgl"))
    l->decimal = true;
}

static scheme *scheme_of(zg_numbering *n, long id) {
  for (size_t i = 0; i < n->n_schemes; i++)
    if (n->schemes[i].id == id)
      return &n->schemes[i];
  return NULL;
}

static size_t count_children(const xmlNode *n, const char *name) {
  size_t k = 0;
  for (xmlNodePtr c = n->children; c; c = c->next)
    k += zg_docx_is(c, name);
  return k;
}

static bool level_of(const xmlNode *n, long *out) {
  *out = number(zg_docx_attribute(n, "ilvl"), -1);
  return *out >= 0 && *out < ZG_DOCX_LEVELS;
}

static void read_scheme(scheme *s, const xmlNode *node) {
  long at;
  s->id = number(zg_docx_attribute(node, "abstractNumId"), -1);
  for (int k = 0; k < ZG_DOCX_LEVELS; k++)
    s->levels[k] = (level){1, "decimal", "", false};
  for (xmlNodePtr c = node->children; c; c = c->next)
    if (zg_docx_is(c, "lvl") && level_of(c, &at))
      read_level(&s->levels[at], c);
}

static void read_instance(zg_numbering *n, instance *i, const xmlNode *node) {
  long at;
  i->id = number(zg_docx_attribute(node, "numId"), -1);
  i->scheme = scheme_of(n, zg_docx_value(node, "abstractNumId", -1));
  for (int k = 0; k < ZG_DOCX_LEVELS; k++)
    i->restart[k] = -1;
  for (xmlNodePtr c = node->children; c; c = c->next)
    if (zg_docx_is(c, "lvlOverride") && level_of(c, &at))
      i->restart[at] = start_value(c, "startOverride", -1);
}

zg_numbering *zg_numbering_new(xmlDocPtr numbering, xmlDocPtr styles) {
  zg_numbering *n = calloc(1, sizeof *n);
  xmlNodePtr root = numbering ? xmlDocGetRootElement(numbering) : NULL;
  if (!n)
    return NULL;
  n->styles = styles ? xmlDocGetRootElement(styles) : NULL;
  if (!root)
    return n;
  size_t schemes = count_children(root, "abstractNum");
  size_t instances = count_children(root, "num");
  n->schemes = calloc(schemes + 1, sizeof *n->schemes);
  n->instances = calloc(instances + 1, sizeof *n->instances);
  if (!n->schemes || !n->instances) {
    zg_numbering_free(n);
    return NULL;
  }
  for (xmlNodePtr c = root->children; c; c = c->next)
    if (zg_docx_is(c, "abstractNum"))
      read_scheme(&n->schemes[n->n_schemes++], c);
  for (xmlNodePtr c = root->children; c; c = c->next)
    if (zg_docx_is(c, "num"))
      read_instance(n, &n->instances[n->n_instances++], c);
  return n;
}

void zg_numbering_free(zg_numbering *n) {
  if (!n)
    return;
  free(n->schemes);
  free(n->instances);
  free(n);
}

/* ---- numbers as printed ---- */

static void put_utf8(zg_buf *out, uint32_t cp) {
  char piece[4];
  zg_buf_add(out, piece, (size_t)zg_utf8_put(piece, cp));
}

static void put_digits(zg_buf *out, int n, const char *const digits[10]) {
  char text[16];
  int k = 0;
  for (; n > 0 && k < 16; n /= 10)
    text[k++] = (char)(n % 10);
  while (k > 0)
    zg_buf_adds(out, digits[(int)text[--k]]);
}

static const char *const HAN[10] = {"〇", "一", "二", "三", "四",
                                    "五", "六", "七", "八", "九"};
static const char *const LEGAL[10] = {"零", "壹", "贰", "叁", "肆",
                                      "伍", "陆", "柒", "捌", "玖"};

/* 1..999 in words: 二十一, 一百零三.  Ten alone is 十, or 壹拾. */
static void put_counting(zg_buf *out, int n, bool legal) {
  const char *const *d = legal ? LEGAL : HAN;
  if (n <= 0 || n > 999) {
    zg_buf_printf(out, "%d", n);
    return;
  }
  if (n >= 100) {
    zg_buf_printf(out, "%s%s", d[n / 100], legal ? "佰" : "百");
    if (n % 100 > 0 && n % 100 < 10)
      zg_buf_adds(out, "零");
  }
  int tens = n / 10 % 10;
  if (tens > 1 || (tens == 1 && (n >= 100 || legal)))
    zg_buf_adds(out, d[tens]);
  if (tens > 0)
    zg_buf_adds(out, legal ? "拾" : "十");
  if (n % 10)
    zg_buf_adds(out, d[n % 10]);
}

static void put_letters(zg_buf *out, int n, char a) {
  int times = n > 0 ? (n - 1) / 26 + 1 : 0; /* 27 is aa, as Word has it */
  for (int i = 0; i < times && i < 10; i++)
    zg_buf_addc(out, (char)(a + (n - 1) % 26));
}

static void put_roman(zg_buf *out, int n, bool upper) {
  static const struct {
    int n;
    const char *lower, *upper;
  } parts[] = {{100, "c", "C"},  {90, "xc", "XC"}, {50, "l", "L"},
               {40, "xl", "XL"}, {10, "x", "X"},   {9, "ix", "IX"},
               {5, "v", "V"},    {4, "iv", "IV"},  {1, "i", "I"}};
  for (size_t i = 0; n <= 399 && i < sizeof parts / sizeof *parts; i++)
    for (; n >= parts[i].n; n -= parts[i].n)
      zg_buf_adds(out, upper ? parts[i].upper : parts[i].lower);
}

static bool starts(const char *s, const char *with) {
  return strncmp(s, with, strlen(with)) == 0;
}

static void put_number(zg_buf *out, int n, const char *format) {
  static const char *const stems[] = {"甲", "乙", "丙", "丁", "戊",
                                      "己", "庚", "辛", "壬", "癸"};
  if (starts(format, "chineseLegal"))
    put_counting(out, n, true);
  else if (starts(format, "chineseCounting") ||
           starts(format, "taiwaneseCounting") ||
           starts(format, "japaneseCounting"))
    put_counting(out, n, false);
  else if (strcmp(format, "ideographDigital") == 0 ||
           strcmp(format, "japaneseDigitalTenThousand") == 0 ||
           strcmp(format, "taiwaneseDigital") == 0)
    put_digits(out, n, HAN);
  else if (starts(format, "decimalEnclosedCircle") && n >= 1 && n <= 20)
    put_utf8(out, 0x2460 + (uint32_t)n - 1);
  else if (strcmp(format, "decimalEnclosedParen") == 0 && n >= 1 && n <= 20)
    put_utf8(out, 0x2474 + (uint32_t)n - 1);
  else if (strcmp(format, "decimalEnclosedFullstop") == 0 && n >= 1 && n <= 20)
    put_utf8(out, 0x2488 + (uint32_t)n - 1);
  else if (strcmp(format, "ideographTraditional") == 0 && n >= 1 && n <= 10)
    zg_buf_adds(out, stems[n - 1]);
  else if (strcmp(format, "lowerLetter") == 0)
    put_letters(out, n, 'a');
  else if (strcmp(format, "upperLetter") == 0)
    put_letters(out, n, 'A');
  else if (strcmp(format, "lowerRoman") == 0)
    put_roman(out, n, false);
  else if (strcmp(format, "upperRoman") == 0)
    put_roman(out, n, true);
  else
    zg_buf_printf(out, strcmp(format, "decimalZero") ? "%d" : "%02d", n);
}

/* ---- which number a paragraph has ---- */

static xmlNodePtr style_of(const zg_numbering *n, const char *id) {
  for (xmlNodePtr c = n->styles ? n->styles->children : NULL; c && id;
       c = c->next) {
    const char *own =
        zg_docx_is(c, "style") ? zg_docx_attribute(c, "styleId") : NULL;
    if (own && strcmp(own, id) == 0)
      return c;
  }
  return NULL;
}

/* Of the paragraph, else of its style and those that this is based on. */
static bool find(const zg_numbering *n, const xmlNode *properties, long *num,
                 long *at) {
  const xmlNode *p = properties;
  const char *id = zg_docx_attribute(zg_docx_child(p, "pStyle"), "val");
  *num = *at = -1;
  for (int k = 0; k < CHAIN_MAX; k++) {
    const xmlNode *own = zg_docx_child(p, "numPr");
    if (own && *num < 0)
      *num = zg_docx_value(own, "numId", -1);
    if (own && *at < 0)
      *at = zg_docx_value(own, "ilvl", -1);
    const xmlNode *style = style_of(n, id);
    if (!style)
      break;
    p = zg_docx_child(style, "pPr");
    id = zg_docx_attribute(zg_docx_child(style, "basedOn"), "val");
  }
  if (*at < 0)
    *at = 0;
  return *num > 0 && *at < ZG_DOCX_LEVELS; /* 0: numbering taken away */
}

static void count(scheme *s, instance *i, long at) {
  for (int k = 0; k < ZG_DOCX_LEVELS; k++)
    if (k > at || (!i->used && i->restart[k] >= 0))
      s->begun[k] = false;
  i->used = true;
  for (int k = 0; k <= at; k++)
    if (!s->begun[k]) { /* a level that was passed over counts as its first */
      int start = i->restart[k] >= 0 ? i->restart[k] : s->levels[k].start;
      s->count[k] = start - (k == at);
      s->begun[k] = true;
    }
  s->count[at]++;
}

void zg_numbering_next(zg_numbering *n, xmlNodePtr properties, zg_buf *out) {
  long num, at;
  instance *i = NULL;
  if (!find(n, properties, &num, &at))
    return;
  for (size_t k = 0; k < n->n_instances && !i; k++)
    if (n->instances[k].id == num)
      i = &n->instances[k];
  if (!i || !i->scheme)
    return;
  scheme *s = i->scheme;
  count(s, i, at);
  const level *l = &s->levels[at];
  if (strcmp(l->format, "bullet") == 0 || strcmp(l->format, "none") == 0)
    return;
  for (const char *p = l->text; *p; p++) {
    if (*p == '%' && p[1] >= '1' && p[1] <= '9') {
      int k = *++p - '1';
      put_number(out, s->count[k],
                 l->decimal ? "decimal" : s->levels[k].format);
    } else {
      zg_buf_addc(out, *p);
    }
  }
}
