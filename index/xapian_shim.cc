#include "index/xapian_private.h"

#include <utility>

#include <sys/stat.h>

struct zg_xwriter {
  Xapian::WritableDatabase db;
  bool in_transaction = false;
  size_t buffered = 0; /* postings that Xapian holds in memory */
};

namespace {

constexpr size_t TERM_LIMIT = 245; /* glass: key of a posting list */
/* A glass entry is at most 65,535 pieces of about 2,000 bytes; these stay well
 * below it and are far above any finding. */
constexpr size_t DATA_LIMIT = 64u << 20;
constexpr size_t VALUE_LIMIT = 1u << 20;

/* ---- memory ---- */

struct Free {
  void *p = nullptr;
  explicit Free(void *block) : p(block) {}
  Free(const Free &) = delete;
  Free &operator=(const Free &) = delete;
  ~Free() { std::free(p); }
};

void copy_out(const std::string &s, char **out, size_t *n) {
  char *p = static_cast<char *>(allocate(s.size() + 1));
  std::memcpy(p, s.data(), s.size());
  p[s.size()] = '\0';
  *out = p;
  *n = s.size();
}

template <class T> void copy_out(const std::vector<T> &v, T **out, size_t *n) {
  *n = v.size();
  *out = nullptr;
  if (v.empty())
    return;
  *out = static_cast<T *>(allocate(v.size() * sizeof(T)));
  std::memcpy(*out, v.data(), v.size() * sizeof(T));
}

std::vector<uint32_t> postings(const Xapian::Database &db, zg_str term) {
  std::vector<uint32_t> ids;
  if (term.n == 0) /* Xapian takes it for "all documents" */
    return ids;
  const std::string t = to_string(term);
  const Xapian::doccount n = db.get_termfreq(t);
  if (n == 0) /* nearly every id of an import: one look-up, not three */
    return ids;
  ids.reserve(n);
  const auto end = db.postlist_end(t);
  for (auto p = db.postlist_begin(t); p != end; ++p)
    ids.push_back(*p);
  return ids;
}

/* ---- opening ---- */

bool exists(const std::string &path) {
  struct stat st;
  return ::stat(path.c_str(), &st) == 0;
}

/* Damage that Xapian would take for "no database" (and create one over it) or
 * report as a failure to open. */
zg_status check_files(const std::string &dir, zg_error *err) {
  static const char *const TABLES[] = {"postlist.glass", "termlist.glass",
                                       "docdata.glass", "position.glass"};
  constexpr int REQUIRED = 2; /* the first two always exist in a database */
  if (exists(dir + "/iamglass")) {
    for (int i = 0; i < REQUIRED; i++)
      if (!exists(dir + "/" + TABLES[i]))
        return zg_fail(err, ZG_CORRUPT, "index_corrupt", "",
                       "%s/%s is missing from the index", dir.c_str(),
                       TABLES[i]);
    return ZG_OK;
  }
  for (const char *table : TABLES)
    if (exists(dir + "/" + table))
      return zg_fail(err, ZG_CORRUPT, "index_corrupt", "",
                     "%s/iamglass is missing although %s is there", dir.c_str(),
                     table);
  return ZG_OK;
}

/* A database whose version file is there but which does not open for want of a
 * file is damaged, not absent. */
template <class F>
zg_status guard_open(const std::string &dir, zg_error *err, F f) noexcept {
  return guard(err, [&]() -> zg_status {
    try {
      return f();
    } catch (const Xapian::DatabaseOpeningError &e) {
      if (has_errno(e, ENOENT) && exists(dir + "/iamglass"))
        return report(err, ZG_CORRUPT, "index_corrupt", e);
      throw;
    }
  });
}

/* Glass makes docdata lazily and reads a lost one as "no data"; every document
 * of ours has data. */
zg_status check_docdata(const Xapian::Database &db, const std::string &dir,
                        zg_error *err) {
  if (db.get_doccount() > 0 && !exists(dir + "/docdata.glass"))
    return zg_fail(err, ZG_CORRUPT, "index_corrupt", "",
                   "%s/docdata.glass is missing from the index", dir.c_str());
  return ZG_OK;
}

/* ---- ranking ---- */

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

zg_status fail_doc(zg_error *err, const char *code, const char *what, size_t n,
                   size_t limit) {
  return zg_fail(err, ZG_INVALID, code, "", "%s of %zu bytes; the limit is %zu",
                 what, n, limit);
}

bool equal(const std::string &a, zg_str b) {
  return a.size() == b.n && (b.n == 0 || std::memcmp(a.data(), b.p, b.n) == 0);
}

using Frequency = std::pair<std::string, Xapian::termcount>;

std::vector<Frequency> terms_of(const zg_xdoc *doc) {
  std::vector<Frequency> terms;
  terms.reserve(doc->n_terms + doc->n_booleans);
  for (size_t i = 0; i < doc->n_terms; i++)
    terms.emplace_back(std::string(doc->terms[i].p, doc->terms[i].n),
                       doc->terms[i].wdf);
  for (size_t i = 0; i < doc->n_booleans; i++)
    terms.emplace_back(to_string(doc->booleans[i]), 0);
  std::sort(terms.begin(), terms.end());
  return terms;
}

/* What it costs grows in this order. */
bool same_document(const Xapian::Document &have, const zg_xdoc *doc) {
  if (!equal(have.get_data(), doc->data))
    return false;
  size_t values = 0;
  for (size_t i = 0; i < doc->n_values; i++) {
    if (!doc->values[i].value.n)
      continue;
    values++;
    if (!equal(have.get_value(doc->values[i].slot), doc->values[i].value))
      return false;
  }
  if (values != have.values_count())
    return false;
  const std::vector<Frequency> terms = terms_of(doc);
  size_t i = 0;
  for (auto t = have.termlist_begin(); t != have.termlist_end(); ++t, ++i)
    if (i == terms.size() || *t != terms[i].first ||
        t.get_wdf() != terms[i].second)
      return false;
  return i == terms.size();
}

/* Xapian buffers the postings of a transaction in a tree by term, of trees by
 * document, and what one more costs is the cache misses on the way down: with
 * the 720,000 of a thousand findings, nearly twice what it is with a quarter
 * of them.  Opening the list of all terms makes glass move its buffer into the
 * blocks of the coming revision; nothing is committed by that. */
void flush_postings(zg_xwriter *w) {
  w->db.allterms_begin();
  w->buffered = 0;
}

zg_status check_term(const char *p, size_t n, zg_error *err) {
  if (n == 0)
    return zg_fail(err, ZG_INVALID, "empty_term", "", "a term is empty");
  if (n > TERM_LIMIT)
    return fail_doc(err, "term_too_long", "a term", n, TERM_LIMIT);
  if (std::memchr(p, '\0', n))
    return zg_fail(err, ZG_INVALID, "nul_in_term", "", "a term holds NUL");
  return ZG_OK;
}

} // namespace

