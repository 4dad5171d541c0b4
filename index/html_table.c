/* Tables: of findings (a block of `label:value` lines a row), of facts about
 * the document (the same), of other data (cells joined by " | "), and those
 * that only place things (their text). */
#include "index/html_private.h"

#include <stdlib.h>

#define COLUMNS_MAX 40
#define CELLS_MAX 400000
#define HEADER_LOOK 4 /* rows that the header is looked for in */

typedef struct cell {
  uint32_t node;
  uint32_t row;
  uint16_t column, columns;
  uint32_t rows;
} cell;

typedef struct grid {
  const zg_tree *t;
  cell *cells;
  uint32_t n_cells, cap;
  uint32_t *at; /* rows x columns: index of the cell + 1; 0: none */
  uint32_t rows, columns;
  uint32_t *row_nodes;
} grid;

static void grid_free(grid *g) {
  free(g->cells);
  free(g->at);
  free(g->row_nodes);
}

/* ---- the grid ---- */

/* Calls for every row of the table itself. */
static uint32_t rows_of(const zg_tree *t, uint32_t table, uint32_t *out) {
  uint32_t n = 0;
  for (uint32_t i = table + 1; i < t->nodes[table].end;) {
    zg_tag tag = t->nodes[i].tag;
    if (tag == ZG_TAG_TBODY || tag == ZG_TAG_THEAD || tag == ZG_TAG_TFOOT) {
      i++; /* into it */
      continue;
    }
    if (tag == ZG_TAG_TR && !t->nodes[i].skip) {
      if (out)
        out[n] = i;
      n++;
    }
    i = t->nodes[i].end;
  }
  return n;
}

static bool is_cell(const zg_node *n) {
  return (n->tag == ZG_TAG_TD || n->tag == ZG_TAG_TH) && !n->skip;
}

static bool add_cell(grid *g, cell c) {
  if (g->n_cells == g->cap) {
    uint32_t cap = g->cap ? g->cap * 2 : 64;
    cell *bigger = realloc(g->cells, cap * sizeof *bigger);
    if (!bigger)
      return false;
    g->cells = bigger;
    g->cap = cap;
  }
  g->cells[g->n_cells++] = c;
  return true;
}

/* Places the cells; false: not a table that a grid is made of. */
static bool place(grid *g) {
  const zg_tree *t = g->t;
  uint32_t until[COLUMNS_MAX] = {0}; /* row at which the column is free */
  for (uint32_t r = 0; r < g->rows; r++) {
    uint32_t tr = g->row_nodes[r], column = 0;
    for (uint32_t i = tr + 1; i < t->nodes[tr].end; i = t->nodes[i].end) {
      const zg_node *n = &t->nodes[i];
      if (!is_cell(n))
        continue;
      while (column < COLUMNS_MAX && until[column] > r)
        column++;
      uint32_t columns = n->colspan, rows = n->rowspan;
      if (column >= COLUMNS_MAX)
        return false;
      if (columns > COLUMNS_MAX - column)
        columns = COLUMNS_MAX - column;
      if (rows > g->rows - r)
        rows = g->rows - r;
      for (uint32_t k = 0; k < columns; k++)
        until[column + k] = r + rows;
      if (!add_cell(g, (cell){i, r, (uint16_t)column, (uint16_t)columns, rows}))
        return false;
      column += columns;
      /* a colspan that covers nothing does not widen the table */
      if (column - columns + 1 > g->columns)
        g->columns = column - columns + 1;
    }
  }
  if (g->columns == 0 || (uint64_t)g->rows * g->columns > CELLS_MAX)
    return false;
  g->at = calloc((size_t)g->rows * g->columns, sizeof *g->at);
  for (uint32_t k = 0; g->at && k < g->n_cells; k++) {
    cell *c = &g->cells[k];
    if (c->column + c->columns > g->columns)
      c->columns = (uint16_t)(g->columns - c->column);
    for (uint32_t r = c->row; r < c->row + c->rows; r++)
      for (uint32_t x = c->column; x < (uint32_t)c->column + c->columns; x++)
        if (!g->at[r * g->columns + x])
          g->at[r * g->columns + x] = k + 1;
  }
  return g->at != NULL;
}

static const cell *cell_at(const grid *g, uint32_t row, uint32_t column) {
  uint32_t k = g->at[row * g->columns + column];
  return k ? &g->cells[k - 1] : NULL;
}

