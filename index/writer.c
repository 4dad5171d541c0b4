/* The writer thread: the only one that changes the index. */
#include "index/build.h"
#include "index/store_private.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A transaction under way. */
typedef struct txn {
  zg_store *s;
  zg_table_builder *findings, *bulletins;
  zg_build_doc *docs; /* what it adds, docids ascending */
  size_t n, cap;
  uint32_t next;          /* docid */
  roaring_bitmap_t *dead; /* what is dead after it; NULL: as before */
  zg_snapshot *before;    /* pinned when records are looked at */
  bool changed, landed;   /* landed: it is in the index, durable or not */
} txn;

/* ---- one item ---- */

/* Live documents under a term, ascending; a malloc'd block. */
static zg_status find(txn *t, const char *prefix, zg_str id, uint32_t **docids,
                      size_t *n, zg_error *err) {
  char term[256];
  size_t live = 0;
  zg_status st = zg_segments_postings(t->s->segments, ZG_WRITER(t->s),
                                      zg_prepare_id_term(term, prefix, id),
                                      docids, n, err);
  for (size_t i = 0; i < *n; i++) /* the transaction has removed some */
    if (!t->dead || !roaring_bitmap_contains(t->dead, (*docids)[i]))
      (*docids)[live++] = (*docids)[i];
  *n = live;
  return st;
}

/* Removes every document under a term. */
static zg_status delete_term(txn *t, const char *prefix, zg_str id,
                             size_t *count, zg_error *err) {
  uint32_t *docids = NULL;
  size_t n = 0;
  zg_status st = find(t, prefix, id, &docids, &n, err);
  if (!st && n && !t->dead &&
      !(t->dead = roaring_bitmap_copy(t->s->segments->dead)))
    st = zg_fail_nomem(err);
  for (size_t i = 0; i < n && !st; i++) {
    st = zg_table_builder_remove(t->findings, docids[i], err);
    if (!st)
      st = zg_table_builder_remove(t->bulletins, docids[i], err);
    if (!st)
      roaring_bitmap_add(t->dead, docids[i]);
  }
  free(docids);
  if (n)
    t->changed = true;
  *count += n;
  return st;
}

/* As Xapian counts it (zg_xdoc_check: it fits). */
static uint32_t length_of(const zg_xdoc *doc) {
  uint32_t length = 0;
  for (size_t i = 0; i < doc->n_terms; i++)
    length += doc->terms[i].wdf;
  return length;
}

static zg_status add_build(txn *t, const zg_xdoc *doc, uint32_t *docid,
                           zg_error *err) {
  if (t->n == t->cap) {
    size_t cap = t->cap ? t->cap * 2 : 256;
    zg_build_doc *p = realloc(t->docs, cap * sizeof *p);
    if (!p)
      return zg_fail_nomem(err);
    t->docs = p;
    t->cap = cap;
  }
  if (t->next == UINT32_MAX)
    return zg_fail(err, ZG_TOO_LARGE, "index_full", "",
                   "all document numbers are used up");
  *docid = t->next++;
  t->docs[t->n++] = (zg_build_doc){*docid, doc};
  return ZG_OK;
}

static zg_status add_doc(txn *t, const zg_prepared *p, zg_error *err) {
  uint32_t docid = 0;
  zg_table_builder *b = p->bulletin ? t->bulletins : t->findings;
  zg_status st = add_build(t, &p->doc, &docid, err);
  if (st)
    return st;
  t->changed = true;
  st = zg_table_builder_add(b, docid, err);
  if (!st)
    st = zg_table_builder_length(b, docid, length_of(&p->doc), err);
  for (size_t i = 0; i < p->doc.n_values && !st; i++)
    st = zg_prepare_facet(b, docid, p->doc.values[i].slot,
                          p->doc.values[i].value, err);
  if (!st && !p->bulletin)
    st = zg_forward_append(t->s->forward, docid, p->forward, p->record, err);
  return st;
}

