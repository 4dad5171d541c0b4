#include "daemon/routes.h"

#include <stdlib.h>

#include "daemon/api.h"

static const zg_route table[] = {
    {ZG_GET, "/", zg_api_index, false, ZG_BODY_MAX, "this list"},
    {ZG_GET, "/health", zg_api_health, false, ZG_BODY_MAX, "liveness"},
    {ZG_GET, "/v1/version", zg_api_version, false, ZG_BODY_MAX,
     "versions of all parts"},
    {ZG_GET, "/v1/stats", zg_api_stats, false, ZG_BODY_MAX,
     "sizes and counters"},
    {ZG_GET, "/metrics", zg_api_metrics, false, ZG_BODY_MAX,
     "the same for Prometheus"},
    {ZG_GET | ZG_POST, "/v1/search", zg_api_search, false, ZG_QUERY_BODY_MAX,
     "ranked findings, exact totals, facets"},
    {ZG_GET | ZG_POST, "/v1/aggregate", zg_api_aggregate, false,
     ZG_QUERY_BODY_MAX, "counts, sums and distincts by group; crosstab"},
    {ZG_GET, "/v1/findings/{id}", zg_api_finding, false, ZG_BODY_MAX,
     "one finding"},
    {ZG_DELETE, "/v1/findings/{id}", zg_api_finding_delete, false, ZG_BODY_MAX,
     "delete one finding"},
    {ZG_GET, "/v1/bulletins", zg_api_bulletins_list, false, ZG_BODY_MAX,
     "the bulletins, with filters by facet"},
    {ZG_POST, "/v1/bulletins", zg_api_bulletins_post, false, ZG_BODY_MAX,
     "store a bulletin: text/plain, text/html or JSON"},
    {ZG_GET, "/v1/bulletins/{id}", zg_api_bulletin_get, false, ZG_BODY_MAX,
     "one bulletin with its findings"},
    {ZG_DELETE, "/v1/bulletins/{id}", zg_api_bulletin_delete, false,
     ZG_BODY_MAX, "delete a bulletin and its findings"},
    {ZG_GET, "/v1/reconcile", zg_api_reconcile, false, ZG_BODY_MAX,
     "declared against parsed, bulletin by bulletin"},
    {ZG_POST, "/v1/parse", zg_api_parse, false, ZG_BODY_MAX,
     "parse only, nothing is stored"},
    {ZG_POST, "/v1/import", zg_api_import, true, ZG_STREAM_MAX,
     "NDJSON of bulletins and ready findings"},
    {ZG_GET, "/v1/export", zg_api_export, false, ZG_BODY_MAX,
     "NDJSON that imports again"},
    {ZG_GET, "/v1/taxonomy", zg_api_taxonomy, false, ZG_BODY_MAX,
     "the categories that are loaded; cues=true shows their cues"},
    {ZG_POST, "/v1/taxonomy/reload", zg_api_taxonomy_reload, false,
     ZG_QUERY_BODY_MAX, "read the taxonomy's file again"},
    {ZG_POST, "/v1/reclassify", zg_api_reclassify, false, ZG_QUERY_BODY_MAX,
     "classify stored findings anew"},
    {0, NULL, NULL, false, 0, NULL},
};

const zg_route *zg_routes_all(void) { return table; }

/* Cuts the path at '/' and decodes each piece, so that an encoded slash can
 * stand in an id.  Dot segments and NUL reach nothing: they are not found. */
static int split(zg_exchange *x, char *room) {
  const char *p = x->head.path.p, *end = p + x->head.path.n;
  if (p == end || *p != '/')
    return 404;
  if (x->head.path.n == 1)
    return 0;
  while (p < end) {
    p++; /* the slash */
    const char *slash = memchr(p, '/', (size_t)(end - p));
    zg_str piece = {p, (size_t)((slash ? slash : end) - p)};
    zg_str *seg = &x->segments[x->n_segments];
    if (x->n_segments == ZG_PATH_SEGMENTS)
      return 404;
    if (!zg_http_decode(piece, false, room, seg))
      return 400;
    if (zg_str_is(*seg, ".") || zg_str_is(*seg, "..") || seg->n == 0 ||
        memchr(seg->p, '\0', seg->n))
      return 404;
    if (zg_utf8_check(seg->p, seg->n) >= 0)
      return 400;
    room += seg->n + 1;
    x->n_segments++;
    p = slash ? slash : end;
  }
  return 0;
}

static bool matches(const char *pattern, const zg_exchange *x, zg_str *arg) {
  size_t i = 0;
  if (strcmp(pattern, "/") == 0)
    return x->n_segments == 0;
  while (*pattern == '/') {
    const char *from = ++pattern;
    while (*pattern && *pattern != '/')
      pattern++;
    zg_str piece = {from, (size_t)(pattern - from)};
    if (i == x->n_segments)
      return false;
    if (piece.p[0] == '{')
      *arg = x->segments[i];
    else if (!zg_str_eq(piece, x->segments[i]))
      return false;
    i++;
  }
  return i == x->n_segments;
}

static void add_allow(zg_exchange *x, unsigned allowed) {
  char list[64] = "";
  static const struct {
    unsigned bit;
    const char *name;
  } names[] = {{ZG_GET, "GET, HEAD"}, {ZG_POST, "POST"}, {ZG_DELETE, "DELETE"}};
  for (size_t i = 0; i < 3; i++) {
    if (!(allowed & names[i].bit))
      continue;
    if (*list)
      strcat(list, ", ");
    strcat(list, names[i].name);
  }
  zg_exchange_header(x, "Allow: %s", list);
}

int zg_routes_find(zg_exchange *x, zg_error *err) {
  int status = split(x, x->room);
  unsigned allowed = 0;
  unsigned method = x->head.method == ZG_HEAD ? ZG_GET : x->head.method;
  for (const zg_route *r = table; status == 0 && r->pattern; r++) {
    if (!matches(r->pattern, x, &x->arg))
      continue;
    allowed |= r->methods;
    if (r->methods & method) {
      x->route = r;
      return 0;
    }
  }
  if (status == 400) {
    zg_fail(err, ZG_INVALID, "invalid_path", "",
            "the path has a bad percent escape or is not UTF-8");
    return 400;
  }
  if (allowed) {
    add_allow(x, allowed);
    zg_fail(err, ZG_INVALID, "method_not_allowed", "",
            "this method is not offered at this path");
    return 405;
  }
  zg_fail(err, ZG_NOT_FOUND, "not_found", "",
          "there is nothing at this path; GET / lists the endpoints");
  return 404;
}
