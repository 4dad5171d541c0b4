/* What a bulletin is about, drawn before a word is written: place, unit, who
 * inspected it and when (formats.md, 13 and 14). */
#include "tools/corpus/draft.h"

#include <stdio.h>

#define PICK(r, list) (list)[zg_random_below(r, sizeof(list) / sizeof *(list))]

/* ---- dates ---- */

/* Howard Hinnant's days_from_civil and its inverse, from 2000-03-01. */
static int days_of(zg_date d) {
  int y = d.y - (d.m <= 2) - 2000, m = d.m > 2 ? d.m - 3 : d.m + 9;
  return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d.d - 1;
}

static zg_date date_of(int z) {
  int doe = z, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int mp = (5 * doy + 2) / 153;
  zg_date out = {yoe + 2000, mp < 10 ? mp + 3 : mp - 9,
                 doy - (153 * mp + 2) / 5 + 1};
  out.y += out.m <= 2;
  return out;
}

zg_date zg_date_add(zg_date from, int days) {
  return date_of(days_of(from) + days);
}

static void draw_dates(zg_draft *d) {
  zg_random *r = &d->r;
  zg_world *w = &d->w;
  zg_date first = {2016, 3, 1};
  w->start = zg_date_add(first, (int)zg_random_below(r, 9 * 365));
  if (zg_random_chance(r, 40)) /* 2024 is the most frequent year */
    w->start = zg_date_add((zg_date){2023, 9, 1}, (int)zg_random_below(r, 360));
  w->days = (int)zg_random_range(r, 17, 141);
  w->end = zg_date_add(w->start, w->days);
  w->feedback = zg_date_add(w->end, (int)zg_random_range(r, 17, 218));
  bool late = w->feedback.y < 2023;
  w->publish =
      zg_date_add(w->feedback, (int)zg_random_range(r, 97, late ? 1071 : 272));
}

/* ---- places ---- */

static const char *const stems[] = {
    "砚溪", "霁川", "楠浦", "栖梧", "蘅江", "朔屏", "芷水", "鹭原",
    "瀚陵", "曜山", "澄沅", "槐津", "珩山", "黛湖", "筠岭", "荻浦",
    "棠溪", "峤山", "桉坪", "聿水", "泠川", "栎坪", "岫云", "沁塘",
};
static const char *const cities[] = {"澜川", "望津", "岚屏", "汐州",
                                     "柘屏", "霖江", "苇洲", "琥珀"};
static const char *const provinces[] = {"云泽", "朔宁", "岚海"};
static const char *const towns[] = {"鹭溪镇",  "石磨乡",     "柳塘镇",
                                    "云盘镇",  "三汊坪街道", "枫岭铺乡",
                                    "白沙渡镇"};

static void draw_place(zg_draft *d) {
  static const struct {
    const char *ending, *committee;
  } kinds[] = {{"县", "县委"}, {"县", "县委"}, {"县", "县委"},
               {"区", "区委"}, {"区", "区委"}, {"旗", "旗委"}};
  zg_random *r = &d->r;
  zg_place *p = &d->w.place;
  uint32_t k = zg_random_below(r, 6);
  snprintf(p->county, sizeof p->county, "%s%s", PICK(r, stems),
           kinds[k].ending);
  p->county_committee = kinds[k].committee;
  bool state = zg_random_chance(r, 8); /* 自治州 */
  snprintf(p->city, sizeof p->city, "%s%s", PICK(r, cities),
           state ? "州" : "市");
  p->city_committee = state ? "州委" : "市委";
  snprintf(p->province, sizeof p->province, "%s", PICK(r, provinces));
}

/* ---- units ---- */

typedef enum where { COUNTY, CITY, PROVINCE, TOWN } where;

/* %s of `bare` is the place.  `brief` is what the text calls it, %s the word
 * for the place (县, 市). */
typedef struct unit_kind {
  int weight;
  where where;
  const char *bare, *party, *brief, *self, *level;
} unit_kind;

#define BUREAU(n, at, name, level)                                             \
  { n, at, "%s" name, "党组", "%s" name "党组", "我局", level }

