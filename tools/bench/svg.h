/* A small writer of SVG for plots of bars, readable on white and on black:
 * the colours follow the reader's colour scheme.
 */
#ifndef ZG_BENCH_SVG_H
#define ZG_BENCH_SVG_H

#include <stdbool.h>
#include <stdio.h>

enum { ZG_SVG_SERIES = 9 };

typedef struct zg_svg {
  FILE *f;
} zg_svg;

typedef enum zg_svg_anchor {
  ZG_SVG_START,
  ZG_SVG_MIDDLE,
  ZG_SVG_END
} zg_svg_anchor;

/* The file with its style, title and background; false: errno. */
bool zg_svg_open(zg_svg *s, const char *path, double width, double height,
                 const char *title);
bool zg_svg_close(zg_svg *s); /* false when anything could not be written */

/* `hint`: what a pointer over it shows. */
void zg_svg_bar(zg_svg *s, int series, double x, double y, double width,
                double height, const char *hint);
/* From the end of a bar to a tick: the 95th percentile. */
void zg_svg_whisker(zg_svg *s, int series, double from, double to, double y,
                    double half);
void zg_svg_grid(zg_svg *s, double x1, double y1, double x2, double y2);
/* style: "text", "quiet", "head" or "strong" */
void zg_svg_text(zg_svg *s, const char *style, zg_svg_anchor anchor, double x,
                 double y, const char *text);

#endif
