/* Peers that are programs of their own, asked over a pipe:
 *
 *   PROGRAM index DIR … < findings.ndjson makes DIR, prints the number of
 *                                         findings when all is committed
 *   PROGRAM query DIR                     prints "ready"; then, for a line of
 *                                         a query, "total us fingerprint hits"
 *   PROGRAM compact DIR OUT               a compacted copy
 *
 * Their times are taken inside, so that the pipe costs them nothing. */
#include "tools/bench/bench.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct talk {
  pid_t pid;
  int in;
  FILE *out;
} talk;

typedef struct peer {
  zg_engine base;
  char program[600], script[600]; /* script: "" or the program's argument */
  char dir[600], log[600];
  char more[32]; /* arguments of "index" */
  talk t;
} peer;

/* How far the program has read the corpus, its standard input. */
static void watch(pid_t pid, int out, const zg_bench *b) {
  char path[64], line[64];
  struct pollfd p = {out, POLLIN, 0};
  snprintf(path, sizeof path, "/proc/%d/fdinfo/0", (int)pid);
  while (poll(&p, 1, 200) == 0) {
    unsigned long long at;
    FILE *f = fopen(path, "r");
    if (f && fgets(line, sizeof line, f) && sscanf(line, "pos: %llu", &at) == 1)
      *b->taken = at;
    if (f)
      fclose(f);
  }
}

static bool load(zg_engine *e, const zg_bench *b) {
  peer *p = (peer *)e;
  char command[4096], line[64];
  const char *quote = p->script[0] ? "'" : "";
  uint64_t want = e->most && e->most < b->findings ? e->most : b->findings;
  int out = -1;
  snprintf(command, sizeof command, "exec '%s' %s%s%s index '%s' %s < '%s'",
           p->program, quote, p->script, quote, p->dir, p->more, b->corpus);
  char *argv[] = {"sh", "-c", command, NULL};
  pid_t pid = zg_spawn(argv, NULL, &out, p->log);
  if (pid > 0)
    watch(pid, out, b);
  bool ok = pid > 0 && zg_read_line(out, line, sizeof line, 1) &&
            strtoull(line, NULL, 10) == want;
  if (out >= 0)
    close(out);
  ok = zg_wait(pid) && ok;
  if (!ok)
    fprintf(stderr, "%s: see %s\n", e->name, p->log);
  return ok;
}

static void hang_up(talk *t) {
  if (t->in >= 0)
    close(t->in);
  if (t->out)
    fclose(t->out);
  zg_stop(t->pid);
  *t = (talk){-1, -1, NULL};
}

static bool call(peer *p, talk *t) {
  char line[64] = "";
  int from = -1;
  char *plain[] = {p->program, "query", p->dir, NULL};
  char *with[] = {p->program, p->script, "query", p->dir, NULL};
  t->pid = zg_spawn(p->script[0] ? with : plain, &t->in, &from, p->log);
  t->out = from >= 0 ? fdopen(from, "r") : NULL;
  if (t->pid > 0 && t->out && fgets(line, sizeof line, t->out) &&
      strcmp(line, "ready\n") == 0)
    return true;
  fprintf(stderr, "%s did not start, see %s\n", p->base.name, p->log);
  return false;
}

static bool open_peer(zg_engine *e, const zg_bench *b) {
  (void)b;
  peer *p = (peer *)e;
  return call(p, &p->t);
}

static bool ask_on(const talk *t, const zg_query *q, zg_answer *out) {
  char line[256];
  unsigned long long total, fingerprint;
  if (dprintf(t->in, "%s\n", q->line) < 0 ||
      !fgets(line, sizeof line, t->out) ||
      sscanf(line, "%llu %lf %llu %d", &total, &out->us, &fingerprint,
             &out->hits) != 4)
    return false;
  out->total = total;
  out->fingerprint = fingerprint;
  return true;
}

