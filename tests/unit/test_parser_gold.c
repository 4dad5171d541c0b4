/* The parser against facts that were read by hand: the sample bulletins, and
 * the real bulletin where the shared corpus exists.  Prints precision and
 * recall field by field; fails on any mismatch of a core fact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <glob.h>

#include "index/parse_ctx.h"
#include "index/parser.h"

/* Fields of the scoreboard; those before SOFT must be right everywhere. */
typedef enum field {
  F_CLASS,
  F_TITLE,
  F_UNITS,
  F_LEVEL,
  F_REGION,
  F_KIND,
  F_BODY,
  F_TEAM,
  F_ROUND,
  F_DATES,
  F_YEAR,
  F_SOURCE,
  F_INFERRED,
  F_DECLARED,
  F_COUNTS,
  F_SECTION,
  F_PROBLEM,
  F_HEAD,
  F_STATEMENTS,
  F_MEASURES,
  F_STATUS,
  F_SUSTAIN,
  F_STATUS_SOURCE,
  F_MONEY,
  F_PEOPLE,
  F_RULES,
  F_CASES,
  F_DOCUMENTS,
  F_DEADLINE,
  F_RESPONSIBLE,
  F_REPEAT,
  SOFT,
  F_CATEGORY = SOFT,
  F_COUNT
} field;

static const char *const FIELD_NAMES[F_COUNT] = {
    "class",   "title",   "units",     "unit_level", "region",
    "kind",    "body",    "team",      "round",      "dates",
    "year",    "source",  "inferred",  "declared",   "counts",
    "section", "problem", "head",      "statements", "measures",
    "status",  "sustain", "source(s)", "money",      "people",
    "rules",   "cases",   "documents", "deadline",   "responsible",
    "repeat",  "category"};

typedef struct board {
  int wanted[F_COUNT], got[F_COUNT], right[F_COUNT];
  const char *file;
  int core_faults;
} board;

static zg_normaliser *NZ;
static zg_taxonomy *TAXONOMY;
static zg_parser PARSER;

static int make_normaliser(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  if (zg_normaliser_new(&NZ, &err))
    return 1;
  if (zg_taxonomy_open(&TAXONOMY, NZ, NULL, &err))
    return 1;
  PARSER = (zg_parser){NZ, TAXONOMY};
  return 0;
}

static int drop_normaliser(void **state) {
  (void)state;
  zg_taxonomy_unref(TAXONOMY);
  zg_normaliser_free(NZ);
  return 0;
}

static char *read_all(const char *path, size_t *n) {
  FILE *f = fopen(path, "rb");
  if (!f)
    return NULL;
  zg_buf b = ZG_BUF_INIT;
  char chunk[65536];
  size_t k;
  while ((k = fread(chunk, 1, sizeof chunk, f)) > 0)
    zg_buf_add(&b, chunk, k);
  fclose(f);
  zg_buf_addc(&b, '\0');
  *n = b.n - 1;
  return b.p;
}

static cJSON *read_json(const char *path) {
  size_t n = 0;
  char *p = read_all(path, &n);
  cJSON *j = p ? cJSON_ParseWithLength(p, n) : NULL;
  free(p);
  return j;
}

static const cJSON *at(const cJSON *o, const char *key) {
  return cJSON_GetObjectItemCaseSensitive(o, key);
}

static void fault(board *b, field f, int n, const char *want, const char *got) {
  if (f < SOFT)
    b->core_faults++;
  print_message("%s %s#%d %s: want %s, got %s\n", f < SOFT ? "FAULT" : "soft ",
                b->file, n, FIELD_NAMES[f], want, got);
}

/* One value: NULL means not there. */
static void score(board *b, field f, int n, const char *want, zg_str got) {
  b->wanted[f] += want != NULL;
  b->got[f] += got.p != NULL;
  if (want ? got.p && zg_str_is(got, want) : !got.p) {
    b->right[f] += want != NULL;
    return;
  }
  char buf[400];
  snprintf(buf, sizeof buf, "%.*s", got.p ? (int)got.n : 4,
           got.p ? got.p : "null");
  fault(b, f, n, want ? want : "null", buf);
}

