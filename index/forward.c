#include "index/forward.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define HEAD 64
#define ENTRY 40
#define ENTRY_HASH (ENTRY - 8) /* of what stands before it */
#define FORMAT_VERSION 2
#define DAT_MAGIC "ZGFWDDAT"
#define IDX_MAGIC "ZGFWDIDX"
#define FLUSH_BYTES (4u << 20)     /* while rebuilding */
#define MAP_MIN ((size_t)64 << 20) /* address space, not memory */
#define WASTEFUL_MIN ((uint64_t)64 << 20)

/* Where text and record of a document lie; offset 0: it has none. */
typedef struct place {
  uint64_t offset;
  uint32_t length; /* of both */
  uint32_t text;   /* of the text, which comes first */
  uint32_t hash;   /* low half of XXH3-64 of both */
} place;

#define GROUP_BITS 12
#define GROUP_DOCS (1u << GROUP_BITS)
typedef struct group {
  _Atomic uint32_t refs;
  place at[GROUP_DOCS];
} group;

/* A mapping of forward.dat that reaches past its end, so that it stays good
 * while the file grows into it. */
typedef struct mapping {
  _Atomic uint32_t refs;
  const char *p;
  size_t n;
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
};

/* ---- small things ---- */

static void put_le(unsigned char *p, uint64_t v, int bytes) {
  for (int i = 0; i < bytes; i++)
    p[i] = (unsigned char)(v >> 8 * i);
}

static uint64_t get_le(const unsigned char *p, int bytes) {
  uint64_t v = 0;
  for (int i = 0; i < bytes; i++)
    v |= (uint64_t)p[i] << 8 * i;
  return v;
}

static zg_status io_error(zg_error *err, const zg_forward *f, const char *what,
                          const char *name) {
  int e = errno;
  zg_status st = e == ENOSPC || e == EDQUOT ? ZG_NO_SPACE : ZG_IO;
  return zg_fail(err, st, st == ZG_NO_SPACE ? "no_space" : "io_error", "",
                 "%s %s/%s: %s", what, f->dir, name, strerror(e));
}

