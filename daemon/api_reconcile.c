/* GET /v1/reconcile: declared against parsed, bulletin by bulletin. */
#include <stdlib.h>

#include "daemon/bulletin_select.h"
#include "index/reconcile.h"

/* Warnings of the parser that speak of numbering; the rest of the flags are
 * checks of reconcile.h that fail. */
static const char *const numbering[] = {"numbering_gap", "numbering_repeat"};
#define N_NUMBERING (sizeof numbering / sizeof numbering[0])

#define FLAGS (ZG_CHECK_COUNT + N_NUMBERING)

static const zg_spec specs[] = {
    ZG_SELECT_SPECS, {"flag", 's'}, {"flagged", 'b'}, {"bulletin", 's'}};

typedef struct reconcile {
  zg_exchange *x;
  zg_worker *w;
  zg_buf body;
  zg_arena *scratch; /* of the bulletin at hand: there may be very many */
  zg_select select;
  zg_str bulletin;
  int flag;           /* index, -1: any */
  bool given_flagged; /* only those with (flagged) or without any flag */
  bool flagged;
  uint64_t count[FLAGS], with_any, examined, problems, findings;
  bool declares;
} reconcile;

static const char *flag_name(size_t i) {
  return i < ZG_CHECK_COUNT ? zg_check_code((zg_check_kind)i)
                            : numbering[i - ZG_CHECK_COUNT];
}

static int flag_of(zg_str name) {
  for (size_t i = 0; i < FLAGS; i++)
    if (flag_name(i) && zg_str_is(name, flag_name(i)))
      return (int)i;
  return -1;
}

/* What the findings of a bulletin say of themselves, from the columns. */
static void count_states(const zg_table *t, zg_str bulletin,
                         int64_t all[ZG_STATE_COUNT],
                         int64_t own[ZG_STATE_COUNT]) {
  uint32_t o = zg_table_ordinal(t, ZG_FIELD_BULLETIN, bulletin);
  memset(all, 0, sizeof(int64_t) * ZG_STATE_COUNT);
  memset(own, 0, sizeof(int64_t) * ZG_STATE_COUNT);
  if (!o)
    return;
  const roaring_bitmap_t *of = zg_table_bitmap(t, ZG_FIELD_BULLETIN, o);
  uint32_t summary = zg_table_ordinal(
      t, ZG_FIELD_STATUS_SOURCE,
      zg_str_of(zg_state_source_name(ZG_STATE_SOURCE_SUMMARY)));
  for (int s = 0; s < ZG_STATE_COUNT; s++) {
    uint32_t value = zg_table_ordinal(t, ZG_FIELD_STATUS,
                                      zg_str_of(zg_state_name((zg_state)s)));
    if (!value)
      continue;
    roaring_bitmap_t *is =
        roaring_bitmap_and(of, zg_table_bitmap(t, ZG_FIELD_STATUS, value));
    if (!is)
      continue;
    all[s] = (int64_t)roaring_bitmap_get_cardinality(is);
    own[s] = all[s];
    if (summary)
      own[s] -= (int64_t)roaring_bitmap_and_cardinality(
          is, zg_table_bitmap(t, ZG_FIELD_STATUS_SOURCE, summary));
    roaring_bitmap_free(is);
  }
}

