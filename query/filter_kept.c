/* A filter's normal form as text, and match sets under it. */
#include "query/filter.h"

#include <stdlib.h>

typedef struct writer {
  zg_arena *arena;
  zg_buf *out;
  zg_error *err;
} writer;

static int by_text(const void *x, const void *y) {
  const zg_str a = *(const zg_str *)x, b = *(const zg_str *)y;
  int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
  return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* Each text once, in order, with its length in front. */
static void put_texts(writer *w, zg_str *texts, size_t n) {
  qsort(texts, n, sizeof *texts, by_text);
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && zg_str_eq(texts[i - 1], texts[i]))
      continue;
    zg_buf_printf(w->out, "%zu:", texts[i].n);
    zg_buf_add(w->out, texts[i].p, texts[i].n);
  }
  zg_buf_addc(w->out, ';');
}

static zg_status put(writer *w, const zg_filter *f);

static zg_status put_kids(writer *w, const zg_filter *f) {
  zg_str *texts = zg_arena_alloc(w->arena, (f->n_kids + 1) * sizeof *texts);
  zg_status st = texts ? ZG_OK : zg_fail_nomem(w->err);
  for (size_t i = 0; i < f->n_kids && !st; i++)
    st = zg_filter_key(&texts[i], f->kids[i], w->arena, w->err);
  if (!st)
    put_texts(w, texts, f->n_kids);
  return st;
}

static zg_status put_values(writer *w, const zg_filter *f) {
  zg_str *texts = zg_arena_alloc(w->arena, (f->n_values + 1) * sizeof *texts);
  if (!texts)
    return zg_fail_nomem(w->err);
  memcpy(texts, f->values, f->n_values * sizeof *texts);
  put_texts(w, texts, f->n_values);
  return ZG_OK;
}

static zg_status put(writer *w, const zg_filter *f) {
  static const char letters[] = "&|!vrne"; /* by kind */
  zg_buf_addc(w->out, letters[f->kind]);
  if (f->kind == ZG_FILTER_AND || f->kind == ZG_FILTER_OR ||
      f->kind == ZG_FILTER_NOT)
    return put_kids(w, f);
  zg_buf_printf(w->out, "%c%d=", f->is_measure ? 'm' : 'f',
                f->is_measure ? (int)f->measure : (int)f->field);
  if (f->kind == ZG_FILTER_VALUES)
    return put_values(w, f);
  if (f->kind == ZG_FILTER_RANGE)
    zg_buf_printf(w->out, "%lld,%lld", (long long)f->low, (long long)f->high);
  for (size_t i = 0; f->kind == ZG_FILTER_NUMBERS && i < f->n_numbers; i++)
    zg_buf_printf(w->out, "%lld,", (long long)f->numbers[i]);
  return ZG_OK;
}

/* With a text in front. */
static zg_status key_of(zg_str *out, const char *front, const zg_filter *f,
                        zg_arena *arena, zg_error *err) {
  zg_buf buf = ZG_BUF_INIT;
  writer w = {arena, &buf, err};
  zg_buf_adds(&buf, front);
  zg_status st = put(&w, f);
  if (!st) {
    *out =
        buf.failed ? ZG_STR_NULL : zg_arena_dup(arena, (zg_str){buf.p, buf.n});
    st = out->p ? ZG_OK : zg_fail_nomem(err);
  }
  zg_buf_free(&buf);
  return st;
}

zg_status zg_filter_key(zg_str *out, const zg_filter *f, zg_arena *arena,
                        zg_error *err) {
  return key_of(out, "", f, arena, err);
}

/* ---- kept ---- */

/* One value is a bitmap of the table already. */
static bool is_there(const zg_filter *f) {
  return !f || (f->kind == ZG_FILTER_VALUES && f->n_values == 1);
}

/* The members of a conjunction are kept too: a range of years or a list of
 * categories comes with many others. */
static zg_status all_kids(zg_set *out, const zg_context *ctx,
                          const zg_filter *f, zg_arena *arena, zg_error *err) {
  zg_status st = ZG_OK;
  for (size_t i = 0; i < f->n_kids && !st; i++) {
    zg_set one = ZG_SET_INIT;
    if ((st = zg_filter_match(&one, ctx, f->kids[i], arena, err)))
      break;
    if (!out->bitmap) {
      *out = one;
      continue;
    }
    st = zg_set_and(out, &one, err);
    zg_set_drop(&one);
  }
  return st;
}

/* `before` and what meets the filter from docid `from` on; or all of it. */
static zg_status bring_up(zg_set *out, const zg_context *ctx,
                          const zg_filter *f, const zg_match *before,
                          uint32_t from, zg_arena *arena, zg_error *err) {
  const zg_table *t = zg_snapshot_findings(ctx->snap);
  zg_set fresh = ZG_SET_INIT;
  zg_status st;
  if (!before) {
    st = f->kind == ZG_FILTER_AND ? all_kids(out, ctx, f, arena, err)
                                  : zg_filter_eval(out, t, f, ctx->cancel, err);
  } else if (!(st = zg_set_from(&fresh, t, from, err)) &&
             !(st = zg_filter_eval_of(out, t, fresh.bitmap, f, ctx->cancel,
                                      err))) {
    const zg_set old = zg_set_borrow(before->bitmap);
    st = zg_set_or(out, &old, err);
  }
  if (st)
    zg_set_drop(out);
  zg_set_drop(&fresh);
  return st;
}

zg_status zg_filter_match(zg_set *out, const zg_context *ctx,
                          const zg_filter *f, zg_arena *arena, zg_error *err) {
  zg_str key;
  uint32_t from;
  *out = (zg_set)ZG_SET_INIT;
  if (is_there(f))
    return zg_filter_eval(out, zg_snapshot_findings(ctx->snap), f, ctx->cancel,
                          err);
  zg_status st = key_of(&key, "=F", f, arena, err);
  if (st)
    return st;
  zg_match *kept = zg_snapshot_cached(ctx->snap, key, &from);
  if (kept && from == 0) {
    *out = zg_set_share(kept);
    return ZG_OK;
  }
  st = bring_up(out, ctx, f, kept, from, arena, err);
  zg_match_unref(kept);
  if (st || !out->own) /* borrowed: as cheap the next time */
    return st;
  kept = zg_snapshot_cache_put(ctx->snap, key, out->own);
  *out = (zg_set)ZG_SET_INIT;
  if (!kept)
    return zg_fail_nomem(err);
  *out = zg_set_share(kept);
  return ZG_OK;
}
