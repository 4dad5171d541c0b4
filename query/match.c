#include "query/match.h"

#include <stdlib.h>

/* With few candidates left, reading their texts is cheaper than a posting list
 * so many times longer; and than one that has to come from the index anyway. */
#define ENOUGH_CANDIDATES 256
#define MUCH_LONGER 16
#define MUCH_LONGER_UNREAD 50
#define VERIFY_STEP 4096 /* documents between two looks at `cancel` */

/* ---- parts and units of canonical text ---- */

bool zg_next_part(zg_str run, size_t *at, zg_str *part) {
  if (*at >= run.n)
    return false;
  const char *gap = memchr(run.p + *at, ' ', run.n - *at);
  size_t end = gap ? (size_t)(gap - run.p) : run.n;
  *part = (zg_str){run.p + *at, end - *at};
  *at = end + 1;
  return true;
}

static size_t unit_len(zg_str s) {
  size_t n = 0;
  while (n < s.n && n < 32 && zg_unit_is_alnum((unsigned char)s.p[n]))
    n++;
  if (n)
    return n;
  uint32_t cp;
  int len = s.n ? zg_utf8_next(s.p, s.n, &cp) : 0;
  return len > 0 ? (size_t)len : s.n;
}

bool zg_part_single(zg_str part) { return part.n && unit_len(part) == part.n; }

static zg_str last_part(zg_str run) {
  zg_str part = ZG_STR_NULL;
  size_t at = 0;
  while (zg_next_part(run, &at, &part))
    ;
  return part;
}

zg_str zg_forward_field(zg_str forward, int field) {
  if (field < 0)
    return forward;
  size_t at = 0;
  for (int f = 0; f < ZG_TEXT_FIELD_COUNT && at < forward.n; f++) {
    const char *end = memchr(forward.p + at, ZG_FORWARD_FIELD, forward.n - at);
    size_t stop = end ? (size_t)(end - forward.p) : forward.n;
    if (f == field)
      return (zg_str){forward.p + at, stop - at};
    at = stop + 1;
  }
  return (zg_str){"", 0};
}

/* ---- terms ---- */

static zg_status term_of(zg_arena *arena, char family, zg_str text, zg_str *out,
                         zg_error *err) {
  *out = zg_arena_printf(arena, "%c%.*s", family, (int)text.n, text.p);
  return out->p ? ZG_OK : zg_fail_nomem(err);
}

zg_status zg_run_terms(const zg_query *run, zg_arena *arena, zg_str **terms,
                       size_t *n, zg_error *err) {
  const zg_query_terms *t = &run->terms;
  size_t cap = t->n_bigrams + t->n_units;
  zg_str *a = zg_arena_alloc(arena, cap * sizeof *a), part;
  if (!a)
    return zg_fail_nomem(err);
  *n = t->n_bigrams;
  if (t->n_bigrams)
    memcpy(a, t->bigrams, t->n_bigrams * sizeof *a);
  size_t at = 0;
  bool single = false;
  while (zg_next_part(t->run, &at, &part)) {
    single = zg_part_single(part);
    if (!single)
      continue;
    zg_status st = term_of(arena, 'C', part, &a[*n], err);
    if (st)
      return st;
    ++*n;
  }
  if (run->expands && *n && single)
    --*n; /* the last part's own character: it may go on */
  else if (run->expands && t->n_bigrams) {
    memmove(a + t->n_bigrams - 1, a + t->n_bigrams,
            (*n - t->n_bigrams) * sizeof *a);
    --*n;
  }
  *terms = a;
  return ZG_OK;
}

bool zg_query_single(const zg_query *q, zg_str *term) {
  if (!q || q->kind != ZG_QUERY_RUN || q->field >= 0 || q->expands || q->gaps)
    return false;
  if (q->terms.n_units == 1 && q->terms.n_chars == 1)
    *term = q->terms.chars[0];
  else if (q->terms.n_units == 2 && q->terms.n_bigrams == 1)
    *term = q->terms.bigrams[0];
  else
    return false;
  return true;
}

