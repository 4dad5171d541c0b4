/* bare-sqlite: SQLite's FTS5 as a peer of zhenggai-bench; no part of the
 * product.  The protocol is that of pipe.c:
 *
 *   bare-sqlite index DIR < findings.ndjson
 *   bare-sqlite query DIR < queries.ndjson
 *   bare-sqlite compact DIR OUT
 *
 * A finding is indexed as its bigrams (our normaliser and units) parted by
 * blanks, with a token at every gap, so that a phrase of bigrams is a run of
 * characters and cannot cross punctuation.  The text is in the index alone
 * (content=''), the records in a table of their own, the facets in a narrow
 * one.
 */
#include "index/normalise.h"
#include "index/text.h"
#include "tools/bench/fingerprint.h"

#include <cjson/cJSON.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

/* Of the bytes of a token only '_' would be punctuation for this tokenizer,
 * and it is none of ours: all that is not ASCII counts as a letter. */
static const char schema[] =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "CREATE TABLE docs(id INTEGER PRIMARY KEY, status TEXT, year INTEGER,"
    "  unit_level TEXT, kind TEXT, region TEXT, unit TEXT);"
    "CREATE TABLE categories(category TEXT, id INTEGER,"
    "  PRIMARY KEY(category, id)) WITHOUT ROWID;"
    "CREATE TABLE records(id INTEGER PRIMARY KEY, record TEXT);"
    "CREATE VIRTUAL TABLE t USING fts5(x, content='', tokenize='ascii');";
static const char indexes[] =
    "CREATE INDEX categories_id ON categories(id, category);"
    "CREATE INDEX docs_status ON docs(status, year);"
    "CREATE INDEX docs_year ON docs(year);"
    "ANALYZE;";

typedef struct app {
  sqlite3 *db;
  zg_normaliser *nz;
  zg_norm norm;
  zg_buf tokens, sql;
} app;

static bool fail(const app *a, const char *what) {
  fprintf(stderr, "bare-sqlite: %s: %s\n", what,
          a->db ? sqlite3_errmsg(a->db) : "no database");
  return false;
}

static bool run(app *a, const char *sql) {
  return sqlite3_exec(a->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
         fail(a, sql);
}

static bool open_db(app *a, const char *dir, int flags) {
  char path[1024];
  zg_error err = ZG_ERROR_INIT;
  snprintf(path, sizeof path, "%s/db", dir);
  if (zg_normaliser_new(&a->nz, &err)) {
    fprintf(stderr, "bare-sqlite: %s\n", err.message);
    return false;
  }
  return sqlite3_open_v2(path, &a->db, flags, NULL) == SQLITE_OK ||
         fail(a, path);
}

static void close_db(app *a) {
  sqlite3_close(a->db);
  zg_norm_free(&a->norm);
  zg_buf_free(&a->tokens);
  zg_buf_free(&a->sql);
  zg_normaliser_free(a->nz);
}

/* ---- text to tokens ---- */

/* Length of the unit at p[at]: a character, or letters and digits together;
 * 0 at a gap. */
static size_t unit_at(const zg_norm *n, size_t at) {
  uint32_t cp;
  size_t k = 0;
  while (at + k < n->n && zg_unit_is_alnum((unsigned char)n->p[at + k]))
    k++;
  if (k || n->p[at] == ' ')
    return k;
  return (size_t)zg_utf8_next(n->p + at, n->n - at, &cp);
}

/* Adds the bigrams of a text, each after `before`; `gap` stands between runs
 * and at the end. */
static bool add_bigrams(app *a, const char *text, const char *before,
                        const char *gap) {
  zg_error err = ZG_ERROR_INIT;
  if (zg_normalise_search(a->nz, zg_str_of(text), &a->norm, &err)) {
    fprintf(stderr, "bare-sqlite: %s\n", err.message);
    return false;
  }
  const zg_norm *n = &a->norm;
  size_t last = 0;
  for (size_t at = 0; at < n->n;) {
    size_t k = unit_at(n, at);
    if (k == 0) {
      zg_buf_adds(&a->tokens, gap);
      last = 0;
      at++;
      continue;
    }
    if (last) {
      zg_buf_adds(&a->tokens, before);
      zg_buf_add(&a->tokens, n->p + at - last, last + k);
    }
    last = k;
    at += k;
  }
  zg_buf_adds(&a->tokens, gap);
  return !a->tokens.failed;
}

static const char *text_of(const cJSON *o, const char *name) {
  const char *s =
      cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
  return s ? s : "";
}

static int number_of(const cJSON *o, const char *name) {
  const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);
  return cJSON_IsNumber(v) ? v->valueint : 0;
}

/* ---- index ---- */

