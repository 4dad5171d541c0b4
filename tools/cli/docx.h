/* The parts of the DOCX reader among themselves: docx.c walks the document,
 * docx_numbering.c knows the numbers that Word prints before paragraphs. */
#ifndef ZG_CLI_DOCX_H
#define ZG_CLI_DOCX_H

#include "index/text.h"
#include <libxml/tree.h>

#define ZG_DOCX_LEVELS 9

typedef struct zg_numbering zg_numbering;
/* Either document may be NULL. */
zg_numbering *zg_numbering_new(xmlDocPtr numbering, xmlDocPtr styles);
void zg_numbering_free(zg_numbering *n);
/* The number of the paragraph with these properties (w:pPr, may be NULL), as
 * printed, appended to `out`; nothing for one without.  Counts on. */
void zg_numbering_next(zg_numbering *n, xmlNodePtr properties, zg_buf *out);

/* Names of WordprocessingML are compared without their namespace. */
bool zg_docx_is(const xmlNode *n, const char *name);
xmlNodePtr zg_docx_child(const xmlNode *n, const char *name);
/* w:val (or another attribute) as borrowed text, NULL if absent. */
const char *zg_docx_attribute(const xmlNode *n, const char *name);
/* w:val of the child `name` as a number, `otherwise` if there is none. */
long zg_docx_value(const xmlNode *n, const char *name, long otherwise);

#endif
