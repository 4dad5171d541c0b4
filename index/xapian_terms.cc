/* The part of the shim that walks the vocabulary. */
#include "index/xapian_private.h"

namespace {

constexpr uint32_t LONG_LIST = 4096; /* postings: beyond it a seek is cheaper */

} // namespace

extern "C" {

zg_status zg_xreaders_terms(zg_xreader *const *readers, size_t n_readers,
                            zg_str prefix, zg_str after, size_t cap,
                            zg_xterm **out, size_t *n, zg_error *err) noexcept {
  *out = nullptr;
  *n = 0;
  return guard(err, [&]() -> zg_status {
    std::vector<std::pair<std::string, uint32_t>> found;
    size_t bytes = 0;
    const std::string start = to_string(prefix), last = to_string(after);
    Xapian::Database all;
    for (size_t i = 0; i < n_readers; i++)
      all.add_database(readers[i]->db);
    auto t = all.allterms_begin(start);
    const auto end = all.allterms_end(start);
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
