#include "tools/cli/tree.h"
#include "tools/cli/answer.h"
#include "tools/cli/bulletin.h"
#include "tools/cli/labels.h"
#include "tools/cli/prose.h"
#include "tools/cli/table.h"
#include "tools/cli/width.h"

#include <math.h>
#include <stdlib.h>

/* ---- marks ---- */

typedef enum mark { READ, INFERRED, DOUBTFUL, ABSENT } mark;

static const struct {
  const char *sign, *zh, *en;
  zg_colour colour;
} marks[] = {{"✓", "原文写明", "in the text", ZG_GOOD},
             {"~", "推定", "inferred", ZG_INFO},
             {"?", "存疑", "doubtful", ZG_WARN},
             {"–", "未见", "not there", ZG_DIM}};

static bool listed(const cJSON *bulletin, const char *list,
                   const char *member) {
  const cJSON *i;
  cJSON_ArrayForEach(i, zg_member(bulletin, list)) {
    const char *name = cJSON_GetStringValue(i);
    if (name && strcmp(name, member) == 0)
      return true;
  }
  return false;
}

static mark mark_of(const cJSON *b, const char *member, const char *value) {
  if (!value)
    return ABSENT;
  if (listed(b, "doubtful", member))
    return DOUBTFUL;
  return listed(b, "inferred", member) ? INFERRED : READ;
}

/* ---- the facts of the bulletin ---- */

static void fact(const zg_cli *cli, mark m, const char *zh, const char *en,
                 const char *value) {
  const char *name = zg_say(cli, zh, en);
  int pad = 11 - zg_width(zg_str_of(name), cli->ambiguous);
  fprintf(cli->out, "  %s%s%s %s%*s", zg_paint(cli, marks[m].colour),
          marks[m].sign, zg_paint(cli, ZG_PLAIN), name, pad > 0 ? pad : 1, "");
  const char *shown = value ? value : zg_say(cli, marks[m].zh, marks[m].en);
  zg_prose_print(cli, zg_str_of(shown), NULL, 0,
                 (zg_prose){.indent = 15,
                            .first = 15,
                            .base = m == READ ? ZG_PLAIN : marks[m].colour});
}

static void one(const zg_cli *cli, const cJSON *b, const char *member,
                const char *zh, const char *en, const char *shown) {
  const char *value = zg_text(b, member);
  fact(cli, mark_of(b, member, value), zh, en, value ? shown : NULL);
}

static void print_units(const zg_cli *cli, const cJSON *b) {
  char scratch[128];
  const cJSON *units = zg_member(b, "units"), *u;
  if (cJSON_GetArraySize(units) == 0)
    fact(cli, ABSENT, "单位", "unit", NULL);
  cJSON_ArrayForEach(u, units) {
    const char *name = cJSON_GetStringValue(u);
    fact(cli, mark_of(b, "units", name), "单位", "unit", name);
  }
  const char *author = zg_text(b, "author");
  if (author)
    fact(cli, READ, "发布主体", "author", author);
  const char *level = zg_text(b, "unit_level"), *region = zg_text(b, "region");
  zg_buf place = ZG_BUF_INIT;
  if (level)
    zg_buf_adds(&place, zg_label_value(cli, "unit_level", level, scratch,
                                       sizeof scratch));
  if (region)
    zg_buf_printf(&place, "%s%s", level ? zg_say(cli, "，", ", ") : "", region);
  zg_buf_addc(&place, '\0');
  fact(cli, mark_of(b, "unit_level", level ? level : region), "层级地区",
       "level", level || region ? place.p : NULL);
  zg_buf_free(&place);
}

static void print_period(const zg_cli *cli, const cJSON *b) {
  char text[64];
  const char *from = zg_text(b, "inspect_start");
  const char *to = zg_text(b, "inspect_end");
  mark a = mark_of(b, "inspect_start", from), z = mark_of(b, "inspect_end", to);
  snprintf(text, sizeof text, "%s ~ %s", from ? from : "…", to ? to : "…");
  mark m = !from && !to                     ? ABSENT
           : a == DOUBTFUL || z == DOUBTFUL ? DOUBTFUL
           : a == INFERRED || z == INFERRED ? INFERRED
                                            : READ;
  fact(cli, m, "巡察时间", "inspected", m == ABSENT ? NULL : text);
}

static void add_pair(zg_buf *b, const zg_cli *cli, const char *label,
                     double n) {
  char number[48];
  if (n >= 0)
    zg_buf_printf(b, "%s%s %s", b->n ? zg_say(cli, "，", ", ") : "", label,
                  zg_number_text(n, number, sizeof number));
}

