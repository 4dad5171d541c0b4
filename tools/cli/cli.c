#include "tools/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool set(const char *value) { return value && *value; }

static int terminal_columns(void) {
  struct winsize w;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
    return w.ws_col;
  const char *env = getenv("COLUMNS");
  long long n;
  return set(env) && zg_args_number(env, 20, 10000, &n) ? (int)n : 100;
}

/* $ZHENGGAI_SOCKET, else the first socket of the usual places that is there,
 * else the daemon's default address. */
static void default_socket(zg_cli *cli) {
  const char *given = getenv("ZHENGGAI_SOCKET");
  const char *runtime = getenv("XDG_RUNTIME_DIR");
  if (set(given)) {
    cli->socket = given;
    return;
  }
  if (set(runtime))
    snprintf(cli->socket_default, sizeof cli->socket_default,
             "%s/zhenggai.sock", runtime);
  else
    snprintf(cli->socket_default, sizeof cli->socket_default,
             "/run/zhenggai/zhenggai.sock");
  cli->socket = cli->socket_default;
  if (!cli->url && access(cli->socket, F_OK) != 0)
    cli->url = "http://127.0.0.1:7700";
}

void zg_cli_init(zg_cli *cli) {
  *cli = (zg_cli){.out = stdout, .ambiguous = 1};
  cli->terminal = isatty(STDOUT_FILENO) == 1;
  cli->columns = terminal_columns();
  const char *ambiguous = getenv("ZHENGGAI_AMBIGUOUS_WIDTH");
  if (ambiguous && strcmp(ambiguous, "2") == 0)
    cli->ambiguous = 2;
  /* Chinese is the default whatever LANG says: the texts are Chinese. */
  const char *lang = getenv("ZHENGGAI_LANG");
  cli->english = lang && strncmp(lang, "en", 2) == 0;
  const char *term = getenv("TERM");
  cli->colour = cli->terminal && !set(getenv("NO_COLOR")) &&
                !(term && strcmp(term, "dumb") == 0);
  cli->url = set(getenv("ZHENGGAI_URL")) ? getenv("ZHENGGAI_URL") : NULL;
  default_socket(cli);
}

bool zg_cli_settle(zg_cli *cli, char *message, size_t size) {
  if (cli->lang) {
    cli->english = strcmp(cli->lang, "en") == 0;
    if (!cli->english && strcmp(cli->lang, "zh") != 0) {
      snprintf(message, size, "--lang: zh | en");
      return false;
    }
  }
  if (cli->given_socket && cli->given_url) {
    snprintf(message, size, "--socket | --url");
    return false;
  }
  if (cli->given_url)
    cli->url = cli->given_url;
  if (cli->given_socket) {
    cli->socket = cli->given_socket;
    cli->url = NULL; /* wins over the environment */
  }
  if (cli->color) {
    if (strcmp(cli->color, "always") == 0) {
      cli->colour = true;
    } else if (strcmp(cli->color, "never") == 0) {
      cli->colour = false;
    } else if (strcmp(cli->color, "auto") != 0) {
      snprintf(message, size, "--color: auto | always | never");
      return false;
    }
  }
  return true;
}

const char *zg_paint(const zg_cli *cli, zg_colour c) {
  static const char *const escapes[] = {"\033[0m",    "\033[1m",  "\033[2m",
                                        "\033[1;33m", "\033[32m", "\033[31m",
                                        "\033[33m",   "\033[36m"};
  return cli->colour ? escapes[c] : "";
}

const char *zg_fault_text(const zg_cli *cli, int error) {
  static const struct {
    int error;
    const char *zh;
  } table[] = {{ENOENT, "没有这个文件或目录"},
               {EACCES, "没有权限"},
               {EPERM, "没有权限"},
               {EISDIR, "是一个目录"},
               {ENOTDIR, "路径中有一段不是目录"},
               {ELOOP, "链接或目录层数过多"},
               {ENOSPC, "磁盘已满"},
               {ENOMEM, "内存不足"},
               {ENXIO, "不是可读取的文件"},
               {EIO, "读写出错"},
               {EROFS, "文件系统只读"},
               {EMFILE, "打开的文件过多"},
               {ENAMETOOLONG, "文件名过长"}};
  for (size_t i = 0; !cli->english && i < sizeof table / sizeof *table; i++)
    if (table[i].error == error)
      return table[i].zh;
  return strerror(error);
}

int zg_complain(const zg_cli *cli, int code, const char *fmt, ...) {
  va_list ap;
  fflush(cli->out);
  fputs("zhenggai: ", stderr);
  va_start(ap, fmt);
  vfprintf(stderr, fmt, ap);
  va_end(ap);
  fputc('\n', stderr);
  return code;
}
