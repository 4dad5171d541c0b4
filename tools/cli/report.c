#include "tools/cli/report.h"
#include "index/charset.h"
#include "tools/cli/answer.h"
#include "tools/cli/explain.h"
#include "tools/cli/table.h"

#include <stdlib.h>
#include <unistd.h>

#define SHOWN 20    /* of a kind, on the terminal */
#define KEPT 100000 /* refusals and bulletins that are remembered */

typedef struct refusal {
  char *path, *message;
  uint32_t line;
  zg_reason reason;
} refusal;

typedef struct look {
  char *path, *id, *why;
  double weight;
  double findings;
} look;

struct zg_report {
  const zg_cli *cli; /* `own`: colours as standard error takes them */
  zg_cli own;
  bool dry_run;
  uint64_t sent[ZG_SENT_KINDS], files, findings, failed, unchanged;
  uint64_t by_reason[ZG_REASON_COUNT], by_class[ZG_CLASS_COUNT];
  char *last_path; /* of the last line that went in */
  refusal *refusals;
  size_t n_refusals, cap_refusals;
  look *looks;
  size_t n_looks, cap_looks;
};

zg_report *zg_report_new(const zg_cli *cli, bool dry_run) {
  zg_report *r = calloc(1, sizeof *r);
  if (r) {
    r->own = *cli;
    r->own.colour = cli->colour && (cli->color || isatty(STDERR_FILENO));
    r->cli = &r->own;
    r->dry_run = dry_run;
  }
  return r;
}

void zg_report_free(zg_report *r) {
  if (!r)
    return;
  for (size_t i = 0; i < r->n_refusals; i++) {
    free(r->refusals[i].path);
    free(r->refusals[i].message);
  }
  for (size_t i = 0; i < r->n_looks; i++) {
    free(r->looks[i].path);
    free(r->looks[i].id);
    free(r->looks[i].why);
  }
  free(r->refusals);
  free(r->looks);
  free(r->last_path);
  free(r);
}

uint64_t zg_report_failed(const zg_report *r) { return r->failed; }

/* Room for one more; NULL when there is none, or enough are kept. */
static void *room(void **items, size_t *n, size_t *cap, size_t size) {
  if (*n == KEPT)
    return NULL;
  if (*n == *cap) {
    size_t more = *cap ? *cap * 2 : 64;
    void *bigger = realloc(*items, more * size);
    if (!bigger)
      return NULL;
    *items = bigger;
    *cap = more;
  }
  return (char *)*items + (*n)++ * size;
}

/* ---- collecting ---- */

void zg_report_refused(zg_report *r, const char *path, uint32_t line,
                       zg_reason reason, const char *message) {
  r->failed++;
  r->by_reason[reason]++;
  refusal *x =
      room((void **)&r->refusals, &r->n_refusals, &r->cap_refusals, sizeof *x);
  if (x)
    *x = (refusal){strdup(path), strdup(message), line, reason};
}

void zg_report_error(zg_report *r, const char *path, uint32_t line,
                     const cJSON *error) {
  char message[800];
  zg_reason reason =
      zg_explain_error(r->cli, error, true, message, sizeof message);
  zg_report_refused(r, path, line, reason, message);
}

void zg_report_taken(zg_report *r, zg_sent sent, const char *path,
                     const cJSON *answer, const zg_document *d) {
  r->sent[sent]++;
  r->findings += (uint64_t)zg_number(answer, "findings", 0);
  r->unchanged += cJSON_IsTrue(zg_member(answer, "unchanged"));
  if (!r->last_path || strcmp(r->last_path, path) != 0) {
    r->files++;
    free(r->last_path);
    r->last_path = strdup(path);
  }
  const char *name = zg_text(answer, "class");
  if (!name)
    return;
  r->by_class[zg_explain_class(name)]++;
  zg_buf why = ZG_BUF_INIT;
  double weight = zg_explain_bulletin(r->cli, answer, d, &why);
  if (weight >= ZG_LOOK_WEIGHT && zg_buf_addc(&why, '\0')) {
    look *x = room((void **)&r->looks, &r->n_looks, &r->cap_looks, sizeof *x);
    const char *id = zg_text(answer, "id");
    if (x)
      *x = (look){strdup(path), strdup(id ? id : ""), strdup(why.p), weight,
                  zg_number(answer, "findings", 0)};
  }
  zg_buf_free(&why);
}