/* "28 个问题：已完成 27，长期坚持 1" beside what is numbered. */
static void print_counts(const zg_cli *cli, const cJSON *b) {
  static const char *const states[] = {
      "done",      "basically_done", "phased",   "in_progress",
      "long_term", "deferred",       "not_done", "transferred"};
  const cJSON *d = zg_member(b, "declared"), *p = zg_member(b, "parsed");
  char label[64];
  zg_buf said = ZG_BUF_INIT;
  double declared = zg_number(d, "problems", -1);
  double found = zg_number(p, "findings", 0);
  add_pair(&said, cli, zg_say(cli, "问题", "problems"), declared);
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
    add_pair(&said, cli,
             zg_label_value(cli, "status", states[i], label, sizeof label),
             zg_number(d, states[i], -1));
  add_pair(&said, cli, zg_say(cli, "措施", "measures"),
           zg_number(d, "measures", -1));
  zg_buf_addc(&said, '\0');
  fact(cli, said.n > 1 ? READ : ABSENT, "文中自述", "declared",
       said.n > 1 ? said.p : NULL);
  zg_buf_clear(&said);
  add_pair(&said, cli, zg_say(cli, "问题", "findings"), found);
  add_pair(&said, cli, zg_say(cli, "类", "groups"),
           zg_number(p, "categories", -1));
  add_pair(&said, cli, zg_say(cli, "措施", "measures"),
           zg_number(p, "measures", -1));
  if (declared >= 0 && declared != found)
    zg_buf_printf(&said, zg_say(cli, "（比自述 %+.0f）", " (%+.0f)"),
                  found - declared);
  zg_buf_addc(&said, '\0');
  fact(cli, declared >= 0 && declared != found ? DOUBTFUL : READ, "文中编号",
       "numbered", said.p);
  zg_buf_free(&said);
}

static void print_facts(const zg_cli *cli, const cJSON *b) {
  print_units(cli, b);
  one(cli, b, "kind", "监督类型", "kind", zg_text(b, "kind"));
  one(cli, b, "team", "巡视巡察组", "team", zg_text(b, "team"));
  one(cli, b, "inspecting_body", "派出机关", "sent by",
      zg_text(b, "inspecting_body"));
  one(cli, b, "round", "轮次", "round", zg_text(b, "round"));
  print_period(cli, b);
  one(cli, b, "feedback_date", "反馈", "feedback", zg_text(b, "feedback_date"));
  one(cli, b, "publish_date", "公布", "published", zg_text(b, "publish_date"));
  one(cli, b, "source", "来源", "source", zg_text(b, "source"));
  print_counts(cli, b);
}

/* ---- warnings ---- */

/* What stands at [offset, offset+length) of the text, shortened. */
static void add_quote(const zg_cli *cli, const cJSON *b, const cJSON *w,
                      zg_buf *out) {
  const char *text = zg_text(b, "text");
  double at = zg_number(w, "offset", -1), len = zg_number(w, "length", 0);
  size_t n = text ? strlen(text) : 0;
  if (at < 0 || len <= 0 || at + len > (double)n)
    return;
  zg_buf_adds(out, zg_say(cli, "：“", ": “"));
  zg_width_cut((zg_str){text + (size_t)at, (size_t)len}, 48, cli->ambiguous,
               out);
  zg_buf_adds(out, "”");
}

static void print_warning(const zg_cli *cli, const cJSON *b, const cJSON *w,
                          const char *hang, int columns) {
  zg_buf line = ZG_BUF_INIT;
  zg_buf_printf(&line, "! %s", zg_label_warning(cli, zg_text(w, "code")));
  if (cli->english && zg_text(w, "message"))
    zg_buf_printf(&line, ": %s", zg_text(w, "message"));
  else
    add_quote(cli, b, w, &line);
  fputs(hang, cli->out);
  zg_prose_print(
      cli, (zg_str){line.p, line.n}, NULL, 0,
      (zg_prose){
          .indent = columns, .hang = hang, .first = columns, .base = ZG_WARN});
  zg_buf_free(&line);
}

/* ---- the tree ---- */

typedef struct node {
  const cJSON *f;
  const char *section, *problem;
  double from; /* first byte that is its own: after the answer before it, so
                  that its number and headings are in; -1 unknown */
  bool new_section, new_problem;
  bool last_section, last_problem, last; /* among their siblings */
} node;

static bool differs(const char *a, const char *b) {
  return (a == NULL) != (b == NULL) || (a && strcmp(a, b) != 0);
}

