/* daemon/json_in.h, and what json_out.h writes comes in again */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/json_in.h"
#include "daemon/json_out.h"

static zg_str text(const char *s) { return zg_str_of(s); }

static void good_values_pass(void **state) {
  static const char *const good[] = {"0",
                                     "-0",
                                     "1.5e3",
                                     "\"\"",
                                     "null",
                                     "true",
                                     "[]",
                                     "{}",
                                     " [1 , 2]\r\n",
                                     "{\"a\":{\"b\":[]}}",
                                     "-9223372036854775808",
                                     "9223372036854775807",
                                     "1e308",
                                     "\"\\ud83d\\ude00\"",
                                     "\"\\u4e2d\"",
                                     "\"整改\"",
                                     "{\"\":1}",
                                     "[[],[[]]]"};
  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    zg_error err = ZG_ERROR_INIT;
    if (zg_json_scan(text(good[i]), NULL, &err))
      fail_msg("%s: %s", good[i], err.message);
  }
}

static void bad_values_are_refused_with_code_and_place(void **state) {
  static const struct {
    const char *json, *code;
    int64_t offset;
  } bad[] = {
      {"", "invalid_json", 0},
      {"01", "invalid_number", 0},
      {"[0x10]", "invalid_number", 1},
      {"-", "invalid_json", 0},
      {"1.", "invalid_number", 0},
      {".5", "invalid_json", 0},
      {"+1", "invalid_json", 0},
      {"1e", "invalid_number", 0},
      {"NaN", "invalid_json", 0},
      {"Infinity", "invalid_json", 0},
      {"[1e400]", "invalid_number", 1},
      {"9223372036854775808", "invalid_number", 0},
      {"-9223372036854775809", "invalid_number", 0},
      {"{} x", "invalid_json", 3},
      {"{}{}", "invalid_json", 2},
      {"[1,]", "invalid_json", 3},
      {"[,1]", "invalid_json", 1},
      {"{\"a\":1,}", "invalid_json", 7},
      {"{\"a\" 1}", "invalid_json", 5},
      {"{a:1}", "invalid_json", 1},
      {"{'a':1}", "invalid_json", 1},
      {"[1", "invalid_json", 2},
      {"[1}", "invalid_json", 2},
      {"\"a", "invalid_json", 0},
      {"\"a\tb\"", "invalid_json", 2},
      {"\"\\u0000\"", "invalid_json", 1},
      {"\"\\ud800\"", "invalid_json", 1},
      {"\"\\ud800\\u0041\"", "invalid_json", 1},
      {"\"\\udc00\"", "invalid_json", 1},
      {"\"\\u12g4\"", "invalid_json", 1},
      {"\"\\x41\"", "invalid_json", 1},
      {"tru", "invalid_json", 0},
      {"nulll", "invalid_json", 4},
      {"[\"\xd5\xfb\xb8\xc4\"]", "invalid_utf8", 2},
      {"\"\xed\xa0\x80\"", "invalid_utf8", 1},
      {"\xef\xbb\xbf{}", "invalid_json", 0},
      {"/* */ 1", "invalid_json", 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    zg_error err = ZG_ERROR_INIT;
    if (zg_json_scan(text(bad[i].json), NULL, &err) != ZG_INVALID)
      fail_msg("accepted: %s", bad[i].json);
    if (strcmp(err.code, bad[i].code) != 0 || err.offset != bad[i].offset)
      fail_msg("%s: %s at %lld", bad[i].json, err.code, (long long)err.offset);
  }
}

static void nul_bytes_are_refused(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(zg_json_scan((zg_str){"\"a\0b\"", 5}, NULL, &err),
                   ZG_INVALID);
  assert_int_equal(zg_json_scan((zg_str){"1\0", 2}, NULL, &err), ZG_INVALID);
}

static void depth_is_bounded(void **state) {
  (void)state;
  char deep[200];
  for (int n = 32; n <= 33; n++) {
    zg_error err = ZG_ERROR_INIT;
    memset(deep, '[', (size_t)n);
    memset(deep + n, ']', (size_t)n);
    zg_status st = zg_json_scan((zg_str){deep, (size_t)(2 * n)}, NULL, &err);
    assert_int_equal(st, n == 32 ? ZG_OK : ZG_INVALID);
    if (st)
      assert_string_equal(err.code, "json_too_deep");
  }
  /* Far too deep: refused at once, no recursion. */
  size_t n = 1000000;
  char *all = malloc(n);
  zg_error err = ZG_ERROR_INIT;
  assert_non_null(all);
  memset(all, '[', n);
  assert_int_equal(zg_json_scan((zg_str){all, n}, NULL, &err), ZG_INVALID);
  free(all);
}

/* {"q":[1,1,1,...]}: a tree takes some fifty times the room of its text. */
static void values_are_counted(void **state) {
  (void)state;
  static const size_t most = ZG_JSON_VALUES_MAX;
  char *all = malloc(2 * most + 8);
  assert_non_null(all);
  for (size_t n = most - 1; n <= most; n++) { /* beside the array itself */
    zg_error err = ZG_ERROR_INIT;
    all[0] = '[';
    for (size_t i = 0; i < n; i++)
      memcpy(all + 1 + 2 * i, i + 1 < n ? "1," : "1]", 2);
    zg_status st = zg_json_scan((zg_str){all, 2 * n + 1}, NULL, &err);
    assert_int_equal(st, n < most ? ZG_OK : ZG_INVALID);
    if (st) {
      assert_string_equal(err.code, "json_too_complex");
      assert_int_equal(err.offset, 2 * n - 1); /* where the last one stands */
      assert_non_null(strstr(err.message, "byte 399999"));
    }
  }
  free(all);
}

static void reals_are_short_and_exact(void **state) {
  static const struct {
    double value;
    const char *text;
  } all[] = {
      {30.0 / 49, "0.6122448979591837"},  {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"}, {1.0 / 3, "0.3333333333333333"},
      {5e-324, "4.94065645841247e-324"},  {2.5, "2.5"}};
  (void)state;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    zg_buf b = ZG_BUF_INIT;
    zg_json j = zg_json_to(&b);
    zg_json_real(&j, all[i].value);
    zg_buf_addc(&b, '\0');
    assert_false(b.failed);
    assert_string_equal(b.p, all[i].text);
    assert_true(strtod(b.p, NULL) == all[i].value);
    zg_buf_free(&b);
  }
}

static void duplicate_keys_are_refused_as_decoded(void **state) {
  static const char *const bad[] = {"{\"a\":1,\"a\":2}",
                                    "{\"a\":1,\"\\u0061\":2}",
                                    "[{\"x\":{\"k\":1,\"k\":1}}]"};
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    cJSON *tree = NULL;
    zg_error err = ZG_ERROR_INIT;
    assert_int_equal(zg_json_parse(&tree, text(bad[i]), &err), ZG_INVALID);
    assert_string_equal(err.code, "duplicate_key");
    assert_null(tree);
  }
  cJSON *tree = NULL;
  zg_error err = ZG_ERROR_INIT;
  assert_int_equal(zg_json_parse(&tree, text("{\"a\":1,\"A\":2}"), &err),
                   ZG_OK);
  cJSON_Delete(tree);
}

