/* A set of findings while a query is worked out: a bitmap that is borrowed
 * (a facet's, all findings), shared (the snapshot's cache) or owned. Operations
 * write in place only where the set owns its bitmap, so facets and cached
 * postings are never copied before they have to be.
 *
 * One thread at a time.  Knows nothing of filters or words.
 */
#ifndef ZG_SET_H
#define ZG_SET_H
#include "index/store.h"

typedef struct zg_set {
  const roaring_bitmap_t *bitmap; /* NULL: nothing is held */
  roaring_bitmap_t *own;          /* == bitmap when owned */
  zg_match *shared;
} zg_set;
#define ZG_SET_INIT                                                            \
  { NULL, NULL, NULL }

static inline zg_set zg_set_borrow(const roaring_bitmap_t *b) {
  return (zg_set){b, NULL, NULL};
}
static inline zg_set zg_set_take(roaring_bitmap_t *b) {
  return (zg_set){b, b, NULL};
}
static inline zg_set zg_set_share(zg_match *m_take) {
  return (zg_set){m_take->bitmap, NULL, m_take};
}
/* Gives up what is held; the set is empty-handed afterwards. */
void zg_set_drop(zg_set *s);

/* a := a op b; b stays.  On failure `a` holds what it held. */
zg_status zg_set_and(zg_set *a, const zg_set *b, zg_error *err);
zg_status zg_set_or(zg_set *a, const zg_set *b, zg_error *err);
zg_status zg_set_andnot(zg_set *a, const zg_set *b, zg_error *err);
zg_status zg_set_xor(zg_set *a, const zg_set *b, zg_error *err);

/* A bitmap that the caller frees: the owned one, or a copy; drops the set. */
zg_status zg_set_release(roaring_bitmap_t **out, zg_set *s, zg_error *err);

/* The findings of `t` from docid `from` on. */
zg_status zg_set_from(zg_set *out, const zg_table *t, uint32_t from,
                      zg_error *err);

/* Docids of a bitmap in blocks that never cross a column chunk. */
#define ZG_BLOCK 4096
typedef struct zg_block {
  roaring_uint32_iterator_t it;
  uint32_t docids[ZG_BLOCK];
  uint32_t n, chunk;
  uint32_t spare; /* docids read ahead that belong to the next chunk */
  uint32_t held;
} zg_block;
void zg_block_begin(zg_block *b, const roaring_bitmap_t *bitmap);
/* Fills docids[0..n) and chunk; false at the end. */
bool zg_block_next(zg_block *b);
#endif