/* ---- prefixes ---- */

typedef struct preparation {
  const zg_context *ctx;
  zg_arena *arena;
  zg_str text;
  zg_error *err;
} preparation;

static zg_status expand(const preparation *p, zg_query *run) {
  zg_str last = last_part(run->terms.run);
  if (!last.n || !zg_unit_is_alnum((unsigned char)last.p[last.n - 1]))
    return ZG_OK; /* Han: any run may go on, the prefix is the run itself */
  zg_str *found = NULL, prefix;
  bool more = false;
  size_t n = 0;
  const zg_query_terms *t = &run->terms;
  prefix = zg_part_single(last) ? t->chars[t->n_chars - 1]
                                : t->bigrams[t->n_bigrams - 1];
  zg_status st =
      zg_snapshot_expand(p->ctx->snap, p->ctx->worker, prefix, ZG_EXPANSION_MAX,
                         &found, &n, &more, p->err);
  if (st)
    return st;
  if (more)
    st = zg_query_fail(p->err, p->text, run->offset, "too_many_expansions",
                       "more than %d words start like this; write more of it",
                       ZG_EXPANSION_MAX);
  run->expands = true;
  run->expanded = zg_arena_alloc(p->arena, (n + 1) * sizeof *run->expanded);
  for (size_t i = 0; st == ZG_OK && i < n; i++) {
    zg_str copy =
        run->expanded ? zg_arena_dup(p->arena, found[i]) : ZG_STR_NULL;
    if (!copy.p)
      st = zg_fail_nomem(p->err);
    else
      run->expanded[run->n_expanded++] = copy;
  }
  free(found);
  return st;
}

static zg_status prepare(const preparation *p, zg_query *q) {
  if (q->kind == ZG_QUERY_RUN)
    return q->prefix && !q->expands ? expand(p, q) : ZG_OK;
  for (size_t i = 0; i < q->n_kids; i++) {
    zg_status st = prepare(p, q->kids[i]);
    if (st)
      return st;
  }
  return ZG_OK;
}

zg_status zg_query_prepare(zg_query *q, const zg_context *ctx, zg_arena *arena,
                           zg_str text, zg_error *err) {
  preparation p = {ctx, arena, text, err};
  return q ? prepare(&p, q) : ZG_OK;
}

/* ---- sets ---- */

typedef struct matcher {
  const zg_context *ctx;
  zg_arena *arena;
  bool widen;
  zg_error *err;
} matcher;

static zg_status posting(const matcher *m, zg_str term, zg_set *out) {
  zg_match *found = NULL;
  zg_status st =
      zg_snapshot_posting(m->ctx->snap, m->ctx->worker, term, &found, m->err);
  if (st == ZG_OK)
    *out = zg_set_share(found);
  return st;
}

/* Union of posting lists. */
static zg_status any_posting(const matcher *m, const zg_str *terms, size_t n,
                             zg_set *out) {
  zg_status st = ZG_OK;
  size_t held = 0;
  zg_set *sets = calloc(n + 1, sizeof *sets);
  const roaring_bitmap_t **bitmaps = calloc(n + 1, sizeof *bitmaps);
  if (!sets || !bitmaps) {
    st = zg_fail_nomem(m->err);
    goto out;
  }
  for (; held < n; held++) {
    if ((st = zg_cancelled(m->ctx->cancel, m->err)) ||
        (st = posting(m, terms[held], &sets[held])))
      goto out;
    bitmaps[held] = sets[held].bitmap;
  }
  if (n == 1) {
    *out = sets[0];
    sets[0] = (zg_set)ZG_SET_INIT;
    goto out;
  }
  roaring_bitmap_t *b =
      n ? roaring_bitmap_or_many(n, bitmaps) : roaring_bitmap_create();
  if (b)
    *out = zg_set_take(b);
  else
    st = zg_fail_nomem(m->err);
out:
  for (size_t i = 0; sets && i < n; i++)
    zg_set_drop(&sets[i]);
  free(sets);
  free(bitmaps);
  return st;
}

