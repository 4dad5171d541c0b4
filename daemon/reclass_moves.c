#include "daemon/reclass_moves.h"

#include <stdlib.h>
#include <uthash.h>

struct zg_move {
  UT_hash_handle hh;
  uint64_t count;
  size_t n_key;
  char key[]; /* four ids, each with its NUL; an absent one is empty */
};

struct zg_moves {
  zg_move *rows;
};

zg_moves *zg_moves_new(void) { return calloc(1, sizeof(zg_moves)); }

void zg_moves_free(zg_moves *m) {
  zg_move *row, *next;
  if (!m)
    return;
  HASH_ITER(hh, m->rows, row, next) {
    HASH_DELETE(hh, m->rows, row);
    free(row);
  }
  free(m);
}

zg_move *zg_moves_row(zg_moves *m, const zg_finding *from,
                      const zg_finding *to) {
  const zg_str ids[4] = {from->category[0], from->category[1], to->category[0],
                         to->category[1]};
  size_t n = 0;
  for (int i = 0; i < 4; i++)
    n += ids[i].n + 1;
  zg_move *row = calloc(1, sizeof *row + n), *there = NULL;
  if (!row)
    return NULL;
  for (int i = 0; i < 4; i++) {
    if (ids[i].n)
      memcpy(row->key + row->n_key, ids[i].p, ids[i].n);
    row->n_key += ids[i].n + 1;
  }
  HASH_FIND(hh, m->rows, row->key, row->n_key, there);
  if (there) {
    free(row);
    return there;
  }
  HASH_ADD_KEYPTR(hh, m->rows, row->key, row->n_key, row);
  return row;
}

void zg_move_count(zg_move *row) { row->count++; }

static int most_first(const zg_move *a, const zg_move *b) {
  if (a->count != b->count)
    return a->count > b->count ? -1 : 1;
  size_t n = a->n_key < b->n_key ? a->n_key : b->n_key;
  int c = memcmp(a->key, b->key, n);
  return c ? c : (a->n_key > b->n_key) - (a->n_key < b->n_key);
}

static const char *render_ids(zg_json *j, const char *name, const char *p) {
  zg_json_key(j, name);
  zg_json_open(j, '[');
  for (int i = 0; i < 2; i++) {
    if (*p)
      zg_json_cstr(j, p);
    p += strlen(p) + 1;
  }
  zg_json_close(j, ']');
  return p;
}

void zg_moves_render(zg_json *j, zg_moves *m) {
  HASH_SORT(m->rows, most_first);
  zg_json_open(j, '[');
  for (const zg_move *row = m->rows; row; row = row->hh.next) {
    if (!row->count)
      continue;
    zg_json_open(j, '{');
    render_ids(j, "to", render_ids(j, "from", row->key));
    zg_json_key(j, "count");
    zg_json_uint(j, row->count);
    zg_json_close(j, '}');
  }
  zg_json_close(j, ']');
}
