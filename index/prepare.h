/* From a finding or a bulletin to what is stored: the Xapian document, the
 * forward text, the facet values.  Pure; the thread that owns the analyser.
 */
#ifndef ZG_PREPARE_H
#define ZG_PREPARE_H

#include "index/analyse.h"
#include "index/schema.h"
#include "index/table.h"
#include "index/xapian_shim.h"

/* Bytes of one facet value. */
#define ZG_FACET_MAX 512
/* Bytes of one stored record. */
#define ZG_RECORD_MAX ((size_t)16 << 20)

typedef struct zg_prepared {
  zg_xdoc doc;
  zg_str forward; /* findings only */
  zg_str record;  /* findings only; doc.data is its head */
  bool bulletin;
  size_t bytes; /* of memory, about; what queues and transactions count */
} zg_prepared;

/* All of *out lives in the arena.  ZG_INVALID (id, text that is not UTF-8, a
 * facet value that is too long) or ZG_TOO_LARGE. */
zg_status zg_prepare_finding(zg_prepared *out, zg_arena *arena, zg_analyser *a,
                             const zg_finding *f, zg_error *err);
zg_status zg_prepare_bulletin(zg_prepared *out, zg_arena *arena,
                              const zg_bulletin *b, zg_error *err);
/* Terms and forward text of a finding; borrowed from the analyser. */
zg_status zg_prepare_analysis(zg_analysis *out, zg_analyser *a,
                              const zg_finding *f, zg_error *err);
/* An id that may be stored: 1..ZG_ID_MAX bytes of UTF-8, no control
 * characters; else ZG_INVALID "invalid_id". */
zg_status zg_prepare_check_id(zg_str id, const char *param, zg_error *err);
/* A term of `prefix` and an id. */
zg_str zg_prepare_id_term(char out[256], const char *prefix, zg_str id);

/* Puts one stored value of a document into a builder: the same code for a new
 * document and for the rebuild at start.  Unknown slots are left alone. */
zg_status zg_prepare_facet(zg_table_builder *b, uint32_t docid, uint32_t slot,
                           zg_str value, zg_error *err);

#endif
