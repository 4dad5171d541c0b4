#include "daemon/json_in.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define EXACT_MAX (INT64_C(1) << 53)

typedef struct scan {
  const char *p;
  size_t n, i;
  size_t big, values;
  zg_error *err;
} scan;

static zg_status bad(scan *s, size_t at, const char *code, const char *what) {
  return zg_fail_at(s->err, ZG_INVALID, (int64_t)at, code, "",
                    "JSON, byte %zu: %s", at, what);
}

static int peek(const scan *s) {
  return s->i < s->n ? (unsigned char)s->p[s->i] : -1;
}

static void blanks(scan *s) {
  while (s->i < s->n) {
    char c = s->p[s->i];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
      break;
    s->i++;
  }
}

static int hex4(const scan *s, size_t at) {
  int v = 0;
  if (at + 4 > s->n)
    return -1;
  for (size_t k = 0; k < 4; k++) {
    char c = s->p[at + k];
    int d = c >= '0' && c <= '9'   ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                   : -1;
    if (d < 0)
      return -1;
    v = v * 16 + d;
  }
  return v;
}

/* At the 'u' of an escape; leaves i behind the last digit. */
static zg_status scan_u(scan *s, size_t start) {
  int v = hex4(s, s->i + 1);
  if (v < 0)
    return bad(s, start, "invalid_json", "\\u needs four hexadecimal digits");
  if (v == 0)
    return bad(s, start, "invalid_json", "\\u0000 is not accepted");
  s->i += 5;
  if (v >= 0xDC00 && v <= 0xDFFF)
    return bad(s, start, "invalid_json", "lone low surrogate");
  if (v >= 0xD800 && v <= 0xDBFF) {
    int low = s->i + 6 <= s->n && s->p[s->i] == '\\' && s->p[s->i + 1] == 'u'
                  ? hex4(s, s->i + 2)
                  : -1;
    if (low < 0xDC00 || low > 0xDFFF)
      return bad(s, start, "invalid_json", "lone high surrogate");
    s->i += 6;
  }
  return ZG_OK;
}

static zg_status scan_string(scan *s) {
  size_t start = s->i++;
  while (s->i < s->n) {
    unsigned char c = (unsigned char)s->p[s->i];
    if (c == '"') {
      s->i++;
      return ZG_OK;
    }
    if (c < 0x20)
      return bad(s, s->i, "invalid_json",
                 "a control character in a string must be escaped");
    if (c != '\\') {
      s->i++;
      continue;
    }
    size_t at = s->i++;
    int e = peek(s);
    if (e == 'u') {
      zg_status st = scan_u(s, at);
      if (st)
        return st;
    } else if (e > 0 && strchr("\"\\/bfnrt", e)) {
      s->i++;
    } else {
      return bad(s, at, "invalid_json", "unknown escape");
    }
  }
  return bad(s, start, "invalid_json", "the string is not closed");
}

static bool digits(scan *s) {
  size_t from = s->i;
  while (s->i < s->n && s->p[s->i] >= '0' && s->p[s->i] <= '9')
    s->i++;
  return s->i > from;
}

static zg_status check_number(scan *s, size_t start, bool integer) {
  char text[64];
  size_t n = s->i - start;
  if (n >= sizeof text)
    return bad(s, start, "invalid_number", "the number is too long");
  memcpy(text, s->p + start, n);
  text[n] = '\0';
  if (!integer) {
    if (!isfinite(strtod(text, NULL)))
      return bad(s, start, "invalid_number", "the number is out of range");
    return ZG_OK;
  }
  errno = 0;
  long long v = strtoll(text, NULL, 10);
  if (errno == ERANGE)
    return bad(s, start, "invalid_number",
               "the integer does not fit in 64 bits");
  if (v > EXACT_MAX || v < -EXACT_MAX)
    s->big++;
  return ZG_OK;
}

