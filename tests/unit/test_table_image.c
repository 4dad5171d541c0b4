/* table_image.h: what is saved comes back, goes on like the original, and a
 * damaged file is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <xxhash.h>

#include "index/table_image.h"
#include "tests/unit/fixture.h"

#define DOCS 900
#define STRIDE 151 /* docids reach into several chunks */

typedef struct pair {
  zg_table_dicts *dicts;
  zg_table *t[2]; /* findings, bulletins */
} pair;

static const char UUID[40] = "0a1b2c3d-0000-4000-8000-00000000000";
static const char OTHER[40] = "0a1b2c3d-0000-4000-8000-00000000001";

static char *dir, *file;

static int make_directory(void **state) {
  (void)state;
  dir = fx_directory();
  file = malloc(strlen(dir) + 16);
  sprintf(file, "%s/tables", dir);
  return 0;
}

static int remove_directory(void **state) {
  (void)state;
  fx_remove_tree(dir);
  free(file);
  return 0;
}

static pair pair_new(void) {
  pair p = {NULL, {NULL, NULL}};
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(zg_table_dicts_new(&p.dicts, &err), ZG_OK);
  return p;
}

static void pair_free(pair *p) {
  zg_table_unref(p->t[0]);
  zg_table_unref(p->t[1]);
  zg_table_dicts_free(p->dicts);
}

/* ---- random tables ---- */

static void put(zg_table_builder *b, uint32_t docid, fx_random *r) {
  zg_error err = ZG_ERROR_INIT;
  char text[32];
  assert_int_equal(zg_table_builder_add(b, docid, &err), ZG_OK);
  for (int f = 0; f < ZG_FIELD_COUNT; f++)
    for (unsigned p = 0; p < zg_field_planes((zg_field)f); p++) {
      uint32_t values = f == ZG_FIELD_BULLETIN ? 800 : f % 3 ? 5 : 40;
      uint32_t v = fx_below(r, values + 1);
      int n = snprintf(text, sizeof text, "%u", 1990 + v);
      if (v)
        assert_int_equal(zg_table_builder_value(b, docid, (zg_field)f, p,
                                                (zg_str){text, (size_t)n},
                                                &err),
                         ZG_OK);
    }
  /* Each measure of another size; the last is never negative. */
  for (int m = 0; m < ZG_MEASURE_COUNT; m++)
    if (fx_below(r, 3)) {
      int64_t v = (int64_t)(fx_next(r) >> (8 + 12 * m));
      v = m + 1 < ZG_MEASURE_COUNT && fx_below(r, 2) ? -v : v;
      assert_int_equal(
          zg_table_builder_measure(b, docid, (zg_measure_field)m, v, &err),
          ZG_OK);
    }
  assert_int_equal(zg_table_builder_length(b, docid, fx_below(r, 70000), &err),
                   ZG_OK);
}

/* Even documents are findings, odd ones bulletins. */
static void change(pair *p, fx_random *r, unsigned ops) {
  zg_error err = ZG_ERROR_INIT;
  for (int which = 0; which < 2; which++) {
    zg_table_builder *b;
    zg_table *next;
    bool first = !p->t[which];
    assert_int_equal(zg_table_builder_new(&b, p->dicts, p->t[which], &err),
                     ZG_OK);
    if (first && which)
      zg_table_builder_no_cubes(b);
    for (unsigned k = 0; k < ops; k++) {
      uint32_t i = 2 * fx_below(r, DOCS / 2) + (uint32_t)which;
      uint32_t docid = 1 + i * STRIDE;
      if (!zg_table_builder_has(b, docid))
        put(b, docid, r);
      else if (fx_below(r, 3))
        assert_int_equal(zg_table_builder_remove(b, docid, &err), ZG_OK);
    }
    assert_int_equal(zg_table_builder_finish(&next, b, &err), ZG_OK);
    zg_table_unref(p->t[which]);
    p->t[which] = next;
  }
}

/* ---- saving, loading ---- */

static void save(const pair *p, uint64_t generation) {
  zg_error err = ZG_ERROR_INIT;
  if (zg_table_image_save(file, UUID, generation, p->t[0], p->t[1], p->dicts,
                          &err))
    fail_msg("%s", err.message);
}

static zg_status load(pair *p, const char uuid[40], uint64_t *generation,
                      zg_error *err) {
  return zg_table_image_load(file, uuid, generation, p->dicts, &p->t[0],
                             &p->t[1], err);
}

