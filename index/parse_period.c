/* When the inspection was and when its result was fed back: the dates of the
 * opening, their years where left out, and whether they are plausible. */
#include "index/parse_ctx.h"

enum { MAX_DATES = 24 };

/* A year said by a word: 今年, 去年, 次年, 同年. */
typedef enum year_word { SAID, THIS_YEAR, LAST_YEAR, NEXT_YEAR } year_word;

typedef struct seen_date {
  zg_date d;
  size_t at, end;
  bool used;
  bool lost;      /* repaired: 年 or 月 was not there */
  bool ambiguous; /* more than one reading: no value */
  year_word year;
} seen_date;

static zg_str text_of(zg_str t, const seen_date *s) {
  return zg_sx_sub(t, s->at, s->end);
}

/* 18日 in a text that has lost its 月 is 1-8. */
static bool lost_pair(zg_str t, size_t i, seen_date *out) {
  if (!zg_sx_is_digit(t, i) || !zg_sx_is_digit(t, i + 1) || t.p[i] == '0' ||
      t.p[i + 1] == '0' || !zg_sx_at(t, i + 2, "日") ||
      zg_sx_at(t, i + 5, "内"))
    return false;
  *out = (seen_date){.d = {0, t.p[i] - '0', t.p[i + 1] - '0', 5},
                     .at = i,
                     .end = i + 5,
                     .lost = true};
  return true;
}

/* 2024.3.5 is a date, 第2月 or a number inside a word is none. */
static bool date_at(zg_str t, size_t i, bool torn, seen_date *out) {
  static const char *const spans[] = {"为期", "历时", "共", "近",
                                      "用时", "连续", "第", NULL};
  zg_date d = zg_px_date(t, i), lost;
  bool bare = !zg_sx_ends_any(zg_sx_sub(t, 0, i), spans);
  int ways = zg_px_date_lost(t, i, bare, &lost);
  *out = (seen_date){.d = d, .at = i, .end = i + d.len};
  if (ways > 1 || (ways == 1 && !d.m)) {
    out->d = ways == 1 ? lost : (zg_date){0, 0, 0, 0};
    out->end = i + lost.len;
    out->lost = ways == 1;
    out->ambiguous = ways > 1;
    return true;
  }
  out->lost = ways == 1;
  if (d.len && d.m)
    return true;
  return torn && bare && lost_pair(t, i, out);
}

static size_t collect(zg_str t, seen_date *out) {
  static const char *const parts[] = {"上旬", "中旬", "下旬", "底",
                                      "初",   "末",   NULL};
  static const struct {
    const char *word;
    year_word year;
  } years[] = {{"今年", THIS_YEAR}, {"本年", THIS_YEAR}, {"去年", LAST_YEAR},
               {"上年", LAST_YEAR}, {"次年", NEXT_YEAR}, {"翌年", NEXT_YEAR},
               {"同年", SAID},      {"当年", SAID}};
  size_t n = 0;
  bool torn = false; /* a date before has lost its 月 */
  for (size_t i = 0; i < t.n && n < MAX_DATES;) {
    seen_date s;
    if (!date_at(t, i, torn, &s)) {
      zg_num k = zg_sx_digits(t, i);
      i += k.len ? k.len : zg_sx_len(t, i);
      continue;
    }
    torn = torn || s.lost || s.ambiguous;
    if (!s.d.d && s.d.m)
      s.end += zg_sx_at_any(t, s.end, parts);
    for (size_t k = 0; !s.d.y && k < sizeof years / sizeof *years; k++)
      if (zg_sx_ends(zg_sx_sub(t, 0, s.at), years[k].word)) {
        s.at -= strlen(years[k].word);
        s.year = years[k].year;
        break;
      }
    out[n++] = s;
    i = s.end;
  }
  return n;
}

static const char *const SEPARATORS[] = {"至", "到", "——", "—", "--",
                                         "-",  "~",  "–",  "―", NULL};

static bool joins(zg_str between) {
  between = zg_sx_trim(between);
  if (zg_sx_starts(between, "起"))
    between = zg_sx_trim(zg_sx_sub(between, strlen("起"), between.n));
  size_t k = zg_sx_at_any(between, 0, SEPARATORS);
  return k && k == between.n;
}

