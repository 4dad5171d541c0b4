/* zhenggai-corpus: writes synthetic findings or bulletins as NDJSON, or, with
 * --out, labelled bulletins as files with their gold facts beside them. */
#include "tools/corpus/corpus.h"
#include "tools/corpus/labelled.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct options {
  uint64_t findings, bulletins, seed, per_class;
  const char *queries;
  zg_labelled labelled;
} options;

static void usage(FILE *to) {
  fputs(
      "usage: zhenggai-corpus --findings N [--seed S]\n"
      "                       [--queries FILE [--per-class K]]\n"
      "       zhenggai-corpus --bulletins N [--seed S]\n"
      "       zhenggai-corpus --bulletins N --out DIR [--seed S]\n"
      "                       [--layout F] [--noise X] [--look-alikes M]\n"
      "Without --out: plain NDJSON on standard output, for load and speed.\n"
      "With --out: DIR/bNNNNN.txt and .gold.json, whole bulletins in every\n"
      "layout, opening and noise with their facts, to judge a parser; and\n"
      "DIR/nNNNNN.txt, texts that are no bulletins.  The same seed gives the\n"
      "same bytes on every machine.\n"
      "  --findings N      ready findings of about 500 characters\n"
      "  --bulletins N     bulletins\n"
      "  --seed S          default 1\n"
      "  --queries FILE    also writes queries over those findings\n"
      "  --per-class K     queries of each class, default 200\n"
      "  --layout F        F1 ... F10, mix: only this one\n"
      "  --noise X         none, all (one after the other), many (four\n"
      "                    times as often), or a name of\n"
      "                    tools/corpus/draft.h; default: as often as seen\n"
      "  --look-alikes M   default 0\n",
      to);
}

static bool number(const char *text, uint64_t *out) {
  char *end = NULL;
  errno = 0;
  unsigned long long v = strtoull(text, &end, 10);
  if (errno || end == text || *end || text[0] == '-' || v > UINT32_MAX)
    return false;
  *out = v;
  return true;
}

/* 0: go on; else an exit code + 1. */
static int parse(int argc, char **argv, options *o) {
  static const struct option table[] = {
      {"findings", required_argument, NULL, 'f'},
      {"bulletins", required_argument, NULL, 'b'},
      {"seed", required_argument, NULL, 's'},
      {"queries", required_argument, NULL, 'q'},
      {"per-class", required_argument, NULL, 'k'},
      {"out", required_argument, NULL, 'o'},
      {"layout", required_argument, NULL, 'l'},
      {"noise", required_argument, NULL, 'n'},
      {"look-alikes", required_argument, NULL, 'm'},
      {"help", no_argument, NULL, 'h'},
      {NULL, 0, NULL, 0}};
  bool ok = true;
  for (int c; ok && (c = getopt_long(argc, argv, "h", table, NULL)) != -1;) {
    switch (c) {
    case 'f':
      ok = number(optarg, &o->findings);
      break;
    case 'b':
      ok = number(optarg, &o->bulletins);
      break;
    case 's':
      ok = number(optarg, &o->seed);
      break;
    case 'k':
      ok = number(optarg, &o->per_class);
      break;
    case 'q':
      o->queries = optarg;
      break;
    case 'o':
      o->labelled.out = optarg;
      break;
    case 'l':
      ok = (o->labelled.layout = zg_layout_of(optarg)) >= 0;
      break;
    case 'n':
      ok = (o->labelled.noise = zg_noise_of(optarg)) != ZG_NOISE_UNKNOWN;
      break;
    case 'm':
      ok = number(optarg, &o->labelled.look_alikes);
      break;
    case 'h':
      usage(stdout);
      return 1;
    default:
      ok = false;
    }
  }
  const zg_labelled *l = &o->labelled;
  if (l->out) /* look-alikes alone will do */
    ok = ok && optind == argc && o->bulletins + l->look_alikes > 0 &&
         o->findings == 0 && !o->queries;
  else
    ok = ok && optind == argc && (o->findings > 0) != (o->bulletins > 0) &&
         (!o->queries || o->findings > 0) && l->look_alikes == 0 &&
         l->layout < 0 && l->noise == ZG_NOISE_AS_WEIGHED;
  if (ok)
    return 0;
  usage(stderr);
  return 3;
}

typedef void make_fn(const zg_corpus *c, uint64_t n, zg_buf *out);

static bool write_items(const zg_corpus *c, make_fn *make, uint64_t n) {
  zg_buf out = ZG_BUF_INIT;
  bool ok = true;
  for (uint64_t i = 0; i < n && ok; i++) {
    make(c, i, &out);
    if (out.n >= 1 << 16 || i + 1 == n) {
      ok = !out.failed && fwrite(out.p, 1, out.n, stdout) == out.n;
      zg_buf_clear(&out);
    }
  }
  zg_buf_free(&out);
  return ok && fflush(stdout) == 0;
}

static bool write_queries(const zg_corpus *c, const options *o) {
  FILE *to = fopen(o->queries, "wb");
  if (!to)
    return false;
  zg_buf out = ZG_BUF_INIT;
  for (int cls = 0; cls < ZG_CORPUS_CLASSES; cls++)
    for (uint64_t k = 0; k < o->per_class; k++)
      zg_corpus_query(c, (zg_corpus_class)cls, k, o->findings, &out);
  bool ok = !out.failed && fwrite(out.p, 1, out.n, to) == out.n;
  zg_buf_free(&out);
  return fclose(to) == 0 && ok;
}

int main(int argc, char **argv) {
  options o = {.seed = 1,
               .per_class = 200,
               .labelled = {.layout = -1, .noise = ZG_NOISE_AS_WEIGHED}};
  int done = parse(argc, argv, &o);
  if (done)
    return done - 1;
  if (o.labelled.out) {
    o.labelled.seed = o.seed;
    o.labelled.bulletins = o.bulletins;
    if (zg_labelled_write(&o.labelled))
      return 0;
    fprintf(stderr, "zhenggai-corpus: %s: %s\n", o.labelled.out,
            strerror(errno));
    return 1;
  }
  zg_corpus *c = zg_corpus_new(o.seed);
  if (!c) {
    fputs("zhenggai-corpus: no memory, or ICU has no GB2312 table\n", stderr);
    return 1;
  }
  bool ok = o.findings ? write_items(c, zg_corpus_finding, o.findings)
                       : write_items(c, zg_corpus_bulletin, o.bulletins);
  if (ok && o.queries)
    ok = write_queries(c, &o);
  if (!ok)
    fprintf(stderr, "zhenggai-corpus: writing failed: %s\n", strerror(errno));
  zg_corpus_free(c);
  return ok ? 0 : 1;
}
