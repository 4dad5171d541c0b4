/* Which numbered nodes are findings, and what each one holds. */
#include "index/parse_ctx.h"

enum { MAX_PATH = 8, MAX_STATEMENTS = 12, MIN_ANSWER = 12, BARE_ANSWER = 45 };

static const char *const NEGATIVE[] = {
    "不够",   "不到位", "不实",   "不严",   "不力",   "不高",   "不强",
    "不足",   "不深",   "不细",   "不规范", "不及时", "不完善", "不健全",
    "不彻底", "不扎实", "不清",   "不全",   "不符",   "不准",   "不当",
    "不牢",   "薄弱",   "缺位",   "缺失",   "缓慢",   "滞后",   "欠缺",
    "形式",   "差距",   "短板",   "弱化",   "虚化",   "淡化",   "问题",
    "违规",   "挂账",   "空档",   "混乱",   "随意",   "未",     "没有",
    "偏差",   "松懈",   "走过场", "脱节",   "有待",   "存在",   NULL};

typedef struct draft {
  const zg_node *node;
  zg_str region, head, rest, answer;
  zg_head cut;
  bool marked;
  zg_str field_state, field_deadline, field_owner;
} draft;

static zg_str slice(const zg_ctx *c, const char *from, int end_para) {
  const zg_para *last = &c->paras[end_para - 1];
  const char *end = last->t.p + last->t.n;
  return (zg_str){from, end > from ? (size_t)(end - from) : 0};
}

static zg_str own_text(const zg_ctx *c, const zg_node *n) {
  return slice(c, c->paras[n->para].body.p, n->own_end);
}

static bool explicit_head(const zg_para *p) {
  zg_str s = p->body;
  if (p->tok.shape == ZG_SHAPE_NAMED)
    return true;
  if (zg_sx_starts(s, "针对")) {
    static const char *const ends[] = {
        "问题。", "问题:", "问题(", "问题”。", "问题整改", "问题的整改", NULL};
    return zg_sx_ends(s, "问题") || zg_sx_has_any(s, ends);
  }
  zg_str lead = zg_sx_sub(s, 0, 600);
  bool about = zg_sx_starts(s, "关于") || zg_sx_starts(s, "在“") ||
               zg_sx_starts(s, "“") || zg_sx_starts(s, "聚焦");
  if (zg_sx_starts(s, "关于“") || zg_sx_starts(s, "关于\"")) {
    /* 关于“…”。 is a statement even without the word 问题 */
    zg_head h = zg_px_head(s);
    if (h.head.p == s.p + strlen("关于") + zg_sx_len(s, strlen("关于")))
      return true;
  }
  if (about)
    return zg_sx_has(lead, "问题") || zg_sx_has(lead, "方面");
  static const char *const words[] = {
      "反馈问题:", "问题表现:", "存在问题:", "具体问题:", NULL};
  return zg_sx_at_any(s, 0, words) > 0;
}

static bool negative_head(zg_str body) {
  zg_str s = zg_sx_sub(body, 0, zg_sx_fwd_to(body, 0, "。:\n"));
  if (s.n == 0 || s.n > 400)
    return false;
  size_t from = s.n > 36 ? s.n - 36 : 0;
  return zg_sx_has_any(zg_sx_sub(s, from, s.n), NEGATIVE);
}

static bool own_answer(const zg_ctx *c, const zg_node *n, size_t least) {
  zg_str own = own_text(c, n);
  zg_head h = zg_px_head(own);
  return own.n > h.end + least;
}

static void features(zg_ctx *c) {
  for (int i = c->n_nodes - 1; i >= 0; i--) {
    zg_node *n = &c->nodes[i];
    const zg_para *p = &c->paras[n->para];
    zg_str own = own_text(c, n);
    size_t end = 0, mark = zg_px_marker(own, 0, &end);
    n->explicit_head = explicit_head(p);
    n->marker = n->marker || (mark != ZG_NPOS && mark > 0);
    /* 1.整改措施:… 2.整改成效:… answer what stands above them */
    if (mark == 0 && own.p[end - 1] == ':' && n->parent >= 0)
      c->nodes[n->parent].marker = true;
    n->negative = negative_head(p->body);
    n->like = n->explicit_head || n->marker ||
              (n->negative && own_answer(c, n, BARE_ANSWER));
    n->sub_like = n->sub_like || n->explicit_head || n->marker;
    if (n->parent >= 0 && n->sub_like)
      c->nodes[n->parent].sub_like = true;
  }
}

/* Nodes under `root` (itself too) that look like findings. */
static int score(const zg_ctx *c, int root, bool strong) {
  int n = 0;
  for (int i = root; i < c->n_nodes; i++) {
    const zg_node *k = &c->nodes[i];
    if (i > root && k->depth <= c->nodes[root].depth)
      break;
    n += strong ? k->explicit_head || k->marker : k->like;
  }
  return n;
}

