/* Xapian's own ranking, to compare ours with: a database that has the live
 * documents of a snapshot and no others, made anew from their records. */
#ifndef ORACLE_H
#define ORACLE_H

#include "index/store.h"
#include "tests/unit/oracle_xapian.h"

/* Ends the test on failure. */
oracle *oracle_new(zg_snapshot *snap, zg_analyser *a);

#endif
