/* The opening paragraph: who inspected, what kind, which round, when. */
#include "index/parse_ctx.h"

enum { MAX_DATES = 24, OPENING_MAX = 6000 };

typedef struct seen_date {
  zg_date d;
  size_t at, end;
  bool used;
} seen_date;

/* The paragraphs before the first numbered one, as one slice. */
static zg_str opening_of(const zg_ctx *c) {
  int end = c->body;
  while (end < c->tail && c->paras[end].tok.shape == ZG_SHAPE_NONE &&
         end < c->body + 6)
    end++;
  if (end == c->body)
    return ZG_STR_NULL;
  const char *from = c->paras[c->body].t.p;
  zg_str last = c->paras[end - 1].t;
  zg_str all = {from, (size_t)(last.p + last.n - from)};
  all.n = zg_utf8_floor(all.p, all.n < OPENING_MAX ? all.n : OPENING_MAX);
  return all;
}

static bool team_name(zg_str s) {
  static const char *const bad[] = {"领导小组", "工作组", "专班", NULL};
  return (zg_sx_has(s, "巡视") || zg_sx_has(s, "巡察") ||
          zg_sx_has(s, "督察") || zg_sx_has(s, "审计")) &&
         zg_sx_ends(s, "组") && !zg_sx_has_any(s, bad) && s.n >= 9 && s.n <= 90;
}

/* Where a team's name starts: after the date, a comma, 由, 派出 … */
static size_t team_start(zg_str t, size_t end) {
  static const char *const cut[] = {"派出", "派驻", "接受", "期间", "以来",
                                    "由",   "经",   "根据", "向",   "对",
                                    "组建", "成立", NULL};
  size_t from = zg_sx_back_to(t, end, ",。;:(日月旬底 \n", 90);
  zg_str name = zg_sx_sub(t, from, end);
  for (int k = 0; cut[k]; k++) {
    size_t at = zg_sx_rfind(name, cut[k]);
    if (at != ZG_NPOS) {
      from += at + strlen(cut[k]);
      name = zg_sx_sub(t, from, end);
    }
  }
  return from;
}

static zg_str find_team(zg_str t) {
  zg_str generic = ZG_STR_NULL;
  for (size_t at = 0; (at = zg_sx_find(t, at, "组")) != ZG_NPOS;) {
    size_t end = at + strlen("组");
    at = end;
    zg_str name = zg_sx_sub(t, team_start(t, end), end);
    if (!team_name(name))
      continue;
    bool numbered = false;
    for (size_t i = 0; i < name.n && !numbered; i += zg_sx_len(name, i))
      numbered = zg_sx_number(name, i).len > 0;
    if (numbered)
      return name;
    if (!generic.n)
      generic = name;
  }
  return generic;
}

static zg_str find_kind(zg_str opening, zg_str title) {
  static const char *const does[] = {"进行了", "开展了", "开展", "进行", NULL};
  static const char *const ends[] = {"巡视", "巡察",    "审计",   "督察",
                                     "检查", "回头看”", "回头看", NULL};
  static const char *const order[] = {"常规巡视",   "常规巡察", "提级交叉巡察",
                                      "提级巡察",   "交叉巡察", "联动巡察",
                                      "专项巡视",   "专项巡察", "机动式巡视",
                                      "机动式巡察", "机动巡察", "政治巡察",
                                      "回头看",     "巡视",     "巡察",
                                      "审计",       "督察",     NULL};
  for (size_t at = 0; at < opening.n;) {
    const char *verb = NULL;
    size_t v = zg_sx_find_any(opening, at, does, &verb);
    if (v == ZG_NPOS)
      break;
    at = v + strlen(verb);
    size_t stop = zg_sx_fwd_to(opening, at, ",。;并(");
    zg_str k = zg_sx_sub(opening, at, stop);
    size_t de = zg_sx_rfind(k, "的");
    if (de != ZG_NPOS && zg_sx_starts(k, "为期"))
      k = zg_sx_sub(k, de + strlen("的"), k.n);
    if (zg_sx_has(k, "回头看") && k.n < 60)
      return ZG_STR("回头看");
    if (k.n <= 45 && zg_sx_ends_any(k, ends) && !zg_sx_has(k, "的"))
      return k;
  }
  for (int k = 0; order[k]; k++)
    if (zg_sx_has(title, order[k]) || zg_sx_has(opening, order[k]))
      return zg_str_of(order[k]);
  return ZG_STR_NULL;
}

