/* segment.h, and which segments are merged (merge.c), beside naive models. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "index/build.h"
#include "index/store_private.h"
#include "tests/unit/fixture.h"

/* ---- which are merged: lists of segments without files ---- */

static zg_segment *made_up(uint32_t first, uint32_t documents) {
  zg_segment *s = calloc(1, sizeof *s);
  atomic_init(&s->refs, 1);
  s->first = first;
  s->last = first + documents - 1;
  s->documents = documents;
  return s;
}

/* `l` (taken) with segments [from, to) replaced by one of `documents`. */
static zg_segments *put(zg_segments *l, size_t from, size_t to, uint32_t first,
                        uint32_t documents) {
  zg_segment *s = made_up(first, documents);
  zg_segments *next = zg_segments_splice(l, from, to, &s, documents != 0,
                                         roaring_bitmap_copy(l->dead));
  assert_non_null(next);
  zg_segment_unref(s);
  zg_segments_unref(l);
  return next;
}

static uint64_t merge_all(zg_segments **l, bool idle) {
  uint64_t written = 0;
  size_t from, to;
  while (zg_merge_choose(*l, idle, &from, &to)) {
    uint32_t documents = 0;
    assert_true(from < to && to <= (*l)->n);
    assert_true(to - from > 1); /* nothing is dead here */
    for (size_t i = from; i < to; i++)
      documents += (*l)->at[i]->documents;
    *l = put(*l, from, to, (*l)->at[from]->first, documents);
    written += documents;
  }
  return written;
}

/* However big the commits are: few segments, and a document is copied about
 * once per power of eight. */
static void few_and_cheap(void **state) {
  (void)state;
  for (unsigned run = 0; run < 40; run++) {
    fx_random r = {run + 1};
    const uint32_t most = 1u << fx_below(&r, 13);
    zg_segments *l =
        zg_segments_splice(NULL, 0, 0, NULL, 0, roaring_bitmap_create());
    uint32_t next = 1;
    uint64_t written = 0;
    const int commits = most > 100 ? 300 : 5000;
    for (int i = 0; i < commits; i++) {
      uint32_t n = 1 + fx_below(&r, fx_below(&r, 4) ? most : 2);
      l = put(l, l->n, l->n, next, n);
      next += n;
      written += merge_all(&l, run % 4 == 3 && fx_below(&r, 50) == 0);
      assert_true(l->n < ZG_SEGMENTS_MAX);
    }
    assert_true(written <= 8 * (uint64_t)next);
    merge_all(&l, true);
    assert_true(l->n <= 20 + next / 150000);
    zg_segments_unref(l);
  }
}

/* What is mostly dead is written anew, alone. */
static void dead_are_chosen(void **state) {
  (void)state;
  zg_segments *l =
      zg_segments_splice(NULL, 0, 0, NULL, 0, roaring_bitmap_create());
  l = put(l, 0, 0, 1, 1000);
  l = put(l, 1, 1, 1001, 10);
  size_t from, to;
  assert_false(zg_merge_choose(l, true, &from, &to));
  roaring_bitmap_add_range(l->dead, 1001, 1006);
  assert_false(zg_merge_choose(l, true, &from, &to));
  roaring_bitmap_add(l->dead, 1006);
  assert_true(zg_merge_choose(l, false, &from, &to));
  assert_true(from == 1 && to == 2);
  zg_segments_unref(l);
}

/* ---- reading, with dead documents ---- */

#define TERMS 6
#define DOCS 400

typedef struct model {
  char *dir;
  zg_arena *arena;
  uint32_t wdf[DOCS + 1][TERMS]; /* by docid; 0: has it not */
  bool there[DOCS + 1], dead[DOCS + 1];
  zg_segments *l;
  zg_error err;
} model;

static const char *const TERM[TERMS] = {"Ba", "Bb", "Bc", "Ca", "Cb", "Cc"};

static zg_xdoc *document(model *m, fx_random *r, uint32_t docid) {
  zg_xdoc *d = zg_arena_alloc(m->arena, sizeof *d);
  zg_term *t = zg_arena_alloc(m->arena, TERMS * sizeof *t);
  for (int i = 0; i < TERMS; i++)
    if (fx_below(r, (uint32_t)i + 1) == 0) {
      m->wdf[docid][i] = 1 + fx_below(r, 9);
      t[d->n_terms++] = (zg_term){TERM[i], 2, m->wdf[docid][i]};
    }
  d->terms = t;
  d->data = zg_arena_printf(m->arena, "d%u", docid);
  return d;
}

/* Segments of random sizes, with gaps in and between them. */
static void make(model *m, fx_random *r) {
  zg_build_doc docs[DOCS];
  uint64_t name = 1;
  for (uint32_t docid = 1; docid <= DOCS;) {
    size_t n = 0, want = 1 + fx_below(r, 60);
    for (; n < want && docid <= DOCS; docid++)
      if (fx_below(r, 5)) {
        m->there[docid] = true;
        docs[n++] = (zg_build_doc){docid, document(m, r, docid)};
      }
    if (n == 0)
      continue;
    zg_build *b;
    zg_segment *made[ZG_BUILD_PARTS];
    unsigned parts = n > 1 ? 1 + fx_below(r, 2) : 1;
    assert_int_equal(zg_build_start(&b, m->dir, name, docs, n, parts, &m->err),
                     ZG_OK);
    assert_int_equal(zg_build_finish(b, 2, made, &n, &m->err), ZG_OK);
    assert_int_equal(n, parts);
    name += parts;
    zg_segments *next = zg_segments_splice(m->l, m->l->n, m->l->n, made, n,
                                           roaring_bitmap_create());
    zg_segments_unref(m->l);
    m->l = next;
    for (size_t i = 0; i < n; i++)
      zg_segment_unref(made[i]);
  }
}

