/* store.h: put, replace, delete, what fails alone, what survives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/prepare.h"
#include "tests/unit/store_fixture.h"

static int begin(void **state) {
  fx_store *f = fx_store_new();
  if (fx_store_open(f, false) != ZG_OK)
    return -1;
  *state = f;
  return 0;
}

static int end(void **state) {
  unsetenv("ZG_FAIL_ITEM");
  unsetenv("ZG_FAIL_AT");
  fx_store_free(*state);
  return 0;
}

/* Decodes a finding by id; NULL when it is not there. */
static zg_finding *read_finding(fx_store *f, zg_arena *arena, const char *id,
                                char **block) {
  zg_snapshot *snap = zg_store_pin(f->s);
  uint32_t docid;
  zg_finding *out = NULL;
  *block = NULL;
  zg_status st =
      zg_snapshot_finding_docid(snap, 1, zg_str_of(id), &docid, &f->err);
  if (!st)
    st = zg_snapshot_finding(snap, 1, docid, arena, &out, block, &f->err);
  assert_true(st == ZG_OK || st == ZG_NOT_FOUND);
  zg_snapshot_release(snap);
  return out;
}

static zg_finding ready(const char *id, const char *head) {
  zg_finding f = {.id = zg_str_of(id), .year = 2024};
  f.head = zg_str_of(head);
  f.section_span = f.problem_span = f.head_span = f.status_span = ZG_SPAN_NONE;
  return f;
}

static void add_ready(fx_store *f, zg_batch *b, const char *id,
                      const char *head) {
  zg_finding r = ready(id, head);
  if (zg_batch_put_finding(b, f->a, &r, &f->err) != ZG_OK)
    fail_msg("%s", f->err.message);
}

static uint32_t matches(fx_store *f, const char *term) {
  zg_snapshot *snap = zg_store_pin(f->s);
  zg_match *m;
  assert_int_equal(zg_snapshot_posting(snap, 0, zg_str_of(term), &m, &f->err),
                   ZG_OK);
  uint32_t n = (uint32_t)roaring_bitmap_get_cardinality(m->bitmap);
  zg_match_unref(m);
  zg_snapshot_release(snap);
  return n;
}

/* ---- tests ---- */

static void empty_store(void **state) {
  fx_store *f = *state;
  assert_int_equal(fx_count(f, false), 0);
  assert_int_equal(fx_count(f, true), 0);
  fx_check(f);
  zg_batch *b = fx_batch(f);
  fx_apply(f, b); /* no item: handed back all the same */
  zg_batch_free(b);
}

static void put_and_read(void **state) {
  fx_store *f = *state;
  fx_random r = {11};
  fx_put(f, &r, "甲", 7);
  fx_put(f, &r, "乙", 0);
  assert_int_equal(fx_count(f, false), 7);
  assert_int_equal(fx_count(f, true), 2);
  zg_arena *arena = zg_arena_new(0);
  char *block;
  zg_finding *g = read_finding(f, arena, "甲#3", &block);
  assert_non_null(g);
  assert_int_equal(g->n, 3);
  free(block);

  zg_snapshot *snap = zg_store_pin(f->s);
  uint32_t docid;
  zg_bulletin *b;
  assert_int_equal(
      zg_snapshot_bulletin_docid(snap, 0, ZG_STR("甲"), &docid, &f->err),
      ZG_OK);
  assert_int_equal(
      zg_snapshot_bulletin(snap, 0, docid, arena, &b, &block, &f->err), ZG_OK);
  assert_int_equal(b->parsed.findings, 7);
  free(block);
  /* a bulletin is no finding */
  assert_int_equal(
      zg_snapshot_finding(snap, 0, docid, arena, &g, &block, &f->err),
      ZG_NOT_FOUND);
  assert_null(block);
  assert_int_equal(
      zg_snapshot_bulletin_docid(snap, 0, ZG_STR("丙"), &docid, &f->err),
      ZG_NOT_FOUND);
  const zg_table *t = zg_snapshot_findings(snap);
  uint32_t o = zg_table_ordinal(t, ZG_FIELD_BULLETIN, ZG_STR("甲"));
  assert_int_equal(zg_table_cardinality(t, ZG_FIELD_BULLETIN, o), 7);
  zg_snapshot_release(snap);
  fx_check(f);
  zg_arena_free(arena);
}

static void replace_and_delete(void **state) {
  fx_store *f = *state;
  fx_random r = {12};
  fx_put(f, &r, "甲", 9);
  fx_put(f, &r, "乙", 4);
  zg_snapshot *before = zg_store_pin(f->s);
  fx_put(f, &r, "甲", 3);
  assert_int_equal(fx_count(f, false), 7);
  assert_int_equal(fx_count(f, true), 2);
  assert_int_equal(zg_table_count(zg_snapshot_findings(before)), 13);
  zg_snapshot *now = zg_store_pin(f->s);
  assert_true(zg_snapshot_generation(before) < zg_snapshot_generation(now));
  zg_snapshot_release(now);
  zg_snapshot_release(before);
  fx_check(f);

  zg_batch *b = fx_batch(f);
  assert_int_equal(zg_batch_delete_bulletin(b, ZG_STR("甲"), &f->err), ZG_OK);
  assert_int_equal(zg_batch_delete_bulletin(b, ZG_STR("无"), &f->err), ZG_OK);
  assert_int_equal(zg_batch_delete_finding(b, ZG_STR("乙#2"), &f->err), ZG_OK);
  fx_apply(f, b);
  assert_int_equal(zg_batch_result(b, 0)->status, ZG_OK);
  assert_int_equal(zg_batch_result(b, 0)->findings, 3);
  assert_true(zg_batch_result(b, 0)->replaced);
  assert_int_equal(zg_batch_result(b, 1)->status, ZG_NOT_FOUND);
  assert_string_equal(zg_batch_result(b, 1)->error.code, "not_found");
  assert_int_equal(zg_batch_result(b, 2)->status, ZG_OK);
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 3);
  assert_int_equal(fx_count(f, true), 1);
  fx_check(f);
  fx_store_reopen(f);
  assert_int_equal(fx_count(f, false), 3);
  fx_check(f);
}

