/* index/pinyin.h, index/vocabulary.h, query/lattice.h, query/suggest.h: the
 * vocabulary against a count by hand, edits against their definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <unistd.h>

#include "fixture.h"
#include "index/vocabulary_file.h"
#include "query/lattice.h"
#include "query/suggest.h"
#include "query_fixture.h"

#define N 60
#define LENGTH 24

static zg_pinyin *pinyin;
static query_fixture fx;
static uint32_t texts[N][LENGTH];
static const char alphabet[] = "审计离任工程党费采购制度不健全行长重";

static size_t characters(const char *s, uint32_t *out) {
  size_t n = 0;
  for (zg_str t = zg_str_of(s); t.n; n++) {
    int len = zg_utf8_next(t.p, t.n, &out[n]);
    assert_true(len > 0);
    t = (zg_str){t.p + len, t.n - (size_t)len};
  }
  return n;
}

static int setup(void **state) {
  (void)state;
  static zg_finding f[N];
  static char ids[N][16], heads[N][LENGTH * 3 + 1];
  uint32_t letters[64];
  size_t n = characters(alphabet, letters);
  fx_random r = {20261125};
  query_fixture_open(&fx);
  assert_int_equal(zg_pinyin_new(&pinyin, NULL), ZG_OK);
  for (int i = 0; i < N; i++) {
    char *p = heads[i];
    for (int k = 0; k < LENGTH; k++) {
      texts[i][k] = letters[fx_below(&r, (uint32_t)n)];
      p += zg_utf8_put(p, texts[i][k]);
    }
    snprintf(ids[i], sizeof ids[i], "f%d", i);
    f[i] = query_fixture_finding(ids[i], heads[i]);
  }
  query_fixture_put(&fx, f, N);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  zg_pinyin_free(pinyin);
  query_fixture_close(&fx);
  return 0;
}

static zg_vocabulary *vocabulary(void) {
  zg_error err = ZG_ERROR_INIT;
  zg_vocabulary *v = NULL;
  if (zg_snapshot_vocabulary(fx.ctx.snap, NULL, &v, &err))
    fail_msg("%s", err.message);
  return v;
}

/* ---- pinyin ---- */

static bool is_read(const char *character, const char *syllable) {
  uint32_t cp;
  uint16_t r[ZG_READINGS_MAX];
  zg_utf8_next(character, strlen(character), &cp);
  int s = zg_pinyin_find(pinyin, zg_str_of(syllable));
  for (unsigned n = zg_pinyin_readings(pinyin, cp, r); n > 0; n--)
    if (r[n - 1] == s)
      return true;
  return false;
}

static void readings(void **state) {
  (void)state;
  static const char *const yes[][2] = {
      {"审", "shen"},  {"计", "ji"},    {"任", "ren"},   {"离", "li"},
      {"行", "xing"},  {"行", "hang"},  {"重", "zhong"}, {"重", "chong"},
      {"长", "chang"}, {"长", "zhang"}, {"绿", "lv"},    {"略", "lve"},
      {"女", "nv"},    {"儿", "er"},    {"率", "lv"},    {"率", "shuai"},
      {"省", "sheng"}, {"调", "diao"},  {"巡", "xun"},   {"察", "cha"}};
  for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
    if (!is_read(yes[i][0], yes[i][1]))
      fail_msg("%s is read %s", yes[i][0], yes[i][1]);
  assert_false(is_read("审", "ji"));
  uint16_t r[ZG_READINGS_MAX];
  assert_int_equal(zg_pinyin_readings(pinyin, 'a', r), 0);
  assert_int_equal(zg_pinyin_readings(pinyin, 0x1F600, r), 0);
  assert_in_range(zg_pinyin_count(pinyin), 380, 450);
  for (unsigned i = 0; i < zg_pinyin_count(pinyin); i++) {
    const char *s = zg_pinyin_syllable(pinyin, i);
    assert_int_equal(zg_pinyin_find(pinyin, zg_str_of(s)), (int)i);
  }
  assert_int_equal(zg_pinyin_find(pinyin, ZG_STR("")), -1);
  assert_int_equal(zg_pinyin_find(pinyin, ZG_STR("zhuangx")), -1);
}

/* Every common character (those of GB 2312's first level lie in the basic
 * block) has a reading, or help would be deaf to it. */
