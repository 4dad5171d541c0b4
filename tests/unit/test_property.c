/* Property test of query/: random corpora, random queries, filters, facets,
 * sorts and aggregates against a recount that shares no code with the engine
 * (text goes through the one normaliser; the rest is scans and linear search).
 * A failure prints the seed and the case; ZG_SEED=… runs that seed again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/aggregate.h"
#include "query/search.h"
#include "query_fixture.h"

#define FINDINGS 2000
#define ROUNDS 6
#define CASES 70 /* per round */
#define TEXTS 8  /* canonical texts of a finding at most */

/* ---- chance ---- */

static uint64_t chance_state;
static uint64_t chance(void) { /* splitmix64 */
  uint64_t z = (chance_state += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
static unsigned upto(unsigned n) { return (unsigned)(chance() % n); }

/* ---- the model ---- */

typedef struct text {
  int field; /* zg_text_field */
  char *s;   /* canonical */
} text;

typedef struct model {
  zg_finding f;
  char id[16];
  bool live;
  zg_arena *arena;
  zg_money money[2];
  zg_people people[2];
  zg_measure measures[3];
  text texts[TEXTS];
  size_t n_texts;
  uint32_t docid;
} model;

static query_fixture fx;
static model all[FINDINGS];
static char log_text[4096];

#define CHECK(ok, ...)                                                         \
  do {                                                                         \
    if (!(ok)) {                                                               \
      print_error("case: %s\n", log_text);                                     \
      fail_msg(__VA_ARGS__);                                                   \
    }                                                                          \
  } while (0)

static const char *const CHARS[] = {"审",  "计",   "离", "任", "整", "改",
                                    "处",  "理",   "工", "程", "審", "Ａ21",
                                    "ppp", "2021", "21", "，", "。", "PP7"};
static const char *const UNITS[] = {"甲局", "乙局", "丙\"局", "丁镇",
                                    "戊 公司"};
static const char *const REGIONS[] = {"青禾县", "云泽市"};
static const char *const CATEGORIES[] = {"c01", "c02", "c03", "c18"};
#define COUNT(a) ((unsigned)(sizeof(a) / sizeof *(a)))

static zg_str words(zg_arena *arena, unsigned least, unsigned most) {
  zg_buf b = ZG_BUF_INIT;
  for (unsigned n = least + upto(most - least + 1); n > 0; n--)
    zg_buf_adds(&b, CHARS[upto(COUNT(CHARS))]);
  zg_str s = zg_arena_dup(arena, (zg_str){b.p ? b.p : "", b.n});
  zg_buf_free(&b);
  return s;
}

static void add_text(model *m, int field, zg_str raw) {
  zg_norm norm = ZG_NORM_INIT;
  if (!raw.n)
    return;
  assert_int_equal(zg_normalise_search(fx.nz, raw, &norm, NULL), ZG_OK);
  m->texts[m->n_texts++] = (text){field, strndup(norm.p, norm.n)};
  zg_norm_free(&norm);
}

static void forget(model *m) {
  for (size_t i = 0; i < m->n_texts; i++)
    free(m->texts[i].s);
  zg_arena_free(m->arena);
  m->n_texts = 0;
  m->arena = NULL;
  m->live = false;
}

static void make_numbers(model *m) {
  m->f.money = m->money;
  m->f.n_money = upto(3);
  for (size_t i = 0; i < m->f.n_money; i++)
    m->money[i] =
        (zg_money){.kind = upto(3) ? ZG_MONEY_RECOVERED : ZG_MONEY_ALLOCATED,
                   .fen = (int64_t)upto(40) * 50,
                   .span = ZG_SPAN_NONE};
  m->f.people = m->people;
  m->f.n_people = upto(3);
  for (size_t i = 0; i < m->f.n_people; i++)
    m->people[i] =
        (zg_people){.kind = upto(2) ? ZG_PEOPLE_HANDLED : ZG_PEOPLE_TRAINED,
                    .n = upto(6),
                    .span = ZG_SPAN_NONE};
  m->f.rules_made = upto(4);
}

static void make(model *m, unsigned at) {
  forget(m);
  m->arena = zg_arena_new(1024);
  snprintf(m->id, sizeof m->id, "f%u", at);
  m->f = query_fixture_finding(m->id, "");
  zg_finding *f = &m->f;
  f->head = words(m->arena, 1, 14);
  if (upto(2))
    f->section = words(m->arena, 1, 4);
  if (upto(2))
    f->problem = words(m->arena, 1, 5);
  f->measures = m->measures;
  f->n_measures = upto(4);
  for (size_t i = 0; i < f->n_measures; i++)
    m->measures[i] =
        (zg_measure){(int)i + 1, words(m->arena, 1, 10), ZG_SPAN_NONE, true};
  if (!f->n_measures && upto(2))
    f->text = words(m->arena, 1, 10);
  make_numbers(m);
  if (upto(8))
    f->unit = zg_str_of(UNITS[upto(COUNT(UNITS))]);
  if (upto(3))
    f->region = zg_str_of(REGIONS[upto(COUNT(REGIONS))]);
  if (upto(5))
    f->category[0] = zg_str_of(CATEGORIES[upto(COUNT(CATEGORIES))]);
  if (f->category[0].p && upto(2)) {
    zg_str second = zg_str_of(CATEGORIES[upto(COUNT(CATEGORIES))]);
    if (!zg_str_eq(second, f->category[0]))
      f->category[1] = second;
  }
  f->status = (zg_state)upto(4);
  f->status_source = f->status ? ZG_STATE_SOURCE_FINDING : 0;
  f->sustain = upto(3) == 0;
  f->has_owner = upto(2);
  f->year = upto(6) ? 2017 + (int)upto(6) : -1;
  /* Many values, for the sorted way of counting. */
  f->round = zg_arena_printf(m->arena, "第%u轮", upto(900));
  add_text(m, ZG_TEXT_SECTION, f->section);
  add_text(m, ZG_TEXT_PROBLEM, f->problem);
  add_text(m, ZG_TEXT_HEAD, f->head);
  for (size_t i = 0; i < f->n_measures; i++)
    add_text(m, ZG_TEXT_MEASURES, m->measures[i].text);
  if (!f->n_measures)
    add_text(m, ZG_TEXT_MEASURES, f->text);
  m->live = true;
}

/* ---- what a finding has ---- */

static const zg_field FIELDS[] = {
    ZG_FIELD_UNIT, ZG_FIELD_REGION,  ZG_FIELD_CATEGORY,  ZG_FIELD_STATUS,
    ZG_FIELD_YEAR, ZG_FIELD_SUSTAIN, ZG_FIELD_HAS_OWNER, ZG_FIELD_ROUND};

static unsigned values_of(const model *m, zg_field field, char out[2][64]) {
  const zg_finding *f = &m->f;
  zg_str one = ZG_STR_NULL, two = ZG_STR_NULL;
  switch (field) {
  case ZG_FIELD_UNIT:
    one = f->unit;
    break;
  case ZG_FIELD_REGION:
    one = f->region;
    break;
  case ZG_FIELD_ROUND:
    one = f->round;
    break;
  case ZG_FIELD_CATEGORY:
    one = f->category[0];
    two = f->category[1];
    break;
  case ZG_FIELD_STATUS:
    one = zg_str_of(f->status == ZG_STATE_UNKNOWN          ? "unknown"
                    : f->status == ZG_STATE_DONE           ? "done"
                    : f->status == ZG_STATE_BASICALLY_DONE ? "basically_done"
                                                           : "phased");
    break;
  case ZG_FIELD_SUSTAIN:
    one = zg_str_of(f->sustain ? "true" : "false");
    break;
  case ZG_FIELD_HAS_OWNER:
    one = zg_str_of(f->has_owner ? "true" : "false");
    break;
  case ZG_FIELD_YEAR:
    if (f->year < 0)
      return 0;
    snprintf(out[0], 64, "%d", f->year);
    return 1;
  default:
    return 0;
  }
  if (one.p)
    snprintf(out[0], 64, "%.*s", (int)one.n, one.p);
  if (two.p)
    snprintf(out[1], 64, "%.*s", (int)two.n, two.p);
  return (one.p != NULL) + (two.p != NULL);
}

static int64_t number_of(const model *m, zg_measure_field which) {
  int64_t sum = 0;
  if (which == ZG_MEASURE_RULES_MADE)
    return m->f.rules_made;
  if (which == ZG_MEASURE_MEASURES)
    return (int64_t)m->f.n_measures;
  if (which == ZG_MEASURE_PEOPLE_HANDLED) {
    for (size_t i = 0; i < m->f.n_people; i++)
      sum += m->people[i].kind == ZG_PEOPLE_HANDLED ? m->people[i].n : 0;
    return sum;
  }
  zg_money_kind kind = which == ZG_MEASURE_MONEY_RECOVERED ? ZG_MONEY_RECOVERED
                                                           : ZG_MONEY_ALLOCATED;
  for (size_t i = 0; i < m->f.n_money; i++)
    sum += m->money[i].kind == kind ? m->money[i].fen : 0;
  return sum;
}

/* ---- queries ---- */

typedef struct tree {
  char op; /* 'r'un 'a'nd 'o'r 'n'ot; filters: '=' 'i'n '.' range 'e'xists '<'…
            */
  struct tree *kids[3];
  unsigned n;
  /* run */
  char raw[128], canon[128];
  int field;
  bool prefix, quoted;
  /* filter */
  zg_field facet;
  int measure; /* -1: facet */
  char values[2][64];
  int64_t low, high; /* stored integers */
  char sign[3];
} tree;

static zg_arena *trees;

static tree *tree_new(char op) {
  tree *t = zg_arena_alloc(trees, sizeof *t);
  assert_non_null(t);
  t->op = op;
  t->field = -1;
  t->measure = -1;
  return t;
}

static bool alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* Does the run stand in the text, on whole Latin/digit units? */
static bool stands(const char *s, const char *run, bool prefix) {
  size_t n = strlen(run);
  for (const char *at = strstr(s, run); at; at = strstr(at + 1, run)) {
    bool left = !(at > s && alnum(run[0]) && alnum(at[-1]));
    bool right = prefix || !(alnum(run[n - 1]) && alnum(at[n]));
    if (left && right)
      return true;
  }
  return false;
}

static bool any_text(const model *m, int field, const char *run, bool prefix) {
  for (size_t i = 0; i < m->n_texts; i++)
    if ((field < 0 || m->texts[i].field == field) &&
        stands(m->texts[i].s, run, prefix))
      return true;
  return false;
}

static size_t unit_at(const char *s) {
  size_t n = 0;
  while (alnum(s[n]))
    n++;
  if (n || !*s)
    return n;
  do
    n++;
  while (((unsigned char)s[n] & 0xC0) == 0x80);
  return n;
}

/* Best match: any two units of the run that stand together, any Latin/digit
 * unit, any unit alone between gaps. */
static bool best_match(const model *m, const tree *t) {
  for (const char *s = t->canon; *s;) {
    char piece[128];
    size_t n = unit_at(s), next = unit_at(s + n);
    bool alone =
        (s == t->canon || s[-1] == ' ') && (s[n] == ' ' || s[n] == '\0');
    snprintf(piece, sizeof piece, "%.*s", (int)n, s);
    if ((alone || alnum(*s)) && any_text(m, t->field, piece, false))
      return true;
    if (s[n] && s[n] != ' ') {
      snprintf(piece, sizeof piece, "%.*s", (int)(n + next), s);
      if (any_text(m, t->field, piece, false))
        return true;
    }
    s += n;
    while (*s == ' ')
      s++;
  }
  return false;
}

/* An unquoted run with gaps: all of its parts. */
static bool run_matches(const model *m, const tree *t, bool widen) {
  char part[128];
  if (widen && !t->quoted)
    return best_match(m, t);
  if (t->quoted)
    return any_text(m, t->field, t->canon, t->prefix);
  for (const char *s = t->canon; *s;) {
    size_t n = strcspn(s, " ");
    snprintf(part, sizeof part, "%.*s", (int)n, s);
    s += n + (s[n] == ' ');
    if (!any_text(m, t->field, part, t->prefix && !*s))
      return false;
  }
  return true;
}

static bool query_matches(const model *m, const tree *t, bool widen) {
  if (!t)
    return true;
  switch (t->op) {
  case 'r':
    return run_matches(m, t, widen);
  case 'n':
    return !query_matches(m, t->kids[0], widen);
  case 'o':
    for (unsigned i = 0; i < t->n; i++)
      if (query_matches(m, t->kids[i], widen))
        return true;
    return false;
  default: { /* a blank: AND, or when widened, alternatives that no NOT bars */
    bool asked = false, met = !widen;
    for (unsigned i = 0; i < t->n; i++) {
      bool is = query_matches(m, t->kids[i], widen);
      if (t->kids[i]->op == 'n' || !widen) {
        if (!is)
          return false;
      } else {
        asked = true;
        met = met || is;
      }
    }
    return met || !asked;
  }
  }
}

static tree *make_run(bool widen) {
  tree *t = tree_new('r');
  for (;;) {
    zg_norm norm = ZG_NORM_INIT;
    zg_str raw = words(trees, 1, 4);
    snprintf(t->raw, sizeof t->raw, "%.*s", (int)raw.n, raw.p);
    assert_int_equal(zg_normalise_search(fx.nz, raw, &norm, NULL), ZG_OK);
    snprintf(t->canon, sizeof t->canon, "%.*s", (int)norm.n, norm.p);
    size_t n = norm.n;
    zg_norm_free(&norm);
    if (n)
      break;
  }
  if (upto(4) == 0)
    t->field = (int)upto(ZG_TEXT_FIELD_COUNT);
  t->quoted = upto(3) == 0;
  /* A star behind punctuation belongs to no unit; leave that to the parser's
   * own test. */
  size_t n = strlen(t->raw);
  t->prefix = !widen && upto(5) == 0 && strcmp(t->raw + n - 3, "，") != 0 &&
              strcmp(t->raw + n - 3, "。") != 0;
  return t;
}

static tree *make_query(unsigned depth, bool widen) {
  if (depth == 0 || upto(2))
    return make_run(widen);
  tree *t = tree_new(upto(2) ? 'a' : 'o');
  t->n = 2 + upto(2);
  for (unsigned i = 0; i < t->n; i++) {
    t->kids[i] = make_query(depth - 1, widen);
    if (upto(5) == 0) {
      tree *no = tree_new('n');
      no->kids[0] = t->kids[i];
      no->n = 1;
      t->kids[i] = no;
    }
  }
  return t;
}

static void write_query(const tree *t, zg_buf *b) {
  static const char *const fields[] = {
      "section:", "problem:", "head:", "measures:"};
  switch (t->op) {
  case 'r':
    zg_buf_printf(b, "%s%s%s%s%s", t->field < 0 ? "" : fields[t->field],
                  t->quoted ? "“" : "", t->raw, t->quoted ? "”" : "",
                  t->prefix ? "*" : "");
    break;
  case 'n':
    zg_buf_adds(b, "-");
    write_query(t->kids[0], b);
    break;
  default:
    zg_buf_adds(b, "(");
    for (unsigned i = 0; i < t->n; i++) {
      if (i)
        zg_buf_adds(b, t->op == 'a' ? " " : " OR ");
      write_query(t->kids[i], b);
    }
    zg_buf_adds(b, ")");
  }
}

/* ---- filters ---- */

static bool has_value(const model *m, zg_field f, const char *value) {
  char v[2][64];
  unsigned n = values_of(m, f, v);
  for (unsigned i = 0; i < n; i++)
    if (strcmp(v[i], value) == 0)
      return true;
  return false;
}

static bool filter_matches(const model *m, const tree *t) {
  char v[2][64];
  if (!t)
    return true;
  switch (t->op) {
  case '=':
  case 'i':
    for (unsigned i = 0; i < t->n; i++)
      if (has_value(m, t->facet, t->values[i]))
        return true;
    return false;
  case '!':
    return !has_value(m, t->facet, t->values[0]);
  case '.': {
    int64_t x;
    if (t->measure >= 0)
      x = number_of(m, (zg_measure_field)t->measure);
    else if (m->f.year >= 0)
      x = m->f.year;
    else
      return false;
    return t->low <= x && x <= t->high;
  }
  case 'e':
    return t->measure >= 0 ? number_of(m, (zg_measure_field)t->measure) != 0
                           : values_of(m, t->facet, v) > 0;
  case 'n':
    return !filter_matches(m, t->kids[0]);
  default:
    for (unsigned i = 0; i < t->n; i++)
      if (filter_matches(m, t->kids[i]) == (t->op == 'o'))
        return t->op == 'o';
    return t->op == 'a';
  }
}

static void some_value(zg_field f, char out[64]) {
  char v[2][64];
  if (upto(10) == 0) {
    snprintf(out, 64, f == ZG_FIELD_YEAR ? "1999" : "没有");
    return;
  }
  for (;;) {
    const model *m = &all[upto(FINDINGS)];
    if (m->arena && values_of(m, f, v)) {
      snprintf(out, 64, "%s", v[0]);
      return;
    }
  }
}

static tree *make_range(void) {
  tree *t = tree_new('.');
  int64_t point;
  if (upto(2)) {
    t->facet = ZG_FIELD_YEAR;
    point = 2016 + (int64_t)upto(8);
  } else {
    t->measure = (int)upto(ZG_MEASURE_COUNT);
    point = t->measure <= ZG_MEASURE_MONEY_ALLOCATED ? (int64_t)upto(40) * 50
                                                     : (int64_t)upto(5);
  }
  static const char *const signs[] = {">", ">=", "<", "<=", "to", "="};
  snprintf(t->sign, sizeof t->sign, "%s", signs[upto(6)]);
  t->low = INT64_MIN;
  t->high = INT64_MAX;
  switch (t->sign[0]) {
  case '>':
    t->low = point + (t->sign[1] == 0);
    break;
  case '<':
    t->high = point - (t->sign[1] == 0);
    break;
  case 't':
    t->low = point;
    t->high = point + (int64_t)upto(4) * (t->measure < 0 ? 1 : 50);
    break;
  default:
    t->low = t->high = point;
  }
  return t;
}

static tree *make_condition(void) {
  tree *t;
  switch (upto(6)) {
  case 0:
    return make_range();
  case 1:
    t = tree_new('e');
    t->facet = FIELDS[upto(COUNT(FIELDS))];
    if (upto(3) == 0)
      t->measure = (int)upto(ZG_MEASURE_COUNT);
    return t;
  default:
    t = tree_new(upto(4) == 0 ? '!' : upto(3) ? '=' : 'i');
    t->facet = FIELDS[upto(COUNT(FIELDS))];
    t->n = t->op == 'i' ? 2 : 1;
    for (unsigned i = 0; i < t->n; i++)
      some_value(t->facet, t->values[i]);
    return t;
  }
}

static tree *make_filter(unsigned depth) {
  if (depth == 0 || upto(2))
    return make_condition();
  tree *t = tree_new("aon"[upto(3)]);
  t->n = t->op == 'n' ? 1 : 2 + upto(2);
  for (unsigned i = 0; i < t->n; i++)
    t->kids[i] = make_filter(depth - 1);
  return t;
}

static void write_number(const tree *t, int64_t v, zg_buf *b) {
  if (t->measure >= 0 && t->measure <= ZG_MEASURE_MONEY_ALLOCATED)
    zg_buf_printf(b, "%lld.%02lld", (long long)v / 100, (long long)v % 100);
  else
    zg_buf_printf(b, "%lld", (long long)v);
}

static void write_value(const char *v, zg_buf *b) {
  zg_buf_adds(b, "\"");
  for (; *v; v++) {
    if (*v == '"')
      zg_buf_addc(b, '\\');
    zg_buf_addc(b, *v);
  }
  zg_buf_adds(b, "\"");
}

static void write_filter(const tree *t, zg_buf *b) {
  const char *name = t->measure >= 0
                         ? zg_measure_name((zg_measure_field)t->measure)
                         : zg_field_name(t->facet);
  switch (t->op) {
  case '=':
  case '!':
    zg_buf_printf(b, "%s %s ", name, t->op == '=' ? "=" : "!=");
    write_value(t->values[0], b);
    break;
  case 'i':
    zg_buf_printf(b, "%s in [", name);
    write_value(t->values[0], b);
    zg_buf_adds(b, ",");
    write_value(t->values[1], b);
    zg_buf_adds(b, "]");
    break;
  case 'e':
    zg_buf_printf(b, "%s EXISTS", name);
    break;
  case '.': {
    bool low = t->sign[0] == '>';
    if (t->sign[0] == 't') {
      zg_buf_printf(b, "%s %s", name, t->low % 2 ? "= " : "");
      write_number(t, t->low, b);
      zg_buf_adds(b, " TO ");
      write_number(t, t->high, b);
      break;
    }
    zg_buf_printf(b, "%s%s", name, t->sign);
    write_number(t,
                 low ? t->low - (t->sign[1] == 0)
                     : t->high + (t->sign[0] == '<' && t->sign[1] == 0),
                 b);
    break;
  }
  case 'n':
    zg_buf_adds(b, "NOT (");
    write_filter(t->kids[0], b);
    zg_buf_adds(b, ")");
    break;
  default:
    zg_buf_adds(b, "(");
    for (unsigned i = 0; i < t->n; i++) {
      if (i)
        zg_buf_adds(b, t->op == 'a' ? " AND " : " OR ");
      write_filter(t->kids[i], b);
    }
    zg_buf_adds(b, ")");
  }
}

static bool only_of(const tree *t, zg_field f) {
  if (t->op == 'a' || t->op == 'o' || t->op == 'n') {
    for (unsigned i = 0; i < t->n; i++)
      if (!only_of(t->kids[i], f))
        return false;
    return true;
  }
  return t->measure < 0 && t->facet == f;
}

/* The filter of a facet in multi mode. */
static bool matches_without(const model *m, const tree *t, zg_field f) {
  if (!t || only_of(t, f))
    return true;
  if (t->op != 'a')
    return filter_matches(m, t);
  for (unsigned i = 0; i < t->n; i++)
    if (!matches_without(m, t->kids[i], f))
      return false;
  return true;
}

static bool asks_for(const tree *t, zg_field f, const char *value) {
  if (!t || t->op == 'n' || t->op == '!')
    return false;
  if (t->op == '=' || t->op == 'i') {
    for (unsigned i = 0; i < t->n; i++)
      if (t->facet == f && strcmp(t->values[i], value) == 0)
        return true;
    return false;
  }
  if (f == ZG_FIELD_YEAR && t->op == '.' && t->sign[0] == '=' &&
      t->measure < 0) {
    char year[64];
    snprintf(year, sizeof year, "%lld", (long long)t->low);
    return strcmp(year, value) == 0;
  }
  for (unsigned i = 0; (t->op == 'a' || t->op == 'o') && i < t->n; i++)
    if (asks_for(t->kids[i], f, value))
      return true;
  return false;
}

/* ---- one case ---- */

typedef struct request {
  tree *q, *filter;
  bool widen;
  zg_str q_text, filter_text;
} request;

static request make_request(void) {
  request r = {0};
  zg_buf b = ZG_BUF_INIT;
  r.widen = upto(4) == 0;
  if (upto(5))
    r.q = make_query(2, r.widen);
  if (upto(3))
    r.filter = make_filter(2);
  if (r.q)
    write_query(r.q, &b);
  r.q_text = zg_arena_dup(trees, (zg_str){b.p ? b.p : "", b.n});
  zg_buf_clear(&b);
  if (r.filter)
    write_filter(r.filter, &b);
  r.filter_text = zg_arena_dup(trees, (zg_str){b.p ? b.p : "", b.n});
  zg_buf_free(&b);
  snprintf(log_text, sizeof log_text, "q=%.*s%s filter=%.*s", (int)r.q_text.n,
           r.q_text.p, r.widen ? " (or)" : "", (int)r.filter_text.n,
           r.filter_text.p);
  return r;
}

/* The findings that match, in docid order. */
static size_t recount(const request *r, model **out) {
  size_t n = 0;
  for (size_t i = 0; i < FINDINGS; i++)
    if (all[i].live && query_matches(&all[i], r->q, r->widen) &&
        filter_matches(&all[i], r->filter))
      out[n++] = &all[i];
  return n;
}

static model *model_of(zg_str id) {
  unsigned at = (unsigned)atoi(id.p + 1);
  assert_true(at < FINDINGS && all[at].live && zg_str_is(id, all[at].id));
  return &all[at];
}

static zg_search_result *run_search(const zg_search_request *req) {
  zg_error err = ZG_ERROR_INIT;
  zg_search_result *res = NULL;
  zg_status st = zg_search(&res, &fx.ctx, req, &err);
  CHECK(st == ZG_OK, "%s: %s", err.code, err.message);
  return res;
}

static void check_facet(const zg_facet_result *got, const request *r,
                        bool multi) {
  static char names[FINDINGS][64];
  static unsigned counts[FINDINGS];
  unsigned n = 0;
  uint64_t listed = 0, whole = 0;
  for (size_t i = 0; i < FINDINGS; i++) {
    char v[2][64];
    if (!all[i].live || !query_matches(&all[i], r->q, r->widen) ||
        !(multi ? matches_without(&all[i], r->filter, got->field)
                : filter_matches(&all[i], r->filter)))
      continue;
    for (unsigned k = 0, n_v = values_of(&all[i], got->field, v); k < n_v;
         k++) {
      unsigned at = 0;
      while (at < n && strcmp(names[at], v[k]) != 0)
        at++;
      if (at == n) {
        strcpy(names[n], v[k]);
        counts[n++] = 0;
      }
      counts[at]++;
      whole++;
    }
  }
  CHECK(got->total_values == n, "%s: %llu values, not %u",
        zg_field_name(got->field), (unsigned long long)got->total_values, n);
  for (size_t i = 0; i < got->n_values; i++) {
    const zg_facet_value *v = &got->values[i];
    unsigned at = 0;
    while (at < n && !zg_str_is(v->value, names[at]))
      at++;
    CHECK(at < n && counts[at] == v->count, "%s=%.*s: %llu, not %u",
          zg_field_name(got->field), (int)v->value.n, v->value.p,
          (unsigned long long)v->count, at < n ? counts[at] : 0);
    CHECK(v->selected == asks_for(r->filter, got->field, names[at]),
          "selected %s", names[at]);
    listed += v->count;
    if (i) {
      const zg_facet_value *u = v - 1;
      CHECK(u->count > v->count ||
                (u->count == v->count && strcmp(u->value.p, v->value.p) < 0),
            "order of values");
    }
  }
  CHECK(listed + got->other_count == whole, "other_count");
  /* Nothing left out counts more than the last one listed. */
  unsigned bigger = 0;
  for (unsigned i = 0; i < n && got->n_values; i++)
    bigger += counts[i] > got->values[got->n_values - 1].count;
  CHECK(!got->n_values || bigger <= got->n_values, "the biggest are listed");
}

static void check_facets(const request *r) {
  zg_search_request req = ZG_SEARCH_REQUEST_INIT;
  req.q = r->q_text;
  req.filter = r->filter_text;
  req.operator_or = r->widen;
  req.limit = 0;
  req.facet_multi = upto(2);
  req.facet_limit = upto(2) ? 100 : 1 + upto(4);
  for (unsigned i = 0; i < COUNT(FIELDS); i++)
    if (upto(2))
      req.facets[req.n_facets++] = FIELDS[i];
  zg_search_result *res = run_search(&req);
  CHECK(res->n_facets == req.n_facets, "facets");
  for (size_t i = 0; i < res->n_facets; i++)
    check_facet(&res->facets[i], r, req.facet_multi);
  zg_search_result_free(res);
}

/* ---- hits ---- */

static bool has_positive(const tree *t) {
  if (!t || t->op == 'n')
    return false;
  if (t->op == 'r')
    return true;
  for (unsigned i = 0; i < t->n; i++)
    if (has_positive(t->kids[i]))
      return true;
  return false;
}

static bool has_negative(const tree *t) {
  if (!t)
    return false;
  if (t->op == 'n')
    return true;
  for (unsigned i = 0; i < t->n && t->op != 'r'; i++)
    if (has_negative(t->kids[i]))
      return true;
  return false;
}

static void check_spans(const zg_hit *hit, const request *r) {
  for (size_t i = 0; i < hit->n_highlights; i++) {
    const zg_highlight *h = &hit->highlights[i];
    const zg_finding *f = hit->finding;
    zg_str s = h->field == ZG_TEXT_SECTION   ? f->section
               : h->field == ZG_TEXT_PROBLEM ? f->problem
               : h->field == ZG_TEXT_HEAD    ? f->head
               : f->n_measures               ? f->measures[h->item].text
                                             : f->text;
    int64_t end = 0;
    CHECK(h->n_spans > 0, "a field without spans is not listed");
    for (size_t k = 0; k < h->n_spans; k++) {
      CHECK(h->spans[k].start >= end && h->spans[k].len > 0, "spans ascend");
      end = h->spans[k].start + h->spans[k].len;
      CHECK(end <= (int64_t)s.n && zg_utf8_check(s.p + h->spans[k].start,
                                                 (size_t)h->spans[k].len) < 0,
            "spans stand on characters");
    }
  }
  if (has_positive(r->q) && !has_negative(r->q))
    CHECK(hit->n_highlights > 0, "%.*s shows why it is a hit",
          (int)hit->finding->id.n, hit->finding->id.p);
}

static void check_hits(const request *r, size_t n_want) {
  zg_search_request req = ZG_SEARCH_REQUEST_INIT;
  req.q = r->q_text;
  req.filter = r->filter_text;
  req.operator_or = r->widen;
  req.limit = 1000;
  zg_search_result *res = run_search(&req);
  CHECK(res->total == n_want, "total %llu, not %zu",
        (unsigned long long)res->total, n_want);
  CHECK(res->n_hits == (n_want < 1000 ? n_want : 1000), "hits");
  static bool seen[FINDINGS];
  memset(seen, 0, sizeof seen);
  for (size_t i = 0; i < res->n_hits; i++) {
    const zg_hit *h = &res->hits[i];
    model *m = model_of(h->finding->id);
    size_t at = (size_t)(m - all);
    CHECK(m->docid == h->docid && !seen[at], "hit %zu", i);
    CHECK(query_matches(m, r->q, r->widen) && filter_matches(m, r->filter),
          "%s does not match", m->id);
    CHECK(i == 0 || res->hits[i - 1].score > h->score ||
              (res->hits[i - 1].score == h->score &&
               res->hits[i - 1].docid < h->docid),
          "order of hits at %zu", i);
    seen[at] = true;
    check_spans(h, r);
  }
  /* A page is a slice of the whole. */
  req.offset = upto(30);
  req.limit = 1 + upto(20);
  zg_search_result *page = run_search(&req);
  for (size_t i = 0; i < page->n_hits; i++)
    CHECK(req.offset + i >= res->n_hits ||
              page->hits[i].docid == res->hits[req.offset + i].docid,
          "page at %u + %zu", req.offset, i);
  CHECK(page->total == res->total, "total of a page");
  CHECK(page->n_hits == (n_want <= req.offset              ? 0
                         : n_want - req.offset < req.limit ? n_want - req.offset
                                                           : req.limit),
        "length of a page");
  zg_search_result_free(page);
  zg_search_result_free(res);
}

/* ---- sorting ---- */

static int compare_key(const zg_sort_key *key, const model *a, const model *b) {
  if (key->by == ZG_SORT_MEASURE) {
    int64_t x = number_of(a, key->measure), y = number_of(b, key->measure);
    int c = x < y ? -1 : x > y;
    return key->descending ? -c : c;
  }
  char v[2][64], w[2][64];
  unsigned n = values_of(a, key->field, v), k = values_of(b, key->field, w);
  if (!n || !k)
    return n ? -1 : k ? 1 : 0;
  int c = strcmp(v[0], w[0]); /* years have four digits */
  return key->descending ? -c : c;
}

static const zg_search_request *sorting;
static int compare_models(const void *p, const void *q) {
  const model *a = *(model *const *)p, *b = *(model *const *)q;
  for (size_t i = 0; i < sorting->n_sort; i++) {
    int c = compare_key(&sorting->sort[i], a, b);
    if (c)
      return c;
  }
  return a->docid < b->docid ? -1 : 1;
}

static void check_sort(const request *r, model **want, size_t n_want) {
  zg_search_request req = ZG_SEARCH_REQUEST_INIT;
  req.q = r->q_text;
  req.filter = r->filter_text;
  req.operator_or = r->widen;
  req.offset = upto(3) ? 0 : upto(50);
  req.limit = 1 + upto(100);
  req.highlight = false;
  req.n_sort = 1 + upto(3);
  for (size_t i = 0; i < req.n_sort; i++) {
    if (upto(2))
      req.sort[i] = (zg_sort_key){.by = ZG_SORT_FIELD,
                                  .field = FIELDS[upto(COUNT(FIELDS))]};
    else
      req.sort[i] = (zg_sort_key){.by = ZG_SORT_MEASURE,
                                  .measure = upto(ZG_MEASURE_COUNT)};
    req.sort[i].descending = upto(2);
  }
  sorting = &req;
  qsort(want, n_want, sizeof *want, compare_models);
  zg_search_result *res = run_search(&req);
  CHECK(res->total == n_want, "total when sorted");
  for (size_t i = 0; i < res->n_hits; i++)
    CHECK(res->hits[i].docid == want[req.offset + i]->docid,
          "sorted hit %zu is %.*s, not %s", i, (int)res->hits[i].finding->id.n,
          res->hits[i].finding->id.p, want[req.offset + i]->id);
  zg_search_result_free(res);
}

/* ---- aggregates ---- */

#define GROUPS 6000
typedef struct group {
  char key[4][64]; /* "" null */
  unsigned count, met;
  int64_t sum[ZG_METRICS_MAX], low[ZG_METRICS_MAX], high[ZG_METRICS_MAX];
  unsigned n_seen[ZG_METRICS_MAX];
  char seen[ZG_METRICS_MAX][12][64];
} group;
static group groups[GROUPS];
static unsigned n_groups;

static void add_to(group *g, const model *m, const zg_aggregate_request *req) {
  for (size_t k = 0; k < req->n_metrics; k++) {
    const zg_metric *metric = &req->metrics[k];
    char v[2][64];
    if (metric->op == ZG_METRIC_DISTINCT) {
      for (unsigned i = 0, n = values_of(m, metric->field, v); i < n; i++) {
        unsigned at = 0;
        while (at < g->n_seen[k] && strcmp(g->seen[k][at], v[i]) != 0)
          at++;
        if (at == g->n_seen[k])
          strcpy(g->seen[k][g->n_seen[k]++], v[i]);
      }
    } else if (metric->op == ZG_METRIC_RATE) {
      g->sum[k] += has_value(m, ZG_FIELD_STATUS, "done");
    } else if (metric->op >= ZG_METRIC_SUM && metric->op <= ZG_METRIC_MAX) {
      int64_t x = number_of(m, metric->measure);
      g->low[k] = g->count == 0 || x < g->low[k] ? x : g->low[k];
      g->high[k] = g->count == 0 || x > g->high[k] ? x : g->high[k];
      g->sum[k] += x;
    }
  }
  g->count++;
}

static group *group_at(char key[4][64], unsigned n) {
  for (unsigned i = 0; i < n_groups; i++) {
    unsigned same = 0;
    while (same < n && strcmp(groups[i].key[same], key[same]) == 0)
      same++;
    if (same == n)
      return &groups[i];
  }
  assert_true(n_groups < GROUPS);
  group *g = &groups[n_groups++];
  memset(g, 0, sizeof *g);
  for (unsigned i = 0; i < n; i++)
    strcpy(g->key[i], key[i]);
  return g;
}

static void regroup(const zg_aggregate_request *req, const zg_field *fields,
                    unsigned n, model **want, size_t n_want) {
  n_groups = 0;
  for (size_t i = 0; i < n_want; i++) {
    char v[4][2][64], key[4][64];
    unsigned count[4], total = 1;
    for (unsigned d = 0; d < n; d++) {
      count[d] = values_of(want[i], fields[d], v[d]);
      if (!count[d])
        v[d][0][0] = '\0';
      count[d] += !count[d];
      total *= count[d];
    }
    for (unsigned c = 0; c < total; c++) {
      unsigned rest = c;
      for (unsigned d = 0; d < n; d++) {
        strcpy(key[d], v[d][rest % count[d]]);
        rest /= count[d];
      }
      add_to(group_at(key, n), want[i], req);
    }
  }
}

static void same(const zg_number *got, bool defined, double want,
                 const char *what) {
  if (!defined) {
    CHECK(got->type == ZG_NUMBER_NULL, "%s is not null", what);
    return;
  }
  CHECK(got->type != ZG_NUMBER_NULL, "%s is null, not %g", what, want);
  double have = got->type == ZG_NUMBER_INT ? (double)got->i : got->d;
  double diff = have > want ? have - want : want - have;
  CHECK(diff <= 1e-9 * (want > 1 || want < -1 ? (want < 0 ? -want : want) : 1),
        "%s is %.12g, not %.12g", what, have, want);
}

static void check_number(const zg_number *got, const zg_metric *metric,
                         const group *g, size_t k, size_t total) {
  double scale = metric->measure <= ZG_MEASURE_MONEY_ALLOCATED ? 100.0 : 1.0;
  const char *name = metric->name.p;
  bool some = g->count > 0;
  double n = g->count;
  switch (metric->op) {
  case ZG_METRIC_COUNT:
    same(got, true, n, name);
    break;
  case ZG_METRIC_SUM:
    same(got, true, (double)g->sum[k] / scale, name);
    CHECK(got->type ==
              (g->sum[k] % (int64_t)scale ? ZG_NUMBER_REAL : ZG_NUMBER_INT),
          "%s keeps integers", name);
    break;
  case ZG_METRIC_AVG:
    same(got, some, some ? (double)g->sum[k] / scale / n : 0, name);
    break;
  case ZG_METRIC_MIN:
    same(got, some, (double)g->low[k] / scale, name);
    break;
  case ZG_METRIC_MAX:
    same(got, some, (double)g->high[k] / scale, name);
    break;
  case ZG_METRIC_DISTINCT:
    same(got, true, g->n_seen[k], name);
    break;
  case ZG_METRIC_SHARE:
    same(got, total > 0, total ? n / (double)total : 0, name);
    break;
  case ZG_METRIC_RATE:
    same(got, some, some ? (double)g->sum[k] / n : 0, name);
    break;
  }
}

static void make_metrics(zg_aggregate_request *req, unsigned n) {
  static const char *const names[] = {"count",
                                      "sum:money_recovered",
                                      "avg:people_handled",
                                      "min:rules_made",
                                      "max:money_recovered",
                                      "distinct:unit",
                                      "distinct:category",
                                      "share",
                                      "rate:status=done",
                                      "sum:measures"};
  for (unsigned i = 0; i < n; i++)
    assert_int_equal(zg_metric_parse(zg_str_of(names[upto(COUNT(names))]),
                                     &req->metrics[req->n_metrics++], NULL),
                     ZG_OK);
}

static zg_aggregate_result *run_aggregate(const zg_aggregate_request *req) {
  zg_error err = ZG_ERROR_INIT;
  zg_aggregate_result *res = NULL;
  zg_status st = zg_aggregate(&res, &fx.ctx, req, &err);
  CHECK(st == ZG_OK, "%s: %s", err.code, err.message);
  return res;
}

static void set_key(char out[64], zg_str s) {
  snprintf(out, 64, "%.*s", (int)s.n, s.p ? s.p : "");
}

static void choose_fields(zg_aggregate_request *req, unsigned n) {
  while (req->n_group_by < n) {
    zg_field f = FIELDS[upto(COUNT(FIELDS))];
    bool twice = false;
    for (size_t i = 0; i < req->n_group_by; i++)
      twice = twice || req->group_by[i] == f;
    if (!twice)
      req->group_by[req->n_group_by++] = f;
  }
}

static void check_groups(const request *r, model **want, size_t n_want) {
  zg_aggregate_request req = ZG_AGGREGATE_REQUEST_INIT;
  req.q = r->q_text;
  req.filter = r->filter_text;
  req.operator_or = r->widen;
  choose_fields(&req, upto(4));
  make_metrics(&req, 1 + upto(ZG_METRICS_MAX));
  req.limit = upto(2) ? ZG_BUCKETS_MAX : 1 + upto(8);
  req.order = (int)upto((unsigned)req.n_metrics + 1) - 1;
  req.ascending = upto(2);
  zg_aggregate_result *res = run_aggregate(&req);
  regroup(&req, req.group_by, (unsigned)req.n_group_by, want, n_want);
  if (req.n_group_by == 0 && n_groups == 0)
    group_at((char[4][64]){{0}}, 0);
  CHECK(res->total == n_want, "total of the aggregate");
  CHECK(res->total_groups == n_groups, "%llu groups, not %u",
        (unsigned long long)res->total_groups, n_groups);
  uint64_t listed = 0, whole = 0;
  for (unsigned i = 0; i < n_groups; i++)
    whole += groups[i].count;
  for (size_t i = 0; i < res->n_groups; i++) {
    const zg_group *g = &res->groups[i];
    char key[4][64];
    for (size_t d = 0; d < req.n_group_by; d++)
      set_key(key[d], g->key[d]);
    unsigned before = n_groups;
    const group *have = group_at(key, (unsigned)req.n_group_by);
    CHECK(n_groups == before, "a group that is not there: %s", key[0]);
    CHECK(g->count == have->count, "count of %s", key[0]);
    listed += g->count;
    for (size_t k = 0; k < req.n_metrics; k++)
      check_number(&g->metrics[k], &req.metrics[k], have, k, n_want);
    if (i && req.order >= 0) {
      const zg_number *a = &res->groups[i - 1].metrics[req.order],
                      *b = &g->metrics[req.order];
      double x = a->type == ZG_NUMBER_INT ? (double)a->i : a->d,
             y = b->type == ZG_NUMBER_INT ? (double)b->i : b->d;
      CHECK(req.ascending ? x <= y : x >= y, "order of groups");
    }
  }
  CHECK(res->n_groups == (n_groups < req.limit ? n_groups : req.limit),
        "limit of groups");
  CHECK(listed + res->other_count == whole, "other_count of groups");
  regroup(&req, NULL, 0, want, n_want);
  if (n_groups == 0)
    group_at((char[4][64]){{0}}, 0);
  for (size_t k = 0; k < req.n_metrics; k++)
    check_number(&res->totals[k], &req.metrics[k], &groups[0], k, n_want);
  zg_aggregate_result_free(res);
}

static void check_edge(const zg_aggregate_request *req, unsigned which,
                       const zg_str *keys, const zg_number *totals, size_t n,
                       model **want, size_t n_want) {
  regroup(req, &req->group_by[which], 1, want, n_want);
  CHECK(n == n_groups, "%zu on the edge, not %u", n, n_groups);
  for (size_t i = 0; i < n; i++) {
    char key[4][64];
    set_key(key[0], keys[i]);
    const group *g = group_at(key, 1);
    CHECK(n == n_groups, "%s is not there", key[0]);
    check_number(&totals[i], &req->metrics[0], g, 0, n_want);
    CHECK(keys[i].p || i + 1 == n, "the null key is last");
    CHECK(i == 0 || !keys[i].p || strcmp(keys[i - 1].p, keys[i].p) < 0,
          "order of keys");
  }
}

static void check_crosstab(const request *r, model **want, size_t n_want) {
  zg_aggregate_request req = ZG_AGGREGATE_REQUEST_INIT;
  req.q = r->q_text;
  req.filter = r->filter_text;
  req.operator_or = r->widen;
  req.crosstab = true;
  choose_fields(&req, 2); /* 900 rounds by 6 years are still a table */
  make_metrics(&req, 1);
  zg_aggregate_result *res = run_aggregate(&req);
  check_edge(&req, 0, res->rows, res->row_totals, res->n_rows, want, n_want);
  check_edge(&req, 1, res->cols, res->col_totals, res->n_cols, want, n_want);
  regroup(&req, req.group_by, 2, want, n_want);
  for (size_t i = 0; i < res->n_rows; i++)
    for (size_t k = 0; k < res->n_cols; k++) {
      char key[4][64];
      unsigned before = n_groups;
      set_key(key[0], res->rows[i]);
      set_key(key[1], res->cols[k]);
      group *g = group_at(key, 2);
      check_number(&res->cells[i * res->n_cols + k], &req.metrics[0], g, 0,
                   n_want);
      n_groups = before;
    }
  regroup(&req, NULL, 0, want, n_want);
  if (n_groups == 0)
    group_at((char[4][64]){{0}}, 0);
  check_number(&res->grand_total, &req.metrics[0], &groups[0], 0, n_want);
  zg_aggregate_result_free(res);
}

static void check_set(void) {
  request a = make_request(), b = make_request();
  zg_aggregate_request req = ZG_AGGREGATE_REQUEST_INIT;
  unsigned verb = upto(4), want = 0;
  req.set = verb == 0   ? ZG_SET_UNION
            : verb == 1 ? ZG_SET_INTERSECT
            : verb == 2 ? ZG_SET_DIFFERENCE
                        : ZG_SET_XOR;
  req.set_filters[0] = a.filter_text;
  req.set_filters[1] = b.filter_text;
  req.n_set_filters = 2;
  for (size_t i = 0; i < FINDINGS; i++) {
    if (!all[i].live)
      continue;
    bool x = filter_matches(&all[i], a.filter),
         y = filter_matches(&all[i], b.filter);
    want += verb == 0   ? x || y
            : verb == 1 ? x && y
            : verb == 2 ? x && !y
                        : x != y;
  }
  zg_aggregate_result *res = run_aggregate(&req);
  CHECK(res->total == want, "set %u: %llu, not %u", verb,
        (unsigned long long)res->total, want);
  zg_aggregate_result_free(res);
}

static void one_case(void) {
  static model *want[FINDINGS];
  zg_arena_reset(trees);
  request r = make_request();
  size_t n = recount(&r, want);
  check_hits(&r, n);
  check_facets(&r);
  check_groups(&r, want, n);
  check_crosstab(&r, want, n);
  check_sort(&r, want, n);
  check_set();
}

/* ---- rounds of writes ---- */

static void write_round(unsigned round) {
  static zg_finding batch[FINDINGS];
  static const char *ids[FINDINGS];
  size_t n = 0, dead = 0;
  for (unsigned i = 0; i < FINDINGS; i++) {
    if (round == 0 ? i % 3 == 2 : upto(8) != 0)
      continue;
    make(&all[i], i);
    batch[n++] = all[i].f;
  }
  query_fixture_put(&fx, batch, n);
  for (unsigned i = 0; i < FINDINGS && round; i++)
    if (all[i].live && upto(12) == 0) {
      ids[dead++] = all[i].id;
      forget(&all[i]);
    }
  if (dead)
    query_fixture_delete(&fx, ids, dead);
  for (unsigned i = 0; i < FINDINGS; i++)
    if (all[i].live)
      assert_int_equal(zg_snapshot_finding_docid(fx.ctx.snap, 0,
                                                 zg_str_of(all[i].id),
                                                 &all[i].docid, NULL),
                       ZG_OK);
}

static void recount_agrees(void **state) {
  (void)state;
  const char *given = getenv("ZG_SEED");
  uint64_t seed = given ? strtoull(given, NULL, 10) : 20261124;
  query_fixture_open(&fx);
  trees = zg_arena_new(65536);
  for (unsigned round = 0; round < ROUNDS; round++) {
    chance_state = seed * 1000 + round;
    print_message("round %u, seed %llu\n", round, (unsigned long long)seed);
    write_round(round);
    for (unsigned i = 0; i < CASES; i++)
      one_case();
  }
  for (unsigned i = 0; i < FINDINGS; i++)
    forget(&all[i]);
  zg_arena_free(trees);
  query_fixture_close(&fx);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(recount_agrees)};
  return cmocka_run_group_tests_name("property", tests, NULL, NULL);
}
