"""The taxonomy as users change it: edit the file, reload, classify anew."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter

import pytest
import zgcorpus
from test_cli import cli
from test_faults import BUILD as FAULTS
from zgdaemon import binary, check_index, run_to_end
from zghttp import ProtocolError, quote

BASE = """version = {version}
[weights]
head = 100
problem = 30
section = 10
answer = 1
[c09]
zh = 公车
en = cars
cues = 公务用车 私车公养 {cars}
[c11]
zh = 财务
en = money
cues = 往来款 报销 {money}
[x1]
zh = 本地类别
en = local
cues = 从未出现的词 {local}
"""


def write(path, version, cars="", money="", local=""):
    text = BASE.format(version=version, cars=cars, money=money, local=local)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "分类.ini"
    write(path, "one")
    return path


def findings(client):
    return {f["id"]: f for f in client.export()}


def agree(client):
    """Records, facet counts and filters say the same; {category or None: n}."""
    records = findings(client)
    counted = Counter(c for f in records.values() for c in f["category"])
    nothing = sum(not f["category"] for f in records.values())
    res = client.search(q="", facets=["category"], limit=0)
    shown = {v["value"]: v["count"] for v in res["facets"]["category"]["values"]}
    assert res["total"] == len(records)
    assert shown == dict(counted)
    for category, n in counted.items():
        found = client.search(q="", filter='category = "%s"' % category, limit=0)
        assert found["total"] == n, category
    none = client.search(q="", filter="NOT category EXISTS", limit=0)
    assert none["total"] == nothing
    if nothing:
        counted[None] = nothing
    return dict(counted)


def reclassify(client, **body):
    got = client.ok("POST", "/v1/reclassify", body or None)
    assert got["total"] == got["examined"] + got["kept_given"] + got["skipped"]
    assert got["changed"] == sum(m["count"] for m in got["moves"])
    assert got["changed"] <= got["rewritten"]
    return got


def moves(answer):
    return {
        (tuple(m["from"]), tuple(m["to"])): m["count"] for m in answer["moves"]
    }


LINES = [
    {"id": "a", "head": "公务用车管理不严", "measures": ["一是停用公务用车。"]},
    {"id": "b", "head": "往来款未清理", "text": "报销从严"},
    {"id": "c", "head": "加油卡一车多卡"},
    {"id": "d", "head": "往来款与公务用车", "category": ["x9"]},
    {"id": "e", "head": "无从归类"},
]


def test_edit_reload_reclassify(start, file):
    client = start(args=["--taxonomy", str(file)]).client()
    client.import_lines(LINES)
    assert agree(client) == {"c09": 1, "c11": 1, "x9": 1, None: 2}
    assert client.ok("GET", "/v1/version")["taxonomy"] == "one"

    write(file, "two", cars="加油卡", local="往来款*9")
    assert client.ok("POST", "/v1/parse", {"text": BULLETIN})["bulletin"][
        "findings"][0]["category"] == []  # not loaded yet
    loaded = client.ok("POST", "/v1/taxonomy/reload")
    assert (loaded["changed"], loaded["version"], loaded["previous_version"]) == (
        True, "two", "one")
    parsed = client.ok("POST", "/v1/parse", {"text": BULLETIN})["bulletin"]
    assert parsed["findings"][0]["category"] == ["c09"]
    # what is stored stays until it is asked for
    assert agree(client) == {"c09": 1, "c11": 1, "x9": 1, None: 2}

    dry = reclassify(client, dry_run=True)
    assert agree(client) == {"c09": 1, "c11": 1, "x9": 1, None: 2}
    done = reclassify(client)
    assert moves(dry) == moves(done) == {
        (("c11",), ("x1",)): 1, ((), ("c09",)): 1}
    assert (done["total"], done["examined"], done["kept_given"]) == (5, 4, 1)
    assert done["taxonomy"] == "two" and done["skipped"] == 0
    assert agree(client) == {"c09": 2, "x1": 1, "x9": 1, None: 1}
    again = reclassify(client)
    assert again["rewritten"] == again["changed"] == 0
    one = client.ok("GET", "/v1/findings/d")["finding"]
    assert one["category"] == ["x9"] and one["category_source"] == "given"
    one = client.ok("GET", "/v1/findings/b")["finding"]
    assert one["category_source"] == "cues"
    assert [e["cue"] for e in one["category_evidence"]] == ["往来款"]
    unchanged = client.ok("POST", "/v1/taxonomy/reload", {})
    assert unchanged["changed"] is False


BULLETIN = """中共松岭县林业局党组关于巡察整改进展情况的通报
根据县委统一部署,2023年11月6日至2024年1月12日,县委第二巡察组对县林业局党组开展了常规巡察。2024年3月5日,县委巡察组反馈了巡察意见。现将巡察整改进展情况予以公布。
一、整改落实情况
(一)管理不严
1.加油卡一车多卡。
整改情况:已完成。收回加油卡3张。
2.差旅费报销把关不严。
整改情况:清退差旅费1200元。
"""


def test_evidence_keeps_pointing_into_the_text(start, file):
    """Spans of a stored finding are made anew in the bulletin's own bytes."""
    client = start(args=["--taxonomy", str(file)]).client()
    client.ok("POST", "/v1/bulletins", {"id": "林", "text": BULLETIN}, status=201)
    write(file, "two", cars="加油卡", money="差旅费")
    client.ok("POST", "/v1/taxonomy/reload")
    assert reclassify(client)["changed"] == 1
    raw = client.ok("GET", "/v1/bulletins/" + quote("林"))["bulletin"]
    text, seen = raw["text"].encode(), 0
    for finding in raw["findings"]:
        for e in finding["category_evidence"]:
            at, n = e["span"]
            assert text[at : at + n].decode() == e["cue"]
            seen += 1
    assert seen == 5  # 加油卡, 差旅费, 报销 in heads; 加油卡, 差旅费 in answers
    fresh = client.ok("POST", "/v1/parse", {"text": BULLETIN})["bulletin"]
    for stored, parsed in zip(raw["findings"], fresh["findings"]):
        for member in ("category", "category_source", "category_evidence"):
            assert stored[member] == parsed[member]


