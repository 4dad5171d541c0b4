/* A ready finding: a line of an import to a zg_finding.
 *
 * The members are those that the API shows of a finding (json_out.h), so that
 * an exported line comes in again as it went out.  A member that stands in the
 * line, even as null or [], is taken as it is; facts that are not named are
 * read from the text (zg_parse_facts).
 */
#ifndef ZG_FINDING_IN_H
#define ZG_FINDING_IN_H

#include "daemon/json_in.h"
#include "index/parser.h"

/* The finding borrows from the tree and the arena.  ZG_INVALID names the
 * member. */
zg_status zg_finding_in(zg_finding **out, const cJSON *obj, zg_arena *arena,
                        const zg_parser *parser, zg_error *err);
#endif
