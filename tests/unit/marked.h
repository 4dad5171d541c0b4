/* Bulletins that carry what a right parse of them gives:
 *
 *   ⟪section⟫  ⟨problem⟩  ⟦number|listed measures|head⟧ or
 *   ⟦number|listed measures|head|statements⟧
 *
 * The marks are taken out before the parse.  number is "-" where the text
 * prints none; a section or problem holds until the next, ⟪⟫ and ⟨⟩ end it, a
 * section ends a problem.  ⟪=section⟫ says it without printing it.
 */
#ifndef ZG_TESTS_MARKED_H
#define ZG_TESTS_MARKED_H

#include "index/model.h"

/* How a copy of the page looks. */
typedef enum dress {
  DRESS_PLAIN,
  DRESS_CRLF,
  DRESS_SPACED,   /* an empty line and an indent between paragraphs */
  DRESS_HALF,     /* half-width punctuation */
  DRESS_ONE_LINE, /* paragraphs parted by a blank */
  DRESS_GLUED,    /* by nothing */
  DRESS_WRAPPED,  /* lines of 34 characters */
  DRESS_CHUNKS,   /* 2、 3、 … inside sentences */
  DRESS_COUNT
} dress;

/* Parses `body` after pf_opening in that dress, compares all marks and returns
 * the bulletin. */
zg_bulletin *pf_marked(const char *name, const char *body, dress d);
/* In all of them. */
void pf_marked_all(const char *name, const char *body);

#endif
