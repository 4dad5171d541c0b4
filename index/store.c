/* Opening and closing a store. */
#include "index/store_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "index/files.h"
#include "index/schema.h"
#include "index/vocabulary.h"

#define DEFAULT_BYTES ((size_t)64 << 20)

static zg_store *store_new(const zg_normaliser *nz,
                           const zg_store_options *opt) {
  zg_store *s = calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->lock_fd = -1;
  s->nz = nz;
  s->workers = opt->workers;
  s->read_only = opt->read_only;
  s->no_merger = opt->no_merger;
  s->queue_limit = opt->queue_bytes ? opt->queue_bytes : DEFAULT_BYTES;
  s->cache_grows = !opt->cache_bytes;
  s->cache = zg_cache_new(opt->cache_bytes ? opt->cache_bytes : DEFAULT_BYTES);
  s->last = &s->first;
  pthread_mutex_init(&s->apply, NULL);
  pthread_mutex_init(&s->lock, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&s->wake, &monotonic);
  pthread_cond_init(&s->merge, &monotonic);
  pthread_cond_init(&s->merged, &monotonic);
  pthread_condattr_destroy(&monotonic);
  s->vocabularies = zg_vocabularies_new();
  s->keys = zg_keys_new();
  s->dir = strdup(opt->dir);
  s->index_path = zg_path_join(opt->dir, "index");
  zg_faults_read(s);
  return s;
}

/* ---- steps of opening ---- */