static void same_id_last_wins(void **state) {
  fx_store *f = *state;
  zg_batch *b = fx_batch(f);
  add_ready(f, b, "一", "水库巡查不到位");
  add_ready(f, b, "二", "往来款长期挂账");
  add_ready(f, b, "一", "公车管理不严");
  fx_apply(f, b);
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(zg_batch_result(b, i)->status, ZG_OK);
  assert_false(zg_batch_result(b, 0)->replaced);
  assert_true(zg_batch_result(b, 2)->replaced);
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 2);
  assert_int_equal(matches(f, "B水库"), 0);
  assert_int_equal(matches(f, "B公车"), 1);
  zg_arena *arena = zg_arena_new(0);
  char *block;
  zg_finding *g = read_finding(f, arena, "一", &block);
  assert_true(zg_str_is(g->head, "公车管理不严"));
  free(block);
  zg_arena_free(arena);
  fx_check(f);
}

static bool put_again(fx_store *f, uint64_t seed, unsigned findings) {
  zg_batch *b = fx_batch(f);
  fx_random r = {seed};
  zg_arena *arena = zg_arena_new(0);
  zg_bulletin bulletin = fx_bulletin(arena, &r, ZG_STR("甲"), findings);
  assert_int_equal(zg_batch_put_bulletin(b, f->a, &bulletin, &f->err), ZG_OK);
  fx_apply(f, b);
  const zg_item_result *got = zg_batch_result(b, 0);
  assert_int_equal(got->status, ZG_OK);
  assert_int_equal(got->findings, findings);
  bool unchanged = got->unchanged;
  assert_true(!unchanged || got->replaced);
  zg_batch_free(b);
  zg_arena_free(arena);
  fx_check(f);
  assert_int_equal(fx_count(f, false), findings);
  assert_int_equal(fx_count(f, true), 1);
  return unchanged;
}

/* What is there already, equal in all, is left alone; anything else is not. */
static void equal_puts_write_nothing(void **state) {
  fx_store *f = *state;
  zg_store_stats before, after;
  assert_false(put_again(f, 21, 5));
  zg_store_stats_get(f->s, &before);
  assert_true(put_again(f, 21, 5));
  zg_store_stats_get(f->s, &after);
  assert_int_equal(after.commits, before.commits);
  assert_int_equal(after.generation, before.generation);
  assert_false(put_again(f, 22, 5)); /* another text */
  assert_false(put_again(f, 22, 3)); /* fewer findings */
  fx_store_reopen(f);
  assert_true(put_again(f, 22, 3));
  /* one of its findings is gone: the bulletin is written again */
  zg_batch *b = fx_batch(f);
  assert_int_equal(zg_batch_delete_finding(b, ZG_STR("甲#2"), &f->err), ZG_OK);
  fx_apply(f, b);
  zg_batch_free(b);
  assert_false(put_again(f, 22, 3));
  assert_true(put_again(f, 22, 3));
}

static void equal_items_of_one_batch(void **state) {
  fx_store *f = *state;
  zg_batch *b = fx_batch(f);
  add_ready(f, b, "一", "公车管理不严");
  add_ready(f, b, "一", "公车管理不严");
  add_ready(f, b, "一", "往来款长期挂账");
  add_ready(f, b, "一", "公车管理不严");
  fx_apply(f, b);
  static const bool unchanged[] = {false, true, false, false};
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(zg_batch_result(b, i)->status, ZG_OK);
    assert_int_equal(zg_batch_result(b, i)->unchanged, unchanged[i]);
    assert_int_equal(zg_batch_result(b, i)->replaced, i > 0);
  }
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 1);
  assert_int_equal(matches(f, "B公车"), 1);
  assert_int_equal(matches(f, "B长期"), 0);
  fx_check(f);
}

/* A finding that moves from one bulletin to another exists once. */
static uint32_t docid_of(fx_store *f, const char *id) {
  zg_snapshot *snap = zg_store_pin(f->s);
  uint32_t docid = 0;
  assert_int_equal(
      zg_snapshot_finding_docid(snap, 0, zg_str_of(id), &docid, &f->err),
      ZG_OK);
  zg_snapshot_release(snap);
  return docid;
}

static void add_rewrite(fx_store *f, zg_batch *b, const char *id,
                        const char *head, uint32_t docid) {
  zg_finding r = ready(id, head);
  r.category[0] = ZG_STR("c09");
  if (zg_batch_rewrite_finding(b, f->a, &r, docid, &f->err) != ZG_OK)
    fail_msg("%s", f->err.message);
}

/* A rewrite takes the place of the very document it was read from; what
 * somebody else has put or deleted meanwhile stays. */
