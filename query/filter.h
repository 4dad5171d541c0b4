/* The filter language: text in, a tree, the set of findings that meet it.
 *
 *   filter    := and { OR and }
 *   and       := unary { AND unary }
 *   unary     := NOT unary | "(" filter ")" | condition
 *   condition := field ( "=" | "!=" ) value
 *              | field ( ">" | ">=" | "<" | "<=" ) number
 *              | field [ "=" ] number TO number          both ends included
 *              | field [ NOT ] IN "[" value { "," value } "]"
 *              | field [ NOT ] EXISTS
 *
 * Keywords in any letter case; a field is a facet field or a measure
 * (index/field.h; `signals.has_owner` is has_owner); a value is a bare word or
 * stands in "…" or “…” with backslash escapes.  `!=` and NOT are complements
 * within all findings, so they take in the findings without a value.  Order
 * and TO are for numeric fields and measures only; money is in yuan, decimals
 * allowed.  A measure EXISTS when it is not 0.  For convenience, and because
 * the signals say the same, `deadline EXISTS`, `responsible EXISTS` and
 * `documents EXISTS` stand for the signals has_deadline, has_owner,
 * has_document = true.
 *
 * Pure: any thread; the tree lives in the caller's arena.
 */
#ifndef ZG_FILTER_H
#define ZG_FILTER_H
#include "query/context.h"
#include "query/set.h"

#define ZG_FILTER_MAX 8192       /* bytes */
#define ZG_FILTER_LEAVES_MAX 256 /* conditions, in all filters of a request */
#define ZG_FILTER_DEPTH_MAX 16   /* brackets and NOTs inside one another */

typedef enum zg_filter_kind {
  ZG_FILTER_AND,
  ZG_FILTER_OR,
  ZG_FILTER_NOT,
  ZG_FILTER_VALUES,  /* has one of the values */
  ZG_FILTER_RANGE,   /* low <= number <= high */
  ZG_FILTER_NUMBERS, /* the measure is one of the numbers */
  ZG_FILTER_EXISTS
} zg_filter_kind;

typedef struct zg_filter {
  zg_filter_kind kind;
  struct zg_filter **kids; /* AND OR NOT */
  size_t n_kids;
  bool is_measure;
  zg_field field;
  zg_measure_field measure;
  zg_str *values; /* VALUES: as the column spells them */
  size_t n_values;
  int64_t low, high; /* RANGE, in stored integers; low > high: nothing */
  int64_t *numbers;  /* NUMBERS: stored integers, ascending, each once */
  size_t n_numbers;  /* 0: nothing */
} zg_filter;

/* *out is NULL for an empty text.  Faults are ZG_INVALID "invalid_filter",
 * "filter_too_long", "filter_too_complex"; the message gives the column in
 * characters from 1, err->offset the byte.  `param` is the request member. */
zg_status zg_filter_parse(zg_filter **out, zg_arena *arena, zg_str text,
                          const char *param, zg_error *err);

/* Conditions of `f` (NULL: none); a list is one.  A request with several
 * filters keeps their sum within ZG_FILTER_LEAVES_MAX. */
size_t zg_filter_leaves(const zg_filter *f);

/* The findings of `t` that meet `f` (NULL: all).  *out may borrow from `t`. */
zg_status zg_filter_eval(zg_set *out, const zg_table *t, const zg_filter *f,
                         const _Atomic int *cancel, zg_error *err);

/* The same of some of the findings of `t` alone, at a price by their number. */
zg_status zg_filter_eval_of(zg_set *out, const zg_table *t,
                            const roaring_bitmap_t *some, const zg_filter *f,
                            const _Atomic int *cancel, zg_error *err);

/* Text that filters have in common if and only if they say the same but for
 * the order and repetition of their members. */
zg_status zg_filter_key(zg_str *out, const zg_filter *f, zg_arena *arena,
                        zg_error *err);
/* The snapshot's findings that meet `f`, from its cache: of a filter that was
 * asked before, only findings that are new since are looked at.  *out may
 * borrow from the snapshot. */
zg_status zg_filter_match(zg_set *out, const zg_context *ctx,
                          const zg_filter *f, zg_arena *arena, zg_error *err);

/* For disjunctive facets: does a top-level AND of `f` hold conjuncts that speak
 * of `field` alone, and what is left without them? */
bool zg_filter_droppable(const zg_filter *f, zg_field field);
zg_status zg_filter_eval_without(zg_set *out, const zg_table *t,
                                 const zg_filter *f, zg_field field,
                                 const _Atomic int *cancel, zg_error *err);
/* Does `f` ask for this value by = or IN (outside a NOT)? */
bool zg_filter_selects(const zg_filter *f, zg_field field, zg_str value);
#endif
