/* zhenggai search: hits as cards or a table, highlighted; facets below. */
#include "tools/cli/answer.h"
#include "tools/cli/client.h"
#include "tools/cli/labels.h"
#include "tools/cli/prose.h"
#include "tools/cli/table.h"

#include <stdlib.h>

typedef struct search_options {
  const char *filter, *limit, *offset, *fields;
  zg_texts facets, sort;
  const char *cursor;
  bool any, table, strict, full, synonyms, all;
} search_options;

#define OPTION(kind, member) kind, offsetof(search_options, member)
static const zg_option options[] = {
    {"filter", 'f', "EXPR", "筛选，如 'status = done AND year >= 2020'",
     "filter, as 'status = done AND year >= 2020'",
     OPTION(ZG_TEXT_OPTION, filter)},
    {"facets", 'F', "A,B", "分面统计的字段，如 category,status",
     "fields to count, as category,status", OPTION(ZG_TEXTS_OPTION, facets)},
    {"strict", 0, NULL, "分面受自身筛选限制（默认不受，便于多选）",
     "facets obey their own filter (default: disjunctive)",
     OPTION(ZG_FLAG, strict)},
    {"sort", 's', "A,B", "排序，如 year:desc,money_recovered:desc",
     "order, as year:desc,money_recovered:desc", OPTION(ZG_TEXTS_OPTION, sort)},
    {"limit", 'n', "N", "条数，默认 10", "hits to show, default 10",
     OPTION(ZG_TEXT_OPTION, limit)},
    {"offset", 0, "N", "从第几条起（0 起）", "hits to skip",
     OPTION(ZG_TEXT_OPTION, offset)},
    {"or", 0, NULL, "任一词即可，按相关度排序（适合整句）",
     "any word, best match first (for whole sentences)", OPTION(ZG_FLAG, any)},
    {"synonyms", 'y', NULL, "同义词一并检索（分类表中的 [synonyms]）",
     "find synonyms as well ([synonyms] of the taxonomy)",
     OPTION(ZG_FLAG, synonyms)},
    {"cursor", 0, "C", "接着上一页往下翻；* 从头开始",
     "go on behind the last page; * begins", OPTION(ZG_TEXT_OPTION, cursor)},
    {"all", 0, NULL, "全部显示，不限条数（-n 为每次取的条数）",
     "show them all (-n: how many at a time)", OPTION(ZG_FLAG, all)},
    {"fields", 0, "A,B", "只返回这些字段（用于 --json）",
     "only these members (for --json)", OPTION(ZG_TEXT_OPTION, fields)},
    {"table", 't', NULL, "一条一行的表格", "one line a hit",
     OPTION(ZG_FLAG, table)},
    {"full", 0, NULL, "显示全部整改措施", "show every measure",
     OPTION(ZG_FLAG, full)},
    {NULL, 0, NULL, NULL, NULL, ZG_FLAG, 0}};

/* "a,b" and repeated options into one array of strings. */
static void add_list(cJSON *body, const char *name, const zg_texts *lists) {
  cJSON *array = lists->n ? cJSON_AddArrayToObject(body, name) : NULL;
  for (size_t i = 0; i < lists->n; i++)
    for (const char *p = lists->items[i]; *p;) {
      size_t n = strcspn(p, ",");
      char item[256];
      snprintf(item, sizeof item, "%.*s", (int)n, p);
      if (n > 0)
        cJSON_AddItemToArray(array, cJSON_CreateString(item));
      p += n + (p[n] == ',');
    }
}

static bool add_number(const zg_cli *cli, cJSON *body, const char *name,
                       const char *text, long long otherwise, long long max) {
  long long n = otherwise;
  if (text && !zg_args_number(text, 0, max, &n)) {
    zg_complain(cli, 0, "--%s: 0..%lld", name, max);
    return false;
  }
  cJSON_AddNumberToObject(body, name, (double)n);
  return true;
}

#define SNIPPET_LINES 3

