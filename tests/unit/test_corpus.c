/* The generator: the same seed gives the same bytes, every line is JSON of the
 * promised shape, facets are skewed and hang together. */
#include "tools/corpus/corpus.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SOME 400

static zg_buf make(uint64_t seed, bool bulletins, uint64_t n) {
  zg_corpus *c = zg_corpus_new(seed);
  assert_non_null(c);
  zg_buf out = ZG_BUF_INIT;
  for (uint64_t i = 0; i < n; i++)
    (bulletins ? zg_corpus_bulletin : zg_corpus_finding)(c, i, &out);
  zg_corpus_free(c);
  assert_false(out.failed);
  return out;
}

static void same_seed_same_bytes(void **state) {
  (void)state;
  zg_buf a = make(7, false, SOME), b = make(7, false, SOME);
  zg_buf other = make(8, false, SOME);
  assert_int_equal(a.n, b.n);
  assert_memory_equal(a.p, b.p, a.n);
  assert_true(other.n != a.n || memcmp(other.p, a.p, a.n) != 0);
  zg_buf_free(&a);
  zg_buf_free(&b);
  zg_buf_free(&other);
}

/* FNV-1a of known output: a change of machine or library must not change it;
 * a change of the generator changes it on purpose. */
static void bytes_are_known(void **state) {
  (void)state;
  zg_buf a = make(1, false, 100), b = make(1, true, 3);
  uint64_t h = 14695981039346656037u;
  for (size_t i = 0; i < a.n; i++)
    h = (h ^ (unsigned char)a.p[i]) * 1099511628211u;
  for (size_t i = 0; i < b.n; i++)
    h = (h ^ (unsigned char)b.p[i]) * 1099511628211u;
  char hex[20];
  snprintf(hex, sizeof hex, "%016llx", (unsigned long long)h);
  assert_string_equal(hex, "e8ea68e235e5924c");
  zg_buf_free(&a);
  zg_buf_free(&b);
}

static void any_item_alone(void **state) {
  (void)state;
  zg_corpus *c = zg_corpus_new(3);
  zg_buf one = ZG_BUF_INIT, two = ZG_BUF_INIT;
  zg_corpus_finding(c, 41, &one);
  for (uint64_t i = 0; i < 41; i++) {
    zg_buf_clear(&two);
    zg_corpus_finding(c, i, &two);
  }
  zg_buf_clear(&two);
  zg_corpus_finding(c, 41, &two);
  assert_int_equal(one.n, two.n);
  assert_memory_equal(one.p, two.p, one.n);
  zg_buf_free(&one);
  zg_buf_free(&two);
  zg_corpus_free(c);
}

static size_t characters(const char *text) {
  size_t n = 0;
  for (; *text; text++)
    n += ((unsigned char)*text & 0xC0) != 0x80;
  return n;
}

static void findings_have_the_shape(void **state) {
  (void)state;
  zg_buf a = make(1, false, SOME);
  assert_int_equal(zg_utf8_check(a.p, a.n), -1);
  assert_true(zg_buf_addc(&a, '\0'));
  size_t total = 0, heads = 0, measures = 0, lines = 0, with_money = 0;
  for (char *save = NULL, *line = strtok_r(a.p, "\n", &save); line;
       line = strtok_r(NULL, "\n", &save), lines++) {
    cJSON *j = cJSON_Parse(line);
    assert_non_null(j);
    const char *head = cJSON_GetStringValue(cJSON_GetObjectItem(j, "head"));
    assert_non_null(head);
    assert_true(cJSON_IsString(cJSON_GetObjectItem(j, "unit")));
    double year = cJSON_GetNumberValue(cJSON_GetObjectItem(j, "year"));
    assert_true(year >= 2012 && year <= 2025);
    heads += characters(head);
    total += characters(head);
    const cJSON *m;
    cJSON_ArrayForEach(m, cJSON_GetObjectItem(j, "measures")) {
      total += characters(m->valuestring);
      measures++;
    }
    if (cJSON_GetObjectItem(j, "money")) {
      assert_non_null(strstr(line, "追缴资金"));
      with_money++;
    }
    cJSON_Delete(j);
  }
  assert_int_equal(lines, SOME);
  assert_in_range(total / lines, 420, 580);
  assert_in_range(heads / lines, 30, 50);
  assert_in_range(measures * 10 / lines, 25, 35);
  assert_in_range(with_money, SOME / 20, SOME / 2);
  zg_buf_free(&a);
}

