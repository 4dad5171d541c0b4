#include "daemon/finding_in.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "daemon/bulletin_in.h"
#include "daemon/json_out.h"

typedef struct reader {
  const cJSON *obj;
  zg_arena *arena;
  zg_finding *f;
  zg_error *err;
} reader;

static zg_status no(reader *r, const char *code, const char *member,
                    const char *what) {
  return zg_fail(r->err, ZG_INVALID, code, member, "%s: %s", member, what);
}

#define COUNT_MAX 1000000000

/* A count in an object of a list; the fault names the list and the member. */
static zg_status read_count(reader *r, const cJSON *obj, const char *list,
                            const char *name, int64_t *out) {
  zg_status st = zg_in_int(obj, name, 0, COUNT_MAX, out, NULL);
  return st ? zg_fail(r->err, st, "out_of_range", list,
                      "%s: %s: expected a whole number from 0 to %d", list,
                      name, COUNT_MAX)
            : ZG_OK;
}

/* ---- plain members ---- */

static zg_status read_texts(reader *r) {
  static const struct {
    const char *name;
    size_t offset;
  } members[] = {
#define T(name) {#name, offsetof(zg_finding, name)}
      T(id),       T(bulletin),    T(unit),         T(unit_level),
      T(region),   T(kind),        T(round),        T(title),
      T(section),  T(problem),     T(head),         T(text),
      T(deadline), T(responsible), T(publish_date), T(inspecting_body),
      T(number),
#undef T
  };
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    zg_str *slot = (zg_str *)((char *)r->f + members[i].offset);
    zg_status st = zg_in_str(r->obj, members[i].name, slot, r->err);
    if (st)
      return st;
  }
  zg_str source; /* accepted for the shape's sake; a finding keeps none */
  return zg_in_str(r->obj, "source", &source, r->err);
}

static zg_status read_span(reader *r, const cJSON *obj, const char *name,
                           zg_span *out) {
  const cJSON *a;
  int64_t v[2];
  zg_status st = zg_in_array(obj, name, &a, r->err);
  if (st || !a)
    return st;
  if (cJSON_GetArraySize(a) != 2)
    return no(r, "invalid_type", name, "expected [start, length]");
  for (int i = 0; i < 2; i++) {
    const cJSON *e = cJSON_GetArrayItem(a, i);
    if (!cJSON_IsNumber(e) || !zg_in_exact(e, &v[i]) || v[i] < 0)
      return no(r, "invalid_type", name, "expected [start, length]");
  }
  *out = (zg_span){v[0], v[1]};
  return ZG_OK;
}

/* Strings copied into an array of the arena; *given when the member stands. */
static zg_status read_list(reader *r, const char *name, zg_str **out,
                           size_t *n) {
  const cJSON *a;
  zg_status st = zg_in_array(r->obj, name, &a, r->err);
  if (st || !a)
    return st;
  size_t cap = (size_t)cJSON_GetArraySize(a);
  *out = zg_arena_alloc(r->arena, (cap + 1) * sizeof **out);
  if (!*out)
    return zg_fail_nomem(r->err);
  return zg_in_strings(r->obj, name, *out, cap, n, r->err);
}

/* A category that comes without its source is the caller's own. */
static zg_status read_category_source(reader *r, size_t n_categories) {
  zg_str source = ZG_STR_NULL;
  zg_status st = zg_in_str(r->obj, "category_source", &source, r->err);
  if (st)
    return st;
  int from =
      source.p ? zg_category_source_of(source) : (int)ZG_CATEGORY_SOURCE_GIVEN;
  if (from < 0)
    return no(r, "out_of_range", "category_source",
              "expected cues, given or none");
  if (n_categories == 0)
    from = ZG_CATEGORY_SOURCE_NONE;
  else if (from == ZG_CATEGORY_SOURCE_NONE)
    return no(r, "out_of_range", "category_source",
              "none, and yet a category is given");
  r->f->category_source = (zg_category_source)from;
  return ZG_OK;
}