static zg_status scan_number(scan *s) {
  size_t start = s->i;
  bool integer = true;
  if (peek(s) == '-')
    s->i++;
  if (peek(s) == '0')
    s->i++;
  else if (!digits(s))
    return bad(s, start, "invalid_json", "a value was expected");
  int c = peek(s);
  if ((c >= '0' && c <= '9') || c == 'x' || c == 'X')
    return bad(s, start, "invalid_number",
               "a number has no leading zero and is decimal");
  if (c == '.') {
    integer = false;
    s->i++;
    if (!digits(s))
      return bad(s, start, "invalid_number", "digits expected after '.'");
  }
  c = peek(s);
  if (c == 'e' || c == 'E') {
    integer = false;
    s->i++;
    c = peek(s);
    if (c == '+' || c == '-')
      s->i++;
    if (!digits(s))
      return bad(s, start, "invalid_number", "digits expected in the exponent");
  }
  return check_number(s, start, integer);
}

static zg_status scan_word(scan *s, const char *word) {
  size_t k = strlen(word);
  if (s->n - s->i < k || memcmp(s->p + s->i, word, k) != 0)
    return bad(s, s->i, "invalid_json", "a value was expected");
  s->i += k;
  return ZG_OK;
}

static zg_status scan_scalar(scan *s) {
  switch (peek(s)) {
  case '"':
    return scan_string(s);
  case 't':
    return scan_word(s, "true");
  case 'f':
    return scan_word(s, "false");
  case 'n':
    return scan_word(s, "null");
  case -1:
    return bad(s, s->i, "invalid_json", "the text ends too early");
  default:
    return scan_number(s);
  }
}

/* At the first byte of a member: its key and colon. */
static zg_status scan_key(scan *s) {
  blanks(s);
  if (peek(s) != '"')
    return bad(s, s->i, "invalid_json", "a quoted member name was expected");
  zg_status st = scan_string(s);
  if (st)
    return st;
  blanks(s);
  if (peek(s) != ':')
    return bad(s, s->i, "invalid_json", "':' was expected");
  s->i++;
  return ZG_OK;
}

/* Behind a value: closes what ends here; *more says that another value of the
 * innermost open bracket follows. */
static zg_status scan_after(scan *s, const char *stack, size_t *depth,
                            bool *more) {
  *more = false;
  while (*depth > 0) {
    char close = stack[*depth - 1];
    blanks(s);
    int c = peek(s);
    if (c == ',') {
      s->i++;
      *more = true;
      return close == '}' ? scan_key(s) : ZG_OK;
    }
    if (c != close)
      return bad(s, s->i, "invalid_json",
                 c < 0 ? "the text ends too early"
                       : "',' or a closing bracket was expected");
    s->i++;
    (*depth)--;
  }
  return ZG_OK;
}

static zg_status scan_value(scan *s) {
  char stack[ZG_JSON_DEPTH_MAX];
  size_t depth = 0;
  bool more = true;
  while (more) {
    blanks(s);
    int c = peek(s);
    zg_status st;
    if (++s->values > ZG_JSON_VALUES_MAX)
      return bad(s, s->i, "json_too_complex", "more than 200000 values");
    if (c == '{' || c == '[') {
      char close = c == '{' ? '}' : ']';
      if (depth == ZG_JSON_DEPTH_MAX)
        return bad(s, s->i, "json_too_deep", "nested deeper than 32");
      stack[depth++] = close;
      s->i++;
      blanks(s);
      if (peek(s) != close) {
        if (close == '}' && (st = scan_key(s)))
          return st;
        continue;
      }
    } else if ((st = scan_scalar(s))) {
      return st;
    }
    if ((st = scan_after(s, stack, &depth, &more)))
      return st;
  }
  return ZG_OK;
}

