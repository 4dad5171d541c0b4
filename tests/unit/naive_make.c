/* Random findings and requests for the recount of naive.c, and the text of each
 * request as the engine reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "naive.h"
#include "query_fixture.h"

static const char *const CHARS[] = {"审",  "计",   "离", "任", "整", "改",
                                    "处",  "理",   "工", "程", "審", "Ａ21",
                                    "ppp", "2021", "21", "，", "。", "PP7"};
static const char *const UNITS[] = {"甲局", "乙局", "丙\"局", "丁镇",
                                    "戊 公司"};
static const char *const REGIONS[] = {"青禾县", "云泽市"};
static const char *const CATEGORIES[] = {"c01", "c02", "c03", "c18"};
#define COUNT(a) ((unsigned)(sizeof(a) / sizeof *(a)))

/* ---- chance ---- */

static uint64_t chance(naive_dice *d) { /* splitmix64 */
  uint64_t z = (d->state += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

unsigned naive_upto(naive_dice *d, unsigned n) {
  return (unsigned)(chance(d) % n);
}

/* ---- findings ---- */

static zg_str words(naive_dice *d, zg_arena *arena, unsigned least,
                    unsigned most) {
  zg_buf b = ZG_BUF_INIT;
  for (unsigned n = least + naive_upto(d, most - least + 1); n > 0; n--)
    zg_buf_adds(&b, CHARS[naive_upto(d, COUNT(CHARS))]);
  zg_str s = zg_arena_dup(arena, (zg_str){b.p ? b.p : "", b.n});
  zg_buf_free(&b);
  return s;
}

static void add_text(naive_dice *d, naive_model *m, int field, zg_str raw) {
  zg_norm norm = ZG_NORM_INIT;
  if (!raw.n)
    return;
  assert_int_equal(zg_normalise_search(d->nz, raw, &norm, NULL), ZG_OK);
  m->texts[m->n_texts++] = (naive_text){field, strndup(norm.p, norm.n)};
  zg_norm_free(&norm);
}

void naive_forget(naive_model *m) {
  for (size_t i = 0; i < m->n_texts; i++)
    free(m->texts[i].s);
  zg_arena_free(m->arena);
  m->n_texts = 0;
  m->arena = NULL;
  m->live = false;
}

static void make_numbers(naive_dice *d, naive_model *m) {
  m->f.money = m->money;
  m->f.n_money = naive_upto(d, 3);
  for (size_t i = 0; i < m->f.n_money; i++)
    m->money[i] = (zg_money){.kind = naive_upto(d, 3) ? ZG_MONEY_RECOVERED
                                                      : ZG_MONEY_ALLOCATED,
                             .fen = (int64_t)naive_upto(d, 40) * 50,
                             .span = ZG_SPAN_NONE};
  m->f.people = m->people;
  m->f.n_people = naive_upto(d, 3);
  for (size_t i = 0; i < m->f.n_people; i++)
    m->people[i] = (zg_people){.kind = naive_upto(d, 2) ? ZG_PEOPLE_HANDLED
                                                        : ZG_PEOPLE_TRAINED,
                               .n = naive_upto(d, 6),
                               .span = ZG_SPAN_NONE};
  m->f.rules_made = naive_upto(d, 4);
}

void naive_make(naive_dice *d, naive_model *m, unsigned at) {
  naive_forget(m);
  m->arena = zg_arena_new(1024);
  snprintf(m->id, sizeof m->id, "f%u", at);
  m->f = query_fixture_finding(m->id, "");
  zg_finding *f = &m->f;
  f->head = words(d, m->arena, 1, 14);
  if (naive_upto(d, 2))
    f->section = words(d, m->arena, 1, 4);
  if (naive_upto(d, 2))
    f->problem = words(d, m->arena, 1, 5);
  f->measures = m->measures;
  f->n_measures = naive_upto(d, 4);
  for (size_t i = 0; i < f->n_measures; i++)
    m->measures[i] =
        (zg_measure){(int)i + 1, words(d, m->arena, 1, 10), ZG_SPAN_NONE, true};
  if (!f->n_measures && naive_upto(d, 2))
    f->text = words(d, m->arena, 1, 10);
  make_numbers(d, m);
  if (naive_upto(d, 8))
    f->unit = zg_str_of(UNITS[naive_upto(d, COUNT(UNITS))]);
  if (naive_upto(d, 3))
    f->region = zg_str_of(REGIONS[naive_upto(d, COUNT(REGIONS))]);
  if (naive_upto(d, 5))
    f->category[0] = zg_str_of(CATEGORIES[naive_upto(d, COUNT(CATEGORIES))]);
  if (f->category[0].p && naive_upto(d, 2)) {
    zg_str second = zg_str_of(CATEGORIES[naive_upto(d, COUNT(CATEGORIES))]);
    if (!zg_str_eq(second, f->category[0]))
      f->category[1] = second;
  }
  f->status = (zg_state)naive_upto(d, 4);
  f->status_source = f->status ? ZG_STATE_SOURCE_FINDING : 0;
  f->sustain = naive_upto(d, 3) == 0;
  f->has_owner = naive_upto(d, 2);
  f->year = naive_upto(d, 6) ? 2017 + (int)naive_upto(d, 6) : -1;
  /* Many values, for the sorted way of counting. */
  f->round = zg_arena_printf(m->arena, "第%u轮", naive_upto(d, 900));
  add_text(d, m, ZG_TEXT_SECTION, f->section);
  add_text(d, m, ZG_TEXT_PROBLEM, f->problem);
  add_text(d, m, ZG_TEXT_HEAD, f->head);
  for (size_t i = 0; i < f->n_measures; i++)
    add_text(d, m, ZG_TEXT_MEASURES, m->measures[i].text);
  if (!f->n_measures)
    add_text(d, m, ZG_TEXT_MEASURES, f->text);
  m->live = true;
}

/* ---- queries ---- */

static naive_tree *tree_new(naive_dice *d, char op) {
  naive_tree *t = zg_arena_alloc(d->trees, sizeof *t);
  assert_non_null(t);
  t->op = op;
  t->field = -1;
  t->measure = -1;
  return t;
}

static naive_tree *make_run(naive_dice *d, bool widen) {
  naive_tree *t = tree_new(d, 'r');
  for (;;) {
    zg_norm norm = ZG_NORM_INIT;
    zg_str raw = words(d, d->trees, 1, 4);
    snprintf(t->raw, sizeof t->raw, "%.*s", (int)raw.n, raw.p);
    assert_int_equal(zg_normalise_search(d->nz, raw, &norm, NULL), ZG_OK);
    snprintf(t->canon, sizeof t->canon, "%.*s", (int)norm.n, norm.p);
    size_t n = norm.n;
    zg_norm_free(&norm);
    if (n)
      break;
  }
  if (naive_upto(d, 4) == 0)
    t->field = (int)naive_upto(d, ZG_TEXT_FIELD_COUNT);
  t->quoted = naive_upto(d, 3) == 0;
  /* A star behind punctuation belongs to no unit; leave that to the parser's
   * own test. */
  size_t n = strlen(t->raw);
  t->prefix = !widen && naive_upto(d, 5) == 0 &&
              strcmp(t->raw + n - 3, "，") != 0 &&
              strcmp(t->raw + n - 3, "。") != 0;
  return t;
}

static naive_tree *make_query(naive_dice *d, unsigned depth, bool widen) {
  if (depth == 0 || naive_upto(d, 2))
    return make_run(d, widen);
  naive_tree *t = tree_new(d, naive_upto(d, 2) ? 'a' : 'o');
  t->n = 2 + naive_upto(d, 2);
  for (unsigned i = 0; i < t->n; i++) {
    t->kids[i] = make_query(d, depth - 1, widen);
    if (naive_upto(d, 5) == 0) {
      naive_tree *no = tree_new(d, 'n');
      no->kids[0] = t->kids[i];
      no->n = 1;
      t->kids[i] = no;
    }
  }
  return t;
}

static void write_query(const naive_tree *t, zg_buf *b) {
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

static void some_value(naive_dice *d, zg_field f, char out[64]) {
  char v[2][64];
  if (naive_upto(d, 10) == 0) {
    snprintf(out, 64, f == ZG_FIELD_YEAR ? "1999" : "没有");
    return;
  }
  for (;;) {
    const naive_model *m = &d->all[naive_upto(d, d->n_all)];
    if (m->arena && naive_values(m, f, v)) {
      snprintf(out, 64, "%s", v[0]);
      return;
    }
  }
}

static naive_tree *make_range(naive_dice *d) {
  naive_tree *t = tree_new(d, '.');
  int64_t point;
  if (naive_upto(d, 2)) {
    t->facet = ZG_FIELD_YEAR;
    point = 2016 + (int64_t)naive_upto(d, 8);
  } else {
    t->measure = (int)naive_upto(d, ZG_MEASURE_COUNT);
    point = t->measure <= ZG_MEASURE_MONEY_ALLOCATED
                ? (int64_t)naive_upto(d, 40) * 50
                : (int64_t)naive_upto(d, 5);
  }
  static const char *const signs[] = {">", ">=", "<", "<=", "to", "="};
  snprintf(t->sign, sizeof t->sign, "%s", signs[naive_upto(d, 6)]);
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
    t->high = point + (int64_t)naive_upto(d, 4) * (t->measure < 0 ? 1 : 50);
    break;
  default:
    t->low = t->high = point;
  }
  return t;
}

static naive_tree *make_condition(naive_dice *d) {
  naive_tree *t;
  switch (naive_upto(d, 6)) {
  case 0:
    return make_range(d);
  case 1:
    t = tree_new(d, 'e');
    t->facet = naive_fields[naive_upto(d, NAIVE_FIELDS)];
    if (naive_upto(d, 3) == 0)
      t->measure = (int)naive_upto(d, ZG_MEASURE_COUNT);
    return t;
  default:
    t = tree_new(d, naive_upto(d, 4) == 0 ? '!' : naive_upto(d, 3) ? '=' : 'i');
    t->facet = naive_fields[naive_upto(d, NAIVE_FIELDS)];
    t->n = t->op == 'i' ? 2 : 1;
    for (unsigned i = 0; i < t->n; i++)
      some_value(d, t->facet, t->values[i]);
    return t;
  }
}

static naive_tree *make_filter(naive_dice *d, unsigned depth) {
  if (depth == 0 || naive_upto(d, 2))
    return make_condition(d);
  naive_tree *t = tree_new(d, "aon"[naive_upto(d, 3)]);
  t->n = t->op == 'n' ? 1 : 2 + naive_upto(d, 2);
  for (unsigned i = 0; i < t->n; i++)
    t->kids[i] = make_filter(d, depth - 1);
  return t;
}

static void write_number(const naive_tree *t, int64_t v, zg_buf *b) {
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

static void write_filter(const naive_tree *t, zg_buf *b) {
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

/* ---- requests ---- */

naive_request naive_make_request(naive_dice *d) {
  naive_request r = {0};
  zg_buf b = ZG_BUF_INIT;
  r.widen = naive_upto(d, 4) == 0;
  if (naive_upto(d, 5))
    r.q = make_query(d, 2, r.widen);
  if (naive_upto(d, 3))
    r.filter = make_filter(d, 2);
  if (r.q)
    write_query(r.q, &b);
  r.q_text = zg_arena_dup(d->trees, (zg_str){b.p ? b.p : "", b.n});
  zg_buf_clear(&b);
  if (r.filter)
    write_filter(r.filter, &b);
  r.filter_text = zg_arena_dup(d->trees, (zg_str){b.p ? b.p : "", b.n});
  zg_buf_free(&b);
  return r;
}
