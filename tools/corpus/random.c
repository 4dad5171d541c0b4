#include "tools/corpus/random.h"

#include <stdlib.h>

#define GUIDE_BITS 12
#define GUIDE (1u << GUIDE_BITS)

/* Inverse of the cumulated weights; `guide` says where the search for a draw
 * starts, so that a draw looks at few entries. */
struct zg_zipf {
  uint32_t n;
  uint64_t total;
  uint64_t *cumulated; /* [n], exclusive upper ends */
  uint32_t guide[GUIDE + 1];
};

zg_zipf *zg_zipf_new(uint32_t n, uint32_t offset) {
  zg_zipf *z = calloc(1, sizeof *z);
  uint64_t *c = malloc(n * sizeof *c);
  if (!z || !c || n == 0 || offset == 0) {
    free(z);
    free(c);
    return NULL;
  }
  z->n = n;
  z->cumulated = c;
  for (uint32_t i = 0; i < n; i++) {
    z->total += ((uint64_t)1 << 36) / (i + offset);
    c[i] = z->total;
  }
  uint32_t rank = 0;
  for (uint32_t g = 0; g <= GUIDE; g++) {
    uint64_t at = (z->total >> GUIDE_BITS) * g;
    while (rank < n - 1 && c[rank] <= at)
      rank++;
    z->guide[g] = rank;
  }
  return z;
}

void zg_zipf_free(zg_zipf *z) {
  if (!z)
    return;
  free(z->cumulated);
  free(z);
}

uint32_t zg_zipf_draw(const zg_zipf *z, zg_random *r) {
  uint64_t at = zg_random_next(r) % z->total;
  uint64_t slot = at / (z->total >> GUIDE_BITS);
  uint32_t lo = z->guide[slot < GUIDE ? slot : GUIDE];
  uint32_t hi = slot + 1 <= GUIDE ? z->guide[slot + 1] : z->n - 1;
  while (lo < hi) {
    uint32_t mid = lo + (hi - lo) / 2;
    if (z->cumulated[mid] <= at)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}