static void check_equal(const pair *a, const pair *b) {
  zg_error err = ZG_ERROR_INIT;
  for (int i = 0; i < 2; i++) {
    if (zg_table_equal(a->t[i], b->t[i], &err) ||
        zg_table_equal(b->t[i], a->t[i], &err))
      fail_msg("%s", err.message);
    for (int f = 0; f < ZG_FIELD_COUNT; f++) {
      uint32_t n = zg_table_ordinals(a->t[i], (zg_field)f);
      assert_int_equal(zg_table_ordinals(b->t[i], (zg_field)f), n);
      for (uint32_t o = 1; o < n; o++) /* the same ordinals, not only values */
        assert_true(zg_str_eq(zg_table_value(a->t[i], (zg_field)f, o),
                              zg_table_value(b->t[i], (zg_field)f, o)));
    }
    for (unsigned c = 0; c < ZG_CUBES; c++)
      assert_true(!zg_table_cube(a->t[i], c) == !zg_table_cube(b->t[i], c));
  }
}

/* Both go on with the same changes, from the same random numbers. */
static void loaded_tables_go_on(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  for (uint64_t seed = 1; seed <= 2; seed++) {
    fx_random r = {seed};
    pair a = pair_new(), b = pair_new();
    for (int g = 0; g < 3; g++)
      change(&a, &r, 400);
    save(&a, 40 + seed);
    uint64_t generation = 0;
    if (load(&b, UUID, &generation, &err))
      fail_msg("%s", err.message);
    assert_int_equal(generation, 40 + seed);
    check_equal(&a, &b);
    zg_table *kept = zg_table_ref(b.t[0]);
    zg_table *same = zg_table_ref(a.t[0]);
    fx_random ra = r, rb = r;
    for (int g = 0; g < 8; g++) {
      change(&a, &ra, 60);
      change(&b, &rb, 60);
      check_equal(&a, &b);
    }
    /* What was loaded is untouched by what was built on it. */
    assert_int_equal(zg_table_equal(kept, same, &err), ZG_OK);
    zg_table_unref(kept);
    zg_table_unref(same);
    pair_free(&a);
    pair_free(&b);
  }
}

static void empty_tables(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  uint64_t generation;
  fx_random r = {3};
  pair a = pair_new(), b = pair_new();
  change(&a, &r, 0);
  save(&a, 1);
  assert_int_equal(load(&b, UUID, &generation, &err), ZG_OK);
  check_equal(&a, &b);
  fx_random ra = r, rb = r;
  change(&a, &ra, 100);
  change(&b, &rb, 100);
  check_equal(&a, &b);
  pair_free(&a);
  pair_free(&b);
}

/* The dictionary knows more by now than the tables that are saved. */
static void older_tables_than_dictionaries(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  uint64_t generation;
  fx_random r = {9};
  pair a = pair_new(), b = pair_new();
  change(&a, &r, 20);
  pair old = {a.dicts, {zg_table_ref(a.t[0]), zg_table_ref(a.t[1])}};
  change(&a, &r, 300);
  save(&old, 5);
  assert_int_equal(load(&b, UUID, &generation, &err), ZG_OK);
  check_equal(&old, &b);
  zg_table_unref(old.t[0]);
  zg_table_unref(old.t[1]);
  pair_free(&a);
  pair_free(&b);
}

/* ---- damaged files ---- */

static unsigned char *read_file(size_t *n) {
  FILE *f = fopen(file, "rb");
  assert_non_null(f);
  fseek(f, 0, SEEK_END);
  *n = (size_t)ftell(f);
  rewind(f);
  unsigned char *p = malloc(*n + 1);
  assert_int_equal(fread(p, 1, *n, f), *n);
  fclose(f);
  return p;
}

static void write_file(const unsigned char *p, size_t n) {
  FILE *f = fopen(file, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(p, 1, n, f), n);
  fclose(f);
}

/* Refused, with a reason, and the dictionaries are as empty as before. */
static void check_refused(const char uuid[40]) {
  zg_error err = ZG_ERROR_INIT;
  uint64_t generation;
  pair b = pair_new();
  assert_int_equal(load(&b, uuid, &generation, &err), ZG_CORRUPT);
  assert_non_null(strstr(err.message, file));
  assert_null(b.t[0]);
  assert_null(b.t[1]);
  fx_random r = {4};
  change(&b, &r, 1);
  assert_true(zg_table_ordinals(b.t[0], ZG_FIELD_BULLETIN) <= 2);
  pair_free(&b);
}

