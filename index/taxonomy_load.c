/* The taxonomy's file: [sections] of `key = value` lines, # comments.  Every
 * fault names its line and what stands there. */
#include "index/taxonomy_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#define WORD_CHARS_MAX 24
#define WEIGHT_MAX 100
#define DEFAULT_WEIGHT_MAX 5

typedef enum section {
  IN_TOP,
  IN_WEIGHTS,
  IN_LIMITS,
  IN_THRESHOLDS,
  IN_CONCEPTS,
  IN_IGNORE,
  IN_SYNONYMS,
  IN_WORDS,
  IN_CATEGORY
} section;

/* A cue before the concepts are known: cues may stand above them. */
typedef struct loader {
  zg_taxonomy *t;
  const zg_normaliser *nz;
  zg_norm norm;
  const char *name;
  unsigned line;
  section at;
  unsigned opened; /* line of the category's heading */
  bool has_zh, has_en, has_kind;
  uint32_t group; /* of synonyms, the last one */
  unsigned group_words;
  uint32_t *word_slot; /* atoms by word, open addressing; 1-based */
  zg_error *err;
} loader;

#define WORD_SLOTS (2 * ATOMS_MAX)

__attribute__((format(printf, 2, 3))) static zg_status
fault(const loader *l, const char *fmt, ...) {
  char what[200];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(what, sizeof what, fmt, ap);
  va_end(ap);
  what[zg_utf8_floor(what, strlen(what))] = '\0';
  return zg_fail(l->err, ZG_INVALID, "invalid_taxonomy", "taxonomy",
                 "%.160s, line %u: %s", l->name, l->line, what);
}

/* Bytes of a word that a message shows, whole characters. */
static int shown(zg_str s, size_t most) {
  return (int)zg_utf8_floor(s.p, s.n < most ? s.n : most);
}

/* ---- growing arrays ---- */

static bool room(void **items, size_t n, size_t *cap, size_t size) {
  if (n < *cap)
    return true;
  size_t want = *cap ? *cap * 2 : 64;
  void *p = realloc(*items, want * size);
  if (!p)
    return false;
  *items = p;
  *cap = want;
  return true;
}
#define ROOM(t, what)                                                          \
  room((void **)&(t)->what, (t)->n_##what, &(t)->cap_##what, sizeof *(t)->what)

/* ---- words ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static zg_str trim(zg_str s) {
  while (s.n && is_blank(s.p[0]))
    s.p++, s.n--;
  while (s.n && is_blank(s.p[s.n - 1]))
    s.n--;
  return s;
}

/* What parts the words of a list: blanks and commas, also full-width. */
static size_t separator(zg_str s) {
  static const char *const wide[] = {"、", "，", "\xE3\x80\x80"};
  if (is_blank(s.p[0]) || s.p[0] == ',')
    return 1;
  for (size_t i = 0; i < 3; i++)
    if (s.n >= 3 && memcmp(s.p, wide[i], 3) == 0)
      return 3;
  return 0;
}

static zg_str next_word(zg_str *rest) {
  size_t sep;
  while (rest->n && (sep = separator(*rest)))
    *rest = (zg_str){rest->p + sep, rest->n - sep};
  zg_str w = {rest->p, 0};
  while (rest->n && !separator(*rest)) {
    w.n++;
    *rest = (zg_str){rest->p + 1, rest->n - 1};
  }
  return w;
}

static size_t chars(zg_str s) {
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++)
    n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
  return n;
}

static zg_status check_word(const loader *l, zg_str w) {
  size_t n = chars(w);
  if (n >= 2 && n <= WORD_CHARS_MAX)
    return ZG_OK;
  return fault(l, "\"%.*s\" has %zu characters; 2 to %d are expected",
               shown(w, 90), w.p, n, WORD_CHARS_MAX);
}

/* A value in the form of the texts that it is matched with; in l->norm. */
static zg_status normal(loader *l, zg_str v, zg_str *out) {
  *out = v;
  if (!l->nz)
    return ZG_OK;
  zg_status st = zg_normalise_layout(l->nz, v, &l->norm, l->err);
  *out = (zg_str){l->norm.p ? l->norm.p : "", l->norm.n};
  return st;
}

