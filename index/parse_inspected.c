/* Who was inspected, and who writes: from the title, else from the opening's
 * object; 我局 only where title, source, site or signature name it. */
#include "index/parse_ctx.h"

static const char *const UNIT_ENDS[] = {
    "党组",   "党委",   "委员会", "党工委", "党总支", "党支部", "支部",
    "总支",   "校委会", "工委",   "政府",   "局",     "院",     "校",
    "公司",   "集团",   "中心",   "厅",     "委",     "办公室", "中学",
    "小学",   "大学",   "党组织", "联合会", "协会",   "商会",   "联社",
    "银行",   "法院",   "支队",   "大队",   "总队",   "电视台", "学会",
    "总工会", "管委会", "镇",     "街道",   "站",     "所",     "幼儿园",
    "馆",     "报社",   "园",     "农场",   "林场",   "供销社", "师",
    "学院",   "研究所", "研究院", "委会",   NULL};
static const char *const VILLAGE_ENDS[] = {"村", "社区", "居委会", "屯", NULL};

bool zg_px_looks_like_unit(zg_str t) {
  return t.n >= 9 && t.n < 240 && zg_sx_ends_any(t, UNIT_ENDS) &&
         !zg_sx_has(t, ":") && !zg_sx_has(t, ">") && !zg_sx_has(t, "。");
}

static bool names_body(zg_str t) {
  return zg_sx_ends_any(t, UNIT_ENDS) || zg_sx_ends_any(t, VILLAGE_ENDS);
}

static void add_unit(zg_ctx *c, zg_str u, size_t *cap) {
  enum { MAX_UNITS = 300 }; /* each is looked for in every heading */
  zg_bulletin *b = c->b;
  u = zg_sx_trim_of(u, ":,、");
  if (!u.n || b->n_units >= MAX_UNITS)
    return;
  void *items = b->units;
  if (!zg_px_grow(c, &items, b->n_units, cap, sizeof *b->units))
    return;
  b->units = items;
  b->units[b->n_units++] = zg_px_dup(c, u);
  zg_str place = zg_px_title_slice(c, u);
  zg_px_mark(c, "units", place.n ? place : u);
}

/* Two units parted by a blank are two when both end like a unit. */
static void split_units(zg_ctx *c, zg_str u, size_t *cap) {
  size_t from = 0;
  /* a secretary reports for the body: …党组书记关于… */
  if (zg_sx_ends(u, "书记"))
    u = zg_sx_sub(u, 0, u.n - strlen("书记"));
  for (size_t i = 0; i < u.n; i++) {
    if (u.p[i] != ' ')
      continue;
    zg_str left = zg_sx_trim(zg_sx_sub(u, from, i));
    if (left.n && (zg_sx_ends_any(left, UNIT_ENDS) || zg_sx_ends(left, "部"))) {
      add_unit(c, left, cap);
      from = i + 1;
    }
  }
  add_unit(c, zg_sx_sub(u, from, u.n), cap);
}

/* A part of a list (A党组、B村和C公司), brackets kept whole; its end. */
static size_t item_end(zg_str s, size_t at) {
  int open = 0;
  for (; at < s.n; at += zg_sx_len(s, at)) {
    open += s.p[at] == '(';
    open -= s.p[at] == ')' && open > 0;
    if (!open && (zg_sx_at(s, at, "、") || zg_sx_at(s, at, "和") ||
                  zg_sx_at(s, at, "以及"))) {
      /* 和 parts two bodies; 住房和城乡建设局 is one */
      if (zg_sx_at(s, at, "、") || names_body(zg_sx_sub(s, 0, at)))
        return at;
    }
  }
  return s.n;
}

/* 东河村、西坪村等9个村党组织: what counts them is no part of the list. */
static zg_str strip_count(zg_str list) {
  size_t etc = zg_sx_rfind(list, "等");
  if (etc == ZG_NPOS)
    return list;
  size_t at = etc + strlen("等");
  zg_num n = zg_sx_number(list, at);
  bool counted = n.len && (zg_sx_at(list, at + n.len, "个") ||
                           zg_sx_at(list, at + n.len, "家") ||
                           zg_sx_at(list, at + n.len, "所"));
  return counted ? zg_sx_sub(list, 0, etc) : list;
}

