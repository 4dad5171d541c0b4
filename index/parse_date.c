/* Dates as printed, with the precision that they have. */
#include "index/parse_ctx.h"

static bool valid(zg_date d) {
  if (d.y && (d.y < 1949 || d.y > 2099))
    return false;
  if (d.m < 0 || d.m > 12 || d.d < 0 || d.d > 31)
    return false;
  return d.y || d.m;
}

static int number_at(zg_str s, size_t i, size_t *len) {
  zg_num n = zg_sx_number(s, i);
  *len = n.len;
  return n.len && n.v < 100000 ? (int)n.v : -1;
}

/* The digits [from, to) as a number; to - from <= 4. */
static int digits_of(zg_str s, size_t from, size_t to) {
  int v = 0;
  for (size_t k = from; k < to; k++)
    v = v * 10 + (s.p[k] - '0');
  return v;
}

static size_t digit_run(zg_str s, size_t i, size_t max) {
  size_t n = 0;
  while (n <= max && zg_sx_is_digit(s, i + n))
    n++;
  return n;
}

/* 2021-09-05, 2021/9/5, 2021.9.5 */
static zg_date numeric(zg_str s, size_t i) {
  zg_date none = {0, 0, 0, 0}, d = none;
  if (digit_run(s, i, 4) != 4 || i + 4 >= s.n)
    return none;
  char sep = s.p[i + 4] == ' ' && i + 5 < s.n ? s.p[i + 5] : s.p[i + 4];
  if (sep != '-' && sep != '/' && sep != '.')
    return none;
  int part[2] = {0, 0};
  size_t at = i + 4;
  for (int k = 0; k < 2; k++) {
    size_t gap = zg_sx_at(s, at, " ") ? 1 : 0;
    if (at + gap >= s.n || s.p[at + gap] != sep)
      break;
    at += gap + 1;
    at += zg_sx_at(s, at, " ") ? 1 : 0;
    if (!zg_sx_is_digit(s, at))
      break;
    part[k] = s.p[at++] - '0';
    if (zg_sx_is_digit(s, at))
      part[k] = part[k] * 10 + (s.p[at++] - '0');
  }
  if (zg_sx_is_digit(s, at))
    return none;
  d = (zg_date){digits_of(s, i, i + 4), part[0], part[1], at - i};
  return part[0] && part[1] && valid(d) ? d : none;
}

/* Month and day run together in digits [from, to): how many ways to part them;
 * the last one in *d. */
static int part_md(zg_str s, size_t from, size_t to, zg_date *d) {
  int ways = 0;
  for (size_t m = 1; m <= 2; m++) {
    if (from + m >= to || to - from - m > 2 || s.p[from] == '0' ||
        s.p[from + m] == '0')
      continue;
    int month = digits_of(s, from, from + m), day = digits_of(s, from + m, to);
    if (month < 1 || month > 12 || day < 1 || day > 31)
      continue;
    d->m = month;
    d->d = day;
    ways++;
  }
  return ways;
}

/* 20248月15日: the year's 年 is gone, the month is not. */
static int lost_year_mark(zg_str s, size_t i, size_t n, zg_date *d) {
  size_t k = 0, at = i + n;
  if (n < 5 || n > 6 || !zg_sx_at(s, at, "月") || s.p[i + 4] == '0')
    return 0;
  d->y = digits_of(s, i, i + 4);
  d->m = digits_of(s, i + 4, at);
  at += strlen("月");
  int day = number_at(s, at, &k);
  if (day >= 1 && day <= 31 && zg_sx_at(s, at + k, "日")) {
    d->d = day;
    at += k + strlen("日");
  }
  d->len = at - i;
  return valid(*d) ? 1 : 0;
}

int zg_px_date_lost(zg_str s, size_t i, bool bare, zg_date *out) {
  zg_date d = {0, 0, 0, 0};
  *out = d;
  size_t n = digit_run(s, i, 8);
  int ways = 0;
  if (n >= 5 && n <= 8 && s.p[i] == '2' && s.p[i + 1] == '0') {
    ways = lost_year_mark(s, i, n, &d);
    if (!ways && n >= 6 && zg_sx_at(s, i + n, "日")) {
      d = (zg_date){digits_of(s, i, i + 4), 0, 0, n + strlen("日")};
      ways = part_md(s, i + 4, i + n, &d);
    }
  } else if (n == 4 && zg_sx_at(s, i + 4, "年")) {
    size_t at = i + 4 + strlen("年"), k = digit_run(s, at, 4);
    if (k >= 3 && k <= 4 && zg_sx_at(s, at + k, "日")) {
      d = (zg_date){digits_of(s, i, i + 4), 0, 0, at + k + 3 - i};
      ways = part_md(s, at, at + k, &d);
    }
  } else if (bare && n >= 2 && n <= 4 &&
             (n > 2 || digits_of(s, i, i + 2) > 31) &&
             zg_sx_at(s, i + n, "日")) {
    d.len = n + strlen("日");
    ways = part_md(s, i, i + n, &d);
  }
  if (d.y && (d.y < 1949 || d.y > 2099))
    ways = 0;
  if (ways == 1)
    *out = d;
  else if (ways > 1)
    out->len = d.len;
  return ways;
}

