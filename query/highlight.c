#include "query/highlight.h"
#include "query/match.h"

#include <stdlib.h>

typedef struct needle {
  zg_str run; /* canonical */
  int field;  /* -1: any */
  bool prefix;
  bool stands; /* its bytes are it in any raw text */
} needle;

struct zg_highlighter {
  const zg_normaliser *nz;
  needle *needles;
  size_t n, cap;
  bool widen;
  zg_norm norm;
  zg_span *spans; /* of the text in hand */
  size_t n_spans, spans_cap;
  zg_error *err; /* while it is being made */
};

/* ---- what to look for ---- */

static zg_status add_needle(zg_highlighter *h, zg_str run, const zg_query *q,
                            bool prefix) {
  for (size_t i = 0; i < h->n; i++)
    if (h->needles[i].field == q->field && h->needles[i].prefix == prefix &&
        zg_str_eq(h->needles[i].run, run))
      return ZG_OK;
  if (h->n == h->cap) {
    size_t cap = h->cap ? h->cap * 2 : 16;
    needle *a = realloc(h->needles, cap * sizeof *a);
    if (!a)
      return zg_fail_nomem(h->err);
    h->needles = a;
    h->cap = cap;
  }
  h->needles[h->n++] =
      (needle){run, q->field, prefix, zg_norm_stands(h->nz, run)};
  return ZG_OK;
}

static zg_status collect(zg_query *q, void *arg) {
  zg_highlighter *h = arg;
  if (!h->widen || q->quoted)
    return add_needle(h, q->terms.run, q, q->prefix);
  const zg_query_terms *t = &q->terms;
  zg_status st = ZG_OK;
  for (size_t i = 0; i < t->n_bigrams && st == ZG_OK; i++)
    st = add_needle(h, (zg_str){t->bigrams[i].p + 1, t->bigrams[i].n - 1}, q,
                    false);
  for (size_t i = 0; i < t->n_words && st == ZG_OK; i++)
    st =
        add_needle(h, (zg_str){t->words[i].p + 1, t->words[i].n - 1}, q, false);
  for (size_t i = 0; i < q->n_expanded && st == ZG_OK; i++)
    st = add_needle(h, (zg_str){q->expanded[i].p + 1, q->expanded[i].n - 1}, q,
                    false);
  size_t at = 0;
  zg_str part;
  while (st == ZG_OK && zg_next_part(t->run, &at, &part))
    if (zg_part_single(part))
      st = add_needle(h, part, q, false);
  return st;
}

zg_status zg_highlighter_new(zg_highlighter **out, zg_query *q,
                             bool operator_or, const zg_normaliser *nz,
                             zg_error *err) {
  *out = NULL;
  zg_highlighter *h = calloc(1, sizeof *h);
  if (!h)
    return zg_fail_nomem(err);
  h->nz = nz;
  h->widen = operator_or;
  h->err = err;
  zg_status st = zg_query_each(q, collect, h);
  if (st) {
    zg_highlighter_free(h);
    return st;
  }
  h->err = NULL;
  *out = h;
  return ZG_OK;
}

void zg_highlighter_free(zg_highlighter *h) {
  if (!h)
    return;
  zg_norm_free(&h->norm);
  free(h->needles);
  free(h->spans);
  free(h);
}

typedef struct source {
  zg_str canonical; /* as in the forward text; NULL when not known */
  zg_text_field field;
  uint32_t item;
  zg_str raw;
  zg_span *spans;
  size_t n_spans;
} source;

/* ---- spans of one text ---- */

static zg_status add_span(zg_highlighter *h, zg_span span, zg_error *err) {
  if (h->n_spans == h->spans_cap) {
    size_t cap = h->spans_cap ? h->spans_cap * 2 : 32;
    zg_span *a = realloc(h->spans, cap * sizeof *a);
    if (!a)
      return zg_fail_nomem(err);
    h->spans = a;
    h->spans_cap = cap;
  }
  h->spans[h->n_spans++] = span;
  return ZG_OK;
}

static int by_start(const void *x, const void *y) {
  const zg_span *a = x, *b = y;
  if (a->start != b->start)
    return a->start < b->start ? -1 : 1;
  return a->len > b->len ? -1 : a->len < b->len;
}

/* Overlapping spans become one; in best match touching ones too, since there
 * the bigrams of one word lie side by side. */
