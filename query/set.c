#include "query/set.h"

void zg_set_drop(zg_set *s) {
  if (s->own)
    roaring_bitmap_free(s->own);
  if (s->shared)
    zg_match_unref(s->shared);
  *s = (zg_set)ZG_SET_INIT;
}

static zg_status replace(zg_set *a, roaring_bitmap_t *made, zg_error *err) {
  if (!made)
    return zg_fail_nomem(err);
  zg_set_drop(a);
  *a = zg_set_take(made);
  return ZG_OK;
}

zg_status zg_set_and(zg_set *a, const zg_set *b, zg_error *err) {
  if (!a->own)
    return replace(a, roaring_bitmap_and(a->bitmap, b->bitmap), err);
  roaring_bitmap_and_inplace(a->own, b->bitmap);
  return ZG_OK;
}

zg_status zg_set_or(zg_set *a, const zg_set *b, zg_error *err) {
  if (!a->own)
    return replace(a, roaring_bitmap_or(a->bitmap, b->bitmap), err);
  roaring_bitmap_or_inplace(a->own, b->bitmap);
  return ZG_OK;
}

zg_status zg_set_andnot(zg_set *a, const zg_set *b, zg_error *err) {
  if (!a->own)
    return replace(a, roaring_bitmap_andnot(a->bitmap, b->bitmap), err);
  roaring_bitmap_andnot_inplace(a->own, b->bitmap);
  return ZG_OK;
}

zg_status zg_set_xor(zg_set *a, const zg_set *b, zg_error *err) {
  if (!a->own)
    return replace(a, roaring_bitmap_xor(a->bitmap, b->bitmap), err);
  roaring_bitmap_xor_inplace(a->own, b->bitmap);
  return ZG_OK;
}

zg_status zg_set_release(roaring_bitmap_t **out, zg_set *s, zg_error *err) {
  *out = s->own ? s->own : roaring_bitmap_copy(s->bitmap);
  if (!*out)
    return zg_fail_nomem(err);
  s->own = NULL;
  zg_set_drop(s);
  return ZG_OK;
}

zg_status zg_set_from(zg_set *out, const zg_table *t, uint32_t from,
                      zg_error *err) {
  const roaring_bitmap_t *all = zg_table_all(t);
  roaring_bitmap_t *b = roaring_bitmap_from_range(
      from, (uint64_t)roaring_bitmap_maximum(all) + 1, 1);
  if (!b)
    return zg_fail_nomem(err);
  roaring_bitmap_and_inplace(b, all);
  *out = zg_set_take(b);
  return ZG_OK;
}

void zg_block_begin(zg_block *b, const roaring_bitmap_t *bitmap) {
  roaring_init_iterator(bitmap, &b->it);
  b->n = b->spare = b->held = 0;
  b->chunk = 0;
}

bool zg_block_next(zg_block *b) {
  if (b->spare) {
    memmove(b->docids, b->docids + b->n, b->spare * sizeof(uint32_t));
    b->held = b->spare;
  } else {
    b->held = roaring_read_uint32_iterator(&b->it, b->docids, ZG_BLOCK);
  }
  b->n = b->spare = 0;
  if (b->held == 0)
    return false;
  b->chunk = b->docids[0] >> ZG_CHUNK_BITS;
  b->n = b->held;
  if (b->docids[b->held - 1] >> ZG_CHUNK_BITS != b->chunk) {
    /* Ascending: the cut is found by halving. */
    uint32_t lo = 0, hi = b->held;
    while (lo < hi) {
      uint32_t mid = lo + (hi - lo) / 2;
      if (b->docids[mid] >> ZG_CHUNK_BITS == b->chunk)
        lo = mid + 1;
      else
        hi = mid;
    }
    b->n = lo;
    b->spare = b->held - lo;
  }
  return true;
}
