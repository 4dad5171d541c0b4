#include "index/reconcile.h"

/* A printed rate is rounded to one or two digits. */
#define RATE_TOLERANCE 0.1

const char *zg_check_name(zg_check_kind k) {
  static const char *const names[] = {
#define X(sym, name, code) name,
      ZG_CHECK_TABLE(X)
#undef X
  };
  return k >= 0 && k < ZG_CHECK_COUNT ? names[k] : "";
}

const char *zg_check_code(zg_check_kind k) {
  static const char *const codes[] = {
#define X(sym, name, code) code,
      ZG_CHECK_TABLE(X)
#undef X
  };
  return k >= 0 && k < ZG_CHECK_COUNT ? codes[k] : NULL;
}

int64_t zg_declared_state(const zg_declared *d, zg_state s) {
  switch (s) {
  case ZG_STATE_DONE:
    return d->done;
  case ZG_STATE_BASICALLY_DONE:
    return d->basically_done;
  case ZG_STATE_PHASED:
    return d->phased;
  case ZG_STATE_IN_PROGRESS:
    return d->in_progress;
  case ZG_STATE_LONG_TERM:
    return d->long_term;
  case ZG_STATE_DEFERRED:
    return d->deferred;
  case ZG_STATE_NOT_DONE:
    return d->not_done;
  case ZG_STATE_TRANSFERRED:
    return d->transferred;
  default:
    return -1;
  }
}

static bool same_rate(double a, double b) {
  double gap = a > b ? a - b : b - a;
  return gap <= RATE_TOLERANCE;
}

static double percent(int64_t part, int64_t whole) {
  return 100.0 * (double)part / (double)whole;
}

/* The states partition the declared problems when the done ones are among
 * them; a text that names only what goes on declares no sum. */
static bool sum_of(const zg_declared *d, int64_t *sum) {
  *sum = 0;
  for (int s = 0; s < ZG_STATE_COUNT; s++) {
    int64_t n = zg_declared_state(d, (zg_state)s);
    *sum += n > 0 ? n : 0;
  }
  return d->problems > 0 && d->done >= 0;
}

/* Findings that say more of a state than the text declares for it.  Where more
 * findings are numbered than problems declared, the surplus may be any of
 * them. */
static size_t states_of(const zg_declared *d, const zg_parsed_counts *parsed,
                        const int64_t states[ZG_STATE_COUNT], zg_check *out) {
  size_t n = 0;
  int64_t surplus = d->problems >= 0 && parsed->findings > d->problems
                        ? parsed->findings - d->problems
                        : 0;
  for (int s = 0; s < ZG_STATE_COUNT; s++) {
    int64_t said = zg_declared_state(d, (zg_state)s);
    if (said >= 0 && states[s] > said + surplus)
      out[n++] = (zg_check){.kind = ZG_CHECK_STATES,
                            .of = zg_str_of(zg_state_name((zg_state)s)),
                            .declared = (double)said,
                            .found = (double)states[s],
                            .span = d->span};
  }
  return n;
}

static size_t series_of(const zg_declared *d, zg_check *out) {
  size_t n = 0;
  for (size_t i = 0; i < d->n_series && n < ZG_SERIES_CHECKED; i++) {
    const zg_series *s = &d->series[i];
    if (s->rate < 0 || s->total <= 0 || s->done < 0)
      continue;
    double found = percent(s->done, s->total);
    out[n++] = (zg_check){ZG_CHECK_SERIES, s->name, same_rate(s->rate, found),
                          s->rate,         found,   s->span};
  }
  return n;
}

size_t zg_reconcile(const zg_declared *d, const zg_parsed_counts *parsed,
                    const int64_t states[ZG_STATE_COUNT],
                    zg_check out[ZG_CHECKS_MAX]) {
  size_t n = 0;
  int64_t sum;
  if (d->problems >= 0 && parsed->findings > 0)
    out[n++] = (zg_check){ZG_CHECK_PROBLEMS,
                          ZG_STR_NULL,
                          d->problems == parsed->findings,
                          (double)d->problems,
                          (double)parsed->findings,
                          d->span};
  if (sum_of(d, &sum))
    out[n++] = (zg_check){ZG_CHECK_SUM,        ZG_STR_NULL, d->problems == sum,
                          (double)d->problems, (double)sum, d->span};
  if (d->rate >= 0 && d->problems > 0 && d->done >= 0) {
    double found = percent(d->done, d->problems);
    out[n++] = (zg_check){ZG_CHECK_RATE, ZG_STR_NULL, same_rate(d->rate, found),
                          d->rate,       found,       d->span};
  }
  n += states_of(d, parsed, states, out + n);
  n += series_of(d, out + n);
  if (d->measures >= 0 && parsed->findings > 0)
    out[n++] = (zg_check){ZG_CHECK_MEASURES,
                          ZG_STR_NULL,
                          d->measures == parsed->measures,
                          (double)d->measures,
                          (double)parsed->measures,
                          d->span};
  return n;
}
