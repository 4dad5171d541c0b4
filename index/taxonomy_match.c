/* One walk over each text of a finding, and the choice of its categories. */
#include "index/taxonomy_private.h"

/* A pattern that lies within a longer cue or an excluded phrase does not
 * count: 惠农补贴 is not 补贴.  At one place the longer pattern comes first and
 * the walk goes from left to right, so "lies within one that was met before"
 * is "ends before the farthest end so far". */
typedef struct walk {
  const zg_taxonomy *t;
  zg_str s;
  zg_place place;
  size_t hidden;  /* end of the farthest single cue or ignored phrase */
  size_t ignored; /* of the farthest ignored phrase: it hides parts as well */
  size_t not_to[ZG_TAXONOMY_CATEGORIES_MAX];
  unsigned char counted[ZG_TAXONOMY_CATEGORIES_MAX];
  unsigned char fired[CUES_MAX / 8 + 1]; /* a cue counts once in a text */
  /* Parts of one cue stand in one clause: the clause an atom was last met in
   * and where. */
  uint32_t clause;
  uint32_t seen[ATOMS_MAX];
  uint32_t seen_at[ATOMS_MAX];

  int score[ZG_PLACE_COUNT][ZG_TAXONOMY_CATEGORIES_MAX];
  zg_classified *out; /* second walk: collects what speaks for its categories */
} walk;

static bool chosen(const walk *w, unsigned category) {
  for (int i = 0; i < 2; i++)
    if (w->out->category[i] == &w->t->categories[category])
      return true;
  return false;
}

/* Heaviest first; of equal ones the earlier place, then the earlier text. */
static void keep_hit(zg_classified *out, zg_cue_hit hit) {
  size_t i = out->n_hits;
  while (i && out->hits[i - 1].weight < hit.weight)
    i--;
  if (i == ZG_EVIDENCE_MAX)
    return;
  size_t last =
      out->n_hits < ZG_EVIDENCE_MAX ? out->n_hits++ : ZG_EVIDENCE_MAX - 1;
  memmove(&out->hits[i + 1], &out->hits[i], (last - i) * sizeof hit);
  out->hits[i] = hit;
}

static void count(walk *w, uint32_t index, size_t start, size_t end) {
  const zg_taxonomy *t = w->t;
  const zg_cue *c = &t->cues[index].pub;
  unsigned char bit = (unsigned char)(1u << index % 8);
  if ((w->fired[index / 8] & bit) ||
      w->counted[c->category] >= t->limit[w->place] ||
      (w->place == ZG_PLACE_ANSWER && t->no_answer[c->category]))
    return;
  int weight = t->weight[w->place] * c->weight;
  if (weight == 0)
    return;
  w->fired[index / 8] |= bit;
  w->counted[c->category]++;
  w->score[w->place][c->category] += weight;
  if (w->out && chosen(w, c->category))
    keep_hit(w->out, (zg_cue_hit){c, &t->categories[c->category], w->place,
                                  weight, start, end - start});
}

/* All parts of a cue were met in this clause, the last of them just now. */
static bool complete(const walk *w, const cue *c, size_t *start) {
  for (unsigned i = 0; i < c->n_parts; i++) {
    uint32_t a = c->part[i];
    if (w->seen[a] != w->clause)
      return false;
    size_t from = w->seen_at[a];
    if (from < *start)
      *start = from;
  }
  return true;
}

static void met(walk *w, uint32_t a, size_t start, size_t end) {
  const zg_taxonomy *t = w->t;
  bool hidden = end <= w->hidden;
  if (end <= w->ignored)
    return;
  w->seen[a] = w->clause;
  w->seen_at[a] = (uint32_t)start;
  for (uint32_t u = t->atoms[a].uses; u; u = t->uses[u - 1].next) {
    const cue *c = &t->cues[t->uses[u - 1].cue];
    size_t from = start;
    if (end <= w->not_to[c->pub.category] || (c->n_parts == 1 && hidden))
      continue;
    /* In an answer the parts are too far from what the finding is about. */
    if (c->n_parts > 1 &&
        (w->place == ZG_PLACE_ANSWER || !complete(w, c, &from)))
      continue;
    count(w, t->uses[u - 1].cue, from, end);
  }
}

static bool ends_clause(const char *p, size_t n) {
  return *p == ',' || *p == ';' || *p == ':' || *p == '\n' ||
         (n >= 3 &&
          (!memcmp(p, "。", 3) || !memcmp(p, "；", 3) || !memcmp(p, "，", 3)));
}

