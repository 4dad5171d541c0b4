/* What the daemon says of a bulletin, in the words of people: classes,
 * warnings, errors, in Chinese or English. */
#ifndef ZG_CLI_EXPLAIN_H
#define ZG_CLI_EXPLAIN_H

#include "tools/cli/document.h"
#include <cjson/cJSON.h>

/* X(symbol, API name, Chinese, English) */
#define ZG_CLASS_TABLE(X)                                                      \
  X(SINGLE, "single_unit", "单位整改通报", "bulletin of one body")             \
  X(MULTI, "multi_unit", "多单位整改通报", "bulletin of several bodies")       \
  X(ROUND, "round_summary", "一轮巡察整改综述", "summary of a round")          \
  X(AUDIT, "audit_report", "审计整改报告", "audit rectification report")       \
  X(NOTICE, "table_notice", "整改情况清单", "table notice")                    \
  X(TEMPLATE, "template", "样表（脱敏）", "template")                          \
  X(OTHER, "other", "其他", "other")
typedef enum zg_class {
#define X(sym, name, zh, en) ZG_CLASS_##sym,
  ZG_CLASS_TABLE(X)
#undef X
      ZG_CLASS_COUNT
} zg_class;
zg_class zg_explain_class(const char *name);
const char *zg_class_name(zg_class c);
const char *zg_class_label(const zg_cli *cli, zg_class c);

/* The message of an error object in the language of `cli`, and its group.
 * `coded`: with the code behind it, where the words do not say the same. */
zg_reason zg_explain_error(const zg_cli *cli, const cJSON *error, bool coded,
                           char *message, size_t size);

/* From this weight on a bulletin deserves a look. */
#define ZG_LOOK_WEIGHT 2.0
/* Why, joined by "；", and how much.  `answer`: its line of an import; `d`:
 * the file that it was made of, or NULL. */
double zg_explain_bulletin(const zg_cli *cli, const cJSON *answer,
                           const zg_document *d, zg_buf *why);

#endif