typedef struct weighed {
  zg_str term;
  uint32_t freq;
  bool in_memory;
} weighed;

static int by_freq(const void *a, const void *b) {
  uint32_t x = ((const weighed *)a)->freq, y = ((const weighed *)b)->freq;
  return x < y ? -1 : x > y;
}

static zg_status weigh(const matcher *m, weighed *w) {
  zg_list *l = NULL;
  zg_status st = zg_snapshot_list(m->ctx->snap, m->ctx->worker, w->term, 0,
                                  &w->freq, &l, m->err);
  w->in_memory = l != NULL;
  zg_list_unref(l);
  return st;
}

/* Is it time to read the texts of `left` candidates? */
static bool enough(uint64_t left, const weighed *next) {
  return (left <= ENOUGH_CANDIDATES && next->freq > left * MUCH_LONGER) ||
         (!next->in_memory && next->freq > left * MUCH_LONGER_UNREAD);
}

/* Documents that have all `terms` (and, given, are in *io): rarest first, and
 * no further than `verified` needs when few are left. */
static zg_status all_postings(const matcher *m, const zg_str *terms, size_t n,
                              bool verified, zg_set *io) {
  zg_status st = ZG_OK;
  weighed *w = zg_arena_alloc(m->arena, (n + 1) * sizeof *w);
  if (!w)
    return zg_fail_nomem(m->err);
  for (size_t i = 0; i < n; i++) {
    w[i].term = terms[i];
    if (n > 1 && (st = weigh(m, &w[i])))
      return st;
  }
  qsort(w, n, sizeof *w, by_freq);
  if (n == 0 && !io->bitmap)
    *io = zg_set_borrow(zg_table_all(zg_snapshot_findings(m->ctx->snap)));
  for (size_t i = 0; i < n && st == ZG_OK; i++) {
    zg_set one = ZG_SET_INIT;
    if (io->bitmap) {
      uint64_t left = roaring_bitmap_get_cardinality(io->bitmap);
      if (left == 0 || (verified && enough(left, &w[i])))
        break;
    }
    if ((st = zg_cancelled(m->ctx->cancel, m->err)) ||
        (st = posting(m, w[i].term, &one)))
      return st;
    if (!io->bitmap) {
      *io = one;
      continue;
    }
    st = zg_set_and(io, &one, m->err);
    zg_set_drop(&one);
  }
  return st;
}

/* What a document's text must show: any of the runs. */
typedef struct proof {
  const zg_str *runs;
  size_t n_runs;
  int field;
  bool prefix;
} proof;

static bool shows(const proof *p, zg_str forward) {
  zg_str text = zg_forward_field(forward, p->field);
  for (size_t i = 0; i < p->n_runs; i++)
    if (zg_run_find(text, p->runs[i], p->prefix, 0) >= 0)
      return true;
  return false;
}

static zg_status verify(const matcher *m, const proof *p, zg_set *io) {
  roaring_bitmap_t *b = roaring_bitmap_create();
  uint32_t *ids = malloc(VERIFY_STEP * sizeof *ids);
  zg_buf room = ZG_BUF_INIT;
  zg_status st = b && ids ? ZG_OK : zg_fail_nomem(m->err);
  roaring_uint32_iterator_t it;
  roaring_init_iterator(io->bitmap, &it);
  while (st == ZG_OK) {
    uint32_t n = roaring_read_uint32_iterator(&it, ids, VERIFY_STEP), kept = 0;
    if (n == 0)
      break;
    for (uint32_t i = 0; i < n; i++)
      if (shows(p, zg_snapshot_forward(m->ctx->snap, ids[i], &room)))
        ids[kept++] = ids[i];
    roaring_bitmap_add_many(b, kept, ids);
    st = zg_cancelled(m->ctx->cancel, m->err);
  }
  free(ids);
  zg_buf_free(&room);
  if (st) {
    if (b)
      roaring_bitmap_free(b);
    return st;
  }
  zg_set_drop(io);
  *io = zg_set_take(b);
  return ZG_OK;
}

