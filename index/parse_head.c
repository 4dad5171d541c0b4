/* The statement of a finding or problem, its frame, and answer markers. */
#include "index/parse_ctx.h"

static const char *const MARKERS[] = {"整改工作进展情况", "整改措施及完成情况",
                                      "整改措施及成效",   "整改措施及进展",
                                      "整改措施和成效",   "整改落实进展情况",
                                      "整改落实情况",     "整改进展情况",
                                      "整改完成情况",     "整改推进情况",
                                      "整改情况及成效",   "整改工作情况",
                                      "整改落实措施",     "整改情况",
                                      "整改进展及成效",   "整改进展",
                                      "整改措施",         "整改举措",
                                      "整改成效",         "整改成果",
                                      "整改结果",         "整改落实",
                                      "整改做法",         "落实整改情况",
                                      "落实情况",         "采取的措施",
                                      "采取措施",         "主要措施",
                                      "具体措施",         "工作措施",
                                      "进展情况",         NULL};
static const char *const LABELS[] = {"巡察反馈问题:",
                                     "巡视反馈问题:",
                                     "反馈问题:",
                                     "反馈意见:",
                                     "问题表现:",
                                     "存在问题:",
                                     "存在的问题:",
                                     "具体问题:",
                                     "主要问题:",
                                     "突出问题:",
                                     "问题描述:",
                                     "问题内容:",
                                     "整改问题:",
                                     "问题:",
                                     "主要表现:",
                                     "具体表现:",
                                     NULL};
static const char *const LEADS[] = {"针对反馈指出的", "针对", "关于", NULL};

enum { MARKER_MAX = 96 }; /* bytes; twice as many as any marker has */

size_t zg_px_lead_label(zg_str s) {
  zg_token tok = zg_px_token(s);
  if (tok.shape == ZG_SHAPE_NAMED)
    return tok.len;
  return zg_sx_at_any(s, 0, LABELS);
}

size_t zg_px_marker_at(zg_str s, size_t i) {
  size_t from = i;
  if (zg_sx_at(s, i, "【"))
    i += strlen("【");
  size_t k = zg_sx_at_any(s, i, MARKERS);
  if (!k)
    return 0;
  i += k;
  if (zg_sx_at(s, i, "】"))
    return i + strlen("】") + (zg_sx_at(s, i + strlen("】"), ":") ? 1 : 0);
  /* a line of its own, no colon */
  bool line = from == 0 || s.p[from - 1] == '\n';
  if (line && (i == s.n || s.p[i] == '\n'))
    return i;
  if (zg_sx_at(s, i, ":"))
    return i + 1;
  return 0;
}

size_t zg_px_marker(zg_str s, size_t from, size_t *end) {
  /* every marker ends in a colon, 】 or a line end: look back from there */
  for (size_t stop = from; stop < s.n; stop++) {
    bool line_end = s.p[stop] == '\n';
    if (s.p[stop] != ':' && !line_end && !zg_sx_at(s, stop, "】"))
      continue;
    size_t lo = zg_sx_back_to(s, stop, "。;\n:,!?”】", MARKER_MAX / 2);
    if (line_end && lo > 0 && s.p[lo - 1] != '\n')
      continue;
    if (lo < from)
      lo = from;
    while (lo < stop && s.p[lo] == ' ')
      lo++;
    size_t e = zg_px_marker_at(s, lo);
    if (e) {
      *end = e;
      return lo;
    }
  }
  return ZG_NPOS;
}

static const struct {
  const char *open, *close;
} QUOTES[] = {{"“", "”"}, {"\"", "\""}, {"‘", "’"},
              {"'", "'"}, {"「", "」"}, {"『", "』"}};
enum { N_QUOTES = sizeof QUOTES / sizeof *QUOTES, QUOTE_MAX = 1500 };

static int quote_at(zg_str s, size_t i) {
  for (int k = 0; k < N_QUOTES; k++)
    if (zg_sx_at(s, i, QUOTES[k].open))
      return k;
  return -1;
}

