/* What the daemon calls itself: the `Server:` header. */
#ifndef ZG_SERVER_NAME_H
#define ZG_SERVER_NAME_H
#include "index/version.h"
#define ZG_SERVER_NAME "zhenggaid/" ZG_VERSION
#endif
