#include "tools/corpus/labelled.h"
#include "tools/corpus/phrases.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static const char *const layout_names[] = {
#define X(sym, name, weight) name,
    ZG_LAYOUT_TABLE(X)
#undef X
};
static const uint8_t layout_weights[] = {
#define X(sym, name, weight) weight,
    ZG_LAYOUT_TABLE(X)
#undef X
};
static const uint8_t class_weights[] = {
#define X(sym, name, weight) weight,
    ZG_CLASS_TABLE(X)
#undef X
};
static const char *const noise_names[] = {
#define X(sym, name, percent) name,
    ZG_NOISE_TABLE(X)
#undef X
};
static const uint8_t noise_percents[] = {
#define X(sym, name, percent) percent,
    ZG_NOISE_TABLE(X)
#undef X
};

int zg_layout_of(const char *name) {
  for (int i = 0; i < ZG_LAYOUT_COUNT; i++)
    if (strcmp(name, layout_names[i]) == 0)
      return i;
  return -1;
}

int zg_noise_of(const char *name) {
  if (strcmp(name, "none") == 0)
    return ZG_NOISE_NONE_AT_ALL;
  if (strcmp(name, "many") == 0)
    return ZG_NOISE_MANY;
  if (strcmp(name, "all") == 0)
    return ZG_NOISE_EVERY_TEXT_ONE;
  for (int i = 0; i < ZG_NOISE_COUNT; i++)
    if (strcmp(name, noise_names[i]) == 0)
      return i;
  return ZG_NOISE_UNKNOWN;
}

static int weighted(zg_random *r, const uint8_t *weights, int n) {
  uint32_t sum = 0;
  for (int i = 0; i < n; i++)
    sum += weights[i];
  uint32_t at = zg_random_below(r, sum);
  int i = 0;
  while (at >= weights[i])
    at -= weights[i++];
  return i;
}

static uint32_t draw_noise(const zg_labelled *o, uint64_t n, zg_random *r) {
  uint32_t bits = 0, often = o->noise == ZG_NOISE_MANY ? 4 : 1;
  for (int i = 0; i < ZG_NOISE_COUNT; i++)
    if (zg_random_below(r, 100) < noise_percents[i] * often)
      bits |= 1u << i;
  if (o->noise == ZG_NOISE_NONE_AT_ALL)
    return 0;
  if (o->noise == ZG_NOISE_EVERY_TEXT_ONE)
    return 1u << n % ZG_NOISE_COUNT;
  return o->noise >= 0 ? 1u << o->noise : bits;
}

/* How this text is written. */
static void draw_manners(zg_draft *d) {
  zg_random *r = &d->r;
  bool brief = zg_random_chance(r, 30);
  d->n_groups = (int)zg_random_range(r, 3, 4);
  d->n_planned =
      (int)(brief ? zg_random_range(r, 6, 14) : zg_random_range(r, 10, 40));
  uint32_t k = zg_random_below(r, 100);
  d->say_states = k < 35 ? 100 : k < 60 ? 25 : 0;
  d->say_where = zg_random_chance(r, 60) ? ZG_SAID_FIRST : ZG_SAID_LAST;
  if (zg_draft_noisy(d, ZG_NOISE_FIELD_LINES)) {
    d->say_where = ZG_SAID_FIELD;
    d->say_states = 100;
  } else if (zg_draft_noisy(d, ZG_NOISE_STATUS_BRACKET)) {
    d->say_where = ZG_SAID_BRACKET;
    d->say_states = zg_random_chance(r, 50) ? 100 : 60;
  }
  d->all_done = zg_random_chance(r, 8);
  d->positive = zg_random_chance(r, 3);
  d->frame = (int)zg_random_below(r, ZG_PHRASES_FRAMES);
  d->repeats = zg_random_chance(r, 80);
  d->aspects = zg_random_chance(r, 30);
  d->runs_on = zg_random_chance(r, 50);
  d->quoted_heads = zg_random_chance(r, 20);
  d->no_stop = zg_random_chance(r, 15);
  d->numbered = zg_random_chance(r, 20);
  d->apart = zg_random_chance(r, 12);
  d->lead_groups = zg_random_chance(r, 6);
  d->wordy = !brief && zg_random_chance(r, 40);
  d->frame_lead = zg_random_chance(r, 15);
  d->colon = zg_random_chance(r, 15);
  d->lead_in = zg_random_chance(r, 8);
  d->about = (int)zg_random_below(r, 4);
  d->marker = (int)zg_random_below(r, 8);
  k = zg_random_below(r, 100);
  d->style = k < 84   ? ZG_STYLE_ORDINAL
             : k < 92 ? ZG_STYLE_CIRCLED
                      : ZG_STYLE_FIRST;
}

static void init(zg_draft *d, uint64_t seed, uint64_t n) {
  *d = (zg_draft){.r = zg_random_stream(seed, n),
                  .text = ZG_BUF_INIT,
                  .variants = ZG_BUF_INIT};
  zg_gold *g = &d->g;
  g->accept = true;
  g->title = g->author = g->team = g->round = g->source = g->kind =
      ZG_SLOT_NONE;
  g->year = -1;
  g->declared = (zg_gold_declared){.aspects = -1,
                                   .categories = -1,
                                   .problems = -1,
                                   .tasks = -1,
                                   .measures = -1,
                                   .done = -1,
                                   .basically_done = -1,
                                   .phased = -1,
                                   .in_progress = -1,
                                   .long_term = -1,
                                   .deferred = -1,
                                   .not_done = -1,
                                   .rate10 = -1};
}

