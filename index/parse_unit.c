/* Rank and place of a unit, from its name alone: never from its topic. */
#include "index/parse_ctx.h"
#include "index/places.h"

typedef struct place {
  zg_str province; /* without suffix */
  zg_str city, county;
  zg_str rest; /* the name after the places */
} place;

static zg_str after(zg_str s, size_t n) { return zg_sx_sub(s, n, s.n); }

/* A suffix that here ends no place: 城市管理, 社区, 市场, 县域, 区块. */
static bool no_place(zg_str s, size_t at, size_t end) {
  static const char *const ends[] = {
      "城市", "超市", "股市", "门市", "社区", "小区", "景区",   "片区",
      "灌区", "库区", "辖区", "校区", "院区", "地区", "风景区", "保护区",
      "病区", "牧区", "厂区", "街区", "专区", "州区", NULL};
  static const char *const next[] = {"场", "域", "级", "块", "辖", NULL};
  return zg_sx_ends_any(zg_sx_sub(s, 0, end), ends) ||
         (zg_sx_at_any(s, end, next) && at > 0);
}

/* One place token: two to `max` characters and its suffix. */
static size_t token_len(zg_str s, const char *suffixes, int max) {
  size_t at = 0;
  for (int chars = 0; chars < max && at < s.n; chars++) {
    if (!zg_sx_is_han(zg_sx_cp(s, at)))
      return 0;
    size_t end = at + zg_sx_len(s, at);
    if (chars >= 2 && zg_sx_in(s, at, suffixes) && !no_place(s, at, end))
      return end;
    at = end;
  }
  return 0;
}

static zg_str strip_party(zg_str u) {
  static const char *const party[] = {"中国共产党", "中共", NULL};
  return after(u, zg_sx_at_any(u, 0, party));
}

/* The province at the front, its suffix too; 吉林市 and 海南州 are none. */
static size_t province_len(zg_str u, zg_str *name) {
  static const char *const suffix[] = {
      "壮族自治区", "维吾尔自治区", "回族自治区", "自治区", "省", NULL};
  static const char *const lesser[] = {"市", "州", "县", "区", "旗",
                                       "镇", "乡", "街", NULL};
  size_t n = zg_place_province(u), k = n ? zg_sx_at_any(u, n, suffix) : 0;
  *name = zg_sx_sub(u, 0, n);
  if (k)
    return n + k;
  if (n && zg_place_is_municipality(*name))
    return n + (zg_sx_at(u, n, "市") ? strlen("市") : 0);
  if (n && !zg_sx_at_any(u, n, lesser))
    return n;
  n = token_len(u, "省", 6);
  *name = zg_sx_sub(u, 0, n ? n - strlen("省") : 0);
  return n;
}

/* 湘西土家族苗族自治州: names of peoples make it long. */
static size_t city_len(zg_str u) {
  size_t n = zg_sx_find(zg_sx_sub(u, 0, 60), 0, "自治州");
  if (n != ZG_NPOS && n > 0)
    return n + strlen("自治州");
  n = zg_sx_find(zg_sx_sub(u, 0, 18), 0, "地区");
  if (n != ZG_NPOS && n >= 6)
    return n + strlen("地区");
  return token_len(u, "市州盟", 7);
}

static size_t county_len(zg_str u) {
  static const char *const own[] = {"自治县", "自治旗", "林区", "特区", NULL};
  zg_str lead = zg_sx_sub(u, 0, 60);
  for (int k = 0; own[k]; k++) {
    size_t n = zg_sx_find(lead, 0, own[k]);
    if (n != ZG_NPOS && n >= 6 && n <= 36)
      return n + strlen(own[k]);
  }
  return token_len(u, "县旗区", 10);
}

static place places(zg_str u) {
  place out = {ZG_STR_NULL, ZG_STR_NULL, ZG_STR_NULL, u};
  u = strip_party(u);
  zg_str name;
  size_t n = province_len(u, &name);
  if (n) {
    out.province = name;
    u = after(u, n);
  }
  n = zg_place_county_city(u);
  if (n) {
    out.county = zg_sx_sub(u, 0, n);
    out.rest = after(u, n);
    return out;
  }
  /* 市教育局, 我县: a rank without a name */
  if (u.n && zg_sx_in(u, 0, "省市县区州旗盟我本")) {
    out.rest = u;
    return out;
  }
  n = city_len(u);
  size_t k = county_len(u);
  if (n && (!k || n < k)) {
    out.city = zg_sx_sub(u, 0, n);
    u = after(u, n);
    /* a city inside a city is one of county rank */
    k = zg_place_county_city(u);
    if (!k)
      k = token_len(u, "市", 5);
    if (!k)
      k = county_len(u);
  }
  if (k && !zg_sx_at(u, k, "域") && !zg_sx_at(u, k, "级")) {
    out.county = zg_sx_sub(u, 0, k);
    u = after(u, k);
  }
  out.rest = u;
  return out;
}

