/* What the passes of the parser share.  Private to index/parse_*.c.
 *
 * All zg_str here are slices of the layout-normalised text ctx->t; zg_px_span
 * and zg_px_raw carry a slice back to the bytes that the caller gave.
 */
#ifndef ZG_PARSE_CTX_H
#define ZG_PARSE_CTX_H

#include "index/model.h"
#include "index/normalise.h"
#include "index/parse_scan.h"

/* Shape of a numbering token.  The shape never tells the role. */
typedef enum zg_shape {
  ZG_SHAPE_NONE,
  ZG_SHAPE_HAN,      /* 一、 */
  ZG_SHAPE_HAN_BR,   /* (一) */
  ZG_SHAPE_DIGIT,    /* 1. 1、 */
  ZG_SHAPE_DIGIT_BR, /* (1) */
  ZG_SHAPE_CIRCLED,  /* ① */
  ZG_SHAPE_NAMED,    /* 反馈问题一: */
  ZG_SHAPE_CROSS,    /* 1-2 */
  ZG_SHAPE_RECORD,   /* 问题:… with its field lines, or a row of a table */
  ZG_SHAPE_PLAIN,    /* 关于“…”问题的整改 without a number */
  ZG_SHAPE_TITLE, /* 整改工作组织情况: a section's heading without one */
  ZG_SHAPE_COUNT
} zg_shape;

typedef struct zg_token {
  zg_shape shape;
  int64_t num;
  size_t len; /* bytes of the token and the blanks after it */
} zg_token;

typedef struct zg_para {
  zg_str t;     /* trimmed paragraph */
  zg_token tok; /* shape NONE: plain */
  zg_str body;  /* after the token */
} zg_para;

/* A paragraph that opens something, most often by a number, and what hangs
 * under it. */
typedef struct zg_node {
  int para;    /* index of its own paragraph */
  int own_end; /* first paragraph after its own and plain ones */
  int end;     /* first paragraph after its subtree */
  int parent, first_child, next; /* node indexes, -1 none */
  zg_shape shape;
  int64_t num;
  int depth;
  bool explicit_head; /* 针对…的问题, 关于“…”问题, 反馈问题 … */
  bool marker;        /* an answer marker in its own paragraphs */
  bool negative; /* bare statement that ends in a problem cue */
  bool faulty;   /* in a sure one */
  bool like;     /* looks like a finding */
  /* What may be findings in the subtree: all, with head or marker, alike. */
  int units, strong, alike;
} zg_node;

/* What a heading says of the section under it. */
typedef enum zg_role {
  ZG_ROLE_NEUTRAL,
  ZG_ROLE_ORGANISATION,
  ZG_ROLE_FINDINGS,
  ZG_ROLE_FOLLOW_UP
} zg_role;

/* A row of a table: where its cells stand. */
typedef enum zg_cell {
  ZG_CELL_NONE,
  ZG_CELL_NUMBER,
  ZG_CELL_PROBLEM,
  ZG_CELL_ANSWER,
  ZG_CELL_STATE,
  ZG_CELL_DEADLINE,
  ZG_CELL_OWNER,
  ZG_CELL_OTHER
} zg_cell;
enum { ZG_MAX_CELLS = 12 };
typedef struct zg_header {
  zg_cell cells[ZG_MAX_CELLS];
  int n;
  char sep; /* '\t' or '|' */
} zg_header;

