/* What stands next to what in the index: every pair of neighbouring Chinese
 * characters with the number of findings that have it, and the characters by
 * how they are read.  Spelling help walks over it (query/suggest.c).
 *
 * Made from the index's terms when it is first asked for and kept by the store.
 * It only proposes: what is offered is counted on the asker's own snapshot, so
 * it may lag behind.  It is made anew when the index was changed since and
 * making it is cheap (ZG_VOCABULARY_SMALL pairs), or when the number of
 * findings is another by a thirty-second part.  While one thread makes it, the
 * others that ask wait.
 *
 * Immutable, counted references; any thread.
 */
#ifndef ZG_VOCABULARY_H
#define ZG_VOCABULARY_H

#include "index/pinyin.h"
#include "index/store.h"

/* Rarer pairs are left out beyond this. */
#define ZG_VOCABULARY_PAIRS_MAX (1u << 20)
#define ZG_VOCABULARY_SMALL (1u << 15)

typedef struct zg_vocabulary zg_vocabulary;

/* *out is a reference.  ZG_BUSY "cancelled" when `cancel` was set meanwhile;
 * ZG_MODIFIED when the snapshot was overtaken. */
zg_status zg_snapshot_vocabulary(zg_snapshot *s, unsigned worker,
                                 const _Atomic int *cancel, zg_vocabulary **out,
                                 zg_error *err);
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
