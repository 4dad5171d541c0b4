#include "index/taxonomy_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

zg_taxonomy *zg_taxonomy_ref(zg_taxonomy *t) {
  if (t)
    atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
  return t;
}

void zg_taxonomy_unref(zg_taxonomy *t) {
  if (!t || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
    return;
  zg_synonyms_free(t->synonyms);
  free(t->categories);
  free(t->no_answer);
  free(t->cues);
  free(t->atoms);
  free(t->uses);
  free(t->patterns);
  free(t->slot);
  zg_arena_free(t->arena);
  free(t);
}

zg_str zg_taxonomy_version(const zg_taxonomy *t) { return t->version; }
zg_str zg_taxonomy_name(const zg_taxonomy *t) { return t->name; }
uint64_t zg_taxonomy_hash(const zg_taxonomy *t) { return t->hash; }
size_t zg_taxonomy_categories(const zg_taxonomy *t) { return t->n_categories; }
const zg_category *zg_taxonomy_category(const zg_taxonomy *t, size_t i) {
  return &t->categories[i];
}
const zg_category *zg_taxonomy_find(const zg_taxonomy *t, zg_str id) {
  for (size_t i = 0; i < t->n_categories; i++)
    if (zg_str_eq(t->categories[i].id, id))
      return &t->categories[i];
  return NULL;
}
const zg_synonyms *zg_taxonomy_synonyms(const zg_taxonomy *t) {
  return t->synonyms;
}
size_t zg_taxonomy_cues(const zg_taxonomy *t) { return t->n_cues; }
const zg_cue *zg_taxonomy_cue(const zg_taxonomy *t, size_t i) {
  return &t->cues[i].pub;
}

/* ---- the index of patterns ---- */

size_t zg_taxonomy_two(const char *p, size_t n) {
  uint32_t cp;
  int a = zg_utf8_next(p, n, &cp);
  int b = a ? zg_utf8_next(p + a, n - (size_t)a, &cp) : 0;
  return b ? (size_t)(a + b) : 0;
}

uint32_t zg_taxonomy_slot(const char *p, size_t n, uint32_t n_slots) {
  uint32_t h = 2166136261u; /* FNV-1a */
  for (size_t i = 0; i < n; i++)
    h = (h ^ (unsigned char)p[i]) * 16777619u;
  return (h ^ h >> 15) & (n_slots - 1);
}

static int longer_first(const void *a, const void *b) {
  const pattern *x = a, *y = b;
  if (x->text.n != y->text.n)
    return x->text.n > y->text.n ? -1 : 1;
  int c = memcmp(x->text.p, y->text.p, x->text.n);
  if (c)
    return c;
  if (x->kind != y->kind)
    return x->kind > y->kind ? -1 : 1;
  return (x->of > y->of) - (x->of < y->of);
}

zg_status zg_taxonomy_build(zg_taxonomy *t, zg_error *err) {
  for (t->n_slots = 64; t->n_slots < 2 * t->n_patterns;)
    t->n_slots *= 2;
  t->slot = calloc((size_t)t->n_slots + 1, sizeof *t->slot);
  pattern *sorted = malloc((t->n_patterns + 1) * sizeof *sorted);
  uint32_t *fill = calloc(t->n_slots, sizeof *fill);
  if (!t->slot || !sorted || !fill) {
    free(sorted);
    free(fill);
    return zg_fail_nomem(err);
  }
  if (t->n_patterns)
    qsort(t->patterns, t->n_patterns, sizeof *t->patterns, longer_first);
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < t->n_patterns; i++) {
      const zg_str w = t->patterns[i].text;
      uint32_t s = zg_taxonomy_slot(w.p, zg_taxonomy_two(w.p, w.n), t->n_slots);
      if (pass == 0)
        t->slot[s + 1]++;
      else
        sorted[t->slot[s] + fill[s]++] = t->patterns[i];
      if (pass == 0 && i + 1 == t->n_patterns)
        for (uint32_t k = 0; k < t->n_slots; k++)
          t->slot[k + 1] += t->slot[k];
    }
  free(t->patterns);
  free(fill);
  t->patterns = sorted;
  return ZG_OK;
}

/* ---- files ---- */

static zg_status cannot(zg_error *err, const char *path, const char *why) {
  return zg_fail(err, ZG_INVALID, "invalid_taxonomy", "taxonomy",
                 "%.200s: cannot be read: %s", path, why);
}

static zg_status read_file(zg_buf *b, const char *path, zg_error *err) {
  /* O_NONBLOCK: opening a fifo must not wait for somebody to write. */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat s;
  if (fd < 0)
    return cannot(err, path, strerror(errno));
  zg_status st = ZG_OK;
  if (fstat(fd, &s) < 0 || !S_ISREG(s.st_mode))
    st = cannot(err, path, "not a regular file");
  while (st == ZG_OK) {
    if (b->n > ZG_TAXONOMY_BYTES_MAX)
      st = cannot(err, path, "larger than 4 MiB");
    else if (!zg_buf_reserve(b, 16384))
      st = zg_fail_nomem(err);
    if (st)
      break;
    ssize_t n = read(fd, b->p + b->n, 16384);
    if (n == 0)
      break;
    if (n > 0)
      b->n += (size_t)n;
    else if (errno != EINTR)
      st = cannot(err, path, strerror(errno));
  }
  close(fd);
  return st;
}

zg_status zg_taxonomy_open(zg_taxonomy **out, const zg_normaliser *nz,
                           const char *path, zg_error *err) {
  zg_buf b = ZG_BUF_INIT;
  *out = NULL;
  if (!path)
    return zg_taxonomy_read(out, nz, zg_taxonomy_default_text(), "built-in",
                            err);
  zg_status st = read_file(&b, path, err);
  if (st == ZG_OK)
    st = zg_taxonomy_read(out, nz, (zg_str){b.p ? b.p : "", b.n}, path, err);
  zg_buf_free(&b);
  return st;
}
