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
  char log[600];
  zg_http *http;
  zg_buf request, body; /* reused */
} ours;

/* Starts the daemon and waits for its line. */
static bool start(ours *o) {
  char program[600], data[600], line[512];
  snprintf(program, sizeof program, "%s/zhenggaid", o->bench->build);
  snprintf(data, sizeof data, "%s/zhenggai", o->bench->dir);
  char *argv[] = {program,       "--data",   data,   "--listen",
                  "127.0.0.1:0", "--socket", "none", NULL};
  o->pid = zg_spawn(argv, NULL, &o->out, o->log);
  if (o->pid < 0)
    return false;
  bool ready = zg_read_line(o->out, line, sizeof line, 120);
  const char *at = ready ? strstr(line, "http://127.0.0.1:") : NULL;
  if (!at) {
    fprintf(stderr, "zhenggaid did not start, see %s\n", o->log);
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

static bool load(zg_engine *e, const zg_bench *b) {
  ours *o = (ours *)e;
  zg_str body = ZG_STR_NULL;
  bool ok = start(o) && check_import(o,
                                     zg_http_upload(o->http, "/v1/import",
                                                    b->corpus, b->taken, &body),
                                     body);
  stop(e);
  return ok;
}

static bool open_engine(zg_engine *e, const zg_bench *b) {
  (void)b;
  return start((ours *)e);
}

static void add_filter(zg_buf *body, const zg_query *q) {
  const char *and = "";
  if (!q->category[0] && !q->status[0] && !q->from)
    return;
  zg_buf_adds(body, ",\"filter\":\"");
  if (q->category[0]) {
    zg_buf_printf(body, "category = %s", q->category);
    and = " AND ";
  }
  if (q->status[0]) {
    zg_buf_printf(body, "%sstatus = %s", and, q->status);
    and = " AND ";
  }
  if (q->from)
    zg_buf_printf(body, "%syear %d TO %d", and, q->from, q->to);
  zg_buf_addc(body, '"');
}

static void add_grouping(zg_buf *body, const zg_query *q) {
  if (q->cls == ZG_CORPUS_CROSSTAB) {
    zg_buf_printf(body,
                  ",\"crosstab\":{\"rows\":\"%s\",\"cols\":\"%s\","
                  "\"metric\":\"count\"}",
                  q->by[0], q->by[1]);
    return;
  }
  zg_buf_printf(body, ",\"group_by\":[\"%s\"", q->by[0]);
  if (q->n_by > 1)
    zg_buf_printf(body, ",\"%s\"", q->by[1]);
  zg_buf_printf(body, "],\"limit\":%u", q->top ? q->top : ZG_BENCH_GROUPS);
}

static void make_request(zg_buf *body, zg_buf *request, const zg_query *q,
                         bool explain) {
  zg_buf_clear(body);
  zg_buf_clear(request);
  zg_buf_printf(body, "{\"q\":\"%s\"", q->q); /* words only: no escapes */
  add_filter(body, q);
  if (q->cls == ZG_CORPUS_FACETS)
    zg_buf_adds(body, ",\"facets\":[\"category\",\"status\",\"year\"]");
  if (q->cls == ZG_CORPUS_SORT)
    zg_buf_adds(body, ",\"sort\":[\"year:asc\"]");
  if (q->cls == ZG_CORPUS_OR || q->cls == ZG_CORPUS_TEXT)
    zg_buf_adds(body, ",\"operator\":\"or\"");
  if (q->n_by)
    add_grouping(body, q);
  else
    zg_buf_printf(body, ",\"limit\":%d,\"offset\":%u", ZG_BENCH_HITS,
                  q->offset);
  if (explain)
    zg_buf_adds(body, ",\"explain\":true");
  zg_buf_addc(body, '}');
  zg_http_request(request, "POST", q->n_by ? "/v1/aggregate" : "/v1/search",
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

static void add_key(char *text, size_t size, const cJSON *key) {
  size_t n = strlen(text);
  if (cJSON_IsNumber(key))
    snprintf(text + n, size - n, "%.0f|", key->valuedouble);
  else
    snprintf(text + n, size - n, "%s|",
             cJSON_IsString(key) ? key->valuestring : "");
}

static uint64_t groups_of(const cJSON *answer, const zg_query *q) {
  uint64_t sum = 0;
  const cJSON *group, *key;
  cJSON_ArrayForEach(group, cJSON_GetObjectItem(answer, "groups")) {
    char text[256] = "";
    cJSON_ArrayForEach(key, cJSON_GetObjectItem(group, "key"))
        add_key(text, sizeof text, key);
    double n = cJSON_GetNumberValue(cJSON_GetObjectItem(group, "count"));
    sum += zg_fingerprint(q->top ? "top" : "group", q->top ? "" : text,
                          (uint64_t)n);
  }
  return sum;
}

static uint64_t cells_of(const cJSON *answer) {
  uint64_t sum = 0;
  const cJSON *x = cJSON_GetObjectItem(answer, "crosstab");
  const cJSON *row_name = cJSON_GetObjectItem(x, "rows")->child;
  const cJSON *row, *cell;
  cJSON_ArrayForEach(row, cJSON_GetObjectItem(x, "cells")) {
    const cJSON *col_name = cJSON_GetObjectItem(x, "cols")->child;
    cJSON_ArrayForEach(cell, row) {
      char text[256] = "";
      add_key(text, sizeof text, row_name);
      add_key(text, sizeof text, col_name);
      if (cell->valuedouble > 0)
        sum += zg_fingerprint("group", text, (uint64_t)cell->valuedouble);
      col_name = col_name ? col_name->next : NULL;
    }
    row_name = row_name ? row_name->next : NULL;
  }
  return sum;
}

static uint64_t years_of(const cJSON *answer) {
  uint64_t sum = 0;
  const cJSON *hit;
  cJSON_ArrayForEach(hit, cJSON_GetObjectItem(answer, "hits")) {
    char text[32];
    snprintf(text, sizeof text, "%.0f",
             cJSON_GetNumberValue(cJSON_GetObjectItem(hit, "year")));
    sum += zg_fingerprint("year", text, 1);
  }
  return sum;
}

static uint64_t fingerprint_of(const cJSON *answer, const zg_query *q) {
  switch (q->cls) {
  case ZG_CORPUS_FACETS:
    return facets_of(answer);
  case ZG_CORPUS_SORT:
    return years_of(answer);
  case ZG_CORPUS_CROSSTAB:
    return cJSON_GetObjectItem(answer, "crosstab") ? cells_of(answer) : 0;
  default:
    return q->n_by ? groups_of(answer, q) : 0;
  }
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
  make_request(&o->body, &o->request, q, false);
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
  out->fingerprint = ok ? fingerprint_of(j, q) : 0;
  out->hits = q->n_by ? -1 : cJSON_GetArraySize(cJSON_GetObjectItem(j, "hits"));
  cJSON_Delete(j);
  return ok;
}

static double throughput(zg_engine *e, const zg_query *q, size_t n,
                         double seconds) {
  ours *o = (ours *)e;
  zg_buf *requests = calloc(n, sizeof *requests);
  for (size_t i = 0; requests && i < n; i++)
    make_request(&o->body, &requests[i], &q[i], false);
  double rate =
      requests ? zg_http_throughput(o->port, requests, n, seconds) : -1;
  for (size_t i = 0; requests && i < n; i++)
    zg_buf_free(&requests[i]);
  free(requests);
  return rate;
}

/* The plan of the first part: the groups, or the cells. */
static int keeps(zg_engine *e, const zg_query *q) {
  ours *o = (ours *)e;
  zg_str body = ZG_STR_NULL;
  make_request(&o->body, &o->request, q, true);
  int status =
      zg_http_ask(o->http, (zg_str){o->request.p, o->request.n}, &body);
  cJSON *j = status == 200 ? cJSON_Parse(body.p) : NULL;
  const cJSON *part = cJSON_GetArrayItem(cJSON_GetObjectItem(j, "explain"), 0);
  const char *plan = cJSON_GetStringValue(cJSON_GetObjectItem(part, "plan"));
  int found =
      !plan ? -1 : strcmp(plan, "cube") == 0 || strcmp(plan, "cached") == 0;
  cJSON_Delete(j);
  return found;
}

/* On a copy: what is asked stays as it was loaded. */
static double compact(zg_engine *e, const zg_bench *b, double *seconds) {
  ours *o = (ours *)e;
  char program[600], data[600], to[620];
  snprintf(program, sizeof program, "%s/zhenggaid", b->build);
  snprintf(data, sizeof data, "%s/%s", b->dir, e->key);
  snprintf(to, sizeof to, "%s/%s.compact", b->dir, e->key);
  char *argv[] = {program, "--data", to, "--compact", NULL};
  double mb = -1;
  zg_remove_tree(to);
  bool ok = zg_copy_tree(data, to);
  double from = zg_now();
  ok = ok && zg_wait(zg_spawn(argv, NULL, NULL, o->log));
  *seconds = zg_now() - from;
  if (ok)
    mb = zg_disk_mb(to);
  else
    fprintf(stderr, "zhenggaid --compact failed, see %s\n", o->log);
  zg_remove_tree(to);
  return mb;
}

static pid_t pid_of(const zg_engine *e) { return ((const ours *)e)->pid; }

static void free_engine(zg_engine *e) {
  ours *o = (ours *)e;
  zg_buf_free(&o->request);
  zg_buf_free(&o->body);
  free(o);
}

zg_engine *zg_engine_ours(const zg_bench *b) {
  ours *o = calloc(1, sizeof *o);
  if (!o)
    return NULL;
  o->base = (zg_engine){.name = "zhenggai",
                        .key = "zhenggai",
                        .how = "HTTP and JSON",
                        .answers = ~0u,
                        .comparable = ~0u,
                        .typical = 1500,
                        .load = load,
                        .open = open_engine,
                        .connect = connect_again,
                        .ask = ask,
                        .pid = pid_of,
                        .throughput = throughput,
                        .compact = compact,
                        .keeps = keeps,
                        .stop = stop,
                        .free = free_engine};
  o->bench = b;
  o->pid = -1;
  o->out = -1;
  snprintf(o->log, sizeof o->log, "%s/zhenggaid.log", b->dir);
  return &o->base;
}
