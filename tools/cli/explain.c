#include "tools/cli/explain.h"
#include "tools/cli/answer.h"
#include "tools/cli/labels.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct {
  const char *name, *zh, *en;
} classes[] = {
#define X(sym, name, zh, en) {name, zh, en},
    ZG_CLASS_TABLE(X)
#undef X
};

zg_class zg_explain_class(const char *name) {
  for (int k = 0; k < ZG_CLASS_OTHER; k++)
    if (strcmp(classes[k].name, name) == 0)
      return (zg_class)k;
  return ZG_CLASS_OTHER;
}
const char *zg_class_name(zg_class c) { return classes[c].name; }
const char *zg_class_label(const zg_cli *cli, zg_class c) {
  return zg_say(cli, classes[c].zh, classes[c].en);
}

/* ---- errors ---- */

typedef struct pair {
  const char *en, *zh;
} pair;

/* The parts of the message of "not_a_bulletin" (index/parse_class.c). */
static const pair MISSING[] = {
    {"no title (关于…整改…情况的通报)", "缺少标题（关于…整改…情况的通报）"},
    {"no opening that names team, period and feedback",
     "缺少开头（巡察组、时间、反馈）"},
    {"no heading about what was rectified", "缺少整改落实情况的小标题"},
    {"no findings", "没有列出问题"},
    {"no answer to any finding", "没有一个问题写了整改情况"},
    {"reads like news of a meeting", "像会议新闻"},
    {"reads like news of a supervision", "像督查新闻"},
    {"reads like news", "像新闻报道"},
    {"reads like a speech", "像讲话"},
    {"reads like an interview", "像访谈"},
    {"reads like an article", "像文章"},
    {"reads like an index of bulletins", "像通报目录"},
    {"reads like a notice", "像公告"},
    {"reads like a plan", "像整改方案"},
    {"reads like a manual", "像工作手册"},
    {"reads like a work brief", "像工作简报"},
    {"reads like a work summary", "像工作总结"},
    {"reads like a regulation", "像制度规定"},
    {"reads like a reply", "像答复"},
    {"reads like a judgment", "像裁判文书"},
    {"reads like a circular on cases", "像案例通报"},
    {"reads like a list of findings", "像只列问题的清单"},
    {"reads like minutes", "像会议纪要"},
    {"reads like a self-examination", "像对照检查材料"},
    {"no sign that decides", "没有足以判断的特征"}};

static const char *look_up(const pair *table, size_t n, zg_str en) {
  for (size_t i = 0; i < n; i++)
    if (zg_str_is(en, table[i].en))
      return table[i].zh;
  return NULL;
}

/* "not a rectification bulletin: A; B": part by part; a part that is not in the
 * table stays as it is. */
static void missing_in_chinese(const char *said, zg_buf *out) {
  const char *p = strstr(said, ": ");
  zg_buf_adds(out, "不是整改通报");
  p = p ? p + 2 : said;
  for (bool first = true; *p; first = false) {
    const char *end = strstr(p, "; ");
    zg_str part = {p, end ? (size_t)(end - p) : strlen(p)};
    const char *zh = look_up(MISSING, COUNT(MISSING), part);
    zg_buf_adds(out, first ? "：" : "；");
    if (zh)
      zg_buf_adds(out, zh);
    else
      zg_buf_add(out, part.p, part.n);
    p = end ? end + 2 : p + part.n;
  }
}

/* What the codes of the daemon are in Chinese.  Where the fault is (a column, a
 * name) only its message says, which is English. */