static bool grid_make(grid *g, const zg_tree *t, uint32_t table) {
  *g = (grid){.t = t};
  g->rows = rows_of(t, table, NULL);
  g->row_nodes = g->rows ? malloc(g->rows * sizeof *g->row_nodes) : NULL;
  if (!g->row_nodes)
    return false;
  rows_of(t, table, g->row_nodes);
  return place(g);
}

/* ---- the text of cells ---- */

static void cell_text(const grid *g, const cell *c, zg_buf *out) {
  zg_lines w = {.joined = true};
  zg_html_render(g->t, c->node, 0, &w);
  if (w.out.n)
    zg_buf_add(out, w.out.p, w.out.n);
  zg_buf_free(&w.out);
}

static uint32_t length(const grid *g, const cell *c) {
  return c ? zg_tree_all(g->t, c->node) : 0;
}

/* Short text without blanks: "序 号" is 序号. */
static void label_of(const grid *g, const cell *c, zg_buf *out) {
  zg_buf text = ZG_BUF_INIT;
  zg_buf_clear(out);
  if (c && length(g, c) <= 40)
    cell_text(g, c, &text);
  for (size_t i = 0; i < text.n; i++)
    if (text.p[i] != ' ')
      zg_buf_addc(out, text.p[i]);
  if (out->n && out->p[out->n - 1] == ':')
    out->n--;
  else if (out->n > 3 && memcmp(out->p + out->n - 3, "：", 3) == 0)
    out->n -= 3;
  zg_buf_free(&text);
}

static bool has(zg_str s, const char *word) {
  return s.n && memmem(s.p, s.n, word, strlen(word));
}

static void put_line(zg_lines *w, const zg_buf *label, const zg_buf *value) {
  zg_lines_break(w);
  zg_lines_text(w, label->p, label->n, false);
  zg_lines_text(w, ":", 1, false);
  if (value->n)
    zg_lines_text(w, value->p, value->n, false);
  zg_lines_break(w);
}

/* ---- tables of findings ---- */

typedef struct header {
  uint32_t first, rows; /* header rows */
  uint32_t problem;     /* column of the problems */
} header;

static bool is_problem(zg_str s) {
  return has(s, "问题") || has(s, "整改任务") || has(s, "反馈意见") ||
         has(s, "整改事项") || has(s, "整改内容");
}
static bool is_answer(zg_str s) {
  return has(s, "措施") || has(s, "完成情况") || has(s, "整改情况") ||
         has(s, "落实情况") || has(s, "进展") || has(s, "整改结果") ||
         has(s, "成效") || has(s, "状态") || has(s, "是否完成");
}
static bool is_other(zg_str s) {
  return has(s, "序号") || has(s, "编号") || has(s, "责任") || has(s, "单位") ||
         has(s, "部门") || has(s, "目标") || has(s, "时限") || has(s, "期限") ||
         has(s, "时间") || has(s, "领导") || has(s, "备注");
}

static bool header_at(const grid *g, uint32_t row, header *h) {
  zg_buf label = ZG_BUF_INIT;
  unsigned problems = 0, answers = 0, others = 0;
  uint32_t rows = 1;
  const cell *before = NULL;
  for (uint32_t x = 0; x < g->columns; x++) {
    const cell *c = cell_at(g, row, x);
    if (!c || c == before)
      continue;
    before = c;
    label_of(g, c, &label);
    zg_str s = {label.p, label.n};
    if (is_answer(s)) {
      answers++;
    } else if (is_problem(s)) {
      if (problems++ == 0)
        h->problem = x;
    } else if (is_other(s)) {
      others++;
    }
    if (c->row == row && c->rows > rows && length(g, c) <= 20)
      rows = c->rows;
  }
  zg_buf_free(&label);
  h->first = row;
  h->rows = rows > 3 ? 1 : rows;
  return problems && answers &&
         (problems + answers + others >= 3 || g->columns == 2);
}

static bool find_header(const grid *g, header *h) {
  for (uint32_t r = 0; r < g->rows && r < HEADER_LOOK; r++)
    if (header_at(g, r, h))
      return h->first + h->rows < g->rows;
  return false;
}

