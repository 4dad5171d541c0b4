/* DOCX: the parts of the package become HTML – paragraphs with the numbers that
 * Word prints, tables with their merged cells, footnotes at the end, text boxes
 * behind the paragraph that they hang on – and that becomes text. */
#include "tools/cli/docx.h"
#include "tools/cli/document.h"

#include <errno.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <zip.h>

#define PART_MAX (48u * 1024 * 1024) /* unpacked; a bulletin has 2 */
#define DEPTH_MAX 60

typedef struct docx {
  zip_t *zip;
  xmlDocPtr document, numbering, styles, footnotes;
  zg_numbering *numbers;
  zg_buf html;
  xmlNodePtr *boxes; /* w:txbxContent of the paragraph at hand */
  size_t n_boxes, cap_boxes;
  unsigned depth;
  bool in_cell;
  bool too_large;
} docx;

/* ---- the package ---- */

static zip_t *open_zip(zg_str bytes) {
  zip_error_t e;
  zip_error_init(&e);
  zip_source_t *s = zip_source_buffer_create(bytes.p, bytes.n, 0, &e);
  zip_t *z = s ? zip_open_from_source(s, ZIP_RDONLY, &e) : NULL;
  if (!z && s)
    zip_source_free(s);
  zip_error_fini(&e);
  return z;
}

