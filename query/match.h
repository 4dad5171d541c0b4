/* A query's tree to the exact set of findings that match it.
 *
 * An exact run of one unit is a posting list, of two units too (index
 * analyse.h); a longer one, or one that is tied to a field, is the intersection
 * of its posting lists, rarest first, verified against the forward text, and
 * kept in the snapshot's cache.  Best match (operator_or) is the union of a
 * text's bigrams and Latin or digit units (of a part of one character: that
 * character).
 *
 * The worker's thread.
 */
#ifndef ZG_MATCH_H
#define ZG_MATCH_H
#include "query/qlang.h"
#include "query/set.h"

/* Looks up what the prefixes of `q` expand to; ZG_INVALID
 * "too_many_expansions".  Before any of the functions below. */
zg_status zg_query_prepare(zg_query *q, const zg_context *ctx, zg_arena *arena,
                           zg_str text, zg_error *err);

/* The match set; `q` NULL: all findings.  *out may borrow from the snapshot. */
zg_status zg_query_match(zg_set *out, const zg_context *ctx, zg_arena *arena,
                         const zg_query *q, bool operator_or, zg_error *err);

/* When the matches of `q` are just one posting list, its term. */
bool zg_query_single(const zg_query *q, zg_str *term);

/* Index terms that every document with the run has, those of a prefix's last
 * unit left out (they are q->expanded): bigrams, and characters that stand
 * alone between gaps.  The array lives in `arena`. */
zg_status zg_run_terms(const zg_query *run, zg_arena *arena, zg_str **terms,
                       size_t *n, zg_error *err);

/* Canonical text of one field in a finding's forward text; -1: all of it. */
zg_str zg_forward_field(zg_str forward, int field);

/* Parts of canonical text between gaps: *at advances, false at the end. */
bool zg_next_part(zg_str run, size_t *at, zg_str *part);
/* The part is one unit. */
bool zg_part_single(zg_str part);
#endif
