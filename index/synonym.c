#include "index/synonym.h"

#include <stdlib.h>
#include <xxhash.h>

typedef struct entry {
  zg_str word;
  uint32_t group, order;
} entry;

struct zg_synonyms {
  zg_arena *arena;
  entry *words; /* sorted by word once sealed */
  size_t n, cap;
  entry *members; /* those in a group, by group and order */
  size_t n_members, n_groups;
  uint64_t hash;
  /* while it is filled: words by hash, 1-based, open addressing */
  uint32_t *slots;
};

#define SLOTS (2 * ZG_SYNONYM_WORDS_MAX)

zg_synonyms *zg_synonyms_new(void) {
  zg_synonyms *s = calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->arena = zg_arena_new(16 * 1024);
  s->slots = calloc(SLOTS, sizeof *s->slots);
  if (!s->arena || !s->slots) {
    zg_synonyms_free(s);
    return NULL;
  }
  return s;
}

void zg_synonyms_free(zg_synonyms *s) {
  if (!s)
    return;
  zg_arena_free(s->arena);
  free(s->words);
  free(s->members);
  free(s->slots);
  free(s);
}

static uint32_t *slot_of(zg_synonyms *s, zg_str word) {
  uint32_t i = (uint32_t)(XXH3_64bits(word.p, word.n) % SLOTS);
  while (s->slots[i] && !zg_str_eq(s->words[s->slots[i] - 1].word, word))
    i = (i + 1) % SLOTS;
  return &s->slots[i];
}

zg_status zg_synonyms_add(zg_synonyms *s, zg_str word, uint32_t group) {
  uint32_t *slot = slot_of(s, word);
  if (*slot) {
    entry *known = &s->words[*slot - 1];
    if (known->group && group)
      return ZG_CONFLICT;
    if (group) /* it stood in the dictionary above */
      known->group = group;
    return ZG_OK;
  }
  if (s->n == ZG_SYNONYM_WORDS_MAX)
    return ZG_TOO_LARGE;
  if (s->n == s->cap) {
    size_t cap = s->cap ? s->cap * 2 : 64;
    entry *grown = realloc(s->words, cap * sizeof *grown);
    if (!grown)
      return ZG_NO_MEMORY;
    s->words = grown;
    s->cap = cap;
  }
  zg_str copy = zg_arena_dup(s->arena, word);
  if (!copy.p)
    return ZG_NO_MEMORY;
  s->words[s->n] = (entry){copy, group, (uint32_t)s->n};
  *slot = (uint32_t)++s->n;
  return ZG_OK;
}

static int by_word(const void *x, const void *y) {
  const zg_str a = ((const entry *)x)->word, b = ((const entry *)y)->word;
  int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
  return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int by_group(const void *x, const void *y) {
  const entry *a = x, *b = y;
  if (a->group != b->group)
    return a->group < b->group ? -1 : 1;
  return a->order < b->order ? -1 : a->order > b->order;
}

zg_status zg_synonyms_seal(zg_synonyms *s) {
  free(s->slots);
  s->slots = NULL;
  if (!s->n)
    return ZG_OK;
  s->members = malloc(s->n * sizeof *s->members);
  if (!s->members)
    return ZG_NO_MEMORY;
  for (size_t i = 0; i < s->n; i++)
    if (s->words[i].group)
      s->members[s->n_members++] = s->words[i];
  if (s->n_members)
    qsort(s->members, s->n_members, sizeof *s->members, by_group);
  for (size_t i = 0; i < s->n_members; i++) {
    const entry *e = &s->members[i];
    bool first = i == 0 || s->members[i - 1].group != e->group;
    s->n_groups += first;
    s->hash = XXH3_64bits_withSeed(e->word.p, e->word.n, s->hash + first);
  }
  qsort(s->words, s->n, sizeof *s->words, by_word);
  return ZG_OK;
}

size_t zg_synonyms_count(const zg_synonyms *s) { return s->n; }
size_t zg_synonyms_groups(const zg_synonyms *s) { return s->n_groups; }
zg_str zg_synonyms_word(const zg_synonyms *s, size_t i) {
  return s->words[i].word;
}
uint64_t zg_synonyms_hash(const zg_synonyms *s) { return s->hash; }

static const entry *find(const zg_synonyms *s, zg_str word) {
  const entry want = {.word = word};
  return s->n ? bsearch(&want, s->words, s->n, sizeof want, by_word) : NULL;
}

bool zg_synonyms_known(const zg_synonyms *s, zg_str word) {
  return find(s, word) != NULL;
}

size_t zg_synonyms_of(const zg_synonyms *s, zg_str word,
                      zg_str out[ZG_SYNONYM_GROUP_MAX]) {
  const entry *e = find(s, word);
  size_t lo = 0, hi = s->n_members, n = 0;
  if (!e || !e->group)
    return 0;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (s->members[mid].group < e->group)
      lo = mid + 1;
    else
      hi = mid;
  }
  for (; lo < s->n_members && s->members[lo].group == e->group; lo++)
    if (n < ZG_SYNONYM_GROUP_MAX && !zg_str_eq(s->members[lo].word, word))
      out[n++] = s->members[lo].word;
  return n;
}
