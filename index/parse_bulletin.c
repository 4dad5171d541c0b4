/* The passes in order, what all of them use of the context, and the facts
 * shared with ready findings. */
#include "index/classify.h"
#include "index/parse_ctx.h"
#include "index/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <xxhash.h>

zg_span zg_px_span(const zg_ctx *c, zg_str s) {
  if (!c->with_spans || !s.p || s.p < c->t.p || s.p > c->t.p + c->t.n)
    return ZG_SPAN_NONE;
  size_t from = (size_t)(s.p - c->t.p);
  uint32_t start = c->map[from];
  if (s.n == 0)
    return (zg_span){start, 0};
  const zg_norm norm = {(char *)c->t.p, (uint32_t *)c->map, c->t.n, 0};
  return zg_norm_span(&norm, c->raw, from, s.n);
}

/* The first of what zg_px_clean took out at or after the raw byte `at`. */
static size_t first_drop(const zg_ctx *c, int64_t at) {
  size_t lo = 0, hi = c->n_drops;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (c->drops[mid].start < at)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

zg_str zg_px_raw(zg_ctx *c, zg_str s) {
  bool with = c->with_spans;
  c->with_spans = true;
  zg_span span = zg_px_span(c, s);
  c->with_spans = with;
  if (span.start < 0)
    return ZG_STR_NULL;
  zg_str raw = {c->raw.p + span.start, (size_t)span.len};
  size_t k = first_drop(c, span.start);
  int64_t end = span.start + span.len;
  if (k == c->n_drops || c->drops[k].start >= end)
    return raw;
  char *out = zg_arena_alloc(c->a, raw.n + 1);
  if (!out) {
    c->oom = true;
    return ZG_STR_NULL;
  }
  size_t n = 0;
  int64_t at = span.start;
  for (; at < end; k++) {
    bool more = k < c->n_drops && c->drops[k].start < end;
    int64_t stop = more ? c->drops[k].start : end;
    memcpy(out + n, c->raw.p + at, (size_t)(stop - at));
    n += (size_t)(stop - at);
    at = more ? stop + c->drops[k].len : end;
  }
  return (zg_str){out, n};
}

zg_str zg_px_dup(zg_ctx *c, zg_str s) {
  if (!s.p)
    return ZG_STR_NULL;
  zg_str out = zg_arena_dup(c->a, s);
  if (!out.p)
    c->oom = true;
  return out;
}

bool zg_px_grow(zg_ctx *c, void **items, size_t n, size_t *cap, size_t size) {
  if (n < *cap)
    return true;
  size_t more = n < 4 ? 8 : n * 2;
  void *p = zg_arena_alloc(c->a, more * size);
  if (!p) {
    c->oom = true;
    return false;
  }
  if (n)
    memcpy(p, *items, n * size);
  *items = p;
  *cap = more;
  return true;
}

void zg_px_warn(zg_ctx *c, zg_span span, const char *code, const char *fmt,
                ...) {
  enum { MAX_WARNINGS = 200 };
  zg_bulletin *b = c->b;
  char text[256];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  text[zg_utf8_floor(text, strlen(text))] = '\0';
  void *items = b->warnings;
  if (b->n_warnings >= MAX_WARNINGS ||
      !zg_px_grow(c, &items, b->n_warnings, &c->cap_warnings,
                  sizeof *b->warnings))
    return;
  b->warnings = items;
  b->warnings[b->n_warnings++] = (zg_warning){
      zg_px_dup(c, zg_str_of(code)), zg_px_dup(c, zg_str_of(text)), span};
}

void zg_px_infer(zg_ctx *c, const char *member) {
  zg_bulletin *b = c->b;
  void *items = b->inferred;
  if (!zg_px_grow(c, &items, b->n_inferred, &c->cap_inferred,
                  sizeof *b->inferred))
    return;
  b->inferred = items;
  b->inferred[b->n_inferred++] = zg_px_dup(c, zg_str_of(member));
}

void zg_px_doubt(zg_ctx *c, const char *member) {
  zg_bulletin *b = c->b;
  for (size_t i = 0; i < b->n_doubtful; i++)
    if (zg_str_is(b->doubtful[i], member))
      return;
  void *items = b->doubtful;
  if (!zg_px_grow(c, &items, b->n_doubtful, &c->cap_doubtful,
                  sizeof *b->doubtful))
    return;
  b->doubtful = items;
  b->doubtful[b->n_doubtful++] = zg_px_dup(c, zg_str_of(member));
}

void zg_px_mark(zg_ctx *c, const char *member, zg_str slice) {
  zg_bulletin *b = c->b;
  zg_span span = zg_px_span(c, slice);
  if (span.start < 0)
    return;
  for (size_t i = 0; i < b->n_spans; i++)
    if (zg_str_is(b->spans[i].member, member))
      return;
  void *items = b->spans;
  if (!zg_px_grow(c, &items, b->n_spans, &c->cap_spans, sizeof *b->spans))
    return;
  b->spans = items;
  b->spans[b->n_spans++] =
      (zg_member_span){zg_px_dup(c, zg_str_of(member)), span};
}

/* A count of something other than a date or a document's year. */
static bool has_figure(zg_str s) {
  static const char *const units[] = {
      "个", "项", "次", "份", "件", "起", "家", "场",   "台",
      "处", "条", "期", "座", "张", "辆", "户", "%",    "人",
      "名", "所", "笔", "卷", "套", "块", "组", "公里", NULL};
  for (size_t i = 0; i < s.n;) {
    zg_num n = zg_sx_digits(s, i);
    if (n.len && zg_sx_at_any(s, i + n.len, units))
      return true;
    i += n.len ? n.len : zg_sx_len(s, i);
  }
  return false;
}

void zg_px_facts(zg_ctx *c, zg_finding *f, zg_str head, zg_str answer) {
  if (!f->n_money) {
    zg_px_money(c, f, head, true);
    zg_px_money(c, f, answer, false);
  }
  if (!f->n_people) {
    zg_px_people(c, f, head, true);
    zg_px_people(c, f, answer, false);
  }
  if (!f->n_documents) {
    zg_px_documents(c, f, head);
    zg_px_documents(c, f, answer);
  }
  if (!f->rules_made)
    f->rules_made = zg_px_rules(answer);
  if (!f->cases)
    f->cases = zg_px_cases(answer);
  if (!f->deadline.p) {
    zg_str place = ZG_STR_NULL;
    f->deadline = zg_px_deadline(c, answer, f->status == ZG_STATE_DONE, &place);
    f->deadline_span = zg_px_span(c, place);
  }
  f->has_deadline = f->deadline.p != NULL;
  f->has_owner = f->responsible.p != NULL;
  f->has_document = f->n_documents > 0;
  f->has_number = f->n_money || f->n_people || f->rules_made || f->cases ||
                  has_figure(answer);
}

static void apply_hints(zg_ctx *c, const zg_parse_hints *h) {
  zg_bulletin *b = c->b;
  struct {
    zg_str *to, from;
  } given[] = {{&b->id, h->id},
               {&b->title, h->title},
               {&b->unit_level, h->unit_level},
               {&b->region, h->region},
               {&b->publish_date, h->publish_date},
               {&b->source, h->source},
               {&b->url, h->url}};
  for (size_t k = 0; k < sizeof given / sizeof *given; k++)
    if (given[k].from.p)
      *given[k].to = zg_px_dup(c, given[k].from);
  if (!h->unit.p)
    return;
  b->units = zg_arena_alloc(c->a, sizeof *b->units);
  if (!b->units) {
    c->oom = true;
    return;
  }
  b->units[0] = zg_px_dup(c, h->unit);
  b->n_units = 1;
}

/* The unit's rank; a 市 that is a county-level city shows in the text round it.
 */
static const char *unit_level(const zg_ctx *c, zg_str unit) {
  const zg_bulletin *b = c->b;
  zg_str around[] = {b->inspecting_body, b->source, c->site, c->signature};
  const char *level = zg_px_level(unit, ZG_STR_NULL);
  for (size_t k = 0; k < sizeof around / sizeof *around; k++)
    if (around[k].n && level && strcmp(level, "city") == 0)
      level = zg_px_level(unit, around[k]);
  if (level && strcmp(level, "city") == 0 &&
      zg_px_city_under(unit, b->inspecting_body))
    return "county";
  return level;
}

/* 关于枫陵区2022年度…; ——2024年1月9日在沧屏市第六届人民代表大会…: a report to
 * the people's congress names its place beside the title. */
static zg_str region_of_report(zg_ctx *c) {
  zg_str t = zg_sx_sub(c->title, strlen("关于"), c->title.n);
  size_t year = zg_sx_find(t, 0, "20");
  zg_str r = ZG_STR_NULL;
  if (zg_sx_starts(c->title, "关于") && year != ZG_NPOS && year < 36)
    r = zg_px_region(c, zg_sx_sub(t, 0, year));
  for (int i = c->title_end < 0 ? 0 : c->title_end; i < c->body && !r.p; i++) {
    zg_str p = c->paras[i].t;
    size_t in = zg_sx_find(p, 0, "在");
    r = zg_px_region(c, in == ZG_NPOS ? p : zg_sx_sub(p, in + 3, p.n));
  }
  return r;
}

static void place_unit(zg_ctx *c) {
  zg_bulletin *b = c->b;
  if (b->n_units && !b->unit_level.p) {
    const char *level = unit_level(c, b->units[0]);
    b->unit_level = level ? zg_px_dup(c, zg_str_of(level)) : ZG_STR_NULL;
  }
  for (size_t i = 0; i < b->n_units && !b->region.p; i++)
    b->region = zg_px_region(c, b->units[i]);
  zg_str other[] = {b->author, b->source, c->site, c->signature};
  for (size_t k = 0; k < sizeof other / sizeof *other && !b->region.p; k++)
    if (other[k].n && (k > 1 || b->n_units || zg_px_looks_like_unit(other[k])))
      b->region = zg_px_region(c, other[k]);
  if (!b->region.p && !zg_sx_starts(c->title, "关于"))
    b->region = zg_px_region(c, c->title);
  if (!b->region.p && zg_str_is(b->doc_class, "audit_report"))
    b->region = region_of_report(c);
  zg_str body = b->inspecting_body;
  if (!b->region.p && body.n > strlen("县委") &&
      zg_str_is(b->unit_level, "county") &&
      (zg_sx_ends(body, "县委") || zg_sx_ends(body, "区委")))
    b->region = zg_px_dup(c, zg_sx_sub(body, 0, body.n - strlen("委")));
}

static int year_of(const zg_bulletin *b) {
  zg_str from[] = {b->feedback_date, b->inspect_end, b->publish_date};
  zg_date d;
  for (int k = 0; k < 3; k++)
    if (from[k].p && zg_px_parse_iso(from[k], &d))
      return d.y;
  return -1;
}

static void finish(zg_ctx *c) {
  zg_bulletin *b = c->b;
  if (!b->id.p)
    b->id = zg_arena_printf(
        c->a, "%016llx", (unsigned long long)XXH3_64bits(c->raw.p, c->raw.n));
  if (!b->id.p)
    c->oom = true;
  b->year = year_of(b);
  for (size_t i = 0; i < b->n_findings && !c->oom; i++) {
    zg_finding *f = &b->findings[i];
    f->id = zg_arena_printf(c->a, "%.*s#%d", (int)b->id.n, b->id.p, f->n);
    c->oom = c->oom || !f->id.p;
    f->bulletin = b->id;
    if (!f->unit.p) /* else the body that its section is about */
      f->unit = b->n_units ? b->units[0] : ZG_STR_NULL;
    f->unit_level = b->unit_level;
    f->region = b->region;
    f->kind = b->kind;
    f->round = b->round;
    f->inspecting_body = b->inspecting_body;
    f->title = b->title;
    f->publish_date = b->publish_date;
    f->year = b->year;
  }
}

static zg_status run(zg_ctx *c, const zg_parse_hints *h, zg_error *err) {
  if (!zg_px_clean(c) || !zg_px_paragraphs(c))
    return zg_fail_nomem(err);
  c->given_title = h ? h->title : ZG_STR_NULL;
  c->given_url = h ? h->url : ZG_STR_NULL;
  zg_px_mirror(c);
  zg_px_page(c);
  if (!zg_px_tree(c))
    return zg_fail_nomem(err);
  zg_px_units_of_sections(c);
  zg_px_findings(c);
  zg_px_opening(c);
  zg_px_declared(c);
  zg_px_figures(c);
  zg_px_summary_status(c);
  zg_px_reconcile(c);
  if (c->oom)
    return zg_fail_nomem(err);
  zg_status st = zg_px_classify(c, h, err);
  if (st)
    return st;
  if (h)
    apply_hints(c, h);
  place_unit(c);
  zg_px_plausible(c);
  finish(c);
  return c->oom ? zg_fail_nomem(err) : ZG_OK;
}

zg_status zg_parse_bulletin(zg_bulletin **out, zg_arena *arena,
                            const zg_parser *parser, zg_str text,
                            const zg_parse_hints *hints, zg_error *err) {
  *out = NULL;
  int64_t bad = zg_utf8_check(text.p, text.n);
  if (bad >= 0)
    return zg_fail_at(err, ZG_INVALID, bad, "invalid_utf8", "text",
                      "text: not UTF-8 at byte %lld", (long long)bad);
  zg_norm norm = ZG_NORM_INIT;
  zg_ctx c = {.a = arena, .with_spans = true, .publish_year = -1};
  c.raw = zg_arena_dup(arena, text.p ? text : ZG_STR(""));
  c.b = zg_arena_alloc(arena, sizeof *c.b);
  if (!c.raw.p || !c.b)
    return zg_fail_nomem(err);
  c.b->declared = (zg_declared)ZG_DECLARED_INIT;
  c.b->year = -1;
  c.b->text = c.raw;
  zg_status st = zg_normalise_layout(parser->nz, c.raw, &norm, err);
  if (st)
    goto out;
  c.t = (zg_str){norm.p ? norm.p : "", norm.n};
  c.edit = norm.p;
  c.map = c.edit_map = norm.map;
  st = run(&c, hints, err);
  for (size_t i = 0; st == ZG_OK && i < c.b->n_findings; i++)
    st = zg_classify(&c.b->findings[i], arena, parser, &norm, err);
  if (st == ZG_OK)
    *out = c.b;
out:
  zg_norm_free(&norm);
  return st;
}

/* Head and answer of a ready finding as one text: head, newline, answer. */
static zg_str ready_text(const zg_finding *f, zg_arena *a) {
  zg_buf b = ZG_BUF_INIT;
  zg_str out = ZG_STR_NULL;
  zg_buf_add(&b, f->head.p ? f->head.p : "", f->head.n);
  zg_buf_addc(&b, '\n');
  for (size_t i = 0; i < f->n_measures; i++) {
    zg_buf_add(&b, f->measures[i].text.p ? f->measures[i].text.p : "",
               f->measures[i].text.n);
    zg_buf_addc(&b, '\n');
  }
  if (!f->n_measures && f->text.p)
    zg_buf_add(&b, f->text.p, f->text.n);
  if (!b.failed)
    out = zg_arena_dup(a, (zg_str){b.p, b.n});
  zg_buf_free(&b);
  return out;
}

zg_status zg_parse_facts(zg_finding *f, zg_arena *arena,
                         const zg_parser *parser, zg_error *err) {
  zg_norm norm = ZG_NORM_INIT;
  zg_ctx c = {.a = arena, .with_spans = false, .publish_year = -1};
  c.raw = ready_text(f, arena);
  if (!c.raw.p)
    return zg_fail_nomem(err);
  zg_status st = zg_normalise_layout(parser->nz, c.raw, &norm, err);
  if (st)
    goto out;
  c.t = (zg_str){norm.p ? norm.p : "", norm.n};
  c.map = norm.map;
  c.section = f->section;
  c.problem = f->problem;
  size_t cut = 0;
  while (cut < c.t.n && c.map[cut] < f->head.n)
    cut++;
  zg_str head = zg_sx_trim(zg_sx_sub(c.t, 0, cut));
  zg_str answer = zg_sx_trim(zg_sx_sub(c.t, cut, c.t.n));
  zg_px_facts(&c, f, head, answer);
  if (!f->n_statements && head.n) {
    zg_str parts[12];
    size_t n = zg_px_statements(head, parts, 12);
    f->statements = zg_arena_alloc(arena, sizeof *f->statements * n);
    for (size_t k = 0; f->statements && k < n; k++)
      f->statements[k] = zg_px_raw(&c, parts[k]);
    f->n_statements = f->statements ? n : 0;
    c.oom = c.oom || !f->statements;
  }
  st = c.oom ? zg_fail_nomem(err) : ZG_OK;
  if (st == ZG_OK && !f->category[0].p)
    st = zg_classify(f, arena, parser, &norm, err);
out:
  zg_norm_free(&norm);
  return st;
}
