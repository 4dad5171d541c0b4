/* Is what is derived what the index says? */
#include "index/store_private.h"

#include <stdlib.h>

#include "index/record.h"

static zg_status check_tables(zg_store *s, zg_snapshot *snap, zg_error *err) {
  zg_table *findings = NULL, *bulletins = NULL;
  zg_status st = zg_rebuild_tables(snap->segments, ZG_WRITER(s), s->dicts,
                                   &findings, &bulletins, err);
  if (!st)
    st = zg_table_equal(snap->findings, findings, err);
  if (!st)
    st = zg_table_equal(snap->bulletins, bulletins, err);
  zg_table_unref(findings);
  zg_table_unref(bulletins);
  return st;
}

/* An id leads to this one document. */
static zg_status check_id(zg_snapshot *snap, const char *prefix, zg_str id,
                          uint32_t docid, zg_error *err) {
  char term[256];
  uint32_t *ids = NULL;
  size_t n = 0;
  zg_status st =
      zg_segments_postings(snap->segments, ZG_WRITER(snap->store),
                           zg_prepare_id_term(term, prefix, id), &ids, &n, err);
  if (!st && (n != 1 || ids[0] != docid))
    st = zg_fail(err, ZG_CORRUPT, "corrupt_index", "",
                 "document %u: %zu documents have its id", docid, n);
  free(ids);
  return st;
}

static zg_status check_finding(zg_snapshot *snap, zg_analyser *a,
                               zg_arena *arena, uint32_t docid, zg_error *err) {
  zg_rebuilt want;
  zg_status st =
      zg_rebuild_finding(&want, snap->segments, ZG_WRITER(snap->store),
                         snap->forward, a, arena, docid, err);
  char *block = NULL;
  size_t n = 0;
  if (!st)
    st = check_id(snap, "QF", want.finding->id, docid, err);
  if (!st)
    st = zg_forward_view_record(snap->forward, docid, &block, &n, err);
  if (!st && (!zg_forward_view_intact(snap->forward, docid) ||
              !zg_str_eq(want.text, zg_snapshot_forward(snap, docid, NULL)) ||
              !zg_str_eq((zg_str){want.block, want.n}, (zg_str){block, n})))
    st = zg_fail(err, ZG_CORRUPT, "corrupt_forward", "",
                 "forward.dat: what it has of document %u is not its record's",
                 docid);
  free(block);
  free(want.block);
  return st;
}

static zg_status check_bulletin(zg_snapshot *snap, zg_arena *arena,
                                uint32_t docid, zg_error *err) {
  char *block = NULL;
  size_t n = 0;
  zg_bulletin *b;
  zg_status st = zg_segments_data(snap->segments, ZG_WRITER(snap->store), docid,
                                  &block, &n, err);
  if (!st)
    st = zg_record_get_bulletin(&b, arena, (zg_str){block, n}, err);
  if (!st)
    st = check_id(snap, "QB", b->id, docid, err);
  free(block);
  return st;
}

static zg_status check_records(zg_snapshot *snap, zg_analyser *a,
                               zg_error *err) {
  zg_arena *arena = zg_arena_new(1 << 16);
  zg_status st = arena ? ZG_OK : zg_fail_nomem(err);
  roaring_uint32_iterator_t it;
  roaring_init_iterator(zg_table_all(snap->findings), &it);
  for (; it.has_value && !st; roaring_advance_uint32_iterator(&it)) {
    zg_arena_reset(arena);
    st = check_finding(snap, a, arena, it.current_value, err);
  }
  roaring_init_iterator(zg_table_all(snap->bulletins), &it);
  for (; it.has_value && !st; roaring_advance_uint32_iterator(&it)) {
    zg_arena_reset(arena);
    st = check_bulletin(snap, arena, it.current_value, err);
  }
  zg_arena_free(arena);
  return st;
}

zg_status zg_store_check(zg_store *s, zg_analyser *a, zg_error *err) {
  /* The writer waits: its readers are used, and what it has is published. */
  pthread_mutex_lock(&s->apply);
  zg_snapshot *snap = zg_store_pin(s);
  zg_status st = check_tables(s, snap, err);
  if (!st)
    st = check_records(snap, a, err);
  zg_snapshot_release(snap);
  pthread_mutex_unlock(&s->apply);
  return st;
}
