#include "index/segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/files.h"

/* ---- files ---- */

void zg_segment_remove(const char *path) {
  if (unlink(path) == 0 || (errno != EISDIR && errno != EPERM))
    return;
  zg_remove_flat(path);
}

zg_status zg_segment_sync(const char *path, zg_error *err) {
  struct stat st;
  if (stat(path, &st) != 0)
    return zg_fail_file(err, "find", path);
  if (S_ISDIR(st.st_mode))
    return zg_sync_flat(path, err);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return zg_fail_file(err, "open", path);
  zg_status status = fsync(fd) == 0 ? ZG_OK : zg_fail_file(err, "sync", path);
  close(fd);
  return status;
}

/* ---- one segment ---- */

void zg_segment_unref(zg_segment *s) {
  if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
    return;
  for (unsigned i = 0; i < s->n_readers; i++) {
    zg_xreader_close(s->readers[i].reader);
    pthread_mutex_destroy(&s->readers[i].lock);
  }
  if (s->path && atomic_load(&s->doomed))
    zg_segment_remove(s->path);
  free(s->path);
  free(s);
}

static zg_status open_readers(zg_segment *s, unsigned n, zg_error *err) {
  for (unsigned i = 0; i < n && i < ZG_SEGMENT_READERS; i++) {
    zg_status st = zg_xreader_open(&s->readers[i].reader, s->path, err);
    if (st)
      return st;
    pthread_mutex_init(&s->readers[i].lock, NULL);
    s->n_readers = i + 1;
  }
  return ZG_OK;
}

zg_xreader *zg_segment_reader(const zg_segment *s, unsigned worker) {
  unsigned i = worker % s->n_readers;
  pthread_mutex_lock((pthread_mutex_t *)&s->readers[i].lock);
  return s->readers[i].reader;
}

void zg_segment_give_back(const zg_segment *s, unsigned worker) {
  unsigned i = worker % s->n_readers;
  pthread_mutex_unlock((pthread_mutex_t *)&s->readers[i].lock);
}

static zg_status expect(const zg_segment *s, zg_error *err) {
  uint32_t documents = 0, last = 0;
  zg_status st =
      zg_xreader_doccount(s->readers[0].reader, &documents, &last, err);
  if (!st && (documents != s->documents || last > s->last))
    st = zg_fail(err, ZG_CORRUPT, "corrupt_index", "",
                 "%s: %u documents up to %u, not %u up to %u", s->path,
                 documents, last, s->documents, s->last);
  return st;
}

zg_status zg_segment_open(zg_segment **out, const char *dir, const char *name,
                          uint32_t first, uint32_t last, uint32_t documents,
                          unsigned readers, zg_error *err) {
  *out = NULL;
  zg_segment *s = calloc(1, sizeof *s);
  if (!s)
    return zg_fail_nomem(err);
  atomic_init(&s->refs, 1);
  snprintf(s->name, sizeof s->name, "%s", name);
  s->first = first;
  s->last = last;
  s->documents = documents;
  zg_status st = ZG_OK;
  if (asprintf(&s->path, "%s/%s", dir, name) < 0) {
    s->path = NULL;
    st = zg_fail_nomem(err);
  }
  if (!st)
    st = open_readers(s, readers, err);
  if (!st)
    st = expect(s, err);
  if (st) {
    zg_segment_unref(s);
    return st;
  }
  s->bytes = zg_file_bytes(s->path);
  *out = s;
  return ZG_OK;
}

/* ---- the list ---- */

zg_segments *zg_segments_splice(const zg_segments *base, size_t from, size_t to,
                                zg_segment *const *others, size_t n,
                                roaring_bitmap_t *dead_take) {
  size_t have = base ? base->n : 0, k = 0;
  zg_segments *l =
      dead_take ? calloc(1, sizeof *l + (have + n) * sizeof l->at[0]) : NULL;
  if (!l) {
    if (dead_take)
      roaring_bitmap_free(dead_take);
    return NULL;
  }
  atomic_init(&l->refs, 1);
  l->dead = dead_take;
  for (size_t i = 0; i < from; i++)
    l->at[k++] = base->at[i];
  for (size_t i = 0; i < n; i++)
    l->at[k++] = others[i];
  for (size_t i = to; i < have; i++)
    l->at[k++] = base->at[i];
  for (l->n = 0; l->n < k; l->n++)
    atomic_fetch_add_explicit(&l->at[l->n]->refs, 1, memory_order_relaxed);
  return l;
}

zg_segments *zg_segments_ref(zg_segments *l) {
  atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
  return l;
}

void zg_segments_unref(zg_segments *l) {
  if (!l || atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) != 1)
    return;
  for (size_t i = 0; i < l->n; i++)
    zg_segment_unref(l->at[i]);
  if (l->dead)
    roaring_bitmap_free(l->dead);
  free(l);
}

zg_segment *zg_segments_of(const zg_segments *l, uint32_t docid) {
  size_t low = 0, high = l->n;
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    if (l->at[mid]->last < docid)
      low = mid + 1;
    else
      high = mid;
  }
  return low < l->n && l->at[low]->first <= docid ? l->at[low] : NULL;
}

uint64_t zg_segments_bytes(const zg_segments *l) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < l->n; i++)
    bytes += l->at[i]->bytes;
  return bytes;
}

/* ---- reading ---- */

static bool has_dead(const zg_segments *l, const zg_segment *s) {
  return roaring_bitmap_range_cardinality(l->dead, s->first,
                                          (uint64_t)s->last + 1) != 0;
}