/* Characters that fit on the snippet's lines, less what line breaks cost: a
 * longer snippet might end beyond them, and its match with it. */
static int snippet_size(const zg_cli *cli) {
  int room = cli->columns - 4 > 10 ? cli->columns - 4 : 10;
  int size = SNIPPET_LINES * (room / 2 - 2);
  return size < 120 ? size : 120;
}

static cJSON *request(const zg_cli *cli, const search_options *o,
                      const char **args, size_t n_args) {
  cJSON *body = cJSON_CreateObject();
  zg_buf q = ZG_BUF_INIT;
  for (size_t i = 0; i < n_args; i++)
    zg_buf_printf(&q, "%s%s", i ? " " : "", args[i]);
  zg_buf_addc(&q, '\0');
  cJSON_AddStringToObject(body, "q", q.p ? q.p : "");
  zg_buf_free(&q);
  if (o->filter)
    cJSON_AddStringToObject(body, "filter", o->filter);
  if (o->any)
    cJSON_AddStringToObject(body, "operator", "or");
  add_list(body, "facets", &o->facets);
  if (o->facets.n)
    cJSON_AddStringToObject(body, "facet_mode", o->strict ? "strict" : "multi");
  add_list(body, "sort", &o->sort);
  if (!cli->json)
    cJSON_AddNumberToObject(body, "crop", snippet_size(cli));
  if (o->fields) {
    zg_texts one = {{o->fields}, 1};
    add_list(body, "fields", &one);
  }
  if (o->synonyms)
    cJSON_AddTrueToObject(body, "synonyms");
  if (o->cursor || o->all)
    cJSON_AddStringToObject(body, "cursor", o->cursor ? o->cursor : "*");
  if (!add_number(cli, body, "limit", o->limit, o->all ? 500 : 10, 1000) ||
      !add_number(cli, body, "offset", o->offset, 0, 100000)) {
    cJSON_Delete(body);
    return NULL;
  }
  return body;
}

/* Spans of a field; of measure number `item` when that is not negative. */
static zg_span *spans_of(const cJSON *hit, const char *field, int item,
                         size_t *n) {
  char key[48];
  snprintf(key, sizeof key, "measures.%d.text", item);
  return zg_prose_spans(
      zg_member(zg_member(hit, "highlights"), item >= 0 ? key : field), n);
}

static void print_field(const zg_cli *cli, const cJSON *hit, const char *field,
                        const char *text, int item, zg_prose how) {
  size_t n;
  zg_span *spans = spans_of(hit, field, item, &n);
  zg_prose_print(cli, zg_str_of(text), spans, n, how);
  free(spans);
}

static void add_fact(zg_buf *b, const char *text) {
  if (text && *text)
    zg_buf_printf(b, "%s%s", b->n ? " · " : "", text);
}

static void print_facts(const zg_cli *cli, const cJSON *hit) {
  zg_buf facts = ZG_BUF_INIT;
  char scratch[128];
  double year = zg_number(hit, "year", -1);
  add_fact(&facts, zg_text(hit, "unit"));
  if (year >= 0) {
    snprintf(scratch, sizeof scratch, "%d", (int)year);
    add_fact(&facts, scratch);
  }
  add_fact(&facts, zg_text(hit, "round"));
  const cJSON *c;
  cJSON_ArrayForEach(c, zg_member(hit, "category"))
      add_fact(&facts, zg_label_value(cli, "category", cJSON_GetStringValue(c),
                                      scratch, sizeof scratch));
  add_fact(&facts, zg_text(hit, "id"));
  const char *status = zg_text(hit, "status");
  zg_buf_addc(&facts, '\0');
  fputs("    ", cli->out);
  int used = 4;
  if (status) {
    const char *label =
        zg_label_value(cli, "status", status, scratch, sizeof scratch);
    fprintf(cli->out, "%s[%s]%s ",
            zg_paint(cli, zg_label_status_colour(status)), label,
            zg_paint(cli, ZG_PLAIN));
    used +=
        (int)strlen(label) * (cli->english ? 1 : 2) / (cli->english ? 1 : 3);
    used += 3;
  }
  zg_prose_print(cli, zg_str_of(facts.p), NULL, 0,
                 (zg_prose){.indent = 4, .first = used, .base = ZG_DIM});
  zg_buf_free(&facts);
}

