#include "query/suggest.h"
#include "query/lattice.h"
#include "query/plan.h"
#include "query/synonyms.h"

#include <stdlib.h>

#define TOKENS_MAX 16
#define LETTERS_MAX 40
#define INITIALS_MAX 8
#define SPLITS_MAX 4
#define PER_KIND 6
#define CANDIDATES_MAX 96
#define ENOUGH 3 /* findings of a word that is spelled well enough */

/* A word of q: Chinese characters, or letters (of several words in a row). */
typedef struct token {
  size_t from, to; /* bytes of q */
  uint32_t cps[ZG_CHAIN_MAX];
  unsigned n;
  char letters[LETTERS_MAX + 1];
  size_t n_letters;
} token;

typedef struct candidate {
  zg_chain chain;
  zg_suggest_why why;
  bool known; /* in the dictionary */
  const token *of;
} candidate;

typedef struct helper {
  const zg_context *ctx;
  const zg_search_request *req;
  zg_vocabulary *v;
  const zg_pinyin *pinyin;
  zg_lattice *lattice;
  zg_choice *places; /* ZG_CHAIN_MAX */
  zg_arena *work;
  token tokens[TOKENS_MAX];
  size_t n_tokens;
  candidate *found;
  size_t n_found;
  zg_error *err;
} helper;

const char *zg_suggest_why_name(zg_suggest_why why) {
  static const char *const names[] = {"pinyin", "initials", "sound", "shape",
                                      "edit"};
  return names[why];
}

/* Each is taken for the others of its group. */
static const char *const shapes[] = {
    "己已巳",   "未末",   "戊戌戍戎", "候侯",     "帐账胀", "拨拔",
    "粱梁",     "辨辩辫", "徒徙",     "贷货",     "暑署",   "折拆析",
    "籍藉",     "幅辐福", "蓝篮",     "撤撒",     "赡瞻檐", "燥躁噪澡",
    "即既",     "竟竞",   "历厉",     "采釆",     "坐座",   "份分",
    "象像",     "迁迂",   "洽恰",     "捡检验险", "抡抢",   "沧沦",
    "陷馅",     "概慨溉", "治冶",     "准淮",     "亨享",   "妨防仿纺",
    "拌伴绊",   "招昭沼", "纪记",     "定淀",     "贪贫",   "苦若",
    "千干于",   "士土",   "日曰目",   "人入",     "大太犬", "天夫",
    "责贵",     "微徽",   "睛晴",     "晴情清请", "密蜜",   "嬴赢",
    "骄娇矫",   "崇祟",   "遗遣",     "遂逐",     "缓援暖", "读续",
    "募幕墓慕", "裁栽载", "锻缎",     "辍缀",     "诀决",   "毫豪",
    "棉绵",     "拟似",   "弛驰",     "刺剌",     "茶荼",   "茸葺",
    "代伐",     "免兔",   "卯卵",     "旦且",     "勿匆",   "凤风",
    "科料",     "杆秆",   "侍待",     "往住",     "低底",   "杨扬",
    "场扬",     "轮轻",   "查杳",     "延廷",     "申甲由", "夭天",
    "问间",     "闲闭",   "目自",     "白臼",     "师帅",   "令今",
    "官宫",     "宜宣",   "客容",     "察蔡",     "裸祼",   "复夏",
    "段叚",     "钓钩",   "核该刻",   "埋理",     "狠狼",   "很恨",
    "根跟",     "板版",   "扳板",     "坂板",     "纲网",   "刚钢",
    "岗冈",     "贯惯",   "费贾",     "赔陪",     "赂略",   "贿赌",
    "购构沟",   "征证",   "政攻",     "收攸",     "效郊",   "校较",
    "教孝",     "整正",   "改攻",     "巡迅",     "视祝",   "察祭",
    "督瞀",     "监蓝",   "管菅",     "党觉",     "委季",   "组祖",
    "织帜",     "纠纤",   "违伟",     "规现",     "环坏",   "项顶",
};

const char *const *zg_suggest_shapes(size_t *n) {
  *n = sizeof shapes / sizeof *shapes;
  return shapes;
}

/* ---- words of q ---- */