def test_the_samples_do_not_change(sampled):
    """The same taxonomy gives what the import gave, evidence included."""
    client = sampled.client()
    got = reclassify(client, dry_run=True)
    assert got["total"] == got["examined"] > 200
    assert got["rewritten"] == 0


def test_only_what_the_filter_meets(start, file):
    client = start(args=["--taxonomy", str(file)]).client()
    client.import_lines(
        [{"id": "f%d" % n, "head": "加油卡", "year": 2020 + n % 3} for n in range(9)])
    write(file, "two", cars="加油卡")
    client.ok("POST", "/v1/taxonomy/reload")
    got = reclassify(client, filter="year = 2021")
    assert got["total"] == got["changed"] == 3
    assert agree(client) == {"c09": 3, None: 6}
    res = client.post("/v1/reclassify", {"filter": "year ="})
    assert res.status == 400 and res.json["error"]["code"] == "invalid_filter"
    res = client.post("/v1/reclassify", {"filtre": "x"})
    assert res.status == 400 and res.json["error"]["code"] == "unknown_member"


def test_progress_as_lines(start, file):
    client = start(args=["--taxonomy", str(file)]).client()
    client.import_lines([{"id": "f%d" % n, "head": "加油卡"} for n in range(1200)])
    write(file, "two", cars="加油卡")
    client.ok("POST", "/v1/taxonomy/reload")
    lines = client.post("/v1/reclassify", {"progress": True}).lines
    steps = [line["progress"] for line in lines[:-1]]
    assert [s["done"] for s in steps] == [500, 1000]
    assert all(s["total"] == 1200 for s in steps)
    assert lines[-1]["summary"]["changed"] == 1200
    assert agree(client) == {"c09": 1200}


def test_read_only(start, file, tmp_path):
    data = str(tmp_path / "data")
    first = start(data=data, args=["--taxonomy", str(file)])
    first.client().import_lines(LINES)
    first.stop()
    write(file, "two", cars="加油卡")
    second = start(data=data, args=["--taxonomy", str(file), "--read-only"])
    client = second.client()
    assert reclassify(client, dry_run=True)["changed"] == 1
    res = client.post("/v1/reclassify", {})
    assert res.json["error"]["code"] == "read_only"
    assert client.ok("POST", "/v1/taxonomy/reload")["changed"] is False


# ---- files -------------------------------------------------------------------

