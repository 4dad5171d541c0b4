#include "daemon/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void zg_spill_init(zg_spill *s, const char *dir) {
  *s = (zg_spill){.memory = ZG_BUF_INIT, .fd = -1, .dir = dir};
}

void zg_spill_free(zg_spill *s) {
  zg_buf_free(&s->memory);
  if (s->fd >= 0)
    close(s->fd);
  s->fd = -1;
}

static zg_status write_all(zg_spill *s, const char *p, size_t n,
                           zg_error *err) {
  while (n) {
    ssize_t k = write(s->fd, p, n);
    if (k < 0 && errno == EINTR)
      continue;
    if (k < 0)
      return zg_fail(err, errno == ENOSPC ? ZG_NO_SPACE : ZG_IO, "spill_failed",
                     "", "cannot keep the answer in %s: %s", s->dir,
                     strerror(errno));
    p += k;
    n -= (size_t)k;
  }
  return ZG_OK;
}

zg_status zg_spill_add(zg_spill *s, const char *p, size_t n, zg_error *err) {
  s->size += (int64_t)n;
  if (s->fd < 0 && s->memory.n + n <= ZG_SPILL_MEMORY)
    return zg_buf_add(&s->memory, p, n) ? ZG_OK : zg_fail_nomem(err);
  if (s->fd < 0) {
    s->fd = open(s->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (s->fd < 0)
      return zg_fail(err, ZG_IO, "spill_failed", "",
                     "cannot keep the answer in %s: %s", s->dir,
                     strerror(errno));
    zg_status st = write_all(s, s->memory.p, s->memory.n, err);
    zg_buf_free(&s->memory);
    if (st)
      return st;
  }
  return write_all(s, p, n, err);
}

int64_t zg_spill_read(zg_spill *s, char *p, size_t cap) {
  ssize_t k;
  if (s->fd < 0) {
    size_t left = s->memory.n - (size_t)s->read_at;
    size_t n = left < cap ? left : cap;
    memcpy(p, s->memory.p + s->read_at, n);
    s->read_at += (int64_t)n;
    return (int64_t)n;
  }
  do
    k = pread(s->fd, p, cap, s->read_at);
  while (k < 0 && errno == EINTR);
  if (k > 0)
    s->read_at += k;
  return k;
}