static zg_date repaired(zg_str s, size_t i) {
  zg_date none = {0, 0, 0, 0}, d;
  return zg_px_date_lost(s, i, false, &d) == 1 ? d : none;
}

zg_date zg_px_date(zg_str s, size_t i) {
  zg_date none = {0, 0, 0, 0}, d = numeric(s, i);
  if (d.len)
    return d;
  d = repaired(s, i);
  if (d.len)
    return d;
  size_t k = 0, at = i;
  int v = number_at(s, at, &k);
  if (v < 0)
    return none;
  if (zg_sx_at(s, at + k, "年")) {
    d.y = v;
    at += k + strlen("年");
    if (v < 1949 || v > 2099)
      return none;
    v = number_at(s, at, &k);
    if (v < 0) {
      d.len = at - i;
      return d;
    }
  }
  if (!zg_sx_at(s, at + k, "月") || v < 1 || v > 12) {
    d.len = d.y ? at - i : 0;
    return d.y ? d : none;
  }
  d.m = v;
  at += k + strlen("月");
  if (zg_sx_at(s, at, "份"))
    at += strlen("份");
  v = number_at(s, at, &k);
  if (v >= 1 && v <= 31 &&
      (zg_sx_at(s, at + k, "日") || zg_sx_at(s, at + k, "号"))) {
    d.d = v;
    at += k + strlen("日");
  }
  d.len = at - i;
  return valid(d) ? d : none;
}

/* Digits of the path from i, read as 20210831, 2021/8/31, 2021-08/31, 2021/0831
 * or 202108. */
static zg_date path_date(zg_str s, size_t i) {
  zg_date d = {0, 0, 0, 0};
  size_t n = digit_run(s, i, 8);
  if (n == 4) {
    size_t at = i + 4, parts = 0;
    int v[2] = {0, 0};
    for (; parts < 2 && at < s.n && (s.p[at] == '/' || s.p[at] == '-');
         parts++) {
      size_t k = digit_run(s, at + 1, 4);
      if (parts == 0 && k == 4) {
        v[0] = digits_of(s, at + 1, at + 3);
        v[1] = digits_of(s, at + 3, at + 5);
        parts = 2;
        break;
      }
      if (k < 1 || k > 2)
        break;
      v[parts] = digits_of(s, at + 1, at + 1 + k);
      at += 1 + k;
    }
    if (parts)
      d = (zg_date){digits_of(s, i, i + 4), v[0], v[1], 1};
  } else if (n == 6) {
    d = (zg_date){digits_of(s, i, i + 4), digits_of(s, i + 4, i + 6), 0, 1};
  } else if (n == 8) {
    d = (zg_date){digits_of(s, i, i + 4), digits_of(s, i + 4, i + 6),
                  digits_of(s, i + 6, i + 8), 1};
  }
  bool sane = valid(d) && d.y >= 2000 && d.m > 0;
  return sane ? d : (zg_date){0, 0, 0, 0};
}

zg_date zg_px_date_of_url(zg_str url) {
  zg_date best = {0, 0, 0, 0};
  for (size_t i = 1; i < url.n; i++) {
    bool starts = url.p[i - 1] == '/' ||
                  (url.p[i - 1] == 't' && i > 1 && url.p[i - 2] == '/');
    if (!starts || !zg_sx_is_digit(url, i))
      continue;
    zg_date d = path_date(url, i);
    if (d.m && (!best.m || (!best.d && d.d)))
      best = d;
  }
  return best;
}

zg_str zg_px_iso(zg_ctx *c, zg_date d) {
  if (!d.y)
    return ZG_STR_NULL;
  zg_str out;
  if (d.m && d.d)
    out = zg_arena_printf(c->a, "%04d-%02d-%02d", d.y, d.m, d.d);
  else if (d.m)
    out = zg_arena_printf(c->a, "%04d-%02d", d.y, d.m);
  else
    out = zg_arena_printf(c->a, "%04d", d.y);
  if (!out.p)
    c->oom = true;
  return out;
}

/* Days from civil, H. Hinnant, "chrono-compatible low-level date algorithms" */
int64_t zg_px_days(zg_date d) {
  int64_t y = d.y, m = d.m ? d.m : 1, day = d.d ? d.d : 1;
  y -= m <= 2;
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t yoe = y - era * 400;
  int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

bool zg_px_parse_iso(zg_str s, zg_date *out) {
  int v[3] = {0, 0, 0};
  size_t at = 0;
  for (int k = 0; k < 3 && at < s.n; k++) {
    if (k && s.p[at++] != '-')
      return false;
    size_t from = at;
    while (at < s.n && zg_sx_is_digit(s, at) && at - from < 4)
      v[k] = v[k] * 10 + (s.p[at++] - '0');
    if (at == from)
      return false;
  }
  *out = (zg_date){v[0], v[1], v[2], s.n};
  return valid(*out) && v[0] > 0;
}
