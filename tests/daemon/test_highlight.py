"""What is shown is what matched: highlights and spans, byte by byte."""

import re

import pytest

import zgcorpus
import zgnaive as naive
from zghttp import quote


def highlighted(hit):
    """[(search field, text, spans)]; a measure's key is measures.N.text."""
    out = []
    for key, spans in hit["highlights"].items():
        measure = re.fullmatch(r"measures\.(\d+)\.text", key)
        if measure:
            item = hit["measures"][int(measure.group(1))]
            out.append(("measures", item["text"], spans))
        else:
            name = "measures" if key == "text" else key
            assert name in naive.TEXT_FIELDS, key
            out.append((name, hit[key], spans))
    return out


def char_ranges(text, spans):
    """Byte spans as character ranges; a span must stand on characters."""
    data = text.encode("utf-8")
    last = 0
    for start, length in spans:
        assert start >= last and length > 0, "ascending, apart, not empty"
        last = start + length
        assert last <= len(data)
        piece = data[start:last].decode("utf-8")  # fails inside a character
        begin = len(data[:start].decode("utf-8"))
        yield begin, begin + len(piece), piece


def concatenation(text, runs):
    """Is canonical `text` put together of `runs`?"""
    if not text:
        return True
    return any(
        text.startswith(run) and concatenation(text[len(run) :].lstrip(" "), runs)
        for run in runs
        if run
    )


def check_hit(hit, tree):
    runs = naive.query_runs(tree)
    seen = {}
    for name, text, spans in highlighted(hit):
        wanted = [
            naive.canon(run)
            for run, field, _ in runs
            if field is None or field == name
        ]
        prefixes = [naive.canon(run) for run, _, prefix in runs if prefix]
        covered = seen.setdefault((name, text), set())
        for begin, end, piece in char_ranges(text, spans):
            cut = naive.canon(piece)
            ok = concatenation(cut, wanted) or any(cut.startswith(p) for p in prefixes)
            assert ok, "%s: %r is none of %r" % (name, piece, wanted)
            covered.update(range(begin, end))
    # Every place where a run stands is lit.
    for run, field, prefix in runs:
        if prefix:
            continue
        for name in naive.TEXT_FIELDS:
            if field is not None and field != name:
                continue
            for text in naive.raw_texts(hit, name):
                for begin, end in naive.occurrences(text, naive.canon(run)):
                    covered = seen.get((name, text), set())
                    letters = {
                        at for at in range(begin, end) if naive.canon(text[at])
                    }
                    assert letters <= covered, "%s of %s: %r not lit" % (
                        name,
                        hit["id"],
                        run,
                    )


def check_snippet(hit, tree):
    snippet = hit["snippet"]
    plain = snippet.replace("…", "")
    texts = [t for n in naive.TEXT_FIELDS for t in naive.raw_texts(hit, n)]
    assert any(plain in text for text in texts), "cut from one field: %r" % snippet
    runs = naive.query_runs(tree)
    assert hit["snippet_highlights"], "the snippet shows a match"
    for _, _, piece in char_ranges(snippet, hit["snippet_highlights"]):
        cut = naive.canon(piece)
        assert concatenation(cut, [naive.canon(run) for run, _, _ in runs]) or any(
            prefix and cut.startswith(naive.canon(run)) for run, _, prefix in runs
        ), piece


def run(text, field=None, prefix=False):
    return ("run", text, field, prefix)


TREES = [
    run("离任审计"),
    run("審計"),
    run("２０１９"),
    run("2019"),
    run("三重一大"),
    run("档案"),
    run("费"),
    run("招标", "head"),
    run("采购", "measures"),
    ("and", [run("审计"), run("离任")]),
    ("or", [run("招标"), run("档案"), run("工程")]),
    ("and", [run("整改"), ("not", run("采购"))]),
    run("ppp"),
    run("pp", None, True),
    run("审计，离任"),
]


@pytest.mark.parametrize("tree", TREES, ids=naive.render_query)
@pytest.mark.parametrize("which", ["small", "sampled"])
def test_highlights_are_the_query(request, which, tree):
    daemon = request.getfixturevalue(which)
    answer = daemon.client().search(q=naive.render_query(tree), limit=1000)
    for hit in answer["hits"]:
        check_hit(hit, tree)
        check_snippet(hit, tree)
        assert hit["highlights"], "a hit of a query shows why"


def test_every_hit_of_a_query_is_lit_somewhere(sampled):
    answer = sampled.client().search(q="离任审计", limit=1000)
    assert answer["total"] > 0
    for hit in answer["hits"]:
        pieces = [
            naive.canon(piece)
            for _, text, spans in highlighted(hit)
            for _, _, piece in char_ranges(text, spans)
        ]
        assert "离任审计" in pieces


