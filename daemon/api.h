/* The handlers of the routes, and what they share.
 *
 * Handlers run on the loop and must not block; what touches the index runs on
 * a worker (zg_exchange_run).  Each api_*.c is one topic.
 */
#ifndef ZG_API_H
#define ZG_API_H

#include "daemon/exchange.h"
#include "daemon/json_in.h"

#include "query/context.h"
#include "query/explain.h"

/* api_meta.c */
void zg_api_index(zg_exchange *x);
void zg_api_health(zg_exchange *x);
void zg_api_version(zg_exchange *x);
/* api_stats.c */
void zg_api_stats(zg_exchange *x);
void zg_api_metrics(zg_exchange *x);
/* api_search.c */
void zg_api_search(zg_exchange *x);
/* api_aggregate.c */
void zg_api_aggregate(zg_exchange *x);
/* api_findings.c */
void zg_api_finding(zg_exchange *x);
/* api_bulletins.c */
void zg_api_bulletins_post(zg_exchange *x);
void zg_api_parse(zg_exchange *x);
void zg_api_bulletin_delete(zg_exchange *x);
void zg_api_finding_delete(zg_exchange *x);
/* api_read.c */
void zg_api_bulletins_list(zg_exchange *x);
void zg_api_bulletin_get(zg_exchange *x);
/* api_reconcile.c */
void zg_api_reconcile(zg_exchange *x);
/* api_taxonomy.c */
void zg_api_taxonomy(zg_exchange *x);
void zg_api_taxonomy_reload(zg_exchange *x);
/* api_reclassify.c */
void zg_api_reclassify(zg_exchange *x);
/* api_import.c, api_export.c */
void zg_api_import(zg_exchange *x);
void zg_api_export(zg_exchange *x);

/* ---- api_common.c ---- */

/* A member of a request: in JSON, or as a query parameter. */
typedef struct zg_spec {
  const char *name;
  char type; /* 's' text, 'i' integer, 'b' boolean, 'l' list (a,b or repeated),
                'j' JSON only */
} zg_spec;

/* The request as one JSON object: the body of a POST, or the parameters of a
 * GET.  Members that are not in `specs` are refused by name.  Worker. */
zg_status zg_api_request(zg_exchange *x, zg_worker *w, const zg_spec *specs,
                         size_t n, cJSON **out, zg_error *err);
/* The parameters of the query string alone. */
zg_status zg_api_params(zg_exchange *x, zg_worker *w, const zg_spec *specs,
                        size_t n, cJSON **out, zg_error *err);
/* The media type of the body is JSON (or not named, or curl's default). */
bool zg_api_is_json(const zg_exchange *x);
/* 415 has no zg_status of its own: it is answered on the loop, before the job.
 * True: it was. */
bool zg_api_unsupported(zg_exchange *x, const char *message);
/* The same when the body of a POST is not JSON. */
bool zg_api_media_fault(zg_exchange *x);

/* Pins the newest snapshot and runs. */
typedef zg_status (*zg_api_query)(void *arg, const zg_context *ctx,
                                  zg_error *err);
zg_status zg_api_pinned(zg_exchange *x, zg_worker *w, zg_api_query run,
                        void *arg, zg_error *err);

zg_status zg_api_operator(const cJSON *req, bool *is_or, zg_error *err);
/* Fields by name into `out`. */
zg_status zg_api_fields(const cJSON *req, const char *name, zg_field *out,
                        size_t cap, size_t *n, zg_error *err);
/* How each part was worked out (NULL: no parts). */
void zg_api_explain(zg_json *j, const zg_part *parts);
void zg_api_took(zg_json *j, uint64_t start_ns, uint64_t generation);
/* Sets the answer from `body`, or the error. */
void zg_api_answer(zg_exchange *x, zg_status st, zg_buf *body_take,
                   const zg_error *err);
#endif
