"""Faults on purpose: a full disk, a failing fsync, an item that Xapian refuses.

Needs a build with -DZG_FAULTS (make asan, make tsan, VARIANT=faults); a plain
build has no such switches, and then build/faults is used where it exists.
"""

import json
import os
import resource
import subprocess
import threading
import time

import pytest

import zgcorpus
from zgdaemon import binary, build_dir
from zghttp import ProtocolError, quote, render


def with_faults():
    for build in (build_dir(), os.path.join(build_dir("build"), "faults")):
        path = binary("zhenggaid", build)
        if os.path.exists(path):
            with open(path, "rb") as handle:
                if b"ZG_FAIL_AT" in handle.read():
                    return build
    return None


BUILD = with_faults()
pytestmark = pytest.mark.skipif(BUILD is None, reason="no build with -DZG_FAULTS")


def lines(first, count):
    return [
        {"id": "x%d" % n, "unit": "甲局", "head": "离任审计%d" % n}
        for n in range(first, first + count)
    ]


def failing(start, **env):
    return start(build=BUILD, env=env)


def test_a_refused_item_costs_nobody_else(start):
    """Row 14 past all checks: Xapian itself refuses one document; the batch is
    cancelled and its items are replayed."""
    daemon = failing(start, ZG_FAIL_ITEM="x50")
    answer = daemon.client().import_lines(lines(0, 100), status=207)
    bad = [line for line in answer[:-1] if not line["ok"]]
    assert [line["line"] for line in bad] == [51]
    assert daemon.client().search()["total"] == 99
    daemon.kill()
    daemon.env.pop("ZG_FAIL_ITEM")
    daemon.start()
    client = daemon.client()
    assert client.search()["total"] == 99
    assert client.get("/v1/findings/x50").status == 404
    client.import_lines(lines(50, 1))
    assert client.search()["total"] == 100


def test_a_refused_bulletin_is_not_half_there(start):
    name, text, _ = zgcorpus.samples()[0]
    daemon = failing(start, ZG_FAIL_ITEM=name)
    client = daemon.client()
    res = client.post("/v1/bulletins", {"id": name, "text": text})
    assert 400 <= res.status < 600 and "error" in res.json
    assert client.search()["total"] == 0
    assert client.get("/v1/bulletins/" + quote(name)).status == 404
    assert client.ok("GET", "/v1/bulletins")["total"] == 0


@pytest.mark.parametrize("point", ["forward", "commit"])
def test_disk_full(start, point):
    """Row 18: 507, nothing acknowledged, searches go on."""
    daemon = failing(start, ZG_FAIL_AT=point + ":2")
    client = daemon.client()
    client.import_lines(lines(0, 10))
    res = client.post("/v1/bulletins", {"id": "b", "text": zgcorpus.samples()[0][1]})
    assert res.status == 507, res
    assert res.json["error"]["type"] == "unavailable"
    for line in client.post("/v1/import", b'{"id":"y","unit":"a","head":"b"}\n').lines:
        assert not line.get("ok"), line
    assert client.search(q="离任审计*")["total"] == 10
    daemon.kill()
    daemon.env.pop("ZG_FAIL_AT")
    daemon.start()
    client = daemon.client()
    assert client.search()["total"] == 10
    assert client.get("/v1/bulletins/b").status == 404
    client.import_lines(lines(10, 10))  # there is room again
    assert client.search()["total"] == 20


def test_failing_fsync(start):
    """Row 19: 500, read-only until a restart, and /health says so."""
    daemon = failing(start, ZG_FAIL_AT="fsync:2")
    client = daemon.client()
    client.import_lines(lines(0, 10))
    answer = client.post("/v1/import", b'{"id":"y","unit":"a","head":"b"}\n')
    assert not answer.lines[0]["ok"]
    assert answer.lines[0]["error"]["type"] == "internal"
    res = client.post("/v1/bulletins", {"id": "b", "text": zgcorpus.samples()[0][1]})
    assert res.status in (403, 500, 503), res
    end = time.monotonic() + 5  # looked up twice a second
    health = client.get("/health")
    while health.status == 200 and time.monotonic() < end:
        time.sleep(0.1)
        health = client.get("/health")
    assert health.status == 503 and health.json["status"] == "failed", health
    assert client.search(q="离任审计*")["total"] == 10, "reading goes on"
    daemon.kill()
    daemon.env.pop("ZG_FAIL_AT")
    daemon.start()
    client = daemon.client()
    assert client.get("/health").status == 200
    assert client.search()["total"] in (10, 11)
    client.import_lines(lines(10, 10))


