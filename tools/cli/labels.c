#include "tools/cli/labels.h"
#include "index/field.h"
#include "index/taxonomy.h"
#include "tools/cli/answer.h"
#include "tools/cli/client.h"
#include "tools/cli/explain.h"

#include <stdlib.h>

struct zg_names {
  bool asked;
  cJSON *answer;         /* GET /v1/taxonomy */
  zg_taxonomy *built_in; /* when there is no answer */
};

typedef struct label {
  const char *id, *zh, *en;
} label;

static const label states[] = {
#define X(sym, name, zh) {name, zh, name},
    ZG_STATE_TABLE(X)
#undef X
};
static const label levels[] = {
#define X(sym, name, zh) {name, zh, name},
    ZG_LEVEL_TABLE(X)
#undef X
};
static const label repeats[] = {
#define X(sym, name, zh) {name, zh, name},
    ZG_REPEAT_TABLE(X)
#undef X
};
static const label sources[] = {{"none", "无", "none"},
                                {"finding", "本问题", "finding"},
                                {"field", "状态栏", "field"},
                                {"summary", "总述", "summary"}};
static const label booleans[] = {{"true", "是", "yes"}, {"false", "否", "no"}};
static const label fields[] = {
#define X(sym, name, slot, planes, numeric, zh) {name, zh, name},
    ZG_FIELD_TABLE(X)
#undef X
#define X(sym, name, slot, scale, zh) {name, zh, name},
        ZG_MEASURE_TABLE(X)
#undef X
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const char *look(const zg_cli *cli, const label *table, size_t n,
                        const char *id) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(table[i].id, id) == 0)
      return zg_say(cli, table[i].zh, table[i].en);
  return NULL;
}

zg_names *zg_names_new(void) { return calloc(1, sizeof(zg_names)); }

void zg_names_free(zg_names *n) {
  if (!n)
    return;
  cJSON_Delete(n->answer);
  zg_taxonomy_unref(n->built_in);
  free(n);
}

/* Once; a daemon that does not know the route is no fault of the command that
 * runs. */
static void ask_names(const zg_cli *cli) {
  zg_names *n = cli->names;
  zg_response r = {0, ZG_BUF_INIT};
  zg_request q = {.method = "GET", .path = "/v1/taxonomy"};
  n->asked = true;
  zg_client *c = zg_client_new(cli);
  if (c && zg_client_send(c, &q, &r) == 0 && zg_response_ok(&r))
    n->answer = cJSON_Parse(r.body.p);
  if (!n->answer)
    zg_taxonomy_open(&n->built_in, NULL, NULL, NULL);
  zg_response_free(&r);
  zg_client_free(c);
}

const char *zg_label_category(const zg_cli *cli, const char *id) {
  const cJSON *c;
  if (!cli->names)
    return NULL;
  if (!cli->names->asked)
    ask_names(cli);
  cJSON_ArrayForEach(c, zg_member(cli->names->answer, "categories")) {
    const char *is = zg_text(c, "id");
    if (is && strcmp(is, id) == 0)
      return zg_text(c, zg_say(cli, "zh", "en"));
  }
  const zg_category *own =
      cli->names->built_in
          ? zg_taxonomy_find(cli->names->built_in, zg_str_of(id))
          : NULL;
  return own ? zg_say(cli, own->zh.p, own->en.p) : NULL;
}

const char *zg_label_value(const zg_cli *cli, const char *field,
                           const char *value, char *scratch, size_t size) {
  if (!value)
    return zg_say(cli, "（无）", "(none)");
  const char *found = NULL;
  if (strcmp(field, "category") == 0) {
    found = zg_label_category(cli, value);
    if (found) {
      snprintf(scratch, size, "%s %s", value, found);
      return scratch;
    }
  } else if (strcmp(field, "status") == 0) {
    found = look(cli, states, COUNT(states), value);
  } else if (strcmp(field, "unit_level") == 0) {
    found = look(cli, levels, COUNT(levels), value);
  } else if (strcmp(field, "repeat") == 0) {
    found = look(cli, repeats, COUNT(repeats), value);
  } else if (strcmp(field, "doc_class") == 0) {
    found = zg_class_label(cli, zg_explain_class(value));
  } else if (strcmp(field, "status_source") == 0) {
    found = look(cli, sources, COUNT(sources), value);
  } else if (strcmp(field, "sustain") == 0 || strncmp(field, "has_", 4) == 0) {
    found = look(cli, booleans, COUNT(booleans), value);
  }
  return found ? found : value;
}

