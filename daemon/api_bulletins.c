/* POST /v1/bulletins, POST /v1/parse, DELETE /v1/bulletins/{id} */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "daemon/api.h"
#include "daemon/bulletin_in.h"

static const zg_spec text_specs[] = {
    {"id", 's'},         {"title", 's'},  {"unit", 's'},
    {"unit_level", 's'}, {"region", 's'}, {"publish_date", 's'},
    {"source", 's'},     {"url", 's'},    {"force", 'b'},
};

static bool is_utf8(zg_str charset) {
  return !charset.p ||
         (charset.n == 5 && !strncasecmp(charset.p, "utf-8", 5)) ||
         (charset.n == 4 && !strncasecmp(charset.p, "utf8", 4));
}

/* The body is the text or the page itself: the facts come as parameters.  Text
 * without a charset is UTF-8; a page is taken as browsers take it. */
static zg_status read_text(zg_exchange *x, zg_worker *w, cJSON **tree,
                           zg_bulletin_source *s, zg_error *err) {
  zg_str charset = zg_http_charset(x->head.content_type);
  s->html = zg_http_type_is(x->head.content_type, "text/html");
  zg_status st = zg_api_params(
      x, w, text_specs, sizeof text_specs / sizeof text_specs[0], tree, err);
  if (st || (st = zg_bulletin_hints_in(*tree, &s->hints, err)))
    return st;
  if (x->body.n == 0)
    return zg_fail(err, ZG_INVALID, "missing_text", "", "the body is empty");
  zg_str body = {x->body.p, x->body.n};
  if (s->html || !is_utf8(charset))
    return zg_bulletin_decode(s, w->arena, body, charset, err);
  s->text = body;
  return ZG_OK;
}

static zg_status read_json(zg_exchange *x, cJSON **tree, zg_bulletin_source *s,
                           zg_error *err) {
  if (x->head.query.n)
    return zg_fail(err, ZG_INVALID, "invalid_query_string", "",
                   "with a JSON body the facts go into the body");
  zg_status st =
      zg_json_parse_object(tree, (zg_str){x->body.p, x->body.n}, err);
  return st ? st : zg_bulletin_in(*tree, s, err);
}

/* *tree holds what the source borrows. */
static zg_status read_body(zg_exchange *x, zg_worker *w, cJSON **tree,
                           zg_bulletin **out, zg_error *err) {
  zg_bulletin_source s = ZG_BULLETIN_SOURCE_INIT;
  zg_status st = zg_http_type_is(x->head.content_type, "application/json")
                     ? read_json(x, tree, &s, err)
                     : read_text(x, w, tree, &s, err);
  if (st)
    return st;
  zg_parser parser = zg_exchange_parser(x, w);
  return zg_bulletin_read(out, w->arena, &parser, &s, err);
}

static void render(zg_buf *b, const zg_bulletin *bulletin) {
  zg_json j = zg_json_to(b);
  zg_json_open(&j, '{');
  zg_json_key(&j, "bulletin");
  zg_json_bulletin(&j, bulletin, true, true);
  zg_json_close(&j, '}');
  zg_buf_addc(b, '\n');
}

static bool parse_work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  cJSON *tree = NULL;
  zg_bulletin *bulletin = NULL;
  zg_buf body = ZG_BUF_INIT;
  zg_status st = read_body(x, w, &tree, &bulletin, &err);
  if (st) {
    zg_exchange_set_error(x, &err);
  } else {
    render(&body, bulletin);
    zg_exchange_set(x, 200, ZG_TYPE_JSON, &body);
  }
  cJSON_Delete(tree);
  return true;
}

/* On the writer thread, when the one item is decided.  The answer was rendered
 * before; an error takes its place. */
static void stored(zg_batch *batch_take, void *arg) {
  zg_exchange *x = arg;
  const zg_item_result *r = zg_batch_result(batch_take, 0);
  if (r->status)
    zg_exchange_set_error(x, &r->error);
  zg_batch_free(batch_take);
  zg_pool_finish(x->app->pool, &x->job);
}

