#include "index/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "index/files.h"
#include "index/schema.h"

#define NAME "MANIFEST"
#define NEW_NAME "MANIFEST.new"
#define CHECK_LINE 23 /* "check " 16 digits "\n" */
#define BYTES_MAX ((off_t)1 << 30)

/* ---- writing ---- */

static zg_status put_dead(zg_buf *out, const roaring_bitmap_t *dead,
                          zg_error *err) {
  size_t n = roaring_bitmap_portable_size_in_bytes(dead);
  char *bytes = malloc(n);
  if (!bytes)
    return zg_fail_nomem(err);
  roaring_bitmap_portable_serialize(dead, bytes);
  bool ok = zg_buf_printf(out, "dead %zu\n", n) && zg_buf_add(out, bytes, n) &&
            zg_buf_add(out, "\n", 1);
  free(bytes);
  return ok ? ZG_OK : zg_fail_nomem(err);
}

static zg_status put(zg_buf *out, const zg_manifest *m, zg_error *err) {
  bool ok = zg_buf_printf(out,
                          "zhenggai-index %d\nuuid %s\ngeneration %" PRIu64
                          "\nnext %" PRIu32 "\nname %" PRIu64 "\n",
                          ZG_SCHEMA_VERSION, m->uuid, m->generation, m->next,
                          m->name);
  for (size_t i = 0; i < m->n_segments && ok; i++) {
    const zg_manifest_entry *e = &m->segments[i];
    ok = zg_buf_printf(out, "segment %s %" PRIu32 " %" PRIu32 " %" PRIu32 "\n",
                       e->name, e->first, e->last, e->documents);
  }
  zg_status st = ok ? put_dead(out, m->dead, err) : zg_fail_nomem(err);
  if (!st && !zg_buf_printf(out, "check %016" PRIx64 "\n",
                            (uint64_t)XXH3_64bits(out->p, out->n)))
    st = zg_fail_nomem(err);
  return st;
}

static bool write_all(int fd, const char *p, size_t n) {
  while (n) {
    ssize_t k = write(fd, p, n);
    if (k < 0 && errno == EINTR)
      continue;
    if (k <= 0)
      return false;
    p += k;
    n -= (size_t)k;
  }
  return true;
}

zg_status zg_manifest_write(const char *dir, const zg_manifest *m,
                            zg_error *err) {
  zg_buf text = ZG_BUF_INIT;
  zg_status st = put(&text, m, err);
  char *path = zg_path_join(dir, NEW_NAME);
  if (!st && !path)
    st = zg_fail_nomem(err);
  if (!st) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
      st = zg_fail_file(err, "create", path);
    else if (!write_all(fd, text.p, text.n))
      st = zg_fail_file(err, "write", path);
    else if (fsync(fd) != 0)
      st = zg_fail_file(err, "sync", path);
    if (fd >= 0)
      close(fd);
    if (st)
      unlink(path);
  }
  free(path);
  zg_buf_free(&text);
  return st;
}

zg_status zg_manifest_install(const char *dir, zg_error *err) {
  char *from = zg_path_join(dir, NEW_NAME), *to = zg_path_join(dir, NAME);
  zg_status st = from && to ? ZG_OK : zg_fail_nomem(err);
  if (!st && rename(from, to) != 0)
    st = zg_fail_file(err, "rename", from);
  free(from);
  free(to);
  return st;
}

/* ---- reading ---- */

static zg_status damaged(zg_error *err, const char *path, const char *what) {
  return zg_fail(err, ZG_CORRUPT, "corrupt_index", "", "%s: %s", path, what);
}

static zg_status read_file(const char *path, char **out, size_t *n,
                           zg_error *err) {
  struct stat info;
  *out = NULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return zg_fail(err, ZG_NOT_FOUND, "not_found", "", "%s: is not there",
                   path);
  if (fd < 0)
    return zg_fail_file(err, "open", path);
  zg_status st = ZG_OK;
  if (fstat(fd, &info) != 0)
    st = zg_fail_file(err, "read", path);
  else if (info.st_size > BYTES_MAX)
    st = damaged(err, path, "too big for a manifest");
  else if (!(*out = malloc((size_t)info.st_size + 1)))
    st = zg_fail_nomem(err);
  size_t k = 0, want = st ? 0 : (size_t)info.st_size;
  while (!st && k < want) {
    ssize_t got = read(fd, *out + k, want - k);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      st = zg_fail_file(err, "read", path);
    if (got <= 0)
      break;
    k += (size_t)got;
  }
  close(fd);
  if (st) {
    free(*out);
    *out = NULL;
  } else {
    (*out)[k] = '\0';
    *n = k;
  }
  return st;
}

