/* The taxonomy c01..c28 of rectification problems: cue words to ids.
 *
 * Pure, any thread.  The head decides, the headings above it less, the answer
 * only supports; no cue, no category.
 */
#ifndef ZG_CATEGORY_H
#define ZG_CATEGORY_H

#include "index/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One or two ids into out[0], out[1] (static text), primary first; NULL where
 * there is none.  All four texts are layout-normalised; any may be NULL. */
void zg_category_of(zg_str *out, zg_str head, zg_str problem, zg_str section,
                    zg_str answer);

/* Chinese label of an id; NULL when it is none. */
const char *zg_category_label(zg_str id);

#ifdef __cplusplus
}
#endif
#endif
