/* The inside of a zg_table, for table.c (reading, comparing) and
 * table_build.c (building). */
#ifndef ZG_TABLE_PRIVATE_H
#define ZG_TABLE_PRIVATE_H

#include "index/bitmap.h"
#include "index/dict.h"
#include "index/table.h"

/* Columns in one array: the planes of every field, the measures, the lengths
 * of the documents. */
#define COLUMN_OF(f, plane) ((unsigned)(f)*ZG_FIELD_MAX_PLANES + (plane))
#define MEASURE_COLUMN(m)                                                      \
  ((unsigned)ZG_FIELD_COUNT * ZG_FIELD_MAX_PLANES + (unsigned)(m))
#define LENGTH_COLUMN MEASURE_COLUMN(ZG_MEASURE_COUNT)
#define COLUMNS (LENGTH_COLUMN + 1)
#define COLUMN_IS_MEASURE(c) ((c) >= MEASURE_COLUMN(0) && (c) < LENGTH_COLUMN)

/* A piece of a column: ordinals in the narrowest integer that holds them all,
 * or measures. */
typedef struct chunk {
  _Atomic uint32_t refs;
  uint32_t width; /* bytes of a value */
  int64_t bits;   /* measures: every bit that one has had */
  _Alignas(16) char values[];
} chunk;

static inline int64_t *chunk_i64(chunk *c) {
  return (int64_t *)(void *)c->values;
}
static inline uint32_t chunk_get(const chunk *c, uint32_t i) {
  return zg_column_at((zg_column){c->values, c->width}, i);
}
/* What a measure adds to `bits`. */
static inline int64_t zg_measure_bits(int64_t v) {
  return (v ^ v >> 63) | (v != 0);
}
/* The width must hold the ordinal. */
static inline void chunk_set(chunk *c, uint32_t i, uint32_t ordinal) {
  if (c->width == 1)
    ((uint8_t *)c->values)[i] = (uint8_t)ordinal;
  else if (c->width == 2)
    ((uint16_t *)(void *)c->values)[i] = (uint16_t)ordinal;
  else
    ((uint32_t *)(void *)c->values)[i] = ordinal;
}

typedef struct bitmap_vec {
  zg_bitmap_page **pages;
  uint32_t n;
} bitmap_vec;

struct zg_table {
  _Atomic uint32_t refs;
  zg_table_dicts *dicts; /* borrowed: the store outlives its tables */
  zg_bitmap *all, *empty;
  uint64_t total_length;
  uint32_t n_ordinals[ZG_FIELD_COUNT];
  bitmap_vec bitmaps[ZG_FIELD_COUNT];
  uint32_t n_chunks;
  chunk **columns[COLUMNS]; /* n_chunks each; NULL for unused planes */
  zg_cube *cubes[ZG_CUBES]; /* NULL: not kept */
};

struct zg_table_dicts {
  zg_dict *field[ZG_FIELD_COUNT];
};

static inline bool column_used(unsigned column) {
  return column >= MEASURE_COLUMN(0) ||
         column % ZG_FIELD_MAX_PLANES <
             zg_field_planes((zg_field)(column / ZG_FIELD_MAX_PLANES));
}

static inline const zg_bitmap *bitmap_at(const zg_table *t, zg_field f,
                                         uint32_t ordinal) {
  const bitmap_vec *v = &t->bitmaps[f];
  uint32_t page = ordinal >> ZG_BITMAP_PAGE_BITS;
  const zg_bitmap *b = page < v->n && v->pages[page]
                           ? v->pages[page]->at[ordinal & (ZG_BITMAP_PAGE - 1)]
                           : NULL;
  return b ? b : t->empty;
}

void zg_chunk_unref(chunk *c);
/* An empty table; `cubes`: they are kept. */
zg_table *zg_table_new(zg_table_dicts *dicts, bool cubes);
/* An ordinal's (or a length's) narrowest width; a chunk of zeros, or of the
 * values of `from` in at least its width.  NULL: no memory. */
uint32_t zg_chunk_width(uint32_t ordinal);
chunk *zg_chunk_new(uint32_t width, const chunk *from);

/* table_bulk.c: makes every bitmap of a new table and fills its empty cubes
 * (those that it keeps) from `all`, the columns and n_ordinals, which must be
 * in order.  False: no memory. */
bool zg_table_derive(zg_table *t);

#endif
