/* A labelled text in the making: what is written, where its facts stand, and
 * the facts themselves.
 *
 * A fact that the parser gives as a piece of the text is a slot, a span of the
 * draft: noise changes the text and moves the slots, and the gold file takes
 * the piece from the final text.  So the gold is what stands there, whatever
 * happened to it.  Facts that are worked out (dates, amounts) are values.
 */
#ifndef ZG_CORPUS_DRAFT_H
#define ZG_CORPUS_DRAFT_H

#include "index/text.h"
#include "tools/corpus/random.h"

/* X(symbol, name, percent): formats.md, 14. */
#define ZG_NOISE_TABLE(X)                                                      \
  X(LOST_DATE, "lost_date", 4)         /* 年 and 月 are gone */              \
  X(ONE_LINE, "one_line", 4)           /* paragraphs parted by a blank */      \
  X(HALF_WIDTH, "half_width", 6)       /* , ; : ( ) */                         \
  X(TRADITIONAL, "traditional", 4)     /* with pinyin glued in */              \
  X(CHUNK_NUMBERS, "chunk_numbers", 3) /* "2、" inside a sentence */          \
  X(DOUBLE_TITLE, "double_title", 5)                                           \
  X(TWO_LINE_TITLE, "two_line_title", 5)                                       \
  X(UNBALANCED_QUOTES, "unbalanced_quotes", 4)                                 \
  X(MISSING_NUMBER, "missing_number", 3)                                       \
  X(REPEATED_NUMBER, "repeated_number", 3)                                     \
  X(MISSING_MARKER, "missing_marker", 4)                                       \
  X(NEXT_PARAGRAPH, "next_paragraph", 8) /* head there, answer here */         \
  X(NESTED_HEAD, "nested_head", 8)  /* 存在的问题重视不够的问题 */ \
  X(SHARED_HEAD, "shared_head", 10) /* A的问题,以及B的问题 */          \
  X(ZEROS, "zeros", 5)                                                         \
  X(APPROX, "approx", 10)                /* 余 */                             \
  X(COMMAS, "commas", 8)                 /* 8,863万元 */                     \
  X(WRONG_BRACKETS, "wrong_brackets", 6) /* in a 文号 */                     \
  X(CHROME, "chrome", 60)                /* page before and after */           \
  X(FIELD_LINES, "field_lines", 15)                                            \
  X(STATUS_BRACKET, "status_bracket", 5)                                       \
  X(INDENT, "indent", 40)            /* paragraphs begin with U+3000 */        \
  X(BLANK_LINES, "blank_lines", 15)  /* between paragraphs */                  \
  X(LOOSE_DIGITS, "loose_digits", 3) /* 2024 年 3 月 */                      \
  X(WIDE_DIGITS, "wide_digits", 2)                                             \
  X(NO_TITLE, "no_title", 4)                                                   \
  X(WRAPPED, "wrapped", 3) /* a line is 38 characters */                       \
  X(HTML, "html", 12)      /* a page: .html */

typedef enum zg_noise {
#define X(sym, name, percent) ZG_NOISE_##sym,
  ZG_NOISE_TABLE(X)
#undef X
      ZG_NOISE_COUNT
} zg_noise;

#define ZG_LAYOUT_TABLE(X)                                                     \
  X(F1, "F1", 3)                                                               \
  X(F2, "F2", 6)                                                               \
  X(F3, "F3", 3)                                                               \
  X(F4, "F4", 2)                                                               \
  X(F5, "F5", 2)                                                               \
  X(F6, "F6", 1)                                                               \
  X(F7, "F7", 1)                                                               \
  X(F8, "F8", 1)                                                               \
  X(F9, "F9", 1)                                                               \
  X(F10, "F10", 1)                                                             \
  X(MIX, "mix", 3)

typedef enum zg_layout {
#define X(sym, name, weight) ZG_LAYOUT_##sym,
  ZG_LAYOUT_TABLE(X)
#undef X
      ZG_LAYOUT_COUNT
} zg_layout;

#define ZG_CLASS_TABLE(X)                                                      \
  X(SINGLE, "single_unit", 84)                                                 \
  X(MULTI, "multi_unit", 4)                                                    \
  X(ROUND, "round_summary", 3)                                                 \
  X(AUDIT, "audit_report", 4)                                                  \
  X(TABLE, "table_notice", 3)                                                  \
  X(TEMPLATE, "template", 2)

typedef enum zg_class {
#define X(sym, name, weight) ZG_CLASS_##sym,
  ZG_CLASS_TABLE(X)
#undef X
      ZG_CLASS_COUNT
} zg_class;

