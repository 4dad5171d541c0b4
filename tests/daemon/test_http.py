"""The transport: framing, order, time limits, sockets, start and end."""

import json
import os
import signal
import socket
import stat
import struct
import threading
import time

import pytest

from zgdaemon import Daemon, run_to_end, sanitized
from zghttp import ProtocolError, chunked, query, render

TRANSPORTS = ["tcp", "unix"]


def search_request(conn, n, **headers):
    return render("POST", "/v1/search", conn.host, {"limit": n % 5}, headers)


# ---- things that take long run beside the other tests ------------------------


class Watch(threading.Thread):
    """Plays a slow client and notes what came back and when."""

    def __init__(self, daemon, first, drip=b"", every=1.0, limit=45.0):
        super().__init__(daemon=True)
        self.conn = daemon.conn(timeout=limit)
        self.first, self.drip, self.every, self.limit = first, drip, every, limit
        self.response = None
        self.closed_after = None
        self.start()

    def run(self):
        begin = time.monotonic()
        self.conn.send(self.first)
        stop = threading.Event()
        if self.drip:
            threading.Thread(target=self._drip, args=(stop,), daemon=True).start()
        try:
            self.response = self.conn.read()
            self.conn.closed_by_peer(5)
        except (ProtocolError, OSError):
            pass
        self.closed_after = time.monotonic() - begin
        stop.set()
        self.conn.close()

    def _drip(self, stop):
        while not stop.wait(self.every):
            try:
                self.conn.send(self.drip)
            except OSError:
                return


class Deaf(threading.Thread):
    """Asks for much, reads nothing for `seconds`, then counts what came."""

    def __init__(self, daemon, requests, seconds):
        super().__init__(daemon=True)
        self.conn = daemon.conn(timeout=20)
        self.requests, self.seconds = requests, seconds
        self.complete, self.broken = 0, False
        self.start()

    def run(self):
        path = "/v1/export?format=ndjson"
        self.conn.send(render("GET", path, self.conn.host) * self.requests)
        time.sleep(self.seconds)
        try:
            for _ in range(self.requests):
                self.conn.read()
                self.complete += 1
        except (ProtocolError, OSError):
            self.broken = True
        self.conn.close()


@pytest.fixture(scope="module")
def slow():
    daemon = Daemon(args=["--idle-timeout", "4"]).start()
    head = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
    post = b"POST /v1/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
    big_corpus(daemon)
    yield daemon, {
        "deaf": Deaf(daemon, 16, 34.0),
        "stopped": Watch(daemon, head),
        "dripping": Watch(daemon, head, b"a: b\r\n"),
        "body": Watch(daemon, post + b'{"id":"half","unit":"a"'),
        "idle": Watch(daemon, head + b"\r\n"),
    }
    try:
        daemon.stop()
    finally:
        daemon.discard()


def test_slow_clients_are_started(slow):
    """First, so that their time runs beside the tests below."""
    assert slow[0].client().get("/health").status == 200


# ---- keep-alive, pipelines, framing ------------------------------------------


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_keep_alive(small, transport):
    with small.conn(transport) as conn:
        for n in range(50):
            conn.send(search_request(conn, n))
            assert len(conn.read().json["hits"]) == n % 5
        assert conn.buf == b""


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("depth", [16, 100])
def test_pipelined_answers_come_in_order(small, transport, depth):
    """Fast and slow, good and bad requests in one write."""
    kinds = []
    with small.conn(transport) as conn:
        data = b""
        for n in range(depth):
            kind = n % 4
            kinds.append(kind)
            if kind == 0:
                data += render("POST", "/v1/search", conn.host, {"q": "审计", "limit": 1 + n % 3})
            elif kind == 1:
                data += render("GET", "/v1/findings/s%d" % (1 + n % 10), conn.host)
            elif kind == 2:
                data += render("GET", "/v1/nowhere/%d" % n, conn.host)
            else:
                body = {"filter": "year = %d" % (2020 + n % 4), "group_by": ["year"]}
                data += render("POST", "/v1/aggregate", conn.host, body)
        conn.send(data)
        for n in range(depth):
            res = conn.read()
            if kinds[n] == 0:
                assert len(res.json["hits"]) == 1 + n % 3
            elif kinds[n] == 1:
                found = res.json.get("finding", res.json)
                assert found["id"] == "s%d" % (1 + n % 10)
            elif kinds[n] == 2:
                assert res.status == 404
            else:
                year = naive_year(res.json)
                assert year == 2020 + n % 4
        assert conn.buf == b""