/* "=" field, prefix or not, run: no two derived sets share a key. */
static zg_status derived_key(const matcher *m, const zg_query *run,
                             zg_str *key) {
  *key = zg_arena_printf(
      m->arena, "=%c%c%.*s", run->field < 0 ? 'a' : '0' + run->field,
      run->expands ? '*' : '.', (int)run->terms.run.n, run->terms.run.p);
  return key->p ? ZG_OK : zg_fail_nomem(m->err);
}

/* The findings of *io (nothing held: of all) that have the run. */
static zg_status find_run(const matcher *m, const zg_query *run, bool prove,
                          zg_set *io) {
  zg_str *terms;
  size_t n;
  zg_status st = zg_run_terms(run, m->arena, &terms, &n, m->err);
  if (!st && run->expands) {
    zg_set any = ZG_SET_INIT;
    st = any_posting(m, run->expanded, run->n_expanded, &any);
    if (!st && !io->bitmap) {
      *io = any;
    } else if (!st) {
      st = zg_set_and(io, &any, m->err);
      zg_set_drop(&any);
    }
  }
  if (!st)
    st = all_postings(m, terms, n, prove, io);
  if (!st && prove) {
    proof p = {&run->terms.run, 1, run->field, run->prefix};
    st = verify(m, &p, io);
  }
  return st;
}

/* What an earlier generation verified stays true: only the documents that are
 * new since are looked at. */
static zg_status match_exact(const matcher *m, const zg_query *run,
                             zg_set *out) {
  zg_str term, key;
  uint32_t from;
  if (zg_query_single(run, &term))
    return posting(m, term, out);
  zg_status st = derived_key(m, run, &key);
  if (st)
    return st;
  zg_match *kept = zg_snapshot_cached(m->ctx->snap, key, &from);
  if (kept && from == 0) {
    *out = zg_set_share(kept);
    return ZG_OK;
  }
  bool prove = run->field >= 0 || run->gaps || run->terms.n_units > 2;
  zg_set acc = ZG_SET_INIT, before = ZG_SET_INIT;
  roaring_bitmap_t *made = NULL;
  if (kept)
    before = zg_set_share(kept);
  if ((kept && (st = zg_set_from(&acc, zg_snapshot_findings(m->ctx->snap), from,
                                 m->err))) ||
      (st = find_run(m, run, prove, &acc)) ||
      (kept && (st = zg_set_or(&acc, &before, m->err))) ||
      (st = zg_set_release(&made, &acc, m->err)))
    goto out;
  kept = zg_snapshot_cache_put(m->ctx->snap, key, made);
  if (kept)
    *out = zg_set_share(kept);
  else
    st = zg_fail_nomem(m->err);
out:
  zg_set_drop(&acc);
  zg_set_drop(&before);
  return st;
}

/* Best match of one text: bigrams, Latin and digit units, characters that
 * stand alone.  Dictionary words add nothing: their bigrams are here. */
static zg_status match_best(const matcher *m, const zg_query *run,
                            zg_set *out) {
  const zg_query_terms *t = &run->terms;
  size_t cap = t->n_bigrams + t->n_words + t->n_units + run->n_expanded, n = 0;
  zg_str *terms = zg_arena_alloc(m->arena, (cap + 1) * sizeof *terms), part;
  zg_str *texts = zg_arena_alloc(m->arena, (cap + 1) * sizeof *texts);
  if (!terms || !texts)
    return zg_fail_nomem(m->err);
  for (size_t i = 0; i < t->n_bigrams; i++)
    terms[n++] = t->bigrams[i];
  for (size_t i = 0; i < t->n_words; i++)
    if (zg_unit_is_alnum((unsigned char)t->words[i].p[1]))
      terms[n++] = t->words[i];
  size_t at = 0;
  while (zg_next_part(t->run, &at, &part)) {
    if (!zg_part_single(part))
      continue;
    zg_status st = term_of(m->arena, 'C', part, &terms[n], m->err);
    if (st)
      return st;
    n++;
  }
  for (size_t i = 0; i < run->n_expanded; i++)
    terms[n++] = run->expanded[i];
  zg_status st = any_posting(m, terms, n, out);
  if (st || run->field < 0)
    return st;
  for (size_t i = 0; i < n; i++)
    texts[i] = (zg_str){terms[i].p + 1, terms[i].n - 1};
  proof p = {texts, n, run->field, false};
  return verify(m, &p, out);
}

