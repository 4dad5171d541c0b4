"""Starts, watches and ends the real daemon on a directory of its own.

Every daemon a test starts is ended by the test run and its exit status
looked at.  A daemon that dies by itself, or whose standard error holds a
sanitizer report, fails the test.
"""

import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

from zghttp import Client, Conn

ROOT = os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
)
READY = re.compile(
    r"^zhenggaid listening on http://(\S+):(\d+)(?: and unix:(\S+))?$"
)
REPORT = re.compile(
    r"(ERROR|WARNING|SUMMARY): (Address|Thread|Leak|Memory|UndefinedBehavior)"
    r"Sanitizer|runtime error:|Assertion .* failed|stack smashing"
)


def build_dir(build=None):
    build = build or os.environ.get("ZG_BUILD", "build")
    return build if os.path.isabs(build) else os.path.join(ROOT, build)


def binary(name, build=None):
    return os.path.join(build_dir(build), name)


def sanitized():
    """True for the asan and tsan builds, which are many times slower."""
    return os.path.basename(build_dir()) in ("asan", "tsan")


class DaemonDied(AssertionError):
    pass


class Daemon:
    """One zhenggaid.  `data` given: that directory, kept by the caller."""

    live = []  # every daemon of this process that has not been ended

    def __init__(
        self, data=None, args=(), env=None, build=None, socket=True, wrap=()
    ):
        self.home = tempfile.mkdtemp(prefix="zg-")
        self.data = data or os.path.join(self.home, "data")
        self.sock_path = os.path.join(self.home, "s")
        self.err_path = os.path.join(self.home, "stderr")
        self.args = list(args)
        self.wrap = list(wrap)  # a command that execs the rest: prlimit ...
        self.env = dict(os.environ, **(env or {}))
        self.env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
        self.build = build
        self.socket = socket
        self.proc = None
        self.tcp = self.unix = None
        self.clients = []

    # -- life ----------------------------------------------------------------
    def command(self):
        cmd = self.wrap + [binary("zhenggaid", self.build), "--data", self.data]
        cmd += ["--listen", "127.0.0.1:0"]
        if self.socket:
            cmd += ["--socket", self.sock_path]
        return cmd + self.args

    def start(self, timeout=30.0):
        err = open(self.err_path, "ab")
        try:
            self.proc = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=err,
                env=self.env,
                cwd=self.home,
            )
        finally:
            err.close()
        Daemon.live.append(self)
        line = self._ready_line(timeout)
        found = READY.match(line)
        if not found:
            self.discard()
            raise DaemonDied("unexpected ready line: %r" % line)
        self.tcp = ("tcp", found.group(1), int(found.group(2)))
        self.unix = ("unix", self.sock_path) if self.socket else None
        if self.socket and found.group(3) != self.sock_path:
            self.discard()
            raise DaemonDied("ready line names another socket: %r" % line)
        return self

    def _ready_line(self, timeout):
        end = time.monotonic() + timeout
        fd, buf = self.proc.stdout.fileno(), b""
        while b"\n" not in buf:
            left = end - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                text = self.stderr()
                self.discard()
                raise DaemonDied("no ready line in %.0f s: %s" % (timeout, text))
            chunk = os.read(fd, 4096)
            if not chunk:
                status = self.proc.wait()
                text = self.stderr()
                self.discard()
                raise DaemonDied("ended with %d at start: %s" % (status, text))
            buf += chunk
        return buf.split(b"\n", 1)[0].decode()

    def stderr(self):
        try:
            with open(self.err_path, "r", errors="replace") as handle:
                return handle.read()
        except FileNotFoundError:
            return ""

    def check(self):
        """Raises when the daemon is gone or reported a fault."""
        report = REPORT.search(self.stderr())
        if report:
            raise DaemonDied("report on standard error:\n" + self.stderr())
        status = self.proc.poll() if self.proc else None
        if status is not None:
            raise DaemonDied(
                "the daemon ended by itself with %d:\n%s"
                % (status, self.stderr()[-4000:])
            )

    def stop(self, timeout=20.0, expect=0):
        """SIGTERM; the exit status must be `expect`."""
        if self.proc is None:
            return
        try:
            self.check()
            self._close_clients()  # the daemon lingers for clients that stay
            self.proc.send_signal(signal.SIGTERM)
            try:
                status = self.proc.wait(timeout)
            except subprocess.TimeoutExpired:
                raise DaemonDied(
                    "still there %.0f s after SIGTERM:\n%s"
                    % (timeout, self.stderr()[-4000:])
                ) from None
            if status != expect:
                raise DaemonDied(
                    "SIGTERM: exit status %d, not %d:\n%s"
                    % (status, expect, self.stderr()[-4000:])
                )
            if REPORT.search(self.stderr()):
                raise DaemonDied("report at the end:\n" + self.stderr())
        finally:
            self._reap()

    def kill(self):
        """kill -9, as the crash tests do; the data directory stays."""
        self.proc.kill()
        self.proc.wait()
        self._reap()

    def _close_clients(self):
        for client in self.clients:
            client.close()
        self.clients = []

    def _reap(self):
        self._close_clients()
        if self.proc:
            if self.proc.poll() is None:
                self.proc.kill()
            self.proc.wait()
            self.proc.stdout.close()
            self.proc = None
        if self in Daemon.live:
            Daemon.live.remove(self)

    def discard(self):
        """Ends it whatever its state and removes its directory."""
        self._reap()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *exc):
        try:
            if kind is None:
                self.stop()
        finally:
            self.discard()

    # -- talking -------------------------------------------------------------
    def addr(self, transport):
        return self.tcp if transport == "tcp" else self.unix

    def client(self, transport="tcp", timeout=60.0):
        made = Client(self.addr(transport), timeout)
        self.clients.append(made)
        return made

    def conn(self, transport="tcp", timeout=30.0):
        return Conn(self.addr(transport), timeout)


def run_to_end(args, timeout=10.0, env=None):
    """Runs zhenggaid with `args` until it ends: (status, stdout, stderr, s)."""
    begin = time.monotonic()
    done = subprocess.run(
        [binary("zhenggaid")] + list(args),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        env=dict(os.environ, **(env or {})),
    )
    took = time.monotonic() - begin
    return done.returncode, done.stdout.decode(), done.stderr.decode(), took


def check_index(data):
    """xapian-check finds nothing wrong with the segments that the manifest
    names (others are left over from a kill)."""
    index = os.path.join(data, "index")
    with open(os.path.join(index, "MANIFEST"), "rb") as handle:
        segments = re.findall(rb"^segment (\d+) ", handle.read(), re.M)
    segments = [name.decode() for name in segments]
    for name in segments:
        done = subprocess.run(
            ["xapian-check", os.path.join(index, name)],
            capture_output=True,
            timeout=120,
        )
        out = (done.stdout + done.stderr).decode(errors="replace")
        assert done.returncode == 0 and "No errors found" in out, out
    return segments