static size_t blank_at(zg_str q, size_t i) {
  if (q.p[i] == ' ' || q.p[i] == '\t' || q.p[i] == '\n' || q.p[i] == '\r')
    return 1;
  return i + 3 <= q.n && memcmp(q.p + i, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

/* No sign of the query language in it. */
static bool plain(zg_str w) {
  static const char *const signs[] = {"\"", "“",  "”", "＂", "(", ")",
                                      "*",  "＊", ":", "：", "-", "－"};
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (memmem(w.p, w.n, signs[i], strlen(signs[i])))
      return false;
  return !zg_str_is(w, "OR") && !zg_str_is(w, "AND");
}

/* Characters of canonical text, when all are Chinese; 0 otherwise. */
static unsigned chinese(zg_str run, uint32_t out[ZG_CHAIN_MAX]) {
  unsigned n = 0;
  for (size_t at = 0; at < run.n;) {
    uint32_t cp;
    int len = zg_utf8_next(run.p + at, run.n - at, &cp);
    if (len != 3 || cp < ZG_PLACE_FIRST ||
        cp >= ZG_PLACE_FIRST + ZG_PLACE_CHARS || n == ZG_CHAIN_MAX)
      return 0;
    out[n++] = cp;
    at += (size_t)len;
  }
  return n;
}

/* Letters of canonical text; an apostrophe became a gap (xi'an). */
static size_t letters_of(zg_str run, char out[LETTERS_MAX + 1]) {
  size_t n = 0;
  for (size_t i = 0; i < run.n; i++) {
    if (run.p[i] == ' ')
      continue;
    if (run.p[i] < 'a' || run.p[i] > 'z' || n == LETTERS_MAX)
      return 0;
    out[n++] = run.p[i];
  }
  return n;
}

/* "li ren shen ji" is one word, spelled syllable by syllable. */
static bool joined(helper *h, const token *t) {
  token *last = h->n_tokens ? &h->tokens[h->n_tokens - 1] : NULL;
  if (!last || !t->n_letters || !last->n_letters ||
      last->n_letters + t->n_letters > LETTERS_MAX)
    return false;
  for (size_t i = last->to; i < t->from; i++) /* nothing else in between */
    if (!blank_at(h->req->q, i) && (unsigned char)h->req->q.p[i] < 0x80)
      return false;
  memcpy(last->letters + last->n_letters, t->letters, t->n_letters);
  last->n_letters += t->n_letters;
  last->to = t->to;
  return true;
}

static zg_status take_token(helper *h, size_t from, size_t to) {
  zg_str w = {h->req->q.p + from, to - from};
  zg_query_terms terms;
  token t = {.from = from, .to = to};
  if (!plain(w))
    return ZG_OK;
  zg_status st = zg_analyse_query(h->ctx->analyser, h->work, w, &terms, h->err);
  if (st)
    return st;
  t.n = chinese(terms.run, t.cps);
  t.n_letters = t.n ? 0 : letters_of(terms.run, t.letters);
  if ((t.n < 2 && t.n_letters < 1) || joined(h, &t))
    return ZG_OK;
  if (h->n_tokens < TOKENS_MAX)
    h->tokens[h->n_tokens++] = t;
  return ZG_OK;
}

static zg_status read_tokens(helper *h) {
  zg_str q = h->req->q;
  for (size_t at = 0; at < q.n;) {
    size_t blank = blank_at(q, at), end = at;
    if (blank) {
      at += blank;
      continue;
    }
    while (end < q.n && !blank_at(q, end))
      end++;
    zg_status st = take_token(h, at, end);
    if (st)
      return st;
    at = end;
  }
  return ZG_OK;
}

/* ---- candidates ---- */

static void propose(helper *h, const token *of, const zg_chain *c,
                    zg_suggest_why why, bool known) {
  if (of->n == c->n && memcmp(of->cps, c->cps, c->n * sizeof *c->cps) == 0)
    return;
  for (size_t i = 0; i < h->n_found; i++) {
    candidate *f = &h->found[i];
    if (f->of == of && f->chain.n == c->n &&
        memcmp(f->chain.cps, c->cps, c->n * sizeof *c->cps) == 0) {
      f->known = f->known || known;
      return;
    }
  }
  if (h->n_found < CANDIDATES_MAX)
    h->found[h->n_found++] = (candidate){*c, why, known, of};
}

static void propose_all(helper *h, const token *of, const zg_chain *c, size_t n,
                        zg_suggest_why why) {
  for (size_t i = 0; i < n && i < PER_KIND + 1; i++)
    propose(h, of, &c[i], why, false);
}

static zg_status walk(helper *h, const token *of, unsigned n,
                      zg_suggest_why why) {
  const zg_chain *chains = NULL;
  size_t found = 0;
  zg_status st = zg_lattice_walk(h->lattice, h->places, n, h->ctx->cancel,
                                 &chains, &found, h->err);
  propose_all(h, of, chains, found, why);
  return st;
}

static zg_status by_pinyin(helper *h, const token *t, size_t *splits_out) {
  zg_split splits[SPLITS_MAX];
  const uint32_t *cps;
  zg_status st = ZG_OK;
  size_t n = zg_pinyin_split(h->pinyin, (zg_str){t->letters, t->n_letters},
                             splits, SPLITS_MAX);
  *splits_out = 0;
  for (size_t i = 0; i < n && !st; i++) {
    if (splits[i].n < 2)
      continue;
    ++*splits_out;
    for (unsigned k = 0; k < splits[i].n; k++) {
      size_t m = zg_vocabulary_read(h->v, splits[i].syllables[k], &cps);
      zg_choice_clear(&h->places[k]);
      zg_choice_add_all(&h->places[k], cps, m);
    }
    st = walk(h, t, splits[i].n, ZG_SUGGEST_PINYIN);
  }
  return st;
}

static zg_status by_initials(helper *h, const token *t) {
  const uint32_t *cps;
  if (t->n_letters < 2 || t->n_letters > INITIALS_MAX)
    return ZG_OK;
  for (size_t k = 0; k < t->n_letters; k++) {
    size_t m = zg_vocabulary_initial(h->v, t->letters[k], &cps);
    zg_choice_clear(&h->places[k]);
    zg_choice_add_all(&h->places[k], cps, m);
  }
  return walk(h, t, (unsigned)t->n_letters, ZG_SUGGEST_INITIALS);
}

static zg_status by_sound(helper *h, const token *t) {
  uint16_t readings[ZG_READINGS_MAX];
  const uint32_t *cps;
  for (unsigned k = 0; k < t->n; k++) {
    unsigned n = zg_pinyin_readings(h->pinyin, t->cps[k], readings);
    zg_choice_clear(&h->places[k]);
    zg_choice_add(&h->places[k], t->cps[k]);
    for (unsigned r = 0; r < n; r++) {
      size_t m = zg_vocabulary_read(h->v, readings[r], &cps);
      zg_choice_add_all(&h->places[k], cps, m);
    }
  }
  return walk(h, t, t->n, ZG_SUGGEST_SOUND);
}

static void add_shapes(zg_choice *place, uint32_t cp) {
  uint32_t group[8];
  zg_choice_add(place, cp);
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    unsigned n = 0;
    bool here = false;
    for (const char *p = shapes[i]; *p && n < 8; n++) {
      p += zg_utf8_next(p, strlen(p), &group[n]);
      here = here || group[n] == cp;
    }
    if (here)
      zg_choice_add_all(place, group, n);
  }
}

static zg_status by_shape(helper *h, const token *t) {
  for (unsigned k = 0; k < t->n; k++) {
    zg_choice_clear(&h->places[k]);
    add_shapes(&h->places[k], t->cps[k]);
  }
  return walk(h, t, t->n, ZG_SUGGEST_SHAPE);
}

static void by_edit(helper *h, const token *t) {
  zg_chain chains[PER_KIND];
  size_t n = zg_lattice_edits(h->v, t->cps, t->n, chains, PER_KIND);
  propose_all(h, t, chains, n, ZG_SUGGEST_EDIT);
}

/* ---- the dictionary ---- */

static bool reads(const helper *h, uint32_t cp, unsigned syllable) {
  uint16_t r[ZG_READINGS_MAX];
  for (unsigned n = zg_pinyin_readings(h->pinyin, cp, r); n > 0; n--)
    if (r[n - 1] == syllable)
      return true;
  return false;
}

/* The letters spell the word, from character `k` on. */
static bool spells(const helper *h, const zg_chain *w, unsigned k,
                   const char *letters, size_t n) {
  uint16_t r[ZG_READINGS_MAX];
  if (k == w->n)
    return n == 0;
  for (unsigned m = zg_pinyin_readings(h->pinyin, w->cps[k], r); m > 0; m--) {
    const char *s = zg_pinyin_syllable(h->pinyin, r[m - 1]);
    size_t len = strlen(s);
    if (len <= n && memcmp(s, letters, len) == 0 &&
        spells(h, w, k + 1, letters + len, n - len))
      return true;
  }
  return false;
}

static bool begins(const helper *h, const zg_chain *w, const token *t) {
  uint16_t r[ZG_READINGS_MAX];
  for (unsigned k = 0; k < w->n; k++) {
    unsigned n = zg_pinyin_readings(h->pinyin, w->cps[k], r);
    while (n > 0 && zg_pinyin_syllable(h->pinyin, r[n - 1])[0] != t->letters[k])
      n--;
    if (!n)
      return false;
  }
  return true;
}

static bool sounds(const helper *h, const zg_chain *w, const token *t) {
  uint16_t r[ZG_READINGS_MAX];
  for (unsigned k = 0; k < w->n; k++) {
    unsigned n = zg_pinyin_readings(h->pinyin, t->cps[k], r);
    while (n > 0 && !reads(h, w->cps[k], r[n - 1]))
      n--;
    if (!n && w->cps[k] != t->cps[k])
      return false;
  }
  return true;
}

/* One character more, less, another one, or two swapped. */
static bool near(const zg_chain *w, const token *t) {
  unsigned a = 0, b = 0, n = w->n < t->n ? w->n : t->n;
  if (t->n < 3 || w->n > t->n + 1 || t->n > w->n + 1)
    return false;
  while (a < n && w->cps[a] == t->cps[a])
    a++;
  while (b < n - a && w->cps[w->n - 1 - b] == t->cps[t->n - 1 - b])
    b++;
  unsigned left = w->n - a - b, right = t->n - a - b;
  return (left <= 1 && right <= 1) ||
         (left == 2 && right == 2 && w->cps[a] == t->cps[a + 1] &&
          w->cps[a + 1] == t->cps[a]);
}

/* What the first and the last character say at once, so that few words are
 * looked at whole: most of a dictionary is nothing like the token. */
static bool may_be_meant(const helper *h, const token *t, zg_str text) {
  size_t n = text.n / 3; /* of Chinese characters */
  uint32_t first, last;
  uint16_t r[ZG_READINGS_MAX];
  bool alike = false;
  if (text.n % 3 || n < 2 || n > t->n + t->n_letters + 1 ||
      zg_utf8_next(text.p, text.n, &first) != 3 ||
      zg_utf8_next(text.p + text.n - 3, 3, &last) != 3)
    return false;
  if (t->n && (first == t->cps[0] || last == t->cps[t->n - 1]))
    return n + 1 >= t->n;
  if (t->n && n != t->n)
    return false;
  for (unsigned m = zg_pinyin_readings(h->pinyin, first, r); m > 0; m--)
    alike = alike || (t->n ? reads(h, t->cps[0], r[m - 1])
                           : zg_pinyin_syllable(h->pinyin, r[m - 1])[0] ==
                                 t->letters[0]);
  return alike;
}

static void try_word(helper *h, const token *t, zg_str text) {
  zg_chain w = {.n = 0};
  if (!may_be_meant(h, t, text))
    return;
  w.n = chinese(text, w.cps);
  if (w.n < 2)
    return;
  int why = -1;
  if (t->n_letters && spells(h, &w, 0, t->letters, t->n_letters))
    why = ZG_SUGGEST_PINYIN;
  else if (t->n_letters == w.n && begins(h, &w, t))
    why = ZG_SUGGEST_INITIALS;
  else if (t->n == w.n && sounds(h, &w, t))
    why = ZG_SUGGEST_SOUND;
  else if (t->n && near(&w, t))
    why = ZG_SUGGEST_EDIT;
  if (why < 0)
    return;
  w.weakest = zg_lattice_weakest(h->v, w.cps, w.n);
  if (w.weakest)
    propose(h, t, &w, (zg_suggest_why)why, true);
}

static void by_dictionary(helper *h, const token *t) {
  const zg_taxonomy *x = h->req->taxonomy;
  if (!x)
    return;
  const zg_synonyms *words = zg_taxonomy_synonyms(x);
  for (size_t i = 0; i < zg_synonyms_count(words); i++)
    try_word(h, t, zg_synonyms_word(words, i));
  for (size_t i = 0; i < zg_taxonomy_cues(x); i++)
    try_word(h, t, zg_taxonomy_cue(x, i)->text);
}

static zg_status candidates(helper *h, const token *t) {
  zg_status st = ZG_OK;
  by_dictionary(h, t);
  if (t->n_letters) {
    size_t splits;
    st = by_pinyin(h, t, &splits);
    return st || splits ? st : by_initials(h, t);
  }
  st = by_sound(h, t);
  if (!st)
    st = by_shape(h, t);
  if (!st)
    by_edit(h, t);
  return st;
}

/* ---- counting ---- */

static zg_status count(helper *h, zg_str q, zg_str filter, uint64_t *total) {
  const zg_search_request *req = h->req;
  zg_plan plan;
  zg_set set = ZG_SET_INIT;
  zg_expansion *expansions;
  size_t n;
  *total = 0;
  zg_status st =
      zg_plan_make(&plan, h->ctx, h->work, q, filter, req->operator_or, h->err);
  if (!st && req->synonyms && req->taxonomy)
    st = zg_query_synonyms(&plan.query, &expansions, &n,
                           zg_taxonomy_synonyms(req->taxonomy),
                           h->ctx->analyser, h->work, h->err);
  if (!st)
    st = zg_plan_match(&set, &plan, h->ctx, h->work, h->err);
  if (!st)
    *total = roaring_bitmap_get_cardinality(set.bitmap);
  zg_set_drop(&set);
  return st;
}

/* Asked for, every word; otherwise those that find (almost) nothing by
 * themselves, whatever the filter. */
static zg_status suspicious(helper *h, const token *t, bool *out) {
  uint64_t total;
  *out = true;
  if (h->req->suggest == ZG_SUGGEST_ALWAYS)
    return ZG_OK;
  zg_status st = count(h, (zg_str){h->req->q.p + t->from, t->to - t->from},
                       ZG_STR_NULL, &total);
  *out = total < ENOUGH;
  return st;
}

static int likely_first(const void *x, const void *y) {
  const candidate *a = x, *b = y;
  if (a->why != b->why)
    return a->why < b->why ? -1 : 1;
  if (a->known != b->known)
    return a->known ? -1 : 1;
  if (a->chain.weakest != b->chain.weakest)
    return a->chain.weakest > b->chain.weakest ? -1 : 1;
  return memcmp(a->chain.cps, b->chain.cps, sizeof a->chain.cps);
}

/* q with the candidate in the place of its word. */
static zg_status write_query(const helper *h, const candidate *c, zg_str *out) {
  zg_str q = h->req->q;
  zg_buf b = ZG_BUF_INIT;
  char bytes[4];
  zg_buf_add(&b, q.p, c->of->from);
  for (unsigned i = 0; i < c->chain.n; i++)
    zg_buf_add(&b, bytes, (size_t)zg_utf8_put(bytes, c->chain.cps[i]));
  zg_buf_add(&b, q.p + c->of->to, q.n - c->of->to);
  *out = b.failed ? ZG_STR_NULL : zg_arena_dup(h->work, (zg_str){b.p, b.n});
  zg_buf_free(&b);
  return out->p ? ZG_OK : zg_fail_nomem(h->err);
}

typedef struct counted {
  zg_suggestion s;
  bool known;
} counted;

static int useful_first(const void *x, const void *y) {
  const counted *a = x, *b = y;
  if (a->s.why != b->s.why)
    return a->s.why < b->s.why ? -1 : 1;
  if (a->known != b->known)
    return a->known ? -1 : 1;
  if (a->s.total != b->s.total)
    return a->s.total > b->s.total ? -1 : 1;
  if (a->s.q.n != b->s.q.n)
    return a->s.q.n > b->s.q.n ? -1 : 1;
  return memcmp(a->s.q.p, b->s.q.p, a->s.q.n);
}

/* 离任审 says nothing beside 离任审计. */
static size_t without_pieces(counted *a, size_t n) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    bool piece = false;
    for (size_t k = 0; k < kept && !piece; k++)
      piece = memmem(a[k].s.q.p, a[k].s.q.n, a[i].s.q.p, a[i].s.q.n) != NULL;
    if (!piece)
      a[kept++] = a[i];
  }
  return kept;
}

