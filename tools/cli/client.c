#include "tools/cli/client.h"
#include "index/status.h"
#include "tools/cli/explain.h"

#include <curl/curl.h>
#include <stdlib.h>

struct zg_client {
  const zg_cli *cli;
  CURL *curl;
};

zg_client *zg_client_new(const zg_cli *cli) {
  zg_client *c = calloc(1, sizeof *c);
  if (c && curl_global_init(CURL_GLOBAL_DEFAULT) == 0)
    c->curl = curl_easy_init();
  if (!c || !c->curl) {
    zg_complain(cli, 0, "libcurl: no memory");
    free(c);
    return NULL;
  }
  c->cli = cli;
  return c;
}

void zg_client_free(zg_client *c) {
  if (!c)
    return;
  curl_easy_cleanup(c->curl);
  curl_global_cleanup();
  free(c);
}

typedef struct exchange {
  zg_client *c;
  const zg_request *q;
  zg_response *r;
} exchange;

static size_t on_read(char *p, size_t size, size_t n, void *user) {
  exchange *x = user;
  size_t got = x->q->read(p, size * n, x->q->user);
  return got == SIZE_MAX ? CURL_READFUNC_ABORT : got;
}

static size_t on_write(char *p, size_t size, size_t n, void *user) {
  exchange *x = user;
  long http = 0;
  curl_easy_getinfo(x->c->curl, CURLINFO_RESPONSE_CODE, &http);
  if (x->q->write && (x->q->write_errors || (http >= 200 && http < 300)))
    return x->q->write(p, size * n, x->q->user) ? size * n : 0;
  return zg_buf_add(&x->r->body, p, size * n) ? size * n : 0;
}

static int on_tick(void *user, curl_off_t a, curl_off_t b, curl_off_t d,
                   curl_off_t e) {
  exchange *x = user;
  (void)a, (void)b, (void)d, (void)e;
  if (x->q->tick)
    x->q->tick(x->q->user);
  return 0;
}

static int unreachable(const zg_cli *cli, const char *why) {
  const char *where = cli->url ? cli->url : cli->socket;
  if (cli->english)
    return zg_complain(cli, ZG_EXIT_UNREACHABLE,
                       "no daemon at %s (%s)\n  start one:    zhenggaid --data "
                       "DIR --socket %s\n  or name one:  --socket PATH, --url "
                       "http://127.0.0.1:7700",
                       where, why, cli->url ? "PATH" : cli->socket);
  return zg_complain(cli, ZG_EXIT_UNREACHABLE,
                     "连接不上服务 %s（%s）\n  启动服务：zhenggaid --data 目录 "
                     "--socket %s\n  或指定地址：--socket 路径、--url "
                     "http://127.0.0.1:7700",
                     where, why, cli->url ? "路径" : cli->socket);
}

static void prepare(exchange *x, const char *url, struct curl_slist *headers) {
  CURL *h = x->c->curl;
  const zg_request *q = x->q;
  curl_easy_reset(h);
  curl_easy_setopt(h, CURLOPT_URL, url);
  if (!x->c->cli->url)
    curl_easy_setopt(h, CURLOPT_UNIX_SOCKET_PATH, x->c->cli->socket);
  curl_easy_setopt(h, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_write);
  curl_easy_setopt(h, CURLOPT_WRITEDATA, x);
  curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, on_tick);
  curl_easy_setopt(h, CURLOPT_XFERINFODATA, x);
  curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
  if (q->read) {
    curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(h, CURLOPT_UPLOAD_BUFFERSIZE, 262144L);
    curl_easy_setopt(h, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(h, CURLOPT_READDATA, x);
    /* the size is not known: a chunked body */
    curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)-1);
  } else if (q->type) {
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, q->body.p ? q->body.p : "");
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
  }
  curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, q->method);
}

