/* A store in a directory of its own, and batches that are waited for. */
#ifndef ZG_TESTS_STORE_FIXTURE_H
#define ZG_TESTS_STORE_FIXTURE_H

#include "index/store.h"
#include "tests/unit/fixture.h"

typedef struct fx_store {
  char *dir;
  zg_normaliser *nz;
  zg_analyser *a;
  zg_store *s; /* NULL while closed */
  zg_error err;
} fx_store;

fx_store *fx_store_new(void); /* closed */
void fx_store_free(fx_store *f);
/* Opens with two workers; a failure is left in f->err. */
zg_status fx_store_open(fx_store *f, bool read_only);
void fx_store_close(fx_store *f);
void fx_store_reopen(fx_store *f);

/* Set-up and tear-down of a test: an open store in *state. */
int fx_begin(void **state);
int fx_end(void **state);

/* A finding without a bulletin. */
zg_finding fx_ready(const char *id, const char *head);
void fx_add_ready(fx_store *f, zg_batch *b, const char *id, const char *head);

zg_batch *fx_batch(fx_store *f);
/* Submits and waits until the batch is decided; the caller frees it. */
void fx_apply(fx_store *f, zg_batch *b);
/* Puts one random bulletin and expects success. */
void fx_put(fx_store *f, fx_random *r, const char *id, unsigned findings);

/* zg_store_check, failing the test with its message. */
void fx_check(fx_store *f);
uint32_t fx_count(fx_store *f, bool bulletins);

#endif
