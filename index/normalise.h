/* The one normaliser: the parser, the indexer, the query and the highlighter
 * all read text through it, so that what matches is what is shown.
 *
 * NFKC (full-width digits, Latin and brackets become half-width), traditional
 * to simplified with a table of exceptions, pinyin that converters glued in
 * brackets after a Han character dropped, zero-width characters dropped.
 * Every output byte maps back to a byte of the source.
 *
 * A zg_normaliser is immutable after creation and shared by all threads.
 * Tables are built once from ICU (NFKC, Hant-Hans); the per-character fast
 * path is a table look-up.
 */
#ifndef ZG_NORMALISE_H
#define ZG_NORMALISE_H

#include "index/status.h"
#include "index/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zg_normaliser zg_normaliser;
zg_status zg_normaliser_new(zg_normaliser **out, zg_error *err);
void zg_normaliser_free(zg_normaliser *n);

/* p[0..n) is the normalised text; p[i] comes from the source character that
 * starts at byte map[i] (all bytes of one output character share it) and
 * map[n] is the source length.  The source character of output byte i ends at
 * the first larger value in map after i.  Buffers are reused when a zg_norm is
 * passed again; free with zg_norm_free. */
typedef struct zg_norm {
  char *p;
  uint32_t *map;
  size_t n, cap;
} zg_norm;
#define ZG_NORM_INIT                                                           \
  { NULL, NULL, 0, 0 }
void zg_norm_free(zg_norm *n);

/* The bytes of `src` (the text that gave `n`) that p[i..i+k) came from: what a
 * highlight or a fact's span marks.  Tighter than the map alone: what was
 * dropped after the last character (end punctuation, pinyin) is left out.
 * [i, i+k) must hold whole characters; ZG_SPAN_NONE when it is empty or out of
 * range. */
zg_span zg_norm_span(const zg_norm *n, zg_str src, size_t i, size_t k);

/* All characters of the canonical `run` are Chinese ones that stand for
 * themselves in any text: where the bytes of `run` stand in a source they
 * become `run`, whatever is around them. */
bool zg_norm_stands(const zg_normaliser *nz, zg_str run);
/* A code point that is composed into the character before it (and belongs to
 * the span of that). */
bool zg_norm_composes(uint32_t cp);

/* For the parser: layout kept (newlines, all punctuation, circled numbers,
 * letter case), blanks inside numbers and dates dropped, U+3000 and NBSP are a
 * blank.  NFKC makes , ; : ( ) half-width; “ ” 《 》 〔 〕 。 、 stay. */
zg_status zg_normalise_layout(const zg_normaliser *nz, zg_str src, zg_norm *out,
                              zg_error *err);

/* For search: the canonical text.  Case folded; circled digits become digits;
 * a maximal run of punctuation, symbols or blanks becomes ONE blank (a gap: no
 * bigram and no exact run crosses it), except that blanks between a digit and
 * a Han character or two digits of one number are dropped; no blank at either
 * end.  What remains are units: a Han (or other non-Latin letter) character is
 * a unit, a maximal run of Latin letters and digits is a unit (cut every 32
 * characters).  `src` must be well-formed UTF-8. */
zg_status zg_normalise_search(const zg_normaliser *nz, zg_str src, zg_norm *out,
                              zg_error *err);

/* One character of canonical text is part of an alphanumeric unit. */
static inline bool zg_unit_is_alnum(unsigned char first_byte) {
  return (first_byte >= '0' && first_byte <= '9') ||
         (first_byte >= 'a' && first_byte <= 'z');
}

#ifdef __cplusplus
}
#endif
#endif
