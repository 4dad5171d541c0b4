/* An index of schema 2 was one Xapian database, index/.  It becomes the first
 * segment of an index of ours, as it is:
 *
 *   index.up/MANIFEST is written · index/ is renamed to index.up/1 ·
 *   index.up/ is renamed to index/
 *
 * A kill in between is mended by going on. */
#include "index/store_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/files.h"
#include "index/schema.h"

#define FIRST "1"

static bool is_there(const char *dir, const char *name) {
  char *path = zg_path_join(dir, name);
  bool there = path && access(path, F_OK) == 0;
  free(path);
  return there;
}

/* A metadata entry as a number, 0 when there is none. */
static zg_status number(zg_xreader *r, const char *key, uint64_t *out,
                        zg_error *err) {
  char *text = NULL;
  size_t n = 0;
  zg_status st = zg_xreader_get_metadata(r, key, &text, &n, err);
  *out = !st && n ? strtoull(text, NULL, 10) : 0;
  free(text);
  return st;
}

static zg_status forward_id(zg_xreader *r, char out[ZG_MANIFEST_UUID],
                            zg_error *err) {
  char *id = NULL;
  size_t n = 0;
  zg_status st = zg_xreader_get_metadata(r, "forward", &id, &n, err);
  if (!st && n)
    snprintf(out, ZG_MANIFEST_UUID, "%s", id);
  else if (!st)
    st = zg_xreader_uuid(r, out, err);
  free(id);
  return st;
}

static zg_status describe(zg_manifest *m, zg_xreader *r, const char *path,
                          zg_error *err) {
  uint64_t schema = 0, base = 0, revision = 0;
  zg_manifest_entry *e = m->segments;
  zg_status st = number(r, "schema", &schema, err);
  if (!st && schema != 2)
    st = zg_fail(err, ZG_CONFLICT, "schema_version", "",
                 "%s has schema version %llu, this program knows 2 and %d",
                 path, (unsigned long long)schema, ZG_SCHEMA_VERSION);
  if (!st)
    st = forward_id(r, m->uuid, err);
  if (!st)
    st = number(r, "generation", &base, err);
  if (!st)
    st = zg_xreader_revision(r, &revision, err);
  if (!st)
    st = zg_xreader_doccount(r, &e->documents, &e->last, err);
  e->first = 1;
  snprintf(e->name, sizeof e->name, FIRST);
  m->generation = base + revision;
  m->next = e->last + 1;
  m->name = 2;
  m->n_segments = e->documents ? 1 : 0;
  return st;
}

static zg_status write_manifest(zg_store *s, const char *up, zg_error *err) {
  zg_xreader *r = NULL;
  zg_manifest m = {.segments = calloc(1, sizeof *m.segments),
                   .dead = roaring_bitmap_create()};
  zg_status st = m.segments && m.dead ? ZG_OK : zg_fail_nomem(err);
  if (!st)
    st = zg_xreader_open(&r, s->index_path, err);
  if (!st)
    st = describe(&m, r, s->index_path, err);
  zg_xreader_close(r);
  zg_remove_flat(up);
  if (!st && mkdir(up, 0700) != 0)
    st = zg_fail_file(err, "create", up);
  if (!st)
    st = zg_manifest_write(up, &m, err);
  if (!st)
    st = zg_manifest_install(up, err);
  zg_manifest_free(&m);
  return st ? st : zg_sync_directory(up, err);
}

static zg_status move(const char *from, const char *to, const char *dir,
                      zg_error *err) {
  return rename(from, to) == 0 ? zg_sync_directory(dir, err)
                               : zg_fail_file(err, "rename", from);
}

zg_status zg_store_upgrade(zg_store *s, zg_error *err) {
  char *up = zg_path_join(s->dir, "index.up");
  char *first = zg_path_join(s->dir, "index.up/" FIRST);
  zg_status st = up && first ? ZG_OK : zg_fail_nomem(err);
  if (!st && s->read_only) {
    if (is_there(s->index_path, "iamglass") || is_there(s->dir, "index.up"))
      st = zg_fail(err, ZG_CONFLICT, "schema_version", "",
                   "%s has schema version 2, which has to be opened for "
                   "writing once",
                   s->index_path);
  } else if (!st && is_there(s->index_path, "iamglass")) {
    st = write_manifest(s, up, err);
    zg_crash_point(s, "upgrading");
    if (!st)
      st = move(s->index_path, first, up, err);
  }
  zg_crash_point(s, "upgraded");
  if (!st && !s->read_only && !is_there(s->dir, "index") && is_there(up, FIRST))
    st = move(up, s->index_path, s->dir, err);
  free(up);
  free(first);
  return st;
}
