/* A store in a temporary directory for the tests of query/. */
#ifndef QUERY_FIXTURE_H
#define QUERY_FIXTURE_H
#include "query/context.h"

typedef struct query_fixture {
  char dir[64];
  zg_normaliser *nz;
  zg_analyser *an;
  zg_store *store;
  zg_context ctx; /* snap: the newest after each write */
} query_fixture;

/* All of these end the test on failure. */
void query_fixture_open(query_fixture *f);
void query_fixture_open_with(query_fixture *f, size_t cache_bytes);
void query_fixture_close(query_fixture *f);
/* One batch, applied and visible on return. */
void query_fixture_put(query_fixture *f, const zg_finding *findings, size_t n);
void query_fixture_delete(query_fixture *f, const char *const *ids, size_t n);
/* A finding with the members that a finding has to have. */
zg_finding query_fixture_finding(const char *id, const char *head);
#endif