/* Id of a document from its first filter term, "QF" or "QB" and the id. */
static zg_str id_of(const zg_prepared *p) {
  zg_str term = p->doc.booleans[0];
  return (zg_str){term.p + 2, term.n - 2};
}

/* Is this document stored already?  An equal record has equal terms and
 * values, which are made from it. */
static zg_status holds(txn *t, const zg_prepared *p, bool *same,
                       zg_error *err) {
  const zg_segments *l = t->s->segments;
  uint32_t *docids = NULL;
  char *block = NULL;
  size_t n = 0, k = 0;
  zg_status st = find(t, p->bulletin ? "QB" : "QF", id_of(p), &docids, &n, err);
  *same = false;
  if (!st && n == 1) {
    if (!t->before)
      t->before = zg_store_pin(t->s);
    st = p->bulletin
             ? zg_segments_data(l, ZG_WRITER(t->s), docids[0], &block, &k, err)
             : zg_rebuild_record(l, ZG_WRITER(t->s), t->before->forward,
                                 docids[0], &block, &k, err);
    *same = !st && zg_str_eq((zg_str){block, k},
                             p->bulletin ? p->doc.data : p->record);
  }
  free(block);
  free(docids);
  return st == ZG_CORRUPT ? ZG_OK : st; /* then it is put again */
}

/* An import that was broken off is simply run again: what is there already is
 * left alone. */
static zg_status is_unchanged(txn *t, const item *it, bool *same,
                              zg_error *err) {
  uint32_t *docids = NULL;
  size_t n = 0;
  zg_status st = ZG_OK;
  *same = it->kind == ITEM_PUT_BULLETIN || it->kind == ITEM_PUT_FINDING;
  if (it->kind == ITEM_PUT_BULLETIN) {
    st = find(t, "XB", it->id, &docids, &n, err);
    *same = n + 1 == it->n_docs;
    free(docids);
  }
  for (size_t i = 0; i < it->n_docs && *same && !st; i++)
    st = holds(t, &it->docs[i], same, err);
  return st;
}

static zg_status put_item(txn *t, item *it, zg_error *err) {
  size_t old = 0, others = 0;
  zg_status st = is_unchanged(t, it, &it->result.unchanged, err);
  if (!st && it->result.unchanged) {
    it->result.replaced = true;
    return ZG_OK;
  }
  if (st)
    return st;
  /* An id that was put again has another document. */
  if (it->kind == ITEM_REWRITE_FINDING &&
      !zg_table_builder_has(t->findings, it->docid)) {
    it->result.replaced = false;
    return ZG_OK;
  }
  if (it->kind == ITEM_PUT_BULLETIN) {
    st = delete_term(t, "QB", it->id, &old, err);
    if (!st)
      st = delete_term(t, "XB", it->id, &old, err);
  } else {
    st = delete_term(t, "QF", it->id, &old, err);
  }
  for (size_t i = 0; i < it->n_docs && !st; i++) {
    /* A finding's id is unique, whichever bulletin had it before. */
    if (it->kind == ITEM_PUT_BULLETIN && i > 0)
      st = delete_term(t, "QF", id_of(&it->docs[i]), &others, err);
    if (!st)
      st = add_doc(t, &it->docs[i], err);
  }
  it->result.replaced = old > 0;
  return st;
}

static zg_status delete_item(txn *t, item *it, zg_error *err) {
  size_t own = 0, findings = 0;
  zg_status st;
  if (it->kind == ITEM_DELETE_BULLETIN) {
    st = delete_term(t, "QB", it->id, &own, err);
    if (!st)
      st = delete_term(t, "XB", it->id, &findings, err);
  } else {
    st = delete_term(t, "QF", it->id, &findings, err);
  }
  it->result.findings = findings;
  it->result.replaced = own + findings > 0;
  return st;
}

static bool is_put(const item *it) {
  return it->kind == ITEM_PUT_BULLETIN || it->kind == ITEM_PUT_FINDING ||
         it->kind == ITEM_REWRITE_FINDING;
}

