/* zhenggai-bench: the daemon beside its peers, in one run, on the same texts
 * and the same queries.
 *
 * An engine is started, loaded, asked, and stopped; it answers with a total
 * and, where facets are asked for, a fingerprint of their counts.  Totals and
 * fingerprints must be equal among the engines before any time is printed.
 * One thread, but for the throughput run.
 */
#ifndef ZG_BENCH_BENCH_H
#define ZG_BENCH_BENCH_H

#include "index/text.h"
#include "tools/corpus/corpus.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <sys/types.h>

typedef struct zg_bench {
  char build[512];  /* folder of the programs */
  char dir[512];    /* temporary, of this run */
  char corpus[600]; /* NDJSON of the findings */
  uint64_t findings;
  uint64_t seed;
} zg_bench;

/* One query of the corpus, parsed. */
typedef struct zg_query {
  zg_corpus_class cls;
  int band;   /* 0 high, 1 mid, 2 low */
  char *line; /* as written by the generator, without newline */
  char q[256];
  char category[8]; /* "" : none */
  int from, to;
} zg_query;

typedef struct zg_answer {
  double us;
  uint64_t total;
  uint64_t fingerprint; /* of facets or groups; 0: none */
} zg_answer;

typedef struct zg_load {
  double seconds;         /* of the import, until all is durable or committed */
  double start_ms;        /* a start on the finished index; -1: no such thing */
  double rss_mb, disk_mb; /* -1: not known */
} zg_load;

typedef struct zg_engine zg_engine;
struct zg_engine {
  const char *name;
  /* Classes that it can answer, and those whose answers are the same by
   * definition as ours: bit sets of zg_corpus_class. */
  unsigned answers, comparable;
  bool (*load)(zg_engine *e, const zg_bench *b, zg_load *out);
  /* Before each class: a new connection, since a server may have closed one
   * that was silent while another engine was loaded.  NULL: nothing to do. */
  bool (*connect)(zg_engine *e);
  bool (*ask)(zg_engine *e, const zg_query *q, zg_answer *out);
  /* Requests a second with 8 connections for `seconds`; 0: no such thing. */
  double (*throughput)(zg_engine *e, const zg_query *q, size_t n,
                       double seconds);
  void (*stop)(zg_engine *e);
};

zg_engine *zg_engine_ours(void);    /* zhenggaid over loopback TCP */
zg_engine *zg_engine_bare(void);    /* bare-xapian over a pipe */
zg_engine *zg_engine_groonga(void); /* groonga-httpd over loopback TCP */

/* Times the parser on a bulletin and on hostile texts (parse.c). */
bool zg_bench_parse(const char *path);

/* ---- processes, files, clocks (process.c) ---- */
double zg_now(void); /* monotonic seconds */
/* Starts argv with pipes to in and out (NULL: none) and standard error into
 * `log`.  -1 after a message. */
pid_t zg_spawn(char *const argv[], int *in, int *out, const char *log);
/* SIGTERM and up to 15 s of patience, then SIGKILL. */
void zg_stop(pid_t pid);
double zg_rss_mb(pid_t pid);
double zg_disk_mb(const char *dir);
void zg_remove_tree(const char *dir);
bool zg_read_line(int fd, char *line, size_t size, double seconds);

/* ---- HTTP (http.c): keep-alive, one request at a time ---- */
typedef struct zg_http zg_http;
zg_http *zg_http_open(int port); /* loopback; NULL after a message */
void zg_http_close(zg_http *h);
/* Sends a whole request (head and body) and reads the whole answer; *body is
 * borrowed until the next call and NUL-terminated.  The status, or -1. */
int zg_http_ask(zg_http *h, zg_str request, zg_str *body);
/* The head and body of a request into out. */
void zg_http_request(zg_buf *out, const char *method, const char *path,
                     const char *type, zg_str body);
/* POSTs a file as a chunked body while reading the answer. */
int zg_http_upload(zg_http *h, const char *path, const char *file,
                   zg_str *body);
/* Asks requests[i % n] on 8 connections at once; requests a second. */
double zg_http_throughput(int port, const zg_buf *requests, size_t n,
                          double seconds);

#endif
