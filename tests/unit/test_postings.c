/* index/postings.h, index/cache.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "index/cache.h"

/* ---- a table of lengths ---- */

typedef struct lengths {
  zg_table_dicts *dicts;
  zg_table *t;
} lengths;

/* Documents 1..n; the length of each is 10 times its docid. */
static void lengths_open(lengths *l, uint32_t n) {
  zg_table_builder *b;
  assert_int_equal(zg_table_dicts_new(&l->dicts, NULL), ZG_OK);
  assert_int_equal(zg_table_builder_new(&b, l->dicts, NULL, NULL), ZG_OK);
  for (uint32_t d = 1; d <= n; d++) {
    assert_int_equal(zg_table_builder_add(b, d, NULL), ZG_OK);
    assert_int_equal(zg_table_builder_length(b, d, d * 10, NULL), ZG_OK);
  }
  assert_int_equal(zg_table_builder_finish(&l->t, b, NULL), ZG_OK);
}

static void lengths_without(lengths *l, uint32_t docid) {
  zg_table_builder *b;
  zg_table *old = l->t;
  assert_int_equal(zg_table_builder_new(&b, l->dicts, old, NULL), ZG_OK);
  assert_int_equal(zg_table_builder_remove(b, docid, NULL), ZG_OK);
  assert_int_equal(zg_table_builder_finish(&l->t, b, NULL), ZG_OK);
  zg_table_unref(old);
}

static void lengths_close(lengths *l) {
  zg_table_unref(l->t);
  zg_table_dicts_free(l->dicts);
}

static void lengths_add_up(void **state) {
  (void)state;
  lengths l;
  lengths_open(&l, 4);
  assert_int_equal(zg_table_total_length(l.t), 100);
  assert_int_equal(zg_column_at(zg_table_lengths(l.t, 0), 3), 30);
  lengths_without(&l, 3);
  assert_int_equal(zg_table_total_length(l.t), 70);
  assert_int_equal(zg_column_at(zg_table_lengths(l.t, 0), 3), 0);
  assert_null(zg_table_lengths(l.t, 1).at);
  lengths_close(&l);
}

/* ---- lists ---- */

static double part_of(uint32_t docid, uint32_t count, double len_factor) {
  return zg_bm25_part(zg_bm25_norm(ZG_BM25_SEARCH, len_factor, docid * 10),
                      count);
}

static void lists_grow_and_shrink(void **state) {
  (void)state;
  lengths l;
  lengths_open(&l, 9);
  const zg_collection c = {9, 450, 1 / 50.0};
  const zg_xposting first[] = {{2, 1}, {3, 255}, {5, 7}}, tail[] = {{8, 2}};
  const zg_xposting wide[] = {{9, 256}};
  zg_list *a = zg_list_new(NULL, false, first, 3, l.t, &c);
  zg_list *b = zg_list_new(a, false, tail, 1, l.t, &c);
  assert_int_equal(a->n, 3);
  assert_int_equal(b->n, 4);
  assert_int_equal(zg_list_count(b, 1), 255);
  assert_int_equal(zg_list_docid(b, 3), 8);
  assert_int_equal(zg_list_count(b, 3), 2);
  assert_true(a->peak == part_of(3, 255, c.len_factor));
  assert_true(b->peak == a->peak);
  lengths_without(&l, 3);
  zg_list *d = zg_list_new(b, true, wide, 1, l.t, &c);
  assert_int_equal(d->n, 4);
  static const uint32_t docids[] = {2, 5, 8, 9}, counts[] = {1, 7, 2, 256};
  for (uint32_t i = 0; i < 4; i++) {
    assert_int_equal(zg_list_docid(d, i), docids[i]);
    assert_int_equal(zg_list_count(d, i), counts[i]);
  }
  assert_null(d->counts);
  zg_list *e = zg_list_new(d, false, NULL, 0, l.t, &c);
  assert_int_equal(zg_list_count(e, 3), 256);
  zg_list_unref(a);
  zg_list_unref(b);
  zg_list_unref(d);
  zg_list_unref(e);
  lengths_close(&l);
}

/* A peak that was taken under one average length holds under every other. */
static void peaks_hold(void **state) {
  (void)state;
  lengths l;
  lengths_open(&l, 40);
  for (uint32_t docid = 1; docid <= 40; docid += 3)
    for (uint32_t count = 1; count < 300; count = count * 2 + 1)
      for (int from = 1; from <= 40; from += 3)
        for (int to = 1; to <= 40; to += 3) {
          zg_collection then = {40, 1, from / 1000.0};
          zg_xposting p = {docid, count};
          zg_list *a = zg_list_new(NULL, false, &p, 1, l.t, &then);
          assert_true(zg_list_peak(a, to / 1000.0) >=
                      part_of(docid, count, to / 1000.0));
          zg_list_unref(a);
        }
  lengths_close(&l);
}

