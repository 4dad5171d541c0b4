/* A cube from whole columns: the cells of a chunk's documents are computed
 * together and counted in a plain array, which then becomes pages. */
#include "index/table.h"

#include <stdlib.h>
#include <string.h>

typedef struct filling {
  zg_cube *c;
  const zg_table *t;
  uint32_t n_cells; /* one more catches the documents that do not count */
  uint32_t *counts;
  int64_t *sums; /* measure by measure; NULL: none */
  bool overflow;
  /* Of the chunk: its first n documents, are they live, their cells. */
  uint32_t n;
  const uint8_t *live;
  uint32_t *cells;
} filling;

/* Adds one plane's ordinals to the cells. */
#define ADD_PLANE(type)                                                        \
  do {                                                                         \
    const type *v = column.at;                                                 \
    for (uint32_t i = 0; i < n; i++)                                           \
      cells[i] |= (uint32_t)v[i] << shift;                                     \
  } while (0)

static void add_plane(uint32_t *restrict cells, uint32_t n, zg_column column,
                      unsigned shift) {
  if (!column.at)
    return;
  if (column.width == 1)
    ADD_PLANE(uint8_t);
  else if (column.width == 2)
    ADD_PLANE(uint16_t);
  else
    ADD_PLANE(uint32_t);
}

/* A field with two planes: the first value (`want` 0) or the second, which
 * counts when it is another.  Documents without one go to the cell that
 * catches. */
static void add_value(const filling *f, zg_field field, uint32_t chunk,
                      unsigned want, unsigned shift) {
  zg_column a = zg_table_column(f->t, field, 0, chunk);
  zg_column b = zg_table_column(f->t, field, 1, chunk);
  for (uint32_t i = 0; i < f->n; i++) {
    uint32_t first = zg_column_at(a, i), second = zg_column_at(b, i);
    if (!first || first == second) {
      first = second;
      second = 0;
    }
    if (want && !second)
      f->cells[i] = f->n_cells;
    else if (f->cells[i] != f->n_cells)
      f->cells[i] |= (want ? second : first) << shift;
  }
}

_Static_assert(ZG_FIELD_MAX_PLANES == 2, "add_value reads two planes");

/* The cells by first values, or by the second of the fields in `combo`. */
static void find_cells(const filling *f, uint32_t chunk, unsigned combo) {
  const zg_cube *c = f->c;
  memset(f->cells, 0, f->n * sizeof *f->cells);
  for (unsigned d = 0; d < c->n; d++)
    if (zg_field_planes(c->fields[d]) == 1)
      add_plane(f->cells, f->n, zg_table_column(f->t, c->fields[d], 0, chunk),
                c->shift[d]);
  for (uint32_t i = 0; i < f->n; i++)
    f->cells[i] = f->live[i] ? f->cells[i] : f->n_cells;
  for (unsigned d = 0; d < c->n; d++)
    if (zg_field_planes(c->fields[d]) > 1)
      add_value(f, c->fields[d], chunk, combo >> d & 1, c->shift[d]);
}

static void count_cells(filling *f, uint32_t chunk) {
  bool overflow = false;
  const uint32_t n = f->n;
  for (uint32_t i = 0; i < n; i++)
    f->counts[f->cells[i]]++;
  for (int m = 0; f->sums && m < ZG_MEASURE_COUNT; m++) {
    int64_t *sums = f->sums + (size_t)m * (f->n_cells + 1);
    const int64_t *v = zg_table_measure(f->t, (zg_measure_field)m, chunk);
    if (!zg_table_measure_bound(f->t, (zg_measure_field)m, chunk))
      continue;
    for (uint32_t i = 0; i < n; i++)
      overflow |=
          __builtin_add_overflow(sums[f->cells[i]], v[i], &sums[f->cells[i]]);
  }
  f->overflow |= overflow;
}

/* The array becomes pages, as they would be had each cell been added to. */
static bool make_pages(filling *f) {
  zg_cube *c = f->c;
  for (uint32_t from = 0; from < f->n_cells; from += ZG_CUBE_PAGE) {
    uint32_t n = f->n_cells - from, i = 0;
    n = n < ZG_CUBE_PAGE ? n : ZG_CUBE_PAGE;
    while (i < n && !f->counts[from + i])
      i++;
    if (i == n)
      continue;
    zg_cube_page *p = calloc(1, zg_cube_page_bytes(c));
    if (!p)
      return false;
    atomic_init(&p->refs, 1);
    c->pages[from >> ZG_CUBE_PAGE_BITS] = p;
    memcpy(p->counts, f->counts + from, n * sizeof *p->counts);
    for (int m = 0; c->sums && m < ZG_MEASURE_COUNT; m++)
      memcpy(p->sums[m], f->sums + (size_t)m * (f->n_cells + 1) + from,
             n * sizeof(int64_t));
  }
  return true;
}

static bool fill(filling *f, const uint8_t *live, size_t end) {
  unsigned two = 0;
  for (unsigned d = 0; d < f->c->n; d++)
    two |= (unsigned)(zg_field_planes(f->c->fields[d]) > 1) << d;
  for (uint32_t chunk = 0; chunk < zg_table_chunks(f->t); chunk++) {
    size_t from = (size_t)chunk << ZG_CHUNK_BITS;
    if (from >= end || !zg_table_lengths(f->t, chunk).at)
      continue; /* no document */
    f->live = live + from;
    f->n = end - from < ZG_CHUNK_DOCS ? (uint32_t)(end - from) : ZG_CHUNK_DOCS;
    for (unsigned combo = 0; combo < 1u << f->c->n; combo++) {
      if (combo & ~two)
        continue;
      find_cells(f, chunk, combo);
      count_cells(f, chunk);
    }
  }
  f->c->sums = f->c->sums && !f->overflow;
  return make_pages(f);
}

bool zg_cube_fill(zg_cube *c, const zg_table *t, const uint8_t *live,
                  size_t end) {
  if (!zg_cube_fit(c, t))
    return false;
  if (c->too_big)
    return true;
  filling f = {.c = c, .t = t, .n_cells = c->room[0] << c->shift[0]};
  size_t cells = (size_t)f.n_cells + 1;
  f.counts = calloc(cells, sizeof *f.counts);
  f.cells = malloc(ZG_CHUNK_DOCS * sizeof *f.cells);
  if (c->sums)
    f.sums = calloc(cells * ZG_MEASURE_COUNT, sizeof *f.sums);
  bool ok = f.counts && f.cells && (f.sums || !c->sums) && fill(&f, live, end);
  free(f.counts);
  free(f.cells);
  free(f.sums);
  return ok;
}
