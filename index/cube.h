/* Cubes: counts of the live documents by two or three fields, some with the
 * sums of every measure, kept up to date with each generation.
 *
 * A cell is a combination of ordinals (0: no value).  A document with two
 * values of a field counts in both cells, so a cube may only be added up along
 * a field with one plane.  Derived data, like the bitmaps: the pages are shared
 * between generations and copied before the first change.
 *
 * Size is bounded: a cube of more than ZG_CUBE_CELLS_MAX cells is dropped and
 * does not come back before the next start; beyond ZG_CUBE_SUMS_MAX cells, or
 * when a sum overflows, it only counts.
 *
 * Threads: as a zg_table, which owns it.
 */
#ifndef ZG_CUBE_H
#define ZG_CUBE_H

#include "index/field.h"
#include "index/status.h"

#include <stdatomic.h>

struct zg_table;

#define ZG_CUBE_DIMS 3
#define ZG_CUBE_CELLS_MAX (1u << 18)
#define ZG_CUBE_SUMS_MAX (1u << 16)

/* X(symbol, sums, fields...): the field with the most values first. */
#define ZG_CUBE_TABLE(X)                                                       \
  X(LEVEL_YEAR_STATUS, true, UNIT_LEVEL, YEAR, STATUS)                         \
  X(KIND_YEAR_STATUS, true, KIND, YEAR, STATUS)                                \
  X(CATEGORY_YEAR_STATUS, true, CATEGORY, YEAR, STATUS)                        \
  X(CATEGORY_LEVEL_STATUS, true, CATEGORY, UNIT_LEVEL, STATUS)                 \
  X(CATEGORY_KIND, true, CATEGORY, KIND)                                       \
  X(UNIT_CATEGORY, false, UNIT, CATEGORY)                                      \
  X(UNIT_STATUS, true, UNIT, STATUS)                                           \
  X(UNIT_YEAR, false, UNIT, YEAR)                                              \
  X(REGION_CATEGORY, false, REGION, CATEGORY)                                  \
  X(REGION_STATUS, true, REGION, STATUS)                                       \
  X(REGION_YEAR, false, REGION, YEAR)                                          \
  X(REGION_KIND, true, REGION, KIND)                                           \
  X(ROUND_STATUS, true, ROUND, STATUS)                                         \
  X(BODY_STATUS, true, INSPECTING_BODY, STATUS)                                \
  X(REPEAT_CATEGORY, false, CATEGORY, REPEAT)

enum {
#define X(sym, sums, ...) ZG_CUBE_##sym,
  ZG_CUBE_TABLE(X)
#undef X
      ZG_CUBES
};

#define ZG_CUBE_PAGE_BITS 10
#define ZG_CUBE_PAGE (1u << ZG_CUBE_PAGE_BITS)
typedef struct zg_cube_page {
  _Atomic uint32_t refs;
  uint32_t counts[ZG_CUBE_PAGE];
  int64_t sums[][ZG_CUBE_PAGE]; /* by measure; only where the cube has sums */
} zg_cube_page;

typedef struct zg_cube {
  unsigned n; /* fields */
  zg_field fields[ZG_CUBE_DIMS];
  /* A cell's number: the ordinals, shifted; the first field is outermost. */
  unsigned shift[ZG_CUBE_DIMS];
  uint32_t room[ZG_CUBE_DIMS]; /* ordinals there is room for */
  bool sums, too_big;
  zg_cube_page **pages; /* NULL: all zero */
  uint32_t n_pages;
} zg_cube;

/* ---- reading ---- */
static inline uint32_t zg_cube_count(const zg_cube *c, uint32_t cell) {
  const zg_cube_page *p = c->pages[cell >> ZG_CUBE_PAGE_BITS];
  return p ? p->counts[cell & (ZG_CUBE_PAGE - 1)] : 0;
}
/* Only where c->sums. */
static inline int64_t zg_cube_sum(const zg_cube *c, uint32_t cell,
                                  zg_measure_field m) {
  const zg_cube_page *p = c->pages[cell >> ZG_CUBE_PAGE_BITS];
  return p ? p->sums[m][cell & (ZG_CUBE_PAGE - 1)] : 0;
}

/* ---- building: the writer thread ---- */
zg_cube *zg_cube_new(unsigned which); /* NULL: no memory */
zg_cube *zg_cube_copy(const zg_cube *c);
void zg_cube_free(zg_cube *c); /* NULL is legal */

/* What became of a document between two generations. */
#define ZG_CUBE_WAS 1 /* counts in `before` */
#define ZG_CUBE_IS 2  /* counts in `after` */
/* Moves documents from the cells of `before` (NULL: none) to those of `after`.
 * False: no memory.  Sets too_big instead of growing beyond the limit. */
bool zg_cube_settle(zg_cube *c, const struct zg_table *before,
                    const struct zg_table *after, const uint32_t *docids,
                    const uint8_t *became, size_t n);

/* Counts the documents of `t` below `end` that are live (a byte each, 0 or 1)
 * in a new cube: the same as settling them all, in a few passes over the
 * columns (cube_fill.c). */
bool zg_cube_fill(zg_cube *c, const struct zg_table *t, const uint8_t *live,
                  size_t end);
/* Makes room for the ordinals of `t`, or sets too_big.  False: no memory. */
bool zg_cube_fit(zg_cube *c, const struct zg_table *t);
size_t zg_cube_page_bytes(const zg_cube *c);

/* Compares the cells by the texts of their values.  ZG_CORRUPT names the first
 * that differs. */
zg_status zg_cube_equal(const zg_cube *a, const struct zg_table *ta,
                        const zg_cube *b, const struct zg_table *tb,
                        zg_error *err);
#endif
