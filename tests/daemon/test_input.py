"""What people have: pages, charsets, DOCX, PDF, old Word files, folders of all."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
import zipfile

import pytest
import zgfiles
from test_cli import SAMPLE, SAMPLES, cli
from zgdaemon import binary

PAGES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "pages")


def sample(name):
    with open(os.path.join(SAMPLES, name), encoding="utf-8") as handle:
        return handle.read()


def page(name):
    with open(os.path.join(PAGES, name), "rb") as handle:
        return handle.read()


def post(daemon, body, content_type, path="/v1/parse"):
    return daemon.client().post(path, body, {"Content-Type": content_type})


def parsed(daemon, body, content_type):
    res = post(daemon, body, content_type)
    assert res.status == 200, res
    return res.json["bulletin"]


def spans_are_right(bulletin):
    raw = bulletin["text"].encode()
    for finding in bulletin["findings"]:
        start, n = finding["head_span"]
        assert raw[start:start + n].decode() == finding["head"]


# ---- the daemon ------------------------------------------------------------


def test_a_page_is_its_article(sampled):
    got = parsed(sampled, page("trs.html"), "text/html")
    with open(os.path.join(PAGES, "trs.txt"), encoding="utf-8") as handle:
        assert got["text"] == handle.read()
    assert got["title"] == "中共溪川县水利局党组关于巡察整改进展情况的通报"
    assert got["publish_date"] == "2024-09-12"
    assert got["source"] == "溪川县水利局"
    assert got["url"] == "http://www.xichuan.example/art/2024/9/12/art_31_7788.html"
    assert [f["status"] for f in got["findings"]] == ["done", "in_progress"]
    assert got["findings"][1]["money"][0]["yuan"] == 163000
    spans_are_right(got)


def test_metas_stand_where_the_text_is_silent(sampled):
    silent = page("trs.html").replace(
        "<span>发布时间：2024-09-12 16:20</span>".encode(), b"").replace(
        "来源：溪川县水利局".encode(), b"").replace(
        "<p align=\"right\">2024年9月10日</p>".encode(), b"")
    got = parsed(sampled, silent, "text/html; charset=utf-8")
    assert got["publish_date"] == "2024-09-12" and got["source"] == "溪川县水利局"
    assert "2024-09-12" not in got["text"]
    other = silent.replace(b'content="2024-09-12 16:20"', b'content="someday"')
    other = other.replace(b"/2024/9/12/", b"/")
    assert parsed(sampled, other, "text/html")["publish_date"] is None
    got = parsed(sampled, json.dumps(
        {"html": silent.decode(), "publish_date": "2024-10-01", "url": "u"}),
        "application/json")
    assert got["publish_date"] == "2024-10-01" and got["url"] == "u"


@pytest.mark.parametrize("label", ["", "; charset=gbk", "; charset=utf-8"])
def test_a_page_in_gbk(sampled, label):
    got = parsed(sampled, page("gbk-table.html"), "text/html" + label)
    assert "白石镇党委" in got["title"] and len(got["findings"]) == 2
    assert got["warnings"] == [] or all(
        w["code"] != "bytes_replaced" for w in got["warnings"])
    spans_are_right(got)


def test_text_in_other_charsets(sampled):
    text = sample("qinghe-water-2019.txt")
    want = parsed(sampled, text.encode(), "text/plain")
    for charset, codec in (("gbk", "gbk"), ("GB18030", "gb18030"),
                           ("utf-16le", "utf-16-le"), ("utf-8", "utf-8"),
                           ("x-unknown", "gbk")):
        got = parsed(sampled, text.encode(codec), "text/plain; charset=" + charset)
        assert got["text"] == text and got["findings"] == want["findings"]
    res = post(sampled, text.encode("gbk"), "text/plain; charset=utf-8")
    assert res.status == 400 and res.json["error"]["code"] == "invalid_utf8"
    bad = text.encode("gbk")[:2000] + b"\xff\xff\xff\xff" * 20
    res = post(sampled, bad, "text/plain; charset=gbk")
    err = res.json["error"]
    assert (res.status, err["code"], err["offset"]) == (400, "undecodable", 2000)


def test_one_bad_byte_is_a_warning(sampled):
    raw = bytearray(sample("qinghe-water-2019.txt").encode("gbk"))
    raw[raw.index(b"\n") + 1:raw.index(b"\n") + 1] = b"\xff"
    got = parsed(sampled, bytes(raw), "text/plain; charset=gbk")
    assert "bytes_replaced" in [w["code"] for w in got["warnings"]]
    assert got["text"].count("\ufffd") == 1
    spans_are_right(got)


def test_what_is_no_page(sampled):
    for body, code in ((zgfiles.png(), "not_text"),
                       (b"<html><script>x</script></html>", "no_text"),
                       (b"<p>hello</p>", "not_a_bulletin")):
        res = post(sampled, body, "text/html")
        assert res.json["error"]["code"] == code, res
    res = post(sampled, json.dumps({"html": "<p>x", "text": "x"}),
               "application/json")
    assert res.status == 400 and res.json["error"]["param"] == "html"
    res = post(sampled, json.dumps({"html": ""}), "application/json")
    assert res.status == 400 and res.json["error"]["code"] == "missing_member"
    assert post(sampled, b"x", "application/pdf").status == 415


def test_hostile_pages_answer(sampled):
    for piece in ("<div>", "<table><tr><td>a", "<b>x", "<!--", "<a b=\"", "</p>"):
        res = post(sampled, piece * 20000, "text/html")
        assert res.status in (400, 422), res


def test_pages_are_stored_and_imported(daemon):
    client = daemon.client()
    res = client.post("/v1/bulletins?id=p1", page("ucap.html"),
                      {"Content-Type": "text/html"})
    assert res.status == 201, res
    assert res.json["bulletin"]["id"] == "p1"
    lines = client.import_lines([
        {"id": "p2", "html": page("trs.html").decode()},
        {"id": "p3", "html": "<p>x</p>"}], status=207)
    assert lines[0]["ok"] and lines[0]["findings"] == 2
    assert lines[0]["class"] == "single_unit" and lines[0]["warnings"] == []
    assert lines[0]["unit"] == "中共溪川县水利局党组"
    assert lines[1]["error"]["code"] == "not_a_bulletin"
    assert client.search(q="采砂")["total"] == 1
    text = client.get("/v1/bulletins/p1").json["bulletin"]["text"]
    assert "隐藏" not in text and "系统维护" not in text


def test_an_import_that_is_only_tried(daemon):
    client = daemon.client()
    body = "\n".join(json.dumps(x) for x in (
        {"text": sample("qinghe-water-2019.txt")}, {"id": "f", "head": "甲"},
        {"text": "x"}))
    res = client.post("/v1/import?dry_run=true", body)
    lines = res.lines
    assert res.status == 207 and lines[-1]["summary"]["dry_run"] is True
    assert [x["ok"] for x in lines[:-1]] == [True, True, False]
    assert lines[-1]["summary"]["findings"] == lines[0]["findings"] + 1 > 10
    assert client.search(q="")["total"] == 0
    assert client.post("/v1/import?dry=1", body).status == 400


# ---- files -----------------------------------------------------------------


def parse_file(daemon, path, *args):
    code, out, err = cli(daemon, "parse", str(path), "--json", *args)
    assert code == 0, err
    return json.loads(out)["bulletin"]


def test_charsets_of_files(sampled, tmp_path):
    text = sample("qinghe-water-2019.txt")
    for name, data in (
            ("a", text.encode()), ("b", b"\xef\xbb\xbf" + text.encode()),
            ("c", text.encode("gb18030")), ("d", text.encode("utf-16")),
            ("e", text.encode("utf-16-be"))):
        path = tmp_path / name  # without an extension
        path.write_bytes(data)
        assert parse_file(sampled, path)["text"] == text
    big5 = "中共青禾縣水務局黨組關於巡察整改進展情況的通報\n一、整改情況。已完成整改。\n"
    (tmp_path / "f.txt").write_bytes(big5.encode("big5"))
    assert parse_file(sampled, tmp_path / "f.txt", "--force")["text"] == big5


def test_a_guess_is_told(sampled, tmp_path):
    (tmp_path / "a.txt").write_bytes("整改".encode("gbk"))
    _, _, err = cli(sampled, "parse", str(tmp_path / "a.txt"), "--force")
    assert "a.txt: 编码是推测的：GB18030" in err


def test_docx_numbers_tables_and_what_is_left_out(sampled, tmp_path):
    p = zgfiles.paragraph
    body = (
        p("中共云泽县粮食局党组关于巡察整改情况的通报")
        + p("根据县委统一部署，2023年3月1日至4月30日，县委第二巡察组对县粮食局党组"
            "开展了巡察。2023年6月2日反馈了意见。现将整改情况予以公布。")
        + p("组织领导情况", num=1) + p("成立专班。", num=1, level=1)
        + p("反馈问题整改情况", num=1)
        + p("履行职责方面", num=1, level=1)
        + p("关于“储备粮轮换不及时”问题的整改。", num=1, level=2)
        + p("整改情况：已完成。", extra="<w:del><w:r><w:delText>删去的话</w:delText>"
            "</w:r></w:del><w:ins><w:r><w:t>轮换稻谷300吨。</w:t></w:r></w:ins>")
        + p("关于“仓库租金未入账”问题的整改。", num=1, level=2)
        + p("整改情况：已完成。补缴租金2.5万元。", extra="<w:r><w:rPr><w:vanish/>"
            "</w:rPr><w:t>隐藏的话</w:t></w:r><w:r><w:br/><w:t>责任人已约谈</w:t>"
            "<w:tab/><w:t>1人</w:t></w:r>")
        + p("查漏", num=1, level=3) + p("补缺", num=1, level=3)
        + p("", num=1)  # Word counts it, and nobody sees it
        + p("下一步打算", style="h1")
        + zgfiles.table([
            ["序号", "问题", "措施", "完成情况"],
            [zgfiles.cell("", merge="restart", num=2),
             zgfiles.cell("甲。", merge="restart"), "补课。", "已完成"],
            [zgfiles.cell("", merge="on"), zgfiles.cell("", merge="on"),
             "清退。", "已完成"]])
        + '<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>%s'
          '</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>%s'
          '</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>'
        % (p("文本框里的话"), p("文本框里的话"))
    )
    parts = {
        "numbering": zgfiles.numbering(
            [("chineseCounting", "%1、"), ("chineseCounting", "（%2）"),
             ("decimal", "%3."), ("decimalEnclosedCircle", "%4")],
            more={2: ("decimal", "%1")}),
        "styles": '<w:styles xmlns:w="%s"><w:style w:styleId="h1"><w:pPr><w:numPr>'
                  '<w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
                  % zgfiles.W,
        "footnotes": '<w:footnotes xmlns:w="%s"><w:footnote w:type="separator">%s'
                     '</w:footnote><w:footnote>%s</w:footnote></w:footnotes>'
                     % (zgfiles.W, p("----"), p("脚注的话")),
    }
    (tmp_path / "a.docx").write_bytes(zgfiles.docx(body, **parts))
    got = parse_file(sampled, tmp_path / "a.docx")
    assert got["text"].split("\n")[2:] == [
        "一、组织领导情况", "（一）成立专班。", "二、反馈问题整改情况",
        "（一）履行职责方面", "1.关于“储备粮轮换不及时”问题的整改。",
        "整改情况：已完成。轮换稻谷300吨。", "2.关于“仓库租金未入账”问题的整改。",
        "整改情况：已完成。补缴租金2.5万元。", "责任人已约谈 1人", "①查漏", "②补缺",
        "四、下一步打算", "", "序号:1", "问题:甲。", "措施:补课。 清退。",
        "完成情况:已完成", "文本框里的话", "脚注的话", ""]
    assert [f["head"] for f in got["findings"]][:2] == [
        "储备粮轮换不及时", "仓库租金未入账"]


@pytest.mark.parametrize("indent", [True, False])
def test_pdf_lines_are_joined(sampled, tmp_path, indent):
    """The same findings as the text that it was set from."""
    text = sample("lanchuan-edu-2020.txt")
    (tmp_path / "a.pdf").write_bytes(
        zgfiles.pdf(zgfiles.flow(text, head="澜川市教育局文件", indent=indent)))
    got = parse_file(sampled, tmp_path / "a.pdf")
    want = parsed(sampled, text.encode(), "text/plain")
    assert [f["head"] for f in got["findings"]] == [
        f["head"] for f in want["findings"]]
    assert [f["status"] for f in got["findings"]] == [
        f["status"] for f in want["findings"]]
    assert "澜川市教育局文件" not in got["text"] and "- 2 -" not in got["text"]
    spans_are_right(got)


def test_pdf_faults(sampled, tmp_path):
    (tmp_path / "scan.pdf").write_bytes(zgfiles.pdf([[], []]))
    (tmp_path / "secret.pdf").write_bytes(zgfiles.pdf([[(1, 1, "密")]], True))
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.5\nnothing of a PDF")
    (tmp_path / "-o.pdf").write_bytes(zgfiles.pdf([]))
    for name, words in (("scan.pdf", "扫描件"), ("secret.pdf", "密码"),
                        ("bad.pdf", "损坏")):
        code, _, err = cli(sampled, "parse", str(tmp_path / name))
        assert code == 66 and words in err, err
    code, _, err = cli(sampled, "parse", str(tmp_path / "scan.pdf"), PATH="/none")
    assert code == 66 and "apt install poppler-utils" in err


RTF = (
    "{\\rtf1\\ansi\\ansicpg936\\uc0 %s}"
)


def rtf(text):
    return RTF % "\\par ".join(
        "".join("\\u%d " % (ord(c) - 65536 if ord(c) > 32767 else ord(c))
                for c in line)
        for line in text.split("\n"))


@pytest.mark.skipif(not shutil.which("soffice"), reason="no LibreOffice here")
def test_files_that_libreoffice_reads(sampled, tmp_path):
    text = "\n".join(sample("qinghe-water-2019.txt").split("\n"))
    (tmp_path / "a.rtf").write_text(rtf(text), encoding="ascii")
    got = parse_file(sampled, tmp_path / "a.rtf")
    want = parsed(sampled, text.encode(), "text/plain")
    assert [f["head"] for f in got["findings"]] == [
        f["head"] for f in want["findings"]]
    made = subprocess.run(
        ["soffice", "-env:UserInstallation=file://%s/p" % tmp_path, "--headless",
         "--convert-to", "doc", "--outdir", str(tmp_path), str(tmp_path / "a.rtf")],
        capture_output=True, timeout=120, env=dict(os.environ, HOME=str(tmp_path)))
    assert made.returncode == 0, made
    shutil.copy(tmp_path / "a.doc", tmp_path / "b.wps")  # as old WPS names it
    got = parse_file(sampled, tmp_path / "b.wps")
    assert len(got["findings"]) == len(want["findings"])


def test_without_libreoffice(sampled, tmp_path):
    (tmp_path / "a.rtf").write_text(rtf("整改"), encoding="ascii")
    code, _, err = cli(sampled, "parse", str(tmp_path / "a.rtf"), PATH="/none")
    assert code == 66 and "apt install libreoffice-writer" in err
    code, _, err = cli(sampled, "parse", str(tmp_path / "a.rtf"), "--lang", "en",
                       PATH="/none")
    assert "needs LibreOffice" in err


def test_saved_web_archive(sampled, tmp_path):
    import quopri
    part = quopri.encodestring(page("gbk-table.html"))
    (tmp_path / "a.mht").write_bytes(
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
        b'\tboundary="--=_x"\r\n\r\n----=_x\r\nContent-Type: text/html;\r\n'
        b"\tcharset=gb2312\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + part.replace(b"\n", b"\r\n") + b"\r\n----=_x\r\nContent-Type: image/png"
        b"\r\n\r\nxx\r\n----=_x--\r\n")
    got = parse_file(sampled, tmp_path / "a.mht")
    assert len(got["findings"]) == 2 and "白石镇" in got["title"]


# ---- folders ---------------------------------------------------------------


def fill(folder):
    """Four bulletins in four forms, and what lies beside them."""
    (folder / "2020").mkdir()
    (folder / "青禾.txt").write_bytes(sample("qinghe-water-2019.txt").encode("gbk"))
    (folder / "网页.html").write_bytes(page("trs.html"))
    (folder / "2020" / "澜川.docx").write_bytes(zgfiles.docx("".join(
        zgfiles.paragraph(p) for p in sample("lanchuan-edu-2020.txt").split("\n"))))
    lines = sample("boshan-luxi-2023.txt").split("\n")
    at = next(i for i, x in enumerate(lines) if x.startswith("（二）关于“耕地"))
    gap = "\n".join(lines[:at] + lines[at + 2:])  # a finding is missing
    (folder / "2020" / "泊山.pdf").write_bytes(zgfiles.pdf(zgfiles.flow(gap)))
    (folder / "照片.jpg").write_bytes(zgfiles.png())
    (folder / "讲话.txt").write_text(
        "同志们：\n今天我们召开巡察整改动员部署会，下面我讲三点意见。\n一、提高认识。\n"
        "二、压实责任。\n三、务求实效。\n谢谢大家。\n", encoding="utf-8")
    (folder / "空.txt").write_bytes(b"")
    (folder / "坏.docx").write_bytes(zgfiles.docx("")[:300] + b"word/document.xml")
    (folder / "扫描.pdf").write_bytes(zgfiles.pdf([[], []]))
    (folder / "加密.pdf").write_bytes(zgfiles.pdf([[(1, 1, "密")]], True))
    (folder / "打包.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    (folder / "程序.txt").write_bytes(b"\x01\x02\x00\x03" * 50)
    (folder / "乱码.txt").write_bytes(bytes(range(129, 255)) * 3 + b"\xff" * 99)
    (folder / ".隐藏.txt").write_text("x")
    (folder / "圈").symlink_to(".")
    (folder / "断.txt").symlink_to("没有")


WHY = {
    "讲话.txt": "not_a_bulletin", "照片.jpg": "image", "空.txt": "empty",
    "坏.docx": "damaged", "扫描.pdf": "scanned", "加密.pdf": "encrypted",
    "打包.zip": "archive", "程序.txt": "unknown_kind", "断.txt": "unreadable",
    "乱码.txt": "charset",
}


def test_a_folder_of_everything(daemon, tmp_path):
    fill(tmp_path)
    code, out, err = cli(daemon, "import", str(tmp_path))
    assert code == 1 and out == ""
    told = [line.strip() for line in err.splitlines()]
    assert told[0].startswith("入库 4 份，含问题 ") and "失败 10；" in told[0]
    assert told[1] == "单位整改通报 4"
    at = {}
    for name in WHY:
        lines = [i for i, x in enumerate(told)
                 if x.startswith("%s: " % (tmp_path / name))]
        assert len(lines) == 1, (name, err)
        at[name] = told[lines[0]]
    assert "不是整改通报：" in at["讲话.txt"] and "缺少开头" in at["讲话.txt"]
    assert "PNG 图片" in at["照片.jpg"] and "OCR" in at["扫描.pdf"]
    assert "密码" in at["加密.pdf"] and "请先解压" in at["打包.zip"]
    assert "损坏" in at["坏.docx"] and "空文件" in at["空.txt"]
    assert "NUL" in at["程序.txt"] and "编码无法识别" in at["乱码.txt"]
    for group in ("不是整改通报 (1)", "图片 (1)", "没有内容 (1)", "有密码 (1)"):
        assert group in told
    look = told[told.index("值得一看（最需要看的在前）： 1") + 1]
    assert look.startswith("%s: " % (tmp_path / "2020" / "泊山.pdf"))
    assert "自述 18 个问题，解析出 17 个" in look and "编号有缺漏" in look
    assert told[-2] == "zhenggai parse %s" % (tmp_path / "2020" / "泊山.pdf")
    assert told[-1] == "zhenggai reconcile"
    listed = json.loads(cli(daemon, "list", "--json")[1])["bulletins"]
    assert {b["id"] for b in listed} == {"青禾", "网页", "2020/澜川", "2020/泊山"}


def test_the_same_for_programs_and_in_english(daemon, tmp_path):
    fill(tmp_path)
    code, out, err = cli(daemon, "import", str(tmp_path), "--json", "--dry-run",
                         "--lang", "en", "-q")
    assert code == 1 and err == ""
    report = json.loads(out.splitlines()[-1])["report"]
    assert report["dry_run"] is True and report["failed"] == 10
    assert report["in"]["files"] == report["in"]["bulletins"] == 4
    assert report["in"]["by_class"] == {"single_unit": 4}
    assert {os.path.basename(r["file"]): r["reason"]
            for r in report["refused"]} == WHY
    assert [os.path.basename(x["file"]) for x in report["look"]] == ["泊山.pdf"]
    assert report["look"][0]["id"] == "2020/泊山"
    assert "declares 18 problems, 17 were found" in report["look"][0]["why"]
    assert daemon.client().search(q="")["total"] == 0
    code, _, err = cli(daemon, "import", str(tmp_path), "--dry-run", "--lang", "en")
    assert err.startswith("dry run: 4 bulletins in, ") and "worth a look" in err
    assert "images (1)" in err and "next:" in err


def test_names_from_elsewhere(daemon, tmp_path):
    """A GBK name, and one with a blank and a quote: both can be used again."""
    raw = os.path.join(os.fsencode(tmp_path), "照片".encode("gbk"))
    with open(raw, "wb") as handle:
        handle.write(zgfiles.png())
    (tmp_path / "it's one.txt").write_text("x")
    code, out, err = cli(daemon, "import", str(tmp_path), "--json", "-q")
    names = [r["file"] for r in json.loads(out.splitlines()[-1])["report"]["refused"]]
    assert code == 1 and str(tmp_path / "照片") in names
    code, _, err = cli(daemon, "import", str(tmp_path / "it's one.txt"))
    assert "    zhenggai parse '%s/it'\\''s one.txt'\n" % tmp_path in err


def test_an_archive_of_documents(daemon, tmp_path):
    """Its bytes hold those of a DOCX."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as z:
        z.writestr("b.docx", zgfiles.docx(zgfiles.paragraph("整改")))
    code, _, err = cli(daemon, "import", str(tmp_path))
    assert code == 1 and "a.zip: ZIP 压缩包，请先解压" in err