zg_status zg_json_scan(zg_str text, size_t *big, zg_error *err) {
  scan s = {.p = text.p, .n = text.n, .err = err};
  int64_t at = zg_utf8_check(text.p, text.n);
  if (at >= 0)
    return zg_fail_at(err, ZG_INVALID, at, "invalid_utf8", "",
                      "byte %lld is not UTF-8; GBK or GB18030 text must be "
                      "converted before it is sent",
                      (long long)at);
  zg_status st = scan_value(&s);
  if (st)
    return st;
  blanks(&s);
  if (s.i != s.n)
    return bad(&s, s.i, "invalid_json", "nothing may follow the value");
  if (big)
    *big = s.big;
  return ZG_OK;
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Keys are compared as decoded, so that "\u0061" and "a" are the same. */
static zg_status unique_keys(const cJSON *obj, zg_error *err) {
  size_t n = 0;
  for (const cJSON *m = obj->child; m; m = m->next)
    n++;
  if (n < 2)
    return ZG_OK;
  const char *local[64];
  const char **names = n <= 64 ? local : malloc(n * sizeof *names);
  if (!names)
    return zg_fail_nomem(err);
  size_t k = 0;
  for (const cJSON *m = obj->child; m; m = m->next)
    names[k++] = m->string;
  qsort(names, n, sizeof *names, compare_names);
  zg_status st = ZG_OK;
  for (size_t i = 1; i < n && st == ZG_OK; i++)
    if (strcmp(names[i - 1], names[i]) == 0)
      st = zg_fail(err, ZG_INVALID, "duplicate_key", names[i],
                   "the member \"%.80s\" stands twice", names[i]);
  if (names != local)
    free(names);
  return st;
}

/* Recursion is bounded: the scan has refused what is deeper than 32. */
static zg_status check_tree(cJSON *node, zg_error *err) {
  zg_status st = cJSON_IsObject(node) ? unique_keys(node, err) : ZG_OK;
  for (cJSON *c = node->child; c && st == ZG_OK; c = c->next)
    if (c->child)
      st = check_tree(c, err);
  return st;
}

/* Next number token at or behind *i of scanned text. */
static zg_str next_number(zg_str t, size_t *i) {
  bool quoted = false;
  for (; *i < t.n; (*i)++) {
    char c = t.p[*i];
    if (c == '\\' && quoted)
      (*i)++;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '-' || (c >= '0' && c <= '9')))
      break;
  }
  size_t from = *i;
  while (*i < t.n && strchr("+-.eE0123456789", t.p[*i]))
    (*i)++;
  return (zg_str){t.p + from, *i - from};
}

/* Numbers come in document order in text and tree alike. */
static zg_status keep_digits(cJSON *node, zg_str text, size_t *i,
                             zg_error *err) {
  if (cJSON_IsNumber(node)) {
    zg_str token = next_number(text, i);
    if (fabs(node->valuedouble) < (double)EXACT_MAX)
      return ZG_OK;
    node->valuestring = cJSON_malloc(token.n + 1);
    if (!node->valuestring)
      return zg_fail_nomem(err);
    memcpy(node->valuestring, token.p, token.n);
    node->valuestring[token.n] = '\0';
    return ZG_OK;
  }
  zg_status st = ZG_OK;
  for (cJSON *c = node->child; c && st == ZG_OK; c = c->next)
    st = keep_digits(c, text, i, err);
  return st;
}

zg_status zg_json_parse(cJSON **out, zg_str text, zg_error *err) {
  size_t big = 0, i = 0;
  *out = NULL;
  zg_status st = zg_json_scan(text, &big, err);
  if (st)
    return st;
  cJSON *tree = cJSON_ParseWithLength(text.p, text.n);
  if (!tree)
    return zg_fail_nomem(err);
  st = check_tree(tree, err);
  if (st == ZG_OK && big)
    st = keep_digits(tree, text, &i, err);
  if (st) {
    cJSON_Delete(tree);
    return st;
  }
  *out = tree;
  return ZG_OK;
}

zg_status zg_json_parse_object(cJSON **out, zg_str text, zg_error *err) {
  zg_status st = zg_json_parse(out, text, err);
  if (st == ZG_OK && !cJSON_IsObject(*out)) {
    cJSON_Delete(*out);
    *out = NULL;
    st = zg_fail(err, ZG_INVALID, "invalid_json", "",
                 "a JSON object was expected");
  }
  return st;
}

bool zg_in_given(const cJSON *obj, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(obj, name) != NULL;
}

