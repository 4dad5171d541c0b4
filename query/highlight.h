/* Where a query stands in a finding: spans of the raw bytes, and a snippet.
 *
 * Each raw field is brought to canonical text, the runs are looked for there,
 * and what is found is mapped back to whole characters of the source, so that
 * full-width, traditional or pinyin-glued spellings are marked as they stand.
 *
 * The worker's thread; a highlighter serves all hits of one request.
 */
#ifndef ZG_HIGHLIGHT_H
#define ZG_HIGHLIGHT_H
#include "query/qlang.h"

typedef struct zg_highlighter zg_highlighter;
/* `q` (NULL legal) is borrowed.  `operator_or`: words, bigrams and lone
 * characters are marked instead of whole runs. */
zg_status zg_highlighter_new(zg_highlighter **out, zg_query *q,
                             bool operator_or, const zg_normaliser *nz,
                             zg_error *err);
void zg_highlighter_free(zg_highlighter *h);

/* Fills hit->highlights (when `mark`) and, unless crop is 0, the snippet of
 * about `crop` characters, from hit->finding.  Results live in `arena`.
 * `forward` is the finding's forward text: fields and measures that hold no run
 * there are not read again; empty, all are. */
zg_status zg_highlight_hit(zg_highlighter *h, zg_arena *arena, zg_str forward,
                           bool mark, uint32_t crop, zg_hit *hit,
                           zg_error *err);
#endif