static bool unref(_Atomic uint32_t *refs) {
  return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

static void mapping_unref(mapping *m) {
  if (!m || !unref(&m->refs))
    return;
  munmap((void *)m->p, m->n);
  free(m);
}

static void group_unref(group *g) {
  if (g && unref(&g->refs))
    free(g);
}

static void groups_free(group **groups, size_t n) {
  for (size_t i = 0; i < n; i++)
    group_unref(groups[i]);
  free(groups);
}

static bool write_all(int fd, const char *p, size_t n, uint64_t at) {
  while (n) {
    ssize_t k = pwrite(fd, p, n, (off_t)at);
    if (k < 0 && errno == EINTR)
      continue;
    if (k <= 0)
      return false;
    p += k;
    n -= (size_t)k;
    at += (uint64_t)k;
  }
  return true;
}

/* ---- headers ---- */

static void head_make(const zg_forward *f, const char *magic,
                      unsigned char out[HEAD]) {
  memset(out, 0, HEAD);
  memcpy(out, magic, 8);
  put_le(out + 8, FORMAT_VERSION, 4);
  put_le(out + 12, f->stamp, 4);
  memcpy(out + 16, f->uuid, sizeof f->uuid);
  put_le(out + 56, XXH3_64bits(out, 56), 8);
}

/* Reads the stamp of a good header of our database. */
static bool head_read(const zg_forward *f, int fd, const char *magic,
                      uint32_t *stamp) {
  unsigned char h[HEAD];
  if (fd < 0 || pread(fd, h, HEAD, 0) != HEAD || memcmp(h, magic, 8) != 0 ||
      get_le(h + 8, 4) != FORMAT_VERSION ||
      memcmp(h + 16, f->uuid, sizeof f->uuid) != 0 ||
      get_le(h + 56, 8) != XXH3_64bits(h, 56))
    return false;
  *stamp = (uint32_t)get_le(h + 12, 4);
  return true;
}

/* ---- places ---- */

static place *own_place(zg_forward *f, uint32_t docid) {
  size_t at = docid >> GROUP_BITS;
  if (at >= f->n_groups) {
    group **p = realloc(f->groups, (at + 1) * sizeof *p);
    if (!p)
      return NULL;
    for (size_t i = f->n_groups; i <= at; i++)
      p[i] = NULL;
    f->groups = p;
    f->n_groups = at + 1;
  }
  group *g = f->groups[at];
  if (!g || atomic_load_explicit(&g->refs, memory_order_acquire) > 1) {
    group *mine = g ? malloc(sizeof *mine) : calloc(1, sizeof *mine);
    if (!mine)
      return NULL;
    if (g)
      memcpy(mine->at, g->at, sizeof g->at);
    atomic_init(&mine->refs, 1);
    group_unref(g);
    f->groups[at] = g = mine;
  }
  return &g->at[docid & (GROUP_DOCS - 1)];
}

static zg_status remap(zg_forward *f, zg_error *err) {
  if (f->map && f->map->n >= f->dat_end)
    return ZG_OK;
  size_t n = MAP_MIN;
  while (n < f->dat_end + f->dat_end / 2)
    n *= 2;
  mapping *m = malloc(sizeof *m);
  if (!m)
    return zg_fail_nomem(err);
  void *p = mmap(NULL, n, PROT_READ, MAP_SHARED, f->dat, 0);
  if (p == MAP_FAILED) {
    free(m);
    return io_error(err, f, "cannot map", "forward.dat");
  }
  atomic_init(&m->refs, 1);
  m->p = p;
  m->n = n;
  mapping_unref(f->map);
  f->map = m;
  return ZG_OK;
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

/* Takes the entries of live documents; stops at the first that is not whole
 * and valid.  Sets dat_end and idx_end to what the valid ones reach. */
static zg_status take_entries(zg_forward *f, const unsigned char *p, size_t n,
                              uint64_t dat_size, const roaring_bitmap_t *live,
                              uint64_t *covered, zg_error *err) {
  size_t at = HEAD;
  for (; n - at >= ENTRY; at += ENTRY) {
    const unsigned char *e = p + at;
    uint32_t docid = (uint32_t)get_le(e, 4);
    uint32_t length = (uint32_t)get_le(e + 4, 4);
    uint32_t text = (uint32_t)get_le(e + 8, 4);
    uint64_t offset = get_le(e + 16, 8);
    if (get_le(e + ENTRY_HASH, 8) != XXH3_64bits(e, ENTRY_HASH) || docid == 0 ||
        text > length || offset < HEAD || offset > dat_size ||
        length > dat_size - offset)
      break;
    if (offset + length > f->dat_end)
      f->dat_end = offset + length;
    if (!roaring_bitmap_contains(live, docid))
      continue;
    place *pl = own_place(f, docid);
    if (!pl)
      return zg_fail_nomem(err);
    if (pl->offset)
      f->live_bytes -= pl->length;
    else
      ++*covered;
    *pl = (place){offset, length, text, (uint32_t)get_le(e + 24, 4)};
    f->live_bytes += length;
  }
  f->idx_end = at;
  return ZG_OK;
}

static zg_status read_files(zg_forward *f, const roaring_bitmap_t *live,
                            bool *complete, zg_error *err) {
  int flags = f->writable ? O_RDWR : O_RDONLY;
  f->dat = open_file(f, "forward.dat", flags);
  f->idx = open_file(f, "forward.idx", flags);
  uint32_t dat_stamp, idx_stamp;
  struct stat dat, idx;
  if (!head_read(f, f->dat, DAT_MAGIC, &dat_stamp) ||
      !head_read(f, f->idx, IDX_MAGIC, &idx_stamp) || dat_stamp != idx_stamp ||
      fstat(f->dat, &dat) != 0 || fstat(f->idx, &idx) != 0)
    return ZG_OK;
  f->stamp = dat_stamp;
  f->dat_end = HEAD;
  size_t n = (size_t)idx.st_size;
  void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, f->idx, 0);
  if (p == MAP_FAILED)
    return io_error(err, f, "cannot read", "forward.idx");
  uint64_t covered = 0;
  zg_status st =
      take_entries(f, p, n, (uint64_t)dat.st_size, live, &covered, err);
  munmap(p, n);
  if (st)
    return st;
  *complete = covered == roaring_bitmap_get_cardinality(live);
  /* Whatever lies behind was never part of a commit. */
  f->tail = f->writable && (f->dat_end != (uint64_t)dat.st_size ||
                            f->idx_end != (uint64_t)idx.st_size);
  return ZG_OK;
}

static zg_forward *forward_new(const char *dir, const char *uuid,
                               bool writable) {
  zg_forward *f = calloc(1, sizeof *f);
  if (!f)
    return NULL;
  f->dat = f->idx = -1;
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
    st = remap(f, err);
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
  groups_free(f->groups, f->n_groups);
  mapping_unref(f->map);
  zg_buf_free(&f->dat_buf);
  zg_buf_free(&f->idx_buf);
  free(f->pending);
  free(f->dir);
  free(f);
}

/* ---- appending ---- */

static void drop_pending(zg_forward *f) {
  f->n_pending = 0;
  zg_buf_clear(&f->dat_buf);
  zg_buf_clear(&f->idx_buf);
}

static bool write_pending(zg_forward *f) {
  return write_all(f->dat, f->dat_buf.p, f->dat_buf.n, f->dat_end) &&
         write_all(f->idx, f->idx_buf.p, f->idx_buf.n, f->idx_end);
}

static zg_status apply_pending(zg_forward *f, zg_error *err) {
  for (size_t i = 0; i < f->n_pending; i++) {
    place *p = own_place(f, f->pending[i].docid);
    if (!p)
      return zg_fail_nomem(err);
    f->live_bytes += f->pending[i].at.length;
    *p = f->pending[i].at;
  }
  f->dat_end += f->dat_buf.n;
  f->idx_end += f->idx_buf.n;
  drop_pending(f);
  return ZG_OK;
}

zg_status zg_forward_append(zg_forward *f, uint32_t docid, zg_str text,
                            zg_str record, zg_error *err) {
  if (text.n > UINT32_MAX / 4 || record.n > UINT32_MAX / 4)
    return zg_fail(err, ZG_TOO_LARGE, "text_too_large", "",
                   "a forward text of %zu and a record of %zu bytes", text.n,
                   record.n);
  if (f->n_pending == f->cap_pending) {
    size_t cap = f->cap_pending ? f->cap_pending * 2 : 256;
    pending *p = realloc(f->pending, cap * sizeof *p);
    if (!p)
      return zg_fail_nomem(err);
    f->pending = p;
    f->cap_pending = cap;
  }
  size_t before = f->dat_buf.n, length = text.n + record.n;
  uint64_t offset = f->dat_end + before;
  zg_buf_add(&f->dat_buf, text.p, text.n);
  zg_buf_add(&f->dat_buf, record.p, record.n);
  if (f->dat_buf.failed)
    return zg_fail_nomem(err);
  uint64_t hash = XXH3_64bits(f->dat_buf.p + before, length);
  unsigned char e[ENTRY];
  put_le(e, docid, 4);
  put_le(e + 4, length, 4);
  put_le(e + 8, text.n, 4);
  put_le(e + 12, 0, 4);
  put_le(e + 16, offset, 8);
  put_le(e + 24, hash, 8);
  put_le(e + ENTRY_HASH, XXH3_64bits(e, ENTRY_HASH), 8);
  zg_buf_add(&f->idx_buf, e, sizeof e);
  if (f->idx_buf.failed)
    return zg_fail_nomem(err);
  f->pending[f->n_pending++] = (pending){
      docid, {offset, (uint32_t)length, (uint32_t)text.n, (uint32_t)hash}};
  if (f->rebuilding && f->dat_buf.n >= FLUSH_BYTES) {
    if (!write_pending(f))
      return io_error(err, f, "cannot write", "forward.dat.new");
    return apply_pending(f, err);
  }
  return ZG_OK;
}

/* Entries of a cancelled write must not come back: their documents' numbers
 * are given again. */
static bool cut_tail(zg_forward *f) {
  if (ftruncate(f->idx, (off_t)f->idx_end) != 0 ||
      ftruncate(f->dat, (off_t)f->dat_end) != 0)
    return false;
  f->tail = false;
  return true;
}

zg_status zg_forward_write(zg_forward *f, bool *sync_failed, zg_error *err) {
  *sync_failed = false;
  if (!f->n_pending)
    return ZG_OK;
  if (f->tail && !cut_tail(f))
    return io_error(err, f, "cannot truncate", "forward.idx");
  f->tail = true;
  if (!write_pending(f))
    return io_error(err, f, "cannot write", "forward.dat");
  if (fdatasync(f->dat) != 0 || fdatasync(f->idx) != 0) {
    *sync_failed = true;
    return io_error(err, f, "cannot sync", "forward.dat");
  }
  return ZG_OK;
}

void zg_forward_cancel(zg_forward *f) {
  drop_pending(f);
  if (f->tail)
    cut_tail(f); /* on failure the next write tries again */
}

zg_status zg_forward_commit(zg_forward *f, zg_error *err) {
  if (!f->n_pending)
    return ZG_OK;
  zg_status st = apply_pending(f, err);
  if (!st)
    f->tail = false;
  return st;
}

zg_status zg_forward_publish(zg_forward *f, zg_forward_view **out,
                             zg_error *err) {
  *out = NULL;
  zg_status st = remap(f, err);
  if (st)
    return st;
  zg_forward_view *v = calloc(1, sizeof *v);
  group **groups = calloc(f->n_groups ? f->n_groups : 1, sizeof *groups);
  if (!v || !groups) {
    free(v);
    free(groups);
    return zg_fail_nomem(err);
  }
  for (size_t i = 0; i < f->n_groups; i++) {
    groups[i] = f->groups[i];
    if (groups[i])
      atomic_fetch_add_explicit(&groups[i]->refs, 1, memory_order_relaxed);
  }
  atomic_fetch_add_explicit(&f->map->refs, 1, memory_order_relaxed);
  atomic_init(&v->refs, 1);
  v->map = f->map;
  v->groups = groups;
  v->n_groups = f->n_groups;
  *out = v;
  return ZG_OK;
}

uint64_t zg_forward_bytes(const zg_forward *f) { return f->dat_end; }

/* ---- making anew ---- */

static zg_status new_files(zg_forward *f, zg_error *err) {
  if (f->writable) {
    f->dat = open_file(f, "forward.dat.new", O_RDWR | O_CREAT | O_TRUNC);
    f->idx = open_file(f, "forward.idx.new", O_RDWR | O_CREAT | O_TRUNC);
  } else {
    f->dat = memfd_create("forward.dat", MFD_CLOEXEC);
    f->idx = memfd_create("forward.idx", MFD_CLOEXEC);
  }
  if (f->dat < 0 || f->idx < 0)
    return io_error(err, f, "cannot create", "forward.dat.new");
  if (getrandom(&f->stamp, sizeof f->stamp, 0) != sizeof f->stamp)
    return io_error(err, f, "no random number for", "forward.dat.new");
  unsigned char head[HEAD];
  head_make(f, DAT_MAGIC, head);
  bool ok = write_all(f->dat, (char *)head, HEAD, 0);
  head_make(f, IDX_MAGIC, head);
  ok = ok && write_all(f->idx, (char *)head, HEAD, 0);
  return ok ? ZG_OK : io_error(err, f, "cannot write", "forward.dat.new");
}

zg_status zg_forward_rebuild_begin(zg_forward *f, zg_error *err) {
  close_files(f);
  groups_free(f->groups, f->n_groups);
  f->groups = NULL;
  f->n_groups = 0;
  mapping_unref(f->map);
  f->map = NULL;
  drop_pending(f);
  f->live_bytes = 0;
  f->dat_end = f->idx_end = HEAD;
  f->tail = false;
  f->rebuilding = true;
  return new_files(f, err);
}

static bool rename_new(int dir, const char *name) {
  char from[32];
  snprintf(from, sizeof from, "%s.new", name);
  return renameat(dir, from, dir, name) == 0;
}

static zg_status put_in_place(zg_forward *f, zg_error *err) {
  if (fdatasync(f->dat) != 0 || fdatasync(f->idx) != 0)
    return io_error(err, f, "cannot sync", "forward.dat.new");
  int dir = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0)
    return io_error(err, f, "cannot open", ".");
  zg_status st = ZG_OK;
  /* A crash between the two leaves stamps that differ: rebuilt again. */
  if (!rename_new(dir, "forward.dat") || !rename_new(dir, "forward.idx") ||
      fsync(dir) != 0)
    st = io_error(err, f, "cannot rename", "forward.dat.new");
  close(dir);
  return st;
}