static void merge(zg_highlighter *h) {
  size_t n = 1;
  while (n < h->n_spans && h->spans[n - 1].start < h->spans[n].start)
    n++;
  if (n < h->n_spans)
    qsort(h->spans, h->n_spans, sizeof *h->spans, by_start);
  if (h->n_spans < 2)
    return;
  n = 0;
  for (size_t i = 1; i < h->n_spans; i++) {
    zg_span *last = &h->spans[n], next = h->spans[i];
    int64_t end = last->start + last->len;
    if (next.start < end || (h->widen && next.start == end)) {
      if (next.start + next.len > end)
        last->len = next.start + next.len - last->start;
    } else {
      h->spans[++n] = next;
    }
  }
  h->n_spans = n + 1;
}

static size_t match_end(zg_str text, const needle *nd, size_t at) {
  size_t end = at + nd->run.n;
  if (nd->prefix && zg_unit_is_alnum((unsigned char)text.p[end - 1]))
    while (end < text.n && zg_unit_is_alnum((unsigned char)text.p[end]))
      end++;
  return end;
}

static bool looked_for_in(const needle *nd, const source *s) {
  return nd->field < 0 || nd->field == (int)s->field;
}

/* Spans of a run that stands for itself, straight from the raw text: right when
 * there are as many as in the canonical text.  False: another spelling is among
 * them, or the last character has marks. */
static bool spans_of_bytes(zg_highlighter *h, const needle *nd, const source *s,
                           zg_status *st, zg_error *err) {
  size_t wanted = 0, found = 0;
  int64_t at = 0;
  while ((at = zg_run_find(s->canonical, nd->run, true, (size_t)at)) >= 0) {
    wanted++;
    at++;
  }
  for (at = 0; wanted; at++) {
    at = zg_run_find(s->raw, nd->run, true, (size_t)at);
    if (at < 0 || ++found > wanted)
      break;
    size_t end = (size_t)at + nd->run.n;
    uint32_t next;
    if (zg_utf8_next(s->raw.p + end, s->raw.n - end, &next) &&
        zg_norm_composes(next))
      return false;
    if ((*st = add_span(h, (zg_span){at, (int64_t)nd->run.n}, err)))
      return false;
  }
  return found == wanted;
}

/* Leaves the spans in h->spans, unless it is false. */
static bool find_bytes(zg_highlighter *h, const source *s, zg_status *st,
                       zg_error *err) {
  if (!s->canonical.p)
    return false;
  for (size_t i = 0; i < h->n; i++) {
    const needle *nd = &h->needles[i];
    if (!looked_for_in(nd, s))
      continue;
    if (nd->stands ? !spans_of_bytes(h, nd, s, st, err)
                   : zg_run_find(s->canonical, nd->run, nd->prefix, 0) >= 0)
      return false;
  }
  return true;
}

static zg_status find_normalised(zg_highlighter *h, const source *s,
                                 zg_error *err) {
  zg_status st = zg_normalise_search(h->nz, s->raw, &h->norm, err);
  if (st)
    return st;
  zg_str text = {h->norm.p, h->norm.n};
  for (size_t i = 0; i < h->n; i++) {
    const needle *nd = &h->needles[i];
    if (!looked_for_in(nd, s))
      continue;
    int64_t at = 0;
    while ((at = zg_run_find(text, nd->run, nd->prefix, (size_t)at)) >= 0) {
      size_t end = match_end(text, nd, (size_t)at);
      zg_span span =
          zg_norm_span(&h->norm, s->raw, (size_t)at, end - (size_t)at);
      if ((st = add_span(h, span, err)))
        return st;
      at++;
    }
  }
  return ZG_OK;
}

/* Leaves the merged spans of the raw text in h->spans. */
static zg_status find_spans(zg_highlighter *h, const source *s, zg_error *err) {
  zg_status st = ZG_OK;
  h->n_spans = 0;
  if (h->n == 0 || s->raw.n == 0)
    return ZG_OK;
  if (!find_bytes(h, s, &st, err)) {
    h->n_spans = 0;
    if (!st)
      st = find_normalised(h, s, err);
  }
  if (!st)
    merge(h);
  return st;
}

/* ---- a hit ---- */

