/* Reading the taxonomy's file again while the daemon runs.
 *
 * The file is read and its index built on a worker; the loop then puts the new
 * taxonomy in the place of the old.  Only the loop touches that place, and a
 * request takes its reference there when it begins, so that it sees one
 * taxonomy from end to end and nothing is locked.  A file with a fault changes
 * nothing.
 *
 * One reload at a time: who asks while one runs gets the next, which may see a
 * newer file.  Loop thread.
 */
#ifndef ZG_RELOAD_H
#define ZG_RELOAD_H

#include "daemon/exchange.h"

typedef struct zg_reload zg_reload;
zg_status zg_reload_new(zg_reload **out, zg_app *app, zg_error *err);
/* After the pool was drained. */
void zg_reload_free(zg_reload *r);
/* `x` gets the answer; NULL (SIGHUP): the log alone. */
void zg_reload_start(zg_reload *r, zg_exchange *x);

#endif
