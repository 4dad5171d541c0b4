/* The forward store: by docid the canonical text of a finding (analyse.h), for
 * verifying runs, and its record (record.h).  Xapian's document data only has
 * the head of the record: reading the whole from there costs a look-up and an
 * inflation, more than half of a search that returns 20 findings.
 *
 *   forward.dat  header, then blocks, back to back (append-only): a head with
 *                docid, lengths and hash; the text; the record, packed by LZ4
 *                with the text for its dictionary
 *   forward.idx  header, then entries of 32 bytes: where the block of a docid
 *                lies; made from forward.dat when it is lost
 *
 * Both files are fdatasync'ed before the Xapian commit that makes their
 * documents live, so that a live document always has its block.  The last valid
 * block of a docid counts; those of documents that are not live mean nothing; a
 * torn tail is cut.
 *
 * A zg_forward belongs to the writer thread (or to the opener before it
 * starts).  A zg_forward_view is immutable and read by any thread.
 */
#ifndef ZG_FORWARD_H
#define ZG_FORWARD_H

#include "index/status.h"
#include "index/text.h"
#include <roaring/roaring.h>

typedef struct zg_forward zg_forward;
typedef struct zg_forward_view zg_forward_view;

/* Opens the files in directory `dir` for the Xapian database `uuid` and reads
 * the entries of the `live` documents.  When forward.idx does not have them
 * all, it is made anew from the blocks of forward.dat.  *complete: every live
 * document has a place inside forward.dat.  When it is false the caller makes
 * both files anew: zg_forward_publish (what could be found, also in a file with
 * a foreign or damaged header), zg_forward_rebuild_begin, zg_forward_append for
 * each live document, zg_forward_rebuild_end.  `writable` false: files are
 * never changed; a rebuild then lives in anonymous memory. */
zg_status zg_forward_open(zg_forward **out, const char *dir, const char *uuid,
                          bool writable, const roaring_bitmap_t *live,
                          bool *complete, zg_error *err);
void zg_forward_free(zg_forward *f);

zg_status zg_forward_rebuild_begin(zg_forward *f, zg_error *err);
/* Syncs the new files and puts them in the place of the old. */
zg_status zg_forward_rebuild_end(zg_forward *f, zg_error *err);

/* More than half of a forward.dat of over 64 MiB belongs to no live document:
 * rewrite it with zg_forward_compact, which copies the live texts and checks
 * their hashes (ZG_CORRUPT: rebuild instead). */
bool zg_forward_wasteful(const zg_forward *f);
zg_status zg_forward_compact(zg_forward *f, const roaring_bitmap_t *live,
                             zg_error *err);

/* Remembers a text and a record for the next zg_forward_write. */
zg_status zg_forward_append(zg_forward *f, uint32_t docid, zg_str text,
                            zg_str record, zg_error *err);
/* Writes what was appended and fdatasyncs both files.  On failure nothing of
 * it counts.  *sync_failed tells a failed fdatasync from a failed write: after
 * it the files must not be trusted by this process. */
zg_status zg_forward_write(zg_forward *f, bool *sync_failed, zg_error *err);
/* Forgets what was appended (or written) since the last zg_forward_commit. */
void zg_forward_cancel(zg_forward *f);
/* What was written counts from now on.  On failure (no memory) the store must
 * take no more writes. */
zg_status zg_forward_commit(zg_forward *f, zg_error *err);
/* The view of all that counts; one reference for the caller. */
zg_status zg_forward_publish(zg_forward *f, zg_forward_view **out,
                             zg_error *err);

/* Bytes of forward.dat. */
uint64_t zg_forward_bytes(const zg_forward *f);

zg_forward_view *zg_forward_view_ref(zg_forward_view *v);
void zg_forward_view_unref(zg_forward_view *v);
/* Borrowed from the view, or from `room` (NULL is legal: then the page stays
 * resident) until that is used again; n == 0 when the document has none. */
zg_str zg_forward_view_text(const zg_forward_view *v, uint32_t docid,
                            zg_buf *room);
/* The same, always read into `room`: for a walk over many, none of which is to
 * become resident. */
zg_str zg_forward_view_read(const zg_forward_view *v, uint32_t docid,
                            zg_buf *room);
/* The record, unpacked and malloc'd; ZG_CORRUPT when there is none or it cannot
 * be unpacked (record.h has its checksum). */
zg_status zg_forward_view_record(const zg_forward_view *v, uint32_t docid,
                                 char **block, size_t *n, zg_error *err);
/* Compares text and packed record with the hash that was written with them. */
bool zg_forward_view_intact(const zg_forward_view *v, uint32_t docid);

#endif