/* The searchable texts of a finding, as the index reads them. */
static size_t sources_of(const zg_finding *f, source *a) {
  size_t n = 0;
  a[n++] = (source){.field = ZG_TEXT_SECTION, .raw = f->section};
  a[n++] = (source){.field = ZG_TEXT_PROBLEM, .raw = f->problem};
  a[n++] = (source){.field = ZG_TEXT_HEAD, .raw = f->head};
  for (size_t i = 0; i < f->n_measures; i++)
    a[n++] = (source){.field = ZG_TEXT_MEASURES,
                      .item = (uint32_t)i,
                      .raw = f->measures[i].text};
  if (f->n_measures == 0)
    a[n++] = (source){.field = ZG_TEXT_MEASURES, .raw = f->text};
  return n;
}

/* Gives each source its canonical text.  Measures and items of the forward
 * text go together only when there are as many of the one as of the other. */
static void know_canonical(source *a, size_t n, zg_str forward) {
  if (!forward.n)
    return;
  for (size_t i = 0; i < ZG_TEXT_MEASURES && i < n; i++)
    a[i].canonical = zg_forward_field(forward, (int)a[i].field);
  zg_str items = zg_forward_field(forward, ZG_TEXT_MEASURES);
  size_t count = 1, at = 0;
  for (const char *p = items.p, *end = items.p + items.n;
       (p = memchr(p, ZG_FORWARD_ITEM, (size_t)(end - p))) != NULL; p++)
    count++;
  if (count != n - ZG_TEXT_MEASURES)
    return;
  for (size_t i = ZG_TEXT_MEASURES; i < n; i++) {
    const char *end = memchr(items.p + at, ZG_FORWARD_ITEM, items.n - at);
    size_t stop = end ? (size_t)(end - items.p) : items.n;
    a[i].canonical = (zg_str){items.p + at, stop - at};
    at = stop + 1;
  }
}

static zg_status keep_spans(const zg_highlighter *h, zg_arena *arena, source *s,
                            zg_error *err) {
  if (h->n_spans == 0)
    return ZG_OK;
  s->spans = zg_arena_alloc(arena, h->n_spans * sizeof *s->spans);
  if (!s->spans)
    return zg_fail_nomem(err);
  memcpy(s->spans, h->spans, h->n_spans * sizeof *s->spans);
  s->n_spans = h->n_spans;
  return ZG_OK;
}

/* ---- snippet ---- */

/* The field that speaks for the hit: the head if the query stands in it, then
 * problem, measures (the item with most), section; else where a text is. */
static const source *best_source(const source *a, size_t n) {
  static const zg_text_field wish[] = {ZG_TEXT_HEAD, ZG_TEXT_PROBLEM,
                                       ZG_TEXT_MEASURES, ZG_TEXT_SECTION};
  for (int found = 1; found >= 0; found--)
    for (size_t w = 0; w < sizeof wish / sizeof *wish; w++) {
      const source *best = NULL;
      for (size_t i = 0; i < n; i++) {
        if (a[i].field != wish[w] || a[i].raw.n == 0 ||
            (found && a[i].n_spans == 0))
          continue;
        if (!best || a[i].n_spans > best->n_spans)
          best = &a[i];
      }
      if (best)
        return best;
    }
  return NULL;
}

static bool goes_on(char c) { return ((unsigned char)c & 0xC0) == 0x80; }

/* How many of eight bytes begin a character. */
static size_t begun_in(const char p[8]) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t w;
  memcpy(&w, p, sizeof w);
  return 8 - (((w >> 7 & ~(w >> 6) & ones) * ones) >> 56);
}

/* Characters of raw[from, to). */
static size_t chars_in(zg_str raw, size_t from, size_t to) {
  size_t n = 0, i = from;
  for (; i + 8 <= to; i += 8)
    n += begun_in(raw.p + i);
  for (; i < to; i++)
    n += !goes_on(raw.p[i]);
  return n;
}

/* `n` characters on from the character at `at`. */
static size_t forward_chars(zg_str raw, size_t at, size_t n) {
  for (size_t k; at + 8 <= raw.n && (k = begun_in(raw.p + at)) <= n; n -= k)
    at += 8;
  for (; at < raw.n && (n > 0 || goes_on(raw.p[at])); at++)
    n -= !goes_on(raw.p[at]);
  return at;
}

/* Start of the window of `crop` of the `chars` characters with the most marked
 * bytes, a little before its first mark; never so late that the end leaves it
 * short. */
