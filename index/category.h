/* The taxonomy c01..c28 of rectification problems: cue words to ids.
 *
 * Pure, any thread.  The head decides, the headings above it less, the answer
 * only supports; no cue, no category.
 */
#ifndef ZG_CATEGORY_H
#define ZG_CATEGORY_H

#include "index/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(id, Chinese name, English name) */
#define ZG_CATEGORY_TABLE(X)                                                   \
  X("c01", "理论学习", "theory study")                                         \
  X("c02", "主责主业与决策落实", "core duty, policy delivery")                 \
  X("c03", "意识形态", "ideology")                                             \
  X("c04", "管党治党主体责任", "main responsibility")                          \
  X("c05", "监督执纪", "supervision, case handling")                           \
  X("c06", "廉政风险与警示教育", "integrity risk")                             \
  X("c07", "形式主义官僚主义", "formalism, bureaucracy")                       \
  X("c08", "公务接待与礼品礼金", "reception, gifts")                           \
  X("c09", "公车与办公用房", "vehicles, offices")                              \
  X("c10", "津补贴与福利", "allowances, welfare")                              \
  X("c11", "财务制度", "finance rules")                                        \
  X("c12", "预算与专项资金", "budget, special funds")                          \
  X("c13", "采购与招投标", "procurement, bidding")                             \
  X("c14", "工程建设", "construction")                                         \
  X("c15", "国有资产", "state assets")                                         \
  X("c16", "民主决策", "decision making")                                      \
  X("c17", "党内政治生活", "party life")                                       \
  X("c18", "选人用人", "cadre selection")                                      \
  X("c19", "档案编制与人才队伍", "files, staff, talent")                       \
  X("c20", "基层党组织建设", "grassroots party work")                          \
  X("c21", "以往问题整改", "earlier findings")                                 \
  X("c22", "下属单位与内控审计", "subordinates, control")                      \
  X("c23", "群众关切", "people's concerns")                                    \
  X("c24", "安全环保与风险防范", "safety, environment")                        \
  X("c25", "教育行业", "education")                                            \
  X("c26", "卫生行业", "health")                                               \
  X("c27", "政法行业", "law, police")                                          \
  X("c28", "国有企业", "state firms")

/* One or two ids into out[0], out[1] (static text), primary first; NULL where
 * there is none.  All four texts are layout-normalised; any may be NULL. */
void zg_category_of(zg_str *out, zg_str head, zg_str problem, zg_str section,
                    zg_str answer);

#ifdef __cplusplus
}
#endif
#endif
