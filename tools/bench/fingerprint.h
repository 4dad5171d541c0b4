/* A number for a set of facet counts that does not depend on their order, so
 * that answers of different engines can be compared: the sum of the FNV-1a
 * hashes of "field=value:count".  C and C++.
 */
#ifndef ZG_BENCH_FINGERPRINT_H
#define ZG_BENCH_FINGERPRINT_H

#include <stdint.h>
#include <stdio.h>

static inline uint64_t zg_fingerprint(const char *field, const char *value,
                                      uint64_t count) {
  char text[512];
  int n = snprintf(text, sizeof text, "%s=%s:%llu", field, value,
                   (unsigned long long)count);
  uint64_t h = 14695981039346656037u;
  for (int i = 0; i < n && i < (int)sizeof text - 1; i++)
    h = (h ^ (unsigned char)text[i]) * 1099511628211u;
  return h;
}

#endif