/* Worst first, else in the order in which they came (that of paths). */
static int worse(const void *a, const void *b) {
  const look *x = a, *y = b;
  if (x->weight != y->weight)
    return x->weight < y->weight ? 1 : -1;
  return strcmp(x->path ? x->path : "", y->path ? y->path : "");
}

static void sort_looks(zg_report *r) {
  if (r->n_looks)
    qsort(r->looks, r->n_looks, sizeof *r->looks, worse);
}

/* ---- for people ---- */

static const char *one(const zg_cli *cli, uint64_t n, const char *zh,
                       const char *singular, const char *plural) {
  return !cli->english ? zh : n == 1 ? singular : plural;
}

/* "2 份、3 行": each kind as what it is. */
static void add_sent(const zg_report *r, zg_buf *out) {
  static const struct {
    const char *zh, *one, *more;
  } names[ZG_SENT_KINDS] = {
      [ZG_SENT_BULLETIN] = {"份", "bulletin", "bulletins"},
      [ZG_SENT_LINE] = {"行", "line", "lines"},
      [ZG_SENT_ITEM] = {"项", "item", "items"}};
  char number[48];
  bool any = false;
  for (int k = 0; k < ZG_SENT_KINDS; k++) {
    uint64_t n = r->sent[k];
    if (n == 0)
      continue;
    zg_buf_printf(out, "%s%s %s", any ? zg_say(r->cli, "、", ", ") : "",
                  zg_count_text(n, number),
                  one(r->cli, n, names[k].zh, names[k].one, names[k].more));
    any = true;
  }
  if (!any)
    zg_buf_adds(out, zg_say(r->cli, "0 份", "nothing"));
  zg_buf_addc(out, '\0');
}

/* Names from elsewhere: what would move the cursor is shown, not sent. */
static void put_text(const char *text) {
  for (const char *p = text ? text : "?"; *p; p++)
    fputc((unsigned char)*p < ' ' || *p == 0x7F ? '?' : *p, stderr);
}

static void print_taken(const zg_report *r, double seconds) {
  char n[2][48];
  zg_buf in = ZG_BUF_INIT;
  add_sent(r, &in);
  fprintf(stderr, "%s%s%s", zg_paint(r->cli, ZG_BOLD),
          r->dry_run ? zg_say(r->cli, "试解析，未入库：可", "dry run: ") : "",
          zg_paint(r->cli, ZG_PLAIN));
  fprintf(stderr,
          zg_say(r->cli,
                 "入库 %s，含问题 %s 条，失败 %s；用时 %.1f 秒，%.0f 条问题"
                 "/秒\n",
                 r->findings == 1
                     ? "%s in, %s finding, %s failed; %.1f s, %.0f findings/s\n"
                     : "%s in, %s findings, %s failed; %.1f s, %.0f "
                       "findings/s\n"),
          in.p ? in.p : "?", zg_count_text(r->findings, n[0]),
          zg_count_text(r->failed, n[1]), seconds,
          seconds > 0 ? (double)r->findings / seconds : 0.0);
  zg_buf_free(&in);
  if (r->unchanged)
    fprintf(stderr,
            zg_say(r->cli, "  其中 %s 项原已在库、内容相同，未重写\n",
                   "  %s of them were there already and are unchanged\n"),
            zg_count_text(r->unchanged, n[0]));
  bool any = false;
  for (int k = 0; k < ZG_CLASS_COUNT; k++) {
    if (r->by_class[k] == 0)
      continue;
    fprintf(stderr, "%s%s %s", any ? " · " : "  ",
            zg_class_label(r->cli, (zg_class)k),
            zg_count_text(r->by_class[k], n[0]));
    any = true;
  }
  if (any)
    fputc('\n', stderr);
}

