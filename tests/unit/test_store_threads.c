/* Readers while the writer writes: each pinned snapshot is one generation,
 * whole and unchanging.  Meant for `make tsan`; it counts for itself too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/store_fixture.h"

#define READERS 2
#define SUBMITTERS 2
#define COMMITS 25

typedef struct shared {
  fx_store *f;
  _Atomic int submitted, decided, failed, looked, wrong;
  _Atomic bool enough, stop;
} shared;

typedef struct worker {
  shared *sh;
  unsigned id;
} worker;

/* Not cmocka's asserts: they may only be used on the main thread. */
#define EXPECT(sh, condition)                                                  \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                  \
      atomic_fetch_add(&(sh)->wrong, 1);                                       \
    }                                                                          \
  } while (0)

static void on_done(zg_batch *b, void *arg) {
  shared *sh = arg;
  for (size_t i = 0; i < zg_batch_items(b); i++) {
    zg_status st = zg_batch_result(b, i)->status;
    if (st != ZG_OK && st != ZG_NOT_FOUND)
      atomic_fetch_add(&sh->failed, 1);
  }
  zg_batch_free(b);
  atomic_fetch_add(&sh->decided, 1);
}

static void *submitter(void *arg) {
  worker *w = arg;
  shared *sh = w->sh;
  zg_error err = ZG_ERROR_INIT;
  fx_random r = {100 + w->id};
  zg_analyser *a;
  EXPECT(sh, zg_analyser_new(&a, sh->f->nz, &err) == ZG_OK);
  for (int i = 0; !atomic_load(&sh->enough); i++) {
    zg_arena *arena = zg_arena_new(0);
    zg_batch *b;
    zg_str id = zg_arena_printf(arena, "s%u-%u", w->id, fx_below(&r, 10));
    EXPECT(sh, zg_batch_new(&b, &err) == ZG_OK);
    zg_status st;
    if (i % 5 == 4) {
      st = zg_batch_delete_bulletin(b, id, &err);
    } else {
      zg_bulletin bul = fx_bulletin(arena, &r, id, 1 + fx_below(&r, 8));
      st = zg_batch_put_bulletin(b, a, &bul, &err);
    }
    EXPECT(sh, st == ZG_OK);
    EXPECT(sh, zg_store_submit(sh->f->s, b, on_done, sh, &err) == ZG_OK);
    atomic_fetch_add(&sh->submitted, 1);
    zg_arena_free(arena);
    /* many small commits, not a few large ones */
    while (atomic_load(&sh->submitted) - atomic_load(&sh->decided) > 3)
      usleep(1000);
  }
  zg_analyser_free(a);
  return NULL;
}

/* Every bulletin of the snapshot has as many findings as its record says. */
static void look_at_bulletin(shared *sh, zg_snapshot *snap, unsigned who,
                             uint32_t docid) {
  zg_error err = ZG_ERROR_INIT;
  zg_arena *arena = zg_arena_new(0);
  zg_bulletin *b;
  char *block;
  zg_status st =
      zg_snapshot_bulletin(snap, who, docid, arena, &b, &block, &err);
  if (st)
    fprintf(stderr, "%s\n", err.message);
  EXPECT(sh, st == ZG_OK);
  const zg_table *t = zg_snapshot_findings(snap);
  uint32_t o = st ? 0 : zg_table_ordinal(t, ZG_FIELD_BULLETIN, b->id);
  EXPECT(sh, st || (o && zg_table_cardinality(t, ZG_FIELD_BULLETIN, o) ==
                             (uint32_t)b->parsed.findings));
  free(block);
  zg_arena_free(arena);
}

static void look_at_postings(shared *sh, zg_snapshot *snap, unsigned who) {
  zg_error err = ZG_ERROR_INIT;
  zg_match *m;
  zg_status st = zg_snapshot_posting(snap, who, ZG_STR("C水"), &m, &err);
  if (st)
    fprintf(stderr, "%s\n", err.message);
  EXPECT(sh, st == ZG_OK);
  if (st)
    return;
  EXPECT(sh, roaring_bitmap_is_subset(
                 m->bitmap, zg_table_all(zg_snapshot_findings(snap))));
  zg_match_unref(m);
}

