/* Ready findings and queries: one line of JSON each.  The words hold no
 * character that JSON would escape. */
#include "tools/corpus/language.h"

static const char *const statuses[] = {
    "done",      "basically_done", "phased",      "in_progress",
    "long_term", "not_done",       "transferred", "unknown"};

/* Old findings are done more often; money, works and earlier findings hang. */
static const char *draw_status(uint32_t category, int year, zg_random *r) {
  static const uint8_t base[8] = {30, 8, 8, 10, 8, 2, 2, 12};
  uint32_t weight[8], sum = 0;
  bool slow = category >= 10 && category <= 14;
  slow = slow || category == 20;
  for (int i = 0; i < 8; i++) {
    weight[i] = base[i];
    if (i == 0)
      weight[i] += 10 * (uint32_t)(ZG_CORPUS_YEAR_LAST - year);
    if (i >= 2 && i <= 5 && slow)
      weight[i] *= 3;
    sum += weight[i];
  }
  uint32_t at = zg_random_below(r, sum);
  int i = 0;
  while (at >= weight[i])
    at -= weight[i++];
  return statuses[i];
}

static void add_measures(const zg_corpus *c, uint32_t category,
                         const zg_corpus_unit *u, int year, zg_random *r,
                         zg_corpus_figures *figures, zg_buf *out) {
  unsigned n = zg_random_range(r, 2, 4); /* three on average */
  uint32_t chars = 450 / n;
  zg_buf_adds(out, ",\"measures\":[");
  for (unsigned i = 1; i <= n; i++) {
    zg_buf_printf(out, "%s\"%s是", i > 1 ? "," : "", zg_corpus_ordinal(i));
    zg_corpus_answer(c, category, u, year, chars, r, figures, out);
    zg_buf_adds(out, i < n ? "；\"" : "。\"");
  }
  zg_buf_addc(out, ']');
}

void zg_corpus_finding(const zg_corpus *c, uint64_t n, zg_buf *out) {
  zg_random stream = zg_random_stream(c->seed, n), *r = &stream;
  zg_corpus_unit u = zg_corpus_draw_unit(c, r);
  uint32_t category = zg_corpus_draw_category(c, &u, r);
  uint32_t age = zg_random_below(r, 14);
  uint32_t other = zg_random_below(r, 14);
  /* the younger of two draws: recent years have more findings */
  int year = ZG_CORPUS_YEAR_LAST - (int)(age < other ? age : other);
  static const char *const kinds[] = {"常规巡察", "专项巡察", "回头看",
                                      "提级巡察"};
  zg_buf_printf(out,
                "{\"id\":\"f%07llu\",\"unit\":\"%s%s%s\",\"unit_level\":\"%s\","
                "\"region\":\"%s\",\"kind\":\"%s\",\"round\":\"%s届第%s轮\","
                "\"inspecting_body\":\"%s委\",\"year\":%d,"
                "\"category\":[\"c%02u\"",
                (unsigned long long)n, u.place, u.ending, u.organ, u.level,
                u.region, kinds[zg_random_below(r, 16) % 5 % 4],
                zg_corpus_ordinal((unsigned)(year - 2010) / 5 + 5),
                zg_corpus_ordinal(zg_random_range(r, 1, 10)), u.region, year,
                category + 1);
  if (zg_random_chance(r, 8))
    zg_buf_printf(out, ",\"c%02u\"",
                  (category + 1 + zg_random_below(r, 26)) % 28 + 1);
  zg_buf_printf(out, "],\"status\":\"%s\",\"sustain\":%s,\"repeat\":\"%s\"",
                draw_status(category, year, r),
                zg_random_chance(r, 15) ? "true" : "false",
                zg_random_chance(r, category == 20 ? 60 : 6)
                    ? "carried_over_unfixed"
                    : "none");
  zg_buf_printf(out, ",\"section\":\"%s\",\"head\":\"",
                zg_words_categories[category].group);
  zg_corpus_head(c, category, zg_random_range(r, 25, 55), r, out);
  zg_buf_addc(out, '"');
  zg_corpus_figures f = {0, 0, 0};
  add_measures(c, category, &u, year, r, &f, out);
  if (f.yuan)
    zg_buf_printf(out, ",\"money\":[{\"kind\":\"recovered\",\"yuan\":%lld}]",
                  (long long)f.yuan);
  if (f.people)
    zg_buf_printf(out,
                  ",\"people\":[{\"kind\":\"handled\",\"n\":%d,"
                  "\"unit\":\"人次\"}]",
                  (int)f.people);
  if (f.rules)
    zg_buf_printf(out, ",\"rules_made\":%d", (int)f.rules);
  zg_buf_adds(out, "}\n");
}

