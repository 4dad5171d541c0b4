#include "tools/cli/input.h"
#include "tools/cli/answer.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <uthash.h>

typedef enum kind { KIND_TXT, KIND_JSON, KIND_NDJSON, KIND_NONE } kind;

typedef struct file {
  char *path;
  size_t name; /* where in the path the id begins */
  uint64_t size;
  kind kind;
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
};

static kind kind_of(const char *path) {
  static const struct {
    const char *ending;
    kind kind;
  } table[] = {{".txt", KIND_TXT},
               {".json", KIND_JSON},
               {".ndjson", KIND_NDJSON},
               {".jsonl", KIND_NDJSON}};
  size_t n = strlen(path);
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    size_t k = strlen(table[i].ending);
    if (n > k && strcasecmp(path + n - k, table[i].ending) == 0)
      return table[i].kind;
  }
  return KIND_NONE;
}

static bool read_all(FILE *from, zg_buf *out) {
  for (;;) {
    if (!zg_buf_reserve(out, 65536))
      return false;
    size_t got = fread(out->p + out->n, 1, 65536, from);
    out->n += got;
    if (got == 0)
      return !ferror(from);
  }
}

/* Reads, drops the mark, checks; on a fault false and a message. */
static bool read_text(const zg_cli *cli, const char *path, zg_buf *out,
                      char *message, size_t size) {
  bool standard = strcmp(path, "-") == 0;
  FILE *from = standard ? stdin : fopen(path, "rb");
  bool ok = from && read_all(from, out);
  if (!ok)
    snprintf(message, size, "%s", strerror(errno));
  if (from && !standard)
    fclose(from);
  if (!ok)
    return false;
  if (out->n >= 3 && memcmp(out->p, "\xEF\xBB\xBF", 3) == 0) {
    memmove(out->p, out->p + 3, out->n - 3);
    out->n -= 3;
  }
  int64_t bad = out->n ? zg_utf8_check(out->p, out->n) : -1;
  if (bad >= 0)
    snprintf(message, size,
             zg_say(cli,
                    "不是 UTF-8（第 %lld 字节起）；请先转换，如 iconv -f "
                    "GB18030 -t UTF-8",
                    "not UTF-8 (from byte %lld); convert it first, as with "
                    "iconv -f GB18030 -t UTF-8"),
             (long long)bad + 1);
  return bad < 0;
}

int zg_input_text(const zg_cli *cli, const char *path, zg_buf *out) {
  char message[256];
  if (read_text(cli, path, out, message, sizeof message))
    return 0;
  return zg_complain(cli, ZG_EXIT_NO_INPUT, "%s: %s", path, message);
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
  for (size_t i = 0; i < f->n; i++)
    free(f->files[i].path);
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
  f->files[f->n++] = (file){copy, name, size, k};
  f->all += size;
  return true;
}

/* `name`: where in the paths below it the ids begin. */
static bool add_directory(zg_feed *f, const char *path, size_t name) {
  struct dirent **names = NULL;
  int n = scandir(path, &names, NULL, alphasort);
  if (n < 0) {
    f->fault(f->user, path, 0, strerror(errno));
    return true;
  }
  bool ok = true;
  for (int i = 0; i < n; i++) {
    zg_buf child = ZG_BUF_INIT;
    struct stat st;
    if (ok && names[i]->d_name[0] != '.' &&
        zg_buf_printf(&child, "%s/%s", path, names[i]->d_name) &&
        zg_buf_addc(&child, '\0') && stat(child.p, &st) == 0) {
      kind k = kind_of(child.p);
      if (S_ISDIR(st.st_mode))
        ok = add_directory(f, child.p, name);
      else if (S_ISREG(st.st_mode) && k != KIND_NONE)
        ok = add_file(f, child.p, name, (uint64_t)st.st_size, k);
    }
    zg_buf_free(&child);
    free(names[i]);
  }
  free(names);
  return ok;
}

bool zg_feed_add(zg_feed *f, const char *path) {
  struct stat st;
  if (strcmp(path, "-") == 0) {
    f->unknown_size = true;
    return add_file(f, path, 0, 0, KIND_NDJSON);
  }
  if (stat(path, &st) != 0) {
    f->fault(f->user, path, 0, strerror(errno));
    return true;
  }
  if (S_ISDIR(st.st_mode))
    return add_directory(f, path, strlen(path) + 1);
  kind k = kind_of(path);
  if (k == KIND_NONE) {
    f->fault(f->user, path, 0,
             zg_say(f->cli, "不认识的类型（可用 .txt .json .ndjson）",
                    "unknown kind of file (.txt .json .ndjson)"));
    return true;
  }
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

static void fail(zg_feed *f, uint32_t line, const char *message) {
  f->fault(f->user, zg_feed_path(f, (uint32_t)f->at), line, message);
}

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
  fail(f, line, message);
  zg_buf_free(&key);
  free(added);
  return false;
}