static bool live(const model *m, uint32_t d, int term) {
  return m->there[d] && !m->dead[d] && m->wdf[d][term];
}

static void compare_term(model *m, int term, uint32_t from) {
  zg_str t = zg_str_of(TERM[term]);
  uint32_t *ids, freq, counts[DOCS], docids[DOCS];
  zg_xposting *a;
  size_t n, k = 0, at = 0, asked = 0;
  assert_int_equal(zg_segments_postings(m->l, 0, t, &ids, &n, &m->err), ZG_OK);
  for (uint32_t d = 1; d <= DOCS; d++)
    if (live(m, d, term)) {
      assert_true(k < n);
      assert_int_equal(ids[k++], d);
    }
  assert_int_equal(k, n);
  assert_int_equal(zg_segments_freq(m->l, 1, t, &freq, &m->err), ZG_OK);
  assert_int_equal(freq, n);
  free(ids);
  assert_int_equal(zg_segments_counts(m->l, 1, t, from, &a, &n, &m->err),
                   ZG_OK);
  for (uint32_t d = from ? from : 1; d <= DOCS; d++)
    if (live(m, d, term)) {
      assert_true(at < n);
      assert_int_equal(a[at].docid, d);
      assert_int_equal(a[at++].n, m->wdf[d][term]);
    }
  assert_int_equal(at, n);
  free(a);
  for (uint32_t d = 1 + from % 3; d <= DOCS; d += 1 + from % 5)
    if (!m->dead[d]) /* those that are not there count 0 */
      docids[asked++] = d;
  assert_int_equal(
      zg_segments_counts_in(m->l, 0, t, docids, asked, counts, &m->err), ZG_OK);
  for (size_t i = 0; i < asked; i++)
    assert_int_equal(counts[i], m->wdf[docids[i]][term]);
}

static void compare_data(model *m) {
  for (uint32_t d = 0; d <= DOCS + 5; d++) {
    char *data, want[16];
    size_t n;
    zg_status st = zg_segments_data(m->l, 0, d, &data, &n, &m->err);
    bool there = d <= DOCS && m->there[d];
    assert_int_equal(st, there && !m->dead[d] ? ZG_OK : ZG_NOT_FOUND);
    snprintf(want, sizeof want, "d%u", d);
    if (!st)
      assert_string_equal(data, want);
    free(data);
    zg_segment *s = zg_segments_of(m->l, d);
    assert_true(!there || s);
    assert_true(!s || (s->first <= d && d <= s->last));
  }
}

/* Terms count the dead, and are in order over all segments. */
static void compare_terms(model *m) {
  zg_xterm *terms;
  size_t n, k = 0;
  assert_int_equal(zg_segments_terms(m->l, 0, ZG_STR("C"), ZG_STR_NULL, 9,
                                     &terms, &n, &m->err),
                   ZG_OK);
  for (int i = 0; i < TERMS; i++) {
    uint32_t freq = 0;
    for (uint32_t d = 1; d <= DOCS; d++)
      freq += m->wdf[d][i] != 0;
    if (TERM[i][0] != 'C' || !freq)
      continue;
    assert_true(k < n);
    assert_true(zg_str_eq(terms[k].term, zg_str_of(TERM[i])));
    assert_int_equal(terms[k++].freq, freq);
  }
  assert_int_equal(k, n);
  free(terms);
}

static void equal_to_a_model(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    fx_random r = {seed};
    model *m = calloc(1, sizeof *m);
    m->err = (zg_error)ZG_ERROR_INIT;
    m->dir = fx_directory();
    m->arena = zg_arena_new(1 << 16);
    m->l = zg_segments_splice(NULL, 0, 0, NULL, 0, roaring_bitmap_create());
    make(m, &r);
    for (unsigned part = 0; part < 4; part++) { /* none to all of them dead */
      for (uint32_t d = 1; d <= DOCS; d++)
        if (m->there[d] && (part == 3 || (part && fx_below(&r, 3) == 0))) {
          m->dead[d] = true;
          roaring_bitmap_add(m->l->dead, d);
        }
      for (int t = 0; t < TERMS; t++)
        compare_term(m, t, fx_below(&r, DOCS + 5));
      compare_data(m);
      compare_terms(m);
    }
    for (size_t i = 0; i < m->l->n; i++)
      atomic_store(&m->l->at[i]->doomed, true);
    zg_segments_unref(m->l);
    assert_int_equal(rmdir(m->dir), 0); /* the doomed are gone */
    free(m->dir);
    zg_arena_free(m->arena);
    free(m);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(few_and_cheap),
      cmocka_unit_test(dead_are_chosen),
      cmocka_unit_test(equal_to_a_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