/* All patterns that start at i. */
static void at(walk *w, size_t i) {
  const zg_taxonomy *t = w->t;
  const char *p = w->s.p + i;
  size_t left = w->s.n - i, two = zg_taxonomy_two(p, left), hides = 0;
  if (!two)
    return;
  uint32_t s = zg_taxonomy_slot(p, two, t->n_slots);
  size_t same = 0; /* length of the group of equal patterns at hand */
  for (uint32_t k = t->slot[s]; k < t->slot[s + 1]; k++) {
    const pattern *q = &t->patterns[k];
    if (q->text.n > left || memcmp(p, q->text.p, q->text.n) != 0)
      continue;
    size_t end = i + q->text.n;
    if (q->text.n != same && hides > w->hidden)
      w->hidden = hides; /* equal patterns do not hide one another */
    same = q->text.n;
    if (q->kind == PATTERN_IGNORE) {
      w->hidden = end > w->hidden ? end : w->hidden;
      w->ignored = end > w->ignored ? end : w->ignored;
    } else if (q->kind == PATTERN_NOT) {
      if (end > w->not_to[q->of])
        w->not_to[q->of] = end;
    } else {
      met(w, q->of, i, end);
      if (t->atoms[q->of].single && end > hides)
        hides = end;
    }
  }
  if (hides > w->hidden)
    w->hidden = hides;
}

static void walk_text(walk *w, zg_place place, zg_str s) {
  w->place = place;
  w->s = s;
  w->hidden = w->ignored = 0;
  w->clause++;
  memset(w->not_to, 0, sizeof w->not_to);
  memset(w->counted, 0, sizeof w->counted);
  memset(w->fired, 0, w->t->n_cues / 8 + 1);
  for (size_t i = 0; i < s.n; i++) {
    if (((unsigned char)s.p[i] & 0xC0) == 0x80)
      continue;
    if (ends_clause(s.p + i, s.n - i))
      w->clause++;
    else
      at(w, i);
  }
}

/* ---- the choice ---- */

static int best_of(const zg_taxonomy *t, const int *score, int except,
                   int kind) {
  int best = -1;
  for (int c = 0; c < (int)t->n_categories; c++)
    if (c != except && score[c] > 0 &&
        (kind < 0 || (int)t->categories[c].kind == kind) &&
        (best < 0 || score[c] > score[best]))
      best = c;
  return best;
}

/* When the head names a sector as clearly as the best theme, the sector goes
 * first: 下属学校食堂采购未招标 is education, then procurement. */
static int sector_first(const zg_taxonomy *t, const int *head, const int *total,
                        int first) {
  if (t->categories[first].kind != ZG_CATEGORY_THEME)
    return first;
  int s = best_of(t, head, -1, ZG_CATEGORY_SECTOR);
  if (s >= 0 &&
      (int64_t)head[s] * 100 >= (int64_t)total[first] * t->sector_percent)
    return s;
  return first;
}

static void choose(const walk *w, zg_classified *out) {
  const zg_taxonomy *t = w->t;
  int total[ZG_TAXONOMY_CATEGORIES_MAX] = {0};
  const int *head = w->score[ZG_PLACE_HEAD];
  const int *answer = w->score[ZG_PLACE_ANSWER];
  for (size_t c = 0; c < t->n_categories; c++)
    for (int p = 0; p < ZG_PLACE_COUNT; p++)
      total[c] += w->score[p][c];
  int first = best_of(t, total, -1, -1);
  /* one faint word is not enough, nor is one in an answer */
  if (first < 0 || (total[first] - answer[first] < t->least &&
                    answer[first] < t->answer_least))
    return;
  int frame = best_of(t, head, -1, ZG_CATEGORY_FRAME);
  if (frame >= 0 && head[frame] >= t->frame_least)
    first = frame;
  first = sector_first(t, head, total, first);
  out->category[0] = &t->categories[first];
  int second = best_of(t, head, first, -1);
  if (second < 0)
    return;
  /* What a frame is about is said in the head, however briefly. */
  if (t->categories[first].kind == ZG_CATEGORY_FRAME ||
      (int64_t)head[second] * 100 >= (int64_t)total[first] * t->second_percent)
    out->category[1] = &t->categories[second];
}

void zg_taxonomy_match(const zg_taxonomy *t, const zg_str text[ZG_PLACE_COUNT],
                       zg_classified *out) {
  walk w;
  *out = (zg_classified){0};
  w.t = t;
  w.out = NULL;
  w.clause = 0;
  memset(w.seen, 0, t->n_atoms * sizeof *w.seen); /* seen_at follows seen */
  memset(w.score, 0, sizeof w.score);
  for (int p = 0; p < ZG_PLACE_COUNT; p++)
    walk_text(&w, (zg_place)p, text[p]);
  choose(&w, out);
  if (!out->category[0])
    return;
  w.out = out;
  for (int p = 0; p < ZG_PLACE_COUNT; p++)
    walk_text(&w, (zg_place)p, text[p]);
}
