/* Segments into fewer: Xapian copies the blocks of several databases into one
 * (documents keep their numbers), beside the writer and on a low priority.
 *
 * Sizes go by powers of eight.  As many neighbours of a size as make one of the
 * next are merged; so a document is written about log8(all) times, and about
 * seven segments of each size are there at most.  Beyond ZG_MERGE_DOCS nothing
 * is merged any more: it would take long and save little.  When the dead are
 * more than the living, the documents are written anew from their records, for
 * Xapian's copy has them all.
 */
#include "index/build.h"
#include "index/store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "index/files.h"
#include "index/record.h"

#define FAN 8
#define IDLE_FAN 2
#define IDLE_MS 1000
#define RETRY_MS 5000
#define ZG_MERGE_DOCS 300000
#define NICE 10

/* ---- which ---- */

static unsigned size_class(uint32_t documents) {
  unsigned c = 0;
  for (; documents >= FAN; documents /= FAN)
    c++;
  return c;
}

/* The last run of at least `fan` neighbours of at most size class `c`, as many
 * as stay below the bound; the biggest is not written again for less than its
 * own size. */
static bool run_of(const zg_segments *l, unsigned c, size_t fan, size_t *from,
                   size_t *to) {
  for (size_t end = l->n; end > 0;) {
    size_t at = end;
    uint64_t documents = 0, biggest = 0;
    while (at > 0 && size_class(l->at[at - 1]->documents) <= c &&
           documents + l->at[at - 1]->documents <= ZG_MERGE_DOCS) {
      uint64_t one = l->at[--at]->documents;
      documents += one;
      biggest = one > biggest ? one : biggest;
    }
    if (end - at >= fan && documents >= 2 * biggest) {
      *from = at;
      *to = end;
      return true;
    }
    end = at < end ? at : end - 1;
  }
  return false;
}

static uint64_t dead_in(const zg_segments *l, const zg_segment *s) {
  return roaring_bitmap_range_cardinality(l->dead, s->first,
                                          (uint64_t)s->last + 1);
}

bool zg_merge_choose(const zg_segments *l, bool idle, size_t *from,
                     size_t *to) {
  for (size_t i = 0; i < l->n; i++)
    if (dead_in(l, l->at[i]) * 2 > l->at[i]->documents) {
      *from = i;
      *to = i + 1;
      return true;
    }
  for (unsigned c = 0; c <= size_class(ZG_MERGE_DOCS); c++)
    if (run_of(l, c, idle ? IDLE_FAN : FAN, from, to))
      return true;
  return false;
}

/* ---- copying ---- */

static zg_status copy_blocks(const zg_segments *l, size_t from, size_t to,
                             const char *path, zg_error *err) {
  const char **paths = calloc(to - from, sizeof *paths);
  if (!paths)
    return zg_fail_nomem(err);
  for (size_t i = from; i < to; i++)
    paths[i - from] = l->at[i]->path;
  zg_status st = zg_xindex_merge(paths, to - from, path, err);
  free(paths);
  return st ? st : zg_segment_sync(path, err);
}

/* ---- writing anew ---- */

typedef struct rewriting {
  zg_store *s;
  const zg_segments *l;
  zg_xreader *reader;
  const zg_forward_view *view;
  zg_analyser *a;
  zg_arena *arena;
  zg_xbuilder *to;
} rewriting;

static zg_status prepare(rewriting *w, zg_prepared *out, char **block,
                         uint32_t docid, zg_error *err) {
  zg_finding *f = NULL;
  zg_bulletin *b = NULL;
  char *data = NULL;
  size_t n = 0;
  zg_status st = zg_xreader_data(w->reader, docid, &data, &n, err);
  if (!st && n == ZG_RECORD_HEAD) {
    st = zg_forward_view_record(w->view, docid, block, &n, err);
    if (!st && (n < ZG_RECORD_HEAD || memcmp(*block, data, ZG_RECORD_HEAD)))
      st = zg_fail(err, ZG_CORRUPT, "corrupt_forward", "",
                   "forward.dat: what it has of document %u is not its record",
                   docid);
    free(data);
    if (!st)
      st = zg_record_get_finding(&f, w->arena, (zg_str){*block, n}, err);
    return st ? st : zg_prepare_finding(out, w->arena, w->a, f, err);
  }
  *block = data;
  if (!st)
    st = zg_record_get_bulletin(&b, w->arena, (zg_str){data, n}, err);
  return st ? st : zg_prepare_bulletin(out, w->arena, b, err);
}

static zg_status write_one(rewriting *w, uint32_t docid, zg_error *err) {
  zg_prepared p;
  char *block = NULL;
  zg_arena_reset(w->arena);
  zg_status st = prepare(w, &p, &block, docid, err);
  if (!st)
    st = zg_xbuilder_add(w->to, docid, &p.doc, err);
  free(block);
  return st;
}

