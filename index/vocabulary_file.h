/* What a vocabulary was made from, kept in a file, so that the next start
 * counts only what is new.  Derived data: whatever is wrong with the file, it
 * is counted anew. */
#ifndef ZG_VOCABULARY_FILE_H
#define ZG_VOCABULARY_FILE_H

#include "index/vocabulary_count.h"
#include <roaring/roaring.h>

/* Writes path.tmp and renames it.  False: it could not be written. */
bool zg_vocabulary_file_write(const char *path, const char uuid[40],
                              const zg_counts *counts,
                              const roaring_bitmap_t *seen);
/* False, and nothing to free: there is none that is whole and of this index. */
bool zg_vocabulary_file_read(const char *path, const char uuid[40],
                             zg_counts *counts, roaring_bitmap_t **seen);

#endif
