/* Options of the daemon: command line over environment over configuration
 * file over default.  One table (options.c) holds every option's name, its
 * environment variable and its help.
 */
#ifndef ZG_OPTIONS_H
#define ZG_OPTIONS_H

#include "daemon/log.h"
#include "index/status.h"

#define ZG_IMPORT_MEMORY_MIN 16

typedef struct zg_options {
  char *data;          /* data directory */
  char *listen;        /* HOST:PORT, or "none" */
  char *socket;        /* path, or "none" */
  char *taxonomy;      /* its file; NULL: the built-in one */
  char *allowed_hosts; /* further names for Host and Origin, comma separated */
  bool socket_given;   /* not the default */
  bool read_only;
  bool log_json;
  bool compact; /* compact the data directory and end */
  bool show_help, show_version;
  unsigned threads;          /* search workers */
  unsigned queue;            /* jobs that may wait */
  unsigned cache_mb;         /* posting lists and match sets; 0: by findings */
  unsigned idle_timeout;     /* seconds that a silent connection may stay */
  unsigned import_memory_mb; /* prepared lines of imports, all together */
  zg_log_level log_level;
  char host[64]; /* the two halves of `listen`; port -1: none */
  int port;
} zg_options;

typedef const char *(*zg_getenv)(const char *name); /* getenv, or a test's */

/* Reads all sources and checks them; zg_options_free in any case.
 * ZG_INVALID names the option and where it stood. */
zg_status zg_options_read(zg_options *out, int argc, char *const *argv,
                          zg_getenv env, zg_error *err);
void zg_options_free(zg_options *o);
/* One `key = value` file; '#' and ';' begin comment lines. */
zg_status zg_options_file(zg_options *o, const char *path, zg_error *err);
/* Help in Chinese, or in English where the locale asks for it; malloc'd. */
char *zg_options_help(zg_getenv env);
#endif
