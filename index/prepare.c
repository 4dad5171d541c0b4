#include "index/prepare.h"

#include <stdio.h>
#include <stdlib.h>

#include "index/record.h"

/* type, every field, every measure */
#define MAX_VALUES (1 + ZG_FIELD_COUNT + ZG_MEASURE_COUNT)

zg_status zg_prepare_check_id(zg_str id, const char *param, zg_error *err) {
  if (!id.p || id.n == 0)
    return zg_fail(err, ZG_INVALID, "invalid_id", param, "%s: an id is needed",
                   param);
  if (id.n > ZG_ID_MAX)
    return zg_fail(err, ZG_INVALID, "invalid_id", param,
                   "%s: %zu bytes, more than %d", param, id.n, ZG_ID_MAX);
  if (zg_utf8_check(id.p, id.n) >= 0)
    return zg_fail_at(err, ZG_INVALID, zg_utf8_check(id.p, id.n), "invalid_id",
                      param, "%s: not UTF-8", param);
  for (size_t i = 0; i < id.n; i++) {
    unsigned char c = (unsigned char)id.p[i];
    if (c < 0x20 || c == 0x7F)
      return zg_fail_at(err, ZG_INVALID, (int64_t)i, "invalid_id", param,
                        "%s: a control character at byte %zu", param, i);
  }
  return ZG_OK;
}

zg_str zg_prepare_id_term(char out[256], const char *prefix, zg_str id) {
  size_t n = strlen(prefix);
  size_t k = id.n < 255 - n ? id.n : 255 - n;
  memcpy(out, prefix, n);
  if (k)
    memcpy(out + n, id.p, k);
  return (zg_str){out, n + k};
}

/* ---- text ---- */

static zg_status add_text(zg_analyser *a, zg_text_field field, zg_str text,
                          const char *name, zg_error *err) {
  if (!text.p)
    return ZG_OK;
  int64_t bad = zg_utf8_check(text.p, text.n);
  if (bad >= 0)
    return zg_fail_at(err, ZG_INVALID, bad, "invalid_utf8", name,
                      "%s: not UTF-8 at byte %lld", name, (long long)bad);
  return zg_analyse_add(a, field, text, err);
}

zg_status zg_prepare_analysis(zg_analysis *out, zg_analyser *a,
                              const zg_finding *f, zg_error *err) {
  zg_analyse_begin(a);
  zg_status st = add_text(a, ZG_TEXT_SECTION, f->section, "section", err);
  if (!st)
    st = add_text(a, ZG_TEXT_PROBLEM, f->problem, "problem", err);
  if (!st)
    st = add_text(a, ZG_TEXT_HEAD, f->head, "head", err);
  for (size_t i = 0; i < f->n_measures && !st; i++)
    st = add_text(a, ZG_TEXT_MEASURES, f->measures[i].text, "measures", err);
  if (!st && !f->n_measures)
    st = add_text(a, ZG_TEXT_MEASURES, f->text, "text", err);
  return st ? st : zg_analyse_end(a, out, err);
}

static zg_status copy_terms(zg_prepared *out, zg_arena *arena,
                            const zg_analysis *an, zg_error *err) {
  size_t bytes = 0;
  for (size_t i = 0; i < an->n_terms; i++)
    bytes += an->terms[i].n;
  zg_term *terms = zg_arena_alloc(arena, an->n_terms * sizeof *terms);
  char *text = zg_arena_alloc(arena, bytes);
  if (!terms || !text)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < an->n_terms; i++) {
    terms[i] = (zg_term){text, an->terms[i].n, an->terms[i].wdf};
    memcpy(text, an->terms[i].p, an->terms[i].n);
    text += an->terms[i].n;
  }
  out->doc.terms = terms;
  out->doc.n_terms = an->n_terms;
  out->bytes += bytes + an->n_terms * sizeof *terms;
  return ZG_OK;
}

/* ---- values ---- */

/* Facet values are lines in a value slot: a control character becomes a
 * blank. */
