/* Spelling help: other queries that find something.
 *
 * A word of q is taken for pinyin (离任审计 for lirenshenji, li ren shen ji,
 * lrsj), for one of the same sound (同音), for one that looks like it (形近),
 * or for one with a single slip.  What is proposed comes from the dictionary
 * (cues, synonyms and words of the taxonomy's file) and from the index's own
 * vocabulary; what is offered was counted, and finds more than q does.  Nothing
 * is ever searched for in the place of q.
 *
 * The worker's thread.
 */
#ifndef ZG_SUGGEST_H
#define ZG_SUGGEST_H
#include "query/search.h"

#define ZG_SUGGESTIONS_MAX 5
#define ZG_SUGGEST_COUNTED_MAX 20 /* candidates that are counted */

/* Fills suggested, suggestions and n_suggestions of *io, whose total is known;
 * the texts live in `arena`. */
zg_status zg_suggest(zg_search_result *io, const zg_context *ctx,
                     const zg_search_request *req, zg_arena *arena,
                     zg_error *err);
/* The name in answers: "pinyin", "initials", "sound", "shape", "edit". */
const char *zg_suggest_why_name(zg_suggest_why why);
/* Characters that are easily taken for this one: groups of the table, each
 * ended by NUL; for the tests. */
const char *const *zg_suggest_shapes(size_t *n);
#endif