/* Nor do those of its blocks, also when the list has grown. */
static void block_peaks_hold(void **state) {
  (void)state;
  lengths l;
  lengths_open(&l, 40000);
  const zg_collection then = {40000, 1, 1 / 2e5}, now = {40000, 1, 1 / 3e5};
  zg_xposting p[100];
  for (uint32_t i = 0; i < 100; i++)
    p[i] = (zg_xposting){1 + i * 400, 1 + i * 7 % 9};
  zg_list *a = zg_list_new(NULL, false, p, 60, l.t, &then);
  zg_list *b = zg_list_new(a, false, p + 60, 40, l.t, &now);
  assert_non_null(a->peaks);
  assert_non_null(b->peaks);
  for (uint32_t i = 0; i < 100; i++)
    for (int to = 1; to < 8; to++) {
      double lf = to / 8e5, part = part_of(p[i].docid, p[i].n, lf);
      assert_true(zg_list_peak_at(b, lf, p[i].docid) >= part);
      assert_true(zg_list_peak(b, lf) >= part);
      if (i < 60)
        assert_true(zg_list_peak_at(a, lf, p[i].docid) >= part);
    }
  assert_true(zg_list_peak_at(b, now.len_factor, 39000) <
              zg_list_peak(b, now.len_factor));
  assert_true(zg_list_peak_at(b, now.len_factor, 60000) == 0.0);
  zg_list_unref(a);
  zg_list_unref(b);
  lengths_close(&l);
}

static void seeking(void **state) {
  (void)state;
  lengths l;
  lengths_open(&l, 1);
  const zg_collection c = {1, 10, 0.1};
  zg_xposting p[100];
  for (uint32_t i = 0; i < 100; i++)
    p[i] = (zg_xposting){5 + i * i * 37, 1}; /* in six chunks */
  zg_list *a = zg_list_new(NULL, false, p, 100, l.t, &c);
  for (uint32_t docid = 0; docid < 500000; docid += docid % 3 ? 36 : 259)
    for (uint32_t at = 0; at <= 100; at += 9) {
      uint32_t want = at;
      while (want < 100 && zg_list_docid(a, want) < docid)
        want++;
      assert_int_equal(zg_list_seek(a, at, docid), want);
      assert_int_equal(zg_list_is(a, want, docid),
                       want < 100 && p[want].docid == docid);
    }
  for (uint32_t from = 0; from <= 100; from += 20) {
    uint32_t docid = from < 100 ? p[from].docid : p[99].docid + 1;
    roaring_bitmap_t *b = zg_list_bitmap(a, docid);
    assert_int_equal(roaring_bitmap_get_cardinality(b), 100 - from);
    for (uint32_t i = from; i < 100; i++) {
      assert_int_equal(zg_list_docid(a, i), p[i].docid);
      assert_true(roaring_bitmap_contains(b, p[i].docid));
    }
    roaring_bitmap_free(b);
  }
  zg_list_unref(a);
  lengths_close(&l);
}

/* ---- the cache ---- */

static zg_shared *some(uint32_t n) {
  return &zg_match_new(roaring_bitmap_from_range(0, n, 1))->head;
}

static void generations(void **state) {
  (void)state;
  zg_cache *c = zg_cache_new(1 << 20);
  zg_epoch made, four = {4, 40, 40}, five = {5, 50, 50};
  zg_str key = ZG_STR("=x");
  zg_shared *a = zg_cache_put(c, key, &four, some(4));
  assert_null(zg_cache_get(c, key, 3, &made)); /* not yet */
  zg_shared *got = zg_cache_get(c, key, 5, &made);
  assert_ptr_equal(got, a);
  assert_int_equal(made.generation, 4);
  assert_int_equal(made.last, 40);
  zg_shared_unref(got);
  zg_shared *b = zg_cache_put(c, key, &five, some(5));
  assert_ptr_not_equal(b, a);
  /* What an older snapshot puts is its own business. */
  zg_shared *late = zg_cache_put(c, key, &four, some(4));
  assert_ptr_not_equal(late, b);
  got = zg_cache_get(c, key, 9, &made);
  assert_ptr_equal(got, b);
  assert_int_equal(made.generation, 5);
  zg_cache_counters count;
  zg_cache_count(c, &count);
  assert_int_equal(count.misses, 1);
  assert_int_equal(count.carried, 2);
  assert_int_equal(count.hits, 0);
  zg_shared_unref(a);
  zg_shared_unref(b);
  zg_shared_unref(late);
  zg_shared_unref(got);
  zg_cache_free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lengths_add_up), cmocka_unit_test(lists_grow_and_shrink),
      cmocka_unit_test(peaks_hold),     cmocka_unit_test(block_peaks_hold),
      cmocka_unit_test(seeking),        cmocka_unit_test(generations)};
  return cmocka_run_group_tests_name("postings", tests, NULL, NULL);
}
