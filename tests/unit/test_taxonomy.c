/* The taxonomy: its file, its matching, and how often it is right on a labelled
 * list (tests/taxonomy/heads.tsv).
 *
 * The list was written before the cues.  Every third line is held out: the cues
 * are tuned on the others alone, and both parts must be right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "index/classify.h"
#include "parser_fixture.h"

#define HEADS "tests/taxonomy/heads.tsv"

/* ---- the score ---- */

typedef struct tally {
  int n, right, two, both;
} tally;

static zg_str field(zg_str *line) {
  const char *tab = memchr(line->p, '\t', line->n);
  zg_str out = {line->p, tab ? (size_t)(tab - line->p) : line->n};
  size_t skip = out.n + (tab != NULL);
  *line = (zg_str){line->p + skip, line->n - skip};
  return out;
}

static bool among(zg_str id, zg_str labels) {
  if (!id.p)
    return zg_str_is(labels, "-");
  return memmem(labels.p, labels.n, id.p, id.n) != NULL;
}

static void score_line(zg_str line, tally of[2], bool show) {
  zg_str set = field(&line), labels = field(&line), head = line;
  bool held = zg_str_is(set, "held");
  zg_finding f = {.head = head, .head_span = ZG_SPAN_NONE};
  zg_norm norm = ZG_NORM_INIT;
  zg_error err = ZG_ERROR_INIT;
  assert_true(held || zg_str_is(set, "tune"));
  f.problem_span = f.section_span = ZG_SPAN_NONE;
  assert_int_equal(zg_classify(&f, pf_arena(), pf_parser(), &norm, &err),
                   ZG_OK);
  zg_norm_free(&norm);
  tally *t = &of[held];
  bool right = among(f.category[0], labels);
  t->n++;
  t->right += right;
  if (memchr(labels.p, ',', labels.n)) {
    t->two++;
    t->both += right && f.category[1].p && among(f.category[1], labels);
  }
  if (right || !show || held) /* held-out misses are not for the eye */
    return;
  print_message("  %.*s -> %s %s: %.*s\n", (int)labels.n, labels.p,
                f.category[0].p ? f.category[0].p : "-",
                f.category[1].p ? f.category[1].p : "", (int)head.n, head.p);
}

static void heads_get_their_category(void **state) {
  (void)state;
  FILE *file = fopen(HEADS, "re");
  char *line = NULL;
  size_t cap = 0;
  ssize_t n;
  tally of[2] = {{0}};
  assert_non_null(file);
  while ((n = getline(&line, &cap, file)) > 0) {
    if (line[n - 1] == '\n')
      n--;
    if (n && line[0] != '#')
      score_line((zg_str){line, (size_t)n}, of, true);
  }
  free(line);
  fclose(file);
  for (int held = 0; held < 2; held++) {
    const tally *t = &of[held];
    print_message("%s: %d of %d right (%.1f %%), both of two %d of %d\n",
                  held ? "held out" : "tuned on", t->right, t->n,
                  100.0 * t->right / t->n, t->both, t->two);
    assert_true(t->n >= 100);
    assert_true(t->right * 100 >= t->n * 85);
  }
  assert_true(of[0].n + of[1].n >= 250);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(heads_get_their_category),
  };
  return cmocka_run_group_tests_name("taxonomy", tests, pf_set_up,
                                     pf_tear_down);
}
