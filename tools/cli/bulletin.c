#include "tools/cli/bulletin.h"
#include "tools/cli/answer.h"
#include "tools/cli/labels.h"
#include "tools/cli/prose.h"
#include "tools/cli/table.h"
#include "tools/cli/width.h"

static void blanks(const zg_cli *cli, int n) {
  fprintf(cli->out, "%*s", n, "");
}

/* "  单位    青禾县水务局", the value wrapped under itself. */
static void fact(const zg_cli *cli, const char *zh, const char *en,
                 const char *value) {
  if (!value)
    return;
  const char *name = zg_say(cli, zh, en);
  int pad = 12 - zg_width(zg_str_of(name), cli->ambiguous);
  fprintf(cli->out, "  %s%s%s%*s", zg_paint(cli, ZG_DIM), name,
          zg_paint(cli, ZG_PLAIN), pad > 0 ? pad : 1, "");
  zg_prose_print(cli, zg_str_of(value), NULL, 0,
                 (zg_prose){.indent = 14, .first = 14});
}

static void add_count(const zg_cli *cli, zg_buf *b, const cJSON *o,
                      const char *name, const char *zh, const char *en) {
  const cJSON *v = zg_member(o, name);
  if (cJSON_IsNumber(v))
    zg_buf_printf(b, "%s%s %.15g", b->n ? "  " : "", zg_say(cli, zh, en),
                  v->valuedouble);
}

static void print_counts(const zg_cli *cli, const cJSON *bulletin) {
  const cJSON *d = zg_member(bulletin, "declared");
  const cJSON *p = zg_member(bulletin, "parsed");
  zg_buf b = ZG_BUF_INIT;
  add_count(cli, &b, d, "aspects", "方面", "aspects");
  add_count(cli, &b, d, "categories", "类", "categories");
  add_count(cli, &b, d, "problems", "问题", "problems");
  add_count(cli, &b, d, "tasks", "任务", "tasks");
  add_count(cli, &b, d, "measures", "措施", "measures");
  add_count(cli, &b, d, "done", "已完成", "done");
  add_count(cli, &b, d, "basically_done", "基本完成", "basically done");
  add_count(cli, &b, d, "phased", "阶段性完成", "phased");
  add_count(cli, &b, d, "in_progress", "正在整改", "in progress");
  add_count(cli, &b, d, "long_term", "长期坚持", "long term");
  add_count(cli, &b, d, "deferred", "延期", "deferred");
  add_count(cli, &b, d, "not_done", "未完成", "not done");
  add_count(cli, &b, d, "rate", "完成率%", "rate %");
  zg_buf_addc(&b, '\0');
  fact(cli, "文中自述", "declared",
       b.n > 1 ? b.p : zg_say(cli, "（未说明）", "(nothing)"));
  zg_buf_clear(&b);
  add_count(cli, &b, p, "sections", "部分", "sections");
  add_count(cli, &b, p, "categories", "类", "categories");
  add_count(cli, &b, p, "problems", "问题", "problems");
  add_count(cli, &b, p, "findings", "具体问题", "findings");
  add_count(cli, &b, p, "atomic_findings", "拆分后", "statements");
  add_count(cli, &b, p, "measures", "措施", "measures");
  zg_buf_addc(&b, '\0');
  if (b.n > 1)
    fact(cli, "解析所得", "parsed", b.p);
  zg_buf_free(&b);
}