/* The bare organisation: bracketed list and party body off its end. */
static zg_str core_of(zg_str rest) {
  static const char *const bodies[] = {
      "委员会", "党组", "党委", "党工委", "党总支",     "党支部",
      "支部",   "总支", "机关", "校委会", "直属",       "委员",
      "集体",   "班子", "领导", "临时",   "第一书记会", NULL};
  for (bool cut = true; cut && rest.n;) {
    cut = false;
    if (zg_sx_ends(rest, ")")) {
      size_t open = zg_sx_rfind(rest, "(");
      cut = open != ZG_NPOS && open > 0;
      rest = cut ? zg_sx_sub(rest, 0, open) : rest;
    }
    for (int k = 0; bodies[k] && !cut; k++)
      if (zg_sx_ends(rest, bodies[k]) && rest.n > strlen(bodies[k])) {
        rest = zg_sx_sub(rest, 0, rest.n - strlen(bodies[k]));
        cut = true;
      }
  }
  return rest;
}

/* Kinds of body that have a level of their own. */
static const char *own_kind(zg_str rest) {
  static const char *const hospital[] = {
      "医院", "卫生院", "保健院", "卫生服务中心", "防治院", "医学中心", NULL};
  static const char *const school[] = {
      "中学", "小学", "学校", "幼儿园", "一中", "二中",     "三中", "四中",
      "五中", "附中", "高中", "职中",   "一小", "职教中心", NULL};
  static const char *const firm[] = {"公司", "集团", "银行", "厂",
                                     "联社", "商行", "企业", NULL};
  static const char *const organs[] = {"行政学院", "社会主义学院", "党校",
                                       "老年大学", NULL};
  zg_str core = core_of(rest);
  if (zg_sx_ends_any(core, organs))
    return NULL;
  if (zg_sx_ends_any(core, hospital))
    return "hospital";
  /* a faculty stands behind its university */
  if (zg_sx_ends(core, "大学") || zg_sx_ends(core, "学院") ||
      zg_sx_ends(core, "专科学校") || zg_sx_ends(core, "分校"))
    return "university";
  if (zg_sx_ends_any(core, school))
    return "school";
  if (zg_sx_ends_any(core, firm))
    return "enterprise";
  return NULL;
}

