/* Bytes of unknown make become UTF-8 text.
 *
 * Pure, any thread (ICU converters are made per call).  Order of belief:
 *   1. a byte order mark;
 *   2. NUL bytes: UTF-16, if nearly all of its characters make sense, or no
 *      text at all;
 *   3. well-formed UTF-8 with characters beyond ASCII: nothing else looks so;
 *   4. the label (charset of the Content-Type, then <meta> or the XML
 *      declaration), if the bytes decode by it;
 *   5. GB18030 against Big5: both are decoded, and the share of everyday
 *      characters decides, for ICU's detector is weak on short Chinese texts;
 *   6. ICU's detector, for what is neither.
 * Less than one character in 1,000 that does not decode is replaced by U+FFFD
 * and counted; more than that is an error that names the first byte, since
 * then the charset is wrong or the file damaged.
 */
#ifndef ZG_CHARSET_H
#define ZG_CHARSET_H

#include "index/status.h"
#include "index/text.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zg_decoded {
  zg_buf text;       /* UTF-8, no byte order mark; caller: zg_buf_free */
  char charset[32];  /* "UTF-8", "GB18030", "Big5", "UTF-16LE" … */
  bool certain;      /* false: the best of several guesses */
  size_t replaced;   /* characters that became U+FFFD */
  int64_t first_bad; /* byte offset of the first of them, -1 */
} zg_decoded;

/* `label`: charset said from outside, NULL if none.  `html`: look for one in
 * <meta> as well.  ZG_INVALID "undecodable" with the offset, "not_text" when
 * the bytes are no text; out->text is empty then. */
zg_status zg_charset_decode(zg_decoded *out, zg_str bytes, zg_str label,
                            bool html, zg_error *err);
/* The charset that a page or XML text names for itself in its first 4 KB;
 * NULL when it names none. */
zg_str zg_charset_declared(zg_str bytes);

#ifdef __cplusplus
}
#endif
#endif