static double start_of(const cJSON *span) {
  const cJSON *at = cJSON_GetArrayItem(span, 0);
  return cJSON_IsNumber(at) ? at->valuedouble : -1;
}

/* End of what is known of a finding: its last measure, else its head. */
static double end_of(const cJSON *f) {
  const cJSON *m = zg_member(f, "measures");
  int n = cJSON_GetArraySize(m);
  const cJSON *span =
      n ? zg_member(cJSON_GetArrayItem(m, n - 1), "span") : NULL;
  if (start_of(span) < 0)
    span = zg_member(f, "head_span");
  const cJSON *len = cJSON_GetArrayItem(span, 1);
  return cJSON_IsNumber(len) ? start_of(span) + len->valuedouble : -1;
}

static node *nodes_of(const cJSON *bulletin, size_t *n) {
  const cJSON *list = zg_member(bulletin, "findings"), *f;
  int size = cJSON_GetArraySize(list);
  node *a = calloc((size_t)size + 1, sizeof *a);
  *n = 0;
  if (!a)
    return NULL;
  cJSON_ArrayForEach(f, list) {
    node *x = &a[*n], *before = *n ? x - 1 : NULL;
    x->f = f;
    x->section = zg_text(f, "section");
    x->problem = zg_text(f, "problem");
    x->from = before ? end_of(before->f) : start_of(zg_member(f, "head_span"));
    x->new_section = !before || differs(before->section, x->section);
    x->new_problem = x->new_section || differs(before->problem, x->problem);
    (*n)++;
  }
  bool last = true, last_problem = true, last_section = true;
  for (size_t i = *n; i-- > 0;) {
    a[i].last = last;
    a[i].last_problem = last_problem;
    a[i].last_section = last_section;
    if (a[i].problem)
      last = a[i].new_problem;
    else
      last = a[i].new_section;
    if (a[i].new_problem)
      last_problem = a[i].new_section;
    if (a[i].new_section)
      last_section = false;
  }
  return a;
}

static void branch(const zg_cli *cli, zg_buf *trunk, bool last) {
  fprintf(cli->out, "%s%.*s%s%s", zg_paint(cli, ZG_DIM), (int)trunk->n,
          trunk->p ? trunk->p : "", last ? "└─ " : "├─ ",
          zg_paint(cli, ZG_PLAIN));
  zg_buf_adds(trunk, last ? "   " : "│  ");
}

/* Text after a branch, its further lines behind the trunk. */
static void grow(const zg_cli *cli, zg_str text, const zg_buf *trunk,
                 int max_lines, int used, zg_colour colour) {
  zg_buf hang = ZG_BUF_INIT;
  zg_buf_printf(&hang, "%s%.*s%s", zg_paint(cli, ZG_DIM), (int)trunk->n,
                trunk->p, zg_paint(cli, ZG_PLAIN));
  zg_buf_addc(&hang, '\0');
  int columns = zg_width((zg_str){trunk->p, trunk->n}, cli->ambiguous);
  zg_prose_print(cli, text, NULL, 0,
                 (zg_prose){.indent = columns,
                            .hang = hang.p,
                            .first = columns + used,
                            .max_lines = max_lines,
                            .base = colour});
  zg_buf_free(&hang);
}

/* The same cue stands earlier in the list, from another place. */
static bool told_before(const cJSON *f, const cJSON *e) {
  const cJSON *before;
  cJSON_ArrayForEach(before, zg_member(f, "category_evidence")) {
    if (before == e)
      return false;
    if (!differs(zg_text(before, "cue"), zg_text(e, "cue")) &&
        !differs(zg_text(before, "category"), zg_text(e, "category")))
      return true;
  }
  return false;
}

/* "c18 选人用人（选人用人、任前公示）": the categories and the cues for them.
 */
static void add_categories(const zg_cli *cli, const cJSON *f, zg_buf *b) {
  enum { CUES = 3 };
  char scratch[128];
  const cJSON *c, *e;
  if (cJSON_GetArraySize(zg_member(f, "category")) == 0) {
    zg_buf_adds(b, zg_say(cli, "? 类别未定", "? no category"));
    return;
  }
  bool first = true;
  cJSON_ArrayForEach(c, zg_member(f, "category")) {
    const char *id = cJSON_GetStringValue(c);
    int shown = 0;
    zg_buf_printf(b, "%s%s", first ? "" : zg_say(cli, "、", ", "),
                  zg_label_value(cli, "category", id, scratch, sizeof scratch));
    first = false;
    cJSON_ArrayForEach(e, zg_member(f, "category_evidence")) {
      const char *of = zg_text(e, "category"), *cue = zg_text(e, "cue");
      if (!id || !of || !cue || strcmp(of, id) != 0 || shown == CUES ||
          told_before(f, e))
        continue;
      zg_buf_printf(b, "%s%s",
                    shown ? zg_say(cli, "、", ", ") : zg_say(cli, "（", " ("),
                    cue);
      shown++;
    }
    if (shown)
      zg_buf_adds(b, zg_say(cli, "）", ")"));
  }
}

