#include "index/table_private.h"

#include <stdlib.h>

/* A growing list of docids or pointers. */
typedef struct docids {
  uint32_t *at;
  size_t n, cap;
} docids;

struct zg_table_builder {
  zg_table *t;         /* being built; one reference, ours */
  zg_table *base;      /* our reference; NULL: none, then bitmaps and cubes are
                          made in finish, all at once */
  zg_bitmap *base_all; /* who was live before; NULL: nobody */
  zg_bitmap **dirty;   /* changed bitmaps, owned by the pages of t */
  size_t n_dirty, cap_dirty;
  docids touched; /* may repeat; whether they have no value, and in which
                     cells of the cubes they count, is settled once, in
                     finish */
  bool removed;   /* chunks may have become empty */
  /* The last value of each field and its ordinal: neighbouring documents
   * mostly share it. */
  struct {
    zg_str text;
    uint32_t ordinal;
  } memo[ZG_FIELD_COUNT];
};

static bool push(docids *d, uint32_t docid) {
  if (d->n == d->cap) {
    size_t cap = d->cap ? d->cap * 2 : 256;
    uint32_t *at = realloc(d->at, cap * sizeof *at);
    if (!at)
      return false;
    d->at = at;
    d->cap = cap;
  }
  d->at[d->n++] = docid;
  return true;
}

static bool share_columns(zg_table *t, const zg_table *base) {
  t->n_chunks = base->n_chunks;
  for (unsigned c = 0; c < COLUMNS && t->n_chunks; c++) {
    if (!base->columns[c])
      continue;
    t->columns[c] = calloc(t->n_chunks, sizeof *t->columns[c]);
    if (!t->columns[c])
      return false;
    for (uint32_t i = 0; i < t->n_chunks; i++) {
      chunk *k = base->columns[c][i];
      if (k)
        atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
      t->columns[c][i] = k;
    }
  }
  return true;
}

static bool share_cubes(zg_table *t, const zg_table *base) {
  for (unsigned i = 0; i < ZG_CUBES; i++)
    if (base->cubes[i] && !(t->cubes[i] = zg_cube_copy(base->cubes[i])))
      return false;
  return true;
}

static bool new_cubes(zg_table *t) {
  for (unsigned i = 0; i < ZG_CUBES; i++)
    if (!(t->cubes[i] = zg_cube_new(i)))
      return false;
  return true;
}

static bool share_bitmaps(zg_table *t, const zg_table *base) {
  for (int f = 0; f < ZG_FIELD_COUNT; f++) {
    const bitmap_vec *from = &base->bitmaps[f];
    bitmap_vec *to = &t->bitmaps[f];
    if (!from->n)
      continue;
    to->pages = calloc(from->n, sizeof *to->pages);
    if (!to->pages)
      return false;
    to->n = from->n;
    for (uint32_t i = 0; i < to->n; i++)
      to->pages[i] = zg_bitmap_page_ref(from->pages[i]);
  }
  return true;
}

zg_table *zg_table_new(zg_table_dicts *dicts, bool cubes) {
  zg_table *t = calloc(1, sizeof *t);
  if (!t)
    return NULL;
  atomic_init(&t->refs, 1);
  t->dicts = dicts;
  t->all = zg_bitmap_new();
  t->empty = zg_bitmap_new();
  if (t->all && t->empty && (!cubes || new_cubes(t)))
    return t;
  zg_table_unref(t);
  return NULL;
}

/* The next generation of `base`, equal to it so far. */
static zg_table *table_next(const zg_table *base) {
  zg_table *t = calloc(1, sizeof *t);
  if (!t)
    return NULL;
  atomic_init(&t->refs, 1);
  t->dicts = base->dicts;
  t->all = zg_bitmap_ref(base->all);
  t->empty = zg_bitmap_ref(base->empty);
  t->total_length = base->total_length;
  if (share_columns(t, base) && share_bitmaps(t, base) && share_cubes(t, base))
    return t;
  zg_table_unref(t);
  return NULL;
}

