/* The opening paragraph: who inspected, what kind, which round. */
#include "index/parse_ctx.h"

enum { OPENING_MAX = 6000, OPENING_PARAS = 8 };

static zg_str join_paras(const zg_ctx *c, int from, int end) {
  if (end <= from)
    return ZG_STR_NULL;
  const char *p = c->paras[from].t.p;
  zg_str last = c->paras[end - 1].t;
  zg_str all = {p, (size_t)(last.p + last.n - p)};
  all.n = zg_utf8_floor(all.p, all.n < OPENING_MAX ? all.n : OPENING_MAX);
  return all;
}

/* 县委第二巡察组对… and 巡察组向…反馈: a sentence of the opening. */
static bool tells_inspection(zg_str t) {
  static const char *const who[] = {"巡察组", "巡视组", "巡察对", "督察组",
                                    NULL};
  static const char *const did[] = {"开展", "进行", "反馈了", "进驻", NULL};
  return zg_sx_has_any(t, who) && zg_sx_has_any(t, did) &&
         (zg_sx_has(t, "月") || zg_sx_has(t, "对"));
}

/* The paragraphs before the first numbered one.  Where they say nothing, the
 * opening stands under the first heading (一、基本情况). */
zg_str zg_px_opening_text(const zg_ctx *c) {
  int end = c->body;
  while (end < c->tail && c->paras[end].tok.shape == ZG_SHAPE_NONE &&
         end < c->body + OPENING_PARAS)
    end++;
  zg_str plain = join_paras(c, c->body, end);
  if (tells_inspection(plain))
    return plain;
  for (int i = end; i < c->tail && i < end + OPENING_PARAS; i++)
    if (!c->in_finding[i] && tells_inspection(c->paras[i].t) &&
        c->paras[i].t.n > 90)
      return join_paras(c, i, i + 1);
  return plain;
}

static bool team_name(zg_str s) {
  static const char *const bad[] = {"领导小组", "工作组", "专班", "党组",
                                    "《",       "“",      NULL};
  return (zg_sx_has(s, "巡视") || zg_sx_has(s, "巡察") ||
          zg_sx_has(s, "督察") || zg_sx_has(s, "审计") ||
          zg_sx_has(s, "巡查")) &&
         zg_sx_ends(s, "组") && !zg_sx_has_any(s, bad) && s.n >= 9 && s.n <= 90;
}

/* Where a team's name starts: after the date, a comma, 由, 派出 … */
static size_t team_start(zg_str t, size_t end) {
  static const char *const cut[] = {
      "派出的", "派出",     "派驻", "接受", "期间", "以来", "由",   "经",
      "根据",   "向",       "对",   "组建", "成立", "部署", "安排", "要求",
      "起",     "收到",     "接到", "落实", "按照", "以及", "通过", "配合",
      "作为",   "工作计划", "代表", "现将", NULL};
  size_t from = zg_sx_back_to(t, end, ",。;:(日月旬底 \n", 90);
  /* the bracket of 县委对村(社区)巡察第二组 is part of the name */
  if (zg_sx_ends(zg_sx_sub(t, 0, from), "对村("))
    from = zg_sx_back_to(t, from - strlen("("), ",。;:(日月旬底 \n", 60);
  zg_str name = zg_sx_sub(t, from, end);
  for (int k = 0; cut[k]; k++) {
    size_t at = zg_sx_rfind(name, cut[k]);
    /* 县委对村巡察第四组 is one name */
    if (at != ZG_NPOS && zg_sx_at(name, at, "对村"))
      at = zg_sx_rfind(zg_sx_sub(name, 0, at), cut[k]);
    if (at != ZG_NPOS) {
      from += at + strlen(cut[k]);
      name = zg_sx_sub(t, from, end);
    }
  }
  return from;
}

