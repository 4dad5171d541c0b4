/* The finding and the bulletin as JSON: names and order of api.md. */
#include "daemon/json_out.h"

#include <inttypes.h>
#include <stdio.h>

static const zg_str member_names[] = {
#define X(sym, name) {name, sizeof name - 1},
    ZG_MEMBER_TABLE(X)
#undef X
};

int zg_member_of(zg_str name) {
  for (int i = 0; i < ZG_MEMBER_COUNT; i++)
    if (zg_str_eq(name, member_names[i]))
      return i;
  return -1;
}

const char *zg_member_name(zg_member m) { return member_names[m].p; }

static void measures(zg_json *j, const zg_finding *f) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < f->n_measures; i++) {
    const zg_measure *m = &f->measures[i];
    zg_json_open(j, '{');
    zg_json_key(j, "n");
    zg_json_int(j, m->n);
    zg_json_key(j, "text");
    zg_json_str(j, m->text);
    zg_json_key(j, "listed");
    zg_json_bool(j, m->listed);
    zg_json_key(j, "span");
    zg_json_span(j, m->span);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

/* Yuan from fen without a detour over binary fractions. */
static void yuan(zg_json *j, int64_t fen) {
  char text[32];
  uint64_t abs = fen < 0 ? (uint64_t)0 - (uint64_t)fen : (uint64_t)fen;
  const char *sign = fen < 0 ? "-" : "";
  int n;
  if (abs % 100 == 0)
    n = snprintf(text, sizeof text, "%s%" PRIu64, sign, abs / 100);
  else
    n = snprintf(text, sizeof text, "%s%" PRIu64 ".%02u", sign, abs / 100,
                 (unsigned)(abs % 100));
  zg_json_raw(j, text, (size_t)n);
}

static void money(zg_json *j, const zg_money *a, size_t n) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < n; i++) {
    const zg_money *m = &a[i];
    zg_json_open(j, '{');
    zg_json_key(j, "kind");
    zg_json_cstr(j, zg_money_kind_name(m->kind));
    zg_json_key(j, "yuan");
    yuan(j, m->fen);
    zg_json_key(j, "approx");
    zg_json_bool(j, m->approx);
    zg_json_key(j, "part");
    zg_json_bool(j, m->part);
    zg_json_key(j, "verb");
    zg_json_str(j, m->verb);
    zg_json_key(j, "span");
    zg_json_span(j, m->span);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

static void people(zg_json *j, const zg_people *a, size_t n) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < n; i++) {
    const zg_people *p = &a[i];
    zg_json_open(j, '{');
    zg_json_key(j, "kind");
    zg_json_cstr(j, zg_people_kind_name(p->kind));
    zg_json_key(j, "n");
    zg_json_int(j, p->n);
    zg_json_key(j, "unit");
    zg_json_cstr(j, p->times ? "人次" : "人");
    zg_json_key(j, "approx");
    zg_json_bool(j, p->approx);
    zg_json_key(j, "part");
    zg_json_bool(j, p->part);
    zg_json_key(j, "verb");
    zg_json_str(j, p->verb);
    zg_json_key(j, "span");
    zg_json_span(j, p->span);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

static void documents(zg_json *j, const zg_finding *f) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < f->n_documents; i++) {
    const zg_docref *d = &f->documents[i];
    zg_json_open(j, '{');
    zg_json_key(j, "text");
    zg_json_str(j, d->text);
    zg_json_key(j, "number");
    zg_json_bool(j, d->number);
    zg_json_key(j, "span");
    zg_json_span(j, d->span);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

static void signals(zg_json *j, const zg_finding *f) {
  zg_json_open(j, '{');
  zg_json_key(j, "has_deadline");
  zg_json_bool(j, f->has_deadline);
  zg_json_key(j, "has_owner");
  zg_json_bool(j, f->has_owner);
  zg_json_key(j, "has_number");
  zg_json_bool(j, f->has_number);
  zg_json_key(j, "has_document");
  zg_json_bool(j, f->has_document);
  zg_json_close(j, '}');
}

static void year(zg_json *j, int v) {
  if (v < 0)
    zg_json_null(j);
  else
    zg_json_int(j, v);
}

static void category(zg_json *j, const zg_finding *f) {
  size_t n = f->category[0].p ? (f->category[1].p ? 2 : 1) : 0;
  zg_json_strs(j, f->category, n);
}

static void evidence(zg_json *j, const zg_finding *f) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < f->n_evidence; i++) {
    const zg_evidence *e = &f->evidence[i];
    zg_json_open(j, '{');
    zg_json_key(j, "category");
    zg_json_str(j, e->category);
    zg_json_key(j, "cue");
    zg_json_str(j, e->cue);
    zg_json_key(j, "place");
    zg_json_cstr(j, zg_place_name(e->place));
    zg_json_key(j, "weight");
    zg_json_int(j, e->weight);
    zg_json_key(j, "span");
    zg_json_span(j, e->span);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

static void repeat_cues(zg_json *j, const zg_finding *f) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < f->n_repeat_cues; i++) {
    const zg_repeat_cue *r = &f->repeat_cues[i];
    zg_json_open(j, '{');
    zg_json_key(j, "text");
    zg_json_str(j, r->text);
    zg_json_key(j, "strong");
    zg_json_bool(j, r->strong);
    zg_json_key(j, "span");
    zg_json_span(j, r->span);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

/* The members that are one text or one span. */
static bool plain_member(zg_json *j, const zg_finding *f, zg_member m) {
  switch (m) {
#define TEXT(sym, field)                                                       \
  case ZG_MEMBER_##sym:                                                        \
    zg_json_str(j, f->field);                                                  \
    return true
#define SPAN(sym, field)                                                       \
  case ZG_MEMBER_##sym:                                                        \
    zg_json_span(j, f->field);                                                 \
    return true
    TEXT(ID, id);
    TEXT(BULLETIN, bulletin);
    TEXT(UNIT, unit);
    TEXT(UNIT_LEVEL, unit_level);
    TEXT(REGION, region);
    TEXT(KIND, kind);
    TEXT(ROUND, round);
    TEXT(INSPECTING_BODY, inspecting_body);
    TEXT(TITLE, title);
    TEXT(PUBLISH_DATE, publish_date);
    TEXT(NUMBER, number);
    TEXT(SECTION, section);
    TEXT(PROBLEM, problem);
    TEXT(HEAD, head);
    TEXT(TEXT, text);
    TEXT(DEADLINE, deadline);
    TEXT(RESPONSIBLE, responsible);
    SPAN(SECTION_SPAN, section_span);
    SPAN(PROBLEM_SPAN, problem_span);
    SPAN(HEAD_SPAN, head_span);
    SPAN(STATUS_SPAN, status_span);
    SPAN(DEADLINE_SPAN, deadline_span);
    SPAN(RESPONSIBLE_SPAN, responsible_span);
#undef TEXT
#undef SPAN
  default:
    return false;
  }
}

static void member(zg_json *j, const zg_finding *f, zg_member m) {
  switch (m) {
#define MEMBER(sym, write)                                                     \
  case ZG_MEMBER_##sym:                                                        \
    write;                                                                     \
    break
    MEMBER(N, zg_json_int(j, f->n));
    MEMBER(YEAR, year(j, f->year));
    MEMBER(STATEMENTS, zg_json_strs(j, f->statements, f->n_statements));
    MEMBER(MEASURES, measures(j, f));
    MEMBER(CATEGORY, category(j, f));
    MEMBER(CATEGORY_SOURCE,
           zg_json_cstr(j, zg_category_source_name(f->category_source)));
    MEMBER(CATEGORY_EVIDENCE, evidence(j, f));
    MEMBER(REPEAT_CUES, repeat_cues(j, f));
    MEMBER(STATUS, zg_json_cstr(j, zg_state_name(f->status)));
    MEMBER(SUSTAIN, zg_json_bool(j, f->sustain));
    MEMBER(STATUS_SOURCE,
           zg_json_cstr(j, zg_state_source_name(f->status_source)));
    MEMBER(MONEY, money(j, f->money, f->n_money));
    MEMBER(PEOPLE, people(j, f->people, f->n_people));
    MEMBER(RULES_MADE, zg_json_int(j, f->rules_made));
    MEMBER(CASES, zg_json_int(j, f->cases));
    MEMBER(DOCUMENTS, documents(j, f));
    MEMBER(REPEAT, zg_json_cstr(j, zg_repeat_name(f->repeat)));
    MEMBER(REPEAT_OF, zg_json_strs(j, f->repeat_of, f->n_repeat_of));
    MEMBER(SIGNALS, signals(j, f));
#undef MEMBER
  default: /* a new member of the table that nobody writes */
    zg_json_null(j);
  }
}

void zg_json_finding_members(zg_json *j, const zg_finding *f, uint64_t mask) {
  for (int i = 0; i < ZG_MEMBER_COUNT; i++) {
    if (!(mask >> i & 1))
      continue;
    zg_json_key_n(j, member_names[i].p, member_names[i].n);
    if (!plain_member(j, f, (zg_member)i))
      member(j, f, (zg_member)i);
  }
}

void zg_json_finding(zg_json *j, const zg_finding *f) {
  zg_json_open(j, '{');
  zg_json_finding_members(j, f, ZG_MEMBERS_ALL);
  zg_json_close(j, '}');
}

static void declared_int(zg_json *j, const char *key, int64_t v) {
  zg_json_key(j, key);
  if (v < 0)
    zg_json_null(j);
  else
    zg_json_int(j, v);
}

static void rate(zg_json *j, double v) {
  zg_json_key(j, "rate");
  if (v < 0)
    zg_json_null(j);
  else
    zg_json_real(j, v);
}

static void series(zg_json *j, const zg_declared *d) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < d->n_series; i++) {
    const zg_series *s = &d->series[i];
    zg_json_open(j, '{');
    zg_json_key(j, "name");
    zg_json_str(j, s->name);
    declared_int(j, "total", s->total);
    declared_int(j, "done", s->done);
    rate(j, s->rate);
    zg_json_key(j, "span");
    zg_json_span(j, s->span);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

static void declared(zg_json *j, const zg_declared *d) {
  zg_json_open(j, '{');
  declared_int(j, "aspects", d->aspects);
  declared_int(j, "categories", d->categories);
  declared_int(j, "problems", d->problems);
  declared_int(j, "tasks", d->tasks);
  declared_int(j, "measures", d->measures);
  declared_int(j, "done", d->done);
  declared_int(j, "basically_done", d->basically_done);
  declared_int(j, "phased", d->phased);
  declared_int(j, "in_progress", d->in_progress);
  declared_int(j, "long_term", d->long_term);
  declared_int(j, "deferred", d->deferred);
  declared_int(j, "not_done", d->not_done);
  declared_int(j, "transferred", d->transferred);
  rate(j, d->rate);
  zg_json_key(j, "series");
  series(j, d);
  zg_json_key(j, "span");
  zg_json_span(j, d->span);
  zg_json_close(j, '}');
}

static void parsed(zg_json *j, const zg_parsed_counts *c) {
  zg_json_open(j, '{');
  zg_json_key(j, "sections");
  zg_json_int(j, c->sections);
  zg_json_key(j, "categories");
  zg_json_int(j, c->categories);
  zg_json_key(j, "problems");
  zg_json_int(j, c->problems);
  zg_json_key(j, "findings");
  zg_json_int(j, c->findings);
  zg_json_key(j, "atomic_findings");
  zg_json_int(j, c->atomic_findings);
  zg_json_key(j, "measures");
  zg_json_int(j, c->measures);
  zg_json_close(j, '}');
}

static void warnings(zg_json *j, const zg_bulletin *b) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < b->n_warnings; i++) {
    const zg_warning *w = &b->warnings[i];
    zg_json_open(j, '{');
    zg_json_key(j, "code");
    zg_json_str(j, w->code);
    zg_json_key(j, "message");
    zg_json_str(j, w->message);
    zg_json_key(j, "offset");
    if (w->span.start < 0)
      zg_json_null(j);
    else
      zg_json_int(j, w->span.start);
    zg_json_key(j, "length");
    if (w->span.start < 0)
      zg_json_null(j);
    else
      zg_json_int(j, w->span.len);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

static void figures(zg_json *j, const zg_figures *f) {
  zg_json_open(j, '{');
  zg_json_key(j, "money");
  money(j, f->money, f->n_money);
  zg_json_key(j, "people");
  people(j, f->people, f->n_people);
  zg_json_key(j, "rules_made");
  zg_json_int(j, f->rules_made);
  zg_json_key(j, "cases");
  zg_json_int(j, f->cases);
  zg_json_close(j, '}');
}

static void member_spans(zg_json *j, const zg_bulletin *b) {
  zg_json_open(j, '{');
  for (size_t i = 0; i < b->n_spans; i++) {
    zg_json_key_str(j, b->spans[i].member);
    zg_json_span(j, b->spans[i].span);
  }
  zg_json_close(j, '}');
}

static void bulletin_facts(zg_json *j, const zg_bulletin *b) {
  const struct {
    const char *key;
    zg_str value;
  } text[] = {
      {"author", b->author},
      {"unit_level", b->unit_level},
      {"region", b->region},
      {"kind", b->kind},
      {"inspecting_body", b->inspecting_body},
      {"team", b->team},
      {"round", b->round},
      {"inspect_start", b->inspect_start},
      {"inspect_end", b->inspect_end},
      {"feedback_date", b->feedback_date},
      {"publish_date", b->publish_date},
      {"source", b->source},
      {"url", b->url},
      {"doc_class", b->doc_class},
  };
  for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
    zg_json_key(j, text[i].key);
    zg_json_str(j, text[i].value);
  }
}

