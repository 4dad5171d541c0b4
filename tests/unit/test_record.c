/* record.h: every member comes back, and nothing but the very block is taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <xxhash.h>

#include "index/record.h"
#include "tests/unit/fixture.h"

static void same_str(zg_str a, zg_str b) {
  assert_int_equal(a.p == NULL, b.p == NULL);
  assert_true(zg_str_eq(a, b));
  if (b.p)
    assert_int_equal(b.p[b.n], '\0'); /* decoded text is NUL-terminated */
}

static void same_span(zg_span a, zg_span b) {
  assert_int_equal(a.start, b.start);
  assert_int_equal(a.len, b.len);
}

static void same_strs(const zg_str *a, size_t n, const zg_str *b, size_t m) {
  assert_int_equal(n, m);
  for (size_t i = 0; i < n; i++)
    same_str(a[i], b[i]);
}

static void same_money(const zg_finding *a, const zg_finding *b) {
  assert_int_equal(a->n_money, b->n_money);
  for (size_t i = 0; i < a->n_money; i++) {
    const zg_money *x = &a->money[i], *y = &b->money[i];
    assert_int_equal(x->kind, y->kind);
    assert_int_equal(x->fen, y->fen);
    assert_int_equal(x->approx, y->approx);
    assert_int_equal(x->part, y->part);
    same_str(x->verb, y->verb);
    same_span(x->span, y->span);
  }
}

static void same_people(const zg_finding *a, const zg_finding *b) {
  assert_int_equal(a->n_people, b->n_people);
  for (size_t i = 0; i < a->n_people; i++) {
    const zg_people *x = &a->people[i], *y = &b->people[i];
    assert_int_equal(x->kind, y->kind);
    same_str(x->verb, y->verb);
    assert_int_equal(x->n, y->n);
    assert_int_equal(x->times, y->times);
    assert_int_equal(x->approx, y->approx);
    assert_int_equal(x->part, y->part);
    same_span(x->span, y->span);
  }
}

static void same_lists(const zg_finding *a, const zg_finding *b) {
  same_strs(a->statements, a->n_statements, b->statements, b->n_statements);
  same_strs(a->repeat_of, a->n_repeat_of, b->repeat_of, b->n_repeat_of);
  assert_int_equal(a->n_measures, b->n_measures);
  for (size_t i = 0; i < a->n_measures; i++) {
    assert_int_equal(a->measures[i].n, b->measures[i].n);
    same_str(a->measures[i].text, b->measures[i].text);
    same_span(a->measures[i].span, b->measures[i].span);
    assert_int_equal(a->measures[i].listed, b->measures[i].listed);
  }
  assert_int_equal(a->n_documents, b->n_documents);
  for (size_t i = 0; i < a->n_documents; i++) {
    same_str(a->documents[i].text, b->documents[i].text);
    assert_int_equal(a->documents[i].number, b->documents[i].number);
    same_span(a->documents[i].span, b->documents[i].span);
  }
}

static void same_finding(const zg_finding *a, const zg_finding *b) {
  const zg_str sa[] = {a->id,          a->bulletin,     a->section,
                       a->problem,     a->head,         a->category[0],
                       a->category[1], a->deadline,     a->responsible,
                       a->unit,        a->unit_level,   a->region,
                       a->kind,        a->round,        a->inspecting_body,
                       a->title,       a->publish_date, a->text};
  const zg_str sb[] = {b->id,          b->bulletin,     b->section,
                       b->problem,     b->head,         b->category[0],
                       b->category[1], b->deadline,     b->responsible,
                       b->unit,        b->unit_level,   b->region,
                       b->kind,        b->round,        b->inspecting_body,
                       b->title,       b->publish_date, b->text};
  for (size_t i = 0; i < sizeof sa / sizeof *sa; i++)
    same_str(sa[i], sb[i]);
  const int64_t na[] = {
      a->n,          a->status,     a->sustain,      a->status_source,
      a->rules_made, a->cases,      a->repeat,       a->has_deadline,
      a->has_owner,  a->has_number, a->has_document, a->year};
  const int64_t nb[] = {
      b->n,          b->status,     b->sustain,      b->status_source,
      b->rules_made, b->cases,      b->repeat,       b->has_deadline,
      b->has_owner,  b->has_number, b->has_document, b->year};
  assert_memory_equal(na, nb, sizeof na);
  same_span(a->section_span, b->section_span);
  same_span(a->problem_span, b->problem_span);
  same_span(a->head_span, b->head_span);
  same_span(a->status_span, b->status_span);
  same_lists(a, b);
  same_money(a, b);
  same_people(a, b);
}

