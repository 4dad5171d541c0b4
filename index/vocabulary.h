/* What stands next to what in the index: every pair of neighbouring Chinese
 * characters with the number of findings that have it, and the characters by
 * how they are read.  Spelling help walks over it (query/suggest.c).
 *
 * Counted from the forward texts and kept by the store.  It only proposes: what
 * is offered is counted on the asker's own snapshot, so it may lag behind.  Of
 * few findings (ZG_VOCABULARY_SMALL) it is made anew for each generation, while
 * the asker waits; of more a thread of low priority makes it, when it is
 * prepared or first asked for, and again when a thirty-second part of the
 * findings is new or gone (counting only the new ones while few are gone);
 * until then the askers get the last one, or none.
 *
 * Immutable, counted references; any thread.
 */
#ifndef ZG_VOCABULARY_H
#define ZG_VOCABULARY_H

#include "index/pinyin.h"
#include "index/store.h"

/* Findings that are counted while the asker waits. */
#define ZG_VOCABULARY_SMALL 4000

typedef struct zg_vocabulary zg_vocabulary;

/* *out is a reference, or NULL: it is being made.  ZG_BUSY "cancelled" when
 * `cancel` was set meanwhile. */
zg_status zg_snapshot_vocabulary(zg_snapshot *s, const _Atomic int *cancel,
                                 zg_vocabulary **out, zg_error *err);
/* Has it made beside everything else, unless that is done while one waits. */
void zg_snapshot_vocabulary_prepare(zg_snapshot *s);
void zg_vocabulary_unref(zg_vocabulary *v); /* NULL is legal */

const zg_pinyin *zg_vocabulary_pinyin(const zg_vocabulary *v);

typedef struct zg_follower {
  uint32_t cp, freq;
} zg_follower;
/* What follows a character, ascending by it. */
size_t zg_vocabulary_after(const zg_vocabulary *v, uint32_t cp,
                           const zg_follower **out);
/* Findings that have `a` right before `b`; 0: none, or too few to be known. */
uint32_t zg_vocabulary_pair(const zg_vocabulary *v, uint32_t a, uint32_t b);
/* Characters that stand before `b`, at most `cap`, and how often. */
size_t zg_vocabulary_before(const zg_vocabulary *v, uint32_t b,
                            zg_follower *out, size_t cap);

/* Characters of the index that are read so, the frequent first. */
size_t zg_vocabulary_read(const zg_vocabulary *v, unsigned syllable,
                          const uint32_t **out);
/* Those whose reading begins with the letter. */
size_t zg_vocabulary_initial(const zg_vocabulary *v, char letter,
                             const uint32_t **out);

/* The store's part (store_private.h). */
typedef struct zg_vocabularies zg_vocabularies;
zg_vocabularies *zg_vocabularies_new(void);
void zg_vocabularies_free(zg_vocabularies *v);
#endif
