/* What the product is about: a bulletin (通报) and its findings (问题).
 *
 * Plain data, no behaviour.  All text and arrays live in the arena of the
 * parse or of the decoded record that made them.  A fact that the text does
 * not give is NULL / ZG_SPAN_NONE / -1, never guessed.  Names here are the
 * names of the API (shared contract: bulletin, finding, head, measures ...).
 *
 * Spans are byte offsets into the bulletin's raw `text`.
 */
#ifndef ZG_MODEL_H
#define ZG_MODEL_H

#include "index/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(symbol, api name, Chinese label) — 整改状态 */
#define ZG_STATE_TABLE(X)                                                      \
  X(UNKNOWN, "unknown", "未说明")                                              \
  X(DONE, "done", "已完成")                                                    \
  X(BASICALLY_DONE, "basically_done", "基本完成")                              \
  X(PHASED, "phased", "阶段性完成")                                            \
  X(IN_PROGRESS, "in_progress", "正在整改")                                    \
  X(LONG_TERM, "long_term", "长期坚持")                                        \
  X(DEFERRED, "deferred", "申请延期")                                          \
  X(NOT_DONE, "not_done", "未完成")                                            \
  X(TRANSFERRED, "transferred", "移交办理")

typedef enum zg_state {
#define X(sym, name, zh) ZG_STATE_##sym,
  ZG_STATE_TABLE(X)
#undef X
      ZG_STATE_COUNT
} zg_state;

/* Where the status was read.  NONE goes with ZG_STATE_UNKNOWN only. */
#define ZG_STATE_SOURCE_TABLE(X)                                                 \
  X(NONE, "none")                                                                \
  X(FINDING, "finding") /* said in the finding's own answer or head bracket */   \
  X(FIELD, "field")     /* a field line: 整改状态:已完成 */               \
  X(SUMMARY, "summary") /* the bulletin says it of all findings ("全部完成") \
                           or of this one by name */
typedef enum zg_state_source {
#define X(sym, name) ZG_STATE_SOURCE_##sym,
  ZG_STATE_SOURCE_TABLE(X)
#undef X
      ZG_STATE_SOURCE_COUNT
} zg_state_source;

#define ZG_LEVEL_TABLE(X)                                                      \
  X(CENTRAL, "central", "中央")                                                \
  X(PROVINCE, "province", "省级")                                              \
  X(CITY, "city", "市级")                                                      \
  X(COUNTY, "county", "县级")                                                  \
  X(TOWNSHIP, "township", "乡镇级")                                            \
  X(VILLAGE, "village", "村级")                                                \
  X(ENTERPRISE, "enterprise", "企业")                                          \
  X(UNIVERSITY, "university", "高校")                                          \
  X(HOSPITAL, "hospital", "医院")                                              \
  X(SCHOOL, "school", "学校")

#define ZG_REPEAT_TABLE(X)                                                     \
  X(NONE, "none", "无")                                                        \
  X(CLAIMED_DONE_FOUND_AGAIN, "claimed_done_found_again", "报称已改再次发现")  \
  X(CARRIED_OVER_UNFIXED, "carried_over_unfixed", "上轮未改到位")              \
  X(SAME_TOPIC, "same_topic", "同类问题")
typedef enum zg_repeat {
#define X(sym, name, zh) ZG_REPEAT_##sym,
  ZG_REPEAT_TABLE(X)
#undef X
      ZG_REPEAT_COUNT
} zg_repeat;

/* Who said the category of a finding. */
#define ZG_CATEGORY_SOURCE_TABLE(X)                                            \
  X(NONE, "none") /* nobody: category is NULL */                               \
  X(CUES, "cues") /* the taxonomy's cue words; a re-classification may change  \
                     it */                                                     \
  X(GIVEN, "given") /* the caller: never changed */
typedef enum zg_category_source {
#define X(sym, name) ZG_CATEGORY_SOURCE_##sym,
  ZG_CATEGORY_SOURCE_TABLE(X)
#undef X
      ZG_CATEGORY_SOURCE_COUNT
} zg_category_source;

/* Where in a finding a cue stands. */
#define ZG_PLACE_TABLE(X)                                                      \
  X(HEAD, "head")                                                              \
  X(PROBLEM, "problem")                                                        \
  X(SECTION, "section")                                                        \
  X(ANSWER, "answer")
typedef enum zg_place {
#define X(sym, name) ZG_PLACE_##sym,
  ZG_PLACE_TABLE(X)
#undef X
      ZG_PLACE_COUNT
} zg_place;

/* No amount of money in a bulletin is larger (10 trillion yuan); in fen it
 * stays within 2^53.  The parser takes larger numbers for misprints and leaves
 * them out, an import refuses them. */
#define ZG_YUAN_MAX INT64_C(10000000000000)

/* Money is typed by its verb.  RECOVERED: 追缴 追回 清退 退缴 收缴 上缴 清收
 * 挽回 收回 归还原资金渠道.  ALLOCATED: 下达 拨付 投入 安排 落实…资金.  OTHER:
 * 盘活 节约 and amounts of a transaction (kept, never summed as recovered). */
