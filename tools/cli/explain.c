#include "tools/cli/explain.h"
#include "tools/cli/answer.h"

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

zg_reason zg_explain_error(const zg_cli *cli, const cJSON *error, char *message,
                           size_t size) {
  static const struct {
    const char *code, *zh;
    zg_reason reason;
  } codes[] = {{"not_a_bulletin", NULL, ZG_REASON_NOT_BULLETIN},
               {"invalid_json", NULL, ZG_REASON_JSON},
               {"no_text", "网页中没有文字", ZG_REASON_EMPTY},
               {"html_too_broken", "网页的标签嵌套过于混乱，无法读取",
                ZG_REASON_DAMAGED},
               {"line_too_long", "超过 16 MiB", ZG_REASON_OTHER}};
  const char *said = zg_text(error, "message"), *code = zg_text(error, "code");
  const char *zh = NULL;
  zg_reason reason = ZG_REASON_OTHER;
  said = said ? said : "?";
  code = code ? code : "?";
  for (size_t i = 0; i < COUNT(codes); i++)
    if (strcmp(code, codes[i].code) == 0) {
      reason = codes[i].reason;
      zh = codes[i].zh;
    }
  zg_buf b = ZG_BUF_INIT;
  if (reason == ZG_REASON_NOT_BULLETIN && !cli->english)
    missing_in_chinese(said, &b);
  else if (zh && !cli->english)
    zg_buf_adds(&b, zh);
  else
    zg_buf_printf(&b, "%s [%s]", said, code);
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
  const char *zh, *en;
} WARNINGS[] = {
    {"no_findings", 6, "没有解析出问题", "no findings were found"},
    {"spun_copy", 4, "疑为改写转载", "reads like a reworded copy"},
    {"declared_sum_differs", 4, "自述各项相加与总数不符",
     "its declared counts do not add up"},
    {"numbering_gap", 4, "编号有缺漏", "numbers are missing"},
    {"numbering_repeat", 4, "编号有重复", "numbers are repeated"},
    {"title_text_differ", 3, "标题与正文不一致", "title and text differ"},
    {"team_differs", 3, "巡察组前后写法不一致",
     "the team is named in two ways"},
    {"date_ambiguous", 3, "日期有两种读法", "a date can be read in two ways"},
    {"date_implausible", 3, "日期间隔不合常理", "dates are implausible"},
    {"bytes_replaced", 3, "有无法识别的字节", "bytes did not decode"},
    {"declared_rate_differs", 2, "自述完成率不符",
     "its declared rate does not fit"},
    {"declared_state_differs", 2, "自述状态与逐条状态不符",
     "its declared states do not fit"},
    {"series_rate_differs", 2, "自述比率不符", "a declared rate does not fit"},
    {"charset_doubtful", 2, "编码是推测的", "the charset was guessed"}};

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
    bool again = false, known = false;
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
    for (size_t i = 0; i < COUNT(WARNINGS); i++)
      if (strcmp(code, WARNINGS[i].code) == 0) {
        add(cli, why, zg_say(cli, WARNINGS[i].zh, WARNINGS[i].en));
        sum += WARNINGS[i].weight;
        known = true;
      }
    if (!known) {
      add(cli, why, code);
      sum += 1;
    }
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
