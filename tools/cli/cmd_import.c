/* zhenggai import: files, directories and standard input, streamed to
 * POST /v1/import as one chunked request; answers are read as they come and
 * matched with the places that the lines came from. */
#include "tools/cli/answer.h"
#include "tools/cli/client.h"
#include "tools/cli/input.h"
#include "tools/cli/progress.h"
#include "tools/cli/report.h"

#include <stdlib.h>

typedef struct import_options {
  const char *source;
  bool quiet, dry_run;
} import_options;

#define OPTION(kind, member) kind, offsetof(import_options, member)
static const zg_option options[] = {
    {"source", 0, "TEXT", "写入各文件的来源", "source of the files",
     OPTION(ZG_TEXT_OPTION, source)},
    {"dry-run", 'n', NULL, "只解析，不入库", "parse all, store nothing",
     OPTION(ZG_FLAG, dry_run)},
    {"quiet", 'q', NULL, "不显示进度与总结", "no progress bar, no summary",
     OPTION(ZG_FLAG, quiet)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

typedef struct import {
  const zg_cli *cli;
  zg_feed *feed;
  zg_report *report;
  zg_progress progress;
  zg_buf out; /* made, not yet sent, from `sent` on */
  size_t sent;
  zg_buf in;          /* answers, the incomplete last line */
  zg_origin *origins; /* of the lines sent, in order */
  size_t n_origins, cap_origins, answered;
  bool quiet, dry_run;
  char refused[512]; /* error of the request as a whole */
} import;

static void on_fault(void *user, const char *path, uint32_t line,
                     zg_reason reason, const char *message) {
  import *m = user;
  zg_report_refused(m->report, path, line, reason, message);
}

static void on_prepare(void *user, size_t done, size_t all) {
  import *m = user;
  if (!m->quiet)
    zg_progress_convert(&m->progress, done, all);
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
    const char *path = zg_feed_path(m->feed, o.file);
    if (cJSON_IsTrue(ok))
      zg_report_taken(m->report, o.sent, path, j,
                      zg_feed_doubt(m->feed, o.file));
    else
      zg_report_error(m->report, path, o.line, error);
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
                  .path = m->dry_run ? "/v1/import?dry_run=true" : "/v1/import",
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

/* Converting a folder takes minutes: not for a daemon that is not there. */
static int knock(const zg_cli *cli) {
  zg_client *c = zg_client_new(cli);
  zg_response r = {0, ZG_BUF_INIT};
  int code = c ? zg_client_send(
                     c, &(zg_request){.method = "GET", .path = "/health"}, &r)
               : 8;
  zg_response_free(&r);
  zg_client_free(c);
  return code;
}

/* What the report says, as an exit code. */
static int finish(import *m, int code) {
  double spent = zg_seconds() - m->progress.started;
  if (m->cli->json)
    zg_report_json(m->report, spent);
  if (!m->quiet)
    zg_report_print(m->report, spent);
  if (m->answered < m->n_origins && code == 0)
    code = zg_complain(
        m->cli, 13,
        zg_say(m->cli, "有 %zu 行没有得到回答", "%zu lines were not answered"),
        m->n_origins - m->answered);
  return code == 0 && zg_report_failed(m->report) ? ZG_EXIT_SOME_FAILED : code;
}

static int run(const zg_cli *cli, const void *opts, const char **args,
               size_t n_args) {
  const import_options *o = opts;
  if (n_args == 0)
    return zg_complain(
        cli, ZG_EXIT_USAGE, "%s",
        zg_say(cli, "需要文件、目录或 -", "needs files, directories or -"));
import m = {.cli = cli, .quiet = o->quiet, .dry_run = o->dry_run };
  zg_progress_start(&m.progress, cli);
  m.report = zg_report_new(cli, o->dry_run);
  m.feed = m.report ? zg_feed_new(cli, o->source, on_fault, &m) : NULL;
  int code = m.feed ? 0 : 8;
  for (size_t i = 0; code == 0 && i < n_args; i++)
    code = zg_feed_add(m.feed, args[i]) ? 0 : 8;
  if (code == 0 && zg_feed_files(m.feed) == 0) {
    if (zg_report_failed(m.report) == 0)
      zg_complain(cli, 0, "%s",
                  zg_say(cli, "没有可入库的文件", "no files to import"));
    finish(&m, 0);
    code = ZG_EXIT_NO_INPUT;
  } else if (code == 0 && (code = knock(cli)) == 0) {
    zg_feed_prepare(m.feed, on_prepare);
    zg_progress_clear(&m.progress);
    code = finish(&m, send_all(&m));
  }
  zg_feed_free(m.feed);
  zg_report_free(m.report);
  zg_buf_free(&m.out);
  zg_buf_free(&m.in);
  free(m.origins);
  return code;
}

const zg_command zg_cmd_import = {
    "import",
    "FILE|DIR|-…",
    "入库：文件（文本、网页、docx、pdf、doc、wps、json）、目录，或标准输入的 "
    "NDJSON",
    "import files (text, html, docx, pdf, doc, wps, json), directories, NDJSON "
    "from stdin",
    options,
    sizeof(import_options),
    run};
