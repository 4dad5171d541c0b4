/* What a finding holds: statement, answer, fields, measures, status, path. */
#include "index/parse_count.h"

enum { MAX_STATEMENTS = 12 };

typedef struct draft {
  const zg_node *node;
  zg_str region, number, head, rest, answer;
  zg_head cut;
  bool marked;
  zg_fields fields;
  zg_record record; /* of a table: its answer is in parts */
} draft;

zg_str zg_px_slice(const zg_ctx *c, const char *from, int end_para) {
  const zg_para *last = &c->paras[end_para - 1];
  const char *end = last->t.p + last->t.n;
  return (zg_str){from, end > from ? (size_t)(end - from) : 0};
}

zg_str zg_px_own_text(const zg_ctx *c, const zg_node *n) {
  return zg_px_slice(c, c->paras[n->para].body.p, n->own_end);
}

/* The start of a heading's paragraph.  It is read once for each finding below,
 * so a paragraph of megabytes must not be read whole. */
static zg_str heading_of(const zg_ctx *c, const zg_node *n) {
  enum { HEADING_MAX = 3000 };
  zg_str s = c->paras[n->para].body;
  s.n = zg_utf8_floor(s.p, s.n < HEADING_MAX ? s.n : HEADING_MAX);
  return s;
}

/* A problem's title loses its frame, a section's heading does not. */
static zg_str title_of(const zg_ctx *c, const zg_node *n, bool problem) {
  zg_str s = heading_of(c, n);
  size_t label = zg_px_lead_label(s);
  if (problem || label)
    return zg_px_head(s).head;
  return zg_sx_trim_of(zg_sx_sub(s, 0, zg_sx_fwd_to(s, 0, "。\n")), ":。");
}

/* 截至目前,6个问题已完成整改5个 … after the last finding is of the bulletin. */
static bool is_summary(const zg_ctx *c, zg_str t) {
  static const char *const starts[] = {
      "截至",     "截止",     "目前",     "至此",     "总体",
      "综上",     "通过",     "以上",     "整改期间", "集中整改",
      "整改以来", "巡察整改", "巡视整改", "审计整改", "整改工作",
      "经过",     "累计",     "全部",     "对反馈",   "反馈的",
      "巡察反馈", "巡视反馈", "本轮",     "本次",     NULL};
  static const char *const counts[] = {
      "个问题",     "项问题",       "个具体问题", "项具体问题", "条问题",
      "个反馈问题", "项反馈问题",   "个突出问题", "反馈问题",   "整改期间",
      "整改以来",   "整改落实工作", "下一步",     "整改成果",   "主要成果",
      "反馈意见",   "主要成效",     NULL};
  static const char *const plans[] = {"下一步", "下步", "今后",
                                      "接下来", "后续", NULL};
  static const char *const wills[] = {
      "党组将",   "党委将", "局将",   "院将",   "校将", "党支部将",
      "将以此次", "单位将", "中心将", "公司将", NULL};
  int least = zg_sx_has(t, "问题") ? 1 : 2;
  if (zg_sx_at_any(t, 0, starts) &&
      (zg_sx_has_any(t, counts) || zg_px_counts(c, t, true).states >= least))
    return true;
  if (c->own_next)
    return false;
  return zg_sx_at_any(t, 0, plans) || zg_sx_has_any(zg_sx_sub(t, 0, 90), wills);
}

/* End of the finding: only what is last in its section can have a summary of
 * the bulletin after its answer. */
static int region_end(const zg_ctx *c, const zg_node *n) {
  int id = (int)(n - c->nodes) + 1, i = n->end;
  while (id < c->n_nodes && c->nodes[id].depth > n->depth)
    id++;
  if (id < c->n_nodes && c->nodes[id].parent >= 0)
    return n->end;
  int plain = n->end;
  while (plain > n->para + 1 && c->paras[plain - 1].tok.shape == ZG_SHAPE_NONE)
    plain--;
  for (i = plain; i < n->end; i++)
    if (is_summary(c, c->paras[i].t))
      return i;
  return n->end;
}

