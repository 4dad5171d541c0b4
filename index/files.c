#include "index/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

zg_status zg_fail_file(zg_error *err, const char *what, const char *path) {
  int e = errno ? errno : EIO;
  zg_status st = e == ENOSPC || e == EDQUOT   ? ZG_NO_SPACE
                 : e == EMFILE || e == ENFILE ? ZG_BUSY
                                              : ZG_IO;
  return zg_fail(err, st,
                 st == ZG_NO_SPACE ? "no_space"
                 : st == ZG_BUSY   ? "too_many_files"
                                   : "io_error",
                 "", "cannot %s %s: %s", what, path, strerror(e));
}

char *zg_path_join(const char *dir, const char *name) {
  char *path = NULL;
  return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

void zg_remove_flat(const char *path) {
  DIR *d = opendir(path);
  if (!d)
    return;
  for (struct dirent *e; (e = readdir(d));)
    unlinkat(dirfd(d), e->d_name, 0);
  closedir(d);
  rmdir(path);
}

zg_status zg_sync_directory(const char *path, zg_error *err) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return zg_fail_file(err, "open", path);
  zg_status st = fsync(fd) == 0 ? ZG_OK : zg_fail_file(err, "sync", path);
  close(fd);
  return st;
}

zg_status zg_sync_flat(const char *path, zg_error *err) {
  DIR *d = opendir(path);
  if (!d)
    return zg_fail_file(err, "open", path);
  zg_status st = ZG_OK;
  for (struct dirent *e; !st && (e = readdir(d));) {
    if (e->d_name[0] == '.')
      continue;
    int fd = openat(dirfd(d), e->d_name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
      st = zg_fail_file(err, "sync", path);
    if (fd >= 0)
      close(fd);
  }
  if (!st && fsync(dirfd(d)) != 0)
    st = zg_fail_file(err, "sync", path);
  closedir(d);
  return st;
}

uint64_t zg_file_bytes(const char *path) {
  struct stat st;
  uint64_t bytes = 0;
  if (stat(path, &st) != 0)
    return 0;
  if (!S_ISDIR(st.st_mode))
    return (uint64_t)st.st_size;
  DIR *d = opendir(path);
  for (struct dirent *e; d && (e = readdir(d));)
    if (fstatat(dirfd(d), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
      bytes += (uint64_t)st.st_size;
  if (d)
    closedir(d);
  return bytes;
}
