#include "index/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- arena ---- */

#define ARENA_ALIGN 16u
#define ARENA_MIN_BLOCK 1024u
#define ARENA_MAX_GROWTH (1u << 20)

typedef struct block {
  struct block *prev;
  size_t cap, used;
  /* The payload follows at a multiple of ARENA_ALIGN. */
} block;

#define BLOCK_HEAD                                                             \
  ((sizeof(block) + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1))

struct zg_arena {
  block *top;
  size_t next_cap; /* doubles up to ARENA_MAX_GROWTH */
  size_t used;
};

static char *block_data(block *b) { return (char *)b + BLOCK_HEAD; }

static block *block_new(size_t cap) {
  if (cap > SIZE_MAX / 2)
    return NULL;
  block *b = malloc(BLOCK_HEAD + cap);
  if (b)
    *b = (block){NULL, cap, 0};
  return b;
}

zg_arena *zg_arena_new(size_t first_block) {
  zg_arena *a = calloc(1, sizeof *a);
  if (!a)
    return NULL;
  a->next_cap = first_block < ARENA_MIN_BLOCK ? ARENA_MIN_BLOCK : first_block;
  a->top = block_new(a->next_cap);
  if (!a->top) {
    free(a);
    return NULL;
  }
  return a;
}

void zg_arena_free(zg_arena *a) {
  if (!a)
    return;
  for (block *b = a->top; b;) {
    block *prev = b->prev;
    free(b);
    b = prev;
  }
  free(a);
}

void zg_arena_reset(zg_arena *a) {
  block *keep = a->top;
  for (block *b = a->top; b; b = b->prev)
    if (b->cap > keep->cap)
      keep = b;
  for (block *b = a->top; b;) {
    block *prev = b->prev;
    if (b != keep)
      free(b);
    b = prev;
  }
  keep->prev = NULL;
  keep->used = 0;
  a->top = keep;
  a->used = 0;
}