static void score_json(board *b, field f, int n, const cJSON *want,
                       zg_str got) {
  score(b, f, n, cJSON_IsString(want) ? want->valuestring : NULL, got);
}

static void score_int(board *b, field f, int n, const cJSON *want,
                      int64_t got) {
  char w[40] = "0", g[40];
  if (cJSON_IsNumber(want))
    snprintf(w, sizeof w, "%lld", (long long)want->valuedouble);
  else if (cJSON_IsBool(want))
    snprintf(w, sizeof w, "%d", cJSON_IsTrue(want));
  snprintf(g, sizeof g, "%lld", (long long)got);
  score(b, f, n, w, zg_str_of(g));
}

/* A number that the gold leaves out must not be found (-1) either. */
static void score_count(board *b, field f, int n, const cJSON *want,
                        const char *key, int64_t got) {
  char w[60], g[60];
  const cJSON *v = at(want, key);
  snprintf(w, sizeof w, "%s=%lld", key,
           cJSON_IsNumber(v) ? (long long)v->valuedouble : -1LL);
  snprintf(g, sizeof g, "%s=%lld", key, (long long)got);
  score(b, f, n, w, zg_str_of(g));
}

static void check_document(board *b, const cJSON *d, const zg_bulletin *p) {
  score_json(b, F_TITLE, 0, at(d, "title"), p->title);
  int n = cJSON_GetArraySize(at(d, "units"));
  for (int i = 0; i < n || i < (int)p->n_units; i++)
    score_json(b, F_UNITS, 0, cJSON_GetArrayItem(at(d, "units"), i),
               i < (int)p->n_units ? p->units[i] : ZG_STR_NULL);
  score_json(b, F_LEVEL, 0, at(d, "unit_level"), p->unit_level);
  score_json(b, F_REGION, 0, at(d, "region"), p->region);
  score_json(b, F_KIND, 0, at(d, "kind"), p->kind);
  score_json(b, F_BODY, 0, at(d, "inspecting_body"), p->inspecting_body);
  score_json(b, F_TEAM, 0, at(d, "team"), p->team);
  score_json(b, F_ROUND, 0, at(d, "round"), p->round);
  score_json(b, F_DATES, 0, at(d, "inspect_start"), p->inspect_start);
  score_json(b, F_DATES, 0, at(d, "inspect_end"), p->inspect_end);
  score_json(b, F_DATES, 0, at(d, "feedback_date"), p->feedback_date);
  score_json(b, F_DATES, 0, at(d, "publish_date"), p->publish_date);
  score_int(b, F_YEAR, 0, at(d, "year"), p->year);
  score_json(b, F_SOURCE, 0, at(d, "source"), p->source);
  n = cJSON_GetArraySize(at(d, "inferred"));
  for (int i = 0; i < n || i < (int)p->n_inferred; i++)
    score_json(b, F_INFERRED, 0, cJSON_GetArrayItem(at(d, "inferred"), i),
               i < (int)p->n_inferred ? p->inferred[i] : ZG_STR_NULL);
}

static void check_declared(board *b, const cJSON *w, const zg_declared *d) {
  score_count(b, F_DECLARED, 0, w, "aspects", d->aspects);
  score_count(b, F_DECLARED, 0, w, "categories", d->categories);
  score_count(b, F_DECLARED, 0, w, "problems", d->problems);
  score_count(b, F_DECLARED, 0, w, "tasks", d->tasks);
  score_count(b, F_DECLARED, 0, w, "measures", d->measures);
  score_count(b, F_DECLARED, 0, w, "done", d->done);
  score_count(b, F_DECLARED, 0, w, "basically_done", d->basically_done);
  score_count(b, F_DECLARED, 0, w, "phased", d->phased);
  score_count(b, F_DECLARED, 0, w, "in_progress", d->in_progress);
  score_count(b, F_DECLARED, 0, w, "long_term", d->long_term);
  score_count(b, F_DECLARED, 0, w, "deferred", d->deferred);
  score_count(b, F_DECLARED, 0, w, "not_done", d->not_done);
}

