/* groonga-httpd: Groonga's own HTTP server (an nginx), started on a generated
 * configuration on a free loopback port; TokenBigram with positions, NFKC. */
#include "tools/bench/bench.h"
#include "tools/bench/fingerprint.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct groonga {
  zg_engine base;
  pid_t pid;
  int port;
  char dir[560];
  zg_http *http;
  zg_buf request;
} groonga;

static int free_port(void) {
  struct sockaddr_in a = {.sin_family = AF_INET,
                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof a;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = -1;
  if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
      getsockname(fd, (struct sockaddr *)&a, &n) == 0)
    port = ntohs(a.sin_port);
  if (fd >= 0)
    close(fd);
  return port;
}

static bool write_config(const groonga *g, const char *path, int workers) {
  FILE *f = fopen(path, "w");
  if (!f)
    return false;
  fprintf(f,
          "daemon off;\n%s"
          "worker_processes %d;\n"
          "pid %s/pid;\n"
          "error_log %s/error.log;\n"
          "events { worker_connections 256; }\n"
          "http {\n"
          "  access_log off;\n"
          "  default_type application/octet-stream;\n"
          "  keepalive_timeout 3600;\n"
          "  keepalive_requests 100000000;\n"
          "  client_max_body_size 256m;\n"
          "  client_body_buffer_size 64m;\n"
          "  client_body_temp_path %s/tmp;\n"
          "  proxy_temp_path %s/tmp; fastcgi_temp_path %s/tmp;\n"
          "  uwsgi_temp_path %s/tmp; scgi_temp_path %s/tmp;\n"
          "  groonga_database %s/db/db;\n"
          "  groonga_database_auto_create on;\n"
          "  groonga_log_path off;\n"
          "  groonga_query_log_path off;\n"
          "  server {\n"
          "    listen 127.0.0.1:%d;\n"
          "    location /d/ { groonga on; }\n"
          "  }\n"
          "}\n",
          geteuid() == 0 ? "user root root;\n" : "", workers, g->dir, g->dir,
          g->dir, g->dir, g->dir, g->dir, g->dir, g->dir, g->port);
  return fclose(f) == 0;
}

/* Two workers would race to make the database: one loads, two answer. */
static bool start(groonga *g, const zg_bench *b, int workers) {
  char config[640], log[640], path[640];
  static const char *const folders[] = {"", "/tmp", "/db"};
  snprintf(g->dir, sizeof g->dir, "%s/groonga", b->dir);
  for (size_t i = 0; i < 3; i++) {
    snprintf(path, sizeof path, "%s%s", g->dir, folders[i]);
    mkdir(path, 0700);
  }
  snprintf(config, sizeof config, "%s/httpd.conf", g->dir);
  snprintf(log, sizeof log, "%s/groonga.log", b->dir);
  g->port = free_port();
  if (g->port < 0 || !write_config(g, config, workers))
    return false;
  char *argv[] = {"/usr/sbin/groonga-httpd", "-p", g->dir, "-c", config, NULL};
  g->pid = zg_spawn(argv, NULL, NULL, log);
  for (int i = 0; g->pid > 0 && i < 100 && !g->http; i++) {
    usleep(50000);
    g->http = zg_http_open(g->port);
  }
  return g->http != NULL;
}

/* A command and whether it answered [[0,…],…]; *answer (may be NULL) is for
 * the caller to delete. */
static bool command(groonga *g, zg_buf *path, zg_str body, double *us,
                    cJSON **answer) {
  zg_str reply = ZG_STR_NULL;
  zg_buf_clear(&g->request);
  zg_buf_addc(path, '\0');
  zg_http_request(&g->request, body.n ? "POST" : "GET", path->p,
                  body.n ? "application/json" : NULL, body);
  double from = zg_now();
  int status =
      zg_http_ask(g->http, (zg_str){g->request.p, g->request.n}, &reply);
  if (us)
    *us = (zg_now() - from) * 1e6;
  cJSON *j = reply.n ? cJSON_Parse(reply.p) : NULL;
  const cJSON *code = cJSON_GetArrayItem(cJSON_GetArrayItem(j, 0), 0);
  bool ok = status == 200 && cJSON_IsNumber(code) && code->valuedouble == 0;
  if (!ok)
    fprintf(stderr, "groonga: HTTP %d for %.120s: %.300s\n", status, path->p,
            reply.n ? reply.p : "(no answer)");
  if (answer)
    *answer = j;
  else
    cJSON_Delete(j);
  return ok;
}

