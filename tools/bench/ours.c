/* zhenggaid: started on an empty folder, loaded and asked over loopback TCP. */
#include "tools/bench/bench.h"
#include "tools/bench/fingerprint.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct ours {
  zg_engine base;
  const zg_bench *bench;
  pid_t pid;
  int out, port;
  zg_http *http;
  zg_buf request, body; /* reused */
} ours;

/* Starts the daemon and waits for its line; *ms is how long that took. */
static bool start(ours *o, double *ms) {
  char program[600], data[600], log[600], line[512];
  snprintf(program, sizeof program, "%s/zhenggaid", o->bench->build);
  snprintf(data, sizeof data, "%s/zhenggai", o->bench->dir);
  snprintf(log, sizeof log, "%s/zhenggaid.log", o->bench->dir);
  char *argv[] = {program,       "--data",   data,   "--listen",
                  "127.0.0.1:0", "--socket", "none", NULL};
  double from = zg_now();
  o->pid = zg_spawn(argv, NULL, &o->out, log);
  if (o->pid < 0)
    return false;
  bool ready = zg_read_line(o->out, line, sizeof line, 120);
  const char *at = ready ? strstr(line, "http://127.0.0.1:") : NULL;
  *ms = (zg_now() - from) * 1000;
  if (!at) {
    fprintf(stderr, "zhenggaid did not start, see %s\n", log);
    return false;
  }
  o->port = atoi(at + 17);
  o->http = zg_http_open(o->port);
  return o->http != NULL;
}

static void stop(zg_engine *e) {
  ours *o = (ours *)e;
  zg_http_close(o->http);
  zg_stop(o->pid);
  if (o->out >= 0)
    close(o->out);
  o->http = NULL;
  o->pid = -1;
  o->out = -1;
}

/* The summary is the last line of the answer. */
static bool check_import(const ours *o, int status, zg_str body) {
  while (body.n > 0 && body.p[body.n - 1] == '\n')
    body.n--;
  const char *last = body.n ? memrchr(body.p, '\n', body.n) : NULL;
  cJSON *j = cJSON_Parse(last ? last + 1 : body.n ? body.p : "");
  const cJSON *s = cJSON_GetObjectItem(j, "summary");
  double ok = cJSON_GetNumberValue(cJSON_GetObjectItem(s, "ok"));
  bool fine = status == 200 && s && ok == (double)o->bench->findings;
  if (!fine)
    fprintf(stderr, "zhenggaid: import answered HTTP %d: %.300s\n", status,
            last     ? last + 1
            : body.n ? body.p
                     : "(connection lost)");
  cJSON_Delete(j);
  return fine;
}

static bool load(zg_engine *e, const zg_bench *b, zg_load *out) {
  ours *o = (ours *)e;
  char data[600];
  double ms;
  zg_str body = ZG_STR_NULL;
  o->bench = b;
  if (!start(o, &ms))
    return false;
  double from = zg_now();
  int status = zg_http_upload(o->http, "/v1/import", b->corpus, &body);
  out->seconds = zg_now() - from;
  if (!check_import(o, status, body))
    return false;
  stop(e);
  if (!start(o, &out->start_ms))
    return false;
  out->rss_mb = zg_rss_mb(o->pid);
  snprintf(data, sizeof data, "%s/zhenggai", b->dir);
  out->disk_mb = zg_disk_mb(data);
  return true;
}

static void make_request(zg_buf *body, zg_buf *request, const zg_query *q) {
  bool aggregate = q->cls == ZG_CORPUS_GROUP || q->cls == ZG_CORPUS_CROSSTAB;
  zg_buf_clear(body);
  zg_buf_clear(request);
  zg_buf_printf(body, "{\"q\":\"%s\"", q->q); /* words only: no escapes */
  switch (q->cls) {
  case ZG_CORPUS_FILTER:
    zg_buf_printf(body, ",\"filter\":\"category = %s AND year %d TO %d\"",
                  q->category, q->from, q->to);
    break;
  case ZG_CORPUS_FACETS:
    zg_buf_adds(body, ",\"facets\":[\"category\",\"status\",\"year\"]");
    break;
  case ZG_CORPUS_OR:
    zg_buf_adds(body, ",\"operator\":\"or\"");
    break;
  case ZG_CORPUS_GROUP:
    zg_buf_adds(body, ",\"group_by\":[\"unit_level\",\"status\"],"
                      "\"limit\":1000");
    break;
  case ZG_CORPUS_CROSSTAB:
    zg_buf_adds(body, ",\"crosstab\":{\"rows\":\"unit_level\","
                      "\"cols\":\"category\",\"metric\":\"count\"}");
    break;
  default:
    break;
  }
  if (!aggregate)
    zg_buf_adds(body, ",\"limit\":20");
  zg_buf_addc(body, '}');
  zg_http_request(request, "POST", aggregate ? "/v1/aggregate" : "/v1/search",
                  "application/json", (zg_str){body->p, body->n});
}

