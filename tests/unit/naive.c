/* The recount: scans and linear search, and nothing of query/ but its types. */
#include "naive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- what a finding has ---- */

const zg_field naive_fields[NAIVE_FIELDS] = {
    ZG_FIELD_UNIT, ZG_FIELD_REGION,  ZG_FIELD_CATEGORY,  ZG_FIELD_STATUS,
    ZG_FIELD_YEAR, ZG_FIELD_SUSTAIN, ZG_FIELD_HAS_OWNER, ZG_FIELD_ROUND};

unsigned naive_values(const naive_model *m, zg_field field, char out[2][64]) {
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

int64_t naive_number(const naive_model *m, zg_measure_field which) {
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

static bool any_text(const naive_model *m, int field, const char *run,
                     bool prefix) {
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
static bool best_match(const naive_model *m, const naive_tree *t) {
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
static bool run_matches(const naive_model *m, const naive_tree *t, bool widen) {
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

bool naive_query_matches(const naive_model *m, const naive_tree *t,
                         bool widen) {
  if (!t)
    return true;
  switch (t->op) {
  case 'r':
    return run_matches(m, t, widen);
  case 'n':
    return !naive_query_matches(m, t->kids[0], widen);
  case 'o':
    for (unsigned i = 0; i < t->n; i++)
      if (naive_query_matches(m, t->kids[i], widen))
        return true;
    return false;
  default: { /* a blank: AND, or when widened, alternatives that no NOT bars */
    bool asked = false, met = !widen;
    for (unsigned i = 0; i < t->n; i++) {
      bool is = naive_query_matches(m, t->kids[i], widen);
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

/* ---- filters ---- */

bool naive_has_value(const naive_model *m, zg_field f, const char *value) {
  char v[2][64];
  unsigned n = naive_values(m, f, v);
  for (unsigned i = 0; i < n; i++)
    if (strcmp(v[i], value) == 0)
      return true;
  return false;
}

bool naive_filter_matches(const naive_model *m, const naive_tree *t) {
  char v[2][64];
  if (!t)
    return true;
  switch (t->op) {
  case '=':
  case 'i':
    for (unsigned i = 0; i < t->n; i++)
      if (naive_has_value(m, t->facet, t->values[i]))
        return true;
    return false;
  case '!':
    return !naive_has_value(m, t->facet, t->values[0]);
  case '.': {
    int64_t x;
    if (t->measure >= 0)
      x = naive_number(m, (zg_measure_field)t->measure);
    else if (m->f.year >= 0)
      x = m->f.year;
    else
      return false;
    return t->low <= x && x <= t->high;
  }
  case 'e':
    return t->measure >= 0 ? naive_number(m, (zg_measure_field)t->measure) != 0
                           : naive_values(m, t->facet, v) > 0;
  case 'n':
    return !naive_filter_matches(m, t->kids[0]);
  default:
    for (unsigned i = 0; i < t->n; i++)
      if (naive_filter_matches(m, t->kids[i]) == (t->op == 'o'))
        return t->op == 'o';
    return t->op == 'a';
  }
}

static bool only_of(const naive_tree *t, zg_field f) {
  if (t->op == 'a' || t->op == 'o' || t->op == 'n') {
    for (unsigned i = 0; i < t->n; i++)
      if (!only_of(t->kids[i], f))
        return false;
    return true;
  }
  return t->measure < 0 && t->facet == f;
}

bool naive_matches_without(const naive_model *m, const naive_tree *t,
                           zg_field f) {
  if (!t || only_of(t, f))
    return true;
  if (t->op != 'a')
    return naive_filter_matches(m, t);
  for (unsigned i = 0; i < t->n; i++)
    if (!naive_matches_without(m, t->kids[i], f))
      return false;
  return true;
}

bool naive_asks_for(const naive_tree *t, zg_field f, const char *value) {
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
    if (naive_asks_for(t->kids[i], f, value))
      return true;
  return false;
}

bool naive_has_positive(const naive_tree *t) {
  if (!t || t->op == 'n')
    return false;
  if (t->op == 'r')
    return true;
  for (unsigned i = 0; i < t->n; i++)
    if (naive_has_positive(t->kids[i]))
      return true;
  return false;
}

bool naive_has_negative(const naive_tree *t) {
  if (!t)
    return false;
  if (t->op == 'n')
    return true;
  for (unsigned i = 0; i < t->n && t->op != 'r'; i++)
    if (naive_has_negative(t->kids[i]))
      return true;
  return false;
}

/* ---- the findings that match ---- */

size_t naive_recount(naive_model **out, naive_model *all, size_t n_all,
                     const naive_request *r) {
  size_t n = 0;
  for (size_t i = 0; i < n_all; i++)
    if (all[i].live && naive_query_matches(&all[i], r->q, r->widen) &&
        naive_filter_matches(&all[i], r->filter))
      out[n++] = &all[i];
  return n;
}

/* ---- sorting ---- */

static int compare_key(const zg_sort_key *key, const naive_model *a,
                       const naive_model *b) {
  if (key->by == ZG_SORT_MEASURE) {
    int64_t x = naive_number(a, key->measure),
            y = naive_number(b, key->measure);
    int c = x < y ? -1 : x > y;
    return key->descending ? -c : c;
  }
  char v[2][64], w[2][64];
  unsigned n = naive_values(a, key->field, v),
           k = naive_values(b, key->field, w);
  if (!n || !k)
    return n ? -1 : k ? 1 : 0;
  int c = strcmp(v[0], w[0]); /* years have four digits */
  return key->descending ? -c : c;
}

static int compare_models(const void *p, const void *q, void *arg) {
  const zg_search_request *sorting = arg;
  const naive_model *a = *(naive_model *const *)p,
                    *b = *(naive_model *const *)q;
  for (size_t i = 0; i < sorting->n_sort; i++) {
    int c = compare_key(&sorting->sort[i], a, b);
    if (c)
      return c;
  }
  return a->docid < b->docid ? -1 : 1;
}

void naive_sort(naive_model **list, size_t n, const zg_search_request *req) {
  qsort_r(list, n, sizeof *list, compare_models, (void *)req);
}

/* ---- groups ---- */

static void add_to(naive_group *g, const naive_model *m,
                   const zg_aggregate_request *req) {
  for (size_t k = 0; k < req->n_metrics; k++) {
    const zg_metric *metric = &req->metrics[k];
    char v[2][64];
    if (metric->op == ZG_METRIC_DISTINCT) {
      for (unsigned i = 0, n = naive_values(m, metric->field, v); i < n; i++) {
        unsigned at = 0;
        while (at < g->n_seen[k] && strcmp(g->seen[k][at], v[i]) != 0)
          at++;
        if (at == g->n_seen[k])
          strcpy(g->seen[k][g->n_seen[k]++], v[i]);
      }
    } else if (metric->op == ZG_METRIC_RATE) {
      g->sum[k] += naive_has_value(m, ZG_FIELD_STATUS, "done");
    } else if (metric->op >= ZG_METRIC_SUM && metric->op <= ZG_METRIC_MAX) {
      int64_t x = naive_number(m, metric->measure);
      g->low[k] = g->count == 0 || x < g->low[k] ? x : g->low[k];
      g->high[k] = g->count == 0 || x > g->high[k] ? x : g->high[k];
      g->sum[k] += x;
    }
  }
  g->count++;
}

naive_group *naive_group_at(naive_groups *all, char key[4][64], unsigned n) {
  for (unsigned i = 0; i < all->n; i++) {
    unsigned same = 0;
    while (same < n && strcmp(all->list[i].key[same], key[same]) == 0)
      same++;
    if (same == n)
      return &all->list[i];
  }
  assert_true(all->n < NAIVE_GROUPS);
  naive_group *g = &all->list[all->n++];
  memset(g, 0, sizeof *g);
  for (unsigned i = 0; i < n; i++)
    strcpy(g->key[i], key[i]);
  return g;
}

void naive_regroup(naive_groups *g, const zg_aggregate_request *req,
                   const zg_field *fields, unsigned n, naive_model **want,
                   size_t n_want) {
  g->n = 0;
  for (size_t i = 0; i < n_want; i++) {
    char v[4][2][64], key[4][64];
    unsigned count[4], total = 1;
    for (unsigned d = 0; d < n; d++) {
      count[d] = naive_values(want[i], fields[d], v[d]);
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
      add_to(naive_group_at(g, key, n), want[i], req);
    }
  }
}
