#include "tools/cli/input.h"
#include "tools/cli/answer.h"
#include "tools/cli/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <uthash.h>

typedef enum kind { KIND_DOCUMENT, KIND_JSON, KIND_NDJSON, KIND_DONE } kind;

typedef struct file {
  char *path;
  size_t name; /* where in the path the id begins */
  uint64_t size;
  kind kind;
  zg_document *doc; /* read in advance, its text in the spill; or a doubt */
  long spill_at;
  size_t spill_n; /* 0: not read in advance */
} file;

/* Ids of findings are those of bulletins and "#n", and end at 200 bytes. */
#define MAX_ID 194

/* An id that a document of this run has, and where that came from. */
typedef struct used_id {
  char *key; /* 'b' or 'f' (findings have ids of their own), then the id */
  uint32_t file;
  UT_hash_handle hh;
} used_id;

struct zg_feed {
  const zg_cli *cli;
  const char *source;
  zg_feed_fault_fn *fault;
  void *user;
  file *files;
  size_t n, cap;
  bool unknown_size;
  uint64_t all, done;
  size_t at; /* file being read */
  FILE *lines;
  uint32_t line;
  char *line_buffer;
  size_t line_cap;
  cJSON *documents; /* rest of a *.json array */
  uint32_t document;
  used_id *used; /* by key */
  FILE *spill;   /* texts that were read in advance */
};

static kind kind_of(const char *path) {
  static const struct {
    const char *ending;
    kind kind;
  } table[] = {
      {".json", KIND_JSON}, {".ndjson", KIND_NDJSON}, {".jsonl", KIND_NDJSON}};
  size_t n = strlen(path);
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    size_t k = strlen(table[i].ending);
    if (n > k && strcasecmp(path + n - k, table[i].ending) == 0)
      return table[i].kind;
  }
  return KIND_DOCUMENT;
}

zg_feed *zg_feed_new(const zg_cli *cli, const char *source,
                     zg_feed_fault_fn *fault, void *user) {
  zg_feed *f = calloc(1, sizeof *f);
  if (!f) {
    zg_complain(cli, 0, "no memory");
    return NULL;
  }
  f->cli = cli;
  f->source = source;
  f->fault = fault;
  f->user = user;
  return f;
}

void zg_feed_free(zg_feed *f) {
  if (!f)
    return;
  for (size_t i = 0; i < f->n; i++) {
    free(f->files[i].path);
    if (f->files[i].doc)
      zg_document_free(f->files[i].doc);
    free(f->files[i].doc);
  }
  if (f->spill)
    fclose(f->spill);
  used_id *u, *next;
  HASH_ITER(hh, f->used, u, next) {
    HASH_DEL(f->used, u);
    free(u->key);
    free(u);
  }
  if (f->lines && f->lines != stdin)
    fclose(f->lines);
  free(f->files);
  free(f->line_buffer);
  cJSON_Delete(f->documents);
  free(f);
}

static bool add_file(zg_feed *f, const char *path, size_t name, uint64_t size,
                     kind k) {
  if (f->n == f->cap) {
    size_t cap = f->cap ? f->cap * 2 : 16;
    file *bigger = realloc(f->files, cap * sizeof *bigger);
    if (!bigger)
      return false;
    f->files = bigger;
    f->cap = cap;
  }
  char *copy = strdup(path);
  if (!copy)
    return false;
  f->files[f->n++] =
      (file){.path = copy, .name = name, .size = size, .kind = k};
  f->all += size;
  return true;
}

typedef struct below {
  zg_feed *f;
  size_t name; /* where in the paths the ids begin */
} below;

static bool on_file(void *user, const char *path, uint64_t size) {
  const below *b = user;
  return add_file(b->f, path, b->name, size, kind_of(path));
}

static void on_error(void *user, const char *path, int error) {
  const below *b = user;
  b->f->fault(b->f->user, path, 0, ZG_REASON_UNREADABLE,
              zg_fault_text(b->f->cli, error));
}

