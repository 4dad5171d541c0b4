/* What people read instead of the API's ids: categories, statuses, levels,
 * fields, metrics.  An unknown id is shown as it is.
 */
#ifndef ZG_CLI_LABELS_H
#define ZG_CLI_LABELS_H

#include "tools/cli/cli.h"

/* The names of the categories as the daemon has them loaded; the default ones
 * when it does not say.  zg_names_new NULL: labels are ids then. */
typedef struct zg_names zg_names;
zg_names *zg_names_new(void);
void zg_names_free(zg_names *n);

/* "c11" -> "财务制度" (no id in front); NULL if there is none. */
const char *zg_label_category(const zg_cli *cli, const char *id);
/* Value of a facet field: "c11 财务制度", "已完成", "县级", "是" ...; NULL
 * value is "（无）". Returns a borrowed string or one written into scratch. */
const char *zg_label_value(const zg_cli *cli, const char *field,
                           const char *value, char *scratch, size_t size);
const char *zg_label_field(const zg_cli *cli, const char *field);
/* "sum:money_recovered" -> "追缴金额(元)合计". */
const char *zg_label_metric(const zg_cli *cli, const char *metric,
                            char *scratch, size_t size);
/* Warning code of the parser in words; the code itself if it is new. */
const char *zg_label_warning(const zg_cli *cli, const char *code);
/* Colour that goes with a status. */
zg_colour zg_label_status_colour(const char *status);

#endif
