/* What a web page puts around the text (formats.md, 2), and the end of the
 * bulletin itself: contact and signature. */
#include "tools/corpus/draft.h"

#include <stdio.h>

typedef enum dated { UNDER_TITLE, BRACKET, SIGNED, TABLE, NOWHERE } dated;

static dated draw_dated(zg_draft *d) {
  uint32_t k = zg_random_below(&d->r, 100);
  if (zg_draft_noisy(d, ZG_NOISE_CHROME))
    return k < 70 ? UNDER_TITLE : k < 85 ? TABLE : NOWHERE;
  return k < 30 ? BRACKET : k < 65 ? SIGNED : NOWHERE;
}

static void tell_published(zg_draft *d) {
  zg_date p = d->w.publish;
  snprintf(d->g.publish_date, sizeof d->g.publish_date, "%04u-%02u-%02u",
           (unsigned)p.y % 10000, (unsigned)p.m % 100, (unsigned)p.d % 100);
}

/* 2024-11-08; with 年 and 月 where they are not about to be lost. */
static void put_published(zg_draft *d, bool han) {
  zg_date p = d->w.publish;
  tell_published(d);
  if (han && !zg_draft_noisy(d, ZG_NOISE_LOST_DATE))
    zg_putf(d, "%d年%d月%d日", p.y, p.m, p.d);
  else
    zg_putf(d, "%d-%02d-%02d", p.y, p.m, p.d);
}

static void put_table(zg_draft *d) {
  zg_random *r = &d->r;
  const char *gap = zg_random_chance(r, 50) ? "\n" : " | ";
  const char *colon = gap[0] == '\n' ? "：" : " | ";
  zg_putf(d, "索引号%s%u/%d-00%u%s", colon,
          zg_random_range(r, 1000000, 9999999), d->w.publish.y,
          zg_random_range(r, 100, 999), gap);
  zg_putf(d, "发布机构%s%s%s", colon, d->w.bare, gap);
  d->g.source = ZG_SLOT_UNSAID; /* the issuer may be called the source */
  zg_putf(d, "成文日期%s", colon);
  put_published(d, true);
  zg_put(d, gap);
  zg_putf(d, "主题分类%s党务公开%s有效性%s有效\n", colon, gap, colon);
}

void zg_page_before(zg_draft *d) {
  static const char *const crumbs[] = {
      "首页 > 通知公告 > 正文", "当前位置：首页 > 党务公开 > 巡察整改",
      "您现在的位置：首页 > > 公告公示", "首页 > 政务公开 > 正文"};
  zg_random *r = &d->r;
  d->dated = (int)draw_dated(d);
  if (!zg_draft_noisy(d, ZG_NOISE_CHROME))
    return;
  zg_draft_mark(d, ZG_NOISE_CHROME);
  if (zg_random_chance(r, 50))
    zg_putf(d, "%s\n", crumbs[zg_random_below(r, 4)]);
  else if (zg_random_chance(r, 5))
    zg_putf(d, "第B%02u版：公告\n", zg_random_range(r, 1, 12));
  if (d->dated == TABLE)
    put_table(d);
}

static void put_source(zg_draft *d) {
  zg_random *r = &d->r;
  uint32_t k = zg_random_below(r, 100);
  if (k < 20)
    return;
  zg_put(d, zg_random_chance(r, 85) ? " 来源：" : " 信息来源：");
  if (k < 30)
    return; /* printed empty */
  d->g.source = zg_slot_open(d);
  zg_put(d, k < 80 ? d->w.bare : "机关党委办公室");
  zg_slot_close(d, d->g.source);
}

static void put_under_title(zg_draft *d) {
  static const char *const labels[] = {"发布时间：", "发布日期：", "更新时间：",
                                       "日期："};
  static const char *const views[] = {" 浏览次数：", " 访问量：", " 阅读：",
                                      " 点击数："};
  static const char *const tools[] = {" 字体：[大 中 小]", " 【打印】 【关闭】",
                                      " 字号：大 中 小 打印", " 分享到：", ""};
  zg_random *r = &d->r;
  bool source_first = zg_random_chance(r, 20);
  if (source_first)
    put_source(d);
  zg_putf(d, "%s%s", source_first ? " " : "", labels[zg_random_below(r, 4)]);
  put_published(d, false);
  if (zg_random_chance(r, 30))
    zg_putf(d, " %02u:%02u", zg_random_range(r, 8, 18),
            zg_random_range(r, 0, 59));
  if (!source_first)
    put_source(d);
  if (zg_random_chance(r, 60)) {
    zg_put(d, views[zg_random_below(r, 4)]);
    if (zg_random_chance(r, 60))
      zg_putf(d, "%u", zg_random_range(r, 0, 5000));
  }
  zg_putf(d, "%s\n", tools[zg_random_below(r, 5)]);
}

void zg_page_under_title(zg_draft *d) {
  if (d->dated == UNDER_TITLE) {
    put_under_title(d);
  } else if (d->dated == BRACKET) {
    zg_put(d, "（");
    put_published(d, true);
    zg_put(d, "）\n");
  }
}

void zg_page_after(zg_draft *d) {
  static const char *const ends[] = {
      "扫一扫在手机打开当前页\n",
      "上一篇：关于领取工作证件的通知\n下一篇：关于节假日值班安排的通知\n",
      "责任编辑：张某某\n",
      "相关阅读：机关党建工作动态\n",
      "主办单位：云泽网络中心 版权所有\n",
  };
  zg_random *r = &d->r;
  if (zg_random_chance(r, 70))
    zg_putf(d,
            "欢迎广大干部群众对整改落实情况进行监督。联系方式：电话%u；邮政信"
            "箱：%s人民路%u号；邮编：0%u。\n",
            zg_random_range(r, 6100000, 6999999), d->w.place.county,
            zg_random_range(r, 1, 200), zg_random_range(r, 10000, 99999));
  if (d->dated == SIGNED || zg_random_chance(r, 15)) {
    zg_putf(d, "%s\n", d->w.unit);
    if (d->dated == SIGNED) {
      put_published(d, true);
      zg_put(d, "\n");
    }
  }
  d->tail = zg_slot_put(d, "");
  if (!zg_draft_noisy(d, ZG_NOISE_CHROME))
    return;
  uint32_t n = zg_random_range(r, 1, 2), at = zg_random_below(r, 5);
  for (uint32_t i = 0; i < n; i++)
    zg_put(d, ends[(at + i) % 5]);
}
