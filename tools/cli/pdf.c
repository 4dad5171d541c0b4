/* PDF through pdftotext.  Its lines are those of the page: page numbers and
 * running heads go, and lines that the margin broke are joined again. */
#include "tools/cli/document.h"
#include "tools/cli/process.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SECONDS 60
#define TEXT_MAX (64u * 1024 * 1024)
#define EDGE                                                                   \
  2 /* lines at the head and foot of a page that may be furniture              \
     */

typedef struct line {
  zg_str text;       /* blanks at both ends removed */
  int indent, width; /* columns; a Han character has two */
  uint32_t page;
  bool gone;
} line;

typedef struct layout {
  line *lines;
  size_t n, cap;
  uint32_t pages;
  int left, right; /* margins that most lines keep */
  bool indented;   /* paragraphs begin with an indent */
} layout;

/* ---- lines ---- */

static int columns(zg_str s) {
  int n = 0;
  for (size_t i = 0; i < s.n;) {
    uint32_t cp;
    int k = zg_utf8_next(s.p + i, s.n - i, &cp);
    if (k == 0)
      break;
    n += cp >= 0x1100 ? 2 : 1;
    i += (size_t)k;
  }
  return n;
}

static bool add_line(layout *l, zg_str raw) {
  line x = {.page = l->pages};
  while (raw.n && (*raw.p == ' ' || *raw.p == '\t')) {
    raw.p++;
    raw.n--;
    x.indent++;
  }
  while (raw.n && strchr(" \t\r", raw.p[raw.n - 1]))
    raw.n--;
  if (raw.n == 0)
    return true;
  if (l->n == l->cap) {
    size_t cap = l->cap ? l->cap * 2 : 256;
    line *bigger = realloc(l->lines, cap * sizeof *bigger);
    if (!bigger)
      return false;
    l->lines = bigger;
    l->cap = cap;
  }
  x.text = raw;
  x.width = columns(raw);
  l->lines[l->n++] = x;
  return true;
}

static bool cut(layout *l, zg_str text) {
  for (size_t at = 0; at < text.n;) {
    size_t end = at;
    while (end < text.n && text.p[end] != '\n' && text.p[end] != '\f')
      end++;
    if (!add_line(l, (zg_str){text.p + at, end - at}))
      return false;
    if (end < text.n && text.p[end] == '\f')
      l->pages++;
    at = end + 1;
  }
  return true;
}

/* ---- furniture ---- */

/* "12", "- 3 -", "第 3 页 共 8 页", "3/8": digits, and nothing that says
 * anything. */
static bool is_page_number(zg_str s) {
  static const char *const words[] = {"第", "页", "共", "—", "–", "－", "·",
                                      "―",  "/",  "-",  " ", ",", "，"};
  bool digit = false;
  if (s.n > 40)
    return false;
  for (size_t i = 0; i < s.n;) {
    size_t step = s.p[i] >= '0' && s.p[i] <= '9';
    digit = digit || step;
    for (size_t k = 0; !step && k < sizeof words / sizeof *words; k++)
      if (s.n - i >= strlen(words[k]) &&
          memcmp(s.p + i, words[k], strlen(words[k])) == 0)
        step = strlen(words[k]);
    if (!step)
      return false;
    i += step;
  }
  return digit;
}

/* The same but for digits. */
static bool alike(zg_str a, zg_str b) {
  size_t i = 0, k = 0;
  for (;;) {
    while (i < a.n && a.p[i] >= '0' && a.p[i] <= '9')
      i++;
    while (k < b.n && b.p[k] >= '0' && b.p[k] <= '9')
      k++;
    if (i == a.n || k == b.n)
      return i == a.n && k == b.n;
    if (a.p[i++] != b.p[k++])
      return false;
  }
}

/* The n-th line from the head (or foot) of every page, page by page. */
static size_t edge(uint32_t page, int n, bool foot, const size_t *first) {
  size_t from = first[page], to = first[page + 1];
  if (to - from <= (size_t)n)
    return SIZE_MAX;
  return foot ? to - 1 - (size_t)n : from + (size_t)n;
}

