/* query/filter.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/filter.h"

static zg_arena *arena;
static zg_table_dicts *dicts;
static zg_table *table;

/* docid, unit, year, category, category, money in fen, owner */
static const struct row {
  uint32_t docid;
  const char *unit, *year, *first, *second;
  int64_t money;
  const char *owner;
} ROWS[] = {
    {1, "甲局", "2019", "c01", "c02", 12345, "true"},
    {2, "甲局", "2020", "c02", NULL, 100, "false"},
    {3, "乙 局", "2021", NULL, NULL, 0, "false"},
    {4, NULL, NULL, "c03", NULL, 0, "true"},
    {70000, "丙\"局", "2022", "c01", NULL, 500000, "false"}, /* chunk 1 */
    {200000, "AND", "2019", "c18", NULL, 99, "true"},        /* chunk 3 */
};
#define N_ROWS (sizeof ROWS / sizeof *ROWS)

static void put(zg_table_builder *b, uint32_t docid, zg_field f, unsigned plane,
                const char *value) {
  if (value)
    assert_int_equal(
        zg_table_builder_value(b, docid, f, plane, zg_str_of(value), NULL),
        ZG_OK);
}

static int setup(void **state) {
  (void)state;
  zg_table_builder *b = NULL;
  arena = zg_arena_new(4096);
  assert_int_equal(zg_table_dicts_new(&dicts, NULL), ZG_OK);
  assert_int_equal(zg_table_builder_new(&b, dicts, NULL, NULL), ZG_OK);
  for (size_t i = 0; i < N_ROWS; i++) {
    const struct row *r = &ROWS[i];
    assert_int_equal(zg_table_builder_add(b, r->docid, NULL), ZG_OK);
    put(b, r->docid, ZG_FIELD_UNIT, 0, r->unit);
    put(b, r->docid, ZG_FIELD_YEAR, 0, r->year);
    put(b, r->docid, ZG_FIELD_CATEGORY, 0, r->first);
    put(b, r->docid, ZG_FIELD_CATEGORY, 1, r->second);
    put(b, r->docid, ZG_FIELD_HAS_OWNER, 0, r->owner);
    if (r->money)
      assert_int_equal(zg_table_builder_measure(b, r->docid,
                                                ZG_MEASURE_MONEY_RECOVERED,
                                                r->money, NULL),
                       ZG_OK);
  }
  return zg_table_builder_finish(&table, b, NULL);
}

static int teardown(void **state) {
  (void)state;
  zg_table_unref(table);
  zg_table_dicts_free(dicts);
  zg_arena_free(arena);
  return 0;
}

static zg_filter *parse(const char *text) {
  zg_error err = ZG_ERROR_INIT;
  zg_filter *f = NULL;
  if (zg_filter_parse(&f, arena, zg_str_of(text), "filter", &err))
    fail_msg("%s: %s", text, err.message);
  return f;
}

/* The docids that meet a filter, as "1 2 70000". */
static void meets(const char *text, const char *want) {
  zg_set set = ZG_SET_INIT;
  char got[256] = "";
  size_t n = 0;
  uint32_t ids[16];
  assert_int_equal(zg_filter_eval(&set, table, parse(text), NULL, NULL), ZG_OK);
  uint64_t count = roaring_bitmap_get_cardinality(set.bitmap);
  assert_true(count <= 16);
  roaring_bitmap_to_uint32_array(set.bitmap, ids);
  for (uint64_t i = 0; i < count; i++)
    n +=
        (size_t)snprintf(got + n, sizeof got - n, "%s%u", i ? " " : "", ids[i]);
  zg_set_drop(&set);
  if (strcmp(got, want) != 0)
    fail_msg("%s: %s, not %s", text, got, want);
}

static void values(void **state) {
  (void)state;
  meets("", "1 2 3 4 70000 200000");
  meets("  \t　", "1 2 3 4 70000 200000");
  meets("unit = 甲局", "1 2");
  meets("unit=\"甲局\"", "1 2");
  meets("unit=“乙 局”", "3");
  meets("unit = \"丙\\\"局\"", "70000");
  meets("unit = “AND”", "200000");
  meets("unit = nobody", "");
  meets("unit != 甲局", "3 4 70000 200000");
  meets("category = c02", "1 2"); /* a second category counts */
  meets("category IN [c01, c18]", "1 70000 200000");
  meets("category in [c03]", "4");
  meets("category NOT IN [c01, c18]", "2 3 4");
  meets("has_owner = true", "1 4 200000");
  meets("signals.has_owner = true", "1 4 200000");
}

