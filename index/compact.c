/* The whole store written anew without gaps, while nothing else uses it. */
#include "index/store_private.h"

#include <stdlib.h>

static bool is_compact(const zg_segments *l) {
  return l->n == 0 || (l->n == 1 && roaring_bitmap_is_empty(l->dead));
}

static zg_status merge_all(zg_store *s, bool anew, zg_error *err) {
  zg_segments *l = zg_segments_ref(s->segments);
  zg_snapshot *snap = zg_store_pin(s);
  zg_segment *merged = NULL;
  zg_analyser *a = NULL;
  zg_status st = anew ? zg_analyser_new(&a, s->nz, err) : ZG_OK;
  if (!st)
    st = zg_merge_run(s, l, 0, l->n, anew, snap->forward, a, &merged, err);
  if (!st)
    st =
        zg_merge_install(s, l->at[0], l->n, merged, anew ? l->dead : NULL, err);
  zg_segment_unref(merged);
  zg_analyser_free(a);
  zg_snapshot_release(snap);
  zg_segments_unref(l);
  return st;
}

/* One segment, without the dead.  What is written anew has gaps like everything
 * that Xapian builds: it is copied once more. */
static zg_status compact_segments(zg_store *s, zg_error *err) {
  zg_status st = ZG_OK;
  if (!roaring_bitmap_is_empty(s->segments->dead))
    st = merge_all(s, true, err);
  return st || s->segments->n == 0 ? st : merge_all(s, false, err);
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
  zg_store_options alone = *opt;
  alone.no_merger = true;
  zg_status st = zg_store_open(&s, nz, &alone, err);
  if (st)
    return st;
  out->before = bytes_of(s);
  pthread_mutex_lock(&s->apply);
  st = zg_forward_compact(s->forward, zg_table_all(s->findings), err);
  if (!st)
    st = zg_writer_publish(s, err);
  if (!st && !is_compact(s->segments))
    st = compact_segments(s, err);
  pthread_mutex_unlock(&s->apply);
  out->after = bytes_of(s);
  zg_store_close(s);
  return st;
}
