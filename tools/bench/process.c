/* Child processes, folders and the clock of a run. */
#include "tools/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double zg_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void child(char *const argv[], const int in[2], const int out[2],
                  const char *log) {
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing is left when the bench dies */
  int err = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  int null = open("/dev/null", O_RDWR);
  dup2(in[0] >= 0 ? in[0] : null, STDIN_FILENO);
  dup2(out[1] >= 0 ? out[1] : null, STDOUT_FILENO);
  dup2(err >= 0 ? err : null, STDERR_FILENO);
  execvp(argv[0], argv);
  dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
  _exit(127);
}

pid_t zg_spawn(char *const argv[], int *in, int *out, const char *log) {
  int to[2] = {-1, -1}, from[2] = {-1, -1};
  if ((in && pipe2(to, O_CLOEXEC) != 0) ||
      (out && pipe2(from, O_CLOEXEC) != 0)) {
    perror("pipe");
    return -1;
  }
  pid_t pid = fork();
  if (pid == 0)
    child(argv, to, from, log);
  if (in) {
    close(to[0]);
    *in = to[1];
  }
  if (out) {
    close(from[1]);
    *out = from[0];
  }
  if (pid < 0)
    perror("fork");
  return pid;
}

bool zg_wait(pid_t pid) {
  int status = -1;
  return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

void zg_stop(pid_t pid) {
  if (pid <= 0)
    return;
  kill(pid, SIGTERM);
  for (int i = 0; i < 6000; i++) {
    if (waitpid(pid, NULL, WNOHANG) != 0)
      return;
    nanosleep(&(struct timespec){0, 10000000}, NULL);
  }
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

bool zg_read_line(int fd, char *line, size_t size, double seconds) {
  double until = zg_now() + seconds;
  size_t n = 0;
  while (n + 1 < size) {
    double left = until - zg_now();
    struct pollfd p = {fd, POLLIN, 0};
    if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) < 0)
      return false;
    if (!(p.revents & (POLLIN | POLLHUP)))
      continue;
    if (read(fd, line + n, 1) != 1)
      return false;
    if (line[n] == '\n') {
      line[n] = '\0';
      return true;
    }
    n++;
  }
  return false;
}

static double rss_of(pid_t pid) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  FILE *f = fopen(path, "r");
  double mb = -1;
  while (f && fgets(line, sizeof line, f))
    if (strncmp(line, "VmRSS:", 6) == 0)
      mb = strtod(line + 6, NULL) * 1024 / 1e6;
  if (f)
    fclose(f);
  return mb;
}

size_t zg_family(pid_t pid, pid_t out[], size_t max) {
  char path[64];
  int child;
  size_t n = 0;
  out[n++] = pid;
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
  FILE *f = fopen(path, "r");
  while (f && n < max && fscanf(f, "%d", &child) == 1)
    out[n++] = child;
  if (f)
    fclose(f);
  return n;
}

double zg_rss_mb(pid_t pid) {
  pid_t all[ZG_FAMILY];
  size_t n = zg_family(pid, all, ZG_FAMILY);
  double mb = rss_of(pid);
  for (size_t i = 1; i < n; i++) {
    double more = rss_of(all[i]);
    mb += more > 0 ? more : 0;
  }
  return mb;
}

/* du(1) knows about holes and does not need a callback with a global. */
double zg_disk_mb(const char *dir) {
  int out = -1;
  char line[256];
  char *argv[] = {"du", "-sk", (char *)dir, NULL};
  pid_t pid = zg_spawn(argv, NULL, &out, "/dev/null");
  double mb = -1;
  if (pid > 0 && zg_read_line(out, line, sizeof line, 30))
    mb = strtod(line, NULL) * 1024 / 1e6;
  if (pid > 0)
    waitpid(pid, NULL, 0);
  if (out >= 0)
    close(out);
  return mb;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw) {
  (void)st, (void)type, (void)ftw;
  return remove(path);
}

void zg_remove_tree(const char *dir) {
  nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

bool zg_copy_tree(const char *from, const char *to) {
  char *argv[] = {"cp", "-r", "--reflink=auto", (char *)from, (char *)to, NULL};
  return zg_wait(zg_spawn(argv, NULL, NULL, "/dev/null"));
}

static int drop_one(const char *path, const struct stat *st, int type,
                    struct FTW *ftw) {
  (void)st, (void)ftw;
  int fd = type == FTW_F ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0)
    return 0;
  fdatasync(fd); /* a page that is not written yet stays */
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  close(fd);
  return 0;
}

void zg_drop_cache(const char *dir) { nftw(dir, drop_one, 16, FTW_PHYS); }