static void numbers(void **state) {
  (void)state;
  meets("year = 2019", "1 200000");
  meets("year = 02019", "1 200000");
  meets("year > 2019", "2 3 70000");
  meets("year >= 2019.5", "2 3 70000");
  meets("year < 2020", "1 200000");
  meets("year <= 2020", "1 2 200000");
  meets("year 2019 TO 2020", "1 2 200000");
  meets("year = 2019 TO 2020", "1 2 200000");
  meets("year 2021 to 2019", "");
  meets("money_recovered = 123.45", "1");
  meets("money_recovered = 123.450", "1");
  meets("money_recovered = 123.451", "");
  meets("money_recovered > 123.45", "70000");
  meets("money_recovered >= 123.449", "1 70000");
  meets("money_recovered < 1", "3 4 200000");
  meets("money_recovered <= 0.99", "3 4 200000");
  meets("money_recovered <= 0.985", "3 4");
  meets("money_recovered > -1", "1 2 3 4 70000 200000");
  meets("money_recovered < -0.5", "");
  meets("money_recovered IN [1, 5000]", "2 70000");
  meets("money_recovered 0.5 TO 2", "2 200000");
  meets("money_recovered != 0", "1 2 70000 200000");
}

static void presence(void **state) {
  (void)state;
  meets("unit EXISTS", "1 2 3 70000 200000");
  meets("year exists", "1 2 3 70000 200000");
  meets("year NOT EXISTS", "4");
  meets("NOT year EXISTS", "4");
  meets("money_recovered EXISTS", "1 2 70000 200000");
  meets("responsible EXISTS", "1 4 200000");
  meets("responsible NOT EXISTS", "2 3 70000");
}

static void logic(void **state) {
  (void)state;
  meets("unit = 甲局 AND year = 2019", "1");
  meets("unit = 甲局 and not year = 2019", "2");
  meets("NOT unit = 甲局 AND NOT year = 2019", "3 4 70000");
  meets("year = 2021 OR unit = 甲局 AND year = 2019", "1 3");
  meets("(year = 2021 OR unit = 甲局) AND year >= 2020", "2 3");
  meets("NOT (year = 2021 OR unit = 甲局)", "4 70000 200000");
  meets("NOT NOT year = 2021", "3");
}