static const unit_kind units[] = {
    BUREAU(4, COUNTY, "水务局", "county"),
    BUREAU(4, COUNTY, "教育局", "county"),
    BUREAU(3, COUNTY, "农业农村局", "county"),
    BUREAU(3, COUNTY, "住房和城乡建设局", "county"),
    BUREAU(2, COUNTY, "审计局", "county"),
    BUREAU(2, COUNTY, "民政局", "county"),
    BUREAU(3, CITY, "财政局", "city"),
    BUREAU(3, CITY, "生态环境局", "city"),
    BUREAU(3, CITY, "交通运输局", "city"),
    BUREAU(2, CITY, "市场监督管理局", "city"),
    {2, COUNTY, "%s卫生健康委员会", "党组", "%s卫健委党组", "我委", "county"},
    {2, CITY, "%s发展和改革委员会", "党组", "%s发改委党组", "我委", "city"},
    {2, PROVINCE, "%s省文化和旅游厅", "党组", "省文化和旅游厅党组", "我厅",
     "province"},
    {2, PROVINCE, "%s省自然资源厅", "党组", "省自然资源厅党组", "我厅",
     "province"},
    {4, COUNTY, "%s人民法院", "党组", "%s法院党组", "我院", "county"},
    {3, COUNTY, "%s人民检察院", "党组", "%s检察院党组", "我院", "county"},
    {1, CITY, "%s中级人民法院", "党组", "市中级人民法院党组", "我院", "city"},
    {4, COUNTY, "%s公安局", "党委", "%s公安局党委", "我局", "county"},
    {3, CITY, "%s第二人民医院", "委员会", "市第二人民医院党委", "我院",
     "hospital"},
    {2, COUNTY, "%s中医医院", "委员会", "%s中医医院党委", "我院", "hospital"},
    {2, COUNTY, "%s第一中学", "委员会", "%s一中党委", "我校", "school"},
    {2, COUNTY, "%s实验小学", "支部委员会", "%s实验小学党支部", "我校",
     "school"},
    {1, CITY, "%s师范学院", "委员会", "市师范学院党委", "我校", "university"},
    {3, CITY, "%s城市建设投资集团有限公司", "委员会", "市城投集团党委",
     "我公司", "enterprise"},
    {2, COUNTY, "%s水务投资有限公司", "支部委员会", "%s水投公司党支部",
     "我公司", "enterprise"},
    {5, TOWN, "%s", "委员会", NULL, NULL, "township"},
    {4, COUNTY, "%s", "委员会", "%s委", NULL, "county"},
    {2, CITY, "%s融媒体中心", "党组", "市融媒体中心党组", "我中心", "city"},
    {2, COUNTY, "%s总工会", "党组", "%s总工会党组", "我会", "county"},
    {2, COUNTY, "%s供销合作社联合社", "党组", "%s供销社党组", "我社", "county"},
    {2, COUNTY, "%s经济开发区", "工作委员会", "经开区党工委", "我区", NULL},
};

static const unit_kind *draw_kind(zg_random *r) {
  uint32_t sum = 0;
  size_t n = sizeof units / sizeof *units;
  for (size_t i = 0; i < n; i++)
    sum += (uint32_t)units[i].weight;
  uint32_t at = zg_random_below(r, sum);
  size_t i = 0;
  while (at >= (uint32_t)units[i].weight)
    at -= (uint32_t)units[i++].weight;
  return &units[i];
}

/* 县 of 青禾县: what stands before the organ in a short name. */
static const char *place_word(const char *place) {
  return place + strlen(place) - 3;
}

static void draw_unit(zg_draft *d) {
  zg_random *r = &d->r;
  zg_world *w = &d->w;
  zg_place *p = &w->place;
  const unit_kind *k = draw_kind(r);
  const char *at = k->where == CITY       ? p->city
                   : k->where == PROVINCE ? p->province
                                          : p->county;
  w->committee = k->where == CITY ? 1 : k->where == PROVINCE ? 2 : 0;
  w->level = k->level;
  snprintf(w->region, sizeof w->region, "%s", at);
  if (k->where == TOWN) {
    const char *town = PICK(r, towns);
    snprintf(p->town, sizeof p->town, "%s", town);
    snprintf(w->bare, sizeof w->bare, "%s%s", p->county, town);
    bool street = strstr(town, "街道") != NULL;
    snprintf(w->unit, sizeof w->unit, "中共%s%s", w->bare,
             street ? "工作委员会" : "委员会");
    snprintf(w->brief, sizeof w->brief, "%s%s", town,
             street ? "党工委" : "党委");
  } else {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(w->bare, sizeof w->bare, k->bare, at);
    snprintf(w->brief, sizeof w->brief, k->brief, place_word(at));
#pragma GCC diagnostic pop
    const char *party = k->party;
    if (strcmp(party, "委员会") == 0 && zg_random_chance(r, 30) &&
        strcmp(k->bare, "%s") != 0)
      party = "党委";
    /* a school's 党委 often leaves 中共 out */
    bool school = k->level && strcmp(k->level, "school") == 0;
    bool leaves = (school && strcmp(party, "党委") == 0) ||
                  (strcmp(party, "党组") == 0 && zg_random_chance(r, 12));
    snprintf(w->unit, sizeof w->unit, "%s%s%s", leaves ? "" : "中共", w->bare,
             party);
  }
  snprintf(w->self, sizeof w->self, "%s", k->self ? k->self : "");
  static const char *const offices[] = {"党发", "党", "委发", "办发", "党组发"};
  const char *organ = w->bare + strlen(at) + (k->where == PROVINCE ? 3 : 0);
  snprintf(w->prefix, sizeof w->prefix, "%.3s%.3s%s", at, organ,
           PICK(r, offices));
}

