/* zhenggai stats: aggregates and crosstabs as tables with totals. */
#include "tools/cli/answer.h"
#include "tools/cli/client.h"
#include "tools/cli/labels.h"
#include "tools/cli/prose.h"
#include "tools/cli/table.h"
#include "tools/cli/width.h"

#include <math.h>
#include <stdlib.h>

typedef struct stats_options {
  const char *q, *filter, *by, *crosstab, *order, *limit, *set;
  zg_texts metrics, of;
  bool zeroes, any;
} stats_options;

#define OPTION(kind, member) kind, offsetof(stats_options, member)
static const zg_option options[] = {
    {"by", 'b', "A,B", "分组字段，如 unit,category", "fields to group by",
     OPTION(ZG_TEXT_OPTION, by)},
    {"metric", 'm', "M",
     "指标：count、sum:money_recovered、distinct:unit、share、rate:status=done "
     "…，可重复",
     "count, sum:money_recovered, distinct:unit, share, rate:status=done; may "
     "be repeated",
     OPTION(ZG_TEXTS_OPTION, metrics)},
    {"crosstab", 'x', "ROW,COL", "交叉表：行字段,列字段（指标取第一个）",
     "row field, column field", OPTION(ZG_TEXT_OPTION, crosstab)},
    {"filter", 'f', "EXPR", "筛选", "filter", OPTION(ZG_TEXT_OPTION, filter)},
    {"q", 'q', "WORDS", "检索词", "query", OPTION(ZG_TEXT_OPTION, q)},
    {"or", 0, NULL, "检索词任一即可", "any word of the query",
     OPTION(ZG_FLAG, any)},
    {"order", 'o', "ORDER", "排序，如 count:desc、key", "order of the groups",
     OPTION(ZG_TEXT_OPTION, order)},
    {"limit", 'n', "N", "组数，默认 100", "groups, default 100",
     OPTION(ZG_TEXT_OPTION, limit)},
    {"zeroes", 'z', NULL, "也列出没有问题的组", "groups without findings too",
     OPTION(ZG_FLAG, zeroes)},
    {"set", 0, "union|intersect|difference|xor",
     "对 --of 给出的各筛选作集合运算", "set verb over the filters of --of",
     OPTION(ZG_TEXT_OPTION, set)},
    {"of", 0, "EXPR", "集合运算的一个筛选，可重复",
     "a filter of the set verb; repeated", OPTION(ZG_TEXTS_OPTION, of)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

#define MAX_FIELDS 4
typedef char field_names[MAX_FIELDS][64];

/* "a,b" -> names; -1 when there are too many. */
static int split(const char *text, field_names names) {
  int n = 0;
  for (const char *p = text; p && *p;) {
    size_t len = strcspn(p, ",");
    if (len > 0 && n == MAX_FIELDS)
      return -1;
    if (len > 0)
      snprintf(names[n++], 64, "%.*s", (int)len, p);
    p += len + (p[len] == ',');
  }
  return n;
}

static cJSON *request(const stats_options *o, field_names names, int n,
                      long long limit) {
  cJSON *body = cJSON_CreateObject();
  if (o->q)
    cJSON_AddStringToObject(body, "q", o->q);
  if (o->any)
    cJSON_AddStringToObject(body, "operator", "or");
  if (o->filter)
    cJSON_AddStringToObject(body, "filter", o->filter);
  if (o->crosstab) {
    cJSON *x = cJSON_AddObjectToObject(body, "crosstab");
    cJSON_AddStringToObject(x, "rows", names[0]);
    cJSON_AddStringToObject(x, "cols", names[1]);
    cJSON_AddStringToObject(x, "metric",
                            o->metrics.n ? o->metrics.items[0] : "count");
  } else {
    cJSON *by = cJSON_AddArrayToObject(body, "group_by");
    for (int i = 0; i < n; i++)
      cJSON_AddItemToArray(by, cJSON_CreateString(names[i]));
    cJSON *metrics = cJSON_AddArrayToObject(body, "metrics");
    for (size_t i = 0; i < o->metrics.n; i++)
      cJSON_AddItemToArray(metrics, cJSON_CreateString(o->metrics.items[i]));
    if (o->metrics.n == 0)
      cJSON_AddItemToArray(metrics, cJSON_CreateString("count"));
    cJSON_AddNumberToObject(body, "limit", (double)limit);
  }
  if (o->order)
    cJSON_AddStringToObject(body, "order", o->order);
  if (o->zeroes)
    cJSON_AddBoolToObject(body, "zeroes", true);
  if (o->set) {
    cJSON *list =
        cJSON_AddArrayToObject(cJSON_AddObjectToObject(body, "set"), o->set);
    for (size_t i = 0; i < o->of.n; i++)
      cJSON_AddItemToArray(list, cJSON_CreateString(o->of.items[i]));
  }
  return body;
}

/* A key or metric as text; scratch of at least 64 bytes. */
static const char *plain(const cJSON *v, char *scratch, size_t size) {
  if (cJSON_IsNumber(v)) {
    snprintf(scratch, size, "%.15g", v->valuedouble);
    return scratch;
  }
  if (cJSON_IsBool(v))
    return cJSON_IsTrue(v) ? "true" : "false";
  return cJSON_GetStringValue(v);
}

static void add_key(const zg_cli *cli, zg_grid *g, const char *field,
                    const cJSON *v) {
  char digits[64], label[128];
  const char *text = plain(v, digits, sizeof digits);
  zg_grid_cell(g, zg_label_value(cli, field, text, label, sizeof label),
               text ? ZG_PLAIN : ZG_DIM);
}

/* Shares and rates are 0..1 in the API and percent for people. */
static void add_number(zg_grid *g, const char *metric, const cJSON *v,
                       zg_colour colour) {
  char digits[64], out[80];
  if (!cJSON_IsNumber(v)) {
    zg_grid_cell(g, "–", ZG_DIM);
    return;
  }
  bool percent =
      strcmp(metric, "share") == 0 || strncmp(metric, "rate", 4) == 0;
  if (strncmp(metric, "avg:", 4) == 0 && fabs(v->valuedouble) < 1e15)
    snprintf(out, sizeof out, "%.2f", v->valuedouble); /* points line up */
  else if (percent)
    snprintf(out, sizeof out, "%.1f%%", v->valuedouble * 100);
  else
    snprintf(out, sizeof out, "%s",
             zg_number_text(v->valuedouble, digits, sizeof digits));
  zg_grid_cell(g, out, colour);
}

static void print_groups(const zg_cli *cli, const stats_options *o,
                         field_names names, int n, const cJSON *answer) {
  zg_grid_column columns[MAX_FIELDS + ZG_ARGS_MAX];
  char titles[ZG_ARGS_MAX][96];
  static const char *const count_only[] = {"count"};
  const char *const *metrics = o->metrics.n ? o->metrics.items : count_only;
  size_t n_metrics = o->metrics.n ? o->metrics.n : 1;
  for (int i = 0; i < n; i++)
    columns[i] = (zg_grid_column){zg_label_field(cli, names[i]), false, false};
  for (size_t m = 0; m < n_metrics; m++)
    columns[(size_t)n + m] = (zg_grid_column){
        zg_label_metric(cli, metrics[m], titles[m], sizeof titles[m]), true,
        true};
  zg_grid *g = zg_grid_new(columns, (size_t)n + n_metrics);
  if (!g)
    return;
  const cJSON *group, *groups = zg_member(answer, "groups");
  cJSON_ArrayForEach(group, groups) {
    for (int i = 0; i < n; i++)
      add_key(cli, g, names[i], zg_member(zg_member(group, "key"), names[i]));
    for (size_t m = 0; m < n_metrics; m++)
      add_number(g, metrics[m], zg_member(group, metrics[m]), ZG_PLAIN);
  }
  const cJSON *totals = zg_member(answer, "totals");
  if (n > 0) {
    zg_grid_rule(g);
    for (int i = 0; i < n; i++)
      zg_grid_cell(g, i ? "" : zg_say(cli, "合计", "total"), ZG_BOLD);
    for (size_t m = 0; m < n_metrics; m++) {
      const cJSON *v = zg_member(totals, metrics[m]);
      if (!v && strcmp(metrics[m], "count") == 0)
        v = zg_member(answer, "total");
      add_number(g, metrics[m], v, ZG_BOLD);
    }
  }
  zg_grid_print(g, cli, 0);
  zg_grid_free(g);
  char scratch[48];
  double others = zg_number(answer, "other_count", 0);
  if (others > 0)
    fprintf(cli->out,
            zg_say(cli, "另有未列出的组，共 %s 条（--limit 可增加）\n",
                   "%s findings stand in groups not listed (--limit)\n"),
            zg_number_text(others, scratch, sizeof scratch));
}

/* ---- crosstab ---- */

typedef struct matrix {
  const zg_cli *cli;
  const cJSON *x; /* the answer's crosstab */
  const char *metric, *row_field, *col_field;
  int n_rows, n_cols;
} matrix;

/* Categories stand with their id alone, or 28 columns would never fit; what
 * they mean is told below. */
static const char *column_title(const matrix *m, int c, char *out,
                                size_t size) {
  char digits[64];
  const char *text = plain(cJSON_GetArrayItem(zg_member(m->x, "cols"), c),
                           digits, sizeof digits);
  const char *label =
      text && strcmp(m->col_field, "category") == 0
          ? text
          : zg_label_value(m->cli, m->col_field, text, out, size);
  if (label != out)
    snprintf(out, size, "%s", label);
  return out;
}

static int column_width(const matrix *m, int c) {
  char title[128], number[48];
  const cJSON *total = cJSON_GetArrayItem(zg_member(m->x, "col_totals"), c);
  int w = zg_width(zg_str_of(column_title(m, c, title, sizeof title)),
                   m->cli->ambiguous);
  int n = cJSON_IsNumber(total)
              ? (int)strlen(
                    zg_number_text(total->valuedouble, number, sizeof number))
              : 5;
  return (w > n ? w : n) + 2;
}

/* Columns [from, to); the last panel has the totals of the rows too. */
static void print_panel(const matrix *m, int from, int to) {
  const zg_cli *cli = m->cli;
  bool totals = to == m->n_cols;
  size_t n = (size_t)(to - from) + 1 + totals;
  zg_grid_column *columns = calloc(n, sizeof *columns);
  char(*titles)[128] = calloc(n, sizeof *titles);
  zg_grid *g = NULL;
  if (columns && titles) {
    columns[0] =
        (zg_grid_column){zg_label_field(cli, m->row_field), false, false};
    for (int c = from; c < to; c++)
      columns[c - from + 1] = (zg_grid_column){
          column_title(m, c, titles[c - from], sizeof titles[0]), true, true};
    if (totals)
      columns[n - 1] =
          (zg_grid_column){zg_say(cli, "合计", "total"), true, true};
    g = zg_grid_new(columns, n);
  }
  for (int r = 0; g && r < m->n_rows; r++) {
    const cJSON *cells = cJSON_GetArrayItem(zg_member(m->x, "cells"), r);
    add_key(cli, g, m->row_field,
            cJSON_GetArrayItem(zg_member(m->x, "rows"), r));
    for (int c = from; c < to; c++) {
      const cJSON *cell = cJSON_GetArrayItem(cells, c);
      bool zero = cJSON_IsNumber(cell) && cell->valuedouble == 0;
      add_number(g, m->metric, cell, zero ? ZG_DIM : ZG_PLAIN);
    }
    if (totals)
      add_number(g, m->metric,
                 cJSON_GetArrayItem(zg_member(m->x, "row_totals"), r), ZG_BOLD);
  }
  if (g) {
    zg_grid_rule(g);
    zg_grid_cell(g, zg_say(cli, "合计", "total"), ZG_BOLD);
    for (int c = from; c < to; c++)
      add_number(g, m->metric,
                 cJSON_GetArrayItem(zg_member(m->x, "col_totals"), c), ZG_BOLD);
    if (totals)
      add_number(g, m->metric, zg_member(m->x, "grand_total"), ZG_BOLD);
    zg_grid_print(g, cli, 0);
  }
  zg_grid_free(g);
  free(columns);
  free(titles);
}

static void print_legend(const matrix *m) {
  zg_buf b = ZG_BUF_INIT;
  const cJSON *v;
  if (strcmp(m->col_field, "category") != 0)
    return;
  cJSON_ArrayForEach(v, zg_member(m->x, "cols")) {
    const char *id = cJSON_GetStringValue(v);
    const char *name = id ? zg_label_category(m->cli, id) : NULL;
    if (name)
      zg_buf_printf(&b, "%s%s %s", b.n ? "  " : "", id, name);
  }
  fputc('\n', m->cli->out);
  zg_prose_print(m->cli, (zg_str){b.p, b.n}, NULL, 0,
                 (zg_prose){.base = ZG_DIM});
  zg_buf_free(&b);
}

/* An answer has 10,000 cells at most: the last rows may not be listed. */
static void print_others(const matrix *m, const cJSON *answer) {
  char rows[48], count[48];
  double left = zg_number(answer, "total_groups", 0) - m->n_rows;
  if (left <= 0)
    return;
  zg_number_text(left, rows, sizeof rows);
  zg_number_text(zg_number(answer, "other_count", 0), count, sizeof count);
  if (m->cli->english)
    fprintf(m->cli->out, "%s more row%s, %s findings, not listed (--filter)\n",
            rows, left > 1 ? "s" : "", count);
  else
    fprintf(m->cli->out,
            "另有未列出的 %s 行，共 %s 条（--filter 可缩小范围）\n", rows,
            count);
}

/* As many columns as fit beside the row names; the others below. */
static void print_crosstab(const zg_cli *cli, const stats_options *o,
                           field_names names, const cJSON *answer) {
  matrix m = {.cli = cli,
              .x = zg_member(answer, "crosstab"),
              .metric = o->metrics.n ? o->metrics.items[0] : "count",
              .row_field = names[0],
              .col_field = names[1]};
  m.n_rows = cJSON_GetArraySize(zg_member(m.x, "rows"));
  m.n_cols = cJSON_GetArraySize(zg_member(m.x, "cols"));
  int names_width = 12;
  for (int r = 0; r < m.n_rows && names_width < 28; r++) {
    char digits[64], label[128];
    const char *text = plain(cJSON_GetArrayItem(zg_member(m.x, "rows"), r),
                             digits, sizeof digits);
    int w = zg_width(
        zg_str_of(zg_label_value(cli, m.row_field, text, label, sizeof label)),
        cli->ambiguous);
    names_width = w > names_width ? w : names_width;
  }
  int from = 0;
  do {
    int to = from, used = names_width + 12; /* the totals of the rows */
    while (to < m.n_cols && (to == from || used <= cli->columns)) {
      used += column_width(&m, to);
      to += used <= cli->columns || to == from;
    }
    if (from > 0)
      fputc('\n', cli->out);
    print_panel(&m, from, to);
    from = to;
  } while (from < m.n_cols);
  print_others(&m, answer);
  print_legend(&m);
}

static int run(const zg_cli *cli, const void *opts, const char **args,
               size_t n_args) {
  const stats_options *o = opts;
  field_names names;
  long long limit = 100;
  if (n_args)
    return zg_complain(cli, ZG_EXIT_USAGE, "%s: %s",
                       zg_say(cli, "多余的参数（检索词用 --q）",
                              "unexpected argument (words go into --q)"),
                       args[0]);
  if (o->crosstab && o->by)
    return zg_complain(cli, ZG_EXIT_USAGE, "--by | --crosstab");
  int n = split(o->crosstab ? o->crosstab : o->by, names);
  if (n < 0 || (o->crosstab && n != 2))
    return zg_complain(cli, ZG_EXIT_USAGE, "%s",
                       o->crosstab ? "--crosstab ROW,COL" : "--by: 1..4");
  if (o->limit && !zg_args_number(o->limit, 1, 10000, &limit))
    return zg_complain(cli, ZG_EXIT_USAGE, "--limit: 1..10000");
  if ((o->set != NULL) != (o->of.n > 0))
    return zg_complain(cli, ZG_EXIT_USAGE, "--set VERB --of EXPR --of EXPR");
  cJSON *body = request(o, names, n, limit), *answer = NULL;
  int code = zg_client_ask(cli, "/v1/aggregate", body, &answer);
  cJSON_Delete(body);
  if (!answer)
    return code;
  char scratch[48];
  fprintf(
      cli->out,
      zg_say(cli, "共 %s 条问题，用时 %.1f 毫秒\n\n",
             "%s findings, %.1f ms\n\n"),
      zg_number_text(zg_number(answer, "total", 0), scratch, sizeof scratch),
      zg_number(answer, "took_ms", 0));
  if (o->crosstab)
    print_crosstab(cli, o, names, answer);
  else
    print_groups(cli, o, names, n, answer);
  cJSON_Delete(answer);
  return 0;
}

const zg_command zg_cmd_stats = {
    "stats",
    "[OPTION…]",
    "分组统计与交叉表：数量、金额、占比、去重数",
    "group-by counts, sums, shares, distincts; crosstabs",
    options,
    sizeof(stats_options),
    run};
