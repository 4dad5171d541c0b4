/* The version, in one place: `Server:` header, --version, GET /v1/version. */
#ifndef ZG_VERSION_H
#define ZG_VERSION_H
#define ZG_VERSION "0.1"
#define ZG_SERVER_NAME "zhenggaid/" ZG_VERSION
#endif
