#include "query/cursor.h"

#include <xxhash.h>

#define VERSION 1
#define SUM_BYTES 8
#define SEED 0x7A67637572736F72ull

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

uint32_t zg_cursor_term_hash(zg_str term) {
  return (uint32_t)XXH3_64bits(term.p, term.n);
}

/* ---- writing ---- */

static void put_varint(zg_buf *b, uint64_t v) {
  for (; v >= 0x80; v >>= 7)
    zg_buf_addc(b, (char)(v | 0x80));
  zg_buf_addc(b, (char)v);
}

static void put_fixed(zg_buf *b, uint64_t v, unsigned bytes) {
  for (unsigned i = 0; i < bytes; i++)
    zg_buf_addc(b, (char)(v >> (8 * i)));
}

static void put_double(zg_buf *b, double v) {
  uint64_t bits;
  memcpy(&bits, &v, sizeof bits);
  put_fixed(b, bits, 8);
}

static void put_keys(zg_buf *b, const zg_cursor *c) {
  put_varint(b, c->n_keys);
  for (size_t i = 0; i < c->n_keys; i++) {
    const zg_cursor_key *k = &c->keys[i];
    zg_buf_addc(b, (char)k->is);
    if (k->is == ZG_CURSOR_NUMBER)
      put_fixed(b, (uint64_t)k->number, 8);
    if (k->is == ZG_CURSOR_TEXT) {
      put_varint(b, k->text.n);
      zg_buf_add(b, k->text.p, k->text.n);
    }
  }
}

static zg_status to_text(zg_str *out, const zg_buf *b, zg_arena *arena,
                         zg_error *err) {
  char *p = zg_arena_alloc(arena, b->n / 3 * 4 + 5);
  size_t n = 0;
  if (!p)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < b->n; i += 3) {
    size_t left = b->n - i;
    uint32_t v = 0;
    for (size_t k = 0; k < 3; k++)
      v = v << 8 | (k < left ? (unsigned char)b->p[i + k] : 0);
    for (size_t k = 0; k < (left < 3 ? left + 1 : 4); k++)
      p[n++] = digits[v >> (18 - 6 * k) & 63];
  }
  p[n] = '\0';
  *out = (zg_str){p, n};
  return ZG_OK;
}

zg_status zg_cursor_write(zg_str *out, const zg_cursor *c, zg_arena *arena,
                          zg_error *err) {
  zg_buf b = ZG_BUF_INIT;
  *out = ZG_STR_NULL;
  zg_buf_addc(&b, VERSION);
  put_fixed(&b, c->request, 8);
  put_varint(&b, c->docid);
  put_keys(&b, c);
  put_varint(&b, c->docs);
  if (c->docs) {
    put_double(&b, c->average);
    put_varint(&b, c->n_terms);
    for (size_t i = 0; i < c->n_terms; i++) {
      put_fixed(&b, c->terms[i].hash, 4);
      put_varint(&b, c->terms[i].freq);
    }
  }
  if (!b.failed)
    put_fixed(&b, XXH64(b.p, b.n, SEED), SUM_BYTES);
  zg_status st = b.failed ? zg_fail_nomem(err) : to_text(out, &b, arena, err);
  zg_buf_free(&b);
  return st;
}

/* ---- reading ---- */

typedef struct input {
  const unsigned char *p;
  size_t n, at;
  bool bad;
} input;

static uint64_t get_fixed(input *in, unsigned bytes) {
  uint64_t v = 0;
  if (in->bad || in->n - in->at < bytes) {
    in->bad = true;
    return 0;
  }
  for (unsigned i = 0; i < bytes; i++)
    v |= (uint64_t)in->p[in->at++] << (8 * i);
  return v;
}

static uint64_t get_varint(input *in, uint64_t max) {
  uint64_t v = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    uint64_t byte = get_fixed(in, 1);
    v |= (byte & 0x7F) << shift;
    if (!(byte & 0x80)) {
      in->bad = in->bad || v > max;
      return in->bad ? 0 : v;
    }
  }
  in->bad = true;
  return 0;
}