static bool make_schema(groonga *g) {
  static const char *const commands[] = {
      "table_create?name=Categories&flags=TABLE_PAT_KEY&key_type=ShortText",
      "table_create?name=Statuses&flags=TABLE_PAT_KEY&key_type=ShortText",
      "table_create?name=Levels&flags=TABLE_PAT_KEY&key_type=ShortText",
      "table_create?name=Years&flags=TABLE_PAT_KEY&key_type=Int32",
      "table_create?name=Findings&flags=TABLE_HASH_KEY&key_type=ShortText",
      "column_create?table=Findings&name=text&flags=COLUMN_SCALAR&type=Text",
      "column_create?table=Findings&name=record&flags=COLUMN_SCALAR&type=Text",
      "column_create?table=Findings&name=category&flags=COLUMN_VECTOR&type="
      "Categories",
      "column_create?table=Findings&name=status&flags=COLUMN_SCALAR&type="
      "Statuses",
      "column_create?table=Findings&name=unit_level&flags=COLUMN_SCALAR&type="
      "Levels",
      "column_create?table=Findings&name=year&flags=COLUMN_SCALAR&type=Int32",
      "column_create?table=Categories&name=of&flags=COLUMN_INDEX&type=Findings&"
      "source=category",
      "column_create?table=Years&name=of&flags=COLUMN_INDEX&type=Findings&"
      "source=year",
      "table_create?name=Terms&flags=TABLE_PAT_KEY&key_type=ShortText&default_"
      "tokenizer=TokenBigram&normalizer=NormalizerNFKC130",
      "column_create?table=Terms&name=of&flags=COLUMN_INDEX%7CWITH_POSITION&"
      "type=Findings&source=text"};
  bool ok = true;
  for (size_t i = 0; ok && i < sizeof commands / sizeof commands[0]; i++) {
    zg_buf path = ZG_BUF_INIT;
    zg_buf_printf(&path, "/d/%s", commands[i]);
    ok = command(g, &path, ZG_STR_NULL, NULL, NULL);
    zg_buf_free(&path);
  }
  return ok;
}

/* The searchable fields as one text; between two a full stop, which no query
 * holds, so that no phrase runs from one into the next. */
static void add_record(zg_buf *out, const char *line, const cJSON *j) {
  cJSON *r = cJSON_CreateObject();
  zg_buf text = ZG_BUF_INIT;
  static const char *const parts[] = {"section", "problem", "head"};
  for (size_t i = 0; i < 3; i++) {
    const char *s = cJSON_GetStringValue(cJSON_GetObjectItem(j, parts[i]));
    if (s)
      zg_buf_printf(&text, "%s。", s);
  }
  const cJSON *m;
  cJSON_ArrayForEach(m, cJSON_GetObjectItem(j, "measures"))
      zg_buf_printf(&text, "%s。", m->valuestring);
  zg_buf_addc(&text, '\0');
  cJSON_AddStringToObject(r, "_key",
                          cJSON_GetStringValue(cJSON_GetObjectItem(j, "id")));
  cJSON_AddStringToObject(r, "text", text.p);
  cJSON_AddStringToObject(r, "record", line);
  static const char *const facets[] = {"category", "status", "unit_level",
                                       "year"};
  for (size_t i = 0; i < 4; i++)
    cJSON_AddItemToObject(
        r, facets[i], cJSON_Duplicate(cJSON_GetObjectItem(j, facets[i]), true));
  char *printed = cJSON_PrintUnformatted(r);
  zg_buf_adds(out, printed);
  cJSON_free(printed);
  cJSON_Delete(r);
  zg_buf_free(&text);
}