/* The marker that opens the answer: before any measure, at the start of a
 * line or soon after the statement. */
static void skip_marker(draft *d) {
  size_t end = 0, mark = zg_px_marker(d->rest, 0, &end);
  if (mark == ZG_NPOS)
    return;
  size_t first = zg_sx_find(d->rest, 0, "一是");
  bool line =
      mark == 0 || d->rest.p[mark - 1] == '\n' || zg_px_is_field(d->rest, 0);
  if (first < mark || (!line && (mark > 600 || d->rest.n - end < mark)))
    return;
  d->marked = true;
  d->rest = zg_sx_sub(d->rest, end, d->rest.n);
}

/* The answer of a record is in parts; their hull is where facts are read. */
static void cut_record(const zg_ctx *c, draft *d) {
  d->record = zg_px_record(c, d->node);
  zg_record *r = &d->record;
  d->number = r->number;
  d->fields = r->fields;
  d->marked = true;
  d->cut = zg_px_head(r->head);
  bool whole = d->cut.end < r->head.n && !zg_px_explicit(r->head);
  d->head = whole ? zg_sx_trim_of(r->head, "。;") : d->cut.head;
  if (r->n_parts) {
    zg_str last = r->parts[r->n_parts - 1];
    const char *from = r->parts[0].p, *end = last.p + last.n;
    d->answer = (zg_str){from, end > from ? (size_t)(end - from) : 0};
  } else {
    d->answer = (zg_str){d->region.p + d->region.n, 0};
  }
  d->rest = d->answer;
}

static draft cut_finding(const zg_ctx *c, const zg_node *n) {
  const zg_para *p = &c->paras[n->para];
  draft d = {.node = n};
  d.region = zg_px_slice(c, p->body.p, region_end(c, n));
  if (n->shape == ZG_SHAPE_RECORD) {
    cut_record(c, &d);
    return d;
  }
  if (p->tok.num > 0)
    d.number = zg_sx_trim(zg_sx_sub(p->t, 0, p->tok.len));
  d.cut = zg_px_head(d.region);
  d.head = d.cut.head;
  d.rest = zg_sx_sub(d.region, d.cut.end, d.region.n);
  zg_str before = d.rest;
  skip_marker(&d);
  /* fields may stand between the statement and the marker */
  if (d.marked)
    zg_px_read_fields(&d.fields, zg_sx_sub(before, 0, before.n - d.rest.n));
  d.answer = zg_px_read_fields(&d.fields, d.rest);
  return d;
}

/* The nearest heading above that speaks for all that stands under it. */
static zg_verdict heading_above(const zg_ctx *c, const int *path, int n) {
  zg_verdict v = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  while (n-- > 0 && !v.at.p)
    v = zg_px_status_heading(c->paras[c->nodes[path[n]].para].body);
  return v;
}

static void set_status(zg_ctx *c, zg_finding *f, const draft *d,
                       zg_verdict heading) {
  zg_verdict v = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  zg_state_source source = ZG_STATE_SOURCE_FIELD;
  if (d->fields.state.p)
    v = zg_px_status_field(d->head, d->fields.state);
  if (!v.at.p) {
    source = ZG_STATE_SOURCE_FINDING;
    if (d->cut.bracket)
      v = zg_px_status_clause(d->cut.status);
  }
  if (!v.at.p)
    v = zg_px_status_answer(d->head, d->answer, d->marked);
  if (!v.at.p) {
    source = ZG_STATE_SOURCE_SUMMARY;
    v = heading;
  }
  if (!v.at.p)
    return;
  f->status = v.state;
  f->sustain = v.sustain;
  f->status_source = source;
  f->status_span = zg_px_span(c, v.at);
}

