/* GET|POST /v1/search */
#include <stdio.h>

#include "daemon/api.h"
#include "query/suggest.h"

static const zg_spec specs[] = {
    {"q", 's'},       {"filter", 's'}, {"facets", 'l'},   {"facet_mode", 's'},
    {"sort", 'l'},    {"limit", 'i'},  {"offset", 'i'},   {"highlight", 'b'},
    {"crop", 'i'},    {"fields", 'l'}, {"operator", 's'}, {"facet_limit", 'i'},
    {"explain", 'b'}, {"cursor", 's'}, {"synonyms", 'b'}, {"suggest", 'b'},
};

typedef struct search {
  zg_search_request req;
  uint64_t
      members; /* of the finding; score, highlights and snippet always come */
  zg_search_result *result;
} search;

/* What a hit has beside the finding's members: there whether named or not, as
 * `highlight` and `crop` say. */
static bool is_hit_member(zg_str name) {
  return zg_str_is(name, "score") || zg_str_is(name, "highlights") ||
         zg_str_is(name, "snippet") || zg_str_is(name, "snippet_highlights");
}

static zg_status read_fields(const cJSON *j, search *s, zg_error *err) {
  zg_str names[ZG_MEMBER_COUNT + 8];
  size_t n;
  zg_status st = zg_in_strings(j, "fields", names,
                               sizeof names / sizeof names[0], &n, err);
  s->members = ZG_MEMBERS_HIT;
  if (st || !zg_in_given(j, "fields") || n == 0)
    return st;
  s->members = UINT64_C(1) << ZG_MEMBER_ID;
  for (size_t i = 0; i < n; i++) {
    int m = zg_member_of(names[i]);
    if (m >= 0)
      s->members |= UINT64_C(1) << m;
    else if (!is_hit_member(names[i]))
      return zg_fail(err, ZG_INVALID, "unknown_field", "fields",
                     "fields: a hit has no member \"%.60s\"", names[i].p);
  }
  return ZG_OK;
}

static zg_status read_sort(const cJSON *j, search *s, zg_error *err) {
  zg_str keys[4];
  size_t n;
  zg_status st = zg_in_strings(j, "sort", keys, 4, &n, err);
  for (size_t i = 0; st == ZG_OK && i < n; i++)
    st = zg_sort_parse(keys[i], &s->req.sort[i], err);
  s->req.n_sort = n;
  return st;
}

static zg_status read_numbers(const cJSON *j, search *s, zg_error *err) {
  int64_t limit = s->req.limit, offset = s->req.offset;
  int64_t crop = s->req.crop, facets = s->req.facet_limit;
  zg_status st = zg_in_int(j, "limit", 0, ZG_LIMIT_MAX, &limit, err);
  if (st == ZG_OK)
    st = zg_in_int(j, "offset", 0, ZG_OFFSET_MAX, &offset, err);
  if (st == ZG_OK)
    st = zg_in_int(j, "crop", 0, 10000, &crop, err);
  if (st == ZG_OK)
    st = zg_in_int(j, "facet_limit", 0, 10000, &facets, err);
  s->req.limit = (uint32_t)limit;
  s->req.offset = (uint32_t)offset;
  s->req.crop = (uint32_t)crop;
  s->req.facet_limit = (uint32_t)facets;
  return st;
}

static zg_status read_request(const cJSON *j, search *s, zg_error *err) {
  zg_str mode = ZG_STR_NULL;
  bool suggest = false;
  zg_search_request *r = &s->req;
  zg_status st = zg_in_str(j, "q", &r->q, err);
  if (st || (st = zg_in_str(j, "filter", &r->filter, err)) ||
      (st = zg_in_str(j, "cursor", &r->cursor, err)) ||
      (st = zg_api_operator(j, &r->operator_or, err)) ||
      (st = zg_api_fields(j, "facets", r->facets, ZG_FACETS_MAX, &r->n_facets,
                          err)) ||
      (st = zg_in_str(j, "facet_mode", &mode, err)) ||
      (st = zg_in_bool(j, "highlight", &r->highlight, err)) ||
      (st = zg_in_bool(j, "explain", &r->explain, err)) ||
      (st = zg_in_bool(j, "synonyms", &r->synonyms, err)) ||
      (st = zg_in_bool(j, "suggest", &suggest, err)) ||
      (st = read_numbers(j, s, err)) || (st = read_sort(j, s, err)) ||
      (st = read_fields(j, s, err)))
    return st;
  if (r->q.n > ZG_QUERY_MAX)
    return zg_fail(err, ZG_INVALID, "query_too_long", "q",
                   "q: at most %d bytes", ZG_QUERY_MAX);
  r->suggest = suggest                     ? ZG_SUGGEST_ALWAYS
               : zg_in_given(j, "suggest") ? ZG_SUGGEST_NEVER
                                           : ZG_SUGGEST_EMPTY;
  r->facet_multi = zg_str_is(mode, "multi");
  if (mode.p && !r->facet_multi && !zg_str_is(mode, "strict"))
    return zg_fail(err, ZG_INVALID, "out_of_range", "facet_mode",
                   "facet_mode: expected \"strict\" or \"multi\"");
  return ZG_OK;
}

static void highlights(zg_json *j, const zg_hit *h) {
  static const char *const names[ZG_TEXT_FIELD_COUNT] = {"section", "problem",
                                                         "head", "text"};
  zg_json_open(j, '{');
  for (size_t i = 0; i < h->n_highlights; i++) {
    const zg_highlight *g = &h->highlights[i];
    bool measure = g->field == ZG_TEXT_MEASURES && h->finding->n_measures > 0;
    if (measure) {
      char key[48];
      snprintf(key, sizeof key, "measures.%u.text", (unsigned)g->item);
      zg_json_key(j, key);
    } else {
      zg_json_key(j, names[g->field]);
    }
    zg_json_spans(j, g->spans, g->n_spans);
  }
  zg_json_close(j, '}');
}

