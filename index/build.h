/* From prepared documents to segments, on as many threads as pay. */
#ifndef ZG_BUILD_H
#define ZG_BUILD_H

#include "index/prepare.h"
#include "index/segment.h"

typedef struct zg_build_doc {
  uint32_t docid;
  const zg_xdoc *doc;
} zg_build_doc;

#define ZG_BUILD_PARTS 2 /* segments of one build, at most */

/* Where one build goes: `dir`/NAME, NAME counting from `name`.  The documents
 * (ascending docids) are borrowed until zg_build_finish. */
typedef struct zg_build zg_build;
/* Starts; `parts` of 0: by the number of documents and processors. */
zg_status zg_build_start(zg_build **out, const char *dir, uint64_t name,
                         const zg_build_doc *docs, size_t n, unsigned parts,
                         zg_error *err);
/* Waits, syncs, opens.  *n segments, one reference each; on failure nothing is
 * left of them.  Frees the build. */
zg_status zg_build_finish(zg_build *b_take, unsigned readers,
                          zg_segment *out[ZG_BUILD_PARTS], size_t *n,
                          zg_error *err);
/* Waits and removes what was written; NULL is legal. */
void zg_build_drop(zg_build *b);

#endif
