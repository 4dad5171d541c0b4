#include "tools/cli/prose.h"
#include "tools/cli/width.h"

#include <stdlib.h>

zg_span *zg_prose_spans(const cJSON *array, size_t *n) {
  *n = 0;
  int size = cJSON_GetArraySize(array);
  zg_span *out = size > 0 ? calloc((size_t)size, sizeof *out) : NULL;
  const cJSON *pair;
  if (out)
    cJSON_ArrayForEach(pair, array) {
      const cJSON *start = cJSON_GetArrayItem(pair, 0);
      const cJSON *len = cJSON_GetArrayItem(pair, 1);
      if (cJSON_IsNumber(start) && cJSON_IsNumber(len))
        out[(*n)++] =
            (zg_span){(int64_t)start->valuedouble, (int64_t)len->valuedouble};
    }
  return out;
}

/* Bytes [from, to) of the text, spans in the match colour; *at is the first
 * span that may still reach in. */
static void print_line(const zg_cli *cli, zg_str text, size_t from, size_t to,
                       const zg_span *spans, size_t n, size_t *at,
                       zg_colour base) {
  const char *plain = zg_paint(cli, ZG_PLAIN);
  const char *colour = base != ZG_PLAIN ? zg_paint(cli, base) : "";
  fputs(colour, cli->out);
  while (from < to) {
    while (*at < n && (size_t)(spans[*at].start + spans[*at].len) <= from)
      (*at)++;
    size_t stop = to;
    bool match = false;
    if (*at < n && (size_t)spans[*at].start < to) {
      size_t start = (size_t)spans[*at].start;
      match = start <= from;
      size_t end = match ? (size_t)(spans[*at].start + spans[*at].len) : start;
      if (end < stop)
        stop = end;
    }
    if (match)
      fprintf(cli->out, "%s%.*s%s%s", zg_paint(cli, ZG_MATCH),
              (int)(stop - from), text.p + from, plain, colour);
    else
      fwrite(text.p + from, 1, stop - from, cli->out);
    from = stop;
  }
  if (base != ZG_PLAIN)
    fputs(plain, cli->out);
}

void zg_prose_print(const zg_cli *cli, zg_str text, const zg_span *spans,
                    size_t n_spans, zg_prose how) {
  size_t at = 0, span = 0;
  int line = 1;
  for (; at < text.n; line++) {
    int room = cli->columns - (line == 1 ? how.first : how.indent);
    if (room < 10)
      room = 10;
    if (line > 1 && how.hang)
      fprintf(cli->out, "\n%s", how.hang);
    else if (line > 1)
      fprintf(cli->out, "\n%*s", how.indent, "");
    const char *feed = memchr(text.p + at, '\n', text.n - at);
    size_t stop = feed ? (size_t)(feed - text.p) : text.n;
    zg_str part = {text.p + at, stop - at};
    bool last = how.max_lines > 0 && line == how.max_lines;
    size_t cut = zg_width_break(part, last ? room - 2 : room, cli->ambiguous);
    if (last && cut < part.n && zg_width(part, cli->ambiguous) <= room)
      cut = part.n; /* it fits after all */
    print_line(cli, text, at, at + cut, spans, n_spans, &span, how.base);
    at += cut;
    if (last) {
      if (at < text.n)
        fputs("…", cli->out);
      break;
    }
    while (at < text.n && (text.p[at] == '\n' || text.p[at] == ' '))
      at++;
    if (cut == 0 && part.n > 0)
      at += part.n; /* cannot be shown: do not loop */
  }
  fputc('\n', cli->out);
}
