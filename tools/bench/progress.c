#include "tools/bench/progress.h"
#include "tools/bench/bench.h"

#include <unistd.h>

#define WIDTH 24
#define EVERY_S 0.2

void zg_progress_init(zg_progress *p) {
  *p = (zg_progress){.began = zg_now(), .terminal = isatty(STDERR_FILENO)};
}

static void format_time(char *to, size_t size, double seconds) {
  long s = (long)(seconds + 0.5);
  snprintf(to, size, "%ld:%02ld", s / 60, s % 60);
}

static double rate_of(const zg_progress *p) {
  double took = zg_now() - p->from;
  return took > 0 ? p->done / took : 0;
}

static void draw_head(const zg_progress *p) {
  char at[24];
  format_time(at, sizeof at, zg_now() - p->began);
  fprintf(stderr, "[%6s] %s", at, p->name);
}

static void draw_bar(zg_progress *p) {
  char left[24] = "?";
  double part = p->total > 0 ? p->done / p->total : 0;
  int full = (int)((part > 1 ? 1 : part) * WIDTH);
  double rate = rate_of(p);
  p->drawn = zg_now();
  fputs("\r\033[K", stderr);
  draw_head(p);
  if (p->total <= 0) {
    fflush(stderr);
    return;
  }
  if (rate > 0)
    format_time(left, sizeof left, (p->total - p->done) / rate);
  fputs("  [", stderr);
  for (int i = 0; i < WIDTH; i++)
    fputc(i < full ? '#' : '.', stderr);
  fprintf(stderr, "] %3.0f %%", part * 100);
  if (p->unit)
    fprintf(stderr, ", %.0f %s/s", rate, p->unit);
  fprintf(stderr, ", %s left", left);
  fflush(stderr);
}

void zg_progress_stage(zg_progress *p, const char *name, double total,
                       const char *unit) {
  snprintf(p->name, sizeof p->name, "%s", name);
  p->unit = unit;
  p->total = total;
  p->done = 0;
  p->from = zg_now();
  if (p->terminal) {
    draw_bar(p);
    return;
  }
  draw_head(p);
  fflush(stderr);
}

void zg_progress_at(zg_progress *p, double done) {
  p->done = done;
  if (p->terminal && zg_now() - p->drawn >= EVERY_S)
    draw_bar(p);
}

void zg_progress_end(zg_progress *p) {
  p->done = p->total;
  if (p->terminal) {
    fputs("\r\033[K", stderr);
    draw_head(p);
  }
  fprintf(stderr, ": %.1f s", zg_now() - p->from);
  if (p->unit && p->total > 0)
    fprintf(stderr, ", %.0f %s/s", rate_of(p), p->unit);
  fputc('\n', stderr);
}

void zg_progress_break(void) { fputc('\n', stderr); }
