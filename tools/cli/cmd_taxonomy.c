/* zhenggai taxonomy, reload, reclassify: the categories, a new file for them,
 * and the stored findings after it. */
#include "index/normalise.h"
#include "index/taxonomy.h"
#include "tools/cli/answer.h"
#include "tools/cli/client.h"
#include "tools/cli/labels.h"
#include "tools/cli/progress.h"
#include "tools/cli/table.h"

#include <stdlib.h>

static int no_arguments(const zg_cli *cli, const char **args, size_t n) {
  return n ? zg_complain(cli, ZG_EXIT_USAGE, "%s: %s",
                         zg_say(cli, "多余的参数", "unexpected argument"),
                         args[0])
           : 0;
}

/* ---- taxonomy ---- */

typedef struct show_options {
  const char *check;
  bool cues, built_in;
} show_options;
static const zg_option show_table[] = {
    {"check", 0, "FILE", "检查分类表文件（不需要服务）",
     "check a taxonomy's file (needs no daemon)", ZG_TEXT_OPTION,
     offsetof(show_options, check)},
    {"cues", 0, NULL, "连同线索词列出", "with the cues", ZG_FLAG,
     offsetof(show_options, cues)},
    {"default", 0, NULL, "输出内置分类表文件，可作为修改的起点",
     "print the built-in file, to begin one's own with", ZG_FLAG,
     offsetof(show_options, built_in)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

static int check_file(const zg_cli *cli, const char *path) {
  zg_normaliser *nz = NULL;
  zg_taxonomy *t = NULL;
  zg_error err = ZG_ERROR_INIT;
  char n[48];
  zg_status st = zg_normaliser_new(&nz, &err);
  if (st == ZG_OK)
    st = zg_taxonomy_open(&t, nz, path, &err);
  if (st)
    zg_complain(cli, 0, "%s%s", zg_say(cli, "分类表有误：", ""), err.message);
  else
    fprintf(cli->out,
            zg_say(cli, "%s：正确。版本 %s，%zu 类，%s 个线索词\n",
                   "%s: fine. Version %s, %zu categories, %s cues\n"),
            path, zg_taxonomy_version(t).p, zg_taxonomy_categories(t),
            zg_count_text(zg_taxonomy_cues(t), n));
  zg_taxonomy_unref(t);
  zg_normaliser_free(nz);
  return st ? zg_status_exit(st) : 0;
}

static void print_cues(const zg_cli *cli, const cJSON *category) {
  const cJSON *c;
  fprintf(cli->out, "%s%s %s%s\n ", zg_paint(cli, ZG_BOLD),
          zg_text(category, "id"), zg_text(category, zg_say(cli, "zh", "en")),
          zg_paint(cli, ZG_PLAIN));
  cJSON_ArrayForEach(c, zg_member(category, "cues")) fprintf(
      cli->out, " %s%s*%.0f%s", zg_text(c, "cue"), zg_paint(cli, ZG_DIM),
      zg_number(c, "weight", 0), zg_paint(cli, ZG_PLAIN));
  fputc('\n', cli->out);
}

static void print_categories(const zg_cli *cli, const cJSON *answer) {
  const zg_grid_column columns[] = {
      {zg_say(cli, "编号", "id"), false, true},
      {zg_say(cli, "名称", "name"), false, false},
      {zg_say(cli, "英文", "Chinese"), false, false},
      {zg_say(cli, "种类", "kind"), false, true},
      {zg_say(cli, "线索词", "cues"), true, true}};
  zg_grid *g = zg_grid_new(columns, 5);
  const cJSON *c;
  char n[48];
  if (!g)
    return;
  cJSON_ArrayForEach(c, zg_member(answer, "categories")) {
    const char *kind = zg_text(c, "kind");
    bool sector = kind && strcmp(kind, "sector") == 0;
    bool frame = kind && strcmp(kind, "frame") == 0;
    zg_grid_cell(g, zg_text(c, "id"), ZG_BOLD);
    zg_grid_cell(g, zg_text(c, zg_say(cli, "zh", "en")), ZG_PLAIN);
    zg_grid_cell(g, zg_text(c, zg_say(cli, "en", "zh")), ZG_DIM);
    zg_grid_cell(g,
                 sector  ? zg_say(cli, "行业", "sector")
                 : frame ? zg_say(cli, "由来", "frame")
                         : zg_say(cli, "专题", "theme"),
                 ZG_PLAIN);
    zg_grid_cell(g, zg_count_text((uint64_t)zg_number(c, "n_cues", 0), n),
                 ZG_PLAIN);
  }
  zg_grid_print(g, cli, 0);
  zg_grid_free(g);
}

static int run_show(const zg_cli *cli, const void *opts, const char **args,
                    size_t n_args) {
  const show_options *o = opts;
  cJSON *answer = NULL;
  const cJSON *c;
  int code = no_arguments(cli, args, n_args);
  if (code)
    return code;
  if (o->check)
    return check_file(cli, o->check);
  if (o->built_in) {
    zg_str text = zg_taxonomy_default_text();
    return fwrite(text.p, 1, text.n, cli->out) == text.n ? 0 : 10;
  }
  code = zg_client_ask(cli, o->cues ? "/v1/taxonomy?cues=true" : "/v1/taxonomy",
                       NULL, &answer);
  if (answer) {
    fprintf(cli->out,
            zg_say(cli, "版本 %s，来自 %s\n\n", "version %s from %s\n\n"),
            zg_text(answer, "version"), zg_text(answer, "file"));
    if (!o->cues)
      print_categories(cli, answer);
    else
      cJSON_ArrayForEach(c, zg_member(answer, "categories")) print_cues(cli, c);
  }
  cJSON_Delete(answer);
  return code;
}

const zg_command zg_cmd_taxonomy = {"taxonomy",
                                    "[OPTION…]",
                                    "问题分类表：列出、检查",
                                    "the categories: list them, check a file",
                                    show_table,
                                    sizeof(show_options),
                                    run_show};

/* ---- reload ---- */

static int run_reload(const zg_cli *cli, const void *opts, const char **args,
                      size_t n_args) {
  (void)opts;
  cJSON *answer = NULL, *body = NULL;
  char n[48];
  int code = no_arguments(cli, args, n_args);
  if (code)
    return code;
  body = cJSON_CreateObject();
  code = zg_client_ask(cli, "/v1/taxonomy/reload", body, &answer);
  cJSON_Delete(body);
  if (answer)
    fprintf(cli->out,
            zg_say(cli, "%s：版本 %s（%s），%.0f 类，%s 个线索词，来自 %s\n",
                   "%s: version %s (%s), %.0f categories, %s cues, from %s\n"),
            cJSON_IsTrue(zg_member(answer, "changed"))
                ? zg_say(cli, "已换用新分类表", "the taxonomy was replaced")
                : zg_say(cli, "分类表没有变化", "the taxonomy is unchanged"),
            zg_text(answer, "version"), zg_text(answer, "previous_version"),
            zg_number(answer, "categories", 0),
            zg_count_text((uint64_t)zg_number(answer, "cues", 0), n),
            zg_text(answer, "file"));
  cJSON_Delete(answer);
  return code;
}

const zg_command zg_cmd_reload = {
    "reload",
    "",
    "重新载入问题分类表，不必重启",
    "read the taxonomy's file again, without a restart",
    NULL,
    0,
    run_reload};

/* ---- reclassify ---- */

typedef struct reclass_options {
  const char *filter;
  bool dry_run;
} reclass_options;
static const zg_option reclass_table[] = {
    {"filter", 'f', "EXPR", "只处理符合条件的问题", "only findings that match",
     ZG_TEXT_OPTION, offsetof(reclass_options, filter)},
    {"dry-run", 'n', NULL, "只看结果，不改动", "show what would change",
     ZG_FLAG, offsetof(reclass_options, dry_run)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

/* The lines of the answer as they come. */
typedef struct reclass {
  const zg_cli *cli;
  zg_progress progress;
  zg_buf line;
  cJSON *summary; /* the last line */
  double done, total;
} reclass;

static void take_line(reclass *r) {
  zg_buf_addc(&r->line, '\0');
  cJSON *o = r->line.failed ? NULL : cJSON_Parse(r->line.p);
  const cJSON *p = zg_member(o, "progress");
  if (p) {
    r->done = zg_number(p, "done", 0);
    r->total = zg_number(p, "total", 0);
  }
  if (zg_member(o, "summary")) {
    cJSON_Delete(r->summary);
    r->summary = o;
  } else {
    cJSON_Delete(o);
  }
  zg_buf_clear(&r->line);
}

static bool on_write(const char *p, size_t n, void *user) {
  reclass *r = user;
  for (size_t i = 0; i < n; i++) {
    if (p[i] == '\n')
      take_line(r);
    else
      zg_buf_addc(&r->line, p[i]);
  }
  return !r->line.failed;
}

static void on_tick(void *user) {
  reclass *r = user;
  if (r->done < r->total) /* a full bar would say that all was sent */
    zg_progress_draw(&r->progress, (uint64_t)r->done, (uint64_t)r->total,
                     (uint64_t)r->done);
}

static void ids_text(const zg_cli *cli, const cJSON *ids, zg_buf *out) {
  const cJSON *id;
  cJSON_ArrayForEach(id, ids) {
    const char *is = cJSON_GetStringValue(id);
    const char *name = is ? zg_label_category(cli, is) : NULL;
    zg_buf_printf(out, "%s%s%s%s", out->n ? " + " : "", is ? is : "",
                  name ? " " : "", name ? name : "");
  }
  if (!out->n)
    zg_buf_adds(out, zg_say(cli, "（未归类）", "(none)"));
  zg_buf_addc(out, '\0');
}

static void print_moves(const zg_cli *cli, const cJSON *moves) {
  const zg_grid_column columns[] = {
      {zg_say(cli, "原类别", "from"), false, false},
      {zg_say(cli, "新类别", "to"), false, false},
      {zg_say(cli, "问题数", "findings"), true, true}};
  zg_grid *g = cJSON_GetArraySize(moves) ? zg_grid_new(columns, 3) : NULL;
  const cJSON *m;
  char n[48];
  if (!g)
    return;
  cJSON_ArrayForEach(m, moves) {
    const char *const sides[] = {"from", "to"};
    for (int i = 0; i < 2; i++) {
      zg_buf b = ZG_BUF_INIT;
      ids_text(cli, zg_member(m, sides[i]), &b);
      zg_grid_cell(g, b.failed ? "" : b.p, ZG_PLAIN);
      zg_buf_free(&b);
    }
    zg_grid_cell(g, zg_count_text((uint64_t)zg_number(m, "count", 0), n),
                 ZG_PLAIN);
  }
  fputc('\n', cli->out);
  zg_grid_print(g, cli, 0);
  zg_grid_free(g);
}

static void print_summary(const zg_cli *cli, const cJSON *s) {
  bool dry = cJSON_IsTrue(zg_member(s, "dry_run"));
  char a[48], b[48], c[48], d[48], e[48];
  fprintf(cli->out,
          zg_say(cli,
                 "%s（分类表 %s）：共 %s 条，重新归类 %s 条，%s %s 条，"
                 "人工给定、保持不变 %s 条，期间被他人改动 %s 条\n",
                 "%s (taxonomy %s): %s findings, %s classified anew, %s %s, "
                 "%s given and kept, %s changed by others meanwhile\n"),
          dry ? zg_say(cli, "试算", "dry run") : zg_say(cli, "完成", "done"),
          zg_text(s, "taxonomy"),
          zg_count_text((uint64_t)zg_number(s, "total", 0), a),
          zg_count_text((uint64_t)zg_number(s, "examined", 0), b),
          dry ? zg_say(cli, "将改变", "would change")
              : zg_say(cli, "改变", "changed"),
          zg_count_text((uint64_t)zg_number(s, "changed", 0), c),
          zg_count_text((uint64_t)zg_number(s, "kept_given", 0), d),
          zg_count_text((uint64_t)zg_number(s, "skipped", 0), e));
  print_moves(cli, zg_member(s, "moves"));
}

static int show_summary(const zg_cli *cli, const reclass *r) {
  const cJSON *s = zg_member(r->summary, "summary");
  if (!s)
    return zg_complain(cli, 13, "%s",
                       zg_say(cli, "服务的回答中断了，可再次运行",
                              "the answer broke off; run it again"));
  if (cli->json) {
    char *text = cJSON_PrintUnformatted(s);
    fprintf(cli->out, "%s\n", text ? text : "");
    cJSON_free(text);
  } else {
    print_summary(cli, s);
  }
  const cJSON *err = zg_member(s, "error");
  if (!err)
    return 0;
  return cli->json ? ZG_EXIT_SOME_FAILED
                   : zg_complain(cli, ZG_EXIT_SOME_FAILED, "%s [%s]",
                                 zg_text(err, "message"), zg_text(err, "code"));
}

static char *request_text(const reclass_options *o) {
  cJSON *body = cJSON_CreateObject();
  cJSON_AddBoolToObject(body, "progress", true);
  cJSON_AddBoolToObject(body, "dry_run", o->dry_run);
  if (o->filter)
    cJSON_AddStringToObject(body, "filter", o->filter);
  char *text = cJSON_PrintUnformatted(body);
  cJSON_Delete(body);
  return text;
}

static int run_reclassify(const zg_cli *cli, const void *opts,
                          const char **args, size_t n_args) {
  reclass r = {.cli = cli};
  int code = no_arguments(cli, args, n_args);
  if (code)
    return code;
  char *text = request_text(opts);
  zg_client *c = text ? zg_client_new(cli) : NULL;
  zg_response answer = {0, ZG_BUF_INIT};
  zg_request q = {.method = "POST",
                  .path = "/v1/reclassify",
                  .type = "application/json",
                  .body = zg_str_of(text),
                  .write = on_write,
                  .tick = on_tick,
                  .user = &r};
  zg_progress_start(&r.progress, cli);
  r.progress.unit = zg_say(cli, "条", "findings");
  code = c ? zg_client_send(c, &q, &answer) : 8;
  zg_progress_clear(&r.progress);
  if (code == 0 && !zg_response_ok(&answer))
    code = zg_response_failed(cli, &answer);
  else if (code == 0)
    code = show_summary(cli, &r);
  zg_response_free(&answer);
  zg_client_free(c);
  zg_buf_free(&r.line);
  cJSON_Delete(r.summary);
  cJSON_free(text);
  return code;
}

const zg_command zg_cmd_reclassify = {"reclassify",
                                      "[OPTION…]",
                                      "按现用分类表给已入库的问题重新归类",
                                      "classify the stored findings anew",
                                      reclass_table,
                                      sizeof(reclass_options),
                                      run_reclassify};
