/* zhenggai: the command of the daemon zhenggaid.  Parses the command's name
 * and options; each command lives in its own cmd_*.c. */
#include "tools/cli/cli.h"
#include "tools/cli/labels.h"

#include <signal.h>
#include <stdlib.h>

static const zg_command *const commands[] = {
    &zg_cmd_import,    &zg_cmd_search,   &zg_cmd_stats,  &zg_cmd_parse,
    &zg_cmd_reconcile, &zg_cmd_export,   &zg_cmd_list,   &zg_cmd_show,
    &zg_cmd_delete,    &zg_cmd_taxonomy, &zg_cmd_reload, &zg_cmd_reclassify,
    &zg_cmd_health,    &zg_cmd_version};
#define N_COMMANDS (sizeof commands / sizeof commands[0])

#define COMMON(kind, member) kind, offsetof(zg_cli, member)
static const zg_option common[] = {
    {"socket", 0, "PATH", "Unix 套接字（默认 $ZHENGGAI_SOCKET）",
     "Unix socket (default $ZHENGGAI_SOCKET)",
     COMMON(ZG_TEXT_OPTION, given_socket)},
    {"url", 0, "URL", "改用 TCP 地址，如 http://127.0.0.1:7700",
     "TCP address instead, as http://127.0.0.1:7700",
     COMMON(ZG_TEXT_OPTION, given_url)},
    {"json", 0, NULL, "原样输出服务返回的 JSON", "print the daemon's JSON",
     COMMON(ZG_FLAG, json)},
    {"color", 0, "auto|always|never", "颜色（NO_COLOR 也可关闭）",
     "colours (NO_COLOR turns them off too)", COMMON(ZG_TEXT_OPTION, color)},
    {"lang", 0, "zh|en", "界面语言，默认中文（或 $ZHENGGAI_LANG）",
     "language, Chinese by default (or $ZHENGGAI_LANG)",
     COMMON(ZG_TEXT_OPTION, lang)},
    {"help", 'h', NULL, "显示本帮助", "show this help", COMMON(ZG_FLAG, help)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

static void print_options(const zg_cli *cli, const zg_option *o) {
  for (; o && o->name; o++) {
    char left[80];
    if (o->letter)
      snprintf(left, sizeof left, "-%c, --%s%s%s", o->letter, o->name,
               o->value ? " " : "", o->value ? o->value : "");
    else
      snprintf(left, sizeof left, "    --%s%s%s", o->name, o->value ? " " : "",
               o->value ? o->value : "");
    fprintf(cli->out, "  %-30s %s\n", left, zg_say(cli, o->zh, o->en));
  }
}

static void overview(const zg_cli *cli, FILE *to) {
  fputs(zg_say(cli,
               "用法：zhenggai 命令 [参数…] [选项…]\n"
               "整改通报的入库、检索与统计（服务端：zhenggaid）。\n\n命令：\n",
               "usage: zhenggai COMMAND [ARGUMENTS] [OPTIONS]\n"
               "Rectification bulletins: import, search, count (the daemon is "
               "zhenggaid).\n\ncommands:\n"),
        to);
  for (size_t i = 0; i < N_COMMANDS; i++)
    fprintf(to, "  %-10s %s\n", commands[i]->name,
            zg_say(cli, commands[i]->zh, commands[i]->en));
  fputs(zg_say(cli,
               "\n每个命令的选项：zhenggai 命令 --help；英文界面：--lang en\n",
               "\noptions of a command: zhenggai COMMAND --help; Chinese: "
               "--lang zh\n"),
        to);
}

static void command_help(const zg_cli *cli, const zg_command *cmd) {
  fprintf(cli->out, "%szhenggai %s%s%s\n%s\n\n",
          zg_say(cli, "用法：", "usage: "), cmd->name, *cmd->args ? " " : "",
          cmd->args, zg_say(cli, cmd->zh, cmd->en));
  if (cmd->options) {
    fputs(zg_say(cli, "选项：\n", "options:\n"), cli->out);
    print_options(cli, cmd->options);
  }
  fputs(zg_say(cli, "通用选项：\n", "common options:\n"), cli->out);
  print_options(cli, common);
}

static const zg_command *find_command(const char *name) {
  for (size_t i = 0; i < N_COMMANDS; i++)
    if (strcmp(commands[i]->name, name) == 0)
      return commands[i];
  return NULL;
}

static int unknown_command(const zg_cli *cli, const char *name) {
  const char *best = NULL;
  unsigned least = 4;
  for (size_t i = 0; i < N_COMMANDS; i++) {
    unsigned d = zg_args_distance(name, commands[i]->name);
    if (d < least) {
      least = d;
      best = commands[i]->name;
    }
  }
  zg_complain(cli, 0, "%s %s%s%s%s", zg_say(cli, "没有命令", "no command"),
              name, best ? zg_say(cli, "，是否想用 ", "; did you mean ") : "",
              best ? best : "", best ? zg_say(cli, "？", "?") : "");
  fprintf(stderr, "%s\n",
          zg_say(cli, "全部命令：zhenggai --help", "all: zhenggai --help"));
  return ZG_EXIT_USAGE;
}

/* --lang before the command or among its options decides the language of the
 * messages about the options themselves, so it is looked for first. */
static void early_language(zg_cli *cli, int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    const char *v = NULL;
    if (strncmp(argv[i], "--lang=", 7) == 0)
      v = argv[i] + 7;
    else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
      v = argv[i + 1];
    if (v)
      cli->english = strncmp(v, "en", 2) == 0;
  }
}

static int run_command(zg_cli *cli, const zg_command *cmd, int argc,
                       char **argv) {
  void *options = calloc(1, cmd->options_size ? cmd->options_size : 1);
  const zg_option_table tables[2] = {{common, cli}, {cmd->options, options}};
  const char **rest = NULL;
  size_t n = 0;
  char message[512] = "";
  int code;
  if (!options ||
      !zg_args_parse(tables, cmd->options ? 2 : 1, argc, argv, cli->english,
                     &rest, &n, message, sizeof message) ||
      !zg_cli_settle(cli, message, sizeof message)) {
    zg_complain(cli, 0, "%s", message);
    fprintf(stderr, "%s zhenggai %s --help\n", zg_say(cli, "用法见", "see"),
            cmd->name);
    code = ZG_EXIT_USAGE;
  } else if (cli->help) {
    command_help(cli, cmd);
    code = 0;
  } else {
    cli->names = zg_names_new();
    code = cmd->run(cli, options, rest, n);
    zg_names_free(cli->names);
  }
  free(rest);
  free(options);
  return code;
}

/* Index of the command: common options may stand before it. */
static int command_index(int argc, char **argv) {
  int at = 1;
  while (at < argc && strncmp(argv[at], "--", 2) == 0) {
    const zg_option *o = common;
    size_t n = strcspn(argv[at] + 2, "=");
    while (o->name &&
           (strlen(o->name) != n || strncmp(o->name, argv[at] + 2, n)))
      o++;
    if (!o->name || strcmp(o->name, "help") == 0)
      break;
    at += o->kind == ZG_FLAG || argv[at][2 + n] == '=' ? 1 : 2;
  }
  return at;
}

int main(int argc, char **argv) {
  zg_cli cli;
  signal(SIGPIPE, SIG_IGN);
  zg_cli_init(&cli);
  early_language(&cli, argc, argv);
  int at = command_index(argc, argv);
  const char *name = at < argc ? argv[at] : "";
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
      strcmp(name, "help") == 0) {
    overview(&cli, stdout);
    return 0;
  }
  if (strcmp(name, "--version") == 0)
    name = "version";
  if (!*name) {
    overview(&cli, stderr);
    return ZG_EXIT_USAGE;
  }
  const zg_command *cmd = find_command(name);
  if (!cmd)
    return unknown_command(&cli, name);
  /* The command goes to the front, what stood before it to its options. */
  memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
  int code = run_command(&cli, cmd, argc - 2, argv + 2);
  if (fflush(stdout) != 0 && code == 0)
    code = 10;
  return code;
}
