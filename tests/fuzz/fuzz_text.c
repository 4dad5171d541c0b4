/* libFuzzer: any bytes as the text of a bulletin.
 *
 * Beside what the sanitizers see: every span lies in the text and on whole
 * characters, what is copied from the text is what stands at its span, the
 * record of the parse reads back and is written again byte by byte.
 */
#include "tests/fuzz/fuzz.h"

const char *const zg_fuzz_words[] = {
    "一、",
    "二、",
    "（一）",
    "（二）",
    "1.",
    "2．",
    "3、",
    "(1)",
    "（2）",
    "①",
    "一是",
    "二是",
    "第一，",
    "反馈问题一：",
    "问题1：",
    "1-2",
    "针对",
    "关于“",
    "”问题的整改情况",
    "的问题。",
    "的问题",
    "整改情况：",
    "整改措施及成效：",
    "已完成。",
    "阶段性完成，",
    "并长期坚持",
    "整改状态：已完成；",
    "责任单位：县水务局；",
    "完成时限：2024年6月底",
    "上轮巡察指出",
    "防止反弹",
    "2023年11月6日至2024年1月12日",
    "2024815日",
    "3月5日",
    "县委第二巡察组对",
    "我局党组",
    "现将整改情况予以公布。",
    "中共青禾县水务局党组关于巡察整改情况的通报",
    "反馈的4个方面12个问题，已完成整改11个，整改完成率91.7%。",
    "追缴8,863.25万元",
    "共4亿元",
    "党纪处分3人（其中党内警告2人）",
    "批评教育5人次",
    "青水党〔2024〕9号",
    "〔201 2〕",
    "《关于<办法>的通知》",
    "“",
    "”",
    "（",
    "）",
    "。",
    "；",
    "\n",
    " ",
    "|",
    "\t",
    "統(tǒng)一",
    "\u200b",
    "e\u0301",
    NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  zg_str text = {(const char *)data, size};
  zg_fuzz_parse(text, zg_fuzz_arena());
  return 0;
}