zg_status zg_table_builder_new(zg_table_builder **out, zg_table_dicts *dicts,
                               const zg_table *base, zg_error *err) {
  zg_table_builder *b = calloc(1, sizeof *b);
  *out = b;
  if (!b)
    return zg_fail_nomem(err);
  b->t = base ? table_next(base) : zg_table_new(dicts, true);
  if (!b->t) {
    zg_table_builder_free(b);
    *out = NULL;
    return zg_fail_nomem(err);
  }
  if (base) {
    b->base = zg_table_ref((zg_table *)base);
    b->base_all = zg_bitmap_ref(base->all);
  }
  return ZG_OK;
}

void zg_table_builder_free(zg_table_builder *b) {
  if (!b)
    return;
  zg_table_unref(b->t); /* NULL is legal */
  zg_table_unref(b->base);
  zg_bitmap_unref(b->base_all);
  free(b->dirty);
  free(b->touched.at);
  free(b);
}

void zg_table_builder_no_cubes(zg_table_builder *b) {
  for (unsigned i = 0; i < ZG_CUBES; i++) {
    zg_cube_free(b->t->cubes[i]);
    b->t->cubes[i] = NULL;
  }
}

/* ---- making things our own ---- */

uint32_t zg_chunk_width(uint32_t ordinal) {
  return ordinal < 1u << 8 ? 1 : ordinal < 1u << 16 ? 2 : 4;
}

chunk *zg_chunk_new(uint32_t width, const chunk *from) {
  size_t n = (size_t)ZG_CHUNK_DOCS * width;
  bool copy = from && from->width == width;
  chunk *c = copy ? malloc(sizeof *c + n) : calloc(1, sizeof *c + n);
  if (!c)
    return NULL;
  atomic_init(&c->refs, 1);
  c->width = width;
  c->bits = from ? from->bits : 0;
  if (copy)
    memcpy(c->values, from->values, n);
  for (uint32_t i = 0; from && !copy && i < ZG_CHUNK_DOCS; i++)
    chunk_set(c, i, chunk_get(from, i));
  return c;
}

/* The chunk of an added document, ours to change, with room for values of
 * `width` bytes. */
static chunk *own_chunk(zg_table *t, unsigned column, uint32_t docid,
                        uint32_t width) {
  chunk **at = &t->columns[column][docid >> ZG_CHUNK_BITS];
  if (width < (*at)->width)
    width = (*at)->width;
  if (width == (*at)->width &&
      atomic_load_explicit(&(*at)->refs, memory_order_acquire) == 1)
    return *at;
  chunk *mine = zg_chunk_new(width, *at);
  if (mine) {
    zg_chunk_unref(*at);
    *at = mine;
  }
  return mine;
}

/* Makes room for docid in every column. */
static bool reserve_chunk(zg_table *t, uint32_t docid) {
  uint32_t at = docid >> ZG_CHUNK_BITS;
  if (at >= t->n_chunks) {
    for (unsigned c = 0; c < COLUMNS; c++) {
      if (!column_used(c))
        continue;
      chunk **p = realloc(t->columns[c], (at + 1) * sizeof *p);
      if (!p)
        return false;
      for (uint32_t i = t->n_chunks; i <= at; i++)
        p[i] = NULL;
      t->columns[c] = p;
    }
    t->n_chunks = at + 1;
  }
  for (unsigned c = 0; c < COLUMNS; c++)
    if (column_used(c) && !t->columns[c][at]) {
      t->columns[c][at] =
          zg_chunk_new(COLUMN_IS_MEASURE(c) ? sizeof(int64_t) : 1, NULL);
      if (!t->columns[c][at])
        return false;
    }
  return true;
}

static zg_bitmap *mark(zg_table_builder *b, zg_bitmap *m) {
  if (m->dirty)
    return m;
  if (b->n_dirty == b->cap_dirty) {
    size_t cap = b->cap_dirty ? b->cap_dirty * 2 : 256;
    zg_bitmap **p = realloc(b->dirty, cap * sizeof *p);
    if (!p)
      return NULL;
    b->dirty = p;
    b->cap_dirty = cap;
  }
  b->dirty[b->n_dirty++] = m;
  m->dirty = true;
  return m;
}