/* 第四巡察组, 巡察六组, 4个巡察组: a number that counts teams; -1 if none. */
static int64_t team_number(zg_str name) {
  int64_t num = -1;
  for (size_t i = 0; i < name.n;) {
    zg_num n = zg_sx_number(name, i);
    size_t end = i + n.len;
    static const char *const others[] = {"届", "轮", "年", "+", NULL};
    bool ordinal = zg_sx_ends(zg_sx_sub(name, 0, i), "第");
    if (n.len && !zg_sx_at_any(name, end, others) &&
        (ordinal || zg_sx_at(name, end, "组") || zg_sx_at(name, end, "个")))
      num = n.v;
    i += n.len ? n.len : zg_sx_len(name, i);
  }
  return num;
}

static bool numbered(zg_str name) { return team_number(name) >= 0; }

/* The first numbered team, else the first of all. */
static zg_str find_team(zg_str t) {
  zg_str generic = ZG_STR_NULL;
  for (size_t at = 0; (at = zg_sx_find(t, at, "组")) != ZG_NPOS;) {
    size_t end = at + strlen("组");
    at = end;
    zg_str name = zg_sx_sub(t, team_start(t, end), end);
    if (!team_name(name))
      continue;
    if (numbered(name))
      return name;
    if (!generic.n)
      generic = name;
  }
  return generic;
}

/* ---- kind ---- */

static const char *const MODIFIERS[] = {"常规", "专项", "机动式", "机动",
                                        "提级", "交叉", "联动",   "政治",
                                        "延伸", "直接", "巡审",   NULL};

/* What stands before 巡察 in a phrase, its topic left out: 粮食购销领域专项巡察
 * is a 专项巡察, 为期两个月的提级交叉巡察 a 提级交叉巡察. */
static zg_str kind_of_phrase(zg_ctx *c, zg_str k, bool team) {
  static const char *const bases[] = {"巡视", "巡察", "督察",
                                      "审计", "检查", NULL};
  const char *base = NULL;
  if (zg_sx_has(k, "回头看") || zg_sx_has(k, "转头看"))
    return ZG_STR("回头看");
  if (zg_sx_find_any(k, 0, bases, &base) == ZG_NPOS)
    return ZG_STR_NULL;
  zg_str out = ZG_STR("");
  for (size_t i = 0; i < k.n;) {
    size_t n = zg_sx_at_any(k, i, MODIFIERS);
    if (n && !zg_sx_has(out, "巡审"))
      out =
          zg_arena_printf(c->a, "%.*s%.*s", (int)out.n, out.p, (int)n, k.p + i);
    if (zg_sx_at(k, i, "对村(社区)"))
      out = zg_arena_printf(c->a, "%.*s对村(社区)", (int)out.n, out.p);
    else if (zg_sx_at(k, i, "对村"))
      out = zg_arena_printf(c->a, "%.*s对村", (int)out.n, out.p);
    if (!out.p) {
      c->oom = true;
      return ZG_STR_NULL;
    }
    i += n ? n : zg_sx_len(k, i);
  }
  if (team && !out.n)
    return ZG_STR_NULL;
  out = zg_arena_printf(c->a, "%.*s%s", (int)out.n, out.p, base);
  c->oom = c->oom || !out.p;
  return out;
}

/* Object of 开展|进行 that names an inspection. */
static zg_str kind_in(zg_str t) {
  static const char *const does[] = {"进行了", "开展了", "开展",
                                     "进行",   "实施了", "实施",
                                     "举行了", "举行",   NULL};
  static const char *const ends[] = {"巡视",     "巡察",    "审计",   "督察",
                                     "专项检查", "回头看”", "回头看", "看”",
                                     "看\"",     "巡察)",   NULL};
  for (size_t at = 0; at < t.n;) {
    const char *verb = NULL;
    size_t v = zg_sx_find_any(t, at, does, &verb);
    if (v == ZG_NPOS)
      break;
    at = v + strlen(verb);
    zg_str k = zg_sx_sub(t, at, zg_sx_fwd_to(t, at, ",。;并(、\n"));
    size_t dot = zg_sx_find(k, 0, ". ");
    k = zg_sx_sub(k, 0, dot);
    size_t de = zg_sx_rfind(k, "的");
    if (de != ZG_NPOS && k.n < 120 &&
        (zg_sx_starts(k, "为期") || zg_sx_starts(k, "第") ||
         zg_sx_has(k, "天") || zg_sx_has(k, "月")))
      k = zg_sx_sub(k, de + strlen("的"), k.n);
    if (k.n <= 75 && zg_sx_ends_any(k, ends) && !zg_sx_has(k, "的"))
      return k;
  }
  return ZG_STR_NULL;
}

