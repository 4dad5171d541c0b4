/* What must hold of every parse, whatever the text. */
#include "index/record.h"
#include "tests/fuzz/fuzz.h"

typedef struct subject {
  zg_str text;
  zg_arena *arena;
} subject;

static bool boundary(zg_str t, int64_t at) {
  return (size_t)at == t.n || ((unsigned char)t.p[at] & 0xC0) != 0x80;
}

static void check_span(const subject *s, zg_span span) {
  if (span.start < 0)
    return;
  zg_fuzz_need(span.len >= 0 && span.start <= (int64_t)s->text.n &&
                   span.len <= (int64_t)s->text.n - span.start,
               "a span leaves the text");
  zg_fuzz_need(boundary(s->text, span.start) &&
                   boundary(s->text, span.start + span.len),
               "a span cuts a character");
}

/* What is copied is what stands at its span; chunk numbers and wrapped lines
 * that the parser took out of it may be missing, nothing else is added. */
static void check_copy(const subject *s, zg_str copy, zg_span span) {
  check_span(s, span);
  if (!copy.p || span.start < 0)
    return;
  const char *at = s->text.p + span.start, *end = at + span.len;
  for (size_t i = 0; i < copy.n; i++) {
    while (at < end && *at != copy.p[i])
      at++;
    zg_fuzz_need(at < end, "what was copied does not stand at its span");
    at++;
  }
}

static void check_finding(const subject *s, const zg_finding *f, int n) {
  zg_fuzz_need(f->n == n, "findings are not numbered 1, 2, 3 ...");
  zg_fuzz_need(f->n_statements >= 1, "a finding without a statement");
  check_copy(s, f->head, f->head_span);
  check_copy(s, f->section, f->section_span);
  check_copy(s, f->problem, f->problem_span);
  check_span(s, f->status_span);
  check_span(s, f->deadline_span);
  check_copy(s, f->responsible, f->responsible_span);
  for (size_t i = 0; i < f->n_measures; i++)
    check_copy(s, f->measures[i].text, f->measures[i].span);
  for (size_t i = 0; i < f->n_money; i++) {
    check_span(s, f->money[i].span);
    zg_fuzz_need(f->money[i].fen >= 0, "negative money");
  }
  for (size_t i = 0; i < f->n_people; i++) {
    check_span(s, f->people[i].span);
    zg_fuzz_need(f->people[i].n >= 0, "negative people");
  }
  for (size_t i = 0; i < f->n_documents; i++)
    check_span(s, f->documents[i].span);
  for (size_t i = 0; i < f->n_evidence; i++)
    check_span(s, f->evidence[i].span);
  for (size_t i = 0; i < f->n_repeat_cues; i++)
    check_span(s, f->repeat_cues[i].span);
  zg_fuzz_need((f->status == ZG_STATE_UNKNOWN) ==
                   (f->status_source == ZG_STATE_SOURCE_NONE),
               "a status without a source, or a source without one");
  zg_fuzz_need((f->category[0].p == NULL) ==
                   (f->category_source == ZG_CATEGORY_SOURCE_NONE),
               "a category without a source, or a source without one");
}

static void check_bulletin(const subject *s, const zg_bulletin *b) {
  check_span(s, b->declared.span);
  for (size_t i = 0; i < b->declared.n_series; i++)
    check_span(s, b->declared.series[i].span);
  for (size_t i = 0; i < b->n_spans; i++)
    check_span(s, b->spans[i].span);
  for (size_t i = 0; i < b->n_warnings; i++)
    check_span(s, b->warnings[i].span);
  for (size_t i = 0; i < b->n_findings; i++)
    check_finding(s, &b->findings[i], (int)i + 1);
}

static void check_record(const subject *s, const zg_bulletin *b) {
  zg_buf one = ZG_BUF_INIT, two = ZG_BUF_INIT;
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *back = NULL;
  zg_fuzz_need(zg_record_put_bulletin(&one, b, &err) == ZG_OK &&
                   zg_record_get_bulletin(&back, s->arena,
                                          (zg_str){one.p, one.n},
                                          &err) == ZG_OK &&
                   zg_record_put_bulletin(&two, back, &err) == ZG_OK,
               "the record does not read back");
  zg_fuzz_need(one.n == two.n && memcmp(one.p, two.p, one.n) == 0,
               "the record is not the same when written again");
  zg_buf_free(&one);
  zg_buf_free(&two);
}

void zg_fuzz_parse(zg_str text, zg_arena *arena) {
  subject s = {text, arena};
  zg_parse_hints hints = ZG_PARSE_HINTS_INIT;
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *forced = NULL, *asked = NULL;
  hints.force = true;
  zg_status st = zg_parse_bulletin(&forced, s.arena, zg_fuzz_parser(), s.text,
                                   &hints, &err);
  if (zg_utf8_check(s.text.p, s.text.n) >= 0) {
    zg_fuzz_need(st == ZG_INVALID, "ill-formed UTF-8 was not refused");
    return;
  }
  zg_fuzz_need(st == ZG_OK, "a forced parse failed");
  check_bulletin(&s, forced);
  check_record(&s, forced);
  st = zg_parse_bulletin(&asked, s.arena, zg_fuzz_parser(), s.text, NULL, &err);
  zg_fuzz_need(st == ZG_OK || st == ZG_NOT_BULLETIN,
               "an error that is no refusal");
  if (st == ZG_OK)
    zg_fuzz_need(asked->n_findings == forced->n_findings,
                 "force changes the findings");
}
