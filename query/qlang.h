/* The query language of `q`: text in, a tree of runs out.
 *
 *   query   := and { OR and }
 *   and     := unary { [AND] unary }        a blank joins by AND
 *   unary   := [ "-" ] primary              "-" at the start of a word excludes
 *   primary := field ":" primary | "(" query ")" | word [ "*" ] | "…" [ "*" ]
 *   field   := section | problem | head | measures
 *
 * A word is an exact run of characters; where it holds punctuation, its parts
 * are joined by AND ("议事，规则" unquoted), while a quoted phrase keeps the
 * gap. Full-width signs work too: ： － ＊ and the quotes “ ” ＂.  OR and AND
 * count as operators in capitals only.  A word without any letter or digit asks
 * nothing and is passed over.  With `operator_or`, a blank widens: the members
 * that are not excluded are alternatives.
 *
 * The tree and its text live in the caller's arena.  One thread (the
 * analyser's).
 */
#ifndef ZG_QLANG_H
#define ZG_QLANG_H
#include "query/search.h"

typedef enum zg_query_kind {
  ZG_QUERY_AND,
  ZG_QUERY_OR,
  ZG_QUERY_NOT,
  ZG_QUERY_RUN
} zg_query_kind;

typedef struct zg_query {
  zg_query_kind kind;
  struct zg_query **kids; /* AND OR NOT */
  size_t n_kids;
  /* RUN */
  zg_query_terms terms; /* of the run; `words` too, for best match */
  int field;            /* zg_text_field, or -1: any */
  bool quoted, prefix;
  bool gaps;     /* the (quoted) run holds a gap */
  size_t offset; /* byte in q, for messages */
  /* Filled in by zg_query_prepare (match.h) when `prefix` ends in a Latin or
   * digit unit: the index terms the last unit may be. */
  bool expands;
  zg_str *expanded;
  size_t n_expanded;
} zg_query;

/* *out is NULL when `q` asks for nothing, that is for everything.  Faults are
 * ZG_INVALID "invalid_query", "query_too_long", "too_many_terms",
 * "query_too_deep" with the column in characters and err->offset in bytes. */
zg_status zg_query_parse(zg_query **out, zg_arena *arena, zg_analyser *a,
                         zg_str q, bool operator_or, zg_error *err);

/* zg_fail_at with "q, column N: " in front. */
zg_status zg_query_fail(zg_error *err, zg_str q, size_t offset,
                        const char *code, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* Calls `visit` for every run that is asked for (not under a NOT), in order;
 * stops at the first status that is not ZG_OK. */
typedef zg_status (*zg_query_visit)(zg_query *run, void *arg);
zg_status zg_query_each(zg_query *q, zg_query_visit visit, void *arg);
#endif