static bool post_work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  cJSON *tree = NULL;
  zg_bulletin *bulletin = NULL;
  zg_batch *batch = NULL;
  zg_buf body = ZG_BUF_INIT;
  zg_status st = read_body(x, w, &tree, &bulletin, &err);
  if (st == ZG_OK)
    st = zg_batch_new(&batch, &err);
  if (st == ZG_OK)
    st = zg_batch_put_bulletin(batch, w->analyser, bulletin, &err);
  if (st == ZG_OK) {
    render(&body, bulletin);
    zg_exchange_set(x, 201, ZG_TYPE_JSON, &body);
  }
  cJSON_Delete(tree);
  if (st == ZG_OK && x->status == 201) {
    st = zg_store_submit(w->store, batch, stored, x, &err);
    if (st == ZG_OK)
      return false; /* x is the writer's from here on */
  }
  zg_batch_free(batch);
  if (st)
    zg_exchange_set_error(x, &err);
  return true;
}

static bool media_fault(zg_exchange *x) {
  zg_str t = x->head.content_type;
  return !zg_http_type_is(t, "text/plain") &&
         !zg_http_type_is(t, "text/html") &&
         !zg_http_type_is(t, "application/json") &&
         zg_api_unsupported(x, "Content-Type: text/plain, text/html or "
                               "application/json is expected");
}

void zg_api_bulletins_post(zg_exchange *x) {
  if (!media_fault(x))
    zg_exchange_run(x, ZG_JOB_PARSE, post_work);
}

void zg_api_parse(zg_exchange *x) {
  if (!media_fault(x))
    zg_exchange_run(x, ZG_JOB_PARSE, parse_work);
}

/* ---- deleting ---- */

static void deleted(zg_batch *batch_take, zg_exchange *x, const char *what) {
  const zg_item_result *r = zg_batch_result(batch_take, 0);
  if (r->status == ZG_OK) {
    zg_buf b = ZG_BUF_INIT;
    zg_json j = zg_json_to(&b);
    zg_json_open(&j, '{');
    zg_json_key(&j, "deleted");
    zg_json_bool(&j, true);
    zg_json_key(&j, "id");
    zg_json_str(&j, x->arg);
    zg_json_key(&j, "findings");
    zg_json_uint(&j, r->findings);
    zg_json_close(&j, '}');
    zg_buf_addc(&b, '\n');
    zg_exchange_set(x, 200, ZG_TYPE_JSON, &b);
  } else if (r->status == ZG_NOT_FOUND) {
    zg_error err = ZG_ERROR_INIT;
    char code[40];
    snprintf(code, sizeof code, "%s_not_found", what);
    zg_fail(&err, ZG_NOT_FOUND, code, "id",
            "there is no %s with the id \"%.200s\"", what, x->arg.p);
    zg_exchange_set_error(x, &err);
  } else {
    zg_exchange_set_error(x, &r->error);
  }
  zg_batch_free(batch_take);
  zg_pool_finish(x->app->pool, &x->job);
}

static void bulletin_deleted(zg_batch *batch_take, void *arg) {
  deleted(batch_take, arg, "bulletin");
}

static void finding_deleted(zg_batch *batch_take, void *arg) {
  deleted(batch_take, arg, "finding");
}

typedef zg_status (*batch_delete)(zg_batch *b, zg_str id, zg_error *err);

static bool delete_one(zg_exchange *x, zg_worker *w, batch_delete add,
                       zg_batch_done done) {
  zg_error err = ZG_ERROR_INIT;
  zg_batch *batch = NULL;
  zg_status st = zg_batch_new(&batch, &err);
  if (st == ZG_OK)
    st = add(batch, x->arg, &err);
  if (st == ZG_OK)
    st = zg_store_submit(w->store, batch, done, x, &err);
  if (st == ZG_OK)
    return false;
  zg_batch_free(batch);
  zg_exchange_set_error(x, &err);
  return true;
}

static bool delete_bulletin(zg_exchange *x, zg_worker *w) {
  return delete_one(x, w, zg_batch_delete_bulletin, bulletin_deleted);
}

static bool delete_finding(zg_exchange *x, zg_worker *w) {
  return delete_one(x, w, zg_batch_delete_finding, finding_deleted);
}

void zg_api_bulletin_delete(zg_exchange *x) {
  zg_exchange_run(x, ZG_JOB_QUERY, delete_bulletin);
}

void zg_api_finding_delete(zg_exchange *x) {
  zg_exchange_run(x, ZG_JOB_QUERY, delete_finding);
}
