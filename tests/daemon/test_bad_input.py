"""Malformed requests: 4xx, and an error object that names what and where."""

import json
import threading

import pytest

import zgcorpus
from zgdaemon import Daemon
from zghttp import chunked, quote, render

TRANSPORTS = ["tcp", "unix"]
JSON = {"Content-Type": "application/json"}
MIB = 1 << 20


def error(res, status, code=None, param=None, message=(), type_=None):
    """The error object of a response; every member is looked at."""
    assert res.status == status, res
    assert res.header("content-type", "").startswith("application/json"), res
    body = res.json
    assert set(body) == {"error"}, body
    err = body["error"]
    assert isinstance(err["code"], str) and err["code"]
    assert isinstance(err["message"], str) and err["message"]
    assert err["type"] in (
        "invalid_request",
        "auth",
        "limit",
        "unavailable",
        "internal",
    )
    if code:
        assert err["code"] == code, err
    if param:
        assert err["param"] == param, err
    if type_:
        assert err["type"] == type_, err
    for piece in [message] if isinstance(message, str) else message:
        assert piece in err["message"], err
    return err


def post_raw(daemon, data, path="/v1/search", transport="tcp"):
    return daemon.client(transport).post(path, data, JSON)


# ---- JSON --------------------------------------------------------------------

