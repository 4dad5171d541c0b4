/* The facet tables at start: from the image of an earlier moment, brought up to
 * date, or else from the index's values. */
#include "index/store_private.h"

#include <stdlib.h>
#include <unistd.h>

#include "index/files.h"
#include "index/table_image.h"

#define IMAGE "tables"

static char *image_path(const zg_store *s) {
  return zg_path_join(s->dir, IMAGE);
}

static uint32_t last_of(const zg_table *t) {
  return zg_table_count(t) ? roaring_bitmap_maximum(zg_table_all(t)) : 0;
}

static zg_status remove_dead(zg_table_builder *b, const zg_table *t,
                             const roaring_bitmap_t *dead, zg_error *err) {
  roaring_bitmap_t *gone = roaring_bitmap_and(zg_table_all(t), dead);
  zg_status st = gone ? ZG_OK : zg_fail_nomem(err);
  roaring_uint32_iterator_t it;
  if (!st)
    for (roaring_init_iterator(gone, &it); it.has_value && !st;
         roaring_advance_uint32_iterator(&it))
      st = zg_table_builder_remove(b, it.current_value, err);
  if (gone)
    roaring_bitmap_free(gone);
  return st;
}

static uint64_t live_documents(const zg_segments *l) {
  uint64_t n = 0;
  for (size_t i = 0; i < l->n; i++)
    n += l->at[i]->documents;
  return n - roaring_bitmap_get_cardinality(l->dead);
}

/* Docids ascend, so what is new lies behind the last of the image; what is gone
 * is among the dead, unless a segment was written anew since: then the numbers
 * differ, and the image is of no use. */
static zg_status bring_up(zg_store *s, zg_table *of[2], zg_error *err) {
  zg_table_builder *b[2] = {NULL, NULL};
  zg_table *now[2] = {NULL, NULL};
  uint32_t last =
      last_of(of[0]) > last_of(of[1]) ? last_of(of[0]) : last_of(of[1]);
  zg_status st = ZG_OK;
  for (int i = 0; i < 2 && !st; i++) {
    st = zg_table_builder_new(&b[i], s->dicts, of[i], err);
    if (!st)
      st = remove_dead(b[i], of[i], s->segments->dead, err);
  }
  if (!st)
    st = zg_rebuild_behind(s->segments, ZG_WRITER(s), last, b, err);
  for (int i = 0; i < 2; i++) {
    if (!st)
      st = zg_table_builder_finish(&now[i], b[i], err);
    else
      zg_table_builder_free(b[i]);
  }
  if (!st && (uint64_t)zg_table_count(now[0]) + zg_table_count(now[1]) !=
                 live_documents(s->segments))
    st = ZG_CORRUPT;
  for (int i = 0; i < 2; i++) {
    zg_table_unref(of[i]);
    of[i] = now[i];
  }
  return st;
}

static zg_status load(zg_store *s, zg_error *err) {
  char *path = image_path(s);
  zg_table *of[2] = {NULL, NULL};
  uint64_t generation = 0;
  zg_status st = path ? zg_table_image_load(path, s->uuid, &generation,
                                            s->dicts, &of[0], &of[1], err)
                      : zg_fail_nomem(err);
  if (!st && generation > s->generation) /* of a copy that went another way */
    st = ZG_CORRUPT;
  if (!st && generation < s->generation)
    st = bring_up(s, of, err);
  /* Of no use now, and of a copy that went another way it would look right
   * once this one has as many generations. */
  if (st && path && st != ZG_NO_MEMORY && !s->read_only)
    unlink(path);
  free(path);
  if (st) {
    zg_table_unref(of[0]);
    zg_table_unref(of[1]);
    return st;
  }
  s->findings = of[0];
  s->bulletins = of[1];
  s->imaged = (zg_imaged){generation, last_of(of[0])};
  return ZG_OK;
}

zg_status zg_image_load_tables(zg_store *s, zg_error *err) {
  zg_status st = zg_table_dicts_new(&s->dicts, err);
  if (st)
    return st;
  st = load(s, NULL);
  if (!st || st == ZG_NO_MEMORY)
    return st ? zg_fail_nomem(err) : ZG_OK;
  zg_table_dicts_free(s->dicts); /* it may have values that nothing has */
  s->dicts = NULL;
  st = zg_table_dicts_new(&s->dicts, err);
  return st ? st
            : zg_rebuild_tables(s->segments, ZG_WRITER(s), s->dicts,
                                &s->findings, &s->bulletins, err);
}

#define WORTH_MIN                                                              \
  1000 /* findings that a start reads from the index at ease                   \
        */
#define WORTH_PART 32

void zg_image_save_tables(zg_store *s, bool closing) {
  zg_snapshot *snap = zg_store_pin(s);
  uint32_t last = last_of(snap->findings);
  uint32_t fresh = last > s->imaged.last ? last - s->imaged.last : 0;
  bool worth = closing || fresh > WORTH_MIN + last / WORTH_PART;
  if (worth && snap->generation != s->imaged.generation) {
    char *path = image_path(s);
    if (path &&
        zg_table_image_save(path, s->uuid, snap->generation, snap->findings,
                            snap->bulletins, s->dicts, NULL) == ZG_OK)
      s->imaged = (zg_imaged){snap->generation, last};
    free(path);
  }
  zg_snapshot_release(snap);
}