static void rewrites_lose_to_what_is_newer(void **state) {
  fx_store *f = *state;
  zg_batch *b = fx_batch(f);
  add_ready(f, b, "a", "甲乙");
  add_ready(f, b, "b", "甲乙");
  add_ready(f, b, "c", "甲乙");
  add_ready(f, b, "d", "甲乙");
  fx_apply(f, b);
  zg_batch_free(b);
  uint32_t at[4] = {docid_of(f, "a"), docid_of(f, "b"), docid_of(f, "c"),
                    docid_of(f, "d")};
  b = fx_batch(f); /* others were here */
  add_ready(f, b, "b", "丙丁");
  assert_int_equal(zg_batch_delete_finding(b, ZG_STR("c"), &f->err), ZG_OK);
  fx_apply(f, b);
  zg_batch_free(b);
  b = fx_batch(f);
  add_rewrite(f, b, "a", "戊己", at[0]);
  add_rewrite(f, b, "b", "戊己", at[1]);
  add_rewrite(f, b, "c", "戊己", at[2]);
  add_ready(f, b, "d", "丙丁"); /* in the same transaction */
  add_rewrite(f, b, "d", "戊己", at[3]);
  fx_apply(f, b);
  static const zg_status want[] = {ZG_OK, ZG_MODIFIED, ZG_MODIFIED, ZG_OK,
                                   ZG_MODIFIED};
  for (size_t i = 0; i < 5; i++) {
    const zg_item_result *r = zg_batch_result(b, i);
    assert_int_equal(r->status, want[i]);
    assert_int_equal(r->findings, want[i] ? 0 : 1);
  }
  assert_string_equal(zg_batch_result(b, 1)->error.code, "changed_meanwhile");
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 3);
  assert_int_equal(matches(f, "B戊己"), 1);
  assert_int_equal(matches(f, "B丙丁"), 2);
  assert_int_equal(matches(f, "B甲乙"), 0);
  zg_snapshot *snap = zg_store_pin(f->s);
  const zg_table *t = zg_snapshot_findings(snap);
  uint32_t o = zg_table_ordinal(t, ZG_FIELD_CATEGORY, ZG_STR("c09"));
  assert_int_equal(zg_table_cardinality(t, ZG_FIELD_CATEGORY, o), 1);
  zg_snapshot_release(snap);
  fx_check(f);
  b = fx_batch(f); /* nothing but rewrites that are too late */
  add_rewrite(f, b, "a", "庚辛", at[0]);
  fx_apply(f, b);
  assert_int_equal(zg_batch_result(b, 0)->status, ZG_MODIFIED);
  zg_batch_free(b);
  fx_store_reopen(f);
  assert_int_equal(matches(f, "B戊己"), 1);
  assert_int_equal(matches(f, "B庚辛"), 0);
  fx_check(f);
}

static void finding_ids_are_unique(void **state) {
  fx_store *f = *state;
  fx_random r = {13};
  zg_batch *b = fx_batch(f);
  zg_finding own = ready("甲#1", "先有的问题");
  own.bulletin = ZG_STR("丁");
  assert_int_equal(zg_batch_put_finding(b, f->a, &own, &f->err), ZG_OK);
  fx_apply(f, b);
  zg_batch_free(b);
  fx_put(f, &r, "甲", 2);
  assert_int_equal(fx_count(f, false), 2);
  fx_check(f);
}

static void what_a_batch_refuses(void **state) {
  fx_store *f = *state;
  zg_batch *b = fx_batch(f);
  char longid[300];
  memset(longid, 'a', sizeof longid);
  zg_finding x = ready("好", "题");
  const zg_str bad[] = {
      ZG_STR_NULL, ZG_STR(""), {longid, 201}, ZG_STR("a\nb"), ZG_STR("a\xff")};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    x.id = bad[i];
    assert_int_equal(zg_batch_put_finding(b, f->a, &x, &f->err), ZG_INVALID);
    assert_string_equal(f->err.code, "invalid_id");
    assert_int_equal(zg_batch_delete_bulletin(b, bad[i], &f->err), ZG_INVALID);
  }
  x = ready("好", "坏\xc3");
  assert_int_equal(zg_batch_put_finding(b, f->a, &x, &f->err), ZG_INVALID);
  assert_string_equal(f->err.code, "invalid_utf8");
  char *big = malloc(600);
  memset(big, 'u', 600);
  x = ready("好", "题");
  x.unit = (zg_str){big, 600};
  assert_int_equal(zg_batch_put_finding(b, f->a, &x, &f->err), ZG_INVALID);
  assert_string_equal(f->err.param, "unit");
  free(big);

  fx_random r = {14};
  zg_arena *arena = zg_arena_new(0);
  zg_bulletin bul = fx_bulletin(arena, &r, ZG_STR("甲"), 3);
  bul.findings[2].id = bul.findings[0].id;
  assert_int_equal(zg_batch_put_bulletin(b, f->a, &bul, &f->err), ZG_INVALID);
  assert_string_equal(f->err.code, "duplicate_id");
  bul = fx_bulletin(arena, &r, ZG_STR("甲"), 3);
  bul.findings[1].bulletin = ZG_STR("乙");
  assert_int_equal(zg_batch_put_bulletin(b, f->a, &bul, &f->err), ZG_INVALID);
  size_t n = (size_t)17 << 20;
  char *text = malloc(n);
  memset(text, 'x', n);
  bul = fx_bulletin(arena, &r, ZG_STR("甲"), 0);
  bul.text = (zg_str){text, n};
  assert_int_equal(zg_batch_put_bulletin(b, f->a, &bul, &f->err), ZG_TOO_LARGE);
  free(text);
  assert_int_equal(zg_batch_items(b), 0);
  zg_arena_free(arena);
  zg_batch_free(b);
}

/* Several values, control characters, measures: as they were written. */
static void facets_over_a_restart(void **state) {
  fx_store *f = *state;
  zg_batch *b = fx_batch(f);
  zg_finding x = ready("一", "题");
  x.category[0] = ZG_STR("c01");
  x.category[1] = ZG_STR("c02");
  x.unit = ZG_STR("青禾县\n水务局");
  x.region = ZG_STR("");
  x.rules_made = 3;
  assert_int_equal(zg_batch_put_finding(b, f->a, &x, &f->err), ZG_OK);
  fx_apply(f, b);
  assert_int_equal(zg_batch_result(b, 0)->status, ZG_OK);
  zg_batch_free(b);
  for (int round = 0; round < 2; round++) {
    zg_snapshot *snap = zg_store_pin(f->s);
    const zg_table *t = zg_snapshot_findings(snap);
    uint32_t docid = roaring_bitmap_minimum(zg_table_all(t));
    uint32_t o = zg_table_ordinal(t, ZG_FIELD_CATEGORY, ZG_STR("c02"));
    assert_int_equal(
        zg_column_at(zg_table_column(t, ZG_FIELD_CATEGORY, 1, 0), docid), o);
    assert_int_not_equal(
        zg_table_ordinal(t, ZG_FIELD_UNIT, ZG_STR("青禾县 水务局")), 0);
    assert_int_equal(zg_table_cardinality(t, ZG_FIELD_REGION, 0), 1);
    assert_int_equal(zg_table_measure(t, ZG_MEASURE_RULES_MADE, 0)[docid], 3);
    zg_snapshot_release(snap);
    fx_check(f);
    fx_store_reopen(f);
  }
}

