/* The floor: what counting costs when there is nothing else to do – no server,
 * no JSON, no ranking, no hits.  Two engines over the same arrays in this very
 * process:
 *
 *   columns   a C loop over the columns of all findings, or of those that the
 *             word matches
 *   CRoaring  intersections of one bitmap a value
 *
 * The bitmaps of the words are made for the words that will be asked (all of
 * two characters); so there is no phrase here.
 */
#include "index/normalise.h"
#include "tools/bench/bench.h"
#include "tools/bench/fingerprint.h"

#include <roaring/roaring.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  F_STATUS,
  F_YEAR,
  F_LEVEL,
  F_KIND,
  F_REGION,
  F_UNIT,
  F_CATEGORY,
  F_CATEGORY2, /* NONE when there is but one */
  F_NOTHING,   /* the same for all: the second key of one-dim */
  FIELDS
};
static const char *const field_names[FIELDS] = {
    "status", "year",     "unit_level", "kind", "region",
    "unit",   "category", "",           ""};

#define NAMES 8192 /* slots; more than twice the units */
#define NONE 0     /* value 0 of every field */

typedef struct names {
  char *text[NAMES];     /* by value */
  uint16_t slots[NAMES]; /* open addressing; 0: free */
  uint32_t n;            /* values, NONE included */
} names;

#define WORD_SLOTS 65536

typedef struct word {
  uint64_t key; /* the code points of both characters; 0: free */
  roaring_bitmap_t *docs;
} word;

typedef struct columns {
  zg_engine base;
  uint32_t n;
  uint16_t *col[FIELDS];
  names *of[FIELDS]; /* the two categories share one */
  roaring_bitmap_t **values[FIELDS];
  word *words;
  zg_normaliser *nz;
  zg_norm norm;            /* reused */
  uint32_t *match, *cells; /* reused: docs of a word, counts of groups */
  size_t n_cells;
} columns;

typedef struct roaring {
  zg_engine base;
  columns *data;
} roaring;

static uint64_t hash(const char *s, size_t n) {
  uint64_t h = 14695981039346656037u;
  for (size_t i = 0; i < n; i++)
    h = (h ^ (unsigned char)s[i]) * 1099511628211u;
  return h ^ h >> 29;
}

/* The value of a name, made when it is new; NONE for "" or when all is full. */
static uint16_t value_of(names *x, const char *name) {
  size_t at = hash(name, strlen(name)) % NAMES;
  if (!*name)
    return NONE;
  for (; x->slots[at]; at = (at + 1) % NAMES)
    if (strcmp(x->text[x->slots[at]], name) == 0)
      return x->slots[at];
  if (x->n + 1 >= NAMES / 2 || !(x->text[x->n] = strdup(name)))
    return NONE;
  return x->slots[at] = (uint16_t)x->n++;
}

static word *word_slot(word *words, uint64_t key) {
  size_t at = (size_t)(key * 0x9E3779B97F4A7C15u >> 48) % WORD_SLOTS;
  while (words[at].key && words[at].key != key)
    at = (at + 1) % WORD_SLOTS;
  return &words[at];
}

/* ---- loading ---- */

/* The word of two characters that begins at `text`, as texts have it: with its
 * variants brought together.  *used: its bytes.  0: it is no such word. */
static uint64_t key_of(columns *c, const char *text, size_t *used) {
  zg_error err = ZG_ERROR_INIT;
  uint32_t a = 0, z = 0;
  size_t n = strlen(text), at = (size_t)zg_utf8_next(text, n, &a);
  at += (size_t)zg_utf8_next(text + at, n - at, &z);
  *used = at;
  if (zg_normalise_search(c->nz, (zg_str){text, at}, &c->norm, &err))
    return 0;
  at = (size_t)zg_utf8_next(c->norm.p, c->norm.n, &a);
  if (at == c->norm.n)
    return 0;
  at += (size_t)zg_utf8_next(c->norm.p + at, c->norm.n - at, &z);
  return at == c->norm.n ? (uint64_t)a << 32 | z : 0;
}