/* The first mention of an inspection in a title or a text without the usual
 * sentence. */
static zg_str kind_named(zg_str t) {
  static const char *const bases[] = {"巡视", "巡察", "督察", "审计", NULL};
  static const char *const bodies[] = {"条例", "工作", "办", "机构",
                                       "规划", "规定", NULL};
  for (size_t at = 0; at < t.n;) {
    const char *base = NULL;
    size_t k = zg_sx_find_any(t, at, bases, &base);
    if (k == ZG_NPOS)
      break;
    at = k + strlen(base);
    if (zg_sx_at(t, at, "“回头看”") || zg_sx_at(t, at, "回头看") ||
        zg_sx_at(t, at, "\"回头看\""))
      return ZG_STR("回头看");
    if (zg_sx_at_any(t, at, bodies))
      continue;
    size_t from = k;
    for (size_t n = 1; n && from > 0;) {
      n = 0;
      zg_str left = zg_sx_sub(t, 0, from);
      for (int m = 0; MODIFIERS[m] && !n; m++)
        n = zg_sx_ends(left, MODIFIERS[m]) ? strlen(MODIFIERS[m]) : 0;
      from -= n;
    }
    return zg_sx_sub(t, from, at);
  }
  return ZG_STR_NULL;
}

static void set_kind(zg_ctx *c, zg_str opening, zg_str team) {
  zg_str at = kind_in(opening);
  zg_str kind = at.n ? kind_of_phrase(c, at, false) : ZG_STR_NULL;
  for (int pass = 0; pass < 2 && !kind.n; pass++) {
    at = kind_named(pass ? opening : c->title);
    kind = at.n ? kind_of_phrase(c, at, false) : ZG_STR_NULL;
  }
  /* a bare 巡察 takes the team's own word: 第一提级巡察组 */
  if (zg_str_is(kind, "巡察") || zg_str_is(kind, "巡视")) {
    zg_str own = kind_of_phrase(c, team, true);
    if (own.n && zg_sx_ends(own, kind.p)) {
      kind = own;
      at = team;
    }
  }
  if (!kind.n)
    return;
  c->b->kind = zg_px_dup(c, kind);
  zg_str place = zg_px_title_slice(c, at);
  zg_px_mark(c, "kind", place.n ? place : at);
}

/* ---- round ---- */

static const char *const BODIES[] = {"自治区党委", "省委", "市委", "县委",
                                     "区委",       "州委", "旗委", "盟委",
                                     "中央",       NULL};

/* Start of the name that ends before `di`, the 第 of 第四轮: 五届市委,
 * 市委五届, 2023年度, 县委. */
static size_t round_start(zg_str t, size_t di) {
  size_t lo = zg_sx_back_to(t, di, ",。;:()《》“” \n", 48);
  zg_str run = zg_sx_sub(t, lo, di);
  size_t jie = zg_sx_rfind(run, "届");
  if (jie != ZG_NPOS) {
    size_t k = jie;
    while (k > 0 && zg_sx_number(run, zg_sx_prev(run, k)).len)
      k = zg_sx_prev(run, k);
    if (k == jie)
      return ZG_NPOS;
    if (zg_sx_ends(zg_sx_sub(run, 0, k), "第"))
      k -= strlen("第");
    for (int b = 0; BODIES[b]; b++)
      if (zg_sx_ends(zg_sx_sub(run, 0, k), BODIES[b]))
        return lo + k - strlen(BODIES[b]);
    return lo + k;
  }
  if (zg_sx_has(run, "年度") || zg_sx_ends(run, "年")) {
    size_t y = zg_sx_rfind(run, "20");
    return y == ZG_NPOS ? y : lo + y;
  }
  for (int k = 0; BODIES[k]; k++)
    if (zg_sx_ends(run, BODIES[k]))
      return lo + run.n - strlen(BODIES[k]);
  return ZG_NPOS;
}