static zg_status number(const loader *l, zg_str v, int min, int max,
                        const char *what, int *out) {
  long n = 0;
  bool fine = v.n > 0 && v.n < 8;
  for (size_t i = 0; fine && i < v.n; i++) {
    fine = v.p[i] >= '0' && v.p[i] <= '9';
    n = n * 10 + (v.p[i] - '0');
  }
  if (!fine || n < min || n > max)
    return fault(l, "%s: a number from %d to %d is expected, not \"%.*s\"",
                 what, min, max, shown(v, 40), v.p);
  *out = (int)n;
  return ZG_OK;
}

/* ---- atoms, patterns, cues ---- */

static zg_status add_pattern(loader *l, zg_str text, pattern_kind kind,
                             uint32_t of) {
  zg_taxonomy *t = l->t;
  zg_str copy = zg_arena_dup(t->arena, text);
  if (!copy.p || !ROOM(t, patterns))
    return zg_fail_nomem(l->err);
  t->patterns[t->n_patterns++] = (pattern){copy, kind, of};
  return ZG_OK;
}

/* The atom of a word, made when it is new. */
static zg_status atom_of(loader *l, zg_str word, uint32_t *out) {
  zg_taxonomy *t = l->t;
  zg_status st = check_word(l, word);
  if (st)
    return st;
  uint32_t i = (uint32_t)(XXH3_64bits(word.p, word.n) % WORD_SLOTS);
  while (l->word_slot[i] &&
         !zg_str_eq(t->atoms[l->word_slot[i] - 1].word, word))
    i = (i + 1) % WORD_SLOTS;
  if (l->word_slot[i]) {
    *out = l->word_slot[i] - 1;
    return ZG_OK;
  }
  if (t->n_atoms == ATOMS_MAX)
    return fault(l, "more than %d different words", ATOMS_MAX);
  if (!ROOM(t, atoms))
    return zg_fail_nomem(l->err);
  *out = (uint32_t)t->n_atoms;
  if ((st = add_pattern(l, word, PATTERN_ATOM, *out)))
    return st;
  t->atoms[t->n_atoms++] = (atom){.word = t->patterns[t->n_patterns - 1].text};
  l->word_slot[i] = (uint32_t)t->n_atoms;
  return ZG_OK;
}

static zg_status add_use(loader *l, uint32_t a, uint32_t c) {
  zg_taxonomy *t = l->t;
  if (!ROOM(t, uses))
    return zg_fail_nomem(l->err);
  t->uses[t->n_uses++] = (use){c, t->atoms[a].uses};
  t->atoms[a].uses = (uint32_t)t->n_uses;
  return ZG_OK;
}

/* Splits "学习+不深*3" into its parts and its weight. */
static zg_status cut_cue(loader *l, zg_str word, cue *c) {
  const char *star = memrchr(word.p, '*', word.n);
  zg_str all = word;
  c->pub.weight = 0;
  if (star) {
    all.n = (size_t)(star - word.p);
    zg_str v = {star + 1, (size_t)(word.p + word.n - star - 1)};
    zg_status st = number(l, v, 1, WEIGHT_MAX, "weight", &c->pub.weight);
    if (st)
      return st;
  }
  size_t n = chars(all);
  for (zg_str rest = all; rest.n;) {
    const char *plus = memchr(rest.p, '+', rest.n);
    zg_str part = {rest.p, plus ? (size_t)(plus - rest.p) : rest.n};
    if (c->n_parts == PARTS_MAX)
      return fault(l, "\"%.*s\": more than %d parts", shown(word, 90), word.p,
                   PARTS_MAX);
    zg_status st = atom_of(l, part, &c->part[c->n_parts++]);
    if (st)
      return st;
    rest.p += part.n + (plus != NULL);
    rest.n -= part.n + (plus != NULL);
    n -= plus != NULL;
  }
  if (!c->n_parts)
    return fault(l, "\"%.*s\": the cue is missing", shown(word, 90), word.p);
  if (!c->pub.weight)
    c->pub.weight = n < DEFAULT_WEIGHT_MAX ? (int)n : DEFAULT_WEIGHT_MAX;
  c->pub.text = zg_arena_dup(l->t->arena, all);
  return c->pub.text.p ? ZG_OK : zg_fail_nomem(l->err);
}

static bool same_cue(const cue *a, const cue *b) {
  return a->pub.category == b->pub.category && a->n_parts == b->n_parts &&
         memcmp(a->part, b->part, sizeof a->part) == 0;
}

