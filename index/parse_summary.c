/* The status that the bulletin gives outside its findings: to all of them at
 * once, or to one that it calls by its name. */
#include "index/parse_ctx.h"

enum { NAME_MIN = 4, NAME_MAX = 300, MAX_NAMES = 200 };

/* What stands between a quoted name and its state, or a state and a name. */
static const char *const LINKS[] = {
    "的",   "等",   "问题", "整改", "事项", "任务", "落实", "情况",
    "工作", "方面", "这一", "仍",   "还",   "尚",   "也",   "为",
    "是",   "即",   "有",   "包括", "分别", ":",    "(",    "个",
    "项",   "条",   "其中", "中",   "涉及", NULL};

typedef struct named {
  zg_str name; /* between the quotes */
  size_t open, end;
} named;

/* Next “…” at or after `from`. */
static bool next_name(zg_str s, size_t from, named *out) {
  size_t open = zg_sx_find(s, from, "“");
  if (open == ZG_NPOS)
    return false;
  size_t in = open + strlen("“");
  size_t close = zg_sx_find(zg_sx_sub(s, 0, in + NAME_MAX), in, "”");
  if (close == ZG_NPOS) /* it never closes: no name */
    *out = (named){zg_sx_sub(s, in, in), open, in};
  else
    *out = (named){zg_sx_sub(s, in, close), open, close + strlen("”")};
  return true;
}

static size_t skip_links(zg_str s, size_t at) {
  for (;;) {
    zg_num n = zg_sx_number(s, at);
    size_t k = n.len && zg_sx_at_any(s, at + n.len, LINKS)
                   ? n.len
                   : zg_sx_at_any(s, at, LINKS);
    if (!k)
      return at;
    at += k;
  }
}

/* …”问题正在推进: the state after a name (or a row of names). */
static zg_verdict state_after(zg_str s, size_t end) {
  static const char *const stops = ",。;:、)“\n";
  size_t at = end;
  while (zg_sx_at(s, at, "“") || zg_sx_at(s, at, "、") ||
         zg_sx_at(s, at, "和")) {
    named next;
    if (!zg_sx_at(s, at, "“"))
      at += zg_sx_len(s, at);
    else if (next_name(s, at, &next))
      at = next.end;
    else
      break;
  }
  at = skip_links(s, at);
  if (zg_sx_at(s, at, ","))
    at++;
  size_t stop = zg_sx_fwd_to(s, at, stops);
  zg_str clause = zg_sx_sub(s, at, stop);
  zg_verdict v = zg_px_status_clause(clause);
  if (!v.at.p && zg_sx_ends(clause, "外")) /* 除“…”正在推进外 */
    v = zg_px_status_clause(zg_sx_sub(clause, 0, clause.n - strlen("外")));
  return v;
}

/* Off the end of the run: links and numbers, until what is left is a state
 * (正在整改的问题2个). */
static zg_str cut_links(zg_str run) {
  while (run.n && !zg_px_status_clause(run).at.p) {
    size_t n = run.n;
    for (int k = 0; LINKS[k] && run.n == n; k++)
      if (zg_sx_ends(run, LINKS[k]))
        run.n -= strlen(LINKS[k]);
    size_t last = zg_sx_prev(run, n);
    if (run.n == n && zg_sx_number(run, last).len)
      run.n = last;
    if (run.n == n)
      break;
  }
  return run;
}

/* 正在推进的1个问题(“…;  正在整改的问题2个,分别是“…: the state before the
 * first name of a row. */
static zg_verdict state_before(zg_str s, size_t open) {
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  for (int clause = 0; clause < 2; clause++) {
    size_t lo = zg_sx_back_to(s, open, ",。;\n", 120);
    zg_str run = zg_sx_sub(s, lo, open);
    if (zg_sx_has(run, "”"))
      return none;
    run = cut_links(run);
    if (run.n)
      return zg_px_status_clause(run);
    if (lo == 0 || !zg_sx_at(s, lo - 1, ","))
      return none;
    open = lo - 1;
  }
  return none;
}

static bool same_name(zg_str whole, zg_str name) {
  return whole.p && whole.n >= name.n &&
         memmem(whole.p, whole.n, name.p, name.n) != NULL;
}

/* The findings of that name: by problem title, else the one statement that
 * holds it.  Returns how many took the state. */
