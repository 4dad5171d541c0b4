/* zhenggai-bench: the daemon beside its peers, in one run, on the same texts
 * and the same queries.
 *
 * An engine is loaded, opened, asked, and stopped; it answers with a total, the
 * number of hits and, where values are counted, a fingerprint of the counts.
 * These must be equal among the engines before any time is printed.
 * One thread, but for the throughput run.
 */
#ifndef ZG_BENCH_BENCH_H
#define ZG_BENCH_BENCH_H

#include "index/text.h"
#include "tools/corpus/corpus.h"
#include <cjson/cJSON.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/types.h>

/* One query of the corpus, parsed. */
typedef struct zg_query {
  zg_corpus_class cls;
  int band;    /* 0 high, 1 mid, 2 low */
  char *line;  /* as written by the generator, without newline */
  char q[512]; /* words only: nothing that JSON or SQL would escape */
  char category[8], status[16]; /* "": no such filter */
  int from, to;                 /* years; 0: no such filter */
  char by[2][16];
  int n_by;
  unsigned top; /* groups that are wanted; 0: all */
  unsigned offset;
} zg_query;

typedef struct zg_bench {
  char build[512];  /* folder of the programs */
  char dir[512];    /* of this run; an engine's data is in dir/KEY */
  char corpus[600]; /* NDJSON of the findings */
  uint64_t findings;
  uint64_t seed;
  const zg_query *queries; /* all that will be asked */
  size_t n_queries;
  /* Bytes of the corpus that the load under way has taken; in memory that is
   * shared with the process that loads. */
  _Atomic uint64_t *taken;
} zg_bench;

#define ZG_BENCH_HITS 20     /* that every engine is asked for */
#define ZG_BENCH_GROUPS 1000 /* more than any query without "top" has */

typedef struct zg_answer {
  double us;
  uint64_t total;
  uint64_t fingerprint; /* of facets, groups or sorted years; 0: none */
  int hits;             /* -1: the engine only counts */
} zg_answer;

/* -1: no such thing, or not known.  MB: a million bytes. */
typedef struct zg_load {
  uint64_t findings; /* that were loaded */
  char date[16];
  bool earlier;   /* loaded by an earlier run */
  double seconds; /* of the load, until all is durable or committed */
  double cpu_s;   /* processor time of the load, of the engine's processes */
  double peak_mb; /* of the largest of them */
  double disk_mb;
  double compact_mb, compact_s;
  /* Of the run: from exec until a query is answered, with the index out of the
   * page cache and in it; memory when started and after all queries. */
  double cold_ms, start_ms;
  double rss_start_mb, rss_mb;
} zg_load;

typedef struct zg_engine zg_engine;
struct zg_engine {
  const char *name, *key;
  const char *how; /* in a few words: how it is asked */
  /* Classes that it can answer, and those whose answers are the same by
   * definition as ours: bit sets of zg_corpus_class. */
  unsigned answers, comparable;
  /* Has no text: its load and its disk are not like the others'. */
  bool columns_only;
  uint64_t most;  /* loads so many findings at the most; 0: all */
  double typical; /* findings a second that it loads, for a forecast */
  /* Makes dir/KEY and leaves nothing running.  NULL: has no data there. */
  bool (*load)(zg_engine *e, const zg_bench *b);
  /* NULL: is loaded for the cost of it alone. */
  bool (*open)(zg_engine *e, const zg_bench *b);
  /* Before each class: a new connection, since a server may have closed one
   * that was silent while another engine was loaded.  NULL: nothing to do. */
  bool (*connect)(zg_engine *e);
  bool (*ask)(zg_engine *e, const zg_query *q, zg_answer *out);
  pid_t (*pid)(const zg_engine *e); /* whose memory and events are counted */
  /* Requests a second for `seconds`; NULL: no such thing. */
  double (*throughput)(zg_engine *e, const zg_query *q, size_t n,
                       double seconds);
  /* Megabytes of a copy of dir/KEY when compacted, and how long that took;
   * called while the engine is stopped.  NULL: no such thing. */
  double (*compact)(zg_engine *e, const zg_bench *b, double *seconds);
  /* Whether an aggregate is answered from counts that are kept (1) or is
   * counted (0); -1: not known.  NULL: keeps none. */
  int (*keeps)(zg_engine *e, const zg_query *q);
  void (*stop)(zg_engine *e);
  void (*free)(zg_engine *e); /* after stop */
};

/* NULL after a message when what it needs is not there. */
zg_engine *zg_engine_ours(const zg_bench *b);   /* zhenggaid, loopback TCP */
zg_engine *zg_engine_xapian(const zg_bench *b); /* bare-xapian, a pipe */
/* The same with other terms, loaded only. */
zg_engine *zg_engine_xapian_all(const zg_bench *b);
zg_engine *zg_engine_xapian_positions(const zg_bench *b);
zg_engine *zg_engine_sqlite(const zg_bench *b);  /* bare-sqlite, a pipe */
zg_engine *zg_engine_duckdb(const zg_bench *b);  /* duckdb.mjs, a pipe */
zg_engine *zg_engine_groonga(const zg_bench *b); /* groonga-httpd, loopback */
/* In process (floor.c), on shared data: columns is opened first and stopped
 * last. */
zg_engine *zg_engine_columns(const zg_bench *b);
zg_engine *zg_engine_roaring(zg_engine *columns);

/* Times the parser on a bulletin and on hostile texts (parse.c). */
bool zg_bench_parse(const char *path);

/* ---- processes, files, clocks (process.c) ---- */
double zg_now(void); /* monotonic seconds */
/* Starts argv with pipes to in and out (NULL: none) and standard error into
 * `log`.  -1 after a message. */
pid_t zg_spawn(char *const argv[], int *in, int *out, const char *log);
/* Waits for its end; true when it ended with 0. */
bool zg_wait(pid_t pid);
/* SIGTERM and up to a minute of patience, then SIGKILL. */
void zg_stop(pid_t pid);
/* The process and its children (a server may fork workers); how many. */
enum { ZG_FAMILY = 16 };
size_t zg_family(pid_t pid, pid_t out[], size_t max);
/* Memory of the family. */
double zg_rss_mb(pid_t pid);
double zg_disk_mb(const char *dir);
void zg_remove_tree(const char *dir);
bool zg_copy_tree(const char *from, const char *to);
/* Takes the files of a folder out of the page cache; no process may use them.
 * The caches of the disk itself are out of reach. */
void zg_drop_cache(const char *dir);
bool zg_read_line(int fd, char *line, size_t size, double seconds);

/* ---- events of the processor (perf.c), by perf(1) ---- */
typedef struct zg_events {
  double instructions, cache_misses, cpu_us; /* a query; -1: not counted */
} zg_events;
typedef struct zg_perf zg_perf;
zg_perf *zg_perf_start(const zg_bench *b, pid_t pid); /* NULL: no perf */
void zg_perf_stop(zg_perf *p, double queries, zg_events *out);

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
/* POSTs a file as a chunked body while reading the answer; *sent grows by its
 * bytes. */
int zg_http_upload(zg_http *h, const char *path, const char *file,
                   _Atomic uint64_t *sent, zg_str *body);
/* Asks requests[i % n] on 8 connections at once; requests a second. */
double zg_http_throughput(int port, const zg_buf *requests, size_t n,
                          double seconds);

#endif