/* ---- queries ---- */

typedef enum band { HIGH, MID, LOW } band;
static const char *const band_names[] = {"high", "mid", "low"};

static const char *const class_names[] = {
#define X(sym, name) name,
    ZG_CORPUS_QUERY_TABLE(X)
#undef X
};

static const char *draw_word(const zg_corpus *c, band b, zg_random *r) {
  if (b == HIGH)
    return zg_words_general
        .items[zg_random_below(r, (uint32_t)zg_words_general.n)];
  for (;;) { /* two characters: one bigram for every engine */
    uint32_t rank = b == MID ? zg_random_range(r, 20, 2000)
                             : zg_random_range(r, 5000, ZG_CORPUS_TAIL - 1);
    if (c->tail[rank].n == 6)
      return c->tail[rank].text;
  }
}

/* A run of 4-8 characters between two marks of punctuation of a finding. */
static bool draw_phrase(const zg_corpus *c, uint64_t findings, zg_random *r,
                        zg_buf *out) {
  zg_buf line = ZG_BUF_INIT;
  uint64_t n = zg_random_next(r) % findings;
  zg_corpus_finding(c, n, &line);
  bool found = false;
  const char *head = line.n ? memmem(line.p, line.n, "\"head\"", 6) : NULL;
  size_t body = head ? (size_t)(head - line.p) : line.n; /* not the facets */
  uint32_t length = (uint32_t)(line.n - body);
  for (int attempt = 0; attempt < 50 && !found && length > 0; attempt++) {
    size_t from = body + zg_random_below(r, length);
    from = zg_utf8_floor(line.p, from);
    uint32_t want = zg_random_range(r, 4, 8), cp, have = 0;
    size_t at = from;
    while (have < want) {
      int len = zg_utf8_next(line.p + at, line.n - at, &cp);
      if (len == 0 || cp < 0x4E00 || cp > 0x9FA5)
        break;
      at += (size_t)len;
      have++;
    }
    found = have == want;
    if (found)
      zg_buf_add(out, line.p + from, at - from);
  }
  zg_buf_free(&line);
  return found;
}

/* A fixed expression of the domain, 4-8 characters: an object (frequent), or
 * the beginning of an object with its fault (less so). */
static void draw_term(const zg_corpus *c, band b, zg_random *r, zg_buf *out) {
  for (;;) {
    const zg_words_category *w =
        &zg_words_categories[zg_random_below(r, ZG_WORDS_CATEGORIES)];
    const char *object = w->objects[zg_random_below(r, ZG_WORDS_OBJECTS)];
    size_t n = strlen(object);
    if (n < 12 || n > 24)
      continue;
    zg_buf_add(out, object, n);
    if (b == MID) {
      const char *fault = zg_corpus_pick(c->fault_ranks, &zg_words_faults, r);
      size_t room = 24 - n, more = strlen(fault);
      zg_buf_add(out, fault, more < room ? more : room);
    }
    return;
  }
}

/* What is grouped by; "top" where there are more groups than one reads. */
static void add_by(zg_corpus_class cls, uint64_t k, zg_buf *out) {
  static const char *const one[] = {
      "\"status\"]", "\"year\"]",   "\"unit_level\"]",     "\"category\"]",
      "\"kind\"]",   "\"region\"]", "\"unit\"],\"top\":20"};
  static const char *const two[] = {
      "\"unit_level\",\"status\"]", "\"category\",\"status\"]",
      "\"year\",\"category\"]", "\"region\",\"kind\"]",
      "\"unit\",\"category\"],\"top\":20"};
  const char *by = cls == ZG_CORPUS_ONE        ? one[k % 7]
                   : cls == ZG_CORPUS_TWO      ? two[k % 5]
                   : cls == ZG_CORPUS_CROSSTAB ? "\"unit_level\",\"category\"]"
                                               : two[0];
  zg_buf_printf(out, ",\"by\":[%s", by);
}