static zg_status lock_directory(zg_store *s, zg_error *err) {
  if (!s->read_only && mkdir(s->dir, 0700) != 0 && errno != EEXIST)
    return zg_fail_file(err, "create", s->dir);
  char *path = zg_path_join(s->dir, "LOCK");
  if (!path)
    return zg_fail_nomem(err);
  zg_status st = ZG_OK;
  s->lock_fd = s->read_only ? open(path, O_RDONLY | O_CLOEXEC)
                            : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (s->lock_fd < 0) {
    /* Reading goes without it: the directory may be on a read-only disk. */
    if (!s->read_only)
      st = zg_fail_file(err, "open", path);
  } else if (flock(s->lock_fd, (s->read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) !=
             0) {
    st = errno == EWOULDBLOCK
             ? zg_fail(err, ZG_CONFLICT, "directory_locked", "",
                       "%s: another process holds this data directory", s->dir)
             : zg_fail_file(err, "lock", path);
  }
  free(path);
  return st;
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

static zg_status new_uuid(char out[ZG_MANIFEST_UUID], zg_error *err) {
  unsigned char b[16];
  if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
    return zg_fail_file(err, "read", "random numbers");
  b[6] = (unsigned char)((b[6] & 0x0F) | 0x40); /* RFC 9562, version 4 */
  b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
  for (int i = 0, at = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      out[at++] = '-';
    at += snprintf(out + at, 3, "%02x", b[i]);
  }
  return ZG_OK;
}

static zg_status fill_new(zg_store *s, const char *path, zg_error *err) {
  zg_manifest m = {.generation = 1, .next = 1, .name = 1};
  m.dead = roaring_bitmap_create();
  zg_status st = m.dead ? new_uuid(m.uuid, err) : zg_fail_nomem(err);
  if (!st && mkdir(path, 0700) != 0)
    st = zg_fail_file(err, "create", path);
  zg_crash_point(s, "creating");
  if (!st)
    st = zg_manifest_write(path, &m, err);
  if (!st)
    st = zg_manifest_install(path, err);
  zg_manifest_free(&m);
  return st ? st : zg_sync_directory(path, err);
}

/* Made aside and renamed when it is whole: a kill in between would leave what
 * looks like a damaged index, which is never created over. */
static zg_status create_index(zg_store *s, zg_error *err) {
  char *path = zg_path_join(s->dir, "index.new");
  if (!path)
    return zg_fail_nomem(err);
  zg_remove_flat(path); /* of a creation that was killed */
  zg_status st = fill_new(s, path, err);
  if (!st && rename(path, s->index_path) != 0)
    st = zg_fail_file(err, "rename", path);
  if (!st)
    st = zg_sync_directory(s->dir, err);
  free(path);
  return st;
}

/* ---- opening it ---- */

static bool is_named(const zg_manifest *m, const char *name) {
  for (size_t i = 0; i < m->n_segments; i++)
    if (strcmp(m->segments[i].name, name) == 0)
      return true;
  return strcmp(name, "MANIFEST") == 0;
}

/* What a kill left. */
static void remove_others(const zg_store *s, const zg_manifest *m) {
  DIR *d = opendir(s->index_path);
  for (struct dirent *e; d && (e = readdir(d));) {
    if (e->d_name[0] == '.' || is_named(m, e->d_name))
      continue;
    char *path = zg_path_join(s->index_path, e->d_name);
    if (path)
      zg_segment_remove(path);
    free(path);
  }
  if (d)
    closedir(d);
}

static zg_status open_segments(zg_store *s, zg_manifest *m, zg_error *err) {
  size_t n = 0;
  zg_segment **a = calloc(m->n_segments + 1, sizeof *a);
  zg_status st = a ? ZG_OK : zg_fail_nomem(err);
  for (; n < m->n_segments && !st; n += !st) {
    const zg_manifest_entry *e = &m->segments[n];
    st = zg_segment_open(&a[n], s->index_path, e->name, e->first, e->last,
                         e->documents, ZG_READERS(s), err);
  }
  if (!st) {
    s->segments = zg_segments_splice(NULL, 0, 0, a, n, m->dead);
    m->dead = NULL;
    if (!s->segments)
      st = zg_fail_nomem(err);
  }
  for (size_t i = 0; i < n; i++)
    zg_segment_unref(a[i]);
  free(a);
  return st;
}

static zg_status open_index(zg_store *s, zg_error *err) {
  zg_manifest m;
  zg_status st = zg_store_upgrade(s, err);
  if (!st && !s->read_only && is_empty(s->index_path))
    st = create_index(s, err);
  if (!st)
    st = zg_manifest_read(&m, s->index_path, err);
  if (st == ZG_NOT_FOUND)
    return zg_fail(err, s->read_only ? ZG_IO : ZG_CORRUPT,
                   s->read_only ? "io_error" : "corrupt_index", "",
                   "%s/MANIFEST is missing", s->index_path);
  if (st)
    return st;
  if (!s->read_only)
    remove_others(s, &m);
  snprintf(s->uuid, sizeof s->uuid, "%s", m.uuid);
  s->generation = m.generation;
  s->next = m.next;
  atomic_init(&s->name, m.name);
  st = open_segments(s, &m, err);
  zg_manifest_free(&m);
  return st;
}

/* ---- a new manifest ---- */

static zg_status put_manifest(zg_store *s, const zg_segments *l,
                              uint64_t generation, uint32_t next,
                              const char *point, zg_error *err) {
  (void)point;
  zg_manifest m = {.generation = generation,
                   .next = next,
                   .name = atomic_load(&s->name),
                   .n_segments = l->n,
                   .dead = l->dead};
  snprintf(m.uuid, sizeof m.uuid, "%s", s->uuid);
  m.segments = calloc(l->n + 1, sizeof *m.segments);
  if (!m.segments)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < l->n; i++) {
    zg_manifest_entry *e = &m.segments[i];
    *e = (zg_manifest_entry){.first = l->at[i]->first,
                             .last = l->at[i]->last,
                             .documents = l->at[i]->documents};
    snprintf(e->name, sizeof e->name, "%s", l->at[i]->name);
  }
  zg_status st = zg_fail_point(s, point)
                     ? zg_fail(err, ZG_NO_SPACE, "no_space", "",
                               "index: no space (on purpose)")
                     : zg_manifest_write(s->index_path, &m, err);
  free(m.segments);
  return st;
}

zg_status zg_store_install(zg_store *s, zg_segments *segments,
                           uint64_t generation, uint32_t next,
                           const zg_install_points *points, bool *landed,
                           zg_error *err) {
  *landed = false;
  zg_crash_point(s, points->before);
  zg_status st =
      put_manifest(s, segments, generation, next, points->commit, err);
  if (!st) /* what the manifest names is there before the manifest is */
    st = zg_sync_directory(s->index_path, err);
  if (!st)
    st = zg_manifest_install(s->index_path, err);
  if (st) {
    zg_segments_unref(segments);
    return st;
  }
  zg_crash_point(s, points->after);
  *landed = true;
  zg_segments_unref(s->segments);
  s->segments = segments;
  s->generation = generation;
  s->next = next;
  /* Until the directory is synced a power cut may take the rename back. */
  zg_crash_point(s, points->synced);
  st = zg_fail_point(s, points->fsync)
           ? zg_fail(err, ZG_IO, "io_error", "", "cannot sync (on purpose)")
           : zg_sync_directory(s->index_path, err);
  return st ? zg_store_failed(s, err) : ZG_OK;
}

/* Does the forward store have the record of this document, and not another? */
static zg_status has_record(const zg_store *s, const zg_forward_view *view,
                            uint32_t docid, bool *yes, zg_error *err) {
  char *block = NULL;
  size_t n;
  zg_status st = zg_rebuild_record(s->segments, ZG_WRITER(s), view, docid,
                                   &block, &n, err);
  free(block);
  *yes = !st;
  return st == ZG_CORRUPT ? ZG_OK : st;
}

/* Forward files of another index, or of documents that were numbered anew, have
 * the records of others: then both the first and the last are wrong. */
static zg_status check_numbers(zg_store *s, const roaring_bitmap_t *live,
                               bool *complete, zg_error *err) {
  zg_forward_view *view = NULL;
  bool first = true, last = true;
  if (!*complete || roaring_bitmap_is_empty(live))
    return ZG_OK;
  zg_status st = zg_forward_publish(s->forward, &view, err);
  if (!st)
    st = has_record(s, view, roaring_bitmap_minimum(live), &first, err);
  if (!st && !first)
    st = has_record(s, view, roaring_bitmap_maximum(live), &last, err);
  *complete = first || last;
  zg_forward_view_unref(view);
  return st;
}

static zg_status open_forward(zg_store *s, zg_error *err) {
  bool complete;
  const roaring_bitmap_t *live = zg_table_all(s->findings);
  zg_status st = zg_forward_open(&s->forward, s->dir, s->uuid, !s->read_only,
                                 live, &complete, err);
  if (!st)
    st = check_numbers(s, live, &complete, err);
  if (st)
    return st;
  if (complete && zg_forward_wasteful(s->forward)) {
    st = zg_forward_compact(s->forward, live, err);
    if (st == ZG_CORRUPT)
      complete = false;
    else if (st != ZG_OK && st != ZG_NO_SPACE) /* no space: some other time */
      return st;
  }
  return complete ? ZG_OK : zg_rebuild_forward(s, s->forward, live, err);
}

static zg_status recover(zg_store *s, zg_error *err) {
  zg_status st = zg_image_load_tables(s, err);
  if (!st)
    st = open_forward(s, err);
  return st ? st : zg_writer_publish(s, err);
}

static void store_free(zg_store *s) {
  if (!s)
    return;
  zg_snapshot_release(s->current);
  zg_segments_unref(s->segments);
  zg_keys_free(s->keys);
  zg_forward_free(s->forward);
  zg_table_unref(s->findings);
  zg_table_unref(s->bulletins);
  zg_table_dicts_free(s->dicts);
  zg_vocabularies_free(s->vocabularies);
  zg_cache_free(s->cache);
  if (s->lock_fd >= 0)
    close(s->lock_fd);
  pthread_mutex_destroy(&s->apply);
  pthread_mutex_destroy(&s->lock);
  pthread_cond_destroy(&s->wake);
  pthread_cond_destroy(&s->merge);
  pthread_cond_destroy(&s->merged);
  free(s->dir);
  free(s->index_path);
  free(s);
}

zg_status zg_store_open(zg_store **out, const zg_normaliser *nz,
                        const zg_store_options *opt, zg_error *err) {
  *out = NULL;
  zg_store *s = store_new(nz, opt);
  if (!s || !s->dir || !s->index_path || !s->cache || !s->vocabularies ||
      !s->keys) {
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
    s->merger_started =
        !st && !s->no_merger &&
        pthread_create(&s->merger, NULL, zg_merger_main, s) == 0;
    if (!st && !s->no_merger && !s->merger_started)
      st = zg_fail(err, ZG_INTERNAL, "internal", "",
                   "cannot start the merger thread");
  }
  if (st) {
    zg_store_close(s);
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
    pthread_cond_broadcast(&s->merge);
    pthread_cond_broadcast(&s->merged);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
  }
  if (s->merger_started)
    pthread_join(s->merger, NULL);
  if (s->started)
    zg_image_save_tables(s, true);
  store_free(s);
}

/* ---- statistics ---- */

void zg_store_stats_get(zg_store *s, zg_store_stats *out) {
  *out = (zg_store_stats){0};
  zg_snapshot *snap = zg_store_pin(s);
  out->generation = snap->generation;
  out->segments = snap->segments->n;
  out->index_bytes = zg_segments_bytes(snap->segments);
  zg_snapshot_release(snap);
  zg_cache_counters cache;
  zg_cache_count(s->cache, &cache);
  out->cache_bytes = cache.bytes;
  out->cache_limit = cache.limit;
  out->cache_hits = cache.hits;
  out->cache_carried = cache.carried;
  out->cache_misses = cache.misses;
  pthread_mutex_lock(&s->lock);
  out->commits = s->commits;
  out->merges = s->merges;
  out->queue_items = s->queue_items;
  out->queue_bytes = s->queue_bytes;
  out->forward_bytes = s->forward_bytes;
  out->failed = s->failed;
  pthread_mutex_unlock(&s->lock);
}
