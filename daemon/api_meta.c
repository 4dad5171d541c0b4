/* GET /, /health, /v1/version */
#include <roaring/roaring.h>
#include <stdio.h>
#include <unicode/uvernum.h>

#include <llhttp.h>

#include "daemon/api.h"
#include "daemon/routes.h"
#include "daemon/version.h"
#include "index/schema.h"
#include "index/xapian_shim.h"

static void answer(zg_exchange *x, int status, zg_buf *body) {
  zg_buf_addc(body, '\n');
  zg_exchange_set(x, status, ZG_TYPE_JSON, body);
  zg_exchange_send(x);
}

static const char *health_word(const zg_app *app) {
  if (app->store_failed)
    return "failed";
  return app->options.read_only ? "read_only" : "ok";
}

void zg_api_health(zg_exchange *x) {
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  zg_json_open(&j, '{');
  zg_json_key(&j, "status");
  zg_json_cstr(&j, health_word(x->app));
  zg_json_close(&j, '}');
  answer(x, x->app->store_failed ? 503 : 200, &b);
}

void zg_api_index(zg_exchange *x) {
  static const struct {
    unsigned bit;
    const char *name;
  } methods[] = {{ZG_GET, "GET"}, {ZG_POST, "POST"}, {ZG_DELETE, "DELETE"}};
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  zg_json_open(&j, '{');
  zg_json_key(&j, "name");
  zg_json_cstr(&j, "zhenggaid");
  zg_json_key(&j, "version");
  zg_json_cstr(&j, ZG_VERSION);
  zg_json_key(&j, "endpoints");
  zg_json_open(&j, '[');
  for (const zg_route *r = zg_routes_all(); r->pattern; r++) {
    zg_json_open(&j, '{');
    zg_json_key(&j, "methods");
    zg_json_open(&j, '[');
    for (size_t i = 0; i < 3; i++)
      if (r->methods & methods[i].bit)
        zg_json_cstr(&j, methods[i].name);
    zg_json_close(&j, ']');
    zg_json_key(&j, "path");
    zg_json_cstr(&j, r->pattern);
    zg_json_key(&j, "about");
    zg_json_cstr(&j, r->about);
    zg_json_close(&j, '}');
  }
  zg_json_close(&j, ']');
  zg_json_close(&j, '}');
  answer(x, 200, &b);
}

void zg_api_version(zg_exchange *x) {
  char llhttp[24], roaring[24];
  snprintf(roaring, sizeof roaring, "%d.%d.%d", ROARING_VERSION_MAJOR,
           ROARING_VERSION_MINOR, ROARING_VERSION_REVISION);
  snprintf(llhttp, sizeof llhttp, "%d.%d.%d", LLHTTP_VERSION_MAJOR,
           LLHTTP_VERSION_MINOR, LLHTTP_VERSION_PATCH);
  const struct {
    const char *key, *value;
  } parts[] = {
      {"name", "zhenggaid"},           {"version", ZG_VERSION},
      {"xapian", zg_xapian_version()}, {"libuv", uv_version_string()},
      {"cjson", cJSON_Version()},      {"croaring", roaring},
      {"icu", U_ICU_VERSION},          {"llhttp", llhttp},
  };
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  zg_json_open(&j, '{');
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    zg_json_key(&j, parts[i].key);
    zg_json_cstr(&j, parts[i].value);
  }
  zg_json_key(&j, "taxonomy");
  zg_json_str(&j, zg_taxonomy_version(x->taxonomy));
  zg_json_key(&j, "schema");
  zg_json_int(&j, ZG_SCHEMA_VERSION);
  zg_json_close(&j, '}');
  answer(x, 200, &b);
}
