/* libxml2's SAX events become an array of nodes in document order. */
#include "index/html_private.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <strings.h>

/* What stands deeper hangs on the last node that is not: recursion over the
 * tree stays shallow. */
#define DEPTH_MAX 200
/* libxml2 looks through its stack of open elements at every fault. */
#define FAULT_WORK_MAX 20000000

static const struct {
  const char *name;
  zg_tag_kind kind;
} tags[] = {{"", ZG_TAG_INLINE},
            {"", ZG_TAG_INLINE},
#define X(sym, name, kind) {name, ZG_TAG_##kind},
            ZG_TAG_TABLE(X)
#undef X
};
#define N_TAGS (sizeof tags / sizeof *tags)

zg_tag_kind zg_tag_kind_of(zg_tag t) { return tags[t].kind; }

static zg_tag tag_of(const char *name) {
  size_t low = ZG_TAG_OTHER + 1, high = N_TAGS; /* the table is sorted */
  while (low < high) {
    size_t mid = (low + high) / 2;
    int order = strcasecmp(name, tags[mid].name);
    if (order == 0)
      return (zg_tag)mid;
    if (order < 0)
      high = mid;
    else
      low = mid + 1;
  }
  return ZG_TAG_OTHER;
}

typedef struct reader {
  zg_tree *t;
  uint32_t open[DEPTH_MAX]; /* nodes; deeper elements are only counted */
  uint32_t depth, deeper;
  uint64_t work; /* of faults */
  bool in_title, oom, broken;
} reader;

static reader *of(void *ctx) { return ((xmlParserCtxtPtr)ctx)->_private; }

static zg_node *add_node(reader *r, zg_tag tag) {
  zg_tree *t = r->t;
  if (t->n == t->cap) {
    uint32_t cap = t->cap ? t->cap * 2 : 256;
    zg_node *bigger = realloc(t->nodes, cap * sizeof *bigger);
    if (!bigger) {
      r->oom = true;
      return NULL;
    }
    t->nodes = bigger;
    t->cap = cap;
  }
  zg_node *n = &t->nodes[t->n];
  *n = (zg_node){.tag = tag,
                 .parent = r->depth ? r->open[r->depth - 1] : 0,
                 .end = t->n + 1,
                 .colspan = 1,
                 .rowspan = 1,
                 .first = -1};
  t->n++;
  return n;
}

static void on_text(void *ctx, const xmlChar *text, int len) {
  reader *r = of(ctx);
  zg_tree *t = r->t;
  if (r->in_title) {
    if (t->title.n < 2000)
      zg_buf_add(&t->title, text, (size_t)len);
    return;
  }
  zg_node *n = t->n ? &t->nodes[t->n - 1] : NULL;
  uint32_t parent = r->depth ? r->open[r->depth - 1] : 0;
  if (!n || n->tag != ZG_TAG_TEXT || n->parent != parent) {
    n = add_node(r, ZG_TAG_TEXT);
    if (!n)
      return;
    n->at = (uint32_t)t->text.n;
  }
  if (!zg_buf_add(&t->text, text, (size_t)len))
    r->oom = true;
  else
    n->n += (uint32_t)len;
}

/* ---- attributes ---- */

static const char *attribute(const xmlChar **atts, const char *name) {
  for (; atts && atts[0]; atts += 2)
    if (strcasecmp((const char *)atts[0], name) == 0)
      return atts[1] ? (const char *)atts[1] : "";
  return NULL;
}

static void add_words(zg_buf *b, const char *text) {
  for (size_t n = 0; text && *text && n < 300; text++, n++)
    if (isspace((unsigned char)*text))
      zg_buf_addc(b, ' ');
    else if (*text != '-' && *text != '_')
      zg_buf_addc(b, (char)tolower((unsigned char)*text));
  zg_buf_addc(b, ' ');
}

static uint16_t spanned(const char *text) {
  long v = text ? strtol(text, NULL, 10) : 1;
  return (uint16_t)(v < 1 ? 1 : v > 1000 ? 1000 : v);
}

static int32_t number(const char *text) {
  long v = text ? strtol(text, NULL, 10) : -1;
  return v < 0 || v > 100000 ? -1 : (int32_t)v;
}