static void print_facts(const zg_cli *cli, const cJSON *b) {
  char scratch[256], label[128];
  fact(cli, "编号", "id", zg_text(b, "id"));
  const cJSON *units = zg_member(b, "units"), *u;
  if (cJSON_GetArraySize(units) == 0)
    fact(cli, "单位", "unit", zg_text(b, "unit"));
  cJSON_ArrayForEach(u, units)
      fact(cli, "单位", "unit", cJSON_GetStringValue(u));
  const char *level = zg_text(b, "unit_level");
  if (level)
    fact(cli, "层级", "level",
         zg_label_value(cli, "unit_level", level, label, sizeof label));
  fact(cli, "地区", "region", zg_text(b, "region"));
  fact(cli, "监督类型", "kind", zg_text(b, "kind"));
  fact(cli, "机构", "by", zg_text(b, "inspecting_body"));
  fact(cli, "巡视巡察组", "team", zg_text(b, "team"));
  fact(cli, "轮次", "round", zg_text(b, "round"));
  const char *from = zg_text(b, "inspect_start");
  const char *to = zg_text(b, "inspect_end");
  if (from || to) {
    snprintf(scratch, sizeof scratch, "%s ~ %s", from ? from : "?",
             to ? to : "?");
    fact(cli, "巡察时间", "inspected", scratch);
  }
  fact(cli, "反馈", "feedback", zg_text(b, "feedback_date"));
  fact(cli, "公布", "published", zg_text(b, "publish_date"));
  fact(cli, "来源", "source", zg_text(b, "source"));
  zg_buf inferred = ZG_BUF_INIT;
  const cJSON *i;
  cJSON_ArrayForEach(i, zg_member(b, "inferred")) {
    const char *name = cJSON_GetStringValue(i);
    zg_buf_printf(&inferred, "%s%s", inferred.n ? ", " : "", name ? name : "");
  }
  if (inferred.n) {
    zg_buf_addc(&inferred, '\0');
    fact(cli, "年份推定", "inferred year", inferred.p);
  }
  zg_buf_free(&inferred);
  print_counts(cli, b);
}

/* What to call a figure in whose clause no verb stands. */
static const char *kind_of(const zg_cli *cli, const char *kind) {
  static const struct {
    const char *kind, *zh;
  } names[] = {{"recovered", "追缴"}, {"allocated", "投入"},
               {"handled", "处理"},   {"staffing", "配备"},
               {"trained", "培训"},   {"other", "涉及"}};
  for (size_t i = 0; kind && i < sizeof names / sizeof names[0]; i++)
    if (strcmp(kind, names[i].kind) == 0)
      return zg_say(cli, names[i].zh, names[i].kind);
  return kind ? kind : "";
}

/* "追缴 12.4 万元; 批评教育 3 人次; 制度 2 项; 《…》". */
void zg_finding_figures(const zg_cli *cli, const cJSON *f, zg_buf *b) {
  const char *parted = zg_say(cli, "；", "; ");
  char number[48];
  const cJSON *m;
  cJSON_ArrayForEach(m, zg_member(f, "money")) {
    const char *verb = zg_text(m, "verb");
    if (!verb)
      verb = kind_of(cli, zg_text(m, "kind"));
    zg_buf_printf(
        b, "%s%s %s%s%s", b->n ? parted : "", verb ? verb : "",
        cJSON_IsTrue(zg_member(m, "approx")) ? zg_say(cli, "约", "about ") : "",
        zg_number_text(zg_number(m, "yuan", 0), number, sizeof number),
        zg_say(cli, " 元", " yuan"));
  }
  cJSON_ArrayForEach(m, zg_member(f, "people")) {
    const char *verb = zg_text(m, "verb"), *unit = zg_text(m, "unit");
    if (!verb)
      verb = kind_of(cli, zg_text(m, "kind"));
    zg_buf_printf(b, "%s%s %.15g %s", b->n ? parted : "", verb ? verb : "",
                  zg_number(m, "n", 0), unit ? unit : "");
  }
  if (zg_number(f, "rules_made", 0) > 0)
    zg_buf_printf(b, "%s%s %.15g", b->n ? parted : "",
                  zg_say(cli, "建章立制", "rules made"),
                  zg_number(f, "rules_made", 0));
  if (zg_number(f, "cases", 0) > 0)
    zg_buf_printf(b, "%s%s %.15g", b->n ? parted : "",
                  zg_say(cli, "立案查处", "cases"), zg_number(f, "cases", 0));
  cJSON_ArrayForEach(m, zg_member(f, "documents")) {
    const char *text = cJSON_IsString(m) ? m->valuestring : zg_text(m, "text");
    bool number_form = cJSON_IsTrue(zg_member(m, "number"));
    zg_buf_printf(b, "%s%s%s%s", b->n ? parted : "", number_form ? "" : "《",
                  text ? text : "", number_form ? "" : "》");
  }
}