static zg_status join(zg_str *out, zg_arena *arena, zg_field field,
                      const zg_str *values, unsigned n, zg_error *err) {
  size_t bytes = 0;
  for (unsigned i = 0; i < n; i++) {
    const char *name = zg_field_name(field);
    if (values[i].n > ZG_FACET_MAX)
      return zg_fail(err, ZG_INVALID, "value_too_long", name,
                     "%s: %zu bytes, more than %d", name, values[i].n,
                     ZG_FACET_MAX);
    int64_t bad = zg_utf8_check(values[i].p, values[i].n);
    if (bad >= 0)
      return zg_fail_at(err, ZG_INVALID, bad, "invalid_utf8", name,
                        "%s: not UTF-8 at byte %lld", name, (long long)bad);
    bytes += values[i].n + 1;
  }
  char *p = zg_arena_alloc(arena, bytes);
  if (!p)
    return zg_fail_nomem(err);
  *out = (zg_str){p, bytes - 1};
  for (unsigned i = 0; i < n; i++) {
    if (i)
      *p++ = '\n';
    for (size_t k = 0; k < values[i].n; k++) {
      unsigned char c = (unsigned char)values[i].p[k];
      *p++ = c < 0x20 || c == 0x7F ? ' ' : (char)c;
    }
  }
  return ZG_OK;
}

typedef unsigned (*value_fn)(const void *object, zg_field field,
                             zg_str out[ZG_FIELD_MAX_PLANES], char scratch[24]);

static unsigned finding_value(const void *object, zg_field field,
                              zg_str out[ZG_FIELD_MAX_PLANES],
                              char scratch[24]) {
  return zg_field_value_of_finding(object, field, out, scratch);
}

static unsigned bulletin_value(const void *object, zg_field field,
                               zg_str out[ZG_FIELD_MAX_PLANES],
                               char scratch[24]) {
  return zg_field_value_of_bulletin(object, field, out, scratch);
}

static zg_status put_values(zg_prepared *out, zg_arena *arena,
                            const void *object, value_fn value_of, zg_str type,
                            zg_error *err) {
  zg_xvalue *v = zg_arena_alloc(arena, MAX_VALUES * sizeof *v);
  if (!v)
    return zg_fail_nomem(err);
  size_t n = 0;
  v[n++] = (zg_xvalue){ZG_SLOT_TYPE, type};
  for (int f = 0; f < ZG_FIELD_COUNT; f++) {
    zg_str values[ZG_FIELD_MAX_PLANES];
    char scratch[24];
    unsigned k = value_of(object, (zg_field)f, values, scratch);
    if (!k)
      continue;
    zg_status st = join(&v[n].value, arena, (zg_field)f, values, k, err);
    if (st)
      return st;
    out->bytes += v[n].value.n;
    v[n++].slot = zg_field_slot((zg_field)f);
  }
  out->doc.values = v;
  out->doc.n_values = n;
  return ZG_OK;
}

static zg_status put_measures(zg_prepared *out, zg_arena *arena,
                              const zg_finding *f, zg_error *err) {
  zg_xvalue *v = (zg_xvalue *)out->doc.values;
  for (int m = 0; m < ZG_MEASURE_COUNT; m++) {
    int64_t sum = zg_measure_value_of_finding(f, (zg_measure_field)m);
    if (!sum)
      continue;
    zg_str text = zg_arena_printf(arena, "%lld", (long long)sum);
    if (!text.p)
      return zg_fail_nomem(err);
    v[out->doc.n_values++] =
        (zg_xvalue){zg_measure_slot((zg_measure_field)m), text};
  }
  return ZG_OK;
}

/* ---- the rest of the document ---- */

static zg_status put_booleans(zg_prepared *out, zg_arena *arena,
                              const char *prefix, zg_str id, zg_str bulletin,
                              zg_error *err) {
  zg_str *b = zg_arena_alloc(arena, 2 * sizeof *b);
  if (!b)
    return zg_fail_nomem(err);
  char term[256];
  b[0] = zg_arena_dup(arena, zg_prepare_id_term(term, prefix, id));
  out->doc.n_booleans = 1;
  if (bulletin.p) {
    b[1] = zg_arena_dup(arena, zg_prepare_id_term(term, "XB", bulletin));
    out->doc.n_booleans = 2;
  }
  if (!b[0].p || (bulletin.p && !b[1].p))
    return zg_fail_nomem(err);
  out->doc.booleans = b;
  return ZG_OK;
}

