/* What several unit tests need: random numbers, random findings and bulletins,
 * directories that vanish. */
#ifndef ZG_TESTS_FIXTURE_H
#define ZG_TESTS_FIXTURE_H

#include "index/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* xorshift64*; never 0. */
typedef struct fx_random {
  uint64_t state;
} fx_random;
uint64_t fx_next(fx_random *r);
uint32_t fx_below(fx_random *r, uint32_t n); /* 0..n-1 */

/* A new directory under TMPDIR or /tmp; fx_remove_tree deletes and frees. */
char *fx_directory(void);
void fx_remove_tree(char *dir);

/* Chinese text of n characters out of a small alphabet. */
zg_str fx_text(zg_arena *a, fx_random *r, unsigned n);
/* Every member filled at random, NULL and empty included, facets from small
 * sets so that they repeat.  `bulletin` may be NULL text. */
zg_finding fx_finding(zg_arena *a, fx_random *r, zg_str id, zg_str bulletin);
zg_bulletin fx_bulletin(zg_arena *a, fx_random *r, zg_str id,
                        unsigned findings);

#ifdef __cplusplus
}
#endif
#endif