#define ZG_MONEY_TABLE(X)                                                      \
  X(RECOVERED, "recovered")                                                    \
  X(ALLOCATED, "allocated")                                                    \
  X(OTHER, "other")
typedef enum zg_money_kind {
#define X(sym, name) ZG_MONEY_##sym,
  ZG_MONEY_TABLE(X)
#undef X
} zg_money_kind;

typedef struct zg_money {
  zg_money_kind kind;
  int64_t fen;  /* amount in 1/100 yuan, exact; the API shows yuan */
  bool approx;  /* 余, 约, 近, 多 */
  bool part;    /* a part inside the bracket of a parent: never summed */
  zg_str verb;  /* "追缴"; NULL if none stands in the clause */
  zg_span span; /* from the verb (or the amount) to the unit */
} zg_money;

/* People (and 人次) typed by what was done to them.  kind HANDLED is what
 * `people_handled` sums (disciplinary 党纪/政务处分, 组织处理, 诫勉, 问责,
 * 追责, 批评教育, 约谈, 提醒谈话, 通报批评, 降级/降薪/重新认定 and the like);
 * STAFFING (配备, 选派, 招聘), TRAINED (培训, 参训) and OTHER are kept apart.
 */
#define ZG_PEOPLE_TABLE(X)                                                     \
  X(HANDLED, "handled")                                                        \
  X(STAFFING, "staffing")                                                      \
  X(TRAINED, "trained")                                                        \
  X(OTHER, "other")
typedef enum zg_people_kind {
#define X(sym, name) ZG_PEOPLE_##sym,
  ZG_PEOPLE_TABLE(X)
#undef X
} zg_people_kind;

typedef struct zg_people {
  zg_people_kind kind;
  zg_str verb; /* "批评教育", "诫勉" ... */
  int64_t n;   /* zeros are kept */
  bool times;  /* true: 人次, false: 人/名/位 */
  bool approx;
  bool part; /* part of a bracketed parent: never summed */
  zg_span span;
} zg_people;

typedef struct zg_docref {
  zg_str
      text; /* canonical 文号 "青水党〔2024〕9号", or the title without 《》 */
  bool number; /* true: 文号, false: 《title》 */
  zg_span span;
} zg_docref;

/* One cue word that speaks for one of the finding's categories. */
typedef struct zg_evidence {
  zg_str category; /* "c18" */
  zg_str cue;      /* as in the taxonomy: "选人用人" */
  zg_place place;
  int weight;   /* what it added to the category's score */
  zg_span span; /* in the text; NONE for a ready finding */
} zg_evidence;

/* Words that say the problem was there before.  Strong: the finding itself
 * says so (上轮巡察指出…仍); weak: a promise, a rule or a habit of speech
 * (防止反弹, 开展“回头看”). */
typedef struct zg_repeat_cue {
  zg_str text;
  bool strong;
  zg_span span;
} zg_repeat_cue;

typedef struct zg_measure {
  int n;       /* 1.. in order */
  zg_str text; /* as in the raw text, marker (一是) included */
  zg_span span;
  bool listed; /* carried its own marker (一是, ①, 第一) or own number */
} zg_measure;

typedef struct zg_warning {
  zg_str
      code; /* stable: "declared_differs", "numbering_gap", "numbering_repeat",
               "date_implausible", "title_text_differ" ... */
  zg_str message; /* English, for people */
  zg_span span;
} zg_warning;

typedef struct zg_finding {
  zg_str id;       /* "<bulletin id>#<n>", or as given for a ready finding */
  zg_str bulletin; /* NULL for a ready finding without one */
  int n;
  zg_str number; /* its numbering as printed: "(3)", "1."; NULL: none */
  zg_str section; /* heading of its category, token removed: 学习…不够深入 */
  zg_str problem; /* quoted problem title above it; NULL in layouts without */
  zg_str
      head; /* the statement, token/针对/quotes-of-frame removed: "…的问题" */
  zg_span section_span, problem_span, head_span;
  zg_str *statements;
  size_t n_statements; /* >= 1; >1 when the head is compound */
  zg_measure *measures;
  size_t n_measures;  /* no marker: one measure = whole answer */
  zg_str category[2]; /* taxonomy ids "c01".."c28"; NULL = unknown */
  zg_category_source category_source;
  zg_evidence *evidence; /* for the categories above, heaviest first */
  size_t n_evidence;
  zg_state status;
  bool sustain; /* 并长期坚持 / 持续巩固: the second axis */
  zg_state_source status_source;
  zg_span status_span;
  zg_money *money;
  size_t n_money;
  zg_people *people;
  size_t n_people;
  int64_t rules_made; /* 0 when none is stated */
  int64_t cases; /* cases investigated/filed (查处/立案 N 起|件), 0 when none */
  zg_docref *documents;
  size_t n_documents;
  zg_str deadline; /* ISO date, shorter if less precise; NULL */
  zg_str responsible;
  zg_span deadline_span, responsible_span;
  zg_repeat repeat;
  zg_repeat_cue *repeat_cues;
  size_t n_repeat_cues;
  zg_str *repeat_of;
  size_t n_repeat_of;                                     /* finding ids */
  bool has_deadline, has_owner, has_number, has_document; /* signals */
  /* Bulletin facets, copied onto each finding (for a ready finding: as given).
   */
  zg_str unit, unit_level, region, kind, round, inspecting_body;
  zg_str title, publish_date;
  int year;    /* -1: unknown */
  zg_str text; /* ready finding's free text when no measures given */
} zg_finding;