/* Appends a block to what has been found; takes it. */
static zg_status append(void **all, size_t *n_all, void *block_take, size_t n,
                        size_t size, zg_error *err) {
  if (n == 0 || *n_all == 0) {
    if (n) {
      free(*all);
      *all = block_take;
      *n_all = n;
    } else {
      free(block_take);
    }
    return ZG_OK;
  }
  char *p = realloc(*all, (*n_all + n) * size);
  if (p) {
    memcpy(p + *n_all * size, block_take, n * size);
    *all = p;
    *n_all += n;
  }
  free(block_take);
  return p ? ZG_OK : zg_fail_nomem(err);
}

zg_status zg_segments_postings(const zg_segments *l, unsigned worker,
                               zg_str term, uint32_t **docids, size_t *n,
                               zg_error *err) {
  void *all = NULL;
  zg_status st = ZG_OK;
  *n = 0;
  for (size_t i = 0; i < l->n && !st; i++) {
    uint32_t *a = NULL;
    size_t k = 0, live = 0;
    zg_xreader *r = zg_segment_reader(l->at[i], worker);
    st = zg_xreader_postings(r, term, &a, &k, err);
    zg_segment_give_back(l->at[i], worker);
    if (!st && k && has_dead(l, l->at[i])) {
      for (size_t j = 0; j < k; j++)
        if (!roaring_bitmap_contains(l->dead, a[j]))
          a[live++] = a[j];
      k = live;
    }
    if (!st)
      st = append(&all, n, a, k, sizeof *a, err);
  }
  if (st) {
    free(all);
    all = NULL;
    *n = 0;
  }
  *docids = all;
  return st;
}

zg_status zg_segments_counts(const zg_segments *l, unsigned worker, zg_str term,
                             uint32_t from, zg_xposting **out, size_t *n,
                             zg_error *err) {
  void *all = NULL;
  zg_status st = ZG_OK;
  *n = 0;
  for (size_t i = 0; i < l->n && !st; i++) {
    zg_xposting *a = NULL;
    size_t k = 0, live = 0;
    if (l->at[i]->last < from)
      continue;
    zg_xreader *r = zg_segment_reader(l->at[i], worker);
    st = zg_xreader_counts(r, term, from, &a, &k, err);
    zg_segment_give_back(l->at[i], worker);
    if (!st && k && has_dead(l, l->at[i])) {
      for (size_t j = 0; j < k; j++)
        if (!roaring_bitmap_contains(l->dead, a[j].docid))
          a[live++] = a[j];
      k = live;
    }
    if (!st)
      st = append(&all, n, a, k, sizeof *a, err);
  }
  if (st) {
    free(all);
    all = NULL;
    *n = 0;
  }
  *out = all;
  return st;
}

zg_status zg_segments_counts_in(const zg_segments *l, unsigned worker,
                                zg_str term, const uint32_t *docids, size_t n,
                                uint32_t *counts, zg_error *err) {
  size_t at = 0;
  for (size_t i = 0; i < l->n; i++) {
    size_t to = at;
    while (to < n && docids[to] <= l->at[i]->last)
      to++;
    if (to == at)
      continue;
    zg_xreader *r = zg_segment_reader(l->at[i], worker);
    zg_status st =
        zg_xreader_counts_in(r, term, docids + at, to - at, counts + at, err);
    zg_segment_give_back(l->at[i], worker);
    if (st)
      return st;
    at = to;
  }
  for (; at < n; at++)
    counts[at] = 0;
  return ZG_OK;
}

/* Of one segment, without the dead. */
static zg_status freq_in(const zg_segments *l, const zg_segment *s,
                         zg_xreader *r, zg_str term, uint32_t *freq,
                         zg_error *err) {
  uint32_t *a = NULL;
  size_t n = 0;
  zg_status st = zg_xreader_termfreq(r, term, freq, err);
  if (st || !*freq || !has_dead(l, s))
    return st;
  st = zg_xreader_postings(r, term, &a, &n, err);
  for (size_t i = 0; !st && i < n; i++)
    *freq -= roaring_bitmap_contains(l->dead, a[i]);
  free(a);
  return st;
}

zg_status zg_segments_freq(const zg_segments *l, unsigned worker, zg_str term,
                           uint32_t *out, zg_error *err) {
  uint32_t sum = 0;
  zg_status st = ZG_OK;
  for (size_t i = 0; i < l->n && !st; i++) {
    uint32_t freq = 0;
    zg_xreader *r = zg_segment_reader(l->at[i], worker);
    st = freq_in(l, l->at[i], r, term, &freq, err);
    zg_segment_give_back(l->at[i], worker);
    sum += freq;
  }
  *out = st ? 0 : sum;
  return st;
}

zg_status zg_segments_terms(const zg_segments *l, unsigned worker,
                            zg_str prefix, zg_str after, size_t cap,
                            zg_xterm **out, size_t *n, zg_error *err) {
  *out = NULL;
  *n = 0;
  zg_xreader **readers = calloc(l->n + 1, sizeof *readers);
  if (!readers)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < l->n; i++) /* always in this order: no deadlock */
    readers[i] = zg_segment_reader(l->at[i], worker);
  zg_status st =
      zg_xreaders_terms(readers, l->n, prefix, after, cap, out, n, err);
  for (size_t i = 0; i < l->n; i++)
    zg_segment_give_back(l->at[i], worker);
  free(readers);
  return st;
}

zg_status zg_segments_data(const zg_segments *l, unsigned worker,
                           uint32_t docid, char **out, size_t *n,
                           zg_error *err) {
  zg_segment *s = zg_segments_of(l, docid);
  *out = NULL;
  *n = 0;
  if (!s || roaring_bitmap_contains(l->dead, docid))
    return zg_fail(err, ZG_NOT_FOUND, "document_not_found", "",
                   "there is no document %u", docid);
  zg_status st =
      zg_xreader_data(zg_segment_reader(s, worker), docid, out, n, err);
  zg_segment_give_back(s, worker);
  return st;
}