enum { INTO_DOCS, INTO_CATEGORIES, INTO_RECORDS, INTO_TEXT, INTO };

static bool add_text(app *a, const cJSON *j) {
  static const char *const parts[] = {"section", "problem", "head"};
  const cJSON *m;
  bool ok = true;
  zg_buf_clear(&a->tokens);
  for (size_t i = 0; ok && i < 3; i++)
    ok = add_bigrams(a, text_of(j, parts[i]), " ", " □");
  cJSON_ArrayForEach(m, cJSON_GetObjectItemCaseSensitive(j, "measures")) {
    ok = ok && add_bigrams(a, m->valuestring, " ", " □");
  }
  return ok;
}

static bool step(app *a, sqlite3_stmt *s) {
  bool ok = sqlite3_step(s) == SQLITE_DONE || fail(a, "insert");
  sqlite3_reset(s);
  return ok;
}

static bool add_finding(app *a, sqlite3_stmt *into[INTO], const cJSON *j,
                        sqlite3_int64 id, const char *line, int n) {
  static const char *const texts[] = {"status", "unit_level", "kind", "region",
                                      "unit"};
  static const int at[] = {2, 4, 5, 6, 7};
  sqlite3_stmt *docs = into[INTO_DOCS];
  sqlite3_bind_int64(docs, 1, id);
  sqlite3_bind_int(docs, 3, number_of(j, "year"));
  for (size_t i = 0; i < 5; i++)
    sqlite3_bind_text(docs, at[i], text_of(j, texts[i]), -1, SQLITE_STATIC);
  bool ok = step(a, docs) && add_text(a, j);
  const cJSON *c;
  cJSON_ArrayForEach(c, cJSON_GetObjectItemCaseSensitive(j, "category")) {
    sqlite3_bind_text(into[INTO_CATEGORIES], 1, c->valuestring, -1,
                      SQLITE_STATIC);
    sqlite3_bind_int64(into[INTO_CATEGORIES], 2, id);
    ok = ok && step(a, into[INTO_CATEGORIES]);
  }
  sqlite3_bind_int64(into[INTO_RECORDS], 1, id);
  sqlite3_bind_text(into[INTO_RECORDS], 2, line, n, SQLITE_STATIC);
  sqlite3_bind_int64(into[INTO_TEXT], 1, id);
  sqlite3_bind_text(into[INTO_TEXT], 2, a->tokens.p, (int)a->tokens.n,
                    SQLITE_STATIC);
  return ok && step(a, into[INTO_RECORDS]) && step(a, into[INTO_TEXT]);
}

#define BATCH 1000 /* findings a commit, as for every engine */

static bool add_all(app *a, sqlite3_stmt *into[INTO], sqlite3_int64 *n) {
  char *line = NULL;
  size_t cap = 0;
  bool ok = true;
  *n = 0;
  for (ssize_t got; ok && (got = getline(&line, &cap, stdin)) > 0;) {
    line[got - 1] = '\0';
    cJSON *j = cJSON_Parse(line);
    ok = j && (++*n % BATCH != 1 || run(a, "BEGIN")) &&
         add_finding(a, into, j, *n, line, (int)got - 1) &&
         (*n % BATCH != 0 || run(a, "COMMIT"));
    cJSON_Delete(j);
  }
  free(line);
  return ok && (*n % BATCH == 0 || run(a, "COMMIT"));
}

static bool index_all(app *a, const char *dir) {
  static const char *const sql[INTO] = {
      "INSERT INTO docs VALUES(?,?,?,?,?,?,?)",
      "INSERT INTO categories VALUES(?,?)", "INSERT INTO records VALUES(?,?)",
      "INSERT INTO t(rowid, x) VALUES(?,?)"};
  sqlite3_stmt *into[INTO] = {NULL};
  sqlite3_int64 n = 0;
  bool ok = mkdir(dir, 0700) == 0 &&
            open_db(a, dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) &&
            run(a, schema);
  for (int i = 0; ok && i < INTO; i++)
    ok = sqlite3_prepare_v2(a->db, sql[i], -1, &into[i], NULL) == SQLITE_OK ||
         fail(a, sql[i]);
  ok = ok && add_all(a, into, &n);
  for (int i = 0; i < INTO; i++)
    sqlite3_finalize(into[i]);
  ok = ok && run(a, indexes) && run(a, "PRAGMA wal_checkpoint(TRUNCATE)");
  if (ok)
    printf("%lld\n", (long long)n);
  return ok;
}

/* ---- query ---- */

typedef struct answer {
  long long total;
  uint64_t fingerprint;
  int hits;
} answer;

/* Words parted by blanks are ANDed, each a phrase of its bigrams; or ORed, all
 * bigrams of them. */