/* The words of all queries get an empty bitmap. */
static bool add_words(columns *c, const zg_bench *b) {
  size_t n = 0;
  for (size_t i = 0; i < b->n_queries; i++) {
    const zg_query *q = &b->queries[i];
    if (!(c->base.answers >> q->cls & 1) && q->cls > ZG_CORPUS_THREE)
      continue;
    for (size_t at = 0, end = strlen(q->q); at < end;) {
      size_t used;
      uint64_t key = key_of(c, q->q + at, &used);
      at += used;
      if (!key || (at < end && q->q[at] != ' ')) {
        fprintf(stderr, "floor: not words of two characters: %s\n", q->q);
        return false;
      }
      at++;
      word *w = word_slot(c->words, key);
      if (!w->key) {
        w->key = key;
        w->docs = roaring_bitmap_create();
        n++;
      }
    }
  }
  return n < WORD_SLOTS / 2;
}

static bool scan(columns *c, const char *text, uint32_t doc) {
  zg_error err = ZG_ERROR_INIT;
  zg_norm *norm = &c->norm;
  uint32_t last = 0, cp;
  if (zg_normalise_search(c->nz, zg_str_of(text), norm, &err))
    return false;
  for (size_t at = 0; at < norm->n;) {
    at += (size_t)zg_utf8_next(norm->p + at, norm->n - at, &cp);
    word *w = word_slot(c->words, (uint64_t)last << 32 | cp);
    if (w->key && last)
      roaring_bitmap_add(w->docs, doc);
    last = cp;
  }
  return true;
}

static const char *text_in(const cJSON *j, const char *name, char number[16]) {
  const cJSON *v = cJSON_GetObjectItemCaseSensitive(j, name);
  if (cJSON_IsNumber(v)) {
    snprintf(number, 16, "%d", v->valueint);
    return number;
  }
  return cJSON_IsString(v) ? v->valuestring : "";
}

static bool add_finding(columns *c, const cJSON *j, uint32_t doc) {
  static const char *const parts[] = {"section", "problem", "head"};
  char number[16];
  const cJSON *v;
  bool ok = true;
  for (int f = 0; f < F_CATEGORY; f++)
    c->col[f][doc] = value_of(c->of[f], text_in(j, field_names[f], number));
  int i = F_CATEGORY;
  cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(j, "category")) {
    if (i <= F_CATEGORY2)
      c->col[i++][doc] = value_of(c->of[F_CATEGORY], v->valuestring);
  }
  for (size_t k = 0; k < 3; k++)
    ok = ok && scan(c, text_in(j, parts[k], number), doc);
  cJSON_ArrayForEach(v, cJSON_GetObjectItemCaseSensitive(j, "measures")) {
    ok = ok && scan(c, v->valuestring, doc);
  }
  return ok;
}

static bool read_findings(columns *c, const zg_bench *b) {
  FILE *f = fopen(b->corpus, "r");
  char *line = NULL;
  size_t cap = 0;
  bool ok = f != NULL;
  while (ok && c->n < b->findings && getline(&line, &cap, f) > 0) {
    cJSON *j = cJSON_Parse(line);
    ok = j && add_finding(c, j, c->n++);
    cJSON_Delete(j);
  }
  free(line);
  if (f)
    fclose(f);
  return ok && c->n == b->findings;
}

static bool allocate(columns *c, const zg_bench *b) {
  bool ok = true;
  for (int f = 0; f < FIELDS; f++) {
    c->col[f] = calloc(b->findings, sizeof *c->col[f]);
    if (f != F_CATEGORY2) {
      c->of[f] = calloc(1, sizeof *c->of[f]);
      ok = ok && c->of[f];
      if (c->of[f])
        c->of[f]->n = 1;
    } else {
      c->of[f] = c->of[F_CATEGORY];
    }
    ok = ok && c->col[f];
  }
  c->words = calloc(WORD_SLOTS, sizeof *c->words);
  c->match = calloc(b->findings, sizeof *c->match);
  return ok && c->words && c->match;
}

