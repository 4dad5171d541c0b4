/* The taxonomy of rectification problems: cue words to categories.
 *
 * A data file (taxonomy.ini; its head says how it is written) holds the
 * categories with their names and cues, concepts with their phrasings, the
 * weights of the places where a cue may stand, and for the search synonyms and
 * words of the trade (synonym.h).  The default is part of the
 * program; another file may be loaded instead, and loaded again while running:
 * a zg_taxonomy never changes, so a reload is a new one, and who works with the
 * old one keeps it by a reference.
 *
 * The head decides, the headings above it support, the answer only helps out;
 * no cue, no category.  Matching is one walk over the text with an index of the
 * cues by their first two characters, built when the file is loaded.
 *
 * Any thread, but for the last unref nobody else may hold it.
 */
#ifndef ZG_TAXONOMY_H
#define ZG_TAXONOMY_H

#include "index/model.h"
#include "index/normalise.h"
#include "index/status.h"
#include "index/synonym.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zg_taxonomy zg_taxonomy;

#define ZG_TAXONOMY_BYTES_MAX ((size_t)4 << 20)
#define ZG_TAXONOMY_CATEGORIES_MAX 64
/* Evidence that is kept of one finding. */
#define ZG_EVIDENCE_MAX 12

/* `name` stands in messages ("taxonomy.ini, line 12: ...").  Cues are taken in
 * the layout form of `nz`, the form of the texts that are matched; NULL: as
 * they stand, for who only wants the names.  ZG_INVALID "invalid_taxonomy"
 * names line and entry. */
zg_status zg_taxonomy_read(zg_taxonomy **out, const zg_normaliser *nz,
                           zg_str text, const char *name, zg_error *err);
/* The file at `path`; NULL: the one that is part of the program. */
zg_status zg_taxonomy_open(zg_taxonomy **out, const zg_normaliser *nz,
                           const char *path, zg_error *err);
/* The text of the default file (static). */
zg_str zg_taxonomy_default_text(void);
zg_taxonomy *zg_taxonomy_ref(zg_taxonomy *t);
void zg_taxonomy_unref(zg_taxonomy *t); /* NULL is legal */

typedef enum zg_category_kind {
  ZG_CATEGORY_THEME,
  ZG_CATEGORY_SECTOR, /* of one line of work: goes before a theme */
  ZG_CATEGORY_FRAME /* how the problem came up: goes before what it is about */
} zg_category_kind;

typedef struct zg_category {
  zg_str id, zh, en;
  zg_category_kind kind;
  unsigned n_cues;
} zg_category;
typedef struct zg_cue {
  zg_str text; /* "选人用人", or parts: "学习+不深" */
  unsigned category;
  int weight;
} zg_cue;

/* All borrowed from the taxonomy. */
zg_str zg_taxonomy_version(const zg_taxonomy *t);
zg_str zg_taxonomy_name(const zg_taxonomy *t);
uint64_t zg_taxonomy_hash(const zg_taxonomy *t); /* XXH3 of the file's text */
size_t zg_taxonomy_categories(const zg_taxonomy *t);
const zg_category *zg_taxonomy_category(const zg_taxonomy *t, size_t i);
const zg_category *zg_taxonomy_find(const zg_taxonomy *t, zg_str id); /* NULL */
const zg_synonyms *zg_taxonomy_synonyms(const zg_taxonomy *t);
size_t zg_taxonomy_cues(const zg_taxonomy *t);
const zg_cue *zg_taxonomy_cue(const zg_taxonomy *t, size_t i);

/* ---- matching ---- */

typedef struct zg_cue_hit {
  const zg_cue *cue;
  const zg_category *category;
  zg_place place;
  int weight;
  size_t start, len; /* in the text of its place */
} zg_cue_hit;
typedef struct zg_classified {
  const zg_category *category[2];   /* NULL: none */
  zg_cue_hit hits[ZG_EVIDENCE_MAX]; /* of these, heaviest first */
  size_t n_hits;
} zg_classified;
/* Texts by zg_place, in layout form; any may be NULL. */
void zg_taxonomy_match(const zg_taxonomy *t, const zg_str text[ZG_PLACE_COUNT],
                       zg_classified *out);

#ifdef __cplusplus
}
#endif
#endif