static void many_items(void **state) {
  fx_store *f = *state;
  zg_batch *b = fx_batch(f);
  char id[32];
  for (int i = 0; i < 2500; i++) { /* three transactions */
    snprintf(id, sizeof id, "f%d", i);
    add_ready(f, b, id, "合同未经审核");
  }
  fx_apply(f, b);
  for (size_t i = 0; i < zg_batch_items(b); i++)
    assert_int_equal(zg_batch_result(b, i)->status, ZG_OK);
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 2500);
  assert_int_equal(matches(f, "B合同"), 2500);
  zg_store_stats st;
  zg_store_stats_get(f->s, &st);
  assert_int_equal(st.commits, 3);
  assert_int_equal(st.queue_items, 0);
  assert_int_equal(st.queue_bytes, 0);
  assert_true(st.index_bytes > 0 && st.forward_bytes > 0);
  fx_store_reopen(f);
  assert_int_equal(fx_count(f, false), 2500);
  fx_check(f);
}

static void cache_keeps_and_bounds(void **state) {
  fx_store *f = *state;
  fx_random r = {15};
  fx_put(f, &r, "甲", 20);
  zg_snapshot *snap = zg_store_pin(f->s);
  uint32_t from;
  assert_null(zg_snapshot_cached(snap, ZG_STR("=x"), &from));
  roaring_bitmap_t *bits = roaring_bitmap_from_range(1, 100, 1);
  zg_match *m = zg_snapshot_cache_put(snap, ZG_STR("=x"), bits);
  zg_match *again = zg_snapshot_cached(snap, ZG_STR("=x"), &from);
  assert_ptr_equal(m, again);
  /* the second of two makers gets the first one's */
  zg_match *other = zg_snapshot_cache_put(snap, ZG_STR("=x"),
                                          roaring_bitmap_from_range(1, 5, 1));
  assert_ptr_equal(other, m);
  zg_match_unref(other);
  zg_match_unref(again);
  zg_match_unref(m);
  char key[32];
  for (int i = 0; i < 3000; i++) { /* 3,000 of over 30 KB */
    snprintf(key, sizeof key, "=%d", i);
    bits = roaring_bitmap_from_range(1, 1 << 18, 2);
    zg_match_unref(zg_snapshot_cache_put(snap, zg_str_of(key), bits));
  }
  zg_store_stats st;
  zg_store_stats_get(f->s, &st);
  assert_true(st.cache_bytes <= (size_t)64 << 20);
  assert_true(st.cache_bytes > (size_t)60 << 20);
  assert_null(zg_snapshot_cached(snap, ZG_STR("=0"), &from));
  m = zg_snapshot_cached(snap, ZG_STR("=2999"), &from);
  assert_non_null(m);
  zg_match_unref(m);
  zg_snapshot_release(snap);
}

/* A snapshot that is held through two commits: its tables and texts stay, its
 * readers are not believed any more. */
static void held_too_long(void **state) {
  fx_store *f = *state;
  fx_random r = {20};
  fx_put(f, &r, "甲", 3);
  zg_snapshot *held = zg_store_pin(f->s);
  fx_put(f, &r, "乙", 2);
  assert_false(zg_snapshot_overtaken(held)); /* one commit is harmless */
  zg_arena *arena = zg_arena_new(0);
  zg_finding *g;
  char *block;
  uint32_t docid =
      roaring_bitmap_maximum(zg_table_all(zg_snapshot_findings(held)));
  assert_int_equal(
      zg_snapshot_finding(held, 0, docid, arena, &g, &block, &f->err), ZG_OK);
  free(block);
  fx_put(f, &r, "丙", 1);
  assert_true(zg_snapshot_overtaken(held));
  /* Findings come from the forward store, which no commit overwrites. */
  assert_int_equal(
      zg_snapshot_finding(held, 0, docid, arena, &g, &block, &f->err), ZG_OK);
  free(block);
  zg_bulletin *b;
  assert_int_equal(zg_snapshot_bulletin(held, 0,
                                        roaring_bitmap_minimum(zg_table_all(
                                            zg_snapshot_bulletins(held))),
                                        arena, &b, &block, &f->err),
                   ZG_MODIFIED);
  assert_null(block);
  zg_match *m;
  assert_int_equal(zg_snapshot_posting(held, 0, ZG_STR("C水"), &m, &f->err),
                   ZG_MODIFIED);
  assert_int_equal(
      zg_snapshot_finding_docid(held, 0, ZG_STR("甲#1"), &docid, &f->err),
      ZG_MODIFIED);
  assert_int_equal(zg_table_count(zg_snapshot_findings(held)), 3);
  zg_snapshot *now = zg_store_pin(f->s);
  assert_false(zg_snapshot_overtaken(now));
  zg_snapshot_release(now);
  zg_snapshot_release(held);
  fx_put(f, &r, "丁", 1);
  assert_int_equal(fx_count(f, false), 7);
  zg_arena_free(arena);
}

static void locked_directory(void **state) {
  fx_store *f = *state;
  zg_store *second;
  zg_store_options opt = {.dir = f->dir, .workers = 1};
  assert_int_equal(zg_store_open(&second, f->nz, &opt, &f->err), ZG_CONFLICT);
  assert_non_null(strstr(f->err.message, f->dir));
  assert_null(second);
  opt.read_only = true;
  assert_int_equal(zg_store_open(&second, f->nz, &opt, &f->err), ZG_CONFLICT);
}

