/* What only LibreOffice reads: it writes a DOCX into a directory of ours, with
 * a profile of its own, so that neither the user's profile nor an instance
 * that is running is touched. */
#include "tools/cli/document.h"
#include "tools/cli/process.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#define SECONDS 120

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *where) {
  (void)st, (void)kind, (void)where;
  return remove(path);
}

static void remove_tree(const char *path) {
  nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The file is linked under a name that cannot be taken for anything else. */
static bool convert(const zg_cli *cli, const char *whole, const char *home,
                    zg_buf *docx, zg_document *d) {
  char profile[300], input[300], output[300];
  snprintf(profile, sizeof profile, "-env:UserInstallation=file://%s/profile",
           home);
  snprintf(input, sizeof input, "%s/input.%s", home,
           zg_content_name(d->content));
  snprintf(output, sizeof output, "%s/out", home);
  if (symlink(whole, input) != 0)
    return zg_document_fail(d, ZG_REASON_OTHER, "%s",
                            zg_fault_text(cli, errno));
  const char *argv[] = {
      "soffice",       profile,        "--headless", "--norestore",
      "--nolockcheck", "--convert-to", "docx",       "--outdir",
      output,          input,          NULL};
  zg_process p;
  bool started = zg_process_run(&p, argv, home, SECONDS, 65536);
  int why = errno;
  bool late = started && p.timed_out;
  zg_process_free(&p);
  if (!started)
    return zg_document_fail(d, ZG_REASON_OTHER, "soffice: %s",
                            zg_fault_text(cli, why));
  if (late)
    return zg_document_fail(d, ZG_REASON_OTHER,
                            zg_say(cli, "LibreOffice 超过 %d 秒未完成",
                                   "LibreOffice took longer than %d s"),
                            SECONDS);
  snprintf(output, sizeof output, "%s/out/input.docx", home);
  FILE *f = fopen(output, "rb");
  for (size_t got = 1; f && got > 0 && zg_buf_reserve(docx, 65536);) {
    got = fread(docx->p + docx->n, 1, 65536, f);
    docx->n += got;
  }
  if (f)
    fclose(f);
  if (docx->n == 0)
    return zg_document_fail(
        d, ZG_REASON_DAMAGED,
        zg_say(cli, "%s已损坏或有密码，LibreOffice 无法读取",
               "%s, damaged or with a password: LibreOffice cannot read it"),
        zg_say(cli, zg_content_zh(d->content), zg_content_en(d->content)));
  return true;
}

/* $TMPDIR where it can stand in a URL as it is. */
static const char *temporary(void) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                              "uvwxyz0123456789/._-";
  const char *base = getenv("TMPDIR");
  bool fits = base && base[0] == '/' && strlen(base) < 150 &&
              base[strspn(base, plain)] == '\0';
  return fits ? base : "/tmp";
}

bool zg_office_read(const zg_cli *cli, const char *path, zg_document *d) {
  if (!zg_process_found("soffice"))
    return zg_document_fail(
        d, ZG_REASON_TOOL,
        zg_say(cli, "%s：需要 LibreOffice（apt install libreoffice-writer）",
               "%s: needs LibreOffice (apt install libreoffice-writer)"),
        zg_say(cli, zg_content_zh(d->content), zg_content_en(d->content)));
  char home[200];
  zg_buf docx = ZG_BUF_INIT;
  snprintf(home, sizeof home, "%s/zhenggai-XXXXXX", temporary());
  char *whole = realpath(path, NULL);
  sigset_t was;
  zg_process_hold(&was);
  bool ok = whole && mkdtemp(home);
  if (!ok) {
    zg_document_fail(d, ZG_REASON_OTHER, "%s", zg_fault_text(cli, errno));
  } else {
    ok = convert(cli, whole, home, &docx, d) &&
         zg_docx_read(cli, (zg_str){docx.p, docx.n}, d);
    remove_tree(home);
  }
  zg_process_let(&was);
  free(whole);
  zg_buf_free(&docx);
  return ok;
}