static bool ask(zg_engine *e, const zg_query *q, zg_answer *out) {
  peer *p = (peer *)e;
  bool ok = ask_on(&p->t, q, out);
  if (!ok)
    fprintf(stderr, "%s: no answer for %s, see %s\n", e->name, q->line, p->log);
  return ok;
}

static pid_t pid_of(const zg_engine *e) { return ((const peer *)e)->t.pid; }

/* ---- throughput: as many processes as there are cores ---- */

#define MAX_PROCESSES 16

typedef struct worker {
  const talk *t;
  const zg_query *queries;
  size_t n, first;
  double until;
  uint64_t done;
  bool failed;
} worker;

static void *work(void *user) {
  worker *w = user;
  zg_answer a;
  for (size_t i = w->first; !w->failed && zg_now() < w->until; i++) {
    w->failed = !ask_on(w->t, &w->queries[i % w->n], &a);
    w->done += !w->failed;
  }
  return NULL;
}

static double run_workers(const talk *talks, long cores, const zg_query *q,
                          size_t n, double seconds) {
  worker w[MAX_PROCESSES];
  pthread_t threads[MAX_PROCESSES];
  double from = zg_now();
  uint64_t done = 0;
  long started = 0;
  bool failed = false;
  for (; started < cores; started++) {
    size_t first = n * (size_t)started / (size_t)cores;
    w[started] =
        (worker){&talks[started], q, n, first, from + seconds, 0, false};
    if (pthread_create(&threads[started], NULL, work, &w[started]) != 0)
      break;
  }
  for (long i = 0; i < started; i++) {
    pthread_join(threads[i], NULL);
    done += w[i].done;
    failed = failed || w[i].failed;
  }
  return failed || started < cores ? -1.0 : (double)done / (zg_now() - from);
}

static double throughput(zg_engine *e, const zg_query *q, size_t n,
                         double seconds) {
  peer *p = (peer *)e;
  talk talks[MAX_PROCESSES];
  long cores = sysconf(_SC_NPROCESSORS_ONLN), open = 0;
  zg_answer a;
  if (cores < 1 || n == 0)
    return -1;
  if (cores > MAX_PROCESSES)
    cores = MAX_PROCESSES;
  bool ok = true;
  for (; ok && open < cores; open++) {
    talks[open] = (talk){-1, -1, NULL};
    ok = call(p, &talks[open]);
    for (size_t i = 0; ok && i < n; i++) /* as warm as the one of the times */
      ok = ask_on(&talks[open], &q[i], &a);
  }
  double rate = ok ? run_workers(talks, cores, q, n, seconds) : -1;
  while (open-- > 0)
    hang_up(&talks[open]);
  return rate;
}

static double compact(zg_engine *e, const zg_bench *b, double *seconds) {
  (void)b;
  peer *p = (peer *)e;
  char out[640];
  snprintf(out, sizeof out, "%s.compact", p->dir);
  zg_remove_tree(out);
  char *argv[] = {p->program, "compact", p->dir, out, NULL};
  double from = zg_now();
  bool ok = zg_wait(zg_spawn(argv, NULL, NULL, p->log));
  *seconds = zg_now() - from;
  double mb = ok ? zg_disk_mb(out) : -1;
  zg_remove_tree(out);
  return mb;
}

static void stop(zg_engine *e) { hang_up(&((peer *)e)->t); }

static void free_peer(zg_engine *e) { free(e); }

static zg_engine *peer_new(const zg_bench *b, zg_engine base) {
  peer *p = calloc(1, sizeof *p);
  if (!p)
    return NULL;
  base.how = "in its process";
  base.load = load;
  base.open = base.answers ? open_peer : NULL;
  base.ask = ask;
  base.pid = pid_of;
  base.stop = stop;
  base.free = free_peer;
  p->base = base;
  p->t = (talk){-1, -1, NULL};
  snprintf(p->dir, sizeof p->dir, "%s/%s", b->dir, base.key);
  snprintf(p->log, sizeof p->log, "%s/%s.log", b->dir, base.key);
  return &p->base;
}

