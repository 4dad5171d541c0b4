/* The generator: synthetic findings and bulletins that behave like the real
 * ones where an index feels it – Zipf-distributed words with a long tail of
 * bigrams, facets that are skewed and hang together with the words, the status
 * and the year, figures in the text and in the members.
 *
 * Item n of a seed is always the same bytes, on every machine, whether or not
 * the items before it were made.  A zg_corpus is immutable after creation; the
 * *_make functions may be called from any thread.
 */
#ifndef ZG_CORPUS_CORPUS_H
#define ZG_CORPUS_CORPUS_H

#include "index/text.h"
#include "tools/corpus/random.h"

typedef struct zg_corpus zg_corpus;

zg_corpus *zg_corpus_new(uint64_t seed); /* NULL: no memory or no ICU data */
void zg_corpus_free(zg_corpus *c);

/* Appends finding n (0..) as one NDJSON line with its newline. */
void zg_corpus_finding(const zg_corpus *c, uint64_t n, zg_buf *out);
/* Appends bulletin n as {"id","text"}, one NDJSON line. */
void zg_corpus_bulletin(const zg_corpus *c, uint64_t n, zg_buf *out);

/* The classes of queries that the bench asks. */
#define ZG_CORPUS_QUERY_TABLE(X)                                               \
  X(WORD, "word")         /* one word of two characters */                     \
  X(AND, "and")           /* two words */                                      \
  X(THREE, "three")       /* three words */                                    \
  X(PHRASE, "phrase")     /* a run of 4-8 characters of some finding */        \
  X(FILTER, "filter")     /* word + category, status and years */              \
  X(FACETS, "facets")     /* word + three facets */                            \
  X(SORT, "sort")         /* word, oldest year first */                        \
  X(DEEP, "deep")         /* frequent word, hits from 100, 1,000 or 5,000 */   \
  X(OR, "or")             /* best match over a short sentence */               \
  X(TEXT, "text")         /* best match over 60 characters */                  \
  X(GROUP, "group")       /* word, grouped by unit level and status */         \
  X(ONE, "one-dim")       /* no word: grouped by one field */                  \
  X(TWO, "two-dim")       /* no word: grouped by two fields */                 \
  X(CROSSTAB, "crosstab") /* word or none, unit level x category */
typedef enum zg_corpus_class {
#define X(sym, name) ZG_CORPUS_##sym,
  ZG_CORPUS_QUERY_TABLE(X)
#undef X
      ZG_CORPUS_CLASSES
} zg_corpus_class;

/* Appends query k of a class as one NDJSON line: {"class","band":
 * "high|mid|low","q", "category"?, "status"?, "from"?, "to"?, "by"?:[fields],
 * "top"?, "offset"?}.  A query without one of the filter members is not
 * filtered by it; "top": only that many groups.  Words come from the
 * vocabulary by frequency band, phrases from the first `findings` findings;
 * where there is no word the band says how much the filter leaves: all, some
 * years, some years of one category. */
void zg_corpus_query(const zg_corpus *c, zg_corpus_class cls, uint64_t k,
                     uint64_t findings, zg_buf *out);

#endif