/* 十二届省委第十一轮, 2023年度第一轮, 县委第四轮, 五届市委首轮.  A round that
 * is named for what it found earlier is another one. */
static zg_str find_round(zg_str t) {
  static const char *const earlier[] = {
      "巡察指出", "巡视指出", "指出", "巡察整改台账", "以来", "反馈的“", NULL};
  static const char *const other[] = {"上轮", "上一轮", "此前", "对照", "前轮",
                                      "历次", "以往",   "前期", NULL};
  for (size_t at = 0; (at = zg_sx_find(t, at, "轮")) != ZG_NPOS;) {
    size_t mark = at, end = at + strlen("轮"), di;
    at = end;
    if (zg_sx_ends(zg_sx_sub(t, 0, mark), "首")) {
      di = mark - strlen("首");
    } else {
      size_t num = zg_sx_back_to(t, mark, "第", 24);
      if (num < strlen("第") || !zg_sx_at(t, num - strlen("第"), "第"))
        continue;
      zg_num n = zg_sx_number(t, num);
      if (!n.len || num + n.len != mark)
        continue;
      di = num - strlen("第");
    }
    if (zg_sx_at_any(t, end, earlier))
      continue;
    size_t from = round_start(t, di);
    if (from == ZG_NPOS)
      continue;
    size_t clause = zg_sx_back_to(t, from, ",。;\n", 90);
    if (!zg_sx_has_any(zg_sx_sub(t, clause, from), other))
      return zg_sx_sub(t, from, end);
  }
  return ZG_STR_NULL;
}

static void set_round(zg_ctx *c, zg_str opening) {
  zg_str round = find_round(c->title);
  zg_str place = zg_px_title_slice(c, round);
  if (!round.n)
    place = round = find_round(opening);
  for (int i = c->body; i < c->tail && !round.n; i++)
    if (!c->in_finding[i] && zg_sx_has(c->paras[i].t, "轮"))
      place = round = find_round(c->paras[i].t);
  if (!round.n)
    return;
  c->b->round = zg_px_dup(c, round);
  zg_px_mark(c, "round", place);
}

/* ---- team ---- */

typedef struct team_id {
  zg_str place; /* before 市委: 澜川; empty: not said */
  zg_str body;  /* 市委, 中央; p NULL: not said */
  int64_t num;  /* -1: none */
} team_id;

static team_id identify(zg_str s) {
  team_id id = {ZG_STR_NULL, ZG_STR_NULL, -1};
  const char *body = NULL;
  size_t at = zg_sx_find_any(s, 0, BODIES, &body);
  if (at != ZG_NPOS) {
    id.body = zg_sx_sub(s, at, at + strlen(body));
    size_t from = zg_sx_rfind(zg_sx_sub(s, 0, at), "届");
    id.place = zg_sx_sub(s, from == ZG_NPOS ? 0 : at, at);
  }
  if (!zg_sx_has(s, "个"))
    id.num = team_number(s);
  return id;
}

bool zg_team_same(zg_str a, zg_str b) {
  team_id x = identify(a), y = identify(b);
  if (x.body.n && y.body.n && !zg_str_eq(x.body, y.body))
    return false;
  if (x.place.n && y.place.n && !zg_str_eq(x.place, y.place))
    return false;
  return x.num < 0 || y.num < 0 || x.num == y.num;
}

/* Another team than the first, named in the opening: the feedback sentence or
 * the title disagree. */
