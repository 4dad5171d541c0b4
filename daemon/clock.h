/* Monotonic time: deadlines and took_ms never see the wall clock jump. */
#ifndef ZG_CLOCK_H
#define ZG_CLOCK_H
#include <stdint.h>
#include <time.h>

static inline uint64_t zg_clock_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
static inline double zg_clock_ms_since(uint64_t start_ns) {
  return (double)(zg_clock_ns() - start_ns) / 1e6;
}
#endif