/* Minutes may be left to do: a store that closes does not wait for them. */
static zg_status go_on(rewriting *w, zg_error *err) {
  pthread_mutex_lock(&w->s->lock);
  bool stop = w->s->stop;
  pthread_mutex_unlock(&w->s->lock);
  return stop ? zg_fail(err, ZG_BUSY, "shutting_down", "",
                        "the store is closing")
              : ZG_OK;
}

static zg_status write_segment(rewriting *w, const zg_segment *s,
                               const char *path, uint32_t *written,
                               zg_error *err) {
  zg_xposting *docs = NULL;
  size_t n = 0;
  zg_status st = zg_xreader_open(&w->reader, s->path, err);
  if (!st)
    st = zg_xreader_lengths(w->reader, &docs, &n, err);
  for (size_t i = 0; i < n && !st; i++) {
    if (roaring_bitmap_contains(w->l->dead, docs[i].docid))
      continue;
    st = go_on(w, err);
    if (!st && !w->to)
      st = zg_xbuilder_new(&w->to, path, err);
    if (!st)
      st = write_one(w, docs[i].docid, err);
    *written += !st;
  }
  free(docs);
  zg_xreader_close(w->reader);
  w->reader = NULL;
  return st;
}

static zg_status write_anew(zg_store *s, const zg_segments *l, size_t from,
                            size_t to, const zg_forward_view *view,
                            zg_analyser *a, const char *path, uint32_t *written,
                            zg_error *err) {
  rewriting w = {
      .s = s, .l = l, .view = view, .a = a, .arena = zg_arena_new(1 << 16)};
  zg_status st = w.arena ? ZG_OK : zg_fail_nomem(err);
  for (size_t i = from; i < to && !st; i++)
    st = write_segment(&w, l->at[i], path, written, err);
  if (!st && w.to)
    st = zg_xbuilder_finish(w.to, err);
  else
    zg_xbuilder_drop(w.to);
  zg_arena_free(w.arena);
  return st || !*written ? st : zg_segment_sync(path, err);
}

zg_status zg_merge_run(zg_store *s, const zg_segments *l, size_t from,
                       size_t to, bool anew, const zg_forward_view *view,
                       zg_analyser *a, zg_segment **out, zg_error *err) {
  char name[ZG_SEGMENT_NAME];
  uint32_t documents = 0;
  *out = NULL;
  snprintf(name, sizeof name, "%llu",
           (unsigned long long)atomic_fetch_add(&s->name, 1));
  char *path = zg_path_join(s->index_path, name);
  if (!path)
    return zg_fail_nomem(err);
  zg_status st;
  if (anew) {
    st = write_anew(s, l, from, to, view, a, path, &documents, err);
  } else {
    for (size_t i = from; i < to; i++)
      documents += l->at[i]->documents;
    st = copy_blocks(l, from, to, path, err);
  }
  if (!st && documents)
    st = zg_segment_open(out, s->index_path, name, l->at[from]->first,
                         l->at[to - 1]->last, documents, ZG_READERS(s), err);
  if (st)
    zg_segment_remove(path);
  free(path);
  return st;
}

/* ---- taking effect ---- */

static roaring_bitmap_t *dead_after(const zg_segments *now,
                                    const zg_segment *first,
                                    const zg_segment *last,
                                    const roaring_bitmap_t *dead) {
  roaring_bitmap_t *left = roaring_bitmap_copy(now->dead);
  roaring_bitmap_t *gone = dead ? roaring_bitmap_copy(dead) : NULL;
  if (left && gone) { /* those of the run that were not written */
    roaring_bitmap_remove_range(gone, 0, first->first);
    roaring_bitmap_remove_range(gone, (uint64_t)last->last + 1,
                                (uint64_t)UINT32_MAX + 1);
    roaring_bitmap_andnot_inplace(left, gone);
  }
  if (gone)
    roaring_bitmap_free(gone);
  return left;
}

static const zg_install_points merge_points = {
    "before_exchange", "after_exchange", "before_merge_fsync", "merge",
    "merge_fsync"};

