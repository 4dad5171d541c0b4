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
  for (int i = 0; g->pid > 0 && i < 5000 && !g->http; i++) {
    usleep(1000);
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
      "table_create?name=Kinds&flags=TABLE_PAT_KEY&key_type=ShortText",
      "table_create?name=Regions&flags=TABLE_PAT_KEY&key_type=ShortText",
      "table_create?name=Units&flags=TABLE_PAT_KEY&key_type=ShortText",
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
      "column_create?table=Findings&name=kind&flags=COLUMN_SCALAR&type=Kinds",
      "column_create?table=Findings&name=region&flags=COLUMN_SCALAR&type="
      "Regions",
      "column_create?table=Findings&name=unit&flags=COLUMN_SCALAR&type=Units",
      "column_create?table=Findings&name=year&flags=COLUMN_SCALAR&type=Int32",
      "column_create?table=Categories&name=of&flags=COLUMN_INDEX&type=Findings&"
      "source=category",
      "column_create?table=Statuses&name=of&flags=COLUMN_INDEX&type=Findings&"
      "source=status",
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
  static const char *const facets[] = {
      "category", "status", "unit_level", "year", "kind", "region", "unit"};
  for (size_t i = 0; i < sizeof facets / sizeof facets[0]; i++)
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
    *b->taken += (uint64_t)got;
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

static bool load(zg_engine *e, const zg_bench *b) {
  groonga *g = (groonga *)e;
  bool ok = start(g, b, 1) && make_schema(g) && load_all(g, b);
  stop(e);
  return ok;
}

static bool open_engine(zg_engine *e, const zg_bench *b) {
  return start((groonga *)e, b, 2);
}

static void add_escaped(zg_buf *out, const char *s) {
  for (; *s; s++)
    zg_buf_printf(out, "%%%02X", (unsigned char)*s);
}

static void add_filter(zg_buf *path, const zg_query *q) {
  zg_buf filter = ZG_BUF_INIT;
  if (q->category[0])
    zg_buf_printf(&filter, "category @ \"%s\"", q->category);
  if (q->status[0])
    zg_buf_printf(&filter, " && status == \"%s\"", q->status);
  if (q->from)
    zg_buf_printf(&filter, "%sbetween(year,%d,\"include\",%d,\"include\")",
                  filter.n ? " && " : "", q->from, q->to);
  zg_buf_addc(&filter, '\0');
  if (filter.n > 1) {
    zg_buf_adds(path, "&filter=");
    add_escaped(path, filter.p);
  }
  zg_buf_free(&filter);
}

/* One key is a plain drilldown, whose rows can be chosen by their count; two
 * are a labelled one. */
static void add_groups(zg_buf *path, const zg_query *q) {
  unsigned limit = q->top ? q->top : ZG_BENCH_GROUPS;
  if (q->n_by == 1) {
    zg_buf_printf(path,
                  "&drilldown=%s&drilldown_limit=%u&drilldown_output_columns="
                  "_key,_nsubrecs&drilldown_sort_keys=-_nsubrecs",
                  q->by[0], limit);
    return;
  }
  zg_buf_printf(path,
                "&drilldowns%%5Bg%%5D.keys=%s,%s&drilldowns%%5Bg%%5D.limit=%u&"
                "drilldowns%%5Bg%%5D.sort_keys=-_nsubrecs&"
                "drilldowns%%5Bg%%5D.output_columns=_value.%s,_value.%s,"
                "_nsubrecs",
                q->by[0], q->by[1], limit, q->by[0], q->by[1]);
}

static void make_path(zg_buf *path, const zg_query *q) {
  zg_buf_clear(path);
  zg_buf_printf(path, "/d/select?table=Findings&cache=no&limit=%d&offset=%u",
                q->n_by ? 0 : ZG_BENCH_HITS, q->offset);
  if (q->q[0]) {
    zg_buf_adds(path, "&match_columns=text&query=");
    add_escaped(path, q->q);
  }
  add_filter(path, q);
  if (q->n_by) {
    add_groups(path, q);
    return;
  }
  if (q->cls == ZG_CORPUS_SORT)
    zg_buf_adds(path, "&output_columns=_key,_score,record,year&sort_keys=year");
  else
    zg_buf_adds(path, "&output_columns=_key,_score,record&sort_keys=-_score");
  if (q->cls == ZG_CORPUS_FACETS)
    zg_buf_adds(path, "&drilldown=category,status,year&drilldown_limit=100&"
                      "drilldown_output_columns=_key,_nsubrecs&"
                      "drilldown_sort_keys=-_nsubrecs");
}

static void add_cell(char *text, size_t size, const cJSON *v, const char *end) {
  size_t n = strlen(text);
  if (cJSON_IsNumber(v))
    snprintf(text + n, size - n, "%.0f%s", v->valuedouble, end);
  else
    snprintf(text + n, size - n, "%s%s",
             cJSON_IsString(v) ? v->valuestring : "", end);
}

/* [[total],[columns],row,…] of a drilldown: the rows. */
static uint64_t rows_of(const cJSON *result, const char *what, bool top) {
  const char *end = strcmp(what, "group") == 0 ? "|" : "";
  uint64_t sum = 0;
  const cJSON *row;
  int i = 0;
  cJSON_ArrayForEach(row, result) {
    if (i++ < 2)
      continue;
    char text[256] = "";
    int cells = cJSON_GetArraySize(row);
    for (int c = 0; c + 1 < cells && !top; c++)
      add_cell(text, sizeof text, cJSON_GetArrayItem(row, c), end);
    double count = cJSON_GetNumberValue(cJSON_GetArrayItem(row, cells - 1));
    sum += zg_fingerprint(top ? "top" : what, text, (uint64_t)count);
  }
  return sum;
}

/* The year is the last column of a hit. */
static uint64_t years_of(const cJSON *hits) {
  uint64_t sum = 0;
  const cJSON *row;
  int i = 0;
  cJSON_ArrayForEach(row, hits) {
    char text[32] = "";
    if (i++ < 2)
      continue;
    add_cell(text, sizeof text,
             cJSON_GetArrayItem(row, cJSON_GetArraySize(row) - 1), "");
    sum += zg_fingerprint("year", text, 1);
  }
  return sum;
}

/* results: [hits, drilldown, …]; labelled drilldowns are one object. */
static uint64_t fingerprint_of(const cJSON *results, const zg_query *q) {
  static const char *const fields[] = {"category", "status", "year"};
  const cJSON *second = cJSON_GetArrayItem(results, 1);
  uint64_t sum = 0;
  if (q->n_by)
    return rows_of(q->n_by == 1 ? second : cJSON_GetObjectItem(second, "g"),
                   "group", q->top > 0);
  if (q->cls == ZG_CORPUS_SORT)
    return years_of(cJSON_GetArrayItem(results, 0));
  for (int i = 0; q->cls == ZG_CORPUS_FACETS && i < 3; i++)
    sum += rows_of(cJSON_GetArrayItem(results, i + 1), fields[i], false);
  return sum;
}

static bool connect_again(zg_engine *e) {
  groonga *g = (groonga *)e;
  zg_http_close(g->http);
  g->http = zg_http_open(g->port);
  return g->http != NULL;
}

static bool ask(zg_engine *e, const zg_query *q, zg_answer *out) {
  groonga *g = (groonga *)e;
  zg_buf path = ZG_BUF_INIT;
  cJSON *j = NULL;
  make_path(&path, q);
  bool ok = command(g, &path, ZG_STR_NULL, &out->us, &j);
  const cJSON *results = cJSON_GetArrayItem(j, 1);
  const cJSON *hits = cJSON_GetArrayItem(results, 0);
  const cJSON *total = cJSON_GetArrayItem(cJSON_GetArrayItem(hits, 0), 0);
  ok = ok && cJSON_IsNumber(total);
  out->total = ok ? (uint64_t)total->valuedouble : 0;
  out->fingerprint = ok ? fingerprint_of(results, q) : 0;
  out->hits = q->n_by ? -1 : cJSON_GetArraySize(hits) - 2;
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

static pid_t pid_of(const zg_engine *e) { return ((const groonga *)e)->pid; }

static void free_engine(zg_engine *e) { free(e); }

#define BIT(c) (1u << ZG_CORPUS_##c)

zg_engine *zg_engine_groonga(const zg_bench *b) {
  if (access("/usr/sbin/groonga-httpd", X_OK) != 0) {
    fprintf(stderr, "groonga-httpd is not installed: left out\n");
    return NULL;
  }
  groonga *g = calloc(1, sizeof *g);
  if (!g)
    return NULL;
  /* A drilldown by two keys does not take a finding's categories apart, so
   * there is none for two-dim and crosstab. */
  unsigned all = BIT(WORD) | BIT(AND) | BIT(THREE) | BIT(PHRASE) | BIT(FILTER) |
                 BIT(FACETS) | BIT(SORT) | BIT(DEEP) | BIT(GROUP) | BIT(ONE);
  g->base = (zg_engine){.name = "Groonga",
                        .key = "groonga",
                        .how = "HTTP and JSON",
                        .answers = all,
                        .comparable = all,
                        .typical = 4000,
                        .load = load,
                        .open = open_engine,
                        .connect = connect_again,
                        .ask = ask,
                        .pid = pid_of,
                        .throughput = throughput,
                        .stop = stop,
                        .free = free_engine};
  g->pid = -1;
  snprintf(g->dir, sizeof g->dir, "%s/groonga", b->dir);
  return &g->base;
}
