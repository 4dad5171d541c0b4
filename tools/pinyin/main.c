/* Writes the table of readings that index/pinyin.c holds, from ICU's Han-Latin
 * data: a line a syllable (no tones, v for u with dots), then the characters
 * that are read so.  Runs when the program is built, since ICU takes a second
 * to make it. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ustring.h>
#include <unicode/utrans.h>

#define FIRST 0x4E00
#define LAST 0x9FFF
#define ROOM 512

static UTransliterator *open_rules(void) {
  UErrorCode e = U_ZERO_ERROR;
  UChar id[128];
  u_uastrcpy(id, "Han-Latin; NFD; [[:M:]-[\\u0308]] Remove");
  UTransliterator *t = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &e);
  if (U_FAILURE(e))
    fprintf(stderr, "pinyin: %s\n", u_errorName(e));
  return t;
}

/* One character's syllable in a-z; false when it has none. */
static bool reading(UTransliterator *t, UChar32 c, char out[16]) {
  UErrorCode e = U_ZERO_ERROR;
  UChar s[ROOM] = {(UChar)c};
  int32_t n = 1, limit = 1, k = 0;
  utrans_transUChars(t, s, &n, ROOM, 0, &limit, &e);
  for (int32_t i = 0; i < limit && k < 15; i++) {
    if (s[i] >= 'a' && s[i] <= 'z')
      out[k++] = (char)s[i];
    else if (s[i] == 0x308 && k && out[k - 1] == 'u')
      out[k - 1] = 'v';
    else
      return false;
  }
  out[k] = '\0';
  return U_SUCCESS(e) && k <= 6 && strpbrk(out, "aeiouv");
}

typedef struct item {
  char syllable[16];
  UChar32 c;
} item;

static int order(const void *x, const void *y) {
  const item *a = x, *b = y;
  int c = strcmp(a->syllable, b->syllable);
  return c ? c : (a->c > b->c) - (a->c < b->c);
}

int main(void) {
  static item items[LAST - FIRST + 1];
  size_t n = 0;
  UTransliterator *t = open_rules();
  if (!t)
    return 1;
  for (UChar32 c = FIRST; c <= LAST; c++) {
    items[n].c = c;
    n += (size_t)reading(t, c, items[n].syllable);
  }
  utrans_close(t);
  qsort(items, n, sizeof *items, order);
  for (size_t i = 0; i < n; i++) {
    if (i == 0 || strcmp(items[i - 1].syllable, items[i].syllable) != 0)
      printf("%s%s ", i ? "\n" : "", items[i].syllable);
    printf("%c%c%c", (int)(0xE0 | items[i].c >> 12),
           (int)(0x80 | (items[i].c >> 6 & 63)),
           (int)(0x80 | (items[i].c & 63)));
  }
  putchar('\n');
  return n < 15000 || fflush(stdout) != 0;
}
