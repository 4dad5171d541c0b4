"""Makes the files that people have: DOCX by hand, PDF by hand, pictures."""

import io
import struct
import zipfile
import zlib

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def paragraph(text, num=None, level=0, style=None, extra=""):
    """One w:p; `num`: id of its numbering."""
    props = ""
    if style:
        props += '<w:pStyle w:val="%s"/>' % style
    if num is not None:
        props += (
            '<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>'
            % (level, num)
        )
    run = "<w:r><w:t>%s</w:t></w:r>" % _escape(text) if text else ""
    return "<w:p><w:pPr>%s</w:pPr>%s%s</w:p>" % (props, run, extra)


def cell(text, span=1, merge=None, num=None):
    props = '<w:gridSpan w:val="%d"/>' % span if span > 1 else ""
    if merge:
        props += '<w:vMerge w:val="restart"/>' if merge == "restart" else "<w:vMerge/>"
    return "<w:tc><w:tcPr>%s</w:tcPr>%s</w:tc>" % (
        props, paragraph(text, num))


def table(rows):
    """Rows of texts or of finished cells."""
    out = ""
    for row in rows:
        cells = [c if c.startswith("<w:tc>") else cell(c) for c in row]
        out += "<w:tr>%s</w:tr>" % "".join(cells)
    return "<w:tbl>%s</w:tbl>" % out


def numbering(levels, more=None):
    """numbering.xml: 1 is a scheme of (format, text) by level; `more`: other
    ids and their one level."""
    lvls = "".join(
        '<w:lvl w:ilvl="%d"><w:start w:val="1"/><w:numFmt w:val="%s"/>'
        '<w:lvlText w:val="%s"/></w:lvl>' % (i, f, t)
        for i, (f, t) in enumerate(levels)
    )
    out = '<w:abstractNum w:abstractNumId="0">%s</w:abstractNum>' % lvls
    for num, (form, text) in (more or {}).items():
        out += (
            '<w:abstractNum w:abstractNumId="%d"><w:lvl w:ilvl="0"><w:start '
            'w:val="1"/><w:numFmt w:val="%s"/><w:lvlText w:val="%s"/></w:lvl>'
            "</w:abstractNum>" % (num, form, text)
        )
    for num, scheme in [(1, 0)] + [(k, k) for k in more or {}]:
        out += '<w:num w:numId="%d"><w:abstractNumId w:val="%d"/></w:num>' % (
            num, scheme)
    return '<w:numbering xmlns:w="%s">%s</w:numbering>' % (W, out)


def docx(body, **parts):
    """Bytes of a DOCX; parts: numbering=, styles=, footnotes= as XML."""
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"><Default Extension="xml" ContentType="application/'
            'xml"/><Override PartName="/word/document.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.wordprocessingml.'
            'document.main+xml"/></Types>',
        )
        z.writestr(
            "word/document.xml",
            '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="%s" '
            'xmlns:mc="urn:mc" xmlns:v="urn:v"><w:body>%s</w:body></w:document>'
            % (W, body),
        )
        for name, xml in parts.items():
            z.writestr("word/%s.xml" % name, xml)
    return to.getvalue()


def png():
    def chunk(kind, data):
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def pdf(pages, encrypted=False):
    """A PDF of pages of (x, y, text) lines.  No font is embedded: the one named
    is Adobe's standard for Chinese, whose characters are UTF-16 with a
    ToUnicode map, which is all that a reader of its text needs."""
    objects = []

    def add(data):
        objects.append(data)
        return len(objects)

    def stream(data, head=b""):
        return b"<<%s/Length %d>>stream\n%s\nendstream" % (head, len(data), data)

    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"/CMapName /X def /CMapType 2 def\n1 begincodespacerange\n"
        b"<0000> <FFFF>\nendcodespacerange\n1 beginbfrange\n"
        b"<0000> <FFFF> <0000>\nendbfrange\nendcmap end end"
    )
    catalog, tree = add(b""), add(b"")
    to_unicode = add(stream(cmap))
    descriptor = add(
        b"<</Type/FontDescriptor/FontName/F/Flags 4/FontBBox[0 -200 1000 800]"
        b"/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>"
    )
    cid = add(
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/F/CIDSystemInfo<</Registry"
        b"(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R"
        b"/DW 1000/W[0[500] 1 127 500]>>" % descriptor
    )
    font = add(
        b"<</Type/Font/Subtype/Type0/BaseFont/F/Encoding/Identity-H"
        b"/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (cid, to_unicode)
    )
    kids = []
    for lines in pages:
        text = b""
        for x, y, line in lines:
            text += b"BT /F 14 Tf %d %d Td <%s> Tj ET\n" % (
                x, y, line.encode("utf-16-be").hex().encode())
        content = add(stream(text))
        kids.append(
            add(
                b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 "
                b"R/Resources<</Font<</F %d 0 R>>>>>>" % (tree, content, font)
            )
        )
    objects[catalog - 1] = b"<</Type/Catalog/Pages %d 0 R>>" % tree
    objects[tree - 1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (
        len(kids), b" ".join(b"%d 0 R" % k for k in kids))
    secret = b""
    if encrypted:  # a user password that nobody has
        objects.append(
            b"<</Filter/Standard/V 1/R 2/P -64/O<%s>/U<%s>>>"
            % (b"11" * 32, b"22" * 32)
        )
        secret = b"/Encrypt %d 0 R/ID[<00><00>]" % len(objects)
    out, at = b"%PDF-1.5\n", []
    for i, data in enumerate(objects, 1):
        at.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, data)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % a for a in at)
    out += b"trailer<</Size %d/Root %d 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, catalog, secret, xref)
    return out


def flow(text, width=68, lines=40, head=None, indent=True):
    """Paragraphs broken at `width` columns, as pages of pdf(): two characters of
    indent, a running head, numbers at the foot."""
    rows = []
    for par in text.strip().split("\n"):
        row, used = "", 0
        for c in ("\u3000\u3000" if indent else "") + par.strip():
            wide = 2 if ord(c) > 127 else 1
            if used + wide > width and c not in "，。；：、）”》":
                rows.append(row)
                row, used = "", 0
            row += c
            used += wide
        rows.append(row)
    pages = []
    for at in range(0, len(rows), lines):
        page, y = [], 790
        if head:
            page.append((200, 815, head))
        for row in rows[at:at + lines]:
            at_x = 78 if row.startswith("\u3000\u3000") else 50
            page.append((at_x, y, row.lstrip("\u3000")))
            y -= 18
        page.append((280, 30, "- %d -" % (at // lines + 1)))
        pages.append(page)
    return pages