static zg_str title_of(const zg_ctx *c, const zg_node *n) {
  zg_str s = c->paras[n->para].body;
  if (n->explicit_head && !zg_sx_starts(s, "聚焦"))
    return zg_px_head(s).head;
  return zg_sx_trim_of(zg_sx_sub(s, 0, zg_sx_fwd_to(s, 0, "。\n")), ":。");
}

/* 截至目前,6个问题已完成整改5个 … after the last finding is of the bulletin. */
static bool is_summary(zg_str t) {
  static const char *const starts[] = {"截至", "截止",   "目前", "至此", "总体",
                                       "综上", "下一步", "通过", NULL};
  static const char *const counts[] = {"个问题",       "项问题", "个具体问题",
                                       "项具体问题",   "条问题", "个反馈问题",
                                       "整改落实工作", "下一步", NULL};
  return zg_sx_at_any(t, 0, starts) && zg_sx_has_any(t, counts);
}

static int region_end(const zg_ctx *c, const zg_node *n) {
  int end = n->end;
  /* only what is last in its section can have such a paragraph */
  for (int i = n->para + 1; i < end; i++)
    if (c->paras[i].tok.shape == ZG_SHAPE_NONE && is_summary(c->paras[i].t)) {
      bool rest_plain = true;
      for (int k = i; k < end; k++)
        rest_plain = rest_plain && c->paras[k].tok.shape == ZG_SHAPE_NONE;
      if (rest_plain)
        return i;
    }
  return end;
}

typedef enum field {
  FIELD_NONE,
  FIELD_STATE,
  FIELD_DEADLINE,
  FIELD_OWNER,
  FIELD_OTHER
} field;

static field field_at(zg_str s, size_t i, size_t *value) {
  static const struct {
    const char *word;
    field kind;
  } labels[] = {{"整改状态", FIELD_STATE},    {"完成情况", FIELD_STATE},
                {"整改进度", FIELD_STATE},    {"完成状态", FIELD_STATE},
                {"完成进度", FIELD_STATE},    {"当前状态", FIELD_STATE},
                {"目前状态", FIELD_STATE},    {"销号情况", FIELD_STATE},
                {"状态", FIELD_STATE},        {"整改时限", FIELD_DEADLINE},
                {"完成时限", FIELD_DEADLINE}, {"整改期限", FIELD_DEADLINE},
                {"完成时间", FIELD_DEADLINE}, {"完成期限", FIELD_DEADLINE},
                {"整改时间", FIELD_DEADLINE}, {"办结时限", FIELD_DEADLINE},
                {"时限", FIELD_DEADLINE},     {"责任领导", FIELD_OWNER},
                {"责任单位", FIELD_OWNER},    {"责任部门", FIELD_OWNER},
                {"责任股室", FIELD_OWNER},    {"责任科室", FIELD_OWNER},
                {"责任处室", FIELD_OWNER},    {"责任主体", FIELD_OWNER},
                {"牵头单位", FIELD_OWNER},    {"整改责任单位", FIELD_OWNER},
                {"牵头领导", FIELD_OWNER},    {"整改责任人", FIELD_OWNER},
                {"牵头部门", FIELD_OWNER},    {"牵头科室", FIELD_OWNER},
                {"牵头股室", FIELD_OWNER},    {"主要责任人", FIELD_OWNER},
                {"责任人", FIELD_OWNER},      {"配合单位", FIELD_OTHER},
                {"配合部门", FIELD_OTHER},    {"验收单位", FIELD_OTHER},
                {"整改类型", FIELD_OTHER},    {"整改目标", FIELD_OTHER}};
  for (size_t k = 0; k < sizeof labels / sizeof *labels; k++)
    if (zg_sx_at(s, i, labels[k].word)) {
      size_t at = i + strlen(labels[k].word);
      if (!zg_sx_at(s, at, ":"))
        return FIELD_NONE;
      *value = at + 1;
      return labels[k].kind;
    }
  return FIELD_NONE;
}

static void take_field(draft *d, field kind, zg_str v) {
  v = zg_sx_trim_of(v, ";。,");
  if (kind == FIELD_STATE && !d->field_state.p)
    d->field_state = v;
  else if (kind == FIELD_DEADLINE && !d->field_deadline.p)
    d->field_deadline = v;
  else if (kind == FIELD_OWNER && !d->field_owner.p)
    d->field_owner = v;
}

