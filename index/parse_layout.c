/* Paragraphs, numbering tokens and the tree that they make. */
#include "index/parse_ctx.h"

static zg_token named_token(zg_str p) {
  static const char *const words[] = {"反馈问题", "反馈意见", "问题", NULL};
  zg_token none = {ZG_SHAPE_NONE, 0, 0};
  size_t at = zg_sx_at_any(p, 0, words);
  if (!at)
    return none;
  bool bare = !zg_sx_starts(p, "问题");
  bool bracket = zg_sx_at(p, at, "(");
  at += bracket;
  zg_num n = zg_sx_number(p, at);
  at += n.len;
  if (bracket && !zg_sx_at(p, at++, ")"))
    return none;
  if (!n.len && !bare)
    return none;
  if (zg_sx_at(p, at, ":"))
    at += 1;
  else if (n.len && zg_sx_at(p, at, "、"))
    at += strlen("、");
  else if (n.len && zg_sx_at(p, at, "."))
    at += 1;
  else
    return none;
  return (zg_token){ZG_SHAPE_NAMED, n.v, at};
}

static zg_token bracket_token(zg_str p) {
  zg_token none = {ZG_SHAPE_NONE, 0, 0};
  zg_num n = zg_sx_digits(p, 1);
  zg_shape shape = ZG_SHAPE_DIGIT_BR;
  if (!n.len) {
    n = zg_sx_han_number(p, 1);
    shape = ZG_SHAPE_HAN_BR;
  }
  if (!n.len || n.v > 300 || !zg_sx_at(p, 1 + n.len, ")"))
    return none;
  return (zg_token){shape, n.v, 2 + n.len};
}

static zg_token digit_token(zg_str p) {
  zg_token none = {ZG_SHAPE_NONE, 0, 0};
  size_t k = 0;
  int64_t v = 0;
  while (k < 4 && zg_sx_is_digit(p, k))
    v = v * 10 + (p.p[k++] - '0');
  if (k == 0 || k > 3)
    return none;
  if (zg_sx_at(p, k, "-") && zg_sx_is_digit(p, k + 1)) {
    size_t j = k + 1;
    int64_t w = 0;
    while (j < k + 4 && zg_sx_is_digit(p, j))
      w = w * 10 + (p.p[j++] - '0');
    if (!zg_sx_is_digit(p, j) &&
        (zg_sx_at(p, j, ".") || zg_sx_at(p, j, "、") || zg_sx_at(p, j, " ")))
      return (zg_token){ZG_SHAPE_CROSS, w, j + zg_sx_len(p, j)};
    return none;
  }
  /* 14.2016年… is item 14; 2.4万元 is a number */
  static const char *const counted[] = {"年", "月", "个", "名", "家", "处",
                                        "所", "项", "起", "人", NULL};
  zg_num n = zg_sx_digits(p, k + 1);
  if (zg_sx_at(p, k, ".") &&
      (!n.len || zg_sx_at_any(p, k + 1 + n.len, counted)))
    return (zg_token){ZG_SHAPE_DIGIT, v, k + 1};
  if (zg_sx_at(p, k, "、"))
    return (zg_token){ZG_SHAPE_DIGIT, v, k + strlen("、")};
  if (zg_sx_at(p, k, ")"))
    return (zg_token){ZG_SHAPE_DIGIT_BR, v, k + 1};
  return none;
}

zg_token zg_px_token(zg_str p) {
  zg_token none = {ZG_SHAPE_NONE, 0, 0}, tok = none;
  if (p.n == 0)
    return none;
  uint32_t cp = zg_sx_cp(p, 0);
  if (cp == '(')
    tok = bracket_token(p);
  else if (cp >= '0' && cp <= '9')
    tok = digit_token(p);
  else if (cp >= 0x2460 && cp <= 0x2473)
    tok = (zg_token){ZG_SHAPE_CIRCLED, (int64_t)cp - 0x245F, zg_sx_len(p, 0)};
  else if (zg_sx_is_han(cp)) {
    zg_num n = zg_sx_han_number(p, 0);
    if (n.len && n.v > 0 && n.v < 100 &&
        (zg_sx_at(p, n.len, "、") || zg_sx_at(p, n.len, ".")))
      tok = (zg_token){ZG_SHAPE_HAN, n.v, n.len + zg_sx_len(p, n.len)};
    else
      tok = named_token(p);
  }
  while (tok.len && tok.len < p.n && p.p[tok.len] == ' ')
    tok.len++;
  return tok;
}

