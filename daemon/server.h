/* The daemon's loop: listeners, signals, the tick, the orderly end.
 *
 * Only main starts a server.  Ends on SIGTERM or SIGINT: listeners close, what
 * is in flight is finished, after at most seven seconds the rest is cut, and
 * the writer applies what it has.  If that takes longer than nine seconds in
 * all, SIGALRM comes, and main leaves at once: nothing that waits then was
 * acknowledged, and the index is as safe as from a kill -9.
 */
#ifndef ZG_SERVER_H
#define ZG_SERVER_H

#include "daemon/options.h"

/* Opens the store, listens, prints the ready line to standard output, runs
 * until it is told to end. */
zg_status zg_server_run(const zg_options *options, zg_error *err);
#endif