/* Position of a slot in zg_draft.slots. */
typedef int zg_slot_id;
#define ZG_SLOT_NONE (-1)   /* the text is silent: null */
#define ZG_SLOT_UNSAID (-2) /* not to be scored: left out of the gold */

typedef struct zg_slot {
  size_t start, end;
} zg_slot;

typedef struct zg_amount {
  const char *kind;
  int64_t n; /* yuan in 1/100, or people */
  bool times, approx;
} zg_amount;

#define ZG_AMOUNTS 24
#define ZG_DOCUMENTS 8

typedef struct zg_gold_finding {
  zg_slot_id number, section, problem, head, responsible;
  int statements, listed;
  const char *status, *status_source; /* names of model.h */
  bool sustain;
  zg_amount money[ZG_AMOUNTS], people[ZG_AMOUNTS];
  size_t n_money, n_people;
  int rules, cases;
  zg_slot_id documents[ZG_DOCUMENTS];
  size_t n_documents;
  char deadline[12]; /* "": null, "?": not scored */
  int category[2];   /* 1..28; 0: none; -1 in the first: not scored */
  const char *repeat;
} zg_gold_finding;

/* -1: null; ZG_SKIP: not scored. */
#define ZG_SKIP (-2)
typedef struct zg_gold_declared {
  int aspects, categories, problems, tasks, measures;
  int done, basically_done, phased, in_progress, long_term, deferred, not_done;
  int rate10; /* tenths of a percent */
  struct {
    const char *name;
    int total, done;
  } series[4];
  size_t n_series;
} zg_gold_declared;

/* Strings of values: "" is null, "?" is not scored. */
#define ZG_UNITS 6
typedef struct zg_gold {
  zg_class cls;
  bool accept;
  const char *kind_of_text; /* of a look-alike */
  zg_slot_id title, units[ZG_UNITS], author, team, round, source, kind;
  size_t n_units; /* 0: not scored */
  char unit_level[16], region[48], inspecting_body[64];
  char inspect_start[12], inspect_end[12], feedback_date[12], publish_date[12];
  int year;
  bool end_inferred, feedback_inferred, skip_inferred;
  zg_gold_declared declared;
  int sections, categories, problems, measures; /* of the text */
  bool has_problems;
  zg_gold_finding *findings;
  size_t n_findings, cap_findings;
} zg_gold;

typedef struct zg_place {
  char town[40];   /* 鹭溪镇; "" where the unit is above it */
  char county[40]; /* 青禾县 */
  char city[40];   /* 澜川市 */
  char province[40];
  const char *county_committee; /* 县委, 区委, 旗委 */
  const char *city_committee;   /* 市委, 州委 */
} zg_place;

typedef struct zg_date {
  int y, m, d; /* d 0: month only */
} zg_date;

/* What was drawn before a word is written. */
typedef struct zg_world {
  zg_place place;
  char unit[128];  /* 中共青禾县水务局党组 */
  char bare[96];   /* 青禾县水务局 */
  char brief[64];  /* 县水务局党组, as the opening may say */
  char self[16];   /* 我局 */
  char prefix[24]; /* 青水: of document numbers */
  const char *level;
  char region[48];
  int committee;    /* 0 county, 1 city, 2 province, 3 central: who inspects */
  const char *body; /* 县委 */
  char body_full[64]; /* 青禾县委 */
  bool tour;          /* 巡视, not 巡察 */
  const char *kind;   /* 常规巡察 */
  zg_date start, end, feedback, publish;
  int days;
  char round[48]; /* 十四届县委第五轮; "" */
  char team[128], feedback_team[128];
} zg_world;

/* How measures are told apart. */
typedef enum zg_style {
  ZG_STYLE_ORDINAL, /* 一是…；二是… */
  ZG_STYLE_CIRCLED, /* ① */
  ZG_STYLE_FIRST,   /* 第一，…；第二，… */
  ZG_STYLE_NONE
} zg_style;

/* Where a finding says its state. */
typedef enum zg_said {
  ZG_SAID_NOT,
  ZG_SAID_FIRST,   /* 整改情况：已完成。 */
  ZG_SAID_LAST,    /* …。该问题已完成整改。 */
  ZG_SAID_BRACKET, /* 问题（已完成） */
  ZG_SAID_FIELD    /* 整改状态：已完成 */
} zg_said;