/* Field lines of the rest; what stands between them stays the answer. */
static void read_fields(draft *d) {
  zg_str s = d->rest;
  size_t first = 0, last = s.n;
  bool content = false;
  for (size_t at = 0; at < s.n;) {
    size_t end = zg_sx_fwd_to(s, at, "\n"), i = at, v = 0;
    while (i < end && zg_sx_in(s, i, " ("))
      i++;
    bool is_field = field_at(s, i, &v) != FIELD_NONE;
    for (size_t k = i; is_field && k < end;) {
      field kind = field_at(s, k, &v);
      size_t stop = zg_sx_fwd_to(zg_sx_sub(s, 0, end), k, ";。 ");
      if (kind != FIELD_NONE)
        take_field(d, kind, zg_sx_sub(s, v, stop));
      k = stop < end ? stop + zg_sx_len(s, stop) : end;
    }
    if (is_field && !content)
      first = end < s.n ? end + 1 : end;
    else if (is_field && last == s.n)
      last = at;
    else if (!is_field && end > i) {
      content = true;
      last = s.n;
    }
    at = end + 1;
  }
  d->answer = zg_sx_trim(zg_sx_sub(s, first, last));
}

/* The marker that opens the answer: before any measure, at the start of a
 * line or soon after the statement. */
static void skip_marker(draft *d) {
  size_t end = 0, mark = zg_px_marker(d->rest, 0, &end);
  if (mark == ZG_NPOS)
    return;
  size_t first = zg_sx_find(d->rest, 0, "一是");
  bool line = mark == 0 || d->rest.p[mark - 1] == '\n';
  if (first < mark || (!line && (mark > 600 || d->rest.n - end < mark)))
    return;
  d->marked = true;
  d->rest = zg_sx_sub(d->rest, end, d->rest.n);
}