def naive_year(answer):
    (group,) = answer["groups"]
    return int(group["key"]["year"])


def test_pipelined_head_answers_have_no_body(small):
    with small.conn() as conn:
        conn.send(
            render("HEAD", "/health", conn.host)
            + render("GET", "/health", conn.host)
            + render("HEAD", "/nowhere", conn.host)
            + render("GET", "/health", conn.host)
        )
        assert conn.read(head=True).status == 200
        body = conn.read()
        assert body.status == 200 and body.json["status"] == "ok"
        assert conn.read(head=True).status == 404
        assert conn.read().json["status"] == "ok"


def test_head_tells_the_length_of_get(small):
    for path in ("/health", "/v1/version", "/v1/search?q=%E5%AE%A1%E8%AE%A1"):
        head = small.client().request("HEAD", path)
        get = small.client().get(path)
        assert head.status == get.status == 200
        assert head.body == b""
        if "search" not in path:  # took_ms may have more digits
            assert head.header("content-length") == get.header("content-length")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_request_split_at_every_byte(small, transport):
    with small.conn(transport) as conn:
        body = {"q": "离任审计", "filter": 'unit = "青禾县水务局"'}
        data = render("POST", "/v1/search", conn.host, body)
        for at in range(1, len(data)):
            conn.send(data[:at])
            # Enough to be read apart; the order is right in any case.
            if at % 16 == 0:
                time.sleep(0.001)
            conn.send(data[at:])
            assert conn.read().json["total"] == 1


def test_request_byte_by_byte(small):
    with small.conn() as conn:
        data = render("POST", "/v1/search", conn.host, {"q": "离任审计"})
        for n in range(len(data)):
            conn.send(data[n : n + 1])
        assert conn.read().json["total"] == 2


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("size", [1, 7, 100000])
def test_chunked_request(small, transport, size):
    body = json.dumps({"q": "离任审计"}).encode()
    pieces = [body[n : n + size] for n in range(0, len(body), size)]
    with small.conn(transport) as conn:
        for _ in range(2):  # and the connection goes on
            conn.send(
                b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n" + chunked(pieces)
            )
            assert conn.read().json["total"] == 2


def test_chunk_extensions_and_trailers(small):
    with small.conn() as conn:
        conn.send(
            b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
            b"2;a=b\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n"
        )
        assert conn.read().json["total"] == 10
        conn.send(render("GET", "/health", conn.host))
        assert conn.read().status == 200


def test_expect_continue(daemon):
    line = b'{"id":"e","unit":"a","head":"b"}\n'
    head = (
        b"POST /v1/import HTTP/1.1\r\nHost: localhost\r\n"
        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(line)
    )
    with daemon.conn() as conn:
        conn.send(head)
        assert conn.read(interim=True).status == 100
        conn.send(line)
        assert conn.read().status == 200
    with daemon.conn() as conn:  # refused before the body
        conn.send(head.replace(b"%d" % len(line), b"9" * 12))
        assert conn.read(interim=True).status == 413


def test_old_clients_get_no_continue(daemon):
    """RFC 9110, 10.1.1: no 1xx to an HTTP/1.0 client."""
    line = b'{"id":"e","unit":"a","head":"b"}\n'
    with daemon.conn() as conn:
        conn.send(
            b"POST /v1/import HTTP/1.0\r\nHost: localhost\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(line)
        )
        conn.settimeout(0.5)
        with pytest.raises(TimeoutError):
            conn.read(interim=True)
        conn.settimeout(30)
        conn.send(line)
        assert conn.read(interim=True).status == 200


def test_connection_close(small):
    with small.conn() as conn:
        res = conn.request("GET", "/health", headers={"Connection": "close"})
        assert res.status == 200
        assert res.header("connection").lower() == "close"
        assert conn.closed_by_peer()