bool zg_feed_add(zg_feed *f, const char *path) {
  struct stat st;
  if (strcmp(path, "-") == 0) {
    f->unknown_size = true;
    return add_file(f, path, 0, 0, KIND_NDJSON);
  }
  if (stat(path, &st) != 0) {
    f->fault(f->user, path, 0, ZG_REASON_UNREADABLE,
             zg_fault_text(f->cli, errno));
    return true;
  }
  if (S_ISDIR(st.st_mode)) {
    below b = {f, strlen(path) + 1};
    return zg_folder_walk(path, &(zg_folder_visit){&b, on_file, on_error});
  }
  kind k = kind_of(path);
  if (!S_ISREG(st.st_mode))
    f->unknown_size = true;
  const char *slash = strrchr(path, '/');
  return add_file(f, path, slash ? (size_t)(slash - path) + 1 : 0,
                  S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0, k);
}

size_t zg_feed_files(const zg_feed *f) { return f->n; }
const char *zg_feed_path(const zg_feed *f, uint32_t i) {
  return strcmp(f->files[i].path, "-") ? f->files[i].path : "stdin";
}
void zg_feed_progress(const zg_feed *f, uint64_t *done, uint64_t *all) {
  *done = f->done;
  *all = f->unknown_size ? 0 : f->all;
}

static void fail(zg_feed *f, uint32_t line, zg_reason reason,
                 const char *message) {
  f->fault(f->user, zg_feed_path(f, (uint32_t)f->at), line, reason, message);
}

/* ---- reading in advance ---- */

static bool is_slow(const char *path) {
  char head[8192];
  FILE *in = fopen(path, "rb");
  size_t n = in ? fread(head, 1, sizeof head, in) : 0;
  if (in)
    fclose(in);
  zg_content c = zg_content_of((zg_str){head, n});
  /* which OLE file it is may stand further behind */
  return zg_document_is_slow(c) || c == ZG_CONTENT_OLE;
}

/* Its text goes to the spill. */
static bool spill(zg_feed *f, file *x, zg_document *d) {
  if (!f->spill)
    f->spill = tmpfile();
  if (!f->spill || fseek(f->spill, 0, SEEK_END) != 0)
    return false;
  x->spill_at = ftell(f->spill);
  if (fwrite(d->text.p, 1, d->text.n, f->spill) != d->text.n)
    return false;
  x->spill_n = d->text.n;
  zg_buf_free(&d->text);
  d->text = (zg_buf)ZG_BUF_INIT;
  return true;
}

static void read_in_advance(zg_feed *f, file *x) {
  zg_document *d = calloc(1, sizeof *d);
  if (!d)
    return; /* read when its turn comes */
  x->doc = d;
  if (zg_document_read(f->cli, x->path, d) &&
      (spill(f, x, d) || zg_document_fail(d, ZG_REASON_OTHER, "%s",
                                          zg_fault_text(f->cli, errno))))
    return;
  f->fault(f->user, x->path, 0, d->reason, d->message);
  x->kind = KIND_DONE;
}

void zg_feed_prepare(zg_feed *f,
                     void (*tick)(void *user, size_t done, size_t all)) {
  size_t all = 0, done = 0;
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < f->n; i++) {
      file *x = &f->files[i];
      /* no size: a pipe, which can be read only once */
      if (x->kind != KIND_DOCUMENT || x->size == 0 || !is_slow(x->path))
        continue;
      if (pass == 0) {
        all++;
      } else {
        tick(f->user, done++, all);
        read_in_advance(f, x);
      }
    }
}

const zg_document *zg_feed_doubt(const zg_feed *f, uint32_t i) {
  const zg_document *d = f->files[i].doc;
  return d && (d->replaced || d->charset_doubtful) ? d : NULL;
}

/* ---- documents ---- */

/* Takes an id for the document at hand; false, after the fault is told, when
 * another of this run has it: the daemon would replace that one silently. */
static bool take_id(zg_feed *f, char type, const char *id, uint32_t line) {
  used_id *u = NULL, *added = calloc(1, sizeof *added);
  zg_buf key = ZG_BUF_INIT;
  char message[4608]; /* a path, and around it */
  if (!added || !zg_buf_addc(&key, type) || !zg_buf_adds(&key, id) ||
      !zg_buf_addc(&key, '\0')) {
    snprintf(message, sizeof message, "no memory");
  } else {
    HASH_FIND_STR(f->used, key.p, u);
    if (u)
      snprintf(message, sizeof message,
               zg_say(f->cli, "编号 %.300s 已由 %s 使用，未入库",
                      "the id %.300s is that of %s: not sent"),
               id, zg_feed_path(f, u->file));
    else {
      *added = (used_id){.key = key.p, .file = (uint32_t)f->at};
      HASH_ADD_KEYPTR(hh, f->used, added->key, key.n - 1, added);
      return true;
    }
  }
  fail(f, line, u ? ZG_REASON_DUPLICATE : ZG_REASON_OTHER, message);
  zg_buf_free(&key);
  free(added);
  return false;
}

