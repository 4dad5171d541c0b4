/* How many findings went from which categories to which: what a
 * re-classification answers.  One thread at a time. */
#ifndef ZG_RECLASS_MOVES_H
#define ZG_RECLASS_MOVES_H

#include "daemon/json_out.h"
#include "index/model.h"

typedef struct zg_moves zg_moves;
typedef struct zg_move zg_move;

zg_moves *zg_moves_new(void);
void zg_moves_free(zg_moves *m); /* NULL is legal */
/* The row of this change, made when it is new; NULL: no memory. */
zg_move *zg_moves_row(zg_moves *m, const zg_finding *from,
                      const zg_finding *to);
void zg_move_count(zg_move *row);
/* [{"from":["c05"],"to":["c06","c22"],"count":3},...], most first; rows that
 * were never counted are left out. */
void zg_moves_render(zg_json *j, zg_moves *m);

#endif
