/* Dictionary of one facet field: value text <-> ordinal, append-only.
 *
 * Ordinals are 1.. in order of first appearance; an ordinal and its text never
 * change or move while the dictionary lives.  An ordinal that a thread got
 * through a published table is read without a lock; look-up by text takes a
 * read lock, adding a write lock.  Any thread.
 */
#ifndef ZG_DICT_H
#define ZG_DICT_H

#include "index/status.h"
#include "index/text.h"

typedef struct zg_dict zg_dict;

zg_dict *zg_dict_new(void); /* NULL: no memory */
void zg_dict_free(zg_dict *d);
/* Ordinal of `value`, added if new; 0: no memory.  The text is copied. */
uint32_t zg_dict_intern(zg_dict *d, zg_str value);
/* 0 when it is not there. */
uint32_t zg_dict_find(zg_dict *d, zg_str value);
/* Ordinals given so far, ordinal 0 (no value) included. */
uint32_t zg_dict_count(const zg_dict *d);
/* Text of an ordinal 1..count-1, NUL-terminated, lives as long as `d`;
 * ZG_STR_NULL for 0. */
zg_str zg_dict_text(const zg_dict *d, uint32_t ordinal);
/* The text read as a decimal number; 0 when it is none. */
int64_t zg_dict_number(const zg_dict *d, uint32_t ordinal);

#endif
