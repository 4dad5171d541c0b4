#include <errno.h>
#include <stdlib.h>

#include "daemon/api.h"

bool zg_api_is_json(const zg_exchange *x) {
  zg_str t = x->head.content_type;
  return !t.p || zg_http_type_is(t, "application/json") ||
         zg_http_type_is(t, "application/x-ndjson") ||
         /* what `curl -d` says of any body */
         zg_http_type_is(t, "application/x-www-form-urlencoded");
}

bool zg_api_unsupported(zg_exchange *x, const char *message) {
  zg_http_fault f = {415, "unsupported_media_type", message};
  zg_exchange_set_fault(x, &f);
  zg_exchange_send(x);
  return true;
}

bool zg_api_media_fault(zg_exchange *x) {
  return x->head.method == ZG_POST && !zg_api_is_json(x) &&
         zg_api_unsupported(x, "Content-Type: application/json is expected");
}

static zg_status put_list(cJSON *obj, const char *name, zg_str value,
                          zg_error *err) {
  cJSON *list = cJSON_GetObjectItemCaseSensitive(obj, name);
  if (!list)
    list = cJSON_AddArrayToObject(obj, name);
  for (char *p = (char *)value.p; list && p;) {
    char *comma = strchr(p, ',');
    if (comma)
      *comma = '\0'; /* the text is our own copy */
    if (*p && !cJSON_AddItemToArray(list, cJSON_CreateString(p)))
      return zg_fail_nomem(err);
    p = comma ? comma + 1 : NULL;
  }
  return list ? ZG_OK : zg_fail_nomem(err);
}

static zg_status put_int(cJSON *obj, const char *name, zg_str value,
                         zg_error *err) {
  char *end;
  errno = 0;
  long long v = strtoll(value.p, &end, 10);
  if (errno || end == value.p || *end || *value.p == ' ' || *value.p == '+')
    return zg_fail(err, ZG_INVALID, "invalid_type", name,
                   "%s: expected an integer", name);
  cJSON *item = cJSON_AddNumberToObject(obj, name, (double)v);
  if (item)
    item->valuestring = strdup(value.p); /* all digits, json_in.h */
  return item && item->valuestring ? ZG_OK : zg_fail_nomem(err);
}

static zg_status put_bool(cJSON *obj, const char *name, zg_str value,
                          zg_error *err) {
  bool yes = zg_str_is(value, "true") || zg_str_is(value, "1");
  if (!yes && !zg_str_is(value, "false") && !zg_str_is(value, "0"))
    return zg_fail(err, ZG_INVALID, "invalid_type", name,
                   "%s: expected true or false", name);
  return cJSON_AddBoolToObject(obj, name, yes) ? ZG_OK : zg_fail_nomem(err);
}

static zg_status put_param(cJSON *obj, const zg_spec *spec, zg_str value,
                           zg_error *err) {
  if (spec->type == 'l')
    return put_list(obj, spec->name, value, err);
  if (zg_in_given(obj, spec->name))
    return zg_fail(err, ZG_INVALID, "duplicate_key", spec->name,
                   "the parameter %s stands twice", spec->name);
  if (spec->type == 'i')
    return put_int(obj, spec->name, value, err);
  if (spec->type == 'b')
    return put_bool(obj, spec->name, value, err);
  return cJSON_AddStringToObject(obj, spec->name, value.p) ? ZG_OK
                                                           : zg_fail_nomem(err);
}

zg_status zg_api_params(zg_exchange *x, zg_worker *w, const zg_spec *specs,
                        size_t n, cJSON **out, zg_error *err) {
  zg_params params;
  *out = NULL;
  zg_status st = zg_http_query(x->head.query, w->arena, &params, err);
  cJSON *obj = st == ZG_OK ? cJSON_CreateObject() : NULL;
  if (st == ZG_OK && !obj)
    st = zg_fail_nomem(err);
  for (size_t i = 0; st == ZG_OK && i < params.n; i++) {
    const zg_param *p = &params.items[i];
    size_t k = 0;
    while (k < n &&
           (specs[k].type == 'j' || !zg_str_is(p->name, specs[k].name)))
      k++;
    if (k == n)
      st = zg_fail(err, ZG_INVALID, "unknown_member", p->name.p,
                   "unknown parameter \"%.80s\"", p->name.p);
    else
      st = put_param(obj, &specs[k], p->value, err);
  }
  if (st) {
    cJSON_Delete(obj);
    return st;
  }
  *out = obj;
  return ZG_OK;
}

