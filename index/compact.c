/* The whole store written anew without gaps, while nothing else uses it. */
#include "index/store_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "index/schema.h"

static zg_status io_error(zg_error *err, const char *what, const char *path) {
  int e = errno;
  zg_status st = e == ENOSPC || e == EDQUOT ? ZG_NO_SPACE : ZG_IO;
  return zg_fail(err, st, st == ZG_NO_SPACE ? "no_space" : "io_error", "",
                 "cannot %s %s: %s", what, path, strerror(e));
}

/* Every file of a flat directory, and the directory. */
static zg_status sync_directory(const char *path, zg_error *err) {
  DIR *d = opendir(path);
  if (!d)
    return io_error(err, "open", path);
  zg_status st = ZG_OK;
  for (struct dirent *e; !st && (e = readdir(d));) {
    if (e->d_name[0] == '.')
      continue;
    int fd = openat(dirfd(d), e->d_name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
      st = io_error(err, "sync", path);
    if (fd >= 0)
      close(fd);
  }
  if (!st && fsync(dirfd(d)) != 0)
    st = io_error(err, "sync", path);
  closedir(d);
  return st;
}

/* The new database has an id of its own, and its revisions start anew: the id
 * of forward.* and the generation go on. */
static zg_status carry_over(const zg_store *s, const char *path,
                            zg_error *err) {
  zg_xwriter *w = NULL;
  char base[24];
  int n = snprintf(base, sizeof base, "%llu",
                   (unsigned long long)(s->base + s->revision));
  zg_status st = zg_xwriter_open(&w, path, false, err);
  if (!st)
    st = zg_xwriter_begin(w, err);
  if (!st)
    st = zg_xwriter_set_metadata(w, ZG_METADATA_FORWARD, zg_str_of(s->uuid),
                                 err);
  if (!st)
    st = zg_xwriter_set_metadata(w, ZG_METADATA_GENERATION,
                                 (zg_str){base, (size_t)n}, err);
  if (!st)
    st = zg_xwriter_commit(w, err);
  zg_xwriter_close(w);
  return st;
}

static zg_status count(const char *path, uint32_t *documents, uint32_t *last,
                       zg_error *err) {
  zg_xreader *r = NULL;
  zg_status st = zg_xreader_open(&r, path, err);
  if (!st)
    st = zg_xreader_doccount(r, documents, last, err);
  zg_xreader_close(r);
  return st;
}

static zg_status same_documents(const zg_store *s, const char *path,
                                zg_error *err) {
  uint32_t n[2] = {0}, last[2] = {0};
  zg_status st = count(s->index_path, &n[0], &last[0], err);
  if (!st)
    st = count(path, &n[1], &last[1], err);
  if (!st && (n[0] != n[1] || last[0] != last[1]))
    st = zg_fail(err, ZG_INTERNAL, "internal", "",
                 "%s: %u documents up to %u, not %u up to %u", path, n[1],
                 last[1], n[0], last[0]);
  return st;
}

/* One exchange of names: at any moment one of the two is the index, and what
 * is left over after a kill is removed at the next start. */
static zg_status exchange(const zg_store *s, const char *path, zg_error *err) {
  if (renameat2(AT_FDCWD, path, AT_FDCWD, s->index_path, RENAME_EXCHANGE) != 0)
    return io_error(err, "put in its place", path);
  int fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  zg_status st =
      fd >= 0 && fsync(fd) == 0 ? ZG_OK : io_error(err, "sync", s->dir);
  if (fd >= 0)
    close(fd);
  return st;
}

static zg_status compact_index(zg_store *s, zg_error *err) {
  char *path = NULL;
  if (asprintf(&path, "%s/" ZG_COMPACT_DIR, s->dir) < 0)
    return zg_fail_nomem(err);
  zg_status st = zg_xindex_compact(s->index_path, path, err);
  if (!st)
    st = carry_over(s, path, err);
  if (!st)
    st = same_documents(s, path, err);
  if (!st)
    st = sync_directory(path, err);
  zg_crash_point(s, "before_exchange");
  if (!st)
    st = exchange(s, path, err);
  zg_crash_point(s, "after_exchange");
  zg_store_remove_flat(path);
  free(path);
  return st;
}

static uint64_t bytes_of(zg_store *s) {
  zg_store_stats stats;
  zg_store_stats_get(s, &stats);
  return stats.index_bytes + stats.forward_bytes;
}

zg_status zg_store_compact(const zg_normaliser *nz, const zg_store_options *opt,
                           zg_compacted *out, zg_error *err) {
  zg_store *s;
  *out = (zg_compacted){0};
  if (opt->read_only)
    return zg_fail(err, ZG_READ_ONLY, "read_only", "",
                   "a store that is open for reading only is not compacted");
  zg_status st = zg_store_open(&s, nz, opt, err);
  if (st)
    return st;
  out->before = bytes_of(s);
  pthread_mutex_lock(&s->apply);
  st = zg_forward_compact(s->forward, zg_table_all(s->findings), err);
  if (!st)
    st = compact_index(s, err);
  pthread_mutex_lock(&s->lock);
  s->forward_bytes = zg_forward_bytes(s->forward);
  pthread_mutex_unlock(&s->lock);
  pthread_mutex_unlock(&s->apply);
  out->after = bytes_of(s);
  zg_store_close(s);
  return st;
}
