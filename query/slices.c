/* A filter as conditions on single fields, where it is a conjunction of such:
 * what a cube can answer. */
#include "query/tally_private.h"

#include <stdlib.h>

void zg_slices_free(zg_slices *s) {
  for (unsigned i = 0; i < s->n; i++)
    free(s->at[i].allowed);
  s->n = 0;
}

const zg_slice *zg_slice_on(const zg_slices *s, zg_field f) {
  for (unsigned i = 0; i < s->n; i++)
    if (s->at[i].field == f)
      return &s->at[i];
  return NULL;
}

static void allow(const zg_table *t, const zg_filter *f, bool *set,
                  uint32_t n) {
  switch (f->kind) {
  case ZG_FILTER_VALUES:
    for (size_t i = 0; i < f->n_values; i++)
      set[zg_table_ordinal(t, f->field, f->values[i])] = true;
    set[0] = false; /* a value that nobody has */
    break;
  case ZG_FILTER_RANGE:
    for (uint32_t o = 1; o < n; o++) {
      int64_t v = zg_table_number(t, f->field, o);
      set[o] = v >= f->low && v <= f->high;
    }
    break;
  default: /* EXISTS */
    for (uint32_t o = 1; o < n; o++)
      set[o] = true;
    break;
  }
}

/* *fits becomes false when a cube cannot express the condition.  Two conditions
 * on one field meet in one slice, unless a finding may meet them by different
 * values. */
static zg_status add(zg_tally_work *w, const zg_filter *f, bool *fits,
                     zg_error *err) {
  const zg_table *t = w->job->table;
  zg_slices *s = &w->slices;
  uint32_t n = zg_table_ordinals(t, f->field);
  zg_slice *old = (zg_slice *)zg_slice_on(s, f->field);
  if ((old && zg_field_planes(f->field) > 1) ||
      (!old && s->n == ZG_CUBE_DIMS)) {
    *fits = false;
    return ZG_OK;
  }
  bool *set = calloc(n + 1, sizeof *set);
  if (!set)
    return zg_fail_nomem(err);
  allow(t, f, set, n);
  if (!old) {
    old = &s->at[s->n++];
    *old = (zg_slice){f->field, set, 0};
  } else {
    for (uint32_t o = 0; o < n; o++)
      old->allowed[o] = old->allowed[o] && set[o];
    free(set);
  }
  old->n = 0;
  for (uint32_t o = 0; o < n; o++)
    old->n += old->allowed[o];
  return ZG_OK;
}

static zg_status take(zg_tally_work *w, const zg_filter *f, bool *fits,
                      zg_error *err) {
  zg_status st = ZG_OK;
  if (!f || !*fits)
    return ZG_OK;
  if (f->kind == ZG_FILTER_AND) {
    for (size_t i = 0; i < f->n_kids && st == ZG_OK; i++)
      st = take(w, f->kids[i], fits, err);
    return st;
  }
  bool condition = f->kind == ZG_FILTER_VALUES || f->kind == ZG_FILTER_RANGE ||
                   f->kind == ZG_FILTER_EXISTS;
  if (condition && !f->is_measure)
    return add(w, f, fits, err);
  *fits = false;
  return ZG_OK;
}

zg_status zg_slices_of(zg_tally_work *w, zg_error *err) {
  const zg_tally_job *job = w->job;
  bool fits = job->whole;
  zg_status st = take(w, job->where, &fits, err);
  if (st == ZG_OK && job->also)
    st = take(w, job->also_where, &fits, err);
  w->sliced = fits;
  return st;
}