static void same_declared(const zg_declared *a, const zg_declared *b) {
  const int64_t x[] = {a->aspects,        a->categories, a->problems,
                       a->tasks,          a->measures,   a->done,
                       a->basically_done, a->phased,     a->in_progress,
                       a->long_term,      a->deferred,   a->not_done};
  const int64_t y[] = {b->aspects,        b->categories, b->problems,
                       b->tasks,          b->measures,   b->done,
                       b->basically_done, b->phased,     b->in_progress,
                       b->long_term,      b->deferred,   b->not_done};
  assert_memory_equal(x, y, sizeof x);
  assert_true(a->rate == b->rate);
  same_span(a->span, b->span);
}

static void same_bulletin(const zg_bulletin *a, const zg_bulletin *b) {
  const zg_str sa[] = {a->id,          a->title,         a->unit_level,
                       a->region,      a->kind,          a->inspecting_body,
                       a->team,        a->round,         a->inspect_start,
                       a->inspect_end, a->feedback_date, a->publish_date,
                       a->source,      a->url,           a->text,
                       a->doc_class};
  const zg_str sb[] = {b->id,          b->title,         b->unit_level,
                       b->region,      b->kind,          b->inspecting_body,
                       b->team,        b->round,         b->inspect_start,
                       b->inspect_end, b->feedback_date, b->publish_date,
                       b->source,      b->url,           b->text,
                       b->doc_class};
  for (size_t i = 0; i < sizeof sa / sizeof *sa; i++)
    same_str(sa[i], sb[i]);
  same_strs(a->units, a->n_units, b->units, b->n_units);
  same_strs(a->inferred, a->n_inferred, b->inferred, b->n_inferred);
  assert_int_equal(a->year, b->year);
  same_declared(&a->declared, &b->declared);
  assert_memory_equal(&a->parsed, &b->parsed, sizeof a->parsed);
  assert_int_equal(a->n_warnings, b->n_warnings);
  for (size_t i = 0; i < a->n_warnings; i++) {
    same_str(a->warnings[i].code, b->warnings[i].code);
    same_str(a->warnings[i].message, b->warnings[i].message);
    same_span(a->warnings[i].span, b->warnings[i].span);
  }
  assert_int_equal(b->n_findings, 0); /* they are records of their own */
}

static void round_trip_finding(void **state) {
  (void)state;
  fx_random r = {1};
  zg_buf buf = ZG_BUF_INIT;
  zg_error err = ZG_ERROR_INIT;
  for (int i = 0; i < 500; i++) {
    zg_arena *a = zg_arena_new(0);
    zg_finding f = fx_finding(a, &r, ZG_STR("甲#1"), ZG_STR("甲"));
    f.rules_made = i == 0 ? INT64_MIN : i == 1 ? INT64_MAX : f.rules_made;
    f.year = i == 2 ? INT32_MIN : f.year;
    zg_buf_clear(&buf);
    assert_int_equal(zg_record_put_finding(&buf, &f, &err), ZG_OK);
    zg_finding *back;
    zg_str block = {buf.p, buf.n};
    assert_int_equal(zg_record_get_finding(&back, a, block, &err), ZG_OK);
    same_finding(&f, back);
    /* zero-copy */
    assert_true(back->head.p > buf.p && back->head.p < buf.p + buf.n);
    zg_bulletin *wrong;
    assert_int_equal(zg_record_get_bulletin(&wrong, a, block, &err),
                     ZG_CORRUPT);
    assert_null(wrong);
    zg_arena_free(a);
  }
  zg_buf_free(&buf);
}