zg_status zg_merge_install(zg_store *s, const zg_segment *first, size_t n,
                           zg_segment *merged, const roaring_bitmap_t *dead,
                           zg_error *err) {
  zg_segments *now = zg_segments_ref(s->segments);
  size_t at = 0;
  bool landed = false;
  if (zg_store_is_failed(s)) {
    zg_segments_unref(now);
    if (merged)
      atomic_store(&merged->doomed, true);
    return zg_fail(err, ZG_IO, "store_failed", "",
                   "the store is read-only until a restart");
  }
  while (at < now->n && now->at[at] != first)
    at++;
  if (at == now->n) { /* somebody else has merged it */
    zg_segments_unref(now);
    if (merged)
      atomic_store(&merged->doomed, true);
    zg_status shown = zg_writer_publish(s, err); /* it could not, perhaps */
    return shown ? shown
                 : zg_fail(err, ZG_MODIFIED, "index_modified", "",
                           "the segments were merged meanwhile");
  }
  roaring_bitmap_t *left = dead_after(now, first, now->at[at + n - 1], dead);
  zg_segments *next =
      left ? zg_segments_splice(now, at, at + n, &merged, merged != NULL, left)
           : NULL;
  zg_status st = next ? zg_store_install(s, next, s->generation, s->next,
                                         &merge_points, &landed, err)
                      : zg_fail_nomem(err);
  if (landed && !st)
    for (size_t i = at; i < at + n; i++)
      atomic_store(&now->at[i]->doomed, true);
  else if (!landed && merged)
    atomic_store(&merged->doomed, true);
  if (!st)
    st = zg_writer_publish(s, err); /* if not now, then with the next commit */
  zg_segments_unref(now);
  return st;
}

/* ---- the thread ---- */

static zg_status merge(zg_store *s, size_t from, size_t to, zg_snapshot *snap,
                       zg_analyser *a, zg_error *err) {
  const zg_segments *l = snap->segments;
  zg_segment *merged = NULL;
  uint64_t documents = 0, dead = 0;
  for (size_t i = from; i < to; i++) {
    documents += l->at[i]->documents;
    dead += dead_in(l, l->at[i]);
  }
  bool anew = dead * 2 > documents;
  zg_status st =
      zg_merge_run(s, l, from, to, anew, snap->forward, a, &merged, err);
  zg_crash_point(s, "merged");
  if (!st) {
    pthread_mutex_lock(&s->apply);
    st = zg_merge_install(s, l->at[from], to - from, merged,
                          anew ? l->dead : NULL, err);
    pthread_mutex_unlock(&s->apply);
  }
  zg_segment_unref(merged);
  return st;
}

/* Under the lock: waits for the next commit or, if something could be done
 * then, until the store has been idle.  False: the store is closing. */
static bool wait_for_work(zg_store *s, uint64_t generation, bool *idle,
                          long ms) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += ms / 1000;
  *idle = false;
  while (!s->stop && s->current->generation == generation && !*idle)
    *idle = ms ? pthread_cond_timedwait(&s->merge, &s->lock, &until) != 0
               : (pthread_cond_wait(&s->merge, &s->lock), false);
  return !s->stop;
}

/* The searches and the writer come first. */
static void be_nice(void) {
  setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
}

void *zg_merger_main(void *store) {
  zg_store *s = store;
  zg_analyser *a = NULL;
  zg_error err = ZG_ERROR_INIT;
  bool idle = false, failed = false;
  be_nice();
  if (zg_analyser_new(&a, s->nz, &err))
    return NULL;        /* no memory: searches are slower, nothing else */
  uint64_t settled = 0; /* generation for which nothing is left to be done */
  for (bool go = true; go;) {
    size_t from, to;
    zg_snapshot *snap = zg_store_pin(s);
    uint64_t generation = snap->generation;
    bool found = !zg_store_is_failed(s) &&
                 zg_merge_choose(snap->segments, idle, &from, &to);
    if (found) {
      failed = merge(s, from, to, snap, a, &err) != ZG_OK;
    } else if (idle) {
      zg_image_save_tables(s, false);
      settled = generation;
    }
    zg_snapshot_release(snap);
    pthread_mutex_lock(&s->lock);
    if (found && !failed) {
      s->merges++;
      pthread_cond_broadcast(&s->merged);
      go = !s->stop;
    } else {
      go = wait_for_work(s, generation, &idle,
                         failed                  ? RETRY_MS
                         : generation != settled ? IDLE_MS
                                                 : 0);
      failed = false;
    }
    pthread_mutex_unlock(&s->lock);
  }
  zg_analyser_free(a);
  return NULL;
}

#define AWAIT_MS 2000

/* Of more documents than ZG_SEGMENTS_MAX segments have there may be more: then
 * there is nothing to wait for. */
static bool is_behind(const zg_store *s) {
  size_t from, to;
  const zg_segments *l = s->current->segments;
  return !s->no_merger && l->n >= ZG_SEGMENTS_MAX &&
         zg_merge_choose(l, false, &from, &to);
}

void zg_merger_await(zg_store *s) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += AWAIT_MS / 1000;
  pthread_mutex_lock(&s->lock);
  while (is_behind(s) && !s->stop &&
         pthread_cond_timedwait(&s->merged, &s->lock, &until) == 0)
    ;
  pthread_mutex_unlock(&s->lock);
}