static void facets_are_skewed_and_correlated(void **state) {
  (void)state;
  zg_buf a = make(1, false, 4000);
  assert_true(zg_buf_addc(&a, '\0'));
  int old_done = 0, old = 0, young_done = 0, young = 0, first = 0;
  for (char *save = NULL, *line = strtok_r(a.p, "\n", &save); line;
       line = strtok_r(NULL, "\n", &save)) {
    bool done = strstr(line, "\"status\":\"done\"") != NULL;
    const char *y = strstr(line, "\"year\":");
    assert_non_null(y);
    int year = atoi(y + 7);
    old += year <= 2018;
    old_done += year <= 2018 && done;
    young += year >= 2023;
    young_done += year >= 2023 && done;
    first += strstr(line, "\"unit\":\"青禾县水务局\"") != NULL;
  }
  assert_true(young > old / 2 && old > 400);
  /* rates differ by at least ten points */
  assert_true(old_done * 100 / old > young_done * 100 / young + 10);
  /* the most frequent of 3,000 units has far more than its even share */
  assert_true(first > 10 * 4000 / 3000);
  zg_buf_free(&a);
}

static void queries_are_valid(void **state) {
  (void)state;
  zg_corpus *c = zg_corpus_new(1);
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
    for (uint64_t k = 0; k < 30; k++) {
      zg_buf out = ZG_BUF_INIT;
      zg_corpus_query(c, (zg_corpus_class)cls, k, 500, &out);
      assert_true(zg_buf_addc(&out, '\0'));
      assert_int_equal(zg_utf8_check(out.p, out.n), -1);
      cJSON *j = cJSON_Parse(out.p);
      assert_non_null(j);
      const char *q = cJSON_GetStringValue(cJSON_GetObjectItem(j, "q"));
      assert_non_null(q);
      if (cls == ZG_CORPUS_WORD)
        assert_int_equal(characters(q), 2);
      if (cls == ZG_CORPUS_PHRASE) {
        assert_in_range(characters(q), 4, 8);
      }
      if (cls == ZG_CORPUS_THREE)
        assert_int_equal(characters(q), 3 * 2 + 2);
      const cJSON *by = cJSON_GetObjectItem(j, "by");
      int fields = cls == ZG_CORPUS_ONE ? 1 : cls >= ZG_CORPUS_GROUP ? 2 : 0;
      assert_int_equal(cJSON_GetArraySize(by), fields);
      if (cls == ZG_CORPUS_FILTER)
        assert_true(cJSON_HasObjectItem(j, "category") &&
                    cJSON_HasObjectItem(j, "status") &&
                    cJSON_HasObjectItem(j, "from"));
      cJSON_Delete(j);
      zg_buf_free(&out);
    }
  zg_corpus_free(c);
}

static void bulletins_have_title_and_sections(void **state) {
  (void)state;
  zg_buf a = make(5, true, 20);
  assert_int_equal(zg_utf8_check(a.p, a.n), -1);
  assert_true(zg_buf_addc(&a, '\0'));
  int lines = 0;
  for (char *save = NULL, *line = strtok_r(a.p, "\n", &save); line;
       line = strtok_r(NULL, "\n", &save), lines++) {
    cJSON *j = cJSON_Parse(line);
    assert_non_null(j);
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(j, "text"));
    assert_non_null(text);
    assert_int_equal(strncmp(text, "中共", 6), 0);
    assert_non_null(strstr(text, "\n二、反馈问题整改落实情况\n"));
    cJSON_Delete(j);
  }
  assert_int_equal(lines, 20);
  zg_buf_free(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_seed_same_bytes),
      cmocka_unit_test(bytes_are_known),
      cmocka_unit_test(any_item_alone),
      cmocka_unit_test(findings_have_the_shape),
      cmocka_unit_test(facets_are_skewed_and_correlated),
      cmocka_unit_test(queries_are_valid),
      cmocka_unit_test(bulletins_have_title_and_sections),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