static void round_trip_bulletin(void **state) {
  (void)state;
  fx_random r = {2};
  zg_buf buf = ZG_BUF_INIT;
  zg_error err = ZG_ERROR_INIT;
  for (int i = 0; i < 500; i++) {
    zg_arena *a = zg_arena_new(0);
    zg_bulletin b = fx_bulletin(a, &r, ZG_STR("甲"), 3);
    zg_buf_clear(&buf);
    assert_int_equal(zg_record_put_bulletin(&buf, &b, &err), ZG_OK);
    zg_bulletin *back;
    assert_int_equal(
        zg_record_get_bulletin(&back, a, (zg_str){buf.p, buf.n}, &err), ZG_OK);
    same_bulletin(&b, back);
    zg_arena_free(a);
  }
  zg_buf_free(&buf);
}

/* Decodes an exact copy on the heap, so that a read past its end is seen. */
static zg_status decode(const char *p, size_t n, bool bulletin) {
  zg_arena *a = zg_arena_new(0);
  char *copy = malloc(n ? n : 1);
  if (n)
    memcpy(copy, p, n);
  zg_error err = ZG_ERROR_INIT;
  zg_finding *f;
  zg_bulletin *b;
  zg_status st = bulletin
                     ? zg_record_get_bulletin(&b, a, (zg_str){copy, n}, &err)
                     : zg_record_get_finding(&f, a, (zg_str){copy, n}, &err);
  assert_int_equal((bulletin ? (void *)b : (void *)f) == NULL, st != ZG_OK);
  free(copy);
  zg_arena_free(a);
  return st;
}

static void make(zg_buf *buf, fx_random *r, bool bulletin) {
  zg_arena *a = zg_arena_new(0);
  zg_error err = ZG_ERROR_INIT;
  zg_buf_clear(buf);
  if (bulletin) {
    zg_bulletin b = fx_bulletin(a, r, ZG_STR("甲"), 1);
    assert_int_equal(zg_record_put_bulletin(buf, &b, &err), ZG_OK);
  } else {
    zg_finding f = fx_finding(a, r, ZG_STR("甲#1"), ZG_STR("甲"));
    assert_int_equal(zg_record_put_finding(buf, &f, &err), ZG_OK);
  }
  zg_arena_free(a);
}

static void damage_is_seen(void **state) {
  (void)state;
  fx_random r = {3};
  zg_buf buf = ZG_BUF_INIT;
  for (int kind = 0; kind < 2; kind++) {
    make(&buf, &r, kind);
    for (size_t i = 0; i < buf.n; i++) {
      char old = buf.p[i];
      buf.p[i] = (char)(old ^ (1 << fx_below(&r, 8)));
      assert_int_equal(decode(buf.p, buf.n, kind), ZG_CORRUPT);
      buf.p[i] = old;
      assert_int_equal(decode(buf.p, i, kind), ZG_CORRUPT);
    }
    zg_buf_addc(&buf, 'x');
    assert_int_equal(decode(buf.p, buf.n, kind), ZG_CORRUPT);
    assert_int_equal(decode(NULL, 0, kind), ZG_CORRUPT);
  }
  zg_buf_free(&buf);
}

/* Damage under a checksum that was made good again: the decoder itself must
 * stand it.  Some altered payloads are legal. */
static void forged_checksum(void **state) {
  (void)state;
  fx_random r = {4};
  zg_buf buf = ZG_BUF_INIT;
  int refused = 0;
  for (int i = 0; i < 20000; i++) {
    if (i % 20 == 0)
      make(&buf, &r, i / 20 % 2);
    zg_buf copy = ZG_BUF_INIT;
    zg_buf_add(&copy, buf.p, buf.n);
    bool is_bulletin = copy.p[2] == 'b';
    size_t payload = copy.n - 16;
    for (uint32_t k = 0; k <= fx_below(&r, 4); k++)
      copy.p[16 + fx_below(&r, (uint32_t)payload)] =
          fx_below(&r, 3) ? (char)fx_next(&r) : (char)0xFF;
    XXH64_hash_t h = XXH3_64bits(copy.p + 16, payload);
    memcpy(copy.p + 8, &h, sizeof h); /* little-endian machines */
    zg_status st = decode(copy.p, copy.n, is_bulletin);
    assert_true(st == ZG_OK || st == ZG_CORRUPT);
    refused += st == ZG_CORRUPT;
    zg_buf_free(&copy);
  }
  assert_true(refused > 1000);
  zg_buf_free(&buf);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(round_trip_finding),
      cmocka_unit_test(round_trip_bulletin),
      cmocka_unit_test(damage_is_seen),
      cmocka_unit_test(forged_checksum),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
