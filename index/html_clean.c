/* Before libxml2: what it would be slow on, or what would be dropped anyway.
 * One pass; every search that finds nothing is made once. */
#include "index/html_private.h"

#include <strings.h>

#define ATTRIBUTES_MAX 256

typedef struct cleaner {
  const char *p, *end;
  zg_buf *out;
  bool no_comment_end; /* none from here on */
  bool no_quotes;      /* one was never closed: they are plain characters */
} cleaner;

static bool begins(const char *p, const char *end, const char *word) {
  size_t n = strlen(word);
  return (size_t)(end - p) >= n && strncasecmp(p, word, n) == 0;
}

static bool name_ends(const char *p, const char *end) {
  return p >= end || strchr(" \t\r\n\f/>", *p);
}

/* The end of the tag that begins at p ('<'); counts what may be attributes.
 * NULL: it has no end. */
static const char *tag_end(const char *p, const char *end, bool quotes,
                           size_t *attributes) {
  char quote = 0, before = 0;
  *attributes = 0;
  for (p++; p < end; p++) {
    if (quote) {
      if (*p == quote)
        quote = 0;
    } else if (quotes && (*p == '"' || *p == '\'') && before == '=') {
      quote = *p;
    } else if (*p == '>') {
      return p + 1;
    } else if (strchr(" \t\r\n\f/", *p) && *p) {
      if (before && before != ' ')
        ++*attributes;
      before = before == '=' ? '=' : ' '; /* a = "b" */
      continue;
    }
    before = *p;
  }
  return NULL;
}

/* Elements whose contents are no text.  Behind the end tag, or the end. */
static const char *raw_end(const char *p, const char *end, const char *name) {
  size_t n = strlen(name);
  while ((p = memchr(p, '<', (size_t)(end - p)))) {
    if (p + 1 < end && p[1] == '/' && begins(p + 2, end, name) &&
        name_ends(p + 2 + n, end)) {
      const char *close = memchr(p, '>', (size_t)(end - p));
      return close ? close + 1 : end;
    }
    p++;
  }
  return end;
}

static const char *raw_name(const char *p, const char *end) {
  static const char *const names[] = {"script",   "style",    "svg",   "iframe",
                                      "noscript", "textarea", "select"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (begins(p + 1, end, names[i]) &&
        name_ends(p + 1 + strlen(names[i]), end))
      return names[i];
  return NULL;
}

/* "<!--" … "-->"; a comment without an end is one to the next '>'. */
static const char *comment_end(cleaner *c, const char *p) {
  const char *found = c->no_comment_end
                          ? NULL
                          : memmem(p + 4, (size_t)(c->end - p) - 4, "-->", 3);
  if (found)
    return found + 3;
  c->no_comment_end = true;
  found = memchr(p, '>', (size_t)(c->end - p));
  return found ? found + 1 : c->end;
}

static void keep(cleaner *c, const char *from, const char *to) {
  while (from < to) {
    const char *nul = memchr(from, '\0', (size_t)(to - from));
    const char *stop = nul ? nul : to;
    zg_buf_add(c->out, from, (size_t)(stop - from));
    from = nul ? nul + 1 : to;
  }
}

/* One markup at c->p; returns where it ends. */
static const char *markup(cleaner *c) {
  const char *p = c->p;
  size_t attributes;
  if (begins(p, c->end, "<!--"))
    return comment_end(c, p);
  const char *name = raw_name(p, c->end);
  const char *close = tag_end(p, c->end, !c->no_quotes, &attributes);
  if (name) {
    bool empty = close && close[-2] == '/';
    zg_buf_addc(c->out, ' ');
    return empty ? close : raw_end(close ? close : p, c->end, name);
  }
  if (close && attributes <= ATTRIBUTES_MAX) {
    keep(c, p, close);
    return close;
  }
  if (!close) { /* a quote that is never closed: the tag ends before it does */
    c->no_quotes = true;
    close = memchr(p, '>', (size_t)(c->end - p));
    close = close ? close + 1 : c->end;
  }
  const char *stop = p + 1;
  while (stop < close && !name_ends(stop + (stop == p + 1), c->end))
    stop++;
  keep(c, p, stop + (stop < close && *stop != '>'));
  zg_buf_addc(c->out, '>');
  return close;
}

bool zg_html_clean(zg_buf *out, zg_str html) {
  cleaner c = {html.p, html.p + html.n, out, false, false};
  while (c.p < c.end) {
    const char *lt = memchr(c.p, '<', (size_t)(c.end - c.p));
    const char *stop = lt ? lt : c.end;
    keep(&c, c.p, stop);
    c.p = stop;
    if (!lt)
      break;
    char next = lt + 1 < c.end ? lt[1] : ' ';
    bool tag = next == '/' || next == '!' || next == '?' ||
               ((next | 32) >= 'a' && (next | 32) <= 'z');
    if (tag) {
      c.p = markup(&c);
    } else {
      zg_buf_adds(out, "&lt;");
      c.p++;
    }
  }
  return !out->failed;
}