static bool is_township(zg_str rest) {
  static const char *const ends[] = {"镇", "乡", "街道", "苏木", "街", NULL};
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

static bool is_village(zg_str rest) {
  static const char *const marks[] = {"村党",       "社区党",     "村支部",
                                      "村民委员会", "村两委",     "村“两委”",
                                      "村委会",     "社区居委会", NULL};
  return zg_sx_has_any(rest, marks) || zg_sx_ends(rest, "村") ||
         zg_sx_ends(rest, "社区");
}

/* A development zone ranks below the city or county that made it. */
static bool is_zone(zg_str rest) {
  static const char *const zones[] = {"开发区", "高新区", "经开区", "新区",
                                      "示范区", "园区",   "保税区", "度假区",
                                      "管委会", "风景区", "管理区", NULL};
  return zg_sx_has_any(rest, zones);
}

static const char *by_prefix(zg_str u) {
  static const char *const central[] = {"中央", "国家", "全国", "国务院", NULL};
  static const char *const province[] = {"省", "自治区", "兵团", NULL};
  static const char *const county[] = {"县", "区", "旗", NULL};
  static const char *const city[] = {"市", "州", "盟", "地委", NULL};
  u = strip_party(u);
  if (zg_sx_at_any(u, 0, central))
    return "central";
  if (zg_sx_at_any(u, 0, province))
    return "province";
  if (zg_sx_at_any(u, 0, county))
    return "county";
  return zg_sx_at_any(u, 0, city) ? "city" : NULL;
}

/* 国家税务总局青禾县税务局: the local branch of a central body. */
static zg_str local_branch(zg_str u) {
  static const char *const heads[] = {"总局", "国家统计局", "总公司",
                                      "国家金融监督管理总局", NULL};
  zg_str s = strip_party(u);
  if (!zg_sx_starts(s, "国家") && !zg_sx_starts(s, "中国"))
    return ZG_STR_NULL;
  const char *head = NULL;
  size_t at = zg_sx_find_any(s, 0, heads, &head);
  if (at == ZG_NPOS)
    return ZG_STR_NULL;
  zg_str rest = after(s, at + strlen(head));
  return rest.n > 12 ? rest : ZG_STR_NULL;
}

static const char *corps_level(zg_str u) {
  static const char *const unit[] = {"团党", "团场", NULL};
  u = strip_party(u);
  size_t corps = zg_sx_find(u, 0, "兵团"), div = zg_sx_find(u, 0, "师");
  bool division = zg_sx_starts(u, "第") && zg_sx_number(u, 3).len &&
                  zg_sx_at(u, 3 + zg_sx_number(u, 3).len, "师");
  if (corps == ZG_NPOS && !division)
    return NULL;
  if (zg_sx_has_any(after(u, division ? div : corps + strlen("兵团")), unit))
    return "county";
  return division || (div != ZG_NPOS && div > corps) ? "city" : "province";
}

/* Rank of the place alone, without the kind of the unit. */
static const char *place_level(const place *p) {
  if (p->county.n)
    return "county";
  return p->city.n ? "city" : p->province.n ? "province" : NULL;
}

const char *zg_px_level(zg_str unit, zg_str context) {
  if (!unit.n)
    return NULL;
  zg_str branch = local_branch(unit);
  if (branch.n)
    return zg_px_level(branch, context);
  place p = places(unit);
  const char *own = own_kind(p.rest);
  if (own)
    return own;
  if (is_township(p.rest))
    return "township";
  if (is_village(core_of(p.rest)) || is_village(p.rest))
    return "village";
  const char *corps = corps_level(unit);
  if (corps)
    return corps;
  const char *level = place_level(&p);
  if (level)
    return is_zone(p.rest) ? "county" : level;
  level = by_prefix(unit);
  /* the 市 of a county-level city that only the context names */
  if (level && strcmp(level, "city") == 0 && context.n) {
    place q = places(context);
    if (q.county.n && zg_sx_ends(q.county, "市"))
      return "county";
  }
  return level ? level : is_zone(unit) ? "county" : NULL;
}

bool zg_px_city_under(zg_str unit, zg_str body) {
  place p = places(unit), q = places(body);
  return p.city.n && !p.county.n && q.city.n && zg_sx_ends(body, "市委") &&
         !zg_str_eq(p.city, q.city);
}

zg_str zg_px_region(zg_ctx *c, zg_str unit) {
  zg_str branch = local_branch(unit);
  place p = places(branch.n ? branch : unit);
  zg_str r = p.county.n ? p.county : p.city.n ? p.city : p.province;
  return r.n ? zg_px_dup(c, r) : ZG_STR_NULL;
}

/* X市委 that the text spells out: 根据澜川市委统一部署. */
static zg_str spelt_out(zg_str t, const char *body) {
  static const char *const before[] = {"根据", "按照", "中共", "经",   "由",
                                       "受",   "在",   "自",   "关于", "落实",
                                       "对",   "部署", "接受", NULL};
  static const char *const verbs[] = {
      "现将", "根据", "按照", "中共", "关于", "落实", "部署", "接受",
      "针对", "对照", "贯彻", "依据", "围绕", "完成", "以及", NULL};
  for (size_t at = 0; (at = zg_sx_find(t, at, body)) != ZG_NPOS; at++) {
    size_t from = at;
    for (int chars = 1; chars <= 5 && from > 0; chars++) {
      from = zg_sx_prev(t, from);
      if (!zg_sx_is_han(zg_sx_cp(t, from)) ||
          zg_sx_in(t, from, "届第轮委组省市县区根据按照和"))
        break;
      zg_str head = zg_sx_sub(t, 0, from);
      bool bound = from == 0 || zg_sx_in(t, zg_sx_prev(t, from), ",。;( :\n") ||
                   zg_sx_ends_any(head, before);
      if (chars >= 2 && bound && !zg_sx_at_any(t, from, verbs))
        return zg_sx_sub(t, from, at + strlen(body));
    }
  }
  return ZG_STR_NULL;
}

/* 集团党委第一巡察组, 校党委巡察组: a body that is no committee of a place. */
static zg_str other_body(zg_str team) {
  static const char *const ends[] = {"党委", "党组", "党工委", NULL};
  static const char *const cuts[] = {"第", "巡", NULL};
  size_t at = zg_sx_find_any(team, 0, cuts, NULL);
  zg_str s = zg_sx_sub(team, 0, at == ZG_NPOS ? 0 : at);
  return zg_sx_ends_any(s, ends) ? s : ZG_STR_NULL;
}

static void take_body(zg_ctx *c, zg_str name, zg_str from) {
  c->b->inspecting_body = zg_px_dup(c, name);
  zg_px_mark(c, "inspecting_body", from);
}

/* Name of the place whose committee is `body`, from unit, source and site. */
static zg_str place_of_body(const zg_ctx *c, const char *body) {
  zg_str unit = c->b->n_units ? c->b->units[0] : ZG_STR_NULL;
  zg_str from[] = {unit, c->b->author, c->b->source, c->site, c->signature};
  zg_str b = zg_str_of(body);
  for (size_t k = 0; k < sizeof from / sizeof *from; k++) {
    place p = places(from[k]);
    zg_str name = ZG_STR_NULL;
    if (zg_sx_starts(b, "省") || zg_sx_starts(b, "自治区"))
      name = p.province;
    else if (zg_sx_starts(b, "市"))
      name = zg_sx_ends(p.county, "市") ? p.county : p.city;
    else if (zg_sx_starts(b, "州") || zg_sx_starts(b, "盟"))
      name = zg_sx_ends(p.city, "市") ? ZG_STR_NULL : p.city;
    else
      name = p.county;
    if (name.n)
      return name;
    if (zg_sx_starts(b, "市") && zg_place_is_municipality(p.province))
      return p.province;
  }
  return ZG_STR_NULL;
}

/* 岚桥县审计局 as spelt out near the title, or the bare 县审计局. */
static zg_str audit_office(zg_ctx *c) {
  static const char *const offices[] = {"审计局", "审计厅", "审计署", NULL};
  zg_str bare = ZG_STR_NULL;
  int first = c->title_first < 0 ? 0 : c->title_first;
  for (int i = first; i < c->tail && i < c->body + 3; i++) {
    zg_str t = c->paras[i].t;
    const char *office = NULL;
    size_t at = zg_sx_find_any(t, 0, offices, &office);
    if (at == ZG_NPOS)
      continue;
    size_t end = at + strlen(office);
    size_t from = zg_sx_back_to(t, at, ",。;:() 对受由经向关于", 36);
    zg_str name = zg_sx_sub(t, from, end);
    place p = places(name);
    if (p.province.n || p.city.n || p.county.n ||
        strcmp(office, "审计署") == 0) {
      take_body(c, name, name);
      return c->b->inspecting_body;
    }
    bare = bare.n ? bare : name;
  }
  return bare.n ? zg_px_dup(c, bare) : ZG_STR_NULL;
}

/* The inspecting body with its place where one is named, else as in the text
 * (市委). */
zg_str zg_px_body(zg_ctx *c, zg_str team) {
  static const char *const bodies[] = {"自治区党委", "省委", "市委",
                                       "县委",       "区委", "州委",
                                       "旗委",       "盟委", NULL};
  const char *body = NULL;
  if (zg_sx_has(c->title, "审计") && !zg_sx_has(c->title, "巡"))
    return audit_office(c);
  size_t hit = zg_sx_find_any(team, 0, bodies, &body);
  if (hit == ZG_NPOS && zg_sx_has(team, "中央"))
    return ZG_STR("中央");
  zg_str opening = zg_px_opening_text(c);
  if (hit == ZG_NPOS && other_body(team).n)
    return zg_px_dup(c, other_body(team));
  /* 第二机动巡视组: its body stands in the sentence or the title */
  if (hit == ZG_NPOS)
    hit = zg_sx_find_any(opening, 0, bodies, &body);
  if (hit == ZG_NPOS)
    hit = zg_sx_find_any(c->title, 0, bodies, &body);
  if (hit == ZG_NPOS)
    return ZG_STR_NULL;
  zg_str from[] = {team, opening, c->title};
  for (int k = 0; k < 3; k++) {
    zg_str s = spelt_out(from[k], body);
    if (!s.n)
      continue;
    zg_str in_title = zg_px_title_slice(c, s);
    take_body(c, s, in_title.n ? in_title : s);
    return c->b->inspecting_body;
  }
  zg_str name = place_of_body(c, body);
  if (!name.n)
    return zg_px_dup(c, zg_str_of(body));
  if (zg_sx_starts(zg_str_of(body), "省") ||
      zg_sx_starts(zg_str_of(body), "自治区") || zg_place_is_municipality(name))
    return zg_arena_printf(c->a, "%.*s%s", (int)name.n, name.p, body);
  /* the place ends in the body's own first character */
  if (zg_sx_ends(name, "自治州") || zg_sx_ends(name, "自治县") ||
      zg_sx_ends(name, "自治旗"))
    return zg_arena_printf(c->a, "%.*s委", (int)name.n, name.p);
  return zg_arena_printf(c->a, "%.*s%s", (int)(name.n - 3), name.p, body);
}
