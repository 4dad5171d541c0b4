/* daemon/http.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/http.h"

#define HOST "Host: localhost\r\n"

static void a_head_comes_apart(void **state) {
  zg_http_head h;
  zg_http_fault f;
  (void)state;
  assert_true(zg_http_head_parse(
      ZG_STR("POST /v1/a%20b/c?q=1&x=2#frag HTTP/1.1\r\n" HOST
             "content-length:  12 \r\nContent-Type: application/json\r\n"
             "X-Request-Id: abc\r\nConnection: foo, close\r\n\r\n"),
      &h, &f));
  assert_int_equal(h.method, ZG_POST);
  assert_true(zg_str_is(h.path, "/v1/a%20b/c"));
  assert_true(zg_str_is(h.query, "q=1&x=2"));
  assert_true(zg_str_is(h.host, "localhost"));
  assert_true(h.has_length && h.content_length == 12);
  assert_true(zg_str_is(h.request_id, "abc"));
  assert_false(h.keep_alive);

  assert_true(zg_http_head_parse(
      ZG_STR("GET http://127.0.0.1:7700/x HTTP/1.1\r\n" HOST "\r\n"), &h, &f));
  assert_true(zg_str_is(h.path, "/x") && !h.query.p && h.keep_alive);
  assert_true(zg_http_head_parse(ZG_STR("GET / HTTP/1.0\r\n\r\n"), &h, &f));
  assert_false(h.keep_alive);
}

/* RFC 9110, 10.1.1: of an HTTP/1.0 request it must be ignored. */
static void old_clients_expect_nothing(void **state) {
  zg_http_head h;
  zg_http_fault f;
  (void)state;
  assert_true(zg_http_head_parse(
      ZG_STR("POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n\r\n"), &h,
      &f));
  assert_non_null(h.expect.p);
  assert_true(zg_http_head_parse(
      ZG_STR("POST / HTTP/1.0\r\n" HOST "Expect: 100-continue\r\n\r\n"), &h,
      &f));
  assert_null(h.expect.p);
}

