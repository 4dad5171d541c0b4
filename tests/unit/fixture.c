#include "tests/unit/fixture.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

uint64_t fx_next(fx_random *r) {
  uint64_t x = r->state ? r->state : 88172645463325252u;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  r->state = x;
  return x * UINT64_C(2685821657736338717);
}

uint32_t fx_below(fx_random *r, uint32_t n) {
  return (uint32_t)((fx_next(r) >> 32) * n >> 32);
}

char *fx_directory(void) {
  const char *tmp = getenv("TMPDIR");
  char *path = NULL;
  if (asprintf(&path, "%s/zg-test-XXXXXX", tmp ? tmp : "/tmp") < 0 ||
      !mkdtemp(path))
    abort();
  return path;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw) {
  (void)st;
  (void)type;
  (void)ftw;
  return remove(path);
}

void fx_remove_tree(char *dir) {
  if (dir)
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  free(dir);
}

static const char *const CHARACTERS[] = {
    "整", "改", "水", "库", "巡", "查", "台", "账", "会", "议", "记", "录",
    "资", "产", "合", "同", "审", "核", "制", "度", "公", "车", "食", "堂",
    "采", "购", "培", "训", "党", "费", "档", "案", "离", "任", "计", "，"};
#define N_CHARACTERS (sizeof CHARACTERS / sizeof *CHARACTERS)

zg_str fx_text(zg_arena *a, fx_random *r, unsigned n) {
  char *p = zg_arena_alloc(a, (size_t)n * 3 + 1);
  char *at = p;
  for (unsigned i = 0; i < n; i++) {
    memcpy(at, CHARACTERS[fx_below(r, N_CHARACTERS)], 3);
    at += 3;
  }
  return (zg_str){p, (size_t)(at - p)};
}

/* NULL, empty or some text. */
static zg_str maybe(zg_arena *a, fx_random *r, unsigned n) {
  uint32_t k = fx_below(r, 8);
  if (k == 0)
    return ZG_STR_NULL;
  return k == 1 ? ZG_STR("") : fx_text(a, r, 1 + fx_below(r, n));
}

static zg_str one_of(zg_arena *a, fx_random *r, const char *stem, unsigned n) {
  uint32_t k = fx_below(r, n + 1);
  return k == n ? ZG_STR_NULL : zg_arena_printf(a, "%s%u", stem, k);
}

static zg_span span(fx_random *r) {
  if (fx_below(r, 4) == 0)
    return ZG_SPAN_NONE;
  return (zg_span){fx_below(r, 100000), fx_below(r, 500)};
}

static bool coin(fx_random *r) { return fx_below(r, 2); }

static void facts(zg_finding *f, zg_arena *a, fx_random *r) {
  f->n_money = fx_below(r, 3);
  f->money = zg_arena_alloc(a, f->n_money * sizeof *f->money);
  for (size_t i = 0; i < f->n_money; i++)
    f->money[i] = (zg_money){(zg_money_kind)fx_below(r, ZG_MONEY_OTHER + 1),
                             fx_below(r, 1u << 30),
                             coin(r),
                             coin(r),
                             maybe(a, r, 4),
                             span(r)};
  f->n_people = fx_below(r, 3);
  f->people = zg_arena_alloc(a, f->n_people * sizeof *f->people);
  for (size_t i = 0; i < f->n_people; i++)
    f->people[i] = (zg_people){(zg_people_kind)fx_below(r, ZG_PEOPLE_OTHER + 1),
                               maybe(a, r, 4),
                               fx_below(r, 40),
                               coin(r),
                               coin(r),
                               coin(r),
                               span(r)};
  f->n_documents = fx_below(r, 3);
  f->documents = zg_arena_alloc(a, f->n_documents * sizeof *f->documents);
  for (size_t i = 0; i < f->n_documents; i++)
    f->documents[i] = (zg_docref){maybe(a, r, 8), coin(r), span(r)};
}

static void texts(zg_finding *f, zg_arena *a, fx_random *r) {
  f->section = maybe(a, r, 12);
  f->problem = maybe(a, r, 12);
  f->head = fx_text(a, r, 8 + fx_below(r, 20));
  f->section_span = span(r);
  f->problem_span = span(r);
  f->head_span = span(r);
  f->n_statements = 1 + fx_below(r, 2);
  f->statements = zg_arena_alloc(a, f->n_statements * sizeof *f->statements);
  for (size_t i = 0; i < f->n_statements; i++)
    f->statements[i] = maybe(a, r, 20);
  f->n_measures = fx_below(r, 4);
  f->measures = zg_arena_alloc(a, f->n_measures * sizeof *f->measures);
  for (size_t i = 0; i < f->n_measures; i++)
    f->measures[i] =
        (zg_measure){(int)i + 1, maybe(a, r, 40), span(r), coin(r)};
  f->text = maybe(a, r, 60);
}

