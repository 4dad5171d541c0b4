/* JSON in: a strict scan, then cJSON, then typed getters.
 *
 * cJSON 1.7.15 accepts duplicate keys, 01, 0x10, \u0000, bytes that are not
 * UTF-8, and loses integers beyond 2^53; so the text is scanned by RFC 8259
 * first.  An integer beyond 2^53 keeps its digits in the node's valuestring.
 * Getters leave *out alone when the member is absent or null, and name the
 * member in the error.  Any thread.
 */
#ifndef ZG_JSON_IN_H
#define ZG_JSON_IN_H

#include <cjson/cJSON.h>

#include "index/status.h"
#include "index/text.h"

#define ZG_JSON_DEPTH_MAX 32
/* A node of the tree takes some 80 bytes, its text as few as two. */
#define ZG_JSON_VALUES_MAX 200000

/* RFC 8259 and nothing more: well-formed UTF-8, no \u0000, no lone surrogate,
 * integers within int64, reals finite, depth <= ZG_JSON_DEPTH_MAX, at most
 * ZG_JSON_VALUES_MAX values, nothing behind the value.  *big counts the
 * integers beyond +-2^53 (NULL is legal). */
zg_status zg_json_scan(zg_str text, size_t *big, zg_error *err);
/* Scan, parse, refuse duplicate keys.  cJSON_Delete the tree. */
zg_status zg_json_parse(cJSON **out, zg_str text, zg_error *err);
/* The same; anything but an object is refused. */
zg_status zg_json_parse_object(cJSON **out, zg_str text, zg_error *err);

bool zg_in_given(const cJSON *obj, const char *name); /* present, even null */
/* Refuses members that are not in `names`. */
zg_status zg_in_only(const cJSON *obj, const char *const *names, size_t n,
                     zg_error *err);
/* Text is borrowed from the tree. */
zg_status zg_in_str(const cJSON *obj, const char *name, zg_str *out,
                    zg_error *err);
zg_status zg_in_bool(const cJSON *obj, const char *name, bool *out,
                     zg_error *err);
zg_status zg_in_int(const cJSON *obj, const char *name, int64_t min,
                    int64_t max, int64_t *out, zg_error *err);
/* A string, or an array of strings, as an array of at most `cap`. */
zg_status zg_in_strings(const cJSON *obj, const char *name, zg_str *out,
                        size_t cap, size_t *n, zg_error *err);
/* The array or object itself; NULL when absent or null. */
zg_status zg_in_array(const cJSON *obj, const char *name, const cJSON **out,
                      zg_error *err);
zg_status zg_in_object(const cJSON *obj, const char *name, const cJSON **out,
                       zg_error *err);
/* Exact integer of a number node; false when it has a fraction. */
bool zg_in_exact(const cJSON *number, int64_t *out);
#endif
