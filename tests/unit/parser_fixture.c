#include "parser_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static zg_normaliser *normaliser;
static zg_taxonomy *taxonomy;
static zg_parser parser;
static zg_arena *arena;

int pf_set_up(void **state) {
  (void)state;
  zg_error err = ZG_ERROR_INIT;
  arena = zg_arena_new(1 << 16);
  if (!arena || zg_normaliser_new(&normaliser, &err))
    return 1;
  if (zg_taxonomy_open(&taxonomy, normaliser, NULL, &err)) {
    fprintf(stderr, "%s\n", err.message);
    return 1;
  }
  parser = (zg_parser){normaliser, taxonomy};
  return 0;
}

int pf_tear_down(void **state) {
  (void)state;
  zg_taxonomy_unref(taxonomy);
  zg_normaliser_free(normaliser);
  zg_arena_free(arena);
  return 0;
}

const zg_parser *pf_parser(void) { return &parser; }
zg_arena *pf_arena(void) { return arena; }

const char *const pf_opening =
    "中共松岭县林业局党组关于巡察整改进展情况的通报\n"
    "发布时间:2024-11-08 来源:松岭县林业局 浏览次数:\n"
    "根据县委统一部署,2023年11月6日至2024年1月12日,县委第二巡察组对县林业局党组"
    "开展了常规巡察。3月5日,"
    "县委巡察组向县林业局党组反馈了巡察意见。按照有关要求,"
    "现将巡察整改进展情况予以公布。\n";

zg_bulletin *pf_parse(const char *text, const zg_parse_hints *h) {
  zg_error err = ZG_ERROR_INIT;
  zg_bulletin *b = NULL;
  if (zg_parse_bulletin(&b, arena, pf_parser(), zg_str_of(text), h, &err))
    fail_msg("%s", err.message);
  return b;
}

zg_bulletin *pf_body(const char *text) {
  zg_str s = zg_arena_printf(arena, "%s%s", pf_opening, text);
  return pf_parse(s.p, NULL);
}

zg_finding *pf_finding(const char *answer) {
  zg_str s = zg_arena_printf(arena,
                             "一、整改落实情况\n(一)管理不严\n"
                             "1.林场台账登记不规范。\n整改情况:%s\n",
                             answer);
  zg_bulletin *b = pf_body(s.p);
  assert_int_equal(b->n_findings, 1);
  return &b->findings[0];
}

bool pf_warned(const zg_bulletin *b, const char *code) {
  for (size_t i = 0; i < b->n_warnings; i++)
    if (zg_str_is(b->warnings[i].code, code))
      return true;
  return false;
}
