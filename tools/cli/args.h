/* Options of a command: --name VALUE, --name=VALUE, -n VALUE, flags; options
 * and arguments in any order, "--" ends the options.  An unknown option is an
 * error with the nearest known name as a hint.
 */
#ifndef ZG_CLI_ARGS_H
#define ZG_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#define ZG_ARGS_MAX 64

typedef struct zg_texts {
  const char *items[ZG_ARGS_MAX];
  size_t n;
} zg_texts;

typedef enum zg_option_kind {
  ZG_FLAG,        /* bool */
  ZG_TEXT_OPTION, /* const char * */
  ZG_TEXTS_OPTION /* zg_texts: may be given several times */
} zg_option_kind;

typedef struct zg_option {
  const char *name;  /* without the dashes */
  char letter;       /* 0: none */
  const char *value; /* name of the value in the help; NULL: a flag */
  const char *zh, *en;
  zg_option_kind kind;
  size_t offset; /* of the member it fills, in the table's struct */
} zg_option;

/* A list of options ended by a NULL name, and the struct that they fill. */
typedef struct zg_option_table {
  const zg_option *options;
  void *base;
} zg_option_table;

/* Everything after the options goes to *rest (borrowed from argv; NULL-safe
 * up to argc items, in a malloc'd array that the caller frees).  On a fault
 * false and a message in English or Chinese. */
bool zg_args_parse(const zg_option_table *tables, size_t n_tables, int argc,
                   char **argv, bool english, const char ***rest,
                   size_t *n_rest, char *message, size_t message_size);

/* "12" -> 12 when min <= value <= max. */
bool zg_args_number(const char *text, long long min, long long max,
                    long long *out);

/* Edit distance of two short ASCII words, for hints. */
unsigned zg_args_distance(const char *a, const char *b);

#endif