static void nearly_all_are_read(void **state) {
  (void)state;
  unsigned known = 0;
  uint16_t r[ZG_READINGS_MAX];
  for (uint32_t cp = 0x4E00; cp <= 0x9FA5; cp++)
    known += zg_pinyin_readings(pinyin, cp, r) > 0;
  assert_true(known > 20000);
}

static void splits(void **state) {
  (void)state;
  static const struct {
    const char *letters, *ways[5];
  } want[] = {{"lirenshenji", {"li'ren'shen'ji"}},
              {"xian", {"xian", "xi'an"}},
              {"fangan", {"fang'an", "fan'gan"}},
              {"lvse", {"lv'se"}},
              {"lrsj", {NULL}},
              {"q", {NULL}},
              {"", {NULL}}};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
    zg_split s[4];
    size_t n = zg_pinyin_split(pinyin, zg_str_of(want[i].letters), s, 4), ways;
    for (ways = 0; want[i].ways[ways]; ways++) {
      char got[64] = "";
      assert_true(ways < n);
      for (unsigned k = 0; k < s[ways].n; k++)
        strcat(strcat(got, k ? "'" : ""),
               zg_pinyin_syllable(pinyin, s[ways].syllables[k]));
      assert_string_equal(got, want[i].ways[ways]);
    }
    assert_int_equal(n, ways);
  }
  /* No input makes it wander for long, and none is cut wrongly. */
  fx_random r = {5};
  for (int i = 0; i < 2000; i++) {
    char letters[48];
    size_t n = fx_below(&r, sizeof letters);
    zg_split s[4];
    for (size_t k = 0; k < n; k++)
      letters[k] = "aeinguhlx"[fx_below(&r, 9)];
    for (size_t m = zg_pinyin_split(pinyin, (zg_str){letters, n}, s, 4); m > 0;
         m--) {
      size_t at = 0;
      for (unsigned k = 0; k < s[m - 1].n; k++) {
        const char *name = zg_pinyin_syllable(pinyin, s[m - 1].syllables[k]);
        assert_memory_equal(letters + at, name, strlen(name));
        at += strlen(name);
      }
      assert_int_equal(at, n);
    }
  }
}

/* ---- the vocabulary ---- */

static uint32_t by_hand(uint32_t a, uint32_t b) {
  uint32_t n = 0;
  for (int i = 0; i < N; i++)
    for (int k = 1; k < LENGTH; k++)
      if (texts[i][k - 1] == a && texts[i][k] == b) {
        n++;
        break;
      }
  return n;
}

static void pairs(void **state) {
  (void)state;
  uint32_t letters[64];
  size_t n = characters(alphabet, letters);
  zg_vocabulary *v = vocabulary();
  for (size_t a = 0; a < n; a++) {
    const zg_follower *f = NULL;
    zg_follower before[64];
    size_t followers = 0, leaders = 0;
    for (size_t b = 0; b < n; b++) {
      uint32_t want = by_hand(letters[a], letters[b]);
      assert_int_equal(zg_vocabulary_pair(v, letters[a], letters[b]), want);
      followers += want > 0;
      leaders += by_hand(letters[b], letters[a]) > 0;
    }
    assert_int_equal(zg_vocabulary_after(v, letters[a], &f), followers);
    assert_int_equal(zg_vocabulary_before(v, letters[a], before, 64), leaders);
  }
  assert_int_equal(zg_vocabulary_pair(v, letters[0], 0x9FA5), 0);
  assert_int_equal(zg_vocabulary_pair(v, 0x9FA5, letters[0]), 0);
  zg_vocabulary_unref(v);
}

/* Texts of random characters, Latin ones and ends between them. */
static zg_str random_text(char out[400], fx_random *r) {
  size_t n = 0;
  for (uint32_t k = 10 + fx_below(r, 80); k > 0; k--)
    n += (size_t)zg_utf8_put(out + n, fx_below(r, 9) ? 0x4E00 + fx_below(r, 150)
                                      : fx_below(r, 2) ? 'x'
                                                       : 0xFF0C);
  return (zg_str){out, n};
}