static zg_status read_names(reader *r) {
  zg_finding *f = r->f;
  zg_str status = ZG_STR_NULL, source = ZG_STR_NULL, repeat = ZG_STR_NULL;
  size_t n = 0;
  zg_status st = zg_in_str(r->obj, "status", &status, r->err);
  if (st || (st = zg_in_str(r->obj, "status_source", &source, r->err)) ||
      (st = zg_in_str(r->obj, "repeat", &repeat, r->err)) ||
      (st = zg_in_strings(r->obj, "category", f->category, 2, &n, r->err)))
    return st;
  int state = status.p ? zg_state_of(status) : ZG_STATE_UNKNOWN;
  if (state < 0)
    return no(r, "out_of_range", "status",
              "expected done, basically_done, phased, in_progress, long_term, "
              "deferred, not_done, transferred or unknown");
  f->status = (zg_state)state;
  int from = source.p                    ? zg_state_source_of(source)
             : state == ZG_STATE_UNKNOWN ? ZG_STATE_SOURCE_NONE
                                         : ZG_STATE_SOURCE_FIELD;
  if (from < 0)
    return no(r, "out_of_range", "status_source",
              "expected finding, field, summary or none");
  f->status_source = (zg_state_source)from;
  int again = repeat.p ? zg_repeat_of_name(repeat) : ZG_REPEAT_NONE;
  if (again < 0)
    return no(r, "out_of_range", "repeat",
              "expected none, claimed_done_found_again, carried_over_unfixed "
              "or same_topic");
  f->repeat = (zg_repeat)again;
  for (size_t i = 0; i < n; i++)
    if (f->category[i].n == 0)
      return no(r, "out_of_range", "category", "an empty id");
  return read_category_source(r, n);
}

static zg_status read_numbers(reader *r) {
  zg_finding *f = r->f;
  int64_t year = -1, n = 0;
  zg_status st = zg_in_int(r->obj, "year", 1900, 2200, &year, r->err);
  if (st || (st = zg_in_int(r->obj, "n", 0, COUNT_MAX, &n, r->err)) ||
      (st = zg_in_int(r->obj, "rules_made", 0, COUNT_MAX, &f->rules_made,
                      r->err)) ||
      (st = zg_in_int(r->obj, "cases", 0, COUNT_MAX, &f->cases, r->err)))
    return st;
  f->year = (int)year;
  f->n = (int)n;
  const char *hash = f->id.n ? memrchr(f->id.p, '#', f->id.n) : NULL;
  if (!zg_in_given(r->obj, "n"))
    f->n = hash && atoi(hash + 1) > 0 ? atoi(hash + 1) : 1;
  return zg_in_bool(r->obj, "sustain", &f->sustain, r->err);
}

/* ---- lists of objects ---- */

static zg_status read_measure(reader *r, const cJSON *e, zg_measure *m) {
  static const char *const names[] = {"n", "text", "listed", "span"};
  int64_t n = m->n;
  if (cJSON_IsString(e)) {
    m->text = zg_str_of(e->valuestring);
    return ZG_OK;
  }
  if (!cJSON_IsObject(e))
    return no(r, "invalid_type", "measures", "expected strings or objects");
  zg_status st = zg_in_only(e, names, 4, r->err);
  if (st || (st = zg_in_str(e, "text", &m->text, r->err)) ||
      (st = read_count(r, e, "measures", "n", &n)) ||
      (st = zg_in_bool(e, "listed", &m->listed, r->err)) ||
      (st = read_span(r, e, "span", &m->span)))
    return st;
  m->n = (int)n;
  return m->text.p ? ZG_OK
                   : no(r, "missing_member", "measures", "text is missing");
}

static zg_status read_measures(reader *r) {
  const cJSON *a;
  zg_status st = zg_in_array(r->obj, "measures", &a, r->err);
  if (st || !a)
    return st;
  size_t cap = (size_t)cJSON_GetArraySize(a);
  r->f->measures = zg_arena_alloc(r->arena, (cap + 1) * sizeof(zg_measure));
  if (!r->f->measures)
    return zg_fail_nomem(r->err);
  for (const cJSON *e = a->child; e; e = e->next) {
    zg_measure *m = &r->f->measures[r->f->n_measures++];
    *m = (zg_measure){
        .n = (int)r->f->n_measures, .span = ZG_SPAN_NONE, .listed = true};
    if ((st = read_measure(r, e, m)))
      return st;
  }
  return ZG_OK;
}

static zg_status read_kind(reader *r, const cJSON *e, const char *member,
                           const char *(*name_of)(int), int count, int *out) {
  zg_str kind = ZG_STR_NULL;
  zg_status st = zg_in_str(e, "kind", &kind, r->err);
  if (st)
    return st;
  for (int i = 0; i < count; i++)
    if (kind.p && zg_str_is(kind, name_of(i))) {
      *out = i;
      return ZG_OK;
    }
  return no(r, "out_of_range", member, "an unknown or missing kind");
}

