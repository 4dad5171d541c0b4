/* zhenggai health, version: is the daemon there, and which one. */
#include "index/version.h"
#include "tools/cli/answer.h"
#include "tools/cli/client.h"

/* Members of a flat object, one a line. */
static void print_members(const zg_cli *cli, const cJSON *o, int indent) {
  const cJSON *m;
  cJSON_ArrayForEach(m, o) {
    fprintf(cli->out, "%*s%s%s%s: ", indent, "", zg_paint(cli, ZG_DIM),
            m->string ? m->string : "-", zg_paint(cli, ZG_PLAIN));
    if (cJSON_IsObject(m) || cJSON_IsArray(m)) {
      fputc('\n', cli->out);
      print_members(cli, m, indent + 2);
    } else if (cJSON_IsString(m)) {
      fprintf(cli->out, "%s\n", m->valuestring);
    } else if (cJSON_IsNumber(m)) {
      fprintf(cli->out, "%.15g\n", m->valuedouble);
    } else {
      fprintf(cli->out, "%s\n",
              cJSON_IsTrue(m)    ? "true"
              : cJSON_IsFalse(m) ? "false"
                                 : "null");
    }
  }
}

static int run_health(const zg_cli *cli, const void *opts, const char **args,
                      size_t n_args) {
  (void)opts, (void)args, (void)n_args;
  cJSON *answer = NULL;
  int code = zg_client_ask(cli, "/health", NULL, &answer);
  print_members(cli, answer, 0);
  cJSON_Delete(answer);
  if (code || cli->json)
    return code;
  code = zg_client_ask(cli, "/v1/stats", NULL, &answer);
  print_members(cli, answer, 0);
  cJSON_Delete(answer);
  return code;
}

const zg_command zg_cmd_health = {"health",
                                  "",
                                  "服务是否正常、库的大小",
                                  "is the daemon well, how big is it",
                                  NULL,
                                  0,
                                  run_health};

/* The command's own version needs no daemon: only --json asks for its. */
static int run_version(const zg_cli *cli, const void *opts, const char **args,
                       size_t n_args) {
  (void)opts, (void)args, (void)n_args;
  if (cli->json) {
    cJSON *answer = NULL;
    int code = zg_client_ask(cli, "/v1/version", NULL, &answer);
    cJSON_Delete(answer);
    return code;
  }
  fprintf(cli->out, "zhenggai %s\n", ZG_VERSION);
  return 0;
}

const zg_command zg_cmd_version = {
    "version",
    "",
    "本命令的版本（--json：服务的版本）",
    "version of the command (--json: of the daemon)",
    NULL,
    0,
    run_version};