static void check_parsed(board *b, const cJSON *w, const zg_parsed_counts *p) {
  score_count(b, F_COUNTS, 0, w, "sections", p->sections);
  score_count(b, F_COUNTS, 0, w, "categories", p->categories);
  score_count(b, F_COUNTS, 0, w, "problems", p->problems);
  score_count(b, F_COUNTS, 0, w, "findings", p->findings);
  score_count(b, F_COUNTS, 0, w, "atomic_findings", p->atomic_findings);
  score_count(b, F_COUNTS, 0, w,
              at(w, "listed_measures") ? "listed_measures" : "measures",
              p->measures);
}

static void money_text(char *buf, size_t n, const char *kind, double yuan,
                       bool approx) {
  snprintf(buf, n, "%s %.2f%s", kind, yuan, approx ? " approx" : "");
}

/* Parts in a bracket of their parent are not in the gold. */
static void check_money(board *b, int n, const cJSON *w, const zg_finding *f) {
  int k = 0, want = cJSON_GetArraySize(w);
  for (size_t i = 0; i < f->n_money || k < want; i++) {
    char x[90], y[90];
    const zg_money *got = i < f->n_money ? &f->money[i] : NULL;
    if (got && got->part)
      continue;
    const cJSON *m = cJSON_GetArrayItem(w, k++);
    if (m)
      money_text(x, sizeof x, at(m, "kind")->valuestring,
                 at(m, "yuan")->valuedouble, cJSON_IsTrue(at(m, "approx")));
    if (got)
      money_text(y, sizeof y, zg_money_kind_name(got->kind),
                 (double)got->fen / 100, got->approx);
    score(b, F_MONEY, n, m ? x : NULL, got ? zg_str_of(y) : ZG_STR_NULL);
  }
}

static void check_people(board *b, int n, const cJSON *w, const zg_finding *f) {
  int k = 0, want = cJSON_GetArraySize(w);
  for (size_t i = 0; i < f->n_people || k < want; i++) {
    char x[90], y[90];
    const zg_people *got = i < f->n_people ? &f->people[i] : NULL;
    /* 其中 is a part as well, and the gold does list those */
    if (got && got->part && !cJSON_GetArrayItem(w, k))
      continue;
    const cJSON *m = cJSON_GetArrayItem(w, k++);
    if (m)
      snprintf(x, sizeof x, "%s %d%s", at(m, "kind")->valuestring,
               at(m, "n")->valueint, at(m, "unit")->valuestring);
    if (got)
      snprintf(y, sizeof y, "%s %lld%s", zg_people_kind_name(got->kind),
               (long long)got->n, got->times ? "人次" : "人");
    score(b, F_PEOPLE, n, m ? x : NULL, got ? zg_str_of(y) : ZG_STR_NULL);
  }
}

/* The gold lists document numbers; titles are extra. */
static void check_documents(board *b, int n, const cJSON *w,
                            const zg_finding *f) {
  int want = cJSON_GetArraySize(w), k = 0;
  for (size_t i = 0; i < f->n_documents; i++)
    if (f->documents[i].number)
      score_json(b, F_DOCUMENTS, n, cJSON_GetArrayItem(w, k++),
                 f->documents[i].text);
  for (; k < want; k++)
    score_json(b, F_DOCUMENTS, n, cJSON_GetArrayItem(w, k), ZG_STR_NULL);
}

static zg_str prefix(zg_str s, const char *want) {
  size_t n = want ? strlen(want) : 0;
  return s.p && s.n > n ? (zg_str){s.p, n} : s;
}