static void print_refused(const zg_report *r) {
  char n[48];
  if (r->failed == 0)
    return;
  fprintf(stderr, "\n%s%s %s%s\n", zg_paint(r->cli, ZG_BAD),
          zg_say(r->cli, "未入库", "refused:"), zg_count_text(r->failed, n),
          zg_paint(r->cli, ZG_PLAIN));
  for (int k = 0; k < ZG_REASON_COUNT; k++) {
    uint64_t shown = 0;
    if (r->by_reason[k] == 0)
      continue;
    fprintf(stderr, "  %s%s%s (%s)\n", zg_paint(r->cli, ZG_BOLD),
            zg_reason_label(r->cli, (zg_reason)k), zg_paint(r->cli, ZG_PLAIN),
            zg_count_text(r->by_reason[k], n));
    for (size_t i = 0; i < r->n_refusals && shown < SHOWN; i++) {
      const refusal *x = &r->refusals[i];
      if (x->reason != (zg_reason)k)
        continue;
      shown++;
      fputs("    ", stderr);
      put_text(x->path);
      if (x->line)
        fprintf(stderr, ":%u", x->line);
      fputs(": ", stderr);
      put_text(x->message);
      fputc('\n', stderr);
    }
    if (r->by_reason[k] > shown)
      fprintf(stderr,
              zg_say(r->cli, "    …另有 %s 个（--json 列出全部）\n",
                     "    ...and %s more (--json lists all)\n"),
              zg_count_text(r->by_reason[k] - shown, n));
  }
}

static void print_looks(zg_report *r) {
  char n[48];
  if (r->n_looks == 0)
    return;
  fprintf(stderr, "\n%s%s %s%s\n", zg_paint(r->cli, ZG_WARN),
          zg_say(r->cli, "值得一看（最需要看的在前）：",
                 "worth a look (worst "
                 "first):"),
          zg_count_text(r->n_looks, n), zg_paint(r->cli, ZG_PLAIN));
  for (size_t i = 0; i < r->n_looks && i < SHOWN; i++) {
    fputs("    ", stderr);
    put_text(r->looks[i].path);
    fprintf(stderr, ": %s\n", r->looks[i].why ? r->looks[i].why : "");
  }
  if (r->n_looks > SHOWN)
    fprintf(stderr,
            zg_say(r->cli, "    …另有 %s 份（--json 列出全部）\n",
                   "    ...and %s more (--json lists all)\n"),
            zg_count_text(r->n_looks - SHOWN, n));
}

/* As a shell takes it: in quotes where a blank or a sign stands in it. */
static void put_argument(const zg_cli *cli, const char *path) {
  bool plain = *path && *path != '-', odd = false;
  for (const char *p = path; *p; p++)
    odd = odd || (unsigned char)*p < ' ' || *p == 0x7F;
  if (odd) { /* no way to show it that a terminal leaves alone */
    fputs(zg_say(cli, "文件", "FILE"), stderr);
    return;
  }
  for (const char *p = path; *p; p++)
    plain = plain && !strchr(" \t\n'\"\\$`&;()<>|*?[]#~!{}", *p);
  if (plain) {
    fputs(path, stderr);
    return;
  }
  fputs(*path == '-' ? "'./" : "'", stderr);
  for (const char *p = path; *p; p++)
    if (*p == '\'')
      fputs("'\\''", stderr);
    else
      fputc(*p, stderr);
  fputc('\'', stderr);
}

/* Only a folder's worth of bulletins needs to be told what comes next. */
static void print_next(const zg_report *r) {
  const char *path = r->n_looks ? r->looks[0].path : NULL;
  /* of what was refused, only a text has something to show */
  for (size_t i = 0; !path && i < r->n_refusals; i++)
    if (r->refusals[i].reason == ZG_REASON_NOT_BULLETIN && !r->refusals[i].line)
      path = r->refusals[i].path;
  if (r->sent[ZG_SENT_BULLETIN] == 0 && !r->by_reason[ZG_REASON_NOT_BULLETIN])
    return;
  fprintf(stderr, "\n%s\n", zg_say(r->cli, "下一步：", "next:"));
  fputs("    zhenggai parse ", stderr);
  if (path)
    put_argument(r->cli, path);
  else
    fputs(zg_say(r->cli, "文件", "FILE"), stderr);
  fputc('\n', stderr);
  if (r->dry_run)
    fprintf(stderr, "    zhenggai import …\n");
  else
    fprintf(stderr, "    zhenggai reconcile\n");
}