static bool add_match(app *a, const char *q, bool any) {
  char word[600];
  const char *glue = "";
  bool ok = true;
  zg_buf_clear(&a->tokens);
  for (size_t n; ok && *q; q += n + (q[n] == ' ')) {
    n = strcspn(q, " ");
    snprintf(word, sizeof word, "%.*s", (int)n, q);
    zg_buf_printf(&a->tokens, "%s\"", glue);
    ok = add_bigrams(a, word, any ? "\" OR \"" : " ", "");
    zg_buf_adds(&a->tokens, "\"");
    glue = any ? " OR " : " AND ";
  }
  return ok;
}

/* " AND …" for the filter of a query, on docs d. */
static void add_filter(zg_buf *sql, const cJSON *q) {
  const char *category = text_of(q, "category"), *status = text_of(q, "status");
  if (*category)
    zg_buf_printf(sql,
                  " AND EXISTS(SELECT 1 FROM categories f"
                  " WHERE f.category='%s' AND f.id=d.id)",
                  category);
  if (*status)
    zg_buf_printf(sql, " AND d.status='%s'", status);
  if (number_of(q, "from"))
    zg_buf_printf(sql, " AND d.year BETWEEN %d AND %d", number_of(q, "from"),
                  number_of(q, "to"));
}

/* Runs a->sql with the match expression bound; calls `row` for each row. */
static bool each(app *a, const cJSON *q,
                 void (*row)(sqlite3_stmt *, const cJSON *, answer *),
                 answer *out) {
  sqlite3_stmt *s = NULL;
  int rc;
  zg_buf_addc(&a->sql, '\0');
  if (sqlite3_prepare_v2(a->db, a->sql.p, -1, &s, NULL) != SQLITE_OK)
    return fail(a, a->sql.p);
  if (sqlite3_bind_parameter_count(s) > 0)
    sqlite3_bind_text(s, 1, a->tokens.p, (int)a->tokens.n, SQLITE_STATIC);
  while ((rc = sqlite3_step(s)) == SQLITE_ROW)
    row(s, q, out);
  if (rc != SQLITE_DONE)
    fail(a, a->sql.p);
  sqlite3_finalize(s);
  zg_buf_clear(&a->sql);
  return rc == SQLITE_DONE;
}

static void total_row(sqlite3_stmt *s, const cJSON *q, answer *out) {
  (void)q;
  out->total = sqlite3_column_int64(s, 0);
}

/* record, year */
static void hit_row(sqlite3_stmt *s, const cJSON *q, answer *out) {
  out->hits += sqlite3_column_bytes(s, 0) > 0;
  if (strcmp(text_of(q, "class"), "sort") == 0)
    out->fingerprint +=
        zg_fingerprint("year", (const char *)sqlite3_column_text(s, 1), 1);
}

/* what, value, count */
static void facet_row(sqlite3_stmt *s, const cJSON *q, answer *out) {
  (void)q;
  out->fingerprint += zg_fingerprint((const char *)sqlite3_column_text(s, 0),
                                     (const char *)sqlite3_column_text(s, 1),
                                     (uint64_t)sqlite3_column_int64(s, 2));
}

/* key…, count */
static void group_row(sqlite3_stmt *s, const cJSON *q, answer *out) {
  char text[256] = "";
  bool top = cJSON_HasObjectItem(q, "top");
  int n = sqlite3_column_count(s) - 1;
  for (int i = 0; i < n && !top; i++) {
    size_t at = strlen(text);
    snprintf(text + at, sizeof text - at, "%s|",
             (const char *)sqlite3_column_text(s, i));
  }
  out->fingerprint += zg_fingerprint(top ? "top" : "group", text,
                                     (uint64_t)sqlite3_column_int64(s, n));
}

#define FROM_MATCH " FROM t JOIN docs d ON d.id=t.rowid"

static bool search(app *a, const cJSON *q, answer *out) {
  bool filtered = cJSON_HasObjectItem(q, "status");
  bool sorted = strcmp(text_of(q, "class"), "sort") == 0;
  zg_buf_printf(&a->sql, "SELECT count(*)%s WHERE t MATCH ?1",
                filtered ? FROM_MATCH : " FROM t");
  add_filter(&a->sql, q);
  if (!each(a, q, total_row, out))
    return false;
  zg_buf_adds(&a->sql, "SELECT r.record, d.year" FROM_MATCH
                       " JOIN records r ON r.id=t.rowid WHERE t MATCH ?1");
  add_filter(&a->sql, q);
  zg_buf_printf(&a->sql, " ORDER BY %s LIMIT 20 OFFSET %d",
                sorted ? "d.year, d.id" : "t.rank", number_of(q, "offset"));
  if (!each(a, q, hit_row, out))
    return false;
  if (strcmp(text_of(q, "class"), "facets") != 0)
    return true;
  zg_buf_adds(&a->sql,
              "WITH m AS MATERIALIZED (SELECT rowid AS id FROM t"
              " WHERE t MATCH ?1)"
              " SELECT 'status', d.status, count(*) FROM m JOIN docs d"
              " USING(id) GROUP BY d.status"
              " UNION ALL SELECT 'year', d.year, count(*) FROM m JOIN docs d"
              " USING(id) GROUP BY d.year"
              " UNION ALL SELECT 'category', c.category, count(*) FROM m"
              " JOIN categories c USING(id) GROUP BY c.category");
  return each(a, q, facet_row, out);
}

