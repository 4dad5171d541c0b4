/* The tables of the normaliser: what each character becomes and what the
 * second pass must know of it.  Built once; only normalise.c reads them. */
#ifndef ZG_NORMALISE_TABLES_H
#define ZG_NORMALISE_TABLES_H

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include "index/normalise.h"

#define ZG_BMP 0x10000u
#define ZG_FOLD_DROP 0u
#define ZG_FOLD_SLOW 0xFFFFu /* ICU has to look at it and its neighbours */

/* What pass 2 must know of an output character. */
enum {
  ZG_CHAR_GAP,
  ZG_CHAR_BLANK,
  ZG_CHAR_NEWLINE,
  ZG_CHAR_DIGIT,
  ZG_CHAR_LATIN,
  ZG_CHAR_UNIT,
  ZG_CHAR_HAN,
  ZG_CHAR_CONTEXT
};

typedef enum zg_form { ZG_FORM_LAYOUT, ZG_FORM_SEARCH } zg_form;

struct zg_normaliser {
  uint16_t fold[2][ZG_BMP];
  uint16_t simple[ZG_BMP]; /* traditional to simplified; identity elsewhere */
  uint8_t kind[ZG_BMP];
  const UNormalizer2 *nfkc[2];
};

/* One character after NFKC, as it stands in the given form; 0 drops it. */
UChar32 zg_char_finish(const zg_normaliser *nz, zg_form form, UChar32 c);
/* ZG_CHAR_… of a character that is in no table. */
uint8_t zg_char_kind(UChar32 c);
/* What a ZG_CHAR_CONTEXT character becomes between these two (0: none). */
uint32_t zg_char_in_context(uint32_t c, uint32_t before, uint32_t after);

static inline uint8_t zg_char_kind_at(const zg_normaliser *nz, uint32_t cp) {
  return cp < ZG_BMP ? nz->kind[cp] : zg_char_kind((UChar32)cp);
}

static inline bool zg_char_ignorable(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

static inline bool zg_char_mark(UChar32 c) {
  return c >= 0x0300 && c <= 0x036F;
}

static inline bool zg_char_in(const UChar *set, uint32_t cp) {
  for (; *set; set++)
    if (*set == cp)
      return true;
  return false;
}

#endif
