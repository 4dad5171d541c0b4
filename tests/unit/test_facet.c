/* query/facet.h: the ways of counting agree, over columns of several chunks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/facet.h"

#define DOCS 20000
#define SPREAD 11 /* docids reach into the fourth chunk */

static zg_arena *arena;
static zg_table_dicts *dicts;
static zg_table *table;
static struct doc {
  uint32_t docid;
  bool live;
  int unit, category[2], year; /* -1: none */
} docs[DOCS];

static uint64_t chance_state = 7;
static unsigned upto(unsigned n) {
  chance_state = chance_state * 6364136223846793005ull + 1442695040888963407ull;
  return (unsigned)(chance_state >> 33) % n;
}

static void put(zg_table_builder *b, uint32_t docid, zg_field f, unsigned plane,
                int value) {
  char s[16];
  if (value < 0)
    return;
  snprintf(s, sizeof s, "%d", value);
  assert_int_equal(
      zg_table_builder_value(b, docid, f, plane, zg_str_of(s), NULL), ZG_OK);
}

static int setup(void **state) {
  (void)state;
  zg_table_builder *b = NULL;
  arena = zg_arena_new(4096);
  assert_int_equal(zg_table_dicts_new(&dicts, NULL), ZG_OK);
  assert_int_equal(zg_table_builder_new(&b, dicts, NULL, NULL), ZG_OK);
  for (unsigned i = 0; i < DOCS; i++) {
    struct doc *d = &docs[i];
    *d = (struct doc){1 + i * SPREAD,
                      true,
                      (int)(upto(3000) % (1 + upto(3000))),
                      {-1, -1},
                      upto(7) ? 2000 + (int)upto(30) : -1};
    d->category[0] = upto(5) ? (int)upto(28) : -1;
    if (d->category[0] >= 0 && upto(3) == 0)
      d->category[1] = (d->category[0] + 1 + (int)upto(27)) % 28;
    bool twice = d->category[0] >= 0 && d->category[1] < 0 && upto(4) == 0;
    assert_int_equal(zg_table_builder_add(b, d->docid, NULL), ZG_OK);
    put(b, d->docid, ZG_FIELD_UNIT, 0, d->unit);
    put(b, d->docid, ZG_FIELD_CATEGORY, 0, d->category[0]);
    /* The same value in both planes is one value. */
    put(b, d->docid, ZG_FIELD_CATEGORY, 1, d->category[twice ? 0 : 1]);
    put(b, d->docid, ZG_FIELD_YEAR, 0, d->year);
  }
  for (unsigned i = 0; i < DOCS / 10; i++) {
    struct doc *d = &docs[upto(DOCS)];
    d->live = false;
    assert_int_equal(zg_table_builder_remove(b, d->docid, NULL), ZG_OK);
  }
  return zg_table_builder_finish(&table, b, NULL);
}

static int teardown(void **state) {
  (void)state;
  zg_table_unref(table);
  zg_table_dicts_free(dicts);
  zg_arena_free(arena);
  return 0;
}

static int value_of(const struct doc *d, zg_field f, int k) {
  return f == ZG_FIELD_CATEGORY ? d->category[k]
         : k                    ? -1
         : f == ZG_FIELD_UNIT   ? d->unit
         : f == ZG_FIELD_YEAR   ? d->year
                                : -1; /* ZG_FIELD_KIND: nobody has one */
}

static void check(const roaring_bitmap_t *match, zg_field f, zg_way way,
                  uint32_t limit) {
  static unsigned counts[4000];
  zg_facet_result r;
  unsigned n = 0, listed = 0, whole = 0;
  int least = 9999, most = -1;
  memset(counts, 0, sizeof counts);
  for (unsigned i = 0; i < DOCS; i++)
    for (int k = 0; k < 2 && roaring_bitmap_contains(match, docs[i].docid);
         k++) {
      int v = value_of(&docs[i], f, k);
      if (v < 0)
        continue;
      n += counts[v]++ == 0;
      whole++;
      least = v < least ? v : least;
      most = v > most ? v : most;
    }
  zg_facet_job job = {
      .table = table, .field = f, .match = match, .limit = limit, .way = way};
  assert_int_equal(zg_facet_count(&r, arena, &job, NULL), ZG_OK);
  assert_int_equal(r.total_values, n);
  assert_int_equal(r.n_values, n < limit ? n : limit);
  for (size_t i = 0; i < r.n_values; i++) {
    assert_int_equal(r.values[i].count, counts[atoi(r.values[i].value.p)]);
    counts[atoi(r.values[i].value.p)] = 0; /* each once */
    listed += (unsigned)r.values[i].count;
    assert_false(r.values[i].selected);
    if (i && r.values[i - 1].count == r.values[i].count)
      assert_true(strcmp(r.values[i - 1].value.p, r.values[i].value.p) < 0);
    else if (i)
      assert_true(r.values[i - 1].count > r.values[i].count);
  }
  for (unsigned v = 0; v < 4000 && r.n_values; v++) {
    const zg_facet_value *last = &r.values[r.n_values - 1];
    char name[16];
    snprintf(name, sizeof name, "%u", v);
    if (counts[v]) /* left out: not bigger, and on a tie behind in bytes */
      assert_true(counts[v] < last->count || (counts[v] == last->count &&
                                              strcmp(name, last->value.p) > 0));
  }
  assert_int_equal(listed + r.other_count, whole);
  assert_int_equal(r.has_range, f == ZG_FIELD_YEAR && n > 0);
  if (r.has_range) {
    assert_int_equal(r.min, least);
    assert_int_equal(r.max, most);
  }
}

