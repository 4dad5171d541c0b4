/* index/status.h and index/text.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "index/status.h"
#include "index/text.h"

static void error_is_filled_and_cut_at_a_character(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(zg_fail_at(&err, ZG_INVALID, 17, "invalid_filter", "filter",
                              "column %d: %s", 5, "no value"),
                   ZG_INVALID);
  assert_int_equal(err.status, ZG_INVALID);
  assert_int_equal(err.offset, 17);
  assert_string_equal(err.code, "invalid_filter");
  assert_string_equal(err.param, "filter");
  assert_string_equal(err.message, "column 5: no value");

  /* A message may be wrapped in itself. */
  zg_fail(&err, ZG_IO, "outer", "", "outer: %s", err.message);
  assert_string_equal(err.message, "outer: column 5: no value");
  assert_int_equal(err.offset, -1);

  zg_buf long_text = ZG_BUF_INIT;
  for (int i = 0; i < 300; i++)
    zg_buf_adds(&long_text, "水");
  for (int lead = 0; lead < 3; lead++) {
    zg_fail(&err, ZG_INVALID, "c", "", "%.*s%.900s", lead, "ab", long_text.p);
    size_t n = strlen(err.message);
    assert_true(n < sizeof err.message && n > sizeof err.message - 5);
    assert_int_equal(zg_utf8_check(err.message, n), -1);
  }
  zg_buf_free(&long_text);

  assert_int_equal(zg_fail(NULL, ZG_BUSY, "busy", "", "x"), ZG_BUSY);
  assert_int_equal(zg_fail_nomem(&err), ZG_NO_MEMORY);
  zg_error_clear(&err);
  assert_int_equal(err.status, ZG_OK);
  assert_int_equal(err.offset, -1);
  assert_string_equal(err.message, "");
  zg_error_clear(NULL);
}

static void statuses_have_their_faces(void **state) {
  (void)state;
  assert_int_equal(zg_status_http(ZG_OK), 200);
  assert_int_equal(zg_status_http(ZG_NOT_BULLETIN), 422);
  assert_int_equal(zg_status_http(ZG_NO_SPACE), 507);
  assert_int_equal(zg_status_http((zg_status)-99), 500);
  assert_int_equal(zg_status_exit(ZG_OK), 0);
  assert_int_equal(zg_status_exit(ZG_CORRUPT), 11);
  assert_int_not_equal(zg_status_exit((zg_status)-99), 0);
  assert_string_equal(zg_status_type(ZG_TOO_LARGE), "limit");
  assert_string_equal(zg_status_type((zg_status)-99), "internal");
  assert_string_equal(zg_status_name(ZG_MODIFIED), "MODIFIED");
}

static void arena_aligns_zeroes_and_resets(void **state) {
  (void)state;
  zg_arena *a = zg_arena_new(64);
  assert_non_null(a);
  for (int round = 0; round < 3; round++) {
    unsigned char *blocks[400];
    for (size_t i = 0; i < 400; i++) {
      blocks[i] = zg_arena_alloc(a, i);
      assert_non_null(blocks[i]);
      assert_int_equal((uintptr_t)blocks[i] % 16, 0);
      for (size_t k = 0; k < i; k++)
        assert_int_equal(blocks[i][k], 0);
      memset(blocks[i], (int)(i & 0xFF), i);
    }
    for (size_t i = 0; i < 400; i++)
      for (size_t k = 0; k < i; k++)
        assert_int_equal(blocks[i][k], i & 0xFF);
    assert_true(zg_arena_used(a) >= 400 * 399 / 2);
    char *big = zg_arena_alloc(a, 3u << 20);
    assert_non_null(big);
    big[(3u << 20) - 1] = 1;
    zg_arena_reset(a);
    assert_int_equal(zg_arena_used(a), 0);
  }
  zg_str s = zg_arena_dup(a, ZG_STR("水务局"));
  assert_true(zg_str_is(s, "水务局"));
  assert_int_equal(s.p[s.n], 0);
  assert_null(zg_arena_dup(a, ZG_STR_NULL).p);
  zg_str empty = zg_arena_dup(a, ZG_STR(""));
  assert_non_null(empty.p);
  assert_int_equal(empty.n, 0);
  assert_true(zg_str_is(zg_arena_printf(a, "%s#%d", "b1", 14), "b1#14"));
  assert_null(zg_arena_alloc(a, SIZE_MAX - 3));
  zg_arena_free(a);
  zg_arena_free(NULL);
}

