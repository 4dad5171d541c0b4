/* Running text in a terminal: wrapped by display width, with spans in colour.
 */
#ifndef ZG_CLI_PROSE_H
#define ZG_CLI_PROSE_H

#include "tools/cli/cli.h"
#include <cjson/cJSON.h>

/* Spans of an API array [[start,len],…] (ascending) into a malloc'd array. */
zg_span *zg_prose_spans(const cJSON *array, size_t *n);

typedef struct zg_prose {
  int indent; /* blanks before every line but the first */
  const char
      *hang;      /* printed instead of them, `indent` columns wide; or NULL */
  int first;      /* columns already used on the first line */
  int max_lines;  /* 0: all; the last shown ends with "…" when cut */
  zg_colour base; /* of what is outside the spans */
} zg_prose;

/* Prints text wrapped to the terminal, and a newline. */
void zg_prose_print(const zg_cli *cli, zg_str text, const zg_span *spans,
                    size_t n_spans, zg_prose how);

#endif