static zg_status offer(helper *h, zg_search_result *io, zg_arena *arena) {
  counted kept[ZG_SUGGEST_COUNTED_MAX];
  size_t n = 0, tried = 0, of_kind[ZG_SUGGEST_EDIT + 1] = {0};
  if (h->n_found)
    qsort(h->found, h->n_found, sizeof *h->found, likely_first);
  for (size_t i = 0; i < h->n_found && tried < ZG_SUGGEST_COUNTED_MAX; i++) {
    const candidate *c = &h->found[i];
    counted *k = &kept[n];
    if (of_kind[c->why]++ >= PER_KIND)
      continue;
    tried++;
    *k = (counted){{ZG_STR_NULL, 0, c->why}, c->known};
    zg_status st = write_query(h, c, &k->s.q);
    if (!st && k->s.q.n <= ZG_QUERY_MAX)
      st = count(h, k->s.q, h->req->filter, &k->s.total);
    if (st)
      return st;
    n += k->s.total > io->total;
  }
  if (n)
    qsort(kept, n, sizeof *kept, useful_first);
  n = without_pieces(kept, n);
  n = n < ZG_SUGGESTIONS_MAX ? n : ZG_SUGGESTIONS_MAX;
  io->suggestions = zg_arena_alloc(arena, (n + 1) * sizeof *io->suggestions);
  if (!io->suggestions)
    return zg_fail_nomem(h->err);
  for (size_t i = 0; i < n; i++) {
    io->suggestions[i] = kept[i].s;
    io->suggestions[i].q = zg_arena_dup(arena, kept[i].s.q);
    if (!io->suggestions[i].q.p)
      return zg_fail_nomem(h->err);
  }
  io->n_suggestions = n;
  return ZG_OK;
}

