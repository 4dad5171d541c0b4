/* A bulletin as a request brings it: JSON members to parse hints. */
#ifndef ZG_BULLETIN_IN_H
#define ZG_BULLETIN_IN_H

#include "daemon/json_in.h"
#include "index/parser.h"

/* Text and hints are borrowed from the tree.  Refuses unknown members. */
zg_status zg_bulletin_in(const cJSON *obj, zg_str *text, zg_parse_hints *hints,
                         zg_error *err);
/* YYYY, YYYY-MM or YYYY-MM-DD; `name` goes into the error. */
zg_status zg_in_date(const char *name, zg_str date, zg_error *err);
#endif
