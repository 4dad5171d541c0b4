#include "index/table_image.h"
#include "index/table_image_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nothing is read beyond `end`; the first fault sticks. */
typedef struct loading {
  const char *path;
  const char *begin, *p, *end;
  zg_status st;
  zg_error *err;
} loading;

static void refuse(loading *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void refuse(loading *l, const char *fmt, ...) {
  char why[160];
  va_list args;
  if (l->st)
    return;
  va_start(args, fmt);
  vsnprintf(why, sizeof why, fmt, args);
  va_end(args);
  l->st =
      zg_fail(l->err, ZG_CORRUPT, "corrupt_image", "", "%s: %s", l->path, why);
}

static void no_memory(loading *l) {
  if (!l->st)
    l->st = zg_fail_nomem(l->err);
}

/* The next n bytes; NULL when they are not there. */
static const char *take(loading *l, uint64_t n) {
  if (!l->st && n > (uint64_t)(l->end - l->p))
    refuse(l, "it ends too early");
  if (l->st)
    return NULL;
  const char *p = l->p;
  l->p += n;
  return p;
}

static uint32_t take_u32(loading *l) {
  uint32_t v = 0;
  const char *p = take(l, sizeof v);
  if (p)
    memcpy(&v, p, sizeof v);
  return v;
}

static void take_align(loading *l) {
  take(l, -(uint64_t)(l->p - l->begin) & 7);
}

/* ---- dictionaries ---- */

static zg_dict *take_dict(loading *l) {
  uint32_t n = take_u32(l);
  if (!l->st && n == 0)
    refuse(l, "a dictionary of no ordinals");
  const char *lengths = take(l, (uint64_t)(n - 1) * sizeof(uint32_t));
  zg_dict *d = l->st ? NULL : zg_dict_new();
  if (!d)
    no_memory(l);
  for (uint32_t o = 1; o < n && !l->st; o++) {
    uint32_t length;
    memcpy(&length, lengths + (size_t)(o - 1) * sizeof length, sizeof length);
    const char *text = take(l, length);
    uint32_t got = text ? zg_dict_intern(d, (zg_str){text, length}) : o;
    if (!got)
      no_memory(l);
    else if (got != o)
      refuse(l, "value %u of a dictionary stands there twice", o);
  }
  take_align(l);
  return d;
}

/* ---- columns ---- */

typedef struct span {
  uint32_t chunk, n; /* documents 0 .. n - 1 of the chunk */
  const uint8_t *live;
  uint32_t dead; /* how many of them are not */
} span;

static bool is_live(const span *s, uint32_t i) {
  return s->live[i >> 3] >> (i & 7) & 1;
}

static uint32_t greatest(const chunk *c, uint32_t n) {
  uint32_t most = 0;
  if (c->width == 1) {
    const uint8_t *v = (const void *)c->values;
    for (uint32_t i = 0; i < n; i++)
      most = v[i] > most ? v[i] : most;
  } else if (c->width == 2) {
    const uint16_t *v = (const void *)c->values;
    for (uint32_t i = 0; i < n; i++)
      most = v[i] > most ? v[i] : most;
  } else {
    const uint32_t *v = (const void *)c->values;
    for (uint32_t i = 0; i < n; i++)
      most = v[i] > most ? v[i] : most;
  }
  return most;
}

static chunk *take_ordinals(loading *l, const span *s, uint32_t width,
                            uint32_t limit) {
  if (width != 0 && width != 1 && width != 2 && width != 4)
    refuse(l, "ordinals of %u bytes", width);
  const char *from = take(l, (uint64_t)s->n * width);
  chunk *c = l->st ? NULL : zg_chunk_new(width ? width : 1, NULL);
  if (!c) {
    no_memory(l);
    return NULL;
  }
  memcpy(c->values, from, (size_t)s->n * width);
  uint32_t most = greatest(c, s->n);
  if (most >= limit)
    refuse(l, "ordinal %u of %u", most, limit);
  for (uint32_t i = 0; s->dead && i < s->n; i++)
    if (!is_live(s, i) && chunk_get(c, i))
      refuse(l, "document %u is not there and has a value",
             s->chunk << ZG_CHUNK_BITS | i);
  return c;
}

static int64_t signed_at(const char *p, uint32_t width) {
  int8_t i8;
  int16_t i16;
  int32_t i32;
  int64_t i64;
  switch (width) {
  case 1:
    return memcpy(&i8, p, 1), i8;
  case 2:
    return memcpy(&i16, p, 2), i16;
  case 4:
    return memcpy(&i32, p, 4), i32;
  default:
    return memcpy(&i64, p, 8), i64;
  }
}

static chunk *take_measures(loading *l, const span *s, uint32_t width) {
  if (width != 0 && width != 1 && width != 2 && width != 4 && width != 8)
    refuse(l, "measures of %u bytes", width);
  const char *from = take(l, (uint64_t)s->n * width);
  chunk *c = l->st ? NULL : zg_chunk_new(sizeof(int64_t), NULL);
  if (!c) {
    no_memory(l);
    return NULL;
  }
  for (uint32_t i = 0; width && i < s->n; i++) {
    int64_t v = signed_at(from + (size_t)i * width, width);
    if (v && !is_live(s, i))
      refuse(l, "document %u is not there and has a measure",
             s->chunk << ZG_CHUNK_BITS | i);
    chunk_i64(c)[i] = v;
    c->bits |= zg_measure_bits(v);
  }
  return c;
}

static void take_column(loading *l, zg_table *t, unsigned column,
                        const span *s) {
  uint32_t width = take_u32(l), limit = UINT32_MAX;
  chunk **at = &t->columns[column][s->chunk];
  take(l, sizeof(uint32_t));
  if (COLUMN_IS_MEASURE(column)) {
    *at = take_measures(l, s, width);
  } else {
    if (column < MEASURE_COLUMN(0))
      limit = t->n_ordinals[column / ZG_FIELD_MAX_PLANES];
    *at = take_ordinals(l, s, width, limit);
  }
  if (column == LENGTH_COLUMN)
    for (uint32_t i = 0; !l->st && i < s->n; i++)
      t->total_length += chunk_get(*at, i);
  take_align(l);
}

/* ---- tables ---- */

/* Takes the documents of a chunk; false: it has none. */
static bool take_live(loading *l, zg_table *t, span *s) {
  s->n = take_u32(l);
  take(l, sizeof(uint32_t));
  if (s->n > ZG_CHUNK_DOCS)
    refuse(l, "a chunk of %u documents", s->n);
  s->live = (const uint8_t *)take(l, (s->n + 7) / 8);
  take_align(l);
  uint32_t *docids = l->st ? NULL : malloc((s->n + 1) * sizeof *docids);
  uint32_t n = 0;
  if (!docids) {
    no_memory(l);
    return false;
  }
  for (uint32_t i = 0; i < s->n; i++)
    if (is_live(s, i))
      docids[n++] = s->chunk << ZG_CHUNK_BITS | i;
  s->dead = s->n - n;
  if (n && docids[0] == 0)
    refuse(l, "a document 0");
  if (s->n && !is_live(s, s->n - 1))
    refuse(l, "a chunk that reaches beyond its last document");
  roaring_bitmap_add_many(t->all->r, n, docids);
  free(docids);
  return !l->st && s->n;
}

static bool reserve_columns(zg_table *t, uint32_t n_chunks) {
  t->n_chunks = n_chunks;
  for (unsigned c = 0; n_chunks && c < COLUMNS; c++)
    if (column_used(c)) {
      t->columns[c] = calloc(n_chunks, sizeof(chunk *));
      if (!t->columns[c])
        return false;
    }
  return true;
}

static void take_ordinal_counts(loading *l, zg_table *t) {
  for (int f = 0; f < ZG_FIELD_COUNT && !l->st; f++) {
    uint32_t known = zg_dict_count(t->dicts->field[f]);
    t->n_ordinals[f] = take_u32(l);
    if (t->n_ordinals[f] == 0 || t->n_ordinals[f] > known)
      refuse(l, "%u ordinals of the field %s, its dictionary has %u",
             t->n_ordinals[f], zg_field_name((zg_field)f), known);
  }
  take_align(l);
}

static zg_table *take_table(loading *l, zg_table_dicts *dicts) {
  uint32_t cubes = take_u32(l), n_chunks = take_u32(l);
  if (cubes > 1 || n_chunks > 1u << (32 - ZG_CHUNK_BITS))
    refuse(l, "a table of %u chunks", n_chunks);
  zg_table *t = l->st ? NULL : zg_table_new(dicts, cubes != 0);
  if (!t) {
    no_memory(l);
    return NULL;
  }
  take_ordinal_counts(l, t);
  if (!l->st && !reserve_columns(t, n_chunks))
    no_memory(l);
  for (span s = {0}; s.chunk < n_chunks && !l->st; s.chunk++)
    if (take_live(l, t, &s))
      for (unsigned c = 0; c < COLUMNS && !l->st; c++)
        if (column_used(c))
          take_column(l, t, c, &s);
  zg_bitmap_seal(t->all);
  return t;
}

static void load_body(loading *l, zg_table_dicts *dicts, zg_table *out[2]) {
  for (int f = 0; f < ZG_FIELD_COUNT && !l->st; f++) {
    zg_dict *d = take_dict(l);
    if (d) {
      zg_dict_free(dicts->field[f]);
      dicts->field[f] = d;
    }
  }
  for (int i = 0; i < 2 && !l->st; i++)
    out[i] = take_table(l, dicts);
  if (!l->st && l->p != l->end)
    refuse(l, "%zu bytes follow the last table", (size_t)(l->end - l->p));
  if (!l->st && roaring_bitmap_intersect(out[0]->all->r, out[1]->all->r))
    refuse(l, "a document is finding and bulletin at once");
  for (int i = 0; i < 2 && !l->st; i++)
    if (!zg_table_derive(out[i]))
      no_memory(l);
}

/* ---- the file ---- */

static void check_header(loading *l, const char uuid[40],
                         uint64_t *generation) {
  image_header h;
  char ours[sizeof h.uuid] = "";
  const char *p = take(l, sizeof h);
  if (!p)
    return;
  memcpy(&h, p, sizeof h);
  strncpy(ours, uuid, sizeof ours);
  if (memcmp(h.magic, IMAGE_MAGIC, sizeof h.magic) != 0 ||
      h.header_hash != XXH3_64bits(&h, offsetof(image_header, header_hash)))
    refuse(l, "its header is damaged");
  else if (h.version != IMAGE_VERSION || h.mark != zg_image_mark())
    refuse(l, "it is of another version of the program");
  else if (memcmp(h.uuid, ours, sizeof ours) != 0)
    refuse(l, "it belongs to another index");
  else if (h.length != (uint64_t)(l->end - l->p))
    refuse(l, "its body should be %llu bytes", (unsigned long long)h.length);
  else if (h.body_hash != XXH3_64bits(l->p, (size_t)(l->end - l->p)))
    refuse(l, "its checksum is wrong");
  l->begin = l->p;
  *generation = h.generation;
}

/* Maps the file at begin .. end, for the caller to unmap. */
static void map_file(loading *l, int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0) {
    l->st = zg_fail(l->err, ZG_IO, "io_error", "", "cannot read %s: %s",
                    l->path, strerror(errno));
    return;
  }
  if (st.st_size < (off_t)sizeof(image_header)) {
    refuse(l, "it is too short for a header");
    return;
  }
  void *p = mmap(NULL, (size_t)st.st_size, PROT_READ,
                 MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (p == MAP_FAILED) {
    l->st = zg_fail(l->err, ZG_IO, "io_error", "", "cannot map %s: %s", l->path,
                    strerror(errno));
    return;
  }
  l->begin = l->p = p;
  l->end = l->p + st.st_size;
}

/* The tables and dictionaries go where the caller wants them. */
static void hand_over(zg_table_dicts *from, zg_table_dicts *to,
                      zg_table *tables[2]) {
  for (int f = 0; f < ZG_FIELD_COUNT; f++) {
    zg_dict *d = to->field[f];
    to->field[f] = from->field[f];
    from->field[f] = d;
  }
  for (int i = 0; i < 2; i++)
    tables[i]->dicts = to;
}

zg_status zg_table_image_load(const char *path, const char uuid[40],
                              uint64_t *generation, zg_table_dicts *dicts_empty,
                              zg_table **findings, zg_table **bulletins,
                              zg_error *err) {
  loading l = {.path = path, .err = err};
  zg_table *out[2] = {NULL, NULL};
  zg_table_dicts *dicts = NULL;
  *findings = *bulletins = NULL;
  *generation = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return zg_fail(err, ZG_NOT_FOUND, "no_image", "", "there is no %s", path);
  if (fd < 0)
    return zg_fail(err, ZG_IO, "io_error", "", "cannot open %s: %s", path,
                   strerror(errno));
  map_file(&l, fd);
  close(fd);
  char *map = (char *)l.begin;
  check_header(&l, uuid, generation);
  if (!l.st)
    l.st = zg_table_dicts_new(&dicts, err);
  load_body(&l, dicts, out);
  if (map)
    munmap(map, (size_t)(l.end - map));
  if (!l.st) {
    hand_over(dicts, dicts_empty, out);
    *findings = out[0];
    *bulletins = out[1];
  } else {
    zg_table_unref(out[0]);
    zg_table_unref(out[1]);
  }
  zg_table_dicts_free(dicts);
  return l.st;
}
