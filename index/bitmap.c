#include "index/bitmap.h"

#include <stdlib.h>

static bool shared(_Atomic uint32_t *refs) {
  return atomic_load_explicit(refs, memory_order_acquire) > 1;
}

static bool last(_Atomic uint32_t *refs) {
  return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

zg_bitmap *zg_bitmap_take(roaring_bitmap_t *r) {
  zg_bitmap *b = r ? malloc(sizeof *b) : NULL;
  if (!b) {
    if (r)
      roaring_bitmap_free(r);
    return NULL;
  }
  atomic_init(&b->refs, 1);
  b->cardinality = 0;
  b->dirty = false;
  b->r = r;
  return b;
}

zg_bitmap *zg_bitmap_new(void) {
  return zg_bitmap_take(roaring_bitmap_create());
}

zg_bitmap *zg_bitmap_ref(zg_bitmap *b) {
  atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
  return b;
}

void zg_bitmap_unref(zg_bitmap *b) {
  if (!b || !last(&b->refs))
    return;
  roaring_bitmap_free(b->r);
  free(b);
}

bool zg_bitmap_own(zg_bitmap **at) {
  zg_bitmap *b = *at;
  if (b && !shared(&b->refs))
    return true;
  zg_bitmap *mine =
      b ? zg_bitmap_take(roaring_bitmap_copy(b->r)) : zg_bitmap_new();
  if (!mine)
    return false;
  zg_bitmap_unref(b);
  *at = mine;
  return true;
}

void zg_bitmap_seal(zg_bitmap *b) {
  b->cardinality = (uint32_t)roaring_bitmap_get_cardinality(b->r);
  b->dirty = false;
}

zg_bitmap_page *zg_bitmap_page_ref(zg_bitmap_page *p) {
  if (p)
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
  return p;
}

void zg_bitmap_page_unref(zg_bitmap_page *p) {
  if (!p || !last(&p->refs))
    return;
  for (unsigned i = 0; i < ZG_BITMAP_PAGE; i++)
    zg_bitmap_unref(p->at[i]);
  free(p);
}

bool zg_bitmap_page_own(zg_bitmap_page **at) {
  zg_bitmap_page *p = *at;
  if (p && !shared(&p->refs))
    return true;
  zg_bitmap_page *mine = calloc(1, sizeof *mine);
  if (!mine)
    return false;
  atomic_init(&mine->refs, 1);
  for (unsigned i = 0; p && i < ZG_BITMAP_PAGE; i++)
    if (p->at[i])
      mine->at[i] = zg_bitmap_ref(p->at[i]);
  zg_bitmap_page_unref(p);
  *at = mine;
  return true;
}
