/* The category of one finding, from its own texts.
 *
 * Parsing, ready findings and the re-classification of an index all come here
 * and read the same members, so that classifying a stored finding again with
 * the same taxonomy changes nothing.  Any thread.
 */
#ifndef ZG_CLASSIFY_H
#define ZG_CLASSIFY_H

#include "index/parser.h"

/* Fills category, category_source and evidence from section, problem, head and
 * measures (text where there are none).  A category that is GIVEN stays; an
 * earlier one by cues is replaced.  Spans of the evidence come from the spans
 * of these members: where they are known they point into the bulletin's text.
 * Lives in the arena.  Without a taxonomy nothing happens.  `norm` is
 * scratch that may be used again. */
zg_status zg_classify(zg_finding *f, zg_arena *arena, const zg_parser *parser,
                      zg_norm *norm, zg_error *err);

/* The same for a finding that is stored. */
typedef enum zg_reclass {
  ZG_RECLASS_GIVEN, /* its category was given: not looked at */
  ZG_RECLASS_SAME,
  ZG_RECLASS_EVIDENCE, /* the same categories, for other reasons */
  ZG_RECLASS_CHANGED   /* other categories */
} zg_reclass;

/* *out is a copy of *f, classified anew; it shares all else with *f. */
zg_status zg_reclassify(zg_finding *out, zg_reclass *verdict,
                        const zg_finding *f, zg_arena *arena,
                        const zg_parser *parser, zg_norm *norm, zg_error *err);

#endif