static zg_status apply_item(txn *t, item *it, zg_error *err) {
#ifdef ZG_FAULTS
  size_t n = strlen(t->s->faults.item);
  if (n && it->id.n >= n && memcmp(it->id.p, t->s->faults.item, n) == 0)
    return zg_fail(err, ZG_INVALID, "refused", "id", "refused on purpose");
#endif
  return is_put(it) ? put_item(t, it, err) : delete_item(t, it, err);
}

/* ---- deciding ---- */

static void decide(item *it, zg_status st, const zg_error *err) {
  it->decided = true;
  it->result.status = st;
  if (st) {
    it->result.error = *err;
    it->result.findings = 0;
    it->result.replaced = it->result.unchanged = false;
  }
}

static void decide_all(item **items, size_t n, zg_status st,
                       const zg_error *err) {
  for (size_t i = 0; i < n; i++)
    if (!items[i]->decided)
      decide(items[i], st, err);
}

/* The transaction is durable: a delete that met nothing fails alone, and so
 * does the rewrite of what is no longer there. */
static void decide_done(item **items, size_t n) {
  zg_error err = ZG_ERROR_INIT;
  for (size_t i = 0; i < n; i++) {
    item *it = items[i];
    zg_status st = ZG_OK;
    if (it->kind == ITEM_REWRITE_FINDING && !it->result.replaced)
      st = zg_fail(&err, ZG_MODIFIED, "changed_meanwhile", "id",
                   "%.*s was changed or deleted meanwhile", (int)it->id.n,
                   it->id.p);
    else if (!is_put(it) && !it->result.replaced)
      st = zg_fail(&err, ZG_NOT_FOUND, "not_found", "id",
                   "there is no such id: %.*s", (int)it->id.n, it->id.p);
    decide(it, st, &err);
  }
}

static void set_failed(zg_store *s) {
  pthread_mutex_lock(&s->lock);
  s->failed = true;
  pthread_mutex_unlock(&s->lock);
}

bool zg_store_is_failed(zg_store *s) {
  pthread_mutex_lock(&s->lock);
  bool failed = s->failed;
  pthread_mutex_unlock(&s->lock);
  return failed;
}

zg_status zg_store_failed(zg_store *s, zg_error *err) {
  set_failed(s);
  return zg_fail(err, ZG_IO, "store_failed", "",
                 "the store is read-only until a restart: %s", err->message);
}

static struct timespec in_ms(long ms) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  t.tv_nsec += ms * 1000000L;
  t.tv_sec += t.tv_nsec / 1000000000L;
  t.tv_nsec %= 1000000000L;
  return t;
}

/* ---- transaction ---- */

static zg_status begin(txn *t, zg_store *s, zg_error *err) {
  *t = (txn){.s = s, .next = s->next};
  zg_status st = zg_table_builder_new(&t->findings, s->dicts, s->findings, err);
  if (!st)
    st = zg_table_builder_new(&t->bulletins, s->dicts, s->bulletins, err);
  return st;
}

static void drop(txn *t) {
  zg_table_builder_free(t->findings);
  zg_table_builder_free(t->bulletins);
  if (t->dead)
    roaring_bitmap_free(t->dead);
  zg_snapshot_release(t->before);
  free(t->docs);
}

static zg_status no_space(zg_error *err, const char *where) {
  return zg_fail(err, ZG_NO_SPACE, "no_space", "", "%s: no space (on purpose)",
                 where);
}

static zg_status write_forward(zg_store *s, zg_error *err) {
  bool sync_failed = false;
  zg_crash_point(s, "before_forward");
  if (zg_fail_point(s, "forward"))
    return no_space(err, "forward.dat");
  zg_status st = zg_forward_write(s->forward, &sync_failed, err);
  if (st == ZG_IO && sync_failed)
    st = zg_store_failed(s, err);
  zg_crash_point(s, "after_forward");
  return st;
}

/* The segments of what the transaction adds, built on other threads while the
 * forward files are written on this one. */