static zg_status match(const matcher *m, const zg_query *q, zg_set *out);

static zg_status match_and(const matcher *m, const zg_query *q, zg_set *out) {
  zg_set acc = ZG_SET_INIT;
  zg_status st = ZG_OK;
  for (int pass = 0; pass < 2 && st == ZG_OK; pass++)
    for (size_t i = 0; i < q->n_kids && st == ZG_OK; i++) {
      const zg_query *kid = q->kids[i];
      bool negative = kid->kind == ZG_QUERY_NOT;
      zg_set one = ZG_SET_INIT;
      if (negative != (pass == 1))
        continue;
      if (negative && !acc.bitmap)
        acc = zg_set_borrow(zg_table_all(zg_snapshot_findings(m->ctx->snap)));
      if (acc.bitmap && roaring_bitmap_is_empty(acc.bitmap))
        goto out;
      if ((st = match(m, negative ? kid->kids[0] : kid, &one)))
        break;
      if (!acc.bitmap) {
        acc = one;
        continue;
      }
      st = negative ? zg_set_andnot(&acc, &one, m->err)
                    : zg_set_and(&acc, &one, m->err);
      zg_set_drop(&one);
    }
out:
  if (st)
    zg_set_drop(&acc);
  else
    *out = acc;
  return st;
}

static zg_status match_or(const matcher *m, const zg_query *q, zg_set *out) {
  zg_set acc = ZG_SET_INIT;
  zg_status st = ZG_OK;
  for (size_t i = 0; i < q->n_kids && st == ZG_OK; i++) {
    zg_set one = ZG_SET_INIT;
    if ((st = match(m, q->kids[i], &one)))
      break;
    if (!acc.bitmap) {
      acc = one;
      continue;
    }
    st = zg_set_or(&acc, &one, m->err);
    zg_set_drop(&one);
  }
  if (st)
    zg_set_drop(&acc);
  else
    *out = acc;
  return st;
}

static zg_status match(const matcher *m, const zg_query *q, zg_set *out) {
  zg_status st = zg_cancelled(m->ctx->cancel, m->err);
  if (st)
    return st;
  switch (q->kind) {
  case ZG_QUERY_AND:
    return match_and(m, q, out);
  case ZG_QUERY_OR:
    return match_or(m, q, out);
  case ZG_QUERY_RUN:
    return m->widen && !q->quoted ? match_best(m, q, out)
                                  : match_exact(m, q, out);
  case ZG_QUERY_NOT:
    break;
  }
  zg_set one = ZG_SET_INIT;
  if ((st = match(m, q->kids[0], &one)))
    return st;
  *out = zg_set_borrow(zg_table_all(zg_snapshot_findings(m->ctx->snap)));
  st = zg_set_andnot(out, &one, m->err);
  zg_set_drop(&one);
  return st;
}

zg_status zg_query_match(zg_set *out, const zg_context *ctx, zg_arena *arena,
                         const zg_query *q, bool operator_or, zg_error *err) {
  matcher m = {ctx, arena, operator_or, err};
  *out = (zg_set)ZG_SET_INIT;
  if (!q) {
    *out = zg_set_borrow(zg_table_all(zg_snapshot_findings(ctx->snap)));
    return ZG_OK;
  }
  return match(&m, q, out);
}
