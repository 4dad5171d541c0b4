/* The second part of index/xapian_shim.h: scores of given documents against
 * Xapian's own, and the walk over the terms against a count by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixture.h"
#include "index/xapian_shim.h"

#define DOCS 9000 /* more than a long list has */
#define WORDS 40

static char *dir, path[256];
static zg_xreader *reader;
static uint32_t freqs[WORDS];
static char words[WORDS][8];

/* Word k is in every (k + 1)th document or so, some times. */
static void fill(zg_xwriter *w) {
  fx_random r = {20261125};
  for (int k = 0; k < WORDS; k++)
    snprintf(words[k], sizeof words[k], "%c%02d", k % 4 ? 'B' : 'C', k);
  assert_int_equal(zg_xwriter_begin(w, NULL), ZG_OK);
  for (uint32_t i = 0; i < DOCS; i++) {
    zg_term terms[WORDS];
    size_t n = 0;
    uint32_t docid;
    for (int k = 0; k < WORDS; k++)
      if (fx_below(&r, (uint32_t)k + 1) == 0) {
        terms[n++] = (zg_term){words[k], 3, 1 + fx_below(&r, 4)};
        freqs[k]++;
      }
    zg_xdoc doc = {.terms = terms, .n_terms = n, .data = ZG_STR("x")};
    assert_int_equal(zg_xwriter_add(w, &doc, &docid, NULL), ZG_OK);
    assert_int_equal(docid, i + 1);
  }
  assert_int_equal(zg_xwriter_commit(w, NULL), ZG_OK);
}

static int setup(void **state) {
  (void)state;
  zg_xwriter *w = NULL;
  dir = fx_directory();
  snprintf(path, sizeof path, "%s/db", dir);
  assert_int_equal(zg_xwriter_open(&w, path, true, NULL), ZG_OK);
  fill(w);
  zg_xwriter_close(w);
  assert_int_equal(zg_xreader_open(&reader, path, NULL), ZG_OK);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  zg_xreader_close(reader);
  fx_remove_tree(dir);
  return 0;
}

static void stats(void **state) {
  (void)state;
  uint32_t docs = 0;
  double average = 0;
  assert_int_equal(zg_xreader_stats(reader, &docs, &average, NULL), ZG_OK);
  assert_int_equal(docs, DOCS);
  assert_true(average > 1 && average < 4 * WORDS);
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
      assert_int_equal(zg_xreader_terms(reader, ZG_STR("B"),
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
  assert_int_equal(
      zg_xreader_terms(reader, ZG_STR("D"), ZG_STR_NULL, 9, &none, &n, NULL),
      ZG_OK);
  assert_int_equal(n, 0);
  assert_null(none);
}

/* With the index's statistics the scores are Xapian's. */
static void scores(void **state) {
  (void)state;
  fx_random r = {3};
  uint32_t docs;
  double average;
  assert_int_equal(zg_xreader_stats(reader, &docs, &average, NULL), ZG_OK);
  for (int round = 0; round < 30; round++) {
    zg_scored_term t[6];
    uint32_t f[6];
    size_t n = 1 + fx_below(&r, 6), hits = 0;
    for (size_t i = 0; i < n; i++) {
      int k = (int)(fx_below(&r, WORDS / 6) * 6 + i);
      t[i] = (zg_scored_term){{words[k], 3}, i % 2 ? 0.4 : 1.0};
      f[i] = freqs[k];
    }
    zg_ranked *want = NULL;
    assert_int_equal(zg_xreader_rank(reader, t, n, ZG_BM25_SEARCH, NULL, 0,
                                     DOCS, &want, &hits, NULL),
                     ZG_OK);
    static double by_docid[DOCS + 1];
    static uint32_t asked[DOCS];
    static double got[DOCS];
    memset(by_docid, 0, sizeof by_docid);
    for (size_t i = 0; i < hits; i++)
      by_docid[want[i].docid] = want[i].score;
    free(want);
    size_t m = 0;
    uint32_t step = 1 + fx_below(&r, 50);
    for (uint32_t d = 1; d <= DOCS; d += step)
      asked[m++] = d;
    zg_xscorer *s = NULL;
    assert_int_equal(zg_xscorer_new(&s, reader, t, f, n, ZG_BM25_SEARCH, docs,
                                    average, NULL),
                     ZG_OK);
    size_t half = m / 2; /* in two pieces */
    assert_int_equal(zg_xscorer_docs(s, asked, half, got, NULL), ZG_OK);
    assert_int_equal(
        zg_xscorer_docs(s, asked + half, m - half, got + half, NULL), ZG_OK);
    zg_xscorer_free(s);
    for (size_t i = 0; i < m; i++) {
      double d = got[i] - by_docid[asked[i]];
      assert_true(d < 1e-9 && d > -1e-9);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(stats),
                                     cmocka_unit_test(terms),
                                     cmocka_unit_test(scores)};
  return cmocka_run_group_tests_name("scorer", tests, setup, teardown);
}
