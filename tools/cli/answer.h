/* Short hands for reading the daemon's answers with cJSON: a member that is
 * not there, or of another type, is NULL, 0 or the default. */
#ifndef ZG_CLI_ANSWER_H
#define ZG_CLI_ANSWER_H

#include <cjson/cJSON.h>

static inline const cJSON *zg_member(const cJSON *o, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(o, name);
}
static inline const char *zg_text(const cJSON *o, const char *name) {
  return cJSON_GetStringValue(zg_member(o, name));
}
static inline double zg_number(const cJSON *o, const char *name,
                               double otherwise) {
  const cJSON *v = zg_member(o, name);
  return cJSON_IsNumber(v) ? v->valuedouble : otherwise;
}

#endif
