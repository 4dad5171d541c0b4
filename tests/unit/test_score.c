/* Property test of the ranking in memory (query/score.h) and of what the cache
 * carries from one generation to the next: Xapian's own ranking of the same
 * snapshot, and a second store without a cache, must agree.  A failure prints
 * the seed; ZG_SEED=… runs that seed again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/plan.h"
#include "query/score.h"
#include "query/search.h"
#include "query_fixture.h"
#include "tests/unit/oracle.h"

#define FINDINGS 9000 /* over two windows of documents */
#define CASES 400
#define TERMS_MAX 64 /* terms of one of the queries */
#define COUNT(a) ((unsigned)(sizeof(a) / sizeof *(a)))

/* The first are in most findings, the last in few. */
static const char *const CHARS[] = {"整", "改", "审", "计",  "离", "任", "工",
                                    "程", "党", "费", "ppp", "21", "，"};
static const char *const FILTERS[] = {"",
                                      "",
                                      "year = 2020",
                                      "year = 2019 TO 2021",
                                      "year >= 2021",
                                      "NOT year = 2020",
                                      "year = 2022 OR year NOT EXISTS",
                                      "unit = 丁"};
static const char *const UNITS[] = {"甲", "乙", "丙", "丁"};

static uint64_t state, seed;
static oracle *xapian;

