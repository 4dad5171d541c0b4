/* Labelled bulletins: the same seed gives the same bytes, everything that the
 * gold quotes stands in the text, every class, layout and noise turns up. */
#include "tools/corpus/labelled.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SOME 400

static const zg_labelled weighed = {
    .seed = 5, .layout = -1, .noise = ZG_NOISE_AS_WEIGHED};

typedef struct made {
  zg_labelled_text t;
  cJSON *json;
} made;

static made make(const zg_labelled *o, uint64_t n, bool bulletin) {
  made m = {{ZG_BUF_INIT, ZG_BUF_INIT, ZG_BUF_INIT}, NULL};
  assert_true(bulletin ? zg_labelled_bulletin(o, n, &m.t)
                       : zg_labelled_look_alike(o, n, &m.t));
  assert_int_equal(zg_utf8_check(m.t.text.p, m.t.text.n), -1);
  assert_true(zg_buf_addc(&m.t.text, '\0'));
  m.json = cJSON_ParseWithLength(m.t.gold.p, m.t.gold.n);
  assert_non_null(m.json);
  return m;
}

static void drop(made *m) {
  zg_labelled_text_free(&m->t);
  cJSON_Delete(m->json);
}

static const cJSON *at(const cJSON *o, const char *key) {
  return cJSON_GetObjectItemCaseSensitive(o, key);
}

static void same_seed_same_bytes(void **state) {
  (void)state;
  zg_labelled other = weighed;
  other.seed = 6;
  for (uint64_t n = 0; n < 60; n++) {
    made a = make(&weighed, n, true), b = make(&weighed, n, true);
    made c = make(&other, n, true);
    assert_int_equal(a.t.text.n, b.t.text.n);
    assert_memory_equal(a.t.text.p, b.t.text.p, a.t.text.n);
    assert_int_equal(a.t.gold.n, b.t.gold.n);
    assert_memory_equal(a.t.gold.p, b.t.gold.p, a.t.gold.n);
    assert_true(c.t.text.n != a.t.text.n ||
                memcmp(c.t.text.p, a.t.text.p, a.t.text.n) != 0);
    drop(&a);
    drop(&b);
    drop(&c);
  }
}

/* FNV-1a of known output: a change of machine must not change it; a change of
 * the generator does so on purpose.  Traditional forms are ICU's. */
static void bytes_are_known(void **state) {
  (void)state;
  uint64_t h = 14695981039346656037u;
  for (uint64_t n = 0; n < 60; n++) {
    made m = make(&weighed, n, n % 4 != 3);
    const zg_buf *parts[] = {&m.t.text, &m.t.page, &m.t.gold};
    for (size_t k = 0; k < 3 && !at(m.json, "variants"); k++)
      for (size_t i = 0; i < parts[k]->n; i++)
        h = (h ^ (unsigned char)parts[k]->p[i]) * 1099511628211u;
    drop(&m);
  }
  char hex[20];
  snprintf(hex, sizeof hex, "%016llx", (unsigned long long)h);
  assert_string_equal(hex, "f13aa65d9b66ac56");
}

static void stands_in(const made *m, const cJSON *value) {
  if (cJSON_IsString(value) && !strstr(m->t.text.p, value->valuestring))
    fail_msg("not in the text: %s\n%s", value->valuestring, m->t.text.p);
}

/* What is quoted stands there, whatever noise has done to it. */
static void the_gold_quotes_the_text(void **state) {
  (void)state;
  static const char *const of_document[] = {"title", "team",   "round",
                                            "kind",  "source", "author"};
  static const char *const of_finding[] = {"number", "section", "problem",
                                           "head", "responsible"};
  for (uint64_t n = 0; n < SOME; n++) {
    made m = make(&weighed, n, true);
    const cJSON *doc = at(m.json, "document"), *f, *d;
    for (size_t i = 0; i < sizeof of_document / sizeof *of_document; i++)
      stands_in(&m, at(doc, of_document[i]));
    cJSON_ArrayForEach(d, at(doc, "units")) stands_in(&m, d);
    cJSON_ArrayForEach(f, at(m.json, "findings")) {
      assert_true(cJSON_IsString(at(f, "head")));
      for (size_t i = 0; i < sizeof of_finding / sizeof *of_finding; i++)
        stands_in(&m, at(f, of_finding[i]));
      cJSON_ArrayForEach(d, at(f, "documents")) stands_in(&m, d);
    }
    drop(&m);
  }
}

/* Sums over the whole text that can be checked without reading it. */
static void the_gold_agrees_with_itself(void **state) {
  (void)state;
  for (uint64_t n = 0; n < SOME; n++) {
    made m = make(&weighed, n, true);
    const cJSON *doc = at(m.json, "document"), *f;
    const cJSON *counts = at(doc, "parsed");
    int findings = 0, statements = 0, listed = 0;
    cJSON_ArrayForEach(f, at(m.json, "findings")) {
      findings++;
      assert_int_equal(at(f, "n")->valueint, findings);
      statements += at(f, "statements")->valueint;
      listed += at(f, "listed_measures")->valueint;
      bool silent = strcmp(at(f, "status")->valuestring, "unknown") == 0;
      assert_int_equal(
          silent, strcmp(at(f, "status_source")->valuestring, "none") == 0);
    }
    assert_int_equal(at(counts, "findings")->valueint, findings);
    assert_int_equal(at(counts, "atomic_findings")->valueint, statements);
    assert_int_equal(at(counts, "measures")->valueint, listed);
    drop(&m);
  }
}

