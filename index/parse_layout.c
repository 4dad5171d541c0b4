/* Numbering tokens and the tree that they make. */
#include "index/parse_ctx.h"

static zg_token named_token(zg_str p) {
  static const char *const words[] = {
      "巡察反馈问题", "巡视反馈问题", "反馈问题", "反馈意见", "具体问题",
      "存在问题",     "整改问题",     "问题",     NULL};
  zg_token none = {ZG_SHAPE_NONE, 0, 0};
  size_t at = zg_sx_at_any(p, 0, words);
  if (!at)
    return none;
  bool bare = zg_sx_starts(p, "反馈");
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
  if (!n.len || n.v > 300 || n.v10k != n.v * 10000 ||
      !zg_sx_at(p, 1 + n.len, ")"))
    return none;
  static const char *const stops[] = {"、", ".", NULL}; /* (一)、 */
  return (zg_token){shape, n.v, 2 + n.len + zg_sx_at_any(p, 2 + n.len, stops)};
}

static zg_token digit_token(zg_str p) {
  static const char *const counted[] = {"年", "月", "个", "名", "家", "处",
                                        "所", "项", "起", "人", NULL};
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
    static const char *const range[] = {"年", "月", "日", "万", "亿",
                                        "元", "倍", "岁", "号", "次",
                                        "天", "级", NULL};
    if (zg_sx_is_digit(p, j))
      return none;
    if (zg_sx_at(p, j, ".") || zg_sx_at(p, j, "、") || zg_sx_at(p, j, " ") ||
        zg_sx_at(p, j, ":"))
      return (zg_token){ZG_SHAPE_CROSS, w, j + zg_sx_len(p, j)};
    /* 1-2理论学习… but not 1-2个, 3-5月 */
    if (zg_sx_is_han(zg_sx_cp(p, j)) && !zg_sx_at_any(p, j, counted) &&
        !zg_sx_at_any(p, j, range))
      return (zg_token){ZG_SHAPE_CROSS, w, j};
    return none;
  }
  /* 14.2016年… is item 14; 2.4万元 is a number */
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

/* ---- paragraphs that open something without a number ----------------------
 */

enum { MAX_TITLE = 120, MAX_PLAIN = 300 };

/* A heading on a line of its own, without a number: by its words, or because
 * it names one of several inspected bodies. */
static bool is_title(const zg_ctx *c, int i) {
  const zg_para *p = &c->paras[i];
  const zg_bulletin *b = c->b;
  if (p->t.n < 12 || p->t.n > MAX_TITLE || i + 1 >= c->tail ||
      zg_sx_fwd_to(p->t, 0, "。;:,!?") < p->t.n || zg_px_is_field(p->t, 0))
    return false;
  if (zg_px_marker_at(p->t, 0)) { /* 整改落实情况: a heading or an answer's */
    zg_token next = c->paras[i + 1].tok;
    return next.num == 1 &&
           (next.shape == ZG_SHAPE_HAN_BR || next.shape == ZG_SHAPE_HAN);
  }
  static const char *const ends[] = {"情况", "工作",     "打算", "安排", "计划",
                                     "成果", "成效",     "措施", "做法", "责任",
                                     "方向", "整改",     "思路", "不足", "困难",
                                     "机制", "整改意见", NULL};
  for (size_t k = 0; b->n_units > 1 && k < b->n_units; k++)
    if (b->units[k].n && memmem(p->t.p, p->t.n, b->units[k].p, b->units[k].n) &&
        p->t.n < b->units[k].n + 60)
      return true;
  for (size_t k = 0; k < p->t.n; k++)
    if (zg_sx_is_digit(p->t, k))
      return false;
  return zg_sx_ends_any(p->t, ends) && zg_px_role(p->t) != ZG_ROLE_NEUTRAL;
}

/* The shape that numbered statements with this lead have. */
typedef struct leads {
  zg_shape about, aimed, label;
} leads;

