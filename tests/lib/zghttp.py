"""A small HTTP/1.1 client over TCP and over a Unix socket.

Written for tests: it shows what came over the wire, never repairs it.  A
response that breaks the framing rules raises ProtocolError.
"""

import json
import socket
import urllib.parse


class ProtocolError(AssertionError):
    """The peer broke HTTP framing, or closed in the middle of a response."""


class Closed(ProtocolError):
    """The peer closed before the first byte of a response."""


class Response:
    def __init__(self, status, reason, headers, body):
        self.status = status
        self.reason = reason
        self.headers = headers  # list of (lower-case name, value)
        self.body = body

    def header(self, name, default=None):
        for key, value in self.headers:
            if key == name.lower():
                return value
        return default

    @property
    def json(self):
        try:
            return json.loads(self.body.decode("utf-8"))
        except ValueError as exc:
            raise AssertionError(
                "body of %d is not JSON: %r" % (self.status, self.body[:300])
            ) from exc

    @property
    def lines(self):
        """NDJSON body as a list."""
        text = self.body.decode("utf-8")
        assert text == "" or text.endswith("\n"), "NDJSON must end in newline"
        return [json.loads(line) for line in text.split("\n")[:-1]]

    def __repr__(self):
        return "<%d %r>" % (self.status, self.body[:400])


class Conn:
    """One connection.  `addr` is ("tcp", host, port) or ("unix", path)."""

    def __init__(self, addr, timeout=30.0):
        self.addr = addr
        if addr[0] == "tcp":
            self.sock = socket.create_connection(addr[1:], timeout=timeout)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.host = "%s:%d" % (addr[1], addr[2])
        else:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(timeout)
            self.sock.connect(addr[1])
            self.host = "localhost"
        self.buf = b""
        self.partial = bytearray()  # body bytes of the response being read

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def settimeout(self, seconds):
        self.sock.settimeout(seconds)

    def send(self, data):
        self.sock.sendall(data)

    def shutdown_write(self):
        self.sock.shutdown(socket.SHUT_WR)

    def _more(self):
        chunk = self.sock.recv(65536)
        self.buf += chunk
        return bool(chunk)

    def _line(self, first=False):
        while b"\r\n" not in self.buf:
            if not self._more():
                if first and not self.buf:
                    raise Closed("closed before a response")
                raise ProtocolError("closed inside a head: %r" % self.buf[:200])
        line, self.buf = self.buf.split(b"\r\n", 1)
        return line

    def _body(self, size):
        """Moves `size` bytes into self.partial."""
        end = len(self.partial) + size
        self.partial += self.buf[:size]
        self.buf = self.buf[size:]
        while len(self.partial) < end:
            chunk = self.sock.recv(min(1 << 20, end - len(self.partial)))
            if not chunk:
                raise ProtocolError("closed inside a body")
            self.partial += chunk

    def _head(self):
        line = self._line(first=True)
        parts = line.split(b" ", 2)
        if len(parts) < 2 or parts[0] not in (b"HTTP/1.1", b"HTTP/1.0"):
            raise ProtocolError("not a status line: %r" % line[:200])
        headers = []
        while True:
            line_ = self._line()
            if not line_:
                break
            name, colon, value = line_.partition(b":")
            if not colon or not name or name != name.strip():
                raise ProtocolError("bad header line: %r" % line_[:200])
            headers.append((name.decode().lower(), value.strip().decode()))
        reason = parts[2].decode() if len(parts) > 2 else ""
        return Response(int(parts[1]), reason, headers, b"")

    def read(self, head=False, interim=False):
        """Next response.  1xx are passed over unless `interim`.  When the peer
        dies inside a body, what came of it stands in self.partial."""
        self.partial.clear()
        while True:
            res = self._head()
            if 100 <= res.status < 200:
                if interim:
                    return res
                continue
            break
        encoding = res.header("transfer-encoding")
        length = res.header("content-length")
        if encoding is not None and length is not None:
            raise ProtocolError("both Content-Length and Transfer-Encoding")
        if head or res.status in (204, 304):
            return res
        if encoding is not None:
            if encoding.lower() != "chunked":
                raise ProtocolError("Transfer-Encoding: " + encoding)
            size = -1
            while size != 0:
                size = int(self._line().split(b";")[0], 16)
                self._body(size)
                if self._line() != b"":
                    raise ProtocolError("chunk not ended by CRLF")
            res.body = bytes(self.partial)
        elif length is not None:
            self._body(int(length))
            res.body = bytes(self.partial)
        else:
            if (res.header("connection") or "").lower() != "close":
                raise ProtocolError("no length and no Connection: close")
            res.body = self.buf + self.read_all()
            self.buf = b""
        return res

    def read_all(self):
        parts = []
        while True:
            chunk = self.sock.recv(65536)
            if not chunk:
                return b"".join(parts)
            parts.append(chunk)

    def closed_by_peer(self, seconds=5.0):
        """True when the peer ends the connection without sending more."""
        self.sock.settimeout(seconds)
        try:
            return self.buf == b"" and self.sock.recv(1) == b""
        except (ConnectionResetError, BrokenPipeError):
            return True
        except socket.timeout:
            return False

    def request(self, method, path, body=None, headers=()):
        self.partial.clear()
        self.send(render(method, path, self.host, body, headers))
        return self.read(head=method == "HEAD")