static zg_bitmap *own_bitmap(zg_table_builder *b, zg_field f,
                             uint32_t ordinal) {
  bitmap_vec *v = &b->t->bitmaps[f];
  uint32_t page = ordinal >> ZG_BITMAP_PAGE_BITS;
  if (page >= v->n) {
    zg_bitmap_page **p = realloc(v->pages, (page + 1) * sizeof *p);
    if (!p)
      return NULL;
    for (uint32_t i = v->n; i <= page; i++)
      p[i] = NULL;
    v->pages = p;
    v->n = page + 1;
  }
  if (!zg_bitmap_page_own(&v->pages[page]))
    return NULL;
  zg_bitmap **at = &v->pages[page]->at[ordinal & (ZG_BITMAP_PAGE - 1)];
  return zg_bitmap_own(at) ? mark(b, *at) : NULL;
}

static zg_bitmap *own_all(zg_table_builder *b) {
  return zg_bitmap_own(&b->t->all) ? mark(b, b->t->all) : NULL;
}

static bool was_live(const zg_table_builder *b, uint32_t docid) {
  return b->base_all && roaring_bitmap_contains(b->base_all->r, docid);
}

/* ---- changes ---- */

zg_status zg_table_builder_add(zg_table_builder *b, uint32_t docid,
                               zg_error *err) {
  zg_bitmap *all = own_all(b);
  if (!all || !reserve_chunk(b->t, docid) ||
      (b->base && !push(&b->touched, docid)))
    return zg_fail_nomem(err);
  roaring_bitmap_add(all->r, docid);
  return ZG_OK;
}

static uint32_t ordinal_of(zg_table_builder *b, zg_field f, zg_str value) {
  if (b->memo[f].ordinal && zg_str_eq(b->memo[f].text, value))
    return b->memo[f].ordinal;
  zg_dict *d = b->t->dicts->field[f];
  uint32_t ordinal = zg_dict_intern(d, value);
  b->memo[f].ordinal = ordinal;
  b->memo[f].text = zg_dict_text(d, ordinal);
  return ordinal;
}

/* Does any plane but `plane` hold the ordinal? */
static bool elsewhere(const zg_table *t, zg_field f, unsigned plane,
                      uint32_t docid, uint32_t ordinal) {
  for (unsigned p = 0; p < zg_field_planes(f); p++)
    if (p != plane &&
        zg_column_at(zg_table_column(t, f, p, docid >> ZG_CHUNK_BITS), docid) ==
            ordinal)
      return true;
  return false;
}

zg_status zg_table_builder_value(zg_table_builder *b, uint32_t docid,
                                 zg_field f, unsigned plane, zg_str value,
                                 zg_error *err) {
  uint32_t ordinal = ordinal_of(b, f, value);
  chunk *c =
      own_chunk(b->t, COLUMN_OF(f, plane), docid, zg_chunk_width(ordinal));
  if (!ordinal || !c)
    return zg_fail_nomem(err);
  if (was_live(b, docid) && !push(&b->touched, docid))
    return zg_fail_nomem(err);
  uint32_t at = docid & (ZG_CHUNK_DOCS - 1), old = chunk_get(c, at);
  if (old == ordinal)
    return ZG_OK;
  if (!b->base) {
    chunk_set(c, at, ordinal);
    return ZG_OK;
  }
  if (old && !elsewhere(b->t, f, plane, docid, old)) {
    zg_bitmap *m = own_bitmap(b, f, old);
    if (!m)
      return zg_fail_nomem(err);
    roaring_bitmap_remove(m->r, docid);
  }
  zg_bitmap *m = own_bitmap(b, f, ordinal);
  if (!m)
    return zg_fail_nomem(err);
  roaring_bitmap_add(m->r, docid);
  chunk_set(c, at, ordinal);
  return ZG_OK;
}

