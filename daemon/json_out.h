/* JSON out: a writer that appends to a buffer, and the API's objects.
 *
 * A writer rather than a cJSON tree: hits are written straight from decoded
 * records (no node or string copy per member), integers stay exact beyond
 * 2^53, and an export streams without ever holding a tree.  Failure is the
 * buffer's sticky `failed`.  Any thread.
 */
#ifndef ZG_JSON_OUT_H
#define ZG_JSON_OUT_H

#include "index/model.h"
#include "index/status.h"
#include "index/text.h"

typedef struct zg_json {
  zg_buf *b;
  bool comma; /* the next value needs a comma before it */
} zg_json;

zg_json zg_json_to(zg_buf *b);
void zg_json_open(zg_json *j, char bracket);  /* '{' or '[' */
void zg_json_close(zg_json *j, char bracket); /* '}' or ']' */
/* A key of plain ASCII without escapes. */
void zg_json_key_n(zg_json *j, const char *key, size_t n);
static inline void zg_json_key(zg_json *j, const char *key) {
  zg_json_key_n(j, key, strlen(key)); /* known when a literal is compiled */
}
void zg_json_key_str(zg_json *j, zg_str key); /* any text */
void zg_json_str(zg_json *j,
                 zg_str s); /* NULL text is null; well-formed UTF-8 */
void zg_json_cstr(zg_json *j, const char *s);
void zg_json_strs(zg_json *j, const zg_str *s, size_t n); /* ["…",…] */
/* The same for text of unknown origin: ill-formed bytes become U+FFFD. */
void zg_json_text_lossy(zg_json *j, zg_str s);
void zg_json_int(zg_json *j, int64_t v);
void zg_json_uint(zg_json *j, uint64_t v);
void zg_json_real(zg_json *j,
                  double v); /* shortest that reads back; not finite: null */
/* With 0 to 8 digits behind the point, rounded after scaling; not finite: null.
 */
void zg_json_fixed(zg_json *j, double v, int digits);
void zg_json_bool(zg_json *j, bool v);
void zg_json_null(zg_json *j);
/* Already JSON. */
void zg_json_raw(zg_json *j, const char *p, size_t n);
void zg_json_span(zg_json *j, zg_span s); /* [start,len] or null */
void zg_json_spans(zg_json *j, const zg_span *s, size_t n);

/* Members of a finding in the order they are written; also the names that
 * `fields` may ask for and that a ready finding may bring. */
#define ZG_MEMBER_TABLE(X)                                                     \
  X(ID, "id")                                                                  \
  X(BULLETIN, "bulletin")                                                      \
  X(N, "n")                                                                    \
  X(NUMBER, "number")                                                          \
  X(UNIT, "unit")                                                              \
  X(UNIT_LEVEL, "unit_level")                                                  \
  X(REGION, "region")                                                          \
  X(KIND, "kind")                                                              \
  X(ROUND, "round")                                                            \
  X(INSPECTING_BODY, "inspecting_body")                                        \
  X(YEAR, "year")                                                              \
  X(TITLE, "title")                                                            \
  X(PUBLISH_DATE, "publish_date")                                              \
  X(SECTION, "section")                                                        \
  X(PROBLEM, "problem")                                                        \
  X(HEAD, "head")                                                              \
  X(STATEMENTS, "statements")                                                  \
  X(MEASURES, "measures")                                                      \
  X(TEXT, "text")                                                              \
  X(CATEGORY, "category")                                                      \
  X(CATEGORY_SOURCE, "category_source")                                        \
  X(CATEGORY_EVIDENCE, "category_evidence")                                    \
  X(STATUS, "status")                                                          \
  X(SUSTAIN, "sustain")                                                        \
  X(STATUS_SOURCE, "status_source")                                            \
  X(MONEY, "money")                                                            \
  X(PEOPLE, "people")                                                          \
  X(RULES_MADE, "rules_made")                                                  \
  X(CASES, "cases")                                                            \
  X(DOCUMENTS, "documents")                                                    \
  X(DEADLINE, "deadline")                                                      \
  X(RESPONSIBLE, "responsible")                                                \
  X(REPEAT, "repeat")                                                          \
  X(REPEAT_CUES, "repeat_cues")                                                \
  X(REPEAT_OF, "repeat_of")                                                    \
  X(SIGNALS, "signals")                                                        \
  X(SECTION_SPAN, "section_span")                                              \
  X(PROBLEM_SPAN, "problem_span")                                              \
  X(HEAD_SPAN, "head_span")                                                    \
  X(STATUS_SPAN, "status_span")                                                \
  X(DEADLINE_SPAN, "deadline_span")                                            \
  X(RESPONSIBLE_SPAN, "responsible_span")

typedef enum zg_member {
#define X(sym, name) ZG_MEMBER_##sym,
  ZG_MEMBER_TABLE(X)
#undef X
      ZG_MEMBER_COUNT
} zg_member;
#define ZG_MEMBERS_ALL ((UINT64_C(1) << ZG_MEMBER_COUNT) - 1)
/* What a hit shows unless `fields` asks otherwise: all but the evidence. */
#define ZG_MEMBERS_HIT                                                         \
  (ZG_MEMBERS_ALL & ~(UINT64_C(1) << ZG_MEMBER_CATEGORY_EVIDENCE |             \
                      UINT64_C(1) << ZG_MEMBER_REPEAT_CUES))
int zg_member_of(zg_str name); /* -1 if none */
const char *zg_member_name(zg_member m);

/* The members of `mask`, without the braces: a hit adds its own. */
void zg_json_finding_members(zg_json *j, const zg_finding *f, uint64_t mask);
void zg_json_finding(zg_json *j, const zg_finding *f);
/* `with_text` and `with_findings`: the list of bulletins leaves both out. */
void zg_json_bulletin(zg_json *j, const zg_bulletin *b, bool with_text,
                      bool with_findings);
/* {"code":…,"message":…,"type":…,"param":…,"offset":…,"request_id":…} */
void zg_json_error(zg_json *j, const zg_error *err, const char *request_id);
#endif
