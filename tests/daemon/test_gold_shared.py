"""The real bulletin of ../shared against the facts read from it by hand.

Skipped where the shared folder does not exist.  ZG_SHARED names it.
"""

import glob
import json
import os
import re
from collections import Counter

import pytest

import zgnaive as naive
from test_highlight import check_hit
from zgdaemon import ROOT, Daemon
from zghttp import quote

SHARED = os.environ.get("ZG_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
GOLDS = sorted(glob.glob(os.path.join(SHARED, "corpus", "*.gold.json")))

pytestmark = pytest.mark.skipif(
    not GOLDS, reason="no gold files in %s (set ZG_SHARED)" % SHARED
)


@pytest.fixture(
    scope="module",
    params=GOLDS or ["none"],
    ids=[os.path.basename(path) for path in GOLDS] or ["none"],
)
def real(request):
    """(daemon, bulletin as stored, gold, text)"""
    with open(request.param, encoding="utf-8") as handle:
        gold = json.load(handle)
    path = os.path.join(os.path.dirname(request.param), gold["file"])
    with open(path, encoding="utf-8", newline="") as handle:
        text = handle.read()
    daemon = Daemon().start()
    try:
        body = {"id": "real", "text": text}
        res = daemon.client().post("/v1/bulletins", body)
        assert res.status == 201, res
        yield daemon, res.json["bulletin"], gold, text
        daemon.stop()
    finally:
        daemon.discard()


def by_n(bulletin):
    return {f["n"]: f for f in bulletin["findings"]}


def test_document(real):
    _, got, gold, text = real
    doc = gold["document"]
    for name in ("title", "units", "unit_level", "region", "publish_date", "source"):
        assert got[name] == doc[name], name
    inspection = doc["inspection"]
    for name in ("kind", "inspecting_body", "team", "round"):
        assert got[name] == inspection[name], name
    for name in ("start", "end"):
        assert got["inspect_" + name] == inspection[name]
    assert got["feedback_date"] == inspection["feedback"]
    for name, value in doc["declared"].items():
        assert got["declared"][name] == value, name
    names = dict(doc["parsed"])
    names["measures"] = names.pop("listed_measures")
    for name, value in names.items():
        assert got["parsed"][name] == value, name
    assert got["text"] == text


def test_findings(real):
    _, got, gold, _ = real
    assert len(got["findings"]) == len(gold["findings"])
    for finding, want in zip(got["findings"], gold["findings"]):
        where = want["n"]
        assert finding["id"] == "real#%d" % where and finding["n"] == where
        assert finding["head"].startswith(want["head_starts"]), where
        assert same(finding["section"], gold["categories"][want["category"] - 1]), where
        assert same(finding["problem"], gold["problems"][want["problem"] - 1]["title"])
        listed = [m for m in finding["measures"] if m["listed"]]
        assert len(listed) == want["listed_measures"], where
    compound = {f["n"] for f in got["findings"] if len(f["statements"]) > 1}
    assert compound == set(gold["compound_heads"])


def same(got, want):
    """Quotation marks and commas are written in more than one way."""
    return naive.canon(got) == naive.canon(want)


def test_facts(real):
    _, got, gold, _ = real
    findings = by_n(got)
    numbers = [
        d["text"] for f in got["findings"] for d in f["documents"] if d["number"]
    ]
    told = " ".join(
        text for f in got["findings"] for n in naive.TEXT_FIELDS for text in naive.raw_texts(f, n)
    )
    told = re.sub(r"\s", "", told)
    # One more stands outside of every finding.
    wanted = {d for d in gold["document_numbers"]["distinct"] if d in told}
    assert set(numbers) == wanted
    assert len(wanted) >= len(gold["document_numbers"]["distinct"]) - 1
    for number, where in gold["document_numbers"]["in_two_findings"].items():
        assert where == [
            f["n"] for f in got["findings"] if number in [d["text"] for d in f["documents"]]
        ]
    for money in gold["money"]:
        finding = findings[money["finding"]]
        assert naive.money(finding, money["kind"]) == money["yuan"] * 100
    recovered = sum(naive.money(f, "recovered") for f in got["findings"])
    assert recovered == 100 * sum(
        m["yuan"] for m in gold["money"] if m["kind"] == "recovered"
    )
    for people in gold["people"]:
        entries = findings[people["finding"]]["people"]
        if "n" in people:
            assert any(
                p["kind"] == people["kind"] and p["n"] == people["n"] for p in entries
            ), people
        if "times" in people:
            handled = naive.measure(findings[people["finding"]], "people_handled")
            assert handled == people["times"]
    for cases in gold["cases"]:
        assert findings[cases["finding"]]["cases"] == cases["investigated"]
    for rules in gold["rules_made"]:
        assert findings[rules["finding"]]["rules_made"] == rules["n"]


def test_status_traps(real):
    """No finding may take the long-term item that only the summary knows."""
    _, got, _, _ = real
    findings = by_n(got)
    assert findings[12]["status"] != "in_progress"
    assert findings[26]["status"] == "phased"
    assert findings[30]["status"] == "done" and findings[30]["sustain"] is True
    assert all(
        f["status"] != "long_term" or f["status_source"] != "summary"
        for f in got["findings"]
    )


def test_search_finds_the_audit_finding_first(real):
    daemon, got, _, _ = real
    answer = daemon.client().search(q="离任审计")
    assert answer["hits"][0]["id"] == "real#14"
    tree = ("run", "离任审计", None, False)
    assert answer["total"] == len(naive.matches(got["findings"], tree))
    for hit in answer["hits"]:
        check_hit(hit, tree)


def test_totals_equal_a_scan(real):
    daemon, got, _, text = real
    client = daemon.client()
    words = ["有偿补课", "处理", "工程", "议事规则", "党费", "采购", "换届", "审计 离任"]
    for word in words:
        tree = ("and", [("run", w, None, False) for w in word.split()])
        assert client.search(q=word, limit=0)["total"] == len(
            naive.matches(got["findings"], tree)
        ), word


def test_facets_and_crosstab(real):
    daemon, got, gold, _ = real
    client = daemon.client()
    fields = ["unit", "category", "status", "year", "repeat", "region"]
    answer = client.search(q="有偿补课", facets=fields)
    hits = naive.matches(got["findings"], ("run", "有偿补课", None, False))
    assert answer["total"] == len(hits) > 0
    for field in fields:
        facet = naive.facet_answer(answer["facets"][field])
        assert facet == naive.facet(hits, field), field
    groups = client.aggregate(group_by=["category", "status"])["groups"]
    want = naive.group(got["findings"], ["category", "status"])
    assert {
        (g["key"]["category"], g["key"]["status"]): g["count"] for g in groups
    } == {key: len(found) for key, found in want.items()}
    table = client.aggregate(
        crosstab={"rows": "unit", "cols": "category", "metric": "count"}
    )["crosstab"]
    assert table["grand_total"] == len(gold["findings"])
    assert table["rows"] == gold["document"]["units"][:1]
    counted = Counter(
        c for f in got["findings"] for c in (f["category"] or [None])
    )
    assert dict(zip(table["cols"], table["col_totals"])) == counted


def test_repeats_that_the_text_claims(real):
    _, got, gold, _ = real
    findings = by_n(got)
    carried = gold["repeats"]["carried_over"]["finding"]
    assert findings[carried]["repeat"] == "carried_over_unfixed"


def test_posting_it_again_changes_nothing(real):
    daemon, got, _, text = real
    client = daemon.client()
    again = client.post("/v1/bulletins", {"id": "real", "text": text})
    assert again.status in (200, 201)
    assert again.json["bulletin"]["findings"] == got["findings"]
    assert client.search(limit=0)["total"] == len(got["findings"])
    stored = client.ok("GET", "/v1/bulletins/" + quote("real"))["bulletin"]
    assert stored == got