/* ---- who inspects ---- */

static void set_body(zg_draft *d, int committee) {
  zg_world *w = &d->w;
  const zg_place *p = &w->place;
  w->committee = committee;
  if (committee == 0) {
    w->body = p->county_committee;
    snprintf(w->body_full, sizeof w->body_full, "%s委", p->county);
  } else if (committee == 1) {
    w->body = p->city_committee;
    snprintf(w->body_full, sizeof w->body_full, "%s委", p->city);
  } else {
    w->body = "省委";
    snprintf(w->body_full, sizeof w->body_full, "%s省委", p->province);
  }
  w->tour = committee >= 2;
}

static void draw_team(zg_draft *d) {
  zg_random *r = &d->r;
  zg_world *w = &d->w;
  char n[16], plain[40];
  const char *verb = w->tour ? "巡视" : "巡察";
  zg_han((int)zg_random_range(r, 1, 12), n);
  uint32_t shape = zg_random_below(r, 100);
  snprintf(plain, sizeof plain, "%s%s组", w->body, verb);
  const char *special = "";
  if (!strcmp(w->kind, "提级巡察"))
    special = "提级";
  else if (!strcmp(w->kind, "专项巡察"))
    special = "专项";
  else if (!strcmp(w->kind, "交叉巡察"))
    special = "交叉";
  else if (!strcmp(w->kind, "联动巡察"))
    special = "联动";
  if (shape < 72 || *special)
    snprintf(w->team, sizeof w->team, "%s第%s%s%s组", w->body, n, special,
             verb);
  else if (shape < 86 || !w->round[0])
    snprintf(w->team, sizeof w->team, "%s%s%s组", w->body, verb, n);
  else
    snprintf(w->team, sizeof w->team, "%s%s%s组", w->round, verb, n);
  bool same = zg_random_chance(r, 40);
  snprintf(w->feedback_team, sizeof w->feedback_team, "%s",
           same ? w->team : plain);
}

static void draw_inspection(zg_draft *d) {
  zg_random *r = &d->r;
  zg_world *w = &d->w;
  bool lifted = w->committee == 0 && zg_random_chance(r, 12);
  bool whole = !strcmp(w->bare, w->place.county);
  if (whole) { /* a county committee is inspected from above */
    set_body(d, zg_random_chance(r, 60) ? 2 : 1);
  } else {
    set_body(d, lifted ? 1 : w->committee);
  }
  static const char *const round_kinds[] = {"常规巡察", "常规巡察", "巡察",
                                            "巡察",     "专项巡察", "交叉巡察",
                                            "联动巡察", "回头看"};
  if (lifted && !whole)
    w->kind = "提级巡察";
  else
    w->kind = PICK(r, round_kinds);
  if (w->tour && strcmp(w->kind, "回头看"))
    w->kind = zg_random_chance(r, 50) ? "常规巡视" : "巡视";
  if (zg_random_chance(r, 55)) {
    char term[16], lap[16];
    int since = (w->start.y - 2016) / 5;
    zg_han((int)zg_random_range(r, 5, 13) + since, term);
    zg_han((int)zg_random_range(r, 1, 15), lap);
    snprintf(w->round, sizeof w->round, "%s届%s第%s轮", term, w->body, lap);
  }
  draw_team(d);
}

void zg_world_of_county(zg_draft *d) {
  zg_world *w = &d->w;
  snprintf(w->bare, sizeof w->bare, "%s人民政府", w->place.county);
  snprintf(w->unit, sizeof w->unit, "%s", w->bare);
  snprintf(w->region, sizeof w->region, "%s", w->place.county);
  snprintf(w->prefix, sizeof w->prefix, "%.3s政办发", w->place.county);
  w->kind = "常规巡察";
  w->round[0] = '\0';
  set_body(d, 0);
  draw_team(d);
}

void zg_world_draw(zg_draft *d) {
  draw_dates(d);
  draw_place(d);
  draw_unit(d);
  draw_inspection(d);
}

/* What is true of the unit whatever the opening says of the inspection. */
void zg_world_tell_gold(zg_draft *d) {
  zg_gold *g = &d->g;
  const zg_world *w = &d->w;
  snprintf(g->unit_level, sizeof g->unit_level, "%s",
           w->level ? w->level : "?");
  snprintf(g->region, sizeof g->region, "%s", w->region);
}