def render(method, path, host, body=None, headers=()):
    """Bytes of a request.  dict and list bodies become JSON; str UTF-8."""
    headers = list(headers.items() if isinstance(headers, dict) else headers)
    names = {name.lower() for name, _ in headers}
    if isinstance(body, (dict, list)):
        body = json.dumps(body, ensure_ascii=False)
        if "content-type" not in names:
            headers.append(("Content-Type", "application/json"))
    if isinstance(body, str):
        body = body.encode("utf-8")
    if "host" not in names:
        headers.insert(0, ("Host", host))
    if body is not None and "content-length" not in names:
        headers.append(("Content-Length", str(len(body))))
    head = "%s %s HTTP/1.1\r\n" % (method, path)
    head += "".join("%s: %s\r\n" % pair for pair in headers) + "\r\n"
    return head.encode("utf-8") + (body or b"")


def chunked(pieces):
    """Body of a chunked request."""
    out = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece]
    return b"".join(out) + b"0\r\n\r\n"


def quote(text):
    """One path segment or query value."""
    return urllib.parse.quote(text, safe="")


def query(path, **params):
    return path + "?" + urllib.parse.urlencode(params)


class Client:
    """Keep-alive client that reconnects when the daemon closed the line."""

    def __init__(self, addr, timeout=60.0):
        self.addr = addr
        self.timeout = timeout
        self.conn = None

    def close(self):
        if self.conn:
            self.conn.close()
            self.conn = None

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def request(self, method, path, body=None, headers=()):
        fresh = self.conn is None
        if fresh:
            self.conn = Conn(self.addr, self.timeout)
        try:
            res = self.conn.request(method, path, body, headers)
        except (Closed, BrokenPipeError, ConnectionResetError):
            self.close()
            if fresh:
                raise
            # An idle keep-alive connection may be closed at any time.
            return self.request(method, path, body, headers)
        except Exception:
            self.close()
            raise
        if (res.header("connection") or "").lower() == "close":
            self.close()
        return res

    def get(self, path, **params):
        return self.request("GET", query(path, **params) if params else path)

    def post(self, path, body=None, headers=()):
        return self.request("POST", path, body, headers)

    def ok(self, method, path, body=None, status=200, headers=()):
        """The JSON of a request that must succeed."""
        res = self.request(method, path, body, headers)
        assert res.status == status, "%s %s: %r" % (method, path, res)
        return res.json

    def search(self, **body):
        return self.ok("POST", "/v1/search", body)

    def aggregate(self, **body):
        return self.ok("POST", "/v1/aggregate", body)

    def import_lines(self, lines, status=200):
        """Imports dicts (or raw bytes) as NDJSON; the answer's lines."""
        data = b"".join(
            (
                line
                if isinstance(line, bytes)
                else json.dumps(line, ensure_ascii=False).encode()
            )
            + b"\n"
            for line in lines
        )
        res = self.post(
            "/v1/import", data, {"Content-Type": "application/x-ndjson"}
        )
        assert res.status == status, "import: %r" % res
        return res.lines

    def export(self, **params):
        params.setdefault("format", "ndjson")
        res = self.get("/v1/export", **params)
        assert res.status == 200, "export: %r" % res
        return res.lines
