#include "index/record.h"

#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* Block:  'Z' 'G' kind version | u32 payload bytes | u64 XXH3-64 | payload
 *
 * All integers little-endian.  Payload: members in the order of model.h;
 * unsigned numbers as LEB128 varints, signed ones zigzagged before; a string
 * is varint(bytes + 1) bytes NUL (0 alone: NULL), so that a decoded string can
 * point into the block and still be NUL-terminated; an array is varint(count)
 * and its elements.
 *
 * history   1 (2026-11): first.
 *           2 (2026-11): numbers as printed, evidence of the category, cues of
 *             repeats, spans of facts, series and figures of a bulletin.
 *             A block of version 1 is read; those members are empty then.
 */
#define RECORD_VERSION 2
#define KIND_FINDING 'f'
#define KIND_BULLETIN 'b'

/* Both directions run through the same walk over the members, so that what is
 * written and what is read cannot drift apart.  Writing never changes the
 * object that is walked. */
typedef struct codec {
  zg_buf *out;                  /* writing when not NULL */
  const unsigned char *p, *end; /* reading */
  zg_arena *arena;
  int version; /* of the block */
  bool bad;    /* malformed input */
  bool nomem;
} codec;

static void put_u64(codec *c, uint64_t v) {
  unsigned char b[10];
  size_t n = 0;
  while (v >= 0x80) {
    b[n++] = (unsigned char)(v | 0x80);
    v >>= 7;
  }
  b[n++] = (unsigned char)v;
  zg_buf_add(c->out, b, n);
}

static uint64_t get_u64(codec *c) {
  uint64_t v = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (c->p == c->end)
      break;
    unsigned char b = *c->p++;
    if (shift == 63 && b > 1)
      break;
    v |= (uint64_t)(b & 0x7F) << shift;
    if (!(b & 0x80))
      return v;
  }
  c->bad = true;
  c->p = c->end;
  return 0;
}

static void do_i64(codec *c, int64_t *v) {
  if (c->out) {
    put_u64(c, (uint64_t)*v << 1 ^ (uint64_t)(*v >> 63));
  } else {
    uint64_t z = get_u64(c);
    *v = (int64_t)(z >> 1 ^ (~(z & 1) + 1));
  }
}

static void do_int(codec *c, int *v) {
  int64_t wide = *v;
  do_i64(c, &wide);
  if (wide < INT32_MIN || wide > INT32_MAX)
    c->bad = true;
  else
    *v = (int)wide;
}

static void do_bool(codec *c, bool *v) {
  if (c->out) {
    put_u64(c, *v);
    return;
  }
  uint64_t n = get_u64(c);
  if (n > 1)
    c->bad = true;
  *v = n == 1;
}

/* An enumeration of `count` members from 0. */
static unsigned do_enum(codec *c, unsigned v, unsigned count) {
  if (c->out) {
    put_u64(c, v);
    return v;
  }
  uint64_t n = get_u64(c);
  if (n < count)
    return (unsigned)n;
  c->bad = true;
  return 0;
}

static void do_double(codec *c, double *v) {
  uint64_t bits;
  unsigned char b[8];
  if (c->out) {
    memcpy(&bits, v, sizeof bits);
    for (int i = 0; i < 8; i++)
      b[i] = (unsigned char)(bits >> 8 * i);
    zg_buf_add(c->out, b, sizeof b);
    return;
  }
  if (c->end - c->p < 8) {
    c->bad = true;
    c->p = c->end;
    return;
  }
  bits = 0;
  for (int i = 0; i < 8; i++)
    bits |= (uint64_t)c->p[i] << 8 * i;
  c->p += 8;
  memcpy(v, &bits, sizeof bits);
}

static void do_str(codec *c, zg_str *s) {
  if (c->out) {
    put_u64(c, s->p ? (uint64_t)s->n + 1 : 0);
    if (s->p) {
      zg_buf_add(c->out, s->p, s->n);
      zg_buf_addc(c->out, '\0');
    }
    return;
  }
  uint64_t n = get_u64(c);
  *s = ZG_STR_NULL;
  if (n == 0)
    return;
  if (n > (uint64_t)(c->end - c->p) || c->p[n - 1] != '\0') {
    c->bad = true;
    c->p = c->end;
    return;
  }
  *s = (zg_str){(const char *)c->p, (size_t)n - 1};
  c->p += n;
}

static void do_span(codec *c, zg_span *s) {
  do_i64(c, &s->start);
  do_i64(c, &s->len);
}

/* Writing: puts *n.  Reading: takes the count, refuses one that the rest of
 * the block cannot hold (an element has at least one byte), and allocates. */
