/* What is derived from the index and made anew at start or for a check. */
#include "index/store_private.h"

#include <stdlib.h>

#include "index/record.h"
#include "index/schema.h"

typedef struct both {
  zg_table_builder *of[2]; /* findings, bulletins */
  unsigned char *kind;     /* by docid: 0 none, 1 finding, 2 bulletin */
  uint32_t last;
} both;

static zg_status corrupt(zg_error *err, uint32_t docid, const char *what) {
  return zg_fail(err, ZG_CORRUPT, "corrupt_index", "", "document %u: %s", docid,
                 what);
}

/* Slot 0 tells which documents there are and of which kind. */
static zg_status read_kinds(both *b, zg_xreader *r, zg_error *err) {
  zg_xslot_entry *entries = NULL;
  size_t n = 0;
  uint32_t count = 0;
  zg_status st = zg_xreader_doccount(r, &count, &b->last, err);
  if (!st)
    st = zg_xreader_slot(r, ZG_SLOT_TYPE, &entries, &n, err);
  if (!st) {
    b->kind = calloc((size_t)b->last + 1, 1);
    if (!b->kind)
      st = zg_fail_nomem(err);
  }
  if (!st && n != count)
    st = zg_fail(err, ZG_CORRUPT, "corrupt_index", "",
                 "the index has %u documents, %zu of them with a type", count,
                 n);
  for (size_t i = 0; i < n && !st; i++) {
    uint32_t docid = entries[i].docid;
    char type = entries[i].n == 1 ? entries[i].p[0] : '\0';
    int which = type == 'f' ? 0 : type == 'b' ? 1 : -1;
    if (which < 0 || docid > b->last) {
      st = corrupt(err, docid, "unknown type");
      break;
    }
    b->kind[docid] = (unsigned char)(which + 1);
    st = zg_table_builder_add(b->of[which], docid, err);
  }
  free(entries);
  return st;
}

static zg_status read_slot(both *b, zg_xreader *r, uint32_t slot,
                           zg_error *err) {
  zg_xslot_entry *entries = NULL;
  size_t n = 0;
  zg_status st = zg_xreader_slot(r, slot, &entries, &n, err);
  for (size_t i = 0; i < n && !st; i++) {
    uint32_t docid = entries[i].docid;
    if (docid > b->last || !b->kind[docid])
      st = corrupt(err, docid, "a value without a document");
    else
      st = zg_prepare_facet(b->of[b->kind[docid] - 1], docid, slot,
                            (zg_str){entries[i].p, entries[i].n}, err);
  }
  free(entries);
  return st;
}

static zg_status read_lengths(both *b, zg_xreader *r, zg_error *err) {
  zg_xposting *a = NULL;
  size_t n = 0;
  zg_status st = zg_xreader_lengths(r, &a, &n, err);
  for (size_t i = 0; i < n && !st; i++) {
    uint32_t docid = a[i].docid;
    if (docid > b->last || !b->kind[docid])
      st = corrupt(err, docid, "a length without a document");
    else
      st = zg_table_builder_length(b->of[b->kind[docid] - 1], docid, a[i].n,
                                   err);
  }
  free(a);
  return st;
}

zg_status zg_rebuild_tables(zg_xreader *r, zg_table_dicts *dicts,
                            zg_table **findings, zg_table **bulletins,
                            zg_error *err) {
  both b = {{NULL, NULL}, NULL, 0};
  *findings = *bulletins = NULL;
  zg_status st = zg_table_builder_new(&b.of[0], dicts, NULL, err);
  if (!st)
    st = zg_table_builder_new(&b.of[1], dicts, NULL, err);
  if (!st)
    zg_table_builder_no_cubes(b.of[1]); /* bulletins are only listed */
  if (!st)
    st = read_kinds(&b, r, err);
  for (int f = 0; f < ZG_FIELD_COUNT && !st; f++)
    st = read_slot(&b, r, zg_field_slot((zg_field)f), err);
  for (int m = 0; m < ZG_MEASURE_COUNT && !st; m++)
    st = read_slot(&b, r, zg_measure_slot((zg_measure_field)m), err);
  if (!st)
    st = read_lengths(&b, r, err);
  if (!st) {
    st = zg_table_builder_finish(findings, b.of[0], err);
    b.of[0] = NULL;
  }
  if (!st) {
    st = zg_table_builder_finish(bulletins, b.of[1], err);
    b.of[1] = NULL;
  }
  if (st) {
    zg_table_unref(*findings);
    *findings = NULL;
  }
  zg_table_builder_free(b.of[0]);
  zg_table_builder_free(b.of[1]);
  free(b.kind);
  return st;
}

zg_status zg_rebuild_record(zg_xreader *r, const zg_forward_view *view,
                            uint32_t docid, char **block, size_t *n,
                            zg_error *err) {
  char *data = NULL;
  size_t k = 0;
  *block = NULL;
  *n = 0;
  zg_status st = zg_xreader_data(r, docid, &data, &k, err);
  if (!st && k > ZG_RECORD_HEAD) {
    *block = data;
    *n = k;
    return ZG_OK;
  }
  if (!st)
    st = zg_forward_view_record(view, docid, block, n, err);
  if (!st && (*n < ZG_RECORD_HEAD || k != ZG_RECORD_HEAD ||
              memcmp(*block, data, ZG_RECORD_HEAD) != 0))
    st = zg_fail(err, ZG_CORRUPT, "corrupt_forward", "",
                 "forward.dat: what it has of document %u is not its record",
                 docid);
  if (st) {
    free(*block);
    *block = NULL;
    *n = 0;
  }
  free(data);
  return st;
}

zg_status zg_rebuild_finding(zg_rebuilt *out, zg_xreader *r,
                             const zg_forward_view *view, zg_analyser *a,
                             zg_arena *arena, uint32_t docid, zg_error *err) {
  zg_analysis an;
  *out = (zg_rebuilt){0};
  zg_status st = zg_rebuild_record(r, view, docid, &out->block, &out->n, err);
  if (!st)
    st = zg_record_get_finding(&out->finding, arena,
                               (zg_str){out->block, out->n}, err);
  if (!st)
    st = zg_prepare_analysis(&an, a, out->finding, err);
  if (!st)
    out->text = an.forward;
  return st;
}

zg_status zg_rebuild_forward(zg_store *s, zg_xreader *r, zg_forward *f,
                             const roaring_bitmap_t *live, zg_error *err) {
  zg_analyser *a = NULL;
  zg_forward_view *old = NULL;
  zg_arena *arena = zg_arena_new(1 << 16);
  zg_status st = arena ? zg_analyser_new(&a, s->nz, err) : zg_fail_nomem(err);
  if (!st)
    st = zg_forward_publish(f, &old, err);
  if (!st)
    st = zg_forward_rebuild_begin(f, err);
  roaring_uint32_iterator_t it;
  roaring_init_iterator(live, &it);
  for (; it.has_value && !st; roaring_advance_uint32_iterator(&it)) {
    zg_rebuilt one;
    zg_arena_reset(arena);
    st = zg_rebuild_finding(&one, r, old, a, arena, it.current_value, err);
    if (!st)
      st = zg_forward_append(f, it.current_value, one.text,
                             (zg_str){one.block, one.n}, err);
    free(one.block);
  }
  if (!st)
    st = zg_forward_rebuild_end(f, err);
  zg_forward_view_unref(old);
  zg_analyser_free(a);
  zg_arena_free(arena);
  return st;
}
