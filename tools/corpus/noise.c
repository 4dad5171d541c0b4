/* What copying does to a finished text (formats.md, 3).  Each pass writes the
 * text anew and moves the slots with it. */
#include "tools/corpus/draft.h"

#include <stdlib.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

typedef struct pass {
  const zg_buf *in;
  zg_buf out;
  size_t *map, at;
} pass;

static pass begin(zg_draft *d) {
  pass p = {.in = &d->text, .out = ZG_BUF_INIT};
  p.map = malloc((d->text.n + 1) * sizeof *p.map);
  return p;
}

/* The next `n` bytes become `text`. */
static void swap(pass *p, size_t n, const char *text, size_t len) {
  for (size_t i = 0; i < n; i++)
    p->map[p->at + i] = p->out.n;
  p->at += n;
  zg_buf_add(&p->out, text, len);
}

static void keep(pass *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    p->map[p->at + i] = p->out.n + i;
  zg_buf_add(&p->out, p->in->p + p->at, n);
  p->at += n;
}

static void end(zg_draft *d, pass *p) {
  p->map[p->at] = p->out.n;
  zg_draft_replace(d, &p->out, p->map);
}

static size_t char_len(const pass *p) {
  uint32_t cp;
  int n = zg_utf8_next(p->in->p + p->at, p->in->n - p->at, &cp);
  return n > 0 ? (size_t)n : 1;
}

static bool digit_at(const pass *p, size_t i) {
  return i < p->in->n && p->in->p[i] >= '0' && p->in->p[i] <= '9';
}

static bool starts(const pass *p, const char *text) {
  size_t n = strlen(text);
  return p->at + n <= p->in->n && memcmp(p->in->p + p->at, text, n) == 0;
}

/* 2024年8月15日 → 2024815日 */
static void lose_dates(zg_draft *d) {
  pass p = begin(d);
  while (p.map && p.at < p.in->n) {
    bool sign = starts(&p, "年") || starts(&p, "月");
    if (sign && p.at > 0 && digit_at(&p, p.at - 1) && digit_at(&p, p.at + 3))
      swap(&p, 3, "", 0);
    else
      keep(&p, char_len(&p));
  }
  end(d, &p);
  /* a deadline in the text lost the same characters */
  for (size_t i = 0; i < d->g.n_findings; i++)
    if (d->g.findings[i].deadline[0])
      strcpy(d->g.findings[i].deadline, "?");
}

static void join_lines(zg_draft *d) {
  pass p = begin(d);
  while (p.map && p.at < p.in->n) {
    if (p.in->p[p.at] == '\n')
      swap(&p, 1, p.at + 1 < p.in->n ? " " : "\n", 1);
    else
      keep(&p, char_len(&p));
  }
  end(d, &p);
  zg_draft_mark(d, ZG_NOISE_ONE_LINE);
}

static void narrow(zg_draft *d) {
  static const char *const wide[] = {"，", "；", "：", "（", "）"};
  static const char narrow_of[] = ",;:()";
  pass p = begin(d);
  while (p.map && p.at < p.in->n) {
    int k = 0;
    while (k < 5 && !starts(&p, wide[k]))
      k++;
    if (k < 5)
      swap(&p, 3, &narrow_of[k], 1);
    else
      keep(&p, char_len(&p));
  }
  end(d, &p);
  zg_draft_mark(d, ZG_NOISE_HALF_WIDTH);
}

static bool in_slot(const zg_draft *d, size_t at) {
  for (size_t i = 0; i < d->n_slots; i++)
    if (at >= d->slots[i].start && at < d->slots[i].end)
      return true;
  return false;
}

/* "…，3、…": after a comma of running text, outside what is in the gold, and
 * not before a figure. */