static void add_item(const zg_cli *cli, zg_buf *b, const char *label,
                     const char *value) {
  if (value)
    zg_buf_printf(b, " · %s%s%s", label, *label ? " " : "", value);
  (void)cli;
}

static void print_line(const zg_cli *cli, const cJSON *f, const zg_buf *trunk) {
  char scratch[128], n[32];
  zg_buf b = ZG_BUF_INIT, figures = ZG_BUF_INIT;
  const char *status = zg_text(f, "status"), *repeat = zg_text(f, "repeat");
  const char *source = zg_text(f, "status_source");
  status = status ? status : "unknown";
  zg_buf_adds(&b,
              zg_label_value(cli, "status", status, scratch, sizeof scratch));
  if (cJSON_IsTrue(zg_member(f, "sustain")))
    zg_buf_adds(&b, zg_say(cli, "，长期坚持", ", sustained"));
  if (source && strcmp(source, "none") != 0 && strcmp(source, "finding") != 0)
    zg_buf_printf(
        &b, zg_say(cli, "（据%s）", " (%s)"),
        zg_label_value(cli, "status_source", source, scratch, sizeof scratch));
  size_t state = b.n;
  zg_buf_adds(&b, " · ");
  add_categories(cli, f, &b);
  snprintf(n, sizeof n, "%d", cJSON_GetArraySize(zg_member(f, "measures")));
  add_item(cli, &b, zg_say(cli, "措施", "measures"), n);
  add_item(cli, &b, zg_say(cli, "时限", "due"), zg_text(f, "deadline"));
  add_item(cli, &b, zg_say(cli, "责任", "owner"), zg_text(f, "responsible"));
  if (repeat && strcmp(repeat, "none") != 0)
    add_item(cli, &b, "",
             zg_label_value(cli, "repeat", repeat, scratch, sizeof scratch));
  zg_finding_figures(cli, f, &figures);
  zg_buf_addc(&figures, '\0');
  if (figures.n > 1)
    add_item(cli, &b, "", figures.p);
  fprintf(cli->out, "%s%.*s%s", zg_paint(cli, ZG_DIM), (int)trunk->n, trunk->p,
          zg_paint(cli, ZG_PLAIN));
  fprintf(cli->out, "%s%.*s%s", zg_paint(cli, zg_label_status_colour(status)),
          (int)state, b.p, zg_paint(cli, ZG_PLAIN));
  grow(cli, (zg_str){b.p + state, b.n - state}, trunk, 2,
       zg_width((zg_str){b.p, state}, cli->ambiguous), ZG_DIM);
  zg_buf_free(&b);
  zg_buf_free(&figures);
}

static bool within(const cJSON *w, double from, double to) {
  double at = zg_number(w, "offset", -1);
  return at >= 0 && at >= from && (to < 0 || at < to);
}

static void print_finding(const zg_cli *cli, const cJSON *bulletin,
                          const node *a, size_t i, size_t n,
                          const zg_buf *stem) {
  zg_buf trunk = ZG_BUF_INIT, text = ZG_BUF_INIT, hang = ZG_BUF_INIT;
  const cJSON *f = a[i].f, *w;
  const char *number = zg_text(f, "number"), *head = zg_text(f, "head");
  int statements = cJSON_GetArraySize(zg_member(f, "statements"));
  zg_buf_add(&trunk, stem->p ? stem->p : "", stem->n);
  branch(cli, &trunk, a[i].last);
  zg_buf_printf(&text, "%s%s%s", number ? number : "", number ? " " : "",
                head ? head : "");
  if (statements > 1)
    zg_buf_printf(&text, zg_say(cli, "（含 %d 条）", " (%d statements)"),
                  statements);
  grow(cli, (zg_str){text.p, text.n}, &trunk, 3, 0, ZG_BOLD);
  print_line(cli, f, &trunk);
  zg_buf_printf(&hang, "%s%.*s%s", zg_paint(cli, ZG_DIM), (int)trunk.n, trunk.p,
                zg_paint(cli, ZG_PLAIN));
  zg_buf_addc(&hang, '\0');
  if (a[i].from >= 0)
    cJSON_ArrayForEach(
        w, zg_member(bulletin,
                     "warnings")) if (within(w, a[i].from,
                                             i + 1 < n ? a[i + 1].from : -1))
        print_warning(cli, bulletin, w, hang.p,
                      zg_width((zg_str){trunk.p, trunk.n}, cli->ambiguous));
  zg_buf_free(&trunk);
  zg_buf_free(&text);
  zg_buf_free(&hang);
}

