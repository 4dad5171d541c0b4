/* A number for a set of counts that does not depend on their order, so that
 * answers of different engines can be compared: the sum of the FNV-1a hashes
 * of "what=value:count".  C and C++ (duckdb.mjs says the same in JavaScript).
 *
 *   facets       what is the field, value the value
 *   groups       what is "group", value the key's values, each with a | after
 *   top groups   what is "top", value is "": the counts alone, since engines
 *                may choose differently among groups of the same count
 *   sorted hits  what is "year", value the year, count 1, for each hit
 */
#ifndef ZG_BENCH_FINGERPRINT_H
#define ZG_BENCH_FINGERPRINT_H

#include <stdint.h>
#include <stdio.h>

static inline uint64_t zg_fingerprint(const char *what, const char *value,
                                      uint64_t count) {
  char text[512];
  int n = snprintf(text, sizeof text, "%s=%s:%llu", what, value,
                   (unsigned long long)count);
  uint64_t h = 14695981039346656037u;
  for (int i = 0; i < n && i < (int)sizeof text - 1; i++)
    h = (h ^ (unsigned char)text[i]) * 1099511628211u;
  return h;
}

#endif