#define BATCH 1000

static bool send_batch(groonga *g, zg_buf *batch) {
  zg_buf path = ZG_BUF_INIT;
  zg_buf_addc(batch, ']');
  zg_buf_adds(&path, "/d/load?table=Findings");
  bool ok = command(g, &path, (zg_str){batch->p, batch->n}, NULL, NULL);
  zg_buf_free(&path);
  zg_buf_clear(batch);
  return ok;
}

static bool load_all(groonga *g, const zg_bench *b) {
  FILE *f = fopen(b->corpus, "r");
  char *line = NULL;
  size_t cap = 0, n = 0;
  zg_buf batch = ZG_BUF_INIT;
  bool ok = f != NULL;
  for (ssize_t got; ok && (got = getline(&line, &cap, f)) > 0;) {
    line[got - 1] = '\0';
    cJSON *j = cJSON_Parse(line);
    zg_buf_addc(&batch, n++ % BATCH ? ',' : '[');
    add_record(&batch, line, j);
    cJSON_Delete(j);
    if (n % BATCH == 0)
      ok = send_batch(g, &batch);
  }
  if (ok && n % BATCH)
    ok = send_batch(g, &batch);
  free(line);
  zg_buf_free(&batch);
  if (f)
    fclose(f);
  return ok && n == b->findings;
}

static void stop(zg_engine *e) {
  groonga *g = (groonga *)e;
  zg_http_close(g->http);
  g->http = NULL;
  zg_stop(g->pid);
  g->pid = -1;
  zg_buf_free(&g->request);
}

static bool load(zg_engine *e, const zg_bench *b, zg_load *out) {
  groonga *g = (groonga *)e;
  char db[640];
  if (!start(g, b, 1) || !make_schema(g))
    return false;
  double from = zg_now();
  if (!load_all(g, b))
    return false;
  out->seconds = zg_now() - from;
  stop(e);
  if (!start(g, b, 2))
    return false;
  out->start_ms = -1;
  out->rss_mb = -1;
  snprintf(db, sizeof db, "%s/db", g->dir);
  out->disk_mb = zg_disk_mb(db);
  return true;
}

static void add_escaped(zg_buf *out, const char *s) {
  for (; *s; s++)
    zg_buf_printf(out, "%%%02X", (unsigned char)*s);
}

static void make_path(zg_buf *path, const zg_query *q) {
  zg_buf_clear(path);
  bool group = q->cls == ZG_CORPUS_GROUP;
  zg_buf_printf(path, "/d/select?table=Findings&cache=no&limit=%d",
                group ? 0 : 20);
  if (q->q[0]) {
    zg_buf_adds(path, "&match_columns=text&query=");
    add_escaped(path, q->q);
  }
  if (group) {
    zg_buf_adds(path, "&drilldowns%5Bg%5D.keys=unit_level,status&"
                      "drilldowns%5Bg%5D.limit=1000&drilldowns%5Bg%5D.output_"
                      "columns=_value.unit_level,_value.status,_nsubrecs");
    return;
  }
  zg_buf_adds(path, "&output_columns=_key,_score,record&sort_keys=-_score");
  if (q->cls == ZG_CORPUS_FILTER) {
    char filter[128];
    snprintf(filter, sizeof filter,
             "category @ \"%s\" && between(year,%d,\"include\",%d,\"include\")",
             q->category, q->from, q->to);
    zg_buf_adds(path, "&filter=");
    add_escaped(path, filter);
  }
  if (q->cls == ZG_CORPUS_FACETS)
    zg_buf_adds(path, "&drilldown=category,status,year&drilldown_limit=100&"
                      "drilldown_output_columns=_key,_nsubrecs&"
                      "drilldown_sort_keys=-_nsubrecs");
}

