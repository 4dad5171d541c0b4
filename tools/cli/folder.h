/* The files below a directory, in order of their names.
 *
 * Hidden ones are passed over, links are followed, and a directory that was
 * seen already (a link into itself) is not entered again.
 */
#ifndef ZG_CLI_FOLDER_H
#define ZG_CLI_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct zg_folder_visit {
  void *user;
  /* False ends the walk. */
  bool (*file)(void *user, const char *path, uint64_t size);
  /* Something that cannot be entered or looked at. */
  void (*fault)(void *user, const char *path, int error);
} zg_folder_visit;

/* False: ended by `file`, or no memory. */
bool zg_folder_walk(const char *path, const zg_folder_visit *visit);

#endif
