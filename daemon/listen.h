/* Binding the two sockets: plain system calls before libuv takes over. */
#ifndef ZG_LISTEN_H
#define ZG_LISTEN_H

#include "index/status.h"

/* A listening TCP socket on a loopback address; *port is what was bound. */
zg_status zg_listen_tcp(const char *host, int *port, int *fd, zg_error *err);
/* A listening Unix socket of mode 0600.  A socket file that nobody answers is
 * replaced; ZG_CONFLICT when somebody does. */
zg_status zg_listen_unix(const char *path, int *fd, zg_error *err);
/* Tells systemd, when it started us, that we are ready (sd_notify(3)). */
void zg_notify_ready(const char *notify_socket);
#endif
