/* The gold file of a labelled text, and what of it is known only now. */
#include "tools/corpus/draft.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const noise_names[] = {
#define X(sym, name, percent) name,
    ZG_NOISE_TABLE(X)
#undef X
};
static const char *const layout_names[] = {
#define X(sym, name, weight) name,
    ZG_LAYOUT_TABLE(X)
#undef X
};
static const char *const class_names[] = {
#define X(sym, name, weight) name,
    ZG_CLASS_TABLE(X)
#undef X
};

static cJSON *slot_text(const zg_draft *d, zg_slot_id id) {
  if (id < 0)
    return cJSON_CreateNull();
  zg_slot s = d->slots[id];
  char *copy = malloc(s.end - s.start + 1);
  if (!copy)
    return NULL;
  memcpy(copy, d->text.p + s.start, s.end - s.start);
  copy[s.end - s.start] = '\0';
  cJSON *out = cJSON_CreateString(copy);
  free(copy);
  return out;
}

static void add_slot(const zg_draft *d, cJSON *to, const char *key,
                     zg_slot_id id) {
  if (id != ZG_SLOT_UNSAID)
    cJSON_AddItemToObject(to, key, slot_text(d, id));
}

/* "": null, "?": left out. */
static void add_text(cJSON *to, const char *key, const char *text) {
  if (text[0] == '\0')
    cJSON_AddNullToObject(to, key);
  else if (text[0] != '?')
    cJSON_AddStringToObject(to, key, text);
}

static void add_count(cJSON *to, const char *key, int n) {
  if (n == ZG_SKIP)
    return;
  if (n < 0)
    cJSON_AddNullToObject(to, key);
  else
    cJSON_AddNumberToObject(to, key, n);
}

/* ---- document ---- */

static void add_declared(const zg_gold *g, cJSON *doc) {
  const zg_gold_declared *c = &g->declared;
  cJSON *o = cJSON_AddObjectToObject(doc, "declared");
  add_count(o, "aspects", c->aspects);
  add_count(o, "categories", c->categories);
  add_count(o, "problems", c->problems);
  add_count(o, "tasks", c->tasks);
  add_count(o, "measures", c->measures);
  add_count(o, "done", c->done);
  add_count(o, "basically_done", c->basically_done);
  add_count(o, "phased", c->phased);
  add_count(o, "in_progress", c->in_progress);
  add_count(o, "long_term", c->long_term);
  add_count(o, "deferred", c->deferred);
  add_count(o, "not_done", c->not_done);
  if (c->rate10 < 0)
    cJSON_AddNullToObject(o, "rate");
  else
    cJSON_AddNumberToObject(o, "rate", c->rate10 / 10.0);
  cJSON *list = cJSON_AddArrayToObject(o, "series");
  for (size_t i = 0; i < c->n_series; i++) {
    cJSON *s = cJSON_CreateObject();
    cJSON_AddStringToObject(s, "name", c->series[i].name);
    add_count(s, "total", c->series[i].total);
    add_count(s, "done", c->series[i].done);
    cJSON_AddItemToArray(list, s);
  }
}

static void add_parsed(const zg_gold *g, cJSON *doc) {
  cJSON *o = cJSON_AddObjectToObject(doc, "parsed");
  int atomic = 0, listed = 0;
  for (size_t i = 0; i < g->n_findings; i++) {
    atomic += g->findings[i].statements;
    listed += g->findings[i].listed;
  }
  int n = (int)g->n_findings;
  int problems = g->problems > 0 || g->problems == ZG_SKIP ? g->problems : n;
  add_count(o, "sections", g->sections);
  add_count(o, "categories", g->categories);
  add_count(o, "problems", problems);
  add_count(o, "findings", n);
  add_count(o, "atomic_findings", atomic);
  add_count(o, "measures", listed);
}

/* Of the feedback, else of the end, else of the publication. */
static int year_of(const zg_gold *g) {
  const char *dates[] = {g->feedback_date, g->inspect_end, g->publish_date};
  for (int i = 0; i < 3; i++) {
    if (dates[i][0] == '?')
      return ZG_SKIP;
    if (dates[i][0])
      return atoi(dates[i]);
  }
  return -1;
}

