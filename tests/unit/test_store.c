/* store.h: put, replace, delete, rewrite; what a batch refuses; the cache. */
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
  fx_add_ready(f, b, "一", "水库巡查不到位");
  fx_add_ready(f, b, "二", "往来款长期挂账");
  fx_add_ready(f, b, "一", "公车管理不严");
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
  fx_add_ready(f, b, "一", "公车管理不严");
  fx_add_ready(f, b, "一", "公车管理不严");
  fx_add_ready(f, b, "一", "往来款长期挂账");
  fx_add_ready(f, b, "一", "公车管理不严");
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
  zg_finding r = fx_ready(id, head);
  r.category[0] = ZG_STR("c09");
  if (zg_batch_rewrite_finding(b, f->a, &r, docid, &f->err) != ZG_OK)
    fail_msg("%s", f->err.message);
}

/* A rewrite takes the place of the very document it was read from; what
 * somebody else has put or deleted meanwhile stays. */
static void rewrites_lose_to_what_is_newer(void **state) {
  fx_store *f = *state;
  zg_batch *b = fx_batch(f);
  fx_add_ready(f, b, "a", "甲乙");
  fx_add_ready(f, b, "b", "甲乙");
  fx_add_ready(f, b, "c", "甲乙");
  fx_add_ready(f, b, "d", "甲乙");
  fx_apply(f, b);
  zg_batch_free(b);
  uint32_t at[4] = {docid_of(f, "a"), docid_of(f, "b"), docid_of(f, "c"),
                    docid_of(f, "d")};
  b = fx_batch(f); /* others were here */
  fx_add_ready(f, b, "b", "丙丁");
  assert_int_equal(zg_batch_delete_finding(b, ZG_STR("c"), &f->err), ZG_OK);
  fx_apply(f, b);
  zg_batch_free(b);
  b = fx_batch(f);
  add_rewrite(f, b, "a", "戊己", at[0]);
  add_rewrite(f, b, "b", "戊己", at[1]);
  add_rewrite(f, b, "c", "戊己", at[2]);
  fx_add_ready(f, b, "d", "丙丁"); /* in the same transaction */
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
  zg_finding own = fx_ready("甲#1", "先有的问题");
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
  zg_finding x = fx_ready("好", "题");
  const zg_str bad[] = {
      ZG_STR_NULL, ZG_STR(""), {longid, 201}, ZG_STR("a\nb"), ZG_STR("a\xff")};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    x.id = bad[i];
    assert_int_equal(zg_batch_put_finding(b, f->a, &x, &f->err), ZG_INVALID);
    assert_string_equal(f->err.code, "invalid_id");
    assert_int_equal(zg_batch_delete_bulletin(b, bad[i], &f->err), ZG_INVALID);
  }
  x = fx_ready("好", "坏\xc3");
  assert_int_equal(zg_batch_put_finding(b, f->a, &x, &f->err), ZG_INVALID);
  assert_string_equal(f->err.code, "invalid_utf8");
  char *big = malloc(600);
  memset(big, 'u', 600);
  x = fx_ready("好", "题");
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
  zg_finding x = fx_ready("一", "题");
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
  for (int i = 0; i < 9000; i++) { /* three transactions */
    snprintf(id, sizeof id, "f%d", i);
    fx_add_ready(f, b, id, "合同未经审核");
  }
  fx_apply(f, b);
  for (size_t i = 0; i < zg_batch_items(b); i++)
    assert_int_equal(zg_batch_result(b, i)->status, ZG_OK);
  zg_batch_free(b);
  assert_int_equal(fx_count(f, false), 9000);
  assert_int_equal(matches(f, "B合同"), 9000);
  zg_store_stats st;
  zg_store_stats_get(f->s, &st);
  assert_int_equal(st.commits, 3);
  assert_int_equal(st.queue_items, 0);
  assert_int_equal(st.queue_bytes, 0);
  assert_true(st.index_bytes > 0 && st.forward_bytes > 0);
  fx_store_reopen(f);
  assert_int_equal(fx_count(f, false), 9000);
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
  assert_int_equal(st.cache_limit, ZG_STORE_CACHE(fx_count(f, false)));
  assert_true(st.cache_bytes <= st.cache_limit);
  assert_true(st.cache_bytes > (size_t)60 << 20);
  assert_null(zg_snapshot_cached(snap, ZG_STR("=0"), &from));
  m = zg_snapshot_cached(snap, ZG_STR("=2999"), &from);
  assert_non_null(m);
  zg_match_unref(m);
  zg_snapshot_release(snap);
}

/* A snapshot that is held through commits, merges and the deletion of all that
 * it shows answers as on its first day. */
static void held_long(void **state) {
  fx_store *f = *state;
  fx_random r = {20};
  fx_put(f, &r, "甲", 3);
  zg_snapshot *held = zg_store_pin(f->s);
  zg_arena *arena = zg_arena_new(0);
  const uint32_t last =
      roaring_bitmap_maximum(zg_table_all(zg_snapshot_findings(held)));
  for (int i = 0; i < 40; i++) {
    char id[16];
    zg_finding *g;
    zg_bulletin *b;
    zg_match *m;
    char *block;
    uint32_t docid;
    if (i == 10) {
      zg_batch *gone = fx_batch(f);
      zg_batch_delete_bulletin(gone, ZG_STR("甲"), &f->err);
      fx_apply(f, gone);
      zg_batch_free(gone);
    }
    assert_int_equal(
        zg_snapshot_finding(held, 0, last, arena, &g, &block, &f->err), ZG_OK);
    free(block);
    assert_int_equal(
        zg_snapshot_bulletin_docid(held, 0, ZG_STR("甲"), &docid, &f->err),
        ZG_OK);
    assert_int_equal(
        zg_snapshot_bulletin(held, 0, docid, arena, &b, &block, &f->err),
        ZG_OK);
    free(block);
    assert_int_equal(zg_snapshot_posting(held, 0, ZG_STR("XB甲"), &m, &f->err),
                     ZG_OK);
    assert_int_equal(roaring_bitmap_get_cardinality(m->bitmap), 3);
    zg_match_unref(m);
    assert_int_equal(zg_table_count(zg_snapshot_findings(held)), 3);
    snprintf(id, sizeof id, "新%d", i);
    fx_put(f, &r, id, 2);
  }
  zg_snapshot_release(held);
  assert_int_equal(fx_count(f, false), 80);
  fx_check(f);
  zg_arena_free(arena);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, fx_begin, fx_end)
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
      T(held_long),
  };
#undef T
  return cmocka_run_group_tests(tests, NULL, NULL);
}
