#!/usr/bin/env python3
"""The tables of the README, written from the figures of the bench.

usage: readme_table.py FIGURES.json...              prints them
       readme_table.py --write README.md FIGURES.json...   puts them in place,
                                                    between the two marks
"""

import json
import sys

BEGIN = "<!-- figures: tools/bench/readme_table.py -->"
END = "<!-- end of the figures -->"

CLASSES = {
    "word": "single word",
    "and": "two words",
    "three": "three words",
    "phrase": "phrase of 4–8 characters",
    "filter": "word + three filters",
    "facets": "word + three facets",
    "sort": "word, oldest year first",
    "deep": "hits from 100, 1,000 or 5,000",
    "or": "best match of a sentence",
    "text": "best match of 60 characters",
    "group": "word, two fields grouped",
    "one-dim": "no word, one field grouped",
    "two-dim": "no word, two fields grouped",
    "crosstab": "crosstab",
}
ASKED = ["bare Xapian", "Groonga", "SQLite FTS5", "DuckDB", "C columns"]
LOADED = [
    "zhenggai",
    "bare Xapian",
    "Xapian, all terms",
    "Xapian, positions",
    "Groonga",
    "SQLite FTS5",
    "DuckDB",
]
COSTS = [
    ("load, findings a second", "load_per_s"),
    ("load, seconds of processor", "load_cpu_s"),
    ("load, largest process, MB", "load_peak_mb"),
    ("disk, kB a finding", "disk_kb"),
    ("disk compacted, kB a finding", "compact_kb"),
    ("start, cold page cache, ms", "cold_ms"),
    ("start, warm, ms", "start_ms"),
    ("memory at start, MB", "rss_start_mb"),
    ("memory after all queries, MB", "rss_mb"),
    ("single words a second", "requests_per_s"),
]


def number(value):
    if value is None:
        return "–"
    if value < 10:
        return "%.1f" % value
    return "{:,}".format(round(value))


def line(cells):
    return "| " + " | ".join(cells) + " |"


def header(cells):
    return [line(cells), "|" + "---|" * len(cells)]


def size(run):
    return "{:,}".format(int(run["findings"]))


def asked(run, name, cls, mine):
    """Median and, in brackets, ours divided by it."""
    engine = run["engines"].get(name, {"classes": {}})
    found = engine["classes"].get(cls)
    if not found or not found["queries"]:
        return "–"
    median = found["median_us"]
    mark = "" if found["compared"] else "~"
    return "%s%s (%.2f)" % (mark, number(median), mine / median)


def times(runs):
    yield from header(["median, µs", "findings", "zhenggai", "95 %", "99 %"] + ASKED)
    for cls, name in CLASSES.items():
        for run in runs:
            mine = run["engines"]["zhenggai"]["classes"][cls]
            figures = [number(mine[f]) for f in ("median_us", "p95_us", "p99_us")]
            peers = [asked(run, peer, cls, mine["median_us"]) for peer in ASKED]
            yield line([name, size(run)] + figures + peers)


def costs(runs):
    yield from header(["", "findings"] + LOADED)
    for name, key in COSTS:
        for run in runs:
            engines = [run["engines"].get(e, {}) for e in LOADED]
            yield line([name, size(run)] + [number(e.get(key)) for e in engines])


def typeset(text):
    for plain, sign in (("<=", "≤"), (">=", "≥"), (" x ", " × "), (" us", " µs")):
        text = text.replace(plain, sign)
    return "–" if text == "-" else text


def goals(runs):
    yield from header(["figure to reach", "findings", "goal", "measured", ""])
    for row in max((run["goals"] for run in runs), key=len):
        for run in runs:
            for goal in run["goals"]:
                if goal["what"] == row["what"]:
                    told = [typeset(goal[k]) for k in ("goal", "measured", "verdict")]
                    if run["goals_at"] != run["findings"]:
                        told[0] += " (at {:,})".format(int(run["goals_at"]))
                    yield line([row["what"], size(run)] + told)


def machine(run):
    engines = run["engines"].items()
    earlier = [name for name, e in engines if e.get("loaded_earlier")]
    told = " Loaded by an earlier run, under its load (compare the seconds of processor): "
    return (
        "{findings} findings of {characters:.0f} characters, {queries:.0f} queries"
        " a class, {cores:.0f} cores ({processor}), load average before the run"
        " {load_average:.1f}, {date}.".format(
            **{"processor": "unknown", **run, "findings": size(run)}
        )
        + (told + ", ".join(earlier) + "." if earlier else "")
    )


def tables(runs):
    runs = sorted(runs, key=lambda run: run["findings"])
    blocks = [[machine(run) for run in runs], times(runs), costs(runs), goals(runs)]
    return "\n\n".join("\n".join(block) for block in blocks)


def main(arguments):
    readme = None
    if arguments[:1] == ["--write"] and len(arguments) > 1:
        readme, arguments = arguments[1], arguments[2:]
    if not arguments or arguments[0].startswith("-"):
        sys.exit(__doc__.strip())
    runs = []
    for path in arguments:
        with open(path, encoding="utf-8") as handle:
            runs.append(json.load(handle))
    made = tables(runs)
    if not readme:
        print(made)
        return
    with open(readme, encoding="utf-8") as handle:
        text = handle.read()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    with open(readme, "w", encoding="utf-8") as handle:
        handle.write("%s%s\n\n%s\n\n%s%s" % (before, BEGIN, made, END, after))


if __name__ == "__main__":
    main(sys.argv[1:])