static void add_document(const zg_draft *d, cJSON *root) {
  const zg_gold *g = &d->g;
  cJSON *o = cJSON_AddObjectToObject(root, "document");
  cJSON_AddStringToObject(o, "class", class_names[g->cls]);
  add_slot(d, o, "title", g->title);
  if (g->n_units > 0) {
    cJSON *units = cJSON_AddArrayToObject(o, "units");
    for (size_t i = 0; i < g->n_units; i++)
      cJSON_AddItemToArray(units, slot_text(d, g->units[i]));
  }
  add_slot(d, o, "author", g->author);
  add_text(o, "unit_level", g->unit_level);
  add_text(o, "region", g->region);
  add_slot(d, o, "kind", g->kind);
  add_text(o, "inspecting_body", g->inspecting_body);
  add_slot(d, o, "team", g->team);
  add_slot(d, o, "round", g->round);
  add_text(o, "inspect_start", g->inspect_start);
  add_text(o, "inspect_end", g->inspect_end);
  add_text(o, "feedback_date", g->feedback_date);
  add_text(o, "publish_date", g->publish_date);
  add_count(o, "year", g->year == ZG_SKIP ? ZG_SKIP : year_of(g));
  add_slot(d, o, "source", g->source);
  if (!g->skip_inferred) {
    cJSON *list = cJSON_AddArrayToObject(o, "inferred");
    if (g->end_inferred)
      cJSON_AddItemToArray(list, cJSON_CreateString("inspect_end"));
    if (g->feedback_inferred)
      cJSON_AddItemToArray(list, cJSON_CreateString("feedback_date"));
  }
  add_declared(g, o);
  add_parsed(g, o);
}

/* ---- findings ---- */

static void add_amounts(cJSON *to, const char *key, const zg_amount *a,
                        size_t n, bool money) {
  cJSON *list = cJSON_AddArrayToObject(to, key);
  for (size_t i = 0; i < n; i++) {
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "kind", a[i].kind);
    if (money) {
      cJSON_AddNumberToObject(o, "yuan", (double)a[i].n / 100);
    } else {
      cJSON_AddNumberToObject(o, "n", (double)a[i].n);
      cJSON_AddStringToObject(o, "unit", a[i].times ? "人次" : "人");
    }
    cJSON_AddBoolToObject(o, "approx", a[i].approx);
    cJSON_AddItemToArray(list, o);
  }
}

static void add_category(cJSON *to, const int category[2]) {
  if (category[0] < 0)
    return;
  cJSON *list = cJSON_AddArrayToObject(to, "category");
  for (int i = 0; i < 2 && category[i] > 0; i++) {
    char id[8];
    snprintf(id, sizeof id, "c%02u", (unsigned)category[i] % 100);
    cJSON_AddItemToArray(list, cJSON_CreateString(id));
  }
}

static cJSON *finding(const zg_draft *d, size_t k) {
  const zg_gold_finding *f = &d->g.findings[k];
  cJSON *o = cJSON_CreateObject();
  cJSON_AddNumberToObject(o, "n", (double)(k + 1));
  add_slot(d, o, "number", f->number);
  add_slot(d, o, "section", f->section);
  add_slot(d, o, "problem", f->problem);
  add_slot(d, o, "head", f->head);
  cJSON_AddNumberToObject(o, "statements", f->statements);
  cJSON_AddNumberToObject(o, "listed_measures", f->listed);
  cJSON_AddStringToObject(o, "status", f->status);
  cJSON_AddBoolToObject(o, "sustain", f->sustain);
  cJSON_AddStringToObject(o, "status_source", f->status_source);
  add_amounts(o, "money", f->money, f->n_money, true);
  add_amounts(o, "people", f->people, f->n_people, false);
  cJSON_AddNumberToObject(o, "rules_made", f->rules);
  cJSON_AddNumberToObject(o, "cases", f->cases);
  cJSON *documents = cJSON_AddArrayToObject(o, "documents");
  for (size_t i = 0; i < f->n_documents; i++)
    cJSON_AddItemToArray(documents, slot_text(d, f->documents[i]));
  add_text(o, "deadline", f->deadline);
  add_slot(d, o, "responsible", f->responsible);
  add_category(o, f->category);
  if (f->repeat)
    cJSON_AddStringToObject(o, "repeat", f->repeat);
  return o;
}

void zg_gold_write(zg_draft *d, zg_buf *out) {
  cJSON *root = cJSON_CreateObject();
  if (d->g.accept && d->layout < ZG_LAYOUT_COUNT)
    cJSON_AddStringToObject(root, "layout", layout_names[d->layout]);
  cJSON *noise = cJSON_AddArrayToObject(root, "noise");
  for (int i = 0; i < ZG_NOISE_COUNT; i++)
    if (d->marked >> i & 1)
      cJSON_AddItemToArray(noise, cJSON_CreateString(noise_names[i]));
  cJSON_AddBoolToObject(root, "accept", d->g.accept);
  if (d->variants.n > 0) {
    zg_buf_addc(&d->variants, '\0');
    cJSON_AddItemToObject(root, "variants", cJSON_CreateRaw(d->variants.p));
  }
  if (d->g.accept) {
    add_document(d, root);
    cJSON *list = cJSON_AddArrayToObject(root, "findings");
    for (size_t i = 0; i < d->g.n_findings; i++)
      cJSON_AddItemToArray(list, finding(d, i));
  } else {
    cJSON_AddStringToObject(root, "kind_of_text", d->g.kind_of_text);
  }
  char *text = cJSON_Print(root);
  d->failed |= !text || !zg_buf_adds(out, text) || !zg_buf_addc(out, '\n');
  free(text);
  cJSON_Delete(root);
}