static zg_status write_all(txn *t, zg_segment *made[ZG_BUILD_PARTS], size_t *n,
                           zg_error *err) {
  zg_store *s = t->s;
  zg_build *build = NULL;
  zg_status st = ZG_OK;
  *n = 0;
  if (t->n) {
    uint64_t name = atomic_fetch_add(&s->name, ZG_BUILD_PARTS);
    st = zg_build_start(&build, s->index_path, name, t->docs, t->n, 0, err);
  }
  if (!st)
    st = write_forward(s, err);
  if (st)
    zg_build_drop(build);
  else if (build)
    st = zg_build_finish(build, ZG_READERS(s), made, n, err);
  return st;
}

/* The list with what was made and what has died. */
static zg_segments *next_segments(txn *t, zg_segment *const *made, size_t n) {
  const zg_segments *old = t->s->segments;
  roaring_bitmap_t *dead = t->dead ? t->dead : roaring_bitmap_copy(old->dead);
  t->dead = NULL;
  if (dead)
    roaring_bitmap_run_optimize(dead);
  return zg_segments_splice(old, old->n, old->n, made, n, dead);
}

static zg_status seal_tables(txn *t, zg_table **findings, zg_table **bulletins,
                             zg_error *err) {
  zg_status st = zg_table_builder_finish(findings, t->findings, err);
  t->findings = NULL;
  if (!st) {
    st = zg_table_builder_finish(bulletins, t->bulletins, err);
    t->bulletins = NULL;
  }
  return st;
}

static const zg_install_points commit_points = {
    "before_commit", "after_commit", "before_fsync", "commit", "fsync"};

/* Everything is written: makes it the index.  What fails after the manifest
 * has its name cannot be taken back: the store is failed. */
static zg_status commit(txn *t, zg_segment *const *made, size_t n,
                        zg_error *err) {
  zg_store *s = t->s;
  zg_table *findings = NULL, *bulletins = NULL;
  zg_status st = seal_tables(t, &findings, &bulletins, err);
  if (!st) {
    zg_segments *next = next_segments(t, made, n);
    st = next ? zg_store_install(s, next, s->generation + 1, t->next,
                                 &commit_points, &t->landed, err)
              : zg_fail_nomem(err);
  }
  if (t->landed) {
    zg_table *old[] = {s->findings, s->bulletins};
    s->findings = findings;
    s->bulletins = bulletins;
    findings = old[0];
    bulletins = old[1];
    if (!st && (st = zg_forward_commit(s->forward, err)))
      st = zg_store_failed(s, err);
  }
  zg_table_unref(findings);
  zg_table_unref(bulletins);
  return st;
}

zg_status zg_writer_publish(zg_store *s, zg_error *err) {
  zg_forward_view *view = NULL;
  zg_snapshot *snap = NULL, *old;
  zg_status st = zg_forward_publish(s->forward, &view, err);
  if (!st)
    st = zg_snapshot_new(&snap, s, s->generation, s->segments, s->findings,
                         s->bulletins, view, err);
  zg_forward_view_unref(view);
  if (st)
    return st;
  pthread_mutex_lock(&s->lock);
  old = s->current;
  s->current = snap;
  s->forward_bytes = zg_forward_bytes(s->forward);
  pthread_cond_signal(&s->merge);
  pthread_mutex_unlock(&s->lock);
  if (s->cache_grows)
    zg_cache_bound(s->cache, ZG_STORE_CACHE(zg_table_count(s->findings)));
  zg_snapshot_release(old);
  return ZG_OK;
}

#define PUBLISH_PAUSE_MS 20 /* doubled each time */
#define PUBLISH_PAUSE_MAX_MS 500
#define PUBLISH_TRIES_AT_STOP 5

static zg_status publish_once(zg_store *s, zg_error *err) {
  if (zg_fail_point(s, "publish"))
    return zg_fail(err, ZG_IO, "io_error", "", "not published (on purpose)");
  return zg_writer_publish(s, err);
}

