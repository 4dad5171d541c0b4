/* daemon/api_import.c: memory runs out while a body comes in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/import_chunk.h"

static zg_import_chunk *no_chunk(zg_exchange *x) {
  (void)x;
  return NULL;
}

/* What is freed is spoilt first and kept for a while, so that who still looks
 * at it does not get away with it. */
static void *spoilt;

static void spoil(void *p) {
  if (!p)
    return;
  memset(p, 0xA5, malloc_usable_size(p));
  assert_null(spoilt);
  spoilt = p;
}

#define zg_import_chunk_new no_chunk
#define free spoil
#include "daemon/api_import.c"
#undef free
#undef zg_import_chunk_new

static int answers, status;

/* As the connection does once an answer is written. */
static void ready(void *conn) {
  zg_exchange *x = *(zg_exchange **)conn;
  answers++;
  status = x->status;
  zg_exchange_release(x);
}
static void pause_reading(void *conn, bool paused) {
  (void)conn;
  (void)paused;
}
static void no_memory_for_a_chunk(void **state) {
  (void)state;
  static zg_app app;
  static char dir[] = ".";
  const zg_wire wire = {ready, pause_reading};
  zg_exchange *x = NULL;
  app.options.data = dir;
  x = zg_exchange_new(&app, &wire, &x);
  assert_non_null(x);
  x->head.content_type = ZG_STR("application/x-ndjson");
  zg_api_import(x);
  assert_int_equal(answers, 0);
  x->on_body(x, "{}\n{}\n", 6); /* ends the exchange */
  assert_int_equal(answers, 1);
  assert_int_equal(status, 503);
  assert_non_null(spoilt);
  free(spoilt);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(no_memory_for_a_chunk)};
  return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