static zg_status add_cue(loader *l, zg_str word) {
  zg_taxonomy *t = l->t;
  cue c = {.pub.category = (unsigned)t->n_categories - 1};
  zg_status st = cut_cue(l, word, &c);
  if (st)
    return st;
  for (uint32_t u = t->atoms[c.part[0]].uses; u; u = t->uses[u - 1].next)
    if (same_cue(&t->cues[t->uses[u - 1].cue], &c))
      return fault(l, "the cue \"%.*s\" stands twice in this category",
                   (int)c.pub.text.n, c.pub.text.p);
  if (t->n_cues == CUES_MAX)
    return fault(l, "more than %d cues", CUES_MAX);
  if (!ROOM(t, cues))
    return zg_fail_nomem(l->err);
  for (unsigned i = 0; i < c.n_parts && !st; i++)
    st = add_use(l, c.part[i], (uint32_t)t->n_cues);
  if (c.n_parts == 1)
    t->atoms[c.part[0]].single = true;
  t->cues[t->n_cues++] = c;
  t->categories[t->n_categories - 1].n_cues++;
  return st;
}

/* Words one by one: the normaliser would join "词*4 词" as a number. */
static zg_status add_words(loader *l, zg_str value,
                           zg_status (*add)(loader *l, zg_str word)) {
  for (;;) {
    zg_str w = next_word(&value);
    if (!w.n)
      return ZG_OK;
    zg_status st = normal(l, w, &w);
    if (!st)
      st = add(l, w);
    if (st)
      return st;
  }
}

static zg_status add_not(loader *l, zg_str word) {
  zg_status st = check_word(l, word);
  return st ? st
            : add_pattern(l, word, PATTERN_NOT,
                          (uint32_t)l->t->n_categories - 1);
}

static zg_status add_ignored(loader *l, zg_str word) {
  zg_status st = check_word(l, word);
  return st ? st : add_pattern(l, word, PATTERN_IGNORE, 0);
}

/* concept = phrasings: each of them is found as the concept is. */
static zg_status add_concept(loader *l, zg_str key, zg_str value) {
  uint32_t concept;
  zg_str word;
  zg_status st = normal(l, key, &word);
  if (!st)
    st = atom_of(l, word, &concept);
  while (!st) {
    zg_str w = next_word(&value);
    if (!w.n)
      return ZG_OK;
    st = normal(l, w, &w);
    if (!st)
      st = check_word(l, w);
    if (!st)
      st = add_pattern(l, w, PATTERN_ATOM, concept);
  }
  return st;
}

/* ---- synonyms and words of the trade ---- */

/* As the search has it: canonical text. */
static zg_status add_term(loader *l, zg_str word, uint32_t group) {
  zg_str canonical = word;
  zg_status st = check_word(l, word);
  if (!st && l->nz) {
    st = zg_normalise_search(l->nz, word, &l->norm, l->err);
    canonical = (zg_str){l->norm.p ? l->norm.p : "", l->norm.n};
  }
  if (st)
    return st;
  if (!canonical.n)
    return fault(l, "\"%.*s\" holds nothing to search for", shown(word, 90),
                 word.p);
  if (group && ++l->group_words > ZG_SYNONYM_GROUP_MAX)
    return fault(l, "more than %d words in one group", ZG_SYNONYM_GROUP_MAX);
  st = zg_synonyms_add(l->t->synonyms, canonical, group);
  if (st == ZG_CONFLICT)
    return fault(l, "\"%.*s\" stands twice in [synonyms]", shown(word, 90),
                 word.p);
  if (st == ZG_TOO_LARGE)
    return fault(l, "more than %d words", ZG_SYNONYM_WORDS_MAX);
  return st ? zg_fail_nomem(l->err) : ZG_OK;
}

static zg_status add_terms(loader *l, zg_str list, uint32_t group) {
  for (;;) {
    zg_str w = next_word(&list);
    zg_status st = w.n ? add_term(l, w, group) : ZG_OK;
    if (!w.n || st)
      return st;
  }
}

static zg_status synonym_line(loader *l, zg_str key, zg_str value) {
  l->group_words = 0;
  zg_status st = add_terms(l, key, ++l->group);
  if (!st && l->group_words != 1)
    return fault(l, "one word is expected before the =");
  if (!st)
    st = add_terms(l, value, l->group);
  if (!st && l->group_words < 2)
    return fault(l, "\"%.*s\" has no synonym", shown(key, 90), key.p);
  return st;
}

