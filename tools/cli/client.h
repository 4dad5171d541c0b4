/* The daemon's socket interface seen from the command: requests over the Unix
 * socket or TCP with libcurl.  One thread.
 */
#ifndef ZG_CLI_CLIENT_H
#define ZG_CLI_CLIENT_H

#include "tools/cli/cli.h"
#include <cjson/cJSON.h>

typedef struct zg_client zg_client;
/* NULL after a message. */
zg_client *zg_client_new(const zg_cli *cli);
void zg_client_free(zg_client *c);

typedef struct zg_request {
  const char *method; /* "GET", "POST", "DELETE" */
  const char *path;   /* escaped, with its query */
  const char *type;   /* content type of the body; NULL: no body */
  zg_str body;
  /* A streamed body instead of `body`: fills at most n bytes, 0 at the end,
   * SIZE_MAX to give up. */
  size_t (*read)(char *p, size_t n, void *user);
  /* Takes the answer as it comes (of a 2xx; else it goes to the response);
   * NULL: into the response.  False to give up. */
  bool (*write)(const char *p, size_t n, void *user);
  bool write_errors; /* `write` takes the body whatever the status */
  /* Called a few times a second. */
  void (*tick)(void *user);
  void *user;
} zg_request;

typedef struct zg_response {
  long http;
  zg_buf body; /* NUL-terminated */
} zg_response;

/* 0 when an answer came, whatever its status; else an exit code, after a
 * message (unreachable: with a hint how to start the daemon). */
int zg_client_send(zg_client *c, const zg_request *q, zg_response *out);
void zg_response_free(zg_response *r);

/* Shows the error object of an answer that is no 2xx; its exit code. */
int zg_response_failed(const zg_cli *cli, const zg_response *r);
static inline bool zg_response_ok(const zg_response *r) {
  return r->http >= 200 && r->http < 300;
}

/* Whole exchange: sends `body` (NULL: a GET) as JSON and parses the answer
 * into *out (caller: cJSON_Delete).  With --json the answer is printed as it
 * came and *out stays NULL.  0 or an exit code after a message. */
int zg_client_ask(const zg_cli *cli, const char *path, const cJSON *body,
                  cJSON **out);

/* Appends text percent-encoded for a path or query. */
void zg_client_escape(zg_str text, zg_buf *out);

#endif
