#include "marked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parser_fixture.h"

enum { MAX_WANT = 80, WIDTH = 34, CHUNK = 150 };

typedef struct want {
  zg_str number, head, section, problem;
  int listed, statements;
} want;

typedef struct page {
  zg_buf text; /* without the marks */
  want want[MAX_WANT];
  size_t n;
} page;

static bool at(const char *p, const char *lit) {
  return strncmp(p, lit, strlen(lit)) == 0;
}

static zg_str copy(const char *from, const char *to) {
  return zg_arena_dup(pf_arena(), (zg_str){from, (size_t)(to - from)});
}

static zg_str or_null(zg_str s) { return s.n ? s : ZG_STR_NULL; }

/* ⟦(3)|2|head|1⟧ */
static void read_finding(page *p, const char *from, const char *to) {
  zg_str part[4] = {{NULL, 0}};
  int n = 0;
  const char *start = from;
  for (const char *q = from; q <= to && n < 4; q++)
    if (q == to || *q == '|') {
      part[n++] = copy(start, q);
      start = q + 1;
    }
  assert_true(n >= 3 && p->n < MAX_WANT);
  want *w = &p->want[p->n++];
  w->number = zg_str_is(part[0], "-") ? ZG_STR_NULL : part[0];
  w->listed = atoi(part[1].p);
  w->head = part[2];
  w->statements = n == 4 ? atoi(part[3].p) : 1;
}

static void read_marks(page *p, const char *s) {
  zg_str section = ZG_STR_NULL, problem = ZG_STR_NULL;
  static const char *const open[] = {"⟪", "⟨", "⟦"};
  static const char *const close[] = {"⟫", "⟩", "⟧"};
  while (*s) {
    int k = 0;
    while (k < 3 && !at(s, open[k]))
      k++;
    if (k == 3) {
      zg_buf_addc(&p->text, *s++);
      continue;
    }
    const char *from = s + strlen(open[k]), *to = strstr(from, close[k]);
    assert_non_null(to);
    bool silent = *from == '=';
    zg_str inner = copy(from + silent, to);
    if (k == 0) {
      section = or_null(inner);
      problem = ZG_STR_NULL;
    } else if (k == 1) {
      problem = or_null(inner);
    } else {
      read_finding(p, from, to);
      p->want[p->n - 1].section = section;
      p->want[p->n - 1].problem = problem;
      inner = p->want[p->n - 1].head;
    }
    if (!silent)
      zg_buf_add(&p->text, inner.p, inner.n);
    s = to + strlen(close[k]);
  }
}

/* ---- dress ----------------------------------------------------------------
 */

static const char *half(const char *p, size_t *len) {
  static const char *const pairs[][2] = {
      {"，", ","}, {"；", ";"}, {"：", ":"}, {"（", "("}, {"）", ")"}};
  for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
    if (at(p, pairs[k][0])) {
      *len = strlen(pairs[k][0]);
      return pairs[k][1];
    }
  return NULL;
}

/* Han characters on both sides: the middle of a sentence. */
static bool inside(const char *from, const char *p) {
  return p - from >= 3 && (unsigned char)p[-3] >= 0xE4 &&
         (unsigned char)p[-3] <= 0xE9 && (unsigned char)p[0] >= 0xE4 &&
         (unsigned char)p[0] <= 0xE9;
}

static zg_str dressed(const char *s, dress d) {
  zg_buf out = ZG_BUF_INIT;
  int column = 0, chunk = 2, since = 0;
  for (const char *p = s; *p;) {
    size_t len = (size_t)zg_utf8_next(p, strnlen(p, 4), &(uint32_t){0});
    const char *narrow = d == DRESS_HALF ? half(p, &len) : NULL;
    if (narrow)
      zg_buf_adds(&out, narrow);
    else if (*p == '\n' && d == DRESS_CRLF)
      zg_buf_adds(&out, "\r\n");
    else if (*p == '\n' && d == DRESS_SPACED)
      zg_buf_adds(&out, "\n\n　　");
    else if (*p == '\n' && d == DRESS_ONE_LINE)
      zg_buf_adds(&out, " ");
    else if (*p != '\n' || d != DRESS_GLUED)
      zg_buf_add(&out, p, len);
    column = *p == '\n' ? 0 : column + 1;
    since++;
    p += len;
    if (d == DRESS_WRAPPED && column >= WIDTH && *p && *p != '\n' &&
        inside(s, p)) {
      zg_buf_addc(&out, '\n');
      column = 0;
    }
    if (d == DRESS_CHUNKS && since > CHUNK && inside(s, p)) {
      zg_buf_printf(&out, "%d、", chunk++);
      since = 0;
    }
  }
  zg_str text = zg_arena_dup(pf_arena(), (zg_str){out.p, out.n});
  zg_buf_free(&out);
  return text;
}