/* Is what is shown anyway without a match, so that the snippet has to say why
 * the finding is here?  (It is of the problem before it is of a measure.) */
static bool needs_snippet(const cJSON *hit, bool measures_shown) {
  const cJSON *marked = zg_member(hit, "highlights"), *field;
  if (!marked || !marked->child || zg_member(marked, "head"))
    return false;
  if (measures_shown && !zg_member(marked, "problem"))
    cJSON_ArrayForEach(field, marked) {
      if (strncmp(field->string, "measures.", 9) == 0)
        return false;
    }
  return true;
}

static void print_snippet(const zg_cli *cli, const cJSON *hit) {
  const char *text = zg_text(hit, "snippet");
  const cJSON *spans = zg_member(hit, "snippet_highlights");
  if (!text || !*text)
    return;
  size_t n;
  zg_span *s = zg_prose_spans(spans, &n);
  fputs("    ", cli->out);
  zg_prose_print(
      cli, zg_str_of(text), s, n,
      (zg_prose){.indent = 4, .first = 4, .max_lines = SNIPPET_LINES});
  free(s);
}

static void print_measures(const zg_cli *cli, const cJSON *hit) {
  const cJSON *m;
  int item = 0;
  cJSON_ArrayForEach(m, zg_member(hit, "measures")) {
    const char *text = cJSON_IsString(m) ? m->valuestring : zg_text(m, "text");
    fputs("    ", cli->out);
    if (text)
      print_field(cli, hit, "measures", text, item,
                  (zg_prose){.indent = 4, .first = 4});
    item++;
  }
}

static void print_card(const zg_cli *cli, const search_options *o, int number,
                       const cJSON *hit) {
  const char *head = zg_text(hit, "head");
  char lead[24];
  snprintf(lead, sizeof lead, "%2d. ", number);
  fprintf(cli->out, "%s%s%s", zg_paint(cli, ZG_BOLD), lead,
          zg_paint(cli, ZG_PLAIN));
  print_field(
      cli, hit, "head", head ? head : zg_say(cli, "（无）", "(none)"), -1,
      (zg_prose){.indent = 4, .first = (int)strlen(lead), .base = ZG_BOLD});
  print_facts(cli, hit);
  if (needs_snippet(hit, o->full))
    print_snippet(cli, hit);
  if (o->full)
    print_measures(cli, hit);
}

static void print_table(const zg_cli *cli, const cJSON *hits) {
  const zg_grid_column columns[] = {
      {zg_say(cli, "编号", "id"), false, false},
      {zg_say(cli, "单位", "unit"), false, false},
      {zg_say(cli, "年份", "year"), true, true},
      {zg_say(cli, "类别", "category"), false, false},
      {zg_say(cli, "状态", "status"), false, true},
      {zg_say(cli, "问题", "head"), false, false}};
  zg_grid *g = zg_grid_new(columns, 6);
  const cJSON *hit;
  if (g)
    cJSON_ArrayForEach(hit, hits) {
      char scratch[128], year[16] = "";
      const char *status = zg_text(hit, "status");
      const char *category = cJSON_GetStringValue(
          cJSON_GetArrayItem(zg_member(hit, "category"), 0));
      if (zg_number(hit, "year", -1) >= 0)
        snprintf(year, sizeof year, "%d", (int)zg_number(hit, "year", -1));
      zg_grid_cell(g, zg_text(hit, "id"), ZG_PLAIN);
      zg_grid_cell(g, zg_text(hit, "unit"), ZG_PLAIN);
      zg_grid_cell(g, year, ZG_PLAIN);
      zg_grid_cell(
          g, zg_label_value(cli, "category", category, scratch, sizeof scratch),
          ZG_PLAIN);
      zg_grid_cell(
          g, zg_label_value(cli, "status", status, scratch, sizeof scratch),
          status ? zg_label_status_colour(status) : ZG_DIM);
      zg_grid_cell(g, zg_text(hit, "head"), ZG_PLAIN);
    }
  if (g)
    zg_grid_print(g, cli, 0);
  zg_grid_free(g);
}