static bool push_para(zg_ctx *c, zg_str s, size_t *cap) {
  s = zg_sx_trim(s);
  if (!s.n)
    return true;
  void *items = c->paras;
  if (!zg_px_grow(c, &items, (size_t)c->n_paras, cap, sizeof *c->paras))
    return false;
  c->paras = items;
  zg_token tok = zg_px_token(s);
  c->paras[c->n_paras++] =
      (zg_para){s, tok, zg_sx_trim(zg_sx_sub(s, tok.len, s.n))};
  return true;
}

/* Words that open a paragraph of their own: 整改情况:, 责任单位:, 根据…, a date
 * that ends the page. */
static bool opens_paragraph(zg_str rest) {
  static const char *const openings[] = {"根据", "按照", "受", "欢迎", NULL};
  zg_date d = zg_px_date(rest, 0);
  if (d.y && d.d && (d.len == rest.n || zg_sx_at(rest, d.len, " ")))
    return true;
  size_t at = 0;
  while (at < 24 && zg_sx_is_han(zg_sx_cp(rest, at)))
    at += zg_sx_len(rest, at);
  return (at > 0 && zg_sx_at(rest, at, ":")) ||
         zg_sx_at_any(rest, 0, openings) > 0;
}

static bool ends_title(zg_str s) {
  static const char *const ends[] = {"通报", "公示", "公告", "报告", NULL};
  return s.n < 300 && zg_sx_has(s, "整改") && zg_sx_ends_any(s, ends);
}

/* A page on one line: paragraphs are parted by a blank.  A token counts there
 * only when it fits a sequence: chunk numbers of copies do not. */
static bool split_line(zg_ctx *c, zg_str line, size_t *cap) {
  line = zg_sx_trim(line);
  int64_t last[ZG_SHAPE_CROSS + 1] = {0};
  size_t from = 0;
  for (size_t i = 0; i + 1 < line.n; i++) {
    if (line.p[i] != ' ' || line.p[i + 1] == ' ')
      continue;
    zg_str rest = zg_sx_sub(line, i + 1, line.n);
    zg_token tok = zg_px_token(rest);
    bool fits = tok.shape != ZG_SHAPE_NONE && tok.shape != ZG_SHAPE_CROSS &&
                (tok.num == 1 || tok.num == last[tok.shape] + 1);
    size_t k = i;
    while (k > from && line.p[k] == ' ')
      k--;
    zg_str done = zg_sx_sub(line, from, k + 1);
    if (!fits && !zg_sx_ends(done, "。") && !ends_title(done) &&
        !opens_paragraph(rest) &&
        !(zg_sx_starts(rest, "中共") && zg_sx_has(done, ":")))
      continue;
    if (fits)
      last[tok.shape] = tok.num;
    if (!push_para(c, zg_sx_sub(line, from, i), cap))
      return false;
    /* later passes see line ends only */
    c->edit[(size_t)(line.p - c->t.p) + i] = '\n';
    from = i + 1;
  }
  return push_para(c, zg_sx_sub(line, from, line.n), cap);
}

