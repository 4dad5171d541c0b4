"""GET /v1/reconcile and `zhenggai reconcile`: declared against parsed.

Expectations are recounted here from the bulletins as the daemon shows them.
"""

import glob
import json
import os

import pytest

from test_cli import SAMPLES, cli

SHARED = os.path.join(os.path.dirname(SAMPLES), "..", "..", "shared", "corpus",
                      "liaoning-education-2021.txt")
STATES = ["done", "basically_done", "phased", "in_progress", "long_term",
          "deferred", "not_done", "transferred"]
OWN = """中共泊山县档案馆支部关于巡察整改情况的通报
根据县委统一部署，2023年3月6日至2023年5月12日，县委第一巡察组对县档案馆支部开展了巡察。2023年6月20日，县委第一巡察组反馈了巡察意见。现将整改情况予以公布。
一、整改组织情况
反馈的6个问题，已完成整改4个，正在整改1个，整改完成率80%。
二、整改落实情况
1.库房温湿度记录断档的问题。
整改情况：已完成。补建温湿度台账。
2.差旅费报销审核不严的问题。
整改情况：正在整改。清退0.3万元。
4.档案鉴定多年未开展的问题。
整改情况：正在整改。已成立鉴定小组。
4.支部会议记录不规范的问题。
整改情况：已完成。重新装订会议记录本。
"""


@pytest.fixture(scope="module")
def stored():
    from zgdaemon import Daemon
    daemon = Daemon().start()
    client = daemon.client()
    for path in sorted(glob.glob(os.path.join(SAMPLES, "*.txt"))):
        with open(path, encoding="utf-8") as handle:
            body = {"id": os.path.basename(path)[:-4], "text": handle.read()}
        assert client.request("POST", "/v1/bulletins", body).status == 201
    assert client.request("POST", "/v1/bulletins",
                          {"id": "own", "text": OWN}).status == 201
    yield daemon
    daemon.stop()
    daemon.discard()


def ask(daemon, query=""):
    res = daemon.client().request("GET", "/v1/reconcile" + query)
    assert res.status == 200, res
    return res.json


def failed(entry):
    return {c["check"] for c in entry["checks"] if not c["ok"]}


def test_every_bulletin_is_compared_with_a_recount(stored):
    answer = ask(stored)
    assert answer["total"] == len(answer["bulletins"]) == 15
    differ = 0
    for entry in answer["bulletins"]:
        one = entry["bulletin"]
        whole = stored.client().request(
            "GET", "/v1/bulletins/" + one["id"]).json["bulletin"]
        findings = whole["findings"]
        for state in STATES + ["unknown"]:
            assert entry["states"][state] == sum(
                f["status"] == state for f in findings)
        said = one["declared"]
        if said["problems"] is not None:
            check = [c for c in entry["checks"] if c["check"] == "problems"][0]
            assert (check["declared"], check["found"]) == (
                said["problems"], len(findings))
            assert check["ok"] == (said["problems"] == len(findings))
            assert ("declared_differs" in entry["flags"]) == (not check["ok"])
            start, length = check["span"]
            raw = whole["text"].encode()[start:start + length].decode()
            assert raw
        differ += bool(entry["flags"])
    assert answer["summary"]["flagged"] == differ
    assert answer["summary"]["bulletins"] == 15


def test_one_that_differs_in_every_way(stored):
    entry = ask(stored, "?bulletin=own")["bulletins"][0]
    assert set(entry["flags"]) == {
        "declared_differs", "declared_sum_differs", "declared_rate_differs",
        "declared_state_differs",  # 1 declared in progress, 2 say so
        "numbering_gap", "numbering_repeat"}  # 3 is missing, 4 stands twice
    assert failed(entry) == {"problems", "sum", "rate", "states"}
    by = {c["check"]: (c["declared"], round(c["found"], 1))
          for c in entry["checks"]}
    assert by["problems"] == (6, 4)
    assert by["sum"] == (6, 5)
    assert by["rate"] == (80, 66.7)


def test_selection_and_pages(stored):
    every = [e["bulletin"]["id"] for e in ask(stored)["bulletins"]]
    flagged = [e["bulletin"]["id"] for e in ask(stored)["bulletins"]
               if e["flags"]]
    assert "own" in flagged and 0 < len(flagged) < len(every)
    got = ask(stored, "?flagged=true")
    assert [e["bulletin"]["id"] for e in got["bulletins"]] == flagged
    assert got["summary"]["bulletins"] == 15  # the summary is of all selected
    got = ask(stored, "?flagged=false")
    assert got["total"] == len(every) - len(flagged)
    got = ask(stored, "?flag=numbering_repeat")
    assert [e["bulletin"]["id"] for e in got["bulletins"]] == ["own"]
    page = ask(stored, "?limit=2&offset=3")
    assert [e["bulletin"]["id"] for e in page["bulletins"]] == every[3:5]
    assert page["total"] == 15


def test_filters_of_bulletins_and_of_findings(stored):
    years = {e["bulletin"]["id"]: e["bulletin"]["year"]
             for e in ask(stored)["bulletins"]}
    got = ask(stored, "?filter=year%20%3D%202023")
    assert {e["bulletin"]["id"] for e in got["bulletins"]} == {
        k for k, y in years.items() if y == 2023}
    got = ask(stored, "?filter=status%20%3D%20deferred")
    want = {h["bulletin"] for h in stored.client().request(
        "POST", "/v1/search", {"filter": "status = deferred", "limit": 100}
    ).json["hits"]}
    assert want and {e["bulletin"]["id"] for e in got["bulletins"]} == want
    listed = stored.client().request(
        "GET", "/v1/bulletins?filter=status%20%3D%20deferred").json
    assert {b["id"] for b in listed["bulletins"]} == want


@pytest.mark.parametrize("query, status, param", [
    ("?flag=odd", 400, "flag"),
    ("?bulletin=nosuch", 404, "bulletin"),
    ("?filter=year%20%3D", 400, "filter"),
    ("?limit=x", 400, "limit"),
    ("?color=red", 400, "color"),
    ("?sort=name", 400, "sort"),
])
def test_bad_requests(stored, query, status, param):
    res = stored.client().request("GET", "/v1/reconcile" + query)
    assert res.status == status
    assert res.json["error"]["param"] == param


def test_the_command(stored):
    code, out, _ = cli(stored, "reconcile")
    assert code == 0
    row = [line for line in out.splitlines() if line.startswith("own ")][0]
    assert row.split()[2:5] == ["6", "4", "-2"]
    assert "15 份通报" in out
    code, out, _ = cli(stored, "reconcile", "own")
    assert code == 0 and "自述 6 个问题：已完成 4，正在整改 1；文中编号 4 个" in out
    code, out, _ = cli(stored, "reconcile", "--flag", "numbering_repeat", "--json")
    assert code == 0
    assert [e["bulletin"]["id"] for e in json.loads(out)["bulletins"]] == ["own"]
    assert cli(stored, "reconcile", "nosuch")[0] == 3
    assert cli(stored, "reconcile", "--limit", "x")[0] == 2
    assert cli(stored, "list", "--filter", "year = 2023")[0] == 0


def test_the_real_sample(daemon):
    if not os.path.exists(SHARED):
        pytest.skip("no ../shared/corpus beside this checkout")
    with open(SHARED, encoding="utf-8") as handle:
        body = {"id": "real", "text": handle.read()}
    assert daemon.client().request("POST", "/v1/bulletins", body).status == 201
    code, out, _ = cli(daemon, "reconcile", "real")
    assert code == 0 and "自述 29 个问题：已完成 28，长期坚持 1；文中编号 30 个" in out
