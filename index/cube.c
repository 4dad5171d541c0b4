#include "index/cube.h"
#include "index/table.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct cube_row {
  zg_field fields[ZG_CUBE_DIMS];
  unsigned n;
  bool sums;
} cube_row;

#define F(a) ZG_FIELD_##a
#define FIELDS_2(a, b) .fields = {F(a), F(b)}, .n = 2
#define FIELDS_3(a, b, c) .fields = {F(a), F(b), F(c)}, .n = 3
#define PICK(a, b, c, name, ...) name
#define FIELDS(...) PICK(__VA_ARGS__, FIELDS_3, FIELDS_2, )(__VA_ARGS__)

static const cube_row CUBES[ZG_CUBES] = {
#define X(sym, with_sums, ...)                                                 \
  [ZG_CUBE_##sym] = {.sums = with_sums, FIELDS(__VA_ARGS__)},
    ZG_CUBE_TABLE(X)
#undef X
};

/* ---- pages ---- */

static void page_unref(zg_cube_page *p) {
  if (p && atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
    free(p);
}

size_t zg_cube_page_bytes(const zg_cube *c) {
  return sizeof(zg_cube_page) +
         (c->sums ? ZG_MEASURE_COUNT * sizeof(int64_t[ZG_CUBE_PAGE]) : 0);
}

/* The cell's page, ours to change. */
static zg_cube_page *own_page(zg_cube *c, uint32_t cell) {
  zg_cube_page **at = &c->pages[cell >> ZG_CUBE_PAGE_BITS];
  if (*at && atomic_load_explicit(&(*at)->refs, memory_order_acquire) == 1)
    return *at;
  zg_cube_page *mine = calloc(1, zg_cube_page_bytes(c));
  if (!mine)
    return NULL;
  if (*at) {
    memcpy(mine->counts, (*at)->counts,
           zg_cube_page_bytes(c) - sizeof mine->refs);
    page_unref(*at);
  }
  atomic_init(&mine->refs, 1);
  *at = mine;
  return mine;
}

zg_cube *zg_cube_new(unsigned which) {
  const cube_row *row = &CUBES[which];
  zg_cube *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  c->n = row->n;
  c->sums = row->sums;
  memcpy(c->fields, row->fields, sizeof c->fields);
  for (unsigned d = 0; d < c->n; d++)
    c->room[d] = 1;
  return c;
}

zg_cube *zg_cube_copy(const zg_cube *c) {
  zg_cube *out = malloc(sizeof *out);
  zg_cube_page **pages = malloc((c->n_pages + 1) * sizeof(zg_cube_page *));
  if (!out || !pages) {
    free(out);
    free(pages);
    return NULL;
  }
  *out = *c;
  out->pages = pages;
  for (uint32_t i = 0; i < c->n_pages; i++) {
    out->pages[i] = c->pages[i];
    if (c->pages[i])
      atomic_fetch_add_explicit(&c->pages[i]->refs, 1, memory_order_relaxed);
  }
  return out;
}

static void free_pages(zg_cube *c) {
  for (uint32_t i = 0; i < c->n_pages; i++)
    page_unref(c->pages[i]);
  free(c->pages);
}

void zg_cube_free(zg_cube *c) {
  if (!c)
    return;
  free_pages(c);
  free(c);
}

/* ---- growing ---- */

static bool move_cell(zg_cube *to, const zg_cube *from, uint32_t cell) {
  uint32_t count = zg_cube_count(from, cell), target = 0, left = cell;
  if (!count)
    return true;
  for (unsigned d = 0; d < from->n; d++) {
    target |= left >> from->shift[d] << to->shift[d];
    left &= (1u << from->shift[d]) - 1;
  }
  zg_cube_page *p = own_page(to, target);
  if (!p)
    return false;
  uint32_t i = target & (ZG_CUBE_PAGE - 1);
  p->counts[i] = count;
  for (int m = 0; to->sums && m < ZG_MEASURE_COUNT; m++)
    p->sums[m][i] = zg_cube_sum(from, cell, (zg_measure_field)m);
  return true;
}

static unsigned bits_for(uint32_t n) {
  unsigned bits = 0;
  while (bits < 31 && 1u << bits < n)
    bits++;
  return bits;
}

/* More pages at the end: only the outermost field grew. */
static bool append(zg_cube *c, uint32_t n_pages) {
  if (n_pages <= c->n_pages)
    return true;
  zg_cube_page **p = realloc(c->pages, n_pages * sizeof *p);
  if (!p)
    return false;
  for (uint32_t i = c->n_pages; i < n_pages; i++)
    p[i] = NULL;
  c->pages = p;
  c->n_pages = n_pages;
  return true;
}

/* Makes room for the ordinals of `t`.  The inner fields have room for a power
 * of two, so that cells rarely have to move. */
bool zg_cube_fit(zg_cube *c, const zg_table *t) {
  zg_cube next = *c;
  bool moves = false;
  unsigned shift = 0;
  for (unsigned d = c->n; d-- > 0;) {
    uint32_t n = zg_table_ordinals(t, c->fields[d]);
    next.shift[d] = shift;
    moves = moves || next.shift[d] != c->shift[d];
    if (d == 0) {
      next.room[0] = n > c->room[0] ? n : c->room[0];
    } else {
      unsigned bits = bits_for(n > c->room[d] ? n : c->room[d]);
      next.room[d] = 1u << bits;
      shift += bits;
    }
  }
  uint64_t cells = (uint64_t)next.room[0] << shift;
  if (shift > 18 || cells > ZG_CUBE_CELLS_MAX) {
    c->too_big = true;
    return true;
  }
  next.sums = c->sums && cells <= ZG_CUBE_SUMS_MAX;
  uint32_t pages = (uint32_t)((cells + ZG_CUBE_PAGE - 1) >> ZG_CUBE_PAGE_BITS);
  if (!moves && next.sums == c->sums) {
    memcpy(c->room, next.room, sizeof c->room);
    return append(c, pages);
  }
  next.pages = NULL;
  next.n_pages = 0;
  bool ok = append(&next, pages);
  for (uint32_t i = 0; ok && i < c->n_pages << ZG_CUBE_PAGE_BITS; i++)
    ok = move_cell(&next, c, i);
  if (!ok) {
    free_pages(&next);
    return false;
  }
  free_pages(c);
  *c = next;
  return true;
}

/* ---- settling ---- */

/* The columns of one generation, looked up once a chunk. */
typedef struct source {
  const zg_table *t;
  uint32_t chunk; /* of the columns; UINT32_MAX: none yet */
  unsigned planes[ZG_CUBE_DIMS];
  zg_column values[ZG_CUBE_DIMS][ZG_FIELD_MAX_PLANES];
  const int64_t *measures[ZG_MEASURE_COUNT];
  int with[ZG_MEASURE_COUNT]; /* measures that some document has */
  int n_with;
} source;

static void turn_to(source *s, const zg_cube *c, uint32_t chunk) {
  if (s->chunk == chunk)
    return;
  s->chunk = chunk;
  s->n_with = 0;
  for (unsigned d = 0; d < c->n; d++) {
    s->planes[d] = zg_field_planes(c->fields[d]);
    for (unsigned p = 0; p < s->planes[d]; p++)
      s->values[d][p] = zg_table_column(s->t, c->fields[d], p, chunk);
  }
  for (int m = 0; c->sums && m < ZG_MEASURE_COUNT; m++) {
    s->measures[m] = zg_table_measure(s->t, (zg_measure_field)m, chunk);
    if (zg_table_measure_bound(s->t, (zg_measure_field)m, chunk))
      s->with[s->n_with++] = m;
  }
}

static bool add_to_cell(zg_cube *c, const source *s, uint32_t docid,
                        uint32_t cell, int by) {
  zg_cube_page *p = own_page(c, cell);
  if (!p)
    return false;
  uint32_t i = cell & (ZG_CUBE_PAGE - 1);
  p->counts[i] += (uint32_t)by;
  for (int k = 0; c->sums && k < s->n_with; k++) {
    int m = s->with[k];
    int64_t v = s->measures[m][docid & (ZG_CHUNK_DOCS - 1)];
    if (v &&
        (by > 0 ? __builtin_add_overflow(p->sums[m][i], v, &p->sums[m][i])
                : __builtin_sub_overflow(p->sums[m][i], v, &p->sums[m][i])))
      c->sums = false; /* counts stay right; later pages are kept short */
  }
  return true;
}

/* A document's cells: one, or more with several values of a field. */
static bool count_document(zg_cube *c, source *s, uint32_t docid, int by) {
  uint32_t cells[1u << ZG_CUBE_DIMS] = {0};
  unsigned n = 1;
  turn_to(s, c, docid >> ZG_CHUNK_BITS);
  for (unsigned d = 0; d < c->n; d++) {
    uint32_t first = zg_column_at(s->values[d][0], docid), second = 0;
    if (s->planes[d] > 1)
      second = zg_column_at(s->values[d][1], docid);
    if (second && (!first || second == first)) {
      first = second;
      second = 0;
    }
    for (unsigned i = 0; second && i < n; i++)
      cells[n + i] = cells[i] | second << c->shift[d];
    for (unsigned i = 0; i < n; i++)
      cells[i] |= first << c->shift[d];
    n <<= second != 0;
  }
  for (unsigned i = 0; i < n; i++)
    if (!add_to_cell(c, s, docid, cells[i], by))
      return false;
  return true;
}

_Static_assert(ZG_FIELD_MAX_PLANES == 2, "count_document reads two planes");

bool zg_cube_settle(zg_cube *c, const zg_table *before, const zg_table *after,
                    const uint32_t *docids, const uint8_t *became, size_t n) {
  source was = {.t = before, .chunk = UINT32_MAX};
  source is = {.t = after, .chunk = UINT32_MAX};
  if (!zg_cube_fit(c, after))
    return false;
  for (size_t i = 0; i < n && !c->too_big; i++)
    if ((became[i] & ZG_CUBE_WAS && !count_document(c, &was, docids[i], -1)) ||
        (became[i] & ZG_CUBE_IS && !count_document(c, &is, docids[i], 1)))
      return false;
  return true;
}

/* ---- comparing ---- */

static zg_status differs(const zg_cube *c, uint32_t cell, const char *what,
                         int64_t a, int64_t b, zg_error *err) {
  char names[96] = "";
  size_t at = 0;
  for (unsigned d = 0; d < c->n; d++)
    at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", d ? "," : "",
                           zg_field_name(c->fields[d]));
  return zg_fail(err, ZG_CORRUPT, "facets_differ", zg_field_name(c->fields[0]),
                 "cube %s, cell %u, %s: %lld and %lld", names, cell, what,
                 (long long)a, (long long)b);
}

/* The cell of `b` with the same values; UINT32_MAX: `b` does not know one. */
static uint32_t same_cell(const zg_cube *a, const zg_table *ta,
                          const zg_cube *b, const zg_table *tb, uint32_t cell) {
  uint32_t out = 0;
  for (unsigned d = 0; d < a->n; d++) {
    uint32_t ordinal = cell >> a->shift[d], other = 0;
    cell &= (1u << a->shift[d]) - 1;
    if (ordinal) {
      other = zg_table_ordinal(tb, a->fields[d],
                               zg_table_value(ta, a->fields[d], ordinal));
      if (!other)
        return UINT32_MAX;
    }
    out |= other << b->shift[d];
  }
  return out;
}

zg_status zg_cube_equal(const zg_cube *a, const zg_table *ta, const zg_cube *b,
                        const zg_table *tb, zg_error *err) {
  int64_t whole_a = 0, whole_b = 0;
  for (uint32_t i = 0; i < b->n_pages << ZG_CUBE_PAGE_BITS; i++)
    whole_b += zg_cube_count(b, i);
  for (uint32_t i = 0; i < a->n_pages << ZG_CUBE_PAGE_BITS; i++) {
    uint32_t count = zg_cube_count(a, i);
    if (!count)
      continue;
    whole_a += count;
    uint32_t other = same_cell(a, ta, b, tb, i);
    uint32_t there = other == UINT32_MAX ? 0 : zg_cube_count(b, other);
    if (there != count)
      return differs(a, i, "count", count, there, err);
    for (int m = 0; a->sums && b->sums && m < ZG_MEASURE_COUNT; m++) {
      int64_t x = zg_cube_sum(a, i, (zg_measure_field)m);
      int64_t y = zg_cube_sum(b, other, (zg_measure_field)m);
      if (x != y)
        return differs(a, i, zg_measure_name((zg_measure_field)m), x, y, err);
    }
  }
  /* Every cell of `a` is in `b`; equal totals mean that `b` has no other. */
  return whole_a == whole_b ? ZG_OK
                            : differs(a, 0, "all cells", whole_a, whole_b, err);
}
