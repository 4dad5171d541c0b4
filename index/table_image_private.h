/* What writing and reading of an image share. */
#ifndef ZG_TABLE_IMAGE_PRIVATE_H
#define ZG_TABLE_IMAGE_PRIVATE_H

#include "index/table_private.h"

#include <xxhash.h>

#define IMAGE_MAGIC "ZGTABLES"
#define IMAGE_VERSION 1

typedef struct image_header {
  char magic[8];
  uint64_t version;
  uint64_t mark; /* of the fields and measures that the program knows */
  char uuid[40];
  uint64_t generation;
  uint64_t length, body_hash; /* of what follows the header */
  uint64_t header_hash;       /* of what stands before it */
} image_header;

_Static_assert(sizeof(image_header) == 96, "no padding");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "columns are written as they lie in memory");

uint64_t zg_image_mark(void);

#endif