/* 十二届省委第十一轮, 2023年度第一轮, 县委第四轮. */
static zg_str find_round(zg_str t) {
  static const char *const bodies[] = {"省委", "市委", "县委", "区委",
                                       "州委", "旗委", "中央", NULL};
  static const char *const earlier[] = {"上轮", "上一轮", "指出", NULL};
  for (size_t at = 0; (at = zg_sx_find(t, at, "轮")) != ZG_NPOS;) {
    size_t end = at + strlen("轮");
    at = end;
    size_t di = zg_sx_back_to(t, end - strlen("轮"), "第", 24);
    if (di < strlen("第") || !zg_sx_at(t, di - strlen("第"), "第"))
      continue;
    zg_num n = zg_sx_number(t, di);
    if (!n.len || di + n.len != end - strlen("轮"))
      continue;
    if (zg_sx_at_any(t, end, earlier))
      continue;
    size_t lo = zg_sx_back_to(t, di - strlen("第"), ",。;:()《》“” \n", 48);
    zg_str run = zg_sx_sub(t, lo, di - strlen("第"));
    size_t jie = zg_sx_rfind(run, "届"), from = ZG_NPOS;
    if (jie != ZG_NPOS) {
      size_t k = jie;
      while (k > 0) {
        size_t p = zg_sx_prev(run, k);
        if (!zg_sx_number(run, p).len)
          break;
        k = p;
      }
      from = k < jie ? lo + k : ZG_NPOS;
    } else if (zg_sx_has(run, "年度") || zg_sx_ends(run, "年")) {
      size_t y = zg_sx_rfind(run, "20");
      from = y == ZG_NPOS ? y : lo + y;
    } else {
      for (int k = 0; bodies[k]; k++)
        if (zg_sx_ends(run, bodies[k]))
          from = lo + run.n - strlen(bodies[k]);
    }
    if (from != ZG_NPOS)
      return zg_sx_sub(t, from, end);
  }
  return ZG_STR_NULL;
}

static size_t collect(zg_str t, seen_date *out) {
  size_t n = 0;
  for (size_t i = 0; i < t.n && n < MAX_DATES;) {
    zg_date d = zg_px_date(t, i);
    /* a bare 第2月 or a number inside a word is no date */
    if (d.len && (d.m || d.y) && (d.d || d.m)) {
      out[n++] = (seen_date){d, i, i + d.len, false};
      i += d.len;
      continue;
    }
    zg_num k = zg_sx_digits(t, i);
    i += k.len ? k.len : zg_sx_len(t, i);
  }
  return n;
}

static bool joins(zg_str between) {
  static const char *const seps[] = {"至", "到", "——", "—", "--",
                                     "-",  "~",  "–",  "―", NULL};
  between = zg_sx_trim(between);
  size_t k = zg_sx_at_any(between, 0, seps);
  return k && k == between.n;
}

/* 12月5日-16日: the day alone after the separator. */
static bool day_only(zg_str t, seen_date *a, seen_date *out) {
  size_t at = a->end;
  static const char *const seps[] = {"至", "到", "——", "—", "-", "~", NULL};
  size_t k = zg_sx_at_any(t, at, seps);
  zg_num n = k ? zg_sx_digits(t, at + k) : (zg_num){0, 0, 0};
  if (!n.len || n.v < 1 || n.v > 31 || !zg_sx_at(t, at + k + n.len, "日"))
    return false;
  *out = *a;
  out->d.d = (int)n.v;
  out->end = at + k + n.len + strlen("日");
  return true;
}

static void set_period(zg_ctx *c, seen_date *a, seen_date *b) {
  zg_bulletin *bl = c->b;
  a->used = b->used = true;
  if (!a->d.y && b->d.y) {
    a->d.y = b->d.y - (a->d.m > b->d.m);
    zg_px_infer(c, "inspect_start");
  } else if (a->d.y && !b->d.y) {
    b->d.y = a->d.y;
    if (b->d.m < a->d.m || (b->d.m == a->d.m && b->d.d && b->d.d < a->d.d))
      b->d.y++;
    zg_px_infer(c, "inspect_end");
  }
  bl->inspect_start = zg_px_iso(c, a->d);
  bl->inspect_end = zg_px_iso(c, b->d);
}

/* The feedback's clause holds 反馈 and is no later event (收到反馈意见后). */
static bool is_feedback(zg_str t, size_t at) {
  static const char *const no[] = {"反馈后",   "反馈意见后", "反馈意见整改",
                                   "反馈问题", "反馈以来",   NULL};
  if (zg_sx_at_any(t, at, no))
    return false;
  return !zg_sx_ends(zg_sx_sub(t, 0, at), "收到");
}