extern "C" {

/* ---- writing ---- */

zg_status zg_xwriter_open(zg_xwriter **out, const char *path, bool create,
                          zg_error *err) noexcept {
  *out = nullptr;
  return guard(err, [&]() -> zg_status {
    const std::string dir(path);
    if (zg_status st = check_files(dir, err))
      return st;
    return guard_open(dir, err, [&]() -> zg_status {
      const int action = create ? Xapian::DB_CREATE_OR_OPEN : Xapian::DB_OPEN;
      Xapian::WritableDatabase db(dir, action | Xapian::DB_BACKEND_GLASS);
      if (zg_status st = check_docdata(db, dir, err))
        return st;
      *out = new zg_xwriter{std::move(db)};
      return ZG_OK;
    });
  });
}

void zg_xwriter_close(zg_xwriter *w) noexcept {
  if (!w)
    return;
  guard(nullptr, [&]() -> zg_status {
    if (w->in_transaction)
      w->db.cancel_transaction();
    w->db.close();
    return ZG_OK;
  });
  guard(nullptr, [&]() -> zg_status {
    delete w;
    return ZG_OK;
  });
}

zg_status zg_xwriter_begin(zg_xwriter *w, zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    w->db.begin_transaction(true);
    w->in_transaction = true;
    w->buffered = 0;
    return ZG_OK;
  });
}

zg_status zg_xwriter_commit(zg_xwriter *w, zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    w->in_transaction = false; /* ended even when the commit fails */
    w->db.commit_transaction();
    return ZG_OK;
  });
}

zg_status zg_xwriter_cancel(zg_xwriter *w, zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    w->in_transaction = false;
    w->db.cancel_transaction();
    return ZG_OK;
  });
}