zg_status zg_forward_rebuild_end(zg_forward *f, zg_error *err) {
  if (!write_pending(f))
    return io_error(err, f, "cannot write", "forward.dat.new");
  zg_status st = apply_pending(f, err);
  if (!st && f->writable)
    st = put_in_place(f, err);
  if (!st)
    st = remap(f, err);
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
    zg_status st =
        zg_forward_append(to, docid, zg_forward_view_text(from, docid),
                          zg_forward_view_record(from, docid), err);
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

/* ---- reading ---- */

zg_forward_view *zg_forward_view_ref(zg_forward_view *v) {
  atomic_fetch_add_explicit(&v->refs, 1, memory_order_relaxed);
  return v;
}

void zg_forward_view_unref(zg_forward_view *v) {
  if (!v || !unref(&v->refs))
    return;
  groups_free(v->groups, v->n_groups);
  mapping_unref(v->map);
  free(v);
}

static const place *find(const zg_forward_view *v, uint32_t docid) {
  size_t at = docid >> GROUP_BITS;
  if (at >= v->n_groups || !v->groups[at])
    return NULL;
  const place *p = &v->groups[at]->at[docid & (GROUP_DOCS - 1)];
  return p->offset ? p : NULL;
}

zg_str zg_forward_view_text(const zg_forward_view *v, uint32_t docid) {
  const place *p = find(v, docid);
  return p ? (zg_str){v->map->p + p->offset, p->text} : ZG_STR_NULL;
}

zg_str zg_forward_view_record(const zg_forward_view *v, uint32_t docid) {
  const place *p = find(v, docid);
  return p ? (zg_str){v->map->p + p->offset + p->text, p->length - p->text}
           : ZG_STR_NULL;
}

bool zg_forward_view_intact(const zg_forward_view *v, uint32_t docid) {
  const place *p = find(v, docid);
  return p &&
         (uint32_t)XXH3_64bits(v->map->p + p->offset, p->length) == p->hash;
}