/* dir/x.txt -> "x"; 2023/x.txt below a directory given -> "2023/x" */
static char *id_of(const file *x) {
  char *name = strdup(x->path + x->name);
  char *dot = name ? strrchr(name, '.') : NULL;
  if (dot && dot != name && !strchr(dot, '/'))
    *dot = '\0';
  return name;
}

/* The document at hand, from the spill or from its file; false after the fault
 * is told. */
static bool take_document(zg_feed *f, file *x, zg_document *d) {
  if (x->spill_n) {
    *d = *x->doc;
    bool ok = zg_buf_reserve(&d->text, x->spill_n + 1) &&
              fseek(f->spill, x->spill_at, SEEK_SET) == 0 &&
              fread(d->text.p, 1, x->spill_n, f->spill) == x->spill_n;
    d->text.n = ok ? x->spill_n : 0;
    if (!ok)
      fail(f, 0, ZG_REASON_OTHER, zg_fault_text(f->cli, errno));
    return ok;
  }
  if (!zg_document_read(f->cli, x->path, d)) {
    fail(f, 0, d->reason, d->message);
    return false;
  }
  if ((d->replaced || d->charset_doubtful) && !x->doc &&
      (x->doc = malloc(sizeof *x->doc))) {
    *x->doc = *d;
    x->doc->text = (zg_buf)ZG_BUF_INIT;
  }
  return true;
}

static bool document_line(zg_feed *f, file *x, zg_document *d, zg_buf *out) {
  char *name = id_of(x), *line = NULL;
  bool named =
      name && strlen(name) <= MAX_ID && zg_utf8_check(name, strlen(name)) < 0;
  cJSON *o = NULL;
  if (name && (!named || take_id(f, 'b', name, 0)))
    o = cJSON_CreateObject();
  if (o && zg_buf_addc(&d->text, '\0')) {
    if (named)
      cJSON_AddStringToObject(o, "id", name);
    cJSON_AddStringToObject(o, d->html ? "html" : "text", d->text.p);
    if (f->source)
      cJSON_AddStringToObject(o, "source", f->source);
    line = cJSON_PrintUnformatted(o);
  }
  if (line) {
    zg_buf_adds(out, line);
    zg_buf_addc(out, '\n');
  }
  cJSON_free(line);
  cJSON_Delete(o);
  free(name);
  return line != NULL;
}

/* As the daemon tells them apart. */
static bool is_bulletin(const cJSON *j) {
  return (zg_member(j, "text") || zg_member(j, "html")) &&
         !zg_member(j, "head");
}

/* Other JSON lies beside bulletins: one fault for the file says more than
 * what the daemon has against each of a thousand items. */
static bool holds_document(const cJSON *array) {
  bool found = cJSON_GetArraySize(array) == 0; /* an empty one is no fault */
  for (const cJSON *j = array->child; j && !found; j = j->next)
    found =
        zg_member(j, "text") || zg_member(j, "html") || zg_member(j, "head");
  return found;
}

/* The text of a *.json, or of a file that looks like one: then text that is no
 * JSON is no fault (`told` false). */
static bool json_documents(zg_feed *f, zg_document *d, bool told) {
  char message[256];
  const char *end = NULL;
  cJSON *j = zg_buf_addc(&d->text, '\0')
                 ? cJSON_ParseWithOpts(d->text.p, &end, true)
                 : NULL;
  d->text.n--;
  if (!j && told) {
    snprintf(message, sizeof message,
             zg_say(f->cli, "不是 JSON（第 %lld 字节附近）",
                    "no JSON (near byte %lld)"),
             (long long)(end ? end - d->text.p : 0) + 1);
    fail(f, 0, ZG_REASON_JSON, message);
  }
  f->document = 0;
  if (cJSON_IsArray(j) || !j) {
    f->documents = j;
  } else {
    f->documents = cJSON_CreateArray();
    cJSON_AddItemToArray(f->documents, j);
  }
  if (f->documents && !holds_document(f->documents)) {
    fail(f, 0, ZG_REASON_NOT_BULLETIN,
         zg_say(f->cli, "既不是通报（无 text）也不是问题（无 head）",
                "neither a bulletin (no text) nor a finding (no head)"));
    cJSON_Delete(f->documents);
    f->documents = NULL;
    return true;
  }
  return j != NULL;
}

