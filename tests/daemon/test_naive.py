"""Property test: random corpora, random requests, recounted in plain Python.

ZG_SEED=n repeats a run; ZG_NAIVE_REQUESTS sets how many requests each corpus
gets.  A failure prints the seed and the request.
"""

import json
import os
import random
import time

import pytest

import zgcorpus
import zgnaive as naive
from zgdaemon import sanitized

SEED = int(os.environ.get("ZG_SEED", str(int(time.time() * 1000) % 10**9)))
REQUESTS = int(os.environ.get("ZG_NAIVE_REQUESTS", "100" if sanitized() else "250"))
FACETS = (
    "unit unit_level region kind category status year round inspecting_body sustain"
).split()


def check_explained(body, answer):
    """Only who asks is told; the plan taken is one of those considered."""
    assert ("explain" in answer) == body["explain"]
    for part in answer.get("explain", []):
        assert set(part) == {"part", "plan", "costs_ms", "rows", "took_ms"}
        assert part["costs_ms"][part["plan"]] == min(part["costs_ms"].values()), part


class Corpus:
    def __init__(self, daemon, rng, size):
        self.rng = rng
        self.findings = {}
        self.client = daemon.client(rng.choice(["tcp", "unix"]))
        self.put([zgcorpus.random_finding(rng, n) for n in range(size)])
        # Replacements and a deleted bulletin leave dead documents behind,
        # which no count may see.
        self.put([zgcorpus.random_finding(rng, n) for n in range(0, size, 7)])
        name, text, _ = zgcorpus.samples()[0]
        res = self.client.post("/v1/bulletins", {"id": name, "text": text})
        assert res.status == 201, res
        self.put([zgcorpus.random_finding(rng, n) for n in range(size, size + 9)])
        res = self.client.request("DELETE", "/v1/bulletins/" + name)
        assert res.status in (200, 204), res

    def put(self, findings):
        answers = self.client.import_lines([zgcorpus.line_of(f) for f in findings])
        for finding, answer in zip(findings, answers):
            assert answer == dict(answer, ok=True, id=finding["id"], findings=1)
            self.findings[finding["id"]] = finding

    def matches(self, query, filter_):
        return naive.matches(self.findings.values(), query, filter_)

    # -- random requests -----------------------------------------------------
    def run(self):
        rng = self.rng
        draw = rng.random()
        if draw < 0.5:
            text = rng.choice(zgcorpus.WORDS)
        elif draw < 0.6:
            text = rng.choice(zgcorpus.LATIN)
        else:
            # A piece of a real text, which often crosses words.
            finding = rng.choice(list(self.findings.values()))
            text = rng.choice(naive.texts(finding)["head"]).split(" ")[0]
            at = rng.randrange(len(text))
            text = text[at : at + rng.randint(1, 6)]
        prefix = rng.random() < 0.1
        field = None
        if rng.random() < 0.15:
            field = rng.choice(["head", "measures", "section"])
        return ("run", text, field, prefix)

    def query(self):
        rng = self.rng
        draw = rng.random()
        if draw < 0.25:
            return None
        if draw < 0.5:
            return self.run()
        if draw < 0.7:
            return ("and", [self.run() for _ in range(rng.randint(2, 3))])
        if draw < 0.8:
            return ("or", [self.run() for _ in range(rng.randint(2, 3))])
        if draw < 0.9:
            return ("and", [self.run(), ("not", self.run())])
        return ("and", [("or", [self.run(), self.run()]), self.run()])

    def condition(self, field=None):
        rng = self.rng
        if field is None and rng.random() < 0.15:
            name = rng.choice(naive.MEASURES)
            op = rng.choice(["=", "!=", ">", ">=", "<", "<="])
            if rng.random() < 0.2:
                return ("exists", name)
            have = naive.measure(rng.choice(list(self.findings.values())), name)
            if rng.random() < 0.3:
                return ("range", name, min(1, int(have)), int(have))
            return ("cmp", name, op, int(have))
        field = field or rng.choice(FACETS)
        seen = sorted({v for f in self.findings.values() for v in naive.values(f, field)})
        draw = rng.random()
        if draw < 0.12:
            return ("exists", field)
        if field == "year" and draw < 0.6:
            low = rng.randint(2015, 2026)
            if draw < 0.35:
                return ("range", field, low, low + rng.randint(0, 5))
            return ("cmp", field, rng.choice([">", ">=", "<", "<="]), low)
        if draw < 0.3:
            picked = rng.sample(seen, min(len(seen), rng.randint(1, 4)))
            if field != "year" and rng.random() < 0.2:
                picked.append("没有的值")
            return ("in", field, picked)
        return ("cmp", field, rng.choice(["=", "=", "!="]), rng.choice(seen))

    def filter(self, depth=0):
        rng = self.rng
        draw = rng.random()
        if depth == 0 and draw < 0.3:
            return None
        if depth >= 3 or draw < 0.55:
            return self.condition()
        if draw < 0.65:
            return ("not", self.filter(depth + 1))
        kind = "and" if draw < 0.85 else "or"
        return (kind, [self.filter(depth + 1) for _ in range(rng.randint(2, 3))])

    # -- checks --------------------------------------------------------------
    def body(self, query, filter_):
        body = {}
        if query:
            body["q"] = naive.render_query(query)
        if filter_:
            body["filter"] = naive.render_filter(filter_)
        return body

    def check_facet(self, answer, field, want):
        got = answer["facets"][field]
        assert naive.facet_answer(got) == want, field
        assert got["other_count"] == 0 and got["total_values"] == len(want)
        if field == "year" and want:
            years = [int(value) for value in want]
            assert (got["min"], got["max"]) == (min(years), max(years))

    def search_strict(self):
        rng = self.rng
        query, filter_ = self.query(), self.filter()
        fields = rng.sample(FACETS, rng.randint(0, 5))
        body = dict(self.body(query, filter_), facets=fields, limit=1000)
        yield body
        answer = self.client.search(**body)
        want = self.matches(query, filter_)
        assert answer["total"] == len(want)
        assert {h["id"] for h in answer["hits"]} == {f["id"] for f in want}
        assert len(answer["hits"]) == len(want)
        for field in fields:
            self.check_facet(answer, field, naive.facet(want, field))

    def search_multi(self):
        rng = self.rng
        query = self.query()
        own = rng.sample(FACETS, rng.randint(1, 3))
        parts = {field: self.condition(field) for field in own}
        fields = list(dict.fromkeys(own + rng.sample(FACETS, 2)))
        filter_ = ("and", list(parts.values()))
        body = dict(
            self.body(query, filter_), facets=fields, facet_mode="multi", limit=0
        )
        yield body
        answer = self.client.search(**body)
        assert answer["total"] == len(self.matches(query, filter_))
        for field in fields:
            rest = [p for name, p in parts.items() if name != field]
            want = self.matches(query, ("and", rest))
            self.check_facet(answer, field, naive.facet(want, field))

    def sort_and_page(self):
        rng = self.rng
        query, filter_ = self.query(), self.filter()
        field = rng.choice(["year"] + list(naive.MEASURES))
        down = rng.random() < 0.5
        limit, offset = rng.randint(1, 40), rng.choice([0, 0, rng.randint(1, 60)])
        body = dict(
            self.body(query, filter_),
            sort=["%s:%s" % (field, "desc" if down else "asc")],
            limit=limit,
            offset=offset,
        )
        yield body
        answer = self.client.search(**body)
        want = self.matches(query, filter_)
        assert answer["total"] == len(want)
        ids = [h["id"] for h in answer["hits"]]
        assert len(set(ids)) == len(ids) == max(0, min(limit, len(want) - offset))
        keys = sorted((n for f in want for n in naive.numbers(f, field)), reverse=down)
        got = [n for id_ in ids for n in naive.numbers(self.findings[id_], field)]
        if len(keys) == len(want):  # nobody without a value
            assert got == keys[offset : offset + limit]
        else:
            assert got == sorted(got, reverse=down)

    def cursor(self):
        """Pages by cursor: all of the matches, each once, in order."""
        rng = self.rng
        query, filter_ = self.query(), self.filter()
        body = dict(self.body(query, filter_), limit=rng.randint(1, 90), cursor="*")
        field = rng.choice([None, "year"] + list(naive.MEASURES))
        down = rng.random() < 0.5
        if field:
            body["sort"] = ["%s:%s" % (field, "desc" if down else "asc"), "unit"]
        yield body
        hits, want = [], self.matches(query, filter_)
        while body["cursor"]:
            answer = self.client.search(**body)
            assert answer["total"] == len(want)
            hits += answer["hits"]
            body = dict(body, cursor=answer["next_cursor"])
        ids = [h["id"] for h in hits]
        assert sorted(ids) == sorted(f["id"] for f in want)
        if field:
            got = [n for id_ in ids for n in naive.numbers(self.findings[id_], field)]
            assert got == sorted(got, reverse=down)
        else:
            scores = [h["score"] for h in hits]
            assert scores == sorted(scores, reverse=True)

    METRICS = (
        "count sum:money_recovered sum:money_allocated sum:people_handled"
        " sum:rules_made sum:measures distinct:unit distinct:category avg:measures"
        " share rate:status=done max:money_recovered min:measures"
    ).split()

    def aggregate(self):
        rng = self.rng
        query, filter_ = self.query(), self.filter()
        fields = rng.sample(FACETS, rng.choice([0, 1, 1, 2, 2, 3]))
        metrics = ["count"] + rng.sample(self.METRICS[1:], rng.randint(0, 6))
        body = dict(
            self.body(query, filter_), group_by=fields, metrics=metrics, limit=10000
        )
        yield body
        body["explain"] = self.rng.random() < 0.5
        answer = self.client.aggregate(**body)
        check_explained(body, answer)
        want = self.matches(query, filter_)
        assert answer["total"] == len(want)
        groups = naive.group(want, fields)
        if not fields:
            groups = {(): want}
        got = {}
        for g in answer["groups"]:
            key = tuple(
                None if g["key"][f] is None else naive.text_of(g["key"][f])
                for f in fields
            )
            assert key not in got
            got[key] = g
        if fields or want or answer["groups"]:
            assert set(got) == set(groups)
            for key, members in groups.items():
                for name in metrics:
                    number = naive.metric(name, members, len(want))
                    if name == "share" and not want:
                        continue
                    naive.same_number(got[key][name], number, "%s %s" % (key, name))
        assert answer["other_count"] == 0

    def aggregate_cut(self):
        """A limit: what is not listed is still counted."""
        rng = self.rng
        filter_ = self.filter()
        field = rng.choice(FACETS)
        limit = rng.randint(1, 4)
        body = dict(self.body(None, filter_), group_by=[field], limit=limit)
        yield body
        answer = self.client.aggregate(**body)
        sizes = sorted(
            (len(fs) for fs in naive.group(self.matches(None, filter_), [field]).values()),
            reverse=True,
        )
        assert [g["count"] for g in answer["groups"]] == sizes[:limit]
        assert answer["other_count"] == sum(sizes[limit:])

    def crosstab(self):
        rng = self.rng
        query, filter_ = self.query(), self.filter()
        rows, cols = rng.sample(FACETS, 2)
        name = rng.choice(["count", "sum:money_recovered", "distinct:unit", "sum:measures"])
        body = dict(
            self.body(query, filter_),
            crosstab={"rows": rows, "cols": cols, "metric": name},
        )
        yield body
        answer = self.client.aggregate(**body)
        want = self.matches(query, filter_)
        table = answer["crosstab"]

        def labels(items):
            return [None if v is None else naive.text_of(v) for v in items]

        row_keys, col_keys = labels(table["rows"]), labels(table["cols"])
        by_row, by_col = naive.group(want, [rows]), naive.group(want, [cols])
        cells = naive.group(want, [rows, cols])
        assert set(row_keys) == {key[0] for key in by_row}
        assert set(col_keys) == {key[0] for key in by_col}
        for row, line in zip(row_keys, table["cells"]):
            for col, got in zip(col_keys, line):
                members = cells.get((row, col), [])
                naive.same_number(got, naive.metric(name, members, len(want)), (row, col))
        for row, got in zip(row_keys, table["row_totals"]):
            naive.same_number(got, naive.metric(name, by_row[(row,)], len(want)), row)
        for col, got in zip(col_keys, table["col_totals"]):
            naive.same_number(got, naive.metric(name, by_col[(col,)], len(want)), col)
        naive.same_number(table["grand_total"], naive.metric(name, want, len(want)))

    def set_verb(self):
        rng = self.rng
        verb = rng.choice(["union", "intersect", "difference", "xor"])
        filters = [self.filter(1) for _ in range(2)]
        body = {
            "set": {verb: [naive.render_filter(f) for f in filters]},
            "group_by": ["status"],
        }
        yield body
        answer = self.client.aggregate(**body)
        one, two = ({f["id"] for f in self.matches(None, t)} for t in filters)
        ids = {"union": one | two, "intersect": one & two}
        ids.update({"difference": one - two, "xor": one ^ two})
        want = [self.findings[id_] for id_ in ids[verb]]
        assert answer["total"] == len(want)
        got = {g["key"]["status"]: g["count"] for g in answer["groups"]}
        assert got == naive.facet(want, "status")

    def operator_or(self):
        """Widened: at least what any word finds, at most what shares a
        character or a Latin word."""
        rng = self.rng
        words = rng.sample(zgcorpus.WORDS, 2)
        filter_ = self.filter()
        body = dict(
            self.body(None, filter_), q=" ".join(words), operator="or", limit=1000
        )
        yield body
        answer = self.client.search(**body)
        ids = {h["id"] for h in answer["hits"]}
        least = ("or", [("run", word, None, False) for word in words])
        most = ("or", [("run", c, None, False) for word in words for c in word])
        assert {f["id"] for f in self.matches(least, filter_)} <= ids
        assert ids <= {f["id"] for f in self.matches(most, filter_)}
        assert answer["total"] == len(ids)

    def export(self):
        filter_ = self.filter()
        body = self.body(None, filter_)
        yield body
        got = {line["id"] for line in self.client.export(**body)}
        assert got == {f["id"] for f in self.matches(None, filter_)}


KINDS = [
    (Corpus.search_strict, 8),
    (Corpus.search_multi, 5),
    (Corpus.sort_and_page, 3),
    (Corpus.cursor, 3),
    (Corpus.aggregate, 7),
    (Corpus.aggregate_cut, 2),
    (Corpus.crosstab, 4),
    (Corpus.set_verb, 3),
    (Corpus.operator_or, 2),
    (Corpus.export, 1),
]


@pytest.mark.parametrize("size", [40, 400])
def test_counts_equal_a_recount(start, size):
    rng = random.Random(SEED + size)
    corpus = Corpus(start(), rng, size)
    bag = [kind for kind, weight in KINDS for _ in range(weight)]
    for number in range(REQUESTS):
        steps = rng.choice(bag)(corpus)
        body = next(steps)
        try:
            for _ in steps:
                pass
        except AssertionError as exc:
            raise AssertionError(
                "ZG_SEED=%d size %d, request %d: %s\n%s"
                % (SEED, size, number, json.dumps(body, ensure_ascii=False), exc)
            ) from exc
