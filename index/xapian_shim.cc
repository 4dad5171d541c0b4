#include "index/xapian_private.h"

#include <utility>

#include <sys/stat.h>

struct zg_xbuilder {
  Xapian::WritableDatabase db;
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

/* Damage that Xapian would report as a failure to open, or not at all: glass
 * reads a lost docdata as "no data", and every document of ours has data. */
zg_status check_files(const std::string &path, zg_error *err) {
  static const char *const TABLES[] = {"iamglass", "postlist.glass",
                                       "docdata.glass"};
  struct stat st;
  if (::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode))
    for (const char *table : TABLES)
      if (!exists(path + "/" + table))
        return zg_fail(err, ZG_CORRUPT, "index_corrupt", "",
                       "%s/%s is missing from the index", path.c_str(), table);
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

zg_status fail_doc(zg_error *err, const char *code, const char *what, size_t n,
                   size_t limit) {
  return zg_fail(err, ZG_INVALID, code, "", "%s of %zu bytes; the limit is %zu",
                 what, n, limit);
}

/* Xapian buffers postings in a tree by term of trees by document, and what one
 * more costs is the cache misses on the way down: with the 720,000 of a
 * thousand findings, nearly twice what it is with a quarter of them.  Opening
 * the list of all terms makes glass move its buffer into blocks. */
void flush_postings(zg_xbuilder *b) {
  b->db.allterms_begin();
  b->buffered = 0;
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

/* ---- building ---- */

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

zg_status zg_xbuilder_new(zg_xbuilder **out, const char *path,
                          zg_error *err) noexcept {
  *out = nullptr;
  return guard(err, [&]() -> zg_status {
    /* Synced by the caller, together with the directory. */
    Xapian::WritableDatabase db(
        path, Xapian::DB_CREATE | Xapian::DB_BACKEND_GLASS |
                  Xapian::DB_NO_TERMLIST | Xapian::DB_NO_SYNC);
    db.begin_transaction(true); /* else it commits now and then by itself */
    *out = new zg_xbuilder{std::move(db)};
    return ZG_OK;
  });
}

zg_status zg_xbuilder_add(zg_xbuilder *b, uint32_t docid, const zg_xdoc *doc,
                          zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
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
    b->db.replace_document(docid, d);
    b->buffered += doc->n_terms + doc->n_booleans;
    if (b->buffered >= ZG_XBUILDER_POSTINGS)
      flush_postings(b);
    return ZG_OK;
  });
}

zg_status zg_xbuilder_finish(zg_xbuilder *b, zg_error *err) noexcept {
  const zg_status st = guard(err, [&]() -> zg_status {
    b->db.commit_transaction();
    b->db.close();
    return ZG_OK;
  });
  zg_xbuilder_drop(b);
  return st;
}

void zg_xbuilder_drop(zg_xbuilder *b) noexcept {
  guard(nullptr, [&]() -> zg_status {
    delete b; /* cancels what was not committed */
    return ZG_OK;
  });
}

zg_status zg_xindex_merge(const char *const *from, size_t n, const char *to,
                          zg_error *err) noexcept {
  return guard(err, [&]() -> zg_status {
    Xapian::Database all;
    for (size_t i = 0; i < n; i++)
      all.add_database(Xapian::Database(from[i]));
    all.compact(std::string(to), Xapian::DBCOMPACT_NO_RENUMBER |
                                     Xapian::DBCOMPACT_SINGLE_FILE |
                                     Xapian::Compactor::FULLER);
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
      *out = new zg_xreader{Xapian::Database(dir)};
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

const char *zg_xapian_version(void) noexcept {
  return Xapian::version_string();
}

} // extern "C"
