#include "query/top.h"

#include <stdlib.h>
#include <string.h>

static char *item(const zg_heap *h, size_t i) {
  return (char *)h->items + i * h->size;
}

static void swap(char *restrict x, char *restrict y, size_t size) {
  for (size_t i = 0; i < size; i++) {
    char c = x[i];
    x[i] = y[i];
    y[i] = c;
  }
}

static void sift_down(const zg_heap *h, size_t i) {
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

static void sift_up(const zg_heap *h, size_t i) {
  for (size_t up; i > 0; i = up) {
    up = (i - 1) / 2;
    if (h->compare(item(h, i), item(h, up), h->arg) <= 0)
      return;
    swap(item(h, i), item(h, up), h->size);
  }
}

void zg_heap_offer(zg_heap *h, const void *offered) {
  if (h->n < h->limit) {
    memcpy(item(h, h->n), offered, h->size);
    sift_up(h, h->n++);
  } else if (h->n && h->compare(offered, h->items, h->arg) < 0) {
    memcpy(h->items, offered, h->size);
    sift_down(h, 0);
  }
}

void zg_heap_sort(zg_heap *h) {
  if (h->n > 1)
    qsort_r(h->items, h->n, h->size, h->compare, h->arg);
}

size_t zg_top(void *items, size_t n, size_t size, size_t limit,
              zg_compare *compare, void *arg) {
  zg_heap h = {items, n < limit ? n : limit, limit, size, compare, arg};
  if (h.n && h.n < n) {
    for (size_t i = h.n / 2; i-- > 0;)
      sift_down(&h, i);
    for (size_t i = h.n; i < n; i++) {
      if (compare(item(&h, i), items, arg) >= 0)
        continue;
      swap(item(&h, i), items, size);
      sift_down(&h, 0);
    }
  }
  zg_heap_sort(&h);
  return h.n;
}
