/* What an import tells at its end: what went in, what was refused and why,
 * which bulletins deserve a look, and what to do next.  On standard error for
 * people, as one JSON object for programs.
 */
#ifndef ZG_CLI_REPORT_H
#define ZG_CLI_REPORT_H

#include "tools/cli/document.h"
#include "tools/cli/input.h"

typedef struct zg_report zg_report;

zg_report *zg_report_new(const zg_cli *cli, bool dry_run); /* NULL: no memory */
void zg_report_free(zg_report *r);

/* A file, or a line of one (0: all of it), that did not go in. */
void zg_report_refused(zg_report *r, const char *path, uint32_t line,
                       zg_reason reason, const char *message);
/* The daemon's error object about it. */
void zg_report_error(zg_report *r, const char *path, uint32_t line,
                     const cJSON *error);
/* The daemon's answer to a line that went in.  `d`: of what it was made, NULL
 * if it was JSON. */
void zg_report_taken(zg_report *r, zg_sent sent, const char *path,
                     const cJSON *answer, const zg_document *d);

uint64_t zg_report_failed(const zg_report *r);
void zg_report_print(zg_report *r, double seconds);
void zg_report_json(zg_report *r, double seconds);

#endif
