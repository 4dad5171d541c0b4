// bare-xapian: the peer that zhenggai-bench measures itself against.  Uses
// Xapian directly, in process, on the same texts and with the same bigrams
// (our analyser makes them); no part of the product.
//
//   bare-xapian index DB [TERMS [N]] < findings.ndjson
//   bare-xapian query DB < queries.ndjson     the protocol of pipe.c
//   bare-xapian compact DB OUT                Xapian's own compaction
//
// What is indexed of a text: its bigrams ("bigrams", what is asked here), all
// terms that zhenggaid indexes ("all": characters, bigrams and words), or its
// bigrams with their positions ("positions"); the last two are loaded for their
// cost alone.  At most N findings are read.  One thread; a commit every 1,000
// documents: Xapian's default of 10,000 took it 1.4 to 1.7 times the processor
// time for 20,000 findings, since so large a buffer leaves the caches.  Every
// 100,000 documents begin another database, DB.partN, all of which are then
// compacted into one: a single one was half done with a million after 35
// minutes on a busy machine, the parts took 18 on an idle one.
//
// Every query asks for 20 hits with their stored data and an exact count
// (check_at_least = all).  A phrase is the AND of its bigrams, each candidate
// verified in its stored text; filters are terms; facets are counted by a spy;
// sorting is by the value slot of the year.
#include "index/analyse.h"
#include "tools/bench/fingerprint.h"

#include <cjson/cJSON.h>
#include <xapian.h>

#include <chrono>
#include <climits>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

enum slot { SLOT_CATEGORY, SLOT_STATUS, SLOT_YEAR, SLOT_LEVEL, SLOTS };
const char *const slot_names[] = {"category", "status", "year", "unit_level"};

struct json_delete {
  void operator()(cJSON *j) const { cJSON_Delete(j); }
};
using json = std::unique_ptr<cJSON, json_delete>;

std::string text_of(const cJSON *o, const char *name) {
  const char *s =
      cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
  return s ? s : "";
}

std::string number_of(const cJSON *o, const char *name) {
  const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);
  return cJSON_IsNumber(v) ? std::to_string((long)v->valuedouble) : "";
}

struct analysis_error {};

void check(zg_status s, const zg_error &err) {
  if (s == ZG_OK)
    return;
  std::cerr << "bare-xapian: " << err.message << "\n";
  throw analysis_error();
}

struct analyser {
  zg_normaliser *nz = nullptr;
  zg_analyser *a = nullptr;
  zg_error err = ZG_ERROR_INIT;
  analyser() {
    check(zg_normaliser_new(&nz, &err), err);
    check(zg_analyser_new(&a, nz, &err), err);
  }
  ~analyser() {
    zg_analyser_free(a);
    zg_normaliser_free(nz);
  }
  analyser(const analyser &) = delete;
  analyser &operator=(const analyser &) = delete;

  void add(zg_text_field f, const std::string &s) {
    if (!s.empty())
      check(zg_analyse_add(a, f, {s.data(), s.size()}, &err), err);
  }
};

enum class terms { bigrams, all, positions };

struct text {
  zg_text_field field;
  std::string s;
};

std::vector<text> texts_of(const cJSON *j) {
  std::vector<text> all = {{ZG_TEXT_SECTION, text_of(j, "section")},
                           {ZG_TEXT_PROBLEM, text_of(j, "problem")},
                           {ZG_TEXT_HEAD, text_of(j, "head")}};
  const cJSON *m;
  cJSON_ArrayForEach(m, cJSON_GetObjectItemCaseSensitive(j, "measures")) {
    all.push_back({ZG_TEXT_MEASURES, m->valuestring});
  }
  return all;
}

// A hole between two texts, as a phrase must not run from one into the next.
void add_positions(Xapian::Document &doc, analyser &an,
                   const std::vector<text> &texts) {
  Xapian::termpos at = 0;
  zg_arena *arena = zg_arena_new(16384);
  for (const text &t : texts) {
    zg_query_terms found;
    check(zg_analyse_query(an.a, arena, {t.s.data(), t.s.size()}, &found,
                           &an.err),
          an.err);
    for (size_t i = 0; i < found.n_bigrams; i++)
      doc.add_posting(std::string(found.bigrams[i].p, found.bigrams[i].n),
                      ++at);
    at += 100;
  }
  zg_arena_free(arena);
}