def test_a_bad_file_refuses_the_start(file, tmp_path):
    file.write_text("version = 1\n[c1]\nzh = 甲\nen = a\ncues = 一\n",
                    encoding="utf-8")
    for path, message in (
        (file, "line 5: \"一\" has 1 characters; 2 to 24 are expected"),
        (tmp_path / "none.ini", "No such file"),
        (tmp_path, "not a regular file"),
    ):
        code, out, err, _ = run_to_end(
            ["--data", str(tmp_path / "d"), "--listen", "127.0.0.1:0",
             "--taxonomy", str(path)])
        assert code == 1 and out == ""
        assert str(path) in err and message in err


def test_a_bad_file_changes_nothing(start, file):
    daemon = start(args=["--taxonomy", str(file)])
    client = daemon.client()
    for bad, message in (
        ("version = 2\n[c1]\nzh = 甲\n", "line 2: [c1]: its English name (en)"),
        ("version = 2\n[c09]\nnames = 甲\n", "line 3: unknown key \"names\""),
        ("", "line 1: the file has no `version"),
        (b"\xff", "line 1: not UTF-8"),
        (None, "cannot be read"),
    ):
        if bad is None:
            file.unlink()
        elif isinstance(bad, bytes):
            file.write_bytes(bad)
        else:
            file.write_text(bad, encoding="utf-8")
        res = client.post("/v1/taxonomy/reload")
        assert res.status == 400
        assert res.json["error"]["code"] == "invalid_taxonomy"
        assert message in res.json["error"]["message"]
        assert str(file) in res.json["error"]["message"]
        assert client.ok("GET", "/v1/version")["taxonomy"] == "one"
    assert client.post("/v1/parse", {"text": BULLETIN}).status == 200
    assert daemon.stderr().count("not reloaded, version one stays") == 5


def wait_for(condition, what):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def test_sighup_reloads(start, file):
    daemon = start(args=["--taxonomy", str(file)])
    client = daemon.client()
    write(file, "two")
    daemon.proc.send_signal(signal.SIGHUP)
    wait_for(lambda: client.ok("GET", "/v1/version")["taxonomy"] == "two", "reload")
    file.write_text("bad", encoding="utf-8")
    daemon.proc.send_signal(signal.SIGHUP)
    wait_for(lambda: "not reloaded, version two stays" in daemon.stderr(), "log")
    assert client.ok("GET", "/v1/version")["taxonomy"] == "two"


def test_the_built_in_one(daemon):
    client = daemon.client()
    shown = client.ok("GET", "/v1/taxonomy")
    assert [c["id"] for c in shown["categories"]] == [
        "c%02d" % n for n in range(1, 29)]
    assert "cues" not in shown["categories"][0]
    full = client.ok("GET", "/v1/taxonomy?cues=true")
    assert full["cues"] == sum(len(c["cues"]) for c in full["categories"])
    assert all(len(c["cues"]) == c["n_cues"] for c in full["categories"])
    assert {"cue": "选人用人", "weight": 6} in full["categories"][17]["cues"]
    assert client.ok("POST", "/v1/taxonomy/reload")["changed"] is False


# ---- beside others -------------------------------------------------------------

def test_imports_and_reloads_meanwhile(start, file):
    """Two writers of the same ids, a reclassification after each reload: nothing
    is lost, and the last run leaves what a fresh import would."""
    client = start(args=["--taxonomy", str(file)]).client()
    daemon_stop, faults = threading.Event(), []
    name = zgcorpus.samples()[0][0]
    texts = {n: t for n, t, _ in zgcorpus.samples()[:4]}

    def body(work):
        def run():
            try:
                while not daemon_stop.is_set():
                    work()
            except BaseException as exc:  # noqa: B902 - shown below
                faults.append(exc)
                daemon_stop.set()
        made = threading.Thread(target=run)
        made.start()
        return made

    def importer():
        with_client = client.__class__(client.addr)
        with_client.import_lines([{"id": n, "text": t} for n, t in texts.items()])
        with_client.close()

    def reader():
        with_client = client.__class__(client.addr)
        got = with_client.ok("GET", "/v1/bulletins/" + quote(name), None)
        assert len(got["bulletin"]["findings"]) == expected
        with_client.close()

    client.import_lines([{"id": n, "text": t} for n, t in texts.items()])
    expected = len(client.ok("GET", "/v1/bulletins/" + quote(name))["bulletin"]["findings"])
    total = client.search(q="", limit=0)["total"]
    threads = [body(importer), body(reader)]
    try:
        for n in range(12):
            write(file, "v%d" % n, cars="车辆" if n % 2 else "公车",
                  local="问题*%d" % (n % 3 + 1), money="资金" if n % 3 else "")
            client.ok("POST", "/v1/taxonomy/reload")
            assert reclassify(client)["total"] <= total
    finally:
        daemon_stop.set()
        for thread in threads:
            thread.join()
    assert not faults, faults
    reclassify(client)
    assert client.search(q="", limit=0)["total"] == total
    before = findings(client)
    agree(client)
    client.import_lines([{"id": n, "text": t} for n, t in texts.items()])
    assert findings(client) == before