static void print_lead(const zg_cli *cli, const cJSON *f, int indent) {
  char scratch[128];
  zg_buf b = ZG_BUF_INIT;
  const cJSON *c;
  cJSON_ArrayForEach(c, zg_member(f, "category"))
      zg_buf_printf(&b, "%s%s", b.n ? zg_say(cli, "、", ", ") : "",
                    zg_label_value(cli, "category", cJSON_GetStringValue(c),
                                   scratch, sizeof scratch));
  if (zg_text(f, "deadline"))
    zg_buf_printf(&b, "%s%s %s", b.n ? "  " : "", zg_say(cli, "时限", "due"),
                  zg_text(f, "deadline"));
  if (zg_text(f, "responsible"))
    zg_buf_printf(&b, "%s%s %s", b.n ? "  " : "", zg_say(cli, "责任", "owner"),
                  zg_text(f, "responsible"));
  const char *repeat = zg_text(f, "repeat");
  if (repeat && strcmp(repeat, "none") != 0)
    zg_buf_printf(
        &b, "%s%s", b.n ? "  " : "",
        zg_label_value(cli, "repeat", repeat, scratch, sizeof scratch));
  zg_buf_addc(&b, '\0');
  const char *status = zg_text(f, "status");
  if (!status)
    status = "unknown";
  blanks(cli, indent);
  fprintf(cli->out, "%s[%s%s]%s %s%s%s\n",
          zg_paint(cli, zg_label_status_colour(status)),
          zg_label_value(cli, "status", status, scratch, sizeof scratch),
          cJSON_IsTrue(zg_member(f, "sustain"))
              ? zg_say(cli, "，长期坚持", ", sustained")
              : "",
          zg_paint(cli, ZG_PLAIN), zg_paint(cli, ZG_INFO), b.p,
          zg_paint(cli, ZG_PLAIN));
  zg_buf_free(&b);
}

/* What spoke for the categories: "公务用车（标题）、派车（答复）". */
static void print_evidence(const zg_cli *cli, const cJSON *f, int indent) {
  static const char *const places[][3] = {{"head", "问题", "head"},
                                          {"problem", "问题标题", "problem"},
                                          {"section", "部分标题", "section"},
                                          {"answer", "整改情况", "answer"}};
  zg_buf b = ZG_BUF_INIT;
  const cJSON *e;
  const char *source = zg_text(f, "category_source");
  if (source && strcmp(source, "given") == 0)
    zg_buf_adds(&b, zg_say(cli, "人工给定", "given"));
  cJSON_ArrayForEach(e, zg_member(f, "category_evidence")) {
    const char *cue = zg_text(e, "cue"), *place = zg_text(e, "place");
    for (size_t i = 0; cue && place && i < 4; i++)
      if (strcmp(place, places[i][0]) == 0)
        zg_buf_printf(&b, zg_say(cli, "%s%s（%s）", "%s%s (%s)"),
                      b.n ? zg_say(cli, "、", ", ") : "", cue,
                      zg_say(cli, places[i][1], places[i][2]));
  }
  if (b.n && !b.failed) {
    blanks(cli, indent);
    fprintf(cli->out, "%s%s ", zg_paint(cli, ZG_DIM),
            zg_say(cli, "归类依据", "category by"));
    zg_prose_print(cli, (zg_str){b.p, b.n}, NULL, 0,
                   (zg_prose){.indent = indent + 9,
                              .first = indent + (cli->english ? 12 : 9),
                              .base = ZG_DIM});
  }
  zg_buf_free(&b);
}