// The data of a document: canonical text, NUL, the JSON that a hit shows.
Xapian::Document make_document(analyser &an, terms what, const cJSON *j,
                               const std::string &line) {
  const std::vector<text> texts = texts_of(j);
  zg_analyse_begin(an.a);
  for (const text &t : texts)
    an.add(t.field, t.s);
  zg_analysis r;
  check(zg_analyse_end(an.a, &r, &an.err), an.err);
  Xapian::Document doc;
  for (size_t i = 0; i < r.n_terms && what != terms::positions; i++)
    if (what == terms::all || r.terms[i].p[0] == 'B')
      doc.add_term(std::string(r.terms[i].p, r.terms[i].n), r.terms[i].wdf);
  if (what == terms::positions)
    add_positions(doc, an, texts);
  const cJSON *m;
  std::string categories;
  cJSON_ArrayForEach(m, cJSON_GetObjectItemCaseSensitive(j, "category")) {
    doc.add_boolean_term(std::string("XC") + m->valuestring);
    categories += (categories.empty() ? "" : "\n");
    categories += m->valuestring;
  }
  doc.add_boolean_term("XS" + text_of(j, "status"));
  doc.add_boolean_term("XY" + number_of(j, "year"));
  doc.add_value(SLOT_CATEGORY, categories);
  doc.add_value(SLOT_STATUS, text_of(j, "status"));
  doc.add_value(SLOT_YEAR, number_of(j, "year"));
  doc.add_value(SLOT_LEVEL, text_of(j, "unit_level"));
  std::string data(r.forward.p, r.forward.n);
  data.push_back('\0');
  data += line;
  doc.set_data(data);
  return doc;
}

const unsigned COMMIT = 1000;
const unsigned long PART = 100000;

struct source {
  analyser an;
  terms what;
  unsigned long n = 0, most;
};

// Writes the next documents, at most PART of them, as a database of their own.
bool index_part(source &s, const std::string &path) {
  Xapian::WritableDatabase db(path, Xapian::DB_CREATE_OR_OVERWRITE |
                                        Xapian::DB_BACKEND_GLASS);
  std::string line;
  for (unsigned long end = s.n + PART;
       s.n < end && s.n < s.most && std::getline(std::cin, line);) {
    json j(cJSON_Parse(line.c_str()));
    if (!j)
      return false;
    db.add_document(make_document(s.an, s.what, j.get(), line));
    if (++s.n % COMMIT == 0)
      db.commit();
  }
  db.commit();
  return true;
}

void merge_parts(const std::vector<std::string> &parts, const char *path) {
  Xapian::Database all;
  for (const auto &p : parts)
    all.add_database(Xapian::Database(p));
  all.compact(path, 0);
  for (const auto &p : parts)
    std::filesystem::remove_all(p);
}

int run_index(const char *path, const char *mode, unsigned long most) {
  source s;
  s.what = strcmp(mode, "all") == 0         ? terms::all
           : strcmp(mode, "positions") == 0 ? terms::positions
                                            : terms::bigrams;
  s.most = most;
  std::vector<std::string> parts;
  do {
    parts.push_back(std::string(path) + ".part" + std::to_string(parts.size()));
    if (!index_part(s, parts.back()))
      return 1;
  } while (s.n < most && std::cin.peek() != EOF);
  if (parts.size() == 1)
    std::filesystem::rename(parts[0], path);
  else
    merge_parts(parts, path);
  std::cout << s.n << "\n";
  return 0;
}

// Counts the values of three slots over all matches.
class facet_spy : public Xapian::MatchSpy {
public:
  std::map<std::string, uint64_t> counts[SLOTS];
  void operator()(const Xapian::Document &doc, double) override {
    for (int s = SLOT_CATEGORY; s <= SLOT_YEAR; s++) {
      const std::string value = doc.get_value((Xapian::valueno)s);
      for (size_t from = 0; from < value.size();) {
        size_t to = value.find('\n', from);
        if (to == std::string::npos)
          to = value.size();
        counts[s][value.substr(from, to - from)]++;
        from = to + 1;
      }
    }
  }
  uint64_t fingerprint() const {
    uint64_t sum = 0;
    for (int s = SLOT_CATEGORY; s <= SLOT_YEAR; s++)
      for (const auto &c : counts[s])
        sum += zg_fingerprint(slot_names[s], c.first.c_str(), c.second);
    return sum;
  }
};

class phrase_decider : public Xapian::MatchDecider {
  std::vector<std::string> runs;

public:
  explicit phrase_decider(std::vector<std::string> r) : runs(std::move(r)) {}
  bool operator()(const Xapian::Document &doc) const override {
    const std::string data = doc.get_data();
    size_t end = strlen(data.c_str());
    for (const auto &run : runs)
      if (!memmem(data.data(), end, run.data(), run.size()))
        return false;
    return true;
  }
};

struct plan {
  Xapian::Query query = Xapian::Query(std::string());
  std::vector<std::string> runs; // to be verified: longer than a bigram
};