static bool make_bitmaps(columns *c) {
  for (int f = 0; f <= F_CATEGORY; f++) {
    uint32_t n = c->of[f]->n;
    c->values[f] = calloc(n, sizeof(roaring_bitmap_t *));
    for (uint32_t v = 0; c->values[f] && v < n; v++)
      c->values[f][v] = roaring_bitmap_create();
    for (uint32_t d = 0; c->values[f] && d < c->n; d++) {
      roaring_bitmap_add(c->values[f][c->col[f][d]], d);
      if (f == F_CATEGORY && c->col[F_CATEGORY2][d])
        roaring_bitmap_add(c->values[f][c->col[F_CATEGORY2][d]], d);
    }
    for (uint32_t v = 0; c->values[f] && v < n; v++)
      roaring_bitmap_run_optimize(c->values[f][v]);
    if (!c->values[f])
      return false;
  }
  /* unit x category is the widest of the pairs */
  c->n_cells = (size_t)c->of[F_UNIT]->n * c->of[F_CATEGORY]->n;
  if (c->n_cells < 65536)
    c->n_cells = 65536;
  c->cells = calloc(c->n_cells, sizeof *c->cells);
  return c->cells != NULL;
}

static bool open_columns(zg_engine *e, const zg_bench *b) {
  columns *c = (columns *)e;
  zg_error err = ZG_ERROR_INIT;
  bool ok = allocate(c, b) && zg_normaliser_new(&c->nz, &err) == ZG_OK &&
            add_words(c, b) && read_findings(c, b) && make_bitmaps(c);
  if (!ok)
    fputs("floor: loading failed\n", stderr);
  return ok;
}

static void stop_columns(zg_engine *e) {
  columns *c = (columns *)e;
  for (size_t i = 0; c->words && i < WORD_SLOTS; i++)
    if (c->words[i].docs)
      roaring_bitmap_free(c->words[i].docs);
  free(c->words);
  zg_norm_free(&c->norm);
  zg_normaliser_free(c->nz);
  c->nz = NULL;
  c->words = NULL;
  for (int f = 0; f < FIELDS; f++) {
    for (uint32_t v = 0; c->values[f] && v < c->of[f]->n; v++)
      roaring_bitmap_free(c->values[f][v]);
    free(c->values[f]);
    c->values[f] = NULL;
  }
  for (int f = 0; f < FIELDS; f++) {
    for (uint32_t v = 0; f != F_CATEGORY2 && c->of[f] && v < c->of[f]->n; v++)
      free(c->of[f]->text[v]);
    if (f != F_CATEGORY2)
      free(c->of[f]);
    free(c->col[f]);
    c->of[f] = NULL;
    c->col[f] = NULL;
  }
  free(c->match);
  free(c->cells);
  c->match = c->cells = NULL;
}

/* ---- what a query asks for ---- */

static int field_of(const zg_query *q, int i) {
  for (int f = 0; i < q->n_by && f <= F_CATEGORY; f++)
    if (strcmp(field_names[f], q->by[i]) == 0)
      return f;
  return F_NOTHING;
}

static const roaring_bitmap_t *bitmap_of(columns *c, const char *text,
                                         size_t *used) {
  uint64_t key = key_of(c, text, used);
  *used += text[*used] == ' ';
  return word_slot(c->words, key)->docs;
}

static uint16_t find_value(const columns *c, int f, const char *name) {
  for (uint32_t v = 1; v < c->of[f]->n; v++)
    if (strcmp(c->of[f]->text[v], name) == 0)
      return (uint16_t)v;
  return NONE;
}

/* Which values of the filtered fields pass; category: either of the two. */
typedef struct tables {
  bool status[NAMES], year[NAMES], category[NAMES];
  bool all;
} tables;

