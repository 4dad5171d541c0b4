/* Words that the index may hold, spelled from choices: at each place one of
 * several characters, and each next to the other somewhere in the index.
 *
 * A chain of characters whose neighbours all stand together somewhere is no
 * proof that it stands anywhere as a whole, but what stands somewhere is such a
 * chain; `weakest` is the most findings that may have it.
 */
#ifndef ZG_LATTICE_H
#define ZG_LATTICE_H
#include "index/vocabulary.h"

#define ZG_CHAIN_MAX 12
#define ZG_BEAM 64 /* chains that are followed at a time */

typedef struct zg_chain {
  uint32_t cps[ZG_CHAIN_MAX];
  unsigned n;
  uint32_t weakest; /* findings that have its rarest pair */
} zg_chain;

/* Characters that may stand at a place. */
#define ZG_PLACE_FIRST 0x3400u
#define ZG_PLACE_CHARS 0x6C00u
typedef struct zg_choice {
  uint64_t bits[ZG_PLACE_CHARS / 64];
} zg_choice;
void zg_choice_clear(zg_choice *c);
void zg_choice_add(zg_choice *c, uint32_t cp);
void zg_choice_add_all(zg_choice *c, const uint32_t *cps, size_t n);

typedef struct zg_lattice zg_lattice;
zg_lattice *zg_lattice_new(const zg_vocabulary *v);
void zg_lattice_free(zg_lattice *l);
/* Chains of n places, those with the strongest weakest pair first; *n_out of
 * them, borrowed until the next call. */
zg_status zg_lattice_walk(zg_lattice *l, const zg_choice *places, unsigned n,
                          const _Atomic int *cancel, const zg_chain **out,
                          size_t *n_out, zg_error *err);

/* Chains one step away from `run`: a character less, more, another one, two
 * swapped.  Runs of three characters and more; at most `cap`. */
size_t zg_lattice_edits(const zg_vocabulary *v, const uint32_t *run, unsigned n,
                        zg_chain *out, size_t cap);
/* Findings that may have it, 0: none. */
uint32_t zg_lattice_weakest(const zg_vocabulary *v, const uint32_t *cps,
                            unsigned n);
#endif