BAD_JSON = {
    "not JSON": b"hello",
    "empty body": b"",
    "cut short": b'{"q": "a"',
    "an array": b"[]",
    "a string": b'"q"',
    "null": b"null",
    "trailing bytes": b'{"q": "a"} x',
    "two values": b"{}{}",
    "trailing comma": b'{"q": "a",}',
    "single quotes": b"{'q': 'a'}",
    "a comment": b'{/* */"q": "a"}',
    "leading zero": b'{"limit": 01}',
    "hexadecimal": b'{"limit": 0x10}',
    "NaN": b'{"limit": NaN}',
    "Infinity": b'{"limit": Infinity}',
    "1e400": b'{"limit": 1e400}',
    "beyond int64": b'{"limit": 9223372036854775808}',
    "plus sign": b'{"limit": +1}',
    "bare point": b'{"limit": 1.}',
    "NUL escape": b'{"q": "a\\u0000b"}',
    "lone surrogate": b'{"q": "\\ud800"}',
    "reversed surrogates": b'{"q": "\\udc00\\ud800"}',
    "control character": b'{"q": "a\x01b"}',
    "raw newline in a string": b'{"q": "a\nb"}',
    "raw NUL": b'{"q": "a\x00b"}',
    "bad escape": b'{"q": "\\x41"}',
    "byte order mark": b'\xef\xbb\xbf{"q": "a"}',
    "duplicate key": b'{"q": "a", "q": "b"}',
    "duplicate key through an escape": b'{"q": "a", "\\u0071": "b"}',
    "duplicate key inside": b'{"set": {"union": [], "union": []}}',
    "GBK bytes": '{"q": "审计"}'.encode("gbk"),
    "overlong form": b'{"q": "\xc0\xaf"}',
    "surrogate in UTF-8": b'{"q": "\xed\xa0\x80"}',
    "above U+10FFFF": b'{"q": "\xf4\x90\x80\x80"}',
    "cut character": b'{"q": "\xe5\xae"}',
    "deep arrays": b'{"sort": ' + b"[" * 40 + b"]" * 40 + b"}",
    "very deep arrays": b"[" * 200000,
    "very deep objects": b'{"a":' * 100000,
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_bad_json(small, name):
    res = post_raw(small, BAD_JSON[name])
    err = error(res, 400, type_="invalid_request")
    if name in ("GBK bytes", "overlong form", "surrogate in UTF-8", "cut character"):
        assert "UTF-8" in err["message"], err
    if name.startswith("duplicate"):
        assert "twice" in err["message"] or "duplicate" in err["message"], err
    assert small.client().get("/health").status == 200


def test_depth_of_32_is_read(small):
    # Refused for what it is, not for its depth.
    err = error(post_raw(small, b'{"sort": ' + b"[" * 31 + b"]" * 31 + b"}"), 400)
    deep = error(post_raw(small, b'{"sort": ' + b"[" * 33 + b"]" * 33 + b"}"), 400)
    assert err["message"] != deep["message"]


# ---- members -----------------------------------------------------------------

BAD_MEMBERS = [
    ("/v1/search", {"colour": 1}, "colour"),
    ("/v1/search", {"q": 5}, "q"),
    ("/v1/search", {"q": ["a"]}, "q"),
    ("/v1/search", {"filter": {}}, "filter"),
    ("/v1/search", {"limit": "20"}, "limit"),
    ("/v1/search", {"limit": 1.5}, "limit"),
    ("/v1/search", {"limit": -1}, "limit"),
    ("/v1/search", {"limit": 10**9}, "limit"),
    ("/v1/search", {"limit": 1001}, "limit"),
    ("/v1/search", {"offset": -1}, "offset"),
    ("/v1/search", {"offset": 10**12}, "offset"),
    ("/v1/search", {"offset": 100001}, "offset"),
    ("/v1/search", {"crop": -1}, "crop"),
    ("/v1/search", {"highlight": "yes"}, "highlight"),
    ("/v1/search", {"operator": "xor"}, "operator"),
    ("/v1/search", {"facet_mode": "loose"}, "facet_mode"),
    ("/v1/search", {"facets": ["colour"]}, "facets"),
    ("/v1/search", {"facets": "head"}, "facets"),
    ("/v1/search", {"facets": [5]}, "facets"),
    ("/v1/search", {"fields": ["colour"]}, "fields"),
    ("/v1/search", {"sort": ["colour"]}, "sort"),
    ("/v1/search", {"sort": ["year:sideways"]}, "sort"),
    ("/v1/search", {"sort": [""]}, "sort"),
    ("/v1/search", {"sort": ["year"] * 9}, "sort"),
    ("/v1/aggregate", {"colour": 1}, "colour"),
    ("/v1/aggregate", {"group_by": ["colour"]}, "group_by"),
    ("/v1/aggregate", {"group_by": "head"}, "group_by"),
    ("/v1/aggregate", {"group_by": ["unit"] * 9}, "group_by"),
    ("/v1/aggregate", {"metrics": ["colour"]}, "metrics"),
    ("/v1/aggregate", {"metrics": ["sum:unit"]}, "metrics"),
    ("/v1/aggregate", {"metrics": ["sum"]}, "metrics"),
    ("/v1/aggregate", {"metrics": ["distinct:head"]}, "metrics"),
    ("/v1/aggregate", {"metrics": ["rate:colour=1"]}, None),
    ("/v1/aggregate", {"metrics": ["count"] * 40}, "metrics"),
    ("/v1/aggregate", {"limit": 10001}, "limit"),
    ("/v1/aggregate", {"crosstab": 5}, "crosstab"),
    ("/v1/aggregate", {"crosstab": {"rows": "unit"}}, None),
    ("/v1/aggregate", {"crosstab": {"rows": "colour", "cols": "unit"}}, None),
    ("/v1/aggregate", {"set": {"minus": ["year = 1"]}}, None),
    ("/v1/aggregate", {"set": {}}, None),
    ("/v1/aggregate", {"set": {"union": ["year ="]}}, None),
    ("/v1/parse", {"txt": "a"}, None),
    ("/v1/parse", {}, None),
    ("/v1/bulletins", {"text": 5}, "text"),
    ("/v1/bulletins", {"id": "x"}, None),
    ("/v1/bulletins", {"id": 5, "text": "a"}, "id"),
]


@pytest.mark.parametrize("path,body,param", BAD_MEMBERS)
def test_bad_members(small, path, body, param):
    for transport in TRANSPORTS:
        err = error(small.client(transport).post(path, body), 400)
        assert err["type"] in ("invalid_request", "limit")
        if param:
            assert err["param"].split(".")[0].split("[")[0] == param, err


BAD_PARAMETERS = [
    ("/v1/search?limit=x", "limit"),
    ("/v1/search?limit=-1", "limit"),
    ("/v1/search?limit=1e3", "limit"),
    ("/v1/search?colour=1", "colour"),
    ("/v1/search?facets=colour", "facets"),
    ("/v1/search?filter=year%20%3D", "filter"),
    ("/v1/search?q=a&q=b", "q"),
    ("/v1/search?q=%ff%fe", None),
    ("/v1/search?q=%00", None),
    ("/v1/search?q=%zz", None),
    ("/v1/export?format=xml", "format"),
    ("/v1/export?filter=nothing", "filter"),
    ("/v1/bulletins?limit=-5", "limit"),
]


@pytest.mark.parametrize("path,param", BAD_PARAMETERS)
def test_bad_parameters(small, path, param):
    err = error(small.client().get(path), 400)
    if param:
        assert err["param"] == param, err


# ---- filter and q ------------------------------------------------------------

# (filter, the column of the fault, counted in characters from 1)
BAD_FILTERS = [
    ("status =", 9),
    ("status", 7),
    ("= done", 1),
    ("colour = red", 1),
    ("status = done AND", 18),
    ("status = done AND colour = red", 19),
    ("status = done extra", 15),
    ("(status = done", 15),
    ("status = done)", 14),
    ("year > ", 8),
    ("year > abc", 8),
    ("year 2019 TO", 13),
    ("status IN done", 11),
    ("status IN [done", 16),
    ("status IN []", 12),
    ('unit = "没有结束', 8),
    ("unit = 青禾 AND 单位 = 丙", 15),
    ("status == done", 9),
    ("status > done", 8),
    ("NOT", 4),
    ("&& year = 1", 1),
]


@pytest.mark.parametrize("text,column", BAD_FILTERS)
def test_bad_filter_names_the_column(small, text, column):
    for path in ("/v1/search", "/v1/aggregate"):
        err = error(small.client().post(path, {"filter": text}), 400, "invalid_filter")
        assert err["param"] == "filter"
        assert "column " in err["message"]
        named = int(err["message"].split("column ")[1].split(":")[0].split(" ")[0])
        assert named == column, err


def test_filter_limits(small):
    client = small.client()
    many = " OR ".join("year = %d" % n for n in range(2000))
    error(client.post("/v1/search", {"filter": many}), 400, param="filter")
    deep = "(" * 200 + "year = 2020" + ")" * 200
    error(client.post("/v1/search", {"filter": deep}), 400, param="filter")
    deep = "NOT " * 200 + "year = 2020"
    error(client.post("/v1/search", {"filter": deep}), 400, param="filter")


BAD_QUERIES = ['"没有结束', "(审计", "审计)", "*审计", "*", "colour:审计", "head:", "-"]
LEGAL = {"-", "*", "colour:审计", "head:"}  # may be read as plain text as well


@pytest.mark.parametrize("text", BAD_QUERIES)
def test_bad_query(small, text):
    res = small.client().post("/v1/search", {"q": text})
    if text in LEGAL and res.status == 200:
        return
    error(res, 400, param="q")


def test_query_limits(small):
    client = small.client()
    error(client.post("/v1/search", {"q": "审" * 342}), 400, param="q")  # 1,026 bytes
    many = " ".join("a%d" % n for n in range(65))
    error(client.post("/v1/search", {"q": many}), 400, param="q")
    many = " ".join("a%d" % n for n in range(64))
    assert client.search(q=many)["total"] == 0
    deep = "(" * 17 + "审计" + ")" * 17
    error(client.post("/v1/search", {"q": deep}), 400, param="q")
    assert client.search(q="审" * 341)["total"] == 0  # 1,023 bytes are read


def test_expansions_are_capped(daemon):
    """Row 30."""
    client = daemon.client()
    client.import_lines([finding(n, measures=["zz%03d 号" % n]) for n in range(150)])
    error(client.post("/v1/search", {"q": "zz*"}), 400, param="q")
    assert client.search(q="zz01*")["total"] == 10
    error(client.post("/v1/search", {"q": "*zz"}), 400, param="q")


def test_the_worst_query_is_bounded_in_time(daemon):
    """Row 29: whatever is accepted is answered soon, and others are served."""
    client = daemon.client()
    text = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动"
    client.import_lines(
        [finding(n, measures=[text[n % 20 :] * 8, text * 8]) for n in range(2000)]
    )
    worst = [
        {"q": " OR ".join(text[n % 40] for n in range(64)), "limit": 1000},
        {"q": " ".join(text[n % 40] for n in range(64)), "operator": "or", "limit": 1000},
        {"q": " ".join("-" + text[n % 40] for n in range(64))},
        {"q": "(" * 16 + " OR ".join(text[:30]) + ")" * 16, "facets": ["unit"]},
        {"q": text * 8, "operator": "or", "limit": 1000},
        {"q": '"%s"' % (text * 8), "limit": 1000},
        {"q": "measures:" + text[:20] * 16, "limit": 1000},
    ]
    for body in worst:
        res = client.post("/v1/search", body)  # or the client's time-out
        assert res.status in (200, 400), (res, body)


def test_many_long_lists_are_one_scan_each(small):
    """A list of a measure's numbers costs one pass, not one a member."""
    listed = "measures IN [%s]" % ",".join(["7"] * 4080)
    spread = "measures IN [%s]" % ",".join(str(n) for n in range(7, 1600))
    body = {
        "filter": listed,
        "set": {"union": [listed] * 15 + [spread]},
        "metrics": ["rate:%s%s]" % (listed[:-2], n) for n in "12345678"],
    }
    res = small.client().post("/v1/aggregate", body)  # or the client's time-out
    assert res.status == 200, res
    many = " OR ".join(["year = 2021"] * 200)
    body = {"filter": many, "metrics": ["rate:" + many]}
    error(small.client().post("/v1/aggregate", body), 400, code="filter_too_complex")


# ---- routes and methods ------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/v2/search",
        "/v1/",
        "/v1/searchx",
        "/v1/search/x",
        "/v1/bulletins/none",
        "/v1/findings/none",
        "/v1/findings/none%231",
        "/../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/v1/bulletins/..%2f..%2fetc",
        "/v1/bulletins/%00",
        "/v1/bulletins/%ff",
        "/favicon.ico",
    ],
)
def test_not_found(small, path):
    for transport in TRANSPORTS:
        res = small.client(transport).get(path)
        assert res.status in ((400, 404) if "%00" in path or "%ff" in path else (404,))
        error(res, res.status)


