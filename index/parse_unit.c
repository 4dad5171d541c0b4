/* Rank and place of a unit, from its name alone: never from its topic. */
#include "index/parse_ctx.h"

static const char *const PROVINCES[] = {
    "北京", "天津", "上海", "重庆",   "河北",   "山西", "辽宁", "吉林", "江苏",
    "浙江", "安徽", "福建", "江西",   "山东",   "河南", "湖北", "湖南", "广东",
    "海南", "四川", "贵州", "云南",   "陕西",   "甘肃", "青海", "台湾", "广西",
    "西藏", "宁夏", "新疆", "黑龙江", "内蒙古", NULL};
static const char *const MUNICIPALITIES[] = {"北京", "天津", "上海", "重庆",
                                             NULL};
/* Cities of county rank that the evidence met; extend freely. */
static const char *const COUNTY_CITIES[] = {
    "晋江市", "嵊州市", "韩城市", "慈溪市",   "义乌市", "昆山市", "余姚市",
    "诸暨市", "石狮市", "江阴市", "张家港市", "常熟市", "太仓市", "宜兴市",
    "瑞安市", "乐清市", "东阳市", "永康市",   "温岭市", "海宁市", "桐乡市",
    "平湖市", "浏阳市", "醴陵市", "福清市",   "南安市", "龙海市", "胶州市",
    "即墨市", "平度市", "莱西市", "寿光市",   "滕州市", "邹城市", "新郑市",
    "巩义市", "禹州市", "汝州市", "瓦房店市", "庄河市", "海城市", NULL};

typedef struct place {
  zg_str province; /* without suffix */
  zg_str city, county;
  zg_str rest; /* the name after the places */
} place;

static zg_str after(zg_str s, size_t n) { return zg_sx_sub(s, n, s.n); }

/* One place token: two to four characters and its suffix. */
static size_t token_len(zg_str s, const char *suffixes) {
  size_t at = 0;
  for (int chars = 0; chars < 6 && at < s.n; chars++) {
    if (!zg_sx_is_han(zg_sx_cp(s, at)))
      return 0;
    if (chars >= 2 && zg_sx_in(s, at, suffixes))
      return at + zg_sx_len(s, at);
    at += zg_sx_len(s, at);
  }
  return 0;
}

static place places(zg_str u) {
  static const char *const suffix[] = {
      "壮族自治区", "维吾尔自治区", "回族自治区", "自治区", "省", "市", NULL};
  place out = {ZG_STR_NULL, ZG_STR_NULL, ZG_STR_NULL, u};
  if (zg_sx_starts(u, "中共"))
    u = after(u, strlen("中共"));
  size_t n = zg_sx_at_any(u, 0, PROVINCES), named = token_len(u, "省");
  if (!n && named)
    n = named - strlen("省");
  if (n) {
    out.province = zg_sx_sub(u, 0, n);
    u = after(u, n);
    u = after(u, zg_sx_at_any(u, 0, suffix));
  }
  n = token_len(u, "市州盟");
  size_t k = token_len(u, "县旗区");
  if (n && (!k || n < k) && !zg_sx_at(u, n, "场")) {
    out.city = zg_sx_sub(u, 0, n);
    u = after(u, n);
    k = token_len(u, "县旗区");
  }
  if (k && !zg_sx_at(u, k, "域") && !zg_sx_at(u, k, "级")) {
    out.county = zg_sx_sub(u, 0, k);
    u = after(u, k);
  }
  out.rest = u;
  return out;
}

/* Kinds of body that have a level of their own. */
static const char *own_kind(zg_str rest) {
  static const char *const school[] = {"中学", "小学", "学校", "幼儿园", NULL};
  static const char *const firm[] = {"公司", "集团", "银行", "企业", NULL};
  if (zg_sx_has(rest, "大学") || zg_sx_has(rest, "学院"))
    return "university";
  if (zg_sx_has(rest, "医院") || zg_sx_has(rest, "卫生院"))
    return "hospital";
  if (zg_sx_has_any(rest, school) && !zg_sx_has(rest, "党校"))
    return "school";
  if (zg_sx_has_any(rest, firm))
    return "enterprise";
  return NULL;
}

static bool is_township(zg_str rest) {
  static const char *const ends[] = {"镇", "乡", "街道", NULL};
  static const char *const bodies[] = {"党委",       "党工委", "人民政府",
                                       "委员会",     "政府",   "办事处",
                                       "工作委员会", "人大",   NULL};
  for (int k = 0; ends[k]; k++) {
    size_t at = zg_sx_find(rest, 0, ends[k]);
    if (at == ZG_NPOS || at == 0)
      continue;
    size_t end = at + strlen(ends[k]);
    if (end == rest.n || zg_sx_at_any(rest, end, bodies))
      return true;
  }
  return false;
}

