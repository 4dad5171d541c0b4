/* The parser: raw text of a bulletin in, a zg_bulletin with its findings out.
 *
 * Pure: no I/O, no globals, any thread.  Grammar and evidence: the README of
 * this folder.  Structure comes from position, not from the shape of a
 * numbering token.  Category ids come from a cue table (schema of categories
 * c01..c28); `unknown` (NULL) is legal.
 */
#ifndef ZG_PARSER_H
#define ZG_PARSER_H

#include "index/model.h"
#include "index/normalise.h"
#include "index/status.h"
#include "index/taxonomy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What every parse needs.  Both are borrowed and outlive the call; nothing of
 * the result points into them.  Without a taxonomy no category is given. */
typedef struct zg_parser {
  const zg_normaliser *nz;
  const zg_taxonomy *taxonomy;
} zg_parser;

/* Facts the caller knows; a non-NULL member wins over the parsed one. */
typedef struct zg_parse_hints {
  zg_str id, title, unit, unit_level, region, publish_date, source, url;
  bool force; /* parse although the text does not look like a bulletin */
} zg_parse_hints;
#define ZG_PARSE_HINTS_INIT                                                    \
  {                                                                            \
    {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0},          \
        {NULL, 0}, {NULL, 0}, false                                            \
  }

/* `text` is well-formed UTF-8 (else ZG_INVALID "invalid_utf8" with the offset)
 * and is copied into the arena; all of *out lives in the arena.
 * Not a bulletin: ZG_NOT_BULLETIN "not_a_bulletin".  The message is "not a
 * rectification bulletin: " and then, parted by "; ", stable wordings: first
 * "reads like X" where it does (a speech, a regulation, an interview, an index
 * of bulletins, a manual, an article, a notice, news of a meeting, news of a
 * supervision, news, a plan, a work summary, a work brief, minutes, a
 * self-examination, a list of findings, a reply, a judgment, a circular on
 * cases), then what was missing: "no title (关于…整改…情况的通报)", "no opening
 * that names team, period and feedback", "no heading about what was
 * rectified", "no findings", "no answer to any finding".  Without a given id,
 * id = 16 hex digits of XXH3-64 of the text. `hints` may be NULL. */
zg_status zg_parse_bulletin(zg_bulletin **out, zg_arena *arena,
                            const zg_parser *parser, zg_str text,
                            const zg_parse_hints *hints, zg_error *err);

/* The fact extractors that ready findings share with bulletins: fills money,
 * people, rules_made, cases, documents, signals and (where NULL/unknown)
 * category, statements, deadline of a finding whose head/measures/text are
 * set.  Spans stay ZG_SPAN_NONE: a ready finding has no bulletin text. */
zg_status zg_parse_facts(zg_finding *f, zg_arena *arena,
                         const zg_parser *parser, zg_error *err);

#ifdef __cplusplus
}
#endif
#endif
