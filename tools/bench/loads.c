/* Loading and starting.  The cost of a load stands in dir/KEY.loaded beside
 * the data in dir/KEY, and says that they are whole: the next run on the folder
 * only asks. */
#include "tools/bench/run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char record_write[] =
    "findings %llu\ndate %s\nseconds %.3f\ncpu_s %.3f\npeak_mb %.3f\n"
    "disk_mb %.3f\ncompact_mb %.3f\ncompact_s %.3f\nend %d\n";
static const char record_read[] =
    "findings %llu date %15s seconds %lf cpu_s %lf peak_mb %lf disk_mb %lf "
    "compact_mb %lf compact_s %lf end %d";

static void path_of(const zg_run *r, int e, const char *end, char path[600]) {
  snprintf(path, 600, "%s/%s%s", r->bench.dir, r->engines[e]->key, end);
}

static uint64_t wanted(const zg_run *r, int e) {
  uint64_t most = r->engines[e]->most;
  return most && most < r->o.findings ? most : r->o.findings;
}

/* False when there is no record, or half of one. */
static bool read_record(const zg_run *r, int e, zg_load *out) {
  char path[600];
  unsigned long long n = 0;
  int end = 0;
  path_of(r, e, ".loaded", path);
  FILE *f = fopen(path, "r");
  bool ok = f && fscanf(f, record_read, &n, out->date, &out->seconds,
                        &out->cpu_s, &out->peak_mb, &out->disk_mb,
                        &out->compact_mb, &out->compact_s, &end) == 9;
  if (f)
    fclose(f);
  out->findings = n;
  return ok && end == 1 && n == wanted(r, e);
}

static bool write_record(const zg_run *r, int e) {
  char path[600];
  const zg_load *l = &r->loads[e];
  path_of(r, e, ".loaded", path);
  FILE *f = fopen(path, "w");
  if (!f)
    return false;
  fprintf(f, record_write, (unsigned long long)l->findings, l->date, l->seconds,
          l->cpu_s, l->peak_mb, l->disk_mb, l->compact_mb, l->compact_s, 1);
  return fclose(f) == 0;
}

static bool to_load(const zg_run *r, int e) {
  zg_load l;
  return r->engines[e] && r->engines[e]->load &&
         (r->o.reload >> e & 1 || !read_record(r, e, &l));
}

/* Rough: the asking is for the most part that of the engines which spend all
 * the time that they are given. */
static double asking_seconds(const zg_run *r) {
  double one = (double)r->o.queries * (double)r->o.findings * 0.5e-6;
  double most = ZG_BENCH_WARM_S + ZG_BENCH_TIMED_S;
  return ZG_CORPUS_CLASSES * (2 * one < most ? 2 * one : most);
}

static void forecast(const zg_run *r) {
  double all = 0;
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (to_load(r, e))
      all += (double)wanted(r, e) / r->engines[e]->typical;
  if (all < 60)
    return;
  fprintf(stderr, "loading will take about %.0f minutes on two idle cores (",
          all / 60);
  const char *comma = "";
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (to_load(r, e)) {
      fprintf(stderr, "%s%s %.1f", comma, r->engines[e]->name,
              (double)wanted(r, e) / r->engines[e]->typical / 60);
      comma = ", ";
    }
  fprintf(stderr, "), compacting about %.0f, asking about %.0f.%s\n",
          all / 60 / 6, asking_seconds(r) / 60,
          r->o.keep ? ""
                    : "  With --keep DIR (make: KEEP=DIR) the next run only "
                      "asks.");
}

/* ---- one load, in a process of its own, whose children it accounts for ----
 */

typedef struct cost {
  bool ok;
  double cpu_s, peak_mb;
} cost;

