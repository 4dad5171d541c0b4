#include "index/table_image.h"
#include "index/table_image_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FLUSH_BYTES ((size_t)1 << 20)

typedef struct saving {
  int fd;
  XXH3_state_t *hash; /* of the body */
  uint64_t length;
  zg_buf buf;
  bool failed; /* a write; errno says why */
} saving;

/* ---- the body, in pieces ---- */

static void flush(saving *s) {
  const char *p = s->buf.p;
  size_t n = s->buf.n;
  XXH3_64bits_update(s->hash, p, n);
  s->length += n;
  while (n && !s->failed) {
    ssize_t k = write(s->fd, p, n);
    if (k < 0 && errno == EINTR)
      continue;
    s->failed = k <= 0;
    p += s->failed ? 0 : k;
    n -= s->failed ? 0 : (size_t)k;
  }
  zg_buf_clear(&s->buf);
}

static void put(saving *s, const void *p, size_t n) {
  zg_buf_add(&s->buf, p, n);
  if (s->buf.n >= FLUSH_BYTES)
    flush(s);
}

static void put_u32(saving *s, uint32_t v) { put(s, &v, sizeof v); }

static void put_align(saving *s) {
  static const char zeros[8];
  put(s, zeros, -(s->length + s->buf.n) & 7);
}

static void put_dict(saving *s, const zg_dict *d, uint32_t n) {
  put_u32(s, n);
  for (uint32_t o = 1; o < n; o++)
    put_u32(s, (uint32_t)zg_dict_text(d, o).n);
  for (uint32_t o = 1; o < n; o++) {
    zg_str text = zg_dict_text(d, o);
    put(s, text.p, text.n);
  }
  put_align(s);
}

/* ---- columns ---- */