/* A program beside this one. */
static zg_engine *program_new(const zg_bench *b, const char *program,
                              zg_engine base) {
  char path[600];
  snprintf(path, sizeof path, "%s/%s", b->build, program);
  if (access(path, X_OK) != 0) {
    fprintf(stderr, "%s is not built: left out\n", program);
    return NULL;
  }
  zg_engine *e = peer_new(b, base);
  if (e)
    memcpy(((peer *)e)->program, path, sizeof path);
  return e;
}

#define BIT(c) (1u << ZG_CORPUS_##c)
#define WORDS                                                                  \
  (BIT(WORD) | BIT(AND) | BIT(THREE) | BIT(PHRASE) | BIT(FILTER) |             \
   BIT(FACETS) | BIT(SORT) | BIT(DEEP))
#define BEST (BIT(OR) | BIT(TEXT))
#define PURE (BIT(ONE) | BIT(TWO))
#define GROUPS (BIT(GROUP) | BIT(CROSSTAB) | PURE)

zg_engine *zg_engine_xapian(const zg_bench *b) {
  return program_new(b, "bare-xapian",
                     (zg_engine){.name = "bare Xapian",
                                 .key = "xapian",
                                 .answers = WORDS | BEST,
                                 .comparable = WORDS,
                                 .typical = 900,
                                 .throughput = throughput,
                                 .compact = compact});
}

/* "TERMS N" for `bare-xapian index` */
static zg_engine *only_loaded(const zg_bench *b, const char *terms,
                              zg_engine base) {
  base.most = 100000; /* some minutes each are enough for a rate */
  base.compact = compact;
  zg_engine *e = program_new(b, "bare-xapian", base);
  if (e) {
    e->how = "loaded only";
    snprintf(((peer *)e)->more, sizeof((peer *)e)->more, "%s %llu", terms,
             (unsigned long long)base.most);
  }
  return e;
}

zg_engine *zg_engine_xapian_all(const zg_bench *b) {
  return only_loaded(b, "all",
                     (zg_engine){.name = "Xapian, all terms",
                                 .key = "xapian-all",
                                 .typical = 800});
}

zg_engine *zg_engine_xapian_positions(const zg_bench *b) {
  return only_loaded(b, "positions",
                     (zg_engine){.name = "Xapian, positions",
                                 .key = "xapian-positions",
                                 .typical = 900});
}

zg_engine *zg_engine_sqlite(const zg_bench *b) {
  return program_new(b, "bare-sqlite",
                     (zg_engine){.name = "SQLite FTS5",
                                 .key = "sqlite",
                                 .answers = WORDS | BEST | GROUPS,
                                 .comparable = WORDS | GROUPS,
                                 .typical = 2500,
                                 .throughput = throughput,
                                 .compact = compact});
}

zg_engine *zg_engine_duckdb(const zg_bench *b) {
  char module[640], script[600];
  snprintf(module, sizeof module, "%s/duckdb/node_modules/@duckdb/node-api",
           b->build);
  snprintf(script, sizeof script, "%s/duckdb/duckdb.mjs", b->build);
  if (access(module, R_OK) != 0 || access(script, R_OK) != 0) {
    fputs("@duckdb/node-api is not installed: DuckDB is left out\n", stderr);
    return NULL;
  }
  zg_engine *e = peer_new(b, (zg_engine){.name = "DuckDB",
                                         .key = "duckdb",
                                         .columns_only = true,
                                         .answers = PURE,
                                         .comparable = PURE,
                                         .typical = 50000});
  if (e) {
    peer *p = (peer *)e;
    e->how = "in its process, through its Node binding";
    snprintf(p->program, sizeof p->program, "node");
    memcpy(p->script, script, sizeof script);
  }
  return e;
}