zg_status zg_table_builder_measure(zg_table_builder *b, uint32_t docid,
                                   zg_measure_field m, int64_t value,
                                   zg_error *err) {
  chunk *c = own_chunk(b->t, MEASURE_COLUMN(m), docid, sizeof(int64_t));
  if (!c || (was_live(b, docid) && !push(&b->touched, docid)))
    return zg_fail_nomem(err);
  c->bits |= zg_measure_bits(value);
  chunk_i64(c)[docid & (ZG_CHUNK_DOCS - 1)] = value;
  return ZG_OK;
}

static bool set_length(zg_table *t, uint32_t docid, uint32_t length) {
  chunk *c = own_chunk(t, LENGTH_COLUMN, docid, zg_chunk_width(length));
  uint32_t at = docid & (ZG_CHUNK_DOCS - 1);
  if (!c)
    return false;
  t->total_length += (uint64_t)length - chunk_get(c, at);
  chunk_set(c, at, length);
  return true;
}

zg_status zg_table_builder_length(zg_table_builder *b, uint32_t docid,
                                  uint32_t length, zg_error *err) {
  return set_length(b->t, docid, length) ? ZG_OK : zg_fail_nomem(err);
}

static bool clear_field(zg_table_builder *b, zg_field f, uint32_t docid) {
  bool any = false;
  for (unsigned p = 0; p < zg_field_planes(f); p++) {
    uint32_t old = zg_column_at(
        zg_table_column(b->t, f, p, docid >> ZG_CHUNK_BITS), docid);
    if (!old)
      continue;
    any = true;
    chunk *c = own_chunk(b->t, COLUMN_OF(f, p), docid, 1);
    if (!c)
      return false;
    chunk_set(c, docid & (ZG_CHUNK_DOCS - 1), 0);
    if (!b->base)
      continue;
    zg_bitmap *m = own_bitmap(b, f, old);
    if (!m)
      return false;
    roaring_bitmap_remove(m->r, docid);
  }
  if (!any && was_live(b, docid)) {
    zg_bitmap *none = own_bitmap(b, f, 0);
    if (!none)
      return false;
    roaring_bitmap_remove(none->r, docid);
  }
  return true;
}

bool zg_table_builder_has(const zg_table_builder *b, uint32_t docid) {
  return roaring_bitmap_contains(b->t->all->r, docid);
}

zg_status zg_table_builder_remove(zg_table_builder *b, uint32_t docid,
                                  zg_error *err) {
  zg_table *t = b->t;
  if (!roaring_bitmap_contains(t->all->r, docid))
    return ZG_OK;
  zg_bitmap *all = own_all(b);
  if (!all || (was_live(b, docid) && !push(&b->touched, docid)))
    return zg_fail_nomem(err);
  for (int f = 0; f < ZG_FIELD_COUNT; f++)
    if (!clear_field(b, (zg_field)f, docid))
      return zg_fail_nomem(err);
  if (zg_column_at(zg_table_lengths(t, docid >> ZG_CHUNK_BITS), docid) &&
      !set_length(t, docid, 0))
    return zg_fail_nomem(err);
  for (int m = 0; m < ZG_MEASURE_COUNT; m++) {
    const int64_t *old =
        zg_table_measure(t, (zg_measure_field)m, docid >> ZG_CHUNK_BITS);
    if (!old || !old[docid & (ZG_CHUNK_DOCS - 1)])
      continue;
    zg_status st =
        zg_table_builder_measure(b, docid, (zg_measure_field)m, 0, err);
    if (st)
      return st;
  }
  roaring_bitmap_remove(all->r, docid);
  b->removed = true;
  return ZG_OK;
}

/* ---- finishing ---- */

static bool has_value(const zg_table *t, zg_field f, uint32_t docid) {
  for (unsigned p = 0; p < zg_field_planes(f); p++)
    if (zg_column_at(zg_table_column(t, f, p, docid >> ZG_CHUNK_BITS), docid))
      return true;
  return false;
}