static draft cut_finding(const zg_ctx *c, const zg_node *n) {
  draft d = {.node = n};
  d.region = slice(c, c->paras[n->para].body.p, region_end(c, n));
  d.cut = zg_px_head(d.region);
  d.head = d.cut.head;
  d.rest = zg_sx_sub(d.region, d.cut.end, d.region.n);
  zg_str before = d.rest;
  skip_marker(&d);
  /* fields may stand between the statement and the marker */
  if (d.marked) {
    draft f = {.rest = zg_sx_sub(before, 0, before.n - d.rest.n)};
    read_fields(&f);
    d.field_state = f.field_state;
    d.field_deadline = f.field_deadline;
    d.field_owner = f.field_owner;
  }
  read_fields(&d);
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
  if (d->field_state.p)
    v = zg_px_status_field(d->head, d->field_state);
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

/* Children with numbers of their own are the measures, unless the answer
 * itself counts 一是 … 二是. */
static size_t measures_of(zg_ctx *c, const draft *d, zg_cut **out) {
  const zg_node *n = d->node;
  bool listed = zg_sx_has(d->answer, "一是") && zg_sx_has(d->answer, "二是");
  if (n->first_child < 0 || listed)
    return zg_px_measures(c, d->answer, out);
  size_t count = 0;
  for (int k = n->first_child; k >= 0; k = c->nodes[k].next)
    count++;
  *out = zg_arena_alloc(c->a, sizeof **out * (count + 1));
  if (!*out) {
    c->oom = true;
    return 0;
  }
  count = 0;
  const char *end = d->region.p + d->region.n;
  for (int k = n->first_child; k >= 0; k = c->nodes[k].next) {
    zg_str m = slice(c, c->paras[c->nodes[k].para].t.p, c->nodes[k].end);
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

/* Section and problem title from the ancestors. */
static void fill_path(zg_ctx *c, zg_finding *f, const int *path, int n) {
  const zg_node *section = NULL, *problem = NULL;
  c->section = c->problem = ZG_STR_NULL;
  if (n >= 2 && c->nodes[path[0]].shape == ZG_SHAPE_HAN) {
    section = &c->nodes[path[0]];
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
    zg_str t = title_of(c, section);
    /* 一、 is a section of the text, not a group inside one */
    bool group = section->parent >= 0 || section->shape != ZG_SHAPE_HAN;
    if (group && section != c->last_group)
      c->b->parsed.categories++;
    c->last_group = section;
    c->section = t;
    f->section = zg_px_raw(c, t);
    f->section_span = zg_px_span(c, t);
  }
  if (problem) {
    zg_str t = title_of(c, problem);
    c->problem = t;
    f->problem = zg_px_raw(c, t);
    f->problem_span = zg_px_span(c, t);
  }
}

static void add_finding(zg_ctx *c, const zg_node *n, const int *path,
                        int n_path) {
  zg_bulletin *b = c->b;
  void *items = b->findings;
  if (!zg_px_grow(c, &items, b->n_findings, &c->cap_findings,
                  sizeof *b->findings))
    return;
  b->findings = items;
  zg_finding *f = &b->findings[b->n_findings++];
  memset(f, 0, sizeof *f);
  f->n = (int)b->n_findings;
  f->year = -1;
  f->section_span = f->problem_span = f->status_span = ZG_SPAN_NONE;
  f->deadline_span = f->responsible_span = ZG_SPAN_NONE;
  draft d = cut_finding(c, n);
  f->head = zg_px_raw(c, d.head);
  f->head_span = zg_px_span(c, d.head);
  fill_path(c, f, path, n_path);
  fill_statements(c, f, d.head);
  fill_measures(c, f, &d);
  set_status(c, f, &d, heading_above(c, path, n_path));
  if (d.field_owner.p) {
    f->responsible = zg_px_raw(c, d.field_owner);
    f->responsible_span = zg_px_span(c, d.field_owner);
  }
  if (d.field_deadline.p)
    zg_px_deadline_field(c, f, d.field_deadline);
  /* field lines after the answer (完成情况:…) hold facts as well */
  const char *end_of_rest = d.rest.p + d.rest.n;
  zg_str all = {d.answer.p, (size_t)(end_of_rest - d.answer.p)};
  zg_px_facts(c, f, d.head, all);
  zg_px_repeats(c, f, d.head, d.answer);
  int end = region_end(c, n);
  for (int i = n->para; i < end; i++)
    c->in_finding[i] = true;
}

static bool children_hold(const zg_ctx *c, const zg_node *n) {
  int kids = 0, strong = 0, weak = 0;
  for (int k = n->first_child; k >= 0; k = c->nodes[k].next) {
    kids++;
    strong += c->nodes[k].sub_like;
    weak += c->nodes[k].like;
  }
  if (n->marker && strong == 0)
    return false;
  /* one 整改结果: inside a list of measures does not make findings of them */
  if (strong)
    return !n->explicit_head || strong * 2 > kids;
  return weak * 2 > kids && !own_answer(c, n, MIN_ANSWER);
}

/* What a node must show to be a finding. */
typedef enum need {
  NEED_LIKE,   /* look like one */
  NEED_ANSWER, /* have an answer: its siblings look like findings */
  NEED_STRONG  /* head or marker: its siblings are groups of findings */
} need;

static need need_of_children(const zg_ctx *c, const zg_node *n) {
  int groups = 0, leaves = 0;
  for (int k = n->first_child; k >= 0; k = c->nodes[k].next) {
    const zg_node *kid = &c->nodes[k];
    bool group = kid->first_child >= 0 && children_hold(c, kid);
    groups += group;
    leaves += !group;
  }
  return groups > 0 && groups >= leaves ? NEED_STRONG : NEED_ANSWER;
}

static void visit(zg_ctx *c, int id, int *path, int n_path, need needed) {
  const zg_node *n = &c->nodes[id];
  if (n->first_child >= 0 && n_path < MAX_PATH - 1 && children_hold(c, n)) {
    path[n_path] = id;
    need below = need_of_children(c, n);
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next)
      visit(c, k, path, n_path + 1, below);
    return;
  }
  if ((needed == NEED_LIKE && !n->like) ||
      (needed == NEED_STRONG && !n->explicit_head && !n->marker))
    return;
  if (own_answer(c, n, MIN_ANSWER) || n->first_child >= 0 || n->marker)
    add_finding(c, n, path, n_path);
}

/* Distinct values of a member that neighbours share. */
static void count_parsed(zg_ctx *c) {
  zg_bulletin *b = c->b;
  zg_parsed_counts *p = &b->parsed;
  int64_t last_problem = -1;
  p->findings = (int64_t)b->n_findings;
  for (size_t i = 0; i < b->n_findings; i++) {
    zg_finding *f = &b->findings[i];
    p->atomic_findings += (int64_t)f->n_statements;
    if (f->problem_span.start >= 0 && f->problem_span.start != last_problem) {
      last_problem = f->problem_span.start;
      p->problems++;
    }
  }
  if (p->problems == 0)
    p->problems = p->findings;
}

void zg_px_findings(zg_ctx *c) {
  int path[MAX_PATH], best = 0;
  features(c);
  bool strong = false;
  for (int r = 0; r < c->n_roots; r++)
    strong = strong || score(c, c->roots[r], true) > 0;
  for (int r = 0; r < c->n_roots; r++) {
    int s = score(c, c->roots[r], strong);
    best = s > best ? s : best;
  }
  for (int r = 0; r < c->n_roots && best; r++) {
    int s = score(c, c->roots[r], strong);
    if (s > 0 && s * 8 >= best)
      visit(c, c->roots[r], path, 0, NEED_LIKE);
    c->b->parsed.sections += c->nodes[c->roots[r]].shape == ZG_SHAPE_HAN;
  }
  count_parsed(c);
}