typedef struct zg_ctx {
  zg_arena *a;
  zg_str raw; /* as given */
  zg_str t;   /* layout-normalised */
  char *edit; /* the same bytes, for the passes that clean and cut lines */
  const uint32_t *map;
  uint32_t *edit_map; /* the same */
  zg_span *drops;     /* raw ranges that zg_px_clean took out, in order */
  size_t n_drops;
  bool with_spans; /* false for ready findings: spans stay NONE */
  bool oom;
  zg_span done_at;           /* where the text counts what is done */
  const zg_node *last_group; /* section of the finding before */
  bool anonymised;           /* a template: XX for names and numbers */

  zg_para *paras;
  int n_paras;
  int title_first, title_end; /* paragraphs of the title, -1 */
  int body;                   /* first paragraph of the opening */
  int tail;                   /* first paragraph of closing / chrome */
  zg_node *nodes;
  int n_nodes;
  int *roots;
  int n_roots;
  bool *in_finding; /* per paragraph: belongs to a finding */
  zg_header header; /* of rows; n 0: none */
  bool lexical;     /* only headings tell where the findings stand */
  bool own_next;    /* findings have a 下一步 of their own */

  zg_bulletin *b;
  size_t cap_warnings, cap_findings, cap_inferred, cap_doubtful, cap_spans;
  zg_str title; /* normalised title; zg_px_title_slice leads back to the text */
  size_t title_off;      /* bytes of a frame cut off before it */
  zg_str title_lines[4]; /* what it was joined from */
  int n_title_lines;
  zg_str given_title;      /* the caller's, where the text has none */
  zg_str given_url;        /* the caller's */
  zg_str site;             /* first crumb or site name above the title */
  bool spun;               /* words changed by a re-poster */
  zg_str signature;        /* the line above the date at the end */
  zg_str section, problem; /* of the finding at hand */
  int publish_year;        /* -1 */
} zg_ctx;