@pytest.mark.skipif(FAULTS is None, reason="no build with -DZG_FAULTS")
@pytest.mark.parametrize(
    "point", ["after_forward:2", "before_commit:2", "after_commit:2",
              "before_fsync:1", "before_publish:3", "before_ack:2"])
def test_kill_during_reclassification(start, file, tmp_path, point):
    """kill -9 in the middle: every finding is whole, as it was or as it will be,
    and the same run again finishes the work."""
    data = str(tmp_path / "data")
    first = start(data=data, args=["--taxonomy", str(file)], build=FAULTS)
    first.client().import_lines(
        [{"id": "f%d" % n, "head": "加油卡%d" % n} for n in range(1400)])
    first.stop()
    write(file, "two", cars="加油卡")
    second = start(data=data, args=["--taxonomy", str(file)], build=FAULTS,
                   env={"ZG_CRASH_AT": point})
    with pytest.raises((ProtocolError, OSError)):
        second.client().ok("POST", "/v1/reclassify")
    assert second.proc.wait(30) == -signal.SIGKILL
    second.kill()
    check_index(data)
    third = start(data=data, args=["--taxonomy", str(file)], build=FAULTS)
    client = third.client()
    counts = agree(client)
    new = counts.get("c09", 0)
    assert new + counts.get(None, 0) == 1400
    assert new in (0, 500, 1000, 1400)  # a transaction is whole or not there
    got = reclassify(client)
    assert got["changed"] == 1400 - new
    assert agree(client) == {"c09": 1400}


# ---- the command ----------------------------------------------------------------

def test_the_command(start, file, tmp_path):
    daemon = start(args=["--taxonomy", str(file)])
    daemon.client().import_lines(LINES)
    code, out, _ = cli(daemon, "taxonomy")
    assert code == 0 and "x1" in out and "本地类别" in out and "版本 one" in out
    code, out, _ = cli(daemon, "taxonomy", "--cues", "--lang", "en")
    assert code == 0 and "x1 local" in out and "从未出现的词*5" in out

    write(file, "two", cars="加油卡", local="往来款*9")
    code, out, _ = cli(daemon, "reload")
    assert code == 0 and "版本 two（one），3 类" in out
    code, out, _ = cli(daemon, "reclassify", "--dry-run")
    assert code == 0 and re.search(r"共 5 条，重新归类 4 条，将改变 2 条", out)
    assert "c11 财务" in out and "x1 本地类别" in out and "（未归类）" in out
    code, out, _ = cli(daemon, "reclassify", "--json", "--filter", "NOT category EXISTS")
    assert code == 0 and json.loads(out)["changed"] == 1
    code, out, _ = cli(daemon, "reclassify")
    assert code == 0 and "改变 1 条" in out
    # the names of the file, wherever categories are shown
    code, out, _ = cli(daemon, "stats", "--by", "category")
    assert code == 0 and "x1 本地类别" in out
    code, _, err = cli(daemon, "reclassify", "--filter", "year =")
    assert code == 2 and "invalid_filter" in err


def test_the_command_checks_files_offline(file, tmp_path):
    def check(*args):
        env = dict(os.environ, ZHENGGAI_SOCKET=str(tmp_path / "nobody"))
        done = subprocess.run([binary("zhenggai"), "taxonomy", *args], env=env,
                              capture_output=True, timeout=60)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    code, out, _ = check("--check", str(file))
    assert code == 0 and "正确。版本 one，3 类" in out
    code, text, _ = check("--default")
    assert code == 0 and text.startswith("# ") and "[c28]" in text
    copy = tmp_path / "copy.ini"
    copy.write_text(text, encoding="utf-8")
    code, out, _ = check("--check", str(copy))
    assert code == 0 and "28 类" in out
    copy.write_text(text.replace("[c28]", "[c27]"), encoding="utf-8")
    line = text[: text.index("[c28]")].count("\n") + 1
    code, out, err = check("--check", str(copy))
    assert code == 2 and out == ""
    assert "line %d: [c27] stands twice" % line in err
