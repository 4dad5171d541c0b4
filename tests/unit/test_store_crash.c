/* SIGKILL at any moment: what was acknowledged is there, items are whole,
 * facets and forward texts are those of the index.
 *
 * A child works through a list of operations that follows from a seed, several
 * batches in flight, and reports each acknowledged one through a pipe.  The
 * parent kills it, opens the store and looks.  An operation is put or delete
 * of one of a few bulletins; a put stores its own number in the bulletin's
 * `url`, so that the parent can tell which one it sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "index/record.h"
#include "tests/unit/store_fixture.h"

#define IDS 12
#define OPS 4000

typedef struct op {
  int id;
  bool put;
  unsigned findings;
} op;

/* The same for parent and child. */
static op op_at(uint64_t seed, int k) {
  fx_random r = {seed * 7919 + (uint64_t)k + 1};
  fx_next(&r);
  op o = {(int)fx_below(&r, IDS), fx_below(&r, 4) != 0, fx_below(&r, 9)};
  return o;
}

static zg_str id_text(char out[16], int id) {
  int n = snprintf(out, 16, "b%d", id);
  return (zg_str){out, (size_t)n};
}

/* ---- the child ---- */

typedef struct flight {
  int pipe, k;
} flight;

static void report(zg_batch *b, void *arg) {
  flight *f = arg;
  zg_status st = zg_batch_result(b, 0)->status;
  if (st != ZG_OK && st != ZG_NOT_FOUND)
    _exit(9);
  if (write(f->pipe, &f->k, sizeof f->k) != sizeof f->k)
    _exit(8);
  zg_batch_free(b);
  free(f);
}

static zg_batch *batch_of(fx_store *f, uint64_t seed, int k) {
  op o = op_at(seed, k);
  char id[16], url[16];
  zg_str name = id_text(id, o.id);
  zg_batch *b;
  if (zg_batch_new(&b, &f->err))
    _exit(7);
  if (!o.put) {
    if (zg_batch_delete_bulletin(b, name, &f->err))
      _exit(6);
    return b;
  }
  fx_random r = {seed + (uint64_t)k * 31 + 5};
  zg_arena *arena = zg_arena_new(0);
  zg_bulletin bul = fx_bulletin(arena, &r, name, o.findings);
  snprintf(url, sizeof url, "%d", k);
  bul.url = zg_str_of(url);
  if (zg_batch_put_bulletin(b, f->a, &bul, &f->err))
    _exit(5);
  zg_arena_free(arena);
  return b;
}

static void child(fx_store *f, uint64_t seed, int first, int out) {
  if (fx_store_open(f, false) != ZG_OK) {
    fprintf(stderr, "child: %s\n", f->err.message);
    _exit(4);
  }
  for (int k = first; k < OPS; k++) {
    flight *fl = malloc(sizeof *fl);
    *fl = (flight){out, k};
    zg_batch *b = batch_of(f, seed, k);
    zg_status st;
    while ((st = zg_store_submit(f->s, b, report, fl, &f->err)) == ZG_BUSY)
      usleep(500);
    if (st)
      _exit(3);
    if (k % 16 == 0)
      usleep(1000);
  }
  zg_store_close(f->s);
  _exit(0);
}

/* ---- the parent ---- */

/* Per id the last acknowledged operation on it, and the last that may have
 * been submitted. */
typedef struct expected {
  int acked[IDS];
  int highest; /* of all acknowledged */
} expected;

static void read_acks(int fd, uint64_t seed, expected *e, int most) {
  int k;
  while (most-- > 0 && read(fd, &k, sizeof k) == sizeof k) {
    op o = op_at(seed, k);
    assert_true(k > e->highest); /* in order of submission */
    e->highest = k;
    e->acked[o.id] = k;
  }
}

/* Number of the put that made the stored bulletin, -1: not there.  The
 * bulletin is whole: all its findings are there and no others. */
static int version_of(fx_store *f, int id) {
  char text[16];
  uint32_t docid;
  zg_arena *arena = zg_arena_new(0);
  zg_snapshot *snap = zg_store_pin(f->s);
  const zg_table *t = zg_snapshot_findings(snap);
  zg_str name = id_text(text, id);
  uint32_t o = zg_table_ordinal(t, ZG_FIELD_BULLETIN, name);
  uint32_t findings = o ? zg_table_cardinality(t, ZG_FIELD_BULLETIN, o) : 0;
  int version = -1;
  zg_status st = zg_snapshot_bulletin_docid(snap, 0, name, &docid, &f->err);
  if (st == ZG_NOT_FOUND) {
    assert_int_equal(findings, 0);
  } else {
    zg_bulletin *b;
    char *block;
    assert_int_equal(st, ZG_OK);
    st = zg_snapshot_bulletin(snap, 0, docid, arena, &b, &block, &f->err);
    assert_int_equal(st, ZG_OK);
    assert_int_equal(findings, b->parsed.findings);
    version = atoi(b->url.p);
    free(block);
  }
  zg_snapshot_release(snap);
  zg_arena_free(arena);
  return version;
}

/* What stands for an id is what some operation left that is not older than the
 * last acknowledged one on it. */
static void verify(fx_store *f, uint64_t seed, const expected *e) {
  for (int id = 0; id < IDS; id++) {
    int seen = version_of(f, id);
    int acked = e->acked[id];
    if (acked < 0 && seen < 0)
      continue;
    bool good = false;
    for (int k = acked < 0 ? 0 : acked; k < OPS && !good; k++) {
      op o = op_at(seed, k);
      good = o.id == id && (o.put ? seen == k : seen < 0);
    }
    if (!good)
      fail_msg("bulletin b%d: version %d, acknowledged %d", id, seen, acked);
  }
  fx_check(f);
}

