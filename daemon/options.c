#include "daemon/options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/http.h"
#include "daemon/version.h"

typedef zg_status (*setter)(zg_options *o, const char *value, zg_error *err);

static zg_status bad_value(zg_error *err, const char *what) {
  return zg_fail(err, ZG_INVALID, "invalid_option", "", "%s", what);
}

static zg_status replace(char **slot, const char *value, zg_error *err) {
  char *copy = strdup(value);
  if (!copy)
    return zg_fail_nomem(err);
  free(*slot);
  *slot = copy;
  return ZG_OK;
}

static zg_status set_data(zg_options *o, const char *v, zg_error *err) {
  if (!*v)
    return bad_value(err, "a directory is expected");
  return replace(&o->data, v, err);
}
static zg_status set_listen(zg_options *o, const char *v, zg_error *err) {
  return replace(&o->listen, v, err);
}
static zg_status set_socket(zg_options *o, const char *v, zg_error *err) {
  o->socket_given = true;
  return replace(&o->socket, v, err);
}
static zg_status set_taxonomy(zg_options *o, const char *v, zg_error *err) {
  if (!*v) { /* the built-in one, over what came before */
    free(o->taxonomy);
    o->taxonomy = NULL;
    return ZG_OK;
  }
  return replace(&o->taxonomy, v, err);
}
static zg_status set_hosts(zg_options *o, const char *v, zg_error *err) {
  return replace(&o->allowed_hosts, v, err);
}

static zg_status number(const char *v, unsigned min, unsigned max,
                        unsigned *out, zg_error *err) {
  char *end;
  errno = 0;
  unsigned long n = strtoul(v, &end, 10);
  if (errno || end == v || *end || *v == '-' || n < min || n > max)
    return zg_fail(err, ZG_INVALID, "invalid_option", "",
                   "a number from %u to %u is expected", min, max);
  *out = (unsigned)n;
  return ZG_OK;
}
static zg_status set_threads(zg_options *o, const char *v, zg_error *err) {
  return number(v, 1, 64, &o->threads, err);
}
static zg_status set_queue(zg_options *o, const char *v, zg_error *err) {
  return number(v, 1, 100000, &o->queue, err);
}
static zg_status set_import_memory(zg_options *o, const char *v,
                                   zg_error *err) {
  return number(v, ZG_IMPORT_MEMORY_MIN, 65536, &o->import_memory_mb, err);
}
static zg_status set_cache(zg_options *o, const char *v, zg_error *err) {
  if (strcmp(v, "auto") == 0) {
    o->cache_mb = 0;
    return ZG_OK;
  }
  return number(v, 1, 1 << 20, &o->cache_mb, err);
}
static zg_status set_idle(zg_options *o, const char *v, zg_error *err) {
  return number(v, 1, 86400, &o->idle_timeout, err);
}

static zg_status flag(const char *v, bool *out, zg_error *err) {
  bool yes = !strcmp(v, "1") || !strcmp(v, "true") || !strcmp(v, "yes") ||
             !strcmp(v, "on");
  bool no = !strcmp(v, "0") || !strcmp(v, "false") || !strcmp(v, "no") ||
            !strcmp(v, "off") || !*v;
  if (!yes && !no)
    return bad_value(err, "true or false is expected");
  *out = yes;
  return ZG_OK;
}

static zg_status set_read_only(zg_options *o, const char *v, zg_error *err) {
  return flag(v, &o->read_only, err);
}
static zg_status set_compact(zg_options *o, const char *v, zg_error *err) {
  return flag(v, &o->compact, err);
}

static zg_status set_log_level(zg_options *o, const char *v, zg_error *err) {
  int level = zg_log_level_of(v);
  if (level < 0)
    return bad_value(err, "error, warn, info or debug is expected");
  o->log_level = (zg_log_level)level;
  return ZG_OK;
}

static zg_status set_log_format(zg_options *o, const char *v, zg_error *err) {
  if (strcmp(v, "text") != 0 && strcmp(v, "json") != 0)
    return bad_value(err, "text or json is expected");
  o->log_json = v[0] == 'j';
  return ZG_OK;
}

typedef struct option {
  const char *name;     /* --name; in the file and after ZHENGGAI_ with '_' */
  const char *argument; /* NULL: a flag */
  setter set;           /* NULL: handled apart */
  const char *zh, *en;
} option;

