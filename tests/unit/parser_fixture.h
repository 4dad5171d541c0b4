/* What the programs test_parser*.c share: a normaliser and an arena for the
 * whole group, and bulletins with the usual opening. */
#ifndef PARSER_FIXTURE_H
#define PARSER_FIXTURE_H
#include "index/parser.h"

/* Set-up and tear-down of a cmocka group. */
int pf_set_up(void **state);
int pf_tear_down(void **state);
const zg_parser *pf_parser(void);
zg_arena *pf_arena(void);

/* Title, byline and first sentence. */
extern const char *const pf_opening;

/* All of these end the test on failure. */
zg_bulletin *pf_parse(const char *text, const zg_parse_hints *h);
/* A bulletin with the usual opening and the body given. */
zg_bulletin *pf_body(const char *text);
/* One finding by its answer. */
zg_finding *pf_finding(const char *answer);
bool pf_warned(const zg_bulletin *b, const char *code);

/* A zg_str is this C string, or is null. */
#define IS(got, want)                                                          \
  do {                                                                         \
    zg_str is_got = (got);                                                     \
    const char *is_want = (want);                                              \
    if (is_want ? !is_got.p || !zg_str_is(is_got, is_want) : !!is_got.p)       \
      fail_msg("line %d: want %s, got %.*s", __LINE__,                         \
               is_want ? is_want : "null", is_got.p ? (int)is_got.n : 4,       \
               is_got.p ? is_got.p : "null");                                  \
  } while (0)
#endif