zg_status zg_api_request(zg_exchange *x, zg_worker *w, const zg_spec *specs,
                         size_t n, cJSON **out, zg_error *err) {
  const char *names[40];
  *out = NULL;
  if (x->head.method != ZG_POST)
    return zg_api_params(x, w, specs, n, out, err);
  if (x->head.query.n)
    return zg_fail(err, ZG_INVALID, "invalid_query_string", "",
                   "a POST takes its members in the JSON body, not in the URL");
  if (x->body.n == 0)
    return zg_fail(err, ZG_INVALID, "invalid_json", "",
                   "the body is empty; a JSON object was expected");
  zg_status st = zg_json_parse_object(out, (zg_str){x->body.p, x->body.n}, err);
  if (st)
    return st;
  for (size_t i = 0; i < n; i++)
    names[i] = specs[i].name;
  st = zg_in_only(*out, names, n, err);
  if (st) {
    cJSON_Delete(*out);
    *out = NULL;
  }
  return st;
}

zg_status zg_api_pinned(zg_exchange *x, zg_worker *w, zg_api_query run,
                        void *arg, zg_error *err) {
  zg_snapshot *snap = zg_store_pin(w->store);
  zg_context ctx = {.snap = snap,
                    .worker = w->id,
                    .analyser = w->analyser,
                    .cancel = (const _Atomic int *)&x->cancel};
  zg_status st = run(arg, &ctx, err);
  zg_snapshot_release(snap);
  return st;
}

zg_status zg_api_operator(const cJSON *req, bool *is_or, zg_error *err) {
  zg_str op = ZG_STR_NULL;
  zg_status st = zg_in_str(req, "operator", &op, err);
  if (st || !op.p)
    return st;
  *is_or = zg_str_is(op, "or");
  if (!*is_or && !zg_str_is(op, "and"))
    return zg_fail(err, ZG_INVALID, "out_of_range", "operator",
                   "operator: expected \"and\" or \"or\"");
  return ZG_OK;
}

zg_status zg_api_fields(const cJSON *req, const char *name, zg_field *out,
                        size_t cap, size_t *n, zg_error *err) {
  zg_str names[ZG_FIELD_COUNT];
  size_t k = 0;
  *n = 0;
  if (cap > ZG_FIELD_COUNT)
    cap = ZG_FIELD_COUNT;
  zg_status st = zg_in_strings(req, name, names, cap, &k, err);
  for (size_t i = 0; st == ZG_OK && i < k; i++) {
    int f = zg_field_of(names[i]);
    if (f < 0)
      return zg_fail(err, ZG_INVALID, "unknown_field", name,
                     "%s: there is no facet field \"%.60s\"", name, names[i].p);
    for (size_t e = 0; e < *n; e++)
      if (out[e] == (zg_field)f)
        return zg_fail(err, ZG_INVALID, "duplicate_field", name,
                       "%s: \"%s\" stands twice", name, names[i].p);
    out[(*n)++] = (zg_field)f;
  }
  return st;
}

void zg_api_explain(zg_json *j, const zg_part *parts) {
  zg_json_key(j, "explain");
  zg_json_open(j, '[');
  for (const zg_part *p = parts; p; p = p->next) {
    zg_json_open(j, '{');
    zg_json_key(j, "part");
    zg_json_str(j, p->name);
    zg_json_key(j, "plan");
    zg_json_cstr(j, zg_way_name(p->way));
    zg_json_key(j, "costs_ms"); /* expected, of every plan there was */
    zg_json_open(j, '{');
    for (int w = 0; w < ZG_WAYS; w++)
      if (p->cost_ns[w] >= 0) {
        zg_json_key(j, zg_way_name((zg_way)w));
        zg_json_fixed(j, p->cost_ns[w] / 1e6, 4);
      }
    zg_json_close(j, '}');
    zg_json_key(j, "rows");
    zg_json_uint(j, p->rows);
    zg_json_key(j, "took_ms");
    zg_json_fixed(j, (double)p->took_ns / 1e6, 4);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

void zg_api_took(zg_json *j, uint64_t start_ns, uint64_t generation) {
  zg_json_key(j, "took_ms");
  zg_json_fixed(j, zg_clock_ms_since(start_ns), 3);
  zg_json_key(j, "generation");
  zg_json_uint(j, generation);
}

void zg_api_answer(zg_exchange *x, zg_status st, zg_buf *body_take,
                   const zg_error *err) {
  if (st) {
    zg_buf_free(body_take);
    zg_exchange_set_error(x, err);
    return;
  }
  zg_buf_addc(body_take, '\n');
  zg_exchange_set(x, 200, ZG_TYPE_JSON, body_take);
}
