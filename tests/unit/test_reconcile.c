/* Declared against parsed: each check, and when it is not made. */
#include "index/reconcile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const zg_check *of_kind(const zg_check *c, size_t n, zg_check_kind k) {
  for (size_t i = 0; i < n; i++)
    if (c[i].kind == k)
      return &c[i];
  return NULL;
}

static void nothing_declared_nothing_checked(void **state) {
  (void)state;
  zg_declared d = ZG_DECLARED_INIT;
  zg_parsed_counts p = {.findings = 7, .measures = 9};
  int64_t states[ZG_STATE_COUNT] = {[ZG_STATE_DONE] = 7};
  zg_check out[ZG_CHECKS_MAX];
  assert_int_equal(zg_reconcile(&d, &p, states, out), 0);
}

static void problems_and_sum(void **state) {
  (void)state;
  zg_declared d = ZG_DECLARED_INIT;
  d.problems = 29;
  d.done = 28;
  d.long_term = 1;
  d.span = (zg_span){5, 9};
  zg_parsed_counts p = {.findings = 30};
  int64_t states[ZG_STATE_COUNT] = {0};
  zg_check out[ZG_CHECKS_MAX];
  size_t n = zg_reconcile(&d, &p, states, out);
  assert_int_equal(n, 2);
  const zg_check *k = of_kind(out, n, ZG_CHECK_PROBLEMS);
  assert_false(k->ok);
  assert_true(k->declared == 29 && k->found == 30 && k->span.start == 5);
  assert_true(of_kind(out, n, ZG_CHECK_SUM)->ok);
  d.deferred = 1;
  n = zg_reconcile(&d, &p, states, out);
  assert_true(of_kind(out, n, ZG_CHECK_SUM)->found == 30);
  assert_false(of_kind(out, n, ZG_CHECK_SUM)->ok);
  d.done = -1; /* only what goes on is named: no partition */
  n = zg_reconcile(&d, &p, states, out);
  assert_null(of_kind(out, n, ZG_CHECK_SUM));
}

static void rates_are_rounded(void **state) {
  (void)state;
  static const struct {
    int64_t done, problems;
    double rate;
    bool ok;
  } rows[] = {{19, 25, 76, true},
              {688, 697, 98.71, true},
              {36, 42, 85.7, true},
              {36, 42, 86, false},
              {36, 42, 100, false}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    zg_declared d = ZG_DECLARED_INIT;
    d.problems = rows[i].problems;
    d.done = rows[i].done;
    d.rate = rows[i].rate;
    zg_parsed_counts p = {0};
    int64_t states[ZG_STATE_COUNT] = {0};
    zg_check out[ZG_CHECKS_MAX];
    size_t n = zg_reconcile(&d, &p, states, out);
    assert_int_equal(of_kind(out, n, ZG_CHECK_RATE)->ok, rows[i].ok);
  }
}

static void a_state_that_more_findings_say(void **state) {
  (void)state;
  zg_declared d = ZG_DECLARED_INIT;
  d.problems = 10;
  d.done = 8;
  d.phased = 2;
  zg_parsed_counts p = {.findings = 10};
  int64_t states[ZG_STATE_COUNT] = {[ZG_STATE_DONE] = 6, [ZG_STATE_PHASED] = 3};
  zg_check out[ZG_CHECKS_MAX];
  size_t n = zg_reconcile(&d, &p, states, out);
  const zg_check *k = of_kind(out, n, ZG_CHECK_STATES);
  assert_non_null(
      k); /* fewer done than declared is silence, not a difference */
  assert_true(zg_str_is(k->of, "phased") && k->declared == 2 && k->found == 3);
  p.findings = 11; /* the one more than declared may be the third */
  n = zg_reconcile(&d, &p, states, out);
  assert_null(of_kind(out, n, ZG_CHECK_STATES));
}

static void series_and_measures(void **state) {
  (void)state;
  zg_series series[20];
  for (size_t i = 0; i < 20; i++)
    series[i] =
        (zg_series){ZG_STR("letters"), 10, i ? 10 : 9, 100, ZG_SPAN_NONE};
  series[1].done = -1; /* not stated: nothing to check */
  zg_declared d = ZG_DECLARED_INIT;
  d.series = series;
  d.n_series = 20;
  d.measures = 40;
  zg_parsed_counts p = {.findings = 3, .measures = 12};
  int64_t states[ZG_STATE_COUNT] = {0};
  zg_check out[ZG_CHECKS_MAX];
  size_t n = zg_reconcile(&d, &p, states, out);
  assert_int_equal(n, ZG_SERIES_CHECKED + 1);
  assert_false(out[0].ok);
  assert_true(out[0].found == 90 && out[1].ok);
  assert_int_equal(out[n - 1].kind, ZG_CHECK_MEASURES);
  assert_false(out[n - 1].ok);
  assert_null(zg_check_code(ZG_CHECK_MEASURES));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_declared_nothing_checked),
      cmocka_unit_test(problems_and_sum),
      cmocka_unit_test(rates_are_rounded),
      cmocka_unit_test(a_state_that_more_findings_say),
      cmocka_unit_test(series_and_measures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
