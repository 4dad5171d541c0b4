/* table.h against a model that keeps every document in an array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "index/table.h"
#include "tests/unit/fixture.h"

#define DOCS 600
#define STRIDE 401 /* docids reach into several chunks */

typedef struct model_doc {
  bool live;
  uint16_t value[ZG_FIELD_COUNT][ZG_FIELD_MAX_PLANES]; /* 0: none */
  int64_t measure[ZG_MEASURE_COUNT];
} model_doc;

typedef struct model {
  model_doc doc[DOCS];
} model;

static uint32_t docid_of(unsigned i) { return 1 + i * STRIDE; }

static zg_str text_of(char out[32], zg_field f, unsigned value) {
  int n = zg_field_numeric(f) ? snprintf(out, 32, "%u", 2000 + value)
                              : snprintf(out, 32, "值%u", value);
  return (zg_str){out, (size_t)n};
}

/* Few values in most fields, many in `bulletin` (several pages). */
static uint16_t draw(fx_random *r, zg_field f) {
  uint32_t n = f == ZG_FIELD_BULLETIN ? 700 : f % 3 ? 4 : 40;
  return (uint16_t)fx_below(r, n + 1);
}

static void fill(model_doc *d, fx_random *r) {
  *d = (model_doc){.live = true};
  for (int f = 0; f < ZG_FIELD_COUNT; f++) {
    d->value[f][0] = draw(r, (zg_field)f);
    if (zg_field_planes((zg_field)f) > 1 && d->value[f][0]) {
      uint16_t second = draw(r, (zg_field)f);
      d->value[f][1] = second == d->value[f][0] ? 0 : second;
    }
  }
  for (int m = 0; m < ZG_MEASURE_COUNT; m++)
    d->measure[m] = fx_below(r, 3) ? 0 : (int64_t)fx_next(r) >> 20;
}

static void put(zg_table_builder *b, uint32_t docid, const model_doc *d) {
  zg_error err = ZG_ERROR_INIT;
  char text[32];
  assert_int_equal(zg_table_builder_add(b, docid, &err), ZG_OK);
  for (int f = 0; f < ZG_FIELD_COUNT; f++)
    for (unsigned p = 0; p < ZG_FIELD_MAX_PLANES; p++)
      if (d->value[f][p])
        assert_int_equal(zg_table_builder_value(
                             b, docid, (zg_field)f, p,
                             text_of(text, (zg_field)f, d->value[f][p]), &err),
                         ZG_OK);
  for (int m = 0; m < ZG_MEASURE_COUNT; m++)
    if (d->measure[m])
      assert_int_equal(zg_table_builder_measure(b, docid, (zg_measure_field)m,
                                                d->measure[m], &err),
                       ZG_OK);
}

static zg_table *finish(zg_table_builder *b) {
  zg_error err = ZG_ERROR_INIT;
  zg_table *t;
  assert_int_equal(zg_table_builder_finish(&t, b, &err), ZG_OK);
  return t;
}

static zg_table_builder *start(zg_table_dicts *dicts, const zg_table *base) {
  zg_error err = ZG_ERROR_INIT;
  zg_table_builder *b;
  assert_int_equal(zg_table_builder_new(&b, dicts, base, &err), ZG_OK);
  return b;
}

/* ---- comparing ---- */

static void check_column(const zg_table *t, zg_field f, unsigned plane,
                         unsigned i, const model_doc *d) {
  uint32_t docid = docid_of(i);
  char text[32];
  uint32_t ordinal =
      zg_column_at(zg_table_column(t, f, plane, docid >> ZG_CHUNK_BITS), docid);
  uint16_t want = d->live ? d->value[f][plane] : 0;
  assert_int_equal(ordinal != 0, want != 0);
  if (!want)
    return;
  zg_str value = text_of(text, f, want);
  assert_true(zg_str_eq(zg_table_value(t, f, ordinal), value));
  assert_int_equal(zg_table_ordinal(t, f, value), ordinal);
  if (zg_field_numeric(f))
    assert_int_equal(zg_table_number(t, f, ordinal), 2000 + want);
  assert_true(roaring_bitmap_contains(zg_table_bitmap(t, f, ordinal), docid));
}