static void faults(void **state) {
  (void)state;
  static const struct {
    const char *text;
    unsigned column;
    const char *part; /* of the message */
  } bad[] = {
      {"status_source = ", 17, "column 17: expected a value after '='"},
      {"status =", 9, "expected a value after '='"},
      {"status = done AND", 18, "expected a field"},
      {"status = AND", 10, "quote it"},
      {"colour = red", 1, "known: unit, unit_level"},
      {"单位 = 甲局", 1, "unknown field '单位'"},
      {"unit = 甲局 单位", 11, "expected AND, OR or the end"},
      {"unit = \"甲局", 8, "not closed"},
      {"unit = “甲局\"", 8, "not closed"},
      {"(unit = 甲", 10, "')'"},
      {"unit = 甲)", 9, "expected AND, OR or the end, not ')'"},
      {"unit > 甲", 6, "is text"},
      {"unit 1 TO 2", 8, "is text"},
      {"year > abc", 8, "not a number"},
      {"year = abc", 8, "whole number"},
      {"year = 2019.5", 8, "whole number"},
      {"year 2019 TO", 13, "expected a number after TO"},
      {"year 2019", 6, "expected an operator"},
      {"year == 2019", 7, "expected a value"},
      {"year ! 2019", 6, "'!'"},
      {"status IN done", 11, "expected '['"},
      {"status IN [done", 16, "',' or ']'"},
      {"status IN []", 12, "expected a value"},
      {"status IN [done,]", 17, "expected a value"},
      {"NOT", 4, "expected a field"},
      {"status NOT done", 12, "IN or EXISTS"},
      {"deadline = 2020", 1, "only be asked for with EXISTS"},
      {"money_recovered > 99999999999999999999", 19, "not a number"},
      {"money_recovered = -", 19, "not a number"},
      {"signals.unit = a", 1, "unknown field"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    zg_error err = ZG_ERROR_INIT;
    zg_filter *f = NULL;
    char column[32];
    zg_status st =
        zg_filter_parse(&f, arena, zg_str_of(bad[i].text), "filter", &err);
    if (st != ZG_INVALID)
      fail_msg("accepted: %s", bad[i].text);
    assert_null(f);
    assert_string_equal(err.code, "invalid_filter");
    assert_string_equal(err.param, "filter");
    snprintf(column, sizeof column, "filter, column %u: ", bad[i].column);
    if (!strstr(err.message, column) || !strstr(err.message, bad[i].part))
      fail_msg("%s: %s", bad[i].text, err.message);
    /* The byte offset is the same place. */
    unsigned chars = 1;
    for (int64_t k = 0; k < err.offset; k++)
      chars += ((unsigned char)bad[i].text[k] & 0xC0) != 0x80;
    assert_int_equal(chars, bad[i].column);
  }
}

static void limit(const char *text, zg_status want, const char *code) {
  zg_error err = ZG_ERROR_INIT;
  zg_filter *f;
  assert_int_equal(zg_filter_parse(&f, arena, zg_str_of(text), "filter", &err),
                   want);
  assert_string_equal(err.code, code);
}

static void limits(void **state) {
  (void)state;
  char text[9000] = "";
  for (int i = 0; i < 16; i++)
    strcat(text, i % 2 ? "(" : "NOT ");
  strcat(text, "year=1");
  for (int i = 0; i < 8; i++)
    strcat(text, ")");
  limit(text, ZG_OK, "");
  memmove(text + 1, text, strlen(text) + 1);
  text[0] = '(';
  strcat(text, ")");
  limit(text, ZG_INVALID, "filter_too_complex");
  strcpy(text, "year=1");
  for (int i = 1; i < 256; i++)
    strcat(text, " OR year=1");
  limit(text, ZG_OK, "");
  strcat(text, " OR year=1");
  limit(text, ZG_INVALID, "filter_too_complex");
  memset(text, ' ', 8193);
  text[8193] = '\0';
  limit(text, ZG_INVALID, "filter_too_long");
  text[8192] = '\0';
  limit(text, ZG_OK, "");
  limit("unit = \xff", ZG_INVALID, "invalid_filter");
}

/* A list of numbers is one scan, however often a number stands in it. */
static void lists_of_numbers(void **state) {
  (void)state;
  meets("money_recovered IN [123.45, 5000, 123.45]", "1 70000");
  meets("money_recovered IN [5000, 1, 0]", "2 3 4 70000");
  meets("money_recovered NOT IN [5000, 1, 0]", "1 200000");
  meets("money_recovered IN [0.994, 0.99]", "200000");
  meets("money_recovered IN [0.994]", "");
  meets("money_recovered NOT IN [0.994]", "1 2 3 4 70000 200000");
  meets("unit IN [甲局, AND1, 甲局, 甲局]", "1 2");
  char text[8192] = "money_recovered IN [7";
  for (int i = 1; i < 4000; i++)
    strcat(text, i % 2 ? ",1" : ",7");
  strcat(text, "]");
  zg_filter *f = parse(text);
  assert_int_equal(f->kind, ZG_FILTER_NUMBERS);
  assert_int_equal(f->n_numbers, 2);
  assert_true(f->numbers[0] == 100 && f->numbers[1] == 700);
  assert_int_equal(zg_filter_leaves(f), 1);
  assert_int_equal(zg_filter_leaves(parse("year=1 AND NOT (unit=a OR year=2)")),
                   3);
  assert_int_equal(zg_filter_leaves(NULL), 0);
  meets(text, "2");
}

static void without(const char *text, zg_field f, bool droppable,
                    uint64_t count) {
  zg_filter *tree = parse(text);
  zg_set set = ZG_SET_INIT;
  assert_int_equal(zg_filter_droppable(tree, f), droppable);
  assert_int_equal(zg_filter_eval_without(&set, table, tree, f, NULL, NULL),
                   ZG_OK);
  assert_int_equal(roaring_bitmap_get_cardinality(set.bitmap), count);
  zg_set_drop(&set);
}

static void disjunctive(void **state) {
  (void)state;
  without("unit = 甲局", ZG_FIELD_UNIT, true, 6);
  without("unit = 甲局 AND year = 2019", ZG_FIELD_UNIT, true, 2);
  without("unit = 甲局 AND year = 2019", ZG_FIELD_YEAR, true, 2);
  without("unit = 甲局 AND year = 2019", ZG_FIELD_STATUS, false, 1);
  without("(unit = 甲局 OR unit = AND1) AND year = 2019", ZG_FIELD_UNIT, true,
          2);
  without("(unit = 甲局 AND has_owner = true) AND year = 2019", ZG_FIELD_UNIT,
          true, 2);
  without("unit = 甲局 OR year = 2021", ZG_FIELD_UNIT, false, 3);
  without("NOT unit = 甲局 AND year = 2019", ZG_FIELD_UNIT, true, 2);
  zg_filter *f = parse("unit IN [甲局, 乙] AND NOT unit = 丙 AND year = 02019");
  assert_true(zg_filter_selects(f, ZG_FIELD_UNIT, ZG_STR("甲局")));
  assert_true(zg_filter_selects(f, ZG_FIELD_UNIT, ZG_STR("乙")));
  assert_false(zg_filter_selects(f, ZG_FIELD_UNIT, ZG_STR("丙")));
  assert_false(zg_filter_selects(f, ZG_FIELD_STATUS, ZG_STR("甲局")));
  assert_true(zg_filter_selects(f, ZG_FIELD_YEAR, ZG_STR("2019")));
}

static void cancelled(void **state) {
  (void)state;
  _Atomic int stop = 1;
  zg_error err = ZG_ERROR_INIT;
  zg_set set;
  assert_int_equal(zg_filter_eval(&set, table, parse("year > 1"), &stop, &err),
                   ZG_BUSY);
  assert_string_equal(err.code, "cancelled");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values),           cmocka_unit_test(numbers),
      cmocka_unit_test(presence),         cmocka_unit_test(logic),
      cmocka_unit_test(lists_of_numbers), cmocka_unit_test(faults),
      cmocka_unit_test(limits),           cmocka_unit_test(disjunctive),
      cmocka_unit_test(cancelled)};
  return cmocka_run_group_tests_name("filter", tests, setup, teardown);
}
