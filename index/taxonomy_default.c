/* The default taxonomy, as bytes of the program (.incbin: the assembler takes
 * the file in as it is; the Makefile names the dependency). */
#include "index/taxonomy.h"

__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "zg_taxonomy_ini:\n"
        ".incbin \"index/taxonomy.ini\"\n"
        "zg_taxonomy_ini_end:\n"
        ".byte 0\n"
        ".popsection\n");

extern const char zg_taxonomy_ini[], zg_taxonomy_ini_end[];

zg_str zg_taxonomy_default_text(void) {
  return (zg_str){zg_taxonomy_ini,
                  (size_t)(zg_taxonomy_ini_end - zg_taxonomy_ini)};
}
