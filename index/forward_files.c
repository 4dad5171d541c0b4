#include "index/forward_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define FORMAT_VERSION 3
#define DAT_MAGIC "ZGFWDDAT"
#define IDX_MAGIC "ZGFWDIDX"
#define WASTEFUL_MIN ((uint64_t)64 << 20)

/* ---- headers ---- */

static void head_make(const zg_forward *f, const char *magic,
                      unsigned char out[HEAD]) {
  memset(out, 0, HEAD);
  memcpy(out, magic, 8);
  zg_put_le(out + 8, FORMAT_VERSION, 4);
  zg_put_le(out + 12, f->stamp, 4);
  memcpy(out + 16, f->uuid, sizeof f->uuid);
  zg_put_le(out + 56, XXH3_64bits(out, 56), 8);
}

/* Reads the stamp of a good header of our database. */
static bool head_read(const zg_forward *f, int fd, const char *magic,
                      uint32_t *stamp) {
  unsigned char h[HEAD];
  if (fd < 0 || pread(fd, h, HEAD, 0) != HEAD || memcmp(h, magic, 8) != 0 ||
      zg_get_le(h + 8, 4) != FORMAT_VERSION ||
      memcmp(h + 16, f->uuid, sizeof f->uuid) != 0 ||
      zg_get_le(h + 56, 8) != XXH3_64bits(h, 56))
    return false;
  *stamp = (uint32_t)zg_get_le(h + 12, 4);
  return true;
}

/* ---- opening ---- */

static int open_file(const zg_forward *f, const char *name, int flags) {
  char path[4096];
  int n = snprintf(path, sizeof path, "%s/%s", f->dir, name);
  if (n < 0 || (size_t)n >= sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  return open(path, flags | O_CLOEXEC, 0600);
}

static void close_files(zg_forward *f) {
  if (f->dat >= 0)
    close(f->dat);
  if (f->idx >= 0)
    close(f->idx);
  f->dat = f->idx = -1;
}

static bool rename_new(int dir, const char *name) {
  char from[32];
  snprintf(from, sizeof from, "%s.new", name);
  return renameat(dir, from, dir, name) == 0;
}

/* A crash between the two leaves stamps that differ: then forward.idx is made
 * from forward.dat. */
static zg_status put_in_place(zg_forward *f, bool dat, zg_error *err) {
  if ((dat && fdatasync(f->dat) != 0) || fdatasync(f->idx) != 0)
    return zg_forward_io_error(err, f, "cannot sync", "forward.dat.new");
  int dir = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0)
    return zg_forward_io_error(err, f, "cannot open", ".");
  zg_status st = ZG_OK;
  if ((dat && !rename_new(dir, "forward.dat")) ||
      !rename_new(dir, "forward.idx") || fsync(dir) != 0)
    st = zg_forward_io_error(err, f, "cannot rename", "forward.dat.new");
  close(dir);
  return st;
}

/* Makes `at` the place of a document if it is live. */
static zg_status take(zg_forward *f, uint32_t docid, place at,
                      const roaring_bitmap_t *live, uint64_t *covered,
                      zg_error *err) {
  if (at.offset + at.length > f->dat_end)
    f->dat_end = at.offset + at.length;
  if (!roaring_bitmap_contains(live, docid))
    return ZG_OK;
  place *pl = zg_forward_own_place(f, docid);
  if (!pl)
    return zg_fail_nomem(err);
  if (pl->offset)
    f->live_bytes -= BLOCK_HEAD + pl->length;
  else
    ++*covered;
  *pl = at;
  f->live_bytes += BLOCK_HEAD + at.length;
  return ZG_OK;
}

/* Takes the entries of live documents; stops at the first that is not whole
 * and valid.  Sets dat_end and idx_end to what the valid ones reach. */
static zg_status take_entries(zg_forward *f, const unsigned char *p, size_t n,
                              uint64_t dat_size, const roaring_bitmap_t *live,
                              uint64_t *covered, zg_error *err) {
  size_t at = HEAD;
  for (; n - at >= ENTRY; at += ENTRY) {
    const unsigned char *e = p + at;
    uint32_t docid = (uint32_t)zg_get_le(e, 4);
    place pl = {zg_get_le(e + 16, 8), (uint32_t)zg_get_le(e + 4, 4),
                (uint32_t)zg_get_le(e + 8, 4), (uint32_t)zg_get_le(e + 12, 4)};
    if (zg_get_le(e + ENTRY_HASH, 8) != XXH3_64bits(e, ENTRY_HASH) ||
        docid == 0 || pl.text > pl.length || pl.offset < HEAD + BLOCK_HEAD ||
        pl.offset > dat_size || pl.length > dat_size - pl.offset)
      break;
    zg_status st = take(f, docid, pl, live, covered, err);
    if (st)
      return st;
  }
  f->idx_end = at;
  return ZG_OK;
}

