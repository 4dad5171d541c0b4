/* The plots of a run: latency.svg, a group of bars a class (median, with a tick
 * at the 95th percentile, log scale); costs.svg, what an engine takes. */
#include "tools/bench/run.h"
#include "tools/bench/svg.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>

#define WIDTH 960.0
#define LEFT 90.0
#define RIGHT 70.0
#define NAMES 130.0 /* in place of LEFT where engines stand */
#define TOP 84.0
#define BAR 10.0
#define STEP 12.0 /* from a bar to the next */
#define GAP 14.0  /* between classes */

typedef struct scale {
  double from, to; /* decades: log10 of microseconds */
} scale;

static double x_of(scale s, double us) {
  double at = (log10(us) - s.from) / (s.to - s.from);
  return LEFT + (at < 0 ? 0 : at) * (WIDTH - LEFT - RIGHT);
}

static scale scale_of(const zg_run *r) {
  double least = INFINITY, most = 0;
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++) {
      zg_figures f = zg_figures_of(r, e, cls, -1);
      if (f.n == 0)
        continue;
      least = f.median < least ? f.median : least;
      most = f.p95 > most ? f.p95 : most;
    }
  if (least < 0.1)
    least = 0.1; /* the cardinality of a bitmap takes no time */
  return (scale){floor(log10(least)), ceil(log10(most))};
}

static void format_time(char *to, size_t size, double us) {
  if (us < 1000)
    snprintf(to, size, us < 10 ? "%.2g µs" : "%.0f µs", us);
  else if (us < 1e6)
    snprintf(to, size, us < 1e4 ? "%.2g ms" : "%.0f ms", us / 1000);
  else
    snprintf(to, size, "%.1f s", us / 1e6);
}

static void draw_axis(zg_svg *s, scale x, double bottom) {
  char text[32];
  for (double d = x.from; d <= x.to; d++) {
    double at = x_of(x, pow(10, d));
    zg_svg_grid(s, at, TOP - 8, at, bottom);
    format_time(text, sizeof text, pow(10, d));
    zg_svg_text(s, "quiet", ZG_SVG_MIDDLE, at, TOP - 14, text);
  }
}

static void draw_legend(const zg_run *r, zg_svg *s, double y) {
  double x = LEFT;
  for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
    if (!zg_is_asked(r, e))
      continue;
    zg_svg_bar(s, e, x, y - 9, 10, 10, r->engines[e]->how);
    zg_svg_text(s, e == 0 ? "strong" : "text", ZG_SVG_START, x + 14, y,
                r->engines[e]->name);
    x += 118;
  }
}

static int bars_of(const zg_run *r, int cls) {
  int n = 0;
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    n += zg_answers(r, e, cls) && r->asked[e][cls] > 0;
  return n;
}

static double draw_class(const zg_run *r, zg_svg *s, scale x, int cls,
                         double y) {
  zg_svg_text(s, "strong", ZG_SVG_END, LEFT - 10, y + BAR - 1,
              zg_class_names[cls]);
  for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
    char median[32], p95[32], label[40], hint[160];
    zg_figures f = zg_figures_of(r, e, cls, -1);
    if (f.n == 0)
      continue;
    format_time(median, sizeof median, f.median);
    format_time(p95, sizeof p95, f.p95);
    snprintf(hint, sizeof hint, "%s, %s: median %s, 95 %% %s",
             zg_class_names[cls], r->engines[e]->name, median, p95);
    snprintf(label, sizeof label, "%s%s",
             r->engines[e]->comparable >> cls & 1 ? "" : "~ ", median);
    double end = x_of(x, f.median), far = x_of(x, f.p95);
    zg_svg_bar(s, e, LEFT, y, end - LEFT < 1 ? 1 : end - LEFT, BAR, hint);
    zg_svg_whisker(s, e, end, far, y + BAR / 2, BAR / 2 - 1);
    zg_svg_text(s, e == 0 ? "strong" : "quiet", ZG_SVG_START, far + 5,
                y + BAR - 1, label);
    y += STEP;
  }
  return y + GAP;
}

static bool write_latency(const zg_run *r, const char *path) {
  zg_svg s;
  char title[128];
  scale x = scale_of(r);
  double height = TOP + 32;
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
    height += bars_of(r, cls) * STEP + GAP;
  snprintf(title, sizeof title,
           "%llu findings: time of a query, median and 95 %% (log scale)",
           (unsigned long long)r->o.findings);
  if (!zg_svg_open(&s, path, WIDTH, height, title))
    return false;
  zg_svg_text(&s, "head", ZG_SVG_START, LEFT, 24, title);
  draw_legend(r, &s, 48);
  zg_svg_text(&s, "quiet", ZG_SVG_START, LEFT, height - 8,
              "~ another set of matches by definition, not compared");
  draw_axis(&s, x, height - 32);
  double y = TOP;
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
    y = draw_class(r, &s, x, cls, y);
  return zg_svg_close(&s);
}