static zg_status put_record(zg_prepared *out, zg_arena *arena,
                            const zg_finding *f, const zg_bulletin *b,
                            zg_error *err) {
  zg_buf buf = ZG_BUF_INIT;
  zg_status st = f ? zg_record_put_finding(&buf, f, err)
                   : zg_record_put_bulletin(&buf, b, err);
  if (!st && buf.n > ZG_RECORD_MAX)
    st = zg_fail(err, ZG_TOO_LARGE, "record_too_large", "",
                 "the record has %zu bytes, more than %zu", buf.n,
                 ZG_RECORD_MAX);
  if (!st) {
    out->doc.data = zg_arena_dup(arena, (zg_str){buf.p, buf.n});
    if (!out->doc.data.p)
      st = zg_fail_nomem(err);
    else if (f) {
      out->record = out->doc.data;
      out->doc.data.n = ZG_RECORD_HEAD;
    }
  }
  out->bytes += buf.n + sizeof *out;
  zg_buf_free(&buf);
  return st;
}

zg_status zg_prepare_finding(zg_prepared *out, zg_arena *arena, zg_analyser *a,
                             const zg_finding *f, zg_error *err) {
  *out = (zg_prepared){0};
  zg_analysis an;
  zg_status st = zg_prepare_check_id(f->id, "id", err);
  if (!st && f->bulletin.p)
    st = zg_prepare_check_id(f->bulletin, "bulletin", err);
  if (!st)
    st = zg_prepare_analysis(&an, a, f, err);
  if (st)
    return st;
  st = copy_terms(out, arena, &an, err);
  if (!st) {
    out->forward = zg_arena_dup(arena, an.forward);
    out->bytes += an.forward.n;
    if (!out->forward.p)
      st = zg_fail_nomem(err);
  }
  if (!st)
    st = put_booleans(out, arena, "QF", f->id, f->bulletin, err);
  if (!st)
    st = put_values(out, arena, f, finding_value, ZG_STR("f"), err);
  if (!st)
    st = put_measures(out, arena, f, err);
  if (!st)
    st = put_record(out, arena, f, NULL, err);
  return st ? st : zg_xdoc_check(&out->doc, err);
}

zg_status zg_prepare_bulletin(zg_prepared *out, zg_arena *arena,
                              const zg_bulletin *b, zg_error *err) {
  *out = (zg_prepared){.bulletin = true};
  zg_status st = zg_prepare_check_id(b->id, "id", err);
  if (!st)
    st = put_booleans(out, arena, "QB", b->id, ZG_STR_NULL, err);
  if (!st)
    st = put_values(out, arena, b, bulletin_value, ZG_STR("b"), err);
  if (!st)
    st = put_record(out, arena, NULL, b, err);
  return st ? st : zg_xdoc_check(&out->doc, err);
}

/* ---- facets from stored values ---- */

static zg_status facet_lines(zg_table_builder *b, uint32_t docid, zg_field f,
                             zg_str value, zg_error *err) {
  unsigned plane = 0;
  while (value.n && plane < zg_field_planes(f)) {
    const char *nl = memchr(value.p, '\n', value.n);
    size_t n = nl ? (size_t)(nl - value.p) : value.n;
    zg_status st =
        zg_table_builder_value(b, docid, f, plane++, (zg_str){value.p, n}, err);
    if (st || !nl)
      return st;
    value = (zg_str){nl + 1, value.n - n - 1};
  }
  return ZG_OK;
}

static bool decimal(zg_str s, int64_t *out) {
  char text[24];
  char *end;
  if (s.n == 0 || s.n >= sizeof text)
    return false;
  memcpy(text, s.p, s.n);
  text[s.n] = '\0';
  *out = strtoll(text, &end, 10);
  return *end == '\0';
}

zg_status zg_prepare_facet(zg_table_builder *b, uint32_t docid, uint32_t slot,
                           zg_str value, zg_error *err) {
  for (int f = 0; f < ZG_FIELD_COUNT; f++)
    if (zg_field_slot((zg_field)f) == slot)
      return facet_lines(b, docid, (zg_field)f, value, err);
  for (int m = 0; m < ZG_MEASURE_COUNT; m++) {
    if (zg_measure_slot((zg_measure_field)m) != slot)
      continue;
    int64_t n;
    if (!decimal(value, &n))
      return zg_fail(err, ZG_CORRUPT, "corrupt_index", "",
                     "document %u, value slot %u: not a number", docid, slot);
    return zg_table_builder_measure(b, docid, (zg_measure_field)m, n, err);
  }
  return ZG_OK;
}