void *zg_arena_alloc(zg_arena *a, size_t n) {
  if (n > SIZE_MAX / 4)
    return NULL;
  size_t need = (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
  if (need == 0)
    need = ARENA_ALIGN;
  block *b = a->top;
  if (b->cap - b->used < need) {
    size_t cap = a->next_cap;
    if (cap < ARENA_MAX_GROWTH)
      cap *= 2;
    a->next_cap = cap;
    b = block_new(cap < need ? need : cap);
    if (!b)
      return NULL;
    b->prev = a->top;
    a->top = b;
  }
  void *p = block_data(b) + b->used;
  b->used += need;
  a->used += need;
  return memset(p, 0, need);
}

zg_str zg_arena_dup(zg_arena *a, zg_str s) {
  if (!s.p || s.n == SIZE_MAX)
    return ZG_STR_NULL;
  char *p = zg_arena_alloc(a, s.n + 1);
  if (!p)
    return ZG_STR_NULL;
  if (s.n)
    memcpy(p, s.p, s.n);
  return (zg_str){p, s.n};
}

zg_str zg_arena_printf(zg_arena *a, const char *fmt, ...) {
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  zg_str out = ZG_STR_NULL;
  int n = vsnprintf(NULL, 0, fmt, ap);
  char *p = n < 0 ? NULL : zg_arena_alloc(a, (size_t)n + 1);
  if (p) {
    vsnprintf(p, (size_t)n + 1, fmt, again);
    out = (zg_str){p, (size_t)n};
  }
  va_end(again);
  va_end(ap);
  return out;
}

size_t zg_arena_used(const zg_arena *a) { return a->used; }

/* ---- buffer ---- */

void zg_buf_free(zg_buf *b) {
  if (!b)
    return;
  free(b->p);
  *b = (zg_buf)ZG_BUF_INIT;
}

void zg_buf_clear(zg_buf *b) {
  b->n = 0;
  b->failed = false;
}

bool zg_buf_reserve(zg_buf *b, size_t extra) {
  if (b->failed)
    return false;
  if (extra <= b->cap - b->n)
    return true;
  if (extra > SIZE_MAX / 4 || b->n > SIZE_MAX / 4) {
    b->failed = true;
    return false;
  }
  size_t cap = b->cap ? b->cap : 64;
  while (cap - b->n < extra)
    cap *= 2;
  char *p = realloc(b->p, cap);
  if (!p) {
    b->failed = true;
    return false;
  }
  b->p = p;
  b->cap = cap;
  return true;
}

bool zg_buf_add(zg_buf *b, const void *p, size_t n) {
  if (!zg_buf_reserve(b, n))
    return false;
  if (n)
    memcpy(b->p + b->n, p, n);
  b->n += n;
  return true;
}

bool zg_buf_addc(zg_buf *b, char c) { return zg_buf_add(b, &c, 1); }

bool zg_buf_adds(zg_buf *b, const char *cstr) {
  return zg_buf_add(b, cstr, strlen(cstr));
}

bool zg_buf_printf(zg_buf *b, const char *fmt, ...) {
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  bool ok = false;
  if (n < 0)
    b->failed = true;
  else if (zg_buf_reserve(b, (size_t)n + 1)) {
    vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
    b->n += (size_t)n;
    ok = true;
  }
  va_end(again);
  va_end(ap);
  return ok;
}

/* ---- UTF-8 (RFC 3629, table 3-7 of the Unicode Standard) ---- */

static bool is_tail(unsigned char c) { return (c & 0xC0) == 0x80; }

int zg_utf8_next(const char *text, size_t n, uint32_t *cp) {
  const unsigned char *p = (const unsigned char *)text;
  if (n == 0)
    return 0;
  uint32_t c = p[0];
  if (c < 0x80) {
    *cp = c;
    return 1;
  }
  if (c >= 0xC2 && c <= 0xDF) {
    if (n < 2 || !is_tail(p[1]))
      return 0;
    *cp = (c & 0x1F) << 6 | (p[1] & 0x3Fu);
    return 2;
  }
  if ((c & 0xF0) == 0xE0) {
    if (n < 3 || !is_tail(p[1]) || !is_tail(p[2]))
      return 0;
    uint32_t v = (c & 0x0F) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    if (v < 0x800 || (v >= 0xD800 && v <= 0xDFFF))
      return 0;
    *cp = v;
    return 3;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    if (n < 4 || !is_tail(p[1]) || !is_tail(p[2]) || !is_tail(p[3]))
      return 0;
    uint32_t v = (c & 0x07) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 |
                 (p[3] & 0x3Fu);
    if (v < 0x10000 || v > 0x10FFFF)
      return 0;
    *cp = v;
    return 4;
  }
  return 0;
}

int zg_utf8_put(char out[4], uint32_t cp) {
  if (cp < 0x80) {
    out[0] = (char)cp;
    return 1;
  }
  if (cp < 0x800) {
    out[0] = (char)(0xC0 | cp >> 6);
    out[1] = (char)(0x80 | (cp & 0x3F));
    return 2;
  }
  if (cp < 0x10000) {
    out[0] = (char)(0xE0 | cp >> 12);
    out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[2] = (char)(0x80 | (cp & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | cp >> 18);
  out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
  out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
  out[3] = (char)(0x80 | (cp & 0x3F));
  return 4;
}

int64_t zg_utf8_check(const char *p, size_t n) {
  size_t i = 0;
  while (i < n) {
    uint64_t eight;
    if (n - i >= sizeof eight) {
      memcpy(&eight, p + i, sizeof eight);
      if (!(eight & UINT64_C(0x8080808080808080))) {
        i += sizeof eight;
        continue;
      }
    }
    uint32_t cp;
    int k = zg_utf8_next(p + i, n - i, &cp);
    if (k == 0)
      return (int64_t)i;
    i += (size_t)k;
  }
  return -1;
}

size_t zg_utf8_floor(const char *p, size_t n) {
  /* The contract gives no total length, so p[n] may not be read: look back
   * for the lead byte of the last code point and keep it only if whole. */
  size_t k = n, tails = 0;
  while (k > 0 && tails < 3 && is_tail((unsigned char)p[k - 1])) {
    k--;
    tails++;
  }
  if (k == 0)
    return n;
  unsigned char lead = (unsigned char)p[k - 1];
  size_t want = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  return tails < want ? k - 1 : n;
}
