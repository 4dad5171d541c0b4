/* How Chinese characters are read: pinyin without tones.
 *
 * One reading for each character of the basic block, from ICU's Han-Latin data
 * (made into a table when the program is built), and further ones of the common
 * characters that have several (行 xing, hang).  u with dots is v (绿 lv).
 *
 * Immutable once made; any thread.
 */
#ifndef ZG_PINYIN_H
#define ZG_PINYIN_H

#include "index/status.h"
#include "index/text.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ZG_READINGS_MAX 4
#define ZG_SYLLABLES_MAX 12 /* of one word that is split */

typedef struct zg_pinyin zg_pinyin;
zg_status zg_pinyin_new(zg_pinyin **out, zg_error *err);
void zg_pinyin_free(zg_pinyin *p); /* NULL is legal */
zg_str zg_pinyin_text(void);       /* the table (static) */

/* Syllables have numbers 0 .. count - 1, in the order of their letters. */
unsigned zg_pinyin_count(const zg_pinyin *p);
const char *zg_pinyin_syllable(const zg_pinyin *p, unsigned syllable);
int zg_pinyin_find(const zg_pinyin *p, zg_str syllable); /* -1: there is none */

/* Readings of a character, the usual one first; 0 when none is known. */
unsigned zg_pinyin_readings(const zg_pinyin *p, uint32_t cp,
                            uint16_t out[ZG_READINGS_MAX]);

typedef struct zg_split {
  uint16_t syllables[ZG_SYLLABLES_MAX];
  unsigned n;
} zg_split;
/* Ways to cut lower-case letters into syllables (xian: xian, xi'an), longer
 * syllables first, at most `cap`. */
size_t zg_pinyin_split(const zg_pinyin *p, zg_str letters, zg_split *out,
                       size_t cap);

#ifdef __cplusplus
}
#endif
#endif
