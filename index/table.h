/* Facets of one kind of document (findings, or bulletins): a Roaring bitmap
 * per value and a column per field, immutable once published.
 *
 * Derived data: Xapian's values are the only truth; zg_table_* is rebuilt from
 * the value streams at start.  A new generation is made by a zg_table_builder
 * from the last one; unchanged bitmaps and column chunks are shared by
 * reference count (ours, atomic), so a small commit costs little.
 *
 * Docids are Xapian's.  Columns are cut in chunks of 65,536 docids (a Roaring
 * container): chunk c holds docids [c<<16, (c+1)<<16).  Ordinal 0 means "no
 * value"; the ordinals of values are 1.. in order of first appearance and
 * never change while the store is open.
 *
 * Threads: a zg_table is read by any thread that holds a reference through a
 * snapshot; a builder belongs to the writer thread.
 */
#ifndef ZG_TABLE_H
#define ZG_TABLE_H

#include "index/cube.h"
#include "index/status.h"
#include <roaring/roaring.h>

#define ZG_CHUNK_BITS 16
#define ZG_CHUNK_DOCS (1u << ZG_CHUNK_BITS)

typedef struct zg_table zg_table;

/* All live documents of the table. Borrowed. */
const roaring_bitmap_t *zg_table_all(const zg_table *t);
uint32_t zg_table_count(const zg_table *t);
uint32_t zg_table_chunks(const zg_table *t); /* number of chunks */

/* Number of ordinals known to this generation, ordinal 0 included. */
uint32_t zg_table_ordinals(const zg_table *t, zg_field f);
/* Text of an ordinal (1..); borrowed from the store's dictionary. */
zg_str zg_table_value(const zg_table *t, zg_field f, uint32_t ordinal);
/* Ordinal of a value, 0 when no finding ever had it. */
uint32_t zg_table_ordinal(const zg_table *t, zg_field f, zg_str value);
/* Numeric fields: the value as a number (value must be decimal). */
int64_t zg_table_number(const zg_table *t, zg_field f, uint32_t ordinal);
/* Live documents that have the value; ordinal 0: that have none.  Never NULL.
 */
const roaring_bitmap_t *zg_table_bitmap(const zg_table *t, zg_field f,
                                        uint32_t ordinal);
/* Cached cardinality of the above. */
uint32_t zg_table_cardinality(const zg_table *t, zg_field f, uint32_t ordinal);

/* A chunk of a column: ZG_CHUNK_DOCS ordinals of `width` bytes each (1, 2 or
 * 4: the narrowest that holds them), dead documents are 0.  at == NULL when the
 * chunk has no document. */
typedef struct zg_column {
  const void *at;
  unsigned width;
} zg_column;
/* plane < zg_field_planes(f). */
zg_column zg_table_column(const zg_table *t, zg_field f, unsigned plane,
                          uint32_t chunk);
const int64_t *zg_table_measure(const zg_table *t, zg_measure_field m,
                                uint32_t chunk);
/* No value of the chunk is beyond -bound-1 … bound. */
int64_t zg_table_measure_bound(const zg_table *t, zg_measure_field m,
                               uint32_t chunk);
/* Lengths of the documents in terms, the same way, and the sum of all. */
zg_column zg_table_lengths(const zg_table *t, uint32_t chunk);
uint64_t zg_table_total_length(const zg_table *t);
static inline uint32_t zg_column_at(zg_column c, uint32_t docid) {
  uint32_t i = docid & (ZG_CHUNK_DOCS - 1);
  return !c.at          ? 0
         : c.width == 1 ? ((const uint8_t *)c.at)[i]
         : c.width == 2 ? ((const uint16_t *)c.at)[i]
                        : ((const uint32_t *)c.at)[i];
}

/* Maintained counts by two or three fields (index/cube.h); NULL: never kept, or
 * dropped when it grew too big.  i < ZG_CUBES. */
const zg_cube *zg_table_cube(const zg_table *t, unsigned i);

/* ---- building: the writer thread ---- */
typedef struct zg_table_builder zg_table_builder;
typedef struct zg_table_dicts
    zg_table_dicts; /* owned by the store; append-only */

zg_status zg_table_dicts_new(zg_table_dicts **out, zg_error *err);
void zg_table_dicts_free(zg_table_dicts *d);
/* Starts from `base` (NULL: empty). Without a base the cubes are kept from the
 * start, unless zg_table_builder_no_cubes is called first. */
zg_status zg_table_builder_new(zg_table_builder **out, zg_table_dicts *dicts,
                               const zg_table *base, zg_error *err);
void zg_table_builder_no_cubes(zg_table_builder *b);
zg_status zg_table_builder_add(zg_table_builder *b, uint32_t docid,
                               zg_error *err);
zg_status zg_table_builder_value(zg_table_builder *b, uint32_t docid,
                                 zg_field f, unsigned plane, zg_str value,
                                 zg_error *err);
zg_status zg_table_builder_measure(zg_table_builder *b, uint32_t docid,
                                   zg_measure_field m, int64_t value,
                                   zg_error *err);
/* Once, after the document was added. */
zg_status zg_table_builder_length(zg_table_builder *b, uint32_t docid,
                                  uint32_t length, zg_error *err);
/* Takes a document out of `all`, every bitmap and every column. No-op if
 * absent. */
zg_status zg_table_builder_remove(zg_table_builder *b, uint32_t docid,
                                  zg_error *err);
/* Is the document live as of now? */
bool zg_table_builder_has(const zg_table_builder *b, uint32_t docid);
/* Seals the builder into a table with one reference; frees the builder. */
zg_status zg_table_builder_finish(zg_table **out, zg_table_builder *b_take,
                                  zg_error *err);
void zg_table_builder_free(zg_table_builder *b);
zg_table *zg_table_ref(zg_table *t);
void zg_table_unref(zg_table *t);

/* Compares facets with the index's own values: rebuilds from `slots` read
 * through a reader and compares every bitmap, column, cardinality and cube.
 * ZG_CORRUPT naming the first field/value/docid that differs. */
zg_status zg_table_equal(const zg_table *a, const zg_table *b, zg_error *err);
#endif