static bool next_document(zg_feed *f, zg_buf *out, zg_sent *sent) {
  cJSON *j;
  while ((j = cJSON_DetachItemFromArray(f->documents, 0))) {
    const char *id = zg_text(j, "id");
    f->document++;
    if (!id || take_id(f, is_bulletin(j) ? 'b' : 'f', id, f->document))
      break;
    cJSON_Delete(j);
  }
  char *line = j ? cJSON_PrintUnformatted(j) : NULL;
  *sent = is_bulletin(j) ? ZG_SENT_BULLETIN : ZG_SENT_ITEM;
  cJSON_Delete(j);
  if (!line) {
    cJSON_Delete(f->documents);
    f->documents = NULL;
    return false;
  }
  zg_buf_adds(out, line);
  zg_buf_addc(out, '\n');
  cJSON_free(line);
  return true;
}

/* Blank lines are passed over; a byte order mark and CR go. */
static bool next_line(zg_feed *f, zg_buf *out) {
  ssize_t got;
  while ((got = getline(&f->line_buffer, &f->line_cap, f->lines)) > 0) {
    const char *p = f->line_buffer;
    size_t n = (size_t)got;
    f->line++;
    f->done += n;
    if (f->line == 1 && n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
      p += 3;
      n -= 3;
    }
    while (n > 0 && strchr(" \t\r\n", p[n - 1]) && p[n - 1])
      n--;
    if (n == 0)
      continue;
    zg_buf_add(out, p, n);
    zg_buf_addc(out, '\n');
    return true;
  }
  if (ferror(f->lines))
    fail(f, f->line + 1, ZG_REASON_UNREADABLE, zg_fault_text(f->cli, errno));
  if (f->lines != stdin)
    fclose(f->lines);
  f->lines = NULL;
  return false;
}

typedef enum opened { OPENED_LINES, OPENED_ONE, OPENED_NOTHING } opened;

/* A document is one line at once; the others are opened for next_*. */
static opened open_document(zg_feed *f, file *x, zg_buf *out) {
  zg_document d = {.text = ZG_BUF_INIT};
  opened o = OPENED_NOTHING;
  f->done += x->size;
  if (!take_document(f, x, &d))
    ;
  else if ((x->kind == KIND_JSON || d.content == ZG_CONTENT_JSON) &&
           json_documents(f, &d, x->kind == KIND_JSON))
    o = f->documents ? OPENED_LINES : OPENED_NOTHING;
  else if (x->kind != KIND_JSON && document_line(f, x, &d, out))
    o = OPENED_ONE;
  zg_document_free(&d);
  return o;
}

static opened open_file(zg_feed *f, file *x, zg_buf *out) {
  if (x->kind == KIND_DONE) { /* told of in advance */
    f->done += x->size;
    return OPENED_NOTHING;
  }
  if (x->kind != KIND_NDJSON)
    return open_document(f, x, out);
  f->line = 0;
  f->lines = strcmp(x->path, "-") ? fopen(x->path, "rb") : stdin;
  if (f->lines)
    return OPENED_LINES;
  fail(f, 0, ZG_REASON_UNREADABLE, zg_fault_text(f->cli, errno));
  return OPENED_NOTHING;
}

bool zg_feed_next(zg_feed *f, zg_buf *out, zg_origin *origin) {
  for (; f->at < f->n; f->at++) {
    uint32_t at = (uint32_t)f->at;
    if (!f->lines && !f->documents) {
      opened o = open_file(f, &f->files[at], out);
      if (o == OPENED_ONE) {
        *origin = (zg_origin){ZG_SENT_BULLETIN, at, 0};
        f->at++;
        return true;
      }
      if (o == OPENED_NOTHING)
        continue;
    }
    bool array = f->documents != NULL;
    zg_sent sent = ZG_SENT_LINE;
    if (array ? next_document(f, out, &sent) : next_line(f, out)) {
      *origin = (zg_origin){sent, at, array ? f->document : f->line};
      return true;
    }
  }
  return false;
}