/* A line that stands at the same edge of the page before or after the next is
 * a running head: left and right pages may differ. */
static void drop_furniture(layout *l) {
  size_t *first = calloc(l->pages + 2, sizeof *first);
  if (!first)
    return;
  for (uint32_t p = 0, i = 0; p <= l->pages + 1; p++) {
    while (i < l->n && l->lines[i].page < p)
      i++;
    first[p] = i;
  }
  for (uint32_t p = 0; p <= l->pages; p++)
    for (int side = 0; side < 2; side++)
      for (int n = 0; n < EDGE; n++) {
        size_t at = edge(p, n, side, first);
        if (at == SIZE_MAX)
          continue;
        line *x = &l->lines[at];
        bool number = is_page_number(x->text);
        unsigned same = 0;
        for (uint32_t q = p > 2 ? p - 2 : 0; q <= p + 2 && q <= l->pages; q++) {
          size_t other = q == p ? SIZE_MAX : edge(q, n, side, first);
          same += other != SIZE_MAX && alike(l->lines[other].text, x->text);
        }
        bool running = same >= 2 && x->text.n < 150 && l->pages >= 2;
        x->gone = x->gone || number || running;
      }
  free(first);
}

/* ---- paragraphs ---- */

static int compare(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

static bool is_indented(const layout *l, const line *x) {
  return x->indent >= l->left + 2;
}

/* The left margin of most lines, and the right one that full lines reach. */
static void measure(layout *l) {
  int *values = malloc((l->n + 1) * sizeof *values);
  size_t n = 0;
  if (!values)
    return;
  for (size_t i = 0; i < l->n; i++)
    if (!l->lines[i].gone && l->lines[i].width >= 40)
      values[n++] = l->lines[i].indent;
  qsort(values, n, sizeof *values, compare);
  l->left = n ? values[n / 4] : 0;
  n = 0;
  for (size_t i = 0; i < l->n; i++)
    if (!l->lines[i].gone && l->lines[i].width >= 40)
      values[n++] = l->lines[i].indent + l->lines[i].width;
  qsort(values, n, sizeof *values, compare);
  l->right = n ? values[n * 3 / 4] : 0;
  free(values);
  size_t indents = 0;
  for (size_t i = 0; i < l->n; i++)
    indents += !l->lines[i].gone && is_indented(l, &l->lines[i]) &&
               l->lines[i].indent <= l->left + 8;
  l->indented = indents * 10 >= l->n;
}

static bool ends_sentence(zg_str s) {
  static const char *const marks[] = {"。", "！", "？", "；", "：", ":", ";"};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    size_t n = strlen(marks[i]);
    if (s.n >= n && memcmp(s.p + s.n - n, marks[i], n) == 0)
      return true;
  }
  return false;
}

/* 一、 (一) 1. ① at the start: the next paragraph, after a full sentence. */
static bool starts_numbered(zg_str s) {
  uint32_t cp = 0;
  static const char numerals[] = "一二三四五六七八九十第";
  int k = zg_utf8_next(s.p, s.n, &cp);
  char one[5] = {0};
  memcpy(one, s.p, (size_t)(k > 0 ? k : 0));
  return cp == '(' || cp == 0xFF08 || (cp >= '0' && cp <= '9') ||
         (cp >= 0x2460 && cp <= 0x249B) || (k > 1 && strstr(numerals, one));
}

/* `b` goes on where the margin broke `a`. */
static bool continues(const layout *l, const line *a, const line *b) {
  int reach = a->indent + a->width;
  bool full = reach >= l->right - 4;
  if (l->right == 0 || is_indented(l, b))
    return false;
  if (l->indented) /* no indent, no paragraph */
    return full || (reach * 10 >= l->right * 6 && !ends_sentence(a->text));
  return full && !(ends_sentence(a->text) && starts_numbered(b->text));
}

static bool is_wide_at(zg_str s, bool end) {
  if (s.n == 0)
    return false;
  return (unsigned char)(end ? s.p[s.n - 1] : s.p[0]) >= 0x80;
}

/* Runs of blanks are the page's, not the text's. */
static void put(zg_buf *out, zg_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] != ' ' || (i > 0 && s.p[i - 1] != ' '))
      zg_buf_addc(out, s.p[i]);
}

