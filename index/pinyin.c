#include "index/pinyin.h"

#include <stdlib.h>

#define FIRST 0x4E00u
#define LAST 0x9FFFu
#define SYLLABLE_LEN 6
#define NONE UINT16_MAX

struct zg_pinyin {
  char (*names)[SYLLABLE_LEN + 1]; /* ascending */
  unsigned n;
  uint16_t readings[LAST - FIRST + 1][ZG_READINGS_MAX];
};

/* Characters that are read in more than one way, with the ways that ICU's table
 * of single characters does not give (or may not: a known one is passed over).
 */
static const char *const others[] = {
    "行 hang xing",   "重 chong zhong", "长 zhang chang", "乐 yue le",
    "调 tiao diao",   "会 kuai hui",    "差 chai cha",    "还 huan hai",
    "传 zhuan chuan", "参 can shen",    "单 shan dan",    "曾 zeng ceng",
    "都 du dou",      "率 shuai lv",    "度 duo du",      "校 xiao jiao",
    "查 cha zha",     "省 xing sheng",  "给 ji gei",      "降 xiang jiang",
    "解 xie jie",     "强 qiang jiang", "朝 zhao chao",   "车 che ju",
    "薄 bao bo",      "觉 jiao jue",    "弹 tan dan",     "属 zhu shu",
    "石 dan shi",     "着 zhe zhuo",    "了 le liao",     "地 di de",
    "的 de di",       "没 mei mo",      "说 shuo shui",   "系 xi ji",
    "藏 cang zang",   "便 bian pian",   "数 shuo shu",    "什 shen shi",
    "大 dai da",      "盛 sheng cheng", "折 she zhe",     "贾 gu jia",
    "奇 qi ji",       "落 luo la",      "露 lu lou",      "厦 sha xia",
    "宿 su xiu",      "似 si shi",      "提 ti di",       "尾 wei yi",
    "择 ze zhai",     "扎 zha za",      "仔 zi zai",      "否 fou pi",
    "佛 fo fu",       "合 he ge",       "核 he hu",       "巷 xiang hang",
    "角 jiao jue",    "卡 ka qia",      "绿 lv lu",       "脉 mai mo",
    "模 mo mu",       "迫 po pai",      "曝 pu bao",      "期 qi ji",
    "纤 xian qian",   "塞 sai se",      "识 shi zhi",     "圩 wei xu",
    "血 xue xie",     "遗 yi wei",      "粘 zhan nian",   "得 de dei",
    "亟 ji qi",       "六 liu lu",      "百 bai bo",      "伯 bo bai",
    "泊 bo po",       "暴 bao pu",      "辟 pi bi",       "秘 mi bi",
    "屏 ping bing",   "番 fan pan",     "稽 ji qi",       "缴 jiao zhuo",
    "据 ju",          "铅 qian yan",    "翟 zhai di",     "祭 ji zhai",
    "褚 chu zhu",     "种 zhong chong", "契 qi xie",      "埋 mai man",
    "咳 ke hai",      "畜 chu xu",      "劲 jin jing",    "嚼 jiao jue",
    "壳 ke qiao",     "勒 le lei",      "累 lei",         "俩 lia liang",
    "偻 lou lv",      "率 lv",          "蔓 man wan",     "娜 na nuo",
    "疟 nve yao",     "胖 pang pan",    "瀑 pu bao",      "沓 ta da",
    "同 tong",        "吓 xia he",      "削 xue xiao",    "殷 yin yan",
    "轧 ya zha",      "载 zai",         "轴 zhou",        "琢 zhuo zuo",
};

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

int zg_pinyin_find(const zg_pinyin *p, zg_str syllable) {
  char want[SYLLABLE_LEN + 1] = "";
  if (!syllable.n || syllable.n > SYLLABLE_LEN)
    return -1;
  memcpy(want, syllable.p, syllable.n);
  const char(*found)[SYLLABLE_LEN + 1] =
      bsearch(want, p->names, p->n, sizeof *p->names, by_name);
  return found ? (int)(found - p->names) : -1;
}

static void add_reading(zg_pinyin *p, uint32_t cp, unsigned syllable) {
  if (cp < FIRST || cp > LAST)
    return;
  uint16_t *r = p->readings[cp - FIRST];
  for (unsigned i = 0; i < ZG_READINGS_MAX; i++) {
    if (r[i] == syllable)
      return;
    if (r[i] == NONE) {
      r[i] = (uint16_t)syllable;
      return;
    }
  }
}