static const option table[] = {
    {"data", "DIR", set_data, "数据目录（默认 $XDG_DATA_HOME/zhenggai）",
     "data directory (default $XDG_DATA_HOME/zhenggai)"},
    {"listen", "HOST:PORT", set_listen,
     "监听地址，仅限本机；端口 0 自动选取，none 关闭（默认 127.0.0.1:7700）",
     "loopback address; port 0 picks one, none turns it off "
     "(default 127.0.0.1:7700)"},
    {"socket", "PATH", set_socket,
     "Unix 套接字；none 关闭（默认 $XDG_RUNTIME_DIR/zhenggai.sock）",
     "Unix socket; none turns it off (default $XDG_RUNTIME_DIR/zhenggai.sock, "
     "else DIR/zhenggai.sock)"},
    {"config", "FILE", NULL, "配置文件，每行 key = value",
     "configuration file, a `key = value` a line"},
    {"threads", "N", set_threads, "检索线程数（默认为处理器核数，至少 2）",
     "search threads (default: number of processors, at least 2)"},
    {"queue", "N", set_queue, "排队任务上限，满则 503（默认 256）",
     "jobs that may wait before 503 (default 256)"},
    {"cache-mb", "N|auto", set_cache,
     "内存中保留的词表与命中集合，以 MB 计（默认 auto：64 加每百万条问题 250）",
     "MB of posting lists and match sets kept in memory (default auto: 64 and "
     "250 a million findings)"},
    {"read-only", NULL, set_read_only, "只读方式打开", "serve without writing"},
    {"compact", NULL, set_compact, "压紧数据目录后退出（服务须已停止）",
     "compact the data directory and end (no daemon may be using it)"},
    {"taxonomy", "FILE", set_taxonomy,
     "问题分类表文件（默认用内置表；SIGHUP 或 zhenggai reload 重新载入）",
     "file of the taxonomy (default: the built-in one; SIGHUP reloads it)"},
    {"allowed-hosts", "NAME,…", set_hosts, "允许的其他 Host、Origin 主机名",
     "further host names accepted in Host and Origin"},
    {"idle-timeout", "SECONDS", set_idle, "空闲连接保留秒数（默认 300）",
     "seconds that an idle connection is kept (default 300)"},
    {"import-memory-mb", "N", set_import_memory,
     "入库时已解析待写数据所占内存上限，MB（默认 128，至少 16）",
     "memory for prepared lines of imports, in MB (default 128, at least 16)"},
    {"log-level", "L", set_log_level, "error、warn、info 或 debug（默认 info）",
     "error, warn, info or debug (default info)"},
    {"log-format", "text|json", set_log_format, "日志格式（默认 text）",
     "format of the log on standard error (default text)"},
    {"help", NULL, NULL, "显示本说明", "this text"},
    {"version", NULL, NULL, "显示版本", "the version"},
};
#define TABLE_N (sizeof table / sizeof table[0])

/* '-' and '_' are the same, so that one table serves all three sources. */
static bool same_name(const char *a, const char *b, size_t bn) {
  size_t i = 0;
  for (; a[i] && i < bn; i++) {
    char y = b[i] == '_' ? '-' : b[i];
    if (a[i] != y)
      return false;
  }
  return !a[i] && i == bn;
}

static const option *find(const char *name, size_t n) {
  for (size_t i = 0; i < TABLE_N; i++)
    if (same_name(table[i].name, name, n))
      return &table[i];
  return NULL;
}

static zg_status apply(zg_options *o, const option *opt, const char *value,
                       const char *where, zg_error *err) {
  zg_error inner = ZG_ERROR_INIT;
  zg_status st = opt->set(o, value, &inner);
  if (st == ZG_INVALID)
    return zg_fail(err, st, "invalid_option", opt->name,
                   "%s: %s, not \"%.60s\"", where, inner.message, value);
  if (st)
    return zg_fail(err, st, inner.code, opt->name, "%s: %s", where,
                   inner.message);
  return ZG_OK;
}

static char *strip(char *s) {
  while (*s == ' ' || *s == '\t')
    s++;
  size_t n = strlen(s);
  while (n && strchr(" \t\r\n", s[n - 1]))
    s[--n] = '\0';
  return s;
}

static zg_status file_line(zg_options *o, char *line, const char *where,
                           zg_error *err) {
  char *key = strip(line);
  if (!*key || *key == '#' || *key == ';')
    return ZG_OK;
  char *eq = strchr(key, '=');
  if (!eq)
    return zg_fail(err, ZG_INVALID, "invalid_option", "",
                   "%s: key = value is expected", where);
  *eq = '\0';
  char *name = strip(key), *value = strip(eq + 1);
  const option *opt = find(name, strlen(name));
  if (!opt || !opt->set)
    return zg_fail(err, ZG_INVALID, "invalid_option", "",
                   "%s: unknown key \"%.60s\"", where, name);
  return apply(o, opt, value, where, err);
}