static void integers_stay_exact(void **state) {
  static const struct {
    const char *json;
    int64_t value;
  } all[] = {{"{\"s\":\"9 8\",\"r\":1e300,\"v\":9007199254740993}",
              INT64_C(9007199254740993)},
             {"{\"a\":[1,-2.5e3],\"v\":-9223372036854775808}", INT64_MIN},
             {"{\"q\":\"\\\"7\",\"v\":9223372036854775807}", INT64_MAX},
             {"{\"v\":12}", 12}};
  (void)state;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    cJSON *tree = NULL;
    zg_error err = ZG_ERROR_INIT;
    int64_t v = 0;
    assert_int_equal(zg_json_parse_object(&tree, text(all[i].json), &err),
                     ZG_OK);
    assert_int_equal(zg_in_int(tree, "v", INT64_MIN, INT64_MAX, &v, &err),
                     ZG_OK);
    assert_true(v == all[i].value);
    cJSON_Delete(tree);
  }
}

static void getters_name_the_member(void **state) {
  cJSON *t = NULL;
  zg_error err = ZG_ERROR_INIT;
  int64_t n = 7;
  bool flag = true;
  zg_str s = ZG_STR("kept"), list[2];
  size_t k;
  (void)state;
  assert_int_equal(
      zg_json_parse_object(&t,
                           text("{\"s\":1,\"n\":2.5,\"b\":\"x\",\"l\":[1],"
                                "\"many\":[\"a\",\"b\",\"c\"],\"one\":\"a\","
                                "\"none\":null,\"big\":100}"),
                           &err),
      ZG_OK);
  assert_int_equal(zg_in_str(t, "s", &s, &err), ZG_INVALID);
  assert_string_equal(err.param, "s");
  assert_int_equal(zg_in_int(t, "n", 0, 9, &n, &err), ZG_INVALID);
  assert_string_equal(err.code, "invalid_type");
  assert_int_equal(zg_in_int(t, "big", 0, 9, &n, &err), ZG_INVALID);
  assert_string_equal(err.code, "out_of_range");
  assert_int_equal(zg_in_bool(t, "b", &flag, &err), ZG_INVALID);
  assert_string_equal(err.param, "b");
  assert_int_equal(zg_in_strings(t, "l", list, 2, &k, &err), ZG_INVALID);
  assert_int_equal(zg_in_strings(t, "many", list, 2, &k, &err), ZG_INVALID);
  assert_int_equal(zg_in_strings(t, "one", list, 2, &k, &err), ZG_OK);
  assert_int_equal(k, 1);
  assert_int_equal(zg_in_int(t, "none", 0, 9, &n, &err), ZG_OK);
  assert_int_equal(zg_in_str(t, "absent", &s, &err), ZG_OK);
  assert_int_equal(n, 7);
  assert_true(zg_str_is(s, "kept"));
  assert_true(zg_in_given(t, "none") && !zg_in_given(t, "absent"));
  static const char *const names[] = {"s", "n"};
  assert_int_equal(zg_in_only(t, names, 2, &err), ZG_INVALID);
  assert_string_equal(err.code, "unknown_member");
  assert_string_equal(err.param, "b");
  cJSON_Delete(t);
}

