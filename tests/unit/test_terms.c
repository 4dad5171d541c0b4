/* The walk over the terms (index/xapian_shim.h) against a count by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixture.h"
#include "index/xapian_shim.h"

#define DOCS 9000 /* more than a long list has */
#define WORDS 40
#define PARTS 3 /* databases */

static char *dir;
static zg_xreader *readers[PARTS];
static uint32_t freqs[WORDS];
static char words[WORDS][16];

/* Word k is in every (k + 1)th document or so, some times. */
static void fill(zg_xbuilder *const *b) {
  fx_random r = {20261125};
  for (int k = 0; k < WORDS; k++)
    snprintf(words[k], sizeof words[k], "%c%02d", k % 4 ? 'B' : 'C', k);
  for (uint32_t i = 0; i < DOCS; i++) {
    zg_term terms[WORDS];
    size_t n = 0;
    for (int k = 0; k < WORDS; k++)
      if (fx_below(&r, (uint32_t)k + 1) == 0) {
        terms[n++] = (zg_term){words[k], 3, 1 + fx_below(&r, 4)};
        freqs[k]++;
      }
    zg_xdoc doc = {.terms = terms, .n_terms = n, .data = ZG_STR("x")};
    assert_int_equal(zg_xbuilder_add(b[i * PARTS / DOCS], i + 1, &doc, NULL),
                     ZG_OK);
  }
}

static int setup(void **state) {
  zg_xbuilder *b[PARTS];
  char path[PARTS][512];
  (void)state;
  dir = fx_directory();
  for (int i = 0; i < PARTS; i++) {
    snprintf(path[i], sizeof path[i], "%s/%d", dir, i);
    assert_int_equal(zg_xbuilder_new(&b[i], path[i], NULL), ZG_OK);
  }
  fill(b);
  for (int i = 0; i < PARTS; i++) {
    assert_int_equal(zg_xbuilder_finish(b[i], NULL), ZG_OK);
    assert_int_equal(zg_xreader_open(&readers[i], path[i], NULL), ZG_OK);
  }
  return 0;
}

static int teardown(void **state) {
  (void)state;
  for (int i = 0; i < PARTS; i++)
    zg_xreader_close(readers[i]);
  fx_remove_tree(dir);
  return 0;
}

/* However it is cut into pieces. */
static void terms(void **state) {
  (void)state;
  static const size_t caps[] = {1, 2, 7, 30, 31, 1000};
  for (size_t c = 0; c < sizeof caps / sizeof *caps; c++) {
    char last[8] = "";
    size_t seen = 0;
    for (;;) {
      zg_xterm *t = NULL;
      size_t n = 0;
      assert_int_equal(zg_xreaders_terms(readers, PARTS, ZG_STR("B"),
                                         (zg_str){last, strlen(last)}, caps[c],
                                         &t, &n, NULL),
                       ZG_OK);
      assert_true(n <= caps[c]);
      for (size_t i = 0; i < n; i++, seen++) {
        assert_int_equal(t[i].term.n, 3);
        assert_true(memcmp(t[i].term.p, last, 3) > 0);
        memcpy(last, t[i].term.p, 3);
        assert_int_equal(t[i].freq, freqs[atoi(last + 1)]);
      }
      free(t);
      if (n < caps[c])
        break;
    }
    assert_int_equal(seen, WORDS / 4 * 3);
  }
  zg_xterm *none = NULL;
  size_t n = 1;
  assert_int_equal(zg_xreaders_terms(readers, PARTS, ZG_STR("D"), ZG_STR_NULL,
                                     9, &none, &n, NULL),
                   ZG_OK);
  assert_int_equal(n, 0);
  assert_null(none);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(terms)};
  return cmocka_run_group_tests_name("terms", tests, setup, teardown);
}
