/* The parser's time: zhenggai-bench --parse FILE
 *
 * FILE is a bulletin.  It is parsed as it is, and as texts of 50 kB to 10 MB
 * that are made of it: its opening, then its body as often as it takes.  Then
 * hostile texts of one pattern, at 1 MB and at 10 MB: with a parser whose time
 * grows linearly both cost the same a byte.
 */
#include "index/parser.h"
#include "index/taxonomy.h"
#include "tools/bench/bench.h"

#include <stdlib.h>
#include <time.h>

#define MB (1 << 20)

typedef struct timer {
  zg_normaliser *nz;
  zg_taxonomy *taxonomy;
  zg_parser parser;
} timer;

static bool set_up(timer *t) {
  zg_error err = ZG_ERROR_INIT;
  *t = (timer){0};
  if (zg_normaliser_new(&t->nz, &err) ||
      zg_taxonomy_open(&t->taxonomy, t->nz, NULL, &err)) {
    fprintf(stderr, "zhenggai-bench: %s\n", err.message);
    return false;
  }
  t->parser = (zg_parser){t->nz, t->taxonomy};
  return true;
}

static void tear_down(timer *t) {
  zg_taxonomy_unref(t->taxonomy);
  zg_normaliser_free(t->nz);
}

/* Seconds of processor time: others on the machine do not count. */
static double cpu_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds of one parse, best of `times`; -1 on failure. */
static double parse_once(const timer *t, zg_str text, int times,
                         size_t *findings) {
  double best = -1;
  zg_parse_hints h = ZG_PARSE_HINTS_INIT;
  h.force = true;
  for (int i = 0; i < times; i++) {
    zg_arena *a = zg_arena_new(1 << 16);
    zg_bulletin *b = NULL;
    zg_error err = ZG_ERROR_INIT;
    double began = cpu_now();
    zg_status st = a ? zg_parse_bulletin(&b, a, &t->parser, text, &h, &err)
                     : zg_fail_nomem(&err);
    double took = cpu_now() - began;
    if (st == ZG_OK)
      *findings = b->n_findings;
    zg_arena_free(a);
    if (st) {
      fprintf(stderr, "zhenggai-bench: parse: %s\n", err.message);
      return -1;
    }
    if (best < 0 || took < best)
      best = took;
  }
  return best;
}

static bool row(const timer *t, const char *name, zg_str text, int times) {
  size_t findings = 0;
  double s = parse_once(t, text, times, &findings);
  if (s < 0)
    return false;
  printf("%-26s %10zu %10zu %10.2f %10.1f\n", name, text.n, findings, s * 1e3,
         (double)text.n / MB / s);
  return true;
}

/* A line that opens a top-level section: 一、 二、 ... */
static bool opens_section(zg_str text, size_t at) {
  static const char *const tokens[] = {"一、", "二、", "三、", "四、",
                                       "五、", "六、", "七、", "八、"};
  for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
    if (text.n - at >= 6 && memcmp(text.p + at, tokens[i], 6) == 0)
      return true;
  return false;
}

static size_t next_line(zg_str text, size_t at) {
  const char *feed = memchr(text.p + at, '\n', text.n - at);
  return feed ? (size_t)(feed - text.p) + 1 : text.n;
}

/* What stands below the heading of the longest section: its findings. */
static zg_str longest_section(zg_str text) {
  size_t from = 0, best = 0, best_end = 0;
  for (size_t at = 0; at < text.n; at = next_line(text, at)) {
    if (!opens_section(text, at))
      continue;
    if (from && at - from > best_end - best) {
      best = from;
      best_end = at;
    }
    from = next_line(text, at);
  }
  if (from && text.n - from > best_end - best) {
    best = from;
    best_end = text.n;
  }
  return (zg_str){text.p + best, best_end - best};
}