static int give(zg_ctx *c, zg_str raw, zg_verdict v) {
  zg_bulletin *b = c->b;
  size_t hits = 0, hit = 0;
  bool by_problem = false;
  for (size_t i = 0; i < b->n_findings; i++)
    by_problem = by_problem || zg_str_eq(b->findings[i].problem, raw);
  for (size_t i = 0; i < b->n_findings && !by_problem; i++)
    if (same_name(b->findings[i].head, raw)) {
      hits++;
      hit = i;
    }
  int given = 0;
  for (size_t i = 0; i < b->n_findings; i++) {
    zg_finding *f = &b->findings[i];
    bool ours = by_problem ? zg_str_eq(f->problem, raw) : hits == 1 && i == hit;
    if (!ours || f->status != ZG_STATE_UNKNOWN)
      continue;
    f->status = v.state;
    f->sustain = v.sustain;
    f->status_source = ZG_STATE_SOURCE_SUMMARY;
    f->status_span = zg_px_span(c, v.at);
    given++;
  }
  return given;
}

/* One sentence: its quoted names, each with the state said of it. */
static int read_names(zg_ctx *c, zg_str s, int *budget) {
  int given = 0;
  zg_verdict row = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  size_t row_end = 0;
  named q;
  for (size_t at = 0; *budget > 0 && next_name(s, at, &q); at = q.end) {
    bool joined =
        row_end && (q.open == row_end || (q.open - row_end <= strlen("、") &&
                                          zg_sx_in(s, row_end, "、和及,")));
    (*budget)--;
    zg_verdict v = state_before(s, q.open);
    if (!v.at.p && joined)
      v = row;
    if (!v.at.p)
      v = state_after(s, q.end);
    row = v;
    row_end = q.end;
    if (v.at.p && zg_sx_chars(q.name) >= NAME_MIN)
      given += give(c, zg_px_raw(c, q.name), v);
  }
  return given;
}

/* 除“…”问题正在推进外,其余问题均已完成整改. */
static zg_verdict of_the_rest(zg_str s) {
  static const char *const words[] = {"其余", "其他", "其它", NULL};
  zg_verdict none = {ZG_STATE_UNKNOWN, false, ZG_STR_NULL};
  size_t at = zg_sx_find_any(s, 0, words, NULL);
  if (at == ZG_NPOS)
    return none;
  at = skip_links(s, at + strlen("其余"));
  zg_str clause = zg_sx_sub(s, at, zg_sx_fwd_to(s, at, ",;。:、(\n"));
  return zg_px_status_clause(clause);
}

static void by_name(zg_ctx *c, zg_span *rest) {
  int budget = MAX_NAMES;
  for (int i = c->body; i <= c->tail && budget > 0; i++) {
    zg_str t = zg_px_told(c, i);
    for (size_t at = 0; at < t.n;) {
      size_t end = zg_sx_fwd_to(t, at, "。\n");
      zg_str s = zg_sx_sub(t, at, end);
      zg_verdict v = of_the_rest(s);
      if (read_names(c, s, &budget) && v.state == ZG_STATE_DONE)
        *rest = zg_px_span(c, v.at);
      at = end < t.n ? end + zg_sx_len(t, end) : end;
    }
  }
}

static void give_rest(zg_ctx *c, zg_span at) {
  zg_bulletin *b = c->b;
  for (size_t i = 0; i < b->n_findings; i++) {
    zg_finding *f = &b->findings[i];
    if (f->status != ZG_STATE_UNKNOWN)
      continue;
    f->status = ZG_STATE_DONE;
    f->status_source = ZG_STATE_SOURCE_SUMMARY;
    f->status_span = at;
  }
}

/* 选人用人专项检查反馈的5个问题全部完成: said of the findings of that section,
 * where it has as many. */
static void give_special(zg_ctx *c) {
  static const char *const of[] = {"选人用人", "意识形态", "专项检查", NULL};
  const zg_declared *d = &c->b->declared;
  const zg_series *s = NULL;
  int64_t n = 0;
  for (size_t i = 0; i < d->n_series && !s; i++)
    if (zg_str_is(d->series[i].name, "special") && d->series[i].total > 0 &&
        d->series[i].done == d->series[i].total)
      s = &d->series[i];
  for (int take = 0; take < 2 && s; take++)
    for (size_t i = 0; i < c->b->n_findings; i++) {
      zg_finding *f = &c->b->findings[i];
      if (!f->section.p || !zg_sx_has_any(f->section, of) ||
          !zg_sx_has(f->section, "检查"))
        continue;
      n += !take;
      if (take && n == s->total && f->status == ZG_STATE_UNKNOWN) {
        f->status = ZG_STATE_DONE;
        f->status_source = ZG_STATE_SOURCE_SUMMARY;
        f->status_span = s->span;
      }
    }
}

/* Counts alone (11 done, 2 going on) say of no finding which it is; all of
 * them do, and so does 除“…”外,其余均已完成. */
void zg_px_summary_status(zg_ctx *c) {
  const zg_declared *d = &c->b->declared;
  zg_span rest = ZG_SPAN_NONE;
  by_name(c, &rest);
  give_special(c);
  if (d->problems > 0 && d->done == d->problems)
    give_rest(c, c->done_at);
  else if (rest.start >= 0)
    give_rest(c, rest);
}
