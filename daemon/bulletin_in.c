#include "daemon/bulletin_in.h"

#include <ctype.h>

#include "index/charset.h"
#include "index/html.h"

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

static zg_status hints_in(const cJSON *obj, zg_parse_hints *h, zg_error *err) {
  zg_status st;
  if ((st = zg_in_str(obj, "id", &h->id, err)) ||
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
  if (h->id.p && h->id.n == 0)
    return zg_fail(err, ZG_INVALID, "invalid_id", "id", "id: is empty");
  return ZG_OK;
}

zg_status zg_bulletin_hints_in(const cJSON *obj, zg_parse_hints *out,
                               zg_error *err) {
  static const char *const names[] = {"id",         "title",  "unit",
                                      "unit_level", "region", "publish_date",
                                      "source",     "url",    "force"};
  zg_status st = zg_in_only(obj, names, sizeof names / sizeof names[0], err);
  return st ? st : hints_in(obj, out, err);
}

zg_status zg_bulletin_in(const cJSON *obj, zg_bulletin_source *out,
                         zg_error *err) {
  static const char *const names[] = {
      "id",     "text",         "html",   "title", "unit", "unit_level",
      "region", "publish_date", "source", "url",   "force"};
  zg_str html = ZG_STR_NULL;
  zg_status st = zg_in_only(obj, names, sizeof names / sizeof names[0], err);
  if (st || (st = zg_in_str(obj, "text", &out->text, err)) ||
      (st = zg_in_str(obj, "html", &html, err)) ||
      (st = hints_in(obj, &out->hints, err)))
    return st;
  if (html.p && out->text.p)
    return zg_fail(err, ZG_INVALID, "invalid_request", "html",
                   "html: text is given as well; send one of them");
  out->html = html.p != NULL;
  if (html.p)
    out->text = html;
  if (!out->text.p || out->text.n == 0)
    return zg_fail(err, ZG_INVALID, "missing_member", html.p ? "html" : "text",
                   "%s: the text of the bulletin is missing",
                   html.p ? "html" : "text");
  return ZG_OK;
}

zg_status zg_bulletin_decode(zg_bulletin_source *s, zg_arena *arena,
                             zg_str bytes, zg_str label, zg_error *err) {
  zg_decoded d;
  zg_status st = zg_charset_decode(&d, bytes, label, s->html, err);
  if (st)
    return st;
  s->text = zg_arena_dup(arena, (zg_str){d.text.p ? d.text.p : "", d.text.n});
  s->replaced = d.replaced;
  s->charset_doubtful = !d.certain;
  memcpy(s->charset, d.charset, sizeof s->charset);
  zg_buf_free(&d.text);
  return s->text.p ? ZG_OK : zg_fail_nomem(err);
}

static bool warn(zg_bulletin *b, zg_arena *arena, const char *code,
                 zg_str message) {
  zg_warning *all = zg_arena_alloc(arena, (b->n_warnings + 1) * sizeof *all);
  if (!all || !message.p)
    return false;
  if (b->n_warnings)
    memcpy(all, b->warnings, b->n_warnings * sizeof *all);
  all[b->n_warnings] =
      (zg_warning){zg_str_of(code), message, ZG_SPAN_NONE}; /* code: static */
  b->warnings = all;
  b->n_warnings++;
  return true;
}

static zg_status warn_of_charset(zg_bulletin *b, zg_arena *arena,
                                 const zg_bulletin_source *s, zg_error *err) {
  bool ok = true;
  if (s->replaced)
    ok = warn(b, arena, "bytes_replaced",
              zg_arena_printf(arena,
                              "%zu characters do not decode as %s and were "
                              "replaced",
                              s->replaced, s->charset));
  if (s->charset_doubtful)
    ok = ok && warn(b, arena, "charset_doubtful",
                    zg_arena_printf(arena,
                                    "the charset was guessed: %s is the "
                                    "likeliest",
                                    s->charset));
  return ok ? ZG_OK : zg_fail_nomem(err);
}

static zg_status read_page(zg_bulletin **out, zg_arena *arena,
                           const zg_parser *parser, const zg_bulletin_source *s,
                           zg_error *err) {
  zg_page page;
  zg_status st = zg_html_page(&page, arena, s->text, err);
  if (st)
    return st;
  if (page.text.n == 0)
    return zg_fail(err, ZG_INVALID, "no_text", "html",
                   "html: the page has no text");
  st = zg_parse_bulletin(out, arena, parser, page.text, &s->hints, err);
  if (st)
    return st;
  zg_parse_hints h = s->hints;
  const zg_bulletin *b = *out;
  if (!b->publish_date.p)
    h.publish_date = page.publish_date;
  if (!b->source.p)
    h.source = page.source;
  if (!b->url.p)
    h.url = page.url;
  bool more = h.publish_date.p != s->hints.publish_date.p ||
              h.source.p != s->hints.source.p || h.url.p != s->hints.url.p;
  return more ? zg_parse_bulletin(out, arena, parser, page.text, &h, err)
              : ZG_OK;
}

zg_status zg_bulletin_read(zg_bulletin **out, zg_arena *arena,
                           const zg_parser *parser, const zg_bulletin_source *s,
                           zg_error *err) {
  zg_status st =
      s->html ? read_page(out, arena, parser, s, err)
              : zg_parse_bulletin(out, arena, parser, s->text, &s->hints, err);
  return st ? st : warn_of_charset(*out, arena, s, err);
}