/* How many bodies the list names; 0 unless all parts are bodies. */
static size_t count_list(zg_str list) {
  size_t n = 0;
  for (size_t at = 0; at < list.n; n++) {
    size_t end = item_end(list, at);
    if (!names_body(zg_sx_trim(zg_sx_sub(list, at, end))))
      return 0;
    at = end < list.n ? end + zg_sx_len(list, end) : end;
  }
  return n;
}

static void add_list(zg_ctx *c, zg_str list, size_t *cap) {
  for (size_t at = 0; at < list.n;) {
    size_t end = item_end(list, at);
    add_unit(c, zg_sx_sub(list, at, end), cap);
    at = end < list.n ? end + zg_sx_len(list, end) : end;
  }
}

/* 9个村, 3家企业: bodies that are counted and not named. */
static bool counts_bodies(zg_str s) {
  static const char *const of[] = {"个", "家", "所", NULL};
  static const char *const what[] = {"村",   "社区", "单位", "部门", "学校",
                                     "公司", "企业", "党组", "医院", "乡镇",
                                     "街道", "行政", "卫生", "支部", "中心",
                                     "学院", "中学", "小学", NULL};
  for (size_t i = 0; i < s.n; i += zg_sx_len(s, i)) {
    zg_num n = zg_sx_number(s, i);
    size_t k = n.len ? zg_sx_at_any(s, i + n.len, of) : 0;
    if (k && n.v > 1 && zg_sx_at_any(s, i + n.len + k, what))
      return true;
  }
  return false;
}

/* ---- title ---- */

/* Length of the start of a title's rest that names whom it is about: before
 * 落实, a committee, the round, 巡察. */
static size_t object_end(zg_str s) {
  static const char *const stops[] = {
      "落实", "对",   "巡察",     "巡视", "审计", "督察", "反馈",   "整改",
      "省委", "市委", "县委",     "区委", "州委", "旗委", "自治区", "接受",
      "被巡", "书记", "组织落实", "20",   "十",   NULL};
  size_t end = zg_sx_find_any(s, 0, stops, NULL);
  return end == ZG_NPOS ? s.n : end;
}

/* 县政府党组关于国投公司、城投公司整改情况的通报: the inspected bodies follow
 * 关于, their author stands before it. */
static bool inspected_of_title(zg_ctx *c, size_t end, size_t *cap) {
  zg_str rest = zg_sx_sub(c->title, end + strlen("关于"), c->title.n);
  zg_str seg = zg_sx_trim(zg_sx_sub(rest, 0, object_end(rest)));
  zg_str list = strip_count(seg);
  bool many = count_list(list) > 1 || (list.n < seg.n && count_list(list));
  bool counted = !many && counts_bodies(seg);
  if (!many && !counted)
    return false;
  if (many)
    add_list(c, list, cap);
  return true;
}

/* 关于中共青禾县水务局党组巡察整改情况的通报, 青禾县水务局党组巡察整改情况通报:
 * the unit stands after 关于 or without it. */
static zg_str unit_inside_title(zg_str title, size_t end) {
  size_t from = end == 0 ? strlen("关于") : 0;
  if (end != ZG_NPOS && end > 0)
    return ZG_STR_NULL;
  zg_str s = zg_sx_sub(title, from, title.n);
  /* 关于市委第五巡察组对市统计局党组巡察反馈问题整改… */
  size_t team = zg_sx_find(s, 0, "组对");
  if (team != ZG_NPOS && team < 75)
    s = zg_sx_sub(s, team + strlen("组对"), s.n);
  zg_str u = zg_sx_trim_of(zg_sx_sub(s, 0, object_end(s)), "的");
  return zg_px_looks_like_unit(u) ? u : ZG_STR_NULL;
}

bool zg_px_title_names_unit(zg_str title) {
  return unit_inside_title(title, ZG_NPOS).n > 0;
}

/* ---- opening ---- */