static void reading_only(void **state) {
  fx_store *f = *state;
  fx_random r = {16};
  fx_put(f, &r, "甲", 6);
  fx_store_close(f);
  assert_int_equal(fx_store_open(f, true), ZG_OK);
  assert_int_equal(fx_count(f, false), 6);
  fx_check(f);
  zg_batch *b = fx_batch(f);
  assert_int_equal(zg_store_submit(f->s, b, NULL, NULL, &f->err), ZG_READ_ONLY);
  zg_batch_free(b);
  fx_store_close(f);
  char *path;
  assert_true(asprintf(&path, "%s/forward.idx", f->dir) > 0);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(fx_store_open(f, true), ZG_OK);
  fx_check(f);
  assert_int_equal(access(path, F_OK), -1);
  free(path);
  char *dir = f->dir;
  f->dir = strdup("/nonexistent/zg");
  fx_store_close(f);
  assert_int_not_equal(fx_store_open(f, true), ZG_OK);
  assert_null(f->s);
  free(f->dir);
  f->dir = dir;
}

static void damage_forward(fx_store *f, const char *name, off_t size) {
  char *path;
  assert_true(asprintf(&path, "%s/%s", f->dir, name) > 0);
  assert_int_equal(size < 0 ? unlink(path) : truncate(path, size), 0);
  free(path);
}

static void index_of_forward_is_mended(void **state) {
  fx_store *f = *state;
  fx_random r = {17};
  fx_put(f, &r, "甲", 12);
  fx_put(f, &r, "乙", 12);
  const off_t size[] = {-1, 0, 40, 200, 300};
  for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
    fx_store_close(f);
    damage_forward(f, "forward.idx", size[k]);
    assert_int_equal(fx_store_open(f, false), ZG_OK);
    fx_check(f);
    fx_put(f, &r, "甲", 12);
    fx_store_reopen(f);
    fx_check(f);
  }
}

/* The records are there and nowhere else: without them nothing is opened, and
 * nothing is made anew in their place. */
static void lost_records(void **state) {
  fx_store *f = *state;
  fx_random r = {17};
  fx_put(f, &r, "甲", 12);
  fx_put(f, &r, "乙", 12);
  fx_store_close(f);
  char *path, *keep;
  assert_true(asprintf(&path, "%s/forward.dat", f->dir) > 0);
  assert_true(asprintf(&keep, "%s/keep", f->dir) > 0);
  assert_int_equal(rename(path, keep), 0);
  for (int k = 0; k < 2; k++) {
    assert_int_equal(fx_store_open(f, k == 1), ZG_CORRUPT);
    assert_non_null(strstr(f->err.message, "forward.dat"));
    assert_int_equal(access(path, F_OK), -1);
  }
  assert_int_equal(rename(keep, path), 0);
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  fx_check(f);
  fx_store_close(f);
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  damage_forward(f, "forward.dat", st.st_size - 1);
  assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
  assert_non_null(strstr(f->err.message, "forward.dat"));
  free(path);
  free(keep);
}

/* The index of `f` then says that the forward files of `g` are its own. */
static void take_forward_id(fx_store *f, fx_store *g) {
  char *path, id[40];
  zg_xreader *r;
  zg_xwriter *w;
  assert_true(asprintf(&path, "%s/index", g->dir) > 0);
  assert_int_equal(zg_xreader_open(&r, path, &f->err), ZG_OK);
  assert_int_equal(zg_xreader_uuid(r, id, &f->err), ZG_OK);
  zg_xreader_close(r);
  free(path);
  assert_true(asprintf(&path, "%s/index", f->dir) > 0);
  assert_int_equal(zg_xwriter_open(&w, path, false, &f->err), ZG_OK);
  assert_int_equal(zg_xwriter_begin(w, &f->err), ZG_OK);
  assert_int_equal(
      zg_xwriter_set_metadata(w, "forward", zg_str_of(id), &f->err), ZG_OK);
  assert_int_equal(zg_xwriter_commit(w, &f->err), ZG_OK);
  zg_xwriter_close(w);
  free(path);
}

/* The forward files of another store, whose documents have the same numbers. */
static void foreign_records(void **state) {
  fx_store *f = *state, *g = fx_store_new();
  fx_random r = {29};
  fx_put(f, &r, "甲", 5);
  assert_int_equal(fx_store_open(g, false), ZG_OK);
  fx_put(g, &r, "甲", 5);
  fx_store_close(f);
  fx_store_close(g);
  char *from, *to;
  assert_true(asprintf(&from, "%s/forward.dat", g->dir) > 0);
  assert_true(asprintf(&to, "%s/forward.dat", f->dir) > 0);
  assert_int_equal(rename(from, to), 0);
  assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
  assert_non_null(strstr(f->err.message, "not its record"));
  free(from);
  free(to);
  /* Also when they are taken for its own, as after a new numbering. */
  assert_true(asprintf(&from, "%s/forward.idx", g->dir) > 0);
  assert_true(asprintf(&to, "%s/forward.idx", f->dir) > 0);
  assert_int_equal(rename(from, to), 0);
  take_forward_id(f, g);
  assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
  assert_non_null(strstr(f->err.message, "not its record"));
  free(from);
  free(to);
  fx_store_free(g);
}

/* ---- schema 1: the index has the records ---- */

