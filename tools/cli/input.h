/* What is to be imported: files and directories become lines of NDJSON, each
 * with the place that it came from.
 *
 * A document (text in any charset, page, DOCX, PDF …: document.h) becomes
 * {"id": …, "text" or "html": …}; *.json is one document or an array of them;
 * *.ndjson and standard input ("-") pass through line by line.
 *
 * The id of a document is its name without the extension; below a directory
 * that was given, its path from there ("2023/x").  A name that is too long or
 * no UTF-8 is left out: the daemon makes an id from the content.  A document
 * whose id another of the same run has is a fault, and is not sent: it would
 * replace the other.  (Lines of NDJSON are the daemon's affair: the last wins.)
 */
#ifndef ZG_CLI_INPUT_H
#define ZG_CLI_INPUT_H

#include "tools/cli/document.h"
#include <cjson/cJSON.h>

typedef enum zg_sent {
  ZG_SENT_BULLETIN, /* a document, or one of a *.json */
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
                              zg_reason reason, const char *message);

/* NULL after a message (no memory).  `source` is put into every document that
 * is given one; `fault` is told of a file that cannot be sent. */
zg_feed *zg_feed_new(const zg_cli *cli, const char *source,
                     zg_feed_fault_fn *fault, void *user);
void zg_feed_free(zg_feed *f);
/* A file, a directory (folder.h) or "-". */
bool zg_feed_add(zg_feed *f, const char *path);
/* Reads the files that take seconds each, before anything is sent: a
 * connection would not wait for them.  `tick` hears how many are done. */
void zg_feed_prepare(zg_feed *f,
                     void (*tick)(void *user, size_t done, size_t all));
size_t zg_feed_files(const zg_feed *f);
const char *zg_feed_path(const zg_feed *f, uint32_t file);
/* What its text was made of, where that deserves a look; else NULL. */
const zg_document *zg_feed_doubt(const zg_feed *f, uint32_t file);
/* Appends the next line with its newline; false at the end. */
bool zg_feed_next(zg_feed *f, zg_buf *out, zg_origin *origin);
/* Bytes read so far and in all; all is 0 when it is not known. */
void zg_feed_progress(const zg_feed *f, uint64_t *done, uint64_t *all);

#endif
