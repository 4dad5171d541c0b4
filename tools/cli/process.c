#include "tools/cli/process.h"
#include "tools/cli/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define ERR_MAX 4096

bool zg_process_found(const char *program) {
  const char *path = getenv("PATH");
  zg_buf name = ZG_BUF_INIT;
  bool found = false;
  while (path && *path && !found) {
    size_t n = strcspn(path, ":");
    zg_buf_clear(&name);
    zg_buf_printf(&name, "%.*s/%s", (int)n, path, program);
    zg_buf_addc(&name, '\0');
    found = n > 0 && name.p && access(name.p, X_OK) == 0;
    path += n + (path[n] == ':');
  }
  zg_buf_free(&name);
  return found;
}

/* Those that end this program; what it was told to ignore stays ignored. */
static sigset_t endings(void) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    struct sigaction now;
    if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
      sigaddset(&set, numbers[i]);
  }
  return set;
}

void zg_process_hold(sigset_t *was) {
  sigset_t set = endings();
  sigprocmask(SIG_BLOCK, &set, was);
}

void zg_process_let(const sigset_t *was) {
  sigprocmask(SIG_SETMASK, was, NULL);
}

/* Never returns.  Its own process group, so that all it starts can be ended. */
static void child(const char *const *argv, const char *home, unsigned seconds,
                  int out, int err) {
  struct rlimit cpu = {seconds, seconds + 1};
  int null = open("/dev/null", O_RDONLY);
  sigset_t set = endings();
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  setpgid(0, 0);
  setrlimit(RLIMIT_CPU, &cpu);
  if (home)
    setenv("HOME", home, 1);
  setenv("LC_ALL", "C.UTF-8", 1);
  if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
    _exit(126);
  execvp(argv[0], (char *const *)argv);
  _exit(127);
}

static bool take(int fd, zg_buf *to, size_t most, bool *over) {
  char piece[65536];
  ssize_t n = read(fd, piece, sizeof piece);
  if (n < 0)
    return errno == EINTR || errno == EAGAIN;
  size_t room = to->n < most ? most - to->n : 0;
  if ((size_t)n > room && over)
    *over = true;
  zg_buf_add(to, piece, (size_t)n < room ? (size_t)n : room);
  return n > 0;
}

/* Reads both until they end, the time is up, there is too much, or this program
 * is told to end (`told` is readable). */
static void read_both(zg_process *p, int out, int err, int told,
                      unsigned seconds, size_t most) {
  double end = zg_seconds() + seconds;
  struct pollfd fds[3] = {
      {out, POLLIN, 0}, {err, POLLIN, 0}, {told, POLLIN, 0}};
  while ((fds[0].fd >= 0 || fds[1].fd >= 0) && !p->too_long) {
    double left = end - zg_seconds();
    if (left <= 0) {
      p->timed_out = true;
      return;
    }
    if (poll(fds, 3, (int)(left * 1000) + 1) < 0 && errno != EINTR)
      return;
    if (fds[2].revents)
      return;
    if (fds[0].revents && !take(out, &p->out, most, &p->too_long))
      fds[0].fd = -1;
    if (fds[1].revents && !take(err, &p->err, ERR_MAX, NULL))
      fds[1].fd = -1;
    fds[0].revents = fds[1].revents = 0;
  }
}

bool zg_process_run(zg_process *p, const char *const *argv, const char *home,
                    unsigned seconds, size_t most) {
  int out[2] = {-1, -1}, err[2] = {-1, -1}, status = 0;
  *p = (zg_process){ZG_BUF_INIT, ZG_BUF_INIT, 0, false, false};
  pid_t pid = -1;
  sigset_t was, set = endings();
  zg_process_hold(&was);
  int told = signalfd(-1, &set, SFD_CLOEXEC); /* -1: not polled */
  if (pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0)
    pid = fork();
  if (pid == 0)
    child(argv, home, seconds, out[1], err[1]);
  int why = errno;
  close(out[1]);
  close(err[1]);
  if (pid > 0) {
    setpgid(pid, pid); /* whoever is first */
    read_both(p, out[0], err[0], told, seconds, most);
    kill(-pid, SIGKILL); /* what it started and left behind, too */
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
      ;
    p->status =
        WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  close(out[0]);
  close(err[0]);
  close(told);
  zg_process_let(&was);
  errno = why;
  return pid > 0;
}

void zg_process_free(zg_process *p) {
  zg_buf_free(&p->out);
  zg_buf_free(&p->err);
}