static size_t measures_of_parts(zg_ctx *c, const zg_record *r, zg_cut **out) {
  zg_cut *parts[ZG_MAX_PARTS];
  size_t n[ZG_MAX_PARTS], all = 0;
  for (int k = 0; k < r->n_parts; k++)
    all += n[k] = zg_px_measures(c, r->parts[k], &parts[k]);
  *out = zg_arena_alloc(c->a, sizeof **out * (all + 1));
  if (!*out || c->oom) {
    c->oom = true;
    return 0;
  }
  all = 0;
  for (int k = 0; k < r->n_parts; k++)
    for (size_t i = 0; i < n[k]; i++)
      (*out)[all++] = parts[k][i];
  return all;
}

/* Children with numbers of their own are the measures, unless the answer
 * itself counts 一是 … 二是. */
static size_t measures_of(zg_ctx *c, const draft *d, zg_cut **out) {
  const zg_node *n = d->node;
  if (n->shape == ZG_SHAPE_RECORD)
    return measures_of_parts(c, &d->record, out);
  if (n->first_child < 0)
    return zg_px_measures(c, d->answer, out);
  /* the list begins before the first child: ①…⏎②…, or 一是 … 二是 … */
  size_t first = zg_sx_find(d->answer, 0, "一是");
  const char *child = c->paras[c->nodes[n->first_child].para].t.p;
  bool begun = d->answer.p < child && (c->nodes[n->first_child].num > 1 ||
                                       zg_px_first_mark(d->answer, 0));
  if (begun || (first != ZG_NPOS && d->answer.p + first < child &&
                zg_sx_has(d->answer, "二是")))
    return zg_px_measures(c, d->answer, out);
  size_t count = 0;
  for (int k = n->first_child; k >= 0; k = c->nodes[k].next)
    count++;
  if (count == 1) /* (一)…;(二)…;(三)… in one paragraph */
    return zg_px_measures(c, d->answer, out);
  *out = zg_arena_alloc(c->a, sizeof **out * (count + 1));
  if (!*out) {
    c->oom = true;
    return 0;
  }
  count = 0;
  const char *end = d->region.p + d->region.n;
  for (int k = n->first_child; k >= 0; k = c->nodes[k].next) {
    zg_str m = zg_px_slice(c, c->paras[c->nodes[k].para].t.p, c->nodes[k].end);
    if (m.p + m.n > end && m.p < end)
      m.n = (size_t)(end - m.p);
    if (m.p < end)
      (*out)[count++] = (zg_cut){zg_sx_trim(m), true};
  }
  return count;
}

static void fill_measures(zg_ctx *c, zg_finding *f, const draft *d) {
  zg_cut *cuts = NULL;
  size_t n = measures_of(c, d, &cuts);
  f->measures = zg_arena_alloc(c->a, sizeof *f->measures * (n + 1));
  if (!f->measures) {
    c->oom = true;
    return;
  }
  for (size_t k = 0; k < n; k++) {
    f->measures[k] = (zg_measure){(int)k + 1, zg_px_raw(c, cuts[k].t),
                                  zg_px_span(c, cuts[k].t), cuts[k].listed};
    c->b->parsed.measures += cuts[k].listed;
  }
  f->n_measures = n;
}

static void fill_statements(zg_ctx *c, zg_finding *f, zg_str head) {
  zg_str parts[MAX_STATEMENTS];
  size_t n = zg_px_statements(head, parts, MAX_STATEMENTS);
  f->statements = zg_arena_alloc(c->a, sizeof *f->statements * (n + 1));
  if (!f->statements) {
    c->oom = true;
    return;
  }
  for (size_t k = 0; k < n; k++)
    f->statements[k] = zg_px_raw(c, parts[k]);
  f->n_statements = n;
}

/* The body that a section is about, where a bulletin is about several. */
static void fill_unit(zg_ctx *c, zg_finding *f, const zg_node *root) {
  zg_bulletin *b = c->b;
  if (b->n_units < 2)
    return;
  zg_str t = zg_px_raw(c, heading_of(c, root));
  for (size_t k = 0; k < b->n_units; k++)
    if (t.p && b->units[k].n && memmem(t.p, t.n, b->units[k].p, b->units[k].n))
      f->unit = b->units[k];
}

