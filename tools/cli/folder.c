#include "tools/cli/folder.h"
#include "index/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define DEPTH_MAX 100

typedef struct place {
  dev_t device;
  ino_t inode;
} place;

typedef struct walk {
  const zg_folder_visit *visit;
  place *seen;
  size_t n, cap;
} walk;

/* False: seen before (*again), or no memory. */
static bool enter(walk *w, const struct stat *st, bool *again) {
  for (size_t i = 0; i < w->n; i++)
    if (w->seen[i].device == st->st_dev && w->seen[i].inode == st->st_ino) {
      *again = true;
      return false;
    }
  if (w->n == w->cap) {
    size_t cap = w->cap ? w->cap * 2 : 32;
    place *bigger = realloc(w->seen, cap * sizeof *bigger);
    if (!bigger)
      return false;
    w->seen = bigger;
    w->cap = cap;
  }
  w->seen[w->n++] = (place){st->st_dev, st->st_ino};
  return true;
}

static bool directory(walk *w, const char *path, unsigned depth);

static bool entry(walk *w, const char *path, unsigned depth) {
  struct stat st;
  if (stat(path, &st) != 0) {
    w->visit->fault(w->visit->user, path, errno);
    return true;
  }
  if (S_ISDIR(st.st_mode))
    return directory(w, path, depth + 1);
  if (S_ISREG(st.st_mode))
    return w->visit->file(w->visit->user, path, (uint64_t)st.st_size);
  return true; /* sockets, pipes, devices: nobody means them */
}

static bool directory(walk *w, const char *path, unsigned depth) {
  struct dirent **names = NULL;
  struct stat st;
  bool again = false;
  if (stat(path, &st) != 0 || depth > DEPTH_MAX) {
    w->visit->fault(w->visit->user, path, depth > DEPTH_MAX ? ELOOP : errno);
    return true;
  }
  if (!enter(w, &st, &again))
    return again;
  int n = scandir(path, &names, NULL, alphasort);
  if (n < 0) {
    w->visit->fault(w->visit->user, path, errno);
    return true;
  }
  bool ok = true;
  for (int i = 0; i < n; i++) {
    zg_buf child = ZG_BUF_INIT;
    if (ok && names[i]->d_name[0] != '.')
      ok = zg_buf_printf(&child, "%s/%s", path, names[i]->d_name) &&
           zg_buf_addc(&child, '\0') && entry(w, child.p, depth);
    zg_buf_free(&child);
    free(names[i]);
  }
  free(names);
  return ok;
}

bool zg_folder_walk(const char *path, const zg_folder_visit *visit) {
  walk w = {.visit = visit};
  bool ok = directory(&w, path, 0);
  free(w.seen);
  return ok;
}