/* 12月5日-16日: the day alone after the separator. */
static bool day_only(zg_str t, const seen_date *a, seen_date *out) {
  size_t k = zg_sx_at_any(t, a->end, SEPARATORS);
  zg_num n = k ? zg_sx_digits(t, a->end + k) : (zg_num){0, 0, 0};
  size_t end = a->end + k + n.len;
  if (!a->d.d || !n.len || n.v < 1 || n.v > 31 || !zg_sx_at(t, end, "日"))
    return false;
  *out = *a;
  out->d.y = 0;
  out->d.d = (int)n.v;
  out->at = a->end + k;
  out->end = end + strlen("日");
  return true;
}

static bool stops(zg_str t, size_t i) {
  return zg_sx_in(t, i, "。;\n") ||
         (t.p[i] == '.' && zg_sx_in(t, i + 1, " \n"));
}

/* Start of the sentence that holds i, at most 600 bytes back. */
static size_t sentence_start(zg_str t, size_t i) {
  size_t floor = i > 600 ? i - 600 : 0;
  while (i > floor) {
    size_t k = zg_sx_prev(t, i);
    if (stops(t, k))
      break;
    i = k;
  }
  return i;
}

static zg_str sentence_at(zg_str t, size_t i) {
  size_t from = sentence_start(t, i), to = i;
  while (to < t.n && to < i + 900 && !stops(t, to))
    to += zg_sx_len(t, to);
  return zg_sx_sub(t, from, to);
}

static bool about_inspection(zg_str sentence) {
  static const char *const what[] = {"巡", "审计", "督察", "检查", NULL};
  static const char *const does[] = {"开展", "进行", "实施", "进驻",
                                     "对",   "巡察", "巡视", NULL};
  return zg_sx_has_any(sentence, what) && zg_sx_has_any(sentence, does);
}

typedef struct period {
  seen_date *start, *end;
  seen_date day; /* end that is only a day */
} period;

/* The pair of dates whose sentence is about the inspection, else the first
 * that is not about the rectification. */
static bool find_period(zg_str t, seen_date *d, size_t n, period *out) {
  bool found = false;
  for (size_t k = 0; k < n; k++) {
    seen_date day, *end = NULL;
    if (k + 1 < n && joins(zg_sx_sub(t, d[k].end, d[k + 1].at)))
      end = &d[k + 1];
    else if (!day_only(t, &d[k], &day))
      continue;
    zg_str s = sentence_at(t, d[k].at);
    bool sure = about_inspection(s);
    if (!sure && (found || zg_sx_has(s, "整改")))
      continue;
    out->start = &d[k];
    out->end = end;
    if (!end) {
      out->day = day;
      out->end = &out->day;
    }
    found = true;
    if (sure)
      break;
  }
  /* two stages: 3月1日至4月10日、5月6日至6月20日 */
  for (size_t k = 0; found && out->end != &out->day && k + 2 < n; k++) {
    static const char *const and[] = {"、", "和", "及", NULL};
    zg_str gap = zg_sx_sub(t, d[k].end, d[k + 1].at);
    size_t len = zg_sx_at_any(gap, 0, and);
    if (&d[k] == out->end && len && len == gap.n &&
        joins(zg_sx_sub(t, d[k + 1].end, d[k + 2].at))) {
      d[k].used = d[k + 1].used = true;
      out->end = &d[k + 2];
    }
  }
  return found;
}

/* 自2024年3月18日起 … 为期两个月: only the start is said. */
static seen_date *find_start(zg_str t, seen_date *d, size_t n) {
  for (size_t k = 0; k < n; k++) {
    zg_str s = sentence_at(t, d[k].at);
    bool from = zg_sx_at(t, d[k].end, "起") || zg_sx_at(t, d[k].end, "开始") ||
                zg_sx_has(s, "为期");
    bool feeds = zg_sx_has(
        zg_sx_sub(t, d[k].end, zg_sx_fwd_to(t, d[k].end, ",。;\n")), "反馈");
    if (from && !feeds && about_inspection(s))
      return &d[k];
  }
  return NULL;
}