static seen_date *feedback_date(zg_str t, seen_date *d, size_t n,
                                size_t period_end) {
  for (size_t at = period_end; (at = zg_sx_find(t, at, "反馈")) != ZG_NPOS;
       at += strlen("反馈")) {
    if (!is_feedback(t, at))
      continue;
    size_t sentence = zg_sx_back_to(t, at, "。;\n", 400);
    for (size_t k = n; k-- > 0;)
      if (!d[k].used && d[k].end <= at && d[k].at >= sentence &&
          d[k].at >= period_end)
        return &d[k];
  }
  return NULL;
}

static void find_dates(zg_ctx *c, zg_str t) {
  seen_date d[MAX_DATES + 1];
  size_t n = collect(t, d), end = 0;
  zg_date last = {0, 0, 0, 0};
  for (size_t k = 0; k < n; k++) {
    seen_date b;
    if (k + 1 < n && joins(zg_sx_sub(t, d[k].end, d[k + 1].at))) {
      set_period(c, &d[k], &d[k + 1]);
      last = d[k + 1].d;
      end = d[k + 1].end;
      break;
    }
    if (day_only(t, &d[k], &b)) {
      d[k].used = true;
      set_period(c, &d[k], &b);
      last = b.d;
      end = b.end;
      break;
    }
  }
  seen_date *f = feedback_date(t, d, n, end);
  if (!f)
    return;
  if (!f->d.y && zg_sx_ends(zg_sx_sub(t, 0, f->at), "今年") &&
      c->publish_year > 0) {
    f->d.y = c->publish_year;
    zg_px_infer(c, "feedback_date");
  } else if (!f->d.y && last.y) {
    f->d.y = last.y;
    if (f->d.m < last.m || (f->d.m == last.m && f->d.d && f->d.d < last.d))
      f->d.y++;
    zg_px_infer(c, "feedback_date");
  }
  c->b->feedback_date = zg_px_iso(c, f->d);
}

void zg_px_opening(zg_ctx *c) {
  zg_bulletin *b = c->b;
  zg_str t = opening_of(c);
  zg_str team = find_team(t), kind = find_kind(t, c->title);
  if (team.n)
    b->team = zg_px_dup(c, team);
  /* a bare 巡察 takes the team's own word: 第一提级巡察组 */
  if (zg_str_is(kind, "巡察") && zg_sx_has(team, "提级"))
    kind =
        zg_sx_has(team, "交叉") ? ZG_STR("提级交叉巡察") : ZG_STR("提级巡察");
  else if (zg_str_is(kind, "巡察") && zg_sx_has(team, "联动"))
    kind = ZG_STR("联动巡察");
  else if (zg_str_is(kind, "巡察") && zg_sx_has(team, "专项"))
    kind = ZG_STR("专项巡察");
  if (kind.n)
    b->kind = zg_px_dup(c, kind);
  b->inspecting_body = zg_px_body(c, team.n ? team : t);
  if (!c->anonymised)
    find_dates(c, t);
  zg_str round = find_round(c->title);
  if (!round.n)
    round = find_round(t);
  for (int i = c->body; i < c->tail && !round.n; i++)
    if (!c->in_finding[i])
      round = find_round(c->paras[i].t);
  if (round.n)
    b->round = zg_px_dup(c, round);
}

static void check_gap(zg_ctx *c, zg_str a, zg_str b, int lo, int hi,
                      const char *what) {
  zg_date x, y;
  if (!a.p || !b.p || !zg_px_parse_iso(a, &x) || !zg_px_parse_iso(b, &y) ||
      !x.d || !y.d)
    return;
  int64_t gap = zg_px_days(y) - zg_px_days(x);
  if (gap < lo || gap > hi)
    zg_px_warn(c, ZG_SPAN_NONE, "date_implausible",
               "%s: %lld days, usual are %d to %d", what, (long long)gap, lo,
               hi);
}

/* Ranges that were seen in 56 bulletins; outside them the value is kept. */
void zg_px_plausible(zg_ctx *c) {
  zg_bulletin *b = c->b;
  check_gap(c, b->inspect_start, b->inspect_end, 17, 141,
            "inspect_start to inspect_end");
  check_gap(c, b->inspect_end, b->feedback_date, 17, 218,
            "inspect_end to feedback_date");
  check_gap(c, b->feedback_date, b->publish_date, 97, 1071,
            "feedback_date to publish_date");
  static const char *const words[] = {"巡视", "巡察", "审计", NULL};
  zg_str t = opening_of(c);
  for (int k = 0; words[k] && c->title.n && t.n; k++) {
    bool other = false;
    for (int j = 0; words[j]; j++)
      other = other || (j != k && zg_sx_has(t, words[j]));
    if (zg_sx_has(c->title, words[k]) && !zg_sx_has(t, words[k]) && other)
      zg_px_warn(c, zg_px_span(c, t), "title_text_differ",
                 "the title says %s, the opening does not", words[k]);
  }
}
