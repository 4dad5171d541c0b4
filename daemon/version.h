/* The version: the Makefile gives it; a lone compile has this one. */
#ifndef ZG_VERSION_H
#define ZG_VERSION_H
#ifndef ZG_VERSION
#define ZG_VERSION "0.1.0"
#endif
#define ZG_SERVER_NAME "zhenggaid/0.1"
#endif
