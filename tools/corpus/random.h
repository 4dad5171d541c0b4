/* Integer-only pseudo-random numbers, so that a seed gives the same bytes on
 * every machine: splitmix64 (Steele, Lea, Flood 2014) and a Zipf table of
 * exponent 1 with integer weights (no libm, whose last digits differ).
 */
#ifndef ZG_CORPUS_RANDOM_H
#define ZG_CORPUS_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct zg_random {
  uint64_t state;
} zg_random;

static inline uint64_t zg_random_next(zg_random *r) {
  uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* A stream of its own for item `n` of a seed: any item can be made alone. */
static inline zg_random zg_random_stream(uint64_t seed, uint64_t n) {
  zg_random r = {seed ^ (n * 0xd1342543de82ef95u)};
  r.state = zg_random_next(&r) ^ n;
  return r;
}

/* 0 .. bound-1, bound > 0 (the bias of the multiply is below 2^-32). */
static inline uint32_t zg_random_below(zg_random *r, uint32_t bound) {
  return (uint32_t)(((zg_random_next(r) >> 32) * bound) >> 32);
}
/* lo .. hi */
static inline uint32_t zg_random_range(zg_random *r, uint32_t lo, uint32_t hi) {
  return lo + zg_random_below(r, hi - lo + 1);
}
/* True `percent` times in a hundred. */
static inline bool zg_random_chance(zg_random *r, uint32_t percent) {
  return zg_random_below(r, 100) < percent;
}

/* Ranks 0..n-1 with weight 1/(rank + offset). */
typedef struct zg_zipf zg_zipf;
zg_zipf *zg_zipf_new(uint32_t n, uint32_t offset); /* NULL: no memory */
void zg_zipf_free(zg_zipf *z);
uint32_t zg_zipf_draw(const zg_zipf *z, zg_random *r);

#endif
