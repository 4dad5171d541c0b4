/* query/tally.h: every way gives what a plain recount gives, over tables of
 * several chunks that were changed and pruned, generation by generation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/tally.h"

#define DOCS 12000
#define SPREAD 14 /* docids reach into the third chunk */
#define DIMS 3
#define GROUPS_MAX 60000
#define ROUNDS 4
#define JOBS 60 /* a round */

static const zg_field FIELDS[] = {ZG_FIELD_UNIT,   ZG_FIELD_CATEGORY,
                                  ZG_FIELD_STATUS, ZG_FIELD_YEAR,
                                  ZG_FIELD_KIND,   ZG_FIELD_UNIT_LEVEL};
static const unsigned VALUES[] = {800, 28, 9, 14, 3, 12};
#define N_FIELDS 6

static struct doc {
  bool live;
  unsigned value[N_FIELDS][2]; /* 0: none */
  int64_t money, people;
} docs[DOCS];

static zg_arena *arena;
static zg_table_dicts *dicts;
static zg_table *table;
static unsigned ways_taken[ZG_WAYS];

static uint64_t chance_state = 11;
static unsigned upto(unsigned n) {
  chance_state = chance_state * 6364136223846793005ull + 1442695040888963407ull;
  return (unsigned)(chance_state >> 33) % n;
}

static uint32_t docid_of(unsigned i) { return 5 + i * SPREAD; }

/* ---- tables ---- */

static void fill(struct doc *d) {
  *d = (struct doc){.live = true};
  for (unsigned f = 0; f < N_FIELDS; f++)
    d->value[f][0] = upto(9) ? 1 + upto(1 + upto(VALUES[f])) : 0;
  /* Also: the same value twice, and a second value alone. */
  d->value[1][1] = upto(3) ? 0 : 1 + upto(28);
  d->money = upto(3) ? 0 : (int64_t)upto(1u << 30) * 1000 - 1000000;
  d->people = (int64_t)upto(5);
}

static void put(zg_table_builder *b, unsigned i) {
  const struct doc *d = &docs[i];
  char s[16];
  assert_int_equal(zg_table_builder_add(b, docid_of(i), NULL), ZG_OK);
  for (unsigned f = 0; f < N_FIELDS; f++)
    for (unsigned p = 0; p < 2; p++)
      if (d->value[f][p]) {
        snprintf(s, sizeof s, "%u", d->value[f][p]);
        assert_int_equal(zg_table_builder_value(b, docid_of(i), FIELDS[f], p,
                                                zg_str_of(s), NULL),
                         ZG_OK);
      }
  assert_int_equal(zg_table_builder_measure(b, docid_of(i),
                                            ZG_MEASURE_MONEY_RECOVERED,
                                            d->money, NULL),
                   ZG_OK);
  assert_int_equal(zg_table_builder_measure(b, docid_of(i),
                                            ZG_MEASURE_PEOPLE_HANDLED,
                                            d->people, NULL),
                   ZG_OK);
}

/* The first round fills two chunks of three; later ones replace and remove. */
static void next_generation(unsigned round) {
  zg_table_builder *b = NULL;
  zg_table *next = NULL;
  assert_int_equal(zg_table_builder_new(&b, dicts, table, NULL), ZG_OK);
  for (unsigned i = 0; i < DOCS; i++) {
    bool take = round == 0 ? i < DOCS * 2 / 3 : upto(20) == 0;
    if (docs[i].live && take)
      assert_int_equal(zg_table_builder_remove(b, docid_of(i), NULL), ZG_OK);
    docs[i].live = docs[i].live && !take;
    if (take && upto(4)) {
      fill(&docs[i]);
      put(b, i);
    }
  }
  assert_int_equal(zg_table_builder_finish(&next, b, NULL), ZG_OK);
  zg_table_unref(table);
  table = next;
}

/* ---- the recount ---- */

typedef struct group {
  unsigned key[DIMS];
  unsigned count;
  zg_wide sums[3];
} group;
static group groups[GROUPS_MAX];
static size_t n_groups;
static uint32_t places[1u << 17];

static group *group_at(const unsigned *key) {
  uint32_t h = key[0] * 7919u + key[1] * 104729u + key[2] * 1299709u;
  for (;; h++) {
    uint32_t *at = &places[h & ((1u << 17) - 1)];
    if (*at && memcmp(groups[*at - 1].key, key, sizeof groups->key) != 0)
      continue;
    if (!*at) {
      assert_true(n_groups < GROUPS_MAX);
      memset(&groups[n_groups], 0, sizeof *groups);
      memcpy(groups[n_groups].key, key, sizeof groups->key);
      *at = (uint32_t)++n_groups;
    }
    return &groups[*at - 1];
  }
}