/* Counted in one go, counted in two, and by a table. */
static void counter(void **state) {
  (void)state;
  enum { CHARS = 150, TEXTS = 3000 };
  static uint32_t want[CHARS][CHARS], last[CHARS][CHARS];
  fx_random r = {77};
  char room[400];
  zg_counts none = {0}, all, first, both;
  zg_counter *c = zg_counter_new(), *half = zg_counter_new();
  for (uint32_t t = 1; t <= TEXTS; t++) {
    zg_str text = random_text(room, &r);
    assert_true(zg_counter_add(c, text));
    assert_true(zg_counter_add(half, text));
    if (t == TEXTS / 3) {
      assert_true(zg_counter_finish(half, &none, &first));
      zg_counter_free(half);
      half = zg_counter_new();
    }
    uint32_t before = 0, cp;
    for (zg_str rest = text; rest.n;) {
      int len = zg_utf8_next(rest.p, rest.n, &cp);
      rest = (zg_str){rest.p + len, rest.n - (size_t)len};
      uint32_t a = before - 0x4E00, b = cp - 0x4E00;
      if (a < CHARS && b < CHARS && last[a][b] != t) {
        want[a][b]++;
        last[a][b] = t;
      }
      before = cp;
    }
  }
  assert_true(zg_counter_finish(c, &none, &all));
  assert_true(zg_counter_finish(half, &first, &both));
  size_t pairs = 0;
  for (size_t a = 0; a < CHARS; a++)
    for (size_t b = 0; b < CHARS; b++)
      pairs += want[a][b] > 0;
  assert_true(pairs > 10000); /* the table had to grow */
  assert_int_equal(all.n, pairs);
  assert_int_equal(both.n, pairs);
  for (size_t i = 0; i < pairs; i++) {
    uint32_t key = all.pairs[i].key;
    assert_true(i == 0 || all.pairs[i - 1].key < key);
    assert_int_equal(
        all.pairs[i].freq,
        want[ZG_PAIR_FIRST(key) - 0x4E00][ZG_PAIR_SECOND(key) - 0x4E00]);
  }
  assert_memory_equal(all.pairs, both.pairs, pairs * sizeof *all.pairs);
  assert_memory_equal(all.chars, both.chars, ZG_HAN_COUNT * sizeof *all.chars);
  zg_counts_free(&all);
  zg_counts_free(&first);
  zg_counts_free(&both);
  zg_counter_free(c);
  zg_counter_free(half);
}

/* What was counted comes back from its file; no other file does. */
static void kept_in_a_file(void **state) {
  (void)state;
  static const char ours[40] = "one", other[40] = "two";
  char *dir = fx_directory(), path[300], room[400];
  zg_counts none = {0}, counts, back;
  roaring_bitmap_t *seen = roaring_bitmap_from_range(5, 90000, 3), *again;
  fx_random r = {78};
  zg_counter *c = zg_counter_new();
  for (int t = 0; t < 40; t++)
    assert_true(zg_counter_add(c, random_text(room, &r)));
  assert_true(zg_counter_finish(c, &none, &counts));
  snprintf(path, sizeof path, "%s/v", dir);
  assert_false(zg_vocabulary_file_read(path, ours, &back, &again));
  assert_true(zg_vocabulary_file_write(path, ours, &counts, seen));
  assert_false(zg_vocabulary_file_read(path, other, &back, &again));
  assert_true(zg_vocabulary_file_read(path, ours, &back, &again));
  assert_int_equal(back.n, counts.n);
  assert_memory_equal(back.pairs, counts.pairs, back.n * sizeof *back.pairs);
  assert_memory_equal(back.chars, counts.chars,
                      ZG_HAN_COUNT * sizeof *back.chars);
  assert_true(roaring_bitmap_equals(again, seen));
  zg_counts_free(&back);
  roaring_bitmap_free(again);
  FILE *f = fopen(path, "r+b");
  fseek(f, 0, SEEK_END);
  long n = ftell(f);
  for (int k = 0; k < 300; k++) {
    long at = k < 80 ? k : (long)(fx_next(&r) % (uint64_t)n);
    fseek(f, at, SEEK_SET);
    int was = fgetc(f);
    fseek(f, at, SEEK_SET);
    fputc(was ^ (int)(1 + fx_below(&r, 255)), f);
    fflush(f);
    assert_false(zg_vocabulary_file_read(path, ours, &back, &again));
    fseek(f, at, SEEK_SET);
    fputc(was, f);
    fflush(f);
  }
  assert_int_equal(ftruncate(fileno(f), n - 1), 0);
  fclose(f);
  assert_false(zg_vocabulary_file_read(path, ours, &back, &again));
  snprintf(path, sizeof path, "%s/no/folder", dir);
  assert_false(zg_vocabulary_file_write(path, ours, &counts, seen));
  zg_counts_free(&counts);
  zg_counter_free(c);
  roaring_bitmap_free(seen);
  fx_remove_tree(dir);
}