/* Ordinal 0 of a field: settles the documents touched by this builder. */
static bool settle_none(zg_table_builder *b, zg_field f) {
  zg_table *t = b->t;
  for (size_t i = 0; i < b->touched.n; i++) {
    uint32_t docid = b->touched.at[i];
    bool none =
        !has_value(t, f, docid) && roaring_bitmap_contains(t->all->r, docid);
    if (!none && !was_live(b, docid))
      continue;
    zg_bitmap *m = own_bitmap(b, f, 0);
    if (!m)
      return false;
    if (none)
      roaring_bitmap_add(m->r, docid);
    else
      roaring_bitmap_remove(m->r, docid);
  }
  return true;
}

static int by_docid(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/* Each touched document once, in order. */
static void unique_docids(docids *d) {
  size_t n = 0;
  bool ascending = true;
  for (size_t i = 1; i < d->n && ascending; i++)
    ascending = d->at[i - 1] <= d->at[i];
  if (!ascending)
    qsort(d->at, d->n, sizeof *d->at, by_docid);
  for (size_t i = 0; i < d->n; i++)
    if (n == 0 || d->at[n - 1] != d->at[i])
      d->at[n++] = d->at[i];
  d->n = n;
}

/* A touched document leaves the cells it counted in and enters those it counts
 * in now.  A cube that grew too big is dropped: that is no failure. */
static bool settle_cubes(zg_table_builder *b) {
  uint8_t *became = malloc(b->touched.n + 1);
  bool ok = became != NULL;
  for (size_t k = 0; ok && k < b->touched.n; k++) {
    uint32_t docid = b->touched.at[k];
    bool is = roaring_bitmap_contains(b->t->all->r, docid);
    became[k] = (uint8_t)((was_live(b, docid) ? ZG_CUBE_WAS : 0) |
                          (is ? ZG_CUBE_IS : 0));
  }
  for (unsigned i = 0; ok && i < ZG_CUBES; i++) {
    zg_cube **c = &b->t->cubes[i];
    if (!*c)
      continue;
    ok = zg_cube_settle(*c, b->base, b->t, b->touched.at, became, b->touched.n);
    if ((*c)->too_big) {
      zg_cube_free(*c);
      *c = NULL;
    }
  }
  free(became);
  return ok;
}

/* Docids only grow, so after many replacements whole chunks are dead. */
static void drop_dead_chunks(zg_table *t) {
  for (uint32_t i = 0; i < t->n_chunks; i++) {
    uint64_t from = (uint64_t)i << ZG_CHUNK_BITS;
    if (roaring_bitmap_range_cardinality(t->all->r, from, from + ZG_CHUNK_DOCS))
      continue;
    for (unsigned c = 0; c < COLUMNS; c++)
      if (t->columns[c]) {
        zg_chunk_unref(t->columns[c][i]);
        t->columns[c][i] = NULL;
      }
  }
}

/* Bitmaps and cubes, brought up to date from those of the base. */
static bool settle(zg_table_builder *b) {
  unique_docids(&b->touched);
  for (int f = 0; f < ZG_FIELD_COUNT; f++)
    if (!settle_none(b, (zg_field)f))
      return false;
  return settle_cubes(b);
}

zg_status zg_table_builder_finish(zg_table **out, zg_table_builder *b_take,
                                  zg_error *err) {
  zg_table_builder *b = b_take;
  zg_table *t = b->t;
  *out = NULL;
  for (int f = 0; f < ZG_FIELD_COUNT; f++)
    t->n_ordinals[f] = zg_dict_count(t->dicts->field[f]);
  if (!(b->base ? settle(b) : zg_table_derive(t))) {
    zg_table_builder_free(b);
    return zg_fail_nomem(err);
  }
  for (size_t i = 0; i < b->n_dirty; i++)
    zg_bitmap_seal(b->dirty[i]);
  if (b->removed)
    drop_dead_chunks(t);
  b->t = NULL;
  zg_table_builder_free(b);
  *out = t;
  return ZG_OK;
}
