/* A parsed bulletin at a glance: what was recognised, what was inferred and
 * what is doubtful, as a tree that can be checked in half a minute. */
#ifndef ZG_CLI_TREE_H
#define ZG_CLI_TREE_H

#include "tools/cli/cli.h"
#include <cjson/cJSON.h>

/* `answer`: {"bulletin":{…}} or the bulletin itself; its `text`, if there, is
 * quoted where something is doubtful. */
void zg_tree_print(const zg_cli *cli, const cJSON *answer);

#endif