static void get_keys(input *in, zg_cursor *c) {
  c->n_keys = get_varint(in, ZG_CURSOR_KEYS);
  for (size_t i = 0; i < c->n_keys && !in->bad; i++) {
    zg_cursor_key *k = &c->keys[i];
    switch (get_fixed(in, 1)) {
    case ZG_CURSOR_NOTHING:
      k->is = ZG_CURSOR_NOTHING;
      break;
    case ZG_CURSOR_NUMBER:
      k->is = ZG_CURSOR_NUMBER;
      k->number = (int64_t)get_fixed(in, 8);
      break;
    case ZG_CURSOR_TEXT:
      k->is = ZG_CURSOR_TEXT;
      k->text.n = get_varint(in, in->n - in->at);
      k->text.p = (const char *)in->p + in->at;
      in->bad = in->bad || k->text.n > in->n - in->at;
      in->at += in->bad ? 0 : k->text.n;
      break;
    default:
      in->bad = true;
    }
  }
}

static zg_status get_terms(input *in, zg_cursor *c, zg_arena *arena,
                           zg_error *err) {
  uint64_t bits = get_fixed(in, 8);
  memcpy(&c->average, &bits, sizeof bits);
  in->bad = in->bad || !(c->average > 0 && c->average < 1e12);
  c->n_terms = get_varint(in, ZG_CURSOR_TERMS_MAX);
  c->terms = zg_arena_alloc(arena, (c->n_terms + 1) * sizeof *c->terms);
  if (!c->terms)
    return zg_fail_nomem(err);
  for (size_t i = 0; i < c->n_terms && !in->bad; i++) {
    c->terms[i].hash = (uint32_t)get_fixed(in, 4);
    c->terms[i].freq = (uint32_t)get_varint(in, UINT32_MAX);
  }
  return ZG_OK;
}

/* Bytes of the text; 0 when it is no text of ours. */
static size_t from_text(unsigned char *out, zg_str text) {
  size_t n = 0;
  if (text.n % 4 == 1)
    return 0;
  for (size_t i = 0; i < text.n; i += 4) {
    size_t left = text.n - i < 4 ? text.n - i : 4;
    uint32_t v = 0;
    for (size_t k = 0; k < 4; k++) {
      const char *d =
          k < left ? memchr(digits, text.p[i + k], sizeof digits - 1) : digits;
      if (!d)
        return 0;
      v = v << 6 | (uint32_t)(d - digits);
    }
    if (v & ((1u << (8 * (4 - left))) - 1)) /* bits that nobody wrote */
      return 0;
    for (size_t k = 0; k + 1 < left; k++)
      out[n++] = (unsigned char)(v >> (16 - 8 * k));
  }
  return n;
}

static zg_status refuse(zg_error *err, const char *why) {
  return zg_fail(err, ZG_INVALID, "invalid_cursor", "cursor", "cursor: %s",
                 why);
}

zg_status zg_cursor_read(zg_cursor *out, zg_str text, uint64_t request,
                         zg_arena *arena, zg_error *err) {
  *out = (zg_cursor){0};
  if (text.n > ZG_CURSOR_BYTES_MAX)
    return refuse(err, "longer than any that was given out");
  unsigned char *bytes = zg_arena_alloc(arena, text.n + 1);
  if (!bytes)
    return zg_fail_nomem(err);
  input in = {.p = bytes, .n = from_text(bytes, text)};
  if (in.n <= SUM_BYTES)
    return refuse(err, "not one that was given out here; \"*\" begins");
  in.n -= SUM_BYTES;
  input sum = {.p = bytes, .n = in.n + SUM_BYTES, .at = in.n};
  if (get_fixed(&sum, SUM_BYTES) != XXH64(bytes, in.n, SEED))
    return refuse(err, "damaged or altered; hand it back as it came");
  in.bad = get_fixed(&in, 1) != VERSION;
  out->request = get_fixed(&in, 8);
  out->docid = (uint32_t)get_varint(&in, UINT32_MAX);
  get_keys(&in, out);
  out->docs = (uint32_t)get_varint(&in, UINT32_MAX);
  zg_status st = out->docs && !in.bad ? get_terms(&in, out, arena, err) : ZG_OK;
  if (st)
    return st;
  if (in.bad || in.at != in.n)
    return refuse(err, "of another version; \"*\" begins anew");
  if (out->request != request)
    return refuse(err, "of another request: q, filter, operator, synonyms and "
                       "sort have to stay, and the index too");
  return ZG_OK;
}