static unsigned index_of(zg_field f) {
  unsigned i = 0;
  while (FIELDS[i] != f)
    i++;
  return i;
}

static zg_wide value_of(const struct doc *d, const zg_tally_job *job,
                        size_t m) {
  return job->sums[m].measure == ZG_MEASURE_MONEY_RECOVERED ? d->money
                                                            : d->people;
}

static void add_to(const struct doc *d, const zg_tally_job *job,
                   const unsigned *key) {
  group *g = group_at(key);
  for (size_t m = 0; m < job->n_sums; m++) {
    zg_wide v = value_of(d, job, m), *sum = &g->sums[m];
    if (job->sums[m].op == ZG_TALLY_SUM)
      *sum += v;
    else if (g->count == 0 ||
             (job->sums[m].op == ZG_TALLY_MIN ? v < *sum : v > *sum))
      *sum = v;
  }
  g->count++;
}

static void recount(const zg_tally_job *job) {
  memset(places, 0, sizeof places);
  n_groups = 0;
  for (unsigned i = 0; i < DOCS; i++) {
    if (!docs[i].live || !roaring_bitmap_contains(job->match, docid_of(i)) ||
        (job->also && !roaring_bitmap_contains(job->also, docid_of(i))))
      continue;
    for (unsigned combo = 0; combo < 1u << job->n_fields; combo++) {
      unsigned key[DIMS] = {0};
      bool there = true;
      for (size_t d = 0; d < job->n_fields; d++) {
        const unsigned *v = docs[i].value[index_of(job->fields[d])];
        bool second = combo >> d & 1;
        key[d] = second ? v[1] : v[0] ? v[0] : v[1];
        there = there && (!second || (v[0] && v[1] && v[0] != v[1]));
      }
      if (there)
        add_to(&docs[i], job, key);
    }
  }
  if (job->n_fields == 0)
    group_at((unsigned[DIMS]){0});
}

/* ---- comparing ---- */

static void check(const zg_tally_job *job, const char *filter) {
  zg_tally t;
  zg_explain explain = {.arena = arena};
  zg_tally_job told = *job;
  told.explain = &explain;
  told.name = "test";
  assert_int_equal(zg_tally_make(&t, &told, NULL), ZG_OK);
  ways_taken[explain.first->way]++;
  if (t.n != n_groups)
    fail_msg("%s, where %s: %zu groups, not %zu", zg_way_name(job->way), filter,
             t.n, n_groups);
  for (size_t i = 0; i < t.n; i++) {
    uint32_t ordinals[ZG_TALLY_DIMS] = {0};
    unsigned key[DIMS] = {0};
    zg_tally_key(&t, t.ids[i], ordinals);
    for (size_t d = 0; d < job->n_fields; d++)
      if (ordinals[d])
        key[d] = (unsigned)atoi(
            zg_table_value(table, job->fields[d], ordinals[d]).p);
    assert_int_equal(zg_tally_find(&t, ordinals), t.ids[i]);
    const group *g = group_at(key);
    assert_true(n_groups == t.n); /* it was there */
    if (t.counts[t.ids[i]] != g->count)
      fail_msg("%s, where %s: %u, not %u", zg_way_name(job->way), filter,
               t.counts[t.ids[i]], g->count);
    for (size_t m = 0; m < job->n_sums && g->count; m++)
      assert_true(zg_tally_value(&t, t.ids[i], m) == g->sums[m]);
  }
  zg_tally_free(&t);
}

static void check_ways(zg_tally_job *job, const char *filter) {
  recount(job);
  for (int way = ZG_WAY_AUTO; way < ZG_WAYS; way++) {
    job->way = (zg_way)way;
    check(job, filter);
  }
}

static void choose(zg_tally_job *job) {
  *job = (zg_tally_job){.table = table};
  unsigned n = upto(DIMS + 1);
  while (job->n_fields < n) {
    zg_field f = FIELDS[upto(N_FIELDS)];
    /* Now and then a field stands there twice, as under distinct. */
    bool twice = false;
    for (size_t d = 0; d < job->n_fields; d++)
      twice = twice || job->fields[d] == f;
    if (!twice || upto(8) == 0)
      job->fields[job->n_fields++] = f;
  }
  bool only_sums = upto(2);
  for (job->n_sums = upto(4); n < 99; n = 99)
    for (size_t m = 0; m < job->n_sums; m++) {
      job->sums[m].op = only_sums ? ZG_TALLY_SUM : upto(3);
      job->sums[m].measure =
          upto(2) ? ZG_MEASURE_MONEY_RECOVERED : ZG_MEASURE_PEOPLE_HANDLED;
    }
}