static void check_finding(board *b, const cJSON *w, const zg_finding *f) {
  int n = f->n, measures = 0;
  for (size_t i = 0; i < f->n_measures; i++)
    measures += f->measures[i].listed;
  score_json(b, F_SECTION, n, at(w, "section"), f->section);
  score_json(b, F_PROBLEM, n, at(w, "problem"), f->problem);
  const cJSON *head = at(w, "head_starts");
  score_json(b, F_HEAD, n, head, prefix(f->head, cJSON_GetStringValue(head)));
  score_int(b, F_STATEMENTS, n, at(w, "statements"), (int64_t)f->n_statements);
  score_int(b, F_MEASURES, n, at(w, "listed_measures"), measures);
  score_json(b, F_STATUS, n, at(w, "status"),
             zg_str_of(zg_state_name(f->status)));
  score_int(b, F_SUSTAIN, n, at(w, "sustain"), f->sustain);
  score_json(b, F_STATUS_SOURCE, n, at(w, "status_source"),
             zg_str_of(zg_state_source_name(f->status_source)));
  check_money(b, n, at(w, "money"), f);
  check_people(b, n, at(w, "people"), f);
  score_int(b, F_RULES, n, at(w, "rules_made"), f->rules_made);
  score_int(b, F_CASES, n, at(w, "cases"), f->cases);
  check_documents(b, n, at(w, "documents"), f);
  score_json(b, F_DEADLINE, n, at(w, "deadline"), f->deadline);
  score_json(b, F_RESPONSIBLE, n, at(w, "responsible"), f->responsible);
  score_json(b, F_REPEAT, n, at(w, "repeat"),
             zg_str_of(zg_repeat_name(f->repeat)));
  score_json(b, F_CATEGORY, n, cJSON_GetArrayItem(at(w, "category"), 0),
             f->category[0]);
}

/* Every span must show the very text that it stands for. */
static void check_spans(const zg_bulletin *p) {
  for (size_t i = 0; i < p->n_findings; i++) {
    const zg_finding *f = &p->findings[i];
    assert_true(f->head_span.start >= 0);
    assert_memory_equal(p->text.p + f->head_span.start, f->head.p, f->head.n);
    for (size_t k = 0; k < f->n_measures; k++)
      assert_memory_equal(p->text.p + f->measures[k].span.start,
                          f->measures[k].text.p, f->measures[k].text.n);
    for (size_t k = 0; k < f->n_money; k++) {
      const zg_money *m = &f->money[k];
      zg_str s = {p->text.p + m->span.start, (size_t)m->span.len};
      assert_true(zg_sx_ends(s, "元"));
      /* the verb, or the amount when the verb follows it */
      assert_true(!m->verb.p || zg_sx_starts(s, m->verb.p) ||
                  zg_sx_number(s, 0).len > 0);
    }
    assert_int_equal(f->status_source == ZG_STATE_SOURCE_NONE,
                     f->status == ZG_STATE_UNKNOWN);
    assert_int_equal(f->status_span.start < 0, f->status == ZG_STATE_UNKNOWN);
  }
}

static void print_board(const board *b) {
  print_message("%-12s %7s %7s\n", "field", "prec", "recall");
  for (int f = 0; f < F_COUNT; f++)
    if (b->wanted[f] + b->got[f])
      print_message("%-12s %7.3f %7.3f  (%d)\n", FIELD_NAMES[f],
                    b->got[f] ? (double)b->right[f] / b->got[f] : 1.0,
                    b->wanted[f] ? (double)b->right[f] / b->wanted[f] : 1.0,
                    b->wanted[f]);
}

static zg_bulletin *parse_file(const char *path, zg_arena *a) {
  size_t n = 0;
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *out = NULL;
  char *text = read_all(path, &n);
  assert_non_null(text);
  if (zg_parse_bulletin(&out, a, &PARSER, (zg_str){text, n}, NULL, &err))
    print_message("%s: %s\n", path, err.message);
  free(text);
  return out;
}

static void check_sample(board *b, const char *gold_path) {
  char text_path[1024];
  size_t n = strlen(gold_path) - strlen(".gold.json");
  snprintf(text_path, sizeof text_path, "%.*s.txt", (int)n, gold_path);
  b->file = strrchr(gold_path, '/') + 1;
  cJSON *gold = read_json(gold_path);
  assert_non_null(gold);
  zg_arena *a = zg_arena_new(1 << 16);
  zg_bulletin *p = parse_file(text_path, a);
  assert_non_null(p);
  const cJSON *d = at(gold, "document");
  check_document(b, d, p);
  check_declared(b, at(d, "declared"), &p->declared);
  check_parsed(b, at(d, "parsed"), &p->parsed);
  const cJSON *findings = at(gold, "findings");
  int want = cJSON_GetArraySize(findings);
  for (int i = 0; i < want && i < (int)p->n_findings; i++)
    check_finding(b, cJSON_GetArrayItem(findings, i), &p->findings[i]);
  check_spans(p);
  zg_arena_free(a);
  cJSON_Delete(gold);
}

