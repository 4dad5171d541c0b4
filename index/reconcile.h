/* Declared against parsed: what a bulletin says of itself beside what it
 * numbers, and beside itself (sums, rates).
 *
 * Differences are told and nothing is mended: they are normal for the genre and
 * say nothing about which side is right.  Pure, any thread.
 */
#ifndef ZG_RECONCILE_H
#define ZG_RECONCILE_H

#include "index/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(symbol, API name, warning code; NULL: told, but no reason for a warning)
 *   PROBLEMS  declared problems | numbered findings
 *   SUM       declared problems | sum of the declared states
 *   RATE      rate as printed   | done / problems
 *   STATES    a declared state  | findings that say this state of themselves,
 *             where these are more (one check per state)
 *   SERIES    rate of a series as printed (信访件 100%) | its done / total
 *   MEASURES  declared measures | measures with a marker of their own: a
 *             bulletin tells few of its measures, so this is no warning */
#define ZG_CHECK_TABLE(X)                                                      \
  X(PROBLEMS, "problems", "declared_differs")                                  \
  X(SUM, "sum", "declared_sum_differs")                                        \
  X(RATE, "rate", "declared_rate_differs")                                     \
  X(STATES, "states", "declared_state_differs")                                \
  X(SERIES, "series", "series_rate_differs")                                   \
  X(MEASURES, "measures", NULL)
typedef enum zg_check_kind {
#define X(sym, name, code) ZG_CHECK_##sym,
  ZG_CHECK_TABLE(X)
#undef X
      ZG_CHECK_COUNT
} zg_check_kind;

typedef struct zg_check {
  zg_check_kind kind;
  zg_str of; /* STATES: the state, SERIES: the series (borrowed); else NULL */
  bool ok;
  double declared, found; /* counts, or percents for RATE and SERIES */
  zg_span span;           /* where it is declared */
} zg_check;

/* Every check has at most one entry, STATES one a state, SERIES one a series
 * (beyond ZG_SERIES_CHECKED they are left out). */
#define ZG_SERIES_CHECKED 16
#define ZG_CHECKS_MAX (ZG_CHECK_COUNT + ZG_STATE_COUNT + ZG_SERIES_CHECKED)

const char *zg_check_name(zg_check_kind k);
const char *zg_check_code(zg_check_kind k); /* NULL: no warning */
/* The number that the text declares for a state, -1: none. */
int64_t zg_declared_state(const zg_declared *d, zg_state s);

/* Checks that can be made (both sides known), in the order of the table;
 * `states[s]`: how many findings say state s of themselves (not by a summary of
 * all). Returns how many. */
size_t zg_reconcile(const zg_declared *d, const zg_parsed_counts *parsed,
                    const int64_t states[ZG_STATE_COUNT],
                    zg_check out[ZG_CHECKS_MAX]);

#ifdef __cplusplus
}
#endif
#endif
