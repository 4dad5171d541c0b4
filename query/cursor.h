/* Where a listing goes on: what the last hit was sorted by.
 *
 * A cursor is text of [A-Za-z0-9_-] that a client hands back as it got it.  It
 * holds no place in memory and no snapshot, only the sort keys of the last hit,
 * its docid, a hash of the request, and, where hits are ordered by score, the
 * statistics that the scores of the first page were made with: later pages are
 * scored with the same ones, so that the order of findings that did not change
 * stays what it was while the index moves on.  A checksum tells an altered one.
 */
#ifndef ZG_CURSOR_H
#define ZG_CURSOR_H
#include "index/status.h"
#include "index/text.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ZG_CURSOR_KEYS 4
#define ZG_CURSOR_TERMS_MAX 16384
#define ZG_CURSOR_BYTES_MAX (256 * 1024)

typedef struct zg_cursor_key {
  enum { ZG_CURSOR_NOTHING, ZG_CURSOR_NUMBER, ZG_CURSOR_TEXT } is;
  int64_t number;
  zg_str text;
} zg_cursor_key;

typedef struct zg_cursor_term {
  uint32_t hash, freq; /* of a scored term; documents that had it */
} zg_cursor_term;

typedef struct zg_cursor {
  uint64_t request; /* hash of what was asked and of the index */
  uint32_t docid;   /* of the last hit */
  zg_cursor_key keys[ZG_CURSOR_KEYS];
  size_t n_keys;
  /* By score alone or among others: */
  uint32_t docs;  /* documents of the index; 0: nothing is scored */
  double average; /* their mean length */
  zg_cursor_term *terms;
  size_t n_terms;
} zg_cursor;

uint32_t zg_cursor_term_hash(zg_str term);

/* Text of the cursor, in `arena`. */
zg_status zg_cursor_write(zg_str *out, const zg_cursor *c, zg_arena *arena,
                          zg_error *err);
/* ZG_INVALID "invalid_cursor": not one of ours, altered, or of another
 * request. */
zg_status zg_cursor_read(zg_cursor *out, zg_str text, uint64_t request,
                         zg_arena *arena, zg_error *err);

#ifdef __cplusplus
}
#endif
#endif