static const struct {
  const char *code, *zh;
  enum { ALONE, WITH_NAME, WITH_MESSAGE } more;
  zg_reason reason;
} CODES[] = {
    {"not_a_bulletin", NULL, ALONE, ZG_REASON_NOT_BULLETIN},
    {"invalid_json", "JSON 有误", WITH_MESSAGE, ZG_REASON_JSON},
    {"no_text", "网页中没有文字", ALONE, ZG_REASON_EMPTY},
    {"html_too_broken", "网页的标签嵌套过于混乱，无法读取", ALONE,
     ZG_REASON_DAMAGED},
    {"line_too_long", "超过 16 MiB", ALONE, ZG_REASON_OTHER},
    {"bulletin_not_found", "没有这份通报", WITH_NAME, ZG_REASON_OTHER},
    {"finding_not_found", "没有这条问题", WITH_NAME, ZG_REASON_OTHER},
    {"invalid_filter", "筛选条件有误", WITH_MESSAGE, ZG_REASON_OTHER},
    {"invalid_query", "检索词有误", WITH_MESSAGE, ZG_REASON_OTHER},
    {"invalid_sort", "排序有误", WITH_MESSAGE, ZG_REASON_OTHER},
    {"invalid_metric", "指标有误", WITH_MESSAGE, ZG_REASON_OTHER},
    {"invalid_flag", "没有这个标记", WITH_MESSAGE, ZG_REASON_OTHER},
    {"unknown_field", "没有这个字段", WITH_MESSAGE, ZG_REASON_OTHER},
    {"invalid_order", "排序有误", WITH_MESSAGE, ZG_REASON_OTHER},
    {"missing_member", "缺少必需的内容", WITH_MESSAGE, ZG_REASON_OTHER},
    {"invalid_type", "类型不对", WITH_MESSAGE, ZG_REASON_OTHER},
    {"out_of_range", "超出范围", WITH_MESSAGE, ZG_REASON_OTHER},
    {"invalid_taxonomy", "分类表有误", WITH_MESSAGE, ZG_REASON_OTHER},
    {"read_only", "服务以只读方式运行，不能写入", ALONE, ZG_REASON_OTHER},
    {"no_space", "服务所在磁盘已满", ALONE, ZG_REASON_OTHER},
    {"queue_full", "服务正忙，请稍后再试", ALONE, ZG_REASON_OTHER},
    {"shutting_down", "服务正在停止", ALONE, ZG_REASON_OTHER}};

zg_reason zg_explain_error(const zg_cli *cli, const cJSON *error, bool coded,
                           char *message, size_t size) {
  const char *said = zg_text(error, "message"), *code = zg_text(error, "code");
  const char *name = said ? strchr(said, '"') : NULL;
  zg_reason reason = ZG_REASON_OTHER;
  zg_buf b = ZG_BUF_INIT;
  said = said ? said : "?";
  code = code ? code : "?";
  for (size_t i = 0; i < COUNT(CODES); i++) {
    if (strcmp(code, CODES[i].code) != 0)
      continue;
    reason = CODES[i].reason;
    if (cli->english)
      continue;
    if (!CODES[i].zh)
      missing_in_chinese(said, &b);
    else
      zg_buf_adds(&b, CODES[i].zh);
    if (CODES[i].more == WITH_MESSAGE || (CODES[i].more == WITH_NAME && name))
      zg_buf_printf(&b, "：%s", CODES[i].more == WITH_NAME ? name : said);
    coded = coded && CODES[i].more == WITH_MESSAGE;
  }
  if (!b.n)
    zg_buf_adds(&b, said);
  if (coded)
    zg_buf_printf(&b, " [%s]", code);
  zg_buf_addc(&b, '\0');
  snprintf(message, size, "%s", b.p ? b.p : said);
  message[zg_utf8_floor(message, strlen(message))] = '\0';
  zg_buf_free(&b);
  return reason;
}

/* ---- what deserves a look ---- */

static const struct {
  const char *code;
  double weight;
} WEIGHTS[] = {{"no_findings", 6},           {"spun_copy", 4},
               {"declared_sum_differs", 4},  {"numbering_gap", 4},
               {"numbering_repeat", 4},      {"title_text_differ", 3},
               {"team_differs", 3},          {"date_ambiguous", 3},
               {"date_implausible", 3},      {"bytes_replaced", 3},
               {"declared_rate_differs", 2}, {"declared_state_differs", 2},
               {"series_rate_differs", 2},   {"charset_doubtful", 2}};

