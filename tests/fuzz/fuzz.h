/* What the fuzzers share: a parser and an arena made once, and a check that
 * ends the process. */
#ifndef ZG_FUZZ_H
#define ZG_FUZZ_H

#include "index/parser.h"

const zg_parser *zg_fuzz_parser(void);
zg_arena *zg_fuzz_arena(void); /* emptied by each call */
void zg_fuzz_need(bool ok, const char *what);
/* Parses the text and looks at all that came of it (check.c). */
void zg_fuzz_parse(zg_str text, zg_arena *arena);
/* Pieces that the mutator strews in; each fuzzer has its own, NULL ends. */
extern const char *const zg_fuzz_words[];

#endif
