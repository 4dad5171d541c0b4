/* How an answer was worked out: for each part of a request the ways there were,
 * what each was expected to cost, and what the chosen one took.  Filled by
 * query/tally.c; lives in the arena of the result. */
#ifndef ZG_EXPLAIN_H
#define ZG_EXPLAIN_H
#include "index/text.h"

/* X(symbol, name in the answer) */
#define ZG_WAY_TABLE(X)                                                        \
  X(AUTO, "auto")       /* the cheapest */                                     \
  X(CACHED, "cached")   /* cardinalities kept with the table */                \
  X(CUBE, "cube")       /* maintained counts (index/cube.h) */                 \
  X(BITMAPS, "bitmaps") /* one intersection a value */                         \
  X(COLUMNS, "columns") /* a pass over the columns into a table of counters */ \
  X(HASHED, "hashed")   /* the same into a hash of the groups that occur */

typedef enum zg_way {
#define X(sym, name) ZG_WAY_##sym,
  ZG_WAY_TABLE(X)
#undef X
      ZG_WAYS
} zg_way;
const char *zg_way_name(zg_way w);

typedef struct zg_part {
  zg_str name; /* "groups", "rate:status=done", "facet:unit" … */
  zg_way way;
  double cost_ns[ZG_WAYS]; /* expected; < 0: no way to this part */
  uint64_t rows; /* documents, cells, cardinalities or bitmap entries read */
  uint64_t took_ns;
  struct zg_part *next;
} zg_part;

typedef struct zg_explain {
  zg_arena *arena; /* NULL: nobody asked */
  zg_part *first, *last;
} zg_explain;
#endif