static void samples_are_read_right(void **state) {
  (void)state;
  const char *dir = getenv("ZG_SAMPLES");
  char pattern[1024];
  board b = {.core_faults = 0};
  glob_t g;
  snprintf(pattern, sizeof pattern, "%s/*.gold.json",
           dir ? dir : "tests/samples");
  assert_int_equal(glob(pattern, 0, NULL, &g), 0);
  for (size_t i = 0; i < g.gl_pathc; i++)
    check_sample(&b, g.gl_pathv[i]);
  print_board(&b);
  print_message("%zu samples, %d faults\n", g.gl_pathc, b.core_faults);
  globfree(&g);
  assert_int_equal(b.core_faults, 0);
}

/* ---- the shared corpus ---------------------------------------------------*/

static zg_str problem_title(const cJSON *gold, int n) {
  return zg_str_of(cJSON_GetStringValue(
      at(cJSON_GetArrayItem(at(gold, "problems"), n - 1), "title")));
}

static void check_corpus_findings(board *b, const cJSON *gold,
                                  const zg_bulletin *p) {
  const cJSON *w;
  cJSON_ArrayForEach(w, at(gold, "findings")) {
    int n = at(w, "n")->valueint, measures = 0, want_statements = 1;
    assert_true(n <= (int)p->n_findings);
    const zg_finding *f = &p->findings[n - 1];
    for (size_t i = 0; i < f->n_measures; i++)
      measures += f->measures[i].listed;
    const cJSON *k;
    cJSON_ArrayForEach(k, at(gold, "compound_heads")) if (k->valueint == n)
        want_statements = 2;
    score(b, F_PROBLEM, n, problem_title(gold, at(w, "problem")->valueint).p,
          f->problem);
    score_json(b, F_SECTION, n,
               cJSON_GetArrayItem(at(gold, "categories"),
                                  at(w, "category")->valueint - 1),
               f->section);
    const cJSON *head = at(w, "head_starts");
    score_json(b, F_HEAD, n, head, prefix(f->head, cJSON_GetStringValue(head)));
    score_int(b, F_MEASURES, n, at(w, "listed_measures"), measures);
    char x[20], y[20];
    snprintf(x, sizeof x, "%d", want_statements);
    snprintf(y, sizeof y, "%zu", f->n_statements);
    score(b, F_STATEMENTS, n, x, zg_str_of(y));
  }
}

/* Numbers over the whole text: also those outside any finding. */
static void check_corpus_numbers(const cJSON *gold, const zg_bulletin *p) {
  zg_norm norm = ZG_NORM_INIT;
  zg_error err = ZG_ERROR_INIT;
  zg_arena *a = zg_arena_new(1 << 12);
  assert_int_equal(zg_normalise_layout(NZ, p->text, &norm, &err), ZG_OK);
  zg_ctx c = {.a = a, .t = {norm.p, norm.n}, .map = norm.map, .raw = p->text};
  const cJSON *want = at(at(gold, "document_numbers"), "distinct");
  size_t pos = 0, mentions = 0, seen = 0;
  zg_str place, text;
  while (zg_px_docno(&c, c.t, &pos, &place, &text)) {
    const cJSON *k;
    bool known = false;
    mentions++;
    cJSON_ArrayForEach(k, want) known |= zg_str_is(text, k->valuestring);
    if (!known)
      fail_msg("not in the gold: %s", text.p);
  }
  const cJSON *k;
  cJSON_ArrayForEach(k, want) {
    bool hit = false;
    pos = 0;
    while (zg_px_docno(&c, c.t, &pos, &place, &text))
      hit |= zg_str_is(text, k->valuestring);
    seen += hit;
  }
  assert_int_equal(mentions,
                   at(at(gold, "document_numbers"), "mentions")->valueint);
  assert_int_equal(seen, cJSON_GetArraySize(want));
  zg_norm_free(&norm);
  zg_arena_free(a);
}