/* 对UNIT进行|开展 in the opening, 向UNIT反馈, 受UNIT委托. */
static zg_str unit_of_opening(const zg_ctx *c) {
  static const char *const does[] = {"进行", "开展", "实施", "举行", NULL};
  static const char *const feeds[] = {"反馈", "反响", NULL};
  static const struct {
    const char *lead;
    const char *const *verbs;
  } frames[] = {{"对", does}, {"向", feeds}};
  zg_str t = zg_px_opening_text(c);
  size_t end = zg_sx_find(t, 0, "委托");
  size_t by = zg_sx_find(t, 0, "受");
  if (by != ZG_NPOS && end != ZG_NPOS && end > by && end - by < 90 &&
      (by == 0 || zg_sx_in(t, zg_sx_prev(t, by), ",。:;\n ")))
    return zg_sx_sub(t, by + strlen("受"), end);
  for (int f = 0; f < 2; f++)
    for (size_t at = 0; (at = zg_sx_find(t, at, frames[f].lead)) != ZG_NPOS;) {
      at += strlen(frames[f].lead);
      if (zg_sx_at(t, at, "村") || zg_sx_at(t, at, "社区")) /* 对村巡察 */
        continue;
      size_t stop = zg_sx_fwd_to(t, at, ",。;\n");
      size_t verb =
          zg_sx_find_any(zg_sx_sub(t, 0, stop), at, frames[f].verbs, NULL);
      if (verb == ZG_NPOS || verb - at > 600 || verb - at < 6)
        continue;
      zg_str u = zg_sx_sub(t, at, verb);
      if (!zg_sx_has(u, "的") && !zg_sx_has(u, "问题") &&
          !zg_sx_has(u, "领导班子成员"))
        return u;
    }
  return ZG_STR_NULL;
}

static zg_str strip_party_body(zg_str u) {
  static const char *const party[] = {
      "党组", "党委",     "党工委", "党总支",   "党支部", "支部", "委员会",
      "机关", "领导班子", "总支",   "人民政府", "办事处", NULL};
  for (int k = 0; party[k]; k++)
    if (zg_sx_ends(u, party[k]))
      return zg_sx_trim(zg_sx_sub(u, 0, u.n - strlen(party[k])));
  return u;
}

/* 我局党组, 本院, 局党组: no name.  *key is what the real name must end in. */
static bool is_ours(zg_str u, zg_str *key) {
  static const char *const bare[] = {"局",   "院",   "校",   "委",   "厅",
                                     "会",   "社",   "镇",   "乡",   "集团",
                                     "公司", "中心", "学校", "医院", "单位",
                                     "街道", "学院", "办",   NULL};
  static const char *const ours[] = {"我", "本", "该", NULL};
  zg_str core = strip_party_body(zg_sx_trim(u));
  size_t k = zg_sx_at_any(core, 0, ours);
  *key = zg_sx_sub(core, k, core.n);
  if (k)
    return true;
  for (int i = 0; bare[i]; i++)
    if (zg_str_is(core, bare[i]))
      return true;
  return core.n == 0;
}

/* `name` may be what 我`key` stands for. */
static bool fits(zg_str name, zg_str key) {
  static const struct {
    const char *key, *ends[6];
  } table[] = {
      {"校", {"学", "校", "院", "园", NULL}},
      {"学校", {"学", "校", "院", NULL}},
      {"委", {"委", "委员会", NULL}},
      {"公司", {"公司", "集团", NULL}},
      {"集团", {"公司", "集团", NULL}},
      {"办", {"办", "办公室", NULL}},
  };
  if (!zg_px_looks_like_unit(name))
    return false;
  zg_str core = strip_party_body(name);
  if (!key.n || zg_str_is(key, "单位"))
    return true;
  for (size_t k = 0; k < sizeof table / sizeof *table; k++)
    if (zg_str_is(key, table[k].key))
      return zg_sx_ends_any(core, table[k].ends) ||
             zg_sx_ends_any(name, table[k].ends);
  return core.n > key.n && memcmp(core.p + core.n - key.n, key.p, key.n) == 0;
}

/* The body that the page itself names. */
static void unit_of_page(zg_ctx *c, zg_str key, size_t *cap) {
  zg_str from[] = {c->b->source, c->site, c->signature};
  for (size_t k = 0; k < sizeof from / sizeof *from && !c->b->n_units; k++)
    if (from[k].n && fits(from[k], key))
      add_unit(c, from[k], cap);
}

/* Is every body of the list part of the units that the title names? */
static bool same_as_title(const zg_bulletin *b, zg_str list) {
  static const char *const ranks[] = {"省", "市", "县", "区", "州", NULL};
  for (size_t at = 0; at < list.n;) {
    size_t end = item_end(list, at);
    zg_str item = strip_party_body(zg_sx_trim(zg_sx_sub(list, at, end)));
    item = zg_sx_sub(item, zg_sx_at_any(item, 0, ranks), item.n);
    bool found = false;
    for (size_t i = 0; i < b->n_units && item.n; i++)
      found = found || memmem(b->units[i].p, b->units[i].n, item.p, item.n);
    if (!found)
      return false;
    at = end < list.n ? end + zg_sx_len(list, end) : end;
  }
  return true;
}

