/* Labelled texts: whole bulletins of every class, layout and noise with their
 * gold facts, and look-alikes.  Written from the grammar of the genre and from
 * nothing of the parser.  Text n of a seed is a stream of its own.
 */
#ifndef ZG_CORPUS_LABELLED_H
#define ZG_CORPUS_LABELLED_H

#include "tools/corpus/draft.h"

#define ZG_NOISE_AS_WEIGHED (-1)
#define ZG_NOISE_NONE_AT_ALL (-2)
#define ZG_NOISE_EVERY_TEXT_ONE (-3) /* text n has noise n mod all */
#define ZG_NOISE_MANY (-4)           /* four times as often as seen */
#define ZG_NOISE_UNKNOWN (-5)

typedef struct zg_labelled {
  uint64_t seed, bulletins, look_alikes;
  int layout; /* -1: by weight */
  int noise;  /* a zg_noise, or one of the above */
  const char *out;
} zg_labelled;

int zg_layout_of(const char *name); /* -1: none */
int zg_noise_of(const char *name);  /* "none", "all", "many", a name */

typedef struct zg_labelled_text {
  zg_buf text;
  zg_buf page; /* the same as HTML; empty: it is plain text */
  zg_buf gold;
} zg_labelled_text;
void zg_labelled_text_free(zg_labelled_text *t);

/* Makes text `n` and its gold file; what `out` held is freed.  False: no
 * memory. */
bool zg_labelled_bulletin(const zg_labelled *o, uint64_t n,
                          zg_labelled_text *out);
bool zg_labelled_look_alike(const zg_labelled *o, uint64_t n,
                            zg_labelled_text *out);
/* All of them into o->out.  False: errno says why. */
bool zg_labelled_write(const zg_labelled *o);

/* Between the rooms. */
typedef struct zg_look_alike {
  const char *kind;
  void (*write)(zg_draft *);
} zg_look_alike;
extern const zg_look_alike zg_look_alikes_long[]; /* lookalike_long.c */
extern const size_t zg_look_alikes_long_n;
void zg_write_class(zg_draft *d);                  /* classes.c */
void zg_write_look_alike(zg_draft *d, uint64_t n); /* lookalike.c */

#endif
