/* What is found and what was done: statements and answers, with the facts that
 * they hold. */
#include "tools/corpus/draft.h"
#include "tools/corpus/phrases.h"

#include <inttypes.h>
#include <stdio.h>

static const char *of(zg_draft *d, const zg_phrases *p) {
  return p->items[zg_random_below(&d->r, (uint32_t)p->n)];
}

/* ---- amounts ---- */

static void add_amount(zg_amount *list, size_t *n, zg_amount a) {
  if (*n < ZG_AMOUNTS)
    list[(*n)++] = a;
}

/* 3 → "3"; 8863 → "8863" or "8,863" */
static void put_integer(zg_draft *d, int64_t v) {
  bool commas = v >= 1000 && zg_draft_noisy(d, ZG_NOISE_COMMAS);
  if (commas)
    zg_draft_mark(d, ZG_NOISE_COMMAS);
  if (commas)
    zg_putf(d, "%" PRId64 ",%03d", v / 1000, (int)(v % 1000));
  else
    zg_putf(d, "%" PRId64, v);
}

/* Draws and writes a sum; returns it in fen. */
static int64_t put_sum(zg_draft *d, bool *approx) {
  zg_random *r = &d->r;
  uint32_t shape = zg_random_below(r, 100);
  *approx = zg_draft_noisy(d, ZG_NOISE_APPROX) && zg_random_chance(r, 50);
  if (*approx) {
    zg_draft_mark(d, ZG_NOISE_APPROX);
    int64_t n = 10 * zg_random_range(r, 1, 90);
    zg_putf(d, shape < 70 ? "%" PRId64 "余万元" : "%" PRId64 "万余元", n);
    return n * 1000000;
  }
  if (shape < 55) { /* 3.6万元, 2.75万元, 12.3456万元 */
    static const int digits[] = {1, 2, 2, 4};
    static const int64_t scale[] = {10, 100, 0, 10000};
    int at = digits[zg_random_below(r, 4)];
    int64_t s = scale[at - 1];
    int64_t v =
        s * zg_random_range(r, 1, 120) + zg_random_range(r, 1, (uint32_t)s - 1);
    if (v % 10 == 0)
      v++;
    zg_putf(d, "%" PRId64 ".%0*d万元", v / s, at, (int)(v % s));
    return v * (1000000 / s);
  }
  if (shape < 80) {
    int64_t v = shape < 70 ? zg_random_range(r, 2, 300)
                           : zg_random_range(r, 1000, 9000);
    put_integer(d, v);
    zg_put(d, "万元");
    return v * 1000000;
  }
  if (shape < 95) {
    int64_t v = zg_random_range(r, 300, 99000);
    put_integer(d, v);
    zg_put(d, "元");
    return v * 100;
  }
  int64_t v = zg_random_range(r, 101, 399);
  zg_putf(d, "%" PRId64 ".%02d亿元", v / 100, (int)(v % 100));
  return v * 100000000; /* 0.01 亿 = 1,000,000 yuan */
}

static void put_money(zg_draft *d, zg_gold_finding *f, const char *kind) {
  zg_amount a = {.kind = kind};
  a.n = put_sum(d, &a.approx);
  add_amount(f->money, &f->n_money, a);
}

static void put_people(zg_draft *d, zg_gold_finding *f, const char *kind,
                       bool times) {
  zg_random *r = &d->r;
  zg_amount a = {.kind = kind, .times = times};
  bool handled = strcmp(kind, "handled") == 0;
  a.n =
      handled && !times ? zg_random_range(r, 1, 9) : zg_random_range(r, 3, 160);
  if (handled && zg_draft_noisy(d, ZG_NOISE_ZEROS) && !d->whole &&
      zg_random_chance(r, 30)) {
    zg_draft_mark(d, ZG_NOISE_ZEROS);
    a.n = 0;
  }
  if (d->whole && a.n < 3)
    a.n = 3;
  if (strcmp(kind, "staffing") == 0)
    a.n = zg_random_range(r, 1, 15);
  zg_putf(d, "%" PRId64 "%s", a.n,
          times                                             ? "人次"
          : !handled && a.n < 20 && zg_random_chance(r, 50) ? "名"
                                                            : "人");
  add_amount(f->people, &f->n_people, a);
}

/* ---- documents ---- */

