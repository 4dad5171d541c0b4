/* A parsed bulletin as a tree: what the parser found, for people to check. */
#ifndef ZG_CLI_BULLETIN_H
#define ZG_CLI_BULLETIN_H

#include "tools/cli/cli.h"
#include <cjson/cJSON.h>

/* "追缴 12.4 万元；批评教育 3 人次；制度 2 项；《…》" appended to b. */
void zg_finding_figures(const zg_cli *cli, const cJSON *finding, zg_buf *b);

/* `answer`: {"bulletin":{…}} or the bulletin itself. */
void zg_bulletin_print(const zg_cli *cli, const cJSON *answer);
void zg_finding_print(const zg_cli *cli, const cJSON *finding, int indent);

#endif
