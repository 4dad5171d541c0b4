/* The inside of the forward store, shared by forward.c (appending, reading) and
 * forward_files.c (opening, mending, making anew). */
#ifndef ZG_FORWARD_PRIVATE_H
#define ZG_FORWARD_PRIVATE_H

#include <lz4hc.h>
#include <stdatomic.h>
#include <stddef.h>

#include "index/forward.h"

#define HEAD 64
/* forward.dat, before each text: "ZGFE", docid, bytes of the text, of the
 * packed record and of the record, 0; then the XXH3-64 of text and packed
 * record, seeded with that of what stands before it. */
#define BLOCK_HEAD 32
#define BLOCK_HASH (BLOCK_HEAD - 8)
/* forward.idx: docid, bytes of text and packed record, of the text, of the
 * record; offset of the text; XXH3-64 of what stands before it. */
#define ENTRY 32
#define ENTRY_HASH (ENTRY - 8)

/* Where the text of a document lies, and its packed record right behind;
 * offset 0: it has none. */
typedef struct place {
  uint64_t offset;
  uint32_t length; /* of both */
  uint32_t text;
  uint32_t record; /* unpacked */
} place;

#define GROUP_BITS 12
#define GROUP_DOCS (1u << GROUP_BITS)
typedef struct group {
  _Atomic uint32_t refs;
  place at[GROUP_DOCS];
} group;

/* A mapping of forward.dat that reaches past its end, so that it stays good
 * while the file grows into it.  The kernel maps more than the page that is
 * touched (a window of cached pages, or a folio), and what is mapped counts as
 * the process's resident memory, so that in the end all of the file would.
 * Windows that were touched are therefore counted, now and then the kernel is
 * asked how much is mapped, and beyond `most` no more are touched: what lies
 * elsewhere is read with pread.  (Unmapping some in turn costs 5 us for each
 * that comes back, pread less than 1.) */
#define WINDOW_BITS 16
typedef struct mapping {
  _Atomic uint32_t refs;
  int fd; /* ours */
  const char *p;
  size_t n;
  _Atomic uint64_t *touched; /* a bit a window */
  _Atomic uint32_t n_touched;
  uint64_t most;  /* bytes */
  uint64_t other; /* mapped of other files */
} mapping;

struct zg_forward_view {
  _Atomic uint32_t refs;
  mapping *map;
  group **groups;
  size_t n_groups;
};

typedef struct pending {
  uint32_t docid;
  place at;
} pending;

struct zg_forward {
  char *dir;
  char uuid[40];
  bool writable;
  bool rebuilding;
  bool tail; /* the files hold bytes past *_end that were cancelled */
  int dat, idx;
  uint32_t stamp;            /* pairs the two files */
  uint64_t dat_end, idx_end; /* what is published */
  uint64_t live_bytes;
  zg_buf dat_buf, idx_buf;
  pending *pending;
  size_t n_pending, cap_pending;
  group **groups;
  size_t n_groups;
  mapping *map;
  LZ4_streamHC_t *packer;
};

/* Everything below: the thread that owns the zg_forward. */

void zg_put_le(unsigned char *p, uint64_t v, int bytes);
uint64_t zg_get_le(const unsigned char *p, int bytes);
bool zg_forward_write_all(int fd, const char *p, size_t n, uint64_t at);
zg_status zg_forward_io_error(zg_error *err, const zg_forward *f,
                              const char *what, const char *name);

/* The place of a document in the writer's own copy; NULL: no memory. */
place *zg_forward_own_place(zg_forward *f, uint32_t docid);
/* Forgets every place, the mapping, and what was appended. */
void zg_forward_forget(zg_forward *f);
zg_status zg_forward_remap(zg_forward *f, zg_error *err);
/* NULL and errno: it cannot be mapped. */
mapping *zg_mapping_new(int fd, uint64_t size);
void zg_mapping_unref(mapping *m); /* NULL is legal */
/* Bytes of the file, through the mapping or, when enough of it is resident and
 * `room` is given, read into that.  Any thread. */
const char *zg_mapping_bytes(mapping *m, uint64_t offset, size_t n,
                             zg_buf *room);
/* Always into `room`; through the mapping only if that fails. */
const char *zg_mapping_read(mapping *m, uint64_t offset, size_t n,
                            zg_buf *room);
const place *zg_forward_find(const zg_forward_view *v, uint32_t docid);

/* What was appended, to the files; then it counts. */
bool zg_forward_write_pending(zg_forward *f);
zg_status zg_forward_apply_pending(zg_forward *f, zg_error *err);
void zg_forward_entry(unsigned char e[ENTRY], uint32_t docid, place at);
/* Appends a block of another forward.dat as it is. */
zg_status zg_forward_append_block(zg_forward *f, uint32_t docid, place from,
                                  const char *text, zg_error *err);
/* A block whose text stands at `offset` of `p`, whole and unaltered. */
bool zg_forward_block_read(const char *p, size_t n, uint64_t offset,
                           uint32_t *docid, place *out);

#endif
