/* A Roaring bitmap shared by reference count, and pages of them.
 *
 * CRoaring's own copy-on-write keeps non-atomic counts inside the containers,
 * so it cannot be shared between threads; here whole bitmaps are shared and
 * copied before the first change.  A bitmap (or page) with one reference
 * belongs to its holder alone and may be changed in place.
 */
#ifndef ZG_BITMAP_H
#define ZG_BITMAP_H

#include <roaring/roaring.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct zg_bitmap {
  _Atomic uint32_t refs;
  uint32_t cardinality; /* right when not dirty */
  bool dirty;           /* changed since the cardinality was taken */
  roaring_bitmap_t *r;
} zg_bitmap;

zg_bitmap *zg_bitmap_new(void); /* empty; NULL: no memory */
/* Takes the bitmap over, also on failure; NULL stays NULL.  To be sealed. */
zg_bitmap *zg_bitmap_take(roaring_bitmap_t *r);
zg_bitmap *zg_bitmap_ref(zg_bitmap *b);
void zg_bitmap_unref(zg_bitmap *b); /* NULL is legal */
/* Makes *at (NULL: empty) the holder's own: copies it when it is shared.
 * False: no memory, *at unchanged. */
bool zg_bitmap_own(zg_bitmap **at);
/* Takes the cardinality, clears dirty. */
void zg_bitmap_seal(zg_bitmap *b);

/* Bitmaps of 256 neighbouring ordinals, so that the vector of a field with
 * 30,000 values is copied as 118 pointers. */
#define ZG_BITMAP_PAGE_BITS 8
#define ZG_BITMAP_PAGE (1u << ZG_BITMAP_PAGE_BITS)
typedef struct zg_bitmap_page {
  _Atomic uint32_t refs;
  zg_bitmap *at[ZG_BITMAP_PAGE]; /* NULL: empty */
} zg_bitmap_page;

zg_bitmap_page *zg_bitmap_page_ref(zg_bitmap_page *p); /* NULL is legal */
void zg_bitmap_page_unref(zg_bitmap_page *p);
bool zg_bitmap_page_own(zg_bitmap_page **at);

#endif