static void check_teams(zg_ctx *c, zg_str opening, zg_str team) {
  zg_str where[] = {c->title, opening};
  for (int k = 0; k < 2; k++)
    for (size_t at = 0; (at = zg_sx_find(where[k], at, "组")) != ZG_NPOS;) {
      at += strlen("组");
      zg_str name = zg_sx_sub(where[k], team_start(where[k], at), at);
      size_t of = zg_sx_rfind(name, "关于");
      if (of != ZG_NPOS)
        name = zg_sx_sub(name, of + strlen("关于"), name.n);
      if (!team_name(name) || !numbered(name) || zg_team_same(name, team))
        continue;
      zg_str place = k ? name : zg_px_title_slice(c, name);
      zg_px_warn(c, zg_px_span(c, place),
                 k ? "team_differs" : "title_text_differ",
                 "%.*s here, %.*s in the opening", (int)name.n, name.p,
                 (int)team.n, team.p);
      return;
    }
}

/* 巡视 in the title and 巡察 in the text, or 市委 and 县委. */
static void check_title(zg_ctx *c, zg_str opening, zg_str team) {
  static const char *const words[] = {"巡视", "巡察", "审计", NULL};
  if (!c->title.n || !opening.n)
    return;
  for (int k = 0; words[k]; k++) {
    bool other = false;
    for (int j = 0; words[j]; j++)
      other = other || (j != k && zg_sx_has(opening, words[j]));
    if (zg_sx_has(c->title, words[k]) && !zg_sx_has(opening, words[k]) && other)
      zg_px_warn(c, zg_px_span(c, opening), "title_text_differ",
                 "the title says %s, the opening does not", words[k]);
  }
  size_t end = zg_px_title_unit_end(c->title);
  zg_str rest =
      zg_sx_sub(c->title, end == ZG_NPOS ? c->title.n : end, c->title.n);
  const char *title_body = NULL, *text_body = NULL;
  size_t at = zg_sx_find_any(rest, 0, BODIES, &title_body);
  if (at == ZG_NPOS || !team.n ||
      zg_sx_find_any(team, 0, BODIES, &text_body) == ZG_NPOS)
    return;
  if (strcmp(title_body, text_body) != 0 && !zg_sx_has(rest, text_body))
    zg_px_warn(
        c,
        zg_px_span(c, zg_px_title_slice(
                          c, zg_sx_sub(rest, at, at + strlen(title_body)))),
        "title_text_differ", "the title says %s, the opening %s", title_body,
        text_body);
}

/* A team that only the text on the organisation of the work names. */
static zg_str team_of_body(const zg_ctx *c) {
  enum { LOOK_AT = 40 };
  for (int i = c->body, n = 0; i < c->tail && n < LOOK_AT; i++) {
    if (c->in_finding[i] || !zg_sx_has(c->paras[i].t, "组"))
      continue;
    n++;
    zg_str team = find_team(c->paras[i].t);
    if (team.n && numbered(team))
      return team;
  }
  return ZG_STR_NULL;
}

void zg_px_opening(zg_ctx *c) {
  zg_bulletin *b = c->b;
  zg_str t = zg_px_opening_text(c), team = find_team(t);
  if (!team.n) {
    zg_str in_title = find_team(c->title);
    size_t of = zg_sx_rfind(in_title, "关于");
    if (of != ZG_NPOS)
      in_title = zg_sx_sub(in_title, of + strlen("关于"), in_title.n);
    team = team_name(in_title) ? in_title : team_of_body(c);
  }
  if (team.n) {
    b->team = zg_px_dup(c, team);
    zg_str place = zg_px_title_slice(c, team);
    zg_px_mark(c, "team", place.n ? place : team);
  }
  set_kind(c, t, team);
  b->inspecting_body = zg_px_body(c, team.n ? team : t);
  if (!c->anonymised)
    zg_px_period(c, t);
  set_round(c, t);
  check_teams(c, t, team);
  check_title(c, t, team);
}