static void print_facet(const zg_cli *cli, const cJSON *facet) {
  const zg_grid_column columns[] = {
      {zg_label_field(cli, facet->string), false, false},
      {zg_say(cli, "问题数", "count"), true, true}};
  zg_grid *g = zg_grid_new(columns, 2);
  if (!g)
    return;
  char scratch[128], number[48];
  const cJSON *v;
  int shown = 0;
  cJSON_ArrayForEach(v, zg_member(facet, "values")) {
    const cJSON *value = zg_member(v, "value");
    char digits[32];
    const char *text = cJSON_GetStringValue(value);
    if (cJSON_IsNumber(value)) {
      snprintf(digits, sizeof digits, "%.15g", value->valuedouble);
      text = digits;
    } else if (cJSON_IsBool(value)) {
      text = cJSON_IsTrue(value) ? "true" : "false";
    }
    zg_grid_cell(
        g, zg_label_value(cli, facet->string, text, scratch, sizeof scratch),
        cJSON_IsTrue(zg_member(v, "selected")) ? ZG_MATCH : ZG_PLAIN);
    zg_grid_cell(
        g, zg_number_text(zg_number(v, "count", 0), number, sizeof number),
        ZG_PLAIN);
    shown++;
  }
  double others = zg_number(facet, "other_count", 0);
  if (others > 0) {
    double values = zg_number(facet, "total_values", 0) - shown;
    snprintf(scratch, sizeof scratch,
             zg_say(cli, "其余 %.0f 个值", "%.0f other values"), values);
    zg_grid_cell(g, scratch, ZG_DIM);
    zg_grid_cell(g, zg_number_text(others, number, sizeof number), ZG_DIM);
  }
  fputc('\n', cli->out);
  zg_grid_print(g, cli, 0);
  zg_grid_free(g);
}

/* What was searched for as well, and what might have been meant. */
static void print_expanded(const zg_cli *cli, const cJSON *answer) {
  const cJSON *e, *w;
  cJSON_ArrayForEach(e, zg_member(answer, "expanded")) {
    const char *q = zg_text(e, "q");
    fprintf(cli->out, zg_say(cli, "同义词：%s", "synonyms: %s"), q ? q : "");
    cJSON_ArrayForEach(w, zg_member(e, "with"))
        fprintf(cli->out, " = %s", cJSON_GetStringValue(w));
    fputc('\n', cli->out);
  }
}

static void print_suggestions(const zg_cli *cli, const cJSON *answer) {
  const cJSON *s;
  const char *lead = zg_say(cli, "您是不是要找：", "did you mean: ");
  char scratch[48];
  cJSON_ArrayForEach(s, zg_member(answer, "suggestions")) {
    const char *q = zg_text(s, "q");
    fprintf(cli->out, zg_say(cli, "%s%s（%s 条）", "%s%s (%s)"), lead,
            q ? q : "",
            zg_number_text(zg_number(s, "total", 0), scratch, sizeof scratch));
    lead = zg_say(cli, "、", ", ");
  }
  if (zg_member(answer, "suggestions") &&
      cJSON_GetArraySize(zg_member(answer, "suggestions")) > 0)
    fputc('\n', cli->out);
}