def test_nothing_is_converted_for_a_daemon_that_is_not_there(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.5\nnothing of a PDF")
    class Nobody:
        sock_path = str(tmp_path / "none")
    code, out, err = cli(Nobody, "import", str(tmp_path))
    assert code == 69 and "连接不上服务" in err and "损坏" not in err


def test_a_folder_that_is_fine(daemon, tmp_path):
    shutil.copy(SAMPLE, tmp_path / "a.txt")
    code, _, err = cli(daemon, "import", str(tmp_path))
    assert code == 0 and "未入库" not in err and "值得一看" not in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read(daemon, tmp_path):
    path = tmp_path / "a.txt"
    shutil.copy(SAMPLE, path)
    path.chmod(0)
    code, _, err = cli(daemon, "import", str(path))
    assert code == 1 and "a.txt: 没有权限" in err


def test_documents_of_one_name(daemon, tmp_path):
    """The same bulletin as text and as a page: the second is told, not taken."""
    (tmp_path / "a.html").write_bytes(page("trs.html"))
    shutil.copy(SAMPLE, tmp_path / "a.txt")
    code, _, err = cli(daemon, "import", str(tmp_path))
    assert code == 1 and "编号重复 (1)" in err
    assert "a.txt: 编号 a 已由 %s 使用" % (tmp_path / "a.html") in err


def test_a_pipe_is_read_once(daemon, tmp_path):
    """As the shell's <(...) gives it: nothing of it is lost by looking."""
    for name, data, told in (
            ("a", open(SAMPLE, "rb").read(), "入库 1 份，含问题 14 条，失败 0"),
            ("b", zgfiles.pdf([]), "不能从标准输入或管道读取")):
        path = tmp_path / name
        os.mkfifo(path)
        feeder = threading.Thread(target=path.write_bytes, args=(data,))
        feeder.start()
        _, _, err = cli(daemon, "import", str(path))
        feeder.join()
        assert told in err, err


def test_names_do_not_reach_the_terminal_raw(daemon, tmp_path):
    (tmp_path / "a\x1b[31m\nb.txt").write_text("x")
    (tmp_path / "断.txt").symlink_to("没有")
    _, _, err = cli(daemon, "import", str(tmp_path), "--color", "never")
    assert "\x1b" not in err and "%s/a?[31m?b.txt: " % tmp_path in err
    assert "断.txt: 没有这个文件或目录" in err
    assert "    zhenggai parse 文件\n" in err


def fake_office(folder):
    """A soffice that says that it runs, and then does nothing for long."""
    folder.mkdir()
    path = folder / "soffice"
    path.write_text('#!/bin/sh\necho $$ >"$FAKE_PID.part"\n'
                    'mv "$FAKE_PID.part" "$FAKE_PID"\nexec sleep 600\n')
    path.chmod(0o755)
    return "%s:%s" % (folder, os.environ["PATH"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_end_in_the_middle_of_a_conversion(daemon, tmp_path, number):
    """Neither the other program nor its directory is left behind."""
    (tmp_path / "a.rtf").write_text(rtf("整改"), encoding="ascii")
    (tmp_path / "tmp").mkdir()
    pid_file = tmp_path / "pid"
    env = dict(os.environ, PATH=fake_office(tmp_path / "bin"),
               TMPDIR=str(tmp_path / "tmp"), FAKE_PID=str(pid_file),
               ZHENGGAI_SOCKET=daemon.sock_path)
    running = subprocess.Popen(
        [binary("zhenggai"), "import", str(tmp_path / "a.rtf")], env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    end = time.monotonic() + 60
    while not pid_file.exists():
        assert running.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    assert os.listdir(tmp_path / "tmp")
    running.send_signal(number)
    assert running.wait(60) == -number
    assert os.listdir(tmp_path / "tmp") == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