/* Slice -> raw bytes. */
zg_span zg_px_span(const zg_ctx *c, zg_str slice);
zg_str zg_px_raw(zg_ctx *c, zg_str slice);
zg_str zg_px_dup(zg_ctx *c, zg_str s);
/* Room for one more element of an array in the arena; false on no memory. */
bool zg_px_grow(zg_ctx *c, void **items, size_t n, size_t *cap, size_t size);
void zg_px_warn(zg_ctx *c, zg_span span, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void zg_px_infer(zg_ctx *c, const char *member);
/* The value of the member is doubtful (once per member). */
void zg_px_doubt(zg_ctx *c, const char *member);
/* Where a member of the bulletin was read; no-op for a slice outside the text.
 */
void zg_px_mark(zg_ctx *c, const char *member, zg_str slice);

/* parse_clean.c: takes out line ends inside sentences and chunk numbers. */
bool zg_px_clean(zg_ctx *c);
/* parse_paras.c */
bool zg_px_paragraphs(zg_ctx *c);
/* parse_layout.c: numbering tokens and their tree. */
zg_token zg_px_token(zg_str para);
bool zg_px_tree(zg_ctx *c);
/* Sets title_*, body and tail; fills title, publish_date, source, url. */
void zg_px_page(zg_ctx *c);

/* parse_title.c */
bool zg_px_find_title(zg_ctx *c, int last);
/* A part of c->title as a slice of the text (line ends inside it kept). */
zg_str zg_px_title_slice(const zg_ctx *c, zg_str part);
/* End of the unit in a title: the last 关于 that 整改 follows; or NPOS. */
size_t zg_px_title_unit_end(zg_str title);

/* parse_inspected.c: the inspected bodies, and who writes for them. */
bool zg_px_looks_like_unit(zg_str t);
/* A title without 关于 begins with a unit: 青禾县水务局党组巡察整改情况通报. */
bool zg_px_title_names_unit(zg_str title);
void zg_px_units(zg_ctx *c);
void zg_px_units_of_sections(zg_ctx *c);

/* parse_opening.c: team, kind, round, inspecting body. */
/* The first sentences about the inspection, as one slice. */
zg_str zg_px_opening_text(const zg_ctx *c);
void zg_px_opening(zg_ctx *c);
/* Body and number are the same in both spellings of a team: 县委巡察三组 and
 * 县委第三巡察组.  One without a number is the same as any of its body. */
bool zg_team_same(zg_str a, zg_str b);

/* parse_period.c: dates of the inspection and of the feedback. */
void zg_px_period(zg_ctx *c, zg_str opening);
void zg_px_plausible(zg_ctx *c);

/* parse_unit.c: rank and place of a body.  A `context` that names a
 * county-level city tells which 市 a bare 市教育局 is of. */
const char *zg_px_level(zg_str unit, zg_str context);
/* A city that another city's committee inspects is one of county rank. */
bool zg_px_city_under(zg_str unit, zg_str body);
zg_str zg_px_region(zg_ctx *c, zg_str unit);
zg_str zg_px_body(zg_ctx *c, zg_str team);

/* parse_class.c: is this a bulletin, and of which class? */
struct zg_parse_hints;
/* A template (XX) or a re-poster's copy with changed words. */
void zg_px_mirror(zg_ctx *c);
/* Sets doc_class;
 * ZG_NOT_BULLETIN names what was missing. */
zg_status zg_px_classify(zg_ctx *c, const struct zg_parse_hints *h,
                         zg_error *err);

/* parse_roles.c: which sections and nodes hold findings. */
void zg_px_findings(zg_ctx *c);
zg_role zg_px_role(zg_str title);
/* The body of a paragraph begins with a statement in a frame. */
bool zg_px_explicit(zg_str body);
/* Its first sentence is a statement that ends in a problem cue. */
bool zg_px_negative(zg_str body);

/* parse_findings.c: what one finding holds. */
void zg_px_add_finding(zg_ctx *c, const zg_node *n, const int *path,
                       int n_path);
zg_str zg_px_own_text(const zg_ctx *c, const zg_node *n);
/* From `from` to the end of the paragraph before end_para. */
zg_str zg_px_slice(const zg_ctx *c, const char *from, int end_para);

/* parse_fields.c: 责任单位:… lines and cells. */
/* What the label at i (with its colon) is, ZG_CELL_NONE if there is none;
 * *value after the colon. */
zg_cell zg_px_field_at(zg_str s, size_t i, size_t *value);
bool zg_px_is_field(zg_str s, size_t i);
/* What a heading cell names. */
zg_cell zg_px_label(zg_str s);
typedef struct zg_fields {
  zg_str state, deadline, owner;
  int owner_rank;
} zg_fields;
void zg_px_take_field(zg_fields *f, zg_cell kind, zg_str label, zg_str value);
/* Field lines of `rest`; what stands between them is the answer. */
zg_str zg_px_read_fields(zg_fields *f, zg_str rest);

/* parse_table.c */
enum { ZG_MAX_PARTS = 8 };
typedef struct zg_record {
  zg_str number, head;
  zg_str parts[ZG_MAX_PARTS]; /* of the answer */
  int n_parts;
  zg_fields fields;
} zg_record;
/* Finds blocks of field lines and rows: their first paragraphs get the shape
 * ZG_SHAPE_RECORD, the others none. */
void zg_px_records(zg_ctx *c);
zg_record zg_px_record(const zg_ctx *c, const zg_node *n);

/* parse_head.c */
typedef struct zg_head {
  zg_str head;   /* the statement */
  size_t end;    /* bytes of `text` that the head and its frame take */
  bool bracket;  /* a status bracket followed */
  zg_str status; /* its text */
} zg_head;
/* Takes the statement off the front of a finding or problem paragraph. */
zg_head zg_px_head(zg_str text);
/* "…的问题,以及…的问题" in parts; at most `max`. */
size_t zg_px_statements(zg_str head, zg_str *out, size_t max);
/* Length of a label before a statement: 存在问题:, 问题1:; 0 if none. */
size_t zg_px_lead_label(zg_str s);
/* End of an answer marker ("整改情况:") that starts at i, or 0. */
size_t zg_px_marker_at(zg_str s, size_t i);
/* First answer marker at or after `from`; *end after its colon. */
size_t zg_px_marker(zg_str s, size_t from, size_t *end);

/* parse_measures.c */
/* 一是, 第一, ①, 首先 …: the first of a list begins at i. */
bool zg_px_first_mark(zg_str s, size_t i);
typedef struct zg_cut {
  zg_str t;
  bool listed;
} zg_cut;
size_t zg_px_measures(zg_ctx *c, zg_str answer, zg_cut **out);

/* parse_status.c */
typedef struct zg_verdict {
  zg_state state;
  bool sustain;
  zg_str at; /* p NULL: nothing said */
} zg_verdict;
/* The whole of s (a clause) is a status: 已完成整改并长期坚持. */
zg_verdict zg_px_status_clause(zg_str s);
/* The status that an answer gives of its finding. */
zg_verdict zg_px_status_answer(zg_str head, zg_str answer, bool marked);
/* … that the value of a field line gives: 已完成;  80%. */
zg_verdict zg_px_status_field(zg_str head, zg_str value);
/* … that a heading gives of all under it: 需长期坚持的整改事项. */
zg_verdict zg_px_status_heading(zg_str heading);

/* parse_declared.c */
/* What paragraph i says outside the findings; of the first closing one what
 * stands before the address. */
zg_str zg_px_told(const zg_ctx *c, int i);
void zg_px_declared(zg_ctx *c);
/* parse_figures.c: results told outside the findings. */
void zg_px_figures(zg_ctx *c);
/* parse_summary.c: what is said of all findings, or of one by its name. */
void zg_px_summary_status(zg_ctx *c);
void zg_px_reconcile(zg_ctx *c);

/* parse_money.c, parse_people.c, parse_facts.c: what one finding tells.
 * `s` is a slice of ctx->t; what a head names is the problem's own size and
 * never something that was done (kind OTHER). */
void zg_px_money(zg_ctx *c, zg_finding *f, zg_str s, bool head);
void zg_px_people(zg_ctx *c, zg_finding *f, zg_str s, bool head);
int64_t zg_px_rules(zg_str s);
int64_t zg_px_cases(zg_str s);

/* parse_refs.c */
void zg_px_documents(zg_ctx *c, zg_finding *f, zg_str s);
/* Next document number at or after *at; false when there is none.  `text` is
 * the canonical form. */
bool zg_px_docno(zg_ctx *c, zg_str s, size_t *at, zg_str *place, zg_str *text);
/* parse_deadline.c: by when a finding is to be done; null when nothing, or
 * what is long past, is said.  `done`: the finding is; *place: the words of
 * the date. */
zg_str zg_px_deadline(zg_ctx *c, zg_str s, bool done, zg_str *place);
/* The value of 整改时限:. */
void zg_px_deadline_field(zg_ctx *c, zg_finding *f, zg_str value);

/* parse_repeat.c: what the head says of an earlier finding; cues of head and
 * answer. */
zg_repeat zg_px_repeat(zg_str head);
void zg_px_repeats(zg_ctx *c, zg_finding *f, zg_str head, zg_str answer);

/* parse_date.c */
typedef struct zg_date {
  int y, m, d; /* 0: not said */
  size_t len;  /* bytes */
} zg_date;
/* 2024年3月5日, 3月5日, 3月, 2021-09-05, 2021/9/5, 二〇二四年三月五日, and what
 * lost its 年 or 月 where only one reading is valid. */
zg_date zg_px_date(zg_str s, size_t i);
/* A date that lost its 年 or 月 (2024815日, 20248月15日, 2024年815日; with
 * `bare` also 815日): in how many ways it can be read.  *out is the reading if
 * there is one; its len is set if there is any. */
int zg_px_date_lost(zg_str s, size_t i, bool bare, zg_date *out);
/* The date of a path: /202305/t20230517_…, /2023/5/17/, /20230517/. */
zg_date zg_px_date_of_url(zg_str url);
zg_str zg_px_iso(zg_ctx *c, zg_date d);
/* Days since 1970-01-01; missing parts count as 1. */
int64_t zg_px_days(zg_date d);
bool zg_px_parse_iso(zg_str s, zg_date *out);

/* Fills the extracted facts of f from its head and answer. */
void zg_px_facts(zg_ctx *c, zg_finding *f, zg_str head, zg_str answer);

#endif