/* One cell across all columns, or nothing beside it. */
static const cell *lone_cell(const grid *g, uint32_t row) {
  const cell *only = NULL;
  for (uint32_t x = 0; x < g->columns; x++) {
    const cell *c = cell_at(g, row, x);
    if (!c || c == only || length(g, c) == 0)
      continue;
    if (only || c->row != row)
      return NULL;
    only = c;
  }
  return only && only->columns * 2 > g->columns ? only : NULL;
}

static void plain_row(const grid *g, uint32_t row, zg_lines *w) {
  zg_lines_break(w);
  for (uint32_t x = 0; x < g->columns; x++) {
    const cell *c = cell_at(g, row, x);
    if (c && c->row == row && c->column == x)
      zg_html_render(g->t, c->node, 0, w);
  }
  zg_lines_break(w);
}

/* All that column x has in the rows [row, end), each cell once. */
static void column_value(const grid *g, uint32_t row, uint32_t end, uint32_t x,
                         zg_buf *value) {
  const cell *before = NULL;
  zg_buf_clear(value);
  for (uint32_t r = row; r < end; r++) {
    const cell *c = cell_at(g, r, x);
    if (!c || c == before)
      continue;
    before = c;
    if (c->column != x && x > 0 && cell_at(g, r, x - 1) == c)
      continue; /* the column before has shown it */
    size_t n = value->n;
    if (n)
      zg_buf_addc(value, ' ');
    cell_text(g, c, value);
    /* an empty cell, or what the cell above said */
    if (!n)
      continue;
    zg_str own = {value->p + n + 1, value->n - n - 1};
    if (own.n == 0 ||
        (n >= own.n && !memcmp(value->p + n - own.n, own.p, own.n)))
      value->n = n;
  }
}

static void finding_block(const grid *g, const header *h, uint32_t row,
                          uint32_t end, zg_lines *w) {
  zg_buf label = ZG_BUF_INIT, value = ZG_BUF_INIT;
  zg_lines_break(w);
  if (w->out.n && w->out.p[w->out.n - 1] == '\n')
    zg_buf_addc(&w->out, '\n'); /* an empty line between blocks */
  for (uint32_t x = 0; x < g->columns; x++) {
    label_of(g, cell_at(g, h->first + h->rows - 1, x), &label);
    column_value(g, row, end, x, &value);
    if (value.n && label.n)
      put_line(w, &label, &value);
    else if (value.n)
      zg_lines_text(w, value.p, value.n, false);
    zg_lines_break(w);
  }
  zg_buf_free(&label);
  zg_buf_free(&value);
}

/* The header is printed again on every page. */
static bool repeats_header(const grid *g, const header *h, uint32_t row) {
  zg_buf a = ZG_BUF_INIT, b = ZG_BUF_INIT;
  label_of(g, cell_at(g, h->first, h->problem), &a);
  label_of(g, cell_at(g, row, h->problem), &b);
  bool same = a.n && a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
  zg_buf_free(&a);
  zg_buf_free(&b);
  return same;
}

static void findings(const grid *g, const header *h, zg_lines *w) {
  for (uint32_t r = 0; r < h->first; r++)
    plain_row(g, r, w);
  for (uint32_t r = h->first + h->rows; r < g->rows;) {
    const cell *lone = lone_cell(g, r), *c = cell_at(g, r, h->problem);
    if (lone) {
      plain_row(g, r, w);
      r++;
    } else if (repeats_header(g, h, r)) {
      r++;
    } else {
      uint32_t end = r + 1; /* rows that share the problem's cell */
      while (c && end < g->rows && cell_at(g, end, h->problem) == c)
        end++;
      finding_block(g, h, r, end, w);
      r = end;
    }
  }
}

/* ---- facts about the document ---- */

bool zg_html_is_label(zg_str s) {
  static const char *const labels[] = {
      "索引号",   "信息索引号", "索引",     "文件名称", "信息名称",
      "名称",     "标题",       "发布机构", "发布单位", "发文机构",
      "发文机关", "发文单位",   "公开机构", "公开主体", "公开责任部门",
      "制发机关", "成文日期",   "生成日期", "公开日期", "发布日期",
      "发布时间", "公开时间",   "生效日期", "发文日期", "更新时间",
      "公开方式", "公开形式",   "公开类别", "公开范围", "组配分类",
      "主题分类", "体裁分类",   "分类",     "主题词",   "关键词",
      "文号",     "发文字号",   "文件编号", "文件号",   "有效性",
      "效力状态", "是否有效",   "公文时效", "公开时限", "来源",
      "信息来源", "内容概述",   "信息分类", "服务对象", "所属机构",
      "废止日期", "失效日期"};
  while (s.n && (s.p[s.n - 1] == ':' || s.p[s.n - 1] == ' '))
    s.n--;
  for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
    if (zg_str_is(s, labels[i]))
      return true;
  return false;
}

