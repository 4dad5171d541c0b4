#include "tests/unit/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "index/prepare.h"

static void add_finding(oracle *o, zg_snapshot *snap, zg_analyser *a,
                        zg_arena *arena, uint32_t docid) {
  zg_finding *f = NULL;
  zg_prepared p;
  char *block = NULL;
  assert_int_equal(zg_snapshot_finding(snap, 0, docid, arena, &f, &block, NULL),
                   ZG_OK);
  assert_int_equal(zg_prepare_finding(&p, arena, a, f, NULL), ZG_OK);
  oracle_add(o, docid, &p.doc);
  free(block);
}

oracle *oracle_new(zg_snapshot *snap, zg_analyser *a) {
  oracle *o = oracle_empty();
  zg_arena *arena = zg_arena_new(1 << 16);
  const roaring_bitmap_t *findings = zg_table_all(zg_snapshot_findings(snap));
  roaring_bitmap_t *all =
      roaring_bitmap_or(findings, zg_table_all(zg_snapshot_bulletins(snap)));
  roaring_uint32_iterator_t it;
  for (roaring_init_iterator(all, &it); it.has_value;
       roaring_advance_uint32_iterator(&it)) {
    zg_arena_reset(arena);
    if (roaring_bitmap_contains(findings, it.current_value))
      add_finding(o, snap, a, arena, it.current_value);
    else /* of a bulletin only that it is there counts */
      oracle_add(o, it.current_value, NULL);
  }
  oracle_seal(o);
  roaring_bitmap_free(all);
  zg_arena_free(arena);
  return o;
}
