/* GET /v1/taxonomy, POST /v1/taxonomy/reload */
#include <stdio.h>

#include "daemon/api.h"
#include "daemon/reload.h"

static const zg_spec specs[] = {{"cues", 'b'}};

static void render_cues(zg_json *j, const zg_taxonomy *t, unsigned category) {
  zg_json_open(j, '[');
  for (size_t i = 0; i < zg_taxonomy_cues(t); i++) {
    const zg_cue *c = zg_taxonomy_cue(t, i);
    if (c->category != category)
      continue;
    zg_json_open(j, '{');
    zg_json_key(j, "cue");
    zg_json_str(j, c->text);
    zg_json_key(j, "weight");
    zg_json_int(j, c->weight);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}

static void render_category(zg_json *j, const zg_taxonomy *t, size_t i,
                            bool cues) {
  static const char *const kinds[] = {"theme", "sector", "frame"};
  const zg_category *c = zg_taxonomy_category(t, i);
  zg_json_open(j, '{');
  zg_json_key(j, "id");
  zg_json_str(j, c->id);
  zg_json_key(j, "zh");
  zg_json_str(j, c->zh);
  zg_json_key(j, "en");
  zg_json_str(j, c->en);
  zg_json_key(j, "kind");
  zg_json_cstr(j, kinds[c->kind]);
  zg_json_key(j, "n_cues");
  zg_json_uint(j, c->n_cues);
  if (cues) {
    zg_json_key(j, "cues");
    render_cues(j, t, (unsigned)i);
  }
  zg_json_close(j, '}');
}

static void render(zg_json *j, const zg_taxonomy *t, bool cues) {
  char hash[24];
  snprintf(hash, sizeof hash, "%016llx",
           (unsigned long long)zg_taxonomy_hash(t));
  zg_json_open(j, '{');
  zg_json_key(j, "version");
  zg_json_str(j, zg_taxonomy_version(t));
  zg_json_key(j, "file");
  zg_json_str(j, zg_taxonomy_name(t));
  zg_json_key(j, "hash");
  zg_json_cstr(j, hash);
  zg_json_key(j, "cues");
  zg_json_uint(j, zg_taxonomy_cues(t));
  zg_json_key(j, "synonym_groups");
  zg_json_uint(j, zg_synonyms_groups(zg_taxonomy_synonyms(t)));
  zg_json_key(j, "words");
  zg_json_uint(j, zg_synonyms_count(zg_taxonomy_synonyms(t)));
  zg_json_key(j, "categories");
  zg_json_open(j, '[');
  for (size_t i = 0; i < zg_taxonomy_categories(t); i++)
    render_category(j, t, i, cues);
  zg_json_close(j, ']');
  zg_json_close(j, '}');
}

static bool show_work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  zg_buf b = ZG_BUF_INIT;
  zg_json j = zg_json_to(&b);
  cJSON *req = NULL;
  bool cues = false;
  zg_status st = zg_api_params(x, w, specs, 1, &req, &err);
  if (st == ZG_OK)
    st = zg_in_bool(req, "cues", &cues, &err);
  if (st == ZG_OK)
    render(&j, x->taxonomy, cues);
  cJSON_Delete(req);
  zg_api_answer(x, st, &b, &err);
  return true;
}

void zg_api_taxonomy(zg_exchange *x) {
  zg_exchange_run(x, ZG_JOB_QUERY, show_work);
}

void zg_api_taxonomy_reload(zg_exchange *x) {
  zg_error err = ZG_ERROR_INIT;
  bool empty =
      x->body.n == 0 || zg_str_is((zg_str){x->body.p, x->body.n}, "{}");
  if (x->head.query.n || !empty) {
    zg_fail(&err, ZG_INVALID, "invalid_query_string", "",
            "a reload takes no parameters and no body");
    zg_exchange_fail(x, &err);
    return;
  }
  zg_reload_start(x->app->reload, x);
}