zg_status zg_xdoc_check(const zg_xdoc *doc, zg_error *err) noexcept {
  uint64_t length = 0;
  for (size_t i = 0; i < doc->n_terms; i++) {
    if (zg_status st = check_term(doc->terms[i].p, doc->terms[i].n, err))
      return st;
    length += doc->terms[i].wdf;
  }
  if (length > UINT32_MAX)
    return zg_fail(err, ZG_INVALID, "document_too_long", "",
                   "the document has more than 2^32 terms");
  for (size_t i = 0; i < doc->n_booleans; i++)
    if (zg_status st = check_term(doc->booleans[i].p, doc->booleans[i].n, err))
      return st;
  for (size_t i = 0; i < doc->n_values; i++) {
    if (doc->values[i].slot == Xapian::BAD_VALUENO)
      return zg_fail(err, ZG_INVALID, "bad_slot", "", "value slot %u",
                     doc->values[i].slot);
    if (doc->values[i].value.n > VALUE_LIMIT)
      return fail_doc(err, "value_too_long", "a facet value",
                      doc->values[i].value.n, VALUE_LIMIT);
  }
  if (doc->data.n > DATA_LIMIT)
    return fail_doc(err, "document_too_long", "a stored document", doc->data.n,
                    DATA_LIMIT);
  return ZG_OK;
}

zg_status zg_xwriter_add(zg_xwriter *w, const zg_xdoc *doc, uint32_t *docid,
                         zg_error *err) noexcept {
  *docid = 0;
  return guard(err, [&]() -> zg_status {
    /* Xapian drops every buffered document when it refuses one. */
    if (zg_status st = zg_xdoc_check(doc, err))
      return st;
    Xapian::Document d;
    for (size_t i = 0; i < doc->n_terms; i++)
      d.add_term(std::string(doc->terms[i].p, doc->terms[i].n),
                 doc->terms[i].wdf);
    for (size_t i = 0; i < doc->n_booleans; i++)
      d.add_boolean_term(to_string(doc->booleans[i]));
    for (size_t i = 0; i < doc->n_values; i++)
      if (doc->values[i].value.n)
        d.add_value(doc->values[i].slot, to_string(doc->values[i].value));
    d.set_data(to_string(doc->data));
    *docid = w->db.add_document(d);
    w->buffered += doc->n_terms + doc->n_booleans;
    if (w->buffered >= ZG_XWRITER_POSTINGS)
      flush_postings(w);
    return ZG_OK;
  });
}

zg_status zg_xwriter_holds(zg_xwriter *w, zg_str term, const zg_xdoc *doc,
                           bool *same, zg_error *err) noexcept {
  *same = false;
  return guard(err, [&]() -> zg_status {
    const std::vector<uint32_t> ids = postings(w->db, term);
    if (ids.size() == 1)
      *same = same_document(w->db.get_document(ids[0]), doc);
    return ZG_OK;
  });
}

zg_status zg_xwriter_termfreq(zg_xwriter *w, zg_str term, uint32_t *out,
                              zg_error *err) noexcept {
  *out = 0;
  return guard(err, [&]() -> zg_status {
    if (term.n)
      *out = w->db.get_termfreq(to_string(term));
    return ZG_OK;
  });
}

zg_status zg_xwriter_delete(zg_xwriter *w, zg_str term, uint32_t **docids,
                            size_t *n, zg_error *err) noexcept {
  *docids = nullptr;
  *n = 0;
  return guard(err, [&]() -> zg_status {
    const std::vector<uint32_t> ids = postings(w->db, term);
    uint32_t *block = nullptr;
    size_t count = 0;
    copy_out(ids, &block, &count);
    Free owner(block);
    for (uint32_t id : ids)
      w->db.delete_document(id);
    *docids = block;
    *n = count;
    owner.p = nullptr;
    return ZG_OK;
  });
}

zg_status zg_xwriter_revision(zg_xwriter *w, uint64_t *out,
                              zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    *out = w->db.get_revision();
    return ZG_OK;
  });
}

zg_status zg_xwriter_set_metadata(zg_xwriter *w, const char *key, zg_str value,
                                  zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    w->db.set_metadata(key, to_string(value));
    return ZG_OK;
  });
}

zg_status zg_xwriter_get_metadata(zg_xwriter *w, const char *key, char **out,
                                  size_t *n, zg_error *err) noexcept {
  *out = nullptr;
  *n = 0;
  return guard(err, [&]() -> zg_status {
    copy_out(w->db.get_metadata(key), out, n);
    return ZG_OK;
  });
}

zg_status zg_xindex_compact(const char *from, const char *to,
                            zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    Xapian::Database db(from, Xapian::DB_BACKEND_GLASS);
    db.compact(std::string(to),
               Xapian::DBCOMPACT_NO_RENUMBER | Xapian::Compactor::FULL);
    return ZG_OK;
  });
}

/* ---- reading ---- */