static bool before(zg_date a, zg_date b) {
  return a.m < b.m || (a.m == b.m && a.d && b.d && a.d < b.d);
}

/* 今年 and 去年 count from the year of writing. */
static bool year_of_writing(zg_ctx *c, seen_date *s) {
  if (s->d.y || s->ambiguous || s->year == SAID || s->year == NEXT_YEAR ||
      c->publish_year <= 0)
    return false;
  s->d.y = c->publish_year - (s->year == LAST_YEAR);
  return true;
}

static void store(zg_ctx *c, zg_str t, const char *member, zg_str *to,
                  const seen_date *s, bool inferred) {
  *to = zg_px_iso(c, s->d);
  if (!to->p)
    return;
  zg_px_mark(c, member, text_of(t, s));
  if (inferred)
    zg_px_infer(c, member);
  if (s->lost)
    zg_px_doubt(c, member);
}

static void set_period(zg_ctx *c, zg_str t, seen_date *a, seen_date *b) {
  bool a_inferred = year_of_writing(c, a), b_inferred = year_of_writing(c, b);
  a->used = b->used = true;
  if (!a->d.y && a->d.m && b->d.y) {
    a->d.y = b->d.y - before(b->d, a->d);
    a_inferred = true;
  } else if (a->d.y && b->d.m && !b->d.y) {
    b->d.y = a->d.y + (before(b->d, a->d) || b->year == NEXT_YEAR);
    b_inferred = true;
  }
  store(c, t, "inspect_start", &c->b->inspect_start, a, a_inferred);
  store(c, t, "inspect_end", &c->b->inspect_end, b, b_inferred);
}

/* 反馈 at `at` is the act itself: not what came after it (收到反馈意见后), not
 * what was done about it (反馈意见整改), not what is studied. */
static bool is_feedback(zg_str t, size_t at, const seen_date *d, size_t n) {
  static const char *const later[] = {
      "后",     "意见后",   "情况后", "以来",   "意见整改", "问题整改",
      "意见的", "会精神",   "会要求", "整改",   "的问题",   "意见指出",
      "指出",   "会议精神", "后,",    "意见要", NULL};
  static const char *const about[] = {
      "收到", "接到", "针对", "对照", "根据", "按照", "落实", "围绕",
      "依据", "传达", "学习", "研究", "制定", "报送", "整改", NULL};
  static const char *const acts[] = {"进行", "进行了", "作",   "作了", "予以",
                                     "集中", "现场",   "书面", "正式", "会上",
                                     "当面", "组",     "会议", "并",   NULL};
  size_t end = at + strlen("反馈");
  if (zg_sx_at_any(t, end, later))
    return false;
  size_t from = zg_sx_back_to(t, at, ",。;:\n", 300);
  bool dated = false;
  for (size_t k = 0; k < n; k++)
    if (d[k].at >= from && d[k].end <= at) {
      /* 根据3月5日反馈的意见 */
      if (zg_sx_ends_any(zg_sx_sub(t, from, d[k].at), about))
        return false;
      dated = true;
      from = d[k].end; /* a sentence without commas: the last part decides */
    }
  zg_str pre = zg_sx_sub(t, from, at);
  /* after 向 stands a unit, whose name may hold such a word (研究所) */
  size_t to = zg_sx_find(pre, 0, "向");
  if (zg_sx_has_any(zg_sx_sub(pre, 0, to), about))
    return false;
  if (zg_sx_at(t, end, "了") || zg_sx_at(t, end, "会") ||
      zg_sx_has(pre, "向") || zg_sx_ends_any(pre, acts))
    return true;
  return dated;
}

/* 反馈会于3月5日召开, 反馈时间:2024年3月5日 */
static seen_date *date_after(zg_str t, seen_date *d, size_t n, size_t at) {
  static const char *const links[] = {"于", "在", "为", ":", NULL};
  for (size_t k = 0; k < n; k++) {
    if (d[k].used || d[k].at < at || d[k].at > at + 36)
      continue;
    zg_str gap = zg_sx_sub(t, at, d[k].at);
    if (zg_sx_ends_any(gap, links) && zg_sx_fwd_to(gap, 0, ",。;\n") == gap.n)
      return &d[k];
  }
  return NULL;
}