/* The text with the findings as often as it takes. */
static bool stretch(zg_buf *out, zg_str text, size_t want) {
  zg_str body = longest_section(text);
  size_t before = (size_t)(body.p - text.p);
  size_t after = text.n - before - body.n;
  zg_buf_clear(out);
  zg_buf_add(out, text.p, before);
  do
    zg_buf_add(out, body.p, body.n);
  while (!out->failed && body.n && out->n + after < want);
  zg_buf_add(out, body.p + body.n, after);
  return !out->failed;
}

static bool natural(const timer *t, zg_str text, zg_buf *room) {
  static const struct {
    const char *name;
    size_t bytes;
    int times;
  } sizes[] = {{"50 kB", 50000, 50}, {"1 MB", MB, 5}, {"10 MB", 10 * MB, 2}};
  bool ok = row(t, "the file", text, 50);
  for (size_t i = 0; ok && i < sizeof sizes / sizeof sizes[0]; i++)
    ok = stretch(room, text, sizes[i].bytes) &&
         row(t, sizes[i].name, (zg_str){room->p, room->n}, sizes[i].times);
  return ok;
}

static bool hostile(const timer *t, zg_buf *room) {
  static const struct {
    const char *name, *piece;
  } patterns[] = {{"one sentence", "整改落实不到位的问题"},
                  {"numbers in one line", "1.一是2、（三）问题。"},
                  {"tokens, a line each", "1.\n"},
                  {"heads, a line each", "1.关于“管理不严”的问题。\n"},
                  {"open quotes", "针对“关于“"},
                  {"brackets", "（((【"},
                  {"markers", "整改情况："},
                  {"dates", "2024815日至"},
                  {"money", "追缴1,000.5万元"},
                  {"blanks", " \t"},
                  {"empty lines", "\n"},
                  {"field lines", "责任单位：县局；完成时限：6月；\n"}};
  bool ok = true;
  for (size_t i = 0; ok && i < sizeof patterns / sizeof patterns[0]; i++) {
    double s[2] = {0, 0};
    size_t findings;
    for (int k = 0; ok && k < 2; k++) {
      size_t want = k ? 10 * MB : MB;
      zg_buf_clear(room);
      while (!room->failed && room->n < want)
        zg_buf_adds(room, patterns[i].piece);
      ok = !room->failed && (s[k] = parse_once(t, (zg_str){room->p, room->n}, 1,
                                               &findings)) >= 0;
    }
    if (ok)
      printf("%-26s %10.1f %10.1f %10.2f\n", patterns[i].name, s[0] * 1e3,
             s[1] * 1e3, s[1] / s[0] / 10);
  }
  return ok;
}

static bool slurp(const char *path, zg_buf *out) {
  char piece[65536];
  size_t n;
  FILE *f = fopen(path, "rb");
  if (!f)
    return false;
  while ((n = fread(piece, 1, sizeof piece, f)) > 0)
    zg_buf_add(out, piece, n);
  bool ok = !ferror(f) && !out->failed;
  fclose(f);
  return ok;
}

bool zg_bench_parse(const char *path) {
  timer t;
  zg_buf text = ZG_BUF_INIT, room = ZG_BUF_INIT;
  bool ok = slurp(path, &text);
  if (!ok)
    perror(path);
  if (!ok || !set_up(&t)) {
    zg_buf_free(&text);
    return false;
  }
  printf("%-26s %10s %10s %10s %10s\n", "parse", "bytes", "findings", "cpu ms",
         "MB/s");
  ok = natural(&t, (zg_str){text.p, text.n}, &room);
  if (ok)
    printf("\n%-26s %10s %10s %10s\n", "hostile", "1 MB, ms", "10 MB, ms",
           "growth");
  ok = ok && hostile(&t, &room);
  if (ok)
    printf("\ngrowth 1.0: a byte costs the same in a text ten times as long\n");
  tear_down(&t);
  zg_buf_free(&text);
  zg_buf_free(&room);
  return ok;
}