/* The closing quote that belongs to the opening one at i, ZG_NPOS if none.
 * Quotes of the same kind nest in these texts: “…“A”“B”等问题…”. */
static size_t closing_quote(zg_str s, size_t i) {
  int kind = quote_at(s, i), depth = 0;
  if (kind < 0)
    return ZG_NPOS;
  const char *open = QUOTES[kind].open, *close = QUOTES[kind].close;
  bool same = strcmp(open, close) == 0;
  size_t max = s.n - i < QUOTE_MAX ? s.n : i + QUOTE_MAX;
  for (size_t at = i; at < max && s.p[at] != '\n'; at += zg_sx_len(s, at)) {
    if (zg_sx_at(s, at, open) && (depth == 0 || !same))
      depth++;
    else if (zg_sx_at(s, at, close) && --depth == 0)
      return at;
  }
  return ZG_NPOS;
}

/* 的问题的整改情况, 等问题整改, 方面 … after a quoted statement: its length, 0
 * when what follows is no such tail. */
static size_t tail_len(zg_str s, size_t i) {
  static const char *const words[] = {"的",   "等",   "问题", "整改", "落实",
                                      "工作", "情况", "方面", "进展", NULL};
  enum { TAIL_MAX = 120 }; /* bytes; no tail is so long */
  size_t at = i, k;
  while (at - i < TAIL_MAX && (k = zg_sx_at_any(s, at, words)) != 0)
    at += k;
  return at - i;
}

static size_t skip_stop(zg_str s, size_t at) {
  while (at < s.n && (zg_sx_in(s, at, "。:;") || s.p[at] == ' '))
    at += zg_sx_len(s, at);
  return at;
}

/* (已完成) right after the statement. */
static void take_bracket(zg_str s, zg_head *h) {
  size_t at = h->end;
  const char *close = zg_sx_at(s, at, "(")    ? ")"
                      : zg_sx_at(s, at, "【") ? "】"
                      : zg_sx_at(s, at, "[")  ? "]"
                                              : NULL;
  if (!close)
    return;
  size_t from = at + zg_sx_len(s, at);
  size_t end = zg_sx_find(zg_sx_sub(s, 0, from + 60), from, close);
  if (end == ZG_NPOS)
    return;
  zg_str in = zg_sx_sub(s, from, end);
  if (!zg_px_status_clause(in).at.p)
    return;
  h->bracket = true;
  h->status = in;
  h->end = skip_stop(s, end + strlen(close));
}

/* A tail that nothing need follow: …问题的整改情况 */
static bool tail_closes(zg_str s, size_t at, size_t len) {
  zg_str tail = zg_sx_sub(s, at, at + len);
  return zg_sx_has(tail, "整改") && zg_sx_ends(tail, "情况");
}

/* 针对…的问题: the first 的问题 that a full stop or colon follows, or a comma
 * before the first measure. */
static size_t aimed_end(zg_str s, size_t from) {
  for (size_t at = from; (at = zg_sx_find(s, at, "问题")) != ZG_NPOS;) {
    at += strlen("问题");
    if (at == s.n || zg_sx_in(s, at, "。:\n(【"))
      return at;
    if (zg_sx_in(s, at, ",;") && zg_px_first_mark(s, at + 1))
      return at;
    if (tail_closes(s, at, tail_len(s, at)))
      return at;
    if (zg_sx_at(s, at, "”") || zg_sx_at(s, at, "整改")) {
      size_t k = at + strlen("”");
      if (zg_sx_at(s, at, "整改"))
        k = at + tail_len(s, at);
      if (k >= s.n || zg_sx_in(s, k, "。:\n"))
        return zg_sx_at(s, at, "整改") ? at : k;
    }
  }
  return ZG_NPOS;
}