static const char *money_name(int k) {
  return zg_money_kind_name((zg_money_kind)k);
}
static const char *people_name(int k) {
  return zg_people_kind_name((zg_people_kind)k);
}

static zg_status read_yuan(reader *r, const cJSON *e, int64_t *fen) {
  const cJSON *y = cJSON_GetObjectItemCaseSensitive(e, "yuan");
  int64_t whole;
  if (!cJSON_IsNumber(y))
    return no(r, "invalid_type", "money", "yuan: expected a number");
  bool exact = zg_in_exact(y, &whole);
  if (exact ? whole < 0 || whole > ZG_YUAN_MAX
            : !(y->valuedouble >= 0 && y->valuedouble <= (double)ZG_YUAN_MAX))
    return no(r, "out_of_range", "money", "yuan: expected 0 to 10000000000000");
  *fen = exact ? whole * 100 : llround(y->valuedouble * 100);
  return ZG_OK;
}

static zg_status read_one_money(reader *r, const cJSON *e, zg_money *m) {
  static const char *const names[] = {"kind", "yuan", "approx",
                                      "part", "verb", "span"};
  int kind = 0;
  *m = (zg_money){.span = ZG_SPAN_NONE};
  if (!cJSON_IsObject(e))
    return no(r, "invalid_type", "money", "expected objects");
  zg_status st = zg_in_only(e, names, 6, r->err);
  if (st ||
      (st = read_kind(r, e, "money", money_name, ZG_MONEY_OTHER + 1, &kind)) ||
      (st = read_yuan(r, e, &m->fen)) ||
      (st = zg_in_bool(e, "approx", &m->approx, r->err)) ||
      (st = zg_in_bool(e, "part", &m->part, r->err)) ||
      (st = zg_in_str(e, "verb", &m->verb, r->err)))
    return st;
  m->kind = (zg_money_kind)kind;
  return read_span(r, e, "span", &m->span);
}

static zg_status read_one_people(reader *r, const cJSON *e, zg_people *p) {
  static const char *const names[] = {"kind", "n",    "unit", "approx",
                                      "part", "verb", "span"};
  int kind = 0;
  zg_str unit = ZG_STR("人");
  *p = (zg_people){.span = ZG_SPAN_NONE};
  if (!cJSON_IsObject(e))
    return no(r, "invalid_type", "people", "expected objects");
  zg_status st = zg_in_only(e, names, 7, r->err);
  if (st ||
      (st = read_kind(r, e, "people", people_name, ZG_PEOPLE_OTHER + 1,
                      &kind)) ||
      (st = read_count(r, e, "people", "n", &p->n)) ||
      (st = zg_in_str(e, "unit", &unit, r->err)) ||
      (st = zg_in_bool(e, "approx", &p->approx, r->err)) ||
      (st = zg_in_bool(e, "part", &p->part, r->err)) ||
      (st = zg_in_str(e, "verb", &p->verb, r->err)))
    return st;
  p->kind = (zg_people_kind)kind;
  p->times = zg_str_is(unit, "人次");
  if (!p->times && !zg_str_is(unit, "人"))
    return no(r, "out_of_range", "people", "unit: expected 人 or 人次");
  return read_span(r, e, "span", &p->span);
}

/* "青水党〔2024〕9号" as a string, or {text, number, span}. */
static zg_status read_one_document(reader *r, const cJSON *e, zg_docref *d) {
  static const char *const names[] = {"text", "number", "span"};
  *d = (zg_docref){.span = ZG_SPAN_NONE};
  if (cJSON_IsString(e)) {
    zg_str t = zg_str_of(e->valuestring), sign = ZG_STR("号");
    d->text = t;
    d->number = t.n > sign.n && !memcmp(t.p + t.n - sign.n, sign.p, sign.n);
    return t.n ? ZG_OK : no(r, "out_of_range", "documents", "an empty text");
  }
  if (!cJSON_IsObject(e))
    return no(r, "invalid_type", "documents", "expected strings or objects");
  zg_status st = zg_in_only(e, names, 3, r->err);
  if (st || (st = zg_in_str(e, "text", &d->text, r->err)) ||
      (st = zg_in_bool(e, "number", &d->number, r->err)) ||
      (st = read_span(r, e, "span", &d->span)))
    return st;
  return d->text.n ? ZG_OK
                   : no(r, "missing_member", "documents", "text is missing");
}

