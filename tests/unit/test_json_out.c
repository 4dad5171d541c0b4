/* What the writer writes, byte by byte; that any text comes back through
 * cJSON; numbers as printf has them. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/json_out.h"

static const char *text_of(zg_buf *b) {
  assert_true(zg_buf_addc(b, '\0'));
  return b->p;
}

static void commas_and_keys(void **state) {
  (void)state;
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  zg_str two[] = {ZG_STR("一"), ZG_STR_NULL};
  zg_span spans[] = {{0, 3}, ZG_SPAN_NONE};
  zg_json_open(&j, '{');
  zg_json_key(&j, "a");
  zg_json_open(&j, '[');
  zg_json_close(&j, ']');
  zg_json_key(&j, "b");
  zg_json_strs(&j, two, 2);
  zg_json_key_str(&j, ZG_STR("c\"d"));
  zg_json_bool(&j, true);
  zg_json_key(&j, "e");
  zg_json_spans(&j, spans, 2);
  zg_json_key(&j, "f");
  zg_json_raw(&j, "1.50", 4);
  zg_json_key(&j, "g");
  zg_json_cstr(&j, "");
  zg_json_close(&j, '}');
  assert_string_equal(text_of(&b), "{\"a\":[],\"b\":[\"一\",null],"
                                   "\"c\\\"d\":true,\"e\":[[0,3],null],"
                                   "\"f\":1.50,\"g\":\"\"}");
  zg_buf_free(&b);
}

static void escapes(void **state) {
  (void)state;
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  zg_json_str(&j, ZG_STR("\"\\\n\r\t\b\x1f/\x7f"));
  assert_string_equal(text_of(&b), "\"\\\"\\\\\\n\\r\\t\\u0008\\u001f/\x7f\"");
  zg_buf_free(&b);
}

/* The text, exactly as long as it is (a byte too many read is ASan's), comes
 * back; and nothing is written beyond the buffer. */
static void comes_back(const char *text, size_t n) {
  char *own = malloc(n ? n : 1);
  assert_non_null(own);
  memcpy(own, text, n);
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  zg_json_open(&j, '[');
  zg_json_str(&j, (zg_str){own, n});
  zg_json_str(&j, ZG_STR("next"));
  zg_json_close(&j, ']');
  assert_false(b.failed);
  cJSON *back = cJSON_ParseWithLength(b.p, b.n);
  assert_non_null(back);
  const char *s = cJSON_GetStringValue(cJSON_GetArrayItem(back, 0));
  assert_int_equal(strlen(s), n);
  assert_memory_equal(s, own, n);
  assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(back, 1)),
                      "next");
  cJSON_Delete(back);
  zg_buf_free(&b);
  free(own);
}

static void one_escape_anywhere(void **state) {
  (void)state;
  static const char odd[] = {'"', '\\', '\n', 1, 0x1f};
  char text[80];
  for (size_t n = 0; n < 70; n++) {
    memset(text, 'x', sizeof text);
    comes_back(text, n);
    for (size_t at = 0; at < n; at++)
      for (size_t k = 0; k < sizeof odd; k++) {
        text[at] = odd[k];
        comes_back(text, n);
        text[at] = (char)(' ' + at % 2); /* the first that needs none */
      }
  }
}

static void nothing_but_escapes(void **state) {
  (void)state;
  char text[500];
  memset(text, 1, sizeof text);
  for (size_t n = 0; n <= sizeof text; n += 25)
    comes_back(text, n);
  for (size_t i = 0; i < sizeof text; i++)
    text[i] = i % 17 ? "整改"[i % 3] : '\n';
  comes_back(text, sizeof text);
}

static void integers(void **state) {
  (void)state;
  static const int64_t v[] = {0,   1,       -1,        9,        10,
                              -10, 1234567, INT64_MAX, INT64_MIN};
  char want[64];
  for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
    zg_buf b = ZG_BUF_INIT;
    zg_json j = zg_json_to(&b);
    zg_json_open(&j, '[');
    zg_json_int(&j, v[i]);
    zg_json_uint(&j, (uint64_t)v[i]);
    zg_json_close(&j, ']');
    snprintf(want, sizeof want, "[%" PRId64 ",%" PRIu64 "]", v[i],
             (uint64_t)v[i]);
    assert_string_equal(text_of(&b), want);
    zg_buf_free(&b);
  }
}

static const char *fixed(zg_buf *b, double v, int digits) {
  zg_buf_clear(b);
  zg_json j = zg_json_to(b);
  zg_json_fixed(&j, v, digits);
  return text_of(b);
}

static void fixed_digits(void **state) {
  (void)state;
  zg_buf b = ZG_BUF_INIT;
  static const double v[] = {0,     1,      0.1,        0.9999996, 12.475863,
                             1e-7,  -2.75,  123456.789, 999999.5,  3e20,
                             -4e30, 0.0501, 1e14,       16.633216};
  char want[64];
  for (size_t i = 0; i < sizeof v / sizeof *v; i++)
    for (int digits = 0; digits <= 8; digits++) {
      snprintf(want, sizeof want, "%.*f", digits, v[i]);
      assert_string_equal(fixed(&b, v[i], digits), want);
    }
  assert_string_equal(fixed(&b, -0.0, 2), "0.00");
  assert_string_equal(fixed(&b, -0.001, 2), "0.00");
  assert_string_equal(fixed(&b, NAN, 2), "null");
  assert_string_equal(fixed(&b, INFINITY, 2), "null");
  zg_buf_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(commas_and_keys),     cmocka_unit_test(escapes),
      cmocka_unit_test(one_escape_anywhere), cmocka_unit_test(integers),
      cmocka_unit_test(nothing_but_escapes), cmocka_unit_test(fixed_digits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
