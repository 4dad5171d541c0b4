/* Opening and closing a store. */
#include "index/store_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "index/schema.h"
#include "index/vocabulary.h"

#define DEFAULT_BYTES ((size_t)64 << 20)

static zg_status io_error(zg_error *err, const char *what, const char *path) {
  int e = errno;
  zg_status st = e == ENOSPC || e == EDQUOT ? ZG_NO_SPACE : ZG_IO;
  return zg_fail(err, st, st == ZG_NO_SPACE ? "no_space" : "io_error", "",
                 "cannot %s %s: %s", what, path, strerror(e));
}

static char *join(const char *dir, const char *name) {
  char *path = NULL;
  return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

static zg_store *store_new(const zg_normaliser *nz,
                           const zg_store_options *opt) {
  zg_store *s = calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->lock_fd = s->index_fd = -1;
  s->nz = nz;
  s->workers = opt->workers;
  s->read_only = opt->read_only;
  s->queue_limit = opt->queue_bytes ? opt->queue_bytes : DEFAULT_BYTES;
  s->cache = zg_cache_new(opt->cache_bytes ? opt->cache_bytes : DEFAULT_BYTES);
  s->last = &s->first;
  pthread_mutex_init(&s->apply, NULL);
  pthread_mutex_init(&s->lock, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&s->wake, &monotonic);
  pthread_cond_init(&s->released, &monotonic);
  pthread_condattr_destroy(&monotonic);
  s->vocabularies = zg_vocabularies_new();
  s->dir = strdup(opt->dir);
  s->index_path = join(opt->dir, "index");
  zg_faults_read(s);
  return s;
}

/* ---- steps of opening ---- */

static zg_status lock_directory(zg_store *s, zg_error *err) {
  if (!s->read_only && mkdir(s->dir, 0700) != 0 && errno != EEXIST)
    return io_error(err, "create", s->dir);
  char *path = join(s->dir, "LOCK");
  if (!path)
    return zg_fail_nomem(err);
  zg_status st = ZG_OK;
  s->lock_fd = s->read_only ? open(path, O_RDONLY | O_CLOEXEC)
                            : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (s->lock_fd < 0) {
    /* Reading goes without it: the directory may be on a read-only disk. */
    if (!s->read_only)
      st = io_error(err, "open", path);
  } else if (flock(s->lock_fd, (s->read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) !=
             0) {
    st = errno == EWOULDBLOCK
             ? zg_fail(err, ZG_CONFLICT, "directory_locked", "",
                       "%s: another process holds this data directory", s->dir)
             : io_error(err, "lock", path);
  }
  free(path);
  return st;
}

static zg_status sync_path(const char *path, zg_error *err) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return io_error(err, "open", path);
  zg_status st = fsync(fd) == 0 ? ZG_OK : io_error(err, "sync", path);
  close(fd);
  return st;
}

/* *version: of an index that this program can read. */
static zg_status check_schema(const zg_store *s, zg_str text, long *version_out,
                              zg_error *err) {
  char number[16] = "";
  char *end;
  snprintf(number, sizeof number, "%.*s", (int)(text.n < 15 ? text.n : 15),
           text.p ? text.p : "");
  long version = strtol(number, &end, 10);
  if (text.n == 0 || *end)
    return zg_fail(err, ZG_CORRUPT, "corrupt_index", "",
                   "%s: no schema version in the index", s->index_path);
  if (version < 1 || version > ZG_SCHEMA_VERSION)
    return zg_fail(err, ZG_CONFLICT, "schema_version", "",
                   "%s has schema version %ld, this program knows 1 to %d",
                   s->index_path, version, ZG_SCHEMA_VERSION);
  *version_out = version;
  return ZG_OK;
}

/* ---- a new index ---- */

/* True when the directory is missing or holds nothing. */
static bool is_empty(const char *path) {
  DIR *d = opendir(path);
  bool empty = d || errno == ENOENT;
  for (struct dirent *e; d && (e = readdir(d));)
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
      empty = false;
  if (d)
    closedir(d);
  return empty;
}

void zg_store_remove_flat(const char *path) {
  DIR *d = opendir(path);
  if (!d)
    return;
  for (struct dirent *e; (e = readdir(d));)
    unlinkat(dirfd(d), e->d_name, 0);
  closedir(d);
  rmdir(path);
}

static zg_status set_schema(zg_store *s, zg_error *err) {
  char number[16];
  int n = snprintf(number, sizeof number, "%d", ZG_SCHEMA_VERSION);
  zg_status st = zg_xwriter_begin(s->w, err);
  if (!st)
    st = zg_xwriter_set_metadata(s->w, "schema", (zg_str){number, (size_t)n},
                                 err);
  return st ? st : zg_xwriter_commit(s->w, err);
}

static zg_status fill_new(zg_store *s, const char *path, zg_error *err) {
  zg_status st = zg_xwriter_open(&s->w, path, true, err);
  zg_crash_point(s, "creating");
  if (!st)
    st = set_schema(s, err);
  zg_xwriter_close(s->w);
  s->w = NULL;
  return st ? st : sync_path(path, err);
}

/* Made aside and renamed when it is whole: Xapian writes its tables before the
 * file that makes a database of them, and a kill in between would leave what
 * looks like a damaged index, which is never created over. */
static zg_status create_index(zg_store *s, zg_error *err) {
  char *path = join(s->dir, "index.new");
  if (!path)
    return zg_fail_nomem(err);
  zg_store_remove_flat(path); /* of a creation that was killed */
  zg_status st = fill_new(s, path, err);
  if (!st && rename(path, s->index_path) != 0)
    st = io_error(err, "rename", path);
  if (!st)
    st = sync_path(s->dir, err);
  free(path);
  return st;
}

/* ---- opening it ---- */

/* From now on an older program must not open it: it would miss the records of
 * what is written next. */
static zg_status raise_schema(zg_store *s, zg_error *err) {
  char *text = NULL;
  size_t n = 0;
  long version = 0;
  zg_status st = zg_xwriter_get_metadata(s->w, "schema", &text, &n, err);
  if (!st)
    st = check_schema(s, (zg_str){text, n}, &version, err);
  free(text);
  if (st || version == ZG_SCHEMA_VERSION)
    return st;
  st = set_schema(s, err);
  return st ? st : sync_path(s->index_path, err);
}

static zg_status open_index(zg_store *s, zg_error *err) {
  if (!s->read_only) {
    char *leftover = join(s->dir, ZG_COMPACT_DIR);
    if (!leftover)
      return zg_fail_nomem(err);
    zg_store_remove_flat(leftover);
    free(leftover);
    zg_status st = is_empty(s->index_path) ? create_index(s, err) : ZG_OK;
    if (!st)
      st = zg_xwriter_open(&s->w, s->index_path, false, err);
    if (!st)
      st = raise_schema(s, err);
    if (st)
      return st;
  }
  s->index_fd = open(s->index_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return s->index_fd < 0 ? io_error(err, "open", s->index_path) : ZG_OK;
}

/* The id that the forward files carry (schema.h). */
static zg_status read_forward_id(zg_store *s, zg_xreader *r, zg_error *err) {
  char *id = NULL;
  size_t n = 0;
  zg_status st = zg_xreader_get_metadata(r, ZG_METADATA_FORWARD, &id, &n, err);
  if (!st && n)
    snprintf(s->uuid, sizeof s->uuid, "%s", id);
  else if (!st)
    st = zg_xreader_uuid(r, s->uuid, err);
  free(id);
  return st;
}

static zg_status read_base(zg_store *s, zg_xreader *r, zg_error *err) {
  char *text = NULL;
  size_t n = 0;
  zg_status st =
      zg_xreader_get_metadata(r, ZG_METADATA_GENERATION, &text, &n, err);
  if (!st && n)
    s->base = strtoull(text, NULL, 10);
  free(text);
  return st;
}

static zg_status read_schema(zg_store *s, zg_xreader *r, zg_error *err) {
  char *text = NULL;
  size_t n = 0;
  long version;
  zg_status st = zg_xreader_get_metadata(r, "schema", &text, &n, err);
  if (!st)
    st = check_schema(s, (zg_str){text, n}, &version, err);
  free(text);
  if (!st)
    st = read_forward_id(s, r, err);
  if (!st)
    st = read_base(s, r, err);
  return st ? st : zg_xreader_revision(r, &s->revision, err);
}

/* Does the forward store have the record of this document, and not another? */
static zg_status has_record(zg_xreader *r, const zg_forward_view *view,
                            uint32_t docid, bool *yes, zg_error *err) {
  char *block = NULL;
  size_t n;
  zg_status st = zg_rebuild_record(r, view, docid, &block, &n, err);
  free(block);
  *yes = !st;
  return st == ZG_CORRUPT ? ZG_OK : st;
}

/* An index whose documents were numbered anew (as xapian-compact does unless it
 * is told not to) would lead to the records of others: then both the first and
 * the last are wrong. */
static zg_status check_numbers(zg_store *s, zg_xreader *r,
                               const roaring_bitmap_t *live, bool *complete,
                               zg_error *err) {
  zg_forward_view *view = NULL;
  bool first = true, last = true;
  if (!*complete || roaring_bitmap_is_empty(live))
    return ZG_OK;
  zg_status st = zg_forward_publish(s->forward, &view, err);
  if (!st)
    st = has_record(r, view, roaring_bitmap_minimum(live), &first, err);
  if (!st && !first)
    st = has_record(r, view, roaring_bitmap_maximum(live), &last, err);
  *complete = first || last;
  zg_forward_view_unref(view);
  return st;
}

static zg_status open_forward(zg_store *s, zg_xreader *r, zg_error *err) {
  bool complete;
  const roaring_bitmap_t *live = zg_table_all(s->findings);
  zg_status st = zg_forward_open(&s->forward, s->dir, s->uuid, !s->read_only,
                                 live, &complete, err);
  if (!st)
    st = check_numbers(s, r, live, &complete, err);
  if (st)
    return st;
  if (complete && zg_forward_wasteful(s->forward)) {
    st = zg_forward_compact(s->forward, live, err);
    if (st == ZG_CORRUPT)
      complete = false;
    else if (st != ZG_OK && st != ZG_NO_SPACE) /* no space: some other time */
      return st;
  }
  return complete ? ZG_OK : zg_rebuild_forward(s, r, s->forward, live, err);
}

static zg_status recover(zg_store *s, zg_error *err) {
  zg_xreader *r = NULL;
  zg_status st = zg_table_dicts_new(&s->dicts, err);
  if (!st)
    st = zg_xreader_open(&r, s->index_path, err);
  if (!st)
    st = read_schema(s, r, err);
  if (!st)
    st = zg_rebuild_tables(r, s->dicts, &s->findings, &s->bulletins, err);
  if (!st)
    st = open_forward(s, r, err);
  zg_xreader_close(r);
  return st ? st : zg_writer_publish(s, err);
}

static void store_free(zg_store *s) {
  if (!s)
    return;
  zg_snapshot_release(s->current);
  zg_xwriter_close(s->w);
  zg_forward_free(s->forward);
  zg_table_unref(s->findings);
  zg_table_unref(s->bulletins);
  zg_table_dicts_free(s->dicts);
  zg_vocabularies_free(s->vocabularies);
  zg_cache_free(s->cache);
  if (s->index_fd >= 0)
    close(s->index_fd);
  if (s->lock_fd >= 0)
    close(s->lock_fd);
  pthread_mutex_destroy(&s->apply);
  pthread_mutex_destroy(&s->lock);
  pthread_cond_destroy(&s->wake);
  pthread_cond_destroy(&s->released);
  free(s->dir);
  free(s->index_path);
  free(s);
}

zg_status zg_store_open(zg_store **out, const zg_normaliser *nz,
                        const zg_store_options *opt, zg_error *err) {
  *out = NULL;
  zg_store *s = store_new(nz, opt);
  if (!s || !s->dir || !s->index_path || !s->cache || !s->vocabularies) {
    store_free(s);
    return zg_fail_nomem(err);
  }
  zg_status st = lock_directory(s, err);
  if (!st)
    st = open_index(s, err);
  if (!st)
    st = recover(s, err);
  if (!st && !s->read_only) {
    if (pthread_create(&s->thread, NULL, zg_writer_main, s) == 0)
      s->started = true;
    else
      st = zg_fail(err, ZG_INTERNAL, "internal", "",
                   "cannot start the writer thread");
  }
  if (st) {
    store_free(s);
    return st;
  }
  *out = s;
  return ZG_OK;
}

void zg_store_close(zg_store *s) {
  if (!s)
    return;
  if (s->started) {
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
  }
  store_free(s);
}

/* ---- statistics ---- */

static uint64_t directory_bytes(const char *path) {
  uint64_t bytes = 0;
  DIR *d = opendir(path);
  if (!d)
    return 0;
  for (struct dirent *e; (e = readdir(d));) {
    struct stat st;
    if (fstatat(dirfd(d), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
      bytes += (uint64_t)st.st_size;
  }
  closedir(d);
  return bytes;
}

void zg_store_stats_get(zg_store *s, zg_store_stats *out) {
  *out = (zg_store_stats){0};
  zg_snapshot *snap = zg_store_pin(s);
  out->generation = snap->generation;
  zg_snapshot_release(snap);
  out->index_bytes = directory_bytes(s->index_path);
  zg_cache_counters cache;
  zg_cache_count(s->cache, &cache);
  out->cache_bytes = cache.bytes;
  out->cache_limit = cache.limit;
  out->cache_hits = cache.hits;
  out->cache_carried = cache.carried;
  out->cache_misses = cache.misses;
  pthread_mutex_lock(&s->lock);
  out->commits = s->commits;
  out->queue_items = s->queue_items;
  out->queue_bytes = s->queue_bytes;
  out->forward_bytes = s->forward_bytes;
  out->failed = s->failed;
  pthread_mutex_unlock(&s->lock);
}