static void check_ways(const roaring_bitmap_t *match) {
  static const zg_field fields[] = {ZG_FIELD_UNIT, ZG_FIELD_CATEGORY,
                                    ZG_FIELD_YEAR, ZG_FIELD_KIND};
  for (size_t i = 0; i < 4; i++)
    for (uint32_t limit = 3; limit < 10000; limit *= 50) {
      check(match, fields[i], ZG_WAY_BITMAPS, limit);
      check(match, fields[i], ZG_WAY_COLUMNS, limit);
      check(match, fields[i], ZG_WAY_HASHED, limit);
      check(match, fields[i], ZG_WAY_AUTO, limit);
      if (roaring_bitmap_get_cardinality(match) == zg_table_count(table))
        check(match, fields[i], ZG_WAY_CACHED, limit);
    }
}

static void ways_agree(void **state) {
  (void)state;
  check_ways(zg_table_all(table));
  for (unsigned share = 1; share < 30000; share *= 6) { /* to a few matches */
    roaring_bitmap_t *match = roaring_bitmap_create();
    for (unsigned i = 0; i < DOCS; i++)
      if (docs[i].live && upto(share) == 0)
        roaring_bitmap_add(match, docs[i].docid);
    check_ways(match);
    roaring_bitmap_free(match);
  }
  roaring_bitmap_t *none = roaring_bitmap_create();
  check_ways(none);
  roaring_bitmap_free(none);
}

static void selected_values(void **state) {
  (void)state;
  zg_filter *f = NULL;
  zg_facet_result r;
  assert_int_equal(
      zg_filter_parse(&f, arena, ZG_STR("category IN [3, 5]"), "filter", NULL),
      ZG_OK);
  zg_facet_job job = {.table = table,
                      .field = ZG_FIELD_CATEGORY,
                      .match = zg_table_all(table),
                      .limit = 100,
                      .filter = f};
  assert_int_equal(zg_facet_count(&r, arena, &job, NULL), ZG_OK);
  assert_int_equal(r.n_values, 28);
  for (size_t i = 0; i < r.n_values; i++)
    assert_int_equal(r.values[i].selected,
                     zg_str_is(r.values[i].value, "3") ||
                         zg_str_is(r.values[i].value, "5"));
}

static void measure_filter_over_chunks(void **state) {
  (void)state;
  zg_filter *f = NULL;
  zg_set set;
  /* No document has a measure here: 0 everywhere, live documents only. */
  assert_int_equal(
      zg_filter_parse(&f, arena, ZG_STR("rules_made <= 0"), "filter", NULL),
      ZG_OK);
  assert_int_equal(zg_filter_eval(&set, table, f, NULL, NULL), ZG_OK);
  assert_true(roaring_bitmap_equals(set.bitmap, zg_table_all(table)));
  zg_set_drop(&set);
}

static void blocks_stay_in_chunks(void **state) {
  (void)state;
  zg_block block;
  uint64_t n = 0;
  uint32_t last = 0;
  zg_block_begin(&block, zg_table_all(table));
  while (zg_block_next(&block)) {
    for (uint32_t i = 0; i < block.n; i++) {
      assert_int_equal(block.docids[i] >> ZG_CHUNK_BITS, block.chunk);
      assert_true(block.docids[i] > last);
      last = block.docids[i];
    }
    n += block.n;
  }
  assert_int_equal(n, zg_table_count(table));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ways_agree), cmocka_unit_test(selected_values),
      cmocka_unit_test(measure_filter_over_chunks),
      cmocka_unit_test(blocks_stay_in_chunks)};
  return cmocka_run_group_tests_name("facet", tests, setup, teardown);
}