/* dir/x.txt -> "x"; 2023/x.txt below a directory given -> "2023/x" */
static bool txt_line(zg_feed *f, const file *x, zg_buf *out) {
  char message[256];
  zg_buf text = ZG_BUF_INIT;
  bool ok = read_text(f->cli, x->path, &text, message, sizeof message) &&
            zg_buf_addc(&text, '\0');
  if (ok && strlen(text.p) + 1 != text.n) {
    snprintf(message, sizeof message, "%s",
             zg_say(f->cli, "含有 NUL 字节，不是文本", "a NUL byte: no text"));
    ok = false;
  }
  if (!ok)
    fail(f, 0, message);
  char *name = ok ? strdup(x->path + x->name) : NULL, *line = NULL;
  if (name)
    *strrchr(name, '.') = '\0'; /* kind_of saw the ending */
  bool named =
      name && strlen(name) <= MAX_ID && zg_utf8_check(name, strlen(name)) < 0;
  cJSON *o = NULL;
  if (name && (!named || take_id(f, 'b', name, 0)))
    o = cJSON_CreateObject();
  if (o) {
    if (named)
      cJSON_AddStringToObject(o, "id", name);
    cJSON_AddStringToObject(o, "text", text.p);
    if (f->source)
      cJSON_AddStringToObject(o, "source", f->source);
    line = cJSON_PrintUnformatted(o);
  }
  if (line) {
    zg_buf_adds(out, line);
    zg_buf_addc(out, '\n');
  }
  bool made = line != NULL;
  cJSON_free(line);
  cJSON_Delete(o);
  free(name);
  zg_buf_free(&text);
  return made;
}

/* As the daemon tells them apart. */
static bool is_bulletin(const cJSON *j) {
  return zg_member(j, "text") && !zg_member(j, "head");
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

static bool json_documents(zg_feed *f, const char *path) {
  char message[256];
  zg_buf text = ZG_BUF_INIT;
  bool ok = read_text(f->cli, path, &text, message, sizeof message) &&
            zg_buf_addc(&text, '\0');
  const char *end = NULL;
  cJSON *j = ok ? cJSON_ParseWithOpts(text.p, &end, true) : NULL;
  if (ok && !j)
    snprintf(message, sizeof message,
             zg_say(f->cli, "不是 JSON（第 %lld 字节附近）",
                    "no JSON (near byte %lld)"),
             (long long)(end ? end - text.p : 0) + 1);
  if (!j)
    fail(f, 0, message);
  zg_buf_free(&text);
  f->document = 0;
  if (cJSON_IsArray(j) || !j) {
    f->documents = j;
  } else {
    f->documents = cJSON_CreateArray();
    cJSON_AddItemToArray(f->documents, j);
  }
  if (f->documents && !holds_document(f->documents)) {
    fail(f, 0,
         zg_say(f->cli, "既不是通报（无 text）也不是问题（无 head）",
                "neither a bulletin (no text) nor a finding (no head)"));
    cJSON_Delete(f->documents);
    f->documents = NULL;
  }
  return f->documents != NULL;
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
    fail(f, f->line + 1, strerror(errno));
  if (f->lines != stdin)
    fclose(f->lines);
  f->lines = NULL;
  return false;
}

typedef enum opened { OPENED_LINES, OPENED_ONE, OPENED_NOTHING } opened;

/* A *.txt is one line at once; the others are opened for next_*. */
static opened open_file(zg_feed *f, const file *x, zg_buf *out) {
  bool ok;
  switch (x->kind) {
  case KIND_TXT:
    f->done += x->size;
    return txt_line(f, x, out) ? OPENED_ONE : OPENED_NOTHING;
  case KIND_JSON:
    f->done += x->size;
    ok = json_documents(f, x->path);
    break;
  default:
    f->line = 0;
    f->lines = strcmp(x->path, "-") ? fopen(x->path, "rb") : stdin;
    ok = f->lines != NULL;
    if (!ok)
      fail(f, 0, strerror(errno));
  }
  return ok ? OPENED_LINES : OPENED_NOTHING;
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