/* An index as version 1 wrote it, with `n` findings and no forward files. */
static void make_schema_1(fx_store *f, unsigned n) {
  char *path;
  zg_xwriter *w;
  zg_arena *arena = zg_arena_new(1 << 14);
  fx_random r = {31};
  assert_int_equal(mkdir(f->dir, 0700) == 0 || errno == EEXIST, 1);
  assert_true(asprintf(&path, "%s/index", f->dir) > 0);
  assert_int_equal(zg_xwriter_open(&w, path, true, &f->err), ZG_OK);
  assert_int_equal(zg_xwriter_begin(w, &f->err), ZG_OK);
  assert_int_equal(zg_xwriter_set_metadata(w, "schema", ZG_STR("1"), &f->err),
                   ZG_OK);
  for (unsigned i = 0; i < n; i++) {
    zg_prepared p;
    uint32_t docid;
    zg_finding one =
        fx_finding(arena, &r, zg_arena_printf(arena, "旧%u", i), ZG_STR_NULL);
    assert_int_equal(zg_prepare_finding(&p, arena, f->a, &one, &f->err), ZG_OK);
    p.doc.data = p.record;
    assert_int_equal(zg_xwriter_add(w, &p.doc, &docid, &f->err), ZG_OK);
  }
  assert_int_equal(zg_xwriter_commit(w, &f->err), ZG_OK);
  zg_xwriter_close(w);
  zg_arena_free(arena);
  free(path);
}

static void expect_schema(fx_store *f, const char *want) {
  zg_snapshot *snap = zg_store_pin(f->s);
  char *text;
  size_t n;
  assert_int_equal(zg_xreader_get_metadata(zg_snapshot_reader(snap, 0),
                                           "schema", &text, &n, &f->err),
                   ZG_OK);
  assert_string_equal(text, want);
  free(text);
  zg_snapshot_release(snap);
}

static void schema_1_goes_on(void **state) {
  fx_store *f = fx_store_new();
  fx_random r = {37};
  (void)state;
  make_schema_1(f, 30);
  assert_int_equal(fx_store_open(f, true), ZG_OK);
  expect_schema(f, "1");
  assert_int_equal(fx_count(f, false), 30);
  fx_check(f);
  fx_store_close(f);
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  expect_schema(f, "2");
  assert_int_equal(fx_count(f, false), 30);
  fx_check(f);
  fx_store_close(f);
  damage_forward(f, "forward.dat", -1); /* it can still be made */
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  fx_check(f);
  fx_put(f, &r, "新", 7);
  zg_batch *b = fx_batch(f);
  add_ready(f, b, "旧3", "另一个问题");
  fx_apply(f, b);
  zg_batch_free(b);
  fx_store_reopen(f);
  assert_int_equal(fx_count(f, false), 37);
  fx_check(f);
  fx_store_close(f);
  damage_forward(f, "forward.dat", -1); /* what is new is lost */
  assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
  fx_store_free(f);
}

/* ---- compaction ---- */

static void compacted(void **state) {
  fx_store *f = *state;
  fx_random r = {41};
  const zg_store_options opt = {.dir = f->dir};
  zg_compacted done;
  for (int i = 0; i < 6; i++)
    fx_put(f, &r, i % 2 ? "甲" : "乙", 40);
  const uint32_t findings = fx_count(f, false);
  zg_store_stats stats;
  zg_store_stats_get(f->s, &stats);
  uint64_t generation = stats.generation;
  assert_int_equal(zg_store_compact(f->nz, &opt, &done, &f->err), ZG_CONFLICT);
  fx_store_close(f);
  assert_int_equal(zg_store_compact(f->nz, &opt, &done, &f->err), ZG_OK);
  assert_true(done.after < done.before);
  char *leftover, *file;
  assert_true(asprintf(&leftover, "%s/index.compact", f->dir) > 0);
  assert_true(asprintf(&file, "%s/iamglass", leftover) > 0);
  assert_int_equal(access(leftover, F_OK), -1);
  /* as a kill may leave it */
  assert_int_equal(mkdir(leftover, 0700), 0);
  close(open(file, O_CREAT | O_WRONLY, 0600));
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  assert_int_equal(access(leftover, F_OK), -1);
  assert_int_equal(fx_count(f, false), findings);
  fx_check(f);
  zg_store_stats_get(f->s, &stats);
  assert_true(stats.generation > generation);
  generation = stats.generation;
  fx_put(f, &r, "甲", 9);
  fx_put(f, &r, "丙", 9);
  zg_store_stats_get(f->s, &stats);
  assert_true(stats.generation == generation + 2);
  fx_store_reopen(f);
  fx_check(f);
  fx_store_close(f);
  assert_int_equal(zg_store_compact(f->nz, &opt, &done, &f->err), ZG_OK);
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  fx_check(f);
  free(leftover);
  free(file);
}

static void check_sees_altered_text(void **state) {
  fx_store *f = *state;
  fx_random r = {18};
  fx_put(f, &r, "甲", 3);
  char *path;
  assert_true(asprintf(&path, "%s/forward.dat", f->dir) > 0);
  int fd = open(path, O_WRONLY);
  assert_int_equal(pwrite(fd, "#", 1, 70), 1);
  close(fd);
  free(path);
  assert_int_equal(zg_store_check(f->s, f->a, &f->err), ZG_CORRUPT);
  assert_non_null(strstr(f->err.message, "forward.dat"));
}

/* What comes back is never a record that was altered. */
static void damaged_record(void **state) {
  fx_store *f = *state;
  fx_random r = {23};
  fx_put(f, &r, "甲", 3);
  zg_snapshot *snap = zg_store_pin(f->s);
  const roaring_bitmap_t *all = zg_table_all(zg_snapshot_findings(snap));
  uint32_t docid = roaring_bitmap_minimum(all);
  size_t text = zg_snapshot_forward(snap, docid).n;
  char *path, *block = NULL;
  assert_true(asprintf(&path, "%s/forward.dat", f->dir) > 0);
  int fd = open(path, O_WRONLY);
  /* Header, the head of the first block, its text, then its record. */
  off_t record = (off_t)(64 + 32 + text);
  assert_int_equal(pwrite(fd, "#####", 5, record + 30), 5);
  close(fd);
  free(path);
  zg_arena *arena = zg_arena_new(4096);
  zg_finding *found;
  assert_int_equal(
      zg_snapshot_finding(snap, 0, docid, arena, &found, &block, &f->err),
      ZG_CORRUPT);
  assert_null(found);
  assert_null(block);
  docid = roaring_bitmap_maximum(all); /* the others are well */
  assert_int_equal(
      zg_snapshot_finding(snap, 0, docid, arena, &found, &block, &f->err),
      ZG_OK);
  assert_int_equal(zg_store_check(f->s, f->a, &f->err), ZG_CORRUPT);
  free(block);
  zg_arena_free(arena);
  zg_snapshot_release(snap);
}

