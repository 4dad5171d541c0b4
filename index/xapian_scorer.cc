/* The part of the shim that walks terms and scores documents one by one. */
#include "index/xapian_private.h"

#include <cmath>
#include <memory>

struct zg_xscorer {
  struct Term {
    Xapian::PostingIterator at, end;
    double weight;
  };
  Xapian::Database db;
  std::vector<Term> terms;
  zg_bm25 bm25;
  double len_factor;
};

namespace {

constexpr uint32_t LONG_LIST = 4096; /* postings: beyond it a seek is cheaper */

/* Xapian::BM25Weight::init, with k3 in the factor. */
double weight_of(double docs, double freq, double factor, const zg_bm25 &p) {
  if (freq > docs)
    freq = docs;
  double tw = (docs - freq + 0.5) / (freq + 0.5);
  if (tw < 2)
    tw = tw * 0.5 + 1;
  return std::log(tw) * factor * (p.k1 + 1);
}

double part(const zg_xscorer &s, double weight, double wdf, double length) {
  const double normlen = std::max(length * s.len_factor, s.bm25.min_normlen);
  const double denom = s.bm25.k1 * (normlen * s.bm25.b + (1 - s.bm25.b)) + wdf;
  return weight * (wdf / denom);
}

double score(zg_xscorer &s, uint32_t docid) {
  double sum = 0, length = -1;
  for (auto &t : s.terms) {
    if (t.at != t.end && *t.at < docid)
      t.at.skip_to(docid);
    if (t.at == t.end || *t.at != docid)
      continue;
    if (length < 0)
      length = s.db.get_doclength(docid);
    sum += part(s, t.weight, t.at.get_wdf(), length);
  }
  return sum;
}

} // namespace

extern "C" {

zg_status zg_xreader_stats(zg_xreader *r, uint32_t *docs, double *average,
                           zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    *docs = r->db.get_doccount();
    *average = r->db.get_avlength();
    return ZG_OK;
  });
}

zg_status zg_xscorer_new(zg_xscorer **out, zg_xreader *r,
                         const zg_scored_term *terms, const uint32_t *freqs,
                         size_t n_terms, zg_bm25 bm25, uint32_t docs,
                         double average, zg_error *err) noexcept {
  *out = nullptr;
  return guard(err, [&]() -> zg_status {
    auto s = std::make_unique<zg_xscorer>();
    s->db = r->db;
    s->bm25 = bm25;
    s->len_factor = average > 0 ? 1 / average : 0;
    s->terms.reserve(n_terms);
    for (size_t i = 0; i < n_terms; i++) {
      const std::string t = to_string(terms[i].term);
      s->terms.push_back({s->db.postlist_begin(t), s->db.postlist_end(t),
                          weight_of(docs, freqs[i], terms[i].factor, bm25)});
    }
    *out = s.release();
    return ZG_OK;
  });
}

void zg_xscorer_free(zg_xscorer *s) noexcept {
  guard(nullptr, [&]() -> zg_status {
    delete s;
    return ZG_OK;
  });
}

zg_status zg_xscorer_docs(zg_xscorer *s, const uint32_t *docids, size_t n,
                          double *scores, zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    for (size_t i = 0; i < n; i++)
      scores[i] = score(*s, docids[i]);
    return ZG_OK;
  });
}

zg_status zg_xreader_terms(zg_xreader *r, zg_str prefix, zg_str after,
                           size_t cap, zg_xterm **out, size_t *n,
                           zg_error *err) noexcept {
  *out = nullptr;
  *n = 0;
  return guard(err, [&]() -> zg_status {
    std::vector<std::pair<std::string, uint32_t>> found;
    size_t bytes = 0;
    const std::string start = to_string(prefix), last = to_string(after);
    auto t = r->db.allterms_begin(start);
    const auto end = r->db.allterms_end(start);
    if (!last.empty()) {
      t.skip_to(last);
      if (t != end && *t == last)
        ++t;
    }
    while (t != end && found.size() < cap) {
      found.emplace_back(*t, t.get_termfreq());
      bytes += found.back().first.size();
      /* The next entry may lie many chunks of this term's postings away. */
      if (found.back().second > LONG_LIST)
        t.skip_to(found.back().first + '\0');
      else
        ++t;
    }
    if (found.empty())
      return ZG_OK;
    auto *block = static_cast<zg_xterm *>(
        allocate(found.size() * sizeof(zg_xterm) + bytes));
    char *text = reinterpret_cast<char *>(block + found.size());
    for (size_t i = 0; i < found.size(); i++) {
      const std::string &s = found[i].first;
      std::memcpy(text, s.data(), s.size());
      block[i] = zg_xterm{{text, s.size()}, found[i].second};
      text += s.size();
    }
    *out = block;
    *n = found.size();
    return ZG_OK;
  });
}

} // extern "C"
