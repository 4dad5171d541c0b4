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

/* 2021-09-05, 2021/9/5, 2021.9.5 */
static zg_date numeric(zg_str s, size_t i) {
  zg_date none = {0, 0, 0, 0}, d = none;
  zg_num y = {0, 0, 0};
  for (size_t k = i; k < s.n && k < i + 4 && zg_sx_is_digit(s, k); k++) {
    y.v = y.v * 10 + (s.p[k] - '0');
    y.len++;
  }
  if (y.len != 4 || i + 4 >= s.n)
    return none;
  char sep = s.p[i + 4];
  if (sep != '-' && sep != '/' && sep != '.')
    return none;
  int part[2] = {0, 0};
  size_t at = i + 4;
  for (int k = 0; k < 2; k++) {
    if (at >= s.n || s.p[at] != sep || !zg_sx_is_digit(s, at + 1))
      break;
    at++;
    part[k] = s.p[at++] - '0';
    if (zg_sx_is_digit(s, at))
      part[k] = part[k] * 10 + (s.p[at++] - '0');
  }
  d = (zg_date){(int)y.v, part[0], part[1], at - i};
  return part[0] && part[1] && valid(d) ? d : none;
}

/* Lost 年/月: 2024815日.  Exactly one valid split or nothing. */
static zg_date repaired(zg_str s, size_t i) {
  zg_date none = {0, 0, 0, 0}, hit = none;
  size_t n = 0;
  while (zg_sx_is_digit(s, i + n))
    n++;
  if (!zg_sx_at(s, i + n, "日") || n < 6 || n > 8 || s.p[i] != '2' ||
      s.p[i + 1] != '0')
    return none;
  int hits = 0;
  for (size_t m = 1; m <= 2; m++) {
    size_t d = n - 4 - m;
    if (n < 4 + m + 1 || d > 2 || s.p[i + 4] == '0' || s.p[i + 4 + m] == '0')
      continue;
    int v[2] = {0, 0};
    for (size_t k = 0; k < m; k++)
      v[0] = v[0] * 10 + (s.p[i + 4 + k] - '0');
    for (size_t k = 0; k < d; k++)
      v[1] = v[1] * 10 + (s.p[i + 4 + m + k] - '0');
    if (v[0] < 1 || v[0] > 12 || v[1] < 1 || v[1] > 31)
      continue;
    int y = (s.p[i + 2] - '0') * 10 + (s.p[i + 3] - '0') + 2000;
    hit = (zg_date){y, v[0], v[1], n + strlen("日")};
    hits++;
  }
  return hits == 1 ? hit : none;
}

zg_date zg_px_date(zg_str s, size_t i) {
  zg_date none = {0, 0, 0, 0}, d = numeric(s, i);
  if (d.len)
    return d;
  size_t k = 0, at = i;
  int v = number_at(s, at, &k);
  if (v < 0)
    return repaired(s, i);
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
    if (d.y) {
      d.len = at - i;
      return d;
    }
    return repaired(s, i);
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
