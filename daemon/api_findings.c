/* GET /v1/findings/{id} */
#include <stdlib.h>

#include "daemon/api.h"

typedef struct read_one {
  zg_exchange *x;
  zg_worker *w;
  zg_buf body;
} read_one;

static zg_status run(void *arg, const zg_context *ctx, zg_error *err) {
  read_one *r = arg;
  zg_finding *f = NULL;
  char *block = NULL;
  uint32_t docid;
  zg_status st =
      zg_snapshot_finding_docid(ctx->snap, ctx->worker, r->x->arg, &docid, err);
  if (st == ZG_OK)
    st = zg_snapshot_finding(ctx->snap, ctx->worker, docid, r->w->arena, &f,
                             &block, err);
  if (st == ZG_OK) {
    zg_json j = zg_json_to(&r->body);
    zg_json_open(&j, '{');
    zg_json_key(&j, "finding");
    zg_json_finding(&j, f);
    zg_json_close(&j, '}');
  }
  free(block);
  return st;
}

static bool work(zg_exchange *x, zg_worker *w) {
  zg_error err = ZG_ERROR_INIT;
  read_one r = {x, w, ZG_BUF_INIT};
  zg_status st = zg_api_pinned(x, w, run, &r, &err);
  if (st == ZG_NOT_FOUND)
    zg_fail(&err, st, "finding_not_found", "id",
            "there is no finding with the id \"%.200s\"", x->arg.p);
  zg_api_answer(x, st, &r.body, &err);
  return true;
}

void zg_api_finding(zg_exchange *x) { zg_exchange_run(x, ZG_JOB_QUERY, work); }
