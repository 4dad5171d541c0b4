/* The version of the whole product, in one place. */
#ifndef ZG_VERSION_H
#define ZG_VERSION_H
#define ZG_VERSION "0.1.0"
#endif