/* Waits, but not past the moment when the store is told to close.  True: it
 * is. */
static bool pause_for(zg_store *s, long ms) {
  const struct timespec until = in_ms(ms);
  pthread_mutex_lock(&s->lock);
  bool stop = s->stop;
  while (s->stop == stop &&
         pthread_cond_timedwait(&s->wake, &s->lock, &until) == 0)
    ;
  stop = s->stop;
  pthread_mutex_unlock(&s->lock);
  return stop;
}

/* The transaction is durable and cannot be taken back: what keeps it from being
 * shown (no address space for the forward files, say) is waited out, until the
 * end. */
static zg_status publish(zg_store *s, zg_error *err) {
  long ms = PUBLISH_PAUSE_MS;
  zg_crash_point(s, "before_publish");
  for (int left = PUBLISH_TRIES_AT_STOP; publish_once(s, err) != ZG_OK;) {
    if (!pause_for(s, ms)) {
      ms = ms < PUBLISH_PAUSE_MAX_MS / 2 ? ms * 2 : PUBLISH_PAUSE_MAX_MS;
    } else if (--left > 0) {
      ms = PUBLISH_PAUSE_MS;
    } else {
      set_failed(s);
      return zg_fail(err, ZG_IO, "store_failed", "",
                     "the write is durable, but was not shown before the "
                     "store closed: %s",
                     err->message);
    }
  }
  return ZG_OK;
}

static void count_commit(zg_store *s) {
  pthread_mutex_lock(&s->lock);
  s->commits++;
  pthread_mutex_unlock(&s->lock);
}

/* Applies items in one transaction.  On failure nothing of them is stored
 * (unless the store is failed now: then it is unknown, or said) and *bad is
 * the item that was refused, or n when it was none's fault. */
static zg_status try_run(zg_store *s, item **items, size_t n, size_t *bad,
                         zg_error *err) {
  txn t;
  zg_segment *made[ZG_BUILD_PARTS];
  size_t n_made = 0;
  *bad = n;
  zg_status st = begin(&t, s, err);
  for (size_t i = 0; i < n && !st; i++) {
    st = apply_item(&t, items[i], err);
    if (st == ZG_INVALID || st == ZG_TOO_LARGE || st == ZG_INTERNAL)
      *bad = i;
  }
  if (!st && t.changed)
    st = write_all(&t, made, &n_made, err);
  if (!st && t.changed)
    st = commit(&t, made, n_made, err);
  if (!t.landed) /* else its records may be needed */
    zg_forward_cancel(s->forward);
  bool changed = t.changed, landed = t.landed;
  drop(&t);
  for (size_t i = 0; i < n_made; i++) {
    if (!landed)
      atomic_store(&made[i]->doomed, true);
    zg_segment_unref(made[i]);
  }
  if (st || !changed)
    return st;
  count_commit(s);
  return publish(s, err);
}

/* A refused item fails alone: the others are applied again without it.  Each
 * refusal costs one more round, so many of them end in one item a time. */
static void run(zg_store *s, item **items, size_t n) {
  size_t refused = 0;
  while (n) {
    zg_error err = ZG_ERROR_INIT;
    size_t bad, k = refused > 3 ? 1 : n;
    if (zg_store_is_failed(
            s)) { /* its tables may no longer be those of the index */
      zg_status closed = zg_fail(&err, ZG_IO, "store_failed", "",
                                 "the store is read-only until a restart");
      decide_all(items, n, closed, &err);
      return;
    }
    zg_merger_await(s);
    pthread_mutex_lock(&s->apply);
    zg_status st = try_run(s, items, k, &bad, &err);
    pthread_mutex_unlock(&s->apply);
    if (st && bad < k) {
      refused++;
      decide(items[bad], st, &err);
      memmove(&items[bad], &items[bad + 1], (n - bad - 1) * sizeof *items);
      n--;
      continue;
    }
    if (st)
      decide_all(items, k, st, &err);
    else
      decide_done(items, k);
    items += k;
    n -= k;
  }
}

