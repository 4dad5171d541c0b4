#include "tools/cli/progress.h"

#include <time.h>
#include <unistd.h>

#define AFTER 2.0
#define EVERY 0.1
#define BAR 30

double zg_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void zg_progress_start(zg_progress *p, const zg_cli *cli) {
  *p = (zg_progress){.cli = cli, .on = isatty(STDERR_FILENO) == 1};
  p->unit = zg_say(cli, "行", "lines");
  p->started = zg_seconds();
}

void zg_progress_draw(zg_progress *p, uint64_t done, uint64_t all,
                      uint64_t items) {
  double now = zg_seconds(), spent = now - p->started;
  if (!p->on || spent < AFTER || now - p->drawn < EVERY)
    return;
  p->drawn = now;
  p->shown = true;
  double rate = (double)items / spent;
  fputs("\r\033[K", stderr);
  if (all > 0 && done >= all) {
    fprintf(stderr,
            zg_say(p->cli, "%llu %s已全部送出，等待服务写盘… %d 秒",
                   "all %llu %s sent, waiting for the daemon... %d s"),
            (unsigned long long)items, p->unit, (int)spent);
  } else if (all > 0) {
    double share = (double)done / (double)all;
    int full = (int)(share * BAR);
    int left = share > 0 ? (int)(spent / share - spent + 0.5) : 0;
    char bar[BAR + 1];
    for (int i = 0; i < BAR; i++)
      bar[i] = i < full ? '#' : '.';
    bar[BAR] = '\0';
    fprintf(stderr,
            zg_say(p->cli, "[%s] %3.0f%%  %llu %s  %.0f/秒  还需 %d:%02d",
                   "[%s] %3.0f%%  %llu %s  %.0f/s  ETA %d:%02d"),
            bar, share * 100, (unsigned long long)items, p->unit, rate,
            left / 60, left % 60);
  } else {
    fprintf(stderr, zg_say(p->cli, "%llu %s  %.0f/秒", "%llu %s  %.0f/s"),
            (unsigned long long)items, p->unit, rate);
  }
  fflush(stderr);
}

void zg_progress_convert(zg_progress *p, uint64_t done, uint64_t all) {
  double now = zg_seconds();
  if (!p->on || now - p->started < AFTER || now - p->drawn < EVERY)
    return;
  p->drawn = now;
  p->shown = true;
  fprintf(stderr,
          zg_say(p->cli, "\r\033[K正在读取 PDF、Word 等文件 %llu/%llu",
                 "\r\033[Kreading PDF and Word files %llu/%llu"),
          (unsigned long long)done + 1, (unsigned long long)all);
  fflush(stderr);
}

void zg_progress_clear(zg_progress *p) {
  if (p->shown)
    fputs("\r\033[K", stderr);
  p->shown = false;
}
