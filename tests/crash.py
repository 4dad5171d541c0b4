#!/usr/bin/python3
"""kill -9 in a loop: nothing acknowledged is lost, nothing is half there.

Each round starts the daemon, feeds it from several connections (bulletins and
ready findings, replacements, deletions), and ends it: by SIGKILL at a random
moment, or, in a build with -DZG_FAULTS, at one of the named crash points
(ZG_CRASH_AT=name:n).  Then it starts the daemon again and verifies:

  - every acknowledged item is there in its acknowledged version, and whole;
  - an item without an answer is there whole in its old or its new version;
  - facets, groups, totals and sizes equal a recount of the items themselves;
  - what got no answer can simply be sent again;
  - SIGTERM then ends it with 0; every tenth round xapian-check is clean.

    tests/crash.py --build build/faults --rounds 30 [--seed N]
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import zgcorpus  # noqa: E402
import zgnaive as naive  # noqa: E402
from zgdaemon import REPORT, Daemon, binary, check_index  # noqa: E402
from zghttp import ProtocolError, quote  # noqa: E402

POINTS = (
    "before_forward after_forward before_commit after_commit before_fsync"
    " before_publish before_ack"
).split()
CONNECTIONS = 3
FINDINGS = 60  # ids of ready findings per connection
BULLETINS = 3  # ids of bulletins per connection
FACETS = ["unit", "region", "status", "year", "category", "bulletin", "kind"]
GONE = None  # the version of an item that is not there


class Feeder(threading.Thread):
    """One connection with ids of its own, so that their order is known.

    `known` maps an id to its acknowledged version; `open` maps the ids of the
    request without an answer to the version that request would give them.
    """

    def __init__(self, number, rng, known, versions, samples):
        super().__init__()
        self.number, self.rng, self.known = number, rng, known
        self.versions, self.samples = versions, samples
        self.open, self.open_lines = {}, []
        self.requests = self.items = 0
        self.fault = None
        self.daemon = None

    def finding_line(self, id_, version):
        mark = "v%d" % version
        return {
            "id": id_,
            "unit": mark,
            "region": mark,
            "head": "离任审计 " + mark,
            "measures": [mark + " 一", mark + " 二", mark + " 三"],
            "status": self.rng.choice(zgcorpus.STATES),
            "year": self.rng.randint(2015, 2025),
            "category": ["c22"],
            "kind": "巡察",
        }

    def bulletin_line(self, id_, version):
        # The version says which sample it is.
        _, text, _ = self.samples[version % len(self.samples)]
        return {"id": id_, "unit": "v%d" % version, "text": text}

    def batch(self):
        rng = self.rng
        lines = []
        for n in rng.sample(range(FINDINGS), rng.choice([1, 1, 5, 20, FINDINGS])):
            id_ = "f%d-%d" % (self.number, n)
            lines.append(self.finding_line(id_, next(self.versions)))
        if rng.random() < 0.4:
            id_ = "b%d-%d" % (self.number, rng.randrange(BULLETINS))
            line = self.bulletin_line(id_, next(self.versions))
            lines.insert(rng.randrange(len(lines) + 1), line)
        return lines

    def run(self):
        try:
            with self.daemon.conn(self.rng.choice(["tcp", "unix"])) as conn:
                while True:
                    self.one_request(conn)
        except (ProtocolError, OSError):
            pass  # the daemon is dead, as it should be
        except BaseException as exc:
            self.fault = "".join(traceback.format_exception(exc))

    def one_request(self, conn):
        rng = self.rng
        draw = rng.random()
        id_ = "b%d-%d" % (self.number, rng.randrange(BULLETINS))
        self.open, self.open_lines = {}, []
        if draw < 0.12:
            self.open = {id_: GONE}
            res = conn.request("DELETE", "/v1/bulletins/" + quote(id_))
            assert res.status in (200, 204, 404), res
            self.known[id_] = GONE
        elif draw < 0.3:
            version = next(self.versions)
            line = self.bulletin_line(id_, version)
            self.open, self.open_lines = {id_: version}, [line]
            res = conn.request("POST", "/v1/bulletins", line)
            assert res.status in (200, 201), res
            self.known[id_] = version
        else:
            self.one_import(conn)
        self.open, self.open_lines = {}, []
        self.requests += 1

    def one_import(self, conn):
        lines = self.batch()
        self.open = {line["id"]: int(line["unit"][1:]) for line in lines}
        self.open_lines = lines
        body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        try:
            res = conn.request("POST", "/v1/import", body)
            assert res.status == 200, res
        finally:
            # An answer that was cut still acknowledges its whole lines.
            self.acknowledge(bytes(conn.partial))

    def acknowledge(self, answer):
        for raw in answer.split(b"\n")[:-1]:
            line = json.loads(raw)
            if "summary" in line:
                continue
            assert line["ok"], line
            self.known[line["id"]] = self.open.pop(line["id"])
            self.items += 1


def fetch(daemon):
    """All findings (paged search) and all bulletins with their findings."""
    client = daemon.client()
    findings, offset, total = [], 0, None
    while total is None or offset < total:
        answer = client.search(limit=1000, offset=offset, highlight=False)
        assert total in (None, answer["total"])
        total = answer["total"]
        findings += answer["hits"]
        offset += 1000
    assert len(findings) == total == len({f["id"] for f in findings})
    bulletins, offset, total = {}, 0, None
    while total is None or offset < total:
        page = client.ok("GET", "/v1/bulletins?limit=100&offset=%d" % offset)
        total = page["total"]
        for item in page["bulletins"]:
            path = "/v1/bulletins/" + quote(item["id"])
            bulletins[item["id"]] = client.ok("GET", path)["bulletin"]
        offset += 100
    assert len(bulletins) == total
    return findings, bulletins


def version_of(items, what):
    """The one version that all marks of an item name."""
    marks = set(items)
    assert len(marks) == 1, "%s is a mixture of %s" % (what, sorted(marks))
    return int(marks.pop()[1:])


def observe(findings, bulletins, samples):
    """{id: version} of everything that is there; raises when it is not whole."""
    seen = {}
    of_bulletin = {}
    for f in findings:
        if f["bulletin"] is not None:
            of_bulletin.setdefault(f["bulletin"], []).append(f)
            continue
        words = [f["unit"], f["region"], f["head"].split(" ")[1]]
        words += [m["text"].split(" ")[0] for m in f["measures"]]
        assert len(f["measures"]) == 3, f
        seen[f["id"]] = version_of(words, f["id"])
    for id_, b in bulletins.items():
        own = of_bulletin.pop(id_, [])
        version = version_of([b["unit"]] + [f["unit"] for f in own], id_)
        _, text, _ = samples[version % len(samples)]
        assert b["text"] == text, "%s: text of another version" % id_
        size = b["parsed"]["findings"]
        assert size == len(own) == len(b["findings"]), "%s: %d of %d findings" % (
            id_,
            len(own),
            size,
        )
        assert [f["id"] for f in b["findings"]] == [
            "%s#%d" % (id_, n) for n in range(1, size + 1)
        ]
        seen[id_] = version
    assert not of_bulletin, "findings without a bulletin: %s" % sorted(of_bulletin)
    return seen


def recount(daemon, findings, bulletins):
    """Facets, groups and sizes against the items themselves."""
    client = daemon.client()
    answer = client.search(facets=FACETS, limit=0)
    assert answer["total"] == len(findings)
    for field in FACETS:
        want = naive.facet(findings, field)
        got = answer["facets"][field]
        for value, count in naive.facet_answer(got).items():
            assert want[value] == count, (field, value, count, want[value])
        assert got["total_values"] == len(want), field
        listed = sum(v["count"] for v in got["values"])
        assert listed + got["other_count"] == sum(want.values()), field
    for fields in (["unit", "status"], ["bulletin", "category"], ["year"]):
        groups = client.aggregate(group_by=fields, limit=10000)["groups"]
        got = {
            tuple(
                None if g["key"][f] is None else naive.text_of(g["key"][f])
                for f in fields
            ): g["count"]
            for g in groups
        }
        want = {k: len(v) for k, v in naive.group(findings, fields).items()}
        assert got == want, fields
    tree = ("run", "离任审计", None, False)
    total = client.search(q="离任审计", limit=0)["total"]
    assert total == len(naive.matches(findings, tree)), "posting lists differ"
    stats = client.ok("GET", "/v1/stats")
    assert stats["findings"] == len(findings)
    assert stats["bulletins"] == len(bulletins)


class Loop:
    def __init__(self, args):
        self.args = args
        self.rng = random.Random(args.seed)
        self.home = tempfile.mkdtemp(prefix="zg-crash-")
        self.data = os.path.join(self.home, "data")
        self.samples = sorted(zgcorpus.samples(), key=lambda s: len(s[1]))[:3]
        self.versions = iter(range(1, 10**9))
        self.known = [{} for _ in range(CONNECTIONS)]
        self.hit, self.tried = Counter(), Counter()
        self.items = 0
        with open(binary("zhenggaid", args.build), "rb") as handle:
            self.points = POINTS if b"ZG_CRASH_AT" in handle.read() else []

    def start(self, env=None):
        daemon = Daemon(data=self.data, build=self.args.build, env=env)
        return daemon.start()

    def crash(self, number):
        """Feeds and kills; the feeders with what they know."""
        point, env = None, {}
        if self.points and number % 2:
            point = self.points[number // 2 % len(self.points)]
            env["ZG_CRASH_AT"] = "%s:%d" % (point, self.rng.choice([1, 2, 5, 20]))
        daemon = self.start(env)
        feeders = [
            Feeder(n, random.Random(self.rng.random()), known, self.versions, self.samples)
            for n, known in enumerate(self.known)
        ]
        for feeder in feeders:
            feeder.daemon = daemon
            feeder.start()
        try:
            if point:
                self.tried[point] += 1
                try:
                    daemon.proc.wait(15)
                    self.hit[point] += 1
                except subprocess.TimeoutExpired:
                    pass  # counted as not reached
            else:
                time.sleep(self.rng.choice([0.05, 0.3, 1.0]) * self.rng.random())
                daemon.check()  # it must not die by itself
            daemon.proc.kill()
            daemon.proc.wait()
            for feeder in feeders:
                feeder.join(30)
                assert not feeder.is_alive(), "a client hangs on a dead daemon"
                assert feeder.fault is None, feeder.fault
            report = REPORT.search(daemon.stderr())
            assert not report, daemon.stderr()
        finally:
            daemon.discard()
        self.items += sum(f.items for f in feeders)
        return point or "kill -9", feeders

    def crash_in_recovery(self):
        """Starts it and kills it again while it opens and mends."""
        daemon = Daemon(data=self.data, build=self.args.build)
        begun = subprocess.Popen(
            daemon.command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(0.04 * self.rng.random())
        begun.kill()
        begun.wait()
        daemon.discard()

    def verify(self, feeders):
        daemon = self.start()
        try:
            findings, bulletins = fetch(daemon)
            seen = observe(findings, bulletins, self.samples)
            self.compare(seen, feeders)
            recount(daemon, findings, bulletins)
            self.retry(daemon, seen, feeders)
            daemon.stop()
        finally:
            daemon.discard()

    def compare(self, seen, feeders):
        expected_ids = set()
        for feeder in feeders:
            ids = set(feeder.known) | set(feeder.open)
            expected_ids |= ids
            for id_ in ids:
                allowed = {feeder.known.get(id_, GONE)}
                if id_ in feeder.open:
                    allowed.add(feeder.open[id_])
                have = seen.get(id_, GONE)
                assert have in allowed, "%s is at version %s, allowed: %s" % (
                    id_,
                    have,
                    allowed,
                )
                feeder.known[id_] = have
        assert set(seen) <= expected_ids, set(seen) - expected_ids

    def retry(self, daemon, seen, feeders):
        """What had no answer is sent again: the same end, nothing twice."""
        client, total = daemon.client(), len(seen)
        for feeder in feeders:
            if not feeder.open_lines:
                continue
            lines = feeder.open_lines
            for answer in client.import_lines(lines)[:-1]:
                assert answer["ok"], answer
            for line in lines:
                total += seen.get(line["id"], GONE) is GONE
                feeder.known[line["id"]] = int(line["unit"][1:])
        after = observe(*fetch(daemon), self.samples)
        assert len(after) == total
        for feeder in feeders:
            for id_, version in feeder.known.items():
                assert after.get(id_, GONE) == version, id_

    def xapian_check(self):
        check_index(self.data)

    def round(self, number):
        how, feeders = self.crash(number)
        if number % 10 == 9 or number == self.args.rounds - 1:
            self.xapian_check()
        if number % 4 == 3:
            self.crash_in_recovery()
        self.verify(feeders)
        requests = sum(f.requests for f in feeders)
        print(
            "round %d: %-14s %4d requests, %5d items acknowledged in all"
            % (number + 1, how, requests, self.items),
            flush=True,
        )

    def run(self):
        passed = failed = 0
        for number in range(self.args.rounds):
            try:
                self.round(number)
                passed += 1
            except Exception:
                failed += 1
                print("round %d FAILED" % (number + 1))
                traceback.print_exc(file=sys.stdout)
                print("seed %d, data kept in %s" % (self.args.seed, self.data))
                break
        for point in self.tried:
            if not self.hit[point] and not failed:
                failed += 1
                print("crash point %s was never reached" % point)
        if not self.items and not failed:
            failed += 1
            print("not one item was acknowledged: nothing was tested")
        if not failed:
            shutil.rmtree(self.home, ignore_errors=True)
        points = ", ".join("%s %d" % item for item in sorted(self.hit.items()))
        print("crash points reached: %s" % (points or "none in this build"))
        print("crash: %d passed, %d failed (seed %d)" % (passed, failed, self.args.seed))
        return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build/faults")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time() * 1000) % 10**9)
    args = parser.parse_args()
    if not os.path.exists(binary("zhenggaid", args.build)):
        parser.error("no %s: make crash builds it" % binary("zhenggaid", args.build))
    print("seed %d, %d rounds" % (args.seed, args.rounds), flush=True)
    return Loop(args).run()


if __name__ == "__main__":
    sys.exit(main())