static unsigned facts(const grid *g, zg_lines *w) {
  zg_buf label = ZG_BUF_INIT, value = ZG_BUF_INIT;
  unsigned labels = 0, others = 0;
  for (uint32_t r = 0; r < g->rows; r++) {
    bool known = false; /* the cell before was a label */
    for (uint32_t x = 0; x < g->columns; x++) {
      const cell *c = cell_at(g, r, x);
      if (!c || c->row != r || c->column != x)
        continue;
      if (known) {
        known = false;
        zg_buf_clear(&value);
        cell_text(g, c, &value);
        if (w && value.n)
          put_line(w, &label, &value);
        continue;
      }
      label_of(g, c, &label);
      known = zg_html_is_label((zg_str){label.p, label.n});
      labels += known;
      others += !known && length(g, c) > 0;
      if (w && !known)
        zg_html_render(g->t, c->node, 0, w);
    }
  }
  zg_buf_free(&label);
  zg_buf_free(&value);
  return labels >= 2 && labels > others ? labels : 0;
}

/* ---- other data ---- */

static bool is_data(const grid *g) {
  if (g->rows < 2 || g->columns < 2)
    return false;
  uint32_t filled = 0;
  for (uint32_t k = 0; k < g->n_cells; k++) {
    if (length(g, &g->cells[k]) > 200)
      return false;
    filled += length(g, &g->cells[k]) > 0;
  }
  return filled > g->rows; /* more than one a row */
}

static void data(const grid *g, zg_lines *w) {
  for (uint32_t r = 0; r < g->rows; r++) {
    zg_lines_break(w);
    size_t from = w->out.n, kept = from;
    for (uint32_t x = 0; x < g->columns; x++) {
      const cell *c = cell_at(g, r, x);
      if (x > 0)
        zg_buf_adds(&w->out, " | ");
      if (c && c->row == r && c->column == x && length(g, c)) {
        cell_text(g, c, &w->out);
        kept = w->out.n;
      }
    }
    w->out.n = kept; /* no bars behind the last cell */
    w->started = kept > from;
  }
  zg_lines_break(w);
}

/* ---- */

static bool nests(const zg_tree *t, uint32_t table, const grid *g) {
  uint32_t inside = 0;
  for (uint32_t i = table + 1; i < t->nodes[table].end; i++)
    if (t->nodes[i].tag == ZG_TAG_TABLE && zg_tree_all(t, i) > 0)
      return true;
  for (uint32_t k = 0; k < g->n_cells; k++)
    inside += length(g, &g->cells[k]);
  for (uint32_t i = table + 1; i < t->nodes[table].end; i = t->nodes[i].end)
    if (t->nodes[i].tag == ZG_TAG_CAPTION)
      inside += zg_tree_all(t, i);
  return inside != zg_tree_all(t, table); /* text beside the cells */
}

static void captions(const zg_tree *t, uint32_t table, zg_lines *w) {
  for (uint32_t i = table + 1; i < t->nodes[table].end; i = t->nodes[i].end)
    if (t->nodes[i].tag == ZG_TAG_CAPTION)
      zg_html_render(t, i, 0, w);
}

void zg_html_table(const zg_tree *t, uint32_t table, uint32_t but,
                   zg_lines *w) {
  grid g = {.t = t};
  header h = {0, 0, 0};
  uint32_t end = t->nodes[table].end;
  bool whole = !(but > table && but < end) && !(t->nodes[table].skip);
  zg_lines_break(w);
  if (whole && grid_make(&g, t, table) && !nests(t, table, &g)) {
    bool found = find_header(&g, &h);
    if (found || facts(&g, NULL) || is_data(&g)) {
      captions(t, table, w);
      if (found)
        findings(&g, &h, w);
      else if (facts(&g, NULL))
        facts(&g, w);
      else
        data(&g, w);
      goto out;
    }
  }
  for (uint32_t i = table + 1; i < end; i = t->nodes[i].end)
    zg_html_render(t, i, but, w);
out:
  zg_lines_break(w);
  grid_free(&g);
}