zg_status zg_xreader_open(zg_xreader **out, const char *path,
                          zg_error *err) noexcept {
  *out = nullptr;
  return guard(err, [&]() -> zg_status {
    const std::string dir(path);
    if (zg_status st = check_files(dir, err))
      return st;
    return guard_open(dir, err, [&]() -> zg_status {
      Xapian::Database db(dir, Xapian::DB_BACKEND_GLASS);
      if (zg_status st = check_docdata(db, dir, err))
        return st;
      *out = new zg_xreader{std::move(db)};
      return ZG_OK;
    });
  });
}

void zg_xreader_close(zg_xreader *r) noexcept {
  guard(nullptr, [&]() -> zg_status {
    delete r;
    return ZG_OK;
  });
}

zg_status zg_xreader_reopen(zg_xreader *r, zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    r->db.reopen();
    return ZG_OK;
  });
}

zg_status zg_xreader_revision(zg_xreader *r, uint64_t *out,
                              zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    *out = r->db.get_revision();
    return ZG_OK;
  });
}

zg_status zg_xreader_uuid(zg_xreader *r, char out[40], zg_error *err) noexcept {
  out[0] = '\0';
  return guard(err, [&]() -> zg_status {
    const std::string uuid = r->db.get_uuid();
    const size_t n = uuid.size() < 39 ? uuid.size() : 39;
    std::memcpy(out, uuid.data(), n);
    out[n] = '\0';
    return ZG_OK;
  });
}

zg_status zg_xreader_doccount(zg_xreader *r, uint32_t *count,
                              uint32_t *last_docid, zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    *count = r->db.get_doccount();
    *last_docid = r->db.get_lastdocid();
    return ZG_OK;
  });
}

zg_status zg_xreader_get_metadata(zg_xreader *r, const char *key, char **out,
                                  size_t *n, zg_error *err) noexcept {
  *out = nullptr;
  *n = 0;
  return guard(err, [&]() -> zg_status {
    copy_out(r->db.get_metadata(key), out, n);
    return ZG_OK;
  });
}

zg_status zg_xreader_data(zg_xreader *r, uint32_t docid, char **out, size_t *n,
                          zg_error *err) noexcept {
  *out = nullptr;
  *n = 0;
  if (docid == 0) /* Xapian: an invalid argument, not an absent document */
    return zg_fail(err, ZG_NOT_FOUND, "document_not_found", "",
                   "there is no document 0");
  return guard(err, [&]() -> zg_status {
    copy_out(r->db.get_document(docid).get_data(), out, n);
    return ZG_OK;
  });
}

zg_status zg_xreader_postings(zg_xreader *r, zg_str term, uint32_t **docids,
                              size_t *n, zg_error *err) noexcept {
  *docids = nullptr;
  *n = 0;
  return guard(err, [&]() -> zg_status {
    copy_out(postings(r->db, term), docids, n);
    return ZG_OK;
  });
}

zg_status zg_xreader_counts(zg_xreader *r, zg_str term, uint32_t from,
                            zg_xposting **out, size_t *n,
                            zg_error *err) noexcept {
  *out = nullptr;
  *n = 0;
  return guard(err, [&]() -> zg_status {
    std::vector<zg_xposting> found;
    if (term.n == 0) /* Xapian takes it for "all documents" */
      return ZG_OK;
    const std::string t = to_string(term);
    const auto end = r->db.postlist_end(t);
    auto p = r->db.postlist_begin(t);
    if (from > 1)
      p.skip_to(from);
    else
      found.reserve(r->db.get_termfreq(t));
    for (; p != end; ++p)
      found.push_back(zg_xposting{*p, p.get_wdf()});
    copy_out(found, out, n);
    return ZG_OK;
  });
}

zg_status zg_xreader_counts_in(zg_xreader *r, zg_str term,
                               const uint32_t *docids, size_t n,
                               uint32_t *counts, zg_error *err) noexcept {
  std::memset(counts, 0, n * sizeof *counts);
  return guard(err, [&]() -> zg_status {
    if (term.n == 0)
      return ZG_OK;
    const std::string t = to_string(term);
    const auto end = r->db.postlist_end(t);
    auto p = r->db.postlist_begin(t);
    for (size_t i = 0; i < n && p != end; i++) {
      p.skip_to(docids[i]);
      if (p != end && *p == docids[i])
        counts[i] = p.get_wdf();
    }
    return ZG_OK;
  });
}

zg_status zg_xreader_lengths(zg_xreader *r, zg_xposting **out, size_t *n,
                             zg_error *err) noexcept {
  *out = nullptr;
  *n = 0;
  return guard(err, [&]() -> zg_status {
    std::vector<zg_xposting> found;
    found.reserve(r->db.get_doccount());
    const auto end = r->db.postlist_end(std::string());
    for (auto p = r->db.postlist_begin(std::string()); p != end; ++p)
      found.push_back(zg_xposting{*p, p.get_doclength()});
    copy_out(found, out, n);
    return ZG_OK;
  });
}