static void inject_numbers(zg_draft *d) {
  size_t body = d->n_slots > 0 ? d->slots[d->body].start : 0;
  pass p = begin(d);
  int n = 2;
  while (p.map && p.at < p.in->n) {
    bool here = p.at > body && n < 6 && starts(&p, "，") &&
                !digit_at(&p, p.at + 3) && !in_slot(d, p.at) &&
                zg_random_chance(&d->r, 4);
    keep(&p, char_len(&p));
    if (here) {
      char text[8] = {(char)('0' + n++), '\0'};
      strcat(text, "、");
      swap(&p, 0, text, strlen(text));
      zg_draft_mark(d, ZG_NOISE_CHUNK_NUMBERS);
    }
  }
  end(d, &p);
}

/* U+3000 twice at each paragraph; and an empty line between two. */
static void space_lines(zg_draft *d) {
  bool indent = zg_draft_noisy(d, ZG_NOISE_INDENT);
  bool blank = zg_draft_noisy(d, ZG_NOISE_BLANK_LINES);
  pass p = begin(d);
  while (p.map && p.at < p.in->n) {
    bool line = p.in->p[p.at] == '\n' && p.at + 1 < p.in->n;
    keep(&p, char_len(&p));
    if (line && blank)
      swap(&p, 0, "\n", 1);
    if (line && indent)
      swap(&p, 0, "　　", strlen("　　"));
  }
  end(d, &p);
  d->marked |= indent ? 1u << ZG_NOISE_INDENT : 0;
  d->marked |= blank ? 1u << ZG_NOISE_BLANK_LINES : 0;
}

/* As the text of a page of paper comes out. */
static void wrap(zg_draft *d) {
  pass p = begin(d);
  int width = 0;
  while (p.map && p.at < p.in->n) {
    width = p.in->p[p.at] == '\n' ? 0 : width + 1;
    keep(&p, char_len(&p));
    if (width == 38 && p.at < p.in->n && p.in->p[p.at] != '\n') {
      swap(&p, 0, "\n", 1);
      width = 0;
      zg_draft_mark(d, ZG_NOISE_WRAPPED);
    }
  }
  end(d, &p);
}

/* 2024年3月5日 → 2024 年 3 月5日 */
static void loosen_digits(zg_draft *d) {
  pass p = begin(d);
  while (p.map && p.at < p.in->n) {
    bool sign = starts(&p, "年") || starts(&p, "月");
    sign = sign && p.at > 0 && digit_at(&p, p.at - 1);
    if (sign && zg_random_chance(&d->r, 60)) {
      swap(&p, 0, " ", 1);
      zg_draft_mark(d, ZG_NOISE_LOOSE_DIGITS);
    }
    keep(&p, 1);
    if (sign && digit_at(&p, p.at + 2)) {
      keep(&p, 2);
      swap(&p, 0, " ", 1);
    }
  }
  end(d, &p);
}

static void widen_digits(zg_draft *d) {
  pass p = begin(d);
  while (p.map && p.at < p.in->n) {
    char wide[4];
    if (digit_at(&p, p.at))
      swap(&p, 1, wide,
           (size_t)zg_utf8_put(wide, 0xFF10 + (uint32_t)(p.in->p[p.at] - '0')));
    else
      keep(&p, char_len(&p));
  }
  end(d, &p);
  zg_draft_mark(d, ZG_NOISE_WIDE_DIGITS);
}

/* ---- traditional copies ---- */

/* Converters glue the reading to characters that have several. */
static const struct {
  const char *of, *reading;
} readings[] = {{"统", "(tǒng)"},  {"强", "(qiáng)"}, {"处", "(chǔ)"},
                {"调", "(diào)"},  {"重", "(zhòng)"}, {"落", "(luò)"},
                {"长", "(cháng)"}, {"行", "(xíng)"},  {"著", "(zhù)"},
                {"差", "(chà)"}};

static const char *reading_of(const pass *p) {
  for (size_t i = 0; i < sizeof readings / sizeof *readings; i++)
    if (starts(p, readings[i].of))
      return readings[i].reading;
  return NULL;
}