static seen_date *feedback_date(zg_ctx *c, zg_str t, seen_date *d, size_t n) {
  static const char *const words[] = {"反馈", "反响", NULL};
  for (int w = 0; words[w] && (w == 0 || c->spun); w++)
    for (size_t at = 0; (at = zg_sx_find(t, at, words[w])) != ZG_NPOS;
         at += strlen(words[w])) {
      if (!is_feedback(t, at, d, n))
        continue;
      size_t sentence = sentence_start(t, at);
      for (size_t k = n; k-- > 0;)
        if (!d[k].used && d[k].end <= at && d[k].at >= sentence)
          return &d[k];
      seen_date *s = date_after(t, d, n, at);
      if (s)
        return s;
    }
  return NULL;
}

static void set_feedback(zg_ctx *c, zg_str t, seen_date *f, zg_date last) {
  bool inferred = year_of_writing(c, f);
  if (!f->d.y && f->d.m && f->year == SAID && last.y) {
    f->d.y = last.y + before(f->d, last);
    inferred = true;
  } else if (!f->d.y && f->year == NEXT_YEAR && last.y) {
    f->d.y = last.y + 1;
    inferred = true;
  }
  store(c, t, "feedback_date", &c->b->feedback_date, f, inferred);
}

void zg_px_period(zg_ctx *c, zg_str t) {
  seen_date d[MAX_DATES + 1];
  size_t n = collect(t, d);
  period p;
  zg_date last = {0, 0, 0, 0};
  for (size_t k = 0; k < n; k++)
    if (d[k].ambiguous)
      zg_px_warn(c, zg_px_span(c, text_of(t, &d[k])), "date_ambiguous",
                 "a date lost 年 or 月 and can be read in two ways");
  if (find_period(t, d, n, &p)) {
    set_period(c, t, p.start, p.end);
    last = p.end->d.y ? p.end->d : p.start->d;
  } else {
    seen_date *s = find_start(t, d, n);
    if (s) {
      bool inferred = year_of_writing(c, s);
      s->used = true;
      store(c, t, "inspect_start", &c->b->inspect_start, s, inferred);
      last = s->d;
    }
  }
  seen_date *f = feedback_date(c, t, d, n);
  if (f)
    set_feedback(c, t, f, last);
}

/* A gap outside [lo, hi] days makes the later member doubtful. */
static void check_gap(zg_ctx *c, zg_str a, zg_str b, int lo, int hi,
                      const char *from, const char *to) {
  zg_date x, y;
  if (!a.p || !b.p || !zg_px_parse_iso(a, &x) || !zg_px_parse_iso(b, &y) ||
      !x.m || !y.m)
    return;
  int64_t gap = zg_px_days(y) - zg_px_days(x);
  int slack = x.d && y.d ? 0 : 31;
  if (gap >= lo - slack && gap <= hi + slack)
    return;
  zg_span span = ZG_SPAN_NONE;
  for (size_t i = 0; i < c->b->n_spans; i++)
    if (zg_str_is(c->b->spans[i].member, to))
      span = c->b->spans[i].span;
  zg_px_warn(c, span, "date_implausible",
             "%s to %s: %lld days, usual are %d to %d", from, to,
             (long long)gap, lo, hi);
  zg_px_doubt(c, to);
}

/* Ranges that were seen in 56 bulletins; outside them the value is kept. */
void zg_px_plausible(zg_ctx *c) {
  zg_bulletin *b = c->b;
  check_gap(c, b->inspect_start, b->inspect_end, 17, 141, "inspect_start",
            "inspect_end");
  check_gap(c, b->inspect_end, b->feedback_date, 17, 218, "inspect_end",
            "feedback_date");
  check_gap(c, b->feedback_date, b->publish_date, 97, 1071, "feedback_date",
            "publish_date");
}
