/* Connections: bytes of a socket become exchanges, answers become bytes.
 *
 * Loop thread only.  A request head is collected and checked as a whole
 * (http.h), llhttp frames the body.  At most 16 requests of a connection are
 * outstanding; they are answered in order, then reading stops until there is
 * room.  Deadlines are swept twice a second by zg_conns_tick.
 */
#ifndef ZG_CONN_H
#define ZG_CONN_H

#include "daemon/app.h"

#define ZG_PIPELINE_MAX 16
#define ZG_HEAD_SECONDS 10
#define ZG_BODY_STALL_SECONDS 30
#define ZG_WRITE_STALL_SECONDS 30
#define ZG_WRITE_QUEUE_MAX (1024 * 1024)
#define ZG_BODIES_MAX                                                          \
  ((size_t)512 * 1024 * 1024) /* all connections together                      \
                               */

typedef struct zg_conn zg_conn;

/* All connections of the daemon. */
typedef struct zg_conns {
  zg_app *app;
  zg_conn *first;
  unsigned max;         /* by RLIMIT_NOFILE; the rest is answered 503 */
  unsigned turned_away; /* connections that are being answered so */
  char *read_buf;       /* shared: the loop reads one socket at a time */
  char date[40];        /* for the Date header, renewed by the tick */
  uint64_t next_id;
  uint32_t id_seed;
} zg_conns;

zg_status zg_conns_init(zg_conns *set, zg_app *app, zg_error *err);
void zg_conns_free(zg_conns *set);
/* In the listener's callback. */
void zg_conn_accept(zg_conns *set, uv_stream_t *listener, bool unix_socket);
void zg_conns_tick(zg_conns *set);
/* app->stopping is set: idle connections close, the others after their answer.
 */
void zg_conns_stop(zg_conns *set);
void zg_conns_close_all(zg_conns *set);
#endif
