/* Words and signs of the filter language, one at a time.  The parser's state
 * (filter.c); nobody else needs it. */
#ifndef ZG_FILTER_LEX_H
#define ZG_FILTER_LEX_H
#include "index/status.h"
#include "index/text.h"

typedef enum zg_token_kind {
  ZG_TOKEN_END,
  ZG_TOKEN_WORD,   /* bare */
  ZG_TOKEN_QUOTED, /* text is unescaped */
  ZG_TOKEN_EQ,
  ZG_TOKEN_NE,
  ZG_TOKEN_GT,
  ZG_TOKEN_GE,
  ZG_TOKEN_LT,
  ZG_TOKEN_LE,
  ZG_TOKEN_OPEN,
  ZG_TOKEN_CLOSE,
  ZG_TOKEN_LIST_OPEN,
  ZG_TOKEN_LIST_CLOSE,
  ZG_TOKEN_COMMA
} zg_token_kind;

typedef struct zg_token {
  zg_token_kind kind;
  zg_str text;
  size_t at; /* byte offset of its first byte */
} zg_token;

typedef struct zg_filter_parser {
  zg_arena *arena;
  zg_str src;
  const char *param;
  size_t pos; /* behind `now` */
  zg_token now;
  unsigned depth, leaves;
  zg_error *err;
} zg_filter_parser;

/* The next word or sign becomes p->now. */
zg_status zg_filter_lex(zg_filter_parser *p);

/* "<param>, column <c>: …" of the byte `at`. */
zg_status zg_filter_fail(zg_filter_parser *p, size_t at, const char *code,
                         const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
#define ZG_FILTER_FAIL(p, where, ...)                                          \
  zg_filter_fail((p), (where), "invalid_filter", __VA_ARGS__)

/* Keywords are words without quotes, in any case. */
bool zg_token_is(const zg_token *t, const char *word);
bool zg_token_reserved(const zg_token *t);
/* How a zg_token reads in a message: cut to what a person can take in. */
const char *zg_token_shown(const zg_token *t, char buf[64]);
#endif
