/* Tables of findings: blocks of label lines (序号:1 问题:… 责任单位:… ), one
 * block a finding, and rows of cells under a heading row. */
#include "index/parse_ctx.h"

enum { MAX_BACK = 8, MIN_STATE_TEXT = 30 };

/* ---- rows ---------------------------------------------------------------- */

static int cut_cells(zg_str row, char sep, zg_str *out, int max) {
  int n = 0;
  if (sep == '|' && zg_sx_starts(row, "|"))
    row = zg_sx_sub(row, 1, row.n);
  if (sep == '|' && zg_sx_ends(row, "|"))
    row.n--;
  for (size_t from = 0; n < max;) {
    const char *hit =
        from <= row.n ? memchr(row.p + from, sep, row.n - from) : NULL;
    size_t end = hit && n + 1 < max ? (size_t)(hit - row.p) : row.n;
    out[n++] = zg_sx_trim(zg_sx_sub(row, from, end));
    if (end == row.n)
      break;
    from = end + 1;
  }
  return n;
}

static bool read_header(zg_str t, zg_header *h) {
  static const char seps[] = {'\t', '|'};
  zg_str cells[ZG_MAX_CELLS];
  for (int k = 0; k < 2; k++) {
    if (t.n > 400 || !memchr(t.p, seps[k], t.n))
      continue;
    int n = cut_cells(t, seps[k], cells, ZG_MAX_CELLS);
    bool problem = false, answer = false;
    for (int i = 0; i < n; i++) {
      h->cells[i] = zg_px_label(cells[i]);
      problem = problem || h->cells[i] == ZG_CELL_PROBLEM;
      answer = answer || h->cells[i] == ZG_CELL_ANSWER ||
               h->cells[i] == ZG_CELL_STATE || h->cells[i] == ZG_CELL_OWNER;
    }
    h->n = n;
    h->sep = seps[k];
    if (problem && answer)
      return true;
  }
  h->n = 0;
  return false;
}

static bool is_row(const zg_header *h, zg_str t) {
  zg_str cells[ZG_MAX_CELLS];
  if (!memchr(t.p, h->sep, t.n))
    return false;
  int n = cut_cells(t, h->sep, cells, ZG_MAX_CELLS);
  if (n < 2 || n > h->n)
    return false;
  for (int i = 0; i < n; i++)
    if (h->cells[i] == ZG_CELL_PROBLEM)
      return cells[i].n > 0 && zg_sx_is_han(zg_sx_cp(cells[i], 0)) &&
             zg_px_label(cells[i]) == ZG_CELL_NONE;
  return false;
}

static void set_token(zg_para *p, zg_shape shape) {
  p->tok = (zg_token){shape, 0, 0};
  p->body = p->t;
}

static void mark_rows(zg_ctx *c) {
  int from = c->title_end > 0 ? c->title_end : 0, head = -1;
  for (int i = from; i < c->tail && head < 0; i++)
    if (read_header(c->paras[i].t, &c->header))
      head = i;
  if (head < 0)
    return;
  if (head < c->body)
    c->body = head;
  for (int i = head; i < c->tail; i++)
    if (i == head || is_row(&c->header, c->paras[i].t))
      set_token(&c->paras[i], i == head ? ZG_SHAPE_NONE : ZG_SHAPE_RECORD);
}

/* ---- blocks ---------------------------------------------------------------
 */

static zg_cell line_label(const zg_para *p, zg_str *word) {
  size_t v = 0;
  zg_cell kind = zg_px_field_at(p->t, 0, &v);
  *word = zg_sx_sub(p->t, 0, v);
  return kind;
}

/* First line of the block whose problem stands at i: its 序号, or the label
 * that the first block began with. */
static int block_start(const zg_ctx *c, int i, zg_str *opens) {
  int start = i, run = i;
  for (int k = i - 1; k >= c->body && k > i - MAX_BACK; k--) {
    zg_str word;
    zg_cell kind = line_label(&c->paras[k], &word);
    if (kind == ZG_CELL_NONE || kind == ZG_CELL_ANSWER ||
        kind == ZG_CELL_STATE || kind == ZG_CELL_PROBLEM)
      break;
    run = k;
    if (kind == ZG_CELL_NUMBER || (opens->n && zg_str_eq(word, *opens))) {
      start = k;
      break;
    }
  }
  if (!opens->n) {
    start = start < i ? start : run;
    line_label(&c->paras[start], opens);
  }
  return start;
}