static bool aggregate(app *a, const cJSON *q, answer *out) {
  const cJSON *by = cJSON_GetObjectItem(q, "by"), *f;
  const char *from = text_of(q, "q")[0] ? FROM_MATCH : " FROM docs d";
  const char *match = text_of(q, "q")[0] ? "t MATCH ?1" : "1";
  bool categories = false;
  zg_buf keys = ZG_BUF_INIT;
  cJSON_ArrayForEach(f, by) {
    bool c = strcmp(f->valuestring, "category") == 0;
    categories = categories || c;
    zg_buf_printf(&keys, "%s%s.%s", keys.n ? "," : "", c ? "c" : "d",
                  f->valuestring);
  }
  zg_buf_printf(&a->sql, "SELECT count(*)%s WHERE %s", from, match);
  add_filter(&a->sql, q);
  bool ok = each(a, q, total_row, out);
  zg_buf_printf(&a->sql, "SELECT %.*s, count(*) AS n%s%s WHERE %s", (int)keys.n,
                keys.p, from,
                categories ? " JOIN categories c ON c.id=d.id" : "", match);
  add_filter(&a->sql, q);
  zg_buf_printf(&a->sql, " GROUP BY %.*s", (int)keys.n, keys.p);
  if (cJSON_HasObjectItem(q, "top"))
    zg_buf_printf(&a->sql, " ORDER BY n DESC LIMIT %d", number_of(q, "top"));
  zg_buf_free(&keys);
  out->hits = -1;
  return ok && each(a, q, group_row, out);
}

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static bool answer_all(app *a) {
  char *line = NULL;
  size_t cap = 0;
  bool ok = true;
  while (ok && getline(&line, &cap, stdin) > 0) {
    cJSON *q = cJSON_Parse(line);
    answer out = {0, 0, 0};
    const char *cls = text_of(q, "class");
    double from = now_us();
    ok = q && add_match(a, text_of(q, "q"),
                        strcmp(cls, "or") == 0 || strcmp(cls, "text") == 0);
    ok = ok && (cJSON_HasObjectItem(q, "by") ? aggregate(a, q, &out)
                                             : search(a, q, &out));
    double took = now_us() - from;
    if (ok)
      printf("%lld %.3f %llu %d\n", out.total, took,
             (unsigned long long)out.fingerprint, out.hits);
    fflush(stdout);
    cJSON_Delete(q);
  }
  free(line);
  return ok;
}

static bool query(app *a, const char *dir) {
  if (!open_db(a, dir, SQLITE_OPEN_READONLY) ||
      !run(a, "PRAGMA mmap_size=34359738368; PRAGMA cache_size=-65536;"
              "SELECT count(*) FROM sqlite_master"))
    return false;
  puts("ready");
  fflush(stdout);
  return answer_all(a);
}

static bool compact(app *a, const char *dir, const char *to) {
  char sql[1200];
  if (mkdir(to, 0700) != 0 || !open_db(a, dir, SQLITE_OPEN_READWRITE))
    return false;
  snprintf(sql, sizeof sql, "VACUUM INTO '%s/db'", to);
  bool ok = run(a, sql);
  sqlite3_close(a->db);
  a->db = NULL;
  snprintf(sql, sizeof sql, "%s/db", to);
  return ok && sqlite3_open(sql, &a->db) == SQLITE_OK &&
         run(a, "PRAGMA journal_mode=DELETE;"
                "INSERT INTO t(t) VALUES('optimize'); VACUUM");
}

int main(int argc, char **argv) {
  app a = {0};
  bool ok = false;
  if (argc == 3 && strcmp(argv[1], "index") == 0)
    ok = index_all(&a, argv[2]);
  else if (argc == 3 && strcmp(argv[1], "query") == 0)
    ok = query(&a, argv[2]);
  else if (argc == 4 && strcmp(argv[1], "compact") == 0)
    ok = compact(&a, argv[2], argv[3]);
  else
    fputs("usage: bare-sqlite index|query DIR < NDJSON | compact DIR OUT\n",
          stderr);
  close_db(&a);
  return ok ? 0 : 1;
}