/* Style declarations are few and short: looked for without their blanks. */
static void read_style(zg_node *n, const char *style) {
  char s[512];
  size_t k = 0;
  for (; *style && k + 1 < sizeof s; style++)
    if (!isspace((unsigned char)*style))
      s[k++] = (char)tolower((unsigned char)*style);
  s[k] = '\0';
  n->hidden = n->hidden || strstr(s, "display:none") ||
              strstr(s, "visibility:hidden") || strstr(s, "mso-hide:all");
  n->keep_lines = n->keep_lines || strstr(s, "white-space:pre");
  const char *list = strstr(s, "list-style");
  if (!list)
    return;
  static const struct {
    const char *word;
    zg_numbering numbering;
  } styles[] = {
      {"cjk", ZG_NUMBERING_HAN},           {"chinese", ZG_NUMBERING_HAN},
      {"lower-alpha", ZG_NUMBERING_LOWER}, {"lower-latin", ZG_NUMBERING_LOWER},
      {"upper-alpha", ZG_NUMBERING_UPPER}, {"upper-latin", ZG_NUMBERING_UPPER},
      {"roman", ZG_NUMBERING_ROMAN},       {"none", ZG_NUMBERING_NONE},
      {"disc", ZG_NUMBERING_NONE},         {"circle", ZG_NUMBERING_NONE},
      {"square", ZG_NUMBERING_NONE}};
  const char *stop = strchr(list, ';');
  for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
    const char *found = strstr(list, styles[i].word);
    if (found && (!stop || found < stop)) {
      n->numbering = styles[i].numbering;
      return;
    }
  }
}

static void read_attributes(zg_tree *t, zg_node *n, const char *name,
                            const xmlChar **atts) {
  n->words = (uint32_t)t->words.n;
  zg_buf_addc(&t->words, ' ');
  if (n->tag == ZG_TAG_OTHER)
    add_words(&t->words, name);
  for (; atts && atts[0]; atts += 2) {
    const char *key = (const char *)atts[0];
    const char *value = atts[1] ? (const char *)atts[1] : "";
    if (!strcasecmp(key, "id") || !strcasecmp(key, "class"))
      add_words(&t->words, value);
    else if (!strcasecmp(key, "style"))
      read_style(n, value);
    else if (!strcasecmp(key, "hidden"))
      n->hidden = true;
    else if (!strcasecmp(key, "colspan"))
      n->colspan = spanned(value);
    else if (!strcasecmp(key, "rowspan"))
      n->rowspan = spanned(value);
    else if (!strcasecmp(key, "start") || !strcasecmp(key, "value"))
      n->first = number(value);
    else if (!strcasecmp(key, "type") && n->tag == ZG_TAG_OL)
      n->numbering = *value == 'a'                    ? ZG_NUMBERING_LOWER
                     : *value == 'A'                  ? ZG_NUMBERING_UPPER
                     : *value == 'i' || *value == 'I' ? ZG_NUMBERING_ROMAN
                                                      : ZG_NUMBERING_DECIMAL;
  }
  n->n_words = (uint32_t)(t->words.n - n->words);
}

static void read_meta(zg_tree *t, const xmlChar **atts) {
  const char *name = attribute(atts, "name");
  const char *content = attribute(atts, "content");
  if (!name)
    name = attribute(atts, "property");
  if (!name || !content || !*content || strlen(content) > 500)
    return;
  const struct {
    const char *name;
    zg_buf *to;
  } known[] = {{"ArticleTitle", &t->article_title},
               {"og:title", &t->article_title},
               {"PubDate", &t->publish_date},
               {"PublishDate", &t->publish_date},
               {"article:published_time", &t->publish_date},
               {"ContentSource", &t->source},
               {"Source", &t->source},
               {"Url", &t->url},
               {"og:url", &t->url},
               {"SiteName", &t->site},
               {"og:site_name", &t->site}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcasecmp(name, known[i].name) == 0 && known[i].to->n == 0)
      zg_buf_adds(known[i].to, content);
}

/* ---- events ---- */

static void on_start(void *ctx, const xmlChar *name, const xmlChar **atts) {
  reader *r = of(ctx);
  zg_tag tag = tag_of((const char *)name);
  if (tag == ZG_TAG_OTHER && strcasecmp((const char *)name, "meta") == 0)
    read_meta(r->t, atts);
  r->in_title = tag == ZG_TAG_TITLE && r->t->title.n == 0;
  if (r->depth == DEPTH_MAX) {
    r->deeper++;
    if (zg_tag_kind_of(tag) != ZG_TAG_INLINE)
      add_node(r, ZG_TAG_BR); /* its text must not run into the next */
    return;
  }
  zg_node *n = add_node(r, tag);
  if (!n)
    return;
  read_attributes(r->t, n, (const char *)name, atts);
  r->oom = r->oom || r->t->words.failed;
  r->open[r->depth++] = r->t->n - 1;
}

static void on_end(void *ctx, const xmlChar *name) {
  reader *r = of(ctx);
  (void)name;
  r->in_title = false;
  if (r->deeper) {
    r->deeper--;
    add_node(r, ZG_TAG_BR);
  } else if (r->depth) {
    r->t->nodes[r->open[--r->depth]].end = r->t->n;
  }
}

