/* Bitmaps and cubes of a whole table from its columns: a counting sort of the
 * live documents by ordinal, instead of adding them one at a time. */
#include "index/table_private.h"

#include <stdlib.h>

typedef struct work {
  const zg_table *t;
  uint32_t *live; /* ascending */
  size_t n;
  uint32_t *first, *second; /* ordinals of live[i]; 0: none (any more) */
  uint32_t *sorted;         /* docids by ordinal, ascending in each */
  uint32_t *from;           /* where an ordinal's begin */
  zg_buf serial;            /* of one bitmap */
} work;

/* ---- the ordinals of a field ---- */

static void gather(const work *w, zg_field f, unsigned plane, uint32_t *out) {
  for (size_t i = 0; i < w->n;) {
    uint32_t key = w->live[i] >> ZG_CHUNK_BITS;
    zg_column c = zg_table_column(w->t, f, plane, key);
    size_t end = i;
    while (end < w->n && w->live[end] >> ZG_CHUNK_BITS == key)
      end++;
    for (; i < end; i++)
      out[i] = zg_column_at(c, w->live[i]);
  }
}

/* A value that stands in both planes counts once; one that stands alone stands
 * in `first`. */
static void gather_field(const work *w, zg_field f) {
  gather(w, f, 0, w->first);
  if (zg_field_planes(f) < 2)
    return;
  gather(w, f, 1, w->second);
  for (size_t i = 0; i < w->n; i++) {
    if (!w->first[i])
      w->first[i] = w->second[i];
    if (w->first[i] == w->second[i])
      w->second[i] = 0;
  }
}

_Static_assert(ZG_FIELD_MAX_PLANES == 2, "gather_field reads two planes");

/* from[o + 1] .. from[o + 2] before, from[o] .. from[o + 1] after the docids
 * have gone to their places. */
static void sort_field(const work *w, zg_field f) {
  uint32_t *at = w->from + 1, n = w->t->n_ordinals[f];
  bool two = zg_field_planes(f) > 1;
  memset(w->from, 0, (n + 2) * sizeof *w->from);
  for (size_t i = 0; i < w->n; i++) {
    at[w->first[i] + 1]++;
    if (two && w->second[i])
      at[w->second[i] + 1]++;
  }
  for (uint32_t o = 1; o < n; o++)
    at[o] += at[o - 1];
  for (size_t i = 0; i < w->n; i++) {
    w->sorted[at[w->first[i]]++] = w->live[i];
    if (two && w->second[i])
      w->sorted[at[w->second[i]]++] = w->live[i];
  }
}

/* ---- a bitmap of ascending docids ---- */

#define ARRAY_MAX 4096 /* a container of more is a bitset */
#define BITSET_BYTES (ZG_CHUNK_DOCS / 8)
#define COOKIE 12346 /* no container of runs */

static uint32_t same_chunk(const uint32_t *docids, uint32_t n) {
  uint32_t key = docids[0] >> ZG_CHUNK_BITS, k = 0;
  if (docids[n - 1] >> ZG_CHUNK_BITS == key)
    return n;
  while (docids[k] >> ZG_CHUNK_BITS == key)
    k++;
  return k;
}

static char *put_container(char *p, const uint32_t *docids, uint32_t n) {
  if (n <= ARRAY_MAX) {
    uint16_t *low = (uint16_t *)(void *)p;
    for (uint32_t i = 0; i < n; i++)
      low[i] = (uint16_t)docids[i];
    return p + n * sizeof *low;
  }
  memset(p, 0, BITSET_BYTES);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t low = docids[i] & (ZG_CHUNK_DOCS - 1);
    p[low >> 3] = (char)(p[low >> 3] | 1 << (low & 7));
  }
  return p + BITSET_BYTES;
}

/* Through Roaring's portable format, since reading that allocates exactly what
 * is needed: cookie, number of containers, key and cardinality - 1 of each,
 * where each begins, the containers. */
