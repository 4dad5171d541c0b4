/* An answer in measures: 一是…二是…, 第一, ①, (1), 一方面. */
#include "index/parse_ctx.h"

typedef enum style {
  STYLE_IS,      /* 一是 */
  STYLE_ORDINAL, /* 第一, */
  STYLE_CIRCLED, /* ① */
  STYLE_BRACKET, /* (1) */
  STYLE_DIGIT,   /* 1. */
  STYLE_HAN,     /* 一、 inline */
  STYLE_SIDES,   /* 一方面 … 另一方面 */
  STYLE_FIRSTLY, /* 首先 … 其次 … 最后 */
  STYLE_COUNT
} style;

typedef struct mark {
  size_t at;
  int64_t num;
} mark;

/* Number of the marker of that style at i, 0 if there is none. */
static int64_t mark_at(zg_str s, size_t i, style st) {
  zg_num n;
  uint32_t cp;
  switch (st) {
  case STYLE_IS:
    n = zg_sx_han_number(s, i);
    return n.len && n.v > 0 && n.v < 40 && zg_sx_at(s, i + n.len, "是") &&
                   !zg_sx_at(s, i + n.len, "是否")
               ? n.v
               : 0;
  case STYLE_ORDINAL:
    if (!zg_sx_at(s, i, "第"))
      return 0;
    n = zg_sx_han_number(s, i + strlen("第"));
    i += strlen("第") + n.len;
    return n.len && (zg_sx_at(s, i, ",") || zg_sx_at(s, i, "、") ||
                     zg_sx_at(s, i, "是"))
               ? n.v
               : 0;
  case STYLE_CIRCLED:
    cp = zg_sx_cp(s, i);
    return cp >= 0x2460 && cp <= 0x2473 ? (int64_t)cp - 0x245F : 0;
  case STYLE_BRACKET:
    if (!zg_sx_at(s, i, "("))
      return 0;
    n = zg_sx_digits(s, i + 1);
    if (!n.len)
      n = zg_sx_han_number(s, i + 1);
    return n.len && n.v < 40 && zg_sx_at(s, i + 1 + n.len, ")") ? n.v : 0;
  case STYLE_DIGIT:
    n = zg_sx_digits(s, i);
    i += n.len;
    return n.len && n.len <= 2 &&
                   ((zg_sx_at(s, i, ".") && !zg_sx_is_digit(s, i + 1)) ||
                    zg_sx_at(s, i, "、"))
               ? n.v
               : 0;
  case STYLE_HAN:
    n = zg_sx_han_number(s, i);
    return n.len && zg_sx_at(s, i + n.len, "、") ? n.v : 0;
  case STYLE_SIDES:
    return zg_sx_at(s, i, "一方面") ? 1 : zg_sx_at(s, i, "另一方面") ? 2 : 0;
  case STYLE_FIRSTLY:
    return zg_sx_at(s, i, "首先")   ? 1
           : zg_sx_at(s, i, "其次") ? 2
           : zg_sx_at(s, i, "再次") ? 3
           : zg_sx_at(s, i, "最后") ? 4
                                    : 0;
  case STYLE_COUNT:
    break;
  }
  return 0;
}

bool zg_px_first_mark(zg_str s, size_t i) {
  while (i < s.n && s.p[i] == ' ')
    i++;
  for (style st = STYLE_IS; st < STYLE_COUNT; st++)
    if (st != STYLE_DIGIT && mark_at(s, i, st) == 1)
      return true;
  return false;
}

/* A marker counts only at the start of a clause. */
static bool clause_start(zg_str s, size_t i) {
  return i == 0 || zg_sx_in(s, zg_sx_prev(s, i), "。;:,!? \n”)");
}

/* End of the quotation that opens at i, i itself if it never closes near. */
static size_t skip_quote(zg_str s, size_t i) {
  static const char *const close[] = {"“", "”", "「", "」", "《", "》", NULL};
  zg_str window = zg_sx_sub(s, 0, i + 600);
  for (int k = 0; close[k]; k += 2) {
    if (!zg_sx_at(s, i, close[k]))
      continue;
    size_t end = zg_sx_find(window, i, close[k + 1]);
    size_t nl = zg_sx_find(window, i, "\n");
    return end == ZG_NPOS || nl < end ? i : end;
  }
  return i;
}

static size_t scan(zg_ctx *c, zg_str s, style st, mark **out, size_t *cap) {
  size_t n = 0;
  int64_t last = 0;
  for (size_t i = 0; i < s.n; i += zg_sx_len(s, i)) {
    size_t quote = skip_quote(s, i);
    if (quote > i) {
      i = quote;
      continue;
    }
    if (!clause_start(s, i))
      continue;
    int64_t num = mark_at(s, i, st);
    /* a list starts at one; a later 一是 starts a list of its own */
    if (num == 0 || (last == 0 && num != 1) ||
        (num != 1 && (num <= last || num > last + 2)))
      continue;
    void *items = *out;
    if (!zg_px_grow(c, &items, n, cap, sizeof **out))
      return 0;
    *out = items;
    (*out)[n++] = (mark){i, num};
    last = num;
  }
  return n;
}

static zg_cut whole(zg_str answer) {
  return (zg_cut){zg_sx_trim(answer), false};
}

size_t zg_px_measures(zg_ctx *c, zg_str answer, zg_cut **out) {
  mark *marks = NULL;
  size_t n = 0, cap = 0;
  for (style st = STYLE_IS; st < STYLE_COUNT; st++) {
    n = scan(c, answer, st, &marks, &cap);
    if (n >= (st == STYLE_IS ? 1u : 2u))
      break;
    n = 0;
  }
  *out = zg_arena_alloc(c->a, sizeof **out * (n + 1));
  if (!*out) {
    c->oom = true;
    return 0;
  }
  if (n == 0) {
    (*out)[0] = whole(answer);
    return (*out)[0].t.n > 0;
  }
  for (size_t k = 0; k < n; k++) {
    size_t end = k + 1 < n ? marks[k + 1].at : answer.n;
    (*out)[k] = (zg_cut){zg_sx_trim(zg_sx_sub(answer, marks[k].at, end)), true};
  }
  return n;
}
