"""Request and expected answer, over TCP and over the Unix socket.

Literal expectations (cases/*.json) are about the ten hand-written findings of
cases/small.ndjson.  Expectations on the sample bulletins come from their gold
files, or from a naive recount over the gold facts and the bulletins' text.
"""

import json
import os
import re
from collections import Counter

import pytest

import zgcorpus
import zgnaive as naive
from zghttp import quote

HERE = os.path.dirname(os.path.abspath(__file__))
TRANSPORTS = ["tcp", "unix"]


def load(name, path):
    with open(os.path.join(HERE, "cases", name), encoding="utf-8") as handle:
        loaded = json.load(handle)
    return [
        pytest.param(dict({"path": path, "method": "POST"}, **case), id=case["name"])
        for case in loaded["cases"]
    ]


SEARCH = load("search.json", "/v1/search")
AGGREGATE = load("aggregate.json", "/v1/aggregate")


def subset(want, got, where="answer"):
    """Everything in `want` must be in `got`; `got` may have more members."""
    if isinstance(want, dict):
        assert isinstance(got, dict), "%s is %r" % (where, got)
        for key, value in want.items():
            assert key in got, "%s has no %r: %r" % (where, key, got)
            subset(value, got[key], where + "." + key)
    elif isinstance(want, list):
        assert isinstance(got, list) and len(want) == len(got), where
        for index, value in enumerate(want):
            subset(value, got[index], "%s[%d]" % (where, index))
    else:
        assert type(want) is type(got) or not isinstance(want, bool), where
        assert want == got, "%s is %r, expected %r" % (where, got, want)


def send(client, case):
    body = case.get("body") if case["method"] == "POST" else None
    res = client.request(case["method"], case["path"], body)
    assert res.status == case.get("status", 200), res
    if res.status == 200:
        assert res.header("content-type", "").startswith("application/json")
    return res.json


def ids_of(answer):
    return [hit["id"] for hit in answer["hits"]]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("case", SEARCH)
def test_search(small, transport, case):
    answer = send(small.client(transport), case)
    if case.get("status", 200) != 200:
        assert answer["error"]["type"] == "invalid_request"
        return
    assert isinstance(answer["generation"], int) and answer["took_ms"] >= 0
    if "ids" in case:
        assert sorted(ids_of(answer)) == sorted(case["ids"])
        assert answer["total"] == len(case["ids"])
    if "order" in case:
        assert ids_of(answer) == case["order"]
    if "contains" in case:
        assert set(case["contains"]) <= set(ids_of(answer))
    if "total" in case:
        assert answer["total"] == case["total"]
    for field, counts in case.get("facets", {}).items():
        got = answer["facets"][field]
        assert naive.facet_answer(got) == Counter(counts), field
        assert got["other_count"] == 0
        assert got["total_values"] == len(counts)
        sizes = [value["count"] for value in got["values"]]
        assert sizes == sorted(sizes, reverse=True), "biggest first"
    for field, wanted in case.get("selected", {}).items():
        picked = [
            value["value"]
            for value in answer["facets"][field]["values"]
            if value.get("selected")
        ]
        assert picked == wanted
    subset(case.get("expect", {}), answer)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("case", AGGREGATE)