/* The end of the text speaks for the findings that say nothing. */
static void sum_up(zg_draft *d) {
  zg_gold *g = &d->g;
  if (!d->all_done || !d->result)
    return;
  for (size_t i = 0; i < g->n_findings; i++)
    if (strcmp(g->findings[i].status_source, "none") == 0) {
      g->findings[i].status = "done";
      g->findings[i].status_source = "summary";
    }
}

/* Counts that nobody could settle are not scored. */
static void settle_counts(zg_draft *d) {
  zg_gold *g = &d->g;
  bool headless = d->layout >= ZG_LAYOUT_F7 && d->layout <= ZG_LAYOUT_F9;
  if (headless)
    g->sections = ZG_SKIP;
  if (d->layout == ZG_LAYOUT_F9 || g->cls == ZG_CLASS_ROUND)
    g->categories = ZG_SKIP;
  if (d->layout == ZG_LAYOUT_MIX)
    g->problems = g->categories = ZG_SKIP;
}

void zg_labelled_text_free(zg_labelled_text *t) {
  zg_buf_free(&t->text);
  zg_buf_free(&t->page);
  zg_buf_free(&t->gold);
}

static bool finish(zg_draft *d, zg_labelled_text *out) {
  zg_labelled_text_free(out);
  *out = (zg_labelled_text){ZG_BUF_INIT, ZG_BUF_INIT, ZG_BUF_INIT};
  zg_noise_apply(d);
  if (zg_draft_noisy(d, ZG_NOISE_HTML)) {
    zg_draft_mark(d, ZG_NOISE_HTML);
    zg_page_html(d, &out->page);
  }
  zg_gold_write(d, &out->gold);
  bool ok = zg_buf_add(&out->text, d->text.p, d->text.n) && !d->failed &&
            !d->text.failed && !out->page.failed && !out->gold.failed;
  zg_draft_free(d);
  return ok;
}

bool zg_labelled_bulletin(const zg_labelled *o, uint64_t n,
                          zg_labelled_text *out) {
  zg_draft draft, *d = &draft;
  init(d, o->seed ^ 0x4c41424c, n);
  d->g.cls = (zg_class)weighted(&d->r, class_weights,
                                sizeof class_weights / sizeof *class_weights);
  int layout = weighted(&d->r, layout_weights, ZG_LAYOUT_COUNT);
  d->layout = (zg_layout)(o->layout >= 0 ? o->layout : layout);
  if (o->layout >= 0)
    d->g.cls = ZG_CLASS_SINGLE;
  d->noise = draw_noise(o, n, &d->r);
  zg_world_draw(d);
  if (d->g.cls != ZG_CLASS_SINGLE && d->g.cls != ZG_CLASS_TEMPLATE)
    zg_world_of_county(d);
  zg_world_tell_gold(d);
  draw_manners(d);
  zg_counts_draw(d);
  zg_page_before(d);
  zg_write_class(d);
  sum_up(d);
  settle_counts(d);
  if (d->g.cls == ZG_CLASS_TEMPLATE)
    d->tail = zg_slot_put(d, "");
  else
    zg_page_after(d);
  return finish(d, out);
}

bool zg_labelled_look_alike(const zg_labelled *o, uint64_t n,
                            zg_labelled_text *out) {
  zg_draft draft, *d = &draft;
  init(d, o->seed ^ 0x4c4f4f4b, n);
  d->noise = draw_noise(o, n, &d->r);
  d->g.accept = false;
  zg_world_draw(d);
  zg_write_look_alike(d, n);
  return finish(d, out);
}

static bool write_file(const char *dir, const char *name, uint64_t n,
                       const char *ending, const zg_buf *b) {
  char path[4096];
  int len = snprintf(path, sizeof path, "%s/%s%05llu%s", dir, name,
                     (unsigned long long)n, ending);
  if (len < 0 || (size_t)len >= sizeof path) {
    errno = ENAMETOOLONG;
    return false;
  }
  FILE *f = fopen(path, "wb");
  if (!f)
    return false;
  bool ok = fwrite(b->p, 1, b->n, f) == b->n;
  return fclose(f) == 0 && ok;
}

typedef bool make_fn(const zg_labelled *o, uint64_t n, zg_labelled_text *out);

static bool write_all(const zg_labelled *o, uint64_t count, const char *name,
                      make_fn *make) {
  zg_labelled_text t = {ZG_BUF_INIT, ZG_BUF_INIT, ZG_BUF_INIT};
  bool ok = true;
  for (uint64_t i = 0; i < count && ok; i++) {
    ok = make(o, i, &t) && write_file(o->out, name, i, ".gold.json", &t.gold);
    if (ok && t.page.n > 0)
      ok = write_file(o->out, name, i, ".html", &t.page);
    else if (ok)
      ok = write_file(o->out, name, i, ".txt", &t.text);
  }
  zg_labelled_text_free(&t);
  return ok;
}

bool zg_labelled_write(const zg_labelled *o) {
  if (mkdir(o->out, 0777) != 0 && errno != EEXIST)
    return false;
  return write_all(o, o->bulletins, "b", zg_labelled_bulletin) &&
         write_all(o, o->look_alikes, "n", zg_labelled_look_alike);
}