typedef struct zg_draft {
  zg_random r;
  zg_buf text;
  zg_slot *slots;
  size_t n_slots, cap_slots;
  zg_world w;
  zg_gold g;
  zg_layout layout; /* ZG_LAYOUT_COUNT: none of them */
  uint32_t noise;   /* bits of zg_noise that were drawn */
  uint32_t marked;  /* those that really changed this text */
  zg_buf variants;  /* JSON pairs of characters that are the same */
  bool failed;
  /* manners of this text */
  bool all_done;     /* the end says that everything is done */
  int say_states;    /* percent of findings that say their state */
  zg_said say_where; /* and where */
  bool positive;     /* heads without a fault */
  int n_planned;     /* findings to come */
  int n_groups;
  int counts_at; /* 0 nowhere, 1 opening, 2 work section, 3 end */
  bool result, rate;
  int n_series;
  int frame;               /* of zg_phrases_frames */
  int recent[6], n_recent; /* plain deeds just written */
  bool counts_written;
  int dated;         /* where page.c prints the date */
  zg_slot_id tail;   /* what the page puts after the text */
  bool wordy;        /* long answers */
  bool apart;        /* a measure a paragraph */
  bool lead_groups;  /* a sentence under the heading of a group */
  bool whole;        /* the next figure has its parts in a bracket */
  int frame_lead;    /* how F1 frames a head */
  bool colon;        /* a framed head ends with ： */
  bool lead_in;      /* 存在问题： before a bare head */
  zg_slot_id body;   /* from the first section on */
  bool plain;        /* no figures at all */
  bool repeats;      /* the last group is of earlier findings */
  bool aspects;      /* headings …方面 */
  bool runs_on;      /* numbers do not start again in each group */
  bool quoted_heads; /* 1.关于“F”问题 in F2 and F5 */
  bool no_stop;      /* a head ends its line without 。 */
  bool numbered;     /* measures 1. 2. in F3 */
  int about, marker; /* which tail, which answer marker */
  zg_style style;
} zg_draft;

void zg_draft_free(zg_draft *d);

static inline bool zg_draft_noisy(zg_draft *d, zg_noise n) {
  return d->noise >> n & 1;
}
static inline void zg_draft_mark(zg_draft *d, zg_noise n) {
  d->marked |= 1u << n;
}

void zg_put(zg_draft *d, const char *text);
void zg_putf(zg_draft *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
zg_slot_id zg_slot_open(zg_draft *d);
void zg_slot_close(zg_draft *d, zg_slot_id id);
zg_slot_id zg_slot_put(zg_draft *d, const char *text);

/* Replaces the text: `to` is the new one, `map` says for every old offset
 * (0..n) where it is now.  Takes both. */
void zg_draft_replace(zg_draft *d, zg_buf *to, size_t *map);

zg_gold_finding *zg_gold_add(zg_draft *d); /* NULL: no memory */

/* 1 → 一 … 99 → 九十九 */
const char *zg_han(int n, char out[16]);

/* ---- the rooms, in the order in which a bulletin goes through them ---- */
void zg_world_draw(zg_draft *d);      /* world.c */
void zg_world_of_county(zg_draft *d); /* the unit is a county's government */
void zg_world_tell_gold(zg_draft *d); /* world.c */
zg_date zg_date_add(zg_date from, int days);       /* world.c */
void zg_write_title(zg_draft *d);                  /* opening.c */
void zg_write_opening(zg_draft *d);                /* opening.c */
void zg_write_body(zg_draft *d);                   /* layout.c */
void zg_write_class(zg_draft *d);                  /* classes.c */
void zg_page_before(zg_draft *d);                  /* page.c */
void zg_page_under_title(zg_draft *d);             /* page.c */
void zg_page_after(zg_draft *d);                   /* page.c */
void zg_page_html(const zg_draft *d, zg_buf *out); /* html.c */
void zg_noise_apply(zg_draft *d);                  /* noise.c */
void zg_gold_write(zg_draft *d, zg_buf *out);      /* gold.c */

/* What layouts and classes share. */

typedef struct zg_finding_plan {
  int category; /* 1..28 */
  bool repeat;  /* in the group of earlier findings */
  bool plain;   /* no figures */
  int measures; /* 0: an answer without markers */
  zg_style style;
  int state;         /* of said.c; -1: the text is silent */
  uint32_t own_told; /* deeds of the category that are written */
} zg_finding_plan;

/* deeds.c */
void zg_expand(zg_draft *d, const char *phrase, zg_gold_finding *f);
/* The statement without frame; `framed`: 的问题 will follow. */
void zg_write_statement(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f,
                        bool framed);
void zg_write_deed(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f);
void zg_write_answer(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f);

/* said.c: states, fields */
void zg_state_draw(zg_draft *d, zg_finding_plan *p);
void zg_write_state(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f,
                    zg_said where);
void zg_write_fields(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f);

/* counts.c: what is declared */
void zg_counts_draw(zg_draft *d);
void zg_write_counts(zg_draft *d); /* …4个方面27个问题… */
void zg_write_result(zg_draft *d); /* 截至目前，…已完成整改… */
void zg_write_series(zg_draft *d); /* letters, clues, earlier round */

#endif