/* ---- costs: a panel a quantity, linear ---- */

typedef double (*quantity)(const zg_run *r, int e);

static double load_rate(const zg_run *r, int e) {
  double s = r->loads[e].seconds;
  return s > 0 && !r->engines[e]->columns_only
             ? (double)r->loads[e].findings / s
             : -1;
}
static double request_rate(const zg_run *r, int e) { return r->rates[e]; }
static double disk(const zg_run *r, int e) {
  const zg_load *l = &r->loads[e];
  double mb = l->compact_mb >= 0 ? l->compact_mb : l->disk_mb;
  return mb < 0 || r->engines[e]->columns_only
             ? -1
             : mb * 1000 / (double)l->findings;
}
static double memory(const zg_run *r, int e) { return r->loads[e].rss_mb; }
static double start_time(const zg_run *r, int e) {
  return r->loads[e].start_ms;
}

static double value_of(const zg_run *r, quantity of, int e) {
  return r->engines[e] && r->engines[e]->load ? of(r, e) : -1;
}

static double height_of(const zg_run *r, quantity of) {
  double height = 28;
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (value_of(r, of, e) > 0)
      height += STEP + 4;
  return height;
}

static double draw_panel(const zg_run *r, zg_svg *s, quantity of,
                         const char *title, double y) {
  double most = 0;
  for (int e = 0; e < ZG_BENCH_ENGINES; e++)
    if (value_of(r, of, e) > most)
      most = value_of(r, of, e);
  zg_svg_text(s, "strong", ZG_SVG_START, NAMES, y, title);
  y += 8;
  for (int e = 0; e < ZG_BENCH_ENGINES; e++) {
    char text[32], hint[96];
    double v = value_of(r, of, e);
    if (v <= 0)
      continue;
    snprintf(text, sizeof text, v < 10 ? "%.1f" : "%.0f", v);
    snprintf(hint, sizeof hint, "%s: %s", r->engines[e]->name, text);
    double w = v / most * (WIDTH - NAMES - RIGHT - 40);
    zg_svg_text(s, e == 0 ? "strong" : "text", ZG_SVG_END, NAMES - 8, y + BAR,
                r->engines[e]->name);
    zg_svg_bar(s, e, NAMES, y, w < 1 ? 1 : w, BAR + 2, hint);
    zg_svg_text(s, e == 0 ? "strong" : "quiet", ZG_SVG_START, NAMES + w + 5,
                y + BAR, text);
    y += STEP + 4;
  }
  return y + 20;
}

static bool write_costs(const zg_run *r, const char *path) {
  static const struct {
    quantity of;
    const char *title;
  } panels[] = {
      {load_rate, "findings loaded a second (more is better)"},
      {request_rate, "single words answered a second (more is better)"},
      {disk, "kB on disk a finding, compacted (less is better)"},
      {memory, "MB resident after all queries (less is better)"},
      {start_time, "ms to start on the index, warm (less is better)"}};
  size_t n = sizeof panels / sizeof panels[0];
  zg_svg s;
  char title[128];
  snprintf(title, sizeof title, "%llu findings: what an engine takes",
           (unsigned long long)r->o.findings);
  double height = 50;
  for (size_t i = 0; i < n; i++)
    height += height_of(r, panels[i].of);
  if (!zg_svg_open(&s, path, WIDTH, height, title))
    return false;
  zg_svg_text(&s, "head", ZG_SVG_START, NAMES, 24, title);
  double y = 52;
  for (size_t i = 0; i < n; i++)
    y = draw_panel(r, &s, panels[i].of, panels[i].title, y);
  return zg_svg_close(&s);
}

bool zg_write_plots(const zg_run *r, const char *dir) {
  char path[600];
  bool ok = mkdir(dir, 0755) == 0 || errno == EEXIST;
  snprintf(path, sizeof path, "%s/latency.svg", dir);
  ok = ok && write_latency(r, path);
  if (ok)
    fprintf(stderr, "%s\n", path);
  snprintf(path, sizeof path, "%s/costs.svg", dir);
  ok = ok && write_costs(r, path);
  fprintf(stderr, "%s%s%s\n", path, ok ? "" : ": ", ok ? "" : strerror(errno));
  return ok;
}