void zg_report_print(zg_report *r, double seconds) {
  uint64_t sent = 0;
  for (int k = 0; k < ZG_SENT_KINDS; k++)
    sent += r->sent[k];
  if (sent + r->failed == 0)
    return;
  sort_looks(r);
  print_taken(r, seconds);
  print_refused(r);
  print_looks(r);
  if (r->failed || r->n_looks || r->by_class[ZG_CLASS_SINGLE])
    print_next(r);
}

/* ---- for programs ---- */

/* Names of files unpacked from elsewhere may be GBK; JSON is UTF-8. */
static void add_path(cJSON *to, const char *path) {
  zg_decoded d = {.first_bad = -1};
  zg_str raw = zg_str_of(path ? path : "");
  if (raw.n && zg_utf8_check(raw.p, raw.n) >= 0 &&
      (zg_charset_decode(&d, raw, ZG_STR("gb18030"), false, NULL) != ZG_OK ||
       !zg_buf_addc(&d.text, '\0')))
    path = "?";
  else if (d.text.n)
    path = d.text.p;
  cJSON_AddStringToObject(to, "file", path ? path : "");
  zg_buf_free(&d.text);
}

static cJSON *taken_json(const zg_report *r) {
  static const char *const names[ZG_SENT_KINDS] = {[ZG_SENT_BULLETIN] =
                                                       "bulletins",
                                                   [ZG_SENT_LINE] = "lines",
                                                   [ZG_SENT_ITEM] = "items"};
  cJSON *in = cJSON_CreateObject();
  cJSON_AddNumberToObject(in, "files", (double)r->files);
  for (int k = 0; k < ZG_SENT_KINDS; k++)
    cJSON_AddNumberToObject(in, names[k], (double)r->sent[k]);
  cJSON_AddNumberToObject(in, "findings", (double)r->findings);
  cJSON_AddNumberToObject(in, "unchanged", (double)r->unchanged);
  cJSON *classes = cJSON_AddObjectToObject(in, "by_class");
  for (int k = 0; k < ZG_CLASS_COUNT; k++)
    if (r->by_class[k])
      cJSON_AddNumberToObject(classes, zg_class_name((zg_class)k),
                              (double)r->by_class[k]);
  return in;
}

void zg_report_json(zg_report *r, double seconds) {
  cJSON *all = cJSON_CreateObject(), *j;
  cJSON *report = cJSON_AddObjectToObject(all, "report");
  sort_looks(r);
  cJSON_AddBoolToObject(report, "dry_run", r->dry_run);
  cJSON_AddItemToObject(report, "in", taken_json(r));
  cJSON_AddNumberToObject(report, "failed", (double)r->failed);
  cJSON *refused = cJSON_AddArrayToObject(report, "refused");
  for (size_t i = 0; i < r->n_refusals; i++) {
    const refusal *x = &r->refusals[i];
    cJSON_AddItemToArray(refused, j = cJSON_CreateObject());
    add_path(j, x->path);
    if (x->line)
      cJSON_AddNumberToObject(j, "line", x->line);
    cJSON_AddStringToObject(j, "reason", zg_reason_code(x->reason));
    cJSON_AddStringToObject(j, "message", x->message ? x->message : "");
  }
  cJSON *looks = cJSON_AddArrayToObject(report, "look");
  for (size_t i = 0; i < r->n_looks; i++) {
    const look *x = &r->looks[i];
    cJSON_AddItemToArray(looks, j = cJSON_CreateObject());
    add_path(j, x->path);
    cJSON_AddStringToObject(j, "id", x->id ? x->id : "");
    cJSON_AddNumberToObject(j, "findings", x->findings);
    cJSON_AddNumberToObject(j, "weight", x->weight);
    cJSON_AddStringToObject(j, "why", x->why ? x->why : "");
  }
  cJSON_AddNumberToObject(report, "seconds", seconds);
  char *text = cJSON_PrintUnformatted(all);
  if (text)
    fprintf(r->cli->out, "%s\n", text);
  cJSON_free(text);
  cJSON_Delete(all);
}
