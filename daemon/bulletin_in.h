/* A bulletin as a request brings it: its bytes and what the caller knows of
 * it.  Charsets and pages become text here; the parser sees UTF-8 alone.
 */
#ifndef ZG_BULLETIN_IN_H
#define ZG_BULLETIN_IN_H

#include "daemon/json_in.h"
#include "index/parser.h"

typedef struct zg_bulletin_source {
  zg_str text; /* UTF-8 */
  bool html;   /* text is a page */
  zg_parse_hints hints;
  /* Of text that was converted: characters that could not be, and whether the
   * charset was only the likeliest. */
  size_t replaced;
  bool charset_doubtful;
  char charset[32];
} zg_bulletin_source;
#define ZG_BULLETIN_SOURCE_INIT                                                \
  { ZG_STR_NULL, false, ZG_PARSE_HINTS_INIT, 0, false, "" }

/* Members "text" or "html", and hints, borrowed from the tree.  Refuses
 * unknown members. */
zg_status zg_bulletin_in(const cJSON *obj, zg_bulletin_source *out,
                         zg_error *err);
/* The hints alone: of a body that is itself the text. */
zg_status zg_bulletin_hints_in(const cJSON *obj, zg_parse_hints *out,
                               zg_error *err);
/* Text in a charset that was named (`label`) or, of a page, is found out:
 * fills in text and charset; the text lives in the arena. */
zg_status zg_bulletin_decode(zg_bulletin_source *s, zg_arena *arena,
                             zg_str bytes, zg_str label, zg_error *err);
/* Page to text, then the parser.  What a page's <meta> say of date, source and
 * address stands where the text says nothing. */
zg_status zg_bulletin_read(zg_bulletin **out, zg_arena *arena,
                           const zg_parser *parser, const zg_bulletin_source *s,
                           zg_error *err);
/* YYYY, YYYY-MM or YYYY-MM-DD; `name` goes into the error. */
zg_status zg_in_date(const char *name, zg_str date, zg_error *err);
#endif
