#include "tests/unit/oracle_xapian.h"

#include "index/xapian_private.h"

#include "tests/unit/fixture.h"

/* On disk: Xapian's database in memory ranks a hundred times slower. */
struct oracle {
  char *dir;
  Xapian::WritableDatabase db;
};

namespace {

/* The documents of a Roaring bitmap, weight 0.  `bitmap` outlives it. */
class BitmapSource final : public Xapian::PostingSource {
  const roaring_bitmap_t *bitmap;
  Xapian::doccount count;
  roaring_uint32_iterator_t it;
  bool started = false;

public:
  explicit BitmapSource(const roaring_bitmap_t *b)
      : bitmap(b), count(static_cast<Xapian::doccount>(
                       roaring_bitmap_get_cardinality(b))) {
    roaring_init_iterator(bitmap, &it);
  }
  Xapian::doccount get_termfreq_min() const override { return count; }
  Xapian::doccount get_termfreq_est() const override { return count; }
  Xapian::doccount get_termfreq_max() const override { return count; }
  void init(const Xapian::Database &) override {
    roaring_init_iterator(bitmap, &it);
    started = false;
    set_maxweight(0.0);
  }
  void next(double) override {
    if (started)
      roaring_advance_uint32_iterator(&it);
    started = true;
  }
  void skip_to(Xapian::docid did, double) override {
    started = true;
    if (it.has_value && it.current_value < did)
      roaring_move_uint32_iterator_equalorlarger(&it, did);
  }
  bool at_end() const override { return started && !it.has_value; }
  Xapian::docid get_docid() const override { return it.current_value; }
  std::string get_description() const override { return "Bitmap"; }
};

Xapian::Query scored_query(const zg_scored_term *terms, size_t n) {
  std::vector<Xapian::Query> parts;
  parts.reserve(n);
  for (size_t i = 0; i < n; i++) {
    if (terms[i].term.n == 0 || !(terms[i].factor > 0))
      continue;
    Xapian::Query q(to_string(terms[i].term));
    if (terms[i].factor != 1.0)
      q = Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, q, terms[i].factor);
    parts.push_back(std::move(q));
  }
  return Xapian::Query(Xapian::Query::OP_OR, parts.begin(), parts.end());
}

/* Documents of `match` that `ranked` lacks, in docid order, until `want`. */
void append_unscored(std::vector<zg_ranked> &ranked,
                     const roaring_bitmap_t *match, size_t want) {
  std::vector<uint32_t> have;
  for (const zg_ranked &r : ranked)
    have.push_back(r.docid);
  roaring_bitmap_t *seen = roaring_bitmap_of_ptr(have.size(), have.data());
  if (!seen)
    throw std::bad_alloc();
  roaring_uint32_iterator_t it;
  for (roaring_init_iterator(match, &it); it.has_value && ranked.size() < want;
       roaring_advance_uint32_iterator(&it))
    if (!roaring_bitmap_contains(seen, it.current_value))
      ranked.push_back(
          zg_ranked{it.current_value, 0.0}); /* reserved: cannot throw */
  roaring_bitmap_free(seen);
}

Xapian::Document document(const zg_xdoc &doc) {
  Xapian::Document d;
  for (size_t i = 0; i < doc.n_terms; i++)
    d.add_term(std::string(doc.terms[i].p, doc.terms[i].n), doc.terms[i].wdf);
  for (size_t i = 0; i < doc.n_booleans; i++)
    d.add_boolean_term(to_string(doc.booleans[i]));
  return d;
}

} // namespace

extern "C" {

oracle *oracle_empty(void) {
  char *dir = fx_directory();
  return new oracle{
      dir, Xapian::WritableDatabase(std::string(dir) + "/xapian",
                                    Xapian::DB_CREATE | Xapian::DB_NO_SYNC)};
}

void oracle_add(oracle *o, uint32_t docid, const zg_xdoc *doc) {
  o->db.replace_document(docid, doc ? document(*doc) : Xapian::Document());
}

void oracle_free(oracle *o) {
  char *dir = o->dir;
  delete o;
  fx_remove_tree(dir);
}

void oracle_seal(oracle *o) { o->db.commit(); }

uint32_t oracle_freq(oracle *o, zg_str term) {
  return o->db.get_termfreq(to_string(term));
}

void oracle_rank(oracle *o, const zg_scored_term *terms, size_t n_terms,
                 zg_bm25 bm25, const roaring_bitmap_t *match, uint32_t offset,
                 uint32_t limit, zg_ranked **out, size_t *n) {
  *out = nullptr;
  *n = 0;
  size_t want = static_cast<size_t>(offset) + limit;
  const size_t all =
      match ? roaring_bitmap_get_cardinality(match) : o->db.get_doccount();
  want = std::min(want, all);
  std::vector<zg_ranked> ranked;
  ranked.reserve(want);
  const Xapian::Query scored = scored_query(terms, n_terms);
  if (!scored.empty() && want) {
    Xapian::Enquire enquire(o->db);
    enquire.set_weighting_scheme(Xapian::BM25Weight(bm25.k1, bm25.k2, bm25.k3,
                                                    bm25.b, bm25.min_normlen));
    enquire.set_docid_order(Xapian::Enquire::ASCENDING);
    Xapian::MSet mset;
    if (match) {
      BitmapSource source(match);
      enquire.set_query(Xapian::Query(Xapian::Query::OP_FILTER, scored,
                                      Xapian::Query(&source)));
      mset = enquire.get_mset(0, static_cast<Xapian::doccount>(want));
      enquire.set_query(Xapian::Query()); /* before `source` goes */
    } else {
      enquire.set_query(scored);
      mset = enquire.get_mset(0, static_cast<Xapian::doccount>(want));
    }
    for (auto m = mset.begin(); m != mset.end(); ++m)
      ranked.push_back(zg_ranked{*m, m.get_weight()});
  }
  if (match && ranked.size() < want)
    append_unscored(ranked, match, want);
  if (ranked.size() <= offset)
    return;
  *n = ranked.size() - offset;
  *out = static_cast<zg_ranked *>(allocate(*n * sizeof **out));
  std::memcpy(*out, ranked.data() + offset, *n * sizeof **out);
}

} // extern "C"
