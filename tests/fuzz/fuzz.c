#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

/* One of each for the life of the process, as libFuzzer gives its function no
 * place to keep them. */
typedef struct kit {
  zg_normaliser *nz;
  zg_taxonomy *taxonomy;
  zg_arena *arena;
  zg_parser parser;
} kit;

static kit *the_kit(void) {
  static kit k;
  zg_error err = ZG_ERROR_INIT;
  if (!k.nz) {
    k.arena = zg_arena_new(1 << 20);
    zg_fuzz_need(k.arena && zg_normaliser_new(&k.nz, &err) == ZG_OK &&
                     zg_taxonomy_open(&k.taxonomy, k.nz, NULL, &err) == ZG_OK,
                 "cannot begin");
    k.parser = (zg_parser){k.nz, k.taxonomy};
  }
  return &k;
}

const zg_parser *zg_fuzz_parser(void) { return &the_kit()->parser; }

zg_arena *zg_fuzz_arena(void) {
  zg_arena_reset(the_kit()->arena);
  return the_kit()->arena;
}

void zg_fuzz_need(bool ok, const char *what) {
  if (ok)
    return;
  fprintf(stderr, "fuzz: %s\n", what);
  abort();
}
