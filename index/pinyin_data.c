/* The table of readings as bytes of the program (.incbin, as in
 * taxonomy_default.c); tools/pinyin writes it when the program is built. */
#include "index/pinyin.h"

__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "zg_pinyin_txt:\n"
        ".incbin \"" ZG_PINYIN_FILE "\"\n"
        "zg_pinyin_txt_end:\n"
        ".byte 0\n"
        ".popsection\n");

extern const char zg_pinyin_txt[], zg_pinyin_txt_end[];

zg_str zg_pinyin_text(void) {
  return (zg_str){zg_pinyin_txt, (size_t)(zg_pinyin_txt_end - zg_pinyin_txt)};
}