static void read_lists(void **state) {
  (void)state;
  uint32_t letters[64];
  size_t n = characters(alphabet, letters);
  zg_vocabulary *v = vocabulary();
  uint16_t r[ZG_READINGS_MAX];
  for (unsigned s = 0; s < zg_pinyin_count(pinyin); s++) {
    const uint32_t *cps;
    size_t want = 0, got = zg_vocabulary_read(v, s, &cps);
    for (size_t i = 0; i < n; i++)
      for (unsigned k = zg_pinyin_readings(pinyin, letters[i], r); k > 0; k--)
        want += r[k - 1] == s;
    assert_int_equal(got, want);
  }
  const uint32_t *cps;
  uint32_t gong;
  characters("工", &gong);
  size_t m = zg_vocabulary_initial(v, 'g', &cps);
  bool found = false;
  for (size_t i = 0; i < m; i++)
    found = found || cps[i] == gong;
  assert_true(found);
  assert_int_equal(zg_vocabulary_initial(v, '\'', &cps), 0);
  zg_vocabulary_unref(v);
}

static zg_vocabulary *wait_for(query_fixture *f, const zg_vocabulary * not ) {
  for (;;) { /* ends, or the thread does not work */
    zg_error err = ZG_ERROR_INIT;
    zg_vocabulary *v = NULL;
    if (zg_snapshot_vocabulary(f->ctx.snap, NULL, &v, &err))
      fail_msg("%s", err.message);
    if (v && v != not )
      return v;
    zg_vocabulary_unref(v);
    usleep(1000);
  }
}

static void put_many(query_fixture *f, const char *head, unsigned from,
                     unsigned n) {
  zg_finding *many = calloc(n, sizeof *many);
  char(*ids)[16] = calloc(n, sizeof *ids);
  for (unsigned i = 0; i < n; i++) {
    snprintf(ids[i], sizeof ids[i], "m%u", from + i);
    many[i] = query_fixture_finding(ids[i], head);
  }
  query_fixture_put(f, many, n);
  free(many);
  free(ids);
}

/* Of many findings it is made beside the askers, who get the last one. */
static void made_beside(void **state) {
  (void)state;
  query_fixture f;
  zg_error err = ZG_ERROR_INIT;
  zg_vocabulary *v = NULL, *same, *next;
  uint32_t road[2], bridge[2];
  characters("公路", road);
  characters("桥梁", bridge);
  query_fixture_open(&f);
  put_many(&f, "公路", 0, ZG_VOCABULARY_SMALL + 32);
  zg_snapshot_vocabulary_prepare(f.ctx.snap);
  v = wait_for(&f, NULL);
  assert_int_equal(zg_vocabulary_pair(v, road[0], road[1]),
                   ZG_VOCABULARY_SMALL + 32);
  put_many(&f, "桥梁", 90000, 20);
  assert_int_equal(zg_snapshot_vocabulary(f.ctx.snap, NULL, &same, &err),
                   ZG_OK);
  assert_ptr_equal(same, v);
  assert_int_equal(zg_vocabulary_pair(v, bridge[0], bridge[1]), 0);
  put_many(&f, "桥梁", 91000, ZG_VOCABULARY_SMALL / 16);
  next = wait_for(&f, v);
  assert_int_equal(zg_vocabulary_pair(next, bridge[0], bridge[1]),
                   20 + ZG_VOCABULARY_SMALL / 16);
  assert_int_equal(zg_vocabulary_pair(next, road[0], road[1]),
                   ZG_VOCABULARY_SMALL + 32);
  put_many(&f, "桥梁", 92000, ZG_VOCABULARY_SMALL / 16);
  zg_snapshot_vocabulary_prepare(f.ctx.snap); /* closing ends it */
  zg_vocabulary_unref(v);
  zg_vocabulary_unref(same);
  zg_vocabulary_unref(next);
  query_fixture_close(&f);
}