static zg_status words_line(loader *l, zg_str key, zg_str value) {
  return zg_str_is(key, "words")
             ? add_terms(l, value, 0)
             : fault(l, "unknown key \"%.*s\"; expected words", shown(key, 40),
                     key.p);
}

/* ---- lines ---- */

static zg_status keep(loader *l, zg_str *slot, bool *has, const char *key,
                      zg_str value) {
  if (*has)
    return fault(l, "%s stands twice", key);
  if (!value.n)
    return fault(l, "%s is empty", key);
  *has = true;
  *slot = zg_arena_dup(l->t->arena, value);
  return slot->p ? ZG_OK : zg_fail_nomem(l->err);
}

static zg_status set_kind(loader *l, zg_category *c, zg_str v) {
  if (l->has_kind)
    return fault(l, "kind stands twice");
  l->has_kind = true;
  if (zg_str_is(v, "theme"))
    c->kind = ZG_CATEGORY_THEME;
  else if (zg_str_is(v, "sector"))
    c->kind = ZG_CATEGORY_SECTOR;
  else if (zg_str_is(v, "frame"))
    c->kind = ZG_CATEGORY_FRAME;
  else
    return fault(l, "kind: theme, sector or frame is expected");
  return ZG_OK;
}

static zg_status unknown_key(const loader *l, zg_str key, const char *known) {
  return fault(l, "unknown key \"%.*s\"; expected %s", shown(key, 40), key.p,
               known);
}

static zg_status category_line(loader *l, zg_str key, zg_str value) {
  zg_category *c = &l->t->categories[l->t->n_categories - 1];
  if (zg_str_is(key, "zh"))
    return keep(l, &c->zh, &l->has_zh, "zh", value);
  if (zg_str_is(key, "en"))
    return keep(l, &c->en, &l->has_en, "en", value);
  if (zg_str_is(key, "kind"))
    return set_kind(l, c, value);
  if (zg_str_is(key, "cues"))
    return add_words(l, value, add_cue);
  if (zg_str_is(key, "not"))
    return add_words(l, value, add_not);
  if (zg_str_is(key, "answer")) {
    bool no = zg_str_is(value, "no");
    if (!no && !zg_str_is(value, "yes"))
      return fault(l, "answer: yes or no is expected");
    l->t->no_answer[l->t->n_categories - 1] = no;
    return ZG_OK;
  }
  return unknown_key(l, key, "zh, en, kind, answer, cues or not");
}

static const char *const places[ZG_PLACE_COUNT] = {
#define X(sym, name) name,
    ZG_PLACE_TABLE(X)
#undef X
};

static zg_status place_line(loader *l, zg_str key, zg_str value, int *of,
                            int min, int max) {
  for (int p = 0; p < ZG_PLACE_COUNT; p++)
    if (zg_str_is(key, places[p]))
      return number(l, value, min, max, places[p], &of[p]);
  return unknown_key(l, key, "head, problem, section or answer");
}

static zg_status threshold_line(loader *l, zg_str key, zg_str value) {
  if (zg_str_is(key, "least"))
    return number(l, value, 0, 1000000, "least", &l->t->least);
  if (zg_str_is(key, "answer_least"))
    return number(l, value, 0, 1000000, "answer_least", &l->t->answer_least);
  if (zg_str_is(key, "second_percent"))
    return number(l, value, 1, 1000, "second_percent", &l->t->second_percent);
  if (zg_str_is(key, "sector_percent"))
    return number(l, value, 1, 1000, "sector_percent", &l->t->sector_percent);
  if (zg_str_is(key, "frame_least"))
    return number(l, value, 0, 1000000, "frame_least", &l->t->frame_least);
  return unknown_key(l, key,
                     "least, answer_least, second_percent, sector_percent or "
                     "frame_least");
}

static zg_status top_line(loader *l, zg_str key, zg_str value) {
  bool has = l->t->version.p != NULL;
  if (zg_str_is(key, "version"))
    return keep(l, &l->t->version, &has, "version", value);
  return unknown_key(l, key, "version, before the first [section]");
}