static const pair MEMBERS[] = {{"publish_date", "公布日期"},
                               {"feedback_date", "反馈日期"},
                               {"inspect_start", "巡察开始"},
                               {"inspect_end", "巡察结束"},
                               {"title", "标题"},
                               {"unit", "单位"},
                               {"units", "单位"},
                               {"source", "来源"},
                               {"team", "巡察组"},
                               {"round", "轮次"},
                               {"year", "年份"},
                               {"declared", "自述数"},
                               {"text", "正文"},
                               {"inspecting_body", "巡察机构"}};

static void add(const zg_cli *cli, zg_buf *why, const char *text) {
  if (why->n)
    zg_buf_adds(why, zg_say(cli, "；", "; "));
  zg_buf_adds(why, text);
}

static const char *member_name(const zg_cli *cli, const char *name) {
  const char *zh = look_up(MEMBERS, COUNT(MEMBERS), zg_str_of(name));
  return cli->english || !zh ? name : zh;
}

/* "存疑：公布日期、单位" */
static double members(const zg_cli *cli, const cJSON *list, const char *label,
                      double weight, zg_buf *why) {
  const cJSON *m;
  bool any = false;
  double sum = 0;
  cJSON_ArrayForEach(m, list) {
    const char *name = cJSON_GetStringValue(m);
    if (!name)
      continue;
    if (any)
      zg_buf_adds(why, zg_say(cli, "、", ", "));
    else
      add(cli, why, label);
    zg_buf_adds(why, member_name(cli, name));
    sum += weight;
    any = true;
  }
  return sum;
}

/* Each code once, whatever number of places it was found at. */
static double warnings(const zg_cli *cli, const cJSON *answer, zg_buf *why) {
  const cJSON *list = zg_member(answer, "warnings"), *w, *k;
  double sum = 0;
  cJSON_ArrayForEach(w, list) {
    const char *code = cJSON_GetStringValue(w);
    bool again = false;
    for (k = list->child; k != w; k = k->next)
      again = again || strcmp(cJSON_GetStringValue(k), code) == 0;
    if (again)
      continue;
    if (strcmp(code, "declared_differs") == 0) {
      char text[120];
      snprintf(text, sizeof text,
               zg_say(cli, "自述 %.0f 个问题，解析出 %.0f 个",
                      "declares %.0f problems, %.0f were found"),
               zg_number(answer, "declared", 0),
               zg_number(answer, "findings", 0));
      add(cli, why, text);
      sum += 5;
      continue;
    }
    double weight = 1;
    for (size_t i = 0; i < COUNT(WEIGHTS); i++)
      if (strcmp(code, WEIGHTS[i].code) == 0)
        weight = WEIGHTS[i].weight;
    add(cli, why, zg_label_warning(cli, code));
    sum += weight;
  }
  return sum;
}

double zg_explain_bulletin(const zg_cli *cli, const cJSON *answer,
                           const zg_document *d, zg_buf *why) {
  double weight = warnings(cli, answer, why);
  if (!zg_text(answer, "unit")) {
    add(cli, why, zg_say(cli, "没有找到单位", "no unit was found"));
    weight += 5;
  }
  if (d && d->replaced) {
    char text[100];
    snprintf(text, sizeof text,
             zg_say(cli, "%zu 个字符无法按 %s 识别",
                    "%zu characters do not "
                    "decode as %s"),
             d->replaced, d->charset);
    add(cli, why, text);
    weight += 3;
  }
  if (d && d->charset_doubtful) {
    add(cli, why, zg_say(cli, "编码是推测的：", "the charset was guessed: "));
    zg_buf_adds(why, d->charset);
    weight += 2;
  }
  weight += members(cli, zg_member(answer, "doubtful"),
                    zg_say(cli, "存疑：", "doubtful: "), 2, why);
  /* years are left out in most bulletins: no reason by itself */
  weight += members(cli, zg_member(answer, "inferred"),
                    zg_say(cli, "年份推定：", "inferred year: "), 0.25, why);
  return weight;
}