static const char *by_prefix(zg_str u) {
  if (zg_sx_starts(u, "中共"))
    u = after(u, strlen("中共"));
  static const char *const central[] = {"中央", "国家", "全国", NULL};
  static const char *const province[] = {"省", "自治区", NULL};
  static const char *const county[] = {"县", "区", "旗", NULL};
  if (zg_sx_at_any(u, 0, central))
    return "central";
  if (zg_sx_at_any(u, 0, province))
    return "province";
  if (zg_sx_at_any(u, 0, county))
    return "county";
  if (zg_sx_at_any(u, 0, (const char *const[]){"市", "州", "盟", NULL}))
    return "city";
  return NULL;
}

const char *zg_px_level(zg_str unit, zg_str context) {
  if (!unit.n)
    return NULL;
  place p = places(unit);
  const char *own = own_kind(p.rest);
  if (own)
    return own;
  if (is_township(p.rest))
    return "township";
  if (zg_sx_has(p.rest, "村党") || zg_sx_has(p.rest, "社区党") ||
      zg_sx_has(p.rest, "村支部"))
    return "village";
  if (p.county.n)
    return "county";
  if (p.city.n) {
    for (int k = 0; COUNTY_CITIES[k]; k++)
      if (zg_str_is(p.city, COUNTY_CITIES[k]))
        return "county";
    return "city";
  }
  if (p.province.n)
    return "province";
  const char *by = by_prefix(unit);
  return by || !context.n ? by : zg_px_level(context, ZG_STR_NULL);
}

zg_str zg_px_region(zg_ctx *c, zg_str unit) {
  place p = places(unit);
  zg_str r = p.county.n ? p.county : p.city.n ? p.city : p.province;
  return r.n ? zg_px_dup(c, r) : ZG_STR_NULL;
}

/* X市委 that the text spells out: 根据澜川市委统一部署. */
static zg_str spelt_out(zg_str t, const char *body) {
  static const char *const before[] = {"根据", "按照", "中共", "经",
                                       "由",   "受",   "在",   NULL};
  for (size_t at = 0; (at = zg_sx_find(t, at, body)) != ZG_NPOS; at++) {
    size_t from = at;
    for (int chars = 1; chars <= 4 && from > 0; chars++) {
      from = zg_sx_prev(t, from);
      if (!zg_sx_is_han(zg_sx_cp(t, from)) ||
          zg_sx_in(t, from, "届第轮委组省市县区根据按照和"))
        break;
      zg_str head = zg_sx_sub(t, 0, from);
      bool bound = from == 0 || zg_sx_in(t, zg_sx_prev(t, from), ",。;( :") ||
                   zg_sx_ends_any(head, before);
      if (chars >= 2 && bound)
        return zg_sx_sub(t, from, at + strlen(body));
    }
  }
  return ZG_STR_NULL;
}

/* The inspecting body with its place where one is named, else as in the text
 * (市委). */
zg_str zg_px_body(zg_ctx *c, zg_str team) {
  static const char *const bodies[] = {"自治区党委", "省委", "市委", "县委",
                                       "区委",       "州委", "旗委", NULL};
  const char *body = NULL;
  if (zg_sx_find_any(team, 0, bodies, &body) == ZG_NPOS)
    return zg_sx_has(team, "中央") ? ZG_STR("中央") : ZG_STR_NULL;
  for (int i = c->body;
       i < c->tail && i < c->body + 3 && c->paras[i].tok.shape == ZG_SHAPE_NONE;
       i++) {
    zg_str s = spelt_out(c->paras[i].t, body);
    if (s.n)
      return zg_px_dup(c, s);
  }
  zg_str s = spelt_out(c->title, body);
  if (s.n)
    return zg_px_dup(c, s);
  zg_str unit = c->b->n_units ? c->b->units[0] : ZG_STR_NULL;
  place p = places(unit), q = places(c->b->source);
  zg_str name = ZG_STR_NULL;
  bool province = zg_sx_starts(zg_str_of(body), "省") ||
                  zg_sx_starts(zg_str_of(body), "自治区");
  if (province)
    name = p.province.n ? p.province : q.province;
  else if (zg_sx_starts(zg_str_of(body), "市"))
    name = p.city.n ? p.city : q.city;
  else
    name = p.county.n ? p.county : q.county;
  if (!name.n && zg_sx_starts(zg_str_of(body), "市")) {
    zg_str m = p.province.n ? p.province : q.province;
    for (int k = 0; MUNICIPALITIES[k]; k++)
      if (zg_str_is(m, MUNICIPALITIES[k]))
        return zg_arena_printf(c->a, "%s市委", MUNICIPALITIES[k]);
  }
  if (!name.n)
    return zg_px_dup(c, zg_str_of(body));
  zg_str out;
  if (province)
    out = zg_arena_printf(c->a, "%.*s%s", (int)name.n, name.p, body);
  else /* the place ends in the body's own first character */
    out = zg_arena_printf(c->a, "%.*s%s", (int)(name.n - 3), name.p, body);
  return out;
}