/* Dies at a point, or `micros` after so many acknowledgements. */
static int round_trip(fx_store *f, uint64_t seed, const char *point, int acks,
                      unsigned micros) {
  int fds[2];
  expected e = {.highest = -1};
  for (int i = 0; i < IDS; i++)
    e.acked[i] = -1;
  assert_int_equal(pipe(fds), 0);
  fflush(NULL);
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    close(fds[0]);
    if (point)
      setenv("ZG_CRASH_AT", point, 1);
    child(f, seed, 0, fds[1]);
  }
  close(fds[1]);
  if (!point) {
    read_acks(fds[0], seed, &e, acks);
    usleep(micros);
    kill(pid, SIGKILL);
  }
  read_acks(fds[0], seed, &e, OPS);
  close(fds[0]);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  if (fx_store_open(f, false) != ZG_OK)
    fail_msg("%s", f->err.message);
  verify(f, seed, &e);
  /* and it takes writes again */
  fx_random r = {seed};
  fx_put(f, &r, "after", 3);
  fx_check(f);
  fx_store_close(f);
  return e.highest + 1;
}

static void clear(fx_store *f) {
  fx_remove_tree(f->dir);
  f->dir = fx_directory();
}

#define ROUNDS 30

static void killed_at_random(void **state) {
  fx_store *f = *state;
  fx_random r = {(uint64_t)time(NULL)};
  int acknowledged = 0;
  for (int i = 0; i < ROUNDS; i++) {
    uint64_t seed = fx_next(&r) >> 20;
    int acks = (int)fx_below(&r, 16);
    unsigned micros = fx_below(&r, 30000);
    print_message("round %d: seed %llu, %d, %u us\n", i,
                  (unsigned long long)seed, acks, micros);
    acknowledged += round_trip(f, seed, NULL, acks, micros);
    clear(f);
  }
  print_message("%d operations acknowledged\n", acknowledged);
  assert_true(acknowledged > ROUNDS);
}

/* The same directory over and over: damage would add up.  Each round starts
 * its numbering anew, so ids are first deleted. */
static void killed_again_and_again(void **state) {
  fx_store *f = *state;
  fx_random r = {(uint64_t)time(NULL) + 1};
  for (int i = 0; i < 6; i++) {
    round_trip(f, 1000 + (uint64_t)i, NULL, (int)fx_below(&r, 16),
               fx_below(&r, 30000));
    if (fx_store_open(f, false) != ZG_OK)
      fail_msg("%s", f->err.message);
    for (int id = 0; id < IDS; id++) {
      char text[16];
      zg_batch *b = fx_batch(f);
      zg_batch_delete_bulletin(b, id_text(text, id), &f->err);
      fx_apply(f, b);
      zg_batch_free(b);
    }
    fx_store_close(f);
  }
}

#ifdef ZG_FAULTS
static void killed_at_each_point(void **state) {
  fx_store *f = *state;
  const char *const points[] = {
      "creating",     "before_forward", "after_forward",  "before_commit",
      "after_commit", "before_fsync",   "before_publish", "before_ack"};
  for (size_t i = 0; i < sizeof points / sizeof *points; i++)
    for (int n = 1; n <= (i ? 3 : 1); n += 2) { /* created once */
      char point[48];
      snprintf(point, sizeof point, "%s:%d", points[i], n);
      print_message("%s\n", point);
      round_trip(f, 77 + i, point, 0, 0);
      clear(f);
    }
}

static void expect_kill(pid_t child) {
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void put_many(fx_store *f, fx_random *r, int n) {
  for (int i = 0; i < n; i++) {
    char id[16];
    id_text(id, i);
    fx_put(f, r, id, 3);
  }
}

/* Before and after the merged segment takes the place of the others, while it
 * is done by the merger and by a compaction. */
static void killed_while_merging(void **state) {
  fx_store *f = *state;
  const char *const points[] = {"merged", "before_exchange", "after_exchange",
                                "before_merge_fsync"};
  const zg_store_options opt = {.dir = f->dir, .workers = 1};
  fx_random r = {53};
  for (size_t i = 0; i < 2 * sizeof points / sizeof *points; i++) {
    const char *point = points[i / 2];
    bool compaction = i % 2;
    if (compaction && i == 1)
      continue; /* a compaction does not pass there */
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
      zg_compacted done;
      if (compaction) {
        if (fx_store_open(f, false) != ZG_OK)
          _exit(2);
        put_many(f, &r, 3);
        fx_store_close(f);
      }
      setenv("ZG_CRASH_AT", point, 1);
      if (compaction)
        zg_store_compact(f->nz, &opt, &done, &f->err);
      else if (fx_store_open(f, false) == ZG_OK)
        put_many(f, &r, IDS);
      sleep(60); /* the merger kills us */
      _exit(3);
    }
    expect_kill(pid);
    if (fx_store_open(f, false) != ZG_OK)
      fail_msg("%s: %s", point, f->err.message);
    fx_check(f);
    put_many(f, &r, 2);
    fx_check(f);
    fx_store_close(f);
  }
}

#endif

static int begin(void **state) {
  *state = fx_store_new();
  return 0;
}

static int end(void **state) {
  fx_store_free(*state);
  return 0;
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
  const struct CMUnitTest tests[] = {
      T(killed_at_random),
      T(killed_again_and_again),
#ifdef ZG_FAULTS
      T(killed_at_each_point),
      T(killed_while_merging),
#endif
  };
#undef T
  return cmocka_run_group_tests(tests, NULL, NULL);
}