static void check_bitmaps(const zg_table *t, const model *m, zg_field f) {
  uint64_t members = 0, want = 0, none = 0;
  for (unsigned i = 0; i < DOCS; i++) {
    const model_doc *d = &m->doc[i];
    if (!d->live)
      continue;
    want += (d->value[f][0] != 0) + (d->value[f][1] != 0);
    bool has_none = !d->value[f][0] && !d->value[f][1];
    none += has_none;
    assert_int_equal(
        roaring_bitmap_contains(zg_table_bitmap(t, f, 0), docid_of(i)),
        has_none);
  }
  for (uint32_t o = 1; o < zg_table_ordinals(t, f); o++) {
    uint64_t n = roaring_bitmap_get_cardinality(zg_table_bitmap(t, f, o));
    assert_int_equal(n, zg_table_cardinality(t, f, o));
    members += n;
  }
  /* With the membership of every value checked in check_column, equal sums
   * mean that no bitmap holds anything else. */
  assert_int_equal(members, want);
  assert_int_equal(zg_table_cardinality(t, f, 0), none);
  assert_int_equal(roaring_bitmap_get_cardinality(zg_table_bitmap(t, f, 0)),
                   none);
}

/* Each cube recounted, cell by cell. */
static void check_cube(const zg_table *t, const model *m, const zg_cube *c) {
  static uint32_t count[ZG_CUBE_CELLS_MAX];
  static int64_t sum[ZG_MEASURE_COUNT][ZG_CUBE_CELLS_MAX];
  uint32_t cells = c->n_pages << ZG_CUBE_PAGE_BITS;
  memset(count, 0, sizeof count);
  memset(sum, 0, sizeof sum);
  for (unsigned i = 0; i < DOCS; i++) {
    const model_doc *d = &m->doc[i];
    for (unsigned combo = 0; d->live && combo < 1u << c->n; combo++) {
      uint32_t cell = 0;
      bool there = true;
      for (unsigned k = 0; k < c->n; k++) {
        const uint16_t *v = d->value[c->fields[k]];
        char text[32];
        there = there && (!(combo >> k & 1) || (v[1] && v[1] != v[0]));
        uint16_t value = combo >> k & 1 ? v[1] : v[0];
        if (there && value)
          cell |= zg_table_ordinal(t, c->fields[k],
                                   text_of(text, c->fields[k], value))
                  << c->shift[k];
      }
      if (!there)
        continue;
      count[cell]++;
      for (int k = 0; k < ZG_MEASURE_COUNT; k++)
        sum[k][cell] =
            (int64_t)((uint64_t)sum[k][cell] + (uint64_t)d->measure[k]);
    }
  }
  for (uint32_t i = 0; i < cells; i++) {
    assert_int_equal(zg_cube_count(c, i), count[i]);
    for (int k = 0; c->sums && k < ZG_MEASURE_COUNT; k++)
      assert_true(zg_cube_sum(c, i, (zg_measure_field)k) == sum[k][i]);
  }
}

static void check_cubes(const zg_table *t, const model *m) {
  for (unsigned i = 0; i < ZG_CUBES; i++)
    if (zg_table_cube(t, i))
      check_cube(t, m, zg_table_cube(t, i));
}

static void check_model(const zg_table *t, const model *m) {
  uint32_t live = 0;
  for (unsigned i = 0; i < DOCS; i++) {
    const model_doc *d = &m->doc[i];
    uint32_t docid = docid_of(i);
    live += d->live;
    assert_int_equal(roaring_bitmap_contains(zg_table_all(t), docid), d->live);
    for (int f = 0; f < ZG_FIELD_COUNT; f++)
      for (unsigned p = 0; p < zg_field_planes((zg_field)f); p++)
        check_column(t, (zg_field)f, p, i, d);
    for (int k = 0; k < ZG_MEASURE_COUNT; k++) {
      const int64_t *c =
          zg_table_measure(t, (zg_measure_field)k, docid >> ZG_CHUNK_BITS);
      int64_t got = c ? c[docid & (ZG_CHUNK_DOCS - 1)] : 0;
      assert_true(got == (d->live ? d->measure[k] : 0));
    }
  }
  assert_int_equal(zg_table_count(t), live);
  assert_int_equal(roaring_bitmap_get_cardinality(zg_table_all(t)), live);
  for (int f = 0; f < ZG_FIELD_COUNT; f++)
    check_bitmaps(t, m, (zg_field)f);
  check_cubes(t, m);
}