static void print_heading(const zg_cli *cli, zg_buf *trunk, const char *text,
                          bool last, zg_colour colour) {
  branch(cli, trunk, last);
  grow(cli, zg_str_of(text), trunk, 2, 0, colour);
}

static void print_tree(const zg_cli *cli, const cJSON *bulletin, const node *a,
                       size_t n) {
  zg_buf section = ZG_BUF_INIT, problem = ZG_BUF_INIT;
  for (size_t i = 0; i < n; i++) {
    if (a[i].new_section) {
      zg_buf_clear(&section);
      if (a[i].section)
        print_heading(cli, &section, a[i].section, a[i].last_section, ZG_INFO);
    }
    if (a[i].new_problem) {
      zg_buf_clear(&problem);
      zg_buf_add(&problem, section.p ? section.p : "", section.n);
      if (a[i].problem)
        print_heading(cli, &problem, a[i].problem, a[i].last_problem, ZG_PLAIN);
    }
    print_finding(cli, bulletin, a, i, n, &problem);
  }
  zg_buf_free(&section);
  zg_buf_free(&problem);
}

/* ---- the whole ---- */

/* What to look at: warnings, doubtful members, findings without a category. */
static int to_check(const cJSON *b, const node *a, size_t n) {
  int count = cJSON_GetArraySize(zg_member(b, "warnings")) +
              cJSON_GetArraySize(zg_member(b, "doubtful"));
  for (size_t i = 0; i < n; i++)
    count += cJSON_GetArraySize(zg_member(a[i].f, "category")) == 0;
  return count;
}

static void print_title(const zg_cli *cli, const cJSON *b, int doubts) {
  char scratch[64];
  const char *title = zg_text(b, "title"), *cls = zg_text(b, "doc_class");
  zg_prose_print(
      cli, zg_str_of(title ? title : zg_say(cli, "（无标题）", "(no title)")),
      NULL, 0, (zg_prose){.base = ZG_BOLD});
  fprintf(cli->out, "  %s%s%s%s", zg_paint(cli, ZG_INFO),
          zg_label_value(cli, "doc_class", cls, scratch, sizeof scratch),
          zg_paint(cli, ZG_PLAIN), zg_say(cli, "　", "  "));
  if (doubts)
    fprintf(cli->out,
            zg_say(cli, "%s%d 处请核对%s\n", "%s%d to be checked%s\n"),
            zg_paint(cli, ZG_WARN), doubts, zg_paint(cli, ZG_PLAIN));
  else
    fprintf(cli->out, "%s%s%s\n", zg_paint(cli, ZG_GOOD),
            zg_say(cli, "未见疑点", "nothing doubtful"),
            zg_paint(cli, ZG_PLAIN));
}

static void print_legend(const zg_cli *cli) {
  fprintf(cli->out, "\n%s", zg_paint(cli, ZG_DIM));
  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
    fprintf(cli->out, "%s%s %s", i ? "  " : "", marks[i].sign,
            zg_say(cli, marks[i].zh, marks[i].en));
  fprintf(cli->out, "  ! %s%s\n", zg_say(cli, "提示", "warning"),
          zg_paint(cli, ZG_PLAIN));
}

void zg_tree_print(const zg_cli *cli, const cJSON *answer) {
  const cJSON *b = zg_member(answer, "bulletin"), *w;
  b = b ? b : answer;
  size_t n = 0;
  node *a = nodes_of(b, &n);
  if (!a)
    return;
  double first = n ? a[0].from : HUGE_VAL;
  print_title(cli, b, to_check(b, a, n));
  print_facts(cli, b);
  /* what stands before the findings, or nowhere in particular */
  cJSON_ArrayForEach(
      w, zg_member(b, "warnings")) if (zg_number(w, "offset", -1) < first)
      print_warning(cli, b, w, "  ", 2);
  fputc('\n', cli->out);
  print_tree(cli, b, a, n);
  print_legend(cli);
  free(a);
}
