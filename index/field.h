/* The facet fields and the summable measures: one table from which the
 * schema's value slots, the columns, the filter language and the API names
 * come.  To add a facet: a line here (a new slot number, never a used one), its
 * value in field.c's zg_field_value_of_finding, a test.
 */
#ifndef ZG_FIELD_H
#define ZG_FIELD_H

#include "index/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(symbol, api name, Xapian slot, planes (values a finding can have),
 *   numeric (ordered by number, not by bytes), Chinese label) */
#define ZG_FIELD_TABLE(X)                                                      \
  X(UNIT, "unit", 1, 1, false, "单位")                                         \
  X(UNIT_LEVEL, "unit_level", 2, 1, false, "层级")                             \
  X(REGION, "region", 3, 1, false, "地区")                                     \
  X(KIND, "kind", 4, 1, false, "监督类型")                                     \
  X(CATEGORY, "category", 5, 2, false, "问题类别")                             \
  X(STATUS, "status", 6, 1, false, "整改状态")                                 \
  X(STATUS_SOURCE, "status_source", 7, 1, false, "状态依据")                   \
  X(YEAR, "year", 8, 1, true, "年份")                                          \
  X(ROUND, "round", 9, 1, false, "轮次")                                       \
  X(INSPECTING_BODY, "inspecting_body", 10, 1, false, "巡视巡察机构")          \
  X(REPEAT, "repeat", 11, 1, false, "重复发生")                                \
  X(SUSTAIN, "sustain", 12, 1, false, "长期坚持")                              \
  X(BULLETIN, "bulletin", 13, 1, false, "通报")                                \
  X(HAS_DEADLINE, "has_deadline", 14, 1, false, "有时限")                      \
  X(HAS_OWNER, "has_owner", 15, 1, false, "有责任人")                          \
  X(HAS_NUMBER, "has_number", 16, 1, false, "有数字")                          \
  X(HAS_DOCUMENT, "has_document", 17, 1, false, "有文件")

typedef enum zg_field {
#define X(sym, name, slot, planes, numeric, zh) ZG_FIELD_##sym,
  ZG_FIELD_TABLE(X)
#undef X
      ZG_FIELD_COUNT
} zg_field;
#define ZG_FIELD_MAX_PLANES 2

/* X(symbol, api name, slot, scale (stored integer / scale = API number),
 * label). Money is stored in fen. */
#define ZG_MEASURE_TABLE(X)                                                    \
  X(MONEY_RECOVERED, "money_recovered", 20, 100, "追缴金额(元)")               \
  X(MONEY_ALLOCATED, "money_allocated", 21, 100, "投入金额(元)")               \
  X(PEOPLE_HANDLED, "people_handled", 22, 1, "处理人次")                       \
  X(RULES_MADE, "rules_made", 23, 1, "建章立制数")                             \
  X(MEASURES, "measures", 24, 1, "整改措施数")
typedef enum zg_measure_field {
#define X(sym, name, slot, scale, zh) ZG_MEASURE_##sym,
  ZG_MEASURE_TABLE(X)
#undef X
      ZG_MEASURE_COUNT
} zg_measure_field;

int zg_field_of(zg_str name);   /* zg_field or -1 */
int zg_measure_of(zg_str name); /* zg_measure_field or -1 */
const char *zg_field_name(zg_field f);
uint32_t zg_field_slot(zg_field f);
unsigned zg_field_planes(zg_field f);
bool zg_field_numeric(zg_field f);
const char *zg_measure_name(zg_measure_field m);
uint32_t zg_measure_slot(zg_measure_field m);
int zg_measure_scale(zg_measure_field m);

/* Values of a finding: up to zg_field_planes(f) strings into out, returns how
 * many (0: null).  Booleans are "true"/"false", numbers decimal.  Text is
 * borrowed from the finding or from `scratch` (>= 24 bytes). */
unsigned zg_field_value_of_finding(const zg_finding *f, zg_field field,
                                   zg_str out[ZG_FIELD_MAX_PLANES],
                                   char scratch[24]);
/* The fields a bulletin has of its own (unit .. year, round, inspecting_body,
 * bulletin); 0 for the others. */
unsigned zg_field_value_of_bulletin(const zg_bulletin *b, zg_field field,
                                    zg_str out[ZG_FIELD_MAX_PLANES],
                                    char scratch[24]);
int64_t zg_measure_value_of_finding(const zg_finding *f, zg_measure_field m);

#ifdef __cplusplus
}
#endif
#endif