static void kept_and_renewed(void **state) {
  (void)state;
  zg_vocabulary *a = vocabulary(), *b = vocabulary();
  assert_ptr_equal(a, b);
  zg_finding one = query_fixture_finding("more", "高速公路");
  query_fixture_put(&fx, &one, 1);
  zg_vocabulary *c = vocabulary();
  assert_ptr_not_equal(a, c);
  uint32_t road[4];
  characters("高速公路", road);
  assert_int_equal(zg_lattice_weakest(a, road, 4), 0);
  assert_int_equal(zg_lattice_weakest(c, road, 4), 1);
  _Atomic int stop = 1;
  zg_error err = ZG_ERROR_INIT;
  zg_vocabulary *none = NULL;
  const char *id = "more";
  query_fixture_delete(&fx, &id, 1);
  assert_int_equal(zg_snapshot_vocabulary(fx.ctx.snap, &stop, &none, &err),
                   ZG_BUSY);
  assert_string_equal(err.code, "cancelled");
  assert_null(none);
  zg_vocabulary_unref(a);
  zg_vocabulary_unref(b);
  zg_vocabulary_unref(c);
}

/* ---- chains and edits ---- */

/* Every chain of the lattice, by trying all. */
static void lattice(void **state) {
  (void)state;
  uint32_t letters[64];
  size_t n = characters(alphabet, letters);
  zg_vocabulary *v = vocabulary();
  zg_lattice *l = zg_lattice_new(v);
  zg_choice *places = malloc(3 * sizeof *places);
  fx_random r = {11};
  assert_non_null(l);
  for (int round = 0; round < 200; round++) {
    uint32_t chosen[3][3];
    size_t want = 0, got;
    const zg_chain *chains = NULL;
    for (int p = 0; p < 3; p++) {
      zg_choice_clear(&places[p]);
      for (int i = 0; i < 3; i++)
        chosen[p][i] =
            letters[(fx_below(&r, (uint32_t)n / 3)) * 3 + (uint32_t)i];
      zg_choice_add_all(&places[p], chosen[p], 3);
    }
    for (int i = 0; i < 27; i++) {
      uint32_t w[3] = {chosen[0][i / 9], chosen[1][i / 3 % 3],
                       chosen[2][i % 3]};
      want += by_hand(w[0], w[1]) && by_hand(w[1], w[2]);
    }
    assert_int_equal(zg_lattice_walk(l, places, 3, NULL, &chains, &got, NULL),
                     ZG_OK);
    assert_int_equal(got, want);
    for (size_t i = 0; i < got; i++) {
      assert_int_equal(chains[i].weakest,
                       zg_lattice_weakest(v, chains[i].cps, 3));
      assert_true(i == 0 || chains[i].weakest <= chains[i - 1].weakest);
    }
  }
  free(places);
  zg_lattice_free(l);
  zg_vocabulary_unref(v);
}

/* Steps between two runs; a swap is one. */
static unsigned distance(const uint32_t *a, unsigned n, const uint32_t *b,
                         unsigned m) {
  unsigned d[ZG_CHAIN_MAX + 2][ZG_CHAIN_MAX + 2];
  for (unsigned i = 0; i <= n; i++)
    for (unsigned k = 0; k <= m; k++) {
      unsigned best =
          i ? (k ? d[i - 1][k - 1] + (a[i - 1] != b[k - 1]) : i) : k;
      if (i && d[i - 1][k] + 1 < best)
        best = d[i - 1][k] + 1;
      if (k && d[i][k - 1] + 1 < best)
        best = d[i][k - 1] + 1;
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
          d[i - 2][k - 2] + 1 < best)
        best = d[i - 2][k - 2] + 1;
      d[i][k] = best;
    }
  return d[n][m];
}

static void edits(void **state) {
  (void)state;
  uint32_t letters[64], run[5];
  unsigned n = (unsigned)characters(alphabet, letters);
  zg_vocabulary *v = vocabulary();
  fx_random r = {3};
  for (int round = 0; round < 300; round++) {
    zg_chain out[512];
    unsigned len = 3 + fx_below(&r, 2);
    for (unsigned i = 0; i < len; i++)
      run[i] = letters[fx_below(&r, n)];
    size_t got = zg_lattice_edits(v, run, len, out, 512);
    assert_true(got < 512);
    for (size_t i = 0; i < got; i++) {
      assert_int_equal(distance(run, len, out[i].cps, out[i].n), 1);
      assert_true(out[i].weakest > 0);
      assert_int_equal(out[i].weakest,
                       zg_lattice_weakest(v, out[i].cps, out[i].n));
      for (size_t k = 0; k < i; k++)
        assert_false(out[k].n == out[i].n &&
                     memcmp(out[k].cps, out[i].cps, out[i].n * sizeof *run) ==
                         0);
    }
    /* None is missed: another character at any place. */
    for (unsigned at = 0; at < len; at++)
      for (unsigned x = 0; x < n; x++) {
        uint32_t w[5];
        bool there = false;
        memcpy(w, run, len * sizeof *w);
        w[at] = letters[x];
        if (w[at] == run[at] || !zg_lattice_weakest(v, w, len))
          continue;
        for (size_t i = 0; i < got; i++)
          there = there || (out[i].n == len &&
                            memcmp(out[i].cps, w, len * sizeof *w) == 0);
        assert_true(there);
      }
    /* A small room keeps the best. */
    zg_chain best[4];
    size_t few = zg_lattice_edits(v, run, len, best, 4);
    assert_int_equal(few, got < 4 ? got : 4);
    for (size_t i = 0; i < few; i++)
      assert_int_equal(best[i].weakest, out[i].weakest);
  }
  assert_int_equal(zg_lattice_edits(v, run, 2, NULL, 0), 0);
  zg_vocabulary_unref(v);
}