/* 石桥镇东河村、西坪村: the author's town goes for all of the list. */
static zg_str strip_town(zg_str list, zg_str author) {
  static const char *const ends[] = {"镇", "乡", "街道", NULL};
  const char *end = NULL;
  size_t at = zg_sx_find_any(zg_sx_sub(list, 0, 30), 0, ends, &end);
  if (at == ZG_NPOS || at == 0)
    return list;
  size_t n = at + strlen(end);
  bool own = memmem(author.p, author.n, list.p, n) != NULL;
  return own && n < list.n ? zg_sx_sub(list, n, list.n) : list;
}

/* The title's unit writes for the villages or firms that the opening lists. */
static void inspected_of_opening(zg_ctx *c, zg_str object, size_t *cap) {
  zg_bulletin *b = c->b;
  zg_str key, list = strip_count(zg_sx_trim(object));
  if (b->n_units != 1 || is_ours(object, &key))
    return;
  /* 县民政局党组及所属4家单位: the title's unit and what belongs to it */
  static const char *const with[] = {"及", "等", "和", "、", "(", NULL};
  size_t end = zg_sx_find_any(object, 0, with, NULL);
  if (end != ZG_NPOS && end > 6 && same_as_title(b, zg_sx_sub(object, 0, end)))
    return;
  bool counted = counts_bodies(object);
  size_t n = count_list(list);
  if ((n < 2 && !counted) || (n >= 2 && same_as_title(b, list)))
    return;
  b->author = b->units[0];
  b->n_units = 0;
  list = strip_town(list, b->author);
  if (n >= 1 && !counts_bodies(list))
    add_list(c, list, cap);
  b->doc_class = ZG_STR("multi_unit");
}

void zg_px_units(zg_ctx *c) {
  zg_bulletin *b = c->b;
  size_t cap = b->n_units;
  size_t end = c->title.n ? zg_px_title_unit_end(c->title) : ZG_NPOS;
  zg_str object = unit_of_opening(c), key = ZG_STR_NULL;
  zg_str before = zg_sx_trim(zg_sx_sub(c->title, 0, end == ZG_NPOS ? 0 : end));
  if (before.n && inspected_of_title(c, end, &cap)) {
    b->author = zg_px_dup(c, before);
    b->doc_class = ZG_STR("multi_unit");
    zg_str list = strip_count(zg_sx_trim(object));
    if (!b->n_units && count_list(list) > 1)
      add_list(c, strip_town(list, b->author), &cap);
    return;
  }
  if (before.n)
    split_units(c, before, &cap);
  else if (c->title.n && unit_inside_title(c->title, end).n)
    split_units(c, unit_inside_title(c->title, end), &cap);
  /* a re-poster's title is not trusted where the opening has the full name */
  if (b->n_units == 1 && c->spun && zg_px_looks_like_unit(object) &&
      object.n + 6 >= b->units[0].n)
    b->n_units = 0;
  if (b->n_units) {
    inspected_of_opening(c, object, &cap);
    return;
  }
  bool ours = object.n && is_ours(object, &key);
  if (object.n && !ours && count_list(object) > 1)
    add_list(c, object, &cap);
  else if (object.n && !ours)
    split_units(c, object, &cap);
  else
    unit_of_page(c, key, &cap);
}

/* A bulletin of several bodies that no list names: a section is headed by the
 * name of each (二、白马洲社区卫生服务中心党支部). */
void zg_px_units_of_sections(zg_ctx *c) {
  static const char *const tails[] = {"整改落实情况", "整改情况", "的", NULL};
  size_t cap = 0;
  if (c->b->n_units || !zg_str_is(c->b->doc_class, "multi_unit"))
    return;
  for (int r = 0; r < c->n_roots; r++) {
    const zg_node *n = &c->nodes[c->roots[r]];
    zg_str t = zg_sx_trim_of(c->paras[n->para].body, ":。");
    for (int k = 0; tails[k]; k++)
      if (zg_sx_ends(t, tails[k]))
        t = zg_sx_sub(t, 0, t.n - strlen(tails[k]));
    if (n->first_child >= 0 && t.n < 120 && names_body(t))
      add_unit(c, t, &cap);
  }
}