static size_t window_start(const source *s, uint32_t crop, size_t chars) {
  const zg_span *spans = s->spans;
  size_t start = 0, latest = chars - crop; /* characters */
  size_t best = 0, at = 0, seen = 0, end = 0, end_at = 0;
  int64_t most = -1;
  for (size_t i = 0; i < s->n_spans; i++) {
    at += chars_in(s->raw, seen, (size_t)spans[i].start);
    seen = (size_t)spans[i].start;
    start = at > crop / 4 ? at - crop / 4 : 0;
    end = forward_chars(s->raw, end, start + crop - end_at);
    end_at = start + crop;
    int64_t marked = 0;
    for (size_t k = i; k < s->n_spans; k++) {
      if ((size_t)(spans[k].start + spans[k].len) > end)
        break;
      marked += spans[k].len;
    }
    if (marked > most) {
      most = marked;
      best = start;
    }
  }
  return forward_chars(s->raw, 0, best < latest ? best : latest);
}

/* A span that the window would cut is taken in, unless it is as long as the
 * window itself. */
static void whole_spans(const source *s, uint32_t crop, size_t *start,
                        size_t *end) {
  size_t from = *start, to = *end;
  for (size_t i = 0; i < s->n_spans; i++) {
    size_t a = (size_t)s->spans[i].start, b = a + (size_t)s->spans[i].len;
    bool cut_left = a < from && b > from, cut_right = a < to && b > to;
    if ((!cut_left && !cut_right) || chars_in(s->raw, a, b) > crop)
      continue;
    if (cut_left)
      *start = a;
    if (cut_right)
      *end = b;
  }
}

static zg_status snippet(zg_arena *arena, const source *s, uint32_t crop,
                         zg_hit *hit, zg_error *err) {
  static const char dots[] = "…";
  size_t start = 0, end = s->raw.n;
  size_t chars = end > crop ? chars_in(s->raw, 0, end) : end;
  if (chars > crop) {
    start = window_start(s, crop, chars);
    end = forward_chars(s->raw, start, crop);
  }
  whole_spans(s, crop, &start, &end);
  size_t len = end - start, lead = start > 0 ? sizeof dots - 1 : 0;
  size_t tail = end < s->raw.n ? sizeof dots - 1 : 0;
  char *text = zg_arena_alloc(arena, lead + len + tail + 1);
  hit->snippet_spans =
      zg_arena_alloc(arena, (s->n_spans + 1) * sizeof *hit->snippet_spans);
  if (!text || !hit->snippet_spans)
    return zg_fail_nomem(err);
  memcpy(text, dots, lead);
  memcpy(text + lead, s->raw.p + start, len);
  memcpy(text + lead + len, dots, tail);
  hit->snippet = (zg_str){text, lead + len + tail};
  for (size_t i = 0; i < s->n_spans; i++) {
    size_t a = (size_t)s->spans[i].start, b = a + (size_t)s->spans[i].len;
    a = a < start ? start : a;
    b = b > end ? end : b;
    if (a < b)
      hit->snippet_spans[hit->n_snippet_spans++] =
          (zg_span){(int64_t)(a - start + lead), (int64_t)(b - a)};
  }
  return ZG_OK;
}

zg_status zg_highlight_hit(zg_highlighter *h, zg_arena *arena, zg_str forward,
                           bool mark, uint32_t crop, zg_hit *hit,
                           zg_error *err) {
  const zg_finding *f = hit->finding;
  source *a = zg_arena_alloc(arena, (f->n_measures + 4) * sizeof *a);
  if (!a)
    return zg_fail_nomem(err);
  size_t n = sources_of(f, a), marked = 0;
  zg_status st;
  know_canonical(a, n, forward);
  for (size_t i = 0; i < n; i++) {
    if ((st = find_spans(h, &a[i], err)) ||
        (st = keep_spans(h, arena, &a[i], err)))
      return st;
    marked += a[i].n_spans > 0;
  }
  if (mark && marked) {
    hit->highlights = zg_arena_alloc(arena, marked * sizeof *hit->highlights);
    if (!hit->highlights)
      return zg_fail_nomem(err);
    for (size_t i = 0; i < n; i++)
      if (a[i].n_spans)
        hit->highlights[hit->n_highlights++] =
            (zg_highlight){a[i].field, a[i].item, a[i].spans, a[i].n_spans};
  }
  const source *best = crop ? best_source(a, n) : NULL;
  return best ? snippet(arena, best, crop, hit, err) : ZG_OK;
}