def test_no_descriptor_for_a_write(start):
    """Row 20, past all caps: no descriptor is left for a new segment.  The write
    is refused as busy, searches go on, and later it is simply sent again."""
    daemon = start(build=BUILD, args=["--threads", "8"])
    reading, writing = daemon.client(), daemon.client()
    reading.import_lines(lines(0, 1))
    assert writing.search()["total"] == 1  # connected
    pid = daemon.proc.pid
    held = [int(fd) for fd in os.listdir("/proc/%d/fd" % pid)]
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    for spare in range(0, 6):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (max(held) + 1 + spare, before[1]))
        try:
            body = b"".join(json.dumps(x).encode() + b"\n" for x in lines(10, 10))
            answer = writing.post("/v1/import", body)
            refused = [x for x in answer.lines if not x.get("ok", True)]
            assert refused and all(
                x["error"]["code"] == "too_many_files"
                and x["error"]["type"] == "unavailable"
                for x in refused
            ), answer
            assert reading.search(q="离任审计*")["total"] == 1
            assert reading.get("/health").status == 200
        finally:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    writing.import_lines(lines(10, 10))
    assert reading.search(q="离任审计*")["total"] == 11
    daemon.stop()
    daemon.start()
    assert daemon.client().search(q="离任审计*")["total"] == 11


def test_connections_leave_the_store_its_descriptors(start):
    """Row 20: however many clients hold on, commits are shown at once."""
    daemon = start(
        build=BUILD,
        args=["--threads", "16"],
        wrap=["prlimit", "--nofile=400:400"],
    )
    client = daemon.client()
    client.import_lines(lines(0, 10))
    open_files = [
        os.path.basename(os.readlink("/proc/%d/fd/%s" % (daemon.proc.pid, fd)))
        for fd in os.listdir("/proc/%d/fd" % daemon.proc.pid)
    ]
    tables = [name for name in open_files if name.endswith(".glass")]
    assert len(tables) == 2 * 4, "the tables of a segment, for four readers"
    conns = []
    try:
        for _ in range(420):
            conns.append(daemon.conn())
        served = 0
        for conn in conns:
            try:
                served += conn.request("GET", "/health").status == 200
            except (ProtocolError, OSError):
                pass
        assert served >= 16
        for n in range(1, 4):
            client.import_lines(lines(10 * n, 10))
            assert client.search(q="离任审计*")["total"] == 10 * (n + 1)
    finally:
        for conn in conns:
            conn.close()


def test_too_few_descriptors_to_start(tmp_path):
    done = subprocess.run(
        ["prlimit", "--nofile=200:200", binary("zhenggaid", BUILD)]
        + ["--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0"]
        + ["--socket", "none", "--threads", "16"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
    )
    assert done.returncode == 1, done
    assert b"200 open files" in done.stderr and b"--threads" in done.stderr
    assert not (tmp_path / "data").exists()


def test_closed_while_a_commit_cannot_be_shown(start):
    """SIGTERM ends the wait, in time; the write is there after a restart."""
    daemon = failing(start, ZG_FAIL_AT="publish:2")
    daemon.client().import_lines(lines(0, 1))
    conn = daemon.conn()
    body = b'{"id":"y","unit":"a","head":"b"}\n'
    kind = {"Content-Type": "application/x-ndjson"}
    conn.send(render("POST", "/v1/import", conn.host, body, kind))
    time.sleep(0.5)
    assert daemon.client().search()["total"] == 1
    daemon.stop(timeout=12)  # the client stays until it is cut off
    conn.close()
    assert "stopped: clean" in daemon.stderr()
    daemon.env.pop("ZG_FAIL_AT")
    daemon.start()
    assert daemon.client().search()["total"] == 2
