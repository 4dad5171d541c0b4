/* What the files of the shim share (C++): the reader, and exceptions turned
 * into statuses. */
#ifndef ZG_XAPIAN_PRIVATE_H
#define ZG_XAPIAN_PRIVATE_H

#include "index/xapian_shim.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <xapian.h>

struct zg_xreader {
  Xapian::Database db;
};

/* ---- errors ---- */

inline bool has_errno(const Xapian::Error &e, int number) {
  const char *text = e.get_error_string();
  return text && std::strcmp(text, std::strerror(number)) == 0;
}

inline zg_status report(zg_error *err, zg_status status, const char *code,
                        const Xapian::Error &e) {
  const char *system = e.get_error_string();
  return zg_fail(err, status, code, "", "%s: %s%s%s", e.get_type(),
                 e.get_msg().c_str(), system ? ": " : "", system ? system : "");
}

/* Sometimes only an inner error's message tells. */
inline bool no_descriptor(const Xapian::Error &e) {
  return has_errno(e, EMFILE) || has_errno(e, ENFILE) ||
         e.get_msg().find("oo many open files") != std::string::npos;
}

inline zg_status database_error(zg_error *err, const Xapian::DatabaseError &e) {
  if (has_errno(e, ENOSPC) || has_errno(e, EDQUOT))
    return report(err, ZG_NO_SPACE, "no_space", e);
  if (no_descriptor(e))
    return report(err, ZG_BUSY, "too_many_files", e);
  if (has_errno(e, ENOMEM))
    return report(err, ZG_NO_MEMORY, "no_memory", e);
  /* A block that the tables point at lies beyond the end of its file. */
  if (e.get_msg().find("end of file") != std::string::npos ||
      e.get_msg().find("EOF") != std::string::npos)
    return report(err, ZG_CORRUPT, "index_corrupt", e);
  return report(err, ZG_IO, "index_io", e);
}

/* Runs f and turns whatever it throws into a status.  Xapian's errors are not
 * std::exceptions; the order goes from derived to base. */
template <class F> zg_status guard(zg_error *err, F f) noexcept {
  try {
    return f();
  } catch (const Xapian::DatabaseLockError &e) {
    return no_descriptor(e) ? report(err, ZG_BUSY, "too_many_files", e)
                            : report(err, ZG_CONFLICT, "index_locked", e);
  } catch (const Xapian::DatabaseCorruptError &e) {
    return report(err, ZG_CORRUPT, "index_corrupt", e);
  } catch (const Xapian::DatabaseError &e) {
    return database_error(err, e);
  } catch (const Xapian::DocNotFoundError &e) {
    return report(err, ZG_NOT_FOUND, "document_not_found", e);
  } catch (const Xapian::InvalidArgumentError &e) {
    return report(err, ZG_INVALID, "invalid_document", e);
  } catch (const Xapian::Error &e) {
    return report(err, ZG_INTERNAL, "index_internal", e);
  } catch (const std::bad_alloc &) {
    return zg_fail_nomem(err);
  } catch (const std::exception &e) {
    return zg_fail(err, ZG_INTERNAL, "index_internal", "", "%s", e.what());
  } catch (...) {
    return zg_fail(err, ZG_INTERNAL, "index_internal", "",
                   "unknown exception from Xapian");
  }
}

/* ---- memory ---- */

inline void *allocate(size_t n) {
  void *p = std::malloc(n ? n : 1);
  if (!p)
    throw std::bad_alloc();
  return p;
}

inline std::string to_string(zg_str s) {
  return s.n ? std::string(s.p, s.n) : std::string();
}

#endif