typedef struct reader {
  const char *at, *end;
} reader;

/* The next line without its end, in a buffer of ours. */
static bool line(reader *r, char out[128]) {
  const char *nl = memchr(r->at, '\n', (size_t)(r->end - r->at));
  if (!nl || nl - r->at >= 128)
    return false;
  memcpy(out, r->at, (size_t)(nl - r->at));
  out[nl - r->at] = '\0';
  r->at = nl + 1;
  return true;
}

static bool read_segment(zg_manifest *m, const char *text, size_t *cap) {
  zg_manifest_entry e = {0};
  char after;
  if (sscanf(text, "segment %23[0-9] %" SCNu32 " %" SCNu32 " %" SCNu32 "%c",
             e.name, &e.first, &e.last, &e.documents, &after) != 4)
    return false;
  uint32_t before = m->n_segments ? m->segments[m->n_segments - 1].last : 0;
  if (e.first <= before || e.last < e.first || e.last >= m->next ||
      e.documents == 0 || e.documents > e.last - e.first + 1)
    return false;
  if (m->n_segments == *cap) {
    size_t more = *cap ? *cap * 2 : 16;
    zg_manifest_entry *p = realloc(m->segments, more * sizeof *p);
    if (!p)
      return false;
    m->segments = p;
    *cap = more;
  }
  m->segments[m->n_segments++] = e;
  return true;
}

static bool read_dead(zg_manifest *m, reader *r, const char *text) {
  size_t n;
  if (sscanf(text, "dead %zu", &n) != 1 || n >= (size_t)(r->end - r->at) ||
      r->at[n] != '\n')
    return false;
  m->dead = roaring_bitmap_portable_deserialize_safe(r->at, n);
  r->at += n + 1;
  return m->dead && r->at == r->end;
}

static bool read_body(zg_manifest *m, reader *r) {
  char text[128];
  size_t cap = 0;
  if (!line(r, text) || sscanf(text, "uuid %39s", m->uuid) != 1 ||
      !line(r, text) ||
      sscanf(text, "generation %" SCNu64, &m->generation) != 1 ||
      !line(r, text) || sscanf(text, "next %" SCNu32, &m->next) != 1 ||
      !line(r, text) || sscanf(text, "name %" SCNu64, &m->name) != 1)
    return false;
  while (line(r, text))
    if (strncmp(text, "segment ", 8) != 0)
      return read_dead(m, r, text);
    else if (!read_segment(m, text, &cap))
      return false;
  return false;
}

static zg_status parse(zg_manifest *m, const char *path, const char *text,
                       size_t n, zg_error *err) {
  char first[128], check[CHECK_LINE + 1];
  int version;
  reader r = {text, text + n};
  if (!line(&r, first) || sscanf(first, "zhenggai-index %d", &version) != 1)
    return damaged(err, path, "is no manifest");
  if (version != ZG_SCHEMA_VERSION)
    return zg_fail(err, ZG_CONFLICT, "schema_version", "",
                   "%s has schema version %d, this program knows 2 and %d",
                   path, version, ZG_SCHEMA_VERSION);
  if (n < CHECK_LINE)
    return damaged(err, path, "is cut off");
  n -= CHECK_LINE;
  snprintf(check, sizeof check, "check %016" PRIx64 "\n",
           (uint64_t)XXH3_64bits(text, n));
  if (memcmp(text + n, check, CHECK_LINE) != 0)
    return damaged(err, path, "its checksum is wrong");
  r.end = text + n;
  return read_body(m, &r) ? ZG_OK : damaged(err, path, "cannot be understood");
}

zg_status zg_manifest_read(zg_manifest *out, const char *dir, zg_error *err) {
  char *path = zg_path_join(dir, NAME), *text = NULL;
  size_t n = 0;
  *out = (zg_manifest){0};
  zg_status st = path ? read_file(path, &text, &n, err) : zg_fail_nomem(err);
  if (!st)
    st = parse(out, path, text, n, err);
  if (st)
    zg_manifest_free(out);
  free(text);
  free(path);
  return st;
}

void zg_manifest_free(zg_manifest *m) {
  free(m->segments);
  if (m->dead)
    roaring_bitmap_free(m->dead);
  *m = (zg_manifest){0};
}