zg_status zg_options_file(zg_options *o, const char *path, zg_error *err) {
  FILE *f = fopen(path, "re");
  if (!f)
    return zg_fail(err, ZG_INVALID, "invalid_option", "config",
                   "%s: cannot be read: %s", path, strerror(errno));
  char *line = NULL;
  size_t cap = 0;
  zg_status st = ZG_OK;
  for (int n = 1; st == ZG_OK && getline(&line, &cap, f) >= 0; n++) {
    char where[300];
    snprintf(where, sizeof where, "%.250s, line %d", path, n);
    st = file_line(o, line, where, err);
  }
  if (st == ZG_OK && ferror(f))
    st = zg_fail(err, ZG_INVALID, "invalid_option", "config",
                 "%s: cannot be read: %s", path, strerror(errno));
  free(line);
  fclose(f);
  return st;
}

static zg_status from_env(zg_options *o, zg_getenv env, zg_error *err) {
  for (size_t i = 0; i < TABLE_N; i++) {
    char name[64] = "ZHENGGAI_";
    size_t n = strlen(name);
    for (const char *c = table[i].name; *c; c++)
      name[n++] = *c == '-' ? '_' : (char)(*c - 'a' + 'A');
    name[n] = '\0';
    const char *value = table[i].set ? env(name) : NULL;
    zg_status st = value ? apply(o, &table[i], value, name, err) : ZG_OK;
    if (st)
      return st;
  }
  return ZG_OK;
}

/* The value of the argument at *i, which may stand behind '=' or next. */
static zg_status value_of(const option *opt, const char *eq, int argc,
                          char *const *argv, int *i, const char **value,
                          zg_error *err) {
  if (!opt->argument) {
    *value = eq ? eq + 1 : "true";
  } else if (eq) {
    *value = eq + 1;
  } else if (*i + 1 < argc) {
    *value = argv[++*i];
  } else {
    return zg_fail(err, ZG_INVALID, "invalid_option", opt->name,
                   "--%s needs a value (%s)", opt->name, opt->argument);
  }
  return ZG_OK;
}

/* `config` collects --config; without `o` nothing else is looked at. */
static zg_status from_args(zg_options *o, const char **config, int argc,
                           char *const *argv, zg_error *err) {
  for (int i = 1; i < argc; i++) {
    const char *a = argv[i], *value = NULL;
    if (strcmp(a, "-h") == 0)
      a = "--help";
    if (strncmp(a, "--", 2) != 0)
      return zg_fail(err, ZG_INVALID, "invalid_option", "",
                     "unexpected argument \"%.60s\"", a);
    const char *eq = strchr(a, '=');
    size_t n = eq ? (size_t)(eq - a - 2) : strlen(a + 2);
    const option *opt = find(a + 2, n);
    if (!opt)
      return zg_fail(err, ZG_INVALID, "invalid_option", "",
                     "unknown option \"%.60s\"; see --help", a);
    zg_status st = value_of(opt, eq, argc, argv, &i, &value, err);
    if (st)
      return st;
    if (strcmp(opt->name, "config") == 0)
      *config = value;
    else if (strcmp(opt->name, "help") == 0 && o)
      o->show_help = true;
    else if (strcmp(opt->name, "version") == 0 && o)
      o->show_version = true;
    else if (o && opt->set) {
      char where[80];
      snprintf(where, sizeof where, "--%s", opt->name);
      if ((st = apply(o, opt, value, where, err)))
        return st;
    }
  }
  return ZG_OK;
}

static zg_status set_path(char **slot, zg_error *err, const char *dir,
                          const char *rest) {
  if (asprintf(slot, "%s%s", dir, rest) < 0) {
    *slot = NULL;
    return zg_fail_nomem(err);
  }
  return ZG_OK;
}

static zg_status defaults(zg_options *o, zg_getenv env, zg_error *err) {
  zg_status st = ZG_OK;
  const char *xdg = env("XDG_DATA_HOME"), *home = env("HOME");
  const char *run = env("XDG_RUNTIME_DIR");
  if (!o->data && xdg && xdg[0] == '/')
    st = set_path(&o->data, err, xdg, "/zhenggai");
  else if (!o->data && home && home[0] == '/')
    st = set_path(&o->data, err, home, "/.local/share/zhenggai");
  else if (!o->data)
    st = zg_fail(err, ZG_INVALID, "invalid_option", "data",
                 "--data is needed: neither XDG_DATA_HOME nor HOME is set");
  if (st == ZG_OK && !o->listen)
    st = replace(&o->listen, "127.0.0.1:7700", err);
  if (st == ZG_OK && !o->socket)
    st = run && run[0] == '/'
             ? set_path(&o->socket, err, run, "/zhenggai.sock")
             : set_path(&o->socket, err, o->data, "/zhenggai.sock");
  if (st == ZG_OK && !o->allowed_hosts)
    st = replace(&o->allowed_hosts, "", err);
  return st;
}

