#include "index/field.h"

#include <stdio.h>

typedef struct field_row {
  const char *name;
  uint32_t slot;
  unsigned planes;
  bool numeric;
} field_row;

static const field_row FIELDS[ZG_FIELD_COUNT] = {
#define X(sym, name, slot, planes, numeric, zh)                                \
  [ZG_FIELD_##sym] = {name, slot, planes, numeric},
    ZG_FIELD_TABLE(X)
#undef X
};

typedef struct measure_row {
  const char *name;
  uint32_t slot;
  int scale;
} measure_row;

static const measure_row MEASURES[ZG_MEASURE_COUNT] = {
#define X(sym, name, slot, scale, zh) [ZG_MEASURE_##sym] = {name, slot, scale},
    ZG_MEASURE_TABLE(X)
#undef X
};

int zg_field_of(zg_str name) {
  for (int i = 0; i < ZG_FIELD_COUNT; i++)
    if (zg_str_is(name, FIELDS[i].name))
      return i;
  return -1;
}

int zg_measure_of(zg_str name) {
  for (int i = 0; i < ZG_MEASURE_COUNT; i++)
    if (zg_str_is(name, MEASURES[i].name))
      return i;
  return -1;
}

const char *zg_field_name(zg_field f) { return FIELDS[f].name; }
uint32_t zg_field_slot(zg_field f) { return FIELDS[f].slot; }
unsigned zg_field_planes(zg_field f) { return FIELDS[f].planes; }
bool zg_field_numeric(zg_field f) { return FIELDS[f].numeric; }
const char *zg_measure_name(zg_measure_field m) { return MEASURES[m].name; }
uint32_t zg_measure_slot(zg_measure_field m) { return MEASURES[m].slot; }
int zg_measure_scale(zg_measure_field m) { return MEASURES[m].scale; }

/* The empty string counts as null: Xapian does not store empty values, so a
 * facet could not tell the two apart after a restart. */
static unsigned one(zg_str out[ZG_FIELD_MAX_PLANES], zg_str v) {
  if (!v.p || v.n == 0)
    return 0;
  out[0] = v;
  return 1;
}

static unsigned one_bool(zg_str out[ZG_FIELD_MAX_PLANES], bool v) {
  return one(out, v ? ZG_STR("true") : ZG_STR("false"));
}

static unsigned one_year(zg_str out[ZG_FIELD_MAX_PLANES], int year,
                         char scratch[24]) {
  if (year < 0)
    return 0;
  int n = snprintf(scratch, 24, "%d", year);
  return one(out, (zg_str){scratch, (size_t)n});
}

static unsigned categories(zg_str out[ZG_FIELD_MAX_PLANES],
                           const zg_finding *f) {
  unsigned n = one(out, f->category[0]);
  zg_str second = f->category[1];
  if (second.p && second.n && !(n == 1 && zg_str_eq(out[0], second)))
    out[n++] = second;
  return n;
}

unsigned zg_field_value_of_finding(const zg_finding *f, zg_field field,
                                   zg_str out[ZG_FIELD_MAX_PLANES],
                                   char scratch[24]) {
  switch (field) {
  case ZG_FIELD_UNIT:
    return one(out, f->unit);
  case ZG_FIELD_UNIT_LEVEL:
    return one(out, f->unit_level);
  case ZG_FIELD_REGION:
    return one(out, f->region);
  case ZG_FIELD_KIND:
    return one(out, f->kind);
  case ZG_FIELD_CATEGORY:
    return categories(out, f);
  case ZG_FIELD_STATUS:
    return one(out, zg_str_of(zg_state_name(f->status)));
  case ZG_FIELD_STATUS_SOURCE:
    return one(out, zg_str_of(zg_state_source_name(f->status_source)));
  case ZG_FIELD_YEAR:
    return one_year(out, f->year, scratch);
  case ZG_FIELD_ROUND:
    return one(out, f->round);
  case ZG_FIELD_INSPECTING_BODY:
    return one(out, f->inspecting_body);
  case ZG_FIELD_REPEAT:
    return one(out, zg_str_of(zg_repeat_name(f->repeat)));
  case ZG_FIELD_SUSTAIN:
    return one_bool(out, f->sustain);
  case ZG_FIELD_BULLETIN:
    return one(out, f->bulletin);
  case ZG_FIELD_HAS_DEADLINE:
    return one_bool(out, f->has_deadline);
  case ZG_FIELD_HAS_OWNER:
    return one_bool(out, f->has_owner);
  case ZG_FIELD_HAS_NUMBER:
    return one_bool(out, f->has_number);
  case ZG_FIELD_HAS_DOCUMENT:
    return one_bool(out, f->has_document);
  case ZG_FIELD_COUNT:
    break;
  }
  return 0;
}

unsigned zg_field_value_of_bulletin(const zg_bulletin *b, zg_field field,
                                    zg_str out[ZG_FIELD_MAX_PLANES],
                                    char scratch[24]) {
  switch (field) {
  case ZG_FIELD_UNIT:
    return b->n_units ? one(out, b->units[0]) : 0;
  case ZG_FIELD_UNIT_LEVEL:
    return one(out, b->unit_level);
  case ZG_FIELD_REGION:
    return one(out, b->region);
  case ZG_FIELD_KIND:
    return one(out, b->kind);
  case ZG_FIELD_YEAR:
    return one_year(out, b->year, scratch);
  case ZG_FIELD_ROUND:
    return one(out, b->round);
  case ZG_FIELD_INSPECTING_BODY:
    return one(out, b->inspecting_body);
  case ZG_FIELD_BULLETIN:
    return one(out, b->id);
  default: /* what only a finding has */
    return 0;
  }
}

int64_t zg_measure_value_of_finding(const zg_finding *f, zg_measure_field m) {
  switch (m) {
  case ZG_MEASURE_MONEY_RECOVERED:
    return zg_finding_money(f, ZG_MONEY_RECOVERED);
  case ZG_MEASURE_MONEY_ALLOCATED:
    return zg_finding_money(f, ZG_MONEY_ALLOCATED);
  case ZG_MEASURE_PEOPLE_HANDLED:
    return zg_finding_people_handled(f);
  case ZG_MEASURE_RULES_MADE:
    return f->rules_made;
  case ZG_MEASURE_MEASURES:
    return (int64_t)f->n_measures;
  case ZG_MEASURE_COUNT:
    break;
  }
  return 0;
}