const char *zg_label_field(const zg_cli *cli, const char *field) {
  const char *found = look(cli, fields, COUNT(fields), field);
  return found ? found : field;
}

const char *zg_label_metric(const zg_cli *cli, const char *metric,
                            char *scratch, size_t size) {
  static const label ops[] = {
      {"sum", "合计", "sum"},         {"avg", "平均", "avg"},
      {"min", "最小", "min"},         {"max", "最大", "max"},
      {"distinct", "数", "distinct"}, {"rate", "占比", "rate"},
      {"count", "问题数", "count"},   {"share", "占全部", "share"}};
  const char *colon = strchr(metric, ':');
  char op[16];
  snprintf(op, sizeof op, "%.*s",
           (int)(colon ? colon - metric : (ptrdiff_t)strlen(metric)), metric);
  const char *name = look(cli, ops, COUNT(ops), op);
  if (!colon || !name)
    return name ? name : metric;
  if (strcmp(op, "rate") == 0) {
    /* of a filter: "status=done" reads as "已完成 占比" */
    char field[64], value[64], shown[128];
    const char *share = colon + 1;
    if (sscanf(share, "%63[a-z_] = %63[a-z_0-9]", field, value) == 2 &&
        strcspn(share, " ()") == strlen(share))
      share = zg_label_value(cli, field, value, shown, sizeof shown);
    snprintf(scratch, size, zg_say(cli, "%s 占比", "rate %s"), share);
    return scratch;
  }
  const char *of = zg_label_field(cli, colon + 1);
  if (cli->english)
    snprintf(scratch, size, "%s %s", name, of);
  else
    snprintf(scratch, size, "%s%s", of, name);
  return scratch;
}

const char *zg_label_warning(const zg_cli *cli, const char *code) {
  static const label warnings[] = {
      {"declared_differs", "自述数与编号数不一", "declared differs"},
      {"declared_sum_differs", "各状态之和不等于问题数", "states do not sum"},
      {"declared_rate_differs", "完成率与数字不符", "rate differs"},
      {"declared_state_differs", "自述状态数与各问题不符", "states differ"},
      {"series_rate_differs", "专项完成率与数字不符",
       "rate of a series differs"},
      {"numbering_gap", "编号有缺漏", "numbers are missing"},
      {"numbering_repeat", "编号有重复", "numbers are repeated"},
      {"no_findings", "没有解析出问题", "no findings"},
      {"team_differs", "巡察组前后写法不一致", "team named in two ways"},
      {"bytes_replaced", "有无法识别的字节", "bytes did not decode"},
      {"charset_doubtful", "编码是推测的", "charset was guessed"},
      {"chunk_number", "句中夹有多余编号", "number inside a sentence"},
      {"date_implausible", "日期间隔异常", "implausible date"},
      {"date_ambiguous", "日期有两种读法", "ambiguous date"},
      {"title_text_differ", "标题与正文不一", "title and text differ"},
      {"spun_copy", "疑似改写转载", "spun copy"}};
  const char *found = code ? look(cli, warnings, COUNT(warnings), code) : NULL;
  return found ? found : code ? code : "";
}

zg_colour zg_label_status_colour(const char *status) {
  if (strcmp(status, "done") == 0 || strcmp(status, "basically_done") == 0)
    return ZG_GOOD;
  if (strcmp(status, "not_done") == 0 || strcmp(status, "deferred") == 0)
    return ZG_BAD;
  return strcmp(status, "unknown") == 0 ? ZG_DIM : ZG_WARN;
}