/* Section and problem title from the ancestors. */
static void fill_path(zg_ctx *c, zg_finding *f, const int *path, int n) {
  const zg_node *section = NULL, *problem = NULL;
  c->section = c->problem = ZG_STR_NULL;
  if (n >= 1)
    fill_unit(c, f, &c->nodes[path[0]]);
  /* 二、反馈问题整改情况 above the groups, and a heading above that */
  for (int k = 0; k < 2 && n >= 2; k++) {
    const zg_node *top = &c->nodes[path[0]];
    bool outer =
        k == 0
            ? top->shape == ZG_SHAPE_HAN || top->shape == ZG_SHAPE_TITLE
            : top->shape == ZG_SHAPE_HAN && section->shape == ZG_SHAPE_TITLE &&
                  zg_px_role(c->paras[top->para].body) == ZG_ROLE_FINDINGS;
    if (!outer)
      break;
    section = top;
    path++;
    n--;
  }
  if (n >= 2) {
    section = &c->nodes[path[0]];
    problem = &c->nodes[path[n - 1]];
  } else if (n == 1 && section && c->nodes[path[0]].explicit_head &&
             !zg_sx_ends(c->paras[c->nodes[path[0]].para].body, "方面")) {
    problem = &c->nodes[path[0]];
  } else if (n == 1) {
    section = &c->nodes[path[0]];
  }
  if (section) {
    zg_str t = title_of(c, section, false);
    /* 一、 is a section of the text, not a group inside one */
    bool group = section->shape != ZG_SHAPE_TITLE &&
                 (section->parent >= 0 || section->shape != ZG_SHAPE_HAN);
    if (group && section != c->last_group)
      c->b->parsed.categories++;
    c->last_group = section;
    c->section = t;
    f->section = zg_px_raw(c, t);
    f->section_span = zg_px_span(c, t);
  }
  if (problem) {
    zg_str t = title_of(c, problem, true);
    c->problem = t;
    f->problem = zg_px_raw(c, t);
    f->problem_span = zg_px_span(c, t);
  }
}

/* What the field lines say: the fact and where it stands. */
static void fill_fields(zg_ctx *c, zg_finding *f, const zg_fields *from) {
  if (from->owner.p) {
    f->responsible = zg_px_raw(c, from->owner);
    f->responsible_span = zg_px_span(c, from->owner);
  }
  if (from->deadline.p)
    zg_px_deadline_field(c, f, from->deadline);
}

void zg_px_add_finding(zg_ctx *c, const zg_node *n, const int *path,
                       int n_path) {
  zg_bulletin *b = c->b;
  draft d = cut_finding(c, n);
  void *items = b->findings;
  if (!d.head.n || /* 问题: and nothing more */
      !zg_px_grow(c, &items, b->n_findings, &c->cap_findings,
                  sizeof *b->findings))
    return;
  b->findings = items;
  zg_finding *f = &b->findings[b->n_findings++];
  memset(f, 0, sizeof *f);
  f->n = (int)b->n_findings;
  f->year = -1;
  f->section_span = f->problem_span = f->status_span = ZG_SPAN_NONE;
  f->deadline_span = f->responsible_span = ZG_SPAN_NONE;
  if (d.number.p)
    f->number = zg_px_raw(c, d.number);
  f->head = zg_px_raw(c, d.head);
  f->head_span = zg_px_span(c, d.head);
  fill_path(c, f, path, n_path);
  fill_statements(c, f, d.head);
  fill_measures(c, f, &d);
  set_status(c, f, &d, heading_above(c, path, n_path));
  fill_fields(c, f, &d.fields);
  /* what stands before a late marker (整改成效:) and field lines after the
   * answer hold facts as well */
  zg_str all =
      d.record.n_parts ? d.answer : zg_sx_sub(d.region, d.cut.end, d.region.n);
  zg_px_facts(c, f, d.head, all);
  zg_px_repeats(c, f, d.head, d.answer);
  int end = region_end(c, n);
  for (int i = n->para; i < end; i++)
    c->in_finding[i] = true;
}