def test_http_1_0(small):
    with small.conn() as conn:
        conn.send(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
        assert conn.read().status == 200
        assert conn.closed_by_peer()
    with small.conn() as conn:
        conn.send(
            b"GET /v1/export?format=ndjson HTTP/1.0\r\nHost: localhost\r\n\r\n"
        )
        res = conn.read()
        assert res.header("transfer-encoding") is None, "HTTP/1.0 has no chunks"
        assert len(res.lines) == 10


def test_half_closed_client_gets_its_answer(small):
    with small.conn() as conn:
        conn.send(render("POST", "/v1/search", conn.host, {"q": "审计"}))
        conn.shutdown_write()
        assert conn.read().json["total"] == 3


FOREIGN = {
    "TLS hello": bytes.fromhex("16030100c8010000c40303") + bytes(range(189)),
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "redis": b"*1\r\n$4\r\nPING\r\n",
    "h2c upgrade": b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
    b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "websocket": b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_protocols(small, transport, name):
    with small.conn(transport) as conn:
        conn.send(FOREIGN[name])
        if name == "SSH":
            conn.send(b"\r\n")
        res = conn.read()
        assert res.status in (400, 501, 505), res
        assert res.json["error"]["type"] == "invalid_request"
        # Nothing that follows is taken for a request.
        try:
            conn.send(render("GET", "/health", conn.host))
        except OSError:
            pass
        assert conn.closed_by_peer()


# ---- clients that go away, or come in numbers --------------------------------


def big_corpus(daemon, count=3000):
    lines = [
        {"id": "b%d" % n, "unit": "甲局", "head": "离任审计问题%d" % n, "measures": ["整改" * 60]}
        for n in range(count)
    ]
    daemon.client().import_lines(lines)
    return count


def test_client_gone_in_the_middle_of_an_answer(daemon):
    """Rows 26 and 27: no SIGPIPE, nothing kept, the next one is served."""
    big_corpus(daemon)
    for n in range(20):
        conn = daemon.conn()
        conn.send(render("GET", "/v1/export?format=ndjson", conn.host))
        conn.sock.recv(1000)
        if n % 2:  # a reset instead of a clean end
            conn.sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        conn.close()
    for n in range(20):  # gone before the answer is worked out
        conn = daemon.conn()
        body = {"q": "离任审计", "facets": ["unit"], "limit": 1000}
        conn.send(render("POST", "/v1/search", conn.host, body))
        conn.close()
    daemon.check()
    answer = daemon.client().search(q="离任审计", limit=1)
    assert answer["total"] == 3000


def test_reader_that_does_not_read_stops_nobody(daemon):
    count = big_corpus(daemon)
    conn = daemon.conn()
    for _ in range(8):
        conn.send(render("GET", "/v1/export?format=ndjson", conn.host))
    time.sleep(0.3)
    begin = time.monotonic()
    assert daemon.client().search(limit=1)["total"] == count
    assert time.monotonic() - begin < (10 if sanitized() else 2)
    # It is only slow: what it reads at last is whole.
    for _ in range(8):
        res = conn.read()
        assert res.status == 200 and len(res.lines) == count
    conn.close()


def test_many_connections(small):
    conns = [small.conn("unix" if n % 3 == 0 else "tcp") for n in range(300)]
    try:
        for first in range(0, 300, 100):  # the queue holds 256 jobs
            for conn in conns[first : first + 100]:
                conn.send(render("GET", "/v1/search?q=%E5%AE%A1%E8%AE%A1", conn.host))
            for conn in conns[first : first + 100]:
                assert conn.read().json["total"] == 3
        for conn in reversed(conns):
            assert conn.request("GET", "/health").status == 200
    finally:
        for conn in conns:
            conn.close()


def test_descriptors_used_up(start):
    """Row 20: a 503 that says so, never a connection dropped in silence."""
    daemon = start(wrap=["prlimit", "--nofile=350:350"])
    conns = []
    try:
        for _ in range(400):
            conns.append(daemon.conn())
        statuses = []
        for conn in conns:
            try:
                conn.send(render("GET", "/health", conn.host))
                statuses.append(conn.read().status)
            except (ProtocolError, OSError):
                statuses.append(None)
        assert statuses.count(200) >= 50, statuses
        assert statuses.count(503) >= 1, statuses
        # What was accepted goes on working.
        for conn, status in zip(conns, statuses):
            if status == 200:
                assert conn.request("GET", "/health").status == 200
    finally:
        for conn in conns:
            conn.close()
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with daemon.conn() as conn:
            if conn.request("GET", "/health").status == 200:
                break
        time.sleep(0.1)
    daemon.client().import_lines([{"id": "a", "unit": "b", "head": "c"}])
    assert daemon.client().search()["total"] == 1


def test_short_queue_answers_503_at_once(start):
    """Row 31: beyond the queue there is Retry-After, and no waiting."""
    daemon = start(args=["--threads", "1", "--queue", "1"])
    big_corpus(daemon, 5000)
    body = {
        "q": "离 任 审 计 问 题",
        "facets": ["unit", "status", "year"],
        "limit": 1000,
        "highlight": True,
    }
    conns = [daemon.conn() for _ in range(40)]
    try:
        for conn in conns:
            conn.send(render("POST", "/v1/search", conn.host, body))
        results = [conn.read() for conn in conns]
    finally:
        for conn in conns:
            conn.close()
    busy = [res for res in results if res.status == 503]
    assert {res.status for res in results} == {200, 503}
    for res in busy:
        assert int(res.header("retry-after")) >= 1
        assert res.json["error"]["type"] == "unavailable"
    for res in results:
        if res.status == 200:
            assert res.json["total"] == 5000


# ---- sockets and directories -------------------------------------------------


def test_unix_socket_is_for_the_owner(small):
    info = os.stat(small.sock_path)
    assert stat.S_ISSOCK(info.st_mode)
    assert stat.S_IMODE(info.st_mode) == 0o600
    assert stat.S_IMODE(os.stat(small.data).st_mode) & 0o077 == 0


def test_socket_goes_away_at_the_end(start):
    daemon = start()
    path = daemon.sock_path
    daemon.stop()
    assert not os.path.exists(path)


def test_stale_socket_is_replaced(start):
    """Row 37: what a killed daemon left behind."""
    daemon = start()
    daemon.kill()
    assert os.path.exists(daemon.sock_path)
    daemon.start()
    assert daemon.client("unix").get("/health").status == 200


def refused(args):
    status, out, err, took = run_to_end(args)
    assert status == 1, (status, err)
    assert took < (10 if sanitized() else 1), took
    assert "listening" not in out
    return err


def test_live_socket_is_not_taken(small, tmp_path):
    args = ["--data", str(tmp_path / "d"), "--listen", "127.0.0.1:0"]
    assert small.sock_path in refused(args + ["--socket", small.sock_path])
    assert small.client("unix").get("/health").status == 200


def test_a_file_is_not_replaced_by_a_socket(tmp_path):
    path = tmp_path / "precious"
    path.write_text("keep me")
    args = ["--data", str(tmp_path / "d"), "--listen", "127.0.0.1:0"]
    assert str(path) in refused(args + ["--socket", str(path)])
    assert path.read_text() == "keep me"


def test_over_long_socket_path(tmp_path):
    path = str(tmp_path / ("x" * 120))
    args = ["--data", str(tmp_path / "d"), "--listen", "127.0.0.1:0"]
    refused(args + ["--socket", path])


def test_second_daemon_on_one_directory(small, tmp_path):
    """Row 21."""
    args = ["--data", small.data, "--listen", "127.0.0.1:0"]
    err = refused(args + ["--socket", str(tmp_path / "s")])
    assert small.data in err
    assert small.client().search()["total"] == 10


def test_port_in_use(small, tmp_path):
    port = small.tcp[2]
    args = ["--data", str(tmp_path / "d"), "--listen", "127.0.0.1:%d" % port]
    assert str(port) in refused(args + ["--socket", str(tmp_path / "s")])


def test_only_loopback_is_bound(tmp_path):
    """Row 36."""
    for host in ("0.0.0.0:0", "192.0.2.1:0", "[::]:0"):
        status, out, err, _ = run_to_end(
            ["--data", str(tmp_path / "d"), "--listen", host, "--socket", "none"]
        )
        assert status not in (0, None) and "loopback" in err, (host, err)
        assert not (tmp_path / "d").exists()


def test_damaged_index_is_named_and_kept(daemon):
    """Rows 23 and 24."""
    daemon.client().import_lines([{"id": "a", "unit": "b", "head": "c"}])
    daemon.stop()
    index = os.path.join(daemon.data, "index", "1")
    before = sorted(os.listdir(index))
    path = os.path.join(index, "iamglass")
    with open(path, "rb") as handle:
        kept = handle.read()
    args = ["--data", daemon.data, "--listen", "127.0.0.1:0"]
    args += ["--socket", daemon.sock_path]

    with open(path, "wb") as handle:
        handle.write(b"\xff" * len(kept))
    status, _, err, _ = run_to_end(args)
    assert status == 2 and daemon.data in err, (status, err)

    os.unlink(path)
    status, _, err, _ = run_to_end(args)
    assert status in (1, 2) and daemon.data in err, (status, err)
    assert sorted(os.listdir(index)) == [n for n in before if n != "iamglass"]

    with open(path, "wb") as handle:
        handle.write(kept)
    daemon.start()
    assert daemon.client().search()["total"] == 1


def test_read_only(start):
    """Row 22."""
    daemon = start()
    daemon.client().import_lines([{"id": "a", "unit": "b", "head": "c"}])
    daemon.stop()
    daemon.args = ["--read-only"]
    daemon.start()
    client = daemon.client()
    assert client.search()["total"] == 1
    res = client.post("/v1/import", b'{"id":"b","unit":"b","head":"c"}\n')
    assert res.status in (400, 403), res
    assert client.request("DELETE", "/v1/bulletins/x").status == 403
    assert client.search()["total"] == 1


def test_restart_keeps_everything(start):
    daemon = start()
    client = daemon.client()
    client.import_lines([{"id": "a%d" % n, "unit": "b", "head": "c"} for n in range(50)])
    before = client.search(facets=["unit"], limit=0)
    daemon.stop()
    daemon.start()
    after = daemon.client().search(facets=["unit"], limit=0)
    assert after["total"] == 50 and after["facets"] == before["facets"]
    assert after["generation"] >= before["generation"]


# ---- the end -----------------------------------------------------------------


def test_sigterm_while_idle_is_quick(start):
    daemon = start()
    conns = [daemon.conn() for _ in range(20)]  # idle connections hold nothing up
    conns[0].request("GET", "/health")
    begin = time.monotonic()
    daemon.stop()
    assert time.monotonic() - begin < (15 if sanitized() else 3)
    for conn in conns:
        conn.close()


def test_sigint_ends_it_too(start):
    daemon = start()
    daemon.proc.send_signal(signal.SIGINT)
    assert daemon.proc.wait(15) == 0
    daemon._reap()


@pytest.mark.parametrize("delay", [0.05, 0.3])
def test_sigterm_during_an_import(start, delay):
    """Row 25: exit 0 within 10 s; what was answered is there, and nothing
    that is there is half."""
    daemon = start()
    acknowledged, answers = set(), []

    def feed():
        with daemon.conn() as conn:
            for batch in range(1000):
                lines = [
                    {
                        "id": "t%d-%d" % (batch, n),
                        "unit": "甲局",
                        "head": "第%d批" % batch,
                        "measures": ["整改措施" * 20, "甲", "乙"],
                    }
                    for n in range(400)
                ]
                body = "\n".join(json.dumps(line) for line in lines) + "\n"
                try:
                    res = conn.request("POST", "/v1/import", body)
                except (ProtocolError, OSError):
                    return
                answers.append(res.status)
                for line in res.lines if res.status in (200, 207) else []:
                    if line.get("ok"):
                        acknowledged.add(line["id"])

    thread = threading.Thread(target=feed)
    thread.start()
    time.sleep(delay)
    begin = time.monotonic()
    daemon.proc.send_signal(signal.SIGTERM)
    status = daemon.proc.wait(30)
    took = time.monotonic() - begin
    thread.join(30)
    assert not thread.is_alive()
    assert status == 0, daemon.stderr()
    assert took < (30 if sanitized() else 10), took
    daemon._reap()
    daemon.start()
    client = daemon.client()
    lines = client.export()
    ids = [line["id"] for line in lines]
    assert len(ids) == len(set(ids))
    assert acknowledged <= set(ids)
    for line in lines:
        assert len(line["measures"]) == 3 and line["unit"] == "甲局"
    assert client.search(limit=0)["total"] == len(ids)
    groups = client.aggregate(group_by=["unit"])["groups"]
    assert sum(g["count"] for g in groups) == len(ids)


def test_options_are_checked(tmp_path):
    for args in (
        ["--colour", "red"],
        ["--threads", "0"],
        ["--listen", "nowhere"],
        ["--listen", "127.0.0.1:99999"],
        ["--data"],
        ["stray"],
        ["--config", str(tmp_path / "missing")],
    ):
        status, out, err, _ = run_to_end(["--data", str(tmp_path / "d")] + args)
        assert status == 64 and err.strip(), (args, status, err)
        assert "listening" not in out
    status, out, _, _ = run_to_end(["--version"])
    assert status == 0 and out.strip()
    status, out, _, _ = run_to_end(["--help"])
    assert status == 0 and "--data" in out and "--socket" in out


def test_environment_and_configuration_file(start, tmp_path):
    config = tmp_path / "c"
    config.write_text("# a comment\nthreads = 3\nlog-level = error\n")
    daemon = start(args=["--config", str(config)], env={"ZHENGGAI_LOG_FORMAT": "json"})
    assert daemon.client().get("/health").status == 200
    config.write_text("threads = many\n")
    status, _, err, _ = run_to_end(
        ["--data", str(tmp_path / "d"), "--config", str(config)]
    )
    assert status == 64 and "line 1" in err, err


def test_path_parameters_and_queries_are_decoded(small):
    client = small.client()
    assert client.get("/v1/findings/%73%31").status == 200
    answer = client.get("/v1/search", q="审计 离任", filter='unit = "石浦镇"').json
    assert [hit["id"] for hit in answer["hits"]] == ["s8"]
    assert query("/x", q="a b") == "/x?q=a+b"


# ---- last: the slow clients of the beginning ---------------------------------


def test_slow_headers_get_408(slow):
    """Row 1: ten seconds for the whole head, however it drips."""
    for name in ("stopped", "dripping"):
        watch = slow[1][name]
        watch.join(20)
        assert watch.closed_after is not None, name + " is still open"
        assert watch.response is not None, name
        assert watch.response.status == 408
        assert watch.response.json["error"]["type"] in ("invalid_request", "limit")
        assert 8 < watch.closed_after < 14, watch.closed_after


def test_idle_connection_is_closed(slow):
    watch = slow[1]["idle"]
    watch.join(20)
    assert watch.response.status == 200
    assert 2.5 < watch.closed_after < 9.5, watch.closed_after


def test_stalled_body_is_given_up(slow):
    """Row 2: thirty seconds; the incomplete line is never indexed."""
    daemon, watches = slow
    watches["body"].join(45)
    watch = watches["body"]
    assert watch.closed_after is not None, "still open"
    assert watch.response is None or watch.response.status == 408
    assert 25 < watch.closed_after < 40, watch.closed_after
    client = daemon.client()
    assert client.get("/v1/findings/half").status == 404
    assert client.search(limit=0)["total"] == 3000


def test_a_client_that_reads_nothing_is_dropped(slow):
    """Row 27: a bounded queue, thirty seconds, closed."""
    daemon, watches = slow
    memory = daemon.client().ok("GET", "/v1/stats")["resident_bytes"]
    watches["deaf"].join(60)
    assert not watches["deaf"].is_alive()
    assert watches["deaf"].broken and watches["deaf"].complete < 16
    if not sanitized():
        assert memory < 200 << 20, "answers piled up in memory"