static bool all_zero(const char *p, size_t n) {
  return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Bytes of the narrowest signed integer for values of up to `bound`; they are
 * the first of the eight. */
static uint32_t signed_width(int64_t bound) {
  return bound <= INT8_MAX    ? 1
         : bound <= INT16_MAX ? 2
         : bound <= INT32_MAX ? 4
                              : 8;
}

static void put_column(saving *s, const zg_table *t, unsigned column,
                       uint32_t at, uint32_t span) {
  const chunk *c = t->columns[column][at];
  bool none = all_zero(c->values, (size_t)span * c->width);
  uint32_t width = c->width;
  if (COLUMN_IS_MEASURE(column))
    width = signed_width(zg_table_measure_bound(
        t, (zg_measure_field)(column - MEASURE_COLUMN(0)), at));
  put_u32(s, none ? 0 : width);
  put_u32(s, 0);
  if (none)
    return;
  if (width == c->width)
    put(s, c->values, (size_t)span * width);
  else
    for (uint32_t i = 0; i < span; i++)
      put(s, c->values + (size_t)i * c->width, width);
  put_align(s);
}

/* A chunk: the number of the last live document in it + 1 (0: none, nothing
 * follows); a bit per document; the columns up to there. */
static void put_chunk(saving *s, const zg_table *t, uint32_t at) {
  uint8_t live[ZG_CHUNK_DOCS / 8] = {0};
  uint32_t span = 0, base = at << ZG_CHUNK_BITS;
  roaring_uint32_iterator_t it;
  roaring_init_iterator(t->all->r, &it);
  roaring_move_uint32_iterator_equalorlarger(&it, base);
  for (; it.has_value && it.current_value - base < ZG_CHUNK_DOCS;
       roaring_advance_uint32_iterator(&it)) {
    span = it.current_value - base + 1;
    live[(span - 1) >> 3] |= (uint8_t)(1 << ((span - 1) & 7));
  }
  put_u32(s, span);
  put_u32(s, 0);
  if (!span)
    return;
  put(s, live, (span + 7) / 8);
  put_align(s);
  for (unsigned c = 0; c < COLUMNS; c++)
    if (column_used(c))
      put_column(s, t, c, at, span);
}

static bool has_cubes(const zg_table *t) {
  for (unsigned i = 0; i < ZG_CUBES; i++)
    if (t->cubes[i])
      return true;
  return false;
}

static void put_table(saving *s, const zg_table *t) {
  put_u32(s, has_cubes(t));
  put_u32(s, t->n_chunks);
  for (int f = 0; f < ZG_FIELD_COUNT; f++)
    put_u32(s, t->n_ordinals[f]);
  put_align(s);
  for (uint32_t c = 0; c < t->n_chunks; c++)
    put_chunk(s, t, c);
}

/* ---- the file ---- */

uint64_t zg_image_mark(void) {
  uint64_t mark = 0;
  for (int f = 0; f < ZG_FIELD_COUNT; f++) {
    zg_str name = zg_str_of(zg_field_name((zg_field)f));
    mark = XXH3_64bits_withSeed(name.p, name.n,
                                mark + zg_field_slot((zg_field)f) * 8 +
                                    zg_field_planes((zg_field)f));
  }
  for (int m = 0; m < ZG_MEASURE_COUNT; m++) {
    zg_str name = zg_str_of(zg_measure_name((zg_measure_field)m));
    mark = XXH3_64bits_withSeed(name.p, name.n, mark);
  }
  return mark;
}

static void write_header(saving *s, const char uuid[40], uint64_t generation) {
  image_header h = {.magic = IMAGE_MAGIC,
                    .version = IMAGE_VERSION,
                    .mark = zg_image_mark(),
                    .generation = generation,
                    .length = s->length,
                    .body_hash = XXH3_64bits_digest(s->hash)};
  strncpy(h.uuid, uuid, sizeof h.uuid);
  h.header_hash = XXH3_64bits(&h, offsetof(image_header, header_hash));
  if (!s->failed && pwrite(s->fd, &h, sizeof h, 0) != (ssize_t)sizeof h)
    s->failed = true;
}

static void write_body(saving *s, const zg_table *findings,
                       const zg_table *bulletins, const zg_table_dicts *dicts) {
  s->failed = lseek(s->fd, sizeof(image_header), SEEK_SET) < 0;
  for (int f = 0; f < ZG_FIELD_COUNT; f++) {
    uint32_t a = findings->n_ordinals[f], b = bulletins->n_ordinals[f];
    put_dict(s, dicts->field[f], a > b ? a : b);
  }
  put_table(s, findings);
  put_table(s, bulletins);
  flush(s);
}

static zg_status failed(zg_error *err, const char *path) {
  int e = errno;
  zg_status st = e == ENOSPC || e == EDQUOT ? ZG_NO_SPACE : ZG_IO;
  return zg_fail(err, st, st == ZG_NO_SPACE ? "no_space" : "io_error", "",
                 "cannot write %s: %s", path, strerror(e));
}

zg_status zg_table_image_save(const char *path, const char uuid[40],
                              uint64_t generation, const zg_table *findings,
                              const zg_table *bulletins,
                              const zg_table_dicts *dicts, zg_error *err) {
  saving s = {.fd = -1, .hash = XXH3_createState()};
  char tmp[4096];
  int n = snprintf(tmp, sizeof tmp, "%s.tmp", path);
  zg_status st = s.hash ? ZG_OK : zg_fail_nomem(err);
  if (!st && (n < 0 || (size_t)n >= sizeof tmp)) {
    errno = ENAMETOOLONG;
    st = failed(err, path);
  }
  if (!st) {
    s.fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    st = s.fd < 0 ? failed(err, tmp) : ZG_OK;
  }
  if (!st) {
    XXH3_64bits_reset(s.hash);
    write_body(&s, findings, bulletins, dicts);
    write_header(&s, uuid, generation);
    if (s.buf.failed)
      st = zg_fail_nomem(err);
    else if (s.failed || fdatasync(s.fd) != 0)
      st = failed(err, tmp);
  }
  if (s.fd >= 0)
    close(s.fd);
  if (!st && rename(tmp, path) != 0)
    st = failed(err, path);
  if (st && s.fd >= 0)
    unlink(tmp);
  zg_buf_free(&s.buf);
  XXH3_freeState(s.hash);
  return st;
}