static zg_status split_listen(zg_options *o, zg_error *err) {
  if (strcmp(o->listen, "none") == 0) {
    o->port = -1;
    return ZG_OK;
  }
  const char *colon = strrchr(o->listen, ':');
  unsigned port;
  zg_error inner = ZG_ERROR_INIT;
  size_t n = colon ? (size_t)(colon - o->listen) : 0;
  if (!colon || n == 0 || n >= sizeof o->host ||
      number(colon + 1, 0, 65535, &port, &inner))
    return zg_fail(err, ZG_INVALID, "invalid_option", "listen",
                   "--listen: HOST:PORT is expected, not \"%.80s\"", o->listen);
  if (!zg_http_host_is_loopback((zg_str){o->listen, n}))
    return zg_fail(err, ZG_INVALID, "invalid_option", "listen",
                   "--listen %.80s: only loopback addresses (127.0.0.1, [::1], "
                   "localhost) can be bound without an access key",
                   o->listen);
  bool v6 = o->listen[0] == '[';
  snprintf(o->host, sizeof o->host, "%.*s", (int)(v6 ? n - 2 : n),
           o->listen + (v6 ? 1 : 0));
  if (strcasecmp(o->host, "localhost") == 0)
    snprintf(o->host, sizeof o->host, "127.0.0.1");
  o->port = (int)port;
  return ZG_OK;
}

zg_status zg_options_read(zg_options *out, int argc, char *const *argv,
                          zg_getenv env, zg_error *err) {
  long cpus = sysconf(_SC_NPROCESSORS_ONLN);
  *out = (zg_options){.queue = 256,
                      .cache_mb = 0,
                      .idle_timeout = 300,
                      .import_memory_mb = 128,
                      .log_level = ZG_LOG_INFO};
  out->threads = cpus < 2 ? 2 : cpus > 16 ? 16 : (unsigned)cpus;
  const char *config = env("ZHENGGAI_CONFIG");
  zg_status st = from_args(NULL, &config, argc, argv, err);
  if (st == ZG_OK && config && *config)
    st = zg_options_file(out, config, err);
  if (st == ZG_OK)
    st = from_env(out, env, err);
  if (st == ZG_OK)
    st = from_args(out, &config, argc, argv, err);
  if (st || out->show_help || out->show_version)
    return st;
  if ((st = defaults(out, env, err)))
    return st;
  if ((st = split_listen(out, err)))
    return st;
  if (out->port < 0 && strcmp(out->socket, "none") == 0)
    return zg_fail(err, ZG_INVALID, "invalid_option", "listen",
                   "neither --listen nor --socket is left to listen on");
  return ZG_OK;
}

void zg_options_free(zg_options *o) {
  free(o->data);
  free(o->listen);
  free(o->socket);
  free(o->taxonomy);
  free(o->allowed_hosts);
  *o = (zg_options){0};
}

static bool wants_english(zg_getenv env) {
  static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
  for (size_t i = 0; i < 3; i++) {
    const char *v = env(names[i]);
    if (v && *v)
      return strncmp(v, "zh", 2) != 0;
  }
  return false;
}

char *zg_options_help(zg_getenv env) {
  bool en = wants_english(env);
  zg_buf b = ZG_BUF_INIT;
  zg_buf_adds(&b, en ? "zhenggaid " ZG_VERSION
                       " - search and statistics over rectification "
                       "bulletins\n\nUsage: zhenggaid [OPTION]...\n\n"
                     : "zhenggaid " ZG_VERSION
                       " —— 整改通报检索与统计服务\n\n用法：zhenggaid "
                       "[选项]…\n\n");
  for (size_t i = 0; i < TABLE_N; i++) {
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", table[i].name,
             table[i].argument ? " " : "",
             table[i].argument ? table[i].argument : "");
    zg_buf_printf(&b, "  %-26s %s\n", left, en ? table[i].en : table[i].zh);
  }
  zg_buf_adds(
      &b,
      en ? "\nEvery option is also ZHENGGAI_NAME in the environment "
           "(ZHENGGAI_LOG_LEVEL) and\n`name = value` in the configuration "
           "file; the command line wins.\n\nExit codes: 0 ended on request, "
           "1 could not start or run, 2 index damaged, 64 usage.\n"
         : "\n每个选项也可写作环境变量 ZHENGGAI_名称（如 "
           "ZHENGGAI_LOG_LEVEL）或配置文件中的\n`name = value`；"
           "命令行优先。\n\n退出码：0 正常结束，1 无法启动或运行，"
           "2 索引损坏，64 用法错误。\n");
  zg_buf_addc(&b, '\0');
  return b.p;
}
