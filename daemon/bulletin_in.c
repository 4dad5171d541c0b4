#include "daemon/bulletin_in.h"

#include <ctype.h>

zg_status zg_in_date(const char *name, zg_str d, zg_error *err) {
  bool fine = d.n == 4 || d.n == 7 || d.n == 10;
  for (size_t i = 0; fine && i < d.n; i++)
    fine = (i == 4 || i == 7) ? d.p[i] == '-' : isdigit((unsigned char)d.p[i]);
  int month = fine && d.n >= 7 ? (d.p[5] - '0') * 10 + d.p[6] - '0' : 1;
  int day = fine && d.n == 10 ? (d.p[8] - '0') * 10 + d.p[9] - '0' : 1;
  if (fine && month >= 1 && month <= 12 && day >= 1 && day <= 31)
    return ZG_OK;
  return zg_fail(err, ZG_INVALID, "invalid_date", name,
                 "%s: expected YYYY-MM-DD, YYYY-MM or YYYY", name);
}

zg_status zg_bulletin_in(const cJSON *obj, zg_str *text, zg_parse_hints *h,
                         zg_error *err) {
  static const char *const names[] = {
      "id",     "text",         "html",   "title", "unit", "unit_level",
      "region", "publish_date", "source", "url",   "force"};
  *text = ZG_STR_NULL;
  zg_status st = zg_in_only(obj, names, sizeof names / sizeof names[0], err);
  if (st || (st = zg_in_str(obj, "text", text, err)) ||
      (st = zg_in_str(obj, "id", &h->id, err)) ||
      (st = zg_in_str(obj, "title", &h->title, err)) ||
      (st = zg_in_str(obj, "unit", &h->unit, err)) ||
      (st = zg_in_str(obj, "unit_level", &h->unit_level, err)) ||
      (st = zg_in_str(obj, "region", &h->region, err)) ||
      (st = zg_in_str(obj, "publish_date", &h->publish_date, err)) ||
      (st = zg_in_str(obj, "source", &h->source, err)) ||
      (st = zg_in_str(obj, "url", &h->url, err)) ||
      (st = zg_in_bool(obj, "force", &h->force, err)))
    return st;
  if (h->publish_date.p &&
      (st = zg_in_date("publish_date", h->publish_date, err)))
    return st;
  if (zg_in_given(obj, "html") && !text->p)
    return zg_fail(err, ZG_INVALID, "unsupported_member", "html",
                   "html is not read by this version; send the text");
  if (h->id.p && h->id.n == 0)
    return zg_fail(err, ZG_INVALID, "invalid_id", "id", "id: is empty");
  if (!text->p || text->n == 0)
    return zg_fail(err, ZG_INVALID, "missing_member", "text",
                   "text: the text of the bulletin is missing");
  return ZG_OK;
}