/* A table made in one go from the model, with a dictionary of its own. */
static void check_rebuilt(const zg_table *t, const model *m) {
  zg_error err = ZG_ERROR_INIT;
  zg_table_dicts *dicts;
  assert_int_equal(zg_table_dicts_new(&dicts, &err), ZG_OK);
  zg_table_builder *b = start(dicts, NULL);
  for (unsigned i = DOCS; i-- > 0;) /* other ordinals than in t */
    if (m->doc[i].live)
      put(b, docid_of(i), &m->doc[i]);
  zg_table *fresh = finish(b);
  if (zg_table_equal(t, fresh, &err) != ZG_OK)
    fail_msg("%s", err.message);
  assert_int_equal(zg_table_equal(fresh, t, &err), ZG_OK);
  zg_table_unref(fresh);
  zg_table_dicts_free(dicts);
}

/* ---- tests ---- */

#define GENERATIONS 40
#define KEPT 8

static void change(zg_table_builder *b, model *m, fx_random *r) {
  uint32_t ops = 1 + fx_below(r, 60);
  for (uint32_t k = 0; k < ops; k++) {
    unsigned i = fx_below(r, DOCS);
    model_doc *d = &m->doc[i];
    zg_error err = ZG_ERROR_INIT;
    if (!d->live) {
      fill(d, r);
      put(b, docid_of(i), d);
    } else if (fx_below(r, 2)) {
      assert_int_equal(zg_table_builder_remove(b, docid_of(i), &err), ZG_OK);
      d->live = false;
    } else {
      /* one value of a live document changes in place */
      char text[32];
      zg_field f = (zg_field)fx_below(r, ZG_FIELD_COUNT);
      uint16_t v = draw(r, f);
      if (!v || v == d->value[f][1])
        continue;
      d->value[f][0] = v;
      assert_int_equal(zg_table_builder_value(b, docid_of(i), f, 0,
                                              text_of(text, f, v), &err),
                       ZG_OK);
    }
  }
}

static void generations(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  zg_table_dicts *dicts;
  assert_int_equal(zg_table_dicts_new(&dicts, &err), ZG_OK);
  fx_random r = {7};
  model *now = calloc(1, sizeof *now);
  model *kept = calloc(KEPT, sizeof *kept);
  zg_table *old[KEPT] = {NULL};
  zg_table *t = finish(start(dicts, NULL));
  check_model(t, now);
  for (int g = 0; g < GENERATIONS; g++) {
    zg_table_builder *b = start(dicts, t);
    change(b, now, &r);
    zg_table *next = finish(b);
    check_model(next, now);
    if (g % 8 == 0)
      check_rebuilt(next, now);
    int k = g % KEPT;
    if (old[k]) {
      check_model(old[k], &kept[k]); /* untouched by 8 newer generations */
      zg_table_unref(old[k]);
    }
    zg_table_unref(t);
    t = next;
    old[k] = zg_table_ref(t);
    memcpy(&kept[k], now, sizeof *now);
  }
  for (int k = 0; k < KEPT; k++) {
    check_model(old[k], &kept[k]);
    zg_table_unref(old[k]);
  }
  zg_table_unref(t);
  zg_table_dicts_free(dicts);
  free(kept);
  free(now);
}

/* A builder that is given up leaves its base as it was. */
static void abandoned(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  zg_table_dicts *dicts;
  assert_int_equal(zg_table_dicts_new(&dicts, &err), ZG_OK);
  fx_random r = {8};
  model *m = calloc(1, sizeof *m);
  zg_table_builder *b = start(dicts, NULL);
  for (unsigned i = 0; i < DOCS / 2; i++) {
    fill(&m->doc[i], &r);
    put(b, docid_of(i), &m->doc[i]);
  }
  zg_table *t = finish(b);
  for (int round = 0; round < 5; round++) {
    model *scratch = malloc(sizeof *scratch);
    memcpy(scratch, m, sizeof *scratch);
    b = start(dicts, t);
    change(b, scratch, &r);
    zg_table_builder_free(b);
    free(scratch);
    check_model(t, m);
  }
  zg_table_unref(t);
  zg_table_dicts_free(dicts);
  free(m);
}