/* ---- comparing --------------------------------------------------------------
 */

static zg_str narrowed(zg_str s) {
  zg_buf out = ZG_BUF_INIT;
  for (size_t i = 0; i < s.n;) {
    size_t len = 1;
    const char *narrow = half(s.p + i, &len);
    if (narrow)
      zg_buf_adds(&out, narrow);
    else if (s.p[i] != ' ' && s.p[i] != '\n' && s.p[i] != '\r')
      zg_buf_addc(&out, s.p[i]);
    i += len;
  }
  zg_str text = zg_arena_dup(pf_arena(), (zg_str){out.p, out.n});
  zg_buf_free(&out);
  return text;
}

static bool differ(zg_str got, zg_str wanted) {
  if (!got.p || !wanted.p)
    return got.p != wanted.p;
  return !zg_str_eq(narrowed(got), narrowed(wanted));
}

static void compare(const char *name, dress d, int i, const char *member,
                    zg_str got, zg_str wanted) {
  if (differ(got, wanted))
    fail_msg("%s, dress %d, finding %d: %s is [%.*s], want [%.*s]", name,
             (int)d, i + 1, member, (int)got.n, got.p ? got.p : "",
             (int)wanted.n, wanted.p ? wanted.p : "");
}

static void compare_finding(const char *name, dress d, int i,
                            const zg_finding *f, const want *w) {
  int listed = 0;
  compare(name, d, i, "head", f->head, w->head);
  compare(name, d, i, "number", f->number, w->number);
  compare(name, d, i, "section", f->section, w->section);
  compare(name, d, i, "problem", f->problem, w->problem);
  for (size_t k = 0; k < f->n_measures; k++)
    listed += f->measures[k].listed;
  if (listed != w->listed || (int)f->n_statements != w->statements)
    fail_msg("%s, dress %d, finding %d [%.*s]: %d measures in list, want %d; "
             "%zu statements, want %d",
             name, (int)d, i + 1, (int)f->head.n, f->head.p, listed, w->listed,
             f->n_statements, w->statements);
}

zg_bulletin *pf_marked(const char *name, const char *body, dress d) {
  page p = {.text = ZG_BUF_INIT};
  read_marks(&p, body);
  zg_buf_addc(&p.text, '\0');
  zg_str text = dressed(p.text.p, d);
  zg_buf_free(&p.text);
  /* a title that runs into the text is another matter */
  zg_str opening = d == DRESS_GLUED || d == DRESS_CHUNKS
                       ? zg_str_of(pf_opening)
                       : dressed(pf_opening, d);
  text = zg_arena_printf(pf_arena(), "%s%s", opening.p, text.p);
  print_message("%s, dress %d\n", name, (int)d);
  zg_bulletin *b = pf_parse(text.p, NULL);
  for (size_t i = 0; i < b->n_findings && i < p.n; i++)
    compare_finding(name, d, (int)i, &b->findings[i], &p.want[i]);
  if (b->n_findings != p.n)
    fail_msg("%s, dress %d: %zu findings, want %zu (last: %.*s)", name, (int)d,
             b->n_findings, p.n,
             b->n_findings ? (int)b->findings[b->n_findings - 1].head.n : 0,
             b->n_findings ? b->findings[b->n_findings - 1].head.p : "");
  return b;
}

void pf_marked_all(const char *name, const char *body) {
  for (int d = 0; d < DRESS_COUNT; d++)
    pf_marked(name, body, (dress)d);
}
