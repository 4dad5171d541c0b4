/* zhenggai-bench: the options, the place, the order of things. */
#include "tools/bench/run.h"

#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const keys[ZG_BENCH_ENGINES] = {
    [ZG_OURS] = "zhenggai",
    [ZG_XAPIAN] = "xapian",
    [ZG_GROONGA] = "groonga",
    [ZG_SQLITE] = "sqlite",
    [ZG_DUCKDB] = "duckdb",
    [ZG_COLUMNS] = "columns",
    [ZG_ROARING] = "roaring",
    [ZG_XAPIAN_ALL] = "xapian-all",
    [ZG_XAPIAN_POSITIONS] = "xapian-positions"};

static void usage(FILE *to) {
  fputs("usage: zhenggai-bench [--size small|medium|large|N] [--queries N]\n"
        "                      [--seed S] [--skip PEER]...\n"
        "                      [--keep DIR] [--reload ENGINE]...\n"
        "                      [--seconds S] [--json FILE] [--plots DIR]\n"
        "                      [--perf] [--check]\n"
        "       zhenggai-bench --parse FILE\n"
        "  --size     20,000 (small, default), 100,000 (medium), 1,000,000\n"
        "             (large) or N findings\n"
        "  --queries  timed queries of each class, default 200\n"
        "  --skip     leave a peer out: xapian, groonga, sqlite, duckdb,\n"
        "             columns (and with it roaring), roaring, or the two\n"
        "             that are only loaded: xapian-all, xapian-positions\n"
        "  --keep     work in DIR and leave it behind; where an earlier run\n"
        "             with the same size and seed has been, only ask\n"
        "  --reload   load this engine anew: zhenggai, xapian, xapian-all,\n"
        "             xapian-positions, groonga, sqlite or duckdb\n"
        "  --seconds  length of each throughput run, default 3\n"
        "  --json     write the figures to FILE\n"
        "  --plots    write latency.svg and costs.svg into DIR\n"
        "  --perf     count instructions and cache misses with perf(1)\n"
        "  --check    compare the answers, measure nothing\n"
        "  --parse    time the parser alone, on this bulletin\n",
        to);
}

static bool number(const char *text, uint64_t max, uint64_t *out) {
  char *end = NULL;
  errno = 0;
  unsigned long long v = strtoull(text, &end, 10);
  *out = v;
  return !errno && end != text && !*end && text[0] != '-' && v > 0 && v <= max;
}

static bool set_size(zg_bench_options *o, const char *value) {
  static const struct {
    const char *name;
    uint64_t findings;
  } sizes[] = {{"small", 20000}, {"medium", 100000}, {"large", 1000000}};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    if (strcmp(value, sizes[i].name) == 0) {
      o->findings = sizes[i].findings;
      return true;
    }
  return number(value, 10000000, &o->findings);
}

/* `from`: the first engine that may be named. */
static bool set_engine(unsigned *set, int from, const char *value) {
  for (int e = from; e < ZG_BENCH_ENGINES; e++)
    if (strcmp(value, keys[e]) == 0) {
      *set |= 1u << e;
      return true;
    }
  return false;
}

static bool set_option(zg_bench_options *o, int c, const char *value) {
  uint64_t n;
  switch (c) {
  case 's':
    return set_size(o, value);
  case 'q':
    return number(value, 100000, &o->queries);
  case 'r':
    return number(value, UINT32_MAX, &o->seed);
  case 't':
    o->seconds = number(value, 600, &n) ? (double)n : -1;
    return o->seconds > 0;
  case 'k':
    o->keep = value;
    return true;
  case 'j':
    o->json = value;
    return true;
  case 'v':
    o->plots = value;
    return true;
  case 'e':
    return o->perf = true;
  case 'c':
    return o->check = true;
  case 'p':
    o->parse = value;
    return true;
  case 'x':
    return set_engine(&o->skip, ZG_XAPIAN, value);
  case 'l':
    return set_engine(&o->reload, ZG_OURS, value);
  default:
    return false;
  }
}

/* 0: go on; else an exit code + 1. */
static int parse(int argc, char **argv, zg_bench_options *o) {
  static const struct option table[] = {
      {"size", required_argument, NULL, 's'},
      {"queries", required_argument, NULL, 'q'},
      {"seed", required_argument, NULL, 'r'},
      {"seconds", required_argument, NULL, 't'},
      {"keep", required_argument, NULL, 'k'},
      {"skip", required_argument, NULL, 'x'},
      {"reload", required_argument, NULL, 'l'},
      {"json", required_argument, NULL, 'j'},
      {"plots", required_argument, NULL, 'v'},
      {"perf", no_argument, NULL, 'e'},
      {"check", no_argument, NULL, 'c'},
      {"parse", required_argument, NULL, 'p'},
      {"help", no_argument, NULL, 'h'},
      {NULL, 0, NULL, 0}};
  for (int c; (c = getopt_long(argc, argv, "h", table, NULL)) != -1;) {
    if (c == 'h') {
      usage(stdout);
      return 1;
    }
    if (!set_option(o, c, optarg)) {
      usage(stderr);
      return 3;
    }
  }
  if (optind == argc)
    return 0;
  usage(stderr);
  return 3;
}