static void compose(const layout *l, zg_buf *out) {
  const line *before = NULL;
  for (size_t i = 0; i < l->n; i++) {
    const line *x = &l->lines[i];
    if (x->gone)
      continue;
    if (before && !continues(l, before, x))
      zg_buf_addc(out, '\n');
    else if (before &&
             !(is_wide_at(before->text, true) || is_wide_at(x->text, false)))
      zg_buf_addc(out, ' ');
    put(out, x->text);
    before = x;
  }
  if (before)
    zg_buf_addc(out, '\n');
}

/* ---- pdftotext ---- */

static bool failed(const zg_cli *cli, const zg_process *p, zg_document *d) {
  zg_str said = {p->err.p, p->err.n};
  if (p->timed_out)
    return zg_document_fail(d, ZG_REASON_OTHER,
                            zg_say(cli, "pdftotext 超过 %d 秒未完成",
                                   "pdftotext took longer than %d s"),
                            SECONDS);
  if (p->too_long)
    return zg_document_fail(
        d, ZG_REASON_OTHER, "%s",
        zg_say(cli, "PDF 的文字超过 64 MiB", "its text is longer than 64 MiB"));
  if (said.n && (memmem(said.p, said.n, "password", 8) ||
                 memmem(said.p, said.n, "Copying of text", 15)))
    return zg_document_fail(d, ZG_REASON_ENCRYPTED, "%s",
                            zg_say(cli, "PDF 有密码或禁止复制文字",
                                   "the PDF is protected by a password"));
  return zg_document_fail(d, ZG_REASON_DAMAGED, "%s",
                          zg_say(cli, "PDF 已损坏，pdftotext 无法读取",
                                 "the PDF is damaged: pdftotext cannot read "
                                 "it"));
}

static bool take_text(const zg_cli *cli, zg_str text, zg_document *d) {
  layout l = {.n = 0};
  if (text.n && zg_utf8_check(text.p, text.n) >= 0)
    return zg_document_fail(d, ZG_REASON_DAMAGED, "%s",
                            zg_say(cli, "pdftotext 给出的不是 UTF-8 文本",
                                   "pdftotext gave no UTF-8"));
  bool ok = cut(&l, text);
  if (ok) {
    drop_furniture(&l);
    measure(&l);
    compose(&l, &d->text);
    ok = !d->text.failed;
  }
  free(l.lines);
  if (!ok)
    return zg_document_fail(d, ZG_REASON_OTHER, "%s",
                            zg_fault_text(cli, ENOMEM));
  if (d->text.n < 20)
    return zg_document_fail(
        d, ZG_REASON_SCANNED, "%s",
        zg_say(cli, "PDF 中没有文字：扫描件，需要先做文字识别（OCR）",
               "the PDF has no text: scanned pages need OCR first"));
  return true;
}

bool zg_pdf_read(const zg_cli *cli, const char *path, zg_document *d) {
  if (!zg_process_found("pdftotext"))
    return zg_document_fail(
        d, ZG_REASON_TOOL, "%s",
        zg_say(cli, "读取 PDF 需要 pdftotext：apt install poppler-utils",
               "PDF needs pdftotext: apt install poppler-utils"));
  char *whole = realpath(path, NULL); /* never taken for an option */
  if (!whole)
    return zg_document_fail(d, ZG_REASON_UNREADABLE, "%s",
                            zg_fault_text(cli, errno));
  const char *argv[] = {"pdftotext", "-layout", "-enc", "UTF-8",
                        whole,       "-",       NULL};
  zg_process p;
  bool ok = zg_process_run(&p, argv, NULL, SECONDS, TEXT_MAX);
  if (!ok)
    zg_document_fail(d, ZG_REASON_OTHER, "pdftotext: %s",
                     zg_fault_text(cli, errno));
  else if (p.status || p.timed_out || p.too_long)
    ok = failed(cli, &p, d);
  else
    ok = take_text(cli, (zg_str){p.out.p ? p.out.p : "", p.out.n}, d);
  zg_process_free(&p);
  free(whole);
  return ok;
}