static void buffer_grows_and_failure_sticks(void **state) {
  (void)state;
  zg_buf b = ZG_BUF_INIT;
  for (int i = 0; i < 1000; i++)
    assert_true(zg_buf_printf(&b, "%d,", i));
  assert_true(zg_buf_addc(&b, '!') && zg_buf_adds(&b, "end"));
  assert_memory_equal(b.p, "0,1,2,3,", 8);
  assert_memory_equal(b.p + b.n - 8, "999,!end", 8);
  size_t n = b.n;
  assert_false(zg_buf_reserve(&b, SIZE_MAX / 2));
  assert_true(b.failed);
  assert_false(zg_buf_addc(&b, 'x'));
  assert_int_equal(b.n, n);
  zg_buf_clear(&b);
  assert_true(zg_buf_addc(&b, 'x'));
  assert_int_equal(b.n, 1);
  zg_buf_free(&b);
  zg_buf_free(&b);
}

static void utf8_round_trips_every_code_point(void **state) {
  (void)state;
  for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
    char b[4];
    uint32_t back = 0;
    int n = zg_utf8_put(b, cp);
    bool surrogate = cp >= 0xD800 && cp <= 0xDFFF;
    assert_int_equal(zg_utf8_next(b, (size_t)n, &back), surrogate ? 0 : n);
    if (surrogate)
      continue;
    assert_int_equal(back, cp);
    for (int k = 0; k < n; k++)
      assert_int_equal(zg_utf8_next(b, (size_t)k, &back), 0);
  }
}

static void utf8_refuses_the_malformed(void **state) {
  (void)state;
  static const struct {
    const char *p;
    size_t n;
    int64_t at;
  } CASES[] = {
      {"abcdefghij", 10, -1},
      {"abcdefgh\x80", 9, 8},     /* lone tail */
      {"\xC0\xAF", 2, 0},         /* overlong */
      {"\xC1\xBF", 2, 0},         /* overlong */
      {"\xE0\x9F\xBF", 3, 0},     /* overlong */
      {"\xED\xA0\x80", 3, 0},     /* surrogate */
      {"\xF0\x8F\xBF\xBF", 4, 0}, /* overlong */
      {"\xF4\x90\x80\x80", 4, 0}, /* above U+10FFFF */
      {"\xF5\x80\x80\x80", 4, 0},
      {"\xFF", 1, 0},
      {"a\xE6\xB0", 3, 1},            /* cut */
      {"\xE6\xB0\xB4\xE6\xB0", 5, 3}, /* cut */
      {"\xE6\xB0\xB4\xB4", 4, 3},
      {"\xCB\xAE\xCE\xF1", 4, 2}, /* GBK */
  };
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    assert_int_equal(zg_utf8_check(CASES[i].p, CASES[i].n), CASES[i].at);
  assert_int_equal(zg_utf8_check("", 0), -1);
}

static void floor_never_cuts(void **state) {
  (void)state;
  static const char text[] = "a水é\xF0\xA0\x80\x80z务";
  size_t n = sizeof text - 1;
  for (size_t k = 0; k <= n; k++) {
    size_t f = zg_utf8_floor(text, k);
    assert_true(f <= k && k - f < 4);
    assert_int_equal(zg_utf8_check(text, f), -1);
    /* and it is the largest */
    for (size_t g = f + 1; g <= k; g++)
      assert_int_not_equal(zg_utf8_check(text, g), -1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(error_is_filled_and_cut_at_a_character),
      cmocka_unit_test(statuses_have_their_faces),
      cmocka_unit_test(arena_aligns_zeroes_and_resets),
      cmocka_unit_test(buffer_grows_and_failure_sticks),
      cmocka_unit_test(utf8_round_trips_every_code_point),
      cmocka_unit_test(utf8_refuses_the_malformed),
      cmocka_unit_test(floor_never_cuts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
