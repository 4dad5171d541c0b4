/* Columns of a terminal: how wide a text is shown, and where to cut it.
 *
 * East Asian Width (UAX 11) by ICU: wide and full-width characters take two
 * columns, combining and format characters none.  Ambiguous ones (“ ” … · and
 * circled digits) take one in the terminals of today unless they are set
 * otherwise: `ambiguous` says which.  Text is UTF-8; a byte that is not counts
 * as one column.
 */
#ifndef ZG_CLI_WIDTH_H
#define ZG_CLI_WIDTH_H

#include "index/text.h"

int zg_width_char(uint32_t cp, int ambiguous);
int zg_width(zg_str text, int ambiguous);
/* Bytes of the longest prefix of at most `columns` columns; a combining
 * character stays with its base. */
size_t zg_width_prefix(zg_str text, int columns, int ambiguous);
/* Where to break a line: as zg_width_prefix, but a Latin word or number that
 * would be cut moves to the next line, and closing punctuation is not left to
 * start one.  0 only for an empty text or when columns < 2. */
size_t zg_width_break(zg_str text, int columns, int ambiguous);
/* Appends text cut to `columns` with "…" where it was longer, newlines and
 * control characters as blanks. */
void zg_width_cut(zg_str text, int columns, int ambiguous, zg_buf *out);

#endif
