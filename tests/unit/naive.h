/* A model of findings, queries, filters and aggregates that shares no code with
 * query/ (text goes through the one normaliser; the rest is scans and linear
 * search): naive.c counts, naive_make.c makes them up. */
#ifndef NAIVE_H
#define NAIVE_H
#include "query/aggregate.h"
#include "query/search.h"

#define NAIVE_TEXTS 8 /* canonical texts of a finding at most */
#define NAIVE_FIELDS 8
#define NAIVE_GROUPS 6000

typedef struct naive_text {
  int field; /* zg_text_field */
  char *s;   /* canonical */
} naive_text;

typedef struct naive_model {
  zg_finding f;
  char id[16];
  bool live;
  zg_arena *arena;
  zg_money money[2];
  zg_people people[2];
  zg_measure measures[3];
  naive_text texts[NAIVE_TEXTS];
  size_t n_texts;
  uint32_t docid;
} naive_model;

typedef struct naive_tree {
  char op; /* 'r'un 'a'nd 'o'r 'n'ot;
              filters: '=' '!' 'i'n '.' range 'e'xists */
  struct naive_tree *kids[3];
  unsigned n;
  /* run */
  char raw[128], canon[128];
  int field;
  bool prefix, quoted;
  /* filter */
  zg_field facet;
  int measure; /* -1: facet */
  char values[2][64];
  int64_t low, high; /* stored integers */
  char sign[3];
} naive_tree;

typedef struct naive_request {
  naive_tree *q, *filter;
  bool widen;
  zg_str q_text, filter_text;
} naive_request;

typedef struct naive_group {
  char key[4][64]; /* "" null */
  unsigned count;
  int64_t sum[ZG_METRICS_MAX], low[ZG_METRICS_MAX], high[ZG_METRICS_MAX];
  unsigned n_seen[ZG_METRICS_MAX];
  char seen[ZG_METRICS_MAX][12][64];
} naive_group;

typedef struct naive_groups {
  unsigned n;
  naive_group list[NAIVE_GROUPS];
} naive_groups;

/* ---- counting ---- */

extern const zg_field naive_fields[NAIVE_FIELDS]; /* those findings have */

unsigned naive_values(const naive_model *m, zg_field field, char out[2][64]);
int64_t naive_number(const naive_model *m, zg_measure_field which);
bool naive_has_value(const naive_model *m, zg_field f, const char *value);

/* A missing tree matches everything. */
bool naive_query_matches(const naive_model *m, const naive_tree *t, bool widen);
bool naive_filter_matches(const naive_model *m, const naive_tree *t);
/* The filter of a facet in multi mode. */
bool naive_matches_without(const naive_model *m, const naive_tree *t,
                           zg_field f);
/* Does the filter name this value as wanted? */
bool naive_asks_for(const naive_tree *t, zg_field f, const char *value);
bool naive_has_positive(const naive_tree *t);
bool naive_has_negative(const naive_tree *t);

/* The findings that match, in the order of `all`. */
size_t naive_recount(naive_model **out, naive_model *all, size_t n_all,
                     const naive_request *r);
void naive_sort(naive_model **list, size_t n, const zg_search_request *req);

/* Groups the findings by n fields (at most 4), with the metrics of `req`. */
void naive_regroup(naive_groups *g, const zg_aggregate_request *req,
                   const zg_field *fields, unsigned n, naive_model **want,
                   size_t n_want);
/* The group of that key, made if it is not there. */
naive_group *naive_group_at(naive_groups *all, char key[4][64], unsigned n);

/* ---- making ---- */

typedef struct naive_dice {
  uint64_t state;
  zg_normaliser *nz;
  zg_arena *trees;        /* of one case */
  const naive_model *all; /* filters ask for values of these */
  unsigned n_all;
} naive_dice;

unsigned naive_upto(naive_dice *d, unsigned n); /* 0..n-1 */
/* A new finding with the id f<at> in place of what was there. */
void naive_make(naive_dice *d, naive_model *m, unsigned at);
void naive_forget(naive_model *m);
/* Both trees and their texts; all of it lies in d->trees. */
naive_request naive_make_request(naive_dice *d);
#endif