static void put_document(zg_draft *d, zg_gold_finding *f) {
  static const char *const right[2] = {"〔", "〕"};
  static const char *const wrong[3][2] = {
      {"[", "]"}, {"（", "）"}, {"【", "】"}};
  const char *const *b = right;
  zg_random *r = &d->r;
  if (zg_draft_noisy(d, ZG_NOISE_WRONG_BRACKETS)) {
    zg_draft_mark(d, ZG_NOISE_WRONG_BRACKETS);
    b = wrong[zg_random_below(r, 3)];
  }
  zg_putf(d, "《%s%s》（", zg_random_chance(r, 50) ? d->w.bare : "",
          of(d, &zg_phrases_rules));
  zg_slot_id id = zg_slot_open(d);
  zg_putf(d, "%s%s%d%s%u号", d->w.prefix, b[0], d->w.feedback.y, b[1],
          zg_random_range(r, 1, 89));
  zg_slot_close(d, id);
  zg_put(d, "）");
  if (f->n_documents < ZG_DOCUMENTS)
    f->documents[f->n_documents++] = id;
}

/* ---- phrases ---- */

static void put_count(zg_draft *d, int *sum) {
  int n = (int)zg_random_range(&d->r, 1, 12);
  zg_putf(d, "%d", n);
  *sum += n;
}

static void expand_one(zg_draft *d, char what, zg_gold_finding *f) {
  switch (what) {
  case 'r':
    put_money(d, f, "recovered");
    break;
  case 'a':
    put_money(d, f, "allocated");
    break;
  case 'o':
    put_money(d, f, "other");
    break;
  case 'h':
  case 'H':
    put_people(d, f, "handled", what == 'H');
    break;
  case 's':
    put_people(d, f, "staffing", false);
    break;
  case 't':
  case 'T':
    put_people(d, f, "trained", what == 'T');
    break;
  case 'x':
  case 'X':
    put_people(d, f, "other", what == 'X');
    break;
  case 'k':
    put_count(d, &f->rules);
    break;
  case 'c':
    put_count(d, &f->cases);
    break;
  case 'd':
    put_document(d, f);
    break;
  case 'D':
    zg_putf(d, "《%s》", of(d, &zg_phrases_rules));
    break;
  case 'R':
    zg_put(d, of(d, &zg_phrases_rules));
    break;
  case 'm':
    zg_putf(d, "%u", zg_random_range(&d->r, 2, 8));
    break;
  case 'y':
    zg_putf(d, "%d", d->w.start.y - 1 - (int)zg_random_below(&d->r, 3));
    break;
  default:
    zg_putf(d, "%u", zg_random_range(&d->r, 2, 60));
  }
}

void zg_expand(zg_draft *d, const char *phrase, zg_gold_finding *f) {
  for (const char *p = phrase; *p; p++) {
    if (p[0] == '{' && p[1] && p[2] == '}') {
      d->whole = strncmp(p + 3, "（", 3) == 0; /* parts follow */
      expand_one(d, p[1], f);
      p += 2;
    } else {
      zg_buf_addc(&d->text, *p);
    }
  }
}

/* ---- statements ---- */

static const zg_phrases_category *words(const zg_finding_plan *p) {
  return &zg_phrases_of[p->category - 1];
}

/* A head of the category; `plain` keeps figures out of it. */
static const char *draw_head(zg_draft *d, const zg_finding_plan *p) {
  const char *head;
  if (zg_random_chance(&d->r, 12))
    return words(p)->other[zg_random_below(&d->r, ZG_PHRASES_OTHER)];
  do
    head = words(p)->heads[zg_random_below(&d->r, ZG_PHRASES_HEADS)];
  while (p->plain && strchr(head, '{'));
  return head;
}

static const char *draw_other(zg_draft *d, const zg_finding_plan *p,
                              const char *than) {
  const char *head;
  do
    head = draw_head(d, p);
  while (head == than);
  return head;
}

/* The part before the first comma. */
static void put_short(zg_draft *d, const char *head, zg_gold_finding *f) {
  const char *comma = strstr(head, "，");
  char first[160];
  snprintf(first, sizeof first, "%.*s",
           comma ? (int)(comma - head) : (int)strlen(head), head);
  zg_expand(d, first, f);
}

/* What was found before and is here again, with the old text in quotes. */
static void put_old(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f) {
  zg_random *r = &d->r;
  const char *verb = d->w.tour ? "巡视" : "巡察";
  int year = d->w.start.y - (int)zg_random_range(r, 2, 4);
  char old[32];
  if (p->plain || zg_random_chance(r, 50))
    snprintf(old, sizeof old, "上轮%s", verb);
  else
    snprintf(old, sizeof old, "%d年%s", year, verb);
  f->category[0] = -1; /* the old topic or c21: both can be argued */
  bool again = zg_random_chance(r, 40);
  zg_putf(d, "%s%s的“", old, zg_random_chance(r, 50) ? "指出" : "反馈");
  zg_finding_plan of_old = *p;
  of_old.category = (int)zg_random_range(r, 4, 20);
  of_old.plain = true;
  put_short(d, draw_head(d, &of_old), f);
  if (again) {
    static const char *const tails[] = {"”问题报告整改完成后又反弹",
                                        "”问题上报已整改后再次出现"};
    f->repeat = "claimed_done_found_again";
    zg_put(d, tails[zg_random_below(r, 2)]);
  } else {
    static const char *const tails[] = {"”问题至今未整改到位", "”问题仍有发生",
                                        "”问题仍未解决", "”问题至今没有销号"};
    f->repeat = "carried_over_unfixed";
    zg_put(d, tails[zg_random_below(r, 4)]);
  }
}

