/* Tables for a terminal: columns aligned by display width, fitted to the
 * terminal by cutting the widest flexible columns with "…".  Numbers go right.
 */
#ifndef ZG_CLI_TABLE_H
#define ZG_CLI_TABLE_H

#include "tools/cli/cli.h"

typedef struct zg_grid zg_grid;
typedef struct zg_grid_column {
  const char *title; /* copied */
  bool right;        /* numbers */
  bool fixed;        /* never cut */
} zg_grid_column;

zg_grid *zg_grid_new(const zg_grid_column *columns, size_t n);
void zg_grid_free(zg_grid *g);
/* Cells of a row in order; text is copied, NULL is empty. */
void zg_grid_cell(zg_grid *g, const char *text, zg_colour colour);
/* A rule before the row that comes next (totals). */
void zg_grid_rule(zg_grid *g);
/* Prints title, rows and, when `indent` > 0, that many blanks in front. */
void zg_grid_print(const zg_grid *g, const zg_cli *cli, int indent);

/* 1234567.5 -> "1,234,567.5" (at most two decimals, trailing zeros dropped). */
const char *zg_number_text(double v, char *scratch, size_t size);
static inline const char *zg_count_text(uint64_t n, char scratch[48]) {
  return zg_number_text((double)n, scratch, 48);
}

#endif