def test_bytes_that_normalising_moves(daemon):
    """Full-width, traditional, ligatures, wide blanks and glued pinyin: the
    spans are of the original bytes."""
    heads = {
        "w1": "２０２１年“離任審計”缺位",
        "w2": "ＰＰＰ項目︰管理混亂，㈠號工程",
        "w3": "离任\u200b审计有零宽字符",
        "w4": "𠀀𠀁离任审计在增补平面之后",
        "w5": "離任審計統(tǒng)一安排",
        "w6": "①离任审计②",
        "w7": "ﬁnance离任审计",
        "w8": "离 任 审 计",
    }
    client = daemon.client()
    client.import_lines(
        [{"id": i, "unit": "甲", "head": h} for i, h in heads.items()]
    )
    answer = client.search(q="离任审计")
    found = {hit["id"] for hit in answer["hits"]}
    assert {"w1", "w3", "w4", "w5", "w6", "w7"} <= found and "w8" not in found
    for hit in answer["hits"]:
        check_hit(hit, run("离任审计"))
    for text, id_ in [("ppp", "w2"), ("2021年", "w1"), ("finance", "w7"), ("统一", "w5")]:
        (hit,) = client.search(q=text)["hits"]
        assert hit["id"] == id_
        check_hit(hit, run(text))


def test_crop_limits_the_snippet(sampled):
    client = sampled.client()
    for crop in (10, 40, 200):
        for hit in client.search(q="离任审计", crop=crop)["hits"]:
            assert len(hit["snippet"].replace("…", "")) <= max(crop, 4) + 8
            assert "离任审计" in naive.canon(hit["snippet"])


# ---- spans into the bulletin's text ------------------------------------------

STATUS_WORDS = {
    "done": "完成|到位|销号|办结|解决|清零|整改",
    "basically_done": "基本",
    "phased": "阶段|部分|成效|成果",
    "in_progress": "正在|推进|推动|持续|进行",
    "long_term": "长期|常态|持续",
    "deferred": "延期|调整|推迟",
    "not_done": "未|不到位|没有",
    "transferred": "移交|立案|核查",
}
DIGITS = "〇一二三四五六七八九十百千零两0123456789"


def test_spans_of_a_bulletin(sampled):
    """Every extracted value can be shown where it stands."""
    client = sampled.client()
    seen = {"status": 0, "money": 0, "people": 0, "documents": 0}
    for name, text, _ in zgcorpus.samples():
        got = client.ok("GET", "/v1/bulletins/" + quote(name))["bulletin"]
        data = text.encode("utf-8")

        def cut(span):
            start, length = span
            assert 0 <= start and length > 0 and start + length <= len(data)
            return data[start : start + length].decode("utf-8")

        for finding in got["findings"]:
            where = finding["id"]
            assert cut(finding["head_span"]) == finding["head"], where
            if finding["section"]:
                assert cut(finding["section_span"]) == finding["section"], where
            if finding["problem"]:
                assert cut(finding["problem_span"]) == finding["problem"], where
            for measure in finding["measures"]:
                assert cut(measure["span"]) == measure["text"], where
            if finding["status"] == "unknown":
                assert finding["status_source"] == "none", where
                assert finding["status_span"] is None, where
            else:
                words = STATUS_WORDS[finding["status"]]
                assert re.search(words, cut(finding["status_span"])), where
                seen["status"] += 1
            for money in finding["money"]:
                piece = cut(money["span"])
                assert piece.endswith("元"), (where, piece)
                number = re.search(r"([\d,，.]+)\s*(余|多)?\s*(亿|万)?(余|多)?元", piece)
                assert number, (where, piece)
                scale = {"亿": 10**8, "万": 10**4, None: 1}[number.group(3)]
                value = float(re.sub("[,，]", "", number.group(1))) * scale
                assert value == pytest.approx(money["yuan"]), (where, piece)
                if money["verb"]:  # it may stand before a list of amounts
                    before = text[: len(data[: money["span"][0]].decode())][-80:]
                    assert money["verb"] in before + piece, (where, piece)
                seen["money"] += 1
            for people in finding["people"]:
                piece = re.sub("[,，\\s]", "", cut(people["span"]))
                assert any(c in DIGITS for c in piece), (where, piece)
                # The last number counts: 培训班2期188人次.
                number = re.search(r"([\d.]+)(万)?[^\d]*$", piece)
                if number:
                    value = float(number.group(1)) * (10**4 if number.group(2) else 1)
                    assert value == people["n"], (where, piece)
                seen["people"] += 1
            for document in finding["documents"]:
                piece = cut(document["span"])
                if document["number"]:
                    assert re.search(r"\d+\s*号", piece), (where, piece)
                else:
                    assert document["text"] in piece, (where, piece)
                seen["documents"] += 1
        for warning in got["warnings"]:
            if warning["offset"] is not None and warning["offset"] >= 0:
                assert warning["offset"] + warning["length"] <= len(data)
    assert all(seen.values()), seen
