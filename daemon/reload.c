#include "daemon/reload.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

/* Somebody who asked; x NULL: a signal. */
typedef struct asker {
  struct asker *next;
  zg_exchange *x;
} asker;

struct zg_reload {
  zg_app *app;
  zg_job job;
  bool running;
  asker *now, *later; /* of the job that runs, of the one after it */
  /* the job's own while it runs */
  zg_taxonomy *fresh;
  zg_error err;
};

zg_status zg_reload_new(zg_reload **out, zg_app *app, zg_error *err) {
  *out = calloc(1, sizeof **out);
  if (!*out)
    return zg_fail_nomem(err);
  (*out)->app = app;
  return ZG_OK;
}

static void forget(asker *a) {
  while (a) {
    asker *next = a->next;
    if (a->x)
      zg_exchange_release(a->x);
    free(a);
    a = next;
  }
}

void zg_reload_free(zg_reload *r) {
  if (!r)
    return;
  forget(r->now);
  forget(r->later);
  zg_taxonomy_unref(r->fresh);
  free(r);
}

static zg_reload *of_job(zg_job *job) {
  return (zg_reload *)((char *)job - offsetof(zg_reload, job));
}

static bool work(zg_job *job, zg_worker *w) {
  zg_reload *r = of_job(job);
  zg_error_clear(&r->err);
  zg_taxonomy_open(&r->fresh, w->normaliser, r->app->options.taxonomy, &r->err);
  return true;
}

static void render(zg_buf *b, const zg_taxonomy *now, const zg_taxonomy *was,
                   uint64_t started_ns) {
  zg_json j = zg_json_to(b);
  zg_json_open(&j, '{');
  zg_json_key(&j, "changed");
  zg_json_bool(&j, zg_taxonomy_hash(now) != zg_taxonomy_hash(was));
  zg_json_key(&j, "version");
  zg_json_str(&j, zg_taxonomy_version(now));
  zg_json_key(&j, "previous_version");
  zg_json_str(&j, zg_taxonomy_version(was));
  zg_json_key(&j, "categories");
  zg_json_uint(&j, zg_taxonomy_categories(now));
  zg_json_key(&j, "cues");
  zg_json_uint(&j, zg_taxonomy_cues(now));
  zg_json_key(&j, "synonym_groups");
  zg_json_uint(&j, zg_synonyms_groups(zg_taxonomy_synonyms(now)));
  zg_json_key(&j, "words");
  zg_json_uint(&j, zg_synonyms_count(zg_taxonomy_synonyms(now)));
  zg_json_key(&j, "file");
  zg_json_str(&j, zg_taxonomy_name(now));
  zg_json_key(&j, "took_ms");
  zg_json_fixed(&j, zg_clock_ms_since(started_ns), 3);
  zg_json_close(&j, '}');
  zg_buf_addc(b, '\n');
}

static void answer(zg_exchange *x, const zg_taxonomy *now,
                   const zg_taxonomy *was, const zg_error *err) {
  zg_buf b = ZG_BUF_INIT;
  if (now) {
    render(&b, now, was, x->started_ns);
    zg_exchange_set(x, 200, ZG_TYPE_JSON, &b);
  } else {
    zg_exchange_set_error(x, err);
  }
  if (x->conn)
    zg_exchange_send(x);
}

static void start(zg_reload *r);

static void done(zg_job *job) {
  zg_reload *r = of_job(job);
  zg_app *app = r->app;
  zg_taxonomy *now = r->fresh, *was = app->taxonomy;
  r->fresh = NULL;
  r->running = false;
  for (asker *a = r->now; a; a = a->next)
    if (a->x)
      answer(a->x, now, was, &r->err);
  forget(r->now);
  r->now = NULL;
  if (now) {
    app->taxonomy = now;
    zg_log_write(&app->log, ZG_LOG_INFO, "taxonomy",
                 "%s: version %s, %zu categories, %zu cues",
                 zg_taxonomy_name(now).p, zg_taxonomy_version(now).p,
                 zg_taxonomy_categories(now), zg_taxonomy_cues(now));
    zg_taxonomy_unref(was);
  } else {
    zg_log_write(&app->log, ZG_LOG_ERROR, "taxonomy",
                 "not reloaded, version %s stays: %s",
                 zg_taxonomy_version(was).p, r->err.message);
  }
  if (r->later)
    start(r);
}

static void refuse(zg_reload *r, const zg_error *err) {
  for (asker *a = r->now; a; a = a->next)
    if (a->x)
      answer(a->x, NULL, NULL, err);
  zg_log_write(&r->app->log, ZG_LOG_ERROR, "taxonomy", "not reloaded: %s",
               err->message);
  forget(r->now);
  r->now = NULL;
}

static void start(zg_reload *r) {
  zg_error err = ZG_ERROR_INIT;
  r->now = r->later;
  r->later = NULL;
  r->job = (zg_job){.kind = ZG_JOB_QUERY, .work = work, .done = done};
  if (zg_pool_submit(r->app->pool, &r->job, &err))
    refuse(r, &err);
  else
    r->running = true;
}

void zg_reload_start(zg_reload *r, zg_exchange *x) {
  zg_error err = ZG_ERROR_INIT;
  asker *a = malloc(sizeof *a);
  if (!a) {
    zg_fail_nomem(&err);
    if (x)
      zg_exchange_fail(x, &err);
    return;
  }
  if (x)
    zg_exchange_hold(x);
  *a = (asker){r->later, x};
  r->later = a;
  if (!r->running)
    start(r);
}