static void bad_heads_have_their_status(void **state) {
  static const struct {
    int status;
    const char *head;
  } bad[] = {
      {400, "GET /\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n" HOST HOST "\r\n"},
      {400, "GET / HTTP/1.1\r\n" HOST "X : y\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n" HOST "X: y\r\n more\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n" HOST "no colon\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n" HOST ": empty\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n" HOST "X: \x01\r\n\r\n"},
      {400, "GET  / HTTP/1.1\r\n" HOST "\r\n"},
      {400, "GET / HTTP/2.0\r\n" HOST "\r\n"},
      {400, "PRI * HTTP/2.0\r\n\r\n"},
      {400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1x\r\n\r\n"},
      {400, "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n"},
      {400, "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n"},
      {400, "POST / HTTP/1.1\r\n" HOST
            "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"},
      {400, "POST / HTTP/1.1\r\n" HOST
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {413, "POST / HTTP/1.1\r\n" HOST
            "Content-Length: 99999999999999999999\r\n\r\n"},
      {415, "POST / HTTP/1.1\r\n" HOST "Content-Encoding: gzip\r\n\r\n"},
      {417, "POST / HTTP/1.1\r\n" HOST "Expect: magic\r\n\r\n"},
      {501, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n"},
      {501, "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n"},
      {501, "GET / HTTP/1.1\r\n" HOST "Upgrade: h2c\r\n\r\n"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    zg_http_head h;
    zg_http_fault f = {0, NULL, NULL};
    if (zg_http_head_parse(zg_str_of(bad[i].head), &h, &f) ||
        f.status != bad[i].status)
      fail_msg("%s -> %d", bad[i].head, f.status);
    assert_non_null(f.code);
    assert_string_not_equal(zg_http_reason(f.status), "Unknown");
  }
}

static void too_many_headers(void **state) {
  (void)state;
  for (int n = 100; n <= 101; n++) {
    zg_buf b = ZG_BUF_INIT;
    zg_http_head h;
    zg_http_fault f = {0, NULL, NULL};
    zg_buf_adds(&b, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 1; i < n; i++)
      zg_buf_adds(&b, "X: y\r\n");
    zg_buf_adds(&b, "\r\n");
    bool fine = zg_http_head_parse((zg_str){b.p, b.n}, &h, &f);
    assert_int_equal(fine, n == 100);
    if (!fine)
      assert_int_equal(f.status, 431);
    zg_buf_free(&b);
  }
}

static void the_end_of_a_head_is_found_in_any_pieces(void **state) {
  static const char head[] = "GET / HTTP/1.1\r\n" HOST "\r\nrest";
  size_t whole = sizeof head - 1 - 4, scanned = 0;
  zg_http_fault f;
  (void)state;
  for (size_t n = 0; n < whole; n++)
    assert_int_equal(zg_http_head_end(head, n, &scanned, &f), 0);
  assert_int_equal(zg_http_head_end(head, whole, &scanned, &f), whole);
  scanned = 0;
  assert_int_equal(zg_http_head_end(head, sizeof head - 1, &scanned, &f),
                   whole);
}

static int end_status(const char *p, size_t n) {
  size_t scanned = 0;
  zg_http_fault f = {0, NULL, NULL};
  return zg_http_head_end(p, n, &scanned, &f) < 0 ? f.status : 0;
}

static void foreign_bytes_and_long_heads_are_refused_early(void **state) {
  (void)state;
  assert_int_equal(end_status("\x16\x03\x01", 3), 400);
  assert_int_equal(end_status("GET / HTTP/1.1\n", 15), 400);
  assert_int_equal(end_status("GET \0", 5), 400);
  char *p = malloc(ZG_HEAD_MAX + 1);
  assert_non_null(p);
  memset(p, 'A', ZG_HEAD_MAX + 1);
  assert_int_equal(end_status(p, 8000), 0);
  assert_int_equal(end_status(p, 9000), 414);
  memcpy(p, "GET / HTTP/1.1\r\n", 16);
  assert_int_equal(end_status(p, ZG_HEAD_MAX - 1), 0);
  assert_int_equal(end_status(p, ZG_HEAD_MAX), 431);
  free(p);
}

static void hosts(void **state) {
  static const char *const ours[] = {"localhost", "LOCALHOST:7700",
                                     "127.0.0.1", "127.8.9.1:1",
                                     "[::1]",     "[::1]:7700"};
  static const char *const foreign[] = {"",
                                        "example.org",
                                        "localhost.example.org",
                                        "127.0.0.1.example.org",
                                        "127.0.0",
                                        "127.0.0.256",
                                        "1270.0.0.1",
                                        "[::2]",
                                        "10.0.0.1"};
  (void)state;
  for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
    assert_true(zg_http_host_is_loopback(zg_str_of(ours[i])));
  for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
    if (zg_http_host_is_loopback(zg_str_of(foreign[i])))
      fail_msg("%s", foreign[i]);
  assert_true(zg_http_host_in(ZG_STR("a.cn:80"), "x.cn, A.cn"));
  assert_false(zg_http_host_in(ZG_STR("b.cn"), "x.cn, A.cn"));
  assert_false(zg_http_host_in(ZG_STR(""), ""));
  assert_true(zg_str_is(zg_http_origin_host(ZG_STR("http://a:1")), "a:1"));
  assert_null(zg_http_origin_host(ZG_STR("null")).p);
}

static void media_types(void **state) {
  (void)state;
  assert_true(
      zg_http_type_is(ZG_STR("Text/Plain; charset=utf-8"), "text/plain"));
  assert_false(zg_http_type_is(ZG_STR("text/plainer"), "text/plain"));
  assert_false(zg_http_type_is(ZG_STR_NULL, "text/plain"));
  assert_true(zg_str_is(
      zg_http_charset(ZG_STR("text/plain; a=b; Charset=\"GBK\"")), "GBK"));
  assert_null(zg_http_charset(ZG_STR("text/plain")).p);
}

static void query_strings(void **state) {
  zg_arena *arena = zg_arena_new(1024);
  zg_params p;
  zg_error err = ZG_ERROR_INIT;
  (void)state;
  assert_int_equal(zg_http_query(ZG_STR("q=%E6%95%B4+%E6%94%B9&&flag&x=%2B%3D"),
                                 arena, &p, &err),
                   ZG_OK);
  assert_int_equal(p.n, 3);
  assert_true(zg_str_is(p.items[0].value, "整 改"));
  assert_true(zg_str_is(p.items[1].name, "flag") && p.items[1].value.n == 0);
  assert_true(zg_str_is(p.items[2].value, "+="));
  static const char *const bad[] = {"q=%",   "q=%4",  "q=%zz",
                                    "q=%ff", "q=%00", "%00=1"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(zg_http_query(zg_str_of(bad[i]), arena, &p, &err),
                     ZG_INVALID);
    assert_string_equal(err.param, bad[i][0] == 'q' ? "q" : "");
  }
  zg_buf many = ZG_BUF_INIT;
  for (int i = 0; i <= ZG_PARAMS_MAX; i++)
    zg_buf_adds(&many, "a=1&");
  assert_int_equal(zg_http_query((zg_str){many.p, many.n}, arena, &p, &err),
                   ZG_INVALID);
  zg_buf_free(&many);
  zg_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_head_comes_apart),
      cmocka_unit_test(old_clients_expect_nothing),
      cmocka_unit_test(bad_heads_have_their_status),
      cmocka_unit_test(too_many_headers),
      cmocka_unit_test(the_end_of_a_head_is_found_in_any_pieces),
      cmocka_unit_test(foreign_bytes_and_long_heads_are_refused_early),
      cmocka_unit_test(hosts),
      cmocka_unit_test(media_types),
      cmocka_unit_test(query_strings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