static int seen_among(const char *const *names, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(names[i], name) == 0)
      return (int)i;
  fail_msg("unknown name: %s", name);
  return -1;
}

static void everything_turns_up(void **state) {
  (void)state;
  static const char *const classes[] = {
#define X(sym, name, weight) name,
      ZG_CLASS_TABLE(X)
#undef X
  };
  static const char *const noises[] = {
#define X(sym, name, percent) name,
      ZG_NOISE_TABLE(X)
#undef X
  };
  int class_seen[ZG_CLASS_COUNT] = {0}, layout_seen[ZG_LAYOUT_COUNT] = {0};
  int noise_seen[ZG_NOISE_COUNT] = {0};
  for (uint64_t n = 0; n < SOME; n++) {
    made m = make(&weighed, n, true);
    const cJSON *noise, *layout = at(m.json, "layout");
    class_seen[seen_among(classes, ZG_CLASS_COUNT,
                          at(at(m.json, "document"), "class")->valuestring)]++;
    if (layout)
      layout_seen[zg_layout_of(layout->valuestring)]++;
    cJSON_ArrayForEach(noise, at(m.json, "noise"))
        noise_seen[seen_among(noises, ZG_NOISE_COUNT, noise->valuestring)]++;
    drop(&m);
  }
  for (int i = 0; i < ZG_CLASS_COUNT; i++)
    assert_true(class_seen[i] > 0);
  for (int i = 0; i < ZG_LAYOUT_COUNT; i++)
    assert_true(layout_seen[i] > 0);
  for (int i = 0; i < ZG_NOISE_COUNT; i++)
    if (noise_seen[i] == 0)
      fail_msg("no text has the noise %s", noises[i]);
}

static void options_choose(void **state) {
  (void)state;
  zg_labelled o = {.seed = 1,
                   .layout = zg_layout_of("F6"),
                   .noise = zg_noise_of("one_line")};
  for (uint64_t n = 0; n < 40; n++) {
    made m = make(&o, n, true);
    const cJSON *noise = at(m.json, "noise");
    assert_string_equal(at(m.json, "layout")->valuestring, "F6");
    assert_int_equal(cJSON_GetArraySize(noise), 1);
    assert_string_equal(cJSON_GetArrayItem(noise, 0)->valuestring, "one_line");
    assert_ptr_equal(strchr(m.t.text.p, '\n'), m.t.text.p + m.t.text.n - 2);
    drop(&m);
  }
  o.noise = zg_noise_of("none");
  made m = make(&o, 3, true);
  assert_int_equal(cJSON_GetArraySize(at(m.json, "noise")), 0);
  drop(&m);
  assert_int_equal(zg_layout_of("F11"), -1);
  assert_int_equal(zg_noise_of("loud"), ZG_NOISE_UNKNOWN);
}

static void look_alikes_are_none(void **state) {
  (void)state;
  for (uint64_t n = 0; n < 80; n++) {
    made m = make(&weighed, n, false);
    assert_true(cJSON_IsFalse(at(m.json, "accept")));
    assert_true(cJSON_IsString(at(m.json, "kind_of_text")));
    assert_null(at(m.json, "findings"));
    assert_null(strstr(m.t.text.p, "整改情况：")); /* no answer anywhere */
    drop(&m);
  }
}

/* Both readings of 2023116日 are dates: nobody can tell. */
static void a_lost_date_that_fits_twice_is_null(void **state) {
  (void)state;
  zg_labelled o = weighed;
  int null = 0, kept = 0;
  o.noise = ZG_NOISE_LOST_DATE;
  o.layout = zg_layout_of("F2");
  for (uint64_t n = 0; n < 200; n++) {
    made m = make(&o, n, true);
    const cJSON *start = at(at(m.json, "document"), "inspect_start");
    if (cJSON_IsString(start) && strlen(start->valuestring) == 10) {
      char lost[32];
      int y, month, day;
      sscanf(start->valuestring, "%d-%d-%d", &y, &month, &day);
      snprintf(lost, sizeof lost, "%d%d%d日", y, month, day);
      assert_non_null(strstr(m.t.text.p, lost));
      /* 1-11 is 11-1 as well, 1-21 is 12-1; 1-10 and 1-31 are only one */
      assert_false(month == 1 && day >= 11 && day <= 29 && day != 20);
      kept++;
    }
    null += cJSON_IsNull(start) && strstr(m.t.text.p, "日") != NULL;
    drop(&m);
  }
  assert_true(null > 5);
  assert_true(kept > 60);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_seed_same_bytes),
      cmocka_unit_test(bytes_are_known),
      cmocka_unit_test(the_gold_quotes_the_text),
      cmocka_unit_test(the_gold_agrees_with_itself),
      cmocka_unit_test(everything_turns_up),
      cmocka_unit_test(options_choose),
      cmocka_unit_test(look_alikes_are_none),
      cmocka_unit_test(a_lost_date_that_fits_twice_is_null),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
