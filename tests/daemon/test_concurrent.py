"""Writers and readers at once: whole items, one direction of time."""

import random
import threading
import time
from collections import Counter

import zgcorpus
import zgnaive as naive
from test_naive import SEED
from zgdaemon import sanitized
from zghttp import quote

SECONDS = 4 if sanitized() else 6


class Run:
    def __init__(self, daemon):
        self.daemon = daemon
        self.stop = threading.Event()
        self.faults = []
        self.lock = threading.Lock()
        self.live = {}  # id of a ready finding -> unit, as acknowledged
        self.reads = Counter()

    def thread(self, work, *args):
        def body():
            try:
                work(*args)
            except BaseException as exc:  # noqa: B902 - shown by the test
                self.faults.append(exc)
                self.stop.set()

        made = threading.Thread(target=body)
        made.start()
        return made

    # -- writers -------------------------------------------------------------
    def write_bulletins(self, name, versions):
        """One bulletin id, again and again with another text, or deleted."""
        client = self.daemon.client()
        turn = 0
        while not self.stop.is_set():
            turn += 1
            if turn % 5 == 0:
                res = client.request("DELETE", "/v1/bulletins/" + quote(name))
                assert res.status in (200, 204), res
                continue
            text = versions[turn % len(versions)][0]
            res = client.post("/v1/bulletins", {"id": name, "text": text})
            assert res.status in (200, 201), res
        client.post("/v1/bulletins", {"id": name, "text": versions[0][0]})

    def write_findings(self, number):
        """Own ids; each batch carries one mark in all its items."""
        client = self.daemon.client("unix")
        rng = random.Random(SEED + number)
        turn = 0
        while not self.stop.is_set():
            turn += 1
            unit = "批%d-%d" % (number, turn)
            ids = ["w%d-%d" % (number, rng.randrange(60)) for _ in range(10)]
            lines = [
                {"id": id_, "unit": unit, "head": "离任审计 " + unit} for id_ in ids
            ]
            client.import_lines(lines)
            with self.lock:
                for id_ in ids:
                    self.live[id_] = unit

    # -- readers -------------------------------------------------------------
    def read(self, transport, sizes):
        client = self.daemon.client(transport)
        conn = self.daemon.conn(transport)
        generation = 0
        while not self.stop.is_set():
            res = conn.request(
                "POST",
                "/v1/search",
                {"q": "", "facets": ["bulletin", "unit", "kind"], "limit": 0},
            )
            assert res.status == 200, res
            answer = res.json
            assert answer["generation"] >= generation, "time went back"
            generation = answer["generation"]
            bulletins = naive.facet_answer(answer["facets"]["bulletin"])
            for name, count in bulletins.items():
                assert count in sizes[name], "%s has %d findings" % (name, count)
            groups = conn.request(
                "POST", "/v1/aggregate", {"group_by": ["unit"], "limit": 10000}
            ).json
            assert sum(g["count"] for g in groups["groups"]) == groups["total"]
            self.reads["facets"] += 1
            for name in sizes:
                res = client.get("/v1/bulletins/" + quote(name))
                assert res.status in (200, 404), res
                if res.status == 200:
                    got = res.json["bulletin"]
                    assert len(got["findings"]) == got["parsed"]["findings"]
                    self.reads["bulletins"] += 1
            # Hits and total come from one and the same state.
            answer = client.search(q="离任审计", limit=1000)
            assert len(answer["hits"]) == min(1000, answer["total"])
            ids = [hit["id"] for hit in answer["hits"]]
            assert len(set(ids)) == len(ids)
            self.reads["hits"] += 1

    def export(self):
        """An export that is overtaken may give a finding a second time, newer:
        the later line wins.  Every line is whole."""
        client = self.daemon.client()
        while not self.stop.is_set():
            lines = client.export()
            for line in lines:
                if line["bulletin"] is None:
                    assert line["head"] == "离任审计 " + line["unit"], line
            again = Counter(line["id"] for line in lines)
            assert sum(again.values()) - len(again) <= len(lines) // 2, again
            self.reads["exports"] += 1
            time.sleep(0.05)


def test_readers_and_writers(start):
    daemon = start()
    run = Run(daemon)
    golds = zgcorpus.samples()
    pairs = {"乙#甲": golds[0:2], "丙/丁": golds[2:4]}
    versions = {
        name: [(text, gold["document"]["parsed"]["findings"]) for _, text, gold in pair]
        for name, pair in pairs.items()
    }
    sizes = {name: {n for _, n in pair} for name, pair in versions.items()}
    threads = [run.thread(run.write_bulletins, *item) for item in versions.items()]
    threads += [run.thread(run.write_findings, n) for n in range(2)]
    threads += [run.thread(run.read, t, sizes) for t in ("tcp", "unix", "tcp")]
    threads.append(run.thread(run.export))
    run.stop.wait(SECONDS)
    run.stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a client hangs"
    if run.faults:
        raise run.faults[0]
    assert min(run.reads[k] for k in ("facets", "bulletins", "hits", "exports")) > 0

    # Afterwards: exactly what was acknowledged.
    client = daemon.client()
    units = Counter(run.live.values())
    for name, pair in versions.items():
        got = client.ok("GET", "/v1/bulletins/" + quote(name))["bulletin"]
        assert len(got["findings"]) == pair[0][1]
        units.update(f["unit"] for f in got["findings"])
    answer = client.aggregate(group_by=["unit"], limit=10000)
    assert {g["key"]["unit"]: g["count"] for g in answer["groups"]} == units
    for id_, unit in list(run.live.items())[:50]:
        found = client.ok("GET", "/v1/findings/" + quote(id_))
        assert found.get("finding", found)["unit"] == unit
    stats = client.ok("GET", "/v1/stats")
    assert stats["findings"] == sum(units.values())
    assert stats["bulletins"] == 2


def test_two_importers_of_the_same_ids(daemon):
    """Whole items of one or of the other, never a mixture."""
    count = 200

    def feed(mark):
        client = daemon.client()
        for _ in range(5):
            client.import_lines(
                [
                    {"id": "i%d" % n, "unit": mark, "head": mark, "region": mark}
                    for n in range(count)
                ]
            )

    threads = [threading.Thread(target=feed, args=(m,)) for m in ("甲", "乙", "丙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    client = daemon.client()
    assert client.search(limit=0)["total"] == count
    groups = client.aggregate(group_by=["unit", "region"])["groups"]
    assert sum(g["count"] for g in groups) == count
    for group in groups:
        assert group["key"]["unit"] == group["key"]["region"]


def test_a_write_is_seen_by_its_writer(daemon):
    """Acknowledged means visible: on the same and on another connection."""
    writer, reader = daemon.client("tcp"), daemon.client("unix")
    for n in range(60):
        writer.import_lines([{"id": "v%d" % n, "unit": "甲", "head": "乙%d" % n}])
        assert reader.search(limit=0)["total"] == n + 1
        assert writer.search(limit=0)["total"] == n + 1
        assert reader.get("/v1/findings/v%d" % n).status == 200
