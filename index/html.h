/* A page of a government site becomes the text of its article.
 *
 * libxml2 reads the page (its SAX interface: no tree of its own, no network),
 * what is chrome goes – scripts, navigation, breadcrumbs, share bars, related
 * links, footers, hidden elements – and the article is found by the containers
 * that the usual content systems write, else by where the text is.  Tables of
 * findings become `label:value` lines, a block a row.  Pure, any thread; time
 * and memory grow with the length of the page, whatever is in it.
 */
#ifndef ZG_HTML_H
#define ZG_HTML_H

#include "index/status.h"
#include "index/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zg_page {
  /* Title, lines about the document, article; '\n' ends each line.  Never
   * NULL; empty when the page has no text. */
  zg_str text;
  /* What the page's <meta> say, NULL when they do not: */
  zg_str publish_date; /* YYYY-MM-DD */
  zg_str source, url, site;
} zg_page;

/* `html` is well-formed UTF-8 (else ZG_INVALID "invalid_utf8"); whatever
 * charset it names is not looked at.  *out lives in the arena.  ZG_INVALID
 * "html_too_broken" for a page made to be slow. */
zg_status zg_html_page(zg_page *out, zg_arena *arena, zg_str html,
                       zg_error *err);
/* All of it as text, with no chrome looked for and no title put in front: for
 * documents that were turned into HTML. */
zg_status zg_html_plain(zg_str *out, zg_arena *arena, zg_str html,
                        zg_error *err);

#ifdef __cplusplus
}
#endif
#endif