static void *do_array(codec *c, void *array, size_t *n, size_t element) {
  if (c->out) {
    put_u64(c, *n);
    return array;
  }
  uint64_t count = get_u64(c);
  *n = 0;
  if (count > (uint64_t)(c->end - c->p)) {
    c->bad = true;
    c->p = c->end;
    return NULL;
  }
  if (count == 0)
    return NULL;
  void *p = zg_arena_alloc(c->arena, (size_t)count * element);
  if (!p) {
    c->nomem = true;
    return NULL;
  }
  *n = (size_t)count;
  return p;
}

static void do_strs(codec *c, zg_str **a, size_t *n) {
  *a = do_array(c, *a, n, sizeof **a);
  for (size_t i = 0; i < *n; i++)
    do_str(c, &(*a)[i]);
}

static void do_measures(codec *c, zg_finding *f) {
  f->measures = do_array(c, f->measures, &f->n_measures, sizeof *f->measures);
  for (size_t i = 0; i < f->n_measures; i++) {
    zg_measure *m = &f->measures[i];
    do_int(c, &m->n);
    do_str(c, &m->text);
    do_span(c, &m->span);
    do_bool(c, &m->listed);
  }
}

static void do_money(codec *c, zg_money **a, size_t *n) {
  *a = do_array(c, *a, n, sizeof **a);
  for (size_t i = 0; i < *n; i++) {
    zg_money *m = &(*a)[i];
    m->kind = (zg_money_kind)do_enum(c, m->kind, ZG_MONEY_OTHER + 1);
    do_i64(c, &m->fen);
    do_bool(c, &m->approx);
    do_bool(c, &m->part);
    do_str(c, &m->verb);
    do_span(c, &m->span);
  }
}

static void do_people(codec *c, zg_people **a, size_t *n) {
  *a = do_array(c, *a, n, sizeof **a);
  for (size_t i = 0; i < *n; i++) {
    zg_people *p = &(*a)[i];
    p->kind = (zg_people_kind)do_enum(c, p->kind, ZG_PEOPLE_OTHER + 1);
    do_str(c, &p->verb);
    do_i64(c, &p->n);
    do_bool(c, &p->times);
    do_bool(c, &p->approx);
    do_bool(c, &p->part);
    do_span(c, &p->span);
  }
}

static void do_documents(codec *c, zg_finding *f) {
  f->documents =
      do_array(c, f->documents, &f->n_documents, sizeof *f->documents);
  for (size_t i = 0; i < f->n_documents; i++) {
    do_str(c, &f->documents[i].text);
    do_bool(c, &f->documents[i].number);
    do_span(c, &f->documents[i].span);
  }
}

static void do_evidence(codec *c, zg_finding *f) {
  f->evidence = do_array(c, f->evidence, &f->n_evidence, sizeof *f->evidence);
  for (size_t i = 0; i < f->n_evidence; i++) {
    zg_evidence *e = &f->evidence[i];
    do_str(c, &e->category);
    do_str(c, &e->cue);
    e->place = (zg_place)do_enum(c, e->place, ZG_PLACE_COUNT);
    do_int(c, &e->weight);
    do_span(c, &e->span);
  }
}

static void do_repeat_cues(codec *c, zg_finding *f) {
  f->repeat_cues =
      do_array(c, f->repeat_cues, &f->n_repeat_cues, sizeof *f->repeat_cues);
  for (size_t i = 0; i < f->n_repeat_cues; i++) {
    do_str(c, &f->repeat_cues[i].text);
    do_bool(c, &f->repeat_cues[i].strong);
    do_span(c, &f->repeat_cues[i].span);
  }
}

/* Members that version 2 added.  A finding of version 1 with a category: who
 * said it is not known, so it is taken for given and never re-classified. */
static void walk_finding_2(codec *c, zg_finding *f) {
  if (c->version < 2) {
    f->deadline_span = f->responsible_span = ZG_SPAN_NONE;
    if (f->category[0].p)
      f->category_source = ZG_CATEGORY_SOURCE_GIVEN;
    return;
  }
  do_str(c, &f->number);
  f->category_source = (zg_category_source)do_enum(c, f->category_source,
                                                   ZG_CATEGORY_SOURCE_COUNT);
  do_evidence(c, f);
  do_span(c, &f->deadline_span);
  do_span(c, &f->responsible_span);
  do_repeat_cues(c, f);
}

