/* Which documents the items of one transaction touch.  A transaction's own
 * documents cannot be looked up before they are in a segment, so an item that
 * may need one of them begins the next. */
#include "index/store_private.h"

#include <stdlib.h>
#include <xxhash.h>

#define BITS (1u << 22)

struct zg_keys {
  uint64_t bits[BITS / 64];
  bool any;
};

zg_keys *zg_keys_new(void) { return calloc(1, sizeof(zg_keys)); }
void zg_keys_free(zg_keys *k) { free(k); }

void zg_keys_clear(zg_keys *k) {
  if (k->any)
    memset(k->bits, 0, sizeof k->bits);
  k->any = false;
}

/* Two places of a key. */
static void places(const char *prefix, zg_str id, uint32_t at[2]) {
  char term[256];
  zg_str key = zg_prepare_id_term(term, prefix, id);
  uint64_t hash = XXH3_64bits(key.p, key.n);
  at[0] = (uint32_t)hash % BITS;
  at[1] = (uint32_t)(hash >> 32) % BITS;
}

static bool has(const zg_keys *k, const char *prefix, zg_str id) {
  uint32_t at[2];
  places(prefix, id, at);
  return k->bits[at[0] / 64] >> at[0] % 64 & k->bits[at[1] / 64] >> at[1] % 64 &
         1;
}

static void add_term(zg_keys *k, zg_str term) {
  char prefix[3] = {term.p[0], term.p[1], '\0'};
  uint32_t at[2];
  places(prefix, (zg_str){term.p + 2, term.n - 2}, at);
  for (int i = 0; i < 2; i++)
    k->bits[at[i] / 64] |= (uint64_t)1 << at[i] % 64;
}

/* What the writer looks up for the item (writer.c). */
static bool looks_up(const zg_keys *k, const item *it) {
  bool bulletin =
      it->kind == ITEM_PUT_BULLETIN || it->kind == ITEM_DELETE_BULLETIN;
  if (bulletin ? has(k, "QB", it->id) || has(k, "XB", it->id)
               : has(k, "QF", it->id))
    return true;
  if (it->kind == ITEM_PUT_BULLETIN)
    for (size_t i = 1; i < it->n_docs; i++) {
      zg_str term = it->docs[i].doc.booleans[0];
      if (has(k, "QF", (zg_str){term.p + 2, term.n - 2}))
        return true;
    }
  return false;
}

bool zg_keys_clash(zg_keys *k, const item *it) {
  if (k->any && looks_up(k, it))
    return true;
  for (size_t i = 0; i < it->n_docs; i++)
    for (size_t j = 0; j < it->docs[i].doc.n_booleans; j++)
      add_term(k, it->docs[i].doc.booleans[j]);
  k->any = k->any || it->n_docs;
  return false;
}
