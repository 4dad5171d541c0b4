/* zhenggai parse, list, show, delete: bulletins one by one. */
#include "tools/cli/answer.h"
#include "tools/cli/bulletin.h"
#include "tools/cli/client.h"
#include "tools/cli/document.h"
#include "tools/cli/table.h"
#include "tools/cli/tree.h"

#include <stdlib.h>

static int one_argument(const zg_cli *cli, size_t n, const char *what) {
  return n == 1
             ? 0
             : zg_complain(cli, ZG_EXIT_USAGE, "%s %s",
                           zg_say(cli, "需要一个参数：", "needs one:"), what);
}

/* ---- parse ---- */

typedef struct parse_options {
  bool force, full;
} parse_options;
static const zg_option parse_table[] = {
    {"force", 0, NULL, "不像通报也解析", "parse although it is no bulletin",
     ZG_FLAG, offsetof(parse_options, force)},
    {"full", 0, NULL, "连同全部措施列出", "with all measures", ZG_FLAG,
     offsetof(parse_options, full)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

static void tell_charset(const zg_cli *cli, const char *path,
                         const zg_document *d) {
  if (d->replaced)
    zg_complain(cli, 0,
                zg_say(cli, "%s: %zu 个字符无法按 %s 识别",
                       "%s: %zu characters do not decode as %s"),
                path, d->replaced, d->charset);
  if (d->charset_doubtful)
    zg_complain(
        cli, 0,
        zg_say(cli, "%s: 编码是推测的：%s", "%s: the charset was guessed: %s"),
        path, d->charset);
}

static int run_parse(const zg_cli *cli, const void *opts, const char **args,
                     size_t n_args) {
  const parse_options *o = opts;
  int code = one_argument(cli, n_args, "FILE");
  if (code)
    return code;
  zg_document d;
  if (!zg_document_read(cli, args[0], &d)) {
    zg_document_free(&d);
    return zg_complain(cli, ZG_EXIT_NO_INPUT, "%s: %s", args[0], d.message);
  }
  tell_charset(cli, args[0], &d);
  zg_buf_addc(&d.text, '\0');
  cJSON *body = cJSON_CreateObject(), *answer = NULL;
  cJSON_AddStringToObject(body, d.html ? "html" : "text", d.text.p);
  if (o->force)
    cJSON_AddBoolToObject(body, "force", true);
  zg_document_free(&d);
  code = zg_client_ask(cli, "/v1/parse", body, &answer);
  cJSON_Delete(body);
  if (answer && o->full)
    zg_bulletin_print(cli, answer);
  else if (answer)
    zg_tree_print(cli, answer);
  cJSON_Delete(answer);
  return code;
}

const zg_command zg_cmd_parse = {"parse",
                                 "FILE|-",
                                 "只解析不入库：看通报被拆成了什么",
                                 "parse only: see how a bulletin comes apart",
                                 parse_table,
                                 sizeof(parse_options),
                                 run_parse};

/* ---- show, delete ---- */

/* '#' stands in the ids that the daemon gives to the findings of a bulletin;
 * ready findings may have others, for which there is --finding. */
static bool is_finding(const char *id, bool told) {
  return told || strchr(id, '#');
}

static void path_of(const char *id, bool finding, zg_buf *path) {
  zg_buf_adds(path, finding ? "/v1/findings/" : "/v1/bulletins/");
  zg_client_escape(zg_str_of(id), path);
  zg_buf_addc(path, '\0');
}

typedef struct finding_options {
  bool finding;
} finding_options;
static const zg_option finding_table[] = {
    {"finding", 0, NULL, "编号是单条问题（含 # 的编号不必写）",
     "the id is a finding's (not needed when it has a #)", ZG_FLAG,
     offsetof(finding_options, finding)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

static int run_show(const zg_cli *cli, const void *opts, const char **args,
                    size_t n_args) {
  const finding_options *o = opts;
  int code = one_argument(cli, n_args, "ID");
  if (code)
    return code;
  bool finding = is_finding(args[0], o->finding);
  zg_buf path = ZG_BUF_INIT;
  path_of(args[0], finding, &path);
  cJSON *answer = NULL;
  code = zg_client_ask(cli, path.p, NULL, &answer);
  zg_buf_free(&path);
  if (answer && finding) {
    const cJSON *f = zg_member(answer, "finding");
    zg_finding_print(cli, f ? f : answer, 0);
  } else if (answer) {
    zg_bulletin_print(cli, answer);
  }
  cJSON_Delete(answer);
  return code;
}

const zg_command zg_cmd_show = {"show",
                                "ID",
                                "显示一份通报，或一条问题（编号含 #）",
                                "show a bulletin, or a finding (id with #)",
                                finding_table,
                                sizeof(finding_options),
                                run_show};

static int run_delete(const zg_cli *cli, const void *opts, const char **args,
                      size_t n_args) {
  const finding_options *o = opts;
  if (n_args == 0)
    return one_argument(cli, 0, "ID…");
  zg_client *c = zg_client_new(cli);
  int worst = c ? 0 : 8;
  for (size_t i = 0; c && i < n_args && worst != ZG_EXIT_UNREACHABLE; i++) {
    zg_buf path = ZG_BUF_INIT;
    zg_response r;
    path_of(args[i], is_finding(args[i], o->finding), &path);
    int code = zg_client_send(
        c, &(zg_request){.method = "DELETE", .path = path.p}, &r);
    if (code == 0 && !zg_response_ok(&r))
      code = zg_response_failed(cli, &r);
    else if (code == 0 && cli->json)
      fprintf(cli->out, "%s\n", r.body.p);
    else if (code == 0)
      fprintf(cli->out, "%s %s\n", zg_say(cli, "已删除", "deleted"), args[i]);
    zg_response_free(&r);
    zg_buf_free(&path);
    if (code)
      worst = code;
  }
  zg_client_free(c);
  return worst;
}

const zg_command zg_cmd_delete = {
    "delete",
    "ID…",
    "删除通报及其全部问题，或单条问题（编号含 #）",
    "delete bulletins with all their findings, "
    "or findings (id with #)",
    finding_table,
    sizeof(finding_options),
    run_delete};

/* ---- list ---- */

typedef struct list_options {
  const char *filter, *limit, *offset;
} list_options;
static const zg_option list_table[] = {
    {"filter", 'f', "EXPR", "筛选，如 'year = 2024'", "filter", ZG_TEXT_OPTION,
     offsetof(list_options, filter)},
    {"limit", 'n', "N", "条数，默认 50", "how many, default 50", ZG_TEXT_OPTION,
     offsetof(list_options, limit)},
    {"offset", 0, "N", "跳过", "how many to skip", ZG_TEXT_OPTION,
     offsetof(list_options, offset)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

static void print_list(const zg_cli *cli, const cJSON *answer) {
  const zg_grid_column columns[] = {
      {zg_say(cli, "编号", "id"), false, false},
      {zg_say(cli, "单位", "unit"), false, false},
      {zg_say(cli, "轮次", "round"), false, false},
      {zg_say(cli, "公布", "published"), false, true},
      {zg_say(cli, "自述", "declared"), true, true},
      {zg_say(cli, "问题", "findings"), true, true},
      {zg_say(cli, "提示", "warnings"), true, true}};
  zg_grid *g = zg_grid_new(columns, 7);
  const cJSON *b;
  if (!g)
    return;
  cJSON_ArrayForEach(b, zg_member(answer, "bulletins")) {
    char n[3][24] = {"", "", ""};
    double declared = zg_number(zg_member(b, "declared"), "problems", -1);
    if (declared >= 0)
      snprintf(n[0], sizeof n[0], "%.0f", declared);
    snprintf(n[1], sizeof n[1], "%.0f",
             zg_number(zg_member(b, "parsed"), "findings", 0));
    int warnings = cJSON_GetArraySize(zg_member(b, "warnings"));
    if (warnings)
      snprintf(n[2], sizeof n[2], "%d", warnings);
    zg_grid_cell(g, zg_text(b, "id"), ZG_PLAIN);
    zg_grid_cell(g, zg_text(b, "unit"), ZG_PLAIN);
    zg_grid_cell(g, zg_text(b, "round"), ZG_PLAIN);
    zg_grid_cell(g, zg_text(b, "publish_date"), ZG_PLAIN);
    zg_grid_cell(g, n[0], ZG_PLAIN);
    zg_grid_cell(g, n[1], ZG_PLAIN);
    zg_grid_cell(g, n[2], ZG_WARN);
  }
  zg_grid_print(g, cli, 0);
  zg_grid_free(g);
}

static int run_list(const zg_cli *cli, const void *opts, const char **args,
                    size_t n_args) {
  const list_options *o = opts;
  long long limit = 50, offset = 0;
  if (n_args)
    return zg_complain(cli, ZG_EXIT_USAGE, "%s: %s",
                       zg_say(cli, "多余的参数", "unexpected argument"),
                       args[0]);
  if ((o->limit && !zg_args_number(o->limit, 0, 1000, &limit)) ||
      (o->offset && !zg_args_number(o->offset, 0, 100000, &offset)))
    return zg_complain(cli, ZG_EXIT_USAGE,
                       "--limit 0..1000, --offset 0..100000");
  zg_buf path = ZG_BUF_INIT;
  zg_buf_printf(&path, "/v1/bulletins?limit=%lld&offset=%lld", limit, offset);
  if (o->filter) {
    zg_buf_adds(&path, "&filter=");
    zg_client_escape(zg_str_of(o->filter), &path);
  }
  zg_buf_addc(&path, '\0');
  cJSON *answer = NULL;
  int code = zg_client_ask(cli, path.p, NULL, &answer);
  zg_buf_free(&path);
  if (answer) {
    char scratch[48];
    fprintf(
        cli->out, zg_say(cli, "共 %s 份通报\n\n", "%s bulletins\n\n"),
        zg_number_text(zg_number(answer, "total", 0), scratch, sizeof scratch));
    print_list(cli, answer);
  }
  cJSON_Delete(answer);
  return code;
}

const zg_command zg_cmd_list = {
    "list",     "[OPTION…]",          "列出通报", "list bulletins",
    list_table, sizeof(list_options), run_list};