static void walk_finding(codec *c, zg_finding *f) {
  do_str(c, &f->id);
  do_str(c, &f->bulletin);
  do_int(c, &f->n);
  do_str(c, &f->section);
  do_str(c, &f->problem);
  do_str(c, &f->head);
  do_span(c, &f->section_span);
  do_span(c, &f->problem_span);
  do_span(c, &f->head_span);
  do_strs(c, &f->statements, &f->n_statements);
  do_measures(c, f);
  do_str(c, &f->category[0]);
  do_str(c, &f->category[1]);
  f->status = (zg_state)do_enum(c, f->status, ZG_STATE_COUNT);
  do_bool(c, &f->sustain);
  f->status_source =
      (zg_state_source)do_enum(c, f->status_source, ZG_STATE_SOURCE_COUNT);
  do_span(c, &f->status_span);
  do_money(c, &f->money, &f->n_money);
  do_people(c, &f->people, &f->n_people);
  do_i64(c, &f->rules_made);
  do_i64(c, &f->cases);
  do_documents(c, f);
  do_str(c, &f->deadline);
  do_str(c, &f->responsible);
  f->repeat = (zg_repeat)do_enum(c, f->repeat, ZG_REPEAT_COUNT);
  do_strs(c, &f->repeat_of, &f->n_repeat_of);
  do_bool(c, &f->has_deadline);
  do_bool(c, &f->has_owner);
  do_bool(c, &f->has_number);
  do_bool(c, &f->has_document);
  do_str(c, &f->unit);
  do_str(c, &f->unit_level);
  do_str(c, &f->region);
  do_str(c, &f->kind);
  do_str(c, &f->round);
  do_str(c, &f->inspecting_body);
  do_str(c, &f->title);
  do_str(c, &f->publish_date);
  do_int(c, &f->year);
  do_str(c, &f->text);
  walk_finding_2(c, f);
}

static void do_declared(codec *c, zg_declared *d) {
  int64_t *counts[] = {&d->aspects,        &d->categories, &d->problems,
                       &d->tasks,          &d->measures,   &d->done,
                       &d->basically_done, &d->phased,     &d->in_progress,
                       &d->long_term,      &d->deferred,   &d->not_done};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    do_i64(c, counts[i]);
  do_double(c, &d->rate);
  do_span(c, &d->span);
}

static void do_parsed(codec *c, zg_parsed_counts *p) {
  do_i64(c, &p->sections);
  do_i64(c, &p->categories);
  do_i64(c, &p->problems);
  do_i64(c, &p->findings);
  do_i64(c, &p->atomic_findings);
  do_i64(c, &p->measures);
}

static void do_warnings(codec *c, zg_bulletin *b) {
  b->warnings = do_array(c, b->warnings, &b->n_warnings, sizeof *b->warnings);
  for (size_t i = 0; i < b->n_warnings; i++) {
    do_str(c, &b->warnings[i].code);
    do_str(c, &b->warnings[i].message);
    do_span(c, &b->warnings[i].span);
  }
}

static void do_series(codec *c, zg_declared *d) {
  d->series = do_array(c, d->series, &d->n_series, sizeof *d->series);
  for (size_t i = 0; i < d->n_series; i++) {
    do_str(c, &d->series[i].name);
    do_i64(c, &d->series[i].total);
    do_i64(c, &d->series[i].done);
    do_double(c, &d->series[i].rate);
    do_span(c, &d->series[i].span);
  }
}

static void do_member_spans(codec *c, zg_bulletin *b) {
  b->spans = do_array(c, b->spans, &b->n_spans, sizeof *b->spans);
  for (size_t i = 0; i < b->n_spans; i++) {
    do_str(c, &b->spans[i].member);
    do_span(c, &b->spans[i].span);
  }
}

/* Members that version 2 added. */
static void walk_bulletin_2(codec *c, zg_bulletin *b) {
  if (c->version < 2) {
    b->declared.transferred = -1;
    return;
  }
  do_str(c, &b->author);
  do_i64(c, &b->declared.transferred);
  do_series(c, &b->declared);
  do_strs(c, &b->doubtful, &b->n_doubtful);
  do_member_spans(c, b);
  do_money(c, &b->figures.money, &b->figures.n_money);
  do_people(c, &b->figures.people, &b->figures.n_people);
  do_i64(c, &b->figures.rules_made);
  do_i64(c, &b->figures.cases);
}

static void walk_bulletin(codec *c, zg_bulletin *b) {
  do_str(c, &b->id);
  do_str(c, &b->title);
  do_strs(c, &b->units, &b->n_units);
  do_str(c, &b->unit_level);
  do_str(c, &b->region);
  do_str(c, &b->kind);
  do_str(c, &b->inspecting_body);
  do_str(c, &b->team);
  do_str(c, &b->round);
  do_str(c, &b->inspect_start);
  do_str(c, &b->inspect_end);
  do_str(c, &b->feedback_date);
  do_str(c, &b->publish_date);
  do_int(c, &b->year);
  do_str(c, &b->source);
  do_str(c, &b->url);
  do_declared(c, &b->declared);
  do_parsed(c, &b->parsed);
  do_strs(c, &b->inferred, &b->n_inferred);
  do_warnings(c, b);
  do_str(c, &b->text);
  do_str(c, &b->doc_class);
  walk_bulletin_2(c, b);
}

