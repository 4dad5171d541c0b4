/* Events of the processor: perf stat on a running process, between two points
 * in time. */
#include "tools/bench/bench.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct zg_perf {
  pid_t pid;
  char file[600];
};

zg_perf *zg_perf_start(const zg_bench *b, pid_t pid) {
  char target[ZG_FAMILY * 12] = "", log[600];
  pid_t all[ZG_FAMILY];
  zg_perf *p = calloc(1, sizeof *p);
  if (!p || pid <= 0) {
    free(p);
    return NULL;
  }
  snprintf(p->file, sizeof p->file, "%s/perf.csv", b->dir);
  snprintf(log, sizeof log, "%s/perf.log", b->dir);
  size_t family = zg_family(pid, all, ZG_FAMILY);
  if (pid == getpid())
    family = 1; /* the engines that ask in this process: not the servers */
  for (size_t i = 0; i < family; i++) {
    size_t n = strlen(target);
    snprintf(target + n, sizeof target - n, "%s%d", i ? "," : "", (int)all[i]);
  }
  char *argv[] = {"perf", "stat",  "-x",
                  ";",    "-e",    "instructions,cache-misses,task-clock",
                  "-o",   p->file, "-p",
                  target, NULL};
  p->pid = zg_spawn(argv, NULL, NULL, log);
  if (p->pid < 0) {
    free(p);
    return NULL;
  }
  usleep(300000); /* perf does not say when it has attached */
  return p;
}

/* A line is value;unit;event;… – the value is "<not supported>" on machines
 * that do not pass their counters on. */
static void read_events(const char *file, double queries, zg_events *out) {
  char line[256], *end;
  FILE *f = fopen(file, "r");
  while (f && fgets(line, sizeof line, f)) {
    double v = strtod(line, &end);
    if (end == line)
      continue;
    if (strstr(line, "instructions"))
      out->instructions = v / queries;
    else if (strstr(line, "cache-misses"))
      out->cache_misses = v / queries;
    else if (strstr(line, "task-clock"))
      out->cpu_us = v * 1000 / queries; /* it counts in ms */
  }
  if (f)
    fclose(f);
}

void zg_perf_stop(zg_perf *p, double queries, zg_events *out) {
  *out = (zg_events){-1, -1, -1};
  if (!p)
    return;
  kill(p->pid, SIGINT); /* perf writes its file and ends */
  waitpid(p->pid, NULL, 0);
  if (queries > 0)
    read_events(p->file, queries, out);
  unlink(p->file);
  free(p);
}
