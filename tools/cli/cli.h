/* What every command of `zhenggai` shares: language, colours, the terminal,
 * where the daemon is, and the table of commands.  One thread.
 */
#ifndef ZG_CLI_CLI_H
#define ZG_CLI_CLI_H

#include "index/text.h"
#include "tools/cli/args.h"
#include <stdio.h>

/* Exit codes beside those of index/status.h (2 usage or invalid request,
 * 3 not found, 4 no bulletin ...). */
#define ZG_EXIT_SOME_FAILED 1
#define ZG_EXIT_USAGE 2
#define ZG_EXIT_NO_INPUT 66
#define ZG_EXIT_UNREACHABLE 69 /* EX_UNAVAILABLE of sysexits */

typedef struct zg_cli {
  FILE *out;
  bool english, colour, terminal, json;
  int columns;        /* of the terminal; 100 when there is none */
  int ambiguous;      /* width of ambiguous characters: 1 or 2 */
  const char *socket; /* Unix socket path, or NULL */
  const char *url;    /* http://host:port, or NULL */
  char socket_default[256];
  /* Set by the common options. */
  bool help;
  const char *lang, *color, *given_socket, *given_url;
  /* Names of categories (labels.h), asked for when one is first shown. */
  struct zg_names *names;
} zg_cli;

/* `options` is the command's own struct as filled from the command line. */
typedef int zg_command_fn(const zg_cli *cli, const void *options,
                          const char **args, size_t n_args);

typedef struct zg_command {
  const char *name;
  const char *args; /* usage line: what follows the name */
  const char *zh, *en;
  const zg_option *options; /* ended by a NULL name; may be NULL */
  size_t options_size;
  zg_command_fn *run;
} zg_command;

/* One table each, ended by its own members (cmd_*.c). */
extern const zg_command zg_cmd_import, zg_cmd_search, zg_cmd_stats,
    zg_cmd_parse, zg_cmd_export, zg_cmd_list, zg_cmd_show, zg_cmd_delete,
    zg_cmd_taxonomy, zg_cmd_reload, zg_cmd_reclassify, zg_cmd_health,
    zg_cmd_version, zg_cmd_reconcile;

__attribute__((format_arg(2), format_arg(3))) static inline const char *
zg_say(const zg_cli *cli, const char *zh, const char *en) {
  return cli->english ? en : zh;
}

/* Fills in language, colours, size of the terminal and the socket from the
 * environment; zg_cli_settle applies the common options once parsed. */
void zg_cli_init(zg_cli *cli);
bool zg_cli_settle(zg_cli *cli, char *message, size_t size);

/* Colours: the escape when colours are on, else "". */
typedef enum zg_colour {
  ZG_PLAIN,
  ZG_BOLD,
  ZG_DIM,
  ZG_MATCH, /* highlighted bytes of a hit */
  ZG_GOOD,
  ZG_BAD,
  ZG_WARN,
  ZG_INFO
} zg_colour;
const char *zg_paint(const zg_cli *cli, zg_colour c);

/* Text of an errno in the language of `cli`. */
const char *zg_fault_text(const zg_cli *cli, int error);

/* "zhenggai: message" on standard error; returns `code`. */
int zg_complain(const zg_cli *cli, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
