/* Inside of a connection, shared by conn.c (reading) and conn_write.c. */
#ifndef ZG_CONN_STATE_H
#define ZG_CONN_STATE_H

#include <llhttp.h>
#include <uv.h>

#include "daemon/conn.h"
#include "daemon/exchange.h"

typedef enum conn_phase {
  PHASE_HEAD,   /* waiting for, or in, a request head */
  PHASE_BODY,   /* the body of `receiving` is coming */
  PHASE_DISCARD /* nothing more is read as a request */
} conn_phase;

struct zg_conn {
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  } h;
  zg_conns *set;
  zg_conn *prev, *next;
  bool unix_socket, turned_away;

  /* reading */
  conn_phase phase;
  llhttp_t parser;
  bool message_done, body_seen;
  size_t overhead; /* bytes of chunk framing since the last body byte */
  zg_buf in;       /* read but not yet taken */
  size_t scanned;  /* of the head in `in` */
  zg_exchange *receiving;
  bool reading, paused, eof, pumping;
  uint64_t head_since, body_since, idle_since; /* ms of the loop's clock */

  /* answers, in order */
  zg_exchange *first, *last;
  unsigned outstanding;

  /* writing */
  bool flushing, again, shutting, dead;
  size_t queue_seen;
  uint64_t progress_at, linger_until;
  uv_shutdown_t shutdown;
};

/* conn_write.c */
void zg_conn_flush(zg_conn *c);
void zg_conn_close(zg_conn *c);  /* at once */
void zg_conn_finish(zg_conn *c); /* after what is written */
void zg_conn_write_raw(zg_conn *c, const char *p, size_t n);
bool zg_conn_write_stalled(zg_conn *c, uint64_t now);
/* conn.c */
void zg_conn_go_on(zg_conn *c); /* parse what is kept, read more or less */
#endif