static zg_status read_one_evidence(reader *r, const cJSON *e,
                                   zg_evidence *out) {
  static const char *const names[] = {"category", "cue", "place", "weight",
                                      "span"};
  zg_str place = ZG_STR_NULL;
  int64_t weight = 0;
  *out = (zg_evidence){.span = ZG_SPAN_NONE};
  if (!cJSON_IsObject(e))
    return no(r, "invalid_type", "category_evidence", "expected objects");
  zg_status st = zg_in_only(e, names, 5, r->err);
  if (st || (st = zg_in_str(e, "category", &out->category, r->err)) ||
      (st = zg_in_str(e, "cue", &out->cue, r->err)) ||
      (st = zg_in_str(e, "place", &place, r->err)) ||
      (st = read_count(r, e, "category_evidence", "weight", &weight)))
    return st;
  int at = 0;
  while (at < ZG_PLACE_COUNT && !zg_str_is(place, zg_place_name((zg_place)at)))
    at++;
  if (at == ZG_PLACE_COUNT || !out->category.p || !out->cue.p)
    return no(r, "out_of_range", "category_evidence",
              "expected {category, cue, place, weight, span}");
  out->place = (zg_place)at;
  out->weight = (int)weight;
  return read_span(r, e, "span", &out->span);
}

static zg_status read_one_cue(reader *r, const cJSON *e, zg_repeat_cue *out) {
  static const char *const names[] = {"text", "strong", "span"};
  *out = (zg_repeat_cue){.span = ZG_SPAN_NONE};
  if (!cJSON_IsObject(e))
    return no(r, "invalid_type", "repeat_cues", "expected objects");
  zg_status st = zg_in_only(e, names, 3, r->err);
  if (st || (st = zg_in_str(e, "text", &out->text, r->err)) ||
      (st = zg_in_bool(e, "strong", &out->strong, r->err)) ||
      (st = read_span(r, e, "span", &out->span)))
    return st;
  return out->text.p
             ? ZG_OK
             : no(r, "missing_member", "repeat_cues", "text is missing");
}

#define READ_ALL(function, member, type, slot, count, one)                     \
  static zg_status function(reader *r) {                                       \
    const cJSON *a;                                                            \
    zg_status st = zg_in_array(r->obj, member, &a, r->err);                    \
    if (st || !a)                                                              \
      return st;                                                               \
    size_t cap = (size_t)cJSON_GetArraySize(a);                                \
    r->f->slot = zg_arena_alloc(r->arena, (cap + 1) * sizeof(type));           \
    if (!r->f->slot)                                                           \
      return zg_fail_nomem(r->err);                                            \
    for (const cJSON *e = a->child; e && st == ZG_OK; e = e->next)             \
      st = one(r, e, &r->f->slot[r->f->count++]);                              \
    return st;                                                                 \
  }
READ_ALL(read_money, "money", zg_money, money, n_money, read_one_money)
READ_ALL(read_people, "people", zg_people, people, n_people, read_one_people)
READ_ALL(read_documents, "documents", zg_docref, documents, n_documents,
         read_one_document)
READ_ALL(read_evidence, "category_evidence", zg_evidence, evidence, n_evidence,
         read_one_evidence)
READ_ALL(read_repeat_cues, "repeat_cues", zg_repeat_cue, repeat_cues,
         n_repeat_cues, read_one_cue)
#undef READ_ALL

static zg_status read_signals(reader *r) {
  static const char *const names[] = {"has_deadline", "has_owner", "has_number",
                                      "has_document"};
  const cJSON *s;
  zg_finding *f = r->f;
  zg_status st = zg_in_object(r->obj, "signals", &s, r->err);
  if (st || !s)
    return st;
  if ((st = zg_in_only(s, names, 4, r->err)) ||
      (st = zg_in_bool(s, "has_deadline", &f->has_deadline, r->err)) ||
      (st = zg_in_bool(s, "has_owner", &f->has_owner, r->err)) ||
      (st = zg_in_bool(s, "has_number", &f->has_number, r->err)))
    return st;
  return zg_in_bool(s, "has_document", &f->has_document, r->err);
}

static zg_status read_spans(reader *r) {
  zg_finding *f = r->f;
  zg_status st = read_span(r, r->obj, "section_span", &f->section_span);
  if (st || (st = read_span(r, r->obj, "problem_span", &f->problem_span)) ||
      (st = read_span(r, r->obj, "head_span", &f->head_span)) ||
      (st = read_span(r, r->obj, "deadline_span", &f->deadline_span)) ||
      (st = read_span(r, r->obj, "responsible_span", &f->responsible_span)))
    return st;
  return read_span(r, r->obj, "status_span", &f->status_span);
}

