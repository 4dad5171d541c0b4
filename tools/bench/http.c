/* The smallest HTTP/1.1 client that does for a measurement: blocking, one
 * buffer, Content-Length or chunked answers.  libcurl costs 30-60 us a request
 * and would hide what is measured. */
#include "tools/bench/bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct zg_http {
  int fd;
  zg_buf in;   /* raw bytes of the answer */
  zg_buf body; /* of a chunked answer */
};

zg_http *zg_http_open(int port) {
  zg_http *h = calloc(1, sizeof *h);
  if (!h)
    return NULL;
  struct sockaddr_in to = {.sin_family = AF_INET,
                           .sin_port = htons((uint16_t)port),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  struct timeval patience = {3600, 0}; /* an import answers at its end */
  h->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (h->fd < 0 || connect(h->fd, (struct sockaddr *)&to, sizeof to) != 0) {
    zg_http_close(h);
    return NULL;
  }
  setsockopt(h->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(h->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return h;
}

void zg_http_close(zg_http *h) {
  if (!h)
    return;
  if (h->fd >= 0)
    close(h->fd);
  zg_buf_free(&h->in);
  zg_buf_free(&h->body);
  free(h);
}

void zg_http_request(zg_buf *out, const char *method, const char *path,
                     const char *type, zg_str body) {
  zg_buf_printf(out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path);
  if (type)
    zg_buf_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", type,
                  body.n);
  zg_buf_adds(out, "\r\n");
  zg_buf_add(out, body.p, body.n);
}

static bool send_all(int fd, const char *p, size_t n) {
  while (n > 0) {
    ssize_t put = send(fd, p, n, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0)
      return false;
    p += put;
    n -= (size_t)put;
  }
  return true;
}

static bool more(zg_http *h) {
  if (!zg_buf_reserve(&h->in, 65536 + 1))
    return false;
  ssize_t got;
  do
    got = recv(h->fd, h->in.p + h->in.n, 65536, 0);
  while (got < 0 && errno == EINTR);
  if (got <= 0)
    return false;
  h->in.n += (size_t)got;
  h->in.p[h->in.n] = '\0';
  return true;
}

/* Bytes `at`.. up to the line's end; waits for it. */
static char *line_end(zg_http *h, size_t at, const char *end) {
  for (;;) {
    char *found = h->in.n > at ? strstr(h->in.p + at, end) : NULL;
    if (found)
      return found;
    if (!more(h))
      return NULL;
  }
}

static bool read_chunks(zg_http *h, size_t at) {
  zg_buf_clear(&h->body);
  for (;;) {
    char *end = line_end(h, at, "\r\n");
    if (!end)
      return false;
    size_t size = strtoul(h->in.p + at, NULL, 16);
    at = (size_t)(end - h->in.p) + 2;
    while (h->in.n < at + size + 2)
      if (!more(h))
        return false;
    zg_buf_add(&h->body, h->in.p + at, size);
    at += size + 2;
    if (size == 0)
      return zg_buf_reserve(&h->body, 1) && (h->body.p[h->body.n] = '\0', true);
    if (at > 1u << 20) { /* a long answer: forget what is done with */
      memmove(h->in.p, h->in.p + at, h->in.n - at + 1);
      h->in.n -= at;
      at = 0;
    }
  }
}

static int read_answer(zg_http *h, zg_str *body) {
  zg_buf_clear(&h->in);
  char *end = line_end(h, 0, "\r\n\r\n");
  if (!end)
    return -1;
  size_t head = (size_t)(end - h->in.p) + 4;
  int status = atoi(h->in.p + strcspn(h->in.p, " "));
  char saved = h->in.p[head];
  h->in.p[head] = '\0';
  const char *length = strcasestr(h->in.p, "\r\ncontent-length:");
  bool chunked = strcasestr(h->in.p, "\r\ntransfer-encoding: chunked") != NULL;
  size_t n = length ? strtoul(length + 17, NULL, 10) : 0;
  h->in.p[head] = saved;
  if (chunked) {
    if (!read_chunks(h, head))
      return -1;
    *body = (zg_str){h->body.p, h->body.n};
    return status;
  }
  while (h->in.n < head + n)
    if (!more(h))
      return -1;
  *body = (zg_str){h->in.p + head, n};
  return status;
}

int zg_http_ask(zg_http *h, zg_str request, zg_str *body) {
  if (!send_all(h->fd, request.p, request.n))
    return -1;
  return read_answer(h, body);
}

/* ---- upload: one thread sends, the caller reads ---- */

typedef struct upload {
  int fd;
  const char *path, *file;
  _Atomic uint64_t *sent;
  bool ok;
} upload;

static void *send_file(void *user) {
  upload *u = user;
  FILE *from = fopen(u->file, "rb");
  size_t size = 256 * 1024;
  char *chunk = malloc(size), head[160];
  int n = snprintf(head, sizeof head,
                   "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
                   "application/x-ndjson\r\nTransfer-Encoding: "
                   "chunked\r\n\r\n",
                   u->path);
  u->ok = from && chunk && send_all(u->fd, head, (size_t)n);
  for (size_t got; u->ok && (got = fread(chunk, 1, size, from)) > 0;) {
    n = snprintf(head, sizeof head, "%zx\r\n", got);
    u->ok = send_all(u->fd, head, (size_t)n) && send_all(u->fd, chunk, got) &&
            send_all(u->fd, "\r\n", 2);
    *u->sent += got;
  }
  if (u->ok)
    u->ok = send_all(u->fd, "0\r\n\r\n", 5);
  free(chunk);
  if (from)
    fclose(from);
  return NULL;
}

int zg_http_upload(zg_http *h, const char *path, const char *file,
                   _Atomic uint64_t *sent, zg_str *body) {
  upload u = {.fd = h->fd, .path = path, .file = file, .sent = sent};
  pthread_t sender;
  if (pthread_create(&sender, NULL, send_file, &u) != 0)
    return -1;
  int status = read_answer(h, body);
  if (status < 0)
    shutdown(h->fd, SHUT_RDWR);
  pthread_join(sender, NULL);
  return u.ok ? status : -1;
}

/* ---- throughput ---- */

#define CONNECTIONS 8

typedef struct hammer {
  int port;
  const zg_buf *requests;
  size_t n, first;
  double until;
  uint64_t done;
  bool failed;
} hammer;

static void *hammer_on(void *user) {
  hammer *w = user;
  zg_http *h = zg_http_open(w->port);
  w->failed = !h;
  for (size_t i = w->first; !w->failed && zg_now() < w->until; i++) {
    const zg_buf *r = &w->requests[i % w->n];
    zg_str body;
    w->failed = zg_http_ask(h, (zg_str){r->p, r->n}, &body) != 200;
    w->done += !w->failed;
  }
  zg_http_close(h);
  return NULL;
}

double zg_http_throughput(int port, const zg_buf *requests, size_t n,
                          double seconds) {
  hammer w[CONNECTIONS];
  pthread_t threads[CONNECTIONS];
  double start = zg_now();
  uint64_t done = 0;
  int started = 0;
  bool failed = n == 0;
  for (; !failed && started < CONNECTIONS; started++) {
    w[started] = (hammer){
        port, requests, n, n * (size_t)started / CONNECTIONS, start + seconds,
        0,    false};
    if (pthread_create(&threads[started], NULL, hammer_on, &w[started]) != 0)
      break;
  }
  for (int i = 0; i < started; i++) {
    pthread_join(threads[i], NULL);
    done += w[i].done;
    failed = failed || w[i].failed;
  }
  return failed || started < CONNECTIONS ? -1.0
                                         : (double)done / (zg_now() - start);
}