/* [[total],[columns],row,…] of a drilldown: the rows. */
static uint64_t rows_of(const cJSON *result, const char *field) {
  uint64_t sum = 0;
  const cJSON *row;
  int i = 0;
  cJSON_ArrayForEach(row, result) {
    if (i++ < 2)
      continue;
    char text[160] = "";
    int cells = cJSON_GetArraySize(row);
    for (int c = 0; c + 1 < cells; c++) {
      const cJSON *v = cJSON_GetArrayItem(row, c);
      size_t n = strlen(text);
      const char *end = cells > 2 ? "|" : "";
      if (cJSON_IsNumber(v))
        snprintf(text + n, sizeof text - n, "%.0f%s", v->valuedouble, end);
      else
        snprintf(text + n, sizeof text - n, "%s%s",
                 cJSON_GetStringValue(v) ? cJSON_GetStringValue(v) : "", end);
    }
    double count = cJSON_GetNumberValue(cJSON_GetArrayItem(row, cells - 1));
    sum += zg_fingerprint(field, text, (uint64_t)count);
  }
  return sum;
}

static bool connect_again(zg_engine *e) {
  groonga *g = (groonga *)e;
  zg_http_close(g->http);
  g->http = zg_http_open(g->port);
  return g->http != NULL;
}

static bool ask(zg_engine *e, const zg_query *q, zg_answer *out) {
  static const char *const fields[] = {"category", "status", "year"};
  groonga *g = (groonga *)e;
  zg_buf path = ZG_BUF_INIT;
  cJSON *j = NULL;
  make_path(&path, q);
  bool ok = command(g, &path, ZG_STR_NULL, &out->us, &j);
  const cJSON *results = cJSON_GetArrayItem(j, 1);
  const cJSON *total = cJSON_GetArrayItem(
      cJSON_GetArrayItem(cJSON_GetArrayItem(results, 0), 0), 0);
  ok = ok && cJSON_IsNumber(total);
  out->total = ok ? (uint64_t)total->valuedouble : 0;
  out->fingerprint = 0;
  if (q->cls == ZG_CORPUS_FACETS)
    for (int i = 0; i < 3; i++)
      out->fingerprint +=
          rows_of(cJSON_GetArrayItem(results, i + 1), fields[i]);
  if (q->cls == ZG_CORPUS_GROUP) {
    /* labelled drilldowns come as one object {"g": […]} */
    const cJSON *labelled = cJSON_GetArrayItem(results, 1);
    out->fingerprint = rows_of(cJSON_GetObjectItem(labelled, "g"), "group");
  }
  cJSON_Delete(j);
  zg_buf_free(&path);
  return ok;
}

static double throughput(zg_engine *e, const zg_query *q, size_t n,
                         double seconds) {
  groonga *g = (groonga *)e;
  zg_buf *requests = calloc(n, sizeof *requests), path = ZG_BUF_INIT;
  for (size_t i = 0; requests && i < n; i++) {
    make_path(&path, &q[i]);
    zg_buf_addc(&path, '\0');
    zg_http_request(&requests[i], "GET", path.p, NULL, ZG_STR_NULL);
  }
  double rate =
      requests ? zg_http_throughput(g->port, requests, n, seconds) : -1;
  for (size_t i = 0; requests && i < n; i++)
    zg_buf_free(&requests[i]);
  free(requests);
  zg_buf_free(&path);
  return rate;
}

#define BIT(c) (1u << ZG_CORPUS_##c)

zg_engine *zg_engine_groonga(void) {
  if (access("/usr/sbin/groonga-httpd", X_OK) != 0)
    return NULL;
  groonga *g = calloc(1, sizeof *g);
  if (!g)
    return NULL;
  unsigned all = BIT(WORD) | BIT(AND) | BIT(PHRASE) | BIT(FILTER) |
                 BIT(FACETS) | BIT(GROUP);
  g->base = (zg_engine){.name = "Groonga",
                        .answers = all,
                        .comparable = all,
                        .load = load,
                        .connect = connect_again,
                        .ask = ask,
                        .throughput = throughput,
                        .stop = stop};
  g->pid = -1;
  return &g->base;
}