static void not_recreated(void **state) {
  fx_store *f = *state;
  fx_random r = {19};
  fx_put(f, &r, "甲", 3);
  fx_store_close(f);
  char *path;
  assert_true(asprintf(&path, "%s/index/iamglass", f->dir) > 0);
  assert_int_equal(unlink(path), 0);
  free(path);
  assert_int_equal(fx_store_open(f, false), ZG_CORRUPT);
  assert_non_null(strstr(f->err.message, "iamglass"));
}

/* A kill while the index is first made leaves nothing that looks like one. */
static void creation_was_killed(void **state) {
  fx_store *f = *state;
  fx_random r = {21};
  char *from, *to, *glass;
  fx_store_close(f);
  /* Xapian's tables without the file that makes a database of them. */
  assert_true(asprintf(&from, "%s/index", f->dir) > 0);
  assert_true(asprintf(&to, "%s/index.new", f->dir) > 0);
  assert_true(asprintf(&glass, "%s/index.new/iamglass", f->dir) > 0);
  assert_int_equal(rename(from, to), 0);
  assert_int_equal(unlink(glass), 0);
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  assert_int_equal(access(to, F_OK), -1);
  fx_put(f, &r, "甲", 3);
  fx_check(f);
  free(from);
  free(to);
  free(glass);
}

/* The queue is bounded; one batch always gets in. */
static void on_done_count(zg_batch *b, void *arg) {
  zg_batch_free(b);
  ++*(_Atomic int *)arg;
}

static void queue_is_bounded(void **state) {
  fx_store *f = *state;
  fx_store_close(f);
  zg_store_options opt = {.dir = f->dir, .workers = 1, .queue_bytes = 1};
  assert_int_equal(zg_store_open(&f->s, f->nz, &opt, &f->err), ZG_OK);
  _Atomic int done = 0;
  int taken = 0, busy = 0;
  for (int i = 0; i < 50 || !busy; i++) {
    zg_batch *b = fx_batch(f);
    char id[32];
    snprintf(id, sizeof id, "f%d", i);
    add_ready(f, b, id, "公车管理不严");
    zg_status st = zg_store_submit(f->s, b, on_done_count, &done, &f->err);
    if (st == ZG_OK) {
      taken++;
    } else {
      assert_int_equal(st, ZG_BUSY);
      assert_string_equal(f->err.code, "queue_full");
      zg_batch_free(b);
      busy++;
    }
  }
  fx_store_close(f); /* applies what was taken */
  assert_int_equal(done, taken);
  if (fx_store_open(f, false) != ZG_OK)
    fail_msg("%s", f->err.message);
  assert_int_equal(fx_count(f, false), taken);
}

#ifdef ZG_FAULTS
static void reopen_with(fx_store *f, const char *name, const char *value) {
  setenv(name, value, 1);
  fx_store_reopen(f);
  unsetenv(name);
}

static void poison_among_many(void **state) {
  fx_store *f = *state;
  reopen_with(f, "ZG_FAIL_ITEM", "f313");
  zg_batch *b = fx_batch(f);
  char id[32];
  for (int i = 0; i < 1000; i++) {
    snprintf(id, sizeof id, "f%d", i);
    add_ready(f, b, id, "食堂采购未招标");
  }
  for (int k = 0; k < 6; k++) /* more than the whole-batch replays */
    add_ready(f, b, "f313", "食堂采购未招标");
  fx_apply(f, b);
  for (size_t i = 0; i < zg_batch_items(b); i++)
    assert_int_equal(zg_batch_result(b, i)->status,
                     i == 313 || i >= 1000 ? ZG_INVALID : ZG_OK);
  assert_string_equal(zg_batch_result(b, 313)->error.code, "refused");
  assert_int_equal(zg_batch_result(b, 313)->findings, 0);
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 999);
  fx_check(f);
  fx_store_reopen(f);
  assert_int_equal(fx_count(f, false), 999);
  fx_check(f);
}

static zg_status try_put(fx_store *f, const char *id) {
  zg_batch *b = fx_batch(f);
  add_ready(f, b, id, "档案审核不严");
  fx_apply(f, b);
  zg_status st = zg_batch_result(b, 0)->status;
  f->err = zg_batch_result(b, 0)->error;
  zg_batch_free(b);
  return st;
}

/* Nothing of a transaction that met a full disk stays, and the next works. */
static void disk_full(void **state) {
  fx_store *f = *state;
  const char *const point[] = {"forward:2", "commit:2"};
  for (int i = 0; i < 2; i++) {
    reopen_with(f, "ZG_FAIL_AT", point[i]);
    assert_int_equal(try_put(f, "好"), ZG_OK);
    assert_int_equal(try_put(f, "坏"), ZG_NO_SPACE);
    assert_int_equal(try_put(f, "坏"), ZG_NO_SPACE);
    zg_store_stats st;
    zg_store_stats_get(f->s, &st);
    assert_false(st.failed);
    assert_int_equal(fx_count(f, false), 1);
    fx_check(f);
    fx_store_reopen(f);
    assert_int_equal(fx_count(f, false), 1);
    fx_check(f);
    assert_int_equal(try_put(f, "后"), ZG_OK);
    fx_check(f);
    zg_batch *b = fx_batch(f); /* an equal item would not reach the point */
    assert_int_equal(zg_batch_delete_finding(b, ZG_STR("好"), &f->err), ZG_OK);
    assert_int_equal(zg_batch_delete_finding(b, ZG_STR("后"), &f->err), ZG_OK);
    fx_apply(f, b);
    zg_batch_free(b);
  }
}

