/* Text as pointer and length, spans, and an arena for what a parse or a
 * decoded record owns.  No locks: an arena belongs to one thread at a time.
 */
#ifndef ZG_TEXT_H
#define ZG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-8 text.  p == NULL means "not there" (JSON null); p != NULL with n == 0
 * is the empty string.  Text made by zg_arena_* is also NUL-terminated at
 * p[n]; borrowed slices need not be. */
typedef struct zg_str {
  const char *p;
  size_t n;
} zg_str;

#define ZG_STR_NULL ((zg_str){NULL, 0})
#define ZG_STR(literal) ((zg_str){("" literal), sizeof(literal) - 1})

static inline zg_str zg_str_of(const char *cstr) {
  return (zg_str){cstr, cstr ? strlen(cstr) : 0};
}
static inline bool zg_str_eq(zg_str a, zg_str b) {
  return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool zg_str_is(zg_str a, const char *cstr) {
  return zg_str_eq(a, zg_str_of(cstr));
}

/* Bytes [start, start+len) of a named text; start == -1: no place is known. */
typedef struct zg_span {
  int64_t start;
  int64_t len;
} zg_span;
#define ZG_SPAN_NONE ((zg_span){-1, 0})

/* Bump allocator.  Everything is released by zg_arena_free.  NULL on no
 * memory.  zg_arena_alloc zeroes and aligns to 16. */
typedef struct zg_arena zg_arena;
zg_arena *zg_arena_new(size_t first_block);
void zg_arena_free(zg_arena *a);  /* NULL is legal */
void zg_arena_reset(zg_arena *a); /* keeps the largest block */
void *zg_arena_alloc(zg_arena *a, size_t n);
zg_str zg_arena_dup(zg_arena *a, zg_str s); /* adds the NUL; NULL stays NULL */
zg_str zg_arena_printf(zg_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
size_t zg_arena_used(const zg_arena *a);

/* Growable byte buffer; `failed` sticks after the first failed allocation so
 * that callers check once at the end. */
typedef struct zg_buf {
  char *p;
  size_t n, cap;
  bool failed;
} zg_buf;
#define ZG_BUF_INIT                                                            \
  { NULL, 0, 0, false }
void zg_buf_free(zg_buf *b);
void zg_buf_clear(zg_buf *b);
bool zg_buf_reserve(zg_buf *b, size_t extra);
bool zg_buf_add(zg_buf *b, const void *p, size_t n);
bool zg_buf_addc(zg_buf *b, char c);
bool zg_buf_adds(zg_buf *b, const char *cstr);
bool zg_buf_printf(zg_buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* One code point from p[0..n): returns its length in bytes (1..4), or 0 when
 * the bytes are not well-formed UTF-8 (overlong, surrogate, > U+10FFFF). */
int zg_utf8_next(const char *p, size_t n, uint32_t *cp);
/* Bytes written (1..4). */
int zg_utf8_put(char out[4], uint32_t cp);
/* Offset of the first byte that is not well-formed UTF-8, or -1. */
int64_t zg_utf8_check(const char *p, size_t n);
/* Largest k <= n that does not cut a code point. */
size_t zg_utf8_floor(const char *p, size_t n);

#ifdef __cplusplus
}
#endif
#endif