/* A count that is none of the bulletin's own problems, kept apart with its own
 * done count.  name: "earlier" (上轮|上届|2021年巡察…), "letters" (信访件),
 * "clues" (问题线索), "immediate" (立行立改), "key" (重点难点问题, a subset),
 * "suggestions" (意见建议), "special" (选人用人/意识形态 专项检查). */
typedef struct zg_series {
  zg_str name;
  int64_t total, done; /* -1: not stated */
  double rate;         /* percent as printed, -1 if none */
  zg_span span;
} zg_series;

/* -1: not declared in the text. */
typedef struct zg_declared {
  int64_t aspects, categories, problems, tasks, measures;
  int64_t done, basically_done, phased, in_progress, long_term, deferred,
      not_done, transferred;
  double rate; /* percent as printed; -1 if none, or only in round words
                  (近60%, 九成, 95%以上) */
  zg_span span;
  zg_series *series;
  size_t n_series;
} zg_declared;
#define ZG_DECLARED_INIT                                                       \
  { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1.0, {-1, 0}, NULL, 0 }

/* What the bulletin says it did as a whole, outside its findings (建立制度4项,
 * 批评教育3人次): never added to those of the findings. */
typedef struct zg_figures {
  zg_money *money;
  size_t n_money;
  zg_people *people;
  size_t n_people;
  int64_t rules_made, cases; /* 0 when none is stated; the paragraph is in
                                the bulletin's spans: "figures.cases" */
} zg_figures;

/* Where a member of the bulletin (by its API name) was read. */
typedef struct zg_member_span {
  zg_str member;
  zg_span span;
} zg_member_span;

typedef struct zg_parsed_counts {
  int64_t sections;   /* top-level sections (一、) of the text */
  int64_t categories; /* groups inside the findings section */
  int64_t problems;   /* problem titles; in layouts without, = findings */
  int64_t findings;
  int64_t atomic_findings; /* statements: compound heads counted apart */
  int64_t measures;        /* measures with listed == true */
} zg_parsed_counts;

typedef struct zg_bulletin {
  zg_str id, title;
  zg_str *units; /* the inspected bodies */
  size_t n_units;
  zg_str author; /* the body that writes, where it is not the inspected one */
  zg_str unit_level; /* API name of ZG_LEVEL_TABLE; NULL unknown */
  zg_str region; /* place the unit belongs to: 省/自治区 suffix dropped for a
                    province ("辽宁"), kept for city and county ("青禾县") */
  zg_str kind; /* as in the text: 常规巡视, 巡察, 提级巡察, 回头看, 审计 ... */
  zg_str inspecting_body; /* "辽宁省委"; the bare "市委" of the text when the
                             place is not named */
  zg_str team;            /* "省委第六巡视组" as first spelt */
  zg_str round;           /* "十二届省委第十一轮" */
  zg_str inspect_start, inspect_end, feedback_date,
      publish_date; /* ISO, shorter if less precise */
  int year; /* of feedback_date, else inspect_end, else publish_date; -1 */
  zg_str source, url;
  zg_declared declared;
  zg_parsed_counts parsed;
  zg_str *inferred;
  size_t n_inferred; /* names of members with an inferred year: "inspect_end" */
  zg_str *doubtful;
  size_t n_doubtful; /* names of members whose value is doubtful: a repaired
                        date, a lag outside the measured ones, a spun copy */
  zg_member_span *spans;
  size_t n_spans;
  zg_figures figures;
  zg_warning *warnings;
  size_t n_warnings;
  zg_str text;      /* raw bytes as given (UTF-8) */
  zg_str doc_class; /* "single_unit", "multi_unit", "round_summary",
                       "audit_report", "table_notice", "template" */
  zg_finding *findings;
  size_t n_findings;
} zg_bulletin;

const char *zg_state_name(zg_state s);
int zg_state_of(zg_str name); /* -1 if none */
const char *zg_state_source_name(zg_state_source s);
int zg_state_source_of(zg_str name);
const char *zg_repeat_name(zg_repeat r);
int zg_repeat_of_name(zg_str name);
const char *zg_category_source_name(zg_category_source s);
int zg_category_source_of(zg_str name); /* -1 if none */
const char *zg_place_name(zg_place p);
const char *zg_money_kind_name(zg_money_kind k);
const char *zg_people_kind_name(zg_people_kind k);
/* Sums as the facets and `sum:` metrics use them (parts and times of other
 * kinds left out); one that leaves the range of int64 stays at its end. */
int64_t zg_finding_money(const zg_finding *f, zg_money_kind kind); /* fen */
int64_t zg_finding_people_handled(const zg_finding *f);

#ifdef __cplusplus
}
#endif
#endif