/* ---- the whole ---- */

static zg_status check(reader *r) {
  zg_finding *f = r->f;
  zg_status st = ZG_OK;
  if (!f->id.n)
    return no(r, "missing_member", "id", "is missing");
  if (!f->head.n)
    return no(r, "missing_member", "head", "the statement is missing");
  if (f->deadline.p)
    st = zg_in_date("deadline", f->deadline, r->err);
  if (st == ZG_OK && f->publish_date.p)
    st = zg_in_date("publish_date", f->publish_date, r->err);
  return st;
}

static zg_status only_known(reader *r) {
  const char *names[ZG_MEMBER_COUNT + 1];
  for (int i = 0; i < ZG_MEMBER_COUNT; i++)
    names[i] = zg_member_name((zg_member)i);
  names[ZG_MEMBER_COUNT] = "source";
  return zg_in_only(r->obj, names, ZG_MEMBER_COUNT + 1, r->err);
}

/* What the line says stays; the rest is read from its text. */
static zg_status fill_facts(reader *r, const zg_parser *parser) {
  static const char *const facts[] = {"money",      "people",    "rules_made",
                                      "cases",      "documents", "category",
                                      "statements", "deadline",  "signals"};
  bool given[9], all = true;
  zg_finding *f = r->f, said = *r->f;
  for (size_t i = 0; i < 9; i++)
    all &= given[i] = zg_in_given(r->obj, facts[i]);
  if (all)
    return ZG_OK;
  f->money = NULL;
  f->people = NULL;
  f->documents = NULL;
  f->n_money = f->n_people = f->n_documents = 0;
  f->rules_made = f->cases = 0;
  zg_status st = zg_parse_facts(f, r->arena, parser, r->err);
  if (st)
    return st;
  if (given[0])
    f->money = said.money, f->n_money = said.n_money;
  if (given[1])
    f->people = said.people, f->n_people = said.n_people;
  if (given[2])
    f->rules_made = said.rules_made;
  if (given[3])
    f->cases = said.cases;
  if (given[4])
    f->documents = said.documents, f->n_documents = said.n_documents;
  if (given[5]) {
    memcpy(f->category, said.category, sizeof f->category);
    f->category_source = said.category_source;
    f->evidence = said.evidence;
    f->n_evidence = said.n_evidence;
  }
  if (given[6])
    f->statements = said.statements, f->n_statements = said.n_statements;
  if (given[7])
    f->deadline = said.deadline;
  f->has_deadline |= f->deadline.n > 0;
  f->has_owner |= f->responsible.n > 0;
  f->has_number |= f->n_money > 0 || f->n_people > 0;
  f->has_document |= f->n_documents > 0;
  if (given[8]) {
    f->has_deadline = said.has_deadline;
    f->has_owner = said.has_owner;
    f->has_number = said.has_number;
    f->has_document = said.has_document;
  }
  return ZG_OK;
}

zg_status zg_finding_in(zg_finding **out, const cJSON *obj, zg_arena *arena,
                        const zg_parser *parser, zg_error *err) {
  *out = NULL;
  zg_finding *f = zg_arena_alloc(arena, sizeof *f);
  if (!f)
    return zg_fail_nomem(err);
  f->year = -1;
  f->section_span = f->problem_span = ZG_SPAN_NONE;
  f->head_span = f->status_span = ZG_SPAN_NONE;
  f->deadline_span = f->responsible_span = ZG_SPAN_NONE;
  reader r = {obj, arena, f, err};
  zg_status st = only_known(&r);
  if (st || (st = read_texts(&r)) || (st = check(&r)) ||
      (st = read_names(&r)) || (st = read_numbers(&r)) ||
      (st = read_measures(&r)) || (st = read_money(&r)) ||
      (st = read_people(&r)) || (st = read_documents(&r)) ||
      (st = read_signals(&r)) || (st = read_spans(&r)) ||
      (st = read_evidence(&r)) || (st = read_repeat_cues(&r)) ||
      (st = read_list(&r, "statements", &f->statements, &f->n_statements)) ||
      (st = read_list(&r, "repeat_of", &f->repeat_of, &f->n_repeat_of)) ||
      (st = fill_facts(&r, parser)))
    return st;
  *out = f;
  return ZG_OK;
}
