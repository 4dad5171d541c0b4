#include "index/forward_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAP_MIN ((size_t)64 << 20) /* address space, not memory */
#define RESIDENT_MIN ((uint64_t)40 << 20)
#define RESIDENT_PART 64 /* of the file */
#define WORD 64          /* windows in a word of `touched` */
#define ASK 16           /* windows between two questions to the kernel */

/* What the process has mapped of files: the third number of statm, in pages.
 * 0: not known. */
static uint64_t mapped_of_files(void) {
  char line[128], *p = line;
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
  if (fd >= 0)
    close(fd);
  if (n <= 0)
    return 0;
  line[n] = '\0';
  strtoull(p, &p, 10);
  strtoull(p, &p, 10);
  return strtoull(p, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

mapping *zg_mapping_new(int fd, uint64_t size) {
  size_t n = MAP_MIN;
  while (n < size + size / 2)
    n *= 2;
  mapping *m = calloc(1, sizeof *m);
  _Atomic uint64_t *touched =
      calloc((n >> WINDOW_BITS) / WORD, sizeof *touched);
  void *p = MAP_FAILED;
  errno = ENOMEM;
  if (m && touched && (m->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) >= 0) {
    p = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
      close(m->fd);
  }
  if (p == MAP_FAILED) {
    free(m);
    free(touched);
    return NULL;
  }
  atomic_init(&m->refs, 1);
  m->p = p;
  m->n = n;
  m->touched = touched;
  m->most = RESIDENT_MIN + size / RESIDENT_PART;
  m->other = mapped_of_files();
  return m;
}

void zg_mapping_unref(mapping *m) {
  if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
    return;
  munmap((void *)m->p, m->n);
  close(m->fd);
  free(m->touched);
  free(m);
}

static bool full(mapping *m) {
  uint32_t n = atomic_load_explicit(&m->n_touched, memory_order_relaxed);
  return (uint64_t)n << WINDOW_BITS >= m->most;
}

/* May the window be touched? */
static bool admits(mapping *m, uint64_t window) {
  _Atomic uint64_t *word = &m->touched[window / WORD];
  uint64_t bit = (uint64_t)1 << (window % WORD);
  if (atomic_load_explicit(word, memory_order_relaxed) & bit)
    return true;
  if (full(m))
    return false;
  if (atomic_fetch_or_explicit(word, bit, memory_order_relaxed) & bit)
    return true;
  uint32_t n =
      atomic_fetch_add_explicit(&m->n_touched, 1, memory_order_relaxed);
  if (n % ASK == 0 && mapped_of_files() > m->other + m->most)
    atomic_store_explicit(&m->n_touched, UINT32_MAX / 2, memory_order_relaxed);
  return true;
}

static bool read_at(int fd, char *p, size_t n, uint64_t at) {
  while (n) {
    ssize_t k = pread(fd, p, n, (off_t)at);
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

const char *zg_mapping_bytes(mapping *m, uint64_t offset, size_t n,
                             zg_buf *room) {
  bool admitted = true;
  uint64_t last = (offset + (n ? n - 1 : 0)) >> WINDOW_BITS;
  for (uint64_t w = offset >> WINDOW_BITS; admitted && w <= last; w++)
    admitted = admits(m, w);
  return admitted || !room ? m->p + offset
                           : zg_mapping_read(m, offset, n, room);
}

const char *zg_mapping_read(mapping *m, uint64_t offset, size_t n,
                            zg_buf *room) {
  zg_buf_clear(room);
  if (!zg_buf_reserve(room, n) || !read_at(m->fd, room->p, n, offset))
    return m->p + offset;
  room->n = n;
  return room->p;
}
