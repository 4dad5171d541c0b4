#include "index/classify.h"

/* A piece of the finding's text in the buffer that is normalised at once. */
typedef struct piece {
  size_t from, n; /* in the buffer */
  zg_span span;   /* of the same bytes in the bulletin, or NONE */
} piece;

typedef struct pieces {
  zg_buf text;
  piece *of;
  size_t n;
  size_t first[ZG_PLACE_COUNT + 1]; /* by place: its pieces */
} pieces;

static void add(pieces *p, zg_str s, zg_span span) {
  piece *q = &p->of[p->n++];
  *q = (piece){p->text.n, s.n, span};
  if (span.len != (int64_t)s.n) /* not these very bytes */
    q->span = ZG_SPAN_NONE;
  zg_buf_add(&p->text, s.p ? s.p : "", s.n);
  zg_buf_addc(&p->text, '\n');
}

static void collect(pieces *p, const zg_finding *f) {
  p->first[ZG_PLACE_HEAD] = p->n;
  add(p, f->head, f->head_span);
  p->first[ZG_PLACE_PROBLEM] = p->n;
  add(p, f->problem, f->problem_span);
  p->first[ZG_PLACE_SECTION] = p->n;
  add(p, f->section, f->section_span);
  p->first[ZG_PLACE_ANSWER] = p->n;
  for (size_t i = 0; i < f->n_measures; i++)
    add(p, f->measures[i].text, f->measures[i].span);
  if (!f->n_measures)
    add(p, f->text, ZG_SPAN_NONE);
  p->first[ZG_PLACE_COUNT] = p->n;
}

/* The normalised texts of the places. */
static void cut(const pieces *p, const zg_norm *norm,
                zg_str text[ZG_PLACE_COUNT]) {
  size_t i = 0;
  for (int place = 0; place < ZG_PLACE_COUNT; place++) {
    const piece *last = &p->of[p->first[place + 1] - 1];
    size_t from = i;
    while (i < norm->n && norm->map[i] < last->from + last->n)
      i++;
    text[place] = (zg_str){norm->p + from, i - from};
    while (i < norm->n && norm->map[i] == last->from + last->n)
      i++; /* the newline between */
  }
}

static zg_span span_of(const pieces *p, const zg_norm *norm, size_t at,
                       size_t n) {
  zg_str src = {p->text.p, p->text.n};
  zg_span s = zg_norm_span(norm, src, at, n);
  if (s.start < 0)
    return ZG_SPAN_NONE;
  size_t low = 0, high = p->n; /* the piece that it starts in */
  while (high - low > 1) {
    size_t mid = (low + high) / 2;
    if (p->of[mid].from <= (size_t)s.start)
      low = mid;
    else
      high = mid;
  }
  const piece *q = &p->of[low];
  size_t off = (size_t)s.start - q->from;
  if (q->span.start < 0 || off + (size_t)s.len > q->n)
    return ZG_SPAN_NONE;
  return (zg_span){q->span.start + (int64_t)off, s.len};
}

static zg_status fill(zg_finding *f, zg_arena *arena, const pieces *p,
                      const zg_norm *norm, const zg_str text[ZG_PLACE_COUNT],
                      const zg_classified *c, zg_error *err) {
  for (int i = 0; i < 2 && c->category[i]; i++) {
    f->category[i] = zg_arena_dup(arena, c->category[i]->id);
    if (!f->category[i].p)
      return zg_fail_nomem(err);
  }
  f->category_source = ZG_CATEGORY_SOURCE_CUES;
  f->evidence = zg_arena_alloc(arena, c->n_hits * sizeof *f->evidence);
  if (!f->evidence)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < c->n_hits; i++) {
    const zg_cue_hit *h = &c->hits[i];
    size_t at = (size_t)(text[h->place].p - norm->p) + h->start;
    f->evidence[i] = (zg_evidence){zg_arena_dup(arena, h->category->id),
                                   zg_arena_dup(arena, h->cue->text), h->place,
                                   h->weight, span_of(p, norm, at, h->len)};
    if (!f->evidence[i].category.p || !f->evidence[i].cue.p)
      return zg_fail_nomem(err);
  }
  f->n_evidence = c->n_hits;
  return ZG_OK;
}

zg_status zg_classify(zg_finding *f, zg_arena *arena, const zg_parser *parser,
                      zg_norm *norm, zg_error *err) {
  pieces p = {.text = ZG_BUF_INIT};
  zg_str text[ZG_PLACE_COUNT];
  zg_classified c;
  if (!parser->taxonomy || f->category_source == ZG_CATEGORY_SOURCE_GIVEN)
    return ZG_OK;
  f->category[0] = f->category[1] = ZG_STR_NULL;
  f->category_source = ZG_CATEGORY_SOURCE_NONE;
  f->evidence = NULL;
  f->n_evidence = 0;
  p.of = zg_arena_alloc(arena, (f->n_measures + 4) * sizeof *p.of);
  if (!p.of)
    return zg_fail_nomem(err);
  collect(&p, f);
  zg_status st = p.text.failed ? zg_fail_nomem(err) : ZG_OK;
  if (!st)
    st = zg_normalise_layout(parser->nz, (zg_str){p.text.p, p.text.n}, norm,
                             err);
  if (!st) {
    cut(&p, norm, text);
    zg_taxonomy_match(parser->taxonomy, text, &c);
    if (c.category[0])
      st = fill(f, arena, &p, norm, text, &c, err);
  }
  zg_buf_free(&p.text);
  return st;
}

static bool same_evidence(const zg_finding *a, const zg_finding *b) {
  if (a->n_evidence != b->n_evidence ||
      a->category_source != b->category_source)
    return false;
  for (size_t i = 0; i < a->n_evidence; i++) {
    const zg_evidence *x = &a->evidence[i], *y = &b->evidence[i];
    if (!zg_str_eq(x->category, y->category) || !zg_str_eq(x->cue, y->cue) ||
        x->place != y->place || x->weight != y->weight ||
        x->span.start != y->span.start || x->span.len != y->span.len)
      return false;
  }
  return true;
}

static bool same_category(zg_str a, zg_str b) {
  return (a.p != NULL) == (b.p != NULL) && zg_str_eq(a, b);
}

zg_status zg_reclassify(zg_finding *out, zg_reclass *verdict,
                        const zg_finding *f, zg_arena *arena,
                        const zg_parser *parser, zg_norm *norm, zg_error *err) {
  *out = *f;
  *verdict = ZG_RECLASS_GIVEN;
  if (f->category_source == ZG_CATEGORY_SOURCE_GIVEN)
    return ZG_OK;
  zg_status st = zg_classify(out, arena, parser, norm, err);
  if (!same_category(f->category[0], out->category[0]) ||
      !same_category(f->category[1], out->category[1]))
    *verdict = ZG_RECLASS_CHANGED;
  else
    *verdict = same_evidence(f, out) ? ZG_RECLASS_SAME : ZG_RECLASS_EVIDENCE;
  return st;
}