static const char *const FILTERS[] = {
    "",
    "status = 1",
    "category = 2",
    "category IN [1, 2, 3]",
    "category = 2 AND category = 3",
    "year 3 TO 8 AND status IN [1, 4]",
    "year >= 2 AND year <= 5",
    "unit_level = 2 AND year EXISTS",
    "unit = 1",
    "status = 1 OR year = 2",
    "NOT status = 1",
    "status = 1 AND people_handled > 2",
    "status = 77",
    "kind EXISTS AND category = 1 AND status = 2 AND year = 1",
};

static const zg_filter *parse(const char *text) {
  zg_filter *f = NULL;
  assert_int_equal(zg_filter_parse(&f, arena, zg_str_of(text), "filter", NULL),
                   ZG_OK);
  return f;
}

static const char *any_filter(void) {
  return FILTERS[upto(sizeof FILTERS / sizeof *FILTERS)];
}

/* By a filter, and by a second one on top of it, as rates are counted. */
static void by_filter(void) {
  zg_tally_job job;
  zg_set where = ZG_SET_INIT, also = ZG_SET_INIT;
  const char *text = any_filter();
  choose(&job);
  job.whole = true;
  job.where = parse(text);
  assert_int_equal(zg_filter_eval(&where, table, job.where, NULL, NULL), ZG_OK);
  job.match = where.bitmap;
  check_ways(&job, text);
  text = any_filter();
  job.also_where = parse(text);
  assert_int_equal(zg_filter_eval(&also, table, job.also_where, NULL, NULL),
                   ZG_OK);
  job.also = also.bitmap;
  check_ways(&job, text);
  zg_set_drop(&where);
  zg_set_drop(&also);
}

/* A set that nobody can describe, from all findings to a few. */
static void by_chance(void) {
  zg_tally_job job;
  roaring_bitmap_t *some = roaring_bitmap_create();
  unsigned share = 1u << upto(14), from = upto(2) ? 0 : upto(DOCS);
  for (unsigned i = from; i < DOCS; i++)
    if (docs[i].live && upto(share) == 0)
      roaring_bitmap_add(some, docid_of(i));
  if (upto(2))
    roaring_bitmap_run_optimize(some);
  choose(&job);
  job.match = some;
  check_ways(&job, "chance");
  roaring_bitmap_free(some);
}

static void ways_agree(void **state) {
  (void)state;
  assert_int_equal(zg_table_dicts_new(&dicts, NULL), ZG_OK);
  arena = zg_arena_new(65536);
  for (unsigned round = 0; round < ROUNDS; round++) {
    next_generation(round);
    for (unsigned i = 0; i < JOBS; i++) {
      zg_arena_reset(arena);
      if (i % 2)
        by_filter();
      else
        by_chance();
    }
  }
  for (int way = ZG_WAY_CACHED; way < ZG_WAYS; way++)
    assert_true(ways_taken[way] > 20);
  zg_table_unref(table);
  table = NULL;
  zg_table_dicts_free(dicts);
  zg_arena_free(arena);
}

