/* "sum:money_recovered" and its kin. */
#include "query/aggregate.h"

#include <stdio.h>

typedef struct op_row {
  const char *name;
  zg_metric_op op;
  enum { ARG_NONE, ARG_MEASURE, ARG_FIELD, ARG_FILTER } arg;
} op_row;

static const op_row OPS[] = {
    {"count", ZG_METRIC_COUNT, ARG_NONE},
    {"sum", ZG_METRIC_SUM, ARG_MEASURE},
    {"avg", ZG_METRIC_AVG, ARG_MEASURE},
    {"min", ZG_METRIC_MIN, ARG_MEASURE},
    {"max", ZG_METRIC_MAX, ARG_MEASURE},
    {"distinct", ZG_METRIC_DISTINCT, ARG_FIELD},
    {"share", ZG_METRIC_SHARE, ARG_NONE},
    {"rate", ZG_METRIC_RATE, ARG_FILTER},
};

static int cut(zg_str s) {
  return (int)(s.n < 60 ? s.n : zg_utf8_floor(s.p, 60));
}

static zg_status bad_arg(zg_str text, const op_row *op, zg_str arg,
                         zg_error *err) {
  char names[320] = "";
  size_t n = 0;
  if (op->arg == ARG_NONE)
    return zg_fail(err, ZG_INVALID, "invalid_metric", "metrics",
                   "metrics: '%.*s': %s takes no argument", cut(text), text.p,
                   op->name);
  if (op->arg == ARG_FILTER)
    return zg_fail(err, ZG_INVALID, "invalid_metric", "metrics",
                   "metrics: '%.*s': write rate:FILTER, as rate:status=done",
                   cut(text), text.p);
  int count = op->arg == ARG_MEASURE ? (int)ZG_MEASURE_COUNT : ZG_FIELD_COUNT;
  for (int i = 0; i < count; i++)
    n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "",
                          op->arg == ARG_MEASURE
                              ? zg_measure_name((zg_measure_field)i)
                              : zg_field_name((zg_field)i));
  return zg_fail(err, ZG_INVALID, "invalid_metric", "metrics",
                 "metrics: '%.*s' is no %s; %s takes one of %s", cut(arg),
                 arg.p ? arg.p : "",
                 op->arg == ARG_MEASURE ? "measure" : "facet field", op->name,
                 names);
}

static zg_status read_arg(zg_str text, const op_row *op, bool has_arg,
                          zg_str arg, zg_metric *out, zg_error *err) {
  int found = -1;
  switch (op->arg) {
  case ARG_NONE:
    return has_arg ? bad_arg(text, op, arg, err) : ZG_OK;
  case ARG_FILTER:
    if (arg.n == 0)
      return bad_arg(text, op, arg, err);
    out->filter = arg;
    return ZG_OK;
  case ARG_MEASURE:
    found = zg_measure_of(arg);
    out->measure = found >= 0 ? (zg_measure_field)found : 0;
    break;
  case ARG_FIELD:
    found = zg_field_of(arg);
    out->field = found >= 0 ? (zg_field)found : 0;
    break;
  }
  return found >= 0 ? ZG_OK : bad_arg(text, op, arg, err);
}

zg_status zg_metric_parse(zg_str text, zg_metric *out, zg_error *err) {
  memset(out, 0, sizeof *out);
  const char *colon = text.n ? memchr(text.p, ':', text.n) : NULL;
  zg_str name = text, arg = ZG_STR_NULL;
  if (colon) {
    name.n = (size_t)(colon - text.p);
    arg = (zg_str){colon + 1, text.n - name.n - 1};
  }
  for (size_t i = 0; i < sizeof OPS / sizeof *OPS; i++) {
    if (!zg_str_is(name, OPS[i].name))
      continue;
    out->op = OPS[i].op;
    out->name = text;
    return read_arg(text, &OPS[i], colon != NULL, arg, out, err);
  }
  return zg_fail(err, ZG_INVALID, "invalid_metric", "metrics",
                 "metrics: unknown metric '%.*s'; known: count, sum, avg, min, "
                 "max, distinct, share, rate",
                 cut(text), text.p ? text.p : "");
}
