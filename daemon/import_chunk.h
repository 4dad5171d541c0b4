/* A piece of an import: up to 2,000 lines that become one batch.
 *
 * Filled on the loop, prepared on a worker (strict JSON, parse, analysis),
 * submitted on the loop in line order, decided by the writer.
 */
#ifndef ZG_IMPORT_CHUNK_H
#define ZG_IMPORT_CHUNK_H

#include "daemon/exchange.h"

#define ZG_IMPORT_LINES 2000
#define ZG_IMPORT_BYTES (4u * 1024 * 1024)
#define ZG_IMPORT_LINE_MAX (16u * 1024 * 1024)
/* A prepared line (terms, record, text) to its bytes of JSON: 11 for findings
 * of 450 characters, less for longer ones. */
#define ZG_IMPORT_GROWTH 12

typedef struct zg_import_line {
  size_t off, n;
  uint64_t number; /* of the body, from 1 */
  bool too_long;
  int64_t item; /* in the batch; -1: not in it */
  zg_str id;
  size_t findings;
  bool unchanged;  /* it was there already */
  zg_str facts;    /* of a bulletin: members of its answer, rendered */
  zg_error *error; /* NULL: fine; in the chunk's arena */
} zg_import_line;

typedef enum zg_chunk_state {
  ZG_CHUNK_WAITING,
  ZG_CHUNK_PREPARING,
  ZG_CHUNK_PREPARED,
  ZG_CHUNK_SUBMITTED,
  ZG_CHUNK_DONE
} zg_chunk_state;

typedef struct zg_import_chunk zg_import_chunk;
struct zg_import_chunk {
  zg_job job;
  zg_import_chunk *next;
  zg_exchange *x;
  zg_chunk_state state;
  zg_buf text;
  size_t limit;      /* text at which it is full */
  size_t reserved;   /* of app->import_bytes */
  size_t line_start; /* in text, of the line that is coming */
  zg_import_line *lines;
  size_t n_lines;
  zg_arena *arena;
  zg_batch *batch;
};

zg_import_chunk *zg_import_chunk_new(zg_exchange *x);
void zg_import_chunk_free(zg_import_chunk *c);
/* Worker: every line into the batch, or its error. */
void zg_import_chunk_prepare(zg_import_chunk *c, zg_worker *w);
/* The writer's decisions into the lines; frees the batch. */
void zg_import_chunk_decided(zg_import_chunk *c);
/* The whole batch was refused. */
void zg_import_chunk_refused(zg_import_chunk *c, const zg_error *err);
/* One answer line with its newline. */
void zg_import_line_render(const zg_import_line *l, zg_buf *out);
#endif