static void damaged_files_are_refused(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  uint64_t generation;
  size_t n;
  fx_random r = {11};
  pair a = pair_new(), b = pair_new();
  unlink(file);
  assert_int_equal(load(&b, UUID, &generation, &err), ZG_NOT_FOUND);
  change(&a, &r, 30);
  save(&a, 7);
  unsigned char *p = read_file(&n);
  check_refused(OTHER);
  for (int k = 0; k < 120; k++) {
    size_t at = k < 96 ? (size_t)k : fx_next(&r) % n;
    unsigned char was = p[at];
    p[at] ^= (unsigned char)(1 + fx_below(&r, 255));
    write_file(p, n);
    check_refused(UUID);
    p[at] = was;
    write_file(p, k < 97 ? (size_t)k : fx_next(&r) % n);
    check_refused(UUID);
  }
  unsigned char *longer = malloc(n + 8);
  memcpy(longer, p, n);
  memset(longer + n, 0, 8);
  write_file(longer, n + 8);
  check_refused(UUID);
  write_file(p, n);
  assert_int_equal(load(&b, UUID, &generation, &err), ZG_OK);
  check_equal(&a, &b);
  free(longer);
  free(p);
  pair_free(&a);
  pair_free(&b);
}

/* The header: ... length and hash of the body at 72, its own hash at 88. */
static void seal(unsigned char *p, size_t n) {
  uint64_t length = n - 96, hash = XXH3_64bits(p + 96, n - 96);
  memcpy(p + 72, &length, 8);
  memcpy(p + 80, &hash, 8);
  hash = XXH3_64bits(p, 88);
  memcpy(p + 88, &hash, 8);
}

/* Even with a right checksum no byte leads outside: what is accepted makes
 * tables that are whole (the sanitizers watch). */
static void any_bytes_are_safe(void **state) {
  (void)state;
  size_t n;
  fx_random r = {12};
  pair a = pair_new();
  change(&a, &r, 12);
  save(&a, 7);
  unsigned char *p = read_file(&n), *q = malloc(n);
  unsigned refused = 0, accepted = 0;
  for (int k = 0; k < 300; k++) {
    zg_error err = ZG_ERROR_INIT;
    uint64_t generation;
    size_t m = k % 4 ? n : 96 + fx_next(&r) % (n - 96);
    memcpy(q, p, m);
    for (uint32_t flips = 1 + fx_below(&r, 3); m > 96 && flips; flips--) {
      /* mostly among the lengths and counts */
      size_t room = fx_below(&r, 2) ? m - 96 : m - 96 < 6000 ? m - 96 : 6000;
      q[96 + fx_next(&r) % room] = (unsigned char)fx_next(&r);
    }
    seal(q, m);
    write_file(q, m);
    pair b = pair_new();
    zg_status st = load(&b, UUID, &generation, &err);
    assert_true(st == ZG_OK || st == ZG_CORRUPT);
    if (!st) {
      fx_random rb = {13};
      change(&b, &rb, 3);
      assert_int_equal(zg_table_equal(b.t[0], b.t[0], &err), ZG_OK);
    }
    refused += st == ZG_CORRUPT;
    accepted += st == ZG_OK;
    pair_free(&b);
  }
  assert_true(refused > 40);
  assert_true(accepted > 40);
  free(p);
  free(q);
  pair_free(&a);
}

/* A save that fails leaves the image before it, and nothing beside it. */
static void failed_saves(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  uint64_t generation;
  fx_random r = {5};
  char path[4096];
  struct rlimit was, small = {20000, 20000};
  pair a = pair_new(), b = pair_new();
  snprintf(path, sizeof path, "%s/no/such/folder", dir);
  change(&a, &r, 200);
  assert_int_equal(
      zg_table_image_save(path, UUID, 1, a.t[0], a.t[1], a.dicts, &err), ZG_IO);
  assert_non_null(strstr(err.message, path));
  save(&a, 1);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
  small.rlim_max = was.rlim_max;
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  zg_status st =
      zg_table_image_save(file, UUID, 2, a.t[0], a.t[1], a.dicts, &err);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
  signal(SIGXFSZ, SIG_DFL);
  assert_int_equal(st, ZG_IO);
  snprintf(path, sizeof path, "%s.tmp", file);
  assert_int_equal(access(path, F_OK), -1);
  assert_int_equal(load(&b, UUID, &generation, &err), ZG_OK);
  assert_int_equal(generation, 1);
  check_equal(&a, &b);
  pair_free(&a);
  pair_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(loaded_tables_go_on),
      cmocka_unit_test(empty_tables),
      cmocka_unit_test(older_tables_than_dictionaries),
      cmocka_unit_test(damaged_files_are_refused),
      cmocka_unit_test(any_bytes_are_safe),
      cmocka_unit_test(failed_saves),
  };
  return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