static uint64_t facets_of(const cJSON *answer) {
  uint64_t sum = 0;
  const cJSON *facet, *v;
  cJSON_ArrayForEach(facet, cJSON_GetObjectItem(answer, "facets"))
      cJSON_ArrayForEach(v, cJSON_GetObjectItem(facet, "values")) {
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(v, "value"));
    double n = cJSON_GetNumberValue(cJSON_GetObjectItem(v, "count"));
    sum += zg_fingerprint(facet->string, value ? value : "", (uint64_t)n);
  }
  return sum;
}

static uint64_t groups_of(const cJSON *answer) {
  uint64_t sum = 0;
  const cJSON *group, *key;
  cJSON_ArrayForEach(group, cJSON_GetObjectItem(answer, "groups")) {
    char text[160] = "";
    cJSON_ArrayForEach(key, cJSON_GetObjectItem(group, "key")) {
      size_t n = strlen(text);
      const char *value = cJSON_GetStringValue(key);
      snprintf(text + n, sizeof text - n, "%s|", value ? value : "");
    }
    double n = cJSON_GetNumberValue(cJSON_GetObjectItem(group, "count"));
    sum += zg_fingerprint("group", text, (uint64_t)n);
  }
  return sum;
}

static bool connect_again(zg_engine *e) {
  ours *o = (ours *)e;
  zg_http_close(o->http);
  o->http = zg_http_open(o->port);
  return o->http != NULL;
}

static bool ask(zg_engine *e, const zg_query *q, zg_answer *out) {
  ours *o = (ours *)e;
  zg_str body = ZG_STR_NULL;
  make_request(&o->body, &o->request, q);
  double from = zg_now();
  int status =
      zg_http_ask(o->http, (zg_str){o->request.p, o->request.n}, &body);
  out->us = (zg_now() - from) * 1e6;
  cJSON *j = status == 200 ? cJSON_Parse(body.p) : NULL;
  const cJSON *total = cJSON_GetObjectItem(j, "total");
  if (!cJSON_IsNumber(total))
    fprintf(stderr, "zhenggaid: HTTP %d for %s: %.300s\n", status, q->line,
            body.n ? body.p : "");
  bool ok = cJSON_IsNumber(total);
  out->total = ok ? (uint64_t)total->valuedouble : 0;
  out->fingerprint = q->cls == ZG_CORPUS_FACETS  ? facets_of(j)
                     : q->cls == ZG_CORPUS_GROUP ? groups_of(j)
                                                 : 0;
  cJSON_Delete(j);
  return ok;
}

static double throughput(zg_engine *e, const zg_query *q, size_t n,
                         double seconds) {
  ours *o = (ours *)e;
  zg_buf *requests = calloc(n, sizeof *requests);
  for (size_t i = 0; requests && i < n; i++)
    make_request(&o->body, &requests[i], &q[i]);
  double rate =
      requests ? zg_http_throughput(o->port, requests, n, seconds) : -1;
  for (size_t i = 0; requests && i < n; i++)
    zg_buf_free(&requests[i]);
  free(requests);
  return rate;
}

zg_engine *zg_engine_ours(void) {
  ours *o = calloc(1, sizeof *o);
  if (!o)
    return NULL;
  o->base = (zg_engine){.name = "zhenggai",
                        .answers = ~0u,
                        .comparable = ~0u,
                        .load = load,
                        .connect = connect_again,
                        .ask = ask,
                        .throughput = throughput,
                        .stop = stop};
  o->pid = -1;
  o->out = -1;
  return &o->base;
}
