/* Text analysis: canonical text (normalise.h) to index terms and forward text.
 *
 * Three families over the units of the canonical text:
 *   'C' + unit            one character, or one Latin/digit unit
 *   'B' + unit + unit     two neighbouring units, never across a gap
 *   'W' + word            ICU dictionary word of >= 2 Han characters, or one
 *                         Latin/digit unit
 * A term counts once for each occurrence, twice in a problem title (the
 * inspectors' own short name of the problem).
 *
 * No positions: an exact run of two units IS its 'B' term; a longer run is the
 * intersection of its 'B' terms verified against the forward text.
 *
 * An analyser holds an ICU break iterator: one per thread.
 */
#ifndef ZG_ANALYSE_H
#define ZG_ANALYSE_H

#include "index/normalise.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zg_analyser zg_analyser;
zg_status zg_analyser_new(zg_analyser **out, const zg_normaliser *nz,
                          zg_error *err);
void zg_analyser_free(zg_analyser *a);
const zg_normaliser *zg_analyser_normaliser(const zg_analyser *a);

/* The searchable fields, in the order they stand in the forward text. */
typedef enum zg_text_field {
  ZG_TEXT_SECTION,
  ZG_TEXT_PROBLEM,
  ZG_TEXT_HEAD,
  ZG_TEXT_MEASURES, /* measures, or a ready finding's free text */
  ZG_TEXT_FIELD_COUNT
} zg_text_field;

/* Forward text of a finding: the canonical texts of the four fields in order,
 * each ended by ZG_FORWARD_FIELD; measures parted by ZG_FORWARD_ITEM.  Neither
 * byte can occur in canonical text. */
#define ZG_FORWARD_FIELD '\x1e'
#define ZG_FORWARD_ITEM '\x1f'

#define ZG_TERM_MAX 220 /* bytes, prefix included; Xapian refuses over 245 */

typedef struct zg_term {
  const char *p; /* prefix included; borrowed from the analyser */
  uint32_t n;
  uint32_t wdf;
} zg_term;

/* Terms of one document: sorted by bytes, each once.  Valid until the next
 * zg_analyse_begin on this analyser. */
typedef struct zg_analysis {
  const zg_term *terms;
  size_t n_terms;
  zg_str forward;
} zg_analysis;

/* begin; add each field's items in field order (a field may have 0..n items);
 * end.  Text must be well-formed UTF-8. */
void zg_analyse_begin(zg_analyser *a);
zg_status zg_analyse_add(zg_analyser *a, zg_text_field field, zg_str item,
                         zg_error *err);
zg_status zg_analyse_end(zg_analyser *a, zg_analysis *out, zg_error *err);

/* What a piece of query text asks for.  `run` is its canonical text (may hold
 * gaps: "议事规则，决策").  Arrays and text live in `arena`. */
typedef struct zg_query_terms {
  zg_str run;
  size_t n_units;
  zg_str *chars;
  size_t n_chars; /* 'C' terms, text order, repeats kept */
  zg_str *bigrams;
  size_t n_bigrams; /* 'B' terms */
  zg_str *words;
  size_t n_words; /* 'W' terms */
} zg_query_terms;
zg_status zg_analyse_query(zg_analyser *a, zg_arena *arena, zg_str text,
                           zg_query_terms *out, zg_error *err);

/* Next exact occurrence of canonical `run` in canonical `text` at or after
 * byte `from`, or -1.  A run that starts or ends with an alphanumeric unit
 * matches whole units only (21 does not match in 2021). `prefix`: the last
 * unit may go on (the query 词*). */
int64_t zg_run_find(zg_str text, zg_str run, bool prefix, size_t from);

#ifdef __cplusplus
}
#endif
#endif