/* Sums beyond 64 bits stay exact; the cubes give up theirs. */
static void sums_beyond_64_bits(void **state) {
  (void)state;
  zg_table_builder *b = NULL;
  zg_table *t = NULL;
  assert_int_equal(zg_table_dicts_new(&dicts, NULL), ZG_OK);
  assert_int_equal(zg_table_builder_new(&b, dicts, NULL, NULL), ZG_OK);
  for (uint32_t i = 1; i <= 3000; i++) {
    assert_int_equal(zg_table_builder_add(b, i, NULL), ZG_OK);
    assert_int_equal(zg_table_builder_value(b, i, ZG_FIELD_STATUS, 0,
                                            i % 3 ? ZG_STR("a") : ZG_STR("b"),
                                            NULL),
                     ZG_OK);
    assert_int_equal(zg_table_builder_measure(b, i, ZG_MEASURE_MONEY_RECOVERED,
                                              i % 3 ? INT64_MAX - 7 : INT64_MIN,
                                              NULL),
                     ZG_OK);
    /* Fits a block, but not two of them. */
    assert_int_equal(zg_table_builder_measure(b, i, ZG_MEASURE_RULES_MADE,
                                              (int64_t)1 << 51, NULL),
                     ZG_OK);
  }
  assert_int_equal(zg_table_builder_finish(&t, b, NULL), ZG_OK);
  for (int way = ZG_WAY_AUTO; way < ZG_WAYS; way++) {
    zg_tally tally;
    zg_tally_job job = {.table = t,
                        .match = zg_table_all(t),
                        .whole = true,
                        .fields = {ZG_FIELD_STATUS},
                        .n_fields = 1,
                        .sums = {{ZG_TALLY_SUM, ZG_MEASURE_MONEY_RECOVERED},
                                 {ZG_TALLY_SUM, ZG_MEASURE_RULES_MADE}},
                        .n_sums = 2,
                        .way = (zg_way)way};
    assert_int_equal(zg_tally_make(&tally, &job, NULL), ZG_OK);
    uint32_t a = zg_table_ordinal(t, ZG_FIELD_STATUS, ZG_STR("a"));
    uint32_t z = zg_table_ordinal(t, ZG_FIELD_STATUS, ZG_STR("b"));
    assert_true(zg_tally_value(&tally, zg_tally_find(&tally, &a), 0) ==
                (zg_wide)2000 * (INT64_MAX - 7));
    assert_true(zg_tally_value(&tally, zg_tally_find(&tally, &z), 0) ==
                (zg_wide)1000 * INT64_MIN);
    assert_true(zg_tally_value(&tally, zg_tally_find(&tally, &a), 1) ==
                (zg_wide)2000 << 51);
    zg_tally_free(&tally);
  }
  zg_table_unref(t);
  zg_table_dicts_free(dicts);
}

/* A field with more values than a cube or a narrow column has room for. */
static void many_values(void **state) {
  (void)state;
  enum { UNITS = 70000 };
  zg_table_builder *b = NULL;
  zg_table *t = NULL;
  char s[16];
  assert_int_equal(zg_table_dicts_new(&dicts, NULL), ZG_OK);
  assert_int_equal(zg_table_builder_new(&b, dicts, NULL, NULL), ZG_OK);
  for (uint32_t i = 0; i < UNITS; i++) {
    snprintf(s, sizeof s, "u%u", i);
    assert_int_equal(zg_table_builder_add(b, i + 1, NULL), ZG_OK);
    assert_int_equal(
        zg_table_builder_value(b, i + 1, ZG_FIELD_UNIT, 0, zg_str_of(s), NULL),
        ZG_OK);
    snprintf(s, sizeof s, "s%u", i % 9);
    assert_int_equal(zg_table_builder_value(b, i + 1, ZG_FIELD_STATUS, 0,
                                            zg_str_of(s), NULL),
                     ZG_OK);
  }
  assert_int_equal(zg_table_builder_finish(&t, b, NULL), ZG_OK);
  assert_null(zg_table_cube(t, ZG_CUBE_UNIT_STATUS)); /* dropped */
  assert_non_null(zg_table_cube(t, ZG_CUBE_REGION_STATUS));
  assert_int_equal(zg_table_column(t, ZG_FIELD_UNIT, 0, 0).width, 2);
  assert_int_equal(zg_table_column(t, ZG_FIELD_UNIT, 0, 1).width, 4);
  assert_int_equal(zg_table_column(t, ZG_FIELD_STATUS, 0, 0).width, 1);
  for (int way = ZG_WAY_AUTO; way < ZG_WAYS; way++)
    for (size_t n = 1; n <= 2; n++) {
      zg_tally tally;
      zg_tally_job job = {.table = t,
                          .match = zg_table_all(t),
                          .whole = true,
                          .fields = {ZG_FIELD_UNIT, ZG_FIELD_STATUS},
                          .n_fields = n,
                          .way = (zg_way)way};
      assert_int_equal(zg_tally_make(&tally, &job, NULL), ZG_OK);
      assert_int_equal(tally.n, UNITS);
      for (size_t i = 0; i < tally.n; i++)
        assert_int_equal(tally.counts[tally.ids[i]], 1);
      zg_tally_free(&tally);
    }
  zg_table_unref(t);
  zg_table_dicts_free(dicts);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ways_agree),
                                     cmocka_unit_test(sums_beyond_64_bits),
                                     cmocka_unit_test(many_values)};
  return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
