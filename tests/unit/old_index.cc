#include "tests/unit/old_index.h"

#include "index/xapian_private.h"

struct old_index {
  Xapian::WritableDatabase db;
};

extern "C" {

old_index *old_index_new(const char *path, const char *forward_id) {
  auto *o = new old_index{Xapian::WritableDatabase(
      path, Xapian::DB_CREATE | Xapian::DB_BACKEND_GLASS)};
  o->db.set_metadata("schema", "2");
  o->db.set_metadata("forward", forward_id);
  o->db.set_metadata("generation", "7");
  return o;
}

void old_index_add(old_index *o, uint32_t docid, const zg_xdoc *doc) {
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
  o->db.replace_document(docid, d);
}

void old_index_finish(old_index *o) {
  o->db.commit();
  delete o;
}

} // extern "C"