/* ---- the queue ---- */

static bool all_decided(const zg_batch *b) {
  for (size_t i = 0; i < b->n; i++)
    if (!b->items[i].decided)
      return false;
  return true;
}

/* Hands back the batches at the head of the list that are decided. */
static zg_batch *acknowledge(zg_store *s, zg_batch *b) {
  while (b && all_decided(b)) {
    zg_batch *next = b->next;
    pthread_mutex_lock(&s->lock);
    s->queue_items -= b->n;
    s->queue_bytes -= b->bytes;
    pthread_mutex_unlock(&s->lock);
    zg_crash_point(s, "before_ack");
    b->done(b, b->arg);
    b = next;
  }
  return b;
}

/* Cuts everything that was queued into transactions; an item stays whole. */
static void apply_list(zg_store *s, zg_batch *list, item **items) {
  size_t total = 0, docs = 0, bytes = 0, n = 0;
  for (zg_batch *b = list; b; b = b->next)
    for (size_t i = 0; i < b->n; i++)
      items[total++] = &b->items[i];
  for (size_t from = 0; from < total; from += n) {
    docs = bytes = n = 0;
    zg_keys_clear(s->keys);
    while (from + n < total) {
      const item *it = items[from + n];
      if ((n && (docs + it->n_docs > ZG_TXN_DOCS ||
                 bytes + it->stored > ZG_TXN_BYTES)) ||
          zg_keys_clash(s->keys, it))
        break;
      docs += it->n_docs ? it->n_docs : 1;
      bytes += it->stored;
      n++;
    }
    run(s, &items[from], n);
    list = acknowledge(s, list);
  }
  acknowledge(s, list);
}

static void no_memory_for(zg_store *s, zg_batch *list) {
  zg_error err = ZG_ERROR_INIT;
  zg_status st = zg_fail_nomem(&err);
  for (zg_batch *b = list; b; b = b->next)
    for (size_t i = 0; i < b->n; i++)
      decide(&b->items[i], st, &err);
  acknowledge(s, list);
}

void *zg_writer_main(void *store) {
  zg_store *s = store;
  for (;;) {
    pthread_mutex_lock(&s->lock);
    while (!s->first && !s->stop)
      pthread_cond_wait(&s->wake, &s->lock);
    zg_batch *list = s->first;
    s->first = NULL;
    s->last = &s->first;
    pthread_mutex_unlock(&s->lock);
    if (!list)
      return NULL;
    size_t total = 0;
    for (zg_batch *b = list; b; b = b->next)
      total += b->n;
    item **items = malloc((total + 1) * sizeof *items);
    if (items)
      apply_list(s, list, items);
    else
      no_memory_for(s, list);
    free(items);
  }
}

zg_status zg_store_submit(zg_store *s, zg_batch *b, zg_batch_done done,
                          void *arg, zg_error *err) {
  zg_status st = ZG_OK;
  if (s->read_only)
    return zg_fail(err, ZG_READ_ONLY, "read_only", "",
                   "the store is open for reading only");
  pthread_mutex_lock(&s->lock);
  if (s->failed)
    st = zg_fail(err, ZG_IO, "store_failed", "",
                 "the store is read-only until a restart");
  else if (s->stop)
    st = zg_fail(err, ZG_BUSY, "shutting_down", "", "the store is closing");
  else if (s->queue_bytes && s->queue_bytes + b->bytes > s->queue_limit)
    st = zg_fail(err, ZG_BUSY, "queue_full", "",
                 "%llu bytes are waiting to be written",
                 (unsigned long long)s->queue_bytes);
  if (!st) {
    b->next = NULL;
    b->done = done;
    b->arg = arg;
    *s->last = b;
    s->last = &b->next;
    s->queue_items += b->n;
    s->queue_bytes += b->bytes;
    pthread_cond_signal(&s->wake);
  }
  pthread_mutex_unlock(&s->lock);
  return st;
}