static void failed_fsync(void **state) {
  fx_store *f = *state;
  reopen_with(f, "ZG_FAIL_AT", "fsync:2");
  assert_int_equal(try_put(f, "好"), ZG_OK);
  assert_int_equal(try_put(f, "坏"), ZG_IO);
  assert_string_equal(f->err.code, "store_failed");
  zg_store_stats st;
  zg_store_stats_get(f->s, &st);
  assert_true(st.failed);
  zg_batch *b = fx_batch(f);
  assert_int_equal(zg_store_submit(f->s, b, NULL, NULL, &f->err), ZG_IO);
  assert_string_equal(f->err.code, "store_failed");
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 1); /* reading goes on */
  fx_store_reopen(f);
  fx_check(f);
  assert_int_equal(try_put(f, "后"), ZG_OK);
}

/* Items that are applied one by one: the first that meets a failing fsync is
 * the last that is written. */
static void failed_fsync_among_many(void **state) {
  fx_store *f = *state;
  setenv("ZG_FAIL_ITEM", "坏", 1);
  reopen_with(f, "ZG_FAIL_AT", "fsync:1:1");
  zg_batch *b = fx_batch(f);
  for (int k = 0; k < 4; k++)
    add_ready(f, b, "坏", "档案审核不严");
  add_ready(f, b, "一", "档案审核不严");
  add_ready(f, b, "二", "档案审核不严");
  add_ready(f, b, "三", "档案审核不严");
  fx_apply(f, b);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(zg_batch_result(b, i)->status, ZG_INVALID);
  for (size_t i = 4; i < 7; i++) {
    assert_int_equal(zg_batch_result(b, i)->status, ZG_IO);
    assert_string_equal(zg_batch_result(b, i)->error.code, "store_failed");
  }
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 0);
  unsetenv("ZG_FAIL_ITEM");
  fx_store_reopen(f);
  assert_true(fx_count(f, false) <= 1);
  fx_check(f);
}

/* ---- a commit that cannot be shown ---- */

typedef struct outcome {
  _Atomic bool done;
  zg_item_result result;
} outcome;

static void on_outcome(zg_batch *b, void *arg) {
  outcome *o = arg;
  o->result = *zg_batch_result(b, 0);
  zg_batch_free(b);
  atomic_store(&o->done, true);
}

static void start_put(fx_store *f, const char *id, outcome *o) {
  zg_batch *b = fx_batch(f);
  add_ready(f, b, id, "档案审核不严");
  assert_int_equal(zg_store_submit(f->s, b, on_outcome, o, &f->err), ZG_OK);
}

/* While publishing fails, searches go on and nothing is written on top; once
 * it works what was committed is shown and acknowledged. */
static void published_late(void **state) {
  fx_store *f = *state;
  static outcome second, third; /* a failed test is left while they wait */
  reopen_with(f, "ZG_FAIL_AT", "publish:2:10"); /* three seconds */
  assert_int_equal(try_put(f, "一"), ZG_OK);
  start_put(f, "二", &second);
  usleep(300000);
  start_put(f, "三", &third);
  usleep(300000);
  assert_false(atomic_load(&second.done));
  assert_false(atomic_load(&third.done));
  zg_snapshot *snap = zg_store_pin(f->s);
  assert_false(zg_snapshot_overtaken(snap));
  zg_snapshot_release(snap);
  assert_int_equal(fx_count(f, false), 1);
  assert_int_equal(matches(f, "B档案"), 1);
  while (!atomic_load(&second.done) || !atomic_load(&third.done))
    usleep(10000);
  assert_int_equal(second.result.status, ZG_OK);
  assert_int_equal(third.result.status, ZG_OK);
  assert_int_equal(fx_count(f, false), 3);
  assert_int_equal(matches(f, "B档案"), 3);
  fx_check(f);
}

/* Closed before it worked: the message says that the item is there all the
 * same, and of the others that they are not. */
static void never_published(void **state) {
  fx_store *f = *state;
  static outcome second, third; /* a failed test is left while they wait */
  reopen_with(f, "ZG_FAIL_AT", "publish:2");
  assert_int_equal(try_put(f, "一"), ZG_OK);
  start_put(f, "二", &second);
  usleep(300000);
  start_put(f, "三", &third);
  fx_store_close(f);
  assert_true(second.done && third.done);
  assert_int_equal(second.result.status, ZG_IO);
  assert_string_equal(second.result.error.code, "store_failed");
  assert_non_null(strstr(second.result.error.message, "durable"));
  assert_int_equal(third.result.status, ZG_IO);
  /* Both in one transaction, if this machine was that slow. */
  bool both = strstr(third.result.error.message, "durable") != NULL;
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  assert_int_equal(fx_count(f, false), both ? 3 : 2);
  fx_check(f);
}
#endif

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
  const struct CMUnitTest tests[] = {
      T(empty_store),
      T(put_and_read),
      T(replace_and_delete),
      T(same_id_last_wins),
      T(equal_puts_write_nothing),
      T(equal_items_of_one_batch),
      T(rewrites_lose_to_what_is_newer),
      T(finding_ids_are_unique),
      T(what_a_batch_refuses),
      T(facets_over_a_restart),
      T(many_items),
      T(cache_keeps_and_bounds),
      T(held_too_long),
      T(locked_directory),
      T(reading_only),
      T(index_of_forward_is_mended),
      T(lost_records),
      T(foreign_records),
      T(schema_1_goes_on),
      T(compacted),
      T(check_sees_altered_text),
      T(damaged_record),
      T(not_recreated),
      T(creation_was_killed),
      T(queue_is_bounded),
#ifdef ZG_FAULTS
      T(poison_among_many),
      T(disk_full),
      T(failed_fsync),
      T(failed_fsync_among_many),
      T(published_late),
      T(never_published),
#endif
  };
#undef T
  return cmocka_run_group_tests(tests, NULL, NULL);
}