static void shape_table(void **state) {
  (void)state;
  size_t n;
  const char *const *groups = zg_suggest_shapes(&n);
  for (size_t i = 0; i < n; i++) {
    uint32_t cps[16];
    size_t m = characters(groups[i], cps);
    if (m < 2 || m > 8)
      fail_msg("%s", groups[i]);
    for (size_t a = 0; a < m; a++) {
      assert_in_range(cps[a], ZG_PLACE_FIRST,
                      ZG_PLACE_FIRST + ZG_PLACE_CHARS - 1);
      for (size_t b = 0; b < a; b++)
        if (cps[a] == cps[b])
          fail_msg("%s", groups[i]);
    }
  }
}

/* ---- all of it ---- */

static void cancelled(void **state) {
  (void)state;
  _Atomic int stop = 1;
  zg_error err = ZG_ERROR_INIT;
  zg_search_result r = {0};
  zg_arena *a = zg_arena_new(1024);
  zg_search_request req = ZG_SEARCH_REQUEST_INIT;
  zg_context ctx = fx.ctx;
  ctx.cancel = &stop;
  req.q = ZG_STR("shenji");
  zg_vocabulary_unref(vocabulary()); /* made: the walk is what stops */
  assert_int_equal(zg_suggest(&r, &ctx, &req, a, &err), ZG_BUSY);
  assert_string_equal(err.code, "cancelled");
  zg_arena_free(a);
}

static void counted(void **state) {
  (void)state;
  static const char *const asked[] = {"shenji",   "sj",           "神级",
                                      "审记离任", "caigou zhidu", "行长行长"};
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
    zg_error err = ZG_ERROR_INIT;
    zg_search_request req = ZG_SEARCH_REQUEST_INIT;
    zg_search_result *r = NULL;
    req.q = zg_str_of(asked[i]);
    req.suggest = ZG_SUGGEST_ALWAYS;
    if (zg_search(&r, &fx.ctx, &req, &err))
      fail_msg("%s", err.message);
    assert_true(r->suggested);
    assert_true(r->n_suggestions <= ZG_SUGGESTIONS_MAX);
    for (size_t k = 0; k < r->n_suggestions; k++) {
      roaring_bitmap_t *set = NULL;
      assert_int_equal(zg_match_set(&set, &fx.ctx, r->suggestions[k].q,
                                    ZG_STR_NULL, false, NULL),
                       ZG_OK);
      assert_int_equal(roaring_bitmap_get_cardinality(set),
                       r->suggestions[k].total);
      assert_true(r->suggestions[k].total > r->total);
      roaring_bitmap_free(set);
    }
    if (i == 0)
      assert_true(zg_str_is(r->suggestions[0].q, "审计"));
    zg_search_result_free(r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(readings),
                                     cmocka_unit_test(nearly_all_are_read),
                                     cmocka_unit_test(splits),
                                     cmocka_unit_test(pairs),
                                     cmocka_unit_test(read_lists),
                                     cmocka_unit_test(counter),
                                     cmocka_unit_test(kept_in_a_file),
                                     cmocka_unit_test(made_beside),
                                     cmocka_unit_test(kept_and_renewed),
                                     cmocka_unit_test(lattice),
                                     cmocka_unit_test(edits),
                                     cmocka_unit_test(shape_table),
                                     cmocka_unit_test(cancelled),
                                     cmocka_unit_test(counted)};
  return cmocka_run_group_tests_name("suggest", tests, setup, teardown);
}
