/* Files of the data directory: what several of its rooms do with them. */
#ifndef ZG_FILES_H
#define ZG_FILES_H

#include <stdint.h>

#include "index/status.h"

/* Fails with "cannot WHAT PATH: errno": ZG_NO_SPACE for a full disk, ZG_BUSY
 * when no descriptor is left, else ZG_IO. */
zg_status zg_fail_file(zg_error *err, const char *what, const char *path);
/* dir/name, malloc'd; NULL: no memory. */
char *zg_path_join(const char *dir, const char *name);
/* Removes a directory and the files in it, if it is there. */
void zg_remove_flat(const char *path);
/* fsync of a directory alone; of a directory and the files in it. */
zg_status zg_sync_directory(const char *path, zg_error *err);
zg_status zg_sync_flat(const char *path, zg_error *err);
/* Bytes of a file, or of the files of a flat directory. */
uint64_t zg_file_bytes(const char *path);

#endif
