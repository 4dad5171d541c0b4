/* Mutations that keep a text readable.
 *
 * Bytes alone nearly always break UTF-8, and a text that is refused exercises
 * nothing behind the check.  So half of the mutations are of whole lines and
 * words of the genre, and most of the others are mended to well-formed UTF-8.
 */
#include "tests/fuzz/fuzz.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned seed);

static size_t mend(uint8_t *data, size_t size) {
  size_t out = 0;
  for (size_t i = 0; i < size;) {
    uint32_t cp;
    int len = zg_utf8_next((const char *)data + i, size - i, &cp);
    if (len <= 0) {
      i++;
      continue;
    }
    memmove(data + out, data + i, (size_t)len);
    out += (size_t)len;
    i += (size_t)len;
  }
  return out;
}

/* A place between two characters. */
static size_t place(const uint8_t *data, size_t size, unsigned *seed) {
  size_t at = size ? (size_t)rand_r(seed) % (size + 1) : 0;
  while (at > 0 && at < size && (data[at] & 0xC0) == 0x80)
    at--;
  return at;
}

static size_t line_start(const uint8_t *data, size_t at) {
  while (at > 0 && data[at - 1] != '\n')
    at--;
  return at;
}

static size_t line_end(const uint8_t *data, size_t size, size_t at) {
  while (at < size && data[at] != '\n')
    at++;
  return at < size ? at + 1 : at;
}

static size_t insert(uint8_t *data, size_t size, size_t max, size_t at,
                     const uint8_t *piece, size_t n) {
  if (n > max - size)
    return size;
  memmove(data + at + n, data + at, size - at);
  memcpy(data + at, piece, n);
  return size + n;
}

static size_t insert_word(uint8_t *data, size_t size, size_t max,
                          unsigned *seed) {
  size_t n = 0;
  while (zg_fuzz_words[n])
    n++;
  const char *w = zg_fuzz_words[(size_t)rand_r(seed) % n];
  return insert(data, size, max, place(data, size, seed), (const uint8_t *)w,
                strlen(w));
}

/* Copies or moves a line to another place. */
static size_t copy_line(uint8_t *data, size_t size, size_t max, unsigned *seed,
                        bool move) {
  size_t from = line_start(data, place(data, size, seed));
  size_t n = line_end(data, size, from) - from;
  uint8_t *line = malloc(n ? n : 1);
  if (!line)
    return size;
  memcpy(line, data + from, n);
  if (move) {
    memmove(data + from, data + from + n, size - from - n);
    size -= n;
  }
  size_t to = line_start(data, place(data, size, seed));
  size = insert(data, size, max, to, line, n);
  free(line);
  return size;
}

static size_t drop(uint8_t *data, size_t size, unsigned *seed) {
  size_t from = place(data, size, seed), to = from;
  for (int k = 1 + rand_r(seed) % 12; k > 0 && to < size; k--) {
    to++;
    while (to < size && (data[to] & 0xC0) == 0x80)
      to++;
  }
  memmove(data + from, data + to, size - to);
  return size - (to - from);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned seed) {
  switch (rand_r(&seed) % 10) {
  case 0:
  case 1:
  case 2:
    return insert_word(data, size, max, &seed);
  case 3:
    return copy_line(data, size, max, &seed, false);
  case 4:
    return copy_line(data, size, max, &seed, true);
  case 5:
    return drop(data, size, &seed);
  case 6: /* ill-formed text must be refused */
    return LLVMFuzzerMutate(data, size, max);
  default:
    return mend(data, LLVMFuzzerMutate(data, size, max));
  }
}
