/* The forward store: by docid the canonical text of a finding (analyse.h), for
 * verifying runs, and a copy of its record (record.h), for showing it without
 * the look-up and the inflating that Xapian's document data cost (more than
 * half of a search that returns 20 findings).
 *
 *   forward.dat  header, then text and record of each, back to back
 *                (append-only)
 *   forward.idx  header, then entries of 40 bytes: docid, length of both,
 *                length of the text, 0, offset into forward.dat, hash of both,
 *                hash of the entry
 *
 * Derived data: the records are the truth.  Both files are fdatasync'ed before
 * the Xapian commit that makes their documents live, so that a live document
 * always has its text.  The last valid entry of a docid counts; entries of
 * documents that are not live mean nothing; a torn tail is cut.
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
 * the entries of the `live` documents (forward.idx only).  *complete: every
 * live document has an entry that lies inside forward.dat.  When it is false
 * the caller makes them anew: zg_forward_rebuild_begin, zg_forward_append for
 * each live document, zg_forward_rebuild_end.  `writable` false: files are
 * never changed; a rebuild then lives in anonymous memory.  Files that are
 * missing, foreign or damaged only mean *complete == false. */
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
/* Borrowed from the view; n == 0 when the document has none. */
zg_str zg_forward_view_text(const zg_forward_view *v, uint32_t docid);
zg_str zg_forward_view_record(const zg_forward_view *v, uint32_t docid);
/* Compares text and record with the hash that was written with them. */
bool zg_forward_view_intact(const zg_forward_view *v, uint32_t docid);

#endif
