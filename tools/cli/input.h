/* What is to be imported: files and directories become lines of NDJSON, each
 * with the place that it came from.
 *
 * *.txt becomes {"id": …, "text": …}; *.json is one document or an array of
 * them; *.ndjson and standard input ("-") pass through line by line.  Text must
 * be UTF-8: a file that is not fails alone.
 *
 * The id of a *.txt is its name without the extension; below a directory that
 * was given, its path from there ("2023/x").  A name that is too long or no
 * UTF-8 is left out: the daemon makes an id from the content.  A *.txt or
 * document of a *.json whose id another of the same run has is a fault, and is
 * not sent: it would replace the other.  (Lines of NDJSON are the daemon's
 * affair: the last wins.)
 */
#ifndef ZG_CLI_INPUT_H
#define ZG_CLI_INPUT_H

#include "tools/cli/cli.h"
#include <cjson/cJSON.h>

/* Whole file ("-": standard input) as UTF-8 text without a byte order mark.
 * 0 or an exit code after a message. */
int zg_input_text(const zg_cli *cli, const char *path, zg_buf *out);

typedef enum zg_sent {
  ZG_SENT_BULLETIN, /* of a *.txt or *.json */
  ZG_SENT_LINE,     /* of NDJSON: either */
  ZG_SENT_ITEM,     /* of a *.json, no bulletin: a ready finding */
  ZG_SENT_KINDS
} zg_sent;

typedef struct zg_origin {
  zg_sent sent;
  uint32_t file; /* index for zg_feed_path */
  uint32_t line; /* 1..; 0: the file as a whole */
} zg_origin;

typedef struct zg_feed zg_feed;
typedef void zg_feed_fault_fn(void *user, const char *path, uint32_t line,
                              const char *message);

/* NULL after a message (no memory).  `source` is put into every *.txt document
 * that is given one; `fault` is told of a file that cannot be sent. */
zg_feed *zg_feed_new(const zg_cli *cli, const char *source,
                     zg_feed_fault_fn *fault, void *user);
void zg_feed_free(zg_feed *f);
/* A file, a directory (searched recursively, in order of names) or "-". */
bool zg_feed_add(zg_feed *f, const char *path);
size_t zg_feed_files(const zg_feed *f);
const char *zg_feed_path(const zg_feed *f, uint32_t file);
/* Appends the next line with its newline; false at the end. */
bool zg_feed_next(zg_feed *f, zg_buf *out, zg_origin *origin);
/* Bytes read so far and in all; all is 0 when it is not known. */
void zg_feed_progress(const zg_feed *f, uint64_t *done, uint64_t *all);

#endif