/* NULL when absent or null. */
static const cJSON *item(const cJSON *obj, const char *name) {
  const cJSON *m = cJSON_GetObjectItemCaseSensitive(obj, name);
  return cJSON_IsNull(m) ? NULL : m;
}

static zg_status wrong_type(const char *name, const char *expected,
                            zg_error *err) {
  return zg_fail(err, ZG_INVALID, "invalid_type", name, "%s: expected %s", name,
                 expected);
}

zg_status zg_in_only(const cJSON *obj, const char *const *names, size_t n,
                     zg_error *err) {
  for (const cJSON *m = obj->child; m; m = m->next) {
    size_t i = 0;
    while (i < n && strcmp(m->string, names[i]) != 0)
      i++;
    if (i == n)
      return zg_fail(err, ZG_INVALID, "unknown_member", m->string,
                     "unknown member \"%.80s\"", m->string);
  }
  return ZG_OK;
}

zg_status zg_in_str(const cJSON *obj, const char *name, zg_str *out,
                    zg_error *err) {
  const cJSON *m = item(obj, name);
  if (!m)
    return ZG_OK;
  if (!cJSON_IsString(m))
    return wrong_type(name, "a string", err);
  *out = zg_str_of(m->valuestring);
  return ZG_OK;
}

zg_status zg_in_bool(const cJSON *obj, const char *name, bool *out,
                     zg_error *err) {
  const cJSON *m = item(obj, name);
  if (!m)
    return ZG_OK;
  if (!cJSON_IsBool(m))
    return wrong_type(name, "true or false", err);
  *out = cJSON_IsTrue(m);
  return ZG_OK;
}

bool zg_in_exact(const cJSON *number, int64_t *out) {
  if (number->valuestring && !strpbrk(number->valuestring, ".eE")) {
    *out = strtoll(number->valuestring, NULL, 10);
    return true;
  }
  double d = number->valuedouble;
  if (d != floor(d) || fabs(d) > (double)EXACT_MAX)
    return false;
  *out = (int64_t)d;
  return true;
}

zg_status zg_in_int(const cJSON *obj, const char *name, int64_t min,
                    int64_t max, int64_t *out, zg_error *err) {
  const cJSON *m = item(obj, name);
  int64_t v;
  if (!m)
    return ZG_OK;
  if (!cJSON_IsNumber(m) || !zg_in_exact(m, &v))
    return wrong_type(name, "an integer", err);
  if (v < min || v > max)
    return zg_fail(err, ZG_INVALID, "out_of_range", name,
                   "%s: must be from %lld to %lld", name, (long long)min,
                   (long long)max);
  *out = v;
  return ZG_OK;
}

zg_status zg_in_strings(const cJSON *obj, const char *name, zg_str *out,
                        size_t cap, size_t *n, zg_error *err) {
  const cJSON *m = item(obj, name);
  *n = 0;
  if (!m)
    return ZG_OK;
  if (cJSON_IsString(m)) {
    out[(*n)++] = zg_str_of(m->valuestring);
    return ZG_OK;
  }
  if (!cJSON_IsArray(m))
    return wrong_type(name, "a string or an array of strings", err);
  for (const cJSON *e = m->child; e; e = e->next) {
    if (!cJSON_IsString(e))
      return wrong_type(name, "an array of strings", err);
    if (*n == cap)
      return zg_fail(err, ZG_INVALID, "out_of_range", name,
                     "%s: at most %zu values", name, cap);
    out[(*n)++] = zg_str_of(e->valuestring);
  }
  return ZG_OK;
}

zg_status zg_in_array(const cJSON *obj, const char *name, const cJSON **out,
                      zg_error *err) {
  *out = item(obj, name);
  if (*out && !cJSON_IsArray(*out))
    return wrong_type(name, "an array", err);
  return ZG_OK;
}

zg_status zg_in_object(const cJSON *obj, const char *name, const cJSON **out,
                       zg_error *err) {
  *out = item(obj, name);
  if (*out && !cJSON_IsObject(*out))
    return wrong_type(name, "an object", err);
  return ZG_OK;
}