bool zg_px_paragraphs(zg_ctx *c) {
  size_t cap = 0, at = 0;
  while (at < c->t.n) {
    const char *nl = memchr(c->t.p + at, '\n', c->t.n - at);
    size_t end = nl ? (size_t)(nl - c->t.p) : c->t.n;
    zg_str line = zg_sx_sub(c->t, at, end);
    bool ok = line.n > 500 && line.n * 10 > c->t.n * 6
                  ? split_line(c, line, &cap)
                  : push_para(c, line, &cap);
    if (!ok)
      return false;
    at = end + 1;
  }
  c->in_finding = zg_arena_alloc(c->a, (size_t)c->n_paras + 1);
  if (!c->in_finding)
    c->oom = true;
  return !c->oom;
}

static void check_number(zg_ctx *c, const zg_para *p, int64_t *last) {
  int64_t prev = last[p->tok.shape], num = p->tok.num;
  last[p->tok.shape] = num;
  if (prev == 0 || num == 1 || num == prev + 1 || num == 0)
    return;
  zg_span at = zg_px_span(c, zg_sx_sub(p->t, 0, p->tok.len));
  if (num == prev)
    zg_px_warn(c, at, "numbering_repeat", "number %lld stands twice in a row",
               (long long)num);
  else
    zg_px_warn(c, at, "numbering_gap", "number %lld follows %lld",
               (long long)num, (long long)prev);
}

/* Links the new node under its parent (or as a root). */
static void attach(zg_ctx *c, int id, int parent) {
  zg_node *n = &c->nodes[id];
  n->parent = parent;
  n->depth = parent < 0 ? 0 : c->nodes[parent].depth + 1;
  if (parent < 0) {
    c->roots[c->n_roots++] = id;
    return;
  }
  int last = c->nodes[parent].first_child;
  if (last < 0) {
    c->nodes[parent].first_child = id;
    return;
  }
  /* the youngest sibling is the last node of that parent made so far */
  for (int k = id - 1; k > parent; k--)
    if (c->nodes[k].parent == parent) {
      c->nodes[k].next = id;
      return;
    }
}

/* The order of first appearance of each shape inside its parent makes the
 * tree: a shape that is on the stack pops to it, a new one opens a level. */
bool zg_px_tree(zg_ctx *c) {
  int n_tokens = 0;
  for (int i = c->body; i < c->tail; i++)
    n_tokens += c->paras[i].tok.shape != ZG_SHAPE_NONE;
  c->nodes = zg_arena_alloc(c->a, sizeof *c->nodes * (size_t)(n_tokens + 1));
  c->roots = zg_arena_alloc(c->a, sizeof *c->roots * (size_t)(n_tokens + 1));
  if (!c->nodes || !c->roots) {
    c->oom = true;
    return false;
  }
  int stack[ZG_SHAPE_CROSS + 1], top = 0;
  int64_t last[ZG_SHAPE_CROSS + 1] = {0};
  for (int i = c->body; i < c->tail; i++) {
    const zg_para *p = &c->paras[i];
    if (p->tok.shape == ZG_SHAPE_NONE)
      continue;
    int k = 0;
    while (k < top && c->nodes[stack[k]].shape != p->tok.shape)
      k++;
    /* a short 一、 heading is a section even if (一) came before it */
    if (k == top && p->tok.shape == ZG_SHAPE_HAN && p->tok.num == 1 &&
        p->t.n < 180)
      k = 0;
    top = k;
    check_number(c, p, last);
    int id = c->n_nodes++;
    c->nodes[id] = (zg_node){.para = i,
                             .own_end = c->tail,
                             .end = c->tail,
                             .parent = -1,
                             .first_child = -1,
                             .next = -1,
                             .shape = p->tok.shape,
                             .num = p->tok.num};
    attach(c, id, top ? stack[top - 1] : -1);
    stack[top++] = id;
  }
  for (int id = 0; id < c->n_nodes; id++) {
    zg_node *n = &c->nodes[id];
    if (id + 1 < c->n_nodes)
      n->own_end = c->nodes[id + 1].para;
    int k = id + 1;
    while (k < c->n_nodes && c->nodes[k].depth > n->depth)
      k++;
    if (k < c->n_nodes)
      n->end = c->nodes[k].para;
  }
  return true;
}