static void make_tables(const columns *c, const zg_query *q, tables *t) {
  memset(t->status, !q->status[0], c->of[F_STATUS]->n);
  memset(t->category, !q->category[0], c->of[F_CATEGORY]->n);
  for (uint32_t v = 1; v < c->of[F_YEAR]->n; v++) {
    int year = atoi(c->of[F_YEAR]->text[v]);
    t->year[v] = !q->from || (year >= q->from && year <= q->to);
  }
  if (q->status[0])
    t->status[find_value(c, F_STATUS, q->status)] = true;
  if (q->category[0])
    t->category[find_value(c, F_CATEGORY, q->category)] = true;
  t->status[NONE] = t->category[NONE] = t->year[NONE] = false;
  t->all = !q->status[0] && !q->category[0] && !q->from;
}

static inline bool passes(const columns *c, const tables *t, uint32_t d) {
  return t->year[c->col[F_YEAR][d]] & t->status[c->col[F_STATUS][d]] &
         (t->category[c->col[F_CATEGORY][d]] |
          t->category[c->col[F_CATEGORY2][d]]);
}

/* ---- columns ---- */

/* Counts cells[a * width + b]; `second`: 1 or 2 when that key is the category,
 * of which a finding may have another. */
typedef struct keys {
  const uint16_t *a, *b, *other;
  uint32_t width;
  int second;
} keys;

static inline void count_one(uint32_t *cells, const keys *k, uint32_t d) {
  cells[k->a[d] * k->width + k->b[d]]++;
  if (k->second && k->other[d])
    cells[k->second == 1 ? k->other[d] * k->width + k->b[d]
                         : k->a[d] * k->width + k->other[d]]++;
}

static keys keys_of(const columns *c, int a, int b) {
  return (keys){c->col[a], c->col[b], c->col[F_CATEGORY2], c->of[b]->n,
                a == F_CATEGORY   ? 1
                : b == F_CATEGORY ? 2
                                  : 0};
}

static size_t cells_of(const columns *c, int a, int b) {
  return (size_t)c->of[a]->n * c->of[b]->n;
}

/* Over the n docs of match, or over all when it is NULL; the total. */
static uint64_t count_groups(columns *c, const tables *t, const uint32_t *match,
                             uint32_t n, int a, int b) {
  keys k = keys_of(c, a, b);
  uint64_t total = 0;
  memset(c->cells, 0, cells_of(c, a, b) * sizeof *c->cells);
  if (!match && t->all) {
    for (uint32_t d = 0; d < c->n; d++)
      count_one(c->cells, &k, d);
    return c->n;
  }
  for (uint32_t i = 0; i < n; i++) {
    uint32_t d = match ? match[i] : i;
    if (!passes(c, t, d))
      continue;
    total++;
    count_one(c->cells, &k, d);
  }
  return total;
}

static uint64_t facet_fingerprint(const columns *c, int f) {
  uint64_t sum = 0;
  for (uint32_t v = 1; v < c->of[f]->n; v++)
    if (c->cells[v])
      sum += zg_fingerprint(field_names[f], c->of[f]->text[v], c->cells[v]);
  return sum;
}

/* The counts of the q->top largest groups, largest first. */
static void find_top(const columns *c, size_t cells, const zg_query *q,
                     uint32_t top[]) {
  memset(top, 0, q->top * sizeof *top);
  for (size_t i = 0; i < cells; i++) {
    uint32_t v = c->cells[i];
    if (v <= top[q->top - 1])
      continue;
    unsigned at = q->top - 1;
    for (; at > 0 && top[at - 1] < v; at--)
      top[at] = top[at - 1];
    top[at] = v;
  }
}

static uint64_t group_fingerprint(const columns *c, int a, int b) {
  uint64_t sum = 0;
  uint32_t width = c->of[b]->n;
  for (size_t i = 0; i < cells_of(c, a, b); i++) {
    char text[256];
    const char *first = c->of[a]->text[i / width];
    if (!c->cells[i] || !first)
      continue;
    if (b == F_NOTHING)
      snprintf(text, sizeof text, "%s|", first);
    else
      snprintf(text, sizeof text, "%s|%s|", first, c->of[b]->text[i % width]);
    sum += zg_fingerprint("group", text, c->cells[i]);
  }
  return sum;
}

