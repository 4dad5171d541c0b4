#include "tools/corpus/draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void zg_draft_free(zg_draft *d) {
  zg_buf_free(&d->text);
  zg_buf_free(&d->variants);
  free(d->slots);
  free(d->g.findings);
}

void zg_put(zg_draft *d, const char *text) { zg_buf_adds(&d->text, text); }

void zg_putf(zg_draft *d, const char *fmt, ...) {
  char out[1024];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(out, sizeof out, fmt, ap);
  va_end(ap);
  if (n < 0 || (size_t)n >= sizeof out)
    d->failed = true;
  else
    zg_buf_add(&d->text, out, (size_t)n);
}

zg_slot_id zg_slot_open(zg_draft *d) {
  if (d->n_slots == d->cap_slots) {
    size_t cap = d->cap_slots ? 2 * d->cap_slots : 64;
    zg_slot *more = realloc(d->slots, cap * sizeof *more);
    if (!more) {
      d->failed = true;
      return ZG_SLOT_UNSAID;
    }
    d->slots = more;
    d->cap_slots = cap;
  }
  d->slots[d->n_slots] = (zg_slot){d->text.n, d->text.n};
  return (zg_slot_id)d->n_slots++;
}

void zg_slot_close(zg_draft *d, zg_slot_id id) {
  if (id >= 0)
    d->slots[id].end = d->text.n;
}

zg_slot_id zg_slot_put(zg_draft *d, const char *text) {
  zg_slot_id id = zg_slot_open(d);
  zg_put(d, text);
  zg_slot_close(d, id);
  return id;
}

void zg_draft_replace(zg_draft *d, zg_buf *to, size_t *map) {
  if (to->failed || !map) {
    d->failed = true;
    zg_buf_free(to);
  } else {
    for (size_t i = 0; i < d->n_slots; i++) {
      d->slots[i].start = map[d->slots[i].start];
      d->slots[i].end = map[d->slots[i].end];
    }
    zg_buf_free(&d->text);
    d->text = *to;
  }
  free(map);
}

zg_gold_finding *zg_gold_add(zg_draft *d) {
  zg_gold *g = &d->g;
  if (g->n_findings == g->cap_findings) {
    size_t cap = g->cap_findings ? 2 * g->cap_findings : 32;
    zg_gold_finding *more = realloc(g->findings, cap * sizeof *more);
    if (!more) {
      d->failed = true;
      return NULL;
    }
    g->findings = more;
    g->cap_findings = cap;
  }
  zg_gold_finding *f = &g->findings[g->n_findings++];
  *f = (zg_gold_finding){.number = ZG_SLOT_NONE,
                         .section = ZG_SLOT_NONE,
                         .problem = ZG_SLOT_NONE,
                         .head = ZG_SLOT_NONE,
                         .responsible = ZG_SLOT_NONE,
                         .statements = 1,
                         .status = "unknown",
                         .status_source = "none",
                         .repeat = "none"};
  return f;
}

const char *zg_han(int n, char out[16]) {
  static const char *const digits[] = {"",   "一", "二", "三", "四",
                                       "五", "六", "七", "八", "九"};
  snprintf(out, 16, "%s%s%s", n >= 20 ? digits[n / 10 % 10] : "",
           n >= 10 ? "十" : "", digits[n % 10]);
  return out;
}
