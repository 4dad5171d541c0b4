/* zhenggai reconcile: what bulletins declare beside what they number. */
#include "index/model.h"
#include "tools/cli/answer.h"
#include "tools/cli/client.h"
#include "tools/cli/labels.h"
#include "tools/cli/table.h"

typedef struct reconcile_options {
  const char *filter, *flag, *limit, *offset, *sort;
  bool flagged;
} reconcile_options;
static const zg_option reconcile_table[] = {
    {"flagged", 0, NULL, "只列有出入的", "only those that differ", ZG_FLAG,
     offsetof(reconcile_options, flagged)},
    {"flag", 0, "FLAG", "只列有此标记的，如 declared_differs、numbering_gap",
     "only those with this flag, as declared_differs, numbering_gap",
     ZG_TEXT_OPTION, offsetof(reconcile_options, flag)},
    {"filter", 'f', "EXPR", "筛选，如 'year = 2024 AND unit_level = county'",
     "filter, as 'year = 2024 AND unit_level = county'", ZG_TEXT_OPTION,
     offsetof(reconcile_options, filter)},
    {"sort", 's', "KEY", "id、-id、year、-year", "id, -id, year, -year",
     ZG_TEXT_OPTION, offsetof(reconcile_options, sort)},
    {"limit", 'n', "N", "份数，默认 100", "how many, default 100",
     ZG_TEXT_OPTION, offsetof(reconcile_options, limit)},
    {"offset", 0, "N", "跳过", "how many to skip", ZG_TEXT_OPTION,
     offsetof(reconcile_options, offset)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

static const char *count_or_dash(double v, char scratch[48]) {
  return v < 0 ? "–" : zg_number_text(v, scratch, 48);
}

/* "已完成 28，长期坚持 1" from the declared states. */
static void add_states(const zg_cli *cli, const cJSON *counts, zg_buf *b) {
  static const char *const states[] = {
#define X(sym, name, zh) name,
      ZG_STATE_TABLE(X)
#undef X
  };
  char scratch[64], number[48];
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
    double n = zg_number(counts, states[i], -1);
    if (n <= 0)
      continue;
    zg_buf_printf(
        b, "%s%s %s", b->n ? zg_say(cli, "，", ", ") : "",
        zg_label_value(cli, "status", states[i], scratch, sizeof scratch),
        zg_number_text(n, number, sizeof number));
  }
  zg_buf_addc(b, '\0');
}

/* ---- one bulletin ---- */

static const char *check_label(const zg_cli *cli, const char *check) {
  static const struct {
    const char *check, *zh, *en;
  } labels[] = {
      {"problems", "自述问题数 / 编号问题数", "declared / numbered problems"},
      {"sum", "自述问题数 / 各状态之和", "declared problems / sum of states"},
      {"rate", "自述完成率 / 按数计算", "declared rate / from the counts"},
      {"states", "自述状态数 / 各问题自述",
       "declared state / said by findings"},
      {"series", "专项完成率 / 按数计算", "rate of a series / from its counts"},
      {"measures", "自述措施数 / 文中列出（仅供参考）",
       "declared / listed measures (for information)"}};
  for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
    if (strcmp(labels[i].check, check) == 0)
      return zg_say(cli, labels[i].zh, labels[i].en);
  return check;
}

static void print_check(const zg_cli *cli, const cJSON *c) {
  char a[48], b[48], scratch[64];
  const char *check = zg_text(c, "check"), *of = zg_text(c, "of");
  bool ok = cJSON_IsTrue(zg_member(c, "ok"));
  bool told = check && strcmp(check, "measures") == 0;
  zg_colour colour = ok ? ZG_GOOD : told ? ZG_DIM : ZG_WARN;
  fprintf(cli->out, "  %s%s%s ", zg_paint(cli, colour),
          ok     ? "✓"
          : told ? "·"
                 : "✗",
          zg_paint(cli, ZG_PLAIN));
  fprintf(cli->out, "%s", check_label(cli, check ? check : ""));
  if (of)
    fprintf(cli->out, zg_say(cli, "（%s）", " (%s)"),
            zg_label_value(cli, "status", of, scratch, sizeof scratch));
  fprintf(cli->out, "  %s%s / %s%s\n", zg_paint(cli, colour),
          zg_number_text(zg_number(c, "declared", 0), a, sizeof a),
          zg_number_text(zg_number(c, "found", 0), b, sizeof b),
          zg_paint(cli, ZG_PLAIN));
}

static void print_one(const zg_cli *cli, const cJSON *entry) {
  const cJSON *b = zg_member(entry, "bulletin"), *c;
  const cJSON *declared = zg_member(b, "declared");
  const cJSON *parsed = zg_member(b, "parsed");
  const char *title = zg_text(b, "title"), *id = zg_text(b, "id");
  zg_buf said = ZG_BUF_INIT, found = ZG_BUF_INIT;
  char n[5][48];
  add_states(cli, declared, &said);
  add_states(cli, zg_member(entry, "states"), &found);
  fprintf(cli->out, "%s%s%s  %s\n", zg_paint(cli, ZG_BOLD), title ? title : "",
          zg_paint(cli, ZG_PLAIN), id ? id : "");
  fprintf(cli->out,
          zg_say(cli,
                 "  自述 %s 个问题%s%s；文中编号 %s 个问题（标题 %s 个，"
                 "拆分后 %s 条），%s 条措施\n",
                 "  declares %s problems%s%s; numbers %s findings (%s problem "
                 "titles, %s statements), %s measures\n"),
          count_or_dash(zg_number(declared, "problems", -1), n[0]),
          said.n > 1 ? zg_say(cli, "：", ": ") : "", said.p,
          count_or_dash(zg_number(parsed, "findings", -1), n[1]),
          count_or_dash(zg_number(parsed, "problems", -1), n[2]),
          count_or_dash(zg_number(parsed, "atomic_findings", -1), n[3]),
          count_or_dash(zg_number(parsed, "measures", -1), n[4]));
  fprintf(cli->out, zg_say(cli, "  各问题状态：%s\n", "  states: %s\n"),
          found.p);
  cJSON_ArrayForEach(c, zg_member(entry, "checks")) print_check(cli, c);
  const cJSON *w;
  cJSON_ArrayForEach(w, zg_member(b, "warnings")) {
    const char *code = zg_text(w, "code"), *message = zg_text(w, "message");
    if (code && strncmp(code, "numbering_", 10) == 0)
      fprintf(cli->out, "  %s! %s%s  %s\n", zg_paint(cli, ZG_WARN),
              zg_label_warning(cli, code), zg_paint(cli, ZG_PLAIN),
              cli->english && message ? message : "");
  }
  zg_buf_free(&said);
  zg_buf_free(&found);
}

/* ---- the table ---- */

static void add_row(const zg_cli *cli, zg_grid *g, const cJSON *entry) {
  const cJSON *b = zg_member(entry, "bulletin"), *f;
  double declared = zg_number(zg_member(b, "declared"), "problems", -1);
  double found = zg_number(zg_member(b, "parsed"), "findings", 0);
  char n[3][48] = {"", "", ""};
  zg_buf said = ZG_BUF_INIT, flags = ZG_BUF_INIT;
  add_states(cli, zg_member(b, "declared"), &said);
  cJSON_ArrayForEach(f, zg_member(entry, "flags"))
      zg_buf_printf(&flags, "%s%s", flags.n ? zg_say(cli, "、", ", ") : "",
                    zg_label_warning(cli, cJSON_GetStringValue(f)));
  zg_buf_addc(&flags, '\0');
  if (declared >= 0 && declared != found)
    snprintf(n[2], sizeof n[2], "%+.0f", found - declared);
  zg_grid_cell(g, zg_text(b, "id"), ZG_PLAIN);
  zg_grid_cell(g, zg_text(b, "unit"), ZG_PLAIN);
  zg_grid_cell(g, count_or_dash(declared, n[0]), ZG_PLAIN);
  zg_grid_cell(g, count_or_dash(found, n[1]), ZG_PLAIN);
  zg_grid_cell(g, n[2], ZG_WARN);
  zg_grid_cell(g, said.p, ZG_PLAIN);
  zg_grid_cell(g, flags.p, ZG_WARN);
  zg_buf_free(&said);
  zg_buf_free(&flags);
}

static void print_summary(const zg_cli *cli, const cJSON *answer) {
  const cJSON *s = zg_member(answer, "summary"), *f;
  char n[4][48];
  fprintf(cli->out,
          zg_say(cli,
                 "\n%s 份通报，其中 %s 份有出入；自述问题合计 %s，文中编号 "
                 "%s\n",
                 "\n%s bulletins, %s of them differ; %s problems declared, %s "
                 "findings numbered\n"),
          count_or_dash(zg_number(s, "bulletins", 0), n[0]),
          count_or_dash(zg_number(s, "flagged", 0), n[1]),
          count_or_dash(zg_number(s, "declared_problems", -1), n[2]),
          count_or_dash(zg_number(s, "findings", 0), n[3]));
  cJSON_ArrayForEach(f, zg_member(s, "flags")) if (f->valuedouble > 0)
      fprintf(cli->out, "  %s %s\n", zg_label_warning(cli, f->string),
              zg_number_text(f->valuedouble, n[0], sizeof n[0]));
}

static void print_table(const zg_cli *cli, const cJSON *answer) {
  const zg_grid_column columns[] = {
      {zg_say(cli, "编号", "id"), false, true},
      {zg_say(cli, "单位", "unit"), false, false},
      {zg_say(cli, "自述", "declared"), true, true},
      {zg_say(cli, "编号问题", "numbered"), true, true},
      {zg_say(cli, "差", "diff"), true, true},
      {zg_say(cli, "自述状态", "declared states"), false, false},
      {zg_say(cli, "标记", "flags"), false, false}};
  zg_grid *g = zg_grid_new(columns, 7);
  const cJSON *e;
  if (!g)
    return;
  cJSON_ArrayForEach(e, zg_member(answer, "bulletins")) add_row(cli, g, e);
  zg_grid_print(g, cli, 0);
  zg_grid_free(g);
  double shown = cJSON_GetArraySize(zg_member(answer, "bulletins"));
  double total = zg_number(answer, "total", 0);
  if (shown < total)
    fprintf(cli->out,
            zg_say(cli, "（共 %.0f 份，显示 %.0f 份；--limit、--offset）\n",
                   "(%.0f in all, %.0f shown; --limit, --offset)\n"),
            total, shown);
  print_summary(cli, answer);
}

static void add_param(zg_buf *path, const char *name, const char *value) {
  if (!value)
    return;
  zg_buf_printf(path, "%s%s=", strchr(path->p, '?') ? "&" : "?", name);
  zg_client_escape(zg_str_of(value), path);
  zg_buf_addc(path, '\0');
  path->n--; /* stays a C string while it grows */
}

static int ask(const zg_cli *cli, const reconcile_options *o, const char *id,
               cJSON **answer) {
  zg_buf path = ZG_BUF_INIT;
  zg_buf_adds(&path, "/v1/reconcile");
  zg_buf_addc(&path, '\0');
  path.n--;
  add_param(&path, "bulletin", id);
  add_param(&path, "filter", o->filter);
  add_param(&path, "flag", o->flag);
  add_param(&path, "flagged", o->flagged ? "true" : NULL);
  add_param(&path, "sort", o->sort);
  add_param(&path, "limit", o->limit);
  add_param(&path, "offset", o->offset);
  int code = path.failed ? zg_complain(cli, 8, "%s",
                                       zg_say(cli, "内存不足", "out of memory"))
                         : zg_client_ask(cli, path.p, NULL, answer);
  zg_buf_free(&path);
  return code;
}

static int run_reconcile(const zg_cli *cli, const void *opts, const char **args,
                         size_t n_args) {
  const reconcile_options *o = opts;
  long long n;
  if ((o->limit && !zg_args_number(o->limit, 0, 1000, &n)) ||
      (o->offset && !zg_args_number(o->offset, 0, 1000000, &n)))
    return zg_complain(cli, ZG_EXIT_USAGE,
                       "--limit 0..1000, --offset 0..1000000");
  int worst = 0;
  for (size_t i = 0; i < (n_args ? n_args : 1); i++) {
    cJSON *answer = NULL;
    const cJSON *e;
    int code = ask(cli, o, n_args ? args[i] : NULL, &answer);
    worst = code ? code : worst;
    if (answer && n_args)
      cJSON_ArrayForEach(e, zg_member(answer, "bulletins")) print_one(cli, e);
    else if (answer)
      print_table(cli, answer);
    cJSON_Delete(answer);
    if (code == ZG_EXIT_UNREACHABLE)
      break;
  }
  return worst;
}

const zg_command zg_cmd_reconcile = {
    "reconcile",
    "[BULLETIN…]",
    "核对：通报自述的数与文中编号的数",
    "declared against numbered, bulletin by bulletin",
    reconcile_table,
    sizeof(reconcile_options),
    run_reconcile};