static zg_status key_line(loader *l, zg_str line) {
  const char *eq = memchr(line.p, '=', line.n);
  if (!eq)
    return fault(l, "`key = value` or [section] is expected, not \"%.*s\"",
                 shown(line, 60), line.p);
  zg_str key = trim((zg_str){line.p, (size_t)(eq - line.p)});
  zg_str value = trim((zg_str){eq + 1, (size_t)(line.p + line.n - eq - 1)});
  switch (l->at) {
  case IN_TOP:
    return top_line(l, key, value);
  case IN_WEIGHTS:
    return place_line(l, key, value, l->t->weight, 0, 10000);
  case IN_LIMITS:
    return place_line(l, key, value, l->t->limit, 1, 100);
  case IN_THRESHOLDS:
    return threshold_line(l, key, value);
  case IN_CONCEPTS:
    return add_concept(l, key, value);
  case IN_IGNORE:
    return zg_str_is(key, "words") ? add_words(l, value, add_ignored)
                                   : unknown_key(l, key, "words");
  case IN_SYNONYMS:
    return synonym_line(l, key, value);
  case IN_WORDS:
    return words_line(l, key, value);
  case IN_CATEGORY:
    return category_line(l, key, value);
  }
  return ZG_OK;
}

/* ---- sections ---- */

static zg_status close_category(loader *l) {
  if (l->at != IN_CATEGORY)
    return ZG_OK;
  const zg_category *c = &l->t->categories[l->t->n_categories - 1];
  const char *missing = !l->has_zh   ? "its Chinese name (zh)"
                        : !l->has_en ? "its English name (en)"
                        : !c->n_cues ? "its cues"
                                     : NULL;
  if (!missing)
    return ZG_OK;
  l->line = l->opened;
  return fault(l, "[%.*s]: %s is missing", (int)c->id.n, c->id.p, missing);
}

static bool id_is_fine(zg_str id) {
  bool fine = id.n > 0 && id.n <= 32;
  for (size_t i = 0; fine && i < id.n; i++) {
    char c = id.p[i];
    fine = (c >= 'a' && c <= 'z') ||
           (i && ((c >= '0' && c <= '9') || c == '_' || c == '-'));
  }
  return fine;
}

static zg_status open_category(loader *l, zg_str id) {
  zg_taxonomy *t = l->t;
  if (!id_is_fine(id))
    return fault(l,
                 "[%.*s]: an id is up to 32 of a-z, 0-9, _ and -, a letter "
                 "first",
                 shown(id, 40), id.p);
  if (zg_taxonomy_find(t, id))
    return fault(l, "[%.*s] stands twice", (int)id.n, id.p);
  if (t->n_categories == ZG_TAXONOMY_CATEGORIES_MAX)
    return fault(l, "more than %d categories", ZG_TAXONOMY_CATEGORIES_MAX);
  zg_str copy = zg_arena_dup(t->arena, id);
  if (!copy.p)
    return zg_fail_nomem(l->err);
  t->categories[t->n_categories++] = (zg_category){.id = copy};
  l->opened = l->line;
  l->has_zh = l->has_en = l->has_kind = false;
  return ZG_OK;
}

static zg_status section_line(loader *l, zg_str line) {
  static const struct {
    const char *name;
    section is;
  } known[] = {{"weights", IN_WEIGHTS},
               {"limits", IN_LIMITS},
               {"thresholds", IN_THRESHOLDS},
               {"concepts", IN_CONCEPTS},
               {"ignore", IN_IGNORE},
               {"synonyms", IN_SYNONYMS},
               {"words", IN_WORDS}};
  if (line.p[line.n - 1] != ']')
    return fault(l, "the closing ] is missing");
  zg_str name = trim((zg_str){line.p + 1, line.n - 2});
  zg_status st = close_category(l);
  if (st)
    return st;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (zg_str_is(name, known[i].name)) {
      l->at = known[i].is;
      return ZG_OK;
    }
  st = open_category(l, name);
  if (st == ZG_OK)
    l->at = IN_CATEGORY;
  return st;
}

/* Without its comment and blanks; a # inside a word is none. */
static zg_str bare(zg_str line) {
  line = trim(line);
  for (size_t i = 0; i < line.n; i++)
    if (line.p[i] == '#' && (i == 0 || is_blank(line.p[i - 1])))
      line.n = i;
  return trim(line);
}