static zg_status read_entries(zg_forward *f, uint64_t dat_size,
                              const roaring_bitmap_t *live, uint64_t *covered,
                              zg_error *err) {
  struct stat st;
  if (fstat(f->idx, &st) != 0 || st.st_size < HEAD)
    return ZG_OK;
  size_t n = (size_t)st.st_size;
  void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, f->idx, 0);
  if (p == MAP_FAILED)
    return zg_forward_io_error(err, f, "cannot read", "forward.idx");
  zg_status status = take_entries(f, p, n, dat_size, live, covered, err);
  munmap(p, n);
  /* Whatever lies behind was never part of a commit. */
  f->tail = f->writable && (f->dat_end != dat_size || f->idx_end != n);
  return status;
}

/* Takes every whole block of forward.dat, in order, whatever stands between. */
static zg_status scan(zg_forward *f, uint64_t size,
                      const roaring_bitmap_t *live, uint64_t *covered,
                      zg_error *err) {
  zg_status st = ZG_OK;
  if (size <= HEAD + BLOCK_HEAD)
    return st;
  char *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, f->dat, 0);
  if (p == MAP_FAILED)
    return zg_forward_io_error(err, f, "cannot read", "forward.dat");
  uint64_t at = HEAD;
  while (!st && at + BLOCK_HEAD <= size) {
    uint32_t docid;
    place pl;
    if (zg_forward_block_read(p, size, at + BLOCK_HEAD, &docid, &pl)) {
      st = take(f, docid, pl, live, covered, err);
      at = pl.offset + pl.length;
    } else {
      const char *next = memmem(p + at + 1, size - at - 1, "ZGFE", 4);
      at = next ? (uint64_t)(next - p) : size;
    }
  }
  munmap(p, size);
  f->tail = f->writable && f->dat_end != size;
  return st;
}

static int create_file(const zg_forward *f, const char *name) {
  return open_file(f, name, O_RDWR | O_CREAT | O_TRUNC);
}

/* The entries of the places, to a new forward.idx in the place of the old. */
static zg_status mend_index(zg_forward *f, zg_error *err) {
  unsigned char head[HEAD], e[ENTRY];
  if (f->idx >= 0)
    close(f->idx);
  f->idx = create_file(f, "forward.idx.new");
  if (f->idx < 0)
    return zg_forward_io_error(err, f, "cannot create", "forward.idx.new");
  head_make(f, IDX_MAGIC, head);
  zg_buf_add(&f->idx_buf, head, HEAD);
  for (size_t g = 0; g < f->n_groups; g++)
    for (size_t i = 0; f->groups[g] && i < GROUP_DOCS; i++) {
      place at = f->groups[g]->at[i];
      if (!at.offset)
        continue;
      zg_forward_entry(e, (uint32_t)(g * GROUP_DOCS + i), at);
      zg_buf_add(&f->idx_buf, e, sizeof e);
    }
  f->idx_end = f->idx_buf.n;
  zg_status st = f->idx_buf.failed ? zg_fail_nomem(err) : ZG_OK;
  if (!st && !zg_forward_write_all(f->idx, f->idx_buf.p, f->idx_buf.n, 0))
    st = zg_forward_io_error(err, f, "cannot write", "forward.idx.new");
  zg_buf_clear(&f->idx_buf);
  return st ? st : put_in_place(f, false, err);
}

/* forward.dat is enough: when forward.idx is not whole, or not its own, it is
 * made from the blocks. */
static zg_status read_files(zg_forward *f, const roaring_bitmap_t *live,
                            bool *complete, zg_error *err) {
  int flags = f->writable ? O_RDWR : O_RDONLY;
  f->dat = open_file(f, "forward.dat", flags);
  f->idx = open_file(f, "forward.idx", flags);
  uint32_t stamp = 0;
  struct stat dat;
  if (f->dat < 0 || fstat(f->dat, &dat) != 0)
    return ZG_OK;
  uint64_t size = (uint64_t)dat.st_size, covered = 0;
  const uint64_t want = roaring_bitmap_get_cardinality(live);
  bool ours = head_read(f, f->dat, DAT_MAGIC, &f->stamp);
  zg_status st = ZG_OK;
  if (ours && head_read(f, f->idx, IDX_MAGIC, &stamp) && stamp == f->stamp) {
    st = read_entries(f, size, live, &covered, err);
    *complete = !st && covered == want;
    if (st || *complete)
      return st;
    zg_forward_forget(f);
  }
  covered = 0;
  st = scan(f, size, live, &covered, err);
  *complete = !st && ours && covered == want;
  return *complete && f->writable ? mend_index(f, err) : st;
}

