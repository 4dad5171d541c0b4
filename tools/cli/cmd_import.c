/* zhenggai import: files, directories and standard input, streamed to
 * POST /v1/import as one chunked request; answers are read as they come and
 * matched with the places that the lines came from. */
#include "tools/cli/answer.h"
#include "tools/cli/client.h"
#include "tools/cli/input.h"
#include "tools/cli/progress.h"
#include "tools/cli/table.h"

#include <stdlib.h>

typedef struct import_options {
  const char *source;
  bool quiet;
} import_options;

#define OPTION(kind, member) kind, offsetof(import_options, member)
static const zg_option options[] = {
    {"source", 0, "TEXT", "写入 .txt 文件的来源", "source of the .txt files",
     OPTION(ZG_TEXT_OPTION, source)},
    {"quiet", 'q', NULL, "不显示进度与总结", "no progress bar, no summary",
     OPTION(ZG_FLAG, quiet)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

typedef struct import {
  const zg_cli *cli;
  zg_feed *feed;
  zg_progress progress;
  zg_buf out; /* made, not yet sent, from `sent` on */
  size_t sent;
  zg_buf in;          /* answers, the incomplete last line */
  zg_origin *origins; /* of the lines sent, in order */
  size_t n_origins, cap_origins, answered;
  uint64_t ok[ZG_SENT_KINDS], failed, findings;
  bool quiet;
  char refused[512]; /* error of the request as a whole */
} import;

static void show_failure(import *m, const char *path, uint32_t line,
                         const char *message, const char *code) {
  zg_progress_clear(&m->progress);
  if (line > 0)
    fprintf(stderr, "%s:%u: %s", path, line, message);
  else
    fprintf(stderr, "%s: %s", path, message);
  fprintf(stderr, code ? " [%s]\n" : "\n", code);
}

static void on_fault(void *user, const char *path, uint32_t line,
                     const char *message) {
  import *m = user;
  m->failed++;
  show_failure(m, path, line, message, NULL);
}

static bool remember(import *m, zg_origin o) {
  if (m->n_origins == m->cap_origins) {
    size_t cap = m->cap_origins ? m->cap_origins * 2 : 1024;
    zg_origin *bigger = realloc(m->origins, cap * sizeof *bigger);
    if (!bigger)
      return false;
    m->origins = bigger;
    m->cap_origins = cap;
  }
  m->origins[m->n_origins++] = o;
  return true;
}

static size_t on_read(char *p, size_t n, void *user) {
  import *m = user;
  if (m->sent == m->out.n) {
    zg_origin o;
    zg_buf_clear(&m->out);
    m->sent = 0;
    while (m->out.n < n && zg_feed_next(m->feed, &m->out, &o))
      if (!remember(m, o))
        m->out.failed = true;
    if (m->out.failed)
      return SIZE_MAX;
  }
  size_t left = m->out.n - m->sent;
  if (left > n)
    left = n;
  if (left)
    memcpy(p, m->out.p + m->sent, left);
  m->sent += left;
  return left;
}

static void take_answer(import *m, const char *line) {
  cJSON *j = cJSON_Parse(line);
  const cJSON *ok = zg_member(j, "ok"), *error = zg_member(j, "error");
  if (cJSON_IsBool(ok)) {
    zg_origin o = {ZG_SENT_LINE, 0, 0};
    if (m->answered < m->n_origins)
      o = m->origins[m->answered++];
    if (cJSON_IsTrue(ok)) {
      m->ok[o.sent]++;
      m->findings += (uint64_t)zg_number(j, "findings", 0);
    } else {
      const char *message = zg_text(error, "message");
      m->failed++;
      show_failure(m, zg_feed_path(m->feed, o.file), o.line,
                   message ? message : "?", zg_text(error, "code"));
    }
  } else if (error) {
    const char *message = zg_text(error, "message");
    const char *code = zg_text(error, "code");
    snprintf(m->refused, sizeof m->refused, "%s [%s]", message ? message : "?",
             code ? code : "?");
  }
  cJSON_Delete(j);
}

static bool on_write(const char *p, size_t n, void *user) {
  import *m = user;
  if (m->cli->json)
    fwrite(p, 1, n, m->cli->out);
  if (!zg_buf_add(&m->in, p, n))
    return false;
  size_t from = 0;
  for (char *feed; (feed = memchr(m->in.p + from, '\n', m->in.n - from));) {
    *feed = '\0';
    take_answer(m, m->in.p + from);
    from = (size_t)(feed - m->in.p) + 1;
  }
  memmove(m->in.p, m->in.p + from, m->in.n - from);
  m->in.n -= from;
  return true;
}

static void on_tick(void *user) {
  import *m = user;
  uint64_t done, all;
  zg_feed_progress(m->feed, &done, &all);
  /* The answer begins when the last line is decided: until then what has been
   * taken by the daemon is all that is known. */
  if (!m->quiet)
    zg_progress_draw(&m->progress, done, all, m->n_origins);
}

static int send_all(import *m) {
  zg_client *c = zg_client_new(m->cli);
  if (!c)
    return 8;
  zg_request q = {.method = "POST",
                  .path = "/v1/import",
                  .type = "application/x-ndjson",
                  .read = on_read,
                  .write = on_write,
                  .write_errors = true, /* 207 and 400 answer line by line */
                  .tick = on_tick,
                  .user = m};
  zg_response r;
  int code = zg_client_send(c, &q, &r);
  zg_progress_clear(&m->progress);
  if (m->in.n && zg_buf_addc(&m->in, '\0'))
    take_answer(m, m->in.p); /* a last line without its newline */
  if (code == 0 && m->refused[0])
    code = zg_complain(m->cli,
                       r.http == 413   ? 6
                       : r.http >= 500 ? 13
                                       : 2,
                       "%s (HTTP %ld)", m->refused, r.http);
  zg_response_free(&r);
  zg_client_free(c);
  return code;
}

/* "2 份、3 行": each kind as what it is; returns how many in all. */
static uint64_t add_counts(const import *m, zg_buf *out) {
  static const struct {
    const char *zh, *one, *more;
  } names[ZG_SENT_KINDS] = {
      [ZG_SENT_BULLETIN] = {"份", "bulletin", "bulletins"},
      [ZG_SENT_LINE] = {"行", "line", "lines"},
      [ZG_SENT_ITEM] = {"项", "item", "items"}};
  char number[48];
  uint64_t all = 0;
  for (int k = 0; k < ZG_SENT_KINDS; k++) {
    uint64_t n = m->ok[k];
    if (n > 0)
      zg_buf_printf(out, "%s%s %s", all ? zg_say(m->cli, "、", ", ") : "",
                    zg_count_text(n, number),
                    !m->cli->english ? names[k].zh
                    : n == 1         ? names[k].one
                                     : names[k].more);
    all += n;
  }
  if (all == 0)
    zg_buf_adds(out, zg_say(m->cli, "0 份", "nothing"));
  zg_buf_addc(out, '\0');
  return all;
}

static void summary(const import *m) {
  char n[2][48];
  zg_buf in = ZG_BUF_INIT;
  if (add_counts(m, &in) + m->failed == 0)
    goto out;
  double spent = zg_seconds() - m->progress.started;
  fprintf(stderr,
          zg_say(m->cli,
                 "入库 %s，含问题 %s 条%s，失败 %s；用时 %.1f 秒，%.0f 条问题"
                 "/秒\n",
                 "%s in, %s finding%s, %s failed; %.1f s, %.0f findings/s\n"),
          in.p ? in.p : "?", zg_count_text(m->findings, n[0]),
          m->cli->english && m->findings != 1 ? "s" : "",
          zg_count_text(m->failed, n[1]), spent,
          spent > 0 ? (double)m->findings / spent : 0.0);
out:
  zg_buf_free(&in);
}

static int run(const zg_cli *cli, const void *opts, const char **args,
               size_t n_args) {
  const import_options *o = opts;
  if (n_args == 0)
    return zg_complain(
        cli, ZG_EXIT_USAGE, "%s",
        zg_say(cli, "需要文件、目录或 -", "needs files, directories or -"));
import m = {.cli = cli, .quiet = o->quiet };
  zg_progress_start(&m.progress, cli);
  m.feed = zg_feed_new(cli, o->source, on_fault, &m);
  int code = m.feed ? 0 : 8;
  for (size_t i = 0; code == 0 && i < n_args; i++)
    code = zg_feed_add(m.feed, args[i]) ? 0 : 8;
  if (code == 0 && zg_feed_files(m.feed) == 0) {
    if (m.failed == 0)
      zg_complain(cli, 0, "%s",
                  zg_say(cli, "没有可入库的文件（.txt .json .ndjson）",
                         "no files to import (.txt .json .ndjson)"));
    code = ZG_EXIT_NO_INPUT;
  } else if (code == 0) {
    code = send_all(&m);
    if (!o->quiet)
      summary(&m);
    if (m.answered < m.n_origins && code == 0)
      code = zg_complain(
          cli, 13,
          zg_say(cli, "有 %zu 行没有得到回答", "%zu lines were not answered"),
          m.n_origins - m.answered);
    if (code == 0 && m.failed)
      code = ZG_EXIT_SOME_FAILED;
  }
  zg_feed_free(m.feed);
  zg_buf_free(&m.out);
  zg_buf_free(&m.in);
  free(m.origins);
  return code;
}

const zg_command zg_cmd_import = {
    "import",
    "FILE|DIR|-…",
    "入库：.txt、.json、.ndjson 文件、目录，或标准输入的 NDJSON",
    "import .txt, .json, .ndjson files, directories, NDJSON from stdin",
    options,
    sizeof(import_options),
    run};