static void print_summary(const zg_cli *cli, const cJSON *answer, int shown,
                          int offset, bool by_cursor) {
  char scratch[48];
  const char *total =
      zg_number_text(zg_number(answer, "total", 0), scratch, sizeof scratch);
  double ms = zg_number(answer, "took_ms", 0);
  if (by_cursor)
    fprintf(cli->out,
            zg_say(cli, "共 %s 条，本页 %d 条，用时 %.1f 毫秒\n",
                   "%s findings, %d on this page, %.1f ms\n"),
            total, shown, ms);
  else
    fprintf(cli->out,
            zg_say(cli, "共 %s 条，显示第 %d–%d 条，用时 %.1f 毫秒\n",
                   "%s findings, showing %d-%d, %.1f ms\n"),
            total, shown ? offset + 1 : 0, offset + shown, ms);
  print_expanded(cli, answer);
  print_suggestions(cli, answer);
}

static void print_hits(const zg_cli *cli, const search_options *o,
                       const cJSON *answer, int number) {
  const cJSON *hits = zg_member(answer, "hits"), *hit;
  if (o->table && cJSON_GetArraySize(hits)) {
    fputc('\n', cli->out);
    print_table(cli, hits);
    return;
  }
  cJSON_ArrayForEach(hit, hits) {
    fputc('\n', cli->out);
    print_card(cli, o, ++number, hit);
  }
}

static void print_facets(const zg_cli *cli, const cJSON *answer) {
  const cJSON *facet;
  cJSON_ArrayForEach(facet, zg_member(answer, "facets"))
      print_facet(cli, facet);
}

static void print_answer(const zg_cli *cli, const search_options *o,
                         const cJSON *answer, int offset) {
  bool by_cursor = o->cursor != NULL;
  print_summary(cli, answer, cJSON_GetArraySize(zg_member(answer, "hits")),
                offset, by_cursor);
  print_hits(cli, o, answer, offset);
  print_facets(cli, answer);
  const char *next = zg_text(answer, "next_cursor");
  if (by_cursor && next)
    fprintf(
        cli->out,
        zg_say(cli, "\n下一页：--cursor %s\n", "\nnext page: --cursor %s\n"),
        next);
}

/* Page after page; with --json a page a line. */
static int run_all(const zg_cli *cli, const search_options *o, cJSON *body) {
  zg_cli plain = *cli;
  int code = 0, shown = 0;
  plain.json = false;
  for (bool more = true; more && !code;) {
    cJSON *answer = NULL;
    if ((code = zg_client_ask(&plain, "/v1/search", body, &answer)))
      break;
    if (cli->json) {
      char *text = cJSON_PrintUnformatted(answer);
      fprintf(cli->out, "%s\n", text ? text : "");
      cJSON_free(text);
    } else {
      if (!shown)
        print_summary(cli, answer, (int)zg_number(answer, "total", 0), 0,
                      false);
      print_hits(cli, o, answer, shown);
      shown += cJSON_GetArraySize(zg_member(answer, "hits"));
    }
    const char *next = zg_text(answer, "next_cursor");
    more = next != NULL;
    if (!more && !cli->json)
      print_facets(cli, answer);
    if (more)
      cJSON_ReplaceItemInObject(body, "cursor", cJSON_CreateString(next));
    cJSON_Delete(answer);
  }
  return code;
}

static int run(const zg_cli *cli, const void *opts, const char **args,
               size_t n_args) {
  const search_options *o = opts;
  cJSON *body = request(cli, o, args, n_args), *answer = NULL;
  if (!body)
    return ZG_EXIT_USAGE;
  int code;
  if (o->all) {
    code = run_all(cli, o, body);
  } else {
    code = zg_client_ask(cli, "/v1/search", body, &answer);
    if (answer)
      print_answer(cli, o, answer, (int)zg_number(body, "offset", 0));
  }
  cJSON_Delete(answer);
  cJSON_Delete(body);
  return code;
}

const zg_command zg_cmd_search = {
    "search",
    "[WORD…] [OPTION…]",
    "检索问题：词连写即精确相连，空格分开即都须出现，-词 排除",
    "search findings: words by blanks are all needed, -word excludes",
    options,
    sizeof(search_options),
    run};
