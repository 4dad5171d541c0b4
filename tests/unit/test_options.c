/* daemon/options.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/options.h"

static const char *env_none(const char *name) {
  (void)name;
  return NULL;
}

static const char *env_home(const char *name) {
  return strcmp(name, "HOME") == 0 ? "/home/u" : NULL;
}

static const char *env_full(const char *name) {
  static const char *const pairs[][2] = {
      {"XDG_DATA_HOME", "/xdg"},      {"XDG_RUNTIME_DIR", "/run/u"},
      {"ZHENGGAI_THREADS", "7"},      {"ZHENGGAI_LOG_LEVEL", "debug"},
      {"ZHENGGAI_READ_ONLY", "true"}, {"ZHENGGAI_TAXONOMY", "/t.ini"},
      {"ZHENGGAI_LISTEN", "[::1]:0"}, {"LANG", "en_US.UTF-8"},
      {"ZHENGGAI_CACHE_MB", "300"}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
    if (strcmp(name, pairs[i][0]) == 0)
      return pairs[i][1];
  return NULL;
}

#define READ(out, env, err, ...)                                               \
  read_args(out, env, err, (const char *[]){"zhenggaid", __VA_ARGS__, NULL})
static zg_status read_args(zg_options *o, zg_getenv env, zg_error *err,
                           const char **argv) {
  int argc = 0;
  while (argv[argc])
    argc++;
  return zg_options_read(o, argc, (char *const *)argv, env, err);
}

static void defaults_follow_the_environment(void **state) {
  zg_options o;
  zg_error err = ZG_ERROR_INIT;
  (void)state;
  assert_int_equal(READ(&o, env_home, &err, "--log-format=json"), ZG_OK);
  assert_string_equal(o.data, "/home/u/.local/share/zhenggai");
  assert_string_equal(o.socket, "/home/u/.local/share/zhenggai/zhenggai.sock");
  assert_string_equal(o.host, "127.0.0.1");
  assert_int_equal(o.port, 7700);
  assert_true(o.log_json && o.threads >= 2 && !o.socket_given);
  assert_null(o.taxonomy);
  assert_int_equal(o.cache_mb, 0);
  zg_options_free(&o);
  assert_int_equal(READ(&o, env_none, &err, "--threads", "2"), ZG_INVALID);
  assert_string_equal(err.param, "data");
  zg_options_free(&o);
}

static void the_command_line_wins(void **state) {
  zg_options o;
  zg_error err = ZG_ERROR_INIT;
  (void)state;
  assert_int_equal(READ(&o, env_full, &err, "--threads", "3", "--data=/d"),
                   ZG_OK);
  assert_int_equal(o.threads, 3);
  assert_int_equal(o.cache_mb, 300);
  assert_string_equal(o.data, "/d");
  assert_string_equal(o.socket, "/run/u/zhenggai.sock");
  assert_string_equal(o.host, "::1");
  assert_int_equal(o.port, 0);
  assert_true(o.read_only);
  assert_string_equal(o.taxonomy, "/t.ini");
  assert_int_equal(o.log_level, ZG_LOG_DEBUG);
  zg_options_free(&o);
}

static void bad_options_are_named(void **state) {
  static const struct {
    const char *a, *b, *said;
  } bad[] = {
      {"--nope", "1", "--nope"},
      {"--threads", "0", "--threads"},
      {"--threads", "-1", "--threads"},
      {"--threads", "2x", "--threads"},
      {"--log-level", "loud", "--log-level"},
      {"--log-format", "xml", "--log-format"},
      {"--listen", "7700", "--listen"},
      {"--listen", "127.0.0.1:70000", "--listen"},
      {"--listen", "0.0.0.0:7700", "loopback"},
      {"--listen", "example.org:7700", "loopback"},
      {"--read-only=perhaps", "--threads=2", "--read-only"},
      {"--threads=2", "--data", "needs a value"},
      {"file.txt", "--threads=2", "file.txt"},
      {"--config", "/nonexistent/zhenggai.conf", "/nonexistent"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    zg_options o;
    zg_error err = ZG_ERROR_INIT;
    if (READ(&o, env_home, &err, bad[i].a, bad[i].b) != ZG_INVALID ||
        !strstr(err.message, bad[i].said))
      fail_msg("%s %s: %s", bad[i].a, bad[i].b, err.message);
    zg_options_free(&o);
  }
}

static void something_must_listen(void **state) {
  zg_options o;
  zg_error err = ZG_ERROR_INIT;
  (void)state;
  assert_int_equal(READ(&o, env_home, &err, "--listen=none", "--socket=none"),
                   ZG_INVALID);
  zg_options_free(&o);
  assert_int_equal(READ(&o, env_home, &err, "--listen=none", "--socket=/s"),
                   ZG_OK);
  assert_int_equal(o.port, -1);
  assert_true(o.socket_given);
  zg_options_free(&o);
}

static void write_file(char path[], const char *content) {
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, content, strlen(content)), strlen(content));
  close(fd);
}

static void the_file_is_read_and_its_faults_have_lines(void **state) {
  char good[] = "/tmp/zg-options-XXXXXX", bad[] = "/tmp/zg-options-XXXXXX";
  zg_options o;
  zg_error err = ZG_ERROR_INIT;
  (void)state;
  write_file(good, "# comment\n\n data = /from/file \nlog_level=warn\r\n"
                   "idle-timeout = 9\ncache_mb = 8\nimport-memory-mb = 64\n; "
                   "more\nthreads = 5");
  write_file(bad, "data = /x\nthreads = many\n");
  assert_int_equal(READ(&o, env_home, &err, "--import-memory-mb", "15"),
                   ZG_INVALID);
  assert_non_null(strstr(err.message, "16"));
  zg_options_free(&o);
  assert_int_equal(READ(&o, env_home, &err, "--config", good, "--threads=4"),
                   ZG_OK);
  assert_string_equal(o.data, "/from/file");
  assert_int_equal(o.log_level, ZG_LOG_WARN);
  assert_int_equal(o.idle_timeout, 9);
  assert_int_equal(o.import_memory_mb, 64);
  assert_int_equal(o.cache_mb, 8);
  assert_int_equal(o.threads, 4);
  zg_options_free(&o);
  assert_int_equal(
      READ(&o, env_home, &err, "--config", good, "--cache-mb=auto"), ZG_OK);
  assert_int_equal(o.cache_mb, 0);
  zg_options_free(&o);
  assert_int_equal(READ(&o, env_home, &err, "--config", bad), ZG_INVALID);
  assert_non_null(strstr(err.message, "line 2"));
  assert_non_null(strstr(err.message, "many"));
  zg_options_free(&o);
  unlink(good);
  unlink(bad);
}

static void help_speaks_both_languages(void **state) {
  zg_options o;
  zg_error err = ZG_ERROR_INIT;
  (void)state;
  char *zh = zg_options_help(env_home), *en = zg_options_help(env_full);
  assert_non_null(strstr(zh, "数据目录"));
  assert_non_null(strstr(en, "data directory"));
  assert_non_null(strstr(zh, "--log-format text|json"));
  free(zh);
  free(en);
  assert_int_equal(READ(&o, env_none, &err, "--help"), ZG_OK);
  assert_true(o.show_help);
  zg_options_free(&o);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_follow_the_environment),
      cmocka_unit_test(the_command_line_wins),
      cmocka_unit_test(bad_options_are_named),
      cmocka_unit_test(something_must_listen),
      cmocka_unit_test(the_file_is_read_and_its_faults_have_lines),
      cmocka_unit_test(help_speaks_both_languages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
