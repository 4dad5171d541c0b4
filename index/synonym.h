/* Words that mean the same, and words of the trade: two sections of the
 * taxonomy's file.
 *
 *   [synonyms]   有偿补课 = 办班补课 校外兼课      one group a line
 *   [words]      words = 离任审计 三重一大         the user's dictionary
 *
 * A search that asks for it finds any word of a group for every one of them
 * (query/synonyms.c).  The dictionary, to which all words of the groups belong,
 * is what spelling help tries first.
 *
 * Words are kept as canonical text (normalise.h).  Filled by one thread, then
 * immutable and read by all.
 */
#ifndef ZG_SYNONYM_H
#define ZG_SYNONYM_H

#include "index/normalise.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ZG_SYNONYM_WORDS_MAX 16384
#define ZG_SYNONYM_GROUP_MAX 16

typedef struct zg_synonyms zg_synonyms;

zg_synonyms *zg_synonyms_new(void);
void zg_synonyms_free(zg_synonyms *s); /* NULL is legal */

/* `word`: canonical.  Group ids are the caller's, from 1; 0: a word alone.
 * ZG_CONFLICT when the word is in a group already, be it this one; ZG_TOO_LARGE
 * when there are too many. */
zg_status zg_synonyms_add(zg_synonyms *s, zg_str word, uint32_t group);
/* After the last word and before the first question. */
zg_status zg_synonyms_seal(zg_synonyms *s);

size_t zg_synonyms_count(const zg_synonyms *s); /* words, all of them */
size_t zg_synonyms_groups(const zg_synonyms *s);
zg_str zg_synonyms_word(const zg_synonyms *s, size_t i);
bool zg_synonyms_known(const zg_synonyms *s, zg_str word);
/* The other words of the word's group, in the file's order. */
size_t zg_synonyms_of(const zg_synonyms *s, zg_str word,
                      zg_str out[ZG_SYNONYM_GROUP_MAX]);
/* Of the groups alone: changes when an expansion may. */
uint64_t zg_synonyms_hash(const zg_synonyms *s);

#ifdef __cplusplus
}
#endif
#endif