static void hit(zg_json *j, const zg_hit *h, const search *s) {
  uint64_t id = UINT64_C(1) << ZG_MEMBER_ID;
  zg_json_open(j, '{');
  zg_json_finding_members(j, h->finding, id);
  zg_json_key(j, "score");
  zg_json_fixed(j, h->score, 6);
  zg_json_finding_members(j, h->finding, s->members & ~id);
  if (s->req.highlight) {
    zg_json_key(j, "highlights");
    highlights(j, h);
  }
  zg_json_key(j, "snippet");
  zg_json_str(j, h->snippet);
  if (s->req.highlight) {
    zg_json_key(j, "snippet_highlights");
    zg_json_spans(j, h->snippet_spans, h->n_snippet_spans);
  }
  zg_json_close(j, '}');
}

static void facet(zg_json *j, const zg_facet_result *f) {
  zg_json_key(j, zg_field_name(f->field));
  zg_json_open(j, '{');
  zg_json_key(j, "values");
  zg_json_open(j, '[');
  for (size_t i = 0; i < f->n_values; i++) {
    zg_json_open(j, '{');
    zg_json_key(j, "value");
    zg_json_str(j, f->values[i].value);
    zg_json_key(j, "count");
    zg_json_uint(j, f->values[i].count);
    if (f->values[i].selected) {
      zg_json_key(j, "selected");
      zg_json_bool(j, true);
    }
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
  zg_json_key(j, "total_values");
  zg_json_uint(j, f->total_values);
  zg_json_key(j, "other_count");
  zg_json_uint(j, f->other_count);
  if (f->has_range) {
    zg_json_key(j, "min");
    zg_json_int(j, f->min);
    zg_json_key(j, "max");
    zg_json_int(j, f->max);
  }
  zg_json_close(j, '}');
}

static void expansions(zg_json *j, const zg_search_result *r) {
  zg_json_key(j, "expanded");
  zg_json_open(j, '[');
  for (size_t i = 0; i < r->n_expansions; i++) {
    const zg_expansion *e = &r->expansions[i];
    zg_json_open(j, '{');
    zg_json_key(j, "q");
    zg_json_str(j, e->run);
    zg_json_key(j, "with");
    zg_json_open(j, '[');
    for (size_t k = 0; k < e->n_with; k++)
      zg_json_str(j, e->with[k]);
    zg_json_close(j, ']');
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

static void suggestions(zg_json *j, const zg_search_result *r) {
  zg_json_key(j, "suggestions");
  zg_json_open(j, '[');
  for (size_t i = 0; i < r->n_suggestions; i++) {
    const zg_suggestion *s = &r->suggestions[i];
    zg_json_open(j, '{');
    zg_json_key(j, "q");
    zg_json_str(j, s->q);
    zg_json_key(j, "total");
    zg_json_uint(j, s->total);
    zg_json_key(j, "why");
    zg_json_cstr(j, zg_suggest_why_name(s->why));
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

static void render(zg_buf *b, const search *s, uint64_t started) {
  const zg_search_result *r = s->result;
  zg_json j = zg_json_to(b);
  zg_json_open(&j, '{');
  zg_json_key(&j, "hits");
  zg_json_open(&j, '[');
  for (size_t i = 0; i < r->n_hits; i++)
    hit(&j, &r->hits[i], s);
  zg_json_close(&j, ']');
  zg_json_key(&j, "total");
  zg_json_uint(&j, r->total);
  zg_json_key(&j, "limit");
  zg_json_uint(&j, s->req.limit);
  zg_json_key(&j, "offset");
  zg_json_uint(&j, s->req.offset);
  zg_json_key(&j, "facets");
  zg_json_open(&j, '{');
  for (size_t i = 0; i < r->n_facets; i++)
    facet(&j, &r->facets[i]);
  zg_json_close(&j, '}');
  if (s->req.explain)
    zg_api_explain(&j, r->explain);
  if (s->req.synonyms)
    expansions(&j, r);
  if (r->suggested)
    suggestions(&j, r);
  if (s->req.cursor.p) {
    zg_json_key(&j, "next_cursor");
    zg_json_str(&j, r->next_cursor);
  }
  zg_api_took(&j, started, r->generation);
  zg_json_close(&j, '}');
}

static zg_status run(void *arg, const zg_context *ctx, zg_error *err) {
  search *s = arg;
  return zg_search(&s->result, ctx, &s->req, err);
}

static bool work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  uint64_t started = zg_clock_ns();
  cJSON *req = NULL;
  zg_buf body = ZG_BUF_INIT;
  search s = {.req = ZG_SEARCH_REQUEST_INIT};
  s.req.taxonomy = x->taxonomy;
  zg_status st =
      zg_api_request(x, w, specs, sizeof specs / sizeof specs[0], &req, &err);
  if (st == ZG_OK)
    st = read_request(req, &s, &err);
  if (st == ZG_OK)
    st = zg_api_pinned(x, w, run, &s, &err);
  if (st == ZG_OK)
    render(&body, &s, started);
  if (s.result)
    zg_search_result_free(s.result);
  cJSON_Delete(req);
  zg_api_answer(x, st, &body, &err);
  return true;
}

void zg_api_search(zg_exchange *x) {
  if (!zg_api_media_fault(x))
    zg_exchange_run(x, ZG_JOB_QUERY, work);
}
