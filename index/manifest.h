/* The manifest: the one file that says what the index is.
 *
 *   index/MANIFEST   text, then the set of the dead as Roaring's portable
 * bytes:
 *
 *     zhenggai-index 3
 *     uuid 0f2c…                     of the forward files; never changes
 *     generation 17                  grows with every commit
 *     next 4012                      docid of the next document
 *     name 9                         name of the next segment
 *     segment 8 1 4011 4011          name, first and last docid, documents
 *     dead 14                        bytes that follow
 *     …
 *     check 0123456789abcdef         XXH3-64 of all before this line
 *
 * It is written aside, synced and renamed: at any moment the one or the other
 * is there.  Segments that it does not name are left over from a kill.
 */
#ifndef ZG_MANIFEST_H
#define ZG_MANIFEST_H

#include "index/segment.h"

#define ZG_MANIFEST_UUID 40

typedef struct zg_manifest_entry {
  char name[ZG_SEGMENT_NAME];
  uint32_t first, last, documents;
} zg_manifest_entry;

typedef struct zg_manifest {
  char uuid[ZG_MANIFEST_UUID];
  uint64_t generation;
  uint32_t next;
  uint64_t name;
  zg_manifest_entry *segments; /* malloc'd */
  size_t n_segments;
  roaring_bitmap_t *dead;
} zg_manifest;

/* Writes dir/MANIFEST.new and syncs it. */
zg_status zg_manifest_write(const char *dir, const zg_manifest *m,
                            zg_error *err);
/* Puts it in the place of dir/MANIFEST.  The caller syncs the directory. */
zg_status zg_manifest_install(const char *dir, zg_error *err);
/* ZG_NOT_FOUND, ZG_CORRUPT, or ZG_CONFLICT for a version that is not ours. */
zg_status zg_manifest_read(zg_manifest *out, const char *dir, zg_error *err);
void zg_manifest_free(zg_manifest *m); /* what it holds */

#endif