void zg_json_bulletin(zg_json *j, const zg_bulletin *b, bool with_text,
                      bool with_findings) {
  zg_json_open(j, '{');
  zg_json_key(j, "id");
  zg_json_str(j, b->id);
  zg_json_key(j, "title");
  zg_json_str(j, b->title);
  zg_json_key(j, "unit");
  zg_json_str(j, b->n_units ? b->units[0] : ZG_STR_NULL);
  zg_json_key(j, "units");
  zg_json_strs(j, b->units, b->n_units);
  zg_json_key(j, "year");
  year(j, b->year);
  bulletin_facts(j, b);
  zg_json_key(j, "declared");
  declared(j, &b->declared);
  zg_json_key(j, "parsed");
  parsed(j, &b->parsed);
  zg_json_key(j, "inferred");
  zg_json_strs(j, b->inferred, b->n_inferred);
  zg_json_key(j, "doubtful");
  zg_json_strs(j, b->doubtful, b->n_doubtful);
  zg_json_key(j, "spans");
  member_spans(j, b);
  zg_json_key(j, "figures");
  figures(j, &b->figures);
  zg_json_key(j, "warnings");
  warnings(j, b);
  if (with_findings) {
    zg_json_key(j, "findings");
    zg_json_open(j, '[');
    for (size_t i = 0; i < b->n_findings; i++)
      zg_json_finding(j, &b->findings[i]);
    zg_json_close(j, ']');
  }
  if (with_text) {
    zg_json_key(j, "text");
    zg_json_str(j, b->text);
  }
  zg_json_close(j, '}');
}
