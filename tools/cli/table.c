#include "tools/cli/table.h"
#include "tools/cli/width.h"

#include <math.h>
#include <stdlib.h>

typedef struct cell {
  char *text;
  zg_colour colour;
} cell;

struct zg_grid {
  zg_grid_column *columns;
  size_t n_columns;
  cell *cells;
  size_t n_cells, cap;
  size_t rule_before; /* row, SIZE_MAX: none */
  bool failed;
};

#define GAP 2
#define LEAST 6 /* columns that a cut column keeps */

zg_grid *zg_grid_new(const zg_grid_column *columns, size_t n) {
  zg_grid *g = calloc(1, sizeof *g);
  if (!g)
    return NULL;
  g->columns = calloc(n, sizeof *g->columns);
  if (!g->columns) {
    free(g);
    return NULL;
  }
  g->rule_before = SIZE_MAX;
  g->n_columns = n;
  for (size_t i = 0; i < n; i++) {
    g->columns[i] = columns[i];
    g->columns[i].title = strdup(columns[i].title);
    g->failed = g->failed || !g->columns[i].title;
  }
  return g;
}

void zg_grid_free(zg_grid *g) {
  if (!g)
    return;
  for (size_t i = 0; i < g->n_columns; i++)
    free((char *)g->columns[i].title);
  for (size_t i = 0; i < g->n_cells; i++)
    free(g->cells[i].text);
  free(g->columns);
  free(g->cells);
  free(g);
}

void zg_grid_cell(zg_grid *g, const char *text, zg_colour colour) {
  if (g->failed)
    return;
  if (g->n_cells == g->cap) {
    size_t cap = g->cap ? g->cap * 2 : 64;
    cell *bigger = realloc(g->cells, cap * sizeof *bigger);
    if (!bigger) {
      g->failed = true;
      return;
    }
    g->cells = bigger;
    g->cap = cap;
  }
  char *copy = strdup(text ? text : "");
  g->failed = !copy;
  if (copy)
    g->cells[g->n_cells++] = (cell){copy, colour};
}

void zg_grid_rule(zg_grid *g) { g->rule_before = g->n_cells / g->n_columns; }

/* Natural widths, then the widest flexible column shrinks until all fit. */
static void fit(const zg_grid *g, const zg_cli *cli, int indent, int *widths) {
  int total = indent + GAP * (int)(g->n_columns - 1);
  for (size_t c = 0; c < g->n_columns; c++)
    widths[c] = zg_width(zg_str_of(g->columns[c].title), cli->ambiguous);
  for (size_t i = 0; i < g->n_cells; i++) {
    int w = zg_width(zg_str_of(g->cells[i].text), cli->ambiguous);
    if (w > widths[i % g->n_columns])
      widths[i % g->n_columns] = w;
  }
  for (size_t c = 0; c < g->n_columns; c++)
    total += widths[c];
  while (total > cli->columns) {
    size_t widest = g->n_columns;
    for (size_t c = 0; c < g->n_columns; c++)
      if (!g->columns[c].fixed && widths[c] > LEAST &&
          (widest == g->n_columns || widths[c] > widths[widest]))
        widest = c;
    if (widest == g->n_columns)
      break; /* nothing more to cut: the terminal wraps */
    widths[widest]--;
    total--;
  }
}

static void print_cell(const zg_cli *cli, const char *text, int width,
                       bool right, bool last, zg_colour colour) {
  zg_buf cut = ZG_BUF_INIT;
  zg_width_cut(zg_str_of(text), width, cli->ambiguous, &cut);
  int pad = width - zg_width((zg_str){cut.p, cut.n}, cli->ambiguous);
  if (pad < 0)
    pad = 0;
  fprintf(cli->out, "%*s%s%.*s%s%*s", right ? pad : 0, "",
          colour != ZG_PLAIN ? zg_paint(cli, colour) : "", (int)cut.n,
          cut.p ? cut.p : "", colour != ZG_PLAIN ? zg_paint(cli, ZG_PLAIN) : "",
          right || last ? 0 : pad, "");
  zg_buf_free(&cut);
}

static void print_rule(const zg_grid *g, const zg_cli *cli, int indent,
                       const int *widths) {
  fprintf(cli->out, "%*s%s", indent, "", zg_paint(cli, ZG_DIM));
  for (size_t c = 0; c < g->n_columns; c++) {
    for (int i = 0; i < widths[c]; i++)
      fputc('-', cli->out);
    if (c + 1 < g->n_columns)
      fprintf(cli->out, "%*s", GAP, "");
  }
  fprintf(cli->out, "%s\n", zg_paint(cli, ZG_PLAIN));
}

void zg_grid_print(const zg_grid *g, const zg_cli *cli, int indent) {
  int *widths = g->failed ? NULL : calloc(g->n_columns, sizeof *widths);
  if (!widths)
    return;
  fit(g, cli, indent, widths);
  size_t rows = g->n_cells / g->n_columns;
  for (size_t r = 0; r <= rows; r++) {
    if (r == 1 || (r > 1 && r - 1 == g->rule_before))
      print_rule(g, cli, indent, widths);
    fprintf(cli->out, "%*s", indent, "");
    for (size_t c = 0; c < g->n_columns; c++) {
      const zg_grid_column *col = &g->columns[c];
      bool last = c + 1 == g->n_columns;
      const cell *x = r ? &g->cells[(r - 1) * g->n_columns + c] : NULL;
      print_cell(cli, x ? x->text : col->title, widths[c], col->right, last,
                 x ? x->colour : ZG_BOLD);
      if (!last)
        fprintf(cli->out, "%*s", GAP, "");
    }
    fputc('\n', cli->out);
  }
  free(widths);
}

const char *zg_number_text(double v, char *scratch, size_t size) {
  if (fabs(v) > 9e15 || size < 48) {
    snprintf(scratch, size, "%.15g", v);
    return scratch;
  }
  char digits[40];
  bool whole = v == floor(v);
  snprintf(digits, sizeof digits, "%.*f", whole ? 0 : 2, fabs(v));
  if (!whole)
    for (size_t n = strlen(digits);
         digits[n - 1] == '0' || digits[n - 1] == '.';) {
      bool dot = digits[n - 1] == '.';
      digits[--n] = '\0';
      if (dot)
        break;
    }
  size_t before = strcspn(digits, "."), out = 0;
  if (v < 0)
    scratch[out++] = '-';
  for (size_t i = 0; digits[i]; i++) {
    if (i > 0 && i < before && (before - i) % 3 == 0)
      scratch[out++] = ',';
    scratch[out++] = digits[i];
  }
  scratch[out] = '\0';
  return scratch;
}
