/* The table of routes: method, pattern, handler.  See the README for how to
 * add one.
 */
#ifndef ZG_ROUTES_H
#define ZG_ROUTES_H

#include "daemon/exchange.h"

struct zg_route {
  unsigned methods;    /* zg_method bits; HEAD comes with GET */
  const char *pattern; /* "/v1/bulletins/{id}" */
  void (*handler)(zg_exchange *x);
  bool streamed;     /* called at the head; the body comes through on_body */
  int64_t body_max;  /* bytes; more is 413 */
  const char *about; /* a line for GET / */
};

/* Finds the route of x and fills x->route, x->segments, x->arg; 0 when it
 * is found, else the status: 400 bad escape, 404, 405 (Allow is added). */
int zg_routes_find(zg_exchange *x, zg_error *err);
/* All routes, ended by one without a pattern. */
const zg_route *zg_routes_all(void);
#endif
