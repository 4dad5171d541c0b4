#include "index/build.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index/files.h"

#define PARALLEL_FROM 256 /* documents: less is done before a thread runs */

typedef struct part {
  char name[ZG_SEGMENT_NAME], *path;
  const zg_build_doc *docs;
  size_t n;
  pthread_t thread;
  bool started;
  zg_status st;
  zg_error err;
} part;

struct zg_build {
  char *dir;
  size_t n_parts;
  part parts[ZG_BUILD_PARTS];
};

static zg_status build(part *p) {
  zg_xbuilder *b;
  zg_status st = zg_xbuilder_new(&b, p->path, &p->err);
  if (st)
    return st;
  for (size_t i = 0; i < p->n && !st; i++)
    st = zg_xbuilder_add(b, p->docs[i].docid, p->docs[i].doc, &p->err);
  if (st)
    zg_xbuilder_drop(b);
  else
    st = zg_xbuilder_finish(b, &p->err);
  return st;
}

static void *run(void *arg) {
  part *p = arg;
  p->st = build(p);
  return NULL;
}

static unsigned parts_for(size_t n) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return n >= PARALLEL_FROM && cores > 1 ? ZG_BUILD_PARTS : 1;
}

static void join(zg_build *b) {
  for (size_t i = 0; i < b->n_parts; i++)
    if (b->parts[i].started)
      pthread_join(b->parts[i].thread, NULL);
}

static void build_free(zg_build *b) {
  for (size_t i = 0; i < b->n_parts; i++)
    free(b->parts[i].path);
  free(b->dir);
  free(b);
}

void zg_build_drop(zg_build *b) {
  if (!b)
    return;
  join(b);
  for (size_t i = 0; i < b->n_parts; i++)
    if (b->parts[i].path)
      zg_segment_remove(b->parts[i].path);
  build_free(b);
}

zg_status zg_build_start(zg_build **out, const char *dir, uint64_t name,
                         const zg_build_doc *docs, size_t n, unsigned parts,
                         zg_error *err) {
  *out = NULL;
  zg_build *b = calloc(1, sizeof *b);
  if (!b || !(b->dir = strdup(dir))) {
    free(b);
    return zg_fail_nomem(err);
  }
  b->n_parts = parts ? parts : parts_for(n);
  for (size_t i = 0, at = 0; i < b->n_parts; i++) {
    part *p = &b->parts[i];
    size_t to = n * (i + 1) / b->n_parts;
    p->err = (zg_error)ZG_ERROR_INIT;
    p->docs = docs + at;
    p->n = to - at;
    at = to;
    snprintf(p->name, sizeof p->name, "%llu", (unsigned long long)(name + i));
    p->path = zg_path_join(dir, p->name);
    if (!p->path) {
      zg_build_drop(b);
      return zg_fail_nomem(err);
    }
    zg_segment_remove(p->path); /* of a failure that could not remove it */
    p->started = pthread_create(&p->thread, NULL, run, p) == 0;
    if (!p->started)
      run(p);
  }
  *out = b;
  return ZG_OK;
}

static zg_status open_part(zg_segment **out, const zg_build *b, const part *p,
                           unsigned readers, zg_error *err) {
  zg_status st = zg_segment_sync(p->path, err);
  return st ? st
            : zg_segment_open(out, b->dir, p->name, p->docs[0].docid,
                              p->docs[p->n - 1].docid, (uint32_t)p->n, readers,
                              err);
}

zg_status zg_build_finish(zg_build *b, unsigned readers,
                          zg_segment *out[ZG_BUILD_PARTS], size_t *n,
                          zg_error *err) {
  zg_status st = ZG_OK;
  *n = 0;
  join(b);
  for (size_t i = 0; i < b->n_parts && !st; i++) {
    st = b->parts[i].st;
    if (st && err)
      *err = b->parts[i].err;
  }
  for (size_t i = 0; i < b->n_parts && !st; i++) {
    st = open_part(&out[i], b, &b->parts[i], readers, err);
    *n += !st;
  }
  if (!st) {
    build_free(b);
    return ZG_OK;
  }
  while (*n > 0)
    zg_segment_unref(out[--*n]);
  zg_build_drop(b);
  return st;
}
