/* The record: a finding or a bulletin as it is stored.
 *
 * A versioned, checksummed, length-prefixed encoding of a zg_finding or a
 * zg_bulletin (without its findings).  Decoding is zero-copy: strings point
 * into the block (each NUL-terminated there), arrays go into the arena.
 */
#ifndef ZG_RECORD_H
#define ZG_RECORD_H

#include "index/model.h"
#include "index/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a block begins with: kind, version, length and checksum of the rest.  It
 * tells one record from another. */
#define ZG_RECORD_HEAD 16

zg_status zg_record_put_finding(zg_buf *out, const zg_finding *f,
                                zg_error *err);
zg_status zg_record_put_bulletin(zg_buf *out, const zg_bulletin *b,
                                 zg_error *err);
/* `block` must outlive *out.  A short, foreign or altered block (XXH3-64 over
 * the payload) is ZG_CORRUPT. */
zg_status zg_record_get_finding(zg_finding **out, zg_arena *arena, zg_str block,
                                zg_error *err);
zg_status zg_record_get_bulletin(zg_bulletin **out, zg_arena *arena,
                                 zg_str block, zg_error *err);

#ifdef __cplusplus
}
#endif
#endif
