#include "daemon/import_chunk.h"

#include <stdlib.h>

#include "daemon/bulletin_in.h"
#include "daemon/finding_in.h"

zg_import_chunk *zg_import_chunk_new(zg_exchange *x) {
  zg_import_chunk *c = calloc(1, sizeof *c);
  if (!c)
    return NULL;
  c->x = x;
  /* A third of the budget, so that preparing and writing overlap. */
  c->limit = (size_t)x->app->options.import_memory_mb * 1024 * 1024 /
             ZG_IMPORT_GROWTH / 3;
  if (c->limit > ZG_IMPORT_BYTES)
    c->limit = ZG_IMPORT_BYTES;
  c->lines = malloc(ZG_IMPORT_LINES * sizeof *c->lines);
  c->arena = zg_arena_new(16 * 1024);
  if (!c->lines || !c->arena) {
    zg_import_chunk_free(c);
    return NULL;
  }
  return c;
}

void zg_import_chunk_free(zg_import_chunk *c) {
  if (!c)
    return;
  c->x->app->import_bytes -= c->reserved;
  zg_buf_free(&c->text);
  free(c->lines);
  zg_arena_free(c->arena);
  zg_batch_free(c->batch);
  free(c);
}

static const zg_error *no_memory(void) {
  static const zg_error e = {ZG_NO_MEMORY, "no_memory", "", "out of memory",
                             -1};
  return &e;
}

static void keep_error(zg_import_chunk *c, zg_import_line *l,
                       const zg_error *err) {
  l->error = zg_arena_alloc(c->arena, sizeof *l->error);
  if (l->error)
    *l->error = *err;
  else
    l->error = (zg_error *)no_memory(); /* never written through */
}

/* What somebody who imports a folder wants to know of each bulletin. */
static zg_status keep_facts(zg_import_chunk *c, zg_import_line *l,
                            const zg_bulletin *b, zg_error *err) {
  zg_buf text = ZG_BUF_INIT;
  zg_json j = zg_json_to(&text);
  zg_json_open(&j, '{');
  zg_json_key(&j, "class");
  zg_json_str(&j, b->doc_class);
  zg_json_key(&j, "unit");
  zg_json_str(&j, b->n_units ? b->units[0] : ZG_STR_NULL);
  zg_json_key(&j, "declared");
  if (b->declared.problems >= 0)
    zg_json_int(&j, b->declared.problems);
  else
    zg_json_null(&j);
  zg_json_key(&j, "inferred");
  zg_json_strs(&j, b->inferred, b->n_inferred);
  zg_json_key(&j, "doubtful");
  zg_json_strs(&j, b->doubtful, b->n_doubtful);
  zg_json_key(&j, "warnings");
  zg_json_open(&j, '[');
  for (size_t i = 0; i < b->n_warnings; i++)
    zg_json_str(&j, b->warnings[i].code);
  zg_json_close(&j, ']');
  zg_json_close(&j, '}');
  if (text.n > 2 && !text.failed)
    l->facts = zg_arena_dup(c->arena, (zg_str){text.p + 1, text.n - 2});
  zg_buf_free(&text);
  return l->facts.p ? ZG_OK : zg_fail_nomem(err);
}

static zg_status put_bulletin(zg_import_chunk *c, zg_import_line *l,
                              zg_worker *w, const cJSON *obj, zg_error *err) {
  zg_bulletin_source s = ZG_BULLETIN_SOURCE_INIT;
  zg_parser parser = zg_exchange_parser(c->x, w);
  zg_bulletin *b = NULL;
  zg_status st = zg_bulletin_in(obj, &s, err);
  if (st == ZG_OK)
    st = zg_bulletin_read(&b, w->arena, &parser, &s, err);
  if (st == ZG_OK)
    st = zg_batch_put_bulletin(c->batch, w->analyser, b, err);
  if (st)
    return st;
  l->id = zg_arena_dup(c->arena, b->id);
  l->findings = b->n_findings;
  return keep_facts(c, l, b, err);
}

static zg_status put_finding(zg_import_chunk *c, zg_import_line *l,
                             zg_worker *w, const cJSON *obj, zg_error *err) {
  zg_parser parser = zg_exchange_parser(c->x, w);
  zg_finding *f = NULL;
  zg_status st = zg_finding_in(&f, obj, w->arena, &parser, err);
  if (st == ZG_OK)
    st = zg_batch_put_finding(c->batch, w->analyser, f, err);
  if (st)
    return st;
  l->id = zg_arena_dup(c->arena, f->id);
  l->findings = 1;
  return ZG_OK;
}

static void prepare_line(zg_import_chunk *c, zg_import_line *l, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  cJSON *obj = NULL;
  zg_status st;
  zg_arena_reset(w->arena);
  if (l->too_long)
    st = zg_fail(&err, ZG_TOO_LARGE, "line_too_long", "",
                 "the line exceeds 16 MiB");
  else
    st = zg_json_parse_object(&obj, (zg_str){c->text.p + l->off, l->n}, &err);
  bool text =
      st == ZG_OK && (zg_in_given(obj, "text") || zg_in_given(obj, "html"));
  if (text && !zg_in_given(obj, "head"))
    st = put_bulletin(c, l, w, obj, &err);
  else if (st == ZG_OK)
    st = put_finding(c, l, w, obj, &err);
  cJSON_Delete(obj);
  if (st)
    keep_error(c, l, &err);
  else
    l->item = (int64_t)zg_batch_items(c->batch) - 1;
}

void zg_import_chunk_prepare(zg_import_chunk *c, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  zg_status st = zg_batch_new(&c->batch, &err);
  for (size_t i = 0; i < c->n_lines; i++) {
    if (st)
      keep_error(c, &c->lines[i], &err);
    else if (!c->x->cancel)
      prepare_line(c, &c->lines[i], w);
  }
  zg_buf_free(&c->text); /* the batch has copied what it needs */
}

void zg_import_chunk_decided(zg_import_chunk *c) {
  for (size_t i = 0; i < c->n_lines; i++) {
    zg_import_line *l = &c->lines[i];
    if (l->item < 0)
      continue;
    const zg_item_result *r = zg_batch_result(c->batch, (size_t)l->item);
    l->findings = r->findings;
    l->unchanged = r->unchanged;
    if (r->status)
      keep_error(c, l, &r->error);
  }
  zg_batch_free(c->batch);
  c->batch = NULL;
}

void zg_import_chunk_refused(zg_import_chunk *c, const zg_error *err) {
  for (size_t i = 0; i < c->n_lines; i++)
    if (c->lines[i].item >= 0)
      keep_error(c, &c->lines[i], err);
  zg_batch_free(c->batch);
  c->batch = NULL;
}

void zg_import_line_render(const zg_import_line *l, zg_buf *out) {
  zg_json j = zg_json_to(out);
  zg_json_open(&j, '{');
  zg_json_key(&j, "ok");
  zg_json_bool(&j, !l->error);
  zg_json_key(&j, "line");
  zg_json_uint(&j, l->number);
  if (l->error) {
    zg_json_key(&j, "error");
    zg_json_error(&j, l->error, NULL);
  } else {
    zg_json_key(&j, "id");
    zg_json_str(&j, l->id);
    zg_json_key(&j, "findings");
    zg_json_uint(&j, l->findings);
    if (l->unchanged) {
      zg_json_key(&j, "unchanged");
      zg_json_bool(&j, true);
    }
    if (l->facts.p) {
      zg_buf_addc(out, ',');
      zg_buf_add(out, l->facts.p, l->facts.n);
    }
  }
  zg_json_close(&j, '}');
  zg_buf_addc(out, '\n');
}
