#include "index/vocabulary_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

#define MAGIC "ZGVOCAB1"

/* Before the pairs, the counts of the characters, the docids that were seen. */
typedef struct file_head {
  char magic[8];
  char uuid[40];
  uint64_t n_pairs, n_seen;
  uint64_t body; /* XXH3-64 of what follows */
  uint64_t head; /* and of what stands before it */
} file_head;

_Static_assert(sizeof(file_head) == 80, "no padding");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "numbers are written as they lie in memory");

#define CHAR_BYTES (ZG_HAN_COUNT * sizeof(uint32_t))

static size_t body_bytes(const file_head *h) {
  return (size_t)h->n_pairs * sizeof(zg_counted) + CHAR_BYTES +
         (size_t)h->n_seen * sizeof(uint32_t);
}

/* ---- writing ---- */

static char *make_body(const file_head *h, const zg_counts *counts,
                       const roaring_bitmap_t *seen) {
  size_t pairs = counts->n * sizeof *counts->pairs;
  char *body = malloc(body_bytes(h));
  if (!body)
    return NULL;
  memcpy(body, counts->pairs, pairs);
  memcpy(body + pairs, counts->chars, CHAR_BYTES);
  roaring_bitmap_to_uint32_array(
      seen, (uint32_t *)(void *)(body + pairs + CHAR_BYTES));
  return body;
}

static bool write_file(const char *path, const file_head *h, const char *body) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
  if (fd >= 0 && !f)
    close(fd);
  bool ok = f && fwrite(h, sizeof *h, 1, f) == 1 &&
            fwrite(body, body_bytes(h), 1, f) == 1 && fflush(f) == 0 &&
            fdatasync(fileno(f)) == 0;
  return (!f || fclose(f) == 0) && ok;
}

bool zg_vocabulary_file_write(const char *path, const char uuid[40],
                              const zg_counts *counts,
                              const roaring_bitmap_t *seen) {
  file_head h = {.magic = MAGIC,
                 .n_pairs = counts->n,
                 .n_seen = roaring_bitmap_get_cardinality(seen)};
  char tmp[4096];
  int n = snprintf(tmp, sizeof tmp, "%s.tmp", path);
  char *body = make_body(&h, counts, seen);
  bool ok = body && n > 0 && (size_t)n < sizeof tmp;
  if (ok) {
    strncpy(h.uuid, uuid, sizeof h.uuid);
    h.body = XXH3_64bits(body, body_bytes(&h));
    h.head = XXH3_64bits(&h, offsetof(file_head, head));
    ok = write_file(tmp, &h, body) && rename(tmp, path) == 0;
    if (!ok)
      unlink(tmp);
  }
  free(body);
  return ok;
}

/* ---- reading ---- */

static bool right_head(const file_head *h, const char uuid[40], FILE *f) {
  char ours[sizeof h->uuid] = "";
  strncpy(ours, uuid, sizeof ours);
  if (memcmp(h->magic, MAGIC, sizeof h->magic) != 0 ||
      memcmp(h->uuid, ours, sizeof ours) != 0 ||
      h->head != XXH3_64bits(h, offsetof(file_head, head)) ||
      h->n_pairs > ZG_PAIRS_MAX || h->n_seen > UINT32_MAX ||
      fseeko(f, 0, SEEK_END) != 0 ||
      ftello(f) != (off_t)(sizeof *h + body_bytes(h)))
    return false;
  return fseeko(f, sizeof *h, SEEK_SET) == 0;
}

static char *read_body(const file_head *h, FILE *f) {
  size_t n = body_bytes(h);
  char *body = malloc(n);
  if (body && fread(body, n, 1, f) == 1 && XXH3_64bits(body, n) == h->body)
    return body;
  free(body);
  return NULL;
}

static bool right_pairs(const zg_counts *c) {
  for (size_t i = 0; i < c->n; i++)
    if (c->pairs[i].key >= ZG_HAN_COUNT << ZG_PAIR_BITS ||
        ZG_PAIR_SECOND(c->pairs[i].key) >= ZG_HAN_FIRST + ZG_HAN_COUNT ||
        (i && c->pairs[i].key <= c->pairs[i - 1].key))
      return false;
  return true;
}

static bool take_body(const file_head *h, const char *body, zg_counts *counts,
                      roaring_bitmap_t **seen) {
  size_t pairs = (size_t)h->n_pairs * sizeof *counts->pairs;
  counts->n = h->n_pairs;
  counts->pairs = malloc(pairs + 1);
  counts->chars = malloc(CHAR_BYTES);
  if (!counts->pairs || !counts->chars)
    return false;
  memcpy(counts->pairs, body, pairs);
  memcpy(counts->chars, body + pairs, CHAR_BYTES);
  *seen = roaring_bitmap_of_ptr(
      h->n_seen, (const uint32_t *)(const void *)(body + pairs + CHAR_BYTES));
  return *seen && roaring_bitmap_get_cardinality(*seen) == h->n_seen &&
         right_pairs(counts);
}

bool zg_vocabulary_file_read(const char *path, const char uuid[40],
                             zg_counts *counts, roaring_bitmap_t **seen) {
  file_head h;
  *counts = (zg_counts){0};
  *seen = NULL;
  FILE *f = fopen(path, "rbe");
  if (!f)
    return false;
  char *body = NULL;
  if (fread(&h, sizeof h, 1, f) == 1 && right_head(&h, uuid, f))
    body = read_body(&h, f);
  fclose(f);
  bool ok = body && take_body(&h, body, counts, seen);
  free(body);
  if (!ok) {
    zg_counts_free(counts);
    if (*seen)
      roaring_bitmap_free(*seen);
    *seen = NULL;
  }
  return ok;
}