static bool cites(const zg_finding *f, const char *number) {
  for (size_t i = 0; i < f->n_documents; i++)
    if (f->documents[i].number && zg_str_is(f->documents[i].text, number))
      return true;
  return false;
}

static void check_corpus_sums(const cJSON *gold, const zg_bulletin *p) {
  const cJSON *w, *k;
  cJSON_ArrayForEach(w, at(gold, "money")) {
    bool recovered = strcmp(at(w, "kind")->valuestring, "recovered") == 0;
    int64_t fen =
        zg_finding_money(&p->findings[at(w, "finding")->valueint - 1],
                         recovered ? ZG_MONEY_RECOVERED : ZG_MONEY_ALLOCATED);
    assert_int_equal(fen, (int64_t)at(w, "yuan")->valuedouble * 100);
  }
  int64_t recovered = 0;
  for (size_t i = 0; i < p->n_findings; i++)
    recovered += zg_finding_money(&p->findings[i], ZG_MONEY_RECOVERED);
  assert_int_equal(recovered, 96000 * 100);
  cJSON_ArrayForEach(w, at(gold, "people")) {
    const zg_finding *f = &p->findings[at(w, "finding")->valueint - 1];
    if (at(w, "times")) {
      size_t i = 0;
      assert_int_equal(zg_finding_people_handled(f), at(w, "times")->valueint);
      cJSON_ArrayForEach(k, at(w, "parts"))
          assert_int_equal(f->people[i++].n, k->valueint);
      continue;
    }
    assert_int_equal(zg_finding_people_handled(f), 0);
    bool staffing = false;
    for (size_t i = 0; i < f->n_people; i++)
      staffing |= f->people[i].kind == ZG_PEOPLE_STAFFING &&
                  f->people[i].n == at(w, "n")->valueint;
    assert_true(staffing);
  }
  cJSON_ArrayForEach(w, at(gold, "cases"))
      assert_int_equal(p->findings[at(w, "finding")->valueint - 1].cases,
                       at(w, "investigated")->valueint);
  cJSON_ArrayForEach(w, at(gold, "rules_made"))
      assert_int_equal(p->findings[at(w, "finding")->valueint - 1].rules_made,
                       at(w, "n")->valueint);
  cJSON_ArrayForEach(w, at(at(gold, "document_numbers"), "in_two_findings"))
      cJSON_ArrayForEach(k, w)
          assert_true(cites(&p->findings[k->valueint - 1], w->string));
}

static void check_corpus_traps(const cJSON *gold, const zg_bulletin *p) {
  const cJSON *w;
  cJSON_ArrayForEach(w, at(gold, "status_traps")) {
    const zg_finding *f = &p->findings[atoi(w->string) - 1];
    print_message("finding %s: %s%s\n", w->string, zg_state_name(f->status),
                  f->sustain ? " + sustain" : "");
  }
  assert_int_equal(p->findings[11].status, ZG_STATE_UNKNOWN);
  assert_int_equal(p->findings[23].status, ZG_STATE_UNKNOWN);
  assert_int_equal(p->findings[25].status, ZG_STATE_PHASED);
  assert_int_equal(p->findings[29].status, ZG_STATE_DONE);
  assert_true(p->findings[29].sustain);
  for (size_t i = 0; i < p->n_findings; i++) {
    assert_int_not_equal(p->findings[i].status, ZG_STATE_LONG_TERM);
    assert_int_not_equal(p->findings[i].status_source, ZG_STATE_SOURCE_SUMMARY);
    zg_repeat want = i == 29   ? ZG_REPEAT_CLAIMED_DONE_FOUND_AGAIN
                     : i == 28 ? ZG_REPEAT_CARRIED_OVER_UNFIXED
                               : ZG_REPEAT_NONE;
    assert_int_equal(p->findings[i].repeat, want);
  }
}

static bool warned(const zg_bulletin *p, const char *code) {
  for (size_t i = 0; i < p->n_warnings; i++)
    if (zg_str_is(p->warnings[i].code, code))
      return true;
  return false;
}