static void mark_blocks(zg_ctx *c) {
  zg_str opens = ZG_STR_NULL;
  for (int i = c->body; i < c->tail; i++) {
    zg_str word;
    zg_para *p = &c->paras[i];
    if (p->tok.num != 0 || line_label(p, &word) != ZG_CELL_PROBLEM)
      continue;
    int start = block_start(c, i, &opens);
    set_token(p, ZG_SHAPE_NONE);
    set_token(&c->paras[start], ZG_SHAPE_RECORD);
  }
}

/* 1.存在问题:…: a line without the number lost it and opens no block. */
static bool labels_are_numbered(const zg_ctx *c) {
  size_t v = 0;
  for (int i = c->body; i < c->tail; i++) {
    zg_shape shape = c->paras[i].tok.shape;
    if (shape != ZG_SHAPE_NONE && shape != ZG_SHAPE_NAMED &&
        shape != ZG_SHAPE_HAN && shape != ZG_SHAPE_HAN_BR &&
        zg_px_field_at(c->paras[i].body, 0, &v) == ZG_CELL_PROBLEM)
      return true;
  }
  return false;
}

void zg_px_records(zg_ctx *c) {
  mark_rows(c);
  if (!c->header.n && !labels_are_numbered(c))
    mark_blocks(c);
}

/* ---- one record -----------------------------------------------------------
 */

static void add_part(zg_record *r, zg_str v) {
  v = zg_sx_trim(v);
  if (v.n && r->n_parts < ZG_MAX_PARTS)
    r->parts[r->n_parts++] = v;
}

static void take_cell(zg_record *r, zg_cell kind, zg_str word, zg_str v) {
  v = zg_sx_trim(v);
  if (kind == ZG_CELL_NUMBER && !r->number.p && v.n)
    r->number = v;
  else if (kind == ZG_CELL_PROBLEM && !r->head.p)
    r->head = v;
  else if (kind == ZG_CELL_ANSWER)
    add_part(r, v);
  else
    zg_px_take_field(&r->fields, kind, word, v);
  if (kind == ZG_CELL_STATE && v.n >= MIN_STATE_TEXT)
    add_part(r, v);
}

static void read_row(const zg_ctx *c, zg_str row, zg_record *r) {
  zg_str cells[ZG_MAX_CELLS];
  int n = cut_cells(row, c->header.sep, cells, ZG_MAX_CELLS);
  for (int i = 0; i < n && i < c->header.n; i++)
    take_cell(r, c->header.cells[i], ZG_STR("责任单位"), cells[i]);
}

static void read_block(const zg_ctx *c, const zg_node *n, zg_record *r) {
  bool answer = false; /* what goes on is the answer */
  for (int i = n->para; i < n->end; i++) {
    zg_str t = c->paras[i].t;
    size_t v = 0;
    zg_cell kind = zg_px_field_at(t, 0, &v);
    int parts = r->n_parts;
    if (kind == ZG_CELL_NONE) {
      if (answer) {
        zg_str *last = &r->parts[parts - 1];
        last->n = (size_t)(t.p + t.n - last->p);
      } else if (r->head.p) {
        add_part(r, t);
      }
    } else if (zg_px_is_field(t, 0) && kind != ZG_CELL_STATE) {
      zg_px_read_fields(&r->fields, t);
    } else {
      take_cell(r, kind, zg_sx_sub(t, 0, v), zg_sx_sub(t, v, t.n));
    }
    answer = r->n_parts > parts || (answer && kind == ZG_CELL_NONE);
  }
}

zg_record zg_px_record(const zg_ctx *c, const zg_node *n) {
  zg_record r = {0};
  if (c->header.n)
    read_row(c, c->paras[n->para].t, &r);
  else
    read_block(c, n, &r);
  return r;
}