void zg_finding_print(const zg_cli *cli, const cJSON *f, int indent) {
  char lead[32];
  const char *head = zg_text(f, "head");
  snprintf(lead, sizeof lead, "%d. ", (int)zg_number(f, "n", 0));
  blanks(cli, indent);
  fprintf(cli->out, "%s%s", zg_paint(cli, ZG_BOLD), lead);
  int under = indent + (int)strlen(lead);
  zg_prose_print(cli, zg_str_of(head ? head : ""), NULL, 0,
                 (zg_prose){.indent = under, .first = under, .base = ZG_BOLD});
  print_lead(cli, f, under);
  print_evidence(cli, f, under);
  const cJSON *statements = zg_member(f, "statements"), *s;
  if (cJSON_GetArraySize(statements) > 1)
    cJSON_ArrayForEach(s, statements) {
      blanks(cli, under);
      fputs("+ ", cli->out);
      zg_prose_print(cli, zg_str_of(cJSON_GetStringValue(s)), NULL, 0,
                     (zg_prose){.indent = under + 2, .first = under + 2});
    }
  const cJSON *m;
  cJSON_ArrayForEach(m, zg_member(f, "measures")) {
    const char *text = cJSON_IsString(m) ? m->valuestring : zg_text(m, "text");
    blanks(cli, under);
    fputs("- ", cli->out);
    zg_prose_print(cli, zg_str_of(text ? text : ""), NULL, 0,
                   (zg_prose){.indent = under + 2,
                              .first = under + 2,
                              .max_lines = 4,
                              .base = ZG_DIM});
  }
  zg_buf figures = ZG_BUF_INIT;
  zg_finding_figures(cli, f, &figures);
  if (figures.n) {
    blanks(cli, under);
    fputs("= ", cli->out);
    zg_prose_print(
        cli, (zg_str){figures.p, figures.n}, NULL, 0,
        (zg_prose){.indent = under + 2, .first = under + 2, .base = ZG_WARN});
  }
  zg_buf_free(&figures);
}

static bool changed(const char *before, const char *now) {
  return now && *now && (!before || strcmp(before, now) != 0);
}

static void print_findings(const zg_cli *cli, const cJSON *bulletin) {
  const char *section = NULL, *problem = NULL;
  const cJSON *f;
  cJSON_ArrayForEach(f, zg_member(bulletin, "findings")) {
    const char *s = zg_text(f, "section"), *p = zg_text(f, "problem");
    if (changed(section, s)) {
      fprintf(cli->out, "\n%s■ ", zg_paint(cli, ZG_INFO));
      zg_prose_print(cli, zg_str_of(s), NULL, 0,
                     (zg_prose){.indent = 2, .first = 2, .base = ZG_INFO});
      section = s;
      problem = NULL;
    }
    if (changed(problem, p)) {
      fputs("  ", cli->out);
      zg_prose_print(cli, zg_str_of(p), NULL, 0,
                     (zg_prose){.indent = 4, .first = 2});
      problem = p;
    }
    zg_finding_print(cli, f, p ? 4 : 2);
  }
}

static void print_warnings(const zg_cli *cli, const cJSON *bulletin) {
  const cJSON *list = zg_member(bulletin, "warnings"), *w;
  if (cJSON_GetArraySize(list) == 0)
    return;
  fprintf(cli->out, "\n%s%s%s\n", zg_paint(cli, ZG_WARN),
          zg_say(cli, "提示：", "warnings:"), zg_paint(cli, ZG_PLAIN));
  cJSON_ArrayForEach(w, list) {
    const char *code = zg_text(w, "code"), *message = zg_text(w, "message");
    zg_buf b = ZG_BUF_INIT;
    zg_buf_printf(&b, "! %s: %s", code ? code : "?", message ? message : "");
    if (cJSON_IsNumber(zg_member(w, "offset")))
      zg_buf_printf(&b, " (%s %.15g)", zg_say(cli, "第几字节", "at byte"),
                    zg_number(w, "offset", 0));
    fputs("  ", cli->out);
    zg_prose_print(cli, (zg_str){b.p, b.n}, NULL, 0,
                   (zg_prose){.indent = 4, .first = 2, .base = ZG_WARN});
    zg_buf_free(&b);
  }
}

void zg_bulletin_print(const zg_cli *cli, const cJSON *answer) {
  const cJSON *b = zg_member(answer, "bulletin");
  if (!b)
    b = answer;
  const char *title = zg_text(b, "title");
  fputs(zg_paint(cli, ZG_BOLD), cli->out);
  zg_prose_print(
      cli, zg_str_of(title ? title : zg_say(cli, "（无标题）", "(no title)")),
      NULL, 0, (zg_prose){.base = ZG_BOLD});
  print_facts(cli, b);
  print_findings(cli, b);
  print_warnings(cli, b);
}
