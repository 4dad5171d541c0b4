#include "index/forward_private.h"

#include <errno.h>
#include <lz4.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

#define FLUSH_BYTES (4u << 20) /* while rebuilding */

/* ---- small things ---- */

void zg_put_le(unsigned char *p, uint64_t v, int bytes) {
  for (int i = 0; i < bytes; i++)
    p[i] = (unsigned char)(v >> 8 * i);
}

uint64_t zg_get_le(const unsigned char *p, int bytes) {
  uint64_t v = 0;
  for (int i = 0; i < bytes; i++)
    v |= (uint64_t)p[i] << 8 * i;
  return v;
}

zg_status zg_forward_io_error(zg_error *err, const zg_forward *f,
                              const char *what, const char *name) {
  int e = errno;
  zg_status st = e == ENOSPC || e == EDQUOT ? ZG_NO_SPACE : ZG_IO;
  return zg_fail(err, st, st == ZG_NO_SPACE ? "no_space" : "io_error", "",
                 "%s %s/%s: %s", what, f->dir, name, strerror(e));
}

static bool unref(_Atomic uint32_t *refs) {
  return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
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

bool zg_forward_write_all(int fd, const char *p, size_t n, uint64_t at) {
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

/* ---- places ---- */

place *zg_forward_own_place(zg_forward *f, uint32_t docid) {
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

zg_status zg_forward_remap(zg_forward *f, zg_error *err) {
  if (f->map && f->map->n >= f->dat_end)
    return ZG_OK;
  mapping *m = zg_mapping_new(f->dat, f->dat_end);
  if (!m)
    return errno == ENOMEM
               ? zg_fail_nomem(err)
               : zg_forward_io_error(err, f, "cannot map", "forward.dat");
  zg_mapping_unref(f->map);
  f->map = m;
  return ZG_OK;
}

/* ---- appending ---- */

static void drop_pending(zg_forward *f) {
  f->n_pending = 0;
  zg_buf_clear(&f->dat_buf);
  zg_buf_clear(&f->idx_buf);
}

void zg_forward_forget(zg_forward *f) {
  groups_free(f->groups, f->n_groups);
  f->groups = NULL;
  f->n_groups = 0;
  zg_mapping_unref(f->map);
  f->map = NULL;
  drop_pending(f);
  f->live_bytes = 0;
  f->dat_end = f->idx_end = HEAD;
}

bool zg_forward_write_pending(zg_forward *f) {
  return zg_forward_write_all(f->dat, f->dat_buf.p, f->dat_buf.n, f->dat_end) &&
         zg_forward_write_all(f->idx, f->idx_buf.p, f->idx_buf.n, f->idx_end);
}

zg_status zg_forward_apply_pending(zg_forward *f, zg_error *err) {
  for (size_t i = 0; i < f->n_pending; i++) {
    place *p = zg_forward_own_place(f, f->pending[i].docid);
    if (!p)
      return zg_fail_nomem(err);
    f->live_bytes += BLOCK_HEAD + f->pending[i].at.length;
    *p = f->pending[i].at;
  }
  f->dat_end += f->dat_buf.n;
  f->idx_end += f->idx_buf.n;
  drop_pending(f);
  return ZG_OK;
}

static const char MAGIC[4] = {'Z', 'G', 'F', 'E'};

static void block_head(unsigned char h[BLOCK_HEAD], uint32_t docid, place at,
                       const char *body) {
  memcpy(h, MAGIC, sizeof MAGIC);
  zg_put_le(h + 4, docid, 4);
  zg_put_le(h + 8, at.text, 4);
  zg_put_le(h + 12, at.length - at.text, 4);
  zg_put_le(h + 16, at.record, 4);
  zg_put_le(h + 20, 0, 4);
  uint64_t seed = XXH3_64bits(h, BLOCK_HASH);
  zg_put_le(h + BLOCK_HASH, XXH3_64bits_withSeed(body, at.length, seed), 8);
}

bool zg_forward_block_read(const char *p, size_t n, uint64_t offset,
                           uint32_t *docid, place *out) {
  unsigned char again[BLOCK_HEAD];
  if (offset < HEAD + BLOCK_HEAD || offset > n)
    return false;
  const unsigned char *h = (const unsigned char *)p + offset - BLOCK_HEAD;
  uint64_t text = zg_get_le(h + 8, 4), packed = zg_get_le(h + 12, 4);
  if (memcmp(h, MAGIC, sizeof MAGIC) != 0 || text + packed > n - offset ||
      text + packed > UINT32_MAX)
    return false;
  *docid = (uint32_t)zg_get_le(h + 4, 4);
  *out = (place){offset, (uint32_t)(text + packed), (uint32_t)text,
                 (uint32_t)zg_get_le(h + 16, 4)};
  block_head(again, *docid, *out, p + offset);
  return *docid && memcmp(h, again, BLOCK_HEAD) == 0;
}

void zg_forward_entry(unsigned char e[ENTRY], uint32_t docid, place at) {
  zg_put_le(e, docid, 4);
  zg_put_le(e + 4, at.length, 4);
  zg_put_le(e + 8, at.text, 4);
  zg_put_le(e + 12, at.record, 4);
  zg_put_le(e + 16, at.offset, 8);
  zg_put_le(e + ENTRY_HASH, XXH3_64bits(e, ENTRY_HASH), 8);
}

/* Room in f->pending for one more. */
static bool reserve_pending(zg_forward *f) {
  if (f->n_pending < f->cap_pending)
    return true;
  size_t cap = f->cap_pending ? f->cap_pending * 2 : 256;
  pending *p = realloc(f->pending, cap * sizeof *p);
  if (!p)
    return false;
  f->pending = p;
  f->cap_pending = cap;
  return true;
}

/* The block's body stands at the end of dat_buf, behind room for its head at
 * `start`. */
static zg_status end_block(zg_forward *f, size_t start, uint32_t docid,
                           place at, zg_error *err) {
  unsigned char e[ENTRY];
  char *head = f->dat_buf.p + start;
  at.offset = f->dat_end + start + BLOCK_HEAD;
  block_head((unsigned char *)head, docid, at, head + BLOCK_HEAD);
  zg_forward_entry(e, docid, at);
  if (!zg_buf_add(&f->idx_buf, e, sizeof e))
    return zg_fail_nomem(err);
  f->pending[f->n_pending++] = (pending){docid, at};
  if (f->rebuilding && f->dat_buf.n >= FLUSH_BYTES) {
    if (!zg_forward_write_pending(f))
      return zg_forward_io_error(err, f, "cannot write", "forward.dat.new");
    return zg_forward_apply_pending(f, err);
  }
  return ZG_OK;
}

/* LZ4 with the text before it for a dictionary: most of a record is the same
 * text with its punctuation.  Level 9 takes 11 us for a finding of 500
 * characters and leaves a fifth of its record; unpacking takes 1 us. */
#define PACK_LEVEL 9

static bool pack(zg_forward *f, zg_str text, zg_str record, size_t *n) {
  int bound = LZ4_compressBound((int)record.n);
  *n = 0;
  if (!record.n)
    return true;
  if (!f->packer && !(f->packer = LZ4_createStreamHC()))
    return false;
  if (!zg_buf_reserve(&f->dat_buf, (size_t)bound))
    return false;
  LZ4_resetStreamHC_fast(f->packer, PACK_LEVEL);
  LZ4_loadDictHC(f->packer, text.p, (int)text.n);
  int packed = LZ4_compress_HC_continue(
      f->packer, record.p, f->dat_buf.p + f->dat_buf.n, (int)record.n, bound);
  *n = packed > 0 ? (size_t)packed : 0;
  f->dat_buf.n += *n;
  return packed > 0;
}

zg_status zg_forward_append(zg_forward *f, uint32_t docid, zg_str text,
                            zg_str record, zg_error *err) {
  static const char room[BLOCK_HEAD];
  size_t start = f->dat_buf.n, packed;
  if (text.n > UINT32_MAX / 4 || record.n > UINT32_MAX / 4)
    return zg_fail(err, ZG_TOO_LARGE, "text_too_large", "",
                   "a forward text of %zu and a record of %zu bytes", text.n,
                   record.n);
  if (!reserve_pending(f) || !zg_buf_add(&f->dat_buf, room, sizeof room) ||
      !zg_buf_add(&f->dat_buf, text.p, text.n) ||
      !pack(f, text, record, &packed))
    return zg_fail_nomem(err);
  place at = {0, (uint32_t)(text.n + packed), (uint32_t)text.n,
              (uint32_t)record.n};
  return end_block(f, start, docid, at, err);
}

zg_status zg_forward_append_block(zg_forward *f, uint32_t docid, place from,
                                  const char *text, zg_error *err) {
  static const char room[BLOCK_HEAD];
  size_t start = f->dat_buf.n;
  if (!reserve_pending(f) || !zg_buf_add(&f->dat_buf, room, sizeof room) ||
      !zg_buf_add(&f->dat_buf, text, from.length))
    return zg_fail_nomem(err);
  return end_block(f, start, docid, from, err);
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
    return zg_forward_io_error(err, f, "cannot truncate", "forward.idx");
  f->tail = true;
  if (!zg_forward_write_pending(f))
    return zg_forward_io_error(err, f, "cannot write", "forward.dat");
  if (fdatasync(f->dat) != 0 || fdatasync(f->idx) != 0) {
    *sync_failed = true;
    return zg_forward_io_error(err, f, "cannot sync", "forward.dat");
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
  zg_status st = zg_forward_apply_pending(f, err);
  if (!st)
    f->tail = false;
  return st;
}

zg_status zg_forward_publish(zg_forward *f, zg_forward_view **out,
                             zg_error *err) {
  *out = NULL;
  /* Without a file there are no places either. */
  zg_status st = f->dat < 0 ? ZG_OK : zg_forward_remap(f, err);
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
  if (f->map)
    atomic_fetch_add_explicit(&f->map->refs, 1, memory_order_relaxed);
  atomic_init(&v->refs, 1);
  v->map = f->map;
  v->groups = groups;
  v->n_groups = f->n_groups;
  *out = v;
  return ZG_OK;
}

uint64_t zg_forward_bytes(const zg_forward *f) { return f->dat_end; }

/* ---- reading ---- */

zg_forward_view *zg_forward_view_ref(zg_forward_view *v) {
  atomic_fetch_add_explicit(&v->refs, 1, memory_order_relaxed);
  return v;
}

void zg_forward_view_unref(zg_forward_view *v) {
  if (!v || !unref(&v->refs))
    return;
  groups_free(v->groups, v->n_groups);
  zg_mapping_unref(v->map);
  free(v);
}

const place *zg_forward_find(const zg_forward_view *v, uint32_t docid) {
  size_t at = docid >> GROUP_BITS;
  if (at >= v->n_groups || !v->groups[at])
    return NULL;
  const place *p = &v->groups[at]->at[docid & (GROUP_DOCS - 1)];
  return p->offset ? p : NULL;
}

zg_str zg_forward_view_text(const zg_forward_view *v, uint32_t docid,
                            zg_buf *room) {
  const place *p = zg_forward_find(v, docid);
  if (!p)
    return ZG_STR_NULL;
  return (zg_str){zg_mapping_bytes(v->map, p->offset, p->text, room), p->text};
}

zg_str zg_forward_view_read(const zg_forward_view *v, uint32_t docid,
                            zg_buf *room) {
  const place *p = zg_forward_find(v, docid);
  if (!p)
    return ZG_STR_NULL;
  return (zg_str){zg_mapping_read(v->map, p->offset, p->text, room), p->text};
}

bool zg_forward_view_intact(const zg_forward_view *v, uint32_t docid) {
  const place *p = zg_forward_find(v, docid);
  uint32_t id;
  place there;
  return p &&
         zg_forward_block_read(v->map->p, p->offset + p->length, p->offset, &id,
                               &there) &&
         id == docid && there.length == p->length && there.text == p->text &&
         there.record == p->record;
}

static zg_status lost(zg_error *err, uint32_t docid) {
  return zg_fail(err, ZG_CORRUPT, "corrupt_forward", "",
                 "forward.dat: the record of document %u is lost or damaged",
                 docid);
}

/* LZ4 wants the text, its dictionary, right before what it unpacks. */
zg_status zg_forward_view_record(const zg_forward_view *v, uint32_t docid,
                                 char **block, size_t *n, zg_error *err) {
  const place *p = zg_forward_find(v, docid);
  zg_buf room = ZG_BUF_INIT;
  *block = NULL;
  *n = 0;
  if (!p || (p->length == p->text) != (p->record == 0))
    return lost(err, docid);
  char *out = malloc((size_t)p->record + 1);
  if (!out)
    return zg_fail_nomem(err);
  const char *text = zg_mapping_bytes(v->map, p->offset, p->length, &room);
  bool whole =
      !p->record || LZ4_decompress_safe_usingDict(
                        text + p->text, out, (int)(p->length - p->text),
                        (int)p->record, text, (int)p->text) == (int)p->record;
  zg_buf_free(&room);
  if (!whole) {
    free(out);
    return lost(err, docid);
  }
  *block = out;
  *n = p->record;
  return ZG_OK;
}