static void look(shared *sh, unsigned who) {
  zg_snapshot *snap = zg_store_pin(sh->f->s);
  const zg_table *t = zg_snapshot_findings(snap);
  uint64_t sum = 0;
  for (uint32_t o = 0; o < zg_table_ordinals(t, ZG_FIELD_UNIT); o++)
    sum += zg_table_cardinality(t, ZG_FIELD_UNIT, o);
  EXPECT(sh, sum == zg_table_count(t)); /* one plane: a partition */
  roaring_uint32_iterator_t it;
  roaring_init_iterator(zg_table_all(t), &it);
  for (; it.has_value; roaring_advance_uint32_iterator(&it)) {
    uint32_t d = it.current_value;
    zg_str text = zg_snapshot_forward(snap, d, NULL);
    EXPECT(sh, text.n && text.p[text.n - 1] == ZG_FORWARD_FIELD);
    uint32_t o = zg_column_at(
        zg_table_column(t, ZG_FIELD_STATUS, 0, d >> ZG_CHUNK_BITS), d);
    EXPECT(sh,
           roaring_bitmap_contains(zg_table_bitmap(t, ZG_FIELD_STATUS, o), d));
  }
  look_at_postings(sh, snap, who);
  roaring_init_iterator(zg_table_all(zg_snapshot_bulletins(snap)), &it);
  for (; it.has_value; roaring_advance_uint32_iterator(&it))
    look_at_bulletin(sh, snap, who, it.current_value);
  if (zg_table_count(t))
    atomic_fetch_add(&sh->looked, 1);
  zg_snapshot_release(snap);
}

static void *reader(void *arg) {
  worker *w = arg;
  while (!atomic_load(&w->sh->stop))
    look(w->sh, w->id);
  return NULL;
}

static void readers_and_writer(void **state) {
  (void)state;
  fx_store *f = fx_store_new();
  shared sh = {.f = f};
  pthread_t readers[READERS], submitters[SUBMITTERS];
  worker rw[READERS], sw[SUBMITTERS];
  assert_int_equal(fx_store_open(f, false), ZG_OK);
  for (unsigned i = 0; i < READERS; i++) {
    rw[i] = (worker){&sh, i};
    assert_int_equal(pthread_create(&readers[i], NULL, reader, &rw[i]), 0);
  }
  for (unsigned i = 0; i < SUBMITTERS; i++) {
    sw[i] = (worker){&sh, i};
    assert_int_equal(pthread_create(&submitters[i], NULL, submitter, &sw[i]),
                     0);
  }
  /* checks in the midst of it: the writer waits for them */
  zg_status st = ZG_OK;
  zg_store_stats stats = {0};
  while (stats.commits < COMMITS && !st) {
    usleep(50000);
    st = zg_store_check(f->s, f->a, &f->err);
    zg_store_stats_get(f->s, &stats);
  }
  atomic_store(&sh.enough, true);
  for (unsigned i = 0; i < SUBMITTERS; i++)
    pthread_join(submitters[i], NULL);
  while (atomic_load(&sh.decided) < atomic_load(&sh.submitted))
    usleep(1000);
  atomic_store(&sh.stop, true);
  for (unsigned i = 0; i < READERS; i++)
    pthread_join(readers[i], NULL);
  print_message("%d batches, %d looks, %d merges\n", sh.submitted, sh.looked,
                (int)stats.merges);
  if (st)
    fail_msg("%s", f->err.message);
  assert_int_equal(sh.wrong, 0);
  assert_int_equal(sh.failed, 0);
  assert_true(sh.looked > 0);
  fx_check(f);
  fx_store_free(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(readers_and_writer)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