/* End of a bare statement: full stop, colon before a marker, line end. */
static size_t bare_end(zg_str s, size_t from) {
  size_t at = from;
  while (at < s.n) {
    if (zg_sx_in(s, at, "。\n"))
      return at;
    if (zg_sx_at(s, at, "“") || zg_sx_at(s, at, "「")) {
      size_t close = closing_quote(s, at);
      if (close != ZG_NPOS)
        at = close;
    }
    if (s.p[at] == ':' || (s.p[at] == ';' && zg_px_is_field(s, at + 1)) ||
        (zg_sx_in(s, at, ",;") && zg_px_first_mark(s, at + 1)))
      return at;
    if (zg_sx_in(s, at, "([【")) {
      zg_head probe = {ZG_STR_NULL, at, false, ZG_STR_NULL};
      take_bracket(s, &probe);
      if (probe.bracket || zg_px_is_field(s, at + zg_sx_len(s, at)))
        return at;
    }
    at += zg_sx_len(s, at);
  }
  return at;
}

/* Off the end of a statement without quotes: 的整改情况, 整改落实情况. */
static zg_str strip_tail(zg_str h) {
  static const char *const tails[] = {
      "的整改落实情况", "的整改进展情况", "的整改完成情况",
      "的整改工作情况", "的整改情况",     "整改落实情况",
      "整改进展情况",   "整改完成情况",   "整改工作情况",
      "整改情况",       "的整改落实",     "的整改进展",
      "的整改措施",     "的整改",         NULL};
  for (int k = 0; tails[k]; k++)
    if (zg_sx_ends(h, tails[k]) && h.n > strlen(tails[k]) + 6)
      return zg_sx_sub(h, 0, h.n - strlen(tails[k]));
  if (zg_sx_ends(h, "问题整改"))
    return zg_sx_sub(h, 0, h.n - strlen("整改"));
  return h;
}

/* What may follow a frame: a stop, a bracket, the end. */
static bool frame_ends(zg_str s, size_t at) {
  return at >= s.n || zg_sx_in(s, at, "。:;\n(【[ ") ||
         (s.p[at] == ',' && zg_px_first_mark(s, at + 1));
}

static bool quoted(zg_str s, size_t from, zg_head *h) {
  size_t close = closing_quote(s, from);
  if (close == ZG_NPOS)
    return false;
  size_t open_len = zg_sx_len(s, from), after = close + zg_sx_len(s, close);
  size_t end = after + tail_len(s, after);
  if (!frame_ends(s, end) && !tail_closes(s, after, end - after))
    return false;
  h->head = zg_sx_sub(s, from + open_len, close);
  h->end = end;
  return h->head.n > 0;
}

/* 关于“甲问题的整改, 关于甲”问题的整改, 关于“甲"问题: one quote is lost or of
 * another kind. */
static bool half_quoted(zg_str s, size_t from, zg_head *h) {
  if (closing_quote(s, from) != ZG_NPOS) /* it ends inside the statement */
    return false;
  bool open = quote_at(s, from) >= 0 || zg_sx_at(s, from, "”");
  size_t start = from + (open ? zg_sx_len(s, from) : 0);
  size_t stop = zg_sx_fwd_to(zg_sx_sub(s, 0, from + QUOTE_MAX), from, "。\n");
  int depth = 0;
  for (size_t at = start; at < stop; at += zg_sx_len(s, at)) {
    bool opens = zg_sx_at(s, at, "“"), closes = zg_sx_in(s, at, "”\"'’」");
    if (closes && depth > 0) {
      depth--;
    } else if ((closes || opens) && tail_len(s, at + zg_sx_len(s, at)) &&
               (closes || open)) {
      size_t end = at + zg_sx_len(s, at);
      end += tail_len(s, end);
      if (!frame_ends(s, end))
        continue;
      h->head = zg_sx_sub(s, start, at);
      h->end = end;
      return h->head.n > 0;
    } else {
      depth += opens;
    }
  }
  if (!open)
    return false;
  zg_str line = zg_sx_sub(s, 0, stop);
  for (size_t at = start; (at = zg_sx_find(line, at, "问题")) != ZG_NPOS;) {
    size_t end = at + tail_len(s, at);
    if (frame_ends(s, end)) {
      h->head = zg_sx_sub(s, start, at);
      if (zg_sx_ends(h->head, "的"))
        h->head.n -= strlen("的");
      h->end = end;
      return h->head.n > 0;
    }
    at += strlen("问题");
  }
  return false;
}