static unsigned upto(unsigned n) { /* splitmix64 */
  uint64_t z = (state += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return (unsigned)((z ^ (z >> 31)) % n);
}

static void begin(uint64_t plus) {
  const char *given = getenv("ZG_SEED");
  seed = given ? strtoull(given, NULL, 10) : 20261125;
  state = seed * 1000 + plus;
  print_message("seed %llu\n", (unsigned long long)seed);
}

static const char *one_char(void) {
  unsigned n = COUNT(CHARS), a = upto(n), b = upto(n), c = upto(n);
  a = a < b ? a : b;
  return CHARS[a < c ? a : c];
}

/* ---- findings ---- */

typedef struct made {
  char id[16], head[1200];
  zg_money money;
  zg_finding f;
} made;

/* Mostly short; one in fifty long enough for counts over 255. */
static void make_finding(made *m, unsigned at) {
  snprintf(m->id, sizeof m->id, "f%u", at);
  unsigned n = 1 + upto(12);
  m->head[0] = '\0';
  if (upto(50) == 0) {
    const char *again = CHARS[upto(3)];
    for (unsigned i = 250 + upto(20); i > 0; i--)
      strcat(m->head, again);
  }
  for (; n > 0; n--)
    strcat(m->head, one_char());
  m->f = query_fixture_finding(m->id, m->head);
  m->f.year = upto(5) ? 2018 + (int)upto(5) : -1;
  if (upto(2))
    m->f.unit = zg_str_of(UNITS[upto(COUNT(UNITS))]);
  if (upto(3) == 0) {
    m->money = (zg_money){.kind = ZG_MONEY_RECOVERED,
                          .fen = (1 + (int64_t)upto(8)) * 100};
    m->f.money = &m->money;
    m->f.n_money = 1;
  }
}

static void put_all(query_fixture *fx, const made *all, unsigned n) {
  zg_finding *batch = malloc(n * sizeof *batch);
  for (unsigned i = 0; i < n; i++)
    batch[i] = all[i].f;
  query_fixture_put(fx, batch, n);
  free(batch);
}

static void fill(query_fixture *fx, made *all, unsigned n) {
  for (unsigned i = 0; i < n; i++)
    make_finding(&all[i], i);
  put_all(fx, all, n);
}

/* Their postings stay in the segments. */
static void delete_some(query_fixture *fx, unsigned n) {
  char ids[400][16];
  const char *gone[400];
  for (unsigned i = 0; i < 400; i++) { /* each once: 7 and n share no factor */
    snprintf(ids[i], sizeof ids[i], "f%u", (i * 7 + 3) % n);
    gone[i] = ids[i];
  }
  query_fixture_delete(fx, gone, 400);
}

/* ---- queries ---- */

static void make_run(char *out) {
  for (unsigned n = 1 + upto(4); n > 0; n--)
    strcat(out, one_char());
}

static void make_query(char *out) {
  out[0] = '\0';
  make_run(out);
  for (unsigned n = upto(3); n > 0; n--) {
    strcat(out, upto(4) ? " " : " OR ");
    make_run(out);
  }
  if (upto(6) == 0) {
    strcat(out, " -");
    make_run(out);
  }
}

/* ---- order and scores ---- */

static bool near(double a, double b) {
  double diff = a > b ? a - b : b - a;
  return diff <= 1e-9;
}

/* Where the two put different documents these must be as good as equal: sums
 * in another order may differ in the last bit. */
static void same_order(const zg_ranked *a, size_t n_a, const zg_ranked *b,
                       size_t n_b, const char *what) {
  if (n_a != n_b)
    fail_msg("%s: %zu hits, Xapian has %zu", what, n_a, n_b);
  for (size_t i = 0; i < n_a; i++) {
    if (!near(a[i].score, b[i].score))
      fail_msg("%s: hit %zu has %.17g, with Xapian %.17g", what, i, a[i].score,
               b[i].score);
    if (a[i].docid == b[i].docid)
      continue;
    bool tied = (i > 0 && near(a[i - 1].score, a[i].score)) ||
                (i + 1 < n_a && near(a[i + 1].score, a[i].score)) ||
                i + 1 == n_a;
    if (!tied || a[i].score == 0.0)
      fail_msg("%s: hit %zu is document %u, with Xapian %u", what, i,
               a[i].docid, b[i].docid);
  }
  for (size_t i = 1; i < n_a; i++)
    if (a[i - 1].score < a[i].score ||
        (a[i - 1].score == a[i].score && a[i - 1].docid > a[i].docid))
      fail_msg("%s: order at %zu", what, i);
}

static void check_rank(query_fixture *fx, const zg_scores *scores,
                       const roaring_bitmap_t *match, const char *what) {
  zg_error err = ZG_ERROR_INIT;
  zg_ranked *ours = NULL, *theirs = NULL;
  size_t n_ours = 0, n_theirs = 0;
  uint32_t offset = upto(2) ? 0 : upto(300);
  uint32_t limit = upto(3) ? 20 : upto(2) ? 1 : 9000;
  assert_int_equal(zg_rank_by_score(&ours, &n_ours, &fx->ctx, scores, match,
                                    offset, limit, &err),
                   ZG_OK);
  oracle_rank(xapian, scores->terms, scores->n, ZG_BM25_SEARCH, match, offset,
              limit, &theirs, &n_theirs);
  same_order(ours, n_ours, theirs, n_theirs, what);
  free(ours);
  free(theirs);
}

static int by_id(const void *x, const void *y) {
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
  return a < b ? -1 : a > b;
}

static void same_score(double got, double want, uint32_t docid,
                       const char *what) {
  if (!near(got, want))
    fail_msg("%s: document %u has %.17g, with Xapian %.17g", what, docid, got,
             want);
}

/* Scores of given documents, also with the statistics of another time. */
static void check_docs(query_fixture *fx, const zg_scores *scores,
                       const roaring_bitmap_t *match, const char *what) {
  static uint32_t docids[FINDINGS];
  static double got[FINDINGS], then[FINDINGS];
  zg_error err = ZG_ERROR_INIT;
  zg_ranked *theirs = NULL;
  size_t n_theirs = 0;
  uint32_t freqs[TERMS_MAX], n = 0;
  const zg_collection *c = zg_snapshot_collection(fx->ctx.snap);
  zg_score_basis basis = {*c, NULL};
  roaring_uint32_iterator_t it;
  unsigned keep = 1 + upto(8);
  for (roaring_init_iterator(match, &it); it.has_value;
       roaring_advance_uint32_iterator(&it))
    if (upto(keep) == 0)
      docids[n++] = it.current_value;
  assert_int_equal(
      zg_score_docs(got, docids, n, &fx->ctx, scores, &basis, &err), ZG_OK);
  assert_true(scores->n <= TERMS_MAX);
  for (size_t i = 0; i < scores->n; i++)
    assert_int_equal(zg_snapshot_freq(fx->ctx.snap, 0, scores->terms[i].term,
                                      &freqs[i], &err),
                     ZG_OK);
  basis.freqs = freqs;
  assert_int_equal(
      zg_score_docs(then, docids, n, &fx->ctx, scores, &basis, &err), ZG_OK);
  oracle_rank(xapian, scores->terms, scores->n, ZG_BM25_SEARCH, match, 0,
              FINDINGS, &theirs, &n_theirs);
  for (size_t i = 0; i < n_theirs; i++) {
    uint32_t *at = bsearch(&theirs[i].docid, docids, n, sizeof *docids, by_id);
    if (!at)
      continue;
    same_score(got[at - docids], theirs[i].score, *at, what);
    same_score(then[at - docids], theirs[i].score, *at, what);
  }
  free(theirs);
}

static void check_query(query_fixture *fx, const char *q, const char *filter,
                        bool widen) {
  zg_error err = ZG_ERROR_INIT;
  zg_arena *arena = zg_arena_new(4096);
  zg_plan plan;
  zg_scores scores;
  zg_set match = ZG_SET_INIT;
  char what[512];
  snprintf(what, sizeof what, "q=%s filter=%s%s", q, filter,
           widen ? " (or)" : "");
  assert_int_equal(zg_plan_make(&plan, &fx->ctx, arena, zg_str_of(q),
                                zg_str_of(filter), widen, &err),
                   ZG_OK);
  assert_int_equal(zg_scores_of(&scores, plan.query, widen, arena, &err),
                   ZG_OK);
  assert_int_equal(zg_plan_match(&match, &plan, &fx->ctx, arena, &err), ZG_OK);
  if (scores.n && !roaring_bitmap_is_empty(match.bitmap)) {
    check_rank(fx, &scores, match.bitmap, what);
    check_docs(fx, &scores, match.bitmap, what);
  }
  zg_set_drop(&match);
  zg_arena_free(arena);
}

/* Terms, factors and match sets that no query has together. */
static void check_terms(query_fixture *fx) {
  zg_scored_term terms[8];
  char text[8][64];
  zg_scores scores = {terms, 1 + upto(8)};
  for (size_t i = 0; i < scores.n; i++) {
    unsigned kind = upto(3);
    snprintf(text[i], sizeof text[i], "%c%s%s", "CBW"[kind], one_char(),
             kind ? one_char() : "");
    terms[i] = (zg_scored_term){zg_str_of(text[i]), upto(3) ? 1.0 : 0.4};
  }
  roaring_bitmap_t *match = upto(2) ? roaring_bitmap_copy(zg_table_all(
                                          zg_snapshot_findings(fx->ctx.snap)))
                                    : roaring_bitmap_create();
  for (unsigned i = 0, n = upto(4000); i < n; i++)
    roaring_bitmap_add(match, 1 + upto(FINDINGS));
  roaring_bitmap_and_inplace(match,
                             zg_table_all(zg_snapshot_findings(fx->ctx.snap)));
  if (!roaring_bitmap_is_empty(match))
    check_rank(fx, &scores, match, "terms");
  roaring_bitmap_free(match);
}

/* One word, from the index, from the cache and over the end of what is kept. */
static void check_single(query_fixture *fx) {
  zg_error err = ZG_ERROR_INIT;
  zg_ranked *ours = NULL, *theirs = NULL;
  size_t n_ours, n_theirs;
  uint64_t total;
  char text[64];
  uint32_t offset = upto(4) ? 0 : upto(1500), limit = 1 + upto(50);
  snprintf(text, sizeof text, "%c%s", upto(2) ? 'C' : 'B', one_char());
  if (text[0] == 'B')
    strcat(text, one_char());
  zg_scored_term term = {zg_str_of(text), upto(3) ? 1.0 : 4.0 / 3};
  assert_int_equal(zg_score_single(&ours, &n_ours, &total, &fx->ctx, &term,
                                   offset, limit, &err),
                   ZG_OK);
  assert_int_equal(total, oracle_freq(xapian, term.term));
  oracle_rank(xapian, &term, 1, ZG_BM25_SEARCH, NULL, offset, limit, &theirs,
              &n_theirs);
  same_order(ours, n_ours, theirs, n_theirs, text);
  free(ours);
  free(theirs);
}

static made all[FINDINGS];

static void ranks_with(size_t cache_bytes, unsigned cases) {
  query_fixture fx;
  char q[256];
  query_fixture_open_with(&fx, cache_bytes);
  fill(&fx, all, FINDINGS);
  delete_some(&fx, FINDINGS);
  xapian = oracle_new(fx.ctx.snap, fx.an);
  for (unsigned i = 0; i < cases; i++) {
    make_query(q);
    check_query(&fx, q, FILTERS[upto(COUNT(FILTERS))], upto(3) == 0);
    check_terms(&fx);
    check_single(&fx);
  }
  oracle_free(xapian);
  query_fixture_close(&fx);
}

static void ranks_as_xapian(void **state_unused) {
  (void)state_unused;
  begin(1);
  ranks_with(0, CASES);
}

/* Lists that are too long for the cache, all of them or the longer ones. */
static void ranks_without_room(void **state_unused) {
  (void)state_unused;
  begin(4);
  ranks_with(1, CASES / 8);
  ranks_with(40000, CASES / 4);
}

/* Characters are in many findings, a run of them is in few: with lists in
 * memory and without, candidates are narrowed down by other steps. */
static void same_matches(void **state_unused) {
  (void)state_unused;
  zg_error err = ZG_ERROR_INIT;
  query_fixture with, without;
  char q[256];
  unsigned found = 0;
  begin(5);
  query_fixture_open(&with);
  query_fixture_open_with(&without, 1);
  fill(&with, all, FINDINGS);
  put_all(&without, all, FINDINGS);
  for (unsigned i = 0; i < CASES; i++) {
    roaring_bitmap_t *a = NULL, *b = NULL;
    q[0] = '\0';
    for (unsigned n = 3 + upto(4); n > 0; n--)
      strcat(q, one_char());
    assert_int_equal(
        zg_match_set(&a, &with.ctx, zg_str_of(q), ZG_STR_NULL, false, &err),
        ZG_OK);
    assert_int_equal(
        zg_match_set(&b, &without.ctx, zg_str_of(q), ZG_STR_NULL, false, &err),
        ZG_OK);
    if (!roaring_bitmap_equals(a, b))
      fail_msg("%s: other matches without a cache", q);
    found += !roaring_bitmap_is_empty(a);
    roaring_bitmap_free(a);
    roaring_bitmap_free(b);
  }
  assert_true(found > CASES / 4);
  query_fixture_close(&with);
  query_fixture_close(&without);
}

/* ---- from one generation to the next ---- */

#define SMALL 600
#define COMMITS 120
#define ASKED 40

static zg_search_result *ask(query_fixture *fx, const zg_search_request *req) {
  zg_error err = ZG_ERROR_INIT;
  zg_search_result *res = NULL;
  if (zg_search(&res, &fx->ctx, req, &err))
    fail_msg("%s: %s", err.code, err.message);
  return res;
}

static void same_results(query_fixture *kept, query_fixture *bare,
                         const zg_search_request *req) {
  zg_search_result *a = ask(kept, req), *b = ask(bare, req);
  zg_ranked x[50], y[50];
  if (a->total != b->total)
    fail_msg("%.*s: %llu found, without a cache %llu", (int)req->q.n, req->q.p,
             (unsigned long long)a->total, (unsigned long long)b->total);
  assert_int_equal(a->n_hits, b->n_hits);
  for (size_t i = 0; i < a->n_hits; i++) {
    x[i] = (zg_ranked){a->hits[i].docid, a->hits[i].score};
    y[i] = (zg_ranked){b->hits[i].docid, b->hits[i].score};
  }
  same_order(x, a->n_hits, y, b->n_hits, req->q.p);
  assert_int_equal(a->n_facets, b->n_facets);
  for (size_t i = 0; i < a->n_facets; i++) {
    assert_int_equal(a->facets[i].n_values, b->facets[i].n_values);
    for (size_t k = 0; k < a->facets[i].n_values; k++)
      assert_int_equal(a->facets[i].values[k].count,
                       b->facets[i].values[k].count);
  }
  zg_search_result_free(a);
  zg_search_result_free(b);
}

/* ---- whole filters ---- */

static const char *const LEAVES[] = {"year = 2019",
                                     "year = 2019 TO 2021",
                                     "year IN [2018, 2022, 2018]",
                                     "year EXISTS",
                                     "year != 2020",
                                     "unit = 甲",
                                     "unit IN [丁, 乙]",
                                     "unit NOT EXISTS",
                                     "money_recovered > 3",
                                     "money_recovered < 5",
                                     "money_recovered EXISTS",
                                     "money_recovered IN [0, 2, 7]",
                                     "NOT money_recovered = 4"};

static void make_filter(char *out, unsigned depth) {
  if (depth == 0 || upto(3) == 0) {
    strcat(out, LEAVES[upto(COUNT(LEAVES))]);
    return;
  }
  const char *join = upto(2) ? " AND " : " OR ";
  strcat(out, upto(4) ? "(" : "NOT (");
  make_filter(out, depth - 1);
  for (unsigned n = 1 + upto(2); n > 0; n--) {
    strcat(out, join);
    make_filter(out, depth - 1);
  }
  strcat(out, ")");
}

/* What is kept of a filter is what it says, of this generation. */
static void check_filter(query_fixture *fx, const char *text) {
  zg_error err = ZG_ERROR_INIT;
  zg_arena *arena = zg_arena_new(4096);
  zg_filter *f = NULL;
  zg_set kept = ZG_SET_INIT, fresh = ZG_SET_INIT;
  assert_int_equal(zg_filter_parse(&f, arena, zg_str_of(text), "filter", &err),
                   ZG_OK);
  assert_int_equal(zg_filter_match(&kept, &fx->ctx, f, arena, &err), ZG_OK);
  assert_int_equal(
      zg_filter_eval(&fresh, zg_snapshot_findings(fx->ctx.snap), f, NULL, &err),
      ZG_OK);
  if (!roaring_bitmap_equals(kept.bitmap, fresh.bitmap))
    fail_msg("%s: %llu kept, %llu evaluated", text,
             (unsigned long long)roaring_bitmap_get_cardinality(kept.bitmap),
             (unsigned long long)roaring_bitmap_get_cardinality(fresh.bitmap));
  zg_set_drop(&kept);
  zg_set_drop(&fresh);
  zg_arena_free(arena);
}

static zg_str key_of_filter(zg_arena *arena, const char *text) {
  zg_filter *f = NULL;
  zg_str key = ZG_STR_NULL;
  assert_int_equal(zg_filter_parse(&f, arena, zg_str_of(text), "filter", NULL),
                   ZG_OK);
  assert_int_equal(zg_filter_key(&key, f, arena, NULL), ZG_OK);
  return key;
}

/* Filters that say the same have one key, others another. */
static void filter_keys(void **state_unused) {
  (void)state_unused;
  static const char *const same[][2] = {
      {"year = 2019 AND unit = 甲", "unit = 甲 AND year = 2019"},
      {"unit IN [甲, 乙]", "unit IN [乙, 甲, 乙]"},
      {"(year = 1 OR year = 2) AND NOT unit = 甲",
       "NOT unit = 甲 AND (year = 2 OR year = 1 OR year = 2)"}};
  static const char *const other[] = {"unit = 甲",
                                      "unit IN [甲, 乙]",
                                      "unit = 甲乙",
                                      "NOT unit = 甲",
                                      "unit EXISTS",
                                      "year EXISTS",
                                      "money_recovered EXISTS",
                                      "year = 2019 TO 2020",
                                      "year = 2019 TO 2021",
                                      "year = 2019 OR unit = 甲",
                                      "year = 2019 AND unit = 甲",
                                      "money_recovered IN [1, 2]",
                                      "money_recovered = 1 TO 2"};
  zg_arena *arena = zg_arena_new(4096);
  for (size_t i = 0; i < COUNT(same); i++)
    assert_true(zg_str_eq(key_of_filter(arena, same[i][0]),
                          key_of_filter(arena, same[i][1])));
  for (size_t i = 0; i < COUNT(other); i++)
    for (size_t k = 0; k < i; k++)
      assert_false(zg_str_eq(key_of_filter(arena, other[i]),
                             key_of_filter(arena, other[k])));
  zg_arena_free(arena);
}

/* A few findings are put, put again or deleted, in both stores alike. */
static void trickle(query_fixture *both, bool *live) {
  for (unsigned n = 1 + upto(3); n > 0; n--) {
    unsigned at = upto(SMALL);
    const char *id = all[at].id;
    bool put = !live[at] || upto(3);
    if (put)
      make_finding(&all[at], at);
    for (int k = 0; k < 2; k++)
      if (put)
        query_fixture_put(&both[k], &all[at].f, 1);
      else
        query_fixture_delete(&both[k], &id, 1);
    live[at] = put;
  }
}

static void make_asked(char q[256], zg_search_request *req) {
  static const char *const more[] = {"21*", "“计，整”", "head:审计", "-改",
                                     "p*"};
  *req = (zg_search_request)ZG_SEARCH_REQUEST_INIT;
  make_query(q);
  if (upto(3) == 0)
    strcat(strcat(q, " "), more[upto(COUNT(more))]);
  req->q = zg_str_of(q);
  req->filter = zg_str_of(FILTERS[upto(COUNT(FILTERS))]);
  req->operator_or = upto(4) == 0;
  req->limit = 1 + upto(50);
  if (upto(3) == 0)
    req->facets[req->n_facets++] = ZG_FIELD_UNIT;
}

static void carries_over(void **state_unused) {
  (void)state_unused;
  static char queries[ASKED][256];
  static zg_search_request asked[ASKED];
  static zg_finding batch[SMALL];
  static bool live[SMALL];
  static char filters[ASKED][2048];
  query_fixture both[2];
  begin(2);
  for (unsigned i = 0; i < SMALL; i++) {
    make_finding(&all[i], i);
    batch[i] = all[i].f;
    live[i] = true;
  }
  query_fixture_open(&both[0]);
  query_fixture_open_with(&both[1], 1); /* nothing fits */
  query_fixture_put(&both[0], batch, SMALL);
  query_fixture_put(&both[1], batch, SMALL);
  for (unsigned i = 0; i < ASKED; i++) {
    make_asked(queries[i], &asked[i]);
    make_filter(filters[i], 3);
  }
  for (unsigned round = 0; round < COMMITS; round++) {
    for (unsigned n = ASKED / 4; n > 0; n--)
      same_results(&both[0], &both[1], &asked[upto(ASKED)]);
    for (unsigned n = ASKED / 4; n > 0; n--)
      check_filter(&both[0], filters[upto(ASKED)]);
    trickle(both, live);
  }
  query_fixture_close(&both[0]);
  query_fixture_close(&both[1]);
}

/* What was read and verified once is only added to. */
static void little_is_read_again(void **state_unused) {
  (void)state_unused;
  static const char *const asked[] = {"整改", "审计整改", "整改 审计", "党"};
  query_fixture fx;
  zg_store_stats before, after;
  begin(3);
  query_fixture_open(&fx);
  fill(&fx, all, SMALL);
  for (unsigned round = 0; round < 3; round++) {
    uint64_t total = 0;
    zg_store_stats_get(fx.store, &before);
    for (unsigned i = 0; i < COUNT(asked); i++) {
      zg_search_request req = {.q = zg_str_of(asked[i]), .limit = 10};
      zg_search_result *res = ask(&fx, &req);
      total += res->total;
      zg_search_result_free(res);
    }
    zg_store_stats_get(fx.store, &after);
    assert_true(total > 0);
    if (round == 0)
      assert_true(after.cache_misses > 0);
    else
      assert_int_equal(after.cache_misses, before.cache_misses);
    assert_true(round == 0 || after.cache_carried > before.cache_carried);
    assert_true(after.cache_bytes > 0 && after.cache_bytes < after.cache_limit);
    zg_finding one = query_fixture_finding("new", "审计整改不到位");
    query_fixture_put(&fx, &one, 1);
    const char *gone = all[round].id;
    query_fixture_delete(&fx, &gone, 1);
  }
  query_fixture_close(&fx);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ranks_as_xapian),
                                     cmocka_unit_test(ranks_without_room),
                                     cmocka_unit_test(filter_keys),
                                     cmocka_unit_test(same_matches),
                                     cmocka_unit_test(carries_over),
                                     cmocka_unit_test(little_is_read_again)};
  return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