int zg_client_send(zg_client *c, const zg_request *q, zg_response *out) {
  *out = (zg_response){0, ZG_BUF_INIT};
  exchange x = {c, q, out};
  zg_buf url = ZG_BUF_INIT, type = ZG_BUF_INIT;
  const char *base = c->cli->url ? c->cli->url : "http://localhost";
  size_t n = strlen(base);
  while (n > 0 && base[n - 1] == '/')
    n--;
  zg_buf_printf(&url, "%.*s%s", (int)n, base, q->path);
  zg_buf_printf(&type, "Content-Type: %s", q->type ? q->type : "text/plain");
  /* no 100-continue round trip, no Content-Type on a body-less request */
  struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
  if (q->type)
    headers = curl_slist_append(headers, type.p);
  prepare(&x, url.p, headers);
  CURLcode rc = curl_easy_perform(c->curl);
  curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &out->http);
  curl_slist_free_all(headers);
  zg_buf_free(&url);
  zg_buf_free(&type);
  zg_buf_addc(&out->body, '\0');
  /* A daemon that refuses a long body answers and closes while we still send:
   * its answer counts, not the broken pipe. */
  if (rc == CURLE_OK || (out->http >= 400 && rc == CURLE_SEND_ERROR))
    return 0;
  if (rc == CURLE_COULDNT_CONNECT || rc == CURLE_COULDNT_RESOLVE_HOST)
    return unreachable(c->cli, curl_easy_strerror(rc));
  return zg_complain(
      c->cli, ZG_EXIT_UNREACHABLE, "%s：%s",
      zg_say(c->cli, "与服务的连接中断", "the connection to the daemon broke"),
      curl_easy_strerror(rc));
}

void zg_response_free(zg_response *r) { zg_buf_free(&r->body); }

static int exit_of_http(long http) {
#define X(name, value, status, code, type)                                     \
  if (http == (status) && (value) != 0)                                        \
    return code;
  ZG_STATUS_TABLE(X)
#undef X
  return http >= 500 ? 13 : 2;
}

int zg_response_failed(const zg_cli *cli, const zg_response *r) {
  cJSON *j = cJSON_Parse(r->body.p ? r->body.p : "");
  const cJSON *error = cJSON_GetObjectItem(j, "error");
  const char *code = cJSON_GetStringValue(cJSON_GetObjectItem(error, "code"));
  char message[1024];
  if (cJSON_GetObjectItem(error, "message")) {
    zg_explain_error(cli, error, false, message, sizeof message);
    zg_complain(cli, 0, "%s [%s, HTTP %ld]", message, code ? code : "?",
                r->http);
  } else {
    zg_complain(cli, 0, "HTTP %ld", r->http);
  }
  cJSON_Delete(j);
  return exit_of_http(r->http);
}

int zg_client_ask(const zg_cli *cli, const char *path, const cJSON *body,
                  cJSON **out) {
  *out = NULL;
  zg_client *c = zg_client_new(cli);
  if (!c)
    return 8;
  char *text = body ? cJSON_PrintUnformatted(body) : NULL;
  zg_request q = {.method = body ? "POST" : "GET",
                  .path = path,
                  .type = body ? "application/json" : NULL,
                  .body = zg_str_of(text)};
  zg_response r;
  int code = zg_client_send(c, &q, &r);
  if (code == 0 && cli->json && r.body.n > 1) {
    /* the daemon's own answer, errors included, for scripts */
    fputs(r.body.p, cli->out);
    if (r.body.p[r.body.n - 2] != '\n')
      fputc('\n', cli->out);
    code = zg_response_ok(&r) ? 0 : exit_of_http(r.http);
  } else if (code == 0 && !zg_response_ok(&r)) {
    code = zg_response_failed(cli, &r);
  } else if (code == 0) {
    *out = cJSON_Parse(r.body.p);
    if (!*out)
      code = zg_complain(
          cli, 13, "%s",
          zg_say(cli, "服务的回答不是 JSON", "the daemon's answer is no JSON"));
  }
  zg_response_free(&r);
  cJSON_free(text);
  zg_client_free(c);
  return code;
}

void zg_client_escape(zg_str text, zg_buf *out) {
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.n; i++) {
    unsigned char b = (unsigned char)text.p[i];
    bool plain = (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') ||
                 (b >= 'A' && b <= 'Z') || b == '-' || b == '_' || b == '.' ||
                 b == '~';
    if (plain) {
      zg_buf_addc(out, (char)b);
    } else {
      zg_buf_addc(out, '%');
      zg_buf_addc(out, hex[b >> 4]);
      zg_buf_addc(out, hex[b & 15]);
    }
  }
}
