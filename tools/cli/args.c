#include "tools/cli/args.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned zg_args_distance(const char *a, const char *b) {
  unsigned row[64];
  size_t n = strlen(b);
  if (n >= 64)
    n = 63;
  for (size_t j = 0; j <= n; j++)
    row[j] = (unsigned)j;
  for (size_t i = 1; *a; a++, i++) {
    unsigned diagonal = row[0];
    row[0] = (unsigned)i;
    for (size_t j = 1; j <= n; j++) {
      unsigned change = diagonal + (*a != b[j - 1]);
      diagonal = row[j];
      unsigned insert = row[j - 1] + 1, drop = row[j] + 1;
      row[j] = change < insert ? change : insert;
      if (drop < row[j])
        row[j] = drop;
    }
  }
  return row[n];
}

bool zg_args_number(const char *text, long long min, long long max,
                    long long *out) {
  char *end = NULL;
  errno = 0;
  long long v = strtoll(text, &end, 10);
  if (errno || end == text || *end || v < min || v > max)
    return false;
  *out = v;
  return true;
}

typedef struct parser {
  const zg_option_table *tables;
  size_t n_tables;
  bool english;
  char *message;
  size_t size;
} parser;

static const zg_option *find(const parser *p, const char *name, size_t n,
                             char letter, void **base) {
  for (size_t t = 0; t < p->n_tables; t++)
    for (const zg_option *o = p->tables[t].options; o->name; o++)
      if (letter ? o->letter == letter
                 : strlen(o->name) == n && memcmp(o->name, name, n) == 0) {
        *base = (char *)p->tables[t].base + o->offset;
        return o;
      }
  return NULL;
}

static bool unknown(const parser *p, const char *given) {
  char name[64];
  snprintf(name, sizeof name, "%.*s",
           (int)strcspn(given + strspn(given, "-"), "="),
           given + strspn(given, "-"));
  const char *best = NULL;
  unsigned least = 4; /* further away is no hint */
  for (size_t t = 0; t < p->n_tables; t++)
    for (const zg_option *o = p->tables[t].options; o->name; o++) {
      unsigned d = zg_args_distance(name, o->name);
      if (d < least) {
        least = d;
        best = o->name;
      }
    }
  if (p->english)
    snprintf(p->message, p->size, "unknown option %s%s%s%s", given,
             best ? "; did you mean --" : "", best ? best : "",
             best ? "?" : "");
  else
    snprintf(p->message, p->size, "没有选项 %s%s%s%s", given,
             best ? "，是否想用 --" : "", best ? best : "", best ? "？" : "");
  return false;
}

static bool store(const parser *p, const zg_option *o, void *to,
                  const char *value) {
  zg_texts *texts = to;
  if (o->kind == ZG_TEXT_OPTION) {
    *(const char **)to = value;
  } else if (texts->n < ZG_ARGS_MAX) {
    texts->items[texts->n++] = value;
  } else {
    snprintf(p->message, p->size,
             p->english ? "--%s: given more than %d times"
                        : "--%s：最多给出 %d 次",
             o->name, ZG_ARGS_MAX);
    return false;
  }
  return true;
}

/* One option at argv[*i]; moves *i over a separate value. */
static bool take(const parser *p, int argc, char **argv, int *i) {
  const char *arg = argv[*i];
  bool is_long = arg[1] == '-';
  const char *equals = is_long ? strchr(arg, '=') : NULL;
  void *to = NULL;
  size_t length = equals ? (size_t)(equals - arg - 2) : strlen(arg + 1) - 1;
  const zg_option *o = is_long ? find(p, arg + 2, length, 0, &to)
                               : find(p, NULL, 0, arg[1], &to);
  if (!o || (!is_long && !o->value && arg[2]))
    return unknown(p, arg);
  if (!o->value) {
    if (equals) {
      snprintf(p->message, p->size,
               p->english ? "--%s takes no value" : "--%s 不带值", o->name);
      return false;
    }
    *(bool *)to = true;
    return true;
  }
  if (equals)
    return store(p, o, to, equals + 1);
  if (!is_long && arg[2])
    return store(p, o, to, arg + 2);
  if (*i + 1 >= argc) {
    snprintf(p->message, p->size,
             p->english ? "--%s needs a value: %s" : "--%s 需要一个值：%s",
             o->name, o->value);
    return false;
  }
  return store(p, o, to, argv[++*i]);
}

bool zg_args_parse(const zg_option_table *tables, size_t n_tables, int argc,
                   char **argv, bool english, const char ***rest,
                   size_t *n_rest, char *message, size_t message_size) {
  parser p = {tables, n_tables, english, message, message_size};
  *n_rest = 0;
  *rest = calloc((size_t)argc + 1, sizeof **rest);
  if (!*rest) {
    snprintf(message, message_size, "no memory");
    return false;
  }
  bool options = true;
  for (int i = 0; i < argc; i++) {
    const char *arg = argv[i];
    if (options && strcmp(arg, "--") == 0)
      options = false;
    else if (!options || arg[0] != '-' || arg[1] == '\0')
      (*rest)[(*n_rest)++] = arg;
    else if (!take(&p, argc, argv, &i))
      return false;
  }
  return true;
}
