/* zhenggaid: options in, exit code out. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/options.h"
#include "daemon/server.h"
#include "daemon/version.h"
#include "index/store.h"

#define EXIT_USAGE_ERROR 64 /* EX_USAGE of sysexits.h */

static const char *environment(const char *name) { return getenv(name); }

static int exit_code(zg_status st) {
  if (st == ZG_OK)
    return 0;
  return st == ZG_CORRUPT ? 2 : 1;
}

/* The end took too long (server.h). */
static void on_alarm(int number) {
  (void)number;
  _exit(0);
}

static zg_status compact(const zg_options *o, zg_error *err) {
  zg_normaliser *nz = NULL;
  zg_store_options so = {.dir = o->data, .read_only = o->read_only};
  zg_compacted done;
  zg_status st = zg_normaliser_new(&nz, err);
  if (!st)
    st = zg_store_compact(nz, &so, &done, err);
  if (!st)
    printf("zhenggaid: %s: %.1f MB, before %.1f MB\n", o->data,
           (double)done.after / 1e6, (double)done.before / 1e6);
  zg_normaliser_free(nz);
  return st;
}

int main(int argc, char **argv) {
  zg_options options;
  zg_error err = ZG_ERROR_INIT;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGALRM, on_alarm);
  int code = EXIT_USAGE_ERROR;
  zg_status st = zg_options_read(&options, argc, argv, environment, &err);
  if (st) {
    fprintf(stderr, "zhenggaid: %s\n", err.message);
  } else if (options.show_help) {
    char *help = zg_options_help(environment);
    fputs(help ? help : "", stdout);
    free(help);
    code = 0;
  } else if (options.show_version) {
    printf("zhenggaid %s\n", ZG_VERSION);
    code = 0;
  } else {
    st = options.compact ? compact(&options, &err)
                         : zg_server_run(&options, &err);
    if (st)
      fprintf(stderr, "zhenggaid: %s\n", err.message);
    code = exit_code(st);
  }
  zg_options_free(&options);
  return code;
}