static void what_is_written_is_read_again(void **state) {
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  (void)state;
  zg_json_open(&j, '{');
  zg_json_key(&j, "text");
  zg_json_str(&j, ZG_STR("\"引号\"\\\n\r\t\x01\x1f/整改"));
  zg_json_key(&j, "n");
  zg_json_int(&j, INT64_MIN);
  zg_json_key(&j, "real");
  zg_json_real(&j, 0.1);
  zg_json_key(&j, "third");
  zg_json_real(&j, 1.0 / 3);
  zg_json_key_str(&j, ZG_STR("键\"1"));
  zg_json_spans(&j, (zg_span[]){{0, 3}, {-1, 0}}, 2);
  zg_json_key(&j, "bad");
  zg_json_text_lossy(&j, ZG_STR("a\xff"
                                "b"));
  zg_json_close(&j, '}');
  assert_false(b.failed);
  cJSON *t = NULL;
  zg_error err = ZG_ERROR_INIT;
  zg_str s = ZG_STR_NULL;
  int64_t n = 0;
  assert_int_equal(zg_json_parse_object(&t, (zg_str){b.p, b.n}, &err), ZG_OK);
  assert_int_equal(zg_in_str(t, "text", &s, &err), ZG_OK);
  assert_true(zg_str_is(s, "\"引号\"\\\n\r\t\x01\x1f/整改"));
  assert_int_equal(zg_in_int(t, "n", INT64_MIN, 0, &n, &err), ZG_OK);
  assert_true(n == INT64_MIN);
  assert_true(cJSON_GetObjectItem(t, "third")->valuedouble == 1.0 / 3);
  assert_non_null(strstr(b.p, "\"real\":0.1,"));
  assert_non_null(strstr(b.p, "[[0,3],null]"));
  assert_int_equal(zg_in_str(t, "bad", &s, &err), ZG_OK);
  assert_true(zg_str_is(s, "a\xEF\xBF\xBD"
                           "b"));
  cJSON_Delete(t);
  zg_buf_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(good_values_pass),
      cmocka_unit_test(bad_values_are_refused_with_code_and_place),
      cmocka_unit_test(nul_bytes_are_refused),
      cmocka_unit_test(depth_is_bounded),
      cmocka_unit_test(values_are_counted),
      cmocka_unit_test(reals_are_short_and_exact),
      cmocka_unit_test(duplicate_keys_are_refused_as_decoded),
      cmocka_unit_test(integers_stay_exact),
      cmocka_unit_test(getters_name_the_member),
      cmocka_unit_test(what_is_written_is_read_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
