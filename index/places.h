/* Names of places that a rank cannot be read off: provinces and the cities of
 * county rank.  Data only; every other place is known by its suffix. */
#ifndef ZG_PLACES_H
#define ZG_PLACES_H

#include "index/text.h"

/* Bytes of the province's name (云南, without 省) that s starts with, or 0. */
size_t zg_place_province(zg_str s);
/* 北京, 天津, 上海, 重庆. */
bool zg_place_is_municipality(zg_str name);
/* Bytes of the county-level city (义乌市) that s starts with, or 0. */
size_t zg_place_county_city(zg_str s);

#endif
