/* Which bulletins a list is about, and in what order: the parameters that the
 * lists of bulletins share.  Worker threads.
 */
#ifndef ZG_BULLETIN_SELECT_H
#define ZG_BULLETIN_SELECT_H

#include "daemon/api.h"

/* Parameters, to be put among a handler's zg_spec. */
#define ZG_SELECT_SPECS                                                        \
  {"limit", 'i'}, {"offset", 'i'}, {"sort", 's'}, {"filter", 's'},             \
      {"unit", 's'}, {"unit_level", 's'}, {"region", 's'}, {"kind", 's'},      \
      {"year", 's'}, {"round", 's'}, {                                         \
    "inspecting_body", 's'                                                     \
  }

typedef struct zg_select {
  const cJSON *req;
  int64_t limit, offset;
  bool by_year, descending;
} zg_select;

typedef struct zg_selected {
  uint32_t docid; /* of the bulletin */
  zg_str id;
  int64_t year; /* -1: none */
} zg_selected;

zg_status zg_select_read(const cJSON *req, int64_t default_limit,
                         zg_select *out, zg_error *err);
/* The bulletins in order, all of them (limit and offset are the caller's).  A
 * filter that speaks of facets of a bulletin alone is asked of the bulletins;
 * any other of the findings, and a bulletin with one that meets it is in. */
zg_status zg_select_run(const zg_select *s, const zg_context *ctx,
                        zg_arena *arena, zg_selected **out, size_t *n,
                        zg_error *err);

#endif