static void load_and_tell(zg_engine *x, const zg_bench *b, int to) {
  struct rusage u;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  cost c = {.ok = x->load(x, b)};
  getrusage(RUSAGE_CHILDREN, &u);
  c.cpu_s = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
            (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
  c.peak_mb = (double)u.ru_maxrss * 1024 / 1e6;
  _exit(write(to, &c, sizeof c) == (ssize_t)sizeof c ? 0 : 1);
}

static bool load_apart(zg_run *r, int e, cost *c) {
  int fd[2];
  struct stat st;
  if (stat(r->bench.corpus, &st) != 0 || pipe2(fd, O_CLOEXEC) != 0)
    return false;
  double bytes = (double)st.st_size / (double)r->o.findings;
  *r->bench.taken = 0;
  fflush(NULL);
  pid_t pid = fork();
  if (pid == 0)
    load_and_tell(r->engines[e], &r->bench, fd[1]);
  close(fd[1]);
  struct pollfd p = {fd[0], POLLIN, 0};
  while (pid > 0 && poll(&p, 1, 200) == 0)
    zg_progress_at(&r->progress, (double)*r->bench.taken / bytes);
  bool ok = pid > 0 && read(fd[0], c, sizeof *c) == (ssize_t)sizeof *c && c->ok;
  close(fd[0]);
  return zg_wait(pid) && ok;
}

static void today(char *to, size_t size) {
  time_t now = time(NULL);
  struct tm tm;
  strftime(to, size, "%Y-%m-%d", localtime_r(&now, &tm));
}

static bool load_one(zg_run *r, int e) {
  zg_engine *x = r->engines[e];
  zg_load *l = &r->loads[e];
  char data[600], record[600], name[80];
  cost c = {false, -1, -1};
  l->findings = wanted(r, e);
  today(l->date, sizeof l->date);
  path_of(r, e, ".loaded", record);
  path_of(r, e, "", data);
  unlink(record);
  zg_remove_tree(data); /* half of a load that was broken off */
  snprintf(name, sizeof name, "loading %s", x->name);
  zg_progress_stage(&r->progress, name, (double)l->findings, "findings");
  double from = zg_now();
  if (!load_apart(r, e, &c)) {
    zg_progress_break();
    return false;
  }
  l->seconds = zg_now() - from;
  l->cpu_s = c.cpu_s;
  l->peak_mb = c.peak_mb;
  l->disk_mb = zg_disk_mb(data);
  l->compact_mb = l->compact_s = -1;
  zg_progress_end(&r->progress);
  return write_record(r, e);
}

static bool compact_one(zg_run *r, int e) {
  zg_engine *x = r->engines[e];
  zg_load *l = &r->loads[e];
  char name[80];
  snprintf(name, sizeof name, "compacting %s", x->name);
  zg_progress_stage(&r->progress, name, 0, NULL);
  l->compact_mb = x->compact(x, &r->bench, &l->compact_s);
  if (l->compact_mb < 0) {
    zg_progress_break();
    return false;
  }
  zg_progress_end(&r->progress);
  return write_record(r, e);
}

/* A peer that cannot load what it was given is no reason to measure nothing:
 * the others go on without it.  Not so zhenggai, nor where answers are checked,
 * which must not pass for want of somebody to compare with. */
static bool left_out(zg_run *r, int e) {
  zg_engine *x = r->engines[e];
  bool needed = e == ZG_OURS || r->o.check;
  fprintf(stderr, "%s failed, logs in %s%s\n", x->name, r->bench.dir,
          needed ? "" : ": it is left out");
  if (needed)
    return false;
  x->stop(x);
  x->free(x);
  r->engines[e] = NULL;
  return true;
}

bool zg_loads_make(zg_run *r) {
  forecast(r);
  for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
    zg_engine *x = r->engines[e];
    zg_load *l = &r->loads[e];
    *l = (zg_load){.seconds = -1,
                   .cpu_s = -1,
                   .peak_mb = -1,
                   .disk_mb = -1,
                   .compact_mb = -1,
                   .compact_s = -1,
                   .cold_ms = -1,
                   .start_ms = -1,
                   .rss_start_mb = -1,
                   .rss_mb = -1};
    if (!x || !x->load || (r->o.check && !x->open))
      continue;
    l->earlier = !to_load(r, e) && read_record(r, e, l);
    bool ok =
        (l->earlier || load_one(r, e)) &&
        (r->o.check || !x->compact || l->compact_mb >= 0 || compact_one(r, e));
    if (!ok && !left_out(r, e))
      return false;
  }
  return true;
}

/* ---- starting ---- */

/* From exec until the first query that it can answer is answered. */
static bool start(zg_run *r, int e, double *ms) {
  zg_engine *x = r->engines[e];
  zg_answer a;
  int cls = 0;
  while (!(x->answers >> cls & 1))
    cls++;
  double from = zg_now();
  bool ok =
      x->open(x, &r->bench) && x->ask(x, zg_query_at(r, cls, false, 0), &a);
  *ms = (zg_now() - from) * 1000;
  return ok;
}

static bool open_one(zg_run *r, int e) {
  zg_engine *x = r->engines[e];
  zg_load *l = &r->loads[e];
  char data[600];
  if (!x->load)
    return x->open(x, &r->bench);
  path_of(r, e, "", data);
  if (!r->o.check) {
    zg_drop_cache(data);
    if (!start(r, e, &l->cold_ms))
      return false;
    x->stop(x);
  }
  bool ok = start(r, e, &l->start_ms);
  l->rss_start_mb = zg_rss_mb(x->pid(x));
  return ok;
}

bool zg_loads_open(zg_run *r) {
  for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
    zg_engine *x = r->engines[e];
    char name[80];
    if (!x || !x->open)
      continue;
    snprintf(name, sizeof name, "starting %s", x->name);
    zg_progress_stage(&r->progress, name, 0, NULL);
    if (!open_one(r, e)) {
      zg_progress_break();
      fprintf(stderr, "%s failed, logs in %s\n", x->name, r->bench.dir);
      return false;
    }
    zg_progress_end(&r->progress);
  }
  return true;
}