// Words between blanks are ANDed; each is the AND of its bigrams.  `any`: the
// OR of all bigrams.
plan make_plan(analyser &an, const cJSON *j, bool any) {
  plan p;
  zg_arena *arena = zg_arena_new(4096);
  const std::string q = text_of(j, "q");
  std::vector<Xapian::Query> all;
  for (size_t from = 0; from < q.size();) {
    size_t to = q.find(' ', from);
    if (to == std::string::npos)
      to = q.size();
    zg_query_terms t;
    check(zg_analyse_query(an.a, arena, {q.data() + from, to - from}, &t,
                           &an.err),
          an.err);
    for (size_t i = 0; i < t.n_bigrams; i++)
      all.emplace_back(std::string(t.bigrams[i].p, t.bigrams[i].n));
    if (t.n_units > 2 && !any)
      p.runs.emplace_back(t.run.p, t.run.n);
    from = to + 1;
  }
  zg_arena_free(arena);
  if (!all.empty())
    p.query = Xapian::Query(any ? Xapian::Query::OP_OR : Xapian::Query::OP_AND,
                            all.begin(), all.end());
  const std::string category = text_of(j, "category");
  if (!category.empty()) {
    std::vector<Xapian::Query> years;
    long last = std::stol(number_of(j, "to"));
    for (long y = std::stol(number_of(j, "from")); y <= last; y++)
      years.emplace_back("XY" + std::to_string(y));
    Xapian::Query filter[] = {
        Xapian::Query("XC" + category),
        Xapian::Query("XS" + text_of(j, "status")),
        Xapian::Query(Xapian::Query::OP_OR, years.begin(), years.end())};
    p.query =
        Xapian::Query(Xapian::Query::OP_FILTER, p.query,
                      Xapian::Query(Xapian::Query::OP_AND, filter, filter + 3));
  }
  return p;
}

struct reply {
  uint64_t total, fingerprint = 0;
  size_t hits, bytes = 0;
  double us;
};

reply answer(analyser &an, const Xapian::Database &db, const cJSON *j) {
  const Xapian::doccount all = db.get_doccount();
  const std::string cls = text_of(j, "class"), from = number_of(j, "offset");
  reply r;
  auto start = std::chrono::steady_clock::now();
  plan p = make_plan(an, j, cls == "or" || cls == "text");
  phrase_decider decider(p.runs);
  facet_spy spy;
  Xapian::Enquire enquire(db);
  enquire.set_query(p.query);
  if (cls == "facets")
    enquire.add_matchspy(&spy);
  if (cls == "sort")
    enquire.set_sort_by_value(SLOT_YEAR, false);
  Xapian::MSet hits =
      enquire.get_mset(from.empty() ? 0 : (Xapian::doccount)std::stoul(from),
                       20, all, nullptr, p.runs.empty() ? nullptr : &decider);
  for (auto it = hits.begin(); it != hits.end(); ++it) {
    Xapian::Document doc = it.get_document();
    r.bytes += doc.get_data().size();
    if (cls == "sort")
      r.fingerprint +=
          zg_fingerprint("year", doc.get_value(SLOT_YEAR).c_str(), 1);
  }
  r.us = std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now() - start)
             .count();
  r.total = hits.get_matches_estimated();
  r.hits = hits.size();
  if (cls == "facets")
    r.fingerprint = spy.fingerprint();
  return r;
}

int run_queries(const char *path) {
  analyser an;
  Xapian::Database db(path);
  std::string line;
  std::cout << "ready" << std::endl;
  while (std::getline(std::cin, line)) {
    json j(cJSON_Parse(line.c_str()));
    if (!j)
      return 1;
    reply r = answer(an, db, j.get());
    std::cout << r.total << " " << r.us << " " << r.fingerprint << " " << r.hits
              << " " << r.bytes << std::endl;
  }
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  try {
    if (argc >= 3 && argc <= 5 && strcmp(argv[1], "index") == 0)
      return run_index(argv[2], argc > 3 ? argv[3] : "bigrams",
                       argc > 4 ? std::stoul(argv[4]) : ULONG_MAX);
    if (argc == 3 && strcmp(argv[1], "query") == 0)
      return run_queries(argv[2]);
    if (argc == 4 && strcmp(argv[1], "compact") == 0) {
      Xapian::Database(argv[2]).compact(argv[3]);
      return 0;
    }
    std::cerr
        << "usage: bare-xapian index DB [bigrams|all|positions [N]] < NDJSON\n"
           "       bare-xapian query DB < NDJSON\n"
           "       bare-xapian compact DB OUT\n";
    return 2;
  } catch (const Xapian::Error &e) {
    std::cerr << "bare-xapian: " << e.get_description() << "\n";
  } catch (const analysis_error &) {
  }
  return 1;
}
