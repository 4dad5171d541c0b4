/* What is derived from the index and made anew at start or for a check. */
#include "index/store_private.h"

#include <stdlib.h>

#include "index/record.h"
#include "index/schema.h"

typedef struct both {
  zg_table_builder *of[2]; /* findings, bulletins */
  const roaring_bitmap_t *dead;
  uint32_t done;             /* up to here it is there already */
  const zg_segment *segment; /* in hand */
  zg_xreader *reader;        /* its */
  unsigned char *kind; /* from its first docid: 0 dead or none, 1 finding, 2
                          bulletin */
} both;

static unsigned char *kind_of(const both *b, uint32_t docid) {
  return docid < b->segment->first || docid > b->segment->last
             ? NULL
             : &b->kind[docid - b->segment->first];
}

static zg_status corrupt(zg_error *err, uint32_t docid, const char *what) {
  return zg_fail(err, ZG_CORRUPT, "corrupt_index", "", "document %u: %s", docid,
                 what);
}

/* Slot 0 tells which documents there are and of which kind. */
static zg_status read_kinds(both *b, zg_error *err) {
  zg_xslot_entry *entries = NULL;
  size_t n = 0;
  zg_status st = zg_xreader_slot(b->reader, ZG_SLOT_TYPE, &entries, &n, err);
  if (!st && n != b->segment->documents)
    st = zg_fail(err, ZG_CORRUPT, "corrupt_index", "",
                 "%s has %u documents, %zu of them with a type",
                 b->segment->path, b->segment->documents, n);
  for (size_t i = 0; i < n && !st; i++) {
    uint32_t docid = entries[i].docid;
    unsigned char *kind = kind_of(b, docid);
    char type = entries[i].n == 1 ? entries[i].p[0] : '\0';
    int which = type == 'f' ? 0 : type == 'b' ? 1 : -1;
    if (which < 0 || !kind)
      st = corrupt(err, docid, "unknown type");
    else if (docid > b->done && !roaring_bitmap_contains(b->dead, docid)) {
      *kind = (unsigned char)(which + 1);
      st = zg_table_builder_add(b->of[which], docid, err);
    }
  }
  free(entries);
  return st;
}

/* *to: where the values of a document go, or NULL when it is dead. */
static zg_status builder_of(const both *b, uint32_t docid,
                            zg_table_builder **to, zg_error *err) {
  const unsigned char *kind = kind_of(b, docid);
  *to = kind && *kind ? b->of[*kind - 1] : NULL;
  return *to || (kind &&
                 (docid <= b->done || roaring_bitmap_contains(b->dead, docid)))
             ? ZG_OK
             : corrupt(err, docid, "a value without a document");
}

static zg_status read_slot(both *b, uint32_t slot, zg_error *err) {
  zg_xslot_entry *entries = NULL;
  size_t n = 0;
  zg_table_builder *to;
  zg_status st = zg_xreader_slot(b->reader, slot, &entries, &n, err);
  for (size_t i = 0; i < n && !st; i++) {
    st = builder_of(b, entries[i].docid, &to, err);
    if (!st && to)
      st = zg_prepare_facet(to, entries[i].docid, slot,
                            (zg_str){entries[i].p, entries[i].n}, err);
  }
  free(entries);
  return st;
}

static zg_status read_lengths(both *b, zg_error *err) {
  zg_xposting *a = NULL;
  size_t n = 0;
  zg_table_builder *to;
  zg_status st = zg_xreader_lengths(b->reader, &a, &n, err);
  for (size_t i = 0; i < n && !st; i++) {
    st = builder_of(b, a[i].docid, &to, err);
    if (!st && to)
      st = zg_table_builder_length(to, a[i].docid, a[i].n, err);
  }
  free(a);
  return st;
}

static zg_status read_segment(both *b, const zg_segment *s, unsigned reader,
                              zg_error *err) {
  b->segment = s;
  b->reader = zg_segment_reader(s, reader);
  b->kind = calloc((size_t)(s->last - s->first) + 1, 1);
  zg_status st = b->kind ? read_kinds(b, err) : zg_fail_nomem(err);
  for (int f = 0; f < ZG_FIELD_COUNT && !st; f++)
    st = read_slot(b, zg_field_slot((zg_field)f), err);
  for (int m = 0; m < ZG_MEASURE_COUNT && !st; m++)
    st = read_slot(b, zg_measure_slot((zg_measure_field)m), err);
  if (!st)
    st = read_lengths(b, err);
  zg_segment_give_back(s, reader);
  free(b->kind);
  b->kind = NULL;
  return st;
}

zg_status zg_rebuild_behind(const zg_segments *l, unsigned reader,
                            uint32_t last, zg_table_builder *const of[2],
                            zg_error *err) {
  both b = {.of = {of[0], of[1]}, .dead = l->dead, .done = last};
  zg_status st = ZG_OK;
  for (size_t i = 0; i < l->n && !st; i++)
    if (l->at[i]->last > last)
      st = read_segment(&b, l->at[i], reader, err);
  return st;
}

zg_status zg_rebuild_tables(const zg_segments *l, unsigned reader,
                            zg_table_dicts *dicts, zg_table **findings,
                            zg_table **bulletins, zg_error *err) {
  both b = {.dead = l->dead};
  *findings = *bulletins = NULL;
  zg_status st = zg_table_builder_new(&b.of[0], dicts, NULL, err);
  if (!st)
    st = zg_table_builder_new(&b.of[1], dicts, NULL, err);
  if (!st)
    zg_table_builder_no_cubes(b.of[1]); /* bulletins are only listed */
  if (!st)
    st = zg_rebuild_behind(l, reader, 0, b.of, err);
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
  return st;
}

zg_status zg_rebuild_record(const zg_segments *l, unsigned reader,
                            const zg_forward_view *view, uint32_t docid,
                            char **block, size_t *n, zg_error *err) {
  char *head = NULL;
  size_t k = 0;
  *block = NULL;
  *n = 0;
  zg_status st = zg_segments_data(l, reader, docid, &head, &k, err);
  if (!st)
    st = zg_forward_view_record(view, docid, block, n, err);
  if (!st && (*n < ZG_RECORD_HEAD || k != ZG_RECORD_HEAD ||
              memcmp(*block, head, ZG_RECORD_HEAD) != 0))
    st = zg_fail(err, ZG_CORRUPT, "corrupt_forward", "",
                 "forward.dat: what it has of document %u is not its record",
                 docid);
  if (st) {
    free(*block);
    *block = NULL;
    *n = 0;
  }
  free(head);
  return st;
}

zg_status zg_rebuild_finding(zg_rebuilt *out, const zg_segments *l,
                             unsigned reader, const zg_forward_view *view,
                             zg_analyser *a, zg_arena *arena, uint32_t docid,
                             zg_error *err) {
  zg_analysis an;
  *out = (zg_rebuilt){0};
  zg_status st =
      zg_rebuild_record(l, reader, view, docid, &out->block, &out->n, err);
  if (!st)
    st = zg_record_get_finding(&out->finding, arena,
                               (zg_str){out->block, out->n}, err);
  if (!st)
    st = zg_prepare_analysis(&an, a, out->finding, err);
  if (!st)
    out->text = an.forward;
  return st;
}

zg_status zg_rebuild_forward(zg_store *s, zg_forward *f,
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
    st = zg_rebuild_finding(&one, s->segments, ZG_WRITER(s), old, a, arena,
                            it.current_value, err);
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