/* NULL: not there, or no XML. */
static xmlDocPtr part(docx *x, const char *name) {
  zip_file_t *f = zip_fopen(x->zip, name, 0);
  zg_buf b = ZG_BUF_INIT;
  xmlDocPtr doc = NULL;
  zip_int64_t got = f ? 1 : 0;
  while (got > 0 && b.n <= PART_MAX && zg_buf_reserve(&b, 65536)) {
    got = zip_fread(f, b.p + b.n, 65536);
    b.n += got > 0 ? (size_t)got : 0;
  }
  if (f)
    zip_fclose(f);
  if (b.n > PART_MAX)
    x->too_large = true;
  else if (b.n && got == 0)
    doc = xmlReadMemory(b.p, (int)b.n, NULL, NULL,
                        XML_PARSE_NONET | XML_PARSE_NOERROR |
                            XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
  zg_buf_free(&b);
  return doc;
}

/* ---- text ---- */

static void put_text(zg_buf *out, const char *p) {
  for (; p && *p; p++)
    if (*p == '<')
      zg_buf_adds(out, "&lt;");
    else if (*p == '&')
      zg_buf_adds(out, "&amp;");
    else if (*p == '>')
      zg_buf_adds(out, "&gt;");
    else
      zg_buf_addc(out, *p);
}

static bool is_off(const xmlNode *n) {
  const char *v = zg_docx_attribute(n, "val");
  return v && (!strcmp(v, "0") || !strcmp(v, "false") || !strcmp(v, "off"));
}

static bool hidden(const xmlNode *run) {
  const xmlNode *v = zg_docx_child(zg_docx_child(run, "rPr"), "vanish");
  return v && !is_off(v);
}

static bool is_superscript(const xmlNode *run) {
  const char *v = zg_docx_attribute(
      zg_docx_child(zg_docx_child(run, "rPr"), "vertAlign"), "val");
  return v && strcmp(v, "superscript") == 0;
}

/* What was taken out, moved away, or is no text of the document. */
static bool passed_over(const xmlNode *n) {
  static const char *const names[] = {
      "del",     "moveFrom", "delText",  "instrText",    "delInstrText",
      "pPr",     "rPr",      "Fallback", "rt",           "rubyPr",
      "fldData", "sdtPr",    "sdtEndPr", "annotationRef"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (zg_docx_is(n, names[i]))
      return true;
  return false;
}

static void keep_box(docx *x, xmlNodePtr box) {
  if (x->n_boxes == x->cap_boxes) {
    size_t cap = x->cap_boxes ? x->cap_boxes * 2 : 8;
    xmlNodePtr *bigger = realloc(x->boxes, cap * sizeof *bigger);
    if (!bigger) {
      x->html.failed = true;
      return;
    }
    x->boxes = bigger;
    x->cap_boxes = cap;
  }
  x->boxes[x->n_boxes++] = box;
}

/* Depth of the XML is bounded by libxml2 (256). */
static void inside(docx *x, const xmlNode *n) {
  for (xmlNodePtr k = n->children; k; k = k->next) {
    if (k->type != XML_ELEMENT_NODE || passed_over(k))
      continue;
    if (zg_docx_is(k, "t")) {
      for (xmlNodePtr t = k->children; t; t = t->next)
        put_text(&x->html, (const char *)t->content);
    } else if (zg_docx_is(k, "tab") || zg_docx_is(k, "ptab")) {
      zg_buf_addc(&x->html, ' ');
    } else if (zg_docx_is(k, "br") || zg_docx_is(k, "cr")) {
      zg_buf_adds(&x->html, "<br>");
    } else if (zg_docx_is(k, "noBreakHyphen")) {
      zg_buf_addc(&x->html, '-');
    } else if (zg_docx_is(k, "txbxContent")) {
      keep_box(x, k);
    } else if (zg_docx_is(k, "r") && hidden(k)) {
      continue;
    } else if (zg_docx_is(k, "r") && is_superscript(k)) {
      zg_buf_adds(&x->html, "<sup>");
      inside(x, k);
      zg_buf_adds(&x->html, "</sup>");
    } else {
      inside(x, k);
    }
  }
}

static void blocks(docx *x, const xmlNode *n);

static void paragraph(docx *x, const xmlNode *p) {
  size_t first = x->n_boxes;
  zg_buf number = ZG_BUF_INIT;
  zg_buf_adds(&x->html, "<p>");
  size_t before = x->html.n;
  inside(x, p);
  /* Word numbers empty paragraphs too.  In the cells of a table (序号) that is
   * meant, elsewhere nobody sees it. */
  zg_numbering_next(x->numbers, zg_docx_child(p, "pPr"), &number);
  if (x->html.n == before && !x->in_cell)
    zg_buf_clear(&number);
  zg_buf_addc(&number, '\0');
  if (number.n > 1) {
    zg_buf rest = ZG_BUF_INIT;
    zg_buf_add(&rest, x->html.p + before, x->html.n - before);
    x->html.n = before;
    put_text(&x->html, number.p);
    zg_buf_add(&x->html, rest.p, rest.n);
    zg_buf_free(&rest);
  }
  zg_buf_free(&number);
  zg_buf_adds(&x->html, "</p>\n");
  for (size_t i = first; i < x->n_boxes; i++)
    blocks(x, x->boxes[i]);
  x->n_boxes = first;
}

/* ---- tables ---- */

static xmlNodePtr properties(const xmlNode *n, const char *name) {
  return zg_docx_child(n, name);
}

static bool deleted_row(const xmlNode *row) {
  return zg_docx_child(properties(row, "trPr"), "del") != NULL;
}

static long span_of(const xmlNode *cell) {
  long n = zg_docx_value(properties(cell, "tcPr"), "gridSpan", 1);
  return n < 1 ? 1 : n > 60 ? 60 : n;
}

static xmlNodePtr merge_of(const xmlNode *cell) {
  return zg_docx_child(properties(cell, "tcPr"), "vMerge");
}

/* The cell goes on from the one above it. */
static bool goes_on(const xmlNode *cell) {
  const xmlNode *m = merge_of(cell);
  const char *v = zg_docx_attribute(m, "val");
  return m && (!v || strcmp(v, "restart") != 0);
}

static xmlNodePtr cell_at(const xmlNode *row, long column) {
  long at = zg_docx_value(properties(row, "trPr"), "gridBefore", 0);
  for (xmlNodePtr k = row->children; k; k = k->next) {
    if (!zg_docx_is(k, "tc"))
      continue;
    if (at == column)
      return k;
    at += span_of(k);
  }
  return NULL;
}

static long rows_of(const xmlNode *row, long column) {
  long n = 1;
  for (xmlNodePtr r = row->next; r; r = r->next) {
    if (!zg_docx_is(r, "tr") || deleted_row(r))
      continue;
    const xmlNode *c = cell_at(r, column);
    if (!c || !goes_on(c))
      break;
    n++;
  }
  return n;
}

static void table(docx *x, const xmlNode *t) {
  zg_buf_adds(&x->html, "<table>");
  for (xmlNodePtr r = t->children; r; r = r->next) {
    if (!zg_docx_is(r, "tr") || deleted_row(r))
      continue;
    long column = zg_docx_value(properties(r, "trPr"), "gridBefore", 0);
    zg_buf_adds(&x->html, "<tr>");
    for (long k = 0; k < column && k < 60; k++)
      zg_buf_adds(&x->html, "<td></td>");
    for (xmlNodePtr c = r->children; c; c = c->next) {
      if (!zg_docx_is(c, "tc"))
        continue;
      if (!goes_on(c)) {
        zg_buf_printf(&x->html, "<td colspan=%ld rowspan=%ld>", span_of(c),
                      merge_of(c) ? rows_of(r, column) : 1);
        bool before = x->in_cell;
        x->in_cell = true;
        blocks(x, c);
        x->in_cell = before;
        zg_buf_adds(&x->html, "</td>");
      }
      column += span_of(c);
    }
    zg_buf_adds(&x->html, "</tr>");
  }
  zg_buf_adds(&x->html, "</table>\n");
}

static void blocks(docx *x, const xmlNode *n) {
  if (x->depth == DEPTH_MAX)
    return;
  x->depth++;
  for (xmlNodePtr k = n->children; k; k = k->next) {
    if (k->type != XML_ELEMENT_NODE || passed_over(k))
      continue;
    if (zg_docx_is(k, "p"))
      paragraph(x, k);
    else if (zg_docx_is(k, "tbl"))
      table(x, k);
    else
      blocks(x, k); /* w:sdt, w:ins, w:customXml … */
  }
  x->depth--;
}

static void footnotes(docx *x) {
  xmlNodePtr root = x->footnotes ? xmlDocGetRootElement(x->footnotes) : NULL;
  for (xmlNodePtr k = root ? root->children : NULL; k; k = k->next)
    if (zg_docx_is(k, "footnote") && !zg_docx_attribute(k, "type"))
      blocks(x, k); /* those with a type are the lines above them */
}

bool zg_docx_read(const zg_cli *cli, zg_str bytes, zg_document *d) {
  docx x = {.zip = open_zip(bytes)};
  bool ok = false;
  x.document = x.zip ? part(&x, "word/document.xml") : NULL;
  xmlNodePtr root = x.document ? xmlDocGetRootElement(x.document) : NULL;
  xmlNodePtr body = root ? zg_docx_child(root, "body") : NULL;
  if (!body) {
    zg_document_fail(
        d, ZG_REASON_DAMAGED, "%s",
        x.too_large
            ? zg_say(cli, "Word 文档过大", "the Word document is too large")
            : zg_say(cli, "Word 文档（docx）已损坏",
                     "the Word document (docx) is damaged"));
    goto out;
  }
  x.numbering = part(&x, "word/numbering.xml");
  x.styles = part(&x, "word/styles.xml");
  x.footnotes = part(&x, "word/footnotes.xml");
  x.numbers = zg_numbering_new(x.numbering, x.styles);
  if (x.numbers) {
    blocks(&x, body);
    footnotes(&x);
    ok = zg_document_flatten(cli, &x.html, d);
  } else {
    zg_document_fail(d, ZG_REASON_OTHER, "%s", zg_fault_text(cli, ENOMEM));
  }
out:
  zg_numbering_free(x.numbers);
  xmlFreeDoc(x.document);
  xmlFreeDoc(x.numbering);
  xmlFreeDoc(x.styles);
  xmlFreeDoc(x.footnotes);
  if (x.zip)
    zip_discard(x.zip);
  zg_buf_free(&x.html);
  free(x.boxes);
  return ok;
}
