/* The facet tables in one file, so that a start need not read them from the
 * index's value streams.  Derived data: a file that is lost, torn, of another
 * index or of another version of the program is not used, nothing more.
 *
 * What is stored is the dictionaries, the live documents and the columns;
 * bitmaps and cubes are made from them while loading (table_bulk.c), which is
 * as fast as reading them, and so they cannot contradict the columns.
 *
 *   header   64 + 64 bytes: magic, version, mark of the fields and measures,
 *            uuid, generation, length and XXH3-64 of the body; XXH3-64 of the
 *            header
 *   body     a dictionary per field; the findings; the bulletins
 *
 * Numbers are little-endian, parts begin at multiples of eight.
 */
#ifndef ZG_TABLE_IMAGE_H
#define ZG_TABLE_IMAGE_H

#include "index/table.h"

/* Writes path.tmp, syncs it and renames it to `path`.  Any thread that holds
 * the tables. */
zg_status zg_table_image_save(const char *path, const char uuid[40],
                              uint64_t generation, const zg_table *findings,
                              const zg_table *bulletins,
                              const zg_table_dicts *dicts, zg_error *err);

/* *generation is that of the tables: of a builder that starts from them they
 * are as good a base as those that were saved.  `dicts_empty` is filled, and
 * left empty on failure.  ZG_NOT_FOUND: there is no file; ZG_CORRUPT: the file
 * is not this index's, or damaged; whatever its bytes are, nothing of it is
 * believed unchecked. */
zg_status zg_table_image_load(const char *path, const char uuid[40],
                              uint64_t *generation, zg_table_dicts *dicts_empty,
                              zg_table **findings, zg_table **bulletins,
                              zg_error *err);
#endif