/* ---- the door ---- */

static zg_status help(helper *h) {
  zg_status st =
      zg_snapshot_vocabulary(h->ctx->snap, h->ctx->cancel, &h->v, h->err);
  if (st || !h->v) /* being made: nothing to offer yet */
    return st;
  h->pinyin = zg_vocabulary_pinyin(h->v);
  h->lattice = zg_lattice_new(h->v);
  h->places = malloc(ZG_CHAIN_MAX * sizeof *h->places);
  h->found = malloc(CANDIDATES_MAX * sizeof *h->found);
  if (!h->lattice || !h->places || !h->found)
    return zg_fail_nomem(h->err);
  for (size_t i = 0; i < h->n_tokens && !st; i++) {
    bool look;
    st = suspicious(h, &h->tokens[i], &look);
    if (!st && look)
      st = candidates(h, &h->tokens[i]);
  }
  return st;
}

zg_status zg_suggest(zg_search_result *io, const zg_context *ctx,
                     const zg_search_request *req, zg_arena *arena,
                     zg_error *err) {
  io->suggested = true;
  helper *h = calloc(1, sizeof *h);
  if (!h)
    return zg_fail_nomem(err);
  h->ctx = ctx;
  h->req = req;
  h->err = err;
  h->work = zg_arena_new(8192);
  zg_status st = h->work ? read_tokens(h) : zg_fail_nomem(err);
  if (!st && h->n_tokens) {
    st = help(h);
    if (!st && h->v)
      st = offer(h, io, arena);
  }
  zg_lattice_free(h->lattice);
  zg_vocabulary_unref(h->v);
  free(h->places);
  free(h->found);
  zg_arena_free(h->work);
  free(h);
  return st;
}