def test_aggregate(small, transport, case):
    answer = send(small.client(transport), case)
    if case.get("status", 200) != 200:
        assert answer["error"]["type"] == "invalid_request"
        return
    assert answer["total"] == case["total"]
    if "groups" in case:
        fields, wanted = case["groups"]
        got = {}
        for group in answer["groups"]:
            key = "|".join(
                "null" if group["key"][f] is None else naive.text_of(group["key"][f])
                for f in fields
            )
            assert key not in got, "group twice: " + key
            got[key] = group
        assert set(got) == set(wanted)
        for key, numbers in wanted.items():
            for name, number in numbers.items():
                assert got[key][name] == pytest.approx(number, rel=1e-12), (key, name)
    subset(case.get("expect", {}), answer)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_crosstab(small, transport):
    answer = small.client(transport).aggregate(
        crosstab={"rows": "unit", "cols": "category", "metric": "count"}
    )
    table = matrix(answer)
    assert table["cells"][("云泽市交通局", "c14")] == 2
    assert table["cells"][("云泽市交通局", "c13")] == 1
    assert table["cells"][("石浦镇", "c14")] == 0
    assert table["rows"] == {
        "青禾县水务局": 2,
        "云泽市交通局": 2,  # three cells, two findings
        "蓝川县教育局": 2,
        "石浦镇": 2,
        "港务公司": 2,
    }
    assert table["cols"]["c14"] == 2 and table["cols"]["c13"] == 1
    assert table["cols"]["c25"] == 2 and table["cols"]["c15"] == 2
    assert table["grand"] == 10 == answer["total"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_crosstab_of_sums(small, transport):
    answer = small.client(transport).aggregate(
        crosstab={"rows": "unit", "cols": "year", "metric": "sum:money_recovered"},
        filter="status = done",
    )
    table = matrix(answer)
    assert table["cells"][("云泽市交通局", "2022")] == 120000
    assert table["rows"]["青禾县水务局"] == 15000
    assert table["cols"]["2022"] == 135000
    assert table["grand"] == 135000


def matrix(answer):
    """A crosstab as {cells: {(row, col): n}, rows:, cols:, grand:}."""
    tab = answer["crosstab"]
    rows = [None if v is None else naive.text_of(v) for v in tab["rows"]]
    cols = [None if v is None else naive.text_of(v) for v in tab["cols"]]
    assert len(tab["cells"]) == len(rows) and len(tab["row_totals"]) == len(rows)
    assert len(tab["col_totals"]) == len(cols)
    cells = {}
    for row, line in zip(rows, tab["cells"]):
        assert len(line) == len(cols)
        for col, number in zip(cols, line):
            cells[(row, col)] = number
    return {
        "cells": cells,
        "rows": dict(zip(rows, tab["row_totals"])),
        "cols": dict(zip(cols, tab["col_totals"])),
        "grand": tab["grand_total"],
    }


def test_crosstab_tells_of_rows_that_are_cut(daemon):
    client = daemon.client()
    client.import_lines(
        [
            {"id": "f%d" % n, "unit": "u%03d" % (n % 150), "round": "r%03d" % (n // 2), "head": "甲"}
            for n in range(300)
        ]
    )
    answer = client.aggregate(crosstab={"rows": "unit", "cols": "round"})
    shown = answer["crosstab"]
    assert len(shown["cols"]) == 150 and len(shown["rows"]) == 66
    assert answer["total_groups"] == 150
    assert answer["other_count"] == 2 * (150 - 66)
    answer = client.aggregate(crosstab={"rows": "unit", "cols": "round"}, filter="unit = u001")
    assert answer["total_groups"] == 1 and answer["other_count"] == 0


# ---- reading, paging, fields -------------------------------------------------


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_pages_hold_each_hit_once(small, transport):
    client = small.client(transport)
    for sort in ([], ["year:desc"], ["score:desc"], ["unit:asc"]):
        seen = []
        for offset in range(0, 12, 3):
            seen += ids_of(client.search(sort=sort, limit=3, offset=offset))
        assert sorted(seen) == sorted("s%d" % n for n in range(1, 11)), sort


def test_fields_cut_the_hit(small):
    hit = small.client().search(q="离任审计", fields=["unit", "status"])["hits"][0]
    assert hit["unit"] in ("青禾县水务局", "石浦镇") and "status" in hit
    assert "head" not in hit and "measures" not in hit
    assert hit["id"] in ("s1", "s8")
    # What the search adds to the finding comes all the same.
    assert hit["score"] > 0 and hit["highlights"] and "snippet" in hit


def test_highlight_off(small):
    answer = small.client().search(q="离任审计", highlight=False)
    assert all(not hit.get("highlights") for hit in answer["hits"])


def test_scores_go_down(small):
    for operator in ("and", "or"):
        hits = small.client().search(q="审计 离任", operator=operator)["hits"]
        scores = [hit["score"] for hit in hits]
        assert scores == sorted(scores, reverse=True) and scores[-1] > 0


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_finding_as_given(small, transport, small_lines):
    client = small.client(transport)
    for line in small_lines:
        found = client.ok("GET", "/v1/findings/" + quote(line["id"]))
        found = found.get("finding", found)
        for name, value in line.items():
            if name == "measures":
                assert [m["text"] for m in found["measures"]] == value
                assert [m["n"] for m in found["measures"]] == list(
                    range(1, len(value) + 1)
                )
            else:
                assert found[name] == value, name


# ---- the sample bulletins ----------------------------------------------------


@pytest.fixture(scope="module")
def golds():
    return zgcorpus.samples()


@pytest.fixture(scope="module")
def gold(golds):
    return [f for name, _, g in golds for f in zgcorpus.gold_findings(name, g)]


@pytest.fixture(scope="module")
def parsed(sampled, golds):
    """Every finding of the samples as the bulletins' JSON gives it."""
    client, out = sampled.client(), []
    for name, _, _ in golds:
        bulletin = client.ok("GET", "/v1/bulletins/" + quote(name))["bulletin"]
        out += bulletin["findings"]
    return out


DOCUMENT = (
    "title units unit_level region kind inspecting_body team round inspect_start"
    " inspect_end feedback_date publish_date year source"
).split()


def test_samples_are_what_the_gold_files_say(sampled, golds):
    client, wrong = sampled.client(), []
    for name, text, gold_ in golds:
        got = client.ok("GET", "/v1/bulletins/" + quote(name))["bulletin"]
        doc = gold_["document"]
        assert got["id"] == name and got["text"] == text
        assert got["unit"] == got["units"][0]
        for field in DOCUMENT:
            if field in doc and got[field] != doc[field]:
                wrong.append((name, field, got[field], doc[field]))
        for group in ("declared", "parsed"):
            for field, value in doc[group].items():
                if got[group].get(field) != value:
                    wrong.append((name, group, field, got[group].get(field), value))
        if len(got["findings"]) != len(gold_["findings"]):
            wrong.append((name, "findings", len(got["findings"])))
            continue
        for have, want in zip(got["findings"], gold_["findings"]):
            where = "%s#%d" % (name, want["n"])
            assert have["id"] == where and have["bulletin"] == name
            facts = finding_facts(have)
            for field, value in facts.items():
                if field in want and value != want[field]:
                    wrong.append((where, field, value, want[field]))
            for field in AMOUNTS:
                if not amounts_agree(have[field], want[field], AMOUNTS[field]):
                    wrong.append((where, field, have[field], want[field]))
            if not have["head"].startswith(want["head_starts"]):
                wrong.append((where, "head", have["head"], want["head_starts"]))
    assert not wrong, "\n".join(map(str, wrong))


AMOUNTS = {"money": ("kind", "yuan", "approx"), "people": ("kind", "n", "unit")}


def amounts_agree(have, want, names):
    """The gold files may or may not list the parts of a bracketed sum."""

    def count(entries):
        return Counter(tuple(e[name] for name in names) for e in entries)

    wanted = count(want)
    wholes = count(e for e in have if not e["part"])
    return wholes <= wanted <= count(have)


def finding_facts(have):
    """A finding of the API in the shape of the gold files."""
    facts = {
        name: have[name]
        for name in (
            "section problem status sustain status_source rules_made cases"
            " deadline responsible repeat"
        ).split()
    }
    facts["statements"] = len(have["statements"])
    facts["listed_measures"] = sum(m["listed"] for m in have["measures"])
    facts["documents"] = [d["text"] for d in have["documents"] if d["number"]]
    return facts


def test_categories_of_the_samples(gold, parsed):
    """A category is a judgement: the cue table need not agree with every hand
    label, but mostly, and hardly ever with none of a finding's."""
    pairs = list(zip(gold, parsed))
    first = sum(g["category"][0] == p["category"][:1][0] for g, p in pairs if p["category"])
    some = sum(bool(set(g["category"]) & set(p["category"])) for g, p in pairs)
    assert first >= 0.9 * len(pairs), (first, len(pairs))
    assert some >= 0.97 * len(pairs), (some, len(pairs))


@pytest.fixture(scope="module")
def facts(gold, parsed):
    """The gold findings with the categories as stored, for counts."""
    return [dict(g, category=p["category"]) for g, p in zip(gold, parsed)]


def counts(facets, field):
    return naive.facet_answer(facets[field])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_sample_facets_equal_the_gold(sampled, facts, transport):
    fields = "unit unit_level region kind category status year round".split()
    fields += ["inspecting_body", "repeat", "sustain", "bulletin"]
    answer = sampled.client(transport).search(facets=fields, limit=0)
    assert answer["total"] == len(facts)
    for field in fields:
        assert counts(answer["facets"], field) == naive.facet(facts, field), field


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_sample_groups_equal_the_gold(sampled, facts, transport):
    client = sampled.client(transport)
    for fields in (["unit"], ["category", "status"], ["unit", "year"], ["region"]):
        answer = client.aggregate(group_by=fields, limit=10000)
        assert answer["total"] == len(facts)
        got = {
            tuple(
                None if g["key"][f] is None else naive.text_of(g["key"][f])
                for f in fields
            ): g["count"]
            for g in answer["groups"]
        }
        want = {key: len(fs) for key, fs in naive.group(facts, fields).items()}
        assert got == want, fields


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_sample_crosstab_equals_the_gold(sampled, facts, transport):
    answer = sampled.client(transport).aggregate(
        crosstab={"rows": "unit", "cols": "category", "metric": "count"}
    )
    table = matrix(answer)
    want = naive.group(facts, ["unit", "category"])
    for key, number in table["cells"].items():
        assert number == len(want.get(key, ())), key
    assert set(want) <= set(table["cells"])
    assert table["rows"] == naive.facet(facts, "unit")
    for col, number in table["cols"].items():
        assert number == len(naive.group(facts, ["category"])[(col,)])
    assert table["grand"] == len(facts)


RUNS = ["离任审计", "政府采购", "招标", "档案", "议事规则", "公务接待", "往来款", "巡察"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_sample_totals_equal_a_scan(sampled, parsed, transport):
    client = sampled.client(transport)
    for text in RUNS:
        tree = ("run", text, None, False)
        answer = client.search(q=text, limit=1000)
        want = naive.matches(parsed, tree)
        assert answer["total"] == len(want), text
        assert set(ids_of(answer)) == {f["id"] for f in want}
        for field in ("head", "measures"):
            tree = ("run", text, field, False)
            answer = client.search(q=naive.render_query(tree), limit=0)
            assert answer["total"] == len(naive.matches(parsed, tree)), tree
    for one in RUNS:
        for two in RUNS:
            tree = ("and", [("run", one, None, False), ("run", two, None, False)])
            answer = client.search(q=naive.render_query(tree), limit=0)
            assert answer["total"] == len(naive.matches(parsed, tree)), tree


def test_full_width_and_traditional_queries_are_equal(sampled):
    client = sampled.client()
    for one, two in [
        ("离任审计", "離任審計"),
        ("档案", "檔案"),
        ("2019", "２０１９"),
        ("问题 学习", "問題　學習"),
        ("“三重一大”", "三重一大"),
    ]:
        first, second = client.search(q=one), client.search(q=two)
        assert first["total"] == second["total"] > 0, (one, two)
        assert ids_of(first) == ids_of(second)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_bulletins_are_listed(sampled, golds, transport):
    client = sampled.client(transport)
    answer = client.ok("GET", "/v1/bulletins?limit=100")
    assert answer["total"] == len(golds)
    assert {b["id"] for b in answer["bulletins"]} == {name for name, _, _ in golds}
    assert all("text" not in b for b in answer["bulletins"]), "a list, no texts"
    seen = []
    for offset in range(0, len(golds) + 2, 2):
        page = client.ok("GET", "/v1/bulletins?limit=2&offset=%d" % offset)
        seen += [b["id"] for b in page["bulletins"]]
    assert sorted(seen) == sorted(name for name, _, _ in golds)


def test_bulletins_of_a_year(sampled):
    client = sampled.client()
    every = client.get("/v1/bulletins?limit=1000").json["bulletins"]
    year = next(b["year"] for b in every if b["year"])
    for text in (str(year), "0%d" % year):
        got = client.get("/v1/bulletins?limit=1000&year=" + text).json
        assert got["total"] == sum(b["year"] == year for b in every) > 0
    assert client.get("/v1/bulletins?year=1901").json["total"] == 0
    for text in ("abc", "", "2020x", "20.5", "99999999999999999999"):
        res = client.get("/v1/bulletins?year=" + text)
        assert res.status == 400 and res.json["error"]["param"] == "year", res


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_finding_of_a_bulletin(sampled, golds, transport):
    client = sampled.client(transport)
    name, _, gold_ = golds[0]
    for want in gold_["findings"][:5]:
        id_ = "%s#%d" % (name, want["n"])
        found = client.ok("GET", "/v1/findings/" + quote(id_))
        found = found.get("finding", found)
        assert found["id"] == id_ and found["n"] == want["n"]
        assert found["head"].startswith(want["head_starts"])
    assert client.get("/v1/findings/" + quote(name + "#999")).status == 404


# ---- writing -----------------------------------------------------------------


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_post_get_replace_delete(start, golds, transport):
    client = start().client(transport)
    name, text, gold_ = golds[0]
    path = "/v1/bulletins/" + quote("乙 1")
    assert client.get(path).status == 404
    res = client.post("/v1/bulletins", {"id": "乙 1", "text": text})
    assert res.status == 201
    first = res.json["bulletin"]
    assert len(first["findings"]) == gold_["document"]["parsed"]["findings"]
    assert client.ok("GET", path)["bulletin"]["findings"] == first["findings"]
    assert client.search()["total"] == len(first["findings"])

    # The same id again replaces the bulletin and all its findings.
    other = golds[1]
    res = client.post("/v1/bulletins", {"id": "乙 1", "text": other[1]})
    assert res.status in (200, 201)
    size = other[2]["document"]["parsed"]["findings"]
    assert client.search()["total"] == size
    assert client.search(facets=["bulletin"])["facets"]["bulletin"]["values"] == [
        {"value": "乙 1", "count": size}
    ]

    assert client.request("DELETE", path).status in (200, 204)
    assert client.request("DELETE", path).status == 404
    assert client.get(path).status == 404
    assert client.search()["total"] == 0


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_delete_one_finding(start, golds, transport):
    client = start().client(transport)
    client.post("/v1/bulletins", {"id": "丙", "text": golds[0][1]})
    total = client.search()["total"]
    path = "/v1/findings/" + quote("丙#3")
    assert client.ok("DELETE", path)["findings"] == 1
    assert client.get(path).status == 404
    again = client.request("DELETE", path)
    assert again.status == 404
    assert again.json["error"]["code"] == "finding_not_found"
    assert client.search()["total"] == total - 1


def test_given_fields_win(daemon, golds):
    given = {
        "id": "g1",
        "text": golds[0][1],
        "title": "另起的标题",
        "unit": "另一单位",
        "publish_date": "2031-01-02",
        "url": "http://example.invalid/1",
    }
    got = daemon.client().ok("POST", "/v1/bulletins", given, status=201)["bulletin"]
    for name in ("id", "title", "unit", "publish_date", "url"):
        assert got[name] == given[name], name
    assert {f["unit"] for f in got["findings"]} == {"另一单位"}


def test_plain_text_gets_a_stable_id(daemon, golds):
    client = daemon.client()
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    one = client.ok("POST", "/v1/bulletins", golds[0][1], 201, headers)["bulletin"]
    two = client.ok("POST", "/v1/bulletins", golds[0][1], 201, headers)["bulletin"]
    assert one["id"] == two["id"] and one["id"]
    assert client.ok("GET", "/v1/bulletins")["total"] == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_parse_stores_nothing(start, golds, transport):
    client = start().client(transport)
    for _, text, gold_ in golds[:3]:
        got = client.ok("POST", "/v1/parse", {"text": text})["bulletin"]
        assert len(got["findings"]) == gold_["document"]["parsed"]["findings"]
        assert isinstance(got["warnings"], list)
    assert client.search()["total"] == 0
    assert client.ok("GET", "/v1/bulletins")["total"] == 0


def test_import_answers_line_by_line(daemon, golds, small_lines):
    client = daemon.client()
    lines = [{"id": n, "text": t} for n, t, _ in golds[:2]] + small_lines
    answer = client.import_lines(lines)
    assert len(answer) == len(lines) + 1
    sizes = [g["document"]["parsed"]["findings"] for _, _, g in golds[:2]]
    for line, got, size in zip(lines, answer, sizes + [1] * len(small_lines)):
        assert got["ok"] is True
        assert got["id"] == line["id"] and got["findings"] == size
    summary = answer[-1]["summary"]
    total = sum(sizes) + len(small_lines)
    subset(
        {"lines": len(lines), "ok": len(lines), "failed": 0, "findings": total},
        summary,
    )
    assert summary["took_ms"] >= 0
    assert client.search()["total"] == total


def test_same_id_twice_in_one_import(daemon, small_lines):
    client = daemon.client()
    first, second = dict(small_lines[0]), dict(small_lines[0], unit="后来者")
    client.import_lines([first, second])
    answer = client.search(facets=["unit"])
    assert answer["total"] == 1
    assert naive.facet_answer(answer["facets"]["unit"]) == {"后来者": 1}


def comparable(lines):
    return sorted(json.dumps(line, sort_keys=True, ensure_ascii=False) for line in lines)


def test_export_imports_again(sampled, small, start, golds):
    """Samples and ready findings out of one daemon and into another."""
    for source in (sampled, small):
        out = source.client().export(bulletins="true")
        assert out
        copy = start().client()
        for answer in copy.import_lines(out)[:-1]:
            assert answer["ok"], answer
        assert comparable(copy.export(bulletins="true")) == comparable(out)
        fields = ["unit", "status", "category", "year", "repeat", "status_source"]
        want = source.client().search(q="审计", facets=fields, limit=1000)
        got = copy.search(q="审计", facets=fields, limit=1000)
        assert got["total"] == want["total"] and got["facets"] == want["facets"]
        assert set(ids_of(got)) == set(ids_of(want))


def test_export_with_a_filter(small):
    out = small.client().export(filter="year = 2022")
    assert sorted(line["id"] for line in out) == ["s10", "s3", "s4"]


# ---- about the daemon --------------------------------------------------------


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_health_stats_version(sampled, gold, golds, transport):
    client = sampled.client(transport)
    assert client.ok("GET", "/health")["status"] == "ok"
    stats = client.ok("GET", "/v1/stats")
    assert stats["findings"] == len(gold)
    assert stats["bulletins"] == len(golds)
    assert stats["generation"] == client.search(limit=0)["generation"]
    version = client.ok("GET", "/v1/version")
    assert isinstance(version["version"], str) and version["version"][0].isdigit()


def test_metrics(sampled, gold):
    """The same numbers for Prometheus: every sample has its help and type, once."""
    client = sampled.client()
    res = client.get("/metrics")
    assert res.status == 200
    assert dict(res.headers)["content-type"].startswith("text/plain; version=0.0.4")
    text = res.body.decode()
    sample = re.compile(r"^(zhenggai_[a-z0-9_]+)(\{[^}]*\})? (\d+)$")
    values, described = {}, {}
    for line in text.splitlines():
        if line.startswith("# "):
            kind, name, rest = line[2:].split(" ", 2)
            assert kind in ("HELP", "TYPE") and rest
            described.setdefault(name, []).append(kind)
            continue
        name, _, value = sample.match(line).groups()
        assert name not in values
        assert described[name] == ["HELP", "TYPE"], "before the sample"
        values[name] = int(value)
    assert sorted(values) == sorted(described)
    stats = client.ok("GET", "/v1/stats")
    assert values["zhenggai_findings"] == stats["findings"] == len(gold)
    assert values["zhenggai_segments"] == stats["segments"] >= 1
    assert values["zhenggai_cache_limit_bytes"] == stats["cache"]["limit"]
    assert values["zhenggai_requests_total"] < stats["requests"]
    before = values["zhenggai_cache_hits_total"]
    for _ in range(2):
        client.search(q="整改")
    text = client.get("/metrics").body.decode()
    after = re.search(r"^zhenggai_cache_hits_total (\d+)$", text, re.M)
    assert int(after.group(1)) > before
