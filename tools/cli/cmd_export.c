/* zhenggai export: streams findings as NDJSON to a file or to
 * standard output; the NDJSON imports again. */
#include "tools/cli/client.h"
#include "tools/cli/progress.h"
#include "tools/cli/table.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct export_options {
  const char *filter, *q, *output;
} export_options;

#define OPTION(member) ZG_TEXT_OPTION, offsetof(export_options, member)
static const zg_option options[] = {
    {"filter", 'f', "EXPR", "筛选", "filter", OPTION(filter)},
    {"q", 'q', "WORDS", "检索词", "query", OPTION(q)},
    {"output", 'o', "FILE", "写入文件（完成后才改名就位）",
     "write to FILE (renamed into place at the end)", OPTION(output)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

typedef struct export {
  FILE *to;
  uint64_t lines, bytes;
  zg_progress progress;
  bool failed;
}
export;

static bool on_write(const char *p, size_t n, void *user) {
  export *x = user;
  for (size_t i = 0; i < n; i++)
    x->lines += p[i] == '\n';
  x->bytes += n;
  x->failed = fwrite(p, 1, n, x->to) != n;
  return !x->failed;
}

static void on_tick(void *user) {
  export *x = user;
  zg_progress_draw(&x->progress, 0, 0, x->lines);
}

static void path_of(const export_options *o, zg_buf *path) {
  zg_buf_adds(path, "/v1/export?format=ndjson");
  if (o->filter) {
    zg_buf_adds(path, "&filter=");
    zg_client_escape(zg_str_of(o->filter), path);
  }
  if (o->q) {
    zg_buf_adds(path, "&q=");
    zg_client_escape(zg_str_of(o->q), path);
  }
  zg_buf_addc(path, '\0');
}

/* A half-written export must not look like a whole one: FILE.part until the
 * answer has come to its end. */
static int finish(const zg_cli *cli, const export_options *o, export *x,
                  const char *part, int code) {
  if (!o->output)
    return fflush(x->to) == 0 && !x->failed ? code : 10;
  bool closed = fclose(x->to) == 0 && !x->failed;
  if (code == 0 && (!closed || rename(part, o->output) != 0))
    code = zg_complain(cli, 10, "%s: %s", o->output, zg_fault_text(cli, errno));
  if (code)
    unlink(part);
  return code;
}

static int run(const zg_cli *cli, const void *opts, const char **args,
               size_t n_args) {
  const export_options *o = opts;
  if (n_args)
    return zg_complain(cli, ZG_EXIT_USAGE, "%s: %s",
                       zg_say(cli, "多余的参数", "unexpected argument"),
                       args[0]);
  zg_buf path = ZG_BUF_INIT, part = ZG_BUF_INIT;
  export x = {.to = cli->out};
  zg_client *c = NULL;
  int code = 0;
  if (o->output) {
    zg_buf_printf(&part, "%s.part", o->output);
    zg_buf_addc(&part, '\0');
    x.to = fopen(part.p, "wb");
    if (!x.to) {
      code = zg_complain(cli, 10, "%s: %s", part.p, zg_fault_text(cli, errno));
      goto out;
    }
  }
  zg_progress_start(&x.progress, cli);
  x.progress.on = x.progress.on && (o->output || !cli->terminal);
  path_of(o, &path);
  c = zg_client_new(cli);
  zg_response r = {0, ZG_BUF_INIT};
  zg_request q = {.method = "GET",
                  .path = path.p,
                  .write = on_write,
                  .tick = on_tick,
                  .user = &x};
  code = c ? zg_client_send(c, &q, &r) : 8;
  zg_progress_clear(&x.progress);
  if (code == 0 && !zg_response_ok(&r))
    code = zg_response_failed(cli, &r);
  zg_response_free(&r);
  code = finish(cli, o, &x, part.p, code);
  if (code == 0 && o->output) {
    char n[48];
    fprintf(stderr, zg_say(cli, "导出 %s 行到 %s\n", "%s lines into %s\n"),
            zg_count_text(x.lines, n), o->output);
  }
out:
  zg_client_free(c);
  zg_buf_free(&path);
  zg_buf_free(&part);
  return code;
}

const zg_command zg_cmd_export = {
    "export",
    "[OPTION…]",
    "导出问题（NDJSON，可再次入库）",
    "export findings as NDJSON that imports again",
    options,
    sizeof(export_options),
    run};
