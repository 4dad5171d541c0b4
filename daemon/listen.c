#include "daemon/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

static zg_status system_fault(zg_error *err, const char *what) {
  return zg_fail(err, errno == EADDRINUSE ? ZG_CONFLICT : ZG_IO,
                 "listen_failed", "", "cannot listen on %s: %s", what,
                 strerror(errno));
}

zg_status zg_listen_tcp(const char *host, int *port, int *fd, zg_error *err) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                           .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
  struct addrinfo *ai = NULL;
  char service[8], what[96];
  snprintf(service, sizeof service, "%d", *port);
  snprintf(what, sizeof what, "%s:%d", host, *port);
  if (getaddrinfo(host, service, &hints, &ai) != 0)
    return zg_fail(err, ZG_INVALID, "invalid_option", "listen",
                   "--listen: %s is no address", host);
  int one = 1;
  zg_status st = ZG_OK;
  *fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (*fd < 0 ||
      setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
      bind(*fd, ai->ai_addr, ai->ai_addrlen) < 0 || listen(*fd, BACKLOG) < 0)
    st = system_fault(err, what);
  freeaddrinfo(ai);
  struct sockaddr_storage bound;
  socklen_t n = sizeof bound;
  if (st == ZG_OK && getsockname(*fd, (struct sockaddr *)&bound, &n) == 0)
    *port = ntohs(bound.ss_family == AF_INET6
                      ? ((struct sockaddr_in6 *)&bound)->sin6_port
                      : ((struct sockaddr_in *)&bound)->sin_port);
  if (st && *fd >= 0) {
    close(*fd);
    *fd = -1;
  }
  return st;
}

/* Somebody answers at the socket file. */
static bool is_alive(const struct sockaddr_un *a) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return true; /* not known: do not touch it */
  int r = connect(fd, (const struct sockaddr *)a, sizeof *a);
  bool alive = r == 0 || (errno != ECONNREFUSED && errno != ENOENT);
  close(fd);
  return alive;
}

static zg_status clear_stale(const char *path, const struct sockaddr_un *a,
                             zg_error *err) {
  struct stat sb;
  if (lstat(path, &sb) < 0)
    return ZG_OK;
  if (!S_ISSOCK(sb.st_mode))
    return zg_fail(err, ZG_CONFLICT, "listen_failed", "socket",
                   "%s exists and is no socket", path);
  if (is_alive(a))
    return zg_fail(err, ZG_CONFLICT, "socket_in_use", "socket",
                   "%s is served by another process", path);
  unlink(path);
  return ZG_OK;
}

zg_status zg_listen_unix(const char *path, int *fd, zg_error *err) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  *fd = -1;
  if (strlen(path) >= sizeof a.sun_path)
    return zg_fail(err, ZG_INVALID, "invalid_option", "socket",
                   "--socket: the path has %zu bytes, at most %zu are possible",
                   strlen(path), sizeof a.sun_path - 1);
  strcpy(a.sun_path, path);
  zg_status st = clear_stale(path, &a, err);
  if (st)
    return st;
  *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  mode_t mask = umask(0177); /* 0600 from the first moment on */
  int r = *fd < 0 ? -1 : bind(*fd, (struct sockaddr *)&a, sizeof a);
  umask(mask);
  if (r < 0 || listen(*fd, BACKLOG) < 0) {
    st = system_fault(err, path);
    if (*fd >= 0)
      close(*fd);
    *fd = -1;
  }
  return st;
}

void zg_notify_ready(const char *notify_socket) {
  static const char message[] = "READY=1";
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  if (!notify_socket || !*notify_socket ||
      strlen(notify_socket) >= sizeof a.sun_path)
    return;
  strcpy(a.sun_path, notify_socket);
  size_t n = offsetof(struct sockaddr_un, sun_path) + strlen(notify_socket);
  if (a.sun_path[0] == '@')
    a.sun_path[0] = '\0'; /* abstract name */
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;
  sendto(fd, message, sizeof message - 1, MSG_NOSIGNAL, (struct sockaddr *)&a,
         (socklen_t)n);
  close(fd);
}