static zg_status read_lines(loader *l, zg_str text) {
  zg_status st = ZG_OK;
  if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0)
    text = (zg_str){text.p + 3, text.n - 3};
  while (text.n && !st) {
    const char *nl = memchr(text.p, '\n', text.n);
    size_t n = nl ? (size_t)(nl - text.p) : text.n;
    zg_str line = bare((zg_str){text.p, n});
    l->line++;
    if (line.n)
      st = line.p[0] == '[' ? section_line(l, line) : key_line(l, line);
    text.p += n + (nl != NULL);
    text.n -= n + (nl != NULL);
  }
  l->line += l->line == 0; /* an empty file */
  if (!st)
    st = close_category(l);
  if (!st && !l->t->version.p)
    st = fault(l, "the file has no `version = …`");
  if (!st && !l->t->n_categories)
    st = fault(l, "the file has no category");
  return st;
}

/* A word may not be a cue and excluded in one category. */
static zg_status check_contradictions(loader *l) {
  const zg_taxonomy *t = l->t;
  for (size_t i = 1; i < t->n_patterns; i++) {
    const pattern *p = &t->patterns[i];
    if (p->kind != PATTERN_ATOM)
      continue;
    for (size_t k = i; k-- > 0;) {
      const pattern *q = &t->patterns[k];
      if (!zg_str_eq(q->text, p->text))
        break;
      for (uint32_t u = t->atoms[p->of].uses; u; u = t->uses[u - 1].next)
        if (q->kind == PATTERN_IGNORE ||
            (q->kind == PATTERN_NOT &&
             q->of == t->cues[t->uses[u - 1].cue].pub.category))
          return zg_fail(l->err, ZG_INVALID, "invalid_taxonomy", "taxonomy",
                         "%.160s: \"%.*s\" is a cue and excluded at once",
                         l->name, (int)p->text.n, p->text.p);
    }
  }
  return ZG_OK;
}

static zg_status load(loader *l, zg_str text) {
  zg_taxonomy *t = l->t;
  int64_t bad = zg_utf8_check(text.p, text.n);
  if (bad >= 0) {
    l->line = 1;
    for (int64_t i = 0; i < bad; i++)
      l->line += text.p[i] == '\n';
    return fault(l, "not UTF-8");
  }
  t->categories = calloc(ZG_TAXONOMY_CATEGORIES_MAX, sizeof *t->categories);
  t->no_answer = calloc(ZG_TAXONOMY_CATEGORIES_MAX, sizeof *t->no_answer);
  t->name = zg_arena_dup(t->arena, zg_str_of(l->name));
  t->hash = XXH3_64bits(text.p, text.n);
  if (!t->categories || !t->no_answer || !t->name.p)
    return zg_fail_nomem(l->err);
  zg_status st = read_lines(l, text);
  if (!st)
    st = zg_taxonomy_build(t, l->err);
  if (!st && zg_synonyms_seal(t->synonyms))
    st = zg_fail_nomem(l->err);
  return st ? st : check_contradictions(l);
}

zg_status zg_taxonomy_read(zg_taxonomy **out, const zg_normaliser *nz,
                           zg_str text, const char *name, zg_error *err) {
  *out = NULL;
  zg_taxonomy *t = calloc(1, sizeof *t);
  loader l = {.t = t, .nz = nz, .name = name, .err = err};
  l.norm = (zg_norm)ZG_NORM_INIT;
  if (!t)
    return zg_fail_nomem(err);
  static const int weight[ZG_PLACE_COUNT] = {100, 35, 12, 1};
  static const int limit[ZG_PLACE_COUNT] = {4, 2, 1, 8};
  memcpy(t->weight, weight, sizeof weight);
  memcpy(t->limit, limit, sizeof limit);
  t->least = 110;
  t->answer_least = 6;
  t->second_percent = 60;
  t->sector_percent = 80;
  t->frame_least = 900;
  atomic_init(&t->refs, 1);
  t->arena = zg_arena_new(64 * 1024);
  t->synonyms = zg_synonyms_new();
  l.word_slot = calloc(WORD_SLOTS, sizeof *l.word_slot);
  zg_status st = t->arena && l.word_slot && t->synonyms ? load(&l, text)
                                                        : zg_fail_nomem(err);
  free(l.word_slot);
  zg_norm_free(&l.norm);
  if (st) {
    zg_taxonomy_unref(t);
    return st;
  }
  *out = t;
  return ZG_OK;
}
