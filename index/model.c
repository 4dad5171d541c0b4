#include "index/model.h"

const char *zg_state_name(zg_state s) {
  static const char *const names[] = {
#define X(sym, name, zh) name,
      ZG_STATE_TABLE(X)
#undef X
  };
  return s >= 0 && s < ZG_STATE_COUNT ? names[s] : "unknown";
}

int zg_state_of(zg_str name) {
  for (int s = 0; s < ZG_STATE_COUNT; s++)
    if (zg_str_is(name, zg_state_name((zg_state)s)))
      return s;
  return -1;
}

const char *zg_state_source_name(zg_state_source s) {
  static const char *const names[] = {
#define X(sym, name) name,
      ZG_STATE_SOURCE_TABLE(X)
#undef X
  };
  return s >= 0 && s < ZG_STATE_SOURCE_COUNT ? names[s] : "none";
}

int zg_state_source_of(zg_str name) {
  for (int s = 0; s < ZG_STATE_SOURCE_COUNT; s++)
    if (zg_str_is(name, zg_state_source_name((zg_state_source)s)))
      return s;
  return -1;
}

const char *zg_repeat_name(zg_repeat r) {
  static const char *const names[] = {
#define X(sym, name, zh) name,
      ZG_REPEAT_TABLE(X)
#undef X
  };
  return r >= 0 && r < ZG_REPEAT_COUNT ? names[r] : "none";
}

int zg_repeat_of_name(zg_str name) {
  for (int r = 0; r < ZG_REPEAT_COUNT; r++)
    if (zg_str_is(name, zg_repeat_name((zg_repeat)r)))
      return r;
  return -1;
}

const char *zg_category_source_name(zg_category_source s) {
  static const char *const names[] = {
#define X(sym, name) name,
      ZG_CATEGORY_SOURCE_TABLE(X)
#undef X
  };
  return s >= 0 && s < ZG_CATEGORY_SOURCE_COUNT ? names[s] : "none";
}

int zg_category_source_of(zg_str name) {
  for (int s = 0; s < ZG_CATEGORY_SOURCE_COUNT; s++)
    if (zg_str_is(name, zg_category_source_name((zg_category_source)s)))
      return s;
  return -1;
}

const char *zg_place_name(zg_place p) {
  static const char *const names[] = {
#define X(sym, name) name,
      ZG_PLACE_TABLE(X)
#undef X
  };
  return p >= 0 && p < ZG_PLACE_COUNT ? names[p] : "head";
}

const char *zg_money_kind_name(zg_money_kind k) {
  static const char *const names[] = {
#define X(sym, name) name,
      ZG_MONEY_TABLE(X)
#undef X
  };
  return (size_t)k < sizeof names / sizeof *names ? names[k] : "other";
}

const char *zg_people_kind_name(zg_people_kind k) {
  static const char *const names[] = {
#define X(sym, name) name,
      ZG_PEOPLE_TABLE(X)
#undef X
  };
  return (size_t)k < sizeof names / sizeof *names ? names[k] : "other";
}

static int64_t add_saturating(int64_t a, int64_t b) {
  int64_t sum;
  if (__builtin_add_overflow(a, b, &sum))
    return b < 0 ? INT64_MIN : INT64_MAX;
  return sum;
}

int64_t zg_finding_money(const zg_finding *f, zg_money_kind kind) {
  int64_t sum = 0;
  for (size_t i = 0; i < f->n_money; i++)
    if (f->money[i].kind == kind && !f->money[i].part)
      sum = add_saturating(sum, f->money[i].fen);
  return sum;
}

int64_t zg_finding_people_handled(const zg_finding *f) {
  int64_t sum = 0;
  for (size_t i = 0; i < f->n_people; i++)
    if (f->people[i].kind == ZG_PEOPLE_HANDLED && !f->people[i].part)
      sum = add_saturating(sum, f->people[i].n);
  return sum;
}