static leads leads_of(const zg_ctx *c) {
  int about[ZG_SHAPE_COUNT] = {0}, aimed[ZG_SHAPE_COUNT] = {0};
  int label[ZG_SHAPE_COUNT] = {0}, best_label = 0;
  leads l = {ZG_SHAPE_PLAIN, ZG_SHAPE_PLAIN, ZG_SHAPE_NONE};
  int best_about = 0, best_aimed = 0;
  for (int i = c->body; i < c->tail; i++) {
    const zg_para *p = &c->paras[i];
    zg_shape shape = p->tok.shape;
    if (shape == ZG_SHAPE_NONE)
      continue;
    if (zg_sx_starts(p->body, "关于") && ++about[shape] > best_about) {
      best_about = about[shape];
      l.about = shape;
    } else if (zg_sx_starts(p->body, "针对") && ++aimed[shape] > best_aimed) {
      best_aimed = aimed[shape];
      l.aimed = shape;
    } else if (shape != ZG_SHAPE_NAMED && zg_px_lead_label(p->body) &&
               ++label[shape] > best_label) {
      best_label = label[shape];
      l.label = shape;
    }
  }
  return l;
}

/* What is known while paragraphs are read in order. */
typedef struct reader {
  leads leads;
  zg_shape answered;   /* the shape whose nodes have the answer markers */
  bool sure;           /* more than one of them has */
  const int64_t *next; /* per paragraph: the next number of that shape */
  int node;            /* the node at hand, -1 */
  bool marked;         /* it has met its answer marker */
  int64_t last;        /* last number of the answered shape */
} reader;

/* Where a statement before an answer marker ends in a paragraph of its own
 * (整改情况: begins the next) or of both; 0: no such paragraph. */
static size_t statement_before_marker(const zg_ctx *c, int i) {
  zg_str t = c->paras[i].t;
  size_t end = 0, mark = zg_px_marker(zg_sx_sub(t, 0, 2 * MAX_PLAIN), 0, &end);
  if (mark == 0 || zg_px_first_mark(t, 0) || zg_px_is_field(t, 0))
    return 0;
  if (mark != ZG_NPOS && mark <= MAX_PLAIN)
    return mark;
  bool next = i + 1 < c->tail && c->paras[i + 1].tok.shape == ZG_SHAPE_NONE &&
              zg_px_marker_at(c->paras[i + 1].t, 0) > 0;
  return next && t.n <= MAX_PLAIN ? t.n : 0;
}

/* The shape of the numbered paragraphs that answer markers follow. */
static zg_shape answered_shape(const zg_ctx *c, bool *sure) {
  int n[ZG_SHAPE_COUNT] = {0}, best = 0;
  zg_shape shape = ZG_SHAPE_NONE;
  for (int i = c->body; i < c->tail; i++) {
    zg_shape own = c->paras[i].tok.shape;
    if (own != ZG_SHAPE_NONE && statement_before_marker(c, i) &&
        ++n[own] > best) {
      best = n[own];
      shape = own;
    }
  }
  *sure = best > 1;
  return shape;
}

static int64_t *next_numbers(zg_ctx *c, zg_shape shape) {
  int64_t *next = zg_arena_alloc(c->a, sizeof *next * (size_t)(c->tail + 1));
  if (!next) {
    c->oom = true;
    return NULL;
  }
  for (int i = c->tail - 1; i >= c->body; i--) {
    const zg_token *tok = &c->paras[i].tok;
    next[i] = tok->shape == shape && tok->num ? tok->num : next[i + 1];
  }
  return next;
}

/* A statement that lost its number: in a frame of its own, or a sentence
 * before an answer marker where a number is missing or a finding is due. */
static zg_shape unnumbered(const zg_ctx *c, int i, const reader *r) {
  const zg_para *p = &c->paras[i];
  bool about = zg_sx_starts(p->t, "关于"), aimed = zg_sx_starts(p->t, "针对");
  if ((about || aimed) && zg_px_explicit(p->t))
    return about ? r->leads.about : r->leads.aimed;
  if (r->leads.label != ZG_SHAPE_NONE && zg_px_lead_label(p->t))
    return r->leads.label;
  size_t end = r->answered == ZG_SHAPE_NONE || r->node < 0
                   ? 0
                   : statement_before_marker(c, i);
  if (!end)
    return ZG_SHAPE_NONE;
  zg_str s = zg_sx_trim_of(zg_sx_sub(p->t, 0, end), "。:;");
  if (zg_sx_has(s, "。"))
    return ZG_SHAPE_NONE;
  const zg_node *at = &c->nodes[r->node];
  bool below = false; /* inside a finding */
  for (int k = r->node; k >= 0; k = c->nodes[k].parent)
    below = below || c->nodes[k].shape == r->answered;
  bool gap = r->next[i] > r->last + 1 || (r->next[i] == 2 && r->last != 1);
  bool due = below ? r->marked && at->shape == r->answered && zg_px_negative(s)
                   : !r->marked;
  return gap || (due && r->sure) ? r->answered : ZG_SHAPE_NONE;
}