/* dir/bench.txt says what a folder of --keep holds.  A new folder gets one; in
 * an old one it must say the same: never work over what is there. */
static bool claim(const zg_run *r) {
  char path[600];
  unsigned long long findings = 0, seed = 0;
  bool made = mkdir(r->bench.dir, 0700) == 0;
  if (!made && errno != EEXIST)
    return false;
  snprintf(path, sizeof path, "%s/bench.txt", r->bench.dir);
  FILE *f = fopen(path, made ? "w" : "r");
  if (!f)
    return false;
  bool ok = made ? fprintf(f, "%llu findings, seed %llu\n",
                           (unsigned long long)r->o.findings,
                           (unsigned long long)r->o.seed) > 0
                 : fscanf(f, "%llu findings, seed %llu", &findings, &seed) == 2;
  ok = fclose(f) == 0 && ok;
  if (made || !ok || (findings == r->o.findings && seed == r->o.seed))
    return ok;
  errno = EEXIST;
  return false;
}

/* The programs stand beside this one. */
static bool place(zg_run *r) {
  char self[512];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n <= 0)
    return false;
  self[n] = '\0';
  snprintf(r->bench.build, sizeof r->bench.build, "%s", dirname(self));
  if (r->o.keep) {
    snprintf(r->bench.dir, sizeof r->bench.dir, "%s", r->o.keep);
    if (!claim(r))
      return false;
  } else {
    const char *tmp = getenv("TMPDIR");
    snprintf(r->bench.dir, sizeof r->bench.dir, "%s/zhenggai-bench-XXXXXX",
             tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(r->bench.dir))
      return false;
  }
  snprintf(r->bench.corpus, sizeof r->bench.corpus, "%s/findings.ndjson",
           r->bench.dir);
  r->bench.findings = r->o.findings;
  r->bench.seed = r->o.seed;
  void *shared = mmap(NULL, sizeof *r->bench.taken, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  r->bench.taken = shared == MAP_FAILED ? NULL : shared;
  return r->bench.taken != NULL;
}

static void make_engines(zg_run *r) {
  const zg_bench *b = &r->bench;
  zg_engine *(*const make[ZG_BENCH_ENGINES])(const zg_bench *) = {
      [ZG_OURS] = zg_engine_ours,
      [ZG_XAPIAN] = zg_engine_xapian,
      [ZG_GROONGA] = zg_engine_groonga,
      [ZG_SQLITE] = zg_engine_sqlite,
      [ZG_DUCKDB] = zg_engine_duckdb,
      [ZG_COLUMNS] = zg_engine_columns,
      [ZG_XAPIAN_ALL] = zg_engine_xapian_all,
      [ZG_XAPIAN_POSITIONS] = zg_engine_xapian_positions};
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    r->engines[e] = !make[e] || r->o.skip >> e & 1 ? NULL : make[e](b);
  if (!(r->o.skip >> ZG_ROARING & 1))
    r->engines[ZG_ROARING] = zg_engine_roaring(r->engines[ZG_COLUMNS]);
}

static void tear_down(zg_run *r, bool ok) {
  for (int e = ZG_BENCH_ENGINES - 1; e >= 0; e--) {
    if (r->engines[e]) {
      r->engines[e]->stop(r->engines[e]);
      r->engines[e]->free(r->engines[e]);
    }
    free(r->answers[e]);
  }
  for (size_t i = 0; i < r->bench.n_queries; i++)
    free(r->queries[i].line);
  free(r->queries);
  free(r->kept);
  munmap(r->bench.taken, sizeof *r->bench.taken);
  if (ok && !r->o.keep)
    zg_remove_tree(r->bench.dir);
}

int main(int argc, char **argv) {
  zg_run r = {
      .o = {.findings = 20000, .queries = 200, .seed = 1, .seconds = 3}};
  int done = parse(argc, argv, &r.o);
  if (done)
    return done - 1;
  if (r.o.parse)
    return zg_bench_parse(r.o.parse) ? 0 : 1;
  if (!place(&r)) {
    fprintf(stderr, "zhenggai-bench: %s: %s\n", r.bench.dir,
            errno == EEXIST ? "is there, and of another size or seed"
                            : strerror(errno));
    return 1;
  }
  zg_progress_init(&r.progress);
  make_engines(&r);
  bool ok = r.engines[0] && zg_run_measure(&r);
  if (ok && !r.o.check) {
    zg_print_table(&r);
    fflush(stdout);
    ok = !r.o.json || zg_write_json(&r, r.o.json);
    ok = ok && (!r.o.plots || zg_write_plots(&r, r.o.plots));
  }
  tear_down(&r, ok);
  return ok ? 0 : 1;
}