#define MAX_TOP 64

/* The clock stops when all is counted: fingerprints are not part of it. */
static void finish_groups(const columns *c, const zg_query *q, int a, int b,
                          double from, zg_answer *out) {
  uint32_t top[MAX_TOP];
  if (q->top)
    find_top(c, cells_of(c, a, b), q, top);
  out->us = (zg_now() - from) * 1e6;
  out->fingerprint = 0;
  for (unsigned i = 0; i < q->top; i++)
    out->fingerprint += top[i] ? zg_fingerprint("top", "", top[i]) : 0;
  if (!q->top)
    out->fingerprint = group_fingerprint(c, a, b);
}

static const int facet_fields[] = {F_CATEGORY, F_STATUS, F_YEAR};

static bool ask_columns(zg_engine *e, const zg_query *q, zg_answer *out) {
  columns *c = (columns *)e;
  tables t;
  size_t used;
  const roaring_bitmap_t *docs = q->q[0] ? bitmap_of(c, q->q, &used) : NULL;
  uint32_t n = docs ? (uint32_t)roaring_bitmap_get_cardinality(docs) : c->n;
  *out = (zg_answer){0, 0, 0, -1};
  double from = zg_now();
  make_tables(c, q, &t);
  if (docs)
    roaring_bitmap_to_uint32_array(docs, c->match);
  const uint32_t *match = docs ? c->match : NULL;
  out->us = (zg_now() - from) * 1e6; /* facets add to this */
  if (q->n_by) {
    int a = field_of(q, 0), b = field_of(q, 1);
    out->total = count_groups(c, &t, match, n, a, b);
    finish_groups(c, q, a, b, from, out);
    return q->top <= MAX_TOP;
  }
  for (int i = 0; q->cls == ZG_CORPUS_FACETS && i < 3; i++) {
    double began = zg_now();
    out->total = count_groups(c, &t, match, n, facet_fields[i], F_NOTHING);
    out->us += (zg_now() - began) * 1e6;
    out->fingerprint += facet_fingerprint(c, facet_fields[i]);
  }
  for (uint32_t i = 0; q->cls == ZG_CORPUS_FILTER && i < n; i++)
    out->total += passes(c, &t, c->match[i]);
  if (q->cls == ZG_CORPUS_FILTER)
    out->us = (zg_now() - from) * 1e6;
  return true;
}

/* ---- CRoaring ---- */

/* The findings that the words and the filter leave; NULL: all. */
static roaring_bitmap_t *match_of(columns *c, const zg_query *q) {
  roaring_bitmap_t *m = NULL, *years = NULL;
  const roaring_bitmap_t *all[6];
  size_t n = 0, used;
  for (const char *at = q->q; *at && n < 3; at += used)
    all[n++] = bitmap_of(c, at, &used);
  if (q->category[0])
    all[n++] = c->values[F_CATEGORY][find_value(c, F_CATEGORY, q->category)];
  if (q->status[0])
    all[n++] = c->values[F_STATUS][find_value(c, F_STATUS, q->status)];
  if (q->from) {
    const roaring_bitmap_t *in[NAMES];
    size_t k = 0;
    for (uint32_t v = 1; v < c->of[F_YEAR]->n; v++) {
      int year = atoi(c->of[F_YEAR]->text[v]);
      if (year >= q->from && year <= q->to)
        in[k++] = c->values[F_YEAR][v];
    }
    all[n++] = years = roaring_bitmap_or_many(k, in);
  }
  for (size_t i = 0; i < n; i++) {
    if (!m)
      m = roaring_bitmap_copy(all[i]);
    else
      roaring_bitmap_and_inplace(m, all[i]);
  }
  if (years)
    roaring_bitmap_free(years);
  return m;
}

static void count_values(columns *c, const roaring_bitmap_t *m, int f) {
  for (uint32_t v = 0; v < c->of[f]->n; v++)
    c->cells[v] =
        (uint32_t)(m ? roaring_bitmap_and_cardinality(m, c->values[f][v])
                     : roaring_bitmap_get_cardinality(c->values[f][v]));
}