static void put_two(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f) {
  const char *first = draw_head(d, p);
  put_short(d, first, f);
  zg_put(d, "的问题，以及");
  put_short(d, draw_other(d, p, first), f);
  f->statements = 2;
  zg_draft_mark(d, ZG_NOISE_SHARED_HEAD);
}

void zg_write_statement(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f,
                        bool framed) {
  static const char *const who[] = {"个别科室", "部分基层单位", "一些干部"};
  zg_random *r = &d->r;
  f->category[0] = p->category;
  if (p->repeat && zg_random_chance(r, 40)) {
    put_old(d, p, f);
    return;
  }
  if (d->positive && !framed) {
    static const int topics[] = {-1, 1, 24, 20, 2, 16, 15, 13};
    uint32_t k = zg_random_below(r, (uint32_t)zg_phrases_positive.n);
    zg_put(d, zg_phrases_positive.items[k]);
    f->category[0] = topics[k];
    return;
  }
  if (framed && zg_draft_noisy(d, ZG_NOISE_NESTED_HEAD) &&
      zg_random_chance(r, 20)) {
    zg_draft_mark(d, ZG_NOISE_NESTED_HEAD);
    zg_putf(d, "对%s存在的问题重视不够", words(p)->problem);
    return;
  }
  if (framed && zg_draft_noisy(d, ZG_NOISE_SHARED_HEAD) &&
      zg_random_chance(r, 20)) {
    put_two(d, p, f);
    return;
  }
  if (zg_random_chance(r, 12))
    zg_put(d, who[zg_random_below(r, 3)]);
  const char *last = draw_head(d, p);
  if (zg_random_chance(r, 25)) {
    put_short(d, draw_other(d, p, last), f);
    zg_put(d, "，");
  }
  zg_expand(d, last, f);
}

/* ---- answers ---- */

/* A plain deed that was not written just now. */
static void put_plain(zg_draft *d, zg_gold_finding *f) {
  int k;
  bool again;
  do {
    k = (int)zg_random_below(&d->r, (uint32_t)zg_phrases_plain.n);
    again = false;
    for (int i = 0; i < 6 && i < d->n_recent; i++)
      again |= d->recent[i] == k;
  } while (again);
  d->recent[d->n_recent++ % 6] = k;
  zg_expand(d, zg_phrases_plain.items[k], f);
}

void zg_write_deed(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f) {
  zg_random *r = &d->r;
  uint32_t k = zg_random_below(r, 100);
  uint32_t own = zg_random_below(r, ZG_PHRASES_OWN);
  if (p->plain || k < 30) {
    put_plain(d, f);
  } else if (k < 60 && !(p->own_told >> own & 1)) {
    p->own_told |= 1u << own; /* once in a finding */
    zg_expand(d, words(p)->deeds[own], f);
  } else {
    zg_expand(d, of(d, &zg_phrases_deeds), f);
  }
}

static void put_marker(zg_draft *d, zg_style style, int n) {
  static const char *const circled[] = {"①", "②", "③", "④", "⑤", "⑥"};
  char han[16];
  switch (style) {
  case ZG_STYLE_ORDINAL:
    zg_putf(d, "%s是", zg_han(n, han));
    break;
  case ZG_STYLE_CIRCLED:
    zg_put(d, circled[n - 1]);
    break;
  case ZG_STYLE_FIRST:
    zg_putf(d, "第%s，", zg_han(n, han));
    break;
  default:
    break;
  }
}

void zg_write_answer(zg_draft *d, zg_finding_plan *p, zg_gold_finding *f) {
  zg_random *r = &d->r;
  int n = p->measures ? p->measures : (int)zg_random_range(r, 1, 3);
  for (int i = 1; i <= n; i++) {
    if (p->measures)
      put_marker(d, p->style, i);
    zg_write_deed(d, p, f);
    for (int k = d->wordy ? 3 : 1; k > 0 && zg_random_chance(r, 35); k--) {
      zg_put(d, "，");
      put_plain(d, f);
    }
    bool apart = d->apart && i < n && p->measures;
    bool joined = i < n && p->measures && p->style != ZG_STYLE_FIRST;
    zg_put(d, apart ? "。\n" : joined ? "；" : "。");
  }
  f->listed = p->measures;
}