static zg_forward *forward_new(const char *dir, const char *uuid,
                               bool writable) {
  zg_forward *f = calloc(1, sizeof *f);
  if (!f)
    return NULL;
  f->dat = f->idx = -1;
  f->dat_end = f->idx_end = HEAD;
  f->writable = writable;
  strncpy(f->uuid, uuid, sizeof f->uuid - 1);
  f->dir = strdup(dir);
  if (!f->dir) {
    free(f);
    return NULL;
  }
  return f;
}

zg_status zg_forward_open(zg_forward **out, const char *dir, const char *uuid,
                          bool writable, const roaring_bitmap_t *live,
                          bool *complete, zg_error *err) {
  *out = NULL;
  *complete = false;
  zg_forward *f = forward_new(dir, uuid, writable);
  if (!f)
    return zg_fail_nomem(err);
  zg_status st = read_files(f, live, complete, err);
  if (!st && *complete)
    st = zg_forward_remap(f, err);
  if (st) {
    zg_forward_free(f);
    return st;
  }
  *out = f;
  return ZG_OK;
}

void zg_forward_free(zg_forward *f) {
  if (!f)
    return;
  close_files(f);
  zg_forward_forget(f);
  LZ4_freeStreamHC(f->packer);
  zg_buf_free(&f->dat_buf);
  zg_buf_free(&f->idx_buf);
  free(f->pending);
  free(f->dir);
  free(f);
}

/* ---- making anew ---- */

static zg_status new_files(zg_forward *f, zg_error *err) {
  if (f->writable) {
    f->dat = create_file(f, "forward.dat.new");
    f->idx = create_file(f, "forward.idx.new");
  } else {
    f->dat = memfd_create("forward.dat", MFD_CLOEXEC);
    f->idx = memfd_create("forward.idx", MFD_CLOEXEC);
  }
  if (f->dat < 0 || f->idx < 0)
    return zg_forward_io_error(err, f, "cannot create", "forward.dat.new");
  if (getrandom(&f->stamp, sizeof f->stamp, 0) != sizeof f->stamp)
    return zg_forward_io_error(err, f, "no random number for",
                               "forward.dat.new");
  unsigned char head[HEAD];
  head_make(f, DAT_MAGIC, head);
  bool ok = zg_forward_write_all(f->dat, (char *)head, HEAD, 0);
  head_make(f, IDX_MAGIC, head);
  ok = ok && zg_forward_write_all(f->idx, (char *)head, HEAD, 0);
  return ok ? ZG_OK
            : zg_forward_io_error(err, f, "cannot write", "forward.dat.new");
}

zg_status zg_forward_rebuild_begin(zg_forward *f, zg_error *err) {
  close_files(f);
  zg_forward_forget(f);
  f->tail = false;
  f->rebuilding = true;
  return new_files(f, err);
}

zg_status zg_forward_rebuild_end(zg_forward *f, zg_error *err) {
  if (!zg_forward_write_pending(f))
    return zg_forward_io_error(err, f, "cannot write", "forward.dat.new");
  zg_status st = zg_forward_apply_pending(f, err);
  if (!st && f->writable)
    st = put_in_place(f, true, err);
  if (!st)
    st = zg_forward_remap(f, err);
  f->rebuilding = false;
  return st;
}

bool zg_forward_wasteful(const zg_forward *f) {
  return f->writable && f->dat_end > WASTEFUL_MIN &&
         f->live_bytes < f->dat_end / 2;
}

static zg_status copy_live(zg_forward *to, const zg_forward_view *from,
                           const roaring_bitmap_t *live, zg_error *err) {
  roaring_uint32_iterator_t it;
  roaring_init_iterator(live, &it);
  for (; it.has_value; roaring_advance_uint32_iterator(&it)) {
    uint32_t docid = it.current_value;
    if (!zg_forward_view_intact(from, docid))
      return zg_fail(err, ZG_CORRUPT, "corrupt_forward", "",
                     "%s/forward.dat: the text of document %u is damaged",
                     to->dir, docid);
    const place *at = zg_forward_find(from, docid);
    zg_status st =
        zg_forward_append_block(to, docid, *at, from->map->p + at->offset, err);
    if (st)
      return st;
  }
  return ZG_OK;
}

zg_status zg_forward_compact(zg_forward *f, const roaring_bitmap_t *live,
                             zg_error *err) {
  zg_forward_view *old = NULL;
  zg_forward *g = forward_new(f->dir, f->uuid, f->writable);
  zg_status st = g ? ZG_OK : zg_fail_nomem(err);
  if (!st)
    st = zg_forward_publish(f, &old, err);
  if (!st)
    st = zg_forward_rebuild_begin(g, err);
  if (!st)
    st = copy_live(g, old, live, err);
  if (!st)
    st = zg_forward_rebuild_end(g, err);
  if (!st) {
    zg_forward tmp = *f;
    *f = *g;
    *g = tmp;
  }
  zg_forward_view_unref(old);
  zg_forward_free(g);
  return st;
}
