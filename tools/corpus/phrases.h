/* What the labelled bulletins are made of: problems of every category, the
 * deeds that answer them, headings.  Nothing here is random.
 *
 * In a deed, {r} {a} {o} stand for money recovered, allocated, other; {h} {s}
 * {t} {x} for people handled, staffing, trained, other (capital: 人次); {k} for
 * rules made, {c} for cases, {n} and the smaller {m} for numbers that
 * mean nothing, {d} for a
 * document with its number, {D} for a title alone, {R} without its marks, {y}
 * for a year.
 */
#ifndef ZG_CORPUS_PHRASES_H
#define ZG_CORPUS_PHRASES_H

#include <stddef.h>

#define ZG_PHRASES_CATEGORIES 28
#define ZG_PHRASES_HEADS 8
#define ZG_PHRASES_OTHER 2
#define ZG_PHRASES_OWN 3

typedef struct zg_phrases_category {
  const char *heads[ZG_PHRASES_HEADS]; /* 学习以会代训，研讨发言照抄材料 */
  const char *other[ZG_PHRASES_OTHER]; /* without the words of the taxonomy */
  const char *problem;                 /* a title above such heads */
  const char *deeds[ZG_PHRASES_OWN];
} zg_phrases_category;

extern const zg_phrases_category zg_phrases_of[ZG_PHRASES_CATEGORIES];

typedef struct zg_phrases {
  const char *const *items;
  size_t n;
} zg_phrases;

extern const zg_phrases zg_phrases_deeds;    /* with figures */
extern const zg_phrases zg_phrases_plain;    /* without any */
extern const zg_phrases zg_phrases_positive; /* heads without a fault */
extern const zg_phrases zg_phrases_rules;    /* titles of rules */
extern const zg_phrases zg_phrases_offices;  /* 局办公室 */
extern const zg_phrases zg_phrases_work;    /* points of an organisation part */
extern const zg_phrases zg_phrases_outlook; /* points of a follow-up part */

/* The groups of the frame: 四个落实, 聚焦, before 2018. */
#define ZG_PHRASES_FRAMES 3 /* and one more, of an audit */
#define ZG_PHRASES_AUDIT 3
#define ZG_PHRASES_GROUPS 4
typedef struct zg_phrases_group {
  const char *statement; /* 落实上级决策部署有差距 */
  const char *aspect; /* 贯彻落实党的理论和路线方针政策 (…方面) */
  unsigned char categories[9]; /* 1.., 0 ends */
} zg_phrases_group;
extern const zg_phrases_group zg_phrases_frames[ZG_PHRASES_FRAMES + 1]
                                               [ZG_PHRASES_GROUPS];

#endif
