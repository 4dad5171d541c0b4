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

#endif