static void on_fault(void *ctx, xmlErrorPtr error) {
  reader *r = of(ctx);
  xmlParserCtxtPtr c = ctx;
  (void)error;
  r->work += (uint64_t)(c->nameNr > 0 ? c->nameNr : 0) + 1;
  if (r->work > FAULT_WORK_MAX || r->oom) {
    r->broken = true;
    xmlStopParser(c);
  }
}

static void close_rest(reader *r) {
  while (r->depth)
    r->t->nodes[r->open[--r->depth]].end = r->t->n;
}

zg_status zg_tree_read(zg_tree *t, zg_str html, zg_error *err) {
  *t = (zg_tree){0};
  htmlParserCtxtPtr c = htmlNewParserCtxt();
  if (!c)
    return zg_fail_nomem(err);
  reader *r = calloc(1, sizeof *r);
  if (!r) {
    htmlFreeParserCtxt(c);
    return zg_fail_nomem(err);
  }
  r->t = t;
  htmlSAXHandler sax = {.startElement = on_start,
                        .endElement = on_end,
                        .characters = on_text,
                        .cdataBlock = on_text,
                        .ignorableWhitespace = on_text,
                        .serror = on_fault,
                        .initialized = XML_SAX2_MAGIC};
  *c->sax = sax;
  c->_private = r;
  if (add_node(r, ZG_TAG_OTHER)) /* 0: the document */
    r->open[r->depth++] = 0;
  if (html.n && !r->oom)
    xmlFreeDoc(htmlCtxtReadMemory(c, html.p, (int)html.n, NULL, "UTF-8",
                                  HTML_PARSE_RECOVER | HTML_PARSE_NONET |
                                      HTML_PARSE_IGNORE_ENC));
  close_rest(r);
  zg_html_roles(t);
  htmlFreeParserCtxt(c);
  zg_status st = ZG_OK;
  if (r->oom || t->text.failed || !zg_tree_count(t))
    st = zg_fail_nomem(err);
  else if (r->broken)
    st = zg_fail(err, ZG_INVALID, "html_too_broken", "html",
                 "the page's tags are too badly nested to be read");
  free(r);
  if (st)
    zg_tree_free(t);
  return st;
}

void zg_tree_free(zg_tree *t) {
  free(t->nodes);
  free(t->good);
  free(t->all);
  free(t->containers);
  free(t->headings);
  zg_buf *bufs[] = {&t->text,         &t->words,  &t->title, &t->article_title,
                    &t->publish_date, &t->source, &t->url,   &t->site};
  for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
    zg_buf_free(bufs[i]);
  *t = (zg_tree){0};
}

/* Characters that are no blanks; every third byte is enough to count Han. */
static uint32_t characters(const char *p, uint32_t n) {
  uint32_t k = 0;
  for (uint32_t i = 0; i < n; i++)
    k += ((unsigned char)p[i] & 0xC0) != 0x80 && (unsigned char)p[i] > ' ';
  return k;
}

bool zg_tree_count(zg_tree *t) {
  uint32_t **sums[] = {&t->good, &t->all, &t->containers, &t->headings};
  for (size_t k = 0; k < sizeof sums / sizeof *sums; k++) {
    if (!*sums[k])
      *sums[k] = malloc((t->n + 1) * sizeof **sums[k]);
    if (!*sums[k])
      return false;
  }
  uint32_t good = 0, all = 0, skip = 0, link = 0, containers = 0, headings = 0;
  for (uint32_t i = 0; i < t->n; i++) {
    const zg_node *n = &t->nodes[i];
    t->good[i] = good;
    t->all[i] = all;
    t->containers[i] = containers;
    t->headings[i] = headings;
    containers += (n->roles & ZG_ROLE_CONTAINER) != 0;
    headings += (n->roles & ZG_ROLE_HEADING) != 0;
    if (n->skip && n->end > skip)
      skip = n->end;
    if (n->tag == ZG_TAG_A && n->end > link)
      link = n->end;
    if (n->tag != ZG_TAG_TEXT || i < skip)
      continue;
    uint32_t k = characters(t->text.p + n->at, n->n);
    all += k;
    if (i >= link)
      good += k;
  }
  t->good[t->n] = good;
  t->all[t->n] = all;
  t->containers[t->n] = containers;
  t->headings[t->n] = headings;
  return true;
}

bool zg_node_is(const zg_tree *t, uint32_t i, const char *word) {
  const zg_node *n = &t->nodes[i];
  size_t k = strlen(word);
  if (n->n_words < k + 2)
    return false;
  const char *p = t->words.p + n->words, *end = p + n->n_words;
  while ((p = memmem(p, (size_t)(end - p), word, k))) {
    if (p[-1] == ' ' && p + k < end && p[k] == ' ')
      return true;
    p++;
  }
  return false;
}
