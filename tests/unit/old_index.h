/* An index as schema 2 had it: one Xapian database with a termlist, and what it
 * said of itself in its metadata. */
#ifndef OLD_INDEX_H
#define OLD_INDEX_H

#include "index/xapian_shim.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct old_index old_index;
old_index *old_index_new(const char *path, const char *forward_id);
void old_index_add(old_index *o, uint32_t docid, const zg_xdoc *doc);
void old_index_finish(old_index *o);

#ifdef __cplusplus
}
#endif
#endif
