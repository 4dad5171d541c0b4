/* The best few of many, in order. */
#ifndef ZG_TOP_H
#define ZG_TOP_H
#include <stddef.h>

/* Negative: x comes before y.  Must tell any two apart. */
typedef int zg_compare(const void *x, const void *y, void *arg);

/* The best of what is offered, one at a time; the last of them stands in front
 * until all are put in order. */
typedef struct zg_heap {
  void *items; /* room for `limit` */
  size_t n, limit, size;
  zg_compare *compare;
  void *arg;
} zg_heap;
void zg_heap_offer(zg_heap *h, const void *item);
void zg_heap_sort(zg_heap *h);

/* Brings the first `limit` of the n items to the front, in order; the others
 * follow in none.  The number that was put in order. */
size_t zg_top(void *items, size_t n, size_t size, size_t limit,
              zg_compare *compare, void *arg);
#endif