static void the_real_bulletin_is_read_right(void **state) {
  (void)state;
  const char *shared = getenv("ZG_SHARED");
  char path[1024];
  snprintf(path, sizeof path, "%s/corpus/liaoning-education-2021.gold.json",
           shared ? shared : "../shared");
  cJSON *gold = read_json(path);
  if (!gold) {
    print_message("SKIP: no shared corpus here\n");
    skip();
  }
  snprintf(path, sizeof path, "%s/corpus/liaoning-education-2021.txt",
           shared ? shared : "../shared");
  zg_arena *a = zg_arena_new(1 << 18);
  zg_bulletin *p = parse_file(path, a);
  assert_non_null(p);
  board b = {.file = "real"};
  const cJSON *d = at(gold, "document"), *in = at(d, "inspection");
  score_json(&b, F_TITLE, 0, at(d, "title"), p->title);
  for (int i = 0; i < 2; i++)
    score_json(&b, F_UNITS, 0, cJSON_GetArrayItem(at(d, "units"), i),
               i < (int)p->n_units ? p->units[i] : ZG_STR_NULL);
  score_json(&b, F_LEVEL, 0, at(d, "unit_level"), p->unit_level);
  score_json(&b, F_REGION, 0, at(d, "region"), p->region);
  score_json(&b, F_DATES, 0, at(d, "publish_date"), p->publish_date);
  score_json(&b, F_SOURCE, 0, at(d, "source"), p->source);
  score_json(&b, F_SOURCE, 0, at(d, "origin_url"), p->url);
  score_json(&b, F_KIND, 0, at(in, "kind"), p->kind);
  score_json(&b, F_BODY, 0, at(in, "inspecting_body"), p->inspecting_body);
  score_json(&b, F_TEAM, 0, at(in, "team"), p->team);
  score_json(&b, F_ROUND, 0, at(in, "round"), p->round);
  score_json(&b, F_DATES, 0, at(in, "start"), p->inspect_start);
  score_json(&b, F_DATES, 0, at(in, "end"), p->inspect_end);
  score_json(&b, F_DATES, 0, at(in, "feedback"), p->feedback_date);
  score(&b, F_CLASS, 0, "single_unit", p->doc_class);
  check_declared(&b, at(d, "declared"), &p->declared);
  check_parsed(&b, at(d, "parsed"), &p->parsed);
  check_corpus_findings(&b, gold, p);
  print_board(&b);
  assert_int_equal(b.core_faults, 0);
  check_spans(p);
  check_corpus_numbers(gold, p);
  check_corpus_sums(gold, p);
  check_corpus_traps(gold, p);
  assert_true(warned(p, "declared_differs"));
  zg_arena_free(a);
  cJSON_Delete(gold);
}

/* 1.5 MB in one piece: work that grows with a higher power of the length would
 * run into the time limit of tests/run-units. */
static void a_long_text_is_read(void **state) {
  (void)state;
  const char *dir = getenv("ZG_SAMPLES");
  char path[1024];
  snprintf(path, sizeof path, "%s/qinghe-water-2021.txt",
           dir ? dir : "tests/samples");
  size_t n = 0;
  char *one = read_all(path, &n);
  assert_non_null(one);
  zg_buf b = ZG_BUF_INIT;
  for (int i = 0; i < 128; i++)
    zg_buf_add(&b, one, n);
  zg_arena *a = zg_arena_new(1 << 20);
  zg_bulletin *p = NULL;
  zg_parse_hints h = ZG_PARSE_HINTS_INIT;
  h.force = true;
  assert_int_equal(
      zg_parse_bulletin(&p, a, &PARSER, (zg_str){b.p, b.n}, &h, NULL), ZG_OK);
  zg_arena_free(a);
  zg_buf_free(&b);
  free(one);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(samples_are_read_right),
      cmocka_unit_test(the_real_bulletin_is_read_right),
      cmocka_unit_test(a_long_text_is_read),
  };
  return cmocka_run_group_tests_name("parser_gold", tests, make_normaliser,
                                     drop_normaliser);
}
