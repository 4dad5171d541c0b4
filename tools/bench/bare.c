/* bare-xapian: indexes in one process, answers in another over a pipe; its
 * times are taken inside, so that the pipe costs it nothing. */
#include "tools/bench/bench.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct bare {
  zg_engine base;
  pid_t pid;
  int in;
  FILE *out;
} bare;

static bool index_all(const zg_bench *b, const char *program, const char *db) {
  char command[2600], log[600], line[64];
  int out = -1, status = -1;
  snprintf(log, sizeof log, "%s/bare.log", b->dir);
  snprintf(command, sizeof command, "exec '%s' index '%s' < '%s'", program, db,
           b->corpus);
  char *argv[] = {"sh", "-c", command, NULL};
  pid_t pid = zg_spawn(argv, NULL, &out, log);
  if (pid < 0)
    return false;
  bool ok = zg_read_line(out, line, sizeof line, 3600) &&
            strtoull(line, NULL, 10) == b->findings;
  close(out);
  return waitpid(pid, &status, 0) == pid && status == 0 && ok;
}

static bool load(zg_engine *e, const zg_bench *b, zg_load *out) {
  bare *x = (bare *)e;
  char program[600], db[600], log[600];
  int from = -1;
  snprintf(program, sizeof program, "%s/bare-xapian", b->build);
  snprintf(db, sizeof db, "%s/bare", b->dir);
  snprintf(log, sizeof log, "%s/bare.log", b->dir);
  double start = zg_now();
  if (!index_all(b, program, db))
    return false;
  out->seconds = zg_now() - start;
  char *argv[] = {program, "query", db, NULL};
  x->pid = zg_spawn(argv, &x->in, &from, log);
  x->out = from >= 0 ? fdopen(from, "r") : NULL;
  out->start_ms = -1;
  out->rss_mb = -1;
  out->disk_mb = zg_disk_mb(db);
  return x->pid > 0 && x->out;
}

static bool ask(zg_engine *e, const zg_query *q, zg_answer *out) {
  bare *x = (bare *)e;
  char line[256];
  unsigned long long total, fingerprint;
  if (dprintf(x->in, "%s\n", q->line) < 0 ||
      !fgets(line, sizeof line, x->out) ||
      sscanf(line, "%llu %lf %llu", &total, &out->us, &fingerprint) != 3) {
    fprintf(stderr, "bare-xapian: no answer for %s\n", q->line);
    return false;
  }
  out->total = total;
  out->fingerprint = fingerprint;
  return true;
}

static void stop(zg_engine *e) {
  bare *x = (bare *)e;
  if (x->in >= 0)
    close(x->in);
  if (x->out)
    fclose(x->out);
  zg_stop(x->pid);
  x->in = -1;
  x->out = NULL;
  x->pid = -1;
}

#define BIT(c) (1u << ZG_CORPUS_##c)

zg_engine *zg_engine_bare(void) {
  bare *x = calloc(1, sizeof *x);
  if (!x)
    return NULL;
  unsigned all = BIT(WORD) | BIT(AND) | BIT(PHRASE) | BIT(FILTER) | BIT(FACETS);
  x->base = (zg_engine){.name = "bare Xapian",
                        .answers = all,
                        .comparable = all,
                        .load = load,
                        .ask = ask,
                        .stop = stop};
  x->pid = -1;
  x->in = -1;
  return &x->base;
}