static void write_checks(zg_json *j, const zg_check *checks, size_t n) {
  zg_json_key(j, "checks");
  zg_json_open(j, '[');
  for (size_t i = 0; i < n; i++) {
    const zg_check *k = &checks[i];
    zg_json_open(j, '{');
    zg_json_key(j, "check");
    zg_json_cstr(j, zg_check_name(k->kind));
    zg_json_key(j, "of");
    zg_json_str(j, k->of);
    zg_json_key(j, "ok");
    zg_json_bool(j, k->ok);
    zg_json_key(j, "declared");
    zg_json_real(j, k->declared);
    zg_json_key(j, "found");
    zg_json_real(j, k->found);
    zg_json_key(j, "span");
    zg_json_span(j, k->span);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

static void write_flags(zg_json *j, const bool flags[FLAGS]) {
  zg_json_key(j, "flags");
  zg_json_open(j, '[');
  for (size_t i = 0; i < FLAGS; i++)
    if (flags[i])
      zg_json_cstr(j, flag_name(i));
  zg_json_close(j, ']');
}

static void write_states(zg_json *j, const int64_t states[ZG_STATE_COUNT]) {
  zg_json_key(j, "states");
  zg_json_open(j, '{');
  for (int s = 0; s < ZG_STATE_COUNT; s++) {
    zg_json_key(j, zg_state_name((zg_state)s));
    zg_json_int(j, states[s]);
  }
  zg_json_close(j, '}');
}

/* The bulletin as everywhere (declared, parsed, warnings ...), then what was
 * compared. */
static void write_one(zg_json *j, const zg_bulletin *b,
                      const int64_t states[ZG_STATE_COUNT],
                      const zg_check *checks, size_t n,
                      const bool flags[FLAGS]) {
  zg_json_open(j, '{');
  zg_json_key(j, "bulletin");
  zg_json_bulletin(j, b, false, false);
  write_states(j, states);
  write_checks(j, checks, n);
  write_flags(j, flags);
  zg_json_close(j, '}');
}

static bool flags_of(const zg_bulletin *b, const zg_check *checks, size_t n,
                     bool flags[FLAGS]) {
  bool any = false;
  memset(flags, 0, sizeof(bool) * FLAGS);
  for (size_t i = 0; i < n; i++)
    if (!checks[i].ok && zg_check_code(checks[i].kind))
      any = flags[checks[i].kind] = true;
  for (size_t i = 0; i < b->n_warnings; i++)
    for (size_t k = 0; k < N_NUMBERING; k++)
      if (zg_str_is(b->warnings[i].code, numbering[k]))
        any = flags[ZG_CHECK_COUNT + k] = true;
  return any;
}

/* Reads one bulletin, counts it and writes it when it is on the page. */
static zg_status take(reconcile *r, const zg_context *ctx, zg_json *j,
                      uint32_t docid, uint64_t *matching, zg_error *err) {
  zg_bulletin *b = NULL;
  char *block = NULL;
  int64_t all[ZG_STATE_COUNT], own[ZG_STATE_COUNT];
  zg_check checks[ZG_CHECKS_MAX];
  bool flags[FLAGS];
  zg_arena_reset(r->scratch);
  zg_status st = zg_snapshot_bulletin(ctx->snap, ctx->worker, docid, r->scratch,
                                      &b, &block, err);
  if (st)
    return st;
  count_states(zg_snapshot_findings(ctx->snap), b->id, all, own);
  size_t n = zg_reconcile(&b->declared, &b->parsed, own, checks);
  bool any = flags_of(b, checks, n, flags);
  r->examined++;
  r->with_any += any;
  r->findings += (uint64_t)b->parsed.findings;
  if (b->declared.problems >= 0) {
    r->declares = true;
    r->problems += (uint64_t)b->declared.problems;
  }
  for (size_t i = 0; i < FLAGS; i++)
    r->count[i] += flags[i];
  bool in = (r->flag < 0 || flags[r->flag]) &&
            (!r->given_flagged || any == r->flagged);
  if (in) {
    uint64_t k = (*matching)++;
    if (k >= (uint64_t)r->select.offset &&
        k < (uint64_t)(r->select.offset + r->select.limit))
      write_one(j, b, all, checks, n, flags);
  }
  free(block);
  return ZG_OK;
}

static void write_summary(reconcile *r, zg_json *j) {
  zg_json_key(j, "summary");
  zg_json_open(j, '{');
  zg_json_key(j, "bulletins");
  zg_json_uint(j, r->examined);
  zg_json_key(j, "flagged");
  zg_json_uint(j, r->with_any);
  zg_json_key(j, "declared_problems");
  if (r->declares)
    zg_json_uint(j, r->problems);
  else
    zg_json_null(j);
  zg_json_key(j, "findings");
  zg_json_uint(j, r->findings);
  zg_json_key(j, "flags");
  zg_json_open(j, '{');
  for (size_t i = 0; i < FLAGS; i++) {
    if (!flag_name(i))
      continue;
    zg_json_key(j, flag_name(i));
    zg_json_uint(j, r->count[i]);
  }
  zg_json_close(j, '}');
  zg_json_close(j, '}');
}

static void reset_counts(reconcile *r) {
  memset(r->count, 0, sizeof r->count);
  r->with_any = r->examined = r->problems = r->findings = 0;
  r->declares = false;
  zg_buf_clear(&r->body);
}

static zg_status one(reconcile *r, const zg_context *ctx, zg_selected **out,
                     size_t *n, zg_error *err) {
  *out = zg_arena_alloc(r->w->arena, sizeof **out);
  if (!*out)
    return zg_fail_nomem(err);
  *n = 1;
  zg_status st = zg_snapshot_bulletin_docid(ctx->snap, ctx->worker, r->bulletin,
                                            &(*out)->docid, err);
  if (st == ZG_NOT_FOUND)
    return zg_fail(err, st, "bulletin_not_found", "bulletin",
                   "there is no bulletin with the id \"%.200s\"",
                   r->bulletin.p);
  return st;
}

static zg_status run(void *arg, const zg_context *ctx, zg_error *err) {
  reconcile *r = arg;
  uint64_t started = zg_clock_ns(), matching = 0;
  zg_selected *e = NULL;
  size_t n = 0;
  reset_counts(r);
  zg_status st = r->bulletin.p
                     ? one(r, ctx, &e, &n, err)
                     : zg_select_run(&r->select, ctx, r->w->arena, &e, &n, err);
  if (st)
    return st;
  zg_json j = zg_json_to(&r->body);
  zg_json_open(&j, '{');
  zg_json_key(&j, "bulletins");
  zg_json_open(&j, '[');
  for (size_t i = 0; i < n; i++) {
    if ((st = zg_cancelled(ctx->cancel, err)) ||
        (st = take(r, ctx, &j, e[i].docid, &matching, err)))
      return st;
  }
  zg_json_close(&j, ']');
  zg_json_key(&j, "total");
  zg_json_uint(&j, matching);
  zg_json_key(&j, "limit");
  zg_json_int(&j, r->select.limit);
  zg_json_key(&j, "offset");
  zg_json_int(&j, r->select.offset);
  write_summary(r, &j);
  zg_api_took(&j, started, zg_snapshot_generation(ctx->snap));
  zg_json_close(&j, '}');
  return ZG_OK;
}

static zg_status read_request(const cJSON *req, reconcile *r, zg_error *err) {
  zg_str flag = ZG_STR_NULL;
  zg_status st = zg_select_read(req, 100, &r->select, err);
  if (st || (st = zg_in_str(req, "flag", &flag, err)) ||
      (st = zg_in_str(req, "bulletin", &r->bulletin, err)) ||
      (st = zg_in_bool(req, "flagged", &r->flagged, err)))
    return st;
  r->given_flagged = zg_in_given(req, "flagged");
  r->flag = flag.p ? flag_of(flag) : -1;
  if (flag.p && r->flag < 0)
    return zg_fail(err, ZG_INVALID, "invalid_flag", "flag",
                   "flag: expected declared_differs, declared_sum_differs, "
                   "declared_rate_differs, declared_state_differs, "
                   "series_rate_differs, numbering_gap or numbering_repeat");
  return ZG_OK;
}

static bool work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  cJSON *req = NULL;
  reconcile r = {.x = x, .w = w, .body = ZG_BUF_INIT};
  zg_status st =
      zg_api_params(x, w, specs, sizeof specs / sizeof specs[0], &req, &err);
  if (st == ZG_OK)
    st = read_request(req, &r, &err);
  if (st == ZG_OK && !(r.scratch = zg_arena_new(16 * 1024)))
    st = zg_fail_nomem(&err);
  if (st == ZG_OK)
    st = zg_api_pinned(x, w, run, &r, &err);
  zg_arena_free(r.scratch);
  cJSON_Delete(req);
  zg_api_answer(x, st, &r.body, &err);
  return true;
}

void zg_api_reconcile(zg_exchange *x) {
  zg_exchange_run(x, ZG_JOB_QUERY, work);
}