static void add_filter(zg_corpus_class cls, band b, zg_random *r, zg_buf *out) {
  int from = ZG_CORPUS_YEAR_FIRST + (int)zg_random_below(r, 10);
  uint32_t category = zg_random_below(r, ZG_WORDS_CATEGORIES) + 1;
  uint32_t status = zg_random_below(r, 4); /* the frequent ones */
  if (cls == ZG_CORPUS_FILTER)
    zg_buf_printf(out, ",\"status\":\"%s\"", statuses[status]);
  if (cls == ZG_CORPUS_FILTER || b == LOW)
    zg_buf_printf(out, ",\"category\":\"c%02u\"", category);
  if (cls == ZG_CORPUS_FILTER || b != HIGH)
    zg_buf_printf(out, ",\"from\":%d,\"to\":%d", from, from + 4);
}

/* The words of q, parted by blanks: the first of them the more frequent. */
static void add_words(const zg_corpus *c, int n, band b, zg_random *r,
                      zg_buf *out) {
  for (int i = 0; i < n; i++) {
    band of = n == 1      ? b
              : b == HIGH ? HIGH
              : b == MID  ? (i + 1 < n ? HIGH : MID)
                          : (i == 0 && n > 2 ? HIGH : MID);
    zg_buf_printf(out, "%s%s", i ? " " : "", draw_word(c, of, r));
  }
}

static void add_q(const zg_corpus *c, zg_corpus_class cls, band b,
                  uint64_t findings, zg_random *r, zg_buf *out) {
  switch (cls) {
  case ZG_CORPUS_AND:
  case ZG_CORPUS_THREE:
    add_words(c, cls == ZG_CORPUS_AND ? 2 : 3, b, r, out);
    break;
  case ZG_CORPUS_PHRASE:
    if (b == LOW)
      while (!draw_phrase(c, findings ? findings : 1, r, out))
        ;
    else
      draw_term(c, b, r, out);
    break;
  case ZG_CORPUS_OR:
  case ZG_CORPUS_TEXT:
    zg_corpus_head(c, zg_random_below(r, ZG_WORDS_CATEGORIES),
                   cls == ZG_CORPUS_OR ? 20 : 60, r, out);
    break;
  case ZG_CORPUS_ONE:
  case ZG_CORPUS_TWO:
    break;
  case ZG_CORPUS_CROSSTAB:
    if (b != LOW)
      add_words(c, 1, b, r, out);
    break;
  default:
    add_words(c, 1, cls == ZG_CORPUS_DEEP ? HIGH : b, r, out);
    break;
  }
}

/* Room for more classes: one that is added leaves the others as they were. */
#define QUERY_STREAMS 64

void zg_corpus_query(const zg_corpus *c, zg_corpus_class cls, uint64_t k,
                     uint64_t findings, zg_buf *out) {
  static const unsigned offsets[] = {100, 1000, 5000};
  zg_random r = zg_random_stream(c->seed ^ 0x5155455259u,
                                 k * QUERY_STREAMS + (uint64_t)cls);
  band b = (band)(k % 3);
  zg_buf_printf(out, "{\"class\":\"%s\",\"band\":\"%s\",\"q\":\"",
                class_names[cls], band_names[b]);
  add_q(c, cls, b, findings, &r, out);
  zg_buf_addc(out, '"');
  bool aggregate = cls == ZG_CORPUS_ONE || cls == ZG_CORPUS_TWO;
  if (cls == ZG_CORPUS_FILTER || aggregate)
    add_filter(cls, b, &r, out);
  if (aggregate || cls == ZG_CORPUS_GROUP || cls == ZG_CORPUS_CROSSTAB)
    add_by(cls, k, out);
  if (cls == ZG_CORPUS_DEEP)
    zg_buf_printf(out, ",\"offset\":%u", offsets[k % 3]);
  zg_buf_adds(out, "}\n");
}