zg_finding fx_finding(zg_arena *a, fx_random *r, zg_str id, zg_str bulletin) {
  zg_finding f = {.id = id, .bulletin = bulletin, .n = (int)fx_below(r, 60)};
  texts(&f, a, r);
  facts(&f, a, r);
  f.category[0] = one_of(a, r, "c0", 9);
  if (f.category[0].p)
    f.category[1] = one_of(a, r, "c1", 9);
  f.status = (zg_state)fx_below(r, ZG_STATE_COUNT);
  f.sustain = coin(r);
  f.status_source = (zg_state_source)fx_below(r, ZG_STATE_SOURCE_COUNT);
  f.status_span = span(r);
  f.rules_made = fx_below(r, 5);
  f.cases = fx_below(r, 5);
  f.deadline = maybe(a, r, 3);
  f.responsible = maybe(a, r, 5);
  f.repeat = (zg_repeat)fx_below(r, ZG_REPEAT_COUNT);
  f.n_repeat_of = fx_below(r, 3);
  f.repeat_of = zg_arena_alloc(a, f.n_repeat_of * sizeof *f.repeat_of);
  for (size_t i = 0; i < f.n_repeat_of; i++)
    f.repeat_of[i] = maybe(a, r, 9);
  f.has_deadline = coin(r);
  f.has_owner = coin(r);
  f.has_number = coin(r);
  f.has_document = coin(r);
  f.unit = one_of(a, r, "青禾县第一局", 30);
  f.unit_level = one_of(a, r, "level", 4);
  f.region = one_of(a, r, "青禾县", 6);
  f.kind = one_of(a, r, "巡察", 3);
  f.round = one_of(a, r, "第几轮", 12);
  f.inspecting_body = one_of(a, r, "县委", 5);
  f.title = maybe(a, r, 20);
  f.publish_date = maybe(a, r, 4);
  f.year = (int)fx_below(r, 12) + 2013;
  if (f.year == 2013)
    f.year = -1;
  return f;
}

static zg_declared declared(fx_random *r) {
  zg_declared d = ZG_DECLARED_INIT;
  d.aspects = fx_below(r, 5);
  d.categories = fx_below(r, 9);
  d.problems = fx_below(r, 50);
  d.tasks = fx_below(r, 50);
  d.measures = fx_below(r, 150);
  d.done = fx_below(r, 50);
  d.basically_done = fx_below(r, 5);
  d.phased = fx_below(r, 5);
  d.in_progress = fx_below(r, 5);
  d.long_term = fx_below(r, 5);
  d.deferred = fx_below(r, 5);
  d.not_done = fx_below(r, 5);
  d.rate = fx_below(r, 1000) / 7.0;
  d.span = span(r);
  return d;
}

zg_bulletin fx_bulletin(zg_arena *a, fx_random *r, zg_str id,
                        unsigned findings) {
  zg_bulletin b = {.id = id, .title = maybe(a, r, 20)};
  b.n_units = 1 + fx_below(r, 2);
  b.units = zg_arena_alloc(a, b.n_units * sizeof *b.units);
  for (size_t i = 0; i < b.n_units; i++)
    b.units[i] = one_of(a, r, "青禾县第一局", 30);
  b.unit_level = one_of(a, r, "level", 4);
  b.region = one_of(a, r, "青禾县", 6);
  b.kind = one_of(a, r, "巡察", 3);
  b.inspecting_body = one_of(a, r, "县委", 5);
  b.team = maybe(a, r, 8);
  b.round = one_of(a, r, "第几轮", 12);
  b.inspect_start = maybe(a, r, 3);
  b.inspect_end = maybe(a, r, 3);
  b.feedback_date = maybe(a, r, 3);
  b.publish_date = maybe(a, r, 3);
  b.year = (int)fx_below(r, 12) + 2013;
  b.source = maybe(a, r, 8);
  b.url = maybe(a, r, 8);
  b.declared = declared(r);
  b.parsed =
      (zg_parsed_counts){fx_below(r, 5), fx_below(r, 9),  fx_below(r, 50),
                         findings,       fx_below(r, 90), fx_below(r, 90)};
  b.n_inferred = fx_below(r, 3);
  b.inferred = zg_arena_alloc(a, b.n_inferred * sizeof *b.inferred);
  for (size_t i = 0; i < b.n_inferred; i++)
    b.inferred[i] = maybe(a, r, 5);
  b.n_warnings = fx_below(r, 3);
  b.warnings = zg_arena_alloc(a, b.n_warnings * sizeof *b.warnings);
  for (size_t i = 0; i < b.n_warnings; i++)
    b.warnings[i] = (zg_warning){maybe(a, r, 5), maybe(a, r, 9), span(r)};
  b.text = fx_text(a, r, 300);
  b.doc_class = ZG_STR("single_unit");
  b.n_findings = findings;
  b.findings = zg_arena_alloc(a, findings * sizeof *b.findings);
  for (unsigned i = 0; i < findings; i++) {
    zg_str fid = zg_arena_printf(a, "%.*s#%u", (int)id.n, id.p, i + 1);
    b.findings[i] = fx_finding(a, r, fid, id);
    b.findings[i].n = (int)i + 1;
  }
  return b;
}