@pytest.mark.parametrize(
    "method,path,allowed",
    [
        ("DELETE", "/v1/search", {"GET", "POST"}),
        ("PUT", "/v1/search", {"GET", "POST"}),
        ("GET", "/v1/import", {"POST"}),
        ("GET", "/v1/parse", {"POST"}),
        ("DELETE", "/v1/aggregate", {"GET", "POST"}),
        ("POST", "/health", {"GET"}),
        ("POST", "/v1/stats", {"GET"}),
        ("PATCH", "/v1/bulletins", {"GET", "POST"}),
        ("PUT", "/v1/bulletins/x", {"GET", "DELETE"}),
        ("POST", "/v1/findings/x", {"GET"}),
    ],
)
def test_wrong_method(small, method, path, allowed):
    res = small.client().request(method, path, b"{}" if method != "GET" else None)
    error(res, 405)
    allow = {name.strip() for name in res.header("allow").split(",")}
    assert allowed <= allow <= allowed | {"HEAD", "OPTIONS", "DELETE"}, allow
    assert method not in allow


# ---- heads -------------------------------------------------------------------

HEADS = [
    ("no Host", b"GET /health HTTP/1.1\r\n\r\n", 400),
    ("two Hosts", b"GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    ("foreign Host", b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
    ("foreign Host, our port", b"GET /health HTTP/1.1\r\nHost: evil.example:7700\r\n\r\n", 421),
    ("blank before the colon", b"GET /health HTTP/1.1\r\nHost: localhost\r\nA : b\r\n\r\n", 400),
    ("folded header", b"GET /health HTTP/1.1\r\nHost: localhost\r\nA: b\r\n c\r\n\r\n", 400),
    ("NUL in a value", b"GET /health HTTP/1.1\r\nHost: localhost\r\nA: b\0c\r\n\r\n", 400),
    ("bare LF", b"GET /health HTTP/1.1\nHost: localhost\n\n", 400),
    ("length and chunked", b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("two lengths", b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    ("bad length", b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2x\r\n\r\n{}", 400),
    ("negative length", b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: -2\r\n\r\n{}", 400),
    ("bad chunk size", b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ("unknown coding", b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", (400, 501)),
    ("unknown method", b"FOO /health HTTP/1.1\r\nHost: localhost\r\n\r\n", (400, 405, 501)),
    ("no version", b"GET /health\r\nHost: localhost\r\n\r\n", 400),
    ("HTTP/3.0", b"GET /health HTTP/3.0\r\nHost: localhost\r\n\r\n", (400, 505)),
    ("CONNECT", b"CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n", (400, 405, 501)),
    ("garbage", b"\x00\x01\x02\x03\r\n\r\n", 400),
    ("101 headers", b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"a%d: b\r\n" % n for n in range(101)) + b"\r\n", 431),
    ("20 KiB header", b"GET /health HTTP/1.1\r\nHost: localhost\r\na: " + b"b" * 20480 + b"\r\n\r\n", 431),
    ("20 KiB of headers", b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"a%d: %s\r\n" % (n, b"b" * 1000) for n in range(20)) + b"\r\n", 431),
    ("9 KiB URL", b"GET /v1/search?q=" + b"a" * 9216 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name,data,status", HEADS, ids=[h[0] for h in HEADS])
def test_bad_head(small, transport, name, data, status):
    if transport == "unix" and name.startswith("foreign Host"):
        pytest.skip("no browser speaks over a Unix socket: any Host is read")
    with small.conn(transport) as conn:
        conn.send(data)
        res = conn.read()
        error(res, res.status)
        assert res.status in (status if isinstance(status, tuple) else (status,)), res
        if res.status in (400, 431, 414):
            assert conn.closed_by_peer(), "the connection must close after " + name
    assert small.client(transport).get("/health").status == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_own_host_names(small, host):
    port = small.tcp[2]
    for name in (host, "%s:%d" % (host, port)):
        res = small.client().request("GET", "/health", headers={"Host": name})
        assert res.status == 200, name


def test_foreign_origin_may_not_write(start):
    daemon = start()
    client = daemon.client()
    line = {"id": "a", "unit": "甲", "head": "乙"}
    for origin in ("http://evil.example", "null", "https://localhost.evil.example"):
        for path in ("/v1/import", "/v1/bulletins"):
            res = client.post(path, json.dumps(line), {"Origin": origin})
            error(res, 403)
            assert res.header("access-control-allow-origin") is None
        res = client.request("DELETE", "/v1/bulletins/x", headers={"Origin": origin})
        error(res, 403)
    assert client.search()["total"] == 0
    own = "http://127.0.0.1:%d" % daemon.tcp[2]
    res = client.post("/v1/import", json.dumps(line), {"Origin": own})
    assert res.status == 200, res


# ---- bodies over a limit -----------------------------------------------------


def test_length_over_the_limit_is_refused_at_once(small):
    for path in ("/v1/search", "/v1/aggregate", "/v1/bulletins", "/v1/parse"):
        with small.conn() as conn:
            conn.send(
                b"POST %s HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Length: 99999999999\r\n\r\n" % path.encode()
            )
            res = conn.read()  # no byte of the body was sent
            error(res, 413, type_="limit")
            assert conn.closed_by_peer()


def test_queries_have_a_small_body(small):
    for path in ("/v1/search", "/v1/aggregate"):
        res = post_raw(small, b'{"q": ""}'.ljust(MIB), path)
        assert res.status == 200, res
        with small.conn() as conn:
            conn.send(
                b"POST %s HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Length: %d\r\n\r\n" % (path.encode(), MIB + 1)
            )
            error(conn.read(), 413, code="body_too_large", message="1 MiB")


def test_too_many_values(small):
    data = b'{"q": [' + b"1," * 200000 + b"1]}"
    err = error(post_raw(small, data), 400, code="json_too_complex")
    assert "byte 400003" in err["message"] and err["offset"] == 400003, err


@pytest.mark.parametrize("path", ["/v1/search", "/v1/aggregate", "/v1/import"])
def test_wrong_content_type(daemon, path):
    data = b'{"id":"x","unit":"a","head":"b"}\n' if "import" in path else b"{}"
    res = daemon.client().post(path, data, {"Content-Type": "text/html"})
    error(res, 415, code="unsupported_media_type", message="Content-Type")
    assert daemon.client().search()["total"] == 0
    again = daemon.client().post(path, data, {"Content-Type": "application/json"})
    assert again.status == 200, again
    assert daemon.client().search()["total"] == ("import" in path)


def test_chunked_body_is_counted_while_it_streams(small):
    with small.conn() as conn:
        conn.send(
            b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        piece = b"%x\r\n%s\r\n" % (65536, b" " * 65536)
        try:
            for _ in range(4096):  # 256 MiB, never ended
                conn.send(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            error(conn.read(), 413, type_="limit")
        except ConnectionResetError:
            pass  # the reset overtook the answer
    assert small.client().get("/health").status == 200


# ---- import ------------------------------------------------------------------


def finding(n, **more):
    return dict({"id": "f%d" % n, "unit": "甲局", "head": "问题%d" % n}, **more)


def ndjson(lines):
    return b"".join(
        line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() + b"\n"
        for line in lines
    )


BAD_LINES = [
    ("not JSON", b"{oops}\n"),
    ("an array", b"[1]\n"),
    ("invalid UTF-8", b'{"id":"x","unit":"\xff","head":"a"}\n'),
    ("GBK", '{"id":"x","unit":"甲","head":"审计"}\n'.encode("gbk")),
    ("duplicate key", b'{"id":"x","id":"y","unit":"a","head":"b"}\n'),
    ("trailing bytes", b'{"id":"x","unit":"a","head":"b"} 1\n'),
    ("too deep", b'{"id":' + b"[" * 40 + b"]" * 40 + b"}\n"),
    ("no head and no text", {"id": "x", "unit": "甲"}),
    ("wrong type", {"id": "x", "unit": "甲", "head": 5}),
    ("unknown member", {"id": "x", "unit": "甲", "head": "乙", "colour": 1}),
    ("unknown status", {"id": "x", "unit": "甲", "head": "乙", "status": "maybe"}),
    ("unknown repeat", {"id": "x", "unit": "甲", "head": "乙", "repeat": "maybe"}),
    ("year as text", {"id": "x", "unit": "甲", "head": "乙", "year": "2020"}),
    ("absurd year", {"id": "x", "unit": "甲", "head": "乙", "year": 10**10}),
    ("three categories", {"id": "x", "unit": "甲", "head": "乙", "category": ["c01", "c02", "c03"]}),
    ("measures of the wrong type", {"id": "x", "unit": "甲", "head": "乙", "measures": [5]}),
    ("NUL in the id", b'{"id":"a\\u0000b","unit":"a","head":"b"}\n'),
    ("control character in the id", {"id": "a\nb", "unit": "甲", "head": "乙"}),
    ("over-long id", {"id": "x" * 1000, "unit": "甲", "head": "乙"}),
    ("over-long unit", {"id": "x", "unit": "甲" * 5000, "head": "乙"}),
    ("negative sum", {"id": "x", "unit": "甲", "head": "乙", "money": [{"yuan": -1, "kind": "recovered"}]}),
    ("no bulletin", {"id": "x", "text": "今天天气很好。"}),
]


@pytest.mark.parametrize("name,bad", BAD_LINES, ids=[b[0] for b in BAD_LINES])
def test_a_bad_line_fails_alone(daemon, name, bad):
    client = daemon.client()
    lines = [finding(1), finding(2), bad, finding(3)]
    res = client.post("/v1/import", ndjson(lines))
    assert res.status == 207, res
    answer = res.lines
    assert [line.get("ok") for line in answer[:-1]] == [True, True, False, True]
    assert answer[2]["line"] == 3
    err = answer[2]["error"]
    assert err["code"] and err["message"] and err["type"]
    if name in ("invalid UTF-8", "GBK"):
        assert "UTF-8" in err["message"], err
        at = (bad if isinstance(bad, bytes) else b"").index(
            b"\xff" if name == "invalid UTF-8" else "甲".encode("gbk")
        )
        assert err["offset"] == at, err
    summary = answer[-1]["summary"]
    assert (summary["lines"], summary["ok"], summary["failed"]) == (4, 3, 1)
    assert summary["findings"] == 3
    assert client.search()["total"] == 3


def test_an_import_that_is_run_again_writes_only_what_is_new(daemon):
    """A broken-off import goes on by being sent again."""
    client = daemon.client()
    first = [finding(n) for n in range(40)]
    answer = client.import_lines(first)
    assert "unchanged" not in answer[-1]["summary"]
    before = client.ok("GET", "/v1/stats")["generation"]
    answer = client.import_lines(first)
    assert all(line["unchanged"] and line["findings"] == 1 for line in answer[:-1])
    summary = answer[-1]["summary"]
    assert (summary["ok"], summary["findings"], summary["unchanged"]) == (40, 40, 40)
    assert client.ok("GET", "/v1/stats")["generation"] == before
    more = first + [finding(n) for n in range(40, 50)]
    more[7] = finding(7, head="另一个问题")
    answer = client.import_lines(more)
    new = [n for n, line in enumerate(answer[:-1]) if "unchanged" not in line]
    assert new == [7] + list(range(40, 50))
    assert answer[-1]["summary"]["unchanged"] == 39
    assert client.search()["total"] == 50
    assert client.search(q="另一个问题")["total"] == 1
    bulletin = {"id": "same", "text": zgcorpus.samples()[0][1]}
    assert "unchanged" not in client.import_lines([bulletin])[0]
    assert client.import_lines([bulletin])[0]["unchanged"] is True


def test_imports_within_a_small_memory():
    """More than the budget holds, from several clients at once."""
    with Daemon(args=["--import-memory-mb", "16"]) as small:
        text = "加强内部审计监督。" * 800
        failed = []

        def feed(part):
            lines = [finding(part * 1000 + n, measures=[text]) for n in range(120)]
            answer = small.client().import_lines(lines)
            if answer[-1]["summary"]["ok"] != 120:
                failed.append(answer[-1])

        threads = [threading.Thread(target=feed, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(240)
        assert not failed
        assert small.client().search()["total"] == 480


def test_blank_lines_and_a_last_line_without_newline(daemon):
    client = daemon.client()
    body = ndjson([finding(1)]) + b"\n  \r\n" + json.dumps(finding(2)).encode()
    res = client.post("/v1/import", body)
    assert res.status == 200, res
    assert [line["id"] for line in res.lines[:-1]] == ["f1", "f2"]
    assert client.search()["total"] == 2


def test_crlf_lines(daemon):
    body = ndjson([finding(1), finding(2)]).replace(b"\n", b"\r\n")
    res = daemon.client().post("/v1/import", body)
    assert res.status == 200 and res.lines[-1]["summary"]["ok"] == 2


def test_all_lines_bad(daemon):
    res = daemon.client().post("/v1/import", b"a\nb\n")
    assert res.status == 400
    assert [line["line"] for line in res.lines[:-1]] == [1, 2]
    assert res.lines[-1]["summary"]["failed"] == 2


def test_line_numbers_count_every_line(daemon):
    body = ndjson([finding(1)]) + b"\n\nbad\n" + ndjson([finding(2)]) + b"worse\n"
    res = daemon.client().post("/v1/import", body)
    assert res.status == 207
    assert [line["line"] for line in res.lines if line.get("ok") is False] == [4, 6]


def test_oversized_line_is_passed_over(daemon):
    """Row 15: the line fails, the next newline is found, the rest is read."""
    client = daemon.client()
    huge = b'{"id":"h","unit":"a","head":"' + b"x" * (80 * MIB) + b'"}\n'
    size = len(huge) + len(ndjson([finding(1), finding(2)]))
    with daemon.conn(timeout=120) as conn:
        conn.send(
            b"POST /v1/import HTTP/1.1\r\nHost: localhost\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        data = ndjson([finding(1)]) + huge + ndjson([finding(2)])
        pieces = [data[n : n + MIB] for n in range(0, size, MIB)]
        conn.send(chunked(pieces))
        res = conn.read()
    assert res.status == 207, res
    assert [line.get("ok") for line in res.lines[:-1]] == [True, False, True]
    assert res.lines[1]["line"] == 2
    assert res.lines[1]["error"]["type"] == "limit"
    assert client.search()["total"] == 2


@pytest.mark.parametrize(
    "poison",
    [
        {"id": "p" * 400, "unit": "甲", "head": "乙"},
        {"id": "p", "unit": "单" * 200, "head": "乙", "region": "长" * 400},
        {"id": "p\u0001", "unit": "甲", "head": "乙"},
    ],
    ids=["id", "facet", "control"],
)
def test_poison_among_a_thousand(daemon, poison):
    """Row 14: 999 durable, one error; also after a kill -9."""
    client = daemon.client()
    lines = [finding(n) for n in range(1000)]
    lines[499] = poison
    res = client.post("/v1/import", ndjson(lines))
    assert res.status == 207, res
    bad = [line for line in res.lines[:-1] if not line["ok"]]
    assert len(bad) == 1 and bad[0]["line"] == 500
    assert client.search()["total"] == 999
    daemon.kill()
    daemon.start()
    assert daemon.client().search()["total"] == 999


def test_long_latin_words_are_no_poison(daemon):
    """A term over Xapian's limit must not cost a document."""
    client = daemon.client()
    word = "a" * 3000
    client.import_lines([finding(1, measures=[word]), finding(2)])
    assert client.search()["total"] == 2


def test_big_integers_round_trip(daemon):
    client = daemon.client()
    body = b'{"id":"b","unit":"a","head":"b","rules_made":9007199254740993}\n'
    res = client.post("/v1/import", body)
    if res.status == 200:
        got = client.get("/v1/findings/b")
        assert b"9007199254740993" in got.body
    else:
        error_line = res.lines[0]["error"]
        assert "rules_made" in error_line["message"] + error_line["param"]


def with_list(member, **item):
    return finding(1, **{member: [item]})


OUT_OF_RANGE = [
    (with_list("money", kind="recovered", yuan=-1), "money", "yuan"),
    (with_list("money", kind="recovered", yuan=-0.01), "money", "yuan"),
    (with_list("money", kind="recovered", yuan=10**13 + 1), "money", "yuan"),
    (with_list("money", kind="recovered", yuan=1.5e13), "money", "yuan"),
    (with_list("people", kind="other", n=-1), "people", "n"),
    (with_list("people", kind="other", n=10**9 + 1), "people", "n"),
    (with_list("measures", text="a", n=10**9 + 1), "measures", "n"),
    (with_list("measures", text="a", n=1.5), "measures", "n"),
    (dict(finding(1), n=10**9 + 1), "n", "n"),
    (finding(1, rules_made=10**9 + 1), "rules_made", "rules_made"),
    (finding(1, cases=-1), "cases", "cases"),
]


@pytest.mark.parametrize("line,param,member", OUT_OF_RANGE)
def test_numbers_out_of_range_are_named(daemon, line, param, member):
    res = daemon.client().post("/v1/import", ndjson([line]))
    assert res.status == 400, res
    err = res.lines[0]["error"]
    assert err["param"] == param, err
    start = param + ": " if param == member else "%s: %s: " % (param, member)
    assert err["message"].startswith(start), err


def test_numbers_at_the_ends_of_their_range(daemon):
    line = dict(
        finding(1),
        n=10**9,
        rules_made=10**9,
        cases=0,
        money=[{"yuan": y, "kind": "recovered"} for y in (0, 0.01, 10**13)],
        people=[{"kind": "other", "n": n} for n in (0, 10**9)],
        measures=[{"text": "a", "n": 10**9}],
    )
    client = daemon.client()
    client.import_lines([line])
    got = client.get("/v1/findings/f1").json
    got = got.get("finding", got)
    assert [m["yuan"] for m in got["money"]] == [0, 0.01, 10**13]
    assert [p["n"] for p in got["people"]] == [0, 10**9]


def test_body_that_ends_early_leaves_no_half_line(daemon):
    """Row 2: what came whole may be there, the cut line never is."""
    whole = ndjson([finding(1)])
    cut = b'{"id":"cut","unit":"a","head":"b"}'
    with daemon.conn() as conn:
        conn.send(
            b"POST /v1/import HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Length: %d\r\n\r\n" % (len(whole) + len(cut) + 1)
        )
        conn.send(whole + cut)
        conn.shutdown_write()
        conn.read_all()
    client = daemon.client()
    assert client.get("/v1/findings/cut").status == 404
    assert client.search()["total"] in (0, 1)


# ---- not a bulletin ----------------------------------------------------------

NOT_BULLETINS = {
    "weather": "今天天气很好，适合外出散步。明天有小雨。",
    "news of a feedback meeting": (
        "县委第三巡察组向县林草局党组反馈巡察情况\n"
        "6月3日，县委第三巡察组召开反馈会，县林草局党组书记主持会议并作表态发言，"
        "巡察组组长出席会议并讲话，反馈了巡察发现的主要问题并提出整改要求。\n"
    ),
    "a notice of inspection": (
        "巡察公告\n县委第一巡察组将于5月10日进驻县林草局开展巡察。值班电话：6000000。"
        "受理信访时间截止到7月10日。\n"
    ),
    "a speech": "同志们：今天我们在这里开会，主题是安全生产。我讲三点意见。一是提高认识。二是落实责任。三是加强监督。",
    "digits": "0123456789" * 200,
}


@pytest.mark.parametrize("name", NOT_BULLETINS)
def test_not_a_bulletin(daemon, name):
    client = daemon.client()
    text = NOT_BULLETINS[name]
    for path, body, headers in [
        ("/v1/bulletins", {"id": "n", "text": text}, {}),
        ("/v1/bulletins", text, {"Content-Type": "text/plain"}),
        ("/v1/parse", {"text": text}, {}),
    ]:
        err = error(client.post(path, body, headers), 422, "not_a_bulletin")
        assert len(err["message"]) > 20, "names what was missing"
    assert client.ok("GET", "/v1/bulletins")["total"] == 0
    assert client.search()["total"] == 0


def test_force_takes_it(daemon):
    client = daemon.client()
    body = {"id": "n", "text": NOT_BULLETINS["a speech"], "force": True}
    assert client.post("/v1/bulletins", body).status == 201
    assert client.ok("GET", "/v1/bulletins")["total"] == 1


def test_binary_file_as_a_bulletin(daemon):
    client = daemon.client()
    data = bytes(range(256)) * 64
    res = client.post("/v1/bulletins", data, {"Content-Type": "text/plain"})
    error(res, 400)
    for kind in ("application/pdf", "image/png"):
        res = client.post("/v1/bulletins", data, {"Content-Type": kind})
        assert res.status in (400, 415), res
    assert client.ok("GET", "/v1/bulletins")["total"] == 0


def test_gbk_text_is_not_guessed(daemon):
    text = zgcorpus.samples()[0][1].encode("gb18030")
    res = daemon.client().post("/v1/bulletins", text, {"Content-Type": "text/plain"})
    error(res, 400, message="UTF-8")


def test_empty_text(daemon):
    for text in ("", " \n\n "):
        res = daemon.client().post("/v1/bulletins", {"text": text})
        assert res.status in (400, 422), res
        error(res, res.status)


def test_markup_comes_back_as_given(daemon):
    """Row 42: stored and given back unchanged; escaping is the page's work."""
    client = daemon.client()
    head = '<script>alert("1")</script>&amp;'
    client.import_lines([finding(1, head=head)])
    found = client.ok("GET", "/v1/findings/f1")
    assert found.get("finding", found)["head"] == head
    for path in ("/v1/findings/f1", "/v1/bulletins/" + quote("<b>")):
        assert "json" in client.get(path).header("content-type")
        assert client.get(path).header("x-content-type-options") == "nosniff"


def test_rendered_request_is_what_we_think():
    """The tests' own request builder."""
    data = render("POST", "/x", "h", {"a": 1}, {})
    assert data.startswith(b"POST /x HTTP/1.1\r\nHost: h\r\n")
    assert data.endswith(b'\r\n\r\n{"a": 1}')
    assert chunked([b"abc", b"", b"d"]) == b"3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
