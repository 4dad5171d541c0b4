/* Search: request in, ranked or sorted hits, exact totals, facet counts out.
 * No sockets, no JSON.  A worker thread; the result owns all it shows.
 */
#ifndef ZG_SEARCH_H
#define ZG_SEARCH_H
#include "index/taxonomy.h"
#include "query/context.h"
#include "query/explain.h"

#define ZG_LIMIT_MAX 1000
#define ZG_OFFSET_MAX 100000
#define ZG_QUERY_MAX 1024     /* bytes of q */
#define ZG_QUERY_TERMS_MAX 64 /* leaves */
#define ZG_NESTING_MAX 16
#define ZG_EXPANSION_MAX 100 /* 词* */
#define ZG_FACETS_MAX 17

typedef struct zg_sort_key {
  enum { ZG_SORT_SCORE, ZG_SORT_FIELD, ZG_SORT_MEASURE } by;
  zg_field field;
  zg_measure_field measure;
  bool descending;
} zg_sort_key;

typedef struct zg_search_request {
  zg_str q;         /* NULL or empty: everything */
  zg_str filter;    /* NULL or empty: none */
  bool operator_or; /* "operator":"or": best match over all families */
  zg_field facets[ZG_FACETS_MAX];
  size_t n_facets;
  bool facet_multi;     /* each facet without its own filter */
  uint32_t facet_limit; /* values per facet, default 100 */
  zg_sort_key sort[4];
  size_t n_sort; /* none: by score, then docid */
  uint32_t limit, offset;
  bool highlight;
  uint32_t crop; /* snippet length in characters, default 120; 0: no snippet */
  bool explain;  /* tell how the facets were counted */
  zg_way facet_way; /* of a test: this way wherever it is one */
  /* Page by page: "*" begins, then what next_cursor said (cursor.h).  No
   * offset with it. */
  zg_str cursor;
  const zg_taxonomy *taxonomy; /* for the two below; NULL: neither */
  bool synonyms; /* a word finds what any word of its group would */
  enum {
    ZG_SUGGEST_NEVER,
    ZG_SUGGEST_EMPTY, /* when there is no hit */
    ZG_SUGGEST_ALWAYS
  } suggest;
} zg_search_request;
#define ZG_SEARCH_REQUEST_INIT                                                 \
  { .facet_limit = 100, .limit = 20, .highlight = true, .crop = 120 }

/* Parses "score:desc", "year", "-year", "money_recovered:asc". */
zg_status zg_sort_parse(zg_str text, zg_sort_key *out, zg_error *err);

typedef struct zg_highlight {
  zg_text_field field;
  uint32_t item;  /* measure index (0-based) for ZG_TEXT_MEASURES; else 0 */
  zg_span *spans; /* byte offsets into that very string of the finding */
  size_t n_spans; /* ascending, not overlapping */
} zg_highlight;

typedef struct zg_hit {
  uint32_t docid;
  double score;
  const zg_finding *finding;
  zg_highlight *highlights;
  size_t n_highlights; /* only fields that have spans */
  zg_str snippet; /* raw bytes of one field around the first match; "…" where
                     cut */
  zg_span *snippet_spans;
  size_t n_snippet_spans; /* into snippet */
} zg_hit;

typedef struct zg_facet_value {
  uint32_t ordinal;
  zg_str value;
  uint64_t count;
  bool selected; /* the filter asks for it */
} zg_facet_value;
typedef struct zg_facet_result {
  zg_field field;
  zg_facet_value *values;
  size_t n_values;       /* count descending, then value */
  uint64_t total_values; /* values with a count > 0 */
  uint64_t other_count;  /* sum of the counts not listed */
  bool has_range;        /* numeric fields: */
  int64_t min, max;
} zg_facet_result;

/* What a run was taken for as well. */
typedef struct zg_expansion {
  zg_str run;
  zg_str *with;
  size_t n_with;
} zg_expansion;

/* Another query that finds something: an offer, never done by itself. */
typedef enum zg_suggest_why {
  ZG_SUGGEST_PINYIN,
  ZG_SUGGEST_INITIALS,
  ZG_SUGGEST_SOUND, /* 同音 */
  ZG_SUGGEST_SHAPE, /* 形近 */
  ZG_SUGGEST_EDIT   /* one character more, less, other, or two swapped */
} zg_suggest_why;
typedef struct zg_suggestion {
  zg_str q;
  uint64_t total; /* exact, with the request's filter */
  zg_suggest_why why;
} zg_suggestion;

typedef struct zg_search_result {
  zg_hit *hits;
  size_t n_hits;
  uint64_t total;
  zg_facet_result *facets;
  size_t n_facets;
  uint64_t generation;
  const zg_part *explain;   /* NULL: not asked for, or no facets */
  zg_expansion *expansions; /* with synonyms */
  size_t n_expansions;
  bool suggested; /* they were looked for */
  zg_suggestion *suggestions;
  size_t n_suggestions;
  zg_str next_cursor; /* with a cursor; NULL: that was the last page */
} zg_search_result;

zg_status zg_search(zg_search_result **out, const zg_context *ctx,
                    const zg_search_request *req, zg_error *err);
void zg_search_result_free(zg_search_result *r);

/* The match set alone (for export, sample, set verbs): a new bitmap that the
 * caller frees. */
zg_status zg_match_set(roaring_bitmap_t **out, const zg_context *ctx, zg_str q,
                       zg_str filter, bool operator_or, zg_error *err);
#endif