/* "shen 什伸申..." */
static void read_line(zg_pinyin *p, zg_str line) {
  const char *blank = memchr(line.p, ' ', line.n);
  size_t n = blank ? (size_t)(blank - line.p) : line.n;
  if (!blank || n > SYLLABLE_LEN)
    return;
  memcpy(p->names[p->n], line.p, n);
  for (size_t at = n + 1; at < line.n;) {
    uint32_t cp;
    int len = zg_utf8_next(line.p + at, line.n - at, &cp);
    if (!len)
      break;
    add_reading(p, cp, p->n);
    at += (size_t)len;
  }
  p->n++;
}

static void add_others(zg_pinyin *p) {
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    zg_str rest = zg_str_of(others[i]);
    uint32_t cp;
    size_t at = (size_t)zg_utf8_next(rest.p, rest.n, &cp);
    while (at < rest.n) {
      size_t from = ++at; /* the blank */
      while (at < rest.n && rest.p[at] != ' ')
        at++;
      int s = zg_pinyin_find(p, (zg_str){rest.p + from, at - from});
      if (s >= 0)
        add_reading(p, cp, (unsigned)s);
    }
  }
}

zg_status zg_pinyin_new(zg_pinyin **out, zg_error *err) {
  zg_str text = zg_pinyin_text();
  size_t lines = 0;
  for (size_t i = 0; i < text.n; i++)
    lines += text.p[i] == '\n';
  zg_pinyin *p = calloc(1, sizeof *p);
  *out = p;
  if (p)
    p->names = calloc(lines + 1, sizeof *p->names);
  if (!p || !p->names) {
    zg_pinyin_free(p);
    *out = NULL;
    return zg_fail_nomem(err);
  }
  memset(p->readings, 0xFF, sizeof p->readings);
  while (text.n) {
    const char *nl = memchr(text.p, '\n', text.n);
    size_t n = nl ? (size_t)(nl - text.p) : text.n;
    read_line(p, (zg_str){text.p, n});
    text = (zg_str){text.p + n + (nl != NULL), text.n - n - (nl != NULL)};
  }
  add_others(p);
  return ZG_OK;
}

void zg_pinyin_free(zg_pinyin *p) {
  if (!p)
    return;
  free(p->names);
  free(p);
}

unsigned zg_pinyin_count(const zg_pinyin *p) { return p->n; }
const char *zg_pinyin_syllable(const zg_pinyin *p, unsigned syllable) {
  return p->names[syllable];
}

unsigned zg_pinyin_readings(const zg_pinyin *p, uint32_t cp,
                            uint16_t out[ZG_READINGS_MAX]) {
  unsigned n = 0;
  if (cp < FIRST || cp > LAST)
    return 0;
  while (n < ZG_READINGS_MAX && p->readings[cp - FIRST][n] != NONE) {
    out[n] = p->readings[cp - FIRST][n];
    n++;
  }
  return n;
}

/* ---- cutting ---- */

typedef struct cutter {
  const zg_pinyin *p;
  zg_str letters;
  zg_split now;
  zg_split *out;
  size_t n, cap;
  unsigned steps;
} cutter;

#define STEPS_MAX 4096

static void cut(cutter *c, size_t at) {
  if (at == c->letters.n) {
    c->out[c->n++] = c->now;
    return;
  }
  if (c->now.n == ZG_SYLLABLES_MAX)
    return;
  for (size_t len = SYLLABLE_LEN; len > 0 && c->n < c->cap; len--) {
    if (len > c->letters.n - at || ++c->steps > STEPS_MAX)
      continue;
    int s = zg_pinyin_find(c->p, (zg_str){c->letters.p + at, len});
    if (s < 0)
      continue;
    c->now.syllables[c->now.n++] = (uint16_t)s;
    cut(c, at + len);
    c->now.n--;
  }
}

size_t zg_pinyin_split(const zg_pinyin *p, zg_str letters, zg_split *out,
                       size_t cap) {
  cutter c = {.p = p, .letters = letters, .out = out, .cap = cap};
  if (letters.n && cap)
    cut(&c, 0);
  return c.n;
}