static void dead_chunks_go(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  zg_table_dicts *dicts;
  assert_int_equal(zg_table_dicts_new(&dicts, &err), ZG_OK);
  model_doc d = {.live = true};
  d.value[ZG_FIELD_UNIT][0] = 1;
  zg_table_builder *b = start(dicts, NULL);
  put(b, 5, &d);
  put(b, ZG_CHUNK_DOCS + 5, &d);
  zg_table *t = finish(b);
  assert_int_equal(zg_table_chunks(t), 2);
  assert_non_null(zg_table_column(t, ZG_FIELD_UNIT, 0, 0).at);
  b = start(dicts, t);
  assert_int_equal(zg_table_builder_remove(b, 5, &err), ZG_OK);
  assert_int_equal(zg_table_builder_remove(b, 6, &err), ZG_OK); /* no-op */
  zg_table *next = finish(b);
  assert_null(zg_table_column(next, ZG_FIELD_UNIT, 0, 0).at);
  assert_null(zg_table_column(next, ZG_FIELD_UNIT, 0, 9).at);
  assert_non_null(zg_table_column(next, ZG_FIELD_UNIT, 0, 1).at);
  assert_non_null(zg_table_column(t, ZG_FIELD_UNIT, 0, 0).at);
  assert_int_equal(zg_table_count(next), 1);
  assert_int_equal(zg_table_cardinality(next, ZG_FIELD_REGION, 0), 1);
  zg_table_unref(t);
  zg_table_unref(next);
  zg_table_dicts_free(dicts);
}

/* What one generation learnt is not known to the older ones. */
static void ordinals_of_a_generation(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  zg_table_dicts *dicts;
  assert_int_equal(zg_table_dicts_new(&dicts, &err), ZG_OK);
  zg_table *t = finish(start(dicts, NULL));
  zg_table_builder *b = start(dicts, t);
  model_doc d = {.live = true};
  d.value[ZG_FIELD_KIND][0] = 3;
  put(b, 9, &d);
  zg_table *next = finish(b);
  char text[32];
  zg_str value = text_of(text, ZG_FIELD_KIND, 3);
  assert_int_equal(zg_table_ordinals(t, ZG_FIELD_KIND), 1);
  assert_int_equal(zg_table_ordinal(t, ZG_FIELD_KIND, value), 0);
  assert_null(zg_table_value(t, ZG_FIELD_KIND, 1).p);
  assert_int_equal(zg_table_ordinals(next, ZG_FIELD_KIND), 2);
  assert_int_equal(zg_table_ordinal(next, ZG_FIELD_KIND, value), 1);
  assert_int_equal(zg_table_ordinal(next, ZG_FIELD_KIND, ZG_STR("不在")), 0);
  assert_int_equal(
      roaring_bitmap_get_cardinality(zg_table_bitmap(t, ZG_FIELD_KIND, 1)), 0);
  zg_table_unref(t);
  zg_table_unref(next);
  zg_table_dicts_free(dicts);
}

static void differences_are_named(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  zg_table_dicts *dicts;
  assert_int_equal(zg_table_dicts_new(&dicts, &err), ZG_OK);
  model_doc d = {.live = true};
  d.value[ZG_FIELD_UNIT][0] = 1;
  d.value[ZG_FIELD_CATEGORY][0] = 2;
  zg_table_builder *b = start(dicts, NULL);
  put(b, 4, &d);
  zg_table *t = finish(b);
  for (int kind = 0; kind < 4; kind++) {
    model_doc e = d;
    if (kind == 0)
      e.value[ZG_FIELD_UNIT][0] = 2;
    if (kind == 1)
      e.value[ZG_FIELD_CATEGORY][1] = 3;
    if (kind == 2)
      e.measure[ZG_MEASURE_MEASURES] = 5;
    b = start(dicts, NULL);
    put(b, kind == 3 ? 5 : 4, &e);
    zg_table *other = finish(b);
    zg_error_clear(&err);
    assert_int_equal(zg_table_equal(t, other, &err), ZG_CORRUPT);
    assert_string_equal(err.param, kind == 0   ? "unit"
                                   : kind == 1 ? "category"
                                   : kind == 2 ? "measures"
                                               : "all");
    zg_table_unref(other);
  }
  assert_int_equal(zg_table_equal(t, t, &err), ZG_OK);
  zg_table_unref(t);
  zg_table_dicts_free(dicts);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(generations),
      cmocka_unit_test(abandoned),
      cmocka_unit_test(dead_chunks_go),
      cmocka_unit_test(ordinals_of_a_generation),
      cmocka_unit_test(differences_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
