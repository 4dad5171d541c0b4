#include "tools/bench/svg.h"

static const char *const light[ZG_SVG_SERIES] = {
    "#1f6feb", "#bf5f00", "#2f8f4e", "#8250df", "#9a7700",
    "#57606a", "#bf3f7c", "#d99a5b", "#e5bd95"};
static const char *const dark[ZG_SVG_SERIES] = {
    "#58a6ff", "#f0883e", "#56d364", "#bc8cff", "#e3b341",
    "#9aa4af", "#f778ba", "#b5763f", "#85603f"};

/* Plain rules, said twice: not every viewer knows variables. */
static void write_colours(FILE *f, const char *const series[],
                          const char *paper, const char *ink, const char *quiet,
                          const char *grid) {
  fprintf(f, ".paper{fill:%s}text{fill:%s}.quiet{fill:%s}.grid{stroke:%s}\n",
          paper, ink, quiet, grid);
  for (int i = 0; i < ZG_SVG_SERIES; i++)
    fprintf(f, ".b%d{fill:%s}.w%d{stroke:%s}\n", i, series[i], i, series[i]);
}

static void write_style(FILE *f) {
  fputs("<style>\n"
        "text{font:11px system-ui,sans-serif}\n"
        ".quiet{font-size:10px}\n"
        ".head{font-size:15px;font-weight:600}\n"
        ".strong{font-weight:600}\n",
        f);
  write_colours(f, light, "#ffffff", "#1f2328", "#59636e", "#d1d9e0");
  fputs("@media (prefers-color-scheme:dark){\n", f);
  write_colours(f, dark, "#0d1117", "#e6edf3", "#9198a1", "#30363d");
  fputs("}\n</style>\n", f);
}

static void write_escaped(FILE *f, const char *text) {
  for (; *text; text++) {
    if (*text == '&')
      fputs("&amp;", f);
    else if (*text == '<')
      fputs("&lt;", f);
    else
      fputc(*text, f);
  }
}

bool zg_svg_open(zg_svg *s, const char *path, double width, double height,
                 const char *title) {
  s->f = fopen(path, "w");
  if (!s->f)
    return false;
  fprintf(s->f,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
          "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n<title>",
          width, height, width, height);
  write_escaped(s->f, title);
  fputs("</title>\n", s->f);
  write_style(s->f);
  fputs("<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n", s->f);
  return true;
}

bool zg_svg_close(zg_svg *s) {
  fputs("</svg>\n", s->f);
  bool failed = ferror(s->f) != 0;
  return fclose(s->f) == 0 && !failed;
}

void zg_svg_bar(zg_svg *s, int series, double x, double y, double width,
                double height, const char *hint) {
  fprintf(s->f,
          "<rect class=\"b%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
          "height=\"%.1f\"><title>",
          series, x, y, width, height);
  write_escaped(s->f, hint);
  fputs("</title></rect>\n", s->f);
}

void zg_svg_whisker(zg_svg *s, int series, double from, double to, double y,
                    double half) {
  fprintf(s->f,
          "<path class=\"w%d\" fill=\"none\" stroke-width=\"1.5\" d=\"M%.1f "
          "%.1fH%.1fM%.1f "
          "%.1fV%.1f\"/>\n",
          series, from, y, to, to, y - half, y + half);
}

void zg_svg_grid(zg_svg *s, double x1, double y1, double x2, double y2) {
  fprintf(s->f,
          "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
          "y2=\"%.1f\"/>\n",
          x1, y1, x2, y2);
}

void zg_svg_text(zg_svg *s, const char *style, zg_svg_anchor anchor, double x,
                 double y, const char *text) {
  static const char *const anchors[] = {"start", "middle", "end"};
  fprintf(s->f, "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">",
          style, anchors[anchor], x, y);
  write_escaped(s->f, text);
  fputs("</text>\n", s->f);
}