static roaring_bitmap_t *bitmap_of(zg_buf *serial, const uint32_t *docids,
                                   uint32_t n) {
  uint32_t n_containers = 0, begin = 0;
  size_t bytes = 8;
  for (uint32_t i = 0, k; i < n; i += k, n_containers++) {
    k = same_chunk(docids + i, n - i);
    bytes += 8 + (k <= ARRAY_MAX ? k * sizeof(uint16_t) : BITSET_BYTES);
  }
  zg_buf_clear(serial);
  if (!zg_buf_reserve(serial, bytes))
    return NULL;
  uint32_t *head = (uint32_t *)(void *)serial->p;
  head[0] = COOKIE;
  head[1] = n_containers;
  uint16_t *keys = (uint16_t *)(void *)(head + 2);
  uint32_t *begins = head + 2 + n_containers;
  char *p = (char *)(begins + n_containers);
  for (uint32_t i = 0, k, c = 0; i < n; i += k, c++) {
    k = same_chunk(docids + i, n - i);
    begin = (uint32_t)(p - serial->p);
    keys[2 * c] = (uint16_t)(docids[i] >> ZG_CHUNK_BITS);
    keys[2 * c + 1] = (uint16_t)(k - 1);
    begins[c] = begin;
    p = put_container(p, docids + i, k);
  }
  return roaring_bitmap_portable_deserialize_safe(serial->p, bytes);
}

/* ---- the table ---- */

static bool put_bitmap(work *w, bitmap_vec *v, uint32_t ordinal) {
  uint32_t from = w->from[ordinal], n = w->from[ordinal + 1] - from;
  if (!n)
    return true;
  zg_bitmap_page **page = &v->pages[ordinal >> ZG_BITMAP_PAGE_BITS];
  roaring_bitmap_t *r = bitmap_of(&w->serial, w->sorted + from, n);
  if (!r || !zg_bitmap_page_own(page)) {
    if (r)
      roaring_bitmap_free(r);
    return false;
  }
  zg_bitmap *b = zg_bitmap_take(r);
  (*page)->at[ordinal & (ZG_BITMAP_PAGE - 1)] = b;
  if (b)
    zg_bitmap_seal(b);
  return b != NULL;
}

static bool derive_field(work *w, zg_table *t, zg_field f) {
  bitmap_vec *v = &t->bitmaps[f];
  uint32_t n = t->n_ordinals[f];
  v->n = (n + ZG_BITMAP_PAGE - 1) >> ZG_BITMAP_PAGE_BITS;
  v->pages = calloc(v->n, sizeof *v->pages);
  uint32_t *from = realloc(w->from, ((size_t)n + 2) * sizeof *from);
  if (from)
    w->from = from;
  if (!v->pages || !from)
    return false;
  gather_field(w, f);
  sort_field(w, f);
  for (uint32_t o = 0; o < n; o++)
    if (!put_bitmap(w, v, o))
      return false;
  return true;
}

static bool derive_cubes(const work *w, zg_table *t) {
  size_t end = w->n ? (size_t)w->live[w->n - 1] + 1 : 0;
  uint8_t *live = calloc(end + 1, 1);
  bool ok = live != NULL;
  for (size_t i = 0; ok && i < w->n; i++)
    live[w->live[i]] = 1;
  for (unsigned i = 0; ok && i < ZG_CUBES; i++) {
    zg_cube *c = t->cubes[i];
    ok = !c || zg_cube_fill(c, t, live, end);
    if (c && c->too_big) {
      zg_cube_free(c);
      t->cubes[i] = NULL;
    }
  }
  free(live);
  return ok;
}

bool zg_table_derive(zg_table *t) {
  work w = {.t = t, .n = roaring_bitmap_get_cardinality(t->all->r)};
  size_t bytes = (w.n + 1) * sizeof(uint32_t);
  w.live = malloc(bytes);
  w.first = malloc(bytes);
  w.second = malloc(bytes);
  w.sorted = malloc(ZG_FIELD_MAX_PLANES * bytes);
  bool ok = w.live && w.first && w.second && w.sorted;
  if (ok)
    roaring_bitmap_to_uint32_array(t->all->r, w.live);
  for (int f = 0; ok && f < ZG_FIELD_COUNT; f++)
    ok = derive_field(&w, t, (zg_field)f);
  ok = ok && derive_cubes(&w, t);
  free(w.live);
  free(w.first);
  free(w.second);
  free(w.sorted);
  free(w.from);
  zg_buf_free(&w.serial);
  return ok;
}