zg_head zg_px_head(zg_str s) {
  zg_head h = {s, s.n, false, ZG_STR_NULL};
  size_t from = zg_px_lead_label(s), end = ZG_NPOS;
  while (from < s.n && s.p[from] == ' ')
    from++;
  bool aimed = zg_sx_at(s, from, "针对"), about = zg_sx_at(s, from, "关于");
  from += zg_sx_at_any(s, from, LEADS);
  if (zg_sx_at(s, from, "在") && quote_at(s, from + strlen("在")) >= 0)
    from += strlen("在");
  while (from < s.n && s.p[from] == ' ')
    from++;
  if (!aimed && (quoted(s, from, &h) || (about && half_quoted(s, from, &h)))) {
    h.end = skip_stop(s, h.end);
    take_bracket(s, &h);
    return h;
  }
  if (aimed || about)
    end = aimed_end(s, from);
  size_t stop = bare_end(s, from);
  /* a head in two sentences is possible only before …的问题。 */
  if (end == ZG_NPOS || (about && end > stop))
    end = stop;
  /* one that begins before the end has its colon within a marker's length */
  size_t mark_end = 0, mark = zg_px_marker(zg_sx_sub(s, 0, end + MARKER_MAX),
                                           from, &mark_end);
  if (mark != ZG_NPOS && mark < end)
    end = mark;
  h.head = zg_sx_trim_of(zg_sx_sub(s, from, end), ":;,.。");
  h.head = aimed ? h.head : strip_tail(h.head);
  h.end = end;
  if (zg_sx_at(s, end, aimed ? "整改" : "的整改"))
    h.end = end + tail_len(s, end);
  take_bracket(s, &h);
  if (!h.bracket && mark != end) { /* 不严。(已完成) */
    h.end = skip_stop(s, h.end);
    take_bracket(s, &h);
  }
  return h;
}

/* 存在的问题, 反馈的问题: no statement ends there. */
static bool nested(zg_str before) {
  static const char *const verbs[] = {"存在", "反馈", "指出", "发现", "反映",
                                      "查出", "出现", "提出", "方面", NULL};
  return zg_sx_ends_any(before, verbs);
}

size_t zg_px_statements(zg_str head, zg_str *out, size_t max) {
  static const char *const links[] = {"以及", "并且", "和", "及",   "与",
                                      "还有", "同时", "并", "对于", NULL};
  size_t n = 0, from = 0;
  for (size_t at = 0; at < head.n && n + 1 < max;) {
    if (quote_at(head, at) >= 0) { /* of an older finding */
      size_t close = closing_quote(head, at);
      at = close == ZG_NPOS ? at + zg_sx_len(head, at) : close;
    }
    if (!zg_sx_at(head, at, "的问题")) {
      at += zg_sx_len(head, at);
      continue;
    }
    bool inner = nested(zg_sx_sub(head, from, at));
    size_t next = at + strlen("的问题");
    size_t end = next;
    at = next;
    bool sep = next < head.n && zg_sx_in(head, next, ",;、");
    if (sep)
      next += zg_sx_len(head, next);
    size_t link = zg_sx_at_any(head, next, links);
    if ((!sep && !link) || (inner && !link))
      continue;
    next += link;
    next += zg_sx_at_any(head, next, LEADS);
    /* the rest must be a statement of its own */
    if (!zg_sx_has(zg_sx_sub(head, next, head.n), "问题"))
      continue;
    out[n++] = zg_sx_sub(head, from, end);
    from = next;
  }
  if (n < max)
    out[n++] = zg_sx_sub(head, from, head.n);
  return n;
}