static void count_pairs(columns *c, const roaring_bitmap_t *m, int a, int b) {
  uint32_t width = c->of[b]->n;
  for (uint32_t v = 0; v < c->of[a]->n; v++) {
    const roaring_bitmap_t *row = c->values[a][v];
    roaring_bitmap_t *part = m ? roaring_bitmap_and(m, row) : NULL;
    for (uint32_t w = 0; w < width; w++)
      c->cells[(size_t)v * width + w] =
          (uint32_t)roaring_bitmap_and_cardinality(part ? part : row,
                                                   c->values[b][w]);
    if (part)
      roaring_bitmap_free(part);
  }
}

static bool ask_roaring(zg_engine *e, const zg_query *q, zg_answer *out) {
  columns *c = ((roaring *)e)->data;
  *out = (zg_answer){0, 0, 0, -1};
  if (q->cls == ZG_CORPUS_AND) { /* two bitmaps need not be made into a third */
    size_t used, more;
    const roaring_bitmap_t *a = bitmap_of(c, q->q, &used);
    const roaring_bitmap_t *b = bitmap_of(c, q->q + used, &more);
    double from = zg_now();
    out->total = roaring_bitmap_and_cardinality(a, b);
    out->us = (zg_now() - from) * 1e6;
    return true;
  }
  double from = zg_now();
  roaring_bitmap_t *m = match_of(c, q);
  out->total = m ? roaring_bitmap_get_cardinality(m) : c->n;
  if (q->n_by) {
    int a = field_of(q, 0), b = field_of(q, 1);
    if (b == F_NOTHING)
      count_values(c, m, a);
    else
      count_pairs(c, m, a, b);
    finish_groups(c, q, a, b, from, out);
  } else {
    out->us = (zg_now() - from) * 1e6;
  }
  for (int i = 0; q->cls == ZG_CORPUS_FACETS && i < 3; i++) {
    double began = zg_now();
    count_values(c, m, facet_fields[i]);
    out->us += (zg_now() - began) * 1e6;
    out->fingerprint += facet_fingerprint(c, facet_fields[i]);
  }
  if (m)
    roaring_bitmap_free(m);
  return q->top <= MAX_TOP;
}

static bool open_roaring(zg_engine *e, const zg_bench *b) {
  (void)b;
  return ((roaring *)e)->data->cells != NULL;
}

static void stop_roaring(zg_engine *e) { (void)e; }
static void free_engine(zg_engine *e) { free(e); }
static pid_t this_process(const zg_engine *e) {
  (void)e;
  return getpid();
}

#define BIT(c) (1u << ZG_CORPUS_##c)
#define COUNTS                                                                 \
  (BIT(FILTER) | BIT(FACETS) | BIT(GROUP) | BIT(ONE) | BIT(TWO) | BIT(CROSSTAB))
#define SETS (COUNTS | BIT(WORD) | BIT(AND) | BIT(THREE))

zg_engine *zg_engine_columns(const zg_bench *b) {
  (void)b;
  columns *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  c->base = (zg_engine){.name = "C columns",
                        .key = "columns",
                        .how = "in this process, counts only",
                        .answers = COUNTS,
                        .comparable = COUNTS,
                        .open = open_columns,
                        .ask = ask_columns,
                        .pid = this_process,
                        .stop = stop_columns,
                        .free = free_engine};
  return &c->base;
}

zg_engine *zg_engine_roaring(zg_engine *data) {
  roaring *r = data ? calloc(1, sizeof *r) : NULL;
  if (!r)
    return NULL;
  r->base = (zg_engine){.name = "CRoaring",
                        .key = "roaring",
                        .how = "in this process, counts only",
                        .answers = SETS,
                        .comparable = SETS,
                        .open = open_roaring,
                        .ask = ask_roaring,
                        .pid = this_process,
                        .stop = stop_roaring,
                        .free = free_engine};
  r->data = (columns *)data;
  return &r->base;
}