static void put_le(char *p, uint64_t v, int bytes) {
  for (int i = 0; i < bytes; i++)
    p[i] = (char)(v >> 8 * i);
}

static uint64_t get_le(const char *p, int bytes) {
  uint64_t v = 0;
  for (int i = 0; i < bytes; i++)
    v |= (uint64_t)(unsigned char)p[i] << 8 * i;
  return v;
}

static bool begin_block(zg_buf *out, char kind) {
  const char head[ZG_RECORD_HEAD] = {'Z', 'G', kind, RECORD_VERSION};
  return zg_buf_add(out, head, sizeof head);
}

static zg_status end_block(zg_buf *out, size_t start, zg_error *err) {
  if (out->failed)
    return zg_fail_nomem(err);
  size_t n = out->n - start - ZG_RECORD_HEAD;
  if (n > UINT32_MAX)
    return zg_fail(err, ZG_TOO_LARGE, "record_too_large", "",
                   "the record has %zu bytes, more than 4 GiB", n);
  char *head = out->p + start;
  put_le(head + 4, n, 4);
  put_le(head + 8, XXH3_64bits(head + ZG_RECORD_HEAD, n), 8);
  return ZG_OK;
}

zg_status zg_record_put_finding(zg_buf *out, const zg_finding *f,
                                zg_error *err) {
  size_t start = out->n;
  codec c = {.out = out, .version = RECORD_VERSION};
  if (begin_block(out, KIND_FINDING))
    walk_finding(&c, (zg_finding *)f);
  return end_block(out, start, err);
}

zg_status zg_record_put_bulletin(zg_buf *out, const zg_bulletin *b,
                                 zg_error *err) {
  size_t start = out->n;
  codec c = {.out = out, .version = RECORD_VERSION};
  if (begin_block(out, KIND_BULLETIN))
    walk_bulletin(&c, (zg_bulletin *)b);
  return end_block(out, start, err);
}

static zg_status corrupt(zg_error *err, const char *what) {
  return zg_fail(err, ZG_CORRUPT, "corrupt_record", "", "record: %s", what);
}

static zg_status open_block(codec *c, zg_arena *arena, zg_str block, char kind,
                            zg_error *err) {
  if (!block.p || block.n < ZG_RECORD_HEAD)
    return corrupt(err, "shorter than its header");
  if (block.p[0] != 'Z' || block.p[1] != 'G' || block.p[2] != kind)
    return corrupt(err, "not a record of this kind");
  if (block.p[3] < 1 || block.p[3] > RECORD_VERSION)
    return zg_fail(err, ZG_CORRUPT, "corrupt_record", "",
                   "record: version %d, this program reads 1 to %d",
                   (unsigned char)block.p[3], RECORD_VERSION);
  size_t n = block.n - ZG_RECORD_HEAD;
  if (get_le(block.p + 4, 4) != n)
    return corrupt(err, "its length is not what its header says");
  if (get_le(block.p + 8, 8) != XXH3_64bits(block.p + ZG_RECORD_HEAD, n))
    return corrupt(err, "checksum does not match");
  const unsigned char *p = (const unsigned char *)block.p + ZG_RECORD_HEAD;
  *c = (codec){.p = p, .end = p + n, .arena = arena, .version = block.p[3]};
  return ZG_OK;
}

static zg_status close_block(const codec *c, zg_error *err) {
  if (c->nomem)
    return zg_fail_nomem(err);
  if (c->bad || c->p != c->end)
    return corrupt(err, "malformed payload");
  return ZG_OK;
}

zg_status zg_record_get_finding(zg_finding **out, zg_arena *arena, zg_str block,
                                zg_error *err) {
  codec c;
  *out = NULL;
  zg_status st = open_block(&c, arena, block, KIND_FINDING, err);
  if (st)
    return st;
  zg_finding *f = zg_arena_alloc(arena, sizeof *f);
  if (!f)
    return zg_fail_nomem(err);
  walk_finding(&c, f);
  st = close_block(&c, err);
  if (!st)
    *out = f;
  return st;
}

zg_status zg_record_get_bulletin(zg_bulletin **out, zg_arena *arena,
                                 zg_str block, zg_error *err) {
  codec c;
  *out = NULL;
  zg_status st = open_block(&c, arena, block, KIND_BULLETIN, err);
  if (st)
    return st;
  zg_bulletin *b = zg_arena_alloc(arena, sizeof *b);
  if (!b)
    return zg_fail_nomem(err);
  walk_bulletin(&c, b);
  st = close_block(&c, err);
  if (!st)
    *out = b;
  return st;
}
