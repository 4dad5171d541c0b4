#include "query/top.h"

#include <stdlib.h>

typedef struct heap { /* the last of the best on top */
  char *items;
  size_t n, size;
  zg_compare *compare;
  void *arg;
} heap;

static char *item(const heap *h, size_t i) { return h->items + i * h->size; }

static void swap(char *restrict x, char *restrict y, size_t size) {
  for (size_t i = 0; i < size; i++) {
    char c = x[i];
    x[i] = y[i];
    y[i] = c;
  }
}

static void sift_down(const heap *h, size_t i) {
  for (;;) {
    size_t last = i, l = 2 * i + 1, r = l + 1;
    if (l < h->n && h->compare(item(h, l), item(h, last), h->arg) > 0)
      last = l;
    if (r < h->n && h->compare(item(h, r), item(h, last), h->arg) > 0)
      last = r;
    if (last == i)
      return;
    swap(item(h, i), item(h, last), h->size);
    i = last;
  }
}

size_t zg_top(void *items, size_t n, size_t size, size_t limit,
              zg_compare *compare, void *arg) {
  heap h = {items, n < limit ? n : limit, size, compare, arg};
  if (h.n == 0)
    return 0;
  if (h.n < n) {
    for (size_t i = h.n / 2; i-- > 0;)
      sift_down(&h, i);
    for (size_t i = h.n; i < n; i++) {
      if (compare(item(&h, i), items, arg) >= 0)
        continue;
      swap(item(&h, i), items, size);
      sift_down(&h, 0);
    }
  }
  qsort_r(items, h.n, size, compare, arg);
  return h.n;
}
