#include "index/store_private.h"

#include <stdlib.h>

zg_status zg_batch_new(zg_batch **out, zg_error *err) {
  *out = NULL;
  zg_batch *b = calloc(1, sizeof *b);
  if (b)
    b->arena = zg_arena_new(1 << 14);
  if (!b || !b->arena) {
    free(b);
    return zg_fail_nomem(err);
  }
  *out = b;
  return ZG_OK;
}

void zg_batch_free(zg_batch *b) {
  if (!b)
    return;
  zg_arena_free(b->arena);
  free(b->items);
  free(b);
}

size_t zg_batch_items(const zg_batch *b) { return b->n; }
const zg_item_result *zg_batch_result(const zg_batch *b, size_t i) {
  return &b->items[i].result;
}

/* Appends an item whose documents are ready. */
static zg_status add_item(zg_batch *b, item *it, zg_str id, zg_error *err) {
  if (b->n == b->cap) {
    size_t cap = b->cap ? b->cap * 2 : 16;
    item *p = realloc(b->items, cap * sizeof *p);
    if (!p)
      return zg_fail_nomem(err);
    b->items = p;
    b->cap = cap;
  }
  it->id = zg_arena_dup(b->arena, id);
  if (!it->id.p)
    return zg_fail_nomem(err);
  it->bytes += sizeof *it + id.n;
  for (size_t i = 0; i < it->n_docs; i++)
    it->stored +=
        it->docs[i].doc.data.n + it->docs[i].forward.n + it->docs[i].record.n;
  it->result.error = (zg_error)ZG_ERROR_INIT;
  b->bytes += it->bytes;
  b->items[b->n++] = *it;
  return ZG_OK;
}

static int by_id(const void *a, const void *b) {
  const zg_finding *x = *(const zg_finding *const *)a;
  const zg_finding *y = *(const zg_finding *const *)b;
  size_t n = x->id.n < y->id.n ? x->id.n : y->id.n;
  int c = n ? memcmp(x->id.p, y->id.p, n) : 0;
  return c ? c : (x->id.n > y->id.n) - (x->id.n < y->id.n);
}

/* A bulletin's findings name it and have ids of their own: the index relies on
 * both when the bulletin is replaced or deleted. */
static zg_status check_findings(const zg_bulletin *b, zg_error *err) {
  if (!b->n_findings)
    return ZG_OK;
  const zg_finding **order = calloc(b->n_findings, sizeof *order);
  if (!order)
    return zg_fail_nomem(err);
  zg_status st = ZG_OK;
  for (size_t i = 0; i < b->n_findings; i++) {
    order[i] = &b->findings[i];
    if (!st && !zg_str_eq(order[i]->bulletin, b->id))
      st = zg_fail(err, ZG_INVALID, "invalid_bulletin", "bulletin",
                   "finding %zu does not name its bulletin", i + 1);
  }
  qsort(order, b->n_findings, sizeof *order, by_id);
  for (size_t i = 1; i < b->n_findings && !st; i++)
    if (zg_str_eq(order[i - 1]->id, order[i]->id))
      st = zg_fail(
          err, ZG_INVALID, "duplicate_id", "id",
          "two findings have the id %.*s",
          (int)(order[i]->id.n < ZG_ID_MAX ? order[i]->id.n : ZG_ID_MAX),
          order[i]->id.p);
  free(order);
  return st;
}

zg_status zg_batch_put_bulletin(zg_batch *b, zg_analyser *a,
                                const zg_bulletin *bulletin, zg_error *err) {
  item it = {.kind = ITEM_PUT_BULLETIN, .n_docs = bulletin->n_findings + 1};
  zg_status st = zg_prepare_check_id(bulletin->id, "id", err);
  if (!st)
    st = check_findings(bulletin, err);
  if (st)
    return st;
  it.docs = zg_arena_alloc(b->arena, it.n_docs * sizeof *it.docs);
  if (!it.docs)
    return zg_fail_nomem(err);
  st = zg_prepare_bulletin(&it.docs[0], b->arena, bulletin, err);
  for (size_t i = 0; i < bulletin->n_findings && !st; i++)
    st = zg_prepare_finding(&it.docs[i + 1], b->arena, a,
                            &bulletin->findings[i], err);
  if (st)
    return st;
  for (size_t i = 0; i < it.n_docs; i++)
    it.bytes += it.docs[i].bytes;
  it.result.findings = bulletin->n_findings;
  return add_item(b, &it, bulletin->id, err);
}

static zg_status put_finding(zg_batch *b, zg_analyser *a, item it,
                             const zg_finding *finding, zg_error *err) {
  it.n_docs = 1;
  it.docs = zg_arena_alloc(b->arena, sizeof *it.docs);
  if (!it.docs)
    return zg_fail_nomem(err);
  zg_status st = zg_prepare_finding(it.docs, b->arena, a, finding, err);
  if (st)
    return st;
  it.bytes = it.docs[0].bytes;
  it.result.findings = 1;
  return add_item(b, &it, finding->id, err);
}

zg_status zg_batch_put_finding(zg_batch *b, zg_analyser *a,
                               const zg_finding *finding, zg_error *err) {
  return put_finding(b, a, (item){.kind = ITEM_PUT_FINDING}, finding, err);
}

zg_status zg_batch_rewrite_finding(zg_batch *b, zg_analyser *a,
                                   const zg_finding *finding, uint32_t docid,
                                   zg_error *err) {
  return put_finding(b, a, (item){.kind = ITEM_REWRITE_FINDING, .docid = docid},
                     finding, err);
}

static zg_status add_delete(zg_batch *b, item_kind kind, zg_str id,
                            zg_error *err) {
  item it = {.kind = kind};
  zg_status st = zg_prepare_check_id(id, "id", err);
  return st ? st : add_item(b, &it, id, err);
}

zg_status zg_batch_delete_bulletin(zg_batch *b, zg_str id, zg_error *err) {
  return add_delete(b, ITEM_DELETE_BULLETIN, id, err);
}

zg_status zg_batch_delete_finding(zg_batch *b, zg_str id, zg_error *err) {
  return add_delete(b, ITEM_DELETE_FINDING, id, err);
}
