#include "index/store_private.h"

#include <stdlib.h>

#include "index/record.h"

static void snapshot_free(zg_snapshot *s) {
  zg_segments_unref(s->segments);
  zg_table_unref(s->findings);
  zg_table_unref(s->bulletins);
  zg_forward_view_unref(s->forward);
  free(s);
}

/* What the cache and the ranking ask about the findings as a whole. */
static void describe(zg_snapshot *s) {
  uint32_t count = zg_table_count(s->findings);
  uint64_t length = zg_table_total_length(s->findings);
  s->epoch = (zg_epoch){
      s->generation,
      count ? roaring_bitmap_maximum(zg_table_all(s->findings)) : 0, count};
  s->collection.documents = (uint64_t)count + zg_table_count(s->bulletins);
  s->collection.length = length;
  if (length) /* as Xapian has it: the average first, then its inverse */
    s->collection.len_factor =
        1 / ((double)length / (double)s->collection.documents);
}

zg_status zg_snapshot_new(zg_snapshot **out, zg_store *s, uint64_t generation,
                          zg_segments *segments, zg_table *findings,
                          zg_table *bulletins, zg_forward_view *forward,
                          zg_error *err) {
  *out = NULL;
  zg_snapshot *snap = calloc(1, sizeof *snap);
  if (!snap)
    return zg_fail_nomem(err);
  atomic_init(&snap->refs, 1);
  snap->store = s;
  snap->generation = generation;
  snap->segments = zg_segments_ref(segments);
  snap->findings = zg_table_ref(findings);
  snap->bulletins = zg_table_ref(bulletins);
  snap->forward = zg_forward_view_ref(forward);
  describe(snap);
  *out = snap;
  return ZG_OK;
}

zg_snapshot *zg_store_pin(zg_store *s) {
  pthread_mutex_lock(&s->lock);
  zg_snapshot *snap = s->current;
  atomic_fetch_add_explicit(&snap->refs, 1, memory_order_relaxed);
  pthread_mutex_unlock(&s->lock);
  return snap;
}

void zg_snapshot_release(zg_snapshot *snap) {
  if (!snap ||
      atomic_fetch_sub_explicit(&snap->refs, 1, memory_order_acq_rel) != 1)
    return;
  snapshot_free(snap);
}

uint64_t zg_snapshot_generation(const zg_snapshot *s) { return s->generation; }
zg_str zg_snapshot_uuid(const zg_snapshot *s) {
  return zg_str_of(s->store->uuid);
}
const zg_table *zg_snapshot_findings(const zg_snapshot *s) {
  return s->findings;
}
const zg_table *zg_snapshot_bulletins(const zg_snapshot *s) {
  return s->bulletins;
}
zg_str zg_snapshot_forward(const zg_snapshot *s, uint32_t docid, zg_buf *room) {
  return zg_forward_view_text(s->forward, docid, room);
}

/* ---- records ---- */

static zg_status read_block(zg_snapshot *s, unsigned worker,
                            const zg_table *table, uint32_t docid, char **block,
                            size_t *n, zg_error *err) {
  if (!roaring_bitmap_contains(zg_table_all(table), docid))
    return zg_fail(err, ZG_NOT_FOUND, "not_found", "",
                   "there is no document %u", docid);
  return zg_segments_data(s->segments, worker, docid, block, n, err);
}

/* From the forward store; the checksum of the record is its own. */
zg_status zg_snapshot_finding(zg_snapshot *s, unsigned worker, uint32_t docid,
                              zg_arena *arena, zg_finding **out,
                              char **block_out, zg_error *err) {
  size_t n;
  zg_status st;
  (void)worker;
  *out = NULL;
  *block_out = NULL;
  if (!roaring_bitmap_contains(zg_table_all(s->findings), docid))
    return zg_fail(err, ZG_NOT_FOUND, "not_found", "",
                   "there is no document %u", docid);
  st = zg_forward_view_record(s->forward, docid, block_out, &n, err);
  if (!st)
    st = zg_record_get_finding(out, arena, (zg_str){*block_out, n}, err);
  if (st) {
    free(*block_out);
    *block_out = NULL;
  }
  if (st == ZG_CORRUPT)
    zg_fail(err, ZG_CORRUPT, "corrupt_forward", "",
            "forward.dat: the record of document %u is damaged", docid);
  return st;
}

zg_status zg_snapshot_bulletin(zg_snapshot *s, unsigned worker, uint32_t docid,
                               zg_arena *arena, zg_bulletin **out,
                               char **block_out, zg_error *err) {
  size_t n;
  *out = NULL;
  *block_out = NULL;
  zg_status st = read_block(s, worker, s->bulletins, docid, block_out, &n, err);
  if (!st)
    st = zg_record_get_bulletin(out, arena, (zg_str){*block_out, n}, err);
  if (st) {
    free(*block_out);
    *block_out = NULL;
  }
  return st;
}

static zg_status docid_of(zg_snapshot *s, unsigned worker, const char *prefix,
                          zg_str id, uint32_t *docid, zg_error *err) {
  char term[256];
  uint32_t *ids = NULL;
  size_t n = 0;
  *docid = 0;
  /* An id that could not have been stored is simply not there. */
  if (!zg_prepare_check_id(id, "id", NULL)) {
    zg_status st = zg_segments_postings(s->segments, worker,
                                        zg_prepare_id_term(term, prefix, id),
                                        &ids, &n, err);
    if (st)
      return st;
  }
  if (n)
    *docid = ids[n - 1];
  free(ids);
  return n ? ZG_OK
           : zg_fail(err, ZG_NOT_FOUND, "not_found", "id",
                     "there is no such id: %.*s",
                     (int)(id.n < ZG_ID_MAX ? id.n : ZG_ID_MAX),
                     id.p ? id.p : "");
}

zg_status zg_snapshot_finding_docid(zg_snapshot *s, unsigned worker, zg_str id,
                                    uint32_t *docid, zg_error *err) {
  return docid_of(s, worker, "QF", id, docid, err);
}

zg_status zg_snapshot_bulletin_docid(zg_snapshot *s, unsigned worker, zg_str id,
                                     uint32_t *docid, zg_error *err) {
  return docid_of(s, worker, "QB", id, docid, err);
}