static zg_shape shape_of(const zg_ctx *c, int i, const reader *r) {
  zg_shape shape = c->paras[i].tok.shape;
  if (shape != ZG_SHAPE_NONE)
    return shape;
  if (is_title(c, i))
    return ZG_SHAPE_TITLE;
  return unnumbered(c, i, r);
}

static void follow(const zg_ctx *c, reader *r, int i, int node) {
  if (node >= 0) {
    r->node = node;
    r->marked = false;
    if (c->nodes[node].shape == r->answered)
      r->last = c->paras[i].tok.num ? c->paras[i].tok.num : r->last + 1;
  }
  r->marked = r->marked || zg_px_marker_at(c->paras[i].t, 0) ||
              statement_before_marker(c, i);
}

/* Where on the stack a paragraph of that shape belongs. */
static int level_of(const zg_ctx *c, const int *stack, int top,
                    const zg_para *p, zg_shape shape, bool han_root) {
  if (shape == ZG_SHAPE_TITLE)
    return 0;
  int k = 0;
  while (k < top && c->nodes[stack[k]].shape != shape)
    k++;
  if (k < top || shape != ZG_SHAPE_HAN)
    return k;
  /* 一、 was a section before: it is not one under a heading without number */
  if (han_root)
    return 0;
  /* a short 一、 heading is a section even if (一) came before it, and so is
   * 四、 where the sections before it have no number */
  bool title = top > 0 && c->nodes[stack[0]].shape == ZG_SHAPE_TITLE;
  return p->t.n < 180 ? title : k;
}

static bool alloc_nodes(zg_ctx *c) {
  size_t n = (size_t)(c->tail > c->body ? c->tail - c->body : 0) + 1;
  c->nodes = zg_arena_alloc(c->a, sizeof *c->nodes * n);
  c->roots = zg_arena_alloc(c->a, sizeof *c->roots * n);
  c->oom = c->oom || !c->nodes || !c->roots;
  return !c->oom;
}

static void set_ends(zg_ctx *c) {
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
}

/* The order of first appearance of each shape inside its parent makes the
 * tree: a shape that is on the stack pops to it, a new one opens a level. */
bool zg_px_tree(zg_ctx *c) {
  if (!alloc_nodes(c))
    return false;
  zg_px_records(c);
  int stack[ZG_SHAPE_COUNT], top = 0;
  int64_t last[ZG_SHAPE_COUNT] = {0};
  reader r = {.leads = leads_of(c), .node = -1};
  r.answered = answered_shape(c, &r.sure);
  r.next = next_numbers(c, r.answered);
  if (!r.next)
    return false;
  bool han_root = false;
  for (int i = c->body; i < c->tail; i++) {
    const zg_para *p = &c->paras[i];
    zg_shape shape = shape_of(c, i, &r);
    if (shape == ZG_SHAPE_NONE) {
      follow(c, &r, i, -1);
      continue;
    }
    top = level_of(c, stack, top, p, shape, han_root);
    han_root = han_root || (top == 0 && shape == ZG_SHAPE_HAN);
    if (p->tok.shape == shape && shape != ZG_SHAPE_RECORD)
      check_number(c, p, last);
    int id = c->n_nodes++;
    c->nodes[id] = (zg_node){.para = i,
                             .own_end = c->tail,
                             .end = c->tail,
                             .parent = -1,
                             .first_child = -1,
                             .next = -1,
                             .shape = shape,
                             .num = p->tok.num};
    attach(c, id, top ? stack[top - 1] : -1);
    stack[top++] = id;
    follow(c, &r, i, id);
  }
  set_ends(c);
  return true;
}