/* One character by ICU's table; 0 where nothing changes. */
static int traditional_of(UTransliterator *t, uint32_t cp, char out[4]) {
  UChar u[8] = {(UChar)cp, 0};
  int32_t len = 1, limit = 1;
  UErrorCode code = U_ZERO_ERROR;
  if (cp < 0x3400 || cp > 0x9FFF)
    return 0;
  utrans_transUChars(t, u, &len, 8, 0, &limit, &code);
  if (U_FAILURE(code) || len != 1 || u[0] == cp)
    return 0;
  return zg_utf8_put(out, u[0]);
}

static void add_variant(zg_draft *d, const char *a, size_t n, const char *b,
                        size_t m) {
  char pair[40] = "[\"";
  size_t at = 2;
  memcpy(pair + at, a, n);
  memcpy(pair + at + n, "\",\"", 3);
  memcpy(pair + at + n + 3, b, m);
  memcpy(pair + at + n + 3 + m, "\"]", 3);
  zg_buf *v = &d->variants;
  if (v->n > 0 && memmem(v->p, v->n - 1, pair, strlen(pair)))
    return;
  if (v->n > 0)
    v->p[v->n - 1] = ',';
  else
    zg_buf_addc(v, '[');
  zg_buf_adds(v, pair);
  zg_buf_addc(v, ']');
}

static void convert(zg_draft *d, UTransliterator *t) {
  pass p = begin(d);
  int glued = 0;
  while (p.map && p.at < p.in->n) {
    uint32_t cp;
    size_t n = char_len(&p);
    const char *was = p.in->p + p.at, *reading = reading_of(&p);
    char out[4];
    zg_utf8_next(was, p.in->n - p.at, &cp);
    int m = traditional_of(t, cp, out);
    if (m > 0) {
      swap(&p, n, out, (size_t)m);
      add_variant(d, was, n, out, (size_t)m);
    } else {
      keep(&p, n);
    }
    if (reading && glued < 40 && zg_random_chance(&d->r, 15)) {
      swap(&p, 0, reading, strlen(reading));
      glued++;
    }
  }
  end(d, &p);
  zg_draft_mark(d, ZG_NOISE_TRADITIONAL);
}

static void make_traditional(zg_draft *d) {
  static const UChar id[] = u"Simplified-Traditional";
  UErrorCode code = U_ZERO_ERROR;
  UTransliterator *t =
      utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
  if (U_SUCCESS(code))
    convert(d, t);
  else
    d->failed = true;
  utrans_close(t);
}

void zg_noise_apply(zg_draft *d) {
  if (zg_draft_noisy(d, ZG_NOISE_LOST_DATE))
    lose_dates(d);
  if (zg_draft_noisy(d, ZG_NOISE_CHUNK_NUMBERS))
    inject_numbers(d);
  bool html = zg_draft_noisy(d, ZG_NOISE_HTML);
  if (zg_draft_noisy(d, ZG_NOISE_ONE_LINE) && !html)
    join_lines(d);
  else if (zg_draft_noisy(d, ZG_NOISE_WRAPPED) && !html)
    wrap(d);
  else if (!html &&
           d->noise & (1u << ZG_NOISE_INDENT | 1u << ZG_NOISE_BLANK_LINES))
    space_lines(d);
  if (zg_draft_noisy(d, ZG_NOISE_LOOSE_DIGITS) &&
      !zg_draft_noisy(d, ZG_NOISE_LOST_DATE))
    loosen_digits(d);
  if (zg_draft_noisy(d, ZG_NOISE_WIDE_DIGITS))
    widen_digits(d);
  if (zg_draft_noisy(d, ZG_NOISE_HALF_WIDTH))
    narrow(d);
  if (zg_draft_noisy(d, ZG_NOISE_TRADITIONAL))
    make_traditional(d);
}
