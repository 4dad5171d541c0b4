/* A query in which each word stands for all words of its group (the synonyms
 * of the taxonomy's file).
 *
 * Only a whole run is expanded, and neither a quoted one nor a prefix: to be
 * exact is what they are for.  Under a NOT all of the group is excluded.  The
 * added runs are exact, also in best match.
 */
#ifndef ZG_QUERY_SYNONYMS_H
#define ZG_QUERY_SYNONYMS_H
#include "index/synonym.h"
#include "query/qlang.h"

/* Rewrites *io, in `arena`; *out tells what was expanded, each run once.  No
 * more than ZG_QUERY_TERMS_MAX runs are added: ZG_INVALID "too_many_terms". */
zg_status zg_query_synonyms(zg_query **io, zg_expansion **out, size_t *n,
                            const zg_synonyms *words, zg_analyser *analyser,
                            zg_arena *arena, zg_error *err);
#endif