zg_status zg_xreader_termfreq(zg_xreader *r, zg_str term, uint32_t *out,
                              zg_error *err) noexcept {
  *out = 0;
  return guard(err, [&]() -> zg_status {
    if (term.n)
      *out = r->db.get_termfreq(to_string(term));
    return ZG_OK;
  });
}

zg_status zg_xreader_expand(zg_xreader *r, zg_str prefix, size_t cap,
                            zg_str **out, size_t *n, bool *more,
                            zg_error *err) noexcept {
  *out = nullptr;
  *n = 0;
  *more = false;
  return guard(err, [&]() -> zg_status {
    std::vector<std::string> terms;
    size_t bytes = 0;
    const std::string start = to_string(prefix);
    const auto end = r->db.allterms_end(start);
    for (auto t = r->db.allterms_begin(start); t != end; ++t) {
      if (terms.size() == cap) {
        *more = true;
        break;
      }
      terms.push_back(*t);
      bytes += terms.back().size() + 1;
    }
    if (terms.empty())
      return ZG_OK;
    zg_str *block =
        static_cast<zg_str *>(allocate(terms.size() * sizeof(zg_str) + bytes));
    char *text = reinterpret_cast<char *>(block + terms.size());
    for (size_t i = 0; i < terms.size(); i++) {
      block[i] = zg_str{text, terms[i].size()};
      std::memcpy(text, terms[i].c_str(), terms[i].size() + 1);
      text += terms[i].size() + 1;
    }
    *out = block;
    *n = terms.size();
    return ZG_OK;
  });
}

zg_status zg_xreader_slot(zg_xreader *r, uint32_t slot, zg_xslot_entry **out,
                          size_t *n, zg_error *err) noexcept {
  *out = nullptr;
  *n = 0;
  return guard(err, [&]() -> zg_status {
    std::vector<std::pair<uint32_t, uint32_t>> entries;
    std::string text;
    entries.reserve(r->db.get_value_freq(slot));
    const auto end = r->db.valuestream_end(slot);
    for (auto v = r->db.valuestream_begin(slot); v != end; ++v) {
      const std::string value = *v;
      entries.emplace_back(v.get_docid(), static_cast<uint32_t>(value.size()));
      text += value;
    }
    if (entries.empty())
      return ZG_OK;
    zg_xslot_entry *block = static_cast<zg_xslot_entry *>(
        allocate(entries.size() * sizeof(zg_xslot_entry) + text.size()));
    char *p = reinterpret_cast<char *>(block + entries.size());
    std::memcpy(p, text.data(), text.size());
    for (size_t i = 0; i < entries.size(); i++) {
      block[i] = zg_xslot_entry{entries[i].first, entries[i].second, p};
      p += entries[i].second;
    }
    *out = block;
    *n = entries.size();
    return ZG_OK;
  });
}

zg_status zg_xreader_rank(zg_xreader *r, const zg_scored_term *terms,
                          size_t n_terms, zg_bm25 bm25,
                          const roaring_bitmap_t *match, uint32_t offset,
                          uint32_t limit, zg_ranked **out, size_t *n,
                          zg_error *err) noexcept {
  *out = nullptr;
  *n = 0;
  return guard(err, [&]() -> zg_status {
    size_t want = static_cast<size_t>(offset) + limit;
    const size_t all =
        match ? roaring_bitmap_get_cardinality(match) : r->db.get_doccount();
    if (want > all)
      want = all;
    if (limit == 0 || want <= offset)
      return ZG_OK;
    std::vector<zg_ranked> ranked;
    ranked.reserve(want);
    const Xapian::Query scored = scored_query(terms, n_terms);
    if (!scored.empty()) {
      Xapian::Enquire enquire(r->db);
      enquire.set_weighting_scheme(Xapian::BM25Weight(
          bm25.k1, bm25.k2, bm25.k3, bm25.b, bm25.min_normlen));
      enquire.set_docid_order(Xapian::Enquire::ASCENDING);
      /* FILTER lets the scored side prune from the start; the documents of
       * `match` without any of the terms are appended only when the page
       * reaches them. */
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
    if (ranked.size() > offset)
      copy_out(std::vector<zg_ranked>(ranked.begin() + offset, ranked.end()),
               out, n);
    return ZG_OK;
  });
}

const char *zg_xapian_version(void) noexcept {
  return Xapian::version_string();
}

} // extern "C"
